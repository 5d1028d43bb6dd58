"""Packets of IP, and parts of others, built by scapy with values that are the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator

from scapy.contrib.mpls import MPLS
from scapy.layers.igmp import IGMP_MQ, IGMPv2_LG, IGMPv2_MR
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP, IPOption_Router_Alert, IPOption_RR
from scapy.layers.inet6 import (
    ICMPv6EchoReply,
    ICMPv6EchoRequest,
    ICMPv6ND_NS,
    ICMPv6ParamProblem,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    PadN,
    RouterAlert,
)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit
from scapy.packet import Packet, Raw

from tests.packet.formats import DCCP, ESP, UDPLite

SOME = random.Random(5)  # every value below comes from here
Named = Iterator[tuple[str, Packet]]


def number(bits: int) -> int:
    return SOME.getrandbits(bits)


def mac() -> str:
    """A station's: the second digit is even, the first is not one that looks like IP or a control word."""
    return bytes([SOME.choice([0x12, 0x5E, 0xA8, 0xFC]), *SOME.randbytes(5)]).hex(":")


def payload(octets: int = 12) -> Raw:
    return Raw(SOME.randbytes(octets))


def port() -> int:
    """One at which no tunnel ends."""
    return SOME.randrange(10_000, 60_000)


def frame(tags: str = "", **fields: object) -> Packet:
    """Ethernet with tags, told as "88a8 8100"."""
    tpids = [int(tpid, 16) for tpid in tags.split()]
    packet = Ether(dst=mac(), src=mac(), **({"type": tpids[0]} if tags else {}), **fields)
    for following in [*tpids[1:], None][: len(tpids)]:
        each = Dot1Q(prio=number(3), dei=number(1), vlan=number(12))
        packet /= each if following is None else Dot1Q(**each.fields, type=following)
    return packet


def labels(count: int) -> Packet | None:
    """MPLS, the last label with the bit of the bottom."""
    packet = None
    for left in reversed(range(count)):
        each = MPLS(label=number(20), cos=number(3), s=int(not left), ttl=number(8))
        packet = packet / each if packet else each
    return packet


def ipv4(**fields: object) -> Packet:
    source, target = (f"198.51.{number(8)}.{number(8)}" for _ in "sd")
    return IP(src=source, dst=target, **{"tos": number(8), "id": number(16), "ttl": number(8), **fields})


def ipv6(**fields: object) -> Packet:
    source, target = (f"2001:db8:{number(16):x}::{number(16) + 1:x}" for _ in "sd")
    return IPv6(src=source, dst=target, **{"tc": number(8), "fl": number(20), "hlim": number(8), **fields})


def tcp() -> Packet:
    options = SOME.choice([[], [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (number(32), 0)), ("NOP", None)]])
    return TCP(sport=port(), dport=port(), seq=number(32), flags=number(9), options=options) / payload()


def udp(**fields: int) -> Packet:
    return UDP(**{"sport": port(), "dport": port(), **fields})


def transports(version: int) -> list[tuple[str, int, Packet]]:
    """Name, protocol number and packet of everything that may be in IP."""
    both = [
        ("tcp", 6, tcp()),
        ("udp", 17, udp() / payload()),
        ("sctp", 132, SCTP(sport=port(), dport=port(), tag=number(32)) / SCTPChunkInit()),
        ("dccp", 33, DCCP(sport=port(), dport=port(), low=number(32)) / payload()),
        ("udplite", 136, UDPLite(sport=port(), dport=port()) / payload()),
    ]
    if version == 4:
        icmp = ICMP(type=SOME.choice([0, 3, 8, 11]), code=number(2)) / payload()
        return [*both, ("icmp", 1, icmp), ("igmp", 2, SOME.choice([IGMP_MQ, IGMPv2_LG, IGMPv2_MR])())]
    kind = SOME.choice([ICMPv6EchoRequest, ICMPv6EchoReply, ICMPv6ND_NS, ICMPv6ParamProblem])
    return [*both, ("icmpv6", 58, kind())]


def in_ipv4() -> Named:
    options = [IPOption_RR(routers=["192.0.2.1"]), IPOption_NOP()], [IPOption_Router_Alert()]
    for name, protocol, packet in transports(4):
        yield f"ipv4 {name}", ipv4(proto=protocol, flags=SOME.choice([0, "DF"])) / packet
    for name, protocol, packet in transports(4):
        yield f"ipv4 options {name}", ipv4(proto=protocol, options=SOME.choice(options)) / packet
    for name, protocol, packet in transports(4):
        yield f"ipv4 first {name}", ipv4(proto=protocol, flags="MF") / packet
        flags, offset = SOME.choice(["MF", 0]), number(12) + 1
        yield f"ipv4 later {name}", ipv4(proto=protocol, flags=flags, frag=offset) / payload(24)
    for name, protocol, packet in transports(4)[:3]:
        yield f"ipv4 ah {name}", ipv4(proto=51) / authentication(protocol) / packet
    yield "ipv4 esp", ipv4(proto=50) / ESP(spi=number(32), seq=number(32)) / payload(32)
    yield "ipv4 unknown", ipv4(proto=253) / payload()
    yield "ipv4 only", ipv4(proto=59)


def authentication(protocol: int) -> AH:
    return AH(nh=protocol, payloadlen=4, spi=number(32), seq=number(32), icv=SOME.randbytes(12))


def fragment(protocol: int, later: bool) -> Packet:
    offset = number(12) + 1 if later else 0
    return IPv6ExtHdrFragment(nh=protocol, offset=offset, m=number(1) if later else 1, id=number(32))


def in_ipv6() -> Named:
    hops, padding = IPv6ExtHdrHopByHop(options=[RouterAlert()]), [PadN(optdata=bytes(10))]
    for name, protocol, packet in transports(6):
        yield f"ipv6 {name}", ipv6(nh=protocol) / packet
    for name, protocol, packet in transports(6):
        yield f"ipv6 options {name}", ipv6() / hops / IPv6ExtHdrDestOpt(nh=protocol, options=padding) / packet
    for name, protocol, packet in transports(6):
        yield f"ipv6 first {name}", ipv6() / fragment(protocol, later=False) / packet
        yield f"ipv6 later {name}", ipv6() / fragment(protocol, later=True) / payload(24)
    for name, protocol, packet in transports(6)[:3]:
        route = IPv6ExtHdrRouting(nh=51, addresses=["2001:db8::1", "2001:db8::2"])
        yield f"ipv6 ah {name}", ipv6(nh=51) / authentication(protocol) / packet
        yield f"ipv6 routing ah {name}", ipv6() / hops / route / authentication(protocol) / packet
    yield "ipv6 esp", ipv6(nh=50) / ESP(spi=number(32), seq=number(32)) / payload(32)
    yield "ipv6 unknown", ipv6(nh=253) / payload()
    yield "ipv6 nothing", ipv6(nh=59)
