"""The command among other processes: standard streams, interrupts, full disks, what is imported."""

import errno
import io
import json
import os
import signal
import subprocess
import sys

import pytest

from netflowparse.cli import command, main
from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.command import run
from tests.conftest import ROOT
from tests.message_builder import ipfix_message, netflow5_datagram, netflow5_record, netflow9_datagram, set_of, template

from .fakes import DATA, OCTETS, PACKETS, TEMPLATE, FakeDecoder, frame, pcap_octets


@pytest.mark.parametrize("content", [b"\x00\x09a", pcap_octets([frame(b"\x00\x09a")])], ids=["raw datagram", "capture"])
def test_standard_input(run_cli, monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))
    outcome = run_cli("-")
    assert (outcome.code, [seen[0] for seen in outcome.seen]) == (0, [b"\x00\x09a"])
    assert not sys.stdin.buffer.closed


def test_without_scapy(run_cli, capture, monkeypatch, tmp_path):
    for name in [name for name in sys.modules if name.split(".")[0] == "scapy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scapy", None)
    raw = tmp_path / "v9.bin"
    raw.write_bytes(b"\x00\x09a")
    path = capture(frame(b"\x00\x09b"))
    outcome = run_cli(path, raw)
    assert (outcome.code, len(outcome.lines)) == (1, 1)
    assert outcome.err == f"netflowparse: {path}: reading captures needs scapy: pip install scapy\n"


def test_interrupt_shows_what_was_read(capture):
    class Interrupted(FakeDecoder):
        def decode(self, datagram, exporter, **settings):
            if datagram == b"\x00\x09b":
                raise KeyboardInterrupt
            return super().decode(datagram, exporter, **settings)

    out, err = io.StringIO(), io.StringIO()
    arguments = parse_arguments(["--summary", str(capture(frame(b"\x00\x09a"), frame(b"\x00\x09b")))])
    assert run(arguments, Interrupted(), out, err) == 130
    assert "  flows                     1\n" in out.getvalue()


def test_interrupt_anywhere_else(monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", interrupted)
    assert main(["a.pcap"]) == 130


def test_nobody_reads_any_more(monkeypatch, capture):
    outlet, inlet = os.pipe()
    os.close(outlet)
    with open(inlet, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert main([str(capture(frame(netflow9_datagram(TEMPLATE, DATA))))]) == 141
        stdout.write("what the interpreter flushes at its end")  # goes nowhere, and is no error


def test_without_standard_streams(run_cli, monkeypatch):
    # As of a service, or of pythonw.
    monkeypatch.setattr(sys, "stdin", None)
    outcome = run_cli("-")
    assert (outcome.code, outcome.err) == (1, "netflowparse: -: there is no standard input\n")
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["a.pcap"]) == 1


def test_full_disk(monkeypatch, capsys, capture):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert main([str(capture(frame(netflow9_datagram(TEMPLATE, DATA))))]) == 1
    assert capsys.readouterr().err == "netflowparse: cannot write: No space left on device\n"


# In a process of their own.


def start(*words, **options):
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", "netflowparse", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        **options,
    )


@pytest.mark.parametrize("count", [1, 3000], ids=["at the last flush", "while writing"])
def test_broken_pipe(tmp_path, count):
    # As in "| head -1", which leaves while we write, or before we have written anything.
    path = tmp_path / "flows.ipfix"
    learn = ipfix_message(set_of(2, template(256, [OCTETS, PACKETS])))
    path.write_bytes(learn + b"".join(ipfix_message(DATA, sequenceNumber=number) for number in range(count)))
    with start(path) as process:
        if count > 1:
            assert json.loads(process.stdout.readline())["flow"]["packetDeltaCount"] == 3
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=10) == 141


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_live_and_interrupted():
    # A capture that comes through a pipe is decoded as it comes, and Ctrl-C leaves no traceback.
    with start("-", stdin=subprocess.PIPE) as process:
        process.stdin.write(pcap_octets([frame(netflow9_datagram(TEMPLATE, DATA))]))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["flow"]["octetDeltaCount"] == 1000
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert process.stderr.read() == b""


def test_raw_files_load_no_scapy(tmp_path):
    path = tmp_path / "v5.bin"
    path.write_bytes(netflow5_datagram([netflow5_record()]))
    script = (
        "import sys; from netflowparse.cli import main; code = main(sys.argv[1:]);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'scapy', 'asyncio', 'subprocess'}), code)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, cwd=ROOT, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert done.stderr == ""
