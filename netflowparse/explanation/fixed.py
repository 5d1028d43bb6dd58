"""NetFlow v1, v5, v6, v7 and v8 as trees: a header, records of one layout, what is left over."""

from __future__ import annotations

from ..protocols.trace import FixedTrace
from ..wire.specifications import section_of
from .declared import fields, head
from .node import Node
from .sheet import Sheet


def fixed_tree(sheet: Sheet, trace: FixedTrace) -> list[Node]:
    """The parts of a datagram of a fixed version."""
    nodes = [head(sheet, "header", trace.header.declaration, 0)]
    position, end = trace.start, len(sheet.octets)
    if trace.layout is not None:
        declaration, size = trace.layout.declaration, trace.layout.minimum_length
        while position < trace.stop:
            parts, after = fields(sheet, declaration, position, position + size)
            nodes.append(sheet.group("record", position, after, parts, rule=section_of(declaration)))
            position = after
        counted = int.from_bytes(sheet.octets[2:4], "big")
        if position < end and (trace.stop - trace.start) // size < counted:  # a record that is cut
            parts, after = fields(sheet, declaration, position, end)
            parts += sheet.undecoded(after, end, position)
            nodes.append(sheet.group("record", position, end, parts, rule=section_of(declaration)))
            position = end
    return nodes + sheet.undecoded(position, end, trace.start if trace.layout is not None else 0)
