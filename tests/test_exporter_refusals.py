"""What exporters refuse: mistakes, what RFCs forbid to send; and that a call that raises has changed nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, Element, EncodeError, Exporter, Registry, UsageError, WrongType
from tests.exported import FLOW, NOW, RECORD, TEMPLATE, said

REVERSE = {"reverseOctetDeltaCount": 7, "octetDeltaCount": 9}


@pytest.mark.conformance("INFO-2.1-03")
@pytest.mark.parametrize("protocol", ["ipfix", "netflow9"])
def test_values_out_of_range_are_refused(protocol: Any) -> None:
    exporter = Exporter(protocol)
    with pytest.raises(EncodeError, match=r"flows\[1\] sourceIPv4PrefixLength: 33, expected 0 to 32") as caught:
        exporter.export([{"sourceIPv4PrefixLength": 32}, {"sourceIPv4PrefixLength": 33}], NOW)
    assert caught.value.path == ("flows", 1, "sourceIPv4PrefixLength")
    with pytest.raises(EncodeError, match="300, expected an int that fits 1 octet"):
        Exporter(protocol, templates=[{"template_id": 256, "fields": ["ipTTL"]}]).export([{"ipTTL": 300}], NOW)


@pytest.mark.conformance("IPFIX-4.1-02")
def test_metering_statistics_name_their_domain() -> None:
    report = {"exportedOctetTotalCount": 1, "exportedMessageTotalCount": 2, "exportedFlowRecordTotalCount": 3}
    record = {"scope": {"meteringProcessId": 1}, **report}
    with pytest.raises(EncodeError, match="the scope needs observationDomainId where the message is of domain 0"):
        Exporter("ipfix").export([], NOW, options=[record])
    assert len(Exporter("ipfix", header={"observationDomainId": 1}).export([], NOW, options=[record])) == 1
    named = {"scope": {"observationDomainId": 5}, **report}
    assert len(Exporter("ipfix").export([], NOW, options=[named])) == 1


@pytest.mark.conformance("BIFLOW-4-02")
def test_biflows_without_a_direction_are_refused(decoder: Decoder) -> None:
    exporter = Exporter("ipfix")
    with pytest.raises(EncodeError, match=r"reverse elements, but none that tells .* \(RFC 5103 §4\)"):
        exporter.export([REVERSE], NOW)
    directed = {**REVERSE, "sourceIPv4Address": "192.0.2.1"}
    (message,) = said(decoder, exporter.export([directed], NOW))
    assert message["flows"] == [directed]
    assert [event["template_id"] for event in message["templates"]] == [256]


@pytest.mark.conformance("BIFLOW-6.1-04")
def test_no_reverse_of_what_has_no_direction() -> None:
    # 29305/130: the reverse of exporterIPv4Address
    fields = ["sourceIPv4Address", {"enterprise": 29305, "id": 130}]
    with pytest.raises(EncodeError, match="reverseExporterIPv4Address: the element has no direction"):
        Exporter("ipfix", templates=[{"template_id": 256, "fields": fields}])


def test_a_call_that_raises_has_sent_nothing(decoder: Decoder) -> None:
    exporter = Exporter("netflow9")
    with pytest.raises(EncodeError, match=r"flows\[1\] octetDeltaCount: -1"):
        exporter.export([{"octetDeltaCount": 1}, {"octetDeltaCount": -1}], NOW)
    (message,) = said(decoder, exporter.export([{"octetDeltaCount": 1}], NOW))
    assert message["header"]["sequenceNumber"] == 0
    assert [event["event"] for event in message["templates"]] == ["learned"]
    assert message["flows"] == [{"octetDeltaCount": 1}]


@pytest.mark.parametrize("protocol", ["ipfix", "netflow9", "netflow5"])
def test_a_call_that_raises_changes_nothing(protocol: Any) -> None:
    """Neither templates, nor numbers, nor when sysUpTime began."""
    exporter, other = Exporter(protocol), Exporter(protocol)
    with pytest.raises(EncodeError):
        exporter.export([{"packetDeltaCount": 1}, {"octetDeltaCount": -1, "ipTTL": 1}], NOW + 1000)
    assert exporter.export([FLOW], NOW) == other.export([FLOW], NOW)
    assert exporter.export([FLOW], NOW + 1) == other.export([FLOW], NOW + 1)


@pytest.mark.conformance("INFO-2.1-03")
@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"basicList": {"element": "sourceIPv4PrefixLength", "values": [32, 33]}}, ("basicList", "values", 1)),
        (
            {"subTemplateList": {"template_id": 400, "records": [{"sourceIPv4PrefixLength": 77}]}},
            ("subTemplateList", "records", 0, "sourceIPv4PrefixLength"),
        ),
        ({"sourceIPv4PrefixLength": [1, 33]}, ("sourceIPv4PrefixLength", 1)),
    ],
)
def test_ranges_hold_wherever_a_value_stands(record: dict[str, Any], path: tuple[str | int, ...]) -> None:
    with pytest.raises(EncodeError, match=r"expected 0 to 32") as caught:
        Exporter("ipfix").export([record], NOW)
    assert caught.value.path == ("flows", 0, *path)


def test_values_without_a_range(compiled: bool) -> None:
    """Of a list without values there is nothing to look at; a caller's own words are no range."""
    registry = Registry()
    registry.add([Element(64999, 5, "acmeLoad", "", "unsigned8", "", "", "low-high", "current")])
    record = {"acmeLoad": 255, "basicList": {"element": "sourceIPv4PrefixLength", "values": []}}
    datagrams = Exporter("ipfix", registry=registry).export([record], NOW)
    (message,) = said(Decoder(registry=registry, compiled=compiled), datagrams)
    assert message["flows"] == [{**record, "basicList": {"semantic": "undefined", **record["basicList"]}}]


