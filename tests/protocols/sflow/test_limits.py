"""Bounds of work and output for one sFlow datagram: met, reported, no more; and cost that grows as the octets do."""

import gc
import json
import sys

import pytest

from netflowparse import Decoder, Limits
from tests.message_builder import VARIABLE, ipfix_message, set_of, template, variable
from tests.protocols.messages import codes, learn10
from tests.sflow_builder import (
    counted,
    counters_sample,
    datagram,
    flow_sample,
    one_counters,
    one_flow,
    record,
    sample,
    sampled_header,
    string,
    u32,
    words,
)

LARGEST = 65507  # octets of a datagram over UDP and IPv4
MACS = bytes.fromhex("020000000002 020000000001")
UDP = bytes.fromhex("c350 0035 0008 0000")
IPV4 = bytes.fromhex("4500001c 00010000 40110000 c0000201 c6336401") + UDP
QUEUE = record(0, 1036, u32(7))


def tags(count):
    """A frame of so many VLAN tags, and IPv4."""
    return MACS + b"".join(b"\x81\0" + (each % 4096).to_bytes(2, "big") for each in range(count)) + b"\x08\0" + IPV4


def labels(count):
    """A frame of so many labels, and IPv4."""
    stack = b"".join((each << 12 | (each == count - 1) << 8 | 64).to_bytes(4, "big") for each in range(count))
    return MACS + b"\x88\x47" + stack + IPV4


def in_tunnels(count):
    """IPv4 in so many headers of IPv4."""
    packet = IPV4
    for _ in range(count):
        packet = (
            b"\x45\0"
            + (len(packet) + 20).to_bytes(2, "big")
            + bytes.fromhex("0001000040040000c0000201c6336401")
            + packet
        )
    return packet


def depth(flow):
    """Packets inside one another."""
    return 1 + depth(flow["inner"]) if "inner" in flow else 0


@pytest.mark.fault("HD-02")
@pytest.mark.parametrize("most", [1, 2, 3, 10, 64])
@pytest.mark.parametrize(("make", "key"), [(tags, "vlan_tags"), (labels, "mpls_labels")])
def test_headers_of_a_packet(make_decoder, most, make, key):
    """As many as allowed are told; then the packet ends, with one problem that says where."""
    decoder = make_decoder(limits=Limits(packet_layers=most))
    octets = make(100)
    message = decoder.decode(one_flow(sampled_header(octets), QUEUE), "r1")
    (flow,), (problem,) = message["flows"], message["problems"]
    assert (problem["code"], problem["limit"]) == ("limit", "packet_layers")
    assert "malformed" not in problem
    assert len(flow.get(key, [])) == max(most - (1 if key == "vlan_tags" else 2), 0)  # Ethernet counts, and MPLS itself
    assert flow.keys().isdisjoint({"ipVersion", "truncated"})
    assert flow["extended_egress_queue"] == {"queue": 7}
    start = len(datagram([])) + 8 + 32 + 8 + 16
    assert problem["offset"] == start + 14 + 4 * len(flow.get(key, []))
    assert problem["offset"] + problem["length"] == start + len(octets)


@pytest.mark.parametrize("count", range(1, 8))
def test_a_packet_of_as_many_headers_as_allowed_is_whole(make_decoder, count):
    """Ethernet, tags, IPv4 and UDP, one by one."""
    for most, whole in ((count + 3, True), (count + 2, False)):
        decoder = make_decoder(limits=Limits(packet_layers=most))
        message = decoder.decode(one_flow(sampled_header(tags(count))), "r1")
        if whole:
            assert message["flows"][0]["destinationTransportPort"] == 53
            assert message["problems"] == []
        else:
            assert "destinationTransportPort" not in message["flows"][0]
            assert codes(message) == ["limit"]


@pytest.mark.fault("RS-24")
@pytest.mark.parametrize("most", [1, 2, 8, 20])
def test_tunnels_in_tunnels(make_decoder, most):
    decoder = make_decoder(limits=Limits(nesting=most))
    for count in (most, most + 1, 50):
        message = decoder.decode(one_flow(sampled_header(in_tunnels(count), protocol=11)), "r1")
        (flow,) = message["flows"]
        assert depth(flow) == min(count, most)
        if count > most:
            (problem,) = message["problems"]
            assert (problem["code"], problem["limit"]) == ("limit", "nesting")
        else:
            assert message["problems"] == []
            assert "sourceTransportPort" in json.dumps(flow)


