"""Templates as messages describe them, to what writes their records and their definitions.

RFC 7011 §3.4, RFC 3954 §5.2 and §6.1.

A description is an entry of a message's ``templates``, a row of ``Decoder.templates``, or as much of one as is needed:
``template_id`` and ``fields``, of which a name alone will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..codec.record import EARLY_IDS
from ..errors import EncodeError
from ..quirks import ASA_EARLY_IDS
from ..registry import Element, Registry
from ..registry.element import unknown
from ..template import VARIABLE_LENGTH, FieldSpecifier, Template
from ..wire import ipfix, netflow9
from ..wire.ipfix import ENTERPRISE_BIT
from ..wire.sets import FIRST_DATA_SET, TemplateHeader
from .checked import REFUSALS, Path, expect_dict, refuse_others, shown
from .elements import check_number, element_of, field_type_of, natural_length, scope_type_of

LARGEST = 0xFFFF
#: keys of a description, those of rows of ``Decoder.templates`` among them; and of one field
DESCRIBED = frozenset(
    {
        *("template_id", "scope_count", "fields", "event", "changed", "protocol"),
        *("exporter", "domain", "learned", "refreshed"),
    }
)
FIELD = frozenset({"name", "enterprise", "id", "length"})


class Definition(NamedTuple):
    """A template, and the keys that its fields have in records."""

    template: Template
    names: tuple[str, ...]

    @property
    def minimum_length(self) -> int:
        """Octets of its shortest record."""
        return sum(1 if field.length == VARIABLE_LENGTH else field.length for field in self.template.fields)

    @property
    def rules_off(self) -> frozenset[str]:
        """The rules by which its records were not read: the keys of early field types of a Cisco ASA tell that."""
        fields = zip(self.template.fields, self.names, strict=True)
        early = any(field.id in EARLY_IDS and name == unknown(0, field.id).key for field, name in fields)
        return frozenset({ASA_EARLY_IDS}) if early else frozenset()

    def same_as(self, other: Definition | None) -> bool:
        """Whether another one says the same of the same id."""
        return other is not None and self.template == other.template


def definition_of(
    described: Any, protocol: str, registry: Registry, path: Path, *, scopeless: bool = False
) -> Definition:
    """The template that *described* tells.  EncodeError, at *path*, for what describes none.

    *scopeless* lets an options template of IPFIX have no scope, which RFC 7011 §3.4.2.2 forbids and some send.
    """
    described = expect_dict(described, path)
    refuse_others(described, DESCRIBED, path)
    template_id = _whole(described, "template_id", FIRST_DATA_SET, LARGEST, path)
    fields = described.get("fields")
    if not isinstance(fields, Sequence) or isinstance(fields, str | bytes) or not fields:
        raise EncodeError(f"{shown(fields)}, expected a list of at least one field", (*path, "fields"))
    if len(fields) > LARGEST:
        raise _too_many(fields, path)
    scope_count = described.get("scope_count")
    if scope_count is not None:
        least = int(protocol == "ipfix" and not scopeless)
        scope_count = _whole(described, "scope_count", least, len(fields), path)
    found = [
        _field(each, protocol, registry, (*path, "fields", index), scope=index < (scope_count or 0))
        for index, each in enumerate(fields)
    ]
    specifiers, names = tuple(each[0] for each in found), tuple(each[1] for each in found)
    return Definition(Template(protocol, template_id, scope_count, specifiers), names)


def _whole(described: Mapping[str, Any], key: str, least: int, most: int, path: Path) -> int:
    value = described.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise EncodeError(f"{shown(value)}, expected an int from {least} to {most}", (*path, key))
    return value


def _field(described: Any, protocol: str, registry: Registry, path: Path, *, scope: bool) -> tuple[FieldSpecifier, str]:
    """The specifier of one field, and its key."""
    if isinstance(described, str):
        described = {"name": described}
    described = expect_dict(described, path)
    refuse_others(described, FIELD, path)
    if "id" in described:
        enterprise = _whole({"enterprise": 0, **described}, "enterprise", 0, 0xFFFFFFFF, path)
        number = _whole(described, "id", 0, LARGEST, path)
        element = _element(protocol, registry, enterprise, number, path, scope=scope)
        key = described.get("name", element.key)
    else:
        key = described.get("name")
        if not isinstance(key, str):
            raise EncodeError(f"{shown(described)}, expected a name or an id", path)
        enterprise, number, element = numbers_for(key, protocol, registry, path, scope=scope)
        if described.get("enterprise", enterprise) != enterprise:
            why = f"{shown(described['enterprise'])}, expected {enterprise}: {key} is of that"
            raise EncodeError(why, (*path, "enterprise"))
    if not isinstance(key, str):
        raise EncodeError(f"{shown(key)}, expected a str", (*path, "name"))
    return FieldSpecifier(enterprise, number, _length(described, element, protocol, path)), key


def _element(protocol: str, registry: Registry, enterprise: int, number: int, path: Path, *, scope: bool) -> Element:
    if protocol != "netflow9":
        check_number(enterprise, number, path)
        return registry.element(enterprise, number)
    if enterprise:
        raise EncodeError(f"enterprise {enterprise}: NetFlow v9 has none, its types are numbers of their own", path)
    return registry.netflow9_scope(number) if scope else registry.netflow9(number)


def numbers_for(key: str, protocol: str, registry: Registry, path: Path, *, scope: bool) -> tuple[int, int, Element]:
    """(enterprise, id) of the field with *key*, as *protocol* counts, and its element."""
    if protocol == "netflow9":
        number, element = (scope_type_of if scope else field_type_of)(key, registry, path)
        return 0, number, element
    element = element_of(key, registry, path)
    check_number(element.enterprise, element.id, path)
    return element.enterprise, element.id, element


def _length(described: Mapping[str, Any], element: Element, protocol: str, path: Path) -> int:
    if "length" not in described:
        length = natural_length(element, variable=protocol == "ipfix")
        if length is None:
            raise EncodeError(f"{element.key} has no usual length, expected one", (*path, "length"))
        return length
    if described["length"] == "variable":
        return VARIABLE_LENGTH
    return _whole(described, "length", 0, LARGEST, path)


def definition_octets(definition: Definition, path: Path) -> tuple[int, bytes]:
    """The id of the set that a template record belongs to, and the record."""
    template = definition.template
    try:
        if template.protocol == "netflow9":
            return _netflow9(template)
        return _ipfix(template)
    except REFUSALS as error:
        raise _too_many(template.fields, path) from error


def _too_many(fields: Sequence[Any], path: Path) -> EncodeError:
    return EncodeError(f"{len(fields)} fields, which no template record can have", (*path, "fields"))


def withdrawal_octets(template_id: int, *, options: bool) -> tuple[int, bytes]:
    """The same of a withdrawal in IPFIX.  RFC 7011 §8.1."""
    set_id = ipfix.OPTIONS_TEMPLATE_SET if options else ipfix.TEMPLATE_SET
    octets: bytes = TemplateHeader.build({"template_id": template_id, "field_count": 0})
    return set_id, octets


def _ipfix(template: Template) -> tuple[int, bytes]:
    specifiers = b"".join(
        ipfix.FieldSpecifier.build(
            {
                "id": field.id | (ENTERPRISE_BIT if field.enterprise else 0),
                "length": field.length,
                "enterprise": field.enterprise,
            }
        )
        for field in template.fields
    )
    head = {"template_id": template.template_id, "field_count": len(template.fields)}
    if template.scope_count is None:
        return ipfix.TEMPLATE_SET, TemplateHeader.build(head) + specifiers
    head["scope_field_count"] = template.scope_count
    return ipfix.OPTIONS_TEMPLATE_SET, ipfix.OptionsTemplateHeader.build(head) + specifiers


def _netflow9(template: Template) -> tuple[int, bytes]:
    specifiers = b"".join(
        netflow9.FieldSpecifier.build({"id": field.id, "length": field.length}) for field in template.fields
    )
    head, size = {"template_id": template.template_id}, netflow9.FieldSpecifier.sizeof()
    if template.scope_count is None:
        head["field_count"] = len(template.fields)
        return netflow9.TEMPLATE_SET, TemplateHeader.build(head) + specifiers
    head["option_scope_length"] = template.scope_count * size
    head["option_length"] = (len(template.fields) - template.scope_count) * size
    return netflow9.OPTIONS_TEMPLATE_SET, netflow9.OptionsTemplateHeader.build(head) + specifiers
