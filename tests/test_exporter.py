"""Exporters: numbers, refreshed templates, sizes, and what RFCs forbid to send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, Element, EncodeError, Exporter, Registry, UsageError, WrongType

NOW = 1_709_240_320  # 2024-02-29 20:58:40 UTC
FLOW = {
    "sourceIPv4Address": "192.0.2.1",
    "destinationIPv4Address": "198.51.100.2",
    "sourceTransportPort": 443,
    "destinationTransportPort": 50_000,
    "protocolIdentifier": 6,
    "packetDeltaCount": 3,
    "octetDeltaCount": 1500,
    "flowStartMilliseconds": NOW * 1000 - 1250,
    "flowEndMilliseconds": NOW * 1000 - 250,
}
FIELDS = ["sourceIPv4Address", {"name": "octetDeltaCount", "length": 4}]
TEMPLATE = {"template_id": 300, "fields": FIELDS}
RECORD = {"sourceIPv4Address": "192.0.2.1", "octetDeltaCount": 1500}
ETHERNET_COUNTERS = (
    "alignment_errors fcs_errors single_collision_frames multiple_collision_frames sqe_test_errors "
    "deferred_transmissions late_collisions excessive_collisions internal_mac_transmit_errors carrier_sense_errors "
    "frame_too_longs internal_mac_receive_errors symbol_errors"
)
REVERSE = {"reverseOctetDeltaCount": 7, "octetDeltaCount": 9}
#: set 300 with one RECORD
DATA = bytes.fromhex("012c000cc0000201000005dc")
#: template 300 in a set of its own: elements 8 and 1, of 4 octets each
DEFINITION = bytes.fromhex("00020010012c00020008000400010004")


def said(decoder: Decoder, datagrams: list[bytes]) -> list[Any]:
    """The messages of datagrams, none of which has a problem."""
    messages = [decoder.decode(each, "exporter") for each in datagrams]
    assert [message["problems"] for message in messages] == [[]] * len(messages)
    return messages


def test_octets() -> None:
    exporter = Exporter("ipfix", header={"observationDomainId": 7}, templates=[TEMPLATE])
    assert exporter.export([RECORD], NOW) == [
        bytes.fromhex("000a002c65e0f00000000000 00000007") + DEFINITION + DATA,
    ]
    assert exporter.export([RECORD], NOW + 1) == [bytes.fromhex("000a001c65e0f00100000001 00000007") + DATA]
    assert exporter.sequence_number == 2
    assert repr(exporter) == "<Exporter: ipfix, sequence number 2>"


@pytest.mark.parametrize("protocol", ["netflow1", "netflow5", "netflow7", "netflow9", "ipfix"])
def test_one_flow_in_any_protocol(protocol: Any, decoder: Decoder) -> None:
    exporter = Exporter(protocol, started=NOW - 100)
    (message,) = said(decoder, exporter.export([FLOW], NOW + 0.5))
    (flow,) = message["flows"]
    assert {key: flow[key] for key in FLOW} == FLOW
    assert message["header"]["exportTime"] == NOW
    assert message["header"].get("sysUpTime", 100_500) == 100_500


@pytest.mark.parametrize("protocol", ["netflow5", "netflow9"])
def test_flows_of_another_exporter_are_told_by_this_ones_clock(protocol: Any, decoder: Decoder) -> None:
    """The sysUpTimes of a flow that was decoded count from another start."""
    flow = {**FLOW, "flowStartSysUpTime": 7, "flowEndSysUpTime": 1007}
    (message,) = said(decoder, Exporter(protocol, started=NOW - 100).export([flow], NOW + 0.5))
    found = message["flows"][0]
    assert {key: found[key] for key in FLOW} == FLOW
    assert (found["flowEndSysUpTime"] - found["flowStartSysUpTime"]) == 1000


def test_samples_of_plain_flows(decoder: Decoder) -> None:
    """A packet is made of what the flow says, samplers are numbered: 1 in 100 of interface 3, then of 4."""
    flow = {
        **{key: FLOW[key] for key in FLOW if key.endswith(("Address", "Port", "Identifier"))},
        "octetDeltaCount": 1500,
        "samplingInterval": 100,
        "ingressInterface": 3,
    }
    other = {**flow, "ingressInterface": 4, "sourceMacAddress": "00:11:22:33:44:55"}
    counters = {"source_index": 3, "ethernet_counters": dict.fromkeys(ETHERNET_COUNTERS.split(), 7)}
    exporter = Exporter("sflow5", header={"agentAddress": "192.0.2.77"}, started=NOW - 1)
    datagrams = exporter.export([flow, flow, other], NOW, counters=[counters]) + exporter.export([flow], NOW + 1)
    messages = said(decoder, datagrams)
    assert [message["header"]["sequenceNumber"] for message in messages] == [0, 1]
    assert [message["header"]["sysUpTime"] for message in messages] == [1000, 2000]
    flows = [each for message in messages for each in message["flows"]]
    assert all(
        {key: found[key] for key in sent} == sent for sent, found in zip([flow, flow, other, flow], flows, strict=True)
    )
    numbers = [(each["sampler"]["sequence_number"], each["sampler"]["sample_pool"]) for each in flows]
    assert numbers == [(1, 100), (2, 200), (1, 100), (3, 300)]
    assert [each["continuity"]["event"] for each in flows] == ["first", "in_order", "first", "in_order"]
    # the packet alone; and with an Ethernet header of 14 octets
    assert [each["layer2OctetDeltaCount"] for each in flows] == [1500, 1500, 1514, 1500]
    (found,) = messages[0]["counters"]
    assert (found["sequence_number"], found["ethernet_counters"]) == (1, counters["ethernet_counters"])


@pytest.mark.parametrize(
    ("protocol", "numbers"),
    [("netflow5", [0, 30, 60, 65]), ("netflow9", [0, 1, 2, 3]), ("ipfix", [0, 9, 19, 65])],
)
def test_sequence_numbers_and_sizes(protocol: Any, numbers: list[int], decoder: Decoder) -> None:
    """v5 counts flows, v9 packets, IPFIX data records; 65 flows, then one more.

    A record of IPFIX has 45 octets: of 512 the header takes 16, the template set 44, the head of the data set 4.
    """
    exporter = Exporter(protocol, started=NOW - 100)
    datagrams = exporter.export([FLOW] * 65, NOW) + exporter.export([FLOW], NOW + 1)
    messages = said(decoder, datagrams)
    found = [message["header"]["sequenceNumber"] for message in messages]
    assert found[: len(numbers) - 1] == numbers[:-1]
    assert found[-1] == (65 if protocol != "netflow9" else len(messages) - 1)
    assert [message["sequence"]["event"] for message in messages] == ["first"] + ["in_order"] * (len(messages) - 1)
    assert sum(len(message["flows"]) for message in messages) == 66


@pytest.mark.conformance("IPFIX-10.3.3-01")
@given(count=st.integers(1, 60), length=st.one_of(st.none(), st.integers(150, 3000)))
def test_no_datagram_is_longer_than_it_may_be(count: int, length: int | None) -> None:
    exporter = Exporter("ipfix", max_length=length)
    datagrams = exporter.export([FLOW] * count, NOW)
    assert max(map(len, datagrams)) <= (length or 512)
    assert sum(len(each["flows"]) for each in said(Decoder(), datagrams)) == count


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


def test_times_that_no_sys_up_time_tells(decoder: Decoder) -> None:
    """60 days ago is more than 32 bits of ms: v5 has no other way to say it, v9 keeps the absolute time."""
    flow = {"octetDeltaCount": 1, "flowStartSysUpTime": 7, "flowStartMilliseconds": (NOW - 60 * 86_400) * 1000}
    with pytest.raises(EncodeError, match="too far from the header's exportTime"):
        Exporter("netflow5", started=NOW - 100 * 86_400).export([flow], NOW)
    (message,) = said(decoder, Exporter("netflow9", started=NOW - 1).export([flow], NOW))
    assert message["flows"] == [{key: flow[key] for key in ("octetDeltaCount", "flowStartMilliseconds")}]


def test_sys_up_time_turns_over(decoder: Decoder) -> None:
    exporter = Exporter("netflow5", started=NOW - 50 * 86_400)  # 4,320,000,000 ms: 25,032,704 beyond 2^32
    (message,) = said(decoder, exporter.export([FLOW], NOW))
    assert message["header"]["sysUpTime"] == 25_032_704
    assert {key: message["flows"][0][key] for key in FLOW} == FLOW


def test_records_without_some_values_share_a_template(decoder: Decoder) -> None:
    keys = ["octetDeltaCount", "packetDeltaCount", "ipTTL", "vlanId"]
    flows = [{key: None if number >> bit & 1 else 7 for bit, key in enumerate(keys)} for number in range(16)]
    exporter = Exporter("ipfix", max_length=1400)
    (message,) = said(decoder, exporter.export(flows, NOW))
    assert message["flows"] == flows
    assert len(exporter.templates()) == 5  # one more whenever a field is the first time without a value


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


def test_ids_that_lists_name_are_not_given_away(decoder: Decoder) -> None:
    inner = {"semantic": "undefined", "template_id": 256, "records": [{"octetDeltaCount": 9}]}
    flows = [{"ipTTL": 1}, {"subTemplateList": inner}]
    (message,) = said(decoder, Exporter("ipfix").export(flows, NOW))
    assert message["flows"] == flows


def test_firewalls_in_netflow9_have_their_registered_numbers(decoder: Decoder) -> None:
    (datagram,) = Exporter("netflow9").export([{"postNATSourceIPv4Address": "192.0.2.1", "firewallEvent": 1}], NOW)
    assert datagram[28:36] == bytes.fromhex("00e10004 00e90001")  # 225 and 233


def test_options_come_before_flows(decoder: Decoder) -> None:
    option = {"scope": {"system": 1}, "samplingInterval": 100}
    exporter = Exporter("netflow9", header={"sourceId": 3})
    (message,) = said(decoder, exporter.export([FLOW], NOW, options=[option]))
    assert message["options"] == [option]
    assert message["header"]["sourceId"] == 3
    assert [each["scope_count"] for each in message["templates"]] == [1, None]


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


def test_nothing_to_say() -> None:
    assert Exporter("ipfix", templates=[TEMPLATE]).export([], NOW) == []
    assert Exporter("netflow5").export([], NOW) == []
    assert Exporter("ipfix").refresh(NOW) == []


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


@pytest.mark.parametrize("protocol", ["netflow5", "netflow9", "ipfix", "sflow5"])
def test_numbers_turn_over(protocol: Any, decoder: Decoder) -> None:
    exporter = Exporter(protocol)
    exporter._session.sequence = 2**32 - 1
    flow = {**{key: FLOW[key] for key in list(FLOW)[:5]}, **({"samplingInterval": 1} if protocol == "sflow5" else {})}
    datagrams = exporter.export([flow], NOW) + exporter.export([flow], NOW)
    messages = said(decoder, datagrams)
    assert [message["header"]["sequenceNumber"] for message in messages] == [2**32 - 1, 0]
    assert [message["sequence"]["event"] for message in messages] == ["first", "in_order"]


def test_samplers_are_not_numbered_on_by_a_call_that_raises(decoder: Decoder) -> None:
    flow = {"sourceIPv4Address": "192.0.2.1", "samplingInterval": 10, "ingressInterface": 3}
    exporter = Exporter("sflow5")
    with pytest.raises(EncodeError, match=r"flows\[1\]"):
        exporter.export([flow, {**flow, "sourceIPv4Address": "nowhere"}], NOW)
    (message,) = said(decoder, exporter.export([flow], NOW))
    assert message["flows"][0]["sampler"]["sequence_number"] == 1


def test_discarded_packets_are_numbered_for_themselves(decoder: Decoder) -> None:
    """What a vendor's samples say is left alone: they have no numbers."""
    sampled = {"sourceIPv4Address": "192.0.2.1", "samplingInterval": 10, "ingressInterface": 3}
    discarded = {"discarded_packet": {"reason": 256}, "ingressInterface": 3}
    rtflow = {"rtflow": {"device": "d", "name": "n", "sampling_rate": 5, "sample_pool": 9, "fields": []}}
    rtmetric = {"rtmetric": {"device": "d", "metric": "m", "type": 1, "value": 7}}
    flows = [discarded, sampled, discarded, rtflow]
    (message,) = said(decoder, Exporter("sflow5").export(flows, NOW, counters=[rtmetric]))
    numbers = [flow["sampler"] for flow in message["flows"][:3]]
    source = {"source_class": 0, "source_index": 3, "drops": 0}
    assert numbers == [
        {**source, "sequence_number": 1},
        {**source, "sequence_number": 1, "sample_pool": 10},
        {**source, "sequence_number": 2},
    ]
    assert (message["flows"][3], message["counters"]) == ({**rtflow, "samplingInterval": 5}, [rtmetric])


