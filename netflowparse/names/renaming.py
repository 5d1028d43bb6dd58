"""From keys to names: what is to be done is found out once for flows with the same keys, then done value by value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from ..registry.vocabularies import Table
from .records import family, granted, inside

REMEMBERED = 50_000  # keys of flows whose plans are remembered
PLAIN = frozenset({str, int, float, bool, bytes, type(None)})  # types of values that have nothing inside

Step: TypeAlias = "tuple[int, str, tuple[tuple[int, str, int], ...]]"


class _Plan(NamedTuple):
    """What becomes of flows with certain keys, in their order."""

    families: tuple[tuple[str, str], ...]  # keys whose names are for addresses of one family alone
    names: tuple[str, ...]
    #: where names are nested, for each value: the dict it goes into, its key there, and the dicts that are new by then,
    #: each with the one that it goes into, and its key there
    steps: tuple[Step, ...]
    dicts: int
    others: dict[frozenset[str], _Plan]  # where some of those addresses are of the other family, or none


class Renaming:
    """From keys to names."""

    def __init__(self, main: Table, scope: Table, *, dotted: bool) -> None:
        self._names = main.names
        self._families = main.families
        self._branches = main.branches
        self._nested = bool(main.branches) and not dotted
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._room = REMEMBERED
        self._scope = self if scope is main else Renaming(scope, scope, dotted=dotted)

    def record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A renamed record."""
        keys = tuple(record)
        plan = self._plans.get(keys) or self._learn(keys)
        for key, kind in plan.families:
            if family(record[key]) != kind:
                plan = self._other_plan(plan, keys, record)
                break
        values: Iterable[Any] = record.values()
        if not PLAIN.issuperset(map(type, values)):
            values = [
                value if type(value) in PLAIN else inside(key, value, self.record, self._scope.record)
                for key, value in record.items()
            ]
        if not plan.steps:
            return dict(zip(plan.names, values, strict=True))
        dicts: list[dict[str, Any]] = [{} for _ in range(plan.dicts)]
        for (place, name, begun), value in zip(plan.steps, values, strict=True):
            for parent, branch, child in begun:
                dicts[parent][branch] = dicts[child]
            dicts[place][name] = value
        return dicts[0]

    def _learn(self, keys: tuple[str, ...]) -> _Plan:
        plan = self._plan(keys, frozenset())
        self._make_room(keys)
        self._plans[keys] = plan
        return plan

    def _other_plan(self, usual: _Plan, keys: tuple[str, ...], record: Mapping[str, Any]) -> _Plan:
        """That for a record with addresses of the other family, which keep their keys: the way back could not tell."""
        kept = frozenset(key for key, kind in usual.families if family(record[key]) != kind)
        plan = usual.others.get(kept)
        if plan is None:
            self._make_room(keys)
            plan = usual.others[kept] = self._plan(keys, kept)
        return plan

    def _make_room(self, keys: tuple[str, ...]) -> None:
        """Forget all plans when one more would be too much."""
        self._room -= len(keys)
        if self._room < 0:
            self._plans.clear()
            self._room = REMEMBERED - len(keys)

    def _plan(self, keys: tuple[str, ...], kept: frozenset[str]) -> _Plan:
        """What is to be done with flows that have these *keys*, of which some are *kept*."""
        wanted = {key: key if key in kept else self._names.get(key, key) for key in keys}
        if len(set(wanted.values())) < len(wanted) or not self._branches.isdisjoint(wanted):
            wanted = granted(wanted, self._names)
        families = tuple((key, self._families[key]) for key in keys if key in self._families and key not in kept)
        names = tuple(wanted[key] for key in keys)
        if not self._nested or all(name == key for key, name in wanted.items()):
            return _Plan(families, names, (), 0, {})
        steps = []
        places: dict[tuple[str, ...], int] = {(): 0}
        for key, name in wanted.items():
            *branches, leaf = name.split(".") if name != key else (name,)
            steps.append((*_place(tuple(branches), places), leaf))
        return _Plan(families, names, tuple((place, leaf, begun) for place, begun, leaf in steps), len(places), {})


def _place(
    branches: tuple[str, ...], places: dict[tuple[str, ...], int]
) -> tuple[int, tuple[tuple[int, str, int], ...]]:
    """The number of the dict under these *branches*, and the dicts that are new: (parent, its key there, number)."""
    begun = []
    for depth in range(len(branches)):
        path = branches[: depth + 1]
        if path not in places:
            places[path] = len(places)
            begun.append((places[path[:-1]], path[-1], places[path]))
    return places[branches], tuple(begun)
