"""Records under the names of other collectors; only flows and options records have such names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ..names import rename, table
from ..types import Message
from ..types.words import PROTOCOLS
from .lines import lines_of, records_of, with_late

NAMELESS = ("counters", "unknown_sample")  # kinds of records of which no vocabulary has names


def renamed_records(message: Message, vocabulary: str, *, dotted: bool = False) -> Iterator[tuple[str, list[Any]]]:
    """Yield (key of a line, records) as ``records_of`` does, with the names of a *vocabulary*."""
    protocol = message["protocol"]
    for kind, records in records_of(message):
        if kind not in NAMELESS:
            records = [rename(record, vocabulary, protocol=protocol, dotted=dotted) for record in records]
        yield kind, records


def renamed_lines(message: Message, vocabulary: str) -> Iterator[str]:
    """Yield lines as ``record_lines`` does, with the names of a *vocabulary*."""
    for part in with_late(message):
        yield from lines_of(part, renamed_records(part, vocabulary))


def renamed_keys(keys: Sequence[str], vocabulary: str) -> tuple[str, ...]:
    """Return what *keys* are called in a *vocabulary* that has the same names for all protocols, each name once."""
    names = {row["key"]: row["name"] for row in table(vocabulary)}
    return tuple(dict.fromkeys(names.get(key, key) for key in keys))


def names_of(vocabulary: str) -> set[str]:
    """Return all names of a *vocabulary*, whatever the protocol."""
    return {name for names in names_by_key(vocabulary).values() for name in names}


@cache
def names_by_key(vocabulary: str) -> dict[str, list[str]]:
    """Return, by key, what it is called in a *vocabulary*: by several names where they differ by protocol."""
    names: dict[str, list[str]] = {}
    for protocol in PROTOCOLS:
        for row in table(vocabulary, protocol=protocol):
            known = names.setdefault(row["key"], [])
            if row["name"] not in known:
                known.append(row["name"])
    return names
