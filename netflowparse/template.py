"""Templates as values: what a template record says, free of how it was spelled and of what its elements mean.

RFC 7011 §3.2 and §3.4, RFC 3954 §5.2 and §6.1.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

VARIABLE_LENGTH = 0xFFFF  # RFC 7011 §7


class FieldSpecifier(NamedTuple):
    """One field of a template: the element's identity, and octets on the wire (65535: each value brings its length).

    ``enterprise`` is 0 for IANA's elements.  In NetFlow v9 it is always 0, ``id`` is the 16-bit field type, and the
    scope fields of an options template have scope types for ids.
    """

    enterprise: int
    id: int
    length: int


ShapeKey: TypeAlias = tuple[str, int | None, tuple[FieldSpecifier, ...]]


class Template(NamedTuple):
    """A template record.  Equal templates read any octets alike; so it is its own cache key.

    ``scope_count`` is None for a data template; of an options template, how many fields (the first ones) are scope.
    """

    protocol: str  # "netflow9" or "ipfix": the number spaces of their ids differ
    template_id: int
    scope_count: int | None
    fields: tuple[FieldSpecifier, ...]

    @property
    def shape(self) -> ShapeKey:
        """All that decides how records are read; the same for templates that differ in their id alone."""
        return self.protocol, self.scope_count, self.fields
