"""Write docs/conformance.md: each requirement of tests/conformance.csv, and the tests whose markers name it.

    python docs/conformance.py            write the page
    python docs/conformance.py --check    write nothing; exit 1 if the page differs from what would be written

Both exit with 1 and say what is wrong if a marker names no requirement, a requirement that applies has no test, or one
that is the caller's does not say by which part of the API.  Tests are read, not run: markers have to be literal.
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "conformance.md"
TESTS = ROOT / "tests"
REQUIREMENTS = TESTS / "conformance.csv"
LISTED = 3  # tests that are named of a requirement; further ones are counted

#: beginning of an id -> document, and what of it is meant
DOCUMENTS = {
    "IPFIX": ("RFC 7011", "the IPFIX protocol"),
    "INFO": ("RFC 7012", "the information model"),
    "SD": ("RFC 6313", "lists"),
    "BIFLOW": ("RFC 5103", "bidirectional flows"),
    "TYPEREC": ("RFC 5610", "descriptions of elements"),
    "APPID": ("RFC 6759", "application ids"),
    "CPROP": ("RFC 5473", "common properties"),
    "FILE": ("RFC 5655", "IPFIX files"),
    "NAT": ("RFC 8158", "NAT events"),
    "CISCO": ("RFC 7270", "Cisco's elements"),
    "TCPBITS": ("RFC 7125", "TCP flags"),
    "MIB": ("RFC 8038", "MIB objects"),
    "NF9": ("RFC 3954", "NetFlow version 9"),
    "NF5": ("NetFlow v5", "and versions 1, 6, 7 and 8, by their layouts"),
    "SFLOW": ("sFlow v5", "sflow.org's specification and its structures"),
    "LIB": ("this library", "what follows for a decoder without I/O"),
}
WEIGHED = "IPFIX"  # the document of which the summary weighs the keywords of RFC 2119
KEYWORDS = ("MUST", "SHOULD")

HEAD = """# Conformance

