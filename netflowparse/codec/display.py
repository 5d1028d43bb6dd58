"""How the fields of a record become its dict: which key holds which field, and what is derived beside them.

A display is a tuple of (key, source).  Every source has two faces: ``build`` makes its value from the decoded fields
(the reference), ``emit`` spells the same in generated code.  Keys are data: they reach source text through ``repr``
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from ..wire.bit_fields import Part

Emit: TypeAlias = Callable[[int], str]  # field index -> source text of its value

UPTIME_RANGE = 1 << 32  # ms: sysUpTime wraps after 49.7 days
HALF_RANGE = 1 << 31
LITTLE = 100_000  # ms by which flows of some exporters end after the export


class Clock:
    """What turns sysUpTimes into ms since 1970: those from ``earliest`` to ``latest`` count from ``boot``.

    It is that of a datagram exported at ms since 1970 when its exporter's sysUpTime was so many ms.  Its times differ
    from the export time by the signed 32-bit difference of the sysUpTimes: right across a wrap, and for sysUpTimes a
    little later than the header's own, which rounding and other engines' clocks give.  Where not *signed*, no time is
    later than the export.

    Others are ``far``.  ``ahead`` tells that any of them was a little later than the header's own sysUpTime.
    """

    __slots__ = ("ahead", "boot", "earliest", "latest", "signed")

    def __init__(self, export_milliseconds: int, system_up_time: int, signed: bool = True) -> None:
        self.boot = export_milliseconds - system_up_time
        self.earliest = system_up_time - HALF_RANGE if signed else 0
        self.latest = system_up_time
        self.signed = signed
        self.ahead = False

    def far(self, uptime: int) -> int:
        """ms since 1970 of a sysUpTime behind the header's, or before a wrap."""
        distance = (uptime - self.latest) % UPTIME_RANGE
        if not self.signed or distance >= HALF_RANGE:
            return self.boot + self.latest + distance - UPTIME_RANGE
        if distance <= LITTLE:
            self.ahead = True
        return self.boot + self.latest + distance


class One(NamedTuple):
    """The value of one field."""

    field: int

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        return values[self.field]

    def emit(self, emit: Emit) -> str:
        return emit(self.field)


class Several(NamedTuple):
    """The values of fields that share a key: a list in wire order."""

    fields: tuple[int, ...]

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        return [values[field] for field in self.fields]

    def emit(self, emit: Emit) -> str:
        return f"[{', '.join(emit(field) for field in self.fields)}]"


class Bits(NamedTuple):
    """A part of a word."""

    field: int
    part: Part

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        return values[self.field][self.part.key]

    def emit(self, emit: Emit) -> str:
        _, shift, mask = self.part
        return f"{emit(self.field)} >> {shift} & {mask}" if shift else f"{emit(self.field)} & {mask}"


class Nested(NamedTuple):
    """A dict of its own under one key."""

    display: Display

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        return build(self.display, values, at)

    def emit(self, emit: Emit) -> str:
        return spell(self.display, emit)


class Listed(NamedTuple):
    """A list of one dict under one key."""

    display: Display

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        return [build(self.display, values, at)]

    def emit(self, emit: Emit) -> str:
        return f"[{spell(self.display, emit)}]"


class Absolute(NamedTuple):
    """ms since 1970 of a field that counts ms of sysUpTime, by the datagram's clock.

    Of a field of more than 4 octets (``wide``) the last 4 count.
    """

    field: int
    wide: bool = False

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        assert at is not None
        uptime = values[self.field] % UPTIME_RANGE
        return uptime + at.boot if at.earliest <= uptime <= at.latest else at.far(uptime)

    def emit(self, emit: Emit) -> str:
        uptime = _uptime(emit(self.field), wide=self.wide)
        return f"{uptime} + boot if earliest <= {uptime} <= latest else far({uptime})"


class SinceBoot(NamedTuple):
    """ms since 1970 of a field that counts ms since the system start that another field of the record tells."""

    field: int
    system_start: int
    wide: bool = False

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        return values[self.system_start] + values[self.field] % UPTIME_RANGE

    def emit(self, emit: Emit) -> str:
        return f"{emit(self.system_start)} + {_uptime(emit(self.field), wide=self.wide)}"


class Constant(NamedTuple):
    """What is the same in every record: it follows from the template."""

    value: str

    def build(self, values: Sequence[Any], at: Clock | None) -> Any:
        return self.value

    def emit(self, emit: Emit) -> str:
        return repr(self.value)


Source: TypeAlias = One | Several | Bits | Nested | Listed | Absolute | SinceBoot | Constant
Display: TypeAlias = "tuple[tuple[str, Source], ...]"


def _uptime(value: str, *, wide: bool) -> str:
    return f"({value} & {UPTIME_RANGE - 1})" if wide else value


def by_key(keyed: Iterable[tuple[str, int]]) -> Display:
    """The display of (key, field index) pairs: fields whose keys are equal become one list at the first one's place."""
    fields: dict[str, One | Several] = {}
    for key, index in keyed:
        source = fields.get(key)
        if source is None:
            fields[key] = _one(index)
        else:
            fields[key] = Several((*(source.fields if isinstance(source, Several) else source), index))
    return tuple(fields.items())


@lru_cache(maxsize=4096)
def _one(field: int) -> One:
    return One(field)


def fields_behind(source: Source) -> Iterator[int]:
    """The fields that a source takes its value from."""
    if isinstance(source, Nested | Listed):
        for _, inner in source.display:
            yield from fields_behind(inner)
    elif isinstance(source, Several):
        yield from source.fields
    elif isinstance(source, SinceBoot):
        yield from (source.field, source.system_start)
    elif not isinstance(source, Constant):
        yield source.field


def build(display: Display, values: Sequence[Any], at: Clock | None) -> dict[str, Any]:
    """The dict that *display* makes of one record's decoded values."""
    return {key: source.build(values, at) for key, source in display}


def spell(display: Display, emit: Emit) -> str:
    """Source text of the dict that *display* makes."""
    return "{" + ", ".join(f"{key!r}: {source.emit(emit)}" for key, source in display) + "}"


def clocked(display: Display) -> tuple[tuple[str, int], ...]:
    """(key, field) of the values that need the datagram's clock: ms since 1970, and the sysUpTime behind them."""
    return tuple([(key, source.field) for key, source in display if type(source) is Absolute])


class ListPlace(NamedTuple):
    """Where the list of one field stands in a record's dict: under ``key``, in its scope perhaps.

    ``position`` is its place among the values that share the key, None where it is the only one.
    """

    field: int
    abstract_type: str
    key: str
    position: int | None
    scope: bool


def list_places(display: Display, types: Mapping[int, str], *, scope: bool = False) -> tuple[ListPlace, ...]:
    """The places of lists, whose fields have abstract *types*."""
    places: list[ListPlace] = []
    for key, source in display if types else ():
        if isinstance(source, Nested):
            places += list_places(source.display, types, scope=True)
        elif isinstance(source, One) and source.field in types:
            places.append(ListPlace(source.field, types[source.field], key, None, scope))
        elif isinstance(source, Several):
            places += [
                ListPlace(field, types[field], key, position, scope)
                for position, field in enumerate(source.fields)
                if field in types
            ]
    return tuple(places)
