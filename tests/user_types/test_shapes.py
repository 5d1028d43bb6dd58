"""What comes out has the keys and the kinds of values that ``netflowparse.types`` promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from netflowparse import Decoder, Registry, errors, interpret, names
from netflowparse.configuration import DecoderSettings
from netflowparse.interpret import ForwardingStatus
from netflowparse.names import NameRow
from netflowparse.registry import ElementDescription
from netflowparse.state import facts
from netflowparse.types import (
    KnowledgeRow,
    Message,
    PendingRow,
    Problem,
    ProblemCode,
    RefusalCode,
    StatisticsRow,
    TemplateField,
    TemplateRow,
)
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS
from tests.user_types.shapes import hints_of, misfits

MESSAGES, TEMPLATES, PENDING, STATISTICS, KNOWLEDGE = (
    list[shape] for shape in (Message, TemplateRow, PendingRow, StatisticsRow, KnowledgeRow)
)
PATHS = sorted(RECORDINGS.glob("*.pcap"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_recordings(path: Path) -> None:
    """Whole and cut datagrams, the second half first, so that data waits and comes late."""
    decoder = Decoder(resolve=True, keep_octets=True, octet_values="bytes")
    datagrams = read_datagrams(path)[:40]
    datagrams = datagrams[len(datagrams) // 2 :] + datagrams
    whole = [decoder.decode(each, "192.0.2.1", now=1_700_000_000) for each in datagrams]
    waiting = decoder.pending()
    cut = [decoder.decode(each[: len(each) * 2 // 3], ("cut", 1)) for each in datagrams]
    assert not misfits(whole + cut + decoder.flush(), MESSAGES)
    assert not misfits(decoder.templates(), TEMPLATES)
    assert not misfits(decoder.statistics(), STATISTICS)
    assert not misfits(waiting + decoder.pending(), PENDING)
    assert not misfits(decoder.knowledge("192.0.2.1"), KNOWLEDGE)
    refused = decoder.explain(datagrams[0][:3], None)
    assert not misfits(list(refused.problems), list[Problem])


def test_codes() -> None:
    """``ProblemCode`` lists the constants, ``RefusalCode`` the errors that ``decode`` raises."""
    assert sorted(get_args(ProblemCode)) == sorted(value for name, value in vars(errors).items() if name.isupper())
    raised = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.DecodeError)]
    spelled = {each.__name__.lower() for each in raised} - {"decodeerror"}
    assert {code.replace("_", "") for code in get_args(RefusalCode)} == spelled


def test_settings_are_the_arguments_of_a_decoder() -> None:
    arguments = get_type_hints(Decoder.__init__)
    assert arguments.pop("return") is type(None)
    assert get_type_hints(DecoderSettings) == arguments


def test_every_kind_of_fact_has_a_row() -> None:
    """With the values that such a fact may have."""
    shapes = {kind: shape for shape in get_args(KnowledgeRow) for kind in get_args(hints_of(shape)["kind"])}
    assert shapes.keys() == {*facts.VALUES, facts.PROPERTIES, "element"}
    common = hints_of(shapes[facts.PROPERTIES]).keys() - {"fields"}
    for kind, values in facts.VALUES.items():
        interval = {facts.SAMPLING_INTERVAL} if kind in facts.SAMPLING_KINDS else set()
        assert hints_of(shapes[kind]).keys() - common == values.keys() | interval


def test_what_tables_say() -> None:
    registry = Registry()
    for key in ("tcpControlBits", "flowEndReason", "ingressInterface"):
        assert not misfits(registry.describe(key), ElementDescription)
    assert not misfits(names.table("cisco") + names.table("ecs"), list[NameRow])
    assert not misfits(interpret.forwarding_status(130), ForwardingStatus)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"name": "a", "enterprise": 0, "id": 1}, TemplateField),
        ({"name": "a", "enterprise": 0, "id": 1, "length": "variably"}, TemplateField),
        ({"name": "a", "enterprise": 0, "id": True, "length": 4}, TemplateField),
        ({"name": "a", "enterprise": 0, "id": 1, "length": 4, "more": 1}, TemplateField),
        ([{}], list[TemplateField]),
        ((1,), tuple[int, str]),
        ({"a": "1"}, dict[str, int]),
        (1.0, int | None),
    ],
)
def test_what_does_not_fit_is_found(value: Any, shape: Any) -> None:
    assert misfits(value, shape)


def test_which_keys_are_optional_is_known_at_run_time() -> None:
    """Libraries that check or document ``TypedDict`` ask for it."""
    assert {"completed", "kept", "unknown_samples"} == hints_of(Message).keys() - Message.__required_keys__
    assert Problem.__required_keys__ == {"code", "message", "offset"}
