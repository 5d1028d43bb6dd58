"""At what interval flows were sampled: by the record, options, the header or the caller, the narrowest first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder
from netflowparse.protocols.resolve import resolve
from netflowparse.quirks import SAMPLER_ZERO
from netflowparse.settings import ExporterSettings
from tests.message_builder import Field, ipfix_message, netflow5_datagram, netflow5_record, netflow9_datagram
from tests.protocols.options_and_flows import (
    DIRECTION,
    EGRESS,
    FLOWS,
    INGRESS,
    INTERVAL,
    METERING,
    RANDOM,
    RATES,
    SAMPLER,
    SYSTEM,
    decoded,
    decoded9,
    flows9,
    flows10,
    options9,
    options10,
    sampled,
    told,
)

SCOPES: list[tuple[list[Field], list[Any], str]] = [
    ([METERING], [1], "options"),
    ([(149, 4)], [1], "options"),  # observationDomainId
    ([(130, 4)], [b"\xc0\0\2\1"], "options"),  # exporterIPv4Address
    ([(48, 1)], [3], "options:samplerId=3"),
    ([(302, 8)], [5], "options:selectorId=5"),
    ([(10, 4)], [7], "options:interface=7"),
    ([(252, 4)], [7], "options:interface=7"),
    ([(141, 4)], [2], "options:lineCard=2"),
    ([(145, 2)], [FLOWS], "options:template=256"),
    ([(48, 1)], [4], ""),
    ([(302, 8)], [6], ""),
    ([(10, 4)], [8], ""),  # the flow's egress
    ([(141, 4)], [1], ""),
    ([(145, 2)], [257], ""),
]


@pytest.mark.fault("PO-04")
@pytest.mark.parametrize(("scope", "values", "origin"), SCOPES)
def test_a_rate_belongs_to_what_it_was_said_of(
    resolving: Decoder, scope: list[Field], values: list[Any], origin: str
) -> None:
    fields: list[Field] = [SAMPLER, (302, 4), INGRESS, EGRESS, (141, 4)]
    decoded(resolving, *options10(scope, [INTERVAL, (35, 1)], *values, 100, 1))
    (flow,) = decoded(resolving, *flows10(fields, (3, 5, 7, 8, 2)))
    assert sampled(flow) == ((100, origin) if origin else (None, None))


def test_the_narrowest_counts(resolving: Decoder) -> None:
    scopes: list[tuple[Field, int, str]] = [
        (METERING, 1, "options"),
        ((145, 2), FLOWS, "options:template=256"),
        (INGRESS, 7, "options:interface=7"),
        ((302, 8), 5, "options:selectorId=5"),
        (SAMPLER, 3, "options:samplerId=3"),
    ]
    for interval, (scope, value, origin) in enumerate(scopes, 100):
        decoded(resolving, *options10([scope], [INTERVAL], value, interval))
        (flow,) = decoded(resolving, *flows10([SAMPLER, (302, 8), INGRESS], (3, 5, 7)))
        assert sampled(flow) == (interval, origin)
    for interval, (scope, value, origin) in reversed(list(enumerate(scopes, 100))):
        (flow,) = decoded(resolving, *flows10([SAMPLER, (302, 8), INGRESS], (3, 5, 7)))
        assert sampled(flow) == (interval, origin)
        decoded(resolving, *options10([scope], [INTERVAL], value, 0))  # not known any more
    (flow,) = decoded(resolving, *flows10([SAMPLER, (302, 8), INGRESS], (3, 5, 7)))
    assert flow == {"samplerId": 3, "selectorId": 5, "ingressInterface": 7}


def test_the_interface_where_a_flow_was_seen(resolving: Decoder) -> None:
    for interface in 7, 8:
        decoded(resolving, *options10([INGRESS], [INTERVAL], interface, interface * 100))
    found = decoded(resolving, *flows10([INGRESS, EGRESS, DIRECTION], (7, 8, 0), (7, 8, 1), (9, 8, 0), (7, 9, 1)))
    assert [sampled(flow) for flow in found] == [
        (700, "options:interface=7"),
        (800, "options:interface=8"),
        (None, None),
        (None, None),
    ]


OWN: list[tuple[list[Field], list[int], Any]] = [
    ([INTERVAL], [50], (50, "record")),
    ([INTERVAL], [1], (1, "record")),
    ([INTERVAL], [2**32 - 1], (2**32 - 1, "record")),
    ([RANDOM], [60], (60, "record")),
    ([(305, 4), (306, 4)], [1, 99], (100, "record")),
    ([(305, 4), (306, 4)], [2, 1], (1.5, "record")),
    ([(309, 4), (310, 4)], [5, 1000], (200, "record")),
    ([INTERVAL], [0], (0, None)),  # what the record says is not touched
    ([RANDOM], [0], (7, "options")),
    ([(305, 4), (306, 4)], [1, 2**32 - 1], (2**32, "record")),
    ([(305, 4), (306, 4)], [0, 0], (7, "options")),
    ([(305, 4), (306, 4)], [0, 99], (7, "options")),
    ([(305, 4)], [10], (7, "options")),
]


@pytest.mark.fault("PO-01", "PO-02", "PO-03")
@pytest.mark.parametrize(("fields", "values", "expected"), OWN)
def test_the_record_outranks_the_options(
    resolving: Decoder, fields: list[Field], values: list[int], expected: Any
) -> None:
    decoded(resolving, *options10([METERING], [INTERVAL], 1, 7))
    (flow,) = decoded(resolving, *flows10([*fields, INGRESS], (*values, 3)))
    assert sampled(flow) == expected


@pytest.mark.fault("PO-01", "PO-02", "PO-03")
@pytest.mark.parametrize(
    ("fields", "values", "interval"),
    [
        ({"samplingInterval": INTERVAL}, [0], None),
        ({"samplingInterval": INTERVAL}, [1], 1),
        ({"samplingInterval": INTERVAL}, [2**32 - 1], 2**32 - 1),
        ({"samplingPacketInterval": (305, 4), "samplingPacketSpace": (306, 4)}, [0, 0], None),
        ({"samplingPacketInterval": (305, 4), "samplingPacketSpace": (306, 4)}, [0, 99], None),
        ({"samplingPacketInterval": (305, 4), "samplingPacketSpace": (306, 4)}, [1, 2**32 - 1], 2**32),
    ],
)
def test_options_stay_and_make_a_rate_where_there_is_one(
    resolving: Decoder, fields: dict[str, Field], values: list[int], interval: int | None
) -> None:
    message = resolving.decode(ipfix_message(*options10([METERING], [*fields.values()], 1, *values)), "r1")
    (record,) = message["options"]
    assert ({name: record[name] for name in fields}, message["problems"]) == (
        dict(zip(fields, values, strict=True)),
        [],
    )
    (flow,) = decoded(resolving, *flows10([INGRESS], (7,)))
    assert sampled(flow) == ((interval, "options") if interval else (None, None))


@pytest.mark.fault("PO-04")
@pytest.mark.conformance("NF9-6.1-02")
def test_samplers_of_netflow9(resolving: Decoder) -> None:
    for sampler, interval in (1, 1000), (2, 2000):
        decoded9(resolving, *options9([SYSTEM], [SAMPLER, RANDOM, (49, 1)], 0, sampler, interval, 2))
    found = decoded9(resolving, *flows9([SAMPLER, (2, 4)], (1, 10), (2, 10), (3, 10), (0, 10)))
    assert [sampled(flow) for flow in found] == [
        (1000, "options:samplerId=1"),
        (2000, "options:samplerId=2"),
        (None, None),
        (None, None),
    ]
    assert [flow["packetDeltaCount"] for flow in found] == [10] * 4  # never multiplied


@pytest.mark.parametrize("scope", [1, 2, 5])
def test_scopes_of_netflow9(resolving: Decoder, scope: int) -> None:
    value, origin = {1: (0, "options"), 2: (7, "options:interface=7"), 5: (FLOWS, "options:template=256")}[scope]
    decoded9(resolving, *options9([(scope, 4)], [INTERVAL], value, 100))
    (flow,) = decoded9(resolving, *flows9([INGRESS], (7,)))
    assert sampled(flow) == (100, origin)


class TestSamplerZero:
    """Cisco 7600: flows of sampler 0, and one sampler that is described."""

    def datagrams(self, decoder: Decoder, *samplers: int) -> tuple[Any, Any]:
        for sampler in samplers:
            decoded9(decoder, *options9([SYSTEM], [SAMPLER, RANDOM], 0, sampler, sampler * 1000))
        message = decoder.decode(netflow9_datagram(*flows9([SAMPLER], (0,))), "r1")
        return sampled(message["flows"][0]), message["quirks"]

    def test_the_only_one_is_meant(self, resolving: Decoder) -> None:
        assert self.datagrams(resolving, 4) == ((4000, "options:samplerId=4"), ["sampler_zero"])

    def test_of_two_neither(self, resolving: Decoder) -> None:
        assert self.datagrams(resolving, 4, 5) == ((None, None), [])

    def test_the_only_one_without_an_interval(self, resolving: Decoder) -> None:
        decoded9(resolving, *options9([SYSTEM], [SAMPLER, (84, 8)], 0, 4, b"sampler4"))
        assert self.datagrams(resolving) == ((None, None), [])

    def test_not_by_the_standard(self, make_decoder: Any) -> None:
        assert self.datagrams(make_decoder(resolve=True, quirks=()), 4) == ((None, None), [])

    def test_sampler_0_itself(self, resolving: Decoder) -> None:
        decoded9(resolving, *options9([SYSTEM], [SAMPLER, RANDOM], 0, 0, 10))
        assert self.datagrams(resolving) == ((10, "options:samplerId=0"), [])


def test_the_caller_knows_no_rate_of_an_interface_that_comes_twice(make_decoder: Any) -> None:
    decoder = make_decoder(resolve=True, exporters={"r1": RATES})
    (flow,) = decoded(decoder, *flows10([INGRESS, INGRESS], (7, 7)))
    assert flow == {"ingressInterface": [7, 7], "samplingInterval": 9, "resolved": {"samplingInterval": "settings"}}


@pytest.mark.fault("N5-10")
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0x4064, (100, "header")),
        (0x0064, (100, "header")),
        (0xFFFF, (16383, "header")),
        (0x4000, (70, "settings")),
        (0xC000, (70, "settings")),
        (0, (70, "settings")),
    ],
)
def test_the_header_of_version_5(make_decoder: Any, word: int, expected: Any) -> None:
    decoder = make_decoder(resolve=True, exporters={"r1": RATES})
    records = [netflow5_record(ingressInterface=7, egressInterface=8, packetDeltaCount=3)] * 2
    message = decoder.decode(netflow5_datagram(records, sampling=word), "r1")
    for flow in message["flows"]:
        assert sampled(flow) == expected
        assert (flow["ingress_interface_name"], flow["egress_interface_name"]) == ("seven", "eight")
        assert flow["packetDeltaCount"] == 3


INTERVALS = st.sampled_from([0, 1, 100])
NUMBERS = st.integers(0, 2)
SUBJECTS = ["samplerId", "selectorId", "interface", "lineCard", "template", "system"]
STATED = st.lists(st.tuples(st.sampled_from(SUBJECTS), NUMBERS, INTERVALS), max_size=6)
FLOW = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ["samplerId", "selectorId", "ingressInterface", "egressInterface", "flowDirection", "lineCardId"], NUMBERS
        ),
        "samplingInterval": INTERVALS,
        "samplerRandomInterval": INTERVALS,
    },
)


def model(flow: dict[str, int], stated: list[tuple[str, int, int]], template_id: int | None, rest: list[Any]) -> Any:
    """The interval of a flow and its origin, by the order of ranks written out."""
    if "samplingInterval" in flow:
        return (flow["samplingInterval"], "record") if flow["samplingInterval"] else None
    if flow.get("samplerRandomInterval"):
        return flow["samplerRandomInterval"], "record"
    said = {("system", 0) if subject == "system" else (subject, key): interval for subject, key, interval in stated}
    seen = flow.get("egressInterface" if flow.get("flowDirection") == 1 else "ingressInterface")
    samplers = [key for subject, key in said if subject == "samplerId"]
    sampler = flow.get("samplerId")
    places = [("samplerId", sampler)]
    if sampler == 0 and len(samplers) == 1:
        places.append(("samplerId", samplers[0]))
    places += [("selectorId", flow.get("selectorId")), ("interface", seen), ("lineCard", flow.get("lineCardId"))]
    places += [("template", template_id), ("system", 0)]
    for subject, key in places:
        if said.get((subject, key)):
            return said[subject, key], "options" if subject == "system" else f"options:{subject}={key}"
    header, by_interface, otherwise = rest
    if header:
        return header, "header"
    for way in "ingressInterface", "egressInterface":
        if flow.get(way) in by_interface:
            return by_interface[flow[way]], "settings"
    return (otherwise, "settings") if otherwise else None


@given(
    st.lists(FLOW, min_size=1, max_size=3),
    STATED,
    st.none() | NUMBERS,
    st.none() | INTERVALS,
    st.dictionaries(NUMBERS, st.just(7), max_size=1),
    st.none() | st.just(9),
)
def test_ranks_by_a_model(
    flows: list[dict[str, int]],
    stated: list[tuple[str, int, int]],
    template_id: int | None,
    header: int | None,
    by_interface: dict[int, int],
    otherwise: int | None,
) -> None:
    knowledge = told(
        *({"scope": {subject: key}, "samplingInterval": interval} for subject, key, interval in stated),
    )
    settings = ExporterSettings(sampling_interval=otherwise, interface_sampling=by_interface)
    if template_id is not None:
        flows = [flows[0]] * len(flows)  # flows of one template have the same keys
    found: list[dict[str, Any]] = [dict(flow) for flow in flows]
    resolve(found, template_id, knowledge, settings, header_interval=header, rules=frozenset({SAMPLER_ZERO}))
    for before, after in zip(flows, found, strict=True):
        expected = model(before, stated, template_id, [header, by_interface, otherwise])
        interval, origin = expected or (before.get("samplingInterval"), None)
        assert sampled(after) == (interval, origin)
        assert {name: after[name] for name in before} == before
