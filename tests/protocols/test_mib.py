"""MIB objects in IPFIX: what options records say of a template's fields, for how long, and what flows gain by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, Limits, SnapshotError
from netflowparse.interpret import index_fields
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    Field,
    ipfix_message,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain

# Elements of RFC 8038 §11: values, and what options records say of them.
INTEGER, OCTET_STRING, COUNTER = 434, 435, 439
IDENTIFIER, INDICATOR, ENGINE, CONTEXT, NAME = 445, 447, 449, 450, 451
IF_INDEX = bytes.fromhex("2B0601020102020101")  # 1.3.6.1.2.1.2.2.1.1, BER without its head
IF_IN_OCTETS = bytes.fromhex("0609 2B060102010202010A")  # 1.3.6.1.2.1.2.2.1.10 with it
SCOPE: list[Field] = [(145, 2), (287, 2)]  # templateId, informationElementIndex
NAMED: list[Field] = [(IDENTIFIER, VARIABLE), (NAME, VARIABLE)]
IN_CONTEXT: list[Field] = [(IDENTIFIER, VARIABLE), (ENGINE, VARIABLE), (CONTEXT, VARIABLE)]
#: the flows' template: an interface's address, its index and its counter
FLOWS: list[Field] = [(8, 4), (INTEGER, 4), (COUNTER, 8)]


def number(value: int, octets: int = 2) -> bytes:
    """A value of so many octets."""
    return value.to_bytes(octets, "big")


def place(index: int, template_id: int = 256) -> bytes:
    """The scope of what is said of one field."""
    return number(template_id) + number(index)


def mib_fields(fields: list[Field], *records: bytes, template_id: int = 300) -> tuple[bytes, bytes]:
    """The sets of an options template and of its records."""
    return set_of(3, options_template(template_id, SCOPE, fields)), set_of(template_id, b"".join(records))


def named(index: int, identifier: bytes, name: bytes, template_id: int = 256) -> bytes:
    """A record of ``NAMED``."""
    return place(index, template_id) + variable(identifier) + variable(name)


KNOWN = mib_fields(NAMED, named(1, IF_INDEX, b"ifIndex"), named(2, IF_IN_OCTETS, b"ifInOctets"))
DATA = set_of(256, bytes([192, 0, 2, 1]) + number(7, 4) + number(1500, 8))
OBJECTS = [
    {"index": 1, "identifier": "1.3.6.1.2.1.2.2.1.1", "name": "ifIndex", "value": 7},
    {"index": 2, "identifier": "1.3.6.1.2.1.2.2.1.10", "name": "ifInOctets", "value": 1500},
]
FLOW = {"sourceIPv4Address": "192.0.2.1", "mibObjectValueInteger": 7, "mibObjectValueCounter": 1500}


def decoded(decoder: Decoder, *sets: bytes, transport: Any = "udp", **header: Any) -> list[dict[str, Any]]:
    """The flows of a message of these sets."""
    message = decoder.decode(ipfix_message(*sets, **header), "r1", transport=transport)
    assert message["problems"] == []
    assert_plain(message)
    return message["flows"]


def objects(decoder: Decoder, *sets: bytes, transport: Any = "udp", **header: Any) -> list[Any]:
    """``mib_objects`` of each flow of a message of these sets, None where it has none."""
    return [flow.get("mib_objects") for flow in decoded(decoder, *sets, transport=transport, **header)]


def known(decoder: Decoder) -> dict[str, str]:
    """The MIB fields that are known: their keys, and the names of their objects."""
    return {row["key"]: row["mibObjectName"] for row in decoder.knowledge("r1") if row["kind"] == "mib_field"}


DEFINED = set_of(2, template(256, FLOWS))


@pytest.mark.conformance("MIB-5.4.1-01", "MIB-5.8-01")
def test_flows_gain_the_objects_of_their_fields(resolving: Decoder) -> None:
    assert decoded(resolving, DEFINED, *KNOWN, DATA) == [
        {**FLOW, "mib_objects": OBJECTS, "resolved": {"mib_objects": "options"}}
    ]


def test_what_is_said_once_holds_for_all_that_follows(resolving: Decoder) -> None:
    assert objects(resolving, DEFINED, *KNOWN, DATA) == [OBJECTS]
    assert objects(resolving, DATA, DATA, sequenceNumber=3) == [OBJECTS, OBJECTS]


def test_options_may_stand_behind_the_data(resolving: Decoder) -> None:
    assert objects(resolving, DEFINED, DATA, *KNOWN) == [OBJECTS]


def test_options_may_come_before_the_template(resolving: Decoder) -> None:
    assert objects(resolving, *KNOWN) == []
    assert objects(resolving, DEFINED, DATA) == [OBJECTS]


def test_data_that_waited_gains_them_too(resolving: Decoder) -> None:
    resolving.decode(ipfix_message(DATA), "r1")
    message = resolving.decode(ipfix_message(*KNOWN, DEFINED), "r1")
    assert [flow["mib_objects"] for late in message["late"] for flow in late["flows"]] == [OBJECTS]


def test_nothing_is_added_unless_it_is_wanted(decoder: Decoder) -> None:
    assert decoded(decoder, DEFINED, *KNOWN, DATA) == [FLOW]


def test_other_templates_gain_nothing(resolving: Decoder) -> None:
    other = set_of(2, template(257, FLOWS)), set_of(257, DATA[4:])
    assert decoded(resolving, DEFINED, *KNOWN, *other) == [FLOW]


@pytest.mark.conformance("MIB-5.4.1-01")
def test_the_options_record_is_there_and_known(decoder: Decoder) -> None:
    message = decoder.decode(ipfix_message(*KNOWN), "r1")
    assert message["options"][1] == {
        "scope": {"templateId": 256, "informationElementIndex": 2},
        "mibObjectIdentifier": "06092b060102010202010a",
        "mibObjectName": "ifInOctets",
        "report": "mib_field",
    }
    assert decoder.knowledge("r1")[1] == {
        "protocol": "ipfix",
        "domain": 1,
        "kind": "mib_field",
        "key": "256:2",
        "mibObjectIdentifier": "06092b060102010202010a",
        "mibObjectName": "ifInOctets",
        "source": "options",
        "template_id": 300,
        "time": EXPORT_TIME,
        "scope": {"templateId": 256, "informationElementIndex": 2},
    }


@pytest.mark.conformance("MIB-5.4.1-01")
def test_the_latest_record_of_a_field_wins(resolving: Decoder) -> None:
    decoded(resolving, DEFINED, *KNOWN)
    decoded(resolving, *mib_fields([(IDENTIFIER, VARIABLE)], place(1) + variable(IF_IN_OCTETS), template_id=301))
    assert objects(resolving, DATA) == [
        [{"index": 1, "identifier": "1.3.6.1.2.1.2.2.1.10", "value": 7}, OBJECTS[1]]  # and has no name
    ]


@pytest.mark.conformance("MIB-5.4.1-01")
def test_fields_of_one_element_are_told_apart_by_their_places(resolving: Decoder) -> None:
    fields: list[Field] = [(INTEGER, 1), (8, 4), (INTEGER, 1), (INTEGER, 1)]
    sets = mib_fields(NAMED, named(3, IF_IN_OCTETS, b"c"), named(0, IF_INDEX, b"a"), named(4, IF_INDEX, b"none"))
    data = set_of(256, bytes([11, 192, 0, 2, 1, 12, 13]))
    (flow,) = decoded(resolving, set_of(2, template(256, fields)), *sets, data)
    assert flow["mibObjectValueInteger"] == [11, 12, 13]
    assert flow["mib_objects"] == [
        {"index": 0, "identifier": "1.3.6.1.2.1.2.2.1.1", "name": "a", "value": 11},
        {"index": 3, "identifier": "1.3.6.1.2.1.2.2.1.10", "name": "c", "value": 13},
    ]


@pytest.mark.conformance("MIB-5.8-01", "MIB-11-01")
def test_columns_with_their_index_in_one_record(resolving: Decoder) -> None:
    """The counter's index is field 1; bit 7 of the indicator has no field."""
    fields: list[Field] = [(IDENTIFIER, VARIABLE), (INDICATOR, 8)]
    sets = mib_fields(fields, place(2) + variable(IF_IN_OCTETS) + number(0b1000_0010, 8))
    (flow,) = decoded(resolving, DEFINED, *sets, DATA)
    assert {key: flow[key] for key in FLOW} == FLOW
    (row,) = resolving.knowledge("r1")
    (defined,) = [each for each in resolving.templates() if each["template_id"] == 256]
    assert row["mibIndexIndicator"] == 0b1000_0010
    assert index_fields(row["mibIndexIndicator"], len(defined["fields"])) == [1]


