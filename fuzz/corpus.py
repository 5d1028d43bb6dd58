"""What all harnesses share: datagrams of the recordings, whole and spoiled, and their command line."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.capture_reader import read_datagrams

CAPTURES = Path(__file__).resolve().parent.parent / "tests" / "captures"
INTERESTING = (0, 1, 2, 3, 4, 5, 15, 16, 127, 128, 254, 255)


def seeds() -> list[bytes]:
    """The datagrams of all recordings."""
    return [datagram for path in sorted(CAPTURES.glob("*.pcap")) for datagram in read_datagrams(path)]


def spoil(datagram: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The datagram with a few random injuries."""
    octets = bytearray(datagram)
    for _ in range(chance.randrange(4)):
        kind = chance.randrange(5)
        position = chance.randrange(len(octets) + 1)
        if kind == 0 and octets:
            octets[min(position, len(octets) - 1)] = chance.choice(INTERESTING)
        elif kind == 1:
            octets[position & ~1 : (position & ~1) + 2] = chance.choice(INTERESTING).to_bytes(2, "big")
        elif kind == 2:
            del octets[position:]
        elif kind == 3:
            octets[position:position] = chance.randbytes(chance.randrange(9))
        else:
            other = chance.choice(others)
            octets[position:] = other[chance.randrange(len(other) + 1) :]
    return bytes(octets)


def main(name: str, about: str, run: Callable[[int, int], dict[str, int]]) -> None:
    """Run the harness *name* from the command line."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100_000, help="datagrams to decode (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="start of the random numbers (default %(default)s)")
    arguments = parser.parse_args()
    start = time.process_time()
    counts = run(arguments.runs, arguments.seed)
    print(f"{name}: {arguments.runs} datagrams, {time.process_time() - start:.1f} s CPU, {counts}")
