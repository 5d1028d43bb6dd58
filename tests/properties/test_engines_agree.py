"""Both engines give the same dicts and report the same values, for any template, any names and any octets."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from construct import Struct
from hypothesis import example, given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder, Limits, Registry
from netflowparse.codec import reference
from netflowparse.codec.compile import Compiler
from netflowparse.codec.display import Clock
from netflowparse.codec.engine import Engine
from netflowparse.codec.layout import Layout, layout_of
from netflowparse.codec.namespace import namespace
from netflowparse.codec.reader import Faults, Incomplete, StructureReader
from netflowparse.codec.record import template_layout
from netflowparse.packet.decoder import LAYERS, PacketDecoder
from netflowparse.protocols.fixed import DECLARATIONS
from netflowparse.protocols.problems import Problems
from netflowparse.template import FieldSpecifier, Template
from netflowparse.wire import ipfix, netflow9
from netflowparse.wire.sflow.counter_records import COUNTER_RECORDS
from netflowparse.wire.sflow.flow_records import FLOW_RECORDS, UnpaddedEthernet
from netflowparse.wire.sflow5 import VENDOR_SAMPLES
from tests import message_builder as build
from tests import sflow_builder as sflow
from tests.plain import assert_plain
from tests.protocols.sflow.structures import COUNTER, FLOW
from tests.strategies import (
    OwnRegistry,
    bodies,
    bodies_of,
    registry_and_template,
    sampled_packets,
    sflow_datagrams,
    sflow_octets,
    spoiled,
    usual_samples,
)

LIMITS = Limits(cached_texts=3, cached_addresses=3)
COMPILERS = {octet_values: Compiler(namespace(LIMITS, octet_values)) for octet_values in ("hex", "bytes")}
COMPILER = COMPILERS["hex"]
CLOCK = Clock(1_700_000_000_123, 4_000_000_000)
FIXED = [
    *(record for _, records in DECLARATIONS.values() for record in records.values()),
    *(netflow9.FieldSpecifier, ipfix.FieldSpecifier),
]
HEADERS = [*(header for header, _ in DECLARATIONS.values()), netflow9.Header, ipfix.MessageHeader]


def assert_equal_readings(
    layout: Layout, octets: bytes, start: int, end: int, most: int, compiler: Compiler = COMPILER
) -> None:
    """Both engines read *octets* alike: records, where they stop, and what they report."""
    readings = []
    for engine in (compiler, reference):
        faults: list[tuple[int, int]] = []
        readings.append((engine.record_reader(layout)(octets, start, end, most, faults, CLOCK), faults))
    (compiled, compiled_faults), (interpreted, interpreted_faults) = readings
    assert repr(compiled) == repr(interpreted)  # repr tells 1 from True and 1.0
    assert sorted(compiled_faults) == sorted(interpreted_faults)


@given(
    registry_and_template(),
    bodies,
    st.binary(max_size=5),
    st.binary(max_size=5),
    st.integers(0, 40),
    st.sampled_from(sorted(COMPILERS)),
)
@example(
    (
        OwnRegistry([("boolean", "a\nb"), ("float32", "'")]),
        Template("ipfix", 256, None, (FieldSpecifier(64999, 1, 1), FieldSpecifier(64999, 2, 4))),
    ),
    bytes.fromhex("03 7fc00000 01 3f800000 02 ff800000"),
    b"",
    b"",
    9,
    "hex",
)
def test_records_of_any_template(
    drawn: tuple[Registry, Template], body: bytes, before: bytes, after: bytes, most: int, octet_values: str
) -> None:
    registry, template = drawn
    layout = template_layout(template, registry, octet_values)
    if layout.minimum_length:
        octets = before + body + after
        end = len(before) + len(body)
        assert_equal_readings(layout, octets, len(before), end, most, COMPILERS[octet_values])


@pytest.mark.parametrize(
    "declaration", FIXED, ids=lambda each: str(each.sizeof() if each is not ipfix.FieldSpecifier else "E")
)
@given(body=st.binary(max_size=200), most=st.integers(0, 5))
def test_records_of_fixed_declarations(declaration: object, body: bytes, most: int) -> None:
    assert_equal_readings(layout_of(declaration), body, 0, len(body), most)


@pytest.mark.parametrize("declaration", HEADERS, ids=range(len(HEADERS)))
@given(data=st.data())
def test_headers(declaration: object, data: st.DataObject) -> None:
    layout = layout_of(declaration)
    version = declaration.subcons[0].subcon.value.to_bytes(2, "big")
    octets = version + data.draw(st.binary(min_size=layout.minimum_length - 2, max_size=layout.minimum_length + 3))
    assert COMPILER.header_reader(layout)(octets, 0) == reference.header_reader(layout)(octets, 0)


def outcome(decoder: Decoder, datagram: bytes, transport: str) -> str:
    """The message, or the error and its text."""
    try:
        return repr(decoder.decode(datagram, "192.0.2.1", transport=transport))
    except DecodeError as error:
        return repr(error)


@given(registry_and_template(), st.lists(bodies, min_size=1, max_size=4), st.integers(0, 400), st.data())
def test_whole_messages(drawn: tuple[Registry, Template], some: list[bytes], cut: int, data: st.DataObject) -> None:
    """Also in sequence, spoiled and cut: headers, sets, template records, problems and events come out the same."""
    registry, template = drawn
    flat = [
        field[1:] if template.protocol == "netflow9" or not field.enterprise else field for field in template.fields
    ]
    scope = template.scope_count
    if template.protocol == "netflow9":
        record = (
            build.template(256, flat)
            if scope is None
            else build.netflow9_options_template(256, flat[:scope], flat[scope:])
        )
        make, set_id = build.netflow9_datagram, 0 if scope is None else 1
    else:
        record = build.template(256, flat) if scope is None else build.options_template(256, flat[:scope], flat[scope:])
        make, set_id = build.ipfix_message, 2 if scope is None else 3
    datagrams = [make(build.set_of(set_id, record)), make(*(build.set_of(256, body) for body in some))]
    spoiled = bytearray(datagrams[data.draw(st.integers(0, 1))])
    spoiled[data.draw(st.integers(2, len(spoiled) - 1))] = data.draw(st.sampled_from([0, 1, 3, 4, 127, 128, 255]))
    datagrams += [bytes(spoiled), datagrams[1][:cut], *reversed(datagrams)]
    decoders = [Decoder(registry=registry, compiled=compiled) for compiled in (True, False)]
    for datagram in datagrams:
        transport = data.draw(st.sampled_from(["udp", "tcp"]))
        compiled, interpreted = (outcome(decoder, datagram, transport) for decoder in decoders)
        assert compiled == interpreted


ENGINES = {
    octet_values: [Engine(LIMITS, compiled=compiled, octet_values=octet_values) for compiled in (True, False)]
    for octet_values in ("hex", "bytes")
}
STRUCTURES = {
    f"{each.name} {index}": (each.layouts[index], row)
    for table, rows in ((FLOW_RECORDS, FLOW), (COUNTER_RECORDS, COUNTER))
    for row in rows.values()
    for each in [table[row.enterprise, row.number]]
    for index in range(len(each.layouts))
}
VARIABLE = sorted(name for name, (_, row) in STRUCTURES.items() if not row.fixed)


@cache
def structure_readers(declaration: Struct, octet_values: str) -> list[StructureReader]:
    """The readers of both engines."""
    return [engine.structure_reader(declaration) for engine in ENGINES[octet_values]]


def structure_outcomes(declaration: Struct, octets: bytes, start: int, end: int, octet_values: str) -> list[str]:
    """What each engine reads: fields, where they stop or why they end early, and the faults."""
    found = []
    for read in structure_readers(declaration, octet_values):
        faults: Faults = [(0, 99)]
        try:
            result: tuple[Any, ...] = read(octets, start, end, faults)
            assert start <= result[1] <= end
        except Incomplete as incomplete:
            result = (incomplete.fields, incomplete.offset, incomplete.element, str(incomplete), incomplete.unknown)
            assert start <= incomplete.offset <= end
        found.append(repr((result, sorted(faults))))
    return found


octets_around = st.tuples(st.binary(max_size=5), st.binary(max_size=9))


@pytest.mark.parametrize("name", VARIABLE)
@given(data=st.data(), around=octets_around, octet_values=st.sampled_from(sorted(ENGINES)))
def test_structures_with_counts(name: str, data: st.DataObject, around: tuple[bytes, bytes], octet_values: str) -> None:
    declaration, row = STRUCTURES[name]
    octets = data.draw(st.one_of(bodies_of(row).flatmap(spoiled), sflow_octets))
    before, after = around
    whole = before + octets + after
    compiled, interpreted = structure_outcomes(declaration, whole, len(before), len(before + octets), octet_values)
    assert compiled == interpreted


@given(st.sampled_from(sorted(STRUCTURES.keys() - VARIABLE)), st.data(), octets_around)
def test_structures_of_fixed_fields(name: str, data: st.DataObject, around: tuple[bytes, bytes]) -> None:
    declaration, row = STRUCTURES[name]
    octets = data.draw(st.binary(min_size=row.size, max_size=row.size).flatmap(spoiled))
    before, after = around
    whole = before + octets + after
    compiled, interpreted = structure_outcomes(declaration, whole, len(before), len(before + octets), "hex")
    assert compiled == interpreted


@given(st.sampled_from([*VENDOR_SAMPLES.values()]), sflow_octets, st.booleans())
def test_structures_of_vendors(structure: Any, octets: bytes, named: bool) -> None:
    octets = sflow.string("d") + sflow.string("m") + octets if named else octets
    compiled, interpreted = structure_outcomes(structure.layouts[0], octets, 0, len(octets), "hex")
    assert compiled == interpreted


@given(st.binary(max_size=24))
def test_addresses_without_padding(octets: bytes) -> None:
    compiled, interpreted = structure_outcomes(UnpaddedEthernet, octets, 0, len(octets), "hex")
    assert compiled == interpreted


def shown(decoder: Decoder, datagram: bytes) -> str:
    """The message whatever the order of its keys, or the error and its text."""
    try:
        return json.dumps(decoder.decode(datagram, "192.0.2.1"), sort_keys=True)
    except DecodeError as error:
        return repr((error, error.offset, error.protocol, error.spec))


@given(st.lists(sflow_datagrams, min_size=1, max_size=3), st.data())
def test_sequences_of_sflow_datagrams(datagrams: list[bytes], data: st.DataObject) -> None:
    """As drawn, spoiled, cut, and again: what is remembered is the same too."""
    datagrams += [data.draw(spoiled(datagrams[0])), datagrams[-1][: data.draw(st.integers(0, 200))], *datagrams]
    decoders = [Decoder(compiled=compiled) for compiled in (True, False)]
    for datagram in datagrams:
        compiled, interpreted = (shown(decoder, datagram) for decoder in decoders)
        assert compiled == interpreted


@given(st.lists(usual_samples(), min_size=1, max_size=3), st.data())
def test_samples_of_a_shape_that_comes_again(samples: list[bytes], data: st.DataObject) -> None:
    """Again and again, with others of the same first octets and spoiled ones between."""
    decoders = [Decoder(compiled=compiled) for compiled in (True, False)]
    whole = sflow.datagram(samples)
    datagrams = [whole] * 8 + [data.draw(spoiled(whole)) for _ in range(6)] + [whole]
    for datagram in datagrams:
        compiled, interpreted = (shown(decoder, datagram) for decoder in decoders)
        assert compiled == interpreted


PACKET_DECODERS = {
    limits: [PacketDecoder(engine, limits) for engine in ENGINES["hex"]]
    for limits in (Limits(), Limits(packet_layers=3, nesting=1))
}


@given(sampled_packets, octets_around, st.sampled_from([*PACKET_DECODERS]))
def test_packets(packet: tuple[int, bytes], around: tuple[bytes, bytes], limits: Limits) -> None:
    """Whatever layer is taken for the first: plain, the same from both engines, and nothing around is read."""
    (_, octets), (before, after) = packet, around
    for layer in LAYERS:
        found = []
        for decoder in PACKET_DECODERS[limits]:
            for start, whole in ((0, octets), (len(before), before + octets + after)):
                said: dict[str, Any] = {}
                problems = Problems(limits)
                decoder.decode(said, whole, start, start + len(octets), layer, problems)
                assert_plain(said)
                found.append((json.dumps(said), [problem["offset"] - start for problem in problems.entries]))
        assert all(each == found[0] for each in found)
        assert all(0 <= offset <= len(octets) for offset in found[0][1])


@given(sampled_packets, octets_around, st.integers(0, 90))
def test_usual_packets_at_once_and_header_by_header(
    packet: tuple[int, bytes], around: tuple[bytes, bytes], length: int
) -> None:
    """What is read in one go is what the walk through the headers gives; else nothing is touched."""
    (_, octets), (before, after) = packet, around
    start, whole = len(before), before + octets + after
    for end in (start + len(octets), start + min(length, len(octets))):
        for decoder in PACKET_DECODERS[Limits()]:
            at_once: dict[str, Any] = {}
            walked: dict[str, Any] = {}
            problems = Problems(LIMITS)
            usual = decoder.decode_usual(at_once, whole, start, end)
            decoder.decode(walked, whole, start, end, "ethernet", problems)
            assert at_once == (walked if usual else {})
            assert not (usual and problems.entries)
