"""Rows of a bi-flow inside: records in lists, directions, names of numbers."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from netflowparse import Decoder, WrongType
from netflowparse.flows import split_biflow
from tests.message_builder import VARIABLE, ipfix_message, set_of, template, variable
from tests.protocols.messages import learn10

REVERSE = 29305
COUNTED = {"octetTotalCount": 1, "reverseOctetTotalCount": 2}


def listed(*records: dict[str, Any]) -> dict[str, Any]:
    """A subTemplateList of records."""
    return {"semantic": "allOf", "template_id": 300, "records": list(records)}


def basic(element: str, *values: Any) -> dict[str, Any]:
    """A basicList of an element."""
    return {"semantic": "allOf", "element": element, "values": list(values)}


def split(flow: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a flow, which stays as it is."""
    before = copy.deepcopy(flow)
    rows = split_biflow(flow)
    assert flow == before
    for row in rows:
        assert split_biflow(row) == [row]
    return rows


def test_records_in_lists_are_split_too() -> None:
    """As YAF sends them; values that look otherwise are left alone."""
    record = {"sourceMacAddress": "a", "destinationMacAddress": "b", "dataByteCount": 5, "reverseDataByteCount": 6}
    flow = {
        **COUNTED,
        "subTemplateMultiList": {"semantic": "allOf", "entries": [listed(record)]},
        "subTemplateList": {"semantic": "allOf", "template_id": 300, "octets": "00"},
    }
    first, second = split(flow)
    assert first["subTemplateMultiList"]["entries"] == [
        listed({"sourceMacAddress": "a", "destinationMacAddress": "b", "dataByteCount": 5})
    ]
    assert second["subTemplateMultiList"]["entries"] == [
        listed({"sourceMacAddress": "b", "destinationMacAddress": "a", "dataByteCount": 6})
    ]
    assert second["subTemplateList"] == flow["subTemplateList"]


def test_two_lists_of_one_element(decoder: Decoder) -> None:
    """A template that has subTemplateList twice: both stand under one key, and each is split."""
    learn10(
        decoder,
        template(300, [(239, 1), (1, 4), (REVERSE, 1, 4)]),
        template(256, [(239, 1), (1, 4), (REVERSE, 1, 4), (292, VARIABLE), (292, VARIABLE)]),
    )
    head = bytes.fromhex("03 012C")  # allOf, template 300
    lists = [head + bytes.fromhex("01 00000005 00000006"), head + bytes.fromhex("00 00000007 00000008")]
    octets = bytes.fromhex("01 00000001 00000002") + b"".join(map(variable, lists))
    message = decoder.decode(ipfix_message(set_of(256, octets)), "r1")
    assert message["problems"] == []
    first, second = split(message["flows"][0])
    assert first["subTemplateList"] == [
        listed({"biflowDirection": 1, "octetDeltaCount": 5}),
        listed({"biflowDirection": 0, "octetDeltaCount": 7}),
    ]
    assert second["subTemplateList"] == [
        listed({"biflowDirection": 2, "octetDeltaCount": 6}),
        listed({"biflowDirection": 0, "octetDeltaCount": 8}),
    ]


def test_directions_and_times_of_records_are_turned() -> None:
    record = {"biflowDirection": 1, "flowDirection": 0, "flowStartMilliseconds": 1000}
    flow = {**COUNTED, "subTemplateList": listed({**record, "reverseFlowDeltaMilliseconds": 5})}
    assert split(flow) == [
        {"octetTotalCount": 1, "subTemplateList": listed(record)},
        {"octetTotalCount": 2}
        | {"subTemplateList": listed({"biflowDirection": 2, "flowDirection": 1, "flowStartMilliseconds": 1005})},
    ]


def test_the_source_of_a_record_is_not_always_the_initiator() -> None:
    record = {"biflowDirection": 2, "initiatorOctets": 3, "responderOctets": 9}
    assert split({"subTemplateList": listed(record)}) == [
        {"subTemplateList": listed({"biflowDirection": 2, "octetDeltaCount": 9})},
        {"subTemplateList": listed({"biflowDirection": 1, "octetDeltaCount": 3})},
    ]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_flow_of_which_only_records_tell_two_directions(depth: int) -> None:
    told, there, here = (
        listed({"octetDeltaCount": 5, "reverseOctetDeltaCount": 6}),
        listed({"octetDeltaCount": 5}),
        listed({"octetDeltaCount": 6}),
    )
    for _ in range(depth - 1):
        told, there, here = (listed({"subTemplateList": each}) for each in (told, there, here))
    assert split({"ipVersion": 4, "subTemplateList": told}) == [
        {"ipVersion": 4, "subTemplateList": there},
        {"ipVersion": 4, "subTemplateList": here},
    ]


