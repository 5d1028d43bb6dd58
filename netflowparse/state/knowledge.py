"""What is known of one exporter's domain by its own options records, and where each fact was said.

Bounded: an exporter that states too much loses what it stated longest ago.  What facts there are is said in ``facts``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol, TypeAlias, cast

from .fact_rows import SOURCE, read_row
from .fact_values import copied, cost_of, size_of_entries, to_json
from .facts import (
    APPLICATION,
    EXPORTER,
    INIT_TIME,
    INTERFACE_SAMPLING,
    LINE_CARD_SAMPLING,
    MIB_FIELD,
    PROPERTIES,
    PROPERTIES_ID,
    SAMPLER,
    SELECTOR,
    TEMPLATE_SAMPLING,
    Key,
    facts_of,
    mib_key,
    mib_place,
    spelled,
)
from .repetition import Repetition
from .templates import CONNECTIONS

SIZE = 1024  # octets of memory: a fact whose entries take more counts as several, or they would fill the memory
AHEAD = 86_400_000  # ms by which an exporter may seem to start after it says so, where clocks differ
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
WHOLE = frozenset({PROPERTIES, MIB_FIELD})  # kinds of which a record says all, not more
#: what a record did to common properties, where it did not just state or repeat or withdraw them
Change: TypeAlias = Literal["replaced", "conflict", "unknown_withdrawal"]


class Ledger(Protocol):
    """Counts the facts of one exporter, over all its domains."""

    def take(self) -> bool:
        """Count one more; False, and nothing counted, where that would be too many."""

    def give(self, count: int) -> None:
        """Count so many fewer."""


class Fact:
    """One thing known: its values by their elements' names, and the options record that said it last.

    ``origin`` is what ``resolved`` calls it.  ``additions`` are hung here by who resolves flows with it: they last as
    long as the values.  ``repetition`` is of properties alone.
    """

    __slots__ = (
        *("_costs", "additions", "key", "kind", "origin", "repetition", "scope", "template_id", "time"),
        *("units", "values"),
    )

    def __init__(
        self, kind: str, key: Key, values: dict[str, Any], template_id: int, time: int, scope: dict[str, Any]
    ) -> None:
        self.kind = kind
        self.key = key
        self.values = values
        self.units = 1 + (size_of_entries(values) + size_of_entries(scope)) // SIZE
        self.origin = "options" if key is None else f"options:{ORIGINS.get(kind, kind)}={key}"
        self.additions: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}
        self.template_id = template_id
        self.time = time
        self.scope = scope
        self.repetition: Repetition | None = None
        self._costs: dict[str, int] = {}

    @property
    def costs(self) -> dict[str, int]:
        """What each value counts where flows gain it: told once."""
        if not self._costs:
            self._costs = {name: cost_of(value) for name, value in self.values.items()}
        return self._costs

    def outlived(self, lifetime: int | str | None, seconds: int) -> bool:
        """Whether it ends after a *lifetime* without repetition, and that is over."""
        return self.repetition is not None and self.repetition.outlived(lifetime, seconds)

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
    """The facts of one domain.  Each counts once in its exporter's ledger, or once for each ``SIZE`` octets.

    Its ``len`` is what it counts there.  ``evicted`` counts the facts that made room for others, ``refused`` those for
    which there was none.
    """

    __slots__ = ("_facts", "_ledger", "_tables", "_units", "evicted", "refused")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._facts: OrderedDict[tuple[str, str], Fact] = OrderedDict()  # said longest ago first; keys are ``spelled``
        #: the same by kind, those of MIB fields also by the template's id and the field's place; none is empty
        self._tables: dict[str | int, dict[str | int, Fact]] = {}
        self._units = 0
        self.evicted = 0
        self.refused = 0

    def __len__(self) -> int:
        return self._units

    def learn(
        self,
        record: Mapping[str, Any],
        *,
        template_id: int,
        time: int,
        transport: str,
        seconds: int = 0,
        lifetime: int | str | None = None,
    ) -> Change | None:
        """Keep what an options *record* states that is known to mean something; never raises.

        *time* (s since 1970) is its export time, *transport* decides whether properties are withdrawn (RFC 5473 §5).
        Properties that are not repeated end after their *lifetime*, of which *seconds* are those of the domain's clock.

        What happened to properties, if it was nothing ordinary.
        """
        for kind, key, values in facts_of(record):
            scope = record.get("scope")
            repetition = None
            if kind == PROPERTIES:
                repetition = Repetition(seconds)
                known = self._known_properties(key, seconds, lifetime)
                if not values:
                    return self._withdraw(known, transport)
            scope = scope if isinstance(scope, dict) else {}
            if self._keep(kind, key, values, template_id, time, scope, repetition) and kind == PROPERTIES:
                return "conflict" if transport in CONNECTIONS else "replaced"
        return None

    def _known_properties(self, key: Key, seconds: int, lifetime: int | str | None) -> Fact | None:
        """The properties of that id; those that have outlived their lifetime are forgotten."""
        identity = PROPERTIES, spelled(key)
        known = self._facts.get(identity)
        if known is not None and known.outlived(lifetime, seconds):
            self._forget(identity)
            return None
        return known

    def _withdraw(self, known: Fact | None, transport: str) -> Change | None:
        if known is None:
            return "unknown_withdrawal" if transport in CONNECTIONS else None
        if transport != "udp":
            self._forget((PROPERTIES, spelled(known.key)))
        return None

    def _keep(
        self,
        kind: str,
        key: Key,
        values: dict[str, Any],
        template_id: int,
        time: int,
        scope: dict[str, Any],
        repetition: Repetition | None,
    ) -> bool:
        """Keep a fact, if there is room; whether it takes the place of one that said something else."""
        identity = kind, spelled(key)
        known = self._facts.get(identity)
        if known is not None:
            if kind not in WHOLE:  # one record may tell the name, another the description
                values = {**known.values, **values}
            if values == known.values and scope == known.scope:
                known.template_id, known.time = template_id, time
                if known.repetition and repetition:
                    known.repetition.repeat(repetition.seconds)
                self._facts.move_to_end(identity)
                return False
            self._forget(identity)
        fact = Fact(kind, key, copied(values), template_id, time, copied(scope))
        fact.repetition = repetition
        if self._make_room(fact.units):
            self._units += fact.units
            self._facts[identity] = fact
            for table, place in _places(kind, key):
                self._tables.setdefault(table, {})[place] = fact
        else:
            self.refused += 1
        return known is not None

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

    def _forget(self, identity: tuple[str, str]) -> None:
        fact = self._facts.pop(identity, None)
        if fact is not None:
            for table, place in _places(fact.kind, fact.key):
                del self._tables[table][place]
                if not self._tables[table]:
                    del self._tables[table]
            self._units -= fact.units
            self._ledger.give(fact.units)

    def clear(self) -> None:
        """Forget all facts, and count them no longer."""
        self._ledger.give(self._units)
        self._units = 0
        self._facts.clear()
        self._tables.clear()

    def table(self, kind: str) -> Mapping[str, Fact]:
        """The facts of that *kind* by what they are about, ``spelled``; empty where there are none."""
        return cast("Mapping[str, Fact]", self._tables.get(kind, NOTHING))

    def mib_fields(self, template_id: int) -> Mapping[int, Fact]:
        """What is said of the fields of a template, by their places."""
        return cast("Mapping[int, Fact]", self._tables.get(template_id, NOTHING))

    def forget_mib_fields(self, template_id: int) -> None:
        """Forget what is said of the fields of a template."""
        for index in list(self.mib_fields(template_id)):
            self._forget((MIB_FIELD, spelled(mib_key(template_id, index))))

    @property
    def init_time(self) -> int | None:
        """When the exporter started, in ms since 1970; None where that is not known or cannot be true."""
        fact = self.table(EXPORTER).get(spelled(None))
        start = None if fact is None else fact.values.get(INIT_TIME)
        return start if fact and start and 0 < start <= fact.time * 1000 + AHEAD else None

    def rows(self) -> list[dict[str, Any]]:
        """All facts as plain rows, said longest ago first.

        ``kind``, ``key`` (None: it holds for the whole domain), the values by their elements' names (of common
        properties under ``fields``), ``source`` ("options"), and of the record that said it last ``template_id``,
        ``time`` (s since 1970) and ``scope``.
        """
        return [fact.row() for fact in self._facts.values()]

    def dump(self, seconds: int = 0) -> list[dict[str, Any]]:
        """The rows in JSON's types alone, for ``load``; of properties their age (s) and interval as well.

        *seconds* are those of the domain's clock.
        """
        return [
            {**to_json(fact.row()), **(fact.repetition.dump_age(seconds) if fact.repetition else {})}
            for fact in self._facts.values()
        ]

    def load(self, rows: Iterable[Any], seconds: int = 0, octet_values: str = "bytes") -> None:
        """Keep the facts of *rows* that ``dump`` has made, in their order, in place of all that is known.

        Octets become what *octet_values* says, "bytes" or "hex" text.
        UsageError, and nothing changed, for a row that it cannot have made.
        """
        read = [read_row(index, row, seconds, octet_values) for index, row in enumerate(rows)]
        self.clear()
        for each in read:
            self._keep(*each)


NOTHING: Mapping[Any, Fact] = {}


def _places(kind: str, key: Key) -> tuple[tuple[str | int, str | int], ...]:
    """The tables that a fact is in, and where it is there."""
    place = kind, spelled(key)
    return (place, mib_place(key)) if kind == MIB_FIELD and type(key) is str else (place,)
