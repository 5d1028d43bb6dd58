"""When the reverse direction of a bi-flow began and ended, from what the flow tells of that.

A flow may tell one time in several ways: since 1970 in four units, since the exporter's start, before the export.  What
it tells of the reverse direction in one of them moves the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from ..types import Flow
from .plan import REVERSE_DELAYS

UPTIME_RANGE = 1 << 32  # ms
MICROSECOND, MILLISECOND, SECOND = 1_000, 1_000_000, 1_000_000_000  # ns


class Clock(Enum):
    """What a time counts from."""

    EPOCH = auto()
    SYSTEM_START = auto()  # turns over after 2**32 ms
    EXPORT = auto()  # backwards


class Time(NamedTuple):
    """The key of a time, its unit in ns, and what it counts from."""

    key: str
    unit: int
    clock: Clock

    def moved(self, value: int, shift: int) -> int:
        """*value* later by *shift* ns."""
        if self.clock is Clock.SYSTEM_START:
            return (value + shift // self.unit) % UPTIME_RANGE
        shift = -shift if self.clock is Clock.EXPORT else shift
        return max((value * self.unit + shift) // self.unit, 0)

    def between(self, first: int, second: int) -> int:
        """ns from one value to another."""
        ticks = second - first
        if self.clock is Clock.SYSTEM_START:
            ticks = (ticks + UPTIME_RANGE // 2) % UPTIME_RANGE - UPTIME_RANGE // 2
        return (-ticks if self.clock is Clock.EXPORT else ticks) * self.unit


def _times(what: str) -> tuple[Time, ...]:
    """The ways to tell when a flow started or ended, the finest first."""
    return (
        Time(f"flow{what}Nanoseconds", 1, Clock.EPOCH),
        Time(f"flow{what}Microseconds", MICROSECOND, Clock.EPOCH),
        Time(f"flow{what}DeltaMicroseconds", MICROSECOND, Clock.EXPORT),
        Time(f"flow{what}Milliseconds", MILLISECOND, Clock.EPOCH),
        Time(f"flow{what}SysUpTime", MILLISECOND, Clock.SYSTEM_START),
        Time(f"flow{what}Seconds", SECOND, Clock.EPOCH),
    )


_STARTS: Final = _times("Start")
_ENDS: Final = _times("End")
#: Key -> ns in its unit.
_DURATIONS: Final = {"flowDurationMicroseconds": MICROSECOND, "flowDurationMilliseconds": MILLISECOND}
_KEYS: Final = frozenset({*(time.key for time in (*_STARTS, *_ENDS)), *_DURATIONS})


def set_times(flow: Mapping[str, Any], row: Flow, told: frozenset[str]) -> None:
    """Set the times of the reverse *row*, of which the *flow* tells those that are *told*, or a delay.

    What cannot be known is taken out.
    """
    delay = max(0, *(_delay(flow, key) for key in REVERSE_DELAYS))
    if not delay and told.isdisjoint(_KEYS):
        return
    later = _move(flow, row, told, _STARTS, delay)
    longer = _move(flow, row, told, _ENDS, 0)
    for start, end in zip(_STARTS, _ENDS, strict=True):
        _order(row, told, start, end)
    _measure(row, told, None if later is None or longer is None else longer - later)


def _delay(flow: Mapping[str, Any], key: str) -> int:
    """ns that *key* says the reverse direction began later."""
    value = flow.get(key)
    return value * REVERSE_DELAYS[key] if type(value) is int else 0


def _move(flow: Mapping[str, Any], row: Flow, told: frozenset[str], times: tuple[Time, ...], delay: int) -> int | None:
    """Move the *times* of the row that are not told; by how many ns, None where that is not known."""
    known = [time for time in times if time.key in told]
    if not known and not delay:
        return 0
    shift: int | None = delay
    if known:
        pairs = ((time, flow.get(time.key), row.get(time.key)) for time in known)
        shifts = (time.between(ours, theirs) for time, ours, theirs in pairs if type(ours) is type(theirs) is int)
        shift = next(shifts, None)
    since_1970 = next((row[time.key] * time.unit for time in known if _is_since_1970(time, row)), None)
    for time in times:
        if time.key not in row or time in known:
            continue
        if since_1970 is not None and time.clock is Clock.EPOCH:
            row[time.key] = since_1970 // time.unit
        elif shift is not None and type(row[time.key]) is int:
            row[time.key] = time.moved(row[time.key], shift)
        else:
            del row[time.key]
    return shift


def _is_since_1970(time: Time, row: Flow) -> bool:
    return time.clock is Clock.EPOCH and type(row.get(time.key)) is int


def _order(row: Flow, told: frozenset[str], start: Time, end: Time) -> None:
    """Let no flow end before it starts: of the two times, the one gives way that is not told."""
    first, last = row.get(start.key), row.get(end.key)
    if type(first) is int and type(last) is int and start.between(first, last) < 0:
        if end.key not in told:
            row[end.key] = first
        elif start.key not in told:
            row[start.key] = last


def _measure(row: Flow, told: frozenset[str], longer: int | None) -> None:
    """Set durations that are not told, *longer* by so many ns than the forward direction's."""
    known = next(
        (row[key] * unit for key, unit in _DURATIONS.items() if key in told and type(row.get(key)) is int), None
    )
    for key, unit in _DURATIONS.items():
        if key not in row or key in told:
            continue
        if known is not None:
            row[key] = known // unit
        elif longer is not None and type(row[key]) is int:
            row[key] = max((row[key] * unit + longer) // unit, 0)
        else:
            del row[key]
