"""What is remembered of a firewall's connections: events that are lost, late, repeated, of another connection."""

from __future__ import annotations

import copy
import itertools
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import UsageError, WrongType
from netflowparse.flows import NselConnections, nsel_rows, split_biflow
from tests.flows.events import CREATED, DELETED, DENIED, LIFE, UPDATED, event, totals


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


def test_what_spoke_last_is_forgotten_last() -> None:
    connections = NselConnections(limit=2)
    for time, number in enumerate((1, 2, 1, 3)):
        nsel_rows([event(UPDATED, 10, 10, time=time, flowId=number)], connections)
    assert totals(nsel_rows([event(DELETED, 25, 20, time=9, flowId=1)], connections)) == (5, 0)


def test_what_was_over_last_is_forgotten_last() -> None:
    connections = NselConnections(limit=2)
    for time, number in enumerate((1, 2, 1, 3)):
        nsel_rows([event(DELETED, 10, 10, time=time, flowId=number)], connections)
    assert totals(nsel_rows([event(DELETED, 10, 10, time=2, flowId=1)], connections)) == (0, 0)
    assert totals(nsel_rows([event(DELETED, 10, 10, time=1, flowId=2)], connections)) == (10, 10)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_connections_pickle(protocol: int) -> None:
    connections = NselConnections(limit=9)
    nsel_rows([event(DELETED, 3, 4, time=5, flowId=8), *LIFE[:4]], connections)
    for restored in (pickle.loads(pickle.dumps(connections, protocol)), copy.deepcopy(connections)):
        assert (len(restored), restored.limit) == (2, 9)
        assert totals(nsel_rows([LIFE[3], LIFE[4]], restored)) == (0, 0)
        assert totals(nsel_rows([event(DELETED, 3, 4, time=5, flowId=8)], restored)) == (0, 0)


def initiator(*events: Any) -> int:
    """Octets of the initiator in the rows of events."""
    return totals(nsel_rows(events))[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("flowId", 8),
        ("protocolIdentifier", 17),
        ("sourceTransportPort", 55_183),
        ("destinationTransportPort", 3129),
        ("destinationIPv4Address", "10.1.78.6"),
        ("sourceIPv6Address", "2001:db8::1"),
        ("destinationIPv6Address", "2001:db8::2"),
    ],
)
def test_what_makes_a_connection(key: str, value: Any) -> None:
    """The teardown of another connection counts all of its totals."""
    rows = nsel_rows([event(UPDATED, 300, time=1), event(DELETED, 340, time=2, **{key: value})])
    assert [row["octetDeltaCount"] for row in rows if "octetDeltaCount" in row][::2] == [300, 340]


def test_a_number_that_a_record_has_twice() -> None:
    both = {"flowId": [7, 8]}
    assert initiator(event(UPDATED, 300, 0, time=1, **both), event(DELETED, 340, 0, time=2, **both)) == 340
    assert initiator(event(UPDATED, 300, 0, time=1, **both), event(DELETED, 340, 0, time=2)) == 640


def test_repeated_updates_count_once() -> None:
    first, second = event(UPDATED, 300, 7, time=2000), event(UPDATED, 31, 0, time=62_000)
    ended = event(DELETED, 340, 7, time=63_000)
    rows = nsel_rows([first, first, ended])
    assert [row["octetDeltaCount"] for row in rows] == [300, 7, 0, 40, 0]  # the repeated reverse row is empty
    assert totals(nsel_rows([first, second, first, second, ended])) == (340, 7)
    assert totals(nsel_rows([first, ended, first])) == (340, 7)


@pytest.mark.parametrize(
    ("other", "octets"),
    [
        (event(UPDATED, 300, 7, time=2001), 600),  # as much once more
        (event(UPDATED, 300, 8, time=2000), 600),
        (event(UPDATED, 300, 7, time=2000), 300),
    ],
)
def test_what_is_a_repeated_update(other: Any, octets: int) -> None:
    assert initiator(event(UPDATED, 300, 7, time=2000), other) == octets


def test_updates_that_do_not_say_when_are_never_repeated_ones() -> None:
    update = event(UPDATED, 300, 7)
    del update["observationTimeMilliseconds"]
    assert initiator(update, update) == 600
    assert initiator(update, update, event(DELETED, 640, 20)) == 640


def test_created_events_that_come_late() -> None:
    created, update, ended = (
        event(CREATED, time=1000),
        event(UPDATED, 300, 0, time=2000),
        event(DELETED, 340, 0, time=3000),
    )
    for order in itertools.permutations([created, update, ended]):
        assert initiator(*order) == 340
    assert initiator(update, event(CREATED, time=2000), ended) == 340
    assert initiator(update, event(UPDATED, 20, 0, time=900), created, ended) == 340


