"""Lists that are damaged, hostile or of templates that are not known: what is intact comes out, the record is whole."""

from unittest import mock

import pytest

from netflowparse import Limits
from netflowparse.codec import shapes
from tests.list_builder import (
    ALL_OF,
    BASIC,
    MULTI,
    SUB_TEMPLATE,
    basic_list,
    entry,
    field,
    multi_list,
    sub_template_list,
    u16,
    u32,
)
from tests.message_builder import VARIABLE, ipfix_message, options_template, set_of, template, variable
from tests.plain import assert_plain
from tests.protocols.messages import codes, learn10

PORTS, NAMED, EMPTY, OWN = 300, 301, 303, 304
HEAD = 16 + 4 + 4 + 3  # octets before the list: message, set, octetDeltaCount, prefix


def value_of(decoder, element, octets):
    """What a list reads as between two other fields of its record, and the problems; the rest must be whole.

    The record comes twice, and a set behind it: the problems of both records are the same.
    """
    learn10(
        decoder,
        template(PORTS, [(7, 2), (11, 2)]),
        template(NAMED, [(82, VARIABLE)]),
        template(EMPTY, [(210, 0)]),
        template(OWN, [(SUB_TEMPLATE, VARIABLE)]),
        template(400, [(1, 4), (element, VARIABLE), (4, 1)]),
    )
    record = u32(7) + field(octets) + b"\x06"
    message = decoder.decode(ipfix_message(set_of(400, record + record), set_of(PORTS, u16(1) * 2)), "r1")
    assert_plain(message)
    first, second, behind = message["flows"]
    assert (first, behind) == (second, {"sourceTransportPort": 1, "destinationTransportPort": 1})
    assert (first.pop("octetDeltaCount"), first.pop("protocolIdentifier")) == (7, 6)
    (value,) = first.values()
    for problem in message["problems"]:
        assert "malformed" not in problem
        assert problem["set_id"] == 400
    again = HEAD - 4 - 3 + len(record)  # where the second record is
    problems = [each for each in message["problems"] if each["offset"] < again]
    others = [each for each in message["problems"] if each["offset"] >= again]
    assert [{**each, "message": "", "offset": each["offset"] + len(record)} for each in problems] == [
        {**each, "message": ""} for each in others
    ]
    return value, problems


def facts(problem, *names):
    """Those facts of a problem."""
    return tuple(problem.get(name) for name in ("code", *names))


@pytest.mark.fault("SD-01", "IV-06")
@pytest.mark.conformance("SD-4.5.1-02")
@pytest.mark.parametrize("length", range(5))
def test_a_basic_list_without_its_header(decoder, length):
    octets = basic_list(ALL_OF, 4, 1)[:length]
    value, (problem,) = value_of(decoder, BASIC, octets)
    assert value == (octets.hex() or None)
    assert facts(problem, "offset", "length", "path", "element") == (
        "bad_value",
        HEAD,
        length,
        ["basicList"],
        "basicList",
    )
    assert problem["message"] == f"basicList at octet {HEAD}: {length} octets, expected at least 5 octets"


@pytest.mark.fault("SD-02")
@pytest.mark.conformance("SD-4.5.1-02")
@pytest.mark.parametrize("length", range(5, 9))
def test_an_enterprise_number_that_is_cut(decoder, length):
    octets = basic_list(ALL_OF, 4, 1, pen=9)[:length]
    value, (problem,) = value_of(decoder, BASIC, octets)
    assert value == octets.hex()
    assert facts(problem, "offset", "length", "octets") == ("bad_value", HEAD, length, octets.hex())


@pytest.mark.parametrize(("element", "least"), [(SUB_TEMPLATE, 3), (MULTI, 1)])
def test_other_lists_without_their_header(decoder, element, least):
    for length in range(least):
        value, (problem,) = value_of(decoder, element, bytes(length))
        assert value == ("00" * length or None)
        assert facts(problem, "length") == ("bad_value", length)
        decoder.reset()


@pytest.mark.fault("SD-03")
@pytest.mark.conformance("SD-4.5.1-04")
def test_values_without_octets(decoder):
    value, (problem,) = value_of(decoder, BASIC, basic_list(ALL_OF, 4, 0, bytes(10)))
    assert value == {"semantic": "allOf", "element": "protocolIdentifier", "values": [], "undecoded": "00" * 10}
    assert facts(problem, "offset", "length") == ("no_progress", HEAD + 5, 10)


