"""Packets in sFlow samples: their first octets, what the agent has parsed of them, and IANA's names for the rest."""

import pytest

from tests.protocols.sflow.messages import FLOW_BODY, assert_truncated, flow_of, flow_structure, told
from tests.protocols.sflow.structures import FLOW, body, flow_record
from tests.sflow_builder import (
    address,
    mac,
    one_flow,
    record,
    sampled_header,
    u32,
    words,
)

SOURCE, DESTINATION = "02:00:00:00:00:01", "02:00:00:00:00:02"
LLDP = bytes.fromhex("02000000000202000000000188cc")  # Ethernet, and nothing behind it that is decoded


def test_a_sampled_packet(decoder):
    shown, message = flow_of(decoder, sampled_header(LLDP, frame_length=100, stripped=4))
    assert shown == {
        "sampled_header": {"header_protocol": 1, "frame_length": 100, "stripped": 4, "header_length": 14},
        "layer2OctetDeltaCount": 100,
        "destinationMacAddress": DESTINATION,
        "sourceMacAddress": SOURCE,
        "ethernetType": 0x88CC,
    }
    assert message["problems"] == []


@pytest.mark.fault("SF-25")
@pytest.mark.parametrize("length", [0, 1, 6, 12, 13, 14])
def test_a_sampled_packet_of_few_octets(decoder, length):
    shown, message = flow_of(decoder, sampled_header(LLDP[:length], frame_length=64))
    lengths = {"frame_length": 64, "stripped": 0, "header_length": length}
    assert shown["sampled_header"] == {"header_protocol": 1, **lengths}
    assert shown.get("truncated") == (None if length == 14 else True)
    assert shown.get("destinationMacAddress") == (DESTINATION if length >= 6 else None)
    assert shown.get("sourceMacAddress") == (SOURCE if length >= 12 else None)
    assert shown.get("ethernetType") == (0x88CC if length == 14 else None)
    assert message["problems"] == []


@pytest.mark.fault("SF-26")
@pytest.mark.parametrize("length", [17, 0x7FFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF])
def test_a_sampled_packet_longer_than_its_record(decoder, length):
    """The octets that are there are read."""
    shown, message = flow_of(decoder, sampled_header(LLDP, frame_length=64, length=length))
    assert (shown["sourceMacAddress"], shown["ethernetType"]) == (SOURCE, 0x88CC)
    assert (shown["layer2OctetDeltaCount"], shown["sampled_header"]["header_length"]) == (64, length)
    assert_truncated(message, FLOW_BODY + 16, "sampled_header", "header")
    assert message["problems"][0]["missing"] == length - 16


@pytest.mark.fault("SF-26")
@pytest.mark.parametrize("length", [65, 0xFFFFFFFF])
def test_a_sampled_packet_longer_than_its_record_among_usual_ones(decoder, length):
    """Samples of that shape are read in one go once they have been met: this one is not."""
    octets = LLDP + bytes(50)
    for said in (64, 64, length, 64):
        message = decoder.decode(one_flow(sampled_header(octets, frame_length=100, length=said)), "r1")
        (flow,) = message["flows"]
        assert (flow["sampled_header"]["header_length"], flow["layer2OctetDeltaCount"]) == (said, 100)
        assert (flow["sourceMacAddress"], flow["ethernetType"]) == (SOURCE, 0x88CC)
        assert told(message) == ([("truncated_record", FLOW_BODY + 16, True)] if said == length else [])


@pytest.mark.fault("SF-21", "SF-22")
@pytest.mark.parametrize("words_left", range(4))
def test_a_sampled_packet_without_its_own_head(decoder, words_left):
    lengths = {"header_protocol": 1, "frame_length": 64, "stripped": 4}
    shown, message = flow_structure(decoder, "sampled_header", words(*lengths.values())[: 4 * words_left])
    assert shown == dict(list(lengths.items())[:words_left])
    element = [*lengths, "header"][words_left]
    assert_truncated(message, FLOW_BODY + 4 * words_left, "sampled_header", element)


