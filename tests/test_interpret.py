"""What decoded values mean: intervals, wrapped seconds, maps of fields, forwarding statuses, object identifiers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder
from netflowparse.errors import UsageError
from netflowparse.interpret import (
    delta_time,
    flow_interval,
    flow_key_names,
    forwarding_status,
    index_fields,
    nearest_time,
    object_identifier,
    report_interval,
)
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS

S, MS, US = 1_000_000_000, 1_000_000, 1_000  # ns
WRAP = 2**32  # s


@pytest.mark.conformance("IPFIX-4.2-01", "IPFIX-4.3-01")
@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"observationTimeSeconds": [100, 160]}, (100 * S, 160 * S)),
        ({"observationTimeSeconds": [160, 100]}, (100 * S, 160 * S)),
        ({"observationTimeSeconds": [100, 100]}, (100 * S, 100 * S)),
        ({"observationTimeMilliseconds": [1001, 1000]}, (1000 * MS, 1001 * MS)),
        ({"observationTimeMicroseconds": [7, 8]}, (7 * US, 8 * US)),
        ({"observationTimeNanoseconds": [9, 8]}, (8, 9)),
        ({"observationTimeNanoseconds": 99 * S + 1, "observationTimeSeconds": 100}, (99 * S + 1, 100 * S)),
        ({"observationTimeMilliseconds": 1000, "observationTimeMicroseconds": 999_999}, (999_999 * US, S)),
        ({"observationTimeSeconds": [3, 1, 2]}, (1 * S, 3 * S)),
        # seconds wrapped in between: 16 s before and 16 s behind
        ({"observationTimeSeconds": [WRAP - 16, 16]}, ((WRAP - 16) * S, (WRAP + 16) * S)),
        ({"observationTimeSeconds": [16, WRAP - 16]}, ((WRAP - 16) * S, (WRAP + 16) * S)),
        # and before both, as a finer time tells
        (
            {"observationTimeSeconds": 5, "observationTimeMilliseconds": (WRAP + 6) * 1000},
            ((WRAP + 5) * S, (WRAP + 6) * S),
        ),
        ({"observationTimeSeconds": 100}, None),
        ({"observationTimeSeconds": [100, "000064"]}, None),
        ({"observationTimeMicroseconds": [None, 8]}, None),
        ({}, None),
    ],
)
def test_intervals_of_reports(times: dict[str, Any], expected: tuple[int, int] | None) -> None:
    record = {"scope": {"observationDomainId": 1}, "ignoredPacketTotalCount": 5, **times}
    before = repr(record)
    assert report_interval(record) == expected
    assert repr(record) == before


@pytest.mark.fault("TM-09")
@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ({"flowStartSeconds": 1, "flowEndSeconds": 2}, (1 * S, 2 * S)),
        ({"flowStartMilliseconds": 1, "flowEndMilliseconds": 2}, (1 * MS, 2 * MS)),
        ({"flowStartMicroseconds": 1, "flowEndMicroseconds": 2}, (1 * US, 2 * US)),
        ({"flowStartNanoseconds": 1, "flowEndNanoseconds": 2}, (1, 2)),
        ({"flowStartDeltaMicroseconds": 3, "flowEndDeltaMicroseconds": 1}, (100 * S - 3 * US, 100 * S - US)),
        # the finest, and each by itself
        ({"flowStartSeconds": 1, "flowStartMilliseconds": 1001, "flowEndSeconds": 2}, (1001 * MS, 2 * S)),
        ({"flowStartDeltaMicroseconds": 3, "flowStartMilliseconds": 1}, (100 * S - 3 * US, None)),
        ({"flowStartDeltaMicroseconds": 3, "flowStartMicroseconds": 1}, (1 * US, None)),
        ({"flowStartMilliseconds": 0}, (0, None)),
        # durations
        ({"flowStartMilliseconds": 5, "flowDurationMilliseconds": 2}, (5 * MS, 7 * MS)),
        ({"flowEndMilliseconds": 5, "flowDurationMicroseconds": 2}, (5 * MS - 2 * US, 5 * MS)),
        ({"flowStartSeconds": 5, "flowEndSeconds": 6, "flowDurationMilliseconds": 2}, (5 * S, 6 * S)),
        ({"flowDurationMilliseconds": 2}, (None, None)),
        # what was observed
        ({"observationTimeMilliseconds": 7}, (7 * MS, 7 * MS)),
        ({"observationTimeSeconds": 1, "observationTimeMicroseconds": 7}, (7 * US, 7 * US)),
        ({"observationTimeMilliseconds": 7, "flowStartMilliseconds": 5}, (5 * MS, None)),
        # what tells nothing
        ({"flowStartMilliseconds": None, "flowEndMilliseconds": "0064"}, (None, None)),
        ({"flowStartMilliseconds": [5, 6]}, (5 * MS, None)),
        ({"flowStartSysUpTime": 5}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_intervals_of_flows(flow: dict[str, Any], expected: tuple[int | None, int | None]) -> None:
    assert flow_interval(flow, 100) == expected


def test_delta_times_tell_nothing_without_an_export_time() -> None:
    assert flow_interval({"flowStartDeltaMicroseconds": 3, "flowEndSeconds": 2}) == (None, 2 * S)


@pytest.mark.parametrize("name", ["softflowd-ipfix-ether", "openvswitch-ipfix", "softflowd-psamp", "pmacctd-netflow9"])
def test_every_recorded_flow_has_an_interval(name: str) -> None:
    decoder = Decoder(resolve=True)
    for octets in read_datagrams(RECORDINGS / f"{name}.pcap"):
        message = decoder.decode(octets, "192.0.2.1")
        for flow in message["flows"]:
            start, end = flow_interval(flow, message["header"]["exportTime"])
            assert start is not None
            assert end is not None
            assert 1_700_000_000 * S <= start <= end


@pytest.mark.conformance("IPFIX-5.1-01")
@pytest.mark.parametrize(
    ("value", "export_time", "expected"),
    [
        (0, 10, 10_000_000),
        (5_000_000, 10, 5_000_000),
        (1, 0x65E0F000, 0x65E0F000 * 1_000_000 - 1),
        (WRAP - 1, 10, 10_000_000 - (WRAP - 1)),  # 71 minutes back, before 1970
        (WRAP - 1, WRAP - 1, 999_999 * (WRAP - 1)),
    ],
)
def test_delta_times_count_back_from_the_export(value: int, export_time: int, expected: int) -> None:
    assert delta_time(value, export_time) == expected


@pytest.mark.fault("TM-07")
@pytest.mark.conformance("IPFIX-5.2-01")
@pytest.mark.parametrize(
    ("seconds", "reference", "expected"),
    [
        (100, 2**32 + 7 * 86_400, 2**32 + 100),  # 2106-02-14: the wrap was a week before
        (100, 4_323_283_200, 2**32 + 100),  # 2107-01-01
        (WRAP - 5, WRAP + 5, WRAP - 5),
        (5, WRAP - 5, WRAP + 5),
        (1_709_240_320, 1_709_240_330, 1_709_240_320),
        (1_709_240_320, 0, 1_709_240_320),
        (0, 3 * WRAP + 1, 3 * WRAP),
        (WRAP - 1, 3, WRAP - 1),  # not before 1970
        (0, 2**31, 0),  # as near as the next
    ],
)
def test_wrapped_seconds(seconds: int, reference: int, expected: int) -> None:
    assert nearest_time(seconds, reference) == expected


@pytest.mark.conformance("IPFIX-5.2-01")
@given(st.integers(0, 2**36), st.integers(-(2**31) + 1, 2**31 - 1))
def test_wrapped_seconds_are_those_that_were_meant(reference: int, distance: int) -> None:
    meant = max(0, reference + distance)
    assert nearest_time(meant % WRAP, reference) == meant


def fields(count: int) -> list[dict[str, Any]]:
    """So many fields of a template, called f0, f1 and so on."""
    return [{"name": f"f{index}", "enterprise": 0, "id": index, "length": 4} for index in range(count)]


def row(template_id: int, count: int, **more: Any) -> dict[str, Any]:
    """A row of ``Decoder.templates``."""
    return {"exporter": "r1", "protocol": "ipfix", "domain": 1, "template_id": template_id, "scope_count": None} | {
        "fields": fields(count),
        **more,
    }


def keys(indicator: Any, template_id: Any = 256) -> dict[str, Any]:
    """A flow-keys record."""
    return {"scope": {"templateId": template_id}, "flowKeyIndicator": indicator, "report": "flow_keys"}


@pytest.mark.fault("PO-10")
@pytest.mark.conformance("IPFIX-4.4-01")
def test_flow_keys_are_named() -> None:
    assert flow_key_names(keys(0b1011), [row(256, 5)]) == ["f0", "f1", "f3"]
    assert flow_key_names(keys(0b1011), fields(5)) == ["f0", "f1", "f3"]
    assert flow_key_names(keys(0b1011), [row(256, 2)]) == ["f0", "f1"]  # bits without a field mean nothing
    assert flow_key_names(keys(0), [row(256, 5)]) == []


@pytest.mark.conformance("IPFIX-4.4-01")
def test_of_70_fields_64_can_be_named() -> None:
    assert flow_key_names(keys(2**64 - 1), [row(256, 70)]) == [f"f{index}" for index in range(64)]
    assert flow_key_names(keys(2**63), [row(256, 70)]) == ["f63"]
    assert flow_key_names(keys(2**64), [row(256, 70)]) == []


@pytest.mark.fault("PO-10")
@pytest.mark.conformance("IPFIX-4.4-02")
def test_flow_keys_of_a_template_that_is_not_known() -> None:
    assert flow_key_names(keys(3), []) is None
    assert flow_key_names(keys(3), [row(257, 5)]) is None
    withdrawn = {"event": "withdrawn", "template_id": 256, "scope_count": None, "fields": []}
    assert flow_key_names(keys(3), [withdrawn]) is None


@pytest.mark.parametrize("record", [keys(None), keys([1, 2]), keys("03"), keys(3, [256, 257]), keys(3, None), {}])
def test_what_is_no_flow_keys_record_names_none(record: dict[str, Any]) -> None:
    assert flow_key_names(record, [row(256, 5)]) is None


def test_template_ids_are_of_one_domain() -> None:
    rows = [row(256, 5), row(256, 5, domain=2), row(257, 3, exporter="r2")]
    with pytest.raises(UsageError, match="template 256 of 2 domains, expected rows of one exporter and domain"):
        flow_key_names(keys(1), rows)
    assert flow_key_names(keys(1, 257), rows) == ["f0"]


@pytest.mark.conformance("MIB-11-01")
@pytest.mark.parametrize(
    ("indicator", "count", "expected"),
    [
        (0b101, 3, [0, 2]),
        (0b101, 2, [0]),
        (0b100, 2, []),
        (2**64 - 1, 3, [0, 1, 2]),
        (2**64 - 1, 70, list(range(64))),
        (2**70, 100, []),
        (0, 3, []),
        (1, 0, []),
    ],
)
def test_maps_of_fields(indicator: int, count: int, expected: list[int]) -> None:
    assert index_fields(indicator, count) == expected


@pytest.mark.conformance("CISCO-4.12-01")
@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [
        (0, "unknown", 0),
        (63, "unknown", 63),
        (64, "forwarded", 0),
        (66, "forwarded", 2),
        (130, "dropped", 2),  # ACL drop
        (0x89, "dropped", 9),  # bad TTL, by the table of RFC 7270 §4.12
        (193, "consumed", 1),
        (255, "consumed", 63),
        (0x40000082, "dropped", 2),  # in 4 octets
    ],
)
def test_forwarding_statuses(value: int, status: str, reason: int) -> None:
    assert forwarding_status(value) == {"status": status, "reason": reason}


@pytest.mark.parametrize("value", [None, "4000", [64, 64], True])
def test_what_is_no_number_is_no_forwarding_status(value: object) -> None:
    assert forwarding_status(value) is None


IF_IN_OCTETS = "2b060102010202010a"  # ifInOctets: 1.3 is 40 * 1 + 3, then an octet for each arc


@pytest.mark.conformance("MIB-8-02")
@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (IF_IN_OCTETS, "1.3.6.1.2.1.2.2.1.10"),
        (bytes.fromhex(IF_IN_OCTETS), "1.3.6.1.2.1.2.2.1.10"),
        ("0609" + IF_IN_OCTETS, "1.3.6.1.2.1.2.2.1.10"),
        ("068109" + IF_IN_OCTETS, "1.3.6.1.2.1.2.2.1.10"),  # lengths in the long form
        ("06820009" + IF_IN_OCTETS, "1.3.6.1.2.1.2.2.1.10"),
        ("883703", "2.999.3"),  # X.690 §8.19.5: 2.999 is 1079 = 8 * 128 + 55
        ("00", "0.0"),
        ("27", "0.39"),
        ("28", "1.0"),
        ("4f", "1.39"),
        ("50", "2.0"),
        ("78", "2.40"),
        ("2b06010401828d4d01", "1.3.6.1.4.1.34509.1"),  # 34509 = 2 * 16384 + 13 * 128 + 77
        ("2b8fffffff7f", "1.3.4294967295"),  # 2^32 - 1, the largest arc of a MIB
        ("2b" + 9 * "ff" + "7f", f"1.3.{2**70 - 1}"),  # an arc of 10 octets
        ("2b81" + 298 * "80" + "00", f"1.3.{2 ** (7 * 299)}"),  # of 300
        ("2b81" + 299 * "80" + "00", None),  # of more
        ("", None),
        (b"", None),
        ("2b0601ff", None),  # cut: the last octet goes on
        ("80", None),
        ("2b8001", None),  # an arc in more octets than it needs
        ("06", None),
        ("0600", None),
        ("060a" + IF_IN_OCTETS, None),  # cut behind its length
        ("0608" + IF_IN_OCTETS, None),
        ("0682", None),
        ("2b06010", None),  # no whole octets
        ("1.3.6", None),
        (None, None),
        (7, None),
        ([IF_IN_OCTETS], None),
    ],
)
def test_object_identifiers(octets: object, expected: str | None) -> None:
    assert object_identifier(octets) == expected


@pytest.mark.conformance("MIB-8-02")
@given(st.binary(max_size=40))
def test_any_octets_are_an_object_identifier_or_none(octets: bytes) -> None:
    text = object_identifier(octets)
    assert text == object_identifier(octets.hex())
    if text is not None:
        first, second, *_ = map(int, text.split("."))
        assert first == 2 or (first < 2 and second < 40)


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**128), max_size=20))
def test_object_identifiers_are_what_was_encoded(first: int, second: int, arcs: list[int]) -> None:
    octets = b""
    for arc in (40 * first + second, *arcs):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.insert(0, 0x80 | arc & 0x7F)
        octets += bytes(groups)
    expected = ".".join(map(str, (first, second, *arcs)))
    if octets[0] != 6:  # which reads as the tag
        assert object_identifier(octets) == expected
    head = bytes([6, len(octets)]) if len(octets) < 128 else b"\x06\x82" + len(octets).to_bytes(2, "big")
    assert object_identifier(head + octets) == expected
