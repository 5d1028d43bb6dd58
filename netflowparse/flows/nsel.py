"""Events of a firewall (Cisco ASA, NetFlow Secure Event Logging) as flows whose octets are counted once.

Cisco's "ASA NetFlow Implementation Guide": an update (firewallEvent 5) has what was counted since the one before, a
teardown (2) the totals of the whole connection, both in elements 231 and 232, newer software also 298 and 299.  The
last interval before a teardown has an update of its own, unless the connection ended before its first one or updates
are not sent.  Whoever adds up all events counts connections with updates twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from ..errors import UsageError, WrongType
from ..types import Flow
from .biflow import DELETED, FIREWALL_EVENT, source_responds, split
from .plan import MEASURES, ROLES, Reading

CREATED, UPDATED = 1, 5  # firewallEvent; IANA's sub-registry
EVENT_TIME: Final = "observationTimeMilliseconds"
#: What makes a connection: its number (148) is reused.
_IDENTITY: Final = (
    *("flowId", "protocolIdentifier", "sourceTransportPort", "destinationTransportPort"),
    *("sourceIPv4Address", "destinationIPv4Address", "sourceIPv6Address", "destinationIPv6Address"),
)
_OWN_COUNTERS: Final = frozenset(key for measure in MEASURES for key in (measure.delta, measure.total))

Count: TypeAlias = Literal["remainder", "updates", "teardowns"]
Counts: TypeAlias = dict[str, int]  # by the keys of initiator and responder counters


class _Connection:
    """What updates of one connection have counted, and once it is torn down its totals and when that was."""

    __slots__ = ("counted", "ended", "totals")

    def __init__(self) -> None:
        self.counted: Counts = {}
        self.totals: Counts = {}
        self.ended = 0  # ms since 1970

    def count(self, counts: Counts) -> Counts:
        """Note that *counts* are counted."""
        for name, count in counts.items():
            self.counted[name] = self.counted.get(name, 0) + count
        return counts

    def left(self, name: str) -> int:
        """What of the total nobody has counted."""
        return max(self.totals.get(name, 0) - self.counted.get(name, 0), 0)


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
        self.limit = limit
        self._live: OrderedDict[Hashable, _Connection] = OrderedDict()
        self._over: OrderedDict[Hashable, _Connection] = OrderedDict()

    def __len__(self) -> int:
        return len(self._live) + len(self._over)

    def __repr__(self) -> str:
        return f"<NselConnections: {len(self)} of at most {self.limit}>"

    def begin(self, key: Hashable) -> None:
        """Note that a connection is new."""
        self._live.pop(key, None)
        self._over.pop(key, None)

    def update(self, key: Hashable, said: Counts, time: int | None) -> Counts:
        """Note what an update counts; what of it is new: all, unless the totals of a teardown have counted it."""
        over = self._ended(key, time)
        if over is not None:
            totals = over.totals
            new = {name: min(count, over.left(name)) if name in totals else count for name, count in said.items()}
            return over.count(new)
        known = self._live.setdefault(key, _Connection())
        self._live.move_to_end(key)
        self._trim()
        return known.count(said)

    def end(self, key: Hashable, totals: Counts, time: int | None) -> Counts:
        """Note the *totals* of a connection that is over; what of them nothing has counted."""
        known = self._live.pop(key, None) or self._ended(key, time) or _Connection()
        known.totals, known.ended = totals, time or 0
        self._over[key] = known
        self._trim()
        return known.count({name: known.left(name) for name in totals})

    def _ended(self, key: Hashable, time: int | None) -> _Connection | None:
        """The connection that is over, if what is said at *time* may still be of it and not of another one."""
        over = self._over.get(key)
        if over is not None and (time is None or time > over.ended):
            del self._over[key]
            return None
        return over

    def _trim(self) -> None:
        if len(self) > self.limit:
            (self._over or self._live).popitem(last=False)


def nsel_rows(
    flows: Iterable[Mapping[str, Any]],
    connections: NselConnections | None = None,
    *,
    exporter: Hashable = None,
    count: Count = "remainder",
    keep_empty: bool = False,
) -> list[Flow]:
    """Rows of one direction each, in the order of *flows*, whose ``octetDeltaCount`` and ``packetDeltaCount`` add up.

    * An update is a forward and a reverse row, with ``octetDeltaCount`` and ``packetDeltaCount``.
    * A teardown is as much, with ``octetTotalCount`` and ``packetTotalCount`` of the connection, and in the other two
      what no row has counted before.
    * A created, denied or other event is one row that is equal to it, and counts nothing.
    * What is no such event, or has counters of its own (Palo Alto), is one row that is equal to it.

    Rows are otherwise those of ``split_biflow``; the source of a connection is its initiator.  *count* says which
    events count:

    * ``remainder``: updates, and of a teardown what its connection's updates have left.  Exact with all events in one
      list, or with *connections*, which the call adds to, and the *exporter* that sent the flows.
    * ``updates``: these alone.  Without memory, but connections that end before their first update are lost, and all
      of an ASA that sends no updates.
    * ``teardowns``: these alone.  Without memory, but all of a connection is counted at its end.

    Old software, which sends no updates, has one total of both directions (85): such a teardown is one row.  Counters
    of 4 octets turn over: a total that is less than its updates counts nothing.  UsageError for another *count*;
    WrongType for what is no mapping among *flows*, and for an *exporter* that is unhashable.
    """
    if count not in get_args(Count):
        raise UsageError(f"count is {count!r}, expected one of {', '.join(get_args(Count))}")
    known = NselConnections() if connections is None else connections
    if not isinstance(known, NselConnections):
        raise WrongType(f"connections is {type(known).__name__}, expected NselConnections")
    try:
        hash(exporter)
    except TypeError:
        raise WrongType(f"exporter is {type(exporter).__name__}, which is unhashable; expected a hashable") from None
    rows: list[Flow] = []
    for flow in flows:
        answered = source_responds(flow)
        event = flow.get(FIREWALL_EVENT)
        said = {key: flow[key] for key in ROLES if type(flow.get(key)) is int}
        if type(event) is not int or not _OWN_COUNTERS.isdisjoint(flow):
            rows.append(_with_old_total(flow, event, count))
        elif event == UPDATED and count == "teardowns":
            rows.append({key: value for key, value in flow.items() if key not in ROLES})
        elif event == UPDATED:
            if count == "remainder":
                said = known.update(_identity(flow, exporter), said, _time(flow))
            rows += split({**flow, **said}, Reading(answered), keep_empty=keep_empty)
        elif event == DELETED:
            if count == "remainder":
                said = known.end(_identity(flow, exporter), said, _time(flow))
            rows += _teardown(flow, said if count != "updates" else None, answered, keep_empty=keep_empty)
        else:
            if event == CREATED:
                known.begin(_identity(flow, exporter))
            rows.append(dict(flow))
    return rows


def _teardown(flow: Mapping[str, Any], counts: Counts | None, answered: bool, *, keep_empty: bool) -> list[Flow]:
    """The rows of a teardown: its totals, and what *counts* of them."""
    rows = split(flow, Reading(answered, total=True), keep_empty=keep_empty)
    if counts is not None:
        counting = split({**flow, **counts}, Reading(answered), keep_empty=True)
        for row, other in zip(rows, counting, strict=False):
            row.update((measure.delta, other[measure.delta]) for measure in MEASURES if measure.delta in other)
    return rows


def _with_old_total(flow: Mapping[str, Any], event: Any, count: Count) -> Flow:
    """The row of a flow with counters of its own; a teardown's total counts where that is all it has."""
    row = dict(flow)
    if event == DELETED and count != "updates" and not any(measure.delta in flow for measure in MEASURES):
        row.update((measure.delta, flow[measure.total]) for measure in MEASURES if measure.total in flow)
    return row


def _identity(flow: Mapping[str, Any], exporter: Hashable) -> Hashable:
    values = (flow.get(key) for key in _IDENTITY)
    return (exporter, *(repr(value) if isinstance(value, list | dict) else value for value in values))


def _time(flow: Mapping[str, Any]) -> int | None:
    """ms since 1970 of an event."""
    time = flow.get(EVENT_TIME)
    return time if type(time) is int else None
