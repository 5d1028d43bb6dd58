"""Type records (RFC 5610): what exporters say of elements that nobody here knows, whom it concerns, what it costs."""

import json
import pickle
from unittest import mock

import pytest

from netflowparse import Decoder, Limits
from netflowparse.codec import shapes
from tests.message_builder import (
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.protocols.messages import codes, events
from tests.protocols.type_records import (
    BASIC_LIST,
    DATA,
    FIELDS,
    HEX,
    PEN,
    SIGNED32,
    TYPES,
    elements,
    flow_of,
    said,
    taught,
    types,
)


@pytest.mark.conformance("TYPEREC-3.9-01", "TYPEREC-3.9-02", "TYPEREC-3.9-07")
def test_a_whole_exchange(decoder):
    data = bytes.fromhex(
        "000A 0024 65E0F000 00000000 00000001"  # version 10, 36 octets, export time, sequence number, domain 1
        "0100 0014"  # data set of template 256, 20 octets
        "C0000201 000005DC C0000202 00000007"  # 192.0.2.1, 1500; 192.0.2.2, 7
    )
    definition = bytes.fromhex(
        "000A 0024 65E0F000 00000000 00000001"  # 36 octets
        "0002 0014"  # template set, 20 octets
        "0100 0002"  # template 256, 2 fields
        "0008 0004"  # sourceIPv4Address, 4 octets
        "8001 0004 0000270F"  # enterprise bit and element 1, 4 octets, enterprise 9999
    )
    description = bytes.fromhex(
        "000A 0081 65E0F000 00000000 00000001"  # 129 octets
        "0003 002E"  # options template set, 46 octets
        "0101 0009 0002"  # options template 257, 9 fields, the first 2 of them scope
        "015A 0004"  # 346 privateEnterpriseNumber, 4 octets
        "012F 0002"  # 303 informationElementId, 2
        "0153 0001"  # 339 informationElementDataType, 1
        "0158 0001"  # 344 informationElementSemantics, 1
        "0159 0002"  # 345 informationElementUnits, 2
        "0156 0008"  # 342 informationElementRangeBegin, 8
        "0157 0008"  # 343 informationElementRangeEnd, 8
        "0155 FFFF"  # 341 informationElementName, variable
        "0154 FFFF"  # 340 informationElementDescription, variable
        "0101 0043"  # data set of template 257, 67 octets
        "0000270F 8001"  # enterprise 9999, element 1 with the enterprise bit
        "03 01 0003"  # unsigned32, quantity, packets
        "0000000000000000 00000000000F4240"  # from 0 to 1000000
        "0A 71756575654465707468"  # 10 octets: queueDepth
        "18 5061636B65747320696E2074686520717565756520 6E6F77"  # 24 octets: Packets in the queue now
        "00"  # padding
    )
    decoder.decode(definition, "r1")
    before = decoder.decode(data, "r1")
    assert before["flows"] == [
        {"sourceIPv4Address": "192.0.2.1", "pen9999_ie1": "000005dc"},
        {"sourceIPv4Address": "192.0.2.2", "pen9999_ie1": "00000007"},
    ]
    message = decoder.decode(description, "r1")
    assert message["options"] == [
        {
            "scope": {"privateEnterpriseNumber": 9999, "informationElementId": 0x8001},
            "informationElementDataType": 3,
            "informationElementSemantics": 1,
            "informationElementUnits": 3,
            "informationElementRangeBegin": 0,
            "informationElementRangeEnd": 1_000_000,
            "informationElementName": "queueDepth",
            "informationElementDescription": "Packets in the queue now",
            "report": "element_type",
        }
    ]
    assert message["problems"] == []
    after = decoder.decode(data, "r1")
    assert after["flows"] == [
        {"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500},
        {"sourceIPv4Address": "192.0.2.2", "queueDepth": 7},
    ]
    assert before["flows"][0]["pen9999_ie1"] == "000005dc"  # what has come out stays
    assert decoder.knowledge("r1") == [
        {
            "protocol": "ipfix",
            "domain": None,
            "kind": "element",
            "key": "9999:1",
            "name": "queueDepth",
            "flow_key": "queueDepth",
            "type": "unsigned32",
            "semantics": "quantity",
            "units": "packets",
            "range": "0-1000000",
            "conflicting": False,
            "source": "options",
            "time": 0x65E0F000,
        }
    ]
    json.dumps(message, allow_nan=False)


@pytest.mark.conformance("TYPEREC-3.9-01")
@pytest.mark.parametrize(
    ("scope", "fields", "octets"),
    [
        ([(303, 2), (346, 4)], [(339, 1)], "0001 0000270F 03"),
        ([(346, 4)], [(339, 1), (303, 2)], "0000270F 03 0001"),
        ([(339, 1)], [(303, 2), (346, 4)], "03 0001 0000270F"),
        ([(303, 4), (346, 2)], [(339, 2), (41, 1)], "00000001 270F 0003 05"),  # other widths, and another element
        ([(346, 4), (303, 2)], [(339, 1), (344, 0), (341, 0), (343, 0)], "0000270F 0001 03"),  # without octets
    ],
)
def test_told_by_its_elements_in_any_order(decoder, scope, fields, octets):
    sets = set_of(3, options_template(999, scope, fields)), set_of(999, bytes.fromhex(octets))
    assert codes(decoder.decode(ipfix_message(*sets), "r1")) == []
    assert elements(decoder) == [("9999:1", "pen9999_ie1", "unsigned32", False)]
    assert flow_of(decoder) == {**HEX, "pen9999_ie1": 1500}


@pytest.mark.parametrize("fields", [[(344, 1), (341, 10)], [(339, 1)]])
def test_a_part_of_them_is_no_type_record(decoder, fields):
    scope = [(303, 2)] if len(fields) == 1 else [(303, 2), (346, 4)]
    sets = set_of(3, options_template(999, scope, fields)), set_of(999, bytes(40))
    assert codes(decoder.decode(ipfix_message(*sets), "r1")) == []
    assert elements(decoder) == []


@pytest.mark.conformance("TYPEREC-3.8-01")
def test_the_enterprise_bit_of_an_id_means_nothing(decoder):
    assert codes(taught(decoder, said(number=0x8001))) == []
    assert codes(taught(decoder, said(number=1))) == []  # the same statement
    assert elements(decoder) == [("9999:1", "queueDepth", "unsigned32", False)]


@pytest.mark.conformance("TYPEREC-3.9-07")
def test_only_later_data_is_read_so(decoder):
    sets = [set_of(3, TYPES), set_of(2, template(256, FIELDS)), DATA, types(said()), DATA]
    message = decoder.decode(ipfix_message(*sets), "r1")
    assert message["flows"] == [HEX, {"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}]


@pytest.mark.conformance("TYPEREC-3.9-07")
def test_data_that_waits_is_read_by_what_is_known_then(decoder):
    assert codes(decoder.decode(ipfix_message(DATA), "r1")) == ["missing_template"]
    taught(decoder, said())
    message = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS))), "r1")
    assert message["late"][0]["flows"] == [{"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}]


@pytest.mark.conformance("TYPEREC-3.9-02")
def test_templates_show_the_names(decoder):
    first = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS))), "r1")
    assert [field["name"] for field in first["templates"][0]["fields"]] == ["sourceIPv4Address", "pen9999_ie1"]
    taught(decoder, said())
    again = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS))), "r1")
    assert events(again) == [("refreshed", 256)]
    names = ["sourceIPv4Address", "queueDepth"]
    assert [field["name"] for field in again["templates"][0]["fields"]] == names
    row = next(row for row in decoder.templates() if row["template_id"] == 256)
    assert [field["name"] for field in row["fields"]] == names


