"""Floor *c* of sFlow, by hand: as floor *b*, and every spelling is remembered in a dict."""

from __future__ import annotations

from struct import Struct

from .floor_b import Flows
from .floor_c import ipv4, ipv6, mac
from .floor_sflow_b import (
    IPV4_TYPE,
    IPV6,
    SAMPLE,
    SWITCH,
    TAG,
    TCP,
    VLAN,
    Sources,
    continuity,
    counters_sample,
)

IPV4_C = Struct(">xBHHHBBxxIIHHL4xH").unpack_from

sources: Sources = {}
seen_counters: set[int] = set()


# fmt: off
def sflow5_c(datagram: bytes) -> Flows:
    """The flows, and behind them the counters."""
    flows, counters = [], []
    position = 28
    while position < len(datagram):
        (
            kind, length, number, source, rate, pool, drops, ingress, egress, _, _, record_length, header, size,
            stripped, header_length, destination, origin, ethernet_type,
        ) = SAMPLE(datagram, position)
        at = position + 64
        if kind == 2:
            counters.append(counters_sample(datagram, position, seen_counters))
            position += 8 + length
            continue
        src_vlan, src_priority, dst_vlan, dst_priority = SWITCH(datagram, position + 56 + record_length)
        position += 8 + length
        flows.append(flow := {
            "sampler": {
                "source_class": source >> 24, "source_index": source & 0xFFFFFF, "sequence_number": number,
                "sample_pool": pool, "drops": drops,
            },
            "continuity": continuity(sources, source, number, pool, drops), "samplingInterval": rate,
            "packetDeltaCount": 1, "ingressInterface": ingress, "egressInterface": egress,
            "sampled_header": {
                "header_protocol": header, "frame_length": size, "stripped": stripped, "header_length": header_length,
            },
            "layer2OctetDeltaCount": size, "destinationMacAddress": mac[destination],
            "sourceMacAddress": mac[origin],
            "extended_switch": {
                "src_vlan": src_vlan, "src_priority": src_priority, "dst_vlan": dst_vlan, "dst_priority": dst_priority,
            },
            "vlanId": src_vlan, "postVlanId": dst_vlan,
        })
        if ethernet_type == VLAN:
            tag, ethernet_type = TAG(datagram, at + 14)
            at += 4
            flow["dot1qVlanId"], flow["dot1qPriority"] = vlan, priority = tag & 0xFFF, tag >> 13
            flow["vlan_tags"] = [{"tpid": VLAN, "priority": priority, "dei": tag >> 12 & 1, "vlan": vlan}]
        if ethernet_type == IPV4_TYPE:
            tos, length, number, flags, ttl, protocol, origin, destination, source, port, sequence, control = IPV4_C(
                datagram, at + 14
            )
            flow["ipVersion"], flow["ipClassOfService"], flow["octetDeltaCount"] = 4, tos, length
            flow["fragmentIdentification"], flow["fragmentFlags"] = number, flags >> 8 & 0xE0
            flow["fragmentOffset"], flow["sourceIPv4Address"] = flags & 0x1FFF, ipv4[origin]
            flow["destinationIPv4Address"] = ipv4[destination]
        else:
            word, length, protocol, ttl, origin, destination, source, port, sequence, control = IPV6(datagram, at + 14)
            flow["ipVersion"], flow["ipClassOfService"], flow["flowLabelIPv6"] = 6, word >> 20 & 255, word & 0xFFFFF
            flow["octetDeltaCount"], flow["sourceIPv6Address"] = length + 40, ipv6[origin]
            flow["destinationIPv6Address"] = ipv6[destination]
        flow["ethernetType"], flow["ipTTL"], flow["protocolIdentifier"] = ethernet_type, ttl, protocol
        flow["sourceTransportPort"], flow["destinationTransportPort"] = source, port
        if protocol == TCP:
            flow["tcpSequenceNumber"], flow["tcpControlBits"] = sequence, control & 0x1FF
    return flows + counters
# fmt: on
