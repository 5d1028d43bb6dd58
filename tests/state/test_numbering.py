"""Exporters whose sequence numbers count the records of their own datagrams as well: found out, and read so."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, SnapshotError
from netflowparse.state.numbering import ENOUGH, LARGEST_UNITS, Numbering
from netflowparse.state.snapshot.values import Value
from tests import message_builder as build

RULE = "sequence_after_records"
TEMPLATE = build.set_of(2, build.template(256, [(2, 4)]))
OPTIONS = build.set_of(3, build.options_template(257, [(143, 4)], [(40, 4)]))
COUNTS = [3, 5, 2, 8, 8, 1, 4, 4, 6, 2, 7]  # records of datagrams: nine of ten steps tell the two ways apart

Make = Callable[..., Decoder]


def v5(number: int, count: int) -> bytes:
    return build.netflow5_datagram([build.netflow5_record()] * count, sequenceNumber=number % 2**32)


def ipfix(number: int, count: int, options: int = 0) -> bytes:
    sets = [TEMPLATE, OPTIONS, build.set_of(256, bytes(4 * count))] if count else [TEMPLATE]
    if options:
        sets.append(build.set_of(257, bytes(8 * options)))
    return build.ipfix_message(*sets, sequenceNumber=number % 2**32)


def after(counts: Iterable[int], start: int = 1000) -> list[tuple[int, int]]:
    """(number, count) of datagrams whose numbers count their own records."""
    numbers, number = [], start
    for count in counts:
        number += count
        numbers.append((number, count))
    return numbers


def told(decoder: Decoder, datagrams: Iterable[bytes]) -> list[tuple[Any, Any, str, bool]]:
    """expected, missing and event of each, and whether the rule was applied."""
    messages = [decoder.decode(each, "r1") for each in datagrams]
    return [(*each["sequence"].values(), RULE in each["quirks"]) for each in messages]


def totals(decoder: Decoder) -> list[int]:
    (row,) = decoder.statistics()
    return [row["lost"], row["gaps"], row["reordered"], row["duplicates"], row["restarts"]]


@pytest.mark.parametrize("datagram", [v5, ipfix])
@pytest.mark.parametrize("start", [1000, 2**32 - 12])
def test_numbers_that_count_their_own_records(make_decoder: Make, datagram: Callable[..., bytes], start: int) -> None:
    decoder = make_decoder()
    numbers = after(COUNTS, start)
    found = told(decoder, (datagram(*each) for each in numbers))
    assert [applied for *_, applied in found] == [False] * 6 + [True] * 5
    assert found[6:] == [(number % 2**32, 0, "in_order", True) for number, _ in numbers[6:]]
    assert totals(decoder) == [0] * 5


@pytest.mark.parametrize("datagram", [v5, ipfix])
def test_losses_repeats_and_delays_are_told_from_then_on(make_decoder: Make, datagram: Callable[..., bytes]) -> None:
    decoder = make_decoder()
    told(decoder, (datagram(*each) for each in after(COUNTS)))
    (at, _) = after(COUNTS)[-1]
    later = [(at + 9, 4), (at + 9, 4), (at + 5, 5), (at + 12, 3)]
    assert told(decoder, (datagram(*each) for each in later)) == [
        (at + 4, 5, "gap", True),
        (at + 13, 0, "duplicate", True),
        (at + 14, 0, "reordered", True),
        (at + 12, 0, "in_order", True),
    ]
    assert totals(decoder) == [0, 1, 1, 1, 0]


@pytest.mark.parametrize("datagram", [v5, ipfix])
def test_what_was_lost_before_stays_lost(make_decoder: Make, datagram: Callable[..., bytes]) -> None:
    """Of an exporter that keeps to the standard, and from some number on does not; then it does again."""
    decoder = make_decoder()
    right = [(number - count, count) for number, count in after(COUNTS)]
    del right[4:6]
    wrong = after(COUNTS, after(COUNTS)[-1][0])
    again = [(number - count, count) for number, count in after(COUNTS, wrong[-1][0])]
    told(decoder, (datagram(*each) for each in right))
    assert totals(decoder) == [9, 1, 0, 0, 0]
    assert told(decoder, (datagram(*each) for each in wrong))[-1][3] is True
    assert totals(decoder) == [9, 1, 0, 0, 0]
    assert told(decoder, (datagram(*each) for each in again))[-1][3] is False
    assert totals(decoder)[0] >= 9


def test_records_that_cannot_be_counted_are_not_lost(make_decoder: Make) -> None:
    """A set without a template: where its message ends is known, and where the next begins."""
    decoder = make_decoder(quirks=[RULE])
    unread = build.set_of(300, bytes(4 * 7))
    parts = [(3, 3, b""), (8, 5, b""), (10, 2, b""), (19, 2, unread), (27, 3, b""), (31, 4, b"")]  # 5 lost before 27
    found = told(
        decoder,
        (
            build.ipfix_message(TEMPLATE, build.set_of(256, bytes(4 * count)), more, sequenceNumber=number)
            for number, count, more in parts
        ),
    )
    assert [(missing, event) for _, missing, event, _ in found] == [
        (0, "first"),
        (0, "in_order"),
        (0, "in_order"),
        (None, "uncertain"),
        (5, "gap"),
        (0, "in_order"),
    ]
    assert totals(decoder) == [5, 1, 0, 0, 0]


def test_options_records_are_not_counted_so(make_decoder: Make) -> None:
    decoder = make_decoder()
    numbers = after(COUNTS)
    found = told(decoder, (ipfix(*each, options=place % 2) for place, each in enumerate(numbers)))
    assert found[-1] == (numbers[-1][0], 0, "in_order", True)
    assert totals(decoder) == [0] * 5


def test_by_the_standard_nothing_changes(make_decoder: Make) -> None:
    decoder = make_decoder()
    numbers = [(number - count, count) for number, count in after(COUNTS * 3)]
    numbers[7:9] = numbers[8], numbers[7]
    del numbers[15:17]
    numbers.insert(20, numbers[19])
    found = told(decoder, (ipfix(*each) for each in numbers))
    assert not any(applied for *_, applied in found)
    assert totals(decoder) == [sum((COUNTS * 3)[15:17]), 2, 1, 1, 0]


@pytest.mark.parametrize(
    ("choice", "applied"),
    [
        ("auto", [False] * 6 + [True] * 5),
        ((), [False] * 11),
        (("mapped_exporter",), [False] * 11),
        ((RULE,), [True] * 11),
        (("auto", RULE), [True] * 11),
    ],
)
@pytest.mark.parametrize("datagram", [v5, ipfix])
def test_the_rule_is_a_choice(make_decoder: Make, choice: Any, applied: list[bool], datagram: Any) -> None:
    decoder = make_decoder(quirks=choice)
    found = told(decoder, (datagram(*each) for each in after(COUNTS)))
    assert [each for *_, each in found] == applied
    assert (totals(decoder)[0] > 0) is not any(applied)
    if all(applied):
        assert [event for _, _, event, _ in found] == ["first"] + ["in_order"] * 10


@pytest.mark.parametrize("choice", ["auto", (RULE,)])
def test_where_datagrams_are_counted_there_is_no_other_way(make_decoder: Make, choice: Any) -> None:
    decoder = make_decoder(quirks=choice)
    template = build.set_of(0, build.template(256, [(2, 4)]))
    datagrams = [
        build.netflow9_datagram(template, build.set_of(256, bytes(4 * count)), sequenceNumber=number)
        for number, count in after(COUNTS)
    ]
    assert not any(applied for *_, applied in told(decoder, datagrams))


def test_an_exporter_that_begins_to_keep_to_the_standard(make_decoder: Make) -> None:
    decoder = make_decoder()
    wrong = after(COUNTS)
    right = [(number - count, count) for number, count in after(COUNTS, wrong[-1][0])]
    found = told(decoder, (ipfix(*each) for each in wrong + right))
    assert [applied for *_, applied in found[11:]] == [True] * 5 + [False] * 6
    assert found[-1] == (right[-1][0], 0, "in_order", False)


def test_records_that_cannot_be_counted_prove_nothing(make_decoder: Make) -> None:
    """A set without a template, again and again."""
    decoder = make_decoder()
    unread = build.set_of(300, bytes(4))
    numbers = after(COUNTS)
    datagrams = [
        build.ipfix_message(TEMPLATE, build.set_of(256, bytes(4 * n)), unread, sequenceNumber=at) for at, n in numbers
    ]
    assert not any(applied for *_, applied in told(decoder, datagrams))


@pytest.mark.conformance("LIB-11")
@pytest.mark.parametrize("datagram", [v5, ipfix])
def test_a_snapshot_goes_on_counting_so(make_decoder: Make, datagram: Callable[..., bytes], compiled: bool) -> None:
    datagrams = [datagram(*each) for each in after(COUNTS)]
    whole = make_decoder()
    expected = told(whole, datagrams)
    for cut in range(len(datagrams)):
        first = make_decoder()
        found = told(first, datagrams[:cut])
        snapshot = json.loads(json.dumps(first.snapshot()))
        second = Decoder.restore(snapshot, compiled=compiled)
        assert second.snapshot() == snapshot
        assert found + told(second, datagrams[cut:]) == expected
        assert totals(second) == totals(whole)


@pytest.mark.parametrize(
    ("saved", "restored", "applied"),
    [("auto", (), False), ("auto", (RULE,), True), ((RULE,), "auto", True), ((), (RULE,), True), ((RULE,), (), False)],
)
def test_who_takes_a_snapshot_over_decides(
    make_decoder: Make, saved: Any, restored: Any, applied: bool, compiled: bool
) -> None:
    first = make_decoder(quirks=saved)
    numbers = after(COUNTS)
    told(first, (ipfix(*each) for each in numbers[:8]))
    second = Decoder.restore(first.snapshot(), quirks=restored, compiled=compiled)
    assert [each for *_, each in told(second, (ipfix(*each) for each in numbers[8:]))] == [applied] * 3


GOOD = {"own": False, "latest": [7, 2], "shown": 1, "totals": [9, 1, 0, 0, 0]}


def test_what_is_dumped_is_read() -> None:
    for dumped in (
        GOOD,
        {**GOOD, "latest": None},
        {"own": True, "latest": [2**32 - 1, 0], "shown": -1, "totals": [0] * 5},
    ):
        assert Numbering.load(Value(dumped, "numbering")).dump() == dumped


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("own", 0),
        ("own", None),
        ("latest", []),
        ("latest", [1]),
        ("latest", [-1, 2]),
        ("latest", [2**32, 2]),
        ("latest", [7, LARGEST_UNITS + 1]),
        ("shown", ENOUGH),
        ("shown", -1),  # of numbers that are no longer doubted
        ("shown", -2),
        ("shown", None),
        ("totals", [0] * 4),
        ("totals", [0, 0, 0, 0, -1]),
        ("totals", None),
        ("more", 1),
    ],
)
def test_what_nobody_dumps_is_refused(key: str, value: Any) -> None:
    with pytest.raises(SnapshotError, match="numbering"):
        Numbering.load(Value({**GOOD, key: value}, "numbering"))


datagrams = st.lists(
    st.tuples(st.integers(1, 30), st.sampled_from(["sent"] * 6 + ["lost", "twice", "late"])), min_size=1
)


def order(sent: list[tuple[int, str]], *, own: bool) -> list[tuple[int, int]]:
    """(number, count) as they come, of datagrams of which some are lost, repeated, or late by one."""
    come: list[tuple[int, int]] = []
    late: list[tuple[int, int]] = []
    at = 5
    for count, fate in sent:
        one = (at + count if own else at, count)
        at += count
        come += [one] * {"sent": 1, "twice": 2}.get(fate, 0) + late
        late = [one] if fate == "late" else []
    return come + late


@pytest.mark.parametrize("keep", [2, 3, 7])
@pytest.mark.parametrize("longest", [3, 30])
def test_an_honest_exporter_of_which_one_datagram_in_some_comes(keep: int, longest: int) -> None:
    """Behind what deals datagrams out in turn: chance makes one step in some dozens look like the other way."""
    chance = random.Random(keep)
    counts = [chance.randint(1, longest) for _ in range(4_000)]
    numbers = [(number - count, count) for number, count in after(counts)][::keep]
    numbering = Numbering()
    for number, count in numbers:
        numbering.weigh(number, count, count, certain=True)
        assert not numbering.is_wrong


@given(datagrams)
def test_no_honest_exporter_is_taken_for_one(sent: list[tuple[int, str]]) -> None:
    assert not any(applied for *_, applied in told(Decoder(), (v5(*each) for each in order(sent, own=False))))


@given(datagrams)
def test_what_is_lost_is_what_the_standard_would_tell(sent: list[tuple[int, str]]) -> None:
    """With the rule by name: event by event as for an exporter that keeps to the standard."""
    right, wrong = Decoder(quirks=()), Decoder(quirks=(RULE,))
    expected = told(right, (v5(*each) for each in order(sent, own=False)))
    found = told(wrong, (v5(*each) for each in order(sent, own=True)))
    assert [each[1:3] for each in found] == [each[1:3] for each in expected]
    assert not found or totals(wrong) == totals(right)
