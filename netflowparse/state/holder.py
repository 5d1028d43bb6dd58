"""The held sets of one exporter: how many, how large, and which make room for new ones.

Its own oldest do; in total those of an exporter that holds more than its share, of these the one that has held nothing
new for longest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING

from .pending import PINNED, HeldSet
from .templates import KnownTemplate

if TYPE_CHECKING:
    from .domains import Domain
    from .exporters import ExporterStore


class Holder:
    """An exporter as far as its sets that wait are concerned: in which domains, and how much that is."""

    __slots__ = ("domains", "heard", "held", "held_new", "held_octets", "key", "number", "pins", "store")

    def __init__(self, store: ExporterStore, key: Hashable) -> None:
        self.store = store
        self.key = key
        self.domains: OrderedDict[tuple[str, Hashable], Domain] = OrderedDict()
        #: when it was heard last, and when it last held something new, as the store counts
        self.number = self.heard = self.held_new = store.tick()
        self.held: OrderedDict[HeldSet, None] = OrderedDict()  # oldest first
        self.held_octets = 0
        self.pins: dict[KnownTemplate, int] = {}  # definitions that held sets keep, and how many sets do

    def let_go(self) -> None:
        """Let go of domains and sets, which know it in turn: they need not wait for the garbage collector."""
        self.domains.clear()
        self.held.clear()

    def pin(self, known: KnownTemplate) -> None:
        """Count that a set keeps a definition; where that is too much, ``make_room`` mends it."""
        if known not in self.pins:
            self._count_octets(PINNED * len(known.template.fields))
        self.pins[known] = self.pins.get(known, 0) + 1

    def _unpin(self, known: KnownTemplate) -> None:
        self.pins[known] -= 1
        if not self.pins[known]:
            del self.pins[known]
            self._count_octets(-PINNED * len(known.template.fields))

    def _count_octets(self, octets: int) -> None:
        self.held_octets += octets
        self.store.held_octets += octets
        self.store.held_shares.change(self, self.held_octets - octets, self.held_octets)

    def has_room(self, held: HeldSet) -> bool:
        """Whether a set can be held without others having to make room."""
        limits, store, cost = self.store.limits, self.store, held.cost
        return (
            self.held_octets + cost <= limits.pending_octets_per_exporter
            and len(self.held) < limits.pending_sets_per_exporter
            and store.held_octets + cost <= limits.pending_octets
            and store.held_sets < limits.pending_sets
        )

    def hold(self, held: HeldSet) -> tuple[list[HeldSet], str]:
        """Hold a set more; the sets that are held no longer to make room, and the limit that asked for it.

        A set that finds no room at all is among them itself.
        """
        limits, store = self.store.limits, self.store
        most, cost = limits.pending_octets_per_exporter, held.cost
        if cost > min(most, limits.pending_octets):
            return [held], "pending_octets_per_exporter" if cost > most else "pending_octets"
        pushed_out, limit = self.make_room(1, cost)
        self.held[held] = None
        self._count_octets(cost)
        for known in held.definitions:
            self.pin(known)
        store.held_sets += 1
        self.held_new = store.tick()
        store.holders[self] = None
        store.holders.move_to_end(self)
        assert held.domain.waiting is not None
        held.domain.waiting.add(held)
        return pushed_out, limit

    def make_room(self, sets: int = 0, cost: int = 0) -> tuple[list[HeldSet], str]:
        """Make room for so many *sets* more that *cost* so much; those held no longer, and the limit that asked for it.

        Without any, for the definitions that sets keep since they need not wait for them.
        """
        limits, store, limit, pushed_out = self.store.limits, self.store, "", list[HeldSet]()
        most = limits.pending_octets_per_exporter - cost
        while self.held_octets > most or len(self.held) + sets > limits.pending_sets_per_exporter:
            limit = "pending_octets_per_exporter" if self.held_octets > most else "pending_sets_per_exporter"
            pushed_out.append(self._push_out())
        most = limits.pending_octets - cost
        while store.held_octets > most or store.held_sets + sets > limits.pending_sets:
            limit = "pending_octets" if store.held_octets > most else "pending_sets"
            giving = store.held_shares.first_to_give(store.held_octets) or next(iter(store.holders))
            pushed_out.append(giving._push_out())
        return pushed_out, limit

    def _push_out(self) -> HeldSet:
        oldest = next(iter(self.held))
        self.release(oldest)
        return oldest

    def release(self, held: HeldSet) -> None:
        """Hold a set no longer."""
        store = self.store
        del self.held[held]
        self._count_octets(-held.cost)
        for known in held.definitions:
            self._unpin(known)
        store.held_sets -= 1
        if not self.held:
            del store.holders[self]
        held.domain.released(held)
