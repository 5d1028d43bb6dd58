"""The blocks of README and docs, and how each is run: examples with what they print, programs, commands."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

FENCED = re.compile(r"^```(?P<language>\S*)(?: needs=(?P<needs>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?<=\n\n)(?:    .*\n)+")
#: commands of pages that are not run here: they change the environment, or are this test; .ci/run has those that matter
ELSEWHERE = (
    *("git clone", "cd ", "python3 -m venv", ". ", "python -m pip install", "python -m pytest", "jupyter "),
    "python -m sphinx",
)
ANYTHING = "…"  # in what a command prints: left out here; as a line of its own any number of lines


@dataclass(frozen=True)
class Block:
    """A block of a page: where it is, what it is written in, and the module without which it is not run."""

    page: Path
    line: int
    language: str
    needs: str | None
    text: str

    @property
    def is_example(self) -> bool:
        """Whether it is a session with what it prints."""
        return self.text.startswith(">>> ")

    @property
    def can_run(self) -> bool:
        """Whether the module is here that it needs."""
        return self.needs is None or importlib.util.find_spec(self.needs) is not None


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text()
    for found in FENCED.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["language"], found["needs"], found["text"])


def run_example(block: Block, names: dict[str, Any]) -> None:
    """Run a session, and compare what it prints."""
    session = doctest.DocTestParser().get_doctest(block.text, names, block.page.name, str(block.page), block.line)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.FAIL_FAST)
    runner.run(session, out=said.append, clear_globs=False)
    names.update(session.globs)
    assert not said, "".join(said)


def functions(program: str) -> set[tuple[str, str]]:
    """The functions of a program, name and statements: without annotations, docstrings and comments."""
    found = set()
    for part in ast.walk(ast.parse(program)):
        if isinstance(part, ast.FunctionDef):
            body = part.body[1:] if ast.get_docstring(part) else part.body
            found.add((part.name, "\n".join(ast.unparse(statement) for statement in body)))
    return found


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what it is said to print; lines that go on are one command."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command = re.match(r"(?:.*\\\n)*.*\n", part)
        assert command is not None
        yield command[0].strip(), part[command.end() :]


def run_command(command: str, before: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command at the top of the repository by the Python of the tests; *before*: status of the one before it."""
    return subprocess.run(
        ["bash", "-c", f'python() {{ "{sys.executable}" "$@"; }}\n(exit {before})\n{command}'],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def check_commands(block: Block) -> None:
    """Run the commands of a console block, and compare what they print, stdout and stderr one after the other."""
    before = 0
    for command, shown in commands(block):
        if command.startswith(ELSEWHERE):
            assert not shown, f"{command}: is not run, so what it prints cannot be shown"
            continue
        done = run_command(command, before)
        before = done.returncode
        printed = (done.stdout + done.stderr, done.stderr + done.stdout)
        assert any(matches(shown, order) for order in printed), f"{block.page.name}: $ {command}\n{printed[0]}"


def matches(shown: str, printed: str) -> bool:
    """Whether a command printed what is shown, but for what is left out."""
    lines = ("(?:.*\n)*" if line == f"{ANYTHING}\n" else _pattern(line) for line in shown.splitlines(keepends=True))
    return re.fullmatch("".join(lines), printed) is not None


def _pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split(ANYTHING))


def bare_commands(page: Path) -> Iterator[str]:
    """Commands of a page that stand without what they print: indented, or in a block of the shell's language."""
    text = page.read_text()
    shell = [block.text for block in blocks(page) if block.language in ("sh", "bash")]
    for part in (*INDENTED.findall(FENCED.sub("", text)), *shell):
        for line in part.splitlines():
            yield from (command.strip() for command in re.split(r"&&|#.*", line) if command.strip())
