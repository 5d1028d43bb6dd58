"""Floor *c*, by hand: as floor *b*, and every spelling is remembered in a dict."""

from __future__ import annotations

from collections.abc import Callable
from socket import AF_INET6, inet_ntoa, inet_ntop
from struct import Struct
from typing import Any

from .floor_b import IPV6, LENGTH, Flows, boot_time, records_of

V5_C = Struct(">IIIHHIIIIHHxBBBHHBBxx")
V9_C = Struct(">IIIIIIIIIHHBBBIIBBBB")
IPV4_C = Struct(">IIHHBBHIIQQQQIIBB")
NSEL_C = Struct(">IIHHIHHBBBIIHHBHQIIQ12s12s20sIIIBBBBBH6s6s")
STRINGS_C = Struct(">IQ").unpack_from


class Remembered(dict[Any, str]):
    """Octets or number -> spelling, made on first use."""

    def __init__(self, spell: Callable[[Any], str]) -> None:
        super().__init__()
        self._spell = spell

    def __missing__(self, key: Any) -> str:
        text = self[key] = self._spell(key)
        return text


ipv4 = Remembered(lambda number: inet_ntoa(number.to_bytes(4, "big")))
ipv6 = Remembered(lambda octets: inet_ntop(AF_INET6, octets))
mac = Remembered(lambda octets: octets.hex(":"))
text = Remembered(lambda octets: octets.decode())
padded = Remembered(lambda octets: octets.rstrip(b"\0").decode())
access_list = Remembered(lambda octets: octets.hex("-", 4))


# fmt: off
def v5_c(datagram: bytes) -> Flows:
    boot = boot_time(datagram)
    return [
        {
            "sourceIPv4Address": ipv4[source], "destinationIPv4Address": ipv4[destination],
            "ipNextHopIPv4Address": ipv4[hop], "ingressInterface": ingress, "egressInterface": egress,
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
        ) in V5_C.iter_unpack(datagram[24:])
    ]


def v9_c(datagram: bytes) -> Flows:
    boot = boot_time(datagram)
    return [
        {
            "sourceIPv4Address": ipv4[source], "destinationIPv4Address": ipv4[destination],
            "ipNextHopIPv4Address": ipv4[hop], "ingressInterface": ingress, "egressInterface": egress,
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
        ) in V9_C.iter_unpack(records_of(datagram, 24, 55))
    ]


def ipfix_c(datagram: bytes) -> Flows:
    first_set = records_of(datagram, 20, 66)
    flows = [
        {
            "sourceIPv4Address": ipv4[source], "destinationIPv4Address": ipv4[destination],
            "sourceTransportPort": source_port, "destinationTransportPort": port, "protocolIdentifier": protocol,
            "ipClassOfService": tos, "tcpControlBits": flags, "ingressInterface": ingress, "egressInterface": egress,
            "octetDeltaCount": octets, "packetDeltaCount": packets, "flowStartMilliseconds": start,
            "flowEndMilliseconds": end, "bgpSourceAsNumber": source_as, "bgpDestinationAsNumber": destination_as,
            "flowEndReason": reason, "flowDirection": direction,
        }
        for (
            source, destination, source_port, port, protocol, tos, flags, ingress, egress, octets, packets, start, end,
            source_as, destination_as, reason, direction,
        ) in IPV4_C.iter_unpack(first_set)
    ]
    flows += [
        {
            "sourceIPv6Address": ipv6[source], "destinationIPv6Address": ipv6[destination],
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


def nsel_c(datagram: bytes) -> Flows:
    return [
        {
            "flowId": flow_id, "sourceIPv4Address": ipv4[source], "sourceTransportPort": source_port,
            "ingressInterface": ingress, "destinationIPv4Address": ipv4[destination],
            "destinationTransportPort": port, "egressInterface": egress, "protocolIdentifier": protocol,
            "icmpTypeIPv4": icmp_type, "icmpCodeIPv4": icmp_code, "postNATSourceIPv4Address": ipv4[nat_source],
            "postNATDestinationIPv4Address": ipv4[nat_destination], "postNAPTSourceTransportPort": nat_source_port,
            "postNAPTDestinationTransportPort": nat_port, "firewallEvent": event, "FW_EXT_EVENT": extended,
            "observationTimeMilliseconds": observed, "initiatorOctets": octets, "responderOctets": back,
            "flowStartMilliseconds": start, "INGRESS_ACL_ID": access_list[ingress_acl],
            "EGRESS_ACL_ID": access_list[egress_acl],
            "AAA_USERNAME": padded[user], "initiatorPackets": packets, "responderPackets": packets_back,
            "octetTotalCount": total, "ipClassOfService": tos, "tcpControlBits": flags, "flowDirection": direction,
            "sourceIPv4PrefixLength": source_mask, "destinationIPv4PrefixLength": mask, "vlanId": vlan,
            "sourceMacAddress": mac[source_mac], "destinationMacAddress": mac[destination_mac],
            "flowEndMilliseconds": observed,
        }
        for (
            flow_id, source, source_port, ingress, destination, port, egress, protocol, icmp_type, icmp_code,
            nat_source, nat_destination, nat_source_port, nat_port, event, extended, observed, octets, back, start,
            ingress_acl, egress_acl, user, packets, packets_back, total, tos, flags, direction, source_mask, mask, vlan,
            source_mac, destination_mac,
        ) in NSEL_C.iter_unpack(records_of(datagram, 24, 137))
    ]


def strings_c(datagram: bytes) -> Flows:
    (length,) = LENGTH(datagram, 18)
    position, end = 20, 16 + length
    flows = []
    append = flows.append
    while position < end:
        source, start = STRINGS_C(datagram, position)
        position += 13
        host = datagram[position : (position := position + datagram[position - 1])]
        position += 1
        url = datagram[position : (position := position + datagram[position - 1])]
        position += 1
        country = datagram[position : (position := position + datagram[position - 1])]
        append({
            "sourceIPv4Address": ipv4[source], "flowStartMilliseconds": start, "HTTP_HOST": text[host],
            "HTTP_URL": text[url], "SRC_IP_COUNTRY": text[country],
        })
    return flows
# fmt: on
