"""Template records: put in force as they come, so that the wire order rules.  RFC 7011 §8, RFC 3954 §7.

Whatever becomes of one is an event in the message's ``templates``; a definition that is rejected leaves the old one
alone.
"""

from __future__ import annotations

from ..codec.record import elements_of
from ..errors import BAD_TEMPLATE, LIMIT
from ..registry import Registry
from ..state.templates import STREAMS, KnownTemplate
from ..template import VARIABLE_LENGTH, Template
from ..types import TemplateField
from ..wire.sets import FIRST_DATA_SET
from .assembly import Assembly
from .framing import HEADER

SMALLEST_TEMPLATE = 8  # octets of a template record with one field


def refresh(work: Assembly, template_id: int, offset: int, end: int, *, options: bool) -> int | None:
    """The offset behind a template record that repeats the definition in force to the octet, or None if it does not.

    Most template records are such repetitions; they need not be read again.
    """
    known = work.domain.templates.get(template_id)
    if known is None or (known.template.scope_count is not None) is not options:
        return None
    after = offset + len(known.definition)
    if after > end or not work.octets.startswith(known.definition, offset):
        return None
    known.refreshed = work.time
    _event(work, "refreshed", known.template, _described(work, known))
    return after


def learn(work: Assembly, template: Template, offset: int, end: int) -> None:
    """Put the template that the record from *offset* to *end* defines in force, or reject it."""
    limits, template_id = work.context.limits, template.template_id
    if template_id < FIRST_DATA_SET:
        reject(work, template_id, offset, f"id {template_id}, need at least {FIRST_DATA_SET}")
    elif len(template.fields) > limits.fields_per_template:
        message = f"template {template_id} at octet {offset}: {len(template.fields)} fields, more than {{}}"
        _reject_beyond(work, template_id, offset, message, "fields_per_template")
    else:
        event = work.domain.learn(template, work.octets[offset:end], work.time, work.transport, limits)
        if event == "rejected":
            message = f"template {template_id} at octet {offset}: the exporter has more than {{}} templates"
            _reject_beyond(work, template_id, offset, message, "templates_per_exporter")
        else:
            _event(work, event, template, _described(work, work.domain.templates[template_id]))


def reject(work: Assembly, template_id: int, offset: int, why: str, *, cut: bool = False) -> None:
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
    _event(work, "rejected", Template("", template_id, None, ()), [])


def _reject_beyond(work: Assembly, template_id: int, offset: int, message: str, limit: str) -> None:
    most = getattr(work.context.limits, limit)
    work.problems.add(LIMIT, message.format(most), offset, template_id=template_id, limit=limit)
    _event(work, "rejected", Template("", template_id, None, ()), [])


def note_padding(work: Assembly, position: int, start: int, end: int) -> None:
    """Name the quirk if the zeros from *position* to the *end* of a template set are as long as a template's head."""
    if start < position and HEADER <= end - position < SMALLEST_TEMPLATE:
        work.quirk("template_padding_4_to_7")


def withdraw(work: Assembly, template_id: int, *, options: bool, every: bool) -> None:
    """Obey a withdrawal of one template, or of *every* one of its kind, where the transport allows it."""
    gone: list[int] = []
    if work.transport in STREAMS:
        if every:
            gone = work.domain.withdraw_all(options=options)
        elif work.domain.withdraw(template_id, options=options):
            gone = [template_id]
    for each in gone:
        _event(work, "withdrawn", Template("", each, None, ()), [])
    if not gone:
        _event(work, "withdrawal_ignored", Template("", template_id, None, ()), [])


def _event(work: Assembly, event: str, template: Template, fields: list[TemplateField]) -> None:
    work.templates.append(
        {
            "event": event,
            "template_id": template.template_id,
            "scope_count": template.scope_count,
            "fields": fields,
        }
    )


def _described(work: Assembly, known: KnownTemplate) -> list[TemplateField]:
    registry = work.context.registry
    if known.described is None or known.described[0] is not registry.edition:
        known.described = registry.edition, describe_fields(known.template, registry)
    return [field.copy() for field in known.described[1]]


def describe_fields(template: Template, registry: Registry) -> list[TemplateField]:
    """The ``fields`` of a template in a message: name, enterprise, id and length of each, in wire order."""
    return [
        {
            "name": element.key,
            "enterprise": field.enterprise,
            "id": field.id,
            "length": "variable" if field.length == VARIABLE_LENGTH else field.length,
        }
        for element, field in zip(elements_of(template, registry), template.fields, strict=True)
    ]
