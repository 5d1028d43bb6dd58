"""What a datagram would meet in a store, for a decoding of which nothing is to stay.

The live store is read and never changed.  Of a domain's templates those are copied that the datagram asks for, so that
a trial costs what its datagram does, however much is known.  Sets that wait, sequence numbers, data sources and facts
are not here: whether a datagram is damaged does not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from copy import copy
from itertools import islice
from typing import Any, TypeVar

from ..template import Template
from ..types.words import WITH_TEMPLATES
from .domains import Domain
from .exporters import Exporter, ExporterStore
from .history import History
from .sightings import Line
from .templates import KnownTemplate
from .timeline import HistoricDomain

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TrialStore(ExporterStore):
    """Makes domains that know what those of the *live* store know, each for one datagram."""

    def __init__(self, live: ExporterStore) -> None:
        super().__init__(live.limits, live.settings_of, live.history)
        self._live = live

    def domain(self, exporter: Hashable, protocol: str, number: Hashable) -> Domain:
        """The observation domain *number* of *exporter*; what the last one has learned is gone."""
        self.clear()
        live, known, key = self._live.get(exporter), None, (protocol, number)
        trial = _TrialExporter(self, self._live.key_of(exporter) if live is None else live.key)
        if live is not None:
            known = live.domains.get(key)
            trial.rules, trial.fractions = live.rules, copy(live.fractions)
            trial.elements = None if live.elements is None else live.elements.on_trial(trial)
            trial.templates, trial.fields, trial.facts = live.templates, live.fields, live.facts
            if known is None:
                self._make_room(trial, live)
        if known is None or protocol not in WITH_TEMPLATES:
            domain = self._new_domain(trial, protocol, number)
        elif isinstance(known, HistoricDomain):
            domain = HistoricDomain(trial, protocol, number, known.window)
            domain.history = _TrialHistory(known.history)
        else:
            domain = _TrialDomain(trial, known)
        if known is not None:
            clock, now = domain.clock, known.clock
            clock.latest, clock.seconds, clock.steps = now.latest, now.seconds, now.steps
        trial.domains[key] = domain
        return domain

    def _make_room(self, trial: _TrialExporter, live: Exporter) -> None:
        """Count what *trial* has without the domains that *live* would forget for a new one."""
        over = len(live.domains) + 1 - min(self.limits.domains_per_exporter, self.limits.domains)
        for domain in islice(live.domains.values(), max(over, 0)):
            if isinstance(domain, HistoricDomain):
                trial.lose(len(domain.history.definitions), domain.history.definitions)
                trial.give(domain.history.sightings)
            else:
                trial.lose(len(domain.templates), _templates(domain.templates, domain.templates))
            if domain.knowledge is not None:
                trial.give(len(domain.knowledge))


class _TrialExporter(Exporter):
    """An exporter that may have lost templates by the thousand; their fields are counted where that decides something.

    That is where it has as many as it may, and more of them come.
    """

    __slots__ = ("_lost",)

    def __init__(self, store: TrialStore, key: Hashable) -> None:
        super().__init__(store, key)
        self._lost: list[Iterable[Template]] = []

    def lose(self, count: int, templates: Iterable[Template]) -> None:
        """Count so many *templates* no longer; they are the live ones."""
        super().grow(-count, 0)
        self._lost.append(templates)

    def grow(self, templates: int, fields: int) -> str:
        """Count more templates and fields, or fewer; the limit that forbids it if there is one, else ""."""
        limit = super().grow(templates, fields)
        if limit == "template_fields_per_exporter" and self._lost:
            super().grow(0, -sum(len(template.fields) for lost in self._lost for template in lost))
            self._lost = []
            limit = super().grow(templates, fields)
        return limit


class _Copies(dict[K, V]):
    """Entries of a *live* dict, each copied when it is first asked for; what is deleted does not come back."""

    def __init__(self, live: dict[K, V], copied: Callable[[V], V]) -> None:
        super().__init__()
        self._live = live
        self._copied = copied
        self.asked: set[K] = set()
        self.deleted: list[Callable[[V], bool]] = []  # which entries are deleted that nobody has asked for

    def _is_there(self, key: Any) -> bool:
        """Whether there is an entry that nobody has asked for."""
        if key in self.asked or key not in self._live:
            return False
        return not any(deleted(self._live[key]) for deleted in self.deleted)

    def __missing__(self, key: K) -> V:
        if not self._is_there(key):
            raise KeyError(key)
        self.asked.add(key)
        value = self[key] = self._copied(self._live[key])
        return value

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._is_there(key)

    def get(self, key: K, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def setdefault(self, key: K, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            self[key] = default
            return default


class _TrialDomain(Domain):
    """A domain whose ``ids`` are those of the templates that were asked for, or learned."""

    __slots__ = ("_copies", "_live", "_trial", "_withdrawn")

    def __init__(self, exporter: _TrialExporter, live: Domain) -> None:
        super().__init__(exporter, *live.key)
        self._live = live
        self._trial = exporter
        self._withdrawn: set[bool] = set()  # kinds of templates all of which were withdrawn
        self.templates = self._copies = _Copies(live.templates, self._copied)

    def _copied(self, known: KnownTemplate) -> KnownTemplate:
        self.ids[known.is_options][known.template.template_id] = None
        return _copied(known)

    def withdraw(self, template_id: int | None, *, options: bool, offset: int = 0) -> list[Template]:
        """Forget the template of that kind, or with None all of them; those that were asked for."""
        if template_id is not None:
            self.templates.get(template_id)
        elif options not in self._withdrawn:
            self._withdrawn.add(options)  # once: a message may withdraw all of them thousands of times
            self._forget_all(options)
        return super().withdraw(template_id, options=options, offset=offset)

    def _forget_all(self, options: bool) -> None:
        """Forget all templates of a kind that nobody has asked for, without looking at them."""
        ids, asked = self._live.ids[options], self._copies.asked.copy()
        self._copies.deleted.append(lambda known: known.is_options is options)
        others = (template_id for template_id in ids if template_id not in asked)
        self._trial.lose(len(ids) - sum(each in ids for each in asked), _templates(self._live.templates, others))


class _TrialHistory(History):
    """What is known of the course of time, for one message more."""

    __slots__ = ()

    def __init__(self, live: History) -> None:
        super().__init__()
        self.latest, self._number, self._alone = live.latest, live._number, live._alone
        self._withdrawals = {options: list(places) for options, places in live._withdrawals.items()}
        self.definitions = _Copies(live.definitions, _copied)
        self._lines = _Copies(live._lines, self._copied_line)

    def _copied_line(self, line: Line) -> Line:
        return Line(
            (place, each if isinstance(each, bool) else self.definitions[each.template]) for place, each in line.seen()
        )


def _copied(known: KnownTemplate) -> KnownTemplate:
    """A copy that keeps the reader of its records, as ``copy`` does not."""
    made = copy(known)
    made.shape, made.edition, made.described = known.shape, known.edition, known.described
    return made


def _templates(known: dict[int, KnownTemplate], ids: Iterable[int]) -> Iterator[Template]:
    return (known[template_id].template for template_id in ids)
