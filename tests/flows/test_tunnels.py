"""The packet in a tunnel as the flow: sFlow samples and packets in IPFIX records."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from netflowparse import Decoder, WrongType
from netflowparse.flows import decapsulate
from tests import sflow_builder as sflow
from tests.message_builder import VARIABLE, ipfix_message, set_of, template, variable
from tests.protocols.messages import learn10

OUTER_MACS = bytes.fromhex("020000000002 020000000001 0800")
INNER_MACS = bytes.fromhex("020000000004 020000000003 0800")
TCP = bytes.fromhex("C350 01BB 00000007 00000000 50 12 0000 0000 0000")
INNERMOST = bytes.fromhex("45000028 00010000 40060000 0A000001 0A000002") + TCP  # 40 octets
GRE = bytes.fromhex("4500 0044 0001 0000 40 2F 0000 C0000201 C6336401 2000 0800 00000005")  # 68 octets, key 5
VXLAN = bytes.fromhex("C350 12B5 0000 0000 0800 0000 00002A00")  # to port 4789, VNI 42
IN_UDP = bytes.fromhex("4500 007A 0001 0000 40 11 0000 CB007101 CB007102")  # 122 octets
FRAME = OUTER_MACS + IN_UDP + VXLAN[:4] + b"\0\x66" + VXLAN[6:] + INNER_MACS + GRE + INNERMOST  # two tunnels

SAMPLE_KEYS = {
    "sampler",
    "samplingInterval",
    "packetDeltaCount",
    "layer2OctetDeltaCount",
    "sampled_header",
    "continuity",
}


def sampled(decoder: Decoder, *records: bytes) -> dict[str, Any]:
    """The flow of a sample of ``FRAME``."""
    octets = sflow.one_flow(sflow.sampled_header(FRAME, 1, 1518), *records, input=3, output=4)
    message = decoder.decode(octets, "r1")
    assert message["problems"] == []
    (flow,) = message["flows"]
    return flow


def said(row: dict[str, Any], *keys: str) -> tuple[Any, ...]:
    """Values of a row."""
    return tuple(row.get(key) for key in keys)


IP = ("sourceIPv4Address", "destinationIPv4Address", "protocolIdentifier", "octetDeltaCount")
ETHERNET = ("sourceMacAddress", "destinationMacAddress")


def test_the_innermost_packet(decoder: Decoder) -> None:
    flow = sampled(decoder)
    before = copy.deepcopy(flow)
    row = decapsulate(flow)
    assert flow == before
    assert said(row, *IP) == ("10.0.0.1", "10.0.0.2", 6, 40)
    assert said(row, "sourceTransportPort", "destinationTransportPort", "tcpControlBits") == (50000, 443, 0x12)
    assert said(row, *ETHERNET, "tunnel", "inner") == (None, None, None, None)  # GRE carries no frame
    assert said(row, "ingressInterface", "egressInterface", "packetDeltaCount", "layer2OctetDeltaCount") == (
        3,
        4,
        1,
        1518,
    )
    assert {key: row[key] for key in SAMPLE_KEYS} == {key: flow[key] for key in SAMPLE_KEYS}
    around = row["outer"]
    assert said(around, *IP, *ETHERNET) == (
        *("192.0.2.1", "198.51.100.1", 47, 68),
        *("02:00:00:00:00:03", "02:00:00:00:00:04"),
    )
    assert said(around, "tunnel", "inner") == ({"kind": "gre", "id": 5}, None)
    outermost = around["outer"]
    assert said(outermost, *IP, *ETHERNET) == (
        *("203.0.113.1", "203.0.113.2", 17, 122),
        *("02:00:00:00:00:01", "02:00:00:00:00:02"),
    )
    assert said(outermost, "tunnel", "inner", "outer") == ({"kind": "vxlan", "id": 42}, None, None)
    assert not SAMPLE_KEYS & (around.keys() | outermost.keys())


def test_a_packet_between(decoder: Decoder) -> None:
    flow = sampled(decoder)
    row = decapsulate(flow, 1)
    assert said(row, *IP, *ETHERNET) == (
        *("192.0.2.1", "198.51.100.1", 47, 68),
        *("02:00:00:00:00:03", "02:00:00:00:00:04"),
    )
    assert row["inner"] == flow["inner"]["inner"]
    assert said(row["outer"], "sourceIPv4Address", "outer", "inner") == ("203.0.113.1", None, None)
    assert "destinationTransportPort" not in row  # VXLAN's 4789 is of the packet around it


@pytest.mark.parametrize(
    ("depth", "place"), [(0, 0), (1, 1), (2, 2), (3, 2), (99, 2), (-1, 2), (-2, 1), (-3, 0), (-9, 0)]
)
def test_depths(decoder: Decoder, depth: int, place: int) -> None:
    addresses = ("203.0.113.1", "192.0.2.1", "10.0.0.1")
    assert decapsulate(sampled(decoder), depth)["sourceIPv4Address"] == addresses[place]


@pytest.mark.parametrize("packets", [{}, {"packetDeltaCount": 9}, {"packetDeltaCount": 1, "octetDeltaCount": 122}])
def test_one_tunnel_after_the_other(decoder: Decoder, packets: dict[str, int]) -> None:
    flow = {**sampled(decoder), "resolved": {"sourceIPv4Address": "options"}, "bgpSourceAsNumber": 64496, **packets}
    if not packets:
        del flow["packetDeltaCount"]
    assert decapsulate(decapsulate(flow, 1), 1) == decapsulate(flow, 2)
    assert decapsulate(decapsulate(flow, 1)) == decapsulate(flow)


def test_the_outermost_packet_is_the_flow_itself(decoder: Decoder) -> None:
    flow = sampled(decoder)
    row = decapsulate(flow, 0)
    assert row == flow
    assert row is not flow


def test_a_row_has_no_tunnel_left(decoder: Decoder) -> None:
    row = decapsulate(sampled(decoder))
    assert decapsulate(row) == row


def test_what_is_said_of_the_outermost_addresses_goes_with_them(decoder: Decoder) -> None:
    router = sflow.record(0, 1002, sflow.address("203.0.113.9") + sflow.words(24, 16))
    switch = sflow.record(0, 1001, sflow.words(10, 0, 20, 0))
    row = decapsulate(sampled(decoder, router, switch))
    prefixes = ("sourceIPv4PrefixLength", "destinationIPv4PrefixLength")
    assert said(row, *prefixes, "vlanId", "postVlanId") == (None, None, 10, 20)
    assert row["ipNextHopIPv4Address"] == "203.0.113.9"  # where the device sent the frame
    assert said(row["outer"]["outer"], *prefixes) == (24, 16)
    assert row["extended_router"]["src_mask_len"] == 24


OF_ADDRESSES = (
    *("sourceIPv4Prefix", "destinationIPv4Prefix", "sourceIPv6Prefix", "destinationIPv6Prefix"),
    *("sourceIPv4PrefixLength", "destinationIPv4PrefixLength", "sourceIPv6PrefixLength"),
    *("destinationIPv6PrefixLength", "bgpSourceAsNumber", "bgpDestinationAsNumber", "bgpNextAdjacentAsNumber"),
    *("bgpPrevAdjacentAsNumber", "bgpSourceAsPathList", "bgpDestinationAsPathList", "bgpCommunity"),
    *("bgpSourceCommunityList", "bgpDestinationLargeCommunityList", "SRC_AS_PATH_1", "DST_AS_MAP"),
    *("postNATSourceIPv4Address", "postNATDestinationIPv4Address", "postNATSourceIPv6Address"),
    *("postNATDestinationIPv6Address", "postNAPTSourceTransportPort", "postNAPTDestinationTransportPort"),
)
NOT_OF_ADDRESSES = (
    *("bgpNextHopIPv4Address", "ipNextHopIPv6Address", "ingressInterface", "layer2OctetDeltaCount", "postVlanId"),
    *("octetTotalCount", "ingressVRFID"),
)


def test_what_goes_with_the_addresses_and_what_stays() -> None:
    flow = {**dict.fromkeys((*OF_ADDRESSES, *NOT_OF_ADDRESSES), 7), "inner": {"sourceIPv4Address": "10.0.0.1"}}
    assert decapsulate(flow) == {
        **dict.fromkeys(NOT_OF_ADDRESSES, 7),
        "sourceIPv4Address": "10.0.0.1",
        "outer": dict.fromkeys(OF_ADDRESSES, 7),
    }


@pytest.mark.parametrize(
    ("counted", "octets"),
    [
        ({"octetDeltaCount": 5000, "packetDeltaCount": 1}, 40),
        ({"octetDeltaCount": 5000}, 5000),
        ({"octetDeltaCount": 5000, "packetDeltaCount": 2}, 5000),
        ({"octetDeltaCount": 5000, "packetDeltaCount": [1, 1]}, 5000),
        ({"octetDeltaCount": 5000, "packetTotalCount": 1}, 5000),
        ({"octetTotalCount": 5000}, None),
    ],
)
def test_a_flow_of_which_nobody_says_that_it_is_one_packet(counted: dict[str, Any], octets: int | None) -> None:
    row = decapsulate({**counted, "inner": {"sourceIPv4Address": "10.0.0.1", "octetDeltaCount": 40}})
    assert row.get("octetDeltaCount") == octets
    assert {key: row[key] for key in counted.keys() - {"octetDeltaCount"}} == {
        key: counted[key] for key in counted.keys() - {"octetDeltaCount"}
    }


@pytest.mark.parametrize(
    ("inner", "address"),
    [
        ({}, "192.0.2.1"),
        ({"truncated": True}, "192.0.2.1"),
        ({"arp": {"operation": 1}}, None),
        (
            {"sourceIPv4Address": "10.0.0.1", "tunnel": {"kind": "ipip", "id": None}, "inner": {"truncated": True}},
            "10.0.0.1",
        ),
    ],
)
def test_packets_of_which_nothing_is_known_do_not_count(inner: dict[str, Any], address: str | None) -> None:
    flow = {"sourceIPv4Address": "192.0.2.1", "tunnel": {"kind": "gre", "id": None}, "inner": inner}
    assert decapsulate(flow).get("sourceIPv4Address") == address


@pytest.mark.parametrize("inner", [None, "0a", 7, [{"sourceIPv4Address": "10.0.0.1"}]])
def test_what_is_no_packet_is_left_alone(inner: Any) -> None:
    assert decapsulate({"inner": inner, "ipVersion": 4}) == {"inner": inner, "ipVersion": 4}


def section(decoder: Decoder, fields: list[Any], octets: bytes) -> dict[str, Any]:
    """The flow of a record with *fields* and the first octets of ``FRAME``."""
    learn10(decoder, template(256, [*fields, (315, VARIABLE)]))
    message = decoder.decode(ipfix_message(set_of(256, octets + variable(FRAME))), "r1")
    assert message["problems"] == []
    (flow,) = message["flows"]
    return flow


def test_a_packet_in_an_ipfix_record(make_decoder: Any) -> None:
    flow = section(make_decoder(packet_sections=True), [(10, 4)], bytes.fromhex("00000003"))
    row = decapsulate(flow)
    assert said(row, *IP, "ingressInterface") == ("10.0.0.1", "10.0.0.2", 6, 122, 3)  # of how many packets nobody says
    assert row["dataLinkFrameSection"] == flow["dataLinkFrameSection"]


@pytest.mark.parametrize(("packets", "octets"), [(1, 40), (9, 5000)])
def test_counters_of_more_packets_than_one_stay(make_decoder: Any, packets: int, octets: int) -> None:
    body = packets.to_bytes(4, "big") + (5000).to_bytes(4, "big")
    flow = section(make_decoder(packet_sections=True), [(2, 4), (1, 4)], body)
    row = decapsulate(flow)
    assert said(row, *IP, "packetDeltaCount") == ("10.0.0.1", "10.0.0.2", 6, octets, packets)


def test_origins_go_with_what_they_tell_of() -> None:
    flow = {
        "sourceIPv4Address": "192.0.2.1",
        "samplingInterval": 10,
        "resolved": {"sourceIPv4Address": "options:commonPropertiesId=1", "samplingInterval": "options"},
        "inner": {"sourceIPv4Address": "10.0.0.1"},
    }
    assert decapsulate(flow) == {
        "samplingInterval": 10,
        "resolved": {"samplingInterval": "options"},
        "sourceIPv4Address": "10.0.0.1",
        "outer": {
            "sourceIPv4Address": "192.0.2.1",
            "resolved": {"sourceIPv4Address": "options:commonPropertiesId=1"},
        },
    }


def test_misuse_is_refused() -> None:
    with pytest.raises(WrongType, match="flow is list, expected a dict"):
        decapsulate([])  # type: ignore[arg-type]
    for depth in (None, "1", 1.0, True):
        with pytest.raises(WrongType, match="expected int"):
            decapsulate({}, depth)  # type: ignore[arg-type]
