"""Floods of templates, data and names: memory within Limits, and who is honest notices nothing."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.state import history
from tests.message_builder import Field, ipfix_message, netflow9_datagram, set_of, template
from tests.protocols.messages import FIELDS, flow, record

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


def template_flood(times: int) -> Decoder:
    """Domains full of templates, far more than fit."""
    decoder = Decoder(limits=Limits(templates_per_exporter=20, template_fields=80, domains_per_exporter=4))
    sent = templates(256, 30)
    for number in range(times):
        decoder.decode(sent[:16] + number.to_bytes(4, "big") + sent[20:], number % 20)
    return decoder


def pending_flood(times: int) -> Decoder:
    """Data for templates that never come, from many exporters and one."""
    decoder = Decoder(limits=Limits(pending_octets=200_000, pending_octets_per_exporter=50_000))
    for number in range(times):
        octets = netflow9_datagram(set_of(256 + number % 99, b"x" * 400))
        decoder.decode(octets, number % 7 if number % 2 else "one")
    return decoder


def options_flood(times: int) -> Decoder:
    """Names of ever new interfaces."""
    decoder = Decoder(limits=Limits(facts_per_exporter=200, facts=700, cached_texts=100))
    teach = bytes.fromhex("0100 0002 0001 000A 0004 0052 0008")
    for exporter in range(3):
        decoder.decode(ipfix_message(set_of(3, teach)), exporter)
    for number in range(times):
        data = b"".join((20 * number + each).to_bytes(4, "big") + b"%08d" % each for each in range(20))
        decoder.decode(ipfix_message(set_of(256, data)), number % 3)
    return decoder


def history_flood(times: int) -> Decoder:
    """Definitions that change with every message, and data that waits for its time."""
    limits = Limits(templates_per_exporter=50, pending_octets_per_exporter=50_000)
    decoder = Decoder(history=True, limits=limits)
    for number in range(times):
        fields: list[Field] = [(1 + number % 60, 4)]
        sets = set_of(2, template(256 + number % 40, fields)), set_of(256 + number % 40, b"abcd" * 20)
        decoder.decode(ipfix_message(*sets, exportTime=number, sequenceNumber=number), "one")
    return decoder


@pytest.mark.fault("RS-01", "RS-02", "RS-05", "RS-08", "PO-06", "RS-18")
@pytest.mark.parametrize("flood", [template_flood, pending_flood, options_flood, history_flood])
def test_what_is_remembered_is_flat(flood: Callable[[int], Decoder], monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times as long a flood, a tenth more at the most of what a decoder remembers."""
    monkeypatch.setattr(history, "SIGHTINGS", 4)
    once, twice, often = (len(pickle.dumps(flood(times))) for times in (300, 600, 1_200))
    assert twice < 1.1 * once
    assert often < 1.1 * once


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
