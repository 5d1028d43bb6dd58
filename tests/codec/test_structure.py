"""Generated readers of XDR structures: their text, what they ask the reference engine, and what they refuse."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest
from construct import (
    Bytes,
    Float32b,
    Int32sb,
    Int32ub,
    Int64ub,
    Struct,
)

from netflowparse import Limits
from netflowparse.codec.compile import WIDEST_DISPLAY
from netflowparse.codec.engine import Engine
from netflowparse.codec.reader import Faults, Incomplete, StructureReader
from netflowparse.codec.structure import Shortage
from netflowparse.wire.values import Finite, Untyped
from netflowparse.wire.xdr import Added, Address, Counted, Ip4, Mac, Octets, Repeated, String, Times
from tests.codec.test_compile import HOSTILE
from tests.sflow_builder import address, counted, f32, mac, opaque, string, u32, u64, words

COMPILED, REFERENCE = Engine(Limits()), Engine(Limits(), compiled=False)
NAN, SOUND = f32(float("nan")), f32(1.5)
PAIR = Struct("load" / Finite(Float32b), "text" / String)
MIXED = Struct(
    "first" / Finite(Float32b),
    "text" / String,
    "pairs" / Counted(PAIR),
    "hop" / Address,
    "last" / Int32ub,
    "more" / Added(Finite(Float32b)),
)
PAIRS = counted([NAN + string(b"\xff"), SOUND + string("sound"), NAN + string("b")])
MIXED_OCTETS = NAN + string(b"\xfe") + PAIRS + address("192.0.2.1") + u32(7) + NAN
MIXED_FIELDS = {
    "first": None,
    "text": "\\xfe",
    "pairs": [{"load": None, "text": "\\xff"}, {"load": 1.5, "text": "sound"}, {"load": None, "text": "b"}],
    "hop": "192.0.2.1",
    "last": 7,
    "more": None,
}


def readers(declaration: Struct) -> tuple[StructureReader, StructureReader]:
    """The generated reader and the one of the reference engine."""
    return COMPILED.structure_reader(declaration), REFERENCE.structure_reader(declaration)


def outcome(read: StructureReader, octets: bytes, start: int, end: int, faults: Faults) -> tuple[Any, ...]:
    """Fields and stop, or all that an ``Incomplete`` says."""
    try:
        return read(octets, start, end, faults)
    except Incomplete as incomplete:
        return incomplete.fields, incomplete.offset, incomplete.element, str(incomplete), incomplete.unknown


def test_a_fixed_structure_is_one_display() -> None:
    declaration = Struct("a" / Int32ub, "b" / Ip4, "c" / Int64ub, "d" / Mac, "e" / Untyped(Bytes(4)))
    reader = COMPILED.structure_reader(declaration)
    assert reader.__source__ == (
        "def read(octets, start, end, faults):\n"
        "    if end - start < 28:\n"
        "        return reference(octets, start, end, faults)\n"
        "    f0, f1, f2, f3, f4, = unpack(octets, start)\n"
        "    record = {'a': f0, 'b': (ipv4(f1) or learn_ipv4(f1)), 'c': f2, 'd': (mac(f3) or learn_mac(f3)), "
        "'e': untyped(f4)}\n"
        "    return record, start + 28\n"
    )
    octets = u32(1) + bytes([192, 0, 2, 1]) + u64(3) + mac("02:00:00:00:00:01") + b"\0\1\2\3"
    fields = {"a": 1, "b": "192.0.2.1", "c": 3, "d": "02:00:00:00:00:01", "e": "00010203"}
    assert reader(b".." + octets + b"...", 2, 32, []) == (fields, 30)


def test_a_structure_with_counts_is_read_in_runs() -> None:
    declaration = Struct("a" / Int32ub, "b" / Counted(Int32ub, most=8), "c" / Int32ub, "d" / Int32sb)
    reader = COMPILED.structure_reader(declaration)
    assert reader.__source__ == (
        "def read(octets, start, end, faults):\n"
        "    known = len(faults)\n"
        "    try:\n"
        "        position = start\n"
        "        if end - position < 16:\n"
        "            raise Shortage\n"
        "        f0, = unpack0(octets, position)\n"
        "        position += 4\n"
        "        if 4 > end - position:\n"
        "            raise Shortage\n"
        "        count, = word(octets, position)\n"
        "        position += 4\n"
        "        if count * 4 > end - position or count > 8:\n"
        "            raise Shortage\n"
        "        after = position + count * 4\n"
        "        f1 = [f0 for f0, in items1(octets[position:after])]\n"
        "        position = after\n"
        "        if 8 > end - position:\n"
        "            raise Shortage\n"
        "        f2, f3, = unpack2(octets, position)\n"
        "        position += 8\n"
        "        record = {'a': f0, 'b': f1, 'c': f2, 'd': f3}\n"
        "        return record, min(position, end)\n"
        "    except Shortage:\n"
        "        del faults[known:]\n"
        "        return reference(octets, start, end, faults)\n"
    )
    assert reader(words(1, 2, 8, 9, 3, 2**32 - 1), 0, 24, []) == ({"a": 1, "b": [8, 9], "c": 3, "d": -1}, 24)


def test_the_reference_is_not_asked_about_whole_structures(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError

    for declaration, octets in ((MIXED, MIXED_OCTETS), (Struct("a" / Int32ub), u32(1))):
        read = COMPILED.structure_reader(declaration)
        monkeypatch.setitem(read.__globals__, "reference", never)
        assert read(octets, 0, len(octets), [])[1] == len(octets)
        with pytest.raises(AssertionError):
            read(octets, 0, 3, [])


@pytest.mark.parametrize("cut", range(len(MIXED_OCTETS) + 1))
def test_shortage_is_told_as_the_reference_tells_it(cut: int) -> None:
    found = []
    for read in readers(MIXED):
        faults = [(0, 9)]
        found.append((outcome(read, b"..." + MIXED_OCTETS, 3, 3 + cut, faults), sorted(faults)))
    assert found[0] == found[1]
    result, faults = found[0]
    assert faults[0] == (0, 9)  # those of structures before
    assert (len(result) == 2) == (cut >= len(MIXED_OCTETS) - 4)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", ({}, 0, "first", False)),
        (NAN + u32(5) + b"four", ({"first": None}, 4, "text", False)),
        (NAN + string("a") + u32(2) + bytes(12), ({"first": None, "text": "a"}, 12, "pairs", False)),
        (NAN + string("a") + words(0, 3) + bytes(9), ({"first": None, "text": "a", "pairs": []}, 16, "hop", True)),
        (NAN + string("a") + words(0, 0), ({"first": None, "text": "a", "pairs": [], "hop": None}, 20, "last", False)),
    ],
    ids=["nothing", "a long text", "many items", "an unknown arm", "the last word"],
)
def test_what_is_whole_before_a_shortage(octets: bytes, expected: tuple[Any, ...]) -> None:
    for read in readers(MIXED):
        with pytest.raises(Incomplete) as caught:
            read(b"." + octets, 1, 1 + len(octets), [])
        fields, offset, element, unknown = expected
        assert (caught.value.fields, caught.value.offset) == (fields, 1 + offset)
        assert (caught.value.element, caught.value.unknown) == (element, unknown)
        assert not isinstance(caught.value, Shortage)


def test_odd_values_are_noted_once() -> None:
    """At the field of the structure that holds them, however deep; also where the reference starts over."""
    expected = [(5, 0), (5, 1), (5, 2), (5, 2), (5, 2), (5, 5)]
    for read in readers(MIXED):
        faults: Faults = []
        octets = b"....." + MIXED_OCTETS
        assert read(octets, 5, len(octets), faults) == (MIXED_FIELDS, len(octets))
        assert sorted(faults) == expected
        faults = []
        with pytest.raises(Incomplete):
            read(octets, 5, len(octets) - 8, faults)  # the word before the added field is cut
        assert sorted(faults) == expected[:-1]


def test_many_keys() -> None:
    names = [f"k{number}" for number in range(40)]
    fixed = Struct(*(name / Int32ub for name in names))
    free = Struct("text" / String, *(name / Int32ub for name in names))
    numbers = dict(zip(names, range(40), strict=True))
    for declaration, octets, fields in (
        (fixed, words(*range(40)), numbers),
        (free, string("x") + words(*range(40)), {"text": "x", **numbers}),
    ):
        compiled, interpreted = readers(declaration)
        assert compiled(octets, 0, len(octets), []) == interpreted(octets, 0, len(octets), []) == (fields, len(octets))
        assert list(compiled(octets, 0, len(octets), [])[0]) == list(fields)
        (display,) = (each for each in ast.walk(ast.parse(compiled.__source__)) if isinstance(each, ast.Dict))
        assert len(display.keys) == WIDEST_DISPLAY


FORMS: list[tuple[Callable[[str], Struct], bytes, Any]] = [
    (lambda name: Struct(name / Int32ub), u32(7), 7),
    (lambda name: Struct(name / String), string("x"), "x"),
    (lambda name: Struct(name / Counted(Int32ub)), words(1, 7), [7]),
    (lambda name: Struct(name / Address), address("192.0.2.1"), "192.0.2.1"),
    (lambda name: Struct(name / Added(Int32ub)), u32(7), 7),
    (lambda name: Struct(name / Times(1, Int32ub)), u32(7), [7]),
]
OWN_NAMES = {
    *("octets", "start", "end", "faults", "known", "len", "position", "record", "min", "reference", "Shortage"),
    *("f0", "unpack", "unpack0", "word", "kind", "length", "count", "after", "items0", "text", "spelt", "learn_text"),
    *("unpack0_1", "unpack0_2", "ipv4", "learn_ipv4", "ipv6", "learn_ipv6"),
}


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("form", range(len(FORMS)))
def test_names_are_data(name: str, form: int) -> None:
    make, octets, value = FORMS[form]
    compiled, interpreted = readers(make(name))
    assert compiled(octets, 0, len(octets), []) == ({name: value}, len(octets))
    assert interpreted(octets, 0, len(octets), []) == ({name: value}, len(octets))
    tree = list(ast.walk(ast.parse(compiled.__source__)))
    assert name in {node.value for node in tree if isinstance(node, ast.Constant)}
    assert {node.id for node in tree if isinstance(node, ast.Name)} <= OWN_NAMES


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_inside_items_are_data(name: str) -> None:
    for item in (Struct(name / Int32ub), Struct(name / String)):
        octets = words(1, 0)
        for read in readers(Struct("items" / Counted(item))):
            ((found,), stop) = read(octets, 0, 8, [])[0]["items"], read(octets, 0, 8, [])[1]
            assert (list(found), stop) == ([name], 8)


@pytest.mark.parametrize("beyond", [b"", b"more", b"\xff" * 100])
@pytest.mark.parametrize("missing", range(4))
def test_nothing_behind_the_end_is_read(beyond: bytes, missing: int) -> None:
    """Padding may be missing where the structure ends, and only there; then it does not reach further."""
    whole = opaque(b"abcde")
    octets = whole[: len(whole) - missing] + beyond
    end = len(whole) - missing
    for declaration in (
        Struct("a" / Octets),
        Struct("a" / Octets, "b" / Added(Int32ub)),
        Struct("a" / Octets, "b" / Repeated(Struct("c" / Int32ub))),
    ):
        for read in readers(declaration):
            fields, stop = read(octets, 0, end, [])
            assert fields["a"] == b"abcde".hex()
            assert fields.get("b", []) == []
            assert stop == end
    for read in readers(Struct("a" / Octets, "b" / Int32ub)):
        with pytest.raises(Incomplete) as caught:
            read(octets, 0, end, [])
        assert (caught.value.element, caught.value.offset) == ("b", end)
