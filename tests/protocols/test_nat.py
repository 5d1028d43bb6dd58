"""Events of NAT devices (RFC 8158): ordinary records, of several templates and several devices."""

import pytest

from tests.message_builder import ipfix_message, set_of, template
from tests.protocols.messages import learn10

# RFC 8158 §5: a session event, a port block event
SESSION = [(323, 8), (230, 1), (8, 4), (225, 4), (7, 2), (227, 2), (4, 1)]
PORT_BLOCK = [(323, 8), (230, 1), (8, 4), (225, 4), (361, 2), (362, 2)]
SESSION_CREATED = bytes.fromhex(
    "0000018DF6B2FA00 04"  # ms since 1970; NAT44 session create
    "0A000001 CB007107"  # 10.0.0.1 -> 203.0.113.7
    "C350 0400 11"  # port 50000 -> 1024, UDP
)
BLOCK_ALLOCATED = bytes.fromhex(
    "0000018DF6B2FA01 10"  # a millisecond later; port block allocation
    "0A000001 CB007107"
    "0400 05FF"  # ports 1024 to 1535
)


def session(time=0x18DF6B2FA00):
    return {
        "observationTimeMilliseconds": time,
        "natEvent": 4,
        "sourceIPv4Address": "10.0.0.1",
        "postNATSourceIPv4Address": "203.0.113.7",
        "sourceTransportPort": 50000,
        "postNAPTSourceTransportPort": 1024,
        "protocolIdentifier": 17,
    }


BLOCK = {
    "observationTimeMilliseconds": 0x18DF6B2FA01,
    "natEvent": 16,
    "sourceIPv4Address": "10.0.0.1",
    "postNATSourceIPv4Address": "203.0.113.7",
    "portRangeStart": 1024,
    "portRangeEnd": 1535,
}


@pytest.mark.conformance("NAT-4.2-01", "NAT-4.6-01")
def test_one_device_sends_events_by_several_templates(decoder):
    learn10(decoder, template(256, SESSION), template(257, PORT_BLOCK))
    message = decoder.decode(
        ipfix_message(set_of(256, SESSION_CREATED), set_of(257, BLOCK_ALLOCATED), set_of(256, SESSION_CREATED)), "r1"
    )
    assert message["flows"] == [session(), BLOCK, session()]
    assert message["problems"] == []


@pytest.mark.conformance("NAT-5.1-01")
def test_devices_are_apart_by_their_domain(decoder):
    """Two devices behind one exporter: the same template id, defined differently."""
    learn10(decoder, template(256, SESSION), observationDomainId=1)
    learn10(decoder, template(256, PORT_BLOCK), observationDomainId=2)
    for domain, octets, expected in ((1, SESSION_CREATED, session()), (2, BLOCK_ALLOCATED, BLOCK)):
        message = decoder.decode(ipfix_message(set_of(256, octets), observationDomainId=domain), "r1")
        assert (message["header"]["observationDomainId"], message["flows"]) == (domain, [expected])
        assert message["problems"] == []


@pytest.mark.conformance("NAT-4.3-01")
@pytest.mark.parametrize("event", [0, 18, 19, 255])
def test_events_that_nobody_has_named_are_numbers(decoder, event):
    learn10(decoder, template(256, [(230, 1)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes((event,)))), "r1")
    assert (message["flows"], message["problems"]) == ([{"natEvent": event}], [])
