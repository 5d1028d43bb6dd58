"""Snapshots as a caller sees them: a decoder restored in the midst of a stream goes on as if nothing had happened."""

from __future__ import annotations

import itertools
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netflowparse import Decoder, ExporterSettings, Limits, SnapshotError, UsageError, WrongType
from tests import message_builder as build
from tests import sflow_builder as sflow
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS
from tests.plain import assert_plain

TIME = build.EXPORT_TIME
FLOW = [(8, 4), (1, 4), (22, 4)]  # sourceIPv4Address, octetDeltaCount, flowStartSysUpTime
OTHER = [(12, 4), (2, 4), (21, 4)]  # destinationIPv4Address, packetDeltaCount, flowEndSysUpTime
Datagram = tuple[bytes, Any, dict[str, Any]]


def record(number: int) -> bytes:
    """A record of 12 octets for either of the templates."""
    return bytes((192, 0, 2, number % 256)) + (number + 1).to_bytes(4, "big") + (9000 + number).to_bytes(4, "big")


def v9(source: int, count: int, *sets: bytes) -> bytes:
    """The datagram of v9 number *count*, which is sent *count* s later than the first."""
    times = {"exportTime": TIME + count, "sysUpTime": 10_000 + 1000 * count}
    return build.netflow9_datagram(*sets, sourceId=source, sequenceNumber=count, **times)


def ipfix(domain: int, time: int, sequence: int, *sets: bytes) -> bytes:
    """A message of IPFIX, *time* s later than the first."""
    return build.ipfix_message(*sets, observationDomainId=domain, exportTime=TIME + time, sequenceNumber=sequence)


