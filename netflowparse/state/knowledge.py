"""What is known of one exporter's domain by its own options records, and where each fact was said.

Bounded: an exporter that states too much loses what it stated longest ago.  What facts there are is said in ``facts``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ..errors import UsageError
from .facts import (
    APPLICATION,
    DOMAIN_SAMPLING,
    EXPORTER,
    INIT_TIME,
    INTERFACE_SAMPLING,
    LINE_CARD_SAMPLING,
    PROPERTIES,
    PROPERTIES_ID,
    SAMPLER,
    SAMPLING_INTERVAL,
    SAMPLING_KINDS,
    SELECTOR,
    TEMPLATE_SAMPLING,
    VALUES,
    Key,
    facts_of,
    is_interval,
)

SIZE = 1024  # characters of a fact: one that has more counts as several, or long texts would fill the memory
AHEAD = 86_400_000  # ms by which an exporter may seem to start after it says so, where clocks differ
DEEPEST = 32  # levels of lists and dicts in a value of a snapshot
#: kind -> what its key is, in ``Fact.origin``; its own name where it is not here
ORIGINS = {
    SAMPLER: "samplerId",
    SELECTOR: "selectorId",
    INTERFACE_SAMPLING: "interface",
    LINE_CARD_SAMPLING: "lineCard",
    TEMPLATE_SAMPLING: "template",
    APPLICATION: "applicationId",
    PROPERTIES: PROPERTIES_ID,
}
#: kind -> the type of its keys
KEYS: dict[str, Any] = {
    **dict.fromkeys((*VALUES, PROPERTIES), int),
    APPLICATION: str,
    DOMAIN_SAMPLING: type(None),
    EXPORTER: type(None),
}
#: keys of a row beside its source and the values
ROW = ("kind", "key", "template_id", "time", "scope")
SOURCE = "source"
OCTETS = ""  # the one key of a dict that stands for octets in a snapshot; no element has it


class Ledger(Protocol):
    """Counts the facts of one exporter, over all its domains."""

    def take(self) -> bool:
        """Count one more; False, and nothing counted, where that would be too many."""

    def give(self, count: int) -> None:
        """Count so many fewer."""


class Fact:
    """One thing known: its values by their elements' names, and the options record that said it last.

    ``origin`` is what ``resolved`` calls it.  ``additions`` are hung here by who resolves flows with it: they last as
    long as the values.
    """

    __slots__ = ("additions", "key", "kind", "origin", "scope", "template_id", "time", "units", "values")

    def __init__(
        self, kind: str, key: Key, values: dict[str, Any], template_id: int, time: int, scope: dict[str, Any]
    ) -> None:
        self.kind = kind
        self.key = key
        self.values = values
        self.units = 1 + (_size(values) + _size(scope)) // SIZE
        self.origin = "options" if key is None else f"options:{ORIGINS.get(kind, kind)}={key}"
        self.additions: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}
        self.template_id = template_id
        self.time = time
        self.scope = scope

    def row(self) -> dict[str, Any]:
        """The fact as a plain row, which shares nothing with it."""
        values = {"fields": self.values} if self.kind == PROPERTIES else self.values
        return {
            "kind": self.kind,
            "key": self.key,
            **copied(values),
            SOURCE: "options",
            "template_id": self.template_id,
            "time": self.time,
            "scope": copied(self.scope),
        }


class Knowledge:
    """The facts of one domain.  Each counts once in its exporter's ledger, or once for each ``SIZE`` characters.

    Its ``len`` is what it counts there.  ``evicted`` counts the facts that made room for others, ``refused`` those for
    which there was none.
    """

    __slots__ = ("_facts", "_ledger", "_tables", "_units", "evicted", "refused")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._facts: OrderedDict[tuple[str, Key], Fact] = OrderedDict()  # said longest ago first
        self._tables: dict[str, dict[Key, Fact]] = {}  # the same by kind; none is empty
        self._units = 0
        self.evicted = 0
        self.refused = 0

    def __len__(self) -> int:
        return self._units

    def learn(self, record: Mapping[str, Any], *, template_id: int, time: int, transport: str) -> None:
        """Keep what an options *record* states that is known to mean something; never raises.

        *time* (s since 1970) is its export time, *transport* decides whether properties are withdrawn (RFC 5473 §5).
        """
        for kind, key, values in facts_of(record):
            if kind == PROPERTIES and not values:
                if transport != "udp":
                    self._forget((kind, key))
                continue
            scope = record.get("scope")
            self._keep(kind, key, values, template_id, time, scope if isinstance(scope, dict) else {})

    def _keep(
        self, kind: str, key: Key, values: dict[str, Any], template_id: int, time: int, scope: dict[str, Any]
    ) -> None:
        known = self._facts.get((kind, key))
        if known is not None:
            if kind != PROPERTIES:  # one record may tell the name, another the description
                values = {**known.values, **values}
            if values == known.values and scope == known.scope:
                known.template_id, known.time = template_id, time
                self._facts.move_to_end((kind, key))
                return
            self._forget((kind, key))
        fact = Fact(kind, key, copied(values), template_id, time, copied(scope))
        if self._make_room(fact.units):
            self._units += fact.units
            self._facts[kind, key] = fact
            self._tables.setdefault(kind, {})[key] = fact
        else:
            self.refused += 1

    def _make_room(self, units: int) -> bool:
        """Count so many *units*, at the cost of older facts; False where even all of them are not enough."""
        for taken in range(units):
            while not self._ledger.take():
                if not self._facts:
                    self._ledger.give(taken)
                    return False
                self._forget(next(iter(self._facts)))
                self.evicted += 1
        return True

    def _forget(self, identity: tuple[str, Key]) -> None:
        fact = self._facts.pop(identity, None)
        if fact is not None:
            kind, key = identity
            table = self._tables[kind]
            del table[key]
            if not table:
                del self._tables[kind]
            self._units -= fact.units
            self._ledger.give(fact.units)

    def clear(self) -> None:
        """Forget all facts, and count them no longer."""
        self._ledger.give(self._units)
        self._units = 0
        self._facts.clear()
        self._tables.clear()

    def table(self, kind: str) -> Mapping[Key, Fact]:
        """The facts of that *kind* by what they are about; empty where there are none."""
        return self._tables.get(kind, NOTHING)

    @property
    def init_time(self) -> int | None:
        """When the exporter started, in ms since 1970; None where that is not known or cannot be true."""
        fact = self.table(EXPORTER).get(None)
        start = None if fact is None else fact.values.get(INIT_TIME)
        return start if fact and start and 0 < start <= fact.time * 1000 + AHEAD else None

    def rows(self) -> list[dict[str, Any]]:
        """All facts as plain rows, said longest ago first.

        ``kind``, ``key`` (None: it holds for the whole domain), the values by their elements' names (of common
        properties under ``fields``), ``source`` ("options"), and of the record that said it last ``template_id``,
        ``time`` (s since 1970) and ``scope``.
        """
        return [fact.row() for fact in self._facts.values()]

    def dump(self) -> list[dict[str, Any]]:
        """The rows in JSON's types alone, for ``load``."""
        return [_to_json(row) for row in self.rows()]

    def load(self, rows: Iterable[Any]) -> None:
        """Keep the facts of *rows* that ``dump`` has made, in their order, in place of all that is known.

        UsageError, and nothing changed, for a row that it cannot have made.
        """
        facts = [_fact(index, row) for index, row in enumerate(rows)]
        self.clear()
        for fact in facts:
            self._keep(fact.kind, fact.key, fact.values, fact.template_id, fact.time, fact.scope)


