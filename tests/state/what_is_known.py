"""Knowledge of one exporter with a ledger that counts its facts, and what it tells."""

from __future__ import annotations

from typing import Any

from netflowparse.state.knowledge import Knowledge


class Count:
    """A ledger that allows *most*."""

    def __init__(self, most: int = 1000) -> None:
        self.most, self.counted = most, 0

    def take(self) -> bool:
        if self.counted == self.most:
            return False
        self.counted += 1
        return True

    def give(self, count: int) -> None:
        assert 0 <= count <= self.counted
        self.counted -= count


def said(*records: dict[str, Any], transport: str = "udp", ledger: Count | None = None) -> Knowledge:
    """What these records teach, the first at time 100, each a second after the one before."""
    knowledge = Knowledge(Count() if ledger is None else ledger)
    for time, record in enumerate(records, 100):
        knowledge.learn(record, template_id=300, time=time, transport=transport)
    return knowledge
