"""NetFlow v9 template FlowSets: learned, replaced, padded, and rejected without harm to what is in force."""

import pytest

from netflowparse import Limits
from tests.message_builder import netflow9_datagram, netflow9_options_template, set_of, template
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn9, record

HEADER = 20  # octets
FIELDS_IN_FORCE = [(0, 8, 4), (0, 12, 4), (0, 2, 4)]


def taught(decoder, *records):
    """The message of a packet with these template records, and a record of template 256 behind them."""
    return decoder.decode(netflow9_datagram(set_of(0, b"".join(records)), set_of(256, record(1))), "r1")


@pytest.mark.conformance("NF9-5.2-02", "NF9-5.3-01", "NF9-9-03")
def test_several_templates_in_one_flowset_and_several_flowsets(decoder):
    first = set_of(0, template(300, [(8, 4)]) + template(256, FIELDS) + template(65535, [(4, 1)]))
    message = decoder.decode(netflow9_datagram(first, set_of(0, template(257, [(1, 8)]))), "r1")
    assert events(message) == [("learned", 300), ("learned", 256), ("learned", 65535), ("learned", 257)]
    assert known(decoder) == {
        300: [(0, 8, 4)],
        256: FIELDS_IN_FORCE,
        65535: [(0, 4, 1)],
        257: [(0, 1, 8)],
    }
    data = decoder.decode(netflow9_datagram(set_of(65535, b"\x06\x11"), set_of(256, record(1))), "r1")
    assert data["flows"] == [{"protocolIdentifier": 6}, {"protocolIdentifier": 17}, flow(1)]


