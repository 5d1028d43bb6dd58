"""Octets that the canonical form loses, kept beside a message: where it would write one thing, another one stood.

A patch counts as long as what is written canonically is what it was; whoever changes a value gets the value written.
"""

from __future__ import annotations

from zlib import crc32

from ..types import Patch


def patch(canonical: bytes | None, original: bytes) -> Patch | None:
    """What makes *original* of its *canonical* form, None: it has none; None where they are the same."""
    if canonical == original:
        return None
    return {"octets": original.hex(), "instead_of": _mark(canonical)}


def patched(canonical: bytes | None, kept: Patch) -> bytes | None:
    """The octets that were kept in place of *canonical*, or that, where it is no longer what it was."""
    return bytes.fromhex(kept["octets"]) if _mark(canonical) == kept["instead_of"] else canonical


def _mark(canonical: bytes | None) -> int | None:
    return None if canonical is None else crc32(canonical)
