"""Every declaration names its section, and so does every kind of value and every structure that a text describes."""

from __future__ import annotations

import re

import pytest
from construct import Struct

from netflowparse.wire import ipfix, lists, netflow5, netflow8, netflow9, packet, sets, sflow5
from netflowparse.wire.leaves import ABSTRACT_TYPES
from netflowparse.wire.sflow.counter_records import COUNTER_RECORDS
from netflowparse.wire.sflow.flow_records import FLOW_RECORDS
from netflowparse.wire.sflow.structures import Structure
from netflowparse.wire.specifications import ENCODINGS, SETS, STRUCTURES, section_of, specified

SECTION = re.compile(
    r"RFC \d{3,4}( §\d+(\.\d+)*)?|IEEE 802\.(1Q|2|3|11 §9\.2\.3)|NetFlow version \d, (header|record|aggregation \d+)|"
    r"sFlow version 5, section 5"
)
#: whole lists, which are made of declarations that have sections; headers that come together are made of such too
MADE_OF_OTHERS = re.compile(r"(IPV|ETHERNET_|TAGGED_)")


@pytest.mark.parametrize("module", [ipfix, lists, netflow5, netflow8, netflow9, packet, sets, sflow5])
def test_every_declaration(module: object) -> None:
    declared = {name: each for name, each in vars(module).items() if isinstance(each, Struct)}
    declared |= {str(number): each for number, each in getattr(module, "RECORDS", {}).items()}
    declared |= {str(number): each for number, each in getattr(module, "DATAGRAM_HEADERS", {}).items()}
    assert declared
    for name, each in declared.items():
        if not name.startswith("_") and not MADE_OF_OTHERS.match(name):
            assert all(SECTION.fullmatch(section) for section in each.docs.split("; ")), name


def test_sections_of_two_protocols() -> None:
    assert section_of(sets.SetHeader, "ipfix") == "RFC 7011 §3.3.2"
    assert section_of(sets.SetHeader, "netflow9") == "RFC 3954 §5.2"
    assert section_of(netflow9.Header, "netflow9") == "RFC 3954 §5.1"
    assert section_of(packet.Tcp) == section_of(packet.Tcp, "ipfix") == "RFC 9293 §3.1"
    assert section_of(Struct()) == ""
    assert specified("RFC 1 §1").docs == "RFC 1 §1"


def test_sets() -> None:
    for (protocol, _), sections in SETS.items():
        document = {"ipfix": "RFC 7011 §", "netflow9": "RFC 3954 §"}[protocol]
        assert all(section.startswith(document) for section in sections)


def test_structures() -> None:
    known = {each.name for table in (FLOW_RECORDS, COUNTER_RECORDS) for each in table.values()}
    samples = {"flow_sample", "counters_sample", "flow_sample_expanded", "counters_sample_expanded", "discarded_packet"}
    assert STRUCTURES.keys() - samples < known
    assert samples < STRUCTURES.keys()


#: RFC 7011 §6.1 and §6.2, RFC 9740, RFC 6313 §4.5: what each abstract type is encoded by
TYPES = {
    "RFC 7011 §6.1.1": "unsigned8 unsigned16 unsigned32 unsigned64 signed8 signed16 signed32 signed64",
    "RFC 9740": "unsigned256",
    "RFC 7011 §6.1.2": "ipv4Address ipv6Address macAddress",
    "RFC 7011 §6.1.3": "float32",
    "RFC 7011 §6.1.4": "float64",
    "RFC 7011 §6.1.5": "boolean",
    "RFC 7011 §6.1.6": "string octetArray",
    "RFC 7011 §6.1.7": "dateTimeSeconds",
    "RFC 7011 §6.1.8": "dateTimeMilliseconds",
    "RFC 7011 §6.1.9": "dateTimeMicroseconds",
    "RFC 7011 §6.1.10": "dateTimeNanoseconds",
    "RFC 6313 §4.5.1": "basicList",
    "RFC 6313 §4.5.2": "subTemplateList",
    "RFC 6313 §4.5.3": "subTemplateMultiList",
}
#: sflow.org's texts -> the formats of flow records, and of counter records, of enterprise 0 that each defines
TEXTS: dict[str, tuple[set[int], set[int]]] = {
    "sFlow version 5, section 5": ({*range(1, 5), *range(1001, 1013)}, {*range(1, 6), 1001}),
    "sFlow 802.11 Structures": ({*range(1013, 1017)}, {6, 1002}),
    "sFlow Tunnel Structures": ({*range(1021, 1031)}, set()),
    "sFlow Dropped Packet Notification Structures": ({1036, 1037, 1038}, set()),
    "sFlow Transit Delay Structures": ({1039, 1040}, set()),
    "sFlow OpenFlow Structures": (set(), {1004, 1005}),
    "sFlow Host Structures": ({2100, 2101}, {*range(2000, 2007), *range(2100, 2105)}),
    "sFlow HTTP Structures": ({2102, 2103, 2206, 2207}, {2201}),
    "sFlow Application Structures": ({*range(2202, 2206)}, {2202, 2203, 2206}),
}


def test_every_abstract_type() -> None:
    expected = {each: section for section, types in TYPES.items() for each in types.split()}
    assert expected == ENCODINGS
    assert set(expected) == ABSTRACT_TYPES


@pytest.mark.parametrize(("column", "table"), [(0, FLOW_RECORDS), (1, COUNTER_RECORDS)], ids=["flow", "counter"])
def test_every_structure(column: int, table: dict[tuple[int, int], Structure]) -> None:
    """Those that no text defines have no section."""
    expected = {(0, number): text for text, columns in TEXTS.items() for number in columns[column]}
    assert {number: STRUCTURES[each.name] for number, each in table.items() if each.name in STRUCTURES} == expected


def test_samples() -> None:
    sflow, *_ = TEXTS
    assert [STRUCTURES[name] for name in ("flow_sample", "counters_sample")] == [sflow] * 2
    assert [STRUCTURES[f"{name}_sample_expanded"] for name in ("flow", "counters")] == [sflow] * 2
    assert STRUCTURES["discarded_packet"] == "sFlow Dropped Packet Notification Structures"
