"""What one snapshot says of an exporter and of its domains, read and checked, before a decoder takes it over."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..clock import DomainClock, later_by
from ..counts import Counts
from ..elements import Identity, LearnedElement
from ..history import History
from ..numbering import Numbering
from ..pending import HeldMessage
from ..sample_sources import SampleSource, SourceKey
from ..sequence import SequenceTracker
from ..templates import KnownTemplate

DomainKey: TypeAlias = "tuple[str, Hashable]"


@dataclass(slots=True, eq=False)
class HeldPart:
    """A held set: as ``pending.HeldSet``, of a domain that is not there yet."""

    domain: DomainKey
    message: HeldMessage
    set_id: int
    start: int
    octets: bytes
    seconds: int
    withdrawn: frozenset[bool]
    known: KnownTemplate | None


@dataclass(slots=True, eq=False)
class Facts:
    """Rows as ``Knowledge.dump`` makes them, and what was counted of them."""

    rows: list[Any]
    evicted: int
    refused: int


@dataclass(slots=True, eq=False)
class DomainPart:
    """One domain; ``order`` are the ids of its templates, those first that were defined longest ago."""

    key: DomainKey
    clock: DomainClock
    uptime: int | None
    counts: Counts
    sequence: SequenceTracker
    numbering: Numbering | None
    sources: dict[SourceKey, SampleSource]
    templates: dict[int, KnownTemplate]
    order: list[int]
    facts: Facts | None
    history: History | None
    held: list[HeldPart] = field(default_factory=list)  # oldest first
    unready: list[int] = field(default_factory=list)  # ids that sets wait for, in order
    ready: list[HeldPart] = field(default_factory=list)  # in order
    unexamined: list[HeldPart] = field(default_factory=list)  # with a history: those whose window is not over, in order
    changed: bool = False  # whether it was merged, or made for another way of keeping templates


@dataclass(slots=True, eq=False)
class ExporterPart:
    """One exporter; its domains, and held sets, in order.

    ``fractions`` has by the name of a rule what its timestamps have shown, and whether it is in force for that.
    """

    key: Hashable
    fractions: dict[str, tuple[int, bool]] | None
    domains: dict[DomainKey, DomainPart]
    held: list[HeldPart] = field(default_factory=list)
    elements: dict[Identity, LearnedElement] = field(default_factory=dict)

    def last_heard(self) -> int | None:
        """When one of its domains was last heard, s since 1970; None where nobody says it."""
        latest = None
        for domain in self.domains.values():
            time = domain.counts.last_heard
            if latest is None or (time is not None and later_by(time, latest) > 0):
                latest = time
        return latest


@dataclass(slots=True, eq=False)
class SnapshotPart:
    """One snapshot: its exporters in order, and in their own order those that hold sets."""

    exporters: list[ExporterPart]
    holders: list[ExporterPart] = field(default_factory=list)
