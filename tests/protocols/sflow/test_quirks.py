"""What some agents do differently, understood: lengths that slip, addresses without padding, vendors' samples."""

import pytest

from tests.plain import assert_plain
from tests.protocols.messages import codes
from tests.protocols.sflow.messages import body_of, flow_structure, told
from tests.protocols.sflow.structures import flow_record
from tests.sflow_builder import (
    counted,
    counters_sample,
    counters_sample_expanded,
    datagram,
    discarded_packet,
    f32,
    flow_sample,
    flow_sample_expanded,
    mac,
    one_counters,
    one_flow,
    record,
    sample,
    sampled_header,
    string,
    u32,
    u64,
    words,
)

QUEUE = record(0, 1036, u32(7))  # extended_egress_queue
PORT = record(0, 1005, string("eth0"))
FORMS = {
    1: (flow_sample, QUEUE),
    2: (counters_sample, PORT),
    3: (flow_sample_expanded, QUEUE),
    4: (counters_sample_expanded, PORT),
    5: (discarded_packet, QUEUE),
}
SLIP = ["sflow_length_slip"]
UNPADDED = ["sampled_ethernet_unpadded"]
every_form = pytest.mark.parametrize("number", FORMS)


def slipped(number, index, slip=0, behind=b""):
    """A sample of a form, whose length says *slip* octets more than are there."""
    pack, item = FORMS[number]
    octets = pack([item], source_id=(0, index)) + behind
    return sample(0, number, octets, length=len(octets) + slip)


def indexes(message):
    """The data sources of whole samples, in the order of flows and counters."""
    flows = [flow["sampler"]["source_index"] for flow in message["flows"] if flow.get("extended_egress_queue")]
    return flows + [each["source_index"] for each in message["counters"] if each.get("port_name")]


@pytest.mark.fault("SF-10", "SF-11")
@every_form
@pytest.mark.parametrize("slip", [-4, 4])
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
def test_a_length_that_slips_by_a_word(decoder, number, slip, place):
    """Between samples of the same form, the datagram's last one too."""
    samples = [slipped(number, index, slip if index == place else 0) for index in range(3)]
    message = decoder.decode(datagram(samples), "r1")
    assert_plain(message)
    assert indexes(message) == [0, 1, 2]
    assert (message["problems"], message["quirks"]) == ([], SLIP)
    assert all("undecoded" not in each for each in message["flows"] + message["counters"])


@pytest.mark.fault("SF-10", "SF-11")
@pytest.mark.parametrize("slips", [(4, 4, 4, 4, 4), (-4, -4, -4, -4, -4), (4, -4, 0, -4, 4)])
def test_all_lengths_slip(decoder, slips):
    """As the agents do that have the fault; the quirk is named once."""
    samples = [slipped(number, number, slip) for number, slip in zip(FORMS, slips, strict=True)]
    message = decoder.decode(datagram(samples), "r1")
    assert indexes(message) == [1, 3, 5, 2, 4]
    assert (message["problems"], message["quirks"]) == ([], SLIP)


@pytest.mark.parametrize("following", FORMS)
@pytest.mark.parametrize("slip", [-4, 4])
def test_samples_of_any_form_may_follow(decoder, following, slip):
    message = decoder.decode(datagram([slipped(1, 1, slip), slipped(following, 2)]), "r1")
    assert indexes(message) == [1, 2]
    assert (message["problems"], message["quirks"]) == ([], SLIP)


@pytest.mark.fault("SF-10")
@every_form
@pytest.mark.parametrize("place", [0, 1], ids=["first", "last"])
def test_a_word_that_is_there_is_no_slip(decoder, number, place):
    """The length is right: what stands behind the records is the sample's own."""
    samples = [slipped(number, index, behind=b"\1\2\3\4" if index == place else b"") for index in range(2)]
    message = decoder.decode(datagram(samples), "r1")
    assert indexes(message) == [0, 1]
    assert message["quirks"] == []
    assert told(message) == [("trailing_octets", len(datagram(samples[: place + 1])) - 4, False)]
    undecoded = [each.get("undecoded") for each in message["flows"] + message["counters"]]
    assert undecoded == [None if each != place else "01020304" for each in range(2)]


@pytest.mark.fault("SF-10", "SF-11")
@pytest.mark.parametrize("slip", [-12, -8, 8, 12])
@pytest.mark.parametrize("place", [0, 1], ids=["first", "last"])
def test_more_than_a_word_is_no_slip(decoder, slip, place):
    samples = [slipped(1, index, slip if index == place else 0) for index in range(2)]
    message = decoder.decode(datagram(samples), "r1")
    assert_plain(message)
    assert message["flows"][0]["sampler"]["source_index"] == 0
    assert message["quirks"] == []
    assert any(problem.get("malformed") for problem in message["problems"])


