"""The whole path of a collector, on loopback: ``python -m benchmarks.collectors`` from the repository's root; Linux.

Each collector of ``docs/collectors`` is started as a child and gets what real exporters have sent, and seeded
workloads, from as many addresses as there are exporters.  As much is sent as the collector keeps up with: the fullest
of its sockets is held between empty and half full, so that nothing is lost and it never waits.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time, sleep

from .replay import NAMES, Replay, replay
from .timing import per_second, ratio, table

ROOT = Path(__file__).resolve().parent.parent
#: what is measured -> file and arguments
COLLECTORS = {
    "plain": ("plain.py",),
    "asyncio, drain": ("asynchronous.py",),
    "asyncio, protocol": ("asynchronous.py", "--reader", "protocol"),
    "sharded × 2": ("sharded.py", "--processes", "2"),
    "forwarded × 2": ("forwarded.py", "--processes", "2"),
    "plain, JSON lines": ("plain.py", "--json"),
}
SEVERAL = ("sharded × 2", "forwarded × 2")
SLOW = {"plain, JSON lines": 5}  # one in so many datagrams takes about as long
ALONE = "decode alone"
ROUNDS = 5
SECONDS = 1.0  # CPU that decoding takes in one turn, about
PROBE = 2_000  # datagrams by which that is guessed
STEP = 32  # datagrams that are sent between two looks at the sockets
WARM = 320  # datagrams that are sent before the clock starts
READY = 1.0  # s in which all processes have started
PAUSE = 0.001  # s that the sender waits while a socket is half full
PATIENCE = 60.0  # s
UNEVEN = 0.6  # of the flows, in one of two processes
IDLE = 0.2  # of the looks: where more find all sockets empty, it is the sender that is measured


class Lost(Exception):
    """A collector did not get, or did not count, what was sent."""


@dataclass(frozen=True)
class Turn:
    """One turn: CPU s of all processes for each flow, and what came in a second while the clock ran."""

    cpu: float
    flows: float
    datagrams: float
    busy: float  # CPU s a second
    sender: float  # CPU s a second
    idle: float  # looks that found all sockets empty, of all
    fullest: float  # flows of the process that had most, of all


def queues(port: int) -> list[int]:
    """Octets that wait in each socket on *port*, as the kernel counts them against the buffer."""
    waiting = []
    with open("/proc/net/udp", encoding="ascii") as file:
        for line in file.readlines()[1:]:
            columns = line.split()
            if int(columns[1].partition(":")[2], 16) == port:
                waiting.append(int(columns[4].partition(":")[2], 16))
    return waiting


class Sender:
    """Sends to *port* from the addresses of exporters."""

    def __init__(self, addresses: list[str], port: int, buffer: int) -> None:
        self._port, self._full = port, buffer // 2
        self._sockets = []
        for address in addresses:
            each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            each.bind((address, 0))
            each.connect(("127.0.0.1", port))
            self._sockets.append(each)
        self.looks = self.idle = 0

    def send(self, sent: tuple[tuple[int, bytes], ...]) -> None:
        """Send, as fast as the sockets are emptied, and wait until they are empty."""
        send = [each.send for each in self._sockets]
        for start in range(0, len(sent), STEP):
            for exporter, datagram in sent[start : start + STEP]:
                send[exporter](datagram)
            waiting = queues(self._port)
            self.looks += 1
            self.idle += not any(waiting)
            self._wait(waiting, self._full)
        self._wait(queues(self._port), 0)

    def _wait(self, waiting: list[int], most: int) -> None:
        patience = monotonic() + PATIENCE
        while max(waiting, default=0) > most:
            sleep(PAUSE)
            waiting = queues(self._port)
            if monotonic() > patience:
                raise Lost("the collector has stopped reading")

    def close(self) -> None:
        """Close the sockets."""
        for each in self._sockets:
            each.close()


@contextlib.contextmanager
def started(arguments: tuple[str, ...]) -> Iterator[subprocess.Popen[str]]:
    """A collector on a free port of loopback; killed if it is still there in the end."""
    file, *more = arguments
    child = subprocess.Popen(
        [sys.executable, ROOT / "docs" / "collectors" / file, "--host", "127.0.0.1", "--port", "0", *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def turn(arguments: tuple[str, ...], what: Replay, flows: int) -> Turn:
    """Send *what* to a collector; ``Lost`` unless it counts *flows*."""
    with started(arguments) as child:
        assert child.stderr is not None
        begun = json.loads(child.stderr.readline())
        sender = Sender(what.addresses(), begun["listening"][1], begun["receive_buffer"])
        try:
            sender.send(what.sent[:WARM])
            sleep(READY)
            sender.looks = sender.idle = 0
            clock, spent = monotonic(), process_time()
            sender.send(what.sent[WARM:])
            seconds, spent = monotonic() - clock, process_time() - spent
        finally:
            sender.close()
        child.send_signal(signal.SIGTERM)
        _, text = child.communicate(timeout=PATIENCE)
    reports = [json.loads(line) for line in text.splitlines()]
    counts = [report.get("flows", 0) for report in reports]
    lost = sum(report.get("dropped", 0) for report in reports)
    if sum(counts) != flows or lost or child.returncode:
        raise Lost(f"{arguments}: {sum(counts)} of {flows} flows, {lost} datagrams dropped: {text}")
    cpu = sum(report["cpu_seconds"] for report in reports)
    part = 1 - WARM / len(what.sent)
    return Turn(
        cpu=cpu / flows,
        flows=flows * part / seconds,
        datagrams=len(what.sent) * part / seconds,
        busy=cpu * part / seconds,
        sender=spent / seconds,
        idle=sender.idle / sender.looks,
        fullest=max(counts) / flows,
    )


def alone(what: Replay) -> float:
    """CPU s of each flow when a decoder is given the datagrams, and nothing else is done."""
    begin = process_time()
    flows, _ = what.decode()
    return (process_time() - begin) / flows


def workload(name: str, seconds: float) -> Replay:
    """As many datagrams as take so many seconds to be decoded, about."""
    probe = replay(name, PROBE)
    begin = process_time()
    probe.decode()
    return replay(name, max(PROBE, int(PROBE * seconds / (process_time() - begin))))


class Results:
    """Turns of every collector with every workload, and what decoding alone took before and after each."""

    def __init__(self) -> None:
        self.turns: dict[str, dict[str, list[Turn]]] = {}
        self.decoding: dict[str, dict[str, list[float]]] = {}

    def run(self, name: str, seconds: float, rounds: int) -> None:
        """Measure one workload."""
        what = workload(name, seconds)
        parts = {collector: what.part(SLOW.get(collector, 1)) for collector in COLLECTORS}
        flows = {collector: part.decode()[0] for collector, part in parts.items()}
        half = what.part(2)
        gc.freeze()
        self.turns[name] = {collector: [] for collector in COLLECTORS}
        self.decoding[name] = {collector: [] for collector in COLLECTORS}
        for number in range(rounds):
            print(f"{name}: round {number + 1} of {rounds}", file=sys.stderr)
            before = alone(half)
            for collector, arguments in COLLECTORS.items():
                self.turns[name][collector].append(turn(arguments, parts[collector], flows[collector]))
                before, after = alone(half), before
                self.decoding[name][collector].append((before + after) / 2)

    def best(self, name: str, collector: str) -> Turn:
        """The turn in which most came: whatever else the machine does takes away, and never adds."""
        return max(self.turns[name][collector], key=lambda each: each.flows)

    def _table(self, head: str, cell: Callable[[str, str], str], *more: list[str]) -> str:
        """A table with a row for each collector; *cell* is given workload and collector."""
        rows = [[collector, *(cell(name, collector) for name in self.turns)] for collector in COLLECTORS]
        return table([head, *self.turns], [*rows, *more])

    def tables(self) -> Iterator[str]:
        """The tables, and what is to be said about them."""
        yield self._table("k flows/s", lambda *which: f"{self.best(*which).flows / 1000:,.0f}")
        yield self._table("k datagrams/s", lambda *which: f"{self.best(*which).datagrams / 1000:,.1f}")
        yield self._table(
            "cores busy: collector + sender",
            lambda *which: f"{self.best(*which).busy:.2f} + {self.best(*which).sender:.2f}",
        )
        times = [[each for some in self.decoding[name].values() for each in some] for name in self.turns]
        yield self._table(
            "k flows for a second of CPU",
            lambda name, collector: f"{per_second([each.cpu for each in self.turns[name][collector]]) / 1000:,.0f}",
            [ALONE, *(f"{per_second(each) / 1000:,.0f}" for each in times)],
        )
        yield self._table(
            "CPU, times that of decode alone",
            lambda name, collector: str(
                ratio([each.cpu for each in self.turns[name][collector]], self.decoding[name][collector])
            ),
        )
        yield "\n".join(self.notes())

    def notes(self) -> Iterator[str]:
        """Where the sender, or an uneven share, limits."""
        for name in self.turns:
            for collector in COLLECTORS:
                best = self.best(name, collector)
                idle, fullest = best.idle, best.fullest
                if idle > IDLE:
                    yield f"- {name}, {collector}: the sender limits; {idle:.0%} of the time nothing waited."
                if fullest > UNEVEN and collector in SEVERAL:
                    yield f"- {name}, {collector}: one process had {fullest:.0%} of the flows."


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.collectors", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--workload", choices=NAMES, action="append", help="these alone")
    parser.add_argument("--quick", action="store_true", help="one short round: to see that everything runs")
    options = parser.parse_args(arguments)
    rounds = 1 if options.quick else options.rounds
    results = Results()
    for name in options.workload or NAMES:
        results.run(name, SECONDS / 10 if options.quick else SECONDS, rounds)
    print(f"{os.cpu_count()} cores, which the sender shares.  Of the rounds ({rounds}) the highest rate without loss,")
    print("and of CPU times the median (lowest–highest).\n")
    print("\n\n".join(results.tables()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