def test_a_flow_of_which_only_a_list_of_lists_tells_two_directions() -> None:
    told = {"semantic": "allOf", "entries": [listed({"ipVersion": 4}), listed({"reverseOctetDeltaCount": 6})]}
    first, second = split({"subTemplateMultiList": told})
    assert first["subTemplateMultiList"]["entries"] == [listed({"ipVersion": 4}), listed({})]
    assert second["subTemplateMultiList"]["entries"] == [listed({"ipVersion": 4}), listed({"octetDeltaCount": 6})]


@pytest.mark.parametrize(("octets", "rows"), [(0, 1), (9, 2)])
def test_what_records_count_is_counted(octets: int, rows: int) -> None:
    flow = {"octetTotalCount": 1, "reverseOctetTotalCount": 0, "subTemplateList": listed({})}
    flow["subTemplateList"] = listed({"octetDeltaCount": 4, "reverseOctetDeltaCount": octets})
    assert len(split_biflow(flow)) == rows


def test_basic_lists_go_by_their_element() -> None:
    flow = {
        **COUNTED,
        "basicList": [
            basic("reverseInitialTCPFlags", 2, 18),
            basic("tcpControlBits", 16),
            basic("egressInterface", 1),
            basic("httpStatusCode", 200),
        ],
    }
    first, second = split(flow)
    assert first["basicList"] == [
        basic("tcpControlBits", 16),
        basic("egressInterface", 1),
        basic("httpStatusCode", 200),
    ]
    assert second["basicList"] == [
        basic("initialTCPFlags", 2, 18),
        basic("ingressInterface", 1),
        basic("httpStatusCode", 200),
    ]


def test_a_basic_list_of_the_other_direction_is_missing() -> None:
    flow = {"basicList": basic("reverseOctetDeltaCount", 7), "ipVersion": 4}
    assert split(flow) == [{"ipVersion": 4}, {"ipVersion": 4, "basicList": basic("octetDeltaCount", 7)}]
    assert split({"basicList": basic("reverseOctetDeltaCount", 0), "ipVersion": 4}) == [{"ipVersion": 4}]


def test_lists_in_basic_lists_are_split() -> None:
    inside = listed({"octetDeltaCount": 5, "reverseOctetDeltaCount": 6})
    first, second = split({**COUNTED, "basicList": basic("subTemplateList", inside, None)})
    assert first["basicList"] == basic("subTemplateList", listed({"octetDeltaCount": 5}), None)
    assert second["basicList"] == basic("subTemplateList", listed({"octetDeltaCount": 6}), None)


def test_records_that_are_none_are_refused_or_left() -> None:
    with pytest.raises(WrongType, match="flow has a key that is int, expected str"):
        split_biflow({**COUNTED, "subTemplateList": listed({5: 1})})  # type: ignore[dict-item]
    assert split({**COUNTED, "subTemplateList": {"records": ["00"]}})[0]["subTemplateList"] == {"records": ["00"]}


NAMED = {
    "ingressInterface": 1,
    "egressInterface": 2,
    "ingress_interface_name": "one",
    "egress_interface_name": "two",
    "egress_interface_description": "uplink",
    "ingressVRFID": 3,
    "ingress_vrf_name": "red",
    "applicationId": "3:80",
    "applicationName": "http",
}
RESOLVED = dict.fromkeys(
    ("ingress_interface_name", "egress_interface_name", "egress_interface_description", "applicationName"), "options"
)


def test_names_go_with_their_numbers() -> None:
    _, row = split({**NAMED, "resolved": RESOLVED, "reverseOctetDeltaCount": 9})
    assert row == {
        "ingressInterface": 2,
        "egressInterface": 1,
        "ingress_interface_name": "two",
        "egress_interface_name": "one",
        "ingress_interface_description": "uplink",
        "egressVRFID": 3,
        "egress_vrf_name": "red",
        "applicationId": "3:80",
        "applicationName": "http",
        "octetDeltaCount": 9,
        "resolved": dict.fromkeys(
            ("ingress_interface_name", "egress_interface_name", "ingress_interface_description", "applicationName"),
            "options",
        ),
    }


@pytest.mark.parametrize(
    ("told", "gone", "resolved"),
    [
        ({"reverseIngressInterface": 2}, set(), 4),  # as the forward direction went out
        ({"reverseIngressInterface": 5}, {"ingress_interface_name", "ingress_interface_description"}, 2),
        ({"reverseEgressInterface": 5}, {"egress_interface_name"}, 3),
        ({"reverseEgressVRFID": 5}, {"egress_vrf_name"}, 4),
        ({"reverseApplicationId": "3:81"}, {"applicationName"}, 3),
        ({"reverseApplicationId": "3:80"}, set(), 4),
        ({"reverseApplicationId": "3:81", "reverseApplicationName": "x"}, set(), 3),  # told, so not as it was resolved
    ],
)
def test_no_name_stays_with_another_number(told: dict[str, Any], gone: set[str], resolved: int) -> None:
    flow = {**NAMED, "resolved": RESOLVED, "reverseOctetDeltaCount": 9}
    _, whole = split(flow)
    _, row = split({**flow, **told})
    assert whole.keys() - row.keys() == gone
    assert len(row["resolved"]) == resolved
