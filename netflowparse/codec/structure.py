"""XDR structures to generated functions: what ``compile`` does for records, for layouts with counts and unions inside.

Every count and length is compared with the octets that are left before anything is made of it.
"""

from __future__ import annotations

from struct import Struct as Packing
from typing import Any

from construct import Construct, Struct, Subconstruct

from ..wire.values import Site, Value
from ..wire.xdr import WORD, Added, Counted, Opaque, Repeated, Times, Union, minimum_length
from .compile import WIDEST_DISPLAY
from .plan import Field, NotCompilable, field_of
from .reader import StructureReader
from .source import INDENT, function


class Shortage(Exception):
    """Raised by generated code where octets are too few; the reference engine then tells which."""


def compiled_reader(declaration: Struct, namespace: dict[str, Any], reference: StructureReader) -> StructureReader:
    """The generated reader of *declaration*; *reference* is asked about structures that it cannot read whole."""
    scope = {**namespace, "Shortage": Shortage, "reference": reference}
    if all(_fixed(node) is not None for node in declaration.subcons):
        return _fixed_reader(declaration, scope)
    body = ["position = start", *_body(declaration, scope, Site("start", ""))]
    lines = ["def read(octets, start, end, faults):", INDENT + "known = len(faults)", INDENT + "try:"]
    lines += [INDENT * 2 + line for line in body]
    lines += [INDENT + "except Shortage:", INDENT * 2 + "del faults[known:]"]
    lines += [INDENT * 2 + "return reference(octets, start, end, faults)"]
    reader: StructureReader = function(lines, scope)
    return reader


def _fixed_reader(declaration: Struct, scope: dict[str, Any]) -> StructureReader:
    """The reader of a structure that always takes the same octets: nothing can be short but the whole."""
    fields = [(index, _fixed(node)) for index, node in enumerate(declaration.subcons)]
    run = [(index, field) for index, field in fields if field is not None]
    packing = Packing(">" + "".join(field.letters for _, field in run))
    scope["unpack"] = packing.unpack_from
    expressions = {field.name: field.expression(index, Site("start", str(index))) for index, field in run}
    lines = [f"if end - start < {packing.size}:", INDENT + "return reference(octets, start, end, faults)"]
    lines += [
        f"{_targets(run)}= unpack(octets, start)",
        *_display(expressions),
        f"return record, start + {packing.size}",
    ]
    reader: StructureReader = function(
        ["def read(octets, start, end, faults):", *(INDENT + line for line in lines)], scope
    )
    return reader


def _targets(run: list[tuple[int, Field]]) -> str:
    return "".join(f"{name}, " for index, field in run for name in field.variables(index))


def _body(declaration: Struct, scope: dict[str, Any], site: Site) -> list[str]:
    """Lines that read the fields of *declaration* from ``position`` on and return them with the offset behind them.

    *site* says where the values stand; where it names no field, each field is its own.
    """
    lines = [f"if end - position < {minimum_length(declaration)}:", INDENT + "raise Shortage"]
    expressions: dict[str | None, str] = {}
    extra: list[str] = []
    run: list[tuple[int, Field]] = []
    certain = True  # whether the check above covers the fields so far
    for index, node in enumerate(declaration.subcons):
        here = Site(site.where, site.field or str(index))
        field = _fixed(node)
        if field is not None:
            run.append((index, field))
            expressions[node.name] = field.expression(index, here)
            continue
        lines += _run(run, scope, checked=certain)
        run = []
        if isinstance(_bare(node), Added):
            extra += _added(index, node, scope, here)
            continue
        certain = False
        lines += _variable(index, declaration, node, scope, here)
        expressions[node.name] = _spelled(index, node, here)
    lines += _run(run, scope, checked=certain)
    return lines + _display(expressions) + extra + ["return record, min(position, end)"]


def _display(expressions: dict[str | None, str]) -> list[str]:
    items = [f"{name!r}: {expression}" for name, expression in expressions.items()]
    first, rest = items[:WIDEST_DISPLAY], list(expressions.items())[WIDEST_DISPLAY:]
    return [f"record = {{{', '.join(first)}}}", *(f"record[{name!r}] = {value}" for name, value in rest)]


def _bare(node: Construct) -> Construct:
    """*node* without its name."""
    return node.subcon if node.name and isinstance(node, Subconstruct) and not isinstance(node, Value) else node


def _fixed(node: Construct) -> Field | None:
    """The plan of *node* if it always takes the same octets."""
    bare = _bare(node)
    inner = bare.subcon if isinstance(bare, Value) else bare
    if isinstance(inner, Opaque | Counted | Repeated | Times | Added | Union):
        return None
    return field_of(node.name or "item", bare)


def _take(length: str) -> list[str]:
    return [f"if {length} > end - position:", INDENT + "raise Shortage"]


def _run(run: list[tuple[int, Field]], scope: dict[str, Any], *, checked: bool) -> list[str]:
    if not run:
        return []
    packing = Packing(">" + "".join(field.letters for _, field in run))
    unpack = f"unpack{run[0][0]}"
    scope[unpack] = packing.unpack_from
    check = [] if checked else _take(str(packing.size))
    return [*check, f"{_targets(run)}= {unpack}(octets, position)", f"position += {packing.size}"]


def _word(name: str, scope: dict[str, Any]) -> list[str]:
    scope["word"] = Packing(">L").unpack_from
    return [*_take(str(WORD)), f"{name}, = word(octets, position)", f"position += {WORD}"]


