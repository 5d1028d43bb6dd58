"""The walk through one packet: where it stands, what it has found, and how it ends.

Octets may end anywhere.  A header that is not whole gives those of its fields that are, and ``Cut``.
"""

from __future__ import annotations

from typing import Any, Protocol

from construct import Struct

from ..codec.engine import Engine
from ..codec.layout import cut_layout, layout_of
from ..codec.reader import Filler
from ..errors import LIMIT
from ..limits import Limits
from ..wire import packet as wire

ENDLESS = 1 << 62


class Cut(Exception):
    """What was sampled ends inside a header that is known to follow."""


class Stop(Exception):
    """Nothing follows that is decoded: the packet ends, or a limit was met and told."""


class Report(Protocol):
    """Where problems go."""

    def add(self, code: str, message: str, offset: int, **facts: Any) -> None:
        """Note a problem at *offset* octets from the datagram's start."""


class Header:
    """One kind of header: its length, and how its values get into a dict, which is made ready when first met."""

    __slots__ = ("_cut", "_engine", "fill", "layout", "size")

    def __init__(self, engine: Engine, declaration: Struct) -> None:
        self._engine = engine
        self.layout = layout_of(declaration)
        self.size = self.layout.minimum_length
        #: octets that are there of one that is cut -> what fills in their values, and from how many octets
        self._cut: dict[int, tuple[Filler, int]] = {}
        self.fill: Filler = self._fill_first

    def _fill_first(self, record: dict[str, Any], octets: bytes, offset: int) -> None:
        self.fill = self._engine.filler(self.layout)
        self.fill(record, octets, offset)

    def fill_whole(self, record: dict[str, Any], octets: bytes, offset: int, end: int) -> None:
        """Put those values of the header at *offset* into *record* whose last bit stands before *end*."""
        there = end - offset
        fill, size = self._cut.get(there) or self._learn_cut(there)
        fill(record, octets[offset:end].ljust(size, b"\0"), 0)

    def _learn_cut(self, there: int) -> tuple[Filler, int]:
        layout = cut_layout(self.layout, there)
        self._cut[there] = learned = self._engine.filler(layout), layout.minimum_length
        return learned


class Headers:
    """The headers of all layers, for one decoder."""

    def __init__(self, engine: Engine) -> None:
        self.untyped = engine.names["untyped"]
        self.ethernet = Header(engine, wire.Ethernet)
        self.vlan_tci = Header(engine, wire.VlanTci)
        self.llc = Header(engine, wire.Llc)
        self.label = Header(engine, wire.Label)
        self.arp = Header(engine, wire.Arp)
        self.dot11 = Header(engine, wire.Dot11)
        self.dot11_addresses = [
            Header(engine, each) for each in (wire.Dot11Address2, wire.Dot11Address3, wire.Dot11Address4)
        ]
        self.ipv4 = Header(engine, wire.Ipv4)
        self.ipv6 = Header(engine, wire.Ipv6)
        self.fragment = Header(engine, wire.Fragment)
        self.authentication = Header(engine, wire.Authentication)
        self.transport = {
            name: Header(engine, declaration)
            for name, declaration in (
                ("tcp", wire.Tcp),
                ("udp", wire.Udp),
                ("sctp", wire.Sctp),
                ("icmp", wire.Icmp),
                ("icmpv6", wire.Icmpv6),
                ("igmp", wire.Igmp),
                ("esp", wire.Esp),
            )
        }


class Walk:
    """One packet in *octets* from *position* to *end*, of which ``packet`` is what has been found so far.

    ``declared`` is where its headers say that it ends, which may be behind what was sampled.
    """

    __slots__ = (
        "declared",
        "end",
        "headers",
        "layers",
        "limits",
        "nesting",
        "octets",
        "packet",
        "position",
        "problems",
    )

    def __init__(
        self,
        headers: Headers,
        limits: Limits,
        problems: Report,
        packet: dict[str, Any],
        octets: bytes,
        position: int,
        end: int,
    ) -> None:
        self.headers = headers
        self.limits = limits
        self.problems = problems
        self.packet = packet
        self.octets = octets
        self.position = position
        self.end = end
        self.declared = ENDLESS
        self.layers = 0
        self.nesting = 0

    def need(self, length: int) -> int:
        """The present position, if *length* octets stand there."""
        if length > self.end - self.position:
            raise self._end()
        return self.position

    def can_hold(self, length: int) -> bool:
        """Whether by its own word the packet goes on for *length* octets, sampled or not."""
        return self.position + length <= self.declared

    def _end(self) -> Exception:
        """Why octets are missing: the header is cut, or by the packet's own word there is none."""
        return Stop() if self.position == self.declared else Cut()

    def take(self, header: Header, record: dict[str, Any] | None = None) -> int:
        """Put the values of *header* into *record*, or into the packet, and go behind it; where it stood."""
        if record is None:
            record = self.packet
        at = self.position
        if header.size > self.end - at:
            header.fill_whole(record, self.octets, at, self.end)
            raise self._end()
        header.fill(record, self.octets, at)
        self.position = at + header.size
        return at

    def number(self, length: int) -> int:
        """The next *length* octets as a number, and go behind them."""
        at = self.need(length)
        self.position = at + length
        return int.from_bytes(self.octets[at : at + length], "big")

    def skip(self, length: int) -> None:
        """Go behind the next *length* octets, which say nothing that is told."""
        self.position = self.need(length) + length

    def word(self) -> int:
        """The next two octets as a number, without going on."""
        at = self.need(2)
        return self.octets[at] << 8 | self.octets[at + 1]

    def bound(self, end: int) -> None:
        """Let the packet end at *end*, if that is earlier: what stands behind it is padding."""
        self.declared = min(self.declared, end)
        self.end = min(self.end, end)

    def count_layer(self) -> None:
        """Note that another header follows; ``Stop`` where there are too many."""
        self.layers += 1
        if self.layers > self.limits.packet_layers:
            self._exceed("packet_layers", f"more than {self.limits.packet_layers} headers in a sampled packet")

    def enter(self, kind: str, number: int | None, **facts: Any) -> None:
        """Go into a tunnel: what follows is the packet inside."""
        self.packet["tunnel"] = {"kind": kind, "id": number, **facts}
        self.go_inside()

    def go_inside(self) -> None:
        """Let the packet inside the tunnel be the one that is read."""
        self.nesting += 1
        if self.nesting > self.limits.nesting:
            self._exceed("nesting", f"more than {self.limits.nesting} tunnels inside one another")
        inside: dict[str, Any] = {}
        self.packet["inner"] = inside
        self.packet = inside

    def _exceed(self, limit: str, why: str) -> None:
        message = f"{why}, at octet {self.position}: the rest is left undecoded"
        self.problems.add(LIMIT, message, self.position, limit=limit, length=self.end - self.position)
        raise Stop
