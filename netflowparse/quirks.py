"""The rules for exporters' peculiarities, by name, and what a caller's choice of them means.  docs/quirks.md.

A rule says that octets mean something else than the standard has it.  Those that fire by themselves have a trigger that
no honest exporter meets; the others wait until they are named.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Literal, NamedTuple, TypeAlias

from .errors import UsageError, WrongType

__all__ = ["ALL", "AUTO", "Choice"]

ASA_ACL_ID = "asa_acl_id"
ASA_EARLY_IDS = "asa_early_ids"
ASA_EVENT_TIME = "asa_event_time"
ENTERPRISE_BIT_IN_OPTIONS = "enterprise_bit_in_options"
ICMP_IN_DESTINATION_PORT = "icmp_in_destination_port"
IFINDEX_PALO_ALTO = "ifindex_palo_alto"
IPFIX_SETS_IN_V9 = "ipfix_sets_in_v9"
LAST_AFTER_UPTIME = "last_after_uptime"
LITTLE_ENDIAN_SAMPLING = "little_endian_sampling"
MAPPED_EXPORTER = "mapped_exporter"
MICROSECONDS_NOT_NTP = "microseconds_not_ntp"
NANOSECONDS_NOT_NTP = "nanoseconds_not_ntp"
SAMPLED_ETHERNET_UNPADDED = "sampled_ethernet_unpadded"
SAMPLER_ZERO = "sampler_zero"
SEQUENCE_AFTER_RECORDS = "sequence_after_records"
SFLOW_LENGTH_SLIP = "sflow_length_slip"
TEMPLATE_PADDING = "template_padding_4_to_7"
UPTIME_IN_8_OCTETS = "uptime_in_8_octets"
V9_SETS_IN_IPFIX = "v9_sets_in_ipfix"
VARIABLE_LENGTH_IN_V9 = "variable_length_in_v9"
ZERO_FILLED_TAIL = "zero_filled_tail"

#: rules about the fractions of an exporter's timestamps
FRACTIONS = frozenset({MICROSECONDS_NOT_NTP, NANOSECONDS_NOT_NTP})
#: rules that fire by themselves once an exporter's values have shown enough
WATCHED = FRACTIONS | {SEQUENCE_AFTER_RECORDS}
#: rules that fire by themselves whenever their trigger is met
TRIGGERED = frozenset(
    {
        ASA_ACL_ID,
        ASA_EARLY_IDS,
        ASA_EVENT_TIME,
        ENTERPRISE_BIT_IN_OPTIONS,
        ICMP_IN_DESTINATION_PORT,
        IPFIX_SETS_IN_V9,
        LAST_AFTER_UPTIME,
        MAPPED_EXPORTER,
        SAMPLED_ETHERNET_UNPADDED,
        SAMPLER_ZERO,
        SFLOW_LENGTH_SLIP,
        TEMPLATE_PADDING,
        UPTIME_IN_8_OCTETS,
        V9_SETS_IN_IPFIX,
        VARIABLE_LENGTH_IN_V9,
        ZERO_FILLED_TAIL,
    }
)
#: rules whose octets look like an honest exporter's
BY_NAME = frozenset({IFINDEX_PALO_ALTO, LITTLE_ENDIAN_SAMPLING})
ALL = TRIGGERED | WATCHED | BY_NAME

AUTO = "auto"

#: "auto", or names of rules, "auto" among them for those that fire by themselves; () is the standard alone
Choice: TypeAlias = Literal["auto"] | Collection[str]


def unmapped(exporter: Hashable) -> Hashable:
    """*exporter*, with the IPv4 address itself for one that is mapped into IPv6; also where it begins a tuple."""
    if isinstance(exporter, str):
        mapped = exporter[:7].lower() == "::ffff:" and exporter.count(".") == 3
        return exporter[7:] if mapped else exporter
    if isinstance(exporter, tuple) and exporter and isinstance(exporter[0], str):
        return (unmapped(exporter[0]), *exporter[1:])
    return exporter


class Rules(NamedTuple):
    """What a choice switches on: rules in force, and rules in force once the exporter's values have shown enough."""

    on: frozenset[str]
    watched: frozenset[str]


def rules(choice: Choice) -> Rules:
    """The rules of a caller's *choice*; UsageError for a name that no rule has."""
    names = (choice,) if isinstance(choice, str) else choice
    if not isinstance(names, Collection) or not all(isinstance(name, str) for name in names):
        raise WrongType(f"quirks={choice!r}: expected 'auto', or names of rules")
    unknown = sorted(set(names) - ALL - {AUTO})
    if unknown:
        expected = ", ".join(sorted({AUTO} | ALL))
        raise UsageError(f"quirks: no rule is called {unknown[0]!r}; expected some of {expected}")
    named = frozenset(names) - {AUTO}
    return Rules(named | TRIGGERED, WATCHED - named) if AUTO in names else Rules(named, frozenset())


STANDARD = rules(AUTO)  # what holds where nobody chose
