"""A firewall's events as rows: every octet once, whatever order the events come in."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from netflowparse import Decoder, UsageError, WrongType
from netflowparse.flows import NselConnections, nsel_rows, split_biflow
from netflowparse.names import rename
from tests.capture_reader import read_datagrams
from tests.flows.events import ALERT, ANSWERED, CONNECTION, CREATED, DELETED, DENIED, LIFE, UPDATED, event, totals


def test_updates_and_teardown_of_a_connection() -> None:
    before = copy.deepcopy(LIFE)
    rows = nsel_rows(LIFE)
    assert before == LIFE
    assert rows == [
        {**CONNECTION, "firewallEvent": 1, "observationTimeMilliseconds": 1000},
        {**CONNECTION, "firewallEvent": 5, "observationTimeMilliseconds": 2000, "octetDeltaCount": 2557},
        {**ANSWERED, "firewallEvent": 5, "observationTimeMilliseconds": 2000, "octetDeltaCount": 1117},
        {**CONNECTION, "firewallEvent": 5, "observationTimeMilliseconds": 62_000, "octetDeltaCount": 31},
        {**CONNECTION, "firewallEvent": 5, "observationTimeMilliseconds": 90_000, "octetDeltaCount": 12},
        {**ANSWERED, "firewallEvent": 5, "observationTimeMilliseconds": 90_000, "octetDeltaCount": 40},
        {**CONNECTION, "firewallEvent": 2, "observationTimeMilliseconds": 90_000}
        | {"octetTotalCount": 2600, "octetDeltaCount": 0},
        {**ANSWERED, "firewallEvent": 2, "observationTimeMilliseconds": 90_000}
        | {"octetTotalCount": 1157, "octetDeltaCount": 0},
    ]


@pytest.mark.parametrize("count", ["remainder", "updates", "teardowns"])
def test_each_choice_counts_once(count: Any) -> None:
    assert totals(nsel_rows(LIFE, count=count)) == (2600, 1157)


def test_a_connection_that_ended_before_its_first_update() -> None:
    life = [event(CREATED), event(DELETED, 81, 763)]
    assert totals(nsel_rows(life)) == (81, 763)
    assert totals(nsel_rows(life, count="teardowns")) == (81, 763)
    assert totals(nsel_rows(life, count="updates")) == (0, 0)
    said = {"firewallEvent": 2, "observationTimeMilliseconds": 0}
    assert nsel_rows(life, count="updates")[1:] == [
        {**CONNECTION, **said, "octetTotalCount": 81, "octetDeltaCount": 0},
        {**ANSWERED, **said, "octetTotalCount": 763, "octetDeltaCount": 0},
    ]


def test_updates_that_do_not_count_are_one_row() -> None:
    row = {**CONNECTION, "firewallEvent": 5, "observationTimeMilliseconds": 2000, "octetDeltaCount": 0}
    assert nsel_rows(LIFE[1:2], count="teardowns") == [row]
    flow = {**LIFE[1], "initiatorPackets": 3, "responderPackets": 2, "octetTotalCount": 3674}
    assert nsel_rows([flow], count="teardowns") == [{**row, "packetDeltaCount": 0}]


@pytest.mark.parametrize("count", ["remainder", "updates", "teardowns"])
def test_rows_that_pass_again_stay_as_they_are(count: Any) -> None:
    half = event(UPDATED, responderOctets=5)
    rows = nsel_rows([*LIFE, half, event(DELETED, octetTotalCount=56), event(DENIED)], count=count)
    for again in ("remainder", "updates", "teardowns"):
        assert nsel_rows(rows, count=again) == rows  # type: ignore[arg-type]
    assert [row for each in rows for row in split_biflow(each)] == rows


@pytest.mark.parametrize("count", ["remainder", "updates", "teardowns"])
def test_octets_are_counted_once_under_the_names_of_others_too(count: Any) -> None:
    """Of Elastic's names source.bytes is octetDeltaCount, or octetTotalCount where that is all."""
    renamed = [rename(row, "ecs", dotted=True) for row in nsel_rows(LIFE, count=count)]
    assert sum(row.get("source.bytes", 0) for row in renamed) == 2600 + 1157
    assert not any("destination.bytes" in row for row in renamed)


