"""Invariant: any octets give a message of plain types, or a DecodeError; nothing else is raised, and nothing hangs.

    python -m fuzz.fuzz_one [--runs N] [--seed N]

Datagrams of the recordings in tests/captures are spoiled in a few places (octets, lengths, cuts, joins) and decoded by
one decoder that keeps its state.  Deterministic for a seed.
"""

from __future__ import annotations

import json
import random
import sys

from netflowparse import DecodeError, Decoder

from .corpus import main, seeds, spoil


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


if __name__ == "__main__":
    main("fuzz_one", __doc__, run)
