"""Type records (RFC 5610) that are not believed: what is known otherwise, was said otherwise, or cannot be."""

import pytest

from netflowparse import Registry
from tests.message_builder import ipfix_message, options_template, set_of, template
from tests.protocols.messages import codes
from tests.protocols.type_records import (
    FLOAT32,
    HEX,
    PEN,
    SIGNED32,
    STRING,
    TYPES,
    UNSIGNED32,
    elements,
    flow_of,
    said,
    taught,
    types,
)


@pytest.mark.conformance("TYPEREC-3.9-04")
@pytest.mark.fault("ST-17")
def test_iana_is_not_contradicted(decoder):
    message = taught(decoder, said(b"mine", STRING, 0, 0, pen=0, number=8))
    (problem,) = message["problems"]
    assert problem == {
        "code": "bad_type_record",
        "message": "type record in set 400 at octet 50: element 0:8 is ipv4Address, not string",
        "offset": 50,  # 16 octets of the header, 34 of the options template set
        "template_id": 400,
        "element": "0:8",
    }
    assert flow_of(decoder)["sourceIPv4Address"] == "192.0.2.1"
    assert elements(decoder) == []


@pytest.mark.conformance("TYPEREC-3.9-04")
@pytest.mark.parametrize(
    ("pen", "number", "data_type", "reason"),
    [
        (0, 8, 18, None),  # ipv4Address, as IANA says
        (29305, 1, 4, None),  # the reverse of octetDeltaCount, unsigned64
        (29305, 1, 3, "is unsigned64, not unsigned32"),
        (0, 32000, 3, "is not the exporter's to describe"),
        (29305, 32000, 3, "is not the exporter's to describe"),
        (9, 12235, FLOAT32, "is string, not float32"),
    ],
)
def test_what_is_known_stays(decoder, pen, number, data_type, reason):
    known = decoder.registry.lookup(pen, number)
    message = taught(decoder, said(b"mine", data_type, 0, 0, pen=pen, number=number))
    problems = [problem["message"].partition(": ")[2] for problem in message["problems"]]
    assert problems == ([] if reason is None else [f"element {pen}:{number} {reason}"])
    assert elements(decoder) == []
    assert decoder.registry.lookup(pen, number) == known


@pytest.mark.conformance("TYPEREC-3.9-04")
def test_what_the_caller_has_added_stays(make_decoder):
    registry = Registry()
    decoder = make_decoder(registry=registry)
    taught(decoder, said(b"theirs", FLOAT32))
    registry.add("pen,element_id,name,data_type\n9999,1,mine,signed32\n")  # later: the caller's word counts more
    assert flow_of(decoder) == {"sourceIPv4Address": "192.0.2.1", "mine": 1500}
    message = taught(decoder, said(b"theirs", FLOAT32))
    assert message["problems"][0]["message"].endswith("element 9999:1 is signed32, not float32")


def test_an_element_published_without_a_type_keeps_its_key(decoder):
    known = decoder.registry.lookup(3054, 196)
    assert (known.name, known.type) == ("requestTimeS", "octetArray")
    assert codes(taught(decoder, said(b"other", UNSIGNED32, pen=3054, number=196))) == []
    sets = set_of(2, template(256, [(3054, 196, 4)])), set_of(256, b"\0\0\1\0")
    assert decoder.decode(ipfix_message(*sets), "r1")["flows"] == [{"requestTimeS": 256}]
    assert elements(decoder) == [("3054:196", "requestTimeS", "unsigned32", False)]


