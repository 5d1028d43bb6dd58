"""Who makes room where all exporters together have too much of one thing: who holds more than an equal part of it.

What an exporter remembers is safe from others, however many of those are forged, as long as it holds little.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from heapq import heapify, heappop, heappush, heapreplace
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .holder import Holder

Heard: TypeAlias = "Callable[[Holder], int]"  # when a holder was heard, as far as its thing is concerned


class Shares:
    """The holders of one thing, by how much of it they hold.

    Who holds no more than *least*, so little that all together would leave room, is not listed.  All others stand on
    steps, each for twice as much as the one below; *heard* names the attribute that orders them there.
    """

    __slots__ = ("_heard", "_holders", "_lowest", "_steps")

    def __init__(self, least: int, heard: str) -> None:
        self._lowest = least.bit_length() - 1  # the step of *least*: none above it holds less
        self._heard = attrgetter(heard)
        self._holders = 0  # all that hold any
        self._steps: dict[int, _Step] = {}

    def change(self, holder: Holder, before: int, after: int) -> None:
        """Note that *holder* has as many as *after* now, where it had as many as *before*."""
        left, entered = (before - 1).bit_length(), (after - 1).bit_length()
        if left == entered and before and after:
            return
        self._holders += bool(after) - bool(before)
        if before and left in self._steps:
            members = self._steps[left].members
            members.pop(holder.number, None)
            if not members:
                del self._steps[left]
        if after and entered > self._lowest:
            if entered not in self._steps:
                self._steps[entered] = _Step(self._heard)
            self._steps[entered].add(holder)

    def clear(self) -> None:
        """Forget all holders."""
        self._holders = 0
        self._steps.clear()

    def first_to_give(self, total: int, spared: Collection[Holder | None] = ()) -> Holder | None:
        """Of those that hold more than an equal part of the *total* the one not heard of for longest.

        Where all of these are *spared*, of those on the highest step; None where nobody is left that is listed.  An
        equal part stands for the step that it is on: half of it is never too much.
        """
        equal = (total // max(self._holders, 1)).bit_length()
        found: Holder | None = None
        for number in sorted(self._steps, reverse=True):
            if number < equal and found is not None:
                break
            first = self._steps[number].first(spared)
            if first is not None and (found is None or self._heard(first) < self._heard(found)):
                found = first
        return found


class _Step:
    """Holders of about as much, in a heap by when they were heard as far as it knows: never later than they were."""

    __slots__ = ("_heap", "_heard", "members")

    def __init__(self, heard: Heard) -> None:
        self.members: dict[int, Holder] = {}  # by their numbers
        self._heap: list[tuple[int, int]] = []  # when heard, number; those who have left as well
        self._heard = heard

    def add(self, holder: Holder) -> None:
        """Add a holder that is not here."""
        self.members[holder.number] = holder
        heappush(self._heap, (self._heard(holder), holder.number))
        if len(self._heap) > 2 * len(self.members) + 8:
            self._heap = [(self._heard(each), number) for number, each in self.members.items()]
            heapify(self._heap)

    def first(self, spared: Collection[Holder | None]) -> Holder | None:
        """The one not heard of for longest that is not *spared*."""
        heap, aside, found = self._heap, [], None
        while heap and found is None:
            heard, number = heap[0]
            holder = self.members.get(number)
            if holder is None:
                heappop(heap)
            elif self._heard(holder) != heard:
                heapreplace(heap, (self._heard(holder), number))
            elif holder in spared:
                aside.append(heappop(heap))
            else:
                found = holder
        for each in aside:
            heappush(heap, each)
        return found
