"""NetFlow version 9.  RFC 3954.

The packet has no length of its own and its count is no guide: FlowSets go on to the datagram's end.
"""

from __future__ import annotations

from collections.abc import Hashable

from ..codec.display import Clock
from ..errors import TruncatedDatagram
from ..quirks import LAST_AFTER_UPTIME, VARIABLE_LENGTH_IN_V9
from ..template import VARIABLE_LENGTH, FieldSpecifier, Template
from ..types import Message
from ..wire import netflow9
from .assembly import Assembly
from .context import Context
from .definitions import learn, reject
from .sets import SetFormat

SPECIFIER = netflow9.FieldSpecifier.sizeof()


class Netflow9(SetFormat):
    """Decodes version 9 export packets."""

    protocol = "netflow9"
    template_set = netflow9.TEMPLATE_SET
    options_template_set = netflow9.OPTIONS_TEMPLATE_SET
    time_offset = 8

    def __init__(self, context: Context) -> None:
        super().__init__(context, netflow9.Header, netflow9.FieldSpecifier, netflow9.OptionsTemplateHeader)

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a version 9 export packet."""
        end = len(octets)
        if end < self._header_length:
            raise TruncatedDatagram(
                f"NetFlow v9 header: {end} octets, need {self._header_length}",
                offset=end,
                protocol=self.protocol,
                spec="RFC 3954 §5.1",
            )
        header = self._read_header(octets, 0)
        domain = self._context.store.domain(exporter, "netflow9", header["sourceId"])
        uptime, known = header["sysUpTime"], domain.exporter
        at = Clock(header["exportTime"] * 1000, uptime, LAST_AFTER_UPTIME in known.rules.on)
        units = None if known.settings.sequence_unit == "records" else 1
        restarted = uptime != domain.uptime and domain.restarted(uptime)
        return self._decode(octets, exporter, header, domain, now, transport, at, units, restarted, uptime != 0)

    def _prepare(self, work: Assembly) -> None:
        work.stopped_clock = not work.header["sysUpTime"]

    def _define(self, work: Assembly, position: int, end: int, *, options: bool) -> int | None:
        template_id, count = self._read_template(work.octets, position)
        first = self._first_specifier(work, template_id, position, end, options=options)
        if first is None:
            return None
        if not options:
            return self._learn(work, template_id, None, position, first, first + count * SPECIFIER, end)
        _, scope, rest = self._read_options_template(work.octets, position)
        if scope % SPECIFIER or rest % SPECIFIER:
            why = f"lengths {scope} and {rest}, need multiples of {SPECIFIER}"
            reject(work, template_id, position, why, options=True, cut=True)
            return None
        return self._learn(work, template_id, scope // SPECIFIER, position, first, first + scope + rest, end)

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
            return after
        fields = self._specifiers(work, first, after)
        if VARIABLE_LENGTH_IN_V9 not in work.rules and any(field.length == VARIABLE_LENGTH for field in fields):
            why = f"a field of {VARIABLE_LENGTH} octets, and version 9 has no variable length"
            reject(work, template_id, position, why, options=options)
        else:
            learn(work, Template(self.protocol, template_id, scope_count, fields), position, after)
        return after

    def _specifiers(self, work: Assembly, start: int, end: int) -> tuple[FieldSpecifier, ...]:
        specifiers, _ = self._read_specifiers(work.octets, start, end, end - start, [], None)
        return tuple(FieldSpecifier(0, each["id"], each["length"]) for each in specifiers)
