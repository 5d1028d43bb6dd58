"""Records and headers of the fixed versions, packed from the layout document's tables: its names, sizes and order.

Independent of the package's declarations on purpose.  A layout is the text of a table: "name size, name size, …".
"""

import struct
from typing import Any

FLOW = "srcaddr 4, dstaddr 4, nexthop 4, input 2, output 2, dPkts 4, dOctets 4, first 4, last 4, srcport 2, dstport 2, "
RECORDS = {
    1: FLOW + "pad 2, prot 1, tos 1, tcp_flags 1, pad 3, reserved 4",
    5: FLOW + "pad1 1, tcp_flags 1, prot 1, tos 1, src_as 2, dst_as 2, src_mask 1, dst_mask 1, pad2 2",
    6: FLOW + "pad1 1, tcp_flags 1, prot 1, tos 1, src_as 2, dst_as 2, src_mask 1, dst_mask 1, flags 2, peer_nexthop 4",
    7: FLOW + "flags 1, tcp_flags 1, prot 1, tos 1, src_as 2, dst_as 2, src_mask 1, dst_mask 1, flags2 2, router_sc 4",
}
COMMON = "dFlows 4, dPkts 4, dOctets 4, first 4, last 4, "
AGGREGATIONS = {
    1: COMMON + "src_as 2, dst_as 2, input 2, output 2",
    2: COMMON + "prot 1, pad 1, reserved 2, srcport 2, dstport 2",
    3: COMMON + "src_prefix 4, src_mask 1, pad 1, src_as 2, input 2, reserved 2",
    4: COMMON + "dst_prefix 4, dst_mask 1, pad 1, dst_as 2, output 2, reserved 2",
    5: COMMON + "src_prefix 4, dst_prefix 4, dst_mask 1, src_mask 1, reserved 2, src_as 2, dst_as 2, input 2, output 2",
    6: "dstaddr 4, dPkts 4, dOctets 4, first 4, last 4, output 2, tos 1, marked_tos 1, extra_pkts 4, router_sc 4",
    7: "dstaddr 4, srcaddr 4, dPkts 4, dOctets 4, first 4, last 4, output 2, input 2, tos 1, marked_tos 1, reserved 2, "
    "extra_pkts 4, router_sc 4",
    8: "dstaddr 4, srcaddr 4, dstport 2, srcport 2, dPkts 4, dOctets 4, first 4, last 4, output 2, input 2, tos 1, "
    "prot 1, marked_tos 1, reserved 1, extra_pkts 4, router_sc 4",
    9: COMMON + "src_as 2, dst_as 2, input 2, output 2, tos 1, pad 1, reserved 2",
    10: COMMON + "prot 1, tos 1, reserved 2, srcport 2, dstport 2, input 2, output 2",
    11: COMMON + "src_prefix 4, src_mask 1, tos 1, src_as 2, input 2, reserved 2",
    12: COMMON + "dst_prefix 4, dst_mask 1, tos 1, dst_as 2, output 2, reserved 2",
    13: COMMON
    + "src_prefix 4, dst_prefix 4, dst_mask 1, src_mask 1, tos 1, pad 1, src_as 2, dst_as 2, input 2, output 2",
    14: COMMON
    + "src_prefix 4, dst_prefix 4, dst_mask 1, src_mask 1, tos 1, prot 1, srcport 2, dstport 2, input 2, output 2",
}
CLOCKS = "version 2, count 2, sys_uptime 4, unix_secs 4, unix_nsecs 4"
HEADERS = {
    1: CLOCKS,
    5: CLOCKS + ", flow_sequence 4, engine_type 1, engine_id 1, sampling 2",
    6: CLOCKS + ", flow_sequence 4, reserved 4",
    7: CLOCKS + ", flow_sequence 4, reserved 4",
    8: CLOCKS + ", flow_sequence 4, engine_type 1, engine_id 1, aggregation 1, aggregation_version 1, reserved 4",
}
VOCABULARY = {  # the tables' "IPFIX equivalent"; what is not here keeps its name
    "srcaddr": "sourceIPv4Address",
    "dstaddr": "destinationIPv4Address",
    "nexthop": "ipNextHopIPv4Address",
    "input": "ingressInterface",
    "output": "egressInterface",
    "dFlows": "deltaFlowCount",
    "dPkts": "packetDeltaCount",
    "dOctets": "octetDeltaCount",
    "first": "flowStartSysUpTime",
    "last": "flowEndSysUpTime",
    "srcport": "sourceTransportPort",
    "dstport": "destinationTransportPort",
    "tcp_flags": "tcpControlBits",
    "prot": "protocolIdentifier",
    "tos": "ipClassOfService",
    "src_as": "bgpSourceAsNumber",
    "dst_as": "bgpDestinationAsNumber",
    "src_mask": "sourceIPv4PrefixLength",
    "dst_mask": "destinationIPv4PrefixLength",
    "src_prefix": "sourceIPv4Prefix",
    "dst_prefix": "destinationIPv4Prefix",
    "router_sc": "ipv4RouterSc",
}
ADDRESSES = {"srcaddr", "dstaddr", "nexthop", "peer_nexthop", "router_sc", "src_prefix", "dst_prefix"}
PADS = {"pad", "pad1", "pad2", "reserved"}
LETTERS = {1: "B", 2: "H", 4: "L"}


def columns(layout: str) -> list[tuple[str, int]]:
    """(name, octets) of each column of a table."""
    return [(name, int(size)) for name, size in (column.split() for column in layout.split(", "))]


def size_of(layout: str) -> int:
    """Octets of a table's columns together."""
    return sum(size for _, size in columns(layout))


def pack(layout: str, pad: int = 0, **values: int) -> bytes:
    """Octets of the table with these values; columns not given are 0, pads are filled with *pad*."""
    octets = b""
    for name, size in columns(layout):
        if name in PADS:
            octets += bytes([pad]) * size
        else:
            octets += struct.pack(">" + LETTERS[size], values.pop(name, 0))
    assert not values
    return octets


def distinct(layout: str, seed: int) -> dict[str, int]:
    """A value for each column: all different, all octets used."""
    names = [(name, size) for name, size in columns(layout) if name not in PADS]
    return {
        name: int.from_bytes(bytes((seed + 7 * index + octet) % 256 for octet in range(size)), "big")
        for index, (name, size) in enumerate(names)
    }


def shown(values: dict[str, int]) -> dict[str, Any]:
    """The flow that a record of these values is, without absolute times."""
    return {
        VOCABULARY.get(name, name): ".".join(map(str, struct.pack(">L", value))) if name in ADDRESSES else value
        for name, value in values.items()
    }


def record5(pad: int = 0, **values: int) -> bytes:
    """A version 5 record."""
    return pack(RECORDS[5], pad, **values)


def datagram(version: int, records: list[bytes], **header: int) -> bytes:
    """A datagram whose header counts its records unless told otherwise; sysUpTime 10 s."""
    values = {"count": len(records), "sys_uptime": 10_000, "unix_secs": 0x65E0F000, **header}
    return pack(HEADERS[version], version=version, **values) + b"".join(records)
