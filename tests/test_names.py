"""netflowparse.names: what other collectors call the keys of flows, and the way back."""

from __future__ import annotations

import csv
import inspect
import re
import runpy
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, Registry, UsageError, WrongType, names
from netflowparse.flows import decapsulate, nsel_rows
from netflowparse.names import VOCABULARIES, rename, restore, table
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS, ROOT

IANA = ROOT / "iana"
PAGE = ROOT / "docs" / "names.md"
FIXED = ("netflow1", "netflow5", "netflow6", "netflow7", "netflow8")
#: every table: vocabulary, protocol
TABLES = [("cisco", None), ("ecs", None), ("goflow2", None)]
TABLES += [("logstash", protocol) for protocol in ("netflow5", "netflow9", "ipfix")]
CAPTURES = sorted(path.stem for path in RECORDINGS.glob("*.pcap"))


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


# Names one by one.


@pytest.mark.parametrize(
    ("vocabulary", "protocol", "key", "name"),
    [
        ("cisco", None, "octetDeltaCount", "IN_BYTES"),  # RFC 3954 §8, field type 1
        ("cisco", None, "sourceTransportPort", "L4_SRC_PORT"),  # 7
        ("cisco", None, "icmpTypeCodeIPv4", "ICMP_TYPE"),  # 32: type * 256 + code
        ("cisco", None, "icmpTypeIPv4", "NF_F_ICMP_TYPE"),  # 176, of the ASA
        ("cisco", None, "applicationId", "APPLICATION_TAG"),  # 95
        ("cisco", None, "AAA_USERNAME", "NF_F_USERNAME"),  # 40000
        ("cisco", None, "pen9_connectionId", "connectionId"),  # 45010
        ("logstash", "netflow5", "flowStartSysUpTime", "first_switched"),
        ("logstash", "netflow7", "sourceIPv4PrefixLength", "src_mask"),  # no codec for v7: as v5
        ("logstash", "netflow9", "postNATSourceIPv4Address", "xlate_src_addr_ipv4"),
        ("logstash", "netflow9", "mplsPayloadLength", "ip_tos"),  # its slip
        ("logstash", "netflow9", "AAA_USERNAME", "username"),
        ("logstash", "netflow9", "bgpNextAdjacentAsNumber", "bgpNextAdjacentAsNumber"),
        ("logstash", "ipfix", "sourceIPv4Address", "sourceIPv4Address"),
        ("logstash", "ipfix", "appCategoryName", "cisoAppCategoryName"),  # its slip
        ("logstash", "ipfix", "pen5951_ie270", "netscalerUnknown270"),
        ("ecs", None, "destinationIPv6Address", "destination.ip"),
        ("ecs", None, "bgpDestinationAsNumber", "destination.as.number"),
        ("ecs", None, "ingress_interface_name", "observer.ingress.interface.name"),
        ("ecs", None, "flowStartMilliseconds", "event.start"),
        ("goflow2", None, "flowStartNanoseconds", "time_flow_start_ns"),
        ("goflow2", None, "sourceIPv6Address", "src_addr"),
        ("goflow2", None, "samplingInterval", "sampling_rate"),
        ("goflow2", None, "ethernetType", "etype"),
        ("goflow2", None, "ingressInterface", "in_if"),
    ],
)
def test_names(vocabulary: str, protocol: str | None, key: str, name: str) -> None:
    value = "2001:db8::1" if "IPv6" in key else 7
    renamed = rename({key: value}, vocabulary, protocol=protocol, dotted=True)
    assert renamed == {name: value}
    assert restore(renamed, vocabulary, protocol=protocol) == {key: value}


@pytest.mark.parametrize(
    ("vocabulary", "key"),
    [
        ("cisco", "ipv4RouterSc"),  # VENDOR_PROPRIETARY_43 names nothing
        ("cisco", "reverseOctetDeltaCount"),
        ("ecs", "flowStartSeconds"),  # a date is ms since 1970
        ("ecs", "flowStartSysUpTime"),
        ("ecs", "flowEndReason"),  # event.reason is a text
        ("ecs", "flowDurationMilliseconds"),  # event.duration counts ns
        ("ecs", "icmpTypeIPv4"),
        ("goflow2", "flowStartMilliseconds"),  # time_flow_start_ns counts ns
        ("goflow2", "fragmentFlags"),  # ip_flags is shifted
        ("goflow2", "icmpTypeCodeIPv4"),  # icmp_type is half of it
        ("goflow2", "mplsTopLabelStackSection"),  # mpls_label is shifted
        ("goflow2", "dataLinkFrameSection"),
    ],
)
def test_what_would_take_more_than_a_name_keeps_its_key(vocabulary: str, key: str) -> None:
    assert rename({key: 7}, vocabulary) == {key: 7}
    assert restore({key: 7}, vocabulary) == {key: 7}


