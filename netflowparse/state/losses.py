"""Units that are missing on a line of numbers, so that late datagrams fill what they had left.  RFC 7011 §10.3.2.

Places are numbers without their wrap: what lies before the latest wrap at 2^32 has negative ones.  They are kept within
a window behind the number that is expected; what has left it counts as lost for good.
"""

from __future__ import annotations

from bisect import bisect
from typing import Any, NamedTuple, TypeAlias

MODULUS = 1 << 32
LARGEST = MODULUS - 1
LATE_WINDOW = 1 << 16  # units: how far behind the expected number a late datagram may come from
GAPS = 64  # ranges that one line may have open: against memory that a flood of numbers would take

LARGEST_TOTAL = (1 << 64) - 1  # of a stream that lasts for years
LINE_KEYS = frozenset({"expected", "known", "missing"})

#: start, end, and whether its units were counted as lost
Missing: TypeAlias = tuple[int, int, bool]


class Totals(NamedTuple):
    """What the numbers of a stream have told so far."""

    lost: int = 0  # units that are missing, without those that came late
    gaps: int = 0  # datagrams before which units were missing
    reordered: int = 0  # datagrams behind the expected number that were no repeats
    duplicates: int = 0  # datagrams that had come before
    restarts: int = 0  # how often the exporter has started again


NO_LOSSES = Totals()
TOTALS = (*Totals._fields, "explained")  # what is dumped of all that is counted


class Losses:
    """What has gone wrong on a stream: totals, and the units that are missing within the window."""

    __slots__ = ("duplicates", "explained", "gaps", "lost", "missing", "reordered", "restarts")

    def __init__(self) -> None:
        self.lost = 0  # units
        self.gaps = self.reordered = self.duplicates = self.restarts = 0  # datagrams
        self.explained = 0  # how many of the latest gaps are as wide as the datagram before had records
        self.missing: list[Missing] = []  # in order, none overlaps another

    def totals(self) -> Totals:
        """As they are now."""
        return Totals(self.lost, self.gaps, self.reordered, self.duplicates, self.restarts)

    def open(self, start: int, end: int, *, counted: bool) -> None:
        """Units from *start* up to *end* have not come, and *end* is a number that has."""
        window = end - LATE_WINDOW
        if self.missing and self.missing[0][1] <= window:
            self.missing = [each for each in self.missing if each[1] > window]
        self.missing.append((start, end, counted))

    def around(self, place: int) -> int:
        """The index of the missing units that *place* is among, or -1."""
        index = bisect(self.missing, (place + 1,)) - 1
        return index if index >= 0 and place < self.missing[index][1] else -1

    def fill(self, index: int, place: int, units: int) -> int:
        """Take *units* from *place* on out of the missing ones at *index*; how many are no longer lost."""
        start, end, counted = self.missing[index]
        until = min(place + units, end)
        left = [(start, place, counted), (until, end, counted)]
        self.missing[index : index + 1] = [each for each in left if each[0] < each[1]]
        if not counted:
            return 0
        self.lost -= until - place
        return until - place

    def forget_oldest(self) -> int | None:
        """Make room if there are too many ranges; the place before which nothing is known any more, else None."""
        return self.missing.pop(0)[1] if len(self.missing) > GAPS else None

    def wrap(self) -> None:
        """Move all places back by 2^32."""
        self.missing = [
            (start - MODULUS, end - MODULUS, counted)
            for start, end, counted in self.missing
            if end > MODULUS - LATE_WINDOW
        ]

    @classmethod
    def load(cls, dumped: dict[str, Any], missing: list[Missing]) -> Losses:
        """Those whose totals were dumped, with what was *missing* then; ValueError if none were."""
        losses = cls()
        losses.missing = missing
        for name in TOTALS:
            setattr(losses, name, whole(dumped, name, LARGEST_TOTAL))
        if losses.lost < counted_units(missing) or losses.gaps < losses.explained:
            raise ValueError("lost, gaps: expected no less than what is missing, or explained")
        return losses


class Line(NamedTuple):
    """A line of numbers: what comes next, the place from which on it is known, and what is missing."""

    expected: int
    first: int
    missing: list[Missing]

    def dump(self) -> dict[str, Any]:
        """Plain JSON values: distances behind the expected number, as far as the window goes."""
        expected, first, missing = self
        window = expected - LATE_WINDOW
        return {
            "expected": expected,
            "known": expected - max(first, window),
            "missing": [
                [expected - max(start, window), end - max(start, window), counted]
                for start, end, counted in missing
                if end > window
            ],
        }

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> Line:
        """The line that was dumped; ValueError if none was."""
        expected = whole(dumped, "expected", LARGEST)
        known = whole(dumped, "known", LATE_WINDOW)
        ranges = dumped["missing"]
        if type(ranges) is not list or len(ranges) > GAPS:
            raise ValueError(f"missing: expected a list of at most {GAPS} ranges")
        missing, limit = [], known
        for each in ranges:
            if type(each) is not list or len(each) != 3 or type(each[2]) is not bool:
                raise ValueError("missing: expected [units behind, units, whether they are counted]")
            behind = whole(each, 0, limit, least=1, name="missing")
            width = whole(each, 1, behind, least=1, name="missing")
            missing.append((expected - behind, expected - behind + width, each[2]))
            limit = behind - width
        return cls(expected, expected - known, missing)


def counted_units(missing: list[Missing]) -> int:
    """How many of the *missing* units were counted as lost."""
    return sum(end - start for start, end, counted in missing if counted)


def with_keys(dumped: Any, keys: frozenset[str], name: str) -> dict[str, Any]:
    """What was *dumped*; ValueError if it is no dict with exactly these *keys*."""
    if type(dumped) is not dict or dumped.keys() != keys:
        raise ValueError(f"{name}: expected a dict with the keys {', '.join(sorted(keys))}")
    return dumped


def whole(dumped: Any, key: Any, most: int, *, least: int = 0, name: str = "") -> int:
    """An integer out of what was *dumped*; ValueError if it is none, or not from *least* to *most*."""
    value = dumped[key]
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name or key}: expected an integer from {least} to {most}")
    return value


def optional(dumped: dict[str, Any], key: str) -> int | None:
    """A 32-bit number out of what was *dumped*, or None."""
    return None if dumped[key] is None else whole(dumped, key, LARGEST)
