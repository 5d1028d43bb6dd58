"""Octets as a session: settings, then steps, each with who sends, over what, what is done, and a datagram.

An octet of settings; then for each step an octet (exporter 2 bits, transport 2 bits, action 4 bits), two octets of
length, and the datagram.  Any octets are a session: what is missing at the end is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netflowparse.types import Transport

TRANSPORTS: tuple[Transport, ...] = ("udp", "tcp", "sctp", "file")
FORGET, FLUSH, RESTORE, LATER = 12, 13, 14, 15  # actions; lower ones decode at the time that the datagram says
MOST = 64  # steps of one session
LONGEST = 65_535  # octets of a datagram


class Step(NamedTuple):
    """One step of a session."""

    exporter: int
    transport: int  # index of TRANSPORTS
    action: int
    datagram: bytes


def steps(octets: bytes) -> Iterator[Step]:
    """The steps behind the octet of settings."""
    position = 1
    for _ in range(MOST):
        if position + 3 > len(octets):
            break
        head, length = octets[position], int.from_bytes(octets[position + 1 : position + 3], "big")
        position += 3
        yield Step(head & 3, head >> 2 & 3, head >> 4, octets[position : position + length])
        position += length


def joined(settings: int, steps: Iterable[Step]) -> bytes:
    """The octets of a session."""
    parts = [bytes([settings & 255])]
    for step in steps:
        head = step.exporter | step.transport << 2 | step.action << 4
        parts += [bytes([head]), len(step.datagram).to_bytes(2, "big"), step.datagram]
    return b"".join(parts)
