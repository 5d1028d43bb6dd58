"""The rows of the CSV files in this folder, read as their publishers write them, and the elements in them, checked.

Only reading: how a row becomes a key or a line of Python is generate.py's business.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

ELEMENTS = "ipfix-information-elements.csv"
DATA_TYPES = "ipfix/ipfix-information-element-data-types.csv"
SEMANTICS = "ipfix/ipfix-information-element-semantics.csv"
UNITS = "ipfix/ipfix-information-element-units.csv"
STRUCTURED_SEMANTICS = "ipfix/ipfix-structured-data-types-semantics.csv"

# Names under which IANA lists ids that are no elements.
PLACEHOLDERS = ("", "Reserved", "Unassigned", "Assigned for NetFlow v9 compatibility")


class FactError(Exception):
    """A row that must not go into the package; the text begins with its file and line."""


@dataclass(frozen=True)
class Row:
    """One row of a CSV file: its cells by heading, white space runs (and line breaks) made one blank."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, heading: str) -> str:
        return self.cells[heading]

    def error(self, text: str) -> FactError:
        """The error to raise for this row."""
        return FactError(f"{self.file}, line {self.line}: {text}")

    def numbers(self, heading: str) -> tuple[int, int]:
        """First and last of a cell such as ``7``, ``0x07``, ``65-69`` or ``0x06-0xFF``."""
        first, dash, last = self[heading].partition("-")
        try:
            low = number(first)
            high = number(last) if dash else low
        except ValueError:
            raise self.error(f"{heading} is {self[heading]!r}, expected a number or a range of numbers") from None
        if high < low:
            raise self.error(f"{heading} is {self[heading]!r}, a range that ends before it begins")
        return low, high

    def number(self, heading: str) -> int:
        """The one number in a cell."""
        low, high = self.numbers(heading)
        if low != high:
            raise self.error(f"{heading} is {self[heading]!r}, expected one number")
        return low


class Element(NamedTuple):
    """A named or typed element as a CSV row states it; ``name`` is empty for a vendor's unnamed one."""

    row: Row
    enterprise: int
    id: int
    name: str
    type: str
    semantics: str
    units: str
    range: str
    status: str


class Vocabulary(NamedTuple):
    """The words an element row may use: RFC 5610 codes by number."""

    types: dict[int, str]
    semantics: dict[int, str]
    units: dict[int, str]
    structured: dict[int, str]


def number(text: str) -> int:
    """The value of a decimal or ``0x`` number."""
    text = text.strip()
    return int(text, 16) if text[:2].lower() == "0x" else int(text, 10)


