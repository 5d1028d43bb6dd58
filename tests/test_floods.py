"""Floods of templates and data: what is counted and refused, and who is honest notices nothing.  Costs: ``budgets``."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Limits
from tests.message_builder import Field, ipfix_message, netflow9_datagram, options_template, set_of, template
from tests.protocols.messages import FIELDS, flow, record
from tests.sflow_builder import datagram, flow_sample, sample

GOOD = netflow9_datagram(set_of(0, template(256, FIELDS)))
DATA = netflow9_datagram(set_of(256, record(1)))


def templates(first: int, count: int) -> bytes:
    """A datagram that teaches so many templates of one field."""
    fields: list[Field] = [(1, 4)]
    return netflow9_datagram(set_of(0, b"".join(template(first + each, fields) for each in range(count))))


def still_good(decoder: Any) -> bool:
    """Whether an exporter that taught its template once is still understood."""
    return bool(decoder.decode(DATA, "good")["flows"] == [flow(1)])


@pytest.mark.fault("RS-01")
def test_every_template_id_of_a_domain() -> None:
    decoder = Decoder()
    decoder.decode(GOOD, "good")
    events: dict[str, int] = {}
    for first in range(256, 65_536, 8_160):
        message = decoder.decode(templates(first, 8_160), "bad")
        for each in message["templates"]:
            events[each["event"]] = events.get(each["event"], 0) + 1
        assert len(message["problems"]) <= decoder.limits.problems + 1
    limit = decoder.limits.templates_per_exporter
    assert events == {"learned": limit, "rejected": 65_280 - limit}
    assert [row["templates"] for row in decoder.statistics()] == [1, limit]
    assert still_good(decoder)


@pytest.mark.fault("RS-02", "RS-03")
def test_many_templates_of_many_domains_of_many_exporters(make_decoder: Any) -> None:
    """100 ids in each of 10 domains of 10 exporters; ``benchmarks.memory`` sends a hundred times as many."""
    limits = Limits(templates_per_exporter=500, template_fields=2_000)
    decoder = make_decoder(limits=limits)
    decoder.decode(GOOD, "good")
    sent = templates(256, 100)
    for exporter in range(10):
        for domain in range(10):
            octets = sent[:16] + domain.to_bytes(4, "big") + sent[20:]
            decoder.decode(octets, exporter)
        assert still_good(decoder)
    rows = decoder.statistics()
    assert sum(row["template_fields"] for row in rows) <= limits.template_fields
    assert max(row["templates"] for row in rows) <= limits.templates_per_exporter
    assert len({row["exporter"] for row in rows}) == 4  # 500 fields each, and the good one


NAMES = set_of(256, b"".join(number.to_bytes(4, "big") + b"12345678" for number in range(20)))
#: limit in total -> what fills it from 16 exporters, each of which may have 20 of it
GREED = {
    "template_fields": [templates(256, 20)],
    "domains": [netflow9_datagram(sourceId=number) for number in range(20)],
    "facts": [ipfix_message(set_of(3, options_template(256, [(10, 4)], [(82, 8)])), NAMES)],
    "sample_sources": [datagram([sample(0, 1, flow_sample([], source_id=(0, number))) for number in range(20)])],
    "pending_sets": [netflow9_datagram(*[set_of(300, b"abcd")] * 20)],
    "pending_octets": [netflow9_datagram(*[set_of(300, b"x" * 488)] * 20)],
}


@pytest.mark.fault("RS-03", "RS-08", "RS-18")
@pytest.mark.parametrize("limit", GREED)
def test_strangers_within_their_limits_take_nothing_from_others(make_decoder: Any, limit: str) -> None:
    """Heard as often as the honest exporter, and more of them than there is room for."""
    most = 20_000 if limit == "pending_octets" else 20
    decoder = make_decoder(limits=Limits(**{f"{limit}_per_exporter": most, limit: 16 * most}))
    decoder.decode(GOOD, "good")
    waiting = netflow9_datagram(set_of(257, record(2)))
    assert decoder.decode(waiting, "good")["problems"][0]["waiting"]
    for _ in range(3):
        for stranger in range(20):
            for octets in GREED[limit]:
                decoder.decode(octets, stranger)
        assert still_good(decoder)
    if not limit.startswith("pending"):
        assert len({row["exporter"] for row in decoder.statistics()}) <= 17
    (late,) = decoder.decode(netflow9_datagram(set_of(0, template(257, FIELDS))), "good")["late"]
    assert late["flows"] == [flow(2)]


@pytest.mark.fault("RS-08")
def test_a_pending_flood_is_counted(make_decoder: Any) -> None:
    decoder = make_decoder(limits=Limits(pending_sets_per_exporter=50))
    for number in range(300):
        decoder.decode(netflow9_datagram(set_of(300, b"abcd"), set_of(301, b"efgh"), sequenceNumber=number), "bad")
    (row,) = decoder.statistics()
    assert (row["held"], row["evicted"], row["pending_sets"]) == (600, 550, 50)


@pytest.mark.fault("N9-40", "RS-05")
@pytest.mark.conformance("IPFIX-8-02", "LIB-05")
def test_exporters_with_the_same_ids_and_other_shapes(decoder: Any) -> None:
    """Interleaved, each is understood by its own definitions."""
    shapes = {"r1": FIELDS, "r2": [(2, 4), (8, 4), (12, 4)]}
    for exporter, fields in shapes.items():
        decoder.decode(netflow9_datagram(set_of(0, template(256, fields))), exporter)
    other = {
        "packetDeltaCount": int.from_bytes(bytes([192, 0, 2, 1]), "big"),
        "sourceIPv4Address": "198.51.100.1",
        "destinationIPv4Address": "0.0.0.10",
    }
    for _ in range(20):
        assert decoder.decode(DATA, "r1")["flows"] == [flow(1)]
        assert decoder.decode(DATA, "r2")["flows"] == [other]


def test_one_function_serves_exporters_of_one_shape() -> None:
    decoder = Decoder()
    for exporter in range(50):
        decoder.decode(GOOD, exporter)
        decoder.decode(DATA, exporter)
    shapes = {id(known.shape) for domain in decoder._context.store.all_domains() for known in domain.templates.values()}
    assert len(shapes) == 1
