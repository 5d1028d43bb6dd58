"""What holds of every message, and of every decoder whatever it was given; assertions say which does not."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from netflowparse import DecodeError, Decoder, Limits, errors
from netflowparse.types import Message
from tests.budgets.bounds import assert_within_limits

from .steps import LONGEST

KEYS = {
    *("protocol", "exporter", "header", "flows", "options", "counters", "templates", "sequence", "problems"),
    *("quirks", "late"),
}
MORE = {"kept", "unknown_samples", "undecoded", "completed"}  # where there is something to tell
CODES = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)}
ENDS = ("replayed", "expired", "evicted", "failed")


def decoded(decoder: Decoder, octets: bytes, counts: Counter[str], **arguments: Any) -> Message | None:
    """The message of *octets*, which is as promised, or None after a ``DecodeError``."""
    try:
        message = decoder.decode(octets, **arguments)
    except DecodeError as error:
        assert error.offset is None or 0 <= error.offset <= len(octets)
        counts["errors"] += 1
        return None
    counts["messages"] += 1
    counts["flows"] += len(message["flows"])
    counts["problems"] += len(message["problems"])
    check_message(message, len(octets), decoder.limits)
    return message


def check_message(message: Message, length: int, limits: Limits) -> None:
    """Keys, codes, places and bounds of a message of *length* octets, and of those that waited for it."""
    json.dumps(message, allow_nan=False)
    assert KEYS <= set(message) <= KEYS | MORE
    for problem in message["problems"]:
        assert problem["code"] in CODES
        assert 0 <= problem["offset"] <= length, problem
        assert len(problem.get("octets", "")) <= 2 * limits.sample_octets
    assert len(message["problems"]) <= limits.problems + 1
    for late in message["late"]:
        check_message(late, LONGEST, limits)


def check_state(decoder: Decoder) -> None:
    """What a decoder remembers is within its limits, and its counters add up."""
    limits, rows = decoder.limits, decoder.statistics()
    exporters = {row["exporter"] for row in rows}
    assert len(exporters) <= limits.exporters
    assert len(rows) <= limits.domains
    _within(rows, "template_fields", limits.template_fields, limits.template_fields_per_exporter)
    _within(rows, "templates", None, limits.templates_per_exporter)
    _within(rows, "facts", limits.facts, limits.facts_per_exporter)
    _within(rows, "sample_sources", limits.sample_sources, limits.sample_sources_per_exporter)
    _within(rows, "pending_sets", limits.pending_sets, limits.pending_sets_per_exporter)
    _within(rows, "pending_octets", limits.pending_octets, limits.pending_octets_per_exporter)
    assert max(Counter(row["exporter"] for row in rows).values(), default=0) <= limits.domains_per_exporter
    assert_within_limits(decoder)
    for row in rows:
        assert row["held"] == sum(row[end] for end in ENDS) + row["pending_sets"]  # type: ignore[literal-required]


def _within(rows: list[Any], name: str, most: int | None, most_of_each: int) -> None:
    each: Counter[Any] = Counter()
    for row in rows:
        each[row["exporter"]] += row[name]
    assert max(each.values(), default=0) <= most_of_each, name
    assert most is None or each.total() <= most, name
