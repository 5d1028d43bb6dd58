"""The clock of a domain: time that goes on, stands still, wraps, steps."""

from __future__ import annotations

import pytest

from netflowparse.state.clock import LATE, SILENCE, DomainClock


def seconds(*times: int, trusted: bool = False) -> list[tuple[int, int]]:
    """(seconds passed, step) after each of *times*."""
    clock = DomainClock()
    return [(step, clock.seconds)[::-1] for time in times for step in [clock.observe(time, trusted=trusted)]]


def test_time_goes_on() -> None:
    assert seconds(100, 100, 160, 159, 161) == [(0, 0), (0, 0), (60, 0), (60, 0), (61, 0)]


@pytest.mark.fault("ST-09")
def test_export_time_wraps() -> None:
    assert seconds(2**32 - 1, 5, 6) == [(0, 0), (6, 0), (7, 0)]


@pytest.mark.fault("ST-08")
def test_a_step_back_makes_nothing_younger_or_older() -> None:
    assert seconds(10_000, 10_060, 6_460, 6_470) == [(0, 0), (60, 0), (60, -3_600), (70, 0)]
    assert seconds(10_000, 10_000 - LATE, 10_001) == [(0, 0), (0, 0), (1, 0)]
    assert seconds(10_000, 10_000 - LATE - 1) == [(0, 0), (0, -LATE - 1)]


def test_a_step_ahead() -> None:
    assert seconds(12, 12 + SILENCE) == [(0, 0), (SILENCE, 0)]
    assert seconds(12, 13 + SILENCE, 20 + SILENCE) == [(0, 0), (0, SILENCE + 1), (7, 0)]


@pytest.mark.fault("ST-07")
def test_the_callers_own_time_may_stand_still() -> None:
    assert seconds(1_000, 900, 1_010, trusted=True) == [(0, 0), (0, 0), (10, 0)]
    assert seconds(0, 10 * SILENCE, trusted=True)[-1] == (10 * SILENCE, 0)


def test_steps_are_counted() -> None:
    clock = DomainClock()
    for time in (10**9, 0, 10**9):
        clock.observe(time)
    assert clock.steps == 2
