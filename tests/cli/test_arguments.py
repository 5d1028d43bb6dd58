"""What may be said on the command line."""

import re
import shlex

import pytest

from netflowparse import __version__
from netflowparse.cli.arguments import Arguments, parse_arguments
from netflowparse.cli.status import Status


def test_defaults():
    assert parse_arguments(["a.pcap"]) == Arguments(("a.pcap",))


def test_everything():
    ports = ["--port", "2055", "--port", "4739", "--by-port"]
    forms = ["--fields", "source.ip, exporter", "--names", "ecs", "--format", "csv"]
    words = [*forms, *ports, "--exporter", "r1", "--resolve", "--color=never", "-q", "a", "-"]
    assert parse_arguments(words) == Arguments(
        files=("a", "-"),
        fields=("source.ip", "exporter"),
        names="ecs",
        format="csv",
        ports=frozenset({2055, 4739}),
        by_port=True,
        exporter="r1",
        resolve=True,
        color="never",
        quiet=True,
    )


@pytest.mark.parametrize("mode", ["messages", "summary", "explain"])
def test_modes(mode):
    assert parse_arguments([f"--{mode}", "a"]) == Arguments(("a",), mode)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], 'the following arguments are required: FILE ("-" is standard input) (see '),
        (["--summary", "--messages", "a"], "not allowed with argument --summary"),
        (["--port", "65536", "a"], "'65536' is no UDP port: expected 0 to 65535"),
        (["--port", "x", "a"], "'x' is no UDP port"),
        (["--fields", "a,,b", "a"], "'a,,b' has an empty name: expected names with commas between them"),
        (["--fields", "a,b,a", "a"], "'a' is there twice"),
        (["--fields", "a", "--summary", "a"], "--fields is for records, and --summary prints none"),
        (["--names", "ecs", "--messages", "a"], "--names is for records, and --messages prints none"),
        (["--format", "csv", "--explain", "a"], "--format csv is for records, and --explain prints none"),
        (["--resolve", "--summary", "a"], "--resolve completes flows, and --summary prints none"),
        (["--resolve", "--explain", "a"], "--resolve completes flows, and --explain prints none"),
        (["--names", "splunk", "a"], "'splunk' (choose from 'cisco', 'ecs', 'goflow2', 'logstash') (see "),
        (["--names", "elastic", "a"], "'logstash'); did you mean ecs? (see "),
        (["--names", "ECS", "a"], "'logstash'); did you mean ecs? (see "),
        (["--names", "goflow", "a"], "'logstash'); did you mean goflow2? (see "),
        (["--names", "logstash", "--format", "csv", "a"], "needs --fields: its names differ by protocol"),
        (["--sum", "a"], "unrecognized arguments: --sum; did you mean --summary? (see "),
        (["--colour", "never", "a"], "unrecognized arguments: --colour; did you mean --color? (see "),
        (["--colour=never", "a"], "unrecognized arguments: --colour=never; did you mean --color? (see "),
        (["--field", "x", "a"], "unrecognized arguments: --field; did you mean --fields? (see "),
        (["--summmary", "a"], "unrecognized arguments: --summmary; did you mean --summary? (see "),
        (["--csv", "a"], "unrecognized arguments: --csv; did you mean --format csv? (see "),
        (["-x", "a"], "unrecognized arguments: -x (see "),
    ],
)
def test_wrong_usage(capsys, words, complaint):
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(words)
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("netflowparse: ")
    assert complaint in line
    assert line.endswith(" (see python -m netflowparse --help)")


def help_text(capsys):
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(["--help"])
    assert stopped.value.code == 0
    return capsys.readouterr().out


def test_help_has_examples_that_can_be_said(capsys):
    text = help_text(capsys)
    examples = text.replace("\\\n", "").partition("examples:\n")[2].partition("exit status:")[0]
    commands = re.findall(r"python -m netflowparse ([^|>\n]+)", examples)
    assert len(commands) == 12
    for command in commands:
        assert parse_arguments(shlex.split(command)).files
    said = set(re.findall(r"--[a-z-]+", examples))
    assert {"--summary", "--messages", "--explain", "--fields", "--names", "--format", "--port"} <= said


def test_help_tells_every_exit_code(capsys):
    listed = help_text(capsys).partition("exit status:\n")[2]
    assert {int(code) for code in re.findall(r"\b\d+\b(?=  )", listed)} == set(Status)


@pytest.mark.parametrize("columns", [80, 120, 300])
def test_help_fits_the_terminal(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    text = help_text(capsys)
    assert text.isascii()
    assert max(map(len, text.splitlines())) < min(columns, 101)


def test_help_has_colour_on_a_terminal_alone(capsys, monkeypatch):
    assert "\x1b" not in help_text(capsys)
    monkeypatch.setattr("netflowparse.cli.arguments.wants_colour", lambda stream: True)
    text = help_text(capsys)
    titles = re.findall(r"^\x1b\[1m(.+):\x1b\[0m$", text, re.MULTILINE)
    assert titles[-3:] == ["a line of JSON", "examples", "exit status"]


@pytest.mark.parametrize(
    ("program", "called"),
    [
        ("/usr/lib/python3/site-packages/netflowparse/__main__.py", "python -m netflowparse"),
        ("/home/x/.local/bin/netflowparse", "netflowparse"),
        ("netflowparse.exe", "netflowparse"),
    ],
)
def test_the_command_is_called_as_the_user_called_it(capsys, monkeypatch, program, called):
    monkeypatch.setattr("sys.argv", [program])
    text = help_text(capsys)
    assert text.startswith(f"usage: {called} [options] FILE [FILE ...]\n")
    assert f"\n    {called} --summary *.pcap.gz\n" in text
    assert ("python -m" in text) == (called == "python -m netflowparse")
    with pytest.raises(SystemExit):
        parse_arguments(["--colour", "a"])
    assert capsys.readouterr().err.endswith(f" (see {called} --help)\n")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("192.0.2.1", "192.0.2.1"), ("2001:DB8:0::1", "2001:db8::1"), ("router 1", "router 1"), ("[::1]:9", "[::1]:9")],
)
def test_exporters_are_spelled_as_captures_give_them(said, meant):
    assert parse_arguments(["--exporter", said, "a"]).exporter == meant


def test_version(capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["--version"])
    assert capsys.readouterr().out == f"netflowparse {__version__}\n"
