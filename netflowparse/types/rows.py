"""The rows of what a decoder knows.  Times are s since 1970."""

from collections.abc import Hashable
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, final

from .message import TemplateField
from .words import DomainName, ProtocolName


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


class _Said(TypedDict):
    """What all rows of ``Decoder.knowledge`` have."""

    protocol: ProtocolName
    source: Literal["options"]
    time: int  # when it was said last


class _Fact(_Said):
    domain: DomainName
    template_id: int  # of the options record that said it last
    scope: dict[str, Any]


@final
class InterfaceRow(_Fact):
    """The name of an interface."""

    kind: Literal["interface"]
    key: int  # ifIndex
    interfaceName: NotRequired[str]
    interfaceDescription: NotRequired[str]


@final
class VrfRow(_Fact):
    """The name of a VRF."""

    kind: Literal["vrf"]
    key: int
    VRFname: str


@final
class ApplicationRow(_Fact):
    """The name of an application, and what it is."""

    kind: Literal["application"]
    key: str  # "13:453"
    applicationName: NotRequired[str]
    applicationDescription: NotRequired[str]
    applicationCategoryName: NotRequired[str]
    applicationSubCategoryName: NotRequired[str]
    applicationGroupName: NotRequired[str]
    p2pTechnology: NotRequired[str]
    tunnelTechnology: NotRequired[str]
    encryptedTechnology: NotRequired[str]


@final
class ExporterRow(_Fact):
    """When the exporter started, and its addresses."""

    kind: Literal["exporter"]
    key: None
    systemInitTimeMilliseconds: NotRequired[int]
    exporterIPv4Address: NotRequired[str]
    exporterIPv6Address: NotRequired[str]


@final
class SamplingRow(_Fact):
    """How packets are sampled, by what the ``kind`` says."""

    kind: Literal[
        "sampler", "selector", "interface_sampling", "line_card_sampling", "template_sampling", "domain_sampling"
    ]
    key: int | None  # None of domain_sampling
    samplingInterval: NotRequired[int | float | None]  # 1 in so many packets; None: not told after all
    samplingAlgorithm: NotRequired[int]
    samplerMode: NotRequired[int]
    samplerName: NotRequired[str]
    selectorAlgorithm: NotRequired[int]
    selectorName: NotRequired[str]
    samplingTimeInterval: NotRequired[int]  # µs
    samplingTimeSpace: NotRequired[int]  # µs


@final
class PropertiesRow(_Fact):
    """Common properties.  RFC 5473."""

    kind: Literal["properties"]
    key: int  # commonPropertiesId
    fields: dict[str, Any]  # what they stand for


@final
class MibFieldRow(_Fact):
    """The MIB object that a field of a template has.  RFC 8038."""

    kind: Literal["mib_field"]
    key: str  # "256:3": the template, and the field's place from 0
    mibObjectIdentifier: str | bytes  # in BER: hex, or as it is with octet_values="bytes"
    mibObjectName: NotRequired[str]
    mibObjectDescription: NotRequired[str]
    mibObjectSyntax: NotRequired[str]
    mibModuleName: NotRequired[str]
    mibSubIdentifier: NotRequired[int]
    mibIndexIndicator: NotRequired[int]
    mibContextEngineID: NotRequired[str | bytes]
    mibContextName: NotRequired[str]
    mibCaptureTimeSemantics: NotRequired[int]


@final
class ElementRow(_Said):
    """What the exporter says of an enterprise's element, "" for what it does not say.  RFC 5610."""

    domain: None  # it holds in all of them
    kind: Literal["element"]
    key: str  # "enterprise:id"
    name: str
    flow_key: str  # its key in flows
    type: str
    semantics: str
    units: str
    range: str  # "0-255"
    conflicting: bool  # whether it was described in two ways: then nothing of it is used


#: what one exporter says about itself, as ``Decoder.knowledge`` lists it: ``kind`` decides what else there is
KnowledgeRow: TypeAlias = (
    InterfaceRow | VrfRow | ApplicationRow | ExporterRow | SamplingRow | PropertiesRow | MibFieldRow | ElementRow
)
