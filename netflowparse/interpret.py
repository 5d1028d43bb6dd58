"""What decoded IPFIX values mean beyond their types: pure functions on values and records, for who wants to know.

RFC 7011 §4 and §5, RFC 7270 §4.12, RFC 8038 §11.  No clock is read, nothing is kept.  What cannot be told from what
is given is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, TypedDict

from .errors import UsageError

__all__ = [
    "ForwardingStatus",
    "delta_time",
    "flow_interval",
    "flow_key_names",
    "forwarding_status",
    "index_fields",
    "nearest_time",
    "object_identifier",
    "report_interval",
]

WRAP = 1 << 32  # s after which 32-bit seconds begin anew: in February 2106
MICROSECONDS = 1_000_000  # in a second
BITS = 64  # of a map of fields: no others can be named
SECONDS = "observationTimeSeconds"
#: ns in a unit of each element that tells when something was observed
OBSERVATION_TIMES = {
    SECONDS: 1_000_000_000,
    "observationTimeMilliseconds": 1_000_000,
    "observationTimeMicroseconds": 1_000,
    "observationTimeNanoseconds": 1,
}
DELTA = "DeltaMicroseconds"
#: ns in a unit of each time that a flow's start or end may be told in, the finest first
FLOW_TIMES = {
    "Nanoseconds": 1,
    "Microseconds": 1_000,
    DELTA: 1_000,
    "Milliseconds": 1_000_000,
    "Seconds": 1_000_000_000,
}
DURATIONS = {"flowDurationMicroseconds": 1_000, "flowDurationMilliseconds": 1_000_000}
FINEST_OBSERVATION = dict(reversed(OBSERVATION_TIMES.items()))
#: keys by which a start or an end may be told
INTERVAL_KEYS = OBSERVATION_TIMES.keys() | {f"flow{end}{unit}" for end in ("Start", "End") for unit in FLOW_TIMES}
STATUSES: Final = ("unknown", "forwarded", "dropped", "consumed")  # by the two highest bits; RFC 7270 §4.12
OBJECT_IDENTIFIER = 0x06  # tag; X.690 §8.19
LONG_FORM = 0x80  # of a length, the low bits count its octets; X.690 §8.1.3
CONTINUES = 0x80  # of the octets of an arc, all but the last
LONGEST_ARC = 300  # octets, 633 digits: Python may be told to spell no more than 640


class ForwardingStatus(TypedDict):
    """What became of a packet, and why: a number that has its meaning with the status, 0 where it is not known."""

    status: Literal["unknown", "forwarded", "dropped", "consumed"]
    reason: int


def report_interval(record: Mapping[str, Any]) -> tuple[int, int] | None:
    """(earliest, latest) in ns since 1970 of the times in a metering or exporting reliability report.

    Whatever their order and units (elements 322 to 325); seconds that wrapped in between count on.  None for a record
    that has no two times.  RFC 7011 §4.2 and §4.3.
    """
    times = {name: _integers(record.get(name)) for name in OBSERVATION_TIMES}
    finer = [time * OBSERVATION_TIMES[name] for name in times if name != SECONDS for time in times[name]]
    whole = times[SECONDS]
    if len(finer) + len(whole) < 2:
        return None
    reference = max(finer) // OBSERVATION_TIMES[SECONDS] if finer else max(whole)
    found = finer + [nearest_time(time, reference) * OBSERVATION_TIMES[SECONDS] for time in whole]
    return min(found), max(found)


def flow_interval(flow: Mapping[str, Any], export_time: int | None = None) -> tuple[int | None, int | None]:
    """(start, end) of a flow in ns since 1970, whatever unit it tells them in; None for what cannot be told.

    flowStartNanoseconds, …Microseconds, …DeltaMicroseconds, …Milliseconds, …Seconds and flowEnd… alike (150 to 159),
    the finest that is there.  Delta times count back from *export_time*, the ``exportTime`` of the message's header,
    and tell nothing without it.  A duration (161, 162) tells one time by the other.  What has neither, such as a
    packet or an event of a firewall, starts and ends when it was observed (322 to 325).  Times since the exporter's
    start (flowStartSysUpTime) tell nothing here: ``decode`` adds flowStartMilliseconds where it knows that start.
    """
    if INTERVAL_KEYS.isdisjoint(flow):
        return None, None
    start, end = _flow_time(flow, "flowStart", export_time), _flow_time(flow, "flowEnd", export_time)
    if start is None and end is None:
        start = end = _first_time(flow, FINEST_OBSERVATION)
    elif start is None or end is None:
        length = _first_time(flow, DURATIONS)
        if length is not None and end is not None:
            start = end - length
        elif length is not None and start is not None:
            end = start + length
    return start, end


def _flow_time(flow: Mapping[str, Any], which: str, export_time: int | None) -> int | None:
    """ns since 1970 when a flow started or ended: by the finest that the record says, of several values the first."""
    for name, unit in FLOW_TIMES.items():
        key = which + name
        if key in flow and (values := _integers(flow[key])):
            if name != DELTA:
                return values[0] * unit
            if export_time is not None:
                return delta_time(values[0], export_time) * unit
    return None


def _first_time(flow: Mapping[str, Any], units: Mapping[str, int]) -> int | None:
    """ns of the first of some times, each in its unit, that a flow tells."""
    for key, unit in units.items():
        if key in flow and (values := _integers(flow[key])):
            return values[0] * unit
    return None


def nearest_time(seconds: int, reference: int) -> int:
    """s since 1970 of 32-bit *seconds*, which wrap in 2106: the time nearest to *reference*, s since 1970.

    Of two times as near the earlier; none is before 1970.  RFC 7011 §5.2.
    """
    distance = (seconds - reference + WRAP // 2) % WRAP - WRAP // 2
    nearest = reference + distance
    return nearest if nearest >= 0 else nearest + WRAP


def delta_time(value: int, export_time: int) -> int:
    """µs since 1970 of a delta element: flowStartDeltaMicroseconds (158) or flowEndDeltaMicroseconds (159).

    *value* counts µs back from *export_time*, the ``exportTime`` of its message's header in s since 1970.  Negative
    before 1970.  RFC 7011 §5.1.
    """
    return export_time * MICROSECONDS - value


def flow_key_names(record: Mapping[str, Any], templates: Iterable[Mapping[str, Any]]) -> list[str] | None:
    """Names of the fields of a template that a ``flow_keys`` options *record* marks as flow keys, in their order.

    *templates* are rows of ``Decoder.templates()`` of one exporter and domain, events of a message's ``templates``, or
    the ``fields`` of the template itself.  None while the template that the record names is not among them, and for
    other records; UsageError where exporters or domains among the rows have the template each.  Only the first 64
    fields can be marked; bits without a field mean nothing.  RFC 7011 §4.4.
    """
    scope = record.get("scope")
    template_id = scope.get("templateId") if isinstance(scope, Mapping) else None
    marked = record.get("flowKeyIndicator")
    if type(template_id) is not int or type(marked) is not int:
        return None
    fields = _fields_of(template_id, list(templates))
    return [fields[index]["name"] for index in index_fields(marked, len(fields))] if fields else None


def _fields_of(template_id: int, given: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The fields of a template, none where it is not among what is *given*; these may be its fields themselves."""
    if given and "template_id" not in given[0]:
        return given
    rows = [row for row in given if row["template_id"] == template_id and row["fields"]]
    owners = {(row.get("exporter"), row.get("protocol"), row.get("domain")) for row in rows}
    if len(owners) > 1:
        raise UsageError(f"template {template_id} of {len(owners)} domains, expected rows of one exporter and domain")
    fields: list[Mapping[str, Any]] = rows[-1]["fields"] if rows else []
    return fields