Every requirement of the specifications that a decoder or encoder can meet, and the tests that show it. Levels are the
words of the specification; `fact` is a layout or meaning stated without one of them, `test` a worked example, `project`
what follows for this library. The ids are those of the markers in the [tests](../tests/README.md).
`python docs/conformance.py` writes this page from [tests/conformance.csv](../tests/conformance.csv) and the markers.
"""
FOOTNOTE = """*Applicable*: what decoder and encoder have to do.
*The caller's*: the library gives the means, which the row names.
"""


class Requirement(NamedTuple):
    """A row of tests/conformance.csv."""

    id: str
    source: str
    level: str
    who: str  # "D" decoder, "E" encoder, "C" the caller, or several
    title: str
    api: str  # what of the API serves it; "" where none in particular does

    @property
    def document(self) -> str:
        """The beginning of the id."""
        return self.id.partition("-")[0]


class Test(NamedTuple):
    """A test function, by its file (beneath tests/) and its name."""

    file: str
    name: str


class MarkerError(Exception):
    """A marker that cannot be read, or belongs to no test."""


Marked: TypeAlias = Mapping[str, list[Test]]


def requirements(file: Path = REQUIREMENTS) -> list[Requirement]:
    """The rows of *file*, in their order."""
    with open(file, encoding="utf-8", newline="") as stream:
        return [Requirement(**row) for row in csv.DictReader(stream)]


def marked(marker: str, folder: Path = TESTS) -> dict[str, list[Test]]:
    """{id: tests} of all ``pytest.mark.<marker>(id, …)`` in the test files beneath *folder*, in the files' order."""
    found: dict[str, list[Test]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        name = path.relative_to(folder).as_posix()
        try:
            for test, identifier in _marks(_parsed(path), marker):
                tests = found.setdefault(identifier, [])
                if Test(name, test) not in tests:
                    tests.append(Test(name, test))
        except MarkerError as error:
            raise MarkerError(f"{name}:{error}") from None
    return found


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _marks(module: ast.Module, marker: str) -> Iterator[tuple[str, str]]:
    """(test, id) of a test file: marks of functions, of their classes and module, and of parameters."""
    constants = {
        target.id: statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    seen: set[ast.Call] = set()
    for name, owners in _tests(module.body, "", _module_marks(module.body)):
        for call in _calls(owners, marker, constants):
            seen.add(call)
            for argument in call.args:
                if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                    raise MarkerError(f"{call.lineno}: {marker} of {name}: {ast.unparse(argument)} is no literal text")
                yield name, argument.value
    for node in ast.walk(module):
        if _is_mark(node, marker) and node not in seen:
            raise MarkerError(f"{getattr(node, 'lineno', 0)}: {marker} of no test")


def _tests(body: Iterable[ast.stmt], prefix: str, marks: list[ast.expr]) -> Iterator[tuple[str, list[ast.expr]]]:
    """(name, expressions in which its marks stand) of each test function in *body*."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            own = [*marks, *statement.decorator_list, *_module_marks(statement.body)]
            yield from _tests(statement.body, f"{prefix}{statement.name}::", own)
        elif isinstance(statement, ast.FunctionDef) and statement.name.startswith("test"):
            yield prefix + statement.name, [*marks, *statement.decorator_list]


def _module_marks(body: Iterable[ast.stmt]) -> list[ast.expr]:
    """What ``pytestmark`` is set to."""
    return [
        statement.value
        for statement in body
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets)
    ]


def _calls(owners: Iterable[ast.expr], marker: str, constants: Mapping[str, ast.expr]) -> Iterator[ast.Call]:
    """The marks in *owners*, and in the constants that they name, such as lists of parameters."""
    left, met = list(owners), set()
    while left:
        for node in ast.walk(left.pop(0)):
            if isinstance(node, ast.Call) and _is_mark(node, marker):
                yield node
            elif isinstance(node, ast.Name) and node.id in constants and node.id not in met:
                met.add(node.id)
                left.append(constants[node.id])


def _is_mark(node: ast.AST, marker: str) -> bool:
    """Whether *node* is ``pytest.mark.<marker>(…)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != marker:
        return False
    return ast.unparse(node.func.value) == "pytest.mark"


def applies(row: Requirement) -> bool:
    """Whether *row* must have a test: all but what the caller has to do."""
    return row.who != "C"


def complaints(rows: Iterable[Requirement], tests: Marked) -> list[str]:
    """What is wrong with *rows* and the markers, a line each."""
    rows = list(rows)
    known = {row.id for row in rows}
    found = [
        f"{test.file}::{test.name}: no requirement {each}"
        for each in tests
        if each not in known
        for test in tests[each]
    ]
    for row in rows:
        if applies(row) and row.id not in tests:
            found.append(f"{row.id} ({row.title}): no test")
        if row.who == "C" and not row.api:
            found.append(f"{row.id} ({row.title}): the caller's, but no part of the API is named")
    return found


def page(rows: Iterable[Requirement], tests: Marked) -> str:
    """The text of docs/conformance.md."""
    rows = list(rows)
    parts = [HEAD, *_summary(rows, tests), FOOTNOTE]
    for document, (name, what) in DOCUMENTS.items():
        parts.append(f"## {name}: {what}\n")
        parts.append("| id | source | level | asks for | shown by |\n|---|---|---|---|---|")
        parts += [_line(row, tests) for row in rows if row.document == document]
        parts.append("")
    return "\n".join(parts)


def _summary(rows: list[Requirement], tests: Marked) -> Iterator[str]:
    yield "| document | rows | applicable | with tests | the caller's |\n|---|---|---|---|---|"
    total = [0] * 4
    for document, (name, what) in DOCUMENTS.items():
        own = [row for row in rows if row.document == document]
        due = [row for row in own if applies(row)]
        counts = [len(own), len(due), sum(row.id in tests for row in due), len(own) - len(due)]
        total = [sum(pair) for pair in zip(total, counts, strict=True)]
        yield f"| {name}, {what} | {' | '.join(map(str, counts))} |"
    yield f"| all | {' | '.join(map(str, total))} |\n"
    name = DOCUMENTS[WEIGHED][0]
    due = [row for row in rows if row.document == WEIGHED and "D" in row.who.split()]  # whoever else it is asked of
    shares = [f"{_share(keyword, due, tests)} of {keyword} and {keyword} NOT" for keyword in KEYWORDS]
    yield f"Of what {name} asks of a decoder, tests show {', '.join(shares)}.\n"


def _share(keyword: str, rows: list[Requirement], tests: Marked) -> str:
    weighed = [row for row in rows if keyword in {word.removesuffix(" NOT") for word in row.level.split(" / ")}]
    shown = sum(row.id in tests for row in weighed)
    return f"{100 * shown // len(weighed)} % ({shown} of {len(weighed)})" if weighed else "none (0 of 0)"


def _line(row: Requirement, tests: Marked) -> str:
    named = tests.get(row.id, [])
    shown = [row.api] if row.api else []
    shown += [f"[`{test.file}::{test.name}`](../tests/{test.file})" for test in named[:LISTED]]
    text = "<br>".join(shown) or "**nothing**"
    if len(named) > LISTED:
        text += f"<br>and {len(named) - LISTED} more"
    return f"| {row.id} | {_source(row.source)} | {row.level} | {row.title} | {text} |"


def _source(source: str) -> str:
    """*source* with a link to its first section, where it is an RFC."""
    place = re.match(r"RFC (\d+) (?:§([\d.]*\d)|appendix ([A-Z]))", source)
    if place is None:
        return source
    section = f"section-{place[2]}" if place[2] else f"appendix-{place[3]}"
    return f"[{source}](https://www.rfc-editor.org/rfc/rfc{place[1]}#{section})"


def main(arguments: Iterable[str] | None = None) -> int:
    """Exit status: 0, or 1 when something is wrong with the markers or (``--check``) the page differs."""
    parser = argparse.ArgumentParser(description="Write docs/conformance.md from the markers of the tests.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page differs")
    options = parser.parse_args(None if arguments is None else list(arguments))
    try:
        rows, tests = requirements(), marked("conformance")
    except MarkerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    wrong = complaints(rows, tests)
    text = page(rows, tests)
    if not options.check:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        wrong.append(f"{PAGE.name} differs from what docs/conformance.py writes")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
