"""Bi-flows split in two: what each row has, by RFC 5103 and by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from netflowparse import Decoder, WrongType
from netflowparse.flows import split_biflow
from tests.message_builder import ipfix_message, set_of, template
from tests.protocols.messages import learn10
from tests.protocols.test_biflow import EXAMPLE

REVERSE, CERT = 29305, 6871
ENDS = {
    "sourceIPv4Address": "192.0.2.1",
    "destinationIPv4Address": "198.51.100.2",
    "sourceTransportPort": 50000,
    "destinationTransportPort": 443,
}
ENDS_BACK = {
    "sourceIPv4Address": "198.51.100.2",
    "destinationIPv4Address": "192.0.2.1",
    "sourceTransportPort": 443,
    "destinationTransportPort": 50000,
}
COUNTED = {"octetDeltaCount": 1500, "packetDeltaCount": 3}
COUNTED_BACK = {"reverseOctetDeltaCount": 100, "reversePacketDeltaCount": 2}


def back(forward: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The reverse row of a bi-flow with these keys."""
    flow = {**forward, "reverseOctetDeltaCount": 100, **more}
    before = copy.deepcopy(flow)
    first, second = split_biflow(flow)
    assert flow == before
    assert first == forward
    assert second.pop("octetDeltaCount") == 100
    return second


def test_a_worked_example(decoder: Decoder) -> None:
    (flow,) = decoder.decode(EXAMPLE, "r1")["flows"]
    assert split_biflow(flow) == [
        {
            "sourceIPv4Address": "192.0.2.1",
            "destinationIPv4Address": "198.51.100.2",
            "octetDeltaCount": 1500,
            "biflowDirection": 1,
        },
        {
            "sourceIPv4Address": "198.51.100.2",
            "destinationIPv4Address": "192.0.2.1",
            "octetDeltaCount": 100,
            "biflowDirection": 2,
        },
    ]


def test_an_enterprise_s_own_reverse_elements_and_unknown_ones(decoder: Decoder) -> None:
    """CERT's 14 and 16398 (bit 14 set), 21: ms between the two first packets; 29305:32000 has no forward element."""
    fields = [(8, 4), (12, 4), (152, 8), (153, 8), (85, 4), (REVERSE, 85, 4), (CERT, 21, 4)]
    learn10(decoder, template(256, [*fields, (CERT, 14, 1), (CERT, 16398, 1), (REVERSE, 32000, 1)]))
    octets = bytes.fromhex(
        "C0000201 C6336402 0000018DF7500000 0000018DF75003E8 00000100 00000200 00000019"  # 25 ms
        "02 12 AB"
    )
    (flow,) = decoder.decode(ipfix_message(set_of(256, octets)), "r1")["flows"]
    assert split_biflow(flow) == [
        {
            "sourceIPv4Address": "192.0.2.1",
            "destinationIPv4Address": "198.51.100.2",
            "flowStartMilliseconds": 0x18DF7500000,
            "flowEndMilliseconds": 0x18DF75003E8,
            "octetTotalCount": 256,
            "initialTCPFlags": 2,
        },
        {
            "sourceIPv4Address": "198.51.100.2",
            "destinationIPv4Address": "192.0.2.1",
            "flowStartMilliseconds": 0x18DF7500019,
            "flowEndMilliseconds": 0x18DF75003E8,
            "octetTotalCount": 512,
            "initialTCPFlags": 18,
            "ie32000": "ab",
        },
    ]


@pytest.mark.parametrize(
    "flow",
    [
        {},
        {**ENDS, **COUNTED, "biflowDirection": 1, "flowDirection": 0},
        {"sampler": {"drops": 0}, "inner": {"sourceIPv4Address": "10.0.0.1"}, "octetDeltaCount": 5},
        {"reversed": 1, "reverse": 2, "pen9_ie1": "00", "pen29305_x": "00"},
        {**ENDS, "initiatorOctets": 5},
        {**ENDS, "responderOctets": 5},
        {**ENDS, **COUNTED, "initiatorOctets": 5, "responderOctets": 6},  # its own counters have counted
        {**ENDS, "octetTotalCount": 11, "initiatorOctets": 5, "responderOctets": 6},
    ],
)
def test_what_is_no_biflow_is_one_row(flow: dict[str, Any]) -> None:
    (row,) = split_biflow(flow)
    assert row == flow
    assert row is not flow


