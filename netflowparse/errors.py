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

from typing import Any, Final

__all__ = [
    "BAD_LENGTH",
    "BAD_TEMPLATE",
    "BAD_TYPE_RECORD",
    "BAD_VALUE",
    "CIRCULAR_PROPERTIES",
    "CLOCK_STEP",
    "COUNT_MISMATCH",
    "ILLEGAL_BIFLOW",
    "LIMIT",
    "MISSING_TEMPLATE",
    "NO_PROGRESS",
    "PENDING_LOST",
    "PROPERTIES_CHANGED",
    "SUSPECT_TEMPLATE",
    "TEMPLATE_CONFLICT",
    "TRAILING_OCTETS",
    "TRUNCATED_MESSAGE",
    "TRUNCATED_RECORD",
    "TRUNCATED_SAMPLE",
    "TRUNCATED_SET",
    "UNCERTAIN_TIME",
    "UNKNOWN_LAYOUT",
    "UNKNOWN_SET",
    "UNRESOLVED_PROPERTIES",
    "DecodeError",
    "EncodeError",
    "MalformedMessage",
    "NetflowParseError",
    "RegistryError",
    "SnapshotError",
    "TruncatedDatagram",
    "UnknownVersion",
    "UsageError",
    "WrongType",
]


def _spelled(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f" {step}" for step in path)
    return text.strip()


class NetflowParseError(Exception):
    """Base of every exception this package raises on purpose.  All of them pickle: they cross process pools."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[NetflowParseError], args: tuple[Any, ...]) -> NetflowParseError:
    """An exception of *kind* as it was, whatever its constructor asks for."""
    return kind.__new__(kind, *args)


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


class RegistryError(UsageError):
    """A definition of an information element is bad, or clashes with one that is there."""


class SnapshotError(UsageError):
    """What is to be restored is no snapshot, or a spoiled one; the text says where in it what was expected."""


# Problem codes.  Structural: parts of the datagram could not be read as they should.
TRUNCATED_MESSAGE: Final = "truncated_message"
BAD_LENGTH: Final = "bad_length"
TRUNCATED_SET: Final = "truncated_set"
TRUNCATED_SAMPLE: Final = "truncated_sample"
TRUNCATED_RECORD: Final = "truncated_record"
TRAILING_OCTETS: Final = "trailing_octets"
COUNT_MISMATCH: Final = "count_mismatch"
UNKNOWN_SET: Final = "unknown_set"
UNKNOWN_LAYOUT: Final = "unknown_layout"
# Templates.
BAD_TEMPLATE: Final = "bad_template"
TEMPLATE_CONFLICT: Final = "template_conflict"
MISSING_TEMPLATE: Final = "missing_template"
SUSPECT_TEMPLATE: Final = "suspect_template"
PENDING_LOST: Final = "pending_lost"
NO_PROGRESS: Final = "no_progress"
# Common properties.
PROPERTIES_CHANGED: Final = "properties_changed"
UNRESOLVED_PROPERTIES: Final = "unresolved_properties"
CIRCULAR_PROPERTIES: Final = "circular_properties"
# Values.
BAD_VALUE: Final = "bad_value"
ILLEGAL_BIFLOW: Final = "illegal_biflow"
BAD_TYPE_RECORD: Final = "bad_type_record"
UNCERTAIN_TIME: Final = "uncertain_time"
CLOCK_STEP: Final = "clock_step"
# Bounds of Limits.
LIMIT: Final = "limit"
