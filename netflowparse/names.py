"""Flows under the names of other collectors, and back: Cisco's, Logstash's, Elastic Common Schema's, goflow2's.

Pure renaming of keys: values stay as they are, and what a vocabulary has no name for keeps its own.  The facts are in
iana/vocabularies/; docs/names.md lists the names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from .errors import UsageError, WrongType
from .registry import vocabularies
from .registry.vocabularies import FIRST, IPV4, IPV6, ONE_TO_ONE, SHARED, Name, NameRow, Table
from .types.words import FIXED, PROTOCOLS

__all__ = ["VOCABULARIES", "NameRow", "rename", "restore", "table"]

#: What flows can be renamed to: Cisco's NetFlow v9 names, Elastic Common Schema, goflow2's flow message,
#: logstash-codec-netflow.
VOCABULARIES = ("cisco", "ecs", "goflow2", "logstash")

#: protocol -> its table; the fixed formats have the fields of version 5
LOGSTASH = {
    **dict.fromkeys(FIXED, "logstash netflow5"),
    "netflow9": "logstash netflow9",
    "ipfix": "logstash ipfix",
}
LOGSTASH_SCOPE = {"netflow9": "logstash netflow9-scope"}
WAYS = {SHARED: "shared, does not come back", **dict.fromkeys((IPV4, IPV6), "shared, by family")}
NO_NAMES = Table((), {}, {}, {}, {}, {}, frozenset())

_Renamer = Callable[[Mapping[str, Any]], dict[str, Any]]


def rename(
    flow: Mapping[str, Any], vocabulary: str, *, protocol: str | None = None, dotted: bool = False
) -> dict[str, Any]:
    """A flow or options record under the names of a *vocabulary*: a new dict, the values as they are.

    *protocol* is the message's ``protocol``; only the names of "logstash" depend on it, and need it.  Names of "ecs"
    are nested, ``{"source": {"ip": …}}``; with *dotted* they are keys such as ``"source.ip"``.  Records inside are
    renamed as well: under ``inner``, ``outer`` and ``scope``, and in lists (RFC 6313).

    What has no name keeps its key, and no value is ever lost: of keys that share a name the first in the ``table`` gets
    it and the others keep their own, and so does one whose name is the key of something else in the flow.  A name that
    IPv4 and IPv6 addresses share is for addresses alone: None, or octets in hex, keep their key.

    UsageError for a vocabulary or protocol that is not known, and for a whole message; WrongType for what is no dict,
    str or bool.
    """
    choice = _checked_choice(vocabulary, protocol)
    return _renaming(*choice, _checked_switch("dotted", dotted)).record(_checked_flow(flow))


def restore(
    flow: Mapping[str, Any], vocabulary: str, *, protocol: str | None = None, first: bool = False
) -> dict[str, Any]:
    """What ``rename`` has renamed, under the keys it had: a new dict, the values as they are.

    Nested and dotted names are read alike; of "cisco" also further names, which ``rename`` never gives.  What was
    renamed one to one is as it was, and so are addresses: the value's family tells the key.  Any other name that keys
    share stays: ``source.bytes`` may be a delta or a total.  Only where all are kinds of the first in the ``table``
    (ports of TCP and UDP) it comes back as that; with *first* it always does, for who knows that exporters have no
    other.  A key that was kept, but reads like a name of the vocabulary, is taken for that.  Errors as of ``rename``.
    """
    choice = _checked_choice(vocabulary, protocol)
    return _restoring(*choice, _checked_switch("first", first)).record(_checked_flow(flow))


def table(vocabulary: str, *, protocol: str | None = None) -> list[NameRow]:
    """All names of a *vocabulary*, for people.

    Of keys that share a name the first gets it where a flow has both.  The note says how values differ in form there,
    and what a shared name comes back as.  "logstash" needs the *protocol*; its names for scopes of NetFlow v9 stand
    last.
    """
    main, scope = _tables(*_checked_choice(vocabulary, protocol))
    rows = main.rows if scope is main else (*main.rows, *scope.rows)
    return [
        {"key": row.key, "name": row.name, "one_to_one": row.way == ONE_TO_ONE, "note": _note(row, main.keys)}
        for row in rows
    ]


def _note(row: Name, keys: Mapping[str, str]) -> str:
    back = WAYS.get(row.way, "")
    if row.way == FIRST and keys[row.name] != row.key:
        back = f"shared, comes back as {keys[row.name]}"
    return "; ".join(filter(None, (row.note, back)))


def _checked_choice(vocabulary: str, protocol: str | None) -> tuple[str, str | None]:
    """A vocabulary that is known, and the protocol where its names depend on that."""
    if not isinstance(vocabulary, str):
        raise WrongType(f"vocabulary is {type(vocabulary).__name__}, expected one of {', '.join(VOCABULARIES)}")
    if vocabulary not in VOCABULARIES:
        raise UsageError(f"vocabulary {vocabulary!r:.60}, expected one of {', '.join(VOCABULARIES)}")
    if protocol is not None and not isinstance(protocol, str):
        raise WrongType(f"protocol is {type(protocol).__name__}, expected one of {', '.join(PROTOCOLS)}")
    if protocol not in PROTOCOLS and (protocol is not None or vocabulary == "logstash"):
        raise UsageError(f"protocol {protocol!r:.60} for {vocabulary}, expected one of {', '.join(PROTOCOLS)}")
    return vocabulary, protocol if vocabulary == "logstash" else None


def _checked_switch(name: str, value: bool) -> bool:
    if not isinstance(value, bool):
        raise WrongType(f"{name} is {type(value).__name__}, expected bool")
    return value


def _checked_flow(flow: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(flow, Mapping):
        raise WrongType(f"flow is {type(flow).__name__}, expected a dict")
    if flow.get("protocol") in PROTOCOLS and isinstance(flow.get("flows"), list):
        raise UsageError("flow is a whole message, expected one of its flows or options records")
    return flow


def _tables(vocabulary: str, protocol: str | None) -> tuple[Table, Table]:
    """The tables for flows and for scopes."""
    if protocol is None:
        main = vocabularies.table(vocabulary)
        return main, main
    main = vocabularies.table(LOGSTASH[protocol]) if protocol in LOGSTASH else NO_NAMES
    return main, vocabularies.table(LOGSTASH_SCOPE[protocol]) if protocol in LOGSTASH_SCOPE else main


@cache
def _renaming(vocabulary: str, protocol: str | None, dotted: bool) -> _Renaming:
    return _Renaming(*_tables(vocabulary, protocol), dotted=dotted)


@cache
def _restoring(vocabulary: str, protocol: str | None, first: bool) -> _Restoring:
    return _Restoring(*_tables(vocabulary, protocol), first=first)


class _Renaming:
    """From keys to names."""

    def __init__(self, main: Table, scope: Table, *, dotted: bool) -> None:
        self._names = main.names
        self._families = main.families
        self._branches = main.branches
        self._nested = bool(main.branches) and not dotted
        self._scope = self if scope is main else _Renaming(scope, scope, dotted=dotted)

    def record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A renamed record."""
        names = self._names
        wanted = {key: names.get(key, key) for key in record}
        for key in self._families.keys() & wanted.keys():
            if _family(record[key]) != self._families[key]:
                wanted[key] = key  # the way back could not tell
        if len(set(wanted.values())) < len(wanted) or not self._branches.isdisjoint(wanted):
            wanted = _granted(wanted, names)
        renamed: dict[str, Any] = {}
        for key, value in record.items():
            if isinstance(value, dict | list):
                value = _inside(key, value, self.record, self._scope.record)
            name = wanted[key]
            if self._nested and name != key:
                _put(renamed, name, value)
            else:
                renamed[name] = value
        return renamed


