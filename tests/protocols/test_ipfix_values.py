"""IPFIX values of every abstract type: the forms of the contract, and what becomes of values that cannot be."""

import math
import struct

import pytest

from netflowparse import Decoder, Registry
from tests.message_builder import ipfix_message, set_of, template
from tests.plain import assert_plain
from tests.protocols.messages import flow, learn10, record

HEADER = 16  # octets
PEN = 64999
OWN = ("signed8", "signed16", "signed32", "signed64", "float32", "float64", "unsigned32", "unsigned256")


@pytest.fixture(scope="module")
def typed():
    """A decoder of each engine that knows the elements of ``OWN``."""
    rows = [{"pen": PEN, "element_id": n, "name": f"own_{each}", "data_type": each} for n, each in enumerate(OWN, 1)]
    decoders = {}
    for compiled in (True, False):
        registry = Registry()
        registry.add(rows)
        decoders[compiled] = Decoder(registry=registry, compiled=compiled)
    return decoders


@pytest.fixture
def decode(compiled, typed):
    """The value of one field between two others, and the problems; *element* is IANA's, or one of ``OWN`` types."""
    decoder = typed[compiled]
    decoder.reset()

    def decode(element, octets):
        value = bytes.fromhex(octets) if isinstance(octets, str) else octets
        field = (PEN, OWN.index(element) + 1, len(value)) if element in OWN else (element, len(value))
        learn10(decoder, template(300, [(4, 1), field, (5, 1)]))
        learn10(decoder)
        sets = set_of(300, b"\x06" + value + b"\x20"), set_of(256, record(1))
        message = decoder.decode(ipfix_message(*sets), "r1")
        assert_plain(message)
        found, neighbour = message["flows"]
        assert neighbour == flow(1)
        first, last = found.pop("protocolIdentifier"), found.pop("ipClassOfService")
        assert (first, last) == (6, 0x20)
        ((key, got),) = found.items()
        for problem in message["problems"]:
            assert (problem["code"], problem["element"], problem["template_id"]) == ("bad_value", key, 300)
            assert (problem["set_id"], problem["length"]) == (300, len(value))
            assert "malformed" not in problem
        return got, message["problems"]

    return decode


@pytest.mark.fault("IV-10")
@pytest.mark.conformance("IPFIX-6.1.1-01", "IPFIX-6.2-01")
def test_unsigned_integers_of_any_length(decode):
    for length in range(33):
        octets = bytes(range(0xE0, 0x100))[:length]
        expected = int.from_bytes(octets, "big") if length else None
        for element in ("unsigned32", "unsigned256", 1, 61, 7):
            assert decode(element, octets) == (expected, [])


@pytest.mark.fault("RS-23")
def test_integers_of_tens_of_thousands_of_octets_are_no_numbers(decode):
    """Nobody has to spell 65,000 octets in decimal: beyond 32 they are hex."""
    value, problems = decode(1, bytes([0xAB]) * 65_000)  # octetDeltaCount
    assert value == "ab" * 65_000
    assert [each["offset"] for each in problems] == [HEADER]


@pytest.mark.fault("PO-12")
@pytest.mark.parametrize(("element", "octets", "value"), [(230, "ff", 255), (89, "ff", 255), (61, "07", 7)])
def test_numbers_that_no_table_names_are_numbers(decode, element, octets, value):
    """natEvent, forwardingStatus, flowDirection."""
    assert decode(element, octets) == (value, [])


@pytest.mark.fault("IV-11")
@pytest.mark.conformance("IPFIX-6.1.1-01", "IPFIX-6.2-02")
def test_signed_integers_of_any_length(decode):
    assert decode("signed32", "ff") == (-1, [])
    assert decode("signed64", "800000") == (-8388608, [])
    assert decode("signed16", "80") == (-128, [])
    for length in range(1, 33):
        for octets in (b"\x80" + bytes(length - 1), b"\xff" * length, b"\x7f" + b"\xff" * (length - 1)):
            for element in ("signed8", "signed16", "signed32", "signed64"):
                assert decode(element, octets) == (int.from_bytes(octets, "big", signed=True), [])


@pytest.mark.fault("IV-12")
@pytest.mark.conformance("IPFIX-6.2-03", "IPFIX-6.1.3-01")
def test_floats_by_length(decode):
    assert decode("float64", struct.pack(">d", 0.1)) == (0.1, [])
    assert decode("float64", struct.pack(">f", 1.5)) == (1.5, [])
    assert decode("float32", struct.pack(">f", -2.25)) == (-2.25, [])
    assert decode("float64", struct.pack(">d", 5e-324)) == (5e-324, [])
    assert decode("float64", b"") == decode("float32", b"") == (None, [])
    for element, lengths in (("float64", (1, 2, 3, 5, 6, 7, 9)), ("float32", (1, 2, 3, 5, 8))):
        for length in lengths:
            value, (problem,) = decode(element, b"\x3f" * length)
            assert (value, problem["offset"]) == ("3f" * length, HEADER)  # of the set: the template has the length


