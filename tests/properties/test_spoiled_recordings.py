"""Recordings of real exporters, spoiled: what stands before the damage is what the whole datagram has, nothing raises.

Of each recording one datagram, with those that teach its templates, and one of each fixed version that nobody recorded.
The places that are spoiled are few, and always the same: of the next recording others than of the one before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import pytest

from netflowparse import DecodeError, Decoder, Limits
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS
from tests.protocols.layouts import AGGREGATIONS, HEADERS, RECORDS, datagram, distinct, pack, size_of

#: recording -> the datagram that is spoiled, and those before it that teach its templates
CHOSEN: dict[str, tuple[int, ...]] = {
    "fprobe-netflow1": (0,),
    "softflowd-netflow1": (0,),
    "fprobe-netflow5": (0,),
    "openvswitch-netflow5": (1,),
    "pmacctd-netflow5": (0,),
    "softflowd-netflow5": (0,),
    "fprobe-netflow7": (0,),
    "pmacctd-netflow9": (0,),
    "softflowd-netflow9": (0,),
    "softflowd-netflow9-sampled": (0,),
    "openvswitch-ipfix": (20, 6),
    "pmacctd-ipfix": (0,),
    "softflowd-ipfix": (0,),
    "softflowd-ipfix-biflow": (0,),
    "softflowd-ipfix-ether": (0,),
    "softflowd-psamp": (1, 0),
    "openvswitch-sflow": (22,),
    "pmacctd-sflow": (5,),
}
HEADER_LENGTHS = {0: 28, 9: 20, 10: 16, **{version: size_of(layout) for version, layout in HEADERS.items()}}  # 0: sFlow
KINDS = ("flows", "options", "counters")
OCTETS = (0x00, 0x7F, 0x80, 0xFF)
WORDS = (0, 1, 3, 4, 5, 0x7FFF, 0x8000, 0xFFFF)
LONG_WORDS = (0, 1, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF)
LONGEST = 65535
NOISE = Random(7).randbytes(LONGEST)
MOST = 20  # octets of JSON that an octet may become, beside those that every message has

Message = dict[str, Any]


class Case(NamedTuple):
    """A datagram to spoil, and what is decoded before it."""

    name: str
    octets: bytes
    lessons: list[bytes]

    @property
    def version(self) -> int:
        """The version word; of sFlow 0."""
        return self.octets[1]


def cases() -> Iterator[Case]:
    """All of them, the fixed versions first."""
    for version, layout, header in ((6, RECORDS[6], {}), (8, AGGREGATIONS[5], {"aggregation": 5})):
        made = [pack(layout, **distinct(layout, seed)) for seed in (1, 0x51, 0xA1)]
        yield Case(f"netflow{version}", datagram(version, made, **header), [])
    for name, (spoiled, *lessons) in CHOSEN.items():
        datagrams = read_datagrams(RECORDINGS / f"{name}.pcap")
        yield Case(name, datagrams[spoiled], [datagrams[lesson] for lesson in lessons])


CASES = list(cases())
FIXED = [case for case in CASES if case.version in HEADERS]
NETFLOW9, IPFIX, SFLOW5 = ([case for case in CASES if case.version == version] for version in (9, 10, 0))
OF = {"fixed": FIXED, "netflow9": NETFLOW9, "ipfix": IPFIX, "sflow5": SFLOW5}
protocols = pytest.mark.parametrize("chosen", OF.values(), ids=OF)

Read = Callable[..., Message | None]


@pytest.fixture
def read(decoder: Decoder) -> Read:
    """Reads octets in the place of a case's datagram; None where they have no message."""

    def decode(case: Case, octets: bytes) -> Message | None:
        decoder.forget("r1")
        for lesson in case.lessons:
            decoder.decode(lesson, "r1")
        try:
            message = decoder.decode(octets, "r1")
        except DecodeError as error:
            assert 0 <= error.offset <= len(octets)
            return None
        assert len(json.dumps(message, allow_nan=False)) < 3_000 + MOST * len(octets)
        assert len(message["problems"]) <= Limits().problems + 1
        assert all(0 <= problem["offset"] <= len(octets) for problem in message["problems"])
        return message

    return decode


