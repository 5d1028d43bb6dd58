"""A firewall's events as rows: every octet once, whatever order the events come in."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, UsageError, WrongType
from netflowparse.flows import NselConnections, nsel_rows, split_biflow
from tests.capture_reader import read_datagrams

CREATED, DELETED, DENIED, ALERT, UPDATED = 1, 2, 3, 4, 5
CONNECTION = {
    "flowId": 7,
    "sourceIPv4Address": "10.0.50.10",
    "sourceTransportPort": 55182,
    "ingressInterface": 2,
    "destinationIPv4Address": "10.1.78.5",
    "destinationTransportPort": 3128,
    "egressInterface": 3,
    "protocolIdentifier": 6,
    "postNATSourceIPv4Address": "203.0.113.1",
    "postNATDestinationIPv4Address": "10.1.78.5",
}
ANSWERED = {
    "flowId": 7,
    "sourceIPv4Address": "10.1.78.5",
    "sourceTransportPort": 3128,
    "ingressInterface": 3,
    "destinationIPv4Address": "10.0.50.10",
    "destinationTransportPort": 55182,
    "egressInterface": 2,
    "protocolIdentifier": 6,
    "postNATSourceIPv4Address": "10.1.78.5",
    "postNATDestinationIPv4Address": "203.0.113.1",
}


def event(kind: int, initiator: int | None = None, responder: int | None = None, time: int = 0, **more: Any) -> Any:
    """An event of the connection at *time*, ms since 1970."""
    counted = {} if initiator is None else {"initiatorOctets": initiator, "responderOctets": responder}
    return {**CONNECTION, "firewallEvent": kind, "observationTimeMilliseconds": time, **counted, **more}


def totals(rows: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Octets of the connection's two directions."""
    sums = {"10.0.50.10": 0, "10.1.78.5": 0}
    for row in rows:
        sums[row["sourceIPv4Address"]] += row.get("octetDeltaCount", 0)
    return sums["10.0.50.10"], sums["10.1.78.5"]


#: A connection with updates, the last of them at its end
LIFE = [
    event(CREATED, time=1000),
    event(UPDATED, 2557, 1117, time=2000),
    event(UPDATED, 31, 0, time=62_000),
    event(UPDATED, 12, 40, time=90_000),
    event(DELETED, 2600, 1157, time=90_000),
]


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
    assert nsel_rows(life, count="updates")[1:] == [
        {**CONNECTION, "firewallEvent": 2, "observationTimeMilliseconds": 0, "octetTotalCount": 81},
        {**ANSWERED, "firewallEvent": 2, "observationTimeMilliseconds": 0, "octetTotalCount": 763},
    ]


def test_updates_that_do_not_count_are_one_row() -> None:
    row = {**CONNECTION, "firewallEvent": 5, "observationTimeMilliseconds": 2000}
    assert nsel_rows(LIFE[1:2], count="teardowns") == [row]


def test_an_update_that_was_lost_comes_with_the_teardown() -> None:
    rows = nsel_rows([LIFE[0], LIFE[1], LIFE[4]])
    assert totals(rows) == (2600, 1157)
    assert rows[-2]["octetDeltaCount"] == 43


@pytest.mark.parametrize("order", list(itertools.permutations(range(1, 5))))
def test_events_in_any_order(order: tuple[int, ...]) -> None:
    """A teardown may come before updates; what it has counted these do not count again."""
    assert totals(nsel_rows([LIFE[index] for index in order])) == (2600, 1157)


def test_events_in_many_lists_and_of_many_exporters() -> None:
    connections = NselConnections()
    rows = [
        (exporter, row)
        for flow in LIFE
        for exporter in ("r1", "r2")
        for row in nsel_rows([flow], connections, exporter=exporter)
    ]
    for exporter in ("r1", "r2"):
        assert totals(row for whose, row in rows if whose == exporter) == (2600, 1157)
    assert len(connections) == 2
    assert repr(connections) == "<NselConnections: 2 of at most 100000>"


