"""Messages of NetFlow v1, v5, v6, v7 and v8 to datagrams.  Fields that a flow does not have are written as zeros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from construct import Struct

from ..codec.display import UPTIME_RANGE, Clock
from ..codec.layout import Layout, layout_of
from ..codec.record import UPTIMES
from ..errors import EncodeError
from ..protocols.fixed import DECLARATIONS
from .checked import Path, expect_dict, shown
from .datagrams import NUMBER
from .derived import derived_keys
from .patches import patched_fields
from .writer import Writer

#: protocol -> the version, its header, and its records by what the header's ``aggregation`` says
FORMATS: dict[str, tuple[int, Struct, dict[int, Struct]]] = {
    f"netflow{version}": (version, *declared) for version, declared in DECLARATIONS.items()
}


class FixedWriter:
    """Writes the datagrams of one version whose header is *header*, as messages have it."""

    def __init__(self, protocol: str, header: Any) -> None:
        expect_dict(header, ("header",))
        self.version, declaration, records = FORMATS[protocol]
        self.header = dict(header)
        self._writer = Writer(layout_of(declaration), zeros=True)
        self._check_header(self._writer.layout)
        self._records = records

    @property
    def size(self) -> int:
        """Octets of the header."""
        return self._writer.layout.minimum_length

    @cached_property
    def records(self) -> Writer:
        """What writes the flows.  EncodeError where no layout is known of what they are aggregated by."""
        aggregation = self.header.get("aggregation", 0)
        if type(aggregation) is not int or aggregation not in self._records:
            known = ", ".join(map(str, self._records))
            raise EncodeError(f"{shown(aggregation)}, expected one of {known}", ("header", "aggregation"))
        return Writer(layout_of(self._records[aggregation]), zeros=True)

    def _check_header(self, layout: Layout) -> None:
        names = {key for key, _ in layout.display}
        for key in self.header:
            if key not in names:
                expected = ", ".join(sorted(names))
                raise EncodeError(f"no field of the header, expected some of {expected}", ("header", str(key)))
        for part in (part for field in layout.fields for part in field.parts):
            value = self.header.get(part.key, 0)
            if type(value) is not int or not 0 <= value <= part.mask:
                raise EncodeError(f"{shown(value)}, expected an int from 0 to {part.mask}", ("header", part.key))

    def header_fields(self, count: int, sequence: Any, patches: Sequence[Mapping[str, Any]] = ()) -> list[bytes]:
        """The octets of each field of the header of a datagram with *count* flows."""
        values = {**self.header, "version": self.version, "count": count, "sequenceNumber": sequence}
        return patched_fields(self._writer, values, patches, ("header",))

    def clock(self) -> Clock | None:
        """What turns sysUpTimes into times, None where the header's are wrong."""
        numbers = [self.header.get(key, 0) for key in ("exportTime", "exportNanoseconds", "sysUpTime")]
        if not all(type(each) is int for each in numbers):
            return None
        seconds, nanoseconds, uptime = numbers
        time = seconds * 1000 + (nanoseconds // 1_000_000 if nanoseconds < 1_000_000_000 else 0)
        return Clock(time, uptime)

    def own(self, flow: Any, quirks: Any, at: Clock | None, path: Path) -> dict[str, Any]:
        """The fields of a flow, whose absolute times count where it has no others."""
        expect_dict(flow, path)
        names = set(self.records.layout.names)
        own = {key: value for key, value in flow.items() if key in names}
        for uptime, absolute in UPTIMES.items():
            if uptime in names and uptime not in flow and flow.get(absolute) is not None:
                own[uptime] = _uptime(flow[absolute], at, (*path, absolute))
        extra = flow.keys() - own.keys() - derived_keys({**flow, **own}, quirks or (), at)
        if extra:
            raise EncodeError("no field of this version", (*path, min(map(str, extra))))
        return own


def _uptime(time: Any, at: Clock | None, path: Path) -> int:
    """The sysUpTime of a *time* in ms since 1970."""
    if type(time) is not int:
        raise EncodeError(f"{shown(time)}, expected int ms since 1970", path)
    if at is None:
        raise EncodeError(f"{shown(time)}, though the header's own times are no ints", path)
    uptime = int(time - at.boot)
    if not at.latest - UPTIME_RANGE // 2 <= uptime <= at.latest + UPTIME_RANGE // 2 - 1:
        raise EncodeError(f"{shown(time)}, which is too far from the header's exportTime for a sysUpTime", path)
    return uptime % UPTIME_RANGE


def encode_fixed(message: Mapping[str, Any], most: int) -> list[bytes]:
    """The datagrams of a message of a fixed version, each of at most *most* octets."""
    writer = FixedWriter(message["protocol"], message.get("header", {}))
    flows, quirks = message.get("flows", ()), message.get("quirks")
    at = writer.clock()
    size, record = writer.size, writer.records.layout.minimum_length
    room = (most - size) // record
    if room < 1:
        raise EncodeError(f"{most} octets have no room for a flow, which takes {size + record} with the header")
    octets = []
    for index, flow in enumerate(flows):
        path: Path = ("flows", index)
        octets.append(b"".join(writer.records.fields(writer.own(flow, quirks, at, path), path)))
    made, sequence = [], writer.header.get("sequenceNumber", 0)
    for first in range(0, max(len(octets), 1), room):
        some = octets[first : first + room]
        made.append(b"".join([*writer.header_fields(len(some), sequence), *some]))
        sequence = (sequence + len(some)) % NUMBER
    return made
