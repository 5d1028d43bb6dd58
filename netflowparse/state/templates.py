"""The templates in force, for each exporter and observation domain.  RFC 7011 §8, RFC 3954 §7 and §9.

One id space for data and options templates; the last definition in wire order wins.  No clock is read: times are what
the caller gives (export time, or its own ``now``).  What records look like is not known here; protocols hang the
reader of a template's records on it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Any

from ..limits import Limits
from ..template import Template
from ..types import EventName
from .sequence import SequenceTracker

STREAMS = frozenset({"tcp", "sctp", "file"})  # transports on which withdrawals are obeyed; RFC 7011 §8.1, §8.4
TRANSPORTS = STREAMS | {"udp"}


class KnownTemplate:
    """A template in force: its definition, the octets that defined it, and when it was learned and last repeated."""

    __slots__ = ("definition", "described", "learned", "refreshed", "shape", "template")

    def __init__(self, template: Template, definition: bytes, time: int) -> None:
        self.template = template
        self.definition = definition
        self.learned = time
        self.refreshed = time
        self.shape: Any = None  # the reader of its records, hung here by the protocol;
        self.described: Any = None  # and so what messages say of it

    def __getstate__(self) -> tuple[Template, bytes, int, int]:
        return self.template, self.definition, self.learned, self.refreshed

    def __setstate__(self, state: tuple[Template, bytes, int, int]) -> None:
        self.template, self.definition, self.learned, self.refreshed = state
        self.shape = self.described = None


class Domain:
    """What is known of one observation domain (IPFIX), source id (v9) or engine (v5) of one exporter."""

    __slots__ = ("exporter", "sequence", "templates")

    def __init__(self, exporter: Exporter) -> None:
        self.exporter = exporter
        self.templates: dict[int, KnownTemplate] = {}
        self.sequence = SequenceTracker()

    def learn(self, template: Template, definition: bytes, time: int, transport: str, limits: Limits) -> EventName:
        """Put *template* in force; returns its event: learned, refreshed, replaced, conflict, or rejected (a limit)."""
        known = self.templates.get(template.template_id)
        if known is None:
            if self.exporter.template_count >= limits.templates_per_exporter:
                return "rejected"
            self.exporter.template_count += 1
        elif known.template == template:
            known.definition = definition
            known.refreshed = time
            return "refreshed"
        self.templates[template.template_id] = KnownTemplate(template, definition, time)
        if known is None:
            return "learned"
        return "conflict" if transport in STREAMS else "replaced"

    def withdraw(self, template_id: int | None, *, options: bool) -> list[Template]:
        """Forget the template of that kind, or with None all of them; those that were known.  RFC 7011 §8.1."""
        gone = [
            known.template
            for known in (self.templates.values() if template_id is None else [self.templates.get(template_id)])
            if known is not None and (known.template.scope_count is not None) is options
        ]
        for template in gone:
            del self.templates[template.template_id]
        self.exporter.template_count -= len(gone)
        return gone


class Exporter:
    """What is known of one exporter."""

    __slots__ = ("domains", "template_count")

    def __init__(self) -> None:
        self.domains: OrderedDict[tuple[str, int], Domain] = OrderedDict()
        self.template_count = 0


class TemplateStore:
    """The exporters of one decoder; the one unheard of for longest goes when there are too many."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._exporters: OrderedDict[Hashable, Exporter] = OrderedDict()

    def domain(self, exporter: Hashable, protocol: str, number: int) -> Domain:
        """The observation domain *number* of *exporter*, a new one if need be.  TypeError if it cannot be hashed."""
        known = self._exporters.get(exporter)
        if known is None:
            known = self._exporters[exporter] = Exporter()
            if len(self._exporters) > self._limits.exporters:
                self._exporters.popitem(last=False)
        else:
            self._exporters.move_to_end(exporter)
        key = (protocol, number)
        domain = known.domains.get(key)
        if domain is not None:
            known.domains.move_to_end(key)
        else:
            domain = known.domains[key] = Domain(known)
            if len(known.domains) > self._limits.domains_per_exporter:
                _, oldest = known.domains.popitem(last=False)
                known.template_count -= len(oldest.templates)
        return domain

    def __len__(self) -> int:
        return len(self._exporters)

    def forget(self, exporter: Hashable) -> bool:
        """Forget all of *exporter*; whether anything was known."""
        return self._exporters.pop(exporter, None) is not None

    def clear(self) -> None:
        """Forget all exporters."""
        self._exporters.clear()

    def __iter__(self) -> Iterator[tuple[Hashable, str, int, KnownTemplate]]:
        for exporter, known in self._exporters.items():
            for (protocol, number), domain in known.domains.items():
                for template in domain.templates.values():
                    yield exporter, protocol, number, template
