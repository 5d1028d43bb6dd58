"""What fuzzing begins with: the datagrams of the recordings, and sessions made of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.capture_reader import read_datagrams

from .steps import Step, joined

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "captures"


@cache
def recordings() -> list[list[bytes]]:
    """The datagrams of each recording."""
    return [read_datagrams(path) for path in sorted(RECORDINGS.glob("*.pcap"))]


def datagrams() -> list[bytes]:
    """The datagrams of all recordings."""
    return [datagram for recording in recordings() for datagram in recording]


def sessions(length: int = 8) -> list[bytes]:
    """The first datagrams of each recording, for harnesses that take steps: by one exporter, and from two in turns."""
    made = []
    for number, recording in enumerate(recordings()):
        first = recording[:length]
        made.append(joined(number, [Step(0, 0, 0, datagram) for datagram in first]))
        made.append(joined(number + 1, [Step(who, 1, 0, datagram) for datagram in first[:4] for who in (1, 2)]))
    return made
