"""Structured data (RFC 6313): every list type, nested, in flows, options and scopes; the figures of §9."""

import pytest

from netflowparse import Limits
from tests.list_builder import (
    ALL_OF,
    BASIC,
    MULTI,
    ORDERED,
    SUB_TEMPLATE,
    UNDEFINED,
    basic_list,
    entry,
    field,
    multi_list,
    sub_template_list,
    u16,
    u32,
)
from tests.message_builder import VARIABLE, ipfix_message, netflow9_datagram, options_template, set_of, template
from tests.plain import assert_plain
from tests.protocols.messages import codes, learn9, learn10

PORTS = 300  # a template of two ports, 4 octets
PORTS_FIELDS = [(7, 2), (11, 2)]
NAMED = 301  # a template of a name of variable length
LISTED = 302  # octets, and a list of each type


def ports(source, destination):
    """A record of ``PORTS``."""
    return u16(source) + u16(destination)


def ports_flow(source, destination):
    """What ``ports`` decodes to."""
    return {"sourceTransportPort": source, "destinationTransportPort": destination}


def value_of(decoder, element, octets, **header):
    """The value, and the message, of a record that has octets 7 and then a list in *element*."""
    learn10(
        decoder,
        template(PORTS, PORTS_FIELDS),
        template(NAMED, [(82, VARIABLE)]),
        template(400, [(1, 4), (element, VARIABLE)]),
    )
    message = decoder.decode(ipfix_message(set_of(400, u32(7) + field(octets)), **header), "r1")
    assert_plain(message)
    (flow,) = message["flows"]
    assert flow.pop("octetDeltaCount") == 7
    (value,) = flow.values()
    return value, message


TEMPLATES = "00020018 01000004 000A0004 00080004 000C0004 0123FFFF  00020010 01010002 01440008 01460004"
TEMPLATES += "00020020 01020006 00080004 000C0004 00070002 000B0002 00040001 0124FFFF"
FIGURE_12 = "01000024 00000009 C00002C9 E9FC0001 FF001103 000E0004 00000001 00000004 00000008"
FIGURE_13 = "0100002C 00000009 C00002C9 E9FC0001 FF001903 0052FFFF 05464530 2F300746 4531302F 31300546 45322F32"
FIGURE_14 = "01000024 00000009 C00002C9 E9FC0001 FF001101 000E0004 00000001 00000004 00000008"
FIGURE_17 = (
    "01020053 C0000201 C0000269 04010050 06FF003F 030101"
    "E9848D00 00000000 91230613  E9848D00 00100000 91230650  E9848D00 00200000 91230725"
    "E9848D00 00300000 91230844  E9848D00 00400000 91230978"
)


@pytest.mark.conformance("SD-4-01", "SD-4.3-01", "SD-4.5.1-01", "SD-4.5.1-05", "SD-4.5.2-01", "SD-9-01")
def test_the_figures_of_the_specification(decoder):
    sets = bytes.fromhex(TEMPLATES + FIGURE_12 + FIGURE_13 + FIGURE_14 + FIGURE_17)
    message = decoder.decode(ipfix_message(sets), "r1")
    assert message["problems"] == []
    outer = {
        "ingressInterface": 9,
        "sourceIPv4Address": "192.0.2.201",
        "destinationIPv4Address": "233.252.0.1",
    }
    start = 1708789376000000  # µs: 0xE9848D00 s since 1900; the fraction 0x100000 is 244.14 µs
    digests = [0x91230613, 0x91230650, 0x91230725, 0x91230844, 0x91230978]
    assert message["flows"] == [
        {**outer, "basicList": {"semantic": "allOf", "element": "egressInterface", "values": [1, 4, 8]}},
        {
            **outer,
            "basicList": {"semantic": "allOf", "element": "interfaceName", "values": ["FE0/0", "FE10/10", "FE2/2"]},
        },
        {**outer, "basicList": {"semantic": "exactlyOneOf", "element": "egressInterface", "values": [1, 4, 8]}},
        {
            "sourceIPv4Address": "192.0.2.1",
            "destinationIPv4Address": "192.0.2.105",
            "sourceTransportPort": 1025,
            "destinationTransportPort": 80,
            "protocolIdentifier": 6,
            "subTemplateList": {
                "semantic": "allOf",
                "template_id": 257,
                "records": [
                    {"observationTimeMicroseconds": start + late, "digestHashValue": digest}
                    for late, digest in zip((0, 244, 488, 732, 976), digests, strict=True)
                ],
            },
        },
    ]


NAMES = {0: "noneOf", 1: "exactlyOneOf", 2: "oneOrMoreOf", 3: "allOf", 4: "ordered", 255: "undefined"}


