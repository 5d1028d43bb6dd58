"""Write docs/faults.md: each bad input of tests/faults.csv, what comes of it, and the tests whose markers name it.

    python docs/faults.py            write the page
    python docs/faults.py --check    write nothing; exit 1 if the page differs from what would be written

Both exit with 1 and say what is wrong if a marker names no row, or a row that applies has no test.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from markers import ROOT, TESTS, Marked, MarkerError, marked, shown_by, written

PAGE = ROOT / "docs" / "faults.md"
FAULTS = TESTS / "faults.csv"
FAILURES = TESTS / "failures.csv"

#: beginning of an id -> what its rows have in common
SECTIONS = {
    "G": "Any protocol",
    "N5": "NetFlow v1 to v8",
    "N9": "NetFlow v9",
    "IX": "IPFIX: framing and templates",
    "IV": "IPFIX: variable length and values",
    "SD": "Lists in records",
    "ST": "Template state and sequence numbers",
    "PO": "Options records that lead astray",
    "TM": "Times",
    "SF": "sFlow",
    "HD": "Sampled packets",
    "RS": "Attacks on resources",
}
HEAD = """# Bad inputs

What comes of octets that no exporter should send, and of some that honest ones do. Of each row the tests send all
variants; none raises anything but the [documented errors](problems.md), and what is intact is decoded. Codes are those
of [problems](problems.md). `python docs/faults.py` writes this page from [tests/faults.csv](../tests/faults.csv),
[tests/failures.csv](../tests/failures.csv) and the markers of the [tests](../tests/README.md).
"""
ELSEWHERE = """## What went wrong elsewhere

Failures that other decoders are known for, and the rows whose tests show that this one does not fail so.

| id | failure | shown by |
|---|---|---|"""


class Fault(NamedTuple):
    """A row of tests/faults.csv."""

    id: str
    input: str
    outcome: str
    reason: str  # why it does not apply; "" where it does

    @property
    def section(self) -> str:
        """The beginning of the id."""
        return self.id.partition("-")[0]


class Failure(NamedTuple):
    """A row of tests/failures.csv: what went wrong in another decoder."""

    id: str
    failure: str
    rows: str  # ids of faults, or its own, with spaces between
    reason: str  # why it says nothing about this library; "" where it does


def faults(file: Path = FAULTS) -> list[Fault]:
    """The rows of *file*, in their order."""
    with open(file, encoding="utf-8", newline="") as stream:
        return [Fault(**row) for row in csv.DictReader(stream)]


def failures(file: Path = FAILURES) -> list[Failure]:
    """The rows of *file*, in their order."""
    with open(file, encoding="utf-8", newline="") as stream:
        return [Failure(**row) for row in csv.DictReader(stream)]


def complaints(rows: Iterable[Fault], elsewhere: Iterable[Failure], tests: Marked) -> list[str]:
    """What is wrong with the rows and the markers, a line each."""
    rows, elsewhere = list(rows), list(elsewhere)
    known = {row.id for row in rows} | {row.id for row in elsewhere}
    found = [
        f"{test.file}::{test.name}: no fault {each}" for each in tests if each not in known for test in tests[each]
    ]
    for row in rows:
        if bool(row.reason) == (row.id in tests):
            found.append(f"{row.id} ({row.input}): {'tests, though it does not apply' if row.reason else 'no test'}")
    for failure in elsewhere:
        named = failure.rows.split()
        if bool(named) == bool(failure.reason):
            found.append(f"{failure.id}: expected rows, or a reason why there are none")
        found += [f"{failure.id}: {each} has no test" for each in named if each not in tests]
    return found


def page(rows: Iterable[Fault], elsewhere: Iterable[Failure], tests: Marked) -> str:
    """The text of docs/faults.md."""
    rows, elsewhere = list(rows), list(elsewhere)
    parts = [HEAD, *_summary(rows)]
    for section, name in SECTIONS.items():
        parts.append(f"## {name}\n\n| id | input | what comes of it | shown by |\n|---|---|---|---|")
        parts += [_line(row, tests) for row in rows if row.section == section]
        parts.append("")
    parts.append(ELSEWHERE)
    parts += [f"| {row.id} | {row.failure} | {row.rows.replace(' ', ', ') or row.reason} |" for row in elsewhere]
    return "\n".join([*parts, ""])


def _summary(rows: list[Fault]) -> Iterator[str]:
    yield "| | rows | with tests | not applicable |\n|---|---|---|---|"
    for section, name in [*SECTIONS.items(), ("", "all")]:
        own = [row for row in rows if row.section == (section or row.section)]
        out = sum(bool(row.reason) for row in own)
        yield f"| {name} | {len(own)} | {len(own) - out} | {out} |"
    yield ""


def _line(row: Fault, tests: Marked) -> str:
    shown = f"not applicable: {row.reason}" if row.reason else "<br>".join(shown_by(tests.get(row.id, [])))
    return f"| {row.id} | {row.input} | {row.outcome} | {shown or '**nothing**'} |"


def main(arguments: Iterable[str] | None = None) -> int:
    """Exit status: 0, or 1 when something is wrong with the markers or (``--check``) the page differs."""
    try:
        tests = marked("fault")
    except MarkerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    rows, elsewhere = faults(), failures()
    return written(PAGE, page(rows, elsewhere, tests), complaints(rows, elsewhere, tests), arguments)


if __name__ == "__main__":
    sys.exit(main())
