"""Sampled packets: every realistic stack of headers layer by layer, whole and cut anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.explanation import Node
from tests import sflow_builder as sflow
from tests.packet.stacks import STACKS, Stack

from .checks import check, nodes_of

ETHERNET = bytes.fromhex("020000000001 020000000002")
IPV4 = bytes.fromhex("45 00 0020 0001 0000 40 11 0000 C0000201 C6336401")
UDP = bytes.fromhex("C350 01BB 000C 0000")


@pytest.fixture(scope="module")
def shared() -> Decoder:
    """A decoder for all stacks."""
    return Decoder()


def datagram(protocol: int, octets: bytes) -> bytes:
    """A datagram of one sample with one packet."""
    record = sflow.sampled_header(octets, protocol, len(octets) + 4, 4)
    return sflow.datagram([sflow.sample(0, 1, sflow.flow_sample([record]))])


def header_of(decoder: Decoder, protocol: int, octets: bytes) -> Node:
    """What stands for the packet in a datagram of one sample with one packet."""
    whole = datagram(protocol, octets)
    explanation = decoder.explain(whole, "r1")
    check(explanation, whole)
    (header,) = [node for node in nodes_of(explanation.root) if node.name == "header" and node.offset > 0]
    assert header.octets == octets
    return header


def parts(node: Node, within: str = "") -> Iterator[tuple[str, str, Any]]:
    """Layer, name and value of each leaf; a packet inside a tunnel is another layer."""
    for child in node.children:
        if child.children:
            yield from parts(child, f"{within}/{child.name}" if within else child.name)
        else:
            yield within, child.name, child.value


def test_layers(decoder: Decoder) -> None:
    octets = ETHERNET + bytes.fromhex("8100 6064 0800") + IPV4 + UDP + b"abcd" + b"\0\0"
    header = header_of(decoder, 1, octets)
    assert [(layer.name, layer.offset - header.offset, layer.rule) for layer in header.children] == [
        ("ethernet", 0, "IEEE 802.3"),
        ("ipv4", 18, "RFC 791 §3.1"),
        ("udp", 38, "RFC 768"),
        ("payload", 46, ""),
        ("trailer", 50, ""),
    ]
    assert list(parts(header)) == [
        ("ethernet", "destinationMacAddress", "02:00:00:00:00:01"),
        ("ethernet", "sourceMacAddress", "02:00:00:00:00:02"),
        ("ethernet", "tpid", 0x8100),
        ("ethernet", "tci", {"priority": 3, "dei": 0, "vlan": 100}),
        ("ethernet", "ethernetType", 0x0800),
        ("ipv4", "version", {"ipVersion": 4}),
        ("ipv4", "ipClassOfService", 0),
        ("ipv4", "octetDeltaCount", 32),
        ("ipv4", "fragmentIdentification", 1),
        ("ipv4", "fragment", {"fragmentFlags": 0, "fragmentOffset": 0}),
        ("ipv4", "ipTTL", 64),
        ("ipv4", "protocolIdentifier", 17),
        ("ipv4", "not told", None),
        ("ipv4", "sourceIPv4Address", "192.0.2.1"),
        ("ipv4", "destinationIPv4Address", "198.51.100.1"),
        ("udp", "sourceTransportPort", 50_000),
        ("udp", "destinationTransportPort", 443),
        ("udp", "not told", None),
        ("", "payload", None),
        ("", "trailer", None),
    ]


def test_a_tunnel(decoder: Decoder) -> None:
    """VXLAN with 8 octets of header around Ethernet, whose frame is cut inside IPv4."""
    outer = bytes.fromhex("45 00 0100 0001 0000 40 11 0000 C0000201 C6336401 C350 12B5 00EC 0000")
    octets = outer + bytes.fromhex("08000000 00002A00") + ETHERNET + bytes.fromhex("0800") + IPV4[:11]
    header = header_of(decoder, 11, octets)
    inner = header.children[-1]
    assert [layer.name for layer in header.children] == ["ipv4", "udp", "vxlan", "inner"]
    assert [layer.name for layer in inner.children] == ["ethernet", "ipv4", "truncated"]
    assert [leaf.name for leaf in inner.leaves()][-4:] == ["fragment", "ipTTL", "protocolIdentifier", "truncated"]


def test_what_cannot_be_is_told_there(decoder: Decoder) -> None:
    header = header_of(decoder, 11, b"\x65" + IPV4[1:])
    (leaf,) = header.children
    assert (leaf.name, [each["code"] for each in leaf.problems]) == ("undecoded", ["bad_value"])


def test_a_protocol_that_is_not_decoded(decoder: Decoder) -> None:
    """FDDI: its octets are what the flow has."""
    whole = datagram(4, b"\1\2\3")
    leaf = decoder.explain(whole, "r1").at(len(whole) - 4)
    assert (leaf.name, leaf.value) == ("header", "010203")
    assert decoder.decode(whole, "r1")["flows"][0]["sampled_header"]["header"] == "010203"


def test_what_stands_behind_a_packet_that_is_cut(decoder: Decoder) -> None:
    """IPv4 counts 27 octets, of which 7 are of TCP's header; what follows is no part of the packet."""
    octets = ETHERNET + bytes.fromhex("0800 45 00 001B 0001 0000 40 06 0000 C0000201 C6336401 0001 0002 000000")
    header = header_of(decoder, 1, octets + bytes(range(14)))
    assert [(node.name, len(node.octets)) for node in header.children] == [
        ("ethernet", 14),
        ("ipv4", 20),
        ("tcp", 4),
        ("truncated", 3),
        ("trailer", 14),
    ]


