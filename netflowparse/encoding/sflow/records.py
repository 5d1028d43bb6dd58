"""The flow or counter records of one sample to octets, in the order of its keys; which keys are records, and which not.

What the decoder derives is not written; it has to be what the records say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from ...errors import EncodeError
from ...packet.keys import PACKET_KEYS
from ...protocols.sflow.elements import DERIVED, IP_VERSIONS, SAMPLED
from ...protocols.sflow.work import data_format
from ...wire.sflow.counter_records import COUNTER_RECORDS
from ...wire.sflow.flow_records import FLOW_RECORDS
from ...wire.sflow.structures import Structure
from ...wire.sflow5 import FORMAT_BITS, FORMAT_MASK, Head
from ...wire.xdr import WORD, padding
from ..checked import Path, expect_dict, expect_list, refuse_others, shown, write_octets
from .derived import check_derived
from .fields import UNDECODED, write_structure
from .packets import FRAME, NAME, packet_of, write_sampled_header

AGGREGATION = "extended_80211_aggregation"
UNKNOWN = "unknown_records"
RESOLVED = "resolved"
DEEPEST = 32  # records inside one another
Number: TypeAlias = tuple[int, int]  # enterprise and format


class Part(NamedTuple):
    """A whole record, head and padding included, and the key under which it stands."""

    name: str
    octets: bytes


class Occurrence(NamedTuple):
    """A record by its key, and how many of that key come before it."""

    name: str
    place: int


Occurrences: TypeAlias = frozenset[Occurrence]
NONE: Occurrences = frozenset()
Table: TypeAlias = dict[str, tuple[Number, Structure]]
Flat: TypeAlias = dict[str, dict[str, Any]]


def _by_name(table: Mapping[Number, Structure]) -> Table:
    return {structure.name: (number, structure) for number, structure in table.items()}


FLOW, COUNTER = _by_name(FLOW_RECORDS), _by_name(COUNTER_RECORDS)
FLOW_KEYS = frozenset({*FLOW, *PACKET_KEYS, *DERIVED, UNKNOWN, RESOLVED, FRAME})
COUNTER_KEYS = frozenset({*COUNTER, UNKNOWN})


def envelope(number: Number, body: bytes) -> bytes:
    """A record: its head, its *body*, and padding."""
    head: bytes = Head.build({"data_format": data_format(*number), "length": len(body)})
    return head + body + bytes(padding(len(body)))


def number_of(text: Any, path: Path) -> Number:
    """(enterprise, format) of "enterprise:format"."""
    words = text.split(":") if isinstance(text, str) else []
    if len(words) == 2 and all(word.isascii() and word.isdecimal() and len(word) < 8 for word in words):
        enterprise, number = map(int, words)
        if not enterprise >> 32 - FORMAT_BITS and number <= FORMAT_MASK:
            return enterprise, number
    raise EncodeError(f"{shown(text)}, expected enterprise:format of 20 and 12 bits", path)


def write_unknown(entry: Any, path: Path) -> tuple[Number, bytes]:
    """The format and the octets of a record or sample that nobody describes."""
    entry = expect_dict(entry, path)
    refuse_others(entry, {"format", "octets"}, path)
    for key in ("format", "octets"):
        if key not in entry:
            raise EncodeError("there is no value", (*path, key))
    return number_of(entry["format"], (*path, "format")), write_octets(entry["octets"], (*path, "octets"))


def counter_records(sample: Mapping[str, Any], own: Collection[str], path: Path, cut: Occurrences) -> list[Part]:
    """The records of a counter sample, whose *own* keys are none; *cut* are those that lack fields at their end."""
    _refuse_unknown(sample, COUNTER_KEYS, own, path)
    return [part for name in sample for part in _parts(sample, name, COUNTER, path, cut)]


def flow_records(flow: Mapping[str, Any], own: Collection[str], path: Path, cut: Occurrences) -> list[Part]:
    """The records of a flow sample, or of a frame in an aggregation; arguments as for ``counter_records``.

    What is told of the packet and has no record gets a sampled_header.
    """
    added = expect_dict(flow.get(RESOLVED, {}), (*path, RESOLVED))
    _refuse_unknown(flow, FLOW_KEYS, (*own, *added), path)
    flat = _flat_structures(flow)
    waiting = dict(flat)
    parts: list[Part] = []
    for key in flow:
        for name in [name for name in waiting if key == name or key in SAMPLED[name].values()]:
            parts.append(_flattened(name, waiting.pop(name), path))
        if key not in flat:
            parts += _parts(flow, key, FLOW, path, cut)
    if NAME not in flow and _needs_header(flow, flat):
        parts.append(_part(NAME, {}, flow, FLOW, (*path, NAME), path, cut=False))
    check_derived(flow, added, path)
    return parts


def _refuse_unknown(sample: Mapping[str, Any], known: Collection[str], more: Collection[str], path: Path) -> None:
    for key in sample:
        if key not in known and key not in more:
            raise EncodeError("no structure of sFlow, nor anything that is derived from one", (*path, key))


def _flat_structures(flow: Mapping[str, Any]) -> Flat:
    """The structures whose fields stand in the flow itself, with the octets behind them where there are any."""
    found: Flat = {}
    for name, elements in SAMPLED.items():
        rest, whole = flow.get(name, {}), flow.keys() >= set(elements.values())
        if name in IP_VERSIONS:
            whole = whole and flow.get("ipVersion", IP_VERSIONS[name]) == IP_VERSIONS[name]
        if NAME not in flow and whole and isinstance(rest, Mapping) and rest.keys() <= {UNDECODED}:
            found[name] = {field: flow[element] for field, element in elements.items()} | dict(rest)
    return found


def _needs_header(flow: Mapping[str, Any], flat: Flat) -> bool:
    """Whether the flow says of its packet what only a sampled_header can."""
    told = {element for name in flat for element in SAMPLED[name].values()}
    told |= {"ipVersion"} if not IP_VERSIONS.keys().isdisjoint(flat) else set()
    return not packet_of(flow).keys() <= told or (FRAME in flow and FRAME not in told)


def _flattened(name: str, fields: dict[str, Any], path: Path) -> Part:
    number, structure = FLOW[name]
    try:
        return Part(name, envelope(number, write_structure(structure, fields, (*path, name))))
    except EncodeError as error:
        element = SAMPLED[name].get(str(error.path[-1]))
        raise error if element is None else EncodeError(error.why, (*path, element)) from error


def _parts(sample: Mapping[str, Any], name: str, table: Table, path: Path, cut: Occurrences) -> Iterator[Part]:
    """The records under one key; none where it is no structure's."""
    value, here = sample[name], (*path, name)
    if name == UNKNOWN:
        for index, entry in enumerate(expect_list(value, here)):
            yield Part(UNKNOWN, envelope(*write_unknown(entry, (*here, index))))
    elif name in table and isinstance(value, list | tuple):
        for index, fields in enumerate(value):
            is_cut = Occurrence(name, index) in cut
            yield _part(name, fields, {} if index else sample, table, (*here, index), path, cut=is_cut)
    elif name in table:
        yield _part(name, value, sample, table, here, path, cut=Occurrence(name, 0) in cut)


