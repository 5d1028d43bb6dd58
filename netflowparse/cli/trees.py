"""Datagrams as annotated trees: a line that says which it is, then a line for each of its parts."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import TextIO

from ..types import Message
from .datagrams import Datagram
from .terminal import Paint
from .wording import printable

PROBLEM = re.compile(r"(?<=^ {33}) *! .*$", re.MULTILINE)  # a line without an offset
RULE = re.compile(r"  \[[^][]+\]$", re.MULTILINE)


class Trees:
    """Trees on a stream, each as soon as its datagram comes."""

    def __init__(self, stream: TextIO, paint: Paint | None = None, *, live: bool = False) -> None:
        """Write to *stream*; *live* means that someone waits for each."""
        self._stream = stream
        self._paint = paint or Paint()
        self._live = live

    def show(self, file: str, datagram: Datagram, exporter: Hashable, tree: object) -> None:
        """Write the *tree* of a datagram, and a blank line."""
        sender = "" if exporter is None else f" from {exporter}"
        title = self._paint(printable(f"{file}: {datagram.place}{sender}"), "bold")
        self._stream.write(f"{title}\n{self._painted(str(tree))}\n\n")
        if self._live:
            self._stream.flush()

    def _painted(self, text: str) -> str:
        if not self._paint.wanted:
            return text
        text = RULE.sub(lambda rule: self._paint(rule[0], "dim"), text)
        return PROBLEM.sub(lambda problem: self._paint(problem[0], "red"), text)

    def add(self, message: Message) -> None:
        """Nothing: what a message says its tree has said."""

    def finish(self) -> None:
        """Nothing is left: every tree was written at once."""
