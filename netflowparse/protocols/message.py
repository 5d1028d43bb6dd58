"""The message: the one shape that every protocol's datagrams come out in."""

from __future__ import annotations

from collections.abc import Hashable

from ..types import Flow, Header, Message, Problem, Sequence, TemplateEvent

#: where a number says nothing, or there is none
NOTHING_SAID: Sequence = {"expected": None, "missing": None, "event": "uncertain"}


def message(
    protocol: str,
    exporter: Hashable,
    header: Header,
    flows: list[Flow],
    sequence: Sequence,
    problems: list[Problem],
    quirks: list[str] | None = None,
    *,
    options: list[Flow] | None = None,
    counters: list[Flow] | None = None,
    templates: list[TemplateEvent] | None = None,
    late: list[Message] | None = None,
) -> Message:
    """The message of one datagram, with every key that a message has."""
    return {
        "protocol": protocol,  # type: ignore[typeddict-item]  # a cast would take as long as all else here
        "exporter": exporter,
        "header": header,
        "flows": flows,
        "options": [] if options is None else options,
        "counters": [] if counters is None else counters,
        "templates": [] if templates is None else templates,
        "sequence": sequence,
        "problems": problems,
        "quirks": [] if quirks is None else quirks,
        "late": [] if late is None else late,
    }
