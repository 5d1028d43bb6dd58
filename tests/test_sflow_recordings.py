"""The sFlow recordings: every field is what tshark reads there, and the sampled packets are the true traffic."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from netflowparse import Decoder

from .capture_reader import read_datagrams
from .conftest import RECORDINGS
from .plain import assert_plain
from .sflow_oracle import Record
from .test_sflow_captures import Comparison, Told

NAMES = ["openvswitch-sflow", "pmacctd-sflow"]
EVERY_PACKET, ONE_IN_TWO = NAMES
SAMPLES = {EVERY_PACKET: (146, 5), ONE_IN_TWO: (70, 0)}  # of flows, of counters
TRUTH = json.loads((RECORDINGS / "truth.json").read_text())
FRAMING, TAG = 18, 4  # octets of Ethernet around the IP packet, frame check sequence included; of a VLAN tag

Key = tuple[str, str, int, int, int, int, int]  # addresses, ports, protocol, ICMP type * 256 + code, VLAN

#: tshark's field of a sampled packet -> our key; of two for one key the later one counts
PACKET_KEYS = {
    "eth.dst": "destinationMacAddress",
    "eth.src": "sourceMacAddress",
    "eth.type": "ethernetType",
    "vlan.id": "dot1qVlanId",
    "vlan.priority": "dot1qPriority",
    "vlan.etype": "ethernetType",
    "ip.version": "ipVersion",
    "ip.dsfield": "ipClassOfService",
    "ip.len": "octetDeltaCount",
    "ip.id": "fragmentIdentification",
    "ip.flags": "fragmentFlags",  # without any in the recordings
    "ip.frag_offset": "fragmentOffset",
    "ip.ttl": "ipTTL",
    "ip.proto": "protocolIdentifier",
    "ip.src": "sourceIPv4Address",
    "ip.dst": "destinationIPv4Address",
    "ipv6.version": "ipVersion",
    "ipv6.tclass": "ipClassOfService",
    "ipv6.flow": "flowLabelIPv6",
    "ipv6.plen": "octetDeltaCount",
    "ipv6.nxt": "protocolIdentifier",
    "ipv6.hlim": "ipTTL",
    "ipv6.src": "sourceIPv6Address",
    "ipv6.dst": "destinationIPv6Address",
    "tcp.srcport": "sourceTransportPort",
    "tcp.dstport": "destinationTransportPort",
    "tcp.seq_raw": "tcpSequenceNumber",
    "tcp.flags": "tcpControlBits",
    "udp.srcport": "sourceTransportPort",
    "udp.dstport": "destinationTransportPort",
    "icmp.type": "icmpTypeIPv4",
    "icmp.code": "icmpCodeIPv4",
    "icmpv6.type": "icmpTypeIPv6",
    "icmpv6.code": "icmpCodeIPv6",
}


@cache
def octets(name: str) -> list[bytes]:
    return read_datagrams(RECORDINGS / f"{name}.pcap")


@cache
def messages(name: str, compiled: bool) -> list[Record]:
    """The messages of one recording; nobody changes them."""
    decoder = Decoder(compiled=compiled)
    return [decoder.decode(datagram, "127.0.0.1") for datagram in octets(name)]


def flows(name: str, compiled: bool) -> list[Record]:
    return [flow for message in messages(name, compiled) for flow in message["flows"]]


@cache
def reference(name: str) -> list[Record]:
    return json.loads((RECORDINGS / f"{name}.tshark.json").read_text())


def told(sample: Record) -> Told:
    """A sample of a reference as the comparison has it."""
    records = [(record["format"], [(*pair,) for pair in record["fields"]]) for record in sample["records"]]
    return sample["format"], [(*pair,) for pair in sample["fields"]], records


def compare(name: str, compiled: bool) -> Comparison:
    """Compare the whole recording with tshark's reading of it, sampled packets included."""
    comparison = Comparison(name)
    for message, datagram, expected in zip(messages(name, compiled), octets(name), reference(name), strict=True):
        samples = expected["samples"]
        comparison.datagram(message, datagram, expected["header"], [told(sample) for sample in samples])
        records = [record for sample in samples for record in sample["records"] if "packet" in record]
        for flow, record in zip(message["flows"], records, strict=True):
            packet = packet_of_tshark(record["packet"])
            ours = {key: value for key, value in flow.items() if key in PACKET_KEYS.values() or key in packet}
            before = comparison.fields
            comparison.equal(ours, packet, "packet")
            comparison.by_tshark += comparison.fields - before
    return comparison


def packet_of_tshark(fields: list[tuple[str, Any]]) -> Record:
    """The keys that a flow must have for a packet that tshark shows so."""
    says: Record = {}
    for index, (name, value) in enumerate(fields):
        if name == "gre.flags_and_version":  # no key
            return says | {"tunnel": {"kind": "gre", "id": None}, "inner": packet_of_tshark(fields[index + 2 :])}
        if name == "vlan.dei":
            tag = {"tpid": says["ethernetType"], "priority": says["dot1qPriority"], "dei": value}
            says["vlan_tags"] = [tag | {"vlan": dict(fields)["vlan.id"]}]
        else:
            says[PACKET_KEYS[name]] = value + 40 if name == "ipv6.plen" else value
    return says


