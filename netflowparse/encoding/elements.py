"""Keys of records back to numbers: the element of a key, the field that stands for it, and the octets it takes.

RFC 7011 §3.2 and §6.2; RFC 3954 §8, whose field types are numbers of their own.
"""

from __future__ import annotations

import re
from typing import Any

from ..codec.record import value_type
from ..errors import EncodeError
from ..quirks import STANDARD
from ..registry import Element, Registry, published
from ..registry.element import ELEMENT_ID_MAX, is_generic, numbers_of, unknown
from ..template import VARIABLE_LENGTH
from ..wire.leaves import (
    ACCESS_LIST_ID,
    EXACT,
    INTEGERS,
    OCTETS,
    SIGNED,
    UNSIGNED,
    WIDEST_INTEGER,
    fits,
    narrowest,
)
from ..wire.lists import BASIC_LIST, LISTS, SUB_TEMPLATE_LIST, SUB_TEMPLATE_MULTI_LIST
from ..wire.texts import encode_application_id, encode_text
from ..wire.values import octets_of
from .checked import REFUSALS, UTF8, Path, shown

LARGEST_TYPE = 0xFFFF  # of a NetFlow v9 field
LONGEST_KEY = len("pen4294967295_ie32767")  # of keys that are made of numbers
#: types of which None is written in as many octets as any value; of others it is no octets
NONE_HAS_OCTETS = frozenset({"boolean", "float32", "float64", "dateTimeMicroseconds", "dateTimeNanoseconds"})
(ACCESS_LIST_OCTETS,) = EXACT[ACCESS_LIST_ID]
SHORTEST_APPLICATION_ID = 4  # octets, in NetFlow v9; RFC 6759 §4.1
#: octets of a field -> a type that has None in as many: no value, or one that is neither true nor false, or no number
TYPES_OF_NONE = {0: "boolean", 1: "boolean", 4: "float32", 8: "float64"}


def element_of(key: str, registry: Registry, path: Path) -> Element:
    """The element that has *key* in records.  EncodeError where there is none."""
    element = registry.find(key) if isinstance(key, str) else None
    if element is not None:
        return element
    numbers = _numbers_of(key) if isinstance(key, str) else None
    if numbers is None:
        raise EncodeError(f"no element {key!r}, expected the key of one that the registry has", path)
    return registry.element(*numbers)


def _numbers_of(key: str) -> tuple[int, int] | None:
    return numbers_of(key) if len(key) <= LONGEST_KEY else None


def field_type_of(key: str, registry: Registry, path: Path) -> tuple[int, Element]:
    """The NetFlow v9 field type that has *key* in records, and its element."""
    element = element_of(key, registry, path)
    enterprise, number = element[:2]
    found = published.field_types().get(key, number)
    if found > LARGEST_TYPE or registry.netflow9(found)[:2] != (enterprise, number):
        found = published.netflow9_types().get((enterprise, number), number)
    if found > LARGEST_TYPE or registry.netflow9(found)[:2] != (enterprise, number):
        raise EncodeError(f"element {number} of enterprise {enterprise} has no field type in NetFlow v9", path)
    return found, element


def scope_type_of(key: str, registry: Registry, path: Path) -> tuple[int, Element]:
    """The scope type of NetFlow v9 that has *key* in a record's scope, and what stands for its element."""
    number = published.scope_types().get(key) if isinstance(key, str) else None
    if number is None and isinstance(key, str) and re.fullmatch(r"scope[0-9]{1,5}", key):
        number = int(key[5:])
    if number is None or number > LARGEST_TYPE:
        known = ", ".join(published.scope_types())
        raise EncodeError(f"no scope {key!r}, expected one of {known}, or scope<N>", path)
    return number, registry.netflow9_scope(number)


def is_open(element: Element, registry: Registry) -> bool:
    """Whether nobody knows the type of *element* but whoever sends it."""
    return not element.known or registry.is_open(element.enterprise, element.id)


def typed(element: Element, key: str, value: Any, length: int, registry: Registry) -> Element:
    """*element* under *key*, with a type that suits *value* where nobody knows its own.

    *length* are the octets that a template gives it.
    """
    if not is_open(element, registry) or is_generic(key) or not _needs_type(value, length):
        return element if element.key == key else element._replace(key=key)
    return unknown(element.enterprise, element.id, key)._replace(key=key, type=_type_of(value, length))


def _needs_type(value: Any, length: int) -> bool:
    """Whether *value* is more than the octets that an unknown element has."""
    if isinstance(value, bytes):
        return False
    try:
        octets = octets_of(value)
    except ValueError:
        return True
    return length not in (len(octets), VARIABLE_LENGTH)


