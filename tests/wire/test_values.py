"""Every adapter: what is read and written, and that the generated expression reads the same."""

from __future__ import annotations

import math
import re
import socket
import struct
from typing import Any

import pytest
from construct import Construct, ConstructError
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Limits
from netflowparse.codec.namespace import namespace
from netflowparse.codec.plan import field_of
from netflowparse.wire.leaves import (
    ABSTRACT_TYPES,
    ACCESS_LIST_ID,
    APPLICATION_ID,
    COUNTED_MICROSECONDS,
    COUNTED_NANOSECONDS,
    LITTLE_ENDIAN,
    fixed_leaf,
    variable_leaf,
)
from netflowparse.wire.lists import LISTS
from netflowparse.wire.times import ntp_microseconds, ntp_nanoseconds
from netflowparse.wire.values import Odd, Site

NAMES = namespace(Limits())
SECOND_0 = 2_208_988_800  # NTP seconds of 1970-01-01
#: what the rules for exporters' peculiarities read values as
OTHERWISE = {ACCESS_LIST_ID, COUNTED_MICROSECONDS, COUNTED_NANOSECONDS, LITTLE_ENDIAN}


def read_generated(leaf: Construct, octets: bytes) -> Any:
    """What generated code makes of *octets*, an ``Odd`` where it reports the value."""
    field = field_of("value", leaf)
    faults: list[tuple[int, int]] = []
    scope = {**NAMES, "where": 7, "field": 3, "faults": faults}
    scope |= zip(field.variables(0), struct.unpack(">" + field.letters, octets), strict=True)
    value = eval(field.expression(0, Site("where", "field")), scope)
    assert faults in ([], [(7, 3)])
    return Odd(value) if faults else value


