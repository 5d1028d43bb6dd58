"""Sampled packets header by header: the decoder's own walk, watched."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, zip_longest
from typing import Any, NamedTuple

from ..codec.engine import Engine
from ..errors import LIMIT
from ..limits import Limits
from ..packet.decoder import LAYERS, USUAL_LAYERS, PacketDecoder
from ..packet.link import FIRST_TYPE
from ..packet.walk import Cut, Header, Headers, Stop, Walk
from ..types import Problem
from ..wire.packet import VlanTci
from .declared import NOT_TOLD, fields
from .node import Node
from .sheet import Sheet

#: what octets are called that layers read without a declaration of theirs, and where they are described
WORDS = {
    **dict.fromkeys(("ethernet", "ethertype"), ("ethernet header", "IEEE 802.3")),
    "tag": ("tpid", "IEEE 802.1Q"),
    "llc": ("llc header", "IEEE 802.2"),
    "backbone": ("i_tag", "IEEE 802.1Q"),
    "ppp": ("hdlc header", "RFC 1662"),
    "pos": ("hdlc header", "RFC 1662"),
    "gre": ("gre header", "RFC 2784 §2"),
    "pppoe": ("pppoe header", "RFC 2516 §4"),
    "vxlan": ("vxlan header", "RFC 7348 §5"),
    "geneve": ("geneve header", "RFC 8926 §3.4"),
    "gtp_u": ("gtp_u header", "3GPP TS 29.281 §5.1"),
    "teredo": ("teredo indication", "RFC 4380 §5.1.1"),
    "mpls": ("control word", "RFC 4385"),
    "ipv4": ("ipv4_options", "RFC 791 §3.1"),
    "ipv6": ("extension header", "RFC 8200 §4"),
    "authentication": ("authentication data", "RFC 4302"),
    "arp": ("arp", "RFC 826"),
    "dot11": ("802.11 header", "IEEE 802.11 §9.2.4"),
}
#: the numbers among them, by the layer and, where a layer has several, by their octets
NUMBERS = {
    ("llc", 3): "oui",
    ("ppp", 1): "ppp_protocol",
    ("ppp", 2): "ppp_protocol",
    ("backbone", 4): "i_tag",
    ("dot11", 2): "qos_control",
}
#: those of layers that have several of as many octets, by where they stand
PLACED = {("gre", 0): "flags", ("gre", 2): "protocol_type"}
TRUNCATED = "truncated"  # octets of a header, or a field, that goes on behind what was sampled
TYPED = frozenset({"ethernet", "ethertype", "llc", "pos"})  # layers in which two octets are a type, or a length


class _Bounds:
    """Takes the problems of the walk, which the message has already; ``met`` is whether one of them is a limit."""

    def __init__(self) -> None:
        self.met = False
        self.told: set[str] = set()

    def add(self, code: str, message: str, offset: int, **facts: Any) -> None:
        """Note whether it is a limit, and what it says."""
        self.met = self.met or code == LIMIT
        self.told.add(message)


class _Taken(NamedTuple):
    """Octets that a layer has read: a declared ``header``, whole or cut, a number, or what says nothing."""

    start: int
    end: int  # of what is declared, where the packet ends by then
    header: Header | None = None
    number: int | None = None


class _Layer(NamedTuple):
    """A layer that the walk went through, in how many packets inside one another, where it begins, what it has read."""

    name: str
    depth: int
    start: int
    taken: list[_Taken]


class _Watched(Walk):
    """A walk that notes what it takes."""

    __slots__ = ("marks",)

    def __init__(self, headers: Headers, limits: Limits, bounds: _Bounds, octets: bytes, start: int, end: int) -> None:
        super().__init__(headers, limits, bounds, {}, octets, start, end)
        self.marks: list[_Layer] = []

    def take(self, header: Header, record: dict[str, Any] | None = None) -> int:
        """As ``Walk.take``, and note it."""
        self.marks[-1].taken.append(_Taken(self.position, self.end, header))
        return super().take(header, record)

    def number(self, length: int) -> int:
        """As ``Walk.number``, and note it."""
        start, number = self.position, super().number(length)
        self.marks[-1].taken.append(_Taken(start, self.position, number=number))
        return number


class Packets:
    """Makes nodes of sampled packets."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._made: tuple[Headers, PacketDecoder] | None = None  # when first met

    def nodes(self, sheet: Sheet, start: int, end: int, layer: str) -> tuple[list[Node], tuple[Problem, ...]]:
        """The parts of the packet from *start* to *end* whose first layer is *layer*; a packet in a tunnel is one.

        And the problems that it has at its end.
        """
        bounds, limits = _Bounds(), self._limits
        if self._made is None:
            self._made = Headers(self._engine), PacketDecoder(self._engine, limits)
        headers, decoder = self._made
        if limits.packet_layers < USUAL_LAYERS and layer == "ethernet":
            usual = decoder.decode_usual({}, sheet.octets, start, end)  # which are read in one go, and not counted
            limits = replace(limits, packet_layers=USUAL_LAYERS) if usual else limits
        walk = _Watched(headers, limits, bounds, sheet.octets, start, end)
        following: str | None = layer
        cut = False
        try:
            while following is not None:
                walk.count_layer()
                walk.marks.append(_Layer(following, walk.nesting, walk.position, []))
                following = LAYERS[following](walk)
        except Cut:
            cut = True
        except Stop:
            pass
        parts, position = _layers(sheet, walk)
        deepest = parts[-1][0] if parts else 0
        if bounds.met or sheet.between(position, end):
            parts += [(deepest, each) for each in sheet.undecoded(position, end, start)]
        else:
            bound = max(min(walk.end, end), position)
            if position < bound and cut:
                value = sheet.as_value(position, bound)
                parts.append((deepest, sheet.leaf(TRUNCATED, position, bound, "octetArray", value)))
            elif position < bound:
                parts.append((deepest, sheet.leaf("payload", position, bound)))
            parts += [(0, sheet.leaf("trailer", bound, end))] if bound < end else []
        return _nested(sheet, parts, 0), sheet.take(end, lambda problem: problem["message"] in bounds.told)


