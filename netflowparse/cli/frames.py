"""Frames to UDP payloads, by the layers of ``packet``.  Pure functions over octets; no file, no scapy.

A frame may be anything, and may be cut anywhere: whatever is not UDP over IP gives None, nothing raises.
Link types are numbered as in pcap files (https://www.tcpdump.org/linktypes.html).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from socket import inet_ntoa
from struct import Struct
from typing import NamedTuple, TypeAlias

from ..packet.link import ETHERTYPES, TPIDS
from ..packet.locate import FRAGMENTED, UDP_HEADER, Located, Locator
from ..packet.network import IPV4_HEADER, MORE_FRAGMENTS
from ..packet.usual import IPV4, PLAIN_IPV4, UDP

ETHERNET = 1  # link type
#: Of Ethernet, IPv4 and UDP: type; first octet, total length, fragment, protocol, source; ports, length
PLAIN = Struct(">12xH BxHxxHxB2x4s4x HHH")
PLAIN_PACKET = 14  # where in such a frame the IPv4 packet begins
PLAIN_PAYLOAD = PLAIN_PACKET + IPV4_HEADER + UDP_HEADER
SOURCES = 4096  # addresses whose text is remembered
LLC = 4  # in place of a type in Linux cooked frames: IEEE 802.2 follows


class UdpDatagram(NamedTuple):
    """One UDP datagram; ``missing`` octets of its payload were not captured."""

    source: str
    source_port: int
    port: int  # destination
    payload: bytes
    missing: int


class Fragment(NamedTuple):
    """A part of a UDP datagram; ``packet`` is the IP packet that carried it, ``missing`` octets of it not captured."""

    version: int  # of IP
    key: tuple[str, str, int]  # source, destination, identification
    offset: int  # of its data in the whole, in octets
    length: int  # of its data
    more: bool
    packet: bytes
    missing: int


def decode_frame(link_type: int, frame: bytes) -> UdpDatagram | Fragment | None:
    """Return the UDP datagram in a frame, or the fragment of one, or None when it holds neither.

    Nearly all frames are of one plain kind, which is taken apart at once; the others, and those that are cut or whose
    lengths make no sense, go through their layers.
    """
    if link_type == ETHERNET and len(frame) >= PLAIN_PAYLOAD:
        kind, first_octet, total, fragment, protocol, source, source_port, port, length = PLAIN.unpack_from(frame)
        if kind == IPV4 and first_octet == PLAIN_IPV4 and not fragment & FRAGMENTED:
            if protocol != UDP:
                return None
            end = PLAIN_PACKET + IPV4_HEADER + length
            if UDP_HEADER <= length <= total - IPV4_HEADER and end <= len(frame):
                return UdpDatagram(_address(source), source_port, port, frame[PLAIN_PAYLOAD:end], 0)
    return _decode_any(link_type, frame)


def _decode_any(link_type: int, frame: bytes) -> UdpDatagram | Fragment | None:
    """The same, layer by layer."""
    first = LINK_LAYERS.get(link_type)
    if first is None:
        return None
    start, layer = first if isinstance(first, tuple) else first(frame)
    return None if layer is None else _decode(frame, start, layer)


@lru_cache(SOURCES)
def _address(octets: bytes) -> str:
    return inet_ntoa(octets)


def decode_packet(octets: bytes) -> UdpDatagram | Fragment | None:
    """Return the UDP datagram, or the fragment, in an IP packet; None when it is neither."""
    return _decode(octets, 0, "ip")


def _decode(octets: bytes, start: int, layer: str) -> UdpDatagram | Fragment | None:
    found = _locator().find(octets, start, layer)
    if found is None:
        return None
    start, body, end, is_fragment, fields = found
    missing = max(end - len(octets), 0)
    if is_fragment:
        return _fragment(found, octets[start:end], missing)
    payload = octets[body + UDP_HEADER : end]
    ports = fields["sourceTransportPort"], fields["destinationTransportPort"]
    source = fields["sourceIPv4Address"] if "sourceIPv4Address" in fields else fields["sourceIPv6Address"]
    return UdpDatagram(source, *ports, payload, missing)


def _fragment(found: Located, packet: bytes, missing: int) -> Fragment:
    fields = found.fields
    version = fields["ipVersion"]
    source, destination = fields[f"sourceIPv{version}Address"], fields[f"destinationIPv{version}Address"]
    key = source, destination, fields["fragmentIdentification"]
    more = bool(fields["fragmentFlags"] & MORE_FRAGMENTS)
    return Fragment(version, key, fields["fragmentOffset"] * 8, found.end - found.body, more, packet, missing)


@cache
def _locator() -> Locator:
    return Locator()


#: Where the first layer that ``packet`` knows begins, and its name; "ip" tells its version itself.
First: TypeAlias = "tuple[int, str | None]"


def _cooked(type_at: int, data_at: int) -> Callable[[bytes], First]:
    """Linux cooked frames, whose type need not stand before the data."""

    def first(frame: bytes) -> First:
        kind = int.from_bytes(frame[type_at : type_at + 2], "big")
        if kind in TPIDS:  # the rest of the tag begins the data
            return data_at + 2, "ethertype"
        return data_at, "llc" if kind == LLC else ETHERTYPES.get(kind)

    return first


LINK_LAYERS: dict[int, First | Callable[[bytes], First]] = {
    0: (4, "ip"),  # BSD loopback: an address family in the byte order of its host; the packet says itself what it is
    1: (0, "ethernet"),
    9: (0, "ppp"),
    12: (0, "ip"),  # raw IP, as some BSDs number it
    14: (0, "ip"),
    50: (0, "pos"),  # PPP in HDLC-like framing, or Cisco HDLC
    51: (0, "pppoe"),
    101: (0, "ip"),  # raw IP
    104: (2, "ethertype"),  # Cisco HDLC
    108: (4, "ip"),  # OpenBSD loopback
    113: _cooked(14, 16),
    228: (0, "ip"),  # IPv4
    229: (0, "ip"),  # IPv6
    276: _cooked(0, 20),
}
