"""Templates, options, flows: in which order they are written, and by what."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, encode
from tests.message_builder import (
    EXPORT_TIME,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)

COUNT = {"name": "octetDeltaCount", "enterprise": 0, "id": 1, "length": 4}
NAME = {"name": "interfaceName", "enterprise": 0, "id": 82, "length": "variable"}
DOMAIN = {"name": "observationDomainId", "enterprise": 0, "id": 149, "length": 4}
INTERFACE = {"name": "ingressInterface", "enterprise": 0, "id": 10, "length": 4}
HEADER = {"exportTime": EXPORT_TIME, "observationDomainId": 1}


def learned(template_id: int, *fields: dict[str, Any], scope: int | None = None) -> dict[str, Any]:
    """The event of a definition."""
    return {"event": "learned", "template_id": template_id, "scope_count": scope, "fields": list(fields)}


def said(octets: bytes) -> list[int]:
    """The ids of the sets of an IPFIX message."""
    found, at = [], 16
    while at < len(octets):
        found.append(int.from_bytes(octets[at : at + 2], "big"))
        at += int.from_bytes(octets[at + 2 : at + 4], "big")
    return found


@pytest.mark.conformance("IPFIX-8.2-02", "NF9-7-05")
def test_templates_come_before_their_data() -> None:
    message = {
        "protocol": "ipfix",
        "header": {**HEADER, "sequenceNumber": 7},
        "flows": [{"octetDeltaCount": 5}, {"interfaceName": "a"}],
        "options": [{"scope": {"observationDomainId": 1}, "octetDeltaCount": 6}],
        "templates": [learned(300, COUNT), learned(301, DOMAIN, COUNT, scope=1)],
    }
    assert encode(message) == [
        ipfix_message(
            set_of(2, template(300, [(1, 4)])),
            set_of(3, options_template(301, [(149, 4)], [(1, 4)]) + bytes(2)),
            set_of(301, b"\0\0\0\1\0\0\0\6"),
            set_of(300, b"\0\0\0\5"),
            set_of(2, template(256, [(82, 65535)])),
            set_of(256, b"\1a"),  # two zeros would be two records
            sequenceNumber=7,
        )
    ]


@pytest.mark.conformance("NF9-7-05", "NF9-5.3-02")
def test_netflow9() -> None:
    """The count is that of all records, the scope is one of NetFlow v9's own."""
    message = {
        "protocol": "netflow9",
        "header": {"sysUpTime": 10_000, "exportTime": EXPORT_TIME, "sequenceNumber": 9, "sourceId": 77},
        "flows": [{"protocolIdentifier": 6, "octetDeltaCount": 5}] * 3,
        "options": [{"scope": {"interface": 3}, "samplingInterval": 100}],
    }
    assert encode(message) == [
        netflow9_datagram(
            set_of(1, netflow9_options_template(256, [(2, 4)], [(34, 4)]) + bytes(2)),
            set_of(256, b"\0\0\0\3\0\0\0\x64"),
            set_of(0, template(257, [(4, 1), (1, 8)])),
            set_of(257, (b"\6" + bytes(7) + b"\5") * 3 + bytes(1)),
            count=6,
            sequenceNumber=9,
            sourceId=77,
        )
    ]


@pytest.mark.conformance("IPFIX-3.4.2-05")
def test_the_order_of_scopes() -> None:
    made = []
    for scope in ({"observationDomainId": 1, "ingressInterface": 2}, {"ingressInterface": 2, "observationDomainId": 1}):
        options = [{"scope": scope, "octetDeltaCount": 6}]
        (octets,) = encode({"protocol": "ipfix", "options": options})
        (read,) = Decoder().decode(octets, "exporter")["options"]
        assert (list(read["scope"]), read) == (list(scope), options[0])
        made.append(octets)
    assert made[0] != made[1]
    assert made[0][26:34].hex() == "00950004000a0004"
    assert made[1][26:34].hex() == "000a000400950004"


