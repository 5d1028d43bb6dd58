"""What ``Decoder(keep_octets=True)`` keeps of sFlow datagrams: how they differ from what is written of their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from zlib import crc32

from ...errors import EncodeError
from ...protocols.sflow.work import HEAD, number_of
from ...protocols.trace import Sample as Traced
from ...protocols.trace import SflowTrace
from ...types import Flow, KeptRecord, KeptSample, Message, Patch
from ...wire import sflow5 as wire
from ...wire.sflow.counter_records import COUNTER_RECORDS
from ...wire.sflow.flow_records import FLOW_RECORDS, SampledHeaderHead
from ...wire.xdr import WORD, Added, padding
from ..kept_fixed import split
from ..patches import field_patches, patch
from .copy import cut_of, ordered
from .fields import UNDECODED
from .heads import header_fields, sample_head, sample_octets
from .packets import NAME
from .records import AGGREGATION, COUNTER, FLOW, UNKNOWN
from .samples import Sample, write_sample

SAMPLED: int = SampledHeaderHead.sizeof()
EXPANDED = (wire.FLOW_SAMPLE_EXPANDED, wire.COUNTERS_SAMPLE_EXPANDED)
ENDLESS = 1 << 32


class Stretch(NamedTuple):
    """A record at ``at``: the key under which it is told, where its body is, and where the next one begins."""

    name: str
    at: int
    start: int
    end: int
    following: int


def keep_sflow5(trace: SflowTrace, message: Message) -> None:
    """Add to *message* what its canonical form loses: ``kept``, and the octets of packets to every sampled_header."""
    octets, places = trace.octets, Counter[str]()
    samples: list[KeptSample] = []
    starts = [sample.start for sample in trace.samples[1:]]
    for number, sample in enumerate(trace.samples):
        following = starts[number] if number < len(starts) else _end(octets, sample)
        index = places[sample.key]
        places[sample.key] += 1
        samples.append(_keep(octets, message, sample, index, following))
        tail = following
    if not trace.samples:
        tail = sum(field.octets for field in trace.header.fields)
    fields = header_fields(message["header"], len(samples))
    message["kept"] = {
        "header": field_patches(fields, split(trace.header.fields, octets, 0)),
        "samples": samples,
        "tail": octets[tail:].hex(),
    }


def _end(octets: bytes, sample: Traced) -> int:
    """Where the padding of the last *sample* ends, which may not be there."""
    return min(sample.end + padding(sample.end - sample.start), len(octets))


def _keep(octets: bytes, message: Message, sample: Traced, index: int, following: int) -> KeptSample:
    """What is kept of one sample, behind which the next one is *following*."""
    original = octets[sample.start : following]
    if not sample.key:
        return {"key": "", "octets": original.hex()}
    told: Flow = message[sample.key][index]  # type: ignore[literal-required]
    flows = sample.key == "flows"
    number = number_of(int.from_bytes(octets[sample.start : sample.start + WORD], "big"))
    stretches = _stretches(octets, sample, number)
    if flows:
        _give_headers(octets, stretches, told)
    entry: KeptSample = {"key": sample.key, "records": _cut_records(stretches, told, flows=flows)}
    if number in EXPANDED:
        entry["expanded"] = True
    try:
        written = write_sample(sample.key, told, (sample.key, index), cut_of(entry), expanded=number in EXPANDED)
    except EncodeError:
        return {"key": sample.key, "whole": _different(None, original)}
    if sorted(part.name for part in written.parts) != sorted(each.name for each in stretches):
        return {"key": sample.key, "whole": _different(sample_octets(written), original)}
    _patch_records(entry, written, stretches, octets)
    begin = stretches[0].at if stretches else sample.stop
    rest = octets[sample.stop : sample.end]
    head = sample_head(written, len(stretches), sample.end - begin)
    filled = bytes(padding(len(head) + sample.end - begin))
    for key, canonical, was in (
        ("head", head, octets[sample.start : begin]),
        ("rest", written.rest, rest),
        ("padding", filled, octets[sample.end : following]),
    ):
        kept = patch(canonical, was)
        if kept is not None:
            entry[key] = kept  # type: ignore[literal-required]
    return entry


def _stretches(octets: bytes, sample: Traced, number: tuple[int, int]) -> list[Stretch]:
    """The records of a *sample* of the form *number*; one of all its octets where it has no records."""
    body = sample.start + HEAD
    if number in wire.SAMPLES:
        body += wire.SAMPLES[number].sizeof()
        return list(_records(octets, body, sample.stop, ENDLESS, flows=sample.key == "flows"))
    name = wire.VENDOR_SAMPLES[number].name if sample.key != "unknown_samples" else "octets"
    return [Stretch(name, body, body, sample.stop, sample.stop)]


def _patch_records(entry: KeptSample, written: Sample, stretches: list[Stretch], octets: bytes) -> None:
    """Add patches to the records of *entry*, and leave them out where they say nothing but their usual order."""
    records = entry["records"]
    for record, stretch, (part, _) in zip(records, stretches, ordered(written.parts, entry), strict=True):
        kept = patch(part.octets, octets[stretch.at : stretch.following])
        if kept is not None:
            record["patch"] = kept
    if records == [{"name": part.name} for part in written.parts]:
        del entry["records"]


def _different(canonical: bytes | None, original: bytes) -> Patch:
    """A patch even where both are the same."""
    return patch(canonical, original) or {"octets": original.hex(), "instead_of": crc32(original)}


def _records(octets: bytes, position: int, end: int, count: int, *, flows: bool) -> Iterator[Stretch]:
    """At most *count* records before *end*, each cut there, as the decoder reads them."""
    table = FLOW_RECORDS if flows else COUNTER_RECORDS
    while count and end - position >= HEAD:
        count -= 1
        word, length = (int.from_bytes(octets[at : at + WORD], "big") for at in (position, position + WORD))
        start = position + HEAD
        after = min(start + length, end)
        following = min(start + length + padding(length), end)
        structure = table.get(number_of(word))
        yield Stretch(UNKNOWN if structure is None else structure.name, position, start, after, following)
        position = following


def _told(sample: Mapping[str, Any], stretches: list[Stretch]) -> Iterator[tuple[Stretch, Any]]:
    """Each record and what is told of it; None of one whose fields stand in the sample itself."""
    seen = Counter[str]()
    for stretch in stretches:
        value = sample.get(stretch.name)
        index = seen[stretch.name]
        seen[stretch.name] += 1
        yield stretch, (value[index] if isinstance(value, list) else value)


def _give_headers(octets: bytes, stretches: list[Stretch], flow: Flow) -> None:
    """Add the sampled octets to every sampled_header, those of frames in an aggregation included."""
    for stretch, fields in _told(flow, stretches):
        if stretch.name == NAME and "header_length" in fields and "header" not in fields:
            start = stretch.start + SAMPLED
            fields["header"] = octets[start : min(start + fields["header_length"], stretch.end)].hex()
        elif stretch.name == AGGREGATION:
            position = stretch.start + WORD
            for pdu in fields.get("pdus", ()):
                count = int.from_bytes(octets[position : position + WORD], "big")
                inside = list(_records(octets, position + WORD, stretch.end, count, flows=True))
                _give_headers(octets, inside, pdu["flow_records"])
                position = inside[-1].following if inside else position + WORD


def _cut_records(stretches: list[Stretch], sample: Flow, *, flows: bool) -> list[KeptRecord]:
    """The records in their order, each marked that ends behind a field before its last one."""
    records: list[KeptRecord] = []
    for stretch, fields in _told(sample, stretches):
        record: KeptRecord = {"name": stretch.name}
        if _is_cut(stretch.name, fields, flows=flows):
            record["cut"] = True
        records.append(record)
    return records


def _is_cut(name: str, fields: Any, *, flows: bool) -> bool:
    table = FLOW if flows else COUNTER
    if name not in table or not isinstance(fields, dict):
        return False
    if flows and name == AGGREGATION:
        return any(_lacks_fields(pdu["flow_records"]) for pdu in fields.get("pdus", ()))
    if UNDECODED in fields or (flows and name == NAME):
        return UNDECODED not in fields and "header_length" not in fields
    structure = table[name][1]
    needed = {subcon.name for subcon in structure.layouts[0].subcons if not isinstance(subcon.subcon, Added)}
    return not structure.doubtful and not needed <= fields.keys()


def _lacks_fields(records: Flow) -> bool:
    """Whether any record of a frame in an aggregation does."""
    return any(
        _is_cut(name, fields, flows=True)
        for name, value in records.items()
        for fields in (value if isinstance(value, list) else [value])
    )
