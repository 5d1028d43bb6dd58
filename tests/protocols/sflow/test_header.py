"""Headers of sFlow datagrams: cut, of other versions, with agents of every kind."""

import pytest

from netflowparse import DecodeError, MalformedMessage, TruncatedDatagram, UnknownVersion
from tests.protocols.sflow.messages import told
from tests.sflow_builder import datagram, flow_sample, sample, u32

ONE = sample(0, 1, flow_sample([], source_id=(0, 5)))


@pytest.mark.fault("SF-01", "SF-61")
@pytest.mark.parametrize(("agent", "header"), [(None, 24), ("192.0.2.1", 28), ("2001:db8::1", 40)])
def test_a_header_that_is_cut(decoder, agent, header):
    octets = datagram([], agent=agent)
    assert len(octets) == header
    for length in range(4, header):
        with pytest.raises(TruncatedDatagram) as caught:
            decoder.decode(octets[:length], "r1")
        assert (caught.value.protocol, caught.value.offset) == ("sflow5", length)
    assert decoder.statistics() == []


@pytest.mark.fault("SF-02")
@pytest.mark.conformance("SFLOW-2-01")
@pytest.mark.parametrize("version", [0, 2, 4, 6, 3, 7, 8, 9, 10])
def test_other_versions(decoder, version):
    with pytest.raises(UnknownVersion) as caught:
        decoder.decode(u32(version) + datagram([ONE])[4:], "r1")
    assert (caught.value.version, caught.value.offset) == (version, 0)
    assert (f"sFlow version {version}" in caught.value.hint) is (version in (2, 4))
    assert decoder.statistics() == []


@pytest.mark.fault("SF-02")
def test_what_looks_like_netflow_5_is_netflow_5(decoder):
    octets = bytes.fromhex("0005001e") + datagram([ONE, ONE])[4:]
    message = decoder.decode(octets, "r1")
    assert (message["protocol"], message["header"]["count"]) == ("netflow5", 30)
    assert len(message["flows"]) == (len(octets) - 24) // 48 == 1
    assert told(message) == [("count_mismatch", 2, True), ("truncated_record", 24 + 48, True)]


@pytest.mark.fault("SF-03")
@pytest.mark.conformance("SFLOW-2-02")
@pytest.mark.parametrize("agent", [None, "0.0.0.0", "192.0.2.1", "::", "2001:db8::1"])
def test_every_kind_of_agent(decoder, agent):
    message = decoder.decode(datagram([ONE], agent=agent, sub_agent_id=3, sequence_number=4, uptime=5), "r1")
    assert message["header"] == {
        "version": 5,
        "agentAddress": agent,
        "subAgentId": 3,
        "sequenceNumber": 4,
        "sysUpTime": 5,
        "sampleCount": 1,
    }
    assert [flow["sampler"]["source_index"] for flow in message["flows"]] == [5]
    assert message["problems"] == []


@pytest.mark.fault("SF-04")
@pytest.mark.conformance("SFLOW-2-02")
@pytest.mark.parametrize("kind", [3, 4, 0xFFFFFFFF])
def test_an_agent_of_unknown_kind(decoder, kind):
    """Nothing behind its type can be found."""
    with pytest.raises(MalformedMessage) as caught:
        decoder.decode(datagram([ONE], agent=u32(kind) + bytes(4)), "r1")
    assert isinstance(caught.value, DecodeError)
    assert (caught.value.protocol, caught.value.offset) == ("sflow5", 4)
    assert decoder.statistics() == []


@pytest.mark.fault("SF-05")
def test_a_datagram_without_samples(decoder):
    message = decoder.decode(datagram([]), "r1")
    assert (message["flows"], message["counters"], message["problems"]) == ([], [], [])
    assert message["header"]["sampleCount"] == 0
    assert "unknown_samples" not in message
