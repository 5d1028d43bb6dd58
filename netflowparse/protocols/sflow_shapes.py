"""Flow samples of a shape that comes again and again: read by one generated function each, as a template's records are.

A shape is the formats and lengths of a sample's records.  What most switches send is a sampled header and a few
structures that always take the same octets, in an order that never changes: then the words of the sample and of all its
records are unpacked at once.  A function makes sure of its shape before it changes anything, and gives None for any
other sample; that one is read record by record, with the same outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct as Packing
from typing import Any, NamedTuple, TypeAlias

from construct import Struct

from ..codec.display import spell
from ..codec.engine import Engine
from ..codec.layout import Layout, layout_of, plain_layout
from ..codec.plan import Field, fields_of
from ..codec.reader import PairReader
from ..codec.source import INDENT, function
from ..limits import Limits
from ..packet.decoder import FRAGMENT_OFFSET, IPV4, PLAIN_IPV4, TCP, UDP, PacketDecoder
from ..packet.transport import tunnel_of
from ..state.sources import FLOWS
from ..types import Flow
from ..wire import sflow5 as wire
from ..wire.packet import ETHERNET_IPV4_TCP, ETHERNET_IPV4_UDP, IPV4_TCP, IPV4_UDP
from ..wire.sflow_flow_records import FLOW_RECORDS, SAMPLED_HEADER, SampledHeaderHead
from ..wire.values import Site
from ..wire.xdr import WORD
from .sflow_elements import COPIES, ELEMENTS
from .sflow_work import HEAD, SflowWork, data_format, number_of

Reader: TypeAlias = "Callable[[SflowWork, bytes, int, int], Flow | None]"

ETHERNET = 1  # header_protocol
SIGHTINGS = 128  # samples of a shape after which reading them has cost as much as a function would
MOST_RECORDS = 8  # of a sample that is worth one
KEY = 12  # octets: how many records there are, and the head of the first
HEADERS, UDP_HEADERS = layout_of(ETHERNET_IPV4_TCP), layout_of(ETHERNET_IPV4_UDP)  # fields alike as far as the ports
LARGEST_INDEX = 0x7FFFFFFF  # of an interface: RFC 2863 §6

HEADER_FORMAT = data_format(*SAMPLED_HEADER)
WORDS = ("source_class", "source_index", "sequence_number", "sampling_rate", "sample_pool", "drops")


def _opening(names: dict[str, str]) -> list[str]:
    """Lines that make the flow of a sample, before its interfaces and records, of WORDS that are called *names*."""
    sampler = ("source_class", "source_index", "sequence_number", "sample_pool", "drops")
    said = f"source.observe_flow({names['sequence_number']}, {names['sample_pool']}, {names['drops']})"
    parts = {
        "sampler": _display({key: names[key] for key in sampler}),
        "continuity": said,
        "samplingInterval": names["sampling_rate"],
        "packetDeltaCount": "1",
    }
    return [
        f"key = {FLOWS!r}, {names['source_class']}, {names['source_index']}",
        "source = work.sources.get(key) or work.domain.new_source(key)",
        f"flow = {_display(parts)}",
    ]


def _display(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in values.items()) + "}"


#: The flow of a sample with these WORDS, before its interfaces and records.
open_flow: Callable[..., Flow] = function(
    [
        f"def read(work, {', '.join(WORDS)}):",
        *(INDENT + line for line in _opening({word: word for word in WORDS})),
        INDENT + "return flow",
    ],
    {},
)


class _Record(NamedTuple):
    data_format: int
    length: int
    layout: Layout


class SampleShapes:
    """The generated functions of one form of flow samples, compact or expanded."""

    def __init__(self, engine: Engine, limits: Limits, packets: PacketDecoder, form: tuple[int, int]) -> None:
        self._names = {
            **engine.names,
            "usual": packets.decode_usual,
            "decode": packets.decode,
            "put_interfaces": put_interfaces,
            "tunnel_of": tunnel_of,
        }
        self._read_head = engine.pair_reader(wire.Head)
        self._compact = form == wire.FLOW_SAMPLE
        self._head = wire.SAMPLES[form]
        self._count_at = self._head.sizeof() - WORD
        self._compiled = engine.compiled
        self._most = limits.record_shapes
        self._sightings: dict[bytes, int] = {}
        self.readers: dict[bytes, Reader] = {}  # by KEY octets

    def sight(self, octets: bytes, start: int, end: int) -> None:
        """Take notice of the sample whose body stands from *start* to *end*, which no function has read."""
        at = start + self._count_at
        key = octets[at : at + KEY]
        seen = self._sightings.get(key, 0) + 1
        if seen == 1 and len(self._sightings) >= self._most:
            self._sightings.clear()
        self._sightings[key] = seen
        if seen % SIGHTINGS or not self._compiled:
            return
        records = _records(octets, at, end, self._read_head)
        if records:
            if len(self.readers) >= self._most:
                self.readers.clear()
            self.readers[key] = self._compile(records)

    def _compile(self, records: list[_Record]) -> Reader:
        text = _Text(self._names)
        words = {field.name or "": f"f{index}" for index, field in text.take(self._head)}
        checks, lines = [f"{words['record_count']} != {len(records)}"], self._opening(words)
        at = self._head.sizeof()
        for number, record in enumerate(records):
            (tag, _), (size, _) = text.take(wire.Head)
            at += HEAD
            checks.append(f"f{tag} != {record.data_format}")
            if record.data_format == HEADER_FORMAT:
                last = number == len(records) - 1
                checks += text.sampled_header(record, size, at, lines, last=last)
            else:
                checks.append(f"f{size} != {record.length}")
                text.structure(record, lines)
            at += record.length
        packing = Packing(">" + "".join(text.letters))
        text.names["unpack"] = packing.unpack_from
        ends = records[-1].data_format == HEADER_FORMAT  # with the packet's octets, which the function bounds itself
        wrong = f"end - start {'<' if ends else '!='} {packing.size}"
        head = [f"if {wrong}:", INDENT + "return None", f"{text.targets} = unpack(octets, start)"]
        head += [f"if {' or '.join(checks)}:", INDENT + "return None"]
        lines = [*head, *lines, "work.flows.append(flow)", "return flow"]
        reader: Reader = function(
            ["def read(work, octets, start, end):", *(INDENT + line for line in lines)], text.names
        )
        return reader

    def _opening(self, words: dict[str, str]) -> list[str]:
        if not self._compact:
            names = ("input_format", "input_value", "output_format", "output_value")
            return [*_opening(words), f"put_interfaces(flow, {', '.join(words[name] for name in names)})"]
        origin = words["source_id"]
        lines = [f"source_class, source_index = {origin} >> {wire.INDEX_BITS}, {origin} & {wire.INDEX_MASK}"]
        lines += _opening({**words, "source_class": "source_class", "source_index": "source_index"})
        for way, name in (
            ("ingress", "input"),
            ("egress", "output"),
        ):
            word = words[name]
            parts = {"format": f"{word} >> {wire.VALUE_BITS}", "value": f"{word} & {wire.VALUE_MASK}"}
            lines += [f"if 0 < {word} < {wire.THIS_DEVICE}:", INDENT + f"flow['{way}Interface'] = {word}"]
            lines += ["else:", INDENT + f"flow['{way}'] = {_display(parts)}"]
        return lines


class _Text:
    """What has been written of one function: the fields that it unpacks, and the names that it uses."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = dict(names)
        self.letters: list[str] = []
        self._fields: list[Field] = []

    @property
    def targets(self) -> str:
        """What unpacking assigns to."""
        return ", ".join(name for index, field in enumerate(self._fields) for name in field.variables(index))

    def take(self, declaration: Struct) -> list[tuple[int, Field]]:
        """Let the fields of *declaration* be unpacked next; each with its number."""
        first = len(self._fields)
        self._fields += fields_of(declaration)
        taken = list(enumerate(self._fields))[first:]
        self.letters += [field.letters for _, field in taken]
        return taken

    def _display(self, layout: Layout) -> tuple[int, str]:
        first = len(self._fields)
        self.take(layout.declaration)
        return first, spell(layout.display, lambda index: self._value(first + index))

    def _value(self, index: int) -> str:
        return self._fields[index].expression(index, Site("start", str(index)))

    def structure(self, record: _Record, lines: list[str]) -> None:
        """Lines that put a structure that always takes the same octets into the flow."""
        name = FLOW_RECORDS[number_of(record.data_format)].name
        first, display = self._display(record.layout)
        lines.append(f"flow[{name!r}] = fields = {display}")
        if name in COPIES:
            for field, element, unknown in COPIES[name]:
                value = f"f{first + record.layout.names.index(field)}"
                indent = "" if unknown is None else INDENT
                lines += [f"if {value} != {unknown}:"] * bool(indent) + [f"{indent}flow[{element!r}] = {value}"]
        elif name in ELEMENTS:
            self.names[f"add_{name}"] = ELEMENTS[name]
            lines.append(f"add_{name}(fields, flow)")

    def sampled_header(self, record: _Record, size: int, at: int, lines: list[str], *, last: bool) -> list[str]:
        """Lines that decode the sampled header whose body is *at* octets into the sample; what has to hold for them.

        As the last record it may have any length that the headers of TCP over IPv4 fit into.
        """
        first, display = self._display(record.layout)
        protocol, frame_length, _, length = (f"f{first + index}" for index in range(4))
        words = record.layout.minimum_length
        begin = f"start + {at + words}"
        lines += [f"flow['sampled_header'] = {display}", f"flow['layer2OctetDeltaCount'] = {frame_length}"]
        lines += self._packet(f"flow, octets, {begin}, {begin} + {length}")
        checks = [f"{protocol} != {ETHERNET}", f"{length} + (-{length} & 3) + {words} != f{size}"]
        checks.append(f"{length} < {HEADERS.minimum_length}")
        if last:
            return [*checks, f"start + f{size} + {at} != end"]
        self.letters.append(f"{record.length - words - HEADERS.minimum_length}x")
        return [*checks, f"f{size} != {record.length}"]

    def _packet(self, place: str) -> list[str]:
        """Lines that put the packet into the flow: TCP and UDP over plain IPv4 here, others by the packet decoder."""
        first = len(self._fields)
        names = {field.name: f"f{index}" for index, field in self.take(HEADERS.declaration)}
        protocol, total = names["protocolIdentifier"], names["octetDeltaCount"]
        ports = f"{names['sourceTransportPort']}, {names['destinationTransportPort']}"
        plain = f"{names['version']} == {PLAIN_IPV4} and not {names['fragment']} & {FRAGMENT_OFFSET}"
        otherwise = [f"if not usual({place}):", INDENT + f"decode({place}, 'ethernet', work.problems)"]

        def fill(layout: Layout) -> list[str]:
            emit = lambda index: self._value(first + index)  # noqa: E731
            return [INDENT + f"flow[{key!r}] = {source.emit(emit)}" for key, source in layout.display]

        lines = [f"if {names['ethernetType']} != {IPV4} or not ({plain}):", *(INDENT + line for line in otherwise)]
        lines += [f"elif {protocol} == {TCP} and {total} >= {IPV4_TCP.sizeof()}:", *fill(HEADERS)]
        known = f"{total} >= {IPV4_UDP.sizeof()} and not tunnel_of({ports})"
        lines += [f"elif {protocol} == {UDP} and {known}:", *fill(UDP_HEADERS)]
        return [*lines, "else:", *(INDENT + line for line in otherwise)]


