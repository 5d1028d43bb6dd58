"""Which tests carry which ids, and pages of that: tests are read, not run, so markers have to be literal."""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
LISTED = 3  # tests that are named of an id; further ones are counted


class MarkedTest(NamedTuple):
    """A test function, by its file (beneath tests/) and its name."""

    file: str
    name: str


class MarkerError(Exception):
    """A marker that cannot be read, or belongs to no test."""


Marked: TypeAlias = Mapping[str, list[MarkedTest]]


def marked(marker: str, folder: Path = TESTS) -> dict[str, list[MarkedTest]]:
    """{id: tests} of all ``pytest.mark.<marker>(id, …)`` in the test files beneath *folder*, in the files' order."""
    found: dict[str, list[MarkedTest]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        name = path.relative_to(folder).as_posix()
        try:
            for test, identifier in _marks(_parsed(path), marker):
                tests = found.setdefault(identifier, [])
                if MarkedTest(name, test) not in tests:
                    tests.append(MarkedTest(name, test))
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


def shown_by(tests: list[MarkedTest]) -> list[str]:
    """Links to the first *tests* of an id, and how many more there are."""
    links = [f"[`{test.file}::{test.name}`](../tests/{test.file})" for test in tests[:LISTED]]
    return links + ([f"and {len(tests) - LISTED} more"] if len(tests) > LISTED else [])


def written(page: Path, text: str, wrong: list[str], arguments: Iterable[str] | None) -> int:
    """Write *page*, or with ``--check`` compare it; exit status: 0, or 1 where something is *wrong* or it differs."""
    parser = argparse.ArgumentParser(description=f"Write docs/{page.name} from the markers of the tests.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page differs")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if not options.check:
        page.write_text(text, encoding="utf-8", newline="\n")
    elif not page.exists() or page.read_text(encoding="utf-8") != text:
        wrong = [*wrong, f"{page.name} differs from what docs/{page.stem}.py writes"]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0
