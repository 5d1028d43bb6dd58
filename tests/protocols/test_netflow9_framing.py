"""NetFlow v9 FlowSets whose lengths and ids are wrong or odd: what is whole is decoded, the rest is located."""

import pytest

from netflowparse import TruncatedDatagram
from tests.message_builder import netflow9_datagram, set_of, template
from tests.protocols.messages import FIELDS, RECORD_LENGTH, codes, events, flow, known, learn9, record

HEADER = 20  # octets
LEARN = set_of(0, template(256, FIELDS))  # 20 octets


@pytest.mark.fault("N9-01")
@pytest.mark.conformance("NF9-5.1-01")
def test_a_header_that_is_cut(decoder):
    header = netflow9_datagram()
    assert len(header) == HEADER
    for length in range(2, HEADER):
        with pytest.raises(TruncatedDatagram, match=f"{length} octets, need 20") as caught:
            decoder.decode(header[:length], "r1")
        assert (caught.value.protocol, caught.value.offset) == ("netflow9", length)
        assert "3954" in caught.value.spec


@pytest.mark.fault("N9-02")
@pytest.mark.parametrize("count", [0, 1])
def test_a_header_alone(decoder, count):
    message = decoder.decode(netflow9_datagram(count=count), "r1")
    assert (message["flows"], message["templates"], message["problems"]) == ([], [], [])
    assert message["header"]["count"] == count


@pytest.mark.fault("N9-03")
@pytest.mark.parametrize("zeros", [1, 2, 3])
def test_a_few_zeros_at_the_end_are_padding(decoder, zeros):
    message = decoder.decode(netflow9_datagram(LEARN, bytes(zeros)), "r1")
    assert events(message) == [("learned", 256)]
    alone = decoder.decode(netflow9_datagram(bytes(zeros)), "r2")
    for each in (message, alone):
        assert (each["problems"], each["quirks"]) == ([], [])


@pytest.mark.fault("N9-04")
@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_few_other_octets_at_the_end(decoder, length):
    for before in (b"", LEARN):
        message = decoder.decode(netflow9_datagram(before, b"\xff" * length), "r1")
        (problem,) = message["problems"]
        assert (problem["code"], problem["offset"]) == ("trailing_octets", HEADER + len(before))
        assert (problem["length"], problem["octets"]) == (length, "ff" * length)
    assert events(message) == [("learned", 256)]


@pytest.mark.fault("N9-05")
@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_a_length_below_4_ends_the_walk(decoder, length):
    bad = set_of(0, template(257, [(8, 4)]), length=length)
    message = decoder.decode(netflow9_datagram(LEARN, set_of(256, record(1)), bad, set_of(256, record(2))), "r1")
    assert message["flows"] == [flow(1)]
    assert events(message) == [("learned", 256)]
    assert known(decoder).keys() == {256}
    (problem,) = message["problems"]
    offset = HEADER + 20 + 16
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_length", offset, True)
    assert (problem["set_id"], problem["length"]) == (0, len(bad) + 16)
    assert problem["message"] == f"set 0 at octet {offset}: length {length}, need at least 4"


@pytest.mark.fault("N9-06")
@pytest.mark.conformance("NF9-X-01")
def test_zeros_to_the_end_are_fill(decoder):
    whole = netflow9_datagram(LEARN, set_of(256, record(1)))
    message = decoder.decode(whole.ljust(1400, b"\0"), "r1")
    assert message["flows"] == [flow(1)]
    assert (message["problems"], message["quirks"]) == ([], ["zero_filled_tail"])


def test_zeros_that_do_not_reach_the_end_are_no_fill(decoder):
    message = decoder.decode(netflow9_datagram(LEARN, set_of(256, record(1)), bytes(40) + b"\1"), "r1")
    assert message["flows"] == [flow(1)]
    assert (codes(message), message["quirks"]) == (["bad_length"], [])
    assert message["problems"][0]["offset"] == HEADER + 20 + 16


@pytest.mark.fault("N9-07")
@pytest.mark.parametrize("set_id", [0, 1, 256, 257])
def test_a_flowset_without_content_is_no_problem(decoder, set_id):
    learn9(decoder)
    message = decoder.decode(netflow9_datagram(set_of(set_id, b""), set_of(256, record(1))), "r1")
    assert (message["flows"], message["problems"]) == ([flow(1)], [])
    assert (message["templates"], known(decoder).keys()) == ([], {256})


