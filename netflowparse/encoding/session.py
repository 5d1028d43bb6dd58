"""What an exporter keeps between datagrams: its numbers.  Templates: ``set_session``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from ..codec.display import HALF_RANGE
from ..codec.record import UPTIMES
from ..errors import EncodeError
from .checked import Path, expect_dict, refuse_kinds
from .datagrams import NUMBER
from .fixed import FORMATS, FixedWriter, encode_fixed
from .sflow.message import encode_sflow5

FILLED = ("version", "length", "count", "sampleCount", "exportTime", "exportNanoseconds", "sequenceNumber", "sysUpTime")
DISCARDS = "discarded_packet"  # the key of flows that are packets an agent has dropped
VENDOR_FLOW, VENDOR_COUNTERS = "rtflow", "rtmetric"  # samples that are not numbered


class Session(Protocol):
    """One exporter's session."""

    sequence: int  # of the next datagram

    def export(self, records: Mapping[str, list[Any]], time: int, uptime: int) -> list[bytes]:
        """The datagrams of records, by where messages have them; *time* in ms since 1970, *uptime* in ms."""

    def restart(self) -> None:
        """Begin anew."""


def refuse_filled(header: Mapping[str, Any]) -> None:
    """EncodeError for fields of a header that every datagram has of its own."""
    for key in header:
        if key in FILLED:
            raise EncodeError("is told by what is sent", ("header", str(key)))


def on_own_clock(record: Any, time: int, boot: int) -> Any:
    """*record*, sent at *time*, with sysUpTimes since *boot*, ms since 1970, where its absolute times are known.

    Those that it has may count from another exporter's start.  Times that no sysUpTime tells are left absolute.
    """
    if not isinstance(record, Mapping):
        return record
    own = dict(record)
    for uptime, absolute in UPTIMES.items():
        if uptime in record and type(record.get(absolute)) is int:
            del own[uptime]
            if -HALF_RANGE <= record[absolute] - time < HALF_RANGE:
                own[uptime] = (record[absolute] - boot) % NUMBER
    return own


class FixedSession:
    """NetFlow v1, v5, v6, v7 or v8."""

    def __init__(self, protocol: str, header: Mapping[str, Any], most: int) -> None:
        refuse_filled(header)
        FixedWriter(protocol, header)  # says what is wrong with it
        self.sequence = 0
        self._protocol = protocol
        self._header = header
        self._most = most
        self._numbered = "sequenceNumber" in _names(protocol)

    def export(self, records: Mapping[str, list[Any]], time: int, uptime: int) -> list[bytes]:
        """The datagrams of flows, whose absolute times become sysUpTimes where they have no others."""
        refuse_kinds(self._protocol, records)
        header = {
            **self._header,
            "exportTime": time // 1000 % NUMBER,
            "exportNanoseconds": time % 1000 * 1_000_000,
            "sysUpTime": uptime % NUMBER,
        }
        if self._numbered:
            header["sequenceNumber"] = self.sequence
        flows = [on_own_clock(each, time, time - uptime) for each in records["flows"]]
        message = {"protocol": self._protocol, "header": header, "flows": flows}
        datagrams = encode_fixed(message, self._most)
        self.sequence = (self.sequence + len(records["flows"])) % NUMBER
        return datagrams

    def restart(self) -> None:
        """Begin anew."""
        self.sequence = 0


def _names(protocol: str) -> set[str]:
    return {subcon.name for subcon in FORMATS[protocol][1].subcons if subcon.name}


class SflowSession:
    """sFlow version 5: datagrams and the samples of each source are numbered."""

    def __init__(self, header: Mapping[str, Any], most: int) -> None:
        refuse_filled(header)
        self.sequence = 0
        self._header = header
        self._most = most
        self._numbers: _Numbers = {}
        encode_sflow5({"protocol": "sflow5", "header": header}, most)  # says what is wrong with it

    def export(self, records: Mapping[str, list[Any]], time: int, uptime: int) -> list[bytes]:
        """The datagrams of flow and counter samples."""
        refuse_kinds("sflow5", records)
        header = {**self._header, "sysUpTime": uptime % NUMBER, "sequenceNumber": self.sequence}
        numbers = {key: dict(each) for key, each in self._numbers.items()}
        message = {
            "protocol": "sflow5",
            "header": header,
            "flows": [_numbered(each, numbers, ("flows", index)) for index, each in enumerate(records["flows"])],
            "counters": [
                _counted(each, numbers, ("counters", index)) for index, each in enumerate(records["counters"])
            ],
        }
        datagrams = encode_sflow5(message, self._most)
        self._numbers = numbers
        self.sequence = (self.sequence + len(datagrams)) % NUMBER
        return datagrams

    def restart(self) -> None:
        """Begin anew."""
        self.sequence = 0
        self._numbers = {}


#: (kind of sample, class, index) of a source -> what its samples have counted so far
_Numbers: TypeAlias = "dict[tuple[str, Any, Any], dict[str, int]]"


def _count(numbers: _Numbers, kind: str, source: Mapping[str, Any], pool: Any) -> dict[str, int]:
    """The number of the next sample of *source*, and how many packets could have been sampled until then."""
    key = kind, source.get("source_class", 0), source.get("source_index", 0)
    try:
        known = numbers.setdefault(key, {"sequence_number": 0, "sample_pool": 0})
    except TypeError:  # no numbers: writing them says what is wrong
        return {}
    known["sequence_number"] = (known["sequence_number"] + 1) % NUMBER
    known["sample_pool"] = (known["sample_pool"] + (pool if type(pool) is int else 0)) % NUMBER
    return known


def _numbered(flow: Any, numbers: _Numbers, path: Path) -> Mapping[str, Any]:
    """A flow whose sampler has the numbers that it lacks."""
    given = expect_dict(flow, path)
    if VENDOR_FLOW in given:
        return given
    sampler = expect_dict(given.get("sampler", {}), (*path, "sampler"))
    source = {"source_class": 0, "source_index": given.get("ingressInterface", 0), **sampler}
    kind = DISCARDS if DISCARDS in given else "flows"
    counted = _count(numbers, kind, source, given.get("samplingInterval"))
    if kind == DISCARDS:  # of which no pool is told
        counted = {"sequence_number": counted.get("sequence_number", 0)}
    return {**given, "sampler": {"drops": 0, **counted, **source}}


def _counted(counters: Any, numbers: _Numbers, path: Path) -> Mapping[str, Any]:
    """A counter sample with the number that it may lack."""
    given = expect_dict(counters, path)
    if VENDOR_COUNTERS in given:
        return given
    placed: dict[str, Any] = {"source_class": 0, "source_index": 0, **given}
    number = _count(numbers, "counters", placed, 0).get("sequence_number", 0)
    return {"sequence_number": number, **placed}
