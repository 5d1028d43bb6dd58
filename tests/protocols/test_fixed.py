"""NetFlow v1, v5, v6, v7 and v8: every column of every layout, the worked example, and sequence numbers."""

import pytest

from tests.plain import assert_plain
from tests.protocols import layouts
from tests.protocols.examples import NETFLOW5
from tests.protocols.layouts import datagram, record5

EXPORT_TIME = 0x65E0F000
UP = 0x8000_0000  # ms: every time that ``layouts.distinct`` makes is at most half the range away


def expected_flow(values, export_milliseconds, uptime):
    flow = layouts.shown(values)
    for name, absolute in (("first", "flowStartMilliseconds"), ("last", "flowEndMilliseconds")):
        flow[absolute] = export_milliseconds - (uptime - values[name])
    return flow


@pytest.mark.conformance("NF5-1-01", "NF5-2-01")
def test_worked_example_of_version_5(decoder):
    message = decoder.decode(NETFLOW5, "r1")
    assert message == {
        "protocol": "netflow5",
        "exporter": "r1",
        "header": {
            "version": 5,
            "count": 1,
            "sysUpTime": 10_000,
            "exportTime": EXPORT_TIME,
            "exportNanoseconds": 0,
            "sequenceNumber": 42,
            "engineType": 0,
            "engineId": 0,
            "samplingMode": 0,
            "samplingInterval": 0,
        },
        "flows": [
            {
                "sourceIPv4Address": "192.0.2.1",
                "destinationIPv4Address": "198.51.100.1",
                "ipNextHopIPv4Address": "0.0.0.0",
                "ingressInterface": 1,
                "egressInterface": 2,
                "packetDeltaCount": 10,
                "octetDeltaCount": 1500,
                "flowStartSysUpTime": 5000,
                "flowEndSysUpTime": 9000,
                "sourceTransportPort": 50000,
                "destinationTransportPort": 443,
                "tcpControlBits": 0x1B,
                "protocolIdentifier": 6,
                "ipClassOfService": 0,
                "bgpSourceAsNumber": 65000,
                "bgpDestinationAsNumber": 65001,
                "sourceIPv4PrefixLength": 24,
                "destinationIPv4PrefixLength": 24,
                "flowStartMilliseconds": EXPORT_TIME * 1000 - 5000,
                "flowEndMilliseconds": EXPORT_TIME * 1000 - 1000,
            }
        ],
        "options": [],
        "counters": [],
        "templates": [],
        "sequence": {"expected": None, "missing": 0, "event": "first"},
        "problems": [],
        "quirks": [],
        "late": [],
    }


@pytest.mark.conformance("NF5-2-01", "NF5-2-02", "NF5-4-01")
@pytest.mark.fault("N5-12")
@pytest.mark.parametrize("pad", [0, 0xFF])
@pytest.mark.parametrize(
    ("version", "octets"),
    [(1, 48), (5, 48), (6, 52), (7, 52)],
    ids=["version 1", "version 5", "version 6", "version 7"],
)
def test_every_column_of_a_record(decoder, version, octets, pad):
    layout = layouts.RECORDS[version]
    assert layouts.size_of(layout) == octets
    values = [layouts.distinct(layout, 1), layouts.distinct(layout, 0x51)]
    records = [layouts.pack(layout, pad, **each) for each in values]
    message = decoder.decode(datagram(version, records, sys_uptime=UP), "r1")
    assert message["protocol"] == f"netflow{version}"
    assert message["flows"] == [expected_flow(each, EXPORT_TIME * 1000, UP) for each in values]
    assert message["problems"] == []
    assert_plain(message)


@pytest.mark.conformance("NF5-4-01", "NF5-7-01")
@pytest.mark.fault("N5-12")
@pytest.mark.parametrize("pad", [0, 0xFF])
@pytest.mark.parametrize(
    ("aggregation", "octets"),
    [
        (1, 28),
        (2, 28),
        (3, 32),
        (4, 32),
        (5, 40),
        (6, 32),
        (7, 40),
        (8, 44),
        (9, 32),
        (10, 32),
        (11, 32),
        (12, 32),
        (13, 40),
        (14, 40),
    ],
)
def test_every_column_of_an_aggregated_record(decoder, aggregation, octets, pad):
    layout = layouts.AGGREGATIONS[aggregation]
    assert layouts.size_of(layout) == octets
    values = [layouts.distinct(layout, 1), layouts.distinct(layout, 0x51)]
    records = [layouts.pack(layout, pad, **each) for each in values]
    header = {"aggregation": aggregation, "aggregation_version": 2}
    message = decoder.decode(datagram(8, records, sys_uptime=UP, **header), "r1")
    assert message["flows"] == [expected_flow(each, EXPORT_TIME * 1000, UP) for each in values]
    assert message["problems"] == []
    assert_plain(message)


