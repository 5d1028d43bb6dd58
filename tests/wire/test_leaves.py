"""Widths, variable lengths and the values that bring their own length."""

from __future__ import annotations

from typing import Any

import pytest
from construct import StreamError

from netflowparse.wire.leaves import Flexible, VarLength, fits, fixed_leaf, variable_leaf
from netflowparse.wire.values import Odd


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("05 68656c6c6f", "hello"),
        ("ff 0005 68656c6c6f", "hello"),  # the 3-octet form of a short length is legal
        ("00", ""),
        ("ff 0000", ""),
        ("04 46000000", "F\0\0\0"),  # NULs are cut from strings of fixed length only
        ("fe" + "61" * 254, "a" * 254),
        ("ff 00ff" + "61" * 255, "a" * 255),
    ],
)
@pytest.mark.conformance("IPFIX-7-01", "IPFIX-7-02")
@pytest.mark.fault("IV-05", "IV-06")
def test_variable_length(octets: str, value: str) -> None:
    assert variable_leaf("string").parse(bytes.fromhex(octets)) == value


@pytest.mark.parametrize("octets", ["", "05 6865", "ff", "ff00", "ff0002 61", "fe"])
def test_variable_length_cut(octets: str) -> None:
    with pytest.raises(StreamError):
        variable_leaf("string").parse(bytes.fromhex(octets))


@pytest.mark.parametrize(("length", "prefix"), [(0, "00"), (254, "fe"), (255, "ff00ff"), (65535, "ffffff")])
@pytest.mark.conformance("IPFIX-7-05")
def test_length_is_written_short(length: int, prefix: str) -> None:
    assert VarLength().build(length).hex() == prefix


@pytest.mark.parametrize(
    ("abstract_type", "octets", "value"),
    [
        ("unsigned32", "02 0102", 258),
        ("unsigned32", "00", None),
        ("signed32", "01 ff", -1),
        ("unsigned64", "21" + "01" * 33, Odd("01" * 33)),
        ("ipv4Address", "04 c0000201", "192.0.2.1"),
        ("ipv4Address", "03 c00002", Odd("c00002")),
        ("ipv4Address", "00", None),
        ("macAddress", "06 001122334455", "00:11:22:33:44:55"),
        ("boolean", "01 02", False),
        ("boolean", "01 07", Odd(None)),
        ("float64", "04 3fc00000", 1.5),
        ("float64", "02 3fc0", Odd("3fc0")),
        ("dateTimeSeconds", "04 00000001", 1),
        ("octetArray", "02 0102", "0102"),
        ("applicationId", "03 0301bb", "3:443"),
    ],
)
def test_typed_values_of_variable_length(abstract_type: str, octets: str, value: Any) -> None:
    assert variable_leaf(abstract_type).parse(bytes.fromhex(octets)) == value


@pytest.mark.parametrize(
    ("abstract_type", "octets", "expected"),
    [
        ("boolean", "07", "1 (true) or 2 (false)"),
        ("boolean", "0101", "1 octet"),
        ("unsigned8", "01" * 33, "at most 32 octets"),
    ],
)
def test_what_was_expected(abstract_type: str, octets: str, expected: str) -> None:
    assert Flexible(abstract_type, "hex").fault(bytes.fromhex(octets)) == expected


@pytest.mark.parametrize(
    ("abstract_type", "widths"),
    [
        ("unsigned8", range(33)),
        ("signed64", range(33)),
        ("float32", (0, 4)),
        ("float64", (0, 4, 8)),
        ("boolean", (0, 1)),
        ("macAddress", (0, 6)),
        ("ipv4Address", (0, 4)),
        ("ipv6Address", (0, 16)),
        ("dateTimeSeconds", (0, 4)),
        ("dateTimeMilliseconds", (0, 8)),
        ("dateTimeMicroseconds", (0, 8)),
        ("dateTimeNanoseconds", (0, 8)),
        ("string", range(40)),
        ("octetArray", range(40)),
        ("basicList", (0, *range(5, 40))),  # RFC 6313 §4.5: the heads of empty lists
        ("subTemplateList", (0, *range(3, 40))),
        ("subTemplateMultiList", range(40)),
    ],
)
@pytest.mark.conformance("IPFIX-6.2-04")
def test_widths_that_a_type_can_have(abstract_type: str, widths: Any) -> None:
    assert [width for width in range(40) if fits(abstract_type, width)] == list(widths)


def test_leaves_are_shared() -> None:
    assert fixed_leaf("unsigned64", 5) is fixed_leaf("unsigned64", 5)
