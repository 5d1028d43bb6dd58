"""Structures of sFlow with a rule of their own: optional fields, records inside records, layouts in dispute."""

import pytest

from netflowparse import Limits
from tests.protocols.sflow.messages import FLOW_BODY, assert_truncated, counter_structure, flow_of, flow_structure, told
from tests.protocols.sflow.structures import COUNTER, FLOW, TAILS, body, flow_record, values_of
from tests.sflow_builder import (
    counted,
    i32,
    one_counters,
    record,
    string,
    u32,
    u64,
    words,
)


@pytest.mark.fault("SF-43")
@pytest.mark.conformance("SFLOW-4-11")
@pytest.mark.parametrize("size", [68, 72, 76, 80, 84])
def test_sizes_of_host_cpu(decoder, size):
    check_optional_tail(decoder, "host_cpu", size)


@pytest.mark.fault("SF-45")
@pytest.mark.conformance("SFLOW-4-11")
@pytest.mark.parametrize("size", [100, 104, 108, 112])
def test_sizes_of_jvm_statistics(decoder, size):
    check_optional_tail(decoder, "jvm_statistics", size)


def check_optional_tail(decoder, name, size):
    """Optional fields that are there are shown; what is behind the last of them is undecoded."""
    row = COUNTER[name]
    values = values_of(row.fields + TAILS[name])
    octets = (body(row.fields + TAILS[name], values) + b"more")[:size]
    shown, message = counter_structure(decoder, name, octets)
    there = [field for field, _ in row.fields + TAILS[name]][: len(row.fields) + (size - row.size) // 4]
    expected = {field: values[field] for field in there}
    if size > row.size + 4 * len(TAILS[name]):
        expected["undecoded"] = b"more".hex()
    assert (shown, message["problems"]) == (expected, [])


MPDUS = {"extended_acl": {"number": 1, "name": "a", "direction": 2}, "extended_queue": {"depth": 9}}


@pytest.mark.conformance("SFLOW-4-06")
def test_an_aggregation(decoder):
    pdus = [{"flow_records": MPDUS}, {"flow_records": {}}, {"flow_records": {"extended_queue": {"depth": 8}}}]
    shown, message = flow_of(decoder, flow_record("extended_80211_aggregation", {"pdus": pdus}))
    assert shown["extended_80211_aggregation"] == {"pdus": pdus}
    assert message["problems"] == []
    shown, message = flow_of(decoder, record(0, 1016, u32(0) + b"more"))
    assert shown["extended_80211_aggregation"] == {"pdus": [], "undecoded": b"more".hex()}


@pytest.mark.fault("SF-46")
@pytest.mark.parametrize("count", [1, 0x40000000, 0xFFFFFFFF])
def test_more_pdus_than_fit(decoder, count):
    shown, message = flow_structure(decoder, "extended_80211_aggregation", u32(count))
    assert shown == {"pdus": []}
    assert_truncated(message, FLOW_BODY, "extended_80211_aggregation")
    assert (message["problems"][0]["count"], message["problems"][0]["found"]) == (count, 0)
    shown, message = flow_structure(decoder, "extended_80211_aggregation", words(1, count))
    assert shown == {"pdus": [{"flow_records": {}}]}
    assert told(message) == [("count_mismatch", FLOW_BODY + 8, True)]
    assert (message["problems"][0]["count"], message["problems"][0]["found"]) == (count, 0)


@pytest.mark.fault("SF-46", "RS-24")
@pytest.mark.conformance("SFLOW-4-06")
@pytest.mark.parametrize("levels", [100, 1000, 4000])
def test_aggregations_in_aggregations(decoder, levels):
    nested = record(0, 1016, u32(0))
    for _ in range(levels):
        nested = record(0, 1016, counted([counted([nested])]))
    shown, message = flow_of(decoder, nested)
    nesting = Limits().nesting
    assert told(message) == [("limit", FLOW_BODY + 16 * nesting, False)]  # counts of frames and of records, and a head
    (problem,) = message["problems"]
    assert (problem["limit"], problem["length"]) == ("nesting", len(nested) - 8 - 16 * nesting)
    for _ in range(nesting):
        (pdu,) = shown["extended_80211_aggregation"]["pdus"]
        shown = pdu["flow_records"]
    assert shown["extended_80211_aggregation"] == {"undecoded": nested[8 + 16 * nesting :].hex()}


REQUEST = values_of(FLOW["http_request_deprecated"].fields)


@pytest.mark.fault("SF-48")
def test_the_deprecated_request(decoder):
    """Its octets stand beside what they seem to say: whether it is this layout cannot be known."""
    shown, message = flow_of(decoder, flow_record("http_request_deprecated", REQUEST))
    octets = body(FLOW["http_request_deprecated"].fields, REQUEST)
    assert shown["http_request_deprecated"] == {**REQUEST, "octets": octets.hex()}
    assert message["problems"] == []


@pytest.mark.fault("SF-48")
def test_a_text_of_the_deprecated_request_that_is_no_utf_8(decoder):
    values = {**REQUEST, "host": "host"}
    octets = body(FLOW["http_request_deprecated"].fields, values).replace(b"host", b"h\xffst")
    shown, message = flow_of(decoder, record(0, 2201, octets))
    assert shown["http_request_deprecated"] == {**values, "host": "h\\xffst", "octets": octets.hex()}
    (problem,) = message["problems"]
    at = octets.index(string(b"h\xffst"))
    assert (problem["code"], problem["element"], problem["offset"]) == ("bad_value", "host", FLOW_BODY + at)
    assert problem["octets"] == octets[at : at + 8].hex()


OTHER_REQUEST = u32(2) + b"".join(string(f"{name} of it") for name in ("uri", "host", "referer", "agent", "xff"))
OTHER_REQUEST += string("user") + string("text/html") + u64(5) + u64(6) + u32(7) + i32(200)


@pytest.mark.fault("SF-48", "SF-20", "SF-21", "SF-22")
@pytest.mark.parametrize(
    "octets",
    [
        OTHER_REQUEST,
        body(FLOW["http_request_deprecated"].fields, REQUEST) + b"more",
        body(FLOW["http_request_deprecated"].fields, REQUEST)[:-4],
        b"",
    ],
    ids=["the other layout", "longer", "shorter", "empty"],
)
def test_deprecated_requests_that_do_not_fit(decoder, octets):
    """Two layouts are known: what does not fit exactly is not guessed at."""
    shown, message = flow_of(decoder, record(0, 2201, octets))
    assert (shown["http_request_deprecated"], message["problems"]) == ({"octets": octets.hex()}, [])


PORTS_HEAD = {"ingress_uc_pc": 1, "ingress_mc_pc": -1, "egress_uc_pc": 10000, "egress_mc_pc": 2}
COUNTS = [(0, 0), (1, 2), (8, 8), (7, 7), (8, 0)]


@pytest.mark.fault("SF-49")
@pytest.mark.parametrize("counts", COUNTS)
def test_port_buffers_with_counted_queues(decoder, counts):
    unicast, multicast = ([-1, *range(100)][:count] for count in counts)
    values = {**PORTS_HEAD, "egress_queue_uc_pc": unicast, "egress_queue_mc_pc": multicast}
    octets = body(COUNTER["bst_port_buffers"].fields, values)
    message = decoder.decode(one_counters(record(4413, 2, octets)), "r1")
    shown = {**values, "octets": octets.hex()}
    assert (message["counters"][0]["bst_port_buffers"], message["problems"]) == (shown, [])


@pytest.mark.fault("SF-49")
def test_port_buffers_with_eight_queues(decoder):
    head = b"".join(i32(value) for value in PORTS_HEAD.values())
    octets = head + b"".join(i32(value) for value in (-1, *range(100, 115)))
    assert len(octets) == 80
    message = decoder.decode(one_counters(record(4413, 2, octets)), "r1")
    queues = {"egress_queue_uc_pc": [-1, *range(100, 107)], "egress_queue_mc_pc": list(range(107, 115))}
    shown = {**PORTS_HEAD, **queues, "octets": octets.hex()}
    assert (message["counters"][0]["bst_port_buffers"], message["problems"]) == (shown, [])


@pytest.mark.fault("SF-49")
@pytest.mark.parametrize(
    "queues",
    [
        words(9, *range(9), 0),
        words(0xFFFFFFFF, 1, 2),
        words(1, 1, 0xFFFFFFFF),
        words(1, 1, 1, 1, 7),
        words(1, 1, 2, 1),
        b"",
    ],
    ids=["9", "huge", "huge second", "longer", "shorter", "none"],
)
def test_port_buffers_that_do_not_fit(decoder, queues):
    octets = b"".join(i32(value) for value in PORTS_HEAD.values()) + queues
    shown, message = counter_structure(decoder, "bst_port_buffers", octets)
    assert (shown, message["problems"]) == ({"octets": octets.hex()}, [])


@pytest.mark.fault("SF-22")
def test_special_structures_without_octets(decoder):
    shown, message = counter_structure(decoder, "bst_port_buffers", b"")
    assert (shown, message["problems"]) == ({"octets": ""}, [])
    shown, message = flow_structure(decoder, "extended_80211_aggregation", b"")
    assert shown == {"pdus": []}
    assert_truncated(message, FLOW_BODY, "extended_80211_aggregation")
