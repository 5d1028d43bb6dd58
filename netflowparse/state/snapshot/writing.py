"""What a decoder remembers as plain JSON values: exporters, their domains, and what is known of each.

    {"format": "netflowparse-snapshot", "version": 1, "exporters": […], "pending": […]}

Exporters, and the domains of each, stand in the order in which they were last heard; what belongs to limits, settings
and registries is not among it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import UsageError
from ..domains import Domain
from ..exporters import Exporter, ExporterStore
from ..knowledge import Knowledge
from ..pending import HeldSet
from ..sample_sources import source_number
from ..templates import KnownTemplate
from ..timeline import HistoricDomain
from .pending import dump_held, is_dumped
from .values import dump_key, dump_time, named

FORMAT = "netflowparse-snapshot"
VERSION = 1


def dump_store(store: ExporterStore, *, pending: bool) -> dict[str, Any]:
    """All that *store* remembers; with *pending* the sets that wait as well, without it they count as evicted.

    UsageError for an exporter's key, or a time, that JSON cannot have.
    """
    exporters = list(store)
    held = {id(exporter): [each for each in exporter.held if pending and is_dumped(each)] for exporter in exporters}
    numbers = {id(exporter): number for number, exporter in enumerate(exporters)}
    indexes = {id(domain): _index(domain, held[id(domain.exporter)]) for domain in store.all_domains()}
    return {
        "format": FORMAT,
        "version": VERSION,
        "exporters": [_dump_exporter(exporter, indexes, held[id(exporter)]) for exporter in exporters],
        "pending": [
            {"exporter": numbers[id(exporter)], **dump_held(exporter, held[id(exporter)], indexes)}
            for exporter in store.holders
            if held[id(exporter)]
        ],
    }


def _index(domain: Domain, held: Iterable[HeldSet]) -> dict[int, KnownTemplate]:
    """The definitions that are dumped of *domain*, by their ``id``: those in force first, then others in use."""
    index = {id(known): known for known in domain.templates.values()}
    if isinstance(domain, HistoricDomain):
        index |= {id(known): known for known in domain.history.sighted()}
    index |= {id(each.known): each.known for each in held if each.domain is domain and each.known is not None}
    return index


def _dump_exporter(
    exporter: Exporter, indexes: dict[int, dict[int, KnownTemplate]], held: list[HeldSet]
) -> dict[str, Any]:
    key = dump_key(exporter.key)
    dumped: dict[int, int] = {}
    for each in held:
        dumped[id(each.domain)] = dumped.get(id(each.domain), 0) + 1
    try:
        domains = [
            _dump_domain(domain, list(indexes[id(domain)].values()), dumped.get(id(domain), 0))
            for domain in exporter.domains.values()
        ]
        elements = None if exporter.elements is None else [each.dump() for each in exporter.elements]
    except UsageError as error:
        raise UsageError(f"snapshot: exporter {named(exporter.key)}: {error}") from error
    on, counts = exporter.rules.on, exporter.fractions
    fractions = [[rule, count, rule in on] for rule, count in counts.items()] if isinstance(counts, dict) else None
    return {"exporter": key, "fractions": fractions, "elements": elements, "domains": domains}


def _dump_domain(domain: Domain, definitions: list[KnownTemplate], held: int) -> dict[str, Any]:
    protocol, number = domain.key
    history, knowledge = domain.history if isinstance(domain, HistoricDomain) else None, domain.knowledge
    in_force = len(domain.templates)
    waiting = 0 if domain.waiting is None else len(domain.waiting.sets)
    return {
        "protocol": protocol,
        "domain": list(number) if isinstance(number, tuple) else number,
        "clock": domain.clock.dump(),
        "uptime": domain.uptime,
        "counts": domain.counts.dump(waiting - held),
        "sequence": domain.sequence.dump(),
        "numbering": None if domain.numbering is None else domain.numbering.dump(),
        "sources": [[source_number(source), each.dump()] for source, each in domain.sources.items()],
        "templates": [known.dump() for known in definitions[:in_force]],
        "order": list(domain.templates) if history else [*domain.ids[False], *domain.ids[True]],
        "definitions": [known.dump() for known in definitions[in_force:]],
        "knowledge": None if knowledge is None else _dump_knowledge(knowledge, domain.clock.seconds),
        "history": None if history is None else history.dump({id(each): at for at, each in enumerate(definitions)}),
    }


def _dump_knowledge(knowledge: Knowledge, seconds: int) -> dict[str, Any]:
    facts = knowledge.dump(seconds)
    for row in facts:
        row["time"] = dump_time(row["time"])
    return {"evicted": knowledge.evicted, "refused": knowledge.refused, "facts": facts}
