"""What one datagram says: ``Message`` and its parts."""

from collections.abc import Hashable
from typing import Literal, NotRequired, Required, TypedDict

from .kept import Kept
from .words import EventName, Flow, ProblemCode, ProtocolName, RefusalCode, SequenceEvent


class Header(TypedDict, total=False):
    """A protocol's own header, in its own words; docs/message.md says which protocol has which."""

    version: Required[int]
    count: int  # NetFlow: records, of v9 those of all sets
    length: int  # IPFIX: octets
    exportTime: int  # s since 1970; not of sFlow
    exportNanoseconds: int  # NetFlow v1 to v8: and so many ns
    sysUpTime: int  # ms since the exporter started; not of IPFIX
    sequenceNumber: int  # not of NetFlow v1
    observationDomainId: int  # IPFIX
    sourceId: int  # NetFlow v9
    engineType: int  # NetFlow v5, v8
    engineId: int
    samplingMode: int  # NetFlow v5
    samplingInterval: int  # 1 in so many packets; 0 where it is not said
    aggregation: int  # NetFlow v8
    aggregationVersion: int
    agentAddress: str | None  # sFlow; None where the agent gives none
    subAgentId: int
    sampleCount: int


class TemplateField(TypedDict):
    """One field of a template."""

    name: str  # its key in flows
    enterprise: int  # 0: IANA's number space, or any field of NetFlow v9
    id: int
    length: int | Literal["variable"]  # octets


class TemplateChange(TypedDict):
    """How a definition differs from the one that it replaces."""

    added: list[TemplateField]
    removed: list[TemplateField]
    moved: bool  # whether fields that stay have another order
    scope_count: int | None  # of the definition before


class TemplateEvent(TypedDict):
    """A template record met in a datagram, and what came of it."""

    event: EventName
    template_id: int
    scope_count: int | None  # None: a data template; of one that was rejected or unknown, 0 for an options template
    fields: list[TemplateField]  # empty where nothing is defined
    changed: NotRequired[TemplateChange]  # of replaced and conflict


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

    code: ProblemCode | RefusalCode
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
    late: list["Message"]
    completed: NotRequired[Completed]  # in ``late``, where there are any
    kept: NotRequired[Kept]  # with ``keep_octets``
    unknown_samples: NotRequired[list[UnknownOctets]]  # of sFlow, where there are any
