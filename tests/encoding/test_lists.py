"""Lists of RFC 6313 against octets packed by hand from its figures."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, encode
from tests import list_builder as lists

GIVEN = [
    {"template_id": 400, "scope_count": None, "fields": [{"name": name, "length": "variable"}]}
    for name in ("basicList", "subTemplateList", "subTemplateMultiList")
]
for number, described in enumerate(GIVEN):
    described["template_id"] = 400 + number
FLOWS = {
    "template_id": 256,
    "scope_count": None,
    "fields": [{"name": "sourceIPv4Address", "length": 4}, {"name": "octetDeltaCount", "length": 2}],
}
NAMES = {"template_id": 257, "scope_count": None, "fields": [{"name": "interfaceName", "length": "variable"}]}
OPTIONS = {
    "template_id": 258,
    "scope_count": 1,
    "fields": [{"name": "observationDomainId", "length": 4}, {"name": "samplingInterval", "length": 1}],
}
FLOW = {"sourceIPv4Address": "192.0.2.1", "octetDeltaCount": 5}
FLOW_OCTETS = bytes((192, 0, 2, 1, 0, 5))
INTERFACES = {"semantic": "exactlyOneOf", "element": "egressInterface", "values": [1, 4, 8]}
INTERFACES_OCTETS = lists.basic_list(lists.EXACTLY_ONE_OF, 14, 4, bytes((0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 8)))


def field_of(value: dict[str, Any], **how: Any) -> bytes:
    """The octets of a list in a record of nothing else."""
    key = "subTemplateMultiList" if "entries" in value else "basicList" if "element" in value else "subTemplateList"
    given = [*GIVEN, FLOWS, NAMES, OPTIONS]
    (octets,) = encode({"protocol": "ipfix", "flows": [{key: value}]}, templates=given, **how)
    assert octets[16:18] == (400 + ("basicList", "subTemplateList", "subTemplateMultiList").index(key)).to_bytes(
        2, "big"
    )
    return octets[20:]


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        (INTERFACES, INTERFACES_OCTETS),
        (
            {"semantic": "allOf", "element": "reverseOctetDeltaCount", "values": [1]},
            lists.basic_list(lists.ALL_OF, 1, 8, bytes(7) + b"\1", pen=29305),
        ),
        (
            {"semantic": "ordered", "element": "interfaceName", "values": ["eth0", ""]},
            lists.basic_list(lists.ORDERED, 82, 65535, b"\4eth0\0"),
        ),
        (
            {"semantic": 77, "element": "ie32000", "values": ["01", "0203"]},
            lists.basic_list(77, 32000, 65535, b"\1\1\2\2\3"),
        ),
        ({"semantic": "noneOf", "element": "octetDeltaCount", "values": []}, lists.basic_list(lists.NONE_OF, 1, 8)),
        (  # nobody could count values without octets
            {"semantic": "allOf", "element": "octetDeltaCount", "values": [None, None]},
            lists.basic_list(lists.ALL_OF, 1, 65535, bytes(2)),
        ),
        (
            {"semantic": "allOf", "element": "protocolIdentifier", "values": [6, 256]},
            lists.basic_list(lists.ALL_OF, 4, 2, b"\0\6\1\0"),
        ),
        (
            {"semantic": "allOf", "element": "sourceIPv4Address", "values": ["192.0.2.1", None]},
            lists.basic_list(lists.ALL_OF, 8, 65535, b"\4\xc0\0\2\1\0"),
        ),
        (
            {"semantic": "allOf", "element": "basicList", "values": [INTERFACES]},
            lists.basic_list(lists.ALL_OF, 291, 65535, lists.field(INTERFACES_OCTETS)),
        ),
        (
            {"semantic": "oneOrMoreOf", "template_id": 256, "records": [FLOW, FLOW]},
            lists.sub_template_list(lists.ONE_OR_MORE_OF, 256, FLOW_OCTETS * 2),
        ),
        (
            {
                "semantic": "allOf",
                "template_id": 258,
                "records": [{"scope": {"observationDomainId": 7}, "samplingInterval": 9}],
            },
            lists.sub_template_list(lists.ALL_OF, 258, b"\0\0\0\7\t"),
        ),
        (
            {
                "semantic": "allOf",
                "entries": [
                    {"template_id": 257, "records": [{"interfaceName": "a"}, {"interfaceName": ""}]},
                    {"template_id": 256, "records": [FLOW]},
                    {"template_id": 256, "records": []},
                ],
            },
            lists.multi_list(
                lists.ALL_OF, [lists.entry(257, b"\1a\0"), lists.entry(256, FLOW_OCTETS), lists.entry(256)]
            ),
        ),
        (  # left over behind no value: of a length, they would be values
            {"semantic": "allOf", "element": "protocolIdentifier", "values": [], "undecoded": "010203"},
            lists.basic_list(lists.ALL_OF, 4, 0, b"\1\2\3"),
        ),
        (  # left over, and as long as a value of no octets with its length: values of fixed length, then
            {"semantic": "allOf", "element": "ie999", "values": ["0102", "0304"], "undecoded": "00"},
            lists.basic_list(lists.ALL_OF, 999, 2, b"\1\2\3\4\0"),
        ),
        (  # a length that reaches beyond the list is no value
            {"semantic": "allOf", "element": "ie999", "values": ["0102", "0304"], "undecoded": "0201"},
            lists.basic_list(lists.ALL_OF, 999, 0xFFFF, b"\2\1\2\2\3\4\2\1"),
        ),
        (
            {"semantic": "allOf", "element": "ie999", "values": ["0102"], "undecoded": "ffff"},
            lists.basic_list(lists.ALL_OF, 999, 0xFFFF, b"\2\1\2\xff\xff"),
        ),
        (  # integers are as long as it takes
            {"semantic": "allOf", "element": "protocolIdentifier", "values": [6], "undecoded": "0102"},
            lists.basic_list(lists.ALL_OF, 4, 3, b"\0\0\6\1\2"),
        ),
        (  # of a template that nobody knows
            {"semantic": "allOf", "template_id": 999, "octets": "010203"},
            lists.sub_template_list(lists.ALL_OF, 999, b"\1\2\3"),
        ),
        (
            {"semantic": "allOf", "template_id": 256, "records": [FLOW], "undecoded": "ff"},
            lists.sub_template_list(lists.ALL_OF, 256, FLOW_OCTETS + b"\xff"),
        ),
        (
            {
                "semantic": "allOf",
                "entries": [{"template_id": 256, "records": [FLOW], "undecoded": "ff"}],
                "undecoded": "00",
            },
            lists.multi_list(lists.ALL_OF, [lists.entry(256, FLOW_OCTETS + b"\xff")]) + b"\0",
        ),
    ],
)
@pytest.mark.conformance("SD-4.5.1-06")
def test_lists(value: dict[str, Any], octets: bytes) -> None:
    """The length before a list takes three octets always."""
    assert field_of(value) == lists.field(octets)


@pytest.mark.conformance("SD-5.6-01")
@pytest.mark.parametrize("key", ["basicList", "subTemplateList", "subTemplateMultiList"])
def test_semantics_that_are_not_said_are_undefined(key: str) -> None:
    value = {
        "basicList": {"element": "egressInterface", "values": [1]},
        "subTemplateList": {"template_id": 256, "records": [FLOW]},
        "subTemplateMultiList": {"entries": []},
    }[key]
    assert field_of(value)[3] == lists.UNDEFINED


@pytest.mark.conformance("SD-5.1-01", "SD-4.5.1-06")
def test_long_lengths_beside_lists() -> None:
    """The other variable fields of the template, and of the records in the list."""
    flow = {"interfaceName": "a", "subTemplateList": {"template_id": 257, "records": [{"interfaceName": "b"}]}}
    given = [NAMES, {**NAMES, "template_id": 300, "fields": [*NAMES["fields"], *GIVEN[1]["fields"]]}]
    for long, octets in (
        (False, b"\1a" + lists.field(lists.sub_template_list(255, 257, b"\1b"))),
        (True, b"\xff\0\1a" + lists.field(lists.sub_template_list(255, 257, b"\xff\0\1b"))),
    ):
        (made,) = encode({"protocol": "ipfix", "flows": [flow]}, templates=given, long_lengths=long)
        assert made[20 : 20 + len(octets)] == octets


@pytest.mark.conformance("SD-5.1-02")
def test_a_list_that_no_message_has_room_for() -> None:
    """Nested ones too: nothing is cut, the record is refused."""
    inner = {"element": "interfaceName", "values": ["x" * 30_000, "y" * 30_000]}
    with pytest.raises(EncodeError) as caught:
        encode({"protocol": "ipfix", "flows": [{"basicList": {"element": "basicList", "values": [inner, inner]}}]})
    assert caught.value.path == ("flows", 0, "basicList")
    assert caught.value.why == "a basicList of 120033 octets, expected at most 65535"
    with pytest.raises(EncodeError) as caught:
        encode({"protocol": "ipfix", "flows": [{"basicList": inner, "packetDeltaCount": [0] * 700}]})
    assert caught.value.why == "a record of 65614 octets, which no datagram has room for"


def test_records_whose_template_is_made() -> None:
    """It is written before the record, and its id is none that lists name."""
    entries = [{"template_id": 256, "records": [FLOW]}, {"template_id": 257, "records": [{"interfaceName": "a"}]}]
    flow = {"octetDeltaCount": 1, "subTemplateMultiList": {"semantic": "allOf", "entries": entries}}
    message = {"protocol": "ipfix", "flows": [{"packetDeltaCount": 7}, flow]}
    (octets,) = encode(message)
    read = Decoder().decode(octets, "exporter")
    assert read["flows"] == message["flows"]
    assert {event["template_id"] for event in read["templates"]} == {256, 257, 258, 259}


def test_lists_without_octets() -> None:
    """None is a list of no octets, hex one that could not be read."""
    for value, octets in ((None, b""), ("00ff", b"\0\xff")):
        (made,) = encode({"protocol": "ipfix", "flows": [{"subTemplateList": value}]}, templates=GIVEN)
        assert made[20:] == lists.field(octets)