CLOCKS = {"sysUpTime": 0x01020304, "exportTime": 0x05060708, "exportNanoseconds": 0x090A0B0C}
PACKED_CLOCKS = {"sys_uptime": 0x01020304, "unix_secs": 0x05060708, "unix_nsecs": 0x090A0B0C}
ENGINE = {"sequenceNumber": 0x0D0E0F10, "engineType": 0x11, "engineId": 0x12}
PACKED_ENGINE = {"flow_sequence": 0x0D0E0F10, "engine_type": 0x11, "engine_id": 0x12}


@pytest.mark.conformance("NF5-1-01")
@pytest.mark.parametrize(
    ("version", "octets", "packed", "expected"),
    [
        (1, 16, {}, {}),
        (5, 24, {**PACKED_ENGINE, "sampling": 0x4064}, {**ENGINE, "samplingMode": 1, "samplingInterval": 100}),
        (6, 24, {"flow_sequence": 7}, {"sequenceNumber": 7}),
        (7, 24, {"flow_sequence": 7}, {"sequenceNumber": 7}),
        (
            8,
            28,
            {**PACKED_ENGINE, "aggregation": 14, "aggregation_version": 2},
            {**ENGINE, "aggregation": 14, "aggregationVersion": 2},
        ),
    ],
)
def test_every_column_of_a_header(decoder, version, octets, packed, expected):
    header = layouts.pack(layouts.HEADERS[version], 0xFF, version=version, **PACKED_CLOCKS, **packed)
    assert len(header) == octets
    message = decoder.decode(header, "r1")
    assert message["header"] == {"version": version, "count": 0, **CLOCKS, **expected}
    assert (message["flows"], message["problems"]) == ([], [])


@pytest.mark.conformance("NF5-1-02")
@pytest.mark.fault("N5-10")
@pytest.mark.parametrize(
    ("sampling", "mode", "interval"),
    [
        (0x0000, 0, 0),
        (0x4000, 1, 0),
        (0x4064, 1, 100),
        (0x8001, 2, 1),
        (0x0064, 0, 100),
        (0xC000, 3, 0),
        (0xFFFF, 3, 16383),
    ],
)
def test_sampling_word(decoder, sampling, mode, interval):
    message = decoder.decode(datagram(5, [record5(dPkts=3)], sampling=sampling), "r1")
    assert (message["header"]["samplingMode"], message["header"]["samplingInterval"]) == (mode, interval)
    assert message["flows"][0]["packetDeltaCount"] == 3  # raw counters are never multiplied
    assert message["problems"] == []


@pytest.mark.fault("N5-11")
@pytest.mark.parametrize("mask", [33, 255])
def test_impossible_prefix_lengths_are_kept(decoder, mask):
    message = decoder.decode(datagram(5, [record5(src_mask=mask, dst_mask=mask)]), "r1")
    (flow,) = message["flows"]
    assert (flow["sourceIPv4PrefixLength"], flow["destinationIPv4PrefixLength"]) == (mask, mask)
    assert message["problems"] == []


@pytest.mark.fault("N5-13")
@pytest.mark.parametrize("nanoseconds", [10**9, 0xFFFFFFFF])
def test_nanoseconds_beyond_a_second_are_kept_and_noted(decoder, nanoseconds):
    message = decoder.decode(datagram(5, [record5(first=9000, last=9500)], unix_nsecs=nanoseconds), "r1")
    assert message["header"]["exportNanoseconds"] == nanoseconds
    assert message["flows"][0]["flowStartMilliseconds"] == EXPORT_TIME * 1000 - 1000
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("bad_value", 12, 4)
    assert "malformed" not in problem


@pytest.mark.conformance("NF5-3-03")
@pytest.mark.parametrize("version", [5, 6, 7, 8])
def test_sequence_counts_the_flows_that_headers_claim(decoder, version):
    def sequence(number, count):
        header = {"aggregation": 1} if version == 8 else {}
        return decoder.decode(datagram(version, [], flow_sequence=number, count=count, **header), "r1")["sequence"]

    assert sequence(0xFFFFFFF0, 0x12) == {"expected": None, "missing": 0, "event": "first"}
    assert sequence(2, 30) == {"expected": 2, "missing": 0, "event": "in_order"}
    assert sequence(42, 1) == {"expected": 32, "missing": 10, "event": "gap"}
    assert sequence(42, 1) == {"expected": 43, "missing": 0, "event": "duplicate"}
    assert sequence(40, 2) == {"expected": 43, "missing": 0, "event": "reordered"}


@pytest.mark.conformance("NF5-3-03")
@pytest.mark.parametrize("other", [{"engine_type": 1}, {"engine_id": 1}])
def test_sequence_of_each_engine(decoder, other):
    for number in (5, 6, 7):
        for engine in ({}, other):
            message = decoder.decode(datagram(5, [record5()], flow_sequence=number, **engine), "r1")
            assert message["sequence"]["event"] == ("first" if number == 5 else "in_order")


def test_version_1_has_no_sequence(decoder):
    message = decoder.decode(datagram(1, []), "r1")
    assert message["sequence"] == {"expected": None, "missing": None, "event": "uncertain"}
