"""Floods of datagrams: what is remembered stays within the limits, and no datagram costs more than those before."""

from __future__ import annotations

import gc
import pickle
import tracemalloc
from typing import Any

import pytest

from netflowparse import Decoder, Registry
from netflowparse.state import history

from .bounds import assert_within_limits
from .counting import Datagram, counted_steps, decoded, traced_memory
from .floods import FLOODS, Flood

ONCE = 48  # datagrams, after which what is remembered has grown to its bound

#: what the floods show
OF_FLOODS = pytest.mark.fault(
    "PO-06", "RS-01", "RS-02", "RS-03", "RS-04", "RS-05", "RS-06", "RS-07",
    "RS-08", "RS-09", "RS-16", "RS-17", "RS-18", "RS-25",
)  # fmt: skip


@OF_FLOODS
@pytest.mark.conformance("LIB-02")
@pytest.mark.parametrize("name", FLOODS)
def test_memory_is_flat(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Twice as long a flood, a tenth more at the most: of what can be pickled, and with all caches."""
    monkeypatch.setattr(history, "SIGHTINGS", 4)
    flood, kept, registry = FLOODS[name], [], Registry()
    for number in range(1, 513):
        registry.element(0, number)  # what is published is made once for the process, when it is first met
    with traced_memory():
        decoder = Decoder(**flood.arguments())
        for datagrams in phases(flood):
            for datagram in datagrams:
                decoded(decoder, datagram)
            gc.collect()
            kept.append((len(pickle.dumps(decoder)), tracemalloc.get_traced_memory()[0]))
            assert_within_limits(decoder)
    _, (pickled, whole), (pickled_later, whole_later) = kept
    assert pickled_later < 1.1 * pickled
    assert whole_later < 1.1 * whole


@OF_FLOODS
@pytest.mark.conformance("LIB-02")
@pytest.mark.parametrize("name", FLOODS)
def test_cost_is_flat(make_decoder: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """On the average of twice as many."""
    monkeypatch.setattr(history, "SIGHTINGS", 4)
    flood, costs = FLOODS[name], []
    decoder = make_decoder(**flood.arguments())
    for datagrams in phases(flood):
        with counted_steps() as steps:
            for datagram in datagrams:
                decoded(decoder, datagram)
        costs.append(steps[0] / len(datagrams))
        assert_within_limits(decoder)
    assert costs[2] <= 1.1 * costs[1] + 10


def phases(flood: Flood) -> list[list[Datagram]]:
    """What is sent until memory has grown to its bound, as much again, and twice as much."""
    numbers = range(ONCE), range(ONCE, 2 * ONCE), range(2 * ONCE, 4 * ONCE)
    first, *others = ([flood.sent(number) for number in each] for each in numbers)
    return [[*flood.before, *first], *others]
