"""Sets that are cut, foreign, reserved or padded, and template records that define nothing usable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder
from netflowparse.explain import Explanation
from tests.message_builder import (
    VARIABLE,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)

from .checks import check, nodes_of

FIELDS = [(8, 4), (1, 4)]
ADDRESS = bytes((192, 0, 2, 1))
RECORD = ADDRESS + bytes((0, 0, 0, 7))
TAUGHT = set_of(2, template(256, FIELDS))
IPFIX, NETFLOW9 = 16, 20  # octets of the headers


def explained(decoder: Decoder, octets: bytes, **circumstances: Any) -> Explanation:
    """The explanation of a datagram."""
    explanation = decoder.explain(octets, "r1", **circumstances)
    check(explanation, octets)
    return explanation


def behind(explanation: Explanation, offset: int) -> list[tuple[int, str, Any]]:
    """Offset, name and value of the leaves from *offset* on; of those with problems their codes."""
    return [
        (leaf.offset, leaf.name, [each["code"] for each in leaf.problems] or leaf.value)
        for leaf in explanation
        if leaf.offset >= offset
    ]


def names(explanation: Explanation) -> list[str]:
    """What the parts of the datagram are."""
    return [node.name for node in explanation.root.children]


def test_padding_behind_records(decoder: Decoder) -> None:
    """Octets that are fewer than any record, zero or not; and a set that has none but such."""
    octets = ipfix_message(TAUGHT, set_of(256, RECORD + b"\0\1\2"), set_of(256, b"\3"), set_of(256, b""))
    explanation = explained(decoder, octets)
    start = IPFIX + len(TAUGHT)
    assert behind(explanation, start) == [
        (start, "set_id", 256),
        (start + 2, "length", 15),
        (start + 4, "sourceIPv4Address", "192.0.2.1"),
        (start + 8, "octetDeltaCount", 7),
        (start + 12, "padding", None),
        (start + 15, "set_id", 256),
        (start + 17, "length", 5),
        (start + 19, "padding", None),
        (start + 20, "set_id", 256),
        (start + 22, "length", 4),
    ]
    assert explanation.at(start + 12).rule == "RFC 7011 §3.3.1"


def test_a_record_that_is_cut(decoder: Decoder) -> None:
    """Its whole fields are told, though the message has nothing of it."""
    taught = set_of(2, template(256, [(8, 4), (82, VARIABLE)]))
    octets = ipfix_message(taught, set_of(256, ADDRESS + variable(b"ge")), set_of(256, ADDRESS + b"\5ab"))
    explanation = explained(decoder, octets)
    start = IPFIX + len(taught) + 11 + 4
    assert behind(explanation, start) == [
        (start, "sourceIPv4Address", ["truncated_record"]),
        (start + 4, "undecoded", ["truncated_record"]),
    ]
    assert [node.value for node in explanation if node.name == "interfaceName"] == ["ge"]


def test_a_set_beyond_its_datagram(decoder: Decoder) -> None:
    explanation = explained(decoder, ipfix_message(TAUGHT, set_of(256, RECORD, length=99)))
    assert behind(explanation, IPFIX + len(TAUGHT)) == [
        (32, "set_id", ["truncated_set"]),
        (34, "length", 99),
        (36, "sourceIPv4Address", "192.0.2.1"),
        (40, "octetDeltaCount", 7),
    ]


def test_octets_of_no_set(decoder: Decoder) -> None:
    """A length below 4, octets behind the last set, octets behind the message, zeros."""
    explanation = explained(decoder, ipfix_message(set_of(256, b"", length=3), RECORD))
    assert behind(explanation, IPFIX) == [(IPFIX, "undecoded", ["bad_length"])]
    explanation = explained(decoder, ipfix_message(TAUGHT, b"\1\2\3"))
    assert behind(explanation, IPFIX + 16) == [(IPFIX + 16, "undecoded", ["trailing_octets"])]
    explanation = explained(decoder, ipfix_message(TAUGHT, b"\0\0", length=IPFIX + 16 + 2) + b"abc")
    assert behind(explanation, IPFIX + 16) == [(32, "padding", None), (34, "undecoded", ["trailing_octets"])]
    explanation = explained(decoder, netflow9_datagram(set_of(0, template(256, FIELDS)), bytes(20)))
    assert behind(explanation, NETFLOW9 + 16) == [(36, "padding", None)]


def test_sets_of_no_kind(decoder: Decoder) -> None:
    """Reserved ids, and records without octets."""
    taught = set_of(2, template(257, [(8, 0)]))
    explanation = explained(decoder, ipfix_message(set_of(5, b"abcd"), taught, set_of(257, b"abcd")))
    assert names(explanation) == ["header", "reserved set 5", "template set", "data set 257"]
    assert behind(explanation, IPFIX)[:3] == [
        (16, "set_id", ["unknown_set"]),
        (18, "length", 8),
        (20, "undecoded", ["unknown_set"]),
    ]
    assert behind(explanation, 36) == [
        (36, "set_id", ["no_progress"]),
        (38, "length", 8),
        (40, "undecoded", ["no_progress"]),
    ]


def test_template_records_that_are_cut(decoder: Decoder) -> None:
    """Specifiers as far as they are whole; a head that is not; padding."""
    explanation = explained(decoder, ipfix_message(set_of(2, template(256, FIELDS) + template(257, FIELDS, count=3))))
    assert behind(explanation, 32) == [
        (32, "template_id", ["bad_template"]),
        (34, "field_count", 3),
        (36, "id", 8),
        (38, "length", 4),
        (40, "id", 1),
        (42, "length", 4),
    ]
    explanation = explained(decoder, ipfix_message(set_of(2, template(256, FIELDS) + template(257, FIELDS)[:-1])))
    assert behind(explanation, 40) == [(40, "undecoded", ["bad_template"])]
    explanation = explained(decoder, ipfix_message(set_of(2, template(256, [(9, 1, 4)])[:-2])))
    assert behind(explanation, 20) == [
        (20, "template_id", ["bad_template"]),
        (22, "field_count", 1),
        (24, "undecoded", ["bad_template"]),
    ]
    explanation = explained(decoder, ipfix_message(set_of(3, b"\1\0\0\1\0")))
    assert behind(explanation, 20) == [
        (20, "template_id", ["bad_template"]),
        (22, "field_count", 1),
        (24, "undecoded", ["bad_template"]),
    ]
    explanation = explained(decoder, ipfix_message(set_of(2, template(256, FIELDS) + bytes(3))))
    assert behind(explanation, 32) == [(32, "padding", None)]


def test_netflow9_options(decoder: Decoder) -> None:
    """Scopes have types of their own; lengths count octets."""
    taught = set_of(1, netflow9_options_template(257, [(1, 4)], [(34, 4)]) + bytes(2))
    explanation = explained(decoder, netflow9_datagram(taught, set_of(257, ADDRESS + bytes((0, 0, 0, 10)))))
    assert behind(explanation, NETFLOW9) == [
        (20, "set_id", 1),
        (22, "length", 20),
        (24, "template_id", 257),
        (26, "option_scope_length", 4),
        (28, "option_length", 4),
        (30, "id", 1),
        (32, "length", 4),
        (34, "id", 34),
        (36, "length", 4),
        (38, "padding", None),
        (40, "set_id", 257),
        (42, "length", 12),
        (44, "system", 0xC0000201),
        (48, "samplingInterval", 10),
    ]
    rules = [explanation.at(offset).rule for offset in (20, 24, 30, 38, 44, 48)]
    assert rules == [f"RFC 3954 §{section}" for section in ("6.1", "6.1", "5.2", "5.3", "6.1", "8")]
    specifiers = [node.name for node in nodes_of(explanation.root) if node.children and len(node.octets) == 4]
    assert specifiers == ["system", "samplingInterval"]


@pytest.mark.parametrize("quirks", ["auto", ()])
def test_sets_of_the_other_protocol(make_decoder: Callable[..., Decoder], quirks: Any) -> None:
    """By a rule for peculiarities they are template sets; without it they are of no kind."""
    foreign = set_of(2, template(256, [(9, 1, 4), *FIELDS]))
    explanation = explained(make_decoder(quirks=quirks), netflow9_datagram(foreign))
    if quirks:
        assert names(explanation) == ["header", "template set"]
        assert behind(explanation, 24)[2:5] == [(28, "id", 0x8001), (30, "length", 4), (32, "enterprise", 9)]
        assert explanation.at(24).rule == "RFC 7011 §3.4.1"
    else:
        assert behind(explanation, 24) == [(24, "undecoded", ["unknown_set"])]
    foreign = set_of(1, netflow9_options_template(257, [(1, 4)], [(34, 4)]))
    explanation = explained(make_decoder(quirks=quirks), ipfix_message(foreign))
    assert [leaf.name for leaf in explanation][7] == ("template_id" if quirks else "undecoded")


def test_withdrawals(decoder: Decoder) -> None:
    """Of one template, and of all options templates."""
    sets = set_of(2, template(256, [])), set_of(3, template(3, []))
    explanation = explained(decoder, ipfix_message(*sets), transport="tcp")
    withdrawals = [node for node in nodes_of(explanation.root) if node.name == "withdrawal"]
    assert [(node.offset, node.rule, [leaf.value for leaf in node.leaves()]) for node in withdrawals] == [
        (20, "RFC 7011 §8.1", [256, 0]),
        (28, "RFC 7011 §8.1", [3, 0]),
    ]


def test_fields_that_come_twice(decoder: Decoder) -> None:
    """Each has its own value; one whose length its type cannot have is octets; no octets are no value."""
    taught = set_of(2, template(256, [(8, 4), (8, 4), (8, 3), (1, 0)]))
    octets = ipfix_message(taught, set_of(256, ADDRESS + bytes((192, 0, 2, 2)) + b"\1\2\3"))
    explanation = explained(decoder, octets)
    start = IPFIX + len(taught)
    assert behind(explanation, start) == [
        (start, "set_id", ["bad_value"]),
        (start + 2, "length", 15),
        (start + 4, "sourceIPv4Address", "192.0.2.1"),
        (start + 8, "sourceIPv4Address", "192.0.2.2"),
        (start + 12, "sourceIPv4Address", "010203"),
        (start + 15, "octetDeltaCount", None),
    ]


def test_options_templates(decoder: Decoder) -> None:
    """Scope fields are what other fields are; a count of 0 is a problem of its own."""
    explanation = explained(decoder, ipfix_message(set_of(3, options_template(258, [], [(41, 8)]))))
    assert behind(explanation, 20) == [
        (20, "template_id", ["bad_template"]),
        (22, "field_count", 1),
        (24, "scope_field_count", 0),
        (26, "id", 41),
        (28, "length", 8),
    ]