def test_ecs_is_nested() -> None:
    flow = {"sourceIPv4Address": "192.0.2.1", "postNATSourceIPv4Address": "198.51.100.1", "egressInterface": 3}
    nested = {
        "source": {"ip": "192.0.2.1", "nat": {"ip": "198.51.100.1"}},
        "observer": {"egress": {"interface": {"id": 3}}},
    }
    dotted = {"source.ip": "192.0.2.1", "source.nat.ip": "198.51.100.1", "observer.egress.interface.id": 3}
    assert rename(flow, "ecs") == nested
    assert rename(flow, "ecs", dotted=True) == dotted
    assert restore(nested, "ecs") == restore(dotted, "ecs") == flow


def test_what_else_is_in_ecs_stays_where_it_is() -> None:
    event = {"source": {"ip": "192.0.2.1", "geo": {"name": "x"}, "nat": {"port": 5, "y": 1}}, "tags": []}
    flow = {"sourceIPv4Address": "192.0.2.1", "postNAPTSourceTransportPort": 5, "tags": []}
    assert restore(event, "ecs") == {**flow, "source": {"geo": {"name": "x"}, "nat": {"y": 1}}}
    for alike in ({"source": {}, "network": {"vlan": {}}}, {"source": {"nat.ip": 1, 5: 2}}, {"source": [{"ip": 1}]}):
        assert restore(alike, "ecs") == alike
    assert restore({"source": {"nat.ip": 1, "nat": {"port": 2}}}, "ecs") == {
        "source": {"nat.ip": 1},
        "postNAPTSourceTransportPort": 2,
    }


def test_a_name_goes_to_the_first_of_the_table() -> None:
    flow = {"sourceIPv6Address": "2001:db8::1", "sourceIPv4Address": "192.0.2.1", "postOctetDeltaCount": 9}
    renamed = {"sourceIPv6Address": "2001:db8::1", "src_addr": "192.0.2.1", "bytes": 9}
    assert rename(flow, "goflow2") == renamed
    assert rename({**flow, "octetDeltaCount": 8}, "goflow2") == {
        "sourceIPv6Address": "2001:db8::1",
        "src_addr": "192.0.2.1",
        "bytes": 8,
        "postOctetDeltaCount": 9,
    }


def test_a_name_that_is_taken_is_not_given() -> None:
    assert rename({"octetDeltaCount": 1, "bytes": 2}, "goflow2") == {"octetDeltaCount": 1, "bytes": 2}
    for taken in ({"sourceTransportPort": 1, "source": 2}, {"sourceTransportPort": 1, "source": {"x": 2}}):
        assert rename(taken, "ecs") == taken
    assert restore({"flowDirection": 1, "flow_direction": 2}, "goflow2") == {"flowDirection": 1, "flow_direction": 2}
    event = {"source": {"ip": "192.0.2.1", "port": 4, "x": 3}, "sourceIPv4Address": "192.0.2.2"}
    assert restore(event, "ecs") == {
        "source": {"ip": "192.0.2.1", "x": 3},
        "sourceTransportPort": 4,
        "sourceIPv4Address": "192.0.2.2",
    }
    both = {"source.ip": "192.0.2.1", "source": {"ip": "192.0.2.2"}}
    assert restore(both, "ecs") == {"sourceIPv4Address": "192.0.2.1", "source": {"ip": "192.0.2.2"}}


def test_a_key_that_loses_its_name_takes_its_own_back() -> None:
    """pen9789_flowDirection would be flowDirection, which is in the flow."""
    flow = {"pen9789_flowDirection": 1, "flowDirection": 0, "sslRecordVersion": 3, "reverseRtpPayloadType": 4}
    assert rename(flow, "logstash", protocol="ipfix") == flow
    assert restore(flow, "logstash", protocol="ipfix") == flow


V6 = ("2001:db8::1", "2001:db8:1:2:3:4:5:6", "::", "::ffff:192.0.2.1")


@pytest.mark.parametrize("value", [*V6, list(V6), ["2001:db8::1"]])
def test_addresses_come_back_by_their_family(value: Any) -> None:
    assert rename({"sourceIPv6Address": value}, "goflow2") == {"src_addr": value}
    assert restore({"src_addr": value}, "goflow2") == {"sourceIPv6Address": value}
    flow = {"ipNextHopIPv4Address": "192.0.2.1", "postNATSourceIPv4Address": ["192.0.2.1", "0.0.0.0"]}
    assert rename(flow, "ecs", dotted=True) == {
        "ipNextHopIPv4Address": "192.0.2.1",
        "source.nat.ip": ["192.0.2.1", "0.0.0.0"],
    }
    assert restore(rename(flow, "ecs"), "ecs") == restore(rename(flow, "goflow2"), "goflow2") == flow


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "c0000201", b"\x00", [], [None, "2001:db8::1"], ["192.0.2.1", "2001:db8::1"], [["::1"], 1], {}],
)
@pytest.mark.parametrize("key", ["sourceIPv4Address", "sourceIPv6Address"])
def test_what_is_no_address_keeps_its_key(key: str, value: Any) -> None:
    for vocabulary, name in (("goflow2", "src_addr"), ("ecs", "source.ip")):
        assert rename({key: value}, vocabulary) == {key: value}
        assert restore({key: value}, vocabulary) == {key: value}
        assert restore({name: value}, vocabulary) == {name: value}
    assert restore({"source": {"ip": value, "port": 1}}, "ecs") == {"source": {"ip": value}, "sourceTransportPort": 1}


