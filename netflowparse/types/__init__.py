"""The shapes of what comes out, for type checkers.  At run time they are plain dicts.

    words      protocols and transports, also as tuples for the package; events, codes of problems
    message    ``Message`` and its parts;  kept: what ``Decoder(keep_octets=True)`` adds
    rows       of ``Decoder.templates``, ``pending``, ``statistics`` and ``knowledge``

All of them are imported from here.  The modules of dicts do without postponed annotations: so ``__required_keys__`` is
true.
"""

from .kept import FieldPatch, Kept, KeptRecord, KeptSample, KeptSet, Patch
from .message import (
    Completed,
    Continuity,
    Header,
    Message,
    Problem,
    Sequence,
    TemplateChange,
    TemplateEvent,
    TemplateField,
    UnknownOctets,
)
from .rows import (
    ApplicationRow,
    ElementRow,
    ExporterRow,
    InterfaceRow,
    KnowledgeRow,
    MibFieldRow,
    PendingRow,
    PropertiesRow,
    SamplingRow,
    StatisticsRow,
    TemplateRow,
    VrfRow,
)
from .words import (
    DomainName,
    EventName,
    Flow,
    Octets,
    ProblemCode,
    ProtocolName,
    RefusalCode,
    SequenceEvent,
    Transport,
)

__all__ = [
    "ApplicationRow",
    "Completed",
    "Continuity",
    "DomainName",
    "ElementRow",
    "EventName",
    "ExporterRow",
    "FieldPatch",
    "Flow",
    "Header",
    "InterfaceRow",
    "Kept",
    "KeptRecord",
    "KeptSample",
    "KeptSet",
    "KnowledgeRow",
    "Message",
    "MibFieldRow",
    "Octets",
    "Patch",
    "PendingRow",
    "Problem",
    "ProblemCode",
    "PropertiesRow",
    "ProtocolName",
    "RefusalCode",
    "SamplingRow",
    "Sequence",
    "SequenceEvent",
    "StatisticsRow",
    "TemplateChange",
    "TemplateEvent",
    "TemplateField",
    "TemplateRow",
    "Transport",
    "UnknownOctets",
    "VrfRow",
]
