"""A collector of several processes, on Linux: the kernel gives each the datagrams of its exporters.

Each process has a socket of its own on the same port.  By itself Linux chooses by a hash of both addresses and both
ports, so that an exporter which changes its source port, or sends from several, would come to processes that lack its
templates.  A program of five instructions, attached to the sockets, chooses by the sender's address alone.
"""

from __future__ import annotations

import array
import multiprocessing
import os
import signal
import socket
import struct
import sys
from multiprocessing.connection import wait
from typing import Any

from collector import Collector, json_lines, only_count
from plain import receive
from receiving import announce, arguments, dropped, open_receiver, stop_signals

SO_ATTACH_REUSEPORT_CBPF = 51  # Linux 4.5, but another number on SPARC and PA-RISC
NETWORK_HEADER = 0xFFF00000  # SKF_NET_OFF of linux/filter.h: offsets count from the IP header
SPREAD = 0x9E3779B1  # addresses often differ in one octet: multiplied by this, in all bits
LAST_WORD = {socket.AF_INET: 12, socket.AF_INET6: 20}  # of the sender's address, in the IP header


def shard_by_address(receiver: socket.socket, processes: int) -> None:
    """Have the kernel choose among the sockets on this port, numbered as they were bound, by the sender's address."""
    program = (
        (0x20, NETWORK_HEADER + LAST_WORD[receiver.family]),  # load 4 octets
        (0x24, SPREAD),  # multiply
        (0x74, 16),  # shift right
        (0x94, processes),  # modulo
        (0x16, 0),  # return
    )
    octets = array.array("B", b"".join(struct.pack("HBBI", code, 0, 0, value) for code, value in program))
    where = struct.pack("HP", len(program), octets.buffer_info()[0])
    receiver.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, where)


def work(number: int, receiver: socket.socket, stop: socket.socket, turn: Any, as_json: bool) -> None:
    """One process: as the plain collector, until *stop* ends, which it does however the first process ends."""
    for each in signal.SIGINT, signal.SIGTERM:
        signal.signal(each, signal.SIG_IGN)
    collector = Collector(json_lines(turn) if as_json else only_count)
    receive(receiver, stop, collector)
    collector.end(process=number, dropped=dropped(receiver))


def main() -> None:
    """Start the processes; end them at a signal, or when one of them has ended."""
    chosen = arguments(__doc__, processes=os.cpu_count() or 1)
    stop = stop_signals()
    first = open_receiver(chosen.host, chosen.port, share=True)
    shard_by_address(first, chosen.processes)
    port = first.getsockname()[1]
    receivers = [first, *(open_receiver(chosen.host, port, share=True) for _ in range(chosen.processes - 1))]
    announce(first)
    context = multiprocessing.get_context("spawn")
    turn, (theirs, ours) = context.Lock(), socket.socketpair()
    workers = [
        context.Process(target=work, args=(number, receiver, theirs, turn, chosen.json))
        for number, receiver in enumerate(receivers)
    ]
    for worker in workers:
        worker.start()
    theirs.close()
    wait([stop, *(worker.sentinel for worker in workers)])
    ours.close()
    for worker in workers:
        worker.join()
    sys.exit(any(worker.exitcode for worker in workers))


if __name__ == "__main__":
    main()
