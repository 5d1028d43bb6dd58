"""Hostile datagrams of sFlow: each attack makes some that have about so many octets together."""

from __future__ import annotations

from tests.sflow_builder import counted, datagram, flow_sample, one_flow, record, sample, sampled_header, u32, words

from .attacks import Attack
from .counting import Datagram

MOST = 2**32 - 1
IPV4 = bytes.fromhex("4500001c 00010000 40110000 c0000201 c6336401")


def repeated(octets: int, one: bytes) -> Datagram:
    """A datagram of the sample *one*, as often as it fits."""
    return Datagram(datagram([one] * (octets // len(one))))


def gateways(octets: int) -> Datagram:
    """Gateways whose paths have more segments than any datagram could hold."""
    one = record(0, 1003, words(0, 1, 2, 3, MOST, 0, 0, 0))
    wrapped = record(0, 1003, words(0, 1, 2, 3, 0x40000000, 0, 0, 0))
    return Datagram(one_flow(*[one, wrapped] * (octets // 80)))


def in_tunnels(octets: int) -> list[Datagram]:
    """IPv4 in IPv4, as deep as the octets go."""
    packet = IPV4 + bytes.fromhex("c350 0035 0008 0000")
    while len(packet) < octets:
        length = (len(packet) + 20).to_bytes(2, "big")
        packet = b"\x45\0" + length + bytes.fromhex("0001000040040000c0000201c6336401") + packet
    return [Datagram(one_flow(sampled_header(packet, protocol=11)))]


def in_records(octets: int) -> list[Datagram]:
    """Records in records, as deep as the octets go."""
    nested = record(0, 1016, u32(0))
    while len(nested) < octets:
        nested = record(0, 1016, counted([counted([nested])]))
    return [Datagram(one_flow(nested))]


def sources(octets: int) -> list[Datagram]:
    """A data source in each sample, a sub-agent in each datagram, that never were before."""
    samples = [sample(0, 1, flow_sample([], source_id=(0, number))) for number in range(octets // 80)]
    agents = [Datagram(datagram([], sub_agent_id=number)) for number in range(octets // 56)]
    return [Datagram(datagram(samples)), *agents]


SFLOW_ATTACKS: dict[str, Attack] = {
    "samples counted without end": Attack(("RS-15",), lambda n: [Datagram(datagram([b"\xff" * n], count=MOST))]),
    "records counted without end": Attack(
        ("RS-15",), lambda n: [repeated(n, sample(0, 1, flow_sample([], count=MOST)))]
    ),
    "paths counted without end": Attack(("RS-15",), lambda n: [gateways(n)]),
    "empty samples": Attack(("RS-15", "RS-22"), lambda n: [repeated(n, sample(0, 1, b""))]),
    "empty unknown samples": Attack(("RS-15",), lambda n: [repeated(n, sample(0, 6, b""))]),
    "empty unknown records": Attack(("RS-15",), lambda n: [Datagram(one_flow(*[record(0, 999, b"")] * (n // 8)))]),
    "empty known records": Attack(("RS-15",), lambda n: [Datagram(one_flow(*[record(0, 1036, b"")] * (n // 8)))]),
    "packets in tunnels": Attack(("RS-24",), in_tunnels),
    "records in records": Attack(("RS-24",), in_records),
    "new sources and sub-agents": Attack(
        ("RS-18",), sources, {"domains_per_exporter": 16, "sample_sources_per_exporter": 64}
    ),
}
