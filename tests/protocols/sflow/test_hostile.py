"""An sFlow datagram of everything, spoiled anywhere: no exception but the documented, plain output, engines alike."""

import json
from itertools import chain

import pytest

from netflowparse import DecodeError, Limits
from tests.plain import assert_plain
from tests.protocols.messages import codes
from tests.protocols.sflow.structures import COUNTER, FLOW, counter_record, flow_record, values_of
from tests.sflow_builder import (
    counters_sample,
    counters_sample_expanded,
    datagram,
    discarded_packet,
    flow_sample,
    flow_sample_expanded,
    sample,
    sampled_header,
)

PACKET = bytes.fromhex(
    "020000000002 020000000001 8100 2005 0800"
    "45000062 00010000 4011 0000 c0000201 c6336401"
    "c350 12b5 004e 0000  0800000000000500"  # VXLAN
    "020000000004 020000000003 86dd"
    "60000000 0018 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002"
    "c350 0035 0018 0000"
)
FEW = ("extended_gateway", "extended_80211_rx", "extended_user")
COUNTERS = ("processor", "host_adapters", "host_descr", "jvm_statistics", "bst_port_buffers")
INNER = {name: values_of(FLOW[name].fields) for name in ("extended_router", "extended_acl")}
FLOWS = [
    sampled_header(PACKET),
    flow_record("extended_80211_aggregation", {"pdus": [{"flow_records": INNER}] * 2}),
    *(flow_record(name, values_of(FLOW[name].fields)) for name in FEW),
]
EVERYTHING = datagram(
    [
        sample(0, 1, flow_sample(FLOWS[:3])),
        sample(
            0, 4, counters_sample_expanded([counter_record(name, values_of(COUNTER[name].fields)) for name in COUNTERS])
        ),
        sample(0, 3, flow_sample_expanded(FLOWS[3:])),
        sample(0, 6, b"unknown"),
        sample(0, 5, discarded_packet(FLOWS[:1])),
        sample(0, 2, counters_sample([counter_record("port_name", {"name": "eth0"})])),
    ]
)
EDGES = (0, 1, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF)


@pytest.fixture(scope="module")
def both(decoders):
    """Decodes with both engines and finds them of one opinion; None where there is no message."""

    def decode(octets):
        found = []
        for decoder in decoders.values():
            decoder.reset()
            try:
                found.append(decoder.decode(octets, "r1"))
            except DecodeError as error:
                assert 0 <= error.offset <= len(octets)
                found.append((type(error), str(error), error.offset))
        assert found[0] == found[1]
        if isinstance(found[0], tuple):
            return None
        message = found[0]
        assert_plain(message)
        assert json.dumps(message) == json.dumps(found[1])
        assert len(message["problems"]) <= Limits().problems + 1
        assert all(0 <= problem["offset"] <= len(octets) for problem in message["problems"])
        return message

    return decode


def test_everything(both):
    message = both(EVERYTHING)
    assert (len(message["flows"]), len(message["counters"]), len(message["unknown_samples"])) == (3, 2, 1)
    assert message["problems"] == []
    assert message["flows"][0]["inner"]["destinationIPv6Address"] == "2001:db8::2"
    assert message["flows"][0]["inner"]["destinationTransportPort"] == 53


@pytest.mark.fault("G-04")
def test_every_prefix(both):
    """What was found before the cut is what is found without it."""
    whole = both(EVERYTHING)
    for length in chain(range(28), range(28, len(EVERYTHING), 3)):
        message = both(EVERYTHING[:length])
        assert (message is None) == (length < 28)
        if message is not None:
            assert "truncated_sample" in codes(message) or "count_mismatch" in codes(message)
            for kind in ("flows", "counters"):
                assert len(message[kind]) <= len(whole[kind])
                assert message[kind][:-1] == whole[kind][: len(message[kind])][:-1]


@pytest.mark.fault("G-05", "G-06", "G-12")
@pytest.mark.parametrize("tail", [b"\0", b"\0" * 4, b"\0" * 100, b"\xff" * 100, EVERYTHING], ids=len)
def test_octets_behind_the_last_sample(both, tail):
    whole, message = both(EVERYTHING), both(EVERYTHING + tail)
    assert (message["flows"], message["counters"]) == (whole["flows"], whole["counters"])
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"]) == ("trailing_octets", len(EVERYTHING))
    assert problem["length"] == len(tail)


@pytest.mark.fault("G-07")
def test_every_other_octet_spoiled(both):
    for position in range(1, len(EVERYTHING), 2):  # the words below spoil them all
        value = (0x00, 0x7F, 0x80, 0xFF)[(position + position // 4) % 4]
        message = both(EVERYTHING[:position] + bytes([value]) + EVERYTHING[position + 1 :])
        assert message is not None or position < 8


@pytest.mark.fault("G-09")
@pytest.mark.parametrize("values", [EDGES[:4], EDGES[4:]], ids=["small", "great"])
def test_every_word_spoiled(both, values):
    for position in range(0, len(EVERYTHING), 4):
        value = values[position // 4 * 3 % 4]
        message = both(EVERYTHING[:position] + value.to_bytes(4, "big") + EVERYTHING[position + 4 :])
        assert message is not None or position < 8
        if message is not None:  # memory: no more is shown than was sent, by a factor
            assert len(json.dumps(message)) < 100 * len(EVERYTHING)


@pytest.mark.fault("G-11")
@pytest.mark.parametrize("octet", [b"\0", b"\xff"])
def test_nothing_but_one_octet(both, octet):
    message = both(datagram([], count=0xFFFFFFFF) + octet * 65400)
    assert message["flows"] == []
    assert message["problems"]
    assert set(codes(message)) <= {"truncated_sample", "count_mismatch", "trailing_octets", "limit"}
