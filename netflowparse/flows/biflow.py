"""A flow that tells of two directions, as two flows of one.  RFC 5103."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import WrongType
from ..types import Flow
from .plan import REVERSE_DELAYS, Moves, Reading, plan

DIRECTION, FLOW_DIRECTION, RESOLVED = "biflowDirection", "flowDirection", "resolved"
INITIATOR, REVERSE_INITIATOR, PERIMETER = 1, 2, 3  # of biflowDirection; RFC 5103 §6.3
FIREWALL_EVENT, DELETED = "firewallEvent", 2
#: biflowDirection of a row -> of the row that goes the other way; that a source is inside a perimeter no value says
_TURNED: Final = {0: 0, INITIATOR: REVERSE_INITIATOR, REVERSE_INITIATOR: INITIATOR, None: None}
#: flowDirection: what comes in one way goes out the other way
_CROSSED: Final = {0: 1, 1: 0}
UPTIME_RANGE = 1 << 32  # ms
SECOND = 1_000_000_000  # ns
#: Times at which a flow begins -> ns in their unit, and after how many they begin anew.
_STARTS: Final[dict[str, tuple[int, int | None]]] = {
    "flowStartSeconds": (SECOND, None),
    "flowStartMilliseconds": (1_000_000, None),
    "flowStartMicroseconds": (1_000, None),
    "flowStartNanoseconds": (1, None),
    "flowStartSysUpTime": (1_000_000, UPTIME_RANGE),
}
#: Times since the exporter's start, and the absolute ones that go with them.
_CLOCKED: Final = (("flowStartSysUpTime", "flowStartMilliseconds"), ("flowEndSysUpTime", "flowEndMilliseconds"))


def split_biflow(flow: Mapping[str, Any], *, keep_empty: bool = False) -> list[Flow]:
    """The forward and the reverse flow in a bi-flow; of any other flow one row that is equal to it.

    A bi-flow has reverse elements (``reverseOctetDeltaCount``, an enterprise's own ``reverseInitialTCPFlags``, unknown
    ``pen29305_ie<N>``), or counts by initiator and responder (231 and 232, 298 and 299).  The forward row is the flow
    without what tells of the reverse direction.  In the reverse row

    * what the flow tells of the reverse direction stands under the forward name;
    * the two ends are exchanged: addresses, ports, prefixes, AS numbers, what else is of source and destination, of
      ingress and egress, ``vlanId`` and ``postVlanId`` where both are there;
    * what was measured on forward packets alone is missing, such as counters, ``tcpControlBits``, next hops, and what
      the other end has no element for;
    * ``biflowDirection`` 1 is 2, 2 is 1, 3 (perimeter) is missing; ``flowDirection`` 0 is 1, 1 is 0;
    * starts are later by ``reverseFlowDeltaMilliseconds`` and kin (6871), which neither row has;
    * the rest is as in the flow.

    Initiator and responder counters become ``octetDeltaCount`` and ``packetDeltaCount``, of a firewall's ``deleted``
    event, which sums up a connection, ``octetTotalCount`` and ``packetTotalCount``; the source is the initiator unless
    ``biflowDirection`` is 2.  Where the flow has such counters besides, each of the four stays under its own name in
    the row of its end; with nothing else to split, such a flow is one row.  Records in lists (RFC 6313) are split as
    the flow is.

    A reverse direction whose octets and packets all are 0 is no flow and gets no row, unless *keep_empty*.
    WrongType for a flow that is no mapping.
    """
    reading = Reading(source_responds(flow), flow.get(FIREWALL_EVENT) == DELETED)
    return split(flow, reading, keep_empty=keep_empty)


def source_responds(flow: Mapping[str, Any]) -> bool:
    """Whether the flow's source is the responder.  WrongType for what is no mapping."""
    if not isinstance(flow, Mapping):
        raise WrongType(f"flow is {type(flow).__name__}, expected a dict")
    return bool(_plain(flow.get(DIRECTION)) == REVERSE_INITIATOR)


def split(flow: Mapping[str, Any], reading: Reading, *, keep_empty: bool) -> list[Flow]:
    """As ``split_biflow``, for a *reading* of its keys."""
    keys = tuple(flow)
    parts = plan(keys, reading)
    if not parts.two:
        return [dict(flow)]
    forward = _row(flow, parts.forward, way=0)
    if not keep_empty and parts.traffic and all(_is_zero(flow[key]) for key in parts.traffic):
        return [forward]
    reverse = _row(flow, parts.reverse, way=1)
    told = {new for new, old in parts.reverse if new != old}
    _turn(reverse, told)
    _shift(flow, reverse, told)
    return [forward, reverse]


def _row(flow: Mapping[str, Any], moves: Moves, way: int) -> Flow:
    row = {new: _value(flow[old], way) for new, old in moves}
    resolved = row.get(RESOLVED)
    if isinstance(resolved, dict):
        row[RESOLVED] = {new: resolved[old] for new, old in moves if old in resolved}
    return row


def _value(value: Any, way: int) -> Any:
    """A value of a flow; of a list of records these, as one direction has them."""
    if type(value) is not dict:
        return value
    records, entries = value.get("records"), value.get("entries")
    if isinstance(records, list):
        return {**value, "records": [_record(record, way) for record in records]}
    if isinstance(entries, list):
        return {**value, "entries": [_value(entry, way) for entry in entries]}
    return value


def _record(record: Any, way: int) -> Any:
    if not isinstance(record, dict):
        return record
    parts = plan(tuple(record), Reading())
    return _row(record, parts.reverse if way else parts.forward, way)


def _turn(row: Flow, told: set[str]) -> None:
    """Let what says a direction say the other one, unless the flow has told it."""
    if DIRECTION in row and DIRECTION not in told:
        value = _plain(row[DIRECTION])
        if value in _TURNED:
            row[DIRECTION] = _TURNED[value]
        else:
            del row[DIRECTION]
    if FLOW_DIRECTION in row and FLOW_DIRECTION not in told:
        value = row[FLOW_DIRECTION]
        row[FLOW_DIRECTION] = _CROSSED.get(_plain(value), value)


def _shift(flow: Mapping[str, Any], row: Flow, told: set[str]) -> None:
    """Move the times of the reverse *row* that the flow tells only by a delay, or since the exporter's start."""
    for uptime, absolute in _CLOCKED:
        if uptime in told and absolute in row and absolute not in told:
            times = (flow.get(uptime), row[uptime], row[absolute])
            if all(type(time) is int for time in times):
                later = (times[1] - times[0] + UPTIME_RANGE // 2) % UPTIME_RANGE - UPTIME_RANGE // 2
                row[absolute] = max(times[2] + later, 0)
            else:
                del row[absolute]
    delay = max((_delay(flow, key) for key in REVERSE_DELAYS), default=0)
    for start, (unit, turn) in _STARTS.items() if delay else ():
        time = row.get(start)
        if type(time) is int and start not in told:
            time += delay // unit
            row[start] = time if turn is None else time % turn


def _delay(flow: Mapping[str, Any], key: str) -> int:
    """ns that *key* says the reverse direction began later."""
    value = flow.get(key)
    return value * REVERSE_DELAYS[key] if type(value) is int and value > 0 else 0


def _is_zero(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(type(each) is int and each == 0 for each in values)


def _plain(value: Any) -> Any:
    """A value that can be looked up: what is no number is one that no element has."""
    return value if value is None or type(value) is int else -1
