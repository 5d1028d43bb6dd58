"""IPFIX values that bring their length: both forms, and lengths that run past their set."""

import pytest

from tests.message_builder import VARIABLE, ipfix_message, set_of, template, variable
from tests.plain import assert_plain
from tests.protocols.messages import codes, flow, learn10, record

HEADER = 16  # octets
NAME = [(82, VARIABLE)]  # interfaceName, a string


def decode(decoder, fields, body):
    """The flows of *body* under a template of *fields*, and the message; a good set follows and must survive."""
    learn10(decoder, template(300, fields))
    learn10(decoder)
    message = decoder.decode(ipfix_message(set_of(300, body), set_of(256, record(1))), "r1")
    assert message["flows"][-1] == flow(1)
    assert_plain(message)
    return message["flows"][:-1], message


@pytest.mark.fault("IV-05")
@pytest.mark.conformance("IPFIX-7-01", "IPFIX-7-02", "IPFIX-7-05")
@pytest.mark.parametrize("long", [False, True], ids=["short form", "long form"])
def test_lengths_of_either_form(decoder, long):
    lengths = [0, 1, 5, 253, 254] + ([255, 256, 1000, 40000] if long else [])
    names = ["a" * length for length in lengths]
    body = b"".join(variable(name.encode(), long=long) for name in names)
    flows, message = decode(decoder, NAME, body)
    assert [each["interfaceName"] for each in flows] == names
    assert message["problems"] == []


def test_examples_of_the_layout_document(decoder):
    body = bytes.fromhex("05 68656C6C6F  FF 0005 68656C6C6F  00  FF 0000")  # "hello" twice, and nothing twice
    flows, _ = decode(decoder, NAME, body)
    assert [each["interfaceName"] for each in flows] == ["hello", "hello", "", ""]


@pytest.mark.conformance("IPFIX-3.2-04", "IPFIX-7-01")
def test_the_longest_value(decoder):
    learn10(decoder, template(300, [(210, VARIABLE)]))
    length = 65535 - HEADER - 4 - 3
    message = decoder.decode(ipfix_message(set_of(300, variable(b"\xab" * length))), "r1")
    assert message["flows"] == [{"paddingOctets": "ab" * length}]
    assert message["problems"] == []


@pytest.mark.fault("IV-01", "IV-02", "IV-03", "IV-04", "IV-09")
@pytest.mark.conformance("IPFIX-7-04", "IPFIX-9.1-03", "IPFIX-11.7-01")
@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(bytes.fromhex("05") + b"hell", id="5 of 5 is 4"),
        pytest.param(bytes.fromhex("FE") + b"x" * 253, id="253 of 254"),
        pytest.param(bytes.fromhex("FF"), id="no length behind FF"),
        pytest.param(bytes.fromhex("FF 00"), id="half a length behind FF"),
        pytest.param(bytes.fromhex("FF FFFF") + b"x" * 10, id="10 of 65535"),
        pytest.param(bytes.fromhex("FF 0005") + b"hell", id="4 of 5, long form"),
        pytest.param(bytes.fromhex("01"), id="one octet into the next set"),
    ],
)
def test_values_past_their_set(decoder, cut):
    flows, message = decode(decoder, NAME, variable(b"eth0") + variable(b"eth1") + cut)
    assert flows == [{"interfaceName": "eth0"}, {"interfaceName": "eth1"}]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("truncated_record", HEADER + 4 + 10, True)
    assert (problem["set_id"], problem["template_id"], problem["element"]) == (300, 300, "interfaceName")
    assert (problem["length"], problem["octets"]) == (len(cut), cut[:64].hex())


@pytest.mark.fault("IV-07")
def test_a_first_value_that_leaves_no_octet_for_the_second(decoder):
    fields = [(82, VARIABLE), (83, VARIABLE)]
    flows, message = decode(decoder, fields, variable(b"eth0") + variable(b"up") + variable(b"eth1"))
    assert flows == [{"interfaceName": "eth0", "interfaceDescription": "up"}]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("truncated_record", HEADER + 4 + 8, True)
    assert (problem["set_id"], problem["element"], problem["length"]) == (300, "interfaceDescription", 5)
    assert problem["octets"] == variable(b"eth1").hex()


