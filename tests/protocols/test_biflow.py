"""Bidirectional flows (RFC 5103): records without a direction, enterprises' own reverse elements, biflowDirection."""

import pytest

from netflowparse import Registry
from tests.message_builder import VARIABLE, ipfix_message, options_template, set_of, template, variable
from tests.protocols.messages import codes, learn10

REVERSE = 29305
CERT = 6871
REVERSE_COUNTERS = [(1, 4), (REVERSE, 1, 4)]
EXAMPLE = bytes.fromhex(
    "000A 0048 65E0F000 00000000 00000001"  # 72 octets, export time, sequence 0, domain 1
    "0002 0020"  # template set of 32 octets
    "0100 0005"  # template 256 of 5 fields
    "0008 0004"  # sourceIPv4Address
    "000C 0004"  # destinationIPv4Address
    "0001 0004"  # octetDeltaCount
    "8001 0004 00007279"  # element 1 of enterprise 29305: the reverse of octetDeltaCount
    "00EF 0001"  # biflowDirection
    "0100 0018"  # data set of template 256, 24 octets
    "C0000201"  # from 192.0.2.1
    "C6336402"  # to 198.51.100.2
    "000005DC"  # 1500 octets forward
    "00000064"  # 100 octets back
    "01"  # the source was the initiator
    "000000"  # padding
)


def flows_of(decoder, fields, octets):
    learn10(decoder, template(256, fields))
    return decoder.decode(ipfix_message(set_of(256, octets)), "r1")


@pytest.mark.conformance("BIFLOW-6.1-01", "BIFLOW-6.3-01")
def test_a_worked_example(decoder):
    message = decoder.decode(EXAMPLE, "r1")
    assert message["flows"] == [
        {
            "sourceIPv4Address": "192.0.2.1",
            "destinationIPv4Address": "198.51.100.2",
            "octetDeltaCount": 1500,
            "reverseOctetDeltaCount": 100,
            "biflowDirection": 1,
        }
    ]
    assert message["problems"] == []


@pytest.mark.fault("IV-22")
@pytest.mark.conformance("BIFLOW-4-01")
def test_reverse_elements_without_any_direction_are_reported(decoder):
    octets = bytes.fromhex("00000007 00000009 0000000B 0000000D")
    message = flows_of(decoder, REVERSE_COUNTERS, octets)
    assert message["flows"] == [
        {"octetDeltaCount": 7, "reverseOctetDeltaCount": 9},
        {"octetDeltaCount": 11, "reverseOctetDeltaCount": 13},
    ]
    assert message["problems"] == [
        {
            "code": "illegal_biflow",
            "message": "set 256 at octet 16: 2 records with reverse elements, but none that has a direction",
            "offset": 16,
            "set_id": 256,
            "template_id": 256,
            "count": 2,
        }
    ]


@pytest.mark.conformance("BIFLOW-4-01")
@pytest.mark.parametrize(
    "field",
    [
        *((7, 2), (8, 4), (10, 4), (11, 2), (12, 4), (14, 4), (27, 16), (28, 16), (56, 6), (80, 6)),  # keys of one end
        *((16, 4), (44, 4), (61, 1), (92, 4), (180, 2), (225, 4), (239, 1), (252, 4), (281, 16)),
        *((365, 6), (366, 4), (367, 6)),  # the station and the access point of a wireless link
        *((9, 12236, 4), (16982, 401, 16)),  # clientIPv4Address of Cisco, tunnelDstIPv6 of Masaryk
    ],
    ids=str,
)
def test_one_directed_element_is_enough(decoder, field):
    message = flows_of(decoder, [*REVERSE_COUNTERS, field], bytes(8 + field[-1]))
    assert (len(message["flows"]), message["problems"]) == (1, [])


@pytest.mark.fault("IV-22")
@pytest.mark.conformance("BIFLOW-4-01")
@pytest.mark.parametrize(
    "reverse",
    [(REVERSE, 8, 4), (REVERSE, 32767, 4), (CERT, 0x4000 | 14, 2), (3054, 176, 8)],
    ids=["address", "unknown", "cert", "ixia"],
)
def test_reverse_elements_of_any_kind_have_no_direction_alone(decoder, reverse):
    message = flows_of(decoder, [(4, 1), (2, 4), reverse], bytes(5 + reverse[2]))
    assert (len(message["flows"]), codes(message)) == (1, ["illegal_biflow"])


@pytest.mark.conformance("BIFLOW-4-01")
def test_records_without_reverse_elements_need_no_direction(decoder):
    assert flows_of(decoder, [(4, 1), (2, 4)], bytes(5))["problems"] == []


def test_options_records_are_no_flows(decoder):
    learn10(decoder, options_template(300, [(149, 4)], [(REVERSE, 1, 4)]), set_id=3)
    message = decoder.decode(ipfix_message(set_of(300, bytes(8))), "r1")
    assert (len(message["options"]), message["problems"]) == (1, [])


@pytest.mark.conformance("BIFLOW-6.2-01")
def test_reverse_elements_of_an_enterprise(decoder):
    """CERT's bit 14 tells forward from reverse; both come under names of their own."""
    fields = [(8, 4), (CERT, 14, 2), (CERT, 0x4000 | 14, 2), (CERT, 36, VARIABLE), (CERT, 0x4000 | 36, VARIABLE)]
    octets = bytes.fromhex("C0000201 0002 0012") + variable(b"a") + variable(b"bc")
    message = flows_of(decoder, fields, octets)
    assert message["flows"] == [
        {
            "sourceIPv4Address": "192.0.2.1",
            "initialTCPFlags": 0x02,
            "reverseInitialTCPFlags": 0x12,
            "osName": "a",
            "reverseOsName": "bc",
        }
    ]
    assert message["problems"] == []


@pytest.mark.conformance("BIFLOW-6.3-01")
@pytest.mark.parametrize(
    ("value", "label"), [(0, "arbitrary"), (1, "initiator"), (2, "reverseInitiator"), (3, "perimeter"), (4, None)]
)
def test_direction_in_each_record(decoder, value, label):
    message = flows_of(decoder, [(8, 4), (REVERSE, 1, 4), (239, 1)], bytes(8) + bytes((value,)))
    assert message["flows"] == [{"sourceIPv4Address": "0.0.0.0", "reverseOctetDeltaCount": 0, "biflowDirection": value}]
    assert message["problems"] == []
    assert Registry().label("biflowDirection", value) == label


@pytest.mark.conformance("BIFLOW-6.3-01")
def test_direction_of_a_whole_template_or_domain(decoder):
    """It stays with the options record that said so; flows are not changed."""
    learn10(decoder, options_template(300, [(145, 2)], [(239, 1)]), set_id=3)
    learn10(decoder, template(256, [(8, 4), (REVERSE, 1, 4)]))
    message = decoder.decode(ipfix_message(set_of(300, b"\1\0\3"), set_of(256, bytes(8))), "r1")
    assert message["options"] == [{"scope": {"templateId": 256}, "biflowDirection": 3}]
    assert message["flows"] == [{"sourceIPv4Address": "0.0.0.0", "reverseOctetDeltaCount": 0}]
