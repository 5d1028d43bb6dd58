"""Failures that other decoders have had, as far as no bad input of another file would show them here."""

from typing import Any

import pytest

from tests.list_builder import ALL_OF, MULTI, entry, field, multi_list, u16
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn9, learn10, record
from tests.protocols.sflow.structures import flow_record
from tests.sflow_builder import datagram, flow_sample, sample

HEADER = 16  # octets of an IPFIX message's


@pytest.mark.fault("A-003")
@pytest.mark.parametrize("there", [1, 4, 1_003])
def test_data_shorter_than_a_record_of_a_long_template(decoder: Any, there: int) -> None:
    """Of either kind; the sets behind it are read."""
    learn9(decoder, template(300, [(1, 4), (82, 1_000)]))
    learn9(decoder, netflow9_options_template(301, [(1, 4)], [(82, 1_000)]), set_id=1)
    learn9(decoder)
    sets = (set_of(number, b"\x41" * there) for number in (300, 301))
    message = decoder.decode(netflow9_datagram(*sets, set_of(256, record(1))), "r1")
    assert (message["flows"], message["options"], message["problems"]) == ([flow(1)], [], [])


@pytest.mark.fault("A-041")
@pytest.mark.parametrize("count", [129, 285])
def test_templates_of_many_fields(decoder: Any, count: int) -> None:
    learn9(decoder, template(256, [*FIELDS, *[(21_000 + number, 1) for number in range(count - len(FIELDS))]]))
    octets = bytes(number % 256 for number in range(count - len(FIELDS)))
    message = decoder.decode(netflow9_datagram(set_of(256, record(1) + octets)), "r1")
    others = {f"ie{21_000 + number}": f"{octet:02x}" for number, octet in enumerate(octets)}
    assert (message["flows"], message["problems"]) == ([{**flow(1), **others}], [])


@pytest.mark.fault("A-059")
def test_domains_are_numbered_apart_and_templates_end_one_by_one(make_decoder: Any) -> None:
    """Two domains whose numbers have nothing in common; of two templates only one is repeated."""
    decoder = make_decoder(template_lifetime=100)
    first, second = (set_of(2, template(number, FIELDS)) for number in (256, 257))
    numbers = {1: 1_000_000, 2: 7}

    def send(seconds: int, *sets: bytes) -> list[Any]:
        messages = []
        for domain in numbers:
            header = {"observationDomainId": domain, "sequenceNumber": numbers[domain]}
            message = decoder.decode(ipfix_message(*sets, exportTime=EXPORT_TIME + seconds, **header), "r1")
            assert message["sequence"]["event"] in ("first", "in_order")
            numbers[domain] += len(message["flows"])
            messages.append(message)
        return messages

    send(0, first, second)
    send(90, second)
    for message in send(101, set_of(256, record(1)), set_of(257, record(2))):
        assert (message["flows"], codes(message)) == ([flow(2)], ["missing_template"])
        assert message["problems"][0]["template_id"] == 256
    assert [(row["domain"], row["template_id"]) for row in decoder.templates()] == [(1, 257), (2, 257)]


@pytest.mark.fault("A-063")
def test_counters_of_firewalls_and_fractions_of_seconds(decoder: Any) -> None:
    """initiatorOctets and responderOctets by their numbers, and a fraction that no float holds exactly."""
    fields = [(231, 8), (232, 8), (156, 8)]
    learn10(decoder, template(300, fields))
    body = (2**63 + 1).to_bytes(8, "big") + (7).to_bytes(8, "big") + bytes.fromhex("E9848D00 FFFFFFFF")
    message = decoder.decode(ipfix_message(set_of(300, body)), "r1")
    time = (0xE9848D00 - 2_208_988_800) * 10**9 + 999_999_999
    expected = {"initiatorOctets": 2**63 + 1, "responderOctets": 7, "flowStartNanoseconds": time}
    assert (message["flows"], message["problems"]) == ([expected], [])


@pytest.mark.fault("A-070")
def test_an_options_template_behind_four_templates(decoder: Any) -> None:
    """In FlowSets next to each other: the last template before the change of kinds is learned, and no other ids are."""
    fields = {256: FIELDS, 257: [(8, 4)], 258: [(12, 4), (1, 8)], 259: [(2, 4)]}
    flows = set_of(0, b"".join(template(*each) for each in fields.items()))
    options = set_of(1, netflow9_options_template(260, [(1, 4)], [(34, 4)]))
    message = decoder.decode(netflow9_datagram(flows, options, set_of(259, bytes(3) + b"\7")), "r1")
    assert events(message) == [("learned", number) for number in range(256, 261)]
    assert {number: len(each) for number, each in known(decoder).items()} == {256: 3, 257: 1, 258: 2, 259: 1, 260: 2}
    assert (message["flows"], message["problems"]) == ([{"packetDeltaCount": 7}], [])


