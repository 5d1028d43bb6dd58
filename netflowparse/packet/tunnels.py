"""Tunnels: headers that carry a packet of their own.  RFC 2784, 2890, 2637, 7348, 8926, 4380; 3GPP TS 29.281.

What only a port number suggests has to look like it: other traffic may use the same port.
"""

from __future__ import annotations

from ..wire.packet import IPV6_HEADER
from .link import ETHERTYPES, TPIDS, layer_of
from .network import IP_LAYERS
from .walk import Walk

ETHERNET = 0x6558  # transparent Ethernet bridging
PPP = 0x880B
ERSPAN, ERSPAN_3 = 0x88BE, 0x22EB
CHECKSUM, ROUTING, KEY, SEQUENCE = 0x8000, 0x4000, 0x2000, 0x1000  # GRE's flags
ACKNOWLEDGEMENT = 0x0080  # in version 1
VNI_FLAG = 0x08
G_PDU = 255  # GTP: the message that carries a packet
AUTHENTICATION, ORIGIN = 1, 0  # Teredo's indications


def gre(walk: Walk) -> str | None:
    """GRE of version 0, and version 1 as PPTP uses it."""
    flags, kind = walk.number(2), walk.number(2)
    version = flags & 7
    if version > 1 or flags & ROUTING:
        walk.packet["tunnel"] = {"kind": "gre", "id": None}
        return None
    if version == 1:
        return _pptp(walk, flags, kind)
    if flags & CHECKSUM:
        walk.skip(4)
    key = walk.number(4) if flags & KEY else None
    if flags & SEQUENCE:
        walk.skip(4)
    if kind in (ERSPAN, ERSPAN_3):
        return _erspan(walk, flags, kind)
    walk.packet["tunnel"] = {"kind": "gre", "id": key}
    return _inside(walk, kind)


def _inside(walk: Walk, kind: int) -> str | None:
    """The first layer of the packet inside, by its EtherType; what is no packet is not entered."""
    if kind in TPIDS:
        walk.go_inside()
        return layer_of(walk, kind)
    following = {ETHERNET: "ethernet", PPP: "ppp"}.get(kind) or ETHERTYPES.get(kind)
    if following is not None:
        walk.go_inside()
    return following


def _pptp(walk: Walk, flags: int, kind: int) -> str | None:
    """RFC 2637 §4.1: payload length and call id stand where the key would."""
    call = walk.number(4) & 0xFFFF
    walk.packet["tunnel"] = {"kind": "gre", "id": call}
    for flag in (SEQUENCE, ACKNOWLEDGEMENT):
        if flags & flag:
            walk.skip(4)
    if kind != PPP or not flags & SEQUENCE:  # without a sequence number there is no payload
        return None
    walk.go_inside()
    return "ppp"


def _erspan(walk: Walk, flags: int, kind: int) -> str | None:
    """Mirrored frames: type I has no header of its own, II has 8 octets, III 12 and perhaps 8 more."""
    session = None
    if kind == ERSPAN_3 or flags & SEQUENCE:
        session = walk.number(4) & 0x3FF
        more = walk.number(4 if kind == ERSPAN else 8)
        if kind == ERSPAN_3 and more & 1:
            walk.skip(8)
    walk.enter("erspan", session)
    return "ethernet"


def vxlan(walk: Walk) -> str | None:
    """RFC 7348 §5: the flag of the VNI has to be there; others, and reserved octets, are others' extensions."""
    if not walk.can_hold(8):
        return None
    at = walk.need(8)
    header = walk.octets[at : at + 8]
    if not header[0] & VNI_FLAG:
        return None
    walk.skip(8)
    walk.enter("vxlan", int.from_bytes(header[4:7], "big"))
    return "ethernet"


def geneve(walk: Walk) -> str | None:
    """RFC 8926 §3.4."""
    if not walk.can_hold(8):
        return None
    at = walk.need(8)
    header = walk.octets[at : at + 8]
    kind = header[2] << 8 | header[3]
    if header[0] >> 6 or not (kind == ETHERNET or kind in ETHERTYPES or kind in TPIDS):  # version 0 of a known packet
        return None
    walk.skip(8 + (header[0] & 0x3F) * 4)
    walk.packet["tunnel"] = {"kind": "geneve", "id": int.from_bytes(header[4:7], "big")}
    return _inside(walk, kind)


def gtp_u(walk: Walk) -> str | None:
    """3GPP TS 29.281 §5.1: version 1, a G-PDU."""
    if not walk.can_hold(8):
        return None
    at = walk.need(8)
    flags, kind = walk.octets[at], walk.octets[at + 1]
    if flags >> 4 != 3 or kind != G_PDU:
        return None
    walk.skip(4)
    walk.packet["tunnel"] = {"kind": "gtp-u", "id": walk.number(4)}
    if flags & 7:
        following = walk.number(4) & 0xFF
        while flags & 4 and following:
            walk.count_layer()
            length = walk.octets[walk.need(1)] * 4
            if not length:
                return None
            following = walk.octets[walk.need(length) + length - 1]
            walk.position += length
    layer = IP_LAYERS.get(walk.octets[walk.need(1)] >> 4)
    if layer is not None:
        walk.go_inside()
    return layer


def teredo(walk: Walk) -> str | None:
    """RFC 4380 §5.1.1: IPv6, behind indications of authentication and origin."""
    if not walk.can_hold(IPV6_HEADER):
        return None
    if not walk.octets[walk.need(1)] and walk.word() == AUTHENTICATION:
        at = walk.need(4)
        walk.skip(13 + walk.octets[at + 2] + walk.octets[at + 3])
    if not walk.octets[walk.need(1)] and walk.word() == ORIGIN:
        walk.skip(8)
    if walk.octets[walk.need(1)] >> 4 != 6:
        return None
    walk.enter("teredo", None)
    return "ipv6"