NOTHING: Mapping[Key, Fact] = {}


def copied(value: Any) -> Any:
    """*value* with dicts and lists of its own: what is handed out may be changed by who gets it."""
    if type(value) is dict:
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if type(value) is list else value


def _size(value: Any) -> int:
    """The characters and octets in *value*, other things counting 8."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + _size(each) for key, each in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else 8


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_to_json(each) for each in value]
    return {OCTETS: value.hex()} if isinstance(value, bytes) else value


def _from_json(value: Any, levels: int = DEEPEST) -> Any:
    """The value that ``_to_json`` has made *value* from; ValueError for what it does not make."""
    if isinstance(value, dict | list) and not levels:
        raise ValueError(f"more than {DEEPEST} levels")
    if isinstance(value, list):
        return [_from_json(each, levels - 1) for each in value]
    if not isinstance(value, dict):
        if value is None or type(value) in (str, int, float, bool):
            return value
        raise ValueError(f"a {type(value).__name__}")
    if value.keys() == {OCTETS} and isinstance(value[OCTETS], str):
        return bytes.fromhex(value[OCTETS])
    if not all(isinstance(key, str) for key in value):
        raise ValueError("a key that is no str")
    return {key: _from_json(each, levels - 1) for key, each in value.items()}


def _fact(index: int, row: Any) -> Fact:
    """The fact of a *row* of a snapshot; UsageError if it is none."""
    try:
        row = _from_json(row)
        kind, key, template_id, time, scope = [row[name] for name in ROW]
        values = {name: row[name] for name in row if name not in ROW and name != SOURCE}
        if type(key) is not KEYS[kind]:
            raise ValueError(f"key {key!r:.80}")
        if type(template_id) is not int or type(time) is not int or type(scope) is not dict:
            raise ValueError("template_id, time or scope of the wrong kind")
        _check(kind, values)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"knowledge row {index}: {error}; expected a row as Knowledge.dump() makes them") from error
    return Fact(kind, key, values["fields"] if kind == PROPERTIES else values, template_id, time, scope)


def _check(kind: str, values: dict[str, Any]) -> None:
    """ValueError if no fact of that *kind* has these *values*."""
    if not values:
        raise ValueError("no values")
    for name, value in values.items():
        if kind == PROPERTIES:
            fits = name == "fields" and type(value) is dict and len(value) > 0
        elif name == SAMPLING_INTERVAL:
            fits = kind in SAMPLING_KINDS and (value is None or is_interval(value))
        else:
            fits = type(value) is VALUES[kind].get(name)
        if not fits:
            raise ValueError(f"{name} {value!r:.80}")
