"""What the protocols of one decoder share."""

from __future__ import annotations

from dataclasses import dataclass

from ..codec.engine import Engine
from ..codec.shapes import ShapeCache
from ..limits import Limits
from ..registry import Registry
from ..state.templates import TemplateStore
from .sections import Sections


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of a decoder that its protocols work with."""

    engine: Engine
    registry: Registry
    limits: Limits
    store: TemplateStore
    shapes: ShapeCache
    sections: Sections | None  # where packets in records are to be decoded


def make_context(
    registry: Registry,
    limits: Limits,
    *,
    compiled: bool,
    octet_values: str,
    packet_sections: bool,
    store: TemplateStore | None = None,
) -> Context:
    """A context of its own for one decoder, with what an earlier one remembered if *store* is given."""
    engine = Engine(limits, compiled=compiled, octet_values=octet_values)
    return Context(
        engine,
        registry,
        limits,
        TemplateStore(limits) if store is None else store,
        ShapeCache(engine, registry, limits),
        Sections(engine, limits) if packet_sections else None,
    )