@pytest.mark.fault("RS-24")
@pytest.mark.parametrize("most", [1, 2, 8, 20])
def test_records_in_records(make_decoder, most):
    decoder = make_decoder(limits=Limits(nesting=most))
    for count in (most, most + 1, 50):
        nested = QUEUE
        for _ in range(count):
            nested = record(0, 1016, counted([counted([nested])]))
        message = decoder.decode(one_flow(nested, QUEUE), "r1")
        (flow,), levels = message["flows"], 0
        assert flow["extended_egress_queue"] == {"queue": 7}
        while "pdus" in flow.get("extended_80211_aggregation", {}):
            (pdu,) = flow["extended_80211_aggregation"]["pdus"]
            flow, levels = pdu["flow_records"], levels + 1
        assert levels == min(count, most)
        if count > most:
            (problem,) = message["problems"]
            assert (problem["code"], problem["limit"]) == ("limit", "nesting")
            assert flow["extended_80211_aggregation"].keys() == {"undecoded"}
        else:
            assert (message["problems"], flow["extended_egress_queue"]) == ([], {"queue": 7})


def test_tunnels_and_records_are_counted_apart(make_decoder):
    decoder = make_decoder(limits=Limits(nesting=2))
    nested = sampled_header(in_tunnels(2), protocol=11)
    for _ in range(2):
        nested = record(0, 1016, counted([counted([nested])]))
    assert decoder.decode(one_flow(nested), "r1")["problems"] == []


@pytest.mark.fault("RS-18")
def test_sources_that_are_too_many_are_forgotten(make_decoder):
    decoder = make_decoder(limits=Limits(sample_sources_per_exporter=3))
    for round_of_numbers in range(2):
        samples = [
            sample(0, 1, flow_sample([], sequence_number=round_of_numbers, source_id=(0, index))) for index in range(9)
        ]
        message = decoder.decode(datagram(samples, sequence_number=round_of_numbers), "r1")
        assert [flow["continuity"]["event"] for flow in message["flows"]] == ["first"] * 9
        assert message["problems"] == []
    again = sample(0, 1, flow_sample([], sequence_number=2, source_id=(0, 8)))
    message = decoder.decode(datagram([again], sequence_number=2), "r1")
    assert message["flows"][0]["continuity"]["event"] == "in_order"


# Cost: calls of functions, Python's and C's, while one datagram is decoded.

MOST_CALLS = 40  # for each octet; honest datagrams take less than one
MOST_TEXT = 60  # characters of JSON for each octet


