"""Exporters' templates and descriptions: sent first, repeated, withdrawn, and never younger than their data."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Element, EncodeError, Exporter, Registry, UsageError
from tests.exported import DATA, DEFINITION, FLOW, NOW, RECORD, TEMPLATE, said


@pytest.mark.conformance("IPFIX-8.4-07", "NF9-7-04")
@pytest.mark.parametrize("protocol", ["ipfix", "netflow9"])
def test_templates_are_repeated_by_time_and_by_datagrams(protocol: Any, decoder: Decoder) -> None:
    exporter = Exporter(protocol, templates=[TEMPLATE], refresh_seconds=60, refresh_datagrams=5)
    times = [0, 1, 59, 60, 61, 62, 63, 64, 65]
    events = [
        [
            event["event"]
            for message in said(decoder, exporter.export([RECORD], NOW + each))
            for event in message["templates"]
        ]
        for each in times
    ]
    # again after 60 s, and in the fifth datagram after that
    assert events == [["learned"], [], [], ["refreshed"], [], [], [], [], ["refreshed"]]
    (message,) = said(decoder, exporter.refresh(NOW + 66))
    assert [event["event"] for event in message["templates"]] == ["refreshed"]


def test_streams_send_a_template_once(decoder: Decoder) -> None:
    exporter = Exporter("ipfix", templates=[TEMPLATE], transport="tcp", refresh_seconds=1)
    messages = said(decoder, [each for time in range(3) for each in exporter.export([RECORD], NOW + 1000 * time)])
    assert [len(message["templates"]) for message in messages] == [1, 0, 0]
    exporter.restart()
    (message,) = said(decoder, exporter.export([RECORD], NOW + 2001))
    assert [event["template_id"] for event in message["templates"]] == [300]
    assert message["header"]["sequenceNumber"] == 0


@pytest.mark.conformance("IPFIX-8.1-09", "SD-6-03")
def test_an_id_gets_another_meaning_behind_a_withdrawal() -> None:
    other = {"template_id": 300, "fields": ["octetDeltaCount"]}
    exporter = Exporter("ipfix", templates=[TEMPLATE], transport="tcp")
    exporter.export([RECORD], NOW)
    with pytest.raises(EncodeError, match="template 300 has another meaning, expected an id that has none"):
        exporter.define(other)
    exporter.define(TEMPLATE)  # the same once more
    # a set of id 2 and length 8: id 300, 0 fields
    assert [each[16:] for each in exporter.withdraw(300, NOW + 5)] == [bytes.fromhex("00020008012c0000")]
    exporter.define(other)
    decoder = Decoder()
    (datagram,) = exporter.export([{"octetDeltaCount": 1}], NOW + 5)
    message = decoder.decode(datagram, "exporter", transport="tcp")
    assert [(each["template_id"], len(each["fields"])) for each in message["templates"]] == [(300, 1)]
    with pytest.raises(EncodeError, match="template 301 is not known"):
        exporter.withdraw(301, NOW)


def test_nothing_is_withdrawn_over_udp() -> None:
    exporter = Exporter("ipfix", templates=[TEMPLATE])
    with pytest.raises(UsageError, match=r"RFC 7011 §8\.4"):
        exporter.withdraw(300, NOW)


@pytest.mark.conformance("IPFIX-8.2-03")
def test_no_data_is_older_than_its_template_or_its_withdrawal() -> None:
    exporter = Exporter("ipfix", templates=[TEMPLATE], transport="sctp", started=0)
    exporter.export([RECORD], NOW)
    assert len(exporter.export([RECORD], NOW + 0.5)) == 1
    with pytest.raises(EncodeError, match=r"flows\[0\]: data of 1709240319 s, whose template is of 1709240320 s"):
        exporter.export([RECORD], NOW - 1)
    exporter.withdraw(300, NOW + 9)
    exporter.define(TEMPLATE)
    with pytest.raises(EncodeError, match="whose template is of 1709240329 s"):
        exporter.export([RECORD], NOW + 8)


@pytest.mark.conformance("FILE-7.2-01")
def test_times_in_files_ascend_and_templates_come_first() -> None:
    exporter = Exporter("ipfix", templates=[TEMPLATE], transport="file", started=0)
    (datagram,) = exporter.export([RECORD], NOW)
    assert datagram[16:] == DEFINITION + DATA
    with pytest.raises(EncodeError, match="times in files ascend"):
        exporter.export([RECORD], NOW - 1)


@pytest.mark.conformance("TYPEREC-3.9-06")
def test_an_element_is_described_once(compiled: bool) -> None:
    registry = Registry()
    own = Element(64999, 5, "acmeJitter", "", "unsigned32", "quantity", "microseconds", "", "current")
    registry.add([own])
    exporter = Exporter("ipfix", registry=registry)
    datagrams = exporter.describe(["acmeJitter", "acmeJitter"], NOW)
    assert exporter.describe(["acmeJitter"], NOW) == []
    decoder = Decoder(compiled=compiled)
    (message,) = said(decoder, datagrams)
    assert [record["informationElementId"] for record in [each["scope"] for each in message["options"]]] == [5]
    assert [record["report"] for record in message["options"]] == ["element_type"]
    (message,) = said(decoder, exporter.export([{"acmeJitter": 77}], NOW))
    assert message["flows"] == [{"acmeJitter": 77}]
    with pytest.raises(EncodeError, match="octetDeltaCount is IANA's"):
        exporter.describe(["octetDeltaCount"], NOW)


@pytest.mark.conformance("IPFIX-10.3.3-01")
def test_a_template_that_no_datagram_has_room_for_spoils_no_other(decoder: Decoder) -> None:
    wide = ["octetDeltaCount"] * 200  # 800 octets of specifiers
    exporter = Exporter("ipfix")
    with pytest.raises(EncodeError, match=r"template 300 has 200 fields, a datagram 512 octets \(max_length\)"):
        exporter.define({"template_id": 300, "fields": wide})
    with pytest.raises(EncodeError, match=r"flows\[0\]: template 256 has 200 fields"):
        exporter.export([{"octetDeltaCount": [1] * 200}], NOW)
    (message,) = said(decoder, exporter.export([{"octetDeltaCount": 1}], NOW))
    assert [event["template_id"] for event in message["templates"]] == [256]


@pytest.mark.conformance("IPFIX-8.4-07", "NF9-7-04")
@pytest.mark.parametrize("protocol", ["ipfix", "netflow9"])
def test_templates_are_repeated_inside_a_long_export(protocol: Any) -> None:
    exporter = Exporter(protocol, templates=[TEMPLATE], refresh_datagrams=3, max_length=100)
    decoder = Decoder()
    messages = said(decoder, exporter.export([RECORD] * 100, NOW))
    assert sum(len(message["flows"]) for message in messages) == 100
    told = [number for number, message in enumerate(messages) if message["templates"]]
    assert told == list(range(0, len(messages), 3))


@pytest.mark.conformance("NF9-7-05")
def test_after_a_restart_templates_come_before_data(decoder: Decoder) -> None:
    exporter = Exporter("netflow9", templates=[TEMPLATE])
    exporter.export([RECORD], NOW)
    exporter.restart()
    (datagram,) = exporter.export([RECORD], NOW + 1)
    # header of 20 octets, sysUpTime 0 and number 0; FlowSet 0 with the template, then the data
    assert datagram[:20] == bytes.fromhex("00090002 00000000 65e0f001 00000000 00000000")
    assert datagram[20:] == b"\0\0" + DEFINITION[2:] + DATA


@pytest.mark.conformance("FILE-7.2-01", "IPFIX-8.2-03")
def test_times_do_not_go_back_by_another_call() -> None:
    exporter = Exporter("ipfix", templates=[TEMPLATE], transport="file")
    exporter.export([RECORD], NOW)
    for call in (lambda: exporter.refresh(NOW - 100), lambda: exporter.withdraw(300, NOW - 100)):
        with pytest.raises(EncodeError, match="times in files ascend"):
            call()
    exporter = Exporter("ipfix", templates=[TEMPLATE], transport="tcp")
    exporter.export([RECORD], NOW)
    with pytest.raises(EncodeError, match="a withdrawal of 1709240220 s, behind data of 1709240320 s"):
        exporter.withdraw(300, NOW - 100)
    exporter.refresh(NOW - 500)
    with pytest.raises(EncodeError, match="whose template is of 1709240320 s"):
        exporter.export([RECORD], NOW - 50)


def test_a_clock_that_is_set_back(decoder: Decoder) -> None:
    """IPFIX tells no sysUpTime; others begin anew with a session."""
    exporter = Exporter("ipfix")
    exporter.export([FLOW], NOW)
    assert len(exporter.export([FLOW], NOW)) == 1
    exporter = Exporter("netflow9")
    exporter.export([FLOW], NOW)
    exporter.restart()
    (message,) = said(decoder, exporter.export([FLOW], NOW - 10))
    assert message["header"]["sysUpTime"] == 0


def test_records_without_some_values_share_a_template(decoder: Decoder) -> None:
    keys = ["octetDeltaCount", "packetDeltaCount", "ipTTL", "vlanId"]
    flows = [{key: None if number >> bit & 1 else 7 for bit, key in enumerate(keys)} for number in range(16)]
    exporter = Exporter("ipfix", max_length=1400)
    (message,) = said(decoder, exporter.export(flows, NOW))
    assert message["flows"] == flows
    assert len(exporter.templates()) == 5  # one more whenever a field is the first time without a value


def test_ids_that_lists_name_are_not_given_away(decoder: Decoder) -> None:
    inner = {"semantic": "undefined", "template_id": 256, "records": [{"octetDeltaCount": 9}]}
    flows = [{"ipTTL": 1}, {"subTemplateList": inner}]
    (message,) = said(decoder, Exporter("ipfix").export(flows, NOW))
    assert message["flows"] == flows


def test_templates_as_rows() -> None:
    exporter = Exporter("ipfix", templates=[TEMPLATE])
    assert exporter.templates() == [
        {
            "template_id": 300,
            "scope_count": None,
            "fields": [
                {"name": "sourceIPv4Address", "enterprise": 0, "id": 8, "length": 4},
                {"name": "octetDeltaCount", "enterprise": 0, "id": 1, "length": 4},
            ],
        }
    ]


def test_a_restart_forgets_what_was_withdrawn_and_described() -> None:
    registry = Registry()
    registry.add([Element(64999, 5, "acmeJitter", "", "unsigned32", "", "", "", "current")])
    exporter = Exporter("ipfix", templates=[TEMPLATE], transport="tcp", registry=registry)
    first = exporter.describe(["acmeJitter"], NOW)
    exporter.export([RECORD], NOW)
    exporter.withdraw(300, NOW)
    exporter.restart()
    exporter.define(TEMPLATE)
    assert len(exporter.export([RECORD], NOW - 100)) == 1
    assert len(first) == len(exporter.describe(["acmeJitter"], NOW - 100)) == 1
