"""The engine: every reader in two makes that read alike, with caches and settings of one decoder."""

from __future__ import annotations

from typing import Any

import pytest
from construct import Bytes, Int8ub, Int16ub, Struct
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Limits
from netflowparse.codec.engine import Engine
from netflowparse.codec.layout import layout_of
from netflowparse.packet.walk import Header
from netflowparse.wire import packet, sets, sflow5
from netflowparse.wire.sflow.flow_records import SampledHeaderHead
from netflowparse.wire.values import Untyped
from netflowparse.wire.xdr import Ip4, Octets, String
from tests.sflow_builder import opaque, string, u32

HEADERS = {name: each for name, each in vars(packet).items() if isinstance(each, Struct)}
OF_LAYOUTS = ("record_reader", "header_reader", "filler")
FLAT = Struct("a" / Int8ub, "b" / Int16ub)


def engine(*, compiled: bool, octet_values: str = "hex") -> Engine:
    return Engine(Limits(), compiled=compiled, octet_values=octet_values)


ENGINES = [engine(compiled=compiled) for compiled in (True, False)]


def test_engines_say_what_they_are() -> None:
    assert Engine(Limits()).compiled is True
    assert Engine(Limits()).octet_values == "hex"
    plain = engine(compiled=False, octet_values="bytes")
    assert (plain.compiled, plain.octet_values) == (False, "bytes")


def test_compiled_engines_compile_and_others_do_not() -> None:
    for compiled, each in zip((True, False), ENGINES, strict=True):
        made = [getattr(each, maker)(layout_of(FLAT)) for maker in OF_LAYOUTS]
        made += [each.structure_reader(FLAT), each.structure_reader(Struct("a" / String))]
        assert [hasattr(reader, "__source__") for reader in made] == [compiled] * 5


def test_the_text_of_a_filler() -> None:
    fill = ENGINES[0].filler(layout_of(packet.VlanTci))
    assert fill.__source__ == (
        "def read(record, octets, offset):\n"
        "    f0, = unpack(octets, offset)\n"
        "    record['priority'] = f0 >> 13 & 7\n"
        "    record['dei'] = f0 >> 12 & 1\n"
        "    record['vlan'] = f0 & 4095\n"
    )


def test_fillers_leave_what_is_there() -> None:
    for each in ENGINES:
        record = {"kept": 1, "a": 2}
        assert each.filler(layout_of(FLAT))(record, b"..\1\0\2", 2) is None
        assert record == {"kept": 1, "a": 1, "b": 2}


@pytest.mark.parametrize("declaration", [sflow5.Head, sets.SetHeader, SampledHeaderHead, *sflow5.SAMPLES.values()])
@given(octets=st.binary(min_size=60, max_size=60), offset=st.integers(0, 9))
def test_heads_are_tuples(declaration: Struct, octets: bytes, offset: int) -> None:
    compiled, interpreted = (each.pair_reader(declaration)(octets, offset) for each in ENGINES)
    assert compiled == interpreted
    assert type(compiled) is tuple
    assert compiled[0] == int.from_bytes(octets[offset : offset + declaration.subcons[0].sizeof()], "big")
    assert len(compiled) == len(declaration.subcons)


@pytest.mark.parametrize(("octet_values", "value"), [("hex", "00ff10"), ("bytes", b"\0\xff\x10")])
def test_octets_that_no_type_explains(octet_values: str, value: Any) -> None:
    for compiled in (True, False):
        made = engine(compiled=compiled, octet_values=octet_values)
        assert made.names["untyped"](b"\0\xff\x10") == value
        read = made.structure_reader(Struct("a" / Octets, "b" / Untyped(Bytes(3))))
        assert read(opaque(b"\0\xff\x10") + b"\0\xff\x10", 0, 11, []) == ({"a": value, "b": value}, 11)
        read = made.structure_reader(Struct("a" / Untyped(Bytes(3))))
        assert read(b"\0\xff\x10", 0, 3, []) == ({"a": value}, 3)


def test_each_engine_has_caches_of_its_own() -> None:
    first, second = Engine(Limits(cached_addresses=2, cached_texts=2)), Engine(Limits())
    read = first.structure_reader(Struct("address" / Ip4, "text" / String))
    for number in range(9):
        octets = u32(number) + string(str(number))
        assert read(octets, 0, len(octets), [])[0] == {"address": f"0.0.0.{number}", "text": str(number)}
        assert len(first.names["ipv4_cache"]) <= 2
        assert 0 < len(first.names["text_cache"]) <= 2
    assert len(second.names["ipv4_cache"]) == len(second.names["text_cache"]) == 0
    assert "f0" not in first.names  # what one reader needs stays its own
    assert "unpack" not in first.names


@pytest.mark.parametrize("name", HEADERS)
@given(octets=st.binary(min_size=90, max_size=90), offset=st.integers(0, 8))
def test_headers_are_filled_alike(name: str, octets: bytes, offset: int) -> None:
    layout = layout_of(HEADERS[name])
    found: list[dict[str, Any]] = []
    for each in ENGINES:
        record: dict[str, Any] = {}
        each.filler(layout)(record, octets, offset)
        assert each.header_reader(layout)(octets, offset) == record
        found.append(record)
    assert repr(found[0]) == repr(found[1])


@pytest.mark.parametrize("name", HEADERS)
@given(
    octets=st.binary(min_size=90, max_size=90),
    offset=st.integers(0, 8),
    lengths=st.lists(st.integers(0, 82), min_size=3, max_size=3).map(sorted),
)
def test_of_a_cut_header_what_is_whole(name: str, octets: bytes, offset: int, lengths: list[int]) -> None:
    """More octets give more fields, each with the value that it has in the whole header, and in the same order."""
    layout = layout_of(HEADERS[name])
    whole = ENGINES[0].header_reader(layout)(octets, offset)
    headers = [Header(engine, HEADERS[name]) for engine in ENGINES]
    before: dict[str, Any] = {}
    for length in (*lengths, layout.minimum_length):
        record, other = dict[str, Any](), dict[str, Any]()
        cut = octets[: offset + length] if length % 2 else octets  # whether or not something stands behind
        for header, found in zip(headers, (record, other), strict=True):
            header.fill_whole(found, cut, offset, offset + length)
        assert repr(record) == repr(other)
        assert record.items() <= whole.items()
        assert record.items() >= before.items() or length == layout.minimum_length
        before = record
    assert list(before.items()) == list(whole.items())


def test_bits_are_there_with_their_last_octet() -> None:
    header = Header(ENGINES[0], packet.Ipv4)
    octets = bytes.fromhex("45b805dc abcd6001 4006")
    counts = []
    for length in range(11):
        record: dict[str, Any] = {}
        header.fill_whole(record, octets[:length], 0, length)
        counts.append(sorted(record))
    assert counts[0] == []
    assert counts[1] == ["ipVersion"]
    assert "fragmentFlags" not in counts[6]
    assert "fragmentFlags" in counts[7]
    assert "fragmentOffset" not in counts[7]
    assert "fragmentOffset" in counts[8]
    assert record["fragmentFlags"] == 0x60
    assert (record["fragmentOffset"], record["protocolIdentifier"]) == (1, 6)
