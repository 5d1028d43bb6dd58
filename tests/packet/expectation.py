"""What is to be said of a packet, and from which octet on: by scapy's objects and the header layouts of the RFCs.

Every rule gives rows (end, key, value): the value is known when *end* octets of its header are there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header, GTPPDUSessionContainer
from scapy.contrib.mpls import MPLS, EoMCW
from scapy.layers.dot11 import Dot11, Dot11QoS
from scapy.layers.igmp import IGMP_MQ, IGMPv2_LG, IGMPv2_MR
from scapy.layers.inet import ICMP, IP, TCP, UDP
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
)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import ARP, GRE, LLC, SNAP, Dot1Q, Dot3, Ether
from scapy.layers.ppp import HDLC, PPP, PPPoE
from scapy.layers.sctp import SCTP
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from tests.packet.formats import DCCP, ESP, ITag, UDPLite

Rows = list[tuple[int, str, Any]]
TPIDS = (0x8100, 0x88A8, 0x9100, 0x9200, 0x9300)
EXTENSIONS = {IPv6ExtHdrHopByHop: 0, IPv6ExtHdrRouting: 43, IPv6ExtHdrFragment: 44, AH: 51, IPv6ExtHdrDestOpt: 60}
ICMPV6 = (ICMPv6EchoRequest, ICMPv6EchoReply, ICMPv6ND_NS, ICMPv6ParamProblem)
IGMP = (IGMP_MQ, IGMPv2_LG, IGMPv2_MR)
IP_IN_IP = {(4, IP): "ipip", (4, IPv6): "6in4", (6, IP): "4in6", (6, IPv6): "ip6ip6"}


class Field(NamedTuple):
    """What must be said when *end* octets of the packet are there."""

    end: int
    key: str
    value: Any


class Header(NamedTuple):
    """A header; below *needed* octets of the packet it is cut, and from *end* on it is whole."""

    name: str
    depth: int
    start: int
    needed: int
    end: int
    fields: list[Field]


class Walk:
    """Where in a stack of headers we are."""

    def __init__(self, packet: Packet) -> None:
        self.layers = list(layers_of(packet))
        self.position = self.depth = self.start = self.version = self.tags = 0

    def before(self) -> Packet:
        return self.layers[self.position - 1]

    def behind(self) -> Packet | None:
        return self.layers[self.position + 1] if self.position + 1 < len(self.layers) else None


def layers_of(packet: Packet) -> list[Packet]:
    """The layers by themselves, with the values that scapy works out when building."""
    found, octets, told = [], bytes(packet), packet
    while type(told) in RULES:
        layer = type(told)()
        rest = layer.do_dissect(octets)
        layer.wire, octets, told = octets[: len(octets) - len(rest)], rest, told.payload
        found.append(layer)
    assert bytes(told) == octets  # what scapy took apart is what it was told to build
    return found


def ethernet(layer: Packet, walk: Walk) -> Rows:
    walk.tags = 0
    return [(6, "destinationMacAddress", layer.dst), (12, "sourceMacAddress", layer.src), *ether_type(layer, 14)]


def ether_type(layer: Packet, end: int) -> Rows:
    number = getattr(layer, "type", 0)
    return [(end, "ethernetType", number)] if number >= 0x600 and number not in TPIDS else []


def tag(layer: Packet, walk: Walk) -> Rows:
    walk.tags += 1
    each = {"tpid": walk.before().type, "priority": layer.prio, "dei": layer.dei, "vlan": layer.vlan}
    first: Rows = [(2, "dot1qVlanId", layer.vlan), (2, "dot1qPriority", layer.prio)]
    second: Rows = [(2, "dot1qCustomerVlanId", layer.vlan)]
    named = {1: first, 2: second}.get(walk.tags, [])
    return [(2, "vlan_tags", [each]), *named, *ether_type(layer, 4)]


def backbone(layer: Packet, walk: Walk) -> Rows:
    return tunnel(layer, walk, "802.1ah", layer.isid)


def llc(layer: Packet, walk: Walk) -> Rows:
    return [(3, "llc", {"dsap": layer.dsap, "ssap": layer.ssap, "control": layer.ctrl})]


def snap(layer: Packet, walk: Walk) -> Rows:
    other = (5, "llc", {"oui": layer.OUI, "protocol": layer.code})
    return [other if layer.OUI else (5, "ethernetType", layer.code)]


def wireless(layer: Packet, walk: Walk) -> Rows:
    """IEEE 802.11 §9.3.2.1: what the addresses mean depends on where the frame comes from and goes to."""
    to, source = bool(layer.FCfield & 1), bool(layer.FCfield & 2)
    target = layer.addr3 if to else layer.addr1
    origin = (layer.addr4 if to else layer.addr3) if source else layer.addr2
    says = {"type": layer.type, "subtype": layer.subtype, "to_ds": int(to), "from_ds": int(source), "protected": 0}
    says |= {f"address{end}": layer.getfieldval(f"addr{end}") for end in range(1, 5 if to and source else 4)}
    end = len(layer.wire)
    return [(end, "ieee80211", says), (24, "destinationMacAddress", target), (end, "sourceMacAddress", origin)]


def arp(layer: Packet, walk: Walk) -> Rows:
    names = {"op": "operation", "hwsrc": "sender_mac", "psrc": "sender_address"}
    names |= {"hwdst": "target_mac", "pdst": "target_address"}
    return [(28, "arp", {key: layer.getfieldval(name) for name, key in names.items()})]


def mpls(layer: Packet, walk: Walk) -> Rows:
    each = {"label": layer.label, "exp": layer.cos, "bottom": layer.s, "ttl": layer.ttl}
    rows: Rows = [(4, "mpls_labels", [each])]
    return rows + tunnel(layer, walk, "pseudowire", layer.label) if type(walk.behind()) is Ether else rows


def control_word(layer: Packet, walk: Walk) -> Rows:
    return tunnel(layer, walk, "pseudowire", walk.before().label)


def ppp(layer: Packet, walk: Walk) -> Rows:
    return [(len(layer.wire), "ppp_protocol", layer.proto)]


def ipv4(layer: Packet, walk: Walk) -> Rows:
    walk.version = 4
    rows: Rows = [
        *((1, "ipVersion", 4), (2, "ipClassOfService", layer.tos), (4, "octetDeltaCount", layer.len)),
        *((6, "fragmentIdentification", layer.id), (8, "fragmentFlags", int(layer.flags) << 5)),
        *((8, "fragmentOffset", layer.frag), (9, "ipTTL", layer.ttl), (10, "protocolIdentifier", layer.proto)),
        *((16, "sourceIPv4Address", layer.src), (20, "destinationIPv4Address", layer.dst)),
    ]
    options = [(len(layer.wire), "ipv4_options", layer.wire[20:].hex())] if len(layer.wire) > 20 else []
    return rows + options + inside_ip(layer, walk)


def ipv6(layer: Packet, walk: Walk) -> Rows:
    walk.version = 6
    return [
        *((1, "ipVersion", 6), (2, "ipClassOfService", layer.tc), (4, "flowLabelIPv6", layer.fl)),
        *((6, "octetDeltaCount", layer.plen + 40), (8, "ipTTL", layer.hlim)),
        *((24, "sourceIPv6Address", layer.src), (40, "destinationIPv6Address", layer.dst)),
        *next_header(layer, walk, 7),
    ]


def next_header(layer: Packet, walk: Walk, end: int) -> Rows:
    """The payload's number, if this is the last header of the chain, and a tunnel if that is IP again."""
    if type(walk.behind()) in EXTENSIONS:
        return []
    return [(end, "protocolIdentifier", layer.nh), *inside_ip(layer, walk)]