CASES = [
    # type, octets, value
    ("unsigned8", "ff", 255),
    ("unsigned16", "01", 1),
    ("unsigned32", "010203", 66051),
    ("unsigned64", "0102030405", 4328719365),
    ("unsigned64", "010203040506", 1108152157446),
    ("unsigned64", "01020304050607", 283686952306183),
    ("unsigned64", "ffffffffffffffff", 2**64 - 1),
    ("unsigned64", "ff" * 9, 2**72 - 1),
    ("unsigned8", "0001", 1),
    ("unsigned256", "ff" * 32, 2**256 - 1),
    ("unsigned256", "01", 1),
    ("signed8", "80", -128),
    ("signed16", "80", -128),
    ("signed32", "ffffff", -1),
    ("signed32", "ff0000", -65536),
    ("signed64", "800000", -8388608),
    ("signed64", "fffffffffe", -2),
    ("signed64", "fffffffffffe", -2),
    ("signed64", "fffffffffffffe", -2),
    ("signed64", "ff" * 16, -1),
    ("float32", "3fc00000", 1.5),
    ("float64", "3ff8000000000000", 1.5),
    ("float64", "3fc00000", 1.5),
    ("float64", "8000000000000000", -0.0),
    ("float32", "7fc00000", Odd(None)),
    ("float32", "ff800000", Odd(None)),
    ("float64", "7ff0000000000000", Odd(None)),
    ("boolean", "01", True),
    ("boolean", "02", False),
    ("boolean", "00", Odd(None)),
    ("boolean", "03", Odd(None)),
    ("boolean", "ff", Odd(None)),
    ("macAddress", "001122aabbcc", "00:11:22:aa:bb:cc"),
    ("ipv4Address", "c0000201", "192.0.2.1"),
    ("ipv4Address", "00000000", "0.0.0.0"),
    ("ipv6Address", "20010db8000000000000000000000001", "2001:db8::1"),
    ("ipv6Address", "00000000000000000000ffffc0000201", "::ffff:192.0.2.1"),
    ("ipv6Address", "00" * 16, "::"),
    ("string", "46653000", "Fe0"),
    ("string", "4600300000", "F\x000"),
    ("string", "00000000", ""),
    ("string", "c3a9", "é"),
    ("string", "fffefd", Odd("\\xff\\xfe\\xfd")),
    ("string", "c08000", Odd("\\xc0\\x80")),
    ("string", "eda080", Odd("\\xed\\xa0\\x80")),
    ("octetArray", "00ff", "00ff"),
    ("dateTimeSeconds", "ffffffff", 2**32 - 1),
    ("dateTimeMilliseconds", "0000018bcfe56800", 1_700_000_000_000),
    ("dateTimeMicroseconds", "00" * 8, None),
    ("dateTimeNanoseconds", "00" * 8, None),
    ("dateTimeNanoseconds", "e9848d0080000000", 1_708_789_376_500_000_000),
    ("dateTimeMicroseconds", "e9848d0080000000", 1_708_789_376_500_000),
    ("dateTimeMicroseconds", "e9848d00000007ff", 1_708_789_376_000_000),
    ("dateTimeMicroseconds", "e9848d0000001800", 1_708_789_376_000_001),
    ("dateTimeNanoseconds", "e9848d0000000001", 1_708_789_376_000_000_000),
    ("dateTimeNanoseconds", "e9848d00ffffffff", 1_708_789_376_999_999_999),
    ("dateTimeNanoseconds", "0000000100000000", (2**32 + 1 - SECOND_0) * 10**9),  # era 1: 2036-02-07
    (APPLICATION_ID, "0d", "13"),
    (APPLICATION_ID, "0d0001c5", "13:453"),
    (APPLICATION_ID, "0301bb", "3:443"),
    (APPLICATION_ID, "1400003044", "20:12356"),
    (APPLICATION_ID, "140000304400009e77", "20:12356:40567"),
    (APPLICATION_ID, "14000030", Odd("14000030")),
    (APPLICATION_ID, "03" + "ff" * 32, f"3:{2**256 - 1}"),
    (APPLICATION_ID, "03" + "ff" * 33, Odd("03" + "ff" * 33)),
    ("ipv4Address", "c000020100", "c000020100"),  # widths that the type cannot have: hex
    ("macAddress", "0011223344", "0011223344"),
    ("boolean", "0001", "0001"),
    ("float32", "3fc0", "3fc0"),
    ("dateTimeMilliseconds", "65e0f000", "65e0f000"),
    ("unsigned64", "01" * 33, "01" * 33),
    (ACCESS_LIST_ID, "0f8e7ff3fc1a030f00000000", "0f8e7ff3-fc1a030f-00000000"),
    (ACCESS_LIST_ID, "0f8e7ff3", "0f8e7ff3"),
    (LITTLE_ENDIAN, "e8030000", 1000),
    (LITTLE_ENDIAN, "01", 1),
    (LITTLE_ENDIAN, "010000", 1),
    (LITTLE_ENDIAN, "00" * 31 + "01", 1 << 248),
    (COUNTED_MICROSECONDS, "83aa7e80 00000000", 0),  # 2208988800 s
    (COUNTED_MICROSECONDS, "83aa7e81 000f423f", 1_999_999),
    (COUNTED_MICROSECONDS, "83aa7e81 000f4240", Odd(None)),
    (COUNTED_MICROSECONDS, "00000000 00000000", None),
    (COUNTED_MICROSECONDS, "80000000 00000001", (2**31 - SECOND_0) * 10**6 + 1),  # 1968
    (COUNTED_MICROSECONDS, "7fffffff 00000001", (2**32 + 2**31 - 1 - SECOND_0) * 10**6 + 1),  # 2104
    (COUNTED_MICROSECONDS, "00000000 00000001", (2**32 - SECOND_0) * 10**6 + 1),  # 2036
    (COUNTED_NANOSECONDS, "83aa7e81 3b9ac9ff", 1_999_999_999),
    (COUNTED_NANOSECONDS, "83aa7e81 3b9aca00", Odd(None)),
]


@pytest.mark.parametrize(("abstract_type", "octets", "value"), CASES)
@pytest.mark.conformance("IPFIX-6.1.1-01", "IPFIX-6.1.2-01", "IPFIX-6.1.3-01", "IPFIX-6.1.5-01", "IPFIX-6.2-01")
def test_reading(abstract_type: str, octets: str, value: Any) -> None:
    data = bytes.fromhex(octets)
    leaf = fixed_leaf(abstract_type, len(data))
    assert repr(leaf.parse(data)) == repr(value)
    assert repr(read_generated(leaf, data)) == repr(value)


@pytest.mark.parametrize("abstract_type", sorted(ABSTRACT_TYPES | {APPLICATION_ID} | OTHERWISE))
def test_no_octets(abstract_type: str) -> None:
    nothing = "" if abstract_type in ("string", "octetArray", APPLICATION_ID) else None
    leaf = fixed_leaf(abstract_type, 0)
    assert leaf.parse(b"") == nothing
    assert read_generated(leaf, b"") == nothing


