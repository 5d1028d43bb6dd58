"""Sequence numbers: loss, order, repeats, wraps and restarts."""

from __future__ import annotations

import pytest

from netflowparse.state.sequence import SequenceTracker


def events(*numbers: int, units: int = 1) -> list[tuple[int | None, int | None, str]]:
    """(expected, missing, event) of datagrams with these numbers."""
    tracker = SequenceTracker()
    return [tuple(tracker.observe(number, units).values()) for number in numbers]


@pytest.mark.conformance("IPFIX-3.1-03", "IPFIX-10.3.2-01", "NF9-5.1-02", "NF5-3-03")
def test_order_loss_and_wrap() -> None:
    assert events(10, 15, 25, 30, units=5) == [
        (None, 0, "first"),
        (15, 0, "in_order"),
        (20, 5, "gap"),
        (30, 0, "in_order"),
    ]
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
