"""Invariant: whatever several exporters send to one decoder that goes on and on, each answer is as promised, what is
remembered stays within ``Limits`` after every step, and the counters add up.

    python -m fuzz.fuzz_session --runs N
"""

from __future__ import annotations

import json
from typing import Any

from netflowparse import Decoder, ExporterSettings, Limits

from .command import alone
from .harness import SessionHarness
from .invariants import check_message, check_state, decoded
from .steps import FLUSH, FORGET, LATER, LONGEST, RESTORE, TRANSPORTS, Step, steps

#: small enough to be met
LIMITS = Limits(
    exporters=3,
    domains=12,
    domains_per_exporter=5,
    template_fields=300,
    templates_per_exporter=12,
    template_fields_per_exporter=150,
    sample_sources=12,
    sample_sources_per_exporter=7,
    pending_octets=20_000,
    pending_sets=20,
    pending_octets_per_exporter=9_000,
    pending_sets_per_exporter=9,
    facts=60,
    facts_per_exporter=30,
    fields_per_template=80,
    values=5_000,
    problems=20,
    sample_octets=8,
    packet_layers=12,
    nesting=4,
    record_shapes=16,
    record_shape_fields=200,
    cached_addresses=50,
    cached_texts=20,
)
SETTINGS: list[dict[str, Any]] = [
    {},
    {"resolve": True},
    {"history": True, "resolve": True},
    {"strict": True, "template_lifetime": "adapt"},
    {"keep_octets": True, "history": 3},
    {"quirks": (), "template_lifetime": 60, "packet_sections": True},
    {"resolve": True, "exporters": {0: ExporterSettings(sampling_interval=10, quirks="auto")}},
    {"compiled": False, "resolve": True},
]
LIFE = 400  # sessions of one decoder
NOW = 1_700_000_000


class _Life:
    """One decoder from its first session to its last."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.decoder = Decoder(limits=LIMITS, **settings)
        self.log: list[bytes] = []
        self.now = NOW


class Session(SessionHarness):
    """Octets are a session; decoders are kept from one to the next, one for each choice of settings."""

    remembers = True

    def __init__(self) -> None:
        super().__init__()
        self._lives: dict[int, _Life] = {}
        self._life = _Life({})

    def __call__(self, octets: bytes) -> None:
        """Take the session's steps with the decoder of its settings."""
        number = (octets[0] if octets else 0) % len(SETTINGS)
        life = self._lives.get(number)
        if life is None or len(life.log) >= LIFE:
            life = self._lives[number] = _Life(SETTINGS[number])
        self._life = life
        life.log.append(octets)
        for step in steps(octets):
            self._take(life, step)
            check_state(life.decoder)

    @property
    def log(self) -> list[bytes]:
        """All sessions of the decoder at hand."""
        return self._life.log

    def _take(self, life: _Life, step: Step) -> None:
        """Have the decoder take *step*."""
        decoder = life.decoder
        if step.action == FORGET:
            decoder.forget(step.exporter)
            assert all(row["exporter"] != step.exporter for row in decoder.statistics())
        elif step.action == FLUSH:
            for message in decoder.flush():
                check_message(message, LONGEST, decoder.limits)
        elif step.action == RESTORE:
            text = json.dumps(decoder.snapshot(pending=True), allow_nan=False)
            life.decoder = Decoder.restore(json.loads(text), limits=LIMITS, **life.settings)
        else:
            now = None
            if step.action == LATER:
                life.now += 30
                now = life.now
            transport = TRANSPORTS[step.transport]
            decoded(decoder, step.datagram, self.counts, exporter=step.exporter, now=now, transport=transport)


HARNESS = Session

if __name__ == "__main__":
    alone(__file__)