def test_no_values_without_octets(decoder):
    value, problems = value_of(decoder, BASIC, basic_list(ALL_OF, 4, 0))
    assert value == {"semantic": "allOf", "element": "protocolIdentifier", "values": []}
    assert problems == []


@pytest.mark.fault("SD-04")
@pytest.mark.conformance("SD-4.5.1-04")
def test_octets_after_the_last_value(decoder):
    value, (problem,) = value_of(decoder, BASIC, basic_list(ALL_OF, 14, 4, u32(9) + b"abc"))
    assert value == {"semantic": "allOf", "element": "egressInterface", "values": [9], "undecoded": "616263"}
    assert facts(problem, "offset", "length", "octets") == ("bad_value", HEAD + 9, 3, "616263")


@pytest.mark.fault("SD-06")
def test_a_value_that_runs_past_its_list(decoder):
    """By one octet, which the record has."""
    value, (problem,) = value_of(decoder, BASIC, basic_list(ALL_OF, 82, VARIABLE, b"\x02ab\x04cde"))
    assert value["values"] == ["ab"]
    assert value["undecoded"] == b"\x04cde".hex()
    assert facts(problem, "offset", "length", "path") == ("bad_value", HEAD + 8, 4, ["basicList"])


@pytest.mark.fault("SD-05", "RS-14")
def test_values_that_cost_one_octet(make_decoder):
    decoder = make_decoder(limits=Limits(values=2_003))
    learn10(decoder, template(400, [(BASIC, VARIABLE), (4, 1)]))
    body = b"".join(field(basic_list(ALL_OF, 82, VARIABLE, bytes(count))) + b"\x06" for count in (65_000, 10))
    message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    head = {"semantic": "allOf", "element": "interfaceName"}
    assert message["flows"] == [
        {"basicList": {**head, "values": [""] * 1_999, "undecoded": "00" * 63_001}, "protocolIdentifier": 6},
        {"basicList": {**head, "values": [], "undecoded": "00" * 10}, "protocolIdentifier": 6},
    ]  # two fields in each outside
    (problem,) = message["problems"]  # told once
    assert facts(problem, "offset", "limit", "length") == ("limit", 16 + 4 + 3 + 5 + 1_999, "values", 63_001)


def nested_basic_lists(levels):
    """§5: a basicList whose one value is a basicList, 5 octets a level."""
    octets = basic_list(ALL_OF, 4, 1, b"\x06")
    for _ in range(levels - 1):
        octets = basic_list(ALL_OF, BASIC, len(octets), octets)
    return octets


@pytest.mark.fault("SD-08")
@pytest.mark.conformance("SD-4.5.2-03", "IPFIX-11.4-01")
@pytest.mark.parametrize("levels", [1, 5, 8, 9, 100, 13_000])
def test_depth(decoder, levels):
    octets = nested_basic_lists(levels)
    learn10(decoder, template(400, [(BASIC, VARIABLE), (4, 1)]))
    message = decoder.decode(ipfix_message(set_of(400, field(octets) + b"\x06")), "r1")
    (flow,) = message["flows"]
    assert flow["protocolIdentifier"] == 6
    value, depth = flow["basicList"], 1
    while depth < min(levels, 8):
        assert value["element"] == "basicList"
        (value,) = value["values"]
        depth += 1
    if levels <= 8:
        assert value["values"] == [6]
        assert message["problems"] == []
    else:
        beyond = octets[8 * 5 :]
        assert value["values"] == [beyond.hex()]
        (problem,) = message["problems"]
        assert facts(problem, "offset", "limit", "length") == ("limit", 16 + 4 + 3 + 8 * 5, "nesting", len(beyond))
        assert problem["path"] == ["basicList"] + ["values", 0] * 8


@pytest.mark.conformance("SD-4.5.2-03", "IPFIX-11.4-01")
@pytest.mark.parametrize("most", [1, 4, 5, 6])
def test_depth_is_a_limit(make_decoder, most):
    decoder = make_decoder(limits=Limits(nesting=most))
    learn10(decoder, template(400, [(BASIC, VARIABLE)]))
    message = decoder.decode(ipfix_message(set_of(400, field(nested_basic_lists(5)))), "r1")
    assert codes(message) == (["limit"] if most < 5 else [])


