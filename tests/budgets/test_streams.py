"""What a stream of octets costs that is meant to be expensive: linear work, bounded memory and output."""

from __future__ import annotations

import pytest

from .counting import is_linear
from .streams import HOSTILE, LONGEST, stream_cost

STEPS, TOUCHED = 80, 16  # at most, for each octet
#: octets in a piece -> octets of the smallest stream; larger ones than a message hides what waits for its end
LENGTHS = {1: 400, 1_460: 33_000}


@pytest.mark.fault("RS-19", "RS-20", "RS-21")
@pytest.mark.conformance("LIB-02")
@pytest.mark.parametrize("size", LENGTHS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_work_is_linear_and_memory_bounded(kind: str, size: int) -> None:
    piece = HOSTILE[kind]
    one, two, four = (stream_cost(piece * (LENGTHS[size] * times // len(piece)), size) for times in (1, 2, 4))
    for less, more in (("steps", 1_000), ("touched", 1_000)):
        small = two.octets - one.octets, getattr(two, less) - getattr(one, less)
        large = four.octets - two.octets, getattr(four, less) - getattr(two, less)
        assert is_linear(small, large, tolerance=1.1, constant=more)
    assert four.steps <= STEPS * four.octets
    assert four.touched <= TOUCHED * four.octets
    assert four.returned <= 2 * four.octets
    assert four.kept <= LONGEST
