"""What later datagrams must show: whether stray ones are a restart, and whether the latest jump was one.

RFC 7011 §11.6: whoever forges a number must not lead away from those of the exporter.
"""

from __future__ import annotations

from typing import Any

from .losses import LARGEST, LATE_WINDOW, LINE_KEYS, MODULUS, Line, counted_units, optional, whole, with_keys

FOLLOWING = 3  # stray datagrams that follow one another exactly: a restart
RISING = 32  # stray datagrams whose numbers rise, with losses between them: a restart as well
KEYS = ("line", "since", "following", "rising", "filled", "left")  # in the order in which they are dumped


class Doubt:
    """Stray numbers, and the line that was left; gone with the next number that is expected."""

    __slots__ = ("filled", "following", "left", "line", "rising", "since")

    def __init__(self, left: tuple[Line, int] | None = None) -> None:
        self.left = left  # the line before the latest jump, and the units lost by then
        self.line: int | None = None  # what would follow the latest stray number
        self.since = 0  # the first of those that have followed one another exactly
        self.following = 0  # how many strays have followed one another exactly
        self.rising = 0  # how many strays have risen
        self.filled = 0  # missing units they filled, which stay lost if it is a restart

    def add(self, number: int, units: int, filled: int, *, late: bool, timed: bool) -> bool:
        """Note a stray that *filled* so many missing units; whether it shows that the exporter has started again.

        *late*: it came from a gap, and no time shows it to be newer; *timed*: its time would show it.
        """
        rises = self.line is not None and (number - self.line) % MODULUS < LATE_WINDOW
        self.rising = self.rising + 1 if rises else 1
        if late or number != self.line:
            self.following = 0
        if not self.following:
            self.since = number
        self.following += not late
        self.line = (number + units) % MODULUS
        if not timed and not rises:
            self.filled = 0
        if not (timed and late):
            self.filled += filled
        return self.following >= FOLLOWING or self.rising >= RISING

    def dump(self) -> dict[str, Any]:
        """Plain JSON values, for ``load``."""
        dumped: dict[str, Any] = {key: getattr(self, key) for key in KEYS}
        dumped["left"] = None if self.left is None else {**self.left[0].dump(), "lost": self.left[1]}
        return dumped

    @classmethod
    def load(cls, dumped: Any, lost: int) -> Doubt:
        """The doubt that was dumped when *lost* units were lost; ValueError if none was."""
        left = with_keys(dumped, frozenset(KEYS), "doubt")["left"]
        doubt = cls()
        if left is not None:
            line = Line.load(with_keys(left, LINE_KEYS | {"lost"}, "left"))
            doubt.left = line, whole(left, "lost", lost, least=counted_units(line.missing))
        doubt.line = optional(dumped, "line")
        strays = doubt.line is not None
        if left is None and not strays:
            raise ValueError("doubt: expected stray numbers, or a line that was left")
        doubt.since = whole(dumped, "since", LARGEST * strays)
        doubt.rising = whole(dumped, "rising", (RISING - 1) * strays, least=int(strays))
        doubt.following = whole(dumped, "following", min(FOLLOWING - 1, doubt.rising))
        doubt.filled = whole(dumped, "filled", LATE_WINDOW * strays)
        return doubt
