"""Datagrams of real exporters, cut at any octet and with lengths that lie: what stands before the damage is as it was.

The default run takes a sample of each datagram of ../shared/captures, on both engines; ``python -m pytest -m
exhaustive`` takes all cuts and all lies, on the compiled one.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from netflowparse import DecodeError, Decoder
from netflowparse.quirks import TRIGGERED
from tests.explanation.test_captures import records_of
from tests.framing import Place, lengths
from tests.test_captures import load

CUTS, LIES = 30, 10  # of each datagram, in the sample
LEAST = 20_000  # spoiled datagrams in the sample
LISTS = ("flows", "options", "counters")
#: octets of headers, by the specifications; an sFlow header with an IPv6 agent has 12 more
HEADERS = {"netflow1": 16, "netflow5": 24, "netflow7": 24, "netflow8": 28, "netflow9": 20, "ipfix": 16, "sflow5": 28}
HARMLESS = {"refreshed", "rejected", "withdrawal_ignored"}  # template events that leave definitions as they are
TOLD_BY_OTHERS = ("continuity",)  # of an sFlow sample: what the one before it says


class Subject:
    """A datagram in its place: a decoder, pickled, has had what came before it from the same exporter, and itself."""

    def __init__(self, state: bytes, octets: bytes, exporter: str) -> None:
        self.octets = octets
        self._exporter = exporter
        self._state = state
        self._decoder = decoder = pickle.loads(state)
        explanation = decoder.explain(octets, exporter)
        self._places = list(lengths(explanation))
        self.whole: Any = self._decode(octets)
        self._sampled = self.whole["protocol"] == "sflow5"
        if self._sampled:
            samples = [part for part in explanation.root.children if "sample" in part.name or part.name == "undecoded"]
            self._parts = [(sample.offset, sample.end) for sample in samples]
        else:
            whole = sum(len(self.whole[key]) for key in LISTS)  # the last one may be cut
            self._parts = [(record.offset, record.end) for record in records_of(explanation)][:whole]

    def cuts(self) -> range:
        """Where it can be cut."""
        return range(len(self.octets))

    def lies(self) -> list[tuple[Place, int]]:
        """Its lengths, and what each may be instead."""
        return [
            (place, number)
            for place in self._places
            for number in (0, 1, 3, 0xFFFF if place.width > 1 else 0xFF)
            if number != int.from_bytes(self.octets[place.offset : place.offset + place.width], "big")
        ]

    def check_cut(self, at: int) -> dict[str, int]:
        """Cut it there: what stands before is whole and the same; of each list, how many records that are."""
        message = self._decode(self.octets[:at])
        protocol = self.whole["protocol"]
        header = HEADERS[protocol] + 12 * (protocol == "sflow5" and ":" in self.whole["header"]["agentAddress"])
        if at < header:
            assert message is None
            return dict.fromkeys(LISTS, 0)
        counts = {key: len(message[key]) for key in LISTS}
        ended = sum(end <= at for _, end in self._parts)
        found = sum(counts.values()) + len(message.get("unknown_samples", ()))
        if self._sampled:  # of a sample that is cut there may be a part
            assert ended <= found <= ended + 1
            cut = [key for key in LISTS if counts[key] and not self._same(message, key, counts[key])]
            assert len(cut) <= found - ended
            counts.update((key, counts[key] - 1) for key in cut)
        else:
            assert found == ended
        assert all(self._same(message, key, counts[key]) for key in LISTS)
        return counts

    def check_lie(self, place: Place, number: int, before: dict[str, int]) -> None:
        """Let one length lie: the records *before* it are the same."""
        octets = bytearray(self.octets)
        octets[place.offset : place.offset + place.width] = number.to_bytes(place.width, "big")
        message = self._decode(bytes(octets))
        if message is None:
            assert self.whole["protocol"] == "ipfix"
            assert (place.offset, number < 16) == (2, True)  # the header's own length
        else:
            assert all(self._same(message, key, before[key]) for key in LISTS)

    def start_of_part(self, offset: int) -> int:
        """Where the sample begins that has the octet at *offset*; elsewhere *offset* itself."""
        starts = [start for start, _ in self._parts if start <= offset] if self._sampled else []
        return max(starts, default=offset)

    def _same(self, message: Any, key: str, count: int) -> bool:
        return _plain(message[key][:count]) == _plain(self.whole[key][:count])

    def _decode(self, octets: bytes) -> Any:
        """The message, or None; a decoder that learned something from damage is replaced."""
        try:
            message: Any = self._decoder.decode(octets, self._exporter)
        except DecodeError:
            return None
        if any(event["event"] not in HARMLESS for event in message["templates"]):
            self._decoder = pickle.loads(self._state)
        return message


def _plain(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records without what others say about them."""
    return [{key: value for key, value in record.items() if key not in TOLD_BY_OTHERS} for record in records]


def subjects(folder: Path, *, compiled: bool) -> Iterator[Subject]:
    """The datagrams of all captures that have messages; rules that wait for evidence would see it in some cuts only."""
    read = load("capfile").read
    for path in sorted(folder.rglob("*.pcap")):
        decoder = Decoder(compiled=compiled, quirks=TRIGGERED)
        for datagram in read(path):
            try:
                decoder.decode(datagram.payload, datagram.exporter)
            except DecodeError:
                continue
            yield Subject(pickle.dumps(decoder), datagram.payload, datagram.exporter)


@pytest.mark.fault("G-04", "G-08", "G-09")
def test_a_sample_of_all_damage(shared_captures: Path, compiled: bool) -> None:
    chance = random.Random(1)
    spoiled = 0
    for subject in subjects(shared_captures, compiled=compiled):
        cuts, lies = subject.cuts(), subject.lies()
        for at in chance.sample(cuts, min(CUTS, len(cuts))):
            subject.check_cut(at)
            spoiled += 1
        for place, number in chance.sample(lies, min(LIES, len(lies))):
            subject.check_lie(place, number, subject.check_cut(subject.start_of_part(place.offset)))
            spoiled += 2
    assert spoiled >= LEAST


@pytest.mark.exhaustive
@pytest.mark.fault("G-04", "G-08", "G-09")
def test_all_damage(shared_captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each datagram cut at each of its octets, and each of its lengths set to 0, 1, 3 and 0xFFFF."""
    cut = lied = 0
    for subject in subjects(shared_captures, compiled=True):
        before = [subject.check_cut(at) for at in subject.cuts()]
        for place, number in subject.lies():
            subject.check_lie(place, number, before[subject.start_of_part(place.offset)])
            lied += 1
        cut += len(before)
    with capsys.disabled():
        print(f"\n{cut:,} cuts, {lied:,} lengths that lie")
    assert cut > 200_000
    assert lied > 30_000
