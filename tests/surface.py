"""The public surface as text, one line for each thing that a caller can name: ``python -m tests.surface`` writes it.

``tests/surface.txt`` is committed, and ``test_exports.py`` compares: a parameter, a default, a key of a message, a code
or an exception that changes shows in a diff, and is API (docs/versioning.md).
"""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

PATH = Path(__file__).with_suffix(".txt")
#: modules that callers may import from; all others may change at any time
PUBLIC = (
    "netflowparse",
    "netflowparse.configuration",
    "netflowparse.errors",
    "netflowparse.explanation",
    "netflowparse.files",
    "netflowparse.flows",
    "netflowparse.interpret",
    "netflowparse.names",
    "netflowparse.quirks",
    "netflowparse.registry",
    "netflowparse.stream",
    "netflowparse.types",
)
#: members that Python's own classes give theirs
INHERITED = frozenset(dir(tuple)) | frozenset(dir(Exception)) | {"_asdict", "_make", "_replace"}


def surface() -> str:
    """All of it, by module."""
    return "".join(f"{line}\n" for name in PUBLIC for line in _lines_of(importlib.import_module(name)))


def _lines_of(module: ModuleType) -> Iterator[str]:
    yield f"[{module.__name__}]"
    for name in sorted(module.__all__):
        if module.__name__ != PUBLIC[0] and name in importlib.import_module(PUBLIC[0]).__all__:
            yield f"{name}: as above"
        else:
            yield from _lines_of_name(name, getattr(module, name))


def _lines_of_name(name: str, value: Any) -> Iterator[str]:
    if name == "__version__":
        yield name
    elif typing.is_typeddict(value):
        yield from _lines_of_dict(name, value)
    elif inspect.isclass(value):
        yield from _lines_of_class(name, value)
    elif inspect.isfunction(value):
        yield f"{name}{_signature(value)}"
    else:
        yield f"{name} = {_spelled(value)}"


def _lines_of_dict(name: str, shape: Any) -> Iterator[str]:
    yield f"{name}: dict"
    for key, kind in typing.get_type_hints(shape).items():
        optional = "" if key in shape.__required_keys__ else "?"
        yield f"{name}[{key!r}]{optional}: {_spelled(kind)}"


def _lines_of_class(name: str, shape: type) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in shape.__bases__ if base is not object)
    yield f"class {name}({bases})"
    if inspect.isfunction(shape.__init__) or inspect.isfunction(shape.__new__):
        yield f"{name}{_signature(shape)}"
    for member in sorted(set(dir(shape)) - INHERITED):
        if member.startswith("_"):
            continue
        found = inspect.getattr_static(shape, member)
        if isinstance(found, property):
            yield f"{name}.{member}: {found.fget.__annotations__['return']}"
        elif isinstance(found, classmethod | staticmethod):
            yield f"{name}.{member}{_signature(getattr(shape, member))}  # {type(found).__name__}"
        elif inspect.isfunction(found):
            yield f"{name}.{member}{_signature(found)}"
        else:
            yield f"{name}.{member}"


def _signature(function: Any) -> str:
    """Parameters with their defaults, and what comes back."""
    return re.sub(r"ForwardRef\(('[^']*')\)", r"\1", str(inspect.signature(function)))


def _spelled(value: Any) -> str:
    """A type or a constant, without the names of modules, and sets in order."""
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(repr, value))) + "}"
    if value is type(None):
        return "None"
    if isinstance(value, type) and not typing.get_args(value):
        return value.__name__
    return re.sub(r"\b(netflowparse\.[a-z.]+|typing|collections\.abc)\.", "", repr(value))


if __name__ == "__main__":
    PATH.write_text(surface())
