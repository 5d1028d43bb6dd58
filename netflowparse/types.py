"""The shapes of what comes out, for type checkers.  At run time they are plain dicts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

__all__ = [
    "Completed",
    "Continuity",
    "EventName",
    "Flow",
    "Header",
    "Kept",
    "KnowledgeRow",
    "Message",
    "Octets",
    "Patch",
    "PendingRow",
    "Problem",
    "ProtocolName",
    "Sequence",
    "SequenceEvent",
    "StatisticsRow",
    "TemplateChange",
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
    changed: NotRequired[TemplateChange]  # of replaced and conflict


class TemplateChange(TypedDict):
    """How a definition differs from the one that it replaces."""

    added: list[TemplateField]
    removed: list[TemplateField]
    moved: bool  # whether fields that stay have another order
    scope_count: int | None  # of the definition before


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
    path: NotRequired[list[str | int]]  # of what is inside a list: keys and indices that lead to it from the record
    length: NotRequired[int]  # octets concerned
    octets: NotRequired[str]  # the first of them, hex
    missing: NotRequired[int]  # octets that should have been there
    count: NotRequired[int]
    found: NotRequired[int]
    limit: NotRequired[str]  # the name of the bound of Limits that was met
    #: what became of sets that waited, or what an options record did to common properties
    outcome: NotRequired[Literal["expired", "failed", "replaced", "conflict", "unknown_withdrawal"]]
    ids: NotRequired[list[int]]  # the first ten common properties concerned
    waiting: NotRequired[bool]  # whether the set is held until its template comes
    seconds: NotRequired[int]  # by which an exporter has set its clock
    evidence: NotRequired[str]  # why a template is suspected


class Patch(TypedDict):
    """Octets that stood where the canonical form has others, as ``Decoder(keep_octets=True)`` keeps them."""

    octets: str  # hex
    instead_of: int | None  # CRC-32 of the canonical ones; None: the value has none


class FieldPatch(Patch):
    """A patch of one field, by its place in the record (padding counts), and of which record."""

    field: int
    record: NotRequired[int]  # not of a header


class KeptSet(TypedDict, total=False):
    """One set of a NetFlow v9 or IPFIX datagram.  What is not there is as the canonical form has it."""

    set_id: int
    length: int  # as its head says, where that is not how many octets are there
    octets: str  # hex: the whole content of one that was not read
    templates: int  # how many of the message's ``templates`` it defines
    content: Patch  # of those
    template: int  # which of the kept templates its records were read by
    inner: list[int]  # and their lists
    records: int  # how many of the message's flows, or options
    patches: list[FieldPatch]
    rest: str  # hex: what stands behind the records


class KeptRecord(TypedDict, total=False):
    """One record of an sFlow sample, in the order in which they were."""

    name: str  # its key in the sample
    cut: bool  # whether it ends before its last field
    patch: Patch  # of the whole record, head and padding included


class KeptSample(TypedDict, total=False):
    """One sample of an sFlow datagram.  What is not there is as the canonical form has it."""

    key: str  # where it is in the message: ``flows``, ``counters``, ``unknown_samples``; "" where it is not
    octets: str  # hex: all of one that is not
    whole: Patch  # of all of one whose values do not give its records
    expanded: bool  # whether it has the expanded form, though it fits the other
    head: Patch  # of its head, and of the words before its records
    records: list[KeptRecord]
    rest: Patch  # of what stands behind the last record
    padding: Patch


class Kept(TypedDict, total=False):
    """What ``Decoder(keep_octets=True)`` keeps, so that ``encode`` can copy a datagram to the octet."""

    header: list[FieldPatch]
    templates: list[dict[str, Any]]  # that sets were read by, as ``templates`` of a message
    sets: list[KeptSet]
    records: int  # flows of a fixed version
    patches: list[FieldPatch]  # of those
    samples: list[KeptSample]  # of sFlow, in their order
    tail: str  # hex: what stands behind the last part


class Completed(TypedDict):
    """Records that came out before without some of their lists, now with them."""

    flows: list[Flow]
    options: list[Flow]


class Message(TypedDict):
    """What one datagram says.  Every key is always there but the last two."""

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
    completed: NotRequired[Completed]  # in ``late``, where there are any
    kept: NotRequired[Kept]  # with ``keep_octets``
    unknown_samples: NotRequired[list[UnknownOctets]]  # of sFlow, where there are any


class TemplateRow(TypedDict):
    """A template in force, as ``Decoder.templates`` lists them.  Times are s since 1970."""

    exporter: Hashable
    protocol: str
    domain: Any
    template_id: int
    scope_count: int | None
    fields: list[TemplateField]
    learned: int
    refreshed: int


class PendingRow(TypedDict):
    """Data sets that wait for one template, as ``Decoder.pending`` lists them.  Times are s since 1970.

    A set whose lists lack several templates is in the row of each.
    """

    exporter: Hashable
    protocol: str
    domain: Any
    template_id: int
    sets: int
    octets: int
    oldest: int
    newest: int


class StatisticsRow(TypedDict):
    """Totals of one domain since it was first heard, and what is kept of it now (``templates``, ``pending_sets``, …).

    ``domain`` is the observation domain, source id or engine (type << 8 | id); of sFlow (agent address, sub-agent).
    """

    exporter: Hashable
    protocol: str
    domain: Any
    first_heard: int | None  # s since 1970; None of sFlow without ``now``
    last_heard: int | None
    datagrams: int
    flows: int
    options: int
    counters: int
    problems: int
    malformed: int  # datagrams with structural damage
    lost: int  # units of the sequence number, those that came late taken off
    gaps: int
    reordered: int
    duplicates: int
    restarts: int
    clock_steps: int  # how often the exporter has set its clock
    counts_records: bool  # NetFlow v9: whether the number seems to count records; ``ExporterSettings.sequence_unit``
    templates: int
    template_fields: int
    templates_expired: int  # given up by their lifetime
    facts: int  # of what the exporter says about itself
    facts_evicted: int
    sample_sources: int
    pending_sets: int
    pending_octets: int  # 512 for each set included
    held: int  # sets that have waited: replayed + expired + evicted + failed + pending_sets
    replayed: int
    expired: int
    evicted: int
    failed: int


class KnowledgeRow(TypedDict, total=False):
    """What one exporter says about itself, as ``Decoder.knowledge`` lists it; ``kind`` decides what else there is."""

    protocol: str
    domain: Any
    kind: str
    key: int | str | None
    source: str
    template_id: int
    time: int
    scope: dict[str, Any]