@pytest.mark.fault("SD-24")
@pytest.mark.conformance("SD-4.4-01")
def test_semantics(decoder):
    learn10(decoder, template(400, [(BASIC, VARIABLE), (SUB_TEMPLATE, VARIABLE), (MULTI, VARIABLE)]))
    records = b"".join(
        field(basic_list(semantic, 4, 1)) + field(sub_template_list(semantic, 300)) + field(multi_list(semantic))
        for semantic in range(256)
    )
    message = decoder.decode(ipfix_message(set_of(400, records)), "r1")
    assert message["problems"] == []
    assert [[each["semantic"] for each in flow.values()] for flow in message["flows"]] == [
        [NAMES.get(semantic, semantic)] * 3 for semantic in range(256)
    ]


@pytest.mark.conformance("SD-4.5.1-02", "SD-4.5.2-02", "SD-4.5.3-01")
@pytest.mark.fault("SD-10")
def test_empty_lists(decoder):
    value, message = value_of(decoder, BASIC, bytes.fromhex("03 000E 0004"))
    assert value == {"semantic": "allOf", "element": "egressInterface", "values": []}
    assert message["problems"] == []
    value, message = value_of(decoder, SUB_TEMPLATE, bytes.fromhex("03 0999"), sequenceNumber=1)  # nobody knows 2457
    assert value == {"semantic": "allOf", "template_id": 0x999, "records": []}
    assert message["problems"] == []
    value, message = value_of(decoder, MULTI, bytes.fromhex("FF"), sequenceNumber=2)
    assert value == {"semantic": "undefined", "entries": []}
    assert message["problems"] == []


@pytest.mark.conformance("SD-4.5.1-03", "SD-7-01")
@pytest.mark.fault("SD-07")
def test_enterprise_elements_in_a_basic_list(decoder):
    value, message = value_of(decoder, BASIC, basic_list(ALL_OF, 1, 2, u16(5) + u16(6), pen=29305))
    assert value == {"semantic": "allOf", "element": "reverseOctetDeltaCount", "values": [5, 6]}
    assert message["problems"] == []
    value, message = value_of(decoder, BASIC, basic_list(ALL_OF, 9, 3, b"abcdef", pen=64999))
    assert value == {"semantic": "allOf", "element": "pen64999_ie9", "values": ["616263", "646566"]}
    assert message["problems"] == []


@pytest.mark.conformance("SD-4.5.1-05", "SD-4.5.1-06", "IPFIX-7-03")
def test_both_prefixes_in_a_basic_list(decoder):
    values = b"\x03abc" + b"\xff\x00\x03def" + b"\x00" + b"\xff" + u16(300) + b"x" * 300
    value, message = value_of(decoder, BASIC, basic_list(ORDERED, 82, VARIABLE, values))
    assert value["values"] == ["abc", "def", "", "x" * 300]
    assert message["problems"] == []


@pytest.mark.conformance("SD-4.5.1-06")
def test_either_prefix_of_a_list(decoder):
    learn10(decoder, template(400, [(BASIC, VARIABLE)]))
    octets = basic_list(ALL_OF, 4, 1, b"\x06\x11")
    body = bytes([len(octets)]) + octets + field(octets)
    message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    assert [flow["basicList"]["values"] for flow in message["flows"]] == [[6, 17], [6, 17]]


@pytest.mark.conformance("SD-4.5.1-05")
def test_values_keep_their_types(decoder):
    learn10(decoder, template(400, [(BASIC, VARIABLE)]))
    lists = [
        (basic_list(ALL_OF, 8, 4, bytes([192, 0, 2, 1, 192, 0, 2, 2])), ["192.0.2.1", "192.0.2.2"]),
        (basic_list(ALL_OF, 1, 3, bytes([0, 0, 1, 1, 0, 0])), [1, 65536]),  # reduced to 3 octets
        (basic_list(ALL_OF, 95, 4, bytes([13, 0, 1, 0xC5, 3, 0, 0, 80])), ["13:453", "3:80"]),
        (basic_list(ALL_OF, 56, 6, bytes(range(6))), ["00:01:02:03:04:05"]),
        (basic_list(ALL_OF, 276, 1, b"\x01\x02"), [True, False]),
        (basic_list(ALL_OF, 82, 4, b"a\0\0\0bcde"), ["a", "bcde"]),
    ]
    message = decoder.decode(ipfix_message(set_of(400, b"".join(field(octets) for octets, _ in lists))), "r1")
    assert [flow["basicList"]["values"] for flow in message["flows"]] == [values for _, values in lists]
    assert message["problems"] == []


