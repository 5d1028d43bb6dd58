"""Invariant: how a stream is cut into pieces changes nothing, every octet of it is of a message, skipped or left over,
and no more is kept than one message and three octets.

    python -m fuzz.fuzz_stream --runs N
"""

from __future__ import annotations

import random

from netflowparse import MalformedMessage, MessageStream

from . import seeds, spoil
from .command import alone
from .harness import Harness
from .steps import LONGEST

PIECES = 4  # octets that say how the stream is cut
IPFIX = b"\x00\x0a"


class Stream(Harness):
    """Octets are the sizes of pieces, in turns, and then a stream."""

    longest = 8_192

    def __call__(self, octets: bytes) -> None:
        """Feed the stream at once and in pieces, with and without a search behind damage."""
        sizes, octets = octets[:PIECES], octets[PIECES:]
        whole = MessageStream()
        messages = whole.feed(octets)
        assert whole.rest <= LONGEST + 3
        messages += whole.close()
        cut = MessageStream()
        found, position, number = [], 0, 0
        while position < len(octets):
            size = 1 + (sizes[number % len(sizes)] if sizes else 0)
            found += cut.feed(octets[position : position + size])
            assert cut.rest <= LONGEST + 3
            position, number = position + size, number + 1
        found += cut.close()
        assert found == messages
        assert (cut.offset, cut.skipped, cut.rest) == (whole.offset, whole.skipped, whole.rest)
        assert whole.offset + whole.rest == len(octets)
        end = 0
        for message in messages:
            assert message.octets == octets[message.offset : message.offset + len(message.octets)]
            assert int.from_bytes(message.octets[2:4], "big") == len(message.octets) >= 16
            assert message.skipped == max(0, message.offset - end)
            end = max(end, message.offset + len(message.octets))  # one can lie in another that is damaged
        self.counts["messages"] += len(messages)
        self._plainly(octets)

    def _plainly(self, octets: bytes) -> None:
        """Without a search: messages one after the other up to the first octet that is not one's."""
        stream = MessageStream(resync=False)
        expected, position = [], 0
        while octets[position : position + 2] == IPFIX and position + 4 <= len(octets):
            length = int.from_bytes(octets[position + 2 : position + 4], "big")
            if length < 16 or position + length > len(octets):
                break
            expected.append(octets[position : position + length])
            position += length
        found = []
        try:
            found = stream.feed(octets)
            stream.close()
        except MalformedMessage as error:
            assert error.offset == position
            self.counts["errors"] += 1
        assert [each.octets for each in found] == expected

    @staticmethod
    def seeds() -> list[bytes]:
        """Streams of the recordings' IPFIX messages."""
        return [
            bytes((number, 1, 40, 255)) + b"".join(each for each in recording[:6] if each[:2] == IPFIX)
            for number, recording in enumerate(seeds.recordings())
        ]

    @staticmethod
    def mutate(octets: bytes, others: list[bytes], chance: random.Random) -> bytes:
        """Another stream, cut otherwise."""
        return octets[:PIECES] + spoil.datagram(octets[PIECES:], [each[PIECES:] for each in others], chance)


HARNESS = Stream

if __name__ == "__main__":
    alone(__file__)
