"""What each element is called in flows: keys of vendors' elements and of NetFlow v9 field types, all different.

The facts come checked, row by row, from facts.py; here they are compared with each other.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from facts import (
    Element,
    Row,
    Vocabulary,
    iana_elements,
    read,
    unique,
    vendor_elements,
    vocabulary,
)

# Keys of a flow or options dict that are no elements.  This and the two functions on names below are written again in
# netflowparse/registry, which we do not import: it needs what we write.  tests/registry compares them.
RESERVED_WORDS = ("scope", "resolved", "tunnel", "inner", "outer", "truncated", "report", "mib_objects")


class Bare(NamedTuple):
    """A NetFlow v9 field type that is no element anywhere else; *enterprise* 0 where no vendor is known."""

    row: Row
    field_type: int
    name: str
    type: str
    enterprise: int


class Facts(NamedTuple):
    """Everything that the modules are written from."""

    words: Vocabulary
    iana: list[Element]
    vendors: list[Element]
    organisations: dict[int, str]
    netflow9: dict[int, tuple[int, int]]
    bare: list[Bare]
    vendor_keys: dict[tuple[int, int], str]
    bare_keys: dict[int, str]


def collect(folder: Path) -> Facts:
    """The checked contents of *folder*."""
    words = vocabulary(folder)
    iana = iana_elements(folder, words)
    pens = unique(read(folder, "pen.csv", "pen", "organisation"), "pen")
    organisations = {row.number("pen"): row["organisation"] for row in pens}
    vendors = vendor_elements(folder, words, organisations)
    netflow9, bare = netflow9_fields(folder, words, iana, vendors)
    return Facts(words, iana, vendors, organisations, netflow9, bare, *keys(iana, vendors, bare))


def netflow9_fields(
    folder: Path, words: Vocabulary, iana: list[Element], vendors: list[Element]
) -> tuple[dict[int, tuple[int, int]], list[Bare]]:
    """({field type: (enterprise, id)} where that is more than the same IANA number, the bare field types)."""
    names = {(element.enterprise, element.id): element.name for element in (*iana, *vendors)}
    mapped: dict[int, tuple[int, int]] = {}
    bare: list[Bare] = []
    headings = ("field_type", "name", "data_type", "iana_element_id", "iana_name", "pen", "pen_element_id")
    for row in unique(read(folder, "netflow-v9/field-types.csv", *headings), "field_type"):
        field_type = row.number("field_type")
        if row["iana_element_id"]:
            identity = (0, row.number("iana_element_id"))
            if names.get(identity) != row["iana_name"]:
                raise row.error(f"element {identity[1]} is {names.get(identity)!r} at IANA, not {row['iana_name']!r}")
        elif row["pen_element_id"]:
            identity = (row.number("pen"), row.number("pen_element_id"))
            if identity not in names:
                raise row.error(f"element {identity[1]} of enterprise {identity[0]} is in no vendor file")
        else:
            if row["data_type"] or row["pen"]:
                bare.append(_bare(row, words))
            continue
        if identity != (0, field_type):
            mapped[field_type] = identity
    return dict(sorted(mapped.items())), sorted(bare, key=lambda element: element.field_type)


def _bare(row: Row, words: Vocabulary) -> Bare:
    if row["data_type"] not in ("", *words.types.values()):
        raise row.error(f"unknown data type {row['data_type']!r}")
    enterprise = row.number("pen") if row["pen"] else 0
    return Bare(row, row.number("field_type"), row["name"], row["data_type"] or "octetArray", enterprise)


def reverse_name(name: str) -> str:
    """The name of the reverse element.  RFC 5103 §6.1."""
    return "reverse" + name[:1].upper() + name[1:]


def is_generic(name: str) -> bool:
    """Whether a name looks like a key that is made of numbers, such as ``ie1`` and ``pen9_ie1``."""
    return re.match(r"(ie|scope)[0-9]+\Z|pen[0-9]+_", name) is not None


def keys(
    iana: list[Element], vendors: list[Element], bare: list[Bare]
) -> tuple[dict[tuple[int, int], str], dict[int, str]]:
    """Keys of the vendors' elements and of the bare field types: the name, or ``pen<PEN>_<name>`` where it is shared.

    IANA's names, and the reverse names that RFC 5103 makes of them, are keys in any case.
    """
    taken = {name: element.row for element in iana for name in (element.name, reverse_name(element.name))}
    holders = Counter((*taken, *(element.name for element in vendors), *(element.name for element in bare)))
    vendor_keys: dict[tuple[int, int], str] = {}
    bare_keys: dict[int, str] = {}
    for element in vendors:
        key = element.name
        if not key:
            key = f"pen{element.enterprise}_ie{element.id}"
        elif holders[key] > 1:
            key = f"pen{element.enterprise}_{key}"
        _claim(taken, key, element.name, element.row)
        vendor_keys[element.enterprise, element.id] = key
    for field in bare:
        key = f"pen{field.enterprise}_{field.name}" if holders[field.name] > 1 and field.enterprise else field.name
        _claim(taken, key, field.name, field.row)
        bare_keys[field.field_type] = key
    return vendor_keys, bare_keys


def _claim(taken: dict[str, Row], key: str, name: str, row: Row) -> None:
    if key in taken:
        raise row.error(f"key {key!r} is also that of {taken[key].file}, line {taken[key].line}")
    if name in RESERVED_WORDS or is_generic(name):
        raise row.error(f"name {name!r} is kept for something else")
    taken[key] = row
