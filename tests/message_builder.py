"""Builds datagrams from the declarations in ``netflowparse.wire``; every length and count can be forced.

Fields of templates are (id, length) or (enterprise, id, length) tuples; bodies are octets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from construct import Struct

from netflowparse.wire import ipfix, netflow5, netflow9
from netflowparse.wire.lengths import VarLength
from netflowparse.wire.sets import SetHeader, TemplateHeader

EXPORT_TIME = 0x65E0F000  # 2024-02-29 20:58:40 UTC
UPTIME = 10_000  # ms
VARIABLE = 0xFFFF

Field = tuple[int, int] | tuple[int, int, int]


def build(declaration: Struct, **values: Any) -> bytes:
    """Octets of *declaration*; fields not given are 0."""
    zeros = {subcon.name: 0 for subcon in declaration.subcons if subcon.name and subcon.name != "version"}
    return declaration.build({**zeros, **values})


def netflow5_record(**values: Any) -> bytes:
    """A v5 record; addresses not given are 0.0.0.0."""
    addresses = dict.fromkeys(("sourceIPv4Address", "destinationIPv4Address", "ipNextHopIPv4Address"), "0.0.0.0")
    return build(netflow5.Record5, **{**addresses, **values})


def netflow5_datagram(records: Sequence[bytes], **header: Any) -> bytes:
    """A v5 datagram; *header* overrides its fields, ``sampling`` is the whole word."""
    word = header.pop("sampling", 0)
    sampling = {"samplingMode": word >> 14, "samplingInterval": word & 0x3FFF}
    values = {"count": len(records), "sysUpTime": UPTIME, "exportTime": EXPORT_TIME, **header, "sampling": sampling}
    return build(netflow5.Header5, **values) + b"".join(records)


def set_of(set_id: int, body: bytes, *, length: int | None = None) -> bytes:
    """A set (FlowSet); *length* forces a wrong one."""
    return build(SetHeader, set_id=set_id, length=len(body) + 4 if length is None else length) + body


def netflow9_datagram(*sets: bytes, **header: Any) -> bytes:
    """A v9 export packet; *header* overrides its fields."""
    values = {"count": len(sets), "sysUpTime": UPTIME, "exportTime": EXPORT_TIME, "sequenceNumber": 1, **header}
    return build(netflow9.Header, **values) + b"".join(sets)


def ipfix_message(*sets: bytes, **header: Any) -> bytes:
    """An IPFIX message; *header* overrides its fields."""
    body = b"".join(sets)
    values = {"length": len(body) + 16, "exportTime": EXPORT_TIME, "observationDomainId": 1, **header}
    return build(ipfix.MessageHeader, **values) + body


def specifiers(fields: Iterable[Field]) -> bytes:
    """Field specifiers as IPFIX writes them; (id, length) ones are v9's as well."""
    return b"".join(
        build(netflow9.FieldSpecifier, id=field[0], length=field[1])
        if len(field) == 2
        else build(ipfix.FieldSpecifier, id=field[1] | 0x8000, length=field[2], enterprise=field[0])
        for field in fields
    )


def template(template_id: int, fields: Sequence[Field], *, count: int | None = None) -> bytes:
    """A template record of v9 or IPFIX."""
    head = build(TemplateHeader, template_id=template_id, field_count=len(fields) if count is None else count)
    return head + specifiers(fields)


def options_template(template_id: int, scope: Sequence[Field], fields: Sequence[Field]) -> bytes:
    """An IPFIX options template record."""
    counts = {"field_count": len(scope) + len(fields), "scope_field_count": len(scope)}
    return build(ipfix.OptionsTemplateHeader, template_id=template_id, **counts) + specifiers([*scope, *fields])


def netflow9_options_template(template_id: int, scope: Sequence[Field], fields: Sequence[Field]) -> bytes:
    """A v9 options template record."""
    lengths = {"option_scope_length": 4 * len(scope), "option_length": 4 * len(fields)}
    return build(netflow9.OptionsTemplateHeader, template_id=template_id, **lengths) + specifiers([*scope, *fields])


def variable(octets: bytes, *, long: bool = False) -> bytes:
    """A value of variable length, in the 3-octet form where *long*."""
    prefix = b"\xff" + len(octets).to_bytes(2, "big") if long else VarLength().build(len(octets))
    return prefix + octets
