"""IPFIX elements: the reverse ones of RFC 5103, unknown ones, those the caller defines; and where bad values stand."""

import pytest

from netflowparse import Registry
from tests.message_builder import VARIABLE, ipfix_message, options_template, set_of, template, variable
from tests.protocols.messages import FIELDS, codes, flow, learn10, record

HEADER = 16  # octets
REVERSE = 29305
ALL_OF = {"semantic": "allOf"}


@pytest.mark.fault("IV-21")
@pytest.mark.conformance("BIFLOW-6.1-01", "BIFLOW-6.1-02")
@pytest.mark.parametrize(
    ("element", "key", "octets", "value"),
    [
        (1, "reverseOctetDeltaCount", "0007", 7),
        (4, "reverseProtocolIdentifier", "06", 6),
        (6, "reverseTcpControlBits", "0012", 0x12),
        (8, "reverseSourceIPv4Address", "c0000201", "192.0.2.1"),
        (27, "reverseSourceIPv6Address", "20010db8000000000000000000000001", "2001:db8::1"),
        (56, "reverseSourceMacAddress", "001122334455", "00:11:22:33:44:55"),
        (82, "reverseInterfaceName", "65746830", "eth0"),
        (95, "reverseApplicationId", "0d0001c5", "13:453"),
        (150, "reverseFlowStartSeconds", "65e0f000", 0x65E0F000),
        (152, "reverseFlowStartMilliseconds", "000001900be81400", 0x000001900BE81400),
        (154, "reverseFlowStartMicroseconds", "e9848d0080000000", 1708789376_500_000),
        (156, "reverseFlowStartNanoseconds", "e9848d0080000000", 1708789376_500_000_000),
        (276, "reverseDataRecordsReliability", "02", False),
        (311, "reverseSamplingProbability", "3fe0000000000000", 0.5),
        (434, "reverseMibObjectValueInteger", "ffffffff", -1),
        (515, "reverseIpv6ExtensionHeadersFull", "01" + "00" * 31, 1 << 248),
        (104, "reverseLayer2packetSectionData", "cafe", "cafe"),
        (291, "reverseBasicList", "030004000106", {**ALL_OF, "element": "protocolIdentifier", "values": [6]}),
        (292, "reverseSubTemplateList", "03012C", {**ALL_OF, "template_id": 300, "records": []}),
        (293, "reverseSubTemplateMultiList", "03", {**ALL_OF, "entries": []}),
        (148, "reverseFlowId", "0000000000000001", 1),  # not reversible; kept
        (0, "pen29305_ie0", "cafe", "cafe"),
        (32767, "pen29305_ie32767", "cafe", "cafe"),
    ],
)
def test_reverse_elements_have_the_type_of_their_forward_one(decoder, element, key, octets, value):
    body = bytes.fromhex(octets)
    learn10(decoder, template(256, [(8, 4), (REVERSE, element, len(body)), (REVERSE, element, VARIABLE)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes(4) + body + variable(body))), "r1")
    assert message["flows"] == [{"sourceIPv4Address": "0.0.0.0", key: [value, value]}]
    assert message["problems"] == []


@pytest.mark.fault("IV-22")
def test_flows_of_reverse_elements_alone_are_kept(decoder):
    learn10(decoder, template(256, [(REVERSE, 1, 4), (REVERSE, 2, 4)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes.fromhex("00000007 00000001"))), "r1")
    assert message["flows"] == [{"reverseOctetDeltaCount": 7, "reversePacketDeltaCount": 1}]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["count"]) == ("illegal_biflow", HEADER, 1)
    assert (problem["set_id"], problem["template_id"]) == (256, 256)


@pytest.mark.conformance("IPFIX-9-02")
def test_a_caller_can_leave_unknown_elements_out(decoder):
    """Which keys are unknown, the registry tells; everything else stays as it was."""
    learn10(decoder, template(256, [(8, 4), (20000, 2), (64999, 1, 4), (4, 1)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes.fromhex("C0000201 CAFE DEADBEEF 06"))), "r1")
    (flow,) = message["flows"]
    assert flow == {
        "sourceIPv4Address": "192.0.2.1",
        "ie20000": "cafe",
        "pen64999_ie1": "deadbeef",
        "protocolIdentifier": 6,
    }
    kept = {key: value for key, value in flow.items() if decoder.registry.find(key) is not None}
    assert kept == {"sourceIPv4Address": "192.0.2.1", "protocolIdentifier": 6}


