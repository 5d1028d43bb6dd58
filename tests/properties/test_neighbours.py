"""One spoiled set or record costs its neighbours nothing; exporters and domains never touch each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder
from tests import message_builder as build

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


@pytest.mark.conformance("IPFIX-8.4-01", "NF9-7-03", "NF9-9-07")
def test_a_rejected_definition_leaves_the_old_one_in_force(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder()
    cut = build.template(256, [(1, 4)], count=9)
    data = build.set_of(256, bytes((10, 0, 0, 1, 0, 1)))
    message = decoder.decode(build.ipfix_message(build.set_of(2, TEMPLATE), build.set_of(2, cut), data), "a")
    assert [event["event"] for event in message["templates"]] == ["learned", "rejected"]
    assert message["flows"] == FLOWS[:1]
