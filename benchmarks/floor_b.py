"""Floor *b*, by hand: ``iter_unpack``, a dict display, and every address and text spelled where it stands.

It knows the layout, checks nothing, and reads only the header fields that it needs: the length of a set, and the clock
where times are added.  Plain ``boot + uptime`` is wrong when sysUpTime has wrapped between flow and header, and strings
of 255 octets or more would break it: a floor is what one writes who knows what comes.
"""

from __future__ import annotations

from socket import AF_INET6, inet_ntoa, inet_ntop
from struct import Struct
from typing import Any, TypeAlias

Flows: TypeAlias = "list[dict[str, Any]]"

CLOCK = Struct(">II").unpack_from  # sysUpTime, exportTime
LENGTH = Struct(">H").unpack_from

V5_B = Struct(">4s4s4sHHIIIIHHxBBBHHBBxx")
V9_B = Struct(">4s4s4sIIIIIIHHBBBIIBBBB")
IPV4_B = Struct(">4s4sHHBBHIIQQQQIIBB")
IPV6 = Struct(">16s16sHHBBHIIQQQQIIBB")
NSEL_B = Struct(">I4sHH4sHHBBB4s4sHHBHQIIQ12s12s20sIIIBBBBBH6s6s")
STRINGS_B = Struct(">4sQ").unpack_from


