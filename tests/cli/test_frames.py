"""Frames built by scapy come apart into what scapy was told; anything else gives None."""

import random

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import (
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
)
from scapy.layers.l2 import LLC, SNAP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether, Loopback
from scapy.layers.ppp import HDLC, PPP, PPPoE

from netflowparse.cli import frames
from netflowparse.cli.frames import Fragment, UdpDatagram, decode_frame, decode_packet

ETHERNET = 1
PAYLOAD = b"\x00\x09some octets"
V4 = IP(src="192.0.2.1", dst="192.0.2.9") / UDP(sport=50001, dport=2055) / PAYLOAD
V6 = IPv6(src="2001:db8::1", dst="2001:db8::9") / UDP(sport=50001, dport=4739) / PAYLOAD
FROM_V4 = UdpDatagram("192.0.2.1", 50001, 2055, PAYLOAD, 0)
FROM_V6 = UdpDatagram("2001:db8::1", 50001, 4739, PAYLOAD, 0)
MACS = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}


@pytest.mark.parametrize(
    ("link_type", "link"),
    [
        pytest.param(1, Ether(**MACS), id="ethernet"),
        pytest.param(1, Ether(**MACS) / Dot1Q(vlan=5), id="vlan"),
        pytest.param(1, Ether(**MACS) / Dot1AD(vlan=9) / Dot1Q(vlan=5), id="stacked vlans"),
        pytest.param(1, Dot3(**MACS) / LLC() / SNAP(), id="802.3 with SNAP"),
        pytest.param(1, Ether(**MACS) / PPPoE(sessionid=3) / PPP(), id="pppoe"),
        pytest.param(9, PPP(), id="ppp"),
        pytest.param(50, HDLC() / PPP(), id="ppp in hdlc"),
        pytest.param(113, CookedLinux(), id="cooked"),
        pytest.param(276, CookedLinuxV2(), id="cooked v2"),
        pytest.param(0, Loopback(), id="bsd loopback"),
        pytest.param(108, Loopback(), id="openbsd loopback"),
        pytest.param(101, None, id="raw ip"),
        pytest.param(12, None, id="raw ip, number 12"),
    ],
)
@pytest.mark.parametrize(("packet", "expected"), [(V4, FROM_V4), (V6, FROM_V6)], ids=["v4", "v6"])
def test_link_layers(link_type, link, packet, expected):
    frame = bytes(packet if link is None else link / packet)
    assert decode_frame(link_type, frame) == expected


@pytest.mark.parametrize(
    ("link_type", "head"),
    [
        (1, "020000000002 020000000001 8847 00010040 00002140"),  # two labels, the second is the last
        (104, "0f00 0800"),  # Cisco HDLC
        (276, "8100 0000 00000001 0001 00 06 0000000000000000 0005 0800"),  # a VLAN tag behind the cooked header
        (113, "0000 0001 0006 0000000000000000 8100 0005 0800"),
        (9, "21"),  # protocol in its short form
        (50, "0f00 0800"),  # Cisco HDLC where PPP might be
        (51, "1100 0003 002e 0021"),  # PPPoE without the frame around it
        (113, "0000 0001 0006 0000000000000000 0004 aaaa03 000000 0800"),  # LLC and SNAP behind the cooked header
        (276, "8847 0000 00000001 0001 00 06 0000000000000000 00010140"),  # a label behind the cooked header
        (1, "020000000002 020000000001 88e7 00001234 020000000004 020000000003 0800"),  # a provider's backbone
        (1, "020000000002 020000000001 8847 00010140 00000000 020000000004 020000000003 0800"),  # a pseudowire
        (228, ""),
    ],
)
def test_link_layers_written_by_hand(link_type, head):
    assert decode_frame(link_type, bytes.fromhex(head) + bytes(V4)) == FROM_V4


@pytest.mark.parametrize(
    "headers",
    [
        IPv6ExtHdrHopByHop(),
        IPv6ExtHdrRouting(addresses=["2001:db8::5"]),
        IPv6ExtHdrDestOpt(),
        IPv6ExtHdrHopByHop() / IPv6ExtHdrRouting(addresses=["::1", "::2"]) / IPv6ExtHdrDestOpt(),
        IPv6ExtHdrFragment(),  # "atomic": a fragment header on a whole packet, RFC 6946
    ],
)
def test_ipv6_extension_headers(headers):
    packet = IPv6(src="2001:db8::1", dst="2001:db8::9") / headers / UDP(sport=50001, dport=4739) / PAYLOAD
    assert decode_packet(bytes(packet)) == FROM_V6


def test_ipv6_authentication_header():
    udp = bytes(UDP(sport=50001, dport=4739) / PAYLOAD)
    authentication = bytes([17, 4]) + bytes(22)  # 24 octets: (4 + 2) times 4
    packet = IPv6(src="2001:db8::1", dst="2001:db8::9", nh=51) / (authentication + udp)
    assert decode_packet(bytes(packet)) == FROM_V6._replace(payload=PAYLOAD)


def test_ip_options_and_ethernet_padding_do_not_reach_the_payload():
    packet = IP(src="192.0.2.1", dst="192.0.2.9", options=b"\x94\x04\x00\x00") / UDP(sport=50001, dport=2055) / PAYLOAD
    assert decode_frame(ETHERNET, bytes(Ether(**MACS) / packet) + bytes(18)) == FROM_V4


