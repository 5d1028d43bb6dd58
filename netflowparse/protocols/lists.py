"""Structured data: lists inside values, read by the templates in force where their record stands.  RFC 6313 §4.

Reading a record tells where its lists stand; here they are read, one inside another, without copying.  The records in
them are those of templates, and read as such; a basicList's values are read as records of one field.  What is wrong
with a list costs the record that it stands in nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..codec.layout import Layout
from ..codec.reader import Faults
from ..codec.record import value_type
from ..codec.shapes import RecordShape
from ..errors import BAD_VALUE, LIMIT, MISSING_TEMPLATE, NO_PROGRESS
from ..state.templates import KnownTemplate
from ..template import VARIABLE_LENGTH
from ..types import Flow
from ..wire.ipfix import ENTERPRISE_BIT
from ..wire.leaves import lengths_of, octet_value
from ..wire.lists import BASIC_LIST, ENTRY_HEADER, LISTS, SEMANTICS, SUB_TEMPLATE_LIST, Span
from ..wire.sets import FIRST_DATA_SET
from .assembly import Assembly
from .learned_elements import element_of, shape_for
from .list_problems import ListProblems, Path
from .reading import each_fault, limit_met, read_by
from .trace import ListRecords


class Lack(NamedTuple):
    """Records in a list whose template is not known: where they stand, and the dict that is to have them."""

    lists: Lists
    target: dict[str, Any]
    template_id: int
    start: int
    end: int
    depth: int
    path: Path
    fate: list[KnownTemplate | None]  # what becomes of the template behind; ``Assembly.fate``


class Lists:
    """The lists in the records of one data set, whose content stands from *start* to *end* and is read by *known*."""

    def __init__(self, work: Assembly, known: KnownTemplate, set_id: int, start: int, end: int) -> None:
        self.known = known
        self.set_id = set_id
        self.start = start
        self.end = end
        self._work = work
        self._heads = work.context.list_heads
        #: the definitions that its lists are read by, in force where it stands
        self.used: dict[int, KnownTemplate] = {} if work.inner is None else dict(work.inner)
        self._problems = ListProblems(work, set_id)

    def read(self, layout: Layout, records: Iterable[Flow], depth: int = 1, path: Path | None = None) -> None:
        """Put the lists of *records* in the places where reading by *layout* has left their spans."""
        for number, record in enumerate(records):
            for place in layout.lists:
                holder = record["scope"] if place.scope else record
                here: Path = path, () if path is None else ("records", number)
                if place.scope:
                    here = here, ("scope",)
                if place.position is None:
                    value = self._value(place.abstract_type, holder[place.key], depth, (here, (place.key,)))
                    holder[place.key] = value
                else:
                    values = holder[place.key]
                    here = here, (place.key, place.position)
                    values[place.position] = self._value(place.abstract_type, values[place.position], depth, here)

    def _value(self, abstract_type: str, span: Span, depth: int, path: Path) -> Any:
        start, end = span
        if end - start < LISTS[abstract_type]:
            self._problems.note(
                BAD_VALUE, f"{end - start} octets, expected {lengths_of(abstract_type)}", start, end, path
            )
            return self._octets(start, end) if start < end else None
        if depth > self._work.context.limits.nesting:
            self._problems.note(LIMIT, limit_met(self._work, "nesting"), start, end, path, limit="nesting")
            return self._octets(start, end)
        if abstract_type == BASIC_LIST:
            return self._basic_list(start, end, depth, path)
        if abstract_type == SUB_TEMPLATE_LIST:
            semantic, template_id = self._heads.sub_template_list(self._work.octets, start)
            made = {"semantic": SEMANTICS.get(semantic, semantic), "template_id": template_id}
            self._records(made, template_id, start + LISTS[abstract_type], end, depth, path)
            return made
        return self._multi_list(start, end, depth, path)

    def _basic_list(self, start: int, end: int, depth: int, path: Path) -> Any:
        """A basicList's semantic, element and values.  §4.5.1."""
        work, position = self._work, start + LISTS[BASIC_LIST]
        semantic, element_id, length = self._heads.basic_list(work.octets, start)
        enterprise = 0
        if element_id & ENTERPRISE_BIT:
            element_id &= ~ENTERPRISE_BIT
            if end - position < 4:
                self._problems.note(BAD_VALUE, f"{end - start} octets, expected at least 9", start, end, path)
                return self._octets(start, end)
            (enterprise,) = self._heads.enterprise(work.octets, position)
            position += 4
        element = element_of(work.domain.exporter, work.context.registry, enterprise, element_id)
        made: dict[str, Any] = {"semantic": SEMANTICS.get(semantic, semantic), "element": element.key, "values": []}
        if position == end:
            return made
        if not length:
            self._problems.note(NO_PROGRESS, "values that have no octets", position, end, path)
        elif work.values_left <= 0:
            self._problems.limit(position, end, path)
        elif end - position < length < VARIABLE_LENGTH:  # not worth a reader
            self._problems.note(BAD_VALUE, f"{end - position} octets after the last whole one", position, end, path)
        else:
            in_options = self.known.is_options
            abstract_type = value_type(element, length, work.rules, in_options=in_options)
            shape = work.context.shapes.items(abstract_type, length)
            if work.trace is not None and shape.layout is not None:
                work.trace.items[position] = element, shape.layout
            position = self._items(made, shape, position, end, depth, path)
        if position < end:
            made["undecoded"] = self._octets(position, end)
        return made

    def _items(self, made: dict[str, Any], shape: RecordShape, start: int, end: int, depth: int, path: Path) -> int:
        """Read the values of a basicList; the offset behind the last that is whole."""
        work, most = self._work, self._work.values_left
        faults: Faults = []
        layout, read = shape.layout, shape.read
        assert layout is not None
        assert read is not None
        records, stop = read(work.octets, start, end, most, faults, None)
        work.values_left -= len(records)
        values = made["values"] = [record["value"] for record in records]
        if layout.lists:
            kind = layout.lists[0].abstract_type
            made["values"] = [
                self._value(kind, span, depth + 1, (path, ("values", number))) for number, span in enumerate(values)
            ]
        if layout.misfits and records:
            why = f"values of {layout.minimum_length} octets, expected {layout.misfits[0][1]}"
            self._problems.note(BAD_VALUE, why, start, stop, path, element=made["element"])
        for number, first, last, _, expected in each_fault(self._work, layout, faults, end, start):
            self._problems.value(made["element"], expected, first, last, (path, ("values", number)))
        self._leftover(layout, len(records) == most, stop, end, path)
        return stop

    def _multi_list(self, start: int, end: int, depth: int, path: Path) -> dict[str, Any]:
        """A subTemplateMultiList's semantic and entries.  §4.5.3."""
        work, position = self._work, start + 1
        semantic, entries = work.octets[start], list[dict[str, Any]]()
        made: dict[str, Any] = {"semantic": SEMANTICS.get(semantic, semantic), "entries": entries}
        why = ""
        while position < end and not why:
            if end - position < ENTRY_HEADER:
                why = f"{end - position} octets, an entry has at least {ENTRY_HEADER}"
                break
            template_id, length = self._heads.entry(work.octets, position)
            if 0 < length < ENTRY_HEADER or position + length > end:
                why = f"an entry of length {length}, {end - position} octets are there"
                break
            if work.values_left <= 0:
                self._problems.limit(position, end, path)
                break
            work.values_left -= 1
            entry: dict[str, Any] = {"template_id": template_id}
            after = position + max(length, ENTRY_HEADER)  # 0 stands for no records; the header is there all the same
            here: Path = path, ("entries", len(entries))
            entries.append(entry)
            self._records(entry, template_id, position + ENTRY_HEADER, after, depth, here)
            position = after
        if why:
            self._problems.note(BAD_VALUE, why, position, end, path)
        if position < end:
            made["undecoded"] = self._octets(position, end)
        return made

    def _records(self, target: dict[str, Any], template_id: int, start: int, end: int, depth: int, path: Path) -> None:
        """Give *target* the records of a template, or the octets of what cannot be read."""
        work = self._work
        if start == end:
            target["records"] = []
            return
        known = self._template(template_id)
        if template_id < FIRST_DATA_SET:
            self._problems.note(
                BAD_VALUE, f"template id {template_id}, need at least {FIRST_DATA_SET}", start, end, path
            )
        elif known is None:
            work.lack(Lack(self, target, template_id, start, end, depth, path, work.fate(template_id)))
        elif not known.minimum_length:
            self._problems.note(NO_PROGRESS, f"records of template {template_id} have no octets", start, end, path)
        elif work.values_left < len(known.template.fields):
            self._problems.limit(start, end, path)
        elif (shape := shape_for(work, known)) is None:
            self._problems.limit(start, end, path, "record_shape_fields")
        else:
            self._read_records(target, known, shape, start, end, depth, path)
            return
        target["octets"] = self._octets(start, end)

    def _read_records(
        self,
        target: dict[str, Any],
        known: KnownTemplate,
        shape: RecordShape,
        start: int,
        end: int,
        depth: int,
        path: Path,
    ) -> None:
        most = self._work.values_left // len(known.template.fields)
        layout, records, stop, faults = read_by(self._work, known, shape, start, end, most)
        if self._work.trace is not None:
            self._work.trace.lists[start] = ListRecords(known, layout, shape.learned)
        target["records"] = records
        if layout.lists:
            self.read(layout, records, depth + 1, path)
        scope = known.template.scope_count or 0
        if records:
            for index, expected in layout.misfits:
                why = f"{layout.names[index]} of {layout.fields[index].octets} octets, expected {expected}"
                self._problems.note(BAD_VALUE, why, start, stop, path, element=layout.names[index])
        for number, first, last, index, expected in each_fault(self._work, layout, faults, end, start):
            name = layout.names[index]
            steps = ("scope", name) if index < scope else (name,)
            self._problems.value(name, expected, first, last, (path, ("records", number, *steps)))
        self._leftover(layout, len(records) == most, stop, end, path)
        if stop < end:
            target["undecoded"] = self._octets(stop, end)

    def _template(self, template_id: int) -> KnownTemplate | None:
        """The template in force where the set stands; those in lists are of the same domain.  §4.5.2."""
        work, known = self._work, self.used.get(template_id)
        if known is None:
            place = None if work.place is None else work.place.at(self.start)
            known = work.domain.template_at(template_id, place)
            if known is None or not work.in_force(known):
                return None
            self.used[template_id] = known
        return known

    def _leftover(self, layout: Layout, full: bool, stop: int, end: int, path: Path) -> None:
        left = end - stop
        if left >= layout.minimum_length and full:
            self._problems.limit(stop, end, path)
        elif left:  # there is no padding in lists, §5.5
            self._problems.note(BAD_VALUE, f"{left} octets after the last whole one", stop, end, path)

    def _octets(self, start: int, end: int) -> str | bytes:
        return octet_value(self._work.octets[start:end], self._work.context.engine.octet_values)

    def complete(self, lack: Lack) -> bool:
        """Read what lacked its template, if that has come in the same datagram; whether it had."""
        known = self.used.get(lack.template_id) or (lack.fate[0] if lack.fate else None)
        if known is None:
            return False
        self.used[lack.template_id] = known
        del lack.target["octets"]
        self._records(lack.target, lack.template_id, lack.start, lack.end, lack.depth, lack.path)
        return True

    def report(self, lack: Lack, *, waits: bool) -> None:
        """Note what lacks its template, and whether it waits for that."""
        why = f"template {lack.template_id} is not known, {lack.end - lack.start} octets "
        why += "wait for it" if waits else "left undecoded"
        self._problems.note(
            MISSING_TEMPLATE, why, lack.start, lack.end, lack.path, template_id=lack.template_id, waiting=waits
        )
