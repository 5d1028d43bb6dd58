"""IPFIX messages and sets whose lengths and ids are wrong or odd: what is whole is decoded, damage is flagged."""

import pytest

from netflowparse import DecodeError, MalformedMessage, TruncatedDatagram
from tests.message_builder import ipfix_message, netflow9_options_template, set_of, template
from tests.protocols.messages import FIELDS, events, flow, known, learn10, record

HEADER = 16  # octets
LEARN = set_of(2, template(256, FIELDS))  # 20 octets


@pytest.mark.fault("IX-01")
@pytest.mark.conformance("IPFIX-9.1-03")
def test_a_header_that_is_cut(decoder):
    header = ipfix_message()
    for length in range(2, HEADER):
        with pytest.raises(TruncatedDatagram, match=f"{length} octets, need 16") as caught:
            decoder.decode(header[:length], "r1")
        assert (caught.value.protocol, caught.value.offset) == ("ipfix", length)
        assert "7011" in caught.value.spec
    assert decoder.statistics() == []


@pytest.mark.fault("IX-02")
@pytest.mark.parametrize("length", [0, 1, 15])
def test_a_message_length_that_bounds_nothing(decoder, length):
    with pytest.raises(MalformedMessage, match=f"length {length}, need at least 16") as caught:
        decoder.decode(ipfix_message(LEARN, length=length), "r1")
    assert isinstance(caught.value, DecodeError)
    assert isinstance(caught.value, ValueError)
    assert (caught.value.protocol, caught.value.offset) == ("ipfix", 2)
    assert (known(decoder), decoder.statistics()) == ({}, [])


@pytest.mark.fault("IX-03")
@pytest.mark.conformance("IPFIX-3.1-07")
def test_a_header_alone_is_a_whole_message(decoder):
    message = decoder.decode(ipfix_message(), "r1")
    assert message["header"]["length"] == HEADER
    assert [message[kind] for kind in ("flows", "options", "templates", "problems")] == [[]] * 4


@pytest.mark.fault("IX-04", "IX-05")
@pytest.mark.parametrize("length", [53, 65535])
def test_a_message_longer_than_the_datagram(decoder, make_decoder, length):
    octets = ipfix_message(LEARN, set_of(256, record(1)), length=length)
    message = decoder.decode(octets, "r1")
    assert (message["flows"], events(message)) == ([flow(1)], [("learned", 256)])
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("truncated_message", 2, True)
    assert (problem["length"], problem["missing"]) == (52, length - 52)
    strict = make_decoder(strict=True)
    with pytest.raises(MalformedMessage, match=f"message length {length}: 52 octets are there") as caught:
        strict.decode(octets, "r1")
    assert (caught.value.offset, strict.templates()) == (2, [])


@pytest.mark.fault("IX-05")
def test_the_greatest_length_over_an_empty_set(decoder):
    message = decoder.decode(ipfix_message(set_of(256, b""), length=65535), "r1")
    (problem,) = message["problems"]
    assert (message["flows"], problem["code"], problem["offset"]) == ([], "truncated_message", 2)
    assert (problem["length"], problem["missing"], problem["malformed"]) == (20, 65515, True)


@pytest.mark.fault("IX-06")
def test_a_message_length_that_cuts_the_last_set(decoder):
    learn10(decoder)
    octets = ipfix_message(set_of(256, record(7)), set_of(256, record(1) + record(2) + record(3)))
    octets = octets[:2] + (len(octets) - 4).to_bytes(2, "big") + octets[4:]
    message = decoder.decode(octets, "r1")
    assert message["flows"] == [flow(7), flow(1), flow(2)]
    by_code = {problem["code"]: problem for problem in message["problems"]}
    assert by_code.keys() == {"truncated_set", "trailing_octets"}
    cut, beyond = by_code["truncated_set"], by_code["trailing_octets"]
    assert (cut["offset"], cut["set_id"], cut["missing"], cut["malformed"]) == (HEADER + 16, 256, 4, True)
    assert (beyond["offset"], beyond["length"], beyond["octets"]) == (len(octets) - 4, 4, "0000000a")