def test_usual_packets_beyond_the_limit(make_decoder: Callable[..., Decoder]) -> None:
    """They are decoded in one go, whatever their layers, and told so; others end at the limit."""
    decoder = make_decoder(limits=Limits(packet_layers=2))
    octets = ETHERNET + b"\x08\0" + IPV4[:2] + b"\0\x28" + IPV4[4:] + UDP[:4] + b"\0\x14\0\0" + bytes(12)
    flow = decoder.decode(datagram(1, octets), "r1")["flows"][0]
    header = header_of(decoder, 1, octets)
    assert [node.name for node in header.children] == ["ethernet", "ipv4", "udp", "payload"]
    compare(header, flow)
    assert flow["destinationTransportPort"] == 443
    header = header_of(decoder, 11, IPV4[:2] + b"\0\x30" + IPV4[4:9] + b"\x04" + IPV4[10:] + IPV4 + UDP)
    assert [leaf.name for leaf in header.leaves()][-1] == "undecoded"


def test_a_limit_at_the_end_of_a_packet(make_decoder: Callable[..., Decoder]) -> None:
    """Nothing is left there that could have the problem; the record behind is not at fault."""
    decoder = make_decoder(limits=Limits(packet_layers=1))
    records = [sflow.sampled_header(IPV4, 11, 24, 4), sflow.record(0, 1029, sflow.u32(5))]
    octets = sflow.datagram([sflow.sample(0, 1, sflow.flow_sample(records))])
    explanation = decoder.explain(octets, "r1")
    check(explanation, octets)
    holders = [node for node in nodes_of(explanation.root) if node.problems]
    assert [(node.name, [each["code"] for each in node.problems]) for node in holders] == [("header", ["limit"])]


def test_numbers_of_gre(decoder: Decoder) -> None:
    """RFC 2784 §2: flags and version, the type of what is inside; RFC 2890: a key."""
    octets = IPV4[:2] + b"\0\x30" + IPV4[4:9] + b"\x2f" + IPV4[10:] + bytes.fromhex("2000 0800 00000007") + IPV4
    header = header_of(decoder, 11, octets)
    gre = header.children[1]
    assert [(leaf.name, leaf.value) for leaf in gre.children] == [
        ("flags", 0x2000),
        ("protocol_type", 0x0800),
        ("gre header", 7),
    ]


def test_control_of_two_octets(decoder: Decoder) -> None:
    """An information frame of LLC: one number, as the message has it."""
    octets = ETHERNET + bytes.fromhex("0009 42 42 0001") + b"abcde"
    header = header_of(decoder, 1, octets)
    assert list(parts(header))[3:] == [
        ("llc", "dsap", 0x42),
        ("llc", "ssap", 0x42),
        ("llc", "control", 1),
        ("", "payload", None),
    ]
    assert decoder.decode(datagram(1, octets), "r1")["flows"][0]["llc"] == {"dsap": 0x42, "ssap": 0x42, "control": 1}


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
def test_every_stack(stack: Stack, shared: Decoder) -> None:
    """What the layers tell is what the flow has of the packet and of those inside it; cut anywhere all is covered."""
    decoder = shared
    header = header_of(decoder, stack.protocol, stack.octets)
    flow = decoder.decode(datagram(stack.protocol, stack.octets), "r1")["flows"][0]
    compare(header, flow)
    for quarter in (1, 2, 3):
        header_of(decoder, stack.protocol, stack.octets[: quarter * len(stack.octets) // 4])


def compare(node: Node, packet: dict[str, Any]) -> None:
    """Assert that each leaf tells what *packet* has under its name."""
    for layer in node.children:
        if layer.name == "inner":
            compare(layer, packet["inner"])
        elif layer.name not in ("arp", "llc", "dot11"):  # told in dicts of their own
            for leaf in layer.children:
                told = leaf.value if isinstance(leaf.value, dict) else {leaf.name: leaf.value}
                for name in told.keys() & packet.keys():
                    chained = name == "protocolIdentifier" and "ipv6_extension_headers" in packet
                    assert chained or told[name] == packet[name]
