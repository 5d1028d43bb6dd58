"""The records of flow samples: those that every format has, the packet itself, and records inside records."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ...codec.engine import Engine
from ...codec.reader import StructureReader
from ...errors import LIMIT, TRUNCATED_RECORD
from ...limits import Limits
from ...packet.decoder import PacketDecoder
from ...quirks import SAMPLED_ETHERNET_UNPADDED
from ...registry import HEADER_PROTOCOLS
from ...types import Flow
from ...wire.sflow import flow_records as table
from ...wire.xdr import WORD, padding
from .elements import LAST, SAMPLED, flatten_sampled
from .function import Part
from .records import UNDECODED, Records, put
from .work import SflowWork, data_format

#: header_protocol -> the packet's first layer
FIRST_LAYERS = {
    1: "ethernet",
    7: "ppp",
    11: "ipv4",
    12: "ipv6",
    13: "mpls",
    14: "pos",
    15: "dot11",
    17: "ethernet",  # an A-MSDU subframe: addresses, a length, LLC
}

SAMPLED_HEADER, AGGREGATION = data_format(*table.SAMPLED_HEADER), data_format(*table.AGGREGATION)


class FlowRecords(Records):
    """Reads the records of flow samples."""

    def __init__(self, engine: Engine, limits: Limits, packets: PacketDecoder) -> None:
        super().__init__(engine, table.FLOW_RECORDS)
        self._limits = limits
        self._packets = packets
        self._head = table.SampledHeaderHead.sizeof()
        self._read_sampled = engine.pair_reader(table.SampledHeaderHead)
        self._unpadded: StructureReader | None = None  # made when first met
        self._special = {
            SAMPLED_HEADER: self._sampled_header,
            data_format(*table.SAMPLED_ETHERNET): self._sampled_ethernet,
            AGGREGATION: self._aggregation,
        }

    def _finish(self, record: Flow) -> None:
        if "sampled_header" not in record:
            flatten_sampled(record)
        for name, add in LAST.items():
            if name in record:
                add(record)

    def part(self, data_format: int) -> Part | None:
        part = None if data_format == AGGREGATION else super().part(data_format)
        return part._replace(sampled=True) if part is not None and data_format == SAMPLED_HEADER else part

    def finishers(self, names: Collection[str]) -> dict[str, Callable[[Flow], None]]:
        found = {f"add_{name}": add for name, add in LAST.items() if name in names}
        flat = "sampled_header" not in names and not SAMPLED.keys().isdisjoint(names)
        return {"flatten_sampled": flatten_sampled, **found} if flat else found

    def _sampled_ethernet(self, work: SflowWork, flow: Flow, start: int, end: int) -> bool:
        """The form of agents that do not pad addresses, which is shorter."""
        if end - start != table.UNPADDED_ETHERNET or SAMPLED_ETHERNET_UNPADDED not in work.rules:
            return False
        work.quirk(SAMPLED_ETHERNET_UNPADDED)
        if self._unpadded is None:
            self._unpadded = self._engine.structure_reader(table.UnpaddedEthernet)
        fields, _ = self._unpadded(work.octets, start, end, [])
        put(flow, "sampled_ethernet", fields)
        return True

    def _sampled_header(self, work: SflowWork, flow: Flow, start: int, end: int) -> bool:
        """The octets of the packet, decoded where its first layer is known; once for each sample."""
        if end - start < self._head:
            return False
        protocol, frame_length, stripped, length = self._read_sampled(work.octets, start)
        start += self._head
        stop = start + length
        header: Flow = {
            "header_protocol": protocol,
            "frame_length": frame_length,
            "stripped": stripped,
            "header_length": length,
        }
        if stop != end:
            stop = self._fit_header(work, header, start, stop, end)
        layer = FIRST_LAYERS.get(protocol)
        if layer is None or "sampled_header" in flow:
            header["header_protocol_name"] = HEADER_PROTOCOLS.get(protocol)
            header["header"] = self._untyped(work.octets[start:stop])
            put(flow, "sampled_header", header)
            flow.setdefault("layer2OctetDeltaCount", frame_length)
            return True
        flow["sampled_header"] = header
        flow["layer2OctetDeltaCount"] = frame_length
        if layer != "ethernet" or not self._packets.decode_usual(flow, work.octets, start, stop):
            self._packets.decode(flow, work.octets, start, stop, layer, work.problems)
        return True

    def _fit_header(self, work: SflowWork, header: Flow, start: int, stop: int, end: int) -> int:
        """Where the sampled octets end that say *stop*, though their record ends at *end*."""
        if stop > end:
            message = f"sampled_header at octet {start}: length {stop - start}, {end - start} octets are there"
            facts = {"length": end - start, "missing": stop - end, "structure": "sampled_header", "element": "header"}
            work.problems.add(TRUNCATED_RECORD, message, start, malformed=True, **facts)
            return end
        rest = stop + padding(stop - start)
        if rest < end:
            header[UNDECODED] = self._untyped(work.octets[rest:end])
        return stop

    def _aggregation(self, work: SflowWork, flow: Flow, start: int, end: int) -> bool:
        put(flow, "extended_80211_aggregation", self._frames(work, start, end))
        return True

    def _frames(self, work: SflowWork, start: int, end: int) -> Flow:
        """The frames that were sent as one: each with flow records of its own, as those of a flow."""
        if work.nesting >= self._limits.nesting:
            message = f"more than {self._limits.nesting} records inside one another, at octet {start}"
            work.problems.add(LIMIT, message, start, limit="nesting", length=end - start)
            return {UNDECODED: self._untyped(work.octets[start:end])}
        work.nesting += 1
        pdus: list[Flow] = []
        position, count = self._count(work.octets, start, end)
        while len(pdus) < count and end - position >= WORD:
            records: Flow = {}
            position, inside = self._count(work.octets, position, end)
            position = self.read_all(work, records, position, end, inside)
            pdus.append({"flow_records": records})
        work.nesting -= 1
        fields: Flow = {"pdus": pdus}
        if len(pdus) < count or end - start < WORD:
            message = f"extended_80211_aggregation at octet {start}: {count} frames are counted, {len(pdus)} are there"
            facts = {"count": count, "found": len(pdus), "structure": "extended_80211_aggregation"}
            work.problems.add(TRUNCATED_RECORD, message, start, malformed=True, **facts)
        if position < end:
            fields[UNDECODED] = self._untyped(work.octets[position:end])
        return fields

    def _count(self, octets: bytes, position: int, end: int) -> tuple[int, int]:
        """The offset behind the count at *position*, and the count; nothing where it is cut."""
        if end - position < WORD:
            return position, 0
        return position + WORD, int.from_bytes(octets[position : position + WORD], "big")
