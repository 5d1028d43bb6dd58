"""Packets in IPFIX and NetFlow v9 records, decoded on request: what the sections say beside what the records say."""

import pickle
import struct

import pytest

from netflowparse import Decoder, Limits, UsageError
from tests.message_builder import (
    VARIABLE,
    ipfix_message,
    netflow9_datagram,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain
from tests.protocols.messages import codes, learn9, learn10

PROTOCOL, VERSION, LENGTH = (4, 1), (60, 1), (1, 4)
LAYER_2_OFFSET, LAYER_2 = (102, 2), (104, VARIABLE)
IP_HEADER, IP_PAYLOAD, FRAME = (313, VARIABLE), (314, VARIABLE), (315, VARIABLE)
FRAME_TYPE, OFFSET = (408, 2), (409, 2)
LAYER_2_SIZE, EXPORTED = (103, 2), (410, 2)

UDP = struct.pack(">HHHH", 50000, 53, 8, 0)
TCP = struct.pack(">HHLLHHHH", 50000, 443, 7, 0, 0x5012, 0, 0, 0)
IPV4 = bytes.fromhex("45b8001c abcd4000 40110000 c0000201 c6336401") + UDP
IPV6 = bytes.fromhex("6b8abcde 0008 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002") + UDP
MACS = bytes.fromhex("020000000002 020000000001")
ETHERNET = MACS + b"\x08\0" + IPV4
WIRELESS = bytes.fromhex("0801 0000 020000000003 020000000001 020000000002 0000 aaaa03 000000 0800") + IPV4

SAID_OF_MACS = {"destinationMacAddress": "02:00:00:00:00:02", "sourceMacAddress": "02:00:00:00:00:01"}
SAID_OF_PORTS = {"sourceTransportPort": 50000, "destinationTransportPort": 53}
SAID_OF_IPV4 = {
    "ipVersion": 4,
    "ipClassOfService": 0xB8,
    "octetDeltaCount": 28,
    "fragmentIdentification": 0xABCD,
    "fragmentFlags": 0x40,
    "fragmentOffset": 0,
    "ipTTL": 64,
    "protocolIdentifier": 17,
    "sourceIPv4Address": "192.0.2.1",
    "destinationIPv4Address": "198.51.100.1",
    **SAID_OF_PORTS,
}
SAID_OF_IPV6 = {
    "ipVersion": 6,
    "ipClassOfService": 0xB8,
    "flowLabelIPv6": 0xABCDE,
    "octetDeltaCount": 48,
    "protocolIdentifier": 17,
    "ipTTL": 64,
    "sourceIPv6Address": "2001:db8::1",
    "destinationIPv6Address": "2001:db8::2",
    **SAID_OF_PORTS,
}
SAID_OF_ETHERNET = {**SAID_OF_MACS, "ethernetType": 0x0800, **SAID_OF_IPV4}
NAMES = {IP_HEADER: "ipHeaderPacketSection", IP_PAYLOAD: "ipPayloadPacketSection", FRAME: "dataLinkFrameSection"}
NAMES |= {LAYER_2: "layer2packetSectionData"}


@pytest.fixture
def decoder(make_decoder):
    """A decoder that decodes sections."""
    return make_decoder(packet_sections=True)


def read(decoder, fields, *records):
    """The flows of IPFIX records, and the codes of the message's problems."""
    learn10(decoder, template(256, fields))
    message = decoder.decode(ipfix_message(set_of(256, b"".join(records))), "r1")
    return message["flows"], codes(message)


@pytest.mark.parametrize(
    ("section", "octets", "said"),
    [
        (IP_HEADER, IPV4, SAID_OF_IPV4),
        (IP_HEADER, IPV6, SAID_OF_IPV6),
        (FRAME, ETHERNET, SAID_OF_ETHERNET),
        (LAYER_2, ETHERNET, SAID_OF_ETHERNET),
    ],
    ids=["IPv4", "IPv6", "frame", "layer 2"],
)
def test_sections(decoder, section, octets, said):
    (flow,), problems = read(decoder, [section], variable(octets))
    assert_plain(flow)
    assert flow == {NAMES[section]: octets.hex(), **said}
    assert problems == []


def test_sections_of_netflow9(decoder):
    learn9(decoder, template(256, [(104, len(ETHERNET)), (1, 4)]))
    message = decoder.decode(netflow9_datagram(set_of(256, ETHERNET + b"\0\0\1\0")), "r1")
    (flow,) = message["flows"]
    assert flow == {"layer2packetSectionData": ETHERNET.hex(), **SAID_OF_ETHERNET, "octetDeltaCount": 256}
    assert message["problems"] == []


def test_they_are_off_by_default(make_decoder):
    for decoder in (make_decoder(), make_decoder(packet_sections=False)):
        (flow,), problems = read(decoder, [FRAME], variable(ETHERNET))
        assert (flow, problems) == ({"dataLinkFrameSection": ETHERNET.hex()}, [])


@pytest.mark.parametrize("value", [1, None, "yes"])
def test_settings_of_the_wrong_kind(value):
    with pytest.raises(UsageError, match="packet_sections="):
        Decoder(packet_sections=value)


@pytest.mark.parametrize(
    ("protocol", "octets", "said"),
    [
        (17, UDP, SAID_OF_PORTS),
        (6, TCP, {**SAID_OF_PORTS, "destinationTransportPort": 443, "tcpSequenceNumber": 7, "tcpControlBits": 0x12}),
        (1, bytes.fromhex("08010000"), {"icmpTypeIPv4": 8, "icmpCodeIPv4": 1}),
        (58, bytes.fromhex("80010000"), {"icmpTypeIPv6": 128, "icmpCodeIPv6": 1}),
        (50, bytes.fromhex("deadbeef 00000001"), {"ipSecSPI": 0xDEADBEEF}),
        (253, UDP, {}),
    ],
)
def test_payloads_by_the_protocol_of_the_record(decoder, protocol, octets, said):
    (flow,), problems = read(decoder, [PROTOCOL, IP_PAYLOAD], bytes([protocol]) + variable(octets))
    assert flow == {"protocolIdentifier": protocol, "ipPayloadPacketSection": octets.hex(), **said}
    assert problems == []


def test_payloads_without_a_protocol_are_not_guessed_at(decoder):
    (flow,), problems = read(decoder, [IP_PAYLOAD], variable(UDP))
    assert (flow, problems) == ({"ipPayloadPacketSection": UDP.hex()}, [])


def test_a_header_tells_the_protocol_of_the_payload_beside_it(decoder):
    (flow,), problems = read(decoder, [IP_PAYLOAD, IP_HEADER], variable(UDP) + variable(IPV4[:20]))
    sections = {"ipPayloadPacketSection": UDP.hex(), "ipHeaderPacketSection": IPV4[:20].hex()}
    assert flow == {**sections, **SAID_OF_IPV4, "truncated": True}
    assert problems == []


@pytest.mark.parametrize(("kind", "octets"), [(1, ETHERNET), (2, WIRELESS), (0, ETHERNET)])
def test_kinds_of_frames(decoder, kind, octets):
    (flow,), problems = read(decoder, [FRAME, FRAME_TYPE], variable(octets) + kind.to_bytes(2, "big"))
    assert flow.items() >= SAID_OF_ETHERNET.items()
    assert (flow["dataLinkFrameType"], "ieee80211" in flow) == (kind, kind == 2)
    assert problems == []


def test_what_the_record_says_stands(decoder):
    fields = [PROTOCOL, LENGTH, VERSION, (8, 4), FRAME, (7, 2)]
    record = b"\x06" + b"\0\0\x05\xdc" + b"\x06" + bytes([10, 0, 0, 1]) + variable(ETHERNET) + b"\0\x07"
    (flow,), _ = read(decoder, fields, record)
    own = {
        "protocolIdentifier": 6,
        "octetDeltaCount": 1500,
        "ipVersion": 6,
        "sourceIPv4Address": "10.0.0.1",
        "sourceTransportPort": 7,
    }
    assert flow == {"dataLinkFrameSection": ETHERNET.hex(), **SAID_OF_ETHERNET, **own}


@pytest.mark.parametrize(("offset", "section"), [(OFFSET, IP_HEADER), (OFFSET, FRAME), (LAYER_2_OFFSET, LAYER_2)])
@pytest.mark.parametrize("number", [0, 1, 14, 65535])
def test_sections_that_do_not_begin_where_the_packet_does(decoder, offset, section, number):
    octets = IPV4 if section == IP_HEADER else ETHERNET
    (flow,), problems = read(decoder, [offset, section], number.to_bytes(2, "big") + variable(octets))
    assert ("sourceIPv4Address" in flow) == (number == 0)
    assert len(flow) == 2 or number == 0
    assert problems == []


@pytest.mark.parametrize("cut", range(len(ETHERNET)))
def test_cut_sections(decoder, cut):
    """What is whole is said, each value as in the whole section."""
    (flow,), problems = read(decoder, [FRAME], variable(ETHERNET[:cut]))
    assert flow.pop("dataLinkFrameSection") == ETHERNET[:cut].hex()
    assert flow.pop("truncated", None) == (True if 0 < cut < len(ETHERNET) else None)
    assert flow.items() <= SAID_OF_ETHERNET.items()
    assert ("sourceMacAddress" in flow) == (cut >= 12)
    assert ("destinationIPv4Address" in flow) == (cut >= 34)
    assert problems == []


@pytest.mark.parametrize(("length", "section"), [(EXPORTED, 315), (EXPORTED, 313), (LAYER_2_SIZE, 104)])
def test_sections_filled_with_zeros(decoder, length, section):
    """A template of fixed length: another element says how many octets are the packet's."""
    octets = IPV4 if section == 313 else ETHERNET
    for cut in range(1, len(octets) + 1):
        filled = octets[:cut].ljust(128, b"\0")
        (flow,), problems = read(decoder, [length, (section, 128)], cut.to_bytes(2, "big") + filled)
        (alone,), _ = read(decoder, [(section, VARIABLE)], variable(octets[:cut]))
        name = next(key for key in alone if "Section" in key)
        assert flow.pop(name) == filled.hex()
        assert flow.items() >= {key: value for key, value in alone.items() if key != name}.items()
        assert len(flow) == len(alone)
        assert problems == []


@pytest.mark.parametrize("section", [313, 315])
@pytest.mark.parametrize("number", [0, 200, 65535])
def test_lengths_of_nothing_and_of_more_than_is_there(decoder, section, number):
    octets = IPV4 if section == 313 else ETHERNET
    (flow,), problems = read(decoder, [EXPORTED, (section, len(octets))], number.to_bytes(2, "big") + octets)
    assert ("destinationTransportPort" in flow) == (number > 0)
    assert (len(flow) == 2) == (number == 0)
    assert problems == []


@pytest.mark.parametrize("octets", ["00", "30", "7f", "ff" * 20])
def test_headers_of_no_ip_version(decoder, octets):
    (flow,), problems = read(decoder, [IP_HEADER], variable(bytes.fromhex(octets)))
    assert (flow, problems) == ({"ipHeaderPacketSection": octets}, [])


def test_each_record_has_its_own_packet(decoder):
    flows, _ = read(
        decoder, [IP_HEADER, LENGTH], variable(IPV4) + bytes(4), variable(b"") + bytes(4), variable(IPV6) + bytes(4)
    )
    assert [flow.get("ipVersion") for flow in flows] == [4, None, 6]
    assert [flow["octetDeltaCount"] for flow in flows] == [0, 0, 0]


def test_octets_as_bytes(make_decoder):
    decoder = make_decoder(packet_sections=True, octet_values="bytes")
    options = bytes.fromhex("46b8001c abcd4000 40110000 c0000201 c6336401 94040000") + UDP
    (flow,), _ = read(decoder, [IP_HEADER], variable(options))
    assert flow["ipHeaderPacketSection"] == options
    assert (flow["ipv4_options"], flow["sourceTransportPort"]) == (b"\x94\x04\0\0", 50000)


def test_pickling_keeps_the_setting(make_decoder):
    for setting in (True, False):
        decoder = make_decoder(packet_sections=setting)
        learn10(decoder, template(256, [FRAME]))
        again = pickle.loads(pickle.dumps(decoder))
        (flow,) = again.decode(ipfix_message(set_of(256, variable(ETHERNET))), "r1")["flows"]
        assert ("sourceMacAddress" in flow) == setting


def test_an_element_twice(decoder):
    (flow,), _ = read(decoder, [IP_HEADER, IP_HEADER], variable(IPV4) + variable(IPV6))
    assert flow["ipHeaderPacketSection"] == [IPV4.hex(), IPV6.hex()]
    assert (flow["ipVersion"], flow["sourceIPv4Address"]) == (4, "192.0.2.1")


@pytest.mark.parametrize("beside", [PROTOCOL, FRAME_TYPE, OFFSET], ids=["protocol", "frame type", "offset"])
@pytest.mark.parametrize("section", [IP_HEADER, IP_PAYLOAD, FRAME])
def test_elements_beside_a_section_twice(decoder, section, beside):
    """A list stands where a number would: nothing may come of it but a flow."""
    octets = {IP_HEADER: IPV4, IP_PAYLOAD: UDP, FRAME: ETHERNET}[section]
    record = bytes(beside[1] * 2) + variable(octets)
    (flow,), _ = read(decoder, [beside, beside, section], record)
    assert flow[NAMES[section]] == octets.hex()


@pytest.mark.parametrize("width", [0, 3, 33])
def test_elements_beside_a_section_of_odd_widths(decoder, width):
    (flow,), _ = read(decoder, [(4, width), (408, width), (409, width), IP_PAYLOAD], bytes(width * 3) + variable(UDP))
    assert flow["ipPayloadPacketSection"] == UDP.hex()


def test_problems_stand_at_the_set(decoder):
    learn10(decoder, template(256, [IP_HEADER]))
    message = decoder.decode(ipfix_message(set_of(256, variable(b"\x44" + IPV4[1:]) + variable(IPV4))), "r1")
    assert [flow.get("sourceTransportPort") for flow in message["flows"]] == [None, 50000]
    (problem,) = message["problems"]
    assert (problem["code"], problem["element"], problem["offset"]) == ("bad_value", "ipHeaderLength", 16)


def test_limits_hold_for_sections(make_decoder):
    tags = MACS + b"\x81\0\0\1" * 20 + b"\x08\0" + IPV4
    decoder = make_decoder(packet_sections=True, limits=Limits(packet_layers=6))
    (flow,), problems = read(decoder, [FRAME], variable(tags))
    assert problems == ["limit"]
    assert 4 <= len(flow["vlan_tags"]) <= 6


def test_options_records_are_left_alone(decoder):

    learn10(decoder, options_template(256, [(149, 4)], [IP_HEADER]), set_id=3)
    message = decoder.decode(ipfix_message(set_of(256, bytes(4) + variable(IPV4))), "r1")
    (record,) = message["options"]
    assert "sourceIPv4Address" not in record