@pytest.mark.conformance("MIB-5.8-01", "MIB-5.8.2-01")
@pytest.mark.parametrize(("element", "name", "count"), [(443, "mibObjectValueTable", 2), (444, "mibObjectValueRow", 1)])
def test_rows_of_a_table_in_a_list(decoder: Decoder, element: int, name: str, count: int) -> None:
    """The index is the scope of the options template by which the list's records, the rows, are read."""
    row = options_template(310, [(INTEGER, 4)], [(COUNTER, 8), (OCTET_STRING, 6)])
    table = set_of(2, template(256, [(8, 4), (element, VARIABLE)]))
    rows = [  # ifIndex, ifInOctets, ifPhysAddress
        number(7, 4) + number(1500, 8) + bytes.fromhex("020000000007"),
        number(9, 4) + number(64, 8) + bytes.fromhex("020000000009"),
    ][:count]
    octets = bytes.fromhex("03 0136") + b"".join(rows)  # all of, template 310
    assert decoded(decoder, set_of(3, row), table, set_of(256, bytes([192, 0, 2, 1]) + variable(octets))) == [
        {
            "sourceIPv4Address": "192.0.2.1",
            name: {
                "semantic": "allOf",
                "template_id": 310,
                "records": [
                    {
                        "scope": {"mibObjectValueInteger": index},
                        "mibObjectValueCounter": counter,
                        "mibObjectValueOctetString": f"0200000000{index:02x}",
                    }
                    for index, counter in [(7, 1500), (9, 64)][:count]
                ],
            },
        }
    ]


