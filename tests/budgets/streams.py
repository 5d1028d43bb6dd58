"""Octet streams that are made to be expensive to cut into messages, and what cutting them costs."""

from __future__ import annotations

from typing import Any, NamedTuple

from netflowparse import MessageStream
from tests.message_builder import ipfix_message, set_of

from .counting import counted_steps

LONGEST = 65_535 + 3  # octets that a stream may keep: of a message, and of what may begin another one


class StreamCost(NamedTuple):
    """Steps; octets that C has searched or copied; octets returned; the most octets kept."""

    octets: int
    steps: int
    touched: int
    returned: int
    kept: int


class CountedBuffer(bytearray):
    """A buffer that counts the octets that are searched, cut out and added."""

    touched = 0

    def find(self, octets: Any, start: Any = 0, *rest: Any) -> int:
        found = super().find(octets, start, *rest)
        self.touched += (len(self) if found < 0 else found) - start + len(octets)
        return found

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        self.touched += 1 if isinstance(found, int) else len(found)
        return found

    def __iadd__(self, octets: Any) -> CountedBuffer:  # type: ignore[override, misc]
        self.touched += len(octets)
        self.extend(octets)
        return self


#: pieces of streams: RS-19, three of RS-20, and those that have headers everywhere, RS-21
HOSTILE = {
    "messages": ipfix_message(),
    "no version": b"\xff" * 16,
    "zeros": bytes(16),
    "half a version": b"\0\1" * 8,
    "headers": b"\0\x0a\xff\xf0",
    "small headers": b"\0\x0a\0\x10",
    "sets": b"\0\x0a\x7f\xff" + bytes(12) + b"\1\0\0\4" * 16,
    "long sets": b"\0\x0a\xff\xff\1\0\x0f\xff",
    "overlapping": b"\0\x0a\xff\xff" + bytes(12) + b"\0\x0a\0\x10" + bytes(12),
    "doubtful": ipfix_message(set_of(4, b"")),
}


def stream_cost(octets: bytes, size: int) -> StreamCost:
    """What *octets* cost that come in pieces of *size*."""
    stream, returned, kept = MessageStream(), 0, 0
    buffer = stream._buffer = CountedBuffer()
    pieces = [octets[start : start + size] for start in range(0, len(octets), size)]
    with counted_steps() as steps:
        for piece in pieces:
            returned += sum(len(each.octets) for each in stream.feed(piece))
            kept = max(kept, len(buffer))
        returned += sum(len(each.octets) for each in stream.close())
    assert stream._buffer is buffer
    return StreamCost(len(octets), steps[0], buffer.touched, returned, kept)
