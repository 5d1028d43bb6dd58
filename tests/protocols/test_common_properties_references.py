"""Flows and properties that refer to several common properties, and these to others.  RFC 5473 §7."""

from __future__ import annotations

import pytest

from netflowparse import Decoder
from tests.protocols.common_properties import (
    DESTINATION_PORT,
    ORIGIN,
    PACKETS,
    PROPERTIES,
    PROTOCOL,
    SOURCE_PORT,
    _gain,
    gained,
    heard,
    protocols,
    referring,
    stated,
    taught,
)


class TestReferences:
    """Several properties for one flow, and properties of properties."""

    @pytest.mark.conformance("CPROP-7.1-01")
    def test_several(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROTOCOL], (1, 6)), stated([SOURCE_PORT, DESTINATION_PORT], (2, 80, 90)))
        message = heard(resolving, referring((1, 2)))
        assert message["problems"] == []
        assert message["flows"] == [
            {
                "commonPropertiesId": [1, 2],
                "packetDeltaCount": 10,
                "protocolIdentifier": 6,
                "sourceTransportPort": 80,
                "destinationTransportPort": 90,
                "resolved": {
                    "protocolIdentifier": ORIGIN + "1",
                    "sourceTransportPort": ORIGIN + "2",
                    "destinationTransportPort": ORIGIN + "2",
                },
            }
        ]

    @pytest.mark.conformance("CPROP-7.1-01")
    def test_several_that_overlap(self, resolving: Decoder) -> None:
        """The record's own value comes first, then that of the first properties."""
        taught(resolving, stated([PROTOCOL, PACKETS], (1, 6, 99)), stated([PROTOCOL, SOURCE_PORT], (2, 17, 53)))
        first, second = heard(resolving, referring((1, 2), (2, 1)))["flows"]
        assert first == {
            "commonPropertiesId": [1, 2],
            "packetDeltaCount": 10,
            "protocolIdentifier": 6,
            "sourceTransportPort": 53,
            "resolved": {"protocolIdentifier": ORIGIN + "1", "sourceTransportPort": ORIGIN + "2"},
        }
        assert (second["packetDeltaCount"], second["protocolIdentifier"]) == (10, 17)

    @pytest.mark.conformance("CPROP-7.2-01")
    def test_a_chain_of_three(self, resolving: Decoder) -> None:
        taught(resolving, stated([SOURCE_PORT, PROPERTIES], (1, 53, 2)))
        taught(resolving, stated([DESTINATION_PORT, PROPERTIES], (2, 54, 3)), stated([PROTOCOL], (3, 17)))
        (flow,) = heard(resolving, referring(1))["flows"]
        assert flow["resolved"] == {
            "sourceTransportPort": ORIGIN + "1",
            "destinationTransportPort": ORIGIN + "2",
            "protocolIdentifier": ORIGIN + "3",
        }
        assert gained(resolving, 2) == [{"destinationTransportPort": 54, "protocolIdentifier": 17}]

    @pytest.mark.conformance("CPROP-7.2-03")
    def test_the_order_of_elements(self, resolving: Decoder) -> None:
        """What properties refer to stands where they refer to it."""
        taught(resolving, stated([SOURCE_PORT, PROPERTIES, DESTINATION_PORT], (1, 53, 2, 55)))
        taught(resolving, stated([PROTOCOL, (5, 1)], (2, 17, 0)))
        (flow,) = gained(resolving, 1)
        assert list(flow) == [
            "sourceTransportPort",
            "protocolIdentifier",
            "ipClassOfService",
            "destinationTransportPort",
        ]
        (flow,) = gained(resolving, (2, 1))
        assert list(flow) == [
            "protocolIdentifier",
            "ipClassOfService",
            "sourceTransportPort",
            "destinationTransportPort",
        ]

    def test_what_is_nearer_holds(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROPERTIES, PROTOCOL], (1, 2, 6)), stated([PROTOCOL, SOURCE_PORT], (2, 17, 53)))
        assert gained(resolving, 1) == [{"protocolIdentifier": 6, "sourceTransportPort": 53}]

    @pytest.mark.fault("ST-22")
    @pytest.mark.conformance("CPROP-7.2-02")
    @pytest.mark.parametrize(
        ("references", "asked", "circle", "expected"),
        [
            ({1: 1}, 1, [1], {1}),
            ({1: 2, 2: 1}, 1, [1, 2], {1, 2}),
            ({1: 2, 2: 1}, 2, [2, 1], {1, 2}),
            ({1: 2, 2: 3, 3: 2}, 1, [2, 3], {1, 2, 3}),
            ({each: each % 20 + 1 for each in range(1, 21)}, 1, list(range(1, 11)), set(range(1, 21))),
        ],
    )
    def test_circles(
        self, resolving: Decoder, references: dict[int, int], asked: int, circle: list[int], expected: set[int]
    ) -> None:
        """Properties n have the unknown element 10000 + n of IANA's, and another id."""
        for number, other in references.items():
            taught(resolving, stated([PROPERTIES, (10_000 + number, 1)], (number, other, 0)))
        message = heard(resolving, referring(asked, asked), referring(asked))
        text = ", ".join(map(str, circle))
        assert message["problems"] == [
            {
                "code": "circular_properties",
                "message": f"common properties that refer to themselves, or to one another in a circle: {text}",
                "offset": 0,
                "ids": circle,
            }
        ]
        assert [_gain(flow) for flow in message["flows"]] == [{f"ie{10_000 + each}": "00" for each in expected}] * 3

    @pytest.mark.conformance("CPROP-7.2-02")
    def test_what_two_refer_to_is_no_circle(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROPERTIES, PROPERTIES], (1, 2, 3)), stated([PROPERTIES], (2, 4), (3, 4)))
        taught(resolving, stated([PROTOCOL], (4, 6)))
        assert gained(resolving, (1, 4), (4, 4)) == [{"protocolIdentifier": 6}] * 2

    @pytest.mark.fault("ST-22")
    def test_a_chain_of_a_thousand(self, resolving: Decoder) -> None:
        """Properties n refer to n + 1; 31 of them lead from 969 to 1000, the last."""
        taught(resolving, stated([PROPERTIES], *((each, each + 1) for each in range(1000))))
        taught(resolving, stated([PROTOCOL], (1000, 6)))
        assert gained(resolving, 969) == [{"protocolIdentifier": 6}]
        message = heard(resolving, referring(968, 969, 0))
        assert protocols(message) == [None, 6, None]
        assert message["problems"] == [
            {
                "code": "limit",
                "message": "a flow refers to more than 32 common properties: not all of them are given",
                "offset": 0,
                "limit": "common_properties",
            }
        ]

    @pytest.mark.fault("ST-22")
    def test_a_flow_that_refers_to_many(self, resolving: Decoder) -> None:
        """Properties 0 to 32 have one unknown element of IANA's each."""
        for number in range(33):
            taught(resolving, stated([(10_000 + number, 1)], (number, 0)))
        assert gained(resolving, tuple(range(32))) == [{f"ie{10_000 + each}": "00" for each in range(32)}]
        message = heard(resolving, referring(tuple(range(33))))
        assert [(each["code"], each["limit"]) for each in message["problems"]] == [("limit", "common_properties")]
        assert _gain(message["flows"][0]) == {f"ie{10_000 + each}": "00" for each in range(32)}