@pytest.mark.conformance("SD-4.5.2-01", "SD-7-02")
@pytest.mark.parametrize(
    ("element", "name"),
    [(292, "subTemplateList"), (443, "mibObjectValueTable"), (516, "ipv6ExtensionHeaderTypeCountList")],
)
def test_other_elements_of_the_type(decoder, element, name):
    octets = sub_template_list(UNDEFINED, PORTS, ports(1, 2) + ports(3, 4))
    value, message = value_of(decoder, element, octets)
    records = [ports_flow(1, 2), ports_flow(3, 4)]
    assert value == {"semantic": "undefined", "template_id": PORTS, "records": records}
    assert message["problems"] == []
    assert list(message["flows"][0]) == [name]  # octetDeltaCount apart, which value_of takes out


@pytest.mark.conformance("SD-4.5.3-01", "SD-4.5.3-02")
@pytest.mark.fault("SD-18")
def test_multi_list(decoder):
    """§9.4: entries of several templates; those of length 0 or 4 have no records."""
    octets = multi_list(
        ALL_OF,
        [
            entry(PORTS, ports(1, 2) + ports(3, 4)),
            entry(999, length=0),
            entry(998, length=0),
            entry(997),
            entry(NAMED, b"\x02ab\x00"),
        ],
    )
    value, message = value_of(decoder, MULTI, octets)
    assert value == {
        "semantic": "allOf",
        "entries": [
            {"template_id": PORTS, "records": [ports_flow(1, 2), ports_flow(3, 4)]},
            {"template_id": 999, "records": []},
            {"template_id": 998, "records": []},
            {"template_id": 997, "records": []},
            {"template_id": NAMED, "records": [{"interfaceName": "ab"}, {"interfaceName": ""}]},
        ],
    }
    assert message["problems"] == []


@pytest.mark.conformance("SD-4.3-01", "SD-4.5.2-03", "SD-5.2-01", "SD-7-01")
def test_lists_inside_one_another(decoder):
    """A multi-list of records that hold a sub-template list of records that hold a basicList of basicLists."""
    learn10(
        decoder,
        template(310, [(7, 2), (SUB_TEMPLATE, VARIABLE)]),
        template(311, [(BASIC, VARIABLE), (64999, 5, 2)]),
        template(400, [(MULTI, VARIABLE)]),
    )
    # the bytes of structured-data.md §8: a basicList of one basicList, whose length is counted there
    nested = bytes.fromhex("03 0123 FFFF 09 03 000E 0004 00000001")
    assert len(nested) == 15
    innermost = field(nested) + b"\xbe\xef"  # and an element that nobody knows
    middle = u16(80) + field(sub_template_list(ORDERED, 311, innermost + innermost))
    message = decoder.decode(ipfix_message(set_of(400, field(multi_list(ALL_OF, [entry(310, middle)])))), "r1")
    inner = {"semantic": "allOf", "element": "egressInterface", "values": [1]}
    record = {"basicList": {"semantic": "allOf", "element": "basicList", "values": [inner]}, "pen64999_ie5": "beef"}
    assert message["flows"] == [
        {
            "subTemplateMultiList": {
                "semantic": "allOf",
                "entries": [
                    {
                        "template_id": 310,
                        "records": [
                            {
                                "sourceTransportPort": 80,
                                "subTemplateList": {
                                    "semantic": "ordered",
                                    "template_id": 311,
                                    "records": [record, record],
                                },
                            }
                        ],
                    }
                ],
            }
        }
    ]
    assert message["problems"] == []
    assert_plain(message)


@pytest.mark.fault("SD-25")
@pytest.mark.conformance("SD-4.5.2-01")
def test_a_list_of_fixed_length(decoder):
    learn10(decoder, template(PORTS, PORTS_FIELDS), template(400, [(1, 4), (SUB_TEMPLATE, 11), (2, 4)]))
    body = u32(7) + sub_template_list(ALL_OF, PORTS, ports(1, 2) + ports(3, 4)) + u32(9)
    message = decoder.decode(ipfix_message(set_of(400, body + body)), "r1")
    records = [ports_flow(1, 2), ports_flow(3, 4)]
    flow = {
        "octetDeltaCount": 7,
        "subTemplateList": {"semantic": "allOf", "template_id": PORTS, "records": records},
        "packetDeltaCount": 9,
    }
    assert message["flows"] == [flow, flow]
    assert message["problems"] == []


