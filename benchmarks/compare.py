"""The command that compares: ``python -m benchmarks.compare`` from the repository's root."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from platform import python_implementation, python_version
from typing import NamedTuple

from . import cold, costs, floods, hostile, template_costs
from .floors import check
from .peers import MAKERS, Absent, contender
from .timing import Task, measure, per_second, ratio, table
from .traffic import Workload
from .workloads import MAKERS as WORKLOADS

ROUNDS = 31
FEWEST_ROUNDS = 5
QUICK_DATAGRAMS = 40  # of each workload
OURS = "netflowparse"


def decoders(rounds: int, measured: Sequence[Workload]) -> str:
    """Two tables: records a second of each decoder on each workload, and how many times as fast as each we are."""
    speeds: dict[str, list[str]] = {name: [] for name in MAKERS}
    ratios: dict[str, list[str]] = {name: [] for name in MAKERS if name != OURS}
    for workload in measured:
        check(workload)
        tasks, absent = {}, {}
        for name in MAKERS:
            try:
                decode = contender(name, workload).decode
            except Absent as reason:
                absent[name] = str(reason)
            else:
                tasks[name] = Task(decode, workload.datagrams, workload.records, workload.renew()).slice()
        times = measure(tasks, rounds)
        for name in MAKERS:
            speeds[name].append(absent.get(name) or f"{per_second(times[name]) / 1000:,.0f}")
            if name != OURS:
                ratios[name].append(absent.get(name) or str(ratio(times[name], times[OURS])))
    names = [workload.name for workload in measured]
    speed = table(["k records/s", *names], [[name, *cells] for name, cells in speeds.items()])
    compared = table([f"{OURS} is … times", *names], [[name, *cells] for name, cells in ratios.items()])
    return f"{speed}\n\nAbove 1: faster than that decoder, or than that floor.\n\n{compared}"


class Section(NamedTuple):
    """A question, what answers it, and the rounds it takes of those that are asked for."""

    question: str
    answer: Callable[[int, Sequence[Workload]], str]
    share: float = 0.5


SECTIONS: dict[str, Section] = {
    "decoders": Section("How fast is it, beside floors and peers?", decoders, 1),
    "small": Section("What does a record cost that comes alone?", costs.small_datagrams),
    "exporters": Section("What do many exporters cost?", costs.exporters),
    "templates": Section("What does a template cost?", template_costs.templates),
    "churn": Section("What do templates cost that come among the data?", template_costs.churn),
    "pending": Section("What does data cost that comes before its template?", template_costs.pending),
    "floods": Section("What do addresses and texts cost that never come twice?", floods.floods, 0.35),
    "hostile": Section("What do hostile datagrams cost?", hostile.hostile, 0.35),
    "cold": Section("What does a cold start cost?", cold.cold_start, 0.25),
}


def report(rounds: int, only: Sequence[str], **size: int) -> str:
    """The comparison as Markdown; *only* some sections, or workloads, if any are named; *size* of the workloads."""
    sections = [name for name in SECTIONS if name in only] or list(SECTIONS)
    chosen = [name for name in WORKLOADS if name in only] or list(WORKLOADS)
    measured = [WORKLOADS[name](**size) for name in chosen]
    parts = [
        f"{python_implementation()} {python_version()}, CPU time of one process, garbage collector on, up to {rounds}",
        "interleaved rounds.  A record is a data record; ratios are medians over the rounds (95 % interval of those).",
    ]
    for name in sections:
        question, answer, share = SECTIONS[name]
        parts += ["", f"## {question}", "", answer(max(FEWEST_ROUNDS, round(rounds * share)), measured)]
    return "\n".join(parts) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the comparison; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"at least {FEWEST_ROUNDS}, default {ROUNDS}")
    parser.add_argument("--quick", action="store_true", help="few rounds of little: to see that everything runs")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the comparison to FILE too")
    names = [*SECTIONS, *WORKLOADS]
    help_only = f"of the sections {', '.join(SECTIONS)} and the workloads {', '.join(WORKLOADS)}"
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=names, default=[], help=help_only)
    options = parser.parse_args(arguments)
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"--rounds {options.rounds}: need at least {FEWEST_ROUNDS}")
    if options.quick:
        text = report(FEWEST_ROUNDS, options.only, datagrams=QUICK_DATAGRAMS)
    else:
        text = report(options.rounds, options.only)
    sys.stdout.write(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
