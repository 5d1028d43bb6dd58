"""``encode`` itself: what it is given, which datagrams come, and what it says of what it cannot write."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, EncodeError, Registry, UsageError, WrongType, encode
from tests import list_builder as lists
from tests.message_builder import (
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)


def ipfix(*flows: Any, **more: Any) -> dict[str, Any]:
    """An IPFIX message."""
    return {"protocol": "ipfix", "flows": list(flows), **more}


def defined(*fields: dict[str, Any], template_id: Any = 256, scope_count: Any = None) -> dict[str, Any]:
    """What a template says."""
    return {"template_id": template_id, "scope_count": scope_count, "fields": list(fields)}


def field(name: str, length: Any, **more: Any) -> dict[str, Any]:
    """A field of a template."""
    return {"name": name, "length": length, **more}


COUNT = "octetDeltaCount"
TWICE = defined(field(COUNT, 4), field(COUNT, 4))
NARROW = defined(field(COUNT, 1))
V9 = {"protocol": "netflow9"}
V5 = {"protocol": "netflow5"}
BASIC = {"element": COUNT, "values": [1]}


def deep(levels: int) -> dict[str, Any]:
    """Lists inside one another."""
    value: dict[str, Any] = BASIC
    for _ in range(levels):
        value = {"element": "basicList", "values": [value]}
    return value


#: what is wrong -> the message, where, what is said
REFUSED: dict[str, tuple[dict[str, Any], tuple[Any, ...], str]] = {
    "no protocol": (
        {},
        ("protocol",),
        "None, expected one of netflow1, netflow5, netflow6, netflow7, netflow8, netflow9, ipfix, sflow5",
    ),
    "unknown protocol": (
        {"protocol": "netflow2"},
        ("protocol",),
        "'netflow2', expected one of netflow1, netflow5, netflow6, netflow7, netflow8, netflow9, ipfix, sflow5",
    ),
    "protocol of a wrong kind": (
        {"protocol": ["ipfix"]},
        ("protocol",),
        "['ipfix'], expected one of netflow1, netflow5, netflow6, netflow7, netflow8, netflow9, ipfix, sflow5",
    ),
    "flows are no list": (ipfix(flows={}), ("flows",), "{}, expected a list"),
    "quirk of a wrong kind": (ipfix(quirks=[[]]), ("quirks", 0), "[], expected the name of a rule"),
    "flow is no dict": (ipfix(5), ("flows", 0), "5, expected a dict"),
    "counters": ({**ipfix(), "counters": [{}]}, ("counters",), "ipfix has none"),
    # headers
    "header is no dict": (ipfix(header=[]), ("header",), "[], expected a dict"),
    "header field unknown": (
        ipfix(header={"sourceId": 1}),
        ("header", "sourceId"),
        "no field of the header, expected some of version, length, exportTime, sequenceNumber, observationDomainId",
    ),
    "header field too large": (
        ipfix(header={"exportTime": 2**32}),
        ("header", "exportTime"),
        "4294967296, expected an int that fits 4 octets",
    ),
    "header field of a wrong type": (
        {**V9, "header": {"sourceId": "7"}},
        ("header", "sourceId"),
        "'7', expected an int that fits 4 octets",
    ),
    # records
    "unknown element": (
        ipfix({"octets": 1}),
        ("flows", 0, "octets"),
        "no element 'octets', expected the key of one that the registry has",
    ),
    "key of a wrong kind": (
        ipfix({5: 1}),
        ("flows", 0, 5),
        "no element 5, expected the key of one that the registry has",
    ),
    "key of no number": (
        ipfix({f"ie{'9' * 5000}": ""}),
        ("flows", 0, f"ie{'9' * 5000}"),
        f"no element 'ie{'9' * 5000}', expected the key of one that the registry has",
    ),
    "wrong type": (ipfix({COUNT: "12"}), ("flows", 0, COUNT), "'12', expected a value of type unsigned64"),
    "text for a number": (
        ipfix({COUNT: "many"}),
        ("flows", 0, COUNT),
        "'many', expected a value of type unsigned64",
    ),
    "truth for a number": (ipfix({COUNT: True}), ("flows", 0, COUNT), "True, expected no truth value"),
    "number for truth": (
        ipfix({"dataRecordsReliability": 1}),
        ("flows", 0, "dataRecordsReliability"),
        "1, expected True, False or None",
    ),
    "negative": (ipfix({COUNT: -1}), ("flows", 0, COUNT), "-1, expected an int that fits 8 octets"),
    "too wide": (ipfix({COUNT: 2**256}), ("flows", 0, COUNT), "an int of 33 octets, expected at most 32"),
    "out of range": (
        ipfix({COUNT: 256}, templates=[NARROW]),
        ("flows", 0, COUNT),
        "256, expected an int that fits 1 octet",
    ),
    "out of range of more octets": (
        ipfix({COUNT: 2**24}, templates=[defined(field(COUNT, 3))]),
        ("flows", 0, COUNT),
        "16777216, expected an int that fits 3 octets",
    ),
    "not finite": (
        ipfix({"absoluteError": float("inf")}),
        ("flows", 0, "absoluteError"),
        "inf, expected a finite number, or None",
    ),
    "bad address": (
        ipfix({"sourceIPv4Address": "192.0.2"}),
        ("flows", 0, "sourceIPv4Address"),
        "'192.0.2', expected a value of type ipv4Address",
    ),
    "bad address of a given template": (
        ipfix({"sourceIPv6Address": "::1%eth0"}, templates=[defined(field("sourceIPv6Address", 16))]),
        ("flows", 0, "sourceIPv6Address"),
        "'::1%eth0', expected an IPv6 address as text, without a zone",
    ),
    "bad MAC address": (
        ipfix({"sourceMacAddress": "00:00:5e:00:53"}, templates=[defined(field("sourceMacAddress", 6))]),
        ("flows", 0, "sourceMacAddress"),
        "'00:00:5e:00:53', expected a MAC address as six pairs of hex digits with colons",
    ),
    "octets of a wrong length": (
        ipfix({"mplsTopLabelStackSection": "0102"}, templates=[defined(field("mplsTopLabelStackSection", 3))]),
        ("flows", 0, "mplsTopLabelStackSection"),
        "'0102', expected what 3 octets can say",
    ),
    "no hex": (
        ipfix({"paddingOctets": "0102x"}),
        ("flows", 0, "paddingOctets"),
        "'0102x', expected octets, or their hex text",
    ),
    "too long a string": (
        ipfix({"interfaceName": "Gi0/0/17"}, templates=[defined(field("interfaceName", 7))]),
        ("flows", 0, "interfaceName"),
        "'Gi0/0/17', expected a text of at most 7 octets in UTF-8",
    ),
    "string that ends with NUL": (
        ipfix({"interfaceName": "a\0"}, templates=[defined(field("interfaceName", 7))]),
        ("flows", 0, "interfaceName"),
        "'a\\x00', expected a text that does not end with NUL: that is what fills it to its length",
    ),
    "string of a wrong kind": (ipfix({"interfaceName": 5}), ("flows", 0, "interfaceName"), "5, expected a str"),
    "lone surrogate": (
        ipfix({"interfaceName": "a\ud800"}),
        ("flows", 0, "interfaceName"),
        "'a\\ud800', expected a text that UTF-8 can say",
    ),
    "lone surrogate in NetFlow v9": (
        {**V9, "flows": [{"interfaceName": "a\ud800"}]},
        ("flows", 0, "interfaceName"),
        "'a\\ud800', expected a text that UTF-8 can say",
    ),
    "application id": (
        ipfix({"applicationId": "20:1:2:3"}),
        ("flows", 0, "applicationId"),
        "'20:1:2:3', expected engine:selector, behind engine 20 20:enterprise:selector",
    ),
    "application id of a wrong kind": (
        {**V9, "flows": [{"applicationId": 5}]},
        ("flows", 0, "applicationId"),
        "5, expected a value of type applicationId",
    ),
    "time of a wrong kind": (
        ipfix({"flowStartMicroseconds": 1.5}),
        ("flows", 0, "flowStartMicroseconds"),
        "1.5, expected int 1/1000000 s since 1970, or None",
    ),
    "too often": (
        ipfix({COUNT: [1, 2, 3]}, templates=[TWICE], kept={"header": [], "templates": [TWICE], "tail": "", "sets": []}),
        ("kept",),
        "of 0 flows, 1 are there: drop it for the canonical form",
    ),
    "list of nothing": (
        ipfix({COUNT: []}),
        ("flows", 0, COUNT),
        "[], expected a value, or a list of at least two",
    ),
    "list of one": (ipfix({COUNT: [5]}), ("flows", 0, COUNT), "[5], expected a value, or a list of at least two"),
    "no octets": (ipfix({}), ("flows", 0), "the record would have no octets"),
    "no octets by its template": (
        ipfix({COUNT: None}, templates=[defined(field(COUNT, 0))]),
        ("flows", 0),
        "the record would have no octets",
    ),
    "no scope": ({**ipfix(), "options": [{COUNT: 1}]}, ("options", 0, "scope"), "None, expected a dict"),
    "empty scope": (
        {**ipfix(), "options": [{"scope": {}, COUNT: 1}]},
        ("options", 0, "scope"),
        "no scope, expected at least one field of it",
    ),
    "scope of a flow": (
        ipfix({"scope": {}, COUNT: 1}),
        ("flows", 0, "scope"),
        "a flow has none",
    ),
    "unknown scope in NetFlow v9": (
        {**V9, "options": [{"scope": {"card": 1}, COUNT: 1}]},
        ("options", 0, "scope", "card"),
        "no scope 'card', expected one of system, interface, lineCard, cache, template, or scope<N>",
    ),
    "scope beyond 16 bits": (
        {**V9, "options": [{"scope": {"scope65536": ""}, COUNT: 1}]},
        ("options", 0, "scope", "scope65536"),
        "no scope 'scope65536', expected one of system, interface, lineCard, cache, template, or scope<N>",
    ),
    "enterprise element in NetFlow v9": (
        {**V9, "flows": [{"reverseOctetDeltaCount": 1}]},
        ("flows", 0, "reverseOctetDeltaCount"),
        "element 1 of enterprise 29305 has no field type in NetFlow v9",
    ),
    "list in NetFlow v9": (
        {**V9, "flows": [{"basicList": BASIC}]},
        ("flows", 0, "basicList"),
        "a basicList, which NetFlow v9 has no templates for",
    ),
    "record too long": (
        ipfix({"interfaceName": "x" * 65_520}),
        ("flows", 0),
        "a record of 65523 octets, which no datagram has room for",
    ),
    "string too long": (
        ipfix({"paddingOctets": "00" * 65_536}),
        ("flows", 0, "paddingOctets"),
        f"'{'00' * 39}0, expected at most 65535 octets",
    ),
    # templates
    "template is no dict": (ipfix(templates=[5]), ("templates", 0), "5, expected a dict"),
    "event of a wrong kind": (
        ipfix(templates=[{"event": 5}]),
        ("templates", 0, "event"),
        "5, expected one of learned, refreshed, replaced, withdrawn, withdrawal_ignored, conflict, rejected",
    ),
    "id below 256": (
        ipfix(templates=[defined(field(COUNT, 8), template_id=255)]),
        ("templates", 0, "template_id"),
        "255, expected an int from 256 to 65535",
    ),
    "no fields": (
        ipfix(templates=[defined()]),
        ("templates", 0, "fields"),
        "[], expected a list of at least one field",
    ),
    "too many fields": (
        ipfix(templates=[defined(*[field(COUNT, 1)] * 65_536)]),
        ("templates", 0, "fields"),
        "65536 fields, which no template record can have",
    ),
    "too many fields in NetFlow v9": (
        {**V9, "templates": [defined(*[field(COUNT, 1)] * 20_000, scope_count=0)]},
        ("templates", 0, "fields"),
        "20000 fields, which no template record can have",
    ),
    "scope count": (
        ipfix(templates=[defined(field(COUNT, 8), scope_count=2)]),
        ("templates", 0, "scope_count"),
        "2, expected an int from 1 to 1",
    ),
    "scope count 0": (
        ipfix(templates=[defined(field(COUNT, 8), scope_count=0)]),
        ("templates", 0, "scope_count"),
        "0, expected an int from 1 to 1",
    ),
    "length": (
        ipfix(templates=[defined(field(COUNT, 65_536))]),
        ("templates", 0, "fields", 0, "length"),
        "65536, expected an int from 0 to 65535",
    ),
    "neither name nor id": (
        ipfix(templates=[defined({"length": 8})]),
        ("templates", 0, "fields", 0),
        "{'length': 8}, expected a name or an id",
    ),
    "name of a wrong kind": (
        ipfix(templates=[defined({"name": 5, "id": 1, "length": 8})]),
        ("templates", 0, "fields", 0, "name"),
        "5, expected a str",
    ),
    "id beyond 15 bits": (
        ipfix(templates=[defined({"name": "a", "id": 32_768, "length": 8})]),
        ("templates", 0, "fields", 0, "id"),
        "id 32768, expected 0 to 32767",
    ),
    "enterprise beyond 32 bits": (
        ipfix(templates=[defined({"name": "a", "id": 1, "enterprise": 2**32, "length": 8})]),
        ("templates", 0, "fields", 0, "enterprise"),
        "4294967296, expected an int from 0 to 4294967295",
    ),
    "key beyond 15 bits": (ipfix({"ie40000": ""}), ("flows", 0, "ie40000", "id"), "id 40000, expected 0 to 32767"),
    "key beyond 32 bits": (
        ipfix({"pen4294967296_ie1": ""}),
        ("flows", 0, "pen4294967296_ie1", "enterprise"),
        "enterprise 4294967296, expected 32 bits",
    ),
    "template of an enterprise in NetFlow v9": (
        {**V9, "templates": [defined({"name": "a", "id": 1, "enterprise": 9, "length": 8})]},
        ("templates", 0, "fields", 0),
        "enterprise 9: NetFlow v9 has none, its types are numbers of their own",
    ),
    "no usual length": (
        {**V9, "templates": [defined({"name": "interfaceName"})]},
        ("templates", 0, "fields", 0, "length"),
        "interfaceName has no usual length, expected one",
    ),
    "withdrawal in NetFlow v9": (
        {**V9, "templates": [{"event": "withdrawn", "template_id": 256, "scope_count": None}]},
        ("templates", 0),
        "a withdrawal, which NetFlow v9 does not have",
    ),
    "withdrawal of nothing": (
        ipfix(templates=[{"event": "withdrawn", "scope_count": None}]),
        ("templates", 0, "template_id"),
        "None, expected an id",
    ),
    # lists
    "list is no dict": (ipfix({"basicList": 5}), ("flows", 0, "basicList"), "5, expected a dict"),
    "list of nothing known": (
        ipfix({"basicList": {"values": []}}),
        ("flows", 0, "basicList", "element"),
        "None, expected the key of an element",
    ),
    "list of an unknown element": (
        ipfix({"basicList": {"element": "octets", "values": []}}),
        ("flows", 0, "basicList", "element"),
        "no element 'octets', expected the key of one that the registry has",
    ),
    "list of an element beyond 15 bits": (
        ipfix({"basicList": {"element": "ie40000", "values": ["00"]}}),
        ("flows", 0, "basicList", "element", "id"),
        "id 40000, expected 0 to 32767",
    ),
    "list of an enterprise beyond 32 bits": (
        ipfix({"basicList": {"element": "pen4294967296_ie1", "values": ["00"]}}),
        ("flows", 0, "basicList", "element", "enterprise"),
        "enterprise 4294967296, expected 32 bits",
    ),
    "octets left over in a list that would be a value": (
        ipfix({"basicList": {"element": "ie999", "values": ["01", "0203"], "undecoded": "00"}}),
        ("flows", 0, "basicList", "undecoded"),
        "1 octets, which would be read as values",
    ),
    "octets left over in a list that are as many as an address has": (
        ipfix({"basicList": {"element": "sourceIPv4Address", "values": ["192.0.2.1"], "undecoded": "01020304"}}),
        ("flows", 0, "basicList", "undecoded"),
        "4 octets, which would be read as values",
    ),
    "key of a list": (
        ipfix({"basicList": {**BASIC, "template_id": 256}}),
        ("flows", 0, "basicList", "template_id"),
        "no part of a list, expected some of semantic, element, values, undecoded",
    ),
    "key of a list of records": (
        ipfix({"subTemplateList": {"template_id": 256, "records": [], "entries": []}}),
        ("flows", 0, "subTemplateList", "entries"),
        "no part of a list, expected some of semantic, template_id, records, octets, undecoded",
    ),
    "key of a list of several templates": (
        ipfix({"subTemplateMultiList": {"entries": [], "records": []}}),
        ("flows", 0, "subTemplateMultiList", "records"),
        "no part of a list, expected some of semantic, entries, undecoded",
    ),
    "key of an entry": (
        ipfix({"subTemplateMultiList": {"entries": [{"template_id": 256, "records": [], "semantic": "allOf"}]}}),
        ("flows", 0, "subTemplateMultiList", "entries", 0, "semantic"),
        "no part of a list, expected some of template_id, records, octets, undecoded",
    ),
    "list without values": (
        ipfix({"basicList": {"element": COUNT}}),
        ("flows", 0, "basicList", "values"),
        "None, expected a list",
    ),
    "value in a list": (
        ipfix({"basicList": {"element": "sourceIPv4Address", "values": ["192.0.2.1", "x"]}}),
        ("flows", 0, "basicList", "values", 1),
        "'x', expected a value of type ipv4Address",
    ),
    "truth in a list": (
        ipfix({"basicList": {"element": COUNT, "values": [True]}}),
        ("flows", 0, "basicList", "values", 0),
        "True, expected no truth value",
    ),
    "negative in a list": (
        ipfix({"basicList": {"element": COUNT, "values": [1, -1]}}),
        ("flows", 0, "basicList", "values", 1),
        "-1 does not fit",
    ),
    "address of a wrong kind in a list": (
        ipfix({"basicList": {"element": "sourceIPv4Address", "values": [5]}}),
        ("flows", 0, "basicList", "values", 0),
        "5, expected an IPv4 address as text",
    ),
    "value too long in a list": (
        ipfix({"basicList": {"element": COUNT, "values": ["00" * 65_536]}}),
        ("flows", 0, "basicList", "values"),
        "a value of 65536 octets, expected at most 65535",
    ),
    "packet that is no octets": (
        ipfix({"dataLinkFrameSection": "zz", "sourceMacAddress": "02:00:00:00:00:01"}),
        ("flows", 0, "dataLinkFrameSection"),
        "'zz', expected octets, or their hex text",
    ),
    "semantic": (
        ipfix({"basicList": {**BASIC, "semantic": "someOf"}}),
        ("flows", 0, "basicList", "semantic"),
        "'someOf', expected one of noneOf, exactlyOneOf, oneOrMoreOf, allOf, ordered, undefined, or 0 to 255",
    ),
    "list of records of no template": (
        ipfix({"subTemplateList": {"records": []}}),
        ("flows", 0, "subTemplateList", "template_id"),
        "None, expected the id of a template",
    ),
    "list of records of a template id below 256": (
        ipfix({"subTemplateList": {"template_id": 3, "records": [{COUNT: 1}]}}),
        ("flows", 0, "subTemplateList", "records", 0),
        "template 3, expected at least 256",
    ),
    "list without records": (
        ipfix({"subTemplateList": {"template_id": 256}}),
        ("flows", 0, "subTemplateList", "records"),
        "None, expected a list",
    ),
    "record in a list": (
        ipfix({"subTemplateList": {"template_id": 256, "records": [{COUNT: 1}, {COUNT: 1, "vlanId": 5}]}}),
        ("flows", 0, "subTemplateList", "records", 1, "vlanId"),
        "template 256 has no such field",
    ),
    "missing key in a list": (
        ipfix({"subTemplateList": {"template_id": 256, "records": [{COUNT: 1, "vlanId": 5}, {COUNT: 1}]}}),
        ("flows", 0, "subTemplateList", "records", 1, "vlanId"),
        "there is no value",
    ),
    "list without entries": (
        ipfix({"subTemplateMultiList": {}}),
        ("flows", 0, "subTemplateMultiList", "entries"),
        "None, expected a list",
    ),
    "entry of a list": (
        ipfix({"subTemplateMultiList": {"entries": [5]}}),
        ("flows", 0, "subTemplateMultiList", "entries", 0),
        "5, expected a dict",
    ),
    "octets of a list": (
        ipfix({"subTemplateList": {"template_id": 256, "octets": "0"}}),
        ("flows", 0, "subTemplateList", "octets"),
        "'0', expected octets, or their hex text",
    ),
    "list too deep": (
        ipfix({"basicList": deep(400)}),
        ("flows", 0, "basicList", *("values", 0) * 32),
        "more than 32 lists inside one another",
    ),
    "list too long": (
        ipfix({"basicList": {"element": "interfaceName", "values": ["x" * 40_000] * 2}}),
        ("flows", 0, "basicList"),
        "a basicList of 80011 octets, expected at most 65535",
    ),
    # fixed versions
    "field of another version": ({**V5, "flows": [{"vlanId": 5}]}, ("flows", 0, "vlanId"), "no field of this version"),
    "address in v5": (
        {**V5, "flows": [{}, {"sourceIPv4Address": "300.0.2.1"}]},
        ("flows", 1, "sourceIPv4Address"),
        "Octet 300 (> 255) not permitted in '300.0.2.1'",
    ),
    "number in v5": (
        {**V5, "flows": [{COUNT: 2**32}]},
        ("flows", 0, COUNT),
        "4294967296, expected an int that fits 4 octets",
    ),
    "truth in v5": ({**V5, "flows": [{COUNT: True}]}, ("flows", 0, COUNT), "True, expected no truth value"),
    "header in v5": (
        {**V5, "header": {"sourceId": 1}},
        ("header", "sourceId"),
        "no field of the header, expected some of count, engineId, engineType, exportNanoseconds, exportTime, "
        "samplingInterval, samplingMode, sequenceNumber, sysUpTime, version",
    ),
    "sampling in v5": (
        {**V5, "header": {"samplingInterval": 2**14}},
        ("header", "samplingInterval"),
        "16384, expected an int from 0 to 16383",
    ),
    "sequence number in v1": (
        {"protocol": "netflow1", "header": {"sequenceNumber": 1}},
        ("header", "sequenceNumber"),
        "no field of the header, expected some of count, exportNanoseconds, exportTime, sysUpTime, version",
    ),
    "aggregation": (
        {"protocol": "netflow8", "header": {"aggregation": 15}},
        ("header", "aggregation"),
        "15, expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14",
    ),
    "aggregation of a wrong kind": (
        {"protocol": "netflow8", "header": {"aggregation": [1]}},
        ("header", "aggregation"),
        "[1], expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14",
    ),
    "options in v5": ({**V5, "options": [{}]}, ("options",), "netflow5 has none"),
    "time too far": (
        {**V5, "header": {"sysUpTime": 1000, "exportTime": 1_700_000_000}, "flows": [{"flowStartMilliseconds": 5}]},
        ("flows", 0, "flowStartMilliseconds"),
        "5, which is too far from the header's exportTime for a sysUpTime",
    ),
    "time beside a header that tells none": (
        {**V5, "header": {"exportTime": "1"}, "flows": [{"flowStartMilliseconds": 5}]},
        ("flows", 0, "flowStartMilliseconds"),
        "5, though the header's own times are no ints",
    ),
    "time of a wrong kind in v5": (
        {**V5, "flows": [{"flowStartMilliseconds": "5"}]},
        ("flows", 0, "flowStartMilliseconds"),
        "'5', expected int ms since 1970",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    message, path, why = REFUSED[case]
    with pytest.raises(EncodeError) as caught:
        encode(message)
    assert (caught.value.path, caught.value.why) == (path, why)
    assert str(caught.value).endswith(f": {why}")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.path, str(again)) == (path, str(caught.value))


def test_the_text_says_where() -> None:
    with pytest.raises(EncodeError, match=r"^flows\[1\] octetDeltaCount: -1, expected an int that fits 8 octets$"):
        encode(ipfix({COUNT: 1}, {COUNT: -1}))


@pytest.mark.conformance("IPFIX-6.1.6-02")
@pytest.mark.parametrize("case", ["lone surrogate", "lone surrogate in NetFlow v9"])
def test_ill_formed_text_is_refused(case: str) -> None:
    test_refused(case)


@pytest.mark.conformance("IPFIX-6.2-05")
@pytest.mark.parametrize("case", ["out of range", "out of range of more octets", "negative"])
def test_values_that_a_reduced_field_cannot_have_are_refused(case: str) -> None:
    test_refused(case)


def test_repeated_fields_with_another_number_of_values() -> None:
    """No template has the field three times: one is made, unless the datagram is a copy."""
    (made,) = encode(ipfix({COUNT: [1, 2, 3]}, templates=[TWICE]))
    assert Decoder().decode(made, "exporter")["flows"] == [{COUNT: [1, 2, 3]}]
    octets = ipfix_message(set_of(2, template(256, [(1, 4), (1, 4)])), set_of(256, bytes(8)))
    message: Any = Decoder(keep_octets=True).decode(octets, "exporter")
    message["flows"][0][COUNT] = [1, 2, 3]
    with pytest.raises(EncodeError) as caught:
        encode(message)
    assert caught.value.path == ("flows", 0, COUNT)
    assert caught.value.why == "[1, 2, 3], expected a list of 2: the field comes so often"


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"message": []}, WrongType, "message is list: expected a dict"),
        ({"message": {}, "registry": {}}, WrongType, "registry"),
        ({"message": {}, "max_length": 1400.0}, WrongType, "max_length=1400.0: expected an int"),
        ({"message": {}, "max_length": True}, WrongType, "max_length=True: expected an int"),
        ({"message": {}, "max_length": 63}, UsageError, "max_length=63: expected 64 to 65535 octets"),
        ({"message": {}, "max_length": 65_536}, UsageError, "max_length=65536: expected 64 to 65535 octets"),
        ({"message": {}, "long_lengths": 1}, WrongType, "long_lengths"),
        ({"message": ipfix(), "templates": 5}, WrongType, "templates is int: expected templates, such as a list"),
    ],
)
def test_arguments(arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text.replace("(", "\\(")):
        encode(**arguments)


# Garbage


def valid() -> Iterator[Any]:
    """Messages of all kinds as a decoder gives them, with ``kept``."""
    decoder = Decoder(keep_octets=True)
    fields = [(8, 4), (1, 3), (82, 65535), (1, 4), (29305, 1, 8)]
    record = bytes((192, 0, 2, 1)) + bytes(3) + b"\4eth0" + bytes(12)
    nested = lists.basic_list(3, 4, 1, b"\6\x11") + b""
    inner = lists.field(lists.sub_template_list(3, 258, bytes(8)))
    yield decoder.decode(
        ipfix_message(
            set_of(2, template(256, fields) + template(257, [(291, 65535), (292, 65535), (154, 8)])),
            set_of(2, template(258, [(1, 8)])),
            set_of(3, options_template(259, [(149, 4)], [(34, 4), (276, 1)])),
            set_of(256, record * 2),
            set_of(257, lists.field(nested) + inner + b"\xe9\0\0\0\0\0\0\1"),
            set_of(259, bytes(9) + b"\0\1"),
            set_of(999, b"\1\2\3"),
        ),
        "ipfix",
    )
    yield decoder.decode(ipfix_message(set_of(2, template(256, [])), b"\0"), "ipfix", transport="tcp")
    yield decoder.decode(
        netflow9_datagram(
            set_of(0, template(256, [(8, 4), (22, 4), (21, 4), (95, 4)])),
            set_of(1, netflow9_options_template(257, [(1, 4)], [(34, 4)]) + bytes(2)),
            set_of(256, bytes(32)),
            set_of(257, bytes(8)),
        ),
        "netflow9",
    )
    yield decoder.decode(netflow5_datagram([netflow5_record(octetDeltaCount=5), bytes(40) + b"\1" * 8]), "netflow5")
    yield decoder.decode(bytes((0, 8, 0, 1)) + bytes(18) + b"\1\2" + bytes(4) + bytes(28), "netflow8")


VALID = [json.loads(json.dumps(message)) for message in valid()]
WORDS = [
    *(
        "semantic",
        "element",
        "values",
        "template_id",
        "records",
        "entries",
        "octets",
        "undecoded",
        "scope",
        "name",
        "id",
    ),
    *("length", "enterprise", "fields", "scope_count", "event", "field", "record", "instead_of", "basicList"),
    *("subTemplateList", "subTemplateMultiList", "sourceIPv4Address", "interfaceName", "ie5", "pen9_ie70000", "allOf"),
    *(
        "learned",
        "withdrawn",
        "variable",
        "192.0.2.1",
        "::1",
        "20:99999999999:1",
        "300:1",
        "0a",
        "\ud800",
        "scope99999",
    ),
]
words = st.sampled_from(WORDS)
numbers = st.sampled_from([0, 1, -1, 2, 3, 255, 256, 257, 65535, 65536, 2**32, 2**64, 2**300, -(2**70), 1.5, 1e300])
garbage = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, words, st.text(max_size=5), st.binary(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(words, st.integers(0, 9)), inner, max_size=4)
    ),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in *value*."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, each in items for place in places(each, (*path, key))]


PLACES = [places({key: each for key, each in message.items() if key != "exporter"}) for message in VALID]


def in_kept(index: int) -> list[tuple[Any, ...]]:
    return [place for place in PLACES[index] if place[0] == "kept"]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A valid message, with garbage in one to three places."""
    index = draw(st.integers(0, len(VALID) - 1))
    message = copy.deepcopy(VALID[index])
    some = in_kept(index) if draw(st.booleans()) else PLACES[index]
    if draw(st.sampled_from([True, False, False])):
        message["kept"] = None
        some = PLACES[index]
    for _ in range(draw(st.integers(1, 3))):
        place, how = draw(st.sampled_from(some)), draw(st.sampled_from(["put", "put", "drop", "add"]))
        try:
            holder = message
            for step in place[:-1]:
                holder = holder[step]
            if how == "put":
                holder[place[-1]] = draw(garbage)
            elif how == "drop":
                del holder[place[-1]]
            elif isinstance(holder, dict):
                holder[draw(words)] = draw(garbage)
            else:
                holder.append(draw(garbage))
        except (TypeError, KeyError, IndexError, AttributeError):  # no longer there
            pass
    return message


