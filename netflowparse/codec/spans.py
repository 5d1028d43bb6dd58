"""Where the fields of one record stand: found again by their lengths, when a problem has to name an octet."""

from __future__ import annotations

from ..wire.lengths import LONG_LENGTH
from .plan import Field


def spans(fields: tuple[Field, ...], octets: bytes, offset: int, end: int) -> list[tuple[int, int]]:
    """(start, end) of the values of a record at *offset*, in wire order.

    The first value that runs past *end* is the last one given: its end says how far it would reach.
    """
    found = []
    for field in fields:
        length = field.octets
        if field.variable:
            prefix = octets[offset : min(offset + 3, end)]
            if not prefix or (prefix[0] == LONG_LENGTH and len(prefix) < 3):
                found.append((offset, end + 1))
                break
            long_form = prefix[0] == LONG_LENGTH
            offset += 3 if long_form else 1
            length = int.from_bytes(prefix[1:], "big") if long_form else prefix[0]
        found.append((offset, offset + length))
        offset += length
        if offset > end:
            break
    return found
