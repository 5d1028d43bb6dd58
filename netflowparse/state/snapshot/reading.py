"""Reads a snapshot, which is hostile until it is read: whatever ``dump_store`` cannot have made is refused as a whole.

The work is linear in its size, and nothing is followed deeper than a bound.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable
from math import isfinite
from typing import Any

from ...errors import SnapshotError, UsageError
from ...quirks import FRACTIONS
from ...types.words import FIXED, PROTOCOLS, WITH_TEMPLATES
from ..clock import DomainClock
from ..counts import Counts
from ..domains import COUNTING_DATAGRAMS
from ..elements import load_elements
from ..fact_values import DEEPEST
from ..facts import spelled
from ..history import History
from ..knowledge import Knowledge
from ..numbering import Numbering
from ..sample_sources import LARGEST_SOURCE, SampleSource, SourceKey, load_sequence, source_key
from ..sequence import SequenceTracker
from ..templates import DATA_SETS, KnownTemplate
from .parts import DomainKey, DomainPart, ExporterPart, Facts, SnapshotPart
from .pending import HeldReader
from .values import LARGEST_COUNT, LARGEST_WORD, Value, load_key, shown
from .writing import FORMAT, VERSION

SFLOW = "sflow5"
WITHOUT_UPTIME = frozenset({"ipfix"})
LARGEST_DOMAIN = (1 << 16) - 1  # of fixed formats: the engine's type and id
VALUE_BITS = 257  # of what an element of 32 octets, or two of them together, can be
LONGEST_ADDRESS = 45  # characters
DOMAIN = (
    *("protocol", "domain", "clock", "uptime", "counts", "sequence", "numbering", "sources"),
    *("templates", "order", "definitions"),
)


def read_snapshot(snapshot: Any, name: str = "") -> SnapshotPart:
    """What a *snapshot* says; SnapshotError, with the place in it after *name*, for what is none."""
    top = Value(snapshot, name)
    if type(snapshot) is not dict or snapshot.get("format") != FORMAT:
        raise top.refuse(f'a dict with "format": "{FORMAT}"')
    version = snapshot.get("version")
    if type(version) is int and version > VERSION:
        raise SnapshotError(f"{top.place()}: version {shown(version)}, this library reads {VERSION}")
    _, number, exporters, pending = top.parts("format", "version", "exporters", "pending")
    number.whole(VERSION, VERSION)
    reading = _Reading()
    for each in exporters.items():
        reading.exporter(each)
    for each in pending.items():
        reading.pending(each)
    reading.check()
    return reading.part


class _Reading:
    """What has been read of one snapshot so far, and what can only be checked when the rest is there."""

    def __init__(self) -> None:
        self.part = SnapshotPart([])
        self._keys: set[Hashable] = set()
        self._definitions: list[dict[DomainKey, list[KnownTemplate]]] = []
        #: domains with the values of their counts, and of definitions that are not in force
        self._unchecked: list[tuple[DomainPart, Value, Value, list[KnownTemplate]]] = []

    def exporter(self, dumped: Value) -> None:
        """Read an exporter and its domains."""
        key, fractions, elements, domains = dumped.parts("exporter", "fractions", "elements", "domains")
        exporter = ExporterPart(load_key(key), _load_fractions(fractions), {}, elements=load_elements(elements))
        if exporter.key in self._keys:
            raise key.refuse("an exporter that is not there already")
        self._keys.add(exporter.key)
        self._definitions.append({})
        for each in domains.items():
            self._domain(exporter, each)
        if not exporter.domains:
            raise domains.refuse("at least one domain")
        self.part.exporters.append(exporter)

    def _domain(self, exporter: ExporterPart, dumped: Value) -> None:
        protocol, number, *values, knowledge, history = dumped.parts(*DOMAIN, "knowledge", "history")
        key = _load_domain_key(protocol, number)
        if key in exporter.domains:
            raise number.refuse("a domain that is not there already")
        clock_value, uptime, counts, sequence, numbers, sources, templates, order, definitions = values
        clock = DomainClock.load(clock_value)
        known = [KnownTemplate.load(each, clock.seconds) for each in templates.items()]
        in_force = {each.template.template_id: each for each in known}
        if len(in_force) != len(known):
            raise templates.refuse("one of each id")
        others = [KnownTemplate.load(each, clock.seconds) for each in definitions.items()]
        with_templates = key[0] in WITH_TEMPLATES and clock.latest is not None
        if not with_templates and (known or others or not knowledge.absent):
            raise templates.refuse("none, and no knowledge, in a domain that has not heard of any")
        if not history.absent and key[0] not in WITH_TEMPLATES:
            raise history.refuse(f"null of {key[0]}")
        ids = order.wholes(DATA_SETS.stop - 1)
        if set(ids) != set(in_force):
            raise order.refuse("the ids of all templates")
        numbering = None if numbers.absent else Numbering.load(numbers)
        if numbering is not None and key[0] in COUNTING_DATAGRAMS:
            raise numbers.refuse(f"null of {key[0]}")
        exporter.domains[key] = part = DomainPart(
            key,
            clock,
            None if uptime.absent else uptime.whole(LARGEST_WORD),
            Counts.load(counts),
            load_sequence(sequence, SequenceTracker if numbering is None else type(numbering.tracker())),
            numbering,
            _load_sources(sources, key[0]),
            in_force,
            ids,
            None if knowledge.absent else _load_facts(knowledge),
            None if history.absent else History.load(history, known + others),
        )
        if part.uptime is not None and key[0] in WITHOUT_UPTIME:
            raise uptime.refuse(f"null of {key[0]}")
        self._definitions[-1][key] = known + others
        self._unchecked.append((part, counts, definitions, others))

    def pending(self, dumped: Value) -> None:
        """Read the held sets of an exporter."""
        number, messages, sets, domains = dumped.parts("exporter", "messages", "sets", "domains")
        at = number.whole(len(self.part.exporters) - 1)
        exporter = self.part.exporters[at]
        if exporter.held:
            raise number.refuse("an exporter that is not there already")
        HeldReader(exporter, self._definitions[at]).read(messages, sets, domains)
        if not exporter.held:
            raise sets.refuse("at least one set")
        self.part.holders.append(exporter)

    def check(self) -> None:
        """SnapshotError unless counts add up, and every definition is there for something."""
        for part, counts, definitions, others in self._unchecked:
            ended, waiting = part.counts.ended, len(part.held)
            if part.counts.held != ended + waiting:
                raise counts.refuse(f"held {ended + waiting}: {ended} that have ended, and {waiting} that wait")
            seen = set() if part.history is None else set(map(id, part.history.definitions.values()))
            used = seen.union(id(each.known) for each in part.held)
            if not all(id(each) in used for each in others):
                raise definitions.refuse("none that nothing refers to")
            if part.history is not None and not all(id(each) in seen for each in part.templates.values()):
                raise definitions.refuse("the history of every template in force")


def _load_domain_key(protocol: Value, number: Value) -> DomainKey:
    name = protocol.one_of(PROTOCOLS)
    if name != SFLOW:
        return name, number.whole(LARGEST_DOMAIN if name in FIXED else LARGEST_WORD)
    agent, sub_agent = number.row(2)
    if not agent.absent:
        text = agent.value
        try:
            if type(text) is not str or len(text) > LONGEST_ADDRESS or "%" in text:
                raise ValueError
            ipaddress.ip_address(text)
        except ValueError as error:
            raise agent.refuse("an address, or null") from error
    return name, (agent.value, sub_agent.whole(LARGEST_WORD))


def _load_fractions(dumped: Value) -> dict[str, tuple[int, bool]] | None:
    if dumped.absent:
        return None
    fractions = {}
    for each in dumped.items():
        rule, count, in_force = each.row(3)
        if rule.one_of(FRACTIONS) in fractions:
            raise rule.refuse("a rule that is not there already")
        fractions[rule.value] = count.whole(LARGEST_COUNT, -1), in_force.boolean()
    return fractions


def _load_sources(dumped: Value, protocol: str) -> dict[SourceKey, SampleSource]:
    sources: dict[SourceKey, SampleSource] = {}
    for each in dumped.items(None if protocol == SFLOW else 0):
        number, source = each.row(2)
        key = source_key(number.whole(LARGEST_SOURCE))
        if key in sources:
            raise number.refuse("a source that is not there already")
        sources[key] = SampleSource.load(source)
    return sources


class _Uncounted:
    """The ledger of facts that are only looked at."""

    def take(self) -> bool:
        return True

    def give(self, count: int) -> None:
        pass


def _load_facts(dumped: Value) -> Facts:
    evicted, refused, rows = dumped.parts("evicted", "refused", "facts")
    known: set[tuple[str, str]] = set()
    for row in rows.items():
        _check_row(row)
    knowledge = Knowledge(_Uncounted())
    for row in rows.items():
        try:
            knowledge.load([row.value])
        except UsageError as error:
            raise SnapshotError(f"{row.place()}: {error}") from error
        kind_and_key = row.value["kind"], spelled(row.value["key"])
        if knowledge.dump() != [row.value] or kind_and_key in known:
            raise row.refuse("a fact that is not there already, as Knowledge.dump() makes them")
        known.add(kind_and_key)
        Value(row.value["time"], ".time", row).time()
        Value(row.value["template_id"], ".template_id", row).whole(DATA_SETS.stop - 1, DATA_SETS.start)
    return Facts(rows.value, evicted.whole(LARGEST_COUNT), refused.whole(LARGEST_COUNT))


def _check_row(row: Value) -> None:
    """SnapshotError for values that no element has: numbers without bound, and levels without end."""
    todo = [(row.value, 0)]
    while todo:
        value, depth = todo.pop()
        kind = type(value)
        if kind is dict or kind is list:
            if depth == DEEPEST or (kind is dict and any(type(key) is not str for key in value)):
                raise row.refuse(f"at most {DEEPEST} levels of JSON")
            todo += [(each, depth + 1) for each in (value.values() if kind is dict else value)]
        elif kind is int:
            if value.bit_length() > VALUE_BITS:
                raise row.refuse(f"numbers of at most {VALUE_BITS} bits")
        elif kind is float:
            if not isfinite(value):
                raise row.refuse("finite numbers")
        elif value is not None and kind is not str and kind is not bool:
            raise row.refuse("plain JSON")
