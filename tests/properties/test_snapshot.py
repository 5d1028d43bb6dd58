"""Whatever is restored: a decoder or a SnapshotError; and of any stream, a decoder that goes on as if undisturbed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder, Limits, SnapshotError
from tests import message_builder as build
from tests.strategies import sflow_datagrams
from tests.test_snapshot import STREAM, fed

SNAPSHOTS = []
for history in (False, True):
    decoder = Decoder(history=history)
    fed(decoder, STREAM[:45])
    SNAPSHOTS.append(json.loads(json.dumps(decoder.snapshot(pending=True))))

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 0, 1, 2, 255, 256, 65_535, 65_536, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, 10**400]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["netflowparse-snapshot", "ipfix", "netflow9", "sflow5", "256", "00", "0g", "192.0.2.1", "udp"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(
            st.one_of(st.text(max_size=8), st.sampled_from(["format", "version", "exporters", "pending"])),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key or index) of everything in *value*."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, dict | list):
            for key in each if isinstance(each, dict) else range(len(each)):
                yield each, key
                todo.append(each[key])


def restore_if_snapshot(snapshot: Any) -> Decoder | None:
    """The decoder, within limits, or None where it is refused."""
    try:
        restored = Decoder.restore(snapshot, limits=Limits(exporters=3))
    except SnapshotError as error:
        assert str(error)
        return None
    return restored


@given(values)
@pytest.mark.fault("ST-23")
def test_any_json(value: Any) -> None:
    assert restore_if_snapshot(value) is None
    head = {"format": "netflowparse-snapshot", "version": 1}
    for name in ("exporters", "pending"):
        other = {"exporters": [], "pending": [], **head, name: value}
        assert restore_if_snapshot(other) is None or value == []


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A snapshot with something in it replaced, removed, added, moved or repeated."""
    snapshot = copy.deepcopy(draw(st.sampled_from(SNAPSHOTS)))
    for _ in range(draw(st.integers(1, 2))):
        there = list(places(snapshot))
        container, key = draw(st.sampled_from(there))
        how = draw(st.sampled_from(["replace", "near", "remove", "add", "repeat", "swap"]))
        if how == "near" and type(container[key]) is int:
            container[key] += draw(st.sampled_from([-1, 1, 2**32]))
        elif how == "remove":
            del container[key]
        elif how == "add" and isinstance(container, dict):
            container[draw(st.text(max_size=5))] = draw(values)
        elif how == "repeat" and isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        elif how == "swap":
            other, at = draw(st.sampled_from(there))
            if isinstance(other, list) and not at < len(other):
                continue
            if isinstance(other, dict) and at not in other:
                continue
            container[key] = copy.deepcopy(other[at])
        else:
            container[key] = draw(values)
    return snapshot


@given(spoiled())
@pytest.mark.fault("ST-23")
def test_spoiled_snapshots(snapshot: Any) -> None:
    restored = restore_if_snapshot(snapshot)
    if restored is None:
        return
    again = restored.snapshot(pending=True)
    assert Decoder.restore(json.loads(json.dumps(again, allow_nan=False))).snapshot(pending=True) == again
    for row in restored.statistics():
        assert row["held"] == row["replayed"] + row["expired"] + row["evicted"] + row["failed"] + row["pending_sets"]
    for datagram, exporter, more in STREAM[40:]:
        restored.decode(datagram, exporter, **more)
    restored.flush()