@pytest.mark.fault("SD-11")
@pytest.mark.conformance("SD-5.2-01")
def test_a_template_inside_its_own_records(decoder):
    octets = sub_template_list(ALL_OF, OWN)
    for _ in range(999):
        octets = sub_template_list(ALL_OF, OWN, field(octets))
    value, (problem,) = value_of(decoder, SUB_TEMPLATE, octets)
    for _ in range(7):
        (record,) = value["records"]
        value = record["subTemplateList"]
    assert value["records"] == [{"subTemplateList": octets[8 * 6 :].hex()}]
    assert facts(problem, "offset", "limit", "length") == ("limit", HEAD + 8 * 6, "nesting", len(octets) - 8 * 6)
    assert problem["path"] == ["subTemplateList", *["records", 0, "subTemplateList"] * 8]


@pytest.mark.fault("SD-12")
def test_templates_inside_one_another(decoder):
    learn10(decoder, template(310, [(SUB_TEMPLATE, VARIABLE)]), template(311, [(7, 2), (SUB_TEMPLATE, VARIABLE)]))
    octets = sub_template_list(ALL_OF, 310)
    for level in range(20):
        octets = sub_template_list(ALL_OF, *((311, u16(80) + field(octets)) if level % 2 else (310, field(octets))))
    value, (problem,) = value_of(decoder, SUB_TEMPLATE, octets)
    depth = 1
    while isinstance(value, dict):
        (record,) = value["records"]
        assert record.get("sourceTransportPort") == (80 if depth % 2 else None)  # 311 is outermost
        value, depth = record["subTemplateList"], depth + 1
    beyond = 4 * 6 + 4 * 8  # octets of the eight heads and prefixes, and of the ports
    assert (depth, value) == (9, octets[beyond:].hex())
    assert facts(problem, "offset", "limit", "length") == ("limit", HEAD + beyond, "nesting", len(octets) - beyond)


@pytest.mark.fault("SD-09")
def test_a_template_that_is_not_known(decoder):
    value, (problem,) = value_of(decoder, SUB_TEMPLATE, sub_template_list(ALL_OF, 999, b"a" * 20))
    assert value == {"semantic": "allOf", "template_id": 999, "octets": "61" * 20}
    assert facts(problem, "offset", "length", "path", "template_id", "waiting") == (
        *("missing_template", HEAD + 3, 20, ["subTemplateList"], 999, True),
    )


@pytest.mark.fault("SD-13")
def test_records_without_octets(decoder):
    value, (problem,) = value_of(decoder, SUB_TEMPLATE, sub_template_list(ALL_OF, EMPTY, b"abc"))
    assert value == {"semantic": "allOf", "template_id": EMPTY, "octets": "616263"}
    assert facts(problem, "offset", "length") == ("no_progress", HEAD + 3, 3)


@pytest.mark.fault("SD-14")
@pytest.mark.parametrize(
    ("records", "whole", "rest"), [(u16(1) * 3 + b"x", 1, 3), (u16(1) * 4 + b"x", 2, 1), (b"x", 0, 1)]
)
def test_octets_after_the_last_record(decoder, records, whole, rest):
    value, (problem,) = value_of(decoder, SUB_TEMPLATE, sub_template_list(ALL_OF, PORTS, records))
    assert value["records"] == [{"sourceTransportPort": 1, "destinationTransportPort": 1}] * whole
    assert value["undecoded"] == records[-rest:].hex()
    assert facts(problem, "offset", "length") == ("bad_value", HEAD + 3 + whole * 4, rest)


@pytest.mark.fault("SD-15")
@pytest.mark.parametrize("template_id", [0, 2, 255])
def test_ids_that_no_template_has(decoder, template_id):
    value, (problem,) = value_of(decoder, SUB_TEMPLATE, sub_template_list(ALL_OF, template_id, b"abcd"))
    assert value == {"semantic": "allOf", "template_id": template_id, "octets": "61626364"}
    assert facts(problem, "offset", "length") == ("bad_value", HEAD + 3, 4)


@pytest.mark.fault("SD-17")
def test_a_value_of_a_record_that_runs_past_its_list(decoder):
    value, (problem,) = value_of(decoder, SUB_TEMPLATE, sub_template_list(ALL_OF, NAMED, b"\x01a\x09b"))
    assert value["records"] == [{"interfaceName": "a"}]
    assert value["undecoded"] == "0962"
    assert facts(problem, "offset", "length") == ("bad_value", HEAD + 5, 2)


