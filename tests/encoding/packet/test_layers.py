"""Packets built anew from what is told of them: they read back the same, wherever the sampled octets end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet, Raw

from netflowparse import EncodeError, Limits
from netflowparse.codec.engine import Engine
from netflowparse.encoding.packet.layers import LAYERS as WRITTEN
from netflowparse.encoding.packet.layers import build_packet, says
from netflowparse.packet.decoder import LAYERS, PacketDecoder
from netflowparse.protocols.problems import Problems
from netflowparse.protocols.sflow.flows import FIRST_LAYERS
from tests.packet.stacks import STACKS
from tests.strategies import sampled_packets

ENGINES = {compiled: Engine(Limits(), compiled=compiled) for compiled in (True, False)}
READERS = {compiled: PacketDecoder(engine, Limits()) for compiled, engine in ENGINES.items()}
WHO, WHOM = "02:00:00:00:00:01", "02:00:00:00:00:02"


def read(octets: bytes, layer: str, compiled: bool = True) -> dict[str, Any]:
    """What the decoder of packets tells of these octets."""
    packet: dict[str, Any] = {}
    READERS[compiled].decode(packet, octets, 0, len(octets), layer, Problems(Limits()))
    return packet


def test_every_layer_that_is_read_is_written():
    """What stands behind an EtherType is written with it, and behind a tag's TPID that is written already."""
    assert WRITTEN.keys() - {"behind_tpid"} == LAYERS.keys() - {"ethertype"}


def test_packets_of_every_stack(compiled):
    """Whole, they are as long as they were, and the same is told of them."""
    for stack in STACKS:
        layer, octets = FIRST_LAYERS[stack.protocol], stack.octets
        told = read(octets, layer, compiled)
        built = build_packet(told, layer, len(octets), ())
        assert (read(built, layer, compiled), len(built)) == (told, len(octets)), stack.name


@pytest.mark.parametrize("part", range(4))
def test_packets_cut_anywhere(part):
    """Every stack at some of its octets; each of the four parts begins elsewhere."""
    for number, stack in enumerate(STACKS[part::4]):
        layer = FIRST_LAYERS[stack.protocol]
        for cut in range((number + part) % 17, len(stack.octets), 17):
            told = read(stack.octets[:cut], layer)
            built = build_packet(told, layer, cut, ())
            assert (read(built, layer), len(built)) == (told, cut), (stack.name, cut)


@given(packet=sampled_packets)
def test_packets_that_are_spoiled(packet):
    """Any octets, and realistic ones with something wrong, of every kind of link that is decoded.

    Packets that are cut by lengths within them may come out shorter than *length*, when no form of their headers is
    known that is as long and ends where they did; the same is told of them.
    """
    protocol, octets = packet
    if protocol not in FIRST_LAYERS:
        return
    layer = FIRST_LAYERS[protocol]
    told = read(octets, layer)
    built = build_packet(told, layer, len(octets), ())
    assert read(built, layer) == told
    assert len(built) == len(octets) or (told_cut(told) and len(built) < len(octets))


def told_cut(packet: dict[str, Any]) -> bool:
    return told_cut(packet["inner"]) if "inner" in packet else packet.get("truncated", False)