def test_ends_are_exchanged() -> None:
    forward = {
        **ENDS,
        "protocolIdentifier": 6,
        "ipClassOfService": 8,
        "ingressInterface": 1,
        "egressInterface": 2,
        "bgpSourceAsNumber": 64496,
        "bgpDestinationAsNumber": 64497,
        "bgpNextAdjacentAsNumber": 64498,
        "sourceIPv4PrefixLength": 24,
        "destinationIPv4PrefixLength": 16,
        "ingressVRFID": 7,
        "egressVRFID": 8,
        "postNATSourceIPv4Address": "203.0.113.1",
        "postNATDestinationIPv4Address": "198.51.100.2",
        "postNAPTSourceTransportPort": 1024,
        "postNAPTDestinationTransportPort": 443,
        "ingress_interface_name": "Gi0/1",
        "SGT_SOURCE_TAG": 5,
        "SRC_AS_PATH_1": 9,
    }
    assert back(forward) == {
        **ENDS_BACK,
        "protocolIdentifier": 6,
        "ipClassOfService": 8,
        "ingressInterface": 2,
        "egressInterface": 1,
        "bgpSourceAsNumber": 64497,
        "bgpDestinationAsNumber": 64496,
        "bgpPrevAdjacentAsNumber": 64498,
        "sourceIPv4PrefixLength": 16,
        "destinationIPv4PrefixLength": 24,
        "ingressVRFID": 8,
        "egressVRFID": 7,
        "postNATSourceIPv4Address": "198.51.100.2",
        "postNATDestinationIPv4Address": "203.0.113.1",
        "postNAPTSourceTransportPort": 443,
        "postNAPTDestinationTransportPort": 1024,
        "egress_interface_name": "Gi0/1",
        "SGT_DESTINATION_TAG": 5,
        "DST_AS_PATH_1": 9,
    }


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        ({"vlanId": 10}, {"vlanId": 10}),
        ({"vlanId": 10, "postVlanId": 20}, {"vlanId": 20, "postVlanId": 10}),
        ({"dot1qVlanId": 1, "postDot1qVlanId": 2}, {"dot1qVlanId": 2, "postDot1qVlanId": 1}),
        (
            {"dot1qCustomerVlanId": 1, "postDot1qCustomerVlanId": 2},
            {"dot1qCustomerVlanId": 2, "postDot1qCustomerVlanId": 1},
        ),
        (
            {"sourceMacAddress": "a", "destinationMacAddress": "b"},
            {"sourceMacAddress": "b", "destinationMacAddress": "a"},
        ),
        # in and out: the frame came from a, and went to d
        (
            {"sourceMacAddress": "a", "postDestinationMacAddress": "d"},
            {"sourceMacAddress": "d", "postDestinationMacAddress": "a"},
        ),
        (
            {"sourceMacAddress": "a", "destinationMacAddress": "b", "postSourceMacAddress": "c"}
            | {"postDestinationMacAddress": "d"},
            {"sourceMacAddress": "d", "destinationMacAddress": "c", "postSourceMacAddress": "b"}
            | {"postDestinationMacAddress": "a"},
        ),
    ],
)
def test_what_comes_in_and_goes_out(forward: dict[str, Any], expected: dict[str, Any]) -> None:
    assert back(forward) == expected


def test_what_was_measured_one_way_is_not_told_of_the_other() -> None:
    forward = {
        "tcpControlBits": 18,
        "tcpSourcePort": 1,
        "ipNextHopIPv4Address": "10.0.0.1",
        "bgpNextHopIPv6Address": "2001:db8::1",
        "packetTotalCount": 7,
        "tcpSynTotalCount": 1,
        "minimumTTL": 60,
        "ipTTL": 60,
        "icmpTypeIPv4": 8,
        "mplsTopLabelStackSection": "000001",
        "pseudoWireDestinationIPv4Address": "10.0.0.9",  # nobody has an element for the other end
        "initialTCPFlags": 2,
        "artClientPackets": 4,
        "postOctetDeltaCount": 3,
        "flowEndReason": 1,
    }
    assert back(forward) == {"tcpDestinationPort": 1, "flowEndReason": 1}


def test_what_is_told_of_the_reverse_direction_stands_as_it_is() -> None:
    forward = {**ENDS, "ingressInterface": 1, "egressInterface": 2, "flowEndMilliseconds": 9, "flowDirection": 0}
    forward["biflowDirection"] = 2
    told = {"reverseIngressInterface": 5, "reverseFlowEndMilliseconds": 8, "reverseFlowDirection": 0}
    told["reverseBiflowDirection"] = 2
    told["reverseTcpControlBits"] = [1, None]
    assert back(forward, **told) == {
        **ENDS_BACK,
        "ingressInterface": 5,
        "egressInterface": 1,
        "flowEndMilliseconds": 8,
        "flowDirection": 0,
        "biflowDirection": 2,
        "tcpControlBits": [1, None],
    }


