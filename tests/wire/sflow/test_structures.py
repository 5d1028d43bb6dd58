"""The tables of sFlow's structures: they build what they read, and take the octets that the layout document says."""

from __future__ import annotations

import pytest
from construct import ConstError, StreamError

from netflowparse.wire import sflow5
from netflowparse.wire.sflow.counter_records import COUNTER_RECORDS
from netflowparse.wire.sflow.flow_records import FLOW_RECORDS, UNPADDED_ETHERNET, SampledHeaderHead, UnpaddedEthernet
from netflowparse.wire.sflow.structures import Structure
from netflowparse.wire.xdr import (
    minimum_length,
)
from tests.protocols.sflow.structures import COUNTER, FLOW, TAILS, VARIANTS, Row, body, values_of
from tests.sflow_builder import address, f32, mac, string, u32, u64, words

TABLES = [
    *((FLOW_RECORDS[row.enterprise, row.number], row) for row in FLOW.values()),
    *((COUNTER_RECORDS[row.enterprise, row.number], row) for row in COUNTER.values()),
]
rows = pytest.mark.parametrize(("structure", "row"), TABLES, ids=[row.name for _, row in TABLES])
FRAMES = {"pdus": [{"flow_records": {"extended_queue": {"depth": 9}, "extended_function": {"symbol": "f"}}}] * 2}


def bodies_of(row: Row) -> list[bytes]:
    """Octets of a structure, filled in several ways; fields that were added later come and go."""
    if row.name == "extended_80211_aggregation":
        return [body(row.fields, values) for values in ({"pdus": []}, FRAMES)]
    all_fields = row.fields + TAILS.get(row.name, [])
    return [body(fields, values_of(fields, variant)) for variant in VARIANTS for fields in (row.fields, all_fields)]


@pytest.mark.conformance("SFLOW-4-09")
@rows
def test_structures_build_what_they_read(structure: Structure, row: Row) -> None:
    assert structure.name == row.name
    for octets in bodies_of(row):
        parsed = structure.layouts[0].parse(octets)
        assert structure.layouts[0].build(parsed) == octets


@pytest.mark.conformance("SFLOW-4-09")
@rows
def test_structures_take_at_least_their_nominal_size(structure: Structure, row: Row) -> None:
    (declaration, *_) = structure.layouts
    assert minimum_length(declaration) == row.size
    assert len(declaration.parse(bytes(row.size))) >= len(row.fields)
    with pytest.raises(StreamError):
        declaration.parse(bytes(row.size - 1))
    if row.fixed and row.name not in TAILS:
        assert declaration.sizeof() == row.size


def test_the_tables_have_no_more_than_the_document() -> None:
    assert FLOW_RECORDS.keys() == {(row.enterprise, row.number) for row in FLOW.values()}
    assert COUNTER_RECORDS.keys() == {(row.enterprise, row.number) for row in COUNTER.values()}
    structures = [*FLOW_RECORDS.values(), *COUNTER_RECORDS.values()]
    doubtful = [structure.name for structure in structures if structure.doubtful]
    assert doubtful == ["http_request_deprecated", "bst_port_buffers"]
    assert {structure.name for structure in structures if len(structure.layouts) > 1} <= set(doubtful)


def test_structures_of_two_forms() -> None:
    octets = words(*range(4), *range(16))
    (_, eight) = COUNTER_RECORDS[4413, 2].layouts
    assert minimum_length(eight) == len(octets) == 80
    assert eight.build(eight.parse(octets)) == octets
    unpadded = u32(64) + bytes(range(12)) + u32(0x0800)
    assert minimum_length(UnpaddedEthernet) == UnpaddedEthernet.sizeof() == UNPADDED_ETHERNET == len(unpadded)
    assert UnpaddedEthernet.build(UnpaddedEthernet.parse(unpadded)) == unpadded


METRICS = [string("text"), u32(5), u64(6), u32(7), u64(8), f32(1.5), bytes.fromhex("3ff8000000000000")]
FIELDS = [string("text"), mac("02:00:00:00:00:01"), bytes([192, 0, 2, 1]), bytes(15) + b"\1", u32(2**32 - 1)]
FIELDS += [u64(2**64 - 1), f32(1.5), bytes.fromhex("3ff8000000000000")]


def test_vendor_samples_build_what_they_read() -> None:
    (metric,), (flow,) = (sflow5.VENDOR_SAMPLES[4300, number].layouts for number in (1002, 1003))
    assert (minimum_length(metric), minimum_length(flow)) == (16, 16)
    found = []
    for kind, octets in enumerate(METRICS):
        whole = string("device") + string("metric") + u32(kind) + octets
        found.append(metric.parse(whole).value)
        assert metric.build(metric.parse(whole)) == whole
    assert found == ["text", 5, 6, 7, 8, 1.5, 1.5]
    whole = string("device") + string("name") + words(400, 5000)
    whole += b"".join(u32(kind) + octets for kind, octets in enumerate(FIELDS))
    parsed = flow.parse(whole)
    assert [each.value for each in parsed.fields] == [
        *("text", "02:00:00:00:00:01", "192.0.2.1", "::1", -1, -1, 1.5, 1.5)
    ]
    assert flow.build(parsed) == whole


@pytest.mark.parametrize(("number", "size"), [((0, 1), 32), ((0, 2), 12), ((0, 3), 44), ((0, 4), 16), ((0, 5), 32)])
def test_heads_of_samples(number: tuple[int, int], size: int) -> None:
    declaration = sflow5.SAMPLES[number]
    assert declaration.sizeof() == minimum_length(declaration) == size
    octets = bytes(range(size))
    assert declaration.build(declaration.parse(octets)) == octets


@pytest.mark.conformance("SFLOW-5-01")
@pytest.mark.parametrize(("kind", "agent", "size"), [(0, None, 24), (1, "192.0.2.1", 28), (2, "2001:db8::1", 40)])
def test_headers_of_datagrams(kind: int, agent: str | None, size: int) -> None:
    octets = u32(5) + address(agent) + words(1, 2, 3, 4)
    declaration = sflow5.DATAGRAM_HEADERS[kind]
    assert declaration.sizeof() == minimum_length(declaration) == len(octets) == size
    parsed = declaration.parse(octets)
    fields = {"version": 5, "agentAddress": agent, "subAgentId": 1, "sequenceNumber": 2, "sysUpTime": 3}
    assert {name: value for name, value in parsed.items() if name != "_io"} == {**fields, "sampleCount": 4}
    assert declaration.build(parsed) == octets
    for wrong in (u32(4) + octets[4:], octets[:4] + u32(kind + 1) + octets[8:]):
        with pytest.raises(ConstError):
            declaration.parse(wrong)


def test_heads_before_bodies() -> None:
    assert sorted(sflow5.DATAGRAM_HEADERS) == [0, 1, 2]
    assert (sflow5.Head.sizeof(), SampledHeaderHead.sizeof()) == (8, 16)
    assert sflow5.Head.parse(u32(1 << 12 | 7) + u32(9)) == {"data_format": 0x1007, "length": 9}
