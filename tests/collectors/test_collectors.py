"""The collectors of the docs, each as a process: what comes on loopback is counted, and SIGTERM ends them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import netflowparse
from tests import message_builder as build
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS, ROOT

EXPORTERS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
NAMES = ("softflowd-netflow9", "pmacctd-ipfix", "softflowd-netflow5", "openvswitch-sflow")
FLOWS = 39 + 39 + 26 + 146  # of these recordings; the options records of the first two are none
TOO_LONG = 20  # s
SEVERAL = ("sharded.py", "forwarded.py")


def can_send() -> bool:
    """Whether datagrams can be sent here, from one of the further addresses of loopback."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((EXPORTERS[-1], 0))
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(not can_send(), reason="no sockets on 127.0.0.4 here")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="shares a port as Linux does")


@contextlib.contextmanager
def collector(file: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """(process, port) of a collector that listens; it is gone in the end."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "docs" / "collectors" / file, "--host", "127.0.0.1", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stderr is not None
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(process.stderr.fileno(), 1)  # no buffer, in which the next line would be lost
        yield process, json.loads(line)["listening"][1]
    finally:
        process.kill()
        process.communicate()


def send(port: int, exporter: str, datagrams: list[bytes]) -> None:
    """Send datagrams, each from another port of *exporter*."""
    for datagram in datagrams:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((exporter, 0))
            sender.sendto(datagram, ("127.0.0.1", port))


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[list[Any], list[Any]]:
    """(lines on stdout, reports on stderr) of a collector that a signal has ended."""
    process.send_signal(number)
    out, err = process.communicate(timeout=TOO_LONG)
    assert process.returncode == 0
    return [json.loads(line) for line in out.splitlines()], [json.loads(line) for line in err.splitlines()]


def total(reports: list[Any], key: str) -> int:
    return sum(report.get(key, 0) for report in reports)


@pytest.mark.parametrize(
    "command",
    [
        ("plain.py",),
        ("asynchronous.py",),
        ("asynchronous.py", "--reader", "protocol"),
        pytest.param(("sharded.py", "--processes", "2"), marks=on_linux),
        ("forwarded.py", "--processes", "2"),
    ],
    ids=" ".join,
)
def test_flows_are_counted(command: tuple[str, ...]) -> None:
    with collector(*command) as (process, port):
        for exporter, name in zip(EXPORTERS, NAMES, strict=True):
            send(port, exporter, [*read_datagrams(RECORDINGS / f"{name}.pcap"), b"none of the protocols"])
        lines, reports = ended(process)
    assert lines == []
    assert total(reports, "flows") == FLOWS
    assert total(reports, "refused") == len(EXPORTERS)
    assert total(reports, "waiting") == 0  # each exporter's data came to where its templates are
    assert total(reports, "dropped") == 0
    if command[0] in SEVERAL:
        assert all(report["flows"] for report in reports if "process" in report)


@pytest.mark.parametrize("file", ["plain.py", pytest.param("sharded.py", marks=on_linux)])
def test_flows_are_printed_as_whole_lines(file: str) -> None:
    (datagram,) = read_datagrams(RECORDINGS / "softflowd-netflow5.pcap")
    with collector(file, "--json") as (process, port):
        for exporter in EXPORTERS:
            send(port, exporter, [datagram])
        lines, _ = ended(process, signal.SIGINT)
    flows = netflowparse.Decoder().decode(datagram, None)["flows"]
    for exporter in EXPORTERS:
        printed = [line for line in lines if line["exporter"] == exporter]
        assert printed == [{"exporter": exporter, **flow} for flow in flows]
    assert len(lines) == len(EXPORTERS) * len(flows)


def counting_records() -> list[bytes]:
    """Datagrams of NetFlow v9 whose numbers count records, of which none is lost: losses of datagrams are not known."""
    sets = build.set_of(0, build.template(256, [(1, 4)])), build.set_of(256, bytes(4 * 5))
    return [build.netflow9_datagram(*sets, sequenceNumber=5 * number) for number in range(8)]


def test_losses_are_told_by_exporter() -> None:
    flows = [{"sourceIPv4Address": "192.0.2.1"}] * 3
    sent = {}
    for address, protocol in zip(EXPORTERS, ("netflow5", "netflow9", "ipfix"), strict=False):
        exporter = netflowparse.Exporter(protocol)
        sent[address] = [octets for now in range(4) for octets in exporter.export(flows, 1_700_000_000 + now)]
    sent[EXPORTERS[3]] = read_datagrams(RECORDINGS / "openvswitch-sflow.pcap")[:4]
    with collector("plain.py") as (process, port):
        for address, (first, _, _, last) in sent.items():
            send(port, address, [first, last])
        send(port, "127.0.0.9", counting_records())
        _, (report,) = ended(process)
    lost = {row["exporter"]: (row["protocol"], row["lost"], row["unit"], row["gaps"]) for row in report["lost"]}
    assert lost == {
        "127.0.0.1": ("netflow5", 6, "flows", 1),
        "127.0.0.2": ("netflow9", 2, "datagrams", 1),
        "127.0.0.3": ("ipfix", 6, "records", 1),
        "127.0.0.4": ("sflow5", 2, "datagrams", 1),
    }


def test_a_restart_knows_the_templates(tmp_path: Path) -> None:
    templates, data = read_datagrams(RECORDINGS / "softflowd-ipfix.pcap")
    path = tmp_path / "state.json"
    counts = []
    for datagram in templates, data:
        with collector("plain.py", "--state", str(path)) as (process, port):
            send(port, EXPORTERS[0], [datagram])
            _, (*_, report) = ended(process)
        counts.append((report["flows"], report["waiting"], report["lost"]))
    assert counts == [(19, 0, []), (20, 0, [])]
    assert [*tmp_path.iterdir()] == [path]


def test_what_waits_is_kept_when_a_collector_ends(tmp_path: Path) -> None:
    templates, data = read_datagrams(RECORDINGS / "softflowd-ipfix.pcap")
    path = tmp_path / "state.json"
    counts = []
    for datagram in data, templates:
        with collector("plain.py", "--state", str(path)) as (process, port):
            send(port, EXPORTERS[0], [datagram])
            _, (*_, report) = ended(process)
        counts.append((report["flows"], report["waiting"]))
    assert counts == [(0, 10), (39, 0)]


def test_what_waits_comes_out_once_where_a_collector_is_killed(tmp_path: Path) -> None:
    templates, data = read_datagrams(RECORDINGS / "softflowd-ipfix.pcap")
    path = tmp_path / "state.json"
    with collector("plain.py", "--state", str(path)) as (process, port):
        send(port, EXPORTERS[0], [data])
        ended(process)
    assert netflowparse.Decoder.restore(json.loads(path.read_text())).pending()
    until = time.monotonic() + TOO_LONG
    with collector("plain.py", "--state", str(path)) as (_, port):
        send(port, EXPORTERS[0], [templates])
        while netflowparse.Decoder.restore(json.loads(path.read_text())).pending():
            assert time.monotonic() < until
            time.sleep(0.01)


@pytest.mark.parametrize("text", ["", '{"version": 1', "[]", '{"version": 999}'])
def test_a_state_that_cannot_be_used_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with collector("plain.py", "--state", str(path)) as (process, port):
        send(port, EXPORTERS[0], read_datagrams(RECORDINGS / "softflowd-ipfix.pcap"))
        _, (told, report) = ended(process)
    assert told["state"] == str(path)
    assert told["refused"]
    assert report["flows"] == 39
    assert netflowparse.Decoder.restore(json.loads(path.read_text())).templates()


def test_a_disk_that_is_full_ends_no_collector(tmp_path: Path) -> None:
    with collector("plain.py", "--state", str(tmp_path / "missing" / "state.json")) as (process, port):
        send(port, EXPORTERS[0], read_datagrams(RECORDINGS / "softflowd-ipfix.pcap"))
        _, reports = ended(process)
    assert [report["flows"] for report in reports if "flows" in report] == [39]
    assert all("No such file" in report["unwritten"] for report in reports if "unwritten" in report)
