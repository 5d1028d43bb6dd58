"""The table of requirements is whole, every marker names a row of it, and docs/conformance.md says what is so."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import conformance as tool
import pytest
from markers import MarkedTest, MarkerError, marked

import netflowparse
from netflowparse import errors, types
from tests.conftest import ROOT, SHARED

ROWS = tool.requirements()
MARKED = marked("conformance")
NAMED = re.compile(r"`(?:([\w.]+)\.)?(\w+)(?:\((?:(\w+)=)?[^`]*\)|\[[^`]*\])?`")  # owner, name, keyword argument
A_TEST = """
import pytest

{before}
@pytest.mark.parametrize("value", [1])
{marks}
def test_it(value):
    assert value
"""


def specification(name: str) -> str:
    """A page beside the repository; the test is skipped where it is not there."""
    path = SHARED / "spec" / name
    if not path.exists():
        pytest.skip(f"../shared/spec/{name} is not here")
    return path.read_text(encoding="utf-8")


def test_every_requirement_of_the_specifications_has_a_row() -> None:
    found = re.findall(
        r"^\| ([A-Z0-9]+-[^| ]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|", specification("conformance.md"), re.M
    )
    listed = {identifier for identifier, *_ in found}
    assert [(row.id, row.level, row.who) for row in ROWS if row.id in listed] == found
    assert len(found) == 321


def test_ids_are_unique_and_of_a_document() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert {row.document for row in ROWS} == set(tool.DOCUMENTS)


def test_titles_are_short() -> None:
    assert [row.id for row in ROWS if not 3 <= len(row.title.split()) <= 10] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.api], ids=lambda row: row.id)
def test_what_a_row_names_of_the_api_is_there(row: Any) -> None:
    """Names of the package, its classes and modules; keys of messages and of rows; codes of problems and bounds."""
    parts = (types.Message, types.Problem, types.StatisticsRow, types.TemplateField)
    words = {key for part in parts for key in part.__annotations__} | {"report"}
    words |= {value for name, value in vars(errors).items() if name.isupper()}
    words |= netflowparse.Limits.__dataclass_fields__.keys() | {"totalCounter", "deltaCounter"}
    named = NAMED.findall(row.api)
    assert len(named) == row.api.count("`") // 2
    for owner, name, keyword in named:
        if not owner and name in words:
            continue
        if owner.islower():
            place = importlib.import_module(owner if owner.startswith("netflowparse") else f"netflowparse.{owner}")
        else:
            place = getattr(netflowparse, owner) if owner else netflowparse
        found = getattr(place, name)
        assert not keyword or keyword in inspect.signature(found).parameters


def test_every_marker_names_a_requirement_and_every_requirement_has_a_test() -> None:
    assert tool.complaints(ROWS, MARKED) == []


def test_the_page_is_what_the_tests_say() -> None:
    text = tool.page(ROWS, MARKED)
    assert (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8") == text, "run python docs/conformance.py"


@pytest.mark.parametrize(
    ("before", "marks", "ids"),
    [
        ("", '@pytest.mark.conformance("A-1", "A-2")', ["A-1", "A-2"]),
        ("", '@pytest.mark.fault("A-1")', []),
        ('pytestmark = pytest.mark.conformance("A-1")', "", ["A-1"]),
        ('pytestmark = [pytest.mark.conformance("A-1")]', '@pytest.mark.conformance("A-2")', ["A-1", "A-2"]),
        ("", '@pytest.mark.parametrize("more", [pytest.param(1, marks=pytest.mark.conformance("A-1"))])', ["A-1"]),
        (
            'CASES = [pytest.param(1, marks=[pytest.mark.conformance("A-1")])]',
            '@pytest.mark.parametrize("more", CASES)',
            ["A-1"],
        ),
    ],
)
def test_markers_are_found_wherever_pytest_finds_them(tmp_path: Path, before: str, marks: str, ids: list[str]) -> None:
    tmp_path.joinpath("test_some.py").write_text(A_TEST.format(before=before, marks=marks))
    found = marked("conformance", tmp_path)
    assert found == {each: [("test_some.py", "test_it")] for each in ids}


def test_markers_of_classes_are_those_of_their_tests(tmp_path: Path) -> None:
    text = '@pytest.mark.conformance("A-1")\nclass TestAll:\n    pytestmark = pytest.mark.conformance("A-2")\n'
    tests = "    def test_one(self): ...\n    def test_two(self): ...\n    def other(self): ...\n"
    tmp_path.joinpath("test_some.py").write_text(text + tests)
    both = [("test_some.py", "TestAll::test_one"), ("test_some.py", "TestAll::test_two")]
    assert marked("conformance", tmp_path) == {"A-1": both, "A-2": both}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("@pytest.mark.conformance(NAME)\ndef test_it(): ...", "test_some.py:1: .* NAME is no literal text"),
        ('\n@pytest.mark.conformance("A-1")\ndef build(): ...', "test_some.py:2: .* of no test"),
    ],
)
def test_markers_that_cannot_be_read_are_refused(tmp_path: Path, text: str, why: str) -> None:
    tmp_path.joinpath("test_some.py").write_text(text)
    with pytest.raises(MarkerError, match=why):
        marked("conformance", tmp_path)


def row(identifier: str, who: str, api: str = "") -> Any:
    """A requirement of RFC 7011."""
    return tool.Requirement(identifier, "RFC 7011 §8.1", "MUST", who, "what is asked", api)


TEST = MarkedTest("test_some.py", "test_it")


@pytest.mark.parametrize(
    ("found", "tests", "complaint"),
    [
        (row("IPFIX-1", "D"), ["IPFIX-1"], []),
        (row("IPFIX-1", "D"), [], ["IPFIX-1 (what is asked): no test"]),
        (row("IPFIX-1", "D E"), [], ["IPFIX-1 (what is asked): no test"]),
        (row("IPFIX-1", "E"), [], ["IPFIX-1 (what is asked): no test"]),
        (row("IPFIX-1", "C", "`Limits`"), [], []),
        (row("IPFIX-1", "C"), [], ["IPFIX-1 (what is asked): the caller's, but no part of the API is named"]),
        (row("IPFIX-1", "C", "`Limits`"), ["IPFIX-2"], ["test_some.py::test_it: no requirement IPFIX-2"]),
    ],
)
def test_what_is_missing_is_said(found: Any, tests: list[str], complaint: list[str]) -> None:
    assert tool.complaints([found], {each: [TEST] for each in tests}) == complaint


def test_a_row_names_three_tests_and_counts_the_others() -> None:
    tests = [MarkedTest("state/test_a.py", f"test_{number}") for number in range(5)]
    text = tool.page([row("IPFIX-1", "D", "`Limits`")], {"IPFIX-1": tests})
    links = [f"[`state/test_a.py::test_{number}`](../tests/state/test_a.py)" for number in range(3)]
    source = "[RFC 7011 §8.1](https://www.rfc-editor.org/rfc/rfc7011#section-8.1)"
    shown = "<br>".join(["`Limits`", *links, "and 2 more"])
    assert f"| IPFIX-1 | {source} | MUST | what is asked | {shown} |\n" in text


def test_shares_are_of_what_a_decoder_has_to_do() -> None:
    """An encoder's requirement applies, but is none of a decoder's."""
    rows = [row("IPFIX-1", "D"), row("IPFIX-2", "D E"), row("IPFIX-3", "E"), row("IPFIX-4", "C", "`Limits`")]
    rows.append(row("IPFIX-5", "E"))
    text = tool.page(rows, {"IPFIX-1": [TEST], "IPFIX-5": [TEST]})
    assert "| RFC 7011, the IPFIX protocol | 5 | 4 | 2 | 1 |\n" in text
    assert "| all | 5 | 4 | 2 | 1 |\n" in text
    assert "50 % (1 of 2) of MUST and MUST NOT, none (0 of 0) of SHOULD" in text


def test_the_command_checks_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    page = tmp_path / "conformance.md"
    for name, value in {"PAGE": page, "TESTS": tmp_path, "requirements": lambda: [row("IPFIX-1", "D")]}.items():
        monkeypatch.setattr(tool, name, value)
    monkeypatch.setattr(tool, "marked", lambda marker: {"IPFIX-1": [TEST]})
    assert tool.main(["--check"]) == 1
    assert capsys.readouterr().err == "conformance.md differs from what docs/conformance.py writes\n"
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    monkeypatch.setattr(tool, "marked", lambda marker: {})
    assert tool.main([]) == 1
    assert capsys.readouterr().err == "IPFIX-1 (what is asked): no test\n"