@pytest.mark.conformance("TYPEREC-3.9-03")
def test_another_exporter_is_not_believed_for_it(decoder):
    taught(decoder, said(), exporter="r1")
    assert flow_of(decoder, "r2") == HEX
    assert flow_of(decoder, "r1") == {"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}
    assert flow_of(decoder, "r2") == HEX
    taught(decoder, said(b"delta", SIGNED32), exporter="r2")
    assert flow_of(decoder, "r2") == {"sourceIPv4Address": "192.0.2.1", "delta": 1500}
    decoder.forget("r1")
    assert flow_of(decoder, "r1") == HEX
    assert elements(decoder) == []


@pytest.mark.conformance("TYPEREC-3.9-03")
def test_all_domains_of_an_exporter_share_it(decoder):
    taught(decoder, said(), observationDomainId=7)
    assert flow_of(decoder) == {"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}


@pytest.mark.fault("ST-21")
def test_lists_as_types(decoder):
    assert codes(taught(decoder, said(b"ports", BASIC_LIST, 6, 0))) == []
    octets = bytes.fromhex("03 0007 0002 0050 01BB")  # allOf, sourceTransportPort, 2 octets each: 80 and 443
    sets = set_of(2, template(256, [(PEN, 1, 65535)])), set_of(256, variable(octets))
    assert decoder.decode(ipfix_message(*sets), "r1")["flows"] == [
        {"ports": {"semantic": "allOf", "element": "sourceTransportPort", "values": [80, 443]}}
    ]
    message = decoder.decode(ipfix_message(set_of(256, variable(b"\3\0"))), "r1")
    assert (message["flows"], codes(message)) == ([{"ports": "0300"}], ["bad_value"])


def test_described_elements_inside_lists(decoder):
    taught(decoder, said())
    octets = bytes.fromhex("03 8001 0004 0000270F 000005DC")  # allOf, element 1 of 9999, 4 octets each: 1500
    sets = set_of(2, template(256, [(291, 65535)])), set_of(256, variable(octets))
    assert decoder.decode(ipfix_message(*sets), "r1")["flows"] == [
        {"basicList": {"semantic": "allOf", "element": "queueDepth", "values": [1500]}}
    ]


def test_netflow9_has_no_type_records(decoder):
    definition = netflow9_options_template(400, [(1, 4)], [(346, 4), (303, 2), (339, 1)])
    data = set_of(400, bytes.fromhex("00000001 0000270F 0001 03"))
    message = decoder.decode(netflow9_datagram(set_of(1, definition), data), "r1")
    assert message["options"][0]["informationElementDataType"] == 3
    assert elements(decoder) == []


@pytest.mark.conformance("TYPEREC-4-02", "IPFIX-11.4-01")
@pytest.mark.fault("RS-16")
def test_a_flood_is_bounded(make_decoder):
    decoder = make_decoder(limits=Limits(facts_per_exporter=50, facts=80))
    for exporter in ("r1", "r2"):
        message = taught(decoder, *(said(b"", number=number) for number in range(1, 1001)), exporter=exporter)
        assert len(elements(decoder, exporter)) == 50
        assert message["problems"][0] == {
            "code": "limit",
            "message": "type record in set 400 at octet 50: element 9999:51 is one too many, the limit is 50 facts",
            "offset": 50,
            "limit": "facts_per_exporter",
            "template_id": 400,
            "element": "9999:51",
        }
        assert codes(message) == ["limit"] * 201  # the last one counts the others
    assert elements(decoder, "r1") == []  # forgotten: of both together there are too many
    assert codes(taught(decoder, said(b"", number=50), exporter="r2")) == []  # known ones are no trouble


@pytest.mark.fault("RS-16")
def test_a_template_is_not_made_anew_by_what_does_not_concern_it(make_decoder):
    """Type records that alternate with data, and a thousand templates beside them."""
    decoder = make_decoder()
    for first in range(256, 1256, 50):
        records = b"".join(template(number, [(PEN, number, 4)]) for number in range(first, first + 50))
        decoder.decode(ipfix_message(set_of(2, records)), "r1")
    taught(decoder, said())
    sets = []
    for number in range(2000, 3000):
        sets += [types(said(b"", number=number)), set_of(256, bytes(4))]
    shape = shapes.ShapeCache.shape
    with mock.patch.object(shapes.ShapeCache, "shape", autospec=True, side_effect=shape) as asked:
        message = decoder.decode(ipfix_message(*sets), "r1")
    assert len(message["flows"]) == 1000
    assert {call.args[1].template_id for call in asked.call_args_list} == {256}
    assert asked.call_count <= 1001
    assert len(elements(decoder)) == 1001


@pytest.mark.fault("RS-16")
def test_descriptions_that_alternate_with_data_buy_few_shapes(make_decoder):
    """Records of a wide template cost the sender an octet, making a new reader for them a thousand times as much."""
    decoder = make_decoder(limits=Limits(values=34_800))  # for 2175 fields of new shapes, 8 more for each of them
    fields = [*((PEN, number, 0) for number in range(1, 100)), (PEN, 100, 1)]
    decoder.decode(ipfix_message(set_of(3, TYPES), set_of(2, template(256, fields))), "r1")
    sets = []
    for number in range(1, 51):
        sets += [types(said(b"", number=number)), set_of(256, b"\7")]
    with mock.patch.object(shapes, "template_layout", wraps=shapes.template_layout) as made:
        message = decoder.decode(ipfix_message(*sets), "r1")
    assert made.call_count == 21  # that of the type records, of 5 fields, and 20 of template 256
    assert [sum(value is None for value in flow.values()) for flow in message["flows"]] == [*range(1, 21), *[20] * 30]
    (flow,) = decoder.decode(ipfix_message(set_of(256, b"\7")), "r1")["flows"]
    assert sum(value is None for value in flow.values()) == 50


def test_strict_decoders_use_it_too(make_decoder):
    decoder = make_decoder(strict=True)
    sets = [set_of(3, TYPES), types(said()), set_of(2, template(256, FIELDS)), DATA]
    message = decoder.decode(ipfix_message(*sets), "r1")
    assert message["flows"] == [{"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}]
    assert flow_of(decoder) == {"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}
    damaged = ipfix_message(types(said(b"", number=2), said(data_type=SIGNED32)), set_of(256, b"", length=3))
    with pytest.raises(ValueError, match="length 3"):
        decoder.decode(damaged, "r1")
    assert elements(decoder) == [("9999:1", "queueDepth", "unsigned32", False)]
    assert codes(taught(decoder, said(b"", number=2))) == []
    assert len(elements(decoder)) == 2


def test_with_a_history_too(make_decoder):
    decoder = make_decoder(history=True)
    taught(decoder, said())
    decoder.decode(ipfix_message(set_of(2, template(256, FIELDS)), DATA, sequenceNumber=1), "r1")
    flows = [flow for message in decoder.flush() for flow in message["flows"]]
    assert flows == [{"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}]


@pytest.mark.conformance("TYPEREC-3.9-03", "LIB-11")
def test_decoders_pickle_and_restore_with_it(make_decoder, compiled):
    decoder = make_decoder()
    taught(decoder, said(), said(b"x", number=2), said(b"y", number=2))
    flow_of(decoder)
    snapshot = json.loads(json.dumps(decoder.snapshot()))
    for other in (pickle.loads(pickle.dumps(decoder)), Decoder.restore(snapshot, compiled=compiled)):
        assert elements(other) == elements(decoder)
        assert len(elements(other)) == 2
        assert flow_of(other) == {"sourceIPv4Address": "192.0.2.1", "queueDepth": 1500}
        assert codes(taught(other, said(b"x", number=2))) == ["bad_type_record"]
        assert codes(taught(other, said(b"", number=3))) == []
