"""The nodes of an explanation: some octets, what they are called, what they say, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..types import Problem


class Node(NamedTuple):
    """Octets of a datagram, and what they are; ``children`` are their parts, in order and without a gap.

    ``name`` is the key that flows or headers have the value under, or the specification's word.  ``type`` is the
    abstract type, "" where there is no value, ``value`` what the message has, None of what is made of parts.  ``rule``
    is the section that lays the octets out, "" where no document does.  A problem stands at the leaf that has its
    offset, and with what is left undecoded for it.
    """

    offset: int  # octets from the datagram's start
    octets: bytes
    name: str
    type: str = ""
    value: Any = None
    rule: str = ""
    problems: tuple[Problem, ...] = ()
    children: tuple[Node, ...] = ()

    @property
    def end(self) -> int:
        """The offset behind the last octet."""
        return self.offset + len(self.octets)

    def __repr__(self) -> str:
        """What it is, in one line: its parts would be as long as the datagram has fields."""
        parts = f", parts: {len(self.children)}" if self.children else f", value: {self.value!r:.100}"
        told = f", problems: {len(self.problems)}" if self.problems else ""
        return f"<Node at {self.offset}: {self.name}, {len(self.octets)} octets{parts}{told}>"

    def leaves(self) -> Iterator[Node]:
        """The nodes without parts, in the order of their octets, each of which is in exactly one of them."""
        left = [self]
        while left:
            node = left.pop()
            if node.children:
                left += node.children[::-1]
            else:
                yield node

    def to_dict(self) -> dict[str, Any]:
        """The node and all its parts as plain JSON values; octets as hex, those of parts not repeated."""
        plain: dict[str, Any] = {
            "offset": self.offset,
            "length": len(self.octets),
            "name": self.name,
            "type": self.type,
            "value": plain_value(self.value),
            "rule": self.rule,
            "problems": [dict(problem) for problem in self.problems],
        }
        if self.children:
            plain["children"] = [child.to_dict() for child in self.children]
        else:
            plain["octets"] = self.octets.hex()
        return plain


def plain_value(value: Any) -> Any:
    """*value* as JSON has it: octets, which some decoders are told to give, become hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain_value(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain_value(each) for each in value]
    return value