IN_IP = bytes(Ether(dst=WHOM, src=WHO) / IP(src="192.0.2.1", dst="192.0.2.2", proto=47, len=300))
TCP_IN_IP = bytes(IP(src="10.0.0.1", dst="10.0.0.2") / TCP(sport=1, dport=2, seq=3))
INNER = bytes(Ether(dst=WHO, src=WHOM)) + b"\x08\0" + TCP_IN_IP
IN_UDP = bytes(
    Ether(dst=WHOM, src=WHO) / IP(src="192.0.2.1", dst="192.0.2.2", len=300) / UDP(sport=1, dport=3544, len=280)
)
IN_GTP = IN_UDP[:36] + (2152).to_bytes(2, "big") + IN_UDP[38:] + bytes.fromhex("30ff 0000 00000007")
STATIONS = bytes.fromhex("020000000001 020000000002 020000000003")
SNAP = bytes.fromhex("aaaa03 000000 0800") + TCP_IN_IP
#: What the stacks do not have: first layer, and octets in hex.
RARE = {
    "erspan i": ("ethernet", IN_IP + bytes.fromhex("0000 88be") + INNER),
    "erspan ii": ("ethernet", IN_IP + bytes.fromhex("1000 88be 00000007 10640123 00000005") + INNER),
    "erspan iii": ("ethernet", IN_IP + bytes.fromhex("1000 22eb 00000007 20640123 00000005 00000000") + INNER),
    "erspan longer": (
        "ethernet",
        IN_IP + bytes.fromhex("b000 22eb" + "00" * 12 + "20640123 00000005 00000001" + "00" * 8) + INNER,
    ),
    "pptp": ("ethernet", IN_IP + bytes.fromhex("3081 880b 0030 1234 00000001 00000002 ff03 0021") + TCP_IN_IP),
    "pptp without data": ("ethernet", IN_IP + bytes.fromhex("2081 880b 0000 1234 00000002")),
    "gre with routing": ("ethernet", IN_IP + bytes.fromhex("4000 0800 00000000 00000000")),
    "gre of nothing known": ("ethernet", IN_IP + bytes.fromhex("2000 1234 00000009") + TCP_IN_IP),
    "gre of tags": ("ethernet", IN_IP + bytes.fromhex("0000 8100 2064 8100 0065 0800") + TCP_IN_IP),
    "gre of ppp": ("ethernet", IN_IP + bytes.fromhex("0000 880b 21") + TCP_IN_IP),
    "gre of pppoe": ("ethernet", IN_IP + bytes.fromhex("0000 8864 1100 0007 002a 0021") + TCP_IN_IP),
    "teredo": (
        "ethernet",
        IN_UDP + bytes.fromhex("0001 0000 0000000000000000 00 0000 112233445566") + bytes(IPv6() / UDP()),
    ),
    "udp that is too short": ("ethernet", IN_UDP[:38] + bytes.fromhex("0008 0000") + bytes(IPv6() / UDP())),
    "gre of labels": ("ethernet", IN_IP + bytes.fromhex("0000 8847 000641ff") + TCP_IN_IP),
    "pppoe of another version": ("ethernet", STATIONS[:12] + bytes.fromhex("8864 0000 0007 0000")),
    "pppoe without ppp": ("ethernet", STATIONS[:12] + bytes.fromhex("8864 1100 0007 0000")),
    "gre of arp": ("ethernet", IN_IP + bytes.fromhex("0000 0806 0001 0800 0604 0001") + bytes(20)),
    "gre of a backbone": ("ethernet", IN_IP + bytes.fromhex("0000 88e7 00123456") + INNER),
    "gtp-u of something else": ("ethernet", IN_GTP + b"\x10" * 9),
    "gtp-u of nothing": ("ethernet", IN_GTP[:16] + (20 + 8 + 8).to_bytes(2, "big") + IN_GTP[18:]),
    "gtp-u with an extension": (
        "ethernet",
        IN_GTP[:42] + b"\x34" + IN_GTP[43:] + bytes.fromhex("00000085 02 000000 00000000") + TCP_IN_IP,
    ),
    "hdlc": ("pos", bytes.fromhex("0f00 0800") + TCP_IN_IP),
    "hdlc with tags": ("pos", bytes.fromhex("8f00 8100 0064 0800") + TCP_IN_IP),
    "short protocol": ("ppp", b"\x21" + TCP_IN_IP),
    "associated channel": ("mpls", bytes.fromhex("000641ff 10000007 0000")),
    "subframes": (
        "dot11",
        bytes.fromhex("8802 0000") + STATIONS + bytes(2) + b"\x80\0" + INNER[:12] + b"\0\x30" + SNAP,
    ),
    "ht control": ("dot11", bytes.fromhex("8882 0000") + STATIONS + bytes(8) + SNAP),
    "encrypted": ("dot11", bytes.fromhex("0841 0000") + STATIONS + bytes(2) + SNAP),
    "later fragment": ("dot11", bytes.fromhex("0801 0000") + STATIONS + b"\1\0" + SNAP),
    "beacon": ("dot11", bytes.fromhex("8000 0000") + STATIONS + bytes(14)),
    "request to send": ("dot11", bytes.fromhex("b400 0000") + STATIONS[:12]),
    "acknowledgement": ("dot11", bytes.fromhex("d400 0000") + STATIONS[:6]),
    "supervisory": ("llc", bytes.fromhex("4242 0105 0000")),
    "information": ("llc", bytes.fromhex("aaaa 0003 0000")),
    "other arp": ("arp", bytes.fromhex("0006 0800 0504 0001") + bytes(18)),
    "no length": ("ethernet", STATIONS[:12] + bytes(2) + TCP_IN_IP),
    "no header": ("ipv4", b"\x41" + TCP_IN_IP[1:]),
    "other version": ("ethernet", INNER[:14] + b"\x65" + TCP_IN_IP[1:]),
    "authenticated": (
        "ipv4",
        TCP_IN_IP[:9] + b"\x33" + TCP_IN_IP[10:20] + bytes.fromhex("3206 0000 00000007 00000001") + bytes(40),
    ),
}