@pytest.mark.conformance("MIB-5.4.3-01")
@pytest.mark.parametrize("withdrawal", [template(256, []), template(2, [])], ids=["one", "all"])
def test_withdrawal_of_the_template_ends_what_is_said_of_it(resolving: Decoder, withdrawal: bytes) -> None:
    other = mib_fields(NAMED, named(0, IF_INDEX, b"other", 257), template_id=301)
    assert objects(resolving, DEFINED, *KNOWN, *other, DATA, transport="tcp") == [OBJECTS]
    assert known(resolving) == {"256:1": "ifIndex", "256:2": "ifInOctets", "257:0": "other"}
    decoded(resolving, set_of(2, withdrawal), transport="tcp")
    assert known(resolving) == {"257:0": "other"}  # of which no template is known yet
    assert objects(resolving, DEFINED, DATA, transport="tcp") == [None]
    (statistics,) = resolving.statistics()
    assert statistics["facts"] == 1


@pytest.mark.conformance("MIB-5.4.3-01")
def test_withdrawals_over_udp_end_nothing(resolving: Decoder) -> None:
    decoded(resolving, DEFINED, *KNOWN)
    resolving.decode(ipfix_message(set_of(2, template(256, []))), "r1")
    assert objects(resolving, DATA) == [OBJECTS]


