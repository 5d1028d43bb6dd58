"""A sampled packet that is a tunnel, as a flow of the packet inside."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from ..errors import WrongType
from ..packet.keys import INNER, PACKET_KEYS, TRUNCATED
from ..types import Flow

OUTER: Final = "outer"
RESOLVED: Final = "resolved"
PACKET_LENGTH: Final = "octetDeltaCount"
#: What others say of a packet's addresses: true of the outermost packet alone.
_OF_ADDRESSES: Final = re.compile(
    r"(?:source|destination)IPv[46]Prefix(?:Length)?|postNA(?:P)?T(?:Source|Destination)\w+|bgp(?!NextHop)\w+"
    r"|(?:SRC|DST)_AS_(?:PATH_\d+|MAP)"
)


def decapsulate(flow: Mapping[str, Any], depth: int = -1) -> Flow:
    """The flow as the packet inside its tunnel describes it: a new dict; without ``inner`` one that is equal.

    *depth* 0 is the outermost packet, 1 the one in the first tunnel, and so on; -1 the innermost, -2 the one around it.
    Where there are fewer the last is meant, and packets of which nothing could be read do not count.

    Addresses, ports, protocol, all that is told of a packet's headers, MAC addresses and tags included, are those of
    the packet chosen, and missing where it has none.  The packet around it is under ``outer``, with its ``tunnel``; the
    one around that is in turn under its ``outer``.  Prefixes, AS numbers and paths, communities and translated
    addresses are of the outermost packet and go with it.  All else stays: sampler and interval, interfaces, next hops,
    VLANs of extended_switch, ``layer2OctetDeltaCount`` (the frame's), the structures of sFlow.

    ``octetDeltaCount`` is the packet's length where ``packetDeltaCount`` is 1, as in sFlow.  A flow of more packets, or
    that does not say of how many (NetFlow v9 and IPFIX with ``packet_sections=True``), keeps its own, which the one
    packet that it holds does not explain.  WrongType for a flow that is no mapping, and for a depth that is no int.
    """
    if not isinstance(flow, Mapping):
        raise WrongType(f"flow is {type(flow).__name__}, expected a dict")
    if type(depth) is not int:
        raise WrongType(f"depth is {type(depth).__name__}, expected int")
    packets = list(_inside(flow))
    chosen = max(depth + len(packets) + 1, 0) if depth < 0 else min(depth, len(packets))
    if not chosen:
        return dict(flow)
    keys = PACKET_KEYS if flow.get("packetDeltaCount") == 1 else PACKET_KEYS - {PACKET_LENGTH}
    row, outer = _parted(flow, keys)
    for packet in packets[: chosen - 1]:
        outer = {**{key: value for key, value in packet.items() if key in keys and key != INNER}, OUTER: outer}
    inside = {key: value for key, value in packets[chosen - 1].items() if key in keys}
    return {**row, **inside, OUTER: outer}


def _parted(flow: Mapping[str, Any], keys: Collection[str]) -> tuple[Flow, Flow]:
    """What stays of the flow, and its outermost packet, each with the origins of its own values."""
    row: Flow = {}
    outer: Flow = {}
    for key, value in flow.items():
        if key in keys or key == OUTER or _is_of_addresses(key):
            outer[key] = value
        else:
            row[key] = value
    outer.pop(INNER, None)
    resolved = flow.get(RESOLVED)
    if isinstance(resolved, dict) and not outer.keys().isdisjoint(resolved):
        outer[RESOLVED] = {key: origin for key, origin in resolved.items() if key in outer}
        row[RESOLVED] = {key: origin for key, origin in resolved.items() if key not in outer}
    return row, outer


@lru_cache(maxsize=4096)
def _is_of_addresses(key: str) -> bool:
    return isinstance(key, str) and _OF_ADDRESSES.fullmatch(key) is not None


def _inside(flow: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The packets inside one another, the first tunnel's first, that tell anything."""
    packet = flow.get(INNER)
    while isinstance(packet, Mapping) and packet.keys() - {TRUNCATED}:
        yield packet
        packet = packet.get(INNER)
