"""Every declaration names its section, and so does every kind of value and every structure that a text describes."""

from __future__ import annotations

import re

import pytest
from construct import Struct

from netflowparse.wire import ipfix, lists, netflow5, netflow8, netflow9, packet, sets, sflow5
from netflowparse.wire.leaves import ABSTRACT_TYPES
from netflowparse.wire.sections import ENCODINGS, SETS, STRUCTURES, section_of, specified
from netflowparse.wire.sflow_counter_records import COUNTER_RECORDS
from netflowparse.wire.sflow_flow_records import FLOW_RECORDS

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


def test_every_abstract_type() -> None:
    assert ENCODINGS.keys() == ABSTRACT_TYPES
    assert all(SECTION.fullmatch(section) for section in ENCODINGS.values())


def test_sets() -> None:
    for (protocol, _), sections in SETS.items():
        document = {"ipfix": "RFC 7011 §", "netflow9": "RFC 3954 §"}[protocol]
        assert all(section.startswith(document) for section in sections)


def test_structures() -> None:
    known = {each.name for table in (FLOW_RECORDS, COUNTER_RECORDS) for each in table.values()}
    samples = {"flow_sample", "counters_sample", "flow_sample_expanded", "counters_sample_expanded", "discarded_packet"}
    assert STRUCTURES.keys() - samples < known
    assert samples < STRUCTURES.keys()
