"""IPFIX options templates and their records: scopes of any element, and counts that cannot be."""

import pytest

from tests.message_builder import ipfix_message, options_template, set_of, template, variable
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn10, malformed, record

HEADER = 16  # octets
CARD = options_template(300, [(141, 4)], [(41, 2)])
CARD_RECORD = bytes.fromhex("00000007 0159")
CARD_OPTION = {"scope": {"lineCardId": 7}, "exportedMessageTotalCount": 345}


def taught(decoder, *records, set_id=256, data=b""):
    """The message of a set with these options template records, a good data set, and *data* for *set_id*."""
    learn10(decoder)
    sets = set_of(3, b"".join(records)), set_of(256, record(1)), set_of(set_id, data)
    return decoder.decode(ipfix_message(*sets), "r1")


def head(template_id, count, scope_count):
    """The head of an options template record, its counts as given."""
    return b"".join(number.to_bytes(2, "big") for number in (template_id, count, scope_count))


@pytest.mark.conformance("IPFIX-3.4.2-03")
@pytest.mark.parametrize(
    ("element", "name"),
    [
        (149, "observationDomainId"),
        (144, "exportingProcessId"),
        (143, "meteringProcessId"),
        (145, "templateId"),
        (141, "lineCardId"),
        (10, "ingressInterface"),
    ],
)
def test_scopes_are_elements(decoder, element, name):
    message = taught(decoder, options_template(300, [(element, 2)], [(41, 2)]), set_id=300, data=b"\1\2\3\4")
    assert message["options"] == [{"scope": {name: 0x0102}, "exportedMessageTotalCount": 0x0304}]
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.conformance("IPFIX-3.4.2-03")
def test_addresses_as_scopes(decoder):
    octets = bytes([192, 0, 2, 9]) + bytes.fromhex("20010DB8 00000000 00000000 00000001") + b"\0\5"
    message = taught(decoder, options_template(300, [(130, 4), (131, 16)], [(41, 2)]), set_id=300, data=octets)
    assert message["options"] == [
        {
            "scope": {"exporterIPv4Address": "192.0.2.9", "exporterIPv6Address": "2001:db8::1"},
            "exportedMessageTotalCount": 5,
        }
    ]


@pytest.mark.fault("A-068")
@pytest.mark.conformance("IPFIX-3.4.2-04", "IPFIX-3.4.2-07", "IPFIX-3.4.2-02")
def test_several_scopes_keep_their_order(decoder):
    message = taught(
        decoder,
        options_template(65000, [(149, 4), (143, 4)], [(41, 1)]),
        options_template(65001, [(143, 4), (149, 4)], [(41, 1)]),
        set_id=65001,
        data=bytes.fromhex("00000001 00000002 03"),
    )
    assert message["options"] == [
        {"scope": {"meteringProcessId": 1, "observationDomainId": 2}, "exportedMessageTotalCount": 3}
    ]
    assert list(message["options"][0]["scope"]) == ["meteringProcessId", "observationDomainId"]
    assert [each["scope_count"] for each in message["templates"]] == [2, 2]


def test_an_element_both_as_scope_and_as_option(decoder):
    octets = bytes.fromhex("01 02 03 04")
    message = taught(decoder, options_template(300, [(10, 1), (10, 1)], [(10, 1), (10, 1)]), set_id=300, data=octets)
    assert message["options"] == [{"scope": {"ingressInterface": [1, 2]}, "ingressInterface": [3, 4]}]


def test_variable_length_scopes_and_options(decoder):
    options = options_template(300, [(82, 65535)], [(41, 2), (83, 65535)])
    data = variable(b"eth0") + b"\0\1" + variable(b"uplink", long=True) + variable(b"") + b"\0\2" + variable(b"")
    message = taught(decoder, options, set_id=300, data=data)
    assert message["options"] == [
        {"scope": {"interfaceName": "eth0"}, "exportedMessageTotalCount": 1, "interfaceDescription": "uplink"},
        {"scope": {"interfaceName": ""}, "exportedMessageTotalCount": 2, "interfaceDescription": ""},
    ]


@pytest.mark.fault("IX-28")
@pytest.mark.conformance("IPFIX-3.4.2-01")
def test_no_scope_is_kept_and_reported(decoder):
    message = taught(decoder, head(300, 1, 0) + bytes.fromhex("0029 0002"), set_id=300, data=b"\1\2")
    assert (events(message), message["templates"][0]["scope_count"]) == ([("learned", 300)], 0)
    assert message["options"] == [{"scope": {}, "exportedMessageTotalCount": 0x0102}]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", HEADER + 4, 300)
    assert not malformed(message)


