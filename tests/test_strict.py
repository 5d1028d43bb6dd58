"""Strict mode: structural damage raises and leaves no trace; what is whole decodes as ever.  RFC 7011 §9.1."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import (
    Decoder,
    ExporterSettings,
    Limits,
    MalformedMessage,
    TruncatedDatagram,
    UnknownVersion,
    WrongType,
)
from netflowparse.state import trial
from netflowparse.state.exporters import ExporterStore
from netflowparse.state.trial import TrialStore
from netflowparse.template import FieldSpecifier, Template
from tests import sflow_builder as sflow
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn9, learn10, malformed, record
from tests.strategies import sflow_datagrams, spoiled

DESCRIPTION = [(82, VARIABLE)]  # interfaceName
WHOLE = set_of(256, record(1))  # 16 octets
STORED = [(0, 8, 4), (0, 12, 4), (0, 2, 4)]  # what the decoder says of FIELDS


def state(decoder: Decoder) -> dict[str, Any]:
    """All that a decoder remembers: what it tells, and every object behind that."""
    return {
        "snapshot": decoder.snapshot(pending=True),
        "statistics": decoder.statistics(),
        "templates": decoder.templates(),
        "pending": decoder.pending(),
        "knowledge": [decoder.knowledge(exporter) for exporter in ("r1", "r2", "r3")],
        "objects": pickle.dumps(decoder),
    }


def refused(decoder: Decoder, octets: bytes, exporter: Any = "r1", **circumstances: Any) -> MalformedMessage:
    """What is raised for a datagram, which changes nothing."""
    before = state(decoder)
    with pytest.raises(MalformedMessage) as caught:
        decoder.decode(octets, exporter, **circumstances)
    assert state(decoder) == before
    return caught.value


class Damage(NamedTuple):
    """A datagram that is damaged: the first problem of that kind, and what is intact beside it."""

    octets: bytes
    protocol: str
    code: str
    offset: int
    flows: Sequence[dict[str, Any]] = ()
    taught: Sequence[int] = ()  # templates that are intact


# The header of IPFIX has 16 octets, that of v9 20, of v5 24; of a set 4; a record of FIELDS 12.
IPFIX_DAMAGE = {
    "message beyond its octets": Damage(ipfix_message(WHOLE, length=33), "ipfix", "truncated_message", 2, [flow(1)]),
    "set beyond its message": Damage(
        ipfix_message(WHOLE, set_of(256, record(2), length=17)), "ipfix", "truncated_set", 32, [flow(1), flow(2)]
    ),
    "set length below 4": Damage(
        ipfix_message(WHOLE, set_of(256, b"", length=3)), "ipfix", "bad_length", 32, [flow(1)]
    ),
    "set length of 0": Damage(ipfix_message(WHOLE, set_of(256, b"", length=0)), "ipfix", "bad_length", 32, [flow(1)]),
    "value beyond its set": Damage(
        ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, variable(b"ge") + b"\xfe" + bytes(10)), WHOLE),
        *("ipfix", "truncated_record", 35),  # 16 and 12, the head of a set, and the 3 octets of the first record
        *([{"interfaceName": "ge"}, flow(1)], [257]),
    ),
    "long value beyond its set": Damage(
        ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, b"\xff\xff\xff"), WHOLE),
        *("ipfix", "truncated_record", 32, [flow(1)], [257]),
    ),
    "length of a value beyond its set": Damage(
        ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, b"\xff\1"), WHOLE),
        *("ipfix", "truncated_record", 32, [flow(1)], [257]),
    ),
    "cut template": Damage(
        ipfix_message(set_of(2, template(257, FIELDS) + template(258, FIELDS, count=4)), WHOLE),
        *("ipfix", "bad_template", 36, [flow(1)], [257]),
    ),
    "cut options template": Damage(
        ipfix_message(set_of(3, options_template(257, [(149, 4)], FIELDS)[:-4]), WHOLE),
        *("ipfix", "bad_template", 20, [flow(1)]),
    ),
}
OTHER_DAMAGE = {
    "v9 set beyond its datagram": Damage(
        netflow9_datagram(WHOLE, set_of(256, record(2), length=17)),
        *("netflow9", "truncated_set", 36, [flow(1), flow(2)]),
    ),
    "v9 set length below 4": Damage(
        netflow9_datagram(WHOLE, set_of(256, b"", length=3)), "netflow9", "bad_length", 36, [flow(1)]
    ),
    "v9 cut template": Damage(
        netflow9_datagram(set_of(0, template(257, FIELDS) + template(258, FIELDS, count=4)), WHOLE),
        *("netflow9", "bad_template", 40, [flow(1)], [257]),
    ),
    "v9 options template of lengths that no fields have": Damage(
        netflow9_datagram(set_of(1, bytes.fromhex("0101 0003 0004 0001 0004 0022 0004")), WHOLE),
        *("netflow9", "bad_template", 24, [flow(1)]),
    ),
    "v5 count beyond its records": Damage(
        netflow5_datagram([netflow5_record()], count=2), "netflow5", "count_mismatch", 2
    ),
    "sFlow sample beyond its datagram": Damage(
        sflow.datagram([sflow.sample(0, 2, sflow.counters_sample([]), length=20)]), "sflow5", "truncated_sample", 28
    ),
    "sFlow sample shorter than its head": Damage(
        sflow.datagram([sflow.sample(0, 2, bytes(8))]), "sflow5", "truncated_sample", 28
    ),
    "sFlow record beyond its sample": Damage(
        sflow.one_counters(sflow.record(0, 1, b"", length=88)), "sflow5", "truncated_record", 48
    ),
    "sFlow count beyond its samples": Damage(sflow.datagram([], count=1), "sflow5", "count_mismatch", 28),
}
SPECIFICATIONS = {
    "ipfix": "RFC 7011 §9.1",
    "netflow9": "RFC 3954 §5",
    "netflow5": None,
    "sflow5": "sFlow version 5, section 5",
}


def taught(make_decoder: Callable[..., Decoder], **settings: Any) -> Decoder:
    """A decoder that knows template 256 of v9 and IPFIX, with a set that waits for 300 in each."""
    decoder = make_decoder(**settings)
    learn9(decoder)
    learn10(decoder)
    decoder.decode(netflow9_datagram(set_of(300, b"wait"), sequenceNumber=2), "r1")
    decoder.decode(ipfix_message(set_of(300, b"wait")), "r1")
    return decoder


@pytest.mark.conformance("IPFIX-9.1-01", "IPFIX-9.1-02", "IPFIX-9.1-03", "IPFIX-7-04")
@pytest.mark.parametrize("damage", [*IPFIX_DAMAGE.values(), *OTHER_DAMAGE.values()], ids=[*IPFIX_DAMAGE, *OTHER_DAMAGE])
def test_damage_in_both_modes(make_decoder: Callable[..., Decoder], damage: Damage) -> None:
    lenient = taught(make_decoder)
    message = lenient.decode(damage.octets, "r1")
    first = next(problem for problem in message["problems"] if problem.get("malformed"))
    assert (first["code"], first["offset"]) == (damage.code, damage.offset)
    if damage.protocol in ("ipfix", "netflow9"):
        assert message["flows"] == list(damage.flows)
    assert [number for event, number in events(message) if event == "learned"] == list(damage.taught)
    assert sum(row["malformed"] for row in lenient.statistics()) == 1

    strict = taught(make_decoder, strict=True)
    error = refused(strict, damage.octets)
    assert (error.offset, error.protocol, error.spec) == (
        damage.offset,
        damage.protocol,
        SPECIFICATIONS[damage.protocol],
    )
    assert str(error) == first["message"]
    assert known(strict) == {256: STORED}
    assert sum(row["malformed"] for row in strict.statistics()) == 0


HEADERS = {
    "no version": (b"\0", TruncatedDatagram),
    "version 11": (b"\0\x0b" + ipfix_message(WHOLE)[2:], UnknownVersion),
    "IPFIX header": (ipfix_message()[:15], TruncatedDatagram),
    "IPFIX length": (ipfix_message(WHOLE, length=15), MalformedMessage),
    "v9 header": (netflow9_datagram()[:19], TruncatedDatagram),
    "v5 header": (netflow5_datagram([])[:23], TruncatedDatagram),
    "sFlow header": (sflow.datagram([])[:27], TruncatedDatagram),
    "sFlow address": (sflow.datagram([], agent=sflow.u32(3) + bytes(16)), MalformedMessage),
}


@pytest.mark.conformance("IPFIX-9.1-01", "IPFIX-9.1-03")
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("octets", "error"), HEADERS.values(), ids=HEADERS)
def test_headers_that_give_no_message_change_nothing(
    make_decoder: Callable[..., Decoder], strict: bool, octets: bytes, error: type[Exception]
) -> None:
    decoder = taught(make_decoder, strict=strict)
    before = state(decoder)
    for exporter in ("r1", "r2"):
        with pytest.raises(error):
            decoder.decode(octets, exporter)
    assert state(decoder) == before


RELIABILITY = [(276, 1)]  # a boolean
SOUND = {
    "padding that is not zero": (ipfix_message(set_of(256, record(1) + b"\xff\xff\xff")), []),
    "a template that is not known": (ipfix_message(WHOLE, set_of(257, b"\xff")), ["missing_template"]),
    "a reserved set": (ipfix_message(WHOLE, set_of(4, b"abcd")), ["unknown_set"]),
    "octets behind the message": (ipfix_message(WHOLE) + b"junk", ["trailing_octets"]),
    "octets behind the last set": (ipfix_message(WHOLE, b"abc"), ["trailing_octets"]),
    "a reserved template id": (ipfix_message(set_of(2, template(255, FIELDS)), WHOLE), ["bad_template"]),
    "no scope": (ipfix_message(set_of(3, options_template(257, [], FIELDS))), ["bad_template"]),
    "more scope than fields": (
        ipfix_message(set_of(3, bytes.fromhex("0101 0001 0002 0095 0004"))),
        ["bad_template"],
    ),
    "a boolean of 7": (ipfix_message(set_of(2, template(257, RELIABILITY)), set_of(257, b"\7")), ["bad_value"]),
    "ill-formed text": (ipfix_message(set_of(2, template(257, DESCRIPTION)), set_of(257, b"\1\xff")), ["bad_value"]),
    "records without octets": (
        ipfix_message(set_of(2, template(257, [(1, 0)])), set_of(257, b"abcd")),
        ["no_progress"],
    ),
    "too many values": (ipfix_message(set_of(256, b"".join(map(record, range(1, 9))))), ["limit"]),
    "too many templates": (ipfix_message(set_of(2, b"".join(template(n, FIELDS) for n in (257, 258)))), ["limit"]),
    "v9 without fields": (netflow9_datagram(set_of(0, template(257, [])), sequenceNumber=3), ["bad_template"]),
    "v5 octets behind its records": (netflow5_datagram([netflow5_record()]) + b"junk", ["trailing_octets"]),
    "sFlow octets behind its samples": (sflow.datagram([]) + b"junk", ["trailing_octets"]),
}


@pytest.mark.conformance("IPFIX-9.1-03")
@pytest.mark.parametrize(("octets", "expected"), SOUND.values(), ids=SOUND)
def test_other_problems_raise_nothing(make_decoder: Callable[..., Decoder], octets: bytes, expected: list[str]) -> None:
    limits = Limits(values=12, templates_per_exporter=3)  # two of them are known
    lenient, strict = (taught(make_decoder, strict=each, limits=limits) for each in (False, True))
    message = strict.decode(octets, "r1")
    assert codes(message) == expected
    assert message == lenient.decode(octets, "r1")
    assert told(strict) == told(lenient)


def told(decoder: Decoder) -> dict[str, Any]:
    """What a decoder tells of what it remembers."""
    return {name: value for name, value in state(decoder).items() if name != "objects"}


def names(domain: int, value: bytes, *before: bytes, **header: Any) -> bytes:
    """A message that teaches template 257, interfaceName of variable length, and has *value* of it."""
    return ipfix_message(
        *before, set_of(2, template(257, DESCRIPTION)), set_of(257, value), observationDomainId=domain, **header
    )


CUT = b"\x09eth"  # 9 octets are promised


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


def test_a_withdrawal_on_trial() -> None:
    """Whoever withdraws, having asked for the template or not, leaves the live one alone."""
    live = ExporterStore(Limits())
    for number in (256, 257):
        live.domain("r1", "ipfix", 1).learn(Template("ipfix", number, None, (FieldSpecifier(0, 1, 4),)), b"", 0, "tcp")
    domain = TrialStore(live).domain("r1", "ipfix", 1)
    assert [each.template_id for each in domain.withdraw(256, options=False)] == [256]
    assert (domain.templates.get(256), domain.exporter.templates, domain.exporter.fields) == (None, 1, 1)
    assert domain.withdraw(256, options=False) == []
    known = live.domain("r1", "ipfix", 1)
    assert (list(known.templates), known.exporter.templates) == ([256, 257], 2)


@pytest.mark.parametrize("asked", [[], [256], [256, 257, 258]])
def test_a_withdrawal_of_all_on_trial(asked: list[int]) -> None:
    """Of 4 fields there are 4: 256 has one, 257 two, and 258, which is of the other kind and stays, one."""
    live = ExporterStore(Limits(template_fields_per_exporter=4))
    for number, scope, fields in ((256, None, 1), (257, None, 2), (258, 1, 1)):
        definition = Template("ipfix", number, scope, (FieldSpecifier(0, 1, 4),) * fields)
        assert live.domain("r1", "ipfix", 1).learn(definition, b"", 0, "tcp").event == "learned"
    domain = TrialStore(live).domain("r1", "ipfix", 1)
    for number in asked:
        assert domain.templates.get(number) is not None
    for withdrawn in [number for number in asked if number < 258], []:
        assert [each.template_id for each in domain.withdraw(None, options=False)] == withdrawn
        assert [number in domain.templates for number in (256, 257, 258)] == [False, False, True]
        assert (domain.templates.get(256), domain.exporter.templates) == (None, 1)
    assert domain.exporter.grow(1, 3) == ""
    assert (domain.exporter.templates, domain.exporter.fields) == (2, 4)
    assert domain.exporter.grow(1, 1) == "template_fields_per_exporter"
    known = live.domain("r1", "ipfix", 1)
    assert (list(known.templates), known.exporter.templates, known.exporter.fields) == ([256, 257, 258], 3, 4)


def test_exporters_under_another_address(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(strict=True, exporters={"192.0.2.1": ExporterSettings(quirks="auto")})
    decoder.decode(ipfix_message(set_of(2, template(257, DESCRIPTION))), "192.0.2.1")
    error = refused(decoder, ipfix_message(set_of(257, CUT)), "::ffff:192.0.2.1")
    assert error.offset == 20


@pytest.mark.conformance("IPFIX-9.1-01")
def test_problems_that_are_not_listed_raise_as_well(make_decoder: Callable[..., Decoder]) -> None:
    decoder = make_decoder(strict=True, limits=Limits(problems=1))
    error = refused(decoder, names(1, CUT, set_of(4, b"abcd")))
    # 16, a set of 8, the template's of 12, the head of the data set
    assert (str(error), error.offset) == ("problems not listed, from octet 40: 1", 40)


def test_copies_are_strict(make_decoder: Callable[..., Decoder]) -> None:
    decoder = taught(make_decoder, strict=True)
    for copied in (
        pickle.loads(pickle.dumps(decoder)),
        Decoder.restore(decoder.snapshot(pending=True), strict=True),
    ):
        refused(copied, names(1, CUT))
        assert copied.decode(ipfix_message(WHOLE), "r1")["flows"] == [flow(1)]
        copied.forget("r1")
        refused(copied, names(1, CUT))
        copied.reset()
        refused(copied, ipfix_message(WHOLE, length=99))


@pytest.mark.parametrize("value", [None, 1, "yes"])
def test_strict_is_a_bool(value: Any) -> None:
    with pytest.raises(WrongType, match="strict="):
        Decoder(strict=value)


def test_a_trial_costs_what_its_datagram_does(make_decoder: Callable[..., Decoder], monkeypatch: Any) -> None:
    """Of 300 templates one is copied; however often all of them are withdrawn, none is looked at."""
    calls: list[str] = []

    def counted(name: str) -> None:
        function = getattr(trial, name)
        monkeypatch.setattr(trial, name, lambda *given: (calls.append(name), function(*given))[1])

    decoder = make_decoder(strict=True)
    learn10(decoder, *(template(number, FIELDS) for number in range(256, 556)))
    counted("_copied")
    looked_at: list[int] = []
    templates = trial._templates
    monkeypatch.setattr(trial, "_templates", lambda known, ids: templates(known, map_noted(ids, looked_at)))
    decoder.decode(ipfix_message(WHOLE, WHOLE), "r1", transport="tcp")
    assert calls == ["_copied"]
    calls.clear()
    withdrawals = ipfix_message(set_of(2, bytes.fromhex("0002 0000") * 1000), set_of(256, b"", length=1))
    refused(decoder, withdrawals, transport="tcp")
    assert (calls, looked_at) == ([], [])
    teaching = ipfix_message(set_of(2, bytes.fromhex("0002 0000")), set_of(2, template(600, FIELDS)), b"\1\0\0\1")
    refused(decoder, teaching, transport="tcp")  # there is room for its fields, with those of the others or without
    assert (calls, looked_at) == ([], [])


def map_noted(ids: Iterable[int], noted: list[int]) -> Iterator[int]:
    """*ids*, each noted when it is asked for."""
    for each in ids:
        noted.append(each)
        yield each


def test_a_trial_in_a_new_domain_looks_at_no_templates(make_decoder: Callable[..., Decoder], monkeypatch: Any) -> None:
    """The 300 templates of the domain that would make room are not counted one by one."""
    decoder = make_decoder(strict=True, limits=Limits(domains_per_exporter=1))
    learn10(decoder, *(template(number, FIELDS) for number in range(256, 556)))
    looked_at: list[int] = []
    templates = trial._templates
    monkeypatch.setattr(trial, "_templates", lambda known, ids: templates(known, map_noted(ids, looked_at)))
    refused(decoder, ipfix_message(set_of(256, b"", length=1), observationDomainId=2))
    assert looked_at == []
    assert len(known(decoder)) == 300


# Whatever comes: strict mode refuses what lenient mode calls malformed, and nothing else.

SHAPES = [[(1, 4)], [(1, 2), (2, 2)], DESCRIPTION, [(2, 1), (82, VARIABLE)], [(50, 4)], [(154, 8)]]
IDS = st.integers(256, 258)
contents = st.one_of(
    st.tuples(
        st.just("data"), IDS, st.sampled_from([b"", bytes(4), bytes(7), b"\3abc", b"\0\2ab", b"\x09ab", b"\xff"])
    ),
    st.tuples(st.just("data"), IDS, st.sampled_from([bytes(4), b"\3abc"])),
    st.tuples(st.sampled_from(["template", "template", "options"]), IDS, st.sampled_from(SHAPES)),
    st.tuples(st.just("withdraw"), st.sampled_from([2, 3, 256, 257, 258]), st.sampled_from([2, 3])),
)


def set_from(protocol: str, what: str, number: int, how: Any) -> bytes:
    """One set of a message."""
    ipfix = protocol == "ipfix"
    if what == "data":
        return set_of(number, how)
    if what == "template":
        return set_of(2 if ipfix else 0, template(number, how))
    if what == "options":
        build = options_template if ipfix else netflow9_options_template
        return set_of(3 if ipfix else 1, build(number, [(1, 1)], how))
    return set_of(how, number.to_bytes(2, "big") + bytes(2))


@st.composite
def datagrams(draw: st.DrawFn) -> bytes:
    """One datagram, whole or spoiled."""
    protocol = draw(st.sampled_from(["ipfix", "ipfix", "netflow9", "netflow9", "netflow5", "sflow5"]))
    if protocol == "sflow5":
        return draw(sflow_datagrams)
    if protocol == "netflow5":
        return draw(spoiled(netflow5_datagram([netflow5_record()] * draw(st.integers(0, 2)))))
    sets = [set_from(protocol, *content) for content in draw(st.lists(contents, max_size=4))]
    header = {
        "exportTime": EXPORT_TIME + draw(st.integers(0, 40)),
        "sequenceNumber": draw(st.integers(0, 9)),
        "observationDomainId" if protocol == "ipfix" else "sourceId": draw(st.sampled_from([0, 0, 0, 1])),
    }
    build = ipfix_message if protocol == "ipfix" else netflow9_datagram
    return draw(spoiled(build(*sets, **header)))


received = st.tuples(
    datagrams(),
    st.sampled_from(["r1", "r1", "r2"]),
    st.sampled_from([None, None, EXPORT_TIME + 20]),
    st.sampled_from(["udp", "tcp"]),
)
settings = st.fixed_dictionaries(
    {
        "history": st.sampled_from([False, False, False, True, 5]),
        "template_lifetime": st.sampled_from([None, None, 10, "adapt"]),
        "resolve": st.booleans(),
        "quirks": st.sampled_from(["auto", "auto", ()]),
        "limits": st.builds(
            Limits,
            exporters=st.sampled_from([1, 9]),
            domains_per_exporter=st.sampled_from([1, 9]),
            templates_per_exporter=st.sampled_from([1, 2, 99]),
            template_fields_per_exporter=st.sampled_from([2, 99]),
            pending_sets_per_exporter=st.sampled_from([1, 2, 99]),
            pending_octets=st.sampled_from([600, 2000, 99_999]),
            facts_per_exporter=st.sampled_from([1, 2, 99]),
            sample_sources_per_exporter=st.sampled_from([1, 99]),
            problems=st.sampled_from([1, 99]),
        ),
    }
)


@pytest.mark.conformance("IPFIX-9.1-01", "IPFIX-9.1-03")
@pytest.mark.parametrize("is_compiled", [True, False], ids=["compiled", "reference"])
def test_whatever_comes(is_compiled: bool) -> None:
    @given(settings, st.lists(received, min_size=1, max_size=8))
    def check(chosen: dict[str, Any], stream: list[Any]) -> None:
        strict = Decoder(**chosen, compiled=is_compiled, strict=True)
        twin = Decoder(**chosen, compiled=is_compiled)
        for octets, exporter, now, transport in stream:
            before, own = pickle.dumps(twin), state(strict)
            try:
                message = twin.decode(octets, exporter, now=now, transport=transport)
            except ValueError as error:
                with pytest.raises(type(error)):
                    strict.decode(octets, exporter, now=now, transport=transport)
                assert state(strict) == own
                continue
            if malformed(message):
                assert str(refused(strict, octets, exporter, now=now, transport=transport))
                twin = pickle.loads(before)
            else:
                assert strict.decode(octets, exporter, now=now, transport=transport) == message
                assert told(strict) == told(twin)

    check()