def _part(
    name: str, fields: Any, sample: Mapping[str, Any], table: Table, path: Path, where: Path, *, cut: bool
) -> Part:
    """A record of *fields*; of a packet *sample*, which stands at *where*, tells what is in it."""
    number, structure = table[name]
    if table is FLOW and name == NAME:
        body = write_sampled_header(fields, sample, path, where, cut=cut)
    elif table is FLOW and name == AGGREGATION:
        body = _aggregation(fields, path, cut=cut)
    else:
        body = write_structure(structure, fields, path, cut=cut)
    return Part(name, envelope(number, body))


def _aggregation(fields: Any, path: Path, *, cut: bool) -> bytes:
    """Frames that were sent as one, each with flow records of its own; with *cut* any of these may lack fields."""
    expect_dict(fields, path)
    refuse_others(fields, {"pdus", UNDECODED}, path)
    if path.count(AGGREGATION) > DEEPEST:
        raise EncodeError(f"more than {DEEPEST} records inside one another", path)
    octets = b""
    if "pdus" in fields:
        pdus = expect_list(fields["pdus"], (*path, "pdus"))
        frames = (_frame(pdu, (*path, "pdus", index), cut=cut) for index, pdu in enumerate(pdus))
        octets = _count(pdus) + b"".join(frames)
    elif UNDECODED not in fields:
        raise EncodeError("there is no value", (*path, "pdus"))
    return octets + (write_octets(fields[UNDECODED], (*path, UNDECODED)) if UNDECODED in fields else b"")


def _frame(pdu: Any, path: Path, *, cut: bool) -> bytes:
    refuse_others(expect_dict(pdu, path), {"flow_records"}, path)
    here = (*path, "flow_records")
    records = expect_dict(pdu.get("flow_records", {}), here)
    parts = flow_records(records, (), here, _every(records) if cut else NONE)
    return _count(parts) + b"".join(part.octets for part in parts)


def _every(records: Mapping[str, Any]) -> Occurrences:
    return frozenset(
        Occurrence(name, index)
        for name, value in records.items()
        for index in range(len(value) if isinstance(value, list | tuple) else 1)
    )


def _count(items: Collection[Any]) -> bytes:
    return len(items).to_bytes(WORD, "big")