@pytest.mark.parametrize(("layer", "octets"), RARE.values(), ids=RARE)
def test_rare_packets(layer, octets):
    """Whole and cut anywhere: the same is told, of as many octets."""
    for cut in range(len(octets) + 1):
        told = read(octets[:cut], layer)
        built = build_packet(told, layer, cut, ())
        assert (read(built, layer), len(built)) == (told, cut), cut


#: What scapy makes of the same values; what is not told is 0 in both.
SCAPY = {
    "tcp": Ether(dst=WHOM, src=WHO)
    / IP(src="192.0.2.1", dst="198.51.100.2", tos=184, id=7, ttl=63, flags="DF", chksum=0)
    / TCP(sport=443, dport=50000, seq=0xDEADBEEF, flags="PA", window=0, chksum=0),
    "tags": Ether(dst=WHOM, src=WHO, type=0x88A8)
    / Dot1Q(prio=5, dei=1, vlan=100, type=0x8100)
    / Dot1Q(prio=0, vlan=200)
    / IPv6(src="2001:db8::1", dst="2001:db8::2", tc=1, fl=0x12345, hlim=64)
    / UDP(sport=1000, dport=2000, chksum=0)
    / Raw(bytes(12)),
    "vxlan": Ether(dst=WHOM, src=WHO)
    / IP(src="192.0.2.1", dst="192.0.2.2", id=0, chksum=0)
    / UDP(sport=1000, dport=4789, chksum=0)
    / VXLAN(flags=8, vni=0x123456)
    / Ether(dst=WHO, src=WHOM)
    / IP(src="10.0.0.1", dst="10.0.0.2", id=0, chksum=0)
    / ICMP(type=8, code=0, chksum=0),
}


@pytest.mark.parametrize("packet", SCAPY.values(), ids=SCAPY)
def test_packets_that_tell_all(packet):
    """What is built of them is what scapy builds: lengths, versions and offsets included."""
    octets = bytes(packet)
    assert build_packet(read(octets, "ethernet"), "ethernet", len(octets), ()) == octets


FEW: dict[str, tuple[str, dict[str, Any], Packet]] = {
    "addresses": (
        "ipv4",
        {"sourceIPv4Address": "192.0.2.1", "destinationIPv4Address": "192.0.2.2", "sourceTransportPort": 53},
        IP(src="192.0.2.1", dst="192.0.2.2", id=0, ttl=0, chksum=0) / UDP(sport=53, dport=0, chksum=0),
    ),
    "flags": (
        "ethernet",
        {"sourceIPv6Address": "2001:db8::1", "tcpControlBits": 2, "dot1qVlanId": 9},
        Ether(dst="00:00:00:00:00:00", src="00:00:00:00:00:00")
        / Dot1Q(vlan=9)
        / IPv6(src="2001:db8::1", dst="::", hlim=0)
        / TCP(sport=0, dport=0, flags="S", window=0, chksum=0),
    ),
    "no session": (
        "ethernet",
        {"destinationMacAddress": WHOM, "sourceMacAddress": WHO, "ethernetType": 0x8864},
        Ether(dst=WHOM, src=WHO, type=0x8864) / Raw(b"\0"),  # no octet that begins a header
    ),
}


