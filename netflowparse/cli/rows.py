"""Chosen fields as text: flat lines of JSON, or CSV (RFC 4180, but lines end as elsewhere, without CR)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..types import Message
from .lines import encode
from .selection import ABSENT, Selection
from .wording import printable


def flat_lines(selection: Selection) -> Callable[[Message], Iterator[str]]:
    """Return what spells a message: a line of JSON for each row, without what is absent."""

    def spell(message: Message) -> Iterator[str]:
        for row in selection.rows(message):
            known = {field: value for field, value in zip(selection.fields, row, strict=True) if value is not ABSENT}
            yield encode(known) + "\n"

    return spell


def csv_rows(selection: Selection) -> Callable[[Message], Iterable[str]]:
    """Return what spells a message: a row of CSV for each row."""

    def spell(message: Message) -> list[str]:
        return csv_text([cell(value) for value in row] for row in selection.rows(message))

    return spell


def csv_text(rows: Iterable[list[Any]]) -> list[str]:
    """Return the lines of *rows*."""
    lines: list[str] = []
    csv.writer(_Gatherer(lines), lineterminator="\n").writerows(rows)
    return lines


def cell(value: Any) -> Any:
    """Return what stands in a cell: texts in one line each, numbers as in JSON, what is nested as JSON.

    Nothing for what is absent, and for None.
    """
    if value is ABSENT or value is None:
        return ""
    kind = type(value)
    if kind is int:
        return value
    return printable(value) if kind is str else encode(value)


class _Gatherer:
    """A file for ``csv``, which writes line by line."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append
