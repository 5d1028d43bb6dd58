"""IPFIX template sets: learned, refreshed, replaced, padded, and rejected without harm to what is in force."""

import pytest

from netflowparse import Limits
from tests.message_builder import EXPORT_TIME, ipfix_message, options_template, set_of, template
from tests.protocols.messages import FIELDS, events, flow, known, learn10, record

HEADER = 16  # octets
FIELDS_IN_FORCE = [(0, 8, 4), (0, 12, 4), (0, 2, 4)]
SWAPPED = [(2, 4), (12, 4), (8, 4)]
SWAPPED_FLOW = {
    "packetDeltaCount": 0xC0000201,
    "destinationIPv4Address": "198.51.100.1",
    "sourceIPv4Address": "0.0.0.10",
}
STREAMS = ["tcp", "sctp", "file"]
CONFLICT = {
    "code": "template_conflict",
    "message": "template 256 at octet 20: another definition, need a withdrawal before it",
    "offset": 20,
    "template_id": 256,
}


def many(fields, *, count=None):
    """Template 256 of so many one-octet counters."""
    return template(256, [], count=count or fields) + bytes.fromhex("0001 0001") * fields


def taught(decoder, *records, transport="udp"):
    """The message of a set with these template records, and a record of template 256 behind them."""
    octets = ipfix_message(set_of(2, b"".join(records)), set_of(256, record(1)))
    return decoder.decode(octets, "r1", transport=transport)


@pytest.mark.conformance("IPFIX-3.4.1-01", "IPFIX-3.4.1-04")
@pytest.mark.fault("IX-42")
def test_several_templates_in_one_set_in_any_order(decoder):
    message = taught(decoder, template(65535, [(4, 1)]), template(300, [(8, 4)]), template(256, FIELDS))
    assert events(message) == [("learned", 65535), ("learned", 300), ("learned", 256)]
    assert known(decoder) == {65535: [(0, 4, 1)], 300: [(0, 8, 4)], 256: FIELDS_IN_FORCE}
    data = decoder.decode(ipfix_message(set_of(65535, bytes(range(200)) + bytes(range(56)))), "r1")
    assert [each["protocolIdentifier"] for each in data["flows"]] == [*range(200), *range(56)]
    assert data["problems"] == []


@pytest.mark.fault("IX-13", "ST-01")
@pytest.mark.conformance("IPFIX-3.4.1-03", "IPFIX-11.7-01")
def test_more_fields_than_are_there(decoder):
    learn10(decoder)
    message = taught(decoder, template(300, [(8, 4)]), template(256, [(8, 4), (12, 4)], count=3))
    assert events(message) == [("learned", 300), ("rejected", 256)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["malformed"]) == ("bad_template", HEADER + 4 + 8, True)
    assert problem["template_id"] == 256
    assert known(decoder)[256] == FIELDS_IN_FORCE


@pytest.mark.fault("IX-14")
def test_a_count_that_a_whole_message_cannot_hold(decoder):
    learn10(decoder)
    message = taught(decoder, many(16000, count=65535))
    assert (events(message), message["flows"]) == ([("rejected", 256)], [flow(1)])
    assert message["problems"] == [
        {
            "code": "bad_template",
            "message": f"template 256 at octet {HEADER + 4}: 65535 fields, 16000 are there",
            "offset": HEADER + 4,
            "template_id": 256,
            "malformed": True,
        }
    ]
    assert known(decoder) == {256: FIELDS_IN_FORCE}


@pytest.mark.fault("IX-15")
@pytest.mark.conformance("IPFIX-11.4-01")
def test_the_greatest_template(decoder):
    fields = (65535 - HEADER - 4 - 4) // 4
    message = decoder.decode(ipfix_message(set_of(2, many(fields))), "r1")
    assert fields == 16377
    assert events(message) == [("rejected", 256)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["limit"], problem["offset"]) == ("limit", "fields_per_template", HEADER + 4)
    assert (problem["template_id"], known(decoder)) == (256, {})


@pytest.mark.fault("IX-15")
@pytest.mark.conformance("IPFIX-11.4-01")
def test_fields_up_to_the_limit(make_decoder):
    decoder = make_decoder(limits=Limits(fields_per_template=16377))
    message = decoder.decode(ipfix_message(set_of(2, many(16377))), "r1")
    assert (events(message), message["problems"]) == ([("learned", 256)], [])
    assert known(decoder) == {256: [(0, 1, 1)] * 16377}


@pytest.mark.fault("RS-04")
def test_wide_templates_that_are_redefined_again_and_again(make_decoder):
    """The definition before is let go of: as many fields are counted as the one in force has."""
    decoder = make_decoder(limits=Limits(fields_per_template=800))
    for number in range(6):
        fields = [(1 + number % 2, 4)] * 800
        message = decoder.decode(ipfix_message(set_of(2, template(256, fields)), exportTime=EXPORT_TIME + number), "r1")
        assert (events(message), message["problems"]) == ([("replaced" if number else "learned", 256)], [])
    (row,) = decoder.statistics()
    assert (row["templates"], row["template_fields"]) == (1, 800)


