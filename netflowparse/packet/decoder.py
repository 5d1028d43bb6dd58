"""The decoder of packets: one layer after the other, from whatever the first one is.

Packets of the usual forms are read in one go; the rest goes header by header, and both give the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ..codec.engine import Engine
from ..codec.reader import Filler
from ..limits import Limits
from ..wire import packet as wire
from ..wire.packet import IPV6_HEADER
from . import link, network, transport, tunnels
from .usual import CHAINS, FIRST, FRAGMENT_OFFSET, IPV4, PLAIN_IPV4, TCP, UDP, VLAN, UsualReader, usual_reader
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
ETHERNET_ADDRESSES, TAG = 12, 4  # octets before Ethernet's type, and of a tag
USUAL_LAYERS = 4  # Ethernet, a tag, IP, and TCP or UDP


class PacketDecoder:
    """Decodes packets, or what was sampled of their first octets."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._limits = limits
        self._headers = Headers(engine)
        self._engine = engine
        self._fillers: dict[tuple[bool, int, int], Filler] = {}  # of the reference engine, made when first met
        #: Decodes what usually comes, as ``decode`` would; whether it was just that.
        self.decode_usual: UsualReader = self._decode_first if engine.compiled else self._interpret_usual

    def _decode_first(self, packet: dict[str, Any], octets: bytes, start: int, end: int) -> bool:
        self.decode_usual = usual_reader(self._engine.names)
        return self.decode_usual(packet, octets, start, end)

    def decode(self, packet: dict[str, Any], octets: bytes, start: int, end: int, layer: str, problems: Report) -> None:
        """Put what the packet from *start* to *end* says, whose first layer is *layer*, into *packet*.

        Packets inside tunnels are dicts under ``inner``; one whose octets end inside a header has ``truncated``.
        """
        walk = Walk(self._headers, self._limits, problems, packet, octets, start, end)
        following: str | None = layer
        try:
            while following is not None:
                if walk.nesting and following == "ethernet" and self._decode_inner(walk):
                    break
                walk.count_layer()
                following = LAYERS[following](walk)
        except Cut:
            walk.packet["truncated"] = True
        except Stop:
            pass

    def _decode_inner(self, walk: Walk) -> bool:
        """Decode the frame in a tunnel if it is what usually comes, and its headers would not be too many."""
        fits = walk.layers + USUAL_LAYERS <= self._limits.packet_layers
        return fits and self.decode_usual(walk.packet, walk.octets, walk.position, walk.end)

    def _interpret_usual(self, packet: dict[str, Any], octets: bytes, start: int, end: int) -> bool:
        if end - start < FIRST.size:
            return False
        at = start + ETHERNET_ADDRESSES

        def word(offset: int) -> int:
            return octets[at + offset] << 8 | octets[at + offset + 1]

        tagged = word(0) == VLAN
        if tagged:
            at += TAG
        kind = word(0)
        chain = CHAINS.get((tagged, kind))
        if chain is None or end - start < chain.size:
            return False
        if kind == IPV4:
            sound = octets[at + 2] == PLAIN_IPV4 and not word(8) & FRAGMENT_OFFSET and word(4) >= chain.behind
            protocol = octets[at + 11]
        else:
            sound = octets[at + 2] >> 4 == 6 and word(6) + IPV6_HEADER >= chain.behind
            protocol = octets[at + 8]
        ports = chain.behind - wire.Tcp.sizeof() + 2
        tunnel = protocol == UDP and transport.tunnel_of(word(ports), word(ports + 2))
        if not sound or protocol not in (TCP, UDP) or tunnel:
            return False
        key = tagged, kind, protocol
        if key not in self._fillers:
            self._fillers[key] = self._engine.filler(chain.layout(protocol))
        self._fillers[key](packet, octets, start)
        return True
