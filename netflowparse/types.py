"""The shapes of what comes out, for type checkers.  At run time they are plain dicts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

__all__ = [
    "Continuity",
    "EventName",
    "Flow",
    "Header",
    "Message",
    "Octets",
    "Problem",
    "ProtocolName",
    "Sequence",
    "SequenceEvent",
    "TemplateEvent",
    "TemplateField",
    "TemplateRow",
    "Transport",
    "UnknownOctets",
]

Flow: TypeAlias = dict[str, Any]  # keys are element names; values are plain
Header: TypeAlias = dict[str, Any]
Octets: TypeAlias = bytes | bytearray | memoryview
ProtocolName: TypeAlias = Literal[
    "netflow1", "netflow5", "netflow6", "netflow7", "netflow8", "netflow9", "ipfix", "sflow5"
]
SequenceEvent: TypeAlias = Literal["first", "in_order", "gap", "reordered", "duplicate", "restart", "uncertain"]
EventName: TypeAlias = Literal[
    "learned", "refreshed", "replaced", "withdrawn", "withdrawal_ignored", "conflict", "rejected"
]
Transport: TypeAlias = Literal["udp", "tcp", "sctp", "file"]


class TemplateField(TypedDict):
    """One field of a template."""

    name: str  # its key in flows
    enterprise: int  # 0: IANA's number space, or any field of NetFlow v9
    id: int
    length: int | Literal["variable"]  # octets


class TemplateEvent(TypedDict):
    """A template record met in a datagram, and what came of it."""

    event: EventName
    template_id: int
    scope_count: int | None  # None: a data template; of one that was rejected or unknown, 0 for an options template
    fields: list[TemplateField]  # empty where nothing is defined


class Sequence(TypedDict):
    """What the sequence number says."""

    expected: int | None
    missing: int | None  # units lost before this datagram; None where nothing can be said
    event: SequenceEvent


class Continuity(Sequence):
    """What the numbers of an sFlow flow sample say against those of its source's samples before.

    Counter samples and discarded packets have a plain ``Sequence`` instead.
    None stands where nothing can be said: the first sample, a late one, one after a restart.
    """

    sample_pool_delta: int | None  # packets that could have been sampled since the sample before
    drops_delta: int | None  # samples that the agent lost since then
    effective_rate: float | None  # packets for each sample, since the source was first heard or has restarted


class UnknownOctets(TypedDict):
    """A part of an sFlow datagram of a format that is not known here."""

    format: str  # "enterprise:number"
    octets: str | bytes  # hex, or as they are with octet_values="bytes"


class Problem(TypedDict):
    """Something wrong in the datagram.  Everything intact was decoded all the same."""

    code: str
    message: str
    offset: int  # octets from the datagram's start
    malformed: NotRequired[bool]  # structural damage, RFC 7011 §9.1
    set_id: NotRequired[int]
    template_id: NotRequired[int]
    structure: NotRequired[str]  # of sFlow
    element: NotRequired[str]
    length: NotRequired[int]  # octets concerned
    octets: NotRequired[str]  # the first of them, hex
    missing: NotRequired[int]  # octets that should have been there
    count: NotRequired[int]
    found: NotRequired[int]
    limit: NotRequired[str]  # the name of the bound of Limits that was met


class Message(TypedDict):
    """What one datagram says.  Every key is always there but the last."""

    protocol: ProtocolName
    exporter: Hashable  # as the caller passed it
    header: Header
    flows: list[Flow]
    options: list[Flow]  # scope fields apart, under "scope"
    counters: list[Flow]  # sFlow's counter samples
    templates: list[TemplateEvent]
    sequence: Sequence
    problems: list[Problem]
    quirks: list[str]
    late: list[Message]
    unknown_samples: NotRequired[list[UnknownOctets]]  # of sFlow, where there are any


class TemplateRow(TypedDict):
    """A template in force, as ``Decoder.templates`` lists them.  Times are s since 1970."""

    exporter: Hashable
    protocol: str
    domain: int
    template_id: int
    scope_count: int | None
    fields: list[TemplateField]
    learned: int
    refreshed: int
