"""Data sets: records read by the template in force where they stand.  RFC 7011 §3.4.3, RFC 3954 §5.3 and §6.2.

What cannot be read is a problem of that set, record or value alone.
"""

from __future__ import annotations

from typing import Any

from ..codec.layout import Layout
from ..codec.reader import Faults
from ..codec.spans import spans
from ..errors import BAD_VALUE, ILLEGAL_BIFLOW, LIMIT, NO_PROGRESS, TRUNCATED_RECORD, UNKNOWN_SET
from ..state.knowledge import Knowledge
from ..state.templates import KnownTemplate
from ..types import Flow
from .assembly import Assembly
from .common_properties import report_change
from .framing import HEADER
from .learned_elements import shape_for
from .lists import Lists
from .reading import each_fault, limit_met, read_by
from .suspicion import PADDING, weigh, weigh_length
from .trace import DataSet
from .type_records import learn_types


def read_records(work: Assembly, known: KnownTemplate, set_id: int, start: int, end: int) -> bool:
    """Add the records of the data set whose content stands from *start* to *end* to *work*, read by *known*.

    False where its records have no octets, so that there is no telling how many there are.
    """
    minimum = known.minimum_length
    if end - start < minimum or start == end:
        if minimum and start != end:
            weigh_length(work, known, set_id, start, end)
        return True  # padding, or nothing: not worth a shape
    if not minimum:
        leave(work, NO_PROGRESS, f"records of template {set_id} have no octets", set_id, start, end)
        return False
    most = work.values_left // len(known.template.fields)
    if not most:
        _report_limit(work, set_id, start, end)
        return True
    shape = shape_for(work, known)
    if shape is None:
        _report_limit(work, set_id, start, end, "record_shape_fields")
        return True
    layout, records, stop, faults = read_by(work, known, shape, start, end, most)
    inner: dict[int, KnownTemplate] = {}
    if layout.lists:
        lists = Lists(work, known, set_id, start, end)
        lists.read(layout, records)
        inner = lists.used
    if work.trace is not None:
        work.trace.data[start] = DataSet(known, layout, start, stop, end, len(records), inner, shape.learned)
    if known.template.scope_count is None:
        work.flows += records
        if work.context.packet_sections is not None:
            work.context.packet_sections.decode(records, layout.names, work.problems, start - HEADER)
        if work.context.resolves and records:
            work.to_resolve(known, layout.names, records)
    else:
        work.options += records
    if work.again:
        return True
    if known.template.scope_count is not None:
        _learn_from_options(work, records, set_id, start - HEADER)
    elif shape.undirected and records:
        _report_undirected(work, set_id, start, len(records))
    if shape.quirks and records:
        work.note_quirks(shape.quirks)
    if records and layout.misfits:
        _report_misfits(work, layout, set_id, start)
    if faults:
        _report_faults(work, layout, set_id, end, faults)
    left = end - stop
    if left >= minimum:
        if len(records) == most:
            _report_limit(work, set_id, stop, end)
            return True
        _report_cut(work, layout, set_id, stop, end)
    doubt = shape.doubt
    if left > PADDING or known.suspicious or (doubt is not None and records and doubt(records[0])):
        weigh(work, known, records, start, stop, end)
    return True


def _learn_from_options(work: Assembly, records: list[Flow], template_id: int, offset: int) -> None:
    """Keep what options records say of their exporter, and of its elements."""
    domain = work.domain
    if domain.knowledge is None:
        domain.knowledge = Knowledge(domain.exporter)
    for record in records:
        change = domain.knowledge.learn(
            record,
            template_id=template_id,
            time=work.time,
            transport=work.transport,
            seconds=domain.clock.seconds,
            lifetime=work.lifetime,
        )
        if change is not None:
            report_change(work.problems, change, record, template_id, offset)
    learn_types(work, template_id, records, offset)


def skip_set(work: Assembly, set_id: int, start: int, end: int) -> None:
    """Note a set of a reserved id, which is passed over by its length."""
    leave(work, UNKNOWN_SET, "reserved id", set_id, start, end)


def leave(
    work: Assembly, code: str, why: str, set_id: int, start: int, end: int, fate: str = "left undecoded", **more: Any
) -> None:
    """Note a set that is not decoded as a whole, now at least; *fate* says what becomes of its octets."""
    facts: dict[str, Any] = {"offset": start - HEADER, "set_id": set_id, **more}
    if code != UNKNOWN_SET:
        work.complete = False
        facts["template_id"] = set_id
    message = f"set {set_id} at octet {start - HEADER}: {why}, {end - start} octets {fate}"
    work.problems.leave(code, message, work.octets, start, end, **facts)


def _report_limit(work: Assembly, set_id: int, stop: int, end: int, limit: str = "values") -> None:
    """Note that the datagram holds more values than are decoded, or asks for the shapes of too many fields."""
    work.complete = False
    work.problems.add(
        LIMIT,
        f"{limit_met(work, limit)}: {end - stop} octets from octet {stop} left undecoded",
        stop,
        limit=limit,
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


def _report_undirected(work: Assembly, set_id: int, start: int, count: int) -> None:
    """Note records that count two directions without saying which is which.  RFC 5103 §4."""
    work.problems.add(
        ILLEGAL_BIFLOW,
        f"set {set_id} at octet {start - HEADER}: {count} records with reverse elements, but none that has a direction",
        start - HEADER,
        set_id=set_id,
        template_id=set_id,
        count=count,
    )


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
    for _, first, last, index, expected in each_fault(work, layout, faults, end):
        name, quoted = layout.names[index], work.problems.quote(work.octets, first, last)
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
