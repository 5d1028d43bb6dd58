"""What hostile datagrams may do where data waits: output within bounds, and nobody else's data touched."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.codec import shapes
from tests.message_builder import EXPORT_TIME, ipfix_message, netflow9_datagram, set_of, template
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
