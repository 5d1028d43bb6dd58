"""The command that compares: ``python -m benchmarks.compare`` from the repository's root."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from platform import python_implementation, python_version

from . import costs
from .floors import check
from .peers import MAKERS, Absent, contender
from .timing import Task, measure, per_second, ratio, table
from .traffic import Workload
from .workloads import workloads

ROUNDS = 31
FEWEST_ROUNDS = 5
QUICK_ROUNDS = 5
OURS = "netflowparse"


def decoders(rounds: int, measured: list[Workload]) -> tuple[str, str]:
    """Two tables: records a second of each decoder on each workload, and how many times as fast as each we are."""
    speeds: dict[str, list[str]] = {name: [] for name in MAKERS}
    ratios: dict[str, list[str]] = {name: [] for name in MAKERS if name != OURS}
    for workload in measured:
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
    return (
        table(["k records/s", *names], [[name, *cells] for name, cells in speeds.items()]),
        table([f"{OURS} is … times", *names], [[name, *cells] for name, cells in ratios.items()]),
    )


def report(rounds: int) -> str:
    """The whole comparison as Markdown."""
    measured = workloads()
    for workload in measured:
        check(workload)
    speeds, ratios = decoders(rounds, measured)
    few = max(FEWEST_ROUNDS, rounds // 2)
    parts = [
        f"{python_implementation()} {python_version()}, {rounds} interleaved rounds, CPU time of one process, garbage",
        "collector on.  A record is a data record; ratios are medians over the rounds (lowest–highest round).",
        "",
        speeds,
        "",
        "Above 1: faster than that decoder, or than that floor.",
        "",
        ratios,
        "",
        costs.small_datagrams(few, measured),
        "",
        costs.templates(few),
        "",
        costs.exporters(few),
    ]
    return "\n".join(parts) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the comparison; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"at least {FEWEST_ROUNDS}, default {ROUNDS}")
    parser.add_argument("--quick", action="store_true", help="the fewest rounds: to see that everything runs")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the comparison to FILE too")
    options = parser.parse_args(arguments)
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"--rounds {options.rounds}: need at least {FEWEST_ROUNDS}")
    text = report(QUICK_ROUNDS if options.quick else options.rounds)
    sys.stdout.write(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
