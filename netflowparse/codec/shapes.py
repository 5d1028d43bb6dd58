"""The record shapes that a decoder knows: layout and reader of each, shared by all templates of the same shape.

A shape is compiled when interpreting it has cost about as much as compiling would, so a flood of new templates buys the
sender no compilations; the oldest shapes are dropped when there are too many.
"""

from __future__ import annotations

from ..limits import Limits
from ..registry import Registry
from ..template import VARIABLE_LENGTH, ShapeKey, Template
from . import reference
from .display import Clock
from .engine import Engine
from .layout import Layout
from .reader import Faults, RecordReader
from .record import UPTIME_OCTETS, template_layout

COMPILE_AFTER = 6  # records interpreted


class RecordShape:
    """How the records of some template are read.  Once the shape has been dropped it is ``None`` throughout."""

    __slots__ = ("_engine", "_interpreted", "layout", "quirks", "read")

    def __init__(self, layout: Layout, engine: Engine, quirks: tuple[str, ...]) -> None:
        self.quirks = quirks
        self._engine = engine
        self._interpreted = 0
        self.layout: Layout | None = layout
        self.read: RecordReader | None = self._read_at_first if engine.compiled else reference.record_reader(layout)

    def _read_at_first(
        self, octets: bytes, start: int, end: int, most: int, faults: Faults, clock: Clock | None
    ) -> tuple[list[dict[str, object]], int]:
        layout = self.layout
        assert layout is not None
        self._interpreted += min((end - start) // layout.minimum_length, most)
        if self._interpreted <= COMPILE_AFTER:
            return reference.record_reader(layout)(octets, start, end, most, faults, clock)
        self.read = reader = self._engine.record_reader(layout)
        return reader(octets, start, end, most, faults, clock)

    def drop(self) -> None:
        """Let go of everything; templates that still hold the shape will ask for another."""
        self.layout = self.read = None


class ShapeCache:
    """The shapes of one decoder; the oldest are dropped when they, or their fields, are too many."""

    def __init__(self, engine: Engine, registry: Registry, limits: Limits) -> None:
        self._engine = engine
        self._registry = registry
        self._edition = registry.edition
        self._limits = limits
        self._shapes: dict[ShapeKey, RecordShape] = {}
        self._fields = 0

    def shape(self, template: Template) -> RecordShape:
        """The shape of *template*, with the registry's present names and types."""
        key = template.shape
        shape = self._shapes.get(key)
        if shape is None:
            layout = template_layout(template, self._registry, self._engine.octet_values)
            shape = self._shapes[key] = RecordShape(layout, self._engine, _quirks(template, layout))
            self._fields += len(template.fields)
            while len(self._shapes) > 1 and (
                len(self._shapes) > self._limits.record_shapes or self._fields > self._limits.record_shape_fields
            ):
                self._drop(next(iter(self._shapes)))
        return shape

    def follow_registry(self) -> None:
        """Drop every shape if the registry has learned something since the last call."""
        if self._edition is not self._registry.edition:
            self._edition = self._registry.edition
            for key in list(self._shapes):
                self._drop(key)

    def _drop(self, key: ShapeKey) -> None:
        self._fields -= len(key[2])
        self._shapes.pop(key).drop()


def _quirks(template: Template, layout: Layout) -> tuple[str, ...]:
    """The rules for exporters' peculiarities that reading by *template* applies."""
    quirks = []
    if template.protocol == "netflow9" and any(field.length == VARIABLE_LENGTH for field in template.fields):
        quirks.append("variable_length_in_v9")
    if any(template.fields[layout.names.index(uptime)].length > UPTIME_OCTETS for _, uptime in layout.clocked):
        quirks.append("uptime_in_8_octets")
    return tuple(quirks)
