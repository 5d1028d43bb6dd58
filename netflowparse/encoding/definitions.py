"""Which template a record is written by: one that is given and has just its keys, or one that is made for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from ..codec.display import Clock
from ..codec.record import Learned, elements_of, template_layout
from ..errors import EncodeError
from ..quirks import STANDARD
from ..registry import Element, Registry
from ..template import VARIABLE_LENGTH, FieldSpecifier, Template
from ..wire.leaves import OCTETS
from ..wire.sets import FIRST_DATA_SET
from .checked import Path, expect_dict, shown
from .derived import derived_keys, told_by_sections
from .elements import is_open, length_for, typed
from .given import SCOPE, Index, counted, values_of
from .lists import Lists
from .templates import LARGEST, Definition, numbers_for
from .writer import MISSING, Writer

MOST_TRIED = 32  # templates for the same keys, with other lengths, that a record is tried with
Mark: TypeAlias = "tuple[dict[int, Definition], dict[tuple[Any, ...], Definition], set[int], int]"


class Definitions:
    """The templates of one domain, as far as they are known, and those that records have needed beside them.

    ``unsent`` are the ones that were made and are yet to be written.
    """

    def __init__(
        self,
        protocol: str,
        registry: Registry,
        quirks: Collection[str] = (),
        clock: Clock | None = None,
        *,
        long_lengths: bool = False,
    ) -> None:
        self.protocol = protocol
        self.quirks = quirks
        self.clock = clock
        self.known: dict[int, Definition] = {}
        self._given = Index()
        self.unsent: list[Definition] = []
        self._registry = registry
        self._rules = STANDARD.on | frozenset(quirks)
        self._long_lengths = long_lengths
        self._made: dict[tuple[Any, ...], Definition] = {}
        self._made_ids: set[int] = set()
        self._nullable: dict[frozenset[str], set[str]] = {}  # by the keys of records: those that had no value
        self._writers: dict[tuple[Definition, Learned], Writer] = {}
        self._lists = Lists(registry, self._spell_in_list)
        self._next = FIRST_DATA_SET
        self._reserved: set[int] = set()
        self._unsettled: dict[tuple[Definition, object], list[tuple[int, Element, int]]] = {}

    def reserve(self, records: Iterable[Any]) -> None:
        """Make no templates with the ids that lists in *records* name."""
        todo = [value for record in records if isinstance(record, Mapping) for value in record.values()]
        seen: set[int] = set()  # id() of what contains others: something may contain itself
        while todo:
            value = todo.pop()
            if isinstance(value, Mapping | list):
                if id(value) in seen:
                    continue
                seen.add(id(value))
            if isinstance(value, Mapping):
                todo += value.values()
                if type(value.get("template_id")) is int:
                    self._reserved.add(value["template_id"])
            elif isinstance(value, list):
                todo += value

    def add(self, definition: Definition) -> None:
        """Let records be written by *definition* from now on."""
        template_id = definition.template.template_id
        self._forget(template_id)
        self.known[template_id] = definition
        self._given.add(definition)

    def remove(self, template_id: int) -> None:
        """Let no record be written by the template of that id any more."""
        gone = self._forget(template_id)
        if gone is not None:
            self._made = {shape: made for shape, made in self._made.items() if made != gone}

    def _forget(self, template_id: int) -> Definition | None:
        gone = self.known.pop(template_id, None)
        if gone is not None and template_id not in self._made_ids:
            self._given.remove(gone)
        self._made_ids.discard(template_id)
        return gone

    def mark(self) -> Mark:
        """What is known now, for ``go_back``."""
        return dict(self.known), dict(self._made), set(self._made_ids), self._next

    def go_back(self, mark: Mark) -> None:
        """Know what was known when *mark* was set, and nothing that was made since."""
        known, made, made_ids, following = mark
        for template_id in [each for each in self.known if each not in known]:
            self._forget(template_id)
        self.known, self._made, self._made_ids, self._next = known, made, made_ids, following
        self.unsent.clear()

    def spell(self, record: Any, path: Path, *, options: bool) -> tuple[Definition, list[bytes]]:
        """The template that *record* is written by, and the octets of its fields."""
        expect_dict(record, path)
        if not options and SCOPE in record:
            raise EncodeError("a flow has none", (*path, SCOPE))
        own = self._own(record, path, options=options)
        refused: EncodeError | None = None
        given = self._given_for(record, own, options=options)
        if not given and (told := told_by_sections(record)):
            brief = {key: value for key, value in own.items() if key not in told}
            given = self._given_for(record, brief, options=options)
        for definition in given:
            try:
                return definition, self.fields(definition, record, path)
            except EncodeError as error:
                refused = refused or error
        if refused is not None:
            raise refused
        definition = self._make(own, path, options=options)
        return definition, self.fields(definition, record, path)

    def _given_for(self, record: Mapping[str, Any], own: Mapping[str, Any], *, options: bool) -> list[Definition]:
        """The given templates that have just the keys of a record; of those that differ in their ids alone, one.

        Hex text is a text as well: what needs no reading of elements that nobody knows comes first.
        """
        found: list[Definition] = []
        for definition in self._given.find(own):
            if (definition.template.scope_count is not None) is options and self._covers(definition, record, own):
                found.append(definition)
                if len(found) == MOST_TRIED:
                    break
        return sorted(found, key=lambda each: any(known.type != OCTETS for _, known in self._typed(each, record)))

    def fields(self, definition: Definition, record: Any, path: Path) -> list[bytes]:
        """The octets of each field of *record*, written by *definition*."""
        made = self.writer(definition, record).fields(record, path)
        if not any(made):
            raise EncodeError("the record would have no octets", path)
        return made

    def writer(self, definition: Definition, record: Any) -> Writer:
        """What writes *record* by *definition*; the types of elements that nobody knows follow from the record."""
        learned = self._typed(definition, record)
        known = definition, learned
        if known not in self._writers:
            clocked = self.clock is not None
            template = definition.template
            layout = template_layout(
                template, self._registry, "hex", self._rules - definition.rules_off, clocked=clocked, learned=learned
            )
            self._writers[known] = Writer(layout, self._lists.spell, long_lengths=self._long_lengths)
        return self._writers[known]

    def _typed(self, definition: Definition, record: Any) -> Learned:
        """The elements, by the index of their field, that are not what the registry says."""
        template, scope = definition.template, definition.template.scope_count or 0
        learned: list[tuple[int, Any]] = []
        for index, element, position in self._unsettled_fields(definition):
            key = definition.names[index]
            holder = record.get(SCOPE) if index < scope and isinstance(record, Mapping) else record
            value = holder.get(key) if isinstance(holder, Mapping) else None
            if isinstance(value, list) and value:  # of fields that share the key; too few of them are refused later
                value = value[min(position, len(value) - 1)]
            own = typed(element, key, value, template.fields[index].length, self._registry)
            if own is not element:
                learned.append((index, own))
        return tuple(learned)

    def _unsettled_fields(self, definition: Definition) -> list[tuple[int, Element, int]]:
        """The fields whose keys or types are not the registry's: index, element, and which it is with its key."""
        known = definition, self._registry.edition
        found = self._unsettled.get(known)
        if found is None:
            found, met, scope = [], Counter[tuple[bool, str]](), definition.template.scope_count or 0
            for index, element in enumerate(
                elements_of(definition.template, self._registry, self._rules - definition.rules_off)
            ):
                key = definition.names[index]
                if element.key != key or is_open(element, self._registry):
                    found.append((index, element, met[index < scope, key]))
                met[index < scope, key] += 1
            self._unsettled[known] = found
        return found

    def refuse_others(self, definition: Definition, record: Mapping[str, Any], path: Path) -> None:
        """EncodeError for what *record* says itself and *definition* has no field for: it would be lost."""
        own = self._own(record, path, options=definition.template.scope_count is not None)
        extra = own.keys() - set(definition.names) - {SCOPE}
        if extra and (extra := extra - told_by_sections(record)):
            raise EncodeError(
                f"template {definition.template.template_id} has no such field", (*path, min(map(str, extra)))
            )

    def _own(self, record: Mapping[str, Any], path: Path, *, options: bool) -> Mapping[str, Any]:
        """What *record* says itself."""
        if options:
            expect_dict(record.get(SCOPE), (*path, SCOPE))
        dropped = derived_keys(record, self.quirks, self.clock)
        dropped.update(key for key in told_by_sections(record) if self._registry.find(key) is None)
        return {key: value for key, value in record.items() if key not in dropped}

    def _covers(self, definition: Definition, record: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
        """Whether *definition* has a field for each value of a record, and no others."""
        scope = definition.template.scope_count
        if scope is None:
            names, holder = definition.names, record
        else:
            names, holder = definition.names[scope:], {key: each for key, each in record.items() if key != SCOPE}
            if counted(definition.names[:scope]) != values_of(record[SCOPE]):
                return False
            own = {key: value for key, value in own.items() if key != SCOPE}
        wanted = counted(names)
        if own.keys() - wanted.keys():
            return False
        return wanted == values_of({key: holder.get(key, MISSING) for key in wanted})

    def _make(self, own: Mapping[str, Any], path: Path, *, options: bool) -> Definition:
        """The template that a record needs of which none is known."""
        self.reserve([own])
        found: list[tuple[FieldSpecifier, str]] = []
        if options:
            found += self._specifiers(own[SCOPE], (*path, SCOPE), scope=True)
            if not found and self.protocol == "ipfix":
                raise EncodeError("no scope, expected at least one field of it", (*path, SCOPE))
        scope_count = len(found) if options else None
        found += self._specifiers({key: value for key, value in own.items() if key != SCOPE}, path)
        shape = scope_count, tuple(found)
        made = self._made.get(shape)
        if made is None:
            made = self._made[shape] = self._new(self._free_id(path), scope_count, found, path)
        return made

    def _new(
        self, template_id: int, scope_count: int | None, found: list[tuple[FieldSpecifier, str]], path: Path
    ) -> Definition:
        fields, names = tuple(each for each, _ in found), tuple(name for _, name in found)
        if not any(field.length for field in fields):
            raise EncodeError("the record would have no octets", path)
        made = Definition(Template(self.protocol, template_id, scope_count, fields), names)
        self._forget(template_id)
        self.known[template_id] = made
        self._made_ids.add(template_id)
        self.unsent.append(made)
        return made

    def _specifiers(
        self, record: Mapping[str, Any], path: Path, *, scope: bool = False
    ) -> list[tuple[FieldSpecifier, str]]:
        found = []
        nullable = self._nullable.setdefault(frozenset(record), set())
        for key, value in record.items():
            here = (*path, key)
            enterprise, number, element = numbers_for(key, self.protocol, self._registry, here, scope=scope)
            if isinstance(value, list) and len(value) < 2:
                raise EncodeError(f"{shown(value)}, expected a value, or a list of at least two", here)
            for each in value if isinstance(value, list) else [value]:
                known = typed(element, key, each, VARIABLE_LENGTH, self._registry)
                length = length_for(known, each, variable=self.protocol == "ipfix", path=here)
                if self.protocol == "ipfix":  # where no value is no octets, one template does for all records
                    if each is None and not length:
                        nullable.add(key)
                    length = VARIABLE_LENGTH if key in nullable else length
                found.append((FieldSpecifier(enterprise, number, length), key))
        return found

    def _free_id(self, path: Path) -> int:
        while self._next in self.known or self._next in self._reserved:
            self._next += 1
        if self._next > LARGEST:
            raise EncodeError("no template id is free", path)
        return self._next

    def _spell_in_list(self, template_id: int, record: Any, path: Path) -> bytes:
        """A record in a list, by the template of that id; one is made where none is known."""
        expect_dict(record, path)
        options = isinstance(record.get(SCOPE), Mapping)
        own = self._own(record, path, options=options)
        definition = self.known.get(template_id)
        if definition is None and template_id < FIRST_DATA_SET:
            raise EncodeError(f"template {template_id}, expected at least {FIRST_DATA_SET}", path)
        if definition is None:
            scope = self._specifiers(own[SCOPE], (*path, SCOPE), scope=True) if options else []
            rest = self._specifiers({key: value for key, value in own.items() if key != SCOPE}, path)
            definition = self._new(template_id, len(scope) if options else None, scope + rest, path)
        self.refuse_others(definition, record, path)
        return b"".join(self.fields(definition, record, path))
