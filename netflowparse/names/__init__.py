"""Flows under the names of other collectors, and back: Cisco's, Logstash's, Elastic Common Schema's, goflow2's.

Pure renaming of keys: values stay as they are, and what a vocabulary has no name for keeps its own.  The facts are in
iana/vocabularies/; docs/names.md lists the names.

renaming, restoring: the two ways;  records: what they have in common
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..errors import UsageError, WrongType
from ..registry import vocabularies
from ..registry.vocabularies import FIRST, IPV4, IPV6, ONE_TO_ONE, SHARED, Name, NameRow, Table
from ..types.words import FIXED, PROTOCOLS
from .renaming import Renaming
from .restoring import Restoring

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
def _renaming(vocabulary: str, protocol: str | None, dotted: bool) -> Renaming:
    return Renaming(*_tables(vocabulary, protocol), dotted=dotted)


@cache
def _restoring(vocabulary: str, protocol: str | None, first: bool) -> Restoring:
    return Restoring(*_tables(vocabulary, protocol), first=first)
