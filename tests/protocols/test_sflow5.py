"""sFlow version 5 as the text has it: the worked example, sources and interfaces, what is known of loss."""

import pytest

from tests.plain import assert_plain
from tests.protocols.messages import codes
from tests.protocols.sflow.structures import COUNTER, body, counter_record, flow_record, values_of
from tests.sflow_builder import (
    counters_sample,
    counters_sample_expanded,
    datagram,
    discarded_packet,
    flow_sample,
    flow_sample_expanded,
    one_counters,
    one_flow,
    record,
    sample,
    sampled_header,
    string,
)

EXAMPLE = bytes.fromhex(
    "00000005 00000001 C0000201 00000000 00000007 000003E8 00000001"
    "00000002 00000030"
    "0000002A 03000001 00000001"
    "000003E9 0000001C"
    "000001F4 FFFFFFFF 00000064"
    "00000000 80000000  00000000 40000000"
)
QUEUE = record(0, 1036, b"\0\0\0\7")  # extended_egress_queue
PORT = record(0, 1005, string("eth0"))


@pytest.mark.conformance("SFLOW-1-01", "SFLOW-5-01", "SFLOW-9-01")
def test_worked_example(decoder):
    message = decoder.decode(EXAMPLE, "r1")
    assert message == {
        "protocol": "sflow5",
        "exporter": "r1",
        "header": {
            "version": 5,
            "agentAddress": "192.0.2.1",
            "subAgentId": 0,
            "sequenceNumber": 7,
            "sysUpTime": 1000,
            "sampleCount": 1,
        },
        "flows": [],
        "options": [],
        "counters": [
            {
                "source_class": 3,
                "source_index": 1,
                "sequence_number": 42,
                "continuity": {"expected": None, "missing": 0, "event": "first"},
                "processor": {
                    "cpu_5s": 500,
                    "cpu_1m": -1,
                    "cpu_5m": 100,
                    "total_memory": 2 << 30,
                    "free_memory": 1 << 30,
                },
            }
        ],
        "templates": [],
        "sequence": {"expected": None, "missing": 0, "event": "first"},
        "problems": [],
        "quirks": [],
        "late": [],
    }
    assert_plain(message)


@pytest.mark.conformance("SFLOW-9-01")
def test_the_builder_packs_the_worked_example():
    values = {"cpu_5s": 500, "cpu_1m": -1, "cpu_5m": 100, "total_memory": 2 << 30, "free_memory": 1 << 30}
    counters = counters_sample([counter_record("processor", values)], sequence_number=42, source_id=(3, 1))
    assert datagram([sample(0, 2, counters)], sequence_number=7) == EXAMPLE


SAMPLER = {"source_class": 0, "source_index": 1, "sequence_number": 7, "sample_pool": 5000, "drops": 3}
SAMPLE = {
    "samplingInterval": 400,
    "packetDeltaCount": 1,
    "ingressInterface": 1,
    "egressInterface": 2,
    "extended_egress_queue": {"queue": 7},
}
FIELDS = {"sequence_number": 7, "sampling_rate": 400, "sample_pool": 5000, "drops": 3}


@pytest.mark.conformance("SFLOW-4-01")
@pytest.mark.parametrize(("number", "pack"), [(1, flow_sample), (3, flow_sample_expanded)])
def test_every_column_of_a_flow_sample(decoder, number, pack):
    message = decoder.decode(datagram([sample(0, number, pack([QUEUE], **FIELDS))]), "r1")
    (flow,) = message["flows"]
    continuity = flow.pop("continuity")
    assert flow == {"sampler": SAMPLER, **SAMPLE}
    assert (continuity["expected"], continuity["missing"], continuity["event"]) == (None, 0, "first")
    assert continuity.keys() == {
        *("expected", "missing", "event"),
        *("sample_pool_delta", "drops_delta", "effective_rate"),
    }
    assert (message["counters"], message["problems"]) == ([], [])