@pytest.mark.fault("SD-26", "SD-16")
@pytest.mark.conformance("SD-5.3-01", "MIB-5.8.2-01")
def test_lists_in_options_and_scopes(decoder):
    learn10(
        decoder,
        options_template(320, [(149, 4)], [(41, 8)]),
        options_template(321, [(BASIC, VARIABLE)], [(SUB_TEMPLATE, VARIABLE)]),
        set_id=3,
    )
    body = field(basic_list(ALL_OF, 10, 4, u32(1) + u32(2)))
    body += field(sub_template_list(ALL_OF, 320, u32(5) + bytes(7) + b"\x06"))
    message = decoder.decode(ipfix_message(set_of(321, body)), "r1")
    assert message["problems"] == []
    inner = {"scope": {"observationDomainId": 5}, "exportedMessageTotalCount": 6}
    assert message["options"] == [
        {
            "scope": {"basicList": {"semantic": "allOf", "element": "ingressInterface", "values": [1, 2]}},
            "subTemplateList": {"semantic": "allOf", "template_id": 320, "records": [inner]},
        }
    ]


@pytest.mark.conformance("SD-6-01")
def test_an_element_twice_in_a_record_of_a_list(decoder):
    """Its values come in their order; nothing is made of where they stand among the others."""
    learn10(decoder, template(310, [(7, 2), (11, 2), (7, 2)]), template(400, [(SUB_TEMPLATE, VARIABLE)]))
    octets = sub_template_list(ALL_OF, 310, bytes.fromhex("0001 0002 0003"))
    message = decoder.decode(ipfix_message(set_of(400, field(octets))), "r1")
    records = [{"sourceTransportPort": [1, 3], "destinationTransportPort": 2}]
    assert message["flows"] == [{"subTemplateList": {"semantic": "allOf", "template_id": 310, "records": records}}]
    assert message["problems"] == []


@pytest.mark.conformance("SD-6-01")
def test_the_same_list_element_twice(decoder):
    learn10(decoder, template(400, [(BASIC, VARIABLE), (7, 2), (BASIC, VARIABLE)]))
    body = field(basic_list(ALL_OF, 4, 1, b"\x06")) + u16(80) + field(basic_list(ORDERED, 4, 1, b"\x11\x01"))
    message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    assert message["flows"] == [
        {
            "basicList": [
                {"semantic": "allOf", "element": "protocolIdentifier", "values": [6]},
                {"semantic": "ordered", "element": "protocolIdentifier", "values": [17, 1]},
            ],
            "sourceTransportPort": 80,
        }
    ]


@pytest.mark.conformance("SD-5.5-01")
def test_padding_octets_in_a_record_of_a_list(decoder):
    learn10(decoder, template(310, [(4, 1), (210, 3)]), template(400, [(SUB_TEMPLATE, VARIABLE)]))
    records = b"\x06\0\0\0" + b"\x11\0\0\0"
    message = decoder.decode(ipfix_message(set_of(400, field(sub_template_list(ALL_OF, 310, records)))), "r1")
    found = message["flows"][0]["subTemplateList"]["records"]
    assert found == [
        {"protocolIdentifier": 6, "paddingOctets": "000000"},
        {"protocolIdentifier": 17, "paddingOctets": "000000"},
    ]


def test_octets_as_they_are(make_decoder):
    decoder = make_decoder(octet_values="bytes")
    learn10(decoder, template(400, [(BASIC, VARIABLE), (SUB_TEMPLATE, VARIABLE)]))
    body = field(basic_list(ALL_OF, 9, 2, b"abcde", pen=64999)) + field(sub_template_list(ALL_OF, 999, b"xyz"))
    (flow,) = decoder.decode(ipfix_message(set_of(400, body)), "r1")["flows"]
    assert flow["basicList"]["values"] == [b"ab", b"cd"]
    assert flow["basicList"]["undecoded"] == b"e"
    assert flow["subTemplateList"]["octets"] == b"xyz"


def test_lists_in_netflow_9(decoder):
    """Types above 127 are IANA's elements there too; a list of fixed length."""
    learn9(decoder, template(PORTS, PORTS_FIELDS), template(400, [(SUB_TEMPLATE, 7)]))
    body = sub_template_list(ALL_OF, PORTS, ports(1, 2))
    message = decoder.decode(netflow9_datagram(set_of(400, body), sequenceNumber=2), "r1")
    records = [ports_flow(1, 2)]
    assert message["flows"] == [{"subTemplateList": {"semantic": "allOf", "template_id": PORTS, "records": records}}]


def test_values_of_lists_count(make_decoder):
    """Fields of all records count against the values of a datagram, those in lists too."""
    decoder = make_decoder(limits=Limits(values=7))
    octets = sub_template_list(ALL_OF, PORTS, ports(1, 2) * 4)  # 2 fields outside, 2 for each record inside
    value, message = value_of(decoder, SUB_TEMPLATE, octets)
    assert value["records"] == [ports_flow(1, 2)] * 2
    assert value["undecoded"] == (ports(1, 2) * 2).hex()
    assert codes(message) == ["limit"]
    assert message["problems"][0]["limit"] == "values"
