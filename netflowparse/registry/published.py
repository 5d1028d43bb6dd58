"""The generated tables as elements.  Nothing here changes at run time; what callers add lives in their Registry."""

from __future__ import annotations

from functools import cache, partial

from . import _enterprise, _iana, _labels, _netflow9
from .element import Element, forward_names, unknown

# {code: word} of what definitions say.  RFC 5610 §3.
TYPE_CODES, SEMANTICS_CODES, UNIT_CODES = _labels.DATA_TYPES, _labels.SEMANTICS, _labels.UNITS
# The words that a definition may use; semantics and units may also be left open.
TYPES = frozenset(TYPE_CODES.values())
SEMANTICS = frozenset(SEMANTICS_CODES.values())
UNITS = frozenset(UNIT_CODES.values())

# Element(…), from one tuple: half the time of a lookup went into passing nine arguments.
_make = partial(tuple.__new__, Element)


def element(enterprise: int, element_id: int) -> Element | None:
    """The element of IANA or of a vendor."""
    rows = _iana.ELEMENTS if enterprise == 0 else _enterprise.elements().get(enterprise, {})
    return _made(enterprise, element_id) if element_id in rows else None


@cache  # of what is published alone: what nobody has defined, and a sender may ask for, is not kept
def _made(enterprise: int, element_id: int) -> Element:
    enterprise, element_id = int(enterprise), int(element_id)  # True and members of an IntEnum find what 1 does
    if enterprise == 0:
        row = _iana.ELEMENTS[element_id]
        return _make((0, element_id, row[0], *row))
    name, key, data_type, semantics, units, status = _enterprise.elements()[enterprise][element_id]
    return _make((enterprise, element_id, name, key, data_type or "octetArray", semantics, units, "", status))


def is_typed(enterprise: int, element_id: int) -> bool:
    """Whether the published element's type is known; some vendors' are not."""
    return enterprise == 0 or _enterprise.elements()[enterprise][element_id][2] != ""


def netflow9_identity(field_type: int) -> tuple[int, int] | None:
    """(enterprise, id) of the element that a NetFlow v9 field type is, (0, the same number) without a row.

    None of a bare one: no element of IANA's or a vendor's, only a number in v9's table.
    """
    identity = _netflow9.ELEMENTS.get(field_type)
    return (0, field_type) if identity is None and field_type not in _netflow9.BARE else identity


def netflow9(field_type: int) -> Element:
    """The element that a NetFlow v9 field type is."""
    if field_type in _iana.ELEMENTS or field_type in _netflow9.ELEMENTS or field_type in _netflow9.BARE:
        return _made_netflow9(field_type)
    return unknown(0, field_type)


@cache  # as above
def _made_netflow9(field_type: int) -> Element:
    identity = netflow9_identity(field_type)
    if identity is None:
        return netflow9_bare(field_type)
    return element(*identity) or unknown(*identity)


def netflow9_bare(field_type: int) -> Element:
    """The field of a bare field type."""
    name, key, data_type, enterprise = _netflow9.BARE[field_type]
    return _make((enterprise, int(field_type), name, key, data_type, "", "", "", "current"))


def netflow9_scope(scope_type: int) -> Element | None:
    """The scope of an options record.  RFC 3954 §6.1."""
    key = _netflow9.SCOPES.get(scope_type)
    return None if key is None else _make((0, scope_type, key, key, "unsigned32", "", "", "", "current"))


@cache
def netflow9_types() -> dict[tuple[int, int], int]:
    """{(enterprise, id): NetFlow v9 field type} of the elements whose type is not IANA's number."""
    return {identity: field_type for field_type, identity in sorted(_netflow9.ELEMENTS.items(), reverse=True)}


@cache
def scope_types() -> dict[str, int]:
    """{key: scope type} of NetFlow v9.  RFC 3954 §6.1."""
    return {key: scope_type for scope_type, key in _netflow9.SCOPES.items()}


def organisation(enterprise: int) -> str:
    """Who holds the enterprise number; "" where that is not in the table."""
    return _enterprise.ORGANISATIONS.get(enterprise, "") if enterprise else "IANA"


@cache
def identities() -> dict[str, tuple[int, int]]:
    """{key: (enterprise, id)} of all elements but the reverse ones."""
    found = {row[0]: (0, element_id) for element_id, row in _iana.ELEMENTS.items()}
    for enterprise, rows in _enterprise.elements().items():
        found.update({row[1]: (enterprise, element_id) for element_id, row in rows.items()})
    return found


@cache
def field_types() -> dict[str, int]:
    """{key: NetFlow v9 field type} of the bare ones."""
    return {row[1]: field_type for field_type, row in _netflow9.BARE.items()}


@cache
def shared_names() -> frozenset[str]:
    """Names that more than one element has, so that they are the key of none but IANA's."""
    pairs = [(row[0], row[1]) for rows in _enterprise.elements().values() for row in rows.values()]
    pairs += [(row[0], row[1]) for row in _netflow9.BARE.values()]
    return frozenset(name for name, key in pairs if name != key)


def value_labels(key: str) -> dict[int, str] | None:
    """{value: label} of an element, by its key; a reverse element has its forward's."""
    return _of_element(_labels.VALUES, key)


def flag_labels(key: str) -> dict[int, str] | None:
    """{mask: label} of an element that is a set of flags, masks ascending."""
    return _of_element(_labels.FLAGS, key)


def _of_element(tables: dict[str, dict[int, str]], key: str) -> dict[int, str] | None:
    for name in (key, *forward_names(key)):
        if name in tables:
            return tables[name]
    return None
