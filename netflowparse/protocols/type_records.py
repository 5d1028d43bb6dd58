"""Type records: options records in which an exporter describes information elements.  RFC 5610 §3.9.

Exporters are believed about enterprises' elements whose types nobody here knows, about nothing else; and no longer
about an element that they describe in two ways.  Names come from the network: they become keys only in the form that
IANA's have, and where nothing else has that key.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from ..errors import BAD_TYPE_RECORD, LIMIT, SnapshotError
from ..registry import Registry, published
from ..registry.element import ELEMENT_ID_MAX, ENTERPRISE_MAX, REVERSE, is_generic, unnamed_key
from ..registry.published import SEMANTICS_CODES, TYPE_CODES, UNIT_CODES
from ..registry.registry import RESERVED_WORDS
from ..state.elements import LONGEST_KEY, LONGEST_NAME, LearnedElement, LearnedElements
from ..state.exporters import Exporter, ExporterStore
from ..types import Flow
from .assembly import Assembly

ELEMENT_ID = "informationElementId"
ENTERPRISE = "privateEnterpriseNumber"
DATA_TYPE = "informationElementDataType"
MANDATORY = (ENTERPRISE, ELEMENT_ID, DATA_TYPE)
WORD, OCTET, LONGEST = 0xFFFF, 0xFF, (1 << 64) - 1

PLAIN_NAME = re.compile(f"[a-z][A-Za-z0-9]{{0,{LONGEST_KEY - 1}}}")  # RFC 7012 §2.3
NUMBER_KEY = re.compile(r"pen[0-9]+_ie[0-9]+")
#: data type -> semantics that its values can have beside "default"; any of them where the type is unsigned.
#: RFC 5610 §3.10 with RFC 7012 §3.2, RFC 6313 for lists; octetArray as IANA has registered some.
ALLOWED: dict[str, frozenset[str]] = {
    **dict.fromkeys(("signed8", "signed16", "signed32", "signed64"), frozenset({"quantity", "identifier"})),
    **dict.fromkeys(("float32", "float64"), frozenset({"quantity"})),
    **dict.fromkeys(("basicList", "subTemplateList", "subTemplateMultiList"), frozenset({"list"})),
    "octetArray": frozenset({"identifier", "flags"}),
}


def learn_types(work: Assembly, template_id: int, records: list[Flow], offset: int) -> None:
    """Keep what the options *records* of a set at *offset* say of elements, if they are type records."""
    if work.domain.key[0] != "ipfix" or not records:
        return
    first = records[0]
    if not all(name in first or name in first["scope"] for name in MANDATORY):
        return
    exporter, registry = work.domain.exporter, work.context.registry
    if exporter.elements is None:
        exporter.elements = LearnedElements(exporter)
    for record in records:
        said = {**record, **record["scope"]}
        facts: dict[str, Any] = {"template_id": template_id}
        where = f"type record in set {template_id} at octet {offset}"
        try:
            enterprise, number = _identity(said)
            facts["element"] = name = f"{enterprise}:{number}"
            element = _read(said, enterprise, number, work.time)
            refused = _learn(exporter.elements, registry, element)
        except ValueError as error:
            work.problems.add(BAD_TYPE_RECORD, f"{where}: {error}", offset, **facts)
        else:
            if refused:
                most = work.context.limits.facts_per_exporter
                message = f"{where}: element {name} is one too many, the limit is {most} facts"
                work.problems.add(LIMIT, message, offset, limit="facts_per_exporter", **facts)


def _learn(elements: LearnedElements, registry: Registry, said: LearnedElement) -> bool:
    """Keep what is *said* of an element; whether there is no room for that.  ValueError if it is not believed."""
    enterprise, number = said.enterprise, said.id
    published_here = registry.lookup(enterprise, number)
    if not registry.is_open(enterprise, number):
        if published_here is None:
            raise ValueError(f"element {enterprise}:{number} is not the exporter's to describe")
        if published_here.type != said.type:
            raise ValueError(f"element {enterprise}:{number} is {published_here.type}, not {said.type}")
        return False
    known = elements.get(enterprise, number)
    if known is None and published_here is None:
        said = said._replace(key=_key(registry, elements.keys, enterprise, number, said.name))
    outcome = elements.learn(said)
    if outcome == "conflicting":
        assert known is not None
        was, now = _meaning(known), _meaning(said)
        why = "described in two ways before" if known.conflicting else f"{was} before, {now} now"
        raise ValueError(f"element {enterprise}:{number} is {why}; it is read as octets")
    return outcome == "refused"


def _meaning(element: LearnedElement) -> str:
    words = (repr(element.name) if element.name else "", element.type, element.semantics, element.units, element.range)
    return " ".join(word for word in words if word)


def _identity(said: Mapping[str, Any]) -> tuple[int, int]:
    """(enterprise, id) of the element that is described; the enterprise bit in an id means nothing (§3.8)."""
    enterprise, number = _number(said, ENTERPRISE, ENTERPRISE_MAX), _number(said, ELEMENT_ID, WORD)
    if enterprise is None or number is None:
        raise ValueError(f"{ENTERPRISE} or {ELEMENT_ID} has no octets")
    return enterprise, number & ELEMENT_ID_MAX


def _read(said: Mapping[str, Any], enterprise: int, number: int, time: int) -> LearnedElement:
    """The element that a record describes, without a key; ValueError for what cannot be.

    Units that are not known, and a name too long, are as if they were not stated.
    """
    if not number:
        raise ValueError(f"{ELEMENT_ID} is 0, expected 1 to {ELEMENT_ID_MAX}")
    data_type = _word(said, DATA_TYPE, TYPE_CODES)
    if not data_type:
        raise ValueError(f"{DATA_TYPE} has no octets")
    semantics = _word(said, "informationElementSemantics", SEMANTICS_CODES)
    check_semantics(data_type, semantics)
    name = _text(said, "informationElementName")
    _text(said, "informationElementDescription")
    units = _number(said, "informationElementUnits", WORD)
    return LearnedElement(
        enterprise,
        number,
        "",
        name if len(name.encode(errors="replace")) <= LONGEST_NAME else "",
        data_type,
        semantics,
        "" if units is None else UNIT_CODES.get(units, ""),
        _range(said, signed=data_type.startswith("signed")),
        time,
    )


def check_semantics(data_type: str, semantics: str) -> None:
    """ValueError unless values of *data_type* can have *semantics*.  §3.10."""
    if semantics in ("", "default") or data_type.startswith("unsigned"):
        return
    if semantics not in ALLOWED.get(data_type, ()):
        raise ValueError(f"{data_type} with semantics {semantics}")


def _number(said: Mapping[str, Any], name: str, most: int) -> int | None:
    """The number under *name*, None where it is not there or has no octets; ValueError beyond *most*."""
    value = said.get(name)
    if value is None or (type(value) is int and 0 <= value <= most):
        return value
    raise ValueError(f"{name} is {value!r:.40}, expected a number up to {most}")


def _word(said: Mapping[str, Any], name: str, words: Mapping[int, str]) -> str:
    code = _number(said, name, OCTET)
    if code is None:
        return ""
    if code not in words:
        raise ValueError(f"{name} is {code}, expected 0 to {max(words)}")
    return words[code]


def _text(said: Mapping[str, Any], name: str) -> str:
    text = said.get(name)
    if text is None:
        return ""
    if type(text) is not str:
        raise ValueError(f"{name} comes several times")
    if "\0" in text:
        raise ValueError(f"{name} has a NUL in it")  # §4
    return text


def _range(said: Mapping[str, Any], *, signed: bool) -> str:
    """The smallest and the largest value, as IANA writes a range; both 0 say nothing."""
    ends = [_number(said, f"informationElementRange{end}", LONGEST) for end in ("Begin", "End")]
    if signed:  # the elements are unsigned64: negative ends have the octets of signed64
        ends = [each - (1 << 64) if each is not None and each >> 63 else each for each in ends]
    begin, end = ends
    if begin is not None and end is not None and begin > end:
        raise ValueError(f"the range begins at {begin} and ends at {end}")
    if not begin and not end:
        return ""
    return f"{'' if begin is None else begin}-{'' if end is None else end}"


def _key(registry: Registry, taken: Container[str], enterprise: int, number: int, name: str) -> str:
    """The key of an element that its exporter calls *name*."""
    others = name in taken or name in RESERVED_WORDS or is_generic(name) or name in published.shared_names()
    if PLAIN_NAME.fullmatch(name) and not others and registry.find(name) is None:
        return name
    return _key_with_number(registry, taken, enterprise, name) or unnamed_key(enterprise, number)


def _key_with_number(registry: Registry, taken: Container[str], enterprise: int, name: str) -> str:
    """``pen9999_name``, or "" where the name gives no such key."""
    key = f"pen{enterprise}_{re.sub('[^A-Za-z0-9_]', '_', name)}"[:LONGEST_KEY]
    free = name and key not in taken and not NUMBER_KEY.fullmatch(key) and registry.find(key) is None
    return key if free else ""


def check_restored(store: ExporterStore, registry: Registry) -> None:
    """SnapshotError if a snapshot describes elements as no exporter can; their keys are made anew where they clash."""
    for exporter in store:
        if exporter.elements is None:
            continue
        keys: dict[tuple[int, int], str] = {}
        taken: set[str] = set()
        for each in exporter.elements:
            _check_words(exporter, each)
            keys[each.enterprise, each.id] = key = _restored_key(registry, taken, each)
            taken.add(key)
        exporter.elements.rename(keys)


def _check_words(exporter: Exporter, element: LearnedElement) -> None:
    words = ((element.type, TYPE_CODES), (element.semantics, SEMANTICS_CODES), (element.units, UNIT_CODES))
    try:
        if element.enterprise == REVERSE or not element.type:
            raise ValueError("no element that an exporter can describe")
        for word, known in words:
            if word and word not in known.values():
                raise ValueError(f"{word!r} is no word of a registry")
        check_semantics(element.type, element.semantics)
    except ValueError as error:
        what = f"element {element.enterprise}:{element.id}"
        raise SnapshotError(f"elements of exporter {exporter.key!r:.80}: {what}: {error}") from error


def _restored_key(registry: Registry, taken: Container[str], element: LearnedElement) -> str:
    """The key that the element had, unless something else has it here."""
    enterprise, number, name = element.enterprise, element.id, element.name
    kept = (unnamed_key(enterprise, number), _key_with_number(registry, taken, enterprise, name))
    if element.key in kept or (not element.key and registry.lookup(enterprise, number) is not None):
        return element.key
    return _key(registry, taken, enterprise, number, name)
