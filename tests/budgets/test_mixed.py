"""Two hundred messages of all attacks together, in any order and of any exporter: what holds whatever comes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.invariants import CODES
from netflowparse import DecodeError, Decoder, Limits
from tests.message_builder import netflow9_datagram, set_of, template
from tests.plain import assert_plain
from tests.protocols.messages import FIELDS, flow, record

from .attacks import VALUES
from .bounds import assert_within_limits
from .counting import Datagram, record_leaves
from .floods import FLOODS
from .measures import EVERY_ATTACK

MESSAGES = 200
GOOD = "good"
LEARN = Datagram(netflow9_datagram(set_of(0, template(256, FIELDS))), GOOD)
LIMITS = Limits(
    domains_per_exporter=8,
    templates_per_exporter=60,
    pending_sets_per_exporter=30,
    facts_per_exporter=50,
    facts=200,
    sample_sources_per_exporter=20,
    values=VALUES,
    record_shapes=30,
    cached_addresses=30,
    cached_texts=30,
)
SETTINGS: list[dict[str, Any]] = [{}, {"resolve": True}, {"history": 60}, {"strict": True, "packet_sections": True}]


def mixed(seed: int) -> list[Datagram]:
    """As many datagrams of attacks and floods, some of them cut, of three exporters; one of the honest one at times."""
    chance, sent = random.Random(seed), list[Datagram]()
    while len(sent) < MESSAGES:
        if chance.random() < 0.3:
            flood, first = chance.choice(list(FLOODS.values())), chance.randrange(1_000)
            sent += [*flood.before, *map(flood.sent, range(first, first + 4))]
        else:
            attack = chance.choice(list(EVERY_ATTACK.values()))
            sent += attack.make(chance.choice([64, 150, 300]))[:8]
    exporters = [each._replace(exporter=chance.choice(["r1", "r2", 3])) for each in sent[:MESSAGES]]
    return [
        each._replace(octets=each.octets[: chance.randrange(len(each.octets))]) if chance.random() < 0.1 else each
        for each in exporters
    ]


def told(decoder: Decoder, datagram: Datagram) -> Any:
    """The message of a datagram, or the text of its refusal; nothing else leaves a decoder (LIB-01)."""
    try:
        return decoder.decode(datagram.octets, datagram.exporter, transport=datagram.transport)
    except DecodeError as error:
        return type(error), str(error)


def assert_well_formed(message: Any, datagram: Datagram) -> None:
    """Plain values (LIB-07), bounded (LIB-02), and problems of one shape (LIB-09), of late messages as well."""
    assert_plain(message)
    assert record_leaves(message) <= 3 * VALUES  # as many again of what had waited, and the last set
    for each in (message, *message["late"]):
        for problem in each["problems"]:
            assert problem["code"] in CODES
            assert type(problem["message"]) is str
            assert type(problem["offset"]) is int
            assert problem["offset"] <= 65_535
            assert each is not message or problem["offset"] <= len(datagram.octets)


@pytest.mark.fault("RS-26")
@pytest.mark.conformance("LIB-01", "LIB-02", "LIB-04", "LIB-05", "LIB-07", "LIB-08", "LIB-09")
@pytest.mark.parametrize("number", range(len(SETTINGS)))
@settings(max_examples=settings.default.max_examples // 20)
@given(seed=st.integers(0, 2**32))
def test_any_mixture_is_survived(number: int, seed: int) -> None:
    """Both engines say the same (LIB-08), every set that waited ends once, and the honest exporter notices nothing."""
    decoders = [Decoder(compiled=compiled, limits=LIMITS, **SETTINGS[number]) for compiled in (True, False)]
    for decoder in decoders:
        told(decoder, LEARN)
    honest = 0
    for at, datagram in enumerate(mixed(seed)):
        message, other = (told(decoder, datagram) for decoder in decoders)
        assert message == other
        if isinstance(message, dict):
            assert_well_formed(message, datagram)
        if at % 20 == 19:
            honest += 1
            data = Datagram(netflow9_datagram(set_of(256, record(1)), sequenceNumber=1 + honest), GOOD)
            for decoder in decoders:
                assert_within_limits(decoder)
                late = told(decoder, data)
                flows = late["flows"] + [each for message in late["late"] for each in message["flows"]]
                waits = "history" in SETTINGS[number]  # then it comes with a later one
                assert (late["problems"], flows) == ([], [] if waits else [flow(1)])
    for decoder in decoders:
        for row in decoder.statistics():
            assert row["held"] == sum(row[end] for end in ("replayed", "expired", "evicted", "failed", "pending_sets"))
        flushed = [each for message in decoder.flush(GOOD) for each in message["flows"]]
        assert flushed == ([flow(1)] * honest if "history" in SETTINGS[number] else [])
