"""What a sequence number says about lost datagrams.  RFC 7011 §3.1 and §10.3.2, RFC 3954 §5.1.

Each protocol counts something else (flows, packets, data records); here they are units.  All arithmetic is modulo 2^32.
"""

from __future__ import annotations

from ..types import Sequence, SequenceEvent

MODULUS = 1 << 32
HALF = 1 << 31
RESTART_AFTER = 3  # datagrams that follow one another behind the expected number


class SequenceTracker:
    """The sequence numbers of one stream: a domain, a source id, an engine."""

    __slots__ = ("_behind", "_certain", "_expected", "_last", "_line")

    def __init__(self) -> None:
        self._expected: int | None = None
        self._last: int | None = None  # the latest number in order
        self._certain = True
        self._line: int | None = None  # what would follow the latest number behind the expected one
        self._behind = 0  # how many such numbers have followed one another

    def observe(self, number: int, units: int, *, certain: bool = True) -> Sequence:
        """The message's ``sequence`` for a datagram numbered *number* that counts *units*.

        ``certain=False`` says that *units* may be too few (data without a template): then the next number is taken as
        it comes.  A number behind the expected one changes nothing, for a late or repeated datagram must not hide a
        gap; a few that follow one another are a restart of the exporter.
        """
        expected = self._expected
        event: SequenceEvent
        missing: int | None
        if expected is None:
            event, missing = "first", 0
        elif number == expected:
            event, missing = "in_order", 0
        elif not self._certain:
            event, missing = "uncertain", None
        else:
            missing = (number - expected) % MODULUS
            event = "gap"
            if missing >= HALF:
                missing = 0
                event = self._fall_behind(number, units)
                if event != "restart":
                    return {"expected": expected, "missing": 0, "event": event}
        self._expected = (number + units) % MODULUS
        self._last = number
        self._certain = certain
        self._line, self._behind = None, 0
        return {"expected": expected, "missing": missing, "event": event}

    def _fall_behind(self, number: int, units: int) -> SequenceEvent:
        self._behind = self._behind + 1 if number == self._line and units else 1
        self._line = (number + units) % MODULUS
        if self._behind >= RESTART_AFTER:
            return "restart"
        return "duplicate" if number == self._last else "reordered"
