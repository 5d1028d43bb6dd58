"""NetFlow versions 1, 5, 6 and 7: a header and records of one fixed layout each.

No RFC exists; the layouts are the vendor's published tables.  Integers big-endian and unsigned.  Record fields carry
the name of the information element that means the same; the vendor's own name stands beside it.
"""

from __future__ import annotations

from construct import Bytes, Const, Int8ub, Int16ub, Int32ub, Padding

from .bit_fields import Part, Parts
from .specifications import specified
from .values import Ipv4Text

SAMPLING = (Part("samplingMode", 14, 3), Part("samplingInterval", 0, 0x3FFF))

_CLOCKS = (
    "count" / Int16ub,  # records in this datagram
    "sysUpTime" / Int32ub,  # ms since the exporter booted
    "exportTime" / Int32ub,  # unix_secs: s since 1970
    "exportNanoseconds" / Int32ub,  # unix_nsecs: ns beyond exportTime
)
_SEQUENCE = ("sequenceNumber" / Int32ub,)  # flow_sequence: flows exported before this datagram

Header1 = specified("NetFlow version 1, header", "version" / Const(1, Int16ub), *_CLOCKS)  # 16 octets
Header5 = specified(  # 24 octets
    "NetFlow version 5, header",
    "version" / Const(5, Int16ub),
    *_CLOCKS,
    *_SEQUENCE,
    "engineType" / Int8ub,  # 0 route processor, 1 line card
    "engineId" / Int8ub,
    "sampling" / Parts(Int16ub, *SAMPLING),  # 2 bits of mode and 14 of interval
)
Header6 = specified(
    "NetFlow version 6, header", "version" / Const(6, Int16ub), *_CLOCKS, *_SEQUENCE, Padding(4)
)  # 24 octets
Header7 = specified(
    "NetFlow version 7, header", "version" / Const(7, Int16ub), *_CLOCKS, *_SEQUENCE, Padding(4)
)  # 24 octets

_FLOW = (  # the first 36 octets of every record
    "sourceIPv4Address" / Ipv4Text(Bytes(4)),  # srcaddr
    "destinationIPv4Address" / Ipv4Text(Bytes(4)),  # dstaddr
    "ipNextHopIPv4Address" / Ipv4Text(Bytes(4)),  # nexthop
    "ingressInterface" / Int16ub,  # input: SNMP ifIndex
    "egressInterface" / Int16ub,  # output
    "packetDeltaCount" / Int32ub,  # dPkts
    "octetDeltaCount" / Int32ub,  # dOctets: layer 3 octets
    "flowStartSysUpTime" / Int32ub,  # first: ms, the clock of sysUpTime
    "flowEndSysUpTime" / Int32ub,  # last
    "sourceTransportPort" / Int16ub,  # srcport
    "destinationTransportPort" / Int16ub,  # dstport; ICMP: commonly type * 256 + code
)
_TRANSPORT = (
    "tcpControlBits" / Int8ub,  # tcp_flags: OR over the flow
    "protocolIdentifier" / Int8ub,  # prot
    "ipClassOfService" / Int8ub,  # tos
)
_ROUTING = (
    "bgpSourceAsNumber" / Int16ub,  # src_as: origin or peer, as configured; 23456 when the AS needs 32 bits
    "bgpDestinationAsNumber" / Int16ub,  # dst_as
    "sourceIPv4PrefixLength" / Int8ub,  # src_mask
    "destinationIPv4PrefixLength" / Int8ub,  # dst_mask
)

Record1 = specified(  # 48 octets
    "NetFlow version 1, record",
    *_FLOW,
    Padding(2),
    "protocolIdentifier" / Int8ub,
    "ipClassOfService" / Int8ub,
    "tcpControlBits" / Int8ub,
    Padding(7),
)
Record5 = specified("NetFlow version 5, record", *_FLOW, Padding(1), *_TRANSPORT, *_ROUTING, Padding(2))  # 48 octets
Record6 = specified(  # 52 octets; known from one source only
    "NetFlow version 6, record",
    *_FLOW,
    Padding(1),
    *_TRANSPORT,
    *_ROUTING,
    "flags" / Int16ub,
    "peer_nexthop" / Ipv4Text(Bytes(4)),
)
Record7 = specified(  # 52 octets
    "NetFlow version 7, record",
    *_FLOW,
    "flags" / Int8ub,  # which fields are invalid, first part
    *_TRANSPORT,
    *_ROUTING,
    "flags2" / Int16ub,  # second part
    "ipv4RouterSc" / Ipv4Text(Bytes(4)),  # router_sc: the router that the switch shortcut
)
