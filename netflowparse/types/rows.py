"""The rows of what a decoder knows.  Times are s since 1970."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, NotRequired, TypedDict

from .message import TemplateField
from .words import DomainName, FactKind, ProtocolName


class TemplateRow(TypedDict):
    """A template in force, as ``Decoder.templates`` lists them."""

    exporter: Hashable
    protocol: ProtocolName
    domain: DomainName
    template_id: int
    scope_count: int | None
    fields: list[TemplateField]
    learned: int
    refreshed: int


class PendingRow(TypedDict):
    """Data sets that wait for one template, as ``Decoder.pending`` lists them.

    A set whose lists lack several templates is in the row of each.
    """

    exporter: Hashable
    protocol: ProtocolName
    domain: DomainName
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
    protocol: ProtocolName
    domain: DomainName
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


class _Values(TypedDict, total=False):
    """What may be known, by its element's name.  Which kinds have which: docs/templates-and-state.md."""

    interfaceName: str  # interface
    interfaceDescription: str
    VRFname: str  # vrf
    applicationName: str  # application
    applicationDescription: str
    applicationCategoryName: str
    applicationSubCategoryName: str
    applicationGroupName: str
    p2pTechnology: str
    tunnelTechnology: str
    encryptedTechnology: str
    systemInitTimeMilliseconds: int  # exporter
    exporterIPv4Address: str
    exporterIPv6Address: str
    fields: dict[str, Any]  # properties: what they stand for
    samplingInterval: int | float | None  # sampler, selector, …_sampling: 1 in so many packets; None: not told
    samplingAlgorithm: int
    samplerMode: int
    samplerName: str
    selectorAlgorithm: int
    selectorName: str
    samplingTimeInterval: int  # µs
    samplingTimeSpace: int  # µs
    mibObjectIdentifier: str | bytes  # mib_field: in BER; hex, or as it is with octet_values="bytes"
    mibObjectName: str
    mibObjectDescription: str
    mibObjectSyntax: str
    mibModuleName: str
    mibSubIdentifier: int
    mibIndexIndicator: int
    mibContextEngineID: str | bytes
    mibContextName: str
    mibCaptureTimeSemantics: int
    name: str  # element: this and what follows, "" for what the exporter has not said
    flow_key: str  # its key in flows
    type: str
    semantics: str
    units: str
    range: str  # "0-255"
    conflicting: bool  # whether it was described in two ways: then nothing of it is used


class KnowledgeRow(_Values):
    """What one exporter says about itself, as ``Decoder.knowledge`` lists it; ``kind`` decides what else there is."""

    protocol: ProtocolName
    domain: DomainName | None  # None of elements, which hold in all domains
    kind: FactKind
    key: int | str | None  # what it is about; None: the whole domain
    source: Literal["options"]
    time: int  # when it was said last
    template_id: NotRequired[int]  # of the options record that said it; not of elements
    scope: NotRequired[dict[str, Any]]
