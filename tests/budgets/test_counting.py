"""The counting itself: exact, the same each time, and sharp enough to find work that grows too fast."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from netflowparse import Decoder
from tests.message_builder import ipfix_message, set_of, template

from .counting import CountedOctets, Datagram, cost_of, counted_steps, is_linear, leaves, peak_of, traced_memory


def looped(times: int) -> list[int]:
    """One line, which goes round so many times."""
    return [each for each in range(times)]  # noqa: C416


def rescanned(octets: bytes) -> int:
    """Whatever is left, cut out for every octet."""
    return sum(len(octets[at:]) for at in range(len(octets)))


def searched(octets: bytes) -> int:
    """Whatever was there, looked at for every sixteenth octet, though the work for each is much more."""
    found = 0
    for at in range(0, len(octets), 16):
        for _ in range(300):
            found += 1
        for _ in octets[:at:16]:
            found += 1
    return found


def steps(work: Any, *arguments: Any) -> int:
    with counted_steps() as counted:
        work(*arguments)
    return counted[0]


def test_steps_are_times_round() -> None:
    few, many = steps(looped, 100), steps(looped, 300)
    assert many - few == 200
    assert steps(looped, 300) == many


def test_another_tracer_is_put_back() -> None:
    def other(*event: Any) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(other)
    try:
        steps(looped, 1)
        assert sys.gettrace() is other
    finally:
        sys.settrace(before)


def test_generated_code_counts() -> None:
    scope: dict[str, Any] = {}
    exec("def read(times):\n    for each in range(times):\n        pass", scope)
    assert steps(scope["read"], 60) - steps(scope["read"], 10) == 100


def test_copies_and_copies_of_copies_count() -> None:
    CountedOctets.copied = 0
    octets = CountedOctets(bytes(100))
    assert (octets[10:60][:20], octets[3]) == (bytes(20), 0)
    assert CountedOctets.copied == 50 + 20


def test_peaks_are_of_what_there_was_at_a_time() -> None:
    with traced_memory():
        twice = peak_of(lambda: [bytes(100_000) and None for _ in range(2)])
        both = peak_of(lambda: [bytes(100_000) for _ in range(2)])
    assert 100_000 <= twice < 110_000
    assert 200_000 <= both < 210_000


def test_leaves_are_values_that_hold_no_others() -> None:
    assert leaves({"a": [1, {"b": None}], "c": {}, "d": []}) == 4


def test_a_cost_is_the_same_each_time() -> None:
    datagrams = [Datagram(ipfix_message(set_of(2, template(300, [(8, 4)])), set_of(300, bytes(400))))]
    first, second = cost_of(Decoder, datagrams), cost_of(Decoder, datagrams)
    assert first._replace(peak=0) == second._replace(peak=0)
    assert (first.octets, first.values) == (16 + 12 + 404, 100)


@pytest.mark.parametrize("work", [rescanned, searched])
def test_what_grows_too_fast_is_found(work: Any) -> None:
    """Even where the part of it that does is small at first, and where no line tells."""
    counts = []
    for size in (2_400, 4_800):
        CountedOctets.copied = 0
        counted = steps(work, CountedOctets(size))
        counts.append((size, counted, CountedOctets.copied))
    (small, few, copied), (large, many, more) = counts
    linear = is_linear((small, few), (large, many), tolerance=1.1, constant=100)
    assert not (linear and is_linear((small, copied), (large, more), tolerance=1.1, constant=100))
    assert is_linear((small, 10_000), (large, 20_000), tolerance=1.1, constant=0)
