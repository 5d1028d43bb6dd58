"""The decoder of packets: one layer after the other, from whatever the first one is.

Packets of the usual forms are read in one go; the rest goes header by header, and both give the same.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct as Packing
from typing import Any, TypeAlias

from construct import Struct

from ..codec.display import Listed
from ..codec.engine import Engine
from ..codec.layout import Layout, layout_of
from ..codec.reader import Filler
from ..limits import Limits
from ..wire import packet as wire
from . import link, network, transport, tunnels
from .walk import Cut, Headers, Report, Stop, Walk

Layer: TypeAlias = Callable[[Walk], "str | None"]

LAYERS: dict[str, Layer] = {
    "ethernet": link.ethernet,
    "ethertype": link.ethertype,
    "llc": link.llc,
    "backbone": link.backbone,
    "pppoe": link.pppoe,
    "ppp": link.ppp,
    "pos": link.pos,
    "mpls": link.mpls,
    "dot11": link.dot11,
    "arp": network.arp,
    "ipv4": network.ipv4,
    "ipv6": network.ipv6,
    "authentication": network.authentication,
    "udp": transport.udp,
    **{name: transport.last(name) for name in ("tcp", "sctp", "icmp", "icmpv6", "igmp", "esp")},
    "udplite": transport.last("udp"),  # its third word is no length
    "gre": tunnels.gre,
    "vxlan": tunnels.vxlan,
    "geneve": tunnels.geneve,
    "gtp_u": tunnels.gtp_u,
    "teredo": tunnels.teredo,
}

IPV4, IPV6, VLAN = 0x0800, 0x86DD, 0x8100
TCP, UDP = 6, 17
ADDRESSES = 12  # octets of an Ethernet header, before its type
TAG = 4  # octets
PLAIN_IPV4 = 0x45  # version 4, a header of 20 octets
FRAGMENT_OFFSET = 0x1FFF
SHORTEST = ADDRESSES + 2 + 20 + 8  # octets of Ethernet, IPv4 and UDP headers
#: Type, first octet of an IP header, and if that is IPv4: total length, fragment, protocol; from the type on.
LOOK = Packing(">HBxHxxHxB")
PORTS = Packing(">HH")
_look, _ports = LOOK.unpack_from, PORTS.unpack_from

#: (EtherType, protocol) -> headers that usually follow one another: behind Ethernet's, and with a tag between
USUAL = {
    (IPV4, TCP): (wire.ETHERNET_IPV4_TCP, wire.TAGGED_IPV4_TCP),
    (IPV4, UDP): (wire.ETHERNET_IPV4_UDP, wire.TAGGED_IPV4_UDP),
    (IPV6, TCP): (wire.ETHERNET_IPV6_TCP, wire.TAGGED_IPV6_TCP),
    (IPV6, UDP): (wire.ETHERNET_IPV6_UDP, wire.TAGGED_IPV6_UDP),
}


def tagged_layout(declaration: Struct) -> Layout:
    """The layout of headers with one tag, which is told as the first of a stack."""
    layout = layout_of(declaration)
    sources = dict(layout.display)
    tag = tuple((key, sources.pop(key)) for key in ("tpid", "priority", "dei", "vlan"))
    parts = dict(tag)
    tags = {"dot1qVlanId": parts["vlan"], "dot1qPriority": parts["priority"], "vlan_tags": Listed(tag)}
    addresses = {key: sources.pop(key) for key in ("destinationMacAddress", "sourceMacAddress")}
    return Layout(declaration, tuple({**addresses, **tags, **sources}.items()), layout.names)


class PacketDecoder:
    """Decodes packets, or what was sampled of their first octets."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._limits = limits
        self._headers = Headers(engine)
        self._engine = engine
        #: (EtherType << 8 | protocol) -> octets behind Ethernet's header, and what fills in all; made when first met
        self._usual: dict[int, tuple[int, Filler, Filler]] = {}

    def _learn(self, kind: int, protocol: int) -> tuple[int, Filler, Filler] | None:
        if (kind, protocol) not in USUAL:
            return None
        framed, tagged = USUAL[kind, protocol]
        fillers = self._engine.filler(layout_of(framed)), self._engine.filler(tagged_layout(tagged))
        self._usual[kind << 8 | protocol] = usual = (framed.sizeof() - ADDRESSES - 2, *fillers)
        return usual

    def decode(self, packet: dict[str, Any], octets: bytes, start: int, end: int, layer: str, problems: Report) -> None:
        """Put what the packet from *start* to *end* says, whose first layer is *layer*, into *packet*.

        Packets inside tunnels are dicts under ``inner``; one whose octets end inside a header has ``truncated``.
        """
        walk = Walk(self._headers, self._limits, problems, packet, octets, start, end)
        following: str | None = layer
        try:
            while following is not None:
                walk.count_layer()
                following = LAYERS[following](walk)
        except Cut:
            walk.packet["truncated"] = True
        except Stop:
            pass

    def decode_usual(self, packet: dict[str, Any], octets: bytes, start: int, end: int) -> bool:
        """Decode Ethernet, perhaps with a tag, IP, and TCP or UDP, as ``decode`` would; whether it was just that."""
        if end - start < SHORTEST:
            return False
        at = start + ADDRESSES
        kind, first, total, fragment, protocol = _look(octets, at)
        tagged = kind == VLAN
        if tagged:
            at += TAG
            kind, first, total, fragment, protocol = _look(octets, at)
        if kind == IPV4:
            if first != PLAIN_IPV4 or fragment & FRAGMENT_OFFSET:
                return False
        elif first >> 4 != 6:
            return False
        else:
            protocol = fragment >> 8  # the next header stands where IPv4 has its fragment
            if end - at < 8 or (not octets[at + 6] and octets[at + 7] < 20):
                return False
        usual = self._usual.get(kind << 8 | protocol) or self._learn(kind, protocol)
        if usual is None:
            return False
        size, fill, fill_tagged = usual
        if size > end - at - 2 or (kind == IPV4 and size > total):
            return False
        if protocol == UDP and transport.tunnel_of(*_ports(octets, at + size - 6)):
            return False
        (fill_tagged if tagged else fill)(packet, octets, start)
        return True
