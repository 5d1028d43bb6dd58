"""What a datagram would meet in a store, for a decoding of which nothing is to stay.

The live store is read and never changed.  Of a domain's templates those are copied that the datagram asks for, so that
a trial costs what its datagram does, however much is known.  Sets that wait, sequence numbers, data sources and facts
are not here: whether a datagram is damaged does not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from copy import copy
from itertools import islice
from typing import Any, TypeVar

from ..template import Template
from .domains import Domain
from .exporters import WITH_TEMPLATES, Exporter, ExporterStore
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
        trial = Exporter(self, self._live.key_of(exporter) if live is None else live.key)
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

    def _make_room(self, trial: Exporter, live: Exporter) -> None:
        """Count what *trial* has without the domains that *live* would forget for a new one."""
        over = len(live.domains) + 1 - min(self.limits.domains_per_exporter, self.limits.domains)
        for domain in islice(live.domains.values(), max(over, 0)):
            templates: Iterable[Template] = (known.template for known in domain.templates.values())
            if isinstance(domain, HistoricDomain):
                templates = domain.history.definitions
                trial.give(domain.history.sightings)
            _uncount(trial, templates)
            if domain.knowledge is not None:
                trial.give(len(domain.knowledge))


class _Copies(dict[K, V]):
    """Entries of a *live* dict, each copied when it is first asked for; what is deleted does not come back."""

    def __init__(self, live: dict[K, V], copied: Callable[[V], V]) -> None:
        super().__init__()
        self._live = live
        self._copied = copied
        self._asked: set[K] = set()

    def __missing__(self, key: K) -> V:
        if key in self._asked or key not in self._live:
            raise KeyError(key)
        self._asked.add(key)
        value = self[key] = self._copied(self._live[key])
        return value

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (key not in self._asked and key in self._live)

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

    def forget(self, keys: Iterable[K]) -> list[V]:
        """Do as if those *keys* that nobody has asked for were deleted; their entries, which are the live ones."""
        gone = [key for key in keys if key not in self._asked]
        self._asked.update(gone)
        return [self._live[key] for key in gone]


class _TrialDomain(Domain):
    """A domain whose ``ids`` are those of the templates that were asked for, or learned."""

    __slots__ = ("_copies", "_live", "_withdrawn")

    def __init__(self, exporter: Exporter, live: Domain) -> None:
        super().__init__(exporter, *live.key)
        self._live = live
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
            _uncount(self.exporter, (known.template for known in self._copies.forget(self._live.ids[options])))
        return super().withdraw(template_id, options=options, offset=offset)


class _TrialHistory(History):
    """What is known of the course of time, for one message more."""

    __slots__ = ()

    def __init__(self, live: History) -> None:
        super().__init__()
        self.latest, self._number, self._alone = live.latest, live._number, live._alone
        self._withdrawals = list(live._withdrawals)
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


def _uncount(exporter: Exporter, templates: Iterable[Template]) -> None:
    lengths = [len(template.fields) for template in templates]
    exporter.grow(-len(lengths), -sum(lengths))
