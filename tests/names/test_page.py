"""docs/names.md lists the names, and says what renaming cannot do."""

from __future__ import annotations

import re
import runpy

import pytest

from tests.conftest import ROOT

from .by_hand import NOTES, PORTS, holders

PAGE = ROOT / "docs" / "names.md"


def test_the_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    tool = runpy.run_path(str(ROOT / "docs" / "names.py"))
    assert (tool["main"](["--check"]), capsys.readouterr().err) == (0, "")


def page_rows(heading: str) -> dict[str, tuple[list[str], str]]:
    """{name: (keys, notes)} of the first table under a heading."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0].split("\nLeft out,")[0]
    found = re.findall(r"^\| `([^`]+)` \| ((?:`[^`]+` ?)+) \| (.*) \|$", section, re.MULTILINE)
    return {name: (re.findall("`([^`]+)`", keys), note) for name, keys, note in found}


@pytest.mark.parametrize(
    ("vocabulary", "protocol", "heading"),
    [
        ("cisco", None, "Cisco's NetFlow v9 names"),
        ("ecs", None, "Elastic Common Schema"),
        ("goflow2", None, "goflow2's flow message"),
        ("logstash", "netflow5", "Logstash, version 5"),
        ("logstash", "netflow9", "Logstash, NetFlow v9"),
        ("logstash", "ipfix", "Logstash, IPFIX"),
    ],
)
def test_the_page_has_every_name(vocabulary: str, protocol: str | None, heading: str) -> None:
    """But for names that are the keys themselves; many that differ in a number are one row."""
    listed = page_rows(heading)
    expected = {}
    for name, keys in holders(vocabulary, protocol).items():
        note = NOTES[vocabulary].get(name, "")
        series = re.sub("[0-9]+$", "<N>", name)
        if series != name and series in listed and not note:
            assert listed[series] == ([re.sub("[0-9]+$", "<N>", keys[0])], listed[series][1])
            expected[series] = listed[series]
        elif note or keys != [name]:
            back = f"comes back as `{keys[0]}`" if vocabulary == "ecs" and name in PORTS else ""
            expected[name] = (sorted(keys, key=lambda key: key != name), "; ".join(filter(None, (note, back))))
    assert listed == expected


def test_the_page_speaks_of_what_renaming_cannot_do() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "[`nsel_rows`](flows.md#events-of-a-firewall)" in page
    assert "[flows.md](flows.md)" in page
    assert '`{"netflow": names.rename(flow, "logstash", protocol="netflow5")}`' in page
