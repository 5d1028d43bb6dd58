"""Templates whose data cannot have come from them: definitions that were lost on the way, or that two exporters share.

Octets left over prove nothing, for exporters pad as they like; and one set proves nothing.  It takes sets in a row that
hold impossible values, or that only the records of an earlier definition fit.
"""

from __future__ import annotations

from ..codec.plausibility import impossible
from ..errors import SUSPECT_TEMPLATE, TRUNCATED_MESSAGE, TRUNCATED_SET
from ..state.templates import KnownTemplate
from ..types import Flow
from .assembly import Assembly
from .framing import HEADER

PADDING = 3  # octets that fill a set to a word
SETS = 2  # in a row that make a suspicion


def weigh_length(work: Assembly, known: KnownTemplate, set_id: int, start: int, end: int) -> None:
    """Weigh a set that is shorter than a record of its template."""
    evidence = _fits_a_former(known, end - start, end - start)
    if evidence:
        _count(work, known, set_id, start, evidence)


def weigh(
    work: Assembly,
    known: KnownTemplate,
    records: list[Flow],
    start: int,
    stop: int,
    end: int,
) -> None:
    """Weigh the records of a set whose content stands from *start* to *end*, read up to *stop*."""
    evidence = (
        (impossible(records[0]) if records else "")  # a wrong template shows in every record
        or _fits_a_former(known, end - start, end - stop)
        or _overrun(work, known, stop, end)
    )
    if evidence:
        _count(work, known, known.template.template_id, start, evidence)
    elif records:
        known.suspicious = 0


def _fits_a_former(known: KnownTemplate, length: int, left: int) -> str:
    """Whether *left* octets of a set of *length* are over, where records as before its last changes leave none."""
    own = known.fixed_length if left > PADDING and known.formers else None
    for former in known.formers if own is not None else ():
        if former and former != own and length >= former and length % former <= PADDING:
            return f"{left} of {length} octets are left over: records of {former} octets fit, as they were before"
    return ""


def _overrun(work: Assembly, known: KnownTemplate, stop: int, end: int) -> str:
    """Whether a value ran past the end of a set that is not cut itself."""
    if end - stop < known.minimum_length or known.fixed_length is not None:
        return ""
    cuts = (TRUNCATED_SET, TRUNCATED_MESSAGE)
    if end == len(work.octets) and any(problem["code"] in cuts for problem in work.problems.entries):
        return ""
    return f"a value at octet {stop} or behind runs past the set's end"


def _count(work: Assembly, known: KnownTemplate, set_id: int, start: int, evidence: str) -> None:
    known.suspicious += 1
    if known.suspicious < SETS:
        return
    message = f"set {set_id} at octet {start - HEADER}: cannot have come from template {set_id}: {evidence}"
    work.problems.add(
        SUSPECT_TEMPLATE,
        f"{message} ({known.suspicious} sets in a row)",
        start - HEADER,
        set_id=set_id,
        template_id=set_id,
        evidence=evidence,
        count=known.suspicious,
    )
