"""What both ways have in common: names that must not meet, branches, records inside records, families of addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from ..registry.vocabularies import IPV4, IPV6

Renamer: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]


def granted(wanted: dict[str, str], order: Iterable[str]) -> dict[str, str]:
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


def put(record: dict[str, Any], name: str, value: Any) -> None:
    """Set ``record["source"]["ip"]`` for ``source.ip``."""
    *branches, leaf = name.split(".")
    for branch in branches:
        record = record.setdefault(branch, {})
    record[leaf] = value


def inside(key: str, value: Any, record: Renamer, scope: Renamer) -> Any:
    """A value with the records in it renamed."""
    if isinstance(value, list):
        return [inside(key, each, record, scope) for each in value]
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


def _with_records(value: dict[str, Any], record: Renamer) -> dict[str, Any]:
    """A list, or an entry of one; it has no records where their template is not known."""
    records = value.get("records")
    if not isinstance(records, list):
        return value
    return {**value, "records": [record(each) if isinstance(each, dict) else each for each in records]}


def family(value: Any) -> str:
    """IPV4 or IPV6 of an address's text, or of several that are alike; "" of anything else."""
    if isinstance(value, list):
        families = {family(each) for each in value}
        return families.pop() if len(families) == 1 else ""
    if not isinstance(value, str):
        return ""
    if ":" in value:
        return IPV6
    return IPV4 if "." in value else ""
