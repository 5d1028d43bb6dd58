"""Events of one connection through a firewall, as a Cisco ASA sends them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

CREATED, DELETED, DENIED, ALERT, UPDATED = 1, 2, 3, 4, 5
CONNECTION = {
    "flowId": 7,
    "sourceIPv4Address": "10.0.50.10",
    "sourceTransportPort": 55182,
    "ingressInterface": 2,
    "destinationIPv4Address": "10.1.78.5",
    "destinationTransportPort": 3128,
    "egressInterface": 3,
    "protocolIdentifier": 6,
    "postNATSourceIPv4Address": "203.0.113.1",
    "postNATDestinationIPv4Address": "10.1.78.5",
}
ANSWERED = {
    "flowId": 7,
    "sourceIPv4Address": "10.1.78.5",
    "sourceTransportPort": 3128,
    "ingressInterface": 3,
    "destinationIPv4Address": "10.0.50.10",
    "destinationTransportPort": 55182,
    "egressInterface": 2,
    "protocolIdentifier": 6,
    "postNATSourceIPv4Address": "10.1.78.5",
    "postNATDestinationIPv4Address": "203.0.113.1",
}


def event(kind: int, initiator: int | None = None, responder: int | None = None, time: int = 0, **more: Any) -> Any:
    """An event of the connection at *time*, ms since 1970."""
    counted = {} if initiator is None else {"initiatorOctets": initiator, "responderOctets": responder}
    return {**CONNECTION, "firewallEvent": kind, "observationTimeMilliseconds": time, **counted, **more}


def totals(rows: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Octets of the connection's two directions."""
    sums = {"10.0.50.10": 0, "10.1.78.5": 0}
    for row in rows:
        sums[row["sourceIPv4Address"]] += row.get("octetDeltaCount", 0)
    return sums["10.0.50.10"], sums["10.1.78.5"]


#: A connection with updates, the last of them at its end
LIFE = [
    event(CREATED, time=1000),
    event(UPDATED, 2557, 1117, time=2000),
    event(UPDATED, 31, 0, time=62_000),
    event(UPDATED, 12, 40, time=90_000),
    event(DELETED, 2600, 1157, time=90_000),
]
