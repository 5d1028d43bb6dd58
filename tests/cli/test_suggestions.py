"""What a field may have been meant for that no record has, and what is told at the end of chosen fields."""

import pytest

from netflowparse.cli.renaming import names_by_key
from netflowparse.cli.selection import Selection
from netflowparse.cli.selection_notes import ALL_KEYS, notes_of
from netflowparse.cli.suggestions import advice, resolvable

from .fakes import message

MET = {
    *("sourceIPv4Address", "sourceIPv6Address", "destinationIPv4Address", "sourceMacAddress", "sourceTransportPort"),
    *("destinationTransportPort", "octetDeltaCount", "packetDeltaCount", "flowStartNanoseconds", "ingressInterface"),
    *("exporter", "header.exportTime"),
}
MET_ECS = {"source.ip", "source.port", "source.packets", "source.mac", "destination.ip", "destination.port"}


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("octetDeltaCuont", "did you mean octetDeltaCount?"),
        ("octetdeltacount", "did you mean octetDeltaCount?"),
        ("octets", "did you mean octetDeltaCount?"),
        ("pkts", "did you mean packetDeltaCount?"),
        ("ingress_interface", "did you mean ingressInterface?"),
        ("exportTime", "did you mean header.exportTime?"),
        ("header.exporttime", "did you mean header.exportTime?"),
        ("Expoter", "did you mean exporter?"),
        ("flowStartMilliseconds", "did you mean flowStartNanoseconds?"),
        ("srcaddr", "did you mean sourceIPv4Address or sourceIPv6Address?"),
        ("src_ip", "did you mean sourceIPv4Address or sourceIPv6Address?"),
        ("source.address", "did you mean sourceIPv4Address or sourceIPv6Address?"),
        ("sourceport", "did you mean sourceTransportPort?"),
        ("bytes", "it is what goflow2 calls octetDeltaCount: --names goflow2, or octetDeltaCount"),
        ("IN_BYTES", "it is what cisco calls octetDeltaCount: --names cisco, or octetDeltaCount"),
        (
            "src_addr",
            "it is what goflow2 calls sourceIPv4Address or sourceIPv6Address: --names goflow2, "
            "or sourceIPv4Address or sourceIPv6Address",
        ),
        ("source.geo", ""),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_fields_of_flows(field, told):
    assert advice(field, MET, None, {}) == told


@pytest.mark.parametrize(
    ("vocabulary", "met", "field", "told"),
    [
        ("goflow2", {"bytes", "src_addr"}, "octetDeltaCount", "with --names goflow2 it is called bytes"),
        ("goflow2", {"bytes", "src_addr"}, "source.bytes", "it is a name of ecs; did you mean bytes?"),
        ("goflow2", {"bytes", "src_addr"}, "src_adr", "did you mean src_addr?"),
        ("ecs", MET_ECS, "source.address", "did you mean source.ip or source.mac?"),
        ("ecs", MET_ECS, "src_addr", "it is a name of goflow2; did you mean source.ip?"),
        ("ecs", MET_ECS, "destination.bytes", ""),  # neither source.bytes nor destination.port
        ("logstash", {"in_bytes"}, "octetDeltaCount", "with --names logstash it is called in_bytes"),
    ],
)
def test_names_of_a_vocabulary(vocabulary, met, field, told):
    assert advice(field, met, vocabulary, names_by_key(vocabulary)) == told


FACTS = [
    {"kind": "interface", "key": 3, "interfaceName": "uplink"},
    {"kind": "exporter", "key": None, "systemInitTimeMilliseconds": 5},
    {"kind": "sampler", "key": 1, "samplingInterval": 100},
    {"kind": "application", "key": "13:1", "applicationName": "dns"},
]


def test_what_resolve_adds_to_these_records():
    assert resolvable({"ingressInterface", "flowEndSysUpTime"}, FACTS, {}) == {
        "ingress_interface_name",
        "flowEndMilliseconds",
        "samplingInterval",
    }
    assert resolvable({"LAST_SWITCHED"}, FACTS[:2], names_by_key("cisco")) == {"flowEndMilliseconds"}
    assert resolvable({"ingressInterface"}, [], {}) == set()


def notes(fields, flow, facts=(), names=None, header=None):
    selection = Selection(fields, names)
    list(selection.rows(message("x", header, flows=[flow])))
    return list(notes_of(selection, None if facts is None else lambda: facts))


def test_fields_that_resolve_adds():
    flow = {"ingressInterface": 3, "octetDeltaCount": 1}
    fields = ["ingress_interface_name", "samplingInterval", "applicationName"]
    assert notes(fields, flow, FACTS) == [
        "--fields: no record has applicationName; --resolve adds it where exporters say it",
        "--fields: no record has ingress_interface_name; --resolve adds it",
        "--fields: no record has samplingInterval; --resolve adds it",
    ]
    assert notes(fields[:1], flow, None) == ["--fields: no record has ingress_interface_name; no exporter has said it"]
    v5 = {"version": 5, "samplingInterval": 100}
    assert notes(["samplingInterval"], flow, header=v5) == [
        "--fields: no record has samplingInterval; --resolve adds it"
    ]


@pytest.mark.parametrize(
    ("names", "columns"),
    [(None, "flowStartMilliseconds, samplingInterval"), ("ecs", "event.start, samplingInterval")],
)
def test_empty_columns_that_resolve_fills(names, columns):
    flow = {"flowStartSysUpTime": 7, "sourceIPv4Address": "192.0.2.1"}
    assert notes([], flow, FACTS, names)[1:] == [f"empty columns that --resolve fills: {columns}"]
    assert notes([], {**flow, "flowStartMilliseconds": 9, "samplingInterval": 1}, FACTS, names)[1:] == []
    assert notes([], flow, None, names)[1:] == []


def test_many_keys_are_not_all_listed():
    flow = {f"key{number:02}": number for number in range(17)}
    shown = ", ".join(list(flow)[:16])
    assert notes(["zzz"], flow)[1:] == [f"--fields: 17 keys of records: {shown}, ...; {ALL_KEYS}"]
    assert notes(["zzz"], flow, names="ecs")[1:] == [
        f"--fields: 17 keys of records: {shown}, ...; docs/names.md lists names"
    ]