def test_an_address_of_the_other_family_keeps_its_key() -> None:
    flow = {"sourceIPv4Address": "2001:db8::1", "destinationIPv6Address": "192.0.2.1"}
    assert rename(flow, "ecs") == rename(flow, "goflow2") == flow
    flow = {"sourceIPv4Address": None, "sourceIPv6Address": "2001:db8::1"}
    assert rename(flow, "goflow2") == {"sourceIPv4Address": None, "src_addr": "2001:db8::1"}


def test_a_shared_name_does_not_come_back() -> None:
    """What was a total would read as a delta."""
    flow = {"octetTotalCount": 5, "initiatorOctets": 7}
    assert rename(flow, "ecs") == {"source": {"bytes": 5}, "initiatorOctets": 7}
    assert restore(rename(flow, "ecs"), "ecs") == {"source": {"bytes": 5}, "initiatorOctets": 7}
    assert restore(rename(flow, "ecs", dotted=True), "ecs") == {"source.bytes": 5, "initiatorOctets": 7}
    assert restore({"bytes": 1, "packets": 2, "src_mac": 3, "icmp_type": 4, "src_net": 5}, "goflow2") == {
        "bytes": 1,
        "packets": 2,
        "src_mac": 3,
        "icmp_type": 4,
        "src_net": 5,
    }
    assert restore({"icmp_type": 1}, "logstash", protocol="netflow9") == {"icmp_type": 1}
    assert restore({"flowDirection": 1}, "logstash", protocol="ipfix") == {"flowDirection": 1}
    assert restore({"reverseRtpPayloadType": 1}, "logstash", protocol="ipfix") == {"reverseRtpPayloadType": 1}


def test_a_shared_name_comes_back_as_the_first_on_demand() -> None:
    event = {"source": {"bytes": 1, "ip": "2001:db8::1", "x": 2}, "destination.packets": 3}
    flow = {"octetDeltaCount": 1, "sourceIPv6Address": "2001:db8::1", "source": {"x": 2}, "reversePacketDeltaCount": 3}
    assert restore(event, "ecs", first=True) == flow
    assert restore({"inner": event}, "ecs", first=True) == {"inner": flow}
    assert restore({"ip_ttl": 1, "src_net": 2}, "goflow2", first=True) == {"minimumTTL": 1, "sourceIPv4PrefixLength": 2}
    assert restore({"icmp_type": 1}, "logstash", protocol="netflow9", first=True) == {"icmpTypeCodeIPv4": 1}
    assert restore({"flowDirection": 1}, "logstash", protocol="ipfix", first=True) == {"flowDirection": 1}
    spelled = {"reverseRtpPayloadType": 1}  # and sslRecordVersion, which stands before it
    assert restore(spelled, "logstash", protocol="ipfix", first=True) == spelled
    assert restore({"bytes": 1, "octetDeltaCount": 2}, "goflow2", first=True) == {"bytes": 1, "octetDeltaCount": 2}


@pytest.mark.parametrize("key", ["sourceTransportPort", "udpSourcePort", "tcpSourcePort"])
def test_ports_of_tcp_and_udp_come_back_as_ports(key: str) -> None:
    assert restore(rename({key: 53}, "ecs"), "ecs") == {"sourceTransportPort": 53}
    flow = {"udpDestinationPort": 5, "tcpDestinationPort": 6}
    assert rename(flow, "ecs", dotted=True) == {"destination.port": 5, "tcpDestinationPort": 6}


def test_names_of_cisco_that_are_keys_of_vendors_too_are_read_as_names() -> None:
    """TCP_FLAGS of PEN 33610, and APPLICATION_NAME."""
    assert restore({"TCP_FLAGS": 1, "APPLICATION_NAME": "x"}, "cisco") == {"tcpControlBits": 1, "applicationName": "x"}


def test_further_names_of_cisco_are_read() -> None:
    """40001 to 40005 are early forms of 225 to 228 and 233; TOS is RFC 3954's name for what is SRC_TOS now."""
    early = {"NF_F_XLATE_SRC_ADDR_84": "192.0.2.1", "NF_F_FW_EVENT_84": 2, "TOS": 8}
    flow = {"postNATSourceIPv4Address": "192.0.2.1", "firewallEvent": 2, "ipClassOfService": 8}
    assert restore(early, "cisco") == flow
    assert rename(flow, "cisco") == {"NF_F_XLATE_SRC_ADDR_IPV4": "192.0.2.1", "NF_F_FW_EVENT": 2, "SRC_TOS": 8}
    assert restore({"TOS": 1, "SRC_TOS": 2}, "cisco") == {"TOS": 1, "ipClassOfService": 2}


