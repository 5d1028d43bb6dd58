"""The exporters of one decoder, what is known of each, and how much that is.

Where there is too much of anything in total, exporters not heard of for longest make room; of one exporter, its domains
not heard of for longest do, and definitions beyond its bounds are refused.  Only held sets go otherwise: the exporter's
own oldest for its new ones, and in total those of the exporter that has held nothing new for longest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from typing import TypeAlias

from ..limits import Limits
from ..quirks import MAPPED_EXPORTER, STANDARD, Rules, unmapped
from ..settings import ExporterSettings
from .domains import Domain
from .elements import LearnedElements
from .pending import PINNED, HeldSet
from .templates import KnownTemplate
from .timeline import HistoricDomain

Lifetime: TypeAlias = "int | str | None"  # of templates: s, "adapt", or None for without end
SettingsOf: TypeAlias = Callable[[Hashable], tuple[ExporterSettings, Rules, Lifetime]]
WITH_TEMPLATES = ("netflow9", "ipfix")
PLAIN = ExporterSettings()


class Exporter:
    """What is known of one exporter, and how much that is."""

    __slots__ = (
        "domains",
        "elements",
        "facts",
        "fields",
        "fractions",
        "held",
        "held_octets",
        "key",
        "lifetime",
        "pins",
        "rules",
        "settings",
        "sources",
        "store",
        "templates",
    )

    def __init__(self, store: ExporterStore, key: Hashable) -> None:
        self.store = store
        self.key = key
        self.settings, self.rules, self.lifetime = store.settings_of(key)
        self.domains: OrderedDict[tuple[str, Hashable], Domain] = OrderedDict()
        self.templates = 0
        self.fields = 0
        self.sources = 0
        self.facts = 0
        self.elements: LearnedElements | None = None  # made by the first record that describes one; RFC 5610
        self.held: OrderedDict[HeldSet, None] = OrderedDict()  # oldest first
        self.held_octets = 0
        self.pins: dict[KnownTemplate, int] = {}  # definitions that held sets keep, and how many sets do
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
        self.store.shrink()

    def take(self) -> bool:
        """Count one more fact of what it says about itself; False where it has as many as it may have."""
        if self.facts >= self.store.limits.facts_per_exporter:
            return False
        self.facts += 1
        self.store.facts += 1
        self.store.shrink()
        return True

    def give(self, facts: int) -> None:
        """Count fewer facts, or more if negative."""
        self.facts -= facts
        self.store.facts -= facts
        if facts < 0:
            self.store.shrink()

    def pin(self, known: KnownTemplate) -> None:
        """Count that a set keeps a definition; where that is too much, the next set that is held makes room."""
        if known not in self.pins:
            self._count_octets(PINNED * len(known.template.fields))
        self.pins[known] = self.pins.get(known, 0) + 1

    def _unpin(self, known: KnownTemplate) -> None:
        self.pins[known] -= 1
        if not self.pins[known]:
            del self.pins[known]
            self._count_octets(-PINNED * len(known.template.fields))

    def _count_octets(self, octets: int) -> None:
        self.held_octets += octets
        self.store.held_octets += octets

    def has_room(self, held: HeldSet) -> bool:
        """Whether a set can be held without others having to make room."""
        limits, store, cost = self.store.limits, self.store, held.cost
        return (
            self.held_octets + cost <= limits.pending_octets_per_exporter
            and len(self.held) < limits.pending_sets_per_exporter
            and store.held_octets + cost <= limits.pending_octets
            and store.held_sets < limits.pending_sets
        )

    def hold(self, held: HeldSet) -> tuple[list[HeldSet], str]:
        """Hold a set more; the sets that are held no longer to make room, and the limit that asked for it.

        A set that finds no room at all is among them itself.
        """
        limits, store = self.store.limits, self.store
        most, cost = limits.pending_octets_per_exporter, held.cost
        if cost > min(most, limits.pending_octets):
            return [held], "pending_octets_per_exporter" if cost > most else "pending_octets"
        pushed_out, limit = [], ""
        while self.held_octets + cost > most or len(self.held) >= limits.pending_sets_per_exporter:
            over = self.held_octets + cost > most
            limit = "pending_octets_per_exporter" if over else "pending_sets_per_exporter"
            pushed_out.append(self._push_out())
        while store.held_octets + cost > limits.pending_octets or store.held_sets >= limits.pending_sets:
            over = store.held_octets + cost > limits.pending_octets
            limit = "pending_octets" if over else "pending_sets"
            pushed_out.append(next(iter(store.holders))._push_out())
        self.held[held] = None
        self._count_octets(cost)
        for known in held.definitions:
            self.pin(known)
        store.held_sets += 1
        store.holders[self] = None
        store.holders.move_to_end(self)
        assert held.domain.waiting is not None
        held.domain.waiting.add(held)
        return pushed_out, limit

    def _push_out(self) -> HeldSet:
        oldest = next(iter(self.held))
        self.release(oldest)
        return oldest

    def release(self, held: HeldSet) -> None:
        """Hold a set no longer."""
        store = self.store
        del self.held[held]
        self._count_octets(-held.cost)
        for known in held.definitions:
            self._unpin(known)
        store.held_sets -= 1
        if not self.held:
            del store.holders[self]
        held.domain.released(held)

    def forget_oldest_domain(self) -> None:
        """Forget the domain not heard of for longest."""
        _, domain = self.domains.popitem(last=False)
        self.store.domains -= 1
        domain.forget()


class ExporterStore:
    """The exporters of one decoder; those not heard of for longest go when there is too much of anything."""

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
        self.holders: OrderedDict[Exporter, None] = OrderedDict()  # by when they last held something new
        self._exporters: OrderedDict[Hashable, Exporter] = OrderedDict()

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
        key = (protocol, number)
        domain = known.domains.get(key)
        if domain is not None:
            if len(known.domains) > 1:
                known.domains.move_to_end(key)
            return domain
        domain = known.domains[key] = self._new_domain(known, protocol, number)
        self.domains += 1
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
        limits = self.limits
        while len(self._exporters) > 1 and (
            len(self._exporters) > limits.exporters
            or self.domains > limits.domains
            or self.fields > limits.template_fields
            or self.sources > limits.sample_sources
            or self.facts > limits.facts
        ):
            first, second = islice(self._exporters, 2)
            reads = self._exporters[first] is self.reading
            if reads and len(self._exporters) == 2:
                return
            self.forget(second if reads else first)

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
        return True

    def clear(self) -> None:
        """Forget all exporters."""
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
