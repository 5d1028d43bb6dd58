"""An explanation as HTML for notebooks: nothing but what is in it, parts folded away, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from ..types import Problem
from .node import Node
from .text import hex_of, printable, problem_text, rule_text, value_text

MOST_NODES = 2000  # that a page shows; a notebook has to carry it
OPEN = 1  # levels that are unfolded at first

STYLE = (
    "<style>.netflowparse-explanation{font-family:monospace;font-size:90%}"
    ".netflowparse-explanation div,.netflowparse-explanation summary{white-space:pre-wrap}"
    ".netflowparse-explanation details>*:not(summary){margin-left:1.5em}"
    ".netflowparse-explanation .problem{color:#b00020}"
    ".netflowparse-explanation .rule{opacity:.6}</style>"
)


def page_of(root: Node, problems: Iterable[Problem]) -> str:
    """A tree as an HTML fragment of at most so many nodes, unfolded where there are *problems*."""
    page = _Page([problem["offset"] for problem in problems])
    body = "".join(page.parts(root, 0, ""))
    more = "" if page.left >= 0 else f"<div>… and more than {MOST_NODES} parts are not shown: see str() of it</div>"
    return f'{STYLE}<div class="netflowparse-explanation">{body}{more}</div>'


class _Page:
    """What is left to be shown of a page, and the problems that it has told."""

    def __init__(self, offsets: list[int]) -> None:
        self.left = MOST_NODES
        self._offsets = offsets
        self._told: set[int] = set()

    def parts(self, node: Node, depth: int, known: str) -> Iterator[str]:
        """The pieces of *node*, whose whole has the rule *known*, and of its parts."""
        self.left -= 1
        if self.left < 0:
            return
        said = _said(node, rule_text(node, known))
        told = (problem_text(problem, self._told) for problem in node.problems)
        problems = "".join(f'<div class="problem">! {escape(text)}</div>' for text in told)
        if not node.children:
            yield f"<div>{said}</div>{problems}"
            return
        is_open = " open" if depth < OPEN or any(node.offset <= each < node.end for each in self._offsets) else ""
        yield f"<details{is_open}><summary>{said}</summary>{problems}"
        for child in node.children:
            if self.left >= 0:
                yield from self.parts(child, depth + 1, node.rule)
        yield "</details>"


def _said(node: Node, rule: str) -> str:
    """One line: offset, octets, name, value, type and rule."""
    said = f"{node.offset} <b>{escape(printable(node.name))}</b>"
    if node.children:
        said += f" {len(node.octets)} octets"
    else:
        if node.value is not None:
            said += f": {escape(value_text(node.value))}"
        said += f" <small>{escape(node.type)} {escape(hex_of(node.octets))}</small>"
    return said + (f' <small class="rule">{escape(rule)}</small>' if rule else "")