@pytest.mark.parametrize(
    ("value", "expected"), [(0, {"biflowDirection": 0}), (1, {"biflowDirection": 2}), (2, {"biflowDirection": 1})]
)
def test_biflow_directions_are_turned(value: int, expected: dict[str, Any]) -> None:
    assert back({"biflowDirection": value, "ipVersion": 4}) == {**expected, "ipVersion": 4}


@pytest.mark.parametrize("value", [3, 4, [1, 1], "00"])
def test_biflow_directions_that_nothing_says_the_other_way_round(value: Any) -> None:
    """3: the source is outside of a perimeter.  No value says that the destination is."""
    assert back({"biflowDirection": value, "ipVersion": 4}) == {"ipVersion": 4}


@pytest.mark.parametrize(("value", "expected"), [(0, 1), (1, 0), (2, 2), (None, None), ([0], [0])])
def test_flow_directions_are_crossed(value: Any, expected: Any) -> None:
    assert back({"flowDirection": value}) == {"flowDirection": expected}


def test_resolved_names_keep_their_origin() -> None:
    flow = {
        "ingressInterface": 1,
        "egressInterface": 2,
        "octetDeltaCount": 5,
        "reverseOctetDeltaCount": 6,
        "samplingInterval": 10,
        "ingress_interface_name": "a",
        "resolved": {
            "samplingInterval": "options",
            "ingress_interface_name": "options:interface=1",
            "reverseOctetDeltaCount": "options:commonPropertiesId=1",
        },
    }
    first, second = split_biflow(flow)
    assert first["resolved"] == {"samplingInterval": "options", "ingress_interface_name": "options:interface=1"}
    assert (second["octetDeltaCount"], second["egress_interface_name"]) == (6, "a")
    assert second["resolved"] == {
        "octetDeltaCount": "options:commonPropertiesId=1",
        "egress_interface_name": "options:interface=1",
        "samplingInterval": "options",
    }


@pytest.mark.parametrize(
    ("counted", "rows"),
    [
        ({"reverseOctetDeltaCount": 0, "reversePacketDeltaCount": 0}, 1),
        ({"reverseOctetDeltaCount": 0, "reverseTcpControlBits": 0}, 1),
        ({"reverseOctetDeltaCount": [0, 0]}, 1),
        ({"reverseOctetDeltaCount": []}, 2),
        ({"reverseOctetDeltaCount": 0, "reversePacketDeltaCount": 1}, 2),
        ({"reverseOctetDeltaCount": None}, 2),  # no octets were sent: nobody knows
        ({"reverseTransportOctetDeltaCount": 0}, 2),  # packets without data are packets
        ({"reverseTcpControlBits": 0}, 2),
        ({"reverseFlowDeltaMilliseconds": 0}, 2),
        ({"reverseLayer2OctetDeltaCount": 0}, 1),
        ({"reverseLayer2OctetTotalCount": 0}, 1),
        # what else it counts says otherwise
        ({"reverseOctetDeltaCount": 0, "reverseDroppedPacketDeltaCount": 7}, 2),
        ({"reverseOctetDeltaCount": 0, "reverseDroppedPacketDeltaCount": 0}, 1),
        ({"reverseOctetDeltaCount": 0, "reversePostOctetDeltaCount": 3}, 2),
        ({"reverseOctetDeltaCount": 0, "reverseDataByteCount": 3}, 2),  # CERT's 502 has no semantics
        ({"reverseOctetDeltaCount": 0, "pen3054_reverseOctetDeltaCount": 5}, 2),
        ({"reverseOctetDeltaCount": 0, "pen3054_reverseOctetDeltaCount": 0}, 1),
        ({"reverseOctetDeltaCount": 0, "reverseTcpSynTotalCount": None}, 2),
    ],
)
def test_a_direction_without_packets_is_no_flow(counted: dict[str, Any], rows: int) -> None:
    flow = {**ENDS, **COUNTED, **counted}
    assert len(split_biflow(flow)) == rows
    forward, reverse = split_biflow(flow, keep_empty=True)
    assert forward == {**ENDS, **COUNTED}
    assert reverse.items() >= ENDS_BACK.items()


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ({}, ("octetDeltaCount", "packetDeltaCount")),
        ({"firewallEvent": 5}, ("octetDeltaCount", "packetDeltaCount")),
        ({"firewallEvent": 2}, ("octetTotalCount", "packetTotalCount")),
    ],
)
def test_counters_of_initiator_and_responder(more: dict[str, int], keys: tuple[str, str]) -> None:
    octets, packets = keys
    flow = {
        **ENDS,
        **more,
        "initiatorOctets": 300,
        "responderOctets": 900,
        "initiatorPackets": 3,
        "responderPackets": 9,
    }
    assert split_biflow(flow) == [
        {**ENDS, **more, octets: 300, packets: 3},
        {**ENDS_BACK, **more, octets: 900, packets: 9},
    ]


