"""Values on the wire: one Construct adapter per meaning, each with its three faces side by side.

``_decode`` is the reference reading, ``_encode`` the writing, which takes only what reads back the same and raises
``ValueError`` for anything else.  ``emit`` is the expression that a generated function uses for the same reading: it
gets the text of a name that holds what the subcon reads (an ``int`` or ``bytes``) and a ``Site`` that spells out where
the value stands; it may use the functions and caches that ``codec/namespace.py`` binds.

A value that cannot be what its type says is returned by ``_decode`` as ``Odd``: the value that the message gets, and
the fact that a problem goes with it.  RFC 7011 §6, RFC 7012 §3.1.  Times: ``times``.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from math import isfinite, nan
from typing import Any, NamedTuple

from construct import Adapter


class Odd(NamedTuple):
    """A value whose octets do not suit its type: what stands in the message, beside a ``bad_value`` problem."""

    value: Any


class Site(NamedTuple):
    """Where a value stands, as a generated function spells it: the record's offset and the field's index."""

    where: str
    field: str

    def odd(self, function: str, value: str) -> str:
        """Source text of a call that may report the value at this site."""
        return f"{function}({value}, {self.where}, {self.field}, faults)"


def refusal(value: object, expected: str) -> ValueError:
    """Why *value* cannot be written."""
    return ValueError(f"{value!r:.80}, expected {expected}")


def octets_of(value: object) -> bytes:
    """The octets that hex text, or octets as they are, stand for."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        try:
            octets = bytes.fromhex(value)
        except ValueError:
            pass
        else:
            if 2 * len(octets) == len(value):  # it passes over spaces
                return octets
    raise refusal(value, "octets, or their hex text")


def _spelled_octets(value: object, parts: int, digits: int, separator: str, expected: str) -> bytes:
    """The octets of a text of *parts*, each of so many hex *digits*."""
    words = value.split(separator) if isinstance(value, str) else []
    if len(words) != parts or any(len(word) != digits for word in words):
        raise refusal(value, expected)
    try:
        return octets_of("".join(words))
    except ValueError as error:
        raise refusal(value, expected) from error


class Value(Adapter):  # type: ignore[misc]
    """Base of the adapters here; ``expected`` is what a sound value would be, "" where none can be odd."""

    expected = ""

    def fault(self, octets: bytes) -> str:
        """What the text of a ``bad_value`` problem says was expected instead of *octets*."""
        return self.expected

    def emit(self, value: str, site: Site) -> str:
        """Source text of an expression equal to ``_decode`` of what *value* names."""
        raise NotImplementedError


class Remembered(Value):
    """Base of what is looked up in a cache first, whose name is ``cache``; none of them can be odd.

    Generated code has the looking up under that name, and under ``learn_…`` what makes a text that is not found.
    """

    cache: str

    def emit(self, value: str, site: Site) -> str:
        return f"({self.cache}({value}) or learn_{self.cache}({value}))"


class Ipv4Text(Remembered):
    """4 octets -> "192.0.2.1".  RFC 7011 §6.1.2."""

    cache = "ipv4"

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        return str(IPv4Address(obj))

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        if not isinstance(obj, str):
            raise refusal(obj, "an IPv4 address as text")
        return IPv4Address(obj).packed


class Ipv6Text(Remembered):
    """16 octets -> "2001:db8::1", as RFC 5952 writes it; IPv4-mapped addresses with a dotted tail.  RFC 7011 §6.1.2."""

    cache = "ipv6"

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        address = IPv6Address(obj)
        high, low = divmod(int(address), 1 << 32)
        if high == 0xFFFF or (high == 0 and low > 0xFFFF):  # mapped, or the older compatible form
            return f"::{'ffff:' if high else ''}{IPv4Address(low)}"
        return str(address)

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        if not isinstance(obj, str) or "%" in obj:
            raise refusal(obj, "an IPv6 address as text, without a zone")
        return IPv6Address(obj).packed


class MacText(Remembered):
    """6 octets -> "00:11:22:33:44:55".  RFC 7011 §6.1.2."""

    cache = "mac"

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        return obj.hex(":")

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        return _spelled_octets(obj, 6, 2, ":", "a MAC address as six pairs of hex digits with colons")


class AccessListId(Remembered):
    """The 12 octets by which a Cisco ASA names a rule of an access list -> "0f8e7ff3-fc1a030f-00000000".

    Three words: hashes of the list's name and of its entry, and the id of the entry where it stands for several.
    """

    cache = "access_list"

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        return obj.hex("-", 4)

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        return _spelled_octets(obj, 3, 8, "-", "three words of eight hex digits with hyphens")


class LittleEndian(Value):
    """Octets, the least significant first -> ``int``; no specification has it so."""

    def _decode(self, obj: bytes, context: Any, path: str) -> int:
        return int.from_bytes(obj, "little")

    def _encode(self, obj: int, context: Any, path: str) -> bytes:
        return obj.to_bytes(self.subcon.sizeof(), "little")

    def emit(self, value: str, site: Site) -> str:
        return f"from_bytes({value}, 'little')"


class Hex(Value):
    """Octets -> hex text: octetArray, and what no type explains."""

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        return obj.hex()

    def _encode(self, obj: str | bytes, context: Any, path: str) -> bytes:
        return octets_of(obj)

    def emit(self, value: str, site: Site) -> str:
        return f"{value}.hex()"


class Raw(Value):
    """Octets as they are, for callers who want them so instead of ``Hex``."""

    def _decode(self, obj: bytes, context: Any, path: str) -> bytes:
        return obj

    def _encode(self, obj: str | bytes, context: Any, path: str) -> bytes:
        return octets_of(obj)

    def emit(self, value: str, site: Site) -> str:
        return value


class Untyped(Value):
    """Octets that no type explains, in a declaration that serves every setting: the engine gives them hex or bytes."""

    def _decode(self, obj: bytes, context: Any, path: str) -> bytes:
        return obj

    def _encode(self, obj: str | bytes, context: Any, path: str) -> bytes:
        return octets_of(obj)

    def emit(self, value: str, site: Site) -> str:
        return f"untyped({value})"


class Boolean(Value):
    """1 -> True, 2 -> False, anything else -> None and a problem.  RFC 7011 §6.1.5."""

    expected = "1 (true) or 2 (false)"

    def _decode(self, obj: int, context: Any, path: str) -> Any:
        return {1: True, 2: False}.get(obj, Odd(None))

    def _encode(self, obj: bool | None, context: Any, path: str) -> int:
        if obj is not None and not isinstance(obj, bool):
            raise refusal(obj, "True, False or None")
        return 0 if obj is None else 1 if obj else 2

    def emit(self, value: str, site: Site) -> str:
        return f"({value} == 1 if 0 < {value} < 3 else {site.odd('nothing', value)})"


class Finite(Value):
    """IEEE 754 -> float; NaN and infinities -> None and a problem, for JSON has neither.  RFC 7011 §6.1.3."""

    expected = "a finite number"

    def _decode(self, obj: float, context: Any, path: str) -> Any:
        return obj if obj - obj == 0.0 else Odd(None)

    def _encode(self, obj: float | None, context: Any, path: str) -> float:
        if obj is None:
            return nan
        if isinstance(obj, bool) or not isinstance(obj, int | float) or not isfinite(obj):
            raise refusal(obj, "a finite number, or None")
        return obj

    def emit(self, value: str, site: Site) -> str:
        return f"({value} if {value} - {value} == 0.0 else {site.odd('nothing', value)})"
