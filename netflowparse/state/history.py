"""The definitions that templates have had in the course of time, for data that is decoded by its export time."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .clock import later_by
from .sightings import MESSAGE, Line, Place, Sighting
from .snapshot.values import Value

if TYPE_CHECKING:
    from ..template import Template
    from .templates import KnownTemplate

BEGINNING = -(1 << 62)  # a number before all others
SIGHTINGS = 256  # of one template that are remembered; beyond them, repetitions between equal ones go first


class History:
    """Definitions and withdrawals of one domain by their places."""

    __slots__ = ("_alone", "_lines", "_number", "_withdrawals", "definitions", "latest")

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._withdrawals: dict[bool, list[Place]] = {False: [], True: []}  # of all templates of a kind, in order
        self._number: int | None = None
        self._alone: Place | None = None  # of the latest message without data
        self.latest = 0  # s: the latest time of a message
        self.definitions: dict[Template, KnownTemplate] = {}

    def place(self, time: int, number: int, *, data: bool) -> Place:
        """The place of a message exported at *time* with sequence number *number*."""
        if self._number is None:
            self._number, self.latest = number, time
        self._number += later_by(number, self._number)
        unwrapped = self.latest + later_by(time, self.latest)
        self.latest = max(self.latest, unwrapped)
        here = Place(unwrapped, self._number, data)
        if not data:
            if self._alone is not None and self._alone[:3] == here[:3]:
                here = self._alone.at(MESSAGE)
            self._alone = here
        return here

    def learn(self, known: KnownTemplate, place: Place) -> list[KnownTemplate]:
        """Note a definition at *place*; those that are forgotten for it, where there are too many."""
        template = known.template
        self.definitions[template] = known
        line = self._lines.setdefault(template.template_id, Line())
        line.add(place, known)
        if len(line.places) <= SIGHTINGS:
            return []
        before = line.definitions()
        line.compact(SIGHTINGS * 3 // 4)  # not one by one
        left = set(map(id, line.definitions()))
        gone = [each for each in before if id(each) not in left]
        for each in gone:
            del self.definitions[each.template]
        return gone

    def withdraw(self, template_id: int | None, place: Place, *, options: bool) -> None:
        """Note a withdrawal at *place*, with None of all templates of that kind; beyond 256 those the oldest go."""
        if template_id is not None:
            line = self._lines.setdefault(template_id, Line())
            line.add(place, options)
            if len(line.places) > SIGHTINGS:
                line.drop(next(at for at, each in enumerate(line.sightings) if isinstance(each, bool)))
        else:
            insort(self._withdrawals[options], place)
            self._bound_withdrawals()

    def too_old(self, place: Place) -> bool:
        """Whether a withdrawal of all templates at *place* would be forgotten at once."""
        return self.count_of(None) >= SIGHTINGS and place < min(each[0] for each in self._withdrawals.values() if each)

    def _bound_withdrawals(self) -> None:
        while self.count_of(None) > SIGHTINGS:
            del min(filter(None, self._withdrawals.values()))[0]

    def _seen_withdrawals(self) -> list[tuple[Place, bool]]:
        return sorted((place, options) for options, places in self._withdrawals.items() for place in places)

    def count_of(self, template_id: int | None) -> int:
        """How many sightings there are of a template, with None how many withdrawals of all."""
        if template_id is None:
            return sum(map(len, self._withdrawals.values()))
        line = self._lines.get(template_id)
        return 0 if line is None else len(line.places)

    @property
    def sightings(self) -> int:
        """How many definitions, repetitions and withdrawals are remembered."""
        return self.count_of(None) + sum(len(line.places) for line in self._lines.values())

    def knows(self, template_id: int) -> bool:
        """Whether any definition of the template is known."""
        line = self._lines.get(template_id)
        return line is not None and bool(line.definitions())

    def current(self, template_id: int) -> KnownTemplate | None:
        """The definition that nothing known replaces or withdraws."""
        line = self._lines.get(template_id)
        if line is None:
            return None
        found = _first_definition(reversed(line.sightings), reversed(line.places))
        if found is None:
            return None
        withdrawn = self._withdrawals[found[0].is_options]
        return None if withdrawn and withdrawn[-1] > found[1] else found[0]

    def at(self, template_id: int, place: Place) -> KnownTemplate | None:
        """The definition in force at *place*."""
        line = self._lines.get(template_id)
        if line is None:
            return None
        last = bisect_right(line.places, place)
        if not last:
            return None
        found = _first_definition(reversed(line.sightings[:last]), reversed(line.places[:last]))
        if found is None or self._all_withdrawn(found[0], found[1], place):
            return None
        return found[0]

    def after(self, template_id: int, place: Place) -> KnownTemplate | None:
        """The first definition behind *place*; None where there is none, or its kind was withdrawn in between."""
        line = self._lines.get(template_id)
        if line is None:
            return None
        first = bisect_right(line.places, place)
        found = _first_definition(line.sightings[first:], line.places[first:])
        if found is None or self._all_withdrawn(found[0], place, found[1]):
            return None
        return found[0]

    def _all_withdrawn(self, known: KnownTemplate, since: Place, until: Place) -> bool:
        places = self._withdrawals[known.is_options]
        return bool(places) and bisect_right(places, until) > bisect_right(places, since)

    @classmethod
    def begun(cls, templates: Iterable[KnownTemplate], latest: int, number: int | None) -> History:
        """One in which *templates* are in force from when they were learned; *latest* and *number* are where it is."""
        history = cls()
        history.latest, history._number = latest, number or 0
        for known in templates:
            learned = Place(latest + later_by(known.learned, latest), BEGINNING, False)
            history.learn(known, learned)
        return history

    def place_behind(self, time: int, number: int) -> Place:
        """The place of a message with data that has come before, without going on to it."""
        latest, count = self.latest, self._number or 0
        return Place(latest + later_by(time, latest), count + later_by(number, count), True)

    def keep(self, definitions: Collection[KnownTemplate], *, withdrawals: bool = True) -> None:
        """Forget all but these *definitions*, and *withdrawals* of templates that have none left unless told not to."""
        kept = set(map(id, definitions))
        self.definitions = {template: known for template, known in self.definitions.items() if id(known) in kept}
        for template_id, line in list(self._lines.items()):
            line = Line((place, each) for place, each in line.seen() if isinstance(each, bool) or id(each) in kept)
            if line.places and (withdrawals or line.definitions()):
                self._lines[template_id] = line
            else:
                del self._lines[template_id]

    def sighted(self) -> list[KnownTemplate]:
        """All definitions, those of a template in the order of their places."""
        return [known for line in self._lines.values() for known in line.definitions()]

    def in_force(self) -> dict[int, KnownTemplate]:
        """The definitions that nothing known replaces or withdraws, by their ids."""
        current = {template_id: self.current(template_id) for template_id in self._lines}
        return {template_id: known for template_id, known in current.items() if known is not None}

    def shift_to(self, other: History) -> tuple[int, int]:
        """What leads from times and numbers here to those of *other*, which have wrapped as often or not."""
        time = other.latest + later_by(self.latest, other.latest) - self.latest
        if self._number is None or other._number is None:
            return time, 0
        return time, other._number + later_by(self._number, other._number) - self._number

    def absorb(self, other: History) -> None:
        """Add what another decoder has seen of the same domain; of equal definitions the one refreshed last stays."""
        shift = other.shift_to(self)
        for template, known in other.definitions.items():
            own = self.definitions.get(template)
            if own is None or later_by(known.refreshed, own.refreshed) >= 0:
                self.definitions[template] = known
        for template_id in self._lines | other._lines:
            seen: dict[tuple[Place, KnownTemplate | bool], None] = {}
            for line, (time, number) in (
                (self._lines.get(template_id), (0, 0)),
                (other._lines.get(template_id), shift),
            ):
                for place, each in () if line is None else line.seen():
                    one = each if isinstance(each, bool) else self.definitions[each.template]
                    seen[place.moved(time, number), one] = None
            merged = self._lines[template_id] = Line(sorted(seen, key=lambda each: each[0]))
            if len(merged.places) > SIGHTINGS:
                merged.compact(SIGHTINGS)
        for options, places in other._withdrawals.items():
            moved = {place.moved(*shift) for place in places}
            self._withdrawals[options] = sorted(moved.union(self._withdrawals[options]))
        self._bound_withdrawals()
        self.latest = max(self.latest, other.latest + shift[0])
        if self._number is None:
            self._number, self._alone = other._number, other._alone
        self.keep(self.sighted())

    def dump(self, index: dict[int, int]) -> dict[str, Any]:
        """Plain JSON values, for ``load``; *index* says by its ``id`` which one a definition is."""
        return {
            "latest": self.latest,
            "number": self._number,
            "lines": [
                [
                    template_id,
                    [[*place, each if isinstance(each, bool) else index[id(each)]] for place, each in line.seen()],
                ]
                for template_id, line in self._lines.items()
            ],
            "withdrawals": [[*place, options] for place, options in self._seen_withdrawals()],
            "alone": None if self._alone is None else list(self._alone),
        }

    @classmethod
    def load(cls, dumped: Value, definitions: Sequence[KnownTemplate]) -> History:
        """The history that was dumped, whose *definitions* are told by their index; SnapshotError if none was."""
        latest, number, lines, withdrawals, alone = dumped.parts("latest", "number", "lines", "withdrawals", "alone")
        history = cls()
        history._number = None if number.absent else number.place_in_time()
        history.latest = latest.place_in_time()
        if not alone.absent:
            history._alone = _load_place(*alone.row(4))
        if number.absent and (latest.value or lines.value or withdrawals.value or history._alone):
            raise number.refuse("a number where anything was seen")
        for line in lines.items():
            template_id, sightings = line.row(2)
            seen = [_load_sighting(each) for each in sightings.items(SIGHTINGS)]
            if template_id.whole((1 << 16) - 1, 256) in history._lines or not seen:
                raise line.refuse("sightings, and a template that is not there already")
            loaded = history._lines[template_id.value] = Line()
            for each, (place, sighting) in zip(sightings.items(), seen, strict=True):
                if loaded.places and place < loaded.places[-1]:
                    raise each.refuse("places in their order")
                loaded.places.append(place)
                loaded.sightings.append(history._definition(each, sighting, definitions, template_id.value))
        for each in withdrawals.items(SIGHTINGS):
            place, sighting = _load_sighting(each)
            if not isinstance(sighting, bool):
                raise each.refuse("a withdrawal")
            insort(history._withdrawals[sighting], place)
        return history

    def _definition(
        self, dumped: Value, sighting: int, definitions: Sequence[KnownTemplate], template_id: int
    ) -> Sighting:
        if isinstance(sighting, bool):
            return sighting
        if sighting >= len(definitions) or definitions[sighting].template.template_id != template_id:
            raise dumped.refuse(f"one of the definitions of template {template_id}")
        known = definitions[sighting]
        if self.definitions.setdefault(known.template, known) is not known:
            raise dumped.refuse("a definition that is not there twice")
        return known


def _load_sighting(dumped: Value) -> tuple[Place, int]:
    """A place, and the index of a definition or a bool for a withdrawal."""
    *place, sighting = dumped.row(5)
    return _load_place(*place), sighting.value if type(sighting.value) is bool else sighting.whole(1 << 32)


def _load_place(time: Value, number: Value, data: Value, offset: Value) -> Place:
    return Place(time.place_in_time(), number.place_in_time(), data.boolean(), offset.whole(1 << 32))


def _first_definition(sightings: Iterable[Sighting], places: Iterable[Place]) -> tuple[KnownTemplate, Place] | None:
    """The first definition, and its place; None where its kind was withdrawn before it."""
    withdrawn = set()
    for sighting, place in zip(sightings, places, strict=True):
        if not isinstance(sighting, bool):
            return None if sighting.is_options in withdrawn else (sighting, place)
        withdrawn.add(sighting)
    return None
