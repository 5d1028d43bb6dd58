"""At what interval flows were sampled: by the record, the exporter's options records, the header or the caller.

A rate belongs to what it was said of.  A sampler that nobody described has none, and least of all another's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..quirks import SAMPLER_ZERO
from ..settings import ExporterSettings
from ..state.facts import (
    DOMAIN_SAMPLING,
    INTERFACE_SAMPLING,
    INTERVAL_ELEMENTS,
    LINE_CARD_SAMPLING,
    SAMPLER,
    SAMPLING_INTERVAL,
    SELECTOR,
    TEMPLATE_SAMPLING,
    Interval,
    interval_of,
    is_interval,
    spelled,
)
from ..state.knowledge import NOTHING, Fact, Knowledge
from ..state.properties import Origins
from ..types import Flow

EGRESS = 1  # flowDirection

Step: TypeAlias = Callable[[Flow, Origins], None]  # completes a flow, and notes where from
Found: TypeAlias = tuple[Interval, str] | None  # an interval, and where it came from
Probe: TypeAlias = Callable[[Flow], Found]


@dataclass(slots=True)
class Known:
    """What one call of ``resolve`` may use, and the quirk rules that it has applied."""

    knowledge: Knowledge | None
    settings: ExporterSettings
    template_id: int | None
    header_interval: int | None
    export_time: int | None
    rules: frozenset[str]
    quirks: set[str] = field(default_factory=set)

    def table(self, kind: str) -> Mapping[str, Fact]:
        """The facts of that *kind*."""
        return NOTHING if self.knowledge is None else self.knowledge.table(kind)


def sampling(known: Known, first: Flow) -> Step | None:
    """Adds the interval at which flows like *first* were sampled."""
    if SAMPLING_INTERVAL in first:
        return _note_interval
    if "discarded_packet" in first:  # sFlow's notices of discards are no samples
        return None
    probes, rest = _probes(known, first)
    if not probes:
        return None if rest is None else _constant(*rest)

    def add(flow: Flow, sources: Origins) -> None:
        found = rest
        for probe in probes:
            if better := probe(flow):
                found = better
                break
        if found is not None:
            flow[SAMPLING_INTERVAL], sources[SAMPLING_INTERVAL] = found

    return add


def _constant(interval: Interval, origin: str) -> Step:
    def add(flow: Flow, sources: Origins) -> None:
        flow[SAMPLING_INTERVAL] = interval
        sources[SAMPLING_INTERVAL] = origin

    return add


def _note_interval(flow: Flow, sources: Origins) -> None:
    """Says where the interval came from that the flow has; 0 is none."""
    if is_interval(flow[SAMPLING_INTERVAL]):
        sources.setdefault(SAMPLING_INTERVAL, "record")


def _probes(known: Known, first: Flow) -> tuple[list[Probe], Found]:
    """Where to look for the interval of a flow like *first*, the best first; and what holds where nothing is found."""
    probes: list[Probe] = []
    if not INTERVAL_ELEMENTS.isdisjoint(first):
        probes.append(_own)
    samplers = known.table(SAMPLER)
    if samplers and "samplerId" in first:
        probes.append(_by_fact(samplers, "samplerId"))
        if SAMPLER_ZERO in known.rules and len(samplers) == 1 and spelled(0) not in samplers:
            probes.append(_by_only_sampler(next(iter(samplers.values())), known.quirks))
    for kind, key in ((SELECTOR, "selectorId"), (INTERFACE_SAMPLING, ""), (LINE_CARD_SAMPLING, "lineCardId")):
        if table := known.table(kind):
            probes.append(_by_fact(table, key))
    of_template = known.table(TEMPLATE_SAMPLING).get(spelled(known.template_id))
    for fact in of_template, known.table(DOMAIN_SAMPLING).get(spelled(None)):
        if fact is not None and (found := _said(fact)):
            return probes, found
    if known.header_interval:
        return probes, (known.header_interval, "header")
    if by_index := known.settings.interface_sampling:
        probes += [_by_settings(by_index, key) for key in ("ingressInterface", "egressInterface") if key in first]
    interval = known.settings.sampling_interval
    return probes, None if interval is None else (interval, "settings")


def _own(flow: Flow) -> Found:
    interval = interval_of(flow)
    return None if interval is None else (interval, "record")


def _by_fact(table: Mapping[str, Fact], key: str) -> Probe:
    """Looks in *table* for what stands under *key*; "" is the interface that the flow was seen at."""

    def probe(flow: Flow) -> Found:
        name = key or ("egressInterface" if flow.get("flowDirection") == EGRESS else "ingressInterface")
        fact = table.get(spelled(flow.get(name)))
        return None if fact is None else _said(fact)

    return probe


def _said(fact: Fact) -> Found:
    """The interval of a fact about sampling, which may be that it is not known."""
    interval = fact.values.get(SAMPLING_INTERVAL)
    return None if interval is None else (interval, fact.origin)


def _by_only_sampler(fact: Fact, quirks: set[str]) -> Probe:
    """Some exporters describe one sampler, and give 0 as the sampler of each flow."""

    def probe(flow: Flow) -> Found:
        if flow["samplerId"] != 0:
            return None
        found = _said(fact)
        if found is not None:
            quirks.add(SAMPLER_ZERO)
        return found

    return probe


def _by_settings(by_index: Mapping[int, Interval], key: str) -> Probe:
    def probe(flow: Flow) -> Found:
        interval = _get(by_index, flow[key])
        return None if interval is None else (interval, "settings")

    return probe


def _get(table: Mapping[Any, Any], key: Any) -> Any:
    """What *table* has under a value of a flow, which may be a list."""
    try:
        return table.get(key)
    except TypeError:
        return None
