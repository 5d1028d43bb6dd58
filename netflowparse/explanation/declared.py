"""Declarations whose octets are always as many: their fields, one leaf each."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from struct import Struct as Packing
from typing import Any, NamedTuple

from construct import Bytes, Construct, FormatField, Padded, Pass, Renamed, Struct, Subconstruct

from ..wire.bit_fields import Parts
from ..wire.specifications import section_of
from ..wire.texts import CachedText
from ..wire.values import Finite, Ipv4Text, Ipv6Text, MacText, Value
from .node import Node
from .sheet import PADDING, Sheet

UNSIGNED = {"B": "unsigned8", "H": "unsigned16", "L": "unsigned32", "Q": "unsigned64"}
SIGNED = {"b": "signed8", "h": "signed16", "l": "signed32", "q": "signed64"}
LETTERS = {**UNSIGNED, **SIGNED, "f": "float32", "d": "float64"}
ADAPTERS = {Ipv4Text: "ipv4Address", Ipv6Text: "ipv6Address", MacText: "macAddress", CachedText: "string"}
NOT_TOLD = "not told"  # octets of a packet's header that no element reports


class Column(NamedTuple):
    """A field of a declaration: what it is called, its octets, and what reads them, None: nobody looks at them."""

    name: str
    size: int
    type: str
    read: Callable[[bytes], Any] | None


def type_of(node: Construct) -> str:
    """The abstract type that is nearest to what *node* reads."""
    for adapter, abstract_type in ADAPTERS.items():
        if isinstance(node, adapter):
            return abstract_type
    if isinstance(node, FormatField):
        return LETTERS[node.fmtstr[1:]]
    if isinstance(node, Finite) or (isinstance(node, Subconstruct) and not isinstance(node.subcon, Bytes)):
        return type_of(node.subcon)
    return "octetArray"


@lru_cache(maxsize=1024)
def reader_of(node: Construct) -> Callable[[bytes], Any]:
    """What *node* reads in octets that are just its own; of most nodes without the stream that Construct takes."""
    if isinstance(node, Renamed):
        read: Callable[[bytes], Any] = reader_of(node.subcon)
        return read
    if isinstance(node, FormatField):
        unpack = Packing(node.fmtstr).unpack
        return lambda octets: unpack(octets)[0]
    if isinstance(node, Bytes):
        return bytes
    if isinstance(node, Value | Parts):
        inner = reader_of(node.subcon)
        return lambda octets: node._decode(inner(octets), None, "")
    return lambda octets: node.parse(octets)


@lru_cache(maxsize=512)
def columns_of(declaration: Struct, unnamed: str = PADDING) -> tuple[Column, ...]:
    """The fields of *declaration*, in wire order; those that nobody names are called *unnamed*."""
    return tuple(_column(node, unnamed) for node in declaration.subcons)


def _column(node: Construct, unnamed: str) -> Column:
    size = int(node.sizeof())
    if isinstance(node, Padded) and node.subcon is Pass:
        return Column(unnamed, size, "", None)
    return Column(node.name or "type", size, type_of(node) if size else "", reader_of(node))


def fields(
    sheet: Sheet, declaration: Struct, start: int, end: int, rule: str | None = None, *, unnamed: str = PADDING
) -> tuple[list[Node], int]:
    """The leaves of the fields of *declaration* at *start* that are whole before *end*, and where they end."""
    said = section_of(declaration) if rule is None else rule
    nodes = []
    for name, size, abstract_type, read in columns_of(declaration, unnamed):
        after = start + size
        if after > end:
            break
        value = None if read is None else sheet.plain(read(sheet.octets[start:after]))
        nodes.append(sheet.leaf(name, start, after, abstract_type, value, said))
        start = after
    return nodes, start


def head(sheet: Sheet, name: str, declaration: Struct, start: int, rule: str | None = None) -> Node:
    """The header of *declaration* at *start*, which is whole."""
    nodes, end = fields(sheet, declaration, start, len(sheet.octets), rule)
    return sheet.group(name, start, end, nodes, rule=section_of(declaration) if rule is None else rule)
