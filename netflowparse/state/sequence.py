"""What a sequence number says about lost datagrams.  RFC 7011 §3.1, §10.3.2 and §11.6, RFC 3954 §5.1.

Each protocol counts something else (flows, packets, data records); here they are units.  All arithmetic is modulo 2^32.

One number proves little: a datagram may be late, repeated or forged.  A number somewhat ahead of the expected one is a
gap, and what then arrives from within the gap is late.  Any other number changes nothing by itself; when a few follow
one another, or many rise, the exporter has started again.  After a jump, the number that was expected before it leads
back: the jump was not the exporter's.
"""

from __future__ import annotations

from ..types import Sequence, SequenceEvent

MODULUS = 1 << 32
HALF = 1 << 31
BELIEVABLE = 1 << 28  # units that can be lost at once: hours of the busiest exporters
LATE_WINDOW = 1 << 16  # units: how far back in a gap a late datagram may come from
FOLLOWING = 3  # stray datagrams that follow one another exactly: a restart
RISING = 32  # stray datagrams whose numbers rise, with losses between them: a restart as well


class SequenceTracker:
    """The sequence numbers of one stream: a domain, a source id, an engine."""

    __slots__ = ("_certain", "_expected", "_following", "_gap", "_last", "_left", "_line", "_rising")

    def __init__(self) -> None:
        self._expected: int | None = None
        self._last: int | None = None  # the latest number that was followed
        self._certain = True
        self._gap = (0, 0)  # first number and units of the gaps that late datagrams may come from
        self._left: int | None = None  # what was expected before the latest jump
        self._line: int | None = None  # what would follow the latest stray number
        self._following = 0  # how many strays have followed one another exactly
        self._rising = 0  # how many strays have risen

    def observe(self, number: int, units: int, *, certain: bool = True) -> Sequence:
        """The message's ``sequence`` for a datagram numbered *number* that counts *units*.

        ``certain=False`` says that *units* may be too few (data without a template): then the next number is taken as
        it comes, if it is not behind.
        """
        expected = self._expected
        if number in (expected, self._left):
            self._follow(number, units, certain)
            return {"expected": number, "missing": 0, "event": "in_order"}
        if expected is None:
            self._follow(number, units, certain)
            return {"expected": None, "missing": 0, "event": "first"}
        ahead = (number - expected) % MODULUS
        if ahead >= BELIEVABLE:
            return self._stray(number, units, certain, expected, ahead)
        if not self._certain:
            self._follow(number, units, certain)
            return {"expected": expected, "missing": None, "event": "uncertain"}
        self._open_gap(expected, ahead)
        self._follow(number, units, certain)
        self._left = expected if ahead > LATE_WINDOW else None
        return {"expected": expected, "missing": ahead, "event": "gap"}

    def catch_up(self, expected: int) -> None:
        """Note that numbers have come in order up to *expected*, each counting one unit, without being observed."""
        if self._expected != expected:
            self._follow((expected - 1) % MODULUS, 1, True)

    def _follow(self, number: int, units: int, certain: bool) -> None:
        self._expected = (number + units) % MODULUS
        self._last = number
        self._certain = certain
        self._left = self._line = None

    def _open_gap(self, start: int, width: int) -> None:
        """Remember where late datagrams may come from: this gap, and earlier ones that are not far from it."""
        first, earlier = self._gap
        reach = (start - first) % MODULUS
        if earlier and reach < LATE_WINDOW:
            start, width = first, reach + width
        if width > LATE_WINDOW:
            start, width = (start + width - LATE_WINDOW) % MODULUS, LATE_WINDOW
        self._gap = start, width

    def _stray(self, number: int, units: int, certain: bool, expected: int, ahead: int) -> Sequence:
        """The verdict on a number behind the expected one, or so far ahead that it is not believed yet."""
        event: SequenceEvent = "reordered" if ahead >= HALF else "uncertain"
        if number == self._last:
            return {"expected": expected, "missing": 0, "event": "duplicate"}
        start, width = self._gap
        late = (number - start) % MODULUS < width
        rises = self._line is not None and (number - self._line) % MODULUS < LATE_WINDOW
        self._rising = self._rising + 1 if rises else 1
        follows = number == self._line and units and not late
        self._following = self._following + 1 if follows else 1
        if self._following >= FOLLOWING or self._rising >= RISING:
            self._follow(number, units, certain)
            self._left, self._gap = expected, (0, 0)
            return {"expected": expected, "missing": 0, "event": "restart"}
        self._line = (number + units) % MODULUS
        return {"expected": expected, "missing": 0 if event == "reordered" else None, "event": event}
