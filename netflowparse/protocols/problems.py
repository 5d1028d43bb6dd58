"""The problems of one message: dicts with a stable code, capped, and never in the way of what is intact."""

from __future__ import annotations

from typing import Any, cast

from ..errors import LIMIT
from ..limits import Limits
from ..types import Problem


class Problems:
    """Collects problems; beyond ``Limits.problems`` they are counted in one ``limit`` entry at the end."""

    # Most messages have no problem: what an instance does not set costs it nothing.
    malformed = False  # whether any of them is structural damage
    _unlisted: Problem | None = None

    def __init__(self, limits: Limits) -> None:
        self.entries: list[Problem] = []
        self._limits = limits

    @property
    def full(self) -> bool:
        """Whether further problems are only counted."""
        return len(self.entries) >= self._limits.problems

    def add(self, code: str, message: str, offset: int, *, malformed: bool = False, **facts: Any) -> None:
        """Note a problem at *offset* octets from the datagram's start; *malformed* is structural damage."""
        if self.full:
            self.count(offset, malformed=malformed)
            return
        problem = cast(Problem, {"code": code, "message": message, "offset": offset, **facts})
        if malformed:
            problem["malformed"] = self.malformed = True
        self.entries.append(problem)

    def leave(
        self, code: str, message: str, octets: bytes, start: int, end: int, *, offset: int | None = None, **facts: Any
    ) -> None:
        """Note that what stands from *start* to *end* is not read: its length, and a quotation.

        *offset* is *start* unless what is at fault stands elsewhere.
        """
        at = start if offset is None else offset
        self.add(code, message, at, **facts, length=end - start, octets=self.quote(octets, start, end))

    def count(self, offset: int, *, malformed: bool = False) -> None:
        """Note that there is a problem more than is listed."""
        unlisted = self._unlisted
        if unlisted is None:
            unlisted = {"code": LIMIT, "message": "", "offset": offset, "limit": "problems", "count": 0}
            self._unlisted = unlisted
            self.entries.append(unlisted)
        unlisted["count"] += 1
        unlisted["message"] = f"problems not listed, from octet {unlisted['offset']}: {unlisted['count']}"
        if malformed:
            unlisted["malformed"] = self.malformed = True

    def quote(self, octets: bytes, start: int, end: int) -> str:
        """Hex of what stands from *start* to *end*, as much of it as a problem may quote."""
        return octets[start : min(end, start + self._limits.sample_octets)].hex()