def read(folder: Path, file: str, *headings: str) -> list[Row]:
    """Rows of *file*, which has at least *headings*; other columns are kept and mean nothing."""
    try:
        with open(folder / file, encoding="utf-8-sig", newline="") as stream:
            return list(_rows(file, stream, headings))
    except OSError as error:
        raise FactError(f"{file}: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise FactError(f"{file}: not a CSV file in UTF-8: {error}") from None


def _rows(file: str, stream: Iterator[str], headings: tuple[str, ...]) -> Iterator[Row]:
    reader = csv.reader(stream, strict=True)
    columns = [_blank_runs(cell) for cell in next(reader, [])]
    for heading in headings:
        if heading not in columns:
            raise FactError(f"{file}: no column {heading!r}, found {', '.join(columns) or 'nothing'}")
    line = reader.line_num + 1
    for cells in reader:
        row = Row(file, line, dict(zip(columns, map(_blank_runs, cells), strict=False)))
        line = reader.line_num + 1
        if not cells:
            continue
        if len(cells) != len(columns):
            raise row.error(f"{len(cells)} cells, expected {len(columns)}")
        yield row


def _blank_runs(cell: str) -> str:
    return " ".join(cell.split())


def unique(rows: list[Row], *headings: str) -> list[Row]:
    """*rows*, after making sure that no two hold the same cells under *headings*."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row[heading] for heading in headings)
        if key in seen:
            raise row.error(f"{', '.join(key)} is also on line {seen[key]}")
        seen[key] = row.line
    return rows


def codes(folder: Path, file: str, label: Callable[[Row], str], value: str = "Value") -> dict[int, str]:
    """Assigned codes of a sub-registry: value -> label.  Ranges and unassigned values name nothing."""
    found: dict[int, str] = {}
    for row in read(folder, file, value):
        low, high = row.numbers(value)
        text = label(row)
        if low != high or text.startswith("Unassigned"):
            continue
        if low in found:
            raise row.error(f"duplicate {value} {low}")
        if not text.isprintable() or not text:
            raise row.error(f"{value} {low} has no label")
        found[low] = text
    return found


def first_filled(*headings: str) -> Callable[[Row], str]:
    """A label: the first of these columns that the table has and the row fills, else its description's head."""

    def label(row: Row) -> str:
        for heading in headings:
            if row.cells.get(heading):
                return row[heading]
        return row.cells.get("Description", "").split(":", 1)[0].rstrip(".").strip()

    return label


def vocabulary(folder: Path) -> Vocabulary:
    """The registered data types, semantics, units and list semantics."""
    name = first_filled("Name")
    return Vocabulary(*(codes(folder, file, name) for file in (DATA_TYPES, SEMANTICS, UNITS, STRUCTURED_SEMANTICS)))


def iana_elements(folder: Path, words: Vocabulary) -> list[Element]:
    """The named elements of IANA's registry, by id."""
    headings = ("ElementID", "Name", "Abstract Data Type", "Data Type Semantics", "Status", "Units", "Range")
    found: dict[str, Element] = {}
    ranges: list[tuple[int, int, int]] = []
    for row in read(folder, ELEMENTS, *headings):
        low, high = row.numbers("ElementID")
        if high > 0x7FFF:
            raise row.error(f"id {high}, expected at most 32767")
        ranges.append((low, high, row.line))
        name, data_type = row["Name"], row["Abstract Data Type"]
        if low != high or (name in PLACEHOLDERS and not data_type):
            continue
        words_used = (row["Data Type Semantics"], row["Units"], row["Range"], row["Status"])
        same = name[:1].lower() + name[1:]  # the reverse element's name hides the case of the first letter
        if same in found:
            raise row.error(f"id {low}: name {name} is also on line {found[same].row.line}")
        found[same] = _checked(Element(row, 0, low, name, data_type, *words_used), words)
    ranges.sort()
    for (_, end, line), (low, _, other) in pairwise(ranges):
        if low <= end:
            raise FactError(f"{ELEMENTS}, line {max(line, other)}: duplicate id {low}, also on line {min(line, other)}")
    return sorted(found.values(), key=lambda element: element.id)


def vendor_elements(folder: Path, words: Vocabulary, enterprises: Container[int]) -> list[Element]:
    """The enterprise elements of ``vendor/<PEN>-<slug>.csv``, by enterprise and id."""
    headings = ("pen", "element_id", "name", "data_type", "semantics", "units", "status")
    found: dict[tuple[int, int], Element] = {}
    for path in sorted((folder / "vendor").glob("*.csv")):
        for row in read(folder, f"vendor/{path.name}", *headings):
            element = _vendor_element(row, words)
            if str(element.enterprise) != path.name.partition("-")[0] or element.enterprise not in enterprises:
                raise row.error(f"pen {element.enterprise}, expected the one of the file name, listed in pen.csv")
            if (element.enterprise, element.id) in found:
                raise row.error(f"duplicate id {element.id} of enterprise {element.enterprise}")
            found[element.enterprise, element.id] = element
    return [found[identity] for identity in sorted(found)]


def _vendor_element(row: Row, words: Vocabulary) -> Element:
    name = "" if row["status"] == "unknown-name" else row["name"]
    status = "current" if row["status"] == "unknown-name" else row["status"]
    numbers = (row.number("pen"), row.number("element_id"))
    element = Element(row, *numbers, name, row["data_type"], row["semantics"], row["units"], "", status)
    if not 0 <= element.id <= 0x7FFF:
        raise row.error(f"id {element.id}, expected at most 32767")
    return _checked(element, words)


def _checked(element: Element, words: Vocabulary) -> Element:
    """*element*, whose words are all registered ones.  A vendor may leave name and type open, IANA may not."""
    row, iana = element.row, element.enterprise == 0
    if (iana and not element.name) or not element.name.isprintable():
        raise row.error(f"id {element.id}: name {element.name!r}, expected printable text")
    for word, kind, known in (
        (element.type, "data type", words.types),
        (element.semantics, "semantics", words.semantics),
        (element.units, "unit", words.units),
    ):
        if word not in known.values() and (word or (iana and kind == "data type")):
            raise row.error(f"id {element.id}: unknown {kind} {word!r}, expected one of {', '.join(known.values())}")
    if element.status not in ("current", "deprecated"):
        raise row.error(f"id {element.id}: unknown status {element.status!r}, expected current or deprecated")
    return element