@pytest.mark.fault("SD-19", "SD-20", "SD-21")
@pytest.mark.conformance("SD-4.5.3-03")
@pytest.mark.parametrize(
    "rest",
    [
        entry(PORTS, length=1),
        entry(PORTS, length=2),
        entry(PORTS, length=3),
        entry(PORTS, length=5),
        entry(PORTS, length=65_535),
        b"a",
        b"ab",
        b"abc",
    ],
)
def test_entries_that_are_damaged(decoder, rest):
    value, (problem,) = value_of(decoder, MULTI, multi_list(ALL_OF, [entry(PORTS, u16(1) * 2), rest]))
    record = {"sourceTransportPort": 1, "destinationTransportPort": 1}
    assert value == {
        "semantic": "allOf",
        "entries": [{"template_id": PORTS, "records": [record]}],
        "undecoded": rest.hex(),
    }
    assert facts(problem, "offset", "length") == ("bad_value", HEAD + 1 + 8, len(rest))
    length = int.from_bytes(rest[2:], "big")
    why = f"an entry of length {length}, 4 octets are there" if len(rest) == 4 else "an entry has at least 4"
    assert problem["message"].endswith(why)


@pytest.mark.fault("SD-22")
@pytest.mark.conformance("SD-4.5.3-03")
def test_entries_beside_one_that_cannot_be_read(decoder):
    entries = [entry(999, b"abc"), entry(PORTS, u16(1) * 2 + b"x"), entry(NAMED, b"\x01n")]
    value, problems = value_of(decoder, MULTI, multi_list(ALL_OF, entries))
    record = {"sourceTransportPort": 1, "destinationTransportPort": 1}
    assert value["entries"] == [
        {"template_id": 999, "octets": "616263"},
        {"template_id": PORTS, "records": [record], "undecoded": "78"},
        {"template_id": NAMED, "records": [{"interfaceName": "n"}]},
    ]
    assert [facts(each, "offset", "length", "path", "template_id") for each in problems] == [
        ("bad_value", HEAD + 1 + 7 + 4 + 4, 1, ["subTemplateMultiList", "entries", 1], 400),
        ("missing_template", HEAD + 1 + 4, 3, ["subTemplateMultiList", "entries", 0], 999),  # once all is read
    ]


@pytest.mark.fault("SD-23", "RS-14")
def test_entries_without_records(make_decoder):
    decoder = make_decoder(limits=Limits(values=1_001))
    learn10(decoder, template(400, [(MULTI, VARIABLE)]))
    body = field(multi_list(ALL_OF, [entry(PORTS)] * 16_377))
    message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    (flow,) = message["flows"]
    assert flow["subTemplateMultiList"]["entries"] == [{"template_id": PORTS, "records": []}] * 1_000
    assert flow["subTemplateMultiList"]["undecoded"] == entry(PORTS).hex() * 15_377
    (problem,) = message["problems"]
    assert facts(problem, "offset", "limit", "length") == ("limit", 16 + 4 + 3 + 1 + 4_000, "values", 4 * 15_377)


@pytest.mark.fault("SD-29", "RS-14")
@pytest.mark.parametrize(
    ("empty", "count", "inner", "told"),
    [
        (variable(sub_template_list(ALL_OF, 257)), 5_000, {"semantic": "allOf", "template_id": 257, "records": []}, []),
        (b"\0", 20_000, None, ["bad_value"] * 200),
    ],
    ids=["no records", "no octets"],
)
def test_width(make_decoder, empty, count, inner, told):
    """Records of three empty lists, 12 octets each or 3: the values of a datagram are bounded."""
    decoder = make_decoder(limits=Limits(values=3_002))
    learn10(decoder, template(257, [(SUB_TEMPLATE, VARIABLE)] * 3), template(400, [(SUB_TEMPLATE, VARIABLE)]))
    body = b"".join(field(sub_template_list(ALL_OF, 257, empty * 3 * number)) for number in (count, 1))
    message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    value, last = (flow["subTemplateList"] for flow in message["flows"])
    assert value["records"] == [{"subTemplateList": [inner] * 3}] * 1_000
    assert value["undecoded"] == (empty * 3 * (count - 1_000)).hex()
    assert last == {"semantic": "allOf", "template_id": 257, "octets": (empty * 3).hex()}  # nothing is left for it
    assert codes(message) == [*told, "limit"]
    if not told:
        left = 16 + 4 + 3 + 3 + 3 * len(empty) * 1_000
        assert facts(message["problems"][0], "offset", "limit") == ("limit", left, "values")


