"""Keys of records that decoding adds: they follow from others, and are not written.

Absolute times, reports, what ``resolve`` adds, what rules for peculiarities and decoded packet sections tell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..codec.display import UPTIME_RANGE, Clock
from ..codec.peculiarities import INTERFACES, PORT, PROTOCOL, SOURCE_PORT
from ..codec.record import EVENT_TIME, SYSTEM_INIT_TIME, UPTIMES
from ..codec.reports import REPORT
from ..protocols.rules import ICMP_AND_IPV6
from ..quirks import ASA_EVENT_TIME, ICMP_IN_DESTINATION_PORT, IFINDEX_PALO_ALTO
from ..registry import Registry
from ..registry.element import numbers_of

RESOLVED, MIB_OBJECTS = "resolved", "mib_objects"
#: elements whose octets are those of a packet; its layers stand beside them with ``packet_sections``
SECTIONS = ("mplsLabelStackSection", "ipHeaderPacketSection", "dataLinkFrameSection", "layer2packetSectionData")

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
    if IFINDEX_PALO_ALTO in quirks:
        found.update(INTERFACES.values())
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
    if time is None:
        return clock is not None
    # which turn of the 32-bit clock is meant depends on the rules for peculiarities
    if clock is not None:
        return type(time) is int and (time - clock.boot - since) % UPTIME_RANGE == 0
    return type(start) is int and type(time) is int and (time - start - since) % UPTIME_RANGE == 0


def told_by_sections(record: Mapping[str, Any], registry: Registry) -> set[str]:
    """The keys of *record* that can only be those of the layers of a packet that it holds."""
    if record.keys().isdisjoint(SECTIONS):
        return set()
    names = [key for key in record if isinstance(key, str) and key != "scope"]
    return {key for key in names if registry.find(key) is None and numbers_of(key) is None}
