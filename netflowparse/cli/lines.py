"""Messages to JSON lines.  Strict JSON in ASCII: any terminal, pipe and reader takes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, Protocol, TextIO

from ..types import Message

# Key of a message -> key of a line.
RECORD_KINDS: dict[Literal["flows", "options", "counters", "unknown_samples"], str] = {
    "flows": "flow",
    "options": "options",
    "counters": "counters",
    "unknown_samples": "unknown_sample",  # only there when sFlow's datagrams hold such
}

# The same for records that came out before without some of their lists.
COMPLETED_KINDS: dict[Literal["flows", "options"], str] = {"flows": "completed_flow", "options": "completed_options"}

# Messages are made by the decoder and hold no circles, so that nobody looks for those.
encode = json.JSONEncoder(allow_nan=False, separators=(",", ":"), check_circular=False).encode

BETWEEN = "\n"  # spelled between two records: all records of a kind are put into text by one call
_between = f"}},{encode(BETWEEN)},{{"


class Output(Protocol):
    """Where messages go."""

    def add(self, message: Message) -> None:
        """Take one message."""

    def finish(self) -> None:
        """Write what is left."""


class Lines:
    """Lines on a stream, those of each message as soon as it comes."""

    def __init__(
        self, stream: TextIO, spell: Callable[[Message], Iterable[str]], *, live: bool = False, header: str = ""
    ) -> None:
        """Write the *header* to *stream*, then what *spell* makes of messages; *live*: someone waits for each."""
        self._stream = stream
        self._spell = spell
        self._live = live
        self._write(header)

    def add(self, message: Message) -> None:
        """Write the lines of one message."""
        self._write("".join(self._spell(message)))

    def _write(self, text: str) -> None:
        if text:
            self._stream.write(text)
            if self._live:
                self._stream.flush()

    def finish(self) -> None:
        """Nothing is left: every message was written at once."""


def with_late(message: Message) -> Sequence[Message]:
    """Return the earlier messages that this one made readable, then the message itself."""
    if not message["late"]:
        return (message,)
    return [*(part for earlier in message["late"] for part in with_late(earlier)), message]


def message_lines(message: Message) -> Iterator[str]:
    """Yield the message as the decoder returned it; earlier ones that it made readable are in it, under ``late``."""
    yield encode(message) + "\n"


def record_lines(message: Message) -> Iterator[str]:
    """Yield a line for each flow, options record and sample, after those of messages that it made readable.

    The lines of all records of one kind come together, as one text.
    """
    for part in with_late(message):
        yield from lines_of(part, records_of(part))


def lines_of(message: Message, kinds: Iterable[tuple[str, list[Any]]]) -> Iterator[str]:
    """Yield the lines of (key of a line, records) each, which are the *message*'s own, as one text for each kind.

    Exporter, protocol and header are put into text once for all.
    """
    head = None
    for kind, records in kinds:
        if head is None:
            known = {"exporter": message["exporter"], "protocol": message["protocol"], "header": message["header"]}
            head = encode(known)[:-1]
        yield _lines(f'{head},"{kind}":', records)


def _lines(begin: str, records: list[Any]) -> str:
    """Return a line for each record, dicts all of them, and each begins alike."""
    row = [BETWEEN] * (2 * len(records) - 1)
    row[::2] = records
    inner = encode(row)[2:-2].split(_between)
    if len(inner) != len(records):  # a record holds a list that looks like the row
        return "".join([f"{begin}{encode(record)}}}\n" for record in records])
    begin += "{"
    return begin + f"}}}}\n{begin}".join(inner) + "}}\n"


def records_of(message: Message) -> Iterator[tuple[str, list[Any]]]:
    """Yield (key of a line, records) of each kind that the message has."""
    for plural, kind in RECORD_KINDS.items():
        records = message.get(plural)
        if records:
            yield kind, records
    if "completed" in message:
        for part, kind in COMPLETED_KINDS.items():
            if message["completed"][part]:
                yield kind, message["completed"][part]


def count_records(message: Message) -> int:
    """Return how many records a message holds, those of its late messages included."""
    count = len(message["flows"]) + len(message["options"]) + len(message["counters"])
    if "unknown_samples" in message:
        count += len(message["unknown_samples"])
    if message["late"]:
        count += sum(map(count_records, message["late"]))
    return count
