"""Events of a firewall (Cisco ASA, NetFlow Secure Event Logging) as flows whose octets are counted once.

Cisco's "ASA NetFlow Implementation Guide": an update (firewallEvent 5) has what was counted since the one before, a
teardown (2) the totals of the whole connection, both in elements 231 and 232, newer software also 298 and 299.  The
last interval before a teardown has an update of its own, unless the connection ended before its first one or updates
are not sent.  Whoever adds up all events counts connections with updates twice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from ..errors import UsageError, WrongType
from ..registry.element import reverse_name
from ..types import Flow
from .biflow import DELETED, FIREWALL_EVENT, split
from .connections import Counts, Event, NselConnections, begin, end, update
from .plan import MEASURES, Measure, Reading, checked, source_responds

CREATED, UPDATED = 1, 5  # firewallEvent; IANA's sub-registry
#: When an event was, ms since 1970: the first of these that it has.
EVENT_TIMES: Final = ("observationTimeMilliseconds", "flowStartMilliseconds")
#: What makes a connection: its number (148) is reused.
_IDENTITY: Final = (
    *("flowId", "protocolIdentifier", "sourceTransportPort", "destinationTransportPort"),
    *("sourceIPv4Address", "destinationIPv4Address", "sourceIPv6Address", "destinationIPv6Address"),
)
#: Counters of a flow of one direction, and of a bi-flow: an event with these is none of an ASA.
_OWN_COUNTERS: Final = frozenset(
    key for measure in MEASURES for key in (measure.delta, reverse_name(measure.delta), reverse_name(measure.total))
)

Count: TypeAlias = Literal["remainder", "updates", "teardowns"]


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
    * What is no such event, or has counters of one direction (Palo Alto), is one row that is equal to it.

    Rows are otherwise those of ``split_biflow``; the source of a connection is its initiator.  *count* says which
    events count; what does not has 0:

    * ``remainder``: updates, and of a teardown what its connection's updates have left.  Exact with all events in one
      list, or with *connections*, which the call adds to, and the *exporter* that sent the flows.
    * ``updates``: these alone.  Without memory, but connections that end before their first update are lost, and all
      of an ASA that sends no updates.
    * ``teardowns``: these alone.  Without memory, but all of a connection is counted at its end.  An update is one row
      then, without its counters.

    A total of both directions (85) that is all a teardown has, as of old software, makes one row; beside counters of
    the two ends it is left out.  UsageError for another *count*; WrongType for *flows* that are no iterable of
    mappings, and for an *exporter* that is unhashable: nothing is added to *connections* then.
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
    if not isinstance(flows, Iterable):
        raise WrongType(f"flows is {type(flows).__name__}, expected an iterable of dicts")
    rows: list[Flow] = []
    for flow in [checked(flow) for flow in flows]:
        kind = flow.get(FIREWALL_EVENT)
        if type(kind) is not int or not _OWN_COUNTERS.isdisjoint(flow):
            rows.append(dict(flow))
        elif kind == UPDATED:
            rows += _update(flow, known, exporter, count, keep_empty=keep_empty)
        elif kind == DELETED:
            rows += _teardown(flow, known, exporter, count, keep_empty=keep_empty)
        else:
            if kind == CREATED:
                begin(known, _event(flow, exporter, {}))
            rows.append(dict(flow))
    return rows


def _update(
    flow: Mapping[str, Any], known: NselConnections, exporter: Hashable, count: Count, *, keep_empty: bool
) -> list[Flow]:
    by_ends = _measures_by_ends(flow)
    body = _without_totals(flow, by_ends)
    if count == "teardowns":
        ends = {key for measure in by_ends for key in measure.ends(False)}
        row = {key: value for key, value in body.items() if key not in ends}
        return [{**row, **{measure.delta: 0 for measure in by_ends}}]
    counts = _counts(flow, by_ends)
    if count == "remainder" and counts:
        counts = update(known, _event(flow, exporter, counts))
    return split({**body, **counts}, Reading(source_responds(flow), event=True), keep_empty=keep_empty)


def _teardown(
    flow: Mapping[str, Any], known: NselConnections, exporter: Hashable, count: Count, *, keep_empty: bool
) -> list[Flow]:
    by_ends = _measures_by_ends(flow)
    of_both = [measure for measure in MEASURES if measure not in by_ends and measure.total in flow]
    said = _counts(flow, by_ends) | {measure.total: flow[measure.total] for measure in of_both}
    counts = {name: value for name, value in said.items() if type(value) is int}
    if count == "updates":
        said = dict.fromkeys(said, 0)
    elif count == "remainder" and counts:
        said |= end(known, _event(flow, exporter, counts))
    answered = source_responds(flow)
    rows = split(_without_totals(flow, by_ends), Reading(answered, event=True, total=True), keep_empty=keep_empty)
    for way, row in enumerate(rows):
        for measure in by_ends:
            name = measure.ends(answered)[way]
            if name in flow:
                row[measure.delta] = said.get(name, flow[name])
    rows[0].update((measure.delta, said[measure.total]) for measure in of_both)
    return rows


def _measures_by_ends(flow: Mapping[str, Any]) -> list[Measure]:
    """What an event counts by initiator and responder, or by one of them."""
    return [measure for measure in MEASURES if measure.initiator in flow or measure.responder in flow]


def _without_totals(flow: Mapping[str, Any], by_ends: list[Measure]) -> Flow:
    """An event without totals of both directions, where it tells each."""
    totals = {measure.total for measure in by_ends}
    return {key: value for key, value in flow.items() if key not in totals}


def _counts(flow: Mapping[str, Any], by_ends: list[Measure]) -> Counts:
    """The counters of the two ends that are numbers."""
    keys = (key for measure in by_ends for key in measure.ends(False))
    return {key: flow[key] for key in keys if type(flow.get(key)) is int}


def _event(flow: Mapping[str, Any], exporter: Hashable, counts: Counts) -> Event:
    values = (flow.get(key) for key in _IDENTITY)
    key = (exporter, *(repr(value) if isinstance(value, list | dict) else value for value in values))
    times = (flow[name] for name in EVENT_TIMES if type(flow.get(name)) is int)
    return Event(key, next(times, None), counts)