@pytest.mark.fault("N9-12")
@pytest.mark.parametrize("template_id", [0, 1, 255])
def test_ids_below_256_are_rejected(decoder, template_id):
    message = taught(decoder, template(template_id, [(8, 4)]), template(256, FIELDS))
    assert events(message) == [("rejected", template_id), ("learned", 256)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", HEADER + 4, template_id)


@pytest.mark.fault("N9-13")
def test_a_template_without_fields_leaves_the_old_one(decoder):
    learn9(decoder)
    message = taught(decoder, template(256, []), template(257, [(8, 4)]))
    assert events(message) == [("rejected", 256), ("learned", 257)]
    assert message["flows"] == [flow(1)]
    assert known(decoder)[256] == FIELDS_IN_FORCE
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", HEADER + 4, 256)
    assert "malformed" not in problem  # version 9 has no withdrawal


@pytest.mark.fault("N9-14", "ST-01")
@pytest.mark.parametrize("count", [3, 65535])
def test_more_fields_than_octets(decoder, count):
    learn9(decoder)
    message = taught(decoder, template(300, [(8, 4)]), template(256, [(8, 4), (12, 4)], count=count))
    assert events(message) == [("learned", 300), ("rejected", 256)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_template", HEADER + 4 + 8, True)
    assert problem["template_id"] == 256
    assert known(decoder)[256] == FIELDS_IN_FORCE


@pytest.mark.fault("N9-44")
def test_a_template_head_at_the_end(decoder):
    message = taught(decoder, template(256, FIELDS), template(0x0100, [], count=5))
    assert events(message) == [("learned", 256), ("rejected", 256)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_template", HEADER + 4 + 16, True)
    assert (problem["template_id"], known(decoder)) == (256, {256: FIELDS_IN_FORCE})


@pytest.mark.fault("N9-15")
def test_records_without_octets_make_no_progress(decoder):
    learn9(decoder)
    message = decoder.decode(
        netflow9_datagram(set_of(0, template(300, [(1, 0), (2, 0)])), set_of(300, b"\7" * 100), set_of(256, record(1))),
        "r1",
    )
    assert message["flows"] == [flow(1)]
    assert known(decoder)[300] == [(0, 1, 0), (0, 2, 0)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["set_id"]) == ("no_progress", HEADER + 16, 300)
    assert (problem["length"], problem["octets"]) == (100, "07" * 64)  # Limits.sample_octets of them


@pytest.mark.fault("N9-16")
@pytest.mark.conformance("NF9-X-01")
def test_fields_of_no_octets_among_others(decoder):
    learn9(decoder, template(256, [(1, 0), (2, 4)]))
    message = decoder.decode(netflow9_datagram(set_of(256, bytes.fromhex("00000005 00000006"))), "r1")
    assert message["flows"] == [
        {"octetDeltaCount": None, "packetDeltaCount": 5},
        {"octetDeltaCount": None, "packetDeltaCount": 6},
    ]
    assert message["problems"] == []


@pytest.mark.fault("N9-18")
@pytest.mark.parametrize("second", [65534, 10])  # in 16 bits the sums would be 65532, and 8
def test_lengths_whose_sum_needs_more_than_16_bits(decoder, second):
    learn9(decoder, template(256, [(1, 65534), (2, second)]) + template(300, FIELDS))
    sets = set_of(256, b"\xff" * 60000), set_of(256, b"\1" * 40), set_of(300, record(1))
    message = decoder.decode(netflow9_datagram(*sets), "r1")
    assert (message["flows"], message["problems"]) == ([flow(1)], [])
    assert known(decoder)[256] == [(0, 1, 65534), (0, 2, second)]


@pytest.mark.fault("N9-19")
def test_too_many_fields_meet_the_limit(make_decoder):
    decoder = make_decoder(limits=Limits(fields_per_template=3))
    learn9(decoder)  # exactly 3
    message = taught(decoder, template(256, [(1, 1)] * 4), template(257, [(1, 1)] * 3))
    assert events(message) == [("rejected", 256), ("learned", 257)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["limit"], problem["template_id"]) == ("limit", "fields_per_template", 256)
    assert problem["offset"] == HEADER + 4
    assert "malformed" not in problem


@pytest.mark.fault("N9-19")
def test_ten_thousand_fields(decoder):
    learn9(decoder)
    message = taught(decoder, template(256, [], count=10_000) + bytes.fromhex("0001 0001") * 10_000)
    assert (events(message), codes(message)) == ([("rejected", 256)], ["limit"])
    assert message["flows"] == [flow(1)]


@pytest.mark.fault("N9-20")
@pytest.mark.conformance("NF9-7-03", "NF9-9-07")
def test_the_last_definition_in_wire_order_wins(decoder):
    message = taught(decoder, template(256, [(8, 4)]), template(256, FIELDS))
    assert events(message) == [("learned", 256), ("replaced", 256)]
    assert message["flows"] == [flow(1)]
    assert message["problems"] == []


@pytest.mark.conformance("NF9-7-03", "NF9-9-07")
def test_a_definition_applies_from_where_it_stands(decoder):
    learn, data = set_of(0, template(256, FIELDS)), set_of(256, record(1))
    change = set_of(0, template(256, [(2, 4), (12, 4), (8, 4)]))
    message = decoder.decode(netflow9_datagram(learn, data, change, data, learn, data), "r1")
    swapped = {
        "packetDeltaCount": 0xC0000201,
        "destinationIPv4Address": "198.51.100.1",
        "sourceIPv4Address": "0.0.0.10",
    }
    assert message["flows"] == [flow(1), swapped, flow(1)]
    assert events(message) == [("learned", 256), ("replaced", 256), ("replaced", 256)]


@pytest.mark.fault("N9-21")
def test_data_behind_its_template_is_decoded(decoder):
    """And so is what stands before it: the set waits only until its own datagram is read."""
    data = set_of(256, record(2))
    message = decoder.decode(netflow9_datagram(set_of(256, record(1)), set_of(0, template(256, FIELDS)), data), "r1")
    assert (message["flows"], message["late"], message["problems"]) == ([flow(1), flow(2)], [], [])
    assert events(message) == [("learned", 256)]
    assert decoder.pending() == []


@pytest.mark.fault("N9-22", "N9-23")
def test_data_and_options_templates_share_their_ids(decoder):
    options = set_of(1, netflow9_options_template(256, [(1, 4)], [(41, 4), (42, 4)]))
    flows = set_of(0, template(256, FIELDS))
    data = set_of(256, record(1))
    message = decoder.decode(netflow9_datagram(flows, data, options, data, flows, data), "r1")
    assert message["flows"] == [flow(1), flow(1)]
    assert message["options"] == [
        {
            "scope": {"system": 0xC0000201},
            "exportedMessageTotalCount": 0xC6336401,
            "exportedFlowRecordTotalCount": 10,
        }
    ]
    assert events(message) == [("learned", 256), ("replaced", 256), ("replaced", 256)]
    assert [each["scope_count"] for each in message["templates"]] == [None, 1, None]


def test_the_same_definition_again_is_a_refresh(decoder):
    learn9(decoder)
    message = taught(decoder, template(256, FIELDS))
    assert events(message) == [("refreshed", 256)]
    assert [field["id"] for field in message["templates"][0]["fields"]] == [8, 12, 2]
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.fault("N9-42")
@pytest.mark.parametrize("set_id", [0, 1])
@pytest.mark.parametrize("body", [b"\0", b"\0\0", b"\0\0\0", b"\xff", b"\xff\xff", b"\xff\xff\xff"])
def test_a_flowset_too_short_for_a_template_is_padding(decoder, set_id, body):
    learn9(decoder)
    message = decoder.decode(netflow9_datagram(set_of(set_id, body), set_of(256, record(1))), "r1")
    assert (message["flows"], message["templates"], message["problems"]) == ([flow(1)], [], [])


@pytest.mark.fault("N9-43")
@pytest.mark.conformance("NF9-9-08")
@pytest.mark.parametrize("zeros", [1, 2, 3, 4, 5, 6, 7, 8, 24, 36])
def test_zeros_behind_a_template_are_padding(decoder, zeros):
    message = taught(decoder, template(256, FIELDS), bytes(zeros))
    assert events(message) == [("learned", 256)]
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.parametrize(("zeros", "named"), [(1, False), (3, False), (4, True), (7, True), (8, False), (24, False)])
def test_padding_that_could_be_a_template_is_a_quirk(decoder, zeros, named):
    """Its trigger is fewer than 8 octets, its name says 4 to 7."""
    message = taught(decoder, template(256, FIELDS), bytes(zeros))
    assert message["quirks"] == (["template_padding_4_to_7"] if named else [])
