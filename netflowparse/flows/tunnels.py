"""A sampled packet that is a tunnel, as a flow of the packet inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..errors import WrongType
from ..packet.keys import INNER, PACKET_KEYS, TRUNCATED
from ..types import Flow

OUTER: Final = "outer"
RESOLVED: Final = "resolved"
PACKET_LENGTH: Final = "octetDeltaCount"
#: What others say of a packet's addresses: true of the outermost packet alone.
_OF_ADDRESSES: Final = frozenset(
    key
    for end, name in (("source", "Source"), ("destination", "Destination"))
    for key in (
        *(f"{end}IPv{version}Prefix{what}" for version in (4, 6) for what in ("", "Length")),
        *(f"postNAT{name}IPv{version}Address" for version in (4, 6)),
        *(f"postNAPT{name}TransportPort", f"bgp{name}AsNumber"),
    )
)
#: Counters that a flow has which is of more than the packet whose layers it holds.
_TOTALS: Final = ("packetTotalCount", "octetTotalCount")


def decapsulate(flow: Mapping[str, Any], depth: int = -1) -> Flow:
    """The flow as the packet inside its tunnel describes it: a new dict; without ``inner`` one that is equal.

    *depth* 0 is the outermost packet, 1 the one in the first tunnel, and so on; -1 the innermost, -2 the one around it.
    Where there are fewer the last is meant, and packets of which nothing could be read do not count.

    Addresses, ports, protocol, all that is told of a packet's headers, MAC addresses and tags included, are those of
    the packet chosen, and missing where it has none; ``octetDeltaCount`` is its length.  The packet around it is under
    ``outer``, with its ``tunnel``; the one around that is in turn under its ``outer``.  Prefixes, AS numbers and
    translated addresses are of the outermost packet and go with it.  All else stays: sampler and interval, interfaces,
    VLANs of extended_switch, ``layer2OctetDeltaCount`` (the frame's), the structures of sFlow.

    A flow of more than one packet (NetFlow v9 and IPFIX with ``packet_sections=True``) keeps its ``octetDeltaCount``,
    which the one packet that it holds does not explain.  WrongType for a flow that is no mapping, and for a depth that
    is no int.
    """
    if not isinstance(flow, Mapping):
        raise WrongType(f"flow is {type(flow).__name__}, expected a dict")
    if type(depth) is not int:
        raise WrongType(f"depth is {type(depth).__name__}, expected int")
    packets = list(_inside(flow))
    chosen = max(depth + len(packets) + 1, 0) if depth < 0 else min(depth, len(packets))
    if not chosen:
        return dict(flow)
    outside = (PACKET_KEYS | _OF_ADDRESSES) - (set() if _is_one_packet(flow) else {PACKET_LENGTH})
    inside = {key: value for key, value in packets[chosen - 1].items() if key in outside}
    row = {key: value for key, value in flow.items() if key not in outside}
    outer = {key: value for key, value in flow.items() if key in outside and key != INNER}
    _part_resolved(flow, row, outer)
    for packet in packets[: chosen - 1]:
        outer = {**{key: value for key, value in packet.items() if key != INNER}, OUTER: outer}
    return {**row, **inside, OUTER: outer}


def _inside(flow: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The packets inside one another, the first tunnel's first, that tell anything."""
    packet = flow.get(INNER)
    while isinstance(packet, Mapping) and packet.keys() - {TRUNCATED}:
        yield packet
        packet = packet.get(INNER)


def _is_one_packet(flow: Mapping[str, Any]) -> bool:
    return flow.get("packetDeltaCount", 1) == 1 and not any(key in flow for key in _TOTALS)


def _part_resolved(flow: Mapping[str, Any], row: Flow, outer: Flow) -> None:
    """Leave to each part of the flow where its own values come from."""
    resolved = flow.get(RESOLVED)
    if isinstance(resolved, dict) and not outer.keys().isdisjoint(resolved):
        outer[RESOLVED] = {key: origin for key, origin in resolved.items() if key in outer}
        row[RESOLVED] = {key: origin for key, origin in resolved.items() if key not in outer}
