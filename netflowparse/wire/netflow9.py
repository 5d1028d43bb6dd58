"""NetFlow version 9.  RFC 3954; integers big-endian and unsigned."""

from __future__ import annotations

from construct import Const, Int16ub, Int32ub

from .specifications import specified

VERSION = 9
TEMPLATE_SET = 0
OPTIONS_TEMPLATE_SET = 1

Header = specified(
    "RFC 3954 §5.1",
    "version" / Const(VERSION, Int16ub),
    "count" / Int16ub,  # records of all kinds; informative, never drives a loop
    "sysUpTime" / Int32ub,  # ms since the exporter booted
    "exportTime" / Int32ub,  # s since 1970
    "sequenceNumber" / Int32ub,  # export packets of this source id so far
    "sourceId" / Int32ub,
)

FieldSpecifier = specified(  # there is no enterprise bit: types above 32767 are ordinary numbers
    "RFC 3954 §5.2",
    "id" / Int16ub,
    "length" / Int16ub,
)

OptionsTemplateHeader = specified(
    "RFC 3954 §6.1",
    "template_id" / Int16ub,
    "option_scope_length" / Int16ub,  # octets of the scope specifiers, not their number
    "option_length" / Int16ub,  # octets of the option specifiers
)
