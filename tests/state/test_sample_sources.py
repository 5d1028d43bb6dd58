"""The numbers of sFlow data sources: loss, order and restarts of samples, and the rate that was really taken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.state.sample_sources import LATE_COUNTER_SAMPLES, LATE_FLOW_SAMPLES, SampleSource

WRAP = 2**32
NOTHING = {"sample_pool_delta": None, "drops_delta": None, "effective_rate": None}


def observed(*samples: tuple[int, int] | tuple[int, int, int]) -> list[dict[str, Any]]:
    """What is said of flow samples with these numbers, pools and drops."""
    source = SampleSource()
    return [dict(source.observe_flow(*(*sample, 0)[:3])) for sample in samples]


def counted(*numbers: int) -> list[tuple[int | None, int | None, str]]:
    """(expected, missing, event) of counter samples with these numbers."""
    source = SampleSource()
    return [tuple(source.observe(number).values()) for number in numbers]


def said(expected: int | None, missing: int, event: str, **more: Any) -> dict[str, Any]:
    """What is said of one sample; by default nothing of its rate."""
    return {"expected": expected, "missing": missing, "event": event, **(more or NOTHING)}


def rate(pool: int, drops: int, effective: float) -> dict[str, Any]:
    """The part that tells of the rate."""
    return {"sample_pool_delta": pool, "drops_delta": drops, "effective_rate": effective}


def test_samples_in_order() -> None:
    assert observed((7, 1000, 5), (8, 1400, 5), (9, 2000, 7), (10, 2000, 7)) == [
        said(None, 0, "first"),
        said(8, 0, "in_order", **rate(400, 0, 400.0)),
        said(9, 0, "in_order", **rate(600, 2, 500.0)),
        said(10, 0, "in_order", **rate(0, 0, 1000 / 3)),
    ]


def test_lost_samples_count_in_the_rate() -> None:
    assert observed((7, 1000), (11, 3000), (12, 3500)) == [
        said(None, 0, "first"),
        said(8, 3, "gap", **rate(2000, 0, 500.0)),
        said(12, 0, "in_order", **rate(500, 0, 500.0)),
    ]


@pytest.mark.fault("SF-55")
def test_numbers_pools_and_drops_wrap() -> None:
    assert observed((WRAP - 2, WRAP - 300, WRAP - 1), (WRAP - 1, 100, 1), (0, 500, 1), (3, 1700, 2)) == [
        said(None, 0, "first"),
        said(WRAP - 1, 0, "in_order", **rate(400, 2, 400.0)),
        said(0, 0, "in_order", **rate(400, 0, 400.0)),
        said(1, 2, "gap", **rate(1200, 1, 400.0)),
    ]


@pytest.mark.fault("SF-53")
@pytest.mark.parametrize("following", [(8, 200), (12, 200), (8, 5000, 1)], ids=["pool", "pool and gap", "drops"])
def test_what_only_grows_and_shrinks_has_begun_again(following: tuple[int, int]) -> None:
    """In order or after a gap: sample_pool or drops tell of the restart that the number hides."""
    number, pool, drops = (*following, 0)[:3]
    assert observed((6, 0, 2), (7, 5000, 2), (number, pool, drops), (number + 1, pool + 300, drops)) == [
        said(None, 0, "first"),
        said(7, 0, "in_order", **rate(5000, 0, 5000.0)),
        said(8, 0, "restart"),
        said(number + 1, 0, "in_order", **rate(300, 0, 300.0)),
    ]


@pytest.mark.parametrize("number", [8, 12], ids=["in order", "after a gap"])
def test_a_pool_that_goes_back_across_its_wrap_has_begun_again(number: int) -> None:
    """No source sees half of all numbers between two samples."""
    for start, following in (((100, 0), (WRAP - 100, 0)), ((0, 100), (0, WRAP - 100))):
        assert observed((7, *start), (number, *following))[1] == said(8, 0, "restart")


@pytest.mark.fault("SF-53")
@pytest.mark.parametrize("last", [LATE_FLOW_SAMPLES + 1, 10**5, 2**31 + 5, 3 * 10**9, WRAP - 2])
def test_a_number_far_behind_with_a_smaller_pool_is_a_restart_at_once(last: int) -> None:
    found = observed((last - 1, 9 * 10**8), (last, 10**9), (1, 500), (2, 900), (3, 1300))
    assert found[2:] == [
        said(last + 1, 0, "restart"),
        said(2, 0, "in_order", **rate(400, 0, 400.0)),
        said(3, 0, "in_order", **rate(400, 0, 400.0)),
    ]


def test_a_number_far_behind_with_a_larger_pool_is_not_believed() -> None:
    """Not the source's: both would have begun again."""
    found = observed((10**5, 10**6), (1, 10**6 + 500), (10**5 + 1, 10**6 + 400))
    assert found[1:] == [
        said(10**5 + 1, 0, "reordered"),
        said(10**5 + 1, 0, "in_order", **rate(400, 0, 400.0)),
    ]