def test_total_length_zero_takes_the_rest():
    # Captured on the sending host before segmentation offload.
    packet = IP(src="192.0.2.1", dst="192.0.2.9", len=0) / UDP(sport=50001, dport=2055) / PAYLOAD
    assert decode_packet(bytes(packet)) == FROM_V4


def test_total_length_shorter_than_the_header_is_none():
    for length in (1, 19):
        for flags in (0, "MF"):
            packet = IP(len=length, flags=flags) / UDP(sport=50001, dport=2055) / PAYLOAD
            assert decode_packet(bytes(packet)) is None
            assert decode_frame(ETHERNET, bytes(Ether(**MACS) / packet)) is None


def test_ipv6_without_a_length_takes_the_rest():
    for packet in (V6, IPv6(src="2001:db8::1", dst="2001:db8::9") / IPv6ExtHdrHopByHop() / V6[UDP]):
        packet = packet.copy()
        packet[IPv6].plen = packet[UDP].len = 0
        assert decode_packet(bytes(packet)) == FROM_V6
        assert decode_frame(ETHERNET, bytes(Ether(**MACS) / packet)) == FROM_V6


def test_cut_frame_tells_how_much_is_missing():
    frame = bytes(Ether(**MACS) / V4)
    assert decode_frame(ETHERNET, frame[:-5]) == FROM_V4._replace(payload=PAYLOAD[:-5], missing=5)


def test_ipv4_fragment():
    packet = IP(src="192.0.2.1", dst="192.0.2.9", id=77, flags="MF", frag=185, proto=17) / bytes(1480)
    found = decode_packet(bytes(packet))
    key = ("192.0.2.1", "192.0.2.9", 77)
    assert found == Fragment(4, key, 1480, 1480, True, bytes(packet), 0)


def test_ipv6_fragment_behind_another_header():
    packet = (
        IPv6(src="::1", dst="::2") / IPv6ExtHdrHopByHop() / IPv6ExtHdrFragment(id=9, offset=2, m=0, nh=17) / bytes(24)
    )
    found = decode_packet(bytes(packet))
    key = ("::1", "::2", 9)
    assert found == Fragment(6, key, 16, 24, False, bytes(packet), 0)


def test_ipv6_fragment_whose_data_begins_with_another_header_is_none():
    # What the fragments carry together is not a UDP header and its payload.
    packet = IPv6() / IPv6ExtHdrFragment(id=9, m=1) / IPv6ExtHdrDestOpt() / UDP() / bytes(24)
    assert decode_packet(bytes(packet)) is None


def test_what_is_not_udp_is_none():
    assert decode_packet(bytes(IP() / TCP())) is None
    assert decode_packet(bytes(IP() / V4)) is None  # a tunnel: its own user is elsewhere
    assert decode_packet(bytes(IP(proto=136) / bytes(V4[UDP]))) is None  # UDP-Lite
    assert decode_packet(bytes.fromhex("50")) is None  # IP of no known version
    assert decode_frame(113, bytes(CookedLinux(proto=0x88CC)) + bytes(V4)) is None
    assert decode_packet(bytes(IP(proto=17, frag=0, len=20))) is None
    assert decode_frame(ETHERNET, bytes.fromhex("020000000002 020000000001 0806 0001")) is None
    assert decode_frame(147, bytes(V4)) is None  # a link type of the user's own


def test_udp_length_that_does_not_fit_is_none():
    assert decode_packet(bytes(IP() / UDP(len=7) / PAYLOAD)) is None
    assert decode_packet(bytes(IP() / UDP(len=200) / PAYLOAD)) is None


@pytest.mark.parametrize("link_type", [0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 228, 229, 276])
def test_no_cut_raises(link_type):
    tags = Dot1AD(vlan=9) / Dot1Q(vlan=5)
    for packet in (V4, IPv6() / IPv6ExtHdrHopByHop() / IPv6ExtHdrFragment(m=1) / UDP() / PAYLOAD):
        for frame in (bytes(packet), bytes(Ether(**MACS) / tags / packet), bytes(HDLC() / PPP() / packet)):
            for length in range(len(frame)):
                found = decode_frame(link_type, frame[:length])
                assert found is None or found.missing > 0


def test_plain_frames_come_apart_as_all_others_do():
    """Octets are changed where the plain kind is told by, lengths most of all; cut and padded frames are among them."""
    dice = random.Random(3)
    whole = bytes(Ether(**MACS) / V4)
    met = set()
    for _ in range(4000):
        frame = bytearray(whole)
        for _ in range(dice.randrange(3)):
            place = dice.choice([12, 13, 14, 16, 17, 20, 21, 23, 26, 34, 37, 38, 39, dice.randrange(len(frame))])
            frame[place] = dice.choice([0, 8, 17, frame[place] ^ 1 << dice.randrange(8), dice.randrange(256)])
        octets = bytes(frame)[: dice.randrange(20, 2 * len(frame))] + bytes(dice.choice([0, 0, 18]))
        found = decode_frame(ETHERNET, octets)
        assert found == frames._decode_any(ETHERNET, octets)
        met.add((type(found), getattr(found, "missing", 0) > 0))
    assert met == {(UdpDatagram, False), (UdpDatagram, True), (Fragment, False), (Fragment, True), (type(None), False)}
