"""What callers pass to a decoder, checked: their mistakes raise ``UsageError`` kin that say what was expected."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeVar

from .errors import UsageError, WrongType
from .types.words import TRANSPORTS

_Kind = TypeVar("_Kind")


class _EveryExporter:
    def __repr__(self) -> str:
        return "<every exporter>"


#: the argument ``exporter`` where none is given: None may be the name of one
EVERY_EXPORTER = _EveryExporter()


def octets_of(datagram: Any, name: str = "datagram") -> bytes:
    """The octets of a datagram, or of what the argument *name* has."""
    if isinstance(datagram, bytes | bytearray | memoryview):
        try:
            return bytes(datagram)
        except ValueError as error:  # a memoryview that was released
            raise UsageError(f"{name}: {error}") from error
    makes_bytes = hasattr(datagram, "__bytes__") and not hasattr(datagram, "__fspath__")  # scapy's packets
    hint = f"; bytes({name}) makes some" if makes_bytes else ""
    raise WrongType(f"{name} is {type(datagram).__name__}: expected bytes, bytearray or memoryview{hint}")


def check_circumstances(transport: object, now: object) -> None:
    """Check what a datagram came by, and when."""
    if not isinstance(transport, str):
        raise WrongType(f"transport {transport!r}: expected a str")
    if transport not in TRANSPORTS:
        raise UsageError(f"transport {transport!r}: expected one of {', '.join(sorted(TRANSPORTS))}")
    if now is not None and not isinstance(now, int):
        raise WrongType(f"now={now!r}: expected int seconds since 1970, or None")
    if now is not None and not 0 <= now < 1 << 62:
        raise UsageError(f"now={now}: expected seconds since 1970, below 2^62")


def expect_hashable(exporter: Hashable) -> None:
    """Check that an exporter can be remembered."""
    try:
        hash(exporter)
    except TypeError as error:
        raise WrongType(f"exporter is {type(exporter).__name__}: expected a hashable") from error


def expect(value: object, kind: type[_Kind], name: str) -> _Kind:
    """*value*, which the argument *name* has, if it is of that *kind*."""
    if not isinstance(value, kind):
        raise WrongType(f"{name}={value!r}: expected a {kind.__name__}")
    return value