@pytest.mark.fault("IX-29")
@pytest.mark.conformance("IPFIX-3.4.2-02")
@pytest.mark.parametrize("scope_count", [2, 65535])
def test_more_scopes_than_fields(decoder, scope_count):
    bad = head(301, 1, scope_count) + bytes.fromhex("0029 0002")
    message = taught(decoder, bad, CARD, set_id=300, data=CARD_RECORD)
    assert events(message) == [("rejected", 301), ("learned", 300)]
    assert (message["flows"], message["options"]) == ([flow(1)], [CARD_OPTION])
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", HEADER + 4, 301)
    assert 301 not in known(decoder)


@pytest.mark.fault("IX-30")
@pytest.mark.conformance("IPFIX-3.4.2-02")
def test_nothing_but_scopes(decoder):
    message = taught(decoder, options_template(300, [(137, 4)], []), set_id=300, data=bytes.fromhex("00000005"))
    assert message["options"] == [{"scope": {"commonPropertiesId": 5}, "report": "common_properties"}]
    assert (events(message), known(decoder)[300]) == ([("learned", 300)], [(0, 137, 4)])
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.fault("IX-31")
@pytest.mark.parametrize("length", [4, 5])
def test_a_head_that_is_cut(decoder, length):
    message = taught(decoder, CARD, head(301, 1, 1)[:length], set_id=300, data=CARD_RECORD)
    assert events(message) == [("learned", 300), ("rejected", 301)]
    assert (message["flows"], message["options"]) == ([flow(1)], [CARD_OPTION])
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == (
        *("bad_template", HEADER + 4 + len(CARD), 301),
    )
    assert problem["malformed"] is True
    assert problem["message"].endswith(f": {length} octets, need 6")
    assert known(decoder).keys() == {256, 300}
    last = decoder.decode(ipfix_message(set_of(3, head(301, 1, 1)[:length]), sequenceNumber=2), "r1")
    assert (events(last), last["problems"][0]["offset"]) == ([("rejected", 301)], HEADER + 4)


@pytest.mark.fault("IX-33")
def test_an_options_template_behind_one_with_enterprise_fields(decoder):
    first = options_template(301, [(64999, 1, 4), (141, 4)], [(64999, 2, 65535), (41, 2)])
    message = taught(decoder, first, CARD, set_id=300, data=CARD_RECORD)
    assert events(message) == [("learned", 301), ("learned", 300)]
    assert known(decoder)[301] == [(64999, 1, 4), (0, 141, 4), (64999, 2, "variable"), (0, 41, 2)]
    assert (message["options"], message["problems"]) == ([CARD_OPTION], [])


@pytest.mark.parametrize("template_id", [0, 2, 3, 255])
def test_ids_below_256_are_rejected(decoder, template_id):
    message = taught(decoder, options_template(template_id, [(141, 4)], [(41, 2)]), CARD, set_id=300, data=CARD_RECORD)
    assert events(message) == [("rejected", template_id), ("learned", 300)]
    assert (codes(message), message["options"]) == (["bad_template"], [CARD_OPTION])


def test_octets_of_a_data_template_are_no_refresh_of_an_options_template(decoder):
    """The same octets are a template of 2 fields, and an options template of 2 with 1 scope whose last is cut."""
    octets = head(300, 2, 1) + bytes.fromhex("0008 0004 000C")
    learn10(decoder)
    assert events(decoder.decode(ipfix_message(set_of(2, octets)), "r1")) == [("learned", 300)]
    message = taught(decoder, octets)
    assert (events(message), message["flows"]) == ([("rejected", 300)], [flow(1)])
    assert known(decoder)[300] == [(0, 1, 8), (0, 4, 12)]


def test_the_same_options_template_again_is_a_refresh(decoder):
    learn10(decoder, CARD, set_id=3)
    message = taught(decoder, CARD, set_id=300, data=CARD_RECORD)
    assert (events(message), message["options"]) == ([("refreshed", 300)], [CARD_OPTION])


def test_another_number_of_scopes_is_another_definition(decoder):
    learn10(decoder, options_template(300, [(141, 4)], [(41, 2)]), set_id=3)
    message = taught(decoder, options_template(300, [(141, 4), (41, 2)], []), set_id=300, data=CARD_RECORD)
    assert events(message) == [("replaced", 300)]
    assert message["options"] == [{"scope": {"lineCardId": 7, "exportedMessageTotalCount": 345}}]


def test_a_rejected_definition_leaves_the_one_in_force(decoder):
    learn10(decoder, CARD, set_id=3)
    learn10(decoder, template(256, FIELDS))
    message = taught(decoder, head(300, 9, 1) + bytes.fromhex("0029 0002"), set_id=300, data=CARD_RECORD)
    assert (events(message), message["options"]) == ([("rejected", 300)], [CARD_OPTION])