@pytest.mark.fault("SF-27")
@pytest.mark.conformance("SFLOW-4-03")
@pytest.mark.parametrize(("frame_length", "stripped"), [(0, 0), (13, 4), (64, 100), (0xFFFFFFFF, 0xFFFFFFFF)])
def test_lengths_that_do_not_fit_each_other(decoder, frame_length, stripped):
    shown, message = flow_of(decoder, sampled_header(LLDP, frame_length=frame_length, stripped=stripped))
    lengths = {"frame_length": frame_length, "stripped": stripped, "header_length": 14}
    assert shown["sampled_header"] == {"header_protocol": 1, **lengths}
    assert (shown["layer2OctetDeltaCount"], shown["sourceMacAddress"]) == (frame_length, SOURCE)
    assert (shown["ethernetType"], message["problems"]) == (0x88CC, [])


@pytest.mark.fault("SF-28")
def test_a_frame_shorter_than_its_packet(decoder):
    """Juniper counts what was sampled."""
    packet = bytes.fromhex("450005dc 0001 4000 4011 0000 c0000201 c6336401 c350 0035 05c8 0000")
    ethernet = LLDP[:12] + b"\x08\0"
    shown, message = flow_of(decoder, sampled_header(ethernet + packet, frame_length=132))
    assert (shown["layer2OctetDeltaCount"], shown["octetDeltaCount"]) == (132, 1500)
    assert (shown["sourceIPv4Address"], shown["destinationTransportPort"]) == ("192.0.2.1", 53)
    assert "truncated" not in shown
    assert message["problems"] == []


@pytest.mark.fault("SF-29")
@pytest.mark.conformance("SFLOW-4-02")
@pytest.mark.parametrize(
    ("protocol", "name"),
    [(0, None), (2, "ISO88024-TOKENBUS"), (16, "IEEE80211-AMPDU"), (18, "INFINIBAND"), (19, None), (2**32 - 1, None)],
)
def test_a_sampled_packet_of_a_protocol_not_decoded(decoder, protocol, name):
    shown, message = flow_of(decoder, sampled_header(LLDP, protocol=protocol, frame_length=64))
    lengths = {"frame_length": 64, "stripped": 0, "header_length": 14}
    raw = {"header_protocol_name": name, "header": LLDP.hex()}
    assert shown == {
        "sampled_header": {"header_protocol": protocol, **lengths, **raw},
        "layer2OctetDeltaCount": 64,
    }
    assert message["problems"] == []


IPV4 = {"length": 1500, "protocol": 6, "src_ip": "192.0.2.1", "dst_ip": "198.51.100.1"}
IPV6 = {"length": 1500, "protocol": 6, "src_ip": "2001:db8::1", "dst_ip": "2001:db8::2"}
PORTS = {"src_port": 50000, "dst_port": 443, "tcp_flags": 0x1B}
ETHERNET = {"length": 1518, "src_mac": SOURCE, "dst_mac": DESTINATION, "type": 0x0800}
IP_FLOW = {
    "octetDeltaCount": 1500,
    "protocolIdentifier": 6,
    "sourceTransportPort": 50000,
    "destinationTransportPort": 443,
    "tcpControlBits": 0x1B,
    "ipClassOfService": 0xB8,
}
IPV4_FLOW = IP_FLOW | {
    "ipVersion": 4,
    "sourceIPv4Address": "192.0.2.1",
    "destinationIPv4Address": "198.51.100.1",
}
IPV6_FLOW = IP_FLOW | {
    "ipVersion": 6,
    "sourceIPv6Address": "2001:db8::1",
    "destinationIPv6Address": "2001:db8::2",
}
ETHERNET_FLOW = {
    "layer2OctetDeltaCount": 1518,
    "sourceMacAddress": SOURCE,
    "destinationMacAddress": DESTINATION,
    "ethernetType": 0x0800,
}
FLATTENED = [
    ("sampled_ethernet", ETHERNET, ETHERNET_FLOW),
    ("sampled_ipv4", {**IPV4, **PORTS, "tos": 0xB8}, IPV4_FLOW),
    ("sampled_ipv6", {**IPV6, **PORTS, "priority": 0xB8}, IPV6_FLOW),
]


@pytest.mark.conformance("SFLOW-4-01", "SFLOW-4-09")
@pytest.mark.parametrize(("name", "values", "expected"), FLATTENED, ids=[each[0] for each in FLATTENED])
def test_packets_that_the_agent_has_parsed(decoder, name, values, expected):
    shown, message = flow_of(decoder, flow_record(name, values))
    assert shown == expected
    assert message["problems"] == []