def test_known_templates_are_not_written() -> None:
    """Such as rows of ``Decoder.templates``."""
    decoder = Decoder()
    decoder.decode(ipfix_message(set_of(2, template(300, [(1, 4), (1, 4)]))), "exporter")
    message = {"protocol": "ipfix", "header": HEADER, "flows": [{"octetDeltaCount": [1, 2]}]}
    assert encode(message, templates=decoder.templates()) == [ipfix_message(set_of(300, b"\0\0\0\1\0\0\0\2"))]


def test_withdrawals() -> None:
    """They come in their place; records that were written by the template get another one."""
    gone = {"event": "withdrawn", "template_id": 300, "scope_count": None, "fields": []}
    also = {"event": "withdrawal_ignored", "template_id": 301, "scope_count": 0, "fields": []}
    message = {
        "protocol": "ipfix",
        "header": HEADER,
        "templates": [learned(300, COUNT), gone, also, {"event": "rejected", "template_id": 5, "scope_count": None}],
        "flows": [{"octetDeltaCount": 5}],
    }
    assert encode(message) == [
        ipfix_message(
            set_of(2, template(300, [(1, 4)])),
            set_of(2, b"\x01\x2c\0\0"),
            set_of(3, b"\x01\x2d\0\0"),
            set_of(2, template(256, [(1, 8)])),
            set_of(256, bytes(7) + b"\5"),
        )
    ]


def test_definitions_that_were_replaced() -> None:
    """The last one of an id counts; records that it does not suit get one that is made."""
    message = {
        "protocol": "ipfix",
        "templates": [learned(300, COUNT), learned(300, INTERFACE)],
        "flows": [{"octetDeltaCount": 5}, {"ingressInterface": 6}],
    }
    (octets,) = encode(message)
    assert said(octets) == [2, 256, 300]
    assert Decoder().decode(octets, "exporter")["flows"] == message["flows"]


def test_the_template_whose_lengths_fit() -> None:
    """Of two with the same keys the first one that has room for the value."""
    narrow = {**COUNT, "length": 1}
    message = {
        "protocol": "ipfix",
        "templates": [learned(300, narrow), learned(301, COUNT)],
        "flows": [{"octetDeltaCount": 255}, {"octetDeltaCount": 256}],
    }
    (octets,) = encode(message)
    assert octets[36:].hex() == "012c0005ff" + "012d000800000100"


def test_nothing_to_say() -> None:
    assert encode({"protocol": "ipfix", "header": HEADER}) == [ipfix_message()]
    assert encode({"protocol": "netflow9"})[0].hex() == "0009" + "00" * 18


def test_what_follows_is_not_written() -> None:
    """Absolute times beside sysUpTimes, reports, what ``resolve`` has added."""
    flow = {"flowStartSysUpTime": 9_000, "octetDeltaCount": 1}
    header = {"sysUpTime": 10_000, "exportTime": EXPORT_TIME}
    added = {
        **flow,
        "flowStartMilliseconds": EXPORT_TIME * 1000 - 1_000,
        "interfaceName": "eth0",
        "resolved": {"interfaceName": "scope"},
    }
    message = {"protocol": "netflow9", "header": header}
    assert encode({**message, "flows": [added]}) == encode({**message, "flows": [flow]})
    other = {**flow, "flowStartMilliseconds": EXPORT_TIME * 1000}
    (octets,) = encode({**message, "flows": [other]})
    assert Decoder().decode(octets, "exporter")["flows"] == [other]


@pytest.mark.conformance("IPFIX-3.2-02")
def test_enterprise_numbers() -> None:
    """Beside the enterprise bit, and nowhere else: RFC 7011 §3.2."""
    flow = {"ie32767": "01", "pen4294967295_ie0": "02", "reverseProtocolIdentifier": 3}
    (octets,) = encode({"protocol": "ipfix", "flows": [flow]})
    specifiers = "7fffffff" + "8000ffffffffffff" + "8004000100007279"
    assert octets[16:].hex() == "0002001c01000003" + specifiers + "010000090101010203"
