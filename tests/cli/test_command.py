"""Whole runs with the real decoder: what stands on stdout and stderr, and the exit code."""

import json

import pytest

from netflowparse.cli import main
from tests.conftest import RECORDINGS
from tests.message_builder import ipfix_message, netflow5_datagram, netflow5_record, netflow9_datagram, set_of, template

from .fakes import DATA, OCTETS, PACKETS, TEMPLATE, frame


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
        frame(b"\xff\xffneither of the two"),
    )
    assert main(["--summary", str(path)]) == 0
    out, err = capsys.readouterr()
    assert (
        "  192.0.2.1  netflow9  0               2      2        0         0  -            3 datagrams lost in 1 gap\n"
        in out
    )
    assert "       256  192.0.2.1  netflow9  0       data  learned 1      2  octetDeltaCount, packetDeltaCount\n" in out
    assert "  skipped datagrams         1\n" in out
    assert err == "netflowparse: 1 UDP datagram skipped: not NetFlow, IPFIX or sFlow\n"


def test_one_template_id_in_two_protocols(capsys):
    names = ["softflowd-ipfix.pcap", "softflowd-netflow9.pcap"]
    assert main(["--summary", *(str(RECORDINGS / name) for name in names)]) == 0
    table = capsys.readouterr().out.split("\n\n")[1].splitlines()
    rows = [line.split()[:5] for line in table if "127.0.0.1" in line]
    assert ["1024", "127.0.0.1", "ipfix", "0", "data"] in rows
    assert ["1024", "127.0.0.1", "netflow9", "0", "data"] in rows


def test_old_sflow_is_named_as_what_it_is(capture, capsys):
    path = capture(frame(bytes.fromhex("00000004 00000001 c0000201 00000001"), port=6343))
    assert main([str(path)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    found, skipped = err.splitlines()
    assert found == "netflowparse: no NetFlow, IPFIX or sFlow datagrams found"
    assert skipped == (
        "netflowparse: 1 UDP datagram skipped: not NetFlow, IPFIX or sFlow; "
        "frame 1 to port 6343: an sFlow version 4 datagram"
    )


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
    assert main(["-q", str(RECORDINGS / name)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["exporter"] for line in lines} == {"127.0.0.1"}
    assert len(lines) > 0
    assert records in (None, len(lines))
