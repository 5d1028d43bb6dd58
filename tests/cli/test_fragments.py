"""Fragments made by scapy become the datagram that was cut, in any order; what cannot is counted."""

import random
import struct

import pytest
from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, fragment6

from netflowparse.cli import fragments
from netflowparse.cli.fragments import Reassembly
from netflowparse.cli.frames import Fragment, decode_packet

PAYLOAD = random.Random(5).randbytes(5000)


def v4_parts(identification=77, payload=PAYLOAD, size=1480):
    packet = IP(src="192.0.2.1", dst="192.0.2.9", id=identification) / UDP(sport=50001, dport=2055) / payload
    return [decode_packet(bytes(part)) for part in fragment(packet, size)]


def v6_parts(*, between=None):
    packet = IPv6(src="2001:db8::1", dst="2001:db8::9")
    if between is not None:
        packet /= between
    packet = packet / IPv6ExtHdrFragment(id=5) / UDP(sport=50001, dport=4739, chksum=1) / PAYLOAD
    return [decode_packet(bytes(part)) for part in fragment6(packet, 1400)]


def feed(reassembly, parts, seconds=0):
    return [found for part in parts if (found := reassembly.add(part, seconds)) is not None]


@pytest.mark.parametrize(
    ("parts", "count", "address", "port"),
    [
        pytest.param(v4_parts(), 4, "192.0.2.1", 2055, id="v4"),
        pytest.param(v6_parts(), 4, "2001:db8::1", 4739, id="v6"),
        pytest.param(v6_parts(between=IPv6ExtHdrHopByHop()), 4, "2001:db8::1", 4739, id="v6 hop by hop"),
        pytest.param(v6_parts(between=IPv6ExtHdrDestOpt()), 4, "2001:db8::1", 4739, id="v6 options"),
    ],
)
@pytest.mark.parametrize("order", ["forward", "backward", "shuffled", "doubled"])
def test_any_order(parts, count, address, port, order):
    assert len(parts) == count
    assert all(isinstance(part, Fragment) for part in parts)
    ordered = list(parts)
    if order == "backward":
        ordered.reverse()
    elif order == "shuffled":
        ordered = [ordered[i] for i in (2, 0, 3, 1)]
    elif order == "doubled":  # recorded on two interfaces
        ordered = [part for part in ordered[:-1] for _ in range(2)] + ordered[-1:]
    reassembly = Reassembly()
    (found,) = feed(reassembly, ordered)
    assert (found.source, found.source_port, found.port) == (address, 50001, port)
    assert found.payload == PAYLOAD
    assert found.missing == 0
    assert reassembly.lost() == 0


def test_two_datagrams_mixed():
    one, other = v4_parts(1, b"a" * 3000), v4_parts(2, b"b" * 3000)
    found = feed(Reassembly(), [one[0], other[0], other[1], one[1], one[2], other[2]])
    assert [datagram.payload for datagram in found] == [b"a" * 3000, b"b" * 3000]


def test_a_lost_fragment_is_counted():
    reassembly = Reassembly()
    assert feed(reassembly, v4_parts()[1:]) == []
    assert reassembly.lost() == 1


def test_identification_used_again_does_not_mix():
    reassembly = Reassembly()
    (found,) = feed(reassembly, v4_parts(7, b"a" * 3000)[:2] + v4_parts(7, b"b" * 3000))
    assert found.payload == b"b" * 3000
    assert reassembly.lost() == 1


def test_old_fragments_do_not_wait_for_ever():
    reassembly = Reassembly()
    first, *rest = v4_parts()
    assert reassembly.add(first, 100) is None
    assert feed(reassembly, rest, 161) == []
    assert reassembly.lost() == 2


def test_overlap_is_thrown_away():
    parts = v4_parts()
    shifted = parts[1]._replace(offset=parts[1].offset - 8, length=parts[1].length + 8)
    reassembly = Reassembly()
    assert feed(reassembly, [parts[0], shifted, *parts[2:]]) == []
    assert reassembly.lost() == 1


def test_cut_fragment_spoils_its_packet_once():
    parts = [decode_packet(part.packet[:200]) for part in v4_parts()]
    assert [part.missing for part in parts] == [1300, 1300, 1300, 388]
    reassembly = Reassembly()
    assert feed(reassembly, parts) == []
    assert reassembly.lost() == 1


def test_longer_than_a_packet_can_be():
    # The "ping of death": the last fragment ends behind 65535.
    last = decode_packet(bytes(IP(id=3, frag=8189, proto=17) / bytes(1000)))
    reassembly = Reassembly()
    assert reassembly.add(last, 0) is None
    assert reassembly.lost() == 1


def test_number_of_waiting_packets_is_bounded(monkeypatch):
    monkeypatch.setattr(fragments, "MAX_WAITING", 3)
    reassembly = Reassembly()
    for identification in range(10):
        reassembly.add(v4_parts(identification)[0], 0)
    assert len(reassembly._waiting) == 3
    assert reassembly.lost() == 10


def test_longest_datagrams():
    payload = random.Random(1).randbytes(0xFFFF - 20 - 8)
    (found,) = feed(Reassembly(), v4_parts(payload=payload))
    assert found.payload == payload
    packet = IPv6(src="::1", dst="::2") / IPv6ExtHdrFragment(id=5) / UDP(dport=4739, chksum=1) / (payload + bytes(12))
    (found,) = feed(Reassembly(), [decode_packet(bytes(part)) for part in fragment6(packet, 1400)])
    assert found.payload == payload + bytes(12)


@pytest.mark.parametrize("family", [4, 6])
def test_nothing_is_added_or_read_whatever_the_octets(family):
    # scapy would read options, extension headers and payloads, and raise or fill up where they make no sense.
    dice = random.Random(family)
    for _ in range(60):
        port = dice.choice([53, 67, 161, 520, 2055, 4739])
        lengths = [8 * dice.randrange(1, 20), 8 * dice.randrange(1, 20), dice.randrange(1, 50)]
        data = struct.pack("!HHHH", 1, port, 0, 0) + dice.randbytes(sum(lengths) - 8)
        packets, offset = [], 0
        for length in lengths:
            part, more = data[offset : offset + length], offset + length < len(data)
            packets.append((hostile_ipv4 if family == 4 else hostile_ipv6)(dice, part, offset, more))
            offset += length
        (found,) = feed(Reassembly(), [decode_packet(packet) for packet in packets])
        assert (found.port, found.payload) == (port, data[8:])


def hostile_ipv4(dice, data, offset, more):
    options = dice.randbytes(4 * dice.randrange(11))
    first, total = 0x45 + len(options) // 4, 20 + len(options) + len(data)
    return struct.pack("!BBHHHBBHII", first, 0, total, 7, more << 13 | offset // 8, 64, 17, 0, 1, 2) + options + data


def hostile_ipv6(dice, data, offset, more):
    hop_by_hop = bytes([44, 1]) + dice.randbytes(14)
    fragment_header = struct.pack("!BBHI", 17, 0, offset | more, 7)
    length = len(hop_by_hop) + len(fragment_header) + len(data)
    return struct.pack("!IHBB32x", 6 << 28, length, 0, 64) + hop_by_hop + fragment_header + data
