"""The generated names of other collectors: for each table its rows, and both ways through it.

A table is of a vocabulary, and of a protocol where the vocabulary differs by that; none is read before it is wanted.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, TypedDict

from ._names import TABLES

__all__ = ["TABLES", "Name", "NameRow", "Table", "table"]

# The ways back from a name to a key. Where keys share a name there is none, but by the family of addresses or to the
# first, where the others are kinds of it.
ONE_TO_ONE, SHARED, FIRST, IPV4, IPV6, SYNONYM = "=", "", "1", "4", "6", "<"


class Name(NamedTuple):
    """The name of a key in one vocabulary."""

    key: str
    name: str
    way: str
    note: str


class NameRow(TypedDict):
    """The name of a key as ``netflowparse.names.table`` tells it to people."""

    key: str
    name: str
    one_to_one: bool  # whether no other key has the name
    note: str  # how values differ in form there, and what a shared name comes back as


class Table(NamedTuple):
    """The names of one vocabulary, and of one protocol where they differ."""

    rows: tuple[Name, ...]  # without synonyms
    names: dict[str, str]  # by key; of keys with one name, that which has it first
    keys: dict[str, str]  # by name, without those that do not come back; synonyms behind the others
    firsts: dict[str, str]  # those that do not: of the keys that share the name that with its spelling, else the first
    families: dict[str, str]  # {key of an address that shares its name with one of the other family: IPV4 or IPV6}
    addresses: dict[str, dict[str, str]]  # by that name: {IPV4: key, IPV6: key}
    branches: frozenset[str]  # of names with dots: all that stands before one, "source" and "source.nat"


@cache
def table(name: str) -> Table:
    """The table of that name in TABLES."""
    found = []
    for line in TABLES[name].splitlines():
        key, text, way, note = line.split("|")
        found.append(Name(key, text or key, way, note))
    rows = tuple(row for row in found if row.way != SYNONYM)
    keys: dict[str, str] = {}
    firsts = {row.name: row.key for row in rows if row.way == SHARED and row.name == row.key}
    addresses: dict[str, dict[str, str]] = {}
    for row in found:
        (firsts if row.way == SHARED else keys).setdefault(row.name, row.key)
        if row.way in (IPV4, IPV6):
            addresses.setdefault(row.name, {})[row.way] = row.key
    families = {key: family for either in addresses.values() for family, key in either.items()}
    branches = {row.name[:end] for row in rows for end, letter in enumerate(row.name) if letter == "."}
    return Table(rows, {row.key: row.name for row in rows}, keys, firsts, families, addresses, frozenset(branches))
