"""What is counted of one domain, for ``Decoder.statistics``."""

from __future__ import annotations

from .clock import later_by
from .snapshot.values import LARGEST_COUNT, Value, dump_time

TIMES = ("first_heard", "last_heard")


class Counts:
    """Totals since the domain was first heard.

    ``held`` sets have ended as ``replayed``, ``expired``, ``evicted`` or ``failed``, or are waiting still.
    """

    __slots__ = (
        "counters",
        "datagrams",
        "evicted",
        "expired",
        "failed",
        "first_heard",
        "flows",
        "held",
        "last_heard",
        "malformed",
        "options",
        "problems",
        "replayed",
        "templates_expired",
    )

    def __init__(self) -> None:
        self.datagrams = self.flows = self.options = self.counters = self.problems = 0
        self.malformed = 0  # datagrams with structural damage
        self.held = self.replayed = self.expired = self.evicted = self.failed = 0
        self.templates_expired = 0
        self.first_heard: int | None = None  # s since 1970
        self.last_heard: int | None = None

    def heard(self, time: int | None, flows: int, options: int = 0, counters: int = 0) -> None:
        """Count a datagram of *time*, None where nobody says it, and its records."""
        self.datagrams += 1
        if self.first_heard is None:
            self.first_heard = time
        self.last_heard = time
        self.flows += flows
        if options or counters:
            self.options += options
            self.counters += counters

    def troubled(self, problems: int, *, malformed: bool) -> None:
        """Count the problems of a datagram."""
        self.problems += problems
        self.malformed += malformed

    def dump(self, waiting: int) -> dict[str, int | None]:
        """The totals by name, for ``load``; *waiting* sets that are not dumped themselves count as evicted."""
        dumped: dict[str, int | None] = {name: getattr(self, name) for name in self.__slots__}
        for name in TIMES:
            time = getattr(self, name)
            dumped[name] = None if time is None else dump_time(time)
        dumped["evicted"] = self.evicted + waiting
        return dumped

    @classmethod
    def load(cls, dumped: Value) -> Counts:
        """The totals that were dumped; SnapshotError if they are none."""
        counts = cls()
        for name, value in zip(cls.__slots__, dumped.parts(*cls.__slots__), strict=True):
            if name in TIMES:
                setattr(counts, name, None if value.absent else value.time())
            else:
                setattr(counts, name, value.whole(LARGEST_COUNT))
        return counts

    @property
    def ended(self) -> int:
        """Held sets that wait no longer."""
        return self.replayed + self.expired + self.evicted + self.failed

    def merge(self, other: Counts) -> None:
        """Add the totals of another decoder."""
        for name in self.__slots__:
            if name not in TIMES:
                setattr(self, name, getattr(self, name) + getattr(other, name))
        if self.first_heard is None or (
            other.first_heard is not None and later_by(other.first_heard, self.first_heard) < 0
        ):
            self.first_heard = other.first_heard
        if self.last_heard is None or (
            other.last_heard is not None and later_by(other.last_heard, self.last_heard) > 0
        ):
            self.last_heard = other.last_heard
