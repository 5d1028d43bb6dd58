"""A template and a registry into the layout of its records.  RFC 7011 §3.4.3 and §6.2, RFC 3954 §5.3 and §6.2.

Element types decide how octets are read, element keys what the values are called; the template's lengths always rule.
Rules for exporters' peculiarities may say otherwise of single elements: ``..quirks``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TypeAlias

from construct import Construct, Struct

from ..quirks import (
    ASA_ACL_ID,
    ASA_EARLY_IDS,
    ASA_EVENT_TIME,
    LITTLE_ENDIAN_SAMPLING,
    MICROSECONDS_NOT_NTP,
    NANOSECONDS_NOT_NTP,
    STANDARD,
    UPTIME_IN_8_OCTETS,
)
from ..registry import Element, Registry
from ..registry.element import unknown
from ..template import VARIABLE_LENGTH, Template
from ..wire.leaves import (
    ACCESS_LIST_ID,
    APPLICATION_ID,
    COUNTED_MICROSECONDS,
    COUNTED_NANOSECONDS,
    INTEGERS,
    LITTLE_ENDIAN,
    UNSIGNED,
    fits,
    leaf,
    lengths_of,
)
from .display import Absolute, Constant, Display, Nested, One, SinceBoot, Source, by_key
from .layout import Layout
from .reports import REPORT, report_of

#: fields, by their index, with elements that no registry has but their exporter has described; RFC 5610
Learned: TypeAlias = "tuple[tuple[int, Element], ...]"

APPLICATION_IDS = {(0, 95), (29305, 95)}  # applicationId, and its reverse (RFC 5103)
SYSTEM_INIT_TIME = "systemInitTimeMilliseconds"  # element 160: ms since 1970
EVENT_TIME = "observationTimeMilliseconds"  # element 323: ms since 1970
#: ms of sysUpTime -> the absolute ms that is added where the record has none
UPTIMES = {"flowStartSysUpTime": "flowStartMilliseconds", "flowEndSysUpTime": "flowEndMilliseconds"}
UPTIME_OCTETS = 4
LONGEST_UPTIME = 8  # octets: some exporters send it so, the first 4 without meaning
EARLY_IDS = range(40001, 40006)  # field types of a Cisco ASA before the elements 225 to 228 and 233 were registered
#: elements -> the rule by which they are read otherwise, the types of which that is true, and what they are then
_READ_OTHERWISE: dict[tuple[int, int], tuple[str, frozenset[str], str]] = {
    (0, 34): (LITTLE_ENDIAN_SAMPLING, UNSIGNED, LITTLE_ENDIAN),
    **dict.fromkeys(
        ((0, 154), (0, 155)), (MICROSECONDS_NOT_NTP, frozenset({"dateTimeMicroseconds"}), COUNTED_MICROSECONDS)
    ),
    **dict.fromkeys(
        ((0, 156), (0, 157)), (NANOSECONDS_NOT_NTP, frozenset({"dateTimeNanoseconds"}), COUNTED_NANOSECONDS)
    ),
    **dict.fromkeys(((9, 232), (9, 233)), (ASA_ACL_ID, frozenset({"octetArray"}), ACCESS_LIST_ID)),
}

#: ids of elements, those of others among them, whose values may be read otherwise than their type says
_NOT_BY_TYPE = frozenset(number for _, number in APPLICATION_IDS | _READ_OTHERWISE.keys())


def elements_of(
    template: Template, registry: Registry, rules: frozenset[str] = STANDARD.on, learned: Learned = ()
) -> list[Element]:
    """The element of each field, by the number space that the template's protocol and the field's place give its id.

    *learned* are fields, by their index, whose elements are known otherwise: the exporter has described them itself.
    """
    if template.protocol != "netflow9":
        elements = [registry.element(field.enterprise, field.id) for field in template.fields]
    else:
        scope = template.scope_count or 0
        elements = [registry.netflow9_scope(field.id) for field in template.fields[:scope]]
        elements += [registry.netflow9(field.id) for field in template.fields[scope:]]
        if ASA_EARLY_IDS not in rules:
            for index, field in enumerate(template.fields):
                if index >= scope and field.id in EARLY_IDS:
                    elements[index] = unknown(0, field.id)
    for index, element in learned:
        elements[index] = element
    return elements


def has_open_elements(template: Template, registry: Registry) -> bool:
    """Whether *template* has elements of which the exporter may say what they are."""
    return template.protocol == "ipfix" and any(registry.is_open(each.enterprise, each.id) for each in template.fields)


def template_layout(
    template: Template,
    registry: Registry,
    octet_values: str = "hex",
    rules: frozenset[str] = STANDARD.on,
    *,
    clocked: bool | None = None,
    learned: Learned = (),
) -> Layout:
    """How the records of *template* are read by *rules*; *octet_values* as in ``fixed_leaf``.

    *clocked* says whether their datagrams have a sysUpTime of their own, None that they are of the template's protocol;
    *learned* as in ``elements_of``.
    """
    elements = elements_of(template, registry, rules, learned)
    in_options = template.scope_count is not None
    types: list[str] = []
    subcons: list[Construct] = []
    misfits: list[tuple[int, str]] = []
    for index, (element, field) in enumerate(zip(elements, template.fields, strict=True)):
        abstract_type = element.type
        if element.id in _NOT_BY_TYPE:
            abstract_type = value_type(element, field.length, rules, in_options=in_options)
        subcon, misfit = _reading(index, abstract_type, field.length, octet_values)
        types.append(abstract_type)
        subcons.append(subcon)
        if misfit:
            misfits.append((index, misfit))
    keys = [element.key for element in elements]
    has_clock = template.protocol == "netflow9" if clocked is None else clocked
    display = _display(template, keys, types, rules, clocked=has_clock)
    return Layout(Struct(*subcons), display, tuple(keys), tuple(misfits))


@lru_cache(maxsize=4096)
def _positional(index: int, value: Construct) -> Construct:
    """*value* under a name of its place: a Struct keeps one value for each name, a template may repeat an element."""
    return f"f{index}" / value


@lru_cache(maxsize=4096)
def _reading(index: int, abstract_type: str, length: int, octet_values: str) -> tuple[Construct, str]:
    """What reads values of a type that have this length in a template, and the lengths that fit if it does not."""
    misfit = "" if length == VARIABLE_LENGTH or fits(abstract_type, length) else lengths_of(abstract_type)
    return _positional(index, leaf(abstract_type, length, octet_values)), misfit


def value_type(element: Element, length: int, rules: frozenset[str], *, in_options: bool) -> str:
    """What values of *element* are read as that have *length* octets, 65535: each brings its own."""
    number = element.enterprise, element.id
    if number in APPLICATION_IDS:
        return APPLICATION_ID
    if number in _READ_OTHERWISE:
        rule, types, otherwise = _READ_OTHERWISE[number]
        in_order = rule == LITTLE_ENDIAN_SAMPLING and in_options
        fitting = rule != ASA_ACL_ID if length == VARIABLE_LENGTH else length > 0 and fits(otherwise, length)
        if rule in rules and element.type in types and fitting and not in_order:
            return otherwise
    return element.type


def items_layout(abstract_type: str, length: int, octet_values: str = "hex") -> Layout:
    """How values of one type are read that follow one another, as records of one field under ``value``."""
    fitting = length == VARIABLE_LENGTH or fits(abstract_type, length)
    declaration = Struct(_positional(0, leaf(abstract_type, length, octet_values)))
    misfits = () if fitting else ((0, lengths_of(abstract_type)),)
    return Layout(declaration, by_key((("value", 0),)), ("value",), misfits)


def _display(template: Template, keys: list[str], types: list[str], rules: frozenset[str], *, clocked: bool) -> Display:
    indexed = zip(keys, range(len(keys)), strict=True)
    if template.scope_count is not None:
        scope, rest = islice(indexed, template.scope_count), indexed
        report = report_of(template)
        label = () if report is None else ((REPORT, Constant(report)),)
        return (("scope", Nested(by_key(scope))), *by_key(rest), *label)
    display = by_key(indexed)
    if ASA_EVENT_TIME in rules and template.protocol == "netflow9" and UPTIMES.keys().isdisjoint(keys):
        return display + _event_times(template, display, types)
    return display + _absolute_times(template, display, types, rules, clocked=clocked)


def _absolute_times(
    template: Template, display: Display, types: list[str], rules: frozenset[str], *, clocked: bool
) -> Display:
    sources = dict(display)
    longest = LONGEST_UPTIME if UPTIME_IN_8_OCTETS in rules else UPTIME_OCTETS
    added: list[tuple[str, Source]] = []
    for uptime, absolute in UPTIMES.items():
        source, start = sources.get(uptime), sources.get(SYSTEM_INIT_TIME)
        if absolute in sources or not isinstance(source, One) or types[source.field] not in INTEGERS:
            continue
        length = template.fields[source.field].length
        if not 0 < length <= longest:
            continue
        if clocked:
            added.append((absolute, Absolute(source.field, length > UPTIME_OCTETS)))
        elif isinstance(start, One) and _is_time(types[start.field], template.fields[start.field].length):
            added.append((absolute, SinceBoot(source.field, start.field, length > UPTIME_OCTETS)))
    return tuple(added)


def _event_times(template: Template, display: Display, types: list[str]) -> Display:
    """The time of the event that a record tells, in place of its flow's times: firewalls know no others."""
    sources = dict(display)
    event = sources.get(EVENT_TIME)
    if not isinstance(event, One) or not _is_time(types[event.field], template.fields[event.field].length):
        return ()
    return tuple((absolute, event) for absolute in UPTIMES.values() if absolute not in sources)


def _is_time(abstract_type: str, length: int) -> bool:
    """Whether a field tells ms since 1970."""
    return length == 8 and (abstract_type == "dateTimeMilliseconds" or abstract_type in INTEGERS)
