"""Link layers: Ethernet with any number of tags, LLC and SNAP, PPP, 802.11, MPLS.

Each layer is a function of the walk that returns the name of the layer that follows, or None.
"""

from __future__ import annotations

from typing import Any

from .network import IP_LAYERS, IPV4_HEADER
from .walk import Walk

TPIDS = frozenset({0x8100, 0x88A8, 0x9100, 0x9200, 0x9300})
FIRST_TYPE = 0x0600  # smaller values of the type field are lengths of IEEE 802.3 frames
ETHERTYPES = {
    0x0800: "ipv4",
    0x86DD: "ipv6",
    0x0806: "arp",
    0x8035: "arp",  # RARP has the same form
    0x8847: "mpls",
    0x8848: "mpls",
    0x8864: "pppoe",
    0x88E7: "backbone",
}
PPP_PROTOCOLS = {0x0021: "ipv4", 0x0057: "ipv6", 0x0281: "mpls", 0x0283: "mpls"}
HDLC_ADDRESS = 0xFF  # all stations; no protocol begins with it
SNAP = b"\xaa\xaa\x03"  # RFC 1042
HDLC_ADDRESSES = b"\x0f\x8f"  # Cisco HDLC: unicast, broadcast
TRANSPARENT = (0, 0x0000F8)  # OUIs whose protocols are EtherTypes: RFC 1042, IEEE 802.1H
UNNUMBERED = 3  # the last two bits of an LLC control field of one octet
MANAGEMENT, CONTROL, DATA = 0, 1, 2  # types of 802.11 frames
#: Control frames that have a second address: BlockAckReq, BlockAck, PS-Poll, RTS, CF-End
WITH_TRANSMITTER = frozenset({8, 9, 10, 11, 14, 15})
ORDER = 0x80  # of an 802.11 frame's flags
CONTROL_WORD, ASSOCIATED_CHANNEL = 0, 1  # RFC 4385: the first four bits behind a label stack


def ethernet(walk: Walk) -> str | None:
    """IEEE 802.3: two addresses, then a type or a length."""
    walk.take(walk.headers.ethernet)
    return ethertype(walk)


def ethertype(walk: Walk) -> str | None:
    """The type field, tags before it; IEEE 802.1Q, 802.1ad."""
    kind = walk.number(2)
    return _logical_link(walk, kind) if kind < FIRST_TYPE else layer_of(walk, kind)


def _logical_link(walk: Walk, length: int) -> str:
    walk.bound(walk.position + length)
    return "llc"


def layer_of(walk: Walk, kind: int) -> str | None:
    """The layer that an EtherType announces, behind tags if it announces those."""
    while kind in TPIDS:
        _tag(walk, kind)
        kind = walk.number(2)
        if kind < FIRST_TYPE:
            return _logical_link(walk, kind)
    walk.packet["ethernetType"] = kind
    return ETHERTYPES.get(kind)


def _tag(walk: Walk, tpid: int) -> None:
    walk.count_layer()
    walk.need(walk.headers.vlan_tci.size)
    tag: dict[str, Any] = {"tpid": tpid}
    walk.take(walk.headers.vlan_tci, tag)
    packet = walk.packet
    if "vlan_tags" not in packet:
        packet["dot1qVlanId"], packet["dot1qPriority"] = tag["vlan"], tag["priority"]
        packet["vlan_tags"] = [tag]
        return
    packet.setdefault("dot1qCustomerVlanId", tag["vlan"])
    packet["vlan_tags"].append(tag)


def llc(walk: Walk) -> str | None:
    """IEEE 802.2, and the SNAP extension of it."""
    at = walk.need(1)
    header = walk.packet["llc"] = {}
    walk.take(walk.headers.llc, header)
    if header["control"] & 3 != UNNUMBERED:  # information and supervisory frames have 16 bits of control
        header["control"] = header["control"] << 8 | walk.number(1)
        return None
    if walk.octets[at : at + 3] != SNAP:
        return None
    oui = walk.number(3)
    kind = walk.number(2)
    if oui not in TRANSPARENT:
        header["oui"], header["protocol"] = oui, kind
        return None
    return layer_of(walk, kind)


