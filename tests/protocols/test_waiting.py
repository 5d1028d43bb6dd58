"""Data before its template: held, read when the template comes, and accounted for whatever becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Limits
from tests.message_builder import (
    EXPORT_TIME,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)
from tests.plain import assert_plain
from tests.protocols.messages import FIELDS, codes, events, flow, learn9, record

OVERHEAD = 512  # octets counted beside a set's own
TEACH = set_of(0, template(256, FIELDS))


def counts(decoder: Any, exporter: Any = "r1") -> dict[str, int]:
    """What became of the sets of an exporter, of all domains together."""
    names = ("held", "replayed", "expired", "evicted", "failed", "pending_sets")
    rows = [row for row in decoder.statistics() if row["exporter"] == exporter]
    total = {name: sum(row[name] for row in rows) for name in names}
    assert total["held"] == sum(total[name] for name in names[1:])
    return {name: count for name, count in total.items() if count}


def send9(decoder: Any, *sets: bytes, exporter: Any = "r1", **header: Any) -> Any:
    message = decoder.decode(netflow9_datagram(*sets, **header), exporter)
    assert_plain(message)
    return message


@pytest.mark.fault("N9-21", "ST-02")
@pytest.mark.conformance("IPFIX-8-05", "IPFIX-8-06", "NF9-9-01", "IPFIX-9.3-01")
def test_late_data_comes_under_its_own_header(decoder: Any) -> None:
    early = send9(decoder, set_of(256, record(1) + b"\0\0"), sequenceNumber=7, exportTime=EXPORT_TIME, sysUpTime=5_000)
    assert (early["flows"], early["late"]) == ([], [])
    assert early["problems"] == [
        {
            "code": "missing_template",
            "message": "set 256 at octet 20: template 256 is not known, 14 octets wait for it",
            "offset": 20,
            "set_id": 256,
            "template_id": 256,
            "waiting": True,
            "length": 14,
            "octets": (record(1) + b"\0\0").hex(),
        }
    ]
    assert decoder.pending() == [
        {
            "exporter": "r1",
            "protocol": "netflow9",
            "domain": 0,
            "template_id": 256,
            "sets": 1,
            "octets": 14,
            "oldest": EXPORT_TIME,
            "newest": EXPORT_TIME,
        }
    ]
    message = send9(decoder, TEACH, set_of(256, record(2)), sequenceNumber=8, exportTime=EXPORT_TIME + 60)
    assert (message["flows"], message["problems"], len(message["late"])) == ([flow(2)], [], 1)
    (late,) = message["late"]
    assert (late["flows"], late["problems"], late["templates"], late["late"]) == ([flow(1)], [], [], [])
    assert (late["header"], late["sequence"]) == (early["header"], early["sequence"])
    assert (late["exporter"], late["protocol"]) == ("r1", "netflow9")
    assert (decoder.pending(), counts(decoder)) == ([], {"held": 1, "replayed": 1})


def test_absolute_times_of_late_data_are_by_its_own_clock(decoder: Any) -> None:
    times = set_of(0, template(256, [(22, 4), (21, 4)]))
    send9(decoder, set_of(256, bytes.fromhex("00000FA0 00001388")), sysUpTime=6_000, exportTime=EXPORT_TIME)
    message = send9(decoder, times, sysUpTime=900_000, exportTime=EXPORT_TIME + 894, sequenceNumber=2)
    assert message["late"][0]["flows"] == [
        {
            "flowStartSysUpTime": 4_000,
            "flowEndSysUpTime": 5_000,
            "flowStartMilliseconds": (EXPORT_TIME - 2) * 1000,
            "flowEndMilliseconds": (EXPORT_TIME - 1) * 1000,
        }
    ]


def test_offsets_of_late_problems_are_those_of_their_datagram(decoder: Any) -> None:
    send9(decoder, set_of(300, b"abcd"), set_of(256, b"\7\1"))
    message = send9(decoder, set_of(0, template(256, [(276, 1)])), sequenceNumber=2)  # dataRecordsReliability
    (late,) = message["late"]
    assert late["flows"] == [{"dataRecordsReliability": None}, {"dataRecordsReliability": True}]
    assert [(each["code"], each["offset"], each["octets"]) for each in late["problems"]] == [("bad_value", 32, "07")]


@pytest.mark.fault("ST-03")
@pytest.mark.conformance("NF9-7-03")
def test_sets_of_one_datagram_join_its_flows_in_their_order(decoder: Any) -> None:
    other = set_of(0, template(256, [(12, 4), (8, 4), (1, 4)]))
    sets = set_of(257, record(9)), set_of(256, record(1)), TEACH, set_of(256, record(2)), other, set_of(256, record(3))
    message = send9(decoder, *sets)
    swapped = {"destinationIPv4Address": "192.0.2.3", "sourceIPv4Address": "198.51.100.1", "octetDeltaCount": 10}
    assert message["flows"] == [flow(1), flow(2), swapped]
    assert (message["late"], codes(message)) == ([], ["missing_template"])
    assert message["problems"][0]["set_id"] == 257
    assert counts(decoder) == {"held": 2, "replayed": 1, "pending_sets": 1}


@pytest.mark.conformance("IPFIX-8-05")
def test_data_on_both_sides_of_its_template_in_one_message(decoder: Any) -> None:
    sets = set_of(256, record(1)), set_of(2, template(256, FIELDS)), set_of(256, record(2))
    message = decoder.decode(ipfix_message(*sets), "r1")
    assert message["flows"] == [flow(1), flow(2)]
    assert (message["problems"], message["late"]) == ([], [])


@pytest.mark.conformance("IPFIX-8-07")
def test_data_older_than_its_template_is_read_by_it(decoder: Any) -> None:
    """Sent at 10 s, defined at 20 s: without history no other definition is waited for."""
    early = decoder.decode(ipfix_message(set_of(256, record(1)), exportTime=10), "r1")
    assert (early["flows"], codes(early)) == ([], ["missing_template"])
    teach = set_of(2, template(256, FIELDS))
    message = decoder.decode(ipfix_message(teach, exportTime=20, sequenceNumber=1), "r1")
    (late,) = message["late"]
    assert (message["flows"], late["flows"], late["problems"]) == ([], [flow(1)], [])
    assert late["header"]["exportTime"] == 10


def test_one_message_for_each_datagram_however_many_sets(decoder: Any) -> None:
    for number in (1, 2):
        sets = set_of(256, record(number)), set_of(258, record(7)), set_of(257, record(number + 2))
        send9(decoder, *sets, sequenceNumber=number)
    message = send9(decoder, set_of(0, template(257, FIELDS) + template(256, FIELDS)), sequenceNumber=3)
    assert [late["flows"] for late in message["late"]] == [[flow(1), flow(3)], [flow(2), flow(4)]]
    assert [late["header"]["sequenceNumber"] for late in message["late"]] == [1, 2]
    assert counts(decoder) == {"held": 6, "replayed": 4, "pending_sets": 2}


def test_options_wait_like_flows(decoder: Any) -> None:
    send9(decoder, set_of(256, bytes.fromhex("00000001 0064")))
    message = send9(decoder, set_of(1, netflow9_options_template(256, [(1, 4)], [(34, 2)])), sequenceNumber=2)
    assert message["late"][0]["options"] == [{"scope": {"system": 1}, "samplingInterval": 100}]


@pytest.mark.fault("N9-40")
@pytest.mark.conformance("IPFIX-8-02", "IPFIX-8-08", "NF9-7-02")
def test_only_the_own_domain_and_exporter_help(decoder: Any) -> None:
    send9(decoder, set_of(256, record(1)))
    for exporter, domain in (("r2", 0), ("r1", 5)):
        message = send9(decoder, TEACH, exporter=exporter, sourceId=domain)
        assert (message["late"], events(message)) == ([], [("learned", 256)])
    assert counts(decoder) == {"held": 1, "pending_sets": 1}


@pytest.mark.fault("ST-13")
def test_uncounted_records_leave_ipfix_numbers_uncertain(decoder: Any) -> None:
    teach = set_of(2, template(256, FIELDS))
    early = decoder.decode(ipfix_message(set_of(256, record(1)), sequenceNumber=5), "r1")
    assert early["sequence"]["event"] == "first"
    message = decoder.decode(ipfix_message(teach, sequenceNumber=6), "r1")
    assert message["sequence"] == {"expected": 5, "missing": None, "event": "uncertain"}
    assert message["late"][0]["flows"] == [flow(1)]
    joined = decoder.decode(
        ipfix_message(set_of(257, record(1)), set_of(2, template(257, FIELDS)), sequenceNumber=6), "r1"
    )
    assert joined["sequence"]["event"] == "in_order"
    assert decoder.decode(ipfix_message(sequenceNumber=7), "r1")["sequence"]["event"] == "in_order"
    (row,) = decoder.statistics()
    assert (row["lost"], row["gaps"]) == (0, 0)


@pytest.mark.fault("ST-04")
@pytest.mark.parametrize("transport", ["tcp", "sctp", "file", "udp"])
@pytest.mark.parametrize("withdrawn", [256, 2], ids=["one", "all"])
def test_a_withdrawal_in_between(decoder: Any, transport: Any, withdrawn: int) -> None:
    withdrawal = set_of(2, withdrawn.to_bytes(2, "big") + b"\0\0")
    for sets in ((set_of(256, record(1)),), (withdrawal,), (set_of(256, record(2)),)):
        decoder.decode(ipfix_message(*sets), "r1", transport=transport)
    message = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS))), "r1", transport=transport)
    late = [flow for each in message["late"] for flow in each["flows"]]
    if transport == "udp":
        assert (late, codes(message), counts(decoder)) == ([flow(1), flow(2)], [], {"held": 2, "replayed": 2})
        return
    assert (late, counts(decoder)) == ([flow(2)], {"held": 2, "replayed": 1, "failed": 1})
    assert message["problems"] == [
        {
            "code": "pending_lost",
            "message": "sets that waited for template 256 were there before it was withdrawn, and are given up: 1",
            "offset": 0,
            "template_id": 256,
            "outcome": "failed",
            "count": 1,
        }
    ]


def test_a_withdrawal_of_the_other_kind_does_not_matter(decoder: Any) -> None:
    withdrawal = set_of(3, bytes.fromhex("0003 0000"))
    for sets in (set_of(256, record(1)), withdrawal):
        decoder.decode(ipfix_message(sets), "r1", transport="tcp")
    message = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS))), "r1", transport="tcp")
    assert message["late"][0]["flows"] == [flow(1)]


def test_records_without_octets_fail(decoder: Any) -> None:
    send9(decoder, set_of(256, record(1)))
    message = send9(decoder, set_of(0, template(256, [(1, 0)])), sequenceNumber=2)
    (late,) = message["late"]
    assert (late["flows"], codes(late), counts(decoder)) == ([], ["no_progress"], {"held": 1, "failed": 1})


@pytest.mark.fault("ST-05", "ST-06", "ST-07")
@pytest.mark.conformance("IPFIX-9.3-02", "IPFIX-11.4-01")
def test_age(make_decoder: Any) -> None:
    """At exactly the age a set still waits; time that runs backwards makes nothing older.  A younger set waits on."""
    decoder = make_decoder(limits=Limits(pending_seconds=100))
    decoder.decode(netflow9_datagram(set_of(256, record(1))), "r1", now=1_000)
    for number, now in enumerate((900, 0, 1_050, 1_099, 1_100)):
        message = decoder.decode(netflow9_datagram(sequenceNumber=2 + number), "r1", now=now)
        assert (message["problems"], counts(decoder)) == ([], {"held": 1, "pending_sets": 1}), now
    assert [(row["oldest"], row["newest"]) for row in decoder.pending()] == [(1_000, 1_000)]
    decoder.decode(netflow9_datagram(set_of(256, record(2)), sequenceNumber=7), "r1", now=1_100)
    message = decoder.decode(netflow9_datagram(sequenceNumber=8), "r1", now=1_101)
    assert message["problems"] == [
        {
            "code": "pending_lost",
            "message": "sets that waited for template 256 were there for more than 100 s, and are given up: 1",
            "offset": 0,
            "template_id": 256,
            "outcome": "expired",
            "count": 1,
        }
    ]
    assert counts(decoder) == {"held": 2, "expired": 1, "pending_sets": 1}
    message = decoder.decode(netflow9_datagram(TEACH, sequenceNumber=9), "r1", now=1_101)
    assert [late["flows"] for late in message["late"]] == [[flow(2)]]


@pytest.mark.fault("RS-08", "ST-05")
@pytest.mark.conformance("IPFIX-9.3-02", "IPFIX-11.4-01")
@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({"pending_sets_per_exporter": 2}, "pending_sets_per_exporter"),
        ({"pending_octets_per_exporter": 2 * (12 + OVERHEAD)}, "pending_octets_per_exporter"),
        ({"pending_sets": 2}, "pending_sets"),
        ({"pending_octets": 2 * (12 + OVERHEAD)}, "pending_octets"),
    ],
)
def test_the_oldest_make_room(make_decoder: Any, limits: dict[str, int], limit: str) -> None:
    decoder = make_decoder(limits=Limits(**limits))
    for number in (1, 2):
        assert codes(send9(decoder, set_of(256, record(number)), sequenceNumber=number)) == ["missing_template"]
    message = send9(decoder, set_of(256, record(3)), sequenceNumber=3)
    assert codes(message) == ["limit", "missing_template"]
    assert (message["problems"][0]["limit"], message["problems"][0]["count"]) == (limit, 1)
    assert counts(decoder) == {"held": 3, "evicted": 1, "pending_sets": 2}
    message = send9(decoder, TEACH, sequenceNumber=4)
    assert [late["flows"] for late in message["late"]] == [[flow(2)], [flow(3)]]


@pytest.mark.conformance("IPFIX-11.4-01")
def test_a_set_that_finds_no_room_is_given_up_at_once(make_decoder: Any) -> None:
    decoder = make_decoder(limits=Limits(pending_octets_per_exporter=1))
    message = send9(decoder, set_of(256, record(1)))
    assert codes(message) == ["limit", "missing_template"]
    assert "left undecoded" in message["problems"][1]["message"]
    assert (message["problems"][1]["waiting"], counts(decoder)) == (False, {"held": 1, "evicted": 1})


@pytest.mark.conformance("IPFIX-11.4-01")
def test_in_total_exporters_that_hold_nothing_new_make_room(make_decoder: Any) -> None:
    decoder = make_decoder(limits=Limits(pending_sets=3))
    for exporter in ("a", "b", "a", "c", "a"):
        send9(decoder, set_of(256, record(1)), exporter=exporter)
    assert [counts(decoder, each) for each in "abc"] == [
        {"held": 3, "evicted": 1, "pending_sets": 2},
        {"held": 1, "evicted": 1},
        {"held": 1, "pending_sets": 1},
    ]


@pytest.mark.fault("RS-09")
def test_what_is_read_at_once_is_bounded_and_the_rest_comes_later(make_decoder: Any) -> None:
    """Each set of 5 records of 3 fields costs 16 of the 40 values that a datagram may hold."""
    decoder = make_decoder(limits=Limits(values=40))
    for number in range(5):
        send9(decoder, set_of(256, b"".join(record(5 * number + each) for each in range(5))), sequenceNumber=number)
    came = [send9(decoder, *sets, sequenceNumber=5 + at)["late"] for at, sets in enumerate([(TEACH,), (), (), ()])]
    assert [len(late) for late in came] == [2, 2, 1, 0]
    flows = [each for late in came for message in late for each in message["flows"]]
    assert flows == [flow(number) for number in range(25)]


@pytest.mark.fault("ST-03")
def test_the_definition_that_made_a_set_ready_reads_it_whatever_comes_then(make_decoder: Any) -> None:
    decoder = make_decoder(limits=Limits(values=4))
    for number in range(3):
        send9(decoder, set_of(256, record(number)), sequenceNumber=number)
    send9(decoder, TEACH, sequenceNumber=3)
    assert counts(decoder)["pending_sets"] == 2
    late = send9(decoder, set_of(0, template(256, [(1, 4)])), sequenceNumber=4)["late"]
    assert [each["flows"] for each in late] == [[flow(1)]]
    assert [each["flows"] for each in decoder.flush("r1")] == [[flow(2)]]
    assert (decoder.flush("nobody"), decoder.flush()) == ([], [])


def test_forgetting_forgets_what_waits(decoder: Any) -> None:
    for exporter in ("r1", "r2"):
        send9(decoder, set_of(256, record(1)), exporter=exporter)
    decoder.forget("r1")
    assert [row["exporter"] for row in decoder.pending()] == ["r2"]
    learn9(decoder)
    assert send9(decoder, TEACH, exporter="r2")["late"][0]["flows"] == [flow(1)]


def test_options_template_over_ipfix(decoder: Any) -> None:
    decoder.decode(ipfix_message(set_of(300, bytes.fromhex("00000001 0007"))), "r1")
    message = decoder.decode(ipfix_message(set_of(3, options_template(300, [(141, 4)], [(41, 2)]))), "r1")
    assert message["late"][0]["options"] == [{"scope": {"lineCardId": 1}, "exportedMessageTotalCount": 7}]