def test_records_inside_are_renamed() -> None:
    record, renamed = {"octetDeltaCount": 1, "x": 2}, {"IN_BYTES": 1, "x": 2}
    outer = {"sourceIPv4Address": "192.0.2.1", "outer": record}
    values = {"semantic": "allOf", "element": "octetDeltaCount", "values": [1]}
    flow = {
        "inner": {**record, "inner": record},
        "outer": outer,
        "scope": record,
        "basicList": values,
        "subTemplateList": [{"semantic": "allOf", "template_id": 256, "records": [record]}],
        "subTemplateMultiList": {
            "semantic": "allOf",
            "entries": [
                {"template_id": 256, "records": [record, {"scope": record}]},
                {"template_id": 257, "octets": "00"},
            ],
        },
        "extended_gateway": record,  # a structure of sFlow's
        "vlan_tags": [record],
    }
    expected = {
        "inner": {**renamed, "inner": renamed},
        "outer": {"IPV4_SRC_ADDR": "192.0.2.1", "outer": renamed},
        "scope": renamed,
        "basicList": values,
        "subTemplateList": [{"semantic": "allOf", "template_id": 256, "records": [renamed]}],
        "subTemplateMultiList": {
            "semantic": "allOf",
            "entries": [
                {"template_id": 256, "records": [renamed, {"scope": renamed}]},
                {"template_id": 257, "octets": "00"},
            ],
        },
        "extended_gateway": record,
        "vlan_tags": [record],
    }
    before = deepcopy(flow)
    assert rename(flow, "cisco") == expected
    assert flow == before
    assert restore(expected, "cisco") == flow
    assert rename({"inner": {"sourceTransportPort": 1}}, "ecs") == {"inner": {"source": {"port": 1}}}


def test_what_only_looks_like_a_list_stays() -> None:
    flow = {"x": {"semantic": 1, "records": 2, "entries": [3]}, "y": {"semantic": 1, "records": [4], "entries": {}}}
    assert rename(flow, "cisco") == restore(flow, "cisco") == flow
    structure = {"records": [{"octetDeltaCount": 1}], "entries": [{"records": [{"octetDeltaCount": 1}]}]}
    assert rename({"x": structure, "y": [structure]}, "cisco") == {"x": structure, "y": [structure]}


def test_what_flows_make_of_a_tunnel_is_renamed() -> None:
    innermost = {"sourceIPv6Address": "2001:db8::1", "protocolIdentifier": 6}
    inner = {"sourceIPv4Address": "10.0.0.1", "protocolIdentifier": 41, "inner": innermost}
    flow = decapsulate({"sourceIPv4Address": "192.0.2.1", "protocolIdentifier": 47, "inner": inner})
    assert rename(flow, "ecs") == {
        "source": {"ip": "2001:db8::1"},
        "network": {"iana_number": 6},
        "outer": {
            "source": {"ip": "10.0.0.1"},
            "network": {"iana_number": 41},
            "outer": {"source": {"ip": "192.0.2.1"}, "network": {"iana_number": 47}},
        },
    }
    for vocabulary in ("cisco", "ecs", "goflow2"):
        assert restore(rename(flow, vocabulary), vocabulary) == flow


def test_events_of_a_firewall_count_once_as_rows() -> None:
    """An update, and a teardown that counts the whole connection."""
    ends = {"flowId": 7, "sourceIPv4Address": "10.0.0.1", "destinationIPv4Address": "192.0.2.1"}
    counts = ((5, 300, 9000), (2, 340, 9600))
    events = [{**ends, "firewallEvent": e, "initiatorOctets": i, "responderOctets": r} for e, i, r in counts]
    assert [rename(event, "ecs", dotted=True)["source.bytes"] for event in events] == [300, 340]
    rows_of_one_direction = [rename(row, "ecs", dotted=True) for row in nsel_rows(events)]
    sent: Counter[str] = Counter()
    for row in rows_of_one_direction:
        sent[row["source.ip"]] += row["source.bytes"]
    assert sent == {"10.0.0.1": 340, "192.0.2.1": 9600}


def test_scopes_of_netflow9_have_names_of_their_own_in_logstash() -> None:
    record = {"scope": {"system": 1, "lineCard": 2, "cache": 3, "scope9": "00"}, "octetDeltaCount": 1, "system": 4}
    renamed = {
        "scope": {"scope_system": 1, "scope_line_card": 2, "scope_netflow_cache": 3, "scope9": "00"},
        "in_bytes": 1,
        "system": 4,
    }
    assert rename(record, "logstash", protocol="netflow9") == renamed
    assert restore(renamed, "logstash", protocol="netflow9") == record
    assert rename({"scope": {"meteringProcessId": 1}}, "logstash", protocol="ipfix") == {
        "scope": {"meteringProcessId": 1}
    }


@pytest.mark.parametrize("protocol", FIXED)
def test_fixed_formats_have_the_names_of_version_5(protocol: str) -> None:
    assert table("logstash", protocol=protocol) == table("logstash", protocol="netflow5")


def test_sflow_has_no_names_in_logstash() -> None:
    flow = {"sourceIPv4Address": "192.0.2.1", "in_bytes": 1}
    assert table("logstash", protocol="sflow5") == []
    assert rename(flow, "logstash", protocol="sflow5") == restore(flow, "logstash", protocol="sflow5") == flow