def backbone(walk: Walk) -> str | None:
    """IEEE 802.1ah: a service instance, and a whole frame inside."""
    walk.enter("802.1ah", walk.number(4) & 0xFFFFFF)
    return "ethernet"


def pppoe(walk: Walk) -> str | None:
    """RFC 2516 §4: a session, then PPP."""
    walk.skip(2)  # version, type and code
    walk.packet["pppoe_session_id"] = walk.number(2)
    length = walk.number(2)
    walk.bound(walk.position + length)
    return "ppp"


def pos(walk: Walk) -> str | None:
    """Packet over SONET: PPP, or Cisco HDLC with its own address field."""
    at = walk.need(2)
    if walk.octets[at] in HDLC_ADDRESSES and not walk.octets[at + 1]:
        walk.skip(2)
        return ethertype(walk)
    return "ppp"


def ppp(walk: Walk) -> str | None:
    """RFC 1661 §2, with or without the HDLC framing of RFC 1662."""
    if walk.octets[walk.need(1)] == HDLC_ADDRESS:
        walk.skip(2)
    at = walk.need(1)
    protocol = walk.number(1 if walk.octets[at] & 1 else 2)  # §6.5: odd octets end the field
    walk.packet["ppp_protocol"] = protocol
    return PPP_PROTOCOLS.get(protocol)


def mpls(walk: Walk) -> str | None:
    """RFC 3032: labels up to the bottom of the stack.  What follows has to be guessed."""
    labels = walk.packet.setdefault("mpls_labels", [])
    bottom = 0
    while not bottom:
        walk.count_layer()
        walk.need(walk.headers.label.size)
        label: dict[str, int] = {}
        walk.take(walk.headers.label, label)
        labels.append(label)
        bottom = label["bottom"]
    at = walk.need(1)
    first = walk.octets[at] >> 4
    if first == 6 or (first == 4 and (walk.octets[at] & 15) * 4 >= IPV4_HEADER):  # less is an Ethernet address
        return IP_LAYERS[first]
    if first == ASSOCIATED_CHANNEL:
        return None
    if first == CONTROL_WORD:
        walk.skip(4)
    walk.enter("pseudowire", labels[-1]["label"], guess=True)
    return "ethernet"


def dot11(walk: Walk) -> str | None:
    """IEEE 802.11: its header, and in data frames that are not encrypted what LLC carries."""
    frame: dict[str, Any] = {}
    walk.packet["ieee80211"] = frame
    flags = walk.octets[walk.take(walk.headers.dot11, frame) + 1]
    kind, subtype = frame["type"], frame["subtype"]
    if kind == CONTROL and subtype in WITH_TRANSMITTER:
        walk.take(walk.headers.dot11_addresses[0], frame)
    if kind not in (MANAGEMENT, DATA):
        return None
    second, third, fourth = walk.headers.dot11_addresses
    walk.take(second, frame)
    at = walk.take(third, frame)
    if kind == MANAGEMENT:
        return None
    fragment = walk.octets[at + 6] & 15  # of the sequence control; later ones begin in the middle of something
    both = frame["to_ds"] and frame["from_ds"]
    walk.packet["destinationMacAddress"] = frame["address3" if frame["to_ds"] else "address1"]
    if both:
        walk.take(fourth, frame)
    source = "address4" if both else "address3" if frame["from_ds"] else "address2"
    walk.packet["sourceMacAddress"] = frame[source]
    subframes = 0
    if subtype & 8:  # QoS control, and with the order bit HT control
        subframes = walk.number(2) & 0x8000
        if flags & ORDER:
            walk.skip(4)
    if subtype & 4 or frame["protected"] or fragment:
        return None
    return "ethernet" if subframes else "llc"
