"""Which of two ways an exporter numbers its datagrams: by the units before each, or with its own among them.

RFC 7011 §3.1 and NetFlow v5 count what was sent before.  Who counts the datagram's own as well seems to lose and repeat
something whenever two datagrams in a row are of different length.  The steps tell: from one number to the next it is
the units of the former by the standard, of the latter by the other way.
"""

from __future__ import annotations

from typing import Any

from ..types import Sequence
from .losses import LARGEST, LARGEST_TOTAL, MODULUS, NO_LOSSES, Totals
from .sequence import SequenceTracker
from .snapshot.values import Value

ENOUGH = 4  # steps that only the other way explains, less those that neither does; none that only this one does
LARGEST_UNITS = 1 << 16  # of one datagram


class OwnTracker(SequenceTracker):
    """Numbers that count the units of their own datagram as well; ``expected`` is such a number too."""

    __slots__ = ()

    def observe(
        self,
        number: int,
        units: int,
        certain: bool = True,
        time: int | None = None,
        restarted: bool = False,
        records: int | None = None,
    ) -> Sequence:
        """The message's ``sequence``, as ``SequenceTracker.observe``.

        Of a datagram whose units cannot be counted it is known where it ends, and not where it begins.
        """
        if not certain:
            self._certain, units = False, 0
        said = super().observe((number - units) % MODULUS, units, True, time, restarted, records)
        if said["expected"] is not None:
            said["expected"] = (said["expected"] + units) % MODULUS
        return said


class Numbering:
    """How the numbers of one domain count: made when one of them is not the expected one."""

    __slots__ = ("_latest", "_shown", "_totals", "own")

    def __init__(self, *, own: bool = False, totals: Totals = NO_LOSSES) -> None:
        self.own = own  # whether each number counts its own datagram's units
        self._totals = totals  # of losses, before the numbers were doubted
        self._latest: tuple[int, int] | None = None  # number and units of the datagram before, None: nobody can tell
        self._shown = 0  # steps that only the other way explains; -1: the latest is explained by this way only

    def weigh(self, number: int, before: int, own: int, *, certain: bool) -> None:
        """Note a datagram: by the standard the next number is *before* units higher than its own *number*.

        By exporters that count the other way its number is *own* units higher than that of the datagram before.
        ``certain=False``: it has units that could not be counted.
        """
        latest, self._latest = self._latest, (number, before) if certain else None
        if latest is None or not certain or not own:
            return
        step = (number - latest[0]) % MODULUS
        this, other = (own, latest[1]) if self.own else (latest[1], own)
        if step == this:
            self._shown = -1 if this != other else self._shown
        elif step == other:
            self._shown = max(self._shown, 0) + 1
        else:  # something was lost, or is late: chance makes such a step look like the other way now and then
            self._shown = max(self._shown - 1, 0)

    @classmethod
    def begun(cls, totals: Totals, said: Sequence) -> Numbering:
        """A doubt that begins with a datagram: its number has *said* something, which *totals* have in them by now."""
        counted = {"gap": "gaps", "duplicate": "duplicates", "reordered": "reordered", "restart": "restarts"}
        field = counted.get(said["event"])
        before = totals._replace(lost=totals.lost - (said["missing"] or 0))
        return cls(totals=before._replace(**{field: getattr(totals, field) - 1}) if field else before)

    @property
    def is_doubtful(self) -> bool:
        """Whether numbers must be looked at further: the latest that told anything did not keep to the standard."""
        return self.own or self._shown >= 0

    @property
    def is_wrong(self) -> bool:
        """Whether the numbers have shown that they count the other way."""
        return self._shown >= ENOUGH

    def switch(self, before: SequenceTracker) -> SequenceTracker:
        """What observes numbers that count the other way, from the next one on; *before* has so far.

        Away from the standard totals are again what they were when the doubt began; back to it they stay.
        """
        self.own, self._shown = not self.own, 0
        tracker = self.tracker()
        tracker.carry(self._totals if self.own else before.totals)
        return tracker

    def tracker(self) -> SequenceTracker:
        """What observes numbers that count so, from its first one on."""
        return OwnTracker() if self.own else SequenceTracker()

    def dump(self) -> dict[str, Any]:
        """Plain JSON values, for ``load``."""
        latest = None if self._latest is None else [*self._latest]
        return {"own": self.own, "latest": latest, "shown": self._shown, "totals": [*self._totals]}

    @classmethod
    def load(cls, dumped: Value) -> Numbering:
        """That which was dumped; SnapshotError if none was."""
        own, latest, shown, totals = dumped.parts("own", "latest", "shown", "totals")
        known = Totals(*(each.whole(LARGEST_TOTAL) for each in totals.row(len(Totals._fields))))
        numbering = cls(own=own.boolean(), totals=known)
        numbering._shown = shown.whole(ENOUGH - 1, -1)
        if not latest.absent:
            number, units = latest.row(2)
            numbering._latest = number.whole(LARGEST), units.whole(LARGEST_UNITS)
        if not numbering.is_doubtful:
            raise shown.refuse("no less than 0 of numbers that keep to the standard")
        return numbering
