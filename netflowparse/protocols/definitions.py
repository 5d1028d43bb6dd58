"""Template records: put in force as they come, so that the wire order rules.  RFC 7011 §8, RFC 3954 §7.

Whatever becomes of one is an event in the message's ``templates``; a definition that is rejected leaves the old one
alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from ..codec.record import elements_of
from ..errors import BAD_TEMPLATE, LIMIT, TEMPLATE_CONFLICT
from ..quirks import TEMPLATE_PADDING
from ..registry import Registry
from ..state.exporters import Exporter
from ..state.templates import STREAMS, KnownTemplate
from ..template import VARIABLE_LENGTH, FieldSpecifier, Template
from ..types import EventName, TemplateChange, TemplateField
from ..wire.sets import FIRST_DATA_SET
from .assembly import Assembly
from .learned_elements import edition_of, learned_fields
from .waiting import report_lost

SMALLEST_TEMPLATE = 8  # octets of a template record with one field


def refresh(work: Assembly, template_id: int, offset: int, end: int, *, options: bool) -> int | None:
    """The offset behind a template record that repeats the definition in force to the octet, or None if it does not.

    Most template records are such repetitions; they need not be read again.
    """
    known = work.domain.templates.get(template_id)
    if known is None or work.historic or not work.in_force(known):
        return None
    if known.is_options is not options:
        return None
    after = offset + len(known.definition)
    if after > end or not work.octets.startswith(known.definition, offset):
        return None
    known.refresh(work.time, work.domain.clock.seconds)
    _event(work, "refreshed", template_id, known.template.scope_count, _described(work, known))
    return after


def learn(work: Assembly, template: Template, offset: int, end: int) -> None:
    """Put the template that the record from *offset* to *end* defines in force, or reject it."""
    limits, template_id = work.context.limits, template.template_id
    if template_id < FIRST_DATA_SET:
        why = f"id {template_id}, need at least {FIRST_DATA_SET}"
        reject(work, template_id, offset, why, options=template.scope_count is not None)
    elif len(template.fields) > limits.fields_per_template:
        _reject_beyond(work, template, offset, f"{len(template.fields)} fields", "fields_per_template")
    else:
        template = template._replace(fields=work.context.shapes.share(template.fields))
        learned = work.domain.learn(template, work.octets[offset:end], work.time, work.transport, offset)
        if learned.known is None:
            _reject_beyond(work, template, offset, "the exporter has too many", learned.limit)
            return
        fields = _described(work, learned.known)
        _event(work, learned.event, template_id, template.scope_count, fields)
        if learned.former is not None:
            work.templates[-1]["changed"] = _change(work, learned.former, learned.known)
        if learned.event == "conflict":
            message = f"template {template_id} at octet {offset}: another definition, need a withdrawal before it"
            work.problems.add(TEMPLATE_CONFLICT, message, offset, template_id=template_id)
        if work.fates:
            work.decide(template_id, learned.known)
        failed = work.domain.make_ready(learned.known)
        if failed:
            report_lost(work, template_id, failed, "failed", "were there before it was withdrawn")


def reject(work: Assembly, template_id: int, offset: int, why: str, *, options: bool, cut: bool = False) -> None:
    """Note a template record that defines nothing usable; a definition in force stays.

    *cut* says that the record does not end where it should: that is structural damage.
    """
    work.problems.add(
        BAD_TEMPLATE,
        f"template {template_id} at octet {offset}: {why}",
        offset,
        malformed=cut,
        template_id=template_id,
    )
    _event(work, "rejected", template_id, 0 if options else None)


def _reject_beyond(work: Assembly, template: Template, offset: int, what: str, limit: str) -> None:
    most, template_id = getattr(work.context.limits, limit), template.template_id
    message = f"template {template_id} at octet {offset}: {what}, the limit is {most}"
    work.problems.add(LIMIT, message, offset, template_id=template_id, limit=limit)
    _event(work, "rejected", template_id, template.scope_count)


def is_padding(work: Assembly, position: int, zeros: int, start: int, end: int) -> bool:
    """Whether only padding stands from *position* to the *end* of a template set, which is zero from *zeros* on.

    Zeros that are as long as a template's head are padding by a quirk rule, more of them by no one's reading.
    """
    if position < zeros:
        return False
    if start < position and end - position < SMALLEST_TEMPLATE:
        if TEMPLATE_PADDING not in work.rules:
            return False
        work.quirk(TEMPLATE_PADDING)
    return True


def withdraw(work: Assembly, template_id: int, offset: int, *, options: bool, every: bool) -> None:
    """Obey a withdrawal of one template, or of *every* one of its kind, where the transport allows it."""
    gone: list[Template] = []
    if work.transport in STREAMS:
        gone = work.domain.withdraw(None if every else template_id, options=options, offset=offset)
        if work.fates:
            for each in list(work.fates) if every else [template_id]:
                work.decide(each, None)
    for template in gone:
        _event(work, "withdrawn", template.template_id, template.scope_count)
    if not gone:
        _event(work, "withdrawal_ignored", template_id, 0 if options else None)


def _event(
    work: Assembly,
    event: EventName,
    template_id: int,
    scope_count: int | None,
    fields: list[TemplateField] | None = None,
) -> None:
    work.templates.append(
        {"event": event, "template_id": template_id, "scope_count": scope_count, "fields": fields or []}
    )


def _change(work: Assembly, former: KnownTemplate, known: KnownTemplate) -> TemplateChange:
    """How the definition *known* differs from the *former* one."""
    was, now = _placed(former.template), _placed(known.template)
    stayed = Counter(was) & Counter(now)
    return {
        "added": _left_over(now, _described(work, known), Counter(now) - stayed),
        "removed": _left_over(was, _described(work, former), Counter(was) - stayed),
        "moved": [each for each in was if each in stayed] != [each for each in now if each in stayed],
        "scope_count": former.template.scope_count,
    }


_Placed: TypeAlias = "tuple[bool, FieldSpecifier]"  # whether it is scope: v9 counts scopes in numbers of their own


def _placed(template: Template) -> list[_Placed]:
    scope = template.scope_count or 0
    return [(index < scope, field) for index, field in enumerate(template.fields)]


def _left_over(placed: list[_Placed], fields: list[TemplateField], some: Counter[_Placed]) -> list[TemplateField]:
    """Those of *fields* that are among *some*, the last ones where a field comes several times."""
    chosen = []
    for each, described in zip(reversed(placed), reversed(fields), strict=True):
        if some[each] > 0:
            some[each] -= 1
            chosen.append(described)
    return chosen[::-1]


def _described(work: Assembly, known: KnownTemplate) -> list[TemplateField]:
    registry, exporter = work.context.registry, work.domain.exporter
    editions, described = (registry.edition, edition_of(exporter)), known.described
    if described is None or described[0] != editions:
        learned = learned_fields(exporter, known.template, registry)
        names = tuple(element.key for element in elements_of(known.template, registry, work.rules, learned))
        known.described = described = editions, names
    return describe(known.template, described[1])


def describe_fields(template: Template, registry: Registry, exporter: Exporter) -> list[TemplateField]:
    """The ``fields`` of a template of *exporter* in a message: name, enterprise, id and length, in wire order."""
    elements = elements_of(template, registry, exporter.rules.on, learned_fields(exporter, template, registry))
    return describe(template, (element.key for element in elements))


def describe(template: Template, names: Iterable[str]) -> list[TemplateField]:
    """The ``fields`` of a template whose fields have the keys *names*."""
    return [
        {
            "name": name,
            "enterprise": enterprise,
            "id": element_id,
            "length": "variable" if length == VARIABLE_LENGTH else length,
        }
        for name, (enterprise, element_id, length) in zip(names, template.fields, strict=True)
    ]
