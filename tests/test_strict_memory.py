"""A damaged datagram that strict mode refuses leaves no trace: templates, facts, waiting sets and history stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, ExporterSettings, Limits
from tests.message_builder import EXPORT_TIME, VARIABLE, ipfix_message, options_template, set_of, template, variable
from tests.protocols.messages import FIELDS, codes, events, known, learn10, malformed
from tests.strict_decoders import CUT, DESCRIPTION, STORED, WHOLE, names, refused


@pytest.mark.conformance("IPFIX-9.1-01")
def test_nothing_is_known_of_an_exporter_that_sends_damage_alone(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(strict=True)
    refused(decoder, names(1, CUT))
    assert repr(decoder) == "<Decoder: 0 exporters>"
    assert decoder.decode(names(1, b"\4eth0"), "r1")["flows"] == [{"interfaceName": "eth0"}]


@pytest.mark.conformance("IPFIX-9.1-01")
def test_facts_and_refreshed_templates_of_a_damaged_message_do_not_count(make_decoder: Callable[..., Decoder]) -> None:
    """The first message says that sampler 7 takes 1 in 100, the second 1 in 200; it would refresh the template, too."""

    def said(interval: int, *more: bytes, **header: Any) -> bytes:
        teaching = set_of(3, options_template(258, [(48, 1)], [(50, 4)]))  # samplerId, samplerRandomInterval
        return ipfix_message(teaching, set_of(258, b"\7" + interval.to_bytes(4, "big")), *more, **header)

    decoder = make_decoder(strict=True)
    decoder.decode(said(100), "r1")
    refused(decoder, said(200, set_of(258, b"", length=2), exportTime=EXPORT_TIME + 60, sequenceNumber=1))
    (fact,) = decoder.knowledge("r1")
    assert (fact["samplingInterval"], fact["time"]) == (100, EXPORT_TIME)
    (row,) = decoder.templates()
    assert row["refreshed"] == EXPORT_TIME
    following = decoder.decode(said(300, exportTime=EXPORT_TIME + 60, sequenceNumber=1), "r1")
    assert following["sequence"] == {"expected": 1, "missing": 0, "event": "in_order"}


def test_damage_is_not_heard(make_decoder: Callable[..., Decoder]) -> None:
    """The exporter, or domain, not heard of for longest makes room: damage is no sign of life."""
    decoder = make_decoder(strict=True, limits=Limits(exporters=2))
    for exporter in ("r1", "r2"):
        decoder.decode(ipfix_message(), exporter)
    refused(decoder, names(1, CUT), "r1")
    decoder.decode(ipfix_message(), "r3")
    assert [row["exporter"] for row in decoder.statistics()] == ["r2", "r3"]

    decoder = make_decoder(strict=True, limits=Limits(domains_per_exporter=2))
    for number in (1, 2):
        decoder.decode(ipfix_message(observationDomainId=number), "r1")
    refused(decoder, names(1, CUT))
    decoder.decode(ipfix_message(observationDomainId=3), "r1")
    assert [row["domain"] for row in decoder.statistics()] == [2, 3]


@pytest.mark.parametrize("history", [False, True])
def test_a_new_domain_makes_room_for_its_templates(make_decoder: Callable[..., Decoder], history: bool) -> None:
    """Of one domain and one template: the damage is read by the second domain's, once the first one is gone."""
    limits = Limits(domains_per_exporter=1, templates_per_exporter=1, pending_octets_per_exporter=1)
    decoder = make_decoder(strict=True, limits=limits, history=history)
    learn10(decoder)
    refused(decoder, names(2, CUT))  # with a history it is read at once, for there is no room to wait
    assert known(decoder) == {256: STORED}
    message = decoder.decode(names(2, b"\4eth0"), "r1")
    assert message["flows"] == [{"interfaceName": "eth0"}]
    assert known(decoder) == {257: [(0, 82, "variable")]}


def test_a_new_domain_makes_room_for_former_templates(make_decoder: Callable[..., Decoder]) -> None:
    """With a history the first domain has two definitions of 256; without it there is room for two of the second."""
    limits = Limits(domains_per_exporter=1, templates_per_exporter=2, pending_octets_per_exporter=1)
    decoder = make_decoder(strict=True, limits=limits, history=True)
    learn10(decoder)
    learn10(decoder, template(256, DESCRIPTION), exportTime=EXPORT_TIME + 1)
    refused(decoder, names(2, CUT, set_of(2, template(256, FIELDS))))


