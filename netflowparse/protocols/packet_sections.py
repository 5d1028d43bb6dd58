"""Packets whose octets a record holds: decoded on request, by the layers that sFlow's sampled packets have.

RFC 5477 §8.5, RFC 7133 §3.2, and NetFlow v9's layer2packetSectionData.  A section that does not begin where its packet
begins says nothing that could be read.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..codec.engine import Engine
from ..limits import Limits
from ..packet.decoder import PacketDecoder
from ..packet.network import IP_LAYERS, PROTOCOLS
from ..types import Flow
from .problems import Problems

FRAME = "dataLinkFrameSection"
LAYER_2 = "layer2packetSectionData"
IP_HEADER = "ipHeaderPacketSection"
IP_PAYLOAD = "ipPayloadPacketSection"
SECTIONS = (FRAME, LAYER_2, IP_HEADER, IP_PAYLOAD)
OFFSETS = {LAYER_2: "layer2packetSectionOffset"}  # where else than in sectionOffset an offset stands
LENGTHS = {LAYER_2: "layer2packetSectionSize"}  # and a length, where that is not in sectionExportedOctets
FRAMES = {None: "ethernet", 0: "ethernet", 1: "ethernet", 2: "dot11"}  # by dataLinkFrameType
COUNTS = frozenset({"packetDeltaCount", "packetTotalCount", "layer2OctetDeltaCount", "octetTotalCount"})


class _Reported:
    """Problems of a section, at the offset of the set that it came in."""

    def __init__(self, problems: Problems, section: str, offset: int) -> None:
        self._problems = problems
        self._section = section
        self._offset = offset

    def add(self, code: str, message: str, offset: int, **facts: Any) -> None:
        self._problems.add(code, f"in {self._section}: {message}", self._offset, **facts)


class PacketSections:
    """Decodes the sections that records hold, beside what else they say."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._packets = PacketDecoder(engine, limits)

    def decode(self, records: list[Flow], names: Collection[str], problems: Problems, offset: int) -> None:
        """Add to *records* of one set at *offset*, whose fields have the keys *names*, what their sections say.

        What they themselves say stands.
        """
        if not records:
            return
        sections = [(each, _Reported(problems, each, offset)) for each in SECTIONS if each in names]
        for record in records if sections else ():
            for section, reported in sections:
                self._decode(record, section, reported)

    def _decode(self, record: Flow, section: str, problems: _Reported) -> None:
        octets = _octets(_first(record, section))
        if _first(record, OFFSETS.get(section, "sectionOffset")):
            return
        length = _first(record, LENGTHS.get(section, "sectionExportedOctets"))
        if isinstance(length, int):  # zeros fill a section whose template has a fixed length
            octets = octets[:length]
        layer = _first_layer(record, section, octets) if octets else None
        if layer is None:
            return
        packet: Flow = {}
        self._packets.decode(packet, octets, 0, len(octets), layer, problems)
        if COUNTS & record.keys():  # the record is of more than this packet, whose length would be taken for theirs
            packet.pop("octetDeltaCount", None)
        for name, value in packet.items():
            record.setdefault(name, value)


def _first(record: Flow, name: str) -> Any:
    """The value of an element, or the first one where the record has it twice."""
    value = record.get(name)
    return value[0] if isinstance(value, list) else value


def _octets(value: Any) -> bytes:
    return bytes.fromhex(value) if isinstance(value, str) else value or b""


def _first_layer(record: Flow, section: str, octets: bytes) -> str | None:
    if section == IP_HEADER:
        return IP_LAYERS.get(octets[0] >> 4)
    if section == IP_PAYLOAD:
        return PROTOCOLS.get(_first(record, "protocolIdentifier"))
    return FRAMES.get(_first(record, "dataLinkFrameType")) if section == FRAME else "ethernet"
