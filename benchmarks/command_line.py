"""Where the command line's time goes: ``python -m benchmarks.command_line`` from the repository's root.

A capture of all workloads is written to a temporary file, each workload from several exporters in turn.  The command
is then run cut off behind each of its parts, in rounds in which every cut has its turn; what a part costs is what its
cut takes longer than the one before.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import cycle, pairwise
from pathlib import Path
from platform import python_implementation, python_version
from statistics import median
from time import process_time
from typing import Any, BinaryIO, TextIO

from netflowparse import Decoder
from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.capture import iter_frames
from netflowparse.cli.command import Session, run
from netflowparse.cli.datagrams import iter_datagrams
from netflowparse.cli.progress import Progress
from netflowparse.cli.report import Report
from netflowparse.cli.source import open_source
from netflowparse.types import Message

from .timing import table
from .traffic import Workload
from .workloads import workloads

ROUNDS = 5
MEGABYTES = 25
QUICK_MEGABYTES = 1
EXPLAINED = 200_000  # octets: a tree takes as long as many messages
EXPORTERS = 3  # of each workload
PORT = 2055
ETHERNET = 1  # link type
MODES = {"lines": [], "--messages": ["--messages"], "--summary": ["--summary"], "--explain": ["--explain"]}
PARTS = ("reading blocks", "taking frames apart", "decoding", "keeping account", "making text", "writing it")


# The capture.


@cache
def _workloads() -> list[Workload]:
    return workloads()


def datagrams() -> Iterator[tuple[int, bytes, int]]:
    """Endless: (number of the exporter, datagram, its records), each exporter's templates before its data."""
    senders = []
    for number, workload in enumerate(each for each in _workloads() for _ in range(EXPORTERS)):
        for datagram in workload.templates:
            yield number, datagram, 0
        senders.append((number, workload, workload.renew()))
    sent = [list(workload.datagrams) for _, workload, _ in senders]
    for turn in cycle(range(max(map(len, sent)))):
        for number, workload, renew in senders:
            index = turn % len(sent[number])
            if not index and turn and renew is not None:
                sent[number] = list(renew(sent[number]))
            yield number, sent[number][index], workload.records // len(workload.datagrams)


def frame(exporter: int, datagram: bytes) -> bytes:
    """An Ethernet frame with the UDP datagram of an exporter; without checksums, which nobody looks at."""
    udp = struct.pack(">4H", 50000 + exporter, PORT, 8 + len(datagram), 0)
    addresses = bytes((192, 0, 2, 1 + exporter, 198, 51, 100, 1))
    ip = struct.pack(">BxH4xBBxx", 0x45, 20 + len(udp) + len(datagram), 64, 17) + addresses
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0" + ip + udp + datagram


def write_pcap(file: BinaryIO, octets: int) -> tuple[int, int]:
    """Write a pcap file of about so many *octets*; how many datagrams and records are in it."""
    size = file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, ETHERNET))
    return _fill(file, octets - size, lambda number, one: struct.pack("<4I", number, 0, len(one), len(one)) + one)


