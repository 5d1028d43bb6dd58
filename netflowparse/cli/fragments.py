"""Fragments of IP packets to whole packets.

Which fragments belong together, and when they are all there, is decided here; scapy puts them together, and is shown
nothing but fixed headers and data it takes for opaque: hostile options and extension headers make it raise or fill up
with octets of its own, and a payload that it decodes comes back changed.

A cut file, lost fragment or a hostile sender leaves fragments behind; they are bounded in number and age, and counted.
RFC 791 §3.2, RFC 8200 §4.5; overlapping fragments are thrown away as RFC 5722 wants it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct
from typing import Any

from ..packet.network import FRAGMENT
from ..packet.usual import UDP
from .frames import Fragment, UdpDatagram, decode_packet

WORD = Struct("!H")
OPAQUE = b"\xfd"  # protocol 253, for experiments (RFC 3692): nothing decodes it
MAX_WAITING = 1024  # packets; each holds at most 64 KiB
MAX_AGE = 60  # seconds of capture time, RFC 8200 §4.5
MAX_LENGTH = 0xFFFF  # octets: IPv4 with its header, IPv6 behind its fixed and the fragment header


@dataclass
class _Waiting:
    """The fragments of one packet, by the offset of their data."""

    since: int
    parts: dict[int, Fragment] = field(default_factory=dict)
    octets: int = 0  # of data in the parts
    length: int = MAX_LENGTH + 1  # of all data: known when the last fragment is there
    broken: bool = False  # can never become whole

    def add(self, part: Fragment) -> None:
        self.parts[part.offset] = part
        self.octets += part.length
        if not part.more:
            self.length = part.offset + part.length
        end_of_packet = part.offset + len(part.packet) - (0 if part.version == 4 else 48)
        if part.missing or part.length <= 0 or part.offset + part.length > self.length or end_of_packet > MAX_LENGTH:
            self.spoil()

    def spoil(self) -> None:
        self.broken = True
        self.parts.clear()

    def in_order(self) -> list[Fragment]:
        """Return the parts in the order of their offsets, or nothing when they overlap."""
        parts = sorted(self.parts.values(), key=lambda part: part.offset)
        end = 0
        for part in parts:
            if part.offset != end:
                return []
            end += part.length
        return parts


class Reassembly:
    """Fragments of one capture file that wait for the rest of their packet."""

    def __init__(self) -> None:
        self._lost = 0
        self._waiting: dict[tuple[str, str, int], _Waiting] = {}

    def add(self, fragment: Fragment, seconds: int) -> UdpDatagram | None:
        """Return the UDP datagram that this fragment completes, or None; *seconds* is its capture time."""
        waiting = self._waiting.get(fragment.key)
        if waiting is not None and (abs(seconds - waiting.since) > MAX_AGE or _contradicts(waiting, fragment)):
            self._lose(fragment.key)  # the identification is used again
            waiting = None
        if waiting is None:
            waiting = self._waiting[fragment.key] = _Waiting(seconds)
            if len(self._waiting) > MAX_WAITING:
                self._lose(next(iter(self._waiting)))
        if waiting.broken or fragment.offset in waiting.parts:
            return None
        waiting.add(fragment)
        if waiting.broken or waiting.octets < waiting.length:
            return None
        parts = waiting.in_order()
        if not parts:
            waiting.spoil()
            return None
        del self._waiting[fragment.key]
        whole = join_ipv4(parts) if parts[0].version == 4 else join_ipv6(parts)
        datagram = decode_packet(whole)
        return datagram if isinstance(datagram, UdpDatagram) else None

    def lost(self) -> int:
        """Return how many packets did not become whole, those that still wait included."""
        return self._lost + len(self._waiting)

    def _lose(self, key: tuple[str, str, int]) -> None:
        del self._waiting[key]
        self._lost += 1


def _contradicts(waiting: _Waiting, fragment: Fragment) -> bool:
    """Return whether another fragment with other data waits at this offset; the same data twice is a duplicate."""
    other = waiting.parts.get(fragment.offset)
    return other is not None and _data(other) != _data(fragment)


def _data(fragment: Fragment) -> bytes:
    return fragment.packet[-fragment.length :]


def join_ipv4(parts: list[Fragment]) -> bytes:
    """Return the IPv4 packet whose fragments these are, in order and without gaps; without options."""
    from scapy.layers import inet

    defragment: Any = inet.defragment
    packets = []
    for part in parts:
        fixed = part.packet
        header = b"\x45" + fixed[1:2] + WORD.pack(20 + part.length) + fixed[4:9] + OPAQUE + fixed[10:20]
        packets.append(inet.IP(header + _data(part)))
    (joined,) = defragment(packets)
    whole = bytes(joined)
    return whole[:9] + bytes([UDP]) + whole[10:]


def join_ipv6(parts: list[Fragment]) -> bytes:
    """Return the IPv6 packet whose fragments these are, in order and without gaps; without extension headers."""
    from scapy.layers import inet6

    defragment6: Any = inet6.defragment6
    packets = []
    for part in parts:
        fixed = part.packet
        header = fixed[:4] + WORD.pack(8 + part.length) + bytes([FRAGMENT]) + fixed[7:40]
        fragment_header = OPAQUE + fixed[-part.length - 7 : -part.length]
        packets.append(inet6.IPv6(header + fragment_header + _data(part)))
    whole = bytes(defragment6(packets))
    return whole[:6] + bytes([UDP]) + whole[7:]
