"""Flow samples that a generated function reads are what they are when they are read record by record."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.codec.engine import Engine
from netflowparse.packet.decoder import PacketDecoder
from netflowparse.protocols.sflow.flows import FlowRecords
from netflowparse.protocols.sflow.shapes import FORMS, MOST_ALIKE, SampleShapes
from tests.packet.stacks import STACKS
from tests.protocols.sflow.structures import COUNTER, FLOW, body, counter_record, values_of
from tests.sflow_builder import (
    counters_sample,
    counters_sample_expanded,
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
    """Both engines say the same of datagrams with these samples: of one in which shapes are met, and of the next."""
    octets = [datagram(list(samples), sequence_number=number) for number in (1, 2)]
    assert outcome(octets, compiled=True) == outcome(octets, compiled=False)


def flows(records: list[bytes], **fields: Any) -> list[bytes]:
    """Two samples of one source, compact, and two expanded."""
    numbers = [{"sequence_number": number, "sample_pool": number * 512, **fields} for number in (1, 2)]
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
    octets = datagram(flows(records)[:2] + flows(records, sequence_number=3)[:1])
    first, second, third = decoder.decode(octets, "r1")["flows"]
    for later in (second, third):
        assert {key: value for key, value in later.items() if key not in STATE} == {
            key: value for key, value in first.items() if key not in STATE
        }
    assert [flow["sampler"]["sequence_number"] for flow in (first, second, third)] == [1, 2, 3]
    assert second["continuity"]["event"] == "in_order"


def shapes_of(limits: Limits, *, compiled: bool = True) -> SampleShapes:
    """Those of compact flow samples, of a decoder with these limits."""
    engine = Engine(limits, compiled=compiled)
    packets = PacketDecoder(engine, limits)
    return SampleShapes(FORMS[0], FlowRecords(engine, limits, packets), packets, engine, limits)


def sight(shapes: SampleShapes, *records: bytes) -> None:
    octets = sample(0, 1, flow_sample(list(records)))
    shapes.sight(octets, 0, len(octets))


def test_shapes_are_bounded() -> None:
    """All forms together have no more functions than allowed."""
    shapes = shapes_of(Limits(record_shapes=4 * len(FORMS)))
    header = sampled_header(bytes(60))
    for number in range(6):
        sight(shapes, *[record(0, 1036 + 4 * place, u32(7)) for place in range(2)][: number % 2], header)
        sight(shapes, record(0, 1021 + number, bytes([24, 24, 32, 32, 56, 56][number])))
        assert len(shapes) <= 4
    assert len(shapes) > 0


def test_functions_that_begin_alike_are_few() -> None:
    """With as many records, and the first of the same format: each may have to be tried."""
    shapes = shapes_of(Limits())
    numbers = [1001, 1011, 1019, 1020, 1027, 1028, 1029]
    for number in numbers:
        size = {1001: 16, 1011: 4, 1019: 8, 1020: 8}.get(number, 4)
        for _ in range(2):
            sight(shapes, sampled_header(bytes(60)), record(0, number, bytes(size)))
        assert len(shapes) <= MOST_ALIKE
    assert len(shapes) == MOST_ALIKE


@pytest.mark.parametrize(
    "records",
    [
        [],
        [record(0, 999, bytes(4)), sampled_header(bytes(60))],
        [record(0, 2201, bytes(64))],  # whose layout is a guess
        [record(0, 1016, u32(0))],  # records inside
        [record(0, 1001, bytes(20))],
        [SWITCH, SWITCH],
    ],
)
def test_samples_that_are_worth_no_function(records: list[bytes]) -> None:
    shapes = shapes_of(Limits())
    sight(shapes, *records)
    assert len(shapes) == 0


def test_shapes_are_not_compiled_for_the_reference_engine() -> None:
    shapes = shapes_of(Limits(), compiled=False)
    sight(shapes, sampled_header(bytes(128)))
    assert len(shapes) == 0


@pytest.mark.parametrize("fill", ["distinct", "zeros"])
@pytest.mark.parametrize("name", sorted(FLOW.keys() - {"sampled_header", "extended_80211_aggregation"}))
def test_every_structure(name: str, fill: str) -> None:
    """Before a sampled header, behind one, and without; cut, and too long."""
    frame = sampled_header(STACKS[0].octets.ljust(128, b"\0"))
    row = FLOW[name]
    octets = body(row.fields, values_of(row.fields, fill))
    samples = []
    for sent in (octets, octets[:-4], octets, octets + bytes(4), octets):
        one = record(row.enterprise, row.number, sent)
        for records in ([one, frame], [frame, SWITCH, one], [one]):
            samples += flows(records)
    agree(*samples)


@pytest.mark.parametrize("fill", ["distinct", "zeros"])
@pytest.mark.parametrize("name", COUNTER)
def test_every_structure_of_counters(name: str, fill: str) -> None:
    row = COUNTER[name]
    other = counter_record("processor", values_of(COUNTER["processor"].fields))
    one = record(row.enterprise, row.number, body(row.fields, values_of(row.fields, fill)))
    samples = []
    for records in ([one], [other, one], [one, other]):
        samples += [sample(0, 2, counters_sample(records, sequence_number=number)) for number in (1, 2, 9)]
        samples += [sample(0, 4, counters_sample_expanded(records, sequence_number=number)) for number in (1, 2)]
    agree(*samples)


@pytest.mark.parametrize("start", [0, 2**31 - 2, 2**32 - 2])
def test_numbers_of_samples(start: int) -> None:
    """Lost, late, repeated, begun anew; pool and drops that wrap, stand still, and fall."""
    frame = sampled_header(STACKS[0].octets.ljust(128, b"\0"))
    numbers = [(0, 0, 0), (1, 5, 0), (2, 9, 1), (3, 9, 1), (5, 2**31 + 9, 1), (4, 50, 1), (6, 60, 2), (6, 60, 2)]
    numbers += [(7, 61, 2**31 + 2), (8, 62, 0), (9, 40, 0), (2**31, 41, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3)]
    samples = []
    for more, pool, drops in numbers:
        words = {"sequence_number": more, "sample_pool": pool, "drops": drops}
        fields = {name: (start + value) % 2**32 for name, value in words.items()}
        samples += [
            sample(0, 1, flow_sample([frame, SWITCH], **fields)),
            sample(0, 3, flow_sample_expanded([frame, SWITCH], source_id=(1, 7), **fields)),
        ]
    agree(*samples)


def test_shapes_in_turn() -> None:
    """More than are tried: some are always read record by record."""
    frame = sampled_header(STACKS[0].octets.ljust(128, b"\0"))
    others = [SWITCH, QUEUE, NAT, record(0, 1027, u32(4)), record(0, 1029, u32(5)), record(0, 1002, words(0, 24, 16))]
    agree(*[each for _ in range(3) for other in others for each in flows([frame, other])])


def test_a_datagram_that_is_cut() -> None:
    """Wherever it ends, in the last of samples of one shape."""
    records = [[SWITCH, sampled_header(STACKS[0].octets.ljust(64, b"\0"))], [sampled_header(bytes(60)), SWITCH]]
    for each in records:
        whole = datagram(flows(each)[:3])
        for end in range(len(whole) - 170, len(whole), 3):
            octets = [whole, whole[:end], whole]
            assert outcome(octets, compiled=True) == outcome(octets, compiled=False)


def test_more_samples_than_are_counted() -> None:
    samples = flows([SWITCH, sampled_header(STACKS[0].octets.ljust(64, b"\0"))])[:3]
    for count in range(5):
        octets = [datagram(samples), datagram(samples, count=count), datagram(samples)]
        assert outcome(octets, compiled=True) == outcome(octets, compiled=False)


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
