"""What can go wrong, by name: the exceptions that leave the package, and the codes of problems inside a message.

    NetflowParseError
    ├── DecodeError(ValueError)      no message can be returned; has .offset, .protocol, .spec
    │   ├── TruncatedDatagram        shorter than its own header
    │   ├── UnknownVersion           not a version this library decodes; has .version, .hint
    │   └── MalformedMessage         a header that cannot be bounded; with strict=True any structural damage
    └── UsageError(ValueError)       the caller is at fault (also a TypeError where the kind is wrong)
        ├── WrongType(TypeError)     str where octets belong, an unhashable exporter, …
        ├── EncodeError              what no octets of its protocol can say; has .path
        ├── RegistryError            bad or clashing element definitions
        └── SnapshotError            not what Decoder.snapshot has made

Bad input never raises anything else: what is wrong inside a datagram that can be read at all is a *problem* in the
message, a dict with one of the codes below.  Codes are API: each has a row in docs/problems.md.
"""

from __future__ import annotations

from typing import Any


def _spelled(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f" {step}" for step in path)
    return text.strip()


class NetflowParseError(Exception):
    """Base of every exception this package raises on purpose."""


class DecodeError(NetflowParseError, ValueError):
    """No message can be returned for this datagram.

    ``offset`` counts octets from the datagram's start, ``protocol`` is the message's ``protocol`` word or None,
    ``spec`` names the section that was broken.
    """

    def __init__(self, message: str, *, offset: int = 0, protocol: str | None = None, spec: str | None = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.protocol = protocol
        self.spec = spec


class TruncatedDatagram(DecodeError):
    """The datagram is shorter than the header of its protocol."""


class UnknownVersion(DecodeError):
    """The version word names no protocol that is decoded here.

    ``version`` is that number, ``hint`` what the datagram looks like instead, "" where it looks like nothing known.
    """

    def __init__(self, message: str, *, version: int, hint: str = "") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.version = version
        self.hint = hint


class MalformedMessage(DecodeError):
    """The header cannot be bounded: what follows it has no end.

    With ``Decoder(strict=True)`` any other structural damage as well (RFC 7011 §9.1).
    """


class UsageError(NetflowParseError, ValueError):
    """The caller asked for something that has no meaning; the text says what was expected."""


class WrongType(UsageError, TypeError):
    """An argument is of the wrong kind, such as text where octets belong."""


class EncodeError(UsageError):
    """A message, or a record, that cannot be written; the text says which field of which record, and why.

    ``path`` are the keys and indices that lead to it: ``("flows", 3, "octetDeltaCount")``.
    """

    def __init__(self, why: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(f"{_spelled(path)}: {why}" if path else why)
        self.why = why
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.why, self.path)


class RegistryError(UsageError):
    """A definition of an information element is bad, or clashes with one that is there."""


class SnapshotError(UsageError):
    """What is to be restored is no snapshot, or a spoiled one; the text says where in it what was expected."""


# Problem codes.  Structural: parts of the datagram could not be read as they should.
TRUNCATED_MESSAGE = "truncated_message"
BAD_LENGTH = "bad_length"
TRUNCATED_SET = "truncated_set"
TRUNCATED_SAMPLE = "truncated_sample"
TRUNCATED_RECORD = "truncated_record"
TRAILING_OCTETS = "trailing_octets"
COUNT_MISMATCH = "count_mismatch"
UNKNOWN_SET = "unknown_set"
UNKNOWN_LAYOUT = "unknown_layout"
# Templates.
BAD_TEMPLATE = "bad_template"
TEMPLATE_CONFLICT = "template_conflict"
MISSING_TEMPLATE = "missing_template"
SUSPECT_TEMPLATE = "suspect_template"
PENDING_LOST = "pending_lost"
NO_PROGRESS = "no_progress"
# Common properties.
PROPERTIES_CHANGED = "properties_changed"
UNRESOLVED_PROPERTIES = "unresolved_properties"
CIRCULAR_PROPERTIES = "circular_properties"
# Values.
BAD_VALUE = "bad_value"
ILLEGAL_BIFLOW = "illegal_biflow"
BAD_TYPE_RECORD = "bad_type_record"
UNCERTAIN_TIME = "uncertain_time"
CLOCK_STEP = "clock_step"
# Bounds of Limits.
LIMIT = "limit"
