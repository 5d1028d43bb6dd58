"""XDR structures read by Construct itself: the oracle of the generated readers, and the reader of what is cut."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

from construct import Construct, StreamError, Struct

from ..wire.leaves import octet_value
from ..wire.values import Odd
from ..wire.xdr import ABSENT, UnknownArm
from .reader import Faults, Incomplete, StructureReader


def structure_reader(declaration: Struct, octet_values: str) -> StructureReader:
    """The reader of structures of *declaration*; *octet_values* says what ``Untyped`` octets become."""

    def read(octets: bytes, start: int, end: int, faults: Faults) -> tuple[dict[str, Any], int]:
        stream = BytesIO(octets[start:end])
        fields: dict[str, Any] = {}
        for index, subcon in enumerate(declaration.subcons):
            at = stream.tell()
            try:
                value = _parsed(subcon, stream, fields)
            except StreamError as error:
                why = str(error).splitlines()[-1]
                unknown = isinstance(error, UnknownArm)
                raise Incomplete(fields, start + at, subcon.name, why, unknown=unknown) from None
            if value is not ABSENT:
                fields[subcon.name] = _plain(value, octet_values, partial(faults.append, (start, index)))
        return fields, start + stream.tell()

    return read


def field_span(declaration: Struct, octets: bytes, start: int, end: int, index: int) -> tuple[int, int]:
    """(start, end) of field *index* of the structure at *start*."""
    stream = BytesIO(octets[start:end])
    fields: dict[str, Any] = {}
    at = 0
    for subcon in declaration.subcons[: index + 1]:
        at = stream.tell()
        fields[subcon.name] = _parsed(subcon, stream, fields)
    return start + at, start + stream.tell()


def _parsed(subcon: Construct, stream: BytesIO, fields: dict[str, Any]) -> Any:
    return subcon.parse_stream(stream, **fields)


def _plain(value: Any, octet_values: str, note: Callable[[], None]) -> Any:
    """*value* without Construct's containers; what is odd in it is noted."""
    if isinstance(value, Odd):
        note()
        return value.value
    if isinstance(value, bytes):
        return octet_value(value, octet_values)
    if isinstance(value, list):
        return [_plain(item, octet_values, note) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item, octet_values, note) for name, item in value.items() if name != "_io"}
    return value
