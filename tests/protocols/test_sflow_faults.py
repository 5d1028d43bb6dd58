"""sFlow datagrams and samples whose lengths or counts are wrong or odd: what is whole is decoded, damage flagged."""

import pytest

from netflowparse import Limits
from tests.plain import assert_plain
from tests.protocols.messages import codes, malformed
from tests.sflow_builder import (
    counters_sample,
    counters_sample_expanded,
    datagram,
    discarded_packet,
    flow_sample,
    flow_sample_expanded,
    one_flow,
    record,
    sample,
    string,
    u32,
    words,
)

QUEUE = record(0, 1036, u32(7))  # extended_egress_queue, 12 octets
QUEUE_2 = record(0, 1036, u32(8))
PORT = record(0, 1005, string("eth0"))
FIRST = sample(0, 1, flow_sample([QUEUE], source_id=(0, 5)))
NEXT = sample(0, 1, flow_sample([QUEUE_2], source_id=(0, 9)))
HUGE = [0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFF]


def sources(message):
    """Data source and egress queue of each flow."""
    return [
        (flow["sampler"]["source_index"], flow.get("extended_egress_queue", {}).get("queue"))
        for flow in message["flows"]
    ]


@pytest.mark.fault("SF-06")
def test_a_sample_that_is_not_counted(decoder):
    message = decoder.decode(datagram([FIRST], count=0), "r1")
    assert message["flows"] == []
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("trailing_octets", 28, len(FIRST))


@pytest.mark.fault("SF-07", "SF-08")
@pytest.mark.parametrize("samples", [[], [FIRST], [FIRST, NEXT]], ids=["none", "one", "two"])
@pytest.mark.parametrize("beyond", [1, 2, 0xFFFFFFFF])
def test_fewer_samples_than_counted(decoder, samples, beyond):
    count = min(len(samples) + beyond, 0xFFFFFFFF)
    message = decoder.decode(datagram(samples, count=count), "r1")
    assert sources(message) == [(5, 7), (9, 8)][: len(samples)]
    assert message["header"]["sampleCount"] == count
    (problem,) = message["problems"]
    assert (problem["code"], problem["malformed"]) == ("count_mismatch", True)


@pytest.mark.fault("SF-09")
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_sample_shorter_than_its_head(decoder, number):
    heads = {1: 32, 2: 12, 3: 44, 4: 16, 5: 32}
    for length in range(0, heads[number], 4):
        message = decoder.decode(datagram([FIRST, sample(0, number, bytes(length)), NEXT]), length)
        assert (sources(message), message["counters"]) == ([(5, 7), (9, 8)], [])
        (problem,) = message["problems"]
        assert (problem["code"], problem["malformed"]) == ("truncated_sample", True)


@pytest.mark.fault("SF-10")
def test_a_sample_longer_than_its_records(decoder):
    """Brocade ICX counts 4 octets too many."""
    longer = sample(0, 1, flow_sample([QUEUE], source_id=(0, 5)) + b"\1\2\3\4")
    message = decoder.decode(datagram([longer, NEXT]), "r1")
    assert sources(message) == [(5, 7), (9, 8)]
    assert message["flows"][0]["undecoded"] == "01020304"
    assert (codes(message), malformed(message)) == (["trailing_octets"], False)


@pytest.mark.fault("SF-11")
def test_a_sample_whose_last_record_is_cut(decoder):
    cut = sample(0, 1, flow_sample([QUEUE_2, QUEUE], source_id=(0, 5))[:-4])
    message = decoder.decode(datagram([cut, NEXT]), "r1")
    assert [flow["sampler"]["source_index"] for flow in message["flows"]] == [5, 9]
    assert message["flows"][1]["extended_egress_queue"] == {"queue": 8}
    (problem,) = message["problems"]
    assert (problem["code"], problem["malformed"]) == ("truncated_record", True)


@pytest.mark.fault("SF-10", "SF-11")
@pytest.mark.parametrize("slip", [-4, 4])
@pytest.mark.parametrize(("number", "pack", "item"), [(1, flow_sample, QUEUE), (2, counters_sample, PORT)])
def test_a_sample_length_that_slips_by_4(decoder, number, pack, item, slip):
    """Brocade's 4 too many and Huawei's 4 too few: the records tell where the sample ends, and there is the next."""
    body = pack([item, record(0, 999, bytes(8))], source_id=(0, 5))
    message = decoder.decode(datagram([sample(0, number, body, length=len(body) + slip), NEXT]), "r1")
    first, *others = message["counters"] + message["flows"]
    assert first["unknown_records"] == [{"format": "0:999", "octets": "00" * 8}]
    assert [each["extended_egress_queue"] for each in others] == [{"queue": 8}]
    assert (message["problems"], message["quirks"]) == ([], ["sflow_length_slip"])


