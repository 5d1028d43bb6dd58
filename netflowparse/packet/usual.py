"""Headers that usually follow one another, read in one go: TCP or UDP over IP in Ethernet, perhaps with a tag.

IPv4 is without options and no later fragment, UDP of no port that a tunnel has, and there are as many octets as headers
of TCP take, sampled and by the packet's own word.  All others are read header by header (``decoder``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct as Packing
from typing import Any, NamedTuple, TypeAlias

from construct import Struct

from ..codec.display import Display, Emit, Listed
from ..codec.layout import Layout, layout_of
from ..codec.source import INDENT, function
from ..wire import packet as wire
from ..wire.values import Site
from .transport import TEREDO, TUNNEL_PORTS

IPV4, IPV6, VLAN = 0x0800, 0x86DD, 0x8100
TCP, UDP = 6, 17
PLAIN_IPV4 = 0x45  # version 4, a header of 20 octets
FRAGMENT_OFFSET = 0x1FFF


#: Puts headers from an offset to another into a dict, if they are such; whether they are.
UsualReader: TypeAlias = Callable[[dict[str, Any], bytes, int, int], bool]


class Chain(NamedTuple):
    """Headers of one kind of IP packet, without or with a tag.

    Both layouts have the fields of TCP; UDP shows as much of them as it has, and TCP shows more behind that.  ``same``
    are values that are the same whenever these headers are there, the protocol apart.
    """

    tagged: bool
    kind: int
    udp: Layout
    tcp: Layout
    same: dict[str, int]

    @property
    def size(self) -> int:
        """Octets of the headers with TCP."""
        return self.tcp.minimum_length

    @property
    def behind(self) -> int:
        """Octets of IP and TCP."""
        return sum(field.octets for field in self.tcp.fields[self.tcp.names.index("ethernetType") + 1 :])

    def layout(self, protocol: int) -> Layout:
        """The layout of the headers with TCP or UDP."""
        return self.tcp if protocol == TCP else self.udp

    def constants(self, protocol: int) -> dict[str, int]:
        """The values that are always the same with TCP or UDP."""
        return {**self.same, "protocolIdentifier": protocol}


def _tagged_layout(declaration: Struct) -> Layout:
    """The layout of headers with one tag, which is told as the first of a stack."""
    layout = layout_of(declaration)
    sources = dict(layout.display)
    tag = tuple((key, sources.pop(key)) for key in ("tpid", "priority", "dei", "vlan"))
    parts = dict(tag)
    tags = {"dot1qVlanId": parts["vlan"], "dot1qPriority": parts["priority"], "vlan_tags": Listed(tag)}
    addresses = {key: sources.pop(key) for key in ("destinationMacAddress", "sourceMacAddress")}
    return Layout(declaration, tuple({**addresses, **tags, **sources}.items()), layout.names)


def _chain(kind: int, udp: Struct, tcp: Struct, *, tagged: bool) -> Chain:
    make = _tagged_layout if tagged else layout_of
    short, long = make(udp), make(tcp)
    shared = dict(short.display)
    display = short.display + tuple(item for item in long.display if item[0] not in shared)
    same = {"ethernetType": kind, "ipVersion": 4, "fragmentOffset": 0}
    if kind == IPV6:
        same = {"ethernetType": kind, "ipVersion": 6}
    return Chain(tagged, kind, Layout(tcp, short.display, long.names), Layout(tcp, display, long.names), same)


#: (whether with a tag, EtherType of the packet)
CHAINS = {
    (False, IPV4): _chain(IPV4, wire.ETHERNET_IPV4_UDP, wire.ETHERNET_IPV4_TCP, tagged=False),
    (False, IPV6): _chain(IPV6, wire.ETHERNET_IPV6_UDP, wire.ETHERNET_IPV6_TCP, tagged=False),
    (True, IPV4): _chain(IPV4, wire.TAGGED_IPV4_UDP, wire.TAGGED_IPV4_TCP, tagged=True),
    (True, IPV6): _chain(IPV6, wire.TAGGED_IPV6_UDP, wire.TAGGED_IPV6_TCP, tagged=True),
}
FIRST = CHAINS[False, IPV4]  # whose fields tell the type, and are there already where others' are unpacked
SPARE = 1000  # the number of the first field of another one: more than any function has of its own
_TYPE_OF_FIRST = FIRST.tcp.names.index("ethernetType")


class UsualText:
    """Lines that put such headers into the dict called *target*, or else are *otherwise*.

    With *new* the dict is made by a function of that name: it has all keys, and the values that are always the same.
    *begin* and *length* are texts of where the packet begins, and of how many octets of it there are.
    """

    def __init__(
        self, names: dict[str, Any], target: str, begin: str, length: str, otherwise: list[str], *, new: bool
    ) -> None:
        self._names = names
        self._target = target
        self._begin = begin
        self._length = length
        self._otherwise = [INDENT + line for line in otherwise]
        self._new = new
        names["tunnels"] = TUNNEL_PORTS

    def lines(self, values: list[str]) -> list[str]:
        """The lines; *values* are texts of those of ``FIRST``'s fields, which have been unpacked."""
        kind = values[_TYPE_OF_FIRST]
        tagged = CHAINS[True, IPV4]
        inside = _numbered(tagged)
        behind_tag = inside[tagged.tcp.names.index("ethernetType")]
        return [
            f"if {kind} == {IPV4}:",
            *_indented(self._put(FIRST, values)),
            *self._other(CHAINS[False, IPV6], kind),
            f"elif {kind} == {VLAN} and {self._length} >= {tagged.size}:",
            INDENT + self._unpack(tagged),
            f"{INDENT}if {behind_tag} == {IPV4}:",
            *_indented(_indented(self._put(tagged, inside))),
            *_indented(self._other(CHAINS[True, IPV6], behind_tag)),
            f"{INDENT}else:",
            *_indented(self._otherwise),
            "else:",
            *self._otherwise,
        ]

    def _unpack(self, chain: Chain) -> str:
        """The line that unpacks the fields of a chain."""
        name = f"unpack_{_name(chain)}"
        self._names[name] = _packing(chain).unpack_from
        return f"{_targets(chain, SPARE)} = {name}(octets, {self._begin})"

    def _other(self, chain: Chain, kind: str) -> list[str]:
        """Lines for a chain behind others."""
        condition = f"elif {kind} == {chain.kind} and {self._length} >= {chain.size}:"
        lines = [self._unpack(chain), *self._put(chain, _numbered(chain))]
        return [condition, *_indented(lines)]

    def _put(self, chain: Chain, values: list[str]) -> list[str]:
        """Lines that put the *values* of a chain's fields into the dict, if they are as they have to be."""
        named = dict(zip(chain.tcp.names, values, strict=True))
        version = f"{named['version']} >> 28 == 6"
        if chain.kind == IPV4:
            version = f"{named['version']} == {PLAIN_IPV4} and not {named['fragment']} & {FRAGMENT_OFFSET}"
        protocol = named["protocolIdentifier"]
        no_tunnel = f"{named['destinationTransportPort']} not in tunnels and {named['sourceTransportPort']} != {TEREDO}"
        known = f"({protocol} == {TCP} or {protocol} == {UDP} and {no_tunnel})"
        return [
            f"if {version} and {named['octetDeltaCount']} >= {chain.behind} and {known}:",
            *_indented(self._stores(chain, protocol, values.__getitem__)),
            "else:",
            *self._otherwise,
        ]

    def _stores(self, chain: Chain, protocol: str, emit: Emit) -> list[str]:
        same = chain.constants(TCP) if self._new else {}

        def stores(display: Display) -> list[str]:
            return [f"{self._target}[{key!r}] = {source.emit(emit)}" for key, source in display if key not in same]

        shared, more = stores(chain.udp.display), stores(chain.tcp.display[len(chain.udp.display) :])
        if not self._new:
            return [*shared, f"if {protocol} == {TCP}:", *_indented(more)]
        lines = [f"if {protocol} == {TCP}:", f"{INDENT}{self._target} = {_maker(chain, TCP)}()", *_indented(more)]
        return [*lines, "else:", f"{INDENT}{self._target} = {_maker(chain, UDP)}()", *shared]


