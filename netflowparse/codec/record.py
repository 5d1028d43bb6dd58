"""A template and a registry into the layout of its records.  RFC 7011 §3.4.3 and §6.2, RFC 3954 §5.3 and §6.2.

Element types decide how octets are read, element keys what the values are called; the template's lengths always rule.
"""

from __future__ import annotations

from functools import lru_cache

from construct import Construct, Struct

from ..registry import Element, Registry
from ..template import VARIABLE_LENGTH, Template
from ..wire.leaves import APPLICATION_ID, INTEGERS, fits, fixed_leaf, lengths_of, variable_leaf
from .display import Absolute, Display, Nested, One, SinceBoot, Source, by_key
from .layout import Layout

APPLICATION_IDS = {(0, 95), (29305, 95)}  # applicationId, and its reverse (RFC 5103)
SYSTEM_INIT_TIME = "systemInitTimeMilliseconds"  # element 160: ms since 1970
#: ms of sysUpTime -> the absolute ms that is added where the record has none
UPTIMES = {"flowStartSysUpTime": "flowStartMilliseconds", "flowEndSysUpTime": "flowEndMilliseconds"}
UPTIME_OCTETS = 4
LONGEST_UPTIME = 8  # octets: some exporters send it so, the first 4 without meaning


def elements_of(template: Template, registry: Registry) -> list[Element]:
    """The element of each field, by the number space that the template's protocol and the field's place give its id."""
    if template.protocol != "netflow9":
        return [registry.element(field.enterprise, field.id) for field in template.fields]
    scope = template.scope_count or 0
    return [registry.netflow9_scope(field.id) for field in template.fields[:scope]] + [
        registry.netflow9(field.id) for field in template.fields[scope:]
    ]


def template_layout(template: Template, registry: Registry, octet_values: str = "hex") -> Layout:
    """How the records of *template* are read; *octet_values* as in ``fixed_leaf``."""
    elements = elements_of(template, registry)
    types = [_type(element) for element in elements]
    leaves = [
        variable_leaf(abstract_type, octet_values)
        if field.length == VARIABLE_LENGTH
        else fixed_leaf(abstract_type, field.length, octet_values)
        for abstract_type, field in zip(types, template.fields, strict=True)
    ]
    declaration = Struct(*map(_positional, range(len(leaves)), leaves))
    misfits = tuple(
        (index, lengths_of(abstract_type))
        for index, (abstract_type, field) in enumerate(zip(types, template.fields, strict=True))
        if field.length != VARIABLE_LENGTH and not fits(abstract_type, field.length)
    )
    keys = [element.key for element in elements]
    return Layout(declaration, _display(template, keys, types), tuple(keys), misfits)


@lru_cache(maxsize=4096)
def _positional(index: int, leaf: Construct) -> Construct:
    """*leaf* under a name of its place: a Struct keeps one value for each name, a template may repeat an element."""
    return f"f{index}" / leaf


def _type(element: Element) -> str:
    return APPLICATION_ID if (element.enterprise, element.id) in APPLICATION_IDS else element.type


def _display(template: Template, keys: list[str], types: list[str]) -> Display:
    indexed = [(key, index) for index, key in enumerate(keys)]
    if template.scope_count is not None:
        scope, rest = indexed[: template.scope_count], indexed[template.scope_count :]
        return (("scope", Nested(by_key(scope))), *by_key(rest))
    display = by_key(indexed)
    return display + _absolute_times(template, display, types)


def _absolute_times(template: Template, display: Display, types: list[str]) -> Display:
    sources = dict(display)
    added: list[tuple[str, Source]] = []
    for uptime, absolute in UPTIMES.items():
        source, start = sources.get(uptime), sources.get(SYSTEM_INIT_TIME)
        if absolute in sources or not isinstance(source, One) or types[source.field] not in INTEGERS:
            continue
        length = template.fields[source.field].length
        if not 0 < length <= LONGEST_UPTIME:
            continue
        if template.protocol == "netflow9":
            added.append((absolute, Absolute(source.field, length > UPTIME_OCTETS)))
        elif isinstance(start, One) and _is_start(types[start.field], template.fields[start.field].length):
            added.append((absolute, SinceBoot(source.field, start.field, length > UPTIME_OCTETS)))
    return tuple(added)


def _is_start(abstract_type: str, length: int) -> bool:
    return length == 8 and (abstract_type == "dateTimeMilliseconds" or abstract_type in INTEGERS)
