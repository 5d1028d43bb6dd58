"""Structured data: the three types whose values are lists.  RFC 6313 §4; integers big-endian and unsigned.

What the records inside are made of is said by templates, so a list is read in two steps: a record's reader tells where
it stands, and whoever knows the templates reads its head and what follows.  The whole lists here build, and parse, by
themselves, if ``parse`` and ``build`` are given ``declarations``, an object with the methods of ``Declarations``.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, Protocol, TypeAlias

from construct import (
    Construct,
    ExprAdapter,
    If,
    Int8ub,
    Int16ub,
    Int32ub,
    Prefixed,
    SizeofError,
    Struct,
    stream_read,
    stream_tell,
    stream_write,
)

from .ipfix import ENTERPRISE_BIT, HasBit
from .lengths import VarLength
from .specifications import specified

BASIC_LIST = "basicList"
SUB_TEMPLATE_LIST = "subTemplateList"
SUB_TEMPLATE_MULTI_LIST = "subTemplateMultiList"
#: abstract type -> octets of its smallest value: of an empty list
LISTS = {BASIC_LIST: 5, SUB_TEMPLATE_LIST: 3, SUB_TEMPLATE_MULTI_LIST: 1}
SEMANTICS = {0: "noneOf", 1: "exactlyOneOf", 2: "oneOrMoreOf", 3: "allOf", 4: "ordered", 255: "undefined"}  # §4.4
ENTRY_HEADER = 4  # octets, which the length of an entry counts too

Span: TypeAlias = tuple[int, int]  # offsets of a list's first octet and behind its last

BasicListHeader = specified(
    "RFC 6313 §4.5.1",
    "semantic" / Int8ub,
    "id" / Int16ub,  # the enterprise bit and 15 bits of element id
    "length" / Int16ub,  # of each value; 65535: variable
)
EnterpriseNumber = specified(  # behind a basicList's header, where its id has the enterprise bit
    "RFC 6313 §4.5.1",
    "enterprise" / Int32ub,
)

SubTemplateListHeader = specified(
    "RFC 6313 §4.5.2",
    "semantic" / Int8ub,
    "template_id" / Int16ub,
)
EntryHeader = specified(
    "RFC 6313 §4.5.3",
    "template_id" / Int16ub,
    "length" / Int16ub,  # of the entry, this header included; 0: no records, as 4
)


class Declarations(Protocol):
    """What lists are made of."""

    def element(self, enterprise: int, element_id: int, length: int) -> Construct:
        """The Construct of a basicList's values."""

    def record(self, template_id: int) -> Construct:
        """The Construct of a template's records."""


class Each(Construct):  # type: ignore[misc]
    """Values of one Construct up to the end; *choose* finds it by the ``Declarations`` and the fields before."""

    def __init__(self, choose: Callable[[Declarations, Any], Construct]) -> None:
        super().__init__()
        self._choose = choose

    def _parse(self, stream: Any, context: Any, path: str) -> list[Any]:
        octets, values = stream.read(), []
        inner = BytesIO(octets)
        while inner.tell() < len(octets):
            values.append(self._of(context)._parsereport(inner, context, path))
        return values

    def _build(self, obj: list[Any], stream: Any, context: Any, path: str) -> list[Any]:
        for value in obj:
            self._of(context)._build(value, stream, context, path)
        return obj

    def _of(self, context: Any) -> Construct:
        return self._choose(context._params.declarations, context)


_EntryLength = ExprAdapter(
    Int16ub, lambda length, _: max(length - ENTRY_HEADER, 0), lambda length, _: length + ENTRY_HEADER
)
_records = Each(lambda declarations, context: declarations.record(context.template_id))
_entry = Struct("template_id" / Int16ub, "records" / Prefixed(_EntryLength, _records))

#: abstract type -> the whole list
WHOLE: dict[str, Struct] = {
    BASIC_LIST: Struct(
        *BasicListHeader.subcons,
        "enterprise" / If(HasBit("id", ENTERPRISE_BIT), Int32ub),
        "values"
        / Each(
            lambda declarations, context: declarations.element(
                context.enterprise or 0, context.id & ~ENTERPRISE_BIT, context.length
            )
        ),
    ),
    SUB_TEMPLATE_LIST: Struct(*SubTemplateListHeader.subcons, "records" / _records),
    SUB_TEMPLATE_MULTI_LIST: Struct("semantic" / Int8ub, "entries" / Each(lambda declarations, context: _entry)),
}


_prefix = VarLength(always_long=True)  # §5.1


class Located(Construct):  # type: ignore[misc]
    """A list where it stands in a record, of *length* octets, None: it brings its own.

    Parsing gives the ``Span`` of its octets, or with ``declarations`` the whole list.  Building takes octets, or the
    whole list.
    """

    def __init__(self, abstract_type: str, length: int | None) -> None:
        super().__init__()
        self.abstract_type = abstract_type
        self.length = length

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        length = _prefix._parse(stream, context, path) if self.length is None else self.length
        start: int = stream_tell(stream, path)
        octets = stream_read(stream, length, path)
        if "declarations" not in context._params:
            return start, start + length
        return WHOLE[self.abstract_type]._parse(BytesIO(octets), context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        octets = obj if isinstance(obj, bytes) else self._whole(obj, context, path)
        if self.length is None:
            _prefix._build(len(octets), stream, context, path)
        elif len(octets) != self.length:
            raise SizeofError(f"a {self.abstract_type} of {len(octets)} octets, expected {self.length}", path=path)
        stream_write(stream, octets, len(octets), path)
        return obj

    def _whole(self, obj: Any, context: Any, path: str) -> bytes:
        stream = BytesIO()
        WHOLE[self.abstract_type]._build(obj, stream, context, path)
        return stream.getvalue()
