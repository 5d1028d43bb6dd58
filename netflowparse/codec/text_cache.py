"""Texts that are remembered: octets -> what they spell, made on first use.

A cache pays where the same few octets come again and again, and costs where none ever does: more than half of what
spelling an address takes.  So it does without itself where a flood of new octets has filled it, and tries again later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Spell: TypeAlias = Callable[[bytes], str]

PERIOD = 1 << 15  # lookups by which a full cache is judged:
CROWDED = 2  # whether it lacks one text for so many of them: then it costs more than it saves,
GOOD = 64  # or fewer than one for so many: then it stays as it is
FREE = 32  # periods in which it is not asked where it is crowded


class TextCache:
    """Octets of an address -> its text.  ``find`` gives it, or None: then ``learn`` does.

    Octets, for nobody can foresee their hash: of numbers a sender can choose those that a dict finds slowest.

    When it has *most* texts it is ``full``: it learns no more, and who reads records tells it, by ``watch``, how many
    lookups they take.  If it lacks too many texts by then, ``find`` is *spell* itself for a while; after that, and if
    it lacks more than a few, it begins anew.
    """

    __slots__ = ("_left", "_missed", "_most", "_spell", "_texts", "find", "full")

    def __init__(self, spell: Spell, most: int) -> None:
        self._spell = spell
        self._most = most
        self._texts: dict[bytes, str] = {}
        self._missed = 0  # since it is full
        self._left = 0  # lookups until it is judged
        self.full = False
        self.find: Callable[[bytes], str | None] = self._texts.get

    def __len__(self) -> int:
        return len(self._texts)

    def learn(self, octets: bytes) -> str:
        """The text of *octets* that the cache lacks."""
        text = self._spell(octets)
        if not self.full:
            self._texts[octets] = text
            if len(self._texts) >= self._most:
                self.full, self._left = True, PERIOD
        else:
            self._missed += 1
            if self._missed >= self._most:  # nobody watches: what is read are no records
                self._begin()
        return text

    def watch(self, lookups: int) -> None:
        """Note, of a full cache, that so many *lookups* follow."""
        self._left -= lookups
        if self._left > 0:
            return
        if self._missed * CROWDED > PERIOD:
            self._begin()
            self.find, self.full, self._left = self._spell, True, FREE * PERIOD
        elif self._missed * GOOD > PERIOD or self.find is self._spell:
            self._begin()
        else:
            self._missed, self._left = 0, PERIOD

    def _begin(self) -> None:
        self._texts.clear()
        self._missed = 0
        self.full = False
        self.find = self._texts.get