@pytest.mark.fault("IX-16")
@pytest.mark.parametrize("follows", [b"", set_of(2, template(257, [(8, 4)]))], ids=["at the end", "before a set"])
def test_an_enterprise_number_that_is_missing(decoder, follows):
    learn10(decoder)
    cut = template(256, [(8, 4), (64999, 1, 4)])[:-4]
    message = decoder.decode(ipfix_message(set_of(2, cut), follows, set_of(256, record(1))), "r1")
    assert events(message)[0] == ("rejected", 256)
    assert events(message)[1:] == ([("learned", 257)] if follows else [])
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", HEADER + 4, 256)
    assert problem["malformed"] is True
    assert known(decoder)[256] == FIELDS_IN_FORCE


@pytest.mark.fault("IX-17", "IX-18", "IX-19")
@pytest.mark.conformance("IPFIX-3.2-03", "IPFIX-9-01", "INFO-4-01")
@pytest.mark.parametrize(
    ("specifier", "key", "value"),
    [
        ((0, 8, 4), "sourceIPv4Address", "192.0.2.9"),
        ((0xFFFFFFFF, 8, 4), "pen4294967295_ie8", "c0000209"),
        ((64999, 32767, 4), "pen64999_ie32767", "c0000209"),
        ((0, 4), "ie0", "c0000209"),
        ((0x7FFF, 4), "ie32767", "c0000209"),
        ((29305, 8, 4), "reverseSourceIPv4Address", "192.0.2.9"),
        ((29305, 0, 4), "pen29305_ie0", "c0000209"),
        ((29305, 32767, 4), "pen29305_ie32767", "c0000209"),
    ],
)
def test_odd_identities(decoder, specifier, key, value):
    learn10(decoder, template(256, [(7, 2), specifier, (5, 1)]))  # a port: reverse elements need a direction beside
    message = decoder.decode(ipfix_message(set_of(256, bytes.fromhex("0050 C0000209 20"))), "r1")
    assert message["flows"] == [{"sourceTransportPort": 80, key: value, "ipClassOfService": 0x20}]
    assert message["problems"] == []


@pytest.mark.fault("IX-20")
@pytest.mark.conformance("IPFIX-3.4.1-02")
@pytest.mark.parametrize("template_id", [0, 1, 2, 3, 255])
def test_ids_below_256_are_rejected(decoder, template_id):
    message = taught(decoder, template(template_id, [(8, 4)]), template(256, FIELDS))
    assert events(message) == [("rejected", template_id), ("learned", 256)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["template_id"]) == ("bad_template", HEADER + 4, template_id)
    assert known(decoder) == {256: FIELDS_IN_FORCE}


@pytest.mark.fault("IX-34")
@pytest.mark.conformance("IPFIX-9-03")
@pytest.mark.parametrize("set_id", [2, 3])
@pytest.mark.parametrize("zeros", [1, 2, 3, 4, 5, 6, 7, 36])
def test_zeros_behind_a_template_are_padding(decoder, zeros, set_id):
    one = template(256, FIELDS) if set_id == 2 else options_template(256, [(8, 4)], [(12, 4), (2, 4)])
    message = decoder.decode(ipfix_message(set_of(set_id, one + bytes(zeros)), set_of(256, record(1))), "r1")
    assert (events(message), message["problems"]) == ([("learned", 256)], [])
    assert message["quirks"] == (["template_padding_4_to_7"] if 4 <= zeros < 8 else [])  # else a withdrawal of id 0
    if set_id == 2:
        assert message["flows"] == [flow(1)]
    else:
        scope = {"sourceIPv4Address": "192.0.2.1"}
        assert message["options"] == [
            {"scope": scope, "destinationIPv4Address": "198.51.100.1", "packetDeltaCount": 10}
        ]


@pytest.mark.fault("IX-36")
def test_records_without_octets_make_no_progress(decoder):
    learn10(decoder)
    message = decoder.decode(
        ipfix_message(set_of(2, template(300, [(1, 0)])), set_of(300, b"\7" * 9), set_of(256, record(1))), "r1"
    )
    assert (message["flows"], events(message)) == ([flow(1)], [("learned", 300)])
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["set_id"]) == ("no_progress", HEADER + 12, 300)
    assert (problem["length"], problem["octets"]) == (9, "07" * 9)


@pytest.mark.fault("IX-37")
def test_fields_of_no_octets_among_others(decoder):
    learn10(decoder, template(256, [(150, 0), (8, 4), (82, 0), (210, 0)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes.fromhex("C0000201 C0000202"))), "r1")
    empty = {"flowStartSeconds": None, "interfaceName": "", "paddingOctets": ""}
    assert message["flows"] == [{**empty, "sourceIPv4Address": address} for address in ("192.0.2.1", "192.0.2.2")]
    assert message["problems"] == []


