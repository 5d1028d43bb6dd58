"""README and docs tell the truth: every block runs and prints what is shown, links lead somewhere, commands exist."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from netflowparse import Decoder
from netflowparse.registry import _enterprise, _iana
from netflowparse.wire.sflow.counter_records import COUNTER_RECORDS
from netflowparse.wire.sflow.flow_records import FLOW_RECORDS
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS, ROOT
from tests.pages import ELSEWHERE, bare_commands, blocks, check_commands, functions, matches, run_example
from tests.tally import rows_of

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: pages that stand beside what they are about: their files and links are looked at
BESIDE = [ROOT / folder / "README.md" for folder in ("tests", "iana", "fuzz", "benchmarks")]
COLLECTORS = set().union(*(functions(path.read_text()) for path in (ROOT / "docs" / "collectors").glob("*.py")))
#: what is none of these nobody runs, so it may not be there; "" is a drawing
LANGUAGES = {"python", "console", "sh", "json", "", "{toctree}", "{eval-rst}"}

FOLDERS = ("tests", "docs", "iana", "netflowparse", "benchmarks")
PARTS = [path.name for path in (ROOT / "netflowparse").iterdir() if (path / "__init__.py").exists()]
OF_PARTS = [ROOT / "docs" / name for name in ("adding.md", "architecture.md", "contributing.md")]

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
each_file = pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=lambda page: str(page.relative_to(ROOT)))
Names = dict[str, Any]


@contextmanager
def a_socket_that_ends(names: Names) -> Iterator[None]:
    """A loop on a socket: it gets a recording, and is interrupted when there is no more."""
    datagrams = [("192.0.2.1", octets) for octets in read_datagrams(RECORDINGS / "softflowd-ipfix.pcap")]
    printed: list[str] = []

    class Socket:
        def __init__(self, *kind: int) -> None:
            self.left = iter(datagrams)

        def bind(self, address: tuple[str, int]) -> None:
            assert address == ("0.0.0.0", 2055)

        def recvfrom(self, size: int) -> tuple[bytes, tuple[str, int]]:
            for address, octets in self.left:
                return octets, (address, 50000)
            raise KeyboardInterrupt

    names["print"] = lambda *words, **_: printed.append(*words)
    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):  # as a person ends it
        patch.setattr(socket, "socket", Socket)
        yield
    assert [json.loads(line)["octetDeltaCount"] for line in printed[:2]] == [195, 1407]
    assert len(printed) == 39


@contextmanager
def an_ipfix_file(names: Names) -> Iterator[None]:
    """A file of RFC 5655, and somebody who takes its messages."""
    got: list[Any] = []
    names.update(path=RECORDINGS / "python-ipfix.ipfix", handle=got.append)
    yield
    assert len(got) > 1
    assert all(message["protocol"] == "ipfix" and not message["problems"] for message in got)


@contextmanager
def a_restart(names: Names) -> Iterator[None]:
    """A message of an exporter that has started again."""
    decoder = Decoder()
    for octets in read_datagrams(RECORDINGS / "softflowd-netflow9.pcap"):
        names.update(decoder=decoder, message=decoder.decode(octets, "192.0.2.9"))
    names["message"]["sequence"]["event"] = "restart"
    yield
    assert decoder.templates() == []


@contextmanager
def datagrams_out_of_order(names: Names) -> Iterator[None]:
    """A recording backwards, and somebody who takes its flows."""
    got: list[Any] = []
    names.update(datagrams=read_datagrams(RECORDINGS / "softflowd-netflow9.pcap")[::-1], store=got.extend)
    yield
    assert len(got) == 39


#: what programs of pages take as given: by page and by a text that is in them
GIVEN: dict[tuple[str, str], Callable[[Names], AbstractContextManager[None]]] = {
    ("embedding.md", "receiver.recvfrom"): a_socket_that_ends,
    ("streams.md", "for message in stream.close():"): an_ipfix_file,
    ("templates-and-state.md", '["event"] == "restart"'): a_restart,
    ("templates-and-state.md", "Decoder(history=True)"): datagrams_out_of_order,
}


@each_page
def test_python_blocks_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: Names = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language != "python" or not block.can_run:
            continue
        if block.is_example:
            run_example(block, names)
            continue
        given = [make for (name, part), make in GIVEN.items() if name == page.name and part in block.text]
        if page.name == "embedding.md" and not given:
            shown = functions(block.text)
            assert shown, f"line {block.line}: neither a function nor run"
            assert shown <= COLLECTORS, f"line {block.line}: not as in the collectors, which tests/collectors runs"
            continue
        program = compile(block.text, f"{page.name}:{block.line}", "exec")
        if given:
            own_names = {**names}
            with given[0](own_names):
                exec(program, own_names)
        else:
            exec(program, names)


@each_page
def test_commands_print_what_is_shown(page: Path) -> None:
    for block in blocks(page):
        if block.language == "console":
            check_commands(block)


@each_page
def test_no_block_is_left_out(page: Path) -> None:
    text = page.read_text()
    assert {block.language for block in blocks(page)} <= LANGUAGES
    fenced = "".join(block.text for block in blocks(page))
    assert len(re.findall(r"^\s*>>> ", text, re.MULTILINE)) == len(re.findall(r"^\s*>>> ", fenced, re.MULTILINE))
    for block in blocks(page):
        if block.language == "json":
            json.loads(block.text)


@each_page
def test_bare_commands_exist(page: Path) -> None:
    for command in bare_commands(page):
        if command.startswith("python ") and not command.startswith(ELSEWHERE):
            words = command.split()
            there = importlib.util.find_spec(words[2]) if words[1] == "-m" else (ROOT / words[1]).exists()
            assert there, command


@each_file
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = re.findall(
        r"^```\{toctree\}\n(.*?)^```$", (ROOT / "docs" / "index.md").read_text(), re.MULTILINE | re.DOTALL
    )
    names = [line for part in listed for line in part.splitlines() if line and not line.startswith(":")]
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("*.ipynb")]
    assert sorted(names) == sorted(page.stem for page in pages if page.stem != "index")


@each_file
def test_files_that_are_named_are_there(page: Path) -> None:
    text = page.read_text()
    for path in re.findall(rf"\b(?:{'|'.join(FOLDERS)})/[\w/.*-]*\w", text):
        assert any(ROOT.glob(path)), path
    if page in OF_PARTS:  # these name modules by their place in the package
        for path in re.findall(rf"`((?:{'|'.join(PARTS)})/[\w/]+\.py)`", text):
            assert (ROOT / "netflowparse" / path).exists(), path


def test_numbers_on_pages_are_those_of_the_tables() -> None:
    vendors = _enterprise.elements()
    structures = [len(FLOW_RECORDS), len(COUNTER_RECORDS)]
    for page, words, counts in (
        ("README.md", "({} of flows, {} of counters)", structures),
        ("docs/sflow.md", "{} of flows and {} of counters", structures),
        ("README.md", "IANA's {} and their reverse", [len(_iana.ELEMENTS)]),
        ("README.md", "about {} of {} enterprises", [round(sum(map(len, vendors.values())), -2), len(vendors)]),
        ("README.md", "[{} bad inputs]", [len(rows_of("faults.csv"))]),
        ("README.md", "[{} requirements]", [len(rows_of("conformance.csv"))]),
        ("iana/README.md", "highest element {};", [max(_iana.ELEMENTS)]),
    ):
        assert words.format(*counts) in " ".join((ROOT / page).read_text().split()), (page, words)


def test_readme_has_the_speeds_of_the_page_about_performance() -> None:
    told = _rows_of_numbers((ROOT / "README.md").read_text(), "thousand flows a second", "times as fast as ")
    page = (ROOT / "docs" / "performance.md").read_text()
    (own,) = _rows_of_numbers(page, "k records/s")
    (interpreted,) = _rows_of_numbers(page, "Construct, interpreted")
    others = _rows_of_numbers(page, "`net", "`pysflow")
    slowest_ratio = [min((row[place] for row in others if row[place]), key=float) for place in range(len(own))]
    assert told == [own, slowest_ratio, interpreted]


def _rows_of_numbers(page: str, *begins: str) -> list[list[str]]:
    """What stands in a table's rows that begin so, without intervals; "" where there is no number."""
    rows = [
        line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith(tuple(f"| {b}" for b in begins))
    ]
    return [["".join(re.findall(r"^[\d.]+", cell)) for cell in row[1:]] for row in rows]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a…c\n", "abbc\n", True),
        ("a…c\n", "ab\nc\n", False),
        ("a\n…\n", "a\nb\nc\n", True),
        ("…\nc\n", "a\nb\nc\n", True),
        ("a\n", "a\nb\n", False),
        ("", "Traceback\n", False),
    ],
)
def test_what_is_left_out_is_all_that_may_differ(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) is same
