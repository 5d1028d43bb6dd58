"""NetFlow v9 options templates and their records: lengths in octets, scopes apart."""

import pytest

from tests.message_builder import netflow9_datagram, netflow9_options_template, set_of, template
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn9, record

HEADER = 20  # octets
SAMPLER = netflow9_options_template(300, [(1, 4)], [(48, 1), (50, 4)])  # scope system; sampler id and interval
SAMPLER_RECORD = bytes.fromhex("C0000209 03 000003E8")
SAMPLER_OPTION = {"scope": {"system": 0xC0000209}, "samplerId": 3, "samplerRandomInterval": 1000}


def head(template_id, scope_octets, option_octets):
    """The head of an options template record, its lengths as given."""
    return b"".join(number.to_bytes(2, "big") for number in (template_id, scope_octets, option_octets))


def taught(decoder, *records, set_id=256, data=b""):
    """The message of a packet with these options template records, a good data FlowSet, and *data* for *set_id*."""
    learn9(decoder)
    sets = set_of(1, b"".join(records)), set_of(256, record(1)), set_of(set_id, data)
    return decoder.decode(netflow9_datagram(*sets), "r1")


@pytest.mark.conformance("NF9-6.1-02", "NF9-6.2-01", "NF9-6.2-02")
def test_options_and_flows_come_apart(decoder):
    message = taught(decoder, SAMPLER, set_id=300, data=SAMPLER_RECORD * 2)
    assert message["flows"] == [flow(1)]
    assert message["options"] == [SAMPLER_OPTION, SAMPLER_OPTION]
    assert message["problems"] == []


@pytest.mark.conformance("NF9-6.1-04")
@pytest.mark.fault("N9-29")
@pytest.mark.parametrize(
    ("scope_type", "octets", "expected"),
    [
        (1, "00000007", {"system": 7}),
        (1, "", {"system": None}),
        (2, "0007", {"interface": 7}),
        (2, "00000007", {"interface": 7}),
        (3, "07", {"lineCard": 7}),
        (4, "0007", {"cache": 7}),
        (5, "0100", {"template": 256}),
        (0, "0007", {"scope0": "0007"}),
        (6, "07", {"scope6": "07"}),
        (65535, "00000007", {"scope65535": "00000007"}),
    ],
)
def test_scopes_have_numbers_of_their_own(decoder, scope_type, octets, expected):
    body = bytes.fromhex(octets)
    options = netflow9_options_template(300, [(scope_type, len(body))], [(34, 2)])
    message = taught(decoder, options, set_id=300, data=body + b"\0\x64")
    assert message["options"] == [{"scope": expected, "samplingInterval": 100}]
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


def test_several_scopes_and_the_same_one_twice(decoder):
    options = netflow9_options_template(300, [(2, 1), (5, 2), (2, 1)], [(34, 1)])
    message = taught(decoder, options, set_id=300, data=bytes.fromhex("07 0100 08 64"))
    assert message["options"] == [{"scope": {"interface": [7, 8], "template": 256}, "samplingInterval": 100}]


@pytest.mark.fault("N9-24")
@pytest.mark.conformance("NF9-6.1-03")
@pytest.mark.parametrize(("scope", "options"), [(3, 4), (6, 4), (4, 6), (4, 1)])
def test_lengths_that_are_no_multiple_of_4(decoder, scope, options):
    specifiers = bytes.fromhex("0001 0004 0022 0004 0000 0000")
    message = taught(decoder, SAMPLER, head(301, scope, options) + specifiers, set_id=300, data=SAMPLER_RECORD)
    assert (message["flows"], message["options"]) == ([flow(1)], [SAMPLER_OPTION])
    assert events(message)[:2] == [("learned", 300), ("rejected", 301)]
    (problem,) = message["problems"]
    offset = HEADER + 4 + len(SAMPLER)
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", offset, 301)
    assert problem["malformed"] is True
    assert 301 not in known(decoder)


@pytest.mark.conformance("NF9-6.1-03")
def test_lengths_count_octets(decoder):
    octets = head(301, 4, 8) + bytes.fromhex("0003 0002 0029 0002 002A 0002")
    message = taught(decoder, octets, set_id=301, data=bytes.fromhex("0001 0159 27D9"))
    assert message["templates"][0]["scope_count"] == 1
    assert message["options"] == [
        {"scope": {"lineCard": 1}, "exportedMessageTotalCount": 345, "exportedFlowRecordTotalCount": 10201}
    ]


@pytest.mark.fault("N9-25")
def test_no_scope(decoder):
    message = taught(decoder, netflow9_options_template(300, [], [(34, 4)]), set_id=300, data=bytes.fromhex("00000064"))
    assert message["templates"][0]["scope_count"] == 0
    assert message["options"] == [{"scope": {}, "samplingInterval": 100}]
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.fault("N9-26")
def test_scopes_only(decoder):
    message = taught(decoder, netflow9_options_template(300, [(1, 4)], []), set_id=300, data=bytes.fromhex("C0000209"))
    assert message["options"] == [{"scope": {"system": 0xC0000209}}]
    assert (message["flows"], message["problems"]) == ([flow(1)], [])


