"""sFlow datagrams and samples whose lengths or counts are wrong or odd: what is whole is decoded, damage flagged."""

import pytest

from netflowparse import Limits
from tests.plain import assert_plain
from tests.protocols.sflow.messages import told
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
HEADER, RECORDS = 28, 8 + 32  # octets of the datagram's header; of a flow sample before its records
FORMS = {
    1: flow_sample,
    2: counters_sample,
    3: flow_sample_expanded,
    4: counters_sample_expanded,
    5: discarded_packet,
}
every_form = pytest.mark.parametrize(("number", "pack"), FORMS.items())
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
    assert (message["flows"], message["header"]["sampleCount"]) == ([], 0)
    assert told(message) == [("trailing_octets", HEADER, False)]
    (problem,) = message["problems"]
    assert (problem["length"], problem["octets"]) == (len(FIRST), FIRST.hex())


@pytest.mark.fault("SF-07", "SF-08")
@pytest.mark.parametrize("samples", [[], [FIRST], [FIRST, NEXT]], ids=["none", "one", "two"])
@pytest.mark.parametrize("beyond", [1, 2, 0xFFFFFFFF])
def test_fewer_samples_than_counted(decoder, samples, beyond):
    count = min(len(samples) + beyond, 0xFFFFFFFF)
    octets = datagram(samples, count=count)
    message = decoder.decode(octets, "r1")
    assert sources(message) == [(5, 7), (9, 8)][: len(samples)]
    assert message["header"]["sampleCount"] == count
    assert told(message) == [("count_mismatch", len(octets), True)]
    assert (message["problems"][0]["count"], message["problems"][0]["found"]) == (count, len(samples))


@pytest.mark.fault("SF-09", "SF-13")
@every_form
def test_a_sample_shorter_than_its_head(decoder, number, pack):
    """Its source, 0:0 here, has not been heard."""
    whole = sample(0, number, pack([], source_id=(0, 0)))
    for length in (*range(0, len(whole) - 8, 4), 1, 2, 3, 5, 6, 7):
        message = decoder.decode(datagram([FIRST, sample(0, number, bytes(length)), NEXT]), length)
        assert (sources(message), message["counters"]) == ([(5, 7), (9, 8)], [])
        assert told(message) == [("truncated_sample", HEADER + len(FIRST), True)]
        assert (message["problems"][0]["length"], message["problems"][0]["octets"]) == (length, "00" * length)
        after = decoder.decode(datagram([whole]), length)
        assert [each["continuity"]["event"] for each in after["flows"] + after["counters"]] == ["first"]


@pytest.mark.fault("SF-10")
def test_a_sample_longer_than_its_records(decoder):
    """Brocade ICX counts 4 octets too many."""
    longer = sample(0, 1, flow_sample([QUEUE], source_id=(0, 5)) + b"\1\2\3\4")
    message = decoder.decode(datagram([longer, NEXT]), "r1")
    assert sources(message) == [(5, 7), (9, 8)]
    assert message["flows"][0]["undecoded"] == "01020304"
    assert told(message) == [("trailing_octets", HEADER + RECORDS + len(QUEUE), False)]


@pytest.mark.fault("SF-11")
def test_a_sample_whose_last_record_is_cut(decoder):
    cut = sample(0, 1, flow_sample([QUEUE_2, QUEUE], source_id=(0, 5))[:-4])
    message = decoder.decode(datagram([cut, NEXT]), "r1")
    assert [flow["sampler"]["source_index"] for flow in message["flows"]] == [5, 9]
    assert [flow["extended_egress_queue"] for flow in message["flows"]] == [[{"queue": 8}, {}], {"queue": 8}]
    assert told(message) == [("truncated_record", HEADER + RECORDS + len(QUEUE_2), True)]
    assert (message["problems"][0]["length"], message["problems"][0]["missing"]) == (0, 4)


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
@pytest.mark.parametrize(
    ("missing", "unknown", "problems"),
    [
        # 4 octets are left of the record's head; its other words, 4 and 7, say sample 0:4 of 7 octets and padding
        (8, None, {"count_mismatch": [0], "truncated_sample": [4], "trailing_octets": [0, 20]}),
        # the whole record reads as a sample 0:1036, and is the second of two
        (12, [{"format": "0:1036", "octets": "00000007"}], {"count_mismatch": [0], "trailing_octets": [12]}),
    ],
    ids=["8", "12"],
)
def test_a_sample_length_that_cuts_its_last_record(decoder, missing, unknown, problems):
    """More than a slip: the next sample is looked for where the length says, among the octets of the record."""
    body = flow_sample([QUEUE], source_id=(0, 5))
    message = decoder.decode(datagram([sample(0, 1, body, length=len(body) - missing), NEXT]), "r1")
    assert message["flows"][0]["sampler"]["source_index"] == 5
    assert len(message["flows"]) == 1
    assert "extended_egress_queue" not in message["flows"][0]
    assert message.get("unknown_samples") == unknown
    expected = [(code, HEADER + RECORDS + at, code != "trailing_octets") for code in problems for at in problems[code]]
    assert sorted(told(message)) == sorted(expected)
    assert (message["counters"], message["quirks"]) == ([], [])
    assert_plain(message)