@pytest.mark.fault("SF-20")
@pytest.mark.parametrize(("name", "values", "expected"), FLATTENED, ids=[each[0] for each in FLATTENED])
def test_packets_that_the_agent_has_parsed_with_more_behind_them(decoder, name, values, expected):
    row = FLOW[name]
    shown, message = flow_of(decoder, record(0, row.number, body(row.fields, values) + b"more"))
    assert shown.items() >= expected.items()
    (undecoded,) = shown.keys() - expected.keys()
    assert shown[undecoded]["undecoded"] == b"more".hex()
    assert message["problems"] == []


@pytest.mark.fault("SF-21", "SF-22")
@pytest.mark.parametrize(("name", "values"), [(name, values) for name, values, _ in FLATTENED[1:]])
@pytest.mark.parametrize("missing", [4, None], ids=["4 octets short", "empty"])
def test_packets_that_the_agent_has_parsed_cut(decoder, name, values, missing):
    """What is not whole keeps its own names."""
    row = FLOW[name]
    octets = body(row.fields, values)
    shown, message = flow_of(decoder, record(0, row.number, octets[: -missing if missing else 0]))
    there = [field for field, _ in row.fields[:-1]] if missing else []
    assert shown == {name: {field: values[field] for field in there}}
    at, element = (len(octets) - 4, row.fields[-1][0]) if missing else (0, row.fields[0][0])
    assert_truncated(message, FLOW_BODY + at, name, element)


@pytest.mark.conformance("SFLOW-4-01")
def test_ethernet_and_ip_beside_each_other(decoder):
    shown, _ = flow_of(decoder, *(flow_record(name, values) for name, values, _ in FLATTENED[:2]))
    assert shown == {**ETHERNET_FLOW, **IPV4_FLOW}


@pytest.mark.fault("SF-30")
@pytest.mark.conformance("SFLOW-4-10")
def test_ethernet_without_padding(decoder):
    """20 octets: MAC addresses of 6 octets each."""
    octets = u32(1518) + mac(SOURCE)[:6] + mac(DESTINATION)[:6] + u32(0x0800)
    assert len(octets) == 20
    shown, message = flow_of(decoder, record(0, 2, octets))
    assert shown == ETHERNET_FLOW
    assert (message["problems"], message["quirks"]) == ([], ["sampled_ethernet_unpadded"])
    shown, message = flow_of(decoder, sampled_header(LLDP), record(0, 2, octets))
    assert shown["sampled_ethernet"] == ETHERNET
    assert (message["problems"], message["quirks"]) == ([], ["sampled_ethernet_unpadded"])


SWITCH = {"src_vlan": 5, "src_priority": 6, "dst_vlan": 7, "dst_priority": 1}


def test_names_that_come_from_other_records(decoder):
    """Lifted to IANA's names, with the packet's own taking precedence."""
    user = {"src_charset": 106, "src_user": "anna", "dst_charset": 106, "dst_user": "böb"}
    router = {"nexthop": "192.0.2.9", "src_mask_len": 24, "dst_mask_len": 16}
    nat = {"src_address": "203.0.113.1", "dst_address": "2001:db8::9"}
    records = {
        "extended_switch": {**SWITCH, "dst_vlan": 0xFFFFFFFF},
        "extended_router": router,
        "extended_nat": nat,
        "extended_nat_port": {"src_port": 1024, "dst_port": 8080},
        "extended_user": user,
    }
    shown, message = flow_of(decoder, *(flow_record(*each) for each in records.items()))
    assert shown == {
        **records,
        "vlanId": 5,
        "ipNextHopIPv4Address": "192.0.2.9",
        "sourceIPv4PrefixLength": 24,
        "destinationIPv4PrefixLength": 16,
        "postNATSourceIPv4Address": "203.0.113.1",
        "postNATDestinationIPv6Address": "2001:db8::9",
        "postNAPTSourceTransportPort": 1024,
        "postNAPTDestinationTransportPort": 8080,
    }
    assert message["problems"] == []
    several = (record(0, 1002, address(each) + words(24, 16)) for each in ("192.0.2.9", "192.0.2.8"))
    shown, _ = flow_of(decoder, *several)
    assert [each["nexthop"] for each in shown["extended_router"]] == ["192.0.2.9", "192.0.2.8"]
    assert shown["ipNextHopIPv4Address"] == "192.0.2.9"
    shown, _ = flow_of(decoder, record(0, 1002, address("2001:db8::9") + words(48, 64)))
    assert (shown["ipNextHopIPv6Address"], shown["sourceIPv6PrefixLength"]) == ("2001:db8::9", 48)
    assert shown["destinationIPv6PrefixLength"] == 64
