"""sFlow version 5 as a tree: the header, samples, their records, structures field by field, packets layer by layer.

The lengths of samples, and where their records end, are those that decoding found; inside, lengths and counts are
obeyed as they are there.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import COUNT_MISMATCH
from ..limits import Limits
from ..protocols.sflow.flows import FIRST_LAYERS
from ..protocols.sflow.work import HEAD, format_text, number_of
from ..protocols.trace import Sample, SflowTrace
from ..quirks import SAMPLED_ETHERNET_UNPADDED
from ..types import Problem
from ..wire import sflow5 as wire
from ..wire.sflow import flow_records as table
from ..wire.sflow.counter_records import COUNTER_RECORDS
from ..wire.sflow.structures import Structure
from ..wire.specifications import STRUCTURES, XDR_PADDING
from ..wire.xdr import WORD, padding
from .declared import fields, head
from .node import Node
from .packets import Packets
from .sheet import Sheet
from .structures import Structures

SAMPLES = {
    wire.FLOW_SAMPLE: "flow_sample",
    wire.COUNTERS_SAMPLE: "counters_sample",
    wire.FLOW_SAMPLE_EXPANDED: "flow_sample_expanded",
    wire.COUNTERS_SAMPLE_EXPANDED: "counters_sample_expanded",
    wire.DISCARDED_PACKET: "discarded_packet",
}
COUNTERS = {wire.COUNTERS_SAMPLE, wire.COUNTERS_SAMPLE_EXPANDED}
COMPACT = {wire.FLOW_SAMPLE, wire.COUNTERS_SAMPLE}
UNPADDED = table.UNPADDED_ETHERNET


class _Place(NamedTuple):
    """Where records stand: those of counter samples or others, and how many records they are inside of."""

    structures: dict[tuple[int, int], Structure]
    nesting: int = 0


class SflowTree:
    """Makes the tree of one datagram."""

    def __init__(self, sheet: Sheet, limits: Limits, packets: Packets, rules: frozenset[str]) -> None:
        self._sheet = sheet
        self._limits = limits
        self._packets = packets
        self._rules = rules
        self._structures = Structures(sheet)
        self._sampled = False  # whether the present sample has had its packet

    def nodes(self, trace: SflowTrace) -> list[Node]:
        """The parts of the datagram."""
        sheet, end = self._sheet, len(self._sheet.octets)
        nodes = [head(sheet, "header", trace.header.declaration, 0)]
        position = nodes[0].end
        for sample in trace.samples:
            body = sample.start + HEAD
            after = min(sample.end + (body - sample.end & 3), end)
            nodes.append(self._sample(sample, after))
            position = after
        return nodes + sheet.undecoded(position, end, position)

    def _sample(self, sample: Sample, after: int) -> Node:
        """A sample whose octets, padding included, end at *after*."""
        sheet, start, end = self._sheet, sample.start, sample.end
        parts, body, number = self._head(start, end)
        name, vendor = SAMPLES.get(number, "unknown_sample"), wire.VENDOR_SAMPLES.get(number)
        self._sampled = False
        position, about = body, tuple[Problem, ...]()
        if number in SAMPLES:
            words, position = fields(sheet, wire.SAMPLES[number], body, end, STRUCTURES[name])
            parts += map(_split, words) if number in COMPACT else words
            if len(words) == len(wire.SAMPLES[number].subcons):
                place = _Place(COUNTER_RECORDS if number in COUNTERS else table.FLOW_RECORDS)
                records, position = self._records(place, position, end, words[-1].value)
                parts += records
                about = sheet.take(position, _is_of_count, 1)
        elif vendor is not None and sample.key and sample.key != "unknown_samples":
            name = vendor.name
            told, position, _ = self._structures.fields(vendor.layouts[0], body, end, "")
            parts += told
        else:
            parts += [sheet.leaf("octets", body, end, "octetArray", sheet.as_value(body, end))] if body < end else []
            position = end
        parts += sheet.undecoded(position, end, start, kept=True)
        parts += sheet.padding(end, after, XDR_PADDING)
        return sheet.group(name, start, after, parts, rule=STRUCTURES.get(name, ""), problems=about)

    def _records(self, place: _Place, position: int, end: int, count: int) -> tuple[list[Node], int]:
        """The nodes of *count* records before *end*, as many as are there; where the last one ends."""
        nodes: list[Node] = []
        while count and end - position >= HEAD:
            count -= 1
            length = int.from_bytes(self._sheet.octets[position + WORD : position + HEAD], "big")
            after = min(position + HEAD + length, end)
            filled = min(after + padding(length), end)
            nodes.append(self._record(place, position, after, filled))
            position = filled
        return nodes, position

    def _record(self, place: _Place, start: int, end: int, after: int) -> Node:
        sheet = self._sheet
        parts, body, number = self._head(start, end)
        known = place.structures.get(number)
        name = "unknown_record" if known is None else known.name
        rule = STRUCTURES.get(name, "")
        inside = None
        if place.structures is table.FLOW_RECORDS:
            inside = self._special(place, number, body, end, rule)
        if inside is not None:
            parts += inside
        elif known is None:
            parts += [sheet.leaf("octets", body, end, "octetArray", sheet.as_value(body, end))] if body < end else []
        elif known.doubtful:
            parts += self._one_of(known, body, end, rule)
        else:
            told, position, _ = self._structures.fields(known.layouts[0], body, end, rule)
            parts += told + sheet.undecoded(position, end, start, kept=True)
        self._sampled = self._sampled or number == table.SAMPLED_HEADER
        about = sheet.take(end, lambda problem: problem.get("structure") == name)
        parts += sheet.padding(end, after, XDR_PADDING)
        return sheet.group(name, start, after, parts, rule=rule, problems=about)

    def _head(self, start: int, end: int) -> tuple[list[Node], int, tuple[int, int]]:
        """The leaves of the head of a sample or record, where they end, and which format it is of."""
        (word, length), body = fields(self._sheet, wire.Head, start, end)
        return [word._replace(value=format_text(word.value)), length], body, number_of(word.value)

    def _one_of(self, structure: Structure, start: int, end: int, rule: str) -> list[Node]:
        """The fields by the first layout that takes all octets."""
        for layout in structure.layouts:
            nodes, position, whole = self._structures.fields(layout, start, end, rule)
            if whole and position == end:
                return nodes
        sheet = self._sheet
        return [sheet.leaf("octets", start, end, "octetArray", sheet.as_value(start, end))] if start < end else []

    def _special(self, place: _Place, number: tuple[int, int], start: int, end: int, rule: str) -> list[Node] | None:
        """The parts of a record that is more than a structure; None where it is none."""
        if number == table.SAMPLED_HEADER and end - start >= table.SampledHeaderHead.sizeof():
            return self._sampled_header(start, end, rule)
        unpadded = number == table.SAMPLED_ETHERNET and end - start == UNPADDED
        if unpadded and SAMPLED_ETHERNET_UNPADDED in self._rules:
            return fields(self._sheet, table.UnpaddedEthernet, start, end, rule)[0]
        if number == table.AGGREGATION:
            return self._aggregation(place, start, end, rule)
        return None

    def _sampled_header(self, start: int, end: int, rule: str) -> list[Node]:
        """The octets of the packet, by layers where its first one is known; once for each sample."""
        sheet = self._sheet
        nodes, position = fields(sheet, table.SampledHeaderHead, start, end, rule)
        stop = min(position + nodes[3].value, end)
        layer = FIRST_LAYERS.get(nodes[0].value)
        if position < stop and (layer is None or self._sampled):
            nodes.append(sheet.leaf("header", position, stop, "octetArray", sheet.as_value(position, stop), rule))
        elif position < stop:
            assert layer is not None
            parts, about = self._packets.nodes(sheet, position, stop, layer)
            nodes.append(sheet.group("header", position, stop, parts, rule=rule, problems=about))
        filled = min(stop + padding(stop - position), end)
        nodes += sheet.padding(stop, filled, XDR_PADDING)
        return nodes + sheet.undecoded(filled, end, start, kept=True)

    def _aggregation(self, place: _Place, start: int, end: int, rule: str) -> list[Node]:
        """The frames that were sent as one, each with records of its own."""
        sheet = self._sheet
        if place.nesting >= self._limits.nesting:
            return sheet.undecoded(start, end, start, kept=True)
        nodes, position, count = self._count("pdus count", start, end, rule)
        inner = place._replace(nesting=place.nesting + 1)
        while count and end - position >= WORD:
            count -= 1
            parts, after, records = self._count("flow_records count", position, end, rule)
            was, self._sampled = self._sampled, False
            told, after = self._records(inner, after, end, records)
            self._sampled = was
            about = sheet.take(after, _is_of_count, 1)
            nodes.append(sheet.group("pdu", position, after, parts + told, rule=rule, problems=about))
            position = after
        return nodes + sheet.undecoded(position, end, start, kept=True)

    def _count(self, name: str, start: int, end: int, rule: str) -> tuple[list[Node], int, int]:
        """The leaf of a count, where it ends, and the count; nothing where it is cut."""
        if end - start < WORD:
            return [], start, 0
        count = int.from_bytes(self._sheet.octets[start : start + WORD], "big")
        return [self._sheet.leaf(name, start, start + WORD, "unsigned32", count, rule)], start + WORD, count


def _is_of_count(problem: Problem) -> bool:
    """Whether a problem tells that records are missing; where samples are missing, it says what is there instead."""
    return problem["code"] == COUNT_MISMATCH and "length" not in problem


def _split(word: Node) -> Node:
    """A word of a compact sample, one that holds two values with both."""
    if word.name == "source_id":
        parts = {"source_class": word.value >> wire.INDEX_BITS, "source_index": word.value & wire.INDEX_MASK}
    elif word.name in ("input", "output"):
        parts = {"format": word.value >> wire.VALUE_BITS, "value": word.value & wire.VALUE_MASK}
    else:
        return word
    return word._replace(value=parts)
