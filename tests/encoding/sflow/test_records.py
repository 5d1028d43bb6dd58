"""Flows as flow records: packets, what is told of them otherwise, what is derived; and what is refused, and where."""

from __future__ import annotations

from typing import Any

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether

from netflowparse import Decoder, EncodeError
from netflowparse.encoding.sflow.message import encode_sflow5
from netflowparse.protocols.sflow.elements import DERIVED, SAMPLED
from tests import sflow_builder as sflow
from tests.encoding.sflow.test_message import APART, COUNTED, HEADER, MOST, PLAIN, SAMPLER, encoded, told
from tests.protocols.sflow.structures import FLOW, body, flow_record, values_of

PACKET = bytes(
    Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01")
    / IP(src="192.0.2.1", dst="198.51.100.2", id=1, ttl=64)
    / TCP(sport=443, dport=50000, seq=7)
    / b"payload"
)
ETHERNET = {"length": 90, "src_mac": "02:00:00:00:00:01", "dst_mac": "02:00:00:00:00:02", "type": 0x800}
IPV4 = {"length": 72, "protocol": 6, "src_ip": "192.0.2.1", "dst_ip": "192.0.2.2"}
IPV4 |= {"src_port": 443, "dst_port": 50000, "tcp_flags": 24, "tos": 184}
IPV6 = {**IPV4, "src_ip": "2001:db8::1", "dst_ip": "2001:db8::2", "priority": 3}
del IPV6["tos"]


def decoded(*records: bytes) -> dict[str, Any]:
    """The flow of a sample with these records."""
    flow: dict[str, Any] = told(Decoder().decode(sflow.one_flow(*records), "r1"))["flows"][0]
    return flow


def header_of(octets: bytes) -> bytes:
    """The sampled octets in a datagram of one sample with one record."""
    start = 28 + 8 + 32 + 8
    assert octets[start - 8 : start - 4] == sflow.u32(1)
    length = int.from_bytes(octets[start + 12 : start + 16], "big")
    return octets[start + 16 : start + 16 + length]


def test_packets_are_built_anew():
    """Headers as they were but for what is not told: checksums, a window; then zeros to the length that was sampled."""
    flow = decoded(sflow.sampled_header(PACKET[:58]))
    octets = encoded(flow)
    untold = {24, 25, *range(42, 46), *range(48, 52)}  # IP's checksum; TCP's acknowledgement, window and checksum
    wanted = bytes(0 if at in untold or at >= 54 else octet for at, octet in enumerate(PACKET[:58]))
    assert header_of(octets) == wanted
    assert decoded(sflow.sampled_header(header_of(octets))) == flow


def test_packets_as_they_were():
    flow = decoded(sflow.sampled_header(PACKET, frame_length=1500, stripped=4))
    flow["sampled_header"]["header"] = PACKET.hex()
    assert encoded(flow) == sflow.one_flow(sflow.sampled_header(PACKET, 1, 1500, 4))
    only = {**PLAIN, "sampled_header": {"header_protocol": 1, "header": PACKET}}
    assert encoded(only) == sflow.one_flow(sflow.sampled_header(PACKET))


CHANGES = [{"sourceIPv4Address": "203.0.113.1"}, {"tcpControlBits": 17}, {"ipClassOfService": 4, "ipTTL": 1}]


@pytest.mark.parametrize("change", CHANGES)
def test_packets_that_were_changed(change):
    """Octets that say something else than the flow are not used."""
    flow = decoded(sflow.sampled_header(PACKET))
    with_octets = {**flow["sampled_header"], "header": PACKET.hex()}
    octets = encoded({**flow, **change, "sampled_header": with_octets})
    assert told(Decoder().decode(octets, "r1"))["flows"] == [{**flow, **change}]
    assert b"payload" not in octets


def test_keys_that_were_taken_away():
    """What a flow no longer says does not come back from the octets beside it."""
    flow = decoded(sflow.sampled_header(PACKET))
    less = {key: value for key, value in flow.items() if key != "sourceIPv4Address"}
    octets = encoded({**less, "sampled_header": {**flow["sampled_header"], "header": PACKET.hex()}})
    assert told(Decoder().decode(octets, "r1"))["flows"] == [{**flow, "sourceIPv4Address": "0.0.0.0"}]


