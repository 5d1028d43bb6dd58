"""Frames to UDP payloads: link layer, IPv4 or IPv6, UDP.  Pure functions over octets; no file, no scapy.

A frame may be anything, and may be cut anywhere: whatever is not UDP over IP gives None, nothing raises.
Link types are numbered as in pcap files (https://www.tcpdump.org/linktypes.html).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop
from struct import Struct
from typing import NamedTuple

UDP = 17
FRAGMENT = 44
AUTHENTICATION = 51
# Hop-by-hop, routing, destination options, mobility, HIP, shim6: next header, length in 8 octets beyond the first 8.
EXTENSION_HEADERS = frozenset({0, 43, 60, 135, 139, 140})

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_IPV6 = 0x86DD
ETHERTYPE_PPPOE = 0x8864
ETHERTYPES_MPLS = frozenset({0x8847, 0x8848})
ETHERTYPES_VLAN = frozenset({0x8100, 0x88A8, 0x9100, 0x9200, 0x9300})
SNAP = b"\xaa\xaa\x03\x00\x00\x00"  # IEEE 802.3 frame with LLC and SNAP: an EtherType follows

IPV4_HEADER = Struct("!BxHHHxBxx4s4s")  # version and length, total length, identification, flags and offset, protocol
IPV6_HEADER = Struct("!4xHBx16s16s")  # payload length, next header, source, destination
UDP_HEADER = Struct("!HHH2x")
WORD = Struct("!H")


class UdpDatagram(NamedTuple):
    """One UDP datagram; ``missing`` octets of its payload were not captured."""

    source: str
    source_port: int
    port: int  # destination
    payload: bytes
    missing: int


class Fragment(NamedTuple):
    """A part of a UDP datagram; ``packet`` is the IP packet that carried it, ``missing`` octets of it not captured."""

    key: tuple[bytes, bytes, int]  # source, destination, identification
    offset: int  # of its data in the whole, in octets
    length: int  # of its data
    more: bool
    packet: bytes
    missing: int


def decode_frame(link_type: int, frame: bytes) -> UdpDatagram | Fragment | None:
    """Return the UDP datagram in a frame, or the fragment of one, or None when it holds neither."""
    find_packet = LINK_LAYERS.get(link_type)
    if find_packet is None:
        return None
    start = find_packet(frame)
    return None if start < 0 else decode_packet(frame, start)


def decode_packet(octets: bytes, start: int = 0) -> UdpDatagram | Fragment | None:
    """Return the UDP datagram, or the fragment, in the IP packet at *start*; None when it is neither."""
    if start >= len(octets):
        return None
    version = octets[start] >> 4
    if version == 4:
        return _decode_ipv4(octets, start)
    if version == 6:
        return _decode_ipv6(octets, start)
    return None


def _decode_ipv4(octets: bytes, start: int) -> UdpDatagram | Fragment | None:
    if len(octets) < start + IPV4_HEADER.size:
        return None
    first, total, identification, fragment, protocol, source, destination = IPV4_HEADER.unpack_from(octets, start)
    header_length = (first & 15) * 4
    if protocol != UDP or header_length < IPV4_HEADER.size:
        return None
    # Total length 0: captured before the interface cut the packet into segments.
    end = start + total if total else len(octets)
    body = start + header_length
    if fragment & 0x3FFF:  # "more fragments", or an offset
        key = (source, destination, identification)
        missing = max(end - len(octets), 0)
        return Fragment(key, (fragment & 0x1FFF) * 8, end - body, bool(fragment & 0x2000), octets[start:end], missing)
    return _decode_udp(octets, body, end, source)


def _decode_ipv6(octets: bytes, start: int) -> UdpDatagram | Fragment | None:
    body = start + IPV6_HEADER.size
    if len(octets) < body:
        return None
    payload_length, header, source, destination = IPV6_HEADER.unpack_from(octets, start)
    end = body + payload_length if payload_length else len(octets)
    while header != UDP:
        if len(octets) < body + 8:
            return None
        if header in EXTENSION_HEADERS:
            length = octets[body + 1] * 8 + 8
        elif header == AUTHENTICATION:
            length = octets[body + 1] * 4 + 8
        elif header == FRAGMENT:
            offset = WORD.unpack_from(octets, body + 2)[0]
            length = 8
            if offset & 0xFFF9:
                if octets[body] != UDP:
                    return None
                key = (source, destination, int.from_bytes(octets[body + 4 : body + 8], "big"))
                size = end - body - 8
                missing = max(end - len(octets), 0)
                return Fragment(key, offset & 0xFFF8, size, bool(offset & 1), octets[start:end], missing)
        else:
            return None
        header = octets[body]
        body += length
    return _decode_udp(octets, body, end, source)


def _decode_udp(octets: bytes, start: int, end: int, source: bytes) -> UdpDatagram | None:
    if len(octets) < start + UDP_HEADER.size:
        return None
    source_port, port, length = UDP_HEADER.unpack_from(octets, start)
    if UDP_HEADER.size <= length <= end - start:
        end = start + length
    elif length:  # 0: longer than 65535 (RFC 2675), or segmented by the interface
        return None
    payload = octets[start + UDP_HEADER.size : end]
    missing = max(end - len(octets), 0)
    return UdpDatagram(address_text(source), source_port, port, payload, missing)


@lru_cache(maxsize=65536)
def address_text(octets: bytes) -> str:
    """Return the usual text of an address of 4 or 16 octets."""
    return inet_ntop(AF_INET if len(octets) == 4 else AF_INET6, octets)


def _packet_after_ethertype(frame: bytes, offset: int) -> int:
    """Return where the IP packet starts, behind the EtherType at *offset* and any tags and labels; -1 without one."""
    while len(frame) >= offset + 2:
        kind = WORD.unpack_from(frame, offset)[0]
        if kind in (ETHERTYPE_IPV4, ETHERTYPE_IPV6):
            return offset + 2
        if kind in ETHERTYPES_VLAN:
            offset += 4
        elif kind in ETHERTYPES_MPLS:
            return _packet_after_labels(frame, offset + 2)
        elif kind == ETHERTYPE_PPPOE:
            return _packet_after_ppp(frame, offset + 8)
        elif frame[offset + 2 : offset + 8] == SNAP:
            offset += 8
        else:
            return -1
    return -1


def _packet_after_labels(frame: bytes, offset: int) -> int:
    while len(frame) >= offset + 4:
        offset += 4
        if frame[offset - 2] & 1:  # bottom of the stack; what follows says itself what it is
            return offset
    return -1


def _packet_after_ppp(frame: bytes, offset: int) -> int:
    if frame[offset : offset + 2] == b"\xff\x03":  # address and control, left out when so agreed
        offset += 2
    for protocol in (b"\x00\x21", b"\x21", b"\x00\x57", b"\x57"):  # IPv4, IPv6; the short forms of RFC 1661 §6.5
        if frame.startswith(protocol, offset):
            return offset + len(protocol)
    return -1


def _packet_in_cooked_v2(frame: bytes) -> int:
    """Return where the packet of a Linux cooked v2 frame starts: its EtherType stands first, its data at octet 20."""
    kind = int.from_bytes(frame[:2], "big")
    if kind in ETHERTYPES_VLAN:
        return _packet_after_ethertype(frame, 22)
    return 20 if kind in (ETHERTYPE_IPV4, ETHERTYPE_IPV6) else -1


def _at(offset: int) -> Callable[[bytes], int]:
    return lambda frame: offset


def _ethertype_at(offset: int) -> Callable[[bytes], int]:
    return lambda frame: _packet_after_ethertype(frame, offset)


LINK_LAYERS: dict[int, Callable[[bytes], int]] = {
    0: _at(4),  # BSD loopback: an address family in the byte order of its host; the packet says itself what it is
    1: _ethertype_at(12),  # Ethernet
    9: lambda frame: _packet_after_ppp(frame, 0),
    12: _at(0),  # raw IP, as some BSDs number it
    14: _at(0),
    50: lambda frame: _packet_after_ppp(frame, 0),  # PPP in HDLC-like framing
    51: lambda frame: _packet_after_ppp(frame, 6),  # PPPoE
    101: _at(0),  # raw IP
    104: _ethertype_at(2),  # Cisco HDLC
    108: _at(4),  # OpenBSD loopback
    113: _ethertype_at(14),  # Linux cooked
    228: _at(0),  # IPv4
    229: _at(0),  # IPv6
    276: _packet_in_cooked_v2,
}
