"""The rows of facts that snapshots have, which are hostile until they are read."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..errors import UsageError
from .fact_values import from_json
from .facts import (
    APPLICATION,
    DOMAIN_SAMPLING,
    EXPORTER,
    MIB_FIELD,
    MIB_OBJECT,
    NO_ELEMENTS,
    PROPERTIES,
    SAMPLING_INTERVAL,
    SAMPLING_KINDS,
    VALUES,
    Key,
    is_interval,
    mib_place,
)
from .repetition import Repetition

#: kind -> the type of its keys
KEYS: dict[str, Any] = {
    **dict.fromkeys((*VALUES, PROPERTIES), int),
    APPLICATION: str,
    DOMAIN_SAMPLING: type(None),
    EXPORTER: type(None),
    MIB_FIELD: str,
}
#: keys of a row beside its source and the values
ROW = ("kind", "key", "template_id", "time", "scope")
SOURCE = "source"


class Row(NamedTuple):
    """What one row says: what the fact is about, its values, and the options record that said it last."""

    kind: str
    key: Key
    values: dict[str, Any]
    template_id: int
    time: int
    scope: dict[str, Any]
    repetition: Repetition | None


def read_row(index: int, row: Any, seconds: int, octet_values: str = "bytes") -> Row:
    """What a *row* of a snapshot says; UsageError if it is none.

    *seconds* are those of the domain's clock.  Octets become what *octet_values* says, "bytes" or "hex" text.
    """
    try:
        row = from_json(row, octet_values)
        kind, key, template_id, time, scope = [row[name] for name in ROW]
        values = {name: row[name] for name in row if name not in ROW and name != SOURCE}
        repetition = None
        if kind == PROPERTIES:
            repetition = Repetition.load_age(values.pop("age"), values.pop("interval"), seconds)
        if type(key) is not KEYS[kind] or key == "":
            raise ValueError(f"key {key!r:.80}")
        if kind == MIB_FIELD:
            mib_place(key)
        if type(template_id) is not int or type(time) is not int or type(scope) is not dict:
            raise ValueError("template_id, time or scope of the wrong kind")
        _check(kind, values)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"knowledge row {index}: {error}; expected a row as Knowledge.dump() makes them") from error
    stated = values["fields"] if kind == PROPERTIES else values
    return Row(kind, key, stated, template_id, time, scope, repetition)


def _check(kind: str, values: dict[str, Any]) -> None:
    """ValueError if no fact of that *kind* has these *values*."""
    if not values:
        raise ValueError("no values")
    if kind == MIB_FIELD and MIB_OBJECT not in values:
        raise ValueError(f"no {MIB_OBJECT}")
    for name, value in values.items():
        if kind == PROPERTIES:
            fits = name == "fields" and type(value) is dict and len(value) > 0 and value.keys().isdisjoint(NO_ELEMENTS)
        elif name == SAMPLING_INTERVAL:
            fits = kind in SAMPLING_KINDS and (value is None or is_interval(value))
        else:
            fits = type(value) is VALUES[kind].get(name)
        if not fits:
            raise ValueError(f"{name} {value!r:.80}")
