"""Words that hold several values, each some of their bits; and words that count less than is meant."""

from __future__ import annotations

from typing import Any, NamedTuple

from construct import Adapter, Construct

from .values import Site, Value


class Part(NamedTuple):
    """Some bits of a word: after the shift to the right, those of the mask."""

    key: str
    shift: int
    mask: int


class Parts(Adapter):  # type: ignore[misc]
    """A word -> {key: value} of its parts; bits that no part has are 0 when it is built."""

    def __init__(self, subcon: Construct, *parts: Part) -> None:
        super().__init__(subcon)
        self.parts = parts

    def _decode(self, obj: int, context: Any, path: str) -> dict[str, int]:
        return {key: obj >> shift & mask for key, shift, mask in self.parts}

    def _encode(self, obj: dict[str, int], context: Any, path: str) -> int:
        word = 0
        for key, shift, mask in self.parts:
            word |= (obj[key] & mask) << shift
        return word


class Plus(Value):
    """A number that is sent without the part that is always the same."""

    def __init__(self, subcon: Construct, more: int) -> None:
        super().__init__(subcon)
        self.more = more

    def _decode(self, obj: int, context: Any, path: str) -> int:
        return obj + self.more

    def _encode(self, obj: int, context: Any, path: str) -> int:
        return obj - self.more

    def emit(self, value: str, site: Site) -> str:
        return f"{value} + {self.more}"
