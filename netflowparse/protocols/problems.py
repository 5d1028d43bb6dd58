"""The problems of one message: dicts with a stable code, capped, and never in the way of what is intact."""

from __future__ import annotations

from typing import Any, cast

from ..errors import LIMIT
from ..limits import Limits
from ..types import Problem


class Problems:
    """Collects problems; beyond ``Limits.problems`` they are counted in one ``limit`` entry at the end."""

    __slots__ = ("_limits", "_unlisted", "entries", "malformed")

    def __init__(self, limits: Limits) -> None:
        self.entries: list[Problem] = []
        self.malformed = False  # whether any of them is structural damage
        self._limits = limits
        self._unlisted: Problem | None = None

    @property
    def full(self) -> bool:
        """Whether further problems are only counted."""
        return len(self.entries) >= self._limits.problems

    def add(self, code: str, message: str, offset: int, *, malformed: bool = False, **facts: Any) -> None:
        """Note a problem at *offset* octets from the datagram's start; *malformed* is structural damage."""
        self.malformed = self.malformed or malformed
        if self.full:
            self.count(offset, malformed=malformed)
            return
        problem = cast(Problem, {"code": code, "message": message, "offset": offset, **facts})
        if malformed:
            problem["malformed"] = True
        self.entries.append(problem)

    def count(self, offset: int, *, malformed: bool = False) -> None:
        """Note that there is a problem more than is listed."""
        self.malformed = self.malformed or malformed
        unlisted = self._unlisted
        if unlisted is None:
            unlisted = {"code": LIMIT, "message": "", "offset": offset, "limit": "problems", "count": 0}
            self._unlisted = unlisted
            self.entries.append(unlisted)
        unlisted["count"] += 1
        unlisted["message"] = f"problems not listed, from octet {unlisted['offset']}: {unlisted['count']}"
        if malformed:
            unlisted["malformed"] = True

    def quote(self, octets: bytes, start: int, end: int) -> str:
        """Hex of what stands from *start* to *end*, as much of it as a problem may quote."""
        return octets[start : min(end, start + self._limits.sample_octets)].hex()
