"""The shapes of what comes out, for type checkers.  At run time they are plain dicts.

    words      protocols, transports, events, codes of problems, kinds of facts
    message    ``Message`` and its parts;  kept: what ``Decoder(keep_octets=True)`` adds
    rows       of ``Decoder.templates``, ``pending``, ``statistics`` and ``knowledge``

All of them are imported from here.  Optional keys are those that a message or row may lack.
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
from .rows import KnowledgeRow, PendingRow, StatisticsRow, TemplateRow
from .words import (
    DomainName,
    EventName,
    FactKind,
    Flow,
    Octets,
    ProblemCode,
    ProtocolName,
    RefusalCode,
    SequenceEvent,
    Transport,
)

__all__ = [
    "Completed",
    "Continuity",
    "DomainName",
    "EventName",
    "FactKind",
    "FieldPatch",
    "Flow",
    "Header",
    "Kept",
    "KeptRecord",
    "KeptSample",
    "KeptSet",
    "KnowledgeRow",
    "Message",
    "Octets",
    "Patch",
    "PendingRow",
    "Problem",
    "ProblemCode",
    "ProtocolName",
    "RefusalCode",
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