@pytest.mark.fault("SF-11")
@pytest.mark.parametrize("missing", [8, 12])
def test_a_sample_length_that_cuts_its_last_record(decoder, missing):
    """More than a slip: the next sample is looked for where the length says, among the octets of the record."""
    body = flow_sample([QUEUE], source_id=(0, 5))
    message = decoder.decode(datagram([sample(0, 1, body, length=len(body) - missing), NEXT]), "r1")
    assert message["flows"][0]["sampler"]["source_index"] == 5
    assert "extended_egress_queue" not in message["flows"][0]
    assert malformed(message)
    assert message["quirks"] == []
    assert_plain(message)


@pytest.mark.fault("SF-12")
@pytest.mark.parametrize("length", HUGE)
@pytest.mark.parametrize("number", [1, 2, 6])
def test_a_sample_longer_than_the_datagram(decoder, number, length):
    message = decoder.decode(datagram([FIRST, sample(0, number, b"\1\2\3\4", length=length)]), "r1")
    assert (sources(message), message["counters"]) == ([(5, 7)], [])
    (problem,) = message["problems"]
    assert (problem["code"], problem["malformed"]) == ("truncated_sample", True)
    assert "01020304" in str(message)


@pytest.mark.fault("SF-12")
@pytest.mark.parametrize("octets", [1, 4, 7])
def test_a_sample_whose_envelope_is_cut(decoder, octets):
    message = decoder.decode(datagram([FIRST, NEXT[:octets]], count=2), "r1")
    assert sources(message) == [(5, 7)]
    assert malformed(message)
    assert set(codes(message)) <= {"truncated_sample", "count_mismatch"}


@pytest.mark.fault("SF-13")
@pytest.mark.conformance("SFLOW-1-02")
@pytest.mark.parametrize("length", [1, 2, 3, 5, 6, 7])
def test_a_sample_of_odd_length(decoder, length):
    body = bytes(range(1, length + 1))
    message = decoder.decode(datagram([sample(0, 6, body), NEXT]), "r1")
    assert message["unknown_samples"] == [{"format": "0:6", "octets": body.hex()}]
    assert (sources(message), malformed(message)) == ([(9, 8)], False)
    last = datagram([NEXT, sample(0, 6, body)])[: -(-length % 4)]  # no padding at the datagram's end
    message = decoder.decode(last, "r1")
    assert message["unknown_samples"] == [{"format": "0:6", "octets": body.hex()}]
    assert (sources(message), malformed(message)) == ([(9, 8)], False)


@pytest.mark.fault("SF-13")
@pytest.mark.parametrize("length", [1, 2, 3, 5, 6, 7])
def test_a_known_sample_of_odd_length(decoder, length):
    """Its last record has that length too; its padding is the sample's."""
    body = bytes(range(1, length + 1))
    odd = flow_sample([QUEUE, record(0, 999, body)], source_id=(0, 5))
    message = decoder.decode(datagram([sample(0, 1, odd[: -(-length % 4)]), NEXT]), "r1")
    assert (sources(message), malformed(message)) == ([(5, 7), (9, 8)], False)
    assert message["flows"][0]["unknown_records"] == [{"format": "0:999", "octets": body.hex()}]


@pytest.mark.fault("SF-14")
@pytest.mark.conformance("SFLOW-2-07", "SFLOW-2-08")
@pytest.mark.parametrize(("enterprise", "number"), [(0, 0), (0, 6), (0, 4095), (1048575, 4095), (9, 1), (4300, 1001)])
def test_unknown_samples(decoder, enterprise, number):
    body = b"\0\1\2\3\xff"
    unknown = sample(enterprise, number, body)
    message = decoder.decode(datagram([FIRST, unknown, NEXT, sample(enterprise, number, b"")]), "r1")
    assert message["unknown_samples"] == [
        {"format": f"{enterprise}:{number}", "octets": body.hex()},
        {"format": f"{enterprise}:{number}", "octets": ""},
    ]
    assert (sources(message), message["problems"]) == ([(5, 7), (9, 8)], [])


