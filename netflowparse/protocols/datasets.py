"""Data sets: records read by the template in force where they stand.  RFC 7011 §3.4.3, RFC 3954 §5.3 and §6.2.

What cannot be read is a problem of that set, record or value alone.
"""

from __future__ import annotations

from typing import Any

from ..codec.reader import Faults
from ..codec.shapes import RecordShape
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
    shape = known.shape
    if shape is None or shape.read is None:
        known.shape = shape = work.context.shapes.shape(known.template)
    if not shape.minimum_length:
        if start != end:
            _leave(work, NO_PROGRESS, f"records of template {set_id} have no octets", set_id, start, end)
        return
    faults: Faults = []
    most = work.values_left // shape.field_count
    records, stop = shape.read(work.octets, start, end, most, faults, work.clock)
    work.values_left -= len(records) * shape.field_count
    if work.stopped_clock:
        work.untimed += drop_unknown_times(records, shape.layout.clocked)
    if known.template.scope_count is None:
        work.flows += records
    else:
        work.options += records
    for quirk in shape.quirks:
        work.quirk(quirk)
    if records and shape.layout.misfits:
        _report_misfits(work, shape, set_id, start)
    if faults:
        _report_faults(work, shape, set_id, end, faults)
    if end - stop >= shape.minimum_length:
        _report_left_over(work, shape, set_id, stop, end, limited=len(records) == most)


def skip_set(work: Assembly, set_id: int, start: int, end: int) -> None:
    """Note a set of a reserved id, which is passed over by its length."""
    _leave(work, UNKNOWN_SET, "reserved id", set_id, start, end)


def _leave(work: Assembly, code: str, why: str, set_id: int, start: int, end: int) -> None:
    """Note a set that is left undecoded as a whole."""
    offset = start - HEADER
    facts: dict[str, Any] = {"set_id": set_id}
    if code != UNKNOWN_SET:
        work.complete = False
        facts["template_id"] = set_id
    work.problems.add(
        code,
        f"set {set_id} at octet {offset}: {why}, {end - start} octets left undecoded",
        offset,
        **facts,
        length=end - start,
        octets=work.problems.quote(work.octets, start, end),
    )


def _report_left_over(work: Assembly, shape: RecordShape, set_id: int, stop: int, end: int, *, limited: bool) -> None:
    """Note what is left of a set although a record could still stand there."""
    facts: dict[str, Any] = {"set_id": set_id, "template_id": set_id, "length": end - stop}
    work.complete = False
    if limited:
        message = f"more than {work.context.limits.values} values: {end - stop} octets from octet {stop} left undecoded"
        work.problems.add(LIMIT, message, stop, limit="values", **facts)
        return
    cut = spans(shape.layout.fields, work.octets, stop, end)
    element = shape.layout.names[len(cut) - 1]
    work.problems.add(
        TRUNCATED_RECORD,
        f"record of set {set_id} at octet {stop}: {element} at octet {cut[-1][0]} runs past the set's end",
        stop,
        malformed=True,
        **facts,
        element=element,
        octets=work.problems.quote(work.octets, stop, end),
    )


def _report_misfits(work: Assembly, shape: RecordShape, set_id: int, start: int) -> None:
    """Note, once for the set, each field whose template gives it a length that its type cannot have."""
    for index, expected in shape.layout.misfits:
        name, length = shape.layout.names[index], shape.layout.fields[index].octets
        work.problems.add(
            BAD_VALUE,
            f"{name} in set {set_id} at octet {start - HEADER}: {length} octets, expected {expected}",
            start - HEADER,
            set_id=set_id,
            template_id=set_id,
            element=name,
            length=length,
        )


def _report_faults(work: Assembly, shape: RecordShape, set_id: int, end: int, faults: Faults) -> None:
    """Note the values that do not suit their type."""
    for where, index in faults:
        if work.problems.full:
            work.problems.count(where)
            continue
        first, last = spans(shape.layout.fields, work.octets, where, end)[index]
        value, name = shape.layout.fields[index].value, shape.layout.names[index]
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