def test_the_source_is_not_always_the_initiator() -> None:
    life = [event(UPDATED, 300, 9, time=1), event(DELETED, 340, 10, time=2)]
    rows = nsel_rows([{**each, "biflowDirection": 2} for each in life])
    assert [(row["biflowDirection"], row["octetDeltaCount"], row.get("octetTotalCount")) for row in rows] == [
        *((2, 9, None), (1, 300, None)),
        *((2, 1, 10), (1, 40, 340)),
    ]
    assert [row["sourceIPv4Address"] for row in rows] == ["10.0.50.10", "10.1.78.5"] * 2


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ({"initiatorOctets": 340}, [{"octetDeltaCount": 340, "octetTotalCount": 340}]),
        ({"responderOctets": 9}, [{}, {"octetDeltaCount": 9, "octetTotalCount": 9}]),
        (
            {"initiatorOctets": 340, "responderPackets": 2},
            [{"octetDeltaCount": 340, "octetTotalCount": 340}, {"packetDeltaCount": 2, "packetTotalCount": 2}],
        ),
    ],
)
def test_half_of_the_counters_is_half_of_the_rows(counted: dict[str, int], expected: list[dict[str, int]]) -> None:
    ends = ({**CONNECTION}, {**ANSWERED})
    said = {"firewallEvent": 2, "observationTimeMilliseconds": 0}
    rows = nsel_rows([event(DELETED, **counted)])
    assert rows == [{**end, **said, **row} for end, row in zip(ends, expected, strict=False)]
    update = nsel_rows([event(UPDATED, **counted)])
    deltas = [{key: value for key, value in row.items() if "Delta" in key} for row in expected]
    said = {"firewallEvent": 5, "observationTimeMilliseconds": 0}
    assert update == [{**end, **said, **row} for end, row in zip(ends, deltas, strict=False)]


def test_packets_are_counted_alike() -> None:
    life = [
        event(UPDATED, 100, 50, initiatorPackets=3, responderPackets=2),
        event(DELETED, 150, 60, initiatorPackets=4, responderPackets=2),
    ]
    rows = nsel_rows(life)
    assert [(row["octetDeltaCount"], row["packetDeltaCount"]) for row in rows] == [(100, 3), (50, 2), (50, 1), (10, 0)]
    assert [row.get("packetTotalCount") for row in rows] == [None, None, 4, 2]


@pytest.mark.parametrize("kind", [0, CREATED, DENIED, ALERT, 6])
def test_other_events_count_nothing(kind: int) -> None:
    flow = event(kind)
    (row,) = nsel_rows([flow])
    assert row == flow
    assert row is not flow


def test_a_denied_flow_has_no_octets() -> None:
    (row,) = nsel_rows([event(DENIED, FW_EXT_EVENT=1001)])
    assert not {"octetDeltaCount", "octetTotalCount", "initiatorOctets"} & row.keys()


@pytest.mark.parametrize(
    "flow",
    [
        {"octetDeltaCount": 363, "packetDeltaCount": 3, "firewallEvent": 2},  # Palo Alto
        {"octetDeltaCount": 363, "octetTotalCount": 400, "firewallEvent": 2},
        {"octetDeltaCount": 1, "reverseOctetDeltaCount": 2},
        {"octetTotalCount": 1, "reverseOctetTotalCount": 2, "firewallEvent": 2},
        {"firewallEvent": None, "initiatorOctets": 1, "responderOctets": 2},
        {"firewallEvent": [2, 2], "initiatorOctets": 1, "responderOctets": 2},
        {},
    ],
)
def test_what_is_no_such_event_is_left_alone(flow: dict[str, Any]) -> None:
    assert nsel_rows([flow]) == [flow]


@pytest.mark.parametrize("count", ["remainder", "teardowns"])
def test_the_one_total_of_old_software(count: Any) -> None:
    flow = event(DELETED, octetTotalCount=56)
    assert nsel_rows([flow], count=count) == [{**flow, "octetDeltaCount": 56}]
    assert nsel_rows([flow], count="updates") == [{**flow, "octetDeltaCount": 0}]
    packets = {**flow, "packetTotalCount": 3}
    assert nsel_rows([packets], count=count) == [{**packets, "octetDeltaCount": 56, "packetDeltaCount": 3}]


def test_the_one_total_of_old_software_counts_once() -> None:
    flow = event(DELETED, octetTotalCount=56, time=5)
    other = event(DELETED, octetTotalCount=60, time=9)
    assert [row["octetDeltaCount"] for row in nsel_rows([flow, flow, other])] == [56, 0, 60]


