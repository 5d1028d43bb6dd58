"""The catalogue of bad inputs is whole, every row has tests, and docs/faults.md and the tally say what is so."""

from __future__ import annotations

import re
from typing import Any

import faults as tool
import pytest
from markers import MarkedTest, marked

from tests.tally import Tally, rows_of
from tests.test_conformance import specification

ROWS, FAILURES, MARKED = tool.faults(), tool.failures(), marked("fault")
FAULT = tool.Fault("G-01", "no octets", "refused", "")
FAILURE = tool.Failure("A-001", "a crash", "G-01", "")
SHOWN = {"G-01": [MarkedTest("test_some.py", "test_it")]}


@pytest.mark.parametrize(("rows", "pattern", "count"), [(ROWS, "[A-Z][A-Z0-9]", 317), (FAILURES, "A", 102)])
def test_every_row_of_the_catalogue_is_here(rows: list[Any], pattern: str, count: int) -> None:
    """Others may be beside them: the catalogue, which lies beside the repository, stays as it is."""
    found = re.findall(rf"^\| ({pattern}?-\d+) \|", specification("faults.md"), re.MULTILINE)
    wanted = [each for each in found if each.startswith("A-") == (pattern == "A")]
    assert [row.id for row in rows if row.id in set(wanted)] == wanted
    assert len(wanted) == count


def test_every_row_has_a_test_and_every_marker_a_row() -> None:
    assert tool.complaints(ROWS, FAILURES, MARKED) == []


def test_the_page_is_what_the_tests_say() -> None:
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(ROWS, FAILURES, MARKED), "run python docs/faults.py"


@pytest.mark.parametrize(
    ("row", "failure", "tests", "complaint"),
    [
        (FAULT, FAILURE, SHOWN, []),
        (FAULT, FAILURE, {}, ["G-01 (no octets): no test", "A-001: G-01 has no test"]),
        (FAULT._replace(reason="why"), FAILURE, SHOWN, ["G-01 (no octets): tests, though it does not apply"]),
        (FAULT, FAILURE._replace(rows=""), SHOWN, ["A-001: expected rows, or a reason why there are none"]),
        (FAULT, FAILURE._replace(rows="", reason="why"), SHOWN, []),
        (FAULT, FAILURE, {**SHOWN, "X-1": SHOWN["G-01"]}, ["test_some.py::test_it: no fault X-1"]),
    ],
)
def test_what_is_missing_is_said(row: Any, failure: Any, tests: Any, complaint: list[str]) -> None:
    assert tool.complaints([row], [failure], tests) == complaint


class FakeTest:
    """As much of a test as the tally looks at."""

    def __init__(self, *ids: str) -> None:
        self.user_properties: list[tuple[str, str]] = []
        self._marks = [pytest.Mark("fault", ids, {}, _ispytest=True)]

    def iter_markers(self, name: str) -> Any:
        """Its markers."""
        return iter(self._marks)


def report(test: Any, outcome: Any, when: Any) -> Any:
    """How one phase of a test ended."""
    return pytest.TestReport("", ("", 0, ""), {}, outcome, None, when, user_properties=test.user_properties)


def test_the_tally() -> None:
    tally = Tally()
    items: Any = [FakeTest("G-01", "G-02"), FakeTest("G-02"), FakeTest("G-03"), FakeTest("G-05")]
    tally.pytest_collection_modifyitems(items)
    outcomes = [("passed", "call"), ("failed", "call"), ("skipped", "setup"), ("failed", "setup")]
    for test, (outcome, when) in zip(items, outcomes, strict=True):
        tally.pytest_runtest_logreport(report(test, outcome, when))
    faults = [{"id": f"G-0{number}", "reason": "of no use" if number == 4 else ""} for number in range(1, 6)]
    failures = [{"id": "A-001", "rows": "G-01", "reason": ""}, {"id": "A-002", "rows": "G-01 G-02", "reason": ""}]
    assert tally.lines(faults, failures) == [
        "5 rows: 1 pass, 1 not applicable, 2 fail, 1 not run",
        "  G-02: failed",
        "  G-05: failed",
        "  1 not applicable: of no use",
        "2 failures of other decoders: 1 pass, 0 not applicable, 1 fail",
        "  A-002: failed",
    ]


def test_the_tally_reads_the_tables() -> None:
    assert [row["id"] for row in rows_of("faults.csv")] == [row.id for row in ROWS]
    assert [row["id"] for row in rows_of("failures.csv")] == [row.id for row in FAILURES]
