"""The recordings of the office: two exporters, the same traffic, and what tshark counts in what they say of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .capture_reader import read_datagrams
from .conftest import RECORDINGS

OFFICE = RECORDINGS / "office"
COUNTED = json.loads((OFFICE / "tshark.json").read_text())
SAMPLING = {"ipfix": 4, "sflow": 64}  # one packet in so many: network.py
LOUD = {"ben": "12", "video": "30", "web": "80"}  # the last part of their addresses; samples of the others say little
FRAMING = 14  # octets of Ethernet around a packet that the interfaces count
SECONDS = range(220, 270)  # the recordings' length

Message = dict[str, Any]


@pytest.fixture
def messages(make_decoder):
    """The messages of a recording by its name, all of them without problems."""

    def read(name: str) -> list[Message]:
        decoder = make_decoder(resolve=True)
        messages = [decoder.decode(datagram, name) for datagram in read_datagrams(OFFICE / f"{name}.pcap")]
        assert not any(message["problems"] or message["late"] for message in messages)
        quirks = {quirk for message in messages for quirk in message["quirks"]}
        assert quirks == ({"sequence_after_records"} if name == "ipfix" else set())
        assert [(row["lost"], row["gaps"]) for row in decoder.statistics()] == [(0, 0)]
        return messages

    return read


def sums(messages: list[Message], key: str, *values: str) -> dict[str, list[int]]:
    """Flows, and the sums of their values, by what they have under a key."""
    counts: dict[str, list[int]] = {}
    for message in messages:
        for flow in message["flows"]:
            before = counts.get(str(flow[key]), [0] * (1 + len(values)))
            counts[str(flow[key])] = [
                a + b for a, b in zip(before, (1, *(flow[value] for value in values)), strict=True)
            ]
    return counts


def test_flows_are_those_that_tshark_counts(messages):
    assert sums(messages("ipfix"), "protocolIdentifier", "packetDeltaCount", "octetDeltaCount") == COUNTED["ipfix"]


def test_samples_are_those_that_tshark_counts(messages):
    assert sums(messages("sflow"), "sourceMacAddress", "layer2OctetDeltaCount") == COUNTED["sflow"]


@pytest.mark.parametrize("name", SAMPLING)
def test_every_flow_knows_its_sampling(messages, name):
    assert {flow["samplingInterval"] for message in messages(name) for flow in message["flows"]} == {SAMPLING[name]}


def test_both_exporters_tell_of_the_same_traffic(messages):
    """Octets by host, from samples, against those that the switch's interfaces counted from first to last."""
    counted: dict[str, list[int]] = {}
    for message in messages("sflow"):
        for sample in message["counters"]:
            if "port_name" in sample:  # else of the whole switch
                counters = sample["if_counters"]
                packets = counters["if_in_ucast_pkts"] + counters["if_in_multicast_pkts"]
                octets = counters["if_in_octets"] - packets * FRAMING
                counted.setdefault(sample["port_name"]["name"], []).append(octets)
    truth = {host: counted[name][-1] - counted[name][0] for name, host in LOUD.items()}
    for name, interval in SAMPLING.items():
        estimates = dict.fromkeys(LOUD.values(), 0)
        for message in messages(name):
            for flow in message["flows"]:
                address = flow.get("sourceIPv4Address") or flow.get("sourceIPv6Address", "")  # ARP has neither
                host = re.split("[.:]", address)[-1]
                if host in estimates:
                    estimates[host] += flow["octetDeltaCount"] * interval
        assert estimates == pytest.approx(truth, rel=0.08)


def test_flow_times_are_within_the_recording(messages):
    flows = [flow for message in messages("ipfix") for flow in message["flows"]]
    first = min(flow["flowStartMilliseconds"] for flow in flows)
    last = max(flow["flowEndMilliseconds"] for flow in flows)
    assert (last - first) // 1000 in SECONDS
