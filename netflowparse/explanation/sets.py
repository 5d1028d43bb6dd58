"""NetFlow v9 and IPFIX as trees: the header, sets, and in them template records or data records."""

from __future__ import annotations

from typing import Any

from ..errors import LIMIT
from ..protocols.framing import HEADER
from ..protocols.trace import DataSet, SetTrace
from ..types import Message
from ..wire.sets import FIRST_DATA_SET, SetHeader
from ..wire.specifications import PADDING, SETS, section_of
from .declared import fields, head
from .lists import Lists
from .node import Node
from .records import Templates, record
from .sheet import Sheet
from .templates import FORMS, template_record

LENGTH = 2  # octets of a set's length, the last ones of its head


class SetTree:
    """Makes the tree of one datagram."""

    def __init__(self, sheet: Sheet, message: Message, templates: Templates, trace: SetTrace) -> None:
        self._sheet = sheet
        self._message = message
        self._protocol: str = message["protocol"]
        self._templates = templates
        self._trace = trace
        self._lists = Lists(sheet, templates, self._protocol, trace)

    def nodes(self) -> list[Node]:
        """The parts of the datagram."""
        sheet, trace, end = self._sheet, self._trace, len(self._sheet.octets)
        rule = section_of(trace.header.declaration)
        nodes = [head(sheet, "header", trace.header.declaration, 0, rule)]
        records = iter(sorted(trace.template_records))
        values = {False: iter(self._message["flows"]), True: iter(self._message["options"])}
        template = next(records, None)
        position = nodes[0].end
        for set_id, start, stop, _ in trace.sets:
            definitions = []
            while template is not None and template[0] < stop:
                definitions.append(template)
                template = next(records, None)
            data = trace.data.get(start)
            if data is not None:
                content = self._data(data, values[data.known.is_options])
            elif definitions or set_id in FORMS:
                content = self._definitions(set_id, definitions, start, stop)
            else:
                content = self._unread(start, stop)
            nodes.append(self._set(set_id, start, stop, content, data))
            position = stop
        length = self._message["header"].get("length", end)
        stop = min(length, end)
        if position < stop:
            cut = length > end  # inside the head of a set
            nodes += sheet.undecoded(position, stop, 0) if cut else sheet.rest(position, stop, position)
        return nodes + sheet.undecoded(max(stop, position), end, stop)

    def _is_cut(self, start: int, stop: int) -> bool:
        """Whether the set whose content stands from *start* to *stop* says that it is longer: its end is no padding."""
        length = int.from_bytes(self._sheet.octets[start - LENGTH : start], "big")
        return length > stop - start + HEADER

    def _set(self, set_id: int, start: int, stop: int, content: list[Node], data: DataSet | None) -> Node:
        kind = "reserved"
        if set_id in FORMS:
            kind = "options template" if FORMS[set_id][1] else "template"
        elif set_id >= FIRST_DATA_SET:
            kind = "options" if data is not None and data.known.is_options else "data"
        rule, _ = SETS.get((self._protocol, kind), SETS[self._protocol, "reserved"])
        words, _ = fields(self._sheet, SetHeader, start - HEADER, stop, rule)
        name = f"{kind} set {set_id}" if kind in ("data", "options", "reserved") else f"{kind} set"
        return self._sheet.group(name, start - HEADER, stop, words + content, rule=rule)

    def _definitions(self, set_id: int, definitions: list[tuple[int, int, int]], start: int, stop: int) -> list[Node]:
        """The records of a template set, each from one offset to another, and what is behind them."""
        sheet, templates, nodes, position = self._sheet, self._templates, list[Node](), start
        if not definitions and self._is_foreign(set_id):
            return sheet.undecoded(start, stop, start - HEADER)
        for first, last, events in definitions:
            names = [field["name"] for field in self._message["templates"][events - 1]["fields"]]
            nodes.append(template_record(sheet, templates, set_id, first, last, names))
            position = last
        told = sheet.between(position, position + 1)
        if not any(sheet.octets[position:stop]) and not told:
            if self._is_cut(start, stop):
                return nodes + sheet.undecoded(position, stop, start - HEADER)
        elif self._is_cut(start, stop) or stop - position >= HEADER:
            since = None if told else start - HEADER
            return [*nodes, template_record(sheet, templates, set_id, position, stop, cut=True, since=since)]
        return nodes + sheet.padding(position, stop, PADDING[self._protocol])

    def _is_foreign(self, set_id: int) -> bool:
        return FORMS[set_id][0] != self._protocol

    def _data(self, data: DataSet, values: Any) -> list[Node]:
        """The records of a data set that was read, and what is behind them."""
        sheet, known, lists = self._sheet, data.known, self._lists
        described = self._templates.described(known, data.layout, data.learned, self._protocol)
        nodes, position = [], data.start
        for _ in range(data.records):
            nodes.append(record(sheet, described, position, data.end, next(values), lists))
            position = nodes[-1].end
        left = data.end - position
        if left < known.minimum_length:
            if left and self._is_cut(data.start, data.end):
                return [*nodes, record(sheet, described, position, data.end, None, lists, data.start - HEADER)]
            return nodes + sheet.padding(position, data.end, PADDING[self._protocol])
        if any(problem["code"] == LIMIT for problem in sheet.between(position, position + 1)):
            return nodes + sheet.undecoded(position, data.end, position)
        return [*nodes, record(sheet, described, position, data.end, None, lists)]

    def _unread(self, start: int, stop: int) -> list[Node]:
        """The content of a set without a reader: left for a reason that is told, or too short for any record."""
        sheet, since = self._sheet, start - HEADER
        told = any(problem.get("length") == stop - start for problem in sheet.between(since, stop))
        if told or sheet.capped or self._is_cut(start, stop):
            return sheet.undecoded(start, stop, since)
        return sheet.padding(start, stop, PADDING[self._protocol])
