"""The short road of a datagram: when it is taken, and that the whole road goes on where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.protocols import sets
from tests import message_builder as build
from tests.message_builder import Field

ROUTER: list[Field] = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 4), (21, 4), (22, 4)]
STRINGS: list[Field] = [(8, 4), (82, 65535), (276, 1)]  # 276: dataRecordsReliability, a boolean
UPTIME = 1_000_000


def router(number: int, *, protocol: int = 6, port: int = 443, end: int = 900_000) -> bytes:
    addresses = bytes((10, 0, 0, number, 192, 0, 2, number))
    ports = (0 if protocol == 1 else 1024 + number).to_bytes(2, "big") + port.to_bytes(2, "big")
    times = end.to_bytes(4, "big") + (800_000).to_bytes(4, "big")
    return addresses + ports + bytes([protocol]) + (100 * number).to_bytes(4, "big") + times


def named(number: int, name: bytes, truth: int = 1) -> bytes:
    return bytes((10, 0, 0, number)) + build.variable(name) + bytes([truth])


DATA = build.set_of(256, b"".join(router(number) for number in range(1, 9)))
NAMES = build.set_of(257, b"".join(named(number, b"if%d" % number) for number in range(1, 9)))


class Roads:
    """Counts the datagrams that take the whole road."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.whole = 0
        made = sets.Assembly

        def assembly(*arguments: Any) -> Any:
            self.whole += 1
            return made(*arguments)

        monkeypatch.setattr(sets, "Assembly", assembly)


@pytest.fixture
def roads(monkeypatch: pytest.MonkeyPatch) -> Roads:
    return Roads(monkeypatch)


class Pair:
    """A decoder and its reference, which both have read what makes shapes settled."""

    def __init__(self, roads: Roads, **settings: Any) -> None:
        self.roads = roads
        self.decoders = [Decoder(compiled=compiled, **settings) for compiled in (True, False)]
        self.numbers: Iterator[int] = iter(range(100))
        self.read(build.set_of(0, build.template(256, ROUTER)), DATA)

    def read(self, *bodies: bytes, **header: int) -> tuple[dict[str, Any], bool]:
        """The message of a v9 datagram of these sets, and whether it took the short road."""
        header = {"sysUpTime": UPTIME, "sequenceNumber": next(self.numbers), **header}
        octets = build.netflow9_datagram(*bodies, **header)
        before = self.roads.whole
        message: Any = self.decoders[0].decode(octets, "r1")
        short = self.roads.whole == before
        assert self.decoders[1].decode(octets, "r1") == message
        assert self.decoders[0].statistics() == self.decoders[1].statistics()
        return message, short


@pytest.fixture
def pair(roads: Roads) -> Pair:
    return Pair(roads)


def test_sets_of_known_templates(pair: Pair) -> None:
    message, short = pair.read(DATA, build.set_of(256, router(9)))
    assert short
    assert [flow["octetDeltaCount"] for flow in message["flows"]] == [100 * number for number in range(1, 10)]
    assert message["sequence"] == {"expected": 1, "missing": 0, "event": "in_order"}
    assert message["problems"] == message["quirks"] == []


def test_padding_of_a_word_is_not_out_of_the_ordinary(pair: Pair) -> None:
    message, short = pair.read(build.set_of(256, router(1) + bytes(3)))
    assert (short, len(message["flows"]), message["problems"]) == (True, 1, [])
    _, short = pair.read(build.set_of(256, router(1) + bytes(4)))
    assert not short


def test_rules_that_look_at_records(pair: Pair) -> None:
    message, short = pair.read(DATA, build.set_of(256, router(1, protocol=1, port=0x0301, end=UPTIME + 5)))
    assert short
    assert (message["flows"][8]["icmpTypeIPv4"], message["flows"][8]["icmpCodeIPv4"]) == (3, 1)
    assert message["flows"][8]["flowEndMilliseconds"] == build.EXPORT_TIME * 1000 + 5
    assert sorted(message["quirks"]) == ["icmp_in_destination_port", "last_after_uptime"]


