"""What one exporter has said of information elements that no registry may know.  RFC 5610 §3.9.

Plain values alone: which types there are, and who may say what of an element, is not known here.  Bounded: each element
counts as one fact of its exporter; what is learned beyond that is refused, nothing is dropped for it.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Literal, NamedTuple, TypeAlias

from .knowledge import Ledger
from .snapshot.values import LARGEST_WORD, Value, dump_time

LARGEST_ID = 0x7FFF
LONGEST_NAME = 255  # octets
LONGEST_KEY = 64  # characters
LONGEST_WORD = 32  # characters of a type, of semantics and of units
LONGEST_RANGE = 41  # two numbers of 64 bits, and what stands between them

Identity: TypeAlias = "tuple[int, int]"  # enterprise, id
#: the same, with a text: nobody can foresee its hash, as of two numbers that exporters choose
Place: TypeAlias = "tuple[str, int, int]"
Outcome: TypeAlias = Literal["learned", "repeated", "conflicting", "refused"]


class LearnedElement(NamedTuple):
    """An element as its exporter describes it; "" for what it does not say."""

    enterprise: int
    id: int
    key: str  # in flows, as long as the element is remembered; "" where its registry has one for it
    name: str
    type: str
    semantics: str
    units: str
    range: str  # "0-255": the smallest and the largest value, either may be left out
    time: int  # s since 1970: when it was said last
    conflicting: bool = False  # whether it was described in two ways: then nothing of it is used

    def merged(self, other: LearnedElement) -> LearnedElement:
        """What both say, under this one's key; conflicting where they differ in a part that both state."""
        parts = {}
        for part in ("name", "type", "semantics", "units", "range"):
            own, others = getattr(self, part), getattr(other, part)
            if own and others and own != others:
                return self._replace(time=max(self.time, other.time), conflicting=True)
            parts[part] = own or others
        conflicting = self.conflicting or other.conflicting
        return self._replace(**parts, time=max(self.time, other.time), conflicting=conflicting)

    def dump(self) -> dict[str, Any]:
        """Plain JSON values, for ``load``."""
        return {**self._asdict(), "time": dump_time(self.time)}

    @classmethod
    def load(cls, dumped: Value) -> LearnedElement:
        """The element that was dumped; SnapshotError if none was.  Whether its words mean something is not checked."""
        enterprise, number, key, name, data_type, *more, time, conflicting = dumped.parts(*cls._fields)
        semantics, units, span = more
        return cls(
            enterprise.whole(LARGEST_WORD, 1),
            number.whole(LARGEST_ID, 1),
            _text(key, LONGEST_KEY),
            _text(name, LONGEST_NAME),
            _text(data_type, LONGEST_WORD),
            _text(semantics, LONGEST_WORD),
            _text(units, LONGEST_WORD),
            _range(span),
            time.time(),
            conflicting.boolean(),
        )


class LearnedElements:
    """The elements of one exporter, learned first first.

    ``keys`` are those that flows have of them.  ``edition`` is replaced by a new object whenever an element is to be
    read otherwise than before.
    """

    __slots__ = ("_elements", "_ledger", "edition", "keys")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._elements: MutableMapping[Place, LearnedElement] = {}
        self.keys: MutableMapping[str, None] = {}
        self.edition: object = object()

    def __len__(self) -> int:
        return len(self._elements)

    def __iter__(self) -> Iterator[LearnedElement]:
        return iter(self._elements.values())

    def get(self, enterprise: int, element_id: int) -> LearnedElement | None:
        """What is known of an element, conflicting or not."""
        return self._elements.get(("element", enterprise, element_id))

    def learn(self, said: LearnedElement) -> Outcome:
        """Keep what is *said* of an element; the key counts only of one that was not known."""
        place = "element", said.enterprise, said.id
        known = self._elements.get(place)
        if known is None:
            if not self._ledger.take():
                return "refused"
            self._elements[place] = said
            self.keys[said.key] = None
            self.edition = object()
            return "learned"
        merged = self._elements[place] = known.merged(said)
        if merged.conflicting is not known.conflicting:
            self.edition = object()
        return "conflicting" if merged.conflicting else "repeated"

    def on_trial(self, ledger: Ledger) -> LearnedElements:
        """The same, for a decoding of which nothing is to stay: what is learned there counts in *ledger*, not here."""
        trial = LearnedElements(ledger)
        trial._elements, trial.keys = ChainMap({}, self._elements), ChainMap({}, self.keys)
        trial.edition = self.edition
        return trial

    def rename(self, keys: Mapping[Identity, str]) -> None:
        """Give every element the key that it has among *keys*."""
        self._elements = {
            place: known._replace(key=keys[known.enterprise, known.id]) for place, known in self._elements.items()
        }
        self.keys = dict.fromkeys(keys.values())
        self.edition = object()


def load_elements(dumped: Value) -> dict[Identity, LearnedElement]:
    """The elements of one exporter that a snapshot has; null for none."""
    elements: dict[Identity, LearnedElement] = {}
    for each in () if dumped.absent else dumped.items():
        element = LearnedElement.load(each)
        identity = element.enterprise, element.id
        if identity in elements:
            raise each.refuse("an element that is not there already")
        elements[identity] = element
    return elements


def merge_elements(one: dict[Identity, LearnedElement], other: Mapping[Identity, LearnedElement]) -> None:
    """Make *one* both."""
    for identity, element in other.items():
        known = one.get(identity)
        one[identity] = element if known is None else known.merged(element)


def _text(dumped: Value, most: int) -> str:
    text = dumped.value
    if type(text) is not str or len(text) > most or "\0" in text or len(text.encode(errors="replace")) > most:
        raise dumped.refuse(f"text of at most {most} octets, none of them 0")
    return text.encode(errors="replace").decode()


def _range(dumped: Value) -> str:
    text = _text(dumped, LONGEST_RANGE)
    if not re.fullmatch(r"((-?[0-9]{1,20})?-(-?[0-9]{1,20})?)?", text, re.ASCII):
        raise dumped.refuse('two whole numbers, as "0-255"')
    return text
