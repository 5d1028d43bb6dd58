"""How counts and texts from datagrams are put into words for people."""

from __future__ import annotations

from collections.abc import Hashable

NOTHING = "-"  # in a table, where there is nothing to say


class Number(str):
    """A number as people read it, which stands at the right of its column."""

    __slots__ = ()


def counted(number: int, noun: str) -> str:
    """``1 record``, ``2 records``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def grouped(number: float) -> Number:
    """``1,234,567``, and ``1,234,567.8`` of what need not be whole."""
    return Number(f"{number:,}" if isinstance(number, int) else f"{number:,.1f}")


def named(exporter: Hashable) -> str:
    """An exporter's name."""
    return NOTHING if exporter is None else str(exporter)


def natural_order(*parts: object) -> list[tuple[int, int, str]]:
    """Return a key that sorts numbers by value and texts after them, mixed as they may be."""
    texts = map(str, parts)
    return [(0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text) for text in texts]


def printable(text: str) -> str:
    """Return the text with control characters and the like spelled out: a datagram must not steer the terminal."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