def test_ipv6_text_is_that_of_the_platform() -> None:
    leaf = fixed_leaf("ipv6Address", 16)
    for zeros in range(1 << 8):  # every pattern of zero and other groups
        for group in (b"\0\1", b"\xff\xff", b"\x0a\0"):
            octets = b"".join(b"\0\0" if zeros >> bit & 1 else group for bit in range(8))
            assert leaf.parse(octets) == socket.inet_ntop(socket.AF_INET6, octets)
            assert read_generated(leaf, octets) == leaf.parse(octets)


@given(st.integers(-(2**62), 2**62 - 1))
def test_ntp_round_trip_of_nanoseconds(time: int) -> None:
    span = 2**32 * 10**9
    time = time % span - SECOND_0 * 10**9 + 2**31 * 10**9  # 1968 to 2104
    leaf = fixed_leaf("dateTimeNanoseconds", 8)
    assert leaf.parse(leaf.build(time)) == time


@given(st.integers(0, 2**32 * 10**6 - 1))
def test_ntp_round_trip_of_microseconds(time: int) -> None:
    time += (2**31 - SECOND_0) * 10**6
    leaf = fixed_leaf("dateTimeMicroseconds", 8)
    octets = leaf.build(time)
    assert leaf.parse(octets) == time
    assert int.from_bytes(octets[4:], "big") & 0x7FF == 0  # RFC 7011 §6.1.9


@given(st.integers(0, 2**64 - 1))
def test_ntp_against_fractions(ntp: int) -> None:
    seconds, fraction = divmod(ntp, 2**32)
    unix = seconds - SECOND_0 + (0 if seconds >> 31 else 2**32)
    expected = unix * 10**9 + math.floor(fraction / 2**32 * 10**9) if fraction < 2**20 else None
    if ntp and expected is not None:
        assert ntp_nanoseconds(ntp) == expected
    if ntp:
        assert ntp_microseconds(ntp) == unix * 10**6 + (fraction - fraction % 2048) * 10**6 // 2**32


@given(st.sampled_from(sorted(ABSTRACT_TYPES - {*LISTS} | {APPLICATION_ID} | OTHERWISE)), st.binary(max_size=40))
def test_generated_expressions_read_what_adapters_read(abstract_type: str, octets: bytes) -> None:
    leaf = fixed_leaf(abstract_type, len(octets))
    assert repr(read_generated(leaf, octets)) == repr(leaf.parse(octets))


WRITTEN = [
    ("unsigned64", 3, 66051),
    ("signed32", 3, -2),
    ("boolean", 1, True),
    ("boolean", 1, False),
    ("macAddress", 6, "00:11:22:aa:bb:cc"),
    ("ipv4Address", 4, "192.0.2.1"),
    ("ipv6Address", 16, "2001:db8::1"),
    ("string", 8, "eth0"),
    ("octetArray", 3, "00ff10"),
    ("float64", 8, 1.5),
    ("dateTimeMicroseconds", 8, None),
    (APPLICATION_ID, 1, "13"),
    (APPLICATION_ID, 4, "13:453"),
    (APPLICATION_ID, 5, "20:12356"),
    (APPLICATION_ID, 9, "20:12356:40567"),
    (ACCESS_LIST_ID, 12, "0f8e7ff3-fc1a030f-00000000"),
    (LITTLE_ENDIAN, 4, 1000),
    (COUNTED_MICROSECONDS, 8, 1_709_240_320_000_001),
    (COUNTED_MICROSECONDS, 8, None),
    (COUNTED_NANOSECONDS, 8, 1_709_240_320_000_000_001),
]


@pytest.mark.parametrize(("abstract_type", "length", "value"), WRITTEN)
def test_writing_gives_back_what_was_read(abstract_type: str, length: int, value: Any) -> None:
    leaf = fixed_leaf(abstract_type, length)
    assert len(leaf.build(value)) == length
    assert leaf.parse(leaf.build(value)) == value
    variable = variable_leaf(abstract_type)
    assert variable.parse(variable.build(value)) == value


@pytest.mark.conformance("IPFIX-6.1.6-02")
@pytest.mark.parametrize("text", ["\ud800", "eth\udfff0"])
@pytest.mark.parametrize("leaf", [fixed_leaf("string", 8), variable_leaf("string")], ids=["fixed", "variable"])
def test_text_that_utf_8_cannot_hold_is_not_written(leaf: Construct, text: str) -> None:
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        leaf.build(text)