@given(message=st.one_of(spoiled(), spoiled(), spoiled(), garbage), most=st.sampled_from([64, 65535]))
def test_garbage_is_refused_or_written(message: Any, most: int) -> None:
    """Nothing but UsageError kin leaves ``encode``, whatever it is given."""
    try:
        datagrams = encode(message, max_length=most)
    except UsageError as error:
        assert str(error)
        return
    assert [type(octets) for octets in datagrams] == [bytes] * len(datagrams)


def test_registry_of_the_caller() -> None:
    registry = Registry()
    registry.add("pen,element_id,name,data_type\n64999,1,queueDepth,unsigned32\n")
    (octets,) = encode(ipfix({"queueDepth": 7}), registry=registry)
    assert octets[16:].hex() == "0002001001000001800100040000fde70100000800000007"


def test_integers_that_python_does_not_spell() -> None:
    """More than 4300 digits: the text says so, and where."""
    for message, path in (
        (ipfix({COUNT: 10**5000}), ("flows", 0, COUNT)),
        (ipfix({"absoluteError": 10**5000}), ("flows", 0, "absoluteError")),
        (ipfix(header={"exportTime": 10**5000}), ("header", "exportTime")),
        (ipfix(templates=[10**5000]), ("templates", 0)),
        ({**V5, "flows": [{"flowStartMilliseconds": 10**5000}]}, ("flows", 0, "flowStartMilliseconds")),
    ):
        with pytest.raises(EncodeError) as caught:
            encode(message)
        assert caught.value.path == path