def records_of(datagram: bytes, start: int, size: int) -> bytes:
    """The records of *size* octets of the set whose content begins at *start*."""
    (length,) = LENGTH(datagram, start - 2)
    return datagram[start : start + (length - 4) // size * size]


def boot_time(datagram: bytes) -> int:
    """When the exporter of a v5 or v9 datagram booted, ms since 1970."""
    uptime, export = CLOCK(datagram, 4)
    return export * 1000 - uptime


# fmt: off
def v5_b(datagram: bytes) -> Flows:
    boot = boot_time(datagram)
    return [
        {
            "sourceIPv4Address": inet_ntoa(source), "destinationIPv4Address": inet_ntoa(destination),
            "ipNextHopIPv4Address": inet_ntoa(hop), "ingressInterface": ingress, "egressInterface": egress,
            "packetDeltaCount": packets, "octetDeltaCount": octets, "flowStartSysUpTime": first,
            "flowEndSysUpTime": last, "sourceTransportPort": source_port, "destinationTransportPort": port,
            "tcpControlBits": flags, "protocolIdentifier": protocol, "ipClassOfService": tos,
            "bgpSourceAsNumber": source_as, "bgpDestinationAsNumber": destination_as,
            "sourceIPv4PrefixLength": source_mask, "destinationIPv4PrefixLength": mask,
            "flowStartMilliseconds": boot + first, "flowEndMilliseconds": boot + last,
        }
        for (
            source, destination, hop, ingress, egress, packets, octets, first, last, source_port, port, flags, protocol,
            tos, source_as, destination_as, source_mask, mask,
        ) in V5_B.iter_unpack(datagram[24:])
    ]


def v9_b(datagram: bytes) -> Flows:
    boot = boot_time(datagram)
    return [
        {
            "sourceIPv4Address": inet_ntoa(source), "destinationIPv4Address": inet_ntoa(destination),
            "ipNextHopIPv4Address": inet_ntoa(hop), "ingressInterface": ingress, "egressInterface": egress,
            "packetDeltaCount": packets, "octetDeltaCount": octets, "flowStartSysUpTime": first,
            "flowEndSysUpTime": last, "sourceTransportPort": source_port, "destinationTransportPort": port,
            "tcpControlBits": flags, "protocolIdentifier": protocol, "ipClassOfService": tos,
            "bgpSourceAsNumber": source_as, "bgpDestinationAsNumber": destination_as,
            "sourceIPv4PrefixLength": source_mask, "destinationIPv4PrefixLength": mask, "flowDirection": direction,
            "forwardingStatus": status, "flowStartMilliseconds": boot + first, "flowEndMilliseconds": boot + last,
        }
        for (
            source, destination, hop, ingress, egress, packets, octets, first, last, source_port, port, flags, protocol,
            tos, source_as, destination_as, source_mask, mask, direction, status,
        ) in V9_B.iter_unpack(records_of(datagram, 24, 55))
    ]


def ipfix_b(datagram: bytes) -> Flows:
    first_set = records_of(datagram, 20, 66)
    flows = [
        {
            "sourceIPv4Address": inet_ntoa(source), "destinationIPv4Address": inet_ntoa(destination),
            "sourceTransportPort": source_port, "destinationTransportPort": port, "protocolIdentifier": protocol,
            "ipClassOfService": tos, "tcpControlBits": flags, "ingressInterface": ingress, "egressInterface": egress,
            "octetDeltaCount": octets, "packetDeltaCount": packets, "flowStartMilliseconds": start,
            "flowEndMilliseconds": end, "bgpSourceAsNumber": source_as, "bgpDestinationAsNumber": destination_as,
            "flowEndReason": reason, "flowDirection": direction,
        }
        for (
            source, destination, source_port, port, protocol, tos, flags, ingress, egress, octets, packets, start, end,
            source_as, destination_as, reason, direction,
        ) in IPV4_B.iter_unpack(first_set)
    ]
    flows += [
        {
            "sourceIPv6Address": inet_ntop(AF_INET6, source),
            "destinationIPv6Address": inet_ntop(AF_INET6, destination),
            "sourceTransportPort": source_port, "destinationTransportPort": port, "protocolIdentifier": protocol,
            "ipClassOfService": tos, "tcpControlBits": flags, "ingressInterface": ingress, "egressInterface": egress,
            "octetDeltaCount": octets, "packetDeltaCount": packets, "flowStartMilliseconds": start,
            "flowEndMilliseconds": end, "bgpSourceAsNumber": source_as, "bgpDestinationAsNumber": destination_as,
            "flowEndReason": reason, "flowDirection": direction,
        }
        for (
            source, destination, source_port, port, protocol, tos, flags, ingress, egress, octets, packets, start, end,
            source_as, destination_as, reason, direction,
        ) in IPV6.iter_unpack(records_of(datagram, 24 + len(first_set), 90))
    ]
    return flows


def nsel_b(datagram: bytes) -> Flows:
    return [
        {
            "flowId": flow_id, "sourceIPv4Address": inet_ntoa(source), "sourceTransportPort": source_port,
            "ingressInterface": ingress, "destinationIPv4Address": inet_ntoa(destination),
            "destinationTransportPort": port, "egressInterface": egress, "protocolIdentifier": protocol,
            "icmpTypeIPv4": icmp_type, "icmpCodeIPv4": icmp_code, "postNATSourceIPv4Address": inet_ntoa(nat_source),
            "postNATDestinationIPv4Address": inet_ntoa(nat_destination), "postNAPTSourceTransportPort": nat_source_port,
            "postNAPTDestinationTransportPort": nat_port, "firewallEvent": event, "FW_EXT_EVENT": extended,
            "observationTimeMilliseconds": observed, "initiatorOctets": octets, "responderOctets": back,
            "flowStartMilliseconds": start, "INGRESS_ACL_ID": ingress_acl.hex("-", 4),
            "EGRESS_ACL_ID": egress_acl.hex("-", 4),
            "AAA_USERNAME": user.rstrip(b"\0").decode(), "initiatorPackets": packets, "responderPackets": packets_back,
            "octetTotalCount": total, "ipClassOfService": tos, "tcpControlBits": flags, "flowDirection": direction,
            "sourceIPv4PrefixLength": source_mask, "destinationIPv4PrefixLength": mask, "vlanId": vlan,
            "sourceMacAddress": source_mac.hex(":"), "destinationMacAddress": destination_mac.hex(":"),
            "flowEndMilliseconds": observed,
        }
        for (
            flow_id, source, source_port, ingress, destination, port, egress, protocol, icmp_type, icmp_code,
            nat_source, nat_destination, nat_source_port, nat_port, event, extended, observed, octets, back, start,
            ingress_acl, egress_acl, user, packets, packets_back, total, tos, flags, direction, source_mask, mask, vlan,
            source_mac, destination_mac,
        ) in NSEL_B.iter_unpack(records_of(datagram, 24, 137))
    ]


def strings_b(datagram: bytes) -> Flows:
    (length,) = LENGTH(datagram, 18)
    position, end = 20, 16 + length
    flows = []
    append = flows.append
    while position < end:
        source, start = STRINGS_B(datagram, position)
        position += 13
        host = datagram[position : (position := position + datagram[position - 1])]
        position += 1
        url = datagram[position : (position := position + datagram[position - 1])]
        position += 1
        country = datagram[position : (position := position + datagram[position - 1])]
        append({
            "sourceIPv4Address": inet_ntoa(source), "flowStartMilliseconds": start, "HTTP_HOST": host.decode(),
            "HTTP_URL": url.decode(), "SRC_IP_COUNTRY": country.decode(),
        })
    return flows
# fmt: on
