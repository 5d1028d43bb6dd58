"""docs/command-line.md shows what the command prints, and leaves out no option and no exit code."""

import contextlib
import io
import re
import shlex
from itertools import islice

import pytest

from netflowparse.cli import main
from netflowparse.cli.arguments import build_parser
from netflowparse.cli.selection import USUAL
from netflowparse.cli.status import Status
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "command-line.md"
BLOCK = re.compile(r"^```console\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
PROMPT = "$ "
CALL = "python -m netflowparse "


def shown(commands):
    """Return what a terminal shows of *commands*: calls, behind a pipe perhaps head and tail, and ``echo $?``."""
    lines = []
    code = 0
    for command in commands:
        lines.append(PROMPT + command)
        if command == "echo $?":
            lines.append(str(int(code)))
            continue
        call, *filters = command.split(" | ")
        assert call.startswith(CALL)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(shlex.split(call.removeprefix(CALL)))
            except SystemExit as left:
                code = left.code
        found = out.getvalue().splitlines()
        for each in filters:
            kind, count = re.fullmatch(r"(head|tail) -n (\d+)", each).groups()
            found = list(islice(found, int(count))) if kind == "head" else found[-int(count) :]
        lines += found + err.getvalue().splitlines()
    return "".join(line + "\n" for line in lines)


@pytest.mark.parametrize("block", BLOCK.findall(PAGE.read_text(encoding="utf-8")), ids=lambda text: text[2:60])
def test_commands_print_what_the_page_shows(block, monkeypatch):
    monkeypatch.chdir(ROOT)
    commands = [line.removeprefix(PROMPT) for line in block.splitlines() if line.startswith(PROMPT)]
    assert shown(commands) == block


def test_the_page_has_every_option_and_exit_code():
    text = PAGE.read_text(encoding="utf-8")
    options = {action.option_strings[-1] for action in build_parser()._actions if action.option_strings}
    assert {option for option in options if f"`{option}" not in text} == set()
    codes = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)
    assert [int(code) for code in codes] == list(Status)


def test_the_page_has_the_usual_columns():
    (listed,) = re.findall(r"usual columns of flows: (.*?)\.\s", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert tuple(re.findall(r"`([^`]+)`", listed)) == USUAL
