"""Network layers: IPv4 with options and fragments, IPv6 with its chain of headers, ARP."""

from __future__ import annotations

from ..errors import BAD_VALUE
from ..wire.packet import IPV6_HEADER
from .walk import Cut, Stop, Walk

PROTOCOLS = {
    1: "icmp",
    2: "igmp",
    6: "tcp",
    17: "udp",
    33: "sctp",  # DCCP: ports in the same place, as long a header
    47: "gre",
    50: "esp",
    51: "authentication",
    58: "icmpv6",
    132: "sctp",
    136: "udplite",
}
TUNNELS = {(4, 4): "ipip", (4, 41): "6in4", (6, 4): "4in6", (6, 41): "ip6ip6"}  # by version outside, protocol
VERSIONS = {4: "ipv4", 41: "ipv6"}
IP_LAYERS = {4: "ipv4", 6: "ipv6"}  # by the version that an IP packet begins with
IPV4_HEADER = 20  # octets, options apart
FRAGMENT, AUTHENTICATION = 44, 51
#: Hop-by-hop, routing, destination options, mobility, HIP, shim6: length in units of 8 octets beyond the first 8.
EXTENSIONS = frozenset({0, 43, 60, 135, 139, 140})
CHAIN = EXTENSIONS | {FRAGMENT, AUTHENTICATION}
MORE_FRAGMENTS = 0x20  # in fragmentFlags


def ipv4(walk: Walk) -> str | None:
    """RFC 791 §3.1."""
    packet = walk.packet
    if not _is_version(walk, 4):
        return None
    at = walk.take(walk.headers.ipv4)
    length = (walk.octets[at] & 15) * 4
    if length < IPV4_HEADER:
        message = f"IPv4 header in a sampled packet, at octet {at}: length {length}, need at least {IPV4_HEADER}"
        walk.problems.add(BAD_VALUE, message, at, element="ipHeaderLength", length=1)
        return None
    total = packet["octetDeltaCount"]
    if total >= length:
        walk.bound(at + total)
    if length > IPV4_HEADER:
        walk.need(length - IPV4_HEADER)
        packet["ipv4_options"] = walk.headers.untyped(walk.octets[walk.position : at + length])
        walk.position = at + length
    return None if packet["fragmentOffset"] else _following(walk, 4, packet["protocolIdentifier"])


def _is_version(walk: Walk, expected: int) -> bool:
    at = walk.need(1)
    version = walk.octets[at] >> 4
    if version == expected:
        return True
    message = f"IPv{expected} header in a sampled packet, at octet {at}: version {version}"
    walk.problems.add(BAD_VALUE, message, at, element="ipVersion", length=1)
    return False


def ipv6(walk: Walk) -> str | None:
    """RFC 8200 §3, and the chain of headers up to the one that is not IPv6's own (§4)."""
    packet = walk.packet
    try:
        return _ipv6(walk)
    except (Cut, Stop):
        if packet.get("protocolIdentifier") in CHAIN:  # not the protocol that the chain ends with
            del packet["protocolIdentifier"]
        raise


def _ipv6(walk: Walk) -> str | None:
    packet = walk.packet
    if not _is_version(walk, 6):
        return None
    at = walk.take(walk.headers.ipv6)
    if packet["octetDeltaCount"] > IPV6_HEADER:  # no length: larger than a packet can say (RFC 2675)
        walk.bound(at + packet["octetDeltaCount"])
    number = packet["protocolIdentifier"]
    while number in CHAIN:
        walk.count_layer()
        following = _chained(walk, number)
        packet.setdefault("ipv6_extension_headers", []).append(number)
        packet["protocolIdentifier"] = following
        if number == FRAGMENT and packet["fragmentOffset"]:
            return None
        number = following
    return _following(walk, 6, number)


def _chained(walk: Walk, number: int) -> int:
    """Go behind one header of the chain; the number of the next one."""
    at = walk.position
    if number == FRAGMENT:
        _fragment(walk)
    elif number == AUTHENTICATION:
        _authentication(walk)
    else:
        walk.need(2)
        length = (walk.octets[at + 1] + 1) * 8
        walk.skip(length)
    return walk.octets[at]


def _fragment(walk: Walk) -> None:
    try:
        walk.take(walk.headers.fragment)
    finally:
        more = walk.packet.pop("more", None)
        if more is not None:
            walk.packet["fragmentFlags"] = MORE_FRAGMENTS if more else 0


def _authentication(walk: Walk) -> None:
    """RFC 4302 §2.2: the length counts 4 octets, two of them left out."""
    at = walk.take(walk.headers.authentication)
    walk.skip(max((walk.octets[at + 1] + 2) * 4 - walk.headers.authentication.size, 0))


def authentication(walk: Walk) -> str | None:
    """The authentication header behind IPv4."""
    following = walk.octets[walk.need(1)]
    _authentication(walk)
    return _following(walk, 4, following)


def _following(walk: Walk, version: int, protocol: int) -> str | None:
    tunnel = TUNNELS.get((version, protocol))
    if tunnel is None:
        return PROTOCOLS.get(protocol)
    walk.enter(tunnel, None)
    return VERSIONS[protocol]


def arp(walk: Walk) -> str | None:
    """RFC 826; only addresses of Ethernet and IPv4 are told."""
    at = walk.need(8)
    if walk.octets[at + 4 : at + 6] != b"\x06\x04":
        walk.packet["arp"] = {"operation": walk.octets[at + 6] << 8 | walk.octets[at + 7]}
        return None
    packet = walk.packet["arp"] = {}
    walk.take(walk.headers.arp, packet)
    return None