@pytest.mark.parametrize("slip", [-4, 4])
@pytest.mark.parametrize(
    "following",
    [sample(9, 77, b"unknown!"), sample(4300, 1002, b"unknown!"), sample(0, 1, b""), b"\0\0\0\1"],
    ids=["unknown", "vendor", "empty", "cut"],
)
def test_where_no_sample_follows_no_slip_is_believed(decoder, slip, following):
    """Then neither place is better than what the length says."""
    message = decoder.decode(datagram([slipped(1, 1, slip), following]), "r1")
    assert_plain(message)
    assert message["quirks"] == []
    assert message["problems"] != []


@pytest.mark.parametrize("slip", [-4, 4])
def test_samples_that_are_not_counted_do_not_follow(decoder, slip):
    message = decoder.decode(datagram([slipped(1, 1, slip), slipped(1, 2)], count=1), "r1")
    assert message["quirks"] == []
    assert [flow["sampler"]["source_index"] for flow in message["flows"]] == [1]
    assert message["problems"] != []


def test_only_the_last_record_may_run_past_its_sample(decoder):
    """A record more is counted, so the length before it is wrong in another way."""
    body = flow_sample([QUEUE], source_id=(0, 1), count=2)
    message = decoder.decode(datagram([sample(0, 1, body, length=len(body) - 4), slipped(1, 2)]), "r1")
    assert message["quirks"] == []
    assert "truncated_record" in codes(message)


def test_records_inside_records_do_not_slip(decoder):
    inside = record(0, 1036, u32(7), length=8)
    aggregation = record(0, 1016, counted([counted([inside])]))
    message = decoder.decode(datagram([sample(0, 1, flow_sample([aggregation])), slipped(1, 2)]), "r1")
    assert (message["quirks"], indexes(message)) == ([], [2])
    assert "truncated_record" in codes(message)


@every_form
def test_a_datagram_that_is_cut_by_a_word_is_no_slip(decoder, number):
    """The length is right, the last record is not whole."""
    whole = datagram([slipped(number, 1), slipped(number, 2)])
    message = decoder.decode(whole[:-4], "r1")
    assert (message["quirks"], indexes(message)[0]) == ([], 1)
    assert "truncated_sample" in codes(message)


def test_sampled_packets_slip_too(decoder):
    """Brocade's and Huawei's are flow samples with a sampled header."""
    records = [sampled_header(bytes(14)), QUEUE]
    for slip in (-4, 4):
        body = flow_sample(records, source_id=(0, 1))
        message = decoder.decode(datagram([sample(0, 1, body, length=len(body) + slip)] * 3), "r1")
        assert indexes(message) == [1, 1, 1]
        assert (message["problems"], message["quirks"]) == ([], SLIP)


SOURCE, DESTINATION = "02:00:00:00:00:01", "02:00:00:00:00:02"
ETHERNET = {"length": 1518, "src_mac": SOURCE, "dst_mac": DESTINATION, "type": 0x0800}
SHORT = record(0, 2, u32(1518) + mac(SOURCE)[:6] + mac(DESTINATION)[:6] + u32(0x0800))
SAID = {"layer2OctetDeltaCount": 1518, "sourceMacAddress": SOURCE, "destinationMacAddress": DESTINATION}


@pytest.mark.fault("SF-30")
@pytest.mark.parametrize(("number", "pack"), [(1, flow_sample), (3, flow_sample_expanded), (5, discarded_packet)])
def test_addresses_without_padding(decoder, number, pack):
    message = decoder.decode(datagram([sample(0, number, pack([SHORT, QUEUE]))] * 2), "r1")
    for flow in message["flows"]:
        assert flow.items() >= {**SAID, "ethernetType": 0x0800}.items()
        assert "sampled_ethernet" not in flow
    assert (message["problems"], message["quirks"], len(message["flows"])) == ([], UNPADDED, 2)


@pytest.mark.fault("SF-30")
def test_addresses_with_padding_are_no_quirk(decoder):
    message = decoder.decode(one_flow(flow_record("sampled_ethernet", ETHERNET)), "r1")
    assert message["flows"][0].items() >= SAID.items()
    assert (message["problems"], message["quirks"]) == ([], [])


@pytest.mark.fault("SF-30")
def test_addresses_in_both_forms(decoder):
    message = decoder.decode(one_flow(SHORT, flow_record("sampled_ethernet", ETHERNET)), "r1")
    assert message["flows"][0]["sampled_ethernet"] == [ETHERNET, ETHERNET]
    assert message["quirks"] == UNPADDED
    aggregation = record(0, 1016, counted([counted([SHORT])]))
    assert decoder.decode(one_flow(aggregation), "r1")["quirks"] == UNPADDED


@pytest.mark.fault("SF-21", "SF-30")
@pytest.mark.parametrize("length", [16, 19, 21, 23])
def test_other_lengths_are_no_such_form(decoder, length):
    octets = (u32(1518) + mac(SOURCE) + mac(DESTINATION))[:length].ljust(length, b"\0")
    shown, message = flow_structure(decoder, "sampled_ethernet", octets)
    there = 20 if length > 20 else 12  # whether the second address is whole
    assert shown.pop("dst_mac", None) == (DESTINATION if there == 20 else None)
    assert shown == {"length": 1518, "src_mac": SOURCE, "undecoded": octets[there:].hex()}
    assert (told(message), message["quirks"]) == ([("truncated_record", body_of("sampled_ethernet") + there, True)], [])