@pytest.mark.parametrize(("layer", "told", "packet"), FEW.values(), ids=FEW)
def test_packets_of_a_few_keys(layer, told, packet):
    """Headers that must be there are; their other fields are 0, their lengths right."""
    assert build_packet(told, layer, None, ()) == bytes(packet)


WRONG = {
    "range": ({"ipTTL": 256}, ("ipTTL",), "256, expected an int that fits 1 octet"),
    "kind": ({"sourceTransportPort": "80", "protocolIdentifier": 6}, ("sourceTransportPort",), "'80', expected an int"),
    "bits": ({"fragmentFlags": 1}, ("fragmentFlags",), "1, expected an int of the bits of 0xE0"),
    "boolean": ({"tcpControlBits": True}, ("tcpControlBits",), "True, expected an int"),
    "address": ({"sourceIPv4Address": "192.0.2"}, ("sourceIPv4Address",), "Expected 4 octets in '192.0.2'"),
    "station": ({"sourceMacAddress": "02"}, ("sourceMacAddress",), "'02', expected a MAC address"),
    "list": ({"vlan_tags": {}}, ("vlan_tags",), "{}, expected a list"),
    "item": ({"vlan_tags": [7]}, ("vlan_tags", 0), "7, expected a dict"),
    "tag": ({"vlan_tags": [{"vlan": 4096}]}, ("vlan_tags", 0, "vlan"), "4096, expected an int of the bits of 0xFFF"),
    "label": ({"mpls_labels": [{"label": 1 << 20}]}, ("mpls_labels", 0, "label"), "1048576, expected"),
    "options": ({"ipVersion": 4, "ipv4_options": "94"}, ("ipv4_options",), "1 octets, expected a multiple of 4"),
    "hex": ({"ipVersion": 4, "ipv4_options": "x"}, ("ipv4_options",), "'x', expected octets, or their hex text"),
    "chain": ({"ipv6_extension_headers": [6]}, ("ipv6_extension_headers", 0), "6, expected one of"),
    "llc": ({"llc": {"dsap": 256}}, ("llc", "dsap"), "256, expected an int that fits 1 octet"),
    "inner": ({"tunnel": {"kind": "gre", "id": None}, "inner": 5, "ipVersion": 4}, ("inner",), "5, expected a dict"),
    "deep": (
        {"ipVersion": 4, "tunnel": {"kind": "ipip", "id": None}, "inner": {"ipTTL": -1}},
        ("inner", "ipTTL"),
        "-1, expected an int",
    ),
    "tunnel": ({"ipVersion": 4, "tunnel": {"kind": "wire", "id": 5}}, ("tunnel",), "{'kind': 'wire', 'id': 5} has no"),
    "number": (
        {"destinationTransportPort": 4789, "tunnel": {"kind": "vxlan", "id": 1 << 24}, "inner": {}},
        ("tunnel", "id"),
        "16777216, expected an int that fits 3 octets",
    ),
    "no number": (
        {"destinationTransportPort": 4789, "tunnel": {"kind": "vxlan"}, "inner": {}},
        ("tunnel", "id"),
        "there is no value",
    ),
    "truth of a station": ({"sourceMacAddress": True}, ("sourceMacAddress",), "True, expected 6 octets"),
    "truth": ({"ipTTL": True}, ("ipTTL",), "True, expected an int that fits 1 octet"),
    "cut": (
        {"protocolIdentifier": 17, "tcpControlBits": 2, "truncated": True},
        ("tcpControlBits",),
        "2 has no place",
    ),
    "place": ({"protocolIdentifier": 17, "tcpControlBits": 2}, ("tcpControlBits",), "2 has no place"),
    "other": ({"vlan_tags": [{"vlan": 5}], "dot1qVlanId": 6}, ("dot1qVlanId",), "6 would read 5"),
    "version": ({"ipVersion": 6, "sourceIPv4Address": "192.0.2.1"}, ("sourceIPv4Address",), "has no place"),
}