@pytest.mark.conformance("IPFIX-6.1.9-02")
@pytest.mark.parametrize(
    ("microseconds", "octets"),
    [
        (0, "83aa7e80 00000000"),  # 1970 is 2208988800 s after 1900
        (1, "83aa7e80 00001800"),  # 2^32 / 10^6 = 4294.97, the next multiple of 2048 is 3 * 2048
        (500_000, "83aa7e80 80000000"),
        (999_999, "83aa7e80 fffff000"),  # 4294963001.0 -> 2097150 * 2048
    ],
)
def test_the_low_bits_of_microseconds_are_written_as_zero(microseconds: int, octets: str) -> None:
    assert fixed_leaf("dateTimeMicroseconds", 8).build(microseconds) == bytes.fromhex(octets)


@pytest.mark.conformance("IPFIX-6.1.9-02")
@given(st.integers(-(2**40), 2**50))
def test_no_time_is_written_with_low_bits(microseconds: int) -> None:
    octets = fixed_leaf("dateTimeMicroseconds", 8).build(microseconds)
    assert int.from_bytes(octets[-2:], "big") & 0x7FF == 0


@pytest.mark.conformance("IPFIX-6.2-05")
@pytest.mark.parametrize(
    ("abstract_type", "length", "most"),
    [
        ("unsigned64", 1, 255),
        ("unsigned64", 3, 2**24 - 1),
        ("unsigned64", 8, 2**64 - 1),
        ("unsigned256", 31, 2**248 - 1),
        ("signed32", 1, 127),
        ("signed32", 3, 2**23 - 1),
    ],
)
def test_integers_beyond_their_width_are_not_written(abstract_type: str, length: int, most: int) -> None:
    leaf, least = fixed_leaf(abstract_type, length), 0 if abstract_type.startswith("unsigned") else -most - 1
    assert leaf.build(most) == (b"\xff" if least == 0 else b"\x7f") + b"\xff" * (length - 1)
    assert leaf.parse(leaf.build(least)) == least
    for value in (most + 1, least - 1):
        with pytest.raises(ConstructError):
            leaf.build(value)


@pytest.mark.conformance("IPFIX-6.2-05")
def test_a_float_beyond_its_width_is_not_written() -> None:
    with pytest.raises(ConstructError):
        fixed_leaf("float64", 4).build(1e300)


ENGINE = "expected engine:selector, behind engine 20 20:enterprise:selector"
REFUSED = [
    ("octetArray", 2, "00 1", "'00 1', expected octets, or their hex text"),
    ("octetArray", 2, "0001 ", "'0001 ', expected octets, or their hex text"),
    ("macAddress", 6, "zz:22:33:44:55:66", "'zz:22:33:44:55:66', expected a MAC address as six pairs of hex digits"),
    (ACCESS_LIST_ID, 12, "0f8e7ff3-fc1a030f-0000000z", "expected three words of eight hex digits with hyphens"),
    (APPLICATION_ID, 4, "013:453", f"'013:453', {ENGINE}"),
    (APPLICATION_ID, 1, "13:453", f"'13:453', {ENGINE}"),
    (APPLICATION_ID, 34, "13:453", f"'13:453', {ENGINE}"),
    (APPLICATION_ID, 4, "13", "'13', expected an application id of 4 octets"),
    ("dateTimeSeconds", 4, -1, "-1, expected int s since 1970"),
    ("dateTimeSeconds", 4, "1", "'1', expected int s since 1970"),
    (COUNTED_MICROSECONDS, 8, "1", "'1', expected int 1/1000000 s since 1970, or None"),
]


@pytest.mark.parametrize(("abstract_type", "length", "value", "why"), REFUSED)
def test_what_reads_back_as_something_else_is_not_written(
    abstract_type: str, length: int, value: Any, why: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        fixed_leaf(abstract_type, length).build(value)


def test_an_integer_of_any_length_is_an_int() -> None:
    with pytest.raises(ValueError, match=r"1\.5, expected an int"):
        variable_leaf("unsigned64").build(1.5)


def test_an_application_id_that_was_read_as_hex_is_written() -> None:
    assert fixed_leaf(APPLICATION_ID, 4).build("14000030") == bytes.fromhex("14000030")