templates = st.builds(
    build.template,
    st.integers(256, 258),
    st.lists(st.tuples(st.sampled_from([1, 2, 8, 22, 82, 152]), st.sampled_from([2, 4, 65_535])), max_size=3),
)
options = st.builds(
    build.options_template,
    st.integers(256, 258),
    st.lists(st.tuples(st.sampled_from([10, 302]), st.just(4)), min_size=1, max_size=2),
    st.lists(st.tuples(st.sampled_from([82, 305, 306, 160]), st.just(4)), max_size=2),
)
sets = st.one_of(
    templates.map(lambda each: build.set_of(2, each)),
    options.map(lambda each: build.set_of(3, each)),
    st.builds(build.set_of, st.integers(256, 258), st.binary(min_size=1, max_size=40)),
    st.sampled_from([2, 3]).map(lambda each: build.set_of(each, build.template(each, [], count=0))),
)
headers = {
    "exportTime": st.integers(0, 40).map(lambda each: build.EXPORT_TIME + each),
    "sequenceNumber": st.integers(0, 20),
}
datagrams = st.one_of(
    st.builds(
        lambda sets, **header: build.ipfix_message(*sets, **header),
        st.lists(sets, max_size=4),
        observationDomainId=st.integers(0, 1),
        **headers,
    ),
    st.builds(
        lambda sets, **header: build.netflow9_datagram(*sets, **header),
        st.lists(
            st.one_of(
                templates.map(lambda each: build.set_of(0, each)),
                st.builds(build.set_of, st.integers(256, 258), st.binary(min_size=1, max_size=40)),
            ),
            max_size=4,
        ),
        sysUpTime=st.sampled_from([0, 10_000, 2**32 - 1]),
        **headers,
    ),
    sflow_datagrams,
)
steps = st.lists(
    st.tuples(
        datagrams,
        st.sampled_from(["a", "a", ("b", 1)]),
        st.sampled_from([{}, {}, {"transport": "tcp"}, {"now": build.EXPORT_TIME + 20}]),
    ),
    max_size=16,
)


def outcomes(decoder: Decoder, datagrams: list[tuple[bytes, Any, dict[str, Any]]]) -> list[str]:
    """What comes of each datagram."""
    said = []
    for datagram, exporter, more in datagrams:
        try:
            said.append(repr(decoder.decode(datagram, exporter, **more)))
        except DecodeError as error:
            said.append(repr(error))
    return said


@given(steps, steps, st.sampled_from([False, True, 1, 5]), st.integers(1, 4))
@pytest.mark.conformance("LIB-11")
def test_any_stream(first: Any, second: Any, history: bool | int, waiting: int) -> None:
    limits = Limits(pending_sets_per_exporter=waiting, pending_sets=2 * waiting, pending_seconds=10)
    whole = Decoder(history=history, limits=limits)
    outcomes(whole, first)
    snapshot = whole.snapshot(pending=True)
    restored = Decoder.restore(json.loads(json.dumps(snapshot, allow_nan=False)), history=history, limits=limits)
    assert restored.snapshot(pending=True) == snapshot
    assert outcomes(restored, second) == outcomes(whole, second)
    assert restored.snapshot(pending=True) == whole.snapshot(pending=True)
    assert repr(restored.flush()) == repr(whole.flush())


@given(steps, steps, st.sampled_from([False, 5]), st.sampled_from([False, 5]), st.sampled_from([False, 5]))
@pytest.mark.conformance("LIB-11")
def test_any_two_streams(first: Any, second: Any, one: Any, other: Any, merged: Any) -> None:
    decoders = [Decoder(history=one), Decoder(history=other)]
    for decoder, datagrams in zip(decoders, (first, second), strict=True):
        outcomes(decoder, datagrams)
    both = Decoder.restore(*(decoder.snapshot(pending=True) for decoder in decoders), history=merged)
    counted: dict[Any, int] = {}
    for decoder in decoders:
        for row in decoder.statistics():
            identity = row["exporter"], row["protocol"], row["domain"]
            counted[identity] = counted.get(identity, 0) + row["datagrams"]
    rows = both.statistics()
    assert {(row["exporter"], row["protocol"], row["domain"]): row["datagrams"] for row in rows} == counted
    for row in rows:
        assert row["held"] == row["replayed"] + row["expired"] + row["evicted"] + row["failed"] + row["pending_sets"]
    again = both.snapshot(pending=True)
    assert Decoder.restore(again, history=merged).snapshot(pending=True) == again
    outcomes(both, second)
    both.flush()
