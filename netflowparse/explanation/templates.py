"""Template records specifier by specifier.  RFC 7011 §3.2 and §3.4, RFC 3954 §5.2 and §6.1."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from ..codec.record import elements_of
from ..protocols.learned_elements import learned_fields
from ..template import FieldSpecifier, Template
from ..wire import ipfix, netflow9
from ..wire.ipfix import ENTERPRISE_BIT
from ..wire.sets import TemplateHeader
from ..wire.specifications import SETS, section_of
from .declared import fields
from .node import Node
from .records import Templates
from .sheet import Sheet

WORD = 4
SPECIFIER: int = netflow9.FieldSpecifier.sizeof()
#: set id -> the protocol whose template records it holds, and whether they are of options
FORMS = {
    netflow9.TEMPLATE_SET: ("netflow9", False),
    netflow9.OPTIONS_TEMPLATE_SET: ("netflow9", True),
    ipfix.TEMPLATE_SET: ("ipfix", False),
    ipfix.OPTIONS_TEMPLATE_SET: ("ipfix", True),
}


def template_record(
    sheet: Sheet,
    templates: Templates,
    set_id: int,
    start: int,
    end: int,
    names: Sequence[str] = (),
    *,
    cut: bool = False,
    since: int | None = None,
) -> Node:
    """The template record from *start* to *end*; one that is *cut* has octets left that make no specifier.

    *names* are those that the message has of its fields, if it has any.  Why it is cut is a problem of what stands at
    *since*, if not of itself.
    """
    protocol, options = FORMS[set_id]
    withdrawal = protocol == "ipfix" and not cut and end - start == TemplateHeader.sizeof()
    _, rule = SETS[protocol, "withdrawal" if withdrawal else "options template" if options else "template"]
    head = TemplateHeader
    if options and not withdrawal:
        head = ipfix.OptionsTemplateHeader if protocol == "ipfix" else netflow9.OptionsTemplateHeader
    nodes, position = fields(sheet, head, start, end, rule)
    if len(nodes) == len(head.subcons):
        scope, count, enterprises = None, None, protocol == "ipfix"
        if options and not withdrawal:
            scope = nodes[2].value if protocol == "ipfix" else nodes[1].value // SPECIFIER
        if protocol == "ipfix":
            count = nodes[1].value
            # of options templates some exporters leave the enterprise numbers out, which is learned then
            enterprises = cut or position + count * SPECIFIER != end
        specifiers = _Specifiers(sheet, templates, protocol, scope, names)
        nodes += specifiers.nodes(position, end, count, rule, enterprises=enterprises)
        position = nodes[-1].end
    nodes += sheet.undecoded(position, end, start if since is None else since)
    return sheet.group("withdrawal" if withdrawal else "template", start, end, nodes, rule=rule)


class _Specifiers:
    """The field specifiers of one template record."""

    def __init__(
        self, sheet: Sheet, templates: Templates, protocol: str, scope: int | None, names: Sequence[str]
    ) -> None:
        self._sheet = sheet
        self._templates = templates
        self._protocol = protocol
        self._scope = scope
        self._names = names

    def nodes(self, start: int, end: int, count: int | None, rule: str, *, enterprises: bool) -> list[Node]:
        """Those from *start* on that are whole before *end*, at most *count*, of a record that *rule* lays out."""
        if self._protocol == "ipfix":
            rule = section_of(ipfix.FieldSpecifier)
        found: list[tuple[int, int, list[Node], FieldSpecifier]] = []
        position = start
        while position + SPECIFIER <= end and (count is None or len(found) < count):
            parts, after = self._specifier(position, end, rule, enterprises=enterprises)
            if not parts:
                break
            enterprise = parts[2].value if len(parts) > 2 else 0
            number = parts[0].value & ~ENTERPRISE_BIT if self._protocol == "ipfix" else parts[0].value
            found.append((position, after, parts, FieldSpecifier(enterprise, number, parts[1].value)))
            position = after
        template = Template(self._protocol, 0, self._scope, tuple(each[3] for each in found))
        learned = learned_fields(self._templates.exporter, template, self._templates.registry)
        elements = elements_of(template, self._templates.registry, self._templates.rules, learned)
        nodes = []
        for element, name, (first, last, parts, _) in zip_longest(elements, self._names[: len(found)], found):
            # where the exporter says more of an element behind, nobody knows here what it was before
            type_ = element.type if name in (None, element.key) else ""
            nodes.append(self._sheet.group(name or element.key, first, last, parts, type_, rule))
        return nodes

    def _specifier(self, start: int, end: int, rule: str, *, enterprises: bool) -> tuple[list[Node], int]:
        """The words of the specifier at *start*, and where it ends; none where it is not whole."""
        parts, after = fields(self._sheet, netflow9.FieldSpecifier, start, end, rule)
        if not enterprises or not parts[0].value & ENTERPRISE_BIT:
            return parts, after
        if after + WORD > end:
            return [], start
        value = int.from_bytes(self._sheet.octets[after : after + WORD], "big")
        number = self._sheet.leaf("enterprise", after, after + WORD, "unsigned32", value, rule)
        return [*parts, number], after + WORD
