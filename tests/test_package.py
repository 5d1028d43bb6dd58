"""What is released says the same of itself everywhere: version, changelog, metadata."""

from __future__ import annotations

import re
import tomllib

import pytest

import netflowparse
from tests.conftest import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)["project"]


def test_the_changelog_has_the_version() -> None:
    """What comes next stands first; then the releases, the newest first, each with its day."""
    headings = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    assert headings[0] == "Unreleased"
    versions = [re.fullmatch(r"(\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)", heading) for heading in headings[1:]]
    assert all(versions)
    released = [tuple(map(int, found[1].split("."))) for found in versions if found]
    assert released == sorted(released, reverse=True)
    assert netflowparse.__version__ == ".".join(map(str, released[0]))


def test_links_of_the_changelog_lead_somewhere() -> None:
    for target in re.findall(r"\]\(((?!http)[^)#]+)", CHANGELOG):
        assert (ROOT / target).exists(), target


def test_versions_of_python() -> None:
    """Classifiers and the oldest version that installs it agree; nothing is stated that is not known."""
    named = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert PROJECT["requires-python"] == f">={named[0]}"
    assert "urls" not in PROJECT


@pytest.mark.parametrize("line", re.findall(r"^(\w+ = \[.*[<>=]=.*\])$", TEXT, re.MULTILINE))
def test_bounds_have_their_reasons(line: str) -> None:
    """A line of comment stands before each list of dependencies that has bounds."""
    lines = TEXT.splitlines()
    assert lines[lines.index(line) - 1].startswith("# ")