def test_a_new_domain_makes_room_for_former_facts(make_decoder: Callable[..., Decoder]) -> None:
    """The first domain has two facts: when its template was seen, and a name; the second one as many templates."""
    limits = Limits(domains_per_exporter=1, facts_per_exporter=2, pending_octets_per_exporter=1)
    decoder = make_decoder(strict=True, limits=limits, history=True)
    learn10(decoder, options_template(258, [(10, 4)], DESCRIPTION), set_id=3)
    decoder.decode(ipfix_message(set_of(258, bytes((0, 0, 0, 7)) + variable(b"eth7"))), "r1")
    assert [row["interfaceName"] for row in decoder.knowledge("r1")] == ["eth7"]
    refused(decoder, names(2, CUT, set_of(2, template(256, FIELDS))))


def test_a_template_that_is_refused_reads_no_damage(make_decoder: Callable[..., Decoder]) -> None:
    """Template 256 is known, and only repeated; for 257 there is no room, so that its data waits."""
    decoder = make_decoder(strict=True, limits=Limits(templates_per_exporter=1))
    learn10(decoder)
    message = decoder.decode(names(1, CUT, set_of(2, template(256, FIELDS))), "r1")
    assert events(message) == [("refreshed", 256), ("rejected", 257)]
    assert codes(message) == ["limit", "missing_template"]


@pytest.mark.conformance("IPFIX-9.1-01")
@pytest.mark.parametrize("withdrawn", ["0002 0000", "0100 0000"], ids=["all", "one"])
def test_withdrawals(make_decoder: Callable[..., Decoder], withdrawn: str) -> None:
    """A damaged message withdraws nothing; that it would have made room for its own template is seen all the same."""
    decoder = make_decoder(strict=True, limits=Limits(templates_per_exporter=2))
    learn10(decoder)
    learn10(decoder, options_template(258, [(149, 4)], DESCRIPTION), set_id=3)
    withdrawal = set_of(2, bytes.fromhex(withdrawn))
    refused(decoder, names(1, CUT, withdrawal, withdrawal), transport="tcp")
    assert sorted(known(decoder)) == [256, 258]
    message = decoder.decode(names(1, CUT, withdrawal), "r1")  # which UDP does not obey
    assert events(message) == [("withdrawal_ignored", int(withdrawn[:4], 16)), ("rejected", 257)]
    refused(decoder, ipfix_message(withdrawal, set_of(258, bytes(4) + CUT)), transport="tcp")  # of the other kind
    message = decoder.decode(ipfix_message(withdrawal, set_of(256, CUT)), "r1", transport="tcp")
    assert events(message) == [("withdrawn", 256)]
    assert codes(message) == ["missing_template"]
    assert list(known(decoder)) == [258]


@pytest.mark.parametrize("asked", [False, True])
def test_withdrawn_fields_make_room(make_decoder: Callable[..., Decoder], asked: bool) -> None:
    """Of 6 fields there are 5; 257 has 2, so that its damage is read once the 3 of 256 are withdrawn, not before."""
    decoder = make_decoder(strict=True, limits=Limits(template_fields_per_exporter=6))
    learn10(decoder)  # 3 fields
    learn10(decoder, options_template(258, [(149, 4)], DESCRIPTION), set_id=3)  # 2
    before = [WHOLE] if asked else []
    two = set_of(2, template(257, [(82, VARIABLE), (82, VARIABLE)])), set_of(257, CUT)
    refused(decoder, ipfix_message(*before, set_of(2, bytes.fromhex("0002 0000")), *two), transport="tcp")
    message = decoder.decode(ipfix_message(*before, *two), "r1", transport="tcp")
    assert codes(message) == ["limit", "missing_template"]
    four = set_of(2, template(257, [(82, VARIABLE)] * 4)), set_of(257, CUT)
    refused(decoder, ipfix_message(*before, set_of(2, bytes.fromhex("0002 0000")), *four), transport="tcp")
    five = set_of(2, template(257, [(82, VARIABLE)] * 5)), set_of(257, CUT)
    message = decoder.decode(ipfix_message(set_of(2, bytes.fromhex("0002 0000")), *five), "r1", transport="tcp")
    assert codes(message) == ["limit", "missing_template"]


def test_lifetime(make_decoder: Callable[..., Decoder]) -> None:
    """After 60 s the template is not in force: its data is not damaged but waits; up to then it is."""
    decoder = make_decoder(strict=True, template_lifetime=60)
    learn10(decoder, template(257, DESCRIPTION))
    data = set_of(257, CUT)
    refused(decoder, ipfix_message(data, exportTime=EXPORT_TIME + 60))
    refused(decoder, ipfix_message(data, set_of(257, b"", length=1), exportTime=EXPORT_TIME + 61))
    assert list(known(decoder)) == [257]
    message = decoder.decode(ipfix_message(data, exportTime=EXPORT_TIME + 61), "r1")
    assert codes(message) == ["missing_template"]
    assert known(decoder) == {}