def _records(octets: bytes, at: int, end: int, read_head: PairReader) -> list[_Record]:
    """The records that are counted *at*, if a function can read them and nothing else stands before *end*."""
    count, position = int.from_bytes(octets[at : at + WORD], "big"), at + WORD
    found: list[_Record] = []
    names: set[str] = set()
    while position + HEAD <= end and len(found) < min(count, MOST_RECORDS):
        tag, length = read_head(octets, position)
        position += HEAD + length
        structure = FLOW_RECORDS.get(number_of(tag))
        if structure is None or structure.doubtful or structure.name in names or length % WORD:
            return []
        names.add(structure.name)
        sampled = tag == HEADER_FORMAT
        layout = layout_of(SampledHeaderHead) if sampled else plain_layout(structure.layouts[0])
        if layout is None or (not sampled and layout.minimum_length != length):
            return []
        if sampled and length < layout.minimum_length + HEADERS.minimum_length:
            return []
        found.append(_Record(tag, length, layout))
    return found if len(found) == count and position == end and "sampled_header" in names else []


def put_interfaces(flow: Flow, in_format: int, in_value: int, out_format: int, out_value: int) -> None:
    """Put the interfaces of an expanded sample into *flow*: the index of each, or what it is instead."""
    for key, way, kind, value in (
        ("ingressInterface", "ingress", in_format, in_value),
        ("egressInterface", "egress", out_format, out_value),
    ):
        if not kind and 0 < value <= LARGEST_INDEX and value != wire.THIS_DEVICE:
            flow[key] = value
        else:
            flow[way] = {"format": kind, "value": value}
