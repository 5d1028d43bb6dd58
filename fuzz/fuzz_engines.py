"""Invariant: both engines say the same of any session: the same messages, and the same errors.

python -m fuzz.fuzz_engines --runs N
"""

from __future__ import annotations

from typing import Any

from netflowparse import DecodeError, Decoder

from .command import alone
from .harness import SessionHarness
from .steps import FLUSH, FORGET, LATER, TRANSPORTS, Step, steps

NOW = 1_700_000_000
SETTINGS: list[dict[str, Any]] = [
    {},
    {"resolve": True},
    {"octet_values": "bytes", "packet_sections": True},
    {"quirks": (), "history": True},
]


class Engines(SessionHarness):
    """Octets are a session, which two decoders take that know nothing before it."""

    compile_at_once = True

    def __init__(self) -> None:
        super().__init__()
        self._pairs = [[Decoder(compiled=compiled, **each) for compiled in (True, False)] for each in SETTINGS]

    def __call__(self, octets: bytes) -> None:
        """Take the session's steps with both engines."""
        pair = self._pairs[(octets[0] if octets else 0) % len(SETTINGS)]
        for decoder in pair:
            decoder.reset()
        for step in steps(octets):
            one, other = (self._answer(decoder, step) for decoder in pair)
            assert one == other
        one, other = (repr([decoder.statistics(), decoder.templates(), decoder.pending()]) for decoder in pair)
        assert one == other

    def _answer(self, decoder: Decoder, step: Step) -> str:
        """What *decoder* says; text, since that tells 1 from True and 1.0."""
        if step.action == FORGET:
            return repr(decoder.forget(step.exporter))
        if step.action == FLUSH:
            return repr(decoder.flush())
        now = NOW if step.action == LATER else None
        try:
            message = decoder.decode(step.datagram, step.exporter, now=now, transport=TRANSPORTS[step.transport])
        except DecodeError as error:
            self.counts["errors"] += 1
            return f"{error!r} {error.offset}"
        self.counts["messages"] += 1
        self.counts["flows"] += len(message["flows"])
        return repr(message)


HARNESS = Engines

if __name__ == "__main__":
    alone(__file__)
