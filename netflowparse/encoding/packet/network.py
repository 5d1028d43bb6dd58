"""IP to octets, as ``packet/network.py`` reads it: IPv4 with options and fragments, IPv6 with its chain of headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import EncodeError
from ...packet.keys import INNER
from ...packet.network import AUTHENTICATION, CHAIN, FRAGMENT, IPV4_HEADER, MORE_FRAGMENTS, PROTOCOLS, TUNNELS, VERSIONS
from ...wire import packet as wire
from ...wire.packet import IPV6_HEADER
from ..checked import Path, expect_list, number_octets, shown, write_octets
from .writer import PacketWriter, Span

LONGEST = 0xFFFF
LONGEST_OPTIONS = 40  # octets
MOST_WORDS = 15  # of an IPv4 header
NO_NEXT_HEADER = 59  # RFC 8200 §4.7
FIRST_OF_CHAIN = 0  # hop-by-hop options
LONGEST_AUTHENTICATION = 1016  # octets of the check value
LONGEST_EXTENSION = 255 * 8  # octets beyond the first 8
#: Keys that only one version of IP has.
OF_VERSION = {
    6: ("sourceIPv6Address", "destinationIPv6Address", "flowLabelIPv6", "ipv6_extension_headers", "icmpTypeIPv6"),
    4: ("sourceIPv4Address", "destinationIPv4Address", "ipv4_options", "icmpTypeIPv4"),
}
OF_ANY = (
    *("protocolIdentifier", "ipTTL", "ipClassOfService", "octetDeltaCount"),
    *("fragmentOffset", "fragmentFlags", "fragmentIdentification"),
)
#: What a packet tells of, and the protocol that it must be.
TELLTALES = {
    "tcpSequenceNumber": 6,
    "tcpControlBits": 6,
    "icmpTypeIPv4": 1,
    "icmpTypeIPv6": 58,
    "igmpType": 2,
    "sourceTransportPort": 17,
    "destinationTransportPort": 17,
    "ipSecSPI": 50,
}
TUNNEL_PROTOCOLS = {"ipip": 4, "4in6": 4, "6in4": 41, "ip6ip6": 41, "gre": 47, "erspan": 47}


def version_of(packet: Mapping[str, Any]) -> int | None:
    """The version of IP that *packet* tells of, None: of none."""
    if "ipVersion" in packet:
        version = packet["ipVersion"]
        return version if type(version) is int and version in OF_VERSION else None
    for version, keys in OF_VERSION.items():
        if not packet.keys().isdisjoint(keys):
            return version
    return None if packet.keys().isdisjoint((*OF_ANY, *TELLTALES)) else 4


def _protocol_of(packet: Mapping[str, Any], *, without: str = "") -> int:
    """The protocol that what *packet* tells must be, *without* one of its keys."""
    tunnel = packet.get("tunnel")
    if isinstance(tunnel, Mapping):
        return TUNNEL_PROTOCOLS.get(str(tunnel.get("kind")), 17)
    found = (protocol for key, protocol in TELLTALES.items() if key in packet and key != without)
    return next(found, NO_NEXT_HEADER)


def ipv4(writer: PacketWriter) -> str | None:
    """RFC 791 §3.1."""
    packet = writer.packet
    if version_of(packet) != 4:
        writer.stop()
        return None
    protocol = packet.get("protocolIdentifier")
    instead: dict[str, Any] = {}
    if protocol is None:
        protocol = instead["protocolIdentifier"] = 0 if writer.cut else _protocol_of(packet)
    options = _options(packet, writer.path)
    at = writer.put(wire.Ipv4, {**packet, "ipVersion": 4}, instead=instead)
    words = (IPV4_HEADER + len(options)) // 4
    if writer.choice.odd and not options and INNER not in packet:  # beyond what was sampled, or less than a header
        words = MOST_WORDS if writer.cut else 0
    writer.octets[at] |= words
    _note_end(writer, Span(at + 2, at, LONGEST), words * 4, counts_from=0)
    writer.raw(options, known=bool(options))
    return None if packet.get("fragmentOffset") else _following(writer, 4, protocol)


def _options(packet: Mapping[str, Any], path: Path) -> bytes:
    if "ipv4_options" not in packet:
        return b""
    here = (*path, "ipv4_options")
    options = write_octets(packet["ipv4_options"], here)
    if len(options) % 4 or len(options) > LONGEST_OPTIONS:
        raise EncodeError(f"{len(options)} octets, expected a multiple of 4, at most {LONGEST_OPTIONS}", here)
    return options


def _note_end(writer: PacketWriter, span: Span, least: int, *, counts_from: int) -> None:
    """Note where the packet ends whose header at the start of *span* says so, or has to."""
    total = writer.packet.get("octetDeltaCount")
    if total is None:
        writer.totals.append((span, counts_from))
        writer.ip_end = None
    else:  # one that leaves out its own header says nothing
        writer.ip_end = span.start + (total if total >= least else 0)


def _following(writer: PacketWriter, version: int, protocol: Any) -> str | None:
    if (version, protocol) not in TUNNELS:
        return PROTOCOLS.get(protocol)
    if INNER not in writer.packet:  # readers stopped before
        return None
    writer.enter()
    return VERSIONS[protocol]


def ipv6(writer: PacketWriter) -> str | None:
    """RFC 8200 §3 and §4."""
    packet = writer.packet
    if version_of(packet) != 6:
        writer.stop()
        return None
    chain = _chain(packet, writer.path)
    last = packet.get("protocolIdentifier")
    cut = _cut_header(writer, chain) if writer.cut and INNER not in packet else None
    if last is None:
        last = NO_NEXT_HEADER if writer.cut else _behind(chain, packet)
    numbers = [*chain, last if cut is None else cut]
    told = len(numbers) == 1 and cut is None and "protocolIdentifier" in packet
    instead = {} if told else {"protocolIdentifier": numbers[0]}
    at = writer.put(wire.Ipv6, {**packet, "ipVersion": 6}, instead=instead)
    _note_end(writer, Span(at + 4, at, LONGEST), IPV6_HEADER + 1, counts_from=IPV6_HEADER)
    for index, number in enumerate(chain):
        _chained(writer, number, numbers[index + 1], offset=FRAGMENT not in chain[index + 1 :])
        writer.known = len(writer)
    if cut is not None:
        _cut_chained(writer, cut)
        return None
    return None if FRAGMENT in chain and packet.get("fragmentOffset") else _following(writer, 6, last)


def _chain(packet: Mapping[str, Any], path: Path) -> list[int]:
    here = (*path, "ipv6_extension_headers")
    numbers = expect_list(packet.get("ipv6_extension_headers", ()), here)
    for index, number in enumerate(numbers):
        if type(number) is not int or number not in CHAIN:
            raise EncodeError(f"{shown(number)}, expected one of {sorted(CHAIN)}", (*here, index))
    return list(numbers)


def _behind(chain: list[int], packet: Mapping[str, Any]) -> int:
    """What is behind the chain, by what is told of it; where nothing is, a header of it that is not there."""
    protocol = _protocol_of(packet, without="ipSecSPI" if AUTHENTICATION in chain else "")
    return FIRST_OF_CHAIN if chain and protocol == NO_NEXT_HEADER else protocol


def _cut_header(writer: PacketWriter, chain: list[int]) -> int | None:
    """The header of the chain that is cut, by those of its fields that are told; None: the one behind the chain is."""
    packet = writer.packet
    if FRAGMENT not in chain and not packet.keys().isdisjoint(("fragmentOffset", "fragmentFlags")):
        return FRAGMENT
    if "protocolIdentifier" in packet:  # the fragment header's, if that is cut behind it
        return FRAGMENT if writer.choice.odd else None
    return AUTHENTICATION if AUTHENTICATION not in chain and "ipSecSPI" in packet else FIRST_OF_CHAIN


def _chained(writer: PacketWriter, number: int, following: Any, *, offset: bool) -> None:
    """One header of the chain; the *offset* of a fragment is that of the last one."""
    after = number_octets(following, 1, (*writer.path, "protocolIdentifier"))
    if number == FRAGMENT:
        instead: dict[str, Any] = {"protocolIdentifier": following} | ({} if offset else {"fragmentOffset": 0})
        writer.put(wire.Fragment, _fragment(writer.packet), instead=instead)
    elif number == AUTHENTICATION:
        _authentication(writer, after, writer.spare(4, LONGEST_AUTHENTICATION))
    else:
        more = writer.spare(8, LONGEST_EXTENSION)
        writer.raw(after + bytes([more // 8]) + bytes(6 + more))


def _cut_chained(writer: PacketWriter, number: int) -> None:
    """A header of the chain that reaches beyond what was sampled."""
    if number == FRAGMENT:
        instead = {} if "protocolIdentifier" in writer.packet else {"protocolIdentifier": FIRST_OF_CHAIN}
        writer.put(wire.Fragment, _fragment(writer.packet), instead=instead)
    elif number == AUTHENTICATION:
        _authentication(writer, b"\0", LONGEST_AUTHENTICATION)
    else:
        writer.raw(b"\0\xff" + bytes(6 + LONGEST_EXTENSION))


def _fragment(packet: Mapping[str, Any]) -> Mapping[str, Any]:
    if "fragmentFlags" not in packet:
        return packet
    return {**packet, "more": int(packet["fragmentFlags"] == MORE_FRAGMENTS)}


def _authentication(writer: PacketWriter, following: bytes, more: int) -> None:
    """RFC 4302 §2.2, with *more* octets than its check value needs at least."""
    at = writer.put(wire.Authentication)
    words = (len(writer) - at + more) // 4 - 2
    writer.octets[at : at + 2] = following + bytes([words])
    writer.raw(bytes(more))


def authentication(writer: PacketWriter) -> str | None:
    """The authentication header behind IPv4, where nothing tells the protocol that follows but what is told of it."""
    packet = writer.packet
    if writer.cut and INNER not in packet and packet.keys().isdisjoint(TELLTALES.keys() - {"ipSecSPI"}):
        _authentication(writer, b"\0", LONGEST_AUTHENTICATION)
        return None
    protocol = _protocol_of(packet, without="ipSecSPI")
    _authentication(writer, bytes([protocol]), writer.spare(4, LONGEST_AUTHENTICATION))
    return _following(writer, 4, protocol)
