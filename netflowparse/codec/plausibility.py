"""Values that no exporter sends on purpose: where they come again and again, records are read by a wrong template."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import lru_cache
from typing import Any, TypeAlias

from .display import One
from .layout import Layout
from .source import function

Doubt: TypeAlias = Callable[[dict[str, Any]], bool]

#: key -> values that it can have; 0 is what exporters fill in where there is none
POSSIBLE: dict[str, Container[int]] = {
    "ipVersion": frozenset((0, 4, 6)),
    "sourceIPv4PrefixLength": range(33),
    "destinationIPv4PrefixLength": range(33),
    "sourceIPv6PrefixLength": range(129),
    "destinationIPv6PrefixLength": range(129),
}


def impossible(record: dict[str, Any]) -> str:
    """The value of *record* that it cannot have, with its key; "" if there is none."""
    for key, possible in POSSIBLE.items():
        value = record.get(key)
        if type(value) is int and value not in possible:
            return f"{key} {value}"
    return ""


def doubt(layout: Layout) -> Doubt | None:
    """Whether a record of *layout* is worth asking ``impossible``; None where none ever is."""
    sources = dict(layout.display)
    keys = tuple(key for key in POSSIBLE if isinstance(sources.get(key), One))
    return _doubt(keys) if keys else None


@lru_cache(maxsize=1 << len(POSSIBLE))
def _doubt(keys: tuple[str, ...]) -> Doubt:
    """Whether any of *keys* has a value that it cannot have: one function for all layouts that have just these."""
    scope: dict[str, Any] = {f"possible{number}": POSSIBLE[key] for number, key in enumerate(keys)}
    terms = " or ".join(f"record[{key!r}] not in possible{number}" for number, key in enumerate(keys))
    made: Doubt = function(["def read(record):", f"    return {terms}"], scope)
    return made
