"""Versions 1, 5, 6, 7 and 8 against octets packed from the layout document's tables."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, encode
from tests.protocols import layouts

CASES = [(version, None, table) for version, table in layouts.RECORDS.items()]
CASES += [(8, number, table) for number, table in layouts.AGGREGATIONS.items()]
TIME, UPTIME = 0x65E0F000, 10_000


def message(version: int, flows: list[Any], **header: int) -> dict[str, Any]:
    """A message of a fixed version, exported ten seconds after the exporter's start."""
    return {
        "protocol": f"netflow{version}",
        "header": {"sysUpTime": UPTIME, "exportTime": TIME, **header},
        "flows": flows,
    }


@pytest.mark.parametrize(("version", "aggregation", "table"), CASES)
def test_every_layout(version: int, aggregation: int | None, table: str) -> None:
    values = [layouts.distinct(table, seed) for seed in (1, 101)]
    header = {} if aggregation is None else {"aggregation": aggregation}
    octets = layouts.datagram(version, [layouts.pack(table, **each) for each in values], **header)
    assert encode(message(version, [layouts.shown(each) for each in values], **header)) == [octets]


def test_headers() -> None:
    header = {
        "exportNanoseconds": 5,
        "sequenceNumber": 6,
        "engineType": 7,
        "engineId": 8,
        "samplingMode": 2,
        "samplingInterval": 1000,
    }
    table = {"unix_nsecs": 5, "flow_sequence": 6, "engine_type": 7, "engine_id": 8, "sampling": 2 << 14 | 1000}
    assert encode(message(5, [], **header)) == [layouts.datagram(5, [], **table)]
    header = {"sequenceNumber": 6, "engineType": 7, "engineId": 8, "aggregation": 3, "aggregationVersion": 2}
    table = {"flow_sequence": 6, "engine_type": 7, "engine_id": 8, "aggregation": 3, "aggregation_version": 2}
    assert encode(message(8, [], **header)) == [layouts.datagram(8, [], **table)]


def test_what_is_not_there_is_zero() -> None:
    assert encode({"protocol": "netflow5", "flows": [{"octetDeltaCount": 5}]}) == [
        struct.pack(">HH20x", 5, 1) + struct.pack(">20xI24x", 5)
    ]


def test_counts_are_told_by_what_is_written() -> None:
    (octets,) = encode({"protocol": "netflow5", "header": {"version": 9, "count": 77}, "flows": [{}, {}]})
    assert octets[:4].hex() == "00050002"


@pytest.mark.parametrize("milliseconds", [0, 1, -9_000, 50_000, 2**31 - 10_001, -(2**31) + 1])
def test_absolute_times_stand_for_sysuptimes(milliseconds: int) -> None:
    """Modulo 2^32 ms; those that are there count, whatever stands beside them."""
    time = TIME * 1000 + milliseconds
    (octets,) = encode(message(5, [{"flowStartMilliseconds": time, "flowEndMilliseconds": TIME * 1000}]))
    assert struct.unpack(">II", octets[48:56]) == ((UPTIME + milliseconds) % 2**32, UPTIME)
    (octets,) = encode(message(5, [{"flowStartMilliseconds": TIME * 1000 - 9_000, "flowStartSysUpTime": 1_000}]))
    assert struct.unpack(">I", octets[48:52]) == (1_000,)


@pytest.mark.parametrize("milliseconds", [2**31, -(2**31) - 1, 10**15])
def test_times_too_far_for_a_sysuptime(milliseconds: int) -> None:
    flow = {"flowEndMilliseconds": TIME * 1000 + milliseconds}
    with pytest.raises(EncodeError) as caught:
        encode(message(5, [{}, flow]))
    assert caught.value.path == ("flows", 1, "flowEndMilliseconds")
    assert caught.value.why == (
        f"{flow['flowEndMilliseconds']}, which is too far from the header's exportTime for a sysUpTime"
    )


def test_absolute_times_beside_others_must_follow_from_them() -> None:
    """What does not is no field of the version: it would be lost."""
    flow = {"flowStartSysUpTime": 1_000, "flowStartMilliseconds": TIME * 1000 - 8_999}
    with pytest.raises(EncodeError) as caught:
        encode(message(5, [flow]))
    assert (caught.value.path, caught.value.why) == (("flows", 0, "flowStartMilliseconds"), "no field of this version")


@pytest.mark.parametrize(("version", "head", "size"), [(1, 16, 48), (5, 24, 48), (7, 24, 52)])
def test_several_datagrams(version: int, head: int, size: int) -> None:
    flows = [{"octetDeltaCount": number} for number in range(70)]
    header = {} if version == 1 else {"sequenceNumber": 2**32 - 30}
    made = encode(message(version, flows, **header), max_length=head + 30 * size + 5)
    assert [len(each) for each in made] == [head + 30 * size, head + 30 * size, head + 10 * size]
    if version > 1:
        assert [int.from_bytes(each[16:20], "big") for each in made] == [2**32 - 30, 0, 30]
    decoder = Decoder()
    read = [flow["octetDeltaCount"] for each in made for flow in decoder.decode(each, "exporter")["flows"]]
    assert read == list(range(70))


def test_no_room_for_a_flow() -> None:
    with pytest.raises(EncodeError) as caught:
        encode(message(5, [{}]), max_length=71)
    assert caught.value.why == "71 octets have no room for a flow, which takes 72 with the header"
