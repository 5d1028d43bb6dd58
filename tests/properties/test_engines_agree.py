"""Both engines give the same dicts and report the same values, for any template, any names and any octets."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder, Limits, Registry
from netflowparse.codec import reference
from netflowparse.codec.compile import Compiler
from netflowparse.codec.display import clock
from netflowparse.codec.layout import Layout, layout_of
from netflowparse.codec.namespace import namespace
from netflowparse.codec.record import template_layout
from netflowparse.template import FieldSpecifier, Template
from netflowparse.wire import ipfix, netflow5, netflow8, netflow9
from tests import message_builder as build
from tests.strategies import OwnRegistry, bodies, registry_and_template

LIMITS = Limits(cached_texts=3, cached_addresses=3)
COMPILERS = {octet_values: Compiler(namespace(LIMITS, octet_values)) for octet_values in ("hex", "bytes")}
COMPILER = COMPILERS["hex"]
CLOCK = clock(1_700_000_000_123, 4_000_000_000)
FIXED = [
    *(netflow5.Record1, netflow5.Record5, netflow5.Record6, netflow5.Record7),
    *netflow8.RECORDS.values(),
    netflow9.FieldSpecifier,
    ipfix.FieldSpecifier,
]
HEADERS = [
    *(netflow5.Header1, netflow5.Header5, netflow5.Header6, netflow5.Header7, netflow8.Header8),
    *(netflow9.Header, ipfix.MessageHeader),
]


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
