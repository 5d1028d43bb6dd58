"""What the numbers of an sFlow data source say: samples lost, packets seen between two of them, drops.

sFlow version 5, section 5: a sample's sequence number counts the samples of its source; sample_pool counts the packets
that could have been sampled, drops the samples lost for want of resources.  All of them wrap at 2^32, and begin again
together.
"""

from __future__ import annotations

from ..types import Continuity, Sequence
from .sequence import HALF, MODULUS, SequenceTracker

LARGEST = MODULUS - 1
LATE_FLOW_SAMPLES = 64  # a sample that is further behind was not delayed on its way: its source has started again
LATE_COUNTER_SAMPLES = 8  # these come seconds apart


class SampleSource:
    """One data source of one agent, as the samples of one kind tell of it."""

    __slots__ = ("_flow", "_sequence")

    def __init__(self) -> None:
        self._sequence = SequenceTracker()
        #: Of flow samples: the number that comes next (None: any), pool and drops of the last one; since the effective
        #: rate is counted, samples taken (lost ones included) and packets seen.
        self._flow: tuple[int | None, int, int, int, int] = (None, 0, 0, 0, 0)

    def observe(self, number: int) -> Sequence:
        """What the sequence number of a sample says that counts nothing else."""
        said = self._sequence.observe(number, 1)
        if said["event"] in ("reordered", "uncertain") and _behind(said, number) > LATE_COUNTER_SAMPLES:
            return self._restart(number, said)
        return said

    def observe_flow(self, number: int, pool: int, drops: int) -> Continuity:
        """What the numbers of a flow sample say against those of the samples before."""
        expected, last_pool, last_drops, samples, seen = self._flow
        more, dropped = pool - last_pool, drops - last_drops
        if number != expected or not 0 <= more < HALF or not 0 <= dropped < HALF:
            return self._observe_irregular(number, pool, drops)
        samples += 1
        seen += more
        self._flow = number + 1 & LARGEST, pool, drops, samples, seen
        return {
            "expected": number,
            "missing": 0,
            "event": "in_order",
            "sample_pool_delta": more,
            "drops_delta": dropped,
            "effective_rate": seen / samples,
        }

    def _observe_irregular(self, number: int, pool: int, drops: int) -> Continuity:
        expected, last_pool, last_drops, samples, seen = self._flow
        if expected is not None:
            self._sequence.catch_up(expected)
        said = self._sequence.observe(number, 1)
        event = said["event"]
        more, dropped = (pool - last_pool) % MODULUS, (drops - last_drops) % MODULUS
        if event in ("in_order", "gap"):
            if more < HALF and dropped < HALF:
                samples += 1 + (said["missing"] or 0)
                seen += more
                self._flow = (number + 1) % MODULUS, pool, drops, samples, seen
                rate = seen / samples
                return {**said, "sample_pool_delta": more, "drops_delta": dropped, "effective_rate": rate}
            said = self._restart(number, said)
        elif _begun_again(said, number, more, dropped):
            said = self._restart(number, said)
        if said["event"] in ("first", "restart"):
            self._flow = (number + 1) % MODULUS, pool, drops, 0, 0
        return {**said, "sample_pool_delta": None, "drops_delta": None, "effective_rate": None}

    def _restart(self, number: int, said: Sequence) -> Sequence:
        self._sequence = SequenceTracker()
        self._sequence.observe(number, 1)
        return {"expected": said["expected"], "missing": 0, "event": "restart"}


def _behind(said: Sequence, number: int) -> int:
    expected = said["expected"]
    return 0 if expected is None else (expected - number) % MODULUS


def _begun_again(said: Sequence, number: int, more: int, dropped: int) -> bool:
    """Whether a number that is not ahead is no late or repeated one: its counters say otherwise."""
    if said["event"] == "duplicate":
        return bool(more or dropped)
    return said["event"] in ("reordered", "uncertain") and more >= HALF and _behind(said, number) > LATE_FLOW_SAMPLES
