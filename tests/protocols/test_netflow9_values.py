"""NetFlow v9 fields: every type of RFC 3954 under IANA's name, at any length, repeated, unknown, variable."""

import pytest

from tests.message_builder import netflow9_datagram, set_of, template
from tests.plain import assert_plain
from tests.protocols.messages import codes, flow, learn9, record

# netflow9.md §9: type, default length, IPFIX name
RFC3954_TYPES = """
1 4 octetDeltaCount, 2 4 packetDeltaCount, 3 4 deltaFlowCount, 4 1 protocolIdentifier, 5 1 ipClassOfService,
6 1 tcpControlBits, 7 2 sourceTransportPort, 8 4 sourceIPv4Address, 9 1 sourceIPv4PrefixLength, 10 2 ingressInterface,
11 2 destinationTransportPort, 12 4 destinationIPv4Address, 13 1 destinationIPv4PrefixLength, 14 2 egressInterface,
15 4 ipNextHopIPv4Address, 16 2 bgpSourceAsNumber, 17 2 bgpDestinationAsNumber, 18 4 bgpNextHopIPv4Address,
19 4 postMCastPacketDeltaCount, 20 4 postMCastOctetDeltaCount, 21 4 flowEndSysUpTime, 22 4 flowStartSysUpTime,
23 4 postOctetDeltaCount, 24 4 postPacketDeltaCount, 27 16 sourceIPv6Address, 28 16 destinationIPv6Address,
29 1 sourceIPv6PrefixLength, 30 1 destinationIPv6PrefixLength, 31 3 flowLabelIPv6, 32 2 icmpTypeCodeIPv4, 33 1 igmpType,
34 4 samplingInterval, 35 1 samplingAlgorithm, 36 2 flowActiveTimeout, 37 2 flowIdleTimeout, 38 1 engineType,
39 1 engineId, 40 4 exportedOctetTotalCount, 41 4 exportedMessageTotalCount, 42 4 exportedFlowRecordTotalCount,
46 1 mplsTopLabelType, 47 4 mplsTopLabelIPv4Address, 48 1 samplerId, 49 1 samplerMode, 50 4 samplerRandomInterval,
55 1 postIpClassOfService, 56 6 sourceMacAddress, 57 6 postDestinationMacAddress, 58 2 vlanId, 59 2 postVlanId,
60 1 ipVersion, 61 1 flowDirection, 62 16 ipNextHopIPv6Address, 63 16 bgpNextHopIPv6Address, 64 4 ipv6ExtensionHeaders,
70 3 mplsTopLabelStackSection, 71 3 mplsLabelStackSection2, 72 3 mplsLabelStackSection3, 73 3 mplsLabelStackSection4,
74 3 mplsLabelStackSection5, 75 3 mplsLabelStackSection6, 76 3 mplsLabelStackSection7, 77 3 mplsLabelStackSection8,
78 3 mplsLabelStackSection9, 79 3 mplsLabelStackSection10
"""
TYPES = [(int(number), int(length), name) for number, length, name in (row.split() for row in RFC3954_TYPES.split(","))]


def values(decoder, fields, body):
    """The one flow that *body* is under a template of *fields*, and its message."""
    learn9(decoder, template(300, fields))
    learn9(decoder)
    message = decoder.decode(netflow9_datagram(set_of(300, body), set_of(256, record(1)), sysUpTime=0), "r1")
    assert message["flows"][-1] == flow(1)  # whatever the values are, the neighbour is whole
    assert_plain(message)
    (found,) = message["flows"][:-1]
    return found, message


@pytest.mark.conformance("NF9-8-01", "INFO-4-01")
def test_every_type_of_rfc_3954(decoder):
    body = b"".join(bytes(range(number, number + length)) for number, length, _ in TYPES)
    found, message = values(decoder, [(number, length) for number, length, _ in TYPES], body)
    expected = {}
    for number, length, name in TYPES:
        octets = bytes(range(number, number + length))
        if name.endswith("IPv4Address"):
            expected[name] = ".".join(map(str, octets))
        elif name.endswith("IPv6Address"):
            groups = octets.hex(":", 2).split(":")
            expected[name] = ":".join(group.lstrip("0") for group in groups)
        elif name.endswith("MacAddress"):
            expected[name] = octets.hex(":")
        elif name.startswith("mpls") and "Section" in name:
            expected[name] = octets.hex()
        else:
            expected[name] = int.from_bytes(octets, "big")
    assert len(TYPES) == 65
    assert found == expected
    assert codes(message) == ["uncertain_time"]  # sysUpTime is 0 here


@pytest.mark.fault("N9-32")
@pytest.mark.conformance("NF9-8-03")
@pytest.mark.parametrize(
    ("number", "other", "value"),
    [
        (33002, "FW_EXT_EVENT", 0x4142),  # Cisco's, as 40005
        (40005, "firewallEvent", 0x4142),
        (56701, "pen25461_APP_ID", "AB"),  # Palo Alto's: text
        (57999, "ie57999", "4142"),
        (65535, "ie65535", "4142"),
    ],
)
def test_types_above_32767_have_no_enterprise_number(decoder, number, other, value):
    found, message = values(decoder, [(4, 1), (number, 2), (5, 1)], bytes.fromhex("06 4142 20"))
    assert found == {"protocolIdentifier": 6, other: value, "ipClassOfService": 0x20}
    event = decoder.decode(netflow9_datagram(set_of(0, template(300, [(number, 2)]))), "r1")["templates"][0]
    assert event["fields"] == [{"name": other, "enterprise": 0, "id": number, "length": 2}]
    assert message["quirks"] == (["asa_early_ids"] if number == 40005 else [])


