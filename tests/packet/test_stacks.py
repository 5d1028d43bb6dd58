"""Packets built by scapy, whole, cut anywhere, and with something behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrHopByHop
from scapy.layers.l2 import Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

from netflowparse import Decoder
from tests.packet.expectation import known
from tests.packet.stacks import ETHERNET, STACKS, WIRELESS, Stack
from tests.sflow_builder import one_flow, sampled_header

OF_THE_SAMPLE = {"sampler", "samplingInterval", "packetDeltaCount", "ingressInterface", "egressInterface"}
OF_THE_SAMPLE |= {"continuity", "sampled_header", "layer2OctetDeltaCount"}
EACH_STACK = pytest.mark.parametrize("stack", STACKS, ids=[stack.name for stack in STACKS])
SOME = "12:00:5e:00:53:01"
ETHERNET_MINIMUM = 60  # without the check sequence


def layers(decoder: Decoder, stack: Stack, octets: bytes) -> dict[str, Any]:
    """What the decoder says of a sample of *octets*."""
    header = sampled_header(octets, protocol=stack.protocol, frame_length=len(stack.octets))
    message = decoder.decode(one_flow(header), "stacks")
    assert message["problems"] == []
    [flow] = message["flows"]
    told = {"header_protocol": stack.protocol, "frame_length": len(stack.octets), "stripped": 0}
    assert flow["sampled_header"] == told | {"header_length": len(octets)}
    assert flow["layer2OctetDeltaCount"] == len(stack.octets)
    assert flow.keys() >= OF_THE_SAMPLE
    return {key: value for key, value in flow.items() if key not in OF_THE_SAMPLE}


def levels(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The packet, what is in it, and so on."""
    yield said
    if "inner" in said:
        yield from levels(said["inner"])


def within(part: Any, whole: Any) -> bool:
    """Whether *part* is *whole* without some keys, or without the ends of lists."""
    if isinstance(whole, dict):
        return isinstance(part, dict) and all(key in whole and within(part[key], whole[key]) for key in part)
    if isinstance(whole, list):
        shorter = isinstance(part, list) and len(part) <= len(whole)
        return shorter and all(within(*each) for each in zip(part, whole, strict=False))
    return (part, type(part)) == (whole, type(whole))


def may_be_marked(stack: Stack, cut: int) -> set[bool | None]:
    """What ``truncated`` may be, in the innermost packet."""
    last = stack.headers[-1]
    if cut < last.needed:
        return {True}
    return {True, None} if cut < last.end else {None}


def test_whole(decoder):
    for stack in STACKS:
        said, expected = layers(decoder, stack, stack.octets), known(stack.headers)
        assert said == expected, stack.name
        assert within(said, expected), stack.name  # of the same types


@EACH_STACK
def test_cut_anywhere(decoder, compiled, stack):
    step = 2 if compiled else 7  # the other engine takes its time
    for cut in range(len(stack.octets) % step, len(stack.octets), step):
        said = layers(decoder, stack, stack.octets[:cut])
        *outer, innermost = [level.pop("truncated", None) for level in levels(said)]
        begun = [header for header in stack.headers if header.start <= cut]
        assert within(known(stack.headers, cut), said), cut
        assert within(said, known(begun)), cut
        assert outer == [None] * len(outer), cut
        assert innermost in may_be_marked(stack, cut), cut


def test_octets_behind(decoder):
    """Padding to the least that Ethernet carries, or a few octets more, is not part of what IP says its length is."""
    for stack in STACKS:
        behind = b"\x45" * max(4, ETHERNET_MINIMUM - len(stack.octets))
        padded = stack._replace(octets=stack.octets + behind)
        assert layers(decoder, padded, padded.octets) == known(stack.headers), stack.name


