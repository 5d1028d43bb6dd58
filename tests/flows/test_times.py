"""Times of the reverse direction: worked out by hand from what a flow tells of them."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse.flows import split_biflow


def times_back(forward: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The times in the reverse row of a flow; the forward row has those that it had."""
    first, second = split_biflow({**forward, **told, "reverseOctetDeltaCount": 100})
    assert first == forward
    assert second.pop("octetDeltaCount") == 100
    return second


@pytest.mark.parametrize(
    ("forward", "told", "expected"),
    [
        # since the exporter's start, and the absolute time that goes with it
        ({"flowStartSysUpTime": 100, "flowStartMilliseconds": 5100}, {"reverseFlowStartSysUpTime": 130}, 5130),
        ({"flowStartSysUpTime": 2**32 - 10, "flowStartMilliseconds": 5000}, {"reverseFlowStartSysUpTime": 20}, 5030),
        ({"flowStartSysUpTime": 20, "flowStartMilliseconds": 5000}, {"reverseFlowStartSysUpTime": 2**32 - 10}, 4970),
        ({"flowStartSysUpTime": 100, "flowStartMilliseconds": 10}, {"reverseFlowStartSysUpTime": 20}, 0),
        ({"flowStartMilliseconds": 5000}, {"reverseFlowDeltaMilliseconds": 25}, 5025),
        ({"flowStartMilliseconds": 5000}, {"reverseFlowDeltaMicroseconds": 25_900}, 5025),
        ({"flowStartMilliseconds": 5000}, {"reverseFlowDeltaNanoseconds": 25_900_000}, 5025),
        ({"flowStartMilliseconds": 5000}, {"reverseFlowDeltaMilliseconds": None}, 5000),
        (
            {"flowStartMilliseconds": 5000},
            dict.fromkeys(
                (
                    "reverseFlowDeltaMilliseconds",
                    "reverseFlowDeltaMicroseconds",
                    "reverseFlowDeltaNanoseconds",
                ),
                -3,
            ),
            5000,
        ),
        # the same delay in two units is one
        (
            {"flowStartMilliseconds": 5000},
            {"reverseFlowDeltaMilliseconds": 25, "reverseFlowDeltaMicroseconds": 25_900},
            5025,
        ),
        (
            {"flowStartMilliseconds": 5000},
            {"reverseFlowDeltaMilliseconds": 25, "reverseFlowStartMilliseconds": 6000},
            6000,
        ),
        # a start that is told has the delay in it
        (
            {"flowStartSysUpTime": 100, "flowStartMilliseconds": 5100},
            {"reverseFlowStartSysUpTime": 130, "reverseFlowDeltaMilliseconds": 25},
            5130,
        ),
    ],
)
def test_starts_of_the_reverse_direction(forward: dict[str, int], told: dict[str, Any], expected: int) -> None:
    assert times_back(forward, told)["flowStartMilliseconds"] == expected


@pytest.mark.parametrize(
    ("key", "start", "delay", "expected"),
    [
        ("flowStartSeconds", 1000, {"reverseFlowDeltaMilliseconds": 2500}, 1002),
        ("flowStartMicroseconds", 1_000_000, {"reverseFlowDeltaMilliseconds": 3}, 1_003_000),
        ("flowStartNanoseconds", 1_000_000, {"reverseFlowDeltaMicroseconds": 3}, 1_003_000),
        ("flowStartNanoseconds", 1_000_000, {"reverseFlowDeltaNanoseconds": 7}, 1_000_007),
        ("flowStartSysUpTime", 2**32 - 10, {"reverseFlowDeltaMilliseconds": 25}, 15),
        ("flowStartDeltaMicroseconds", 900_000, {"reverseFlowDeltaMilliseconds": 400}, 500_000),  # before the export
        ("flowStartDeltaMicroseconds", 300_000, {"reverseFlowDeltaMilliseconds": 400}, 0),
    ],
)
def test_delays_in_the_unit_of_a_start(key: str, start: int, delay: dict[str, int], expected: int) -> None:
    assert times_back({key: start}, delay) == {key: expected}


