"""Sequence numbers of sFlow: of datagrams for each sub-agent, of samples for each data source."""

import pytest

from tests.plain import assert_plain
from tests.sflow_builder import counters_sample, datagram, flow_sample, flow_sample_expanded, sample


def flow_continuity(decoder, **fields):
    """What the numbers of one flow sample say."""
    message = decoder.decode(datagram([sample(0, 1, flow_sample([], **fields))]), "r1")
    assert_plain(message)
    (flow,) = message["flows"]
    return flow["continuity"]


def counters_continuity(decoder, **fields):
    """What the number of one counters sample says."""
    message = decoder.decode(datagram([sample(0, 2, counters_sample([], **fields))]), "r1")
    return message["counters"][0]["continuity"]


@pytest.mark.fault("SF-54")
@pytest.mark.conformance("SFLOW-2-03", "SFLOW-2-04")
def test_sub_agents_count_apart(decoder):
    """Their uptimes are no concern of each other's either."""
    events = []
    for number in range(10, 14):
        for sub_agent_id, agent in ((0, "192.0.2.1"), (1, "192.0.2.1"), (0, "192.0.2.2"), (0, None)):
            uptime = 10**6 * (5 - sub_agent_id) + number
            octets = datagram([], agent=agent, sub_agent_id=sub_agent_id, sequence_number=number, uptime=uptime)
            message = decoder.decode(octets, "r1")
            events.append(message["sequence"]["event"])
            assert (message["sequence"]["missing"], message["problems"]) == (0, [])
    assert events == ["first"] * 4 + ["in_order"] * 12


@pytest.mark.conformance("SFLOW-2-03")
def test_lost_datagrams(decoder):
    numbers = (5, 6, 9, 9, 0)
    found = [decoder.decode(datagram([], sequence_number=number), "r1")["sequence"] for number in numbers]
    assert [(each["expected"], each["missing"], each["event"]) for each in found[:4]] == [
        (None, 0, "first"),
        (6, 0, "in_order"),
        (7, 2, "gap"),
        (10, 0, "duplicate"),
    ]
    assert found[4]["event"] == "reordered"


@pytest.mark.conformance("SFLOW-2-03")
def test_datagram_numbers_wrap(decoder):
    numbers = (0xFFFFFFFE, 0xFFFFFFFF, 0, 1)
    found = [decoder.decode(datagram([], sequence_number=number), "r1")["sequence"] for number in numbers]
    assert [each["event"] for each in found] == ["first", "in_order", "in_order", "in_order"]


@pytest.mark.fault("SF-55")
@pytest.mark.parametrize("continuity", [flow_continuity, counters_continuity], ids=["flow", "counters"])
def test_sample_numbers_wrap(decoder, continuity):
    found = [continuity(decoder, sequence_number=number) for number in (0xFFFFFFFE, 0xFFFFFFFF, 0, 1)]
    assert [(each["expected"], each["missing"], each["event"]) for each in found] == [
        (None, 0, "first"),
        (0xFFFFFFFF, 0, "in_order"),
        (0, 0, "in_order"),
        (1, 0, "in_order"),
    ]


@pytest.mark.parametrize("continuity", [flow_continuity, counters_continuity], ids=["flow", "counters"])
def test_lost_samples(decoder, continuity):
    found = [continuity(decoder, sequence_number=number) for number in (10, 11, 15, 16)]
    assert [(each["missing"], each["event"]) for each in found] == [
        (0, "first"),
        (0, "in_order"),
        (3, "gap"),
        (0, "in_order"),
    ]


@pytest.mark.fault("SF-54")
def test_sources_count_apart(decoder):
    """By class and index, and flow samples apart from counters samples; the form is no matter."""
    for number in (1, 2):
        samples = [
            sample(0, 1, flow_sample([], sequence_number=number, source_id=(0, 1))),
            sample(0, 1, flow_sample([], sequence_number=number + 100, source_id=(0, 2))),
            sample(0, 1, flow_sample([], sequence_number=number + 200, source_id=(3, 1))),
            sample(0, 2, counters_sample([], sequence_number=number + 300, source_id=(0, 1))),
        ]
        message = decoder.decode(datagram(samples, sequence_number=number), "r1")
        found = [each["continuity"]["event"] for each in message["flows"] + message["counters"]]
        assert found == ["first" if number == 1 else "in_order"] * 4
    expanded = sample(0, 3, flow_sample_expanded([], sequence_number=3, source_id=(0, 1)))
    message = decoder.decode(datagram([expanded], sequence_number=3), "r1")
    assert message["flows"][0]["continuity"]["event"] == "in_order"
    message = decoder.decode(datagram([expanded], sub_agent_id=1), "r1")
    assert message["flows"][0]["continuity"]["event"] == "first"
    message = decoder.decode(datagram([expanded]), "r2")
    assert message["flows"][0]["continuity"]["event"] == "first"


