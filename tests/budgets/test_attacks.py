"""Each attack at one, two and four times the size: linear in work and copies, output and memory within bounds."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from .attacks import VALUES
from .counting import Cost, decode_all, is_linear
from .measures import EVERY_ATTACK, costs

TOLERANCE = 1.1  # times as much as the octets have grown
STEPS = {True: 50, False: 130}  # at most, for each octet and each value
COPIES = 15  # octets that may be cut out for each octet that came: a list is cut out of the list that it is in
LEAVES = 3  # for each octet, beside values and problems: template records of 4 octets for each field of 4 leaves
PROBLEMS = 201 * 10  # leaves
MEMORY = 420  # octets, for each octet: a dict for each record of one octet, and a problem's place; on 3.11 360
FIXED = 120_000  # octets of memory, whatever came: for the problems


def assert_within_bounds(cost: Cost, values: int, *, compiled: bool) -> None:
    """What holds at any size, where a datagram may have so many *values*."""
    assert cost.steps <= STEPS[compiled] * (cost.octets + cost.total) + 1_000
    assert cost.copied <= COPIES * cost.octets
    assert cost.values <= values
    assert cost.leaves <= cost.values + LEAVES * cost.octets + PROBLEMS + 50
    assert cost.peak <= MEMORY * cost.octets + 32 * VALUES + FIXED


@pytest.mark.fault(
    "RS-01",
    "RS-02",
    "RS-03",
    "RS-04",
    "RS-05",
    "RS-06",
    "RS-07",
    "RS-08",
    "RS-09",
    "RS-10",
    "RS-11",
    "RS-12",
    "RS-13",
    "RS-14",
    "RS-15",
    "RS-16",
    "RS-17",
    "RS-18",
    "RS-22",
    "RS-23",
    "RS-24",
    "RS-25",
)
@pytest.mark.conformance("LIB-02")
@pytest.mark.parametrize("name", EVERY_ATTACK)
def test_cost_grows_as_the_octets_do(compiled: bool, name: str) -> None:
    attack = EVERY_ATTACK[name]
    measured = costs(attack, compiled=compiled)
    for cost in measured:
        assert_within_bounds(cost, attack.arguments()["limits"].values, compiled=compiled)
    for small, large in itertools.pairwise(measured):
        before, after = small.octets + small.total, large.octets + large.total
        for kind in ("steps", "copied"):
            work = (before, getattr(small, kind)), (after, getattr(large, kind))
            assert is_linear(*work, tolerance=TOLERANCE, constant=300), kind


NESTED = [name for name, attack in EVERY_ATTACK.items() if "RS-24" in attack.rows]


def depth(value: Any) -> int:
    """Levels of dicts and lists, counted without recursion."""
    deepest, todo = 0, [(value, 1)]
    while todo:
        each, level = todo.pop()
        if isinstance(each, dict | list):
            deepest = max(deepest, level)
            todo += [(inner, level + 1) for inner in (each.values() if isinstance(each, dict) else each)]
    return deepest


@pytest.mark.fault("RS-24")
@pytest.mark.parametrize("name", NESTED)
def test_no_message_is_too_deep_for_who_walks_it(make_decoder: Any, name: str) -> None:
    """At the maximal size, with the limits that everyone has: at most a few levels for each of ``Limits.nesting``."""
    decoder = make_decoder()
    *_, message = decode_all(decoder, EVERY_ATTACK[name].make(60_000))
    assert json.loads(json.dumps(message, allow_nan=False)) == message
    assert 8 <= depth(message) <= 10 + 4 * decoder.limits.nesting
    assert [each.get("limit") for each in message["problems"]] == ["nesting"]
