"""Times on the wire: adapters like those of ``values``.  RFC 7011 §6.1.7 to §6.1.10."""

from __future__ import annotations

from typing import Any

from .values import Odd, Site, Value, refusal

NTP_TO_UNIX = 2208988800  # seconds from 1900 to 1970
NTP_ERA = 1 << 32  # seconds; era 1 begins 2036-02-07
MICROSECONDS_MASK = 0xFFFFF800  # RFC 7011 §6.1.9: the low 11 bits of the fraction mean nothing


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
    if not isinstance(time, int):
        raise refusal(time, f"int 1/{unit} s since 1970, or None")
    seconds, part = divmod(time, unit)
    step = 0x100000000 - mask  # the smallest change of the fraction that counts
    fraction = -(-(part << 32) // unit)
    # RFC 7011 §5.2: modulo 2^32 s.  The very first moment of an era would be "not set"; one step later reads the same.
    return ((seconds + NTP_TO_UNIX) % NTP_ERA) << 32 | -(-fraction // step) * step or step


class Seconds(Value):
    """s since 1970; times that 32 bits do not hold are written modulo 2^32.  RFC 7011 §5.2 and §6.1.7."""

    def _decode(self, obj: int, context: Any, path: str) -> int:
        return obj

    def _encode(self, obj: int, context: Any, path: str) -> int:
        if not isinstance(obj, int) or obj < 0:
            raise refusal(obj, "int s since 1970")
        return obj % NTP_ERA

    def emit(self, value: str, site: Site) -> str:
        return value


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
        if not isinstance(obj, int):
            raise refusal(obj, f"int 1/{self.unit} s since 1970, or None")
        seconds, fraction = divmod(obj, self.unit)
        return ((seconds + NTP_TO_UNIX) % NTP_ERA) << 32 | fraction

    def emit(self, value: str, site: Site) -> str:
        half, fraction = NTP_ERA >> 1, f"({value} & {NTP_ERA - 1})"
        seconds = f"({value} >> 32 ^ {half}) - {NTP_TO_UNIX - half}"  # the first half of an era belongs to the next one
        time = f"({seconds}) * {self.unit} + {fraction}"
        return f"(None if not {value} else {time} if {fraction} < {self.unit} else {site.odd('nothing', value)})"
