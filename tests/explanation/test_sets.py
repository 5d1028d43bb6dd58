"""Sets that are cut, foreign, reserved or padded, and template records that define nothing usable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.explanation import Explanation
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
CUT_SET = ["truncated_set"]
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
    taught = set_of(2, template(256, [(291, VARIABLE), (8, 4)]))
    values = bytes.fromhex("ff 0001 0004 07")  # of an octetDeltaCount each
    explanation = explained(decoder, ipfix_message(taught, set_of(256, variable(values) + b"\xc0\0")))
    assert behind(explanation, 36) == [
        (36, "basicList length", ["truncated_record"]),
        (37, "basicList", values.hex()),
        (43, "undecoded", ["truncated_record"]),
    ]


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
    assert rules == [f"RFC 3954 §{section}" for section in ("6.1", "6.1", "6.1", "5.3", "6.1", "8")]
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


CUT = {
    "a record": (
        256,
        RECORD + ADDRESS + b"\7",
        3,
        [(28, "sourceIPv4Address", "192.0.2.1"), (32, "undecoded", CUT_SET)],
    ),
    "a record of which no field is whole": (256, RECORD + b"\0\0\0", 4, [(28, "undecoded", CUT_SET)]),
    "a set without a whole record": (256, ADDRESS, 4, [(20, "undecoded", CUT_SET)]),
    "half a head": (2, b"\1\0", 10, [(20, "template_id", 256)]),
    "an octet of a head": (2, template(256, FIELDS) + b"\1", 3, [(32, "undecoded", CUT_SET)]),
    "a template": (2, template(257, FIELDS)[:11], 1, [(20, "template_id", ["bad_template"]), (22, "field_count", 2)]),
    "zeros": (2, template(256, FIELDS) + bytes(2), 2, [(32, "undecoded", CUT_SET)]),
    "a set of no kind": (300, b"\1\2\3", 5, [(20, "undecoded", ["missing_template"])]),
}


@pytest.mark.parametrize(("set_id", "body", "missing", "expected"), CUT.values(), ids=CUT)
def test_what_is_left_of_a_cut_set_is_no_padding(
    decoder: Decoder, set_id: int, body: bytes, missing: int, expected: list[tuple[int, str, Any]]
) -> None:
    """Whole fields are told, the rest with the problem of the set."""
    decoder.decode(ipfix_message(TAUGHT), "r1")
    octets = ipfix_message(set_of(set_id, body, length=len(body) + 4 + missing))
    explanation = explained(decoder, octets)
    assert [leaf for leaf in behind(explanation, expected[0][0]) if leaf in expected] == expected
    assert "padding" not in {leaf.name for leaf in explanation}


def test_sets_that_are_cut_in_netflow9(decoder: Decoder) -> None:
    taught = set_of(0, template(256, FIELDS))
    explanation = explained(decoder, netflow9_datagram(taught, set_of(256, RECORD * 2))[:-1])
    assert behind(explanation, 48) == [(48, "sourceIPv4Address", "192.0.2.1"), (52, "undecoded", CUT_SET)]
    explanation = explained(decoder, netflow9_datagram(taught)[:26])
    assert behind(explanation, 22) == [(22, "length", 16), (24, "template_id", 256)]


def test_a_message_that_is_cut_in_the_head_of_a_set(decoder: Decoder) -> None:
    explanation = explained(decoder, ipfix_message(TAUGHT, set_of(2, b""))[:33])
    assert behind(explanation, 32) == [(32, "undecoded", ["truncated_message"])]


def test_enterprises_of_a_template_that_is_cut(make_decoder: Callable[..., Decoder]) -> None:
    """Four words are left for four fields, but two of them are enterprise numbers."""
    decoder = make_decoder(quirks=())
    octets = template(256, [(9_999, 1, 4), (9_999, 2, 4), (8, 4), (12, 4)])[:20]
    explanation = explained(decoder, ipfix_message(set_of(2, octets)))
    assert behind(explanation, 24) == [
        (24, "id", 0x8001),
        (26, "length", 4),
        (28, "enterprise", 9_999),
        (32, "id", 0x8002),
        (34, "length", 4),
        (36, "enterprise", 9_999),
    ]
    head = options_template(256, [(9_999, 1, 4)], [(9_999, 2, 4), (8, 4), (12, 4)])[:22]
    explanation = explained(decoder, ipfix_message(set_of(3, head)))
    assert [leaf.value for leaf in explanation if leaf.name == "enterprise"] == [9_999, 9_999]
    whole = options_template(256, [(0x8001, 4)], [(0x8002, 4)])
    explanation = explained(make_decoder(), ipfix_message(set_of(3, whole)))
    assert [leaf.name for leaf in explanation][-4:] == ["id", "length"] * 2


def test_zeros_that_are_no_padding(make_decoder: Callable[..., Decoder]) -> None:
    """Without the rule for them: a template record of id 0, which tells why it is none."""
    octets = netflow9_datagram(set_of(0, template(256, FIELDS) + bytes(4)))
    explanation = explained(make_decoder(quirks=()), octets)
    assert behind(explanation, 36) == [(36, "template_id", ["bad_template"]), (38, "field_count", 0)]
    assert behind(explained(make_decoder(), octets), 36) == [(36, "padding", None)]

    taught = netflow9_options_template(257, [(1, 4)], [(34, 4)])
    explanation = explained(make_decoder(quirks=()), netflow9_datagram(set_of(1, taught + bytes(5))))
    assert behind(explanation, 38) == [
        (38, "template_id", ["bad_template"]),
        (40, "option_scope_length", 0),
        (42, "undecoded", ["bad_template"]),
    ]


def test_half_a_template_is_no_withdrawal(decoder: Decoder) -> None:
    explanation = explained(decoder, ipfix_message(set_of(2, template(256, FIELDS)))[:24])
    assert [node.name for node in explanation.root.children[1].children] == ["set_id", "length", "template"]


def test_what_the_problems_do_not_list(make_decoder: Callable[..., Decoder]) -> None:
    """Where some are only counted, what is left may be for a reason."""
    decoder = make_decoder(limits=Limits(problems=1))
    explanation = explained(decoder, ipfix_message(set_of(300, b"ab"), set_of(301, b"ab")))
    assert [leaf.name for leaf in explanation][-1] == "undecoded"


UNFIT = [
    (8, VARIABLE, b"\5\1\2\3\4\5", "octetArray", "0102030405", "RFC 7011 §6.1.6"),
    (8, VARIABLE, b"\4\xc0\0\2\1", "ipv4Address", "192.0.2.1", "RFC 7011 §6.1.2"),
    (8, 3, b"\1\2\3", "octetArray", "010203", "RFC 7011 §6.1.6"),
    (1, VARIABLE, b"\2\1\0", "unsigned64", 256, "RFC 7011 §6.2"),
    (1, 8, bytes(7) + b"\1", "unsigned64", 1, "RFC 7011 §6.1.1"),
    (320, 4, b"\x3f\x80\0\0", "float64", 1.0, "RFC 7011 §6.2"),
    (320, 8, b"\x3f\xf0" + bytes(6), "float64", 1.0, "RFC 7011 §6.1.4"),
]


@pytest.mark.parametrize("inside", [False, True], ids=["record", "list"])
@pytest.mark.parametrize(("element", "length", "octets", "type_", "value", "rule"), UNFIT)
def test_lengths_decide_how_values_are_read(
    decoder: Decoder, element: int, length: int, octets: bytes, type_: str, value: Any, rule: str, inside: bool
) -> None:
    """In a record, and as the value of a list."""
    field, body = (element, length), octets
    if inside:
        field = (291, VARIABLE)
        body = variable(b"\3" + element.to_bytes(2, "big") + length.to_bytes(2, "big") + octets)
    explanation = explained(decoder, ipfix_message(set_of(2, template(256, [field])), set_of(256, body)))
    last = list(explanation)[-1]
    assert (last.type, last.value, last.rule) == (type_, value, rule)


def test_a_list_of_no_octets(decoder: Decoder) -> None:
    """Its problem stands where it is, not with what comes behind; one that never has any is no value."""
    taught = set_of(2, template(256, [(291, VARIABLE), (4, 1)]))
    explanation = explained(decoder, ipfix_message(taught, set_of(256, b"\0\7")))
    assert behind(explanation, 36) == [
        (36, "basicList length", 0),
        (37, "basicList", ["bad_value"]),
        (37, "protocolIdentifier", 7),
    ]
    taught = set_of(2, template(256, [(8, 0), (291, 0), (4, 1)]))
    explanation = explained(decoder, ipfix_message(taught, set_of(256, b"\7")))
    assert behind(explanation, 40) == [
        (40, "2 fields without octets", None),
        (40, "protocolIdentifier", 7),
    ]
