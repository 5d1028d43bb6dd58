"""How datagrams come in: what the collectors here have in common around their sockets."""

from __future__ import annotations

import argparse
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from collector import say

RECEIVE_BUFFER = 8 << 20  # octets: what comes while Python is busy; Linux grants net.core.rmem_max, twice
LARGEST = 65535  # octets of a datagram
BURST = 200  # datagrams that are read before something else gets its turn
LAST = 20_000  # at the end: more than the buffer holds
HELP = {"state": "file in which what is known of exporters is kept over a restart; default: none"}
SO_MEMINFO = 55  # Linux; its ninth number counts the datagrams that found the buffer full


def open_receiver(host: str, port: int, *, share: bool = False) -> socket.socket:
    """A UDP socket that never blocks; with *share* further ones can have the same port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    receiver = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # or IPv4 exporters are ::ffff:192.0.2.1
    if share:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    receiver.bind((host, port))
    receiver.setblocking(False)
    return receiver


def drain(receiver: socket.socket, take: Callable[[bytes, str], None], most: int = BURST) -> None:
    """Read what has come, *most* datagrams, and have each taken with its exporter: the sender's address.

    Not the port: it changes when the exporter restarts, and some send from several at once.
    """
    for _ in range(most):
        try:
            datagram, sender = receiver.recvfrom(LARGEST)
        except BlockingIOError:
            return
        take(datagram, sender[0])


def dropped(receiver: socket.socket) -> int | None:
    """How many datagrams the kernel has thrown away because the buffer was full; None where it does not say."""
    if sys.platform != "linux":
        return None
    return int(struct.unpack("9I", receiver.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36))[8])


def announce(receiver: socket.socket) -> None:
    """Say on stderr where the collector listens, and with what buffer."""
    granted = receiver.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    say(listening=receiver.getsockname()[:2], receive_buffer=granted)


def stop_signals() -> socket.socket:
    """A socket that is readable after SIGINT or SIGTERM: whoever waits for datagrams waits for it as well."""
    readable, writable = socket.socketpair()
    writable.setblocking(False)
    signal.set_wakeup_fd(writable.detach())
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda *_: None)
    return readable


def arguments(description: str | None, **switches: Any) -> argparse.Namespace:
    """The command line that all collectors have, and *switches*: the default of each."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=2055, help="0: any that is free")
    parser.add_argument("--json", action="store_true", help="print flows as JSON lines; else they are only counted")
    for name, value in switches.items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=HELP.get(name, f"default {value}"))
    return parser.parse_args()