def test_created_events_tell_connections_apart() -> None:
    update, created = event(UPDATED, 100, 0, time=2000), event(CREATED, time=90_000)
    assert initiator(update, created, event(DELETED, 500, 0, time=99_000)) == 600  # the first teardown was lost
    # the first teardown comes late, and an update of it
    late = [event(UPDATED, 20, 0, time=3000), event(DELETED, 130, 0, time=4000)]
    assert initiator(update, created, *late, event(DELETED, 500, 0, time=99_000)) == 630
    assert initiator(update, created, late[1], late[0], event(DELETED, 500, 0, time=99_000)) == 630


def test_created_events_that_do_not_say_when() -> None:
    events = [event(UPDATED, 100, 0), event(CREATED), event(DELETED, 500, 0)]
    for each in events:
        del each["observationTimeMilliseconds"]
    assert initiator(*events) == 600


@pytest.mark.parametrize("kind", [DENIED, 4, 6])
def test_other_events_begin_no_connection(kind: int) -> None:
    assert initiator(event(UPDATED, 300, 0, time=1), event(kind, time=2), event(DELETED, 340, 0, time=3)) == 340


def test_late_updates_of_the_connection_before() -> None:
    before = [event(DELETED, 340, 0, time=3000), event(CREATED, time=4000), event(UPDATED, 10, 0, time=5000)]
    assert initiator(*before, event(UPDATED, 300, 0, time=2000), event(DELETED, 50, 0, time=6000)) == 390


def test_totals_that_are_less_than_the_updates_are_of_another_connection() -> None:
    """The teardown before was lost, and no created event told."""
    assert initiator(event(UPDATED, 100, 0, time=2000), event(DELETED, 50, 0, time=99_999)) == 150
    packets = event(DELETED, 120, 0, time=99_999, initiatorPackets=1, responderPackets=0)
    assert initiator(event(UPDATED, 100, 0, time=2000, initiatorPackets=2, responderPackets=0), packets) == 220


def test_a_clock_that_steps_back() -> None:
    """A connection has one teardown: other totals, or another time, are of another connection."""
    assert initiator(event(DELETED, 340, 0, time=3000), event(DELETED, 50, 0, time=2000)) == 390
    assert initiator(event(DELETED, 340, 0, time=3000), event(DELETED, 500, 0, time=2000)) == 840
    assert initiator(event(DELETED, 340, 0, time=3000), event(DELETED, 340, 0, time=2000)) == 680
    after = [event(UPDATED, 20, 0, time=1500), event(DELETED, 50, 0, time=2000)]
    assert initiator(event(DELETED, 340, 0, time=3000), *after) == 390


def test_the_start_of_a_flow_stands_for_the_time_of_an_event() -> None:
    """Old software has no 323."""
    events = [event(DELETED, 340, 0), event(UPDATED, 300, 0)]
    for each in events:
        del each["observationTimeMilliseconds"]
    assert initiator(*events) == 640  # nobody knows which was before
    assert initiator(*({**each, "flowStartMilliseconds": 1} for each in events)) == 340


def test_limits() -> None:
    with pytest.raises(UsageError, match="limit is 0, expected at least 1"):
        NselConnections(0)
    for limit in ("9", True):
        with pytest.raises(WrongType, match="expected int"):
            NselConnections(limit)  # type: ignore[arg-type]
    connections = NselConnections(2)
    with pytest.raises(AttributeError):
        connections.limit = "x"  # type: ignore[assignment,misc]
    assert connections.limit == 2


counts = st.tuples(st.integers(0, 1000), st.integers(0, 1000))


@st.composite
def lives(draw: st.DrawFn, start: int = 0) -> tuple[list[Any], tuple[int, int]]:
    """The events of a connection in any order, some of them twice; what it has counted.  Some updates are lost."""
    updates, lost = draw(st.lists(counts, min_size=1, max_size=4)), draw(counts)
    whole = sum(each for each, _ in updates) + lost[0], sum(each for _, each in updates) + lost[1]
    events = [event(UPDATED, *each, time=start + time) for time, each in enumerate(updates, start=1)]
    events += draw(st.lists(st.sampled_from([*events, event(DELETED, *whole, time=start + 99)]), max_size=4))
    events += draw(st.lists(st.just(event(CREATED, time=start)), max_size=2))
    return draw(st.permutations([*events, event(DELETED, *whole, time=start + 99)])), whole


@given(lives(), lives(start=1000), st.booleans())
def test_every_octet_once(first: Any, second: Any, in_one: bool) -> None:
    """Whatever was lost, late or repeated, and in whatever order it came; another connection has the same number."""
    events = [*first[0], *second[0]]
    whole = first[1][0] + second[1][0], first[1][1] + second[1][1]
    connections = NselConnections()
    lists = [events] if in_one else [[each] for each in events]
    rows = [row for each in lists for row in nsel_rows(each, connections)]
    assert totals(rows) == whole
    assert totals(again for row in rows for again in split_biflow(row)) == whole
