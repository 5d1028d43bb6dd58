"""What hostile datagrams may do where data waits: output within bounds, and nobody else's data touched."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.codec import shapes
from netflowparse.protocols.learned_elements import ShapeAllowance
from netflowparse.state.pending import OVERHEAD, PINNED
from tests.list_builder import ALL_OF, MULTI, entry, field, multi_list
from tests.message_builder import EXPORT_TIME, VARIABLE, ipfix_message, netflow9_datagram, set_of, template
from tests.protocols.messages import codes


def teach(*lengths: int, template_id: int = 300) -> bytes:
    """Definitions of one id, of one field each of these lengths."""
    return set_of(2, b"".join(template(template_id, [(8, length)]) for length in lengths))


def test_all_late_messages_together_have_the_values_of_one_datagram() -> None:
    limits = Limits(values=1_000, pending_octets_per_exporter=60_000)
    decoder = Decoder(history=True, limits=limits)
    decoder.decode(ipfix_message(set_of(2, template(300, [(4, 1)]))), "r1")
    for number in range(50):
        decoder.decode(ipfix_message(set_of(300, b"x" * 600), sequenceNumber=600 * number), "r1")
    message = decoder.decode(ipfix_message(*[set_of(301, b"y")] * 200, sequenceNumber=99_999), "r1")
    assert 600 <= sum(len(late["flows"]) for late in message["late"]) <= 2_000
    row = decoder.statistics()[0]
    assert row["held"] == row["replayed"] + row["evicted"] + row["pending_sets"]
    assert {"limit"} <= set(codes(message))


WIDE = [template(300 + number, [(10 + number, 0)] * 31 + [(4, 1)]) for number in range(6)]


def sets_of_wide(number: int) -> bytes:
    """A NetFlow v9 datagram with a set of each, one record of a single octet."""
    return netflow9_datagram(*(set_of(300 + each, bytes([number])) for each in range(6)), sequenceNumber=1 + number)


@pytest.mark.fault("RS-05", "RS-09")
@pytest.mark.parametrize("pushed_out", [False, True])
def test_shapes_of_what_waited_are_made_once(
    make_decoder: Any, monkeypatch: pytest.MonkeyPatch, pushed_out: bool
) -> None:
    """60 sets, of 6 templates in turn; 5 shapes are kept, and 2 may be asked for at a time."""
    limits = {"values": 80 * 16, "fields_per_template": 32, "record_shape_fields": 160}
    decoder = make_decoder(history=True, limits=Limits(**limits, pending_sets_per_exporter=60))
    decoder.decode(netflow9_datagram(set_of(0, b"".join(WIDE)), exportTime=EXPORT_TIME - 10), "r1")
    for number in range(10):
        assert decoder.decode(sets_of_wide(number), "r1")["flows"] == []
    made, make = [], shapes.template_layout
    monkeypatch.setattr(shapes, "template_layout", lambda *args, **how: made.append(args) or make(*args, **how))
    if pushed_out:
        late = decoder.decode(netflow9_datagram(*[set_of(400, b"a")] * 60, sequenceNumber=11), "r1")["late"]
    else:
        late = decoder.flush("r1")
    read = [flow["protocolIdentifier"] for message in late for flow in message["flows"]]
    row = decoder.statistics()[0]
    if pushed_out:
        assert (len(made), read, row["evicted"]) == (2, [number // 2 for number in range(20)], 40)
    else:
        assert (len(made), sorted(read), row["replayed"]) == (6, [number // 6 for number in range(60)], 60)
    assert [problem for message in late for problem in message["problems"]] == []


@pytest.mark.fault("RS-09")
@pytest.mark.parametrize("fields", [92, 95, 100])  # 8 more are counted, and 1,500 / 16 or one template may be
@pytest.mark.parametrize("pushed_out", [False, True])
def test_sets_of_one_template_come_together_however_wide_it_is(
    make_decoder: Any, pushed_out: bool, fields: int
) -> None:
    limits = Limits(values=1_500, fields_per_template=100, pending_sets_per_exporter=5)
    decoder, learn = make_decoder(history=pushed_out, limits=limits), set_of(2, template(300, [(4, 1)] * fields))
    data = set_of(300, b"\6" * fields)
    if pushed_out:
        decoder.decode(ipfix_message(learn, exportTime=EXPORT_TIME - 10), "r1")
    for number in range(5):
        assert decoder.decode(ipfix_message(data, sequenceNumber=number), "r1")["flows"] == []
    message = decoder.decode(ipfix_message(*([data] * 5 if pushed_out else [learn]), sequenceNumber=5), "r1")
    assert [late["flows"] for late in message["late"]] == [[{"protocolIdentifier": [6] * fields}]] * 5
    row = decoder.statistics()[0]
    assert (row["replayed"], row["evicted"]) == (5, 0)


@pytest.mark.fault("RS-05", "RS-09")
def test_sets_of_lists_by_more_templates_than_may_be_counted_come_together(make_decoder: Any) -> None:
    """Theirs count 9 + 53 + 53, and 108 may: the first set is read all the same, and the others ask for no more."""
    decoder, inner = make_decoder(limits=Limits(values=1_500, fields_per_template=100)), (301, 302)
    decoder.decode(ipfix_message(set_of(2, template(300, [(MULTI, VARIABLE)]))), "r1")
    value = field(multi_list(ALL_OF, [entry(each, b"\6" * 45) for each in inner]))
    for number in range(5):
        decoder.decode(ipfix_message(set_of(300, value), sequenceNumber=number), "r1")
    learn = set_of(2, b"".join(template(each, [(4, 1)] * 45) for each in inner))
    late = decoder.decode(ipfix_message(learn, sequenceNumber=5), "r1")["late"]
    entries = [{"template_id": each, "records": [{"protocolIdentifier": [6] * 45}]} for each in inner]
    whole = {"subTemplateMultiList": {"semantic": "allOf", "entries": entries}}
    assert [each["completed"]["flows"] for each in late] == [[whole]] * 5


def test_a_far_off_time_does_not_stop_a_window(make_decoder: Any) -> None:
    decoder = make_decoder(history=60)
    decoder.decode(ipfix_message(set_of(2, template(300, [(8, 4)]))), "r1")
    (step,) = decoder.decode(ipfix_message(exportTime=EXPORT_TIME + 365 * 86_400), "r1")["problems"]
    assert step["code"] == "clock_step"
    late = []
    for minute in range(1, 6):
        data = set_of(300, bytes([192, 0, 2, minute]))
        message = decoder.decode(
            ipfix_message(data, exportTime=EXPORT_TIME + 60 * minute, sequenceNumber=minute - 1), "r1"
        )
        late += [flow["sourceIPv4Address"] for each in message["late"] for flow in each["flows"]]
    assert late == ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]


def test_a_message_is_the_callers(make_decoder: Any) -> None:
    """What waits shares nothing with the message that was returned."""
    decoder = make_decoder(resolve=True)
    message = decoder.decode(ipfix_message(set_of(300, b"abcd")), "r1")
    message["header"].clear()
    message["sequence"].clear()
    (late,) = decoder.decode(ipfix_message(teach(4)), "r1")["late"]
    assert (late["header"]["exportTime"], late["sequence"]["event"]) == (EXPORT_TIME, "first")
    late["header"].clear()


def test_one_exporters_message_never_carries_anothers_data(make_decoder: Any) -> None:
    decoder = make_decoder(history=True, limits=Limits(pending_sets=1))
    decoder.decode(ipfix_message(teach(4), set_of(300, b"abcd")), "r1")
    message = decoder.decode(ipfix_message(set_of(300, b"abcd")), "r2")
    assert message["late"] == []
    assert [row["evicted"] for row in decoder.statistics()] == [1, 0]


def test_problems_of_late_data_are_counted(make_decoder: Any) -> None:
    decoder = make_decoder()
    decoder.decode(ipfix_message(set_of(300, b"\7")), "::ffff:192.0.2.1")
    (late,) = decoder.decode(ipfix_message(set_of(2, template(300, [(276, 1)]))), "::ffff:192.0.2.1")["late"]
    assert (codes(late), late["quirks"], late["exporter"]) == (["bad_value"], ["mapped_exporter"], "::ffff:192.0.2.1")
    assert decoder.statistics()[0]["problems"] == 2  # the missing template, and this


@pytest.mark.parametrize("set_id", [2, 0])
def test_templates_of_foreign_sets_outlive_a_restart(set_id: int) -> None:
    make = netflow9_datagram if set_id else ipfix_message
    decoder = Decoder()
    decoder.decode(make(set_of(set_id, template(300, [(8, 4)]))), "r1")
    again = Decoder.restore(decoder.snapshot())
    assert again.templates() == decoder.templates() != []
    assert len(again.decode(make(set_of(300, b"abcd")), "r1")["flows"]) == 1


@pytest.mark.fault("RS-06", "RS-09")
@pytest.mark.parametrize("history", [False, 60])
@pytest.mark.parametrize(("room", "read"), [(8, [26] * 4), (5, [26] * 4), (1, [26, 26, 26, 13]), (0, [26] * 3)])
def test_definitions_that_ready_sets_keep_count(
    make_decoder: Any, history: bool | int, room: int, read: list[int]
) -> None:
    """Eight sets, 40 of 100 values each, are ready by eight definitions; two come at a time, and two to make room."""
    ids, octets, definition = range(300, 308), 39 + OVERHEAD, 3 * PINNED
    most, evicted = 8 * octets + room * definition, 8 - sum(read) // 13
    decoder = make_decoder(history=history, limits=Limits(values=100, pending_octets_per_exporter=most))
    learn = set_of(2, b"".join(template(each, [(4, 1), (5, 1), (60, 1)]) for each in ids))
    data = ipfix_message(*(set_of(each, b"\6\0\4" * 13) for each in ids))
    if history:
        decoder.decode(ipfix_message(learn, exportTime=EXPORT_TIME - 10), "r1")
    decoder.decode(data, "r1")
    last = ipfix_message(exportTime=EXPORT_TIME + 61) if history else ipfix_message(learn)
    message, late = decoder.decode(last, "r1"), []
    given_up = [(each["limit"], each["count"]) for each in message["problems"] if each["code"] == "limit"]
    assert given_up == ([("pending_octets_per_exporter", evicted)] if evicted else [])
    (exporter,) = decoder._context.store
    while message["late"]:
        late += message["late"]
        for one in (exporter, *Decoder.restore(decoder.snapshot(pending=True), limits=decoder.limits)._context.store):
            assert one.held_octets == len(one.held) * (octets + definition) <= most
        message = decoder.decode(last, "r1")
    assert [len(each["flows"]) for each in late] == read
    row = decoder.statistics()[0]
    assert (row["held"], row["replayed"], row["evicted"], row["pending_sets"]) == (8, 8 - evicted, evicted, 0)
    assert (exporter.held_octets, exporter.pins) == (0, {})


@pytest.mark.fault("RS-09", "ST-23")
def test_definitions_of_ready_sets_count_where_there_is_less_room(make_decoder: Any) -> None:
    """Room for eight sets, but not for the definitions that six of them, which are ready, are to be read by."""
    ids, octets = range(300, 308), 39 + OVERHEAD
    decoder = make_decoder(limits=Limits(values=100))
    learn = set_of(2, b"".join(template(each, [(4, 1), (5, 1), (60, 1)]) for each in ids))
    decoder.decode(ipfix_message(*(set_of(each, b"\6\0\4" * 13) for each in ids)), "r1")
    assert len(decoder.decode(ipfix_message(learn), "r1")["late"][0]["flows"]) == 2 * 13
    limits = Limits(values=100, pending_octets_per_exporter=8 * octets)
    restored = Decoder.restore(decoder.snapshot(pending=True), limits=limits)
    (exporter,), (row,) = restored._context.store, restored.statistics()
    kept = 8 * octets // (octets + 3 * PINNED)
    assert (len(exporter.held), exporter.held_octets) == (kept, kept * (octets + 3 * PINNED))
    assert (row["held"], row["replayed"], row["evicted"], row["pending_sets"]) == (8, 2, 6 - kept, kept)


@pytest.mark.fault("RS-09")
def test_sets_that_are_passed_over_are_not_many(make_decoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 templates, of which one may be had at a time, for three sets each: 96 are passed over for them, and 32."""
    decoder, ids = make_decoder(limits=Limits(values=500, fields_per_template=30)), range(300, 400)
    data = [ipfix_message(*(set_of(each, bytes(30)) for each in ids), sequenceNumber=number) for number in range(3)]
    learn = set_of(2, b"".join(template(each, [(4, 1)] * 30) for each in ids))
    for octets in data:
        decoder.decode(octets, "r1")
    asked, take = [], ShapeAllowance.take
    monkeypatch.setattr(ShapeAllowance, "take", lambda self, held: asked.append(held) or take(self, held))
    message, read = decoder.decode(ipfix_message(learn), "r1"), 0
    while message["late"]:
        assert len(asked) <= 3 + 96 + 32
        asked.clear()
        read += sum(len(each["flows"]) for each in message["late"])
        message = decoder.decode(ipfix_message(), "r1")
    assert read == 300
