"""A Construct for every abstract type at every width.  RFC 7011 §6 and §7, RFC 7012 §3.1, RFC 9740 (unsigned256).

Integers are read at any width from 1 to 32 octets, wider than the type too, because exporters send both.  A width
that a type cannot have gives hex; ``fits`` tells that beforehand for a fixed width, an ``Odd`` for one met on the
wire.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from construct import (
    Bytes,
    BytesInteger,
    Computed,
    Construct,
    Float32b,
    Float64b,
    FormatField,
    GreedyBytes,
    Int8ub,
    Int32ub,
    Int64ub,
    Prefixed,
)

from ..template import VARIABLE_LENGTH
from .lengths import VarLength
from .lists import LISTS, Located
from .texts import ApplicationId, PaddedText, Text
from .times import CountedFraction, NtpMicroseconds, NtpNanoseconds, Seconds
from .values import (
    AccessListId,
    Boolean,
    Finite,
    Hex,
    Ipv4Text,
    Ipv6Text,
    LittleEndian,
    MacText,
    Odd,
    Raw,
    Site,
    Value,
    octets_of,
    refusal,
)

WIDEST_INTEGER = 32  # octets: unsigned256

UNSIGNED = frozenset({"unsigned8", "unsigned16", "unsigned32", "unsigned64", "unsigned256"})
SIGNED = frozenset({"signed8", "signed16", "signed32", "signed64"})
#: what values are read as, instead of their abstract type, by the rules for exporters' peculiarities
LITTLE_ENDIAN = "littleEndian"
COUNTED_MICROSECONDS = "countedMicroseconds"
COUNTED_NANOSECONDS = "countedNanoseconds"
ACCESS_LIST_ID = "accessListId"

INTEGERS = UNSIGNED | SIGNED | {LITTLE_ENDIAN}
OCTETS = "octetArray"
APPLICATION_ID = "applicationId"  # an octetArray by its registration; RFC 6759 gives it a form

#: Types of one or two exact widths: octets -> the Construct.  dateTime…: RFC 7011 §6.1.7 to §6.1.10.
_STANDARD: dict[str, dict[int, Construct]] = {
    "float32": {4: Finite(Float32b)},
    "float64": {8: Finite(Float64b), 4: Finite(Float32b)},  # RFC 7011 §6.2: a float64 may come as float32
    "boolean": {1: Boolean(Int8ub)},
    "macAddress": {6: MacText(Bytes(6))},
    "ipv4Address": {4: Ipv4Text(Bytes(4))},
    "ipv6Address": {16: Ipv6Text(Bytes(16))},
    "dateTimeSeconds": {4: Seconds(Int32ub)},
    "dateTimeMilliseconds": {8: Int64ub},
    "dateTimeMicroseconds": {8: NtpMicroseconds(Int64ub)},
    "dateTimeNanoseconds": {8: NtpNanoseconds(Int64ub)},
}
ABSTRACT_TYPES = frozenset({*_STANDARD, *UNSIGNED, *SIGNED, *LISTS, OCTETS, "string"})
EXACT: dict[str, dict[int, Construct]] = {
    **_STANDARD,
    COUNTED_MICROSECONDS: {8: CountedFraction(Int64ub, 1_000_000)},
    COUNTED_NANOSECONDS: {8: CountedFraction(Int64ub, 1_000_000_000)},
    ACCESS_LIST_ID: {12: AccessListId(Bytes(12))},
}


#: what reads octets that no type explains
OCTET_VALUES: dict[str, type[Value]] = {"hex": Hex, "bytes": Raw}
#: types whose octets, any number of them, spell a text
TEXTS: dict[str, Callable[[Construct], Value]] = {
    "string": PaddedText,
    APPLICATION_ID: lambda subcon: ApplicationId(subcon, subcon.sizeof()),
}


def octet_value(octets: bytes, octet_values: str) -> str | bytes:
    """*octets* that no type explains, as "hex" text or "bytes"."""
    return octets.hex() if octet_values == "hex" else octets


class Flexible(Value):
    """A typed value whose width is known only on the wire: the leaf of that width, or octets and a problem."""

    def __init__(self, abstract_type: str, octet_values: str) -> None:
        super().__init__(GreedyBytes)
        self.abstract_type = abstract_type
        self.octet_values = octet_values
        self.expected = lengths_of(abstract_type)

    def _decode(self, obj: bytes, context: Any, path: str) -> Any:
        if not fits(self.abstract_type, len(obj)):
            return Odd(octet_value(obj, self.octet_values))
        return fixed_leaf(self.abstract_type, len(obj), self.octet_values).parse(obj)

    def _encode(self, obj: Any, context: Any, path: str) -> bytes:
        if obj is None:
            return b""
        if isinstance(obj, str | bytes):  # hex, unless its type is text of its own
            try:
                octets = octets_of(obj)
            except ValueError:
                octets = b""
            if not fits(self.abstract_type, len(octets)):
                return octets
        width = narrowest(self.abstract_type, obj)
        return fixed_leaf(self.abstract_type, width, self.octet_values).build(obj)  # type: ignore[no-any-return]

    def fault(self, octets: bytes) -> str:
        leaf = fixed_leaf(self.abstract_type, len(octets), self.octet_values)
        return leaf.expected if fits(self.abstract_type, len(octets)) and isinstance(leaf, Value) else self.expected

    def emit(self, value: str, site: Site) -> str:
        return site.odd(f"flexible[{self.abstract_type!r}]", value)


def narrowest(abstract_type: str, value: Any) -> int:
    """The octets that *value* takes at least: of an integer what it needs, else what its type has."""
    if abstract_type not in INTEGERS:
        width: int = next(iter(EXACT[abstract_type]))
        return width
    if not isinstance(value, int):
        raise refusal(value, "an int")
    bits: int = (value if value >= 0 else ~value).bit_length() + (abstract_type in SIGNED)
    return max(1, (bits + 7) // 8)


def fits(abstract_type: str, length: int) -> bool:
    """Whether a value of *length* octets can be read as its type; no octets at all always can ("no value")."""
    if abstract_type in INTEGERS:
        return length <= WIDEST_INTEGER
    if abstract_type in LISTS:
        return not length or length >= LISTS[abstract_type]
    return not length or abstract_type not in EXACT or length in EXACT[abstract_type]


def lengths_of(abstract_type: str) -> str:
    """The lengths that a value of the type can have, for the text of a problem."""
    if abstract_type in INTEGERS:
        return f"at most {WIDEST_INTEGER} octets"
    if abstract_type in LISTS:
        return f"at least {LISTS[abstract_type]} octet{'s' * (LISTS[abstract_type] > 1)}"
    widths = sorted(EXACT[abstract_type])
    return f"{' or '.join(map(str, widths))} octet{'' if widths == [1] else 's'}"


@lru_cache(maxsize=4096)
def fixed_leaf(abstract_type: str, length: int, octet_values: str = "hex") -> Construct:
    """The Construct of a value of exactly *length* octets, 0 included: no text, no octets, or None.

    *octet_values* says what octets become that no type explains: "hex" text or "bytes".
    """
    if abstract_type in TEXTS:
        return TEXTS[abstract_type](Bytes(length)) if length else Computed("")
    if abstract_type == OCTETS or not fits(abstract_type, length):
        if not length:
            return Computed(octet_value(b"", octet_values))
        return OCTET_VALUES[octet_values](Bytes(length))
    if not length:
        return Computed(None)
    if abstract_type in LISTS:
        return Located(abstract_type, length)
    if abstract_type in INTEGERS:
        if abstract_type == LITTLE_ENDIAN:
            return LittleEndian(Bytes(length))
        return _integer(length, abstract_type in SIGNED)
    return EXACT[abstract_type][length]


@lru_cache(maxsize=64)
def variable_leaf(abstract_type: str, octet_values: str = "hex") -> Construct:
    """The Construct of a value that brings its own length, as ``fixed_leaf``.  RFC 7011 §7."""
    if abstract_type == "string":
        return Prefixed(VarLength(), Text(GreedyBytes))
    if abstract_type == APPLICATION_ID:
        return Prefixed(VarLength(), ApplicationId(GreedyBytes, None))
    if abstract_type in LISTS:
        return Located(abstract_type, None)
    if abstract_type == OCTETS:
        return Prefixed(VarLength(), OCTET_VALUES[octet_values](GreedyBytes))
    return Prefixed(VarLength(), Flexible(abstract_type, octet_values))


def leaf(abstract_type: str, length: int, octet_values: str = "hex") -> Construct:
    """The Construct of a value of the *length* that a template tells, 65535: it brings its own."""
    if length == VARIABLE_LENGTH:
        return variable_leaf(abstract_type, octet_values)
    return fixed_leaf(abstract_type, length, octet_values)


def _integer(length: int, signed: bool) -> Construct:
    letters = {1: "b", 2: "h", 4: "l", 8: "q"}
    if length in letters:
        return FormatField(">", letters[length] if signed else letters[length].upper())
    return BytesInteger(length, signed=signed)
