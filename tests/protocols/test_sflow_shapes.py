"""Flow samples that a generated function reads are what they are when they are read record by record."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.codec.engine import Engine
from netflowparse.packet.decoder import PacketDecoder
from netflowparse.protocols.sflow_shapes import SampleShapes
from tests.packet.stacks import STACKS
from tests.sflow_builder import (
    datagram,
    flow_sample,
    flow_sample_expanded,
    record,
    sample,
    sampled_header,
    u32,
    words,
)

SWITCH = record(0, 1001, words(10, 1, 20, 2))
QUEUE = record(0, 1036, u32(7))
NAT = record(0, 1020, words(80, 8080))
STATE = ("sampler", "continuity")


def outcome(octets: list[bytes], *, compiled: bool) -> list[Any]:
    """The messages, in the order of their keys."""
    decoder = Decoder(compiled=compiled)
    return [repr(decoder.decode(each, "r1")) for each in octets]


def agree(*samples: bytes) -> None:
    """Both engines say the same of datagrams with these samples, sent again and again."""
    octets = [datagram(list(samples), sequence_number=number) for number in range(1, 4)]
    assert outcome(octets, compiled=True) == outcome(octets, compiled=False)


def flows(records: list[bytes], **fields: Any) -> list[bytes]:
    """Three samples of one source, compact, and three expanded."""
    numbers = [{"sequence_number": number, "sample_pool": number * 512, **fields} for number in (1, 2, 3)]
    compact = [sample(0, 1, flow_sample(records, **each)) for each in numbers]
    return compact + [sample(0, 3, flow_sample_expanded(records, **each)) for each in numbers]


@pytest.mark.parametrize("number", range(3))
def test_stacks(number: int) -> None:
    """Every one of them, with its header in one of three places."""
    for stack in STACKS[number::3]:
        header = sampled_header(stack.octets, protocol=stack.protocol)
        agree(*flows([[header, SWITCH], [NAT, SWITCH, QUEUE, header], [header]][number]))


@pytest.mark.parametrize("cut", [*range(0, 66, 5), 53, 54, 58, 127, 128])
def test_headers_of_any_length(cut: int) -> None:
    """Their shapes are the same as long as the header comes last."""
    octets = STACKS[0].octets.ljust(128, b"\0")
    whole = flows([SWITCH, sampled_header(octets)])
    agree(*whole, *flows([SWITCH, sampled_header(octets[:cut])]), *whole)


@pytest.mark.parametrize(
    "other",
    [
        [SWITCH, record(0, 1, words(1, 1000, 4, 200) + bytes(128))],  # more octets than there are
        [SWITCH, record(0, 1, words(1, 1000, 4, 60) + bytes(128))],  # fewer
        [SWITCH, sampled_header(bytes(128), protocol=5)],
        [SWITCH, record(0, 999, bytes(144))],
        [SWITCH, QUEUE],
        [SWITCH, sampled_header(bytes(128)), QUEUE],
        [record(0, 1001, words(10, 1, 20, 2, 30)), sampled_header(bytes(128))],
        [SWITCH, SWITCH],
        [SWITCH],
        [],
    ],
)
def test_other_samples_with_the_same_beginning(other: list[bytes]) -> None:
    usual = [SWITCH, sampled_header(STACKS[0].octets.ljust(128, b"\0"))]
    agree(*flows(usual), *flows(other), *flows(usual), *flows(other, count=2), *flows(usual, count=3))


@pytest.mark.parametrize("word", [0, 1, 0x3FFFFFFE, 0x3FFFFFFF, 0x40000102, 0x80000003, 0xC0000001, 0xFFFFFFFF])
def test_interfaces(word: int) -> None:
    records = [SWITCH, sampled_header(STACKS[0].octets.ljust(128, b"\0"))]
    compact = [sample(0, 1, flow_sample(records, input=word, output=word)) for _ in range(3)]
    ways = (word >> 30, word & 0x3FFFFFFF)
    expanded = [sample(0, 3, flow_sample_expanded(records, input=ways, output=(0, word))) for _ in range(3)]
    agree(*compact, *expanded)


def test_a_shape_is_learned_once_and_then_used() -> None:
    decoder = Decoder()
    records = [SWITCH, sampled_header(STACKS[0].octets.ljust(128, b"\0"))]
    octets = datagram(flows(records)[:3])
    first, second, third = decoder.decode(octets, "r1")["flows"]
    for later in (second, third):
        assert {key: value for key, value in later.items() if key not in STATE} == {
            key: value for key, value in first.items() if key not in STATE
        }
    assert [flow["sampler"]["sequence_number"] for flow in (first, second, third)] == [1, 2, 3]
    assert second["continuity"]["event"] == "in_order"


def test_shapes_are_bounded() -> None:
    limits = Limits(record_shapes=4)
    engine = Engine(limits)
    shapes = SampleShapes(engine, limits, PacketDecoder(engine, limits), (0, 1))
    for size in range(limits.record_shapes + 2):
        body = flow_sample([sampled_header(bytes(60 + 4 * size)), QUEUE])
        shapes.sight(body, 0, len(body))
        assert len(shapes.readers) <= limits.record_shapes
    assert len(shapes.readers) == 2


def test_shapes_are_not_compiled_for_the_reference_engine() -> None:
    limits = Limits()
    engine = Engine(limits, compiled=False)
    shapes = SampleShapes(engine, limits, PacketDecoder(engine, limits), (0, 1))
    body = flow_sample([sampled_header(bytes(128))])
    shapes.sight(body, 0, len(body))
    assert shapes.readers == {}


@pytest.mark.parametrize("more", [0, 4, 8, 12])
def test_octets_behind_a_shape(more: int) -> None:
    """A length that is wrong by a word too, with another sample where the records end."""
    for records in ([sampled_header(STACKS[0].octets[:56]), SWITCH], [SWITCH, sampled_header(STACKS[0].octets[:56])]):
        usual = flows(records)
        body = flow_sample(records, sequence_number=9)
        agree(*usual, sample(0, 1, body + bytes(more)), *usual)
        agree(*usual, sample(0, 1, body, length=len(body) + more), *usual)


@pytest.mark.parametrize("length", range(48, 60))
def test_short_headers_before_other_records(length: int) -> None:
    octets = next(stack.octets for stack in STACKS if stack.name.endswith("ipv4 tcp") and len(stack.octets) > 60)
    agree(*flows([sampled_header(octets[:56]), SWITCH]), *flows([sampled_header(octets[:length]), SWITCH]))