@pytest.mark.fault("IV-13")
@pytest.mark.parametrize(
    "octets",
    [
        "7ff8000000000000",  # quiet NaN
        "7ff0000000000001",  # signalling NaN
        "fff8deadbeef0000",  # NaN with a payload
        "7ff0000000000000",  # infinity
        "fff0000000000000",  # minus infinity
        "7fc00000",  # the same as float32
        "7f800001",
        "7f800000",
        "ff800000",
    ],
)
def test_floats_that_json_has_not(decode, octets):
    for element in ("float32", "float64") if len(octets) == 8 else ("float64",):
        value, (problem,) = decode(element, octets)
        assert value is None
        assert (problem["offset"], problem["octets"]) == (HEADER + 4 + 1, octets)


@pytest.mark.fault("IV-13")
def test_minus_zero_keeps_its_sign(decode):
    value, problems = decode("float64", "8000000000000000")
    assert (math.copysign(1, value), value, problems) == (-1.0, 0.0, [])


@pytest.mark.fault("IV-14")
@pytest.mark.conformance("IPFIX-6.1.5-01")
def test_booleans(decode):
    for octet in range(256):
        value, problems = decode(276, bytes([octet]))
        assert value is {1: True, 2: False}.get(octet)
        expected = [] if octet in (1, 2) else [(HEADER + 4 + 1, f"{octet:02x}")]
        assert [(each["offset"], each["octets"]) for each in problems] == expected


@pytest.mark.fault("IV-15")
@pytest.mark.conformance("IPFIX-6.1.6-01", "IPFIX-11.7-02")
@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("fffefd", "\\xff\\xfe\\xfd"),
        ("c080", "\\xc0\\x80"),  # overlong NUL
        ("eda080", "\\xed\\xa0\\x80"),  # a surrogate
        ("f4908080", "\\xf4\\x90\\x80\\x80"),  # beyond U+10FFFF
        ("e282", "\\xe2\\x82"),  # cut
        ("6f6bff6f6b", "ok\\xffok"),
    ],
)
def test_ill_formed_text_is_escaped(decode, octets, text):
    value, (problem,) = decode(82, octets)
    assert value == text
    assert (problem["offset"], problem["octets"]) == (HEADER + 4 + 1, octets)


@pytest.mark.fault("IV-16")
@pytest.mark.conformance("IPFIX-6.1.6-03")
@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"eth0".ljust(20, b"\0"), "eth0"),
        (b"a\0b\0\0", "a\0b"),
        (b"\0a\0\0", "\0a"),
        (b"\0\0\0", ""),
        (b"", ""),
        ("\ufeffbom".encode(), "\ufeffbom"),
        ("\u202eright".encode(), "\u202eright"),
        (b"a\x1b[31m\n", "a\x1b[31m\n"),
        ("Zürich 😀".encode(), "Zürich 😀"),
        (b"a" * 65000, "a" * 65000),
    ],
    ids=["padded", "NUL inside", "NUL before", "NULs", "empty", "BOM", "right-to-left", "control", "UTF-8", "long"],
)
def test_text_is_kept_as_it_is(decode, octets, text):
    assert decode(82, octets) == (text, [])


@pytest.mark.fault("IV-17")
@pytest.mark.conformance("IPFIX-6.1.2-01", "IPFIX-6.2-04")
@pytest.mark.parametrize(
    ("element", "length", "text"),
    [(56, 6, "f0:f1:f2:f3:f4:f5"), (8, 4, "240.241.242.243"), (27, 16, "f0f1:f2f3:f4f5:f6f7:f8f9:fafb:fcfd:feff")],
    ids=["mac", "ipv4", "ipv6"],
)
def test_addresses_by_length(decode, element, length, text):
    for there in (*range(21), 50):
        octets = bytes(0xF0 + number % 16 for number in range(there))
        value, problems = decode(element, octets)
        if there == length:
            assert (value, problems) == (text, [])
        elif there:
            assert (value, [each["offset"] for each in problems]) == (octets.hex(), [HEADER])
        else:
            assert (value, problems) == (None, [])


