"""A collector in one process: a loop around one socket, and a file for what it knows."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from functools import partial

from collector import Collector, json_lines, only_count
from keeping import StateFile
from receiving import LAST, announce, arguments, drain, dropped, open_receiver, stop_signals


def receive(
    receiver: socket.socket, stop: socket.socket, collector: Collector, after_burst: Callable[[], object] = lambda: None
) -> None:
    """Take datagrams until *stop* is readable, and then what has come by then."""
    while select.select([receiver, stop], [], [])[0] == [receiver]:
        drain(receiver, collector.take)
        after_burst()
    drain(receiver, collector.take, LAST)


def main() -> None:
    """Collect until a signal comes."""
    chosen = arguments(__doc__, state="")
    stop = stop_signals()
    with open_receiver(chosen.host, chosen.port) as receiver:
        announce(receiver)
        state = StateFile(chosen.state)
        decoder = state.restore()
        collector = Collector(json_lines() if chosen.json else only_count, decoder)
        receive(receiver, stop, collector, partial(state.save_when_due, decoder))
        collector.end(dropped=dropped(receiver))
        state.save(decoder, pending=True)


if __name__ == "__main__":
    main()
