"""Data sets: records read by the template in force where they stand.  RFC 7011 §3.4.3, RFC 3954 §5.3 and §6.2.

What cannot be read is a problem of that set, record or value alone.
"""

from __future__ import annotations

from typing import Any

from ..codec.layout import Layout
from ..codec.reader import Faults
from ..codec.spans import spans
from ..errors import BAD_VALUE, LIMIT, MISSING_TEMPLATE, NO_PROGRESS, TRUNCATED_RECORD, UNKNOWN_SET
from .assembly import Assembly
from .framing import HEADER
from .times import drop_unknown_times


def read_data_set(work: Assembly, set_id: int, start: int, end: int) -> None:
    """Add the records of the data set whose content stands from *start* to *end* to *work*."""
    known = work.domain.templates.get(set_id)
    if known is None:
        if start != end:
            _leave(work, MISSING_TEMPLATE, f"template {set_id} is not known", set_id, start, end)
        return
    minimum = known.minimum_length
    if end - start < minimum or start == end:
        return  # padding, or nothing: not worth a shape
    if not minimum:
        _leave(work, NO_PROGRESS, f"records of template {set_id} have no octets", set_id, start, end)
        return
    most = work.values_left // len(known.template.fields)
    if not most:
        _report_limit(work, set_id, start, end)
        return
    shape = known.shape
    if shape is None or shape.read is None:
        known.shape = shape = work.context.shapes.shape(known.template)
    faults: Faults = []
    records, stop = shape.read(work.octets, start, end, most, faults, work.clock)
    work.values_left -= len(records) * len(known.template.fields)
    if work.stopped_clock:
        work.untimed += drop_unknown_times(records, shape.layout.clocked)
    if known.template.scope_count is None:
        work.flows += records
        if work.context.sections is not None:
            work.context.sections.decode(records, shape.layout, work.problems, start - HEADER)
    else:
        work.options += records
    for quirk in shape.quirks:
        work.quirk(quirk)
    if records and shape.layout.misfits:
        _report_misfits(work, shape.layout, set_id, start)
    if faults:
        _report_faults(work, shape.layout, set_id, end, faults)
    if end - stop >= minimum:
        if len(records) == most:
            _report_limit(work, set_id, stop, end)
        else:
            _report_cut(work, shape.layout, set_id, stop, end)


def skip_set(work: Assembly, set_id: int, start: int, end: int) -> None:
    """Note a set of a reserved id, which is passed over by its length."""
    _leave(work, UNKNOWN_SET, "reserved id", set_id, start, end)


def _leave(work: Assembly, code: str, why: str, set_id: int, start: int, end: int) -> None:
    """Note a set that is left undecoded as a whole."""
    facts: dict[str, Any] = {"offset": start - HEADER, "set_id": set_id}
    if code != UNKNOWN_SET:
        work.complete = False
        facts["template_id"] = set_id
    message = f"set {set_id} at octet {start - HEADER}: {why}, {end - start} octets left undecoded"
    work.problems.leave(code, message, work.octets, start, end, **facts)


def _report_limit(work: Assembly, set_id: int, stop: int, end: int) -> None:
    """Note that the datagram holds more values than are decoded."""
    work.complete = False
    work.problems.add(
        LIMIT,
        f"more than {work.context.limits.values} values: {end - stop} octets from octet {stop} left undecoded",
        stop,
        limit="values",
        set_id=set_id,
        template_id=set_id,
        length=end - stop,
    )


def _report_cut(work: Assembly, layout: Layout, set_id: int, stop: int, end: int) -> None:
    """Note the record at *stop*, one value of which runs past the set's end."""
    if work.problems.full:
        work.problems.count(stop, malformed=True)
        return
    cut = spans(layout.fields, work.octets, stop, end)
    element = layout.names[len(cut) - 1]
    message = f"record of set {set_id} at octet {stop}: {element} at octet {cut[-1][0]} runs past the set's end"
    facts: dict[str, Any] = {"malformed": True, "set_id": set_id, "template_id": set_id, "element": element}
    work.problems.leave(TRUNCATED_RECORD, message, work.octets, stop, end, **facts)


def _report_misfits(work: Assembly, layout: Layout, set_id: int, start: int) -> None:
    """Note, once for the set, each field whose template gives it a length that its type cannot have."""
    for index, expected in layout.misfits:
        name, length = layout.names[index], layout.fields[index].octets
        work.problems.add(
            BAD_VALUE,
            f"{name} in set {set_id} at octet {start - HEADER}: {length} octets, expected {expected}",
            start - HEADER,
            set_id=set_id,
            template_id=set_id,
            element=name,
            length=length,
        )


def _report_faults(work: Assembly, layout: Layout, set_id: int, end: int, faults: Faults) -> None:
    """Note the values that do not suit their type, in wire order."""
    at, record = -1, []
    for where, index in sorted(faults):
        if work.problems.full:
            work.problems.count(where)
            continue
        if where != at:
            at, record = where, spans(layout.fields, work.octets, where, end)
        first, last = record[index]
        value, name = layout.fields[index].value, layout.names[index]
        quoted = work.problems.quote(work.octets, first, last)
        expected = value.fault(work.octets[first:last]) if value else ""
        work.problems.add(
            BAD_VALUE,
            f"{name} at octet {first}: {quoted or 'no octets'}, expected {expected}",
            first,
            set_id=set_id,
            template_id=set_id,
            element=name,
            length=last - first,
            octets=quoted,
        )
