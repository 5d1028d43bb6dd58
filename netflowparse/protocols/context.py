"""What the protocols of one decoder share."""

from __future__ import annotations

from dataclasses import dataclass

from ..codec.engine import Engine
from ..codec.shapes import ShapeCache
from ..configuration import Configuration
from ..limits import Limits
from ..registry import Registry
from ..state.exporters import ExporterStore
from .sections import Sections


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of a decoder that its protocols work with."""

    engine: Engine
    registry: Registry
    limits: Limits
    store: ExporterStore
    shapes: ShapeCache
    configuration: Configuration
    resolves: bool  # whether flows gain what is known of their exporters
    sections: Sections | None  # where packets in records are to be decoded


def make_context(
    registry: Registry,
    limits: Limits,
    configuration: Configuration,
    *,
    compiled: bool,
    octet_values: str,
    store: ExporterStore | None = None,
) -> Context:
    """A context of its own for one decoder, with what an earlier one remembered if *store* is given."""
    engine = Engine(limits, compiled=compiled, octet_values=octet_values)
    return Context(
        engine,
        registry,
        limits,
        ExporterStore(limits, configuration.settings_of, configuration.history) if store is None else store,
        ShapeCache(engine, registry, limits),
        configuration,
        configuration.resolve,
        Sections(engine, limits) if configuration.packet_sections else None,
    )
