"""Packets built from what a decoder has told of them: the inverse of ``packet/decoder.py``.

What is not told is zero or as short as it can be: checksums, payload, options of TCP.  Headers whose form is not told
are tried in turn until the packet reads back the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from ...codec.engine import Engine
from ...errors import EncodeError
from ...limits import DEEPEST_NESTING, Limits
from ...packet.decoder import PacketDecoder
from ...packet.keys import INNER
from ...wire import packet as wire
from ..checked import Path, shown, write_octets
from . import link as link
from . import network as network
from . import tunnels as tunnels
from .writer import Choice, PacketWriter, is_cut

Layer: TypeAlias = Callable[[PacketWriter], "str | None"]

LAYERS: dict[str, Layer] = {
    "ethernet": link.ethernet,
    "behind_tpid": link.behind_tpid,
    "llc": link.llc,
    "backbone": link.backbone,
    "pppoe": link.pppoe,
    "ppp": link.ppp,
    "pos": link.pos,
    "mpls": link.mpls,
    "dot11": link.dot11,
    "arp": link.arp,
    "ipv4": network.ipv4,
    "ipv6": network.ipv6,
    "authentication": network.authentication,
    "udp": tunnels.udp,
    "tcp": tunnels.tcp,
    "udplite": tunnels.last(wire.Udp),
    "sctp": tunnels.last(wire.Sctp),
    "icmp": tunnels.last(wire.Icmp),
    "icmpv6": tunnels.last(wire.Icmpv6),
    "igmp": tunnels.last(wire.Igmp),
    "esp": tunnels.last(wire.Esp),
    "gre": tunnels.gre,
    "vxlan": tunnels.vxlan,
    "geneve": tunnels.geneve,
    "gtp_u": tunnels.gtp_u,
    "teredo": tunnels.teredo,
}
REACH = 8  # octets: a header that is cut may begin so much behind what is told
TRIALS = 64  # lengths of headers that are tried
OPTIONS = "ipv4_options"  # the one key that may be octets, or their hex text


class _Count:
    """Where problems of packets go that are only looked at."""

    def __init__(self) -> None:
        self.problems = 0

    def add(self, code: str, message: str, offset: int, **facts: Any) -> None:
        """Count one."""
        self.problems += 1


class Reading(NamedTuple):
    """What a decoder tells of a packet, and the number of problems that it has with it."""

    packet: dict[str, Any]
    problems: int


@cache
def _readers() -> tuple[PacketDecoder, ...]:
    """Readers of packets by bounds that nothing meets, and by those of most decoders."""
    wide = Limits(nesting=DEEPEST_NESTING, packet_layers=1 << 20)
    return tuple(PacketDecoder(Engine(limits, octet_values="bytes"), limits) for limits in (wide, Limits()))


def read_packet(octets: bytes, layer: str) -> Iterator[Reading]:
    """The readings of a packet whose first layer is *layer*, by several bounds, the widest first."""
    for reader in _readers():
        packet: dict[str, Any] = {}
        count = _Count()
        reader.decode(packet, octets, 0, len(octets), layer, count)
        yield Reading(packet, count.problems)


def says(octets: bytes, layer: str, packet: Mapping[str, Any], path: Path) -> bool:
    """Whether decoders tell just *packet* of these octets."""
    plain = _with_octets(packet, path)
    return any(reading.packet == plain for reading in read_packet(octets, layer))


def build_packet(packet: Mapping[str, Any], layer: str, length: int | None, path: Path) -> bytes:
    """The octets of which *packet* is told, whose first layer is *layer*.

    *length* octets if that is given; fewer where the packet is cut before them.  EncodeError for what no packet can
    say, and for what does not fit in *length*.
    """
    plain = _with_octets(packet, path)
    doubtful: bytes | None = None
    for octets in _trials(packet, layer, path, length):
        readings = [reading for reading in read_packet(octets, layer) if reading.packet == plain]
        if any(not reading.problems for reading in readings):
            return octets
        if readings and doubtful is None:  # readers would complain of it; perhaps they did
            doubtful = octets
    if doubtful is not None:
        return doubtful
    usual = _written(packet, layer, path, Choice()).finish(length)
    _refuse_lost(plain, next(read_packet(usual, layer)).packet, path)
    return usual


def _written(packet: Mapping[str, Any], layer: str, path: Path, choice: Choice) -> PacketWriter:
    writer = PacketWriter(packet, path, choice)
    following: str | None = layer
    while following is not None:
        following = LAYERS[following](writer)
    return writer


def _trials(packet: Mapping[str, Any], layer: str, path: Path, length: int | None) -> Iterator[bytes]:
    """The packet in its usual form, and in all others that might read back the same."""
    usual = _written(packet, layer, path, Choice())
    if length is None and usual.cut:
        length = usual.known
    yield usual.finish(length)
    choices: list[Choice] = []
    if usual.elastic:
        shortest = _written(packet, layer, path, Choice(free=0))
        last = TRIALS if length is None or not usual.cut else length - shortest.known + REACH
        first = max(0, length - len(shortest), last - TRIALS) if length is not None and usual.cut else 0
        choices += (Choice(free=free) for free in range(first, last + 1))
    for index in reversed(range(len(usual.spans))):
        choices += (Choice(bounded=index), Choice(bounded=index, beyond=1))
    choices.append(Choice(odd=True))
    for choice in choices:
        yield _written(packet, layer, path, choice).finish(length)
    if usual.cut:  # before *length*: where is not told
        for writer in (usual, _written(packet, layer, path, Choice(odd=True))):
            yield from (writer.finish(writer.known + more) for more in range(REACH + 1))


def _with_octets(packet: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """*packet* with octets where there may be hex text."""
    is_cut(packet, path)  # refuses what is no packet
    plain = dict(packet)
    if OPTIONS in plain:
        plain[OPTIONS] = write_octets(plain[OPTIONS], (*path, OPTIONS))
    if INNER in plain:
        plain[INNER] = _with_octets(plain[INNER], (*path, INNER))
    return plain


def _refuse_lost(told: Any, found: Any, path: Path) -> None:
    """Refuse what a packet says no longer when it is read."""
    if isinstance(told, Mapping) and isinstance(found, Mapping):
        for key, value in told.items():
            if key not in found:
                raise EncodeError(f"{shown(value)} has no place in the packet that the other keys make", (*path, key))
            _refuse_lost(value, found[key], (*path, key))
    elif isinstance(told, list | tuple) and isinstance(found, list) and len(told) == len(found):
        for index, (value, other) in enumerate(zip(told, found, strict=True)):
            _refuse_lost(value, other, (*path, index))
    elif told != found:
        raise EncodeError(f"{shown(told)} would read {shown(found)} in the packet that the other keys make", path)