@pytest.mark.conformance("TYPEREC-3.9-05")
@pytest.mark.fault("ST-18")
@pytest.mark.parametrize(
    ("other", "was", "now"),
    [
        (said(data_type=SIGNED32), "unsigned32", "signed32"),
        (said(b"other"), "'queueDepth' unsigned32", "'other' unsigned32"),
        (said(semantics=3), "unsigned32 quantity", "unsigned32 deltaCounter"),
        (said(units=2), "quantity packets", "quantity octets"),
    ],
)
def test_described_in_two_ways(decoder, other, was, now):
    taught(decoder, said())
    assert flow_of(decoder) == {"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}
    message = taught(decoder, other)
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["element"]) == ("bad_type_record", 50, "9999:1")
    assert was in problem["message"].partition(" before, ")[0]
    assert now in problem["message"].partition(" before, ")[2]
    assert flow_of(decoder) == HEX
    assert [field["name"] for field in decoder.templates()[-1]["fields"]] == ["sourceIPv4Address", "pen9999_ie1"]
    assert codes(taught(decoder, said())) == ["bad_type_record"]  # neither of them any more
    assert flow_of(decoder) == HEX
    assert elements(decoder) == [("9999:1", "pen9999_ie1", "unsigned32", True)]


@pytest.mark.conformance("TYPEREC-3.9-05")
def test_what_one_record_leaves_out_is_no_conflict(decoder):
    bare = options_template(401, [(346, 4), (303, 2)], [(339, 1)])
    record = set_of(401, bytes.fromhex("0000270F 0001 03"))
    assert codes(decoder.decode(ipfix_message(set_of(3, bare), record), "r1")) == []
    assert flow_of(decoder)["pen9999_ie1"] == 1500
    assert codes(taught(decoder, said())) == []
    assert flow_of(decoder)["pen9999_ie1"] == 1500  # a key stays as it was first
    (row,) = [row for row in decoder.knowledge("r1") if row["kind"] == "element"]
    assert (row["name"], row["semantics"], row["units"]) == ("queueDepth", "quantity", "packets")
    assert codes(decoder.decode(ipfix_message(record), "r1")) == []
    assert codes(taught(decoder, said(b"other"))) == ["bad_type_record"]


NUMBERS = {"unsigned": (1, 2, 3, 4, 23), "signed": (5, 6, 7, 8), "float": (9, 10)}
OTHERS = (11, 12, 13, 14, 15, 16, 17, 18, 19)  # boolean, macAddress, string, times, addresses
COUNTERS = (2, 3, 7, 8)
VALID = [
    *((data_type, 0) for data_type in range(24)),
    *((data_type, semantics) for data_type in NUMBERS["unsigned"] for semantics in range(9)),
    *((data_type, semantics) for data_type in NUMBERS["signed"] for semantics in (1, 4)),
    *((data_type, 1) for data_type in NUMBERS["float"]),
    *((data_type, 6) for data_type in (20, 21, 22)),
    (0, 4),
    (0, 5),
]
INVALID = [
    *((data_type, semantics) for data_type in NUMBERS["signed"] for semantics in (*COUNTERS, 5, 6)),
    *((data_type, semantics) for data_type in NUMBERS["float"] for semantics in (*COUNTERS, 4, 5, 6)),
    *((data_type, semantics) for data_type in OTHERS for semantics in range(1, 9)),
    *((data_type, semantics) for data_type in (20, 21, 22) for semantics in (*COUNTERS, 1, 4, 5)),
    *((0, semantics) for semantics in (*COUNTERS, 1, 6)),
]


@pytest.mark.conformance("TYPEREC-3.10-01")
def test_types_and_their_semantics(decoder):
    assert len(VALID) + len(INVALID) == 24 * 9 + len(NUMBERS["unsigned"])  # those have default twice
    valid = [said(b"", *pair, 0, number=number) for number, pair in enumerate(VALID, 1)]
    assert taught(decoder, *valid)["problems"] == []
    assert len(elements(decoder)) == len(VALID)
    invalid = [said(b"", *pair, 0, number=number) for number, pair in enumerate(INVALID, 1000)]
    message = taught(decoder, *invalid)
    assert codes(message) == ["bad_type_record"] * len(INVALID)
    assert len(elements(decoder)) == len(VALID)