@pytest.mark.parametrize("left", range(1, 12))
def test_fixed_fields_behind_a_variable_one_past_their_set(decoder, left):
    """A record of a name, an address and a counter, cut at any octet; less than the shortest record is padding."""
    fields = [(82, VARIABLE), (8, 4), (1, 4)]
    whole = variable(b"eth") + bytes.fromhex("C0000201 00000007")
    flows, message = decode(decoder, fields, whole + whole[:left])
    assert flows == [{"interfaceName": "eth", "sourceIPv4Address": "192.0.2.1", "octetDeltaCount": 7}]
    assert codes(message) == (["truncated_record"] if left >= 9 else [])


@pytest.mark.fault("IV-06")
@pytest.mark.conformance("IPFIX-3.2-04")
def test_values_of_no_octets(decoder):
    fields = [(82, VARIABLE), (210, VARIABLE), (10, VARIABLE), (8, VARIABLE), (27, VARIABLE), (56, VARIABLE), (4, 1)]
    for empty in (b"\0", b"\xff\0\0"):
        flows, message = decode(decoder, fields, (empty * 6 + b"\x06") * 2)
        addresses = dict.fromkeys(("sourceIPv4Address", "sourceIPv6Address", "sourceMacAddress"))
        others = {"interfaceName": "", "paddingOctets": "", "ingressInterface": None, "protocolIdentifier": 6}
        assert flows == [{**addresses, **others}] * 2
        assert message["problems"] == []


@pytest.mark.fault("IV-08")
def test_a_zero_octet_is_a_record_where_records_have_one(decoder):
    flows, message = decode(decoder, NAME, variable(b"eth0") + b"\0")
    assert flows == [{"interfaceName": "eth0"}, {"interfaceName": ""}]
    assert message["problems"] == []


@pytest.mark.conformance("IPFIX-3.2-04")
@pytest.mark.parametrize(
    ("element", "octets", "expected"),
    [
        (10, "07", 7),
        (10, "00000000000007", 7),
        (1, "0102030405060708", 0x0102030405060708),
        (434, "ff", -1),
        (434, "ff00", -256),
        (8, "c0000201", "192.0.2.1"),
        (27, "20010db8000000000000000000000001", "2001:db8::1"),
        (56, "001122334455", "00:11:22:33:44:55"),
        (150, "65e0f000", 0x65E0F000),
        (276, "01", True),
        (311, "3ff8000000000000", 1.5),
        (311, "3fc00000", 1.5),
        (95, "0d0001c5", "13:453"),
    ],
)
def test_typed_values_of_a_length_that_suits_them(decoder, element, octets, expected):
    value = bytes.fromhex(octets)
    ((found,), message) = decode(decoder, [(4, 1), (element, VARIABLE), (5, 1)], b"\x06" + variable(value) + b"\x20")
    assert list(found.values()) == [6, expected, 0x20]
    assert message["problems"] == []


@pytest.mark.fault("IV-17")
@pytest.mark.conformance("IPFIX-6.1.2-01", "IPFIX-6.2-04")
@pytest.mark.parametrize(
    ("element", "length"), [(8, 3), (8, 5), (27, 4), (56, 8), (150, 8), (152, 4), (276, 2), (311, 5), (10, 33)]
)
def test_typed_values_of_a_length_that_does_not(decoder, element, length):
    value = bytes(range(0xA0, 0xA0 + length))
    ((found,), message) = decode(decoder, [(4, 1), (element, VARIABLE), (5, 1)], b"\x06" + variable(value) + b"\x20")
    name = list(found)[1]
    assert found == {"protocolIdentifier": 6, name: value.hex(), "ipClassOfService": 0x20}
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"]) == ("bad_value", HEADER + 4 + 2)
    assert (problem["element"], problem["length"], problem["octets"]) == (name, length, value.hex())
    assert "malformed" not in problem


@pytest.mark.conformance("IPFIX-7-03", "IPFIX-9-01")
def test_unknown_elements_of_variable_length(decoder):
    fields = [(64999, 1, VARIABLE), (20000, VARIABLE), (4, 1)]
    flows, message = decode(decoder, fields, variable(b"\xca\xfe") + variable(b"", long=True) + b"\x06")
    assert flows == [{"pen64999_ie1": "cafe", "ie20000": "", "protocolIdentifier": 6}]
    assert message["problems"] == []
