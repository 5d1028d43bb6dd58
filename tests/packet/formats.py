"""Headers that scapy does not have, or not by themselves."""

from __future__ import annotations

from scapy.fields import BitField, ByteField, IntField, ShortField, X3BytesField, XByteField
from scapy.packet import Packet


class DCCP(Packet):
    """RFC 4340 §5.1, with 48 bits of sequence number; scapy has none."""

    fields_desc = (
        *(ShortField("sport", 0), ShortField("dport", 0), ByteField("offset", 4), ByteField("ccval", 0)),
        *(ShortField("chksum", 0), XByteField("type", 1), ByteField("reserved", 0)),
        *(ShortField("high", 0), IntField("low", 0)),
    )


class UDPLite(Packet):
    """RFC 3828 §3.1; scapy has none."""

    fields_desc = (ShortField("sport", 0), ShortField("dport", 0), ShortField("coverage", 8), ShortField("chksum", 0))


class ESP(Packet):
    """RFC 4303 §2, what is in clear; scapy's takes the payload too."""

    fields_desc = (IntField("spi", 0), IntField("seq", 0))


class ITag(Packet):
    """IEEE 802.1Q §9.7, as scapy's Dot1AH, but bound to nothing."""

    fields_desc = (*(BitField("flags", 0, 8), X3BytesField("isid", 0)),)
