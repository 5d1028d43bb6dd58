"""How many data sources of sFlow agents are remembered, and what goes when there are too many."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Limits
from netflowparse.state.domains import Domain
from netflowparse.state.exporters import ExporterStore


def add(domain: Domain, *numbers: int) -> None:
    """Make data sources known that are not yet."""
    for number in numbers:
        if number not in domain.sources:
            domain.new_source(number)


def counted(store: ExporterStore) -> int:
    """The data sources of all exporters, counted afresh; each exporter's own count is checked on the way."""
    total = 0
    for exporter in store._exporters.values():
        there = sum(len(domain.sources) for domain in exporter.domains.values())
        assert exporter.sources == there
        total += there
    return total


def test_sources_belong_to_their_domain() -> None:
    store = ExporterStore(Limits())
    one, other = store.domain("a", "sflow5", ("192.0.2.1", 0)), store.domain("a", "sflow5", ("192.0.2.1", 1))
    add(one, 1, 2)
    add(other, 1)
    assert (sorted(one.sources), sorted(other.sources)) == ([1, 2], [1])
    assert one.sources[1] is not other.sources[1]
    assert store.domain("a", "sflow5", ("192.0.2.1", 0)) is one
    assert store.sources == counted(store) == 3


@pytest.mark.fault("RS-18")
def test_a_domain_with_too_many_sources_starts_afresh() -> None:
    store = ExporterStore(Limits(sample_sources_per_exporter=3))
    domain = store.domain("a", "sflow5", 1)
    sources = domain.sources
    for number in range(10):
        add(domain, number)
        assert len(domain.sources) == number % 3 + 1
        assert number in domain.sources
    assert domain.sources is sources  # the same dict, for those who hold it
    assert store.sources == counted(store) == 1


def test_where_one_domain_is_not_enough_the_oldest_go() -> None:
    store = ExporterStore(Limits(sample_sources_per_exporter=4))
    first, second, third = (store.domain("a", "sflow5", number) for number in (1, 2, 3))
    add(first, 1, 2)
    add(second, 1, 2)
    store.domain("a", "sflow5", 3)
    add(third, 1)  # it has none itself: the first one goes
    assert store.domain("a", "sflow5", 2) is second
    assert store.domain("a", "sflow5", 1) is not first
    assert (store.domains, store.sources) == (3, counted(store)) == (3, 3)
    add(second, 3, 4)  # of its own make room for the new one
    assert (sorted(second.sources), sorted(third.sources)) == ([4], [1])
    assert store.sources == counted(store) == 2


@pytest.mark.fault("RS-03", "RS-18")
def test_exporters_not_heard_of_for_longest_make_room() -> None:
    store = ExporterStore(Limits(sample_sources=3, sample_sources_per_exporter=3))
    for exporter in ("a", "b", "c"):
        add(store.domain(exporter, "sflow5", 1), 1)
    store.domain("a", "sflow5", 1)
    add(store.domain("d", "sflow5", 1), 1)  # b, unheard of for longest, goes
    assert not store.forget("b")
    assert store.sources == counted(store) == 3
    add(store.domain("d", "sflow5", 1), 2, 3)
    assert (len(store), store.sources) == (1, 3)
    add(store.domain("d", "sflow5", 1), 4)  # the one heard last keeps to its own limit
    assert (len(store), store.sources, counted(store)) == (1, 1, 1)


def test_forgetting_gives_back_what_was_counted() -> None:
    store = ExporterStore(Limits())
    for exporter in ("a", "b"):
        for number in (1, 2):
            add(store.domain(exporter, "sflow5", number), 1, 2, 3)
    domain = store.domain("a", "sflow5", 1)
    domain.forget_sources()
    assert (store.sources, counted(store)) == (9, 9)
    assert store.forget("b")
    assert (store.sources, counted(store)) == (3, 3)
    store.clear()
    assert (store.sources, store.domains, counted(store)) == (0, 0, 0)


def test_sources_are_pickled() -> None:
    store = ExporterStore(Limits(sample_sources_per_exporter=2))
    domain = store.domain("a", "sflow5", 1)
    add(domain, 1, 2)
    domain.sources[1].observe_flow(7, 1000, 0)
    again = pickle.loads(pickle.dumps(store))
    assert again.sources == counted(again) == 2
    copied = again.domain("a", "sflow5", 1)
    assert copied.sources[1].observe_flow(8, 1400, 0)["sample_pool_delta"] == 400
    add(copied, 3)
    assert again.sources == counted(again) == 1
    assert store.sources == 2


steps = st.tuples(
    st.sampled_from("abc"),  # exporter
    st.integers(0, 3),  # domain
    st.sampled_from(["add", "add", "add", "add", "forget sources", "forget", "clear"]),
    st.integers(0, 9),  # source
)


@given(
    st.lists(steps, max_size=80),
    st.builds(
        Limits,
        exporters=st.integers(1, 3),
        domains=st.integers(1, 5),
        domains_per_exporter=st.integers(1, 3),
        sample_sources=st.integers(1, 12),
        sample_sources_per_exporter=st.integers(1, 8),
    ),
)
def test_totals_are_what_is_there(steps: list[tuple[str, int, str, int]], limits: Limits) -> None:
    store = ExporterStore(limits)
    for exporter, number, step, source in steps:
        if step == "forget":
            store.forget(exporter)
        elif step == "clear":
            store.clear()
        elif step == "add":
            domain = store.domain(exporter, "sflow5", number)
            add(domain, source)
            assert source in domain.sources
        else:
            store.domain(exporter, "sflow5", number).forget_sources()
        assert store.sources == counted(store)
        assert store.domains == sum(len(each.domains) for each in store._exporters.values())
        assert all(each.sources <= limits.sample_sources_per_exporter for each in store._exporters.values())
        assert store.sources <= max(limits.sample_sources, limits.sample_sources_per_exporter)
        assert len(store._exporters) == 1 or store.sources <= limits.sample_sources
