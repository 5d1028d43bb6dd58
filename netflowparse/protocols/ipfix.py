"""IPFIX.  RFC 7011.

Lenient by default: of a malformed message (§9.1) everything intact is decoded, and the damage is flagged.
"""

from __future__ import annotations

from collections.abc import Hashable

from ..errors import BAD_TEMPLATE, TRAILING_OCTETS, TRUNCATED_MESSAGE, MalformedMessage, TruncatedDatagram
from ..template import FieldSpecifier, Template
from ..types import Message
from ..wire import ipfix
from ..wire.ipfix import ENTERPRISE_BIT, OPTIONS_TEMPLATE_SET, TEMPLATE_SET
from ..wire.sets import FIRST_DATA_SET
from .assembly import Assembly
from .context import Context
from .definitions import learn, reject, withdraw
from .misplaced_templates import read_without_enterprises
from .sets import TEMPLATE_HEADER, SetFormat

WHERE = {"protocol": "ipfix", "spec": "RFC 7011 §3.1"}


class Ipfix(SetFormat):
    """Decodes IPFIX messages."""

    protocol = "ipfix"
    template_set = TEMPLATE_SET
    options_template_set = OPTIONS_TEMPLATE_SET
    time_offset = 4

    def __init__(self, context: Context) -> None:
        super().__init__(context, ipfix.MessageHeader, ipfix.FieldSpecifier, ipfix.OptionsTemplateHeader)

    def decode(self, octets: bytes, exporter: Hashable, now: int | None, transport: str) -> Message:
        """The message of a datagram that holds one IPFIX message."""
        need, there = self._header_length, len(octets)
        if there < need:
            raise TruncatedDatagram(f"IPFIX message header: {there} octets, need {need}", offset=there, **WHERE)
        header = self._read_header(octets, 0)
        if header["length"] < need:
            raise MalformedMessage(f"IPFIX message length {header['length']}, need at least {need}", offset=2, **WHERE)
        domain = self._context.store.domain(exporter, "ipfix", header["observationDomainId"])
        plain = header["length"] == there
        return self._decode(octets, exporter, header, domain, now, transport, None, None, False, plain)

    def _end(self, work: Assembly) -> int:
        there, length = len(work.octets), work.header["length"]
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
            message = f"{there - length} octets at octet {length} after the message"
            work.problems.leave(TRAILING_OCTETS, message, work.octets, length, there)
        return int(length)

    def _define(self, work: Assembly, position: int, end: int, *, options: bool) -> int | None:
        template_id, count = self._read_template(work.octets, position)
        if not count:
            _withdrawal(work, template_id, position, options=options)
            return position + TEMPLATE_HEADER
        first, scope = self._first_specifier(work, template_id, position, end, options=options), None
        if first is None:
            return None
        if options:
            _, _, scope = self._read_options_template(work.octets, position)
        specifiers, after = self._read_specifiers(work.octets, first, end, count, [], None)
        if len(specifiers) < count:
            if options and (last := read_without_enterprises(work, template_id, count, scope, position, first, end)):
                return last
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
        learn(work, Template(self.protocol, template_id, scope, fields), position, after)
        return after


def _withdrawal(work: Assembly, template_id: int, position: int, *, options: bool) -> None:
    """A record of field count 0: one template, or by the id of its own set all of that kind.  §8.1."""
    every = template_id == (OPTIONS_TEMPLATE_SET if options else TEMPLATE_SET)
    if every or template_id >= FIRST_DATA_SET:
        withdraw(work, template_id, position, options=options, every=every)
    else:
        reject(work, template_id, position, "a withdrawal of an id that no template here can have", options=options)
