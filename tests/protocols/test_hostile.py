"""Datagrams made to cost much: what they may cost, counted in calls and problems, not in seconds."""

from __future__ import annotations

import struct
from unittest import mock

import pytest

from netflowparse import Limits
from netflowparse.codec import shapes
from netflowparse.protocols import datasets, reading
from tests.message_builder import ipfix_message, netflow9_datagram, set_of, template
from tests.protocols.messages import learn10


def test_an_application_id_of_any_length(decoder):
    for length in (255, 2000, 65000):
        message = decoder.decode(ipfix_message(set_of(2, template(256, [(95, length)]))), "r1")
        assert message["problems"] == []
        octets = b"\3" + b"\xff" * (length - 1)
        message = decoder.decode(ipfix_message(set_of(256, octets)), "r1")
        assert message["flows"] == [{"applicationId": octets.hex()}]
        assert [problem["code"] for problem in message["problems"]] == ["bad_value"]


@pytest.mark.conformance("LIB-02")
def test_sets_without_a_record_cost_no_shape(decoder):
    """Cycling through more templates than shapes are kept must not rebuild one for each set of 4 octets."""
    ids = range(256, 1600)
    definitions = b"".join(template(each, [(1, each)]) for each in ids)
    decoder.decode(ipfix_message(set_of(2, definitions)), "r1")
    empty = ipfix_message(*(set_of(each, b"") for each in ids), *(set_of(each, b"\0") for each in ids))
    with mock.patch.object(shapes, "template_layout", side_effect=AssertionError("a layout was made")):
        message = decoder.decode(empty, "r1")
    assert (message["flows"], message["problems"]) == ([], [])


@pytest.mark.conformance("LIB-02")
def test_a_record_is_walked_once_for_all_its_odd_values(decoder):
    fields = [(1, 0)] * 100 + [(276, 1)] * 200
    decoder.decode(ipfix_message(set_of(2, template(256, fields))), "r1")
    with mock.patch.object(reading, "spans", wraps=reading.spans) as spans:
        message = decoder.decode(ipfix_message(set_of(256, b"\7" * 400)), "r1")
    assert spans.call_count == 1  # of two records: the list of problems is full after the first
    assert [problem["offset"] for problem in message["problems"][:200]] == list(range(20, 220))
    assert message["problems"][200]["count"] == 200


@pytest.mark.conformance("LIB-02")
def test_cut_records_beyond_the_listed_problems_are_counted(decoder):
    decoder.decode(ipfix_message(set_of(2, template(256, [(82, 65535)]))), "r1")
    with mock.patch.object(datasets, "spans", wraps=datasets.spans) as spans:
        message = decoder.decode(ipfix_message(*[set_of(256, b"5a")] * 1000), "r1")
    assert spans.call_count == 200
    assert message["problems"][200]["count"] == 800
    assert message["problems"][200]["malformed"]


def test_odd_values_come_in_wire_order(decoder):
    """Also where one key collects several fields."""
    fields = [(276, 1), (320, 8), (276, 1)]
    decoder.decode(ipfix_message(set_of(2, template(256, fields))), "r1")
    record = b"\7" + struct.pack(">d", float("nan")) + b"\7"
    message = decoder.decode(ipfix_message(set_of(256, record * 2)), "r1")
    assert [problem["offset"] for problem in message["problems"]] == [20, 21, 29, 30, 31, 39]


@pytest.mark.fault("N9-38")
def test_padding_that_a_set_does_not_count_teaches_nothing(decoder):
    """Two zero octets behind a set would be read as a template set whose templates are flows."""
    learned = template(256, [(7, 2), (11, 2), (4, 1), (5, 1)]) + template(443, [(8, 4)])
    decoder.decode(netflow9_datagram(set_of(0, learned)), "r1")
    first = set_of(256, struct.pack(">HHBB", 53, 40000, 17, 0))
    second = set_of(256, struct.pack(">HHBB", 443, 1, 0, 0) * 30)
    message = decoder.decode(netflow9_datagram(first + bytes(2), second), "r1")
    assert [flow["destinationTransportPort"] for flow in message["flows"]] == [40000]
    assert message["templates"] == []
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_length", 30, True)


@pytest.mark.fault("RS-05")
def test_wide_shapes_that_come_again_and_again(make_decoder):
    """Templates of 2,000 fields, 4 octets of data for each: a datagram gets only so many new shapes."""
    decoder = make_decoder(limits=Limits(values=64_000, record_shape_fields=2_000))
    for template_id in range(300, 306):  # of different shapes, one octet a record
        learn10(decoder, template(template_id, [(template_id, 0)] * 1_999 + [(4, 1)]))
    body = b"".join(set_of(template_id, b"\x06") for template_id in (300, 301, 302, 303, 304, 305, 300))
    message = decoder.decode(ipfix_message(body), "r1")
    assert [flow["protocolIdentifier"] for flow in message["flows"]] == [6, 6]  # 64,000 / 16 fields
    assert {(each["code"], each["limit"]) for each in message["problems"]} == {("limit", "record_shape_fields")}
    assert len(message["problems"]) == 5
    message = decoder.decode(ipfix_message(set_of(305, b"\x06"), sequenceNumber=7), "r1")
    assert [flow["protocolIdentifier"] for flow in message["flows"]] == [6]
