"""Flows completed with what is known of their exporter: sampling intervals, names, absolute times, common properties.

Nothing that a record says itself is touched.  What is added has its origin in the flow's ``resolved``.  Rank: the
record, the exporter's options records, the datagram's header, the caller's settings.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..codec.display import UPTIME_RANGE
from ..codec.record import UPTIMES
from ..settings import PLAIN, ExporterSettings
from ..state.facts import APPLICATION, INTERFACE, PROPERTIES, PROPERTIES_ID, VALUES, VRF, spelled
from ..state.knowledge import AHEAD, Fact, Knowledge
from ..state.properties import Origins, Properties
from ..types import Flow
from .sampling import Known, Step, sampling

RESOLVED = "resolved"


def resolve(
    records: list[Flow],
    template_id: int | None,
    knowledge: Knowledge | None,
    settings: ExporterSettings | None = None,
    *,
    header_interval: int | None = None,
    export_time: int | None = None,
    rules: frozenset[str] = frozenset(),
    properties: Properties | None = None,
) -> set[str]:
    """Add to each flow of one data set what is known of it, in place; the names of the quirk rules that were applied.

    * ``samplingInterval`` (1 in N), if the record has none;
    * ``ingress_interface_name``, ``ingress_interface_description``, ``ingress_vrf_name``, the same with ``egress``;
      ``applicationName``, ``applicationDescription`` and the attributes of RFC 6759 §5;
    * ``flowStartMilliseconds``, ``flowEndMilliseconds`` from sysUpTimes and the domain's system init time.
      *export_time* (s since 1970) tells how often sysUpTime has turned over; without it, never;
    * the fields of common properties that the record refers to (RFC 5473); those that are not known add nothing.
      *properties* are those of the message, and note what is wrong with them; what they count, long names count too;
    * ``resolved``: added key -> "record", "options:samplerId=3", "options:interface=7", "options:template=256",
      "options", "header" or "settings"; there where anything was added, or the record itself tells its interval.

    *template_id* None says that the records may differ in their keys.  *header_interval* is the datagram's own.
    """
    known = Known(knowledge, settings or PLAIN, template_id, header_interval, export_time, rules)
    if not records or RESOLVED in records[0]:
        return known.quirks
    if properties is None:
        properties = Properties(known.table(PROPERTIES))
    if template_id is not None and PROPERTIES_ID not in records[0]:
        _complete_alike(records, _steps(known, records[0], properties))
        return known.quirks
    keys: tuple[str, ...] | None = None
    steps: list[Step] = []
    for flow in records:
        sources = properties.add(flow) if PROPERTIES_ID in flow else {}
        if tuple(flow) != keys:
            keys = tuple(flow)
            steps = _steps(known, flow, properties)
        for step in steps:
            step(flow, sources)
        if sources:
            flow[RESOLVED] = sources
    return known.quirks


def _complete_alike(records: list[Flow], steps: list[Step]) -> None:
    """Take *steps* with records that all have the same keys."""
    for flow in records if steps else ():
        sources: Origins = {}
        for step in steps:
            step(flow, sources)
        if sources:
            flow[RESOLVED] = sources


def _steps(known: Known, first: Flow, budget: Properties) -> list[Step]:
    """What is to be done to flows that have the keys of *first*."""
    naming = (_naming(known, each, first, budget) for each in _NAMES)
    steps = [sampling(known, first), *naming, _timing(known, first)]
    return [step for step in steps if step is not None]


class _Name(NamedTuple):
    """What one number of a flow stands for: its key, the kind of facts about it, and what flows call their values.

    ``settings`` is where the caller's names are; they go under the first of ``outputs``.
    """

    key: str
    kind: str
    settings: str
    outputs: dict[str, str]


def _interface(way: str) -> dict[str, str]:
    return {"interfaceName": f"{way}_interface_name", "interfaceDescription": f"{way}_interface_description"}


_NAMES = (
    _Name("ingressInterface", INTERFACE, "interfaces", _interface("ingress")),
    _Name("egressInterface", INTERFACE, "interfaces", _interface("egress")),
    _Name("ingressVRFID", VRF, "vrfs", {"VRFname": "ingress_vrf_name"}),
    _Name("egressVRFID", VRF, "vrfs", {"VRFname": "egress_vrf_name"}),
    _Name("applicationId", APPLICATION, "applications", {name: name for name in VALUES[APPLICATION]}),
)


def _naming(known: Known, name: _Name, first: Flow, budget: Properties) -> Step | None:
    """Adds what is known about one number of flows like *first*; long names as far as the *budget* goes."""
    facts, own = known.table(name.kind), getattr(known.settings, name.settings)
    key, label = name.key, next(iter(name.outputs.values()))
    if key not in first or not (facts or own):
        return None
    has_some = not first.keys().isdisjoint(name.outputs.values())

    def add(flow: Flow, sources: Origins) -> None:
        number = flow[key]
        if type(number) is list:
            return
        fact = facts.get(spelled(number)) if facts else None
        if fact is not None:
            added, said = fact.additions.get(key) or _additions(fact, name, budget)
            if has_some:
                added = {each: value for each, value in added.items() if each not in flow}
                said = {each: said[each] for each in added}
            flow.update(added)
            sources.update(said)
        if own and label not in flow:
            text = own.get(number)
            if text is not None:
                flow[label], sources[label] = text, "settings"

    return add


def _additions(fact: Fact, name: _Name, budget: Properties) -> tuple[dict[str, Any], Origins]:
    """What a fact adds to a flow, and where from: made once, unless it is so long that each flow pays for it."""
    cost = sum(fact.costs.values()) - len(fact.costs)  # a value of less than 64 characters counts nothing here
    if cost and not budget.affords(cost):
        return {}, {}
    added = {name.outputs[element]: value for element, value in fact.values.items()}
    made = added, dict.fromkeys(added, fact.origin)
    if not cost:
        fact.additions[name.key] = made
    return made


def _timing(known: Known, first: Flow) -> Step | None:
    """Adds absolute times where flows have times of sysUpTime alone, as IPFIX's do."""
    start = None if known.knowledge is None else known.knowledge.init_time
    pairs = [(uptime, absolute) for uptime, absolute in UPTIMES.items() if uptime in first and absolute not in first]
    if start is None or not pairs:
        return None
    # sysUpTime turns over in 49.7 days: of the times it can mean, the latest that the export can have seen
    earliest = start if known.export_time is None else known.export_time * 1000 + AHEAD - UPTIME_RANGE + 1

    def add(flow: Flow, sources: Origins) -> None:
        for uptime, absolute in pairs:
            value = flow[uptime]
            if absolute not in flow and type(value) is int:
                flow[absolute] = earliest + (start + value - earliest) % UPTIME_RANGE
                sources[absolute] = "options"

    return add
