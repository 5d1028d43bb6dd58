"""A pytest plugin: what tests have decoded becomes sessions to begin with, of which ``fuzz.replay keep`` keeps a few.

python -m pytest -p fuzz.gather && python -m fuzz.replay keep
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netflowparse import Decoder
from netflowparse.types import Octets

from .harness import GROWN
from .replay import MOST_KEPT
from .steps import MOST, TRANSPORTS, Step, joined

SESSIONS = ("fuzz_session", "fuzz_engines", "fuzz_round_trip")


class Gathering:
    """Stands in for ``Decoder.decode`` and notes what each decoder is given."""

    def __init__(self, decode: Any) -> None:
        self.decode = decode
        self.steps: dict[int, list[Step]] = {}
        self._exporters: dict[Any, int] = {}

    def note(self, decoder: Decoder, datagram: Octets, exporter: Any, **circumstances: Any) -> Any:
        """Decode *datagram*, and remember it."""
        transport = circumstances.get("transport", "udp")
        if isinstance(datagram, bytes) and transport in TRANSPORTS:
            number = self._exporters.setdefault(repr(exporter), len(self._exporters)) & 3
            step = Step(number, TRANSPORTS.index(transport), 0, datagram)
            self.steps.setdefault(id(decoder), []).append(step)
        return self.decode(decoder, datagram, exporter, **circumstances)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Write down the sessions of one test."""
    gathering = Gathering(Decoder.decode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Decoder, "decode", lambda *given, **more: gathering.note(*given, **more))
        yield
    settings = sum(item.nodeid.encode())
    for taken in gathering.steps.values():
        for first in range(0, min(len(taken), 20 * MOST), MOST):
            session = taken[first : first + MOST]
            for harness in SESSIONS:
                _write(GROWN / harness, joined(settings + first // MOST, session))
        for step in taken[:200]:
            _write(GROWN / "fuzz_one", step.datagram)


def _write(folder: Path, octets: bytes) -> None:
    if len(octets) <= MOST_KEPT:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(octets, usedforsecurity=False).hexdigest()).write_bytes(octets)
