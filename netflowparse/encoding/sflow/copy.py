"""Exact copies of sFlow datagrams: written by their values, and where ``kept`` says so as they were."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import EncodeError
from ...protocols.sflow.work import KEYS
from ...types import Patch
from ...wire.xdr import padding
from ..checked import Path, expect_dict, shown
from ..kept_form import KEPT, check_count, check_patch, check_patches, hexed, listed
from ..patches import patched
from .heads import header_fields, sample_head, sample_octets, samples_of
from .records import NONE, Occurrence, Occurrences, Part
from .samples import write_sample


def copy_sflow5(message: Mapping[str, Any]) -> bytes:
    """The datagram that a *message* with ``kept`` was read from, but for what was changed."""
    kept = expect_dict(message["kept"], KEPT)
    entries, tail = listed(kept, "samples", KEPT), hexed(kept, "tail", KEPT)
    patches = {each["field"]: each for each in check_patches(kept, "header", KEPT)}
    header = [
        _patched(octets, patches.get(index))
        for index, octets in enumerate(header_fields(message.get("header", {}), len(entries)))
    ]
    checked = [check_sample(entry, (*KEPT, "samples", index)) for index, entry in enumerate(entries)]
    counts = Counter(entry["key"] for entry in checked)
    for key in KEYS:
        samples_of(message, key)
        check_count(counts[key], message, key)
    return b"".join((*header, *_samples(message, checked), tail))


def _samples(message: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    places = dict.fromkeys(KEYS, 0)
    for entry in entries:
        key = entry["key"]
        if not key:
            yield bytes.fromhex(entry["octets"])
            continue
        index = places[key]
        places[key] += 1
        yield _copied(key, message[key][index], (key, index), entry)


def _copied(key: str, sample: Any, path: Path, entry: Mapping[str, Any]) -> bytes:
    if "whole" in entry:
        return _whole(key, sample, path, entry["whole"])
    written = write_sample(key, sample, path, cut_of(entry), expanded=bool(entry.get("expanded")))
    parts = b"".join(_patched(part.octets, kept.get("patch")) for part, kept in ordered(written.parts, entry))
    rest = _patched(written.rest, entry.get("rest"))
    head = _patched(sample_head(written, len(written.parts), len(parts) + len(rest)), entry.get("head"))
    octets = head + parts + rest
    return octets + _patched(bytes(padding(len(octets))), entry.get("padding"))


def _whole(key: str, sample: Any, path: Path, kept: Patch) -> bytes:
    try:
        return _patched(sample_octets(write_sample(key, sample, path, NONE, expanded=False)), kept)
    except EncodeError:
        if kept["instead_of"] is None:
            return bytes.fromhex(kept["octets"])
        raise


def cut_of(entry: Mapping[str, Any]) -> Occurrences:
    """The records that lack fields at their end."""
    found, seen = set(), Counter[str]()
    for record in entry.get("records", ()):
        if record.get("cut"):
            found.add(Occurrence(record["name"], seen[record["name"]]))
        seen[record["name"]] += 1
    return frozenset(found)


def ordered(parts: Sequence[Part], entry: Mapping[str, Any]) -> list[tuple[Part, Mapping[str, Any]]]:
    """The records of a sample in the order in which they were, with what is kept of each; new ones at the end."""
    waiting: dict[str, deque[int]] = {}
    for place, part in enumerate(parts):
        waiting.setdefault(part.name, deque()).append(place)
    found = [
        (parts[waiting[record["name"]].popleft()], record)
        for record in entry.get("records", ())
        if waiting.get(record["name"])
    ]
    return [*found, *((parts[place], {}) for place in sorted(place for left in waiting.values() for place in left))]


def _patched(canonical: bytes, kept: Patch | None) -> bytes:
    octets = canonical if kept is None else patched(canonical, kept)
    return canonical if octets is None else octets


def check_sample(value: Any, path: Path) -> Mapping[str, Any]:
    """*value*, what is kept of a sample.  EncodeError for what ``keep_sflow5`` cannot have made."""
    entry = expect_dict(value, path)
    if entry.get("key") not in ("", *KEYS):
        raise EncodeError(f"{shown(entry.get('key'))}, expected one of {', '.join(KEYS)}, or nothing", (*path, "key"))
    if not entry["key"]:
        hexed(entry, "octets", path)
    for part in ("whole", "head", "rest", "padding"):
        if part in entry:
            check_patch(entry[part], (*path, part))
    for index, each in enumerate(listed(entry, "records", path) if "records" in entry else ()):
        here = (*path, "records", index)
        if not isinstance(expect_dict(each, here).get("name"), str):
            raise EncodeError(f"{shown(each.get('name'))}, expected the name of a structure", (*here, "name"))
        if "patch" in each:
            check_patch(each["patch"], (*here, "patch"))
    return entry
