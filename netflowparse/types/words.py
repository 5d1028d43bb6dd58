"""The words that messages and rows are made of: protocols, transports, events, codes.  The one list of each."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, get_args

Flow: TypeAlias = dict[str, Any]  # keys are element names; values are plain
Octets: TypeAlias = bytes | bytearray | memoryview
_Fixed: TypeAlias = Literal["netflow1", "netflow5", "netflow6", "netflow7", "netflow8"]
_Templated: TypeAlias = Literal["netflow9", "ipfix"]
ProtocolName: TypeAlias = Literal[_Fixed, _Templated, "sflow5"]
PROTOCOLS: Final[tuple[ProtocolName, ...]] = get_args(ProtocolName)
FIXED: Final[tuple[ProtocolName, ...]] = get_args(_Fixed)  # one layout for all records
WITH_TEMPLATES: Final[tuple[ProtocolName, ...]] = get_args(_Templated)
Transport: TypeAlias = Literal["udp", "tcp", "sctp", "file"]
TRANSPORTS: Final[tuple[Transport, ...]] = get_args(Transport)
SequenceEvent: TypeAlias = Literal["first", "in_order", "gap", "reordered", "duplicate", "restart", "uncertain"]
EventName: TypeAlias = Literal[
    "learned", "refreshed", "replaced", "withdrawn", "withdrawal_ignored", "conflict", "rejected"
]
#: observation domain, source id or engine (type << 8 | id); of sFlow (agent address, sub-agent); 0 where there is none
DomainName: TypeAlias = int | tuple[str | None, int]
#: the constants of ``netflowparse.errors``; releases may add to them
ProblemCode: TypeAlias = Literal[
    "truncated_message",
    "bad_length",
    "truncated_set",
    "truncated_sample",
    "truncated_record",
    "trailing_octets",
    "count_mismatch",
    "unknown_set",
    "unknown_layout",
    "bad_template",
    "template_conflict",
    "missing_template",
    "suspect_template",
    "pending_lost",
    "no_progress",
    "properties_changed",
    "unresolved_properties",
    "circular_properties",
    "bad_value",
    "illegal_biflow",
    "bad_type_record",
    "uncertain_time",
    "clock_step",
    "limit",
]
#: code of the one problem of an ``explain`` of what ``decode`` raises an error for: the error's name
RefusalCode: TypeAlias = Literal["truncated_datagram", "unknown_version", "malformed_message"]
