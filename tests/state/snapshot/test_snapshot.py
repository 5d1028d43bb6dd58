"""Snapshots refused where they are spoiled, and several made one by the rules."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, Limits, NetflowParseError, SnapshotError, UsageError
from netflowparse.state.history import SIGHTINGS, History
from netflowparse.state.sequence import SequenceTracker
from netflowparse.state.sightings import Place
from netflowparse.state.templates import KnownTemplate
from netflowparse.template import FieldSpecifier, Template
from tests import message_builder as build
from tests import sflow_builder as sflow

TIME = build.EXPORT_TIME
FLOW = [(8, 4), (1, 4)]  # sourceIPv4Address, octetDeltaCount
OTHER = [(12, 4), (2, 4)]  # destinationIPv4Address, packetDeltaCount
DATA = build.set_of(256, bytes((192, 0, 2, 1, 0, 0, 0, 5)))


def ipfix(time: int, sequence: int, *sets: bytes, domain: int = 1) -> bytes:
    """A message *time* s later than the first."""
    return build.ipfix_message(*sets, observationDomainId=domain, exportTime=TIME + time, sequenceNumber=sequence)


def learn(fields: Any, template_id: int = 256) -> bytes:
    """A template set."""
    return build.set_of(2, build.template(template_id, fields))


def names(index: int, name: bytes, time: int, sequence: int) -> bytes:
    """A message that says the name of interface *index*, after its options template."""
    template = build.set_of(3, build.options_template(300, [(10, 4)], [(82, 4)]))
    return ipfix(time, sequence, template, build.set_of(300, index.to_bytes(4, "big") + name))


@pytest.fixture(scope="module")
def snapshot() -> Any:
    """One of every kind of thing."""
    decoder = Decoder(history=True)
    decoder.decode(ipfix(0, 0, learn(FLOW), DATA), "r1", transport="tcp")
    decoder.decode(ipfix(1, 1, learn([(8, 4)]), DATA, build.set_of(400, b"12345678")), "r1", transport="tcp")
    decoder.decode(ipfix(2, 2, build.set_of(2, build.template(2, [], count=0))), "r1", transport="tcp")
    decoder.decode(ipfix(2, 2, learn(FLOW)), "r1", transport="tcp")
    decoder.decode(ipfix(3, 3), "r1")
    flow = sflow.flow_sample([], sequence_number=5, sample_pool=1000)
    decoder.decode(sflow.datagram([sflow.sample(0, 1, flow)]), "r3")
    decoder.decode(build.netflow5_datagram([build.netflow5_record()], sequenceNumber=9), "r4")
    plain = Decoder()
    plain.decode(names(7, b"eth7", 0, 0), ("r5", 1))
    plain.decode(ipfix(0, 1, DATA), ("r5", 1))
    whole = decoder.snapshot(pending=True)
    more = plain.snapshot(pending=True)
    whole["pending"] += [{**each, "exporter": len(whole["exporters"])} for each in more["pending"]]
    whole["exporters"] += more["exporters"]
    Decoder.restore(whole)
    return whole


def put(snapshot: Any, way: str, value: Any) -> Any:
    """The snapshot with *value* at the end of the *way*; a value that can be called makes it from what was there."""
    spoiled = copy.deepcopy(snapshot)
    *steps, last = [int(step) if step.isdigit() else step for step in way.split(".")]
    at = spoiled
    for step in steps:
        at = at[step]
    at[last] = value(at[last]) if callable(value) else value
    return spoiled


def twice(values: Any) -> Any:
    """The list with its first value once more."""
    return [*values, copy.deepcopy(values[0])]


DOMAIN = "exporters.0.domains.0"
FACTS = "exporters.3.domains.0.knowledge"
SPOILED = [
    ("format", "pmacct", r'snapshot: a dict of 4; expected a dict with "format": "netflowparse-snapshot"'),
    ("version", 2, "snapshot: version 2, this library reads 1"),
    ("version", 10**1000, "snapshot: version a number of 3322 bits, this library reads 1"),
    ("version", 0, "version: 0; expected a whole number from 1 to 1"),
    ("version", True, "version: True; expected a whole number"),
    ("exporters", {}, "exporters: a dict of 0; expected a list"),
    ("exporters", twice, r"exporters\[4\].exporter: 'r1'; expected an exporter that is not there already"),
    ("exporters.0.exporter", {}, r"exporters\[0\].exporter: a dict of 0; expected an exporter"),
    ("exporters.0.exporter", 1.0, r"exporters\[0\].exporter: 1.0"),
    ("exporters.0.exporter", [[[[[[[[[1]]]]]]]]], r"exporters\[0\].exporter\[0\]"),
    ("exporters.0.domains", [], r"exporters\[0\].domains: a list of 0; expected at least one domain"),
    ("exporters.0.domains", twice, r"exporters\[0\].domains\[1\].domain: 1; expected a domain that is not there"),
    ("exporters.0.fractions", [["zero_filled_tail", 1, True]], r"fractions\[0\]\[0\]: 'zero_filled_tail'"),
    ("exporters.0.fractions", [["microseconds_not_ntp", -2, True]], r"fractions\[0\]\[1\]: -2"),
    (
        "exporters.0.fractions",
        [["microseconds_not_ntp", 1, True]] * 2,
        r"fractions\[1\]\[0\]: 'microseconds_not_ntp'; expected a rule that is not there already",
    ),
    (f"{DOMAIN}.more", 1, r"exporters\[0\].domains\[0\]: key 'more'; expected protocol, domain"),
    (f"{DOMAIN}.protocol", "netflow10", "domains.0..protocol: 'netflow10'; expected one of ipfix, netflow1"),
    (f"{DOMAIN}.protocol", ["ipfix"], "domains.0..protocol: a list of 1"),
    (f"{DOMAIN}.domain", "1", "domains.0..domain: '1'; expected a whole number from 0 to 4294967295"),
    (f"{DOMAIN}.domain", 2**32, "domains.0..domain: 4294967296"),
    (f"{DOMAIN}.clock.seconds", -1, "clock.seconds: -1"),
    (f"{DOMAIN}.clock.latest", 2**63, "clock.latest: 9223372036854775808"),
    (f"{DOMAIN}.clock.latest", None, "expected a whole number from 0 to 0"),
    (f"{DOMAIN}.uptime", 5, "uptime: 5; expected null of ipfix"),
    (f"{DOMAIN}.counts.held", 99, "counts: a dict of 14; expected held 3: 0 that have ended, and 3 that wait"),
    (f"{DOMAIN}.counts.flows", False, "counts.flows: False"),
    (f"{DOMAIN}.counts.datagrams", 2**64, "counts.datagrams"),
    (f"{DOMAIN}.sequence.lost", -1, r"exporters\[0\].domains\[0\].sequence: lost"),
    (f"{DOMAIN}.sources", [[1, {}]], "sources: a list of 1; expected a list of at most 0"),
    (f"{DOMAIN}.templates", twice, "templates: a list of 2; expected one of each id"),
    (f"{DOMAIN}.templates.0.template_id", "256", "templates.0..template_id: '256'"),
    (f"{DOMAIN}.templates.0.template_id", 255, "templates.0..template_id: 255; expected a whole number from 256"),
    (f"{DOMAIN}.templates.0.scope_count", 3, "templates.0..scope_count: 3; expected a whole number from 0 to 2"),
    (f"{DOMAIN}.templates.0.protocol", "netflow5", "templates.0..protocol: 'netflow5'"),
    (f"{DOMAIN}.templates.0.fields", [], "templates.0..fields: a list of 0; expected at least one field"),
    (
        f"{DOMAIN}.templates.0.fields.1.2",
        -4,
        r"templates.0..fields\[1\]: a list of 3; expected .enterprise, id, length",
    ),
    (f"{DOMAIN}.templates.0.fields.1.2", True, r"fields\[1\]"),
    (f"{DOMAIN}.templates.0.fields.1", [0, 1, 65_536], r"fields\[1\]"),
    (f"{DOMAIN}.templates.0.fields.1", [2**32, 1, 1], r"fields\[1\]"),
    (f"{DOMAIN}.templates.0.fields.1", [0, 1], r"fields\[1\]"),
    (f"{DOMAIN}.templates.0.fields", [[0, 1, 1]] * 16_384, "fields: a list of 16384; expected a list of at most 16383"),
    (f"{DOMAIN}.templates.0.definition", "", "templates.0..definition: ''; expected hex of 12 to 26 octets"),
    (f"{DOMAIN}.templates.0.definition", lambda text: text + "0", "definition: .*; expected hex of 12 to 26 octets"),
    (f"{DOMAIN}.templates.0.definition", "0g" * 12, "definition: '0g0g"),
    (f"{DOMAIN}.templates.0.definition", lambda text: text.upper() + "A", "definition"),
    (f"{DOMAIN}.templates.0.definition", lambda text: "ff" + text[2:], "octets that begin with the template's id, 256"),
    (f"{DOMAIN}.templates.0.seconds", 4, "templates.0..seconds: 4; expected a whole number from 0 to 3"),
    (f"{DOMAIN}.templates.0.learned", 1.5, "learned: 1.5"),
    (f"{DOMAIN}.templates.0.refreshed", None, "refreshed: None"),
    (f"{DOMAIN}.templates.0.formers", [1, 2, 3, 4, 5], "formers: a list of 5; expected at most 4"),
    (f"{DOMAIN}.templates.0.formers", [1, 1], "formers: a list of 2; expected none of them twice"),
    (f"{DOMAIN}.order", [257], "order: a list of 1; expected the ids of all templates"),
    (f"{DOMAIN}.definitions", twice, "definitions: a list of 2; expected none that nothing refers to"),
    (f"{FACTS}.facts", twice, r"knowledge.facts\[1\]: .*not there already"),
    (f"{FACTS}.facts.0.time", -1, r"knowledge.facts\[0\].time: -1"),
    (f"{FACTS}.facts.0.key", "7", r"knowledge.facts\[0\]: .*key '7'"),
    (f"{FACTS}.facts.0.scope", {"x": float("nan")}, r"knowledge.facts\[0\]: .*finite"),
    (f"{FACTS}.facts.0.scope", {"x": 10**100}, r"knowledge.facts\[0\]: .*257 bits"),
    (f"{FACTS}.facts.0.scope", {"x": (1,)}, r"knowledge.facts\[0\]: .*plain JSON"),
    (f"{FACTS}.facts.0.template_id", 3, r"knowledge.facts\[0\].template_id: 3"),
    (f"{FACTS}.evicted", -1, "knowledge.evicted: -1"),
    (f"{DOMAIN}.history.number", None, "history.number: None"),
    (
        f"{DOMAIN}.history.lines",
        twice,
        r"history.lines\[\d\]: a list of 2; expected sightings, and a template that is not",
    ),
    (f"{DOMAIN}.history.lines.0.1.0.4", 9, r"lines\[0\]\[1\]\[0\]: a list of 5; expected one of the definitions of"),
    (f"{DOMAIN}.history.lines.0.1.0.0", 2**40, r"lines\[0\]\[1\]\[1\]: a list of 5; expected places in their order"),
    (f"{DOMAIN}.history.withdrawals.0.4", 1, r"history.withdrawals\[0\]: a list of 5; expected a withdrawal"),
    (
        f"{DOMAIN}.history.lines",
        lambda lines: [[256, [each for each in lines[0][1] if each[4] is True or each[4] == 1]]],
        "definitions: a list of 1; expected the history of every template in force",
    ),
    (
        DOMAIN,
        lambda domain: {**domain, "definitions": copy.deepcopy(domain["templates"])},
        r"history.lines\[0\]\[1\]\[\d\]: a list of 5; expected a definition that is not there twice",
    ),
    (f"{DOMAIN}.history", None, "expected none that nothing refers to|place: a list of 3"),
    ("exporters.1.domains.0.domain", "a", "domains.0..domain: 'a'; expected a list of 2"),
    ("exporters.1.domains.0.domain.0", "192.0.2.1.5", r"domain\[0\]: '192.0.2.1.5'; expected an address, or null"),
    ("exporters.1.domains.0.domain.0", "fe80::1%eth0", r"domain\[0\]: 'fe80::1%eth0'; expected an address, or null"),
    ("exporters.1.domains.0.sources", twice, r"sources\[1\]\[0\]: 1; expected a source that is not there already"),
    ("exporters.1.domains.0.sources.0.0", 3 << 64, r"sources\[0\]\[0\]: 55340232221128654848"),
    ("exporters.1.domains.0.sources.0.1.flow.3", -1, r"sources\[0\]\[1\].flow\[3\]: -1"),
    (
        "exporters.1.domains.0.sources.0.1.sequence",
        SequenceTracker().dump(),
        r"sources\[0\]\[1\].flow: a list of 5; expected null where no number is expected",
    ),
    ("exporters.1.domains.0.sources.0.1.sequence", None, r"sources\[0\]\[1\].sequence: sequence: expected a dict"),
    ("exporters.2.domains.0.history", {}, "domains.0..history: a dict of 0; expected null of netflow5"),
    (
        "exporters.2.domains.0.knowledge",
        {"evicted": 0, "refused": 0, "facts": []},
        "templates: a list of 0; expected none, and no knowledge, in a domain that has not heard of any",
    ),
    ("pending.0.exporter", 1, r"messages\[0\].domain: 0; expected a domain that has templates"),
    (
        "pending.0",
        lambda each: {**each, "messages": [], "sets": [], "domains": []},
        r"pending\[0\].sets: a list of 0; expected at least one set",
    ),
    ("pending.0.exporter", 9, r"pending\[0\].exporter: 9; expected a whole number from 0 to 3"),
    ("pending", twice, r"pending\[2\].exporter: 0; expected an exporter that is not there already"),
    ("pending.0.messages", twice, r"pending\[0\].messages: a list of 3; expected sets of each message"),
    ("pending.0.messages.0.header.length", 65_536, r"messages\[0\].header.length: 65536"),
    ("pending.0.messages.0.header.observationDomainId", 2, r"observationDomainId: 2; expected the domain's number, 1"),
    ("pending.0.messages.0.transport", "quic", r"messages\[0\].transport: 'quic'"),
    ("pending.0.messages.0.place", None, r"messages\[0\].place: None"),
    ("pending.0.messages.0.sequence.event", "lost", r"messages\[0\].sequence.event: 'lost'"),
    ("pending.0.sets.0.message", 3, r"sets\[0\].message: 3"),
    ("pending.0.sets.0.start", 2**40, r"sets\[0\].start: 1099511627776"),
    ("pending.0.sets.0.start", 3, r"sets\[0\]: a dict of 7; expected a set behind those before it in its message"),
    ("pending.0.sets.0.octets", "00" * 65_535, r"sets\[0\].octets: '0{40}'; expected hex of 1 to 6549"),
    ("pending.0.sets.0.octets", "", r"sets\[0\].octets: ''"),
    ("pending.0.sets.0.octets", "00 00", r"sets\[0\].octets: '00 00'"),
    ("pending.0.sets.0.set_id", 2, r"sets\[0\].set_id: 2"),
    ("pending.0.sets.0.withdrawn", [True, False], r"withdrawn: a list of 2; expected none twice, false first"),
    ("pending.0.sets.2.definition", 0, r"sets\[2\].definition: 0; expected a definition of template 400"),
    ("pending.0.sets.0.definition", 0, "unexamined: a list of 3; expected sets of the domain that have no definition"),
    ("pending.0.domains", twice, r"domains\[1\].domain: 0; expected a domain that holds sets, once"),
    ("pending.0.domains", [], r"pending\[0\].domains: a list of 0"),
    ("pending.0.domains.0.unready", [256], r"pending\[0\].domains: .*the ids of the sets that are not ready"),
    ("pending.0.domains.0.ready", [0], r"ready: a list of 1; expected sets of the domain that have a definition"),
    ("pending.1.sets.0.seconds", 1, r"pending\[1\].sets\[0\].seconds: 1; expected a whole number from 0 to 0"),
    ("pending.1.domains.0.unexamined", [0], "expected none where the domain has no history"),
]


@pytest.mark.fault("ST-23")
@pytest.mark.conformance("LIB-11")
@pytest.mark.parametrize(
    ("way", "value", "text"), SPOILED, ids=[f"{number}-{row[0]}" for number, row in enumerate(SPOILED)]
)
def test_refused(snapshot: Any, way: str, value: Any, text: str) -> None:
    with pytest.raises(SnapshotError, match=text) as caught:
        Decoder.restore(put(snapshot, way, value))
    assert isinstance(caught.value, UsageError | NetflowParseError | ValueError)
    assert len(str(caught.value)) < 500


def test_a_scope_may_have_a_fraction(snapshot: Any) -> None:
    scoped = put(snapshot, f"{FACTS}.facts.0.scope", lambda scope: {**scope, "samplingProbability": 0.5})
    assert Decoder.restore(scoped).snapshot(pending=True)["exporters"][3] == scoped["exporters"][3]


def ways(value: Any, way: str = "") -> list[str]:
    """The ways to all keys of dicts in *value*, the first of each list alone."""
    if isinstance(value, dict):
        return [each for key in value for each in (f"{way}{key}", *ways(value[key], f"{way}{key}."))]
    return ways(value[0], f"{way}0.") if isinstance(value, list) and value else []


@pytest.mark.fault("ST-23")
def test_no_key_can_be_missing_or_more(snapshot: Any) -> None:
    everything = [way for way in ways(snapshot) if ".facts." not in way]
    assert len(everything) > 80
    for way in everything:
        *steps, last = way.split(".")
        above = ".".join(steps)

        def without(there: Any, last: str = last) -> Any:
            return {key: value for key, value in there.items() if key != last}

        for change in (without, lambda there: {**there, "unknown": 1}):
            spoiled = put(snapshot, above, change) if above else change(copy.deepcopy(snapshot))
            with pytest.raises(SnapshotError):
                Decoder.restore(spoiled)


@pytest.mark.fault("ST-23")
def test_one_of_several_is_refused_by_its_number(snapshot: Any) -> None:
    with pytest.raises(SnapshotError, match=r"^snapshots\[1\].exporters\[0\].domains: a list of 0"):
        Decoder.restore(snapshot, put(snapshot, "exporters.0.domains", []))
    with pytest.raises(SnapshotError, match=r"^snapshots\[1\]: version 2, this library reads 1"):
        Decoder.restore(snapshot, put(snapshot, "version", 2))


@pytest.mark.fault("ST-23")
def test_huge_ones_cost_no_time(snapshot: Any) -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    huge = [[0, 1, 1]] * 1_000_000
    start = time.process_time()
    for way in (f"{DOMAIN}.templates.0.fields", f"{DOMAIN}.templates.0.definition", "exporters.0.domains", "pending"):
        for value in (deep, huge):
            with pytest.raises(SnapshotError):
                Decoder.restore(put(snapshot, way, value))
    with pytest.raises(SnapshotError):
        Decoder.restore(put(snapshot, "exporters.0.exporter", deep))
    with pytest.raises(SnapshotError, match="levels"):
        Decoder.restore(put(snapshot, f"{FACTS}.facts.0.scope", {"x": deep}))
    assert time.process_time() - start < 20
    while deep:  # or it would be freed recursively
        deep = deep.pop()


def decoders(*feeds: list[bytes], **settings: Any) -> list[Any]:
    """Snapshots of decoders that have had these datagrams each."""
    snapshots = []
    for datagrams in feeds:
        decoder = Decoder(**settings)
        for datagram in datagrams:
            decoder.decode(datagram, "r1")
        snapshots.append(decoder.snapshot(pending=True))
    return snapshots


@pytest.mark.conformance("LIB-11")
@pytest.mark.parametrize(("one", "other", "first_key"), [(0, 5, 12), (5, 0, 8), (5, 5, 12)])
def test_the_definition_refreshed_last_holds(one: int, other: int, first_key: int) -> None:
    merged = Decoder.restore(*decoders([ipfix(one, 0, learn(FLOW))], [ipfix(other, 0, learn(OTHER))]))
    (row,) = merged.templates()
    assert (row["fields"][0]["id"], row["refreshed"]) == (first_key, TIME + max(one, other))


@pytest.mark.conformance("LIB-11")
def test_templates_of_both_and_facts_said_last() -> None:
    one = [ipfix(0, 0, learn(FLOW, 256)), names(1, b"old1", 1, 0), names(2, b"new2", 9, 1)]
    other = [ipfix(0, 0, learn(FLOW, 257)), names(2, b"old2", 2, 0), names(1, b"new1", 8, 1)]
    merged = Decoder.restore(*decoders(one, other))
    assert [row["template_id"] for row in merged.templates()] == [256, 300, 257]
    assert [(row["key"], row["interfaceName"], row["time"] - TIME) for row in merged.knowledge("r1")] == [
        (1, "new1", 8),
        (2, "new2", 9),
    ]


@pytest.mark.conformance("LIB-11")
def test_counts_add_up_and_numbers_go_on_from_the_last_heard() -> None:
    early, late = [ipfix(0, 0, learn(FLOW), DATA)], [ipfix(5, 70, learn(FLOW), DATA), ipfix(6, 73, DATA)]
    for feeds in ((early, late), (late, early)):
        merged = Decoder.restore(*decoders(*feeds))
        (row,) = merged.statistics()
        assert (row["datagrams"], row["flows"], row["templates"]) == (3, 3, 1)
        assert (row["first_heard"], row["last_heard"]) == (TIME, TIME + 6)
        assert (row["lost"], row["gaps"]) == (2, 1)  # those of the domain heard last
        assert merged.decode(ipfix(7, 74, DATA), "r1")["sequence"]["event"] == "in_order"


@pytest.mark.conformance("LIB-11")
def test_what_waits_is_that_of_all() -> None:
    data = build.set_of(300, b"\0\0\0\1")
    one = [ipfix(3, 0, data), ipfix(4, 0, build.set_of(256, bytes(8)))]
    other = [ipfix(1, 0, data), ipfix(6, 0, learn(FLOW))]
    merged = Decoder.restore(*decoders(one, other))
    assert [(row["template_id"], row["sets"]) for row in merged.pending()] == [(300, 2)]
    late = merged.decode(ipfix(7, 0, learn([(8, 4)], 300)), "r1")["late"]
    assert [(each["header"]["exportTime"] - TIME, len(each["flows"])) for each in late] == [(4, 1), (1, 1), (3, 1)]
    (row,) = merged.statistics()
    assert (row["held"], row["replayed"], row["pending_sets"]) == (3, 3, 0)


@pytest.mark.conformance("LIB-11")
def test_ages_go_over_to_the_clock_that_goes_on() -> None:
    old = [ipfix(0, 0, learn(FLOW)), ipfix(10, 0)]  # refreshed 10 s before it was last heard,
    new = [ipfix(30, 0)]  # and that 20 s before the other was
    merged = Decoder.restore(*decoders(old, new), template_lifetime=60)
    again = Decoder.restore(merged.snapshot(), template_lifetime=60)
    for decoder in (merged, again):
        assert len(decoder.decode(ipfix(60, 0, DATA), "r1")["flows"]) == 1
        assert decoder.decode(ipfix(61, 1, DATA), "r1")["problems"][0]["code"] == "missing_template"


@pytest.mark.conformance("LIB-11")
def test_order_is_when_each_was_last_heard() -> None:
    snapshots = []
    for heard in ([("a", 1), ("b", 9)], [("c", 5), ("a", 7), ("silent", None), ("d", 2)]):
        decoder = Decoder()
        for exporter, when in heard:
            datagram = sflow.datagram([]) if when is None else ipfix(when, 0)
            decoder.decode(datagram, exporter)
        snapshots.append(decoder.snapshot())
    merged = Decoder.restore(*snapshots)
    assert [row["exporter"] for row in merged.statistics()] == ["d", "c", "a", "silent", "b"]
    kept = Decoder.restore(*snapshots, limits=Limits(exporters=2))
    assert [row["exporter"] for row in kept.statistics()] == ["silent", "b"]


@pytest.mark.conformance("LIB-11")
def test_histories_become_one() -> None:
    one = [ipfix(0, 0, learn(FLOW)), ipfix(3, 0, DATA)]
    other = [ipfix(2, 0, learn(OTHER)), ipfix(1, 0, DATA), ipfix(6, 2)]
    merged = Decoder.restore(*decoders(one, other, history=True), history=True)
    assert [row["fields"][0]["id"] for row in merged.templates()] == [12]
    keys = {each["header"]["exportTime"] - TIME: next(iter(each["flows"][0])) for each in merged.flush()}
    assert keys == {1: "sourceIPv4Address", 3: "destinationIPv4Address"}


def known(template_id: int, length: int) -> KnownTemplate:
    """A template of one field."""
    template = Template("ipfix", template_id, None, (FieldSpecifier(0, 1, length),))
    return KnownTemplate(template, bytes(8), 0, 0)


def test_a_history_takes_another_one_in_across_a_wrap() -> None:
    one, other = History(), History()
    one.place(2**32 - 10, 2**32 - 5, data=False)
    first = known(256, 1)
    one.learn(first, one.place(20, 3, data=False))  # both have wrapped here: 2^32 + 20, 2^32 + 3
    second = known(256, 2)
    other.learn(second, other.place(25, 8, data=False))
    one.absorb(other)
    assert (one.latest, one.in_force()) == (2**32 + 25, {256: second})
    assert one.at(256, Place(2**32 + 24, 0, True)) is first


def test_a_history_that_has_seen_nothing_takes_another_one_in() -> None:
    other, template = History(), known(256, 1)
    assert other.current(256) is None
    other.learn(template, other.place(25, 8, data=False))
    for one in (History(), other):
        one.absorb(other)
        assert one.dump({id(template): 0}) == other.dump({id(template): 0})
    other.absorb(History())
    assert (other.latest, other.in_force(), other.sightings) == (25, {256: template}, 1)


def test_of_equal_definitions_the_one_refreshed_last_stays() -> None:
    one, other, early, late = History(), History(), known(256, 1), known(256, 1)
    late.refresh(9, 0)
    one.learn(late, one.place(9, 9, data=False))
    other.learn(early, other.place(5, 5, data=False))
    one.absorb(other)
    assert (one.sightings, one.definitions[early.template]) == (2, late)


def test_histories_that_become_one_are_no_longer_than_one() -> None:
    one, other, even, odd = History(), History(), known(256, 1), known(256, 2)
    for second in range(0, 2 * SIGHTINGS, 2):
        one.learn(even, one.place(second, second, data=False))
        other.learn(odd, other.place(second + 1, second + 1, data=False))
    one.absorb(other)
    assert (one.count_of(256), one.in_force()) == (SIGHTINGS, {256: odd})
    assert one.at(256, Place(SIGHTINGS - 1, SIGHTINGS - 1, True)) is None  # the oldest have made room
    assert one.at(256, Place(SIGHTINGS, SIGHTINGS, True)) is even


def test_withdrawals_of_one_template_do_not_add_up() -> None:
    history, template = History(), known(256, 1)
    history.learn(template, history.place(1, 1, data=False))
    for turn in range(2, 2 * SIGHTINGS):
        history.withdraw(256, history.place(turn, turn, data=False), options=turn % 2 == 0)
    (line,) = history.dump({id(template): 0})["lines"]
    assert len(line[1]) == SIGHTINGS
    assert line[1][0][4] == 0  # the definition has not made room
    assert history.at(256, Place(1, 1, True)) is template


@pytest.mark.fault("ST-23")
def test_nothing_is_taken_over_of_what_is_refused(make_decoder: Callable[..., Decoder], snapshot: Any) -> None:
    spoiled = put(snapshot, "pending.1.sets.0.octets", "zz")
    for _ in range(2):
        with pytest.raises(SnapshotError):
            Decoder.restore(spoiled)
    assert Decoder.restore(snapshot).snapshot() == Decoder.restore(snapshot).snapshot()