@pytest.mark.fault("IX-38")
@pytest.mark.conformance("IPFIX-8-03", "IPFIX-3.4.3-02")
def test_the_same_element_several_times(decoder):
    """Its values in their order, at the place of the first one."""
    learn10(decoder, template(256, [(8, 4), (2, 1), (8, 4), (8, 4)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes.fromhex("C0000201 07 C0000202 C0000203"))), "r1")
    assert message["flows"] == [{"sourceIPv4Address": ["192.0.2.1", "192.0.2.2", "192.0.2.3"], "packetDeltaCount": 7}]
    assert list(message["flows"][0]) == ["sourceIPv4Address", "packetDeltaCount"]
    assert message["problems"] == []


@pytest.mark.fault("IX-39")
@pytest.mark.parametrize(
    "transport",
    [
        pytest.param("udp", marks=pytest.mark.conformance("IPFIX-8.4-02")),
        pytest.param("tcp", marks=pytest.mark.conformance("IPFIX-8.1-07")),
        pytest.param("sctp", marks=pytest.mark.conformance("IPFIX-8.1-07")),
        "file",
    ],
)
def test_the_same_definition_again_is_a_refresh(decoder, transport):
    """On a stream the event is what the caller may log, over UDP it is no news; a problem it is in neither."""
    learn10(decoder, exportTime=1000)
    octets = ipfix_message(set_of(2, template(256, FIELDS)), set_of(256, record(1)), exportTime=1600)
    message = decoder.decode(octets, "r1", transport=transport)
    assert (events(message), message["problems"]) == ([("refreshed", 256)], [])
    assert message["flows"] == [flow(1)]
    (row,) = decoder.templates()
    assert (row["learned"], row["refreshed"]) == (1000, 1600)


def test_a_definition_spelled_otherwise_is_a_refresh(decoder):
    """Enterprise number 0 is IANA's number space with or without the enterprise bit."""
    learn10(decoder)
    message = taught(decoder, template(256, [(0, 8, 4), (12, 4), (2, 4)]))
    assert (events(message), message["flows"]) == ([("refreshed", 256)], [flow(1)])


@pytest.mark.fault("IX-40")
@pytest.mark.parametrize(
    ("transport", "event", "problems"),
    [
        pytest.param("udp", "replaced", [], marks=pytest.mark.conformance("IPFIX-8.4-01")),
        pytest.param("tcp", "conflict", [CONFLICT], marks=pytest.mark.conformance("IPFIX-8.1-08")),
        pytest.param("sctp", "conflict", [CONFLICT], marks=pytest.mark.conformance("IPFIX-8.1-08")),
        ("file", "replaced", []),  # RFC 5655 §7.1: a file may define an id anew
    ],
)
def test_another_definition_of_a_known_id(decoder, transport, event, problems):
    """The newer one holds at once, for the rest of its message and later ones."""
    learn10(decoder)
    message = taught(decoder, template(256, SWAPPED), transport=transport)
    assert (events(message), message["problems"]) == ([(event, 256)], problems)
    changed = message["templates"][0]["changed"]
    assert changed == {"added": [], "removed": [], "moved": True, "scope_count": None}
    assert message["flows"] == [SWAPPED_FLOW]
    later = decoder.decode(ipfix_message(set_of(256, record(1))), "r1", transport=transport)
    assert later["flows"] == [SWAPPED_FLOW]


@pytest.mark.conformance("IPFIX-8-09")
@pytest.mark.parametrize(("transport", "event"), [("udp", "replaced"), ("tcp", "conflict")])
def test_data_and_options_templates_share_their_ids(decoder, transport, event):
    flows, data = set_of(2, template(256, FIELDS)), set_of(256, record(1))
    options = set_of(3, options_template(256, [(141, 4)], [(41, 4), (42, 4)]))
    message = decoder.decode(ipfix_message(flows, data, options, data, flows, data), "r1", transport=transport)
    assert events(message) == [("learned", 256), (event, 256), (event, 256)]
    assert message["flows"] == [flow(1), flow(1)]
    assert message["options"] == [
        {
            "scope": {"lineCardId": 0xC0000201},
            "exportedMessageTotalCount": 0xC6336401,
            "exportedFlowRecordTotalCount": 10,
        }
    ]
    assert len(known(decoder)) == 1


@pytest.mark.conformance("IPFIX-11.4-01")
def test_more_templates_than_an_exporter_may_have(make_decoder):
    decoder = make_decoder(limits=Limits(templates_per_exporter=2))
    message = taught(decoder, template(256, FIELDS), template(257, [(8, 4)]), template(258, [(8, 4)]))
    assert events(message) == [("learned", 256), ("learned", 257), ("rejected", 258)]
    assert message["flows"] == [flow(1)]
    (problem,) = message["problems"]
    assert (problem["code"], problem["limit"], problem["template_id"]) == ("limit", "templates_per_exporter", 258)
    assert events(taught(decoder, template(257, SWAPPED))) == [("replaced", 257)]  # known ids may still change
