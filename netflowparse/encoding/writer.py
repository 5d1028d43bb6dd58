"""Records to octets, field by field, by the layout that reads them: the inverse of a layout's readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from ..codec.display import Display, Nested, One, Several
from ..codec.layout import Layout
from ..codec.plan import Field
from ..errors import EncodeError
from ..wire.lengths import LONG_LENGTH
from ..wire.values import Boolean
from .checked import REFUSALS, UTF8, Path, expect_dict, shown

#: Writes the list that is the value of a field of an abstract type.
SpellList: TypeAlias = Callable[[str, Any, Path], bytes]

MISSING = object()
LONGEST = 0xFFFF  # octets of a value of variable length


def no_lists(abstract_type: str, value: Any, path: Path) -> bytes:
    """Refuse lists, for formats that have none."""
    raise EncodeError(f"a {abstract_type}, which this format does not have", path)


class Writer:
    """Writes the records of one *layout*.

    With *zeros* fields that a record does not have are written as zeros.  *long_lengths* gives values of variable
    length the length in three octets (RFC 7011 §7) that lists have anyway (RFC 6313 §5.1).
    """

    def __init__(
        self, layout: Layout, spell_list: SpellList = no_lists, *, zeros: bool = False, long_lengths: bool = False
    ) -> None:
        self.layout = layout
        self._subcons = layout.declaration.subcons
        self._spell_list = spell_list
        self._zeros = zeros
        self._long_lengths = long_lengths
        #: fields that have octets, or may have some
        self._spelled = [index for index, field in enumerate(layout.fields) if field.octets or field.variable]
        #: field -> the keys and the index that lead to its value in a record
        self.places = dict(_places(layout.display))

    def values(self, record: Mapping[str, Any], path: Path) -> list[Any]:
        """The value of each field, ``MISSING`` where *record* has none."""
        _check_repeats(self.layout.display, record, path)
        return [self._value(record, index, path) for index in range(len(self._subcons))]

    def _value(self, record: Mapping[str, Any], index: int, path: Path) -> Any:
        parts, steps = self.layout.fields[index].parts, self.places.get(index, ())
        if parts:
            return {part.key: record.get(part.key, 0) for part in parts}
        value: Any = record if steps else MISSING
        for number, step in enumerate(steps):
            if isinstance(step, str):
                expect_dict(value, (*path, *steps[:number]))
                if step not in value:
                    return MISSING
            value = value[step]
        return value

    def field(self, index: int, value: Any, path: Path) -> bytes:
        """The octets of one field, its length before it if that is variable.  *path* leads to the record."""
        field, subcon = self.layout.fields[index], self._subcons[index]
        here = (*path, *self.places.get(index, ()))
        if value is MISSING:
            if field.name is None or self._zeros:
                return bytes(field.octets)
            raise EncodeError("there is no value", here)
        if not field.variable and not field.octets and not field.located:
            if (value.hex() if isinstance(value, bytes) else value) != field.constant:  # octets may come in either form
                raise EncodeError(f"{shown(value)}, expected {field.constant!r}: the field has no octets", here)
            return b""
        if isinstance(value, bool) and not _is_boolean(field):
            raise EncodeError(f"{value!r}, expected no truth value", here)
        if field.located:
            value = self._spell_list(field.located, value, here)
        try:
            octets: bytes = subcon.build(value)
        except REFUSALS as error:
            raise EncodeError(_why(field, value, error), here) from error
        if self._long_lengths and field.variable and octets[0] < LONG_LENGTH:
            octets = bytes((LONG_LENGTH, 0)) + octets
        return octets

    def canonical(self, record: Mapping[str, Any]) -> list[bytes | None]:
        """The octets of each field of *record*, None where its value cannot be written."""
        made: list[bytes | None] = [b""] * len(self._subcons)
        values = self.values(record, ()) if self._spelled else []
        for index in self._spelled:
            try:
                made[index] = self.field(index, values[index], ())
            except EncodeError:
                made[index] = None
        return made

    def fields(self, record: Any, path: Path) -> list[bytes]:
        """The octets of each field of *record*.  EncodeError says which does not fit, and why."""
        expect_dict(record, path)
        return [self.field(index, value, path) for index, value in enumerate(self.values(record, path))]


def _places(display: Display, before: Path = ()) -> Iterable[tuple[int, Path]]:
    """Each field that a display shows, and where; fields that are shown twice at their first place."""
    seen: set[int] = set()
    for key, source in display:
        if isinstance(source, Nested):
            yield from _places(source.display, (*before, key))
        elif isinstance(source, One) and source.field not in seen:
            seen.add(source.field)
            yield source.field, (*before, key)
        elif isinstance(source, Several):
            yield from ((field, (*before, key, position)) for position, field in enumerate(source.fields))


def _check_repeats(display: Display, record: Mapping[str, Any], path: Path) -> None:
    """Fields that share a key have a list of as many values."""
    for key, source in display:
        if isinstance(source, Nested) and isinstance(record.get(key), Mapping):
            _check_repeats(source.display, record[key], (*path, key))
        elif isinstance(source, Several) and key in record:
            value, count = record[key], len(source.fields)
            if not isinstance(value, list) or len(value) != count:
                raise EncodeError(f"{shown(value)}, expected a list of {count}: the field comes so often", (*path, key))


def _is_boolean(field: Field) -> bool:
    """Whether the field has truth values: for ``struct`` and others they are ints."""
    return isinstance(field.value, Boolean) or getattr(field.value, "abstract_type", "") == "boolean"


def _why(field: Field, value: Any, error: Exception) -> str:
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
        return str(error)  # the adapter's own words
    if isinstance(error, UnicodeError):
        return f"{shown(value)}, expected {UTF8}"
    if field.located:
        most = f"at most {LONGEST}" if field.variable else field.octets
        return f"a {field.located} of {len(value)} octets, expected {most}"
    if field.variable and isinstance(error, OverflowError):
        return f"{shown(value)}, expected at most {LONGEST} octets"
    if field.value is None:
        return f"{shown(value)}, expected an int that fits {field.octets} octet{'s' * (field.octets != 1)}"
    return f"{shown(value)}, expected {field.value.expected or f'what {field.octets} octets can say'}"
