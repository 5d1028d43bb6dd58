"""NetFlow version 9.  RFC 3954.

The packet has no length of its own and its count is no guide: FlowSets go on to the datagram's end.
"""

from __future__ import annotations

from collections.abc import Hashable

from ..codec.display import clock
from ..codec.layout import layout_of
from ..errors import TruncatedDatagram
from ..template import FieldSpecifier, Template
from ..types import Message
from ..wire import netflow9
from ..wire.netflow9 import OPTIONS_TEMPLATE_SET, TEMPLATE_SET
from ..wire.sets import FIRST_DATA_SET, SetHeader, TemplateHeader
from .assembly import Assembly
from .context import Context
from .datasets import read_data_set, skip_set
from .definitions import learn, note_padding, refresh, reject
from .framing import content_end, walk_sets
from .times import report_unknown_times

PROTOCOL = "netflow9"
HEADER = netflow9.Header.sizeof()
TEMPLATE_HEADER = TemplateHeader.sizeof()
OPTIONS_TEMPLATE_HEADER = netflow9.OptionsTemplateHeader.sizeof()
SPECIFIER = netflow9.FieldSpecifier.sizeof()


class Netflow9:
    """Decodes version 9 export packets."""

    def __init__(self, context: Context) -> None:
        engine = context.engine
        self._context = context
        self._read_header = engine.header_reader(layout_of(netflow9.Header))
        self._read_set = engine.pair_reader(SetHeader)
        self._read_template = engine.pair_reader(TemplateHeader)
        self._read_options_template = engine.pair_reader(netflow9.OptionsTemplateHeader)
        self._read_specifiers = engine.record_reader(layout_of(netflow9.FieldSpecifier))

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a version 9 export packet."""
        end = len(octets)
        if end < HEADER:
            raise TruncatedDatagram(
                f"NetFlow v9 header: {end} octets, need {HEADER}", offset=end, protocol=PROTOCOL, spec="RFC 3954 §5.1"
            )
        header = self._read_header(octets, 0)
        time, uptime = header["exportTime"], header["sysUpTime"]
        self._context.shapes.follow_registry()
        domain = self._context.store.domain(exporter, PROTOCOL, header["sourceId"])
        work = Assembly(
            self._context,
            PROTOCOL,
            octets,
            domain,
            time=time if now is None else now,
            transport=transport,
            clock=clock(time * 1000, uptime),
            stopped_clock=not uptime,
        )
        for set_id, start, stop in walk_sets(
            octets, HEADER, end, self._read_set, work.problems, work.quirks, netflow9=True
        ):
            if set_id >= FIRST_DATA_SET:
                read_data_set(work, set_id, start, stop)
            elif set_id in (TEMPLATE_SET, OPTIONS_TEMPLATE_SET):
                self._template_set(work, start, stop, options=set_id == OPTIONS_TEMPLATE_SET)
            else:
                skip_set(work, set_id, start, stop)
        report_unknown_times(work.untimed, work.problems)
        return work.message(exporter, header, domain.sequence.observe(header["sequenceNumber"], 1))

    def _template_set(self, work: Assembly, start: int, end: int, *, options: bool) -> None:
        define = self._options_definition if options else self._definition
        position, padding = start, content_end(work.octets, start, end)
        while position < padding and end - position >= TEMPLATE_HEADER:
            template_id, _ = self._read_template(work.octets, position)
            after = refresh(work, template_id, position, end, options=options)
            if after is None:
                after = define(work, position, end)
            if after is None:
                return
            position = after
        note_padding(work, position, start, end)

    def _definition(self, work: Assembly, position: int, end: int) -> int | None:
        """The offset behind the template record at *position*, or None where it does not fit."""
        template_id, count = self._read_template(work.octets, position)
        first = position + TEMPLATE_HEADER
        return self._learn(work, template_id, None, position, first, first + count * SPECIFIER, end)

    def _options_definition(self, work: Assembly, position: int, end: int) -> int | None:
        """The offset behind the options template record at *position*, or None where it does not fit."""
        template_id, _ = self._read_template(work.octets, position)
        first = position + OPTIONS_TEMPLATE_HEADER
        if first > end:
            why = f"{end - position} octets, need {OPTIONS_TEMPLATE_HEADER}"
            reject(work, template_id, position, why, options=True, cut=True)
            return None
        _, scope, options = self._read_options_template(work.octets, position)
        if scope % SPECIFIER or options % SPECIFIER:
            why = f"lengths {scope} and {options}, need multiples of {SPECIFIER}"
            reject(work, template_id, position, why, options=True, cut=True)
            return None
        return self._learn(work, template_id, scope // SPECIFIER, position, first, first + scope + options, end)

    def _learn(
        self,
        work: Assembly,
        template_id: int,
        scope_count: int | None,
        position: int,
        first: int,
        after: int,
        end: int,
    ) -> int | None:
        """Learn the record at *position* whose specifiers stand from *first* to *after*; *after*, if it is there."""
        options = scope_count is not None
        if after > end:
            why = f"{after - first} octets of fields, {end - first} are there"
            reject(work, template_id, position, why, options=options, cut=True)
            return None
        if after == first:
            reject(work, template_id, position, "no fields, and version 9 has no withdrawal", options=options)
        else:
            fields = self._specifiers(work, first, after)
            learn(work, Template(PROTOCOL, template_id, scope_count, fields), position, after)
        return after

    def _specifiers(self, work: Assembly, start: int, end: int) -> tuple[FieldSpecifier, ...]:
        specifiers, _ = self._read_specifiers(work.octets, start, end, end - start, [], None)
        return tuple(FieldSpecifier(0, each["id"], each["length"]) for each in specifiers)
