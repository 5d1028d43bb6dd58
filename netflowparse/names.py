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
from .registry.vocabularies import IPV4, IPV6, ONE_TO_ONE, SHARED, Name, Table

__all__ = ["VOCABULARIES", "rename", "restore", "table"]

#: What flows can be renamed to: Cisco's NetFlow v9 names, Elastic Common Schema, goflow2's flow message,
#: logstash-codec-netflow.
VOCABULARIES = ("cisco", "ecs", "goflow2", "logstash")

PROTOCOLS = ("netflow1", "netflow5", "netflow6", "netflow7", "netflow8", "netflow9", "ipfix", "sflow5")
#: protocol -> its table; the fixed formats have the fields of version 5
LOGSTASH = {
    **dict.fromkeys(PROTOCOLS[:5], "logstash netflow5"),
    "netflow9": "logstash netflow9",
    "ipfix": "logstash ipfix",
}
LOGSTASH_SCOPE = {"netflow9": "logstash netflow9-scope"}
FAMILIES = {IPV4: "shared, by family", IPV6: "shared, by family"}
NO_NAMES = Table((), {}, {}, {}, frozenset())

_Renamer = Callable[[Mapping[str, Any]], dict[str, Any]]


def rename(
    flow: Mapping[str, Any], vocabulary: str, *, protocol: str | None = None, dotted: bool = False
) -> dict[str, Any]:
    """A flow or options record under the names of a *vocabulary*: a new dict, the values as they are.

    *protocol* is the message's ``protocol``; only the names of "logstash" depend on it, and need it.  Names of "ecs"
    are nested, ``{"source": {"ip": …}}``; with *dotted* they are keys such as ``"source.ip"``.  Records inside are
    renamed as well: under ``inner`` and ``scope``, and in lists (RFC 6313).

    What has no name keeps its key, and no value is ever lost: of keys that share a name the first in the ``table`` gets
    it and the others keep their own, and so does one whose name is the key of something else in the flow.
    """
    return _renaming(*_checked_choice(vocabulary, protocol), bool(dotted)).record(_checked_flow(flow))


def restore(flow: Mapping[str, Any], vocabulary: str, *, protocol: str | None = None) -> dict[str, Any]:
    """What ``rename`` has renamed, under the keys it had: a new dict, the values as they are.

    Nested and dotted names are read alike; of "cisco" also further names, which ``rename`` never gives.  What was
    renamed one to one is as it was.  A name that keys share comes back as the first of them, or, of addresses, as the
    one of the value's family.  A key that was kept, but reads like a name of the vocabulary, is taken for that.
    """
    return _restoring(*_checked_choice(vocabulary, protocol)).record(_checked_flow(flow))


def table(vocabulary: str, *, protocol: str | None = None) -> list[dict[str, Any]]:
    """All names of a *vocabulary*, for people: ``{"key", "name", "one_to_one", "note"}`` each.

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
    back = FAMILIES.get(row.way, "")
    if row.way == SHARED:
        back = "shared" if keys[row.name] == row.key else f"comes back as {keys[row.name]}"
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


def _checked_flow(flow: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(flow, Mapping):
        raise WrongType(f"flow is {type(flow).__name__}, expected a dict")
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
def _restoring(vocabulary: str, protocol: str | None) -> _Restoring:
    return _Restoring(*_tables(vocabulary, protocol))


class _Renaming:
    """From keys to names."""

    def __init__(self, main: Table, scope: Table, *, dotted: bool) -> None:
        self._names = main.names
        self._branches = main.branches
        self._nested = bool(main.branches) and not dotted
        self._scope = self if scope is main else _Renaming(scope, scope, dotted=dotted)

    def record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A renamed record."""
        names = self._names
        wanted = {key: names.get(key, key) for key in record}
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

    def __init__(self, main: Table, scope: Table) -> None:
        self._table = main
        self._scope = self if scope is main else _Restoring(scope, scope)

    def record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A restored record."""
        table = self._table
        flat, nested = self._flat(record) if table.branches else (record, set())
        wanted = {name: table.keys.get(name, name) for name in flat}
        for name in table.families.keys() & flat.keys():
            if _is_ipv6(flat[name]):
                wanted[name] = table.families[name]
        if len(set(wanted.values())) < len(wanted):
            wanted = _granted(wanted, table.keys)
        restored: dict[str, Any] = {}
        for name, value in flat.items():
            if isinstance(value, dict | list):
                value = _inside(name, value, self.record, self._scope.record)
            key = wanted[name]
            if key in nested:  # not granted
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
            if name in self._table.keys and name not in record:
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
    if key in ("inner", "scope"):
        return (record if key == "inner" else scope)(value)
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


def _is_ipv6(value: Any) -> bool:
    """Whether a value, or the first of several, is the text of an IPv6 address."""
    if isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, str) and ":" in value