def test_headers_of_other_protocols(decoder):
    """Those that no packet is read from have their octets; so has a second one."""
    first = {"header_protocol": 2, "frame_length": 9, "stripped": 0, "header_length": 5, "header": "0102030405"}
    second = {**first, "header_protocol": 1, "header": b"abcdefg", "header_length": 7, "undecoded": "00000009"}
    flow = {**PLAIN, "sampled_header": [first, second], "layer2OctetDeltaCount": 9}
    octets = encoded(flow)
    words = sflow.words(1, 9, 0) + sflow.opaque(b"abcdefg") + sflow.u32(9)
    assert octets == sflow.one_flow(sflow.sampled_header(bytes([1, 2, 3, 4, 5]), 2, 9), sflow.record(0, 1, words))
    shown = decoder.decode(octets, "r1")["flows"][0]["sampled_header"]
    assert [each["header"] for each in shown] == ["0102030405", b"abcdefg".hex()]


HEADERS: dict[str, tuple[dict[str, Any], bytes]] = {
    "cut before its octets": (
        {"sampled_header": {"header_protocol": 1, "frame_length": 64, "undecoded": "0000"}},
        sflow.record(0, 1, sflow.words(1, 64) + bytes(2)),
    ),
    "without octets": (
        {"sampled_header": {"header_protocol": 2, "header_length": 0}},
        sflow.record(0, 1, sflow.words(2, 0, 0, 0)),
    ),
    "of ppp": ({"ppp_protocol": 0xC021}, sflow.record(0, 1, sflow.words(7, 2, 0) + sflow.opaque(b"\xc0\x21"))),
    "of frames without a count": (
        {"extended_80211_aggregation": {"undecoded": "0000"}},
        sflow.record(0, 1016, bytes(2)),
    ),
}


@pytest.mark.parametrize(("told", "record"), HEADERS.values(), ids=HEADERS)
def test_records_of_which_little_is_told(told, record):
    assert encoded({**PLAIN, **told}) == sflow.one_flow(record)


FLATTENED = {
    "ethernet": [("sampled_ethernet", ETHERNET)],
    "ipv4": [("sampled_ipv4", IPV4)],
    "ipv6": [("sampled_ipv6", IPV6)],
    "ethernet and ipv4": [("sampled_ethernet", ETHERNET), ("sampled_ipv4", IPV4)],
    "both versions": [("sampled_ipv4", IPV4), ("sampled_ipv6", IPV6)],
    "twice": [("sampled_ipv4", IPV4), ("sampled_ipv4", IPV4)],
    "beside a header": [("sampled_header", None), ("sampled_ipv4", IPV4)],
}


#: Those of which flows tell in their order.
IN_ORDER = [["sampled_ethernet"], ["sampled_ipv4"], ["sampled_ipv6"], ["sampled_ethernet", "sampled_ipv4"]]


@pytest.mark.parametrize("structures", FLATTENED.values(), ids=FLATTENED)
def test_what_agents_say_of_packets(structures):
    """Structures whose fields stand in the flow are found again."""
    records = [
        sflow.sampled_header(bytes(54)) if fields is None else flow_record(name, fields) for name, fields in structures
    ]
    flow = decoded(*records)
    again = encoded(flow)
    assert told(Decoder().decode(again, "r1"))["flows"] == [flow]
    assert len(again) == len(sflow.one_flow(*records))
    if [name for name, _ in structures] in IN_ORDER:
        assert again == sflow.one_flow(*records)


def test_octets_behind_what_agents_say():
    record = sflow.record(0, 3, body(FLOW["sampled_ipv4"].fields, IPV4) + b"more")
    flow = decoded(record)
    assert flow["sampled_ipv4"] == {"undecoded": b"more".hex()}
    assert encoded(flow) == sflow.one_flow(record)


def test_flows_that_only_a_packet_can_say(decoder):
    """Keys of a packet without a sampled_header: one is made of what is told."""
    flow = {**PLAIN, "sourceIPv4Address": "192.0.2.1", "ipTTL": 9, "icmpTypeIPv4": 8, "layer2OctetDeltaCount": 98}
    [shown] = decoder.decode(encoded(flow), "r1")["flows"]
    assert {key: shown[key] for key in flow} == flow
    assert shown["sampled_header"] == {"header_protocol": 11, "frame_length": 98, "stripped": 0, "header_length": 24}
    more = {**PLAIN, "octetDeltaCount": 72, "protocolIdentifier": 6, "ipTTL": 5}
    more |= {"sourceIPv4Address": "192.0.2.1", "destinationIPv4Address": "192.0.2.2", "tcpControlBits": 2}
    more |= {"sourceTransportPort": 1, "destinationTransportPort": 2, "ipClassOfService": 3}  # all of sampled_ipv4
    [shown] = decoder.decode(encoded(more), "r1")["flows"]
    assert {key: shown[key] for key in more} == more


