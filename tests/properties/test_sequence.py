"""A simulated exporter and network: the tracker finds what was really lost, late, repeated and restarted.

The model knows each datagram's run (between two restarts) and its place in it, counted without a wrap.  What cannot be
told apart, as the docstring of the tracker's module has it, is not delivered; nothing else is kept back.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netflowparse.state.sequence import SequenceTracker

WRAP = 2**32
WINDOW = 2**16
BELIEVABLE = 2**28


class Datagram(NamedTuple):
    """What the exporter sent: the run and the how-manieth of it, its place, units and time."""

    run: int
    index: int
    place: int
    units: int
    time: int

    @property
    def end(self) -> int:
        return self.place + self.units


class CannotBeTold(Exception):
    """What arrives looks the same as something else."""


@dataclass
class Line:
    """What has been heard of one run."""

    sent: list[Datagram]
    first: int
    top: int
    heard: set[int]

    @property
    def expected(self) -> int:
        return self.sent[self.top].end

    def holds(self, place: int) -> str:
        """What is known of a place behind the expected one: unknown, missing, heard."""
        if place < max(self.sent[self.first].place, self.expected - WINDOW):
            return "unknown"
        (there,) = (each for each in self.sent[: self.top + 1] if each.place <= place < each.end)
        return "heard" if there.index in self.heard else "missing"


@dataclass
class Model:
    """What must be said of each datagram."""

    runs: list[list[Datagram]]
    timed: bool
    line: Line | None = None
    left: int | None = None  # the number expected before a jump that nothing has confirmed
    row: list[tuple[Datagram, bool]] = field(default_factory=list)  # strays in a row, and whether each is from a gap
    lines: list[Line] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> int:
        """Units that were sent between the first and the last datagram heard of a line, and have not come in time."""
        return sum(
            each.units
            for line in self.lines
            for each in line.sent[line.first : line.top]
            if each.index not in line.heard
        )

    def hear(self, datagram: Datagram, *, told: bool) -> tuple[int | None, int | None, str]:
        """(expected, missing, event); *told* of a restart or not."""
        if self.line is None:
            self._begin(datagram, datagram.index)
            said: tuple[int | None, int | None, str] = None, 0, "first"
        elif datagram.place % WRAP == self.left and not self._in_order(datagram):
            raise CannotBeTold
        elif datagram.run == self.line.sent[0].run:
            said = self._go_on(self.line, datagram)
        else:
            said = self._come_from_anew(self.line, datagram, told)
        self.events[said[2]] += 1
        return said

    def _in_order(self, datagram: Datagram) -> bool:
        return self.line is not None and datagram.place % WRAP == self.line.expected % WRAP

    def _begin(self, datagram: Datagram, first: int) -> None:
        self.line = Line(self.runs[datagram.run], first, datagram.index, set(range(first, datagram.index + 1)))
        self.lines.append(self.line)
        self.row = []

    def _go_on(self, line: Line, datagram: Datagram) -> tuple[int, int, str]:
        expected = line.expected % WRAP
        if datagram.index > line.top:
            missing = datagram.place - line.expected
            if missing >= BELIEVABLE:
                raise CannotBeTold
            self.left = expected if missing > WINDOW else None
            self.row = []
            line.top = datagram.index
            line.heard.add(datagram.index)
            return expected, missing, "gap" if missing else "in_order"
        known = line.holds(datagram.place)
        if known == "heard":
            return expected, 0, "duplicate"
        self._stray(datagram, from_gap=known == "missing")
        if known == "missing":
            line.heard.add(datagram.index)
        return expected, 0, "reordered"

    def _come_from_anew(self, line: Line, datagram: Datagram, told: bool) -> tuple[int, int | None, str]:
        number, expected = datagram.place % WRAP, line.expected % WRAP
        ahead = (number - expected) % WRAP
        known = "unknown" if WRAP - ahead > WINDOW else line.holds(line.expected - (WRAP - ahead))
        if ahead == 0:
            raise CannotBeTold
        if told and (known != "missing" or self._filled(line, line.expected - (WRAP - ahead))):
            self._begin(datagram, datagram.index)
            self.left = expected
            return expected, 0, "restart"
        newer = self.timed and datagram.time > line.sent[line.top].time
        if ahead < BELIEVABLE or (known != "unknown" and not newer):
            raise CannotBeTold
        first = self._stray(datagram, from_gap=False, anew=True)
        if first is not None:
            self._begin(datagram, first)
            self.left = expected
            return expected, 0, "restart"
        return (expected, None, "uncertain") if ahead < WRAP // 2 else (expected, 0, "reordered")

    def _filled(self, line: Line, place: int) -> bool:
        """Whether a stray of a later run seems to have filled the missing unit there."""
        for each, _ in self.row:
            start = line.expected - (line.expected - each.place) % WRAP
            if each.run != line.sent[0].run and start <= place < start + each.units:
                return all(line.holds(between) == "missing" for between in range(start, place))
        return False

    def _stray(self, datagram: Datagram, *, from_gap: bool, anew: bool = False) -> int | None:
        """Note a stray datagram; where a new line begins, if it makes one."""
        row = [*self.row, (datagram, from_gap)]
        follows = [after.place % WRAP == before.end % WRAP and not gap for (before, _), (after, gap) in pairwise(row)]
        rises = [(after.place - before.end) % WRAP < WINDOW for (before, _), (after, _) in pairwise(row)]
        exact = rising = 0
        while exact < len(follows) and follows[-1 - exact]:
            exact += 1
        if exact and row[-1 - exact][1]:
            exact -= 1  # what is late begins no line
        while rising < len(rises) and rises[-1 - rising]:
            rising += 1
        if exact + 1 >= 3 or rising + 1 >= 32:
            if not anew or any(each.run != datagram.run for each, _ in row[-1 - exact :]):
                raise CannotBeTold
            return datagram.index - exact
        self.row = row
        return None


fates = st.one_of(
    st.just(("arrives", 0)),
    st.just(("arrives", 0)),
    st.just(("arrives", 0)),
    st.just(("is lost", 0)),
    st.tuples(st.just("is late"), st.integers(1, 8)),
    st.tuples(st.just("comes again"), st.integers(0, 12)),
)
sendings = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2), fates), min_size=8, max_size=40)
outages = st.lists(
    st.tuples(st.integers(0, 39), st.one_of(st.integers(1, 200), st.integers(WINDOW - 50, 2 * WINDOW), st.just(2**27))),
    max_size=3,
)
numbers = st.one_of(
    st.just(0),
    st.integers(0, 200),
    st.integers(WRAP - 300, WRAP - 1),
    st.integers(0, WRAP - 1),
)


@st.composite
def journeys(draw: st.DrawFn) -> tuple[list[list[Datagram]], list[tuple[Datagram, bool]], bool]:
    """What was sent in each run, what arrives (and whether the caller knows that it is of a new run), times or none."""
    single, timed = draw(st.booleans()), draw(st.booleans())
    time = draw(st.sampled_from([1_700_000_000, WRAP - 20]))
    runs: list[list[Datagram]] = []
    arrivals: list[tuple[Datagram, bool]] = []
    place = 0
    for run in range(draw(st.integers(1, 4))):
        near = draw(st.integers(-80, 20))
        place = draw(numbers) if not run or draw(st.booleans()) else max(place % WRAP + near, 0)
        told = draw(st.booleans())
        out = dict(draw(outages))
        sent: list[Datagram] = []
        queue: list[tuple[int, int, Datagram]] = []
        for turn, (units, pause, (fate, delay)) in enumerate(draw(sendings)):
            if turn in out:
                sent.append(Datagram(run, len(sent), place, out[turn], time))
                place = sent[-1].end
            time += pause
            sent.append(Datagram(run, len(sent), place, 1 if single else units, time))
            place = sent[-1].end
            if fate != "is lost":
                queue.append((turn + (delay if fate == "is late" else 0), turn, sent[-1]))
            if fate == "comes again":
                queue.append((turn + delay, turn, sent[-1]))
        runs.append(sent)
        arrivals += [(datagram, told) for *_, datagram in sorted(queue)]
        time += 1  # an exporter takes longer than that to start
    return runs, arrivals, timed


@given(journeys(), st.booleans())
@settings(max_examples=3 * settings().max_examples)
@pytest.mark.fault("ST-09", "ST-10", "ST-11")
@pytest.mark.conformance("IPFIX-3.1-03", "IPFIX-10.3.2-01", "IPFIX-11.6-01", "NF9-5.1-02", "NF5-3-03")
def test_the_tracker_knows_what_happened(
    journey: tuple[list[list[Datagram]], list[tuple[Datagram, bool]], bool], reload: bool
) -> None:
    runs, arrivals, timed = journey
    model, tracker = Model(runs, timed), SequenceTracker()
    heard: set[int] = set()
    for datagram, told in arrivals:
        told = told and bool(heard) and datagram.run not in heard
        try:
            said = model.hear(datagram, told=told)
        except CannotBeTold:
            continue
        heard.add(datagram.run)
        if reload:
            tracker = SequenceTracker.load(json.loads(json.dumps(tracker.dump())))
        time = datagram.time % WRAP if timed else None
        found = tracker.observe(datagram.place % WRAP, datagram.units, time=time, restarted=told)
        assert (found["expected"], found["missing"], found["event"]) == said
        if not model.row or model.row[-1][0].run == model.line.sent[0].run:
            assert tracker.totals.lost == model.lost
    events = model.events
    assert (tracker.totals.gaps, tracker.totals.reordered) == (events["gap"], events["reordered"])
    assert (tracker.totals.duplicates, tracker.totals.restarts) == (events["duplicate"], events["restart"])