def test_a_total_of_both_directions_beside_each() -> None:
    life = [event(UPDATED, 300, 9, time=1, octetTotalCount=309), event(DELETED, 340, 9, time=2, octetTotalCount=349)]
    rows = nsel_rows(life)
    assert totals(rows) == (340, 9)
    assert [row.get("octetTotalCount") for row in rows] == [None, None, 340, 9]


def test_a_total_of_octets_beside_packets_of_each_end() -> None:
    flow = event(DELETED, octetTotalCount=349, initiatorPackets=4, responderPackets=2)
    said = {"firewallEvent": 2, "observationTimeMilliseconds": 0}
    assert nsel_rows([flow]) == [
        {**CONNECTION, **said, "octetTotalCount": 349, "octetDeltaCount": 349}
        | {"packetTotalCount": 4, "packetDeltaCount": 4},
        {**ANSWERED, **said, "packetTotalCount": 2, "packetDeltaCount": 2},
    ]


def test_directions_without_packets() -> None:
    assert len(nsel_rows([event(UPDATED, 5, 0)])) == 1
    assert len(nsel_rows([event(UPDATED, 5, 0), event(DELETED, 5, 0)], keep_empty=True)) == 4


@pytest.mark.parametrize("value", [None, "0102", [1, 2]])
def test_counters_that_are_no_numbers_are_left_as_they_are(value: Any) -> None:
    rows = nsel_rows([event(UPDATED, 5, value), event(DELETED, 6, value)])
    assert [row["octetDeltaCount"] for row in rows] == [5, value, 1, value]


def test_misuse_is_refused() -> None:
    with pytest.raises(UsageError, match="count is 'all', expected one of remainder, updates, teardowns"):
        nsel_rows([], count="all")  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="connections is dict, expected NselConnections"):
        nsel_rows([], {})  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="flow is str, expected a dict"):
        nsel_rows(["flow"])  # type: ignore[list-item]
    with pytest.raises(WrongType, match="exporter is list, which is unhashable"):
        nsel_rows([], exporter=[])  # type: ignore[arg-type]
    for flows in (None, 5):
        with pytest.raises(WrongType, match=f"flows is {type(flows).__name__}, expected an iterable of dicts"):
            nsel_rows(flows)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", ["flow", {5: 1}])
def test_nothing_is_noted_of_a_list_with_a_bad_flow(bad: Any) -> None:
    connections = NselConnections()
    with pytest.raises(WrongType):
        nsel_rows([event(UPDATED, 300, 0), bad], connections)
    assert len(connections) == 0


def test_a_recorded_firewall(shared_captures: Path, decoder: Decoder) -> None:
    """An ASA that sends an update with the same octets before each teardown but one: eight connections.

    Their teardowns say 81, 81, 81, 81, 69, 69, 75 and 69 octets of the initiator, and 763, 6207, 9075, 5536, 14179,
    14178, 881 and 14178 of the responder; the one without an update is the first.
    """
    path = shared_captures / "logstash-codec-netflow" / "ls-v9-cisco-asa2.pcap"
    flows = [flow for datagram in read_datagrams(path) for flow in decoder.decode(datagram, "asa")["flows"]]
    assert [flow["firewallEvent"] for flow in flows].count(DELETED) == 8
    expected: list[tuple[Any, int, int]] = [
        ("remainder", 606, 64_997),
        ("teardowns", 606, 64_997),
        ("updates", 606 - 81, 64_997 - 763),
    ]
    for count, initiator, responder in expected:
        rows = [row for row in nsel_rows(flows, count=count) if "octetDeltaCount" in row]
        assert sum(row["octetDeltaCount"] for row in rows if row["destinationTransportPort"] == 80) == initiator
        assert sum(row["octetDeltaCount"] for row in rows if row["sourceTransportPort"] == 80) == responder


def test_a_recorded_firewall_of_old_software(shared_captures: Path, decoder: Decoder) -> None:
    path = shared_captures / "logstash-codec-netflow" / "ls-v9-cisco-asa1.pcap"
    flows = [flow for datagram in read_datagrams(path) for flow in decoder.decode(datagram, "asa")["flows"]]
    assert {flow["firewallEvent"] for flow in flows} == {DELETED}
    rows = nsel_rows(flows)
    assert [row["octetDeltaCount"] for row in rows] == [56] * 9 + [160] + [56] * 4