@pytest.mark.fault("N9-08")
def test_a_template_flowset_longer_than_the_packet(decoder):
    message = decoder.decode(netflow9_datagram(set_of(0, template(256, FIELDS), length=24)), "r1")
    assert events(message) == [("learned", 256)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("truncated_set", HEADER, True)
    assert (problem["set_id"], problem["missing"]) == (0, 4)


@pytest.mark.fault("N9-09")
@pytest.mark.parametrize("cut", [0, 1, 11])
def test_a_data_flowset_longer_than_the_packet(decoder, cut):
    learn9(decoder)
    body = record(1) + record(2) + record(3) + record(4)[:cut]
    message = decoder.decode(netflow9_datagram(set_of(256, body, length=len(body) + 1004)), "r1")
    assert message["flows"] == [flow(1), flow(2), flow(3)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("truncated_set", HEADER, True)
    assert (problem["missing"], problem["length"]) == (1000, 4 + len(body))


@pytest.mark.fault("N9-10")
@pytest.mark.parametrize(
    ("records_behind", "problems"),
    [
        (1, [("bad_length", 0x0A01, 0)]),  # read one octet early, the next header is 0a01 0000
        (345, [("missing_template", 0x0A01, 0), ("bad_length", 0x0AC0, 16)]),  # 0a01 0010, then 0ac0 0002
    ],
)
def test_a_length_one_octet_short(decoder, records_behind, problems):
    learn9(decoder)
    body = record(1) + record(2) + record(3)
    sets = set_of(256, body, length=len(body) + 3), set_of(256, record(4) * records_behind)
    message = decoder.decode(netflow9_datagram(*sets), "r1")
    assert message["flows"] == [flow(1), flow(2)]  # the third is cut, and nothing is invented
    assert message["templates"] == []
    start = HEADER + 4 + 3 * RECORD_LENGTH - 1
    found = sorted(message["problems"], key=lambda problem: problem["offset"])
    assert [(each["code"], each["set_id"], each["offset"] - start) for each in found] == problems


@pytest.mark.fault("N9-11")
@pytest.mark.conformance("NF9-5.2-01", "NF9-5.2-03")
def test_reserved_ids_between_good_flowsets(decoder):
    learn9(decoder)
    for set_id in range(2, 256):
        odd = set_of(set_id, b"\xff" * 8)
        message = decoder.decode(netflow9_datagram(set_of(256, record(1)), odd, set_of(256, record(2))), "r1")
        assert message["flows"] == [flow(1), flow(2)]
        (problem,) = message["problems"]
        assert (problem["code"], problem["offset"], problem["set_id"]) == ("unknown_set", HEADER + 16, set_id)
        assert (problem["length"], problem["octets"]) == (8, "ff" * 8)
        assert "malformed" not in problem


@pytest.mark.fault("N9-35")
@pytest.mark.conformance("NF9-5.3-03", "NF9-9-08")
@pytest.mark.parametrize("length", [1, 2, 3, RECORD_LENGTH - 1])
@pytest.mark.parametrize("octet", [b"\0", b"\xff"])
def test_what_is_shorter_than_a_record_is_padding(decoder, length, octet):
    learn9(decoder)
    message = decoder.decode(netflow9_datagram(set_of(256, record(1) + octet * length), set_of(256, record(2))), "r1")
    assert (message["flows"], message["problems"]) == ([flow(1), flow(2)], [])


@pytest.mark.fault("N9-35")
@pytest.mark.parametrize("length", [24, 36])
def test_longer_padding_behind_longer_records(decoder, length):
    learn9(decoder, template(256, [*FIELDS, (82, 32)]))
    message = decoder.decode(
        netflow9_datagram(set_of(256, record(1) + b"eth0".ljust(32, b"\0") + b"\xff" * length)), "r1"
    )
    assert (message["flows"], message["problems"]) == ([{**flow(1), "interfaceName": "eth0"}], [])


@pytest.mark.fault("N9-37")
@pytest.mark.conformance("NF9-5.3-03", "NF9-X-01")
def test_unaligned_flowsets(decoder):
    learn9(decoder, template(256, [(4, 1)]))
    sets = set_of(256, b"\x06"), set_of(256, b"\x06\x11\x01"), set_of(256, b"\x02\x03\x04\x05\x06")  # 5, 7, 9 octets
    message = decoder.decode(netflow9_datagram(*sets), "r1")
    assert [each["protocolIdentifier"] for each in message["flows"]] == [6, 6, 17, 1, 2, 3, 4, 5, 6]
    assert message["problems"] == []


@pytest.mark.fault("N9-38")
def test_padding_outside_the_length_at_the_end(decoder):
    learn9(decoder)
    message = decoder.decode(netflow9_datagram(set_of(256, record(1)), b"\0\0"), "r1")
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.fault("N9-38")
def test_padding_outside_the_length_before_another_flowset(decoder):
    learn9(decoder)
    before = known(decoder)
    message = decoder.decode(netflow9_datagram(set_of(256, record(1)), b"\0\0", set_of(256, record(2))), "r1")
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_length", HEADER + 16, True)
    assert problem["length"] == 2 + 16
    assert known(decoder) == before  # the misread header 0000 0100 teaches nothing


@pytest.mark.conformance("NF9-5.2-01")
def test_a_flowset_without_template_costs_its_neighbours_nothing(decoder):
    learn9(decoder)
    message = decoder.decode(
        netflow9_datagram(set_of(256, record(1)), set_of(300, b"\1\2\3\4\5"), set_of(256, record(2))), "r1"
    )
    assert message["flows"] == [flow(1), flow(2)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["set_id"]) == ("missing_template", HEADER + 16, 300)
    assert (problem["template_id"], problem["length"]) == (300, 5)
    assert "malformed" not in problem
