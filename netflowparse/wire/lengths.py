"""The length that stands before a value of variable length.  RFC 7011 §7."""

from __future__ import annotations

from typing import Any

from construct import Construct, stream_read, stream_write

LONG_LENGTH = 255  # the first octet that says two more give the length


class VarLength(Construct):  # type: ignore[misc]
    """1 octet below 255, else 255 and 2 octets; reads the 3-octet form of a short length too.

    Writes the short one, unless *always_long*: RFC 6313 §5.1 recommends the long one for lists.
    """

    def __init__(self, *, always_long: bool = False) -> None:
        super().__init__()
        self.always_long = always_long

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        length: int = stream_read(stream, 1, path)[0]
        return length if length < LONG_LENGTH else int.from_bytes(stream_read(stream, 2, path), "big")

    def _build(self, obj: int, stream: Any, context: Any, path: str) -> int:
        short = obj < LONG_LENGTH and not self.always_long
        data = bytes((obj,)) if short else bytes((LONG_LENGTH,)) + obj.to_bytes(2, "big")
        stream_write(stream, data, len(data), path)
        return obj