@pytest.mark.parametrize(
    "more",
    [
        build.set_of(0, build.template(256, ROUTER)),
        build.set_of(0, build.template(256, ROUTER[::-1])) + DATA,
        build.set_of(300, b"unknown."),
        build.set_of(2, bytes(4)),
        build.set_of(256, b""),
        build.set_of(256, router(1)[:-1]),
        build.set_of(256, router(1), length=200),
        build.set_of(256, router(1), length=3),
        b"\0",
        b"\1",
    ],
    ids=["repeated", "replaced", "unknown", "reserved", "empty", "short", "cut", "no length", "zero", "octet"],
)
def test_the_whole_road_goes_on_behind_what_is_read(pair: Pair, more: bytes) -> None:
    message, short = pair.read(DATA, build.set_of(256, router(1, protocol=1, port=0x0301, end=UPTIME + 5)), more)
    assert not short
    assert [flow["octetDeltaCount"] for flow in message["flows"][:9]] == [*range(100, 900, 100), 100]
    assert sorted(message["quirks"])[:2] == ["icmp_in_destination_port", "last_after_uptime"]


def test_other_states_take_the_whole_road(pair: Pair) -> None:
    assert not pair.read(DATA, sysUpTime=0)[1]
    assert not pair.read(DATA, exportTime=build.EXPORT_TIME - 100_000)[1]  # the clock was set
    assert pair.read(DATA, exportTime=build.EXPORT_TIME - 100_000)[1]
    pair.read(build.set_of(300, b"unknown."))
    assert not pair.read(DATA)[1]  # a set waits


@pytest.mark.parametrize(
    "settings",
    [
        {"resolve": True},
        {"history": True},
        {"keep_octets": True},
        {"packet_sections": True},
        {"template_lifetime": 10},
        {"limits": Limits(values=100)},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_settings_that_take_the_whole_road(roads: Roads, settings: dict[str, Any]) -> None:
    assert not Pair(roads, **settings).read(DATA)[1]


def test_values_that_do_not_suit_their_type(pair: Pair) -> None:
    """They are read once, and reported; what the registry learns meanwhile counts as ever."""
    pair.read(build.set_of(0, build.template(257, [(8, 4), (82, 4), (276, 1)])))
    sound = build.set_of(257, b"".join(bytes((10, 0, 0, 1)) + b"eth0\1" for _ in range(8)))
    pair.read(sound)
    message, short = pair.read(sound)
    assert short
    message, short = pair.read(DATA, sound, build.set_of(257, bytes((10, 0, 0, 1)) + b"eth\xff\3"))
    assert not short
    assert (message["flows"][-1]["interfaceName"], message["flows"][-1]["dataRecordsReliability"]) == ("eth\\xff", None)
    assert [problem["code"] for problem in message["problems"]] == ["bad_value", "bad_value"]
    for decoder in pair.decoders:
        decoder.registry.add([{"pen": 64999, "element_id": 1, "name": "own", "data_type": "string"}])
    assert not pair.read(sound)[1]  # its shape was dropped
    assert pair.read(sound)[1]


def test_ipfix(roads: Roads) -> None:
    decoders = [Decoder(compiled=compiled) for compiled in (True, False)]
    numbers = 0

    def read(*bodies: bytes, more: bytes = b"", **header: int) -> tuple[dict[str, Any], bool]:
        octets, before = build.ipfix_message(*bodies, sequenceNumber=numbers, **header) + more, roads.whole
        message: Any = decoders[0].decode(octets, "r1")
        short = roads.whole == before
        assert decoders[1].decode(octets, "r1") == message
        return message, short

    read(build.set_of(2, build.template(257, STRINGS)))
    read(NAMES)
    numbers = 8
    message, short = read(NAMES, build.set_of(257, named(9, b"x" * 300) + named(10, "ä".encode(), 2) + named(11, b"")))
    assert short
    assert [flow["interfaceName"] for flow in message["flows"]] == [
        *(f"if{i}" for i in range(1, 9)),
        "x" * 300,
        "ä",
        "",
    ]
    assert [flow["dataRecordsReliability"] for flow in message["flows"]] == [True] * 9 + [False, True]
    assert message["sequence"] == {"expected": 8, "missing": 0, "event": "in_order"}
    numbers += 11
    assert not read(NAMES, more=b"beyond")[1]
    numbers += 8
    message, short = read(NAMES, build.set_of(257, named(1, b"cut")[:-1]))
    assert not short
    assert [problem["code"] for problem in message["problems"]] == ["truncated_record"]
    message, short = read(build.set_of(257, named(1, b"\xff")))
    assert (short, message["flows"][0]["interfaceName"]) == (False, "\\xff")
