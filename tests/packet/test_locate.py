"""Where the outermost UDP datagram of a frame is: by the short way for usual frames, and by the walk."""

from __future__ import annotations

import random

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop
from scapy.layers.l2 import GRE, Dot1AD, Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from netflowparse.packet import locate
from netflowparse.packet.locate import Located, Locator

FRAME = Ether(src="12:00:5e:00:53:01", dst="12:00:5e:00:53:02")
V4 = IP(src="192.0.2.1", dst="192.0.2.9")
V6 = IPv6(src="2001:db8::1", dst="2001:db8::9")
DATAGRAM = UDP(sport=50001, dport=2055) / b"1234"
PORTS = {"sourceTransportPort": 50001, "destinationTransportPort": 2055}
FROM_V4 = {"ipVersion": 4, "sourceIPv4Address": "192.0.2.1", "destinationIPv4Address": "192.0.2.9"}
FROM_V6 = {"ipVersion": 6, "sourceIPv6Address": "2001:db8::1", "destinationIPv6Address": "2001:db8::9"}


@pytest.fixture(params=["either way", "by the walk"])
def locator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Locator:
    """A locator as it is, and one without the short way."""
    if request.param == "by the walk":
        monkeypatch.setattr(locate, "_look", lambda octets, start: None)
    return Locator()


def find(locator: Locator, packet: Packet | bytes, *, before: bytes = b"", behind: bytes = b"") -> Located | None:
    """What is found in an Ethernet frame, with octets before and behind it."""
    return locator.find(before + bytes(packet) + behind, len(before), "ethernet")


@pytest.mark.parametrize(
    ("packet", "places", "facts"),
    [
        pytest.param(FRAME / V4 / DATAGRAM, (14, 34, 46), FROM_V4, id="v4"),
        pytest.param(FRAME / V6 / DATAGRAM, (14, 54, 66), FROM_V6, id="v6"),
        pytest.param(FRAME / Dot1Q(vlan=5) / V4 / DATAGRAM, (18, 38, 50), FROM_V4, id="tagged v4"),
        pytest.param(FRAME / Dot1Q(vlan=5) / V6 / DATAGRAM, (18, 58, 70), FROM_V6, id="tagged v6"),
        pytest.param(FRAME / Dot1AD(vlan=5) / Dot1Q(vlan=6) / V4 / DATAGRAM, (22, 42, 54), FROM_V4, id="two tags"),
        pytest.param(FRAME / V6 / IPv6ExtHdrHopByHop() / DATAGRAM, (14, 62, 74), FROM_V6, id="extension header"),
        pytest.param(
            FRAME / IP(src="192.0.2.1", dst="192.0.2.9", options=b"\x94\x04\0\0") / DATAGRAM,
            (14, 38, 50),
            FROM_V4,
            id="options",
        ),
    ],
)
@pytest.mark.parametrize("before", [b"", b"abc"])
@pytest.mark.parametrize("behind", [b"", bytes(20)])
def test_datagram(
    locator: Locator,
    packet: Packet,
    places: tuple[int, int, int],
    facts: dict[str, object],
    before: bytes,
    behind: bytes,
) -> None:
    found = find(locator, packet, before=before, behind=behind)
    assert found is not None
    assert found[:4] == (*(place + len(before) for place in places), False)
    assert found.fields.items() >= (facts | PORTS).items()


def test_fragments(locator: Locator) -> None:
    found = find(locator, FRAME / IP(src="192.0.2.1", dst="192.0.2.9", id=77, flags="MF", frag=2, proto=17) / bytes(16))
    assert found is not None
    assert found[:4] == (14, 34, 50, True)
    about = {"fragmentIdentification": 77, "fragmentOffset": 2, "fragmentFlags": 0x20}
    assert found.fields.items() >= (FROM_V4 | about).items()
    found = find(locator, FRAME / V6 / IPv6ExtHdrFragment(id=9, m=1) / DATAGRAM)
    assert found is not None
    assert found[:4] == (14, 62, 74, True)
    about = {"fragmentIdentification": 9, "fragmentOffset": 0, "fragmentFlags": 0x20}
    assert found.fields.items() >= (FROM_V6 | about).items()
    assert PORTS.keys().isdisjoint(found.fields)  # they are of the datagram, which is not whole


@pytest.mark.parametrize("packet", [FRAME / V4 / DATAGRAM, FRAME / V6 / DATAGRAM], ids=["v4", "v6"])
def test_end_is_as_the_headers_say(locator: Locator, packet: Packet) -> None:
    whole = bytes(packet)
    for cut in range(5):
        found = find(locator, whole[: len(whole) - cut])
        assert found is not None
        assert found.end == len(whole)
    assert find(locator, whole[:-5]) is None


def test_length_of_udp(locator: Locator) -> None:
    for length, end in ((8, 42), (11, 45), (12, 46), (0, 46), (7, None), (13, None), (65535, None)):
        found = find(locator, FRAME / V4 / UDP(sport=50001, dport=2055, len=length) / b"1234", behind=bytes(9))
        assert (found and found.end) == end


@pytest.mark.parametrize(
    "packet",
    [
        FRAME / V4 / TCP(),
        FRAME / V6 / TCP(),
        FRAME / V4 / IP() / DATAGRAM,
        FRAME / V6 / IP() / DATAGRAM,
        FRAME / V4 / GRE() / IP() / DATAGRAM,
        FRAME / bytes(40),
    ],
    ids=["tcp", "tcp over v6", "ipip", "4in6", "gre", "no ip"],
)
def test_what_is_not_udp(locator: Locator, packet: Packet) -> None:
    assert find(locator, packet) is None


def test_tunnels_in_udp_are_not_entered(locator: Locator) -> None:
    found = find(locator, FRAME / V4 / UDP(sport=1, dport=4789) / VXLAN(vni=5) / FRAME / V4 / DATAGRAM)
    assert found is not None
    assert (found.body, found.fields["destinationTransportPort"]) == (34, 4789)


def test_headers_that_make_no_sense(locator: Locator) -> None:
    assert find(locator, FRAME / IP(ihl=4) / DATAGRAM) is None
    assert find(locator, FRAME / IP(version=6) / DATAGRAM) is None
    assert find(locator, FRAME / IP(ihl=4, flags="MF") / DATAGRAM) is None
    assert find(locator, Ether(type=0x8100) / (b"\0\5\x81\0" * 100)) is None


def test_both_ways_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(5)
    stacks = [bytes(frame / ip / DATAGRAM) for frame in (FRAME, FRAME / Dot1Q(vlan=5)) for ip in (V4, V6)]
    frames = []
    for _ in range(3000):
        octets = bytearray(dice.choice(stacks))
        for _ in range(dice.randrange(3)):
            octets[dice.randrange(12, len(octets))] = dice.choice([0, 6, 17, 44, dice.randrange(256)])
        frames.append(bytes(octets[: dice.choice([len(octets), dice.randrange(len(octets))])]))
    locator = Locator()
    found = [find(locator, frame) for frame in frames]
    monkeypatch.setattr(locate, "_look", lambda octets, start: None)
    assert sum(each is not None for each in found) > 1000
    for frame, short in zip(frames, found, strict=True):
        walked = find(locator, frame)
        assert (short and short[:4]) == (walked and walked[:4])
        if short and walked:
            assert walked.fields.items() >= short.fields.items()
