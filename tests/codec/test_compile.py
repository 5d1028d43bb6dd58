"""The text of generated functions: what one would write by hand, and nothing of what names say."""

from __future__ import annotations

import ast

import pytest
from construct import Int8ub, Int16ub, Padding, Struct

from netflowparse import Limits
from netflowparse.codec.compile import Compiler
from netflowparse.codec.layout import Layout, layout_of
from netflowparse.codec.namespace import namespace
from netflowparse.codec.record import template_layout
from netflowparse.template import FieldSpecifier, Template
from tests.strategies import PEN, OwnRegistry

COMPILER = Compiler(namespace(Limits()))

HOSTILE = [
    "'",
    '"',
    "'''",
    "\\",
    "\n",
    "\r\n    raise SystemExit",
    "{octets}",
    "}]",
    "__import__('os')",
    "None",
    "lambda",
    "#",
    "\0",
    "\u2028",
    "x" * 10_000,
]


def test_fixed_records_are_one_display() -> None:
    reader = COMPILER.record_reader(layout_of(Struct("a" / Int8ub, Padding(1), "b" / Int16ub)))
    assert reader.__source__ == (
        "def read(octets, start, end, most, faults, clock):\n"
        "    stop = start + min((end - start) // 4, most) * 4\n"
        "    return [{'a': f0, 'b': f2} for f0, f2, in iter_unpack(octets[start:stop])], stop\n"
    )
    assert reader(b"..\1.\0\2\3.\0\4\5", 2, 11, 9, [], None) == ([{"a": 1, "b": 2}, {"a": 3, "b": 4}], 10)


def layout_with(names: list[str]) -> Layout:
    """A layout of variable-length strings with these names."""
    fields = tuple(FieldSpecifier(PEN, number, 0xFFFF) for number in range(1, len(names) + 1))
    registry = OwnRegistry([("string", name) for name in names])
    return template_layout(Template("ipfix", 256, None, fields), registry)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_data(name: str) -> None:
    reader = COMPILER.record_reader(layout_with([name]))
    assert reader(b"\1x", 0, 2, 9, [], None) == ([{name: "x"}], 2)
    constants = {node.value for node in ast.walk(ast.parse(reader.__source__)) if isinstance(node, ast.Constant)}
    assert name in constants  # as a string, whole, and nowhere else
    names = {node.id for node in ast.walk(ast.parse(reader.__source__)) if isinstance(node, ast.Name)}
    assert names <= {
        *("octets", "start", "end", "most", "faults", "clock", "records", "append", "last", "position", "repeat", "at"),
        *("length", "f0", "latin", "text", "coded", "learn_text", "Unreadable", "_"),
    }


def test_wrong_reads_never_pass_the_end() -> None:
    """A length that reaches past the set, but not past the octets, gives no record."""
    reader = COMPILER.record_reader(layout_with(["a", "b"]))
    octets = b"\1x\1y" + b"\1x\4" + b"beyond the set's end"
    assert reader(octets, 0, 7, 9, [], None) == ([{"a": "x", "b": "y"}], 4)
