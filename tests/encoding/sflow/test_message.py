"""sFlow messages as datagrams: what the layout document says, by ``sflow_builder``; and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder, EncodeError
from netflowparse.encoding.sflow.message import encode_sflow5
from netflowparse.types import Message
from tests import sflow_builder as sflow
from tests.protocols.sflow.structures import COUNTER, FLOW, TAILS, VARIANTS, body, values_of
from tests.strategies import sflow_datagrams, usual_samples

MOST = 65_535
SAMPLER = {"source_class": 0, "source_index": 1, "sequence_number": 1, "sample_pool": 1000, "drops": 0}
PLAIN = {"sampler": SAMPLER, "samplingInterval": 1000, "ingressInterface": 1, "egressInterface": 2}
COUNTED = {"source_class": 0, "source_index": 1, "sequence_number": 1}
HEADER = {"agentAddress": "192.0.2.1", "subAgentId": 0, "sequenceNumber": 1, "sysUpTime": 1000}
MPDUS = {"extended_acl": {"number": 1, "name": "a", "direction": 2}, "extended_queue": {"depth": 9}}
SAMPLED = ("sampled_ethernet", "sampled_ipv4", "sampled_ipv6")  # told by elements: tested apart
APART = ("sampled_header", "extended_80211_aggregation")


def encoded(*flows: dict[str, Any], counters: Any = (), **more: Any) -> bytes:
    """The one datagram of a message."""
    message = {"protocol": "sflow5", "header": HEADER, "flows": flows, "counters": list(counters), **more}
    [datagram] = encode_sflow5(message, MOST)
    return datagram


def told(message: Message) -> dict[str, Any]:
    """What a message says that its datagram has to say again."""
    kept = copy.deepcopy({key: message[key] for key in ("protocol", "header", "flows", "counters")})  # type: ignore[literal-required]
    for sample in kept["flows"] + kept["counters"]:
        sample.pop("continuity", None)  # what was before it
    del kept["header"]["sampleCount"]  # as counted
    return {**kept, "unknown_samples": message.get("unknown_samples", [])}


STRUCTURES = [(FLOW[name], sflow.one_flow, "flows") for name in FLOW if name not in (*SAMPLED, *APART)]
STRUCTURES += [(row, sflow.one_counters, "counters") for row in COUNTER.values()]


def test_every_structure(decoder):
    """The octets that the layout document says; fields that came later are there or not."""
    for row, datagram_of, key in STRUCTURES:
        for variant in VARIANTS:
            for fields in (row.fields, row.fields + TAILS.get(row.name, [])):
                values = values_of(fields, variant)
                samples = {"flows": [{**PLAIN, row.name: values}], "counters": [{**COUNTED, row.name: values}]}
                [octets] = encode_sflow5({"header": HEADER, key: samples[key]}, MOST)
                assert octets == datagram_of(sflow.record(row.enterprise, row.number, body(fields, values))), row.name
            shown = decoder.decode(octets, "r1")[key][0][row.name]
            assert {field: shown[field] for field in values} == values, row.name
    assert len(STRUCTURES) == len(FLOW) + len(COUNTER) - 5


REQUEST = values_of(FLOW["http_request_deprecated"].fields)
PORTS = {"ingress_uc_pc": 1, "ingress_mc_pc": -1, "egress_uc_pc": 2, "egress_mc_pc": 3}
QUEUES = {"egress_queue_uc_pc": [*range(8)], "egress_queue_mc_pc": [*range(8, 16)]}
EIGHT = b"".join(sflow.i32(number) for number in (*PORTS.values(), *range(16)))  # without counts


@pytest.mark.parametrize(
    ("fields", "octets"),
    [
        ({"octets": "0102"}, b"\1\2"),
        ({**REQUEST, "octets": body(FLOW["http_request_deprecated"].fields, REQUEST).hex()}, None),
        ({**REQUEST, "octets": "0102"}, None),  # no longer what the fields say
    ],
)
def test_requests_whose_layout_is_in_doubt(fields, octets):
    wanted = body(FLOW["http_request_deprecated"].fields, REQUEST) if octets is None else octets
    assert encoded({**PLAIN, "http_request_deprecated": fields}) == sflow.one_flow(sflow.record(0, 2201, wanted))


def test_buffers_whose_layout_is_in_doubt(decoder):
    """The octets tell which layout it was, as long as they say what the fields do."""
    octets = sflow.one_counters(sflow.record(4413, 2, EIGHT))
    [sample] = told(decoder.decode(octets, "r1"))["counters"]
    assert sample["bst_port_buffers"] == {**PORTS, **QUEUES, "octets": EIGHT.hex()}
    assert encoded(counters=[sample]) == octets
    sample["bst_port_buffers"]["ingress_uc_pc"] = 5
    counted = b"".join(sflow.counted([sflow.i32(number) for number in queue]) for queue in QUEUES.values())
    changed = sflow.i32(5) + EIGHT[4:16] + counted
    assert encoded(counters=[sample]) == sflow.one_counters(sflow.record(4413, 2, changed))
    sample["bst_port_buffers"]["egress_queue_uc_pc"] = [0] * 9
    with pytest.raises(EncodeError, match="9 items, expected at most 8") as raised:
        encoded(counters=[sample])
    assert raised.value.path == ("counters", 0, "bst_port_buffers", "egress_queue_uc_pc")


def test_structures_that_come_twice(decoder):
    depths = [{"depth": 1}, {"depth": 2}]
    octets = encoded({**PLAIN, "extended_queue": depths}, counters=[{**COUNTED, "fans": []}])
    records = [sflow.record(0, 1040, sflow.u32(depth)) for depth in (1, 2)]
    assert octets == sflow.datagram(
        [sflow.sample(0, 1, sflow.flow_sample(records)), sflow.sample(0, 2, sflow.counters_sample([]))]
    )
    assert decoder.decode(octets, "r1")["flows"][0]["extended_queue"] == depths


def test_unknown_records_and_samples(decoder):
    unknown = [{"format": "4300:7", "octets": "0102030405"}, {"format": "0:4095", "octets": b""}]
    octets = encoded({**PLAIN, "unknown_records": unknown}, unknown_samples=unknown[:1])
    records = [sflow.record(4300, 7, bytes([1, 2, 3, 4, 5])), sflow.record(0, 4095, b"")]
    samples = [sflow.sample(0, 1, sflow.flow_sample(records)), sflow.sample(4300, 7, bytes([1, 2, 3, 4, 5]))]
    assert octets == sflow.datagram(samples)
    assert decoder.decode(octets, "r1")["unknown_samples"] == unknown[:1]


def test_octets_that_no_field_explains(decoder):
    flow = {**PLAIN, "extended_queue": {"depth": 1, "undecoded": "0203"}, "undecoded": "ffffffffffffffffffff"}
    flow["extended_gateway"] = {"nexthop": None, "as": 5, "undecoded": "00"}
    octets = encoded(flow)
    records = [sflow.record(0, 1040, sflow.u32(1) + b"\2\3"), sflow.record(0, 1003, sflow.words(0, 5) + b"\0")]
    assert octets == sflow.datagram([sflow.sample(0, 1, sflow.flow_sample(records) + b"\xff" * 10)])
    [shown] = decoder.decode(octets, "r1")["flows"]
    assert {key: shown[key] for key in flow} == flow


def test_frames_sent_as_one(decoder):
    pdus = [{"flow_records": MPDUS}, {"flow_records": {}}, {"flow_records": {"extended_queue": [{"depth": 8}] * 2}}]
    octets = encoded({**PLAIN, "extended_80211_aggregation": {"pdus": pdus, "undecoded": "0000"}})
    acl = sflow.record(0, 1037, sflow.u32(1) + sflow.string("a") + sflow.u32(2))
    depths = [sflow.record(0, 1040, sflow.u32(depth)) for depth in (9, 8)]
    frames = [sflow.counted([acl, depths[0]]), sflow.counted([]), sflow.counted([depths[1]] * 2)]
    assert octets == sflow.one_flow(sflow.record(0, 1016, sflow.counted(frames) + bytes(2)))
    assert decoder.decode(octets, "r1")["flows"][0]["extended_80211_aggregation"] == {"pdus": pdus, "undecoded": "0000"}


WORDS = {
    "compact": ({}, {}),
    "largest compact": (
        {"source_class": 255, "source_index": 0xFFFFFF},
        {"egress": {"format": 3, "value": 0x3FFFFFFF}, "ingressInterface": 0x3FFFFFFE},
    ),
    "class": ({"source_class": 256}, {}),
    "index": ({"source_index": 0x1000000}, {}),
    "interface": ({}, {"ingressInterface": 0x40000000}),
    "value": ({}, {"egress": {"format": 1, "value": 0x40000000}}),
    "format": ({}, {"egress": {"format": 4, "value": 0}}),
}


@pytest.mark.parametrize(("sampler", "ways"), WORDS.values(), ids=WORDS)
def test_forms_of_flow_samples(decoder, sampler, ways):
    """Compact where all numbers fit, expanded where one does not."""
    flow = {**PLAIN, **ways, "sampler": {**SAMPLER, **sampler}}
    if "egress" in ways:
        del flow["egressInterface"]
    octets = encoded(flow)
    fits = flow["sampler"]["source_class"] < 256 and flow["sampler"]["source_index"] < 1 << 24
    egress = flow.get("egress", {"format": 0, "value": 2})
    fits = fits and flow["ingressInterface"] < 1 << 30 and egress["format"] < 4 and egress["value"] < 1 << 30
    source = flow["sampler"]["source_class"], flow["sampler"]["source_index"]
    if fits:
        ends = {"input": flow["ingressInterface"], "output": egress["format"] << 30 | egress["value"]}
        assert octets == sflow.one_flow(source_id=source, **ends)
    else:
        ends = {"input": (0, flow["ingressInterface"]), "output": (egress["format"], egress["value"])}
        sample = sflow.flow_sample_expanded([], source_id=source, **ends)
        assert octets == sflow.datagram([sflow.sample(0, 3, sample)])
    assert told(decoder.decode(octets, "r1"))["flows"] == [{**flow, "packetDeltaCount": 1}]


def test_forms_of_counter_samples(decoder):
    for source_class, source_index in ((255, 0xFFFFFF), (256, 0), (0, 1 << 24), (2**32 - 1, 2**32 - 1)):
        sample = {"source_class": source_class, "source_index": source_index, "sequence_number": 5}
        octets = encoded(counters=[sample])
        given = {"sequence_number": 5, "source_id": (source_class, source_index)}
        compact = source_class < 256 and source_index < 1 << 24
        body_of = sflow.counters_sample([], **given) if compact else sflow.counters_sample_expanded([], **given)
        assert octets == sflow.datagram([sflow.sample(0, 2 if compact else 4, body_of)])
        assert told(decoder.decode(octets, "r1"))["counters"] == [sample]


def test_discarded_packets(decoder):
    sampler = {"source_class": 3, "source_index": 5, "sequence_number": 6, "drops": 7}
    flow = {"sampler": sampler, "discarded_packet": {"reason": 263}, "ingressInterface": 8}
    flow |= {"samplingInterval": 100, "resolved": {"samplingInterval": "settings"}}  # as the caller's settings say
    octets = encoded(flow)
    sample = sflow.discarded_packet([], source_id=(3, 5), sequence_number=6, drops=7, input=8, output=0, reason=263)
    assert octets == sflow.datagram([sflow.sample(0, 5, sample)])
    assert decoder.decode(octets, "r1")["flows"][0]["discarded_packet"]["reason"] == 263


VALUES = [(0, "text"), (1, 5), (2, 2**64 - 1), (3, 7), (4, 8), (5, 1.5), (6, -2.5)]
FIELDS = [
    (0, "text"),
    (1, "02:00:00:00:00:01"),
    (2, "192.0.2.1"),
    (3, "::1"),
    (4, -1),
    (5, -(2**63)),
    (6, 1.5),
    (7, 2.5),
]


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_metrics(decoder, kind, value):
    metric = {"device": "d", "metric": "m", "type": kind, "value": value}
    octets = encoded(counters=[{"rtmetric": metric, "undecoded": "0000"}])
    assert octets[28:36] == sflow.words(4300 << 12 | 1002, len(octets) - 36 - (-len(octets[36:]) % 4) - 2)
    assert told(decoder.decode(octets, "r1"))["counters"] == [{"rtmetric": metric, "undecoded": "0000"}]


def test_flows_of_a_vendor(decoder):
    fields = [{"type": kind, "value": value} for kind, value in FIELDS]
    rtflow = {"device": "d", "name": "n", "sampling_rate": 400, "sample_pool": 5000, "fields": fields}
    octets = encoded({"rtflow": rtflow, "samplingInterval": 400})
    whole = sflow.string("d") + sflow.string("n") + sflow.words(400, 5000, 0) + sflow.string("text")
    assert octets[36 : 36 + len(whole)] == whole
    assert told(decoder.decode(octets, "r1"))["flows"] == [{"rtflow": rtflow, "samplingInterval": 400}]


HEADERS = [({}, "0.0.0.0"), ({"agentAddress": None}, None), ({"agentAddress": "2001:db8::1"}, "2001:db8::1")]


@pytest.mark.parametrize(("header", "agent"), HEADERS)
def test_headers(header, agent):
    more = {"version": 9, "sampleCount": 7}  # counted anew, and 5
    numbers = {"sub_agent_id": 0, "sequence_number": 0, "uptime": 0}
    assert encode_sflow5({"header": {**header, **more}}, MOST) == [sflow.datagram([], agent=agent, **numbers)]
    full = {**header, "subAgentId": 2, "sequenceNumber": 3, "sysUpTime": 4}
    numbers = {"sub_agent_id": 2, "sequence_number": 3, "uptime": 4}
    assert encode_sflow5({"header": full}, MOST) == [sflow.datagram([], agent=agent, **numbers)]


def test_as_many_datagrams_as_it_takes():
    """Filled one after the other, numbered on, the numbers beginning anew; samples stay whole."""
    flows = [{**PLAIN, "unknown_records": [{"format": "9:9", "octets": bytes(60)}]}] * 5  # of 108 octets
    message = {"header": {**HEADER, "sequenceNumber": 2**32 - 1}, "flows": flows, "counters": [COUNTED] * 2}
    datagrams = encode_sflow5(message, 28 + 2 * 108)
    messages = [Decoder().decode(datagram, "r1") for datagram in datagrams]
    assert [len(datagram) for datagram in datagrams] == [244, 244, 28 + 108 + 40]
    assert [each["header"]["sequenceNumber"] for each in messages] == [2**32 - 1, 0, 1]
    assert [(len(each["flows"]), len(each["counters"])) for each in messages] == [(2, 0), (2, 0), (1, 2)]
    assert [each["header"]["sampleCount"] for each in messages] == [2, 2, 3]
    with pytest.raises(EncodeError, match="a sample of 108 octets, which no datagram has room for") as raised:
        encode_sflow5(message, 28 + 107)
    assert raised.value.path == ("flows", 0)


ANY = st.one_of(sflow_datagrams, st.lists(usual_samples(), max_size=4).map(sflow.datagram))
#: Why a message of a damaged datagram may not be the same again.
CUT_BETWEEN_FIELDS = "there is no value"  # a record that ends behind one of its fields: the next one is not told
AMBIGUOUS = "trailing_octets"  # four octets behind a sample's records that look like the head of the next one


DECODERS = {compiled: Decoder(compiled=compiled) for compiled in (True, False)}


def decoded(octets: bytes, compiled: bool) -> Message:
    """What a decoder says that has met nobody yet."""
    DECODERS[compiled].reset()
    return DECODERS[compiled].decode(octets, "r1")


@given(octets=ANY)
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "reference"])
def test_datagrams_of_what_datagrams_say(compiled, octets):
    """The canonical form says the same: of any datagram, damaged ones included, but for the two cases above."""
    try:
        message = decoded(octets, compiled)
    except DecodeError:
        return
    try:
        datagrams = encode_sflow5(message, MOST)
    except EncodeError as error:
        assert error.why.startswith(CUT_BETWEEN_FIELDS), error
        assert any(problem["code"] == "truncated_record" for problem in message["problems"])
        return
    again = decoded(datagrams[0], compiled)
    if AMBIGUOUS not in {problem["code"] for problem in message["problems"]}:
        assert told(again) == told(message)
    if not message["problems"] and not message["quirks"]:
        assert again["problems"] == []
        assert encode_sflow5(again, MOST) == datagrams
