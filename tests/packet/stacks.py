"""Some hundred stacks of headers, the same ones each time, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scapy.contrib.geneve import GENEVE, GeneveOptions
from scapy.contrib.gtp import GTP_U_Header, GTPPDUSessionContainer
from scapy.contrib.mpls import EoMCW
from scapy.layers.dot11 import Dot11, Dot11QoS
from scapy.layers.inet6 import IPv6ExtHdrDestOpt
from scapy.layers.l2 import ARP, GRE, LLC, SNAP, Dot1Q, Dot3
from scapy.layers.ppp import HDLC, PPP, PPPoE
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from tests.packet.expectation import Header, headers_of
from tests.packet.formats import ITag
from tests.packet.packets import (
    SOME,
    Named,
    authentication,
    frame,
    in_ipv4,
    in_ipv6,
    ipv4,
    ipv6,
    labels,
    mac,
    number,
    payload,
    tcp,
    udp,
)

ETHERNET, PPP_FRAME, RAW_IPV4, RAW_IPV6, LABELLED, SONET, WIRELESS, SUBFRAME = 1, 7, 11, 12, 13, 14, 15, 17
TAGS = ("", "8100", "88a8 8100", "9100 88a8 8100")
LINKS = [(tags, count) for tags in TAGS for count in (0, 1, 3)]


class Stack(NamedTuple):
    """A packet, the ``header_protocol`` to say with it, and its headers."""

    name: str
    protocol: int
    octets: bytes
    headers: list[Header]


def inner_packets() -> Named:
    yield "ipv4 tcp", ipv4() / tcp()
    yield "ipv6 udp", ipv6() / udp() / payload()


def inner_frames() -> Named:
    yield "frame ipv4 udp", frame() / ipv4() / udp() / payload()
    yield "tagged frame ipv6 tcp", frame("8100") / ipv6() / tcp()
    yield "double-tagged frame arp", frame("88a8 8100") / ARP(hwsrc=mac(), hwdst=mac(), psrc="192.0.2.1", op=2)


def vxlan(**ports: int) -> Packet:
    return udp(**{"dport": 4789, **ports}) / VXLAN(flags=8, vni=number(24))


def geneve(*options: GeneveOptions, **fields: int) -> Packet:
    return udp(dport=6081) / GENEVE(vni=number(24), options=[*options], **fields)


def gtp(**fields: int) -> Packet:
    return udp(dport=2152) / GTP_U_Header(teid=number(32), gtp_type=255, **fields)


def tunnels() -> Named:
    """Each kind of tunnel but IP in IP, with what may be in it."""
    with_key = {"key_present": 1, "key": number(32)}
    all_of_it = {**with_key, "chksum_present": 1, "seqnum_present": 1, "sequence_number": number(32)}
    for name, packet in inner_packets():
        yield f"gre {name}", ipv4(proto=47) / GRE() / packet
        yield f"gre key {name}", ipv6(nh=47) / GRE(**with_key) / packet
        yield f"gre sequence {name}", ipv4(proto=47) / GRE(seqnum_present=1, sequence_number=7) / packet
        yield f"gre checksum {name}", ipv4(proto=47) / GRE(chksum_present=1) / packet
        yield f"gre all {name}", ipv4(proto=47) / GRE(**all_of_it) / packet
        yield f"geneve {name}", ipv4() / geneve() / packet
        yield f"gtp-u {name}", ipv4() / gtp() / packet
        yield f"gtp-u sequence {name}", ipv6() / gtp(S=1, seq=number(16)) / packet
        session = GTPPDUSessionContainer(type=1, QFI=number(6))
        yield f"gtp-u extension {name}", ipv4() / gtp(E=1, next_ex=0x85) / session / packet
        yield f"gre mpls {name}", ipv4(proto=47) / GRE(proto=0x8847) / labels(2) / packet
    for name, packet in inner_frames():
        option = GeneveOptions(classid=0x102, type=0x80, data=SOME.randbytes(8))
        yield f"gre {name}", ipv4(proto=47) / GRE(proto=0x6558) / packet
        yield f"gre key {name}", ipv6(nh=47) / GRE(proto=0x6558, **with_key) / packet
        yield f"vxlan {name}", ipv4() / vxlan() / packet
        yield f"vxlan of linux {name}", ipv6() / vxlan(dport=8472) / packet
        yield f"geneve {name}", ipv6() / geneve(proto=0x6558) / packet
        yield f"geneve options {name}", ipv4() / geneve(option, option, proto=0x6558) / packet
        yield f"vxlan in vxlan {name}", ipv4() / vxlan() / frame() / ipv6() / vxlan() / packet
    for end in ("dport", "sport"):
        yield f"teredo {end}", ipv4() / udp(**{end: 3544}) / ipv6() / tcp()
    yield "no vxlan", ipv4() / udp(sport=4789) / payload(60)


def ip_in_ip() -> Named:
    """All four, and some in one another."""
    for name, outer, protocol in (("4", ipv4, "proto"), ("6", ipv6, "nh")):
        yield f"ipv4 in {name}", outer(**{protocol: 4}) / ipv4() / tcp()
        yield f"ipv6 in {name}", outer(**{protocol: 41}) / ipv6() / udp() / payload()
        yield f"three {name}", outer(**{protocol: 41}) / ipv6(nh=4) / ipv4(proto=47) / GRE() / ipv6() / tcp()
    yield "behind options", ipv6() / IPv6ExtHdrDestOpt(nh=41) / ipv6() / tcp()
    yield "behind ah", ipv4(proto=51) / authentication(4) / ipv4() / tcp()


def pseudowires() -> Named:
    for name, packet in inner_frames():
        for count in (1, 3):
            yield f"pseudowire {count} {name}", frame(type=0x8847) / labels(count) / packet
            yield f"control word {count} {name}", frame(type=0x8847) / labels(count) / EoMCW(seq=number(16)) / packet
        yield f"backbone {name}", frame(type=0x88E7) / ITag(flags=number(8), isid=number(24)) / packet
        yield f"tagged backbone {name}", behind_tag(0x88E7) / ITag(isid=number(24)) / packet


def behind_tag(number_behind: int) -> Packet:
    return frame(type=0x88A8) / Dot1Q(prio=number(3), vlan=number(12), type=number_behind)


def local() -> Named:
    """What Ethernet carries beside IP."""
    for tags in TAGS:
        who = {"hwsrc": mac(), "hwdst": mac(), "psrc": f"192.0.2.{number(8)}", "pdst": f"192.0.2.{number(8)}"}
        yield f"arp {tags}", frame(tags) / ARP(op=number(2), **who)
        session = PPPoE(sessionid=number(16))
        yield f"pppoe ipv4 {tags}", frame(tags) / session / PPP(proto=0x21) / ipv4() / tcp()
        yield f"pppoe ipv6 {tags}", frame(tags) / session / PPP(proto=0x57) / ipv6() / udp() / payload()
        yield f"pppoe lcp {tags}", frame(tags) / session / PPP(proto=0xC021) / payload()
    yield "unknown type", frame(type=0x88B5) / payload(40)
    for name, packet in logical_links():
        octets = len(packet)
        yield name, Dot3(dst=mac(), src=mac(), len=octets) / packet
        yield f"tagged {name}", frame(type=0x8100) / Dot1Q(prio=number(3), vlan=number(12), type=octets) / packet


def logical_links() -> Named:
    yield "llc", LLC(dsap=0x42, ssap=0x42, ctrl=3) / payload(35)
    yield "snap ipv4", LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(OUI=0, code=0x800) / ipv4() / tcp()
    yield "snap ipv6", LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(OUI=0, code=0x86DD) / ipv6() / udp() / payload()
    yield "snap cdp", LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(OUI=0xC, code=0x2000) / payload(30)


def wireless() -> Named:
    for ways in range(4):
        ends = {f"addr{end}": mac() for end in (1, 2, 3)} | ({"addr4": mac()} if ways == 3 else {})
        for subtype, quality in ((0, None), (8, Dot11QoS(TID=number(4)))):
            head = Dot11(type=2, subtype=subtype, FCfield=ways, **ends)
            name, packet = SOME.choice([*logical_links()][1:])
            yield f"wireless {ways} {subtype} {name}", (head / quality if quality else head) / packet


def point_to_point() -> Named:
    for name, number_of, packet in (("ipv4", 0x21, ipv4() / tcp()), ("ipv6", 0x57, ipv6() / udp() / payload())):
        yield f"ppp {name}", PPP(proto=number_of) / packet
        yield f"ppp with address {name}", HDLC() / PPP(proto=number_of) / packet
    yield "ppp mpls", PPP(proto=0x281) / labels(2) / ipv4() / tcp()
    yield "ppp lcp", PPP(proto=0xC021) / payload()


def on_ethernet() -> Named:
    """Everything in IP, on some of the ways to put it on Ethernet each; the plainest on all."""
    everything = [named for _ in range(3) for named in (*in_ipv4(), *in_ipv6())]
    for turn, (name, packet) in enumerate(everything):
        yield linked(name, packet, *LINKS[turn * 5 % 12])
    for tags, count in LINKS:
        for name, packet in inner_packets():
            yield linked(name, packet, tags, count)
    for turn, (name, packet) in enumerate([*tunnels(), *ip_in_ip()]):
        yield linked(name, packet, *LINKS[turn % 12 if turn % 2 else 0])
    for tpid in ("9200", "9300", "8100 8100"):
        yield linked("ipv4 tcp", ipv4() / tcp(), tpid, 0)


def linked(name: str, packet: Packet, tags: str, count: int) -> tuple[str, Packet]:
    between = labels(count)
    return f"{tags or '-'} | {count} | {name}", frame(tags) / between / packet if between else frame(tags) / packet


def by_protocol() -> Iterator[tuple[int, str, Packet]]:
    for each in (on_ethernet(), pseudowires(), local()):
        yield from ((ETHERNET, *named) for named in each)
    yield from ((PPP_FRAME, *named) for named in point_to_point())
    yield from ((SONET, f"sonet {name}", packet) for name, packet in point_to_point() if packet.haslayer(HDLC))
    yield from ((RAW_IPV4, f"raw {name}", packet) for name, packet in [*in_ipv4()][::3])
    yield from ((RAW_IPV6, f"raw {name}", packet) for name, packet in [*in_ipv6()][::3])
    for name, packet in (*inner_packets(), *inner_frames()):
        yield LABELLED, f"labelled {name}", labels(2) / packet
    yield from ((WIRELESS, *named) for named in wireless())
    for name, packet in logical_links():
        yield SUBFRAME, f"subframe {name}", Dot3(dst=mac(), src=mac(), len=len(packet)) / packet


STACKS = [
    Stack(f"{place} {name}", protocol, bytes(packet), headers_of(packet))
    for place, (protocol, name, packet) in enumerate(by_protocol())
]
