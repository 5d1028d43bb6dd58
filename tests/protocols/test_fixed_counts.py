"""NetFlow v1 to v8 whose count and octets disagree: whole records are decoded, the rest is a problem."""

import pytest

from netflowparse import TruncatedDatagram
from tests.protocols import layouts
from tests.protocols.layouts import datagram, record5
from tests.protocols.messages import codes, malformed

HEADER = 24  # octets
RECORD = 48


def records(count):
    return [record5(dPkts=number) for number in range(1, count + 1)]


def packets(message):
    return [flow["packetDeltaCount"] for flow in message["flows"]]


@pytest.mark.fault("N5-01")
def test_a_record_that_is_missing(decoder):
    message = decoder.decode(datagram(5, [], count=1), "r1")
    assert message["header"]["count"] == 1
    assert message["flows"] == []
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("count_mismatch", 2, True)
    assert (problem["count"], problem["found"]) == (1, 0)


@pytest.mark.fault("N5-02")
def test_a_record_that_is_one_octet_short(decoder):
    message = decoder.decode(datagram(5, [record5()[:-1]]), "r1")
    assert message["flows"] == []
    assert codes(message) == ["count_mismatch", "truncated_record"]
    cut = message["problems"][1]
    assert (cut["offset"], cut["length"], cut["malformed"]) == (HEADER, RECORD - 1, True)


@pytest.mark.fault("N5-03")
@pytest.mark.conformance("NF5-3-01")
def test_records_lost_with_a_fragment(decoder):
    message = decoder.decode(datagram(5, records(28), count=30), "r1")
    assert packets(message) == list(range(1, 29))
    (problem,) = message["problems"]
    assert (problem["code"], problem["count"], problem["found"]) == ("count_mismatch", 30, 28)


@pytest.mark.fault("N5-04")
def test_count_0_is_no_error(decoder):
    message = decoder.decode(datagram(5, []), "r1")
    assert message["flows"] == []
    assert not malformed(message)


@pytest.mark.fault("N5-05", "N5-06")
@pytest.mark.conformance("NF5-3-01")
@pytest.mark.parametrize(("count", "there"), [(0, 1), (1, 2), (3, 30)])
def test_records_beyond_the_count_are_not_decoded(decoder, count, there):
    octets = datagram(5, records(there), count=count)
    message = decoder.decode(octets, "r1")
    assert packets(message) == list(range(1, count + 1))
    (problem,) = message["problems"]
    start = HEADER + RECORD * count
    assert (problem["code"], problem["offset"], problem["length"]) == ("trailing_octets", start, len(octets) - start)
    assert bytes.fromhex(problem["octets"]) == octets[start : start + len(problem["octets"]) // 2]


@pytest.mark.fault("N5-07")
@pytest.mark.conformance("NF5-3-02")
@pytest.mark.parametrize("count", [31, 1000])
def test_counts_above_30_are_decoded(decoder, count):
    message = decoder.decode(datagram(5, records(count)), "r1")
    assert packets(message) == list(range(1, count + 1))
    assert not malformed(message)


@pytest.mark.fault("N5-08")
def test_the_largest_count(decoder):
    message = decoder.decode(datagram(5, records(1364), count=65535), "r1")
    assert packets(message) == list(range(1, 1365))
    (problem,) = message["problems"]
    assert (problem["code"], problem["count"], problem["found"]) == ("count_mismatch", 65535, 1364)


@pytest.mark.fault("N5-09")
@pytest.mark.parametrize(("version", "octets"), [(1, 16), (5, 24), (6, 24), (7, 24), (8, 28)])
def test_a_header_that_is_cut(decoder, version, octets):
    header = datagram(version, [])
    assert len(header) == octets
    for length in range(2, octets):
        with pytest.raises(
            TruncatedDatagram, match=f"netflow{version} header: {length} octets, need {octets}"
        ) as caught:
            decoder.decode(header[:length], "r1")
        assert (caught.value.protocol, caught.value.offset) == (f"netflow{version}", length)
    assert decoder.decode(header, "r1")["sequence"]["event"] in ("first", "uncertain")  # what was refused left no trace


@pytest.mark.fault("N5-14")
@pytest.mark.parametrize(
    ("version", "found", "left"), [(1, 2, 8), (6, 1, 44), (7, 1, 44)], ids=["version 1", "version 6", "version 7"]
)
def test_a_body_of_version_5_under_another_version(decoder, version, found, left):
    body = b"".join(records(2))
    header = datagram(version, [], count=2)
    octets = header + (b"\0" * left + body if version == 1 else body)  # version 1 has the same record length
    message = decoder.decode(octets, "r1")
    assert len(message["flows"]) == found
    if version == 1:
        assert (codes(message), message["problems"][0]["length"]) == (["trailing_octets"], left)
    else:
        assert codes(message) == ["count_mismatch", "truncated_record"]
        assert message["problems"][1]["length"] == left


@pytest.mark.fault("N5-15")
@pytest.mark.conformance("NF5-7-01")
@pytest.mark.parametrize("aggregation", [0, 15, 255])
def test_an_unknown_aggregation_keeps_its_octets(decoder, aggregation):
    body = bytes(range(40))
    message = decoder.decode(datagram(8, [body], aggregation=aggregation), "r1")
    assert message["header"]["aggregation"] == aggregation
    assert message["flows"] == []
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("unknown_layout", 22, 40)
    assert problem["octets"] == body.hex()


@pytest.mark.fault("N5-15")
def test_an_aggregated_record_that_is_one_octet_short(decoder):
    message = decoder.decode(datagram(8, [bytes(39)], aggregation=5), "r1")
    assert message["flows"] == []
    assert codes(message) == ["count_mismatch", "truncated_record"]


@pytest.mark.fault("N5-16")
def test_another_aggregation_version_is_decoded(decoder):
    record = layouts.pack(layouts.AGGREGATIONS[1], dFlows=3)
    message = decoder.decode(datagram(8, [record], aggregation=1, aggregation_version=1), "r1")
    assert message["header"]["aggregationVersion"] == 1
    assert [flow["deltaFlowCount"] for flow in message["flows"]] == [3]
    assert not malformed(message)


@pytest.mark.parametrize("aggregation", [6, 7, 8])
@pytest.mark.parametrize("padding", [1, 4, 27])
def test_padding_behind_switch_aggregations_is_trailing(decoder, aggregation, padding):
    record = layouts.pack(layouts.AGGREGATIONS[aggregation], dPkts=9)
    message = decoder.decode(datagram(8, [record, bytes(padding)], count=1, aggregation=aggregation), "r1")
    assert packets(message) == [9]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("trailing_octets", 28 + len(record), padding)
    assert "malformed" not in problem