def _type_of(value: Any, length: int) -> str:
    if value is None:
        return TYPES_OF_NONE.get(length, OCTETS)
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "signed64" if value < 0 else "unsigned64"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, dict):
        return (
            BASIC_LIST if "element" in value else SUB_TEMPLATE_MULTI_LIST if "entries" in value else SUB_TEMPLATE_LIST
        )
    if isinstance(value, str):
        forms = ((6, ":", "macAddress"), (16, ":", "ipv6Address"), (4, ".", "ipv4Address"))
        for octets, separator, form in forms:
            if length == octets and separator in value and fits_as(form, value):
                return form
        return "string"
    return OCTETS


def fits_as(abstract_type: str, value: Any) -> bool:
    """Whether *value* can be written as one of *abstract_type* in as many octets as that has."""
    (leaf, *_) = EXACT[abstract_type].values()
    try:
        leaf.build(value)
    except REFUSALS:
        return False
    return True


def natural_length(element: Element, *, variable: bool) -> int | None:
    """The octets that values of *element* usually have, 65535: each brings its own, if that is possible (*variable*).

    None where it depends on the value.
    """
    abstract_type = value_type(element, VARIABLE_LENGTH, frozenset(), in_options=False)
    if abstract_type in UNSIGNED | SIGNED:
        return int(abstract_type.removeprefix("un").removeprefix("signed")) // 8
    if abstract_type in EXACT:
        width: int = next(iter(EXACT[abstract_type]))
        return width
    return VARIABLE_LENGTH if variable else None


def length_for(element: Element, value: Any, *, variable: bool, path: Path) -> int:
    """The octets of a field for *value* of *element*, 65535: it brings its own; as ``natural_length`` if it fits."""
    abstract_type = value_type(element, VARIABLE_LENGTH, frozenset(), in_options=False)
    natural = natural_length(element, variable=variable)
    if _is_access_list_id(element, value):
        return ACCESS_LIST_OCTETS
    try:
        return _length_for(abstract_type, natural, value)
    except UnicodeError as error:
        raise EncodeError(f"{shown(value)}, expected {UTF8}", path) from error
    except ValueError as error:
        raise EncodeError(str(error), path) from error
    except REFUSALS as error:
        raise EncodeError(f"{shown(value)}, expected a value of type {abstract_type}", path) from error


def _is_access_list_id(element: Element, value: Any) -> bool:
    """Whether *value* is one of a Cisco ASA's, whose element is known as octets."""
    rule = value_type(element, ACCESS_LIST_OCTETS, STANDARD.on, in_options=False)
    return rule == ACCESS_LIST_ID and isinstance(value, str) and "-" in value and fits_as(rule, value)


def _length_for(abstract_type: str, natural: int | None, value: Any) -> int:
    if abstract_type in LISTS and natural is None:
        raise ValueError(f"a {abstract_type}, which NetFlow v9 has no templates for")
    if value is None and abstract_type not in NONE_HAS_OCTETS and natural != VARIABLE_LENGTH:
        return 0
    if natural is None:
        return _fixed_length(abstract_type, value)
    if natural == VARIABLE_LENGTH or value is None:
        return natural
    if isinstance(value, str | bytes) and (abstract_type in INTEGERS or not fits_as(abstract_type, value)):
        return _odd_length(abstract_type, value)
    if abstract_type in INTEGERS and isinstance(value, int) and (value >= 0 or abstract_type in SIGNED):
        length = max(natural, narrowest(abstract_type, value))
        if length > WIDEST_INTEGER:
            raise ValueError(f"an int of {length} octets, expected at most {WIDEST_INTEGER}")
        return length
    return natural


def _odd_length(abstract_type: str, value: str | bytes) -> int:
    """The octets of what is none of its type's values."""
    try:
        length = len(octets_of(value))
    except ValueError:
        length = 0
    if fits(abstract_type, length):
        raise ValueError(f"{shown(value)}, expected a value of type {abstract_type}")
    return length


def _fixed_length(abstract_type: str, value: Any) -> int:
    if abstract_type == OCTETS:
        return len(octets_of(value))
    if abstract_type == "string":
        return _roomy(len(encode_text(value)))
    length = len(encode_application_id(value, None))
    return max(length, SHORTEST_APPLICATION_ID) if ":" in value else length


def _roomy(length: int) -> int:
    """Octets for texts of about *length*, so that those of other records need no templates of their own."""
    return min(max(16, 1 << (length - 1).bit_length()), VARIABLE_LENGTH - 1)


def check_number(enterprise: int, number: int, path: Path) -> None:
    """EncodeError for what no field specifier of IPFIX can say."""
    if not 0 <= number <= ELEMENT_ID_MAX:
        raise EncodeError(f"id {number}, expected 0 to {ELEMENT_ID_MAX}", (*path, "id"))
    if not 0 <= enterprise <= 0xFFFFFFFF:
        raise EncodeError(f"enterprise {enterprise}, expected 32 bits", (*path, "enterprise"))
