"""What a sequence number says about lost datagrams.  RFC 7011 §3.1, §10.3.2 and §11.6, RFC 3954 §5.1.

Each protocol counts something else (flows, packets, data records); here they are units.  All arithmetic is modulo 2^32.

One number proves little: a datagram may be late, repeated or forged.  A number ahead of the expected one is a gap, and
what then arrives from within the gap is late.  A number behind it changes nothing until a few follow one another, which
is a restart.  After a jump, the number that was expected before it leads back: the jump was not the exporter's.
"""

from __future__ import annotations

from ..types import Sequence, SequenceEvent

MODULUS = 1 << 32
HALF = 1 << 31
LATE_WINDOW = (
    1 << 16
)  # units: a gap no wider can be filled by late datagrams, beyond that a number in it is no late one
RESTART_AFTER = 3  # datagrams that follow one another behind the expected number


class SequenceTracker:
    """The sequence numbers of one stream: a domain, a source id, an engine."""

    __slots__ = ("_behind", "_certain", "_expected", "_gap", "_last", "_left", "_line")

    def __init__(self) -> None:
        self._expected: int | None = None
        self._last: int | None = None  # the latest number that was followed
        self._certain = True
        self._gap = (0, 0)  # first number and units of the latest gap
        self._left: int | None = None  # what was expected before the latest jump
        self._line: int | None = None  # what would follow the latest number behind the expected one
        self._behind = 0  # how many such numbers have followed one another

    def observe(self, number: int, units: int, *, certain: bool = True) -> Sequence:
        """The message's ``sequence`` for a datagram numbered *number* that counts *units*.

        ``certain=False`` says that *units* may be too few (data without a template): then the next number is taken as
        it comes, if it is not behind.
        """
        if number == self._expected:  # nearly always
            self._expected = (number + units) % MODULUS
            self._last = number
            self._certain = certain
            self._left = self._line = None
            return {"expected": number, "missing": 0, "event": "in_order"}
        event, missing = self._judge(number, units)
        expected = number if event == "in_order" else self._expected
        if event not in ("reordered", "duplicate"):
            if event == "gap" and expected is not None and missing is not None:
                self._gap = expected, missing
            jumped = event == "restart" or (event == "gap" and self._gap[1] > LATE_WINDOW)
            self._left = expected if jumped else None
            self._expected = (number + units) % MODULUS
            self._last = number
            self._certain = certain
            self._line, self._behind = None, 0
        return {"expected": expected, "missing": missing, "event": event}

    def _judge(self, number: int, units: int) -> tuple[SequenceEvent, int | None]:
        if self._expected is None:
            return "first", 0
        if number == self._left:
            return "in_order", 0
        ahead = (number - self._expected) % MODULUS
        if ahead >= HALF:
            return self._fall_behind(number, units), 0
        return ("gap", ahead) if self._certain else ("uncertain", None)

    def _fall_behind(self, number: int, units: int) -> SequenceEvent:
        start, width = self._gap
        if number == self._last:
            return "duplicate"
        if width <= LATE_WINDOW and (number - start) % MODULUS < width:
            return "reordered"
        self._behind = self._behind + 1 if number == self._line and units else 1
        self._line = (number + units) % MODULUS
        return "restart" if self._behind >= RESTART_AFTER else "reordered"
