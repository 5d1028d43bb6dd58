"""The rules for exporters' peculiarities that look at records: those of a set, once it is read.  ``..quirks``.

Which of them a set calls for is known from its template: ``codec/peculiarities.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, TypeAlias

from ..codec.display import Clock
from ..codec.peculiarities import DOUBTED, INTERFACES, PORT, PROTOCOL, SOURCE_PORT, Call
from ..codec.reader import Faults
from ..codec.shapes import RecordShape
from ..quirks import (
    ICMP_IN_DESTINATION_PORT,
    IFINDEX_PALO_ALTO,
    LAST_AFTER_UPTIME,
    MICROSECONDS_NOT_NTP,
    NANOSECONDS_NOT_NTP,
)
from ..state.exporters import Exporter
from ..state.timeline import HistoricDomain
from ..types import Flow
from .assembly import Assembly

#: protocol -> the keys of type and code
ICMP = {1: ("icmpTypeIPv4", "icmpCodeIPv4")}
ICMP_AND_IPV6 = {**ICMP, 58: ("icmpTypeIPv6", "icmpCodeIPv6")}

ENOUGH = 50  # values in a row that make a rule fire which watches them
HONEST = -1  # instead of how many: one of the exporter's values was not of that kind
#: rule -> what a second has of its unit, and the part of a second, read as NTP has it, that a fraction which counts
#: that unit stays below: (10^6 - 1) * 10^6 / 2^32 with its low 11 bits cleared, and (10^9 - 1) * 10^9 / 2^32
BOUNDS = {MICROSECONDS_NOT_NTP: (1_000_000, 233), NANOSECONDS_NOT_NTP: (1_000_000_000, 232_830_644)}

# "Firewall Interface Identifiers in SNMP Managers and NetFlow Collectors" in the PAN-OS Administrator's Guide: indexes
# of logical interfaces have nine digits: type, slot (2), port (2; of an aggregate group its number), subinterface (4).
PALO_ALTO_TYPES = {1: "ethernet", 2: "vlan", 3: "loopback", 4: "tunnel", 5: "aggregate"}

_Rule: TypeAlias = Callable[[Assembly, Call, "list[Flow]", Faults], None]


def apply_rules(work: Assembly, shape: RecordShape, records: list[Flow], faults: Faults) -> None:
    """Do to the *records* of a set what the rules say that its shape calls."""
    for call in shape.calls:
        _RULES[call.rule](work, call, records, faults)


def add_icmp(records: list[Flow], protocols: bytes, families: Mapping[int, tuple[str, str]]) -> bool:
    """Add ICMP's type and code to the records that have them in their port; whether there were any.

    *protocols* has an octet for each record; that which is 0 is passed over.
    """
    found = False
    for number, (type_key, code_key) in families.items():
        at = protocols.find(number)
        while at >= 0:
            record = records[at]
            port = record[PORT]
            if type(port) is int and not record.get(SOURCE_PORT):
                record[type_key], record[code_key] = port >> 8 & 0xFF, port & 0xFF
                found = True
            at = protocols.find(number, at + 1)
    return found


def note_icmp(work: Assembly, records: list[Flow], protocols: bytes) -> None:
    """As ``add_icmp``, for records of either family; the rule is noted if there were any."""
    if add_icmp(records, protocols, ICMP_AND_IPV6):
        work.quirk(ICMP_IN_DESTINATION_PORT)


def _icmp_anywhere(work: Assembly, call: Call, records: list[Flow], faults: Faults) -> None:
    """Where no column of octets tells the protocols."""
    numbers = (record[PROTOCOL] for record in records)
    note_icmp(work, records, bytes(each if type(each) is int and 0 < each <= 0xFF else 0 for each in numbers))


def note_ahead(work: Assembly, clock: Clock) -> None:
    """Note the rule that takes times a little behind the header's sysUpTime for such."""
    clock.ahead = False  # it may serve another message, of sets that wait
    if not work.stopped_clock:
        work.quirk(LAST_AFTER_UPTIME)


def _interfaces(work: Assembly, call: Call, records: list[Flow], faults: Faults) -> None:
    for record in records:
        for key in call.keys:
            index = record[key]
            kind = PALO_ALTO_TYPES.get(index // 100_000_000) if type(index) is int else None
            if kind is not None:
                record[INTERFACES[key]] = {
                    "type": kind,
                    "slot": index // 1_000_000 % 100,
                    "port": index // 10_000 % 100,
                    "subinterface": index % 10_000,
                }
                work.quirk(IFINDEX_PALO_ALTO)


def _doubt(work: Assembly, call: Call, records: list[Flow], faults: Faults) -> None:
    """Learn from timestamps whether their fractions are NTP's; values read so far stay as they are."""
    exporter, rule = work.domain.exporter, call.rule
    if rule not in exporter.rules.watched or work.again:
        return
    counts = exporter.fractions
    if not isinstance(counts, dict):
        counts = exporter.fractions = {}
    if faults and any(index in call.fields for _, index in faults):
        counts[rule] = HONEST  # what looked like a count was chance
        _switch(exporter, exporter.rules.on - {rule})
    elif call.keys and counts.get(rule, 0) != HONEST:
        counts[rule] = _count(counts.get(rule, 0), rule, (record[key] for record in records for key in call.keys))
        if counts[rule] >= ENOUGH:
            _switch(exporter, exporter.rules.on | {rule})


def _count(count: int, rule: str, values: Iterable[Any]) -> int:
    """*count* and the *values* more that can be of the rule's kind; ``HONEST`` if there is one that cannot.

    Whole seconds look alike either way: they tell nothing.
    """
    unit, bound = BOUNDS[rule]
    for value in chain.from_iterable(each if isinstance(each, list) else (each,) for each in values):
        if type(value) is int:
            part = value % unit
            if part >= bound:
                return HONEST
            count += part > 0
    return count


def _switch(exporter: Exporter, rules: frozenset[str]) -> None:
    """Read what comes from now on by *rules*."""
    exporter.rules = exporter.rules._replace(on=rules)
    for domain in exporter.domains.values():
        for known in domain.templates.values():
            known.shape = None
        if isinstance(domain, HistoricDomain):
            for known in domain.history.definitions.values():
                known.shape = None


_RULES: dict[str, _Rule] = {
    **dict.fromkeys(DOUBTED.values(), _doubt),
    ICMP_IN_DESTINATION_PORT: _icmp_anywhere,
    IFINDEX_PALO_ALTO: _interfaces,
}
