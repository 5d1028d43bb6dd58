"""The walk over the sets of a NetFlow v9 or IPFIX datagram: every length checked before anything is read inside.

RFC 7011 §3.3.2, RFC 3954 §5.2 and §6.1 (FlowSets).  A set's length alone locates the next one.
"""

from __future__ import annotations

from ..codec.reader import PairReader
from ..errors import BAD_LENGTH, TRAILING_OCTETS, TRUNCATED_SET
from .problems import Problems

HEADER = 4  # octets of a set's head, and of the smallest template record

ZERO_FILLED_TAIL = "zero_filled_tail"  # Palo Alto: set id 0, length 0, zeros to the end


def content_end(octets: bytes, start: int, end: int) -> int:
    """The offset behind the last octet that is not zero: what follows in a template set is padding."""
    return start + len(octets[start:end].rstrip(b"\0"))


def walk_sets(
    octets: bytes,
    start: int,
    end: int,
    read_pair: PairReader,
    problems: Problems,
    quirks: list[str],
    *,
    zero_fill: bool = False,
) -> list[tuple[int, int, int]]:
    """(set id, start, end of its content) of the sets between *start* and *end*, in wire order.

    A set that runs past *end* is cut there; a length below 4 makes the rest unreachable.  Both are problems, but for
    zeros to the end where *zero_fill* says that exporters fill their datagrams so.
    """
    sets: list[tuple[int, int, int]] = []
    position = start
    while end - position >= HEADER:
        set_id, length = read_pair(octets, position)
        if length < HEADER:
            if zero_fill and not (set_id or length or any(octets[position:end])):
                quirks.append(ZERO_FILLED_TAIL)
                return sets
            problems.add(
                BAD_LENGTH,
                f"set {set_id} at octet {position}: length {length}, need at least {HEADER}",
                position,
                malformed=True,
                set_id=set_id,
                length=end - position,
                octets=problems.quote(octets, position, end),
            )
            return sets
        after = position + length
        if after > end:
            problems.add(
                TRUNCATED_SET,
                f"set {set_id} at octet {position}: length {length}, {end - position} octets are there",
                position,
                malformed=True,
                set_id=set_id,
                length=end - position,
                missing=after - end,
            )
            after = end
        sets.append((set_id, position + HEADER, after))
        position = after
    if position < end and any(octets[position:end]):
        problems.add(
            TRAILING_OCTETS,
            f"{end - position} octets at octet {position} after the last set",
            position,
            length=end - position,
            octets=problems.quote(octets, position, end),
        )
    return sets