def test_a_number_that_is_used_again() -> None:
    """After the teardown, with a created event or without one."""
    again = [event(UPDATED, 5, 6, time=95_000), event(DELETED, 7, 8, time=99_000)]
    assert totals(nsel_rows([*LIFE, *again])) == (2607, 1165)
    created = event(CREATED, time=90_000)
    same_time = [event(UPDATED, 5, 6, time=90_000), event(DELETED, 7, 8, time=90_000)]
    assert totals(nsel_rows([*LIFE, created, *same_time])) == (2607, 1165)


def test_a_teardown_that_comes_twice() -> None:
    assert totals(nsel_rows([*LIFE, LIFE[4]])) == (2600, 1157)
    assert totals(nsel_rows([LIFE[4], LIFE[4]])) == (2600, 1157)


def test_events_that_do_not_say_when() -> None:
    """Whether the second is the first once more cannot be told: nothing is lost."""
    ended = event(DELETED, 5, 6)
    del ended["observationTimeMilliseconds"]
    assert totals(nsel_rows([ended, ended])) == (10, 12)


def test_totals_that_turned_over_count_nothing() -> None:
    life = [event(UPDATED, 2**32 - 1, 1), event(UPDATED, 10, 1), event(DELETED, 9, 2)]
    assert totals(nsel_rows(life)) == (2**32 + 9, 2)


def test_packets_are_counted_alike() -> None:
    life = [
        event(UPDATED, 100, 50, initiatorPackets=3, responderPackets=2),
        event(DELETED, 150, 60, initiatorPackets=4, responderPackets=2),
    ]
    rows = nsel_rows(life)
    assert [(row["octetDeltaCount"], row["packetDeltaCount"]) for row in rows] == [(100, 3), (50, 2), (50, 1), (10, 0)]
    assert [row.get("packetTotalCount") for row in rows] == [None, None, 4, 2]


def test_what_is_over_is_forgotten_first() -> None:
    connections = NselConnections(limit=2)
    for number in (1, 2):
        nsel_rows([event(UPDATED, 10, 10, flowId=number)], connections)
    nsel_rows([event(DELETED, 10, 10, flowId=2)], connections)
    nsel_rows([event(UPDATED, 10, 10, flowId=3)], connections)
    assert len(connections) == 2
    assert totals(nsel_rows([event(DELETED, 15, 10, flowId=1)], connections)) == (5, 0)
    for number in (4, 5, 6):  # 3 was silent for longest
        nsel_rows([event(UPDATED, 10, 10, flowId=number)], connections)
    assert totals(nsel_rows([event(DELETED, 15, 10, flowId=3)], connections)) == (15, 10)


def test_connections_pickle() -> None:
    connections = NselConnections()
    nsel_rows(LIFE[:4], connections)
    restored = pickle.loads(pickle.dumps(connections))
    assert totals(nsel_rows(LIFE[4:], restored)) == (0, 0)


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
    assert nsel_rows([flow], count="updates") == [flow]


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
    with pytest.raises(UsageError, match="limit is 0, expected at least 1"):
        NselConnections(0)
    with pytest.raises(WrongType, match="limit is str, expected int"):
        NselConnections("9")  # type: ignore[arg-type]


counts = st.tuples(st.integers(0, 1000), st.integers(0, 1000))


@given(st.lists(counts, min_size=1, max_size=6), counts, st.integers(0, 6), st.booleans())
def test_every_octet_once(updates: list[tuple[int, int]], lost: tuple[int, int], late: int, in_one: bool) -> None:
    """Whatever was lost, and wherever among the updates the teardown came."""
    whole = (sum(each for each, _ in updates) + lost[0], sum(each for _, each in updates) + lost[1])
    events = [event(UPDATED, *each, time=time) for time, each in enumerate(updates)]
    events.insert(late, event(DELETED, *whole, time=99))
    connections = NselConnections()
    lists = [events] if in_one else [[each] for each in events]
    rows = [row for each in lists for row in nsel_rows(each, connections)]
    assert totals(rows) == whole
    assert totals(again for row in rows for again in split_biflow(row)) == whole


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
