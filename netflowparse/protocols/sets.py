"""What NetFlow v9 and IPFIX do alike: sets are walked and read by their ids, template sets record by record."""

from __future__ import annotations

from collections.abc import Hashable

from construct import Struct

from ..codec.display import Clock
from ..codec.layout import layout_of
from ..quirks import MAPPED_EXPORTER, SEQUENCE_AFTER_RECORDS
from ..state.clock import ANY
from ..state.domains import Domain
from ..state.timeline import HistoricDomain
from ..types import Header, Message, Sequence
from ..wire.sets import FIRST_DATA_SET, SetHeader, TemplateHeader
from .assembly import Assembly
from .context import Context
from .datasets import read_records, skip_set
from .definitions import is_padding, refresh, reject
from .framing import content_end, walk_sets
from .message import message
from .misplaced_templates import read_foreign_set
from .plain_sets import Done, read_plainly
from .time_problems import report_clock_step
from .trace import SetTrace
from .waiting import complete_lists, read_or_hold, settle

TEMPLATE_HEADER: int = TemplateHeader.sizeof()


class SetFormat:
    """Base of the two protocols that are made of sets; they say how a template record is defined."""

    protocol: str
    template_set: int
    options_template_set: int
    time_offset: int  # of the header's exportTime

    def __init__(self, context: Context, header: Struct, specifier: Struct, options_template_header: Struct) -> None:
        engine = context.engine
        self._context = context
        self._shapes, self._registry = context.shapes, context.registry
        self._header = layout_of(header)
        self._header_length: int = header.sizeof()
        self._options_template_length: int = options_template_header.sizeof()
        self._read_header = engine.header_reader(self._header)
        self._read_set = engine.pair_reader(SetHeader)
        self._read_template = engine.pair_reader(TemplateHeader)
        self._read_options_template = engine.pair_reader(options_template_header)
        self._read_specifiers = engine.record_reader(layout_of(specifier))
        asks_more = context.observe or context.packet_sections or context.resolves or context.store.history is not False
        self._most_plain = 0 if asks_more else context.limits.values  # octets: each may be a value

    def _decode(
        self,
        octets: bytes,
        exporter: Hashable,
        header: Header,
        domain: Domain,
        now: int | None,
        transport: str,
        clock: Clock | None,
        units: int | None,
        restarted: bool,
        plain: bool,
    ) -> Message:
        """The message of a datagram of *domain*, whose clock goes on to its time.

        Its sequence number counts *units*, None: data records; *plain* says that its header is not out of the ordinary.
        """
        time, known = header["exportTime"] if now is None else now, domain.exporter
        step = 0
        if time != domain.clock.latest:
            step = domain.clock.observe(time, trusted=now is not None, late=domain.late)
            plain = plain and not step
        done: Done | None = None
        start = self._header_length
        if (
            plain
            and start < len(octets) <= self._most_plain
            and octets[start]  # the set's id is one of data
            and domain.waiting is None
            and known.lifetime is None
            and known.key == exporter
        ):
            if self._shapes.edition is not self._registry.edition:
                self._shapes.follow_registry()
            quirks: list[str] = []
            flows, done = read_plainly(octets, start, domain, clock, self._read_set, quirks)
            if done is None:
                count, number, exported = len(flows), header["sequenceNumber"], header["exportTime"]
                if units is None:
                    sequence = domain.sequence.observe(number, count, True, exported, restarted)
                    if domain.numbering is not None or sequence["event"] != "in_order":
                        sequence = domain.weigh_number(sequence, number, count, count, time=exported)
                        if domain.counts_own:
                            quirks.append(SEQUENCE_AFTER_RECORDS)
                else:
                    sequence = domain.sequence.observe(number, units, True, exported, restarted, count)
                domain.counts.heard(time, count)
                return message(self.protocol, exporter, header, flows, sequence, [], quirks)
        work = Assembly(self._context, octets, domain, exporter, header, time, transport, clock)
        work.done = done
        if step and domain.late != ANY:
            report_clock_step(work.problems, step, self.time_offset)
        return self._decode_whole(work, units, restarted)

    def _decode_whole(self, work: Assembly, units: int | None, restarted: bool) -> Message:
        """The message of a datagram in which anything may be out of the ordinary."""
        known = work.domain.exporter
        if self._context.observe is not None:
            work.trace = SetTrace(work.octets, self._header)
        if known.key != work.exporter:
            work.quirk(MAPPED_EXPORTER)
        if known.lifetime is not None:
            work.lifetime = known.lifetime_over(work.transport)
        self._prepare(work)
        self._read_sets(work, self._end(work))
        return self._finish(work, units, restarted=restarted)

    def _prepare(self, work: Assembly) -> None:
        """Note what the header says of how the datagram is to be read."""

    def _end(self, work: Assembly) -> int:
        """The offset behind the last set."""
        return len(work.octets)

    def _finish(self, work: Assembly, units: int | None, *, restarted: bool = False) -> Message:
        """The message, once its sets are read; its sequence number counts *units*, None: data records."""
        domain, problems = work.domain, work.problems
        if domain.waiting is not None:
            settle(work)
        if work.lacks is not None:
            complete_lists(work)
        sequence = self._sequence(work, units, restarted)
        if work.holding is not None:
            work.holding.message.sequence = sequence.copy()
        for each in work.completing or ():
            each.sequence = sequence.copy()
        domain.counts.heard(work.time, len(work.flows), len(work.options))
        made = work.message(sequence)
        if problems.entries:
            domain.counts.troubled(len(problems.entries), malformed=problems.malformed)
        if work.trace is not None and self._context.observe is not None:
            self._context.observe(work.trace, made)
        return made

    def _sequence(self, work: Assembly, units: int | None, restarted: bool) -> Sequence:
        """What the sequence number says, which counts *units*, None: data records."""
        domain, number, time = work.domain, work.header["sequenceNumber"], work.header["exportTime"]
        flows = len(work.flows)
        records = flows + len(work.options)
        if units is not None:
            return domain.sequence.observe(number, units, True, time, restarted, records)
        certain = work.complete and not work.problems.malformed
        units = flows if domain.counts_own else records
        said = domain.sequence.observe(number, units, certain, time, restarted)
        if domain.numbering is not None or said["event"] != "in_order":
            said = domain.weigh_number(said, number, records, flows, certain=certain, time=time)
            if domain.counts_own:
                work.quirk(SEQUENCE_AFTER_RECORDS)
        return said

    def _read_sets(self, work: Assembly, end: int) -> None:
        """Read all sets up to *end*, in wire order."""
        self._shapes.follow_registry()
        sets = walk_sets(work, self._header_length, end, self._read_set, netflow9=self.protocol == "netflow9")
        if isinstance(work.domain, HistoricDomain):
            has_data = any(set_id >= FIRST_DATA_SET for set_id, _, _ in sets)
            work.historic = True
            work.place = work.domain.begin(work.time, work.header["sequenceNumber"], data=has_data)
        plain, templates = work.lifetime is None and not work.historic, work.domain.templates
        trace = work.trace
        for set_id, start, stop in sets:
            if trace is not None:
                trace.sets.append((set_id, start, stop, len(work.templates)))
            if set_id >= FIRST_DATA_SET:
                known = templates.get(set_id)
                if known is not None and plain:
                    read_records(work, known, set_id, start, stop)
                else:
                    read_or_hold(work, known, set_id, start, stop)
            elif set_id in (self.template_set, self.options_template_set):
                self._template_set(work, start, stop, options=set_id == self.options_template_set)
            elif not read_foreign_set(work, set_id, start, stop):
                skip_set(work, set_id, start, stop)

    def _template_set(self, work: Assembly, start: int, end: int, *, options: bool) -> None:
        position, padding = start, content_end(work.octets, start, end)
        while end - position >= TEMPLATE_HEADER and not is_padding(work, position, padding, start, end):
            template_id, _ = self._read_template(work.octets, position)
            after = refresh(work, template_id, position, end, options=options)
            if after is None:
                after = self._define(work, position, end, options=options)
            if after is None:
                return
            if work.trace is not None:
                work.trace.template_records.append((position, after, len(work.templates)))
            position = after

    def _first_specifier(
        self, work: Assembly, template_id: int, position: int, end: int, *, options: bool
    ) -> int | None:
        """The offset behind the head of the template record at *position*, or None, reported, where that is cut."""
        length = self._options_template_length if options else TEMPLATE_HEADER
        if position + length > end:
            why = f"{end - position} octets, need {length}"
            reject(work, template_id, position, why, options=options, cut=True)
            return None
        return position + length

    def _define(self, work: Assembly, position: int, end: int, *, options: bool) -> int | None:
        """Obey the template record at *position*; the offset behind it, or None where that cannot be told."""
        raise NotImplementedError
