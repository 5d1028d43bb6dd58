"""A Construct ``Struct`` taken apart: which octets each field has, and how its value is spelled in generated code.

This is where the attributes of Construct's classes are known.  A node it does not know is ``NotCompilable``:
losing the fast path must fail, not slow users down in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from struct import calcsize

from construct import (
    Bytes,
    BytesInteger,
    Computed,
    Const,
    Construct,
    FormatField,
    GreedyBytes,
    IfThenElse,
    Padded,
    Pass,
    Prefixed,
    Renamed,
    Struct,
)

from ..wire.bit_fields import Part, Parts
from ..wire.ipfix import HasBit
from ..wire.lengths import VarLength
from ..wire.lists import Located
from ..wire.texts import Text
from ..wire.values import Site, Value

#: How integers that ``struct`` has no letter for are split: octets -> letters.
SPLIT_INTEGERS = {3: "BH", 5: "BL", 6: "HL", 7: "BHL"}


class NotCompilable(TypeError):
    """A declaration has a node that no generated code exists for."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, padding included.

    ``letters`` are those of ``struct`` for its fixed octets ("" if it has none); ``variable`` says that a length comes
    first (RFC 7011 §7), ``located`` that of a list only its place is read.  ``condition`` names an earlier field and
    the bits of it without which this one is absent.
    """

    name: str | None  # None: padding
    letters: str
    constant: object = None  # the value of a field without octets
    value: Value | None = None  # the adapter, where the value needs one
    variable: bool = False
    signed: bool | None = None  # of an integer that struct has no letter for; None: what struct gives is the value
    condition: tuple[str, int] | None = None
    located: str = ""  # the abstract type, of a list
    parts: tuple[Part, ...] = ()  # the values that its bits hold, where it is not one itself
    # What follows from these, told once: fields serve all templates that have them at the same place.
    octets: int = field(init=False)  # that it takes when it is there and of fixed length
    minimum_length: int = field(init=False)  # octets that it takes at least
    fixed: bool = field(init=False)  # whether it always takes the same octets
    may_be_odd: bool = field(init=False)  # whether its value can come with a problem
    unpacked: bool = field(init=False)  # whether its value is what unpacking gives, under one name
    #: whether its value is cut out of the text that all octets make, one character each, before it is one
    sliced: bool = field(init=False)
    summary: tuple[int, int, bool, bool] = field(init=False)  # minimum_length, octets, fixed, may_be_odd
    _split: bool = field(init=False)
    _suffixes: tuple[str, ...] = field(init=False)  # of the names that unpacking fills: one for each letter but padding

    def __post_init__(self) -> None:
        octets = calcsize(">" + self.letters)
        split = self.signed is not None and not self.letters.endswith("s")
        named = bool(self.letters) and self.name is not None
        as_it_is = self.value is None and self.signed is None and not self.parts and not self.located
        minimum = 1 if self.variable else 0 if self.condition else octets
        fixed = not self.variable and self.condition is None and not self.located
        odd = self.value is not None and bool(self.value.expected)
        derived = {
            "octets": octets,
            "minimum_length": minimum,
            "fixed": fixed,
            "may_be_odd": odd,
            "summary": (minimum, octets, fixed, odd),
            "unpacked": named and as_it_is,
            "sliced": self.variable and isinstance(self.value, Text),
            "_split": split,
            "_suffixes": tuple(f"_{part}" for part in range(len(self.letters))) if split else ("",) * named,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def variables(self, index: int) -> list[str]:
        """The names that unpacking fills: one for each letter but padding."""
        return [f"f{index}{suffix}" for suffix in self._suffixes]

    def expression(self, index: int, site: Site) -> str:
        """Source text of the value in the message of the field that ``variables(index)`` were unpacked for."""
        if not self.variable and not self.letters:
            return repr(self.constant)
        if self.sliced:
            assert isinstance(self.value, Text)
            return self.value.emit_slice(f"f{index}", site)
        if self.value is not None:
            return self.value.emit(f"f{index}", site)
        if self._split:
            return self._joined(index)
        return f"f{index}" if self.signed is None else f"from_bytes(f{index}, 'big', signed={self.signed})"

    def _joined(self, index: int) -> str:
        shift, parts = 0, []
        for name, letter in zip(reversed(self.variables(index)), reversed(self.letters), strict=True):
            parts.append(f"{name} << {shift}" if shift else name)
            shift += 8 * calcsize(">" + letter)
        return f"({' | '.join(reversed(parts))})"


def fields_of(declaration: Struct) -> list[Field]:
    """The fields of *declaration*, in wire order."""
    return [field_of(subcon.name, subcon) for subcon in declaration.subcons]


@lru_cache(maxsize=4096)
def field_of(name: str | None, node: Construct) -> Field:
    """What *node* reads, as the field called *name*."""
    if isinstance(node, Const) and name is None:  # a word that is always the same, and told by nothing
        return Field(None, f"{node.sizeof()}x")
    if isinstance(node, Renamed | Const):
        return field_of(name, node.subcon)
    if isinstance(node, FormatField):
        return Field(name, node.fmtstr[1:])
    if isinstance(node, Bytes):
        return Field(name, f"{node.length}s")
    if isinstance(node, BytesInteger):
        letters = SPLIT_INTEGERS.get(node.length, f"{node.length}s")
        if node.signed and node.length in SPLIT_INTEGERS:
            letters = letters[0].lower() + letters[1:]
        return Field(name, letters, signed=node.signed)
    if isinstance(node, Padded) and node.subcon is Pass:
        return Field(None, f"{node.length}x")
    if isinstance(node, Padded):
        inner = field_of(name, node.subcon)
        return Field(name, f"{inner.letters}{node.length - inner.octets}x", value=inner.value, signed=inner.signed)
    if isinstance(node, Computed):
        return Field(name, "", constant=node.func)
    if isinstance(node, Prefixed) and isinstance(node.lengthfield, VarLength):
        return Field(name, "", value=_adapter(node.subcon, GreedyBytes), variable=True)
    if isinstance(node, Located):
        letters = "" if node.length is None else f"{node.length}x"
        return Field(name, letters, variable=node.length is None, located=node.abstract_type)
    if isinstance(node, IfThenElse) and isinstance(node.condfunc, HasBit) and node.elsesubcon is Pass:
        then = field_of(name, node.thensubcon)
        return Field(name, then.letters, condition=(node.condfunc.field, node.condfunc.mask))
    if isinstance(node, Value):
        inner = field_of(name, node.subcon)
        return Field(name, inner.letters, value=node)
    if isinstance(node, Parts):
        return Field(name, field_of(name, node.subcon).letters, parts=node.parts)
    raise NotCompilable(f"{name}: {node!r}")


def _adapter(node: Construct, subcon: Construct) -> Value:
    if isinstance(node, Value) and node.subcon is subcon:
        return node
    raise NotCompilable(f"variable length of {node!r}")


def expectation(node: Construct) -> str:
    """What a sound value of *node* would be, for the text of a problem; of items and arms, each of their kinds."""
    return " or ".join(sorted(set(_expectations(node))))


def _expectations(node: Construct) -> Iterator[str]:
    if isinstance(node, Value) and node.expected:
        yield node.expected
    parts = [*getattr(node, "subcons", ()), *getattr(node, "arms", {}).values(), getattr(node, "subcon", None)]
    for part in parts:
        if part is not None:
            yield from _expectations(part)
