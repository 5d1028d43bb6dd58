"""Where in a frame the outermost UDP datagram is, or a fragment of one: the layers below it, read as in any packet.

For readers of captures.  What IP carries but UDP is of no interest here, tunnels included.
"""

from __future__ import annotations

from struct import Struct as Packing
from typing import Any, NamedTuple

from ..codec.engine import Engine
from ..limits import Limits
from ..wire import packet as wire
from ..wire.packet import IPV6_HEADER
from .decoder import ETHERNET_ADDRESSES, LAYERS, TAG
from .network import CHAIN, FRAGMENT, IP_LAYERS, IPV4_HEADER, MORE_FRAGMENTS
from .usual import IPV4, IPV6, PLAIN_IPV4, UDP, VLAN
from .walk import ENDLESS, Cut, Header, Headers, Stop, Walk

UDP_HEADER = 8  # octets
SHORTEST = ETHERNET_ADDRESSES + 2 + IPV4_HEADER + UDP_HEADER
#: Type, first octet of an IP header, and if that is IPv4: total length, fragment, protocol; from the type on.
LOOK = Packing(">HBxHxxHxB")
FRAGMENTED = 0x3FFF  # of IPv4's word of flags and offset: more fragments follow, or some come before


class Located(NamedTuple):
    """A UDP datagram, or a fragment of one, in a frame.  Offsets count from the start of the frame's octets."""

    start: int  # of the IP packet
    body: int  # of the UDP header; in a fragment, of its data
    end: int  # as the headers say: it may be behind the last octet that was captured
    fragment: bool
    fields: dict[str, Any]  # at least those of IP, and of a datagram's UDP, as the decoder of packets names them


class Locator:
    """Finds UDP datagrams in frames."""

    def __init__(self) -> None:
        self._limits = Limits()
        engine = Engine(self._limits)
        self._headers = Headers(engine)
        usual = {4: Header(engine, wire.IPV4_UDP), 6: Header(engine, wire.IPV6_UDP)}
        self._usual = {version: (header.size - UDP_HEADER, header) for version, header in usual.items()}

    def find(self, octets: bytes, start: int, layer: str) -> Located | None:
        """The datagram or fragment in the frame whose first layer, *layer*, begins at *start*; None without one.

        Besides the layers of the decoder of packets there is "ip": of the version that its first octet tells.
        """
        seen = _look(octets, start) if layer == "ethernet" and len(octets) - start >= SHORTEST else None
        if seen is not None:
            version, at, protocol, end = seen
            if protocol != UDP:
                return None
            size, header = self._usual[version]
            body = at + size
            if len(octets) - body >= UDP_HEADER:
                end = _end_of_udp(octets, body, end)
                if end < 0:
                    return None
                fields: dict[str, Any] = {}
                header.fill(fields, octets, at)  # not kept: the first call makes it ready and replaces it
                return Located(at, body, end, False, fields)
        walk = Walk(self._headers, self._limits, _Strict(), {}, octets, start, len(octets))
        try:
            return _find(walk, layer)
        except (Cut, Stop):
            return None


def _look(octets: bytes, start: int) -> tuple[int, int, int, int] | None:
    """The version of IP, where its packet begins, the protocol, and where the packet ends, of a usual frame.

    That is Ethernet, perhaps with a tag, and IP without options, extension headers or fragments.
    """
    at = start + ETHERNET_ADDRESSES
    kind, first, total, fragment, protocol = LOOK.unpack_from(octets, at)
    if kind == VLAN:
        at += TAG
        kind, first, total, fragment, protocol = LOOK.unpack_from(octets, at)
    at += 2
    if kind == IPV4 and first == PLAIN_IPV4 and total >= IPV4_HEADER and not fragment & FRAGMENTED:
        return 4, at, protocol, at + total
    if kind == IPV6 and first >> 4 == 6:
        protocol = fragment >> 8  # the next header stands where IPv4 has its fragment
        length = octets[at + 4] << 8 | octets[at + 5]
        if length and protocol not in CHAIN:
            return 6, at, protocol, at + IPV6_HEADER + length
    return None


class _Strict:
    """Takes no problems: a header that makes no sense ends the walk."""

    def add(self, code: str, message: str, offset: int, **facts: Any) -> None:
        raise Stop


def _find(walk: Walk, layer: str | None) -> Located | None:
    if layer == "ip":
        layer = IP_LAYERS.get(walk.octets[walk.need(1)] >> 4)
    while layer not in ("ipv4", "ipv6"):
        if layer is None:
            return None
        walk.count_layer()
        layer = LAYERS[layer](walk)
    start, packet = walk.position, walk.packet
    LAYERS[layer](walk)
    if packet["protocolIdentifier"] != UDP or (
        layer == "ipv4" and 0 < packet["octetDeltaCount"] < walk.position - start
    ):
        return None
    body = walk.position
    # Nothing is declared where the packet is larger than it can say, or was captured before the interface cut it.
    end = walk.end if walk.declared == ENDLESS else walk.declared
    if packet.get("fragmentOffset") or packet.get("fragmentFlags", 0) & MORE_FRAGMENTS:
        # Where headers of IPv6 stand at the start of a fragment's data, that data is not UDP's.
        split = FRAGMENT in packet.get("ipv6_extension_headers", [])[:-1]
        return None if split else Located(start, body, end, True, packet)
    walk.take(walk.headers.transport["udp"])
    end = _end_of_udp(walk.octets, body, end)
    return None if end < 0 else Located(start, body, end, False, packet)


def _end_of_udp(octets: bytes, body: int, end: int) -> int:
    """Where the datagram at *body* ends by its own length, in a packet that ends at *end*; -1 where that cannot be."""
    length = octets[body + 4] << 8 | octets[body + 5]
    if not length:  # longer than 65535 (RFC 2675), or to be cut by the interface
        return end
    return body + length if UDP_HEADER <= length <= end - body else -1
