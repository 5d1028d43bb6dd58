"""What a decoder knows, as plain rows for people and for metrics."""

from __future__ import annotations

from typing import cast

from ..types import KnowledgeRow, PendingRow, StatisticsRow
from .domains import Domain
from .exporters import Exporter, ExporterStore


def statistics(store: ExporterStore) -> list[StatisticsRow]:
    """A row for each domain, in the order in which exporters were last heard."""
    return [_statistics(domain) for domain in store.all_domains()]


def _statistics(domain: Domain) -> StatisticsRow:
    counts, sequence, waiting = domain.counts, domain.sequence, domain.waiting
    totals = sequence.totals
    return {
        "exporter": domain.exporter.key,
        "protocol": domain.key[0],
        "domain": domain.key[1],
        "first_heard": counts.first_heard,
        "last_heard": counts.last_heard,
        "datagrams": counts.datagrams,
        "flows": counts.flows,
        "options": counts.options,
        "counters": counts.counters,
        "problems": counts.problems,
        "malformed": counts.malformed,
        "lost": totals.lost,
        "gaps": totals.gaps,
        "reordered": totals.reordered,
        "duplicates": totals.duplicates,
        "restarts": totals.restarts,
        "clock_steps": domain.clock.steps,
        "counts_records": sequence.counts_records,
        "templates": len(domain.templates),
        "template_fields": sum(len(known.template.fields) for known in domain.templates.values()),
        "templates_expired": counts.templates_expired,
        "facts": 0 if domain.knowledge is None else len(domain.knowledge),
        "facts_evicted": 0 if domain.knowledge is None else domain.knowledge.evicted,
        "sample_sources": len(domain.sources),
        "pending_sets": 0 if waiting is None else len(waiting.sets),
        "pending_octets": 0 if waiting is None else waiting.octets,
        "held": counts.held,
        "replayed": counts.replayed,
        "expired": counts.expired,
        "evicted": counts.evicted,
        "failed": counts.failed,
    }


def pending(store: ExporterStore) -> list[PendingRow]:
    """A row for each template that data waits for."""
    rows: list[PendingRow] = []
    for domain in store.all_domains():
        if domain.waiting is None:
            continue
        for template_id, sets in domain.waiting.unready.items():
            times = [held.message.time for held in sets]
            rows.append(
                {
                    "exporter": domain.exporter.key,
                    "protocol": domain.key[0],
                    "domain": domain.key[1],
                    "template_id": template_id,
                    "sets": len(sets),
                    "octets": sum(len(held.octets) for held in sets),
                    "oldest": min(times),
                    "newest": max(times),
                }
            )
    return rows


def facts(exporter: Exporter) -> list[KnowledgeRow]:
    """A row for each fact that options records of *exporter* have said about itself."""
    return [
        cast(KnowledgeRow, {"protocol": domain.key[0], "domain": domain.key[1], **row})
        for domain in exporter.domains.values()
        if domain.knowledge is not None
        for row in domain.knowledge.rows()
    ]
