"""IPFIX template withdrawals: obeyed on streams, reported and ignored over UDP."""

import pytest

from netflowparse import Limits
from tests.message_builder import ipfix_message, options_template, set_of, template
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn10, record

HEADER = 16  # octets
STREAMS = ["tcp", "sctp", "file"]
OPTIONS = options_template(300, [(141, 4)], [(41, 2)])


def withdrawal(template_id):
    return template_id.to_bytes(2, "big") + b"\0\0"


@pytest.fixture
def taught(decoder):
    """Knows templates 256 and 257, options templates 300 and 301, and the same of two strangers."""
    other = options_template(301, [(141, 4)], [(41, 2)])
    octets = set_of(2, template(256, FIELDS) + template(257, [(8, 4)])), set_of(3, OPTIONS + other)
    for exporter, domain in (("r1", 1), ("r1", 2), ("r2", 1)):
        decoder.decode(ipfix_message(*octets, observationDomainId=domain), exporter)
    return decoder


def ids(decoder):
    """Template ids in force, by exporter and domain."""
    found = {("r1", 1): set(), ("r1", 2): set(), ("r2", 1): set()}
    for row in decoder.templates():
        found[row["exporter"], row["domain"]].add(row["template_id"])
    return found


def decode(decoder, *sets, transport="tcp"):
    return decoder.decode(ipfix_message(*sets), "r1", transport=transport)


@pytest.mark.fault("IX-21")
@pytest.mark.conformance("IPFIX-8.4-03")
@pytest.mark.parametrize(
    ("set_id", "template_id"),
    [(2, 256), (2, 999), (2, 2), (3, 300), (3, 3)],
    ids=["one", "unknown", "all", "options", "all options"],
)
def test_over_udp_withdrawals_are_ignored(taught, set_id, template_id):
    before = ids(taught)
    message = decode(taught, set_of(set_id, withdrawal(template_id)), set_of(256, record(1)), transport="udp")
    assert (events(message), message["flows"]) == ([("withdrawal_ignored", template_id)], [flow(1)])
    assert message["problems"] == []
    assert ids(taught) == before


@pytest.mark.fault("IX-22")
@pytest.mark.conformance("IPFIX-8.1-01", "IPFIX-8.1-02", "IPFIX-8.1-10")
@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize(("set_id", "template_id", "left"), [(2, 256, {257, 300, 301}), (3, 300, {256, 257, 301})])
def test_on_streams_a_template_is_forgotten(taught, transport, set_id, template_id, left):
    message = decode(taught, set_of(set_id, withdrawal(template_id)), transport=transport)
    assert events(message) == [("withdrawn", template_id)]
    assert message["problems"] == []
    all_of_them = {256, 257, 300, 301}
    assert ids(taught) == {("r1", 1): left, ("r1", 2): all_of_them, ("r2", 1): all_of_them}
    data = decode(taught, set_of(template_id, record(1)), transport=transport)
    assert (data["flows"], data["options"], codes(data)) == ([], [], ["missing_template"])


@pytest.mark.fault("IX-22")
@pytest.mark.conformance("IPFIX-8.1-02", "IPFIX-8.1-06")
@pytest.mark.parametrize(("set_id", "template_id"), [(2, 999), (3, 999), (2, 300), (3, 256)])
def test_withdrawals_of_what_is_not_there(taught, set_id, template_id):
    """Templates of the other kind are not there either."""
    before = ids(taught)
    message = decode(taught, set_of(set_id, withdrawal(template_id)), set_of(256, record(1)))
    assert (events(message), message["flows"]) == ([("withdrawal_ignored", template_id)], [flow(1)])
    assert message["problems"] == []
    assert ids(taught) == before


@pytest.mark.fault("IX-23", "IX-24")
@pytest.mark.conformance("IPFIX-8.1-04")
@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize(("set_id", "gone", "left"), [(2, [256, 257], {300, 301}), (3, [300, 301], {256, 257})])
def test_all_of_a_kind(taught, transport, set_id, gone, left):
    message = decode(taught, set_of(set_id, withdrawal(set_id)), transport=transport)
    assert sorted(events(message)) == [("withdrawn", each) for each in gone]
    assert message["problems"] == []
    all_of_them = {256, 257, 300, 301}
    assert ids(taught) == {("r1", 1): left, ("r1", 2): all_of_them, ("r2", 1): all_of_them}


