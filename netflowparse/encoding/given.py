"""The templates that a record may be written by, found by its keys and how many values each has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from .derived import FOLLOWING
from .templates import Definition
from .writer import MISSING

SCOPE = "scope"
#: whether it is of the scope, key, and how many values it has, 0: one
Key: TypeAlias = "frozenset[tuple[bool, str, int]]"


class Index:
    """Templates by their keys, then by what is alike in them but their ids."""

    def __init__(self) -> None:
        self._alike: dict[Key, dict[tuple[Any, ...], dict[int, Definition]]] = {}

    def add(self, definition: Definition) -> None:
        """Take a template in."""
        template = definition.template
        alike = self._alike.setdefault(_key_of_template(definition), {})
        alike.setdefault(_shape(definition), {})[template.template_id] = definition

    def remove(self, definition: Definition) -> None:
        """Let go of one that was taken in."""
        alike, shape = self._alike[_key_of_template(definition)], _shape(definition)
        del alike[shape][definition.template.template_id]
        if not alike[shape]:
            del alike[shape]

    def find(self, own: Mapping[str, Any]) -> Iterator[Definition]:
        """One template of each shape that may have the keys of a record that says *own* itself."""
        for alike in self._alike.get(key_of(own), {}).values():
            yield next(iter(alike.values()))


def _shape(definition: Definition) -> tuple[Any, ...]:
    return definition.template.scope_count, definition.template.fields, definition.names


def key_of(own: Mapping[str, Any]) -> Key:
    """What a record's keys are looked for by: they, and how many values each has."""
    scope = own[SCOPE] if isinstance(own.get(SCOPE), Mapping) else {}
    rest = {key: value for key, value in own.items() if key != SCOPE} if scope else own
    return frozenset(
        (inside, key, count)
        for inside, part in ((True, scope), (False, rest))
        for key, count in values_of(part).items()
        if key not in FOLLOWING
    )


def _key_of_template(definition: Definition) -> Key:
    """The same of a template; keys that may follow from others, and need not be a record's own, are left out."""
    names, scope = definition.names, definition.template.scope_count or 0
    return frozenset(
        (inside, key, count)
        for inside, some in ((True, names[:scope]), (False, names[scope:]))
        for key, count in counted(some).items()
        if key not in FOLLOWING
    )


def counted(names: tuple[str, ...]) -> dict[str, int]:
    """How often each key comes; 0 for once, whose value is not in a list."""
    return {name: count if count > 1 else 0 for name, count in Counter(names).items()}


def values_of(record: Mapping[str, Any]) -> dict[str, int]:
    """The same of a record's values."""
    return {key: len(value) if isinstance(value, list) else 0 for key, value in record.items() if value is not MISSING}
