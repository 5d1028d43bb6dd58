"""Application ids (RFC 6759): a worked example octet by octet, and every engine with every length."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netflowparse import Decoder
from tests.message_builder import ipfix_message, set_of, template
from tests.plain import assert_plain
from tests.protocols.messages import learn10

HEADER = 16  # octets
EXAMPLE = bytes.fromhex(
    "000A 006B 65E0F000 00000000 00000001"  # 107 octets, export time, sequence 0, domain 1
    "0003 0018"  # options template set of 24 octets
    "012C 0003 0001"  # options template 300 of 3 fields, 1 of them scope
    "005F 0004"  # scope: applicationId in 4 octets
    "0060 FFFF 005E FFFF"  # applicationName, applicationDescription of variable length
    "0000"  # padding
    "012C 0012"  # data set of template 300, 18 octets
    "0D0001C5"  # engine 13 (PANA-L7), selector 453 in 3 octets
    "04 736D7470"  # smtp
    "04 6D61696C"  # mail
    "0002 0010"  # template set of 16 octets
    "0100 0002"  # template 256 of 2 fields
    "005F FFFF 0001 0004"  # applicationId of variable length, octetDeltaCount
    "0100 0021"  # data set of template 256, 33 octets
    "04 0D0001C5"  # 4 octets: engine 13, selector 453
    "000005DC"  # 1500 octets
    "02 0350"  # 2 octets: engine 3 (IANA-L4), selector 80 in 1 octet instead of 2
    "00000064"  # 100 octets
    "08 14 00003044 009E77"  # 8 octets: engine 20 (PANA-L7-PEN), enterprise 12356, selector 40567 in 3 octets
    "00000007"  # 7 octets
)


@pytest.mark.conformance("APPID-4.1-01", "APPID-4.1-02", "APPID-4.2-02", "APPID-4.3-01")
def test_a_worked_example(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(resolve=True)
    message = decoder.decode(EXAMPLE, "r1")
    assert_plain(message)
    assert message["problems"] == []
    assert message["options"] == [
        {
            "scope": {"applicationId": "13:453"},
            "applicationName": "smtp",
            "applicationDescription": "mail",
            "report": "application_table",
        }
    ]
    assert message["flows"] == [
        {
            "applicationId": "13:453",
            "octetDeltaCount": 1500,
            "applicationName": "smtp",
            "applicationDescription": "mail",
            "resolved": {
                "applicationName": "options:applicationId=13:453",
                "applicationDescription": "options:applicationId=13:453",
            },
        },
        {"applicationId": "3:80", "octetDeltaCount": 100},
        {"applicationId": "20:12356:40567", "octetDeltaCount": 7},
    ]


@pytest.mark.fault("IV-20")
@pytest.mark.conformance("APPID-4.1-01", "APPID-4.2-02", "APPID-X-01")
@pytest.mark.parametrize(
    ("selector", "read"),
    [
        ("", ""),
        ("00", ":0"),
        ("01", ":1"),
        ("0102", ":258"),
        ("000000", ":0"),
        ("010203", ":66051"),
        ("01020304", ":16909060"),
        ("0102030405", ":4328719365"),
        ("000000000050", ":80"),
        ("01000000000000", ":281474976710656"),
        ("0100000000000000", ":72057594037927936"),
        ("010000000000000000", ":18446744073709551616"),
        ("01000000000000000000", ":4722366482869645213696"),
        ("0100000000000000000000", ":1208925819614629174706176"),
    ],
)
def test_every_engine_but_the_one_with_enterprises(decoder: Decoder, selector: str, read: str) -> None:
    """Reserved engines and invalid 0 are read like the others; selectors of any length, here up to 11 octets."""
    body = bytes.fromhex(selector)
    learn10(decoder, template(256, [(95, 1 + len(body))]))
    engines = [engine for engine in range(256) if engine != 20]
    records = b"".join(bytes([engine]) + body for engine in engines)
    message = decoder.decode(ipfix_message(set_of(256, records)), "r1")
    assert [flow["applicationId"] for flow in message["flows"]] == [f"{engine}{read}" for engine in engines]
    assert message["problems"] == []


@pytest.mark.fault("IV-20")
@pytest.mark.conformance("APPID-4.1-02", "APPID-X-01")
@pytest.mark.parametrize(
    ("octets", "text", "bad"),
    [
        ("14", "14", True),  # no enterprise number, or not all of it
        ("1400", "1400", True),
        ("140000", "140000", True),
        ("14000030", "14000030", True),
        ("1400003044", "20:12356", False),
        ("140000304400", "20:12356:0", False),
        ("1400003044009E", "20:12356:158", False),
        ("1400003044009E77", "20:12356:40567", False),
        ("140000304400009E77", "20:12356:40567", False),
        ("14FFFFFFFF0100000000", "20:4294967295:4294967296", False),
        ("1400003044010000000000", "20:12356:1099511627776", False),
        ("140000304400000000009E77", "20:12356:40567", False),
    ],
)
def test_the_engine_with_enterprises(decoder: Decoder, octets: str, text: str, bad: bool) -> None:
    body = bytes.fromhex(octets)
    learn10(decoder, template(256, [(4, 1), (95, len(body))]))
    message = decoder.decode(ipfix_message(set_of(256, b"\x06" + body)), "r1")
    assert message["flows"] == [{"protocolIdentifier": 6, "applicationId": text}]
    found = [(problem["code"], problem["offset"], problem["element"]) for problem in message["problems"]]
    assert found == ([("bad_value", HEADER + 4 + 1, "applicationId")] if bad else [])


@pytest.mark.fault("IV-20")
@pytest.mark.conformance("APPID-X-01")
def test_no_octets_at_all(decoder: Decoder) -> None:
    learn10(decoder, template(256, [(4, 1), (95, 0)]), template(257, [(4, 1), (95, 65535)]))
    message = decoder.decode(ipfix_message(set_of(256, b"\x06"), set_of(257, b"\x11\x00")), "r1")
    assert message["flows"] == [
        {"protocolIdentifier": 6, "applicationId": ""},
        {"protocolIdentifier": 17, "applicationId": ""},
    ]
    assert message["problems"] == []