class _Restoring:
    """From names to keys."""

    def __init__(self, main: Table, scope: Table, *, first: bool) -> None:
        self._table = main
        self._keys = main.keys | main.firsts if first else main.keys
        self._scope = self if scope is main else _Restoring(scope, scope, first=first)

    def record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A restored record."""
        table = self._table
        flat, nested = self._flat(record) if table.branches else (record, set())
        wanted = {name: self._keys.get(name, name) for name in flat}
        for name in table.addresses.keys() & wanted.keys():
            wanted[name] = table.addresses[name].get(_family(flat[name]), name)
        if len(set(wanted.values())) < len(wanted):
            wanted = _granted(wanted, self._keys)
        restored: dict[str, Any] = {}
        for name, value in flat.items():
            if isinstance(value, dict | list):
                value = _inside(name, value, self.record, self._scope.record)
            key = wanted[name]
            if key in nested:  # no key, or it is taken
                _put(restored, key, value)
            else:
                restored[key] = value
        return restored

    def _flat(self, record: Mapping[str, Any]) -> tuple[Mapping[str, Any], set[str]]:
        """({name or key: value}, the names that are nested in the record)."""
        flat: dict[str, Any] = {}
        nested: set[str] = set()
        for key, value in record.items():
            if key in self._table.branches and isinstance(value, Mapping):
                leaves, rest = self._leaves(key, value, record)
                if rest or not leaves:
                    flat[key] = rest  # before the leaves: those that stay go back into it
                flat |= leaves
                nested |= leaves.keys()
            else:
                flat[key] = value
        return flat, nested

    def _leaves(
        self, branch: str, inside: Mapping[str, Any], record: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """({name: value} of what is known in a branch, all else that is in it)."""
        leaves: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for word, value in inside.items():
            name = "" if "." in str(word) else f"{branch}.{word}"
            if name in self._keys and name not in record:
                leaves[name] = value
                continue
            if name in self._table.branches and isinstance(value, Mapping):
                further, value = self._leaves(name, value, record)
                leaves |= further
                if further and not value:
                    continue
            rest[word] = value
        return leaves, rest


def _granted(wanted: dict[str, str], order: Iterable[str]) -> dict[str, str]:
    """*wanted*, {key: name}, without what would make two of them meet: who comes first in *order* gets the name.

    What keeps its own name has it before anyone else.  Under a key that stays there is no room for ``key.name`` either.
    """
    place = {key: index for index, key in enumerate(order)}
    moving = sorted((key for key in wanted if wanted[key] != key), key=lambda key: place[key])
    while True:
        staying = wanted.keys() - set(moving)
        taken = set(staying)
        going = []
        for key in moving:
            name = wanted[key]
            if name not in taken and name.partition(".")[0] not in staying:
                taken.add(name)
                going.append(key)
        if len(going) == len(moving):
            return {**{key: key for key in wanted}, **{key: wanted[key] for key in going}}
        moving = going


def _put(record: dict[str, Any], name: str, value: Any) -> None:
    """Set ``record["source"]["ip"]`` for ``source.ip``."""
    *branches, leaf = name.split(".")
    for branch in branches:
        record = record.setdefault(branch, {})
    record[leaf] = value


def _inside(key: str, value: Any, record: _Renamer, scope: _Renamer) -> Any:
    """A value with the records in it renamed."""
    if isinstance(value, list):
        return [_inside(key, each, record, scope) for each in value]
    if not isinstance(value, dict):
        return value
    if key in ("inner", "outer", "scope"):
        return (scope if key == "scope" else record)(value)
    if "semantic" not in value:
        return value
    entries = value.get("entries")
    if isinstance(entries, list):
        value = {**value, "entries": [_with_records(e, record) if isinstance(e, dict) else e for e in entries]}
    return _with_records(value, record)


def _with_records(value: dict[str, Any], record: _Renamer) -> dict[str, Any]:
    """A list, or an entry of one; it has no records where their template is not known."""
    records = value.get("records")
    if not isinstance(records, list):
        return value
    return {**value, "records": [record(each) if isinstance(each, dict) else each for each in records]}


def _family(value: Any) -> str:
    """IPV4 or IPV6 of an address's text, or of several that are alike; "" of anything else."""
    if isinstance(value, list):
        families = {_family(each) for each in value}
        return families.pop() if len(families) == 1 else ""
    if not isinstance(value, str):
        return ""
    if ":" in value:
        return IPV6
    return IPV4 if "." in value else ""