def test_the_source_is_not_always_the_initiator() -> None:
    flow = {**ENDS, "initiatorOctets": 300, "responderOctets": 900, "biflowDirection": 2}
    assert split_biflow(flow) == [
        {**ENDS, "octetDeltaCount": 900, "biflowDirection": 2},
        {**ENDS_BACK, "octetDeltaCount": 300, "biflowDirection": 1},
    ]


def test_counters_of_ends_beside_others_stay_with_their_end() -> None:
    flow = {**ENDS, **COUNTED, **COUNTED_BACK, "initiatorOctets": 300, "responderOctets": 900}
    assert split_biflow(flow) == [
        {**ENDS, **COUNTED, "initiatorOctets": 300},
        {**ENDS_BACK, "octetDeltaCount": 100, "packetDeltaCount": 2, "responderOctets": 900},
    ]
    quiet = {**flow, "reverseOctetDeltaCount": 0, "reversePacketDeltaCount": 0, "responderOctets": 0}
    assert split_biflow(quiet) == [{**ENDS, **COUNTED, "initiatorOctets": 300}]
    quiet = {**ENDS, **COUNTED, "reverseTcpControlBits": 0, "initiatorOctets": 300, "responderOctets": 0}
    assert split_biflow(quiet) == [{**ENDS, **COUNTED, "initiatorOctets": 300}]


def test_reverse_counters_alone_do_not_become_those_of_an_end() -> None:
    flow = {**ENDS, "reverseOctetDeltaCount": 7, "initiatorOctets": 300, "responderOctets": 900}
    assert split_biflow(flow) == [
        {**ENDS, "initiatorOctets": 300},
        {**ENDS_BACK, "responderOctets": 900, "octetDeltaCount": 7},
    ]


def test_two_reverse_elements_of_one_name_both_stay() -> None:
    """Ixia numbers its own reverse counter; CERT did before RFC 5103."""
    flow = {
        "pen3054_reverseOctetDeltaCount": 1,
        "obsoleteReverseOctetTotalCount": 2,
        "reverseOctetTotalCount": 3,
        "reverseOctetDeltaCount": 4,
        "reverseVRFname": "red",
    }
    assert split_biflow(flow) == [
        {},
        {
            "octetTotalCount": 3,
            "octetDeltaCount": 4,
            "VRFname": "red",
            "pen3054_octetDeltaCount": 1,
            "obsoleteOctetTotalCount": 2,
        },
    ]


def test_reverse_counters_from_before_the_rfc() -> None:
    """Fraunhofer FOKUS, 12325/176 and 177."""
    flow = {"octetDeltaCount": 5, "packetDeltaCount": 1, "revOctetDeltaCount": 7, "revPacketDeltaCount": 2}
    assert split_biflow(flow) == [
        {"octetDeltaCount": 5, "packetDeltaCount": 1},
        {"octetDeltaCount": 7, "packetDeltaCount": 2},
    ]


def test_who_has_counted_is_exchanged_with_the_ends() -> None:
    """Antrea: node a counted 2 packets that came back, for which it is the destination's node."""
    flow = {
        "sourceNodeName": "a",
        "destinationNodeName": "b",
        "packetTotalCountFromSourceNode": 1,
        "reversePacketTotalCountFromSourceNode": 2,
        "reverseThroughputFromDestinationNode": 9,
    }
    assert split_biflow(flow)[1] == {
        "sourceNodeName": "b",
        "destinationNodeName": "a",
        "packetTotalCountFromDestinationNode": 2,
        "throughputFromSourceNode": 9,
    }


def test_one_end_that_is_told_takes_no_value_from_the_other() -> None:
    """The destination's address is told; the forward one of the source is in nobody's place."""
    flow = {"sourceMacAddress": "A", "reverseDestinationMacAddress": "C"}
    assert split_biflow(flow) == [{"sourceMacAddress": "A"}, {"destinationMacAddress": "C"}]


def test_an_enterprise_s_reverse_element_of_iana_s_name() -> None:
    flow = {"octetDeltaCount": 5, "pen3054_reverseOctetDeltaCount": 1}
    assert split_biflow(flow) == [{"octetDeltaCount": 5}, {"octetDeltaCount": 1}]


@pytest.mark.parametrize("flow", [None, [("octetDeltaCount", 1)], "flow", {5: 1, "octetDeltaCount": 1}])
def test_what_is_no_flow_is_refused(flow: Any) -> None:
    with pytest.raises(WrongType, match=r"expected (a dict|str)"):
        split_biflow(flow)
