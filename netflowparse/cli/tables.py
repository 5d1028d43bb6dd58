"""Rows to text in columns, folded or turned where a terminal is too narrow for them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from .wording import NOTHING, Number, printable

GAP = "  "  # before each column
NARROWEST = 30  # columns in which a text is folded beside the others; where there are fewer it is folded beneath
INDENT = 6  # columns before what is beneath


def aligned(rows: Sequence[Sequence[object]], columns: int | None = None) -> str:
    """Return the rows, of which the first is the title, as lines of text; numbers and their titles to the right.

    For a terminal of so many *columns* long texts in the last column are folded beside the others, or beneath; what is
    too wide even so is turned: each row a block of lines, the title before each value.
    """
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    right = [_holds_numbers(column[1:]) for column in zip(*rows, strict=True)]
    padded = [
        [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        ]
        for row in cells
    ]
    lines: Iterator[str] = ("".join(GAP + cell for cell in row) for row in padded)
    if columns is not None and sum(widths) + len(GAP) * len(widths) >= columns:
        room = columns - 1 - sum(widths[:-1]) - len(GAP) * len(widths)
        if room >= NARROWEST and not right[-1]:
            lines = _folded(padded, room)
        elif room >= -len(GAP) and widths[-1] > NARROWEST:
            lines = _folded_beneath(padded, columns - 1 - INDENT)
        else:
            lines = _turned(cells, columns - 1)
    return "".join(line.rstrip() + "\n" for line in lines)


def _folded(rows: list[list[str]], room: int) -> Iterator[str]:
    for *before, last in rows:
        start = "".join(GAP + cell for cell in before)
        first, *more = textwrap.wrap(last, room) or [""]
        yield f"{start}{GAP}{first}"
        for text in more:
            yield " " * (len(start) + len(GAP)) + text


def _folded_beneath(rows: list[list[str]], room: int) -> Iterator[str]:
    for *before, last in rows:
        yield "".join(GAP + cell for cell in before)
        for text in textwrap.wrap(last, room):
            yield " " * INDENT + text


def _turned(rows: list[list[str]], columns: int) -> Iterator[str]:
    title, *values = rows
    width = max(map(len, title))
    room = max(columns - width - 2 * len(GAP), NARROWEST)
    for number, row in enumerate(values):
        if number:
            yield ""
        yield from _folded([[word.ljust(width), cell] for word, cell in zip(title, row, strict=True)], room)


def _holds_numbers(column: Sequence[object]) -> bool:
    numbers = [cell for cell in column if cell not in ("", NOTHING)]
    return bool(numbers) and all(isinstance(cell, (int, Number)) for cell in numbers)
