"""Structured data in values: heads, values and records of lists, as far as the message has them.  RFC 6313 §4.5."""

from __future__ import annotations

from typing import Any

from ..codec.record import value_type
from ..codec.shapes import ShapeCache
from ..codec.spans import spans
from ..protocols.learned_elements import element_of
from ..state.templates import KnownTemplate
from ..template import VARIABLE_LENGTH
from ..wire import lists as wire
from ..wire.ipfix import ENTERPRISE_BIT
from ..wire.leaves import fits
from ..wire.lists import BASIC_LIST, ENTRY_HEADER, SUB_TEMPLATE_LIST
from ..wire.sections import ENCODINGS
from .declared import fields
from .node import Node
from .records import Templates, length_prefix, record, rule_of
from .sheet import Sheet


class Lists:
    """The lists in the records of one data set of *protocol*, read by *known* and in it by the *inner* templates."""

    def __init__(
        self,
        sheet: Sheet,
        templates: Templates,
        shapes: ShapeCache,
        protocol: str,
        known: KnownTemplate,
        inner: dict[int, KnownTemplate],
    ) -> None:
        self._sheet = sheet
        self._templates = templates
        self._shapes = shapes
        self._protocol = protocol
        self._known = known
        self._inner = inner

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
        element_id, length, enterprise = nodes[1].value, nodes[2].value, 0
        if element_id & ENTERPRISE_BIT:
            element_id &= ~ENTERPRISE_BIT
            more, position = fields(sheet, wire.EnterpriseNumber, position, end)
            nodes += more
            enterprise = more[0].value
        nodes = _named(nodes, value)
        if value["values"]:
            templates = self._templates
            element = element_of(templates.exporter, templates.registry, enterprise, element_id)
            read_as = value_type(element, length, templates.rules, in_options=self._known.is_options)
            layout = self._shapes.items(read_as, length).layout
            assert layout is not None
            abstract_type = element.type if length == VARIABLE_LENGTH or fits(read_as, length) else "octetArray"
            rule = rule_of(element.type, length)
            for each in value["values"]:
                ((first, last),) = spans(layout.fields, sheet.octets, position, end)
                if first > position:
                    nodes.append(length_prefix(sheet, value["element"], position, first))
                if isinstance(each, dict):
                    parts = self.parts(element.type, first, last, each)
                    nodes.append(sheet.group(value["element"], first, last, parts, element.type, rule))
                else:
                    nodes.append(sheet.leaf(value["element"], first, last, abstract_type, each, rule))
                position = last
        return nodes + sheet.undecoded(position, end, position, kept=True)

    def _records(self, start: int, end: int, value: Any) -> list[Node]:
        """The records of a list, or of an entry, from *start* to *end*."""
        nodes: list[Node] = []
        position = start
        if value.get("records"):
            described = self._templates.described(self._inner[value["template_id"]], self._protocol)
            for each in value["records"]:
                nodes.append(record(self._sheet, described, position, end, each, self))
                position = nodes[-1].end
        return nodes + self._sheet.undecoded(position, end, start, kept=True)


def _named(nodes: list[Node], value: Any) -> list[Node]:
    """The leaves of a list's head, the semantic as the message has it."""
    return [nodes[0]._replace(value=value["semantic"]), *nodes[1:]]
