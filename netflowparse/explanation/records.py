"""Records that a template describes, field by field, with what the message has of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from ..codec.display import Nested, One, Several
from ..codec.layout import Layout
from ..codec.record import Learned, elements_of
from ..codec.spans import spans
from ..registry import Registry
from ..state.exporters import Exporter
from ..state.templates import KnownTemplate
from ..wire.leaves import fits
from ..wire.lists import LISTS
from ..wire.specifications import ENCODINGS, FIELD_TYPES, REDUCED_SIZE, SCOPE_TYPES, SETS, VARIABLE
from .node import Node
from .sheet import Sheet

ABSENT = object()
OCTETS = "octetArray"
WIDTHS = {f"{sign}{8 * width}": width for sign in ("unsigned", "signed") for width in (1, 2, 4, 8, 32)}
WIDTHS["float64"] = 8


class Field(NamedTuple):
    """A field of a template: what it is called, and where its record has its value."""

    name: str
    type: str
    rule: str  # "": type and length of each value decide
    key: tuple[str | int, ...] | None  # keys and an index that lead to it; None: the record has nothing else there


class Described(NamedTuple):
    """What explains the records of a template.

    ``runs`` are its fields in wire order: the number of the first one, and how many there are, of which several have no
    octets.
    """

    layout: Layout
    fields: tuple[Field, ...]
    runs: tuple[tuple[int, int], ...]
    rule: str


class ListReader(Protocol):
    """What makes nodes of lists."""

    def parts(self, abstract_type: str, start: int, end: int, value: Any) -> list[Node]:
        """The parts of the list from *start* to *end* of which the message has *value*."""


class Templates:
    """What explains the records of the templates that one datagram is read by."""

    def __init__(self, registry: Registry, exporter: Exporter) -> None:
        self.registry = registry
        self.exporter = exporter
        self._described: dict[tuple[KnownTemplate, Layout], Described] = {}

    @property
    def rules(self) -> frozenset[str]:
        """The rules for peculiarities that hold for the exporter."""
        return self.exporter.rules.on

    def described(self, known: KnownTemplate, layout: Layout, learned: Learned, protocol: str) -> Described:
        """What explains the records of *known* in a datagram of *protocol*.

        They were read by *layout*, when the exporter had said so much of elements; later records by another one, if it
        has said more since.
        """
        made = self._described.get((known, layout))
        if made is None:
            _, rule = SETS[protocol, "options" if known.is_options else "data"]
            described = Described(layout, self._fields(known, layout, learned), tuple(_runs(layout)), rule)
            made = self._described[known, layout] = described
        return made

    def _fields(self, known: KnownTemplate, layout: Layout, learned: Learned) -> tuple[Field, ...]:
        template = known.template
        scope, keys = template.scope_count or 0, _keys(layout)
        elements = elements_of(template, self.registry, self.rules, learned)
        fields = []
        for index, element in enumerate(elements):
            rule = ""
            if template.protocol == "netflow9":
                rule = SCOPE_TYPES if index < scope else FIELD_TYPES
            fields.append(Field(element.key, element.type, rule, keys.get(index)))
        return tuple(fields)


def encoding(abstract_type: str, length: int) -> tuple[str, str]:
    """What a value of a type is read as that has *length* octets, and the section that says how it is encoded."""
    if not fits(abstract_type, length):
        abstract_type = OCTETS
    reduced = 0 < length < WIDTHS.get(abstract_type, 0)
    return abstract_type, REDUCED_SIZE if reduced else ENCODINGS.get(abstract_type, "")


def _runs(layout: Layout) -> Iterator[tuple[int, int]]:
    """The fields of a record one by one, but those without octets that follow one another together."""
    index = 0
    for empty, group in groupby(layout.fields, key=lambda field: field.octets == 0 and not field.variable):
        count = sum(1 for _ in group)
        yield from [(index, count)] if empty else ((each, 1) for each in range(index, index + count))
        index += count


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
    sheet: Sheet,
    described: Described,
    start: int,
    end: int,
    values: dict[str, Any] | None,
    lists: ListReader,
    since: int | None = None,
) -> Node:
    """The record at *start*, of which the message has *values*; None: it is cut, and goes on to *end*.

    Why it is cut is a problem of what stands at *since*, if not of itself.
    """
    layout = described.layout
    nodes: list[Node] = []
    position = start
    for index, count in described.runs:
        if count > 1:
            # thousands may be in a record of one octet
            nodes.append(sheet.leaf(f"{count} fields without octets", position, position))
            continue
        ((first, last),) = spans(layout.fields[index : index + 1], sheet.octets, position, end)
        if last > end:
            break
        field = described.fields[index]
        abstract_type, rule = encoding(field.type, last - first)
        if layout.fields[index].variable:
            nodes.append(length_prefix(sheet, field.name, position, first))
        value = ABSENT if values is None else _at(values, field.key)
        if value is ABSENT:
            value = _parsed(sheet, layout, index, position, first, last)
        nodes.append(value_node(sheet, (field.name, abstract_type, field.rule or rule), first, last, value, lists))
        position = last
    if values is None:
        nodes += sheet.undecoded(position, end, start if since is None else since)
        position = end
    return sheet.group("record", start, position, nodes, rule=described.rule)


def value_node(sheet: Sheet, said: tuple[str, str, str], start: int, end: int, value: Any, lists: ListReader) -> Node:
    """The node of one value, of which name, type and rule are *said*; of a list that was read with its parts."""
    name, abstract_type, rule = said
    if abstract_type in LISTS and not isinstance(value, str | bytes | None):
        parts = lists.parts(abstract_type, start, end, value)
        return sheet.group(name, start, end, parts, abstract_type, rule)
    return sheet.leaf(name, start, end, abstract_type, value, rule)


def length_prefix(sheet: Sheet, name: str, start: int, end: int) -> Node:
    """The length before a value of variable length: one octet, or 255 and two more."""
    long_form = end - start > 1
    value = int.from_bytes(sheet.octets[start + long_form : end], "big")
    return sheet.leaf(f"{name} length", start, end, "unsigned16" if long_form else "unsigned8", value, VARIABLE)


def _at(record: Any, keys: tuple[str | int, ...] | None) -> Any:
    if keys is None:
        return ABSENT
    try:
        for key in keys:
            record = record[key]
    except (KeyError, IndexError, TypeError):
        return ABSENT
    return record


def _parsed(sheet: Sheet, layout: Layout, index: int, start: int, content: int, end: int) -> Any:
    """What the declaration reads in the octets of a field; of a list, its octets, which begin at *content*."""
    if layout.fields[index].located:
        return sheet.as_value(content, end)
    return sheet.plain(layout.declaration.subcons[index].parse(sheet.octets[start:end]))