@pytest.mark.conformance("MIB-5.4.3-01")
def test_expiry_of_the_template_ends_what_is_said_of_it(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(resolve=True, template_lifetime=60)
    decoded(decoder, DEFINED, *KNOWN)
    assert objects(decoder, DATA, exportTime=EXPORT_TIME + 60) == [OBJECTS]
    decoded(decoder, DEFINED, exportTime=EXPORT_TIME + 121)  # 121 s after the one before
    assert known(decoder) == {}
    assert objects(decoder, DATA, exportTime=EXPORT_TIME + 121) == [None]


@pytest.mark.conformance("MIB-5.4.3-01")
def test_repetition_of_the_template_ends_nothing(resolving: Decoder) -> None:
    decoded(resolving, DEFINED, *KNOWN)
    assert objects(resolving, DEFINED, DATA) == [OBJECTS]


@pytest.mark.conformance("MIB-5.4.3-01")
def test_another_definition_ends_what_was_said_of_the_one_before(resolving: Decoder) -> None:
    turned: list[Field] = [(8, 4), (COUNTER, 8), (INTEGER, 4)]
    replaced = set_of(2, template(256, turned)), set_of(256, bytes([192, 0, 2, 1]) + number(1500, 8) + number(7, 4))
    assert objects(resolving, DEFINED, *KNOWN) == []
    assert objects(resolving, DATA, *replaced) == [None, None]
    assert known(resolving) == {}
    # and what is said of the one in force is not said of flows that were read by the one before
    assert objects(resolving, DEFINED, DATA, *replaced, *KNOWN) == [
        None,
        [{**OBJECTS[0], "value": 1500}, {**OBJECTS[1], "value": 7}],
    ]


def test_with_history_objects_are_those_of_the_definition_in_force(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(resolve=True, history=True)
    decoded(decoder, DEFINED, *KNOWN, DATA, transport="file")
    assert [flow["mib_objects"] for part in decoder.flush() for flow in part["flows"]] == [OBJECTS]
    decoded(decoder, DATA, transport="file", exportTime=EXPORT_TIME + 1, sequenceNumber=3)
    decoder.decode(
        ipfix_message(set_of(2, template(256, [(8, 4)])), exportTime=EXPORT_TIME + 2, sequenceNumber=4),
        "r1",
        transport="file",
    )
    assert known(decoder) == {}
    assert [flow for part in decoder.flush() for flow in part["flows"]] == [FLOW]


@pytest.mark.conformance("MIB-8-01")
def test_the_length_of_a_value_is_not_its_type(resolving: Decoder) -> None:
    """The same object in 1 octet, then in 4, and texts of any length."""
    said = mib_fields(NAMED, named(0, IF_INDEX, b"ifIndex"), named(1, IF_INDEX, b"text"))
    for width, value in (1, 200), (4, 70_000), (2, 300):
        texts = b"", b"\1", b"\1\2\3"
        data = b"".join(number(value, width) + variable(text) for text in texts)
        defined = set_of(2, template(256, [(COUNTER, width), (OCTET_STRING, VARIABLE)]))
        found = objects(resolving, defined, *said, set_of(256, data))
        assert [[each["value"] for each in flow] for flow in found] == [[value, text.hex()] for text in texts]


@pytest.mark.conformance("MIB-8-02")
@pytest.mark.parametrize(
    "identifier", [b"", b"\x2b\x06\xff", b"\x06\x09\x2b\x06"], ids=["empty", "cut", "cut after 06"]
)
def test_identifiers_that_cannot_be_read(resolving: Decoder, identifier: bytes) -> None:
    sets = mib_fields(NAMED, named(1, identifier, b"odd"))
    (found,) = objects(resolving, DEFINED, *sets, DATA)
    assert found == [{"index": 1, "identifier": None, "identifier_octets": identifier.hex(), "name": "odd", "value": 7}]


@pytest.mark.conformance("MIB-8-02")
def test_an_arc_of_10_octets(resolving: Decoder) -> None:
    sets = mib_fields([(IDENTIFIER, VARIABLE)], place(1) + variable(b"\x2b" + b"\xff" * 9 + b"\x7f"))
    assert objects(resolving, DEFINED, *sets, DATA) == [[{"index": 1, "identifier": f"1.3.{2**70 - 1}", "value": 7}]]


@pytest.mark.conformance("MIB-5.6-01")
def test_contexts_of_the_options_record(resolving: Decoder) -> None:
    sets = mib_fields(IN_CONTEXT, place(1) + variable(IF_INDEX) + variable(b"\x80\0\1") + variable(b"bridge1"))
    assert objects(resolving, DEFINED, *sets, DATA) == [
        [
            {
                "index": 1,
                "identifier": "1.3.6.1.2.1.2.2.1.1",
                "context_engine_id": "800001",
                "context_name": "bridge1",
                "value": 7,
            }
        ]
    ]


@pytest.mark.conformance("MIB-5.6-01")
@pytest.mark.parametrize("octet_values", ["hex", "bytes"])
def test_contexts_in_the_record_take_precedence(make_decoder: Callable[..., Decoder], octet_values: str) -> None:
    decoder = make_decoder(resolve=True, octet_values=octet_values)
    sets = mib_fields(IN_CONTEXT, place(0) + variable(IF_INDEX) + variable(b"\x80\0\1") + variable(b"bridge1"))
    fields: list[Field] = [(INTEGER, 1), (ENGINE, VARIABLE), (CONTEXT, VARIABLE)]
    data = set_of(256, b"\7" + variable(b"\x80\0\2") + variable(b"bridge2"))
    message = decoder.decode(ipfix_message(set_of(2, template(256, fields)), *sets, data), "r1")
    assert message["flows"][0]["mib_objects"] == [
        {
            "index": 0,
            "identifier": "1.3.6.1.2.1.2.2.1.1",
            "context_engine_id": "800002",
            "context_name": "bridge2",
            "value": 7,
        }
    ]
    (row,) = decoder.knowledge("r1")
    assert (row["mibObjectIdentifier"], row["mibContextEngineID"]) == (IF_INDEX.hex(), "800001")


def test_what_names_no_field_says_nothing(decoder: Decoder) -> None:
    scope: list[Field] = [(145, 2), (145, 2), (287, 2)]
    sets = set_of(3, options_template(300, scope, NAMED)), set_of(300, number(256) + named(1, IF_INDEX, b"x"))
    (record,) = decoder.decode(ipfix_message(*sets), "r1")["options"]
    assert record["report"] == "mib_field"
    assert decoder.knowledge("r1") == []


def test_facts_are_bounded(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(resolve=True, limits=Limits(facts_per_exporter=1))
    assert objects(decoder, DEFINED, *KNOWN, DATA) == [OBJECTS[1:]]
    assert known(decoder) == {"256:2": "ifInOctets"}


@pytest.mark.parametrize(("values", "expected"), [(14, [OBJECTS, None]), (13, [None, None]), (22, [OBJECTS, OBJECTS])])
def test_they_are_bounded_with_the_values_of_a_datagram(
    make_decoder: Callable[..., Decoder], values: int, expected: list[Any]
) -> None:
    """Two flows of 3 values each; the objects of a flow have 8."""
    decoder = make_decoder(resolve=True, limits=Limits(values=values))
    decoded(decoder, DEFINED, *KNOWN)
    message = decoder.decode(ipfix_message(set_of(256, 2 * DATA[4:])), "r1")
    assert [flow.get("mib_objects") for flow in message["flows"]] == expected
    found = [(problem["code"], problem["limit"]) for problem in message["problems"]]
    assert found == ([("limit", "values")] if None in expected else [])


@pytest.mark.parametrize(
    ("values", "expected"),
    [(28, [True, True]), (27, [True, False]), (17, [True, False]), (16, [False, False])],
)
def test_long_texts_count_for_more(make_decoder: Callable[..., Decoder], values: int, expected: list[bool]) -> None:
    """Two flows of 3 values; the objects of each have 8 and, of a name of 200 characters, 3 more for 3 times 64."""
    decoder = make_decoder(resolve=True, limits=Limits(values=values))
    decoded(decoder, DEFINED, *mib_fields(NAMED, named(1, IF_INDEX, b"n" * 200), named(2, IF_IN_OCTETS, b"o")))
    message = decoder.decode(ipfix_message(set_of(256, 2 * DATA[4:])), "r1")
    assert ["mib_objects" in flow for flow in message["flows"]] == expected


@pytest.mark.parametrize("octet_values", ["hex", "bytes"])
@pytest.mark.parametrize(("length", "given"), [(63, True), (64, False)])
def test_long_contexts_count_for_each_object(
    make_decoder: Callable[..., Decoder], octet_values: str, length: int, given: bool
) -> None:
    """The flow has 3 values, each of its 2 objects an index, an identifier, a value and the context: 11."""
    decoder = make_decoder(resolve=True, octet_values=octet_values, limits=Limits(values=11))
    said = mib_fields([(IDENTIFIER, VARIABLE)], place(0) + variable(IF_INDEX), place(1) + variable(IF_INDEX))
    fields: list[Field] = [(INTEGER, 1), (INTEGER, 1), (CONTEXT, VARIABLE)]
    decoder.decode(ipfix_message(set_of(2, template(256, fields)), *said), "r1")
    message = decoder.decode(ipfix_message(set_of(256, b"\7\10" + variable(b"c" * length))), "r1")
    assert [flow.get("mib_objects") is not None for flow in message["flows"]] == [given]


def test_a_snapshot_keeps_them(resolving: Decoder, compiled: bool) -> None:
    decoded(resolving, DEFINED, *KNOWN)
    restored = Decoder.restore(json.loads(json.dumps(resolving.snapshot())), resolve=True, compiled=compiled)
    assert objects(restored, DATA) == [OBJECTS]
    restored.decode(ipfix_message(set_of(2, template(256, []))), "r1", transport="tcp")
    assert known(restored) == {}


@pytest.mark.parametrize("key", ["256", "256:", "256:01", "x:1", "256:1:2", 256])
def test_a_snapshot_with_a_key_of_no_field_is_refused(decoder: Decoder, key: Any) -> None:
    decoder.decode(ipfix_message(*KNOWN), "r1")
    text = json.dumps(decoder.snapshot())
    assert text.count('"256:1"') == 1
    with pytest.raises(SnapshotError, match="knowledge"):
        Decoder.restore(json.loads(text.replace('"256:1"', json.dumps(key))))


def test_no_snapshot_has_a_field_without_its_object(decoder: Decoder) -> None:
    decoder.decode(ipfix_message(*KNOWN), "r1")
    snapshot = decoder.snapshot()
    row = snapshot["exporters"][0]["domains"][0]["knowledge"]["facts"][0]
    assert row.pop("mibObjectIdentifier") == IF_INDEX.hex()
    with pytest.raises(SnapshotError, match="no mibObjectIdentifier"):
        Decoder.restore(snapshot)