def makers(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Callable[[], dict[str, Any]]]:
    """By the names that ``UsualText`` has for them, what makes dicts with these keys before the headers' and behind."""
    found = {}
    for chain in CHAINS.values():
        for protocol in (TCP, UDP):
            constants = chain.constants(protocol)
            packet = {key: constants.get(key) for key, _ in chain.layout(protocol).display}
            found[_maker(chain, protocol)] = {**before, **packet, **after}.copy
    return found


def usual_reader(names: dict[str, Any]) -> UsualReader:
    """The generated function that puts such headers into a dict; whether they are such."""
    scope = dict(names)
    text = UsualText(scope, "record", "start", "length", ["return False"], new=False)
    scope["unpack"] = _packing(FIRST).unpack_from
    lines = ["length = end - start", f"if length < {FIRST.size}:", INDENT + "return False"]
    lines += [f"{_targets(FIRST, 0)} = unpack(octets, start)", *text.lines(_numbered(FIRST, 0)), "return True"]
    reader: UsualReader = function(["def read(record, octets, start, end):", *_indented(lines)], scope)
    return reader


def _maker(chain: Chain, protocol: int) -> str:
    return f"new_{'tcp' if protocol == TCP else 'udp'}_{_name(chain)}"


def _name(chain: Chain) -> str:
    return f"{'tagged' if chain.tagged else 'plain'}{4 if chain.kind == IPV4 else 6}"


def _packing(chain: Chain) -> Packing:
    return Packing(">" + "".join(field.letters for field in chain.tcp.fields))


def _targets(chain: Chain, first: int) -> str:
    """What unpacking the fields of a chain assigns to, as fields from number *first* on."""
    return ", ".join(name for number, field in enumerate(chain.tcp.fields, first) for name in field.variables(number))


def _numbered(chain: Chain, first: int = SPARE) -> list[str]:
    """Texts of the values of a chain's fields, of these numbers."""
    return [field.expression(number, Site("", "")) for number, field in enumerate(chain.tcp.fields, first)]


def _indented(lines: Iterable[str]) -> list[str]:
    return [INDENT + line for line in lines]
