"""Write docs/conformance.md: each requirement of tests/conformance.csv, and the tests whose markers name it.

    python docs/conformance.py            write the page
    python docs/conformance.py --check    write nothing; exit 1 if the page differs from what would be written

Both exit with 1 and say what is wrong if a marker names no requirement, a requirement that applies has no test, or one
that is the caller's does not say by which part of the API.  Tests are read, not run: markers have to be literal.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from markers import ROOT, TESTS, Marked, MarkerError, marked, shown_by, written

PAGE = ROOT / "docs" / "conformance.md"
REQUIREMENTS = TESTS / "conformance.csv"

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


def requirements(file: Path = REQUIREMENTS) -> list[Requirement]:
    """The rows of *file*, in their order."""
    with open(file, encoding="utf-8", newline="") as stream:
        return [Requirement(**row) for row in csv.DictReader(stream)]


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
    shown = [row.api] if row.api else []
    text = "<br>".join([*shown, *shown_by(tests.get(row.id, []))]) or "**nothing**"
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
    try:
        rows, tests = requirements(), marked("conformance")
    except MarkerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return written(PAGE, page(rows, tests), complaints(rows, tests), arguments)


if __name__ == "__main__":
    sys.exit(main())
