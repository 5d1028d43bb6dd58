"""What a sequence number says about lost datagrams.  RFC 7011 §3.1, §10.3.2 and §11.6, RFC 3954 §5.1.

Each protocol counts something else (flows, packets, data records); here they are units.  All arithmetic is modulo 2^32.

One number proves little: a datagram may be late, repeated or forged.  A number somewhat ahead of the expected one is a
gap, and what then arrives from within the gap is late and no longer lost.  A number that has come before is a repeat.
Any other number changes nothing by itself; when a few follow one another, or many rise, the exporter has started again.
After a jump, the number that was expected before it leads back: the jump was not the exporter's.

Loss, delay, repeats, restarts and wraps are told apart exactly, but for what looks the same as something else:

- A datagram more than LATE_WINDOW units late, or late from a gap that GAPS later ones have displaced, stays lost.
- Of numbers before the first one heard nothing is known: late and repeated ones are both "reordered".
- FOLLOWING such datagrams in a row, each where the one before ended, look like a restart, as do RISING late ones in a
  row that rise; repeats in between do not count.
- Losses of BELIEVABLE units or more at once look like a forged number, or a restart.
- After a jump of more than LATE_WINDOW units, or a restart, the number that was expected before leads back, unless one
  in order, or another gap, came first.  A late one from the very start of the gap does that as well.
- A restart that the caller does not know of is noticed with the last of FOLLOWING datagrams in a row, each where the
  one before ended, or of RISING that rise.  Those before are "reordered", far ahead "uncertain"; the new line begins
  with the first of the FOLLOWING, or the last of the RISING.  It is taken for order or loss if meanwhile a number is
  the expected one or less than BELIEVABLE ahead, for repeats or delay if one has come or is missing on the old line and
  its time is not newer.
- A restart that the caller knows of looks like order at the expected number; at a missing one it counts as unknown.
- A datagram of the line before a restart is, after it, taken for one of the new line.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..types import Sequence
from .doubts import Doubt
from .losses import (
    LARGEST,
    LATE_WINDOW,
    LINE_KEYS,
    MODULUS,
    NO_LOSSES,
    TOTALS,
    Line,
    Losses,
    Totals,
    optional,
    with_keys,
)

HALF = 1 << 31
BELIEVABLE = 1 << 28  # units that can be lost at once: hours of the busiest exporters
EXPLAINED = 4  # gaps in a row that the records of the datagram before explain: the number counts records
KEYS = LINE_KEYS | {*TOTALS, "certain", "time", "records", "doubt"}


class _Heard(NamedTuple):
    """What a datagram says of itself."""

    number: int
    units: int
    certain: bool
    time: int | None
    records: int | None


class SequenceTracker:
    """The sequence numbers of one stream: a domain, a source id, an engine."""

    # Millions of these may exist for sFlow's data sources: what most never need is made when it is needed.
    __slots__ = ("_certain", "_doubt", "_expected", "_first", "_losses", "_records", "_time")

    def __init__(self) -> None:
        self._expected: int | None = None
        self._first = 0  # the place from which on it is known what has come
        self._certain = True
        self._time: int | None = None  # of the number furthest on
        self._records: int | None = None  # of the datagram before; 0 if its number cannot count records
        self._doubt: Doubt | None = None
        self._losses: Losses | None = None

    def observe(
        self,
        number: int,
        units: int,
        certain: bool = True,
        time: int | None = None,
        restarted: bool = False,
        records: int | None = None,
    ) -> Sequence:
        """The message's ``sequence`` for a datagram numbered *number* that counts *units*.

        ``certain=False`` says that *units* may be too few (data without a template): then the next number is taken as
        it comes, if it is not behind.  *time* grows with the exporter's time and wraps at 2^32 (export time in s,
        sysUpTime in ms): a number that has come before is a repeat unless its time is newer.  ``restarted=True`` says
        that the exporter began anew as far as the caller can see.  *records* of the datagram, where units are packets,
        feed ``counts_records``.
        """
        if number != self._expected:
            return self._observe_irregular(_Heard(number, units, certain, time, records), restarted)
        after = number + units
        self._expected = after if after <= LARGEST else self._wrap(after)
        self._certain = certain
        self._time = time
        self._doubt = None
        if records is not None:
            self._records = records if self._records == 1 else 0
        return {"expected": number, "missing": 0, "event": "in_order"}

    def catch_up(self, expected: int) -> None:
        """Note that numbers have come in order up to *expected*, each counting one unit, without being observed."""
        before = self._expected
        if before is None:
            self._first = self._expected = expected
        elif before != expected:
            self._follow(before, _Heard(before, (expected - before) % MODULUS, True, self._time, None))

    def begin(self, number: int, units: int) -> Sequence:
        """The ``sequence`` of a datagram that the caller knows to be a restart, whatever its number.

        Only the number that was expected before a jump leads back all the same.
        """
        expected = self._expected
        if expected is None:
            return self.observe(number, units)
        heard = _Heard(number, units, True, self._time, None)
        return self._lead_back(heard) or self._restart(heard, expected, number, 0)

    @property
    def counts_records(self) -> bool:
        """Whether the number seems to count records though packets were expected: RFC 3954 §5.1 read as version 5."""
        return self._losses is not None and self._losses.explained >= EXPLAINED

    @property
    def expected(self) -> int | None:
        """The number that comes next; None before the first."""
        return self._expected

    @property
    def totals(self) -> Totals:
        """What was lost, late or repeated, and how often the exporter has started again."""
        return NO_LOSSES if self._losses is None else self._losses.totals()

    def carry(self, totals: Totals) -> None:
        """Count on from the *totals* of another tracker."""
        losses = self._made_losses()
        losses.lost, losses.gaps, losses.reordered, losses.duplicates, losses.restarts = totals

    def dump(self) -> dict[str, Any]:
        """All that is known, as plain JSON values, for ``load``."""
        losses, doubt = self._losses or Losses(), self._doubt
        dumped: dict[str, Any] = {"expected": None, "known": 0, "missing": []}
        if self._expected is not None:
            dumped = Line(self._expected, self._first, losses.missing).dump()
        dumped |= {name: getattr(losses, name) for name in TOTALS}
        dumped |= {"certain": self._certain, "records": self._records}
        dumped["time"] = None if self._time is None else self._time % MODULUS
        dumped["doubt"] = None if doubt is None else doubt.dump()
        return dumped

    @classmethod
    def load(cls, dumped: Any) -> SequenceTracker:
        """The tracker that was dumped; ValueError, with what was expected, for anything that ``dump`` cannot give."""
        with_keys(dumped, KEYS, "sequence")
        tracker = cls()
        if dumped["expected"] is None:
            fresh = tracker.dump()
            if any(type(dumped[key]) is not type(fresh[key]) or dumped[key] != fresh[key] for key in KEYS):
                raise ValueError("sequence: expected nothing else where no number is expected")
            return tracker
        tracker._expected, tracker._first, missing = Line.load(dumped)
        if type(dumped["certain"]) is not bool:
            raise ValueError("certain: expected true or false")
        tracker._certain = dumped["certain"]
        tracker._time = optional(dumped, "time")
        tracker._records = optional(dumped, "records")
        tracker._losses = Losses.load(dumped, missing)
        if dumped["doubt"] is not None:
            tracker._doubt = Doubt.load(dumped["doubt"], tracker._losses.lost)
        return tracker

    def _wrap(self, after: int) -> int:
        """The number at the place *after*, which is beyond 2^32: what lies behind gets negative places."""
        self._first = max(self._first - MODULUS, -LATE_WINDOW)
        if self._losses is not None:
            self._losses.wrap()
        return after - MODULUS

    def _follow(self, place: int, heard: _Heard, doubt: Doubt | None = None) -> None:
        after = place + heard.units
        self._expected = after if after <= LARGEST else self._wrap(after)
        self._certain = heard.certain
        self._time = heard.time
        self._records = heard.records
        self._doubt = doubt

    def _observe_irregular(self, heard: _Heard, restarted: bool) -> Sequence:
        """The verdict on a number that is not the expected one."""
        expected = self._expected
        if expected is None:
            self._first = heard.number
            self._follow(heard.number, heard)
            return {"expected": None, "missing": 0, "event": "first"}
        led_back = self._lead_back(heard)
        if led_back is not None:
            return led_back
        losses = self._made_losses()
        ahead = (heard.number - expected) % MODULUS
        behind = MODULUS - ahead
        missing_at = losses.around(expected - behind) if behind <= LATE_WINDOW else -1
        if restarted and missing_at < 0:
            filled = self._doubt.filled if self._doubt is not None and self._is_newer(heard.time) else 0
            return self._restart(heard, expected, heard.number, filled)
        if ahead >= BELIEVABLE:
            return self._observe_stray(heard, losses, expected, behind, missing_at)
        if not self._certain:
            return self._jump(heard, losses, expected, ahead, None)
        doubt = None
        if ahead > LATE_WINDOW:
            doubt = Doubt((Line(expected, self._first, losses.missing), losses.lost))
            losses.missing = []
        if self._records is not None:
            losses.explained = losses.explained + 1 if ahead == self._records - 1 else 0
        losses.lost += ahead
        losses.gaps += 1
        return self._jump(heard, losses, expected, ahead, doubt)

    def _jump(self, heard: _Heard, losses: Losses, expected: int, ahead: int, doubt: Doubt | None) -> Sequence:
        certain = self._certain
        losses.open(expected, expected + ahead, counted=certain)
        self._forget_oldest(losses)
        self._follow(expected + ahead, heard, doubt)
        if certain:
            return {"expected": expected, "missing": ahead, "event": "gap"}
        return {"expected": expected, "missing": None, "event": "uncertain"}

    def _observe_stray(self, heard: _Heard, losses: Losses, expected: int, behind: int, missing_at: int) -> Sequence:
        """The verdict on a number *behind* the expected one, or so far ahead that it is not believed yet."""
        place = expected - behind
        newer = self._is_newer(heard.time)
        if heard.units:
            if missing_at < 0 and not newer and behind <= LATE_WINDOW and place >= self._first:
                losses.duplicates += 1
                if place == expected - 1 and self._records == 0:  # where records count, one without has the next number
                    self._records = heard.records
                return {"expected": expected, "missing": 0, "event": "duplicate"}
            filled = losses.fill(missing_at, place, heard.units) if missing_at >= 0 else 0
            self._forget_oldest(losses)
            doubt = self._doubt
            if doubt is None:
                doubt = self._doubt = Doubt()
            timed = heard.time is not None and self._time is not None
            if doubt.add(heard.number, heard.units, filled, late=missing_at >= 0 and not newer, timed=timed):
                return self._restart(heard, expected, doubt.since, doubt.filled)
        if behind > HALF:
            return {"expected": expected, "missing": None, "event": "uncertain"}
        losses.reordered += 1
        return {"expected": expected, "missing": 0, "event": "reordered"}

    def _lead_back(self, heard: _Heard) -> Sequence | None:
        """What is said if the number is the one that was expected before the latest jump; then all is as it was."""
        doubt, losses = self._doubt, self._losses
        if doubt is None or losses is None or doubt.left is None or doubt.left[0].expected != heard.number:
            return None
        (_, self._first, losses.missing), losses.lost = doubt.left
        self._follow(heard.number, heard)
        return {"expected": heard.number, "missing": 0, "event": "in_order"}

    def _restart(self, heard: _Heard, expected: int, since: int, filled: int) -> Sequence:
        """A new line begins, whose numbers have come in order *since* this one; units *filled* stay lost."""
        losses = self._made_losses()
        doubt = Doubt((Line(expected, self._first, losses.missing), losses.lost))
        losses.restarts += 1
        losses.lost += filled
        losses.missing = []
        self._first = heard.number - (heard.number - since) % MODULUS
        self._follow(heard.number, heard, doubt)
        return {"expected": expected, "missing": 0, "event": "restart"}

    def _is_newer(self, time: int | None) -> bool:
        """Whether *time* is after that of the number furthest on: then the datagram is neither late nor a repeat."""
        return time is not None and self._time is not None and 0 < (time - self._time) % MODULUS < HALF

    def _made_losses(self) -> Losses:
        if self._losses is None:
            self._losses = Losses()
        return self._losses

    def _forget_oldest(self, losses: Losses) -> None:
        first = losses.forget_oldest()
        if first is not None:
            self._first = first