def test_all_of_a_kind_where_there_is_none(decoder):
    message = decode(decoder, set_of(2, withdrawal(2)), set_of(3, withdrawal(3)))
    assert events(message) == [("withdrawal_ignored", 2), ("withdrawal_ignored", 3)]
    assert message["problems"] == []


@pytest.mark.fault("IX-25")
@pytest.mark.parametrize(("set_id", "template_id"), [(2, 3), (3, 2), (2, 0x0001), (2, 255), (3, 255)])
def test_withdrawals_of_ids_that_no_template_has(taught, set_id, template_id):
    before = ids(taught)
    message = decode(taught, set_of(set_id, withdrawal(template_id)), set_of(256, record(1)))
    assert (events(message), message["flows"]) == ([("rejected", template_id)], [flow(1)])
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", HEADER + 4, template_id)
    assert ids(taught) == before


@pytest.mark.fault("IX-26")
@pytest.mark.conformance("IPFIX-8.1-10")
@pytest.mark.parametrize("behind", ["00", "01", "0001", "ffff", "000001"])
def test_a_withdrawal_has_no_scope_count(taught, behind):
    body = withdrawal(300) + bytes.fromhex(behind)  # two octets would be a scope count; are padding
    message = decode(taught, set_of(3, body), set_of(256, record(1)))
    assert (events(message), message["problems"]) == ([("withdrawn", 300)], [])
    assert (message["flows"], ids(taught)["r1", 1]) == ([flow(1)], {256, 257, 301})


@pytest.mark.fault("IX-26")
@pytest.mark.conformance("IPFIX-8.1-03", "IPFIX-8.1-10")
@pytest.mark.parametrize("padding", [0, 1, 2, 3, 4, 7, 8])
@pytest.mark.parametrize(("set_id", "first", "second"), [(2, 256, 257), (3, 300, 301)])
def test_several_withdrawals_and_padding(taught, set_id, first, second, padding):
    body = withdrawal(first) + withdrawal(999) + withdrawal(second) + bytes(padding)
    message = decode(taught, set_of(set_id, body))
    assert events(message) == [("withdrawn", first), ("withdrawal_ignored", 999), ("withdrawn", second)]
    assert message["problems"] == []


def test_withdrawals_among_definitions_in_one_set(taught):
    message = decode(taught, set_of(2, withdrawal(256) + template(258, FIELDS) + withdrawal(257)))
    assert events(message) == [("withdrawn", 256), ("learned", 258), ("withdrawn", 257)]


@pytest.mark.fault("IX-27")
@pytest.mark.conformance("IPFIX-8.1-05")
def test_withdrawals_act_where_they_stand(decoder):
    learn, data = set_of(2, template(256, FIELDS)), set_of(256, record(1))
    withdraw, change = set_of(2, withdrawal(256)), set_of(2, template(256, [(12, 4), (8, 4), (1, 4)]))
    message = decode(decoder, learn, data, withdraw, change, data)
    swapped = {"destinationIPv4Address": "192.0.2.1", "sourceIPv4Address": "198.51.100.1", "octetDeltaCount": 10}
    assert events(message) == [("learned", 256), ("withdrawn", 256), ("learned", 256)]
    assert (message["flows"], message["problems"]) == ([flow(1), swapped], [])


@pytest.mark.fault("IX-35")
def test_a_withdrawal_at_the_end_of_a_set_is_no_padding(decoder):
    body = template(256, FIELDS) + withdrawal(0x0101)
    message = decode(decoder, set_of(2, body), set_of(256, record(1)), transport="udp")
    assert events(message) == [("learned", 256), ("withdrawal_ignored", 0x0101)]
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


def test_what_was_withdrawn_no_longer_counts_against_the_limit(make_decoder):
    decoder = make_decoder(limits=Limits(templates_per_exporter=1))
    learn10(decoder)
    for number in (257, 258, 259):
        message = decode(decoder, set_of(2, withdrawal(number - 1) + template(number, FIELDS)))
        assert events(message) == [("withdrawn", number - 1), ("learned", number)]
    assert known(decoder).keys() == {259}
