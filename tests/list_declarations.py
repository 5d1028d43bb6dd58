"""What whole lists of ``wire/lists.py`` are built from, and parsed by: the declarations of templates and elements."""

from __future__ import annotations

from collections.abc import Mapping

from construct import Construct

from netflowparse.codec.record import template_layout, value_type
from netflowparse.quirks import STANDARD
from netflowparse.registry import Registry
from netflowparse.template import Template
from netflowparse.wire.leaves import leaf


class TemplateDeclarations:
    """What lists are made of by the *templates* of one domain, by their ids; ``KeyError`` for one that is not there."""

    def __init__(self, templates: Mapping[int, Template], registry: Registry) -> None:
        self._templates = templates
        self._registry = registry

    def element(self, enterprise: int, element_id: int, length: int) -> Construct:
        """The Construct of a basicList's values."""
        element = self._registry.element(enterprise, element_id)
        return leaf(value_type(element, length, STANDARD.on, in_options=False), length)

    def record(self, template_id: int) -> Construct:
        """The Construct of a template's records; its fields are called f0, f1 and so on."""
        return template_layout(self._templates[template_id], self._registry).declaration
