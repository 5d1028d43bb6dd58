"""The templates in force, for each exporter and observation domain; and where sequence numbers and data sources hang.

RFC 7011 §8, RFC 3954 §7 and §9.

One id space for data and options templates; the last definition in wire order wins.  No clock is read: times are what
the caller gives (export time, or its own ``now``).  What records look like is not known here; protocols hang the
reader of a template's records on it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Any

from ..limits import Limits
from ..template import VARIABLE_LENGTH, Template
from ..types import EventName
from .sequence import SequenceTracker
from .sources import SampleSource

STREAMS = frozenset({"tcp", "sctp", "file"})  # transports on which withdrawals are obeyed; RFC 7011 §8.1, §8.4
TRANSPORTS = STREAMS | {"udp"}


class KnownTemplate:
    """A template in force: its definition, the octets that defined it, and when it was learned and last repeated.

    ``minimum_length`` are the octets of its shortest record: one for each variable length, and the fixed ones.
    """

    __slots__ = ("definition", "described", "learned", "minimum_length", "refreshed", "shape", "template")

    def __init__(self, template: Template, definition: bytes, learned: int, refreshed: int) -> None:
        self.template = template
        self.definition = definition
        self.learned = learned
        self.refreshed = refreshed
        self.minimum_length = sum(1 if each.length == VARIABLE_LENGTH else each.length for each in template.fields)
        self.shape: Any = None  # the reader of its records, hung here by the protocol;
        self.described: Any = None  # and so the names that messages give its fields

    def __reduce__(self) -> tuple[type[KnownTemplate], tuple[Template, bytes, int, int]]:
        return KnownTemplate, (self.template, self.definition, self.learned, self.refreshed)

    @property
    def is_options(self) -> bool:
        """Whether it is an options template."""
        return self.template.scope_count is not None


class Domain:
    """What is known of one observation domain (IPFIX), source id (v9), engine (v5) or sub-agent (sFlow)."""

    __slots__ = ("_exporter", "_ids", "sequence", "sources", "templates")

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self._ids: dict[bool, dict[int, None]] = {False: {}, True: {}}  # of data and of options templates, in order
        self.templates: dict[int, KnownTemplate] = {}
        self.sequence = SequenceTracker()
        self.sources: dict[int, SampleSource] = {}  # of an sFlow agent

    def new_source(self, number: int) -> SampleSource:
        """A data source *number* of an sFlow agent that has none yet."""
        self._exporter.make_room_for_source(self)
        source = self.sources[number] = SampleSource()
        return source

    def forget_sources(self) -> None:
        """Forget the data sources, and count them no longer."""
        self._exporter.count_sources(-len(self.sources))
        self.sources.clear()

    def learn(self, template: Template, definition: bytes, time: int, transport: str) -> tuple[EventName, str]:
        """Put *template* in force; returns its event (learned, refreshed, replaced, conflict) and "".

        Or "rejected" and the limit that forbids it; then the definition in force stays.
        """
        known = self.templates.get(template.template_id)
        if known is not None and known.template == template:
            known.definition = definition
            known.refreshed = time
            return "refreshed", ""
        more = len(template.fields) - (0 if known is None else len(known.template.fields))
        limit = self._exporter.grow(1 if known is None else 0, more)
        if limit:
            return "rejected", limit
        if known is not None:
            del self._ids[known.is_options][template.template_id]
        learned = KnownTemplate(template, definition, time, time)
        self.templates[template.template_id] = learned
        self._ids[learned.is_options][template.template_id] = None
        if known is None:
            return "learned", ""
        return "conflict" if transport in STREAMS else "replaced", ""

    def withdraw(self, template_id: int | None, *, options: bool) -> list[Template]:
        """Forget the template of that kind, or with None all of them; those that were known.  RFC 7011 §8.1."""
        ids = self._ids[options]
        if template_id is None:
            gone = [self.templates.pop(each).template for each in ids]
            ids.clear()
        elif template_id in ids:
            del ids[template_id]
            gone = [self.templates.pop(template_id).template]
        else:
            gone = []
        self._exporter.grow(-len(gone), -sum(len(template.fields) for template in gone))
        return gone


class Exporter:
    """What is known of one exporter, and how much that is."""

    __slots__ = ("_store", "domains", "fields", "sources", "templates")

    def __init__(self, store: TemplateStore) -> None:
        self._store = store
        self.domains: OrderedDict[tuple[str, Hashable], Domain] = OrderedDict()
        self.templates = 0
        self.fields = 0
        self.sources = 0

    def grow(self, templates: int, fields: int) -> str:
        """Count more templates and fields, or fewer; the limit that forbids it if there is one, else ""."""
        limits = self._store.limits
        if templates > 0 and self.templates + templates > limits.templates_per_exporter:
            return "templates_per_exporter"
        if fields > 0 and self.fields + fields > limits.template_fields_per_exporter:
            return "template_fields_per_exporter"
        self.templates += templates
        self.fields += fields
        self._store.fields += fields
        self._store.shrink()
        return ""

    def make_room_for_source(self, domain: Domain) -> None:
        """Count one more data source, of *domain*; where there are too many, that one starts afresh."""
        if self.sources >= self._store.limits.sample_sources_per_exporter:
            domain.forget_sources()
            while self.sources >= self._store.limits.sample_sources_per_exporter:
                self.forget_oldest_domain()
        self.count_sources(1)

    def count_sources(self, sources: int) -> None:
        """Count more data sources, or fewer."""
        self.sources += sources
        self._store.sources += sources
        self._store.shrink()

    def forget_oldest_domain(self) -> None:
        """Forget the domain not heard of for longest."""
        _, domain = self.domains.popitem(last=False)
        self._store.domains -= 1
        domain.forget_sources()
        for options in (False, True):
            domain.withdraw(None, options=options)


class TemplateStore:
    """The exporters of one decoder; those not heard of for longest go when there is too much of anything."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.domains = 0
        self.fields = 0
        self.sources = 0
        self._exporters: OrderedDict[Hashable, Exporter] = OrderedDict()

    def domain(self, exporter: Hashable, protocol: str, number: Hashable) -> Domain:
        """The observation domain *number* of *exporter*, a new one if need be."""
        known = self._exporters.get(exporter)
        if known is None:
            known = self._exporters[exporter] = Exporter(self)
        elif len(self._exporters) > 1:
            self._exporters.move_to_end(exporter)
        key = (protocol, number)
        domain = known.domains.get(key)
        if domain is not None:
            if len(known.domains) > 1:
                known.domains.move_to_end(key)
            return domain
        domain = known.domains[key] = Domain(known)
        self.domains += 1
        self.shrink()
        while len(known.domains) > min(self.limits.domains_per_exporter, self.limits.domains):
            known.forget_oldest_domain()
        return domain

    def shrink(self) -> None:
        """Forget exporters until all totals are within their limits; never the one heard last."""
        limits = self.limits
        while len(self._exporters) > 1 and (
            len(self._exporters) > limits.exporters
            or self.domains > limits.domains
            or self.fields > limits.template_fields
            or self.sources > limits.sample_sources
        ):
            self.forget(next(iter(self._exporters)))

    def forget(self, exporter: Hashable) -> bool:
        """Forget all of *exporter*; whether anything was known."""
        known = self._exporters.pop(exporter, None)
        if known is None:
            return False
        self.domains -= len(known.domains)
        self.fields -= known.fields
        self.sources -= known.sources
        return True

    def clear(self) -> None:
        """Forget all exporters."""
        self._exporters.clear()
        self.domains = self.fields = self.sources = 0

    def __len__(self) -> int:
        return len(self._exporters)

    def __iter__(self) -> Iterator[tuple[Hashable, str, Any, KnownTemplate]]:
        for exporter, known in self._exporters.items():
            for (protocol, number), domain in known.domains.items():
                for template in domain.templates.values():
                    yield exporter, protocol, number, template
