"""What a MessageStream costs where its octets are meant to be expensive: linear work, bounded memory and output."""

from __future__ import annotations

import pytest

from netflowparse import MessageStream
from netflowparse.stream import StreamMessage
from tests.message_builder import ipfix_message, set_of


class CountingStream(MessageStream):
    """Counts its steps, and the most octets that it keeps."""

    steps = 0

    def _is_header(self, at: int) -> bool | None:
        self.steps += 1
        return super()._is_header(at)

    def _search(self, messages: list[StreamMessage]) -> bool:
        self.steps += 1
        return super()._search(messages)


def cost(octets: bytes, size: int) -> tuple[int, int, int]:
    """Steps taken, octets returned and the most octets kept when *octets* come in pieces of *size*."""
    stream, returned, kept = CountingStream(), 0, 0
    for start in range(0, len(octets), size):
        returned += sum(len(each.octets) for each in stream.feed(octets[start : start + size]))
        kept = max(kept, len(stream._buffer))
    returned += sum(len(each.octets) for each in stream.close())
    return stream.steps, returned, kept


#: pieces of streams that are meant to be expensive
HOSTILE = {
    "messages": ipfix_message(),
    "no version": b"\xff" * 16,
    "zeros": bytes(16),
    "headers": b"\0\x0a\xff\xf0",
    "small headers": b"\0\x0a\0\x10",
    "sets": b"\0\x0a\x7f\xff" + bytes(12) + b"\1\0\0\4" * 16,
    "long sets": b"\0\x0a\xff\xff\1\0\x0f\xff",
    "overlapping": b"\0\x0a\xff\xff" + bytes(12) + b"\0\x0a\0\x10" + bytes(12),
    "doubtful": ipfix_message(set_of(4, b"")),
}


@pytest.mark.fault("RS-19", "RS-20", "RS-21")
@pytest.mark.parametrize("size", [1, 1460, 1 << 20])
@pytest.mark.parametrize("kind", HOSTILE)
def test_work_is_linear_and_memory_bounded(kind: str, size: int) -> None:
    length = 5_000 if size == 1 else 70_000
    one, two = (HOSTILE[kind] * (octets // len(HOSTILE[kind])) for octets in (length, 2 * length))
    steps, returned, kept = cost(two, size)
    assert steps <= 2.5 * cost(one, size)[0] + 10
    assert steps <= 4 * len(two)
    assert returned <= 2 * len(two)
    assert kept <= 65535 + 3
