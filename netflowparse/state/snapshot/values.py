"""Values of a snapshot, read as what they are: hostile until looked at, and refused with the place where they stand.

Plain JSON types alone are taken, exactly: no bool for a number, no text for one.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from typing import Any

from ...errors import SnapshotError, UsageError

LARGEST_WORD = (1 << 32) - 1
LARGEST_COUNT = (1 << 64) - 1  # of what a decoder counts in years
LARGEST_TIME = (1 << 63) - 1  # s since 1970, as the caller's ``now`` may have it
KEY_BITS = 128  # of the numbers in an exporter's key: an IPv6 address as one
KEY_DEPTH = 8  # tuples in one another in an exporter's key


class Value:
    """One value of a snapshot, and where it stands: the ``parent`` that it is part of, and the step from there."""

    __slots__ = ("parent", "step", "value")

    def __init__(self, value: Any, step: str, parent: Value | None = None) -> None:
        self.value = value
        self.step = step
        self.parent = parent

    def refuse(self, expected: str) -> SnapshotError:
        """The error that says where the value stands, what it is, and what was *expected*."""
        return SnapshotError(f"{self.place()}: {shown(self.value)}; expected {expected}")

    def place(self) -> str:
        """The way to the value from the top of its snapshot."""
        steps, at = [self.step], self.parent
        while at is not None:
            steps.append(at.step)
            at = at.parent
        return "".join(reversed(steps)).lstrip(".") or "snapshot"

    def parts(self, *names: str) -> list[Value]:
        """The values of a dict with exactly the keys *names*, in their order."""
        value = self._dict()
        for name in names:
            if name not in value:
                raise SnapshotError(f"{self.place()}: no key {name!r}; expected {', '.join(names)}")
        if len(value) != len(names):
            unknown = next(key for key in value if type(key) is not str or key not in names)
            raise SnapshotError(f"{self.place()}: key {shown(unknown)}; expected {', '.join(names)}")
        return [Value(value[name], f".{name}", self) for name in names]

    def _dict(self) -> dict[Any, Any]:
        if type(self.value) is not dict:
            raise self.refuse("a dict")
        value: dict[Any, Any] = self.value
        return value

    def items(self, most: int | None = None) -> Iterator[Value]:
        """The values of a list of at most so many."""
        if type(self.value) is not list or (most is not None and len(self.value) > most):
            raise self.refuse("a list" if most is None else f"a list of at most {most}")
        return (Value(each, f"[{index}]", self) for index, each in enumerate(self.value))

    def row(self, length: int) -> list[Value]:
        """The values of a list of exactly so many."""
        if type(self.value) is not list or len(self.value) != length:
            raise self.refuse(f"a list of {length}")
        return list(self.items())

    def whole(self, most: int, least: int = 0) -> int:
        """A whole number from *least* to *most*."""
        if type(self.value) is not int or not least <= self.value <= most:
            raise self.refuse(f"a whole number from {least} to {most}")
        return self.value

    def wholes(self, most: int, least: int = 0) -> list[int]:
        """A list of such numbers, none of them twice."""
        numbers = [each.whole(most, least) for each in self.items()]
        if len(set(numbers)) != len(numbers):
            raise self.refuse("none of them twice")
        return numbers

    def time(self) -> int:
        """S since 1970."""
        return self.whole(LARGEST_TIME)

    def place_in_time(self) -> int:
        """A time or a number that goes on across its wraps, in either direction."""
        return self.whole(LARGEST_TIME, ~LARGEST_TIME)

    def boolean(self) -> bool:
        """True or false."""
        if type(self.value) is not bool:
            raise self.refuse("true or false")
        return self.value

    def one_of(self, words: Collection[str]) -> str:
        """One of the *words*."""
        if type(self.value) is not str or self.value not in words:
            raise self.refuse(f"one of {', '.join(sorted(words))}")
        return self.value

    def octets(self, most: int, least: int = 1) -> bytes:
        """Octets in lower-case hex."""
        value = self.value
        if type(value) is not str or not 2 * least <= len(value) <= 2 * most or value.strip("0123456789abcdef"):
            raise self.refuse(f"hex of {least} to {most} octets")
        try:
            return bytes.fromhex(value)
        except ValueError as error:
            raise self.refuse(f"hex of {least} to {most} octets") from error

    @property
    def absent(self) -> bool:
        """Whether it is null."""
        return self.value is None


def shown(value: object) -> str:
    """What a value is, in few words; of one that is long or deep its kind alone."""
    if type(value) is int:
        return str(value) if value.bit_length() <= KEY_BITS else f"a number of {value.bit_length()} bits"
    if type(value) is str:
        return f"{value[:40]!r}"
    if value is None or type(value) in (bool, float):
        return repr(value)
    return f"a {type(value).__name__}" + (f" of {len(value)}" if isinstance(value, list | dict) else "")


def dump_time(time: int) -> int:
    """A *time* as snapshots have it; UsageError for one that the caller cannot have meant."""
    if not 0 <= time <= LARGEST_TIME:
        raise UsageError(f"a time was {shown(int(time))}; expected s since 1970")
    return int(time)


def dump_key(key: Hashable, depth: int = KEY_DEPTH) -> Any:
    """An exporter's *key* in JSON's types, of which lists stand for tuples; UsageError, which names it, for others."""
    if key is None or type(key) is str or type(key) is bool:
        return key
    if type(key) is int and key.bit_length() <= KEY_BITS:
        return key
    if type(key) is tuple and depth:
        return [dump_key(each, depth - 1) for each in key]
    raise UsageError(
        f"snapshot: exporter {named(key)}: expected a str, an int of at most {KEY_BITS} bits, a bool, None, or a tuple "
        f"of these, {KEY_DEPTH} in one another at most"
    )


def named(key: object) -> str:
    """An exporter's *key* as errors name it."""
    try:
        return f"{key!r:.80}"
    except Exception:  # what a caller's class may raise, and int beyond its digits
        return f"of type {type(key).__name__}"


def load_key(value: Value, depth: int = KEY_DEPTH) -> Hashable:
    """The exporter's key that ``dump_key`` has made *value* from."""
    key = value.value
    if key is None or type(key) is str or type(key) is bool:
        return key
    if type(key) is int and key.bit_length() <= KEY_BITS:
        return key
    if type(key) is list and depth:
        return tuple(load_key(each, depth - 1) for each in value.items())
    raise value.refuse("an exporter: text, a number, true, false, null, or a list of these")
