"""Keys of records that decoding adds: they follow from others, and are not written.

Absolute times, reports, what ``resolve`` adds, what rules for peculiarities and decoded packet sections tell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from ..codec.display import HALF_RANGE, UPTIME_RANGE, Clock
from ..codec.engine import Engine
from ..codec.peculiarities import ADDED, PORT, PROTOCOL, SOURCE_PORT
from ..codec.record import EVENT_TIME, SYSTEM_INIT_TIME, UPTIMES
from ..codec.reports import REPORT
from ..limits import Limits
from ..packet.keys import PACKET_KEYS
from ..protocols.packet_sections import COUNTS, SECTIONS, PacketSections
from ..protocols.problems import Problems
from ..protocols.rules import ICMP_AND_IPV6
from ..quirks import ASA_EVENT_TIME, ICMP_IN_DESTINATION_PORT

RESOLVED, MIB_OBJECTS = "resolved", "mib_objects"
LIMITS = Limits()

#: elements that a record may have of itself, or that follow from others
FOLLOWING = frozenset(UPTIMES.values()) | {key for keys in ICMP_AND_IPV6.values() for key in keys}


def derived_keys(record: Mapping[str, Any], quirks: Collection[str], clock: Clock | None) -> set[str]:
    """The keys of *record* that follow from others, in a message to which *quirks* were applied.

    *clock* is that of its datagram, None where that has no sysUpTime.
    """
    found = {REPORT, RESOLVED, MIB_OBJECTS} & record.keys()
    resolved = record.get(RESOLVED)
    if isinstance(resolved, Mapping):
        found.update(resolved)
    for uptime, absolute in UPTIMES.items():
        if absolute in record and _follows(record, uptime, absolute, quirks, clock):
            found.add(absolute)
    if ICMP_IN_DESTINATION_PORT in quirks:
        found.update(_icmp_in_port(record))
    for rule, keys in ADDED.items():
        if rule in quirks:
            found |= keys
    return found


def _icmp_in_port(record: Mapping[str, Any]) -> set[str]:
    """The keys of ICMP's type and code, as far as they are those that the port tells."""
    protocol, port = record.get(PROTOCOL), record.get(PORT)
    if type(protocol) is not int or type(port) is not int or record.get(SOURCE_PORT):
        return set()
    told = zip(ICMP_AND_IPV6.get(protocol, ()), (port >> 8 & 0xFF, port & 0xFF), strict=False)
    return {key for key, value in told if record.get(key) == value}


def _follows(
    record: Mapping[str, Any], uptime: str, absolute: str, quirks: Collection[str], clock: Clock | None
) -> bool:
    """Whether an *absolute* time follows from a sysUpTime, or from the time of an event."""
    time, since, start = record[absolute], record.get(uptime), record.get(SYSTEM_INIT_TIME)
    if ASA_EVENT_TIME in quirks and record.keys().isdisjoint(UPTIMES):
        return bool(time == record.get(EVENT_TIME))
    if type(since) is not int:
        return False
    if clock is not None:
        return time is None or time in times_of(since, clock)
    return type(start) is int and time == start + since % UPTIME_RANGE


def times_of(since: int, clock: Clock) -> tuple[int, ...]:
    """ms since 1970 that a sysUpTime can mean; of one behind the header's, rules for peculiarities decide which."""
    later = (since - clock.latest) % UPTIME_RANGE
    before = clock.boot + clock.latest + later - UPTIME_RANGE
    return (before,) if later >= HALF_RANGE else (before, before + UPTIME_RANGE)


def told_by_sections(record: Mapping[str, Any]) -> set[str]:
    """The keys of *record* that are told by the octets of a packet that it holds."""
    if record.keys().isdisjoint(SECTIONS):
        return set()
    held = {key: value for key, value in record.items() if key not in PACKET_KEYS or key in COUNTS}
    told = dict(held)
    octet_values = "bytes" if any(isinstance(held.get(key), bytes) for key in SECTIONS) else "hex"
    try:
        _reader(octet_values).decode([told], held.keys(), Problems(LIMITS), 0)
    except (TypeError, ValueError):  # no octets: writing them says so
        return set()
    return {key for key in told.keys() - held.keys() if key in record and record[key] == told[key]}


@cache
def _reader(octet_values: str) -> PacketSections:
    return PacketSections(Engine(LIMITS, compiled=False, octet_values=octet_values), LIMITS)
