"""Words that hold several values, and words that count less than is meant: all faces of both."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from construct import Int8ub, Int16ub, Int32ub, Int64ub, Struct
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Limits
from netflowparse.codec.engine import Engine
from netflowparse.codec.layout import layout_of
from netflowparse.codec.plan import field_of
from netflowparse.wire.bit_fields import Part, Parts, Plus
from netflowparse.wire.values import Site

ENGINES = [Engine(Limits(), compiled=compiled) for compiled in (True, False)]
TCI = Parts(Int16ub, Part("priority", 13, 7), Part("dei", 12, 1), Part("vlan", 0, 0xFFF))


@pytest.mark.parametrize(
    ("octets", "values"),
    [
        ("0000", {"priority": 0, "dei": 0, "vlan": 0}),
        ("ffff", {"priority": 7, "dei": 1, "vlan": 4095}),
        ("2005", {"priority": 1, "dei": 0, "vlan": 5}),
        ("9001", {"priority": 4, "dei": 1, "vlan": 1}),
    ],
)
def test_parts_of_a_word(octets: str, values: dict[str, int]) -> None:
    assert TCI.parse(bytes.fromhex(octets)) == values
    assert TCI.build(values) == bytes.fromhex(octets)


def test_bits_that_no_part_has_are_0() -> None:
    node = Parts(Int16ub, Part("high", 8, 0xE0), Part("low", 0, 0x1FFF))
    assert node.parse(b"\xff\xff") == {"high": 0xE0, "low": 0x1FFF}
    assert node.build({"high": 0xE0, "low": 0x1FFF}) == b"\xff\xff"
    assert Parts(Int8ub, Part("only", 4, 3)).build({"only": 0xFF}) == b"\x30"
    assert Parts(Int8ub, Part("only", 4, 3)).build({"only": 2, "other": 9}) == b"\x20"


@st.composite
def words_in_parts(draw: st.DrawFn) -> tuple[Struct, int]:
    """A structure of one word in parts that do not overlap, and its octets."""
    size, node = draw(st.sampled_from([(8, Int8ub), (16, Int16ub), (32, Int32ub), (64, Int64ub)]))
    cuts = sorted(draw(st.sets(st.integers(0, size), min_size=2, max_size=6)))
    parts = [Part(f"p{low}", low, (1 << high - low) - 1) for low, high in pairwise(cuts)]
    return Struct("word" / Parts(node, *draw(st.permutations(parts)))), size // 8


@given(words_in_parts(), st.binary(min_size=8, max_size=8))
def test_all_faces_of_parts_agree(drawn: tuple[Struct, int], octets: bytes) -> None:
    declaration, size = drawn
    read = declaration.parse(octets)["word"]
    filled = []
    for engine in ENGINES:
        record: dict[str, int] = {}
        engine.filler(layout_of(declaration))(record, b"..." + octets, 3)
        filled.append(record)
    assert filled == [read, read]
    number = int.from_bytes(octets[:size], "big")
    assert read == {key: number >> shift & mask for key, shift, mask in declaration.subcons[0].subcon.parts}
    assert declaration.subcons[0].parse(declaration.subcons[0].build(read)) == read


@given(st.integers(0, 0xFFFF), st.integers(0, 10_000))
def test_all_faces_of_plus_agree(number: int, more: int) -> None:
    node = Plus(Int16ub, more)
    octets = number.to_bytes(2, "big")
    assert node.parse(octets) == number + more
    assert node.build(number + more) == octets
    field = field_of("value", node)
    assert (field.letters, field.value, field.may_be_odd) == ("H", node, False)
    scope = dict(zip(field.variables(0), struct.unpack(">" + field.letters, octets), strict=True))
    assert eval(field.expression(0, Site("where", "field")), scope) == number + more
    layout = layout_of(Struct("value" / node))
    for engine in ENGINES:
        record: dict[str, int] = {}
        engine.filler(layout)(record, octets, 0)
        assert record == engine.header_reader(layout)(octets, 0) == {"value": number + more}