@pytest.mark.parametrize("octets", range(3))
@pytest.mark.parametrize("network", [IP(proto=17), IPv6(nh=0) / IPv6ExtHdrHopByHop(nh=17), IP(proto=4) / IP(proto=17)])
def test_transport_that_ip_does_not_carry(decoder, network, octets):
    """What IP says its length is ends in the ports."""
    packet = Ether(dst=SOME, src=SOME) / network / Raw(bytes(octets))
    said = layers(decoder, Stack("", ETHERNET, bytes(packet), []), bytes(packet) + b"\x45" * 40)
    *_, innermost = [level | {"truncated": None} for level in levels(said)]
    assert innermost["protocolIdentifier"] == 17
    assert innermost.get("sourceTransportPort") == (0 if octets == 2 else None)
    assert "destinationTransportPort" not in innermost


NO_TUNNELS = {
    "vxlan without its flag": UDP(sport=1, dport=4789) / VXLAN(flags=0, vni=7) / Ether(dst=SOME, src=SOME),
    "vxlan by its source": UDP(sport=4789, dport=1) / VXLAN(flags=8, vni=7) / Ether(dst=SOME, src=SOME),
    "gtp-u echo": UDP(sport=1, dport=2152) / GTP_U_Header(gtp_type=1, teid=7) / Raw(bytes(20)),
    "gtp-u by its source": UDP(sport=2152, dport=1) / GTP_U_Header(gtp_type=255, teid=7) / IP() / UDP(),
    "geneve by its source": UDP(sport=6081, dport=1) / GENEVE(vni=7) / IP() / UDP(),
    "teredo of ipv4": UDP(sport=1, dport=3544) / IP() / UDP(),
    "teredo of nothing": UDP(sport=1, dport=3544),
}


@pytest.mark.parametrize("packet", NO_TUNNELS.values(), ids=NO_TUNNELS)
def test_no_tunnel(decoder, packet):
    octets = bytes(Ether(dst=SOME, src=SOME) / IP(proto=17) / Raw(bytes(packet)))
    said = layers(decoder, Stack("", ETHERNET, octets, []), octets)
    assert (said["sourceTransportPort"], said["destinationTransportPort"]) == (packet.sport, packet.dport)
    assert said.keys().isdisjoint({"tunnel", "inner", "truncated"})


STATIONS = bytes.fromhex("020000000001 020000000002 020000000003")
IN_SNAP = bytes.fromhex("aaaa03000000 0800") + bytes(IP() / UDP(sport=1, dport=2))
SUBFRAME_HEAD = bytes.fromhex("0200000000aa 0200000000bb") + len(IN_SNAP).to_bytes(2)


NO_LINKS = {
    "encrypted": ("0841", bytes(2) + IN_SNAP),
    "encrypted with quality": ("8842", bytes(4) + IN_SNAP),
    "null": ("4801", bytes(2)),
    "null with quality": ("c801", bytes(4)),
    "beacon": ("8000", bytes(14) + IN_SNAP),
    "later fragment": ("0801", b"\x21\x43" + bytes(range(1, 41))),
}


@pytest.mark.parametrize(("control", "behind"), NO_LINKS.values(), ids=NO_LINKS)
def test_wireless_without_logical_link(decoder, control, behind):
    """IEEE 802.11 §9.3: bodies that are encrypted, absent, management, or the rest of another one."""
    octets = bytes.fromhex(control) + bytes(2) + STATIONS + behind
    said = layers(decoder, Stack("", WIRELESS, octets, []), octets)
    assert said.keys().isdisjoint({"llc", "ethernetType", "ipVersion", "truncated"})


@pytest.mark.parametrize("place", range(3))
def test_wireless_with_more_than_quality(decoder, place):
    """IEEE 802.11 §9.2.4.6 and §9.3.2.2: HT control behind the quality of service, and several frames in one."""
    control, between = [("8882", bytes(6)), ("8802", b"\x80\0" + SUBFRAME_HEAD), ("8882", b"\x80\0" + bytes(4))][place]
    octets = bytes.fromhex(control) + bytes(2) + STATIONS + bytes(2) + between
    octets += IN_SNAP if place < 2 else SUBFRAME_HEAD + IN_SNAP
    said = layers(decoder, Stack("", WIRELESS, octets, []), octets)
    if place == 0 or "llc" in said:
        assert said["llc"] == {"dsap": 0xAA, "ssap": 0xAA, "control": 3}
        assert (said["ethernetType"], said["sourceTransportPort"]) == (0x800, 1)
