"""Rules for exporters' peculiarities that change how sets and samples are read: on, off, and what they leave alone."""

from __future__ import annotations

import struct

import pytest

from netflowparse import Limits
from tests.message_builder import (
    VARIABLE,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain
from tests.protocols.messages import codes, events, malformed
from tests.protocols.sflow.messages import told
from tests.protocols.test_quirks import choices, read9
from tests.sflow_builder import datagram, flow_sample, record, sample, u32

EXPORT = 0x65E0F000 * 1000
OTHER = {"ipfix_sets_in_v9": (netflow9_datagram, 2, 3), "v9_sets_in_ipfix": (ipfix_message, 0, 1)}
foreign = pytest.mark.parametrize("rule", OTHER)


@foreign
@pytest.mark.parametrize("name", OTHER)
def test_the_ids_of_the_other_protocol(make_decoder, rule, name):
    for param in choices(rule):
        settings, on = param.values
        pack, data_set, _ = OTHER[rule]
        octets = pack(set_of(data_set, template(256, [(4, 1)]) + bytes(7)), set_of(256, b"\6"))
        message = make_decoder(**settings).decode(octets, "r1")
        assert_plain(message)
        assert codes(message) == ([] if on else ["unknown_set", "missing_template"])
        assert message["flows"] == ([{"protocolIdentifier": 6}] if on else [])
        assert message["quirks"] == ([rule] if on else [])


def test_ipfix_sets_in_version_9_have_enterprises_and_variable_lengths(decoder):
    """Number space and lengths are IPFIX's, the clock is the datagram's own."""
    fields = [(22, 4), (82, VARIABLE), (35632, 1, 2)]
    sets = set_of(2, template(256, fields)), set_of(256, struct.pack(">I", 5_000) + variable(b"eth0") + b"\1\2")
    for event in "learned", "refreshed":
        message = decoder.decode(netflow9_datagram(*sets), "r1")
        assert message["flows"] == [
            {
                "flowStartSysUpTime": 5_000,
                "interfaceName": "eth0",
                message["templates"][0]["fields"][2]["name"]: message["flows"][0].get("pen35632_ie1", 258),
                "flowStartMilliseconds": EXPORT - 5_000,
            }
        ]
        assert (message["templates"][0]["fields"][2]["enterprise"], events(message)) == (35632, [(event, 256)])
        assert (message["quirks"], message["problems"]) == (["ipfix_sets_in_v9"], [])


def test_version_9_sets_in_ipfix_have_no_enterprise_bit_and_no_clock(decoder):
    """33002 is Cisco's FW_EXT_EVENT in version 9; uptimes stay what they are."""
    sets = set_of(0, template(256, [(22, 4), (33002, 2)])), set_of(256, struct.pack(">IH", 5_000, 1001))
    message = decoder.decode(ipfix_message(*sets), "r1")
    assert message["flows"] == [{"flowStartSysUpTime": 5_000, "FW_EXT_EVENT": 1001}]
    assert message["quirks"] == ["v9_sets_in_ipfix"]
    message = decoder.decode(ipfix_message(sets[1]), "r1")
    assert (message["flows"], message["quirks"]) == ([{"flowStartSysUpTime": 5_000, "FW_EXT_EVENT": 1001}], [])


def test_one_shape_with_and_without_a_clock(decoder):
    """The same definition, first under a header that has a sysUpTime, then under one that has none."""
    learn, data = set_of(2, template(256, [(22, 4)])), set_of(256, struct.pack(">I", 5_000))
    raw, absolute = {"flowStartSysUpTime": 5_000}, {"flowStartMilliseconds": EXPORT - 5_000}
    for _ in range(2):
        assert decoder.decode(netflow9_datagram(learn, data), "r1")["flows"] == [raw | absolute]
        assert decoder.decode(ipfix_message(learn, data), "r1")["flows"] == [raw]


def test_options_templates_of_the_other_protocol(decoder):
    body = options_template(257, [(149, 4)], [(41, 4)])
    message = decoder.decode(netflow9_datagram(set_of(3, body), set_of(257, struct.pack(">II", 7, 9))), "r1")
    assert message["options"] == [{"scope": {"observationDomainId": 7}, "exportedMessageTotalCount": 9}]
    assert message["quirks"] == ["ipfix_sets_in_v9"]
    body = netflow9_options_template(257, [(2, 4)], [(41, 4)])
    message = decoder.decode(ipfix_message(set_of(1, body), set_of(257, struct.pack(">II", 7, 9))), "r1")
    assert message["options"] == [{"scope": {"interface": 7}, "exportedMessageTotalCount": 9}]
    assert message["quirks"] == ["v9_sets_in_ipfix"]


@pytest.mark.parametrize("first", [0, 2])
def test_the_same_octets_under_the_own_id_are_another_definition(decoder, first):
    """Of the same octets each set makes what its own number space has; a refresh does not mistake them."""
    body = template(256, [(33002, 2)])
    own, other = set_of(0, body), set_of(2, template(256, [(9, 4444, 2)]))
    message = decoder.decode(netflow9_datagram(other, own, other, own), "r1")
    assert [event for event, _ in events(message)] == ["learned", "replaced", "replaced", "replaced"]
    same = set_of(first, template(300, [(1, 4)])), set_of(2 - first, template(300, [(1, 4)]))
    message = decoder.decode(netflow9_datagram(*same), "r1")
    assert [event for event, _ in events(message)] == ["learned", "replaced"]


@foreign
@pytest.mark.fault("N9-11")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        bytes(8),
        template(255, [(4, 1)]),
        template(256, []),
        template(256, [(4, 1)], count=2),
        template(256, [(4, 1)]) + b"\0\0\0\1",
        template(256, [(4, 1)]) + bytes(8),
        template(256, [(4, 1)]) + template(2, [(4, 1)]),
        template(256, [(4, 1)])[:-1],
        b"unknown!",
    ],
)
@pytest.mark.parametrize("options", [False, True])
def test_what_is_not_wholly_of_the_other_protocol_is_left(decoder, rule, body, options):
    pack, data_set, options_set = OTHER[rule]
    good = set_of(2 - data_set, template(300, [(4, 1)]))
    message = decoder.decode(pack(good, set_of(options_set if options else data_set, body), set_of(300, b"\6")), "r1")
    assert (codes(message), message["quirks"]) == (["unknown_set"], [])
    assert (events(message), message["flows"]) == ([("learned", 300)], [{"protocolIdentifier": 6}])


