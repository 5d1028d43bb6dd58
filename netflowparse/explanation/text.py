"""An explanation as text for a terminal: a line for each node, with its offset, octets, name, value and rule.

The rule of a part is told where it is another one than that of the whole; where it has none, that is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..types import Problem
from .node import Node, plain_value

HEX_OCTETS = 8  # octets that a line shows; of more, one less and dots
LONGEST_VALUE = 120  # characters
NO_RULE = "no section"
WIDTH = 52  # columns of names and values before a rule


def text_of(root: Node) -> str:
    """The lines of a tree."""
    return "\n".join(_lines(root, 0, "", set()))


def _lines(node: Node, depth: int, known: str, told: set[int]) -> Iterator[str]:
    """The lines of *node*, whose whole has the rule *known*, and of its parts; problems in *told* are only named."""
    yield _line(node, depth, rule_text(node, known))
    for problem in node.problems:
        yield f"{'':33}{'  ' * depth}  ! {problem_text(problem, told)}"
    for child in node.children:
        yield from _lines(child, depth + 1, node.rule, told)


def rule_text(node: Node, known: str) -> str:
    """The rule of a part of what has the rule *known*; nothing where it is the same."""
    return "" if node.rule == known else node.rule or NO_RULE


def problem_text(problem: Problem, told: set[int]) -> str:
    """What a problem says; of one that is among those *told* its code."""
    if id(problem) in told:
        return f"{problem['code']}, as above"
    told.add(id(problem))
    return f"{problem['code']}: {printable(problem['message'])}"


def _line(node: Node, depth: int, rule: str) -> str:
    said = printable(node.name)
    if node.children:
        shown = f"{len(node.octets)} octets"
    else:
        shown = hex_of(node.octets)
        if node.value is not None:
            said += f": {value_text(node.value)}"
        if node.type:
            said += f" ({node.type})"
    said = "  " * depth + said
    told = f"  [{rule}]" if rule else ""
    return f"{node.offset:>6}  {shown:<25}{said:<{WIDTH if told else 0}}{told}".rstrip()


def hex_of(octets: bytes) -> str:
    """Octets in hex, of many the first ones."""
    return octets.hex(" ") if len(octets) <= HEX_OCTETS else octets[: HEX_OCTETS - 1].hex(" ") + " …"


def value_text(value: Any) -> str:
    """A value as JSON, safe to show; a long one is cut."""
    text = value if isinstance(value, str) else json.dumps(plain_value(value), ensure_ascii=False)
    text = printable(text)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def printable(text: str) -> str:
    """Text with control characters and the like spelled out: a datagram must not steer the terminal.

    Where any are, backslashes are doubled.
    """
    if text.isprintable():
        return text
    plain = (each.isprintable() and each != "\\" for each in text)
    return "".join(
        each if kept else each.encode("unicode_escape").decode() for each, kept in zip(text, plain, strict=True)
    )
