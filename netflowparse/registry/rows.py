"""The definitions a caller hands to Registry.add, read and checked one by one.

Text, mappings and elements become elements without a key; whether they clash with others is the Registry's question.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ..errors import RegistryError, WrongType
from . import published
from .element import ELEMENT_ID_MAX, ENTERPRISE_MAX, Element, unnamed_key

NAME_LENGTH_MAX = 255
QUOTED_MAX = 200  # characters of column names in an error

# Column headings -> fields: those of IANA's own CSV, and those of iana/vendor/*.csv.
IANA_COLUMNS = {
    "id": "ElementID",
    "name": "Name",
    "type": "Abstract Data Type",
    "semantics": "Data Type Semantics",
    "units": "Units",
    "range": "Range",
    "status": "Status",
}
VENDOR_COLUMNS = {
    "enterprise": "pen",
    "id": "element_id",
    "name": "name",
    "type": "data_type",
    "semantics": "semantics",
    "units": "units",
    "range": "range",
    "status": "status",
}
# Names under which IANA's CSV lists numbers that are no elements.
PLACEHOLDERS = ("", "Reserved", "Unassigned", "Assigned for NetFlow v9 compatibility")


def read_rows(rows: object) -> Iterator[tuple[str, Element]]:
    """("row 3", checked element) of each definition in *rows*, see Registry.add; the elements' keys are empty.

    Rows of CSV text are counted by lines, the headings being row 1; others from 1.
    """
    if isinstance(rows, str):
        for line, cells in _csv_rows(rows):
            yield from _from_mapping(f"row {line}", cells)
        return
    if isinstance(rows, (bytes, bytearray, Mapping, Element)) or not isinstance(rows, Iterable):
        raise WrongType(f"rows is {type(rows).__name__}, expected CSV text, or a list of mappings or of Element")
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        if isinstance(row, Element):
            yield where, _checked(where, row._replace(key=""))
        elif isinstance(row, Mapping):
            yield from _from_mapping(where, row)
        else:
            raise WrongType(f"{where} is {type(row).__name__}, expected a mapping or an Element")


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        _check_columns("row 1", headings, "CSV text, not a file name, with ")
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                yield line, dict(zip(headings, (" ".join(cell.split()) for cell in cells), strict=False))
            line = reader.line_num + 1
    except csv.Error as error:
        raise RegistryError(f"row {reader.line_num}: not CSV text: {error}") from error


def _from_mapping(where: str, row: Mapping[str, Any]) -> Iterator[tuple[str, Element]]:
    """The element of one row; none for a row of IANA's that only says what is unassigned or reserved."""
    columns = _check_columns(where, row)
    cells = {field: _text(where, heading, row.get(heading)) for field, heading in columns.items()}
    if columns is IANA_COLUMNS and _is_placeholder(cells):
        return
    enterprise = _number(where, "enterprise", cells.get("enterprise", "0"))
    element_id = _number(where, "id", cells["id"])
    name, status, data_type = cells["name"], cells["status"] or "current", cells["type"]
    if columns is VENDOR_COLUMNS:
        if status == "unknown-name":
            name, status = unnamed_key(enterprise, element_id), "current"
        data_type = data_type or "octetArray"
    words = (cells["semantics"], cells["units"], cells["range"])
    yield where, _checked(where, Element(enterprise, element_id, name, "", data_type, *words, status))


def _check_columns(where: str, found: Collection[str], what: str = "") -> dict[str, str]:
    """The column of each field; RegistryError, which expects *what* with our columns, if one is not *found*."""
    columns = IANA_COLUMNS if IANA_COLUMNS["id"] in found else VENDOR_COLUMNS
    for field in ("enterprise", "id", "name", "type"):
        if columns.get(field, columns["id"]) not in found:
            names = ", ".join(map(str, found)) or "none"
            raise RegistryError(
                f"{where}: no column {columns[field]!r} among {names:.{QUOTED_MAX}}; expected {what}"
                f"the columns of IANA ({', '.join(IANA_COLUMNS.values())}) or {', '.join(VENDOR_COLUMNS.values())}"
            )
    return columns


def _is_placeholder(cells: Mapping[str, str]) -> bool:
    return not cells["type"] and (cells["name"] in PLACEHOLDERS or "-" in cells["id"])


def _text(where: str, heading: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return _shown(value)
    raise WrongType(f"{where}: {heading} is {type(value).__name__}, expected text")


def _number(where: str, field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise RegistryError(f"{where}: {field} is {text[:40]!r}, expected a number")
    return int(text)


def _shown(number: int) -> str:
    """Its digits, unless Python refuses to print that many."""
    return str(number) if number.bit_length() <= 64 else f"a number of {number.bit_length()} bits"


def _checked(where: str, element: Element) -> Element:
    _check_kinds(where, element)
    lowest = 0 if element.enterprise else 1  # four vendors publish an element 0; IANA reserves its own
    if not 0 <= element.enterprise <= ENTERPRISE_MAX:
        raise RegistryError(f"{where}: enterprise is {_shown(element.enterprise)}, expected 0 to {ENTERPRISE_MAX}")
    if not lowest <= element.id <= ELEMENT_ID_MAX:
        raise RegistryError(f"{where}: id is {_shown(element.id)}, expected {lowest} to {ELEMENT_ID_MAX}")
    if not (0 < len(element.name) <= NAME_LENGTH_MAX and element.name.isprintable()):
        raise RegistryError(
            f"{where}: name is {element.name[:40]!r} ({len(element.name)} characters), "
            f"expected 1 to {NAME_LENGTH_MAX} printable characters"
        )
    for word, field, known in (
        (element.type, "type", published.TYPES),
        (element.semantics, "semantics", published.SEMANTICS | {""}),
        (element.units, "units", published.UNITS | {""}),
        (element.status, "status", frozenset(("current", "deprecated"))),
    ):
        if word not in known:
            raise RegistryError(f"{where}: {field} is {word[:40]!r}, expected one of {', '.join(sorted(known - {''}))}")
    return element


def _check_kinds(where: str, element: Element) -> None:
    for field, value in element._asdict().items():
        kind = int if field in ("enterprise", "id") else str
        if not isinstance(value, kind):
            raise WrongType(f"{where}: {field} is {type(value).__name__}, expected {kind.__name__}")
