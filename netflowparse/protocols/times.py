"""When flows began and ended: a datagram's clock, and what is said when it has none."""

from __future__ import annotations

from typing import Any

from ..codec.display import Clock, clock
from ..codec.record import UPTIMES
from ..errors import UNCERTAIN_TIME
from .problems import Problems

SYSTEM_UP_TIME = 4  # its offset in the headers of v1 to v9


def datagram_clock(export_milliseconds: int, system_up_time: int) -> Clock | None:
    """The clock of a datagram, or None for a sysUpTime of 0: exporters that send it do not keep it."""
    return clock(export_milliseconds, system_up_time) if system_up_time else None


def report_missing_clock(flows: list[dict[str, Any]], problems: Problems) -> None:
    """Note flow times that nothing can turn into absolute ones, for a datagram without a clock."""
    if any(flow.get(uptime) for flow in flows for uptime in UPTIMES):
        message = "sysUpTime 0 with later flow times: no absolute times can be told"
        problems.add(UNCERTAIN_TIME, message, SYSTEM_UP_TIME)
