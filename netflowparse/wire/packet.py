"""The headers of a packet, as far as they are reported: link, network and transport layer.

IEEE 802.3, 802.1Q, 802.2 and 802.11; RFC 768, 791, 792, 826, 3032, 3376, 4302, 4303, 4443, 8200, 9260, 9293.
Fields carry the names of the information elements that mean the same.  Padding stands for what is not reported.

Headers of which only a number or two is told have no declaration, because whether these stand in them, and where, hangs
on bits before: PPPoE and PPP (``packet/link.py``), tunnels (``packet/tunnels.py``), IP's options and extension headers
(``packet/network.py``).
"""

from __future__ import annotations

from construct import Bytes, Int8ub, Int16ub, Int32ub, Padding, Struct

from .bit_fields import Part, Parts, Plus
from .specifications import specified
from .values import Ipv4Text, Ipv6Text, MacText

IPV6_HEADER = 40  # octets

_Mac = MacText(Bytes(6))
_Ipv4 = Ipv4Text(Bytes(4))
_Ipv6 = Ipv6Text(Bytes(16))

Ethernet = specified(
    "IEEE 802.3", "destinationMacAddress" / _Mac, "sourceMacAddress" / _Mac
)  # a type, or a length, follows
EtherType = specified("IEEE 802.3", "ethernetType" / Int16ub)
VlanTci = specified(  # the TPID is the type before it
    "IEEE 802.1Q",
    "tci" / Parts(Int16ub, Part("priority", 13, 7), Part("dei", 12, 1), Part("vlan", 0, 0xFFF)),
)
Llc = specified("IEEE 802.2", "dsap" / Int8ub, "ssap" / Int8ub, "control" / Int8ub)
Label = specified(
    "RFC 3032",
    "entry" / Parts(Int32ub, Part("label", 12, 0xFFFFF), Part("exp", 9, 7), Part("bottom", 8, 1), Part("ttl", 0, 255)),
)
Arp = specified(  # for Ethernet and IPv4
    "RFC 826",
    Padding(6),
    "operation" / Int16ub,
    "sender_mac" / _Mac,
    "sender_address" / _Ipv4,
    "target_mac" / _Mac,
    "target_address" / _Ipv4,
)
Dot11 = specified(  # least significant bit first
    "IEEE 802.11 §9.2.3",
    "frame_control" / Parts(Int8ub, Part("type", 2, 3), Part("subtype", 4, 15)),
    "flags" / Parts(Int8ub, Part("to_ds", 0, 1), Part("from_ds", 1, 1), Part("protected", 6, 1)),
    Padding(2),
    "address1" / _Mac,
)
Dot11Address2 = specified("IEEE 802.11 §9.2.3", "address2" / _Mac)
Dot11Address3 = specified("IEEE 802.11 §9.2.3", "address3" / _Mac, Padding(2))  # sequence control follows it
Dot11Address4 = specified("IEEE 802.11 §9.2.3", "address4" / _Mac)

Ipv4 = specified(
    "RFC 791 §3.1",
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
Ipv6 = specified(
    "RFC 8200 §3",
    "version"
    / Parts(Int32ub, Part("ipVersion", 28, 15), Part("ipClassOfService", 20, 255), Part("flowLabelIPv6", 0, 0xFFFFF)),
    "octetDeltaCount" / Plus(Int16ub, IPV6_HEADER),  # payload length, and this header
    "protocolIdentifier" / Int8ub,
    "ipTTL" / Int8ub,
    "sourceIPv6Address" / _Ipv6,
    "destinationIPv6Address" / _Ipv6,
)
Fragment = specified(
    "RFC 8200 §4.5",
    "protocolIdentifier" / Int8ub,
    Padding(1),
    "offset" / Parts(Int16ub, Part("fragmentOffset", 3, 0x1FFF), Part("more", 0, 1)),
    "fragmentIdentification" / Int32ub,
)

_PORTS = ("sourceTransportPort" / Int16ub, "destinationTransportPort" / Int16ub)

Tcp = specified(
    "RFC 9293 §3.1",
    *_PORTS,
    "tcpSequenceNumber" / Int32ub,
    Padding(4),
    "flags" / Parts(Int16ub, Part("tcpControlBits", 0, 0x1FF)),
    Padding(6),
)
Udp = specified("RFC 768", *_PORTS, Padding(4))  # UDP-Lite alike
Sctp = specified("RFC 9260", *_PORTS, Padding(8))  # DCCP alike
Icmp = specified("RFC 792", "icmpTypeIPv4" / Int8ub, "icmpCodeIPv4" / Int8ub, Padding(2))
Icmpv6 = specified("RFC 4443", "icmpTypeIPv6" / Int8ub, "icmpCodeIPv6" / Int8ub, Padding(2))
Igmp = specified("RFC 3376", "igmpType" / Int8ub, Padding(7))
Esp = specified("RFC 4303", "ipSecSPI" / Int32ub, Padding(4))
Authentication = specified("RFC 4302", Padding(4), "ipSecSPI" / Int32ub, Padding(4))

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
