"""Which template a record is written by: one that is given and has just its keys, or one that is made for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from ..codec.display import Clock
from ..codec.record import Learned, elements_of, template_layout
from ..errors import EncodeError
from ..quirks import STANDARD
from ..registry import Registry
from ..template import VARIABLE_LENGTH, FieldSpecifier, Template
from ..wire.sets import FIRST_DATA_SET
from .derived import derived_keys, told_by_sections
from .elements import length_for, typed
from .lists import Lists
from .templates import LARGEST, Definition, numbers_for
from .writer import MISSING, Path, Writer

SCOPE = "scope"
#: keys of a record, and how many values each has that has several
Keys: TypeAlias = "tuple[tuple[str, int], ...]"


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
        self.unsent: list[Definition] = []
        self._registry = registry
        self._rules = STANDARD.on | frozenset(quirks)
        self._long_lengths = long_lengths
        self._made: dict[tuple[Any, ...], Definition] = {}
        self._writers: dict[tuple[Definition, Learned], Writer] = {}
        self._lists = Lists(registry, self._spell_in_list)
        self._next = FIRST_DATA_SET

    def add(self, definition: Definition) -> None:
        """Let records be written by *definition* from now on."""
        self.known[definition.template.template_id] = definition

    def remove(self, template_id: int) -> None:
        """Let no record be written by the template of that id any more."""
        gone = self.known.pop(template_id, None)
        self._made = {key: made for key, made in self._made.items() if made != gone}

    def spell(self, record: Any, path: Path, *, options: bool) -> tuple[Definition, list[bytes]]:
        """The template that *record* is written by, and the octets of its fields."""
        if not isinstance(record, Mapping):
            raise EncodeError(f"{record!r:.80}, expected a dict", path)
        own = self._own(record, path, options=options)
        refused: EncodeError | None = None
        for definition in self.known.values():
            if (definition.template.scope_count is not None) is options and self._covers(definition, record, own):
                try:
                    return definition, self.fields(definition, record, path)
                except EncodeError as error:
                    if definition not in self._made.values():
                        refused = refused or error
        if refused is not None:
            raise refused
        definition = self._make(record, own, path, options=options)
        return definition, self.fields(definition, record, path)

    def fields(self, definition: Definition, record: Any, path: Path) -> list[bytes]:
        """The octets of each field of *record*, written by *definition*."""
        return self.writer(definition, record).fields(record, path)

    def writer(self, definition: Definition, record: Any) -> Writer:
        """What writes *record* by *definition*; the types of elements that nobody knows follow from the record."""
        template, scope = definition.template, definition.template.scope_count or 0
        learned: list[tuple[int, Any]] = []
        for index, element in enumerate(elements_of(template, self._registry, self._rules)):
            key = definition.names[index]
            holder = record.get(SCOPE) if index < scope and isinstance(record, Mapping) else record
            value = holder.get(key) if isinstance(holder, Mapping) else None
            if isinstance(value, list) and value:
                value = value[0]
            own = typed(element, key, value, template.fields[index].length, self._registry)
            if own is not element:
                learned.append((index, own))
        known = definition, tuple(learned)
        if known not in self._writers:
            clocked = self.clock is not None
            layout = template_layout(
                template, self._registry, "hex", self._rules, clocked=clocked, learned=tuple(learned)
            )
            self._writers[known] = Writer(layout, self._lists.spell, long_lengths=self._long_lengths)
        return self._writers[known]

    def _own(self, record: Mapping[str, Any], path: Path, *, options: bool) -> Mapping[str, Any]:
        """What *record* says itself."""
        if options and not isinstance(record.get(SCOPE), Mapping):
            raise EncodeError(f"{record.get(SCOPE)!r:.80}, expected a dict", (*path, SCOPE))
        dropped = derived_keys(record, self.quirks, self.clock) | told_by_sections(record, self._registry)
        return {key: value for key, value in record.items() if key not in dropped}

    def _covers(self, definition: Definition, record: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
        """Whether *definition* has a field for each value of a record, and no others."""
        scope = definition.template.scope_count
        if scope is None:
            names, holder = definition.names, record
        else:
            names, holder = definition.names[scope:], {key: each for key, each in record.items() if key != SCOPE}
            if _counted(definition.names[:scope]) != _values(record[SCOPE]):
                return False
            own = {key: value for key, value in own.items() if key != SCOPE}
        counted = _counted(names)
        if own.keys() - counted.keys():
            return False
        return counted == _values({key: holder.get(key, MISSING) for key in counted})

    def _make(self, record: Mapping[str, Any], own: Mapping[str, Any], path: Path, *, options: bool) -> Definition:
        """The template that a record needs of which none is known."""
        found: list[tuple[FieldSpecifier, str]] = []
        if options:
            found += self._specifiers(own[SCOPE], (*path, SCOPE), scope=True)
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
        self.add(made)
        self.unsent.append(made)
        return made

    def _specifiers(
        self, record: Mapping[str, Any], path: Path, *, scope: bool = False
    ) -> list[tuple[FieldSpecifier, str]]:
        found = []
        for key, value in record.items():
            here = (*path, key)
            enterprise, number, element = numbers_for(key, self.protocol, self._registry, here, scope=scope)
            for each in value if isinstance(value, list) else [value]:
                known = typed(element, key, each, VARIABLE_LENGTH, self._registry)
                length = length_for(known, each, variable=self.protocol == "ipfix", path=here)
                found.append((FieldSpecifier(enterprise, number, length), key))
        return found

    def _free_id(self, path: Path) -> int:
        while self._next in self.known:
            self._next += 1
        if self._next > LARGEST:
            raise EncodeError("no template id is free", path)
        return self._next

    def _spell_in_list(self, template_id: int, record: Any, path: Path) -> bytes:
        """A record in a list, by the template of that id; one is made where none is known."""
        if not isinstance(record, Mapping):
            raise EncodeError(f"{record!r:.80}, expected a dict", path)
        options = isinstance(record.get(SCOPE), Mapping)
        own = self._own(record, path, options=options)
        definition = self.known.get(template_id)
        if definition is None:
            scope = self._specifiers(own[SCOPE], (*path, SCOPE), scope=True) if options else []
            rest = self._specifiers({key: value for key, value in own.items() if key != SCOPE}, path)
            definition = self._new(template_id, len(scope) if options else None, scope + rest, path)
        extra = own.keys() - set(definition.names) - {SCOPE}
        if extra:
            raise EncodeError(f"template {template_id} has no field {min(extra)!r}", path)
        return b"".join(self.fields(definition, record, path))


def _counted(names: tuple[str, ...]) -> dict[str, int]:
    """How often each key comes; 0 for once, whose value is not in a list."""
    return {name: count if (count := names.count(name)) > 1 else 0 for name in names}


def _values(record: Mapping[str, Any]) -> dict[str, int]:
    """The same of a record's values."""
    return {key: len(value) if isinstance(value, list) else 0 for key, value in record.items() if value is not MISSING}