@pytest.mark.conformance("SFLOW-4-01")
@pytest.mark.parametrize(("number", "pack"), [(1, flow_sample), (3, flow_sample_expanded)])
def test_a_flow_sample_without_records(decoder, number, pack):
    message = decoder.decode(datagram([sample(0, number, pack([], **FIELDS))]), "r1")
    (flow,) = message["flows"]
    assert flow["sampler"] == SAMPLER
    assert flow.keys() == {"sampler", "continuity", *SAMPLE} - {"extended_egress_queue"}
    assert message["problems"] == []


@pytest.mark.parametrize(("number", "pack"), [(2, counters_sample), (4, counters_sample_expanded)])
def test_every_column_of_a_counters_sample(decoder, number, pack):
    octets = datagram([sample(0, number, pack([PORT], sequence_number=9, source_id=(2, 77)))])
    message = decoder.decode(octets, "r1")
    assert message["counters"] == [
        {
            "source_class": 2,
            "source_index": 77,
            "sequence_number": 9,
            "continuity": {"expected": None, "missing": 0, "event": "first"},
            "port_name": {"name": "eth0"},
        }
    ]
    assert (message["flows"], message["problems"]) == ([], [])


@pytest.mark.fault("SF-50")
@pytest.mark.conformance("SFLOW-3-06", "SFLOW-3-07")
@pytest.mark.parametrize(
    ("reason", "name"),
    [
        (0, "net_unreachable"),
        (16, None),
        (258, "acl"),
        (263, "src_mac_is_multicast"),
        (303, "split_horizon"),
        (304, "locked_port"),  # names of these two are no published list's
        (372, "bgp_flowspec"),
        (373, None),
        (99999, None),
        (2**32 - 1, None),
    ],
)
def test_discarded_packets(decoder, reason, name):
    body = discarded_packet([QUEUE], sequence_number=7, source_id=(0, 1), drops=3, reason=reason, input=1, output=0)
    message = decoder.decode(datagram([sample(0, 5, body)]), "r1")
    (flow,) = message["flows"]
    assert flow["sampler"] == {"source_class": 0, "source_index": 1, "sequence_number": 7, "drops": 3}
    assert flow["discarded_packet"] == {"reason": reason, "reason_name": name}
    assert (flow["ingressInterface"], flow["egress"]) == (1, {"format": 0, "value": 0})
    assert flow["packetDeltaCount"] == 1
    assert flow["extended_egress_queue"] == {"queue": 7}
    assert flow.keys().isdisjoint({"samplingInterval", "egressInterface", "ingress"})
    assert message["problems"] == []


@pytest.mark.fault("SF-52")
@pytest.mark.conformance("SFLOW-3-04")
@pytest.mark.parametrize("source", [(0, 1), (3, 1), (1, 0xABCDEF), (255, 0xFFFFFF), (64, 0)])
def test_data_sources(decoder, source):
    """8 bits of class, 24 of index; two words in the expanded form."""
    samples = [
        sample(0, 1, flow_sample([], source_id=source)),
        sample(0, 2, counters_sample([], source_id=source)),
        sample(0, 3, flow_sample_expanded([], source_id=(source[0], source[1] + 2**31))),
        sample(0, 4, counters_sample_expanded([], source_id=(source[0] + 2**31, source[1]))),
        sample(0, 5, discarded_packet([], source_id=source)),
    ]
    message = decoder.decode(datagram(samples), "r1")
    samplers = [flow["sampler"] for flow in message["flows"]]
    assert [(each["source_class"], each["source_index"]) for each in samplers] == [
        source,
        (source[0], source[1] + 2**31),
        source,
    ]
    assert [(each["source_class"], each["source_index"]) for each in message["counters"]] == [
        source,
        (source[0] + 2**31, source[1]),
    ]