def _nested(sheet: Sheet, parts: list[tuple[int, Node]], depth: int) -> list[Node]:
    """The nodes among *parts* of one packet, that of its tunnel as one."""
    nodes: list[Node] = []
    for inside, group in groupby(parts, key=lambda part: part[0] > depth):
        some = list(group)
        if inside:
            inner = _nested(sheet, some, depth + 1)
            nodes.append(sheet.group("inner", inner[0].offset, inner[-1].end, inner))
        else:
            nodes += [node for _, node in some]
    return nodes


def _layers(sheet: Sheet, walk: _Watched) -> tuple[list[tuple[int, Node]], int]:
    """One node for each layer that the walk went through, with its depth, and where the last one ends."""
    nodes: list[tuple[int, Node]] = []
    ends = [each.start for each in walk.marks[1:]] + [walk.position]
    position = walk.marks[0].start if walk.marks else walk.position
    for (name, depth, start, taken), end in zip(walk.marks, ends, strict=True):
        parts: list[Node] = []
        for each, following in zip_longest(taken, taken[1:]):
            parts += _words(sheet, name, position, each.start)
            if each.header is not None:
                declaration = each.header.layout.declaration
                told, position = fields(sheet, declaration, each.start, each.end, unnamed=NOT_TOLD)
                parts += told
            elif name == "llc" and each.end - each.start == 1:
                parts[-1] = _control(sheet, parts[-1], each.end)
                position = each.end
            else:
                parts.append(_number(sheet, name, each, following, each.start - start))
                position = each.end
        parts += _words(sheet, name, position, end)
        position = max(position, end)
        if parts:
            nodes.append((depth, sheet.group(name, start, position, parts, rule=parts[0].rule)))
    return nodes, position


def _words(sheet: Sheet, layer: str, start: int, end: int) -> list[Node]:
    """Octets that a layer reads without a declaration of theirs, if there are any."""
    if start >= end:
        return []
    name, rule = WORDS.get(layer, (layer, ""))
    return [sheet.leaf(name, start, end, "octetArray", sheet.as_value(start, end), rule)]


def _control(sheet: Sheet, first: Node, end: int) -> Node:
    """The field of an LLC header whose second octet shows by its *first* one."""
    value = int.from_bytes(sheet.octets[first.offset : end], "big")
    return sheet.leaf(first.name, first.offset, end, "unsigned16", value, first.rule)


def _number(sheet: Sheet, layer: str, taken: _Taken, following: _Taken | None, place: int) -> Node:
    """A number that a layer reads so many octets behind its beginning, and what it is by what is read behind it."""
    start, end, _, number = taken
    length = end - start
    name, rule = WORDS.get(layer, (layer, ""))
    if following is not None and following.header is not None and following.header.layout.declaration is VlanTci:
        name, rule = WORDS["tag"]
    elif layer in TYPED and length == 2:
        name, rule = "ethernetType" if number is None or number >= FIRST_TYPE else "length", "IEEE 802.3"
    else:
        name = NUMBERS.get((layer, length)) or PLACED.get((layer, place), name)
    type_ = f"unsigned{8 * length}" if length != 3 else "unsigned32"
    return sheet.leaf(name, start, end, type_, number, rule)
