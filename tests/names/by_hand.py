"""What other collectors call the keys of flows, written down by hand from their documents, or counted in iana/."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from netflowparse import Registry
from tests.conftest import ROOT

IANA = ROOT / "iana"
FIXED = ("netflow1", "netflow5", "netflow6", "netflow7", "netflow8")
#: every table: vocabulary, protocol
TABLES = [("cisco", None), ("ecs", None), ("goflow2", None)]
TABLES += [("logstash", protocol) for protocol in ("netflow5", "netflow9", "ipfix")]


def rows(file: str) -> list[dict[str, str]]:
    with open(IANA / file, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# What the vocabularies' own documents say, by hand.  Keys that share a name stand in the order in which they get it.

#: Elastic Common Schema 9: https://www.elastic.co/docs/reference/ecs
ECS = {
    "flowStartMilliseconds": "event.start",
    "flowEndMilliseconds": "event.end",
    "sourceIPv4Address": "source.ip",
    "sourceIPv6Address": "source.ip",
    "sourceTransportPort": "source.port",
    "udpSourcePort": "source.port",
    "tcpSourcePort": "source.port",
    "sourceMacAddress": "source.mac",
    "octetDeltaCount": "source.bytes",
    "octetTotalCount": "source.bytes",
    "initiatorOctets": "source.bytes",
    "packetDeltaCount": "source.packets",
    "packetTotalCount": "source.packets",
    "initiatorPackets": "source.packets",
    "bgpSourceAsNumber": "source.as.number",
    "postNATSourceIPv4Address": "source.nat.ip",
    "postNATSourceIPv6Address": "source.nat.ip",
    "postNAPTSourceTransportPort": "source.nat.port",
    "destinationIPv4Address": "destination.ip",
    "destinationIPv6Address": "destination.ip",
    "destinationTransportPort": "destination.port",
    "udpDestinationPort": "destination.port",
    "tcpDestinationPort": "destination.port",
    "destinationMacAddress": "destination.mac",
    "reverseOctetDeltaCount": "destination.bytes",
    "reverseOctetTotalCount": "destination.bytes",
    "responderOctets": "destination.bytes",
    "reversePacketDeltaCount": "destination.packets",
    "reversePacketTotalCount": "destination.packets",
    "responderPackets": "destination.packets",
    "bgpDestinationAsNumber": "destination.as.number",
    "postNATDestinationIPv4Address": "destination.nat.ip",
    "postNATDestinationIPv6Address": "destination.nat.ip",
    "postNAPTDestinationTransportPort": "destination.nat.port",
    "protocolIdentifier": "network.iana_number",
    "wlanSSID": "network.name",
    "applicationName": "network.application",
    "dot1qVlanId": "network.vlan.id",  # the tag of a packet, the outer one of two
    "dot1qCustomerVlanId": "network.inner.vlan.id",
    "exporterIPv4Address": "observer.ip",
    "exporterIPv6Address": "observer.ip",
    "ingressInterface": "observer.ingress.interface.id",
    "ingress_interface_name": "observer.ingress.interface.name",
    "vlanId": "observer.ingress.vlan.id",  # IPFIX: of the ingress interface
    "egressInterface": "observer.egress.interface.id",
    "egress_interface_name": "observer.egress.interface.name",
    "postVlanId": "observer.egress.vlan.id",
    "userName": "user.name",
    "httpRequestMethod": "http.request.method",
    "httpStatusCode": "http.response.status_code",
    "httpMessageVersion": "http.version",
    "httpRequestTarget": "url.original",
    "httpUserAgent": "user_agent.original",
}
#: goflow2's FlowMessage: https://github.com/netsampler/goflow2/blob/main/pb/flow.proto
GOFLOW2 = {
    "samplingInterval": "sampling_rate",
    "flowStartNanoseconds": "time_flow_start_ns",
    "flowEndNanoseconds": "time_flow_end_ns",
    "octetDeltaCount": "bytes",
    "postOctetDeltaCount": "bytes",
    "dataLinkFrameSize": "bytes",
    "packetDeltaCount": "packets",
    "postPacketDeltaCount": "packets",
    "sourceIPv4Address": "src_addr",
    "sourceIPv6Address": "src_addr",
    "destinationIPv4Address": "dst_addr",
    "destinationIPv6Address": "dst_addr",
    "ethernetType": "etype",
    "protocolIdentifier": "proto",
    "sourceTransportPort": "src_port",
    "destinationTransportPort": "dst_port",
    "ingressInterface": "in_if",
    "egressInterface": "out_if",
    "sourceMacAddress": "src_mac",
    "postSourceMacAddress": "src_mac",
    "destinationMacAddress": "dst_mac",
    "postDestinationMacAddress": "dst_mac",
    "vlanId": "src_vlan",
    "postVlanId": "dst_vlan",
    "ipClassOfService": "ip_tos",
    "forwardingStatus": "forwarding_status",
    "minimumTTL": "ip_ttl",
    "ipTTL": "ip_ttl",
    "tcpControlBits": "tcp_flags",
    "icmpTypeIPv4": "icmp_type",
    "icmpTypeIPv6": "icmp_type",
    "icmpCodeIPv4": "icmp_code",
    "icmpCodeIPv6": "icmp_code",
    "flowLabelIPv6": "ipv6_flow_label",
    "fragmentIdentification": "fragment_id",
    "fragmentOffset": "fragment_offset",
    "bgpSourceAsNumber": "src_as",
    "bgpDestinationAsNumber": "dst_as",
    "ipNextHopIPv4Address": "next_hop",
    "ipNextHopIPv6Address": "next_hop",
    "bgpNextAdjacentAsNumber": "next_hop_as",
    "sourceIPv4PrefixLength": "src_net",
    "sourceIPv6PrefixLength": "src_net",
    "destinationIPv4PrefixLength": "dst_net",
    "destinationIPv6PrefixLength": "dst_net",
    "bgpNextHopIPv4Address": "bgp_next_hop",
    "bgpNextHopIPv6Address": "bgp_next_hop",
    "mplsTopLabelIPv4Address": "mpls_ip",
    "mplsTopLabelIPv6Address": "mpls_ip",
    "observationPointId": "observation_point_id",
    "flowDirection": "flow_direction",
    "biflowDirection": "bi_flow_direction",
    "ingressVRFID": "ingress_vrf_id",
    "egressVRFID": "egress_vrf_id",
}
#: logstash-codec-netflow's netflow.yaml and netflow.rb
LOGSTASH_V5 = {
    "samplingInterval": "sampling_interval",
    "sourceIPv4Address": "ipv4_src_addr",
    "destinationIPv4Address": "ipv4_dst_addr",
    "ipNextHopIPv4Address": "ipv4_next_hop",
    "ingressInterface": "input_snmp",
    "egressInterface": "output_snmp",
    "packetDeltaCount": "in_pkts",
    "octetDeltaCount": "in_bytes",
    "flowStartSysUpTime": "first_switched",
    "flowEndSysUpTime": "last_switched",
    "sourceTransportPort": "l4_src_port",
    "destinationTransportPort": "l4_dst_port",
    "tcpControlBits": "tcp_flags",
    "protocolIdentifier": "protocol",
    "ipClassOfService": "src_tos",
    "bgpSourceAsNumber": "src_as",
    "bgpDestinationAsNumber": "dst_as",
    "sourceIPv4PrefixLength": "src_mask",
    "destinationIPv4PrefixLength": "dst_mask",
}
LOGSTASH_SCOPES = {
    "system": "scope_system",
    "interface": "scope_interface",
    "lineCard": "scope_line_card",
    "cache": "scope_netflow_cache",
    "template": "scope_template",
}
#: how values differ in form, by name
TEXT, MAC, ISO = "text there", "upper case with hyphens there", "ISO 8601 text there"
SAMPLE = "with its sample mapping file"
NOTES = {
    "ecs": {
        **dict.fromkeys(("source.mac", "destination.mac"), MAC),
        **dict.fromkeys(("source.as.number", "destination.as.number"), "absent there where it is 0 here"),
        **dict.fromkeys(("network.iana_number", "network.vlan.id", "network.inner.vlan.id"), TEXT),
        **{f"observer.{way}.{what}.id": TEXT for way in ("ingress", "egress") for what in ("interface", "vlan")},
        "network.application": "lower case there",
        "observer.ip": "a list there",
        "http.version": "without HTTP/ there",
    },
    "goflow2": {
        "bytes": "of sFlow the frame's there",
        **dict.fromkeys(("src_addr", "dst_addr"), "octets there, text in JSON"),
        **dict.fromkeys(("src_mac", "dst_mac"), "a number there, text in JSON"),
        "proto": "a name in JSON there",
        "etype": "a name in JSON there; ethernetType is an addition: goflow2 has the type from headers of sFlow, "
        "else from the IP version",
        "ip_ttl": "ipTTL is an addition: goflow2 has it from headers of sFlow",
        "next_hop_as": "an addition: goflow2 has it from AS paths of sFlow",
        "mpls_ip": "a list there",
        **dict.fromkeys(("flow_direction", "bi_flow_direction", "ingress_vrf_id", "egress_vrf_id"), SAMPLE),
    },
    "logstash": {
        **dict.fromkeys(("first_switched", "last_switched"), ISO),
        **{f"flow{end}{unit}": ISO for end in ("Start", "End") for unit in ("Seconds", "Milliseconds")},
        **{f"flow{end}{unit}": ISO for end in ("Start", "End") for unit in ("Microseconds", "Nanoseconds")},
        **dict.fromkeys(("applicationId", "application_id"), '"13..453" there'),
        **dict.fromkeys(("ingress_acl_id", "egress_acl_id"), "three words in hex with hyphens there"),
        "forwarding_status": "a dict of status and reason there",
        "mpls_label_stack_octets": "a dict of label, experimental, bottom_of_stack and ttl there",
    },
    "cisco": {
        **dict.fromkeys(("TCP_FLAGS", "APPLICATION_NAME"), "also the key of another element"),
        "SRC_TOS": "TOS is read too",
        "IN_SRC_MAC": "SRC_MAC is read too",
        "OUT_DST_MAC": "DST_MAC is read too",
        "NF_F_FW_EVENT": "NF_F_FW_EVENT_84 is read too",
        **{
            f"NF_F_XLATE_{end}_{what}": f"NF_F_XLATE_{end}_{what[:4]}_84 is read too"
            for end in ("SRC", "DST")
            for what in ("ADDR_IPV4", "PORT")
        },
    },
}
#: names that several keys have, and that come back as the first of them
PORTS = ("source.port", "destination.port")
PLACE_HOLDER = re.compile(r"(VENDOR_PROPRIETARY|RESERVED|DEPRECATED)_[0-9]+\Z")
CISCO_CLASSES = ("rfc3954", "cisco-v9", "asa-nsel", "cisco-enterprise", "cisco-wlc")


@cache
def facts(vocabulary: str, protocol: str | None) -> dict[str, str]:
    """{key: name}: the tables above, or the rows of those that are too long to write down again."""
    registry = Registry()
    if vocabulary == "logstash":
        if protocol not in ("netflow9", "ipfix"):
            return LOGSTASH_V5 if protocol in FIXED else {}
        found = {}
        for row in rows("vocabularies/logstash-codec-netflow.csv"):
            if row["protocol"] == protocol:
                number = int(row["element_id"])
                nine = protocol == "netflow9"
                element = registry.netflow9(number) if nine else registry.element(int(row["pen"]), number)
                found[element.key] = row["name"]
        return found
    if vocabulary == "cisco":
        found = {}
        for row in rows("netflow-v9/field-types.csv"):
            if row["class"] in CISCO_CLASSES and not PLACE_HOLDER.match(row["name"]):
                found.setdefault(registry.netflow9(int(row["field_type"])).key, row["name"])
        return found
    return {"ecs": ECS, "goflow2": GOFLOW2}[vocabulary]


def holders(vocabulary: str, protocol: str | None) -> dict[str, list[str]]:
    """{name: its keys}."""
    found: dict[str, list[str]] = {}
    for key, name in facts(vocabulary, protocol).items():
        found.setdefault(name, []).append(key)
    return found


def is_by_family(keys: list[str]) -> bool:
    return len(keys) == 2 and keys[0].endswith("IPv4Address") and keys[1] == keys[0].replace("IPv4", "IPv6")


def leaves(value: Any) -> Iterator[Any]:
    """All that is in a value and is no dict or list, and those that are empty."""
    if isinstance(value, dict | list) and value:
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    else:
        yield repr(value)
