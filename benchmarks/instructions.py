"""Instructions a record, which no busy machine changes: ``python -m benchmarks.instructions`` from the root.

An interpreter under valgrind decodes a workload; so does one that stops half way; the difference is decoding alone.
``--tree PATH`` compares the checkout there with this one (before and after): both read the same octets.
"""

from __future__ import annotations

import argparse
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from .timing import table
from .traffic import Workload
from .workloads import MAKERS

HERE = Path(__file__).resolve().parent.parent
SMALL = 160  # datagrams of one record
OURS, FLOORS = "netflowparse", ("floor b", "floor c", "floor tuned")
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
#: arguments: where to import from, what reads, the workload's name, the octets, how many datagrams of them
CHILD = """
import pickle, sys
tree, reader, name, file, count = sys.argv[1:]
sys.path[0] = tree
with open(file, "rb") as octets:
    before, datagrams = pickle.load(octets)
if reader == "netflowparse":
    from netflowparse import Decoder
    decode = Decoder().decode
    read = lambda datagram: decode(datagram, "exporter")
else:
    from benchmarks import floors
    read = getattr(floors, reader.upper().replace(" ", "_"))[name]
for datagram in before:
    read(datagram)
for datagram in datagrams[: int(count)]:
    result = read(datagram)
"""


class Counter:
    """Counts in interpreters of their own, whose byte code and octets are kept in *folder*."""

    def __init__(self, valgrind: str, folder: str) -> None:
        self._command = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        self._folder = folder
        self._environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPYCACHEPREFIX": folder}
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def per_record(self, tree: Path, reader: str, workload: Workload) -> float:
        """Instructions that *reader* of the checkout *tree* takes for one record of *workload*."""
        renew = workload.renew()
        datagrams = workload.datagrams if renew is None else renew(workload.datagrams)
        templates = workload.templates if reader == OURS or workload.name == "sflow5" else ()
        file = Path(self._folder, "octets")
        file.write_bytes(pickle.dumps(([*templates, *workload.datagrams], list(datagrams))))
        half, whole = (
            self._instructions(tree, reader, workload.name, str(file), str(count))
            for count in (len(datagrams) // 2, len(datagrams))
        )
        return (whole - half) / (workload.records * (len(datagrams) - len(datagrams) // 2) / len(datagrams))

    def _instructions(self, tree: Path, *arguments: str) -> int:
        child = [sys.executable, "-c", CHILD, str(tree), *arguments]
        subprocess.run([*child[:-1], "1"], check=True, cwd=tree, env=self._environment)  # writes byte code
        done = subprocess.run(
            [*self._command, *child], capture_output=True, text=True, cwd=tree, env=self._environment, check=False
        )
        found = COUNTED.search(done.stderr)
        if done.returncode or found is None:
            raise RuntimeError(done.stderr)
        return int(found[1].replace(",", ""))


def _workloads(names: Iterable[str]) -> dict[str, Workload]:
    """Workloads by name; those that end with "/1" have one record in each datagram."""
    made = {}
    for name in names:
        kind, _, small = name.partition("/")
        made[name] = MAKERS[kind](datagrams=SMALL, per_datagram=1) if small else MAKERS[kind]()
    return made


def report(counter: Counter, names: Sequence[str], readers: Sequence[str], tree: Path | None) -> str:
    """A table: instructions a record of each workload, and ratios."""
    rows = []
    for name, workload in _workloads(names).items():
        ours = counter.per_record(HERE, OURS, workload)
        cells = [name, f"{ours:,.0f}"]
        if tree is not None:
            other = counter.per_record(tree, OURS, workload)
            cells += [f"{other:,.0f}", f"{ours / other:.3f}"]
        for reader in readers:
            if "/" in name or (reader == "floor tuned" and name == "sflow5"):
                cells += ["–", "–"]
                continue
            floor = counter.per_record(HERE, reader, workload)
            cells += [f"{floor:,.0f}", f"{floor / ours:.3f}"]
        rows.append(cells)
        print(*cells, file=sys.stderr)
    heads = ["instructions a record", OURS]
    if tree is not None:
        heads += [str(tree), f"{OURS} / {tree}"]
    for reader in readers:
        heads += [reader, f"{reader} / {OURS}"]
    return table(heads, rows)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit status."""
    names = [*MAKERS, *(f"{name}/1" for name in MAKERS)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    parser.add_argument("--tree", type=Path, metavar="PATH", help="another checkout, to be compared with this one")
    parser.add_argument("--floors", nargs="*", metavar="NAME", choices=FLOORS, default=[], help=f"of {FLOORS}")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=names, default=list(MAKERS), help=f"of {', '.join(names)}"
    )
    options = parser.parse_args(arguments)
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        print("valgrind is not installed: no instructions are counted", file=sys.stderr)
        return 0
    tree = options.tree and options.tree.resolve()
    with TemporaryDirectory() as folder:
        print(report(Counter(valgrind, folder), options.only, options.floors, tree))
    return 0


if __name__ == "__main__":
    sys.exit(main())
