"""Domains whose data is decoded by its export time: definitions keep their places, sets wait until theirs are known."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from ..template import Template
from .clock import ANY, LATE
from .domains import Domain
from .history import History
from .pending import HeldSet
from .sightings import Place
from .templates import CONNECTIONS, KnownTemplate, Learned

if TYPE_CHECKING:
    from .exporters import Exporter

UNTIL_FLUSHED = None  # a window without end


class HistoricDomain(Domain):
    """A domain with a history.

    ``templates`` are the definitions that nothing known replaces; those counted are all that the history knows, and its
    sightings count as facts.  Sets wait for *window* s, in which what was sent before them may come, or until they are
    flushed.
    """

    __slots__ = ("_recent", "_undecided", "here", "history", "unexamined", "window")

    def __init__(self, exporter: Exporter, protocol: str, number: Hashable, window: int | None) -> None:
        super().__init__(exporter, protocol, number)
        self.history = History()
        self.window = window
        self.here = Place(0, 0, False)  # of the present message
        self.unexamined: dict[HeldSet, None] = {}  # sets, oldest first, whose window is not over
        #: by template id sets whose window is over, and that nothing known can read, in the order of their places
        self._undecided: dict[int, list[HeldSet]] = {}
        #: by kind the ids learned in the present message since all of that kind were withdrawn, if they were
        self._recent: dict[bool, dict[int, None]] = {}

    @property
    def late(self) -> int:  # type: ignore[override]
        """s by which its messages may be late: the window, or any."""
        return ANY if self.window is UNTIL_FLUSHED else max(LATE, self.window)

    def begin(self, time: int, number: int, *, data: bool) -> Place:
        """Go to the place of the next message."""
        self.here = self.history.place(time, number, data=data)
        self._recent = {}
        return self.here

    def learn(self, template: Template, definition: bytes, time: int, transport: str, offset: int = 0) -> Learned:
        """Put *template* in force from its place on; its event is told against the definition before that place."""
        place, history, template_id = self.here.at(offset), self.history, template.template_id
        former, known = history.at(template_id, place), history.definitions.get(template)
        room = self.exporter.facts < self.exporter.store.limits.facts_per_exporter
        if known is None:
            limit = self.exporter.grow(1, len(template.fields)) if room else "facts_per_exporter"
            if limit:
                return Learned("rejected", limit)
            known = KnownTemplate(template, definition, time, time, self.clock.seconds)
        else:
            known.definition = definition
            known.refresh(time, self.clock.seconds)
        if room:
            before = history.count_of(template_id)
            for gone in history.learn(known, place):
                self.exporter.grow(-1, -len(gone.template.fields))
            self.exporter.give(before - history.count_of(template_id))
            self._show(template_id)
            for ids in self._recent.values():
                ids[template_id] = None
        if former is None:
            return Learned("learned", "", known)
        if former is known:
            return Learned("refreshed", "", known)
        return Learned("conflict" if transport in CONNECTIONS else "replaced", "", known, former)

    def withdraw(self, template_id: int | None, *, options: bool, offset: int = 0) -> list[Template]:
        """End the template of that kind at its place, or with None all of them; those that were in force there.

        Where the exporter has as many facts as it may, nothing is ended; nor by what would be forgotten at once.
        """
        place, history = self.here.at(offset), self.history
        if self.exporter.facts >= self.exporter.store.limits.facts_per_exporter:
            return []
        if template_id is None and history.too_old(place):
            return []
        ids: Iterable[int] = [template_id] if template_id is not None else self._recent.get(options, self.templates)
        there = [known for each in ids if (known := history.at(each, place)) and known.is_options is options]
        before = history.count_of(template_id)
        history.withdraw(template_id, place, options=options)
        self.exporter.give(before - history.count_of(template_id))
        if template_id is None:
            self._recent[options] = {}
            for known in there:  # no others can have been in force until now
                self._show(known.template.template_id)
        else:
            self._show(template_id)
        return [known.template for known in there]

    def _show(self, template_id: int) -> None:
        current, former = self.history.current(template_id), self.templates.get(template_id)
        if former is not None and former is not current:
            self.forget_mib_fields(template_id)
        if current is None:
            self.templates.pop(template_id, None)
        else:
            self.templates[template_id] = current

    def template_at(self, template_id: int, place: Place | None) -> KnownTemplate | None:
        """The template in force at a place; where none was yet, the first one behind it, as for what is flushed."""
        if place is None:
            return self.templates.get(template_id)
        return self.history.at(template_id, place) or self.history.after(template_id, place)

    def hold(self, held: HeldSet) -> tuple[list[HeldSet], str]:
        """Let a set wait until its window is over."""
        pushed_out, limit = super().hold(held)
        if held not in pushed_out:
            self.unexamined[held] = None
        return pushed_out, limit

    def released(self, held: HeldSet) -> None:
        """Note that a set is held no longer."""
        super().released(held)
        self.unexamined.pop(held, None)
        undecided = self._undecided.get(held.set_id, [])
        at = bisect_left(undecided, _place(held), key=_place)
        while at < len(undecided) and undecided[at] is not held and _place(undecided[at]) == _place(held):
            at += 1
        if at < len(undecided) and undecided[at] is held:
            del undecided[at]

    def definition_for(self, held: HeldSet) -> KnownTemplate | None:
        """The definition in force at the place of a set."""
        return self.history.at(held.set_id, _place(held))

    def make_ready(self, known: KnownTemplate) -> int:
        """Make sets ready whose window was over before a definition came that stands before them."""
        undecided = self._undecided.get(known.template.template_id)
        while undecided and _place(undecided[-1]) >= self.here:
            self._decide(undecided.pop())
        return 0

    def examine(self) -> None:
        """Make the sets ready whose window is over."""
        if self.window is not UNTIL_FLUSHED:
            while self.unexamined:
                held = next(iter(self.unexamined))
                if held.seconds + self.window > self.clock.seconds:
                    break
                self.await_definition(held)

    def await_definition(self, held: HeldSet) -> None:
        """Make a set ready whose window is over, or else let it wait for a definition that comes too late."""
        self.unexamined.pop(held, None)
        if not self._decide(held):
            insort(self._undecided.setdefault(held.set_id, []), held, key=_place)

    def flush(self) -> None:
        """Make every set ready that can be: nothing more will come.

        What is older than every definition is read by the first one behind it, if no withdrawal is in between.
        """
        self.unexamined.clear()
        self._undecided.clear()
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
        self.exporter.pin(known)
        self.waiting.make_ready(held, known)

    def expire(self, seconds: int) -> dict[int, int]:
        """Nothing: sets wait for their window, or until they are flushed."""
        return {}

    def forget(self) -> None:
        """Forget everything, and count it no longer."""
        self.templates.clear()
        definitions = self.history.definitions
        self.exporter.grow(-len(definitions), -sum(len(template.fields) for template in definitions))
        self.exporter.give(self.history.sightings)
        super().forget()


def _place(held: HeldSet) -> Place:
    place: Place = held.message.place
    return place.at(held.start)
