"""Records to octets, by the layout of a template."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import EncodeError, Registry
from netflowparse.codec.record import template_layout
from netflowparse.encoding.writer import MISSING, Writer
from netflowparse.template import FieldSpecifier, Template

REGISTRY = Registry()
VARIABLE = 65_535


def writer(*fields: tuple[int, int, int], scope: int | None = None, **how: Any) -> Writer:
    """What writes records of an IPFIX template of (enterprise, id, length) fields."""
    template = Template("ipfix", 256, scope, tuple(FieldSpecifier(*each) for each in fields))
    return Writer(template_layout(template, REGISTRY), **how)


def hexed(octets: list[bytes]) -> list[str]:
    return [each.hex() for each in octets]


@pytest.mark.conformance("IPFIX-7-05", "SD-5.1-01")
def test_lengths_before_values() -> None:
    """One octet below 255, three from there on, and three always where that is wanted (RFC 7011 §7)."""
    short, long = writer((0, 82, VARIABLE)), writer((0, 82, VARIABLE), long_lengths=True)
    for length in (0, 1, 254):
        text, octets = "x" * length, b"x" * length
        assert short.fields({"interfaceName": text}, ()) == [bytes([length]) + octets]
        assert long.fields({"interfaceName": text}, ()) == [b"\xff\0" + bytes([length]) + octets]
    for length in (255, 65_535):
        made = b"\xff" + length.to_bytes(2, "big") + b"x" * length
        assert short.fields({"interfaceName": "x" * length}, ()) == [made]
        assert long.fields({"interfaceName": "x" * length}, ()) == [made]


def test_values_by_place() -> None:
    made = writer((0, 149, 4), (0, 1, 2), (0, 8, 4), (0, 1, 1), scope=1)
    record = {
        "scope": {"observationDomainId": 7},
        "octetDeltaCount": [0x0102, 3],
        "sourceIPv4Address": "192.0.2.1",
        "report": "metering_statistics",
    }
    assert hexed(made.fields(record, ())) == ["00000007", "0102", "c0000201", "03"]
    assert made.places == {
        0: ("scope", "observationDomainId"),
        1: ("octetDeltaCount", 0),
        2: ("sourceIPv4Address",),
        3: ("octetDeltaCount", 1),
    }


def test_variable_values_take_what_they_need() -> None:
    made = writer((0, 1, VARIABLE), (0, 8, VARIABLE), (0, 434, VARIABLE), (0, 276, VARIABLE))
    record = {
        "octetDeltaCount": 256,
        "sourceIPv4Address": None,
        "mibObjectValueInteger": -129,
        "dataRecordsReliability": False,
    }
    assert hexed(made.fields(record, ())) == ["020100", "00", "02ff7f", "0102"]


def test_missing_values() -> None:
    made = writer((0, 1, 4), (0, 2, 4))
    assert made.values({"octetDeltaCount": 1}, ()) == [1, MISSING]
    with pytest.raises(EncodeError) as caught:
        made.fields({"octetDeltaCount": 1}, ("flows", 3))
    assert (caught.value.path, caught.value.why) == (("flows", 3, "packetDeltaCount"), "there is no value")
    assert hexed(writer((0, 1, 4), (0, 2, 4), zeros=True).fields({"octetDeltaCount": 1}, ())) == [
        "00000001",
        "00000000",
    ]


def test_canonical_says_what_cannot_be_written() -> None:
    made = writer((0, 1, 1), (0, 82, 3))
    assert made.canonical({"octetDeltaCount": 5, "interfaceName": "eth0"}) == [b"\5", None]


def test_formats_without_lists() -> None:
    with pytest.raises(EncodeError) as caught:
        writer((0, 291, VARIABLE)).fields({"basicList": ""}, ("flows", 0))
    assert caught.value.path == ("flows", 0, "basicList")
    assert caught.value.why == "a basicList, which this format does not have"


def test_fields_without_octets() -> None:
    made = writer((0, 1, 0), (0, 82, 0), (0, 2, 1))
    assert made.fields({"octetDeltaCount": None, "interfaceName": "", "packetDeltaCount": 1}, ()) == [b"", b"", b"\1"]
    with pytest.raises(EncodeError) as caught:
        made.fields({"octetDeltaCount": 5, "interfaceName": "", "packetDeltaCount": 1}, ())
    assert caught.value.why == "5, expected None: the field has no octets"


def test_scope_is_no_dict() -> None:
    with pytest.raises(EncodeError) as caught:
        writer((0, 149, 4), (0, 1, 4), scope=1).fields({"scope": [], "octetDeltaCount": 1}, ("options", 0))
    assert (caught.value.path, caught.value.why) == (("options", 0, "scope"), "[], expected a dict")


@pytest.mark.parametrize("value", ["", b""])
def test_octets_without_any_may_come_in_either_form(value: str | bytes) -> None:
    """As decoders give them, by ``octet_values``; others are refused in both."""
    known = writer((0, 1, 4), (0, 313, 0))
    assert hexed(known.fields({"octetDeltaCount": 1, "ipHeaderPacketSection": value}, ())) == ["00000001", ""]
    for other in ("01", b"\x01"):
        with pytest.raises(EncodeError, match="expected '': the field has no octets"):
            known.fields({"octetDeltaCount": 1, "ipHeaderPacketSection": other}, ())
