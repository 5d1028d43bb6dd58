"""From names back to keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..registry.vocabularies import Table
from .records import family, granted, inside, put


class Restoring:
    """From names to keys."""

    def __init__(self, main: Table, scope: Table, *, first: bool) -> None:
        self._table = main
        self._keys = main.keys | main.firsts if first else main.keys
        self._scope = self if scope is main else Restoring(scope, scope, first=first)

    def record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A restored record."""
        table = self._table
        flat, nested = self._flat(record) if table.branches else (record, set())
        wanted = {name: self._keys.get(name, name) for name in flat}
        for name in table.addresses.keys() & wanted.keys():
            wanted[name] = table.addresses[name].get(family(flat[name]), name)
        if len(set(wanted.values())) < len(wanted):
            wanted = granted(wanted, self._keys)
        restored: dict[str, Any] = {}
        for name, value in flat.items():
            if isinstance(value, dict | list):
                value = inside(name, value, self.record, self._scope.record)
            key = wanted[name]
            if key in nested:  # no key, or it is taken
                put(restored, key, value)
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
