"""The cost of each attack at three sizes, one the double of the one before."""

from __future__ import annotations

from netflowparse import Decoder
from netflowparse.codec import shapes
from netflowparse.protocols.sflow import shapes as sflow_shapes

from .attacks import ATTACKS, Attack
from .collisions import COLLISIONS
from .counting import Cost, cost_of, decode_all
from .list_attacks import LIST_ATTACKS
from .sflow_attacks import SFLOW_ATTACKS

EVERY_ATTACK: dict[str, Attack] = {**ATTACKS, **LIST_ATTACKS, **SFLOW_ATTACKS, **COLLISIONS}
SIZES = {True: 800, False: 200}  # octets, of the smallest; the reference engine takes many more steps
#: as they are while no test has changed them
PATIENCE = {shapes: ("COMPILE_AFTER", shapes.COMPILE_AFTER), sflow_shapes: ("SIGHTINGS", sflow_shapes.SIGHTINGS)}


def costs(attack: Attack, *, compiled: bool) -> list[Cost]:
    """What *attack* costs at one, two and four times the size.

    The decoder has met it before, of other exporters: what it makes only once, as its readers, is no part of the cost.
    """
    size = SIZES[compiled]
    before = [each._replace(exporter=("before", each.exporter)) for each in attack.make(size // 2)]

    def make() -> Decoder:
        decoder = Decoder(compiled=compiled, **attack.arguments())
        decode_all(decoder, before)
        return decoder

    decode_all(make(), attack.make(size // 2))  # what the process makes only once
    return [cost_of(make, attack.make(size * times)) for times in (1, 2, 4)]