def filled(octets, unit):
    """*unit* so often that it takes *octets*."""
    return unit * (octets // len(unit))


def as_packet(make):
    """A datagram of one packet."""
    return lambda octets: one_flow(sampled_header(make(octets // 4)))


def repeated_samples(one):
    return lambda octets: datagram([one] * (octets // len(one)))


def repeated_records(one):
    return lambda octets: one_flow(*[one] * (octets // len(one)))


def nested_records(octets):
    nested = record(0, 1016, u32(0))
    while len(nested) < octets:
        nested = record(0, 1016, counted([counted([nested])]))
    return one_flow(nested)


def wide_aggregation(octets):
    return one_flow(record(0, 1016, u32(octets // 4) + bytes(octets)))


def aggregations_with_huge_counts(octets):
    """Each counts more than there can be, in each other as far as is read."""
    inside = filled(octets, record(0, 1016, u32(2**32 - 1)))
    for _ in range(7):
        inside = record(0, 1016, words(2**32 - 1, 2**32 - 1) + inside)
    return one_flow(inside)


def packets_in_tunnels(octets):
    one = sampled_header(in_tunnels(12), protocol=11)
    return datagram([sample(0, 1, flow_sample([one]))] * (octets // (len(one) + 40)))


HOSTILE = {
    "empty samples": repeated_samples(sample(0, 1, b"")),
    "empty counters samples": repeated_samples(sample(0, 2, b"")),
    "empty unknown samples": repeated_samples(sample(0, 6, b"")),
    "empty vendor samples": repeated_samples(sample(4300, 1003, b"")),
    "samples without records": repeated_samples(sample(0, 1, flow_sample([]))),
    "samples with huge counts": repeated_samples(sample(0, 2, counters_sample([], count=2**32 - 1))),
    "samples of new sources": lambda octets: datagram(
        [sample(0, 1, flow_sample([], source_id=(0, index))) for index in range(octets // 40)]
    ),
    "empty unknown records": repeated_records(record(0, 999, b"")),
    "empty known records": repeated_records(record(0, 1036, b"")),
    "empty records with fields": repeated_records(record(0, 1003, b"")),
    "the same record": repeated_records(record(0, 1036, u32(7))),
    "packets without octets": repeated_records(sampled_header(b"")),
    "packets of one octet": repeated_samples(sample(0, 1, flow_sample([sampled_header(b"\x45", protocol=11)]))),
    "VLAN tags": as_packet(tags),
    "labels": as_packet(labels),
    "frames of VLAN tags": repeated_samples(sample(0, 1, flow_sample([sampled_header(tags(70))]))),
    "packets in tunnels": packets_in_tunnels,
    "counts of 2^32-1": lambda octets: datagram([b"\xff" * octets], count=2**32 - 1),
    "paths with huge counts": repeated_records(record(0, 1003, words(0, 1, 2, 3, 2**32 - 1, 0, 0, 0))),
    "lists of zeros": lambda octets: one_flow(record(0, 1003, words(0, 1, 2, 3, octets // 8) + bytes(octets))),
    "lists of lists": lambda octets: one_counters(record(0, 2001, u32(octets // 8) + bytes(octets))),
    "adapters with huge counts": lambda octets: one_counters(
        *[record(0, 2001, words(2**32 - 1, 1, 2**32 - 1))] * (octets // 20)
    ),
    "nested aggregations": nested_records,
    "frames without records": wide_aggregation,
    "aggregations with huge counts": aggregations_with_huge_counts,
    "ill-formed strings": repeated_records(record(0, 1041, string(b"\xff") * 2)),
    "one ill-formed string": lambda octets: one_flow(record(0, 1038, string(b"\xff" * octets))),
    "loads that are no numbers": lambda octets: one_counters(*[record(0, 2003, b"\xff" * 68)] * (octets // 76)),
    "values of a real-time flow": lambda octets: datagram(
        [sample(4300, 1003, string("") * 2 + words(1, 1) + filled(octets, words(4, 7)))]
    ),
    "odd values of a real-time flow": lambda octets: datagram(
        [sample(4300, 1003, string("") * 2 + words(1, 1) + filled(octets, words(6, 0x7FC00000)))]
    ),
    "a real-time flow that fails at its end": lambda octets: datagram(
        [sample(4300, 1003, string("") * 2 + words(1, 1) + filled(octets, words(4, 7)) + u32(99))]
    ),
}


def calls_of(decoder, octets):
    """How many functions are called, and how much JSON the message is."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    gc.disable()  # finalizers are calls too, and not the datagram's
    sys.setprofile(note)
    try:
        message = decoder.decode(octets, "r1")
    finally:
        sys.setprofile(None)
        gc.enable()
    assert len(message["problems"]) <= Limits().problems + 1
    return count, len(json.dumps(message))


@pytest.mark.fault("SF-08", "SF-17", "SF-32", "SF-41", "SF-46", "SF-56", "SF-57", "RS-15")
@pytest.mark.parametrize("name", HOSTILE)
def test_cost_grows_as_the_octets_do(make_decoder, compiled, name):
    """Twice the octets, not more than twice the calls; and never many for one octet."""
    make, largest = HOSTILE[name], LARGEST // 3 if compiled else LARGEST // 8
    counts = []
    for share in (4, 2, 1):
        octets = make(largest // share - 100)
        assert largest // share * 0.8 < len(octets) <= LARGEST
        calls, text = calls_of(make_decoder(), octets)
        assert calls <= MOST_CALLS * len(octets) + 60_000  # what a decoder's first datagram takes
        assert text <= MOST_TEXT * len(octets)
        counts.append(calls)
    quarter, half, whole = counts
    assert whole - half <= 2.3 * (half - quarter) + 2_000


@pytest.mark.parametrize("section", [313, 314, 315, 104])
def test_cost_of_sections(section):
    """Packets in IPFIX records, cut after one octet."""
    decoder = Decoder(packet_sections=True)
    learn10(decoder, template(256, [(section, VARIABLE), (4, 1)]))
    counts = []
    for records in (1_000, 2_000, 4_000):
        octets = ipfix_message(set_of(256, (variable(b"\x45") + b"\x06") * records))
        calls, text = calls_of(decoder, octets)
        assert calls <= 4 * MOST_CALLS * len(octets)
        assert text <= MOST_TEXT * len(octets)
        counts.append(calls)
    assert counts[2] - counts[1] <= 2.3 * (counts[1] - counts[0])
