"""Flow and counter records: structures read by their formats into the dict of their sample.

The length before a body rules: what is longer than its structure keeps the rest as octets, what is shorter gives the
fields that are whole, and is a problem of that record alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from construct import Struct

from ...codec.engine import Engine
from ...codec.layout import plain_layout
from ...codec.plan import expectation
from ...codec.reader import Faults, Incomplete
from ...codec.reference_structure import field_span
from ...errors import BAD_VALUE, COUNT_MISMATCH, TRUNCATED_RECORD
from ...quirks import SFLOW_LENGTH_SLIP
from ...types import Flow
from ...wire.sflow.structures import Structure
from ...wire.sflow5 import Head
from .elements import COPIES, ELEMENTS
from .function import Part
from .work import HEAD, SflowWork, format_text, number_of

#: Reads the record whose body stands between two offsets; whether it did.
Special: TypeAlias = "Callable[[SflowWork, Flow, int, int], bool]"

UNDECODED = "undecoded"  # the key of octets that no field explains


class RecordKind:
    """One format of records: its name, and its readers."""

    __slots__ = ("copy_elements", "declarations", "doubtful", "layout", "make", "name", "read", "readers", "size")

    def __init__(self, engine: Engine, structure: Structure) -> None:
        self.name = structure.name
        self.doubtful = structure.doubtful
        self.declarations = structure.layouts
        self.readers = [engine.structure_reader(layout) for layout in structure.layouts]
        self.read = self.readers[0]
        self.copy_elements = ELEMENTS[structure.name] if structure.name in COPIES else None
        self.size = -1  # octets, of a structure that always takes as many and whose values cannot be wrong
        self.layout = plain_layout(structure.layouts[0])
        if self.layout is not None and not self.doubtful:
            self.size, self.make = self.layout.minimum_length, engine.header_reader(self.layout)


class Records:
    """Reads the records of flow samples, or those of counter samples, by a table of structures."""

    def __init__(self, engine: Engine, table: dict[tuple[int, int], Structure]) -> None:
        self._engine = engine
        self._table = table
        self.read_head = engine.pair_reader(Head)
        self._kinds: dict[int, RecordKind] = {}  # by data_format, made when first met
        self._special: dict[int, Special] = {}  # by data_format: what is more than a structure
        self._untyped = engine.names["untyped"]

    def read_all(self, work: SflowWork, record: Flow, position: int, end: int, count: int) -> int:
        """Put *count* records of the sample whose body ends at *end* into *record*; the offset behind the last."""
        octets, read_head, kinds, special = work.octets, self.read_head, self._kinds, self._special
        left = count
        while left and end - position >= HEAD:
            left -= 1
            data_format, length = read_head(octets, position)
            start = position + HEAD
            after = start + length
            if after > end:
                after = end = self._overrun(work, position, after, end, last=not left)
            position = after + (-length & 3)
            kind = kinds.get(data_format)
            if kind is not None and after - start == kind.size:
                fields = kind.make(octets, start)
            elif data_format in special and special[data_format](work, record, start, after):
                continue
            else:
                kind = kind or self._kind(data_format)
                if kind is None or kind.doubtful:
                    self._keep(work, record, data_format, kind, start, after)
                    continue
                fields = self._structure(work, kind, start, after, whole=length == after - start)
            if kind.name in record:
                put(record, kind.name, fields)
                continue
            record[kind.name] = fields
            if kind.copy_elements is not None:
                kind.copy_elements(fields, record)
        self._finish(record)
        if left and work.cut:
            work.lacks_records = True
        elif left:
            message = f"sample ends at octet {end}: {count} records are counted, {count - left} are there"
            facts: dict[str, Any] = {"malformed": True, "count": count, "found": count - left}
            work.problems.add(COUNT_MISMATCH, message, min(position, end), **facts)
        return position if position < end else end

    def _finish(self, record: Flow) -> None:
        """Make of *record* what all its structures together tell."""

    def part(self, data_format: int) -> Part | None:
        """What a function of a shape has to know of records of this format; None where it cannot read them."""
        kind = self._kind(data_format)
        if kind is None or kind.doubtful:
            return None
        return Part(data_format, kind.name, kind.layout, kind.read)

    def finishers(self, names: Collection[str]) -> dict[str, Callable[[Flow], None]]:
        """By names of functions, what makes of a record with structures of these *names* what all together tell."""
        return {}

    def _kind(self, data_format: int) -> RecordKind | None:
        kind = self._kinds.get(data_format)
        structure = self._table.get(number_of(data_format))
        if kind is None and structure is not None:
            kind = self._kinds[data_format] = RecordKind(self._engine, structure)
        return kind

    def _structure(self, work: SflowWork, kind: RecordKind, start: int, end: int, *, whole: bool) -> Flow:
        """The fields of a structure, and the octets that no field explains; *whole* unless noted that it is cut."""
        faults: Faults = []
        try:
            fields, stop = kind.read(work.octets, start, end, faults)
        except Incomplete as incomplete:
            fields, stop = incomplete.fields, incomplete.offset
            if incomplete.unknown or whole:
                _report_incomplete(work, kind.name, incomplete, end)
        if stop < end:
            fields[UNDECODED] = self._untyped(work.octets[stop:end])
        if faults:
            report_faults(work, kind.name, kind.declarations[0], end, faults)
        return fields

    def _keep(
        self, work: SflowWork, record: Flow, data_format: int, kind: RecordKind | None, start: int, end: int
    ) -> None:
        """Put a record into *record* of which little is certain: its octets are kept."""
        if kind is not None:
            put(record, kind.name, self._one_of(work, kind, start, end))
            return
        unknown = {"format": format_text(data_format), "octets": self._untyped(work.octets[start:end])}
        record.setdefault("unknown_records", []).append(unknown)

    def _one_of(self, work: SflowWork, kind: RecordKind, start: int, end: int) -> Flow:
        """The fields by the first layout that takes all octets, and the octets, because the layout is a guess."""
        octets = self._untyped(work.octets[start:end])
        for declaration, read in zip(kind.declarations, kind.readers, strict=True):
            faults: Faults = []
            try:
                fields, stop = read(work.octets, start, end, faults)
            except Incomplete:
                continue
            if stop == end:
                if faults:
                    report_faults(work, kind.name, declaration, end, faults)
                return {**fields, "octets": octets}
        return {"octets": octets}

    def _overrun(self, work: SflowWork, position: int, after: int, end: int, *, last: bool) -> int:
        """Where the record at *position* ends that says *after*, though its sample ends at *end*."""
        read_head = self.read_head
        slips = after - end <= work.slip and last and not work.nesting and after <= len(work.octets)
        if slips and work.may_go_on_at(after, read_head) and not work.may_go_on_at(end, read_head):
            work.quirk(SFLOW_LENGTH_SLIP)
            return after
        body = position + HEAD
        message = f"record at octet {position}: length {after - body}, {end - body} octets are there"
        facts: dict[str, Any] = {"length": end - body, "missing": after - end}
        work.problems.add(TRUNCATED_RECORD, message, position, malformed=True, **facts)
        return end


def _report_incomplete(work: SflowWork, name: str, incomplete: Incomplete, end: int) -> None:
    where = f"{name} at octet {incomplete.offset}: {incomplete.element}"
    facts: dict[str, Any] = {"element": incomplete.element, "structure": name}
    if incomplete.unknown:
        code, message = BAD_VALUE, f"{where}: {incomplete}"
    else:
        code, message = TRUNCATED_RECORD, f"{where} runs past the end of the record at octet {end}"
        facts["malformed"] = True
    work.problems.leave(code, message, work.octets, incomplete.offset, end, **facts)


def put(record: Flow, name: str, value: Any) -> None:
    """Put a structure into *record*; one that comes again makes a list."""
    if name not in record:
        record[name] = value
    elif isinstance(record[name], list):
        record[name].append(value)
    else:
        record[name] = [record[name], value]


def report_faults(work: SflowWork, name: str, declaration: Struct, end: int, faults: Faults) -> None:
    """Note the values of a structure that do not suit their type, in wire order."""
    for start, index in sorted(set(faults)):  # a list may hold many, and is one field
        if work.problems.full:
            work.problems.count(start)
            continue
        first, last = field_span(declaration, work.octets, start, end, index)
        node = declaration.subcons[index]
        quoted = work.problems.quote(work.octets, first, last)
        message = f"{name} at octet {first}: {node.name} is {quoted}, expected {expectation(node)}"
        facts: dict[str, Any] = {"element": node.name, "structure": name, "length": last - first, "octets": quoted}
        work.problems.add(BAD_VALUE, message, first, **facts)
