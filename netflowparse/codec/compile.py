"""The compiled engine: for each layout the function that one would write by hand for it.

Records of fixed fields become one ``iter_unpack`` and a dict display; variable lengths are read in runs, with one
check against the set's end for each record.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct as Packing
from typing import Any

from construct import Struct

from ..wire.lengths import LONG_LENGTH
from ..wire.values import Site
from .display import Emit, spell
from .layout import Layout
from .plan import Field, fields_of
from .reader import Filler, HeaderReader, PairReader, RecordReader
from .source import INDENT, function

#: Keys of one dict display.  CPython makes a display of as many in one go; a wider one it fills item by item, growing.
WIDEST_DISPLAY = 15
READ = "def read(octets, start, end, most, faults, clock):"


class Compiler:
    """Makes readers whose functions share one namespace: its text caches and converters."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace

    def record_reader(self, layout: Layout) -> RecordReader:
        """The reader of records of *layout*."""
        scope = dict(self._namespace)
        lines = _fixed_records(layout, scope) if layout.fixed else _free_records(layout, scope)
        reader: RecordReader = function([READ, *lines], scope)
        return reader

    def header_reader(self, layout: Layout) -> HeaderReader:
        """The reader of one header of *layout* at an offset."""
        packing = _packing(layout.fields)
        scope = {**self._namespace, "unpack": packing.unpack_from}
        display = spell(layout.display, _emitter(layout, "offset"))
        lines = [f"{_targets(layout.fields)} = unpack(octets, offset)", f"return {display}"]
        reader: HeaderReader = function(["def read(octets, offset):", *(INDENT + line for line in lines)], scope)
        return reader

    def filler(self, layout: Layout) -> Filler:
        """The function that puts the values of one header of *layout* at an offset into a dict."""
        emit = _emitter(layout, "offset")
        lines = [f"{_targets(layout.fields)} = unpack(octets, offset)"]
        lines += [f"record[{key!r}] = {source.emit(emit)}" for key, source in layout.display]
        scope = {**self._namespace, "unpack": _packing(layout.fields).unpack_from}
        fill: Filler = function(["def read(record, octets, offset):", *(INDENT + line for line in lines)], scope)
        return fill

    def pair_reader(self, declaration: Struct) -> PairReader:
        """The reader of the integers of a small head at an offset, as a tuple."""
        return _packing(tuple(fields_of(declaration))).unpack_from


def _packing(fields: tuple[Field, ...]) -> Packing:
    return Packing(">" + "".join(field.letters for field in fields))


def _targets(fields: Iterable[Field]) -> str:
    return _names(enumerate(fields))


def _names(indexed: Iterable[tuple[int, Field]]) -> str:
    """What unpacking assigns to: a tuple also where it has one name, or none."""
    return "".join(f"{name}, " for index, field in indexed for name in field.variables(index)).rstrip() or "()"


def _emitter(layout: Layout, where: str) -> Emit:
    return lambda index: layout.fields[index].expression(index, Site(where, str(index)))


def _append(layout: Layout, where: str) -> list[str]:
    """Lines that append the record whose offset *where* spells."""
    emit = _emitter(layout, where)
    first, rest = layout.display[:WIDEST_DISPLAY], layout.display[WIDEST_DISPLAY:]
    if not rest:
        return [f"append({spell(first, emit)})"]
    items = [f"record[{key!r}] = {source.emit(emit)}" for key, source in rest]
    return [f"record = {spell(first, emit)}", *items, "append(record)"]


def _prologue(layout: Layout) -> list[str]:
    if not layout.clocked:
        return []
    return [INDENT + "boot, earliest, latest, far = clock.boot, clock.earliest, clock.latest, clock.far"]


def _fixed_records(layout: Layout, scope: dict[str, Any]) -> list[str]:
    packing = _packing(layout.fields)
    size = packing.size
    scope["iter_unpack"] = packing.iter_unpack
    each = f"for {_targets(layout.fields)} in iter_unpack(octets[start:stop])"
    lines = [f"stop = start + min((end - start) // {size}, most) * {size}"]
    if layout.may_be_odd or len(layout.display) > WIDEST_DISPLAY:
        where = f"start + len(records) * {size}"  # counted by the records before it
        lines += ["records = []", "append = records.append", f"{each}:"]
        lines += [*(INDENT + line for line in _append(layout, where)), "return records, stop"]
    else:
        lines += [f"return [{spell(layout.display, _emitter(layout, ''))} {each}], stop"]
    return _prologue(layout) + [INDENT + line for line in lines]


def _free_records(layout: Layout, scope: dict[str, Any]) -> list[str]:
    """Lines of a reader of records that have fields of variable length, or conditional ones.

    Reading may run past *end* within one record, but never past the octets: slices stop there, all else is Unreadable.
    The check after the last field then drops the record.
    """
    body: list[str] = []
    run: list[tuple[int, Field]] = []
    for index, field in enumerate(layout.fields):
        if field.fixed:
            run.append((index, field))
            continue
        body += _run(run, scope)
        run = []
        if field.variable:
            body += _variable(index, located=bool(field.located))
        elif field.located:
            body.append(_place(index, str(field.octets)))
        else:
            body += _conditional(index, field, layout, scope)
    body += _run(run, scope)
    lines = ["records = []", "append = records.append", f"last = end - {layout.minimum_length}", "position = start"]
    lines += ["for _ in repeat(None, most):"]
    loop = ["if position > last:", INDENT + "break", "at = position", "try:", *(INDENT + line for line in body)]
    loop += ["except Unreadable:", INDENT + "position = at", INDENT + "break"]
    loop += ["if position > end:", INDENT + "position = at", INDENT + "break", *_append(layout, "at")]
    lines += [INDENT + line for line in loop] + ["return records, position"]
    return _prologue(layout) + [INDENT + line for line in lines]


def _run(run: list[tuple[int, Field]], scope: dict[str, Any]) -> list[str]:
    fields = tuple(field for _, field in run)
    packing = _packing(fields)
    if not packing.size:
        return []
    unpack = f"unpack{run[0][0]}"
    scope[unpack] = packing.unpack_from
    return [f"{_names(run)} = {unpack}(octets, position)", f"position += {packing.size}"]


def _place(index: int, length: str) -> str:
    return f"f{index} = position, (position := position + {length})"


def _variable(index: int, *, located: bool) -> list[str]:
    value = f"f{index} = octets[position:(position := position + length)]"
    return [
        "length = octets[position]",
        f"if length < {LONG_LENGTH}:",
        INDENT + "position += 1",
        "else:",
        INDENT + "length = octets[position + 1] << 8 | octets[position + 2]",
        INDENT + "position += 3",
        _place(index, "length") if located else value,
    ]


def _conditional(index: int, field: Field, layout: Layout, scope: dict[str, Any]) -> list[str]:
    assert field.condition is not None
    name, mask = field.condition
    (flags,) = (at for at, other in enumerate(layout.fields) if other.name == name)
    lines = _run([(index, field)], scope)
    return [f"if f{flags} & {mask}:", *(INDENT + line for line in lines), "else:", INDENT + f"f{index} = None"]
