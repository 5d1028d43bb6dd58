"""A collector of several processes, on any Unix: one reads, and forwards to each the datagrams of its exporters.

The reader looks at nothing but the sender's address.  It forwards a burst at a time; where a process falls behind, the
pipe to it fills and the reader waits, so that what is too much is dropped in one place: the socket's buffer.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import sys
import time
import zlib
from multiprocessing.connection import Connection
from typing import Any

from collector import Collector, json_lines, only_count, say
from receiving import LAST, announce, arguments, drain, dropped, open_receiver, stop_signals

Batch = list[tuple[bytes, str]]


class Forwarder:
    """Sorts datagrams by exporter, into one batch for each process."""

    def __init__(self, processes: list[Connection]) -> None:
        self.processes = processes
        self.batches: list[Batch] = [[] for _ in processes]

    def take(self, datagram: bytes, exporter: str) -> None:
        """Put a datagram into the batch of the process that has this exporter."""
        number = zlib.crc32(exporter.encode()) % len(self.processes)  # hash() differs from run to run
        self.batches[number].append((datagram, exporter))

    def forward(self) -> None:
        """Send what has been sorted."""
        for process, batch in zip(self.processes, self.batches, strict=True):
            if batch:
                process.send(batch)
                batch.clear()


def work(number: int, batches: Connection, turn: Any, as_json: bool) -> None:
    """One process: decodes batches until the reader ends."""
    for each in signal.SIGINT, signal.SIGTERM:
        signal.signal(each, signal.SIG_IGN)
    collector = Collector(json_lines(turn) if as_json else only_count)
    try:
        while True:
            for datagram, exporter in batches.recv():
                collector.take(datagram, exporter)
    except EOFError:
        collector.end(process=number)


def main() -> None:
    """Start the processes; read until a signal comes, or one of them has ended."""
    chosen = arguments(__doc__, processes=os.cpu_count() or 1)
    stop = stop_signals()
    context = multiprocessing.get_context("spawn")
    turn, ends, workers = context.Lock(), [], []
    for number in range(chosen.processes):
        theirs, ours = context.Pipe(duplex=False)
        worker = context.Process(target=work, args=(number, theirs, turn, chosen.json))
        worker.start()
        theirs.close()
        ends.append(ours)
        workers.append(worker)
    with open_receiver(chosen.host, chosen.port) as receiver:
        announce(receiver)
        forwarder = Forwarder(ends)
        begin = time.process_time()
        sources: list[Any] = [receiver, stop, *(worker.sentinel for worker in workers)]
        while select.select(sources, [], [])[0] == [receiver]:
            drain(receiver, forwarder.take)
            forwarder.forward()
        drain(receiver, forwarder.take, LAST)
        forwarder.forward()
        say(cpu_seconds=round(time.process_time() - begin, 3), dropped=dropped(receiver))
    for end in ends:
        end.close()
    for worker in workers:
        worker.join()
    sys.exit(any(worker.exitcode for worker in workers))


if __name__ == "__main__":
    main()