@pytest.mark.parametrize("late", [(12, 3200), (10, 2400), (14, 4000)], ids=["late", "very late", "duplicate"])
def test_late_and_repeated_samples_leave_the_rate_alone(late: tuple[int, int]) -> None:
    before, after = [(9, 2000), (14, 4000)], [(15, 4400), (17, 5200)]
    found = observed(*before, late, *after)
    assert found[2] == said(15, 0, "duplicate" if late[0] == 14 else "reordered")
    assert found[:2] + found[3:] == observed(*before, *after)
    assert found[4] == said(16, 1, "gap", **rate(800, 0, 400.0))


def test_one_forged_restart_blinds_for_a_few_samples() -> None:
    genuine = [(number, 400 * number) for number in range(100, 108)]
    found = observed(*genuine[:2], (1, 5), *genuine[2:])
    events = [each["event"] for each in found]
    assert events[:3] == ["first", "in_order", "restart"]
    assert events[-3:] == ["in_order"] * 3
    assert events.count("gap") + events.count("restart") <= 2
    assert found[-1]["effective_rate"] == pytest.approx(400.0, rel=0.01)


def test_the_rate_is_the_same_with_samples_swapped() -> None:
    found = observed((1, 400), (3, 1200), (2, 800), (4, 1600), (6, 2400), (5, 2000), (7, 2800))
    assert [(each["event"], each["missing"]) for each in found] == [
        *(("first", 0), ("gap", 1), ("reordered", 0), ("in_order", 0)),
        *(("gap", 1), ("reordered", 0), ("in_order", 0)),
    ]
    assert [each["effective_rate"] for each in found if each["effective_rate"] is not None] == [400.0] * 4


@pytest.mark.fault("SF-53")
@pytest.mark.parametrize("last", [5, 20, LATE_FLOW_SAMPLES])
def test_a_restart_at_small_numbers_is_noticed_after_a_few(last: int) -> None:
    """The first ones could be late, or repeated; then the numbers that follow one another tell, or the pool."""
    start = [(number, 400 * number) for number in range(last - 3, last + 1)]
    again = [(number, 100 * number) for number in range(1, 8)]
    found = observed(*start, *again)[4:]
    events = [each["event"] for each in found]
    at = events.index("restart")
    assert at <= (4 if last == 5 else 3)  # 2 to 5 have come before: only the pool of the latest is known
    assert set(events[:at]) <= {"reordered", "duplicate"}
    assert found[:at] == [{**each, **NOTHING, "missing": 0} for each in found[:at]]
    if last > 7:  # else the numbers go on where they had been
        assert found[at + 1 :] == [said(number, 0, "in_order", **rate(100, 0, 100.0)) for number in range(at + 2, 8)]


def test_a_forged_sample_does_not_lead_away() -> None:
    found = observed((100, 10**6), (101, 10**6 + 400), (101 + 10**9, 10**7), (102, 10**6 + 800), (103, 10**6 + 1200))
    assert [each["event"] for each in found] == ["first", "in_order", "uncertain", "in_order", "in_order"]
    assert found[2] == {"expected": 102, "missing": None, "event": "uncertain", **NOTHING}
    assert found[4]["effective_rate"] == 400.0


steps = st.lists(
    st.tuples(
        st.integers(0, 5000),  # packets before the sample
        st.integers(0, 3),  # drops before it
        st.sampled_from(["arrives", "arrives", "arrives", "is lost"]),
    ),
    min_size=1,
    max_size=80,
)
starts = st.one_of(st.integers(0, WRAP - 1), st.integers(WRAP - 50, WRAP - 1), st.just(0))


