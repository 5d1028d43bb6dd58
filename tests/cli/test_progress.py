"""The progress line: on a terminal only, a few times a second, out of the way of other lines."""

import io
import sys

import pytest

from netflowparse.cli.progress import ERASE_LINE, Progress, wants_progress


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
    assert out.getvalue() == ERASE_LINE + " 41%  82.0 of 200.0 MB  300k records/s"
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
    assert out.getvalue() == ERASE_LINE + f"5.0 MB  {rate} records/s"


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
    assert wants_progress(mode) is wanted
