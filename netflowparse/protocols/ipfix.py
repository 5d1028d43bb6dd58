"""IPFIX.  RFC 7011.

Lenient by default: of a malformed message (§9.1) everything intact is decoded, and the damage is flagged.
"""

from __future__ import annotations

from collections.abc import Hashable

from ..codec.layout import layout_of
from ..errors import BAD_TEMPLATE, TRAILING_OCTETS, TRUNCATED_MESSAGE, MalformedMessage, TruncatedDatagram
from ..template import FieldSpecifier, Template
from ..types import Message
from ..wire import ipfix
from ..wire.ipfix import ENTERPRISE_BIT, OPTIONS_TEMPLATE_SET, TEMPLATE_SET
from ..wire.sets import FIRST_DATA_SET, SetHeader, TemplateHeader
from .assembly import Assembly
from .context import Context
from .datasets import read_data_set, skip_set
from .definitions import learn, note_padding, refresh, reject, withdraw
from .framing import content_end, walk_sets

PROTOCOL = "ipfix"
HEADER = ipfix.MessageHeader.sizeof()
TEMPLATE_HEADER = TemplateHeader.sizeof()
OPTIONS_TEMPLATE_HEADER = ipfix.OptionsTemplateHeader.sizeof()


class Ipfix:
    """Decodes IPFIX messages."""

    def __init__(self, context: Context) -> None:
        engine = context.engine
        self._context = context
        self._read_header = engine.header_reader(layout_of(ipfix.MessageHeader))
        self._read_set = engine.pair_reader(SetHeader)
        self._read_template = engine.pair_reader(TemplateHeader)
        self._read_options_template = engine.pair_reader(ipfix.OptionsTemplateHeader)
        self._read_specifiers = engine.record_reader(layout_of(ipfix.FieldSpecifier))

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a datagram that holds one IPFIX message."""
        if len(octets) < HEADER:
            raise TruncatedDatagram(
                f"IPFIX message header: {len(octets)} octets, need {HEADER}",
                offset=len(octets),
                protocol=PROTOCOL,
                spec="RFC 7011 §3.1",
            )
        header = self._read_header(octets, 0)
        if header["length"] < HEADER:
            raise MalformedMessage(
                f"IPFIX message length {header['length']}, need at least {HEADER}",
                offset=2,
                protocol=PROTOCOL,
                spec="RFC 7011 §3.1",
            )
        self._context.shapes.follow_registry()
        domain = self._context.store.domain(exporter, PROTOCOL, header["observationDomainId"])
        time = header["exportTime"] if now is None else now
        work = Assembly(self._context, PROTOCOL, octets, domain, time=time, transport=transport)
        for set_id, start, stop in walk_sets(
            octets, HEADER, _message_end(work, header["length"]), self._read_set, work.problems, work.quirks
        ):
            if set_id >= FIRST_DATA_SET:
                read_data_set(work, set_id, start, stop)
            elif set_id in (TEMPLATE_SET, OPTIONS_TEMPLATE_SET):
                self._template_set(work, start, stop, options=set_id == OPTIONS_TEMPLATE_SET)
            else:
                skip_set(work, set_id, start, stop)
        records = len(work.flows) + len(work.options)
        sequence = domain.sequence.observe(
            header["sequenceNumber"], records, certain=work.complete and not work.problems.malformed
        )
        return work.message(exporter, header, sequence)

    def _template_set(self, work: Assembly, start: int, end: int, *, options: bool) -> None:
        position, padding = start, content_end(work.octets, start, end)
        while position < padding and end - position >= TEMPLATE_HEADER:
            template_id, count = self._read_template(work.octets, position)
            after: int | None
            if count:
                after = refresh(work, template_id, position, end, options=options)
                if after is None:
                    after = self._definition(work, template_id, count, position, end, options=options)
                if after is None:
                    return
            else:
                after = position + TEMPLATE_HEADER
                _withdrawal(work, template_id, position, options=options)
            position = after
        note_padding(work, position, start, end)

    def _definition(
        self, work: Assembly, template_id: int, count: int, position: int, end: int, *, options: bool
    ) -> int | None:
        """The offset behind the definition at *position*, or None where its end cannot be told."""
        first, scope = position + TEMPLATE_HEADER, None
        if options:
            first = position + OPTIONS_TEMPLATE_HEADER
            if first > end:
                why = f"{end - position} octets, need {OPTIONS_TEMPLATE_HEADER}"
                reject(work, template_id, position, why, options=True, cut=True)
                return None
            _, _, scope = self._read_options_template(work.octets, position)
        specifiers, after = self._read_specifiers(work.octets, first, end, count, [], None)
        if len(specifiers) < count:
            why = f"{count} fields, {len(specifiers)} are there"
            reject(work, template_id, position, why, options=options, cut=True)
            return None
        if scope is not None and scope > count:
            reject(work, template_id, position, f"{scope} scope fields of {count} fields", options=True)
            return after
        if scope == 0:
            work.problems.add(
                BAD_TEMPLATE,
                f"options template {template_id} at octet {position}: no scope field, need at least 1",
                position,
                template_id=template_id,
            )
        fields = tuple(
            FieldSpecifier(each["enterprise"] or 0, each["id"] & ~ENTERPRISE_BIT, each["length"]) for each in specifiers
        )
        learn(work, Template(PROTOCOL, template_id, scope, fields), position, after)
        return after


def _message_end(work: Assembly, length: int) -> int:
    there = len(work.octets)
    if length > there:
        work.problems.add(
            TRUNCATED_MESSAGE,
            f"message length {length}: {there} octets are there",
            2,
            malformed=True,
            length=there,
            missing=length - there,
        )
        return there
    if length < there:
        work.problems.add(
            TRAILING_OCTETS,
            f"{there - length} octets at octet {length} after the message",
            length,
            length=there - length,
            octets=work.problems.quote(work.octets, length, there),
        )
    return length


def _withdrawal(work: Assembly, template_id: int, position: int, *, options: bool) -> None:
    """A record of field count 0: one template, or by the id of its own set all of that kind.  §8.1."""
    every = template_id == (OPTIONS_TEMPLATE_SET if options else TEMPLATE_SET)
    if every or template_id >= FIRST_DATA_SET:
        withdraw(work, template_id, options=options, every=every)
    else:
        reject(work, template_id, position, "a withdrawal of an id that no template here can have", options=options)
