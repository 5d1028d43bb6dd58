"""The message: the one shape that every protocol's datagrams come out in."""

from __future__ import annotations

from collections.abc import Hashable
from typing import cast

from ..types import Flow, Header, Message, Problem, ProtocolName, Sequence, TemplateEvent


def message(
    protocol: str,
    exporter: Hashable,
    header: Header,
    *,
    flows: list[Flow],
    options: list[Flow],
    templates: list[TemplateEvent],
    sequence: Sequence,
    problems: list[Problem],
    quirks: list[str],
) -> Message:
    """The message of one datagram, with every key that a message has."""
    return {
        "protocol": cast(ProtocolName, protocol),
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
