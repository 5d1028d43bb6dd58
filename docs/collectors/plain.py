"""A collector in one process: a loop around one socket."""

from __future__ import annotations

import select
import socket

from collector import Collector, json_lines, only_count
from receiving import LAST, announce, arguments, drain, dropped, open_receiver, stop_signals


def receive(receiver: socket.socket, stop: socket.socket, collector: Collector) -> None:
    """Take datagrams until *stop* is readable, and then what has come by then."""
    while select.select([receiver, stop], [], [])[0] == [receiver]:
        drain(receiver, collector.take)
    drain(receiver, collector.take, LAST)


def main() -> None:
    """Collect until a signal comes."""
    chosen = arguments(__doc__)
    stop = stop_signals()
    with open_receiver(chosen.host, chosen.port) as receiver:
        announce(receiver)
        collector = Collector(json_lines() if chosen.json else only_count)
        receive(receiver, stop, collector)
        collector.end(dropped=dropped(receiver))


if __name__ == "__main__":
    main()
