"""Datagrams as annotated trees: a line that says which it is, then a line for each of its parts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Hashable, Iterator
from typing import TextIO

from ..types import Message
from .datagrams import Datagram
from .terminal import Paint
from .wording import printable

PROBLEM = re.compile(r" {33} *(?=! )")  # before a problem: it has no offset, and no octets
RULE = re.compile(r"  (\[[^][]+\])$")
GOES_ON = " " * 34
NARROWEST = 20  # columns for the text of a problem


class Trees:
    """Trees on a stream, each as soon as its datagram comes."""

    def __init__(
        self, stream: TextIO, paint: Paint | None = None, *, columns: int | None = None, live: bool = False
    ) -> None:
        """Write to *stream*; *columns* are a terminal's, *live* means that someone waits for each."""
        self._stream = stream
        self._paint = paint or Paint()
        self._columns = columns
        self._live = live

    def show(self, file: str, datagram: Datagram, exporter: Hashable, tree: object) -> None:
        """Write the *tree* of a datagram, and a blank line."""
        sender = "" if exporter is None else f" from {exporter}"
        title = self._paint(printable(f"{file}: {datagram.place}{sender}"), "bold")
        self._stream.write(f"{title}\n{self._painted(str(tree))}\n\n")
        if self._live:
            self._stream.flush()

    def _painted(self, text: str) -> str:
        if self._columns is not None:
            text = "\n".join(each for line in text.split("\n") for each in fitted(line, self._columns - 1))
        if not self._paint.wanted:
            return text
        lines = []
        told = False  # the line before was of a problem, and a line without an offset goes on with it
        for line in text.split("\n"):
            rule = RULE.search(line)
            told = bool(PROBLEM.match(line)) or (told and line.startswith(GOES_ON))
            if told:
                line = self._paint(line, "red")
            elif rule:
                line = line[: rule.start()] + self._paint(rule[0], "dim")
            lines.append(line)
        return "\n".join(lines)

    def add(self, message: Message) -> None:
        """Nothing: what a message says its tree has said."""

    def finish(self) -> None:
        """Nothing is left: every tree was written at once."""


def fitted(line: str, columns: int) -> Iterator[str]:
    """Yield a line of a tree as lines of so many *columns*: rules at their right edge, what is too long folded."""
    rule, problem = RULE.search(line), PROBLEM.match(line)
    if len(line) <= columns:
        yield line
        return
    said = line[: rule.start()].rstrip() if rule else line
    start = min(problem.end() if problem else len(GOES_ON), columns - NARROWEST)
    *before, last = textwrap.wrap(said, columns, subsequent_indent=" " * (start + 2)) or [""]
    yield from before
    if not rule:
        yield last
    elif len(last) + 2 + len(rule[1]) > columns:
        yield last
        yield rule[1].rjust(columns)
    else:
        yield last + rule[1].rjust(columns - len(last))