@pytest.mark.fault("IV-24")
def test_an_unknown_element_longer_than_any_set(decoder):
    learn10(decoder, template(300, [(20000, 65534)]))
    learn10(decoder)
    message = decoder.decode(ipfix_message(set_of(300, b"\1" * 1000), set_of(256, record(1))), "r1")
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.fault("IV-23")
def test_padding_octets_of_variable_length(decoder):
    learn10(decoder, template(256, [(4, 1), (210, VARIABLE), (5, 1)]))
    body = b"".join(b"\x06" + variable(bytes(length)) + b"\x20" for length in (3, 0, 254, 255))
    message = decoder.decode(ipfix_message(set_of(256, body)), "r1")
    assert message["flows"] == [
        {"protocolIdentifier": 6, "paddingOctets": "00" * length, "ipClassOfService": 0x20}
        for length in (3, 0, 254, 255)
    ]
    assert message["problems"] == []


def test_elements_of_the_caller(make_decoder):
    registry = Registry()
    decoder = make_decoder(registry=registry)
    learn10(decoder, template(256, [(64999, 1, 4), (4, 1)]))
    data = ipfix_message(set_of(256, bytes.fromhex("C0000201 06")))
    assert decoder.decode(data, "r1")["flows"] == [{"pen64999_ie1": "c0000201", "protocolIdentifier": 6}]
    registry.add([{"pen": 64999, "element_id": 1, "name": "edgeAddress", "data_type": "ipv4Address"}])
    assert decoder.decode(data, "r1")["flows"] == [{"edgeAddress": "192.0.2.1", "protocolIdentifier": 6}]
    assert decoder.templates()[0]["fields"][0]["name"] == "edgeAddress"
    learn = decoder.decode(ipfix_message(set_of(2, template(256, [(64999, 1, 4), (4, 1)]))), "r1")
    assert learn["templates"][0]["fields"][0]["name"] == "edgeAddress"


@pytest.mark.parametrize(("length", "size"), [(3, 3), (VARIABLE, 4)], ids=["fixed", "variable"])
def test_the_offset_of_a_bad_value_is_its_own(decoder, length, size):
    """Two bad booleans and two bad strings, in the second and the fourth record of two sets."""
    learn10(decoder, template(300, [(276, 1), (82, length), (333, 1)]))
    good, bad = (b"eth", b"\xff\xfe\xfd") if length == 3 else (variable(b"eth"), variable(b"\xff\xfe\xfd"))
    rows = b"\1" + good + b"\2", b"\7" + good + b"\1", b"\2" + good + b"\2", b"\1" + bad + b"\0"
    message = decoder.decode(ipfix_message(set_of(300, b"".join(rows)), set_of(300, b"".join(rows[:2]))), "r1")
    assert [each["dataRecordsReliability"] for each in message["flows"]] == [True, None, False, True, True, None]
    assert [each["interfaceName"] for each in message["flows"]][3] == "\\xff\\xfe\\xfd"
    row = size + 2
    first, second = HEADER + 4, HEADER + 4 + 4 * row + 4
    assert sorted((each["offset"], each["element"], each["octets"]) for each in message["problems"]) == [
        (first + row, "dataRecordsReliability", "07"),
        (first + 3 * row + 1 + size - 3, "interfaceName", "fffefd"),
        (first + 3 * row + 1 + size, list(message["flows"][0])[2], "00"),
        (second + row, "dataRecordsReliability", "07"),
    ]
    assert codes(message) == ["bad_value"] * 4


def test_bad_values_of_options_records_name_their_element(decoder):
    learn10(decoder, options_template(300, [(82, 2)], [(276, 1)]), set_id=3)
    learn10(decoder, template(256, FIELDS))
    message = decoder.decode(ipfix_message(set_of(300, b"\xff\xfe\x09"), set_of(256, record(1))), "r1")
    assert message["options"] == [{"scope": {"interfaceName": "\\xff\\xfe"}, "dataRecordsReliability": None}]
    assert message["flows"] == [flow(1)]
    assert [(each["offset"], each["element"]) for each in message["problems"]] == [
        (HEADER + 4, "interfaceName"),
        (HEADER + 4 + 2, "dataRecordsReliability"),
    ]
