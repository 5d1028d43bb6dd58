"""What sFlow's structures say that IANA has elements for: under those names too, at the top level of a flow.

Fields that are copied follow their structure.  What depends on other values comes when all records have been read, so
that flows of one shape have their keys in one order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...types import Flow

LONGEST_PREFIX = {4: 32, 6: 128}
UNKNOWN_VLAN = 0xFFFFFFFF

#: Structures that tell of the packet itself -> field -> element; they count where the packet's header was not sampled.
SAMPLED: dict[str, dict[str, str]] = {
    "sampled_ethernet": {
        "length": "layer2OctetDeltaCount",
        "src_mac": "sourceMacAddress",
        "dst_mac": "destinationMacAddress",
        "type": "ethernetType",
    },
    "sampled_ipv4": {
        "length": "octetDeltaCount",
        "protocol": "protocolIdentifier",
        "src_ip": "sourceIPv4Address",
        "dst_ip": "destinationIPv4Address",
        "src_port": "sourceTransportPort",
        "dst_port": "destinationTransportPort",
        "tcp_flags": "tcpControlBits",
        "tos": "ipClassOfService",
    },
    "sampled_ipv6": {
        "length": "octetDeltaCount",
        "protocol": "protocolIdentifier",
        "src_ip": "sourceIPv6Address",
        "dst_ip": "destinationIPv6Address",
        "src_port": "sourceTransportPort",
        "dst_port": "destinationTransportPort",
        "tcp_flags": "tcpControlBits",
        "priority": "ipClassOfService",
    },
}


class Copy(NamedTuple):
    """A field whose value is that of an element, unless it is the one by which agents say that they do not know."""

    field: str
    element: str
    unknown: int | None = None


#: Structures of which nothing else is told.
COPIES = {
    "extended_switch": (
        Copy("src_vlan", "vlanId", UNKNOWN_VLAN),
        Copy("dst_vlan", "postVlanId", UNKNOWN_VLAN),
    ),
    "extended_nat_port": (
        Copy("src_port", "postNAPTSourceTransportPort"),
        Copy("dst_port", "postNAPTDestinationTransportPort"),
    ),
}
IP_VERSIONS = {"sampled_ipv4": 4, "sampled_ipv6": 6}

#: Fields that are addresses, whose element hangs on their version: by structure.
ADDRESSES = {
    "extended_router": (("nexthop", "ipNextHopIPv{}Address"),),
    "extended_gateway": (("nexthop", "bgpNextHopIPv{}Address"),),
    "extended_nat": (("src_address", "postNATSourceIPv{}Address"), ("dst_address", "postNATDestinationIPv{}Address")),
}
#: Fields of extended_router that are elements of the packet's version.
PREFIXES = (("src_mask_len", "sourceIPv{}PrefixLength"), ("dst_mask_len", "destinationIPv{}PrefixLength"))
#: Fields of extended_gateway, and what the first and the last of its path are.
NUMBERS = (("src_as", "bgpSourceAsNumber"), ("src_peer_as", "bgpPrevAdjacentAsNumber"))
NEXT, LAST_OF_PATH = "bgpNextAdjacentAsNumber", "bgpDestinationAsNumber"

#: All elements that stand in a flow beside the structure that tells them.
DERIVED = frozenset(
    {
        *(copy.element for copies in COPIES.values() for copy in copies),
        *(element for _, element in NUMBERS),
        *(NEXT, LAST_OF_PATH),
        *(
            element.format(version)
            for version in LONGEST_PREFIX
            for fields in (*ADDRESSES.values(), PREFIXES)
            for _, element in fields
        ),
    }
)


def flatten_sampled(flow: Flow) -> None:
    """Give what the agent says of the packet the names that its header would have had."""
    for structure, names in SAMPLED.items():
        fields = flow.get(structure)
        if not isinstance(fields, dict) or names.keys() - fields.keys():
            continue  # absent, twice, or not whole: it stays as it is
        if structure in IP_VERSIONS:
            if "ipVersion" in flow:
                continue
            flow["ipVersion"] = IP_VERSIONS[structure]
        for key, name in names.items():
            flow[name] = fields.pop(key)
        if not fields:  # octets behind the fields stay
            del flow[structure]


def add_router(flow: Flow) -> None:
    """Add what extended_router tells; which elements these are depends on the packet."""
    fields = _first(flow["extended_router"])
    nexthop = fields.get("nexthop")
    _add_addresses(flow, "extended_router", fields)
    version = flow.get("ipVersion") or (0 if nexthop is None else _version(nexthop))
    if version:
        for field, element in PREFIXES:
            length = fields.get(field)
            if length is not None and length <= LONGEST_PREFIX[version]:  # some agents send masks
                flow.setdefault(element.format(version), length)


def _gateway(fields: Flow, flow: Flow) -> None:
    _add_addresses(flow, "extended_gateway", fields)
    for field, element in NUMBERS:
        number = fields.get(field)
        if number is not None:
            flow.setdefault(element, number)
    path = [number for segment in fields.get("dst_as_path", ()) for number in segment["asns"]]
    if path:
        flow.setdefault(NEXT, path[0])
        flow.setdefault(LAST_OF_PATH, path[-1])


def _nat(fields: Flow, flow: Flow) -> None:
    _add_addresses(flow, "extended_nat", fields)


def _first(said: Any) -> Flow:
    """The structure that counts, of one or more."""
    first: Flow = said[0] if isinstance(said, list) else said
    return first


def _adder(structure: str) -> Callable[[Flow], None]:
    def add(flow: Flow) -> None:
        ELEMENTS[structure](_first(flow[structure]), flow)

    return add


def _copier(copies: tuple[Copy, ...]) -> Callable[[Flow, Flow], None]:
    def copy(fields: Flow, flow: Flow) -> None:
        for field, element, unknown in copies:
            value = fields.get(field, unknown)
            if value != unknown:
                flow.setdefault(element, value)

    return copy


def _add_addresses(flow: Flow, structure: str, fields: Flow) -> None:
    for field, element in ADDRESSES[structure]:
        address = fields.get(field)
        if address is not None:
            flow.setdefault(element.format(_version(address)), address)


def _version(address: str) -> int:
    return 6 if ":" in address else 4


#: Structure -> what adds the elements that it tells to a flow, where the flow has none of that name.
ELEMENTS: dict[str, Callable[[Flow, Flow], None]] = {
    **{structure: _copier(copies) for structure, copies in COPIES.items()},
    "extended_gateway": _gateway,
    "extended_nat": _nat,
}
#: Structure -> what adds to a flow, when all its records have been read, what the structure tells.
LAST: dict[str, Callable[[Flow], None]] = {
    **{structure: _adder(structure) for structure in ELEMENTS if structure not in COPIES},
    "extended_router": add_router,
}
