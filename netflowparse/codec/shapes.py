"""The record shapes that a decoder knows: layout and reader of each, shared by all templates of the same shape.

A shape is compiled when interpreting it has cost about as much as compiling would, so a flood of new templates buys the
sender no compilations; the oldest shapes are dropped when there are too many.
"""

from __future__ import annotations

from typing import TypeAlias

from ..limits import Limits
from ..quirks import ICMP_IN_DESTINATION_PORT
from ..registry import Registry
from ..template import FieldSpecifier, Template
from . import reference
from .direction import is_undirected
from .display import Clock
from .engine import Engine
from .layout import Layout
from .peculiarities import Call, applied_rules, called_rules, icmp_column
from .plausibility import doubt
from .reader import Faults, RecordReader
from .record import Learned, has_open_elements, items_layout, template_layout

COMPILE_AFTER = 6  # records interpreted
BESIDES = 8  # fields that take as long to make ready as all else about a shape

#: what decides how records are read: the template's shape, the rules, whether their datagrams have a sysUpTime, and
#: what the exporter has said of elements that no registry knows
Key: TypeAlias = "tuple[str, int | None, tuple[FieldSpecifier, ...], frozenset[str], bool, Learned]"


class RecordShape:
    """How the records of some template are read.  Once the shape has been dropped it is ``None`` throughout.

    ``quirks`` are the rules for exporters' peculiarities that reading any record applies, ``calls`` those that must see
    the records of each set; ``icmp`` is the column that tells whether the rule for ICMP's type in ports must;
    ``undirected`` says that they are of two directions and do not say which is which; ``open`` that they have
    elements of which exporters may tell the types, so that they are read by another shape once one does; ``learned``
    is what this exporter had told by then.  ``settled`` says that it is read by what it will always be read by, and
    ``spent`` what was done for that, in fields compiled: interpreting a few records takes as long as compiling does.

    ``plain`` says that it is settled, by compiled code, and that its records need nothing more than ``icmp``, ``doubt``
    and ``quirks``: they are flows, each of whose fields takes octets.
    """

    __slots__ = (
        *("_engine", "_interpreted", "_simple", "calls", "doubt", "icmp", "layout", "learned", "open", "plain"),
        *("quirks", "read", "settled", "spent", "undirected"),
    )

    def __init__(
        self,
        layout: Layout,
        engine: Engine,
        quirks: tuple[str, ...] = (),
        calls: tuple[Call, ...] = (),
        icmp: tuple[int, int] | None = None,
        *,
        open_elements: bool = False,
        learned: Learned = (),
        data: bool = False,
    ) -> None:
        self.open = open_elements
        self.learned = learned
        self.quirks = quirks
        self.calls = calls
        self.icmp = icmp
        self.doubt = doubt(layout)
        self.undirected = is_undirected(layout.names)
        self._simple = data and engine.compiled and not (self.undirected or calls or layout.lists or layout.misfits)
        self._simple &= all(field.minimum_length for field in layout.fields)
        self.plain = False
        self._engine = engine
        self._interpreted = 0
        self.settled = False
        self.spent = 0
        self.layout: Layout | None = layout
        self.read: RecordReader | None = self._read_at_first

    def _read_at_first(
        self, octets: bytes, start: int, end: int, most: int, faults: Faults, clock: Clock | None
    ) -> tuple[list[dict[str, object]], int]:
        layout = self.layout
        assert layout is not None
        count, width = min((end - start) // layout.minimum_length, most), len(layout.fields)
        self._interpreted += count
        if self._interpreted <= COMPILE_AFTER:
            self.spent += count * width // max(COMPILE_AFTER, 1)
            return reference.record_reader(layout)(octets, start, end, most, faults, clock)
        self.spent += width + BESIDES
        self.settled, self.plain = True, self._simple
        self.read = reader = self._engine.record_reader(layout)
        return reader(octets, start, end, most, faults, clock)

    def drop(self) -> None:
        """Let go of everything; templates that still hold the shape will ask for another."""
        self.settled = self.plain = False
        self.layout = self.read = None


class ShapeCache:
    """The shapes of one decoder; the oldest are dropped when they, or their fields, are too many.

    ``made`` counts those of templates that there have been, ``edition`` is the registry's that they are of.
    """

    def __init__(self, engine: Engine, registry: Registry, limits: Limits) -> None:
        self._engine = engine
        self._registry = registry
        self.edition = registry.edition
        self._limits = limits
        self._shapes: dict[Key, RecordShape] = {}
        self._fields = 0
        self.made = 0
        self._items: dict[tuple[str, int], RecordShape] = {}
        self._shared: dict[tuple[FieldSpecifier, ...], tuple[FieldSpecifier, ...]] = {}
        self._shared_fields = 0

    def shape(
        self,
        template: Template,
        rules: frozenset[str] = frozenset(),
        *,
        clocked: bool = False,
        learned: Learned = (),
    ) -> RecordShape:
        """The shape of *template* by *rules* for exporters' peculiarities, with the registry's names and types.

        *clocked* says whether the datagrams of its records have a sysUpTime, *learned* what their exporter says of
        elements that the registry does not know.
        """
        key = (*template.shape, rules, clocked, learned)
        shape = self._shapes.get(key)
        if shape is None:
            octet_values = self._engine.octet_values
            layout = template_layout(template, self._registry, octet_values, rules, clocked=clocked, learned=learned)
            quirks, calls = applied_rules(template, layout), called_rules(template, layout, rules)
            column = icmp_column(layout) if Call(ICMP_IN_DESTINATION_PORT) in calls else None
            if column is not None:  # it is looked at first, and seldom needs the rule
                calls = tuple(call for call in calls if call.rule != ICMP_IN_DESTINATION_PORT)
            open_elements = has_open_elements(template, self._registry)
            shape = RecordShape(
                layout,
                self._engine,
                quirks,
                calls,
                column,
                open_elements=open_elements,
                learned=learned,
                data=template.scope_count is None,
            )
            self._shapes[key] = shape
            self.made += 1
            self._fields += len(template.fields)
            while len(self._shapes) > 1 and (
                len(self._shapes) > self._limits.record_shapes or self._fields > self._limits.record_shape_fields
            ):
                self._drop(next(iter(self._shapes)))
        return shape

    def items(self, abstract_type: str, length: int) -> RecordShape:
        """The shape of values of one type and length that follow one another, each under ``value``."""
        shape = self._items.get((abstract_type, length))
        if shape is None:
            if len(self._items) >= self._limits.record_shapes:
                del self._items[next(iter(self._items))]
            layout = items_layout(abstract_type, length, self._engine.octet_values)
            shape = self._items[abstract_type, length] = RecordShape(layout, self._engine)
        return shape

    def share(self, fields: tuple[FieldSpecifier, ...]) -> tuple[FieldSpecifier, ...]:
        """Equal *fields* of another template, so that many exporters of one shape keep them once."""
        shared = self._shared.get(fields)
        if shared is None:
            self._shared_fields += len(fields)
            if self._shared_fields > self._limits.record_shape_fields:
                self._shared.clear()
                self._shared_fields = len(fields)
            shared = self._shared[fields] = fields
        return shared

    def follow_registry(self) -> None:
        """Drop every shape if the registry has learned something since the last call."""
        if self.edition is not self._registry.edition:
            self.edition = self._registry.edition
            for key in list(self._shapes):
                self._drop(key)

    def _drop(self, key: Key) -> None:
        self._fields -= len(key[2])
        self._shapes.pop(key).drop()
