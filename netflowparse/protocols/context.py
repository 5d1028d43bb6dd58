"""What the protocols of one decoder share."""

from __future__ import annotations

from dataclasses import dataclass

from ..codec.engine import Engine
from ..codec.shapes import ShapeCache
from ..configuration import Configuration
from ..limits import Limits
from ..registry import Registry
from ..state.exporters import ExporterStore
from ..wire import lists
from .packet_sections import PacketSections
from .trace import Observer


class ListHeads:
    """The readers of what stands before the contents of lists."""

    def __init__(self, engine: Engine) -> None:
        self.basic_list = engine.pair_reader(lists.BasicListHeader)
        self.enterprise = engine.pair_reader(lists.EnterpriseNumber)
        self.sub_template_list = engine.pair_reader(lists.SubTemplateListHeader)
        self.entry = engine.pair_reader(lists.EntryHeader)


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
    list_heads: ListHeads
    packet_sections: PacketSections | None  # where packets in records are to be decoded
    observe: Observer | None = None  # what is told of each datagram how it was read


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
        ListHeads(engine),
        PacketSections(engine, limits) if configuration.packet_sections else None,
    )