def key_of(flow: Record) -> Key:
    version = flow["ipVersion"]
    ports = flow.get("sourceTransportPort", 0), flow.get("destinationTransportPort", 0)
    message = flow.get(f"icmpTypeIPv{version}", 0) * 256 + flow.get(f"icmpCodeIPv{version}", 0)
    addresses = flow[f"sourceIPv{version}Address"], flow[f"destinationIPv{version}Address"]
    return *addresses, *ports, flow["protocolIdentifier"], message, flow.get("dot1qVlanId", 0)


def true_flows() -> dict[Key, Record]:
    return {
        tuple(flow[name] for name in ("src", "dst", "sport", "dport", "protocol", "icmp", "vlan")): flow
        for flow in TRUTH
    }


@pytest.mark.parametrize("name", NAMES)
def test_no_problems(name, compiled):
    for message in messages(name, compiled):
        assert (message["protocol"], message["problems"], message["quirks"], message["late"]) == ("sflow5", [], [], [])
        assert "unknown_samples" not in message
        assert message["templates"] == []
        assert_plain(message)
    counters = sum(len(message["counters"]) for message in messages(name, compiled))
    assert (len(flows(name, compiled)), counters) == SAMPLES[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_what_tshark_reads(name, compiled):
    comparison = compare(name, compiled)
    assert comparison.unexplained == []
    assert comparison.by_tshark > 1500


def test_summary(compiled, capsys):
    comparisons = [compare(name, compiled) for name in NAMES]
    fields, by_tshark = sum(each.fields for each in comparisons), sum(each.by_tshark for each in comparisons)
    explained = sum((each.explained for each in comparisons), Counter())
    with capsys.disabled():
        counts = f"{fields} fields compared, {by_tshark} with tshark's, {explained.total()} explained, 0 unexplained"
        print(f"\n{len(NAMES)} sFlow recordings, {counts}")
    assert (set(explained), sum(len(each.unexplained) for each in comparisons)) == (set(), 0)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_was_lost_on_the_way(name, compiled):
    """Datagrams and samples of a source count up by 1, and the pool by what passed since the sample before."""
    assert {message["sequence"]["event"] for message in messages(name, compiled)[1:]} == {"in_order"}
    samples = flows(name, compiled)
    first = samples[0]["sampler"]
    for number, (before, flow) in enumerate(pairwise(samples), 1):
        now, then = flow["sampler"], before["sampler"]
        assert flow["continuity"] == {
            "expected": now["sequence_number"],
            "missing": 0,
            "event": "in_order",
            "sample_pool_delta": now["sample_pool"] - then["sample_pool"],
            "drops_delta": 0,
            "effective_rate": (now["sample_pool"] - first["sample_pool"]) / number,
        }
    counters = [sample for message in messages(name, compiled) for sample in message["counters"]]
    assert [sample["sequence_number"] for sample in counters] == list(range(1, len(counters) + 1))


def test_samples_of_every_packet_are_the_true_traffic(compiled):
    seen: dict[Key, list[int]] = {}
    for flow in flows(EVERY_PACKET, compiled):
        counts = seen.setdefault(key_of(flow), [0, 0, 0])
        counts[0] += flow["packetDeltaCount"] * flow["samplingInterval"]
        counts[1] += flow["octetDeltaCount"] * flow["samplingInterval"]
        counts[2] |= flow.get("tcpControlBits", 0)
    assert seen == {key: [flow["packets"], flow["octets"], flow["tcp_flags"]] for key, flow in true_flows().items()}


def test_sampled_packets_are_of_true_flows(compiled):
    truth, seen = true_flows(), Counter()
    for flow in flows(ONE_IN_TWO, compiled):
        key = key_of(flow)
        seen[key] += 1
        assert seen[key] <= truth[key]["packets"]
        assert flow["octetDeltaCount"] <= truth[key]["octets"]
        assert flow.get("tcpControlBits", 0) | truth[key]["tcp_flags"] == truth[key]["tcp_flags"]
        assert flow["samplingInterval"] == 2
    pool = flows(ONE_IN_TWO, compiled)[-1]["sampler"]["sample_pool"]
    assert seen.total() < pool <= sum(flow["packets"] for flow in TRUTH)


@pytest.mark.parametrize("name", NAMES)
def test_frames_are_as_long_as_they_were_sent(name, compiled):
    for flow in flows(name, compiled):
        truth, tag = true_flows()[key_of(flow)], TAG * ("dot1qVlanId" in flow)
        assert flow["layer2OctetDeltaCount"] == flow["octetDeltaCount"] + FRAMING + tag
        assert flow["sampled_header"]["header_length"] == min(128, flow["octetDeltaCount"] + FRAMING - 4 + tag)
        assert (flow["ipClassOfService"], flow.get("dot1qVlanId", 0)) == (truth["tos"], truth["vlan"])
