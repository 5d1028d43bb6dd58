"""What ``explain`` returns: the tree of a datagram, and the ways to look at it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from ..arguments import expect
from ..types import Problem
from .node import Node
from .page import page_of
from .text import text_of


class Explanation:
    """The annotated tree of one datagram: ``root`` is all of it, its parts lead down to single fields.

    Iterating gives the leaves: every octet of the datagram is in exactly one of them, in order.  ``str()`` is text for
    a terminal, a notebook shows it folded.  ``problems`` are those of the message, or the error that there is instead
    of one, its name as ``code``.
    """

    __slots__ = ("problems", "root")

    def __init__(self, root: Node, problems: Iterable[Problem]) -> None:
        self.root: Node = root
        self.problems: tuple[Problem, ...] = tuple(problems)

    def __iter__(self) -> Iterator[Node]:
        return self.root.leaves()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Explanation) and (self.root, self.problems) == (other.root, other.problems)

    def __hash__(self) -> int:
        return hash(self.root.octets)

    def at(self, offset: int) -> Node:
        """The leaf that has the octet at *offset*; IndexError where there is none, WrongType where it is no int."""
        node, expected = self.root, expect(offset, int, "offset")
        if not node.offset <= expected < node.end:
            raise IndexError(f"no octet {offset} in a datagram of {len(node.octets)}")
        while node.children:
            # the last one that begins there or before: those without octets stand before the one that has it
            node = node.children[bisect_right(node.children, expected, key=lambda child: child.offset) - 1]
        return node

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: the ``root`` as nodes of nodes, and the ``problems``."""
        return {"root": self.root.to_dict(), "problems": [dict(problem) for problem in self.problems]}

    def __str__(self) -> str:
        return text_of(self.root)

    def __repr__(self) -> str:
        octets, problems = len(self.root.octets), len(self.problems)
        return f"<Explanation: {self.root.name}, {octets} octets, problems: {problems}>"

    def _repr_html_(self) -> str:
        return page_of(self.root, self.problems)