@pytest.mark.parametrize(("packet", "path", "why"), WRONG.values(), ids=WRONG)
def test_packets_that_cannot_be(packet, path, why):
    with pytest.raises(EncodeError) as raised:
        build_packet(packet, "ethernet", None, ("flows", 2))
    assert raised.value.path == ("flows", 2, *path)
    assert why in raised.value.why


@pytest.mark.parametrize("length", [None, 60, 4000, 65_535])
def test_packets_that_were_cut_before_their_length(length):
    """As long as what is told of them; what is said to be there cannot have been."""
    told = read(IN_GTP[:40], "ethernet")
    built = build_packet(told, "ethernet", length, ())
    assert (told["truncated"], read(built, "ethernet")) == (True, told)
    assert len(built) < 60


def test_packets_that_do_not_fit():
    told = read(bytes(SCAPY["tcp"]), "ethernet")
    with pytest.raises(EncodeError, match="50000 has no place") as raised:
        build_packet(told, "ethernet", 36, ())  # two octets of TCP
    assert raised.value.path == ("destinationTransportPort",)


def test_tunnels_without_end():
    packet: dict[str, Any] = {}
    for _ in range(5000):
        packet = {"ipVersion": 4, "tunnel": {"kind": "ipip", "id": None}, "inner": packet}
    with pytest.raises(EncodeError, match="more than 32 tunnels"):
        build_packet(packet, "ipv4", None, ())


def test_what_octets_say():
    octets = bytes(SCAPY["vxlan"])
    told = read(octets, "ethernet")
    assert says(octets, "ethernet", told, ())
    assert not says(octets, "ethernet", told | {"ipTTL": 1}, ())
    assert not says(octets, "ethernet", {key: told[key] for key in told if key != "ipTTL"}, ())


def test_limits_of_whoever_read_it():
    """Packets of which a bound kept something back are told apart from changed ones, at the default bounds at least."""
    tags = b"".join(bytes.fromhex("00018100") for _ in range(100))
    octets = bytes.fromhex("020000000002 020000000001 8100") + tags + bytes(4)
    told = read(octets, "ethernet")
    assert len(told["vlan_tags"]) < 100
    assert says(octets, "ethernet", told, ())
    assert read(build_packet(told, "ethernet", len(octets), ()), "ethernet") == told


def test_octets_instead_of_hex():
    options = bytes.fromhex("94040000")
    told = read(bytes(IP(src="192.0.2.1", dst="192.0.2.2", len=44) / TCP()), "ipv4")
    packet = {**told, "ipv4_options": options}
    assert read(build_packet(packet, "ipv4", 64, ()), "ipv4") == packet | {"ipv4_options": options.hex()}


@pytest.mark.parametrize(
    "headers",
    [
        bytes.fromhex("0000 000000000000"),  # hop-by-hop as long as the packet
        bytes.fromhex("0000 000000000000 0001 000000000000") + bytes(8),
        bytes.fromhex("3301 000000000000") + bytes(8),  # an authentication header follows, and is not there
        bytes.fromhex("3300 000000000000 0001 0000 00AC0000 00010000"),
    ],
)
def test_chains_that_end_where_the_packet_ends(headers, compiled):
    """The chain says that more of it follows, the packet that nothing does: no protocol is told, and none comes in."""
    octets = bytes.fromhex("60000000") + len(headers).to_bytes(2, "big") + b"\x00\x40" + bytes(32) + headers
    told = read(octets, "ipv6", compiled)
    assert "protocolIdentifier" not in told
    assert told["ipv6_extension_headers"][0] == 0
    built = build_packet(told, "ipv6", len(octets), ())
    assert (read(built, "ipv6", compiled), len(built)) == (told, len(octets))
