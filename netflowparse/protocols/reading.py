"""Records read by a template, and what is done to them whatever they stand in: a data set, or a list in a value."""

from __future__ import annotations

from ..codec.layout import Layout
from ..codec.reader import Faults
from ..codec.shapes import RecordShape
from ..state.templates import KnownTemplate
from ..types import Flow
from .assembly import Assembly
from .learned_elements import edition_of, hang_shape, renew_shape
from .rules import apply_rules, note_ahead, note_icmp
from .times import drop_unknown_times


def read_by(
    work: Assembly, known: KnownTemplate, start: int, end: int, most: int
) -> tuple[RecordShape, Layout, list[Flow], int, Faults]:
    """The whole records between *start* and *end* by *known*, at most *most*, and the offset behind the last.

    With them their shape, its layout (the shape may lose it when others come) and the values that do not suit their
    type, as ``codec/reader.py`` has them.
    """
    shape = known.shape
    if shape is None or shape.read is None:
        shape = hang_shape(work, known)
    elif shape.strange and known.edition is not edition_of(work.domain.exporter):
        shape = renew_shape(work, known, shape)
    faults: Faults = []
    octets, clock, column = work.octets, work.clock, shape.icmp
    layout: Layout = shape.layout
    records, stop = shape.read(octets, start, end, most, faults, clock)
    work.values_left -= len(records) * len(known.template.fields)
    if column is not None:
        protocols = octets[start + column[0] : stop : column[1]]
        if 1 in protocols or 58 in protocols:
            note_icmp(work, records, protocols)
    if clock is not None and clock.ahead:
        note_ahead(work, clock)
    if shape.calls:
        apply_rules(work, shape, records, faults)
    if work.stopped_clock:
        work.untimed += drop_unknown_times(records, layout.clocked)
    return shape, layout, records, stop, faults
