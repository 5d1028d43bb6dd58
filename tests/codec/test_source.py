"""Generated functions come from one place, which spells nothing into them."""

from __future__ import annotations

import ast

import pytest

from netflowparse.codec.source import function
from tests.test_layering import PACKAGE, modules

MAKES_CODE = {"exec", "eval", "compile", "__import__"}


def test_a_function_and_its_text() -> None:
    read = function(["def read(one):", "    return one + more"], {"more": 2}, "some record")
    assert (read(1), read.__source__) == (3, "def read(one):\n    return one + more\n")
    assert read.__code__.co_filename == "<netflowparse some record>"


def test_text_that_is_no_code_is_loud() -> None:
    with pytest.raises(SyntaxError):
        function(["def read(one):", "    return one +"], {})


def test_no_other_module_makes_code() -> None:
    makers = set()
    for _, path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKES_CODE:
                makers.add(str(path.relative_to(PACKAGE)))
    assert makers == {"codec/source.py"}
