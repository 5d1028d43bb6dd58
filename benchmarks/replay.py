"""What exporters send to a collector, prepared: datagrams of several in turn, each numbered on where it had ended.

Seeded workloads, or the recordings of real exporters in ``tests/captures``, over and over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from random import Random

from netflowparse import Decoder
from tests.capture_reader import read_datagrams

from .sflow_workload import Numbering
from .traffic import Workload, numbered
from .workloads import MAKERS, SEQUENCE_NUMBERS

CAPTURES = Path(__file__).resolve().parent.parent / "tests" / "captures"
RECORDINGS = "recordings"
NAMES = (RECORDINGS, "v5", "v9", "ipfix", "sflow5")
EXPORTERS = 16  # of a seeded workload
EACH = 2  # exporters that send the same recording
#: version -> where the number stands; v1 has none
OFFSETS = {version: SEQUENCE_NUMBERS[name] for version, name in ((5, "v5"), (7, "v5"), (9, "v9"), (10, "ipfix"))}


@dataclass(frozen=True)
class Replay:
    """*sent* are (exporter, datagram), the exporter an index, in the order in which they are sent."""

    name: str
    exporters: int
    sent: tuple[tuple[int, bytes], ...]

    def part(self, divisor: int) -> Replay:
        """What is sent first, one in *divisor* of all."""
        return replace(self, sent=self.sent[: len(self.sent) // divisor])

    def addresses(self) -> list[str]:
        """An address of this machine for each exporter."""
        return [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(self.exporters)]

    def decode(self) -> tuple[int, int]:
        """(flows, problems) that a decoder makes of all."""
        addresses, decode = self.addresses(), Decoder().decode
        flows = problems = 0
        for exporter, datagram in self.sent:
            message = decode(datagram, addresses[exporter])
            flows += len(message["flows"]) + sum(len(late["flows"]) for late in message["late"])
            problems += len(message["problems"])
        return flows, problems


def replay(name: str, datagrams: int) -> Replay:
    """So many datagrams of the workload of this name."""
    if name == RECORDINGS:
        paths = sorted(CAPTURES.glob("*.pcap"))
        sources = [_recorded(read_datagrams(path), seed) for path in paths for seed in range(EACH)]
    else:
        workload = MAKERS[name]()
        sources = [_seeded(workload) for _ in range(EXPORTERS)]
    turns = cycle(enumerate(sources))
    return Replay(name, len(sources), tuple((each, next(source)) for each, source in islice(turns, datagrams)))


def _seeded(workload: Workload) -> Iterator[bytes]:
    renew = workload.renew()
    assert renew is not None
    yield from workload.templates
    yield from workload.datagrams
    while True:
        yield from renew(workload.datagrams)


def _recorded(datagrams: Sequence[bytes], seed: int) -> Iterator[bytes]:
    renumber = _renumbering(datagrams, seed)
    round_ = 0
    while True:
        yield from renumber(round_)
        round_ += 1


def _renumbering(datagrams: Sequence[bytes], seed: int) -> Callable[[int], Sequence[bytes]]:
    """A function that gives a recording the numbers of its *n*-th repetition."""
    if datagrams[0][:4] == b"\0\0\0\5":
        numbering = Numbering(Random(seed))
        return lambda _: numbering(datagrams)
    version = int.from_bytes(datagrams[0][:2], "big")
    if version not in OFFSETS:
        return lambda _: datagrams
    offset = OFFSETS[version]
    if version in (5, 7):
        flows = sum(int.from_bytes(datagram[2:4], "big") for datagram in datagrams)
        return partial(_moved, datagrams, offset, flows)
    decoder = Decoder()
    for datagram in datagrams:
        decoder.decode(datagram, None)
    expected = decoder.decode(datagrams[0], None)["sequence"]["expected"]
    return partial(_moved, datagrams, offset, expected - _number(datagrams[0], offset))


def _moved(datagrams: Sequence[bytes], offset: int, step: int, times: int) -> list[bytes]:
    return [numbered(datagram, offset, _number(datagram, offset) + step * times) for datagram in datagrams]


def _number(datagram: bytes, offset: int) -> int:
    return int.from_bytes(datagram[offset : offset + 4], "big")
