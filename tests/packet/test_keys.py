"""The list of a packet's keys: none is missing that a decoded packet has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from construct import Struct
from hypothesis import given

from netflowparse import Decoder
from netflowparse.codec.layout import layout_of
from netflowparse.packet.keys import PACKET_KEYS, PACKET_WORDS
from netflowparse.wire import packet as wire
from tests.packet.stacks import STACKS
from tests.sflow_builder import one_flow, sampled_header
from tests.strategies import sampled_packets

#: what a flow sample has besides: of the sample, and of the structure that holds the packet
OF_THE_SAMPLE = frozenset(
    {"packetDeltaCount", "layer2OctetDeltaCount", "samplingInterval", "sampler", "continuity"}
) | {
    *("sampled_header", "ingress", "egress", "ingressInterface", "egressInterface"),
}


def keys_of(packet: dict[str, Any]) -> Iterator[str]:
    """The keys of a packet and of those inside it."""
    yield from packet
    if "inner" in packet:
        yield from keys_of(packet["inner"])


def keys_in(octets: bytes, protocol: int, *, compiled: bool) -> set[str]:
    """The keys of a sampled packet."""
    (flow,) = Decoder(compiled=compiled).decode(one_flow(sampled_header(octets, protocol)), "r1")["flows"]
    return {*keys_of(flow)} - OF_THE_SAMPLE


def test_every_key_is_met(compiled: bool) -> None:
    """In the stacks of headers that scapy builds; "truncated" where they are cut, "igmpType" elsewhere."""
    met = set().union(*(keys_in(stack.octets, stack.protocol, compiled=compiled) for stack in STACKS))
    assert met <= PACKET_KEYS
    assert {"sourceIPv6Address", "tcpControlBits", "vlan_tags", "dot1qCustomerVlanId", "mpls_labels", "inner"} <= met
    assert "more" not in PACKET_KEYS
    assert not PACKET_KEYS & OF_THE_SAMPLE
    assert {word for word in met if "_" in word or word in ("arp", "llc", "tunnel", "inner")} <= PACKET_WORDS


def test_every_header_has_its_place() -> None:
    """Declared in wire/packet.py: its fields are keys of the packet, or it has a dict of its own in it."""
    together = re.compile(r"(IPV[46]|ETHERNET|TAGGED)_")  # headers that are read in one go
    declared = {name for name, each in vars(wire).items() if isinstance(each, Struct) and not together.match(name)}
    apart = {"VlanTci", "Llc", "Label", "Arp", "Dot11", "Dot11Address2", "Dot11Address3", "Dot11Address4"}
    for name in declared - apart:
        assert {key for key, _ in layout_of(getattr(wire, name)).display} - {"more"} <= PACKET_KEYS, name
    assert apart < declared


@given(sampled_packets)
def test_no_other_key_is_met(packet: tuple[int, bytes]) -> None:
    protocol, octets = packet
    for compiled in (True, False):
        assert keys_in(octets, protocol, compiled=compiled) <= PACKET_KEYS
