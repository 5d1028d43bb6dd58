"""What may be said on the command line."""

import pytest

from netflowparse import __version__
from netflowparse.cli.arguments import Arguments, parse_arguments


def test_defaults():
    assert parse_arguments(["a.pcap"]) == Arguments(("a.pcap",), "records", frozenset(), False, None, False, False)


def test_everything():
    ports = ["--port", "2055", "--port", "4739", "--by-port"]
    words = ["--summary", *ports, "--exporter", "r1", "--resolve", "-q", "a", "-"]
    expected = Arguments(("a", "-"), "summary", frozenset({2055, 4739}), True, "r1", True, True)
    assert parse_arguments(words) == expected


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "the following arguments are required: FILE"),
        (["--summary", "--messages", "a"], "not allowed with argument --summary"),
        (["--port", "65536", "a"], "'65536' is no UDP port: expected 0 to 65535"),
        (["--port", "x", "a"], "'x' is no UDP port"),
        (["--sum", "a"], "unrecognized arguments: --sum"),
    ],
)
def test_wrong_usage(capsys, words, complaint):
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(words)
    assert stopped.value.code == 2
    assert complaint in capsys.readouterr().err


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(["--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert "python -m netflowparse --summary *.pcap.gz" in text
    assert "| jq 'select(.flow).flow' " in text
    assert "| jq 'select(.counters).counters' " in text
    assert '"unknown_sample" a sample' in text
    assert text.isascii()


def test_version(capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["--version"])
    assert capsys.readouterr().out == f"netflowparse {__version__}\n"
