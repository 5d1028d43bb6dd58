"""The exporters of one decoder, what is known of each, and how much that is.

Where there is too much of anything in total, exporters that hold more than their share make room, those not heard of
for longest first; of one exporter, its domains not heard of for longest do, and definitions beyond its bounds are
refused.  Where there are too many exporters, those not heard of for longest go.  ``holder`` says how held sets go.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import TypeAlias

from ..limits import Limits
from ..quirks import MAPPED_EXPORTER, STANDARD, Rules, unmapped
from ..settings import PLAIN, ExporterSettings
from ..types.words import WITH_TEMPLATES
from .domains import Domain
from .elements import LearnedElements
from .holder import Holder
from .pending import OVERHEAD
from .shares import Shares
from .timeline import HistoricDomain

Lifetime: TypeAlias = "int | str | None"  # of templates: s, "adapt", or None for without end
SettingsOf: TypeAlias = Callable[[Hashable], tuple[ExporterSettings, Rules, Lifetime]]


class Exporter(Holder):
    """What is known of one exporter, and how much that is."""

    __slots__ = (
        "elements",
        "facts",
        "fields",
        "fractions",
        "lifetime",
        "rules",
        "settings",
        "sources",
        "templates",
    )

    def __init__(self, store: ExporterStore, key: Hashable) -> None:
        super().__init__(store, key)
        self.settings, self.rules, self.lifetime = store.settings_of(key)
        self.templates = 0
        self.fields = 0
        self.sources = 0
        self.facts = 0
        self.elements: LearnedElements | None = None  # made by the first record that describes one; RFC 5610
        self.fractions: object = None  # what the protocols have seen of its NTP timestamps

    def lifetime_over(self, transport: str) -> Lifetime:
        """How long its templates, and common properties, hold unrepeated: over UDP, and without a history."""
        return self.lifetime if transport == "udp" and self.store.history is False else None

    def grow(self, templates: int, fields: int) -> str:
        """Count more templates and fields, or fewer; the limit that forbids it if there is one, else ""."""
        limits = self.store.limits
        if templates > 0 and self.templates + templates > limits.templates_per_exporter:
            return "templates_per_exporter"
        if fields > 0 and self.fields + fields > limits.template_fields_per_exporter:
            return "template_fields_per_exporter"
        self.templates += templates
        self.fields += fields
        self.store.fields += fields
        self.store.field_shares.change(self, self.fields - fields, self.fields)
        self.store.shrink()
        return ""

    def make_room_for_source(self, domain: Domain) -> None:
        """Count one more data source, of *domain*; where there are too many, that one starts afresh."""
        if self.sources >= self.store.limits.sample_sources_per_exporter:
            domain.forget_sources()
            while self.sources >= self.store.limits.sample_sources_per_exporter:
                self.forget_oldest_domain()
        self.count_sources(1)

    def count_sources(self, sources: int) -> None:
        """Count more data sources, or fewer."""
        self.sources += sources
        self.store.sources += sources
        self.store.source_shares.change(self, self.sources - sources, self.sources)
        self.store.shrink()

    def take(self) -> bool:
        """Count one more fact of what it says about itself; False where it has as many as it may have."""
        if self.facts >= self.store.limits.facts_per_exporter:
            return False
        self._count_facts(1)
        return True

    def give(self, facts: int) -> None:
        """Count fewer facts, or more if negative."""
        self._count_facts(-facts)

    def _count_facts(self, facts: int) -> None:
        self.facts += facts
        self.store.facts += facts
        self.store.fact_shares.change(self, self.facts - facts, self.facts)
        self.store.shrink()

    def forget_oldest_domain(self) -> None:
        """Forget the domain not heard of for longest."""
        _, domain = self.domains.popitem(last=False)
        self.store.domains -= 1
        self.store.domain_shares.change(self, len(self.domains) + 1, len(self.domains))
        domain.forget()


class ExporterStore:
    """The exporters of one decoder; some go when there is too much of anything."""

    def __init__(self, limits: Limits, settings_of: SettingsOf | None = None, history: bool | int = False) -> None:
        self.limits = limits
        self.history = history  # whether data is decoded by its export time, or the s that it waits for that
        self.settings_of: SettingsOf = _standard if settings_of is None else settings_of
        self.domains = 0
        self.fields = 0
        self.sources = 0
        self.facts = 0
        self.held_octets = 0
        self.held_sets = 0
        self.reading: Exporter | None = None  # whose held sets are being read
        self.holders: OrderedDict[Holder, None] = OrderedDict()  # by when they last held something new
        self._exporters: OrderedDict[Hashable, Exporter] = OrderedDict()
        self._ticks = 0
        most = 2 * limits.exporters  # were all at these, there would be room for two that are spared
        self.domain_shares = Shares(limits.domains // most, "heard")
        self.field_shares = Shares(limits.template_fields // most, "heard")
        self.source_shares = Shares(limits.sample_sources // most, "heard")
        self.fact_shares = Shares(limits.facts // most, "heard")
        least = min(limits.pending_octets // most, limits.pending_sets // most * OVERHEAD)
        self.held_shares = Shares(least, "held_new")  # by octets: no set is without

    @property
    def _shares(self) -> tuple[Shares, ...]:
        return self.domain_shares, self.field_shares, self.source_shares, self.fact_shares, self.held_shares

    def tick(self) -> int:
        """The number of something that has happened: one more each time."""
        self._ticks += 1
        return self._ticks

    def domain(self, exporter: Hashable, protocol: str, number: Hashable) -> Domain:
        """The observation domain *number* of *exporter*, a new one if need be."""
        known = self._exporters.get(exporter)
        if known is None:
            exporter = self.key_of(exporter)
            known = self._exporters.get(exporter)
        if known is None:
            known = self._exporters[exporter] = Exporter(self, exporter)
        elif len(self._exporters) > 1:
            self._exporters.move_to_end(exporter)
            known.heard = self._ticks = self._ticks + 1
        key = (protocol, number)
        domain = known.domains.get(key)
        if domain is not None:
            if len(known.domains) > 1:
                known.domains.move_to_end(key)
            return domain
        domain = known.domains[key] = self._new_domain(known, protocol, number)
        self.domains += 1
        self.domain_shares.change(known, len(known.domains) - 1, len(known.domains))
        self.shrink()
        while len(known.domains) > min(self.limits.domains_per_exporter, self.limits.domains):
            known.forget_oldest_domain()
        return domain

    def _new_domain(self, exporter: Exporter, protocol: str, number: Hashable) -> Domain:
        if self.history is False or protocol not in WITH_TEMPLATES:
            return Domain(exporter, protocol, number)
        return HistoricDomain(exporter, protocol, number, None if self.history is True else self.history)

    def shrink(self) -> None:
        """Forget exporters until all totals are within their limits; never the one heard last, or that is read now."""
        limits, exporters = self.limits, self._exporters
        while len(exporters) > 1:
            shares, total = None, 0
            if len(exporters) <= limits.exporters:
                if self.domains > limits.domains:
                    shares, total = self.domain_shares, self.domains
                elif self.fields > limits.template_fields:
                    shares, total = self.field_shares, self.fields
                elif self.sources > limits.sample_sources:
                    shares, total = self.source_shares, self.sources
                elif self.facts > limits.facts:
                    shares, total = self.fact_shares, self.facts
                else:
                    return
            spared = (next(reversed(exporters.values())), self.reading)
            giving: Holder | None = None if shares is None else shares.first_to_give(total, spared)
            if giving is None:
                giving = next((each for each in exporters.values() if each not in spared), None)
            if giving is None or not self.forget(giving.key):
                return

    def has(self, exporter: Exporter) -> bool:
        """Whether *exporter* is not forgotten."""
        return self._exporters.get(exporter.key) is exporter

    def forget(self, exporter: Hashable) -> bool:
        """Forget all of *exporter*; whether anything was known."""
        known = self._exporters.pop(self.key_of(exporter), None)
        if known is None:
            return False
        self.domains -= len(known.domains)
        self.fields -= known.fields
        self.sources -= known.sources
        self.facts -= known.facts
        self.held_octets -= known.held_octets
        self.held_sets -= len(known.held)
        self.holders.pop(known, None)
        counts = (len(known.domains), known.fields, known.sources, known.facts, known.held_octets)
        for shares, count in zip(self._shares, counts, strict=True):
            shares.change(known, count, 0)
        known.let_go()
        return True

    def clear(self) -> None:
        """Forget all exporters."""
        for shares in self._shares:
            shares.clear()
        for known in self._exporters.values():
            known.let_go()
        self._exporters.clear()
        self.holders.clear()
        self.domains = self.fields = self.sources = self.facts = self.held_octets = self.held_sets = 0

    def get(self, exporter: Hashable) -> Exporter | None:
        """What is known of *exporter*."""
        return self._exporters.get(self.key_of(exporter))

    def key_of(self, exporter: Hashable) -> Hashable:
        """What *exporter* is kept under: an IPv4 address that is mapped into IPv6 under the IPv4 address itself."""
        plain = unmapped(exporter)
        return plain if plain != exporter and MAPPED_EXPORTER in self.settings_of(plain)[1].on else exporter

    def __len__(self) -> int:
        return len(self._exporters)

    def __iter__(self) -> Iterator[Exporter]:
        return iter(self._exporters.values())

    def all_domains(self) -> Iterator[Domain]:
        """The domains of all exporters, in the order in which they were last heard."""
        for exporter in self._exporters.values():
            yield from exporter.domains.values()


def _standard(exporter: Hashable) -> tuple[ExporterSettings, Rules, Lifetime]:
    return PLAIN, STANDARD, None
