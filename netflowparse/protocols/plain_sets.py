"""The short road: a datagram of data sets in which nothing is out of the ordinary.

That is whole sets, templates in force, shapes that are settled and call no rule that asks for more than the records,
sound values: most datagrams of most exporters.  Whatever is otherwise is left to the whole road, ``sets``, which takes
over what has been read.  A datagram comes out the same on either; shapes of the reference engine are never plain, so
that whatever compares the engines compares the roads.
"""

from __future__ import annotations

from typing import TypeAlias

from ..codec.display import Clock
from ..codec.reader import Faults, PairReader
from ..codec.shapes import RecordShape
from ..quirks import ICMP_IN_DESTINATION_PORT, LAST_AFTER_UPTIME
from ..state.domains import Domain
from ..types import Flow
from .framing import HEADER
from .learned_elements import edition_of
from .rules import ICMP_AND_IPV6, add_icmp
from .suspicion import PADDING

#: what the reader of a shape gave of a data set: the shape, records, stop, faults, and whether a time was ahead
Read: TypeAlias = "tuple[RecordShape, list[Flow], int, Faults, bool, bool | None]"
Done: TypeAlias = "dict[int, Read]"  # by where the content of the set begins


def read_plainly(
    octets: bytes, position: int, domain: Domain, clock: Clock | None, read_set: PairReader, quirks: list[str]
) -> tuple[list[Flow], Done | None]:
    """The flows of the sets that begin at *position*, and None, if nothing is out of the ordinary in any of them.

    Otherwise what has been read up to the first one that is; nothing else has changed that counts.  The rules that were
    applied are in *quirks*.
    """
    templates, end = domain.templates, len(octets)
    done: Done | None = None
    start, stop, ahead = 0, 0, False  # of the set read last; stop 0: there is none that is to be kept
    shape: RecordShape | None = None
    records: list[Flow] = []
    faults: Faults = []
    icmp: bool | None = None  # whether the rule has found any; None: it was not asked
    while end - position >= HEADER:
        set_id, length = read_set(octets, position)
        known = templates.get(set_id)  # no template has the id of another kind of set
        if shape is not None and stop:
            done = done or {}
            done[start] = shape, records, stop, [], ahead, icmp
        if known is None or known.suspicious or length < HEADER:
            return [], done or {}
        start, position, shape, stop = position + HEADER, position + length, known.shape, 0
        if position > end or shape is None or not shape.plain:
            return [], done or {}
        if shape.open and known.edition is not edition_of(domain.exporter):
            return [], done or {}
        read = shape.read
        assert read is not None
        records, stop = read(octets, start, position, end, faults, clock)
        left, doubt, column, ahead, icmp = position - stop, shape.doubt, shape.icmp, False, None
        if clock is not None and clock.ahead:
            ahead, clock.ahead = True, False
        if (
            faults
            or not records
            or (left and (left > PADDING or left >= known.minimum_length))
            or (doubt is not None and doubt(records[0]))
        ):
            position = 0
            break
        if column is not None:
            protocols = octets[start + column[0] : stop : column[1]]
            icmp = (1 in protocols or 58 in protocols) and add_icmp(records, protocols, ICMP_AND_IPV6)
            if icmp:
                _note(quirks, ICMP_IN_DESTINATION_PORT)
        if ahead:
            _note(quirks, LAST_AFTER_UPTIME)
        if shape.quirks:
            for name in shape.quirks:
                _note(quirks, name)
    if position == end:
        if done:
            records = [*(record for each in done.values() for record in each[1]), *records]
        return records, None
    done = done or {}
    if shape is not None:
        done[start] = shape, records, stop, faults, ahead, icmp
    return [], done


def _note(quirks: list[str], name: str) -> None:
    if name not in quirks:
        quirks.append(name)
