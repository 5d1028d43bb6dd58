"""The message: the one shape that every protocol's datagrams come out in."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any


def message(
    protocol: str,
    exporter: Hashable,
    header: dict[str, Any],
    *,
    flows: list[dict[str, Any]],
    options: list[dict[str, Any]],
    templates: list[dict[str, Any]],
    sequence: dict[str, Any],
    problems: list[dict[str, Any]],
    quirks: list[str],
) -> dict[str, Any]:
    """The message of one datagram, with every key that a message has."""
    return {
        "protocol": protocol,
        "exporter": exporter,
        "header": header,
        "flows": flows,
        "options": options,
        "counters": [],
        "templates": templates,
        "sequence": sequence,
        "problems": problems,
        "quirks": quirks,
        "late": [],
    }
