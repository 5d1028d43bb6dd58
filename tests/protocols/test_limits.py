"""Bounds of work and output for one datagram, and of state for one decoder: met, reported, and no more."""

import pytest

from netflowparse import Decoder, Limits, UsageError, WrongType
from tests.message_builder import VARIABLE, ipfix_message, netflow9_datagram, set_of, template
from tests.protocols.messages import FIELDS, codes, events, flow, learn9, learn10, record


@pytest.mark.fault("RS-22")
@pytest.mark.conformance("IPFIX-11.4-01")
def test_problems_are_capped_and_counted(decoder):
    learn10(decoder)
    reserved = set_of(4, b"") * 16000
    message = decoder.decode(ipfix_message(reserved, set_of(256, record(1))), "r1")
    assert message["flows"] == [flow(1)]
    assert len(message["problems"]) == 201
    assert set(codes(message)[:200]) == {"unknown_set"}
    last = message["problems"][-1]
    assert (last["code"], last["limit"], last["count"]) == ("limit", "problems", 16000 - 200)
    assert last["offset"] == 16 + 4 * 200
    assert "malformed" not in last


def test_damage_beyond_the_cap_still_flags_the_message(make_decoder):
    decoder = make_decoder(limits=Limits(problems=1))
    learn10(decoder)
    message = decoder.decode(
        ipfix_message(set_of(4, b"\1"), set_of(2, template(257, [], count=5)), set_of(256, record(1))), "r1"
    )
    assert (codes(message), message["flows"]) == (["unknown_set", "limit"], [flow(1)])
    assert message["problems"][1]["malformed"] is True


@pytest.mark.conformance("IPFIX-11.4-01")
def test_bad_values_are_capped_and_counted(make_decoder):
    decoder = make_decoder(limits=Limits(problems=5))
    learn10(decoder, template(256, [(276, 1)]))
    message = decoder.decode(ipfix_message(set_of(256, b"\7" * 1000)), "r1")
    assert message["flows"] == [{"dataRecordsReliability": None}] * 1000
    assert codes(message) == ["bad_value"] * 5 + ["limit"]
    assert message["problems"][5]["count"] == 995


@pytest.mark.fault("RS-10")
@pytest.mark.conformance("IPFIX-11.4-01")
@pytest.mark.parametrize("values", [64, 65, 66, 65 * 3, 65 * 1009 - 1, 65 * 1009])
def test_values_of_fields_without_octets(make_decoder, values):
    decoder = make_decoder(limits=Limits(values=values))
    learn9(decoder, template(256, [(1, 0)] * 64 + [(4, 1)]))
    message = decoder.decode(netflow9_datagram(set_of(256, b"\x06" * 1009)), "r1")
    most = values // 65
    assert len(message["flows"]) == most
    if most == 1009:
        assert message["problems"] == []
    else:
        (problem,) = message["problems"]
        assert (problem["code"], problem["limit"], problem["offset"]) == ("limit", "values", 24 + most)
        assert problem["length"] == 1009 - most
        assert "malformed" not in problem


@pytest.mark.fault("RS-10")
def test_the_default_stops_the_multiplication():
    decoder = Decoder()  # the reference engine would take seconds
    learn9(decoder, template(256, [(1, 0)] * 64 + [(4, 1)]))
    message = decoder.decode(netflow9_datagram(set_of(256, b"\x06" * 60000)), "r1")
    assert len(message["flows"]) == Limits().values // 65
    assert codes(message) == ["limit"]


@pytest.mark.fault("A-017")
@pytest.mark.conformance("IPFIX-11.4-01")
def test_values_are_counted_over_all_sets(make_decoder):
    decoder = make_decoder(limits=Limits(values=7))
    learn10(decoder)
    sets = [set_of(256, record(number)) for number in range(1, 5)]
    message = decoder.decode(ipfix_message(*sets), "r1")
    assert message["flows"] == [flow(1), flow(2)]
    assert [(each["code"], each["offset"]) for each in message["problems"]] == [
        ("limit", 16 + 32 + 4),
        ("limit", 16 + 48 + 4),
    ]
    assert decoder.decode(ipfix_message(*sets[:2]), "r1")["problems"] == []  # each datagram has its own


@pytest.mark.fault("RS-12")
def test_empty_values_one_octet_each(decoder, compiled):
    count = 65000 if compiled else 6500
    learn10(decoder, template(256, [(82, VARIABLE)]))
    message = decoder.decode(ipfix_message(set_of(256, bytes(count))), "r1")
    assert message["flows"] == [{"interfaceName": ""}] * count
    assert message["problems"] == []


@pytest.mark.fault("RS-13")
def test_one_element_a_thousand_times(decoder):
    learn10(decoder, template(256, [(4, 1)] * 1000))
    message = decoder.decode(ipfix_message(set_of(256, bytes(number % 256 for number in range(3000)))), "r1")
    assert [each["protocolIdentifier"][:3] for each in message["flows"]] == [
        [0, 1, 2],
        [232, 233, 234],
        [208, 209, 210],
    ]
    assert all(len(each["protocolIdentifier"]) == 1000 for each in message["flows"])


@pytest.mark.fault("RS-06", "RS-07")
def test_storms_of_withdrawals(decoder):
    one, every = set_of(2, b"\1\0\0\0" * 4000), set_of(2, b"\0\2\0\0") * 2000
    for storm in (one, every):
        message = decoder.decode(ipfix_message(storm), "r1", transport="tcp")
        assert {event for event, _ in events(message)} == {"withdrawal_ignored"}
        assert len(message["problems"]) <= Limits().problems + 1


@pytest.mark.conformance("IPFIX-11.4-01")
def test_octets_that_problems_quote(make_decoder):
    decoder = make_decoder(limits=Limits(sample_octets=3))
    (problem,) = decoder.decode(ipfix_message(set_of(256, bytes(range(100)))), "r1")["problems"]
    assert (problem["octets"], problem["length"]) == ("000102", 100)


@pytest.mark.conformance("IPFIX-11.4-01")
def test_the_exporter_unheard_of_for_longest_is_forgotten(make_decoder):
    decoder = make_decoder(limits=Limits(exporters=2))
    learn = ipfix_message(set_of(2, template(256, FIELDS)))
    for exporter in ("r1", "r2", "r1", "r3"):
        decoder.decode(learn, exporter)
    assert [row["exporter"] for row in decoder.templates()] == ["r1", "r3"]


@pytest.mark.fault("RS-02", "RS-18")
@pytest.mark.conformance("IPFIX-11.4-01")
def test_the_oldest_domain_is_forgotten(make_decoder):
    decoder = make_decoder(limits=Limits(domains_per_exporter=2, templates_per_exporter=2))
    for domain in (1, 2, 3):
        message = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS)), observationDomainId=domain), "r1")
        assert events(message) == [("learned", 256)]
    assert [row["domain"] for row in decoder.templates()] == [2, 3]


@pytest.mark.parametrize("value", [0, -1])
def test_limits_that_allow_nothing(value):
    with pytest.raises(UsageError, match="at least 1"):
        Limits(values=value)


@pytest.mark.parametrize("value", ["5", 1.0, True, None])
def test_limits_of_the_wrong_kind(value):
    with pytest.raises(WrongType, match="expected an int"):
        Limits(values=value)
