"""The fuzz harnesses: seeds and corpus keep their invariants, and each harness notices when its own is broken."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fuzz import command, fuzz_session, spoil
from fuzz.child import Stint
from fuzz.harness import SHARES, harness, kept
from fuzz.invariants import check_message, check_state
from fuzz.seeds import recordings
from fuzz.steps import MOST, Step, joined, steps
from netflowparse import Decoder, Limits, MessageStream, errors
from netflowparse.codec import shapes
from netflowparse.protocols.sflow import shapes as sflow_shapes

FIRST = 12  # seeds of each harness


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Harnesses that compile at once do so for their whole process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "COMPILE_AFTER", shapes.COMPILE_AFTER)
        patch.setattr(sflow_shapes, "SIGHTINGS", sflow_shapes.SIGHTINGS)
        yield


@pytest.mark.parametrize("name", SHARES)
def test_seeds_corpus_and_injuries(name: str) -> None:
    """All of the corpus, and of the seeds some, as they are and injured."""
    made, chance = harness(name), random.Random(1)
    seeds = made.seeds()
    for octets in [*kept(name), *seeds[:FIRST]]:
        made(octets)
    for octets in seeds[:FIRST]:
        made(made.mutate(octets, seeds, chance))
    assert made.counts.total() > FIRST


def test_shares_are_whole() -> None:
    assert sum(SHARES.values()) == 100
    assert {path.stem for path in Path(command.__file__).parent.glob("fuzz_*.py")} == set(SHARES)


def run_seeds(name: str) -> None:
    """Ask a harness about its first seeds."""
    made = harness(name)
    for octets in made.seeds()[:40]:
        made(octets)


def changed(patch: pytest.MonkeyPatch, change: Any) -> None:
    """Have each decoder's messages go through *change*."""
    decode = Decoder.decode

    def other(decoder: Decoder, *given: Any, **more: Any) -> Any:
        message: Any = decode(decoder, *given, **more)
        change(decoder, message)
        return message

    patch.setattr(Decoder, "decode", other)


@pytest.mark.parametrize("name", ["fuzz_one", "fuzz_session"])
@pytest.mark.parametrize(
    "change",
    [
        lambda decoder, message: message.update(more=1),
        lambda decoder, message: message["problems"].append({"code": "odd", "message": "", "offset": 0}),
        lambda decoder, message: message["problems"].append({"code": errors.LIMIT, "message": "", "offset": 70_000}),
    ],
)
def test_messages_that_are_not_as_promised(name: str, change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, change)
    with pytest.raises(AssertionError):
        run_seeds(name)


def test_strict_mode_that_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(
        monkeypatch,
        lambda decoder, message: message["problems"].append({"code": errors.LIMIT, "offset": 0, "malformed": True}),
    )
    with pytest.raises(AssertionError):
        run_seeds("fuzz_one")


def test_counters_that_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that waits and is not counted."""
    decoder = Decoder()
    decoder.decode(bytes.fromhex("000a 0018 00000001 00000000 00000000 0100 0008 01020304"), 1)
    check_state(decoder)
    row = decoder.statistics()[0]
    assert row["held"] == row["pending_sets"] == 1
    monkeypatch.setattr(Decoder, "statistics", lambda decoder: [{**row, "held": 2}])
    with pytest.raises(AssertionError):
        check_state(decoder)


@pytest.mark.parametrize(
    "name", ["templates", "template_fields", "facts", "sample_sources", "pending_sets", "pending_octets"]
)
def test_more_than_the_limits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder()
    decoder.decode(bytes.fromhex("000a 0010 00000001 00000000 00000000"), 1)
    row = decoder.statistics()[0]
    check_state(decoder)
    more = {**row, name: 1_000_000_000, "held": 1_000_000_000 if name == "pending_sets" else 0}
    monkeypatch.setattr(Decoder, "statistics", lambda decoder: [more])
    with pytest.raises(AssertionError):
        check_state(decoder)


@pytest.mark.parametrize("name", ["exporters", "domains", "domains_per_exporter"])
def test_more_rows_than_the_limits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder(limits=Limits(**{name: 2}))
    decoder.decode(bytes.fromhex("000a 0010 00000001 00000000 00000000"), 1)
    (row,) = decoder.statistics()
    rows = [{**row, "exporter": number if name == "exporters" else 1, "domain": number} for number in range(3)]
    monkeypatch.setattr(Decoder, "statistics", lambda decoder: rows[:2])
    check_state(decoder)
    monkeypatch.setattr(Decoder, "statistics", lambda decoder: rows)
    with pytest.raises(AssertionError):
        check_state(decoder)


def test_more_problems_than_the_limit() -> None:
    message: Any = Decoder().decode(bytes.fromhex("000a 0010 00000001 00000000 00000000"), 1)
    message["problems"] = [{"code": errors.LIMIT, "message": "", "offset": 0}] * 3
    check_message(message, 16, Limits(problems=2))
    with pytest.raises(AssertionError):
        check_message(message, 16, Limits(problems=1))


def test_engines_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, lambda decoder, message: message["flows"].append(decoder._context.engine.compiled))
    with pytest.raises(AssertionError):
        run_seeds("fuzz_engines")


def test_a_lie_that_reaches_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that depend on the octets behind them."""

    def change(decoder: Any, message: Any) -> None:
        for flow in message["flows"]:
            flow["more"] = len(message["problems"])

    changed(monkeypatch, change)
    with pytest.raises(AssertionError):
        run_seeds("fuzz_spoil")