@pytest.mark.fault("N9-11")
@pytest.mark.parametrize("set_id", [*range(4, 256), 2, 3])
def test_reserved_ids_of_version_9(decoder, set_id):
    good = set_of(0, template(256, [(4, 1)])), set_of(set_id, b"\1\2\3\4\5\6\7\x08"), set_of(256, b"\6")
    message = decoder.decode(netflow9_datagram(*good), "r1")
    assert (codes(message), message["flows"]) == (["unknown_set"], [{"protocolIdentifier": 6}])


def test_variable_lengths_of_version_9_in_ipfix_need_both_rules(make_decoder):
    sets = set_of(0, template(256, [(82, VARIABLE)])), set_of(256, variable(b"eth0"))
    message = make_decoder().decode(ipfix_message(*sets), "r1")
    assert message["flows"] == [{"interfaceName": "eth0"}]
    assert message["quirks"] == ["v9_sets_in_ipfix", "variable_length_in_v9"]
    message = make_decoder(quirks=["v9_sets_in_ipfix"]).decode(ipfix_message(*sets), "r1")
    assert (codes(message), message["quirks"]) == (["unknown_set", "missing_template"], [])


@pytest.mark.fault("N9-17")
@pytest.mark.parametrize(("settings", "on"), choices("variable_length_in_v9"))
def test_variable_lengths_of_version_9(make_decoder, settings, on):
    message = read9(make_decoder(**settings), [(82, VARIABLE)], variable(b"hello"))
    assert codes(message) == ([] if on else ["bad_template", "missing_template"])
    assert message["flows"] == ([{"interfaceName": "hello"}] if on else [])
    assert message["quirks"] == (["variable_length_in_v9"] if on else [])
    assert not malformed(message)


def test_a_rejected_variable_length_costs_no_other_template(make_decoder):
    decoder = make_decoder(quirks=())
    body = template(256, [(82, VARIABLE)]) + template(257, [(4, 1)])
    options = netflow9_options_template(258, [(1, 4)], [(82, VARIABLE)])
    message = decoder.decode(netflow9_datagram(set_of(0, body), set_of(1, options), set_of(257, b"\6")), "r1")
    assert events(message) == [("rejected", 256), ("learned", 257), ("rejected", 258)]
    assert message["flows"] == [{"protocolIdentifier": 6}]


#: 257: two fields, one scope; 149 and 41 with the top bit, no enterprise numbers
NO_ENTERPRISES = struct.pack(">HHHHHHH", 257, 2, 1, 149 | 0x8000, 4, 41 | 0x8000, 4)


@pytest.mark.parametrize(("settings", "on"), choices("enterprise_bit_in_options"))
@pytest.mark.parametrize("padding", range(4))
def test_a_top_bit_without_enterprises(make_decoder, settings, on, padding):
    decoder = make_decoder(**settings)
    for event in "learned", "refreshed":
        sets = set_of(3, NO_ENTERPRISES + bytes(padding)), set_of(257, struct.pack(">II", 7, 9))
        message = decoder.decode(ipfix_message(*sets), "r1")
        options = [{"scope": {"observationDomainId": 7}, "exportedMessageTotalCount": 9}]
        assert message["options"] == (options if on else [])
        assert events(message) == [(event if on else "rejected", 257)]
        assert codes(message)[:1] == ([] if on else ["bad_template"])
        assert message["quirks"] == (["enterprise_bit_in_options"] if on else [])


