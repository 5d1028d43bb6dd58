"""Generated functions: the one place where source text becomes code.

The text holds our own identifiers, integers, and keys passed through ``repr``; nothing read from the wire or from a
caller's CSV is ever spelled into it otherwise.  The text of a function is kept as its ``__source__``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

INDENT = "    "


def function(lines: Iterable[str], scope: dict[str, Any], name: str = "record") -> Any:
    """The function called ``read`` that *lines* define, with *scope* as its globals; *name* is for tracebacks."""
    source = "\n".join(lines) + "\n"
    function = define(source, f"<netflowparse {name}>", scope)
    function.__source__ = source
    return function


def define(source: str, filename: str, scope: dict[str, Any]) -> Any:
    """The function called ``read`` of *source*; who looks into generated code puts another one in this one's place."""
    exec(compile(source, filename, "exec"), scope)
    return scope.pop("read")