def _opaque(index: int, node: Construct, scope: dict[str, Any]) -> list[str]:
    if not isinstance(node.subcon if isinstance(node, Value) else node, Opaque):
        raise NotCompilable(f"{node!r} in a structure")
    return [
        *_word("length", scope),
        *_take("length"),
        f"f{index} = octets[position:position + length]",
        f"position += length + (-length & {WORD - 1})",
    ]


def _variable(index: int, declaration: Struct, node: Construct, scope: dict[str, Any], site: Site) -> list[str]:
    bare = _bare(node)
    if isinstance(bare, Union):
        return _union(index, declaration, bare, scope, site)
    if isinstance(bare, Counted):
        size = minimum_length(bare.subcon)
        too_many = "" if bare.most is None else f" or count > {bare.most}"
        check = [f"if count * {size} > end - position{too_many}:", INDENT + "raise Shortage"]
        return [*_word("count", scope), *check, *_items(index, bare, scope, site)]
    if isinstance(bare, Times):
        return [f"count = {bare.count}", *_take(str(minimum_length(bare))), *_items(index, bare, scope, site)]
    if isinstance(bare, Repeated):
        return [f"f{index} = []", "while position < end:", *_item(index, bare, scope, site)]
    return _opaque(index, bare, scope)


def _items(index: int, node: Subconstruct, scope: dict[str, Any], site: Site) -> list[str]:
    """Lines that read ``count`` items of *node*."""
    item = node.subcon
    leaves = list(item.subcons) if isinstance(item, Struct) else [item]
    fields = [_fixed(leaf) for leaf in leaves]
    if not all(field is not None and not field.may_be_odd for field in fields):
        return [f"f{index} = []", "for _ in repeat(None, count):", *_item(index, node, scope, site)]
    plans = [field for field in fields if field is not None]
    packing = Packing(">" + "".join(field.letters for field in plans))
    scope[f"items{index}"] = packing.iter_unpack
    targets = "".join(f"{name}, " for place, field in enumerate(plans) for name in field.variables(place))
    values = [field.expression(place, site) for place, field in enumerate(plans)]
    if isinstance(item, Struct):
        pairs = ", ".join(f"{leaf.name!r}: {value}" for leaf, value in zip(leaves, values, strict=True))
        display = f"{{{pairs}}}"
    else:
        (display,) = values
    return [
        f"after = position + count * {packing.size}",
        f"f{index} = [{display} for {targets}in items{index}(octets[position:after])]",
        "position = after",
    ]


def _item(index: int, node: Subconstruct, scope: dict[str, Any], site: Site) -> list[str]:
    """Lines, indented, that read one item of *node* by a function of its own."""
    if not isinstance(node.subcon, Struct):
        raise NotCompilable(f"items of {node.subcon!r}")
    inner = dict(scope)
    lines = ["def read(octets, position, end, faults, start, field):"]
    lines += [INDENT + line for line in _body(node.subcon, inner, Site("start", "field"))]
    scope[f"item{index}"] = function(lines, inner)
    call = f"item, position = item{index}(octets, position, end, faults, start, {site.field})"
    return [INDENT + call, INDENT + f"f{index}.append(item)"]


def _union(index: int, declaration: Struct, node: Union, scope: dict[str, Any], site: Site) -> list[str]:
    if node.on:
        names = [subcon.name for subcon in declaration.subcons]
        lines, kind = [], f"f{names.index(node.on)}"
    else:
        lines, kind = _word("kind", scope), "kind"
    for number, (value, arm) in enumerate(node.arms.items()):
        lines.append(f"{'elif' if number else 'if'} {kind} == {value}:")
        lines += [INDENT + line for line in _arm(index, value, arm, scope, site)]
    return [*lines, "else:", INDENT + "raise Shortage"]


def _arm(index: int, value: int, arm: Construct | None, scope: dict[str, Any], site: Site) -> list[str]:
    if arm is None:
        return [f"f{index} = None"]
    field = _fixed(arm)
    if field is None:
        return [*_opaque(index, _bare(arm), scope), f"f{index} = {_spelled(index, arm, site)}"]
    packing = Packing(">" + field.letters)
    unpack = f"unpack{index}_{value}"
    scope[unpack] = packing.unpack_from
    targets = "".join(f"{name}, " for name in field.variables(index))
    return [
        *_take(str(packing.size)),
        f"{targets}= {unpack}(octets, position)",
        f"position += {packing.size}",
        f"f{index} = {field.expression(index, site)}",
    ]


def _spelled(index: int, node: Construct, site: Site) -> str:
    bare = _bare(node)
    return bare.emit(f"f{index}", site) if isinstance(bare, Value) else f"f{index}"


def _added(index: int, node: Construct, scope: dict[str, Any], site: Site) -> list[str]:
    field = field_of(node.name, _bare(node).subcon)
    packing = Packing(">" + field.letters)
    unpack = f"unpack{index}"
    scope[unpack] = packing.unpack_from
    return [
        f"if end - position >= {packing.size}:",
        INDENT + f"{''.join(f'{name}, ' for name in field.variables(index))}= {unpack}(octets, position)",
        INDENT + f"record[{node.name!r}] = {field.expression(index, site)}",
        INDENT + f"position += {packing.size}",
    ]