def flow_sample(number: int, source: int) -> bytes:
    """Number *number* of the samples of one source, each after 400 packets."""
    pool = {"sequence_number": number, "sample_pool": 400 * number, "drops": number // 4}
    return sflow.sample(0, 1, sflow.flow_sample([], source_id=(0, source), **pool))


def stream() -> list[Datagram]:
    """Datagrams of all protocols, exporters and domains: templates late, changed, withdrawn; numbers missing."""
    datagrams: list[Datagram] = []

    def send(datagram: bytes, exporter: Any, **more: Any) -> None:
        datagrams.append((datagram, exporter, more))

    names = build.netflow9_options_template(300, [(2, 4)], [(82, 8)])
    sampler = build.options_template(301, [(302, 1)], [(305, 4), (306, 4)])
    for turn in range(8):
        flows = [build.netflow5_record(octetDeltaCount=turn) for _ in range(2)]
        lost = 10 if turn > 4 else 0
        header = {"sequenceNumber": 2 * turn + lost, "exportTime": TIME + turn, "sysUpTime": 10_000 + 1000 * turn}
        send(build.netflow5_datagram(flows, engineType=1, engineId=turn % 2, **header), "r5")
        data = build.set_of(256, record(turn) + record(turn + 1))
        if turn in (2, 5):
            fields = FLOW if turn == 2 else OTHER
            send(v9(1, turn, build.set_of(0, build.template(256, fields)), data), ("192.0.2.9", 2055))
            send(v9(2, turn, build.set_of(1, names)), ("192.0.2.9", 2055))
        else:
            send(v9(1, turn, data), ("192.0.2.9", 2055))
            send(v9(2, turn, build.set_of(300, turn.to_bytes(4, "big") + b"name %03d" % turn)), ("192.0.2.9", 2055))
        early = build.set_of(256, record(turn)) + build.set_of(301, bytes((turn,)) + b"\0\0\0\1\0\0\0\x63")
        send(ipfix(1, turn, 2 * turn, early), 7, transport="tcp")
        if turn in (3, 6):
            learned = build.set_of(2, build.template(256, FLOW if turn == 3 else OTHER)) + build.set_of(3, sampler)
            send(ipfix(1, turn, 2 * turn + 2, learned), 7, transport="tcp")
        if turn == 4:
            send(ipfix(1, turn, 2 * turn + 2, build.set_of(2, build.template(256, [], count=0))), 7, transport="tcp")
        send(ipfix(turn % 3, turn, turn, build.set_of(400 + turn % 2, record(turn))), None, now=TIME + 2 * turn)
        samples = [flow_sample(turn + 1, 1), flow_sample(turn + 1 + lost, 2)]
        send(sflow.datagram(samples, sub_agent_id=turn % 2, sequence_number=turn, uptime=1000 * turn), "sf")
    templates = build.template(400, FLOW) + build.template(401, OTHER)
    for domain in range(3):
        send(ipfix(domain, 9, 8, build.set_of(2, templates)), None)
    return datagrams


STREAM = stream()
SETTINGS: list[dict[str, Any]] = [
    {},
    {"history": 3},
    {"history": True},
    {"template_lifetime": "adapt", "resolve": True},
]


def fed(decoder: Decoder, datagrams: list[Datagram]) -> list[Any]:
    """The messages of *datagrams*."""
    return [decoder.decode(datagram, exporter, **more) for datagram, exporter, more in datagrams]


def through_json(snapshot: Any) -> Any:
    """What another process would read."""
    assert_plain(snapshot)
    again = json.loads(json.dumps(snapshot, allow_nan=False))
    assert again == snapshot
    return again


def remembered(decoder: Decoder) -> tuple[Any, ...]:
    """All that the decoder shows of what it remembers."""
    knowledge = [decoder.knowledge(exporter) for exporter in ("r5", ("192.0.2.9", 2055), 7, None, "sf")]
    return decoder.statistics(), decoder.templates(), decoder.pending(), knowledge


def without_late(messages: list[Any]) -> list[Any]:
    """Messages, less what waited for a later datagram."""
    return [{**message, "late": []} for message in messages]


@pytest.mark.conformance("LIB-11")
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_goes_on_as_if_nothing_had_happened(
    make_decoder: Callable[..., Decoder], settings: Any, compiled: bool
) -> None:
    whole = make_decoder(**settings)
    expected = fed(whole, STREAM)
    assert sum(len(message["late"]) for message in expected) > 4 or settings.get("history") is True
    states, flushed = remembered(whole), whole.flush()
    live = make_decoder(**settings)
    for cut in range(len(STREAM) + 1):
        snapshot = through_json(live.snapshot(pending=True))
        restored = Decoder.restore(snapshot, compiled=compiled, **settings)
        assert remembered(restored) == remembered(live)
        assert restored.snapshot(pending=True) == snapshot
        assert fed(restored, STREAM[cut:]) == expected[cut:]
        assert remembered(restored) == states
        assert restored.flush() == flushed
        fed(live, STREAM[cut : cut + 1])


@pytest.mark.conformance("LIB-11")
@pytest.mark.parametrize("settings", SETTINGS[::3], ids=str)
def test_without_what_waits(make_decoder: Callable[..., Decoder], settings: Any, compiled: bool) -> None:
    expected = without_late(fed(make_decoder(**settings), STREAM))
    live = make_decoder(**settings)
    for cut in range(len(STREAM)):
        restored = Decoder.restore(through_json(live.snapshot()), compiled=compiled, **settings)
        assert restored.pending() == []
        for row, before in zip(restored.statistics(), live.statistics(), strict=True):
            assert row["pending_sets"] == 0
            assert row["evicted"] == before["evicted"] + before["pending_sets"]
            assert row["held"] == row["replayed"] + row["expired"] + row["evicted"] + row["failed"] == before["held"]
        assert without_late(fed(restored, STREAM[cut:])) == expected[cut:]
        fed(live, STREAM[cut : cut + 1])


@pytest.mark.conformance("LIB-11")
@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.pcap")), ids=lambda path: path.stem)
def test_recordings_cut_anywhere(path: Path) -> None:
    """At each datagram, of long recordings at some 25 of them."""
    datagrams = read_datagrams(path)
    whole, live = Decoder(), Decoder()
    expected = [whole.decode(datagram, "r1") for datagram in datagrams]
    following = 4 if len(datagrams) > 40 else len(datagrams)
    for cut, datagram in enumerate(datagrams):
        if cut % (1 + len(datagrams) // 25) == 0:
            restored = Decoder.restore(through_json(live.snapshot(pending=True)))
            behind = slice(cut, cut + following)
            assert [restored.decode(each, "r1") for each in datagrams[behind]] == expected[behind]
        live.decode(datagram, "r1")
    assert Decoder.restore(through_json(live.snapshot(pending=True))).statistics() == whole.statistics()


def test_a_restored_decoder_is_pickled() -> None:
    decoder = Decoder()
    fed(decoder, STREAM[:20])
    restored = Decoder.restore(decoder.snapshot(pending=True))
    copy = pickle.loads(pickle.dumps(restored))
    assert copy.snapshot(pending=True) == decoder.snapshot(pending=True)
    assert fed(copy, STREAM[20:]) == fed(decoder, STREAM[20:])


def test_nothing_is_shared_with_the_snapshot() -> None:
    decoder = Decoder()
    fed(decoder, STREAM[:20])
    snapshot = decoder.snapshot(pending=True)
    text = json.dumps(snapshot)
    fed(decoder, STREAM[20:])
    restored = Decoder.restore(snapshot)
    fed(restored, STREAM[20:])
    assert json.dumps(snapshot) == text


def test_an_empty_decoder() -> None:
    empty = {"format": "netflowparse-snapshot", "version": 1, "exporters": [], "pending": []}
    assert Decoder().snapshot() == empty
    assert Decoder.restore(empty).snapshot() == empty


@pytest.mark.parametrize("exporter", ["r", "", 0, -1, True, None, (), ("a", 1), (("a",), (None, (False,)))])
def test_exporters_keep_their_keys(exporter: Any) -> None:
    decoder = Decoder()
    decoder.decode(STREAM[0][0], exporter)
    (row,) = Decoder.restore(through_json(decoder.snapshot())).statistics()
    assert (row["exporter"], type(row["exporter"])) == (exporter, type(exporter))


@pytest.mark.parametrize(
    ("exporter", "named"),
    [
        (1.5, "1.5"),
        (b"r1", "b'r1'"),
        (frozenset({"r1"}), "frozenset"),
        (("r1", b"x"), "b'x'"),
        (2**200, "16069380"),
        (10**5000, "int"),
        (((((((((("deep",),),),),),),),),), "deep"),
    ],
    ids=itertools.count(),
)
def test_other_exporters_are_named(exporter: Any, named: str) -> None:
    decoder = Decoder()
    decoder.decode(STREAM[0][0], exporter)
    with pytest.raises(UsageError, match=named) as caught:
        decoder.snapshot()
    assert not isinstance(caught.value, SnapshotError)


def test_arguments() -> None:
    with pytest.raises(WrongType, match="pending"):
        Decoder().snapshot(pending=1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="octet_values"):
        Decoder.restore(Decoder().snapshot(), octet_values="base64")


LEARN = ipfix(1, 0, 0, build.set_of(2, build.template(256, FLOW)))
CHANGE = ipfix(1, 5, 0, build.set_of(2, build.template(256, OTHER)))


def keys(messages: list[Any]) -> list[str]:
    """The first key of each flow in messages and in those that are late with them."""
    return [next(iter(flow)) for message in messages for each in (*message["late"], message) for flow in each["flows"]]


@pytest.mark.conformance("LIB-11")
def test_with_a_history_into_a_decoder_without_one(make_decoder: Callable[..., Decoder], compiled: bool) -> None:
    decoder = make_decoder(history=True)
    for datagram in (LEARN, ipfix(1, 1, 0, build.set_of(256, record(1))), CHANGE):
        decoder.decode(datagram, "r1")
    decoder.decode(ipfix(1, 1, 0, build.set_of(900, record(1))), "r1")
    restored = Decoder.restore(through_json(decoder.snapshot(pending=True)), compiled=compiled)
    assert restored.templates() == decoder.templates()
    assert [row["template_id"] for row in restored.pending()] == [900]
    following = restored.decode(ipfix(1, 6, 1, build.set_of(256, record(2))), "r1")
    assert keys([following]) == ["destinationIPv4Address"] * 2  # by the template in force, what waited as well
    late = restored.decode(ipfix(1, 7, 2, build.set_of(2, build.template(900, FLOW))), "r1")
    assert keys([late]) == ["sourceIPv4Address"]


@pytest.mark.conformance("LIB-11")
def test_without_a_history_into_a_decoder_with_one(make_decoder: Callable[..., Decoder], compiled: bool) -> None:
    decoder = make_decoder()
    decoder.decode(CHANGE, "r1")
    decoder.decode(ipfix(1, 6, 0, build.set_of(900, record(1))), "r1")
    restored = Decoder.restore(through_json(decoder.snapshot(pending=True)), compiled=compiled, history=3)
    assert restored.templates() == decoder.templates()
    restored.decode(LEARN, "r1")  # which is older
    assert restored.templates() == decoder.templates()
    for time in (2, 5, 6):
        restored.decode(ipfix(1, time, time, build.set_of(256, record(time))), "r1")
    teaching = restored.decode(ipfix(1, 20, 7, build.set_of(2, build.template(900, FLOW))), "r1")
    by_time = {message["header"]["exportTime"] - TIME: keys([message]) for message in teaching["late"]}
    assert by_time == {2: ["sourceIPv4Address"], 5: ["destinationIPv4Address"], 6: ["destinationIPv4Address"]}
    assert [keys([message]) for message in restored.flush()] == [["sourceIPv4Address"]]
    again = restored.snapshot(pending=True)
    assert Decoder.restore(through_json(again), history=3).snapshot(pending=True) == again


@pytest.mark.fault("ST-23")
def test_limits_of_the_new_decoder_hold() -> None:
    decoder = Decoder()
    fed(decoder, STREAM[:40])
    snapshot = decoder.snapshot(pending=True)
    last = [row["exporter"] for row in decoder.statistics()]
    restored = Decoder.restore(snapshot, limits=Limits(exporters=2))
    assert list(dict.fromkeys(row["exporter"] for row in restored.statistics())) == list(dict.fromkeys(last))[-2:]
    restored = Decoder.restore(snapshot, limits=Limits(domains_per_exporter=1))
    newest = {row["exporter"]: row["domain"] for row in decoder.statistics()}
    assert {row["exporter"]: row["domain"] for row in restored.statistics()} == newest
    restored = Decoder.restore(snapshot, limits=Limits(pending_sets_per_exporter=1))
    for row in restored.statistics():
        assert row["held"] == row["replayed"] + row["expired"] + row["evicted"] + row["failed"] + row["pending_sets"]
    assert max(row["pending_sets"] for row in restored.statistics()) == 1
    few = Limits(fields_per_template=2, sample_sources_per_exporter=1, facts_per_exporter=1, pending_octets=600)
    restored = Decoder.restore(snapshot, limits=few)
    assert [len(row["fields"]) for row in restored.templates() if len(row["fields"]) > 2] == []
    assert sum(row["sample_sources"] for row in restored.statistics()) == 1
    assert sum(row["facts"] for row in restored.statistics() if row["exporter"] == ("192.0.2.9", 2055)) == 1
    assert sum(row["pending_octets"] for row in restored.statistics()) <= 600


@pytest.mark.fault("ST-23")
@pytest.mark.parametrize(
    "limits", [{"templates_per_exporter": 1}, {"templates_per_exporter": 3, "facts_per_exporter": 3}], ids=str
)
def test_a_history_keeps_what_is_in_force(limits: dict[str, int]) -> None:
    """What was in force before finds no room, or there is none for when each of them was."""
    decoder = Decoder(history=True)
    fed(decoder, [(LEARN, "r1", {}), (CHANGE, "r1", {}), (ipfix(1, 2, 0, build.set_of(256, record(2))), "r1", {})])
    decoder.decode(ipfix(1, 6, 1, build.set_of(2, build.template(257, FLOW) + build.template(256, OTHER))), "r1")
    restored = Decoder.restore(decoder.snapshot(pending=True), history=True, limits=Limits(**limits))
    in_force, event = ([OTHER, FLOW], "learned") if "facts_per_exporter" in limits else ([OTHER], "rejected")
    assert [[(field["id"], field["length"]) for field in row["fields"]] for row in restored.templates()] == in_force
    assert keys(restored.flush()) == ["destinationIPv4Address"]  # of the first definition behind it that is known
    message = restored.decode(ipfix(1, 7, 1, build.set_of(2, build.template(258, FLOW))), "r1")
    assert [each["event"] for each in message["templates"]] == [event]


@pytest.mark.parametrize(
    "begun", [(), (build.set_of(2, bytes(4) + build.template(256, FLOW)),)], ids=["nothing", "late"]
)
def test_a_history_goes_on_behind_a_message_without_data(begun: tuple[bytes, ...], compiled: bool) -> None:
    """Of several with one time and number, the order in which they come counts: here as well."""
    decoder = Decoder(history=True, compiled=compiled)
    decoder.decode(ipfix(1, 0, 0, build.set_of(2, build.template(257, FLOW)), *begun), "r1")
    restored = Decoder.restore(decoder.snapshot(), history=True, compiled=compiled)
    again = ipfix(1, 0, 0, build.set_of(2, build.template(256, FLOW)))
    message = restored.decode(again, "r1")
    assert [each["event"] for each in message["templates"]] == ["refreshed" if begun else "learned"]
    assert message == decoder.decode(again, "r1")
    assert restored.snapshot() == decoder.snapshot()


@pytest.mark.fault("ST-23")
@pytest.mark.parametrize(
    ("limits", "left"), [({"fields_per_template": 2}, []), ({"pending_sets_per_exporter": 1}, [2])], ids=str
)
def test_sets_that_are_ready_find_no_room(limits: dict[str, int], left: list[int]) -> None:
    decoder = Decoder(limits=Limits(values=4))
    fed(decoder, [(ipfix(1, each, each, build.set_of(256, record(each))), "r1", {}) for each in range(3)])
    assert len(decoder.decode(LEARN, "r1")["late"]) == 1  # the others are ready
    restored = Decoder.restore(decoder.snapshot(pending=True), limits=Limits(**limits))
    (row,) = restored.statistics()
    assert (row["replayed"], row["evicted"], row["pending_sets"]) == (1, 2 - len(left), len(left))
    flows = [flow["octetDeltaCount"] for message in restored.flush() for flow in message["flows"]]
    assert flows == [number + 1 for number in left]


def test_of_two_sets_at_one_place_the_oldest_makes_room() -> None:
    """Though a snapshot says that the window of the second one was over before that of the first."""
    decoder = Decoder(history=60)
    fed(decoder, [(ipfix(1, 2, 0, build.set_of(256, record(each))), "r1", {}) for each in (1, 2)])
    snapshot = decoder.snapshot(pending=True)
    assert snapshot["pending"][0]["domains"][0]["unexamined"] == [0, 1]
    snapshot["pending"][0]["domains"][0]["unexamined"] = [0]
    restored = Decoder.restore(snapshot, history=60, limits=Limits(pending_sets_per_exporter=2))
    fed(restored, [(ipfix(1, 100, 1), "r1", {}), (ipfix(1, 100, 1, build.set_of(256, record(3))), "r1", {})])
    (late,) = restored.decode(LEARN, "r1")["late"]
    assert [flow["octetDeltaCount"] for flow in late["flows"]] == [3]
    (row,) = restored.statistics()
    assert (row["evicted"], row["replayed"], row["pending_sets"]) == (1, 1, 1)


def test_the_oldest_domain_loses_its_templates_first() -> None:
    decoder = Decoder()
    for domain in (1, 2):
        decoder.decode(ipfix(domain, domain, 0, build.set_of(2, build.template(256, FLOW))), "r1")
    restored = Decoder.restore(decoder.snapshot(), limits=Limits(templates_per_exporter=1))
    assert [(row["domain"], row["template_id"]) for row in restored.templates()] == [(2, 256)]


def test_settings_are_those_of_the_new_decoder() -> None:
    decoder = Decoder()
    decoder.decode(LEARN, "r1")
    settings = {"r1": ExporterSettings(sampling_interval=100)}
    restored = Decoder.restore(decoder.snapshot(), resolve=True, exporters=settings)
    message = restored.decode(ipfix(1, 1, 0, build.set_of(256, record(1))), "r1")
    assert message["flows"][0]["samplingInterval"] == 100


def test_exporters_that_the_new_decoder_takes_for_one() -> None:
    decoder = Decoder(quirks=())
    decoder.decode(LEARN, "::ffff:192.0.2.1")
    decoder.decode(CHANGE, "192.0.2.1")
    assert len(decoder.statistics()) == 2
    (row,) = Decoder.restore(decoder.snapshot()).statistics()
    assert (row["exporter"], row["datagrams"], row["templates"]) == ("192.0.2.1", 2, 1)


@pytest.mark.parametrize("values", [(30, 10), (60, 1)], ids=["not enough yet", "in force"])
def test_what_timestamps_have_shown_goes_over(
    make_decoder: Callable[..., Decoder], compiled: bool, values: Any
) -> None:
    counted = (500_000).to_bytes(4, "big")  # in place of NTP's fraction: a count of µs

    def send(decoder: Decoder, number: int) -> Any:
        timestamps = b"".join((TIME + each).to_bytes(4, "big") + counted for each in range(number))
        return decoder.decode(ipfix(1, 1, 0, build.set_of(256, timestamps)), "r1")

    decoder = make_decoder()
    decoder.decode(ipfix(1, 0, 0, build.set_of(2, build.template(256, [(154, 8)]))), "r1")
    send(decoder, values[0])
    restored = Decoder.restore(through_json(decoder.snapshot()), compiled=compiled)
    quirks = []
    for _ in range(4):
        message = send(restored, values[1])
        assert message == send(decoder, values[1])
        quirks += message["quirks"]
    assert "microseconds_not_ntp" in quirks
