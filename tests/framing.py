"""Where a datagram says how long its parts are, how many there are, and which they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netflowparse.explanation import Explanation

LENGTHS = frozenset({"length", "header_length", "option_length", "option_scope_length", "name_length"})
COUNTS = frozenset({"count", "field_count", "scope_field_count", "record_count", "sampleCount"})
IDS = frozenset({"set_id", "template_id", "id", "data_format", "enterprise", "agent_address_type"})


class Place(NamedTuple):
    """Octets of a datagram that frame others."""

    offset: int
    width: int


def lengths(explanation: Explanation) -> Iterator[Place]:
    """The lengths: of the message, of sets, samples and records, of fields, of values of free length."""
    return _places(explanation, LENGTHS, (" length",))


def framing(explanation: Explanation) -> Iterator[Place]:
    """Lengths, counts and ids."""
    return _places(explanation, LENGTHS | COUNTS | IDS, (" length", "_count"))


def _places(explanation: Explanation, names: frozenset[str], endings: tuple[str, ...]) -> Iterator[Place]:
    for leaf in explanation:
        if leaf.octets and (leaf.name in names or leaf.name.endswith(endings)):
            yield Place(leaf.offset, len(leaf.octets))
