"""The command line: harnesses in processes of their own, and a table of what they did."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from .harness import GROWN, ROOT, SHARES, harness

ABOUT = "Ask for invariants of netflowparse on octets of all kinds; fuzz/README.md names them."


def main(given: Iterable[str] | None = None) -> int:
    """Exit status: 0, or 1 if an invariant was broken."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=ABOUT)
    parser.add_argument("names", nargs="*", metavar="harness", help=f"of {', '.join(SHARES)}; all of them if none")
    parser.add_argument("--runs", type=int, default=20_000, help="executions, of all together (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="start of the random numbers (default %(default)s)")
    parser.add_argument(
        "--engine", choices=("guided", "drawn"), help="atheris, or hypothesis alone; the first there is"
    )
    parser.add_argument("--grown", type=Path, default=GROWN, help="folder for what coverage finds, and finds")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default %(default)s)")
    parser.add_argument("--replay", nargs="+", type=Path, metavar="FILE", help="ask one harness about these files only")
    options = parser.parse_args(None if given is None else list(given))
    names = options.names or list(SHARES)
    for name in names:
        if name not in SHARES:
            parser.error(f"no harness {name!r}")
    if options.replay:
        return replay(names, options.replay)
    engine = options.engine or ("guided" if importlib.util.find_spec("atheris") else "drawn")
    whole = sum(SHARES[name] for name in names)
    with ThreadPoolExecutor(options.jobs) as pool:
        runs = [max(1, options.runs * SHARES[name] // whole) for name in names]
        results = list(pool.map(lambda name, runs: child(engine, name, runs, options), names, runs))
    print(table(engine, dict(zip(names, results, strict=True))))
    return 0 if all(results) else 1


def alone(file: str) -> NoReturn:
    """Run the harness of one module, as ``python -m fuzz.fuzz_one``."""
    sys.exit(main([Path(file).stem, *sys.argv[1:]]))


def child(engine: str, name: str, runs: int, options: argparse.Namespace) -> dict[str, Any] | None:
    """The result of one harness, or None if it found something, which is printed then."""
    command = [sys.executable, "-m", f"fuzz.{engine}", name]
    for option, value in (("runs", runs), ("seed", options.seed), ("grown", options.grown)):
        command += [f"--{option}", str(value)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        told = [line for line in done.stderr.splitlines() if not line.startswith("INFO: ")]
        print("\n".join([f"{name}: exit {done.returncode}", done.stdout, *told]), file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(lines[-1])
    return result


def table(engine: str, results: dict[str, dict[str, Any] | None]) -> str:
    """A line for each harness and one for all."""
    told = [result for result in results.values() if result]
    lines = [f"{'harness':<16} {'executions':>10} {'CPU s':>8} {'peak MiB':>8}  {engine}"]
    for name, result in results.items():
        if result is None:
            lines.append(f"{name:<16} found something: see above")
            continue
        counts = ", ".join(f"{count:,} {what}" for what, count in sorted(result["counts"].items()))
        lines.append(_row(name, [result]) + f"  {counts}")
    return "\n".join([*lines, _row("all", told)])


def _row(name: str, results: list[dict[str, Any]]) -> str:
    executions = sum(result["executions"] for result in results)
    seconds = sum(result["seconds"] for result in results)
    peak = max((result["peak_mib"] for result in results), default=0)
    return f"{name:<16} {executions:>10,} {seconds:>8.0f} {peak:>8,}"


def replay(names: list[str], files: list[Path]) -> int:
    """Ask the harness about files, as they were found; an exception ends it."""
    if len(names) != 1:
        print("--replay: expected one harness", file=sys.stderr)
        return 2
    made = harness(names[0])
    for file in files:
        made(file.read_bytes())
        print(f"{file}: {dict(made.counts)}")
    return 0
