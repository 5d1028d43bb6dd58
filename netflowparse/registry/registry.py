"""Registry: the published elements, and over them what one caller has added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import RegistryError, WrongType
from . import published
from .element import (
    REVERSE,
    Element,
    ElementDescription,
    forward_names,
    is_generic,
    reverse_name,
    reverse_of,
    unknown,
    unnamed_key,
)
from .rows import read_rows

# Keys of a flow or options dict that are no elements.
RESERVED_WORDS = ("scope", "resolved", "tunnel", "inner", "outer", "truncated", "report", "mib_objects")
LOWEST_OCTET = ("forwardingStatus", "reverseForwardingStatus")  # has the whole meaning, at any width; RFC 7270 §4.12


class Registry:
    """Elements by number and by key.

    Each Registry has its own additions; the published tables are shared and never change.  ``edition`` is replaced
    by a new object on every ``add`` that changed something, so what was compiled from older definitions can be told
    by identity.
    """

    def __init__(self) -> None:
        self._added: dict[tuple[int, int], Element] = {}
        self._keys: dict[str, tuple[int, int]] = {}
        self.edition: object = object()

    def __repr__(self) -> str:
        count = len(self._added)
        return f"<Registry: {count} {'element' if count == 1 else 'elements'} added>"

    def lookup(self, enterprise: int, element_id: int) -> Element | None:
        """The element with this number, None where nobody defined it.

        Enterprise 29305 gives the reverse of IANA's element (RFC 5103 §6.1), also of one the caller added.
        """
        if type(enterprise) is not int or type(element_id) is not int:
            _check_numbers(enterprise=enterprise, element_id=element_id)
        if enterprise == REVERSE:
            forward = self.lookup(0, element_id)
            return None if forward is None else reverse_of(forward)
        return self._added.get((enterprise, element_id)) or published.element(enterprise, element_id)

    def element(self, enterprise: int, element_id: int) -> Element:
        """The element with this number; one that nobody defined is an octetArray under a key made of its number."""
        return self.lookup(enterprise, element_id) or unknown(enterprise, element_id)

    def is_open(self, enterprise: int, element_id: int) -> bool:
        """Whether an enterprise's element has no type here: none is published, and the caller has given it none.

        Of such alone exporters may say what they are (RFC 5610).
        """
        if enterprise in (0, REVERSE) or (enterprise, element_id) in self._added:
            return False
        if published.element(enterprise, element_id) is not None:
            return not published.is_typed(enterprise, element_id)
        return self.lookup(enterprise, element_id) is None

    def netflow9(self, field_type: int) -> Element:
        """The element that a NetFlow v9 field type stands for: by v9's own table, else IANA's element of that number.

        No number has an enterprise bit here, so one above 32767 without a row is ``ie<N>``.
        """
        if type(field_type) is not int:
            _check_numbers(field_type=field_type)
        if self._added:
            identity = published.netflow9_identity(field_type)
            if identity in self._added:
                return self._added[identity]
        return published.netflow9(field_type)

    def netflow9_scope(self, scope_type: int) -> Element:
        """The scope with this number, an unsigned32; one that RFC 3954 does not name is octets under ``scope<N>``."""
        if type(scope_type) is not int:
            _check_numbers(scope_type=scope_type)
        return published.netflow9_scope(scope_type) or unknown(0, scope_type, f"scope{scope_type}")

    def find(self, key: str) -> Element | None:
        """The element that has this key in flows (IANA's elements: their name), None where there is none."""
        if not isinstance(key, str):
            raise WrongType(f"key is {type(key).__name__}, expected str")
        return _Draft(self._added, self._keys).find(key)

    def add(self, rows: str | Iterable[Mapping[str, Any] | Element], *, replace: bool = False) -> None:
        """Define elements of the caller's own; all of *rows*, or none when one of them is refused.

        *rows* is CSV text with IANA's column headings (``ElementID``, ``Name``, ``Abstract Data Type``, …) or those of
        our vendor tables (``pen``, ``element_id``, ``name``, ``data_type``, ``semantics``, ``units``, ``status``), or
        mappings with either headings, or elements (their ``key`` is made anew).  Other columns are ignored, as are
        rows of IANA's that list unassigned and reserved numbers.

        An enterprise element whose name another element has gets the key ``pen<PEN>_<name>``; in IANA's space such a
        name is refused.  A number that is defined differently is refused unless *replace*; an element published
        without a name or without a type may be given one.  RegistryError says the row, what it holds and what was
        expected.
        """
        draft = _Draft(dict(self._added), dict(self._keys))
        changed = False
        for where, element in read_rows(rows):
            changed = draft.put(where, element, replace=replace) or changed
        if changed:
            self._added, self._keys, self.edition = draft.added, draft.keys, object()

    def describe(self, what: str | tuple[int, int]) -> ElementDescription:
        """Everything known of an element, given by key or by (enterprise, id), as a plain dict for people."""
        if isinstance(what, str):
            element = self.find(what)
        elif isinstance(what, tuple) and len(what) == 2 and all(isinstance(number, int) for number in what):
            element = self.lookup(*what)
        else:
            raise WrongType(f"element is {what!r:.60}, expected a key or (enterprise, id)")
        if element is None:
            raise RegistryError(f"no element {what!r:.300}, expected a key or (enterprise, id) that is registered")
        labels = published.flag_labels(element.key) or published.value_labels(element.key)
        return {
            "name": element.name,
            "key": element.key,
            "enterprise": element.enterprise,
            "organisation": published.organisation(element.enterprise),
            "id": element.id,
            "type": element.type,
            "semantics": element.semantics,
            "units": element.units,
            "range": element.range,
            "status": element.status,
            "labels": {value: label for value, label in (labels or {}).items() if label},
        }

    def label(self, element: str, value: int) -> str | None:
        """What *value* means in the element (or field of a header) with this key; None where nothing is registered.

        That may be the value or the key: not every key of a flow is an element, so one that is none is no error.
        ``find`` tells whether there is such an element, ``describe`` what values it has.

        Flags read from the least significant bit up: ``SYN|ACK``.  A field of several bits inside them reads
        ``name=number``, bits without a name follow in hexadecimal, and no bits at all are the empty string.  Bits that
        stand beside the flags are passed over: the upper four of ``tcpControlBits`` (RFC 7125 §3); so are all but the
        lowest octet of ``forwardingStatus`` (RFC 7270 §4.12).
        """
        if not isinstance(element, str):
            raise WrongType(f"element is {type(element).__name__}, expected its key")
        if not isinstance(value, int):
            raise WrongType(f"value is {type(value).__name__}, expected int")
        flags = published.flag_labels(element)
        if flags is not None:
            return _flags_text(flags, value)
        labels = published.value_labels(element)
        if labels is None:
            return None
        if value > 0xFF and element in LOWEST_OCTET:
            value &= 0xFF
        return labels.get((1 if value else 2) if isinstance(value, bool) else value)  # RFC 7011 §6.1.5


def _check_numbers(**numbers: object) -> None:
    """Raise WrongType if one is no int; callers ask only about what is not plainly one, for this is slow."""
    for name, number in numbers.items():
        if not isinstance(number, int):
            raise WrongType(f"{name} is {type(number).__name__}, expected int")


def _flags_text(flags: Mapping[int, str], value: int) -> str | None:
    if value < 0:
        return None
    words = []
    rest = value
    for mask, name in flags.items():
        bits = value & mask
        if bits and name:
            single_bit = mask & (mask - 1) == 0
            words.append(name if single_bit else f"{name}={bits // (mask & -mask)}")
        rest &= ~mask
    if rest and not words:
        return None
    return "|".join([*words, hex(rest)] if rest else words)


class _Draft:
    """Additions over the published tables: ``added`` by number, ``keys`` -> number."""

    def __init__(self, added: dict[tuple[int, int], Element], keys: dict[str, tuple[int, int]]) -> None:
        self.added = added
        self.keys = keys

    def at(self, enterprise: int, element_id: int) -> Element | None:
        return self.added.get((enterprise, element_id)) or published.element(enterprise, element_id)

    def find(self, key: str) -> Element | None:
        element = self._forward(key)
        if element is not None:
            return element
        for name in forward_names(key):
            forward = self._forward(name)
            if forward is not None and forward == self.at(0, forward.id):
                return reverse_of(forward)
        return None

    def _forward(self, key: str) -> Element | None:
        """The element with this key, reverse ones apart."""
        identity = self.keys.get(key) or published.identities().get(key)
        if identity is not None:
            element = self.at(*identity)
            if element is not None and element.key == key:
                return element
        field_type = published.field_types().get(key)
        return None if field_type is None else published.netflow9_bare(field_type)

    def put(self, where: str, element: Element, *, replace: bool) -> bool:
        """Take *element* in, or raise RegistryError; whether that changed anything."""
        if element.enterprise == REVERSE:
            self._check_reverse(where, element)
            return False
        existing = self.at(element.enterprise, element.id)
        if existing is not None:
            if existing._replace(key="") == element:
                return False
            if not (replace or self._completes(existing, element)):
                raise RegistryError(f"{where}: {_identity(element)} is {_meaning(existing)}, found {_meaning(element)}")
            self.keys.pop(existing.key, None)
        same_name = existing is not None and existing.name == element.name
        key = existing.key if existing is not None and same_name else self._key(where, element)
        self.added[element.enterprise, element.id] = element._replace(key=key)
        self.keys[key] = (element.enterprise, element.id)
        return True

    def _key(self, where: str, element: Element) -> str:
        """The key of a new name."""
        name, enterprise = element.name, element.enterprise
        if name in RESERVED_WORDS:
            raise RegistryError(f"{where}: name is {name!r}, a reserved word; expected another one")
        if name == unnamed_key(enterprise, element.id):
            return name
        other = self._holder(element, name)
        if other is None and not enterprise:
            other = self._holder(element._replace(enterprise=REVERSE), reverse_name(name))
        if other is None and not is_generic(name) and not (enterprise and name in published.shared_names()):
            return name
        if not enterprise:
            why = f"the key of {_identity(other)}" if other is not None else "of the form of keys made of numbers"
            raise RegistryError(f"{where}: name is {name!r}, {why}; expected a name of its own")
        key = f"pen{enterprise}_{name}"
        if self._holder(element, key) is not None:
            raise RegistryError(f"{where}: name is {name!r}, which enterprise {enterprise} has for another element")
        return key

    def _holder(self, element: Element, key: str) -> Element | None:
        """The other element that has *key*."""
        other = self.find(key)
        return None if other is None or other[:2] == element[:2] else other

    def _completes(self, existing: Element, element: Element) -> bool:
        """Whether *element* only says what the published table leaves open: the name, or the type."""
        identity = (element.enterprise, element.id)
        if identity in self.added:
            return False
        unnamed = existing.name == unnamed_key(*identity)
        untyped = not published.is_typed(*identity)
        return (unnamed or existing.name == element.name) and (untyped or (unnamed and existing.type == element.type))

    def _check_reverse(self, where: str, element: Element) -> None:
        forward = self.at(0, element.id)
        if forward is None or (reverse_name(forward.name), forward.type) != (element.name, element.type):
            raise RegistryError(
                f"{where}: {_identity(element)} is {element.name!r}, expected the reverse of IANA element {element.id} "
                "(RFC 5103): it is derived, add that element instead"
            )


def _identity(element: Element) -> str:
    return f"element {element.id} of enterprise {element.enterprise}" if element.enterprise else f"element {element.id}"


def _meaning(element: Element) -> str:
    cells = (element.name, element.type, element.semantics, element.units, element.range, element.status)
    return " ".join(cell for cell in cells if cell)
