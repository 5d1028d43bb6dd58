"""Values held against the types that ``netflowparse.types`` promises, key by key: what no type checker can see."""

from __future__ import annotations

import types
import typing
from collections.abc import Hashable
from functools import cache
from typing import Any, Literal, Union

Hints = dict[str, Any]


@cache
def hints_of(shape: Any) -> Hints:
    """{key: type} of a ``TypedDict``."""
    return typing.get_type_hints(shape)


def misfits(value: object, promised: Any, path: str = "") -> list[str]:
    """Where *value* is not as *promised*; none on a good day."""
    if promised in (Any, object):
        return []
    if typing.is_typeddict(promised):
        return _misfits_of_dict(value, promised, path)
    kind, arguments = typing.get_origin(promised), typing.get_args(promised)
    if kind in (Union, types.UnionType):
        found = [misfits(value, each, path) for each in arguments]
        return min(found, key=len) if all(found) else []
    if kind is Literal:
        fits = any(value == each and type(value) is type(each) for each in arguments)
    elif kind is tuple:
        if type(value) is tuple and len(value) == len(arguments):
            return [each for at, part in enumerate(value) for each in misfits(part, arguments[at], f"{path}[{at}]")]
        fits = False
    elif kind is list:
        if type(value) is list:
            return [each for at, part in enumerate(value) for each in misfits(part, arguments[0], f"{path}[{at}]")]
        fits = False
    elif kind is dict:
        if type(value) is dict:
            return [each for key in value for each in misfits(value[key], arguments[1], f"{path}[{key!r}]")]
        fits = False
    elif promised is Hashable:
        fits = isinstance(value, Hashable)
    else:
        fits = type(value) is (type(None) if promised is None else promised)
    return [] if fits else [f"{path}: {value!r:.80} is not {promised}"]


def _misfits_of_dict(value: object, shape: Any, path: str) -> list[str]:
    if type(value) is not dict:
        return [f"{path}: {value!r:.80} is not a {shape.__name__}"]
    found = [f"{path}: lacks {key}" for key in shape.__required_keys__ - value.keys()]
    for key, each in value.items():
        if key in hints_of(shape):
            found += misfits(each, hints_of(shape)[key], f"{path}[{key!r}]")
        else:
            found.append(f"{path}: {key!r} is no key of {shape.__name__}")
    return found
