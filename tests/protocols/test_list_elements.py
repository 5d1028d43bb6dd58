"""Every registered element of a list type is read as a list, whatever its number (RFC 6313 §4.3)."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from netflowparse import Decoder, Registry
from tests.conftest import ROOT
from tests.list_builder import ALL_OF, basic_list, entry, field, multi_list, sub_template_list, u16
from tests.message_builder import VARIABLE, ipfix_message, set_of, template
from tests.plain import assert_plain
from tests.protocols.messages import learn10

PORTS = 300  # a template of two ports
RECORD = {"sourceTransportPort": 1, "destinationTransportPort": 2}
#: octets of a list of each type, and what they decode to
LISTS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "basicList": (
        basic_list(ALL_OF, 4, 1, b"\x06\x11"),
        {"semantic": "allOf", "element": "protocolIdentifier", "values": [6, 17]},
    ),
    "subTemplateList": (
        sub_template_list(ALL_OF, PORTS, u16(1) + u16(2)),
        {"semantic": "allOf", "template_id": PORTS, "records": [RECORD]},
    ),
    "subTemplateMultiList": (
        multi_list(ALL_OF, [entry(PORTS, u16(1) + u16(2))]),
        {"semantic": "allOf", "entries": [{"template_id": PORTS, "records": [RECORD]}]},
    ),
}


def rows(file: str, number: str, name: str, data_type: str) -> list[tuple[int, str, str]]:
    """(id, name, type) of the elements of a list type in a table of the registry."""
    with open(ROOT / "iana" / file, encoding="utf-8", newline="") as stream:
        return [
            (int(row[number]), row[name], row[data_type]) for row in csv.DictReader(stream) if row[data_type] in LISTS
        ]


IANA = rows("ipfix-information-elements.csv", "ElementID", "Name", "Abstract Data Type")
VENDORS = {  # enterprise number -> its elements
    int(file.name.partition("-")[0]): found
    for file in sorted((ROOT / "iana" / "vendor").glob("[0-9]*.csv"))
    if (found := rows(f"vendor/{file.name}", "element_id", "name", "data_type"))
}


def read(decoder: Decoder, specifier: tuple[int, ...], octets: bytes) -> dict[str, Any]:
    """The flow of a record that has these octets in a field of variable length, and a port behind it."""
    learn10(decoder, template(PORTS, [(7, 2), (11, 2)]), template(400, [(*specifier, VARIABLE), (7, 2)]))
    message = decoder.decode(ipfix_message(set_of(400, field(octets) + b"\x00\x50")), "r1")
    assert message["problems"] == []
    assert_plain(message)
    (flow,) = message["flows"]
    return dict(flow)


def test_the_tables_have_them() -> None:
    assert {number for number, _, _ in IANA} == {
        *(291, 292, 293, 443, 444, 484, 485, 487, 488, 490, 491, 496, 511, 512, 516, 519, 523, 524, 528, 529)
    }
    assert {pen: len(found) for pen, found in VENDORS.items()} == {3054: 12, 6871: 116}  # Ixia and CERT


@pytest.mark.fault("A-092")
@pytest.mark.conformance("SD-4.3-02")
@pytest.mark.parametrize(("number", "name", "data_type"), IANA, ids=str)
def test_elements_of_iana(decoder: Decoder, number: int, name: str, data_type: str) -> None:
    octets, value = LISTS[data_type]
    assert read(decoder, (number,), octets) == {name: value, "sourceTransportPort": 80}


@pytest.mark.conformance("SD-4.3-02")
@pytest.mark.parametrize("pen", VENDORS)
def test_elements_of_enterprises(decoder: Decoder, pen: int) -> None:
    registry = Registry()
    for number, name, data_type in VENDORS[pen]:
        octets, value = LISTS[data_type]
        element = registry.lookup(pen, number)
        assert element is not None
        assert element.name == name
        assert read(decoder, (pen, number), octets) == {element.key: value, "sourceTransportPort": 80}