@pytest.mark.parametrize(
    ("forward", "told", "expected"),
    [
        # ends that are told since the exporter's start
        (
            {"flowEndSysUpTime": 200, "flowEndMilliseconds": 5200},
            {"reverseFlowEndSysUpTime": 190},
            {"flowEndSysUpTime": 190, "flowEndMilliseconds": 5190},
        ),
        # absolute times that are told move the others
        (
            {"flowStartSysUpTime": 100, "flowStartMilliseconds": 5100},
            {"reverseFlowStartMilliseconds": 6000},
            {"flowStartSysUpTime": 1000, "flowStartMilliseconds": 6000},
        ),
        (
            {"flowStartSeconds": 5},
            {"reverseFlowStartMilliseconds": 9000},
            {"flowStartSeconds": 9, "flowStartMilliseconds": 9000},
        ),
        (
            {"flowStartDeltaMicroseconds": 900_000, "flowStartMilliseconds": 5100},
            {"reverseFlowStartMilliseconds": 5200},
            {"flowStartDeltaMicroseconds": 800_000, "flowStartMilliseconds": 5200},
        ),
        (
            {"flowStartDeltaMicroseconds": 900_000, "flowStartMilliseconds": 5100},
            {"reverseFlowStartDeltaMicroseconds": 700_000},
            {"flowStartDeltaMicroseconds": 700_000, "flowStartMilliseconds": 5300},
        ),
        # what cannot be told is missing
        ({"flowStartSysUpTime": 100}, {"reverseFlowStartMilliseconds": 6000}, {"flowStartMilliseconds": 6000}),
        (
            {"flowStartSysUpTime": None, "flowStartMilliseconds": 5000},
            {"reverseFlowStartSysUpTime": 1},
            {"flowStartSysUpTime": 1},
        ),
        (
            {"flowStartSysUpTime": 1, "flowStartMilliseconds": [1, 2]},
            {"reverseFlowStartSysUpTime": 3},
            {"flowStartSysUpTime": 3},
        ),
        ({"flowDurationMilliseconds": [1, 2]}, {"reverseFlowDeltaMilliseconds": 1}, {}),
        ({"flowDurationMilliseconds": 9}, {"reverseFlowStartMilliseconds": 6000}, {"flowStartMilliseconds": 6000}),
    ],
)
def test_times_follow_one_that_is_told(forward: dict[str, Any], told: dict[str, Any], expected: dict[str, Any]) -> None:
    assert times_back(forward, told) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, (1000, 2000, 1000)),
        ({"reverseFlowDeltaMilliseconds": 400}, (1400, 2000, 600)),
        ({"reverseFlowEndMilliseconds": 1900}, (1000, 1900, 900)),
        ({"reverseFlowStartMilliseconds": 1100, "reverseFlowEndMilliseconds": 1900}, (1100, 1900, 800)),
        ({"reverseFlowDeltaMilliseconds": 400, "reverseFlowDurationMilliseconds": 5}, (1400, 2000, 5)),
        ({"reverseFlowDurationMicroseconds": 5900}, (1000, 2000, 5)),
        # no flow ends before it starts: what is told stays
        ({"reverseFlowDeltaMilliseconds": 1400}, (2400, 2400, 0)),
        ({"reverseFlowStartMilliseconds": 2100}, (2100, 2100, 0)),
        ({"reverseFlowEndMilliseconds": 900}, (900, 900, 0)),
        ({"reverseFlowStartMilliseconds": 5, "reverseFlowEndMilliseconds": 4}, (5, 4, 0)),
    ],
)
def test_start_end_and_duration(told: dict[str, int], expected: tuple[int, int, int]) -> None:
    forward = {"flowStartMilliseconds": 1000, "flowEndMilliseconds": 2000, "flowDurationMilliseconds": 1000}
    row = times_back(forward, told)
    keys = ("flowStartMilliseconds", "flowEndMilliseconds", "flowDurationMilliseconds")
    assert tuple(row[key] for key in keys) == expected


def test_the_order_of_sys_up_times_that_turn_over() -> None:
    forward = {"flowStartSysUpTime": 2**32 - 30, "flowEndSysUpTime": 20}
    assert times_back(forward, {"reverseFlowDeltaMilliseconds": 40}) == {
        "flowStartSysUpTime": 10,
        "flowEndSysUpTime": 20,
    }
    assert times_back(forward, {"reverseFlowDeltaMilliseconds": 60}) == {
        "flowStartSysUpTime": 30,
        "flowEndSysUpTime": 30,
    }


def test_the_order_of_times_before_the_export() -> None:
    forward = {"flowStartDeltaMicroseconds": 900_000, "flowEndDeltaMicroseconds": 700_000}
    row = times_back(forward, {"reverseFlowDeltaMilliseconds": 400})
    assert row == {"flowStartDeltaMicroseconds": 500_000, "flowEndDeltaMicroseconds": 500_000}