def test_the_quirk_is_not_one_of_counters(decoder):
    """0:2 is another structure there."""
    message = decoder.decode(one_counters(record(0, 2, bytes(20))), "r1")
    assert (codes(message), message["quirks"]) == (["truncated_record"], [])


def test_an_exporter_that_is_mapped(decoder):
    message = decoder.decode(one_flow(), "::ffff:192.0.2.1")
    assert (message["exporter"], message["quirks"]) == ("::ffff:192.0.2.1", ["mapped_exporter"])
    assert [row["exporter"] for row in decoder.statistics()] == ["192.0.2.1"]


NEXT = slipped(1, 9)
METRICS = [
    (string("text"), "text"),
    (u32(2**32 - 1), 2**32 - 1),
    (u64(2**64 - 1), 2**64 - 1),
    (u32(7), 7),
    (u64(8), 8),
    (f32(1.5), 1.5),
    (bytes.fromhex("3ff8000000000000"), 1.5),
]
FIELDS = [
    (string("text"), "text"),
    (mac(SOURCE), SOURCE),
    (bytes([192, 0, 2, 1]), "192.0.2.1"),
    (bytes.fromhex("20010db8") + bytes(11) + b"\1", "2001:db8::1"),
    (u32(2**32 - 1), -1),
    (u64(2**64 - 5), -5),
    (f32(-1.5), -1.5),
    (bytes.fromhex("bff8000000000000"), -1.5),
]


@pytest.mark.parametrize("kind", range(len(METRICS)))
def test_real_time_metrics(decoder, kind):
    octets, value = METRICS[kind]
    body = string("device") + string("metric") + u32(kind) + octets
    message = decoder.decode(datagram([sample(4300, 1002, body), NEXT]), "r1")
    assert_plain(message)
    metric = {"device": "device", "metric": "metric", "type": kind, "value": value}
    assert message["counters"] == [{"rtmetric": metric}]
    assert type(message["counters"][0]["rtmetric"]["value"]) is type(value)
    assert (indexes(message)[:1], message["problems"]) == ([9], [])
    assert "unknown_samples" not in message


def test_real_time_flows(decoder):
    head = string("device") + string("name") + words(400, 5000)
    body = head + b"".join(u32(kind) + octets for kind, (octets, _) in enumerate(FIELDS))
    message = decoder.decode(datagram([sample(4300, 1003, body), sample(4300, 1003, head), NEXT]), "r1")
    assert_plain(message)
    said = {"device": "device", "name": "name", "sampling_rate": 400, "sample_pool": 5000}
    fields = [{"type": kind, "value": value} for kind, (_, value) in enumerate(FIELDS)]
    assert message["flows"][:2] == [
        {"rtflow": {**said, "fields": fields}, "samplingInterval": 400},
        {"rtflow": {**said, "fields": []}, "samplingInterval": 400},
    ]
    assert (len(message["flows"]), message["problems"]) == (3, [])


def test_values_of_real_time_samples_that_are_odd(decoder):
    metric = string(b"d\xff") + string("metric") + u32(5) + f32(float("nan"))
    flow = string("d") + string("n") + words(1, 2) + u32(6) + f32(float("inf")) + u32(0) + string(b"\xfe")
    message = decoder.decode(datagram([sample(4300, 1002, metric), sample(4300, 1003, flow), NEXT]), "r1")
    assert_plain(message)
    assert message["counters"][0]["rtmetric"] == {"device": "d\\xff", "metric": "metric", "type": 5, "value": None}
    assert message["flows"][0]["rtflow"]["fields"] == [{"type": 6, "value": None}, {"type": 0, "value": "\\xfe"}]
    assert codes(message) == ["bad_value"] * 3  # one for each field, however many items of it are odd
    assert [problem["element"] for problem in message["problems"]] == ["device", "value", "fields"]


@pytest.mark.fault("SF-62")
@pytest.mark.parametrize("number", [1002, 1003])
def test_real_time_samples_that_are_cut(decoder, number):
    """Kept as octets: nothing in them is certain."""
    whole = string("device") + string("name") + words(1, 2, 3)
    for length in range(len(whole) + 1):
        message = decoder.decode(datagram([sample(4300, number, whole[:length]), NEXT]), length)
        shown = [each for each in message["flows"] + message["counters"] if "sampler" not in each]
        unknown = message.get("unknown_samples", [])
        assert len(shown) + len(unknown) == 1
        assert all(each == {"format": f"4300:{number}", "octets": whole[:length].hex()} for each in unknown)
        assert indexes(message)[-1:] == [9]


def test_a_real_time_metric_with_more_behind_it(decoder):
    body = string("device") + string("metric") + words(1, 7) + b"more"
    message = decoder.decode(datagram([sample(4300, 1002, body), sample(9, 77, b""), NEXT]), "r1")
    assert message["counters"][0]["rtmetric"]["value"] == 7
    assert message["counters"][0]["undecoded"] == b"more".hex()
    assert (codes(message), indexes(message)) == (["trailing_octets"], [9])
