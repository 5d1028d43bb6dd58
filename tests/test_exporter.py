"""Exporters: which datagrams come of flows, options and samples, how they are numbered, and by which clock."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, EncodeError, Exporter
from tests.exported import DATA, DEFINITION, FLOW, NOW, RECORD, TEMPLATE, said

ETHERNET_COUNTERS = (
    "alignment_errors fcs_errors single_collision_frames multiple_collision_frames sqe_test_errors "
    "deferred_transmissions late_collisions excessive_collisions internal_mac_transmit_errors carrier_sense_errors "
    "frame_too_longs internal_mac_receive_errors symbol_errors"
)


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


def test_nothing_to_say() -> None:
    assert Exporter("ipfix", templates=[TEMPLATE]).export([], NOW) == []
    assert Exporter("netflow5").export([], NOW) == []
    assert Exporter("ipfix").refresh(NOW) == []


@pytest.mark.parametrize("protocol", ["netflow5", "netflow9", "ipfix", "sflow5"])
def test_numbers_turn_over(protocol: Any, decoder: Decoder) -> None:
    exporter = Exporter(protocol)
    exporter._session.sequence = 2**32 - 1
    flow = {**{key: FLOW[key] for key in list(FLOW)[:5]}, **({"samplingInterval": 1} if protocol == "sflow5" else {})}
    datagrams = exporter.export([flow], NOW) + exporter.export([flow], NOW)
    messages = said(decoder, datagrams)
    assert [message["header"]["sequenceNumber"] for message in messages] == [2**32 - 1, 0]
    assert [message["sequence"]["event"] for message in messages] == ["first", "in_order"]


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