@pytest.mark.fault("SF-51")
@pytest.mark.conformance("SFLOW-3-05")
@pytest.mark.parametrize(
    ("compact", "expanded", "plain"),
    [
        (1, (0, 1), True),
        (0x3FFFFFFE, (0, 0x3FFFFFFE), True),
        (None, (0, 0x40000000), True),
        (None, (0, 0x7FFFFFFF), True),
        (None, (0, 0x80000000), False),
        (None, (0, 0xFFFFFFFF), False),
        (0, (0, 0), False),
        (0x3FFFFFFF, (0, 0x3FFFFFFF), False),  # the device itself
        (0x40000102, (1, 258), False),  # discarded: acl
        (0x80000000, (2, 0), False),  # several, their number unknown
        (0x80000003, (2, 3), False),
        (0xC0000001, (3, 1), False),
        (0xFFFFFFFF, (3, 0x3FFFFFFF), False),
        (None, (0xFFFFFFFF, 5), False),
    ],
)
def test_interfaces(decoder, compact, expanded, plain):
    samples = [sample(0, 3, flow_sample_expanded([], input=expanded, output=expanded))]
    if compact is not None:
        samples.append(sample(0, 1, flow_sample([], input=compact, output=compact)))
    message = decoder.decode(datagram(samples), "r1")
    for flow in message["flows"]:
        shown = {name: value for name, value in flow.items() if "gress" in name}
        number = {"format": expanded[0], "value": expanded[1]}
        if plain:
            assert shown == {"ingressInterface": expanded[1], "egressInterface": expanded[1]}
        else:
            assert shown == {"ingress": number, "egress": number}
    assert (len(message["flows"]), message["problems"]) == (len(samples), [])


@pytest.mark.conformance("SFLOW-2-06")
def test_one_number_means_three_things(decoder):
    """0:1 and 0:2 as samples, as flow records and as counter records."""
    ethernet = {"length": 64, "src_mac": "02:00:00:00:00:01", "dst_mac": "02:00:00:00:00:02", "type": 0x0806}
    counters = {name: values_of(COUNTER[name].fields) for name in ("if_counters", "ethernet_counters")}
    flow_records = [sampled_header(b"", protocol=0, frame_length=64), flow_record("sampled_ethernet", ethernet)]
    counter_records = [counter_record(*each) for each in counters.items()]
    samples = [sample(0, 1, flow_sample(flow_records)), sample(0, 2, counters_sample(counter_records))]
    message = decoder.decode(datagram(samples), "r1")
    (flow,), (counted,) = message["flows"], message["counters"]
    assert flow["sampled_header"]["frame_length"] == 64
    assert flow["sampled_ethernet"] == ethernet
    assert {name: counted[name] for name in counters} == counters
    assert message["problems"] == []


@pytest.mark.conformance("SFLOW-2-07", "SFLOW-4-09")
def test_the_enterprise_is_the_upper_20_bits(decoder):
    gpu = values_of(COUNTER["nvidia_gpu"].fields)
    octets = body(COUNTER["nvidia_gpu"].fields, gpu)
    message = decoder.decode(one_counters(bytes.fromhex("01647001 00000030") + octets), "r1")
    assert message["counters"][0]["nvidia_gpu"] == gpu
    message = decoder.decode(one_flow(bytes.fromhex("0113D001 00000004 00000005")), "r1")
    assert message["flows"][0]["bst_egress_queue"] == {"queue": 5}


@pytest.mark.fault("SF-60")
@pytest.mark.conformance("SFLOW-3-01")
def test_compact_and_expanded_samples_mixed(decoder):
    samples = [
        sample(0, 3, flow_sample_expanded([QUEUE], source_id=(0, 3))),
        sample(0, 2, counters_sample([PORT], source_id=(0, 2))),
        sample(0, 1, flow_sample([QUEUE], source_id=(0, 1))),
        sample(0, 4, counters_sample_expanded([PORT], source_id=(0, 4))),
        sample(0, 5, discarded_packet([QUEUE], source_id=(0, 5))),
    ]
    message = decoder.decode(datagram(samples), "r1")
    assert [flow["sampler"]["source_index"] for flow in message["flows"]] == [3, 1, 5]
    assert [flow["extended_egress_queue"] for flow in message["flows"]] == [{"queue": 7}] * 3
    assert [counters["source_index"] for counters in message["counters"]] == [2, 4]
    assert [counters["port_name"] for counters in message["counters"]] == [{"name": "eth0"}] * 2
    assert codes(message) == []
