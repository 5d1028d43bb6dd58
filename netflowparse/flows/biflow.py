"""A flow that tells of two directions, as two flows of one.  RFC 5103."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..types import Flow
from .plan import Plan, Reading, checked, plan, source_responds
from .rows import forward_row, plan_of, records_of, reverse_row

FIREWALL_EVENT, DELETED = "firewallEvent", 2


def split_biflow(flow: Mapping[str, Any], *, keep_empty: bool = False) -> list[Flow]:
    """The forward and the reverse flow in a bi-flow; of any other flow one row that is equal to it.

    A bi-flow has reverse elements (``reverseOctetDeltaCount``, an enterprise's own ``reverseInitialTCPFlags``, unknown
    ``pen29305_ie<N>``), itself or in its lists, or counts by initiator and responder (231 and 232, 298 and 299).  The
    forward row is the flow without what tells of the reverse direction.  In the reverse row

    * what the flow tells of the reverse direction stands under the forward name;
    * the two ends are exchanged: addresses, ports, prefixes, AS numbers, what else is of source and destination, of
      ingress and egress, ``vlanId`` and ``postVlanId`` where both are there;
    * what was measured on forward packets alone is missing, such as counters, ``tcpControlBits``, next hops, and what
      the other end has no element for;
    * ``biflowDirection`` 1 is 2, 2 is 1, 3 (perimeter) is missing; ``flowDirection`` 0 is 1, 1 is 0;
    * starts are later by ``reverseFlowDeltaMilliseconds`` and kin (6871), which neither row has; times and durations
      that are not told follow those that are, and are missing where nobody knows;
    * the rest is as in the flow.

    Initiator and responder counters become ``octetDeltaCount`` and ``packetDeltaCount``, of a firewall's ``deleted``
    event, which sums up a connection, ``octetTotalCount`` and ``packetTotalCount``; the source is the initiator unless
    ``biflowDirection`` is 2.  Where the flow has such counters besides, each of the four stays under its own name in
    the row of its end; with nothing else to split, such a flow is one row.  Records in lists (RFC 6313) are split as
    the flow is, and basicLists by their element.

    A reverse direction whose octets and packets all are 0, with all else that it counts, is no flow and gets no row,
    unless *keep_empty*.  WrongType for a flow that is no mapping of text.
    """
    reading = Reading(source_responds(checked(flow)), total=flow.get(FIREWALL_EVENT) == DELETED)
    return split(flow, reading, keep_empty=keep_empty)


def split(flow: Mapping[str, Any], reading: Reading, *, keep_empty: bool) -> list[Flow]:
    """As ``split_biflow``, for a *reading* of its keys."""
    parts = plan(tuple(flow), reading)
    if not parts.two and not any(map(_tells_two, records_of(flow))):
        return [forward_row(flow, parts)] if parts.renamed else [dict(flow)]
    forward = forward_row(flow, parts)
    if not keep_empty and _is_empty(flow, parts):
        return [forward]
    return [forward, reverse_row(flow, parts)]


def _tells_two(record: Mapping[str, Any]) -> bool:
    return plan_of(record).two or any(map(_tells_two, records_of(record)))


def _is_empty(flow: Mapping[str, Any], parts: Plan) -> bool:
    """Whether the reverse direction says that it had no packets: it counts them, and nothing that is not 0."""
    counts = list(_counts(flow, parts))
    return any(traffic for traffic, _ in counts) and all(_is_zero(value) for _, value in counts)


def _counts(flow: Mapping[str, Any], parts: Plan) -> Iterator[tuple[bool, Any]]:
    """What the reverse direction counts, lists included: (whether 0 says that there was no packet, the value)."""
    for key in parts.counters:
        yield key in parts.traffic, flow[key]
    for record in records_of(flow):
        yield from _counts(record, plan_of(record))


def _is_zero(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(type(each) is int and each == 0 for each in values)
