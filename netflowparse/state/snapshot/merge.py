"""Snapshots made one, and their domains made fit for a decoder with a history, or without one.

Of what two know of the same domain, the definition refreshed last holds, the fact said last, and for what only one can
be right the domain that was heard last; where they are even, the later snapshot's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from ..clock import DomainClock, later_by
from ..elements import merge_elements
from ..facts import spelled
from ..history import History
from ..templates import KnownTemplate
from .parts import DomainPart, ExporterPart, Facts, HeldPart, SnapshotPart

_Key = TypeVar("_Key", bound=Hashable)


def merge(
    snapshots: Iterable[SnapshotPart], key_of: Callable[[Hashable], Hashable], keeps_history: Callable[[str], bool]
) -> SnapshotPart:
    """One out of all *snapshots*: exporters under their ``key_of``, domains with a history where the decoder has it."""
    exporters: dict[Hashable, ExporterPart] = {}
    holders: dict[Hashable, ExporterPart] = {}
    heard: list[tuple[Hashable, int | None]] = []
    merged = -1
    for snapshot in snapshots:
        merged += 1
        time = None
        for exporter in snapshot.exporters:
            for domain in exporter.domains.values():
                _suit(domain, with_history=keeps_history(domain.key[0]))
            exporter.key = key_of(exporter.key)
            if exporter.key in exporters:
                merged += 1
                _merge_exporters(exporters[exporter.key], exporter)
            else:
                exporters[exporter.key] = exporter
            own = exporter.last_heard()
            time = time if own is None else own  # where nobody says it, after its neighbour in its snapshot
            heard.append((exporter.key, time))
        for exporter in snapshot.holders:
            holders.pop(exporter.key, None)
            holders[exporter.key] = exporters[exporter.key]
    if merged:
        exporters = {key: exporters[key] for key in _by_time(heard)}
    return SnapshotPart(list(exporters.values()), list(holders.values()))


def _by_time(heard: Iterable[tuple[_Key, int | None]]) -> list[_Key]:
    """The keys by the latest time of each, earliest first; those without one before all others."""
    latest: dict[_Key, int | None] = {}
    for key, time in heard:
        known = latest.get(key)
        latest[key] = known if time is None or (known is not None and later_by(known, time) > 0) else time
    times = [time for time in latest.values() if time is not None]
    return sorted(latest, key=lambda key: -1 << 32 if (time := latest[key]) is None else later_by(time, times[0]))


def _suit(domain: DomainPart, *, with_history: bool) -> None:
    """Give a domain a history that begins with its templates in force, or take its own from it."""
    if with_history is (domain.history is not None):
        return
    domain.changed = True
    domain.unexamined = []
    if domain.history is not None:
        domain.history = None
        for each in domain.held:
            each.message.place = None
        return
    latest = domain.clock.latest or 0
    domain.history = History.begun(domain.templates.values(), latest, domain.sequence.expected)
    for each in domain.held:
        each.message.place = domain.history.place_behind(each.message.time, each.message.header["sequenceNumber"])
    domain.unexamined = [each for each in domain.held if each.known is None]


def _merge_exporters(one: ExporterPart, other: ExporterPart) -> None:
    """Make *one* both."""
    if _is_later(other.last_heard(), one.last_heard()):
        one.fractions = other.fractions
    merge_elements(one.elements, other.elements)
    for key, domain in other.domains.items():
        if key in one.domains:
            _merge_domains(one.domains[key], domain)
        else:
            one.domains[key] = domain
    order = _by_time((key, domain.counts.last_heard) for key, domain in one.domains.items())
    one.domains = {key: one.domains[key] for key in order}
    one.held += other.held
    if one.held:
        first = one.held[0].message.time
        one.held.sort(key=lambda each: later_by(each.message.time, first))


def _merge_domains(one: DomainPart, other: DomainPart) -> None:
    """Make *one* both."""
    latest = other if _is_later(other.counts.last_heard, one.counts.last_heard) else one
    one.clock = _rebase(one, other, latest)
    one.uptime, one.sequence, one.numbering = latest.uptime, latest.sequence, latest.numbering
    one.sources = latest.sources
    if one.history is not None and other.history is not None:
        _merge_histories(one, one.history, other, other.history)
    else:
        _merge_templates(one, other)
    one.counts.merge(other.counts)
    one.facts = _merge_facts(one.facts, other.facts)
    one.held += other.held
    one.ready += other.ready
    one.unready = list(dict.fromkeys(one.unready + other.unready))
    one.unexamined = sorted(one.unexamined + other.unexamined, key=lambda each: each.seconds)
    one.changed = True


def _is_later(time: int | None, before: int | None) -> bool:
    """Whether something heard at *time* was heard after something else, or as late."""
    if time is None or before is None:
        return before is None
    return later_by(time, before) >= 0


def _rebase(one: DomainPart, other: DomainPart, latest: DomainPart) -> DomainClock:
    """The clock of *latest*; on it everything in both gets its age, and as much more as its own clock was behind."""
    clock = latest.clock if latest.clock.latest is not None else (one if latest is other else other).clock
    ages: list[tuple[KnownTemplate | HeldPart, int]] = []
    longest = clock.seconds
    for part in (one, other):
        behind = 0
        if clock.latest is not None and part.clock.latest is not None:
            behind = max(later_by(clock.latest, part.clock.latest), 0)
        if part.facts is not None:
            part.facts.rows = [{**row, "age": row["age"] + behind} if "age" in row else row for row in part.facts.rows]
        known = {id(each): each for each in _definitions(part)}
        longest = max(longest, *(each.interval for each in known.values()), 0)
        aging: list[KnownTemplate | HeldPart] = [*known.values(), *part.held]
        ages += [(each, part.clock.seconds - each.seconds + behind) for each in aging]
    clock.seconds = max(longest, *(age for _, age in ages), 0)
    for each, age in ages:
        each.seconds = clock.seconds - age
    return clock


def _definitions(part: DomainPart) -> list[KnownTemplate]:
    """All definitions in *part*, some of them several times."""
    history = [] if part.history is None else list(part.history.definitions.values())
    return [*part.templates.values(), *history, *(each.known for each in part.held if each.known is not None)]


def _merge_templates(one: DomainPart, other: DomainPart) -> None:
    order = dict.fromkeys(one.order)
    for template_id in other.order:
        known, own = other.templates[template_id], one.templates.get(template_id)
        if own is None or later_by(known.refreshed, own.refreshed) >= 0:
            one.templates[template_id] = known
            order.pop(template_id, None)
            order[template_id] = None
    one.order = list(order)


def _merge_histories(one: DomainPart, history: History, other: DomainPart, added: History) -> None:
    time, number = added.shift_to(history)
    for message in {id(each.message): each.message for each in other.held}.values():
        message.place = message.place.moved(time, number)
    history.absorb(added)
    one.templates = history.in_force()
    one.order = list(one.templates)


def _merge_facts(one: Facts | None, other: Facts | None) -> Facts | None:
    if one is None or other is None:
        return one or other
    facts = {(row["kind"], spelled(row["key"])): row for row in one.rows}
    for row in other.rows:
        identity = row["kind"], spelled(row["key"])
        own = facts.get(identity)
        if own is None or later_by(row["time"], own["time"]) >= 0:
            facts.pop(identity, None)
            facts[identity] = row
    rows = list(facts.values())
    if rows:
        first = rows[0]["time"]
        rows.sort(key=lambda row: later_by(row["time"], first))
    return Facts(rows, one.evicted + other.evicted, one.refused + other.refused)