def inside_ip(layer: Packet, walk: Walk) -> Rows:
    kind = IP_IN_IP.get((walk.version, type(walk.behind())))
    return tunnel(layer, walk, kind, None) if kind else []


def extension(layer: Packet, walk: Walk) -> Rows:
    end = len(layer.wire)
    rows: Rows = []
    if type(layer) is IPv6ExtHdrFragment:
        rows += [(4, "fragmentOffset", layer.offset), (4, "fragmentFlags", layer.m << 5)]
        rows += [(8, "fragmentIdentification", layer.id)]
    if type(layer) is AH:
        rows += [(8, "ipSecSPI", layer.spi)]
    if walk.version == 4:
        return rows + inside_ip(layer, walk)
    return [*rows, (end, "ipv6_extension_headers", [EXTENSIONS[type(layer)]]), *next_header(layer, walk, end)]


def esp(layer: Packet, walk: Walk) -> Rows:
    return [(4, "ipSecSPI", layer.spi)]


def ports(layer: Packet, walk: Walk) -> Rows:
    rows: Rows = [(2, "sourceTransportPort", layer.sport), (4, "destinationTransportPort", layer.dport)]
    if type(layer) is TCP:
        rows += [(8, "tcpSequenceNumber", layer.seq), (14, "tcpControlBits", int(layer.flags))]
    return rows + tunnel(layer, walk, "teredo", None) if type(walk.behind()) is IPv6 else rows


