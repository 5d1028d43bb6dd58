"""What structures may be made of: nodes with generated code, and the attributes of Construct's classes read here."""

from __future__ import annotations

import pytest
from construct import (
    Adapter,
    Array,
    Bytes,
    Const,
    Construct,
    GreedyBytes,
    GreedyRange,
    Int8ub,
    Int16ub,
    Int32ub,
    Padded,
    PrefixedArray,
    Renamed,
    StreamError,
    Struct,
    Subconstruct,
)

from netflowparse import Limits
from netflowparse.codec.engine import Engine
from netflowparse.codec.plan import Field, NotCompilable, fields_of
from netflowparse.codec.structure import Shortage
from netflowparse.wire import sflow5
from netflowparse.wire.sflow.counter_records import COUNTER_RECORDS
from netflowparse.wire.sflow.flow_records import FLOW_RECORDS, UnpaddedEthernet
from netflowparse.wire.values import MacText, Value
from netflowparse.wire.xdr import Added, Address, Counted, Mac, Opaque, Repeated, String, Times, Union
from tests.sflow_builder import u32

COMPILED = Engine(Limits())
TABLES = [*FLOW_RECORDS.values(), *COUNTER_RECORDS.values(), *sflow5.VENDOR_SAMPLES.values()]
DECLARATIONS = [layout for each in TABLES for layout in each.layouts] + [UnpaddedEthernet]


def test_declarations_that_must_compile() -> None:
    for declaration in DECLARATIONS:
        assert COMPILED.structure_reader(declaration).__source__.startswith("def read(octets, start, end, faults):")


@pytest.mark.parametrize(
    "node",
    [
        GreedyBytes,
        GreedyRange(Int8ub),
        Array(3, Int32ub),
        PrefixedArray(Int32ub, Int32ub),
        Struct("inner" / Int32ub),
        Union({0: Struct("inner" / Int32ub)}, on="kind"),
        Union({0: Counted(Int32ub)}, on="kind"),
        Added(String),
        Counted(Array(3, Int32ub)),
        Counted(String),
        Counted(Address),
        Repeated(Int32ub),
        Times(2, String),
    ],
    ids=lambda node: f"{node!r} of {node.subcon!r}" if isinstance(node, Subconstruct) else repr(node),
)
def test_nodes_without_generated_code_are_refused(node: Construct) -> None:
    """Also those that the reference engine can read: losing the fast path must fail."""
    with pytest.raises(NotCompilable):
        COMPILED.structure_reader(Struct("kind" / Int32ub, "field" / node))


def test_attributes_of_construct_that_readers_need() -> None:
    named = "name" / Mac
    assert isinstance(named, Renamed)
    assert isinstance(named, Subconstruct)
    assert (named.name, named.subcon, Mac.name) == ("name", Mac, None)
    assert (Mac.length, type(Mac.subcon)) == (8, MacText)
    assert Padded(8, Bytes(6)).subcon.length == 6
    assert issubclass(Value, Adapter)
    assert issubclass(Adapter, Subconstruct)
    assert Const(5, Int32ub).subcon is Int32ub
    assert Struct("a" / Int32ub, "b" / Int16ub).subcons[1].subcon is Int16ub
    assert not isinstance(Opaque(), Subconstruct)
    assert issubclass(Shortage, Exception)
    assert not issubclass(Shortage, StreamError)
    with pytest.raises(StreamError) as caught:
        Struct("a" / Struct("b" / Counted(Int32ub))).parse(u32(2))
    assert str(caught.value).splitlines()[-1] == "8 octets wanted, 0 are there"  # the last line is our own text


def test_plans_of_padded_and_constant_fields() -> None:
    assert fields_of(Struct(Const(5, Int32ub))) == [Field(None, "4x")]
    assert fields_of(Struct("version" / Const(5, Int32ub), "mac" / Mac, "six" / Padded(8, Bytes(6)))) == [
        Field("version", "L"),
        Field("mac", "6s2x", value=Mac.subcon),
        Field("six", "6s2x"),
    ]
