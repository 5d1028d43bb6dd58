"""Link layers to octets, each as ``packet/link.py`` reads it: Ethernet, tags, LLC, PPP, 802.11, MPLS.

Each layer is a function of the writer that returns the name of the layer that follows, or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...packet.keys import INNER
from ...packet.link import (
    CONTROL,
    DATA,
    ETHERTYPES,
    MANAGEMENT,
    ORDER,
    PPP_PROTOCOLS,
    SNAP,
    UNNUMBERED,
    WITH_TRANSMITTER,
)
from ...packet.network import IP_LAYERS
from ...wire import packet as wire
from ..checked import Path, expect_dict, number_octets
from .network import version_of
from .writer import PacketWriter, headers_under

VLAN = 0x8100
BACKBONE = 0x88E7
FRAME_LENGTH = 1500  # octets: what an IEEE 802.3 frame carries
LONGEST = 0xFFFF
FRAMED = b"\xff\x03"  # RFC 1662: all stations, unnumbered information
HDLC = b"\x0f\0"  # Cisco HDLC: unicast
SESSION = b"\x11\0"  # RFC 2516: version 1, type 1, session data
NO_STATION = "20:00:00:00:00:00"  # begins neither like IP nor like a control word
ARP_ETHERNET = b"\0\1\x08\0\6\4"  # RFC 826: hardware, protocol, and the lengths of their addresses
ENDS = ("destinationMacAddress", "sourceMacAddress")
SUBFRAMES = b"\x80\0"  # IEEE 802.11 QoS control: an A-MSDU


def ethernet(writer: PacketWriter) -> str | None:
    """IEEE 802.3."""
    writer.put(wire.Ethernet)
    return ethertype(writer)


def ethertype(writer: PacketWriter) -> str | None:
    """Tags, and the type or length behind them."""
    return _type(writer, may_be_length=True)


def behind_tpid(writer: PacketWriter) -> str | None:
    """Tags whose first TPID has been written."""
    return _type(writer, may_be_length=True, begun=True)


def tags_of(packet: Mapping[str, Any], path: Path) -> list[tuple[Mapping[str, Any], Path]]:
    """The tags of a frame; those that only elements tell of have the usual TPID."""
    if "vlan_tags" in packet:
        return list(headers_under(packet, "vlan_tags", path))
    told = {"vlan": packet.get("dot1qVlanId"), "priority": packet.get("dot1qPriority")}
    tags = [told, {"vlan": packet.get("dot1qCustomerVlanId")}]
    while tags and all(value is None for value in tags[-1].values()):
        tags.pop()
    return [({key: value for key, value in tag.items() if value is not None}, path) for tag in tags]


def tpid_of(tag: Mapping[str, Any], path: Path) -> bytes:
    """The TPID before a tag."""
    return number_octets(tag.get("tpid", VLAN), 2, (*path, "tpid"))


def _type(writer: PacketWriter, *, may_be_length: bool, begun: bool = False) -> str | None:
    packet = writer.packet
    tags = [] if writer.tagged else tags_of(packet, writer.path)
    writer.tagged = True
    for index, (tag, path) in enumerate(tags):
        if index or not begun:
            writer.raw(tpid_of(tag, path), known="tpid" in tag)
        writer.put(wire.VlanTci, tag, path)
    if may_be_length and "llc" in packet:
        writer.length(FRAME_LENGTH)
        return "llc"
    kind = packet.get("ethernetType")
    if kind is None:
        kind = kind_of(packet)
    if kind is None:
        if may_be_length:  # no length at all ends the packet; another tag is cut
            writer.raw(number_octets(VLAN if writer.cut else 0, 2, ()))
        else:
            writer.stop()
        return None
    writer.number(kind, 2, "ethernetType", known="ethernetType" in packet)
    return ETHERTYPES.get(kind)


def kind_of(packet: Mapping[str, Any]) -> int | None:
    """The EtherType of what *packet* tells behind its link layer."""
    tunnel = packet.get("tunnel")
    if "pppoe_session_id" in packet:
        return 0x8864
    if "mpls_labels" in packet:
        return 0x8847
    if "arp" in packet:
        return 0x0806
    if isinstance(tunnel, Mapping) and tunnel.get("kind") == "802.1ah":
        return BACKBONE
    return {4: 0x0800, 6: 0x86DD}.get(version_of(packet) or 0)


def llc(writer: PacketWriter) -> str | None:
    """IEEE 802.2, and SNAP."""
    packet, path = writer.packet, (*writer.path, "llc")
    header = packet.get("llc")
    if header is None:
        writer.stop()
        return None
    header = expect_dict(header, path)
    control = header.get("control", 0)
    ends = number_octets(header.get("dsap", 0), 1, (*path, "dsap")) + number_octets(
        header.get("ssap", 0), 1, (*path, "ssap")
    )
    octets = number_octets(control, 2, (*path, "control"))
    snap = ends + octets[1:] == SNAP and not octets[0]
    follows = "oui" in header or "ethernetType" in packet or kind_of(packet) is not None
    unnumbered = control & 3 == UNNUMBERED and (follows or not snap)
    if octets[0] or not (writer.cut or unnumbered):
        writer.put(wire.Llc, header, path, {"control": octets[0]})
        writer.raw(octets[1:], known=True)
        return None
    writer.put(wire.Llc, header, path)
    if not snap:
        return None
    if "oui" in header:
        writer.raw(number_octets(header["oui"], 3, (*path, "oui")), known=True)
        writer.raw(number_octets(header.get("protocol", 0), 2, (*path, "protocol")), known=True)
        return None
    writer.raw(bytes(3))
    return _type(writer, may_be_length=False)


def backbone(writer: PacketWriter) -> str | None:
    """IEEE 802.1ah."""
    tunnel = writer.tunnel()
    if tunnel is None:
        writer.stop()
        return None
    writer.number(tunnel.get("id"), 4, ("tunnel", "id"))
    writer.enter()
    return "ethernet"


def pppoe(writer: PacketWriter) -> str | None:
    """RFC 2516 §4."""
    if "pppoe_session_id" not in writer.packet:
        if writer.cut:
            writer.raw(SESSION)
        writer.stop()
        return None
    writer.raw(SESSION)
    writer.number(writer.packet["pppoe_session_id"], 2, "pppoe_session_id")
    writer.length(LONGEST)
    return "ppp"


def pos(writer: PacketWriter) -> str | None:
    """Packet over SONET: PPP, or Cisco HDLC."""
    packet = writer.packet
    typed = not packet.keys().isdisjoint(("ethernetType", "llc", "vlan_tags"))
    if "ppp_protocol" not in packet and (typed or (writer.cut and version_of(packet) is None)):
        writer.raw(HDLC)
        return ethertype(writer)
    return "ppp"


def ppp(writer: PacketWriter) -> str | None:
    """RFC 1661 §2, RFC 1662."""
    packet = writer.packet
    protocol = packet.get("ppp_protocol")
    if protocol is None:
        protocol = {4: 0x21, 6: 0x57}.get(version_of(packet) or 0)
    if protocol is None:
        if writer.cut:
            writer.raw(FRAMED + b"\0")
        writer.stop()
        return None
    octets = number_octets(protocol, 2, (*writer.path, "ppp_protocol"))
    if writer.spare(2, 2):
        writer.raw(FRAMED)
    shortest = protocol & 1 and not octets[0] and writer.choice.free is not None
    writer.raw(octets[1:] if shortest and not writer.spare(1, 1) else octets, known=True)
    return PPP_PROTOCOLS.get(protocol)


def mpls(writer: PacketWriter) -> str | None:
    """RFC 3032, and what the first octet behind the labels lets readers guess."""
    packet = writer.packet
    bottom: Any = 0
    labels = list(headers_under(packet, "mpls_labels", writer.path)) if "mpls_labels" in packet else []
    for left, (label, path) in zip(reversed(range(len(labels))), labels, strict=True):
        bottom = label.get("bottom", 0 if left else 1)
        writer.put(wire.Label, {**label, "bottom": bottom}, path)
    if not bottom:
        writer.stop()
        return None
    tunnel = writer.tunnel()
    if tunnel is not None and tunnel.get("kind") == "pseudowire":
        return _pseudowire(writer)
    version = version_of(packet)
    if version is None:
        writer.stop(b"\x10")  # RFC 4385: an associated channel
        return None
    return IP_LAYERS.get(version)


def _pseudowire(writer: PacketWriter) -> str | None:
    """RFC 4448: a control word where the frame would not begin like one."""
    inside = writer.packet.get(INNER, {})
    station = inside.get("destinationMacAddress", NO_STATION)
    first = station[:2] if isinstance(station, str) else ""
    if first[:1] in ("0", "1", "6") or (first[:1] == "4" and first[1:] > "4") or writer.spare(4, 4):
        writer.raw(bytes(4))
    writer.enter()
    told = "destinationMacAddress" in inside
    writer.put(wire.Ethernet, instead={} if told else {"destinationMacAddress": NO_STATION})
    return ethertype(writer)


def dot11(writer: PacketWriter) -> str | None:
    """IEEE 802.11 §9.3."""
    packet, path = writer.packet, (*writer.path, "ieee80211")
    frame = expect_dict(packet.get("ieee80211", {}), path)
    start = writer.put(wire.Dot11, frame, path)
    kind, subtype = frame.get("type"), frame.get("subtype", 0)
    if kind == CONTROL and subtype in WITH_TRANSMITTER:
        writer.put(wire.Dot11Address2, frame, path)
    if kind not in (MANAGEMENT, DATA):
        return None
    writer.put(wire.Dot11Address2, frame, path)
    sequence = writer.put(wire.Dot11Address3, frame, path) + 6
    if kind == MANAGEMENT:
        return None
    to_station, from_station = frame.get("to_ds"), frame.get("from_ds")
    if to_station and from_station:
        writer.put(wire.Dot11Address4, frame, path)
    source = "address4" if to_station and from_station else "address3" if from_station else "address2"
    ends = [frame.get(name, NO_STATION) for name in ("address3" if to_station else "address1", source)]
    typed = "llc" not in packet and not packet.keys().isdisjoint(("ethernetType", "vlan_tags"))
    other = any(packet.get(key, end) != end for key, end in zip(ENDS, ends, strict=True))
    subframes = bool(subtype & 8) and (typed or other)
    begun = bool(subtype & 8) and writer.cut and "llc" not in packet and not subframes  # the first one, or none
    if subtype & 8:
        writer.raw(SUBFRAMES if subframes or begun else bytes(2))
        if writer.spare(4, 4):  # HT control
            writer.octets[start + 1] |= ORDER
            writer.raw(bytes(4))
    if subtype & 4 or frame.get("protected"):
        return None
    if not subframes and "llc" not in packet:
        if begun:
            writer.put(wire.Ethernet, frame, instead=dict(zip(ENDS, ends, strict=True)))
        elif not writer.cut:
            writer.octets[sequence] |= 1  # a later fragment
        return None
    return "ethernet" if subframes else "llc"


def arp(writer: PacketWriter) -> str | None:
    """RFC 826."""
    path = (*writer.path, "arp")
    told = writer.packet.get("arp")
    if told is None:
        writer.stop()
        return None
    told = expect_dict(told, path)
    at = writer.put(wire.Arp, told, path)
    if writer.cut or told.keys() != {"operation"}:
        writer.octets[at : at + len(ARP_ETHERNET)] = ARP_ETHERNET
    return None