@pytest.mark.conformance("IPFIX-3.1-02")
def test_octets_behind_the_message_are_not_part_of_it(decoder):
    learn10(decoder)
    whole = ipfix_message(set_of(256, record(1)))
    message = decoder.decode(whole + set_of(256, record(2)) + b"\xff" * 100, "r1")
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("trailing_octets", len(whole), 116)
    assert "malformed" not in problem


@pytest.mark.fault("IX-07")
@pytest.mark.parametrize(
    ("settings", "flows", "options"),
    [
        ({}, b"\xff" * 8, b"\xff" * 8),
        ({"quirks": ()}, template(256, [(2, 4)]), netflow9_options_template(257, [(1, 4)], [(34, 4)])),
    ],
    ids=["no templates", "templates, by the standard"],
)
def test_flowsets_of_version_9(make_decoder, settings, flows, options):
    """Templates of version 9 are read by a rule, where it is on; by the standard nothing is learned from them."""
    decoder = make_decoder(**settings)
    learn10(decoder)
    message = decoder.decode(ipfix_message(set_of(0, flows), set_of(1, options), set_of(256, record(1))), "r1")
    assert (message["flows"], events(message), message["quirks"]) == ([flow(1)], [], [])
    assert [(each["code"], each["offset"], each["set_id"], each["octets"]) for each in message["problems"]] == [
        ("unknown_set", HEADER, 0, flows.hex()),
        ("unknown_set", HEADER + 4 + len(flows), 1, options.hex()),
    ]
    assert known(decoder).keys() == {256}


@pytest.mark.fault("IX-08")
@pytest.mark.conformance("IPFIX-3.3.2-02")
@pytest.mark.parametrize("length", [0, 1, 2, 3])
@pytest.mark.parametrize("set_id", [0, 2, 256])
def test_a_set_length_below_4_ends_the_walk(decoder, set_id, length):
    bad = set_of(set_id, record(8), length=length)
    message = decoder.decode(ipfix_message(LEARN, set_of(256, record(1)), bad, set_of(256, record(2))), "r1")
    assert (message["flows"], events(message)) == ([flow(1)], [("learned", 256)])
    (problem,) = message["problems"]
    offset = HEADER + 20 + 16
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_length", offset, True)
    rest = bad + set_of(256, record(2))
    assert (problem["set_id"], problem["length"], problem["octets"]) == (set_id, 32, rest.hex())
    assert problem["message"] == f"set {set_id} at octet {offset}: length {length}, need at least 4"


@pytest.mark.fault("IX-09")
@pytest.mark.parametrize("set_id", [2, 3, 256, 65535])
def test_a_set_without_content_is_no_problem(decoder, set_id):
    message = decoder.decode(ipfix_message(set_of(set_id, b""), LEARN, set_of(256, record(1))), "r1")
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.fault("IX-10")
@pytest.mark.conformance("IPFIX-9.1-02", "IPFIX-9.1-03", "IPFIX-11.7-01")
def test_a_set_longer_than_the_message(decoder):
    learn10(decoder)
    body = record(1) * 5 + b"\1" * 4
    message = decoder.decode(ipfix_message(set_of(256, record(2)), set_of(256, body, length=65535)), "r1")
    assert message["header"]["length"] == 100
    assert message["flows"] == [flow(2)] + [flow(1)] * 5
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("truncated_set", HEADER + 16, True)
    assert (problem["set_id"], problem["length"], problem["missing"]) == (256, 68, 65535 - 68)


