"""Invariant: any octets give a message as promised, or a DecodeError; strict mode refuses just what is malformed; each
octet is explained; nothing else is raised, and nothing hangs.

    python -m fuzz.fuzz_one --runs N
"""

from __future__ import annotations

from netflowparse import DecodeError, Decoder
from tests.explanation.checks import check

from .command import alone
from .harness import Harness
from .invariants import check_state, decoded


class OneDatagram(Harness):
    """Octets are one datagram, decoded by decoders that know nothing."""

    compile_at_once = True

    def __init__(self) -> None:
        super().__init__()
        self._decoder, self._strict = Decoder(), Decoder(strict=True)

    def __call__(self, octets: bytes) -> None:
        """Explain, decode, and decode by the letter."""
        decoder, strict = self._decoder, self._strict
        decoder.reset()
        strict.reset()
        explanation = decoder.explain(octets, "fuzz")
        message = decoded(decoder, octets, self.counts, exporter="fuzz")
        check_state(decoder)
        check(explanation, octets)
        refused = message is None or any(each.get("malformed") for each in message["problems"])
        try:
            assert strict.decode(octets, "fuzz") == message
        except DecodeError:
            assert refused
            assert not strict.statistics()
        else:
            assert not refused


HARNESS = OneDatagram

if __name__ == "__main__":
    alone(__file__)
