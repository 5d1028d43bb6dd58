"""Numbers that a dict cannot tell apart by their hash, or finds slowly, where exporters choose what is remembered.

Python's integers have themselves as their hash, modulo 2^61 - 1, so who sends numbers of 9 octets and more chooses
thousands that collide; and of narrower ones those whose places in a dict are all taken.  Texts and octets have a hash
that is another in each process.
"""

from __future__ import annotations

from tests.message_builder import Field

from .attacks import Attack, data, options
from .counting import Datagram

MODULUS = 2**61 - 1
WIDTH = 10  # octets


def colliding(octets: int) -> list[bytes]:
    """Different numbers of one hash, each in ``WIDTH`` octets."""
    return [(7 + each * MODULUS).to_bytes(WIDTH, "big") for each in range(1, octets // WIDTH)]


def said_of(scope: int, *fields: Field) -> Attack:
    """Options records about such numbers."""

    def make(octets: int) -> list[Datagram]:
        return options([(scope, WIDTH)], list(fields), [each + b"\5" for each in colliding(octets * 10 // 11)])

    return Attack(("RS-25",), make)


def referring(octets: int) -> list[Datagram]:
    """Flows that refer to such properties."""
    return data([(137, WIDTH)], b"".join(colliding(octets)))


def mib_fields(octets: int) -> list[Datagram]:
    """What MIB objects stand in such fields of such templates."""
    records = [each + each + b"\1\x2b" for each in colliding(octets // 2)]
    return options([(145, WIDTH), (287, WIDTH)], [(445, 65535)], records)


def observed_at(octets: int) -> list[Datagram]:
    """Flows at such interfaces, which the exporter has named."""
    names = [each + b"\5" for each in colliding(octets // 2)]
    flows = data([(10, WIDTH), (14, WIDTH)], b"".join(each + each for each in colliding(octets // 4)))
    return [*options([(10, WIDTH)], [(82, 1)], names), *flows]


COLLISIONS: dict[str, Attack] = {
    "colliding properties": said_of(137, (4, 1)),
    "colliding interfaces": said_of(10, (82, 1)),
    "colliding samplers": said_of(48, (50, 1)),
    "colliding selectors": said_of(302, (34, 1)),
    "colliding VRFs": said_of(234, (236, 1)),
    "colliding line cards": said_of(141, (34, 1)),
    "colliding templates": said_of(145, (34, 1)),
    "colliding MIB fields": Attack(("RS-25",), mib_fields),
    "flows of colliding properties": Attack(("RS-25",), referring, {}, {"resolve": True}),
    "flows of colliding interfaces": Attack(("RS-25",), observed_at, {}, {"resolve": True}),
}
