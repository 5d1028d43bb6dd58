"""XDR: what each node reads, writes and takes at least; and that no count is believed."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from construct import Construct, Float32b, Int32ub, Int64ub, StreamError, Struct
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.wire.values import Finite, Odd
from netflowparse.wire.xdr import (
    ABSENT,
    Added,
    Address,
    Counted,
    Ip4,
    Ip6,
    Mac,
    Octets,
    Opaque,
    Repeated,
    String,
    Times,
    Union,
    UnknownArm,
    minimum_length,
    padding,
)
from tests.sflow_builder import address, counted, f32, mac, opaque, string, u32, u64, words

PAIR = Struct("a" / Int32ub, "b" / Int64ub)
CHOICE = Struct("kind" / Int32ub, "value" / Union({0: String, 1: Int32ub, 2: None}, on="kind"))
HUGE = [2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1]


@pytest.mark.conformance("SFLOW-1-02")
@pytest.mark.parametrize("length", range(10))
def test_octets_are_padded_to_a_multiple_of_4(length: int) -> None:
    octets = bytes(range(1, length + 1))
    assert (length + padding(length)) % 4 == 0
    assert 0 <= padding(length) < 4
    packed = opaque(octets)
    assert len(packed) == 4 + length + padding(length)
    declaration = Struct("first" / Opaque(), "second" / Int32ub)
    parsed = declaration.parse(packed + u32(7))
    assert (parsed.first, parsed.second) == (octets, 7)
    assert declaration.build(parsed) == packed + u32(7)


@pytest.mark.parametrize("length", range(10))
def test_padding_may_be_missing_at_the_very_end(length: int) -> None:
    octets = bytes(range(1, length + 1))
    for missing in range(padding(length) + 1):
        packed = opaque(octets)
        assert Opaque().parse(packed[: len(packed) - missing]) == octets
    if length:
        with pytest.raises(StreamError):
            Opaque().parse(u32(length) + octets[:-1])


def test_padding_is_not_looked_at() -> None:
    assert Struct("a" / String, "b" / String).parse(u32(1) + b"x\xff\xfe\xfd" + string("yz")) == {"a": "x", "b": "yz"}


@pytest.mark.parametrize(
    ("node", "octets", "value", "least"),
    [
        (Opaque(), opaque(b"abcde"), b"abcde", 4),
        (Octets, opaque(b"\0\xff"), b"\0\xff", 4),
        (String, string("Zürich"), "Zürich", 4),
        (Counted(Int32ub), words(3, 7, 8, 9), [7, 8, 9], 4),
        (Counted(Int32ub), words(0), [], 4),
        (Counted(Int32ub, most=2), words(2, 7, 8), [7, 8], 4),
        (Counted(Mac), counted([mac("02:00:00:00:00:01")] * 2), ["02:00:00:00:00:01"] * 2, 4),
        (Counted(PAIR), u32(1) + u32(5) + u64(6), [{"a": 5, "b": 6}], 4),
        (Counted(Counted(Int32ub)), words(2, 1, 7, 0), [[7], []], 4),
        (Counted(Address), counted([address("192.0.2.1"), address(None)]), ["192.0.2.1", None], 4),
        (Repeated(Int32ub), words(7, 8, 9), [7, 8, 9], 0),
        (Repeated(String), string("a") + string(""), ["a", ""], 0),
        (Repeated(Int32ub), b"", [], 0),
        (Times(3, Int32ub), words(7, 8, 9), [7, 8, 9], 12),
        (Times(2, Address), address("192.0.2.1") + address("2001:db8::1"), ["192.0.2.1", "2001:db8::1"], 8),
        (Times(0, Int32ub), b"", [], 0),
        (Address, address(None), None, 4),
        (Address, address("192.0.2.1"), "192.0.2.1", 4),
        (Address, address("2001:db8::1"), "2001:db8::1", 4),
        (Address, address("::ffff:192.0.2.1"), "::ffff:192.0.2.1", 4),
        (Ip4, bytes([192, 0, 2, 1]), "192.0.2.1", 4),
        (Ip6, bytes(15) + b"\1", "::1", 16),
        (Mac, mac("02:00:00:00:00:01"), "02:00:00:00:00:01", 8),
        (Added(Int32ub), u32(7), 7, 0),
        (Added(Int32ub), b"", ABSENT, 0),
        (CHOICE, u32(0) + string("five5"), {"kind": 0, "value": "five5"}, 4),
        (CHOICE, words(1, 9), {"kind": 1, "value": 9}, 4),
        (CHOICE, words(2), {"kind": 2, "value": None}, 4),
        (PAIR, u32(1) + u64(2**64 - 1), {"a": 1, "b": 2**64 - 1}, 12),
        (Struct("a" / String, "b" / Added(Int64ub)), string("x") + u64(3), {"a": "x", "b": 3}, 4),
    ],
)
def test_nodes(node: Construct, octets: bytes, value: Any, least: int) -> None:
    parsed = node.parse(octets)
    assert parsed == value
    assert node.build(parsed) == octets
    assert minimum_length(node) == minimum_length("named" / node) == least <= len(octets)


def test_values_that_are_given_by_hand_are_built() -> None:
    declaration = Struct("a" / Union({0: String, 1: Int32ub}, kind_of=lambda value: int(isinstance(value, int))))
    for value, octets in (("x", u32(0) + string("x")), (5, words(1, 5))):
        assert declaration.build({"a": value}) == octets
        assert declaration.parse(octets) == {"a": value}
    assert Struct("a" / Added(Int32ub)).build({"a": None}) == b""


@pytest.mark.fault("SF-32", "SF-36", "SF-41")
@pytest.mark.parametrize("count", [2, 2**30 + 1, *HUGE])
@pytest.mark.parametrize(
    ("node", "octets"),
    [
        (Opaque(), b""),
        (String, b"a"),
        (Counted(Int32ub), u32(7)),
        (Counted(Mac), mac("02:00:00:00:00:01")),
        (Counted(PAIR), u32(1) + u64(2)),
        (Counted(Counted(Int32ub)), u32(0)),
        (Counted(Address), u32(0)),
        (Counted(String), u32(0)),
        (Counted(Struct("a" / String, "b" / Int32ub)), words(0, 5)),
    ],
)
def test_counts_beyond_what_is_there_cost_nothing(node: Construct, octets: bytes, count: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(StreamError):
            node.parse(u32(count) + octets)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("count", "whole"), [(0, True), (8, True), (9, False), (2**32 - 1, False)])
def test_no_more_items_than_the_layout_allows(count: int, whole: bool) -> None:
    octets = u32(count) + words(*range(20))
    node = Counted(Int32ub, most=8)
    if whole:
        assert node.parse(octets) == list(range(count))
    else:
        with pytest.raises(StreamError, match="at most 8"):
            node.parse(octets)


@pytest.mark.fault("SF-31")
@pytest.mark.parametrize("kind", [3, 4, 2**32 - 1])
def test_arms_that_are_not_defined(kind: int) -> None:
    with pytest.raises(UnknownArm, match=f"type {kind}, expected one of 0, 1, 2"):
        Address.parse(u32(kind) + bytes(16))
    with pytest.raises(UnknownArm):
        CHOICE.parse(u32(kind) + bytes(16))


@pytest.mark.parametrize(
    ("node", "octets"),
    [
        (Address, words(1) + bytes(3)),
        (Address, words(2) + bytes(15)),
        (CHOICE, words(1) + bytes(3)),
        (Times(3, Int32ub), words(7, 8)),
        (Repeated(Int32ub), words(7) + b"\0"),
        (PAIR, bytes(11)),
        (Mac, bytes(7)),
    ],
)
def test_octets_that_end_early(node: Construct, octets: bytes) -> None:
    with pytest.raises(StreamError) as caught:
        node.parse(octets)
    assert not isinstance(caught.value, UnknownArm)


@pytest.mark.conformance("SFLOW-4-11")
@pytest.mark.parametrize("octets", range(13))
def test_added_fields_are_whole_or_absent(octets: int) -> None:
    declaration = Struct("first" / Int32ub, "second" / Added(Int32ub), "third" / Added(Int32ub))
    if octets < 4:
        with pytest.raises(StreamError):
            declaration.parse(bytes(octets))
        return
    parsed = declaration.parse(words(1, 2, 3)[:octets])
    assert parsed.second == (2 if octets >= 8 else ABSENT)
    assert parsed.third == (3 if octets >= 12 else ABSENT)
    assert declaration.build(parsed) == words(1, 2, 3)[: octets // 4 * 4]


@given(st.binary(max_size=60), st.sampled_from([Opaque(), Counted(Address), Repeated(CHOICE), Counted(PAIR, most=3)]))
def test_what_was_read_is_written(octets: bytes, node: Construct) -> None:
    """Any octets that can be read; padding comes out as zeros, and ill-formed text not at all."""
    try:
        value = node.parse(octets)
    except StreamError:
        return
    if "Odd(" in repr(value):
        return
    again = node.build(value)
    assert len(again) >= minimum_length(node)
    assert repr(node.parse(again)) == repr(value)
    assert node.build(node.parse(again)) == again


def test_values_that_are_odd() -> None:
    assert Finite(Float32b).parse(f32(float("nan"))) == Odd(None)
    assert String.parse(string(b"\xff")) == Odd("\\xff")
