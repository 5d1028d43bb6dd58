"""Lists of RFC 6313 packed by hand from the layouts of its §4.5; nothing here knows the package's declarations."""

from __future__ import annotations

from collections.abc import Iterable

NONE_OF, EXACTLY_ONE_OF, ONE_OR_MORE_OF, ALL_OF, ORDERED, UNDEFINED = 0, 1, 2, 3, 4, 255
BASIC, SUB_TEMPLATE, MULTI = 291, 292, 293  # elements of the three types


def u16(value: int) -> bytes:
    """Two octets."""
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    """Four octets."""
    return value.to_bytes(4, "big")


def field(octets: bytes) -> bytes:
    """A list as the value of a field of variable length, with the prefix of three octets (§5.1)."""
    return b"\xff" + u16(len(octets)) + octets


def basic_list(semantic: int, element: int, length: int, values: bytes = b"", pen: int | None = None) -> bytes:
    """Semantic, element id, length of each value, enterprise number, values."""
    if pen is not None:
        return bytes([semantic]) + u16(element | 0x8000) + u16(length) + u32(pen) + values
    return bytes([semantic]) + u16(element) + u16(length) + values


def sub_template_list(semantic: int, template_id: int, records: bytes = b"") -> bytes:
    """Semantic, template id, records."""
    return bytes([semantic]) + u16(template_id) + records


def entry(template_id: int, records: bytes = b"", *, length: int | None = None) -> bytes:
    """Template id, length of the entry with these four octets, records; *length* forces another one."""
    return u16(template_id) + u16(4 + len(records) if length is None else length) + records


def multi_list(semantic: int, entries: Iterable[bytes] = ()) -> bytes:
    """Semantic and entries."""
    return bytes([semantic]) + b"".join(entries)