def control_message(layer: Packet, walk: Walk) -> Rows:
    if type(layer) in IGMP:
        return [(1, "igmpType", layer.type)]
    return [(1, f"icmpTypeIPv{walk.version}", layer.type), (2, f"icmpCodeIPv{walk.version}", layer.code)]


def gre(layer: Packet, walk: Walk) -> Rows:
    return tunnel(layer, walk, "gre", layer.key if layer.key_present else None)


def virtual(layer: Packet, walk: Walk) -> Rows:
    return tunnel(layer, walk, "vxlan" if type(layer) is VXLAN else "geneve", layer.vni)


def gtp(layer: Packet, walk: Walk) -> Rows:
    rows = tunnel(layer, walk, "gtp-u", layer.teid) if type(layer) is GTP_U_Header else []
    walk.depth += (not rows) - (type(walk.behind()) is GTPPDUSessionContainer)  # the extension is not inside
    return rows


def tunnel(layer: Packet, walk: Walk, kind: str, id: int | None) -> Rows:
    """What follows is inside; where no header says so, it takes the first octet of that to know."""
    unsaid = type(layer) not in (GRE, VXLAN, GENEVE, GTP_U_Header, GTPPDUSessionContainer, ITag)
    said = {"kind": kind, "id": id} | ({"guess": True} if kind == "pseudowire" else {})
    walk.depth += 1
    return [(len(layer.wire) + unsaid, "tunnel", said)]


def silent(layer: Packet, walk: Walk) -> Rows:
    return []


def pppoe(layer: Packet, walk: Walk) -> Rows:
    return [(4, "pppoe_session_id", layer.sessionid)]


RULES: dict[type[Packet], Callable[[Packet, Walk], Rows]] = {
    **dict.fromkeys((Ether, Dot3), ethernet),
    **dict.fromkeys((TCP, UDP, UDPLite, DCCP, SCTP), ports),
    **dict.fromkeys((ICMP, *ICMPV6, *IGMP), control_message),
    **dict.fromkeys((VXLAN, GENEVE), virtual),
    **dict.fromkeys((GTP_U_Header, GTPPDUSessionContainer), gtp),
    **dict.fromkeys((HDLC, Dot11QoS), silent),
    **dict.fromkeys(EXTENSIONS, extension),
    **dict(zip((IP, IPv6, ESP, GRE, ARP), (ipv4, ipv6, esp, gre, arp), strict=True)),
    **dict(zip((Dot1Q, ITag, LLC, SNAP, Dot11), (tag, backbone, llc, snap, wireless), strict=True)),
    **dict(zip((MPLS, EoMCW, PPP, PPPoE), (mpls, control_word, ppp, pppoe), strict=True)),
}
# The fixed part of headers that may go on with options or with what depends on their type: from there on they may be
# called whole or cut.
NEEDED = {TCP: 20, DCCP: 12} | dict.fromkeys((ICMP, *ICMPV6), 4)


def headers_of(packet: Packet) -> list[Header]:
    """The headers of *packet*, outermost first."""
    walk, headers = Walk(packet), []
    for position, layer in enumerate(walk.layers):
        walk.position = position
        start, depth = walk.start, walk.depth
        walk.start = end = start + len(layer.wire)
        fields = [Field(start + row_end, key, value) for row_end, key, value in RULES[type(layer)](layer, walk)]
        needed = start + NEEDED.get(type(layer), len(layer.wire))
        headers.append(Header(type(layer).__name__, depth, start, needed, end, fields))
    return headers


def known(headers: list[Header], octets: int | None = None) -> dict[str, Any]:
    """What is to be said of these headers, if there are only so many octets."""
    said: dict[str, Any] = {}
    for header in headers:
        for field in header.fields:
            if octets is None or field.end <= octets:
                level = said
                for _ in range(header.depth):
                    level = level.setdefault("inner", {})
                add(level, field.key, field.value)
    return said


def add(level: dict[str, Any], key: str, value: Any) -> None:
    """A list goes on, a dict becomes more; anything else is said once."""
    if isinstance(value, list):
        level[key] = level.get(key, []) + value
    elif isinstance(value, dict):
        level[key] = level.get(key, {}) | value
    else:
        assert key not in level
        level[key] = value
