"""Samples of a shape that comes again and again: read by one generated function each, as a template's records are.

A shape is the formats of a sample's records.  What most switches send is a sampled header and a few structures that
always take the same octets, in an order that never changes: then the words of the sample and of all its records are
unpacked at once.  What is not exactly as a shape has it is read record by record, with the same outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from construct import Struct

from ...codec.engine import Engine
from ...codec.reader import Incomplete
from ...limits import Limits
from ...packet.decoder import PacketDecoder
from ...packet.usual import makers
from ...state.sample_sources import COUNTERS, FLOWS
from ...types import Flow
from ...wire import sflow5 as wire
from ...wire.xdr import WORD
from ..problems import Problems
from .flows import FIRST_LAYERS
from .function import ETHERNET, FunctionText, Part, SamplesReader
from .opening import (
    CONSTANTS,
    WAYS,
    Words,
    continuity_lines,
    counters_items,
    expand,
    flow_items,
    interface,
    source_lines,
)
from .records import Records
from .work import HEAD, SflowWork, data_format

SIGHTINGS = 160  # samples of a shape after which reading them has cost as much as a function would,
PORTION = 12  # if they had so many octets for each record of it: no fewer can have been read record by record
MOST_RECORDS = 16  # of a sample that is worth one
MOST_ALIKE = 4  # functions of shapes that have as many records, and the first of the same format
KEY = 2 * WORD  # octets: how many records there are, and the format of the first

NAMES = {"Incomplete": Incomplete, "first_layers": FIRST_LAYERS}


class Form(NamedTuple):
    """One form of samples: its format, the words before its records, and the kind of what they become."""

    data_format: int
    words: Struct
    kind: str


FORMS = [
    Form(data_format(*number), wire.SAMPLES[number], kind)
    for number, kind in (
        (wire.FLOW_SAMPLE, FLOWS),
        (wire.FLOW_SAMPLE_EXPANDED, FLOWS),
        (wire.COUNTERS_SAMPLE, COUNTERS),
        (wire.COUNTERS_SAMPLE_EXPANDED, COUNTERS),
    )
]


class SampleShapes:
    """The generated functions of one form of samples, by the shapes that they read."""

    def __init__(self, form: Form, records: Records, packets: PacketDecoder, engine: Engine, limits: Limits) -> None:
        self._form = form
        self._records = records
        self._packets = packets
        self._names = engine.names
        self._compiled = engine.compiled
        self._most = limits.record_shapes // len(FORMS)
        self._key = HEAD + form.words.sizeof() - WORD  # where it stands in a sample
        self._sightings: dict[bytes, tuple[int, int]] = {}  # samples and their octets
        self._readers: dict[bytes, dict[tuple[int, ...], SamplesReader]] = {}  # by KEY octets and formats

    def __len__(self) -> int:
        return sum(map(len, self._readers.values()))

    def read(self, work: SflowWork, octets: bytes, position: int, end: int) -> int:
        """Read the samples from *position* on whose shape is known; where those end that were read."""
        at = position + self._key
        alike = self._readers.get(octets[at : at + KEY])
        if alike is None:
            return position
        if len(alike) == 1:
            (read,) = alike.values()
        else:
            found = alike.get(self._formats(octets, at, end))
            if found is None:
                return position
            read = found
        return read(work, octets, position, end)

    def _formats(self, octets: bytes, at: int, end: int) -> tuple[int, ...]:
        """The formats of the records that are counted *at*, as far as a function may have them."""
        count = int.from_bytes(octets[at : at + WORD], "big")
        found: list[int] = []
        at += WORD
        while at + HEAD <= end and len(found) < min(count, MOST_RECORDS):
            tag, length = self._records.read_head(octets, at)
            found.append(tag)
            at += HEAD + length
        return tuple(found)

    def sight(self, octets: bytes, position: int, end: int) -> None:
        """Take notice of the sample from *position* to *end*, which no function has read."""
        at = position + self._key
        if end - at < KEY:
            return
        key = octets[at : at + KEY]
        seen, size = self._sightings.get(key, (0, 0))
        if not seen and len(self._sightings) >= self._most:
            self._sightings.clear()
        seen, size = seen + 1, size + end - position
        self._sightings[key] = seen, size
        if seen % SIGHTINGS or not self._compiled:
            return
        parts = self._parts(octets, at, end)
        alike = self._readers.get(key, {})
        formats = tuple(part.data_format for part in parts)
        if not parts or formats in alike or size < SIGHTINGS * PORTION * len(parts):
            return
        self._sightings[key] = 0, 0
        if len(self) >= self._most:
            self._readers.clear()
        alike = self._readers.setdefault(key, {})
        if len(alike) >= MOST_ALIKE:
            del alike[next(iter(alike))]
        alike[formats] = self._compile(parts)

    def _parts(self, octets: bytes, at: int, end: int) -> list[Part]:
        """The records that are counted *at*, if a function can read them and nothing else stands before *end*."""
        count, position = int.from_bytes(octets[at : at + WORD], "big"), at + WORD
        found: dict[str, Part] = {}
        while position + HEAD <= end and len(found) < min(count, MOST_RECORDS):
            tag, length = self._records.read_head(octets, position)
            position += HEAD + length
            part = self._records.part(tag)
            if part is None or part.name in found or length % WORD:
                return []
            if part.layout is not None and part.layout.minimum_length != length:
                return []
            found[part.name] = part
        return list(found.values()) if len(found) == count and position == end else []

    def _compile(self, parts: list[Part]) -> SamplesReader:
        text = FunctionText({**self._names, **NAMES})
        form = self._form
        words = text.words(form.data_format, form.words, len(parts))
        (_open_flow if form.kind == FLOWS else _open_counters)(text, words)
        for number, part in enumerate(parts):
            if part.sampled:
                text.sampled(part)
            elif part.layout is not None:
                text.fixed(part, part.layout)
            else:
                text.free(part, number)
        for name, finish in self._records.finishers([part.name for part in parts]).items():
            text.names[name] = finish
            text.say(f"{name}(flow)")
        if form.kind == FLOWS:
            _close_flow(text, words)
        text.names["new"] = {**text.before, **text.after}.copy
        if any(part.sampled for part in parts):
            text.names["other"] = _other_packets(self._packets, text.before, text.after)
            text.names |= makers(text.before, text.after)
        return text.function(form.kind)


def _other_packets(packets: PacketDecoder, before: Flow, after: Flow) -> Callable[..., Flow]:
    """What makes flows of one shape with packets that are not the usual ones, and with its other keys, still empty."""

    def read(octets: bytes, start: int, end: int, protocol: int, problems: Problems) -> Flow:
        """The flow with the packet from *start* to *end*, of that header_protocol."""
        layer = FIRST_LAYERS[protocol]
        flow = before.copy()
        if layer != "ethernet" or protocol == ETHERNET or not packets.decode_usual(flow, octets, start, end):
            packets.decode(flow, octets, start, end, layer, problems)
        flow.update(after)
        return flow

    return read


def _open_flow(text: FunctionText, words: Words) -> None:
    text.say(*expand(words), *source_lines(FLOWS, words), *continuity_lines(words))
    for key, value in flow_items(words).items():
        text.put(key, value)
    text.before.update(CONSTANTS)
    for way in WAYS:
        text.before[way.index_key] = None


def _close_flow(text: FunctionText, words: Words) -> None:
    for way in WAYS:
        condition, index, other = interface(way, words)
        text.put_if(condition, way.index_key, index, f"flow[{way.other_key!r}] = {other}")


def _open_counters(text: FunctionText, words: Words) -> None:
    text.say(*expand(words), *source_lines(COUNTERS, words))
    for key, value in counters_items(words).items():
        text.put(key, value)
