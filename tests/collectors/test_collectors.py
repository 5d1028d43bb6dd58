"""The collectors of the docs, each as a process: what comes on loopback is counted, and SIGTERM ends them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import netflowparse
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
        yield process, json.loads(process.stderr.readline())["listening"][1]
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
