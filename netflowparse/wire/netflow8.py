"""NetFlow version 8: router-based aggregation.  The header's ``aggregation`` selects one of 14 record layouts.

Names as in ``netflow5``; the vendor's own name stands beside each.  Masks: destination before source where both come.
"""

from __future__ import annotations

from construct import Bytes, Const, Int8ub, Int16ub, Int32ub, Padding, Struct

from .specifications import specified
from .values import Ipv4Text

Header8 = specified(  # 28 octets
    "NetFlow version 8, header",
    "version" / Const(8, Int16ub),
    "count" / Int16ub,
    "sysUpTime" / Int32ub,  # ms since the exporter booted
    "exportTime" / Int32ub,  # s since 1970
    "exportNanoseconds" / Int32ub,
    "sequenceNumber" / Int32ub,  # flows exported before this datagram
    "engineType" / Int8ub,
    "engineId" / Int8ub,
    "aggregation" / Int8ub,
    "aggregationVersion" / Int8ub,  # 2
    Padding(4),
)

_TIMES = (
    "flowStartSysUpTime" / Int32ub,  # first: ms
    "flowEndSysUpTime" / Int32ub,  # last
)
_COUNTERS = (
    "packetDeltaCount" / Int32ub,  # dPkts
    "octetDeltaCount" / Int32ub,  # dOctets
)
_COMMON = ("deltaFlowCount" / Int32ub, *_COUNTERS, *_TIMES)  # dFlows …: 20 octets
_SOURCE_PREFIX = "sourceIPv4Prefix" / Ipv4Text(Bytes(4))  # src_prefix
_DESTINATION_PREFIX = "destinationIPv4Prefix" / Ipv4Text(Bytes(4))  # dst_prefix
_SOURCE_MASK = "sourceIPv4PrefixLength" / Int8ub  # src_mask
_DESTINATION_MASK = "destinationIPv4PrefixLength" / Int8ub  # dst_mask
_SOURCE_AS = "bgpSourceAsNumber" / Int16ub  # src_as
_DESTINATION_AS = "bgpDestinationAsNumber" / Int16ub  # dst_as
_SYSTEMS = (_SOURCE_AS, _DESTINATION_AS)
_INPUT = "ingressInterface" / Int16ub  # input
_OUTPUT = "egressInterface" / Int16ub  # output
_PORTS = ("sourceTransportPort" / Int16ub, "destinationTransportPort" / Int16ub)  # srcport, dstport
_PROTOCOL = "protocolIdentifier" / Int8ub  # prot
_TOS = "ipClassOfService" / Int8ub  # tos
_MARKED_TOS = "marked_tos" / Int8ub  # ToS of the packets that exceeded the contract
_EXTRA = (
    "extra_pkts" / Int32ub,  # packets that exceeded the contract
    "ipv4RouterSc" / Ipv4Text(Bytes(4)),  # router_sc: the router that the switch shortcut
)
_SOURCE = "sourceIPv4Address" / Ipv4Text(Bytes(4))  # srcaddr
_DESTINATION = "destinationIPv4Address" / Ipv4Text(Bytes(4))  # dstaddr
_PREFIXES = (_SOURCE_PREFIX, _DESTINATION_PREFIX, _DESTINATION_MASK, _SOURCE_MASK)

_RECORDS = {
    1: Struct(*_COMMON, *_SYSTEMS, _INPUT, _OUTPUT),  # AS: 28 octets
    2: Struct(*_COMMON, _PROTOCOL, Padding(3), *_PORTS),  # protocol-port: 28
    3: Struct(*_COMMON, _SOURCE_PREFIX, _SOURCE_MASK, Padding(1), _SOURCE_AS, _INPUT, Padding(2)),  # source prefix: 32
    4: Struct(  # destination prefix: 32
        *_COMMON, _DESTINATION_PREFIX, _DESTINATION_MASK, Padding(1), _DESTINATION_AS, _OUTPUT, Padding(2)
    ),
    5: Struct(*_COMMON, *_PREFIXES, Padding(2), *_SYSTEMS, _INPUT, _OUTPUT),  # prefix matrix: 40
    6: Struct(_DESTINATION, *_COUNTERS, *_TIMES, _OUTPUT, _TOS, _MARKED_TOS, *_EXTRA),  # destination only: 32
    7: Struct(  # source and destination: 40
        _DESTINATION, _SOURCE, *_COUNTERS, *_TIMES, _OUTPUT, _INPUT, _TOS, _MARKED_TOS, Padding(2), *_EXTRA
    ),
    8: Struct(  # full flow: 44
        _DESTINATION,
        _SOURCE,
        "destinationTransportPort" / Int16ub,
        "sourceTransportPort" / Int16ub,
        *_COUNTERS,
        *_TIMES,
        _OUTPUT,
        _INPUT,
        _TOS,
        _PROTOCOL,
        _MARKED_TOS,
        Padding(1),
        *_EXTRA,
    ),
    9: Struct(*_COMMON, *_SYSTEMS, _INPUT, _OUTPUT, _TOS, Padding(3)),  # ToS-AS: 32
    10: Struct(*_COMMON, _PROTOCOL, _TOS, Padding(2), *_PORTS, _INPUT, _OUTPUT),  # ToS-protocol-port: 32
    11: Struct(*_COMMON, _SOURCE_PREFIX, _SOURCE_MASK, _TOS, _SOURCE_AS, _INPUT, Padding(2)),  # ToS-source prefix: 32
    12: Struct(  # ToS-destination prefix: 32
        *_COMMON, _DESTINATION_PREFIX, _DESTINATION_MASK, _TOS, _DESTINATION_AS, _OUTPUT, Padding(2)
    ),
    13: Struct(*_COMMON, *_PREFIXES, _TOS, Padding(1), *_SYSTEMS, _INPUT, _OUTPUT),  # ToS-prefix matrix: 40
    14: Struct(*_COMMON, *_PREFIXES, _TOS, _PROTOCOL, *_PORTS, _INPUT, _OUTPUT),  # prefix-port-protocol: 40
}
RECORDS = {
    number: specified(f"NetFlow version 8, aggregation {number}", *record.subcons)
    for number, record in _RECORDS.items()
}
