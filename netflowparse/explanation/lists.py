"""Structured data in values: heads, values and records of lists, as far as the message has them.  RFC 6313 §4.5."""

from __future__ import annotations

from typing import Any

from ..codec.spans import spans
from ..protocols.trace import SetTrace
from ..wire import lists as wire
from ..wire.ipfix import ENTERPRISE_BIT
from ..wire.lists import BASIC_LIST, ENTRY_HEADER, SUB_TEMPLATE_LIST
from ..wire.specifications import ENCODINGS
from .declared import fields
from .node import Node
from .records import Templates, encoding, length_prefix, record, value_node
from .sheet import Sheet


class Lists:
    """The lists in the records of one datagram of *protocol*; *trace* says what they were read by."""

    def __init__(self, sheet: Sheet, templates: Templates, protocol: str, trace: SetTrace) -> None:
        self._sheet = sheet
        self._templates = templates
        self._protocol = protocol
        self._trace = trace

    def parts(self, abstract_type: str, start: int, end: int, value: Any) -> list[Node]:
        """The parts of the list from *start* to *end* of which the message has *value*."""
        if abstract_type == BASIC_LIST:
            return self._basic_list(start, end, value)
        if abstract_type == SUB_TEMPLATE_LIST:
            nodes, position = fields(self._sheet, wire.SubTemplateListHeader, start, end)
            return _named(nodes, value) + self._records(position, end, value)
        nodes = [
            self._sheet.leaf("semantic", start, start + 1, "unsigned8", value["semantic"], ENCODINGS[abstract_type])
        ]
        position = start + 1
        for entry in value["entries"]:
            parts, first = fields(self._sheet, wire.EntryHeader, position, end)
            after = position + max(parts[1].value, ENTRY_HEADER)
            parts += self._records(first, after, entry)
            nodes.append(self._sheet.group("entry", position, after, parts, rule=ENCODINGS[abstract_type]))
            position = after
        return nodes + self._sheet.undecoded(position, end, position, kept=True)

    def _basic_list(self, start: int, end: int, value: Any) -> list[Node]:
        sheet = self._sheet
        nodes, position = fields(sheet, wire.BasicListHeader, start, end)
        if nodes[1].value & ENTERPRISE_BIT:
            more, position = fields(sheet, wire.EnterpriseNumber, position, end)
            nodes += more
        nodes = _named(nodes, value)
        if value["values"]:
            element, layout = self._trace.items[position]
            for each in value["values"]:
                ((first, last),) = spans(layout.fields, sheet.octets, position, end)
                if first > position:
                    nodes.append(length_prefix(sheet, element.key, position, first))
                said = element.key, *encoding(element.type, last - first)
                nodes.append(value_node(sheet, said, first, last, each, self))
                position = last
        return nodes + sheet.undecoded(position, end, position, kept=True)

    def _records(self, start: int, end: int, value: Any) -> list[Node]:
        """The records of a list, or of an entry, from *start* to *end*."""
        nodes: list[Node] = []
        position = start
        if value.get("records"):
            described = self._templates.described(*self._trace.lists[position], self._protocol)
            for each in value["records"]:
                nodes.append(record(self._sheet, described, position, end, each, self))
                position = nodes[-1].end
        return nodes + self._sheet.undecoded(position, end, start, kept=True)


def _named(nodes: list[Node], value: Any) -> list[Node]:
    """The leaves of a list's head, the semantic as the message has it."""
    return [nodes[0]._replace(value=value["semantic"]), *nodes[1:]]
