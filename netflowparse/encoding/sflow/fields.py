"""sFlow's structures to octets, field by field, by the declarations that read them: so that errors can say where.

RFC 4506; sFlow version 5, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from construct import Construct, Renamed, Struct

from ...errors import EncodeError
from ...wire.sflow.structures import Structure
from ...wire.xdr import Added, Counted, Repeated, Times, Union
from ..checked import REFUSALS, Path, expect_dict, expect_list, expected, refuse_others, shown, write_octets

UNDECODED = "undecoded"  # octets behind the fields that are known
OCTETS = "octets"  # all of them, where the layout is a guess
WORD = 4  # octets


def write_structure(structure: Structure, fields: Any, path: Path, *, cut: bool = False) -> bytes:
    """The octets of a *structure*; with *cut* the fields at its end may be missing.

    ``undecoded`` octets stand behind the fields, or in place of those that are missing at the end.  Where the layout is
    in doubt the ``octets`` count, if the fields beside them are none or what they say.  EncodeError says which field
    does not fit.
    """
    expect_dict(fields, path)
    if not structure.doubtful:
        return write_fields(structure.layouts[0], fields, path, cut=cut)
    given = {name: value for name, value in fields.items() if name != OCTETS}
    if OCTETS not in fields:
        return write_fields(_layout_of(structure, given), given, path, cut=cut)
    octets = write_octets(fields[OCTETS], (*path, OCTETS))
    if not given or octets in _spellings(structure, given):
        return octets
    return write_fields(_layout_of(structure, given), given, path, cut=cut)


def _layout_of(structure: Structure, fields: Mapping[str, Any]) -> Struct:
    """The first layout that can say *fields*; the first of all where none can."""
    for layout in structure.layouts:
        try:
            write_fields(layout, fields, ())
        except EncodeError:
            continue
        return layout
    return structure.layouts[0]


def _spellings(structure: Structure, fields: Mapping[str, Any]) -> list[bytes]:
    """What the layouts make of *fields*, those of them that can say these."""
    spelled = []
    for layout in structure.layouts:
        try:
            spelled.append(write_fields(layout, fields, ()))
        except EncodeError:
            continue
    return spelled


def write_fields(declaration: Struct, fields: Any, path: Path, *, cut: bool = False) -> bytes:
    """The octets of the *fields* of one declaration, and the ``undecoded`` ones among them."""
    expect_dict(fields, path)
    names = [subcon.name for subcon in declaration.subcons]
    refuse_others(fields, {*names, UNDECODED}, path)
    written = []
    missing: str | None = None
    for subcon in declaration.subcons:
        name = subcon.name
        if name not in fields:
            missing = missing or name
            if not cut and UNDECODED not in fields and not isinstance(subcon.subcon, Added):
                raise EncodeError("there is no value", (*path, name))
        elif missing:
            raise EncodeError(f"there is no value, though {name} follows", (*path, missing))
        else:
            written.append(write_value(subcon, fields[name], (*path, name), fields))
    if UNDECODED in fields:
        written.append(write_octets(fields[UNDECODED], (*path, UNDECODED)))
    return b"".join(written)


def write_value(node: Construct, value: Any, path: Path, fields: Mapping[str, Any]) -> bytes:
    """The octets of one value; *fields* are those that it stands among."""
    while isinstance(node, Renamed | Added):
        node = node.subcon
    if isinstance(node, Struct):
        return write_fields(node, value, path)
    if isinstance(node, Counted | Repeated | Times):
        return _write_items(node, value, path)
    context = {}
    if isinstance(node, Union) and node.on:
        context[node.on] = fields.get(node.on)
    if isinstance(value, bool):  # no type of XDR that occurs here
        raise EncodeError(f"{value!r}, expected {_expected(node)}", path)
    try:
        octets: bytes = node.build(value, **context)
    except REFUSALS as error:
        raise EncodeError(_why(node, value, error, context), path) from error
    return octets


def _write_items(node: Construct, value: Any, path: Path) -> bytes:
    items = expect_list(value, path)
    if isinstance(node, Times) and len(items) != node.count:
        raise EncodeError(f"{len(items)} items, expected {node.count}", path)
    if isinstance(node, Counted) and node.most is not None and len(items) > node.most:
        raise EncodeError(f"{len(items)} items, expected at most {node.most}", path)
    head = len(items).to_bytes(WORD, "big") if isinstance(node, Counted) else b""
    return head + b"".join(write_value(node.subcon, item, (*path, index), {}) for index, item in enumerate(items))


def _why(node: Construct, value: Any, error: Exception, context: Mapping[str, Any]) -> str:
    if isinstance(error, UnicodeError):
        return f"{shown(value)}, expected a text that UTF-8 can say"
    if isinstance(error, ValueError):
        return str(error)  # the adapter's own words
    for name, kind in context.items():
        if kind not in node.arms:
            return f"{name} is {shown(kind)}, expected one of {', '.join(map(str, node.arms))}"
    return f"{shown(value)}, expected {_expected(node)}"


def _expected(node: Construct) -> str:
    if isinstance(node, Union):
        return "an address as text, or None" if node.kind_of is not None else "a value of that type"
    return expected(node)
