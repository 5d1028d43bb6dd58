"""What tells absolute times by a header; of held messages made anew when they come out of a snapshot."""

from __future__ import annotations

from ..codec.display import Clock
from ..quirks import LAST_AFTER_UPTIME
from ..types import Header


def clock_of(header: Header, rules: frozenset[str]) -> Clock | None:
    """What tells absolute times of the records under *header*, by the exporter's *rules*; None of IPFIX."""
    if "sysUpTime" not in header:
        return None
    return Clock(header["exportTime"] * 1000, header["sysUpTime"], signed=LAST_AFTER_UPTIME in rules)
