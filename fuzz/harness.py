"""What a harness is: an invariant that is asked about octets, and the octets to begin with."""

from __future__ import annotations

import importlib
import random
from collections import Counter
from pathlib import Path
from typing import ClassVar

from . import seeds, spoil
from .steps import LONGEST

#: harness -> its share of the executions where all of them run, in %: those are more that take less time
SHARES = {
    "fuzz_one": 35,
    "fuzz_session": 20,
    "fuzz_engines": 10,
    "fuzz_spoil": 15,
    "fuzz_round_trip": 5,
    "fuzz_stream": 15,
}
ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "fuzz" / "corpus"
GROWN = ROOT / ".fuzz"  # what reaches something new, and what breaks an invariant


class Harness:
    """One invariant.  Calling it with any octets does the work; an exception of any kind says that it is broken.

    ``counts`` tell what the octets were good for.  The same octets always do the same, unless a harness says that it
    remembers; then its ``log`` are all the inputs that did it, which a new harness of the kind does again.
    """

    counts: Counter[str]
    compile_at_once: ClassVar[bool] = False  # whether shapes are compiled for their first record
    longest: ClassVar[int] = LONGEST  # octets of an input
    remembers: ClassVar[bool] = False  # whether earlier inputs matter: the same one may do something else then

    def __init__(self) -> None:
        self.counts = Counter()

    def __call__(self, octets: bytes) -> None:
        """Ask for the invariant on *octets*."""
        raise NotImplementedError

    @property
    def log(self) -> list[bytes]:
        """The inputs that led to the last call's result, if it took more than its octets."""
        return []

    @staticmethod
    def seeds() -> list[bytes]:
        """Octets to begin with: datagrams."""
        return seeds.datagrams()

    @staticmethod
    def mutate(octets: bytes, others: list[bytes], chance: random.Random) -> bytes:
        """Like *octets*, a little otherwise; *others* are seeds to mix in."""
        return spoil.datagram(octets, others, chance)


class SessionHarness(Harness):
    """One whose octets are a session: steps.py tells of which form."""

    @staticmethod
    def seeds() -> list[bytes]:
        """Sessions of recordings."""
        return seeds.sessions()

    @staticmethod
    def mutate(octets: bytes, others: list[bytes], chance: random.Random) -> bytes:
        """Another session."""
        return spoil.session(octets, others, chance)


def harness(name: str) -> Harness:
    """The harness of module *name*, made afresh."""
    made: Harness = importlib.import_module(f"fuzz.{name}").HARNESS()
    if made.compile_at_once:
        from netflowparse.codec import shapes
        from netflowparse.protocols.sflow import shapes as sflow_shapes

        shapes.COMPILE_AFTER, sflow_shapes.SIGHTINGS = -1, 1
    return made


def kept(name: str, folder: Path = CORPUS) -> list[bytes]:
    """What earlier runs of harness *name* have found worth keeping."""
    return [path.read_bytes() for path in sorted((folder / name).glob("*"))]
