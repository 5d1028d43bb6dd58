"""Elements that exporters have described themselves, where the registry does not know them.  RFC 5610.

What is believed of type records is decided in ``type_records``; here it meets templates and the shapes of records.
"""

from __future__ import annotations

from typing import Final

from ..codec.record import Learned
from ..codec.shapes import BESIDES, RecordShape
from ..limits import Limits
from ..registry import Element, Registry
from ..registry.element import unknown
from ..state.elements import LearnedElement
from ..state.exporters import Exporter
from ..state.pending import HeldSet
from ..state.templates import KnownTemplate
from ..template import Template
from ..types import KnowledgeRow
from .assembly import Assembly

ELEMENT: Final = "element"  # kind of a row of knowledge
SHAPING = 16  # values that can be read in the time that one field of a new shape takes, and more
FREE = 4096  # fields of new shapes that a datagram may ask for however short it is,
PER_OCTET = 2  # and for each of its octets: none asks for as many whose fields have octets


def _element(registry: Registry, learned: LearnedElement) -> Element | None:
    """How values of an element are read by what is learned of it; None where that counts no longer."""
    enterprise, number = learned.enterprise, learned.id
    if learned.conflicting or not registry.is_open(enterprise, number):
        return None
    element = registry.lookup(enterprise, number) or unknown(enterprise, number, learned.key)
    return element._replace(type=learned.type)


def _described(exporter: Exporter, registry: Registry, enterprise: int, element_id: int) -> Element | None:
    known = None if exporter.elements is None else exporter.elements.get(enterprise, element_id)
    return None if known is None else _element(registry, known)


def element_of(exporter: Exporter, registry: Registry, enterprise: int, element_id: int) -> Element:
    """The element with this number in IPFIX: as *registry* has it, or else as the exporter has described it."""
    return _described(exporter, registry, enterprise, element_id) or registry.element(enterprise, element_id)


def learned_fields(exporter: Exporter, template: Template, registry: Registry) -> Learned:
    """The fields of *template*, by their index, with elements that the exporter has described."""
    if exporter.elements is None or template.protocol != "ipfix":
        return ()
    found = (_described(exporter, registry, each.enterprise, each.id) for each in template.fields)
    return tuple((index, element) for index, element in enumerate(found) if element is not None)


def edition_of(exporter: Exporter) -> object:
    """What is replaced by another object whenever the exporter has described an element anew."""
    return None if exporter.elements is None else exporter.elements.edition


def most_shaped(limits: Limits, octets: int | None = None) -> int:
    """The fields of new shapes that one datagram of so many *octets* may ask for; None: that what waited may."""
    most = limits.values // SHAPING
    if octets is not None:
        most = min(most, FREE + PER_OCTET * octets)
    return max(most, limits.fields_per_template + BESIDES)  # any template can be had


class ShapeAllowance:
    """Bounds the templates by which sets that have waited are read at a time, by their fields.

    Those that have a shape count as well, for it may have to make room for others.
    """

    def __init__(self, limits: Limits) -> None:
        self._left = most_shaped(limits)
        self._met: set[KnownTemplate] = set()

    def take(self, held: HeldSet) -> bool:
        """Count the templates of a set that is ready, those of its lists among them; False where they are too many."""
        known = held.known
        assert known is not None
        new = {known, *held.inner.values()} - self._met
        fields = sum(len(each.template.fields) + BESIDES for each in new)
        if new and self._met and fields > self._left:
            return False  # one whose templates are all counted costs nothing, whatever the first has left
        self._left -= fields
        self._met |= new
        return True


def shape_for(work: Assembly, known: KnownTemplate) -> RecordShape | None:
    """The shape by which the records of *known* are read, made if need be.

    None for a datagram that has asked for shapes of too many fields already, or read the first records by too many:
    its records may cost little, a shape costs much, and there are more templates than shapes are kept.  Where a shape
    only does not know what the exporter has described since, it serves as it is then.
    """
    shape: RecordShape | None = known.shape
    if shape is not None and shape.read is None:
        shape = None  # it was dropped
    exporter, context = work.domain.exporter, work.context
    outdated = shape is None or (shape.open and known.edition is not edition_of(exporter))
    if shape is not None and shape.settled and not outdated:
        return shape
    fields = len(known.template.fields)
    most = most_shaped(context.limits, None if work.waited else len(work.octets))
    if outdated and work.shaped + fields <= most:
        made = context.shapes.made
        learned = learned_fields(exporter, known.template, context.registry)
        shape = context.shapes.shape(known.template, work.rules, clocked=work.clock is not None, learned=learned)
        work.shaped += fields + BESIDES * (context.shapes.made - made)  # one that is there is looked up by its fields
        known.shape, known.edition = shape, edition_of(exporter)
    if shape is None or (not shape.settled and work.begun + fields > most):
        return None
    return shape


def element_rows(exporter: Exporter, registry: Registry) -> list[KnowledgeRow]:
    """A plain row for each element that the exporter has described; ``flow_key`` is its key in flows."""
    return [
        {
            "protocol": "ipfix",
            "domain": None,
            "kind": ELEMENT,
            "key": f"{each.enterprise}:{each.id}",
            "name": each.name,
            "flow_key": element_of(exporter, registry, each.enterprise, each.id).key,
            "type": each.type,
            "semantics": each.semantics,
            "units": each.units,
            "range": each.range,
            "conflicting": each.conflicting,
            "source": "options",
            "time": each.time,
        }
        for each in exporter.elements or ()
    ]
