"""Sampled packets that are wrong, or made to cost much."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from tests.protocols.sflow.messages import OF_THE_SAMPLE
from tests.sflow_builder import datagram, flow_sample, record, sample, sampled_header, u32

MACS = bytes.fromhex("12aabbccddee 56aabbccddee")
SAID_OF_MACS = {"destinationMacAddress": "12:aa:bb:cc:dd:ee", "sourceMacAddress": "56:aa:bb:cc:dd:ee"}
IPV4, IPV6, VLAN, MPLS = b"\x08\0", b"\x86\xdd", b"\x81\0", b"\x88\x47"
UDP = struct.pack("!4H", 1234, 5678, 8, 0)
TCP = struct.pack("!HHIIBBHHH", 1234, 5678, 7, 0, 5 << 4, 0x12, 0, 0, 0)
ETHERNET, RAW_IPV4, RAW_IPV6, LABELLED = 1, 11, 12, 13
FRAME_LENGTH = "layer2OctetDeltaCount"
ADDRESSES = {"sourceIPv4Address": "192.0.2.1", "destinationIPv4Address": "192.0.2.2"}
PORTS = {"sourceTransportPort", "destinationTransportPort"}
SAID_OF_UDP = {"sourceTransportPort": 1234, "destinationTransportPort": 5678}
SAID_OF_TCP = SAID_OF_UDP | {"tcpSequenceNumber": 7, "tcpControlBits": 0x12}
TRANSPORT = PORTS | {"tcpControlBits", "tcpSequenceNumber", "icmpTypeIPv4", "icmpCodeIPv4", "icmpTypeIPv6"}
TRANSPORT |= {"icmpCodeIPv6", "igmpType", "tunnel", "inner"}


QUEUE = record(0, 1036, u32(7))
START = 28 + 8 + 32 + len(QUEUE) + 8 + 16  # where the sampled octets begin


def decode(decoder: Decoder, octets: bytes, protocol: int = ETHERNET) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """The flow, and what problems there are: code, and offset in the sampled octets.  What is beside it is whole."""
    samples = [flow_sample([QUEUE, sampled_header(octets, protocol=protocol)]), flow_sample([QUEUE], source_id=(0, 9))]
    message = decoder.decode(datagram([sample(0, 1, each) for each in samples]), "faults")
    [flow, neighbour] = message["flows"]
    assert flow.pop("extended_egress_queue") == neighbour["extended_egress_queue"] == {"queue": 7}
    assert neighbour["sampler"]["source_index"] == 9
    assert not any("malformed" in problem for problem in message["problems"])
    return flow, [(problem["code"], problem["offset"] - START) for problem in message["problems"]]


def said(flow: dict[str, Any]) -> dict[str, Any]:
    """What the flow says of the packet."""
    return {key: value for key, value in flow.items() if key not in OF_THE_SAMPLE | {"sampled_header", FRAME_LENGTH}}


def ipv4(payload: bytes, protocol: int = 17, *, words: int = 5, total: int | None = None, fragment: int = 0) -> bytes:
    """A header without options, whatever *words* says, and the payload."""
    length = 20 + len(payload) if total is None else total
    fixed = struct.pack("!BBHHHBBH", 4 << 4 | words, 0, length, 1, fragment, 64, protocol, 0)
    return fixed + bytes([192, 0, 2, 1, 192, 0, 2, 2]) + payload


def ipv6(payload: bytes, following: int = 17) -> bytes:
    source, target = (bytes.fromhex("20010db8") + bytes(11) + bytes([end]) for end in (1, 2))
    return struct.pack("!IHBB", 6 << 28, len(payload), following, 64) + source + target + payload


def depth(flow: dict[str, Any]) -> int:
    """How many packets are in one another."""
    return 1 + depth(flow["inner"]) if "inner" in flow else 0


@pytest.mark.fault("HD-01")
@pytest.mark.parametrize("cut", range(15))
def test_cut_ethernet_header(decoder, cut):
    flow, problems = decode(decoder, (MACS + b"\x88\xb5")[:cut])
    ends = {6: "destinationMacAddress", 12: "sourceMacAddress"}
    whole = {key: SAID_OF_MACS[key] for end, key in ends.items() if cut >= end}
    assert said(flow) == whole | ({"truncated": True} if cut < 14 else {"ethernetType": 0x88B5})
    assert (problems, flow["sampled_header"]["header_length"], flow[FRAME_LENGTH]) == ([], cut, cut)


@pytest.mark.fault("HD-02")
def test_a_thousand_tags(make_decoder):
    tags = b"".join(VLAN + (each + 1).to_bytes(2) for each in range(1000))
    for layers in (Limits().packet_layers, 6):  # Ethernet is one of them
        flow, problems = decode(make_decoder(limits=Limits(packet_layers=layers)), MACS + tags + IPV4 + ipv4(UDP))
        found = [{"tpid": 0x8100, "priority": 0, "dei": 0, "vlan": each} for each in range(1, layers)]
        names = {"dot1qVlanId": 1, "dot1qPriority": 0, "dot1qCustomerVlanId": 2}
        assert said(flow) == {**SAID_OF_MACS, **names, "vlan_tags": found}
        assert problems == [("limit", 14 + 4 * (layers - 1))]


@pytest.mark.fault("HD-03")
@pytest.mark.parametrize("left_over", range(4))
def test_labels_without_a_bottom(decoder, left_over):
    stack = b"".join((each << 12 | 5 << 9 | 64).to_bytes(4) for each in range(16, 21))
    flow, problems = decode(decoder, MACS + MPLS + stack + bytes(left_over))
    labels = [{"label": each, "exp": 5, "bottom": 0, "ttl": 64} for each in range(16, 21)]
    assert said(flow) == {**SAID_OF_MACS, "ethernetType": 0x8847, "mpls_labels": labels, "truncated": True}
    assert problems == []


@pytest.mark.fault("HD-04")
@pytest.mark.parametrize("words", range(5))
def test_ipv4_header_of_less_than_itself(decoder, words):
    flow, problems = decode(decoder, MACS + IPV4 + ipv4(UDP, words=words))
    assert problems == [("bad_value", 14)]
    assert (flow["ethernetType"], flow["octetDeltaCount"]) == (0x800, 28)
    assert flow.items() >= ADDRESSES.items()
    assert flow.keys().isdisjoint(TRANSPORT | {"ipv4_options", "truncated"})


@pytest.mark.fault("HD-04")
@pytest.mark.parametrize("more", [0, 1, 39])
def test_ipv4_options_beyond_the_sample(decoder, more):
    """The sample may end anywhere: the header is cut, not wrong."""
    flow, problems = decode(decoder, MACS + IPV4 + ipv4(bytes(more), words=15, total=100))
    assert (problems, flow["truncated"], flow["octetDeltaCount"]) == ([], True, 100)
    assert flow.items() >= ADDRESSES.items()
    assert flow.keys().isdisjoint(TRANSPORT | {"ipv4_options"})


@pytest.mark.fault("HD-05")
@pytest.mark.parametrize(("words", "total"), [(5, 0), (5, 65535), (6, 65535), (5, 19), (6, 20), (6, 23)])
def test_ipv4_total_lengths(decoder, words, total):
    """Total lengths are given as they are; 0 is what offloading to the network card leaves."""
    flow, problems = decode(decoder, MACS + IPV4 + ipv4(bytes(4 * words - 20) + UDP, words=words, total=total))
    assert (problems, flow["octetDeltaCount"], flow["protocolIdentifier"]) == ([], total, 17)
    assert flow.items() >= (ADDRESSES | SAID_OF_UDP).items()
    assert flow.get("ipv4_options") == (None if words == 5 else "00000000")
    assert "truncated" not in flow
    flow, problems = decode(decoder, MACS + IPV4 + ipv4(bytes(4 * words - 20) + UDP, words=words, total=4 * words))
    assert (problems, flow["octetDeltaCount"]) == ([], 4 * words)  # nothing but a header: what is behind it is padding
    assert flow.keys().isdisjoint(TRANSPORT | {"truncated"})


@pytest.mark.fault("HD-06")
@pytest.mark.parametrize("octets", [8, 24])
def test_extension_headers_without_end(make_decoder, octets):
    chain = (bytes([0, octets // 8 - 1]) + bytes(octets - 2)) * 150
    for layers in (Limits().packet_layers, 6):  # IPv6 itself is one of them
        bounded = make_decoder(limits=Limits(packet_layers=layers))
        flow, problems = decode(bounded, ipv6(chain, following=0), RAW_IPV6)
        assert problems == [("limit", 40 + octets * (layers - 1))]
        assert flow["ipv6_extension_headers"] == [0] * (layers - 1)
        assert (flow["sourceIPv6Address"], flow["octetDeltaCount"]) == ("2001:db8::1", 40 + len(chain))
        assert flow.keys().isdisjoint(TRANSPORT | {"truncated", "protocolIdentifier"})  # the chain's end is not known


@pytest.mark.fault("HD-06")
@pytest.mark.parametrize("number", [0, 43, 60, 51])
def test_extension_header_of_the_greatest_length(decoder, number):
    flow, problems = decode(decoder, ipv6(bytes([17, 255]) + bytes(30) + UDP, following=number), RAW_IPV6)
    assert (problems, flow["truncated"], flow["ipVersion"], flow["octetDeltaCount"]) == ([], True, 6, 80)
    assert (flow["sourceIPv6Address"], flow["destinationIPv6Address"]) == ("2001:db8::1", "2001:db8::2")
    assert flow.keys().isdisjoint(TRANSPORT | {"ipv6_extension_headers", "protocolIdentifier"})


@pytest.mark.fault("HD-06")
@pytest.mark.parametrize("headers", range(4))
def test_extension_headers_of_least_length(decoder, headers):
    """A length of 0 is one of 8 octets: each header takes the walk further."""
    chain = b"".join(bytes([0 if left else 17, 0]) + bytes(6) for left in reversed(range(headers)))
    flow, problems = decode(decoder, ipv6(chain + UDP, following=0 if headers else 17), RAW_IPV6)
    assert (problems, flow.get("ipv6_extension_headers", [])) == ([], [0] * headers)
    assert flow.items() >= {**SAID_OF_UDP, "protocolIdentifier": 17}.items()


@pytest.mark.fault("HD-07")
@pytest.mark.parametrize("offset", [0, 4, 15])
def test_tcp_data_offsets(decoder, offset):
    segment = TCP[:12] + bytes([offset << 4]) + TCP[13:]
    for packet, protocol in ((MACS + IPV4 + ipv4(segment, 6), ETHERNET), (ipv6(segment, 6), RAW_IPV6)):
        flow, problems = decode(decoder, packet, protocol)
        assert (problems, "truncated" in flow) == ([], False)
        assert flow.items() >= SAID_OF_TCP.items()


def nested(kind: str, times: int) -> bytes:
    """A packet in *times* tunnels of one kind."""
    packet = ipv4(UDP)
    for _ in range(times):
        if kind == "gre":
            packet = ipv4(bytes(2) + IPV4 + packet, 47)
        elif kind == "vxlan":
            ports = struct.pack("!4H", 50000, 4789, 8 + 8 + 14 + len(packet), 0)
            packet = ipv4(ports + bytes([8, 0, 0, 0, 0, 0, 7, 0]) + MACS + IPV4 + packet, 17)
        else:
            packet = ipv4(packet, 4)
    return packet


@pytest.mark.fault("HD-08")
@pytest.mark.parametrize("kind", ["gre", "vxlan", "ipip"])
def test_a_hundred_tunnels(make_decoder, kind):
    octets = nested(kind, 100)
    taken = (len(octets) - 28) // 100  # by each of them
    for nesting in (1, 2, 3, Limits().nesting):
        bounded = make_decoder(limits=Limits(nesting=nesting))
        flow, problems = decode(bounded, octets, RAW_IPV4)
        inside = 14 if kind == "vxlan" else 0  # the frame in it begins with its own header
        assert (problems, depth(flow)) == ([("limit", taken * (nesting + 1) - inside)], nesting)
        flow, problems = decode(bounded, nested(kind, nesting), RAW_IPV4)
        assert (problems, depth(flow)) == ([], nesting)
        for _ in range(nesting):
            assert flow["tunnel"] == {"kind": kind, "id": 7 if kind == "vxlan" else None}
            flow = flow["inner"]
        assert flow.items() >= (ADDRESSES | SAID_OF_UDP).items()


@pytest.mark.fault("HD-08")
@pytest.mark.parametrize("kind", ["gre", "vxlan", "ipip"])
def test_tunnels_count_as_layers(make_decoder, kind):
    flow, problems = decode(make_decoder(limits=Limits(packet_layers=8, nesting=32)), nested(kind, 100), RAW_IPV4)
    #: IPv4 and GRE; IPv4, UDP, VXLAN and Ethernet; IPv4 alone
    inside, at = {"gre": (4, 4 * 24), "vxlan": (2, 2 * 50), "ipip": (8, 8 * 20)}[kind]
    assert (problems, depth(flow)) == ([("limit", at)], inside)


@pytest.mark.fault("HD-09")
@pytest.mark.parametrize("protocol", [1, 2, 4, 6, 17, 33, 41, 47, 132, 136])
@pytest.mark.parametrize("offset", [1, 185, 8191])
def test_later_fragments_of_ipv4(decoder, protocol, offset):
    flow, problems = decode(decoder, MACS + IPV4 + ipv4(TCP, protocol, fragment=offset))
    assert (problems, flow["protocolIdentifier"], flow["fragmentOffset"]) == ([], protocol, offset)
    assert flow.items() >= ADDRESSES.items()
    assert flow.keys().isdisjoint(TRANSPORT | {"truncated"})


@pytest.mark.fault("HD-09")
@pytest.mark.parametrize("protocol", [4, 6, 17, 33, 41, 47, 58, 60, 132, 136])
@pytest.mark.parametrize("offset", [1, 185, 8191])
def test_later_fragments_of_ipv6(decoder, protocol, offset):
    fragment = struct.pack("!BBHI", protocol, 0, offset << 3 | 1, 99)
    flow, problems = decode(decoder, MACS + IPV6 + ipv6(fragment + TCP, following=44))
    assert (problems, flow["protocolIdentifier"], flow["fragmentOffset"]) == ([], protocol, offset)
    assert flow["ipv6_extension_headers"] == [44]
    assert (flow["fragmentFlags"], flow["fragmentIdentification"]) == (0x20, 99)
    assert flow.keys().isdisjoint(TRANSPORT | {"truncated"})


@pytest.mark.fault("HD-09")
@pytest.mark.parametrize("cut", range(9))
def test_cut_fragment_header(decoder, cut):
    fragment = struct.pack("!BBHI", 17, 0, 185 << 3 | 1, 99)
    flow, problems = decode(decoder, MACS + IPV6 + ipv6(fragment + UDP, following=44)[: 40 + cut])
    keys = ("fragmentOffset", "fragmentFlags", "fragmentIdentification", "truncated")
    whole = (185, 0x20) if cut >= 4 else (None, None)
    rest = (99, None) if cut == 8 else (None, True)
    assert ([flow.get(key) for key in keys], problems) == ([*whole, *rest], [])
    assert flow.get("protocolIdentifier") == (17 if cut else None)


@pytest.mark.fault("HD-10")
@pytest.mark.parametrize("cut", range(12, 23))
def test_cut_snap(decoder, cut):
    octets = MACS + (60).to_bytes(2) + bytes.fromhex("aaaa03 00000c 2000")
    flow, problems = decode(decoder, octets[:cut])
    llc = {"dsap": 0xAA, "ssap": 0xAA, "control": 3}
    whole = dict(list(llc.items())[: max(cut - 14, 0)])
    if cut == 22:  # what SNAP adds is one thing
        whole |= {"oui": 0xC, "protocol": 0x2000}
    assert said(flow) == {
        **SAID_OF_MACS,
        **({"llc": whole} if whole else {}),
        **({"truncated": True} if cut < 22 else {}),
    }
    assert problems == []


@pytest.mark.fault("HD-10")
@pytest.mark.parametrize("length", [0, 3, 38, 1500])
def test_lengths_in_place_of_types(decoder, length):
    flow, problems = decode(decoder, MACS + length.to_bytes(2) + bytes.fromhex("424203") + bytes(35))
    llc = {"llc": {"dsap": 0x42, "ssap": 0x42, "control": 3}}
    assert (problems, said(flow)) == ([], {**SAID_OF_MACS, **(llc if length else {})})