def test_a_type_that_nobody_defined_is_hex_under_its_number(decoder):
    found, message = values(decoder, [(4, 1), (65535, 2), (0, 1)], bytes.fromhex("06 1234 20"))
    assert found == {"protocolIdentifier": 6, "ie65535": "1234", "ie0": "20"}
    assert message["problems"] == []


@pytest.mark.fault("N9-33")
@pytest.mark.parametrize(
    ("number", "name", "octets"),
    [
        (8, "sourceIPv4Address", bytes(range(16))),
        (12, "destinationIPv4Address", b"\1\2\3"),
        (27, "sourceIPv6Address", b"\1\2\3\4"),
        (28, "destinationIPv6Address", bytes(range(17))),
        (56, "sourceMacAddress", bytes(range(8))),
    ],
)
def test_addresses_of_another_length_are_hex(decoder, number, name, octets):
    found, message = values(decoder, [(4, 1), (number, len(octets)), (5, 1)], b"\x06" + octets + b"\x20")
    assert found == {"protocolIdentifier": 6, name: octets.hex(), "ipClassOfService": 0x20}
    (problem,) = message["problems"]
    assert (problem["code"], problem["element"], problem["length"]) == ("bad_value", name, len(octets))
    assert (problem["set_id"], problem["template_id"], problem["offset"]) == (300, 300, 20)
    assert "malformed" not in problem


@pytest.mark.fault("N9-33", "N9-34")
@pytest.mark.conformance("NF9-8-02")
@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 31, 32])
@pytest.mark.parametrize(("number", "name"), [(1, "octetDeltaCount"), (4, "protocolIdentifier")])
def test_integers_of_any_length(decoder, number, name, length):
    octets = bytes(range(0xF0, 0x100))[-length:].rjust(length, b"\xfe")
    found, message = values(decoder, [(5, 1), (number, length), (60, 1)], b"\x20" + octets + b"\4")
    assert found == {"ipClassOfService": 0x20, name: int.from_bytes(octets, "big"), "ipVersion": 4}
    assert message["problems"] == []


@pytest.mark.fault("N9-34")
@pytest.mark.parametrize("length", [33, 255])
def test_integers_beyond_32_octets_are_hex(decoder, length):
    found, message = values(decoder, [(1, length), (60, 1)], b"\xab" * length + b"\4")
    assert found == {"octetDeltaCount": "ab" * length, "ipVersion": 4}
    (problem,) = message["problems"]
    assert (problem["code"], problem["element"], problem["length"]) == ("bad_value", "octetDeltaCount", length)
    assert (problem["set_id"], problem["template_id"], problem["offset"]) == (300, 300, 20)
    assert "malformed" not in problem


@pytest.mark.fault("N9-41")
@pytest.mark.conformance("NF9-X-01")
def test_the_same_type_several_times(decoder):
    found, message = values(decoder, [(1, 1), (8, 4), (1, 2), (1, 1)], bytes.fromhex("01 C0000201 0002 03"))
    assert found == {"octetDeltaCount": [1, 2, 3], "sourceIPv4Address": "192.0.2.1"}
    assert list(found) == ["octetDeltaCount", "sourceIPv4Address"]
    assert message["problems"] == []


@pytest.mark.fault("N9-17")
@pytest.mark.conformance("NF9-X-01")
def test_variable_length_in_version_9(decoder):
    """No RFC has it; H3C sends it as IPFIX does."""
    found, message = values(decoder, [(1, 65535), (236, 65535), (4, 1)], b"\5hello" + b"\3red" + b"\x06")
    assert found == {"octetDeltaCount": 0x68656C6C6F, "VRFname": "red", "protocolIdentifier": 6}
    assert (message["problems"], message["quirks"]) == ([], ["variable_length_in_v9"])


@pytest.mark.fault("N9-17")
def test_variable_length_in_version_9_past_the_flowset(decoder):
    learn9(decoder, template(300, [(1, 65535)]))
    learn9(decoder)
    message = decoder.decode(netflow9_datagram(set_of(300, b"\2ok\6hello"), set_of(256, record(1))), "r1")
    assert message["flows"] == [{"octetDeltaCount": 0x6F6B}, flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("truncated_record", 20 + 4 + 3, True)


@pytest.mark.conformance("APPID-4.2-04")
@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("0d0001c5", "13:453"),  # engine 13 has selectors of 3 octets
        ("03000050", "3:80"),  # the selector stands to the right of the widest one
        ("030050", "3:80"),  # a template of its own for selectors of 2 octets
        ("0300000000000050", "3:80"),
        ("140000304400009e77", "20:12356:40567"),
    ],
)
def test_application_ids_of_fixed_width(decoder, octets, text):
    """Version 9 has no variable length: a template for each width, or one as wide as the widest."""
    body = bytes.fromhex(octets)
    found, message = values(decoder, [(4, 1), (95, len(body)), (5, 1)], b"\x06" + body + b"\x20")
    assert found == {"protocolIdentifier": 6, "applicationId": text, "ipClassOfService": 0x20}
    assert message["problems"] == []


@pytest.mark.conformance("APPID-4.2-04")
def test_application_ids_of_several_widths_side_by_side(decoder):
    learn9(decoder, template(256, [(95, 4)]), template(257, [(95, 3)]))
    data = set_of(256, bytes.fromhex("0D0001C5")), set_of(257, bytes.fromhex("030050 0301BB"))
    message = decoder.decode(netflow9_datagram(*data), "r1")
    assert [each["applicationId"] for each in message["flows"]] == ["13:453", "3:80", "3:443"]
