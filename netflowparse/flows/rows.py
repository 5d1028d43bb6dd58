"""The forward and the reverse row of a flow, made by its plan, and of the records in its lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..types import Flow
from .plan import DIRECTION, REVERSE_INITIATOR, Moves, Plan, Reading, checked, plan, source_responds
from .times import set_times

FLOW_DIRECTION, RESOLVED = "flowDirection", "resolved"
INITIATOR = 1  # of biflowDirection
#: biflowDirection of a row -> of the row that goes the other way; that a source is inside a perimeter no value says
_TURNED: Final = {0: 0, INITIATOR: REVERSE_INITIATOR, REVERSE_INITIATOR: INITIATOR, None: None}
#: flowDirection: what comes in one way goes out the other way
_CROSSED: Final = {0: 1, 1: 0}
_HOLDERS: Final = frozenset({dict, list})  # what may hold records
_APPLICATION: Final = (
    *("applicationName", "applicationDescription", "applicationCategoryName", "applicationSubCategoryName"),
    *("applicationGroupName", "p2pTechnology", "tunnelTechnology", "encryptedTechnology"),
)
#: (a number in the reverse row, the number in the flow that it comes from, what names it in the row)
_NAMED: Final = (
    ("ingressInterface", "egressInterface", ("ingress_interface_name", "ingress_interface_description")),
    ("egressInterface", "ingressInterface", ("egress_interface_name", "egress_interface_description")),
    ("ingressVRFID", "egressVRFID", ("ingress_vrf_name",)),
    ("egressVRFID", "ingressVRFID", ("egress_vrf_name",)),
    ("applicationId", "applicationId", _APPLICATION),
)


def forward_row(flow: Mapping[str, Any], parts: Plan) -> Flow:
    """The flow without what tells of the reverse direction."""
    return _moved(flow, parts.forward, reverse=False)


def reverse_row(flow: Mapping[str, Any], parts: Plan) -> Flow:
    """What the flow says of the reverse direction, and of both."""
    row = _moved(flow, parts.reverse, reverse=True)
    _turn(row, parts.told)
    set_times(flow, row, parts.told)
    _part_from_names(flow, row, parts.told)
    return row


def records_of(flow: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The records in the lists of a flow, or of a record; those in lists of theirs are in these."""
    if not _HOLDERS.isdisjoint(map(type, flow.values())):
        for value in flow.values():
            yield from _records_in(value)


def _records_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """The records in a list of RFC 6313, or in several under one key; a basicList is one record of its element."""
    if type(value) is list:
        for each in value:
            yield from _records_in(each)
    elif type(value) is dict:
        if isinstance(value.get("records"), list):
            yield from (record for record in value["records"] if isinstance(record, dict))
        elif isinstance(value.get("entries"), list):
            yield from _records_in(value["entries"])
        elif _is_basic(value):
            yield {value["element"]: value["values"]}


def plan_of(record: Mapping[str, Any]) -> Plan:
    """The plan of a record in a list."""
    return plan(tuple(checked(record)), Reading(source_responds(record)))


def _is_basic(value: dict[str, Any]) -> bool:
    return isinstance(value.get("element"), str) and isinstance(value.get("values"), list) and "semantic" in value


def _moved(flow: Mapping[str, Any], moves: Moves, *, reverse: bool) -> Flow:
    row = {}
    for new, old in moves:
        value = flow[old]
        if type(value) in _HOLDERS:
            value = _directed(value, reverse)
            if value is None:
                continue
        row[new] = value
    resolved = flow.get(RESOLVED)
    if isinstance(resolved, dict) and RESOLVED in row:
        row[RESOLVED] = {new: resolved[old] for new, old in moves if old in resolved}
    return row


def _directed(value: Any, reverse: bool) -> Any:
    """A dict or a list in a flow, as one direction has it; None where that has nothing of it."""
    if type(value) is list:
        if not any(type(each) in _HOLDERS for each in value):
            return value
        kept = [_directed(each, reverse) if type(each) in _HOLDERS else each for each in value]
        return [each for each, old in zip(kept, value, strict=True) if each is not None or old is None] or None
    if isinstance(value.get("records"), list):
        return {**value, "records": [_record(record, reverse) for record in value["records"]]}
    if isinstance(value.get("entries"), list):
        return {**value, "entries": _directed(value["entries"], reverse) or []}
    return _basic(value, reverse) if _is_basic(value) else value


def _record(record: Any, reverse: bool) -> Any:
    if not isinstance(record, dict):
        return record
    parts = plan_of(record)
    return reverse_row(record, parts) if reverse else forward_row(record, parts)


def _basic(value: dict[str, Any], reverse: bool) -> Any:
    """A basicList of one direction: its element is told, exchanged or missing as it is in a flow."""
    parts = plan((value["element"],), Reading())
    moves = parts.reverse if reverse else parts.forward
    if not moves:
        return None
    ((element, _),) = moves
    return {**value, "element": element, "values": _directed(value["values"], reverse) or []}


def _turn(row: Flow, told: frozenset[str]) -> None:
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


def _part_from_names(flow: Mapping[str, Any], row: Flow, told: frozenset[str]) -> None:
    """Take away the names of numbers in whose place the flow has told other ones."""
    for number, origin, names in _NAMED:
        if number in told and row.get(number) != flow.get(origin):
            for name in names:
                if name not in told and row.pop(name, None) is not None and RESOLVED in row:
                    row[RESOLVED].pop(name, None)


def _plain(value: Any) -> Any:
    """A value that can be looked up: what is no number is one that no element has."""
    return value if value is None or type(value) is int else -1
