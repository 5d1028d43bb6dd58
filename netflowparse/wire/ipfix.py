"""IPFIX.  RFC 7011; integers big-endian and unsigned."""

from __future__ import annotations

from typing import Any

from construct import Const, If, Int16ub, Int32ub

from .specifications import specified

VERSION = 10
TEMPLATE_SET = 2
OPTIONS_TEMPLATE_SET = 3
ENTERPRISE_BIT = 0x8000  # §3.2


class HasBit:
    """A condition on an earlier field of the same record: whether any bit of ``mask`` is set in ``field``."""

    def __init__(self, field: str, mask: int) -> None:
        self.field = field
        self.mask = mask

    def __call__(self, context: Any) -> bool:
        return bool(context[self.field] & self.mask)


MessageHeader = specified(
    "RFC 7011 §3.1",
    "version" / Const(VERSION, Int16ub),
    "length" / Int16ub,  # octets of the whole message, this header included
    "exportTime" / Int32ub,  # s since 1970
    "sequenceNumber" / Int32ub,  # data records of this session and domain before this message
    "observationDomainId" / Int32ub,
)

FieldSpecifier = specified(
    "RFC 7011 §3.2",
    "id" / Int16ub,  # the enterprise bit and 15 bits of element id
    "length" / Int16ub,  # 65535: variable
    "enterprise" / If(HasBit("id", ENTERPRISE_BIT), Int32ub),
)

OptionsTemplateHeader = specified(
    "RFC 7011 §3.4.2.2",
    "template_id" / Int16ub,
    "field_count" / Int16ub,  # scope fields included
    "scope_field_count" / Int16ub,
)
