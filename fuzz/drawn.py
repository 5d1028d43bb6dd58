"""A child that needs nothing but hypothesis: seeds, injured as it draws, and any octets."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .child import Stint, arguments, beginnings
from .harness import Harness, harness


def inputs(made: Harness, seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """Injured seeds, up to three times over, and now and then any octets."""

    def injured(octets: bytes, times: int, chance: random.Random) -> bytes:
        for _ in range(times):
            octets = made.mutate(octets, seeds, chance)
        return octets[: made.longest]

    spoiled = st.builds(injured, st.sampled_from(seeds), st.integers(1, 3), st.randoms(use_true_random=False))
    return st.one_of(spoiled, spoiled, spoiled, st.binary(max_size=400))


def main() -> None:
    """Run so many examples beside the seeds, or until one finds something, which is made as small as can be."""
    args = arguments(__doc__)
    made = harness(args.name)
    stint = Stint(made, args.grown)
    seeds = beginnings(made, args.name)
    for octets in seeds[: args.runs]:
        stint(octets)
    rest = args.runs - stint.executions
    if rest > 0:
        quiet = settings(
            max_examples=rest,
            database=None,
            deadline=None,
            phases=[Phase.generate] if made.remembers else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )

        def invariant(octets: bytes) -> None:
            stint(octets)

        seed(args.seed)(quiet(given(inputs(made, seeds))(invariant)))()
    stint.tell()


if __name__ == "__main__":
    main()
