"""The words that messages and rows are made of: protocols, events, codes, kinds."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

Flow: TypeAlias = dict[str, Any]  # keys are element names; values are plain
Octets: TypeAlias = bytes | bytearray | memoryview
ProtocolName: TypeAlias = Literal[
    "netflow1", "netflow5", "netflow6", "netflow7", "netflow8", "netflow9", "ipfix", "sflow5"
]
Transport: TypeAlias = Literal["udp", "tcp", "sctp", "file"]
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
