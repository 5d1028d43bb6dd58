"""What each attack costs: ``python -m tests.budgets`` from the repository's root, half a minute."""

from __future__ import annotations

from .measures import EVERY_ATTACK, costs
from .streams import HOSTILE, stream_cost

HEAD = ("attack", "engine", "octets", "steps", "at most per octet", "copied", "total", "values", "leaves", "peak")


def rows() -> list[tuple[str, ...]]:
    """One row for each attack and engine; what is measured at three sizes with a slash between."""
    table = []
    for name, attack in EVERY_ATTACK.items():
        for compiled in (True, False):
            found = costs(attack, compiled=compiled)
            numbers = [" / ".join(f"{value:,}" for value in column) for column in zip(*found, strict=True)]
            octets, steps, *others = numbers
            each = f"{max(cost.steps / cost.octets for cost in found):.1f}"
            title = f"{', '.join(attack.rows)}: {name}"
            table.append((title, "compiled" if compiled else "reference", octets, steps, each, *others))
    return table


def stream_rows() -> list[tuple[str, ...]]:
    """One row for each stream, fed octet by octet; what is kept stands for the peak."""
    table = []
    for kind, piece in HOSTILE.items():
        found = [stream_cost(piece * (octets // len(piece)), 1) for octets in (1_000, 2_000, 4_000)]
        octets, steps, touched, _, kept = (
            " / ".join(f"{value:,}" for value in column) for column in zip(*found, strict=True)
        )
        each = f"{max(cost.steps / cost.octets for cost in found):.1f}"
        table.append((f"RS-19 to RS-21: a stream of {kind}", "", octets, steps, each, touched, "", "", "", kept))
    return table


if __name__ == "__main__":
    for row in (HEAD, *rows(), *stream_rows()):
        print(" | ".join(row))