def records(message: Message) -> list[Any]:
    return [*message["flows"], *message["options"], *message["counters"]]


def places(case: Case, step: int, width: int = 1) -> range:
    """Where *case* is spoiled: one of *step* places that lie *width* octets apart."""
    return range(CASES.index(case) % step * width, len(case.octets) - width + 1, step * width)


def set_to(octets: bytes, at: int, value: int, width: int) -> bytes:
    return octets[:at] + value.to_bytes(width, "big") + octets[at + width :]


def test_every_recording_is_spoiled() -> None:
    assert sorted(CHOSEN) == sorted(path.stem for path in RECORDINGS.glob("*.pcap"))
    assert sum(map(len, OF.values())) == len(CASES) == len(CHOSEN) + 2


@pytest.mark.fault("G-04")
@protocols
def test_prefixes(read: Read, decoder: Decoder, compiled: bool, chosen: Sequence[Case]) -> None:
    """Records and templates are the first ones of the whole datagram, and none is lost that is whole."""
    for case in chosen:
        whole, before = read(case, case.octets), dict.fromkeys(KINDS, 0)
        rows = decoder.templates()
        for length in places(case, 19 if compiled else 211):
            message = read(case, case.octets[:length])
            assert (message is None) == (length < HEADER_LENGTHS[case.version]), (case.name, length)
            if message is None:
                assert decoder.statistics() == [] or case.lessons
                continue
            for kind in KINDS:
                found, cut = message[kind], case.version == 0 and "truncated_sample" in str(message["problems"])
                sure = max(0, len(found) - cut)  # of the last sample perhaps less
                assert found[:sure] == whole[kind][:sure]
                assert before[kind] <= len(found) <= len(whole[kind])
                before[kind] = len(found)
            learned = [each for each in message["templates"] if each["event"] != "rejected"]
            assert learned == whole["templates"][: len(learned)]
            assert decoder.templates() == rows[: len((case.lessons and rows) or learned)]
            if case in FIXED:
                size = (len(case.octets) - HEADER_LENGTHS[case.version]) // len(whole["flows"])
                assert len(message["flows"]) == (length - HEADER_LENGTHS[case.version]) // size
            assert message["problems"] or case.version == 9  # which does not say how long it is
        shorter = read(case, case.octets[:-1])
        assert len(records(whole)) - 1 <= len(records(shorter)) <= len(records(whole))


@pytest.mark.fault("G-05", "G-06", "G-12")
@protocols
def test_octets_behind(read: Read, compiled: bool, chosen: Sequence[Case]) -> None:
    """Zeros, ones, the datagram again: the records are the same, and what is behind them is told."""
    for case in chosen:
        whole, end = read(case, case.octets), len(case.octets)
        tails = [b"\0", bytes(3), bytes(4), bytes(100), b"\xff" * 100, case.octets]
        for tail in tails if compiled else tails[CASES.index(case) % 6 :: 3]:
            message = read(case, case.octets + tail)
            assert [message[kind] for kind in KINDS] == [whole[kind] for kind in KINDS]
            taught = len(whole["templates"])
            assert message["templates"][:taught] == whole["templates"]
            assert all(each["event"] == "rejected" for each in message["templates"][taught:])
            behind = [each for each in message["problems"] if each["offset"] >= end]
            assert [each for each in message["problems"] if each["offset"] < end] == whole["problems"]
            if case.version != 9:
                assert [(each["code"], each["offset"]) for each in behind] == [("trailing_octets", end)]
                assert behind[0]["length"] == len(tail)
            elif any(tail):  # FlowSet 65535, of as many octets; or the next packet, its header read as FlowSets
                assert min(each["offset"] for each in behind) == end
                assert tail[0] == 0 or [each["code"] for each in behind] == ["truncated_set", "missing_template"]
            else:
                assert (behind, "zero_filled_tail" in message["quirks"]) == ([], len(tail) > 3)