# Against the facts.


@pytest.mark.parametrize(
    ("vocabulary", "protocol", "count"),
    [
        ("cisco", None, 250),
        ("ecs", None, 53),
        ("goflow2", None, 54),
        ("logstash", "netflow5", 19),
        ("logstash", "netflow9", 415),
        ("logstash", "ipfix", 1354),
    ],
)
def test_every_key_has_its_name(vocabulary: str, protocol: str | None, count: int) -> None:
    expected = facts(vocabulary, protocol)
    assert len(expected) == count
    for key, name in expected.items():
        value = "2001:db8::1" if "IPv6" in key else "192.0.2.1"
        assert rename({key: value}, vocabulary, protocol=protocol, dotted=True) == {name: value}
    found = [(row["key"], row["name"]) for row in table(vocabulary, protocol=protocol)]
    scopes = LOGSTASH_SCOPES if protocol == "netflow9" else {}
    assert sorted(found) == sorted([*expected.items(), *scopes.items()])


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_every_row_says_the_way_back(vocabulary: str, protocol: str | None) -> None:
    also_keys = {"TCP_FLAGS", "APPLICATION_NAME"} if vocabulary == "cisco" else set()
    shared = holders(vocabulary, protocol)
    for row in table(vocabulary, protocol=protocol):
        if row["key"] in LOGSTASH_SCOPES and row["name"].startswith("scope_"):
            assert (row["one_to_one"], row["note"]) == (True, "in the scope")
            continue
        name, keys = row["name"], shared[row["name"]]
        back = "shared, does not come back"
        if len(keys) == 1:
            back = ""
        elif is_by_family(keys):
            back = "shared, by family"
        elif vocabulary == "ecs" and name in PORTS:
            back = "" if row["key"] == keys[0] else f"shared, comes back as {keys[0]}"
        assert row["one_to_one"] == (len(keys) == 1 and name not in also_keys), row
        assert row["note"] == "; ".join(filter(None, (NOTES[vocabulary].get(name, ""), back))), row


def elements(cells: str) -> Iterator[str]:
    """Keys of the numbers in a cell."""
    registry = Registry()
    for cell in filter(None, cells.split(";")):
        enterprise, _, number = cell.rpartition("/")
        yield registry.element(int(enterprise or 0), int(number)).key


def test_ecs_is_what_its_rows_say() -> None:
    """All fields that are the value of one element, without those that choices.csv takes out; what it adds, by hand."""
    out = {
        row["name"]
        for row in rows("vocabularies/choices.csv")
        if (row["vocabulary"], row["choice"]) == ("ecs", "leave")
    }
    said = [(key, row["field"]) for row in rows("vocabularies/ecs.csv") for key in elements(row["iana_ids"])]
    plain = {row["field"] for row in rows("vocabularies/ecs.csv") if row["derivation"] in ("direct", "first-of")}
    assert set(ECS.items()) - set(said) == {
        ("ingress_interface_name", "observer.ingress.interface.name"),
        ("egress_interface_name", "observer.egress.interface.name"),
    }
    assert set(ECS.values()) - plain == {f"observer.{way}.interface.name" for way in ("ingress", "egress")} | {
        "network.application"  # "option" there: looked up, where the record does not have it
    }
    assert {name for key, name in said if name in plain and (key, name) not in ECS.items()} == {
        *("event.start", "event.end", "event.id", "event.reason", "event.code"),
        *("source.address", "source.mac", "source.user.name", "destination.address", "destination.mac"),
        *("network.vlan.id", "observer.ingress.vlan.id", "observer.egress.vlan.id"),
        *("observer.ingress.interface.id", "observer.egress.interface.id"),
        *("http.response.mime_type", "url.domain"),
    }
    assert {name for key, name in said if name in plain and (key, name) not in ECS.items()} == out


def test_goflow2_is_what_its_rows_say() -> None:
    said = {
        (key, row["name"])
        for row in rows("vocabularies/goflow2.csv")
        for key in elements(f"{row['netflow9_ids']};{row['ipfix_ids']}")
    }
    assert set(GOFLOW2.items()) - said == {
        ("ethernetType", "etype"),
        ("ipTTL", "ip_ttl"),
        ("bgpNextAdjacentAsNumber", "next_hop_as"),
    }
    left = {(key, name) for key, name in said - set(GOFLOW2.items()) if key != "dataLinkFrameSection"}
    addresses = {f"{end}IPv{version}Address" for end in ("source", "destination") for version in (4, 6)}
    units = ("Seconds", "Milliseconds", "Microseconds", "DeltaMicroseconds", "SysUpTime")
    assert left == {
        *((f"flow{end}{unit}", f"time_flow_{end.lower()}_ns") for end in ("Start", "End") for unit in units),
        *((key, "etype") for key in {*addresses, "ipVersion"}),
        *((f"icmpTypeCodeIPv{version}", f"icmp_{what}") for version in (4, 6) for what in ("type", "code")),
        *(
            (key, "mpls_label")
            for key in ("mplsTopLabelStackSection", "mplsLabelStackSection2", "mplsLabelStackSection3")
        ),
        *((key, "sampling_rate") for key in ("samplingPacketInterval", "samplerRandomInterval")),
        ("dataLinkFrameSize", "packets"),
        ("fragmentFlags", "ip_flags"),
        ("vlanId", "vlan_id"),
    }


