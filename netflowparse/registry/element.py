"""One information element, and how the key of one without a name, or of a reverse one, is made.  RFC 7012, RFC 5103."""

from __future__ import annotations

import re
from typing import NamedTuple, TypedDict

REVERSE = 29305  # RFC 5103 §6.1: the enterprise whose element N is the reverse of IANA's element N
ELEMENT_ID_MAX = 0x7FFF  # RFC 7011 §3.2; the top bit of a field specifier is the enterprise bit
ENTERPRISE_MAX = 0xFFFFFFFF
# IANA's elements that describe the exporter, the message or padding, not packets of one direction (RFC 5103 §6.1),
# and the three lists of RFC 6313, which have no direction either.
NOT_REVERSIBLE = frozenset(
    (40, 41, 42, 130, 131, 137, 145, 148, 149, *range(163, 169), 173, *range(210, 218), 239, 291, 292, 293)
)


class Element(NamedTuple):
    """An information element: its number, and what is known of its values."""

    enterprise: int  # private enterprise number; 0 is IANA
    id: int
    name: str  # as published
    key: str  # in flows: the name, unless another element has it
    type: str  # abstract data type; "octetArray" where nobody knows
    semantics: str  # "" where not stated
    units: str
    range: str
    status: str  # "current" or "deprecated"; "unknown" where no registry has the element

    @property
    def known(self) -> bool:
        """Whether any registry has this element."""
        return self.status != "unknown"

    @property
    def reversible(self) -> bool:
        """False for IANA's elements that may have no reverse, and for their reverse elements; those do decode."""
        return self.enterprise not in (0, REVERSE) or self.id not in NOT_REVERSIBLE


class ElementDescription(TypedDict):
    """Everything known of an element, as ``Registry.describe`` tells it; "" for what is not stated."""

    name: str
    key: str  # in flows
    enterprise: int
    organisation: str  # whose number that is
    id: int
    type: str
    semantics: str
    units: str
    range: str
    status: str
    labels: dict[int, str]  # what values, or bits of flags, mean


def unnamed_key(enterprise: int, element_id: int) -> str:
    """``ie1234`` or ``pen9_ie1234``: the key of an element that nobody has named."""
    return f"pen{enterprise}_ie{element_id}" if enterprise else f"ie{element_id}"


def numbers_of(key: str) -> tuple[int, int] | None:
    """(enterprise, id) of a key that is made of numbers, as ``unnamed_key`` makes them; None of any other."""
    found = re.fullmatch(r"(?:pen([1-9][0-9]*)_)?ie(0|[1-9][0-9]*)", key, re.ASCII)
    return None if found is None else (int(found[1] or 0), int(found[2]))


def is_generic(key: str) -> bool:
    """Whether *key* looks like one that is made of numbers: ``ie1``, ``pen9_ie1``, ``pen9_name``, ``scope6``."""
    return re.match(r"(ie|scope)[0-9]+\Z|pen[0-9]+_", key) is not None


def unknown(enterprise: int, element_id: int, key: str = "") -> Element:
    """The element that no registry has: octets under *key*, or a key made of its numbers."""
    key = key or unnamed_key(enterprise, element_id)
    return Element(enterprise, element_id, key, key, "octetArray", "", "", "", "unknown")


def reverse_name(name: str) -> str:
    """``reverseOctetDeltaCount`` for ``octetDeltaCount``.  RFC 5103 §6.1."""
    return "reverse" + name[:1].upper() + name[1:]


def forward_names(name: str) -> tuple[str, ...]:
    """The names whose reverse is *name*: none, or one in lower and one in upper case (``VRFname``)."""
    if not name.startswith("reverse") or len(name) == 7:
        return ()
    return (name[7:8].lower() + name[8:], name[7:])


def reverse_of(forward: Element) -> Element:
    """The reverse of an IANA element: forward's type and meaning, counted the other way round."""
    name = reverse_name(forward.name)
    return forward._replace(enterprise=REVERSE, name=name, key=name)
