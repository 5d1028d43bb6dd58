"""Values on the wire: one Construct adapter per meaning, each with its three faces side by side.

``_decode`` is the reference reading, ``_encode`` the writing, ``emit`` the expression that a generated function uses
for the same reading.  ``emit`` gets the text of a name that holds what the subcon reads (an ``int`` or ``bytes``) and a
``Site`` that spells out where the value stands; it may use the functions and caches that ``codec/namespace.py`` binds.

A value that cannot be what its type says is returned by ``_decode`` as ``Odd``: the value that the message gets, and
the fact that a problem goes with it.  RFC 7011 §6, RFC 7012 §3.1.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple

from construct import Adapter

NTP_TO_UNIX = 2208988800  # seconds from 1900 to 1970
NTP_ERA = 1 << 32  # seconds; era 1 begins 2036-02-07
MICROSECONDS_MASK = 0xFFFFF800  # RFC 7011 §6.1.9: the low 11 bits of the fraction mean nothing


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


class Value(Adapter):  # type: ignore[misc]
    """Base of the adapters here; ``expected`` is what a sound value would be, "" where none can be odd."""

    expected = ""

    def fault(self, octets: bytes) -> str:
        """What the text of a ``bad_value`` problem says was expected instead of *octets*."""
        return self.expected

    def emit(self, value: str, site: Site) -> str:
        """Source text of an expression equal to ``_decode`` of what *value* names."""
        raise NotImplementedError


class Ipv4Text(Value):
    """4 octets as an ``int`` -> "192.0.2.1".  RFC 7011 §6.1.2."""

    def _decode(self, obj: int, context: Any, path: str) -> str:
        return str(IPv4Address(obj))

    def _encode(self, obj: str, context: Any, path: str) -> int:
        return int(IPv4Address(obj))

    def emit(self, value: str, site: Site) -> str:
        return f"ipv4[{value}]"


class Ipv6Text(Value):
    """16 octets -> "2001:db8::1", as RFC 5952 writes it; IPv4-mapped addresses with a dotted tail.  RFC 7011 §6.1.2."""

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        address = IPv6Address(obj)
        high, low = divmod(int(address), 1 << 32)
        if high == 0xFFFF or (high == 0 and low > 0xFFFF):  # mapped, or the older compatible form
            return f"::{'ffff:' if high else ''}{IPv4Address(low)}"
        return str(address)

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        return IPv6Address(obj).packed

    def emit(self, value: str, site: Site) -> str:
        return f"ipv6[{value}]"


class MacText(Value):
    """6 octets -> "00:11:22:33:44:55".  RFC 7011 §6.1.2."""

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        return obj.hex(":")

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        return bytes.fromhex(obj.replace(":", ""))

    def emit(self, value: str, site: Site) -> str:
        return f"mac[{value}]"


class AccessListId(Value):
    """The 12 octets by which a Cisco ASA names a rule of an access list -> "0f8e7ff3-fc1a030f-00000000".

    Three words: hashes of the list's name and of its entry, and the id of the entry where it stands for several.
    """

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        return obj.hex("-", 4)

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        return bytes.fromhex(obj.replace("-", ""))

    def emit(self, value: str, site: Site) -> str:
        return f"{value}.hex('-', 4)"


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

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        return bytes.fromhex(obj)

    def emit(self, value: str, site: Site) -> str:
        return f"{value}.hex()"


class Raw(Value):
    """Octets as they are, for callers who want them so instead of ``Hex``."""

    def _decode(self, obj: bytes, context: Any, path: str) -> bytes:
        return obj

    def _encode(self, obj: bytes, context: Any, path: str) -> bytes:
        return obj

    def emit(self, value: str, site: Site) -> str:
        return value


class Untyped(Value):
    """Octets that no type explains, in a declaration that serves every setting: the engine gives them hex or bytes."""

    def _decode(self, obj: bytes, context: Any, path: str) -> bytes:
        return obj

    def _encode(self, obj: str | bytes, context: Any, path: str) -> bytes:
        return bytes.fromhex(obj) if isinstance(obj, str) else obj

    def emit(self, value: str, site: Site) -> str:
        return f"untyped({value})"


class Boolean(Value):
    """1 -> True, 2 -> False, anything else -> None and a problem.  RFC 7011 §6.1.5."""

    expected = "1 (true) or 2 (false)"

    def _decode(self, obj: int, context: Any, path: str) -> Any:
        return {1: True, 2: False}.get(obj, Odd(None))

    def _encode(self, obj: bool, context: Any, path: str) -> int:
        return 1 if obj else 2

    def emit(self, value: str, site: Site) -> str:
        return f"({value} == 1 if 0 < {value} < 3 else {site.odd('nothing', value)})"


class Finite(Value):
    """IEEE 754 -> float; NaN and infinities -> None and a problem, for JSON has neither.  RFC 7011 §6.1.3."""

    expected = "a finite number"

    def _decode(self, obj: float, context: Any, path: str) -> Any:
        return obj if obj - obj == 0.0 else Odd(None)

    def _encode(self, obj: float, context: Any, path: str) -> float:
        return obj

    def emit(self, value: str, site: Site) -> str:
        return f"({value} if {value} - {value} == 0.0 else {site.odd('nothing', value)})"


def ntp_microseconds(ntp: int) -> int | None:
    """µs since 1970 of a 64-bit NTP timestamp, rounded down; None for 0 ("not set").  RFC 7011 §6.1.9.

    The era is the one that places the time between 1968 and 2104.
    """
    seconds, fraction = divmod(ntp, 1 << 32)
    if not ntp:
        return None
    era = 0 if seconds >> 31 else NTP_ERA
    return (seconds + era - NTP_TO_UNIX) * 1_000_000 + ((fraction & MICROSECONDS_MASK) * 1_000_000 >> 32)


def ntp_nanoseconds(ntp: int) -> int | None:
    """ns since 1970 of a 64-bit NTP timestamp, rounded down; None for 0 ("not set").  RFC 7011 §6.1.10."""
    seconds, fraction = divmod(ntp, 1 << 32)
    if not ntp:
        return None
    era = 0 if seconds >> 31 else NTP_ERA
    return (seconds + era - NTP_TO_UNIX) * 1_000_000_000 + (fraction * 1_000_000_000 >> 32)


def _to_ntp(time: int | None, unit: int, mask: int) -> int:
    """NTP timestamp of *time* counted in 1/*unit* s since 1970, rounded up so that decoding gives *time* back."""
    if time is None:
        return 0
    seconds, part = divmod(time, unit)
    step = 0x100000000 - mask  # the smallest change of the fraction that counts
    fraction = -(-(part << 32) // unit)
    return ((seconds + NTP_TO_UNIX) % NTP_ERA) << 32 | -(-fraction // step) * step


class NtpMicroseconds(Value):
    """64-bit NTP timestamp -> int µs since 1970; 0 -> None.  RFC 7011 §6.1.9."""

    def _decode(self, obj: int, context: Any, path: str) -> int | None:
        return ntp_microseconds(obj)

    def _encode(self, obj: int | None, context: Any, path: str) -> int:
        return _to_ntp(obj, 1_000_000, MICROSECONDS_MASK)

    def emit(self, value: str, site: Site) -> str:
        seconds, fraction = f"({value} >> 32) - {NTP_TO_UNIX}", f"({value} & {MICROSECONDS_MASK})"
        inline = f"({seconds}) * 1000000 + ({fraction} * 1000000 >> 32)"
        return f"({inline} if {value} >> 63 else ntp_microseconds({value}))"


class NtpNanoseconds(Value):
    """64-bit NTP timestamp -> int ns since 1970; 0 -> None.  RFC 7011 §6.1.10."""

    def _decode(self, obj: int, context: Any, path: str) -> int | None:
        return ntp_nanoseconds(obj)

    def _encode(self, obj: int | None, context: Any, path: str) -> int:
        return _to_ntp(obj, 1_000_000_000, 0xFFFFFFFF)

    def emit(self, value: str, site: Site) -> str:
        seconds, fraction = f"({value} >> 32) - {NTP_TO_UNIX}", f"({value} & 4294967295)"
        inline = f"({seconds}) * 1000000000 + ({fraction} * 1000000000 >> 32)"
        return f"({inline} if {value} >> 63 else ntp_nanoseconds({value}))"


class CountedFraction(Value):
    """32 bits of s since 1900 and 32 bits that count 1/*unit* s, not 2^-32 s as NTP has it -> ``int`` since 1970.

    All of them 0 are None, as in NTP; so is what counts a whole second or more, with a problem.
    """

    def __init__(self, subcon: Any, unit: int) -> None:
        super().__init__(subcon)
        self.unit = unit
        self.expected = f"a fraction below {unit}"

    def _decode(self, obj: int, context: Any, path: str) -> Any:
        seconds, fraction = divmod(obj, 1 << 32)
        if not obj:
            return None
        era = 0 if seconds >> 31 else NTP_ERA
        return (seconds + era - NTP_TO_UNIX) * self.unit + fraction if fraction < self.unit else Odd(None)

    def _encode(self, obj: int | None, context: Any, path: str) -> int:
        if obj is None:
            return 0
        seconds, fraction = divmod(obj, self.unit)
        return ((seconds + NTP_TO_UNIX) % NTP_ERA) << 32 | fraction

    def emit(self, value: str, site: Site) -> str:
        half, fraction = NTP_ERA >> 1, f"({value} & {NTP_ERA - 1})"
        seconds = f"({value} >> 32 ^ {half}) - {NTP_TO_UNIX - half}"  # the first half of an era belongs to the next one
        time = f"({seconds}) * {self.unit} + {fraction}"
        return f"(None if not {value} else {time} if {fraction} < {self.unit} else {site.odd('nothing', value)})"
