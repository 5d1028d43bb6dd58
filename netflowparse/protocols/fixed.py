"""NetFlow v1, v5, v6, v7 and v8: a header, then records of one layout.  The whole road of a datagram in one file.

The header's count and the octets that are there must agree; where they do not, whole records are decoded and the rest
is a problem.  No RFC describes these versions; padding is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from construct import Struct

from ..codec.display import Absolute, Clock
from ..codec.layout import layout_of
from ..codec.peculiarities import PORT, PROTOCOL
from ..codec.plan import fields_of
from ..codec.reader import RecordReader
from ..codec.record import UPTIMES
from ..errors import (
    BAD_VALUE,
    COUNT_MISMATCH,
    TRAILING_OCTETS,
    TRUNCATED_RECORD,
    UNKNOWN_LAYOUT,
    TruncatedDatagram,
)
from ..quirks import ICMP_IN_DESTINATION_PORT, LAST_AFTER_UPTIME, MAPPED_EXPORTER, SEQUENCE_AFTER_RECORDS
from ..state.domains import Domain
from ..types import Flow, Header, Message, Sequence
from ..wire import netflow5, netflow8
from .context import Context
from .message import NOTHING_SAID, message
from .problems import Problems
from .resolve import resolve
from .rules import ICMP, add_icmp
from .time_problems import drop_unknown_times, report_clock_step, report_unknown_times
from .trace import FixedTrace

EXPORT_TIME = 8  # its offset in the headers of v1 to v8
NANOSECONDS_PER_SECOND = 1_000_000_000


class _Records:
    """The reader of one record declaration."""

    def __init__(self, context: Context, declaration: Struct) -> None:
        fields = fields_of(declaration)
        names = [field.name for field in fields]
        layout = layout_of(
            declaration, *((absolute, Absolute(names.index(uptime))) for uptime, absolute in UPTIMES.items())
        )
        self.layout = layout
        self.size = layout.minimum_length
        self.clocked = layout.clocked
        #: where the protocol's octet stands, if there is a port beside it that may hold ICMP's type and code
        self.protocol: int | None = None
        if PROTOCOL in names and PORT in names:
            self.protocol = sum(field.octets for field in fields[: names.index(PROTOCOL)])
        self.read: RecordReader = context.engine.record_reader(layout)


class FixedFormat:
    """Decodes the datagrams of one fixed version."""

    def __init__(self, context: Context, version: int, header: Struct, records: dict[int, Struct]) -> None:
        self.protocol = f"netflow{version}"
        self._context = context
        self._header = layout_of(header)
        self._header_size = header.sizeof()
        self._read_header = context.engine.header_reader(self._header)
        self._records = {layout: _Records(context, record) for layout, record in records.items()}
        self._has_engine = {"engineType", "engineId"} <= set(self._header.names)
        self._has_layouts = "aggregation" in self._header.names
        self._is_numbered = "sequenceNumber" in self._header.names

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a datagram of this version."""
        start, end, context = self._header_size, len(octets), self._context
        if end < start:
            raise TruncatedDatagram(
                f"{self.protocol} header: {end} octets, need {start}", offset=end, protocol=self.protocol
            )
        header = self._read_header(octets, 0)
        engine = header["engineType"] << 8 | header["engineId"] if self._has_engine else 0
        domain = context.store.domain(exporter, self.protocol, engine)
        time, known, step = header["exportTime"] if now is None else now, domain.exporter, 0
        quirks: list[str] = []
        if known.key != exporter:
            quirks.append(MAPPED_EXPORTER)
        if time != domain.clock.latest:
            step = domain.clock.observe(time, trusted=now is not None)
        records = self._records.get(header["aggregation"] if self._has_layouts else 0)
        count, uptime, nanoseconds = header["count"], header["sysUpTime"], header["exportNanoseconds"]
        fits = records is not None and start + count * records.size == end
        if records is not None and fits and uptime and nanoseconds < NANOSECONDS_PER_SECOND and not step:
            problems, export_time = None, header["exportTime"] * 1000 + nanoseconds // 1_000_000
            flows, _ = self._read(octets, records, count, export_time, uptime, known.rules.on, quirks)
        else:
            problems = Problems(context.limits)
            if step:
                report_clock_step(problems, step, EXPORT_TIME)
            flows = self._out_of_the_ordinary(octets, header, records, problems, known.rules.on, quirks)
        if context.resolves:
            interval = header.get("samplingInterval")
            quirks += resolve(flows, None, None, known.settings, header_interval=interval, rules=known.rules.on)
        domain.counts.heard(time, len(flows))
        entries = [] if problems is None else problems.entries
        if problems is not None and entries:
            domain.counts.troubled(len(entries), malformed=problems.malformed)
        sequence = self._sequence(domain, header, quirks)
        made = message(self.protocol, exporter, header, flows, sequence, entries, quirks)
        if context.observe is not None:
            context.observe(self._trace(octets, records, len(flows)), made)
        return made

    def _trace(self, octets: bytes, records: _Records | None, count: int) -> FixedTrace:
        start = self._header_size
        if records is None:
            return FixedTrace(octets, self._header, None, start, start)
        return FixedTrace(octets, self._header, records.layout, start, start + count * records.size)

    def _read(
        self,
        octets: bytes,
        records: _Records,
        most: int,
        export_milliseconds: int,
        uptime: int,
        rules: frozenset[str],
        quirks: list[str],
    ) -> tuple[list[Flow], int]:
        """The flows, *most* of them at the most, and the offset behind them."""
        start = self._header_size
        at = Clock(export_milliseconds, uptime, LAST_AFTER_UPTIME in rules)
        flows, stop = records.read(octets, start, len(octets), most, [], at)
        if at.ahead and uptime:
            quirks.append(LAST_AFTER_UPTIME)
        if records.protocol is not None and ICMP_IN_DESTINATION_PORT in rules:
            protocols = octets[start + records.protocol : stop : records.size]
            if 1 in protocols and add_icmp(flows, protocols, ICMP):
                quirks.append(ICMP_IN_DESTINATION_PORT)
        return flows, stop

    def _out_of_the_ordinary(
        self,
        octets: bytes,
        header: Header,
        records: _Records | None,
        problems: Problems,
        rules: frozenset[str],
        quirks: list[str],
    ) -> list[Flow]:
        """The flows of a datagram that is not as its header says, or whose times need a closer look."""
        start, end = self._header_size, len(octets)
        if records is None:
            aggregation = header["aggregation"]
            why = f"aggregation {aggregation} at octet 22: no layout is known, {end - start} octets left undecoded"
            problems.leave(UNKNOWN_LAYOUT, why, octets, start, end, offset=22)
            return []
        nanoseconds = header["exportNanoseconds"]
        if nanoseconds >= NANOSECONDS_PER_SECOND:
            problems.add(BAD_VALUE, f"exportNanoseconds {nanoseconds}: expected less than a second", 12, length=4)
            nanoseconds = 0
        export_time, uptime = header["exportTime"] * 1000 + nanoseconds // 1_000_000, header["sysUpTime"]
        count, whole = header["count"], (end - start) // records.size
        flows, stop = self._read(octets, records, min(count, whole), export_time, uptime, rules, quirks)
        if not uptime:
            report_unknown_times(drop_unknown_times(flows, records.clocked), problems)
        if count != whole or stop != end:
            _report_count(octets, count, records.size, start, problems)
        return flows

    def _sequence(self, domain: Domain, header: Header, quirks: list[str]) -> Sequence:
        if not self._is_numbered:
            return NOTHING_SAID.copy()
        uptime = header["sysUpTime"]
        restarted = uptime != domain.uptime and domain.restarted(uptime)
        number, count, time = header["sequenceNumber"], header["count"], header["exportTime"]
        said = domain.sequence.observe(number, count, True, time, restarted)
        if domain.numbering is not None or said["event"] != "in_order":
            said = domain.weigh_number(said, number, count, count, time=time)
            if domain.counts_own:
                quirks.append(SEQUENCE_AFTER_RECORDS)
        return said


