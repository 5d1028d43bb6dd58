"""Sampled packets that are wrong, or made to cost much."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from tests.sflow_builder import one_flow, sampled_header

MACS = bytes.fromhex("12aabbccddee 56aabbccddee")
SAID_OF_MACS = {"destinationMacAddress": "12:aa:bb:cc:dd:ee", "sourceMacAddress": "56:aa:bb:cc:dd:ee"}
IPV4, IPV6, VLAN, MPLS = b"\x08\0", b"\x86\xdd", b"\x81\0", b"\x88\x47"
UDP = struct.pack("!4H", 1234, 5678, 8, 0)
TCP = struct.pack("!HHIIBBHHH", 1234, 5678, 7, 0, 5 << 4, 0x12, 0, 0, 0)
ETHERNET, RAW_IPV4, RAW_IPV6, LABELLED = 1, 11, 12, 13
PORTS = {"sourceTransportPort", "destinationTransportPort"}
TRANSPORT = PORTS | {"tcpControlBits", "tcpSequenceNumber", "icmpTypeIPv4", "icmpCodeIPv4", "icmpTypeIPv6"}
TRANSPORT |= {"icmpCodeIPv6", "igmpType", "tunnel", "inner"}


def decode(decoder: Decoder, octets: bytes, protocol: int = ETHERNET) -> tuple[dict[str, Any], list[str]]:
    """The flow, and the codes of the problems."""
    message = decoder.decode(one_flow(sampled_header(octets, protocol=protocol)), "faults")
    [flow] = message["flows"]
    return flow, [problem["code"] for problem in message["problems"]]


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
    flow, codes = decode(decoder, (MACS + b"\x88\xb5")[:cut])
    assert codes == []
    assert flow.get("destinationMacAddress") == (SAID_OF_MACS["destinationMacAddress"] if cut >= 6 else None)
    assert flow.get("sourceMacAddress") == (SAID_OF_MACS["sourceMacAddress"] if cut >= 12 else None)
    assert flow.get("ethernetType") == (0x88B5 if cut == 14 else None)
    assert flow.get("truncated") == (True if cut < 14 else None)
    assert flow["sampled_header"]["header_length"] == cut


@pytest.mark.fault("HD-02")
def test_a_thousand_tags(make_decoder):
    tags = b"".join(VLAN + (each + 1).to_bytes(2) for each in range(1000))
    flow, codes = decode(make_decoder(), MACS + tags + IPV4 + ipv4(UDP))
    assert codes == ["limit"]
    found = flow["vlan_tags"]
    assert 0 < len(found) <= Limits().packet_layers
    assert found == [{"tpid": 0x8100, "priority": 0, "dei": 0, "vlan": each + 1} for each in range(len(found))]
    assert (flow["dot1qVlanId"], flow["dot1qCustomerVlanId"]) == (1, 2)
    assert flow.keys().isdisjoint({"ethernetType", "ipVersion"})
    fewer, codes = decode(make_decoder(limits=Limits(packet_layers=6)), MACS + tags + IPV4 + ipv4(UDP))
    assert (codes, fewer["vlan_tags"]) == (["limit"], found[: len(fewer["vlan_tags"])])
    assert 4 <= len(fewer["vlan_tags"]) <= 6


@pytest.mark.fault("HD-03")
@pytest.mark.parametrize("left_over", range(4))
def test_labels_without_a_bottom(decoder, left_over):
    stack = b"".join((each << 12 | 5 << 9 | 64).to_bytes(4) for each in range(16, 21))
    flow, codes = decode(decoder, MACS + MPLS + stack + bytes(left_over))
    assert (codes, flow["truncated"], flow["ethernetType"]) == ([], True, 0x8847)
    assert flow["mpls_labels"] == [{"label": each, "exp": 5, "bottom": 0, "ttl": 64} for each in range(16, 21)]


@pytest.mark.fault("HD-04")
@pytest.mark.parametrize("words", range(5))
def test_ipv4_header_of_less_than_itself(decoder, words):
    flow, codes = decode(decoder, MACS + IPV4 + ipv4(UDP, words=words))
    assert codes == ["bad_value"]
    assert (flow["ethernetType"], "ipv4_options" in flow) == (0x800, False)
    assert flow.keys().isdisjoint(TRANSPORT)


@pytest.mark.fault("HD-04")
@pytest.mark.parametrize("more", [0, 1, 39])
def test_ipv4_options_beyond_the_sample(decoder, more):
    """The sample may end anywhere: the header is cut, not wrong."""
    flow, codes = decode(decoder, MACS + IPV4 + ipv4(bytes(more), words=15, total=100))
    assert (codes, flow["truncated"], flow["octetDeltaCount"]) == ([], True, 100)
    assert (flow["sourceIPv4Address"], flow["destinationIPv4Address"]) == ("192.0.2.1", "192.0.2.2")
    assert flow.keys().isdisjoint(TRANSPORT | {"ipv4_options"})


@pytest.mark.fault("HD-05")
@pytest.mark.parametrize(("words", "total"), [(5, 0), (5, 65535), (5, 19), (6, 20), (6, 23)])
def test_ipv4_total_lengths(decoder, words, total):
    """Total lengths are given as they are; 0 is what offloading to the network card leaves."""
    flow, codes = decode(decoder, MACS + IPV4 + ipv4(bytes(4 * words - 20) + UDP, words=words, total=total))
    assert (codes, flow["octetDeltaCount"], flow["protocolIdentifier"]) == ([], total, 17)
    assert (flow["sourceIPv4Address"], flow["destinationIPv4Address"]) == ("192.0.2.1", "192.0.2.2")
    if total in (0, 65535):
        assert (flow["sourceTransportPort"], flow["destinationTransportPort"]) == (1234, 5678)
        assert "truncated" not in flow


@pytest.mark.fault("HD-06")
@pytest.mark.parametrize("octets", [8, 24])
def test_extension_headers_without_end(make_decoder, octets):
    chain = (bytes([0, octets // 8 - 1]) + bytes(octets - 2)) * 150
    flow, codes = decode(make_decoder(), ipv6(chain, following=0), RAW_IPV6)
    assert codes == ["limit"]
    assert flow["ipv6_extension_headers"] == [0] * len(flow["ipv6_extension_headers"])
    assert 0 < len(flow["ipv6_extension_headers"]) <= Limits().packet_layers
    assert flow.keys().isdisjoint(TRANSPORT)
    few, codes = decode(make_decoder(limits=Limits(packet_layers=6)), ipv6(chain, following=0), RAW_IPV6)
    assert (codes, 4 <= len(few["ipv6_extension_headers"]) <= 6) == (["limit"], True)


@pytest.mark.fault("HD-06")
@pytest.mark.parametrize("number", [0, 43, 60, 51])
def test_extension_header_of_the_greatest_length(decoder, number):
    flow, codes = decode(decoder, ipv6(bytes([17, 255]) + bytes(30) + UDP, following=number), RAW_IPV6)
    assert (codes, flow["truncated"], flow["ipVersion"]) == ([], True, 6)
    assert flow["sourceIPv6Address"] == "2001:db8::1"
    assert flow.keys().isdisjoint(TRANSPORT)


@pytest.mark.fault("HD-06")
@pytest.mark.parametrize("headers", range(4))
def test_extension_headers_of_least_length(decoder, headers):
    """A length of 0 is one of 8 octets: each header takes the walk further."""
    chain = b"".join(bytes([0 if left else 17, 0]) + bytes(6) for left in reversed(range(headers)))
    flow, codes = decode(decoder, ipv6(chain + UDP, following=0 if headers else 17), RAW_IPV6)
    assert (codes, flow.get("ipv6_extension_headers", [])) == ([], [0] * headers)
    assert (flow["protocolIdentifier"], flow["sourceTransportPort"]) == (17, 1234)


@pytest.mark.fault("HD-07")
@pytest.mark.parametrize("offset", [0, 4, 15])
def test_tcp_data_offsets(decoder, offset):
    segment = TCP[:12] + bytes([offset << 4]) + TCP[13:]
    flow, codes = decode(decoder, MACS + IPV4 + ipv4(segment, 6))
    assert codes == []
    found = [flow[key] for key in ("sourceTransportPort", "destinationTransportPort", "tcpSequenceNumber")]
    assert (found, flow["tcpControlBits"]) == ([1234, 5678, 7], 0x12)


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
    flow, codes = decode(make_decoder(), octets, RAW_IPV4)
    assert codes == ["limit"]
    assert 0 < depth(flow) <= Limits().nesting
    for nesting in (1, 2, 3):
        bounded = make_decoder(limits=Limits(nesting=nesting))
        flow, codes = decode(bounded, octets, RAW_IPV4)
        assert (codes, depth(flow)) == (["limit"], nesting)
        flow, codes = decode(bounded, nested(kind, nesting), RAW_IPV4)
        assert (codes, depth(flow)) == ([], nesting)


@pytest.mark.fault("HD-08")
@pytest.mark.parametrize("kind", ["gre", "vxlan", "ipip"])
def test_tunnels_count_as_layers(make_decoder, kind):
    flow, codes = decode(make_decoder(limits=Limits(packet_layers=8, nesting=32)), nested(kind, 100), RAW_IPV4)
    assert codes == ["limit"]
    assert 0 < depth(flow) <= 8


@pytest.mark.fault("HD-09")
@pytest.mark.parametrize("protocol", [1, 2, 4, 6, 17, 33, 41, 47, 132, 136])
@pytest.mark.parametrize("offset", [1, 185, 8191])
def test_later_fragments_of_ipv4(decoder, protocol, offset):
    flow, codes = decode(decoder, MACS + IPV4 + ipv4(TCP, protocol, fragment=offset))
    assert (codes, flow["protocolIdentifier"], flow["fragmentOffset"]) == ([], protocol, offset)
    assert flow.keys().isdisjoint(TRANSPORT | {"truncated"})


@pytest.mark.fault("HD-09")
@pytest.mark.parametrize("protocol", [4, 6, 17, 33, 41, 47, 58, 60, 132, 136])
@pytest.mark.parametrize("offset", [1, 185, 8191])
def test_later_fragments_of_ipv6(decoder, protocol, offset):
    fragment = struct.pack("!BBHI", protocol, 0, offset << 3 | 1, 99)
    flow, codes = decode(decoder, MACS + IPV6 + ipv6(fragment + TCP, following=44))
    assert (codes, flow["protocolIdentifier"], flow["fragmentOffset"]) == ([], protocol, offset)
    assert (flow["fragmentFlags"], flow["fragmentIdentification"]) == (0x20, 99)
    assert flow.keys().isdisjoint(TRANSPORT | {"truncated"})


@pytest.mark.fault("HD-10")
@pytest.mark.parametrize("cut", range(12, 23))
def test_cut_snap(decoder, cut):
    octets = MACS + (60).to_bytes(2) + bytes.fromhex("aaaa03 00000c 2000")
    flow, codes = decode(decoder, octets[:cut])
    assert codes == []
    assert {key: flow[key] for key in SAID_OF_MACS} == SAID_OF_MACS
    whole = {"dsap": 0xAA, "ssap": 0xAA, "control": 3, "oui": 0xC, "protocol": 0x2000}
    assert flow.get("llc", {}).items() <= whole.items()
    assert len(flow.get("llc", {})) == (5 if cut == 22 else len(flow.get("llc", {})))
    assert flow.get("truncated") == (True if cut < 22 else None)
    assert "ethernetType" not in flow


@pytest.mark.fault("HD-10")
@pytest.mark.parametrize("length", [0, 3, 38, 1500])
def test_lengths_in_place_of_types(decoder, length):
    flow, codes = decode(decoder, MACS + length.to_bytes(2) + bytes.fromhex("424203") + bytes(35))
    assert (codes, "ethernetType" in flow) == ([], False)
    if length >= 3:
        assert flow["llc"] == {"dsap": 0x42, "ssap": 0x42, "control": 3}
