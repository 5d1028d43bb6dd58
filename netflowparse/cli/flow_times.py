"""When flows started and ended, in one unit whatever theirs is: for the usual columns."""

from __future__ import annotations

from typing import Any

from ..interpret import flow_interval
from ..types import Message

START, END = "flowStartMilliseconds", "flowEndMilliseconds"
NANOSECONDS = 1_000_000  # in a millisecond


def with_times(message: Message) -> Message:
    """Return the message with ``flowStartMilliseconds`` and ``flowEndMilliseconds`` in all flows that tell them.

    Those in another unit, or by a duration, or observed at one moment.  Fractions of a ms are cut.
    """
    export_time = message["header"].get("exportTime")
    return {**message, "flows": [_with_times(flow, export_time) for flow in message["flows"]]}


def _with_times(flow: dict[str, Any], export_time: int | None) -> dict[str, Any]:
    if START in flow and END in flow:
        return flow
    told = zip((START, END), flow_interval(flow, export_time), strict=True)
    return {**flow, **{key: time // NANOSECONDS for key, time in told if time is not None and flow.get(key) is None}}
