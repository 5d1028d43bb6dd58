"""What readers are, whichever engine made them.

A record reader is called as ``read(octets, start, end, most, faults, clock)`` and returns (records, stop): dicts of
the whole records between *start* and *end*, at most *most* of them, and the offset behind the last.  A last record
that is cut is not read: then *stop* is where it begins.  Values that do not suit their type are appended to *faults*
as (offset of their record, field index).  *clock* is the datagram's ``display.Clock``, or None.

A filler is called as ``fill(record, octets, offset)`` and puts the values of one header into *record*.

A structure reader is called as ``read(octets, start, end, faults)`` and returns (fields, stop): the dict of the XDR
structure at *start* and the offset behind it, which is *end* at most.  Octets that are too few, or of an unknown kind,
raise ``Incomplete``; values that do not suit their type are appended to *faults* as (start, field index).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .display import Clock


class Incomplete(Exception):
    """A structure whose octets end early, or say something unknown, before its last field.

    ``fields`` are those before; the octets from ``offset`` on are not read, beginning with the field ``element``.
    ``unknown`` tells that they are there but of a kind that has no meaning.
    """

    def __init__(self, fields: dict[str, Any], offset: int, element: str, why: str, *, unknown: bool) -> None:
        super().__init__(why)
        self.fields = fields
        self.offset = offset
        self.element = element
        self.unknown = unknown


Faults: TypeAlias = list[tuple[int, int]]
RecordReader: TypeAlias = Callable[[bytes, int, int, int, Faults, Clock | None], tuple[list[dict[str, Any]], int]]
HeaderReader: TypeAlias = Callable[[bytes, int], Any]  # a dict: which keys it has, the layout says
PairReader: TypeAlias = Callable[[bytes, int], tuple[int, ...]]
Filler: TypeAlias = Callable[[dict[str, Any], bytes, int], None]
StructureReader: TypeAlias = Callable[[bytes, int, int, Faults], tuple[dict[str, Any], int]]
