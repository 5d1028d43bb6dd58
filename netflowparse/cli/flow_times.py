"""When flows started and ended, in one unit whatever theirs is: for the usual columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..interpret import delta_time
from ..types import Message

MICROSECONDS = 1_000  # in a millisecond
#: the ends of the keys that tell a time since 1970, the finest first: of these a ms has so many
FINER = {"Nanoseconds": 1_000_000, "Microseconds": MICROSECONDS}


def with_times(message: Message) -> Message:
    """Return the message with ``flowStartMilliseconds`` and ``flowEndMilliseconds`` in all flows that tell them.

    Those in another unit since 1970, or by the µs before the export.  Fractions of a ms are cut.
    """
    header = message["header"]
    return {**message, "flows": [_with_times(flow, header) for flow in message["flows"]]}


def _with_times(flow: dict[str, Any], header: Mapping[str, Any]) -> dict[str, Any]:
    for what in ("flowStart", "flowEnd"):
        if f"{what}Milliseconds" not in flow:
            told = _milliseconds(flow, what, header)
            if told is not None:
                flow = {**flow, f"{what}Milliseconds": told}
    return flow


def _milliseconds(flow: Mapping[str, Any], what: str, header: Mapping[str, Any]) -> int | None:
    """ms since 1970 of a start or an end; None where the flow does not tell it, or more than once."""
    for end, number in FINER.items():
        value = flow.get(f"{what}{end}")
        if type(value) is int:
            return value // number
    value, export_time = flow.get(f"{what}DeltaMicroseconds"), header.get("exportTime")
    if type(value) is int and type(export_time) is int:
        return delta_time(value, export_time) // MICROSECONDS
    value = flow.get(f"{what}Seconds")
    return value * 1000 if type(value) is int else None
