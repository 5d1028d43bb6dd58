"""Cold start: imports and first datagrams, each in an interpreter of its own.

CPU time of the whole child, what an interpreter takes that does nothing taken off; byte code is there already.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from statistics import median
from tempfile import TemporaryDirectory

from .timing import interval, ratio, table
from .traffic import Workload

OURS = "netflowparse"
IMPORTED = (OURS, "construct", "netflume", "netflow")
CONSTRUCT = "construct, and what it imports"
NOTHING = "pass"
SHARES = 3  # runs of importtime
LEAST_SHARE = 0.02
#: prints CPU seconds: import, decoder made, each datagram (templates first)
FIRST = """
from base64 import b64decode
from sys import argv
from time import process_time
datagrams = [b64decode(each) for each in argv[1:]]
times = [process_time()]
import netflowparse
times.append(process_time())
decoder = netflowparse.Decoder()
times.append(process_time())
for datagram in datagrams:
    decoder.decode(datagram, "exporter")
    times.append(process_time())
print(*(after - before for before, after in zip(times, times[1:])))
"""
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| ( *)(\S+)")  # own µs, depth, name; below what it was imported for


class Fresh:
    """Fresh interpreters that keep their byte code in *folder*, whatever the environment says of byte code."""

    def __init__(self, folder: str) -> None:
        self._environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def cpu(self, code: str) -> float:
        """CPU s of one that runs *code*."""
        child = os.spawnve(os.P_NOWAIT, sys.executable, [sys.executable, "-c", code], self._environment)
        _, status, usage = os.wait4(child, 0)
        if status:
            raise RuntimeError(f"{code}: status {status}")
        return usage.ru_utime + usage.ru_stime

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What one with these arguments prints."""
        command = [sys.executable, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=self._environment)


def _there(name: str) -> bool:
    return find_spec(name.partition(".")[0]) is not None


def imports(fresh: Fresh, rounds: int) -> str:
    """A table: what importing each package takes."""
    codes = {name: f"import {name}" for name in IMPORTED if _there(name)}
    times: dict[str, list[float]] = {name: [] for name in codes}
    for number in range(rounds + 1):  # the first writes byte code
        nothing = fresh.cpu(NOTHING)
        for name, code in codes.items():
            spent = fresh.cpu(code) - nothing
            if number:
                times[name].append(spent)
    rows = [
        [name, f"{median(spent) * 1000:.0f}", str(ratio(times[OURS], spent)) if name != OURS else ""]
        for name, spent in times.items()
    ]
    return table(["import", "CPU ms", f"{OURS} takes … times as long"], rows)


def shares(fresh: Fresh) -> str:
    """A table: where the time of importing the package goes, by ``python -X importtime``."""
    found: Counter[str] = Counter()
    for _ in range(SHARES):
        known = {name for *_, name in LINE.findall(fresh.run("-X", "importtime", "-c", NOTHING).stderr)}
        above: list[tuple[int, str]] = []  # depth and group of what the next line may have been imported for
        for spent, depth, name in reversed(LINE.findall(fresh.run("-X", "importtime", "-c", f"import {OURS}").stderr)):
            if name in known:
                continue
            while above and above[-1][0] >= len(depth):
                above.pop()
            group = CONSTRUCT if above and above[-1][1] == CONSTRUCT else _group(name)
            above.append((len(depth), group))
            found[group] += int(spent)
    total = found.total()
    rows, rest = [], total
    for name, spent in found.most_common():
        if spent >= LEAST_SHARE * total:
            rows.append([name, f"{spent / SHARES / 1000:.1f}", f"{spent / total:.0%}"])
            rest -= spent
    rows.append(["all else", f"{rest / SHARES / 1000:.1f}", f"{rest / total:.0%}"])
    return table(["modules", "ms, by the clock", "share"], rows)


def _group(name: str) -> str:
    """Packages of ours, Construct with all that it imports, and the standard library's by their first name."""
    first, *others = name.split(".")
    if first == "construct":
        return CONSTRUCT
    return f"{first}.{others[0]}" if first == OURS and others else first


def first_datagrams(fresh: Fresh, rounds: int, workloads: Sequence[Workload]) -> str:
    """A table: what the first datagrams cost after the import, and the eighth."""
    rows = []
    for workload in workloads:
        templates = workload.templates if workload.name != "sflow5" else ()
        sent = [b64encode(each).decode() for each in (*templates, *workload.datagrams[:8])]
        found: list[list[float]] = []
        for _ in range(rounds):
            _, made, *datagrams = map(float, fresh.run("-c", FIRST, *sent).stdout.split())
            learned, data = datagrams[: len(templates)], datagrams[len(templates) :]
            found.append([made, sum(learned), data[0], data[-1], data[0] / data[-1]])
        *parts, times = zip(*found, strict=True)
        cells = [f"{median(part) * 1000:.2f}" for part in parts]
        if not templates:
            cells[1] = "–"
        rows.append([workload.name, *cells, str(interval(times))])
    return table(["CPU ms", "decoder made", "its template", "first data", "eighth data", "first / eighth"], rows)


def cold_start(rounds: int, workloads: Sequence[Workload]) -> str:
    """Three tables."""
    with TemporaryDirectory() as folder:
        fresh = Fresh(folder)
        return "\n\n".join((imports(fresh, rounds), shares(fresh), first_datagrams(fresh, rounds, workloads)))
