"""What writes one packet: its octets so far, how far they say what is told of it, and what may still be chosen.

Headers have parts that are not told, some of any length: options, checksums, words that may be there or not.  Their
usual form is the shortest one; where that does not read back the same, ``Choice`` says what else to try.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from construct import Construct, Struct

from ...errors import EncodeError
from ...packet.keys import INNER, TRUNCATED, TUNNEL
from ...wire.bit_fields import Part, Parts
from ...wire.values import Ipv4Text, Ipv6Text, Value
from ..checked import REFUSALS, Path, expect_dict, expect_list, expected, number_octets, shown

NOTHING: Mapping[str, Any] = MappingProxyType({})
DEEPEST = 32  # tunnels inside one another
LENGTH = 2  # octets of a length


class Choice(NamedTuple):
    """How to write what is not told."""

    free: int | None = None  # octets for headers beyond their shortest forms; None: their usual forms
    bounded: int | None = None  # which of the lengths that are not told ends the packet behind what is told
    beyond: int = 0  # octets that it leaves of a header that is cut
    odd: bool = False  # whether the innermost IP header is one behind which readers see nothing


class Span(NamedTuple):
    """A length at ``place`` that counts the octets from ``start`` to ``end``, ``most`` of them if they are more.

    ``end`` None: to where the packet ends.
    """

    place: int
    start: int
    most: int
    end: int | None = None


def is_cut(packet: Mapping[str, Any], path: Path) -> bool:
    """Whether the octets of the innermost packet end inside a header."""
    for _ in range(DEEPEST + 1):
        if INNER not in expect_dict(packet, path):
            return bool(packet.get(TRUNCATED))
        packet, path = packet[INNER], (*path, INNER)
    raise EncodeError(f"more than {DEEPEST} tunnels inside one another", path)


class PacketWriter:
    """Writes the headers of ``packet``, which becomes that inside where a tunnel is entered."""

    def __init__(self, packet: Mapping[str, Any], path: Path, choice: Choice) -> None:
        self.octets = bytearray()
        self.packet = packet
        self.path = path
        self.choice = choice
        self.cut = is_cut(packet, path)
        self.known = 0  # octets up to the last one that says what is told
        self.elastic = False  # whether there are headers with more than one form
        self.spans: list[Span] = []  # lengths that nothing tells
        self.totals: list[tuple[Span, int]] = []  # those of IP headers that are not told, and what they leave out
        self.ip_end: int | None = None  # where the last IP header says that its packet ends
        self.tagged = False  # whether the tags of the packet have been written
        self._free = choice.free
        self._ended: int | None = None  # where a length must say that the packet ends

    def __len__(self) -> int:
        return len(self.octets)

    def put(
        self,
        declaration: Struct,
        record: Mapping[str, Any] | None = None,
        path: Path | None = None,
        instead: Mapping[str, Any] = NOTHING,
    ) -> int:
        """Write a header by its *declaration* from *record*, or the packet: where it stands.

        What is not there is 0; *instead* has what is written in place of what *record* says.
        """
        at = len(self.octets)
        record = self.packet if record is None else record
        path = self.path if path is None else path
        values = {**record, **instead}
        for subcon in declaration.subcons:
            if subcon.name is None:
                self.octets += bytes(subcon.sizeof())
                continue
            self.octets += _field(subcon, values, path)
            for key, behind in _keys_of(subcon):
                if key in record and key not in instead:
                    self.known = max(self.known, len(self.octets) - behind)
        return at

    def raw(self, octets: bytes, *, known: bool = False) -> None:
        """Write *octets*, which say something that is told if they are *known*."""
        self.octets += octets
        if known:
            self.known = len(self.octets)

    def number(self, value: Any, length: int, key: str | Path, *, known: bool = True) -> None:
        """Write *value*, which stands under *key* of the packet, in *length* octets."""
        path = (*self.path, key) if isinstance(key, str) else (*self.path, *key)
        self.raw(number_octets(value, length, path), known=known)

    def spare(self, unit: int, most: int, least: int = 0) -> int:
        """How many octets, a multiple of *unit*, a header is to have beyond its shortest form: none, or *least*."""
        self.elastic = True
        if self._free is None or self._free < least:
            return 0
        octets = min(self._free, most) // unit * unit
        self._free -= octets
        return octets

    def length(self, most: int) -> None:
        """Write a length that nothing tells: of what follows, filled in when that is known."""
        at = len(self.octets)
        self.octets += bytes(LENGTH)
        self.spans.append(Span(at, at + LENGTH, most))

    def stop(self, filler: bytes = b"\0") -> None:
        """Let readers find that nothing follows here: by a length, or by *filler* that begins no header."""
        if not self.cut:
            if self.spans:
                self._ended = len(self.octets)
            self.octets += filler

    def tunnel(self) -> Mapping[str, Any] | None:
        """What the packet says of the tunnel in it."""
        return expect_dict(self.packet[TUNNEL], (*self.path, TUNNEL)) if TUNNEL in self.packet else None

    def enter(self) -> None:
        """Go on with the packet inside, behind the tunnel's header."""
        self.known, self.tagged = len(self.octets), False
        inner = self.packet.get(INNER, {})
        self.packet, self.path = inner, (*self.path, INNER)

    def finish(self, length: int | None) -> bytes:
        """The octets, cut or filled with zeros to *length* if that is given; lengths that nothing tells filled in."""
        octets = self.octets
        end = len(octets) if length is None else max(length, len(octets))
        for (place, start, most, _), without in self.totals:
            put_number(octets, place, min(max(end - start - without, 0), most))
        for index, (place, start, most, said) in enumerate(self.spans):
            stop = said if said is not None else start + most if self.cut else end
            if self._ended is not None and index == len(self.spans) - 1:
                stop = self._ended
            if self.choice.bounded == index:
                stop = max(self.known, start) + self.choice.beyond
            put_number(octets, place, min(max(stop - start, 0), most))
        return bytes(octets if length is None else octets[:length].ljust(length, b"\0"))


