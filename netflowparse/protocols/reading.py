"""Records read by a template, and what is done to them whatever they stand in: a data set, or a list in a value."""

from __future__ import annotations

from collections.abc import Iterator

from ..codec.layout import Layout
from ..codec.reader import Faults
from ..codec.shapes import RecordShape
from ..codec.spans import spans
from ..quirks import ICMP_IN_DESTINATION_PORT
from ..state.templates import KnownTemplate
from ..types import Flow
from .assembly import Assembly
from .rules import apply_rules, note_ahead, note_icmp
from .time_problems import drop_unknown_times


def read_by(
    work: Assembly, known: KnownTemplate, shape: RecordShape, start: int, end: int, most: int
) -> tuple[Layout, list[Flow], int, Faults]:
    """The whole records between *start* and *end* by *known*, at most *most*, and the offset behind the last.

    With them the layout of their *shape* (which may lose it when others come) and the values that do not suit their
    type, as ``codec/reader.py`` has them.
    """
    faults: Faults = []
    octets, clock, column = work.octets, work.clock, shape.icmp
    layout, read = shape.layout, shape.read
    assert layout is not None
    assert read is not None
    spent = shape.spent
    done = None if work.done is None else work.done.pop(start, None)
    if done is not None and done[0] is shape and len(done[1]) <= most:
        _, records, stop, faults, ahead, icmp = done
        if icmp is not None:
            column = None
            if icmp:
                work.quirk(ICMP_IN_DESTINATION_PORT)
        if clock is not None:
            clock.ahead = ahead
    else:
        records, stop = read(octets, start, end, most, faults, clock)
    cut = end - stop >= known.minimum_length and len(records) < most  # the last one was read as far as it goes
    work.values_left -= (len(records) + cut) * len(known.template.fields)
    if shape.spent != spent:
        work.begun += shape.spent - spent
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
    return layout, records, stop, faults


def limit_met(work: Assembly, limit: str) -> str:
    """What there is more of than *limit* allows a datagram, for the text of a problem."""
    what = {"values": "values", "nesting": "lists inside one another"}
    if limit in what:
        return f"more than {getattr(work.context.limits, limit)} {what[limit]}"
    return "too many fields of new shapes"


def each_fault(
    work: Assembly, layout: Layout, faults: Faults, end: int, start: int | None = None
) -> Iterator[tuple[int, int, int, int, str]]:
    """(record's number, start and end of the value, field's index, what was expected) of each fault, in wire order.

    Records are numbered where *start* says where the first one is.  Those beyond the listed problems are counted.
    """
    at, number, record_at, record = start, 0, -1, []
    for where, index in sorted(faults):
        if work.problems.full:
            work.problems.count(where)
            continue
        while at is not None and at != where:
            at = spans(layout.fields, work.octets, at, end)[-1][1]
            number += 1
        if where != record_at:
            record_at, record = where, spans(layout.fields, work.octets, where, end)
        first, last = record[index]
        value = layout.fields[index].value
        yield number, first, last, index, value.fault(work.octets[first:last]) if value else ""
