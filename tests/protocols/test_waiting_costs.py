"""What hostile datagrams cost where data waits: counted in calls, twice the octets never more than about twice."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from tests.message_builder import EXPORT_TIME, ipfix_message, netflow9_datagram, set_of, template
from tests.protocols.messages import codes

WITHDRAW_ALL = bytes.fromhex("0002 0000")


def teach(*lengths: int, template_id: int = 300) -> bytes:
    """Definitions of one id, of one field each of these lengths."""
    return set_of(2, b"".join(template(template_id, [(8, length)]) for length in lengths))


def waiting(decoder: Decoder, sets: int = 2_000) -> Decoder:
    """A decoder with so many sets that wait for template 300."""
    decoder.decode(ipfix_message(*[set_of(300, b"abcd")] * sets), "r1", transport="tcp")
    return decoder


def definitions(times: int) -> tuple[Decoder, bytes]:
    """Ever other definitions of one id, in a history."""
    return Decoder(history=True), ipfix_message(teach(*range(1, times + 1)))


def withdrawals(times: int) -> tuple[Decoder, bytes]:
    """Withdrawals while much waits."""
    return waiting(Decoder()), ipfix_message(set_of(2, WITHDRAW_ALL * times))


def data_and_withdrawals(times: int) -> tuple[Decoder, bytes]:
    """Sets that wait, and a withdrawal behind each."""
    return Decoder(), ipfix_message(*[set_of(300, b"abcd"), set_of(2, WITHDRAW_ALL)] * times)


def old_withdrawals(times: int) -> tuple[Decoder, bytes]:
    """Withdrawals that are older than all templates, in a history."""
    decoder = Decoder(history=True)
    octets = set_of(2, b"".join(template(256 + each, [(8, 4)]) for each in range(1_000)))
    decoder.decode(ipfix_message(octets, exportTime=EXPORT_TIME + 100), "r1", transport="tcp")
    return decoder, ipfix_message(set_of(2, WITHDRAW_ALL * times))


def late_definitions(times: int) -> tuple[Decoder, bytes]:
    """Repetitions of a template that comes too late for much that waits, in a history."""
    decoder = waiting(Decoder(history=1))
    decoder.decode(ipfix_message(exportTime=EXPORT_TIME + 10, sequenceNumber=9_000), "r1")
    return decoder, ipfix_message(teach(*[4] * times), exportTime=EXPORT_TIME + 20, sequenceNumber=9_000)


@pytest.mark.fault("RS-05", "RS-06", "RS-07")
@pytest.mark.conformance("LIB-02")
@pytest.mark.parametrize(
    "make",
    [definitions, withdrawals, data_and_withdrawals, old_withdrawals, late_definitions],
    ids=lambda f: f.__name__,
)
def test_cost_grows_as_the_records_do(make: Callable[[int], tuple[Decoder, bytes]]) -> None:
    counts = []
    for times in (300, 600, 1_200):
        decoder, octets = make(times)
        count = 0

        def note(frame: Any, event: str, argument: Any) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        gc.disable()
        sys.setprofile(note)
        try:
            decoder.decode(octets, "r1", transport="tcp")
        finally:
            sys.setprofile(None)
            gc.enable()
        counts.append(count)
    once, twice, often = counts
    assert often - twice <= 2.3 * (twice - once) + 500
    assert often <= 20_000 + 200 * 1_200


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