@pytest.mark.conformance("TYPEREC-3.10-01")
def test_such_a_problem_says_why(decoder):
    (problem,) = taught(decoder, said(b"x", STRING, 2))["problems"]
    assert problem["message"] == "type record in set 400 at octet 50: string with semantics totalCounter"
    assert flow_of(decoder) == HEX


RANGE = options_template(402, [(346, 4), (303, 2)], [(339, 1), (342, 8), (343, 8)])


def ranged(data_type, begin, end, number=1):
    """A set of one type record with a range."""
    numbers = ((PEN, 4), (number, 2), (data_type, 1), (begin, 8), (end, 8))
    octets = b"".join(value.to_bytes(length, "big", signed=value < 0) for value, length in numbers)
    return set_of(402, octets)


@pytest.mark.conformance("TYPEREC-3.10-02")
@pytest.mark.fault("ST-20")
@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (types(said(data_type=200)), "informationElementDataType is 200, expected 0 to 23"),
        (types(said(data_type=24)), "informationElementDataType is 24"),
        (types(said(semantics=99)), "informationElementSemantics is 99, expected 0 to 8"),
        (types(said(semantics=9)), "informationElementSemantics is 9"),
        (types(said(number=0)), "informationElementId is 0, expected 1 to 32767"),
        (types(said(number=0x8000)), "informationElementId is 0"),
        (ranged(UNSIGNED32, 10, 9), "the range begins at 10 and ends at 9"),
        (ranged(SIGNED32, -1, -2), "the range begins at -1 and ends at -2"),
    ],
)
def test_records_that_cannot_be(decoder, records, reason):
    message = decoder.decode(ipfix_message(set_of(3, TYPES + RANGE), records, types(said(number=2))), "r1")
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"]) == ("bad_type_record", 16 + 4 + len(TYPES + RANGE))
    assert reason in problem["message"]
    assert elements(decoder) == [("9999:2", "queueDepth", "unsigned32", False)]
    assert flow_of(decoder) == HEX


@pytest.mark.parametrize(
    ("data_type", "begin", "end", "expected"),
    [
        (UNSIGNED32, 0, 255, "0-255"),
        (UNSIGNED32, 5, 5, "5-5"),
        (UNSIGNED32, 0, 0, ""),
        (UNSIGNED32, 0, -1, "0-18446744073709551615"),
        (SIGNED32, -5, 5, "-5-5"),
    ],
)
def test_ranges(decoder, data_type, begin, end, expected):
    message = decoder.decode(ipfix_message(set_of(3, RANGE), ranged(data_type, begin, end)), "r1")
    assert codes(message) == []
    assert [row["range"] for row in decoder.knowledge("r1")] == [expected]


@pytest.mark.parametrize(
    ("scope", "fields", "octets", "reason"),
    [
        ([(346, 4), (303, 0)], [(339, 1)], "0000270F 03", "privateEnterpriseNumber or informationElementId has no oct"),
        ([(346, 4), (303, 2)], [(339, 0)], "0000270F 0001", "informationElementDataType has no octets"),
        ([(346, 5), (303, 2)], [(339, 1)], "FF00000001 0001 03", "privateEnterpriseNumber is 1095216660481, expected"),
        ([(346, 4), (303, 3)], [(339, 1)], "0000270F 010001 03", "informationElementId is 65537, expected a number up"),
        ([(346, 4), (303, 2), (303, 2)], [(339, 1)], "0000270F 0001 0002 03", r"informationElementId is [1, 2]"),
        (
            [(346, 4), (303, 2)],
            [(339, 1), (341, 1), (341, 1)],
            "0000270F 0001 03 61 62",
            "informationElementName comes",
        ),
    ],
)
def test_numbers_that_are_none(decoder, scope, fields, octets, reason):
    sets = set_of(3, options_template(999, scope, fields)), set_of(999, bytes.fromhex(octets))
    (problem,) = decoder.decode(ipfix_message(*sets), "r1")["problems"]
    assert problem["code"] == "bad_type_record"
    assert reason in problem["message"]
    assert elements(decoder) == []
