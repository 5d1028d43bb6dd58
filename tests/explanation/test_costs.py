"""Explaining takes work and memory in proportion to the datagram's length, whatever it is made of."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder
from tests import sflow_builder as sflow
from tests.message_builder import VARIABLE, ipfix_message, netflow5_datagram, set_of, template, variable

from .checks import check


def records(times: int) -> bytes:
    return ipfix_message(set_of(256, bytes(times)))


def empty_sets(times: int) -> bytes:
    return ipfix_message(*[set_of(256, b"")] * times)


def sets_without_template(times: int) -> bytes:
    return ipfix_message(*[set_of(300, b"abcd")] * times)


def lists(times: int) -> bytes:
    """One inside another, as deep as is allowed, then values."""
    inner = bytes.fromhex("03 0004 0001") + bytes(times)
    for _ in range(6):
        inner = bytes.fromhex("03 0123 FFFF") + variable(inner, long=True)
    return ipfix_message(set_of(257, variable(inner)))


def definitions(times: int) -> bytes:
    return ipfix_message(set_of(2, b"".join(template(1000 + each, [(8, 4), (1, 4)]) for each in range(times // 2))))


def samples(times: int) -> bytes:
    record = sflow.record(0, 1003, sflow.address(None) + bytes(12) + sflow.counted([]) * 2 + bytes(4))
    return sflow.datagram([sflow.sample(0, 1, sflow.flow_sample([record]))] * (times // 10))


def frames(times: int) -> bytes:
    """A packet of nothing but tags, then frames of no records."""
    record = sflow.record(0, 1016, sflow.counted([sflow.counted([])] * times))
    packet = sflow.sampled_header(bytes(12) + b"\x81\0\0\0" * times, 1, 64, 4)
    return sflow.datagram([sflow.sample(0, 1, sflow.flow_sample([record, packet]))])


def too_few_records(times: int) -> bytes:
    return netflow5_datagram([bytes(48)] * (times // 10), count=0xFFFF)


def fields_without_octets(times: int) -> bytes:
    """Records of one octet and 2000 fields, of which each decoding makes values."""
    return ipfix_message(set_of(258, bytes(times // 20)))


KINDS = [
    fields_without_octets,
    records,
    empty_sets,
    sets_without_template,
    lists,
    definitions,
    samples,
    frames,
    too_few_records,
]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_work_grows_as_the_octets_do(make: Callable[[int], bytes]) -> None:
    decoder = Decoder()
    decoder.decode(ipfix_message(set_of(2, template(256, [(4, 1)]) + template(257, [(291, VARIABLE)]))), "r1")
    decoder.decode(ipfix_message(set_of(2, template(258, [(4, 1), *[(8, 0)] * 2_000]))), "r1")
    calls = []
    for times in (200, 200, 400, 800):  # the first one makes what is made once
        octets, count = make(times), 0

        def note(frame: Any, event: str, argument: Any) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        gc.disable()
        sys.setprofile(note)
        try:
            explanation = decoder.explain(octets, "r1")
        finally:
            sys.setprofile(None)
            gc.enable()
        calls.append(count)
        assert sum(1 for _ in explanation) <= 2 * len(octets)
    _, once, twice, often = calls
    assert often - twice <= 2.3 * (twice - once) + 500


def test_fields_without_octets_are_told_together() -> None:
    """Thousands of them in a record of one octet: a leaf says how many; one alone is told as others are."""
    fields = [(8, 0), (4, 1), *[(8, 0)] * 2_000]
    octets = ipfix_message(set_of(2, template(258, fields)), set_of(258, bytes(100)))
    explanation = Decoder().explain(octets, "r1")
    check(explanation, octets)
    record = explanation.root.children[-1].children[-1]
    assert [(leaf.name, len(leaf.octets), leaf.value) for leaf in record.children] == [
        ("sourceIPv4Address", 0, None),
        ("protocolIdentifier", 1, 0),
        ("2000 fields without octets", 0, None),
    ]
    data = [leaf for leaf in explanation if leaf.offset >= len(octets) - 100]
    assert len(data) == 3 * 100
    assert len(str(explanation)) < 500 * len(octets)
