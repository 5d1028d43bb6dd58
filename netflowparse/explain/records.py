"""Records that a template describes, field by field, with what the message has of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from ..codec.display import Nested, One, Several
from ..codec.layout import Layout
from ..codec.record import elements_of, template_layout
from ..codec.spans import spans
from ..protocols.learned_elements import learned_fields
from ..registry import Element, Registry
from ..state.exporters import Exporter
from ..state.templates import KnownTemplate
from ..wire.lists import LISTS
from ..wire.sections import ENCODINGS, FIELD_TYPES, REDUCED_SIZE, SCOPE_TYPES, SETS, VARIABLE_LENGTH
from .node import Node
from .sheet import Sheet

ABSENT = object()
WIDTHS = {f"{sign}{8 * width}": width for sign in ("unsigned", "signed") for width in (1, 2, 4, 8, 32)}


class Field(NamedTuple):
    """A field of a template: what it is called, and where its record has its value."""

    name: str
    type: str
    rule: str
    key: tuple[str | int, ...] | None  # keys and an index that lead to it; None: the record has nothing else there


class Described(NamedTuple):
    """What explains the records of a template."""

    layout: Layout
    fields: tuple[Field, ...]
    rule: str


class ListReader(Protocol):
    """What makes nodes of lists."""

    def parts(self, abstract_type: str, start: int, end: int, value: Any) -> list[Node]:
        """The parts of the list from *start* to *end* of which the message has *value*."""


class Templates:
    """What explains the records of the templates that one datagram is read by."""

    def __init__(self, registry: Registry, exporter: Exporter, octet_values: str) -> None:
        self.registry = registry
        self.exporter = exporter
        self._octet_values = octet_values
        self._described: dict[KnownTemplate, Described] = {}

    @property
    def rules(self) -> frozenset[str]:
        """The rules for peculiarities that hold for the exporter."""
        return self.exporter.rules.on

    def _elements(self, known: KnownTemplate) -> list[Element]:
        """The elements of a template."""
        learned = learned_fields(self.exporter, known.template, self.registry)
        return elements_of(known.template, self.registry, self.rules, learned)

    def described(self, known: KnownTemplate, protocol: str, layout: Layout | None = None) -> Described:
        """What explains the records of *known* in a datagram of *protocol*, which were read by *layout* if given."""
        made = self._described.get(known)
        if made is None:
            if layout is None:
                layout = self._layout(known, protocol)
            _, rule = SETS[protocol, "options" if known.is_options else "data"]
            made = self._described[known] = Described(layout, self._fields(known, layout), rule)
        return made

    def _layout(self, known: KnownTemplate, protocol: str) -> Layout:
        shape = known.shape
        if shape is not None and shape.layout is not None:
            found: Layout = shape.layout
            return found
        learned = learned_fields(self.exporter, known.template, self.registry)
        clocked = protocol == "netflow9"
        return template_layout(
            known.template, self.registry, self._octet_values, self.rules, clocked=clocked, learned=learned
        )

    def _fields(self, known: KnownTemplate, layout: Layout) -> tuple[Field, ...]:
        scope = known.template.scope_count or 0
        keys = _keys(layout)
        fields = []
        for index, element in enumerate(self._elements(known)):
            name, length = layout.names[index], known.template.fields[index].length
            abstract_type = element.type if element.key == name else "octetArray"
            rule = rule_of(abstract_type, length)
            if known.template.protocol == "netflow9":
                rule = SCOPE_TYPES if index < scope else FIELD_TYPES
            fields.append(Field(name, abstract_type, rule, keys.get(index)))
        return tuple(fields)


def rule_of(abstract_type: str, length: int) -> str:
    """The section that says how values of a type, of *length* octets, are encoded."""
    reduced = length < WIDTHS.get(abstract_type, 0)
    return REDUCED_SIZE if reduced else ENCODINGS.get(abstract_type, "")


def _keys(layout: Layout) -> dict[int, tuple[str | int, ...]]:
    """Field index -> the keys that lead to its value in a record, of a key that comes twice the later one."""
    found: dict[int, tuple[str | int, ...]] = {}

    def add(display: Mapping[str, Any], before: tuple[str | int, ...]) -> None:
        for key, source in display.items():
            if isinstance(source, Nested):
                add(dict(source.display), (*before, key))
            elif isinstance(source, One):
                found.setdefault(source.field, (*before, key))
            elif isinstance(source, Several):
                found.update({field: (*before, key, place) for place, field in enumerate(source.fields)})

    add(dict(layout.display), ())
    return found


def record(
    sheet: Sheet, described: Described, start: int, end: int, values: dict[str, Any] | None, lists: ListReader
) -> Node:
    """The record at *start*, of which the message has *values*; None: it is cut, and goes on to *end*."""
    layout = described.layout
    nodes: list[Node] = []
    position = start
    for index, (first, last) in enumerate(spans(layout.fields, sheet.octets, start, end)):
        if last > end:
            break
        field = described.fields[index]
        if layout.fields[index].variable:
            nodes.append(length_prefix(sheet, field.name, position, first))
        value = ABSENT if values is None else _at(values, field.key)
        if value is ABSENT:
            value = _parsed(sheet, layout, index, position, last)
        if field.type in LISTS and not isinstance(value, str | bytes | None):
            parts = lists.parts(field.type, first, last, value)
            nodes.append(sheet.group(field.name, first, last, parts, field.type, field.rule))
        else:
            nodes.append(sheet.leaf(field.name, first, last, field.type, value, field.rule))
        position = last
    if values is None:
        nodes += sheet.undecoded(position, end, start)
        position = end
    return sheet.group("record", start, position, nodes, rule=described.rule)


def length_prefix(sheet: Sheet, name: str, start: int, end: int) -> Node:
    """The length before a value of variable length: one octet, or 255 and two more."""
    long_form = end - start > 1
    value = int.from_bytes(sheet.octets[start + long_form : end], "big")
    return sheet.leaf(f"{name} length", start, end, "unsigned16" if long_form else "unsigned8", value, VARIABLE_LENGTH)


def _at(record: Any, keys: tuple[str | int, ...] | None) -> Any:
    if keys is None:
        return ABSENT
    try:
        for key in keys:
            record = record[key]
    except (KeyError, IndexError, TypeError):
        return ABSENT
    return record


def _parsed(sheet: Sheet, layout: Layout, index: int, start: int, end: int) -> Any:
    """What the declaration reads in the octets of a field; of a list, its octets."""
    if layout.fields[index].located:
        return sheet.as_value(start, end)
    return sheet.plain(layout.declaration.subcons[index].parse(sheet.octets[start:end]))
