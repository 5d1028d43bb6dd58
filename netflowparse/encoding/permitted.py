"""What an exporting process must not send, though it could be written.  RFC 7011 §4.1, RFC 7012 §2.1, RFC 5103."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..codec.direction import is_undirected
from ..codec.record import elements_of
from ..codec.reports import report_of
from ..errors import EncodeError
from ..registry import Element, Registry
from .checked import Path
from .templates import Definition

OBSERVATION_DOMAIN_ID = 149


def check_definition(definition: Definition, registry: Registry, domain: Any, path: Path) -> None:
    """EncodeError for a template that no exporter of the observation *domain* may define."""
    template = definition.template
    for index, element in enumerate(elements_of(template, registry)):
        if not element.reversible and element.enterprise:
            raise EncodeError(f"{element.key}: the element has no direction, so no reverse (RFC 5103 §6.1)", path)
        if index < (template.scope_count or 0) and element.id == OBSERVATION_DOMAIN_ID:
            domain = element.key
    if template.scope_count is None and is_undirected(definition.names):
        why = "reverse elements, but none that tells the two directions apart (RFC 5103 §4)"
        raise EncodeError(f"template {template.template_id} has {why}", path)
    if report_of(template) == "metering_statistics" and not domain:
        why = "the scope needs observationDomainId where the message is of domain 0 (RFC 7011 §4.1)"
        raise EncodeError(why, path)


class Ranges:
    """The values that elements may have, as far as the registry says."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, tuple[int, int] | None] = {}

    def check(self, record: Mapping[str, Any], path: Path) -> None:
        """EncodeError for a value of *record* that is out of its element's range.  RFC 7012 §2.1."""
        for key, value in record.items():
            several = isinstance(value, list)
            for index, each in enumerate(value if several else [value]):
                self._check(key, each, (*path, key, index) if several else (*path, key))

    def _check(self, key: str, value: Any, path: Path) -> None:
        """The same of one value; of a list those inside."""
        if isinstance(value, Mapping):
            if isinstance(value.get("element"), str):
                for index, each in enumerate(value.get("values", ())):
                    self._check(value["element"], each, (*path, "values", index))
            else:
                self.check(value, path)
            return
        if key not in self._known:
            self._known[key] = _range_of(self._registry.find(key))
        bounds = self._known[key]
        if bounds is not None and isinstance(value, int) and not bounds[0] <= value <= bounds[1]:
            raise EncodeError(f"{value}, expected {bounds[0]} to {bounds[1]}", path)


def _range_of(element: Element | None) -> tuple[int, int] | None:
    if element is None or not element.range:
        return None
    first, _, last = element.range.rpartition("-")
    try:
        bounds = int(first, 0), int(last, 0)
    except ValueError:  # a caller's own words
        return None
    return bounds if bounds[0] < bounds[1] else None  # IANA has 0-0 where nothing is said
