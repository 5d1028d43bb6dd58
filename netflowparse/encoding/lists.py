"""Lists in values to octets: what ``protocols/lists.py`` reads, by the whole declarations.  RFC 6313 §4.

Lists inside lists are written first; a record then holds their octets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from construct import Construct, GreedyBytes

from ..codec.record import value_type
from ..errors import EncodeError
from ..limits import DEEPEST_NESTING
from ..quirks import STANDARD
from ..registry import Element, Registry
from ..template import VARIABLE_LENGTH
from ..wire.ipfix import ENTERPRISE_BIT
from ..wire.leaves import INTEGERS, WIDEST_INTEGER, leaf
from ..wire.lengths import LONG_LENGTH
from ..wire.lists import BASIC_LIST, LISTS, SEMANTICS, SUB_TEMPLATE_LIST, WHOLE
from .checked import REFUSALS, Path, expect_dict, expect_list, shown, write_octets
from .elements import check_number, element_of, length_for, natural_length, typed

_CODES = {word: code for code, word in SEMANTICS.items()}
RECORDS = ("template_id", "records", "octets", "undecoded")  # of a list or an entry of one
UNDEFINED = 255  # the semantic of a list that does not say one; RFC 6313 §5.6

#: Writes a record by the template of an id.
SpellRecord = Callable[[int, Any, Path], bytes]


class _Written:
    """What lists are made of here: octets that are written already."""

    def element(self, enterprise: int, element_id: int, length: int) -> Construct:
        """The Construct of a basicList's values."""
        return GreedyBytes

    def record(self, template_id: int) -> Construct:
        """The Construct of records."""
        return GreedyBytes


