"""The keys under which a decoded packet stands in a dict, whatever layers it has."""

from __future__ import annotations

from typing import Final

from ..codec.layout import layout_of
from ..wire import packet as wire

#: Headers whose fields stand in the packet's dict itself.
_FLAT = (
    *(wire.Ethernet, wire.EtherType, wire.Ipv4, wire.Ipv6, wire.Fragment, wire.Authentication),
    *(wire.Tcp, wire.Udp, wire.Sctp, wire.Icmp, wire.Icmpv6, wire.Igmp, wire.Esp),
)
INNER: Final = "inner"
TUNNEL: Final = "tunnel"
TRUNCATED: Final = "truncated"
#: What has no element: headers with a dict or a list of their own, and what is told about the packet.
PACKET_WORDS: Final = frozenset(
    {
        *("vlan_tags", "llc", "arp", "mpls_labels", "ppp_protocol", "pppoe_session_id", "ieee80211"),
        *("ipv4_options", "ipv6_extension_headers", TUNNEL, INNER, TRUNCATED),
    }
)
#: What layers derive from their headers' fields.
_DERIVED = ("dot1qVlanId", "dot1qPriority", "dot1qCustomerVlanId", "fragmentFlags")
_CONSUMED = {"more"}  # fields that only lead to others

PACKET_KEYS: Final = (frozenset(key for header in _FLAT for key, _ in layout_of(header).display) - _CONSUMED).union(
    PACKET_WORDS, _DERIVED
)
