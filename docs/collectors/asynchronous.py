"""A collector in a program of asyncio's.

``--reader drain``, the default, has the loop say when datagrams are there and reads a burst of them.  ``--reader
protocol`` is asyncio's own way, a DatagramProtocol, for which the loop reads one datagram each time it wakes up.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from collector import Collector, json_lines, only_count
from receiving import LAST, announce, arguments, drain, dropped, open_receiver


class Receiver(asyncio.DatagramProtocol):
    """asyncio's own way."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Take one datagram."""
        self.collector.take(data, addr[0])


async def collect(receiver: socket.socket, collector: Collector, reader: str) -> None:
    """Take datagrams until a signal comes, and then what has come by then."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in signal.SIGINT, signal.SIGTERM:
        loop.add_signal_handler(number, stop.set)
    announce(receiver)
    close: Callable[[], object]
    if reader == "protocol":
        transport, _ = await loop.create_datagram_endpoint(lambda: Receiver(collector), sock=receiver)
        close = transport.close
    else:
        loop.add_reader(receiver, drain, receiver, collector.take)
        close = partial(loop.remove_reader, receiver)
    await stop.wait()  # the rest of the program runs meanwhile
    drain(receiver, collector.take, LAST)
    collector.end(dropped=dropped(receiver))
    close()


def main() -> None:
    """Collect until a signal comes."""
    chosen = arguments(__doc__, reader="drain")
    with open_receiver(chosen.host, chosen.port) as receiver:
        collector = Collector(json_lines() if chosen.json else only_count)
        asyncio.run(collect(receiver, collector, chosen.reader))


if __name__ == "__main__":
    main()