@pytest.mark.fault("SF-12")
@pytest.mark.parametrize("length", HUGE)
@pytest.mark.parametrize("number", [1, 2, 6])
def test_a_sample_longer_than_the_datagram(decoder, number, length):
    message = decoder.decode(datagram([FIRST, sample(0, number, b"\1\2\3\4", length=length)]), "r1")
    assert (sources(message), message["counters"]) == ([(5, 7)], [])
    assert message.get("unknown_samples") == ([{"format": "0:6", "octets": "01020304"}] if number == 6 else None)
    assert told(message) == [("truncated_sample", HEADER + len(FIRST), True)]
    (problem,) = message["problems"]
    assert (problem["length"], problem["missing"], problem["octets"]) == (4, length - 4, "01020304")


@pytest.mark.fault("SF-12")
@pytest.mark.parametrize("length", HUGE)
def test_whole_records_of_a_sample_longer_than_the_datagram(decoder, length):
    endless = sample(0, 1, flow_sample([QUEUE_2], source_id=(0, 9)), length=length)
    message = decoder.decode(datagram([FIRST, endless]), "r1")
    assert sources(message) == [(5, 7), (9, 8)]
    assert told(message) == [("truncated_sample", HEADER + len(FIRST), True)]


@pytest.mark.fault("SF-12")
@pytest.mark.parametrize("octets", [1, 4, 7])
def test_a_sample_whose_envelope_is_cut(decoder, octets):
    message = decoder.decode(datagram([FIRST, NEXT[:octets]], count=2), "r1")
    assert sources(message) == [(5, 7)]
    assert told(message) == [("count_mismatch", HEADER + len(FIRST), True)]
    assert message["problems"][0]["octets"] == NEXT[:octets].hex()


@pytest.mark.fault("SF-13")
@pytest.mark.conformance("SFLOW-1-02")
@pytest.mark.parametrize("length", [1, 2, 3, 5, 6, 7])
def test_a_sample_of_odd_length(decoder, length):
    body = bytes(range(1, length + 1))
    message = decoder.decode(datagram([sample(0, 6, body), NEXT]), "r1")
    assert message["unknown_samples"] == [{"format": "0:6", "octets": body.hex()}]
    assert (sources(message), message["problems"]) == ([(9, 8)], [])
    last = datagram([NEXT, sample(0, 6, body)])[: -(-length % 4)]  # no padding at the datagram's end
    message = decoder.decode(last, "r1")
    assert message["unknown_samples"] == [{"format": "0:6", "octets": body.hex()}]
    assert (sources(message), message["problems"]) == ([(9, 8)], [])