def spoil(read: Read, case: Case, at: int, value: int, width: int) -> None:
    """Spoil one place: of fixed versions one record is another, of others none that ends before it."""
    start = HEADER_LENGTHS[case.version]
    message = read(case, set_to(case.octets, at, value, width))
    assert message is not None or at < start, (case.name, at)
    if at < start:
        return
    if case in FIXED:
        whole = read(case, case.octets)["flows"]
        hit = (at - start) * len(whole) // (len(case.octets) - start)
        whole[hit] = message["flows"][hit]
        assert message["flows"] == whole
        return
    before = read(case, case.octets[:at])
    for kind in KINDS:
        sure = max(0, len(before[kind]) - (case.version == 0))  # sFlow: the last sample has more than one record
        assert message[kind][:sure] == before[kind][:sure], (case.name, at)
    learned = [each for each in before["templates"] if each["event"] != "rejected"]
    assert message["templates"][: len(learned)] == learned


@pytest.mark.fault("G-07")
@protocols
def test_octets_spoiled(read: Read, compiled: bool, chosen: Sequence[Case]) -> None:
    for case in chosen:
        for number, at in enumerate(places(case, 41 if compiled else 307)):
            spoil(read, case, at, OCTETS[number % 4], 1)


@pytest.mark.fault("G-08")
@protocols
def test_words_spoiled(read: Read, compiled: bool, chosen: Sequence[Case]) -> None:
    for case in chosen:
        for number, at in enumerate(places(case, 29 if compiled else 211, 2)):
            spoil(read, case, at, WORDS[number % 8], 2)


@pytest.mark.fault("G-09")
def test_long_words_spoiled(read: Read, compiled: bool) -> None:
    """Of sFlow all words with one engine, and with each of the values some."""
    for case in SFLOW5:
        for number, at in enumerate(places(case, 1 if compiled else 13, 4)):
            spoil(read, case, at, LONG_WORDS[number % 8], 4)


@pytest.mark.fault("G-10", "G-11")
@protocols
def test_the_longest_datagrams(read: Read, compiled: bool, chosen: Sequence[Case]) -> None:
    """Noise, or nothing but one octet, behind a real header, and behind one that claims as much as it can."""
    for case in {each.version: each for each in chosen}.values() if compiled else chosen[:1]:
        start = HEADER_LENGTHS[case.version]
        header = case.octets[:start]
        most = {0: set_to(header, start - 4, 0xFFFFFFFF, 4), 9: header}.get(case.version, set_to(header, 2, LONGEST, 2))
        zeros, ones = bytes(LONGEST - start), b"\xff" * (LONGEST - start)
        bodies = ((header, NOISE[start:]), (header, ones), (most, zeros), (most, ones), (most, NOISE[start:]))
        for first, body in bodies if compiled else bodies[:2]:
            message = read(case, first + body)
            if case in FIXED:  # as many records as are counted, and are there
                size = (len(case.octets) - start) // len(read(case, case.octets)["flows"])
                count = int.from_bytes(first[2:4], "big")
                assert len(message["flows"]) == min(count, (LONGEST - start) // size)
            else:
                assert (message["flows"], message["options"], message["counters"]) == ([], [], [])
            assert len(message["problems"]) <= 3 or body not in (zeros, ones)


@pytest.mark.fault("G-13")
@protocols
def test_datagrams_again(decoder: Decoder, compiled: bool, chosen: Sequence[Case]) -> None:
    """The same records each time, and a duplicate each time; nothing grows."""
    for case in chosen if compiled else chosen[:1]:
        for octets in (*case.lessons, case.octets, case.octets):
            again = decoder.decode(octets, case.name)
        rows = decoder.templates(), decoder.pending(), decoder.knowledge(case.name)
        for _ in range(20):
            message = decoder.decode(case.octets, case.name)
            assert records(message) == records(again) != []
            assert message["sequence"]["event"] == ("uncertain" if case.version == 1 else "duplicate")
        assert (decoder.templates(), decoder.pending(), decoder.knowledge(case.name)) == rows
