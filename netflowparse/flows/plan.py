"""Which key of a bi-flow goes where: to the forward row, to the reverse row, to both."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from .names import forward_keys, is_one_way, is_published, opposite


class Measure(NamedTuple):
    """What is counted, by the keys of the two ends of a connection, and by those of a flow of one direction."""

    initiator: str
    responder: str
    delta: str
    total: str


MEASURES: Final = (
    Measure("initiatorOctets", "responderOctets", "octetDeltaCount", "octetTotalCount"),
    Measure("initiatorPackets", "responderPackets", "packetDeltaCount", "packetTotalCount"),
)
ROLES: Final = frozenset(key for measure in MEASURES for key in (measure.initiator, measure.responder))
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

Moves = tuple[tuple[str, str], ...]  # (key in the row, key in the flow)


class Plan(NamedTuple):
    """What the two rows of flows with certain keys are made of."""

    forward: Moves
    reverse: Moves
    traffic: tuple[str, ...]  # keys in the flow of what the reverse direction counts
    two: bool  # whether the flow tells of two directions


class Reading(NamedTuple):
    """What values of a flow say of its keys."""

    answered: bool = False  # the source of the flow is the responder: biflowDirection 2
    total: bool = False  # initiator and responder counters are those of the whole connection, not since the last report


@lru_cache(maxsize=512)
def plan(keys: tuple[str, ...], reading: Reading) -> Plan:
    """The plan of a flow with *keys*, in their order."""
    own, answers = _roles(keys, reading)
    told: dict[str, str] = {new: old for old, new in answers.items()}
    for key in sorted(keys, key=lambda key: not key.startswith("reverse")):  # IANA's own first
        names = forward_keys(key) if key not in REVERSE_DELAYS else ()
        if names:
            told[_forward_key(names, keys, told)] = key
    reverse_only = {*told.values(), *REVERSE_DELAYS}
    forward = tuple((own.get(key, key), key) for key in keys if key not in reverse_only)
    reverse = _reverse(keys, told, own, reverse_only)
    traffic = tuple(old for new, old in reverse if new in TRAFFIC and told.get(new) == old)
    return Plan(forward, reverse, traffic, bool(told) or not REVERSE_DELAYS.keys().isdisjoint(keys))


def _roles(keys: tuple[str, ...], reading: Reading) -> tuple[dict[str, str], dict[str, str]]:
    """{key in the flow: key in the row} of the connection's counters: those of the source, and those of what answers.

    They are a flow's own counters where it has no other, and both; else each stays under its name, with its end.
    """
    own, answers = {}, {}
    pairs = [measure for measure in MEASURES if _is_counted_by_ends(measure, keys)]
    two = bool(pairs) or any(forward_keys(key) for key in keys)
    for measure in MEASURES:
        ends = (measure.responder, measure.initiator) if reading.answered else (measure.initiator, measure.responder)
        if measure in pairs:
            own[ends[0]] = answers[ends[1]] = measure.total if reading.total else measure.delta
        elif two and ends[1] in keys:
            answers[ends[1]] = ends[1]
    return own, answers


def _is_counted_by_ends(measure: Measure, keys: tuple[str, ...]) -> bool:
    """Whether a flow of *keys* counts by the ends of its connection, and not otherwise."""
    if measure.initiator not in keys or measure.responder not in keys:
        return False
    return not any(own in (key, *forward_keys(key)) for own in (measure.delta, measure.total) for key in keys)


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
