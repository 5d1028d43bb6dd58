"""Hooks of pytest: what became of each bad input of ``faults.csv``, told at the end of a run."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this file."""
    with open(TESTS / name, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class Tally:
    """Outcomes of tests by the ids of their markers, which reports carry: tests may run in other processes."""

    def __init__(self) -> None:
        self._failed: set[str] = set()
        self._passed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Have reports of each test carry its ids."""
        for item in items:
            item.user_properties += [("fault", each) for mark in item.iter_markers("fault") for each in mark.args]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of each test."""
        ids = {value for name, value in report.user_properties if name == "fault"}
        if report.failed:
            self._failed |= ids
        elif report.when == "call" and report.passed:
            self._passed |= ids

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell how many rows have passed, do not apply, have failed or were not asked for."""
        if self._passed or self._failed:
            terminalreporter.write_line("")
            for line in self.lines(rows_of("faults.csv"), rows_of("failures.csv")):
                terminalreporter.write_line(line)

    def lines(self, faults: Iterable[dict[str, str]], failures: Iterable[dict[str, str]]) -> list[str]:
        """The text of the summary."""
        told: list[str] = []
        for name, rows in (("rows", list(faults)), ("failures of other decoders", list(failures))):
            outcomes = {row["id"]: self._outcome(row) for row in rows}
            counts = Counter(outcomes.values())
            line = f"{len(rows)} {name}: {counts['pass']} pass, {counts['out']} not applicable, {counts['fail']} fail"
            told.append(line + (f", {counts['not run']} not run" if counts["not run"] else ""))
            told += [f"  {each}: failed" for each, outcome in outcomes.items() if outcome == "fail"]
            reasons = Counter(row["reason"] for row in rows if row["reason"])
            told += [f"  {count} not applicable: {reason}" for reason, count in reasons.items()]
        return told

    def _outcome(self, row: dict[str, str]) -> str:
        if row["reason"]:
            return "out"
        ids = set(row["rows"].split()) if "rows" in row else {row["id"]}
        if ids & self._failed:
            return "fail"
        return "pass" if ids <= self._passed else "not run"
