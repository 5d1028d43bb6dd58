"""Declarations taken apart; and the attributes of Construct's classes that this reads, pinned."""

from __future__ import annotations

import pytest
from construct import (
    Array,
    Bytes,
    BytesInteger,
    Computed,
    Const,
    ExprAdapter,
    GreedyBytes,
    GreedyRange,
    If,
    Int8ub,
    Int16ub,
    Int32sb,
    Int64ub,
    Padding,
    Pass,
    Prefixed,
    Struct,
    this,
)

from netflowparse.codec.plan import Field, NotCompilable, fields_of
from netflowparse.protocols.fixed import DECLARATIONS
from netflowparse.wire import ipfix, netflow9, sets
from netflowparse.wire.lengths import VarLength
from netflowparse.wire.lists import Located
from netflowparse.wire.texts import Text
from netflowparse.wire.values import Ipv4Text


def test_attributes_of_construct_that_plans_read() -> None:
    assert Int16ub.fmtstr == ">H"
    assert Bytes(5).length == 5
    assert (BytesInteger(3, signed=True).length, BytesInteger(3, signed=True).signed) == (3, True)
    assert Padding(7).length == 7
    assert Padding(7).subcon is Pass
    assert Const(9, Int16ub).subcon is Int16ub
    assert Const(9, Int16ub).value == 9
    assert Computed(None).func is None
    assert Prefixed(VarLength(), GreedyBytes).subcon is GreedyBytes
    conditional = If(ipfix.HasBit("id", 1), Int16ub)
    assert (conditional.thensubcon, conditional.elsesubcon, conditional.condfunc.mask) == (Int16ub, Pass, 1)
    assert [each.name for each in Struct("a" / Int8ub, Padding(1)).subcons] == ["a", None]


def test_fields() -> None:
    text = Text(GreedyBytes)
    address = Ipv4Text(Int64ub)
    declaration = Struct(
        "version" / Const(9, Int16ub),
        "count" / Int8ub,
        "low" / Int32sb,
        Padding(3),
        "wide" / BytesInteger(3),
        "signed" / BytesInteger(5, signed=True),
        "huge" / BytesInteger(16),
        "raw" / Bytes(6),
        "nothing" / Computed(None),
        "text" / Prefixed(VarLength(), text),
        "address" / address,
        "maybe" / If(ipfix.HasBit("count", 0x80), Int16ub),
        "list" / Located("basicList", None),
        "narrow list" / Located("basicList", 9),
    )
    assert fields_of(declaration) == [
        Field("version", "H"),
        Field("count", "B"),
        Field("low", "l"),
        Field(None, "3x"),
        Field("wide", "BH", signed=False),
        Field("signed", "bL", signed=True),
        Field("huge", "16s", signed=False),
        Field("raw", "6s"),
        Field("nothing", "", constant=None),
        Field("text", "", value=text, variable=True),
        Field("address", "Q", value=address),
        Field("maybe", "H", condition=("count", 0x80)),
        Field("list", "", variable=True, located="basicList"),
        Field("narrow list", "9x", located="basicList"),
    ]


@pytest.mark.parametrize(
    "node",
    [
        GreedyRange(Int8ub),
        GreedyBytes,
        Array(3, Int8ub),
        ExprAdapter(Int8ub, lambda value, _: value, lambda value, _: value),
        If(this.x > 1, Int8ub),
        Prefixed(Int8ub, GreedyBytes),
        Prefixed(VarLength(), Int8ub),
        Struct("inner" / Int8ub),
    ],
)
def test_unknown_nodes_are_refused(node: object) -> None:
    with pytest.raises(NotCompilable):
        fields_of(Struct("field" / node))


@pytest.mark.parametrize(
    "declaration",
    [
        *(each for header, records in DECLARATIONS.values() for each in (header, *records.values())),
        *(netflow9.Header, netflow9.FieldSpecifier, netflow9.OptionsTemplateHeader),
        *(ipfix.MessageHeader, ipfix.OptionsTemplateHeader, sets.SetHeader, sets.TemplateHeader),
    ],
)
def test_declarations_that_must_compile(declaration: Struct) -> None:
    fields = fields_of(declaration)
    assert sum(field.octets for field in fields) == declaration.sizeof()
    assert all(field.fixed for field in fields)
