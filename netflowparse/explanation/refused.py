"""Datagrams that have no message: as much of their header as can be told, and why there is no more."""

from __future__ import annotations

import re
from typing import cast

from construct import Struct

from ..errors import DecodeError
from ..protocols.fixed import DECLARATIONS
from ..types import Problem, RefusalCode
from ..wire import ipfix, netflow9, sflow5
from ..wire.specifications import section_of
from .declared import fields
from .node import Node
from .sheet import Sheet

HEADERS = {
    **{version: header for version, (header, _) in DECLARATIONS.items()},
    9: netflow9.Header,
    10: ipfix.MessageHeader,
}
WORD = 4


def problem_of(error: DecodeError) -> Problem:
    """What *error* says, as a problem; its code is the error's name."""
    code = re.sub("(?<=.)(?=[A-Z])", "_", type(error).__name__).lower()
    return {"code": cast(RefusalCode, code), "message": str(error), "offset": error.offset, "malformed": True}


def refused_tree(sheet: Sheet) -> list[Node]:
    """The parts of a datagram that has no message."""
    octets, end = sheet.octets, len(sheet.octets)
    header = _header(octets)
    if header is not None:
        nodes, after = fields(sheet, header, 0, end)
        rest = sheet.undecoded(after, end, 0)
        if len(nodes) < len(header.subcons):
            nodes, rest, after = nodes + rest, [], end
        return [sheet.group("header", 0, after, nodes, rule=section_of(header)), *rest]
    size = WORD if octets[:2] == b"\0\0" else 2
    words = [(0, size, "version")]
    if octets[:WORD] == sflow5.VERSION.to_bytes(WORD, "big"):
        words.append((WORD, 2 * WORD, "type"))
    nodes, position = [], 0
    for start, after, name in words:
        if after <= end:
            value = int.from_bytes(octets[start:after], "big")
            nodes.append(sheet.leaf(name, start, after, f"unsigned{8 * (after - start)}", value))
            position = after
    return nodes + sheet.undecoded(position, end, 0)


def _header(octets: bytes) -> Struct | None:
    """The header that the datagram begins with, if its first words tell."""
    version = int.from_bytes(octets[:2], "big")
    if version or len(octets) < 2:
        return HEADERS.get(version)
    is_sflow = octets[:WORD] == sflow5.VERSION.to_bytes(WORD, "big") and len(octets) >= 2 * WORD
    return sflow5.DATAGRAM_HEADERS.get(int.from_bytes(octets[WORD : 2 * WORD], "big")) if is_sflow else None
