"""Takes snapshots over into a decoder's store, within its limits: what was heard least recently finds no room first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeAlias

from ...quirks import SEQUENCE_AFTER_RECORDS
from ...types import Header
from ...types.words import WITH_TEMPLATES
from ..domains import Domain
from ..elements import LearnedElements
from ..exporters import Exporter, ExporterStore
from ..history import History
from ..knowledge import Knowledge
from ..pending import HeldSet, Waiting
from ..templates import KnownTemplate
from ..timeline import HistoricDomain
from .merge import merge
from .parts import DomainPart, ExporterPart, HeldPart
from .reading import read_snapshot

ClockOf: TypeAlias = Callable[[Header, "frozenset[str]"], Any]


def restore_store(store: ExporterStore, snapshots: list[Any], clock_of: ClockOf, octet_values: str) -> None:
    """Let the empty *store* remember what all *snapshots* say; SnapshotError, and nothing is taken over, for others.

    *clock_of* makes the protocol's clock for a held message from its header and the exporter's rules.
    *octet_values* is what octets in facts become, "hex" text or "bytes", whatever they were.
    """
    names = [""] if len(snapshots) == 1 else [f"snapshots[{number}]" for number in range(len(snapshots))]
    parts = [read_snapshot(each, name) for each, name in zip(snapshots, names, strict=True)]
    keeps_history = store.history is not False
    merged = merge(parts, store.key_of, lambda protocol: keeps_history and protocol in WITH_TEMPLATES)
    for part in merged.exporters:
        _take_exporter(store, part, octet_values)
    for part in merged.holders:
        exporter = store.get(part.key)
        if exporter is not None:
            for message in {id(each.message): each.message for each in part.held}.values():
                message.clock = clock_of(message.header, exporter.rules.on)
            _hold(exporter, part)


def _take_exporter(store: ExporterStore, part: ExporterPart, octet_values: str) -> None:
    for protocol, number in part.domains:
        store.domain(part.key, protocol, number)
    exporter = store.get(part.key)
    assert exporter is not None  # the one heard last is never forgotten
    _take_fractions(exporter, part)
    if part.elements:
        exporter.elements = LearnedElements(exporter)
        for element in part.elements.values():
            exporter.elements.learn(element)
    for key, domain in reversed(exporter.domains.items()):
        _take_domain(exporter, domain, part.domains[key])
        _take_facts(exporter, domain, part.domains[key], octet_values)


def _take_fractions(exporter: Exporter, part: ExporterPart) -> None:
    """Let rules be in force, or not, that the exporter's values have shown to be right, where they may show it."""
    if part.fractions is None:
        return
    on, watched = exporter.rules
    exporter.fractions = {rule: count for rule, (count, _) in part.fractions.items()}
    exporter.rules = exporter.rules._replace(
        on=on.union(rule for rule, (_, in_force) in part.fractions.items() if in_force and rule in watched)
    )


def _take_numbers(domain: Domain, part: DomainPart) -> None:
    """Let numbers count as they did, where the decoder does not say how they count."""
    own = part.numbering is not None and part.numbering.own
    if SEQUENCE_AFTER_RECORDS in domain.exporter.rules.watched or domain.counts_own == own:
        domain.sequence, domain.numbering = part.sequence, part.numbering


def _take_domain(exporter: Exporter, domain: Domain, part: DomainPart) -> None:
    domain.clock, domain.uptime, domain.counts = part.clock, part.uptime, part.counts
    _take_numbers(domain, part)
    room = exporter.store.limits.sample_sources_per_exporter - exporter.sources
    domain.sources.update(islice(part.sources.items(), room))
    exporter.count_sources(len(domain.sources))
    if isinstance(domain, HistoricDomain):
        assert part.history is not None
        _take_history(exporter, domain, part, part.history)
    else:
        domain.templates = {each.template.template_id: each for each in _fitting(exporter, part.templates.values())}
        for template_id in part.order:
            if template_id in domain.templates:
                domain.ids[domain.templates[template_id].is_options][template_id] = None


def _fitting(exporter: Exporter, templates: Iterable[KnownTemplate]) -> list[KnownTemplate]:
    """Those *templates* that are within the limits; they are counted."""
    most = exporter.store.limits.fields_per_template
    return [
        known
        for known in templates
        if len(known.template.fields) <= most and not exporter.grow(1, len(known.template.fields))
    ]


def _take_history(exporter: Exporter, domain: HistoricDomain, part: DomainPart, history: History) -> None:
    definitions = {id(each): each for each in (*part.templates.values(), *history.definitions.values())}
    fitting = _fitting(exporter, definitions.values())
    kept = set(map(id, fitting))
    if len(fitting) < len(definitions):
        history.keep(fitting)
    domain.templates = {number: known for number, known in part.templates.items() if id(known) in kept}
    if exporter.facts + history.sightings > exporter.store.limits.facts_per_exporter:
        for known in fitting:
            if known not in domain.templates.values():
                exporter.grow(-1, -len(known.template.fields))
        history = History.begun(domain.templates.values(), history.latest, part.sequence.expected)
    domain.history = history
    exporter.give(-history.sightings)


def _take_facts(exporter: Exporter, domain: Domain, part: DomainPart, octet_values: str) -> None:
    if part.facts is not None:
        knowledge = domain.knowledge = Knowledge(exporter)
        knowledge.load(part.facts.rows, part.clock.seconds, octet_values)
        knowledge.evicted += part.facts.evicted
        knowledge.refused += part.facts.refused


def _hold(exporter: Exporter, part: ExporterPart) -> None:
    """Let the sets of *part* wait again; those for which there is no room count as evicted."""
    sets: dict[int, HeldSet] = {}
    most = exporter.store.limits.fields_per_template
    for each in part.held:
        domain = exporter.domains.get(each.domain)
        if domain is None:
            continue
        if domain.waiting is None:
            domain.waiting = Waiting()
        held = sets[id(each)] = _held(domain, each)
        if each.known is not None and len(each.known.template.fields) > most:
            domain.counts.evicted += 1
            continue
        for gone in exporter.hold(held)[0]:
            gone.domain.counts.evicted += 1
    there = {number: held for number, held in sets.items() if held in exporter.held}
    for key, domain in exporter.domains.items():
        if domain.waiting is not None:
            _order(domain, domain.waiting, part.domains[key], there)
    for gone in exporter.make_room()[0]:
        gone.domain.counts.evicted += 1


def _held(domain: Domain, part: HeldPart) -> HeldSet:
    held = HeldSet(domain, part.message, part.set_id, part.start, part.octets)
    held.seconds, held.withdrawn = part.seconds, part.withdrawn
    return held


def _order(domain: Domain, waiting: Waiting, part: DomainPart, sets: dict[int, HeldSet]) -> None:
    """Give the held sets of *domain* their order among those that wait, and make those ready that were."""
    for each in part.ready:
        if id(each) in sets and each.known is not None:
            domain.exporter.pin(each.known)
            waiting.make_ready(sets[id(each)], each.known)
    waiting.unready = {number: waiting.unready[number] for number in part.unready if number in waiting.unready}
    if isinstance(domain, HistoricDomain):
        domain.unexamined.update((sets[id(each)], None) for each in part.unexamined if id(each) in sets)
        for held in (sets[id(each)] for each in part.held if id(each) in sets and each.known is None):
            if held not in domain.unexamined:
                domain.await_definition(held)
    if part.changed:
        for template_id in list(waiting.unready):
            if template_id in domain.templates:
                domain.make_ready(domain.templates[template_id])
