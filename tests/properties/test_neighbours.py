"""One spoiled set or record costs its neighbours nothing; exporters and domains never touch each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder
from tests import message_builder as build
from tests import sflow_builder as sflow
from tests.protocols.sflow.structures import COUNTER, FLOW, body, counter_record, flow_record, values_of
from tests.strategies import counter_records, flow_records, sflow_octets, sflow_samples

TEMPLATE = build.template(256, [(8, 4), (2, 2)])
STRINGS = build.template(257, [(82, build.VARIABLE), (4, 1)])
GOOD = [build.set_of(256, bytes((10, 0, 0, number, 0, number))) for number in range(1, 6)]
FLOWS = [{"sourceIPv4Address": f"10.0.0.{number}", "packetDeltaCount": number} for number in range(1, 6)]

bad_sets = st.one_of(
    st.builds(build.set_of, st.integers(258, 65535), st.binary(max_size=20)),  # no template
    st.builds(build.set_of, st.sampled_from([4, 5, 200, 255]), st.binary(max_size=20)),  # reserved
    st.just(build.set_of(257, b"\x09short")),  # a value past its set
    st.just(build.set_of(256, b"\1\2\3")),  # less than a record
)


@given(bad_sets, st.integers(0, 5), st.booleans())
@pytest.mark.conformance("IPFIX-3.3.2-01", "NF9-5.2-01", "NF9-6.1-02")
def test_neighbours_of_a_bad_set(bad: bytes, place: int, ipfix: bool) -> None:
    make, templates = (build.ipfix_message, 2) if ipfix else (build.netflow9_datagram, 0)
    decoder = Decoder()
    decoder.decode(make(build.set_of(templates, TEMPLATE + STRINGS)), "a")
    message = decoder.decode(make(*GOOD[:place], bad, *GOOD[place:]), "a")
    assert [flow for flow in message["flows"] if "packetDeltaCount" in flow] == FLOWS


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([1, 2]), st.booleans()), max_size=30))
@pytest.mark.conformance("LIB-05", "IPFIX-3.1-04", "IPFIX-8-02", "IPFIX-8-08", "NF9-5.1-03", "NF9-7-02")
def test_exporters_and_domains_are_apart(steps: list[tuple[str, int, bool]]) -> None:
    """Each scope gives template 256 another element; data must always come out under its own."""
    elements = {("a", 1): (1, "octetDeltaCount"), ("a", 2): (2, "packetDeltaCount")}
    elements |= {("b", 1): (4, "protocolIdentifier"), ("b", 2): (5, "ipClassOfService")}
    learned = set()
    decoder = Decoder()
    for exporter, domain, teach in steps:
        element, key = elements[exporter, domain]
        if teach:
            record = build.set_of(2, build.template(256, [(element, 1)]))
            learned.add((exporter, domain))
        else:
            record = build.set_of(256, b"\7")
        message = decoder.decode(build.ipfix_message(record, observationDomainId=domain), exporter)
        if not teach:
            assert message["flows"] == ([{key: 7}] if (exporter, domain) in learned else [])


@pytest.mark.conformance("NF9-7-03", "NF9-9-07")
def test_a_rejected_definition_leaves_the_old_one_in_force(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder()
    cut = build.template(256, [(1, 4)], count=9)
    data = build.set_of(256, bytes((10, 0, 0, 1, 0, 1)))
    message = decoder.decode(build.ipfix_message(build.set_of(2, TEMPLATE), build.set_of(2, cut), data), "a")
    assert [event["event"] for event in message["templates"]] == ["learned", "rejected"]
    assert message["flows"] == FLOWS[:1]


SOURCES = [5, 6, 7, 8]
FLOW_NAMES = ["extended_acl", "extended_egress_queue", "extended_80211_rx", "extended_gateway"]
COUNTER_NAMES = ["if_counters", "port_name", "host_adapters", "sfp"]
FLOW_VALUES = {name: values_of(FLOW[name].fields) for name in FLOW_NAMES}
COUNTER_VALUES = {name: values_of(COUNTER[name].fields) for name in COUNTER_NAMES}


def whole_samples() -> list[bytes]:
    """A sample of each source, of every form."""
    flows = [flow_record(*each) for each in FLOW_VALUES.items()]
    counters = [counter_record(*each) for each in COUNTER_VALUES.items()]
    return [
        sflow.sample(0, 1, sflow.flow_sample(flows, source_id=(9, 5))),
        sflow.sample(0, 4, sflow.counters_sample_expanded(counters, source_id=(9, 6))),
        sflow.sample(0, 5, sflow.discarded_packet(flows, source_id=(9, 7))),
        sflow.sample(0, 3, sflow.flow_sample_expanded(flows, source_id=(9, 8))),
    ]


def by_source(message: Any) -> dict[int, Any]:
    """The flows and counters of ``whole_samples``."""
    sampled = [flow for flow in message["flows"] if "sampler" in flow]  # rtflow has none
    flows = {flow["sampler"]["source_index"]: flow for flow in sampled if flow["sampler"]["source_class"] == 9}
    return flows | {each["source_index"]: each for each in message["counters"] if each.get("source_class") == 9}


WHOLE = by_source(Decoder().decode(sflow.datagram(whole_samples()), "a"))


def test_whole_samples_say_what_was_sent() -> None:
    assert list(WHOLE) == [5, 7, 8, 6]
    for source in (5, 7, 8):
        assert {name: WHOLE[source][name] for name in FLOW_NAMES} == FLOW_VALUES
    assert {name: WHOLE[6][name] for name in COUNTER_NAMES} == COUNTER_VALUES


@given(st.sampled_from(SOURCES), st.integers(0, 6), sflow_octets)
@pytest.mark.conformance("SFLOW-2-08")
def test_neighbours_of_a_spoiled_sample(spoiled: int, number: int, octets: bytes) -> None:
    """Any octets in its place, whatever it says that they are, as long as its length is its own."""
    samples = whole_samples()
    samples[spoiled - SOURCES[0]] = sflow.sample(0, number, octets)
    message = Decoder().decode(sflow.datagram(samples), "a")
    assert by_source(message) == {source: said for source, said in WHOLE.items() if source != spoiled}


@given(st.integers(0, 4), sflow_samples())
def test_neighbours_of_one_sample_more(place: int, sample: bytes) -> None:
    """Behind it may be lost what its length covers; before it everything stays."""
    samples = whole_samples()
    message = Decoder().decode(sflow.datagram([*samples[:place], sample, *samples[place:]]), "a")
    found = by_source(message)
    assert {source: found.get(source) for source in SOURCES[:place]} == {
        source: WHOLE[source] for source in SOURCES[:place]
    }


bad_bodies = st.one_of(sflow_octets, st.just(b""), st.binary(max_size=7))


@given(st.sampled_from(sorted(FLOW.keys() - FLOW_NAMES)), bad_bodies, st.integers(0, 4))
@pytest.mark.conformance("SFLOW-2-07")
def test_neighbours_of_a_spoiled_flow_record(name: str, octets: bytes, place: int) -> None:
    records = [flow_record(*each) for each in FLOW_VALUES.items()]
    records.insert(place, sflow.record(FLOW[name].enterprise, FLOW[name].number, octets))
    (flow,) = Decoder().decode(sflow.one_flow(*records), "a")["flows"]
    assert {name: flow[name] for name in FLOW_NAMES} == FLOW_VALUES
    assert (flow["ingressInterface"], flow["egressInterface"], flow["samplingInterval"]) == (1, 2, 1000)


@given(st.sampled_from(sorted(COUNTER.keys() - COUNTER_NAMES)), bad_bodies, st.integers(0, 4))
def test_neighbours_of_a_spoiled_counter_record(name: str, octets: bytes, place: int) -> None:
    records = [counter_record(*each) for each in COUNTER_VALUES.items()]
    records.insert(place, sflow.record(COUNTER[name].enterprise, COUNTER[name].number, octets))
    (counters,) = Decoder().decode(sflow.one_counters(*records), "a")["counters"]
    assert {name: counters[name] for name in COUNTER_NAMES} == COUNTER_VALUES


@given(st.one_of(flow_records, counter_records), st.booleans())
def test_records_before_a_spoiled_one(last: bytes, counters: bool) -> None:
    """Whatever its length says."""
    if counters:
        records = [counter_record(*each) for each in COUNTER_VALUES.items()]
        (found,) = Decoder().decode(sflow.one_counters(*records, last), "a")["counters"]
    else:
        records = [flow_record(*each) for each in FLOW_VALUES.items()]
        (found,) = Decoder().decode(sflow.one_flow(*records, last), "a")["flows"]
    for name, values in (COUNTER_VALUES if counters else FLOW_VALUES).items():
        first = found[name][0] if isinstance(found[name], list) else found[name]
        assert first == values


@pytest.mark.conformance("SFLOW-2-08")
@pytest.mark.fault("SF-09", "SF-14")
@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("length", [0, 4, 28])
def test_a_good_sample_between_others(
    make_decoder: Callable[..., Decoder], order: tuple[int, ...], length: int
) -> None:
    """One unknown, one of a length that is too small, one good: the good one whole."""
    samples = [sflow.sample(9, 77, b"unknown"), sflow.sample(0, 1, bytes(length)), whole_samples()[0]]
    message = make_decoder().decode(sflow.datagram([samples[index] for index in order]), "a")
    assert message["flows"] == [WHOLE[5]]
    assert message["unknown_samples"] == [{"format": "9:77", "octets": b"unknown".hex()}]
    assert [problem["code"] for problem in message["problems"]] == ["truncated_sample"]


@pytest.mark.fault("SF-12")
def test_a_good_sample_before_one_that_never_ends(make_decoder: Callable[..., Decoder]) -> None:
    endless = sflow.sample(0, 1, body(FLOW["extended_acl"].fields, FLOW_VALUES["extended_acl"]), length=2**32 - 1)
    samples = [sflow.sample(9, 77, b"unknown"), whole_samples()[0], endless]
    message = make_decoder().decode(sflow.datagram(samples), "a")
    assert message["flows"] == [WHOLE[5]]
    assert [problem["code"] for problem in message["problems"]] == ["truncated_sample"]
