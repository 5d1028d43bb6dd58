"""Domains whose data is decoded by its export time: definitions keep their places, sets wait until theirs are known."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from ..template import Template
from .domains import Domain
from .history import History
from .pending import HeldSet
from .sightings import Place
from .templates import STREAMS, KnownTemplate, Learned

if TYPE_CHECKING:
    from .exporters import Exporter

UNTIL_FLUSHED = None  # a window without end


class HistoricDomain(Domain):
    """A domain with a history.

    ``templates`` are the definitions that nothing known replaces; those counted are all that the history knows.  Sets
    wait for *window* s of export time, in which what was sent before them may come, or until they are flushed.
    """

    __slots__ = ("here", "history", "unexamined", "window")

    def __init__(self, exporter: Exporter, protocol: str, number: Hashable, window: int | None) -> None:
        super().__init__(exporter, protocol, number)
        self.history = History()
        self.window = window
        self.here = Place(0, 0, False)  # of the present message
        self.unexamined: dict[HeldSet, None] = {}  # sets, oldest first, whose window is not over

    def begin(self, time: int, number: int, *, data: bool) -> Place:
        """Go to the place of the next message."""
        self.here = self.history.place(time, number, data=data)
        return self.here

    def learn(self, template: Template, definition: bytes, time: int, transport: str, offset: int = 0) -> Learned:
        """Put *template* in force from its place on; its event is told against the definition before that place."""
        place, history = self.here.at(offset), self.history
        former, known = history.at(template.template_id, place), history.definitions.get(template)
        if known is None:
            limit = self.exporter.grow(1, len(template.fields))
            if limit:
                return Learned("rejected", limit)
            known = KnownTemplate(template, definition, time, time, self.clock.seconds)
        else:
            known.definition = definition
            known.refresh(time, self.clock.seconds)
        for gone in history.learn(known, place):
            self.exporter.grow(-1, -len(gone.template.fields))
        self._show(template.template_id)
        if former is None:
            return Learned("learned", "", known)
        if former is known:
            return Learned("refreshed", "", known)
        return Learned("conflict" if transport in STREAMS else "replaced", "", known, former)

    def withdraw(self, template_id: int | None, *, options: bool, offset: int = 0) -> list[Template]:
        """End the template of that kind at its place, or with None all of them; those that were in force there."""
        place = self.here.at(offset)
        ids = list(self.templates) if template_id is None else [template_id]
        there = [known for each in ids if (known := self.history.at(each, place)) and known.is_options is options]
        if template_id is None or self.history.lines < self.exporter.store.limits.templates_per_exporter:
            self.history.withdraw(template_id, place, options=options)
        for each in ids:
            self._show(each)
        return [known.template for known in there]

    def _show(self, template_id: int) -> None:
        current = self.history.current(template_id)
        if current is None:
            self.templates.pop(template_id, None)
        else:
            self.templates[template_id] = current

    def hold(self, held: HeldSet) -> tuple[list[HeldSet], str]:
        """Let a set wait until its window is over."""
        held.seconds = self.history.latest
        pushed_out, limit = super().hold(held)
        if held not in pushed_out:
            self.unexamined[held] = None
        return pushed_out, limit

    def released(self, held: HeldSet) -> None:
        """Note that a set is held no longer."""
        super().released(held)
        self.unexamined.pop(held, None)

    def definition_for(self, held: HeldSet) -> KnownTemplate | None:
        """The definition in force at the place of a set."""
        return self.history.at(held.set_id, _place(held))

    def make_ready(self, known: KnownTemplate) -> int:
        """Make sets ready whose window was over before the template came that they wait for."""
        if self.waiting is not None:
            for held in list(self.waiting.unready.get(known.template.template_id, ())):
                if held not in self.unexamined:
                    self._decide(held)
        return 0

    def examine(self) -> None:
        """Make the sets ready whose window is over."""
        if self.window is not UNTIL_FLUSHED:
            while self.unexamined:
                held = next(iter(self.unexamined))
                if held.seconds + self.window > self.history.latest:
                    break
                del self.unexamined[held]
                self._decide(held)

    def flush(self) -> None:
        """Make every set ready that can be: nothing more will come.

        What is older than every definition is read by the first one behind it, if no withdrawal is in between.
        """
        self.unexamined.clear()
        sets = [] if self.waiting is None else [held for each in self.waiting.unready.values() for held in each]
        for held in sorted(sets, key=_place):
            if self._decide(held):
                continue
            known = self.history.after(held.set_id, _place(held))
            if known is not None:
                self._ready(held, known)
            elif self.history.knows(held.set_id):
                self.exporter.release(held)
                self.counts.failed += 1

    def _decide(self, held: HeldSet) -> bool:
        known = self.definition_for(held)
        if known is not None:
            self._ready(held, known)
        return known is not None

    def _ready(self, held: HeldSet, known: KnownTemplate) -> None:
        assert self.waiting is not None
        self.waiting.make_ready(held, known)

    def expire(self, seconds: int) -> dict[int, int]:
        """Nothing: sets wait for their window, or until they are flushed."""
        return {}

    def forget(self) -> None:
        """Forget everything, and count it no longer."""
        self.templates.clear()
        definitions = self.history.definitions
        self.exporter.grow(-len(definitions), -sum(len(template.fields) for template in definitions))
        super().forget()


def _place(held: HeldSet) -> Place:
    place: Place = held.message.place
    return place.at(held.start)