@pytest.mark.fault("SF-62")
@pytest.mark.parametrize(
    ("number", "body"),
    [
        (1002, string("device") + string("metric") + words(7, 1)),
        (1002, string("device") + string("metric") + words(0xFFFFFFFF, 1)),
        (1003, string("device") + string("name") + words(400, 5000, 8, 1)),
        (1003, string("device") + string("name") + words(400, 5000, 4, 1, 0xFFFFFFFF)),
    ],
    ids=["metric 7", "metric 0xFFFFFFFF", "flow 8", "flow 0xFFFFFFFF"],
)
def test_real_time_samples_with_types_that_are_none(decoder, number, body):
    message = decoder.decode(datagram([sample(4300, number, body), NEXT]), "r1")
    assert message["unknown_samples"] == [{"format": f"4300:{number}", "octets": body.hex()}]
    assert (sources(message), message["counters"]) == ([(9, 8)], [])


@pytest.mark.fault("SF-15", "SF-16", "SF-17", "SF-18")
@pytest.mark.parametrize("count", [1, 0x40000000, 0xFFFFFFFF])
@pytest.mark.parametrize(
    ("number", "pack", "item"),
    [
        (1, flow_sample, QUEUE),
        (3, flow_sample_expanded, QUEUE),
        (5, discarded_packet, QUEUE),
        (2, counters_sample, PORT),
        (4, counters_sample_expanded, PORT),
    ],
    ids=["flow", "flow expanded", "discarded", "counters", "counters expanded"],
)
def test_fewer_records_than_counted(decoder, number, pack, item, count):
    for records, counted in (([], count), ([item], max(count, 2))):
        octets = datagram([sample(0, number, pack(records, count=counted, source_id=(0, 5))), NEXT])
        message = decoder.decode(octets, len(records))
        (problem,) = message["problems"]
        assert (problem["code"], problem["malformed"]) == ("count_mismatch", True)
        shown = message["counters"] if number in (2, 4) else message["flows"][:1]
        assert [each.get("extended_egress_queue", each.get("port_name")) for each in shown] == [
            ({"name": "eth0"} if item is PORT else {"queue": 7}) if records else None
        ]
        assert sources(message)[-1] == (9, 8)


@pytest.mark.fault("SF-19")
def test_more_records_than_counted(decoder):
    octets = [sample(0, 1, flow_sample([QUEUE, QUEUE_2], count=1, source_id=(0, 5))), NEXT]
    message = decoder.decode(datagram(octets), "r1")
    assert sources(message) == [(5, 7), (9, 8)]
    assert message["flows"][0]["undecoded"] == QUEUE_2.hex()
    assert codes(message) == ["trailing_octets"]
    message = decoder.decode(datagram([sample(0, 2, counters_sample([PORT, PORT], count=1)), NEXT]), "r1")
    assert message["counters"][0]["port_name"] == {"name": "eth0"}
    assert message["counters"][0]["undecoded"] == PORT.hex()
    assert codes(message) == ["trailing_octets"]


@pytest.mark.fault("SF-56", "RS-15")
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_as_many_empty_samples_as_fit(decoder, number):
    message = decoder.decode(datagram([sample(0, number, b"")] * 8184), "r1")
    assert (message["flows"], message["counters"]) == ([], [])
    if number == 6:
        assert message["unknown_samples"] == [{"format": "0:6", "octets": ""}] * 8184
        return
    assert set(codes(message)[:-1]) == {"truncated_sample"}
    assert len(message["problems"]) == Limits().problems + 1
    last = message["problems"][-1]
    assert (last["code"], last["limit"], last["count"]) == ("limit", "problems", 8184 - Limits().problems)


@pytest.mark.fault("SF-57", "RS-15")
def test_as_many_empty_records_as_fit(decoder):
    message = decoder.decode(one_flow(*[record(0, 999, b"")] * 8000), "r1")
    (flow,) = message["flows"]
    assert flow["unknown_records"] == [{"format": "0:999", "octets": ""}] * 8000
    message = decoder.decode(one_flow(*[record(0, 1036, b"")] * 8000), "r1")
    assert len(message["problems"]) == Limits().problems + 1
    assert set(codes(message)[:-1]) == {"truncated_record"}


@pytest.mark.fault("SF-13", "SF-18")
@pytest.mark.parametrize("length", [1, 2, 3])
def test_where_records_end_without_padding(decoder, length):
    """Problems point into the datagram, even where the last record should go on to a multiple of 4."""
    unpadded = flow_sample([record(0, 999, bytes(length))], count=2)[: -(-length % 4)]
    octets = datagram([sample(0, 1, unpadded)])[: -(-length % 4)]
    message = decoder.decode(octets, "r1")
    assert message["flows"][0]["unknown_records"] == [{"format": "0:999", "octets": "00" * length}]
    (problem,) = message["problems"]
    assert (problem["code"], problem["malformed"], problem["offset"]) == ("count_mismatch", True, len(octets))
