"""Messages to JSON lines.  Strict JSON in ASCII: any terminal, pipe and reader takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol, TextIO

Message = dict[str, Any]

RECORD_KINDS = (("flows", "flow"), ("options", "options"), ("counters", "counters"))

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class Output(Protocol):
    """Where messages go."""

    def add(self, message: Message) -> None:
        """Take one message."""

    def finish(self) -> None:
        """Write what is left."""


class RecordLines:
    """One line per flow, options record and counter sample."""

    def __init__(self, stream: TextIO, *, live: bool = False) -> None:
        """Write to *stream*; *live* means that someone waits for each message."""
        self._stream = stream
        self._live = live

    def add(self, message: Message) -> None:
        """Write the records of a message, after those of earlier messages that it made readable."""
        lines = [line for part in with_late(message) for line in record_lines(part)]
        if lines:
            self._stream.write("".join(lines))
            if self._live:
                self._stream.flush()

    def finish(self) -> None:
        """Nothing is left: every message was written at once."""


class MessageLines:
    """One line per message, as the decoder returned it."""

    def __init__(self, stream: TextIO, *, live: bool = False) -> None:
        """Write to *stream*; *live* means that someone waits for each message."""
        self._stream = stream
        self._live = live

    def add(self, message: Message) -> None:
        """Write a message; earlier ones that it made readable are in it, under ``late``."""
        self._stream.write(_encode(message) + "\n")
        if self._live:
            self._stream.flush()

    def finish(self) -> None:
        """Nothing is left: every message was written at once."""


def with_late(message: Message) -> Iterator[Message]:
    """Yield the earlier messages that this one made readable, then the message itself."""
    for earlier in message["late"]:
        yield from with_late(earlier)
    yield message


def record_lines(message: Message) -> Iterator[str]:
    """Yield one line per record; exporter, protocol and header are put into text once for all of them."""
    head = None
    for plural, kind in RECORD_KINDS:
        for record in message[plural]:
            if head is None:
                known = {key: message[key] for key in ("exporter", "protocol", "header")}
                head = _encode(known)[:-1]
            yield f'{head},"{kind}":{_encode(record)}}}\n'


def count_records(message: Message) -> int:
    """Return how many records a message holds, those of its late messages included."""
    return sum(len(part[plural]) for part in with_late(message) for plural, _ in RECORD_KINDS)
