"""sFlow version 5: a datagram's header, then samples, each cut out by its own length.

sflow.org, "sFlow Version 5".  One bad sample never costs its neighbours; counts only say when to stop.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ..codec.layout import layout_of
from ..errors import (
    COUNT_MISMATCH,
    TRAILING_OCTETS,
    TRUNCATED_SAMPLE,
    DecodeError,
    MalformedMessage,
    TruncatedDatagram,
    UnknownVersion,
)
from ..quirks import MAPPED_EXPORTER, SFLOW_LENGTH_SLIP
from ..types import Flow, Message
from ..wire import sflow5 as wire
from .context import Context
from .message import message
from .sflow.records import UNDECODED
from .sflow.samples import Samples
from .sflow.work import HEAD, SflowWork
from .trace import SflowTrace

PROTOCOL = "sflow5"
SPECIFICATION = "sFlow version 5, section 5"
VERSION = b"\0\0\0\5"
NETFLOW_VERSIONS = frozenset({1, 6, 7, 8, 9, 10})  # and 5, which is sFlow's in four octets
NOTHING = 0, 0, 0


class Sflow5:
    """Decodes sFlow version 5 datagrams."""

    def __init__(self, context: Context) -> None:
        self._context = context
        #: by the octets of the version and the address type
        self._layouts = {
            VERSION + address_type.to_bytes(4, "big"): layout_of(header)
            for address_type, header in wire.DATAGRAM_HEADERS.items()
        }
        #: the same: length and reader
        self._headers = {
            kind: (layout.minimum_length, context.engine.header_reader(layout))
            for kind, layout in self._layouts.items()
        }
        self._read_head = context.engine.pair_reader(wire.Head)
        self._untyped = context.engine.names["untyped"]
        self._samples = Samples(context.engine, context.limits)

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a datagram whose first two octets are 0, as sFlow's are."""
        known = self._headers.get(octets[:8])
        if known is None or len(octets) < known[0]:
            raise _refusal(octets, 24 if known is None else known[0])
        position, read_header = known
        header = read_header(octets, 0)
        agent, uptime = (header["agentAddress"], header["subAgentId"]), header["sysUpTime"]
        domain = self._context.store.domain(exporter, PROTOCOL, agent)
        work = SflowWork(octets, domain, self._context.limits, header["sampleCount"])
        if domain.exporter.key != exporter:
            work.quirk(MAPPED_EXPORTER)
        if self._context.observe is not None:
            work.trace = SflowTrace(octets, self._layouts[octets[:8]])
        self._read_samples(work, position)
        if self._context.resolves:
            work.resolve()
        domain.counts.heard(now, len(work.flows), 0, len(work.counters))
        if work.problems.entries:
            domain.counts.troubled(len(work.problems.entries), malformed=work.problems.malformed)
        made = message(
            PROTOCOL,
            exporter,
            header,
            flows=work.flows,
            counters=work.counters,
            sequence=domain.sequence.observe(
                header["sequenceNumber"], 1, time=uptime, restarted=domain.restarted(uptime)
            ),
            problems=work.problems.entries,
            quirks=work.quirks,
        )
        if work.unknown_samples:
            made["unknown_samples"] = work.unknown_samples
        if work.trace is not None and self._context.observe is not None:
            self._context.observe(work.trace, made)
        return made

    def _read_samples(self, work: SflowWork, position: int) -> None:
        octets, count, read_head, readers = work.octets, work.samples_left, self._read_head, self._samples.readers
        end, tracing = len(octets), work.trace is not None
        runs = {} if tracing else self._samples.runs
        while work.samples_left and end - position >= HEAD:
            data_format, length = read_head(octets, position)
            if data_format in runs:
                reached = runs[data_format](work, octets, position, end)
                if reached != position:
                    position = reached
                    continue
            work.samples_left -= 1
            before = work.found() if tracing else NOTHING
            body = position + HEAD
            after = body + length
            missing = after - end
            if missing > 0:
                work.cut, after = True, end
            read = readers.get(data_format)
            if read is None:
                sample, stop = self._samples.read_other(work, data_format, body, after)
            else:
                sample, stop = read(work, body, after)
            if missing > 0:
                _report_cut(work, sample, position, stop, missing)
            elif stop != after:
                after = self._after_sample(work, sample, stop, after)
            if tracing:
                work.note(before, position, stop, after)
            position = after + (body - after & 3)
        position = min(position, end)  # padding may be missing at the end
        if work.samples_left:
            found = count - work.samples_left
            message = f"header counts {count} samples: {found} are there"
            facts: dict[str, Any] = {"malformed": True, "count": count, "found": found}
            work.problems.leave(COUNT_MISMATCH, message, octets, position, end, **facts)
        elif position < end:
            message = f"{end - position} octets at octet {position} after the last sample"
            work.problems.leave(TRAILING_OCTETS, message, octets, position, end)

    def _after_sample(self, work: SflowWork, sample: Flow, stop: int, after: int) -> int:
        """Where the sample ends whose records end at *stop*, though its length says *after*.

        Some agents count a word too many or too few.  They are followed where only that leads on to the next sample;
        otherwise what is left over belongs to this one.
        """
        if stop > after:
            return stop
        read_head = self._read_head
        if after - stop <= work.slip and work.may_go_on_at(stop, read_head) and not work.may_go_on_at(after, read_head):
            work.quirk(SFLOW_LENGTH_SLIP)
            return stop
        sample[UNDECODED] = self._untyped(work.octets[stop:after])
        message = f"{after - stop} octets at octet {stop} after the last record of a sample"
        work.problems.leave(TRAILING_OCTETS, message, work.octets, stop, after)
        return after


def _report_cut(work: SflowWork, sample: Flow, position: int, stop: int, missing: int) -> None:
    """Note that the datagram ends inside the sample at *position*, unless only its length is wrong."""
    body, end = position + HEAD, len(work.octets)
    if sample and stop == end and missing <= work.slip and not work.lacks_records and not work.problems.entries:
        work.quirk(SFLOW_LENGTH_SLIP)
        return
    message = f"sample at octet {position}: length {end - body + missing}, {end - body} octets are there"
    facts: dict[str, Any] = {"malformed": True, "missing": missing}
    work.problems.leave(TRUNCATED_SAMPLE, message, work.octets, body, end, offset=position, **facts)


def _refusal(octets: bytes, need: int) -> DecodeError:
    """Why a datagram whose version begins with two octets of 0 has no message, which takes *need* octets at least."""
    version = int.from_bytes(octets[:4], "big")
    if len(octets) >= 4 and octets[:4] != VERSION:
        hint = f"an sFlow version {version} datagram" if version in (2, 4) else ""
        if version in NETFLOW_VERSIONS:
            hint = f"a NetFlow version in four octets? {version} is 00 {version:02x} on the wire"
        return UnknownVersion(f"version {version}: expected sFlow version 5", version=version, hint=hint)
    if len(octets) >= need or (len(octets) >= 8 and int.from_bytes(octets[4:8], "big") not in wire.DATAGRAM_HEADERS):
        message = f"{PROTOCOL} header: agent address of type {int.from_bytes(octets[4:8], 'big')}, expected 0, 1 or 2"
        return MalformedMessage(message, offset=4, protocol=PROTOCOL, spec=SPECIFICATION)
    message = f"{PROTOCOL} header: {len(octets)} octets, need {need}"
    return TruncatedDatagram(message, offset=len(octets), protocol=PROTOCOL, spec=SPECIFICATION)
