"""Messages and captures made by hand, and a decoder that answers what it was told."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from netflowparse.errors import TruncatedDatagram, UnknownVersion


def message(exporter: Any, header: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """Return a message of the shape of the decoder's, empty but for the *parts*."""
    empty: dict[str, Any] = {
        "protocol": "netflow9",
        "exporter": exporter,
        "header": header or {"version": 9, "sourceId": 7},
        "flows": [],
        "options": [],
        "counters": [],
        "templates": [],
        "sequence": {"expected": None, "missing": 0, "event": "in_order"},
        "problems": [],
        "quirks": [],
        "late": [],
    }
    return {**empty, **parts}


class FakeDecoder:
    """Answers a datagram ``00 09 …`` with one flow that holds the rest as text, or with what it was told."""

    def __init__(self, answers: dict[bytes, Any] | None = None) -> None:
        self.answers = answers or {}
        self.seen: list[tuple[bytes, Any, str]] = []

    def decode(self, datagram: bytes, exporter: Any, *, transport: str = "udp") -> dict[str, Any]:
        self.seen.append((datagram, exporter, transport))
        answer = self.answers.get(datagram)
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return {**answer, "exporter": exporter}
        if datagram[:2] not in (b"\x00\x09", b"\x00\x0a"):
            raise UnknownVersion("version unknown", version=int.from_bytes(datagram[:2], "big"))
        if len(datagram) < 3:
            raise TruncatedDatagram("shorter than its header")
        return message(exporter, flows=[{"text": datagram[2:].decode("latin-1")}])


@dataclass
class Outcome:
    """What a run left behind."""

    code: int
    out: str
    err: str
    seen: list[tuple[bytes, Any, str]]

    @property
    def lines(self) -> list[str]:
        """Return the lines on stdout."""
        return self.out.splitlines()


def pcap_octets(frames: list[bytes], link_type: int = 1, snap: int = 65535, order: str = "<") -> bytes:
    """Return a pcap file written by hand, frames cut at *snap* octets, a second apart."""
    parts = [struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, link_type)]
    for second, frame in enumerate(frames):
        parts.append(struct.pack(order + "IIII", second, 0, len(frame[:snap]), len(frame)) + frame[:snap])
    return b"".join(parts)