@pytest.mark.parametrize("message", VALID, ids=lambda message: str(message["protocol"]))
def test_messages_stay_as_they_are(message: dict[str, Any]) -> None:
    """Whatever is made of them."""
    for each in (message, {**message, "kept": None, "quirks": []}):
        before = copy.deepcopy(each)
        once = encode(each)
        assert each == before
        assert encode(each) == once


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"protocol": "sflow5", "options": [{"scope": {}}]}, ("options",)),
        ({"protocol": "sflow5", "templates": [{"template_id": 256, "fields": [COUNT]}]}, ("templates",)),
        ({"protocol": "netflow5", "counters": [{}]}, ("counters",)),
        ({"protocol": "netflow9", "unknown_samples": [{}]}, ("unknown_samples",)),
        (
            ipfix({"subTemplateList": {"template_id": 400, "records": [{COUNT: 9}], "octets": "01"}}),
            ("flows", 0, "subTemplateList", "octets"),
        ),
        (ipfix({"ipHeaderPacketSection": "4500", "octetDeltaCuont": 3}), ("flows", 0, "octetDeltaCuont")),
        (
            ipfix(templates=[{"template_id": 256, "fields": [{"name": COUNT, "lenght": 4}]}]),
            ("templates", 0, "fields", 0),
        ),
        (ipfix(templates=[{"template_id": 256, "scopecount": 1, "fields": [COUNT]}]), ("templates", 0)),
        (
            ipfix(templates=[{"template_id": 256, "fields": [{"name": COUNT, "enterprise": 9}]}]),
            ("templates", 0, "fields", 0, "enterprise"),
        ),
        (ipfix(templates=[{"event": "withdraw", "template_id": 256, "fields": [COUNT]}]), ("templates", 0, "event")),
    ],
)
def test_nothing_is_lost_in_silence(message: Any, path: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        encode(message)
    assert caught.value.path == path


def test_what_contains_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["inner"] = endless
    for value in (endless, [endless, endless]):
        with pytest.raises(EncodeError):
            encode(ipfix({COUNT: value}))


@pytest.mark.parametrize("protocol", ["netflow5", "netflow9", "ipfix", "sflow5"])
def test_copies_are_never_divided(protocol: str) -> None:
    """Of any protocol: what does not fit in what was asked for is refused."""
    flow = {"sourceIPv4Address": "192.0.2.1", **({"samplingInterval": 1} if protocol == "sflow5" else {})}
    (datagram,) = encode({"protocol": protocol, "flows": [flow] * 10})
    message = Decoder(keep_octets=True).decode(datagram, "exporter")
    assert encode(message, max_length=len(datagram)) == [datagram]
    with pytest.raises(EncodeError, match="expected at most 64"):
        encode(message, max_length=64)
