"""What ``encode`` refuses in templates, and in lists inside records."""

from __future__ import annotations

from tests.encoding.by_hand import BASIC, COUNT, V9, Case, deep, defined, field, ipfix

#: templates, options templates and withdrawals
TEMPLATES: dict[str, Case] = {
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
}
#: lists inside records
LISTS: dict[str, Case] = {
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
}