def test_readers_that_cost_too_much(make_decoder):
    """A datagram may ask for readers of 4,000 / 16 fields: for two of 100, and one of 1."""
    decoder = make_decoder(limits=Limits(values=4_000, fields_per_template=100))
    ids = range(300, 304)  # of different shapes, one octet a record
    learn10(decoder, *(template(each, [(each, 0)] * 99 + [(4, 1)]) for each in ids), template(400, [(MULTI, VARIABLE)]))
    body = field(multi_list(ALL_OF, [entry(each, b"\6") for each in ids]))
    message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    entries = message["flows"][0]["subTemplateMultiList"]["entries"]
    assert [[record["protocolIdentifier"] for record in each["records"]] for each in entries[:2]] == [[6], [6]]
    assert entries[2:] == [{"template_id": each, "octets": "06"} for each in ids[2:]]
    assert [(each["code"], each["limit"]) for each in message["problems"]] == [("limit", "record_shape_fields")]


@pytest.mark.fault("SD-30")
def test_values_of_a_length_that_their_type_cannot_have(decoder):
    value, (problem,) = value_of(decoder, BASIC, basic_list(ALL_OF, 152, 4, b"abcdefgh"))
    assert value["values"] == ["61626364", "65666768"]
    assert facts(problem, "offset", "element", "path") == (
        *("bad_value", HEAD + 5, "flowStartMilliseconds", ["basicList"]),
    )
    assert "expected 8 octets" in problem["message"]


def test_odd_values_say_where_they_are(decoder):
    learn10(decoder, options_template(320, [(276, 1)], [(82, VARIABLE)]), set_id=3)
    records = b"\x01\x01a" + b"\x07\x01b" + b"\x02\x02\xff\xfe"  # a boolean of 7; a name that is not UTF-8
    value, problems = value_of(decoder, SUB_TEMPLATE, sub_template_list(ALL_OF, 320, records))
    assert [each["scope"]["dataRecordsReliability"] for each in value["records"]] == [True, None, False]
    assert [each["interfaceName"] for each in value["records"]] == ["a", "b", "\\xff\\xfe"]
    start = HEAD + 3
    assert [facts(each, "offset", "length", "path") for each in problems] == [
        ("bad_value", start + 3, 1, ["subTemplateList", "records", 1, "scope", "dataRecordsReliability"]),
        ("bad_value", start + 8, 2, ["subTemplateList", "records", 2, "interfaceName"]),
    ]


def test_odd_values_of_a_basic_list(decoder):
    value, problems = value_of(decoder, BASIC, basic_list(ALL_OF, 276, 1, b"\x01\x05\x02\x00"))
    assert value["values"] == [True, None, False, None]
    assert [facts(each, "offset", "path", "element") for each in problems] == [
        ("bad_value", HEAD + 6, ["basicList", "values", 1], "dataRecordsReliability"),
        ("bad_value", HEAD + 8, ["basicList", "values", 3], "dataRecordsReliability"),
    ]


def test_a_fixed_length_that_no_list_has(decoder):
    learn10(decoder, template(400, [(BASIC, 4), (SUB_TEMPLATE, 0), (4, 1)]))
    message = decoder.decode(ipfix_message(set_of(400, b"abcd\x06" * 2)), "r1")
    flow = {"basicList": "61626364", "subTemplateList": None, "protocolIdentifier": 6}
    assert message["flows"] == [flow, flow]
    assert [facts(each, "element", "length") for each in message["problems"]] == [("bad_value", "basicList", 4)]


def test_a_list_that_runs_past_its_set(decoder):
    """That is damage of the set, as with every value of variable length."""
    learn10(decoder, template(400, [(BASIC, VARIABLE)]))
    body = field(basic_list(ALL_OF, 4, 1, b"\x06"))
    message = decoder.decode(ipfix_message(set_of(400, body + body[:-1])), "r1")
    assert [flow["basicList"]["values"] for flow in message["flows"]] == [[6]]
    assert codes(message) == ["truncated_record"]
    assert message["problems"][0]["malformed"] is True


@pytest.mark.fault("RS-14")
def test_lists_that_no_value_fits_make_no_reader(decoder):
    """Each with another length for its values, and one octet: 6 octets of the sender's for each."""
    learn10(decoder, template(400, [(BASIC, 6)]))
    body = b"".join(basic_list(ALL_OF, 210, length, b"x") for length in range(2, 3_000))
    with mock.patch.object(shapes, "items_layout", wraps=shapes.items_layout) as made:
        message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    assert made.call_count == 0
    assert message["flows"][0]["basicList"] == {
        "semantic": "allOf",
        "element": "paddingOctets",
        "values": [],
        "undecoded": "78",
    }
    assert facts(message["problems"][0], "offset", "length") == ("bad_value", 25, 1)
