"""The text caches: bounded, and never wrong after they were full."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from netflowparse import Limits
from netflowparse.codec.compile import Compiler
from netflowparse.codec.namespace import LONGEST_CACHED_TEXT, namespace
from netflowparse.codec.record import items_layout


def test_address_caches_are_bounded() -> None:
    names = namespace(Limits(cached_addresses=10))
    for number in range(1000):
        assert names["learn_ipv4"](number.to_bytes(4, "big")) == str(IPv4Address(number))
        assert names["learn_ipv6"]((number + 2**120).to_bytes(16, "big")) == str(IPv6Address(number + 2**120))
        assert names["learn_mac"](number.to_bytes(6, "big")) == f"00:00:00:00:{number >> 8:02x}:{number & 255:02x}"
        assert len(names["ipv4_cache"]) <= 10
        assert len(names["ipv6_cache"]) <= 10
        assert len(names["mac_cache"]) <= 10


def test_text_caches_keep_few_short_well_formed_texts() -> None:
    names = namespace(Limits(cached_texts=10))
    faults: list[tuple[int, int]] = []
    for number in range(100):
        assert names["learn_text"](b"%d" % number, 0, 0, faults) == str(number)
        assert len(names["text_cache"]) <= 10
    names["learn_text"](b"x" * (LONGEST_CACHED_TEXT + 1), 0, 0, faults)
    assert b"x" * (LONGEST_CACHED_TEXT + 1) not in names["text_cache"]
    assert faults == []
    assert names["learn_text"](b"\xff", 12, 3, faults) == "\\xff"
    assert faults == [(12, 3)]
    assert b"\xff" not in names["text_cache"]


@pytest.mark.parametrize(
    ("abstract_type", "length", "octets", "text"),
    [
        ("string", 4, bytes(4), ""),  # a text without characters is one
        ("string", 65535, b"\2\xc3\xa4", "ä"),
        ("applicationId", 65535, b"\0", ""),
    ],
)
def test_each_text_is_decoded_once(abstract_type: str, length: int, octets: bytes, text: str) -> None:
    names = namespace(Limits())
    calls: list[bytes] = []
    for name in ("text", "padded_text", "application_id"):

        def learn(value: bytes, *where: Any, learn: Any = names[f"learn_{name}"]) -> Any:
            calls.append(value)
            return learn(value, *where)

        names[f"learn_{name}"] = learn
    read = Compiler(names).record_reader(items_layout(abstract_type, length))
    for _ in range(3):
        assert read(octets * 2, 0, 2 * len(octets), 9, [], None) == ([{"value": text}] * 2, 2 * len(octets))
    assert len(calls) == 1


def test_each_namespace_has_caches_of_its_own() -> None:
    first, second = namespace(Limits()), namespace(Limits())
    assert first["learn_ipv4"](b"\0\0\0\1") == first["ipv4"](b"\0\0\0\1") == "0.0.0.1"
    assert second["ipv4"](b"\0\0\0\1") is None
    assert len(second["ipv4_cache"]) == 0
