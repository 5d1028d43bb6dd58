"""Samples of every form into flows and counters: the words before their records, compact and expanded alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ...codec.engine import Engine
from ...codec.reader import Faults, Incomplete, PairReader, StructureReader
from ...errors import TRUNCATED_SAMPLE
from ...limits import Limits
from ...packet.decoder import PacketDecoder
from ...registry import DISCARD_REASONS
from ...state.sample_sources import DISCARDS, FLOWS, SampleSource, SourceKey
from ...types import Flow
from ...wire import sflow5 as wire
from ...wire.sflow.counter_records import COUNTER_RECORDS
from ...wire.sflow5 import INDEX_BITS, INDEX_MASK, VALUE_BITS, VALUE_MASK
from .flows import FlowRecords
from .opening import open_counters, open_flow, put_interfaces
from .records import Records, report_faults
from .shapes import FORMS, SampleShapes
from .work import HEAD, SflowWork, data_format, format_text, number_of

#: Reads the sample whose body stands between two offsets; its dict, and the offset behind its last record.
SampleReader: TypeAlias = Callable[[SflowWork, int, int], "tuple[Flow, int]"]
#: Makes the words of a sample those of its expanded form.
Spread: TypeAlias = Callable[["tuple[int, ...]"], "tuple[int, ...]"]


class Samples:
    """Reads the samples of one decoder's datagrams."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._untyped = engine.names["untyped"]
        packets = PacketDecoder(engine, limits)
        self._flow_records = FlowRecords(engine, limits, packets)
        self._counter_records = Records(engine, COUNTER_RECORDS)
        self._shapes = {
            form.data_format: SampleShapes(
                form, self._flow_records if form.kind == FLOWS else self._counter_records, packets, engine, limits
            )
            for form in FORMS
        }
        #: by data_format: what reads samples of known shapes, as many as stand one behind the other
        self.runs = {number: shapes.read for number, shapes in self._shapes.items()}
        self._vendors: dict[tuple[int, int], StructureReader] = {}  # made when first met
        readers = {
            wire.FLOW_SAMPLE: self._flow_reader(wire.FLOW_SAMPLE, _spread_flow),
            wire.FLOW_SAMPLE_EXPANDED: self._flow_reader(wire.FLOW_SAMPLE_EXPANDED, tuple),
            wire.COUNTERS_SAMPLE: self._counters_reader(wire.COUNTERS_SAMPLE, _spread_counters),
            wire.COUNTERS_SAMPLE_EXPANDED: self._counters_reader(wire.COUNTERS_SAMPLE_EXPANDED, tuple),
            wire.DISCARDED_PACKET: self._discards_reader(),
        }
        #: by data_format
        self.readers = {data_format(*number): reader for number, reader in readers.items()}

    def _words(self, form: tuple[int, int]) -> tuple[int, PairReader]:
        """Octets of the words before a sample's records, and what reads them."""
        return wire.SAMPLES[form].sizeof(), self._engine.pair_reader(wire.SAMPLES[form])

    def _flow_reader(self, form: tuple[int, int], spread: Spread) -> SampleReader:
        size, read_words = self._words(form)
        sight, read_records = self._shapes[data_format(*form)].sight, self._flow_records.read_all

        def read(work: SflowWork, start: int, end: int) -> tuple[Flow, int]:
            if end - start < size:
                return _short(work, size, start, end)
            sight(work.octets, start - HEAD, end)
            number, source_class, index, rate, pool, drops, *ways, count = spread(read_words(work.octets, start))
            flow = open_flow(work, source_class, index, number, rate, pool, drops)
            others = put_interfaces(flow, *ways)
            work.flows.append(flow)
            stop = read_records(work, flow, start + size, end, count)
            if others:
                flow.update(others)
            return flow, stop

        return read

    def _discards_reader(self) -> SampleReader:
        size, read_words = self._words(wire.DISCARDED_PACKET)

        def read(work: SflowWork, start: int, end: int) -> tuple[Flow, int]:
            if end - start < size:
                return _short(work, size, start, end)
            words = read_words(work.octets, start)
            number, source_class, index, drops, ingress, egress, reason, count = words
            flow: Flow = {
                "sampler": {
                    "source_class": source_class,
                    "source_index": index,
                    "sequence_number": number,
                    "drops": drops,
                },
                "continuity": _source(work, (DISCARDS, source_class, index)).observe(number),
                "packetDeltaCount": 1,
                "discarded_packet": {"reason": reason, "reason_name": DISCARD_REASONS.get(reason)},
            }
            others = put_interfaces(flow, 0, ingress, 0, egress)
            work.flows.append(flow)
            stop = self._flow_records.read_all(work, flow, start + size, end, count)
            if others:
                flow.update(others)
            return flow, stop

        return read

    def _counters_reader(self, form: tuple[int, int], spread: Spread) -> SampleReader:
        size, read_words = self._words(form)
        sight, read_records = self._shapes[data_format(*form)].sight, self._counter_records.read_all

        def read(work: SflowWork, start: int, end: int) -> tuple[Flow, int]:
            if end - start < size:
                return _short(work, size, start, end)
            sight(work.octets, start - HEAD, end)
            number, source_class, index, count = spread(read_words(work.octets, start))
            counters = open_counters(work, source_class, index, number)
            work.counters.append(counters)
            return counters, read_records(work, counters, start + size, end, count)

        return read

    def read_other(self, work: SflowWork, word: int, start: int, end: int) -> tuple[Flow, int]:
        """A vendor's sample, or one that is not known and kept as octets."""
        number = number_of(word)
        structure = wire.VENDOR_SAMPLES.get(number)
        if structure is not None:
            if number not in self._vendors:
                self._vendors[number] = self._engine.structure_reader(structure.layouts[0])
            read = self._vendors[number]
            faults: Faults = []
            try:
                fields, stop = read(work.octets, start, end, faults)
            except Incomplete:
                pass
            else:
                if faults:
                    report_faults(work, structure.name, structure.layouts[0], end, faults)
                record: Flow = {structure.name: fields}
                if number == wire.RTFLOW:
                    record["samplingInterval"] = fields["sampling_rate"]
                (work.flows if number == wire.RTFLOW else work.counters).append(record)
                return record, stop
        octets = self._untyped(work.octets[start:end])
        work.unknown_samples.append({"format": format_text(word), "octets": octets})
        return {}, end


def _spread_flow(words: tuple[int, ...]) -> tuple[int, ...]:
    """The words of a compact flow sample as an expanded one has them."""
    number, origin, rate, pool, drops, ingress, egress, count = words
    ways = ingress >> VALUE_BITS, ingress & VALUE_MASK, egress >> VALUE_BITS, egress & VALUE_MASK
    return number, origin >> INDEX_BITS, origin & INDEX_MASK, rate, pool, drops, *ways, count


def _spread_counters(words: tuple[int, ...]) -> tuple[int, ...]:
    number, origin, count = words
    return number, origin >> INDEX_BITS, origin & INDEX_MASK, count


def _source(work: SflowWork, key: SourceKey) -> SampleSource:
    return work.sources.get(key) or work.domain.new_source(key)


def _short(work: SflowWork, size: int, start: int, end: int) -> tuple[Flow, int]:
    """Note a sample without the words that it must have; that it is cut has been noted."""
    if not work.cut:
        at, message = start - HEAD, f"sample at octet {start - HEAD}: {end - start} octets, need {size}"
        work.problems.leave(TRUNCATED_SAMPLE, message, work.octets, start, end, malformed=True, offset=at)
    return {}, end
