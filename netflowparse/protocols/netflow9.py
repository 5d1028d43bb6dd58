"""NetFlow version 9.  RFC 3954.

The packet has no length of its own and its count is no guide: FlowSets go on to the datagram's end.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ..codec.display import clock
from ..codec.layout import layout_of
from ..errors import TruncatedDatagram
from ..template import FieldSpecifier, Template
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

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> dict[str, Any]:
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
            octets, HEADER, end, self._read_set, work.problems, work.quirks, zero_fill=True
        ):
            if set_id >= FIRST_DATA_SET:
                read_data_set(work, set_id, start, stop)
            elif set_id == TEMPLATE_SET:
                self._template_set(work, start, stop)
            elif set_id == OPTIONS_TEMPLATE_SET:
                self._options_template_set(work, start, stop)
            else:
                skip_set(work, set_id, start, stop)
        report_unknown_times(work.untimed, work.problems)
        return work.message(exporter, header, domain.sequence.observe(header["sequenceNumber"], 1))

    def _template_set(self, work: Assembly, start: int, end: int) -> None:
        position, padding = start, content_end(work.octets, start, end)
        while position < padding and end - position >= TEMPLATE_HEADER:
            template_id, count = self._read_template(work.octets, position)
            after = refresh(work, template_id, position, end, options=False)
            if after is None:
                first = position + TEMPLATE_HEADER
                after = first + count * SPECIFIER
                if after > end:
                    reject(work, template_id, position, f"{count} fields, {end - first} octets are there", cut=True)
                    return
                if not count:
                    reject(work, template_id, position, "no fields, and version 9 has no withdrawal")
                else:
                    learn(
                        work,
                        Template(PROTOCOL, template_id, None, self._specifiers(work, first, after)),
                        position,
                        after,
                    )
            position = after
        note_padding(work, position, start, end)

    def _options_template_set(self, work: Assembly, start: int, end: int) -> None:
        position, padding = start, content_end(work.octets, start, end)
        while position < padding and end - position >= TEMPLATE_HEADER:
            first = position + OPTIONS_TEMPLATE_HEADER
            template_id = int.from_bytes(work.octets[position : position + 2], "big")
            if first > end:
                reject(
                    work, template_id, position, f"{end - position} octets, need {OPTIONS_TEMPLATE_HEADER}", cut=True
                )
                return
            after = refresh(work, template_id, position, end, options=True)
            if after is None:
                _, scope, options = self._read_options_template(work.octets, position)
                after = first + scope + options
                if scope % SPECIFIER or options % SPECIFIER:
                    reject(
                        work,
                        template_id,
                        position,
                        f"lengths {scope} and {options}, need multiples of {SPECIFIER}",
                        cut=True,
                    )
                    return
                if after > end:
                    reject(
                        work,
                        template_id,
                        position,
                        f"{scope + options} octets of fields, {end - first} are there",
                        cut=True,
                    )
                    return
                if after == first:
                    reject(work, template_id, position, "no fields")
                else:
                    fields = self._specifiers(work, first, after)
                    learn(work, Template(PROTOCOL, template_id, scope // SPECIFIER, fields), position, after)
            position = after
        note_padding(work, position, start, end)

    def _specifiers(self, work: Assembly, start: int, end: int) -> tuple[FieldSpecifier, ...]:
        specifiers, _ = self._read_specifiers(work.octets, start, end, end - start, [], None)
        return tuple(FieldSpecifier(0, each["id"], each["length"]) for each in specifiers)
