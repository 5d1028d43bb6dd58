"""The compiled engine: for each layout the function that one would write by hand for it.

Records of fixed fields become one ``iter_unpack`` and a dict display; variable lengths are read in runs, with one
check against the set's end for each record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from struct import Struct as Packing
from typing import Any

from construct import Struct

from ..wire.lengths import LONG_LENGTH
from ..wire.values import Remembered, Site
from .display import Emit, One, Source, fields_behind, spell
from .layout import Layout
from .plan import Field, fields_of
from .reader import Filler, HeaderReader, PairReader, RecordReader
from .source import INDENT, function

#: Keys of one dict display.  CPython makes a display of as many in one go; a wider one it fills item by item, growing.
#: So a wider dict is copied from one that has all keys already.
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
    return _tuple(_names(enumerate(fields)))


def _names(indexed: Iterable[tuple[int, Field]]) -> list[str]:
    return [name for index, field in indexed for name in field.variables(index)]


def _tuple(targets: Iterable[str]) -> str:
    """What unpacking assigns to: a tuple also where there is one target, or none."""
    joined = ", ".join(targets)
    return f"{joined}," if joined else "()"


def _emitter(layout: Layout, where: str) -> Emit:
    return lambda index: layout.fields[index].expression(index, Site(where, str(index)))


def _append(layout: Layout, where: str, scope: dict[str, Any]) -> list[str]:
    """Lines that append the record whose offset *where* spells."""
    emit = _emitter(layout, where)
    if len(layout.display) > WIDEST_DISPLAY:
        return [*_blank(layout, scope), *_fill(layout.display, emit), "append(record)"]
    return [f"append({spell(layout.display, emit)})"]


def _fill(display: Iterable[tuple[str, Source]], emit: Emit) -> list[str]:
    return [f"record[{key!r}] = {source.emit(emit)}" for key, source in display]


def _blank(layout: Layout, scope: dict[str, Any]) -> list[str]:
    """Lines that begin a record which has all its keys."""
    scope["blank"] = dict.fromkeys([key for key, _ in layout.display]).copy
    return ["record = blank()"]


def _prologue(layout: Layout) -> list[str]:
    """Lines that make names of what all records of a call have in common."""
    lines = []
    if layout.clocked:
        lines.append("boot, earliest, latest, far = clock.boot, clock.earliest, clock.latest, clock.far")
    values = [field.value for field in layout.fields if field.value is not None]
    caches = Counter([value.cache for value in values if isinstance(value, Remembered)])
    for name, each in sorted(caches.items()):
        lookups = f"(end - start) // {max(1, layout.minimum_length // each)}"  # at the most, or about
        lines += [f"if {name}_cache.full:", f"{INDENT}{name}_cache.watch({lookups})", f"{name} = {name}_cache.find"]
    return [INDENT + line for line in lines]


def _fixed_records(layout: Layout, scope: dict[str, Any]) -> list[str]:
    packing = _packing(layout.fields)
    size = packing.size
    scope["iter_unpack"] = packing.iter_unpack
    where = f"start + len(records) * {size}"  # counted by the records before it
    lines = [f"stop = start + min((end - start) // {size}, most) * {size}"]
    records = "iter_unpack(octets[start:stop])"
    if not layout.may_be_odd and len(layout.display) <= WIDEST_DISPLAY:
        display = spell(layout.display, _emitter(layout, ""))
        lines.append(f"return [{display} for {_targets(layout.fields)} in {records}], stop")
    else:
        if len(layout.display) > WIDEST_DISPLAY:
            body = [f"for values in {records}:", *_in_place(layout, where, scope)]
        else:
            body = [f"for {_targets(layout.fields)} in {records}:"]
            body += [INDENT + line for line in _append(layout, where, scope)]
        lines += ["records = []", "append = records.append", *body, "return records, stop"]
    return _prologue(layout) + [INDENT + line for line in lines]


def _in_place(layout: Layout, where: str, scope: dict[str, Any]) -> list[str]:
    """Lines that unpack ``values`` into a record that has all its keys, and append it.

    What unpacking gives goes to its key right away, unless something else is made of it as well.
    """
    fields = layout.fields
    keys: dict[int, str] = {}
    rest: list[tuple[str, Source]] = []
    shared: set[int] = set()
    for key, source in layout.display:
        if type(source) is One and fields[index := source.field].unpacked and index not in keys:
            keys[index] = key
        else:
            rest.append((key, source))
            shared.update(fields_behind(source))
    rest += [(keys.pop(index), One(index)) for index in shared & keys.keys()]
    targets: list[str] = []
    for index, field in enumerate(fields):
        if index in keys:
            targets.append(f"record[{keys[index]!r}]")
        else:
            targets += field.variables(index)
    lines = [*_blank(layout, scope), f"{_tuple(targets)} = values", *_fill(rest, _emitter(layout, where))]
    return [INDENT + line for line in [*lines, "append(record)"]]


def _free_records(layout: Layout, scope: dict[str, Any]) -> list[str]:
    """Lines of a reader of records that have fields of variable length, or conditional ones.

    Reading may run past *end* within one record, but never past the octets: slices stop there, all else is Unreadable.
    The check after the last field then drops the record.  Where values are cut out of a text, that is made of the
    content alone, and offsets count from there.
    """
    cut = any(field.sliced for field in layout.fields)
    body: list[str] = []
    run: list[tuple[int, Field]] = []
    for index, field in enumerate(layout.fields):
        if field.fixed:
            run.append((index, field))
            continue
        if field.variable:
            body += _variable(run, index, field, scope, cut=cut)
        elif field.located:
            body += [*_run(run, scope), _place(index, str(field.octets), cut=cut)]
        else:
            body += [*_run(run, scope), *_conditional(index, field, layout, scope)]
        run = []
    body += _run(run, scope)
    lines = ["records = []", "append = records.append", "position = start"]
    if cut:
        lines += ["octets = octets[start:end]", "latin = octets.decode('latin-1')", "end -= start", "position = 0"]
    lines += [f"last = end - {layout.minimum_length}", "for _ in repeat(None, most):"]
    loop = ["if position > last:", INDENT + "break", "at = position", "try:", *(INDENT + line for line in body)]
    loop += ["except Unreadable:", INDENT + "position = at", INDENT + "break"]
    loop += [
        "if position > end:",
        INDENT + "position = at",
        INDENT + "break",
        *_append(layout, "start + at" if cut else "at", scope),
    ]
    lines += [INDENT + line for line in loop]
    lines.append("return records, start + position" if cut else "return records, position")
    return _prologue(layout) + [INDENT + line for line in lines]


def _run(run: list[tuple[int, Field]], scope: dict[str, Any], then: str = "") -> list[str]:
    """Lines that unpack a *run* of fixed fields, and an octet of the name *then* behind it."""
    packing = Packing(">" + "".join(field.letters for _, field in run) + "B" * bool(then))
    if not packing.size:
        return []
    unpack = f"unpack{run[0][0]}"
    scope[unpack] = packing.unpack_from
    names = [*_names(run), then] if then else _names(run)
    return [f"{_tuple(names)} = {unpack}(octets, position)", f"position += {packing.size}"]


def _place(index: int, length: str, *, cut: bool) -> str:
    if cut:
        return f"f{index} = start + position, start + (position := position + {length})"
    return f"f{index} = position, (position := position + {length})"


def _variable(run: list[tuple[int, Field]], index: int, field: Field, scope: dict[str, Any], *, cut: bool) -> list[str]:
    """Lines that read a *run* of fixed fields and the value of variable length behind it."""
    if any(each.octets for _, each in run):
        lines = _run(run, scope, "length")
    else:
        lines = ["length = octets[position]", "position += 1"]
    value = f"f{index} = {'latin' if field.sliced else 'octets'}[position:(position := position + length)]"
    return [
        *lines,
        f"if length == {LONG_LENGTH}:",
        INDENT + "length = octets[position] << 8 | octets[position + 1]",
        INDENT + "position += 2",
        _place(index, "length", cut=cut) if field.located else value,
    ]


def _conditional(index: int, field: Field, layout: Layout, scope: dict[str, Any]) -> list[str]:
    assert field.condition is not None
    name, mask = field.condition
    (flags,) = (at for at, other in enumerate(layout.fields) if other.name == name)
    lines = _run([(index, field)], scope)
    return [f"if f{flags} & {mask}:", *(INDENT + line for line in lines), "else:", INDENT + f"f{index} = None"]