@given(starts, starts, starts, steps)
def test_losses_are_recovered_exactly(number: int, pool: int, drops: int, steps: list[tuple[int, int, str]]) -> None:
    """Wherever numbers, pool and drops begin: the first and the last sample arrive, others may be lost."""
    source = SampleSource()
    source.observe_flow(number, pool, drops)
    found: list[Any] = []
    packets = dropped = lost = 0
    for index, (more, few, fate) in enumerate(steps, 1):
        packets, dropped = packets + more, dropped + few
        if fate == "is lost" and index < len(steps):
            lost += 1
            continue
        found.append(source.observe_flow((number + index) % WRAP, (pool + packets) % WRAP, (drops + dropped) % WRAP))
    assert sum(each["missing"] for each in found) == lost
    assert sum(each["sample_pool_delta"] for each in found) == packets
    assert sum(each["drops_delta"] for each in found) == dropped
    assert found[-1]["effective_rate"] == packets / len(steps)
    assert {each["event"] for each in found} <= {"in_order", "gap"}


@given(starts, st.lists(st.integers(0, 9), min_size=1, max_size=60), st.lists(st.integers(0, 59), max_size=5))
def test_late_samples_change_nothing_but_themselves(start: int, gaps: list[int], late: list[int]) -> None:
    """Samples that were lost and now come late, or twice, at any moment: the others say what they said without."""
    numbers = [start]
    for gap in gaps:
        numbers.append(numbers[-1] + 1 + gap)
    arrivals = [(number, False) for number in numbers]
    for place in late:
        behind = [number for number, _ in arrivals[: place + 1]]
        arrivals.insert(place + 1, (max(behind[-1] - 1, start), True))
    source, alone = SampleSource(), SampleSource()
    for number, strays in arrivals:
        sample = number % WRAP, (number - start) * 100, 0
        found = source.observe_flow(*sample)
        if strays and found["event"] in ("reordered", "duplicate"):
            assert (found["missing"], found["effective_rate"]) == (0, None)
        elif not strays:
            assert found == alone.observe_flow(*sample)


def test_counter_samples() -> None:
    assert counted(7, 8, 8, 12, 9, 13) == [
        (None, 0, "first"),
        (8, 0, "in_order"),
        (9, 0, "duplicate"),
        (9, 3, "gap"),
        (13, 0, "reordered"),
        (13, 0, "in_order"),
    ]
    assert counted(WRAP - 1, 0, 2) == [(None, 0, "first"), (0, 0, "in_order"), (1, 1, "gap")]


@pytest.mark.conformance("SFLOW-3-03")
@pytest.mark.parametrize("last", [LATE_COUNTER_SAMPLES + 1, 1000, 2**31 + 5, 3 * 10**9, WRAP - 2**28])
def test_counter_samples_far_behind_are_a_restart_at_once(last: int) -> None:
    assert counted(last, 1, 2, 4) == [
        (None, 0, "first"),
        (last + 1, 0, "restart"),
        (2, 0, "in_order"),
        (3, 1, "gap"),
    ]


def test_counter_samples_a_little_behind_may_be_late() -> None:
    assert [event for _, _, event in counted(6, 7, 2, 3, 4, 5)] == [
        *("first", "in_order", "reordered", "reordered", "restart", "in_order")
    ]


@given(st.lists(st.tuples(starts, starts, starts, st.booleans()), max_size=30))
def test_any_numbers(samples: list[tuple[int, int, int, bool]]) -> None:
    """Whatever comes: the form is right, numbers are not negative, and what is in order follows."""
    source = SampleSource()
    before: int | None = None
    for index, (number, pool, drops, follows) in enumerate(samples):
        number = (before + 1) % WRAP if follows and before is not None else number
        found = source.observe_flow(number, pool, drops)
        assert (found["event"] == "first") == (index == 0)
        assert found.keys() == {"expected", "missing", "event", *NOTHING}
        assert all(found[key] is None or found[key] >= 0 for key in ("missing", *NOTHING))
        assert (found["effective_rate"] is None) == (found["sample_pool_delta"] is None)
        if found["event"] == "in_order" and found["sample_pool_delta"] is not None:
            assert found["expected"] == number
        before = number