DERIVING = ("extended_switch", "extended_router", "extended_gateway", "extended_nat", "extended_nat_port")


def test_derived_elements_are_not_written():
    records = [flow_record(name, values_of(FLOW[name].fields)) for name in DERIVING]
    flow = decoded(*records)
    assert flow["bgpSourceAsNumber"] == flow["extended_gateway"]["src_as"]
    assert encoded(flow) == sflow.one_flow(*records)
    for name in DERIVING:
        del flow[name]
        with pytest.raises(EncodeError, match=r"no structure says so|though its structure says"):
            encoded(flow)
        flow[name] = values_of(FLOW[name].fields)


def test_every_derived_element_is_known():
    """What decoding adds to a flow beside any structure, however it is filled, is what encoding leaves out."""
    added, empty = set(), decoded()
    holders = (*SAMPLED, *APART)  # of packets
    for row in (each for each in FLOW.values() if each.name not in holders):
        for address in ("192.0.2.1", "2001:db8::1"):
            small = {"u32": 24, "addr": address}
            values = values_of(row.fields, "signs")
            values |= {name: small[kind] for name, kind in row.fields if kind in small}
            added |= decoded(flow_record(row.name, values)).keys() - {*empty, row.name}
    assert added == DERIVED


def test_names_that_were_added():
    flow = {**PLAIN, "ingress_interface_name": "eth0", "resolved": {"ingress_interface_name": "settings"}}
    assert encoded(flow) == sflow.one_flow()
    with pytest.raises(EncodeError, match="no structure of sFlow") as raised:
        encoded({**PLAIN, "ingress_interface_name": "eth0"})
    assert raised.value.path == ("flows", 0, "ingress_interface_name")


