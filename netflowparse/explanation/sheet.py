"""The datagram that is explained: it makes the nodes, and gives each the problems that are its own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Any

from ..types import Problem
from ..wire.leaves import octet_value
from ..wire.values import Odd
from .node import Node

UNDECODED = "undecoded"
PADDING = "padding"


class Sheet:
    """The *octets* of a datagram and its *problems*; *octet_values* says what octets become that no type explains."""

    def __init__(self, octets: bytes, problems: Iterable[Problem], octet_values: str) -> None:
        self.octets = octets
        self.problems = sorted(problems, key=lambda problem: problem["offset"])
        self.octet_values = octet_values
        self._offsets = [problem["offset"] for problem in self.problems]
        self._taken: set[int] = set()  # problems, by their identity, that stand behind what they are about
        #: whether there are problems that are not told
        self.capped = any(problem.get("limit") == "problems" for problem in self.problems)

    def leaf(self, name: str, start: int, end: int, type_: str = "", value: Any = None, rule: str = "") -> Node:
        """The octets from *start* to *end*, which are one thing; with the problems whose offsets are in them.

        Of what has no octets they stand where it is, and say that they are of none.
        """
        problems: tuple[Problem, ...] = ()
        if self._offsets:
            problems = self.between(start, end) if start < end else self.take(start, lambda each: _is_of(each, name))
        return Node(start, self.octets[start:end], name, type_, value, rule, problems)

    def group(
        self,
        name: str,
        start: int,
        end: int,
        children: Iterable[Node],
        type_: str = "",
        rule: str = "",
        problems: tuple[Problem, ...] = (),
    ) -> Node:
        """The octets from *start* to *end*, which are made of *children*; a leaf where there are none.

        *problems* are those of the whole that were taken from what stands behind it.
        """
        parts = tuple(children)
        if not parts:
            leaf = self.leaf(name, start, end, type_, None, rule)
            return leaf._replace(problems=leaf.problems + problems)
        return Node(start, self.octets[start:end], name, type_, None, rule, problems, parts)

    def padding(self, start: int, end: int, rule: str = "") -> list[Node]:
        """Octets that fill up what stands before them, if there are any."""
        return [self.leaf(PADDING, start, end, rule=rule)] if start < end else []

    def undecoded(self, start: int, end: int, since: int, *, kept: bool = False) -> list[Node]:
        """Octets that nobody explains, if there are any, with the problem of what stands at *since* that says why.

        *kept* are those that the message has as they are.
        """
        if start >= end:
            return []
        value = self.as_value(start, end) if kept else None
        problems = self.between(start, end)
        why = self._why(start, end, since)
        if why is not None and not any(why is each for each in problems):
            problems = (why, *problems)
        type_ = "octetArray" if kept else ""
        return [Node(start, self.octets[start:end], UNDECODED, type_, value, "", problems)]

    def rest(self, start: int, end: int, since: int, rule: str = "") -> list[Node]:
        """What is left over from *start* to *end*: padding if all of it is zero and no problem tells of it."""
        if any(self.octets[start:end]) or self._why(start, end, since) is not None:
            return self.undecoded(start, end, since)
        return self.padding(start, end, rule)

    def between(self, start: int, end: int) -> tuple[Problem, ...]:
        """The problems whose offsets are from *start* to before *end*."""
        first = bisect_left(self._offsets, start)
        last = first
        while last < len(self._offsets) and self._offsets[last] < end:
            last += 1
        return self._left(self.problems[first:last])

    def take(self, offset: int, is_its: Callable[[Problem], bool], most: int | None = None) -> tuple[Problem, ...]:
        """The problems at *offset*, at most so many, that are about what ends there: nothing else is to have them."""
        if not self._offsets:
            return ()
        taken = tuple(each for each in self.between(offset, offset + 1) if is_its(each))[:most]
        self._taken.update(map(id, taken))
        return taken

    def _left(self, problems: list[Problem]) -> tuple[Problem, ...]:
        """Those that were not taken."""
        return tuple(each for each in problems if id(each) not in self._taken) if self._taken else tuple(problems)

    def behind(self) -> tuple[Problem, ...]:
        """The problems of what is missing at the datagram's end."""
        return self._left(self.problems[bisect_left(self._offsets, len(self.octets)) :])

    def _why(self, start: int, end: int, since: int) -> Problem | None:
        """The problem that tells why the octets from *start* to *end* of what stands at *since* are not read."""
        near = self.between(since, end) or (self.behind() if end == len(self.octets) else ())
        # what tells of a set or a sample by its head counts the octets behind that; of a field, its own
        whole = (each for each in near if each["offset"] == start or (each["offset"] < start and "element" not in each))
        exact = (each for each in whole if each.get("length") == end - start)
        inside = (each for each in near if each["offset"] >= start or each.get("malformed"))
        return next(exact, None) or next(inside, None)

    def as_value(self, start: int, end: int) -> str | bytes:
        """The octets from *start* to *end* as messages have those that no type explains."""
        return octet_value(self.octets[start:end], self.octet_values)

    def plain(self, value: Any) -> Any:
        """What Construct has read as messages have it."""
        if isinstance(value, Odd):
            return value.value
        return octet_value(value, self.octet_values) if isinstance(value, bytes) else value


def _is_of(problem: Problem, name: str) -> bool:
    """Whether a problem is of a value of *name* that has no octets."""
    return problem.get("length") == 0 and problem.get("element") == name
