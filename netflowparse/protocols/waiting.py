"""Data sets and their templates: read where the template is in force, held where it is not, read when it comes.

RFC 7011 §8 and §9.3, RFC 3954 §9.  Held sets of the present datagram join its records; those of earlier ones come out
as messages of their own, under their headers.  With one datagram never more of them is read than one datagram may hold
itself: the rest comes with those that follow.
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
from .learned_elements import SHAPING
from .lists import Lack, Lists

MOST_AWAITED = 64  # templates that the lists of one set may wait for
NOTHING_SAID: Sequence = {"expected": None, "missing": None, "event": "uncertain"}


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
    earlier: dict[HeldMessage, list[HeldSet]] = {}
    if holding is not None:
        earlier = _make_room(work, holding.pushed_out, holding.limit)
        earlier.pop(holding.message, None)
        _join(work, holding)
    why = f"were there for more than {limits.pending_seconds} s"
    for template_id, count in domain.expire(limits.pending_seconds).items():
        report_lost(work, template_id, count, "expired", why)
    if earlier or domain.waiting.ready:
        work.late = _late_messages(work.context, earlier) + replay(work.context, domain)


def _join(work: Assembly, holding: Holding) -> None:
    """Read those sets of the present datagram that need wait no longer, each where it stands among the others."""
    domain, flows, options = work.domain, work.flows, work.options
    work.flows, work.options = [], []
    joined_flows, joined_options = 0, 0  # of those that needed no waiting
    for held, flows_before, options_before in holding.sets:
        if held.known is None:
            _report_missing(work, held)
            continue
        if held in domain.exporter.held:
            domain.exporter.release(held)
        work.flows += flows[joined_flows:flows_before]
        work.options += options[joined_options:options_before]
        joined_flows, joined_options = flows_before, options_before
        _read(work, held)
    work.flows += flows[joined_flows:]
    work.options += options[joined_options:]


def _make_room(work: Assembly, pushed_out: list[HeldSet], limit: str) -> dict[HeldMessage, list[HeldSet]]:
    """The sets that can be read out of those that had to make room, by their messages; the others are given up."""
    readable: dict[HeldMessage, list[HeldSet]] = {}
    evicted, left = 0, work.context.limits.values
    for held in pushed_out:
        if held.domain.exporter is work.domain.exporter:
            held.known = held.known or held.domain.definition_for(held)
        own = work.holding is not None and held.message is work.holding.message  # it counts with the datagram's own
        if held.known is None or (not own and (left := left - _values(held)) < 0):
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
    """The messages of sets of *domain* that are ready, as many as one datagram may hold values."""
    waiting, left = domain.waiting, context.limits.values
    batches: dict[HeldMessage, list[HeldSet]] = {}
    while waiting is not None and waiting.ready:
        held = next(iter(waiting.ready))
        cost = _values(held)
        if batches and cost > left:
            break
        left -= cost
        domain.exporter.release(held)
        batches.setdefault(held.message, []).append(held)
    return _late_messages(context, batches)


def _values(held: HeldSet) -> int:
    """What a set that is ready costs to read at the most, in values: one for itself, its own, and a shape's making."""
    known = held.known
    assert known is not None
    fields = len(known.template.fields)
    making = fields * SHAPING if known.shape is None else 0
    return 1 + len(held.octets) // max(known.minimum_length, 1) * fields + making


def _late_messages(context: Context, batches: dict[HeldMessage, list[HeldSet]]) -> list[Message]:
    """The messages of sets of earlier datagrams; all together have no more values than one datagram may."""
    left, messages = context.limits.values, []
    for sets in batches.values():
        work, message = _late(context, sets, max(left, 1))
        left = work.values_left
        messages.append(message)
    return messages


def _late(context: Context, sets: list[HeldSet], values: int) -> tuple[Assembly, Message]:
    """The message of *sets* of one earlier datagram that are held no longer, and the work on it."""
    message, domain = sets[0].message, sets[0].domain
    octets = bytearray(max(held.start + len(held.octets) for held in sets))  # problems tell offsets in the datagram
    for held in sets:
        octets[held.start : held.start + len(held.octets)] = held.octets
    work = Assembly(
        context,
        bytes(octets),
        domain,
        message.exporter,
        dict(message.header),
        message.time,
        message.transport,
        message.clock,
    )
    work.stopped_clock = message.stopped_clock
    work.values_left = values
    work.place = message.place
    work.again = message.completes
    for held in sorted(sets, key=lambda held: held.start):
        _read(work, held)
    if work.lacks is not None:
        complete_lists(work, late=True, hold=not message.completes)
    if work.completing is not None:
        work.completing.sequence = message.sequence
    if domain.exporter.key != message.exporter:
        work.quirk(MAPPED_EXPORTER)
    said: Sequence = message.sequence or NOTHING_SAID
    made = work.message(said.copy())
    if message.completes:
        made["completed"] = {"flows": made["flows"], "options": made["options"]}
        made["flows"], made["options"] = [], []
    else:
        domain.counts.flows += len(work.flows)
        domain.counts.options += len(work.options)
        domain.counts.problems += len(made["problems"])
    return work, made


def _read(work: Assembly, held: HeldSet) -> None:
    assert held.known is not None
    if read_records(work, held.known, held.set_id, held.start, held.start + len(held.octets)):
        held.domain.counts.replayed += 1
    else:
        held.domain.counts.failed += 1


def complete_lists(work: Assembly, *, late: bool = False, hold: bool = True) -> None:
    """Read what lists lacked templates for that have come with the same datagram, and report what they still lack.

    If they may *hold*, sets of such records wait for those templates, and come out once more; of a *late* message where
    there is room.
    """
    lacking: dict[Lists, list[Lack]] = {}
    for lack in work.lacks or ():  # which grows where lists in lists lack others
        if not lack.lists.complete(lack):
            lacking.setdefault(lack.lists, []).append(lack)
    for lists, lacks in lacking.items():
        waits = hold and work.place is None and _hold_incomplete(work, lists, lacks, late=late)
        for lack in lacks:
            lists.report(lack, waits=waits)


def _hold_incomplete(work: Assembly, lists: Lists, lacks: list[Lack], *, late: bool) -> bool:
    """Hold a set whose records have come out, until all templates are known that its lists lack; whether it is held."""
    ids = {lack.template_id: None for lack in lacks}
    if len(ids) > MOST_AWAITED or (late and not work.domain.exporter.has_room(lists.end - lists.start)):
        return False
    if work.completing is None:
        work.completing = work.held_message()
        work.completing.completes = True
    held = HeldSet(work.domain, work.completing, lists.set_id, lists.start, work.octets[lists.start : lists.end])
    held.outer, held.missing = lists.known, list(ids)
    held.awaits = held.missing.pop()
    pushed_out, limit = work.domain.hold(held)
    if pushed_out:
        work.late = (work.late or []) + _late_messages(work.context, _make_room(work, pushed_out, limit))
    return held not in pushed_out


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
