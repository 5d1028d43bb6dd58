"""Which rules for exporters' peculiarities the records of a template call for.  The rules themselves: ``..quirks``."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..quirks import (
    ASA_ACL_ID,
    ASA_EARLY_IDS,
    ASA_EVENT_TIME,
    ICMP_IN_DESTINATION_PORT,
    IFINDEX_PALO_ALTO,
    LITTLE_ENDIAN_SAMPLING,
    MICROSECONDS_NOT_NTP,
    NANOSECONDS_NOT_NTP,
    UPTIME_IN_8_OCTETS,
    VARIABLE_LENGTH_IN_V9,
)
from ..template import VARIABLE_LENGTH, Template
from ..wire.leaves import ACCESS_LIST_ID, COUNTED_MICROSECONDS, COUNTED_NANOSECONDS, LITTLE_ENDIAN, Flexible
from ..wire.times import CountedFraction, NtpMicroseconds, NtpNanoseconds
from ..wire.values import AccessListId, LittleEndian
from .display import Absolute, One, Several, SinceBoot
from .layout import Layout
from .plan import Field
from .record import EARLY_IDS, EVENT_TIME, UPTIMES

#: elements that tell the type and code of ICMP: icmpTypeCodeIPv4 and IPv6, and their parts
ICMP_ELEMENTS = frozenset({32, 139, 176, 177, 178, 179})
PROTOCOL, PORT, SOURCE_PORT = "protocolIdentifier", "destinationTransportPort", "sourceTransportPort"
#: interface -> the key of what its number means
INTERFACES = {"ingressInterface": "ingress_interface_decoded", "egressInterface": "egress_interface_decoded"}
#: rule -> keys of no element that it adds to records; encoding leaves them out
ADDED = {IFINDEX_PALO_ALTO: frozenset(INTERFACES.values())}
#: elements that hold NTP timestamps or not -> the rule that doubts them
DOUBTED = {
    "flowStartMicroseconds": MICROSECONDS_NOT_NTP,
    "flowEndMicroseconds": MICROSECONDS_NOT_NTP,
    "flowStartNanoseconds": NANOSECONDS_NOT_NTP,
    "flowEndNanoseconds": NANOSECONDS_NOT_NTP,
}
_RULES_OF_TYPES = {
    LITTLE_ENDIAN: LITTLE_ENDIAN_SAMPLING,
    COUNTED_MICROSECONDS: MICROSECONDS_NOT_NTP,
    COUNTED_NANOSECONDS: NANOSECONDS_NOT_NTP,
    ACCESS_LIST_ID: ASA_ACL_ID,
}


class Call(NamedTuple):
    """A rule that must see the records of each set, the keys of records and the indices of fields that it looks at."""

    rule: str
    keys: tuple[str, ...] = ()
    fields: tuple[int, ...] = ()


def applied_rules(template: Template, layout: Layout) -> tuple[str, ...]:
    """The rules that reading any record by *layout* applies."""
    rules: list[str] = []
    if template.protocol == "netflow9":
        if not layout.fixed and any(field.length == VARIABLE_LENGTH for field in template.fields):
            rules.append(VARIABLE_LENGTH_IN_V9)
        if not {field.id for field in template.fields}.isdisjoint(EARLY_IDS) and _has_early_ids(template, layout):
            rules.append(ASA_EARLY_IDS)
    derived = [each for each in layout.display if type(each[1]) is not One]
    if any(isinstance(source, Absolute | SinceBoot) and source.wide for _, source in derived):
        rules.append(UPTIME_IN_8_OCTETS)
    rules += [rule for field in layout.fields if field.value is not None and (rule := _rule_of(field))]
    if EVENT_TIME in layout.names:
        sources = dict(layout.display)
        if EVENT_TIME in sources and any(sources.get(key) is sources[EVENT_TIME] for key in UPTIMES.values()):
            rules.append(ASA_EVENT_TIME)
    return tuple(dict.fromkeys(rules))


def _has_early_ids(template: Template, layout: Layout) -> bool:
    scope = template.scope_count or 0
    named = zip(template.fields[scope:], layout.names[scope:], strict=True)
    return any(field.id in EARLY_IDS and name[:2] != "ie" for field, name in named)


def _rule_of(field: Field) -> str:
    """The rule by which a field is read otherwise than its element's type has it."""
    value = field.value
    if isinstance(value, Flexible):
        return _RULES_OF_TYPES.get(value.abstract_type, "")
    if isinstance(value, CountedFraction):
        return MICROSECONDS_NOT_NTP if value.unit == 1_000_000 else NANOSECONDS_NOT_NTP
    return LITTLE_ENDIAN_SAMPLING if isinstance(value, LittleEndian) else ASA_ACL_ID * isinstance(value, AccessListId)


def called_rules(template: Template, layout: Layout, rules: frozenset[str]) -> tuple[Call, ...]:
    """The rules that must see the records of *layout*, out of *rules* and those that watch an exporter's values."""
    sources: dict[str, Any] = dict(layout.display)
    calls = _doubts(layout)
    if template.scope_count is not None:
        return tuple(calls)
    if ICMP_IN_DESTINATION_PORT in rules and _has_icmp_in_port(template, sources):
        calls.append(Call(ICMP_IN_DESTINATION_PORT))
    interfaces = tuple(key for key in INTERFACES if isinstance(sources.get(key), One))
    if IFINDEX_PALO_ALTO in rules and interfaces:
        calls.append(Call(IFINDEX_PALO_ALTO, interfaces))
    return tuple(calls)


def icmp_column(layout: Layout) -> tuple[int, int] | None:
    """Where the octet is that tells whether a record may have ICMP's type in its port, where that rule is called.

    Its offset in each record, and their length; None where that is not always the same.
    """
    protocol = dict(layout.display)[PROTOCOL]
    assert isinstance(protocol, One)
    if not layout.fixed or layout.fields[protocol.field].letters != "B":
        return None
    return sum(field.octets for field in layout.fields[: protocol.field]), layout.minimum_length


def _has_icmp_in_port(template: Template, sources: dict[str, Any]) -> bool:
    if not isinstance(sources.get(PROTOCOL), One) or not isinstance(sources.get(PORT), One):
        return False
    return ICMP_ELEMENTS.isdisjoint([field.id for field in template.fields if not field.enterprise])


def _doubts(layout: Layout) -> list[Call]:
    """The calls of rules that watch timestamps: keys of what is still read as NTP has it, fields of what is not."""
    keys: dict[str, list[str]] = {}
    fields: dict[str, list[int]] = {}
    if DOUBTED.keys().isdisjoint(layout.names):
        return []
    for key, source in layout.display:
        if key in DOUBTED and isinstance(source, One | Several):
            for index in (source.field,) if isinstance(source, One) else source.fields:
                field = layout.fields[index]
                if _rule_of(field):
                    fields.setdefault(DOUBTED[key], []).append(index)
                elif _is_ntp(field) and key not in keys.setdefault(DOUBTED[key], []):
                    keys[DOUBTED[key]].append(key)
    rules = dict.fromkeys((*keys, *fields))
    return [Call(rule, tuple(keys.get(rule, ())), tuple(fields.get(rule, ()))) for rule in rules]


def _is_ntp(field: Field) -> bool:
    value = field.value
    if isinstance(value, Flexible):
        return value.abstract_type in ("dateTimeMicroseconds", "dateTimeNanoseconds")
    return isinstance(value, NtpMicroseconds | NtpNanoseconds)
