"""XDR as sFlow uses it: counted octets and items padded to 4, unions, fields that later revisions added.

RFC 4506; sFlow version 5, section 5.  Integers are big-endian.  Each node reads, writes, and says how many octets it
takes at least, so that no count is believed before its octets are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from construct import (
    Bytes,
    Construct,
    Int32ub,
    Padded,
    StreamError,
    Struct,
    Subconstruct,
    stream_read,
    stream_tell,
    stream_write,
)

from .texts import Text
from .values import Ipv4Text, Ipv6Text, MacText, Untyped

WORD = 4  # octets: everything begins at a multiple of them


class UnknownArm(StreamError):  # type: ignore[misc]
    """The discriminant of a union has a value that it does not define, so that what follows cannot be located."""


def padding(length: int) -> int:
    """Octets that fill *length* octets to a multiple of 4.  RFC 4506 §3."""
    return -length % WORD


class Opaque(Construct):  # type: ignore[misc]
    """Octets behind their number.  RFC 4506 §4.10.  Padding that is missing at the very end is not missed."""

    def _parse(self, stream: Any, context: Any, path: str) -> bytes:
        length: int = Int32ub._parsereport(stream, context, path)
        octets: bytes = stream_read(stream, _left(stream, length, path), path)
        stream.read(padding(length))
        return octets

    def _build(self, obj: bytes, stream: Any, context: Any, path: str) -> bytes:
        data = len(obj).to_bytes(WORD, "big") + obj + bytes(padding(len(obj)))
        stream_write(stream, data, len(data), path)
        return obj


class _Items(Subconstruct):  # type: ignore[misc]
    """Items one behind another; how many there are is told by the layouts below."""

    def _build(self, obj: list[Any], stream: Any, context: Any, path: str) -> list[Any]:
        for item in obj:
            self.subcon._build(item, stream, context, path)
        return obj


class Counted(_Items):
    """Items behind their number, which may be at most *most* if that is given.  RFC 4506 §4.13."""

    def __init__(self, subcon: Construct, *, most: int | None = None) -> None:
        super().__init__(subcon)
        self.most = most

    def _parse(self, stream: Any, context: Any, path: str) -> list[Any]:
        count: int = Int32ub._parsereport(stream, context, path)
        if self.most is not None and count > self.most:
            raise StreamError(f"{count} items, expected at most {self.most}", path=path)
        _left(stream, count * minimum_length(self.subcon), path)
        return [self.subcon._parsereport(stream, context, path) for _ in range(count)]

    def _build(self, obj: list[Any], stream: Any, context: Any, path: str) -> list[Any]:
        Int32ub._build(len(obj), stream, context, path)
        return super()._build(obj, stream, context, path)


class Repeated(_Items):
    """Items to the end of what contains them."""

    def _parse(self, stream: Any, context: Any, path: str) -> list[Any]:
        items = []
        while _remaining(stream):
            items.append(self.subcon._parsereport(stream, context, path))
        return items


class Times(_Items):
    """A number of items that the layout fixes."""

    def __init__(self, count: int, subcon: Construct) -> None:
        super().__init__(subcon)
        self.count = count

    def _parse(self, stream: Any, context: Any, path: str) -> list[Any]:
        return [self.subcon._parsereport(stream, context, path) for _ in range(self.count)]


class Union(Construct):  # type: ignore[misc]
    """One of several arms; None stands for the arm without octets.  RFC 4506 §4.15.

    The discriminant is the word before the arm, which ``kind_of`` finds again for a value; or with ``on`` an earlier
    field of the same structure.
    """

    def __init__(
        self, arms: Mapping[int, Construct | None], *, on: str = "", kind_of: Callable[[Any], int] | None = None
    ) -> None:
        super().__init__()
        self.arms = dict(arms)
        self.on = on
        self.kind_of = kind_of

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        kind = context[self.on] if self.on else Int32ub._parsereport(stream, context, path)
        if kind not in self.arms:
            raise UnknownArm(f"type {kind}, expected one of {', '.join(map(str, self.arms))}", path=path)
        arm = self.arms[kind]
        return None if arm is None else arm._parsereport(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if self.kind_of is None:
            kind = context[self.on]
        else:
            kind = self.kind_of(obj)
            Int32ub._build(kind, stream, context, path)
        arm = self.arms[kind]
        if arm is not None:
            arm._build(obj, stream, context, path)
        return obj


class Added(Subconstruct):  # type: ignore[misc]
    """A field at the end of a structure that agents of an earlier revision do not send.  ``ABSENT`` where it is not."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self.subcon._parsereport(stream, context, path) if _remaining(stream) >= self.subcon.sizeof() else ABSENT

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if obj is not ABSENT and obj is not None:
            self.subcon._build(obj, stream, context, path)
        return obj


ABSENT = object()

ADDRESS_NONE, ADDRESS_IPV4, ADDRESS_IPV6 = 0, 1, 2


def _address_kind(text: str | None) -> int:
    if text is None:
        return ADDRESS_NONE
    return ADDRESS_IPV6 if ":" in text else ADDRESS_IPV4


Ip4 = Ipv4Text(Bytes(4))
Ip6 = Ipv6Text(Bytes(16))
Address = Union({ADDRESS_NONE: None, ADDRESS_IPV4: Ip4, ADDRESS_IPV6: Ip6}, kind_of=_address_kind)
Mac = Padded(8, MacText(Bytes(6)))
String = Text(Opaque())
Octets = Untyped(Opaque())


def minimum_length(node: Construct) -> int:
    """Octets that *node* takes at least."""
    while isinstance(node, Subconstruct) and not isinstance(node, Counted | Repeated | Times | Added | Padded):
        node = node.subcon
    if isinstance(node, Struct):
        return sum(minimum_length(subcon) for subcon in node.subcons)
    if isinstance(node, Repeated | Added):
        return 0
    if isinstance(node, Times):
        return node.count * minimum_length(node.subcon)
    if isinstance(node, Union):
        arms = (0 if arm is None else minimum_length(arm) for arm in node.arms.values())
        return min(arms) + (0 if node.on else WORD)
    return WORD if isinstance(node, Opaque | Counted) else int(node.sizeof())


def _remaining(stream: Any) -> int:
    at = stream_tell(stream, "")
    end = stream.seek(0, 2)
    stream.seek(at)
    return int(end - at)


def _left(stream: Any, length: int, path: str) -> int:
    if length > _remaining(stream):
        raise StreamError(f"{length} octets wanted, {_remaining(stream)} are there", path=path)
    return length