def index_fields(indicator: int, field_count: int) -> list[int]:
    """Places, from 0, of the fields that a map of bits marks, the lowest bit the first field.

    mibIndexIndicator (RFC 8038 §11.2.2.3) and flowKeyIndicator (RFC 7011 §4.4) are such maps.  Bits beyond
    *field_count* mean nothing, nor do any beyond 64.
    """
    return [place for place in range(min(field_count, BITS)) if indicator >> place & 1]


def forwarding_status(value: object) -> ForwardingStatus | None:
    """What became of a packet by a forwardingStatus: ``{"status": "dropped", "reason": 2}``.

    Status is "unknown", "forwarded", "dropped" or "consumed", the reason a number that has its meaning with it, 0 where
    it is not known: ``Registry.label("forwardingStatus", value)`` names both.  The lowest octet tells them, at
    any width.  None for what is no int.  RFC 7270 §4.12.
    """
    if type(value) is not int:
        return None
    return {"status": STATUSES[value >> 6 & 3], "reason": value & 0x3F}


def object_identifier(octets: object) -> str | None:
    """Dotted text of an object identifier in BER, such as mibObjectIdentifier: ``"1.3.6.1.2.1.2.2.1.10"``.

    *octets* are as decoded: hex, or bytes.  The tag and the length before the value may be missing: what begins with 06
    begins with its tag.  None for what is none: empty, cut, with a length of something else, or an arc in more octets
    than it needs or than 300.  RFC 8038 §11.2.2.1, X.690 §8.19.
    """
    if isinstance(octets, str):
        try:
            octets = bytes.fromhex(octets)
        except ValueError:
            return None
    if not isinstance(octets, bytes):
        return None
    value = _without_head(octets)
    arcs = _arcs(value) if value else None
    if arcs is None:
        return None
    first = min(arcs[0] // 40, 2)  # the first two arcs are one: 40 * X + Y, X at most 2
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _without_head(octets: bytes) -> bytes | None:
    """The value of an object identifier; None where tag or length are there and wrong."""
    if octets[:1] != bytes([OBJECT_IDENTIFIER]):
        return octets
    length, start = int.from_bytes(octets[1:2], "big"), 2
    if length & LONG_FORM:
        start += length & ~LONG_FORM
        length = int.from_bytes(octets[2:start], "big")
    return octets[start:] if len(octets) == start + length else None


def _arcs(value: bytes) -> list[int] | None:
    """The numbers in *value*, seven bits in an octet; None where there is none, or one that cannot be."""
    arcs = []
    start = 0
    for position, octet in enumerate(value):
        if octet & CONTINUES:
            continue
        if value[start] == CONTINUES or position - start >= LONGEST_ARC:
            return None
        arc = 0
        for each in value[start : position + 1]:
            arc = arc << 7 | each & ~CONTINUES
        arcs.append(arc)
        start = position + 1
    return arcs if arcs and start == len(value) else None


def _integers(value: Any) -> list[int]:
    """The ints in a value of a record, which is a list where the element comes several times."""
    return [each for each in (value if isinstance(value, list) else [value]) if type(each) is int]
