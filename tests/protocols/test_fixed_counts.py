"""NetFlow v1 to v8 whose count and octets disagree: whole records are decoded, the rest is a problem."""

import pytest

from netflowparse import TruncatedDatagram
from tests.protocols import layouts
from tests.protocols.layouts import datagram, record5

HEADER = 24  # octets
RECORD = 48


def records(count):
    return [record5(dPkts=number) for number in range(1, count + 1)]


def packets(message):
    return [flow["packetDeltaCount"] for flow in message["flows"]]


def assert_missing(message, count, found):
    """The first problem is that the header counts more records than are there."""
    problem = message["problems"][0]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("count_mismatch", 2, True)
    assert (problem["count"], problem["found"]) == (count, found)


def assert_cut(message, offset, length):
    """The second and last problem is a record of *length* octets."""
    _, problem = message["problems"]
    assert (problem["code"], problem["offset"]) == ("truncated_record", offset)
    assert (problem["length"], problem["malformed"]) == (length, True)


@pytest.mark.fault("N5-01")
def test_a_record_that_is_missing(decoder):
    message = decoder.decode(datagram(5, [], count=1), "r1")
    assert message["header"]["count"] == 1
    assert message["flows"] == []
    assert_missing(message, 1, 0)
    assert len(message["problems"]) == 1


@pytest.mark.fault("N5-02")
def test_a_record_that_is_one_octet_short(decoder):
    message = decoder.decode(datagram(5, [record5()[:-1]]), "r1")
    assert message["flows"] == []
    assert_missing(message, 1, 0)
    assert_cut(message, HEADER, RECORD - 1)


@pytest.mark.fault("N5-03")
@pytest.mark.conformance("NF5-3-01")
def test_records_lost_with_a_fragment(decoder):
    message = decoder.decode(datagram(5, records(28), count=30), "r1")
    assert packets(message) == list(range(1, 29))
    assert_missing(message, 30, 28)
    assert len(message["problems"]) == 1


@pytest.mark.fault("N5-04")
def test_count_0_is_no_error(decoder):
    message = decoder.decode(datagram(5, []), "r1")
    assert (message["header"]["count"], message["flows"], message["problems"]) == (0, [], [])


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
    assert "malformed" not in problem
    assert bytes.fromhex(problem["octets"]) == octets[start : start + len(problem["octets"]) // 2]


@pytest.mark.fault("N5-07")
@pytest.mark.conformance("NF5-3-02")
@pytest.mark.parametrize("count", [31, 1000])
def test_counts_above_30_are_decoded(decoder, count):
    message = decoder.decode(datagram(5, records(count)), "r1")
    assert (packets(message), message["problems"]) == (list(range(1, count + 1)), [])


@pytest.mark.fault("N5-08")
def test_the_largest_count(decoder):
    message = decoder.decode(datagram(5, records(1364), count=65535), "r1")
    assert packets(message) == list(range(1, 1365))
    assert_missing(message, 65535, 1364)
    assert len(message["problems"]) == 1


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
@pytest.mark.parametrize("version", [6, 7], ids=["version 6", "version 7"])
def test_a_body_of_version_5_under_a_version_of_longer_records(decoder, version):
    """Of 52 octets: the first columns are the same, and 44 octets are left."""
    message = decoder.decode(version.to_bytes(2, "big") + datagram(5, records(2))[2:], "r1")
    assert (message["protocol"], packets(message)) == (f"netflow{version}", [1])
    assert_missing(message, 2, 1)
    assert_cut(message, HEADER + 52, 2 * RECORD - 52)


@pytest.mark.fault("N5-14")
def test_a_body_of_version_5_under_version_1(decoder):
    """Its header is 8 octets shorter, its records are as long: each begins 8 octets too early."""
    body = [record5(nexthop=number) for number in (1, 2)]
    octets = b"\0\1" + datagram(5, body, flow_sequence=0xC0000201)[2:]
    message = decoder.decode(octets, "r1")
    assert (message["protocol"], packets(message)) == ("netflow1", [1, 2])  # where version 5 has the next hop
    assert [flow["sourceIPv4Address"] for flow in message["flows"]] == ["192.0.2.1", "0.0.0.0"]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("trailing_octets", 16 + 2 * RECORD, 8)


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
    assert "malformed" not in problem


@pytest.mark.fault("N5-15")
def test_an_aggregated_record_that_is_one_octet_short(decoder):
    message = decoder.decode(datagram(8, [bytes(39)], aggregation=5), "r1")
    assert message["flows"] == []
    assert_missing(message, 1, 0)
    assert_cut(message, 28, 39)


@pytest.mark.fault("N5-16")
def test_another_aggregation_version_is_decoded(decoder):
    record = layouts.pack(layouts.AGGREGATIONS[1], dFlows=3)
    message = decoder.decode(datagram(8, [record], aggregation=1, aggregation_version=1), "r1")
    assert message["header"]["aggregationVersion"] == 1
    assert ([flow["deltaFlowCount"] for flow in message["flows"]], message["problems"]) == ([3], [])


@pytest.mark.parametrize("aggregation", [6, 7, 8])
@pytest.mark.parametrize("padding", [1, 4, 27])
def test_padding_behind_switch_aggregations_is_trailing(decoder, aggregation, padding):
    record = layouts.pack(layouts.AGGREGATIONS[aggregation], dPkts=9)
    message = decoder.decode(datagram(8, [record, bytes(padding)], count=1, aggregation=aggregation), "r1")
    assert packets(message) == [9]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("trailing_octets", 28 + len(record), padding)
    assert "malformed" not in problem
