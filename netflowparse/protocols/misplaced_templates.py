"""Template records that are not what their set, or their protocol, says: told by what fits.  ``..quirks``.

Sets with the ids of the other protocol's template sets, and options templates whose ids look like enterprise elements.
The octets must fit one reading whole, and nothing else; all others are left to the standard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from ..codec.compile import Compiler
from ..quirks import ENTERPRISE_BIT_IN_OPTIONS, IPFIX_SETS_IN_V9, V9_SETS_IN_IPFIX, VARIABLE_LENGTH_IN_V9
from ..state.templates import FOREIGN
from ..template import VARIABLE_LENGTH, FieldSpecifier, Template
from ..wire import ipfix, netflow9
from ..wire.ipfix import ENTERPRISE_BIT
from ..wire.sets import FIRST_DATA_SET, SetHeader, TemplateHeader
from .assembly import Assembly
from .definitions import learn
from .framing import HEADER

_pairs = Compiler({}).pair_reader
_read_set = _pairs(SetHeader)
_read_template = _pairs(TemplateHeader)
_read_specifier = _pairs(netflow9.FieldSpecifier)
_read_ipfix_options = _pairs(ipfix.OptionsTemplateHeader)
_read_netflow9_options = _pairs(netflow9.OptionsTemplateHeader)
SPECIFIER: int = netflow9.FieldSpecifier.sizeof()  # and of IPFIX without an enterprise number
ENTERPRISE = 4  # octets of an enterprise number
OPTIONS_HEADER: int = ipfix.OptionsTemplateHeader.sizeof()  # of both protocols
SMALLEST = 8  # octets of the smallest template record: less is padding
WORD = 4

#: a template, and the offset behind its record
Found: TypeAlias = tuple[Template, int]


def read_foreign_set(work: Assembly, set_id: int, start: int, end: int) -> bool:
    """Learn the templates of a set from *start* to *end* whose id has a meaning in the other protocol; whether it did.

    The templates are of that protocol's number space; the set must be nothing but records of it.
    """
    form = _FORMS.get((work.domain.key[0], set_id))
    if form is None:
        return False
    rule, read = form
    if rule not in work.rules:
        return False
    try:
        found = list(_records(read, work.octets, start, end))
    except ValueError:
        return False
    if not found or (VARIABLE_LENGTH_IN_V9 not in work.rules and any(_is_variable9(each) for each, _ in found)):
        return False
    work.quirk(rule)
    position = start
    for template, after in found:
        _learn(work, template, position, after)
        if work.trace is not None:
            work.trace.template_records.append((position, after, len(work.templates)))
        position = after
    return True


def read_without_enterprises(
    work: Assembly, template_id: int, count: int, scope: int | None, position: int, first: int, end: int
) -> int | None:
    """Learn an options template at *position* of ids with the top bit set that no enterprise numbers follow.

    The offset behind it; None where it is something else: it must fill its set but for padding.
    """
    after = first + count * SPECIFIER
    whole = position >= HEADER and _read_set(work.octets, position - HEADER) == (
        ipfix.OPTIONS_TEMPLATE_SET,
        end - position + HEADER,
    )
    if ENTERPRISE_BIT_IN_OPTIONS not in work.rules or not whole or not scope or scope > count:
        return None
    if not after <= end < after + WORD or any(work.octets[after:end]):
        return None
    pairs = (_read_specifier(work.octets, at) for at in range(first, after, SPECIFIER))
    fields = tuple(FieldSpecifier(0, number & ~ENTERPRISE_BIT, length) for number, length in pairs)
    work.quirk(ENTERPRISE_BIT_IN_OPTIONS)
    _learn(work, Template("ipfix", template_id, scope, fields), position, after)
    return after


def _learn(work: Assembly, template: Template, position: int, after: int) -> None:
    """Learn *template*; its octets are kept with a head, for as they are they may come to say something else."""
    learn(work, template, position, after)
    known = work.domain.templates.get(template.template_id)
    if known is not None and known.template == template:
        known.definition = FOREIGN + work.octets[position:after]


def _is_variable9(template: Template) -> bool:
    return template.protocol == "netflow9" and any(field.length == VARIABLE_LENGTH for field in template.fields)


def _records(read: Callable[[bytes, int, int], Found], octets: bytes, start: int, end: int) -> Iterator[Found]:
    """The template records of a set; ValueError if they are not all that is there."""
    position = start
    while end - position >= SMALLEST:
        template, position = read(octets, position, end)
        if template.template_id < FIRST_DATA_SET or not template.fields or position > end:
            raise ValueError("no template record")
        yield template, position
    if any(octets[position:end]):
        raise ValueError("neither a template record nor padding")


def _read_ipfix_template(octets: bytes, position: int, end: int) -> Found:
    template_id, count = _read_template(octets, position)
    return _ipfix(octets, template_id, None, count, position + HEADER, end)


def _read_ipfix_options_template(octets: bytes, position: int, end: int) -> Found:
    template_id, count, scope = _read_ipfix_options(octets, position)
    if not 0 < scope <= count:
        raise ValueError("no options template")
    return _ipfix(octets, template_id, scope, count, position + OPTIONS_HEADER, end)


def _ipfix(octets: bytes, template_id: int, scope: int | None, count: int, position: int, end: int) -> Found:
    fields = []
    for _ in range(count):
        if position + SPECIFIER > end:
            raise ValueError("cut")
        number, length = _read_specifier(octets, position)
        position += SPECIFIER
        enterprise = 0
        if number & ENTERPRISE_BIT:
            enterprise = int.from_bytes(octets[position : position + ENTERPRISE], "big")
            position += ENTERPRISE
        fields.append(FieldSpecifier(enterprise, number & ~ENTERPRISE_BIT, length))
    return Template("ipfix", template_id, scope, tuple(fields)), position


def _read_netflow9_template(octets: bytes, position: int, end: int) -> Found:
    template_id, count = _read_template(octets, position)
    return _netflow9(octets, template_id, None, count, position + HEADER, end)


def _read_netflow9_options_template(octets: bytes, position: int, end: int) -> Found:
    template_id, scope, rest = _read_netflow9_options(octets, position)
    if scope % SPECIFIER or rest % SPECIFIER:
        raise ValueError("no options template")
    count = (scope + rest) // SPECIFIER
    return _netflow9(octets, template_id, scope // SPECIFIER, count, position + OPTIONS_HEADER, end)


def _netflow9(octets: bytes, template_id: int, scope: int | None, count: int, position: int, end: int) -> Found:
    after = position + count * SPECIFIER
    if after > end:
        raise ValueError("cut")
    pairs = (_read_specifier(octets, at) for at in range(position, after, SPECIFIER))
    fields = tuple(FieldSpecifier(0, number, length) for number, length in pairs)
    return Template("netflow9", template_id, scope, fields), after


#: protocol of the datagram, set id -> the rule, and what reads a template record
_FORMS: dict[tuple[str, int], tuple[str, Callable[[bytes, int, int], Found]]] = {
    ("netflow9", ipfix.TEMPLATE_SET): (IPFIX_SETS_IN_V9, _read_ipfix_template),
    ("netflow9", ipfix.OPTIONS_TEMPLATE_SET): (IPFIX_SETS_IN_V9, _read_ipfix_options_template),
    ("ipfix", netflow9.TEMPLATE_SET): (V9_SETS_IN_IPFIX, _read_netflow9_template),
    ("ipfix", netflow9.OPTIONS_TEMPLATE_SET): (V9_SETS_IN_IPFIX, _read_netflow9_options_template),
}
