"""What is wrong with common properties, as problems: what options records do to them, and what flows refer to.

RFC 5473 §6 and §7.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from ..errors import CIRCULAR_PROPERTIES, LIMIT, PROPERTIES_CHANGED, UNRESOLVED_PROPERTIES
from ..state.facts import PROPERTIES_ID
from ..state.knowledge import Change
from ..state.properties import MOST_NAMED, MOST_PROPERTIES, Properties
from .problems import Problems

DONE = {
    "replaced": "stated anew with other values, which hold from here on",
    "conflict": "stated anew with other values without a withdrawal, which hold from here on",
    "unknown_withdrawal": "withdrawn, but not known",
}


def report_change(problems: Problems, change: Change, record: dict[str, Any], set_id: int, offset: int) -> None:
    """Note what an options *record* of the set at *offset* did to properties."""
    number = record["scope"][PROPERTIES_ID]
    problems.add(
        PROPERTIES_CHANGED,
        f"common properties {number} in set {set_id} at octet {offset}: {DONE[change]}",
        offset,
        set_id=set_id,
        template_id=set_id,
        ids=[number],
        outcome=change,
    )


def report_references(problems: Problems, properties: Properties) -> None:
    """Note, once for the message, references of its flows that could not be followed to their end."""
    if properties.unresolved:
        count = len(properties.unresolved)
        ids, shown = _first(properties.unresolved.values())
        message = f"common properties that are not known, or not any more: {count}: {shown}"
        problems.add(UNRESOLVED_PROPERTIES, message, 0, ids=ids, count=count)
    if properties.circular:
        ids, shown = _first(properties.circular)
        message = f"common properties that refer to themselves, or to one another in a circle: {shown}"
        problems.add(CIRCULAR_PROPERTIES, message, 0, ids=ids)
    if properties.cut:
        message = f"a flow refers to more than {MOST_PROPERTIES} common properties: not all of them are given"
        problems.add(LIMIT, message, 0, limit="common_properties")


def _first(ids: Iterable[int]) -> tuple[list[int], str]:
    """The first of the *ids*, and their text."""
    first = list(islice(ids, MOST_NAMED))
    return first, ", ".join(map(str, first))
