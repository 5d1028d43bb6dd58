"""What both engines read records by: a declaration, its display, and what follows from them.

Layouts come from a fixed declaration (``layout_of``) or from a template (``record.template_layout``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from construct import Struct

from ..wire.values import Untyped
from .display import Bits, Display, ListPlace, One, Source, by_key, clocked, list_places
from .plan import Field, NotCompilable, fields_of

NONE: tuple[Any, ...] = ((), (), (), ())  # summaries of no fields


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How octets become the dicts of one kind of record.

    ``names`` are the keys by which problems speak of the fields, ``misfits`` the fields whose declared length their
    type cannot have, with the text that says so; ``clocked`` are the keys of absolute times and of the sysUpTimes
    behind them; ``lists`` are the places of lists, of which reading a record only tells where they stand.
    ``most_octets`` are those of the longest record, None where that cannot be told.
    """

    declaration: Struct
    display: Display
    names: tuple[str, ...]
    misfits: tuple[tuple[int, str], ...] = ()
    fields: tuple[Field, ...] = field(init=False)
    minimum_length: int = field(init=False)
    most_octets: int | None = field(init=False)
    fixed: bool = field(init=False)
    may_be_odd: bool = field(init=False)
    clocked: tuple[tuple[str, str], ...] = field(init=False)
    lists: tuple[ListPlace, ...] = field(init=False)

    def __post_init__(self) -> None:
        fields = tuple(fields_of(self.declaration))
        least, octets, are_fixed, may_be_odd = zip(*[each.summary for each in fields], strict=True) if fields else NONE
        fixed = False not in are_fixed
        derived: dict[str, Any] = {
            "fields": fields,
            "minimum_length": sum(least),
            "most_octets": sum(octets) if fixed else _most_octets(fields),
            "fixed": fixed,
            "may_be_odd": True in may_be_odd,
            "clocked": tuple([(key, self.names[index]) for key, index in clocked(self.display)]),
            "lists": () if fixed else _places(self.display, fields),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)


def _places(display: Display, fields: tuple[Field, ...]) -> tuple[ListPlace, ...]:
    return list_places(display, {at: each.located for at, each in enumerate(fields) if each.located})


def _most_octets(fields: tuple[Field, ...]) -> int | None:
    return None if any(each.variable or each.located for each in fields) else sum(each.octets for each in fields)


def layout_of(declaration: Struct, *derived: tuple[str, Any]) -> Layout:
    """The layout of a declaration whose field names are its keys; *derived* (key, source) pairs come after them."""
    fields = fields_of(declaration)
    names = tuple(each.name or "" for each in fields)
    keyed = by_key((name, index) for index, name in enumerate(names) if name and not fields[index].parts)
    parts = ((part.key, Bits(index, part)) for index, field in enumerate(fields) for part in field.parts)
    return Layout(declaration, (*keyed, *parts, *derived), names)


def cut_layout(layout: Layout, octets: int) -> Layout:
    """The layout of those values of a header of *layout* whose last bit stands within its first *octets*."""
    ends, display, fields = list(accumulate(field.octets for field in layout.fields)), list[tuple[str, Source]](), 0
    for key, source in layout.display:
        assert isinstance(source, One | Bits)
        if ends[source.field] - (source.part.shift // 8 if isinstance(source, Bits) else 0) <= octets:
            display.append((key, source))
            fields = max(fields, source.field + 1)
    return Layout(Struct(*layout.declaration.subcons[:fields]), tuple(display), layout.names[:fields])


def plain_layout(declaration: Struct) -> Layout | None:
    """The layout of *declaration* if its octets are always as many and its values never odd, else None."""
    try:
        layout = layout_of(declaration)
    except NotCompilable:
        return None
    plain = layout.fixed and not layout.may_be_odd
    return layout if plain and not any(isinstance(field.value, Untyped) for field in layout.fields) else None
