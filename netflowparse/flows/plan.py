"""Which key of a bi-flow goes where: to the forward row, to the reverse row, to both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ..errors import WrongType
from .directions import forward_keys, is_counter, is_one_way, is_published, opposite


class Measure(NamedTuple):
    """What is counted, by the keys of the two ends of a connection, and by those of a flow of one direction."""

    initiator: str
    responder: str
    delta: str
    total: str

    def ends(self, answered: bool) -> tuple[str, str]:
        """The key of what the flow's source has sent, and of what the destination has."""
        return (self.responder, self.initiator) if answered else (self.initiator, self.responder)


MEASURES: Final = (
    Measure("initiatorOctets", "responderOctets", "octetDeltaCount", "octetTotalCount"),
    Measure("initiatorPackets", "responderPackets", "packetDeltaCount", "packetTotalCount"),
)
#: Counters that are 0 only where there was no packet.
TRAFFIC: Final = frozenset(
    {
        *(key for measure in MEASURES for key in (*measure,)),
        *("layer2OctetDeltaCount", "layer2OctetTotalCount"),
    }
)
#: How long after the forward direction the reverse one began: CERT's 21, 41 and 42.  Key -> ns in its unit.
REVERSE_DELAYS: Final = {
    "reverseFlowDeltaMilliseconds": 1_000_000,
    "reverseFlowDeltaMicroseconds": 1_000,
    "reverseFlowDeltaNanoseconds": 1,
}
_TEXT: Final = frozenset({str})
DIRECTION: Final = "biflowDirection"
REVERSE_INITIATOR: Final = 2  # of biflowDirection: the destination began the connection.  RFC 5103 §6.3

Moves = tuple[tuple[str, str], ...]  # (key in the row, key in the flow)


class Plan(NamedTuple):
    """What the two rows of flows with certain keys are made of."""

    forward: Moves
    reverse: Moves
    told: frozenset[str]  # keys in the reverse row of what the flow tells of that direction
    traffic: tuple[str, ...]  # keys in the flow of what the reverse direction counts: 0 only where there was no packet
    counters: tuple[str, ...]  # of all that it counts
    two: bool  # whether the flow tells of two directions
    renamed: bool  # whether the forward row has keys that the flow has not


class Reading(NamedTuple):
    """What values of a flow say of its keys."""

    answered: bool = False  # the source of the flow is the responder: biflowDirection 2
    event: bool = False  # of a firewall: one of initiator and responder counters is one as well
    total: bool = False  # initiator and responder counters are those of the whole connection, not since the last report


def checked(flow: Mapping[str, Any]) -> Mapping[str, Any]:
    """The flow, if it is one.  WrongType for what is no mapping of text."""
    if not isinstance(flow, Mapping):
        raise WrongType(f"flow is {type(flow).__name__}, expected a dict")
    if not _TEXT.issuperset(map(type, flow)):
        for key in flow:
            if not isinstance(key, str):
                raise WrongType(f"flow has a key that is {type(key).__name__}, expected str")
    return flow


def source_responds(flow: Mapping[str, Any]) -> bool:
    """Whether the flow's source is the responder."""
    value = flow.get(DIRECTION)
    return type(value) is int and value == REVERSE_INITIATOR


@lru_cache(maxsize=512)
def plan(keys: tuple[str, ...], reading: Reading) -> Plan:
    """The plan of a flow with *keys*, in their order."""
    own, answers = _roles(keys, reading)
    told = {new: old for old, new in answers.items()}
    for key in sorted(keys, key=lambda key: not key.startswith("reverse")):  # IANA's own first
        names = forward_keys(key) if key not in REVERSE_DELAYS else ()
        if names:
            told[_forward_key(names, keys, told)] = key
    reverse_only = {*told.values(), *REVERSE_DELAYS}
    return Plan(
        forward=tuple((own.get(key, key), key) for key in keys if key not in reverse_only),
        reverse=_reverse(keys, told, own, reverse_only),
        told=frozenset(told),
        traffic=tuple(old for new, old in told.items() if new in TRAFFIC),
        counters=tuple(old for new, old in told.items() if is_counter(new)),
        two=bool(told) or not REVERSE_DELAYS.keys().isdisjoint(keys),
        renamed=bool(own),
    )


def _roles(keys: tuple[str, ...], reading: Reading) -> tuple[dict[str, str], dict[str, str]]:
    """{key in the flow: key in the row} of the connection's counters: those of the source, and those of what answers.

    They are a flow's own counters where it has no other, and both, or events of a firewall; else each stays under its
    name, with its end.
    """
    own: dict[str, str] = {}
    answers: dict[str, str] = {}
    aside: set[str] = set()
    reverse = {name for key in keys for name in forward_keys(key)}
    for measure in MEASURES:
        near, far = measure.ends(reading.answered)
        ends = {near, far}.intersection(keys)
        counted = not reverse.union(keys).isdisjoint((measure.delta, measure.total))
        if not counted and (len(ends) == 2 or reading.event):
            name = measure.total if reading.total else measure.delta
            own.update((end, name) for end in ends - {far})
            answers.update((end, name) for end in ends - {near})
        else:
            aside |= ends - {near}
    if answers or reverse:
        answers.update((far, far) for far in aside)
    return own, answers


def _forward_key(names: tuple[str, ...], keys: tuple[str, ...], told: dict[str, str]) -> str:
    """Under which of *names* the reverse row tells a value: one that the flow has, one that is published, the first."""
    free = [name for name in names if name not in told]
    candidates = (name for known in (keys.__contains__, is_published) for name in free if known(name))
    return next(candidates, names[0])


def _reverse(keys: tuple[str, ...], told: dict[str, str], own: dict[str, str], reverse_only: set[str]) -> Moves:
    moves: dict[str, str] = {}
    for key in keys:
        new = own.get(key, key)
        if new in told:
            moves[new] = told[new]
        elif key in reverse_only or is_one_way(key):
            continue
        else:
            other = opposite(key, keys)
            if other in keys:
                moves[key] = other  # in the place of the value that it stands for
            elif other is not None and other not in told:
                moves[other] = key
    return (*moves.items(), *((new, old) for new, old in told.items() if new not in moves))
