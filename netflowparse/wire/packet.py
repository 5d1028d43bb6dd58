"""The headers of a packet, as far as they are reported: link, network and transport layer, tunnels.

IEEE 802.3, 802.1Q and 802.11, RFC 791, 8200, 9293, 768, 9260, 792, 4443, 826, 3032, 2784, 7348, 8926, 3GPP TS 29.281.
Fields carry the names of the information elements that mean the same.  Padding stands for what is not reported.
"""

from __future__ import annotations

from construct import Bytes, Int8ub, Int16ub, Int32ub, Padding, Struct

from .parts import Part, Parts, Plus
from .values import Ipv4Text, Ipv6Text, MacText

IPV6_HEADER = 40  # octets

_Mac = MacText(Bytes(6))
_Ipv4 = Ipv4Text(Int32ub)
_Ipv6 = Ipv6Text(Bytes(16))

Ethernet = Struct("destinationMacAddress" / _Mac, "sourceMacAddress" / _Mac)  # a type, or a length, follows
EtherType = Struct("ethernetType" / Int16ub)
VlanTci = Struct(  # IEEE 802.1Q; the TPID is the type before it
    "tci" / Parts(Int16ub, Part("priority", 13, 7), Part("dei", 12, 1), Part("vlan", 0, 0xFFF)),
)
Llc = Struct("dsap" / Int8ub, "ssap" / Int8ub, "control" / Int8ub)  # IEEE 802.2
Label = Struct(  # RFC 3032
    "entry" / Parts(Int32ub, Part("label", 12, 0xFFFFF), Part("exp", 9, 7), Part("bottom", 8, 1), Part("ttl", 0, 255)),
)
Arp = Struct(  # RFC 826, for Ethernet and IPv4
    Padding(6),
    "operation" / Int16ub,
    "sender_mac" / _Mac,
    "sender_address" / _Ipv4,
    "target_mac" / _Mac,
    "target_address" / _Ipv4,
)
Dot11 = Struct(  # IEEE 802.11 §9.2.3: least significant bit first
    "frame_control" / Parts(Int8ub, Part("type", 2, 3), Part("subtype", 4, 15)),
    "flags" / Parts(Int8ub, Part("to_ds", 0, 1), Part("from_ds", 1, 1), Part("protected", 6, 1)),
    Padding(2),
    "address1" / _Mac,
)
Dot11Address2 = Struct("address2" / _Mac)
Dot11Address3 = Struct("address3" / _Mac, Padding(2))  # sequence control follows it
Dot11Address4 = Struct("address4" / _Mac)

Ipv4 = Struct(  # RFC 791
    "version" / Parts(Int8ub, Part("ipVersion", 4, 15)),
    "ipClassOfService" / Int8ub,
    "octetDeltaCount" / Int16ub,  # total length
    "fragmentIdentification" / Int16ub,
    # flags as element 197 has them, in the high bits of an octet; the offset in units of 8 octets
    "fragment" / Parts(Int16ub, Part("fragmentFlags", 8, 0xE0), Part("fragmentOffset", 0, 0x1FFF)),
    "ipTTL" / Int8ub,
    "protocolIdentifier" / Int8ub,
    Padding(2),
    "sourceIPv4Address" / _Ipv4,
    "destinationIPv4Address" / _Ipv4,
)
Ipv6 = Struct(  # RFC 8200
    "version"
    / Parts(Int32ub, Part("ipVersion", 28, 15), Part("ipClassOfService", 20, 255), Part("flowLabelIPv6", 0, 0xFFFFF)),
    "octetDeltaCount" / Plus(Int16ub, IPV6_HEADER),  # payload length, and this header
    "protocolIdentifier" / Int8ub,
    "ipTTL" / Int8ub,
    "sourceIPv6Address" / _Ipv6,
    "destinationIPv6Address" / _Ipv6,
)
Fragment = Struct(  # RFC 8200 §4.5
    "protocolIdentifier" / Int8ub,
    Padding(1),
    "offset" / Parts(Int16ub, Part("fragmentOffset", 3, 0x1FFF), Part("more", 0, 1)),
    "fragmentIdentification" / Int32ub,
)

_PORTS = ("sourceTransportPort" / Int16ub, "destinationTransportPort" / Int16ub)

Tcp = Struct(  # RFC 9293
    *_PORTS,
    "tcpSequenceNumber" / Int32ub,
    Padding(4),
    "flags" / Parts(Int16ub, Part("tcpControlBits", 0, 0x1FF)),
    Padding(6),
)
Udp = Struct(*_PORTS, Padding(4))  # RFC 768; UDP-Lite alike
Sctp = Struct(*_PORTS, Padding(8))  # RFC 9260; DCCP alike
Icmp = Struct("icmpTypeIPv4" / Int8ub, "icmpCodeIPv4" / Int8ub, Padding(2))  # RFC 792
Icmpv6 = Struct("icmpTypeIPv6" / Int8ub, "icmpCodeIPv6" / Int8ub, Padding(2))  # RFC 4443
Igmp = Struct("igmpType" / Int8ub, Padding(7))  # RFC 3376
Esp = Struct("ipSecSPI" / Int32ub, Padding(4))  # RFC 4303
Authentication = Struct(Padding(4), "ipSecSPI" / Int32ub, Padding(4))  # RFC 4302

#: Headers that usually come together, read in one go; IPv4 without options.
IPV4_TCP = Struct(*Ipv4.subcons, *Tcp.subcons)
IPV4_UDP = Struct(*Ipv4.subcons, *Udp.subcons)
IPV6_TCP = Struct(*Ipv6.subcons, *Tcp.subcons)
IPV6_UDP = Struct(*Ipv6.subcons, *Udp.subcons)
_ETHERNET = (*Ethernet.subcons, *EtherType.subcons)
_TAGGED = (*Ethernet.subcons, "tpid" / Int16ub, *VlanTci.subcons, *EtherType.subcons)
ETHERNET_IPV4_TCP = Struct(*_ETHERNET, *IPV4_TCP.subcons)
ETHERNET_IPV4_UDP = Struct(*_ETHERNET, *IPV4_UDP.subcons)
ETHERNET_IPV6_TCP = Struct(*_ETHERNET, *IPV6_TCP.subcons)
ETHERNET_IPV6_UDP = Struct(*_ETHERNET, *IPV6_UDP.subcons)
TAGGED_IPV4_TCP = Struct(*_TAGGED, *IPV4_TCP.subcons)
TAGGED_IPV4_UDP = Struct(*_TAGGED, *IPV4_UDP.subcons)
TAGGED_IPV6_TCP = Struct(*_TAGGED, *IPV6_TCP.subcons)
TAGGED_IPV6_UDP = Struct(*_TAGGED, *IPV6_UDP.subcons)
