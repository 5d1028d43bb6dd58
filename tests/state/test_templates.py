"""The template store: scopes, replacement, withdrawal by kind, and its bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Limits
from netflowparse.state.exporters import ExporterStore
from netflowparse.state.templates import KnownTemplate, Learned
from netflowparse.state.timeline import HistoricDomain
from netflowparse.template import FieldSpecifier, Template
from tests.budgets.counting import counted_steps


def template(template_id: int = 256, length: int = 4, scope: int | None = None) -> Template:
    return Template("ipfix", template_id, scope, (FieldSpecifier(0, 8, length),))


def event(learned: Learned) -> tuple[str, str]:
    """The event of a definition, and the limit that forbids it."""
    return learned.event, learned.limit


def rows(store: ExporterStore) -> list[tuple[Hashable, Hashable, KnownTemplate]]:
    """(exporter, domain, template) of all templates in force."""
    return [
        (domain.exporter.key, domain.key[1], known)
        for domain in store.all_domains()
        for known in domain.templates.values()
    ]


def test_scopes_are_apart() -> None:
    store = ExporterStore(Limits())
    store.domain("a", "ipfix", 1).learn(template(), b"", 5, "udp")
    for exporter, protocol, number in (("b", "ipfix", 1), ("a", "ipfix", 2), ("a", "netflow9", 1)):
        assert store.domain(exporter, protocol, number).templates == {}
    assert store.domain("a", "ipfix", 1).templates[256].template == template()


def test_events_of_definitions() -> None:
    domain = ExporterStore(Limits()).domain("a", "ipfix", 1)
    assert event(domain.learn(template(), b"1", 5, "udp")) == ("learned", "")
    domain.templates[256].shape = "a reader"
    assert event(domain.learn(template(), b"2", 7, "udp")) == ("refreshed", "")
    known = domain.templates[256]
    assert (known.learned, known.refreshed, known.definition, known.shape) == (5, 7, b"2", "a reader")
    replaced = domain.learn(template(length=2), b"3", 8, "udp")
    assert (event(replaced), replaced.former) == (("replaced", ""), known)
    assert event(domain.learn(template(scope=1), b"4", 9, "tcp")) == ("conflict", "")
    assert (domain.templates[256].learned, domain.templates[256].shape) == (9, None)


def test_withdrawals_by_kind() -> None:
    domain = ExporterStore(Limits()).domain("a", "ipfix", 1)
    for each in (template(256), template(257), template(258, scope=1)):
        domain.learn(each, b"", 5, "tcp")
    assert domain.withdraw(258, options=False) == domain.withdraw(999, options=False) == []
    assert domain.withdraw(None, options=False) == [template(256), template(257)]
    assert list(domain.templates) == [258]
    assert domain.withdraw(258, options=True) == [template(258, scope=1)]
    assert event(domain.learn(template(256), b"", 5, "tcp")) == ("learned", "")
    assert list(domain.templates) == [256]


def test_bounds() -> None:
    limits = Limits(exporters=2, domains_per_exporter=2, templates_per_exporter=3)
    store = ExporterStore(limits)
    for number in (1, 2):
        domain = store.domain("a", "ipfix", number)
        learned = [domain.learn(template(256 + each), b"", 5, "udp")[0] for each in range(2)]
        assert learned == (["learned"] * 2 if number == 1 else ["learned", "rejected"])
    assert event(store.domain("a", "ipfix", 3).learn(template(), b"", 5, "udp")) == ("learned", "")  # domain 1 is gone
    assert sorted({(number, known.template.template_id) for _, number, known in rows(store)}) == [(2, 256), (3, 256)]
    store.domain("b", "ipfix", 1)
    store.domain("a", "ipfix", 3)
    store.domain("c", "ipfix", 1)  # b, unheard of for longest, is gone
    assert not store.forget("b")
    assert store.forget("a")
    store.clear()
    assert list(store) == []


@pytest.mark.conformance("IPFIX-11.4-01")
def test_totals_over_all_exporters() -> None:
    """Exporters not heard of for longest make room; the one heard last keeps its own, up to the limit."""
    store = ExporterStore(Limits(domains=3, template_fields=4, template_fields_per_exporter=4))
    for exporter in ("a", "b", "c"):
        store.domain(exporter, "ipfix", 1).learn(template(), b"", 5, "udp")
    store.domain("a", "ipfix", 1)
    store.domain("d", "ipfix", 1)  # a fourth domain: b goes
    assert {exporter for exporter, *_ in rows(store)} == {"a", "c"}
    assert (store.domains, store.fields) == (3, 2)
    learned = [event(store.domain("d", "ipfix", 1).learn(template(256 + each), b"", 5, "udp")) for each in range(5)]
    assert learned == [("learned", "")] * 4 + [("rejected", "template_fields_per_exporter")]
    assert {exporter for exporter, *_ in rows(store)} == {"d"}
    store.domain("d", "ipfix", 1).withdraw(None, options=False)
    assert (store.domains, store.fields) == (1, 0)


def test_domains_are_forgotten_unheard_of_first() -> None:
    store = ExporterStore(Limits(domains_per_exporter=2))
    for number in (1, 2):
        store.domain("a", "ipfix", number).learn(template(), b"", 5, "udp")
    store.domain("a", "ipfix", 1)
    store.domain("a", "ipfix", 3)
    assert [number for _, number, _ in rows(store)] == [1]
    assert (store.domains, store.fields) == (2, 1)


def steps_of_old_withdrawals(count: int) -> list[int]:
    """The steps of two withdrawals of all that end nothing, behind 256 others, where so many templates are known."""
    domain = ExporterStore(Limits(), history=True).domain("a", "ipfix", 1)
    assert isinstance(domain, HistoricDomain)
    domain.begin(10_000, 0, data=False)
    for number in range(count):
        domain.learn(template(256 + number), b"", 10_000, "tcp")
    found = []
    for time in (*range(1_000, 1_256), 850):
        domain.begin(time, 0, data=False)
        assert domain.withdraw(None, options=False) == []
    for time in (900, 1_300):
        domain.begin(time, 0, data=False)
        with counted_steps() as steps:
            assert domain.withdraw(None, options=False) == []
        found.append(steps[0])
    assert len(domain.templates) == count
    return found


@pytest.mark.fault("RS-07")
def test_old_withdrawals_cost_little() -> None:
    """One that is older than those remembered nothing, others a few steps for each template."""
    (older, newer), (older_of_many, newer_of_many) = map(steps_of_old_withdrawals, (10, 50))
    assert older == older_of_many < 100
    assert newer_of_many - newer <= 12 * 40


steps = st.tuples(
    st.sampled_from("abc"),  # exporter
    st.integers(0, 3),  # domain
    st.sampled_from(["learn", "learn", "learn", "withdraw", "withdraw all", "forget"]),
    st.integers(256, 259),  # template
    st.integers(1, 4),  # fields
    st.booleans(),  # options
)


@given(
    st.lists(steps, max_size=60),
    st.builds(
        Limits,
        exporters=st.integers(1, 3),
        domains=st.integers(1, 5),
        template_fields=st.integers(1, 12),
        template_fields_per_exporter=st.integers(1, 12),
        domains_per_exporter=st.integers(1, 3),
        templates_per_exporter=st.integers(1, 4),
    ),
)
def test_totals_are_what_is_there(steps: list[tuple[str, int, str, int, int, bool]], limits: Limits) -> None:
    store = ExporterStore(limits)
    for exporter, number, step, template_id, fields, options in steps:
        if step == "forget":
            store.forget(exporter)
            continue
        domain = store.domain(exporter, "ipfix", number)
        if step == "learn":
            specifiers = tuple(FieldSpecifier(0, each, 4) for each in range(fields))
            domain.learn(Template("ipfix", template_id, 1 if options else None, specifiers), b"", 5, "udp")
        else:
            domain.withdraw(template_id if step == "withdraw" else None, options=options)
        there = rows(store)
        assert store.fields == sum(len(known.template.fields) for *_, known in there)
        assert store.fields <= max(limits.template_fields, limits.template_fields_per_exporter)
        assert len(store) <= limits.exporters
        assert store.domains <= limits.domains
        by_exporter = Counter(exporter for exporter, *_ in there)
        assert all(count <= limits.templates_per_exporter for count in by_exporter.values())
