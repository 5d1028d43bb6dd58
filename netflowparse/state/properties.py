"""Common properties: what flows share, said once in an options record and referred to by its id.  RFC 5473.

Properties may refer to properties (§7.2); ids that are not known add nothing, and circles end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ..limits import Limits
from ..types import Flow
from .facts import PROPERTIES_ID, Key
from .knowledge import Fact, copied

LONGEST_CHAIN = 32  # properties that one flow refers to, through one another

Sources: TypeAlias = dict[str, str]  # added key -> where it came from


class Budget(Protocol):
    """Bounds the values that are added to flows, as all values of a datagram are bounded."""

    values_left: int


@dataclass(slots=True)
class _OwnBudget:
    values_left: int


class Properties:
    """The properties in *table*, expanded with those that they refer to; values are counted off *budget*."""

    def __init__(self, table: Mapping[Key, Fact], budget: Budget | None) -> None:
        self._table = table
        self._budget = budget or _OwnBudget(Limits().values)
        self._expansions: dict[tuple[int, ...], dict[str, tuple[Any, str]]] = {}

    def add(self, flow: Flow) -> Sources:
        """Add to *flow* the fields of the properties that it refers to; where they came from."""
        ids = _references(flow[PROPERTIES_ID])
        expansion = self._expansions.get(ids)
        if expansion is None:
            expansion = self._expansions[ids] = self._expand(ids)
        self._budget.values_left -= len(expansion)
        sources: Sources = {}
        if self._budget.values_left >= 0:
            for name, (value, origin) in expansion.items():
                if name not in flow:
                    flow[name], sources[name] = copied(value), origin
        return sources

    def _expand(self, ids: tuple[int, ...]) -> dict[str, tuple[Any, str]]:
        """The fields of the properties *ids*, the nearest first; each is followed once, so circles end."""
        fields: dict[str, tuple[Any, str]] = {}
        chain = list(dict.fromkeys(ids))
        for each in chain:  # which grows
            fact = self._table.get(each)
            if fact is None or self._budget.values_left <= 0:
                continue
            self._budget.values_left -= len(fact.values)
            for name, value in fact.values.items():
                if name != PROPERTIES_ID:
                    fields.setdefault(name, (value, fact.origin))
                else:
                    chain += [more for more in _references(value) if more not in chain][: LONGEST_CHAIN - len(chain)]
        return fields


def _references(value: Any) -> tuple[int, ...]:
    """The ids under commonPropertiesId: one, or a list of several."""
    values = value if isinstance(value, list) else (value,)
    return tuple(each for each in values if type(each) is int)[:LONGEST_CHAIN]