@pytest.mark.fault("A-075")
def test_nothing_of_a_sample_is_left_for_the_next(decoder: Any) -> None:
    gateway = {"nexthop": "192.0.2.1", "as": 65000, "src_as": 65001, "src_peer_as": 65002}
    gateway |= {"dst_as_path": [{"type": 2, "asns": [65003]}], "communities": [5], "localpref": 100}
    record_of_it, queue = flow_record("extended_gateway", gateway), flow_record("extended_egress_queue", {"queue": 7})
    samples = [flow_sample(each, source_id=(0, 1)) for each in ([record_of_it, queue], [queue], [record_of_it, queue])]
    first, second, third = decoder.decode(datagram([sample(0, 1, each) for each in samples]), "r1")["flows"]
    assert first["extended_gateway"] == third["extended_gateway"] == gateway
    assert first["bgpSourceAsNumber"] == third["bgpSourceAsNumber"] == 65001
    assert second["extended_egress_queue"] == {"queue": 7}
    assert [key for key in second if key.startswith(("bgp", "extended_gateway"))] == []


@pytest.mark.fault("A-076")
def test_each_text_is_checked_by_its_own_length(decoder: Any) -> None:
    """Names, descriptions: a long text with characters of 2 octets beside short ones, one of them ill-formed."""
    learn10(decoder, template(300, [(82, VARIABLE), (83, VARIABLE), (96, VARIABLE), (94, VARIABLE)]))
    texts = ("ä", "ß" * 300, "", "n")
    whole = b"".join(variable(text.encode()) for text in texts)
    spoiled = variable(b"a\xc3") + variable(("ß" * 300).encode()) + variable(b"\xa4") + variable(b"n")
    message = decoder.decode(ipfix_message(set_of(300, whole + spoiled + whole)), "r1")
    names = ("interfaceName", "interfaceDescription", "applicationName", "applicationDescription")
    good = dict(zip(names, texts, strict=True))
    assert message["flows"] == [good, {**good, "interfaceName": "a\\xc3", "applicationName": "\\xa4"}, good]
    at = HEADER + 4 + len(whole) + 1
    assert [(each["code"], each["element"], each["offset"]) for each in message["problems"]] == [
        ("bad_value", "interfaceName", at),
        ("bad_value", "applicationName", at + 2 + 3 + 600 + 1),
    ]


@pytest.mark.fault("A-079")
def test_every_time_is_its_own_and_none_is_made_up(decoder: Any) -> None:
    """A version 9 template with times of other elements than sysUpTime alone."""
    fields = [(150, 4), (151, 4), (152, 8), (153, 8), (322, 4), (323, 8)]
    times = [EXPORT_TIME - 9, EXPORT_TIME - 1, 1_709_240_311_001, 1_709_240_319_999, EXPORT_TIME, 1_709_240_320_500]
    body = b"".join(time.to_bytes(length, "big") for time, (_, length) in zip(times, fields, strict=True))
    learn9(decoder, template(300, fields), template(301, [(2, 4)]))
    message = decoder.decode(netflow9_datagram(set_of(300, body), set_of(301, b"\0\0\0\7")), "r1")
    names = [f"flow{end}{unit}" for unit in ("Seconds", "Milliseconds") for end in ("Start", "End")]
    names += ["observationTimeSeconds", "observationTimeMilliseconds"]
    assert message["flows"] == [dict(zip(names, times, strict=True)), {"packetDeltaCount": 7}]
    assert message["problems"] == []


@pytest.mark.fault("A-100")
def test_entries_of_templates_without_octets_and_empty_ones(decoder: Any) -> None:
    """Each entry of a list is one of what comes out, and none leads past the list."""
    learn10(decoder, template(300, [(7, 2), (11, 2)]), template(303, [(210, 0)]))
    learn10(decoder, template(400, [(MULTI, VARIABLE), (4, 1)]))
    entries = [entry(303, b"abc"), entry(300), entry(300, u16(1) * 2), entry(303), entry(300, u16(2) * 2)]
    body = field(multi_list(ALL_OF, entries)) + b"\x06"
    message = decoder.decode(ipfix_message(set_of(400, body)), "r1")
    assert_plain(message)
    ports = [{"sourceTransportPort": each, "destinationTransportPort": each} for each in (1, 2)]
    (found,) = message["flows"]
    assert found["subTemplateMultiList"]["entries"] == [
        {"template_id": 303, "octets": "616263"},
        {"template_id": 300, "records": []},
        {"template_id": 300, "records": [ports[0]]},
        {"template_id": 303, "records": []},
        {"template_id": 300, "records": [ports[1]]},
    ]
    assert found["protocolIdentifier"] == 6
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"], problem["length"]) == ("no_progress", HEADER + 4 + 3 + 1 + 4, 3)
