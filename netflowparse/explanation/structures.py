"""sFlow's structures field by field: counts, items, unions and padded octets, as ``wire/xdr.py`` declares them.

A field that is not whole is none, as for the decoder, whatever it counts.
"""

from __future__ import annotations

from construct import Construct, Padded, Struct, Subconstruct

from ..wire.specifications import XDR_PADDING
from ..wire.values import Value
from ..wire.xdr import WORD, Added, Counted, Opaque, Repeated, Times, Union, padding
from .declared import reader_of, type_of
from .node import Node
from .sheet import Sheet

#: the leaves of a field, and where it ends
Read = tuple[list[Node], int]


class Short(Exception):
    """A field is not whole, or is of a kind that has no meaning."""


class Structures:
    """Reads structures in the datagram of *sheet*."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def fields(self, declaration: Struct, start: int, end: int, rule: str) -> tuple[list[Node], int, bool]:
        """The nodes of the fields of *declaration* at *start* that are whole before *end*; where they end.

        And whether they are all that *declaration* has.
        """
        nodes: list[Node] = []
        words: dict[str, int] = {}
        for subcon in declaration.subcons:
            try:
                parts, start = self._field(subcon, start, end, rule, words)
            except Short:
                return nodes, start, False
            nodes += parts
        return nodes, start, True

    def _field(self, node: Construct, start: int, end: int, rule: str, words: dict[str, int]) -> Read:
        """One field; *words* are the numbers before it, of which one may say what it is."""
        name = node.name or "value"
        bare = node.subcon if node.name and isinstance(node, Subconstruct) and not isinstance(node, Value) else node
        if isinstance(bare, Added):
            return (
                self._field(name / bare.subcon, start, end, rule, words) if _is_there(bare, start, end) else ([], start)
            )
        if isinstance(bare, Union):
            return self._union(name, bare, start, end, rule, words)
        if isinstance(bare, Counted | Times | Repeated):
            return self._items(name, bare, start, end, rule)
        if isinstance(bare.subcon if isinstance(bare, Value) else bare, Opaque):
            return self._opaque(name, bare, start, end, rule)
        return self._fixed(name, bare, start, end, rule, words)

    def _fixed(self, name: str, node: Construct, start: int, end: int, rule: str, words: dict[str, int]) -> Read:
        sheet, after = self._sheet, start + node.sizeof()
        if after > end:
            raise Short
        value = sheet.plain(reader_of(node)(sheet.octets[start:after]))
        if type(value) is int:
            words[name] = value
        last = start + node.subcon.sizeof() if isinstance(node, Padded) else after
        return [sheet.leaf(name, start, last, type_of(node), value, rule), *sheet.padding(last, after, rule)], after

    def _word(self, name: str, start: int, end: int, rule: str) -> tuple[Node, int]:
        """The number at *start*, which is not told, and says what follows."""
        if start + WORD > end:
            raise Short
        value = int.from_bytes(self._sheet.octets[start : start + WORD], "big")
        return self._sheet.leaf(name, start, start + WORD, "unsigned32", value, rule), value

    def _opaque(self, name: str, node: Construct, start: int, end: int, rule: str) -> Read:
        sheet = self._sheet
        word, length = self._word(f"{name} length", start, end, rule)
        start += WORD
        after = start + length
        if after > end:
            raise Short
        value = sheet.plain(node.parse(sheet.octets[start - WORD : after]))
        filled = min(after + padding(length), end)
        octets = sheet.leaf(name, start, after, type_of(node), value, rule)
        return [word, octets, *sheet.padding(after, filled, XDR_PADDING)], filled

    def _items(self, name: str, node: Subconstruct, start: int, end: int, rule: str) -> Read:
        nodes: list[Node] = []
        position, count = start, -1  # as many as there are
        if isinstance(node, Counted):
            word, count = self._word(f"{name} count", start, end, rule)
            nodes.append(word)
            position += WORD
            if node.most is not None and count > node.most:
                raise Short
        elif isinstance(node, Times):
            count = node.count
        while count > 0 or (count < 0 and position < end):
            parts, position = self._item(node.subcon, position, end, rule)
            nodes += parts
            count -= count > 0
        return [self._sheet.group(name, start, position, nodes, rule=rule)] if position > start else [], position

    def _item(self, node: Construct, start: int, end: int, rule: str) -> Read:
        if not isinstance(node, Struct):
            return self._fixed("item", node, start, end, rule, {})
        nodes, after, whole = self.fields(node, start, end, rule)
        if not whole:
            raise Short
        return [self._sheet.group("item", start, after, nodes, rule=rule)], after

    def _union(self, name: str, node: Union, start: int, end: int, rule: str, words: dict[str, int]) -> Read:
        nodes: list[Node] = []
        if node.on:
            kind = words[node.on]
        else:
            word, kind = self._word(f"{name} type", start, end, rule)
            nodes.append(word)
            start += WORD
        if kind not in node.arms:
            raise Short
        arm = node.arms[kind]
        if arm is None:
            return nodes, start
        parts, after = self._field(name / arm, start, end, rule, {})
        return nodes + parts, after


def _is_there(node: Added, start: int, end: int) -> bool:
    """Whether the octets that are left hold a field that earlier revisions have not."""
    return bool(end - start >= node.subcon.sizeof())