def write_pcapng(file: BinaryIO, octets: int) -> tuple[int, int]:
    """The same as pcapng, of one section and one interface."""
    size = file.write(_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    size += file.write(_block(1, struct.pack("<HHI", ETHERNET, 0, 0x40000)))

    def spell(number: int, one: bytes) -> bytes:
        time = number * 1_000_000
        return _block(6, struct.pack("<5I", 0, time >> 32, time & 0xFFFFFFFF, len(one), len(one)) + one)

    return _fill(file, octets - size, spell)


def _block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def _fill(file: BinaryIO, octets: int, spell: Callable[[int, bytes], bytes]) -> tuple[int, int]:
    count = records = 0
    for exporter, datagram, brings in datagrams():
        if octets <= 0:
            break
        octets -= file.write(spell(count, frame(exporter, datagram)))
        count += 1
        records += brings
    return count, records


FORMATS = {"pcap": write_pcap, "pcapng": write_pcapng}


# The command, cut off behind each part.


def read_blocks(path: str) -> None:
    """The frames of the file."""
    with open_source(path) as source:
        for _ in iter_frames(source, _ignore):
            pass


def take_apart(path: str) -> None:
    """And the datagrams in them."""
    with open_source(path) as source:
        for _ in iter_datagrams(source, _ignore):
            pass


def decode(path: str, then: Callable[[Message], object] = lambda message: None) -> None:
    """And their messages; *then* is done with each."""
    decoder = Decoder()
    with open_source(path) as source:
        for datagram in iter_datagrams(source, _ignore):
            then(decoder.decode(datagram.octets, datagram.address))


def keep_account(path: str) -> None:
    """And all that the command does besides, without its output."""
    told = Report(_ignore, quiet=False, tell_problems=True)
    arguments = parse_arguments([path])
    Session(arguments, Decoder(), _Nothing(), told, Progress(None, 0, shown=False)).file(path)


def whole(path: str, mode: str) -> float:
    """The command, as it writes to a file, but the system throws away what is written; CPU s that writing took."""
    with open(os.devnull, "w") as file:
        stdout = _Timed(file)
        run(parse_arguments([*MODES[mode], path]), Decoder(), stdout, None)
    return stdout.spent


def dump(path: str) -> None:
    """What ``json`` alone needs for the messages: each dumped once, whole, on top of decoding it."""
    decode(path, json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode)


def _ignore(text: str) -> None:
    """Say nothing."""


class _Nothing:
    """An output that takes messages and does nothing."""

    def add(self, message: Message) -> None:
        pass

    def finish(self) -> None:
        pass


class _Timed(io.StringIO):
    """A stream that passes on what is written, and knows how long that took."""

    def __init__(self, file: TextIO) -> None:
        super().__init__()
        self.spent = 0.0
        self._file = file

    def write(self, text: str) -> int:
        begin = process_time()
        length = self._file.write(text)
        self.spent += process_time() - begin
        return length


# Times and tables.


def measure(path: str, modes: Sequence[str], rounds: int) -> tuple[dict[str, list[list[float]]], list[float]]:
    """For each mode the CPU s of each part, and those of ``json`` alone, one figure a round."""
    parts: dict[str, list[list[float]]] = {mode: [[] for _ in PARTS] for mode in modes}
    dumped = []
    for _ in range(rounds):
        common = [_time(each, path)[0] for each in (read_blocks, take_apart, decode, keep_account)]
        steps = [end - begin for begin, end in pairwise([0.0, *common])]
        dumped.append(_time(dump, path)[0] - common[2])
        for mode in modes:
            spent, writing = _time(whole, path, mode)
            for column, seconds in zip(parts[mode], (*steps, spent - writing - common[-1], writing), strict=True):
                column.append(seconds)
    return parts, dumped


def _time(call: Callable[..., Any], *arguments: str) -> tuple[float, Any]:
    """CPU s, and what came back."""
    begin = process_time()
    result = call(*arguments)
    return process_time() - begin, result


def report(octets: int, modes: Sequence[str], kind: str, rounds: int) -> str:
    """One kind of capture: each part's share of the time in each mode."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, f"capture.{kind}"))
        with open(path, "wb") as file:
            count, records = FORMATS[kind](file, octets)
        octets = os.stat(path).st_size
        decode(path)  # imports, and what is compiled but once
        parts, dumped = measure(path, modes, rounds)
    totals = {mode: [sum(times) for times in zip(*parts[mode], strict=True)] for mode in modes}
    rows = [[part, *(_share(parts[mode][index], totals[mode]) for mode in modes)] for index, part in enumerate(PARTS)]
    rows += [
        ["the whole, CPU s", *(f"{median(totals[mode]):.2f}" for mode in modes)],
        ["MB/s", *(f"{octets / 1e6 / median(totals[mode]):.1f}" for mode in modes)],
        ["k flows/s", *(f"{records / 1e3 / median(totals[mode]):.0f}" for mode in modes)],
    ]
    return (
        f"{kind}, {octets / 1e6:.1f} MB: {count:,} datagrams, {records:,} records; for comparison, `json` alone dumps"
        f" the messages in {median(dumped):.2f} s.\n\n" + table(["share of CPU time", *modes], rows)
    )


def _share(part: list[float], whole: list[float]) -> str:
    share = median(one / other for one, other in zip(part, whole, strict=True))
    return f"{share:.1%} ({median(part):.2f} s)"


def main(arguments: list[str] | None = None) -> int:
    """Print the shares; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.command_line", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=MEGABYTES, help=f"of the capture, default {MEGABYTES}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--quick", action="store_true", help="one round of a small capture: to see that all runs")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the tables to FILE too")
    options = parser.parse_args(arguments)
    rounds, megabytes = (1, QUICK_MEGABYTES) if options.quick else (options.rounds, options.megabytes)
    if rounds < 1 or megabytes < 1:
        parser.error("--rounds and --megabytes: need at least 1")
    parts = [
        f"{python_implementation()} {python_version()}, {rounds} interleaved rounds, medians, CPU time of one process.",
        report(megabytes * 10**6, ("lines", "--messages", "--summary"), "pcap", rounds),
        report(megabytes * 10**6, ("lines",), "pcapng", rounds),
        report(EXPLAINED, ("--explain",), "pcap", rounds),
    ]
    text = "\n\n".join(parts) + "\n"
    sys.stdout.write(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
