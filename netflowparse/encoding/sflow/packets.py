"""sampled_header: its octets as they were sampled, where they still say what the flow says, or built anew from that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import EncodeError
from ...packet.keys import PACKET_KEYS
from ...protocols.sflow.flows import FIRST_LAYERS
from ...wire.sflow.flow_records import SampledHeaderHead
from ...wire.xdr import padding
from ..checked import Path, expect_dict, number_octets, refuse_others, shown, write_octets
from ..packet.layers import build_packet, says
from ..packet.network import version_of
from .fields import UNDECODED, write_fields

FRAME = "layer2OctetDeltaCount"
NAME = "sampled_header"
KEYS = {"header_protocol", "header_protocol_name", "frame_length", "stripped", "header_length", "header", UNDECODED}
TOTAL = "octetDeltaCount"
ETHERNET_HEADER, TAG = 14, 4  # octets; a label of MPLS has as many as a tag
LONGEST = 0xFFFF  # octets of a header that a datagram can have
ETHERNET, PPP, IPV4, IPV6, DOT11 = 1, 7, 11, 12, 15  # header_protocol
#: Keys of packets that are nothing but Ethernet's.
ON_ETHERNET = frozenset(
    {
        *("destinationMacAddress", "sourceMacAddress", "ethernetType", "vlan_tags", "dot1qVlanId"),
        *("llc", "mpls_labels", "arp", "pppoe_session_id"),
    }
)


def packet_of(flow: Mapping[str, Any]) -> dict[str, Any]:
    """What a flow says of its packet."""
    return {key: value for key, value in flow.items() if key in PACKET_KEYS}


def is_incomplete(header: Any) -> bool:
    """Whether these are the fields of a record that was too short for its octets."""
    return isinstance(header, Mapping) and UNDECODED in header and header.keys().isdisjoint(("header_length", "header"))


def write_sampled_header(header: Any, flow: Mapping[str, Any], path: Path, where: Path, *, cut: bool = False) -> bytes:
    """The body of a sampled_header; *flow*, which stands at *where*, says what is in the packet, and its length.

    With *cut* fields at its end may be missing: it was too short for its octets.
    """
    fields = expect_dict(header, path)
    if is_incomplete(fields) or (cut and fields.keys().isdisjoint(("header_length", "header"))):
        return write_fields(SampledHeaderHead, fields, path, cut=cut)
    refuse_others(fields, KEYS, path)
    packet = packet_of(flow)
    protocol = fields.get("header_protocol", _protocol_of(packet))
    octets = _octets(fields, packet, protocol, path, where)
    told = {
        "header_protocol": protocol,
        "frame_length": fields.get("frame_length", flow.get(FRAME, _frame_length(packet, protocol, len(octets)))),
        "stripped": fields.get("stripped", 0),
        "header_length": fields.get("header_length", len(octets)),
    }
    head = write_fields(SampledHeaderHead, told, path)
    if told["header_length"] < len(octets):
        raise EncodeError(
            f"{told['header_length']}, though the header has {len(octets)} octets", (*path, "header_length")
        )
    if told["header_length"] == len(octets):  # of one that is cut nothing can follow
        octets += bytes(padding(len(octets)))
    return head + octets + (write_octets(fields[UNDECODED], (*path, UNDECODED)) if UNDECODED in fields else b"")


def _octets(fields: Mapping[str, Any], packet: dict[str, Any], protocol: Any, path: Path, where: Path) -> bytes:
    layer = FIRST_LAYERS.get(protocol) if isinstance(protocol, int) else None
    if layer is None and packet:
        raise EncodeError(f"not told of packets of header_protocol {shown(protocol)}", (*where, next(iter(packet))))
    if "header" in fields:
        octets = write_octets(fields["header"], (*path, "header"))
        if layer is None or not packet or says(octets, layer, packet, where):
            return octets
    length = fields.get("header_length")
    if length is not None:
        number_octets(length, 4, (*path, "header_length"))
    if not packet and (length is None or (layer is None and length)):
        raise EncodeError("there is no value, and no other key says what was sampled", (*path, "header"))
    if layer is None:
        return b""
    # a longer one is wrong: how many octets were there is not told
    return build_packet(packet, layer, length if length is None or length <= LONGEST else None, where)


def _frame_length(packet: Mapping[str, Any], protocol: Any, sampled: int) -> int:
    """The octets of a frame of which so many were *sampled*: as many as its IP header says, and those before that."""
    total = packet.get(TOTAL)
    if type(total) is not int or protocol not in (ETHERNET, IPV4, IPV6):
        return sampled
    before = 0
    if protocol == ETHERNET:
        tags = [each for key in ("vlan_tags", "mpls_labels") if isinstance(each := packet.get(key), list)]
        before = ETHERNET_HEADER + sum(map(len, tags)) * TAG
    return max(before + total, sampled)


def _protocol_of(packet: Mapping[str, Any]) -> int:
    """The ``header_protocol`` of a packet of which this is told."""
    if "ieee80211" in packet:
        return DOT11
    if not ON_ETHERNET.isdisjoint(packet):
        return ETHERNET
    if "ppp_protocol" in packet:
        return PPP
    return {4: IPV4, 6: IPV6}.get(version_of(packet) or 0, ETHERNET)