@pytest.mark.parametrize("protocol", ["netflow5", "sflow5"])
def test_a_restart_numbers_anew(protocol: Any, decoder: Decoder) -> None:
    exporter = Exporter(protocol)
    flow = {"sourceIPv4Address": "192.0.2.1", **({"samplingInterval": 1} if protocol == "sflow5" else {})}
    first = exporter.export([flow], NOW)
    exporter.export([flow], NOW + 1)
    exporter.restart()
    assert exporter.sequence_number == 0
    assert exporter.export([flow], NOW) == first


def test_netflow9_tells_times_by_the_second_that_its_header_tells(decoder: Decoder) -> None:
    """The header says NOW, and a sysUpTime of 100,500 ms: by these the absolute times come out."""
    flow = {**FLOW, "flowStartSysUpTime": 1, "flowEndSysUpTime": 2}
    (message,) = said(decoder, Exporter("netflow9", started=NOW - 100).export([flow], NOW + 0.5))
    (found,) = message["flows"]
    assert (found["flowStartSysUpTime"], found["flowEndSysUpTime"]) == (100_500 - 1250, 100_500 - 250)


@pytest.mark.conformance("IPFIX-4.1-02", "BIFLOW-4-02")
def test_what_is_asked_of_flows_and_of_scopes_alone() -> None:
    report = {"exportedOctetTotalCount": 1, "exportedMessageTotalCount": 2, "exportedFlowRecordTotalCount": 3}
    outside = {"scope": {"meteringProcessId": 1}, "observationDomainId": 0, **report}
    with pytest.raises(EncodeError, match="the scope needs observationDomainId"):
        Exporter("ipfix").export([], NOW, options=[outside])
    undirected = {"scope": {"selectorId": 1}, **REVERSE}
    assert len(Exporter("ipfix").export([], NOW, options=[undirected])) == 1


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
