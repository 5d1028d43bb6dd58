"""How times are taken: CPU time, in rounds in which every contender has its turns, so that a slow moment hits them all.

Ratios are taken inside a round, then their median: machines change speed from second to second.  Beside it stands the
interval that holds the true median with 95 %: from the k-th lowest to the k-th highest round, where k is such that the
same number of fair coins shows fewer than k heads in 2.5 % of all cases at most.  That takes no distribution for
granted, and no single slow round moves it.  With 5 rounds k is 1, and it is 94 %; with 31 rounds k is 10.

The garbage collector runs with its usual thresholds, as in a collector; a message is dropped when the next one is
there.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from random import Random
from statistics import median
from time import process_time
from typing import Any, TypeVar

Name = TypeVar("Name")  # of a task

SLICE = 0.005  # s of CPU that one turn takes, about
PROBE = 16  # arguments by which the length of a turn is guessed
TURNS = 4  # of every contender in one round
SIDE = 0.025  # how often the true median is below an interval, or above it


@dataclass(frozen=True)
class Task:
    """Work to be timed: *call* on each of *arguments*, which are *units* (records, datagrams) together.

    *renew* makes of the arguments those of the next time, before the clock starts.
    """

    call: Callable[[Any], Any]
    arguments: Sequence[Any]
    units: float
    renew: Callable[[Sequence[Any]], Sequence[Any]] | None = None

    def time(self) -> float:
        """CPU s for one unit."""
        call = self.call
        arguments = self.arguments if self.renew is None else self.renew(self.arguments)
        begin = process_time()
        for argument in arguments:
            result = call(argument)  # noqa: F841 - kept until the next one is there
        return (process_time() - begin) / self.units

    def slice(self) -> Task:
        """The task cut down to the first arguments that take about ``SLICE``, if all of them take longer."""
        probe = self._first(min(PROBE, len(self.arguments)))
        spent = max(probe.time() * probe.units, 1e-9)
        return self._first(max(1, min(len(self.arguments), int(len(probe.arguments) * SLICE / spent))))

    def _first(self, count: int) -> Task:
        return Task(self.call, self.arguments[:count], self.units * count / len(self.arguments), self.renew)


def measure(tasks: dict[Name, Task], rounds: int) -> dict[Name, list[float]]:
    """CPU s for one unit of each task, one figure a round; the order changes from turn to turn."""
    times: dict[Name, list[float]] = {name: [] for name in tasks}
    order = list(tasks)
    shuffle = Random(0).shuffle
    gc.collect()
    for _ in range(rounds):
        spent = dict.fromkeys(tasks, 0.0)
        for _ in range(TURNS):
            shuffle(order)  # who comes after whom decides what the processor's caches hold
            for name in order:
                spent[name] += tasks[name].time()
        for name, seconds in spent.items():
            times[name].append(seconds / TURNS)
    return times


@dataclass(frozen=True)
class Ratio:
    """A ratio's median over the rounds, and the interval that holds the true one with 95 %."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        digits = 2 if self.median < 20 else 0
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}–{self.high:,.{digits}f})"


def interval_rank(rounds: int) -> int:
    """The k of this module's docstring: 1 where even the extremes of so few *rounds* hold the median less surely."""
    below, rank = 0.0, 0
    while rank <= rounds:
        below += comb(rounds, rank) / 2**rounds  # the chance of at most this many heads
        if below > SIDE:
            break
        rank += 1
    return max(rank, 1)


def ratio(over: Sequence[float], under: Sequence[float]) -> Ratio:
    """*over* / *under*, round by round."""
    return interval([one / other for one, other in zip(over, under, strict=True)])


def interval(figures: Sequence[float]) -> Ratio:
    """The median of *figures*, one of each round."""
    ordered = sorted(figures)
    rank = interval_rank(len(ordered))
    return Ratio(median(ordered), ordered[rank - 1], ordered[-rank])


def per_second(times: Sequence[float]) -> float:
    """Units a second, by the median round."""
    return 1 / median(times)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, columns aligned to be read as text too."""
    cells = [list(heads), *map(list, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    aligned = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    lines = [f"| {' | '.join(row)} |" for row in aligned]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
