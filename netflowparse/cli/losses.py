"""What sequence numbers tell of datagrams that never came, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..types import StatisticsRow
from .wording import counted

# What a sequence number counts, where that is not flows.  RFC 3954 §5.1, RFC 7011 §3.1; sFlow, section 5.
SEQUENCE_UNITS = {"netflow9": "datagram", "ipfix": "record", "sflow5": "datagram"}


def unit_of(row: StatisticsRow) -> str:
    """Return what the sequence numbers of a domain count."""
    return SEQUENCE_UNITS.get(row["protocol"], "flow")


def loss_notes(statistics: Iterable[StatisticsRow]) -> Iterator[str]:
    """Yield a line if anything was lost; numbers that seem to count something else tell no losses."""
    lost: Counter[str] = Counter()
    for row in statistics:
        if not row["counts_records"]:
            lost[unit_of(row)] += row["lost"]
    told = ", ".join(counted(number, unit) for unit, number in lost.items() if number > 0)
    if told:
        yield f"lost on the way, as sequence numbers tell: {told}; --summary tells whose"
