"""sFlow on the command line, with the real decoder: lines, raw files, the summary of recorded captures."""

import json

import pytest

from netflowparse.cli import main
from tests.conftest import RECORDINGS
from tests.sflow_builder import (
    counters_sample,
    datagram,
    discarded_packet,
    flow_sample,
    flow_sample_expanded,
    record,
    sample,
    string,
    u32,
)

from .fakes import frame
from .sflow_parts import if_counters

UNKNOWN = sample(0, 77, b"what?")
PORT_NAME = record(0, 1005, string("ge-0/0/1"))


def everything(**header):
    return datagram(
        [
            sample(0, 1, flow_sample([], sampling_rate=400)),
            sample(0, 2, counters_sample([if_counters(3)])),
            UNKNOWN,
        ],
        agent="198.51.100.7",
        sub_agent_id=2,
        **header,
    )


def lines_of(capsys):
    out, err = capsys.readouterr()
    return [json.loads(line) for line in out.splitlines()], err


def test_record_lines(capture, capsys):
    assert main([str(capture(frame(everything(), port=6343)))]) == 0
    lines, err = lines_of(capsys)
    assert err == ""
    assert [list(line)[3] for line in lines] == ["flow", "counters", "unknown_sample"]
    assert {(line["exporter"], line["protocol"], line["header"]["agentAddress"]) for line in lines} == {
        ("192.0.2.1", "sflow5", "198.51.100.7")
    }
    assert lines[0]["flow"]["samplingInterval"] == 400
    assert lines[1]["counters"]["if_counters"]["if_index"] == 3
    assert lines[2]["unknown_sample"] == {"format": "0:77", "octets": b"what?".hex()}


def test_raw_datagram(tmp_path, capsys):
    path = tmp_path / "sflow.bin"
    path.write_bytes(everything())
    assert main(["--exporter", "switch 1", str(path)]) == 0
    lines, err = lines_of(capsys)
    assert [line["exporter"] for line in lines] == ["switch 1"] * 3
    assert err == ""


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        (b"\0\0\0\4" + bytes(40), "neither a capture nor a NetFlow, IPFIX or sFlow datagram: version 4: "),
        (b"\0\0\1\5" + bytes(40), "neither a capture nor a NetFlow, IPFIX or sFlow datagram: version 261: "),
    ],
)
def test_raw_files_that_are_not_version_5(tmp_path, capsys, octets, complaint):
    path = tmp_path / "sflow.bin"
    path.write_bytes(octets)
    assert main([str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"netflowparse: {path}: {complaint}")


def test_message_lines(capture, capsys):
    assert main(["--messages", str(capture(frame(everything(sequence_number=9))))]) == 0
    (line,), _ = lines_of(capsys)
    assert line["header"]["sequenceNumber"] == 9
    assert (len(line["flows"]), len(line["counters"])) == (1, 1)
    assert line["unknown_samples"] == [{"format": "0:77", "octets": b"what?".hex()}]


def test_summary(capture, capsys):
    ways = {"input": 3, "output": 0x3FFFFFFF}  # to the device itself

    def flow(number, pool, **fields):
        return sample(
            0, 1, flow_sample([], sequence_number=number, sample_pool=pool, source_id=(0, 3), **ways, **fields)
        )

    def counters(number, octets):
        records = [if_counters(3, if_speed=10**10, if_in_octets=octets, if_in_ucast_pkts=number * 10), PORT_NAME]
        return sample(0, 2, counters_sample(records, sequence_number=number, source_id=(0, 3)))

    vlan = sample(0, 3, flow_sample_expanded([], source_id=(1, 20), sampling_rate=64, input=(0, 3)))
    drop = sample(0, 5, discarded_packet([], source_id=(0, 3)))
    path = capture(
        *(
            frame(one, port=6343)
            for one in (
                datagram([flow(1, 1000, drops=1), counters(1, 5_000)], uptime=60_000),
                datagram([flow(2, 2000, drops=1), vlan, drop], uptime=70_000, sequence_number=2),
                datagram([flow(5, 6000, drops=4), counters(2, 2_505_000)], uptime=80_000, sequence_number=5),
                datagram([flow(4, 5000, drops=3)], uptime=75_000, sequence_number=4),
                datagram([flow(6, 7000, sampling_rate=2000, drops=4), UNKNOWN], uptime=81_000, sequence_number=6),
            )
        )
    )
    assert main(["--summary", str(path)]) == 0
    out, err = capsys.readouterr()
    assert out == (
        "Exporters\n"
        "  exporter   protocol  domain       datagrams  flows  options  counters  no template  sequence\n"
        "  192.0.2.1  sflow5    192.0.2.1/0          5      7        0         2  -            "
        "1 datagram lost in 1 gap, 1 reordered\n"
        "\n"
        "Templates\n"
        "  none\n"
        "\n"
        "Samplers\n"
        "  exporter   domain       source              sampling rate         effective rate  flow samples"
        "  samples lost  packets seen since the first  drops  estimated packets\n"
        "  192.0.2.1  192.0.2.1/0  ifIndex 3           1 in 1000, 1 in 2000         1,200.0             5"
        "             1                         6,000      3              6,000\n"
        "  192.0.2.1  192.0.2.1/0  ifIndex 3 discards  -                                  -             1"
        "             0                             -      -                  -\n"
        "  192.0.2.1  192.0.2.1/0  smonVlan 20         1 in 64                            -             1"
        "             0                             -      -                 64\n"
        "\n"
        "Interfaces\n"
        "  exporter   domain       ifIndex  name      speed      in octets/s  out octets/s  in packets/s  out packets/s"
        "  in errors  out errors  in discards  out discards  samples in  samples out\n"
        "  192.0.2.1  192.0.2.1/0        2  -         -                    -             -             -              -"
        "          -           -            -             -           0            1\n"
        "  192.0.2.1  192.0.2.1/0        3  ge-0/0/1  10 Gbit/s    125,000.0           0.0           0.5            0.0"
        "          0           0            0             0           6            0\n"
        "\n"
        "Problems\n"
        "  none\n"
        "\n"
        "Totals\n"
        "  exporters                 1\n"
        "  datagrams                 5\n"
        "  flows                     7\n"
        "  options                   0\n"
        "  counters                  2\n"
        "  unknown samples           1\n"
        "  templates                 0\n"
        "  problems                  0\n"
        "  failed datagrams          0\n"
        "  skipped datagrams         0\n"
        "  datagrams to other ports  0\n"
        "\n"
    )
    assert err == ""


def test_agent_without_an_address(capture, capsys):
    assert main(["--summary", str(capture(frame(datagram([UNKNOWN], agent=None, sub_agent_id=5))))]) == 0
    out = capsys.readouterr().out
    assert "  192.0.2.1  sflow5    -/5             1      0 " in out
    assert "Samplers\n  none\n\nInterfaces\n  none\n" in out


def test_no_sflow_no_tables(capsys):
    assert main(["--summary", str(RECORDINGS / "softflowd-netflow5.pcap")]) == 0
    out = capsys.readouterr().out
    assert "Samplers" not in out
    assert "Interfaces" not in out


def test_damage_is_a_failure_and_a_problem(capture, capsys):
    """Where the version is sFlow's the datagram is one that should have been decoded; another begins alike."""
    broken = datagram([], agent=u32(9) + bytes(4))
    path = capture(frame(broken, port=6343), frame(everything()[:-5]), frame(b"\0\0\7\7 something else", port=53))
    assert main([str(path)]) == 4
    lines, err = lines_of(capsys)
    assert len(lines) == 3
    assert "frame 1: 192.0.2.1 to port 6343: " in err
    assert "frame 2: 192.0.2.1: truncated_sample: " in err
    assert err.endswith("1 UDP datagram skipped: not NetFlow, IPFIX or sFlow\n")


# Captures of others' agents.


def table(out, title):
    """The rows of a table of the summary, without its heading, columns apart by two blanks."""
    (text,) = (part for part in out.split("\n\n") if part.startswith(f"{title}\n"))
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()[2:]]


