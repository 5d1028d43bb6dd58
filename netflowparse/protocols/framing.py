"""The walk over the sets of a NetFlow v9 or IPFIX datagram: every length checked before anything is read inside.

RFC 7011 §3.3.2, RFC 3954 §5.2 and §6.1 (FlowSets).  A set's length alone locates the next one.
"""

from __future__ import annotations

from typing import Any

from ..codec.reader import PairReader
from ..errors import BAD_LENGTH, TRAILING_OCTETS, TRUNCATED_SET
from ..quirks import ZERO_FILLED_TAIL
from .assembly import Assembly

HEADER = 4  # octets of a set's head, and of the smallest template record


def content_end(octets: bytes, start: int, end: int) -> int:
    """The offset behind the last octet that is not zero: what follows in a template set is padding."""
    return start + len(octets[start:end].rstrip(b"\0"))


def walk_sets(
    work: Assembly, start: int, end: int, read_pair: PairReader, *, netflow9: bool = False
) -> list[tuple[int, int, int]]:
    """(set id, start, end of its content) of the sets between *start* and *end*, in wire order.

    A set that runs past *end* is cut there; a length below 4 makes the rest unreachable.  Both are problems.  Exporters
    of *netflow9* fill datagrams with zeros, and leave padding out of the lengths of sets.
    """
    octets, problems = work.octets, work.problems
    sets: list[tuple[int, int, int]] = []
    position = start
    while end - position >= HEADER:
        set_id, length = read_pair(octets, position)
        after = position + length
        if length < HEADER:
            if netflow9 and ZERO_FILLED_TAIL in work.rules and not any(octets[position:end]):
                work.quirk(ZERO_FILLED_TAIL)  # Palo Alto
                return sets
            message = f"set {set_id} at octet {position}: length {length}, need at least {HEADER}"
            problems.leave(BAD_LENGTH, message, octets, position, end, malformed=True, set_id=set_id)
            return sets
        if after > end:
            if netflow9 and _is_uncounted_padding(octets, position, end, read_pair):
                message = f"set at octet {position}: padding that the set before does not count"
                problems.leave(BAD_LENGTH, message, octets, position, end, malformed=True)
                return sets
            message = f"set {set_id} at octet {position}: length {length}, {end - position} octets are there"
            facts: dict[str, Any] = {"set_id": set_id, "length": end - position, "missing": after - end}
            problems.add(TRUNCATED_SET, message, position, malformed=True, **facts)
            after = end
        sets.append((set_id, position + HEADER, after))
        position = after
    if position < end and any(octets[position:end]):
        message = f"{end - position} octets at octet {position} after the last set"
        problems.leave(TRAILING_OCTETS, message, octets, position, end)
    return sets


def _is_uncounted_padding(octets: bytes, position: int, end: int, read_pair: PairReader) -> bool:
    """Whether two zero octets stand where a set should and a set that fits begins behind them.

    Read as the id of a template set, they would let the data behind them teach templates; RFC 3954 §5.3 counts padding
    in the length.
    """
    if octets[position] or octets[position + 1] or end - position < 2 + HEADER:
        return False
    _, length = read_pair(octets, position + 2)
    return HEADER <= length <= end - position - 2