def test_logstash_names_the_fields_of_version_5(make_decoder: Callable[..., Decoder]) -> None:
    """A datagram whose fields all differ, in the order of Cisco's specification, against the codec's rows."""
    named = {
        row["element_id"]: row["name"]
        for row in rows("vocabularies/logstash-codec-netflow.csv")
        if row["protocol"] == "netflow5" or row["element_id"] == "sampling.interval"
    }
    fields = {
        "srcaddr": "192.0.2.1",
        "dstaddr": "192.0.2.2",
        "nexthop": "192.0.2.3",
        "input": 11,
        "output": 12,
        "dPkts": 13,
        "dOctets": 1400,
        "first": 1500,
        "last": 1600,
        "srcport": 17,
        "dstport": 18,
        "tcp_flags": 19,
        "prot": 20,
        "tos": 21,
        "src_as": 22,
        "dst_as": 23,
        "src_mask": 24,
        "dst_mask": 25,
    }
    octets = [bytes(map(int, value.split("."))) if isinstance(value, str) else value for value in fields.values()]
    sampling = 1 << 14 | 100
    header = struct.pack("!HHIIIIBBH", 5, 1, 100_000, 1_700_000_000, 0, 1, 0, 0, sampling)
    record = struct.pack("!4s4s4sHHIIIIHHxBBBHHBBxx", *octets)
    (flow,) = make_decoder(resolve=True).decode(header + record, "r1")["flows"]
    renamed = rename(flow, "logstash", protocol="netflow5")
    assert set(named) == {*fields, "sampling.interval"}
    assert {field: renamed[name] for field, name in named.items()} == {**fields, "sampling.interval": 100}
    assert set(named.values()) == set(LOGSTASH_V5.values())
    assert restore(renamed, "logstash", protocol="netflow5") == flow


@pytest.mark.parametrize("name", ["DEPRECATED_100", "RESERVED_97", "VENDOR_PROPRIETARY_43"])
def test_place_holders_of_cisco_name_nothing(name: str) -> None:
    number = int(name.rpartition("_")[2])
    assert rename({Registry().netflow9(number).key: 1}, "cisco") == {Registry().netflow9(number).key: 1}
    assert restore({name: 1}, "cisco") == {name: 1}


def test_every_name_of_cisco_is_read() -> None:
    registry = Registry()
    found = [row for row in rows("netflow-v9/field-types.csv") if row["class"] in CISCO_CLASSES]
    assert len(found) == 265
    for row in found:
        if not PLACE_HOLDER.match(row["name"]):
            assert restore({row["name"]: 1}, "cisco") == {registry.netflow9(int(row["field_type"])).key: 1}


# Properties.

OWN_KEYS = st.sampled_from(["ie500", "pen9_ie1", "sampler", "llc", "resolved", "x", "", "no.name", "Übung"])
SCALARS = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just("2001:db8::1"))


def keys_of(vocabulary: str, protocol: str | None, *, one_to_one: bool) -> list[str]:
    """Keys of a table, scopes apart."""
    found = table(vocabulary, protocol=protocol)
    return [row["key"] for row in found if "in the scope" not in row["note"] and row["one_to_one"] >= one_to_one]