GATEWAY = {**values_of(FLOW["extended_gateway"].fields), "communities": [1, 2]}
ADDRESSED = {
    **dict.fromkeys(("octetDeltaCount", "protocolIdentifier", "tcpControlBits", "ipClassOfService"), 0),
    **dict.fromkeys(("sourceTransportPort", "destinationTransportPort"), 0),
    **dict.fromkeys(("sourceIPv4Address", "destinationIPv4Address"), "192.0.2.1"),
}
HEADED = {"header_protocol": 1, "frame_length": 64}
WRONG_FLOWS: dict[str, tuple[dict[str, Any], tuple[Any, ...], str]] = {
    "structure": ({"extended_gatway": {}}, ("extended_gatway",), "no structure of sFlow"),
    "counters": ({"if_counters": {}}, ("if_counters",), "no structure of sFlow"),
    "kind": ({"extended_gateway": 5}, ("extended_gateway",), "5, expected a dict"),
    "field": ({"extended_queue": {"depth": 1, "dept": 2}}, ("extended_queue",), "'dept', expected one of depth"),
    "missing": ({"extended_switch": {"src_vlan": 1}}, ("extended_switch", "src_priority"), "there is no value"),
    "gap": (
        {"extended_switch": {"src_vlan": 1, "dst_vlan": 1, "undecoded": ""}},
        ("extended_switch", "src_priority"),
        "there is no value, though dst_vlan follows",
    ),
    "range": ({"extended_queue": {"depth": 1 << 32}}, ("extended_queue", "depth"), "4294967296, expected an int that"),
    "sign": ({"extended_queue": [{"depth": 1}, {"depth": -1}]}, ("extended_queue", 1, "depth"), "-1, expected an int"),
    "text": ({"extended_queue": {"depth": "1"}}, ("extended_queue", "depth"), "'1', expected an int"),
    "fraction": ({"extended_queue": {"depth": 1.0}}, ("extended_queue", "depth"), "1.0, expected an int"),
    "boolean": ({"extended_queue": {"depth": True}}, ("extended_queue", "depth"), "True, expected an int"),
    "nothing": ({"extended_queue": {"depth": None}}, ("extended_queue", "depth"), "None, expected an int"),
    "item": (
        {"extended_gateway": {**GATEWAY, "communities": [1, "x"]}},
        ("extended_gateway", "communities", 1),
        "'x', expected an int that fits 4 octets",
    ),
    "list": (
        {"extended_gateway": {**GATEWAY, "communities": 5}},
        ("extended_gateway", "communities"),
        "expected a list",
    ),
    "nested": (
        {"extended_gateway": {**GATEWAY, "dst_as_path": [{"type": 2, "asns": [0, -5]}]}},
        ("extended_gateway", "dst_as_path", 0, "asns", 1),
        "-5, expected an int",
    ),
    "address": ({"extended_gateway": {**GATEWAY, "nexthop": "192.0.2.300"}}, ("extended_gateway", "nexthop"), "300"),
    "address of no kind": ({"extended_gateway": {**GATEWAY, "nexthop": 7}}, ("extended_gateway", "nexthop"), "7, exp"),
    "string": ({"extended_function": {"symbol": 5}}, ("extended_function", "symbol"), "5"),
    "surrogate": ({"extended_function": {"symbol": "\ud800"}}, ("extended_function", "symbol"), "UTF-8"),
    "octets": (
        {"extended_queue": {"depth": 1, "undecoded": "0"}},
        ("extended_queue", "undecoded"),
        "'0', expected oct",
    ),
    "station": (
        {"extended_l2_tunnel_egress": {**ETHERNET, "src_mac": "02:00"}},
        ("extended_l2_tunnel_egress", "src_mac"),
        "'02:00', expected a MAC address",
    ),
    "frame": ({"extended_80211_aggregation": {}}, ("extended_80211_aggregation", "pdus"), "there is no value"),
    "frames": (
        {"extended_80211_aggregation": {"pdus": [{"flow_records": {"extended_queue": {"depth": -1}}}]}},
        ("extended_80211_aggregation", "pdus", 0, "flow_records", "extended_queue", "depth"),
        "-1, expected an int",
    ),
    "unknown": (
        {"unknown_records": [{"format": "1:4096", "octets": ""}]},
        ("unknown_records", 0, "format"),
        "'1:4096'",
    ),
    "unknown kind": ({"unknown_records": {"format": "1:1"}}, ("unknown_records",), "expected a list"),
    "unknown octets": ({"unknown_records": [{"format": "1:1"}]}, ("unknown_records", 0, "octets"), "there is no value"),
    "sampler": ({"sampler": {"pool": 5}}, ("sampler",), "'pool', expected one of drops"),
    "number": ({"sampler": {"drops": -1}}, ("sampler", "drops"), "-1, expected an int that fits 4 octets"),
    "interval": ({"samplingInterval": None}, ("samplingInterval",), "None, expected an int"),
    "count": ({"packetDeltaCount": 2}, ("packetDeltaCount",), "2, expected 1: the packet"),
    "interface": ({"ingressInterface": 0x3FFFFFFF}, ("ingressInterface",), "1073741823, expected an ifIndex"),
    "no interface": ({"ingressInterface": 0}, ("ingressInterface",), "0, expected an ifIndex"),
    "both ways": ({"egress": {"format": 1, "value": 2}}, ("egress",), "egressInterface is there too"),
    "reason": ({"discarded_packet": {}, "sampler": {}}, ("discarded_packet", "reason"), "there is no value"),
    "discarded interval": ({"discarded_packet": {"reason": 1}, "sampler": {}}, ("samplingInterval",), "has none"),
    "derived": ({"vlanId": 5}, ("vlanId",), "no structure says so"),
    "derived from another": (
        {"extended_switch": {"src_vlan": 5, "src_priority": 0, "dst_vlan": 7, "dst_priority": 0}, "postVlanId": 8},
        ("postVlanId",),
        "8, though its structure says 7",
    ),
    "frame length": (
        {"sampled_header": {**HEADED, "header": "00"}, "layer2OctetDeltaCount": 5},
        ("layer2OctetDeltaCount",),
        "5, though sampled_header says 64",
    ),
    "no octets": (
        {"sampled_header": {**HEADED, "header_protocol": 2, "header_length": 4}},
        ("sampled_header", "header"),
        "there is no value",
    ),
    "too few": (
        {"sampled_header": {**HEADED, "header": "0000", "header_length": 1}},
        ("sampled_header", "header_length"),
        "1, though the header has 2 octets",
    ),
    "other protocol": (
        {"sampled_header": {"header_protocol": 2, "header": "00"}, "ipTTL": 5},
        ("ipTTL",),
        "not told of packets",
    ),
    "packet": ({"sampled_header": HEADED, "ipTTL": -5}, ("ipTTL",), "-5, expected an int that fits 1 octet"),
    "flattened": ({**ADDRESSED, "sourceIPv4Address": "x"}, ("sourceIPv4Address",), "Expected 4 octets in 'x'"),
}


