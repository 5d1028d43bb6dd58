"""Messages, templates and lists as callers write them by hand, for ``encode``."""

from __future__ import annotations

from typing import Any, TypeAlias

Case: TypeAlias = tuple[dict[str, Any], tuple[Any, ...], str]  # a message, where it is wrong, what is said of it


def ipfix(*flows: Any, **more: Any) -> dict[str, Any]:
    """An IPFIX message."""
    return {"protocol": "ipfix", "flows": list(flows), **more}


def defined(*fields: dict[str, Any], template_id: Any = 256, scope_count: Any = None) -> dict[str, Any]:
    """What a template says."""
    return {"template_id": template_id, "scope_count": scope_count, "fields": list(fields)}


def field(name: str, length: Any, **more: Any) -> dict[str, Any]:
    """A field of a template."""
    return {"name": name, "length": length, **more}


COUNT = "octetDeltaCount"
TWICE = defined(field(COUNT, 4), field(COUNT, 4))
NARROW = defined(field(COUNT, 1))
V9 = {"protocol": "netflow9"}
V5 = {"protocol": "netflow5"}
BASIC = {"element": COUNT, "values": [1]}


def deep(levels: int) -> dict[str, Any]:
    """Lists inside one another."""
    value: dict[str, Any] = BASIC
    for _ in range(levels):
        value = {"element": "basicList", "values": [value]}
    return value
