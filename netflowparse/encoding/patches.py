"""Octets that the canonical form loses, kept beside a message: where it would write one thing, another one stood.

A patch counts as long as what is written canonically is what it was; whoever changes a value gets the value written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zlib import crc32

from ..errors import EncodeError
from ..types import FieldPatch, Patch
from .checked import Path
from .writer import Writer


def patch(canonical: bytes | None, original: bytes) -> Patch | None:
    """What makes *original* of its *canonical* form, None: it has none; None where they are the same."""
    if canonical == original:
        return None
    return {"octets": original.hex(), "instead_of": _mark(canonical)}


def patched(canonical: bytes | None, kept: Patch) -> bytes | None:
    """The octets that were kept in place of *canonical*, or that, where it is no longer what it was."""
    return bytes.fromhex(kept["octets"]) if _mark(canonical) == kept["instead_of"] else canonical


def field_patches(
    canonical: Iterable[bytes | None], original: Iterable[bytes], record: int | None = None
) -> list[FieldPatch]:
    """A patch for each field of a *record* whose *canonical* form is not its *original* one."""
    found: list[FieldPatch] = []
    for index, (made, was) in enumerate(zip(canonical, original, strict=True)):
        kept = patch(made, was)
        if kept is not None:
            placed: FieldPatch = {"field": index, "octets": kept["octets"], "instead_of": kept["instead_of"]}
            if record is not None:
                placed["record"] = record
            found.append(placed)
    return found


def patched_fields(
    writer: Writer, record: Mapping[str, Any], patches: Sequence[Mapping[str, Any]], path: Path
) -> list[bytes]:
    """The octets of each field of *record* where *patches* are kept.  EncodeError for a value that has none."""
    if not patches:
        return writer.fields(record, path)
    kept = {each["field"]: each for each in patches}
    made = []
    for index, value in enumerate(writer.values(record, path)):
        try:
            octets: bytes | None = writer.field(index, value, path)
        except EncodeError:
            octets = None
        if index in kept:
            octets = patched(octets, kept[index])  # type: ignore[arg-type]
        made.append(writer.field(index, value, path) if octets is None else octets)
    return made


def by_record(patches: Iterable[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    """The patches of each record that has some."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for each in patches:
        found.setdefault(each["record"], []).append(each)
    return found


def _mark(canonical: bytes | None) -> int | None:
    return None if canonical is None else crc32(canonical)
