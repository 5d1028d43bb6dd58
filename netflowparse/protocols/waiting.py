"""Data sets and their templates: read where the template is in force, held where it is not, read when it comes.

RFC 7011 §8 and §9.3, RFC 3954 §9.  Held sets of the present datagram join its records; those of earlier ones come out
as messages of their own, under their headers.  With one datagram never more of them is read than one datagram may hold
itself, nor by more templates: the rest comes with those that follow.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import LIMIT, MISSING_TEMPLATE, PENDING_LOST
from ..quirks import MAPPED_EXPORTER
from ..state.domains import Domain
from ..state.pending import HeldMessage, HeldSet
from ..state.templates import KnownTemplate
from ..types import Message, Sequence
from .assembly import Assembly, Holding
from .context import Context
from .datasets import leave, read_records
from .learned_elements import ShapeAllowance, most_shaped
from .lists import Lack, Lists
from .message import NOTHING_SAID

MOST_AWAITED = 8  # templates that the lists of one set may wait for
PATIENCE = 32  # sets that may be passed over for each behind them that can be read: templates in turn are not so many


def read_or_hold(work: Assembly, known: KnownTemplate | None, set_id: int, start: int, end: int) -> None:
    """Add the records of a data set whose content stands from *start* to *end* to *work*, or hold the set.

    *known* is the template of its id, if there is one.
    """
    if known is not None and not work.historic and work.in_force(known):
        read_records(work, known, set_id, start, end)
    elif start != end:
        _hold(work, set_id, start, end)


def _hold(work: Assembly, set_id: int, start: int, end: int) -> None:
    holding = work.holding
    if holding is None:
        holding = work.holding = Holding(work)
    held = HeldSet(work.domain, holding.message, set_id, start, work.octets[start:end])
    pushed_out, limit = work.domain.hold(held)
    holding.sets.append((held, len(work.flows), len(work.options)))
    holding.pushed_out += pushed_out
    holding.limit = limit or holding.limit


def settle(work: Assembly) -> None:
    """Read what waited and need wait no longer, report what still waits, and what has waited in vain.

    For a message all of whose sets have been looked at, in a domain in which sets wait or have waited.
    """
    domain, limits, holding = work.domain, work.context.limits, work.holding
    assert domain.waiting is not None
    domain.examine()
    for held, _, _ in () if holding is None else holding.sets:
        if held.known is not None and held in domain.exporter.held:
            domain.exporter.release(held)
    pushed_out, limit = domain.exporter.make_room()  # for the definitions that sets keep which have come with this one
    if holding is not None:
        pushed_out, limit = holding.pushed_out + pushed_out, holding.limit or limit
    earlier = _make_room(work, pushed_out, limit) if pushed_out else {}
    if holding is not None:
        earlier.pop(holding.message, None)
        _join(work, holding)
    why = f"were there for more than {limits.pending_seconds} s"
    for template_id, count in domain.expire(limits.pending_seconds).items():
        report_lost(work, template_id, count, "expired", why)
    if earlier or domain.waiting.ready:
        work.late = _read_pushed_out(work.context, earlier) + replay(work.context, domain)


def _join(work: Assembly, holding: Holding) -> None:
    """Read those sets of the present datagram that need wait no longer, each where it stands among the others."""
    flows, options = work.flows, work.options
    work.flows, work.options = [], []
    joined_flows, joined_options = 0, 0  # of those that needed no waiting
    for held, flows_before, options_before in holding.sets:
        if held.known is None:
            _report_missing(work, held)
            continue
        work.flows += flows[joined_flows:flows_before]
        work.options += options[joined_options:options_before]
        joined_flows, joined_options = flows_before, options_before
        _read(work, held)
    work.flows += flows[joined_flows:]
    work.options += options[joined_options:]


def _make_room(work: Assembly, pushed_out: list[HeldSet], limit: str) -> dict[HeldMessage, list[HeldSet]]:
    """The sets that can be read out of those that had to make room, by their messages; the others are given up."""
    readable: dict[HeldMessage, list[HeldSet]] = {}
    evicted, left, shapes = 0, work.context.limits.values, ShapeAllowance(work.context.limits)
    for held in pushed_out:
        if held.domain.exporter is work.domain.exporter:
            held.known = held.known or held.domain.definition_for(held)
        own = work.holding is not None and held.message is work.holding.message  # it counts with the datagram's own
        if held.known is None or not (own or (shapes.take(held) and (left := left - _values(held)) >= 0)):
            held.known = None
            held.domain.counts.evicted += 1
            evicted += 1
        else:
            readable.setdefault(held.message, []).append(held)
    if evicted:
        message = f"sets that waited for templates given up to make room for new ones: {evicted}"
        work.problems.add(LIMIT, message, 0, limit=limit, count=evicted)
    return readable


def replay(context: Context, domain: Domain) -> list[Message]:
    """The messages of sets of *domain* that are ready, as many as one datagram may hold values, or ask for shapes.

    What is in lists is only known when they are read: sets that turn out to be too much for now stay ready.  So do
    those of further templates than can be had at a time; others not far behind are read before them.
    """
    waiting, most = domain.waiting, context.limits.values
    batches: dict[HeldMessage, list[HeldSet]] = {}
    left, patience, shapes = most, PATIENCE, ShapeAllowance(context.limits)
    for held in () if waiting is None else waiting.ready:
        if not shapes.take(held):
            patience -= 1
        elif (left := left - _values(held)) >= 0 or not batches:
            patience += PATIENCE
            batches.setdefault(held.message, []).append(held)
        if left < 0 or not patience:
            break
    messages, left, shaped = list[Message](), most, most_shaped(context.limits)
    for sets in batches.values():
        if left <= 0 or shaped < 0:
            break
        for held in sets:
            domain.exporter.release(held)
        work, message = _late(context, sets, most)
        left -= most - work.values_left
        shaped -= work.shaped
        messages += message
    return messages


def _values(held: HeldSet) -> int:
    """The values that a set that is ready has at the most outside of lists, and one for itself."""
    known = held.known
    assert known is not None
    return 1 + len(held.octets) // max(known.minimum_length, 1) * len(known.template.fields)


def _read_pushed_out(context: Context, batches: dict[HeldMessage, list[HeldSet]]) -> list[Message]:
    """The messages of sets that are held no longer; all together have no more values than one datagram may."""
    left, shaped, messages = context.limits.values, 0, list[Message]()
    for sets in batches.values():
        if context.store.has(sets[0].domain.exporter):  # what was read of others may have cost it its place
            work, message = _late(context, sets, max(left, 1), shaped)
            left, shaped = work.values_left, work.shaped
            messages += message
    return messages


def _late(context: Context, sets: list[HeldSet], values: int, shaped: int = 0) -> tuple[Assembly, list[Message]]:
    """The work on *sets* of one earlier datagram that are held no longer, and its message, if it is time for one.

    It may have so many *values*, and counts the fields of its shapes on from *shaped*.
    """
    context.store.reading = sets[0].domain.exporter
    try:
        return _read_late(context, sets, values, shaped)
    finally:
        context.store.reading = None


def _read_late(context: Context, sets: list[HeldSet], values: int, shaped: int) -> tuple[Assembly, list[Message]]:
    message, domain = sets[0].message, sets[0].domain
    octets = bytearray(max(held.start + len(held.octets) for held in sets))  # problems tell offsets in the datagram
    for held in sets:
        octets[held.start : held.start + len(held.octets)] = held.octets
    circumstances = message.time, message.transport, message.clock
    work = Assembly(context, bytes(octets), domain, message.exporter, message.header.copy(), *circumstances)
    work.stopped_clock = message.stopped_clock
    work.values_left = values
    work.shaped = shaped
    work.waited = True
    work.place = message.place
    work.again = message.completes
    work.lifetime = domain.exporter.lifetime_over(message.transport)
    if message.completes:
        return work, _completed(work, sets[0])
    for held in sorted(sets, key=lambda held: held.start):
        _read(work, held)
    if work.lacks is not None:
        complete_lists(work, late=True)
    for each in work.completing or ():
        each.sequence = message.sequence
    made = _late_message(work, message)
    domain.counts.flows += len(work.flows)
    domain.counts.options += len(work.options)
    domain.counts.problems += len(made["problems"])
    return work, [made]


def _late_message(work: Assembly, message: HeldMessage) -> Message:
    if work.domain.exporter.key != message.exporter:
        work.quirk(MAPPED_EXPORTER)
    said: Sequence = message.sequence or NOTHING_SAID
    return work.message(said.copy())


def _completed(work: Assembly, held: HeldSet) -> list[Message]:
    """The message of a set whose lists lacked templates; none if lists in those lack others, for which it waits."""
    work.inner = held.inner
    assert held.known is not None
    read_records(work, held.known, held.set_id, held.start, held.start + len(held.octets))
    if work.lacks is not None:
        lacks, work.lacks = work.lacks, None
        lists = lacks[0].lists  # of the one set
        again = _incomplete(work, lists, lacks, held.message)
        if again is not None and work.domain.exporter.has_room(again):
            work.domain.exporter.hold(again)
            return []
        for lack in lacks:
            lists.report(lack, waits=False)
    held.domain.counts.replayed += 1
    made = _late_message(work, held.message)
    made["completed"] = {"flows": made["flows"], "options": made["options"]}
    made["flows"], made["options"] = [], []
    return [made]


def _read(work: Assembly, held: HeldSet) -> None:
    assert held.known is not None
    if read_records(work, held.known, held.set_id, held.start, held.start + len(held.octets)):
        held.domain.counts.replayed += 1
    else:
        held.domain.counts.failed += 1


def complete_lists(work: Assembly, *, late: bool = False) -> None:
    """Read what lists lacked templates for that have come with the same datagram, and report what they still lack.

    Sets of such records wait for those templates, and come out once more; of a *late* message where there is room.
    """
    lacking: dict[Lists, list[Lack]] = {}
    for lack in work.lacks or ():  # which grows where lists in lists lack others
        if not lack.lists.complete(lack):
            lacking.setdefault(lack.lists, []).append(lack)
    pushed_out, limit = list[HeldSet](), ""
    for lists, lacks in lacking.items():
        held = None if work.place is not None else _incomplete(work, lists, lacks, None)
        if held is not None and (not late or work.domain.exporter.has_room(held)):
            more, reason = work.domain.hold(held)
            pushed_out += more
            limit = reason or limit
        waits = held is not None and held in work.domain.exporter.held
        for lack in lacks:
            lists.report(lack, waits=waits)
    if pushed_out:
        work.late = (work.late or []) + _read_pushed_out(work.context, _make_room(work, pushed_out, limit))
    work.lacks = None  # which leads back to the work: nothing is to outlive the message


def _incomplete(work: Assembly, lists: Lists, lacks: list[Lack], message: HeldMessage | None) -> HeldSet | None:
    """A set whose records have come out, to wait until all templates have come that its lists lack.

    None where that are too many, or one was withdrawn since.
    """
    ids = tuple(dict.fromkeys(lack.template_id for lack in lacks))
    if len(ids) > MOST_AWAITED or any(lack.fate for lack in lacks):
        return None
    if message is None:
        message = work.held_message()
        message.completes = True
        if work.completing is None:
            work.completing = []
        work.completing.append(message)
    held = HeldSet(work.domain, message, lists.set_id, lists.start, work.octets[lists.start : lists.end])
    held.outer, held.inner, held.awaits = lists.known, lists.used, ids
    return held


def _report_missing(work: Assembly, held: HeldSet) -> None:
    """Note a set of the present datagram whose template is not known; that it waits, or finds no room for that."""
    work.complete = False
    if work.domain.definition_for(held) is not None:
        return  # nothing is missing: it waits for what may have been sent before it
    outlived: Mapping[int, int] = work.outlived or {}
    set_id, start, waits = held.set_id, held.start, held in work.domain.exporter.held
    why = f"template {set_id} is not known"
    if set_id in outlived:
        why = f"template {set_id} was not repeated for {outlived[set_id]} s and is no longer in force"
    end = start + len(held.octets)
    leave(work, MISSING_TEMPLATE, why, set_id, start, end, "wait for it" if waits else "left undecoded", waiting=waits)


def report_lost(work: Assembly, template_id: int, count: int, outcome: str, why: str) -> None:
    """Note sets that had waited for a template, and were given up."""
    message = f"sets that waited for template {template_id} {why}, and are given up: {count}"
    work.problems.add(PENDING_LOST, message, 0, template_id=template_id, outcome=outcome, count=count)