@pytest.mark.parametrize(
    ("name", "samplers"),
    [
        (
            "pmacctd-sflow.pcap",
            [["127.0.0.1", "192.0.2.77/0", "ifIndex 1", "1 in 2", "2.1", "70", "0", "143", "0", "140"]],
        ),
        (
            "openvswitch-sflow.pcap",
            [["127.0.0.1", "127.0.0.1/0", "entPhysical 1000", "1 in 1", "1.0", "146", "0", "145", "0", "146"]],
        ),
    ],
)
def test_recorded_captures(name, samplers, capsys):
    assert main([str(RECORDINGS / name)]) == 0
    lines, err = lines_of(capsys)
    assert err == ""
    assert main(["--summary", str(RECORDINGS / name)]) == 0
    out = capsys.readouterr().out
    assert table(out, "Samplers") == samplers
    ((_, _, domain, _, flows, _, counters, _, sequence),) = table(out, "Exporters")
    assert (domain, sequence) == (samplers[0][1], "in order")
    kinds = [list(line)[3] for line in lines]
    assert (kinds.count("flow"), kinds.count("counters")) == (int(flows), int(counters))


def test_counters_of_real_switches(shared_captures, capsys):
    assert main(["--summary", str(shared_captures / "LogHub" / "lh-sflow-alcatel.pcap")]) == 0
    head = ["172.21.35.17", "172.21.35.17/1"]
    out = capsys.readouterr().out
    # Four samples of each interface, 90 s from first to last; read by struct alone the rates are the same.
    assert table(out, "Interfaces") == [
        [*head, "1036", "-", "100 Mbit/s", "187.1", "189.5", "2.0", "0.5", "0", "0", "0", "0", "0", "0"],
        [*head, "1043", "-", "100 Mbit/s", "80.0", "172.2", "1.0", "2.2", "0", "0", "0", "0", "0", "1"],
        [*head, "1048", *["-"] * 10, "1", "0"],
    ]
    assert table(out, "Samplers") == [[*head, "ifIndex 1043", "1 in 2048", "-", "1", "0", "-", "-", "2,048"]]


def test_every_capture_of_sflow(shared_captures, capsys):
    for path in sorted(shared_captures.glob("*/*sflow*.pcap")):
        assert main(["--summary", str(path)]) == (3 if path.stem == "td-sflow-short" else 0)
        out = capsys.readouterr().out
        if path.stem != "td-sflow-short":  # ends inside the header
            assert " sflow5 " in out, path
            assert "Samplers\n" in out, path