@pytest.mark.fault("IX-10")
def test_a_template_set_longer_than_the_message(decoder):
    message = decoder.decode(
        ipfix_message(set_of(2, template(256, FIELDS) + template(257, FIELDS)[:8], length=999)), "r1"
    )
    assert events(message) == [("learned", 256), ("rejected", 257)]
    assert [(each["code"], each["offset"], each["malformed"]) for each in message["problems"]] == [
        ("truncated_set", HEADER, True),
        ("bad_template", HEADER + 4 + 16, True),
    ]
    assert known(decoder).keys() == {256}


@pytest.mark.fault("IX-11")
@pytest.mark.conformance("IPFIX-3.3.2-01", "IPFIX-3.3.2-03")
def test_reserved_ids_between_good_sets(decoder):
    learn10(decoder)
    for set_id in (0, 1, *range(4, 256)):
        odd = set_of(set_id, b"\xff" * 7)
        message = decoder.decode(ipfix_message(set_of(256, record(1)), odd, set_of(256, record(2))), "r1")
        assert message["flows"] == [flow(1), flow(2)]
        (problem,) = message["problems"]
        assert (problem["code"], problem["offset"], problem["set_id"]) == ("unknown_set", HEADER + 16, set_id)
        assert (problem["length"], problem["octets"]) == (7, "ff" * 7)
        assert "malformed" not in problem


@pytest.mark.fault("IX-12")
@pytest.mark.parametrize("length", [1, 2, 3])
def test_octets_behind_the_last_set(decoder, length):
    learn10(decoder)
    zeros = decoder.decode(ipfix_message(set_of(256, record(1)), bytes(length)), "r1")
    assert (zeros["flows"], zeros["problems"]) == ([flow(1)], [])
    others = decoder.decode(ipfix_message(set_of(256, record(1)), b"\xff" * length), "r1")
    assert others["flows"] == [flow(1)]
    (problem,) = others["problems"]
    assert (problem["code"], problem["offset"], problem["octets"]) == ("trailing_octets", HEADER + 16, "ff" * length)


@pytest.mark.fault("A-013")
@pytest.mark.conformance("IPFIX-3.3.1-02", "IPFIX-3.3.1-05", "IPFIX-9-03")
@pytest.mark.parametrize("octet", [b"\0", b"\xff"])
def test_what_is_shorter_than_a_record_is_padding(decoder, octet):
    learn10(decoder)
    for length in range(12):
        message = decoder.decode(ipfix_message(set_of(256, record(1) + octet * length), set_of(256, record(2))), "r1")
        assert (message["flows"], message["problems"]) == ([flow(1), flow(2)], [])


@pytest.mark.conformance("IPFIX-3.3.1-01")
def test_the_set_id_alone_says_what_a_set_holds(decoder):
    """Octets of a template record inside a data set are data."""
    learn10(decoder, template(256, [(1, 4)]))
    message = decoder.decode(ipfix_message(set_of(256, template(257, [(8, 4)]))), "r1")
    assert message["flows"] == [{"octetDeltaCount": 0x01010001}, {"octetDeltaCount": 0x00080004}]
    assert message["templates"] == []


@pytest.mark.fault("RS-11")
@pytest.mark.conformance("IPFIX-10-01")
def test_the_longest_message(decoder):
    learn10(decoder, template(256, [(4, 1)]))
    body = bytes(range(256)) * 255 + bytes(range(235))
    octets = ipfix_message(set_of(256, body))
    assert len(octets) == 65535
    message = decoder.decode(octets, "r1")
    assert [each["protocolIdentifier"] for each in message["flows"]] == list(body)
    assert message["problems"] == []


@pytest.mark.conformance("IPFIX-10.3.2-01")
def test_records_lost_with_the_rest_of_a_message_make_no_false_gap(decoder):
    """How many records stood behind the fault is not known, so the next number is taken as it comes."""
    learn10(decoder)
    cut = ipfix_message(set_of(256, record(1) * 4))[:-24]
    assert len(decoder.decode(cut, "r1")["flows"]) == 2
    message = decoder.decode(ipfix_message(set_of(256, record(1)), sequenceNumber=4), "r1")
    assert message["sequence"]["event"] != "gap"