@pytest.mark.parametrize(
    ("make", "error", "why"),
    [
        (lambda: Exporter("netflow4"), UsageError, "protocol 'netflow4': expected one of netflow1, netflow5"),  # type: ignore[arg-type]
        (lambda: Exporter("ipfix", transport="quic"), UsageError, "expected one of file, sctp, tcp, udp"),  # type: ignore[arg-type]
        (lambda: Exporter("netflow9", transport="tcp"), UsageError, "netflow9 is only sent over udp"),
        (lambda: Exporter("ipfix", max_length=63), UsageError, "expected 64 to 65535 octets"),
        (lambda: Exporter("ipfix", max_length=True), WrongType, "max_length=True: expected an int"),
        (lambda: Exporter("ipfix", refresh_seconds=0), UsageError, "refresh_seconds=0: expected at least 1"),
        (lambda: Exporter("ipfix", refresh_datagrams="5"), WrongType, "expected an int"),  # type: ignore[arg-type]
        (lambda: Exporter("ipfix", started="now"), WrongType, "started='now': expected s since 1970"),  # type: ignore[arg-type]
        (lambda: Exporter("ipfix", header=[]), WrongType, "header=\\[\\]: expected a Mapping"),  # type: ignore[arg-type]
        (
            lambda: Exporter("ipfix", header={"exportTime": 1}),
            EncodeError,
            "header exportTime: is told by what is sent",
        ),
        (lambda: Exporter("ipfix", header={"sourceId": 1}), EncodeError, "header sourceId: no field of the header"),
        (
            lambda: Exporter("netflow8", header={"aggregation": 99}).export([{}], NOW),
            EncodeError,
            "99, expected one of 1, 2",
        ),
        (lambda: Exporter("netflow5").refresh(NOW), UsageError, "netflow5 has no templates"),
        (lambda: Exporter("netflow9").describe(["x"], NOW), EncodeError, "type records, which only IPFIX has"),
        (lambda: Exporter("netflow5").export([], NOW, options=[{}]), EncodeError, "options: netflow5 has none"),
        (lambda: Exporter("netflow9", started=NOW).export([RECORD], NOW - 1), UsageError, "expected nothing before"),
        (lambda: Exporter("ipfix").export([RECORD], None), WrongType, "now=None: expected s since 1970"),  # type: ignore[arg-type]
        (lambda: Exporter("ipfix").export([7], NOW), EncodeError, r"flows\[0\]: 7, expected a dict"),  # type: ignore[list-item]
        (lambda: Exporter("netflow5").export([7], NOW), EncodeError, r"flows\[0\]: 7, expected a dict"),  # type: ignore[list-item]
        (
            lambda: Exporter("sflow5").export([{"samplingInterval": 1, "sampler": {"source_class": []}}], NOW),
            EncodeError,
            r"flows\[0\] sampler source_class: \[\], expected an int that fits 4 octets",
        ),
        (
            lambda: Exporter("sflow5").export([], NOW, counters=[{"source_index": []}]),
            EncodeError,
            r"counters\[0\] source_index: \[\], expected an int that fits 4 octets",
        ),
    ],
)
def test_mistakes(make: Callable[[], object], error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        make()


def test_samplers_are_not_numbered_on_by_a_call_that_raises(decoder: Decoder) -> None:
    flow = {"sourceIPv4Address": "192.0.2.1", "samplingInterval": 10, "ingressInterface": 3}
    exporter = Exporter("sflow5")
    with pytest.raises(EncodeError, match=r"flows\[1\]"):
        exporter.export([flow, {**flow, "sourceIPv4Address": "nowhere"}], NOW)
    (message,) = said(decoder, exporter.export([flow], NOW))
    assert message["flows"][0]["sampler"]["sequence_number"] == 1


@pytest.mark.conformance("IPFIX-4.1-02", "BIFLOW-4-02")
def test_what_is_asked_of_flows_and_of_scopes_alone() -> None:
    report = {"exportedOctetTotalCount": 1, "exportedMessageTotalCount": 2, "exportedFlowRecordTotalCount": 3}
    outside = {"scope": {"meteringProcessId": 1}, "observationDomainId": 0, **report}
    with pytest.raises(EncodeError, match="the scope needs observationDomainId"):
        Exporter("ipfix").export([], NOW, options=[outside])
    undirected = {"scope": {"selectorId": 1}, **REVERSE}
    assert len(Exporter("ipfix").export([], NOW, options=[undirected])) == 1


@pytest.mark.parametrize(
    "call", ["export", "options", "describe", "withdraw", "time", "templates", "protocol", "lengths"]
)
def test_garbage_is_refused_by_kin_of_usage_error(call: str) -> None:
    exporter: Any = Exporter("ipfix", templates=[TEMPLATE], transport="tcp")
    make: Any = Exporter
    calls: dict[str, Callable[[], object]] = {
        "export": lambda: exporter.export(None, NOW),
        "options": lambda: exporter.export([], NOW, options={"scope": {}}),
        "describe": lambda: exporter.describe("acmeJitter", NOW),
        "withdraw": lambda: exporter.withdraw([], NOW),
        "time": lambda: exporter.export([RECORD], 10**5000),
        "templates": lambda: make("ipfix", templates=5),
        "protocol": lambda: make([]),
        "lengths": lambda: make("ipfix", long_lengths="no"),
    }
    with pytest.raises(UsageError):
        calls[call]()
