"""Who makes room where all exporters have too much together: who holds more than an equal part, and at what cost."""

from __future__ import annotations

import pickle
import random
from collections import Counter

import pytest

from netflowparse import Limits
from netflowparse.state.exporters import ExporterStore
from netflowparse.state.holder import Holder
from netflowparse.state.shares import Shares
from tests.budgets.counting import counted_steps


def holders(count: int) -> list[Holder]:
    store = ExporterStore(Limits())
    return [Holder(store, number) for number in range(count)]


def step(size: int) -> int:
    """The smallest power of two that is no less than *size*."""
    return 1 if size == 1 else 2 * step((size + 1) // 2)


def expected(sizes: Counter[Holder], heard: list[Holder], least: int, spared: list[Holder]) -> Holder | None:
    """Who gives, found by looking at all; *heard* has those heard longest ago first."""
    listed = [each for each in heard if step(sizes[each] or 1) > least and each not in spared]
    above = [each for each in listed if step(sizes[each]) > sizes.total() // len(+sizes)]
    highest = max((step(sizes[each]) for each in listed), default=0)
    return next(iter(above or [each for each in listed if step(sizes[each]) == highest]), None)


@pytest.mark.fault("RS-03")
@pytest.mark.parametrize("least", [1, 8])
def test_it_is_the_one_that_looking_at_all_would_find(least: int) -> None:
    chance, everybody = random.Random(least), holders(12)
    shares, sizes, heard = Shares(least, "heard"), Counter[Holder](), list(everybody)
    for number in range(2_000):
        one = chance.choice(everybody)
        if chance.random() < 0.5:
            one.heard = one.store.tick()
            heard.remove(one)
            heard.append(one)
        size = chance.choice([0, 1, 2, 7, 8, 9, 30, 64, 100, 400]) if chance.random() < 0.8 else sizes[one]
        shares.change(one, sizes[one], size)
        sizes[one] = size
        spared = [heard[-1], chance.choice(everybody)][: number % 3]
        if +sizes:
            assert shares.first_to_give(sizes.total(), spared) is expected(sizes, heard, least, spared)
    kept = len(pickle.dumps(shares))
    for _ in range(2_000):  # who goes up and down leaves nothing behind
        shares.change(everybody[0], sizes[everybody[0]], 1_000)
        shares.change(everybody[0], 1_000, sizes[everybody[0]])
    assert len(pickle.dumps(shares)) < 2 * kept
    shares.clear()
    assert shares.first_to_give(1) is None


def steps_of_room(count: int) -> float:
    """The steps of one datagram where so many exporters take turns, and each time one of them has to make room."""
    limits = Limits(exporters=2 * count, template_fields=count * 24, template_fields_per_exporter=count * 2)
    store = ExporterStore(limits)
    for number in range(count):
        store.domain(number, "ipfix", 1).exporter.grow(1, 32 if number % 4 else 16)
    sent = 2 * count
    with counted_steps() as steps:
        for number in range(sent):
            store.domain(number % count, "ipfix", 1).exporter.grow(1, 32)
    assert limits.template_fields - 64 <= store.fields <= limits.template_fields
    return steps[0] / sent


@pytest.mark.fault("RS-03")
def test_making_room_costs_as_much_among_many() -> None:
    few, many = steps_of_room(100), steps_of_room(1_600)
    assert many <= 1.3 * few
