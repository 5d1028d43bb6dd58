"""Invariant: a datagram whose lengths, counts and ids lie costs nobody anything: what stands before the first lie is
decoded as ever, each octet is explained, and no other exporter notices.

    python -m fuzz.fuzz_spoil --runs N
"""

from __future__ import annotations

import random
from functools import cache, cached_property
from typing import Any

from netflowparse import DecodeError, Decoder
from tests.explanation.checks import check
from tests.framing import Place, framing

from . import seeds
from .command import alone
from .harness import Harness
from .invariants import check_state, decoded

BAD, GOOD = "bad", "good"  # exporters
LARGE = (0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF)
INJURY = 4  # octets: which place, what is done with its number, by how much
SCOPE = 6  # datagrams of a recording that are spoiled
#: set behind by what a lie may change of earlier records: which of two samples or sets came last
RELATIVE = ("continuity",)


class Case:
    """A datagram, a decoder that two exporters have sent it before, with what came before it, and where it can lie."""

    def __init__(self, earlier: list[bytes], datagram: bytes) -> None:
        self.datagram = datagram
        self._before = [*earlier, datagram]
        self._decoder = Decoder()
        explanation = self.primed(GOOD).explain(datagram, GOOD)
        self.places = list(framing(explanation))
        self._parts = [part.offset for part in explanation.root.children]

    def primed(self, exporter: str = BAD) -> Decoder:
        """The decoder, which knows nothing of *exporter* but these datagrams."""
        self._decoder.forget(exporter)
        for each in self._before:
            self._decoder.decode(each, exporter)
        return self._decoder

    @cached_property
    def message(self) -> Any:
        """What the datagram says, sent once more by the exporter that tells no lies."""
        return self._decoder.decode(self.datagram, GOOD)

    @cache  # noqa: B019 - cases live as long as the process
    def whole_before(self, offset: int) -> dict[str, int]:
        """How many records of each list stand before *offset*: those of the datagram cut there.

        A sample of sFlow is one record, of which a cut leaves a part: there it is cut before the sample.
        """
        if self.message["protocol"] == "sflow5":
            offset = max(start for start in self._parts if start <= offset)
        try:
            message: Any = self.primed().decode(self.datagram[:offset], BAD)
        except DecodeError:
            return {}
        return {key: len(message[key]) for key in ("flows", "options", "counters")}


class Spoil(Harness):
    """Octets choose a datagram of the recordings and injuries: a place, what is done with its number, by how much."""

    compile_at_once = True

    def __init__(self) -> None:
        super().__init__()
        self._cases = [
            (recording[:number], datagram)
            for recording in seeds.recordings()
            for number, datagram in enumerate(recording[:SCOPE])
        ]
        self._made: dict[int, Case] = {}

    def __call__(self, octets: bytes) -> None:
        """Decode the datagram with its injuries, then the whole one from somebody else."""
        number = int.from_bytes(octets[:2], "big") % len(self._cases)
        case = self._made.get(number)
        if case is None:
            case = self._made[number] = Case(*self._cases[number])
        spoiled, first = injured(case.datagram, case.places, octets[2:])
        whole, decoder = case.message, case.primed()
        explanation = decoder.explain(spoiled, BAD)
        message = decoded(decoder, spoiled, self.counts, exporter=BAD)
        check_state(decoder)
        check(explanation, spoiled)
        if message is not None and first is not None:
            self._check_before(case, message, first)
        assert decoder.decode(case.datagram, GOOD) == whole

    def _check_before(self, case: Case, message: Any, first: int) -> None:
        """What ends before the first injury is as it was."""
        if message["protocol"] != case.message["protocol"]:
            return
        self.counts["compared"] += sum(case.whole_before(first).values())
        for key, count in case.whole_before(first).items():
            assert [_plain(each) for each in message[key][:count]] == [
                _plain(each) for each in case.message[key][:count]
            ]

    @staticmethod
    def seeds() -> list[bytes]:
        """Each datagram with a few injuries."""
        return [number.to_bytes(2, "big") + bytes((0, number, number % 8, 1)) for number in range(64)]

    @staticmethod
    def mutate(octets: bytes, others: list[bytes], chance: random.Random) -> bytes:
        """Other injuries, perhaps of another datagram."""
        head = octets[:2] if chance.randrange(3) else chance.choice(others)[:2]
        kept = octets[2 : 2 + INJURY * chance.randrange(4)]
        return head + kept + chance.randbytes(INJURY * (1 + chance.randrange(2)))


def _plain(record: Any) -> Any:
    return {key: value for key, value in record.items() if key not in RELATIVE}


def injured(datagram: bytes, places: list[Place], injuries: bytes) -> tuple[bytes, int | None]:
    """The datagram with lies, and where the first one stands."""
    octets, first = bytearray(datagram), None
    for position in range(0, len(injuries) - INJURY + 1, INJURY):
        which, kind, much = int.from_bytes(injuries[position : position + 2], "big"), *injuries[position + 2 :][:2]
        late = places[len(places) // 2 :] if which >> 14 else places  # behind the header there are records to keep
        place = late[which % len(late)]
        start, end = place.offset, place.offset + place.width
        number, most = int.from_bytes(octets[start:end], "big"), 256**place.width - 1
        told = (much, number + much, number - much, most - much, LARGE[much % len(LARGE)], number << much % 9)[kind % 6]
        octets[start:end] = (told & most).to_bytes(place.width, "big")
        if told & most != number:
            first = start if first is None else min(first, start)
    return bytes(octets), first


HARNESS = Spoil

if __name__ == "__main__":
    alone(__file__)
