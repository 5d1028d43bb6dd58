"""Lifetimes and changes of templates, and exporters that set their clocks or begin anew."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from netflowparse import Decoder, Limits, UsageError, WrongType
from netflowparse.settings import ExporterSettings
from tests.message_builder import (
    EXPORT_TIME,
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    set_of,
    template,
)
from tests.protocols.messages import FIELDS, codes, events, flow, known, record

TEACH = set_of(0, template(256, FIELDS))
DATA = set_of(256, record(1))


def at(decoder: Any, seconds: int, *sets: bytes, exporter: Any = "r1", **header: Any) -> Any:
    """The message of a v9 datagram sent so many seconds after the first."""
    values = {"exportTime": EXPORT_TIME + seconds, "sysUpTime": 10**6, **header}
    return decoder.decode(netflow9_datagram(*sets, **values), exporter)


def in_force(decoder: Any, seconds: int, exporter: Any = "r1") -> bool:
    """Whether data is read then."""
    message = at(decoder, seconds, DATA, exporter=exporter)
    assert message["flows"] == ([] if message["problems"] else [flow(1)])
    assert codes(message) in ([], ["missing_template"])
    return not message["problems"]


@pytest.mark.fault("ST-06")
@pytest.mark.conformance("IPFIX-8.4-04", "NF9-9-04")
def test_a_lifetime(make_decoder: Any) -> None:
    """At exactly the lifetime a template is in force, a second later no more; its data waits for a repetition."""
    decoder = make_decoder(template_lifetime=600)
    at(decoder, 0, TEACH)
    assert in_force(decoder, 599)
    assert in_force(decoder, 600)
    message = at(decoder, 601, DATA)
    assert message["problems"][0]["message"] == (
        "set 256 at octet 20: template 256 was not repeated for 601 s and is no longer in force, 12 octets wait for it"
    )
    assert known(decoder) == {}
    message = at(decoder, 700, TEACH)
    assert (events(message), message["late"][0]["flows"]) == ([("learned", 256)], [flow(1)])
    assert in_force(decoder, 1300)
    assert decoder.statistics()[0]["templates_expired"] == 1


def test_templates_live_without_end_unless_told_otherwise(decoder: Any) -> None:
    at(decoder, 0, TEACH)
    assert in_force(decoder, 600_000)


@pytest.mark.conformance("IPFIX-8-01", "IPFIX-8.4-04")
@pytest.mark.parametrize("transport", ["tcp", "sctp", "file"])
def test_streams_have_no_lifetimes(make_decoder: Any, transport: Any) -> None:
    decoder = make_decoder(template_lifetime=1)
    teach = ipfix_message(set_of(2, template(256, FIELDS)), exportTime=EXPORT_TIME)
    data = ipfix_message(set_of(256, record(1)), exportTime=EXPORT_TIME + 999)
    decoder.decode(teach, "r1", transport=transport)
    assert decoder.decode(data, "r1", transport=transport)["flows"] == [flow(1)]
    decoder.decode(teach, "r2")
    assert codes(decoder.decode(data, "r2")) == ["missing_template"]


def test_a_lifetime_that_adapts(make_decoder: Any) -> None:
    """Three times the longest interval between repetitions; bursts are none, and without any there is no end."""
    decoder = make_decoder(template_lifetime="adapt")
    for seconds in (0, 1, 2):
        at(decoder, seconds, TEACH)
    assert in_force(decoder, 5_000)
    at(decoder, 5_002, TEACH)  # an interval of 5,000 s
    assert in_force(decoder, 20_002)
    assert not in_force(decoder, 20_003)
    decoder = make_decoder(template_lifetime="adapt")
    for seconds in (0, 60, 110):
        at(decoder, seconds, TEACH)
    assert in_force(decoder, 110 + 180)
    assert not in_force(decoder, 110 + 181)


@pytest.mark.conformance("IPFIX-8.4-05")
def test_a_lifetime_that_adapts_in_ipfix(make_decoder: Any) -> None:
    """The longest of the intervals 60 and 50 s, three times, from the last repetition at 110 s: until 290 s."""
    decoder = make_decoder(template_lifetime="adapt")
    for seconds in (0, 60, 110):
        decoder.decode(ipfix_message(set_of(2, template(256, FIELDS)), exportTime=EXPORT_TIME + seconds), "r1")
    message = decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 290), "r1")
    assert (message["flows"], message["problems"]) == ([flow(1)], [])
    message = decoder.decode(ipfix_message(DATA, exportTime=EXPORT_TIME + 291, sequenceNumber=1), "r1")
    assert (message["flows"], codes(message)) == ([], ["missing_template"])


def test_a_lifetime_for_one_exporter(make_decoder: Any) -> None:
    settings = {"r2": ExporterSettings(template_lifetime=10), "r3": ExporterSettings(template_lifetime="never")}
    decoder = make_decoder(template_lifetime=100, exporters=settings)
    for exporter in ("r1", "r2", "r3"):
        at(decoder, 0, TEACH, exporter=exporter)
    assert [in_force(decoder, 50, each) for each in ("r1", "r2", "r3")] == [True, False, True]
    assert [in_force(decoder, 500, each) for each in ("r1", "r3")] == [False, True]


@pytest.mark.parametrize(
    ("lifetime", "error"), [(0, UsageError), (-5, UsageError), ("long", WrongType), (1.5, WrongType)]
)
def test_lifetimes_that_are_none(lifetime: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="template_lifetime"):
        Decoder(template_lifetime=lifetime)


@pytest.mark.fault("ST-08", "ST-09")
@pytest.mark.conformance("NF9-9-06")
def test_clocks_that_are_set_cost_nothing(make_decoder: Any) -> None:
    """Templates neither end nor live on by a step, and data waits on; the step is told."""
    decoder = make_decoder(template_lifetime=600)
    at(decoder, 0, TEACH)
    at(decoder, 0, set_of(257, record(7)))
    for seconds in (-3_600, 40 * 86_400, -40 * 86_400):
        message = at(decoder, seconds, DATA)
        assert (message["flows"], codes(message)) == ([flow(1)], ["clock_step"])
    problem = message["problems"][0]
    assert (problem["offset"], problem["seconds"]) == (8, -80 * 86_400)
    assert problem["message"] == ("exportTime at octet 8 is 6912000 s behind the datagram's before: the clock was set")
    assert at(decoder, -40 * 86_400 + 600, DATA)["flows"] == [flow(1)]
    message = at(decoder, -40 * 86_400 + 601, DATA, set_of(0, template(257, FIELDS)))
    assert (codes(message), message["late"][0]["flows"]) == (["missing_template"], [flow(7)])
    assert decoder.statistics()[0]["clock_steps"] == 3


@pytest.mark.fault("ST-08")
@pytest.mark.conformance("IPFIX-8.2-01")
@pytest.mark.parametrize("history", [False, True])
def test_a_template_that_changes_an_hour_back(make_decoder: Any, history: bool) -> None:
    """The definition that came last holds; with a history, the one that was in force when the data was sent."""
    decoder, hour = make_decoder(history=history), -3_600
    other = set_of(0, template(256, [(12, 4), (8, 4), (2, 4)]))
    swapped = {"destinationIPv4Address": "192.0.2.1", "sourceIPv4Address": "198.51.100.1", "packetDeltaCount": 10}
    at(decoder, 0, TEACH)
    message = at(decoder, hour, other)
    steps = [] if history else ["clock_step"]
    assert (events(message), codes(message)) == ([("learned" if history else "replaced", 256)], steps)
    found = [message for seconds in (hour, 0) for message in [at(decoder, seconds, DATA)]]
    flows = [each["flows"] for message in [*found, *decoder.flush()] for each in (message, *message["late"])]
    expected = [swapped, flow(1)] if history else [swapped, swapped]
    assert [each for flow in flows for each in flow] == expected


def test_every_protocol_tells_of_clocks_that_are_set(decoder: Any) -> None:
    for make, offset in (
        (lambda **header: netflow5_datagram([netflow5_record()], **header), 8),
        (ipfix_message, 4),
    ):
        decoder.decode(make(exportTime=EXPORT_TIME), "r1")
        (problem,) = decoder.decode(make(exportTime=5), "r1")["problems"]
        assert (problem["code"], problem["offset"], problem["seconds"]) == ("clock_step", offset, 5 - EXPORT_TIME)
        assert decoder.decode(make(exportTime=6), "r1")["problems"] == []


def test_the_callers_time_rules(make_decoder: Any) -> None:
    decoder = make_decoder(template_lifetime=600)
    for now in (5_000, 5_600):
        message = decoder.decode(netflow9_datagram(TEACH if now == 5_000 else DATA, exportTime=now % 7), "r1", now=now)
        assert message["problems"] == []
    assert decoder.templates()[0]["learned"] == 5_000
    message = decoder.decode(netflow9_datagram(DATA, exportTime=1), "r1", now=5_601)
    assert codes(message) == ["missing_template"]


@pytest.mark.fault("ST-16")
@pytest.mark.conformance("NF9-9-06", "NF9-5.1-02")
def test_a_restart_is_told_at_once_and_keeps_templates(decoder: Any) -> None:
    at(decoder, 0, TEACH, sequenceNumber=5_000)
    message = at(decoder, 20, DATA, sequenceNumber=0, sysUpTime=1_000)
    assert message["sequence"] == {"expected": 5_001, "missing": 0, "event": "restart"}
    assert (message["flows"], message["problems"]) == ([flow(1)], [])
    message = at(decoder, 21, DATA, sequenceNumber=1, sysUpTime=2_000)
    assert (message["sequence"]["event"], message["flows"]) == ("in_order", [flow(1)])


def test_an_uptime_that_wraps_is_no_restart(decoder: Any) -> None:
    at(decoder, 0, sequenceNumber=5_000, sysUpTime=2**32 - 1_000)
    message = at(decoder, 2, sequenceNumber=5_003, sysUpTime=1_000)
    assert message["sequence"] == {"expected": 5_001, "missing": 2, "event": "gap"}


@pytest.mark.fault("ST-09")
def test_an_export_time_that_wraps_is_no_step(make_decoder: Any) -> None:
    """6 s from 2^32 - 1 to 5: of a lifetime of 10 s, 4 are left."""
    decoder = make_decoder(template_lifetime=10)
    for time, sets, flows in ((2**32 - 1, TEACH, []), (5, DATA, [flow(1)]), (9, DATA, [flow(1)])):
        message = at(decoder, 0, sets, exportTime=time)
        assert (message["flows"], message["problems"]) == (flows, [])
    assert codes(at(decoder, 0, DATA, exportTime=10)) == ["missing_template"]
    assert decoder.statistics()[0]["clock_steps"] == 0


@pytest.mark.fault("ST-15")
def test_no_number_clears_templates(decoder: Any) -> None:
    at(decoder, 0, TEACH, sequenceNumber=1)
    for number in (10**9, 5, 2**31, 2**32 - 1, 0, 1, 2, 3, 77, 7):
        assert at(decoder, 1, DATA, sequenceNumber=number)["flows"] == [flow(1)]


@pytest.mark.fault("ST-14")
def test_exporters_that_count_records(make_decoder: Any) -> None:
    decoder = make_decoder(exporters={"r2": ExporterSettings(sequence_unit="records")})
    for exporter in ("r1", "r2"):
        at(decoder, 0, TEACH, sequenceNumber=100, exporter=exporter)
    numbers = (100, 102, 103, 105, 107, 110, 112, 114)
    said = {"r1": [], "r2": []}
    for exporter, events_of in said.items():
        for number, after in pairwise(numbers):
            data = set_of(256, record(1) * (after - number))
            message = at(decoder, 1, data, sequenceNumber=number, exporter=exporter)
            assert (message["flows"], message["problems"]) == ([flow(1)] * (after - number), [])
            events_of.append(message["sequence"]["event"])
    assert said["r2"] == ["in_order"] * 7
    assert said["r1"] == ["reordered", "gap", "in_order", *["gap"] * 4]
    assert [(row["exporter"], row["counts_records"]) for row in decoder.statistics()] == [("r1", True), ("r2", False)]


def test_a_change_says_what_changed(decoder: Any) -> None:
    was = [(8, 4), (12, 4), (1, 4), (1, 4)]
    now = [(12, 4), (8, 4), (1, 4), (2, 8), (1, 8)]
    at(decoder, 0, set_of(0, template(256, was)))
    message = at(decoder, 1, set_of(0, template(256, now)))
    (event,) = message["templates"]
    assert event["event"] == "replaced"
    assert event["changed"] == {
        "added": [
            {"name": "packetDeltaCount", "enterprise": 0, "id": 2, "length": 8},
            {"name": "octetDeltaCount", "enterprise": 0, "id": 1, "length": 8},
        ],
        "removed": [{"name": "octetDeltaCount", "enterprise": 0, "id": 1, "length": 4}],
        "moved": True,
        "scope_count": None,
    }
    options = set_of(1, netflow9_options_template(256, [(1, 4)], [(34, 4)]))
    message = at(decoder, 2, options)
    assert message["templates"][0]["changed"]["scope_count"] is None
    assert [each["name"] for each in message["templates"][0]["changed"]["added"]] == ["system", "samplingInterval"]
    assert "changed" not in at(decoder, 3, options)["templates"][0]
    message = at(decoder, 4, TEACH)
    assert message["templates"][0]["changed"]["scope_count"] == 1


@pytest.mark.fault("A-082")
def test_a_repetition_is_silent(decoder: Any) -> None:
    at(decoder, 0, TEACH)
    for seconds in range(1, 50):
        message = at(decoder, seconds, TEACH, DATA, sequenceNumber=seconds + 1)
        assert (events(message), message["problems"]) == ([("refreshed", 256)], [])
        assert message["flows"] == [flow(1)]
    (row,) = decoder.templates()
    assert (row["learned"], row["refreshed"]) == (EXPORT_TIME, EXPORT_TIME + 49)


def test_a_history_that_is_full_ends_nothing(make_decoder: Any) -> None:
    """A withdrawal is one fact more; so is a template that is repeated, which stays in force all the same."""
    decoder = make_decoder(history=True, limits=Limits(facts_per_exporter=1))
    told = [
        decoder.decode(ipfix_message(set_of(2, each), exportTime=EXPORT_TIME + time), "r1", transport="tcp")
        for time, each in enumerate((template(256, FIELDS), template(256, [], count=0), template(256, FIELDS)))
    ]
    assert [events(each) for each in told] == [[("learned", 256)], [("withdrawal_ignored", 256)], [("refreshed", 256)]]
    assert known(decoder) == {256: [(0, 8, 4), (0, 12, 4), (0, 2, 4)]}


def test_data_whose_window_is_over_makes_room(make_decoder: Any) -> None:
    """What is pushed out is not read by a template that comes too late; what is left is, when its window is over."""
    decoder = make_decoder(history=60, limits=Limits(pending_sets_per_exporter=2))
    for number in range(2):
        decoder.decode(ipfix_message(set_of(256, record(number)), sequenceNumber=number), "r1")
    decoder.decode(ipfix_message(exportTime=EXPORT_TIME + 100, sequenceNumber=2), "r1")
    pushing = ipfix_message(set_of(256, record(2)), exportTime=EXPORT_TIME + 100, sequenceNumber=2)
    assert "limit" in codes(decoder.decode(pushing, "r1"))
    teaching = ipfix_message(set_of(2, template(256, FIELDS)), exportTime=EXPORT_TIME - 1)
    assert [late["flows"] for late in decoder.decode(teaching, "r1")["late"]] == [[flow(1)]]
    assert [late["flows"] for late in decoder.flush()] == [[flow(2)]]
