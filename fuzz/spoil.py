"""Injuries of datagrams and of sessions: what harnesses try beside what comes of coverage."""

from __future__ import annotations

import random

from .steps import LONGEST, MOST, Step, joined, steps

INTERESTING = (0, 1, 2, 3, 4, 5, 15, 16, 127, 128, 254, 255)


def datagram(whole: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The datagram with up to three injuries: an octet, a length, a cut, something put in, the end of another one."""
    octets = bytearray(whole)
    for _ in range(chance.randrange(4)):
        kind = chance.randrange(5)
        position = chance.randrange(len(octets) + 1)
        if kind == 0 and octets:
            octets[min(position, len(octets) - 1)] = chance.choice(INTERESTING)
        elif kind == 1:
            octets[position & ~1 : (position & ~1) + 2] = chance.choice(INTERESTING).to_bytes(2, "big")
        elif kind == 2:
            del octets[position:]
        elif kind == 3:
            octets[position:position] = chance.randbytes(chance.randrange(9))
        else:
            other = chance.choice(others)
            octets[position:] = other[chance.randrange(len(other) + 1) :]
    return bytes(octets[:LONGEST])


def session(whole: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The session with a step injured, doubled, left out, moved, done otherwise, or with steps of another session."""
    taken = list(steps(whole)) or [Step(0, 0, 0, b"")]
    strangers = list(steps(chance.choice(others))) or taken
    for _ in range(1 + chance.randrange(3)):
        at, kind = chance.randrange(len(taken)), chance.randrange(6)
        step = taken[at]
        if kind <= 1:
            content = datagram(step.datagram, [each.datagram for each in strangers], chance)
            taken[at] = step._replace(datagram=content)
        elif kind == 2:
            taken.insert(chance.randrange(len(taken) + 1), step)
        elif kind == 3 and len(taken) > 1:
            taken.insert(chance.randrange(len(taken)), taken.pop(at))
        elif kind == 4:
            taken[at] = Step(chance.randrange(4), chance.randrange(4), chance.randrange(16), step.datagram)
        else:
            taken[at : at + chance.randrange(2)] = [chance.choice(strangers)]
    settings = whole[0] if whole and chance.randrange(4) else chance.randrange(256)
    return joined(settings, taken[:MOST])
