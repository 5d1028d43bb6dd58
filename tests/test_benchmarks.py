"""What the benchmarks stand on: floors make our flows, intervals are those of a median, attacks are what they say."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import compare, floods, floors, hostile, instructions, template_costs, timing, workloads
from netflowparse import Decoder
from tests.message_builder import ipfix_message, set_of
from tests.message_builder import template as template_record


@pytest.mark.parametrize(("rounds", "rank"), [(1, 1), (5, 1), (9, 2), (15, 4), (21, 6), (31, 10), (101, 41)])
def test_rank_of_the_interval(rounds: int, rank: int) -> None:
    """As tables of the sign test have them."""
    assert timing.interval_rank(rounds) == rank


def test_an_interval_leaves_extremes_out() -> None:
    found = timing.interval([*range(30), 1_000_000])
    assert (found.median, found.low, found.high) == (15, 9, 21)
    assert str(timing.ratio([3.0] * 5, [2.0] * 5)) == "1.50 (1.50–1.50)"


@pytest.mark.parametrize("name", workloads.MAKERS)
def test_floors_make_the_same_flows(name: str) -> None:
    floors.check(workloads.MAKERS[name](datagrams=30))


@pytest.mark.parametrize("every", [1, 3])
def test_churned_templates_fit_the_data(every: int) -> None:
    """Each datagram has its 25 flows, and nothing is odd about it."""
    router = workloads.netflow9(datagrams=12)
    decoder = Decoder()
    decoder.decode(router.templates[0], "exporter")
    events = []
    for datagram in template_costs._churn(every, template_costs._orders())(router.datagrams):
        message = decoder.decode(datagram, "exporter")
        events += [each["event"] for each in message["templates"]]
        assert (len(message["flows"]), message["problems"]) == (25, [])
    assert events == ["replaced"] * (12 // every)


@pytest.mark.parametrize("kind", floods.KINDS)
def test_flooded_values_are_as_many_as_it_says(kind: str) -> None:
    fields, *_ = floods.KINDS[kind]
    decoder = Decoder()
    decoder.decode(ipfix_message(set_of(2, template_record(floods.TEMPLATE_ID, fields))), "exporter")
    keys = [key for key in decoder.templates()[0]["fields"] if key["name"].endswith("Address") or "HTTP" in key["name"]]
    texts: set[Any] = set()
    for number, message in zip(range(50), floods._messages(kind, 100), strict=False):
        flows = decoder.decode(message, "exporter")["flows"]
        assert len(flows) == floods.PER_DATAGRAM[kind], number
        texts.update(flow[key["name"]] for flow in flows for key in keys[-2:])
    assert len(texts) == 100


def test_odd_values_are_odd_in_every_record() -> None:
    found = {attack.name: attack for attack in hostile._odd_values({})}
    assert len(found) == 3
    for attack in found.values():
        decoder = Decoder()
        for datagram in attack.before:
            decoder.decode(datagram, "exporter")
        message = decoder.decode(attack.datagrams[0], "exporter")
        assert len(message["problems"]) >= len(message["flows"]) > 0, attack.name


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        compare.main(["--only", "v4"])
    assert "v4" in capsys.readouterr().err


def test_without_valgrind_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert instructions.main([]) == 0
    assert "valgrind" in capsys.readouterr().err