def test_a_message_that_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, lambda decoder, message: message["flows"].reverse())
    with pytest.raises(AssertionError):
        run_seeds("fuzz_round_trip")


def test_a_stream_that_depends_on_its_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = MessageStream.feed
    monkeypatch.setattr(MessageStream, "feed", lambda stream, octets: feed(stream, octets)[:1])
    with pytest.raises(AssertionError):
        run_seeds("fuzz_stream")


def test_steps_come_back() -> None:
    some = [Step(number & 3, number >> 2 & 3, number & 15, bytes(number)) for number in range(MOST)]
    assert list(steps(joined(7, some))) == some
    assert list(steps(joined(7, some)[:-2]))[-1] == some[-1]._replace(datagram=bytes(MOST - 3))
    assert list(steps(b"")) == list(steps(b"\0\0\0")) == []


def test_injuries_are_the_same_for_a_seed() -> None:
    datagrams = [bytes(range(60)), b"other"]
    sessions = [joined(1, [Step(0, 0, 0, each) for each in datagrams])]
    for injure, whole, others in (
        (spoil.datagram, datagrams[0], datagrams),
        (spoil.session, sessions[0], sessions),
    ):
        made = [[injure(whole, others, random.Random(seed)) for seed in range(40)] for _ in range(2)]
        assert made[0] == made[1]
        assert len(set(made[0])) > 20


def test_a_find_is_written_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = fuzz_session.Session()
    stint = Stint(made, tmp_path)
    good, bad = joined(0, [Step(1, 0, 0, b"\0\5")]), joined(0, [Step(1, 0, 0, b"\0\x0a")])
    stint(good)
    made.counts = Counter({"errors": 1})
    made._take = lambda *given: 1 / 0  # type: ignore[assignment, method-assign, return-value]
    with pytest.raises(ZeroDivisionError):
        stint(bad)
    found = {path.name.partition("-")[0]: path.read_bytes() for path in (tmp_path / "finds").glob("find-*")}
    assert found == {"find": bad}
    (log,) = (tmp_path / "finds").glob("log-*")
    assert [path.read_bytes() for path in sorted(log.iterdir())] == [good, bad]
    assert "find-" in capsys.readouterr().err
    stint.tell()
    told = json.loads(capsys.readouterr().out)
    assert (told["executions"], told["counts"]) == (2, {"errors": 1})


def test_a_log_does_it_again() -> None:
    """More steps than a session has, one of them cut, an empty session, other settings, and steps at another time."""
    inputs = [joined(0, [Step(number & 3, 0, 15, each)]) for number in range(30) for each in recordings()[3][:3]]
    inputs[5:5] = [inputs[0][:-9], b"", joined(1, [Step(0, 0, 0, recordings()[4][0])])]
    made, again = fuzz_session.Session(), fuzz_session.Session()
    for octets in inputs:
        made(octets)
    assert len(made.log) == len(inputs) - 1  # that of other settings has a decoder of its own
    for octets in made.log:
        again(octets)
    states = [each._life.decoder.snapshot(pending=True) for each in (made, again)]
    assert states[0] == states[1]
    assert made._life.now == again._life.now > fuzz_session.NOW


def test_the_table() -> None:
    result = {"executions": 1_200, "seconds": 2.6, "peak_mib": 50, "counts": {"messages": 1_100, "errors": 100}}
    assert command.table("drawn", {"fuzz_one": result, "fuzz_stream": None}).splitlines() == [
        "harness          executions    CPU s peak MiB  drawn",
        "fuzz_one              1,200        3       50  100 errors, 1,100 messages",
        "fuzz_stream      found something: see above",
        "all                   1,200        3       50",
    ]


def test_a_file_is_asked_about_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "find"
    path.write_bytes(b"\0\5")
    assert command.main(["fuzz_one", "--replay", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: {{'errors': 1}}\n"
    assert command.main(["--replay", str(path)]) == 2


def test_names_that_no_harness_has(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["fuzz_all"])
    assert "no harness 'fuzz_all'" in capsys.readouterr().err


def test_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["fuzz_stream", "--runs", "40", "--engine", "drawn", "--grown", str(tmp_path)]
    assert command.main(given) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[:2] == ["all", "40"]
