"""Transport layers and tunnels to octets, as ``packet/transport.py`` and ``packet/tunnels.py`` read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from construct import Struct

from ...errors import EncodeError
from ...packet.keys import INNER, TRUNCATED, TUNNEL
from ...packet.link import ETHERTYPES
from ...packet.network import IP_LAYERS
from ...packet.transport import tunnel_of
from ...packet.tunnels import ERSPAN, ERSPAN_3, ETHERNET, PPP
from ...wire import packet as wire
from .link import kind_of, tags_of, tpid_of
from .network import version_of
from .writer import PacketWriter, Span

LONGEST = 0xFFFF
UDP_HEADER = 8  # octets
NOTHING_INSIDE = 0  # a protocol type that announces no packet
CHECKSUM, KEY, SEQUENCE = 0x8000, 0x2000, 0x1000  # GRE's flags
LONGEST_OPTIONS = 63 * 4  # of Geneve
LONGEST_EXTENSION = 255 * 4  # of GTP-U
AUTHENTICATION, LONGEST_AUTHENTICATION = 13, 2 * 0xFF  # of Teredo: octets of its shortest form, and more of the longest
#: The tunnel that UDP carries, and the port where it ends.
PORTS = {"vxlan": 4789, "geneve": 6081, "gtp-u": 2152, "teredo": 3544}
#: Headers of the longest form each, for those that are cut.
CUT_GRE = (CHECKSUM | KEY | SEQUENCE).to_bytes(2, "big") + ERSPAN_3.to_bytes(2, "big") + bytes(23) + b"\1" + bytes(8)
CUT_PPTP = bytes.fromhex("3081 880b 0000")
CUT_EXTENSION = bytes(3) + b"\x85\xff" + bytes(LONGEST_EXTENSION)
CUT = {
    "vxlan": b"\x08" + bytes(7),
    "geneve": b"\x3f\0\x65\x58" + bytes(4 + LONGEST_OPTIONS),
    "gtp_u": b"\x30\xff" + bytes(10),
    "teredo": b"\0\1\xff\xff" + bytes(519),
}


def last(declaration: Struct) -> Callable[[PacketWriter], str | None]:
    """A layer of which nothing follows that is told."""

    def layer(writer: PacketWriter) -> str | None:
        writer.put(declaration)
        return None

    return layer


def tcp(writer: PacketWriter) -> str | None:
    """RFC 9293, without options."""
    at = writer.put(wire.Tcp)
    writer.octets[at + 12] |= 5 << 4  # words of the header
    return None


def udp(writer: PacketWriter) -> str | None:
    """RFC 768; its length, which nothing tells, is what IP says."""
    packet, tunnel = writer.packet, writer.tunnel()
    instead: dict[str, int] = {}
    if tunnel is not None and "destinationTransportPort" not in packet:
        instead["destinationTransportPort"] = PORTS.get(str(tunnel.get("kind")), 0)
    at = writer.put(wire.Udp, instead=instead)
    ports = {"sourceTransportPort": 0, "destinationTransportPort": 0, **packet, **instead}
    layer = tunnel_of(ports["sourceTransportPort"], ports["destinationTransportPort"])
    end = writer.ip_end
    if layer is not None and tunnel is None and not writer.cut:
        end = at + UDP_HEADER  # nothing that could look like a tunnel
    writer.spans.append(Span(at + 4, at, LONGEST, end))
    if layer is None or tunnel is not None:
        return layer
    if writer.cut:
        writer.raw(CUT[layer])
    return None


def gre(writer: PacketWriter) -> str | None:
    """GRE of version 0, and ERSPAN in it."""
    tunnel = writer.tunnel()
    if tunnel is None:
        writer.raw(CUT_GRE)
        return None
    number = tunnel.get("id")
    if tunnel.get("kind") == "erspan":
        return _erspan(writer, number)
    if writer.cut and INNER not in writer.packet:  # only version 1 has something behind what is told
        writer.raw(CUT_PPTP)
        writer.number(number, 2, (TUNNEL, "id"))
        writer.raw(bytes(8))
        return None
    kind, following = _inside(writer) if INNER in writer.packet else (NOTHING_INSIDE, None)
    more = writer.spare(4, 8)
    flags = KEY * (number is not None) | CHECKSUM * (more > 0) | SEQUENCE * (more > 4)
    writer.raw(flags.to_bytes(2, "big") + kind.to_bytes(2, "big"), known=True)
    writer.raw(bytes(min(more, 4)))
    if number is not None:
        writer.number(number, 4, (TUNNEL, "id"))
    writer.raw(bytes(max(more - 4, 0)))
    if following is not None:
        writer.enter()
    return following


def _inside(writer: PacketWriter) -> tuple[int, str]:
    """The protocol type of the packet inside, and its first layer."""
    packet, path = writer.packet[INNER], (*writer.path, INNER)
    if not packet.keys().isdisjoint(("destinationMacAddress", "sourceMacAddress")):
        return ETHERNET, "ethernet"
    tags = tags_of(packet, path)
    if tags:
        return int.from_bytes(tpid_of(*tags[0]), "big"), "behind_tpid"
    if "ppp_protocol" in packet and "pppoe_session_id" not in packet:
        return PPP, "ppp"
    kind = kind_of(packet)
    if kind is not None:
        return kind, ETHERTYPES[kind]
    return (ETHERNET, "ethernet") if TRUNCATED in packet else (0x0800, "ipv4")


def _erspan(writer: PacketWriter, session: Any) -> str | None:
    """Types I, without a session, II and III."""
    more = writer.spare(4, 20)
    third = more % 8 == 4 and session is not None  # 4 octets more, or 12
    flags = SEQUENCE * (session is not None)
    rest = more - third * 4
    longer = third and rest >= 8
    rest -= longer * 8
    flags |= CHECKSUM * (rest > 0) | KEY * (rest > 4)
    writer.raw(flags.to_bytes(2, "big") + (ERSPAN_3 if third else ERSPAN).to_bytes(2, "big"), known=True)
    writer.raw(bytes(min(rest, 8)))
    if session is not None:
        writer.raw(bytes(4))
        writer.number(session, 4, (TUNNEL, "id"))
        writer.raw(bytes(7 if third else 3) + bytes([longer]) + bytes(8 * longer), known=True)
    writer.enter()
    return "ethernet"


def vxlan(writer: PacketWriter) -> str | None:
    """RFC 7348 §5."""
    writer.raw(b"\x08\0\0\0")
    writer.number(_tunnel_id(writer), 3, (TUNNEL, "id"))
    writer.raw(b"\0", known=True)
    writer.enter()
    return "ethernet"


def geneve(writer: PacketWriter) -> str | None:
    """RFC 8926 §3.4."""
    kind, following = _inside(writer) if INNER in writer.packet else (ETHERNET, "ethernet")
    options = writer.spare(4, LONGEST_OPTIONS)
    writer.raw(bytes([options // 4, 0]) + kind.to_bytes(2, "big"))
    writer.number(_tunnel_id(writer), 3, (TUNNEL, "id"))
    writer.raw(bytes(1 + options), known=True)
    writer.enter()
    return following


def gtp_u(writer: PacketWriter) -> str | None:
    """3GPP TS 29.281 §5.1: a G-PDU, whose sequence number or extension is as long as it has to be."""
    more = writer.spare(4, 4 + LONGEST_EXTENSION)
    cut = writer.cut and INNER not in writer.packet
    writer.raw(bytes([0x34 if cut or more > 4 else 0x32 if more else 0x30, 0xFF, 0, 0]))
    writer.number(_tunnel_id(writer), 4, (TUNNEL, "id"))
    if cut:
        writer.raw(CUT_EXTENSION)
        return None
    if more > 4:
        writer.raw(bytes(3) + b"\x85" + bytes([more // 4 - 1]) + bytes(more - 5))
    else:
        writer.raw(bytes(more))
    if INNER not in writer.packet:
        writer.stop()
        return None
    version = version_of(writer.packet[INNER])
    writer.enter()
    return IP_LAYERS[version or 4]


def teredo(writer: PacketWriter) -> str | None:
    """RFC 4380 §5.1.1: with the indication of an origin, or an authentication as long as it has to be, or neither."""
    more = writer.spare(1, AUTHENTICATION + LONGEST_AUTHENTICATION, least=AUTHENTICATION)
    if more:
        name = min(more - AUTHENTICATION, 0xFF)  # octets, as of the value behind it
        writer.raw(bytes([0, 1, name, more - AUTHENTICATION - name]) + bytes(more - 4))
    else:
        writer.raw(bytes(writer.spare(8, 8)))
    writer.enter()
    return "ipv6"


def _tunnel_id(writer: PacketWriter) -> Any:
    tunnel: Mapping[str, Any] = writer.tunnel() or {}
    if "id" not in tunnel:
        raise EncodeError("there is no value", (*writer.path, TUNNEL, "id"))
    return tunnel["id"]
