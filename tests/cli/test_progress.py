"""The progress line: on a terminal only, a few times a second, out of the way of other lines."""

import io
import sys

import pytest

from netflowparse.cli.progress import ERASE_LINE, Progress, wants_progress
from netflowparse.cli.terminal import Paint


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_line_is_refreshed_when_due():
    out, clock = io.StringIO(), Clock()
    progress = Progress(out, 200_000_000, shown=True, clock=clock)
    progress.next_file(50_000_000)
    progress.advance(1000, lambda: 1_000_000)
    assert out.getvalue() == ""  # short files need none
    clock.now = 102.0
    progress.advance(599_000, lambda: 32_000_000)
    assert out.getvalue() == ERASE_LINE + " 41%  82.0 of 200.0 MB  41.0 MB/s  300k records/s  0:03 left"
    clock.now = 102.1
    progress.advance(1, lambda: 33_000_000)
    assert out.getvalue().count(ERASE_LINE) == 1
    progress.say("a.pcap: something")
    assert out.getvalue().endswith(ERASE_LINE + "netflowparse: a.pcap: something\n")
    progress.clear()
    assert out.getvalue().count(ERASE_LINE) == 2


@pytest.mark.parametrize(("records", "rate"), [(30_000_000, "3.0M"), (10_000, "1k"), (9990, "999"), (0, "0")])
def test_without_a_total_there_is_no_share(records, rate):
    out, clock = io.StringIO(), Clock()
    progress = Progress(out, None, shown=True, clock=clock)
    clock.now = 110.0
    progress.advance(records, lambda: 5_000_000)
    assert out.getvalue() == ERASE_LINE + f"5.0 MB  0.5 MB/s  {rate} records/s"


@pytest.mark.parametrize(
    ("seconds", "left"), [(5, "0:05"), (70, "1:10"), (3599.4, "59:59"), (3599.6, "1:00:00"), (90_061, "25:01:01")]
)
def test_time_left_is_as_long_again_at_the_half(seconds, left):
    out, clock = io.StringIO(), Clock()
    progress = Progress(out, 200, shown=True, clock=clock)
    clock.now += seconds
    progress.advance(0, lambda: 100)
    assert out.getvalue().endswith(f" 50%  0.0 of 0.0 MB  0.0 MB/s  0 records/s  {left} left")


def test_nothing_read_tells_no_time():
    out, clock = io.StringIO(), Clock()
    progress = Progress(out, 200, shown=True, clock=clock)
    clock.now += 5
    progress.advance(0, lambda: 0)
    assert out.getvalue().endswith("  0%  0.0 of 0.0 MB  0.0 MB/s  0 records/s")


def test_words_are_in_colour_where_wanted():
    out = io.StringIO()
    progress = Progress(out, 1, shown=False, paint=Paint(True))
    progress.say("a")
    progress.complain("b\x1b")
    assert out.getvalue() == "\x1b[1mnetflowparse:\x1b[0m a\n\x1b[1;31mnetflowparse:\x1b[0m b\\x1b\n"


def test_not_shown():
    out, clock = io.StringIO(), Clock()
    progress = Progress(out, 100, shown=False, clock=clock)
    clock.now = 200.0
    progress.advance(1, lambda: 50)
    progress.clear()
    assert out.getvalue() == ""
    Progress(None, 100, shown=True).say("no stderr at all")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stdout", "stderr", "mode", "wanted"),
    [
        (io.StringIO(), Terminal(), "records", True),
        (Terminal(), Terminal(), "records", False),
        (Terminal(), Terminal(), "summary", True),
        (io.StringIO(), io.StringIO(), "summary", False),
    ],
)
def test_wanted_on_a_terminal_only(monkeypatch, stdout, stderr, mode, wanted):
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_progress(mode) is wanted
    monkeypatch.setenv("TERM", "dumb")  # knows no sequence that erases a line
    assert wants_progress(mode) is False
