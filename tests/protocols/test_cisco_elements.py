"""Elements that came from Cisco (RFC 7270), and TCP's flags in one octet or two (RFC 7125)."""

import pytest

from netflowparse import Registry
from tests.message_builder import ipfix_message, netflow9_datagram, set_of, template
from tests.protocols.messages import learn9, learn10

LABELS = Registry()


def both(decoder, fields, octets):
    """The only flow of a record, of version 9 and of IPFIX; they must be equal."""
    learn9(decoder, template(256, fields))
    learn10(decoder, template(256, fields))
    messages = [
        decoder.decode(make(set_of(256, octets)), "r1")
        for make in (lambda data: netflow9_datagram(data, sequenceNumber=2), ipfix_message)
    ]
    assert [message["problems"] for message in messages] == [[], []]
    (first,), (second,) = (message["flows"] for message in messages)
    assert first == second
    return second


@pytest.mark.conformance("CISCO-4.12-01", "CISCO-4.12-02")
@pytest.mark.parametrize(
    ("octets", "value", "label"),
    [
        ("42", 0x42, "Forwarded: Not Fragmented"),
        ("00000042", 0x42, "Forwarded: Not Fragmented"),
        ("89", 0x89, "Dropped: bad TTL"),
        ("00000085", 0x85, "Dropped: Fragmentation and DF set"),
        ("42000042", 0x42000042, "Forwarded: Not Fragmented"),  # the lowest octet is read, the number is what was sent
        ("00000100", 0x100, "Unknown"),
    ],
)
def test_forwarding_status_in_one_octet_and_in_four(decoder, octets, value, label):
    body = bytes.fromhex(octets)
    assert both(decoder, [(4, 1), (89, len(body))], b"\x06" + body) == {
        "protocolIdentifier": 6,
        "forwardingStatus": value,
    }
    assert LABELS.label("forwardingStatus", value) == label


@pytest.mark.conformance("CISCO-4.11-01")
def test_flags_and_sampler_id_are_one_number(decoder):
    # flags 0x12 above, sampler 7 below: which bits are whose, the RFC leaves to the platform
    assert both(decoder, [(87, 4)], bytes.fromhex("12000007")) == {"flagsAndSamplerId": 0x12000007}
    element = LABELS.lookup(0, 87)
    assert (element.status, element.type) == ("deprecated", "unsigned32")


@pytest.mark.conformance("TCPBITS-3-01")
@pytest.mark.parametrize(("octets", "value"), [("f002", 0xF002), ("0002", 2), ("01ff", 0x1FF)])
def test_flags_in_two_octets_stay_whole(decoder, octets, value):
    """What is to be ignored is ignored by the label alone: the number is what was sent."""
    assert both(decoder, [(6, 2)], bytes.fromhex(octets)) == {"tcpControlBits": value}


@pytest.mark.conformance("TCPBITS-3-02")
@pytest.mark.parametrize(("octets", "length"), [("02", 1), ("0002", 2)])
def test_the_template_tells_which_flags_were_sent(decoder, octets, length):
    """In one octet nothing is said of AE and the reserved flags; only the field's length tells that from clear ones."""
    learn = decoder.decode(ipfix_message(set_of(2, template(256, [(6, length)]))), "r1")
    message = decoder.decode(ipfix_message(set_of(256, bytes.fromhex(octets))), "r1")
    assert message["flows"] == [{"tcpControlBits": 2}]
    (field,) = learn["templates"][0]["fields"]
    assert (field["name"], field["length"]) == ("tcpControlBits", length)
    assert decoder.templates()[0]["fields"] == [field]
    assert LABELS.label("tcpControlBits", 2) == "SYN"
