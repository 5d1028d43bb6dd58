"""Common properties: what flows share, said once in an options record and referred to by its id.  RFC 5473.

Properties may refer to properties (§7.2).  What they refer to stands where they refer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ..limits import Limits
from ..types import Flow
from .fact_values import copied
from .facts import PROPERTIES_ID, spelled
from .knowledge import NOTHING, Fact

MOST_PROPERTIES = 32  # properties that one flow refers to, itself and through one another
MOST_NAMED = 10  # ids of properties in circles that are remembered

Origins: TypeAlias = dict[str, str]  # added key -> where it came from


class Budget(Protocol):
    """Bounds the values that are added to flows, as all values of a datagram are bounded."""

    values_left: int


@dataclass(slots=True)
class _OwnBudget:
    values_left: int


class Properties:
    """The properties in *table*, expanded with those that they refer to, for the flows of one message.

    Values, as ``cost_of`` counts them, are taken off *budget* where they are looked up and for each flow that gains
    them, and so is every step from one to another; once it is used up nothing is added.
    Properties that have outlived their *lifetime* (s, "adapt" or None, over UDP; §6.1), when the domain's clock has
    *seconds*, are not known.

    ``unresolved`` are the ids that are not known, by their ``spelled`` ones, ``circular`` those of the first that refer
    to themselves, through one another, ``cut`` says whether a flow refers to more than ``MOST_PROPERTIES``.
    """

    __slots__ = ("_budget", "_expansions", "_lifetime", "_seconds", "_table", "circular", "cut", "unresolved")

    def __init__(
        self,
        table: Mapping[str, Fact] = NOTHING,
        budget: Budget | None = None,
        *,
        lifetime: int | str | None = None,
        seconds: int = 0,
    ) -> None:
        self._table = table
        self._budget = budget or _OwnBudget(Limits().values)
        self._lifetime = lifetime
        self._seconds = seconds
        #: ids, ``spelled`` -> what a flow that refers to them gains, and what that counts
        self._expansions: dict[str, tuple[dict[str, Fact], int]] = {}
        self.unresolved: dict[str, int] = {}
        self.circular: dict[int, None] = {}
        self.cut = False

    def affords(self, cost: int) -> bool:
        """Take what a flow is to gain off the budget; whether that lasts."""
        self._budget.values_left -= cost
        return self._budget.values_left >= 0

    def add(self, flow: Flow) -> Origins:
        """Add to *flow* the fields of the properties that it refers to; where they came from."""
        sources: Origins = {}
        budget = self._budget
        if budget.values_left < 0:
            return sources
        ids = self._references(flow[PROPERTIES_ID])
        place = spelled(ids)
        expansion = self._expansions.get(place)
        if expansion is None:
            expansion = self._expansions[place] = self._expand(ids)
        facts, cost = expansion
        budget.values_left -= cost
        if budget.values_left >= 0:
            for name, fact in facts.items():
                if name not in flow:
                    flow[name], sources[name] = copied(fact.values[name]), fact.origin
        return sources

    def _expand(self, ids: tuple[int, ...]) -> tuple[dict[str, Fact], int]:
        """The fields of the properties *ids*, each with the fact that says it, and what they count."""
        fields: dict[str, tuple[int, Fact]] = {}
        self._follow(ids, fields, {}, 0)
        facts = {name: fact for name, (_, fact) in fields.items()}
        return facts, sum(fact.costs[name] for name, fact in facts.items())

    def _follow(
        self, ids: tuple[int, ...], fields: dict[str, tuple[int, Fact]], met: dict[int, bool], depth: int
    ) -> None:
        """Add to *fields* those of the properties *ids*, each once, in order; of several values the nearest holds.

        *met* are the properties so far: whether they are on the way that leads here.
        """
        budget = self._budget
        budget.values_left -= len(ids)
        for number in ids:
            if budget.values_left < 0:
                return
            if number in met:
                if met[number]:
                    self._note_circle(number, met)
                continue
            if len(met) == MOST_PROPERTIES:
                self.cut = True
                return
            fact = self._known(number)
            met[number] = fact is not None
            if fact is None:
                continue
            budget.values_left -= sum(fact.costs.values())
            for name, value in fact.values.items() if budget.values_left >= 0 else ():
                if name == PROPERTIES_ID:
                    self._follow(self._references(value), fields, met, depth + 1)
                elif name not in fields or depth < fields[name][0]:
                    fields[name] = depth, fact
            met[number] = False

    def _known(self, number: int) -> Fact | None:
        place = spelled(number)
        fact = self._table.get(place)
        if fact is None or (self._lifetime is not None and fact.outlived(self._lifetime, self._seconds)):
            self.unresolved[place] = number
            return None
        return fact

    def _note_circle(self, number: int, met: dict[int, bool]) -> None:
        """Note the properties on the way from *number* back to itself."""
        if len(self.circular) < MOST_NAMED:
            way = [each for each, leads_here in met.items() if leads_here]
            self.circular.update(dict.fromkeys(way[way.index(number) :][: MOST_NAMED - len(self.circular)]))

    def _references(self, value: Any) -> tuple[int, ...]:
        """The ids under commonPropertiesId: one, or a list of several; each once."""
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_PROPERTIES:
            self.cut = True
            values = values[:MOST_PROPERTIES]
        return tuple(dict.fromkeys(each for each in values if type(each) is int))