def test_data_before_its_template(make_decoder: Callable[..., Decoder]) -> None:
    """In one message it is damage of that message; what waited since an earlier one is that one's, which is over."""
    decoder, data, teaching = make_decoder(strict=True), set_of(257, CUT), set_of(2, template(257, DESCRIPTION))
    refused(decoder, ipfix_message(data, teaching))
    assert codes(decoder.decode(ipfix_message(data), "r1")) == ["missing_template"]
    refused(decoder, ipfix_message(teaching, set_of(257, b"", length=1)))
    message = decoder.decode(ipfix_message(teaching), "r1")
    assert (codes(message), events(message)) == ([], [("learned", 257)])
    (late,) = message["late"]
    assert (codes(late), malformed(late)) == (["truncated_record"], True)


@pytest.mark.conformance("IPFIX-9.1-01")
@pytest.mark.parametrize("history", [True, 60])
def test_history(make_decoder: Callable[..., Decoder], history: bool | int) -> None:
    """Lengths of sets are looked at when they come; what is in data sets when they are read, which raises nothing."""
    decoder = make_decoder(strict=True, history=history)
    decoder.decode(names(1, b"\4eth0"), "r1")
    for damaged in (
        names(1, CUT, length=200, sequenceNumber=1),
        names(1, CUT, set_of(2, bytes.fromhex("0002 0000")), length=200),
        names(1, CUT, set_of(2, template(258, FIELDS, count=9)), exportTime=EXPORT_TIME + 100),
    ):
        refused(decoder, damaged)
        refused(decoder, damaged, transport="tcp")
    decoder.decode(names(1, CUT, sequenceNumber=1), "r1")
    first, second = decoder.flush()
    assert (first["flows"], codes(first)) == ([{"interfaceName": "eth0"}], [])
    assert (second["flows"], codes(second), malformed(second)) == ([], ["truncated_record"], True)


def test_history_without_room_to_wait(make_decoder: Callable[..., Decoder]) -> None:
    """Then data is read at once, by what is known of its time."""
    decoder = make_decoder(strict=True, history=True, limits=Limits(pending_octets_per_exporter=1))
    first, second = template(257, FIELDS), template(257, DESCRIPTION)
    for after, each in ((0, first), (20, second), (40, first)):
        learn10(decoder, each, exportTime=EXPORT_TIME + after)
    cut = set_of(257, CUT)  # less than a record of FIELDS: padding
    for after, whole in ((10, True), (30, False), (50, True)):
        octets = ipfix_message(cut, exportTime=EXPORT_TIME + after)
        if whole:
            assert codes(decoder.decode(octets, "r1")) == []
        else:
            refused(decoder, octets)
    withdrawal = ipfix_message(set_of(2, bytes.fromhex("0002 0000")), exportTime=EXPORT_TIME + 25)
    decoder.decode(withdrawal, "r1", transport="tcp")
    assert codes(decoder.decode(ipfix_message(cut, exportTime=EXPORT_TIME + 30), "r1")) == ["limit", "missing_template"]
    refused(decoder, ipfix_message(cut, exportTime=EXPORT_TIME + 22))


def test_history_goes_on_where_times_wrap(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(strict=True, history=True, limits=Limits(pending_octets_per_exporter=1))
    learn10(decoder, template(257, DESCRIPTION), exportTime=2**32 - 10)
    refused(decoder, ipfix_message(set_of(257, CUT), exportTime=10))


def test_what_exporters_show_of_their_timestamps(make_decoder: Callable[..., Decoder]) -> None:
    """50 fractions that count microseconds switch a rule on; those of a damaged message do not count."""
    decoder = make_decoder(strict=True)
    low = (EXPORT_TIME + 2_208_988_800).to_bytes(4, "big") + (999_999).to_bytes(4, "big")
    teaching = set_of(2, template(257, [(154, 8)]))  # flowStartMicroseconds
    decoder.decode(ipfix_message(teaching, set_of(257, low * 40)), "r1")
    refused(decoder, ipfix_message(set_of(257, low * 60), set_of(257, b"", length=1), sequenceNumber=40))
    one = decoder.decode(ipfix_message(set_of(257, low), sequenceNumber=40), "r1")
    assert one["quirks"] == []
    # 999999 / 2^32 s, its low 11 bits cleared, are 232 µs (RFC 7011 §6.1.9)
    assert one["flows"] == [{"flowStartMicroseconds": EXPORT_TIME * 1_000_000 + 232}]


def test_exporters_under_another_address(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(strict=True, exporters={"192.0.2.1": ExporterSettings(quirks="auto")})
    decoder.decode(ipfix_message(set_of(2, template(257, DESCRIPTION))), "192.0.2.1")
    error = refused(decoder, ipfix_message(set_of(257, CUT)), "::ffff:192.0.2.1")
    assert error.offset == 20
