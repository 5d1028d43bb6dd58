"""Where definitions and withdrawals of one template id stand in the course of time.

A message's place is its export time, within the same second its sequence number; both go on across their wraps.  Among
messages of the same number those without data come first: IPFIX counts data records, so what only teaches templates
has the number of the data behind it (RFC 7011 §3.1); of several such, the order in which they come counts.  In a
message, offsets decide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from .templates import KnownTemplate

MESSAGE = 1 << 16  # octets: no message is longer
FURTHEST = (1 << 32) - 1


class Place(NamedTuple):
    """Where something stands in the course of time."""

    time: int
    number: int
    data: bool  # whether its message has data sets
    offset: int = 0

    def at(self, offset: int) -> Place:
        """The place of what stands at *offset* of the message that this is the place of."""
        return self._replace(offset=min(self.offset + offset, FURTHEST))

    def moved(self, time: int, number: int) -> Place:
        """The place in another history, whose times and numbers are so far from here."""
        return self._replace(time=self.time + time, number=self.number + number)


Sighting: TypeAlias = "KnownTemplate | bool"  # a definition, or a withdrawal: of an options template where True


class Line:
    """The sightings of one template id, in the order of their places."""

    __slots__ = ("places", "sightings")

    def __init__(self, seen: Iterable[tuple[Place, Sighting]] = ()) -> None:
        self.places: list[Place] = []
        self.sightings: list[Sighting] = []
        for place, sighting in seen:
            self.places.append(place)
            self.sightings.append(sighting)

    def seen(self) -> Iterable[tuple[Place, Sighting]]:
        """The sightings with their places."""
        return zip(self.places, self.sightings, strict=True)

    def add(self, place: Place, sighting: Sighting) -> None:
        """Put a sighting at its place."""
        at = bisect_right(self.places, place)
        self.places.insert(at, place)
        self.sightings.insert(at, sighting)

    def drop(self, at: int) -> None:
        """Forget the sighting of this index."""
        del self.places[at], self.sightings[at]

    def definitions(self) -> list[KnownTemplate]:
        """The definitions, each once."""
        return [each for each in dict.fromkeys(self.sightings) if not isinstance(each, bool)]

    def compact(self, most: int) -> None:
        """Forget repetitions between equal definitions, and the oldest sightings beyond *most*."""
        kept = [at for at in range(len(self.places)) if not at or self.sightings[at] is not self.sightings[at - 1]]
        kept = kept[-most:]
        self.places = [self.places[at] for at in kept]
        self.sightings = [self.sightings[at] for at in kept]
