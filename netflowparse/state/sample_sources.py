"""What the numbers of an sFlow data source say: samples lost, packets seen between two of them, drops.

sFlow version 5, section 5: a sample's sequence number counts the samples of its source; sample_pool counts the packets
that could have been sampled, drops the samples lost for want of resources.  All of them wrap at 2^32, and begin again
together.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ..errors import SnapshotError
from ..types import Continuity, Sequence
from .losses import LARGEST_TOTAL, MODULUS
from .sequence import BELIEVABLE, HALF, SequenceTracker
from .snapshot.values import Value

LARGEST = MODULUS - 1
LATE_FLOW_SAMPLES = 64  # a sample that is further behind was not delayed on its way: its source has started again
LATE_COUNTER_SAMPLES = 8  # these come seconds apart
KINDS = FLOWS, COUNTERS, DISCARDS = "flows", "counters", "discards"  # of samples, which a source numbers each apart

#: kind of samples, class and index; the text in it makes that nobody can foresee the hash of what senders choose
SourceKey: TypeAlias = "tuple[str, int, int]"
WORD = 32  # bits of a class, and of an index
LARGEST_SOURCE = (len(KINDS) << 2 * WORD) - 1


def source_number(key: SourceKey) -> int:
    """The number that snapshots have for a source."""
    kind, source_class, index = key
    return KINDS.index(kind) << 2 * WORD | source_class << WORD | index


def source_key(number: int) -> SourceKey:
    """The key of a source that snapshots have under *number*."""
    return KINDS[number >> 2 * WORD], number >> WORD & LARGEST, number & LARGEST


class SampleSource:
    """One data source of one agent, as the samples of one kind tell of it."""

    __slots__ = ("_sequence", "flow")

    def __init__(self) -> None:
        self._sequence = SequenceTracker()
        #: Of flow samples: the number of the last one and 1 (None: there was none), its pool and drops; since the
        #: effective rate is counted, samples taken (lost ones included) and packets seen.  Generated code keeps this
        #: up as ``observe_flow`` does.
        self.flow: tuple[int | None, int, int, int, int] = (None, 0, 0, 0, 0)

    def observe(self, number: int) -> Sequence:
        """What the sequence number of a sample says that counts nothing else."""
        expected = self._sequence.expected
        if expected is not None and LATE_COUNTER_SAMPLES < (expected - number) % MODULUS <= MODULUS - BELIEVABLE:
            return self._sequence.begin(number, 1)
        return self._sequence.observe(number, 1)

    def observe_flow(self, number: int, pool: int, drops: int) -> Continuity:
        """What the numbers of a flow sample say against those of the samples before."""
        expected, last_pool, last_drops, samples, seen = self.flow
        more, dropped = pool - last_pool, drops - last_drops
        if number != expected or not 0 <= more < HALF or not 0 <= dropped < HALF:
            return self.observe_irregular(number, pool, drops)
        samples += 1
        seen += more
        self.flow = number + 1, pool, drops, samples, seen
        return {
            "expected": number,
            "missing": 0,
            "event": "in_order",
            "sample_pool_delta": more,
            "drops_delta": dropped,
            "effective_rate": seen / samples,
        }

    def observe_irregular(self, number: int, pool: int, drops: int) -> Continuity:
        """The same, where the sample is not the next one of a source whose pool and drops have only grown."""
        expected, last_pool, last_drops, samples, seen = self.flow
        if expected is not None:
            expected %= MODULUS
            self._sequence.catch_up(expected)
        more, dropped = (pool - last_pool) % MODULUS, (drops - last_drops) % MODULUS
        if expected is not None and _begun_again((expected - number) % MODULUS, more, dropped):
            said = self._sequence.begin(number, 1)
        else:
            said = self._sequence.observe(number, 1)
            if said["event"] == "gap" or (said["event"] == "in_order" and number == expected):
                samples += 1 + (said["missing"] or 0)
                seen += more
                self.flow = (number + 1) % MODULUS, pool, drops, samples, seen
                rate = seen / samples
                return {**said, "sample_pool_delta": more, "drops_delta": dropped, "effective_rate": rate}
        if said["event"] not in ("reordered", "duplicate", "uncertain"):
            self.flow = (number + 1) % MODULUS, pool, drops, 0, 0
        return {**said, "sample_pool_delta": None, "drops_delta": None, "effective_rate": None}

    def dump(self) -> dict[str, Any]:
        """Plain JSON values, for ``load``."""
        number, *others = self.flow
        flow = None if number is None else [number % MODULUS, *others]
        return {"sequence": self._sequence.dump(), "flow": flow}

    @classmethod
    def load(cls, dumped: Value) -> SampleSource:
        """The data source that was dumped; SnapshotError if none was."""
        sequence, flow = dumped.parts("sequence", "flow")
        source = cls()
        source._sequence = load_sequence(sequence)
        if not flow.absent:
            number, pool, drops, samples, seen = flow.row(5)
            if source._sequence.expected is None:
                raise flow.refuse("null where no number is expected")
            taken = samples.whole(LARGEST_TOTAL)
            words = number.whole(LARGEST), pool.whole(LARGEST), drops.whole(LARGEST)
            source.flow = *words, taken, seen.whole(LARGEST_TOTAL if taken else 0)
        return source


def load_sequence(dumped: Value, kind: type[SequenceTracker] = SequenceTracker) -> SequenceTracker:
    """The numbers that ``SequenceTracker.dump`` has made; SnapshotError if it has not."""
    try:
        return kind.load(dumped.value)
    except ValueError as error:
        raise SnapshotError(f"{dumped.place()}: {error}") from error


def _begun_again(behind: int, more: int, dropped: int) -> bool:
    """Whether pool and drops show that a sample so far behind the expected number is one of a source begun anew.

    What only grows has shrunk, though the sample is not late; or it is no repeat of the latest, as its number says.
    """
    if behind == 1:
        return bool(more or dropped)
    if not behind or behind > MODULUS - BELIEVABLE:
        return more >= HALF or dropped >= HALF
    return more >= HALF and behind > LATE_FLOW_SAMPLES
