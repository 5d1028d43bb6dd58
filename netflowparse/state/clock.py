"""How much time has passed for one observation domain, told by the times of its messages alone.

Times are s since 1970 modulo 2^32 (RFC 7011 §5.2, RFC 3954 §5.1).  Ages count on an axis of their own, because
exporters set their clocks: a step in either direction adds nothing to it, so it makes nothing older than it is.
"""

from __future__ import annotations

from .snapshot.values import LARGEST_COUNT, Value, dump_time

MODULUS = 1 << 32
HALF = 1 << 31
LATE = 300  # s: so far behind, a message was delayed on its way; further behind, the exporter set its clock
ANY = HALF  # where messages come in any order, none is too late
SILENCE = 7 * 86_400  # s: so far ahead, an exporter was silent; further ahead, it set its clock


def later_by(time: int, other: int) -> int:
    """By how many s *time* is later than *other*, across a wrap of either."""
    return (time - other + HALF) % MODULUS - HALF


class DomainClock:
    """``seconds`` that have passed since a domain's first message."""

    __slots__ = ("latest", "seconds", "steps")

    def __init__(self) -> None:
        self.latest: int | None = None
        self.seconds = 0
        self.steps = 0

    def observe(self, time: int, *, trusted: bool = False, late: int = LATE) -> int:
        """Go on to *time*; the s by which the exporter has set its clock, 0 if it has not.

        A message may be *late* by so many s.  A *trusted* time is the caller's own: where it runs backwards, the clock
        stands still until it has caught up.
        """
        latest = self.latest
        if time == latest:
            return 0
        if latest is None:
            self.latest = time
            return 0
        ahead = later_by(time, latest)
        if ahead >= 0 and (trusted or ahead <= SILENCE):
            self.latest = time
            self.seconds += ahead
            return 0
        if trusted or -late <= ahead < 0:
            return 0
        self.latest = time
        self.steps += 1
        return ahead

    def dump(self) -> dict[str, int | None]:
        """Plain JSON values, for ``load``."""
        latest = None if self.latest is None else dump_time(self.latest)
        return {"latest": latest, "seconds": self.seconds, "steps": self.steps}

    @classmethod
    def load(cls, dumped: Value) -> DomainClock:
        """The clock that was dumped; SnapshotError if none was."""
        latest, seconds, steps = dumped.parts("latest", "seconds", "steps")
        clock = cls()
        clock.latest = None if latest.absent else latest.time()
        clock.seconds = seconds.whole(0 if latest.absent else LARGEST_COUNT)
        clock.steps = steps.whole(0 if latest.absent else LARGEST_COUNT)
        return clock
