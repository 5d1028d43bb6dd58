"""What is read in one go: both engines take the same packets for usual, and their keys have one order."""

from __future__ import annotations

import pytest

from netflowparse import Limits
from netflowparse.codec.engine import Engine
from netflowparse.packet.decoder import PacketDecoder
from netflowparse.packet.usual import CHAINS, TCP, UDP

from .stacks import ETHERNET, STACKS

FRAMES = [stack for stack in STACKS if stack.protocol == ETHERNET]
DECODERS = [PacketDecoder(Engine(Limits(), compiled=compiled), Limits()) for compiled in (True, False)]
HEAD = bytes.fromhex("020000000001 020000000002 0800 45 00 0028 0001 4000 40 06 0000 C0000201 C6336401")


def read(octets: bytes) -> str:
    """What is read in one go, in the order of its keys; the same by both engines."""
    found = []
    for decoder in DECODERS:
        said: dict[str, object] = {}
        assert decoder.decode_usual(said, octets, 0, len(octets)) == bool(said)
        found.append(repr(said))
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("length", [*range(50, 82), 128])
def test_engines_agree_on_what_is_usual(length: int) -> None:
    for stack in FRAMES:
        read(stack.octets.ljust(128, b"\0")[:length])


@pytest.mark.parametrize(
    ("offset", "octets", "usual"),
    [
        (14, "46", False),  # options
        (14, "65", False),  # another version
        (16, "0027", False),  # fewer octets than the headers have
        (16, "0029", True),
        (20, "0001", False),  # a later fragment
        (20, "2000", True),  # the first one
        (23, "01", False),  # ICMP
        (23, "11", True),
        (12, "0806", False),
        (36, "12b5", True),  # TCP has no tunnel's port
    ],
)
def test_ipv4(offset: int, octets: str, usual: bool) -> None:
    packet = bytearray(HEAD + bytes(40))
    packet[offset : offset + len(octets) // 2] = bytes.fromhex(octets)
    assert (read(bytes(packet)) != "{}") == usual


@pytest.mark.parametrize(("ports", "usual"), [("c350 0035", True), ("c350 12b5", False), ("0dd8 c350", False)])
def test_ports_of_udp(ports: str, usual: bool) -> None:
    packet = HEAD[:23] + b"\x11" + HEAD[24:] + bytes.fromhex(ports) + bytes(16)
    assert (read(packet) != "{}") == usual
    assert read(packet[:-1]) == "{}"


@pytest.mark.parametrize("chain", CHAINS.values())
def test_values_that_are_always_the_same(chain) -> None:
    """They are among the keys; TCP has all keys of UDP, and its own behind them."""
    for protocol in (TCP, UDP):
        keys = [key for key, _ in chain.layout(protocol).display]
        assert set(chain.constants(protocol)) <= set(keys)
    assert chain.tcp.display[: len(chain.udp.display)] == chain.udp.display
    assert [key for key, _ in chain.tcp.display[len(chain.udp.display) :]] == ["tcpSequenceNumber", "tcpControlBits"]
