"""Which MIB objects the values of flows are, where options records say so of the fields they are in.  RFC 8038."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..interpret import object_identifier
from ..state.fact_values import cost_of
from ..state.facts import MIB_FIELD, MIB_OBJECT
from ..state.knowledge import Fact
from ..state.properties import Budget
from ..types import Flow
from .resolve import RESOLVED

MIB_OBJECTS = "mib_objects"
#: element -> what entries call it
CONTEXT = {"mibContextEngineID": "context_engine_id", "mibContextName": "context_name"}


def add_mib_objects(flows: list[Flow], names: Sequence[str], fields: Mapping[int, Fact], budget: Budget) -> None:
    """Add to each flow of one data set its MIB objects under ``mib_objects``, in the order of their fields.

    *names* are the keys of its template's fields, *fields* what is said of them by their places.  An entry is
    ``{"index": 1, "identifier": "1.3.6.1.2.1.2.2.1.10", "value": 7}``, with ``name``, ``context_engine_id`` (hex) and
    ``context_name`` where they are known; a context in the record outranks that of the options record (§5.6).  An
    identifier that cannot be read is None, its octets stand in hex under ``identifier_octets``.

    What is added is counted off *budget*, as ``cost_of`` counts it; once that is used up nothing is.
    """
    objects = _objects(names, fields)
    own = {element: key for element, key in CONTEXT.items() if element in names}
    cost = sum(cost_of(described) for described, _, _ in objects)  # the dict's is that of the value
    for flow in flows if objects else ():
        context = {key: _text(flow.get(element)) for element, key in own.items()}
        budget.values_left -= cost + len(objects) * sum(map(cost_of, context.values()))
        if budget.values_left < 0:
            return
        flow[MIB_OBJECTS] = [
            {**described, **context, "value": _value(flow, name, position)} for described, name, position in objects
        ]
        flow.setdefault(RESOLVED, {})[MIB_OBJECTS] = "options"


def _objects(names: Sequence[str], fields: Mapping[int, Fact]) -> list[tuple[dict[str, Any], str, int | None]]:
    """Of each field that is a MIB object: what is said of it, its key, and its place among those that share the key."""
    shared, met = Counter(names), Counter[str]()
    objects = []
    for index, name in enumerate(names):
        fact = fields.get(index)
        if fact is not None:
            objects.append((_described(index, fact), name, met[name] if shared[name] > 1 else None))
        met[name] += 1
    return objects


def _described(index: int, fact: Fact) -> dict[str, Any]:
    """The entry of a field without its value: made once."""
    if MIB_FIELD not in fact.additions:
        said = fact.values
        described: dict[str, Any] = {"index": index, "identifier": object_identifier(said[MIB_OBJECT])}
        if described["identifier"] is None:
            described["identifier_octets"] = said[MIB_OBJECT]
        for element, key in {"mibObjectName": "name", **CONTEXT}.items():
            if element in said:
                described[key] = said[element]
        fact.additions[MIB_FIELD] = described, {}
    return fact.additions[MIB_FIELD][0]


def _value(flow: Flow, name: str, position: int | None) -> Any:
    value = flow.get(name)
    return value[position] if position is not None and isinstance(value, list) else value


def _text(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
