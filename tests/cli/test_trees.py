"""``--explain``: a tree for each datagram, by what those before it have taught."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from netflowparse import Decoder
from netflowparse.cli import main
from netflowparse.cli.arguments import parse_arguments
from netflowparse.cli.trees import Trees
from tests.conftest import RECORDINGS, ROOT
from tests.message_builder import ipfix_message, netflow5_datagram, netflow5_record, netflow9_datagram, set_of, template

from .fakes import DATA, OCTETS, PACKETS, TEMPLATE, frame


def trees(text: str) -> list[list[str]]:
    """The lines of each tree, its heading first."""
    return [each.splitlines() for each in text.removesuffix("\n\n").split("\n\n")]


def test_a_capture(capture, capsys):
    v5 = netflow5_datagram([netflow5_record(packetDeltaCount=7)])
    teaching, data = netflow9_datagram(TEMPLATE), netflow9_datagram(DATA, sequenceNumber=2)
    path = capture(frame(data, source="2001:db8::1"), frame(v5), frame(teaching), frame(b"\xff\xff dns"), frame(data))
    assert main(["--explain", str(path)]) == 0
    out, err = capsys.readouterr()
    early, fixed, taught, read = trees(out)
    assert [each[0] for each in (early, fixed, taught, read)] == [
        f"{path}: frame 1 from 2001:db8::1",
        f"{path}: frame 2 from 192.0.2.1",
        f"{path}: frame 3 from 192.0.2.1",
        f"{path}: frame 5 from 192.0.2.1",
    ]
    assert "! missing_template: set 256 at octet 20: template 256 is not known" in early[-4]
    assert early[-2:] == [
        "    24  00 00 03 e8 00 00 00 03      undecoded" + " " * 41 + "[no section]",
        "                                       ! missing_template, as above",
    ]
    assert "    40  00 00 00 07                  packetDeltaCount: 7 (unsigned32)" in fixed
    assert read[-2:] == [
        "    24  00 00 03 e8                    octetDeltaCount: 1000 (unsigned64)              [RFC 3954 §8]",
        "    28  00 00 00 03                    packetDeltaCount: 3 (unsigned64)                [RFC 3954 §8]",
    ]
    assert err == "netflowparse: 1 UDP datagram skipped: not NetFlow, IPFIX or sFlow\n"


def test_raw_datagrams(tmp_path, capsys):
    for name, octets in (("template.bin", TEMPLATE), ("data.bin", DATA)):
        (tmp_path / name).write_bytes(netflow9_datagram(octets))
    assert (
        main(["--explain", "--exporter", "r1", *(str(tmp_path / name) for name in ("template.bin", "data.bin"))]) == 0
    )
    _, read = trees(capsys.readouterr().out)
    assert read[0] == f"{tmp_path / 'data.bin'}: datagram from r1"
    assert "packetDeltaCount: 3 (unsigned64)" in read[-1]


def test_an_ipfix_file(tmp_path, capsys):
    """Withdrawals count in a file."""
    path = tmp_path / "flows.ipfix"
    taught = ipfix_message(set_of(2, template(256, [OCTETS, PACKETS])))
    withdrawn = ipfix_message(set_of(2, template(256, [])))
    path.write_bytes(taught + ipfix_message(DATA) + withdrawn + ipfix_message(DATA, sequenceNumber=1))
    assert main(["--explain", str(path)]) == 0
    out, err = capsys.readouterr()
    found = trees(out)
    assert [each[0] for each in found] == [f"{path}: message {number} from {path}" for number in (1, 2, 3, 4)]
    assert "packetDeltaCount: 3" in found[1][-1]
    assert "missing_template" in found[3][-1]
    assert err == ""


def test_what_has_no_message_is_shown_all_the_same(tmp_path, capture, capsys):
    path = tmp_path / "cut.bin"
    path.write_bytes(b"\0\x09\0")
    assert main(["--explain", str(path)]) == 3
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"{path}: datagram"
    assert "! truncated_datagram: NetFlow v9 header: 3 octets, need 20" in out
    assert err == f"netflowparse: {path}: NetFlow v9 header: 3 octets, need 20\n"
    broken = capture(frame(b"\0\x0a\0\x0f" + bytes(12)))
    assert main(["--explain", str(broken)]) == 3
    assert "! malformed_message: IPFIX message length 15, need at least 16" in capsys.readouterr().out


def test_headers_that_are_cut_are_shown(capture, capsys):
    """Of a known version; other modes skip them.  Two octets of 0 are no version, and what has none is skipped."""
    cut = [netflow5_datagram([])[:20], ipfix_message()[:8], (b"\0\0\0\5\0\0\0\1" + bytes(6))]
    path = capture(*map(frame, (*cut, b"\0\0", b"", b"\xff\xff dns")))
    assert main(["--explain", str(path)]) == 3
    out, err = capsys.readouterr()
    assert [each[0] for each in trees(out)] == [f"{path}: frame {number} from 192.0.2.1" for number in (1, 2, 3)]
    assert [each[1].split()[-1] for each in trees(out)] == ["netflow5", "ipfix", "sflow5"]
    assert err.splitlines()[-1] == "netflowparse: 3 UDP datagrams skipped: not NetFlow, IPFIX or sFlow"
    assert main([str(path)]) == 3
    assert "netflowparse: 6 UDP datagrams skipped" in capsys.readouterr().err


def test_what_is_nothing_of_ours_is_not_shown(tmp_path, capsys):
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG")
    assert main(["--explain", str(path)]) == 1
    assert capsys.readouterr().out == ""


def test_names_do_not_steer_the_terminal(tmp_path, capsys):
    path = tmp_path / "a.bin"
    path.write_bytes(netflow9_datagram(DATA))
    assert main(["--explain", "--exporter", "r\x1b[2J", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{path}: datagram from r\\x1b[2J"


def test_one_output_at_a_time(capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["--explain", "--summary", "a"])
    assert "not allowed with argument" in capsys.readouterr().err
    assert parse_arguments(["--explain", "a"]).mode == "explain"


def test_who_waits_gets_each_tree_at_once(tmp_path):
    class Flushed(io.StringIO):
        flushes = 0

        def flush(self):
            self.flushes += 1

    for live in (False, True):
        stream = Flushed()
        output = Trees(stream, live=live)
        output.show("-", type("Found", (), {"place": "datagram"})(), None, "tree")
        output.finish()
        assert (stream.getvalue(), stream.flushes) == ("-: datagram\ntree\n\n", int(live))


def test_a_reader_that_goes_away():
    command = [sys.executable, "-m", "netflowparse", "--explain", str(RECORDINGS / "softflowd-psamp.pcap")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == f"{command[-1]}: frame 1 from 127.0.0.1\n".encode()
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr.read() == b""


def test_as_the_decoder_explains(capsys):
    """The words of the module are those of the command, and the other modes stay as they are."""
    path = RECORDINGS / "python-ipfix.ipfix"
    assert main(["--explain", str(path)]) == 0
    first = trees(capsys.readouterr().out)[0]
    octets = path.read_bytes()
    message = octets[: int.from_bytes(octets[2:4], "big")]
    assert "\n".join(first[1:]) == str(Decoder().explain(message, str(path), transport="file"))
    assert main([str(path)]) == 0
    assert {json.loads(line)["protocol"] for line in capsys.readouterr().out.splitlines()} == {"ipfix"}
