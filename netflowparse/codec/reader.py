"""What readers are, whichever engine made them.

A record reader is called as ``read(octets, start, end, most, faults, clock)`` and returns (records, stop): dicts of
the whole records between *start* and *end*, at most *most* of them, and the offset behind the last.  A last record
that is cut is not read: then *stop* is where it begins.  Values that do not suit their type are appended to *faults*
as (offset of their record, field index).  *clock* is the datagram's ``display.Clock``, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .display import Clock

Faults: TypeAlias = list[tuple[int, int]]
RecordReader: TypeAlias = Callable[[bytes, int, int, int, Faults, Clock | None], tuple[list[dict[str, Any]], int]]
HeaderReader: TypeAlias = Callable[[bytes, int], dict[str, Any]]
PairReader: TypeAlias = Callable[[bytes, int], tuple[int, ...]]
