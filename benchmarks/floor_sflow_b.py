"""Floor *b* of sFlow, by hand: compact samples of Ethernet frames, straight down to the ports.

It knows what the switch sends, believes every length, and takes it that no sample is lost.
"""

from __future__ import annotations

from socket import AF_INET6, inet_ntoa, inet_ntop
from struct import Struct
from typing import Any, TypeAlias

from .floor_b import Flows

#: source -> its latest pool and drops, the packets and the samples since its first sample
Sources: TypeAlias = "dict[int, tuple[int, int, int, int]]"

#: data_format, length, a flow sample's eight words, data_format, length, a sampled_header's four words, Ethernet
SAMPLE = Struct(">16L6s6sH").unpack_from
SWITCH = Struct(">4L").unpack_from  # behind data_format and length
TAG = Struct(">HH").unpack_from
IPV4_B = Struct(">xBHHHBBxx4s4sHHL4xH").unpack_from  # and TCP, whose ports are where UDP's are
IPV6 = Struct(">LHBB16s16sHHL4xH").unpack_from
NUMBERS = Struct(">LL").unpack_from
INTERFACE = Struct(">LLQLLQ6LQ6L").unpack_from
ETHERNET = Struct(">13L").unpack_from
VLAN, IPV4_TYPE, TCP = 0x8100, 0x0800, 6

sources: Sources = {}
seen_counters: set[int] = set()  # sources of counters samples


# fmt: off
def continuity(sources: Sources, source: int, number: int, pool: int, drops: int) -> dict[str, Any]:
    """What the numbers of a flow sample say, which is the next of its source."""
    known = sources.get(source)
    if known is None:
        sources[source] = pool, drops, 0, 0
        return {
            "expected": None, "missing": 0, "event": "first", "sample_pool_delta": None, "drops_delta": None,
            "effective_rate": None,
        }
    last_pool, last_drops, seen, samples = known
    more = pool - last_pool & 0xFFFFFFFF
    seen += more
    samples += 1
    sources[source] = pool, drops, seen, samples
    return {
        "expected": number, "missing": 0, "event": "in_order", "sample_pool_delta": more,
        "drops_delta": drops - last_drops & 0xFFFFFFFF, "effective_rate": seen / samples,
    }


def counters_sample(datagram: bytes, position: int, seen: set[int]) -> dict[str, Any]:
    """The counters sample at octet *position*, an interface's and those of Ethernet."""
    number, source = NUMBERS(datagram, position + 8)
    first = source not in seen
    seen.add(source)
    (
        index, kind, speed, direction, status, in_octets, in_unicast, in_multicast, in_broadcast, in_discards,
        in_errors, in_unknown, out_octets, out_unicast, out_multicast, out_broadcast, out_discards, out_errors,
        promiscuous,
    ) = INTERFACE(datagram, position + 28)
    (
        alignment, fcs, single, multiple, sqe, deferred, late, excessive, transmit, carrier, long, receive, symbol,
    ) = ETHERNET(datagram, position + 124)
    return {
        "source_class": source >> 24, "source_index": source & 0xFFFFFF, "sequence_number": number,
        "continuity": {
            "expected": None if first else number, "missing": 0, "event": "first" if first else "in_order",
        },
        "if_counters": {
            "if_index": index, "if_type": kind, "if_speed": speed, "if_direction": direction, "if_status": status,
            "if_in_octets": in_octets, "if_in_ucast_pkts": in_unicast, "if_in_multicast_pkts": in_multicast,
            "if_in_broadcast_pkts": in_broadcast, "if_in_discards": in_discards, "if_in_errors": in_errors,
            "if_in_unknown_protos": in_unknown, "if_out_octets": out_octets, "if_out_ucast_pkts": out_unicast,
            "if_out_multicast_pkts": out_multicast, "if_out_broadcast_pkts": out_broadcast,
            "if_out_discards": out_discards, "if_out_errors": out_errors, "if_promiscuous_mode": promiscuous,
        },
        "ethernet_counters": {
            "alignment_errors": alignment, "fcs_errors": fcs, "single_collision_frames": single,
            "multiple_collision_frames": multiple, "sqe_test_errors": sqe, "deferred_transmissions": deferred,
            "late_collisions": late, "excessive_collisions": excessive, "internal_mac_transmit_errors": transmit,
            "carrier_sense_errors": carrier, "frame_too_longs": long, "internal_mac_receive_errors": receive,
            "symbol_errors": symbol,
        },
    }


def sflow5_b(datagram: bytes) -> Flows:
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
            "layer2OctetDeltaCount": size, "destinationMacAddress": destination.hex(":"),
            "sourceMacAddress": origin.hex(":"),
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
            tos, length, number, flags, ttl, protocol, origin, destination, source, port, sequence, control = IPV4_B(
                datagram, at + 14
            )
            flow["ipVersion"], flow["ipClassOfService"], flow["octetDeltaCount"] = 4, tos, length
            flow["fragmentIdentification"], flow["fragmentFlags"] = number, flags >> 8 & 0xE0
            flow["fragmentOffset"], flow["sourceIPv4Address"] = flags & 0x1FFF, inet_ntoa(origin)
            flow["destinationIPv4Address"] = inet_ntoa(destination)
        else:
            word, length, protocol, ttl, origin, destination, source, port, sequence, control = IPV6(datagram, at + 14)
            flow["ipVersion"], flow["ipClassOfService"], flow["flowLabelIPv6"] = 6, word >> 20 & 255, word & 0xFFFFF
            flow["octetDeltaCount"], flow["sourceIPv6Address"] = length + 40, inet_ntop(AF_INET6, origin)
            flow["destinationIPv6Address"] = inet_ntop(AF_INET6, destination)
        flow["ethernetType"], flow["ipTTL"], flow["protocolIdentifier"] = ethernet_type, ttl, protocol
        flow["sourceTransportPort"], flow["destinationTransportPort"] = source, port
        if protocol == TCP:
            flow["tcpSequenceNumber"], flow["tcpControlBits"] = sequence, control & 0x1FF
    return flows + counters
# fmt: on
