"""The reference engine: Construct itself reads every record.  Slow, and the oracle of the generated functions."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from construct import StreamError, Struct

from ..wire.values import Odd
from .display import Clock, build
from .layout import Layout
from .reader import Faults, Filler, HeaderReader, PairReader, RecordReader


def record_reader(layout: Layout) -> RecordReader:
    """The reader of records of *layout*."""
    declaration, display, minimum = layout.declaration, layout.display, layout.minimum_length
    longest = layout.most_octets

    def read(
        octets: bytes, start: int, end: int, most: int, faults: Faults, clock: Clock | None
    ) -> tuple[list[dict[str, Any]], int]:
        stream = BytesIO(octets[start : end if longest is None else min(end, start + most * longest)])
        records: list[dict[str, Any]] = []
        stop = start
        while len(records) < most and end - stop >= minimum:
            try:
                parsed = declaration.parse_stream(stream)
            except StreamError:
                break
            values = _plain(declaration, parsed, stop, faults)
            for place in layout.lists:
                first, last = values[place.field]
                values[place.field] = start + first, start + last
            records.append(build(display, values, clock))
            stop = start + stream.tell()
        return records, stop

    return read


def _plain(declaration: Struct, parsed: Any, offset: int, faults: Faults) -> list[Any]:
    values = []
    for index, subcon in enumerate(declaration.subcons):
        value = parsed[subcon.name] if subcon.name else None
        if isinstance(value, Odd):
            faults.append((offset, index))
            value = value.value
        values.append(value)
    return values


def header_reader(layout: Layout) -> HeaderReader:
    """The reader of one header of *layout* at an offset."""
    declaration, display = layout.declaration, layout.display

    def read(octets: bytes, offset: int) -> dict[str, Any]:
        parsed = declaration.parse(octets[offset : offset + layout.minimum_length if layout.fixed else None])
        return build(display, _plain(declaration, parsed, offset, []), None)

    return read


def pair_reader(declaration: Struct) -> PairReader:
    """The reader of the integers of a small head at an offset, as a tuple."""
    names = [subcon.name for subcon in declaration.subcons]

    def read(octets: bytes, offset: int) -> tuple[int, ...]:
        parsed = declaration.parse(octets[offset : offset + declaration.sizeof()])
        return tuple(parsed[name] for name in names)

    return read


def filler(layout: Layout) -> Filler:
    """The function that puts the values of one header of *layout* at an offset into a dict."""
    read = header_reader(layout)
    return lambda record, octets, offset: record.update(read(octets, offset))
