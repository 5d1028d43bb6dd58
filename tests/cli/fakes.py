"""Messages, frames and captures made by hand, and a decoder that answers what it was told."""

from __future__ import annotations

import struct
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, cast

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from netflowparse.errors import TruncatedDatagram, UnknownVersion
from netflowparse.types import KnowledgeRow, Message, Octets, StatisticsRow, Transport
from tests.message_builder import set_of, template
from tests.user_types.shapes import misfits

OCTETS = (1, 4)  # octetDeltaCount
PACKETS = (2, 4)  # packetDeltaCount
TEMPLATE = set_of(0, template(256, [OCTETS, PACKETS]))
DATA = set_of(256, (1000).to_bytes(4, "big") + (3).to_bytes(4, "big"))


def message(exporter: Hashable, header: dict[str, Any] | None = None, **parts: Any) -> Message:
    """Return a message such as the decoder's, empty but for the *parts*."""
    built: dict[str, Any] = {
        "protocol": "netflow9",
        "exporter": exporter,
        "header": {"version": 9, **({"sourceId": 7} if header is None else header)},
        "flows": [],
        "options": [],
        "counters": [],
        "templates": [],
        "sequence": {"expected": 1, "missing": 0, "event": "in_order"},
        "problems": [],
        "quirks": [],
        "late": [],
        **parts,
    }
    assert not misfits(built, Message)
    return cast(Message, built)


class FakeDecoder:
    """Answers a datagram ``00 09 …`` with one flow that holds the rest as text, or with what it was told."""

    def __init__(self, answers: dict[bytes, Any] | None = None) -> None:
        self.answers = answers or {}
        self.seen: list[tuple[Octets, Hashable, Transport]] = []

    def decode(
        self, datagram: bytes, exporter: Hashable, *, now: int | None = None, transport: Transport = "udp"
    ) -> Message:
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

    def statistics(self) -> list[StatisticsRow]:
        """None: it remembers nothing."""
        return []

    def knowledge(self, exporter: Hashable) -> list[KnowledgeRow]:
        """As little."""
        return []


@dataclass
class Outcome:
    """What a run left behind."""

    code: int
    out: str
    err: str
    seen: list[tuple[Octets, Hashable, Transport]]

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


def frame(payload: bytes, *, source: str = "192.0.2.1", port: int = 2055, source_port: int = 50001) -> bytes:
    """Return an Ethernet frame with a UDP datagram."""
    ip = IPv6(src=source, dst="2001:db8::9") if ":" in source else IP(src=source, dst="192.0.2.9")
    return bytes(
        Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / ip / UDP(sport=source_port, dport=port) / payload
    )
