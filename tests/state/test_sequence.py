"""Sequence numbers: loss, order, repeats, wraps and restarts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.state.losses import GAPS, LATE_WINDOW
from netflowparse.state.sequence import BELIEVABLE, SequenceTracker

WRAP = 2**32


def events(*numbers: int, units: int = 1) -> list[tuple[int | None, int | None, str]]:
    """(expected, missing, event) of datagrams with these numbers."""
    tracker = SequenceTracker()
    return [tuple(tracker.observe(number, units).values()) for number in numbers]


@pytest.mark.fault("ST-10")
@pytest.mark.conformance("IPFIX-3.1-03", "IPFIX-10.3.2-01", "NF9-5.1-02", "NF5-3-03")
def test_order_loss_and_wrap() -> None:
    assert events(10, 15, 25, 30, units=5) == [
        (None, 0, "first"),
        (15, 0, "in_order"),
        (20, 5, "gap"),
        (30, 0, "in_order"),
    ]
    assert events(2**32 - 2, 1, 5, units=3) == [(None, 0, "first"), (1, 0, "in_order"), (4, 1, "gap")]
    assert events(2**32 - 2, 2**32 - 1, 0, 2) == [
        (None, 0, "first"),
        (2**32 - 1, 0, "in_order"),
        (0, 0, "in_order"),
        (1, 1, "gap"),
    ]


def names(*numbers: int) -> list[str]:
    """The events of datagrams with these numbers."""
    return [event for _, _, event in events(*numbers)]


@pytest.mark.fault("ST-11")
def test_late_and_repeated_datagrams_hide_no_gap() -> None:
    assert names(1, 2, 2, 5, 3, 6) == ["first", "in_order", "duplicate", "gap", "reordered", "in_order"]
    assert names(1, 3, 4, 5, 6, 7, 2, 7, 2, 8)[6:] == ["reordered", "duplicate", "duplicate", "in_order"]


@pytest.mark.fault("ST-11")
def test_half_the_range_ahead_is_undecided_until_others_follow() -> None:
    far = 7 + 2**31
    assert events(7, far, 8) == [(None, 0, "first"), (8, None, "uncertain"), (8, 0, "in_order")]
    assert names(7, far, far + 1, far + 2, far + 3)[1:] == ["uncertain", "reordered", "restart", "in_order"]


def test_late_datagrams_in_a_row_are_no_restart() -> None:
    assert events(100, 104, 101, 102, 103, 105) == [
        (None, 0, "first"),
        (101, 3, "gap"),
        *[(105, 0, "reordered")] * 3,
        (105, 0, "in_order"),
    ]


def test_restart() -> None:
    assert names(1000, 1001, 0, 1, 2, 3) == ["first", "in_order", "reordered", "reordered", "restart", "in_order"]


def test_a_replay_of_old_datagrams_does_not_last() -> None:
    assert names(1000, 1001, 7, 8, 9, 1002, 1003) == [
        *("first", "in_order", "reordered", "reordered", "restart", "in_order", "in_order")
    ]


@pytest.mark.fault("ST-12")
@pytest.mark.conformance("IPFIX-11.6-02")
def test_a_forged_number_does_not_lead_away() -> None:
    far = 102 + 10**9
    assert events(100, 101, 102, far, 103, 104) == [
        (None, 0, "first"),
        (101, 0, "in_order"),
        (102, 0, "in_order"),
        (103, None, "uncertain"),
        (103, 0, "in_order"),
        (104, 0, "in_order"),
    ]


def test_a_forged_number_that_could_be_a_gap_leads_back() -> None:
    assert events(100, 101, 102, 10**6, 103, 104)[3:] == [
        (103, 10**6 - 103, "gap"),
        (103, 0, "in_order"),
        (104, 0, "in_order"),
    ]


def test_a_small_forged_jump_blinds_for_a_while_only() -> None:
    found = names(100, 101, 60_000, *range(102, 200))
    assert found[2] == "gap"
    assert found[3:] == ["reordered"] * 31 + ["restart"] + ["in_order"] * 66


def test_a_restart_from_beyond_the_half() -> None:
    assert events(3 * 10**9, 3 * 10**9 + 1, 0, 1, 2, 3)[2:] == [
        (3 * 10**9 + 2, None, "uncertain"),
        (3 * 10**9 + 2, None, "uncertain"),
        (3 * 10**9 + 2, 0, "restart"),
        (3, 0, "in_order"),
    ]


def test_a_restart_with_losses() -> None:
    found = names(10**6, *range(0, 300, 3))
    assert found[1:34] == ["reordered"] * 31 + ["restart", "gap"]


def test_late_datagrams_of_two_gaps() -> None:
    assert names(9, 13, 15, 10, 11, 12, 14, 16) == ["first", "gap", "gap", *["reordered"] * 4, "in_order"]


def test_a_restart_inside_an_old_gap() -> None:
    found = names(0, 1000, *range(1001, 80_000), *range(100, 200))
    assert "restart" in found[80_000 - 1000 + 1 :][:33]


def test_duplicates_are_no_restart() -> None:
    tracker = SequenceTracker()
    found = [tracker.observe(7, units)["event"] for units in (3, 3, 3, 3, 3)]
    assert found == ["first", "duplicate", "duplicate", "duplicate", "duplicate"]


@pytest.mark.fault("ST-13")
def test_uncounted_records_make_the_next_number_uncertain() -> None:
    tracker = SequenceTracker()
    assert tracker.observe(5, 1, certain=False) == {"expected": None, "missing": 0, "event": "first"}
    assert tracker.observe(30, 2) == {"expected": 6, "missing": None, "event": "uncertain"}
    assert tracker.observe(32, 2) == {"expected": 32, "missing": 0, "event": "in_order"}
    assert totals(tracker) == (0, 0, 0, 0, 0)


def tracked(*datagrams: tuple[int, int] | tuple[int, int, int | None]) -> tuple[SequenceTracker, list[str]]:
    """The tracker of datagrams with these numbers, units and times, and the events."""
    tracker = SequenceTracker()
    return tracker, [
        tracker.observe(number, units, time=time[0] if time else None)["event"] for number, units, *time in datagrams
    ]


def totals(tracker: SequenceTracker) -> tuple[int, int, int, int, int]:
    """What a tracker has counted."""
    return tracker.totals


@pytest.mark.fault("ST-11")
def test_late_datagrams_are_no_longer_lost_and_repeats_are_told_from_them() -> None:
    """Units 10 to 29 are missing; 15 to 19 come, and come again; so does what was never missing."""
    tracker, found = tracked((0, 10), (30, 5), (15, 5), (15, 5), (0, 10), (30, 5), (20, 10), (10, 5), (12, 3))
    assert found == [
        "first",
        "gap",
        *("reordered", "duplicate", "duplicate", "duplicate"),
        *["reordered"] * 2,
        "duplicate",
    ]
    assert totals(tracker) == (0, 1, 3, 4, 0)


def test_late_datagrams_fill_across_the_wrap() -> None:
    tracker, found = tracked((WRAP - 10, 5), (6, 4), (WRAP - 2, 5), (WRAP - 10, 5), (WRAP - 2, 5))
    assert found == ["first", "gap", "reordered", "duplicate", "duplicate"]
    assert totals(tracker) == (11 - 5, 1, 1, 2, 0)


@pytest.mark.fault("ST-10")
def test_gaps_do_not_come_back_when_the_numbers_do() -> None:
    """Numbers 10 to 19 are missing on the first round, not on the second."""
    tracker, found = tracked((0, 10), (20, 2**31), (2**31 + 20, 2**31), (20, 100), (15, 1))
    assert found == ["first", "gap", "in_order", "in_order", "duplicate"]
    assert totals(tracker) == (10, 1, 0, 1, 0)


@pytest.mark.parametrize(("late", "lost"), [(LATE_WINDOW, 9), (LATE_WINDOW + 1, 10)])
def test_the_window_of_late_datagrams(late: int, lost: int) -> None:
    """10 units are missing; one of them comes so many units behind."""
    tracker, _ = tracked((100, 10), (120, LATE_WINDOW - 5))
    assert tracker.observe(LATE_WINDOW + 115 - late, 1)["event"] == "reordered"
    assert tracker.totals.lost == lost


def test_before_the_first_number_nothing_is_known() -> None:
    tracker, found = tracked((100, 1), (90, 1), (90, 1), (99, 1), (101, 1))
    assert found == ["first", *["reordered"] * 3, "in_order"]
    assert totals(tracker) == (0, 0, 3, 0, 0)


def test_the_oldest_of_too_many_gaps_is_lost_for_good() -> None:
    """Each second unit is missing.  What comes from the gap that was displaced, or from before it, tells nothing."""
    tracker, _ = tracked(*[(number, 1) for number in range(0, 2 * GAPS + 4, 2)])
    assert tracker.totals.lost == GAPS + 1
    assert [tracker.observe(number, 1)["event"] for number in (1, 0, 3, 3)] == [*["reordered"] * 3, "duplicate"]
    assert tracker.totals.lost == GAPS


def test_units_that_are_not_counted_are_missing_but_not_lost() -> None:
    tracker, _ = tracked((0, 5))
    tracker.observe(5, 1, certain=False)
    assert tracker.observe(30, 5) == {"expected": 6, "missing": None, "event": "uncertain"}
    assert [tracker.observe(number, 5)["event"] for number in (10, 10, 5)] == ["reordered", "duplicate", "duplicate"]
    assert totals(tracker) == (0, 0, 1, 2, 0)


def test_without_units_nothing_is_repeated_and_nothing_moves() -> None:
    """IPFIX messages that hold templates alone; the number of the last but one tells of units that were lost before."""
    tracker, found = tracked((5, 3), (8, 0), (8, 0), (8, 2), (8, 0), (5, 0), *[(5, 0)] * 40, (13, 0), (13, 1))
    assert found == [
        *("first", "in_order", "in_order", "in_order", "reordered", "reordered"),
        *["reordered"] * 40,
        *("gap", "in_order"),
    ]
    assert totals(tracker) == (3, 1, 42, 0, 0)
    assert tracker.observe(10, 0)["event"] == "reordered"
    assert tracker.observe(10, 3)["event"] == "reordered"
    assert tracker.totals.lost == 0


@pytest.mark.fault("ST-12")
def test_what_a_forged_jump_counted_as_lost_comes_off_again() -> None:
    """The gap from before the jump, too, is still open."""
    tracker, found = tracked((0, 1), (4, 1), (10**6, 1), (5, 1), (2, 1), (0, 1))
    assert found == ["first", "gap", "gap", "in_order", "reordered", "duplicate"]
    assert totals(tracker) == (2, 2, 1, 1, 0)


@pytest.mark.parametrize(
    ("ahead", "event", "lost"), [(BELIEVABLE - 1, "gap", BELIEVABLE - 1), (BELIEVABLE, "uncertain", 0)]
)
def test_what_is_believed(ahead: int, event: str, lost: int) -> None:
    tracker, found = tracked((7, 1), (8 + ahead, 1))
    assert found == ["first", event]
    assert tracker.totals.lost == lost


@pytest.mark.fault("ST-16")
@pytest.mark.parametrize("number", [0, 95, 100, 500, 3 * 10**9])
def test_a_restart_that_the_caller_sees(number: int) -> None:
    """Before what came, repeated, latest, ahead, far ahead: at once, and nothing is lost between."""
    tracker, _ = tracked((90, 5), (95, 1), (98, 3))
    assert tracker.observe(number, 4, restarted=True) == {"expected": 101, "missing": 0, "event": "restart"}
    assert tracker.observe(number + 4, 4)["event"] == "in_order"
    assert totals(tracker) == (2, 1, 0, 0, 1)


def test_a_restart_that_may_be_a_late_datagram() -> None:
    """A late datagram is from before too: the number counts."""
    tracker, _ = tracked((90, 5), (98, 3))
    assert tracker.observe(101, 1, restarted=True)["event"] == "in_order"
    assert tracker.observe(95, 2, restarted=True)["event"] == "reordered"
    assert totals(tracker) == (1, 1, 1, 0, 0)


def test_repeats_are_no_restart_unless_their_time_is_newer() -> None:
    """Numbers 0 to 4, then 0 to 3 again."""
    sent = [(number, 1, 50) for number in range(5)]
    for again, events, counted in [
        (None, ["duplicate"] * 4, (0, 0, 0, 4, 0)),
        (49, ["duplicate"] * 4, (0, 0, 0, 4, 0)),
        (50, ["duplicate"] * 4, (0, 0, 0, 4, 0)),
        (51, ["reordered", "reordered", "restart", "in_order"], (0, 0, 2, 0, 1)),
    ]:
        tracker, found = tracked(*sent, *[(number, 1, again) for number in range(4)])
        assert (found[5:], totals(tracker)) == (events, counted)


@pytest.mark.fault("ST-09")
def test_times_wrap() -> None:
    sent = [(number, 1, WRAP - 1) for number in range(5)]
    assert tracked(*sent, *[(number, 1, 5) for number in range(3)])[1][5:] == ["reordered", "reordered", "restart"]
    again = [(number, 1, 5) for number in range(5, 9)]
    assert tracked(*sent, *again, (6, 1, 5), (3, 1, WRAP - 1), (4, 1, WRAP - 1))[1][9:] == ["duplicate"] * 3


def test_a_restart_fills_no_gap() -> None:
    """Numbers 1 to 99 are missing when the exporter starts again at 10: nothing has filled the gap, times tell."""
    tracker, found = tracked(
        (0, 1, 7), (100, 1, 7), (5, 1, 6), (10, 1, 9), (11, 1, 9), (12, 1, 9), (13, 1, 9), (10, 1, 9)
    )
    assert found == ["first", "gap", "reordered", "reordered", "reordered", "restart", "in_order", "duplicate"]
    assert totals(tracker) == (98, 1, 3, 1, 1)


def test_the_old_line_leads_back_with_what_it_missed() -> None:
    """A replay of three old datagrams, then the exporter goes on; the gap is open as it was."""
    tracker, found = tracked((1000, 1), (1005, 1), (7, 1), (8, 1), (9, 1), (1006, 1), (1003, 1))
    assert found == ["first", "gap", "reordered", "reordered", "restart", "in_order", "reordered"]
    assert totals(tracker) == (3, 1, 3, 0, 1)


def test_many_late_datagrams_in_a_row_look_like_a_restart_until_the_line_goes_on() -> None:
    tracker, found = tracked((0, 1), (50, 1), *[(number, 1) for number in range(1, 33)], (51, 1), (40, 1))
    assert found == ["first", "gap", *["reordered"] * 31, "restart", "in_order", "reordered"]
    assert tracker.totals.lost == 49 - 32 - 1


def test_a_restart_that_rises_through_a_gap_fills_none_of_it() -> None:
    tracker, found = tracked((0, 1), (1000, 1), *[(number, 1) for number in range(1, 97, 3)])
    assert found == ["first", "gap", *["reordered"] * 31, "restart"]
    assert tracker.totals.lost == 999


@pytest.mark.fault("ST-14")
def test_numbers_that_count_records() -> None:
    """Datagrams have 1 to 5 records, and the number grows by these: four gaps with one reason."""
    tracker, number, said = SequenceTracker(), 100, []
    for records in (5, 1, 3, 1, 1, 2, 4, 2):
        tracker.observe(number, 1, records=records)
        said.append(tracker.counts_records)
        number += records
    assert said == [False] * 7 + [True]  # after 5, 3, 2 and 4 records
    tracker.observe(number, 1, records=0)  # templates alone
    tracker.observe(number, 1, records=7)
    tracker.observe(number + 7, 1, records=2)
    assert tracker.counts_records
    tracker.observe(number + 19, 1, records=2)
    assert not tracker.counts_records


def test_numbers_that_count_packets() -> None:
    """Each datagram has 2 records, and one in three is lost: as wide as the gaps of numbers that count records."""
    tracker = SequenceTracker()
    for number in range(60):
        if number % 3:
            tracker.observe(number, 1, records=2)
    assert tracker.totals.gaps == 19
    assert not tracker.counts_records


def test_a_restart_before_anything_was_heard_is_the_first() -> None:
    assert SequenceTracker().begin(7, 1) == {"expected": None, "missing": 0, "event": "first"}


def test_catching_up() -> None:
    tracker, _ = tracked((WRAP - 5, 1), (WRAP - 2, 1))
    tracker.catch_up(4)
    assert [tracker.observe(number, 1)["event"] for number in (2, WRAP - 4, 4)] == [
        "duplicate",
        "reordered",
        "in_order",
    ]
    tracker = SequenceTracker()
    tracker.catch_up(9)
    assert tracker.observe(9, 1)["event"] == "in_order"


FRESH = {"expected": None, "known": 0, "missing": [], "certain": True, "time": None, "records": None, "doubt": None}
FRESH |= dict.fromkeys(("lost", "gaps", "reordered", "duplicates", "restarts", "explained"), 0)
#: 10 to 19 and 25 to 29 were missing before a jump; then came a stray number
JUMPED: dict[str, Any] = FRESH | {
    "expected": 10**6 + 1,
    "known": 2**16,
    "missing": [[2**16, 2**16 - 1, True]],
    "time": 9,
    "lost": 15 + 10**6 - 32,
    "gaps": 3,
    "doubt": {
        "line": 10**9 + 1,
        "since": 10**9,
        "following": 1,
        "rising": 1,
        "filled": 0,
        "left": {"expected": 32, "known": 32, "missing": [[22, 10, True], [7, 5, True]], "lost": 15},
    },
}


def jumped() -> SequenceTracker:
    """The tracker that gives JUMPED."""
    return tracked((0, 10, 5), (20, 5, 6), (30, 2, 7), (10**6, 1, 9), (10**9, 1, 9))[0]


def test_dumps() -> None:
    assert SequenceTracker().dump() == FRESH
    assert jumped().dump() == JUMPED
    assert list(jumped().dump()["doubt"]) == list(JUMPED["doubt"])  # a snapshot's text is the same in every process


@pytest.mark.parametrize("dumped", [FRESH, JUMPED], ids=["fresh", "jumped"])
def test_what_was_dumped_goes_on(dumped: dict[str, Any]) -> None:
    tracker = SequenceTracker.load(json.loads(json.dumps(dumped)))
    assert tracker.dump() == dumped
    if dumped is JUMPED:
        assert tracker.observe(32, 3, time=8) == {"expected": 32, "missing": 0, "event": "in_order"}
        assert totals(tracker) == (15, 3, 0, 0, 0)
        assert tracker.observe(12, 8, time=8)["event"] == "reordered"
        assert tracker.totals.lost == 7


@pytest.mark.fault("ST-23")
@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        ("expected", WRAP, "expected: expected an integer from 0 to 4294967295"),
        ("expected", "5", "expected: expected an integer"),
        ("expected", True, "expected: expected an integer"),
        ("expected", 5.0, "expected: expected an integer"),
        ("expected", None, "expected nothing else"),
        ("known", 2**16 + 1, "known: expected an integer from 0 to 65536"),
        ("known", -1, "known"),
        ("known", 5, "missing: expected an integer from 1 to 5"),
        ("missing", {}, "missing: expected a list of at most 64"),
        ("missing", [[2, 1, True]] * 65, "missing: expected a list of at most 64"),
        ("missing", [[2, 1]], "missing: expected"),
        ("missing", [[2, 1, 1]], "missing: expected"),
        ("missing", [[2, 3, True]], "missing: expected an integer from 1 to 2"),
        ("missing", [[2, 0, True]], "missing: expected an integer from 1 to 2"),
        ("missing", [[9, 2, True], [8, 1, True]], "missing: expected an integer from 1 to 7"),
        ("lost", 5, "lost, gaps"),
        ("lost", 2**64, "lost: expected"),
        ("explained", 4, "lost, gaps"),
        ("gaps", None, "gaps: expected"),
        ("certain", 1, "certain: expected true or false"),
        ("time", -1, "time: expected"),
        ("time", WRAP, "time: expected"),
        ("records", False, "records: expected"),
        ("doubt", [], "doubt: expected a dict with the keys filled, following"),
        ("doubt", {**JUMPED["doubt"], "more": 1}, "doubt: expected a dict"),
        ("doubt", {**JUMPED["doubt"], "left": {}}, "left: expected a dict"),
        ("doubt", {**JUMPED["doubt"], "left": None, "line": None}, "doubt: expected stray numbers"),
        ("doubt", {**JUMPED["doubt"], "line": None}, "since: expected"),
        ("doubt", {**JUMPED["doubt"], "rising": 32}, "rising: expected an integer from 1 to 31"),
        ("doubt", {**JUMPED["doubt"], "following": 3}, "following: expected"),
        ("doubt", {**JUMPED["doubt"], "filled": 2**16 + 1}, "filled: expected"),
        ("doubt", {**JUMPED["doubt"], "left": {**JUMPED["doubt"]["left"], "lost": 14}}, "lost: expected"),
    ],
)
def test_what_cannot_have_been_dumped(place: str, value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        SequenceTracker.load({**JUMPED, place: value})


@pytest.mark.parametrize(
    "dumped", [None, [], "x", {}, {**FRESH, "more": 1}, {**FRESH, "lost": False}, {**FRESH, "known": 1}]
)
def test_what_is_no_dump(dumped: Any) -> None:
    with pytest.raises(ValueError, match="sequence: expected"):
        SequenceTracker.load(dumped)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**16 + 2) | st.sampled_from([WRAP, 2**64, 1.5, "", "9"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*JUMPED["doubt"], "lost"]), inner),
    max_leaves=8,
)


@pytest.mark.fault("ST-23")
@given(st.dictionaries(st.sampled_from(list(FRESH)), anything, max_size=3), st.sampled_from([FRESH, JUMPED]))
def test_whatever_is_loaded_is_what_is_dumped(changes: dict[str, Any], dumped: dict[str, Any]) -> None:
    """Or it is refused; and the tracker takes what comes."""
    dumped = {**dumped, **changes}
    try:
        tracker = SequenceTracker.load(dumped)
    except ValueError:
        return
    assert json.dumps(tracker.dump(), sort_keys=True) == json.dumps(dumped, sort_keys=True)
    for number in (0, 32, 10**6, 10**6 + 1):
        assert 0 <= (tracker.observe(number, 1)["missing"] or 0) < BELIEVABLE