def put_number(octets: bytearray, place: int, value: int) -> None:
    """Overwrite a length."""
    octets[place : place + LENGTH] = value.to_bytes(LENGTH, "big")


def _keys_of(subcon: Construct) -> list[tuple[str, int]]:
    """The keys of a field, each with the number of octets behind those that say it."""
    if isinstance(subcon.subcon, Parts):
        return [(part.key, part.shift // 8) for part in subcon.subcon.parts]
    return [(subcon.name, 0)]


def _field(subcon: Construct, record: Mapping[str, Any], path: Path) -> bytes:
    node, key = subcon.subcon, subcon.name
    value: Any
    if isinstance(node, Parts):
        value = {part.key: _part(part, record.get(part.key, 0), path) for part in node.parts}
    else:
        value = record.get(key, _nothing(node))
    if isinstance(value, bool):
        raise EncodeError(f"{value!r}, expected {expected(node)}", (*path, key))
    try:
        octets: bytes = node.build(value)
    except REFUSALS as error:
        why = str(error) if isinstance(error, ValueError) else f"{shown(value)}, expected {expected(node)}"
        raise EncodeError(why, (*path, key)) from error
    return octets


def _part(part: Part, value: Any, path: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value & part.mask != value:
        raise EncodeError(f"{shown(value)}, expected an int of the bits of 0x{part.mask:X}", (*path, part.key))
    return value


def _nothing(node: Construct) -> Any:
    """The value that an absent field is written with: its octets are 0."""
    if isinstance(node, Ipv4Text):
        return "0.0.0.0"
    if isinstance(node, Ipv6Text):
        return "::"
    if isinstance(node, Value):
        return getattr(node, "more", None) or "00:00:00:00:00:00"
    return 0


def headers_under(packet: Mapping[str, Any], key: str, path: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """The dicts of a list of headers, with their paths."""
    for index, item in enumerate(expect_list(packet[key], (*path, key))):
        yield expect_dict(item, (*path, key, index)), (*path, key, index)
