"""Whole runs: what stands on stdout and stderr, and the exit code."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from netflowparse.cli import command, main
from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.command import run
from netflowparse.errors import MalformedMessage, TruncatedDatagram
from tests.message_builder import ipfix_message, netflow5_datagram, netflow5_record, netflow9_datagram, set_of, template

from .fakes import FakeDecoder, message, pcap_octets

CAPTURES = Path(__file__).parent.parent / "captures"


def frame(payload, *, source="192.0.2.1", port=2055, source_port=50001):
    ip = IPv6(src=source, dst="2001:db8::9") if ":" in source else IP(src=source, dst="192.0.2.9")
    return bytes(
        Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / ip / UDP(sport=source_port, dport=port) / payload
    )


@pytest.fixture
def capture(tmp_path):
    """Return a function: write a capture of these frames."""

    def write(*frames, name="a.pcap"):
        path = tmp_path / name
        path.write_bytes(pcap_octets(list(frames)))
        return path

    return write


# With the real decoder.

OCTETS = (1, 4)  # octetDeltaCount
PACKETS = (2, 4)  # packetDeltaCount
TEMPLATE = set_of(0, template(256, [OCTETS, PACKETS]))
DATA = set_of(256, (1000).to_bytes(4, "big") + (3).to_bytes(4, "big"))


def test_record_lines(capture, capsys):
    v5 = netflow5_datagram([netflow5_record(packetDeltaCount=7)] * 2)
    v9 = netflow9_datagram(TEMPLATE, DATA, sourceId=5)
    path = capture(frame(v5), frame(v9, source="2001:db8::1", port=9995))
    assert main([str(path)]) == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [list(line) for line in lines] == [["exporter", "protocol", "header", "flow"]] * 3
    assert [(line["exporter"], line["protocol"]) for line in lines] == [
        ("192.0.2.1", "netflow5"),
        ("192.0.2.1", "netflow5"),
        ("2001:db8::1", "netflow9"),
    ]
    assert lines[0]["flow"]["packetDeltaCount"] == 7
    assert lines[2]["flow"] == {"octetDeltaCount": 1000, "packetDeltaCount": 3}
    assert lines[2]["header"]["sourceId"] == 5
    assert err == ""


def test_message_lines(capture, capsys):
    path = capture(frame(netflow9_datagram(TEMPLATE, DATA)))
    assert main(["--messages", str(path)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    answer = json.loads(line)
    assert answer["exporter"] == "192.0.2.1"
    assert answer["templates"][0]["template_id"] == 256
    assert answer["flows"] == [{"octetDeltaCount": 1000, "packetDeltaCount": 3}]


def test_summary(capture, capsys):
    path = capture(
        frame(netflow9_datagram(TEMPLATE, sequenceNumber=1)),
        frame(netflow9_datagram(DATA, DATA, sequenceNumber=5)),
        frame(b"\xff\xffno export traffic"),
    )
    assert main(["--summary", str(path)]) == 0
    out, err = capsys.readouterr()
    assert (
        "  192.0.2.1  netflow9  0               2      2        0         0  -            3 datagrams lost in 1 gap\n"
        in out
    )
    assert "       256  192.0.2.1  0       data  1 learned      2  octetDeltaCount, packetDeltaCount\n" in out
    assert "  skipped datagrams  1\n" in out
    assert err == "netflowparse: 1 UDP datagrams skipped: not export traffic\n"


def test_templates_live_on_from_file_to_file(capture, tmp_path, capsys):
    first = capture(frame(netflow9_datagram(TEMPLATE)), name="first.pcap")
    second = capture(frame(netflow9_datagram(DATA)), name="second.pcap")
    assert main([str(first), str(second)]) == 0
    assert json.loads(capsys.readouterr().out)["flow"]["octetDeltaCount"] == 1000
    (tmp_path / "template.bin").write_bytes(netflow9_datagram(TEMPLATE))
    (tmp_path / "data.bin").write_bytes(netflow9_datagram(DATA))
    assert main([str(tmp_path / "template.bin"), str(tmp_path / "data.bin")]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["exporter"], line["flow"]["packetDeltaCount"]) == (None, 3)


def test_ipfix_file(tmp_path, capsys):
    path = tmp_path / "flows.ipfix"
    learn = ipfix_message(set_of(2, template(256, [OCTETS, PACKETS])))
    withdraw = ipfix_message(set_of(2, template(256, [])))
    path.write_bytes(learn + ipfix_message(DATA) + withdraw + ipfix_message(DATA, sequenceNumber=1))
    assert main([str(path)]) == 0
    out, err = capsys.readouterr()
    (line,) = (json.loads(line) for line in out.splitlines())
    assert line["exporter"] == str(path)
    assert line["protocol"] == "ipfix"
    assert line["flow"] == {"octetDeltaCount": 1000, "packetDeltaCount": 3}
    # The withdrawal counts: a file is a stream.
    assert f"{path}: message 4: {path}: missing_template: " in err


@pytest.mark.parametrize(
    ("name", "records"),
    [("softflowd-netflow9.pcap", 40), ("softflowd-netflow5.pcap", 26), ("pmacctd-ipfix.pcap", None)],
)
def test_recorded_captures(name, records, capsys):
    assert main(["-q", str(CAPTURES / name)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["exporter"] for line in lines} == {"127.0.0.1"}
    assert len(lines) > 0
    assert records in (None, len(lines))


# With a decoder that answers what it was told.


def test_ports_and_names(run_cli, capture):
    path = capture(
        frame(b"\x00\x09a", port=2055),
        frame(b"\x00\x09b", port=4739, source="2001:db8::1"),
        frame(b"\x00\x09c", port=53),
        frame(b"\xff\xff", port=53),
    )
    assert [seen[:2] for seen in run_cli(path).seen] == [
        (b"\x00\x09a", "192.0.2.1"),
        (b"\x00\x09b", "2001:db8::1"),
        (b"\x00\x09c", "192.0.2.1"),
        (b"\xff\xff", "192.0.2.1"),
    ]
    outcome = run_cli("--port", 2055, "--port", 4739, "--by-port", path)
    assert outcome.seen == [
        (b"\x00\x09a", "192.0.2.1:50001", "udp"),
        (b"\x00\x09b", "[2001:db8::1]:50001", "udp"),
    ]
    assert (outcome.code, outcome.err) == (0, "")


def test_exporter_of_raw_files(run_cli, tmp_path):
    path = tmp_path / "v9.bin"
    path.write_bytes(b"\x00\x09a")
    assert run_cli(path).seen == [(b"\x00\x09a", None, "udp")]
    assert run_cli("--exporter", "router 1", "--port", 2055, path).seen == [(b"\x00\x09a", "router 1", "udp")]


def test_what_is_no_export_traffic_is_skipped(run_cli, capture):
    path = capture(frame(b"\x00\x09a"), frame(b"\xff\xff dns", port=53), frame(b"\x00\x09"))
    outcome = run_cli(path)
    assert (outcome.code, len(outcome.lines)) == (0, 1)
    assert outcome.err == "netflowparse: 2 UDP datagrams skipped: not export traffic\n"
    assert run_cli("--quiet", path).err == ""


def test_with_ports_nothing_is_skipped(run_cli, capture):
    path = capture(frame(b"\x00\x09a"), frame(b"\xff\xff"), frame(b"\x00\x09"), frame(b"\xff\xff", port=53))
    outcome = run_cli("--port", 2055, path)
    assert (outcome.code, len(outcome.lines)) == (1, 1)
    assert outcome.err == (
        f"netflowparse: {path}: frame 2: 192.0.2.1 to port 2055: version unknown\n"
        f"netflowparse: {path}: frame 3: 192.0.2.1 to port 2055: shorter than its header\n"
    )


def test_other_errors_are_failures(run_cli, capture):
    broken = b"\x00\x0abroken"
    answers = {broken: MalformedMessage("length 3, need at least 16")}
    outcome = run_cli(capture(frame(b"\x00\x09a"), frame(broken), name="b.pcap"), answers=answers)
    assert outcome.code == 1
    assert outcome.err.endswith("b.pcap: frame 2: 192.0.2.1 to port 2055: length 3, need at least 16\n")


def test_failures_are_counted_when_they_are_many(run_cli, capture):
    broken = b"\x00\x0abroken"
    answers = {broken: MalformedMessage("length 3")}
    outcome = run_cli(capture(*[frame(broken)] * 30), answers=answers)
    assert outcome.code == 1
    assert outcome.err.count("length 3") == 10
    assert outcome.err.endswith("netflowparse: 30 datagrams could not be decoded\n")


def problem(code, **facts):
    return {"code": code, "message": f"{code} here", "offset": 20, **facts}


def test_first_problem_of_each_kind_is_told(run_cli, capture):
    answers = {
        b"\x00\x091": message("", problems=[problem("missing_template", template_id=256, set_id=256)] * 2),
        b"\x00\x092": message(
            "", problems=[problem("missing_template", template_id=257), problem("bad_length", set_id=3)]
        ),
        b"\x00\x093": message("", late=[message("192.0.2.1", problems=[problem("bad_value", template_id=256)])]),
    }
    frames = [frame(octets) for octets in (b"\x00\x091", b"\x00\x092", b"\x00\x091", b"\x00\x093")]
    path = capture(*frames)
    outcome = run_cli(path, answers=answers)
    assert outcome.code == 0
    assert outcome.err.splitlines() == [
        f"netflowparse: {path}: frame 1: 192.0.2.1: missing_template: missing_template here",
        f"netflowparse: {path}: frame 2: 192.0.2.1: missing_template: missing_template here",
        f"netflowparse: {path}: frame 2: 192.0.2.1: bad_length: bad_length here",
        f"netflowparse: {path}: frame 4: 192.0.2.1: bad_value: bad_value here",
        "netflowparse: problems: missing_template 5, bad_length 1, bad_value 1",
    ]
    assert run_cli("-q", path, answers=answers).err == ""
    assert run_cli("--summary", path, answers=answers).err == ""


def test_nothing_found(run_cli, capture):
    outcome = run_cli(capture())
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "netflowparse: no export datagrams found\n")
    assert run_cli("--summary", capture()).out.startswith("Exporters\n  none\n")


def test_files_that_cannot_be_read_do_not_stop_the_others(run_cli, capture, tmp_path):
    good = capture(frame(b"\x00\x09a"))
    text = tmp_path / "notes.txt"
    text.write_text("some notes")
    outcome = run_cli(tmp_path / "nothing", text, good)
    assert (outcome.code, len(outcome.lines)) == (2, 1)
    assert outcome.err == (
        f"netflowparse: {tmp_path}/nothing: No such file or directory\n"
        f"netflowparse: {text}: neither a capture nor an export datagram: version unknown\n"
    )


def test_raw_datagram_that_is_too_short_is_a_failure(run_cli, tmp_path):
    path = tmp_path / "v9.bin"
    path.write_bytes(b"\x00\x09")
    outcome = run_cli(path, answers={b"\x00\x09": TruncatedDatagram("2 octets")})
    assert (outcome.code, outcome.err) == (1, f"netflowparse: {path}: 2 octets\n")


def test_cut_last_frame_is_no_failure(run_cli, tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_octets([frame(b"\x00\x09a"), frame(b"\x00\x09b")])[:-1])
    outcome = run_cli(path)
    assert (outcome.code, len(outcome.lines)) == (0, 1)
    assert outcome.err == f"netflowparse: {path}: the file ends inside frame 2, which is left out\n"


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
    assert (outcome.code, len(outcome.lines)) == (2, 1)
    assert outcome.err == f"netflowparse: {path}: reading captures needs scapy: pip install 'netflowparse[pcap]'\n"


def test_interrupt_shows_what_was_read(capture):
    class Interrupted(FakeDecoder):
        def decode(self, datagram, exporter, *, transport="udp"):
            if datagram == b"\x00\x09b":
                raise KeyboardInterrupt
            return super().decode(datagram, exporter, transport=transport)

    out, err = io.StringIO(), io.StringIO()
    arguments = parse_arguments(["--summary", str(capture(frame(b"\x00\x09a"), frame(b"\x00\x09b")))])
    assert run(arguments, Interrupted(), out, err) == 130
    assert "  flows              1\n" in out.getvalue()


def test_interrupt_anywhere_else(monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", interrupted)
    assert main(["a.pcap"]) == 130


def test_full_disk(monkeypatch, capsys, capture):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert main([str(capture(frame(netflow9_datagram(TEMPLATE, DATA))))]) == 2
    assert capsys.readouterr().err == "netflowparse: cannot write: No space left on device\n"


# In a process of their own.


def start(*words, **options):
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
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
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, cwd=root, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert done.stderr == ""