class Lists:
    """Writes lists; the records in them by *spell_record*."""

    def __init__(self, registry: Registry, spell_record: SpellRecord) -> None:
        self._registry = registry
        self._spell_record = spell_record
        self._depth = 0

    def spell(self, abstract_type: str, value: Any, path: Path) -> bytes:
        """The octets of a list, without a length before them."""
        if value is None:  # it has no octets
            return b""
        if isinstance(value, str | bytes):  # those of one that could not be read
            return write_octets(value, path)
        value = expect_dict(value, path)
        if self._depth >= DEEPEST_NESTING:
            raise EncodeError(f"more than {DEEPEST_NESTING} lists inside one another", path)
        self._depth += 1
        try:
            octets = self._list(abstract_type, value, path)
        finally:
            self._depth -= 1
        return octets + write_octets(value["undecoded"], (*path, "undecoded")) if "undecoded" in value else octets

    def _list(self, abstract_type: str, value: Mapping[str, Any], path: Path) -> bytes:
        """The octets of a list, but for what is left over behind its last whole part."""
        if abstract_type == BASIC_LIST:
            octets = self._basic_list(value, path)
        elif abstract_type == SUB_TEMPLATE_LIST:
            _only(value, ("semantic", *RECORDS), path)
            wire = {"semantic": _semantic(value, path), "template_id": _template_id(value, path), "records": []}
            wire["records"] = [self._records(value, path)]
            octets = self._build(abstract_type, wire)
        else:
            octets = self._multi_list(value, path)
        return octets

    def _build(self, abstract_type: str, wire: dict[str, Any]) -> bytes:
        octets: bytes = WHOLE[abstract_type].build(wire, declarations=_Written())
        return octets

    def _basic_list(self, value: Mapping[str, Any], path: Path) -> bytes:
        _only(value, ("semantic", "element", "values", "undecoded"), path)
        name, here = value.get("element"), (*path, "values")
        if not isinstance(name, str):
            raise EncodeError(f"{shown(name)}, expected the key of an element", (*path, "element"))
        values = expect_list(value.get("values"), here)
        element = element_of(name, self._registry, (*path, "element"))
        check_number(element.enterprise, element.id, (*path, "element"))
        if values:
            element = typed(element, name, values[0], VARIABLE_LENGTH, self._registry)
        length = self._length(element, values, here)
        if value.get("undecoded"):
            left = write_octets(value["undecoded"], (*path, "undecoded"))
            length = self._length_before(left, length, element, values, here)
        abstract_type = value_type(element, length, STANDARD.on, in_options=False)
        node = leaf(abstract_type, length)
        made = [self._value(node, abstract_type, each, (*here, index)) for index, each in enumerate(values)]
        wire = {
            "semantic": _semantic(value, path),
            "id": element.id | (ENTERPRISE_BIT if element.enterprise else 0),
            "length": length,
            "enterprise": element.enterprise,
            "values": made,
        }
        return self._build(BASIC_LIST, wire)

    def _length(self, element: Element, values: Sequence[Any], path: Path) -> int:
        """The octets that each of *values* takes."""
        lengths = [
            length_for(element, each, variable=True, path=(*path, index)) for index, each in enumerate(values)
        ] or [natural_length(element, variable=True) or VARIABLE_LENGTH]
        if max(lengths) > VARIABLE_LENGTH:
            raise EncodeError(f"a value of {max(lengths)} octets, expected at most {VARIABLE_LENGTH}", path)
        alike = len(set(lengths)) == 1 or (element.type in INTEGERS and all(type(each) is int for each in values))
        return (alike and max(lengths)) or VARIABLE_LENGTH  # nobody could count values without octets

    def _length_before(self, left: bytes, length: int, element: Element, values: Sequence[Any], path: Path) -> int:
        """*length*, or another one by which the octets *left* over behind the values are none of them."""
        if not values:  # of any length they would be values
            return 0
        if _runs_over(left) if length == VARIABLE_LENGTH else len(left) < length:
            return length
        if element.type in INTEGERS and len(left) < WIDEST_INTEGER:
            return len(left) + 1
        if length == VARIABLE_LENGTH and element.type not in LISTS:
            node = leaf(element.type, length)
            made = [self._value(node, element.type, each, (*path, index)) for index, each in enumerate(values)]
            sizes = {len(octets) - (1 if octets[0] < LONG_LENGTH else 3) for octets in made}
            if len(sizes) == 1 and len(left) < max(sizes):
                return max(sizes)
        raise EncodeError(f"{len(left)} octets, which would be read as values", (*path[:-1], "undecoded"))

    def _value(self, node: Construct, abstract_type: str, value: Any, path: Path) -> bytes:
        if isinstance(value, bool) and abstract_type != "boolean":
            raise EncodeError(f"{value!r}, expected no truth value", path)
        if abstract_type in LISTS:
            value = self.spell(abstract_type, value, path)
        try:
            octets: bytes = node.build(value)
        except REFUSALS as error:
            why = str(error) if isinstance(error, ValueError) else f"{shown(value)} does not fit"
            raise EncodeError(why, path) from error
        return octets

    def _multi_list(self, value: Mapping[str, Any], path: Path) -> bytes:
        _only(value, ("semantic", "entries", "undecoded"), path)
        here: Path = (*path, "entries")
        entries = expect_list(value.get("entries"), here)
        wire = []
        for index, each in enumerate(entries):
            entry = expect_dict(each, (*here, index))
            _only(entry, RECORDS, (*here, index))
            template_id, octets = _template_id(entry, (*here, index)), self._records(entry, (*here, index))
            wire.append({"template_id": template_id, "records": [octets]})
        return self._build("subTemplateMultiList", {"semantic": _semantic(value, path), "entries": wire})

    def _records(self, holder: Mapping[str, Any], path: Path) -> bytes:
        """The octets of the records of a list or an entry."""
        if "octets" in holder:  # that could not be read
            if "records" in holder:
                raise EncodeError("octets beside records, expected either", (*path, "octets"))
            return write_octets(holder["octets"], (*path, "octets"))
        template_id = _template_id(holder, path)
        records = expect_list(holder.get("records"), (*path, "records"))
        octets = b"".join(
            self._spell_record(template_id, each, (*path, "records", index)) for index, each in enumerate(records)
        )
        if "entries" not in holder and "semantic" not in holder and "undecoded" in holder:
            octets += write_octets(holder["undecoded"], (*path, "undecoded"))
        return octets


def _runs_over(octets: bytes) -> bool:
    """Whether no value with its length before it ends within *octets*."""
    if octets[0] < LONG_LENGTH:
        return octets[0] >= len(octets)
    return len(octets) < 3 or int.from_bytes(octets[1:3], "big") > len(octets) - 3


def _only(value: Mapping[str, Any], keys: tuple[str, ...], path: Path) -> None:
    """Refuse what would be lost."""
    extra = [key for key in value if key not in keys]
    if extra:
        raise EncodeError(f"no part of a list, expected some of {', '.join(keys)}", (*path, extra[0]))


def _semantic(value: Mapping[str, Any], path: Path) -> int:
    word = value.get("semantic", UNDEFINED)
    code = _CODES.get(word, word) if isinstance(word, str) else word
    if isinstance(code, bool) or not isinstance(code, int) or not 0 <= code <= 0xFF:
        raise EncodeError(f"{shown(word)}, expected one of {', '.join(_CODES)}, or 0 to 255", (*path, "semantic"))
    return code


def _template_id(value: Mapping[str, Any], path: Path) -> int:
    number = value.get("template_id")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 0xFFFF:
        raise EncodeError(f"{shown(number)}, expected the id of a template", (*path, "template_id"))
    return number
