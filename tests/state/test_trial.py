"""State on trial: what is undone where a datagram is refused, at no more cost than the datagram's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.state import trial
from netflowparse.state.exporters import ExporterStore
from netflowparse.state.trial import TrialStore
from netflowparse.template import FieldSpecifier, Template
from tests.message_builder import ipfix_message, set_of, template
from tests.protocols.messages import FIELDS, known, learn10
from tests.strict_decoders import WHOLE, refused


def test_a_withdrawal_on_trial() -> None:
    """Whoever withdraws, having asked for the template or not, leaves the live one alone."""
    live = ExporterStore(Limits())
    for number in (256, 257):
        live.domain("r1", "ipfix", 1).learn(Template("ipfix", number, None, (FieldSpecifier(0, 1, 4),)), b"", 0, "tcp")
    domain = TrialStore(live).domain("r1", "ipfix", 1)
    assert [each.template_id for each in domain.withdraw(256, options=False)] == [256]
    assert (domain.templates.get(256), domain.exporter.templates, domain.exporter.fields) == (None, 1, 1)
    assert domain.withdraw(256, options=False) == []
    known = live.domain("r1", "ipfix", 1)
    assert (list(known.templates), known.exporter.templates) == ([256, 257], 2)


@pytest.mark.parametrize("asked", [[], [256], [256, 257, 258]])
def test_a_withdrawal_of_all_on_trial(asked: list[int]) -> None:
    """Of 4 fields there are 4: 256 has one, 257 two, and 258, which is of the other kind and stays, one."""
    live = ExporterStore(Limits(template_fields_per_exporter=4))
    for number, scope, fields in ((256, None, 1), (257, None, 2), (258, 1, 1)):
        definition = Template("ipfix", number, scope, (FieldSpecifier(0, 1, 4),) * fields)
        assert live.domain("r1", "ipfix", 1).learn(definition, b"", 0, "tcp").event == "learned"
    domain = TrialStore(live).domain("r1", "ipfix", 1)
    for number in asked:
        assert domain.templates.get(number) is not None
    for withdrawn in [number for number in asked if number < 258], []:
        assert [each.template_id for each in domain.withdraw(None, options=False)] == withdrawn
        assert [number in domain.templates for number in (256, 257, 258)] == [False, False, True]
        assert (domain.templates.get(256), domain.exporter.templates) == (None, 1)
    assert domain.exporter.grow(1, 3) == ""
    assert (domain.exporter.templates, domain.exporter.fields) == (2, 4)
    assert domain.exporter.grow(1, 1) == "template_fields_per_exporter"
    known = live.domain("r1", "ipfix", 1)
    assert (list(known.templates), known.exporter.templates, known.exporter.fields) == ([256, 257, 258], 3, 4)


def test_a_trial_costs_what_its_datagram_does(make_decoder: Callable[..., Decoder], monkeypatch: Any) -> None:
    """Of 300 templates one is copied; however often all of them are withdrawn, none is looked at."""
    calls: list[str] = []

    def counted(name: str) -> None:
        function = getattr(trial, name)
        monkeypatch.setattr(trial, name, lambda *given: (calls.append(name), function(*given))[1])

    decoder = make_decoder(strict=True)
    learn10(decoder, *(template(number, FIELDS) for number in range(256, 556)))
    counted("_copied")
    looked_at: list[int] = []
    templates = trial._templates
    monkeypatch.setattr(trial, "_templates", lambda known, ids: templates(known, map_noted(ids, looked_at)))
    decoder.decode(ipfix_message(WHOLE, WHOLE), "r1", transport="tcp")
    assert calls == ["_copied"]
    calls.clear()
    withdrawals = ipfix_message(set_of(2, bytes.fromhex("0002 0000") * 1000), set_of(256, b"", length=1))
    refused(decoder, withdrawals, transport="tcp")
    assert (calls, looked_at) == ([], [])
    teaching = ipfix_message(set_of(2, bytes.fromhex("0002 0000")), set_of(2, template(600, FIELDS)), b"\1\0\0\1")
    refused(decoder, teaching, transport="tcp")  # there is room for its fields, with those of the others or without
    assert (calls, looked_at) == ([], [])


def map_noted(ids: Iterable[int], noted: list[int]) -> Iterator[int]:
    """*ids*, each noted when it is asked for."""
    for each in ids:
        noted.append(each)
        yield each


def test_a_trial_in_a_new_domain_looks_at_no_templates(make_decoder: Callable[..., Decoder], monkeypatch: Any) -> None:
    """The 300 templates of the domain that would make room are not counted one by one."""
    decoder = make_decoder(strict=True, limits=Limits(domains_per_exporter=1))
    learn10(decoder, *(template(number, FIELDS) for number in range(256, 556)))
    looked_at: list[int] = []
    templates = trial._templates
    monkeypatch.setattr(trial, "_templates", lambda known, ids: templates(known, map_noted(ids, looked_at)))
    refused(decoder, ipfix_message(set_of(256, b"", length=1), observationDomainId=2))
    assert looked_at == []
    assert len(known(decoder)) == 300