def flows(keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Flows with any values under *keys*, some in lists, scopes and inner packets."""

    def with_records(inside: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        lists = st.fixed_dictionaries({"semantic": st.just("allOf"), "records": st.lists(inside, max_size=2)})
        record = st.dictionaries(keys, st.one_of(SCALARS, st.lists(SCALARS, max_size=2), lists), max_size=8)
        return st.builds(lambda flow, more: flow | more, record, st.dictionaries(st.just("inner"), inside))

    return st.recursive(st.dictionaries(keys, SCALARS, max_size=8), with_records, max_leaves=3)


@given(st.sampled_from(TABLES), st.booleans(), st.data())
def test_what_is_one_to_one_comes_back(chosen: tuple[str, str | None], dotted: bool, data: st.DataObject) -> None:
    vocabulary, protocol = chosen
    keys = st.sampled_from(keys_of(vocabulary, protocol, one_to_one=True))
    flow = data.draw(flows(st.one_of(keys, OWN_KEYS)))
    renamed = rename(flow, vocabulary, protocol=protocol, dotted=dotted)
    assert restore(renamed, vocabulary, protocol=protocol) == flow


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_every_name_that_is_one_to_one_comes_back(vocabulary: str, protocol: str | None) -> None:
    flow = {key: number for number, key in enumerate(keys_of(vocabulary, protocol, one_to_one=True))}
    renamed = rename(flow, vocabulary, protocol=protocol, dotted=True)
    assert list(renamed) == [row["name"] for row in table(vocabulary, protocol=protocol) if row["key"] in flow]
    assert restore(renamed, vocabulary, protocol=protocol) == flow


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_every_address_comes_back(vocabulary: str, protocol: str | None) -> None:
    values = {"4": "192.0.2.1", "6": "2001:db8::1"}
    for name, keys in holders(vocabulary, protocol).items():
        for key in keys if is_by_family(keys) else ():
            flow = {key: values["6" if "IPv6" in key else "4"]}
            assert rename(flow, vocabulary, protocol=protocol, dotted=True) == {name: flow[key]}
            assert restore(rename(flow, vocabulary, protocol=protocol), vocabulary, protocol=protocol) == flow
        if is_by_family(keys):
            both = {keys[0]: values["4"], keys[1]: values["6"]}
            assert rename(both, vocabulary, protocol=protocol, dotted=True) == {name: values["4"], keys[1]: values["6"]}
            assert restore(rename(both, vocabulary, protocol=protocol), vocabulary, protocol=protocol) == both


@given(st.sampled_from(TABLES), st.data())
def test_no_value_is_lost(chosen: tuple[str, str | None], data: st.DataObject) -> None:
    """Whatever meets: keys, names, and dicts where names are nested."""
    vocabulary, protocol = chosen
    found = table(vocabulary, protocol=protocol)
    words = {word for row in found for word in (row["key"], row["name"], row["name"].partition(".")[0])}
    leaf_words = st.sampled_from(["ip", "nat", "vlan", "id", "bytes", "nat.ip"])
    branch = st.recursive(SCALARS, lambda inside: st.dictionaries(leaf_words, inside), max_leaves=4)
    flow = data.draw(flows(st.one_of(st.sampled_from(sorted(words)), OWN_KEYS)))
    flow |= data.draw(st.dictionaries(st.sampled_from(["source", "network", "observer"]), branch))
    before, kept = deepcopy(flow), Counter(leaves(flow))
    for dotted in (False, True):
        assert Counter(leaves(rename(flow, vocabulary, protocol=protocol, dotted=dotted))) == kept
    for first in (False, True):
        assert Counter(leaves(restore(flow, vocabulary, protocol=protocol, first=first))) == kept
    assert flow == before


# Recordings.


def messages(decoder: Decoder, capture: str) -> list[Any]:
    return [decoder.decode(each, "r1") for each in read_datagrams(RECORDINGS / f"{capture}.pcap")]


def comes_back(record: dict[str, Any], vocabulary: str, protocol: str) -> dict[str, Any]:
    """What a record should be after both ways, with dotted names."""
    named, shared = facts(vocabulary, protocol), holders(vocabulary, protocol)
    expected = {}
    for key, value in record.items():
        keys = shared[named[key]] if key in named else [key]
        back = key
        if len(keys) > 1 and not is_by_family(keys) and key == next(each for each in keys if each in record):
            back = keys[0] if named[key] in PORTS else named[key]
        expected[back] = comes_back(value, vocabulary, protocol) if key == "inner" else value
    return expected


@pytest.mark.parametrize("capture", CAPTURES)
def test_recorded_flows_come_back(capture: str, make_decoder: Callable[..., Decoder]) -> None:
    count = 0
    for message in messages(make_decoder(), capture):
        for record in message["flows"] + message["options"]:
            for vocabulary in VOCABULARIES:
                renamed = rename(record, vocabulary, protocol=message["protocol"], dotted=True)
                assert Counter(leaves(renamed)) == Counter(leaves(record))
                expected = comes_back(record, vocabulary, message["protocol"])
                assert restore(renamed, vocabulary, protocol=message["protocol"]) == expected
                count += expected == record
    assert count > 0


def test_recorded_templates_say_which_names_of_cisco_come_out(decoder: Decoder) -> None:
    """By the numbers on the wire; the absolute times are added to what the exporter sends."""
    heard = messages(decoder, "softflowd-netflow9")
    by_number = {int(row["field_type"]): row["name"] for row in rows("netflow-v9/field-types.csv")}
    by_number |= {136: "flowEndReason", 139: "icmpTypeCodeIPv6"}  # no rows: IANA's names
    fields = [field for message in heard for event in message["templates"] for field in event["fields"]]
    sent = {by_number[field["id"]] for field in fields}
    flows = [rename(flow, "cisco") for message in heard for flow in message["flows"]]
    assert {"IN_BYTES", "L4_DST_PORT", "IPV6_SRC_ADDR", "FIRST_SWITCHED"} <= sent
    assert {name for flow in flows for name in flow} - sent <= {"NF_F_FLOW_CREATE_TIME_MSEC", "NF_F_FLOW_END_TIME_MSEC"}


# The callers' mistakes, and the surface.


@pytest.mark.parametrize("function", [rename, restore])
@pytest.mark.parametrize("flow", [None, [], "flow", [("octetDeltaCount", 1)]])
def test_flows_are_dicts(function: Callable[..., Any], flow: Any) -> None:
    with pytest.raises(WrongType, match=f"flow is {type(flow).__name__}, expected a dict"):
        function(flow, "cisco")


@pytest.mark.parametrize("function", [rename, restore])
def test_messages_are_no_flows(function: Callable[..., Any]) -> None:
    for flows in ([], [{"octetDeltaCount": 1}]):
        with pytest.raises(UsageError, match="flow is a whole message, expected one of its flows or options records"):
            function({"protocol": "ipfix", "flows": flows, "options": []}, "ecs")


def test_renamed_flows_are_no_messages() -> None:
    flow = {"protocolIdentifier": 6, "deltaFlowCount": 2}
    renamed = {"protocol": 6, "flows": 2}  # netflow.yaml, 4 and 3
    assert rename(flow, "logstash", protocol="netflow9") == renamed
    assert restore(renamed, "logstash", protocol="netflow9") == flow
    for flow in ({"protocol": "ipfix", "flows": 2}, {"protocol": "udp", "flows": [2]}, {"flows": [2]}):
        assert rename(flow, "ecs") == restore(flow, "ecs") == flow


@pytest.mark.parametrize("value", ["no", 1, None])
def test_switches_are_bools(value: Any) -> None:
    with pytest.raises(WrongType, match=f"dotted is {type(value).__name__}, expected bool"):
        rename({}, "ecs", dotted=value)
    with pytest.raises(WrongType, match=f"first is {type(value).__name__}, expected bool"):
        restore({}, "ecs", first=value)


def test_any_mapping_will_do() -> None:
    assert rename(MappingProxyType({"octetDeltaCount": 1, 5: 2}), "cisco") == {"IN_BYTES": 1, 5: 2}


@pytest.mark.parametrize(
    "call", [table, lambda *given, **more: rename({}, *given, **more), lambda *g, **m: restore({}, *g, **m)]
)
def test_mistakes(call: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match="vocabulary 'nfdump', expected one of cisco, ecs, goflow2, logstash"):
        call("nfdump")
    with pytest.raises(UsageError, match="protocol None for logstash, expected one of netflow1, "):
        call("logstash")
    with pytest.raises(UsageError, match="protocol 'netflow4' for ecs, expected one of netflow1, "):
        call("ecs", protocol="netflow4")
    with pytest.raises(WrongType, match="vocabulary is int, expected one of cisco"):
        call(9)
    with pytest.raises(WrongType, match="protocol is int, expected one of netflow1, "):
        call("logstash", protocol=9)


def test_surface() -> None:
    assert names.__all__ == ["VOCABULARIES", "NameRow", "rename", "restore", "table"]
    assert VOCABULARIES == ("cisco", "ecs", "goflow2", "logstash")
    assert all(inspect.getdoc(getattr(names, name)) for name in names.__all__)


def test_rows_may_be_changed() -> None:
    table("cisco")[0]["name"] = "mine"
    assert table("cisco")[0]["name"] == "IN_BYTES"


def test_the_package_does_not_load_it() -> None:
    code = "import sys, netflowparse; print([each for each in sys.modules if each.endswith(('names', 'vocabularies'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    tool = runpy.run_path(str(ROOT / "docs" / "names.py"))
    assert (tool["main"](["--check"]), capsys.readouterr().err) == (0, "")


def page_rows(heading: str) -> dict[str, tuple[list[str], str]]:
    """{name: (keys, notes)} of the first table under a heading."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0].split("\nLeft out,")[0]
    found = re.findall(r"^\| `([^`]+)` \| ((?:`[^`]+` ?)+) \| (.*) \|$", section, re.MULTILINE)
    return {name: (re.findall("`([^`]+)`", keys), note) for name, keys, note in found}


@pytest.mark.parametrize(
    ("vocabulary", "protocol", "heading"),
    [
        ("cisco", None, "Cisco's NetFlow v9 names"),
        ("ecs", None, "Elastic Common Schema"),
        ("goflow2", None, "goflow2's flow message"),
        ("logstash", "netflow5", "Logstash, version 5"),
        ("logstash", "netflow9", "Logstash, NetFlow v9"),
        ("logstash", "ipfix", "Logstash, IPFIX"),
    ],
)
def test_the_page_has_every_name(vocabulary: str, protocol: str | None, heading: str) -> None:
    """But for names that are the keys themselves; many that differ in a number are one row."""
    listed = page_rows(heading)
    expected = {}
    for name, keys in holders(vocabulary, protocol).items():
        note = NOTES[vocabulary].get(name, "")
        series = re.sub("[0-9]+$", "<N>", name)
        if series != name and series in listed and not note:
            assert listed[series] == ([re.sub("[0-9]+$", "<N>", keys[0])], listed[series][1])
            expected[series] = listed[series]
        elif note or keys != [name]:
            back = f"comes back as `{keys[0]}`" if vocabulary == "ecs" and name in PORTS else ""
            expected[name] = (sorted(keys, key=lambda key: key != name), "; ".join(filter(None, (note, back))))
    assert listed == expected


def test_the_page_speaks_of_what_renaming_cannot_do() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "[`nsel_rows`](flows.md#events-of-a-firewall)" in page
    assert "[flows.md](flows.md)" in page
    assert '`{"netflow": names.rename(flow, "logstash", protocol="netflow5")}`' in page
