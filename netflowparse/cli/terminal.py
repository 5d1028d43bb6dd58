"""What a terminal can do, and colour for terminals alone; https://no-color.org."""

from __future__ import annotations

import os
from typing import IO

CHOICES = ("auto", "always", "never")
STYLES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33"}  # SGR parameters, ECMA-48 §8.3.117


class Paint:
    """Puts text into colours, or leaves it as it is."""

    def __init__(self, wanted: bool = False) -> None:
        """Without *wanted* every text stays as it is."""
        self.wanted = wanted

    def __call__(self, text: str, *styles: str) -> str:
        """Return *text*, which is not empty and of one line, in the *styles* named in STYLES."""
        if not self.wanted:
            return text
        return f"\x1b[{';'.join(STYLES[style] for style in styles)}m{text}\x1b[0m"


def wants_colour(stream: IO[str] | None, choice: str = "auto") -> bool:
    """Whether what is written to *stream* has colours; *choice* is one of CHOICES."""
    if choice != "auto":
        return choice == "always"
    return knows_sequences(stream) and not os.environ.get("NO_COLOR")


def knows_sequences(stream: IO[str] | None) -> bool:
    """Whether *stream* is a terminal that understands escape sequences."""
    return stream is not None and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def columns_of(stream: IO[str]) -> int | None:
    """Return how wide the terminal is; None where *stream* is none, or does not tell."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except OSError:  # of streams without a descriptor a kin of it
        return None