@pytest.mark.fault("IV-18", "IV-19")
@pytest.mark.conformance("IPFIX-6.1.7-01", "IPFIX-6.1.8-01", "IPFIX-6.1.9-01", "IPFIX-6.1.10-01", "INFO-3.1-02")
@pytest.mark.parametrize(
    ("element", "octets", "expected"),
    [
        (150, "00000000", 0),
        (150, "ffffffff", 2**32 - 1),
        (152, "0000000000000000", 0),
        (152, "ffffffffffffffff", 2**64 - 1),
        (154, "0000000000000000", None),
        (156, "0000000000000000", None),
        (154, "e9848d0080000000", 1708789376_500_000),
        (156, "e9848d0080000000", 1708789376_500_000_000),
        (154, "e9848d00000007ff", 1708789376_000_000),  # the low 11 bits mean nothing
        (154, "e9848d0000000800", 1708789376_000_000),  # 0.4768 us, rounded down
        (154, "e9848d0000001800", 1708789376_000_001),  # 1.43 us
        (154, "e9848d0000001fff", 1708789376_000_001),
        (154, "e9848d00000017ff", 1708789376_000_000),  # 0.95 us without them
        (156, "e9848d0000000001", 1708789376_000_000_000),
        (156, "e9848d00ffffffff", 1708789376_999_999_999),
        (156, "ffffffffffffffff", (2**32 - 1 - 2208988800) * 10**9 + 999_999_999),
        (154, "ffffffffffffffff", (2**32 - 1 - 2208988800) * 10**6 + 999_999),
        (154, "0000000100000000", (2**32 + 1 - 2208988800) * 10**6),  # of the next era, in 2036
        (156, "7fffffff80000000", (2**32 + 2**31 - 1 - 2208988800) * 10**9 + 500_000_000),
    ],
)
def test_times(decode, element, octets, expected):
    assert decode(element, octets) == (expected, [])


@pytest.mark.conformance("IPFIX-6.2-04")
@pytest.mark.parametrize(
    ("element", "length"), [(150, 3), (150, 8), (152, 4), (152, 7), (154, 4), (156, 9), (276, 2), (276, 4)]
)
def test_types_that_have_one_length(decode, element, length):
    value, (problem,) = decode(element, b"\1" * length)
    assert (value, problem["offset"]) == ("01" * length, HEADER)


@pytest.mark.fault("IV-20")
@pytest.mark.conformance("APPID-4.1-01", "APPID-4.1-02", "APPID-4.2-02", "APPID-4.2-03", "APPID-X-01")
@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("0d0001c5", "13:453"),
        ("0350", "3:80"),
        ("030050", "3:80"),
        ("03000000000050", "3:80"),
        ("1400003044009e77", "20:12356:40567"),
        ("", ""),
        ("0d", "13"),
        ("00", "0"),
        ("0000", "0:0"),
        ("ff01", "255:1"),
        ("1400003044", "20:12356"),
    ],
)
def test_application_ids(decode, octets, text):
    assert decode(95, octets) == (text, [])


@pytest.mark.fault("IV-20")
@pytest.mark.conformance("APPID-X-01")
@pytest.mark.parametrize("octets", ["14", "1400", "140000", "14000030"])
def test_application_ids_without_their_enterprise(decode, octets):
    """Engine 20 with less than the four octets of an enterprise number is kept as it came."""
    value, (problem,) = decode(95, octets)
    assert value == octets
    assert (problem["offset"], problem["octets"]) == (HEADER + 4 + 1, octets)


@pytest.mark.fault("IV-23")
@pytest.mark.conformance("IPFIX-9-03")
@pytest.mark.parametrize("length", [0, 3])
def test_padding_octets_are_kept(decode, length):
    assert decode(210, b"\0" * length) == ("00" * length, [])


@pytest.mark.conformance("LIB-10", "INFO-3.2-02")
@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("00" * 16, 0),
        ("ff" * 16, 340282366920938463463374607431768211455),
        ("00000000000000010000000000000000", 18446744073709551616),
        ("0020000000000001", 9007199254740993),  # 2^53 + 1: a float would lose the 1
        ("ffffffffffffffff", 18446744073709551615),
    ],
)
def test_counters_are_exact_at_any_width(decode, octets, value):
    assert decode(1, octets) == (value, [])


@pytest.mark.conformance("INFO-3.2-02")
def test_a_counter_that_wraps_is_handed_out_as_it_came(decoder):
    """Total counters go from the limit of their type to 0; what that means is for whoever adds them up."""
    learn10(decoder, template(256, [(85, 4)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes.fromhex("FFFFFFFE FFFFFFFF 00000000 00000005"))), "r1")
    assert [each["octetTotalCount"] for each in message["flows"]] == [4294967294, 4294967295, 0, 5]
    assert message["problems"] == []
