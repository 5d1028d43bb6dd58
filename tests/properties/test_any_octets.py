"""Any octets give a message of plain types or a DecodeError, whatever came before."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder
from netflowparse.types import Message
from tests import message_builder as build
from tests.plain import assert_plain
from tests.strategies import sflow_datagrams

VERSIONS = [bytes((0, version)) for version in (1, 5, 6, 7, 8, 9, 10)] + [b"\0\0\0\5", b"\0\0\0\5\0\0\0\1"]
SOMETIMES = {"completed", "kept", "unknown_samples"}
KEYS = Message.__annotations__.keys() - SOMETIMES

octets = st.one_of(
    st.binary(max_size=200),
    st.builds(bytes.__add__, st.sampled_from(VERSIONS), st.binary(max_size=300)),
    st.lists(
        st.builds(
            build.set_of,
            st.sampled_from([0, 1, 2, 3, 4, 255, 256, 257, 65535]),
            st.binary(max_size=60),
            length=st.one_of(st.none(), st.sampled_from([0, 1, 3, 4, 5, 65535])),
        ),
        max_size=5,
    ).flatmap(lambda sets: st.sampled_from([build.ipfix_message(*sets), build.netflow9_datagram(*sets)])),
    sflow_datagrams,
)


@given(st.lists(st.tuples(octets, st.sampled_from(["a", "b"]), st.sampled_from(["udp", "tcp"])), max_size=6))
@example([(build.ipfix_message(build.set_of(2, b"\1\0\0\1\0\1\0\0" * 9)), "a", "tcp")])
@pytest.mark.conformance("LIB-01", "LIB-07")
def test_any_octets(datagrams: list[tuple[bytes, str, str]]) -> None:
    decoder = Decoder()
    for datagram, exporter, transport in datagrams:
        try:
            message = decoder.decode(datagram, exporter, transport=transport)
        except DecodeError as error:
            assert error.offset <= len(datagram)
            continue
        assert_plain(message)
        assert message.keys() - SOMETIMES == KEYS
        for problem in message["problems"]:
            assert 0 <= problem["offset"] <= len(datagram)
            assert problem["code"]
            assert problem["message"]


@given(octets, octets)
@pytest.mark.conformance("LIB-08")
def test_same_input_and_state_give_the_same_output(first: bytes, second: bytes) -> None:
    outcomes = []
    for _ in range(2):
        decoder = Decoder()
        for datagram in (first, second):
            try:
                outcomes.append(repr(decoder.decode(datagram, "a")))
            except DecodeError as error:
                outcomes.append(repr(error))
    assert outcomes[:2] == outcomes[2:]