@pytest.mark.fault("SF-13")
@pytest.mark.parametrize("length", [1, 2, 3, 5, 6, 7])
def test_a_known_sample_of_odd_length(decoder, length):
    """Its last record has that length too; its padding is the sample's."""
    body = bytes(range(1, length + 1))
    odd = flow_sample([QUEUE, record(0, 999, body)], source_id=(0, 5))
    message = decoder.decode(datagram([sample(0, 1, odd[: -(-length % 4)]), NEXT]), "r1")
    assert (sources(message), message["problems"]) == ([(5, 7), (9, 8)], [])
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
        (1002, string("device") + string("metric") + words(2, 1)),
        (1003, string("device") + string("name") + words(400, 5000, 8, 1)),
        (1003, string("device") + string("name") + words(400, 5000, 4, 1, 5, 1)),
        (1003, string("device") + string("name") + words(400, 5000, 4, 1, 0xFFFFFFFF)),
    ],
    ids=["metric 7", "metric 0xFFFFFFFF", "metric too short", "flow 8", "flow too short", "flow 0xFFFFFFFF"],
)
def test_real_time_samples_with_types_that_are_none(decoder, number, body):
    message = decoder.decode(datagram([sample(4300, number, body), NEXT]), "r1")
    assert message["unknown_samples"] == [{"format": f"4300:{number}", "octets": body.hex()}]
    assert (sources(message), message["counters"], message["problems"]) == ([(9, 8)], [], [])


@pytest.mark.fault("SF-15", "SF-16", "SF-17", "SF-18")
@pytest.mark.parametrize("count", [1, 0x40000000, 0xFFFFFFFF])
@every_form
def test_fewer_records_than_counted(decoder, number, pack, count):
    item = PORT if number in (2, 4) else QUEUE
    for records, counted in (([], count), ([item], max(count, 2))):
        damaged = sample(0, number, pack(records, count=counted, source_id=(0, 5)))
        message = decoder.decode(datagram([damaged, NEXT]), len(records))
        assert told(message) == [("count_mismatch", HEADER + len(damaged), True)]
        (problem,) = message["problems"]
        assert (problem["count"], problem["found"]) == (counted, len(records))
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
    assert told(message) == [("trailing_octets", HEADER + RECORDS + len(QUEUE), False)]
    message = decoder.decode(datagram([sample(0, 2, counters_sample([PORT, PORT], count=1)), NEXT]), "r1")
    assert message["counters"][0]["port_name"] == {"name": "eth0"}
    assert (message["counters"][0]["undecoded"], sources(message)) == (PORT.hex(), [(9, 8)])
    assert told(message) == [("trailing_octets", HEADER + 8 + 12 + len(PORT), False)]


@pytest.mark.fault("SF-56", "RS-15")
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_as_many_empty_samples_as_fit(decoder, number):
    message = decoder.decode(datagram([sample(0, number, b"")] * 8184), "r1")
    assert (message["flows"], message["counters"]) == ([], [])
    if number == 6:
        assert message["unknown_samples"] == [{"format": "0:6", "octets": ""}] * 8184
        return
    assert told(message)[:-1] == [("truncated_sample", HEADER + 8 * each, True) for each in range(Limits().problems)]
    last = message["problems"][-1]
    assert (last["code"], last["limit"], last["count"]) == ("limit", "problems", 8184 - Limits().problems)


@pytest.mark.fault("SF-57", "RS-15")
def test_as_many_empty_records_as_fit(decoder):
    message = decoder.decode(one_flow(*[record(0, 999, b"")] * 8000), "r1")
    (flow,) = message["flows"]
    assert flow["unknown_records"] == [{"format": "0:999", "octets": ""}] * 8000
    assert message["problems"] == []
    message = decoder.decode(one_flow(*[record(0, 1036, b"")] * 8000), "r1")
    assert message["flows"][0]["extended_egress_queue"] == [{}] * 8000
    listed, start = Limits().problems, HEADER + RECORDS
    assert told(message)[:-1] == [("truncated_record", start + 8 * each + 8, True) for each in range(listed)]
    last = message["problems"][-1]
    assert (last["code"], last["limit"], last["count"]) == ("limit", "problems", 8000 - listed)


@pytest.mark.fault("SF-13", "SF-18")
@pytest.mark.parametrize("length", [1, 2, 3])
def test_where_records_end_without_padding(decoder, length):
    """Problems point into the datagram, even where the last record should go on to a multiple of 4."""
    unpadded = flow_sample([record(0, 999, bytes(length))], count=2)[: -(-length % 4)]
    octets = datagram([sample(0, 1, unpadded)])[: -(-length % 4)]
    message = decoder.decode(octets, "r1")
    assert message["flows"][0]["unknown_records"] == [{"format": "0:999", "octets": "00" * length}]
    assert told(message) == [("count_mismatch", len(octets), True)]
