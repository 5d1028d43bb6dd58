"""Datagrams as annotated trees: a line that says which it is, then a line for each of its parts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TextIO

from ..types import Message
from .datagrams import Datagram
from .wording import printable


class Trees:
    """Trees on a stream, each as soon as its datagram comes."""

    def __init__(self, stream: TextIO, *, live: bool = False) -> None:
        """Write to *stream*; *live* means that someone waits for each."""
        self._stream = stream
        self._live = live

    def show(self, file: str, datagram: Datagram, exporter: Hashable, tree: object) -> None:
        """Write the *tree* of a datagram, and a blank line."""
        sender = "" if exporter is None else f" from {exporter}"
        self._stream.write(f"{printable(f'{file}: {datagram.place}{sender}')}\n{tree}\n\n")
        if self._live:
            self._stream.flush()

    def add(self, message: Message) -> None:
        """Nothing: what a message says its tree has said."""

    def finish(self) -> None:
        """Nothing is left: every tree was written at once."""