def _report_count(octets: bytes, count: int, size: int, start: int, problems: Problems) -> None:
    end = len(octets)
    whole, left = divmod(end - start, size)
    stop = start + min(count, whole) * size
    if count > whole:
        problems.add(
            COUNT_MISMATCH,
            f"header counts {count} records: {whole} are there",
            2,
            malformed=True,
            count=count,
            found=whole,
        )
        if left:
            problems.add(
                TRUNCATED_RECORD,
                f"record at octet {stop}: {left} octets, need {size}",
                stop,
                malformed=True,
                length=left,
            )
    else:
        why = f"{end - stop} octets at octet {stop} beyond the records that the header counts ({count})"
        problems.leave(TRAILING_OCTETS, why, octets, stop, end)


def _format(version: int, header: Struct, records: dict[int, Struct]) -> Callable[[Context], FixedFormat]:
    return lambda context: FixedFormat(context, version, header, records)


#: version -> its header, and its records by what the header's ``aggregation`` says
DECLARATIONS: dict[int, tuple[Struct, dict[int, Struct]]] = {
    1: (netflow5.Header1, {0: netflow5.Record1}),
    5: (netflow5.Header5, {0: netflow5.Record5}),
    6: (netflow5.Header6, {0: netflow5.Record6}),
    7: (netflow5.Header7, {0: netflow5.Record7}),
    8: (netflow8.Header8, netflow8.RECORDS),
}
#: what makes the decoder of each fixed version
FIXED_FORMATS = {version: _format(version, *declared) for version, declared in DECLARATIONS.items()}