@pytest.mark.fault("N9-27")
@pytest.mark.parametrize(("scope", "options"), [(65532, 65532), (4, 65532), (65532, 4), (4, 36)])
def test_lengths_beyond_the_flowset(decoder, scope, options):
    octets = head(301, scope, options) + bytes.fromhex("0001 0004 0022 0004")
    message = taught(decoder, octets.ljust(36, b"\1"))
    assert events(message) == [("rejected", 301)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_template", HEADER + 4, True)


@pytest.mark.fault("N9-28")
def test_options_records_without_octets_make_no_progress(decoder):
    options = netflow9_options_template(300, [(1, 0)], [(34, 0)])
    message = taught(decoder, options, set_id=300, data=b"\7" * 9)
    assert (message["flows"], message["options"]) == ([flow(1)], [])
    assert events(message) == [("learned", 300)]
    (problem,) = message["problems"]
    offset = HEADER + 4 + len(options) + 16  # behind the options templates, and the good FlowSet
    assert (problem["code"], problem["offset"], problem["set_id"]) == ("no_progress", offset, 300)
    assert (problem["length"], problem["octets"]) == (9, "07" * 9)


@pytest.mark.fault("N9-30")
@pytest.mark.conformance("NF9-6.1-01", "NF9-9-08")
def test_several_options_templates_and_padding(decoder):
    other = netflow9_options_template(301, [(2, 4)], [(82, 8)])
    message = taught(decoder, SAMPLER, other, b"\0\0", set_id=301, data=b"\0\0\0\7eth0\0\0\0\0")
    assert events(message) == [("learned", 300), ("learned", 301)]
    assert message["options"] == [{"scope": {"interface": 7}, "interfaceName": "eth0"}]
    assert (message["problems"], message["quirks"]) == ([], [])


@pytest.mark.fault("N9-31")
@pytest.mark.parametrize("tail", [4, 5])
def test_a_head_that_is_cut_behind_a_good_one(decoder, tail):
    message = taught(decoder, SAMPLER, b"\xff" * tail, set_id=300, data=SAMPLER_RECORD)
    assert events(message) == [("learned", 300), ("rejected", 65535)]
    assert (message["flows"], message["options"]) == ([flow(1)], [SAMPLER_OPTION])
    (problem,) = message["problems"]
    offset = HEADER + 4 + len(SAMPLER)
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", offset, 65535)
    assert problem["malformed"] is True
    assert problem["message"] == f"template 65535 at octet {offset}: {tail} octets, need 6"  # none of the next FlowSet
    assert known(decoder).keys() == {256, 300}


@pytest.mark.parametrize("template_id", [0, 1, 255])
def test_ids_below_256_are_rejected(decoder, template_id):
    message = taught(
        decoder,
        netflow9_options_template(template_id, [(1, 4)], [(34, 4)]),
        SAMPLER,
        set_id=300,
        data=SAMPLER_RECORD,
    )
    assert events(message) == [("rejected", template_id), ("learned", 300)]
    assert (codes(message), message["options"]) == (["bad_template"], [SAMPLER_OPTION])


def test_the_same_options_template_again_is_a_refresh(decoder):
    learn9(decoder, SAMPLER, set_id=1)
    message = taught(decoder, SAMPLER, set_id=300, data=SAMPLER_RECORD)
    assert (events(message), message["options"]) == ([("refreshed", 300)], [SAMPLER_OPTION])


@pytest.mark.fault("N9-22")
def test_octets_of_a_data_template_are_no_refresh_of_an_options_template(decoder):
    """0100 0004 0004 … is a head of both kinds: 4 fields, or 4 octets of scopes and 4 of options."""
    octets = bytes.fromhex("012C 0004 0004 0001 0004 0029 0004 002A 0000 0000")
    learn9(decoder)
    learn = decoder.decode(netflow9_datagram(set_of(0, octets)), "r1")
    assert (learn["templates"][0]["scope_count"], known(decoder)[300][0]) == (None, (0, 4, 1))
    message = decoder.decode(netflow9_datagram(set_of(1, octets), set_of(300, b"\0\0\0\1\0\0\0\2")), "r1")
    assert (events(message)[0], message["templates"][0]["scope_count"]) == (("replaced", 300), 1)
    assert message["options"] == [{"scope": {"system": 1}, "exportedMessageTotalCount": 2}]
    assert known(decoder)[300] == [(0, 1, 4), (0, 41, 4)]


def test_a_data_flowset_names_either_kind(decoder):
    learn9(decoder)
    learn9(decoder, template(257, FIELDS[:1]))
    learn9(decoder, SAMPLER, set_id=1)
    sets = set_of(300, SAMPLER_RECORD), set_of(257, b"\1\2\3\4"), set_of(300, SAMPLER_RECORD)
    message = decoder.decode(netflow9_datagram(*sets), "r1")
    assert message["flows"] == [{"sourceIPv4Address": "1.2.3.4"}]
    assert message["options"] == [SAMPLER_OPTION, SAMPLER_OPTION]
