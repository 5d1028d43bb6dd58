"""Datagrams made to cost much: what they may cost, counted in calls and problems, not in seconds."""

from __future__ import annotations

import struct
from collections import Counter
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
    decoder = make_decoder(limits=Limits(values=64_300, record_shape_fields=2_000))
    for template_id in range(300, 306):  # of different shapes, one octet a record
        learn10(decoder, template(template_id, [(template_id, 0)] * 1_999 + [(4, 1)]))
    body = b"".join(set_of(template_id, b"\x06") for template_id in (300, 301, 302, 303, 304, 305, 300))
    message = decoder.decode(ipfix_message(body), "r1")
    assert [flow["protocolIdentifier"] for flow in message["flows"]] == [6, 6]  # 64,300 / 16 fields: 8 more for each
    assert {(each["code"], each["limit"]) for each in message["problems"]} == {("limit", "record_shape_fields")}
    assert len(message["problems"]) == 5
    message = decoder.decode(ipfix_message(set_of(305, b"\x06"), sequenceNumber=7), "r1")
    assert [flow["protocolIdentifier"] for flow in message["flows"]] == [6]


def shaped(decoder, ids, count, number=0):
    """How many records each of the templates *ids* gives of *count* in a datagram, and which limits that meets."""
    body = b"".join(set_of(each, bytes(count)) for each in ids)
    message = decoder.decode(ipfix_message(body, sequenceNumber=number), "r1")
    read = Counter(key for flow in message["flows"] for key in flow)
    return [read[f"pen9999_ie{each}"] for each in ids], [each["limit"] for each in message["problems"]]


@pytest.mark.fault("RS-04", "RS-05")
def test_short_datagrams_get_few_shapes(make_decoder):
    """With the limits that everyone has: 4,096 fields, and two for each octet."""
    decoder, ids = make_decoder(), range(300, 304)
    for each in ids:
        learn10(decoder, template(each, [(9999, each, 0)] * 1_999 + [(4, 1)]))
    assert shaped(decoder, ids, 1) == ([1, 1, 0, 0], ["record_shape_fields"] * 2)
    assert shaped(decoder, ids, 1, 2) == ([1, 1, 1, 1], [])


@pytest.mark.fault("RS-05")
def test_honest_templates_meet_no_bound(make_decoder):
    """One datagram of 60 templates, 40 fields each, and a record of each."""
    ids = range(300, 360)
    learned = set_of(2, b"".join(template(each, [(9999, each, 4)] + [(4, 1)] * 39) for each in ids))
    sets = [set_of(each, bytes(43)) for each in ids]
    message = make_decoder().decode(ipfix_message(learned, *sets), "r1")
    assert (len(message["flows"]), message["problems"]) == (60, [])


@pytest.mark.conformance("LIB-02")
def test_many_templates_of_one_shape_meet_no_bound(make_decoder, monkeypatch):
    """Only a shape that has to be made counts 8 more than its fields: of 108, 12 are, and 60 templates share one."""
    monkeypatch.setattr(shapes, "COMPILE_AFTER", 6)
    decoder, ids = make_decoder(limits=Limits(values=1_600, fields_per_template=100)), range(300, 360)
    learn10(decoder, *(template(each, [(9999, 1, 1)]) for each in ids))
    message = decoder.decode(ipfix_message(*(set_of(each, b"\6") for each in ids)), "r1")
    assert (message["flows"], message["problems"]) == ([{"pen9999_ie1": "06"}] * 60, [])
    learn10(decoder, *(template(each, [(9999, each, 1)]) for each in ids))
    for number in range(5):
        read = 12 * (number + 1)  # those that are there count nothing
        expected = [1] * read + [0] * (60 - read), ["record_shape_fields"] * (60 - read)
        assert shaped(decoder, ids, 1, 60 + read * number // 2) == expected


@pytest.mark.conformance("LIB-02")
def test_shapes_of_which_many_would_be_compiled_at_once(make_decoder, monkeypatch):
    """Records that make four readers worth compiling, in one datagram: 3,296 / 16 fields are, 8 more for each."""
    monkeypatch.setattr(shapes, "COMPILE_AFTER", 6)
    decoder, ids = make_decoder(limits=Limits(values=3_296, fields_per_template=100)), range(300, 304)
    learn10(decoder, *(template(each, [(9999, each, 0)] * 99 + [(4, 1)]) for each in ids))
    for number, each in enumerate(ids):
        assert shaped(decoder, [each], 1, number) == ([1], [])
    assert shaped(decoder, ids, 6, 4) == ([6, 0, 0, 0], ["record_shape_fields"] * 3)
    assert shaped(decoder, ids[:2], 6, 10) == ([6, 6], [])