def test_a_top_bit_without_enterprises_and_without_room(make_decoder):
    decoder = make_decoder(limits=Limits(templates_per_exporter=1))
    decoder.decode(ipfix_message(set_of(2, template(256, [(4, 1)]))), "r1")
    message = decoder.decode(ipfix_message(set_of(3, NO_ENTERPRISES)), "r1")
    assert (events(message), message["quirks"]) == ([("rejected", 257)], ["enterprise_bit_in_options"])
    assert [(each["code"], each["limit"]) for each in message["problems"]] == [("limit", "templates_per_exporter")]


@pytest.mark.parametrize(
    ("set_id", "body"),
    [
        (3, struct.pack(">HHHHHHHHH", 257, 3, 1, *(149 | 0x8000, 4) * 3) + bytes(4)),
        (3, NO_ENTERPRISES + b"\1"),
        (3, NO_ENTERPRISES[:-1]),
        (3, options_template(256, [(149, 4)], [(41, 4)]) + NO_ENTERPRISES),
        (3, struct.pack(">HHHHH", 257, 1, 2, 149 | 0x8000, 4)),
        (2, struct.pack(">HHHH", 257, 1, 149 | 0x8000, 4)),
    ],
    ids=["more than padding", "not zero", "cut", "not alone", "scope", "no options template"],
)
def test_other_top_bits_mean_enterprises(decoder, set_id, body):
    message = decoder.decode(ipfix_message(set_of(set_id, body)), "r1")
    assert message["quirks"] == []
    assert "bad_template" in codes(message)


def test_a_set_that_is_cut_proves_nothing(decoder):
    whole = ipfix_message(set_of(3, NO_ENTERPRISES + bytes(8)))
    message = decoder.decode(whole[:-8], "r1")
    assert ("bad_template" in codes(message), message["quirks"]) == (True, [])


def test_enterprises_that_fit_are_enterprises(decoder):
    message = decoder.decode(ipfix_message(set_of(3, options_template(257, [(149, 4)], [(9, 41, 4)]))), "r1")
    assert (message["templates"][0]["fields"][1]["enterprise"], message["quirks"]) == (9, [])


QUEUE = record(0, 1036, u32(7))  # extended_egress_queue
SECOND = sample(0, 1, flow_sample([QUEUE], source_id=(0, 2)))


@pytest.mark.fault("SF-10")
@pytest.mark.parametrize(("settings", "on"), choices("sflow_length_slip"))
def test_a_sample_that_is_said_to_be_longer(make_decoder, settings, on):
    """Without the rule its length holds: the word is the sample's own, and the next one is not found."""
    body = flow_sample([QUEUE], source_id=(0, 1))
    octets = datagram([sample(0, 1, body, length=len(body) + 4), SECOND])
    message = make_decoder(**settings).decode(octets, "r1")
    assert_plain(message)
    assert message["flows"][0]["extended_egress_queue"] == {"queue": 7}
    assert len([flow for flow in message["flows"] if "sampler" in flow]) == (2 if on else 1)
    assert message["flows"][0].get("undecoded") == (None if on else SECOND[:4].hex())
    assert told(message)[:1] == ([] if on else [("trailing_octets", 28 + 8 + len(body), False)])
    assert message["quirks"] == (["sflow_length_slip"] if on else [])


@pytest.mark.fault("SF-11")
@pytest.mark.parametrize(("settings", "on"), choices("sflow_length_slip"))
@pytest.mark.parametrize("following", [[SECOND], []], ids=["before another", "last"])
def test_a_sample_that_is_said_to_be_shorter(make_decoder, settings, on, following):
    body = flow_sample([QUEUE], source_id=(0, 1))
    octets = datagram([sample(0, 1, body, length=len(body) - 4), *following])
    message = make_decoder(**settings).decode(octets, "r1")
    assert_plain(message)
    assert told(message)[:1] == ([] if on else [("truncated_record", 28 + 8 + 32, True)])
    assert message["flows"][0].get("extended_egress_queue") == ({"queue": 7} if on else {})
    assert message["quirks"] == (["sflow_length_slip"] if on else [])


@pytest.mark.fault("SF-30")
@pytest.mark.parametrize(("settings", "on"), choices("sampled_ethernet_unpadded"))
def test_addresses_without_padding(make_decoder, settings, on):
    body = u32(60) + bytes.fromhex("020000000001 020000000002") + u32(0x0800)
    octets = datagram([sample(0, 1, flow_sample([record(0, 2, body)]))])
    message = make_decoder(**settings).decode(octets, "r1")
    assert_plain(message)
    flow = message["flows"][0]
    if on:
        addresses = flow["sourceMacAddress"], flow["destinationMacAddress"], flow["ethernetType"]
        assert addresses == ("02:00:00:00:00:01", "02:00:00:00:00:02", 0x0800)
    else:  # 8 octets for each address, the last 2 of them padding
        fields = {"length": 60, "src_mac": "02:00:00:00:00:01", "dst_mac": "00:00:00:02:00:00"}
        assert flow["sampled_ethernet"] == fields
    assert codes(message) == ([] if on else ["truncated_record"])
    assert message["quirks"] == (["sampled_ethernet_unpadded"] if on else [])
