"""The terminal's last line: how far we are.  Lines for stderr go through here too, so that the two never mix."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from .terminal import Paint, columns_of, knows_sequences
from .wording import printable

INTERVAL = 0.3  # seconds between two refreshes
PATIENCE = 1.0  # seconds before the first: short files need none
USUAL_COLUMNS = 80  # of a terminal that does not tell
ERASE_LINE = "\r\x1b[K"


class Progress:
    """A line such as `` 41%  82.0 of 200.0 MB  40.3 MB/s  310k records/s  0:03 left``, shown only on a terminal."""

    def __init__(
        self,
        stream: TextIO | None,
        total: int | None,
        *,
        shown: bool,
        paint: Paint | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*total* is the size of all files in octets, None when it cannot be known."""
        self._stream = stream
        self._total = total
        self._terminal = stream if shown else None
        self._paint = paint or Paint()
        self._clock = clock
        self._start = clock()
        self._due = self._start + PATIENCE
        self._visible = False
        self._before = 0  # octets of the files that are done
        self._records = 0

    def advance(self, records: int, position: Callable[[], int]) -> None:
        """Count records, and refresh the line when it is time; *position* tells the octets taken of this file."""
        self._records += records
        if self._terminal is None:
            return
        now = self._clock()
        if now >= self._due:
            self._due = now + INTERVAL
            self._show(self._terminal, self._before + position(), now - self._start)

    def next_file(self, octets: int) -> None:
        """Add a finished file."""
        self._before += octets

    def say(self, line: str) -> None:
        """Write one line to stderr."""
        self._say(line, "bold")

    def complain(self, line: str) -> None:
        """Write one line to stderr, about a failure."""
        self._say(line, "bold", "red")

    def _say(self, line: str, *styles: str) -> None:
        if self._stream is None:
            return
        self.clear()
        self._stream.write(f"{self._paint('netflowparse:', *styles)} {printable(line)}\n")

    def clear(self) -> None:
        """Take the progress line away."""
        if self._visible and self._stream is not None:
            self._stream.write(ERASE_LINE)
            self._stream.flush()
            self._visible = False

    def _show(self, terminal: TextIO, octets: int, seconds: float) -> None:
        rates = f"{octets / 1e6 / seconds:.1f} MB/s  {_short(self._records / seconds)} records/s"
        text = f"{octets / 1e6:.1f} MB  {rates}"
        if self._total:
            share = min(octets / self._total, 1.0)
            left = f"  {_clock_text(seconds / share - seconds)} left" if share else ""
            text = f"{share:4.0%}  {octets / 1e6:.1f} of {self._total / 1e6:.1f} MB  {rates}{left}"
        columns = columns_of(terminal) or USUAL_COLUMNS
        terminal.write(ERASE_LINE + text[: columns - 1])
        terminal.flush()
        self._visible = True


def wants_progress(mode: str) -> bool:
    """Return whether a progress line helps: stderr is a terminal that the records do not scroll over."""
    return knows_sequences(sys.stderr) and (mode == "summary" or not sys.stdout.isatty())


def _clock_text(seconds: float) -> str:
    """``0:07``, ``12:30``, ``1:02:03``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _short(rate: float) -> str:
    if rate < 1000:
        return f"{rate:.0f}"
    return f"{rate / 1e6:.1f}M" if rate >= 1e6 else f"{rate / 1e3:.0f}k"
