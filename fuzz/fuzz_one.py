"""Invariant: any octets give a message of plain types, or a DecodeError; nothing else is raised, and nothing hangs.

    python -m fuzz.fuzz_one [--runs N] [--seed N]

Datagrams of the recordings in tests/captures are spoiled in a few places (octets, lengths, cuts, joins) and decoded by
one decoder that keeps its state.  Deterministic for a seed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

from netflowparse import DecodeError, Decoder
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


def run(runs: int, seed: int) -> dict[str, int]:
    """Decode *runs* spoiled datagrams; counts of what came of them."""
    chance = random.Random(seed)
    datagrams = seeds()
    decoder = Decoder()
    counts = {"messages": 0, "errors": 0, "flows": 0, "problems": 0}
    for _ in range(runs):
        octets = spoil(chance.choice(datagrams), datagrams, chance)
        try:
            message = decoder.decode(octets, chance.randrange(3), transport=chance.choice(("udp", "tcp")))
            json.dumps(message, allow_nan=False)
        except DecodeError:
            counts["errors"] += 1
            continue
        except Exception:
            print(f"seed {seed}: {octets.hex()}", file=sys.stderr)
            raise
        counts["messages"] += 1
        counts["flows"] += len(message["flows"])
        counts["problems"] += len(message["problems"])
    return counts


def main() -> None:
    """Run the harness from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100_000, help="datagrams to decode (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="start of the random numbers (default %(default)s)")
    arguments = parser.parse_args()
    start = time.process_time()
    counts = run(arguments.runs, arguments.seed)
    print(f"fuzz_one: {arguments.runs} datagrams, {time.process_time() - start:.1f} s CPU, {counts}")


if __name__ == "__main__":
    main()
