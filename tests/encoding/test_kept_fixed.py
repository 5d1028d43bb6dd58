"""Copies of fixed versions: what stays when something is changed, and what cannot be copied any more."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, encode
from tests.protocols import layouts

OCTETS = layouts.datagram(
    5,
    [layouts.pack(layouts.RECORDS[5], 0xAA, **layouts.distinct(layouts.RECORDS[5], seed)) for seed in (1, 50)],
    count=9,
)
TAIL = b"\1\2\3"


def message() -> Any:
    """Padding that is not zero, a count that is not right, three octets behind the records."""
    return Decoder(keep_octets=True).decode(OCTETS + TAIL, "exporter")


def test_what_is_kept() -> None:
    kept = message()["kept"]
    assert (kept["records"], kept["tail"]) == (2, "010203")
    assert [(each["field"], each["octets"]) for each in kept["header"]] == [(1, "0009")]
    assert [(each["record"], each["field"], each["octets"]) for each in kept["patches"]] == [
        (0, 11, "aa"),
        (0, 19, "aaaa"),
        (1, 11, "aa"),
        (1, 19, "aaaa"),
    ]
    assert encode(message()) == [OCTETS + TAIL]


def test_changed_values() -> None:
    changed = message()
    changed["flows"][1]["sourceIPv4Address"] = "192.0.2.1"
    changed["header"]["engineId"] = 0xEE
    want = bytearray(OCTETS + TAIL)
    want[21] = 0xEE
    want[24 + 48 : 24 + 52] = bytes((192, 0, 2, 1))
    assert encode(changed) == [bytes(want)]


def test_a_flow_more_or_less() -> None:
    for flows in ([], message()["flows"][:1], message()["flows"] * 2):
        with pytest.raises(EncodeError) as caught:
            encode({**message(), "flows": flows})
        assert caught.value.path == ("kept",)
        assert caught.value.why == f"of 2 flows, {len(flows)} are there: drop it for the canonical form"
    assert len(encode({**message(), "flows": [], "kept": None})[0]) == 24


def test_longer_than_it_may_be() -> None:
    with pytest.raises(EncodeError) as caught:
        encode(message(), max_length=100)
    assert caught.value.path == ("kept",)
    assert caught.value.why == ("a datagram of 123 octets, expected at most 100: drop it for the canonical form")
    assert encode(message(), max_length=123) == [OCTETS + TAIL]


def test_values_that_do_not_fit() -> None:
    changed = message()
    changed["flows"][0]["octetDeltaCount"] = -1
    with pytest.raises(EncodeError) as caught:
        encode(changed)
    assert caught.value.path == ("flows", 0, "octetDeltaCount")


def test_an_aggregation_that_nobody_knows() -> None:
    octets = layouts.datagram(8, [], aggregation=99, count=3) + b"\1\2\3"
    unknown = Decoder(keep_octets=True).decode(octets, "exporter")
    assert encode(unknown) == [octets]
