"""docs/command-line.md leaves out no option, no exit code and no column; what it shows is run by ``test_docs``."""

import re

from netflowparse.cli.arguments import build_parser
from netflowparse.cli.selection import USUAL
from netflowparse.cli.status import Status
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "command-line.md"


def test_the_page_has_every_option_and_exit_code():
    text = PAGE.read_text(encoding="utf-8")
    options = {action.option_strings[-1] for action in build_parser()._actions if action.option_strings}
    assert {option for option in options if f"`{option}" not in text} == set()
    codes = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)
    assert [int(code) for code in codes] == list(Status)


def test_the_page_has_the_usual_columns():
    (listed,) = re.findall(r"usual columns of flows: (.*?)\.\s", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert tuple(re.findall(r"`([^`]+)`", listed)) == USUAL
