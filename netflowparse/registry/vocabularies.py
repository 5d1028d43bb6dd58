"""The generated names of other collectors: for each table its rows, and both ways through it.

A table is of a vocabulary, and of a protocol where the vocabulary differs by that; none is read before it is wanted.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ._names import TABLES

__all__ = ["TABLES", "Name", "Table", "table"]

# The ways back from a name to a key.
ONE_TO_ONE, SHARED, IPV4, IPV6, SYNONYM = "=", "", "4", "6", "<"


class Name(NamedTuple):
    """The name of a key in one vocabulary."""

    key: str
    name: str
    way: str
    note: str


class Table(NamedTuple):
    """The names of one vocabulary, and of one protocol where they differ."""

    rows: tuple[Name, ...]  # without synonyms
    names: dict[str, str]  # by key; of keys with one name, that which has it first
    keys: dict[str, str]  # by name; synonyms behind the others
    families: dict[str, str]  # {name that an IPv4 and an IPv6 address have: key of the latter}
    branches: frozenset[str]  # of names with dots: all that stands before one, "source" and "source.nat"


@cache
def table(name: str) -> Table:
    """The table of that name in TABLES."""
    found = []
    for line in TABLES[name].splitlines():
        key, text, way, note = line.split("|")
        found.append(Name(key, text or key, way, note))
    rows = tuple(row for row in found if row.way != SYNONYM)
    keys = {row.name: row.key for row in rows if row.name == row.key}
    for row in found:
        keys.setdefault(row.name, row.key)
    families = {row.name: row.key for row in rows if row.way == IPV6}
    branches = {row.name[:end] for row in rows for end, letter in enumerate(row.name) if letter == "."}
    return Table(rows, {row.key: row.name for row in rows}, keys, families, frozenset(branches))
