"""Colour on terminals that know it, and where it is asked for; never in what programs read."""

import io
import re

import pytest

from netflowparse.cli import main
from netflowparse.cli.datagrams import Datagram
from netflowparse.cli.terminal import Paint, wants_colour
from netflowparse.cli.trees import Trees, fitted
from tests.conftest import RECORDINGS

SEQUENCE = re.compile(r"\x1b\[[\d;]*m")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "choice", "wanted"),
    [
        (Terminal(), {"TERM": "xterm"}, "auto", True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, "auto", True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "0"}, "auto", False),
        (Terminal(), {"TERM": "dumb"}, "auto", False),
        (Terminal(), {}, "auto", False),
        (io.StringIO(), {"TERM": "xterm"}, "auto", False),
        (None, {"TERM": "xterm"}, "auto", False),
        (io.StringIO(), {"NO_COLOR": "1"}, "always", True),
        (Terminal(), {"TERM": "xterm"}, "never", False),
    ],
)
def test_colour_is_wanted(monkeypatch, stream, environment, choice, wanted):
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(stream, choice) is wanted


def test_paint():
    assert Paint()("text", "bold") == "text"
    assert Paint(True)("text", "bold", "red") == "\x1b[1;31mtext\x1b[0m"


@pytest.mark.parametrize("mode", ["--summary", "--explain"])
def test_colour_changes_nothing_else(capsys, mode):
    path = str(RECORDINGS / "softflowd-netflow9.pcap")
    assert main([mode, path]) == 0
    plain = capsys.readouterr().out
    assert main([mode, "--color=always", path]) == 0
    painted = capsys.readouterr().out
    assert "\x1b" not in plain
    assert SEQUENCE.sub("", painted) == plain
    assert "\x1b[1m" in painted


def test_problems_and_sections_of_trees(capsys, tmp_path):
    path = tmp_path / "cut.bin"
    path.write_bytes(bytes.fromhex("000A0016 65E0F000 00000000 00000001 0101 0006 BEEF"))
    assert main(["--explain", "--color=always", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"\x1b[1m{path}: message 1\x1b[0m"
    assert sum(line.endswith("\x1b[2m  [RFC 7011 §3.1]\x1b[0m") for line in lines) == 1
    (told,) = (line for line in lines if "waits for it" in line or "wait for it" in line)
    assert re.fullmatch(r"\x1b\[31m +! missing_template: .*\x1b\[0m", told)


@pytest.mark.parametrize("form", [[], ["--format=csv"], ["--fields=exporter"], ["--messages"]])
def test_what_programs_read_has_none(capsys, form):
    assert main(["-q", "--color=always", *form, str(RECORDINGS / "softflowd-netflow9.pcap")]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("columns", [60, 80, 100, 140])
def test_trees_fit_the_terminal(capsys, columns):
    """Nothing is lost by it but spaces, and short lines stay as they are."""
    assert main(["--explain", str(RECORDINGS / "softflowd-netflow9.pcap")]) == 0
    for line in capsys.readouterr().out.splitlines():
        found = list(fitted(line, columns))
        assert max(map(len, found)) <= columns
        assert "".join("".join(found).split()) == "".join(line.split())
        if len(line) <= columns:
            assert found == [line]


def test_rules_stand_at_the_edge_and_problems_are_folded():
    line = f"{'   592  c6 48 44 45':<33}{'    flowEndSysUpTime: 3326624837 (unsigned32)':<52}  [RFC 3954 §8]"
    assert list(fitted(line, 95)) == [line[:78] + "  [RFC 3954 §8]".rjust(17)]
    assert list(fitted(line, 80)) == [line[:78], "[RFC 3954 §8]".rjust(80)]
    problem = f"{'':37}! bad_value: one two three four five six seven"
    assert list(fitted(problem, 60)) == [
        f"{'':37}! bad_value: one two",
        f"{'':39}three four five six",
        f"{'':39}seven",
    ]


def test_a_folded_problem_is_red_to_its_end():
    out = io.StringIO()
    problem = f"{'':37}! bad_value: one two three four five six seven"
    leaf = "     0  00 05                        version: 5 (unsigned16)"
    Trees(out, Paint(True), columns=61).show("a", Datagram("frame 1", b""), "r", f"{leaf}\n{problem}\n{leaf}")
    assert [line.startswith("\x1b[31m") for line in out.getvalue().splitlines()] == [
        *(False, False),
        *(True, True, True),
        *(False, False),
    ]