@pytest.mark.parametrize(("wrong", "path", "why"), WRONG_FLOWS.values(), ids=WRONG_FLOWS)
def test_flows_that_cannot_be_written(wrong, path, why):
    with pytest.raises(EncodeError) as raised:
        encoded(PLAIN, {**PLAIN, **wrong})
    assert (raised.value.path, why in raised.value.why) == (("flows", 1, *path), True), raised.value


WRONG_MESSAGES: dict[str, tuple[dict[str, Any], tuple[Any, ...], str]] = {
    "interval": ({"flows": [{"sampler": SAMPLER}]}, ("flows", 0, "samplingInterval"), "there is no value"),
    "flow": ({"flows": [None]}, ("flows", 0), "None, expected a dict"),
    "flows": ({"flows": {}}, ("flows",), "{}, expected a list"),
    "structure": ({"counters": [{**COUNTED, "extended_queue": {}}]}, ("counters", 0, "extended_queue"), "no structure"),
    "float": (
        {"counters": [{**COUNTED, "host_cpu": {"load_one": "1"}}]},
        ("counters", 0, "host_cpu", "load_one"),
        "'1', expected a finite number",
    ),
    "source": ({"counters": [{**COUNTED, "source_class": 1 << 32}]}, ("counters", 0, "source_class"), "4294967296"),
    "metric": (
        {"counters": [{"rtmetric": {"device": "", "metric": "", "type": 9, "value": 1}}]},
        ("counters", 0, "rtmetric", "value"),
        "type is 9, expected one of 0, 1, 2, 3, 4, 5, 6",
    ),
    "metric of another type": (
        {"counters": [{"rtmetric": {"device": "", "metric": "", "type": 1, "value": ()}}]},
        ("counters", 0, "rtmetric", "value"),
        "(), expected a value of that type",
    ),
    "interface of a discarded packet": (
        {"flows": [{"discarded_packet": {"reason": 1}, "sampler": {}, "ingress": {"format": 1, "value": 2}}]},
        ("flows", 0, "ingress", "format"),
        "1, expected 0 in a discarded packet",
    ),
    "rtflow": (
        {
            "flows": [
                {
                    "rtflow": {"device": "", "name": "", "sampling_rate": 1, "sample_pool": 1, "fields": []},
                    "samplingInterval": 2,
                }
            ]
        },
        ("flows", 0, "samplingInterval"),
        "2, though rtflow has another sampling_rate",
    ),
    "unknown": (
        {"unknown_samples": [{"format": "x", "octets": ""}]},
        ("unknown_samples", 0, "format"),
        "'x', expected",
    ),
    "header": ({"header": 5}, ("header",), "5, expected a dict"),
    "key": ({"header": {"sourceId": 5}}, ("header",), "'sourceId', expected one of agentAddress"),
    "agent": ({"header": {"agentAddress": "router"}}, ("header", "agentAddress"), "Expected 4 octets in 'router'"),
    "agent's kind": (
        {"header": {"agentAddress": 5}},
        ("header", "agentAddress"),
        "5, expected an IPv4 address as text",
    ),
    "sequence": ({"header": {"sequenceNumber": 1 << 32}}, ("header", "sequenceNumber"), "4294967296, expected an int"),
}


@pytest.mark.parametrize(("wrong", "path", "why"), WRONG_MESSAGES.values(), ids=WRONG_MESSAGES)
def test_messages_that_cannot_be_written(wrong, path, why):
    with pytest.raises(EncodeError) as raised:
        encode_sflow5({"header": HEADER, **wrong}, MOST)
    assert (raised.value.path, why in raised.value.why) == (path, True), raised.value


def test_frames_in_frames_without_end():
    records: dict[str, Any] = {}
    for _ in range(3000):
        records = {"extended_80211_aggregation": {"pdus": [{"flow_records": records}]}}
    with pytest.raises(EncodeError, match="more than 32 records inside one another"):
        encoded({**PLAIN, **records})
