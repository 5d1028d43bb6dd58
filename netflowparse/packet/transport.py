"""Transport layers: ports, flags and types; and what UDP is known to carry."""

from __future__ import annotations

from collections.abc import Callable

from .walk import Walk

#: Destination port -> the tunnel that it is registered for, or that Linux uses it for.
TUNNEL_PORTS = {4789: "vxlan", 8472: "vxlan", 6081: "geneve", 2152: "gtp_u", 3544: "teredo"}
TEREDO = 3544  # a server's port: answers come from it


def tunnel_of(source: int, destination: int) -> str | None:
    """The tunnel that UDP between two ports may carry."""
    return "teredo" if source == TEREDO else TUNNEL_PORTS.get(destination)


def udp(walk: Walk) -> str | None:
    """RFC 768."""
    at = walk.take(walk.headers.transport["udp"])
    length = walk.octets[at + 4] << 8 | walk.octets[at + 5]
    if length:  # 0: longer than it can say (RFC 2675)
        walk.bound(at + length)
    return tunnel_of(walk.packet["sourceTransportPort"], walk.packet["destinationTransportPort"])


def last(name: str) -> Callable[[Walk], str | None]:
    """The layer *name* of which nothing follows that is decoded."""

    def layer(walk: Walk) -> str | None:
        walk.take(walk.headers.transport[name])
        return None

    return layer