def test_what_was_really_sampled(decoder):
    """The pool grows by the packets seen; the sampler's samples since are those in between, lost or not."""
    flow_continuity(decoder, sequence_number=1, sample_pool=1000, drops=5)
    second = flow_continuity(decoder, sequence_number=2, sample_pool=3000, drops=6)
    assert (second["sample_pool_delta"], second["drops_delta"], second["effective_rate"]) == (2000, 1, 2000)
    third = flow_continuity(decoder, sequence_number=5, sample_pool=9000, drops=6)
    assert (third["missing"], third["event"]) == (2, "gap")
    assert (third["sample_pool_delta"], third["drops_delta"], third["effective_rate"]) == (6000, 0, 2000)


def test_a_sample_pool_that_wraps(decoder):
    flow_continuity(decoder, sequence_number=1, sample_pool=2**32 - 500)
    second = flow_continuity(decoder, sequence_number=2, sample_pool=500)
    assert (second["missing"], second["event"], second["sample_pool_delta"]) == (0, "in_order", 1000)


@pytest.mark.fault("SF-53")
@pytest.mark.conformance("SFLOW-3-02")
def test_a_sampler_that_starts_again(decoder):
    """Its pool and its numbers begin anew together: nothing was lost."""
    flow_continuity(decoder, sequence_number=100_000, sample_pool=10**8, drops=50)
    found = flow_continuity(decoder, sequence_number=1, sample_pool=1000, drops=0)
    assert (found["missing"], found["event"]) == (0, "restart")
    assert (found["sample_pool_delta"], found["drops_delta"], found["effective_rate"]) == (None, None, None)
    found = flow_continuity(decoder, sequence_number=2, sample_pool=2000, drops=0)
    assert (found["missing"], found["event"], found["sample_pool_delta"]) == (0, "in_order", 1000)


@pytest.mark.fault("SF-53")
@pytest.mark.parametrize(("pool", "drops"), [(900, 5), (2000, 4)], ids=["pool", "drops"])
def test_a_pool_or_drops_that_decrease(decoder, pool, drops):
    """One of them is enough, though the numbers go on; what was sent is there as it is."""
    flow_continuity(decoder, sequence_number=1, sample_pool=1000, drops=5)
    restarted = flow_sample([], sequence_number=2, sample_pool=pool, drops=drops)
    message = decoder.decode(datagram([sample(0, 1, restarted)], sequence_number=2), "r1")
    (flow,) = message["flows"]
    assert (flow["sampler"]["sample_pool"], flow["sampler"]["drops"], flow["samplingInterval"]) == (pool, drops, 1000)
    unknown = dict.fromkeys(("sample_pool_delta", "drops_delta", "effective_rate"))
    assert flow["continuity"] == {"expected": 2, "missing": 0, "event": "restart", **unknown}
    assert message["problems"] == []


@pytest.mark.fault("SF-53")
@pytest.mark.parametrize(("sampling_rate", "sample_pool", "drops"), [(0, 0, 0), (0, 5, 2**32 - 1), (1, 2**32 - 1, 1)])
def test_numbers_that_divide_nothing(decoder, sampling_rate, sample_pool, drops):
    fields = {"sampling_rate": sampling_rate, "sample_pool": sample_pool, "drops": drops}
    events = []
    for number in (5, 6, 6, 5, 9):
        message = decoder.decode(datagram([sample(0, 1, flow_sample([], sequence_number=number, **fields))]), "r1")
        (flow,) = message["flows"]
        assert_plain(message)
        assert flow["samplingInterval"] == sampling_rate
        assert (flow["sampler"]["sample_pool"], flow["sampler"]["drops"]) == (sample_pool, drops)
        assert message["problems"] == []
        events.append((flow["continuity"]["event"], flow["continuity"]["effective_rate"]))
    duplicates = [("duplicate", None)] * 2
    assert events == [("first", None), ("in_order", 0), *duplicates, ("gap", 0)]  # the pool stands still


@pytest.mark.conformance("SFLOW-3-03")
def test_counters_that_start_again(decoder):
    found = [counters_continuity(decoder, sequence_number=number) for number in (1000, 1001, 1, 2, 3, 4)]
    assert [each["missing"] for each in found] == [0] * 6
    events = [each["event"] for each in found]
    assert events[:2] == ["first", "in_order"]
    assert "restart" in events
    assert events[-1] == "in_order"
