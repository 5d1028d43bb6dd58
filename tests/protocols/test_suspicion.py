"""Data that cannot have come from its template: told with the evidence, and never on one set or on padding alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.message_builder import VARIABLE, ipfix_message, netflow9_datagram, set_of, template
from tests.protocols.messages import FIELDS, codes, flow, learn9, record

WIDE = [*FIELDS, (1, 4), (10, 4), (14, 4)]  # 24 octets
VERSIONED = [(8, 4), (60, 1), (9, 1)]  # address, IP version, prefix length


def send(decoder: Any, content: bytes, template_id: int = 256) -> Any:
    return decoder.decode(netflow9_datagram(set_of(template_id, content)), "r1")


def suspicions(message: Any) -> list[str]:
    """The evidence of a message's suspicions."""
    return [each["evidence"] for each in message["problems"] if each["code"] == "suspect_template"]


def test_impossible_values(decoder: Any) -> None:
    """A template was lost: what it calls an IP version is the first octet of something else."""
    learn9(decoder, template(256, VERSIONED))
    good, bad, worse = b"\x0a\0\0\1\4\x18", b"\x0a\0\0\1\xc6\x33", b"\x0a\0\0\1\4\x21"
    assert suspicions(send(decoder, good)) == suspicions(send(decoder, bad)) == []
    message = send(decoder, bad)
    assert suspicions(message) == ["ipVersion 198"]
    (problem,) = message["problems"]
    assert (problem["offset"], problem["set_id"], problem["template_id"], problem["count"]) == (20, 256, 256, 2)
    assert "malformed" not in problem
    assert message["flows"] == [{"sourceIPv4Address": "10.0.0.1", "ipVersion": 198, "sourceIPv4PrefixLength": 51}]
    assert suspicions(send(decoder, good)) == suspicions(send(decoder, worse)) == []
    assert suspicions(send(decoder, worse)) == ["sourceIPv4PrefixLength 33"]


def test_records_that_fit_what_was_before(decoder: Any) -> None:
    """An exporter whose definitions change to and fro, but not its data."""
    learn9(decoder, template(256, FIELDS))
    assert send(decoder, record(1) * 3)["flows"] == [flow(1)] * 3
    learn9(decoder, template(256, WIDE))
    assert suspicions(send(decoder, record(1) * 3)) == []
    message = send(decoder, record(1) * 3)
    assert suspicions(message) == ["12 of 36 octets are left over: records of 12 octets fit, as they were before"]
    short = send(decoder, record(1))
    assert suspicions(short) == ["12 of 12 octets are left over: records of 12 octets fit, as they were before"]
    assert "(3 sets in a row)" in short["problems"][0]["message"]
    assert suspicions(send(decoder, record(1) * 4)) == []  # might be two wide ones
    assert suspicions(send(decoder, record(1) * 3)) == []


@pytest.mark.parametrize("left", range(18))
def test_octets_left_over_never_suffice(decoder: Any, left: int) -> None:
    """Honest exporters leave 17; nothing is known that they would fit."""
    learn9(decoder, template(256, WIDE))
    learn9(decoder, template(257, FIELDS))
    for _ in range(5):
        assert send(decoder, record(1) * 2 + bytes(left))["problems"] == []


def test_values_that_run_past_their_sets(decoder: Any) -> None:
    teach = set_of(2, template(256, [(82, VARIABLE), (83, VARIABLE)]))
    decoder.decode(ipfix_message(teach), "r1")
    data = set_of(256, b"\1a\1b\xc6\x33\x64\1")
    first, second = (decoder.decode(ipfix_message(data), "r1") for _ in range(2))
    assert (codes(first), codes(second)) == (["truncated_record"], ["truncated_record", "suspect_template"])
    assert first["flows"] == [{"interfaceName": "a", "interfaceDescription": "b"}]
    decoder.decode(ipfix_message(set_of(256, b"\1a\1b")), "r1")
    for _ in range(3):  # cut on the way, not by the template
        message = decoder.decode(ipfix_message(set_of(256, b"\1a\1b\x09abc", length=20)), "r1")
        assert codes(message) == ["truncated_set", "truncated_record"]


def test_late_data_is_weighed_too(decoder: Any) -> None:
    for number in range(2):
        decoder.decode(netflow9_datagram(set_of(256, b"\x0a\0\0\1\xc6\x33"), sequenceNumber=number), "r1")
    message = decoder.decode(netflow9_datagram(set_of(0, template(256, VERSIONED)), sequenceNumber=2), "r1")
    assert [suspicions(late) for late in message["late"]] == [[], ["ipVersion 198"]]
