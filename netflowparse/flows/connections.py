"""What has been counted of each connection of a firewall, so that its teardown counts the rest.

Events come in any order, twice, or not at all.  A connection's number is reused, and nothing in an event says for which
time; two connections of one number are told apart by times and by totals.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final, NamedTuple, TypeAlias

from ..errors import UsageError, WrongType

Counts: TypeAlias = dict[str, int]  # by the keys of counters in events
Said: TypeAlias = tuple[int | None, ...]  # (time, count, …)
RECENT: Final = 4  # updates that are known again: repeated datagrams are not far apart
TURNED_OVER: Final = 1 << 32  # what counters of 4 octets can no longer say


class Event(NamedTuple):
    """What an event says."""

    key: Hashable  # of its connection
    time: int | None  # ms since 1970
    counts: Counts

    def said(self) -> Said:
        """What makes an event of a connection the same as another one."""
        return self.time, *self.counts.values()


class _Connection:
    """What updates of one connection have counted, and once it is torn down its totals."""

    __slots__ = ("counted", "latest", "recent", "totals")

    def __init__(
        self,
        counted: Counts | None = None,
        totals: Counts | None = None,
        latest: int | None = None,
        recent: tuple[Said, ...] = (),
    ) -> None:
        self.counted: Counts = {} if counted is None else counted
        self.totals = totals  # None until they are told
        self.latest = latest  # ms since 1970: of its newest event, or when it was over
        self.recent = recent  # what its last updates said, the newest last

    def __reduce__(self) -> tuple[Any, ...]:
        return _Connection, (self.counted, self.totals, self.latest, self.recent)

    def see(self, event: Event) -> None:
        """Note when an event was."""
        if event.time is not None:
            self.latest = event.time if self.latest is None else max(self.latest, event.time)

    def is_repeated(self, event: Event) -> bool:
        """Whether an update has come before; without times nobody knows."""
        return event.time is not None and event.said() in self.recent

    def count(self, event: Event) -> Counts:
        """Count an update: what of it no totals have counted."""
        self.recent = (*self.recent, event.said())[-RECENT:]
        totals = self.totals or {}
        return self._add({name: 0 if name in totals else count for name, count in event.counts.items()})

    def may_total(self, totals: Counts) -> bool:
        """Whether *totals* may be of this connection: no less than its updates, unless they turned over."""
        return not any(total < self.counted.get(name, 0) < TURNED_OVER for name, total in totals.items())

    def finish(self, event: Event) -> Counts:
        """Note the totals; what of them nothing has counted."""
        self.totals, self.latest, self.recent = event.counts, event.time, ()
        return self._add({name: max(total - self.counted.get(name, 0), 0) for name, total in event.counts.items()})

    def _add(self, counts: Counts) -> Counts:
        for name, count in counts.items():
            self.counted[name] = self.counted.get(name, 0) + count
        return counts


class NselConnections:
    """What is counted of each connection: for ``nsel_rows`` on one list of flows after another.

    Serves any number of exporters.  Holds connections with updates and those that are over, whose updates may come
    late, at most *limit* of them: what is over goes first, then what was silent for longest; the teardown of one that
    is forgotten counts its totals.  Pickles.
    """

    def __init__(self, limit: int = 100_000) -> None:
        if type(limit) is not int:
            raise WrongType(f"limit is {type(limit).__name__}, expected int")
        if limit < 1:
            raise UsageError(f"limit is {limit}, expected at least 1")
        self._limit = limit
        self._live: OrderedDict[Hashable, _Connection] = OrderedDict()
        self._over: OrderedDict[Hashable, _Connection] = OrderedDict()

    @property
    def limit(self) -> int:
        """How many connections are held at most."""
        return self._limit

    def __len__(self) -> int:
        return len(self._live) + len(self._over)

    def __repr__(self) -> str:
        return f"<NselConnections: {len(self)} of at most {self.limit}>"

    def _ended(self, event: Event) -> _Connection | None:
        """The connection of the event's number that is over, if the event is not later."""
        over = self._over.get(event.key)
        if over is None or over.latest is None or event.time is None or event.time > over.latest:
            return None
        return over

    def _keep(self, key: Hashable, known: _Connection) -> None:
        self._over[key] = known
        self._over.move_to_end(key)
        self._trim()

    def _trim(self) -> None:
        while len(self) > self._limit:
            (self._over or self._live).popitem(last=False)


def begin(connections: NselConnections, event: Event) -> None:
    """Note that a connection is new, unless what is known of it is newer: what was before it is over."""
    live = connections._live
    known = live.get(event.key)
    if known is None or (event.time is not None and known.latest is not None and event.time <= known.latest):
        return
    del live[event.key]
    if event.time is not None:
        known.latest = event.time - 1
        connections._keep(event.key, known)


def update(connections: NselConnections, event: Event) -> Counts:
    """Note what an update counts; what of it is new: nothing that totals have counted, or that is repeated."""
    known = connections._ended(event)
    if known is None:
        known = connections._live.setdefault(event.key, _Connection())
        connections._live.move_to_end(event.key)
        connections._trim()
        known.see(event)
    return dict.fromkeys(event.counts, 0) if known.is_repeated(event) else known.count(event)


def end(connections: NselConnections, event: Event) -> Counts:
    """Note the totals of a connection that is over; what of them nothing has counted."""
    known = connections._ended(event)
    if known is not None and (known.totals, known.latest) == (event.counts, event.time):
        return dict.fromkeys(event.counts, 0)
    if known is None or known.totals is not None:
        known = connections._live.pop(event.key, None)
    if known is None or not known.may_total(event.counts):
        known = _Connection()
    left = known.finish(event)
    connections._keep(event.key, known)
    return left
