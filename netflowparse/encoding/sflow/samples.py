"""Samples of every form to octets: compact where their numbers fit, else expanded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ...errors import EncodeError
from ...protocols.sflow.opening import LARGEST_INDEX
from ...wire import sflow5 as wire
from ...wire.sflow5 import INDEX_BITS, INDEX_MASK, THIS_DEVICE, VALUE_BITS, VALUE_MASK
from ..checked import Path, expect_dict, number_octets, refuse_others, shown, write_octets
from .fields import UNDECODED, write_fields
from .records import RESOLVED, Number, Occurrences, Part, counter_records, flow_records, write_unknown

LARGEST_CLASS = 0xFF  # of a compact source
VENDOR = {structure.name: (number, structure) for number, structure in wire.VENDOR_SAMPLES.items()}
RTMETRIC, RTFLOW = "rtmetric", "rtflow"
DISCARDED = "discarded_packet"
INTERVAL = "samplingInterval"
SAMPLER = ("sequence_number", "source_class", "source_index", "sample_pool", "drops")
OF_FLOW = ("sampler", "continuity", "packetDeltaCount", INTERVAL, DISCARDED, UNDECODED)
WAYS = {"ingress": "ingressInterface", "egress": "egressInterface"}
OF_COUNTERS = ("source_class", "source_index", "sequence_number", "continuity", UNDECODED)


class Sample(NamedTuple):
    """A sample: its form, the words before its records, its records, and the octets behind the last one.

    Without ``words`` its one part is all that the sample has, without a head.
    """

    number: Number
    words: dict[str, int] | None
    parts: list[Part]
    rest: bytes


def write_sample(key: str, sample: Any, path: Path, cut: Occurrences, *, expanded: bool) -> Sample:
    """The *sample* that stands under *key* of the message; *expanded* even if its numbers fit the compact form.

    *cut* are the records that lack fields at their end.
    """
    sample = expect_dict(sample, path)
    if key == "flows":
        return _vendor(RTFLOW, sample, path) if RTFLOW in sample else _flow(sample, path, cut, expanded)
    if key == "counters":
        return _vendor(RTMETRIC, sample, path) if RTMETRIC in sample else _counters(sample, path, cut, expanded)
    number, octets = write_unknown(sample, path)
    return Sample(number, None, [Part("octets", octets)], b"")


def _flow(flow: Mapping[str, Any], path: Path, cut: Occurrences, expanded: bool) -> Sample:
    discarded = DISCARDED in flow
    sampler = expect_dict(flow.get("sampler", {}), (*path, "sampler"))
    names = [name for name in SAMPLER if name != "sample_pool" or not discarded]
    refuse_others(sampler, set(names), (*path, "sampler"))
    words = {name: _word(sampler, name, (*path, "sampler")) for name in names}
    if flow.get("packetDeltaCount", 1) != 1:
        raise EncodeError(f"{shown(flow['packetDeltaCount'])}, expected 1: the packet", (*path, "packetDeltaCount"))
    own = (*OF_FLOW, *WAYS, *WAYS.values())
    number = wire.DISCARDED_PACKET
    if discarded:
        words |= _discarded(flow, path)
    else:
        if INTERVAL not in flow:
            raise EncodeError("there is no value", (*path, INTERVAL))
        words["sampling_rate"] = _word(flow, INTERVAL, path)
        number, words = _form_of_flow(flow, words, path, expanded)
    return Sample(number, words, flow_records(flow, own, path, cut), _rest(flow, path))


def _form_of_flow(
    flow: Mapping[str, Any], words: dict[str, int], path: Path, expanded: bool
) -> tuple[Number, dict[str, int]]:
    """The form of a flow sample, and its words, to which its interfaces come."""
    ways = {"input": _interface(flow, "ingress", path), "output": _interface(flow, "egress", path)}
    fits = all(kind <= 3 and value <= VALUE_MASK for kind, value in ways.values())
    if fits and _source_fits(words) and not expanded:
        compact = {name: kind << VALUE_BITS | value for name, (kind, value) in ways.items()}
        return wire.FLOW_SAMPLE, words | compact | {"source_id": _source_id(words)}
    for name, (kind, value) in ways.items():
        words |= {f"{name}_format": kind, f"{name}_value": value}
    return wire.FLOW_SAMPLE_EXPANDED, words


def _discarded(flow: Mapping[str, Any], path: Path) -> dict[str, int]:
    """The words that only a discarded packet has."""
    here = (*path, DISCARDED)
    fields = expect_dict(flow[DISCARDED], here)
    refuse_others(fields, {"reason", "reason_name"}, here)
    if "reason" not in fields:
        raise EncodeError("there is no value", (*here, "reason"))
    interval = flow.get(INTERVAL)
    if interval is not None and INTERVAL not in expect_dict(flow.get(RESOLVED, {}), (*path, RESOLVED)):
        raise EncodeError("a discarded packet has none", (*path, INTERVAL))
    words = {"reason": _word(fields, "reason", here)}
    for name, way in (("input", "ingress"), ("output", "egress")):
        kind, words[name] = _interface(flow, way, path)
        if kind:
            raise EncodeError(f"{kind}, expected 0 in a discarded packet", (*path, way, "format"))
    return words


def _interface(flow: Mapping[str, Any], way: str, path: Path) -> tuple[int, int]:
    """The format and value of an interface; 0 and 0 where nothing is told of it."""
    key = WAYS[way]
    if key in flow and way in flow:
        raise EncodeError(f"{key} is there too", (*path, way))
    if key in flow:
        index = _word(flow, key, path)
        if not 0 < index <= LARGEST_INDEX or index == THIS_DEVICE:
            raise EncodeError(f"{index}, expected an ifIndex; other values stand in {way}", (*path, key))
        return 0, index
    fields, here = expect_dict(flow.get(way, {}), (*path, way)), (*path, way)
    refuse_others(fields, {"format", "value"}, here)
    return _word(fields, "format", here), _word(fields, "value", here)


def _counters(sample: Mapping[str, Any], path: Path, cut: Occurrences, expanded: bool) -> Sample:
    words = {name: _word(sample, name, path) for name in ("sequence_number", "source_class", "source_index")}
    number = wire.COUNTERS_SAMPLE_EXPANDED
    if _source_fits(words) and not expanded:
        number = wire.COUNTERS_SAMPLE
        words["source_id"] = _source_id(words)
    return Sample(number, words, counter_records(sample, OF_COUNTERS, path, cut), _rest(sample, path))


def _vendor(name: str, sample: Mapping[str, Any], path: Path) -> Sample:
    """InMon's samples, which have a structure of their own and no source."""
    added: Collection[str] = expect_dict(sample.get(RESOLVED, {}), (*path, RESOLVED))
    known = {name, UNDECODED, *((INTERVAL, RESOLVED, *added) if name == RTFLOW else ())}
    refuse_others(sample, known, path)
    number, structure = VENDOR[name]
    octets = write_fields(structure.layouts[0], sample[name], (*path, name))
    if name == RTFLOW and sample.get(INTERVAL, sample[name].get("sampling_rate")) != sample[name].get("sampling_rate"):
        raise EncodeError(f"{shown(sample[INTERVAL])}, though {name} has another sampling_rate", (*path, INTERVAL))
    return Sample(number, None, [Part(name, octets)], _rest(sample, path))


def _rest(sample: Mapping[str, Any], path: Path) -> bytes:
    return write_octets(sample[UNDECODED], (*path, UNDECODED)) if UNDECODED in sample else b""


def _word(fields: Mapping[str, Any], name: str, path: Path) -> int:
    """An unsigned number of 4 octets; 0 where it is not there."""
    return int.from_bytes(number_octets(fields.get(name, 0), 4, (*path, name)), "big")


def _source_fits(words: Mapping[str, int]) -> bool:
    return words["source_class"] <= LARGEST_CLASS and words["source_index"] <= INDEX_MASK


def _source_id(words: Mapping[str, int]) -> int:
    return words["source_class"] << INDEX_BITS | words["source_index"]
