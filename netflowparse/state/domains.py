"""One observation domain (IPFIX), source id (v9), engine (v5) or sub-agent (sFlow): templates, waiting sets, the rest.

One id space for data and options templates; the last definition in wire order wins.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, cast

from ..quirks import SEQUENCE_AFTER_RECORDS
from ..template import Template
from ..types import DomainName, ProtocolName, Sequence
from .clock import HALF, LATE, DomainClock
from .counts import Counts
from .knowledge import Knowledge
from .numbering import Numbering
from .pending import HeldSet, Waiting
from .sample_sources import SampleSource, SourceKey
from .sequence import SequenceTracker
from .sightings import Place
from .templates import CONNECTIONS, KnownTemplate, Learned

if TYPE_CHECKING:
    from .exporters import Exporter


COUNTING_DATAGRAMS = {"netflow9", "sflow5"}  # whose numbers count no records
LATE_UPTIME = 5_000  # ms by which the sysUpTime of a datagram that was delayed may be behind


class Domain:
    """What is known of one domain of one exporter."""

    late = LATE  # s by which its messages may be late

    __slots__ = (
        "clock",
        "counts",
        "exporter",
        "ids",
        "key",
        "knowledge",
        "numbering",
        "sequence",
        "sources",
        "templates",
        "uptime",
        "waiting",
    )

    def __init__(self, exporter: Exporter, protocol: str, number: Hashable) -> None:
        self.exporter = exporter
        self.key = cast("tuple[ProtocolName, DomainName]", (protocol, number))
        self.templates: dict[int, KnownTemplate] = {}
        self.ids: dict[bool, dict[int, None]] = {False: {}, True: {}}  # of data and of options templates, in order
        self.numbering: Numbering | None = None  # made when a number that counts records is not the expected one
        self.sequence = SequenceTracker()
        if SEQUENCE_AFTER_RECORDS in exporter.rules.on and protocol not in COUNTING_DATAGRAMS:
            self.numbering = Numbering(own=True)
            self.sequence = self.numbering.tracker()
        self.sources: dict[SourceKey, SampleSource] = {}  # of an sFlow agent
        self.clock = DomainClock()
        self.uptime: int | None = None  # ms: the latest sysUpTime of a header that has one
        self.counts = Counts()
        self.waiting: Waiting | None = None  # made when the first set waits
        self.knowledge: Knowledge | None = None  # made by the first options record that tells something

    def new_source(self, key: SourceKey) -> SampleSource:
        """A data source of an sFlow agent that has none under *key* yet."""
        self.exporter.make_room_for_source(self)
        source = self.sources[key] = SampleSource()
        return source

    def restarted(self, uptime: int) -> bool:
        """Whether the sysUpTime of a header, ms, says that the exporter began anew since the latest one.

        It falls at a wrap as well, by more than half its range; and a little for datagrams that come late.
        """
        latest, self.uptime = self.uptime, uptime
        return latest is not None and LATE_UPTIME < latest - uptime < HALF

    @property
    def counts_own(self) -> bool:
        """Whether its numbers count the records of their own datagrams too."""
        return self.numbering is not None and self.numbering.own

    def weigh_number(
        self, said: Sequence, number: int, before: int, own: int, *, certain: bool = True, time: int
    ) -> Sequence:
        """What a number says, which by the way it is read has *said* something.

        Its datagram has units, *before* of which the standard counts in its successor's number, *own* of which others
        count in its own: ``state/numbering.py``.  What was lost or repeated by the wrong way of counting was not.
        """
        numbering = self.numbering
        if SEQUENCE_AFTER_RECORDS not in self.exporter.rules.watched or self.key[0] in COUNTING_DATAGRAMS:
            return said
        if numbering is None and said["expected"] is None:  # the first one
            return said
        if numbering is None:
            numbering = self.numbering = Numbering.begun(self.sequence.totals, said)
        numbering.weigh(number, before, own, certain=certain)
        if numbering.is_wrong:
            self.sequence = numbering.switch(self.sequence)
            self.sequence.observe(number, own if numbering.own else before, certain, time)
            said = {"expected": number, "missing": 0, "event": "in_order"}
        elif not numbering.is_doubtful:
            self.numbering = None
        return said

    def forget_sources(self) -> None:
        """Forget the data sources, and count them no longer."""
        self.exporter.count_sources(-len(self.sources))
        self.sources.clear()

    def learn(self, template: Template, definition: bytes, time: int, transport: str, offset: int = 0) -> Learned:
        """Put *template*, defined at *offset* of its datagram, in force: learned, refreshed, replaced or conflict.

        Or rejected, with the limit that forbids it; then the definition in force stays.
        """
        known = self.templates.get(template.template_id)
        seconds = self.clock.seconds
        if known is not None and known.template == template:
            known.definition = definition
            known.refresh(time, seconds)
            return Learned("refreshed", "", known)
        more = len(template.fields) - (0 if known is None else len(known.template.fields))
        limit = self.exporter.grow(1 if known is None else 0, more)
        if limit:
            return Learned("rejected", limit)
        if known is not None:
            del self.ids[known.is_options][template.template_id]
        learned = KnownTemplate(template, definition, time, time, seconds)
        self.templates[template.template_id] = learned
        self.ids[learned.is_options][template.template_id] = None
        if known is None:
            return Learned("learned", "", learned)
        learned.follow(known)
        self.forget_mib_fields(template.template_id)
        return Learned("conflict" if transport in CONNECTIONS else "replaced", "", learned, known)

    def withdraw(self, template_id: int | None, *, options: bool, offset: int = 0) -> list[Template]:
        """Forget the template of that kind, or with None all of them; those that were known.  RFC 7011 §8.1.

        What waits for a template that is withdrawn is not to be read by a later one of that kind.
        """
        if self.waiting is not None:
            self.waiting.withdraw(template_id, options=options)
        ids = self.ids[options]
        return [self.drop(each) for each in (list(ids) if template_id is None else [template_id]) if each in ids]

    def drop(self, template_id: int) -> Template:
        """Forget a template that is in force; its definition."""
        known = self.templates.pop(template_id)
        del self.ids[known.is_options][template_id]
        self.exporter.grow(-1, -len(known.template.fields))
        self.forget_mib_fields(template_id)
        return known.template

    def forget_mib_fields(self, template_id: int) -> None:
        """Forget what options records say of the fields of a template that is no longer in force.  RFC 8038 §8."""
        if self.knowledge is not None:
            self.knowledge.forget_mib_fields(template_id)

    def template_at(self, template_id: int, place: Place | None) -> KnownTemplate | None:
        """The template in force at a place; without a history, at this one."""
        return self.templates.get(template_id)

    def hold(self, held: HeldSet) -> tuple[list[HeldSet], str]:
        """Let a set wait; the sets, itself perhaps, that are held no longer to make room, and the limit that asked."""
        if self.waiting is None:
            self.waiting = Waiting()
        self.counts.held += 1
        return self.exporter.hold(held)

    def make_ready(self, known: KnownTemplate) -> int:
        """Make the sets ready that wait for the template just learned; how many fail, withdrawn in between."""
        waiting, failed = self.waiting, 0
        if waiting is None:
            return 0
        template_id, options = known.template.template_id, known.is_options
        for held in list(waiting.unready.get(template_id, ())):
            if options in held.withdrawn or (template_id, options) in held.barred:
                self.exporter.release(held)
                failed += 1
            else:
                self.exporter.pin(known)
                ready = waiting.make_ready if held.outer is None else waiting.found
                ready(held, known)
        self.counts.failed += failed
        return failed

    def expire(self, seconds: int) -> dict[int, int]:
        """Give up what has waited longer than *seconds*, and is not ready; how many sets of each template id."""
        expired: dict[int, int] = {}
        waiting = self.waiting
        if waiting is None:
            return expired
        oldest = self.clock.seconds - seconds
        over = []
        for held in waiting.sets:
            if held.known is None:
                if held.seconds >= oldest:
                    break
                over.append(held)
        for held in over:
            self.exporter.release(held)
            self.counts.expired += 1
            expired[held.awaits[0]] = expired.get(held.awaits[0], 0) + 1
        return expired

    def definition_for(self, held: HeldSet) -> KnownTemplate | None:
        """The definition that a set can still be read by which has to make room."""
        return None

    def examine(self) -> None:
        """Make the sets ready that have waited for nothing but time."""

    def flush(self) -> None:
        """Make the sets ready that wait for nothing but more to come."""

    def released(self, held: HeldSet) -> None:
        """Note that a set is held no longer."""
        assert self.waiting is not None
        self.waiting.remove(held)

    def forget(self) -> None:
        """Forget everything, and count it no longer."""
        self.forget_sources()
        self.exporter.grow(-len(self.templates), -sum(len(each.template.fields) for each in self.templates.values()))
        if self.waiting is not None:
            for held in list(self.waiting.sets):
                self.exporter.release(held)
        if self.knowledge is not None:
            self.exporter.give(len(self.knowledge))
