"""The catalogue of exporters' peculiarities, row by row: the rule, the test, or why none is needed."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import pytest

from netflowparse import Registry, quirks
from tests.conftest import ROOT, SHARED
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain
from tests.protocols.layouts import datagram, record5

PLAIN = "test_a_plain_row"
OPTIONS = "test_a_plain_row_of_options"
RESOLVED = "the interval is looked up among what the exporter says: protocols/resolve.py, state/knowledge.py"
TABLE = "names of a vendor's elements: the registry's tables, and the caller's own"
WAITING = "data waits for its template, as long as the limits have it: protocols/waiting.py"
CALLER = "the caller chooses what an exporter is"

#: number of the row -> rule, test here, path::test, (enterprise or "netflow9", id) of an element, or the reason
ROWS: dict[int, Any] = {
    1: "icmp_in_destination_port",
    2: "last_after_uptime",
    3: "tests/protocols/test_times.py::test_the_difference_of_uptimes_is_signed",
    4: "the header's export time stays beside the flow's; state/clock.py notes steps",
    5: "uptime_in_8_octets",
    6: "tests/protocols/test_times.py::test_the_difference_of_uptimes_is_signed",
    7: "asa_event_time",
    8: PLAIN,
    9: PLAIN,
    10: PLAIN,
    11: "asa_early_ids",
    12: "asa_acl_id",
    13: WAITING,
    14: PLAIN,
    15: TABLE,
    16: PLAIN,
    17: RESOLVED,
    18: RESOLVED,
    19: "sampler_zero",
    20: "tests/protocols/test_quirk_rows.py::test_data_before_its_template_in_one_datagram",
    21: "tests/protocols/test_netflow9_values.py::test_types_above_32767_have_no_enterprise_number",
    22: PLAIN,
    23: "template_padding_4_to_7",
    24: "zero_filled_tail",
    25: "ifindex_palo_alto",
    26: "nothing is made of times that are not there",
    27: ("netflow9", 56702),
    28: "variable_length_in_v9",
    29: TABLE,
    30: "records of sFlow are skipped by their length: tests/protocols/sflow/test_record_faults.py",
    31: RESOLVED,
    32: TABLE,
    33: WAITING,
    34: "tests/protocols/test_quirk_rows.py::test_padding_behind_an_options_template",
    35: PLAIN,
    36: RESOLVED,
    37: RESOLVED,
    38: RESOLVED,
    39: OPTIONS,
    40: PLAIN,
    41: OPTIONS,
    42: OPTIONS,
    43: (2636, 137),
    44: "numbers stay numbers; labels are the caller's",
    45: "little_endian_sampling",
    46: PLAIN,
    47: CALLER,
    48: "a definition that changes is an event; protocols/suspicion.py weighs what data says against it",
    49: CALLER,
    50: WAITING,
    51: PLAIN,
    52: TABLE,
    53: "microseconds_not_ntp",
    54: "an element that nobody has named keeps its octets: tests/protocols/test_ipfix_elements.py",
    55: "nanoseconds_not_ntp",
    56: PLAIN,
    57: "lists are kept as octets until they are decoded: RFC 6313",
    58: "any number of templates, shapes shared: codec/shapes.py",
    59: TABLE,
    60: TABLE,
    61: PLAIN,
    62: "over TCP a template holds for the session: state/templates.py",
    63: PLAIN,
    64: PLAIN,
    65: "the general rule, (305 + 306) / 305, is right: state/facts.py",
    66: "an index is never joined to a name that the exporter did not tell",
    67: TABLE,
    68: PLAIN,
    69: "a set's own length bounds it: tests/protocols/test_netflow9_framing.py",
    70: "missing_template, uncertain_time say what is wrong",
    71: "the header's count is never used: tests/protocols/test_netflow9_framing.py",
    72: "a walk always goes forward: tests/properties/test_any_octets.py",
    73: OPTIONS,
    74: "tests/protocols/test_netflow9_values.py and test_ipfix_values.py: ill-formed strings are escaped",
    75: "ExporterSettings(sequence_unit=…); state/sequence.py",
    76: PLAIN,
    77: TABLE,
    78: PLAIN,
    79: PLAIN,
    80: PLAIN,
    81: "no counter is preferred: every value stands under its own name",
    82: PLAIN,
    83: OPTIONS,
    84: PLAIN,
    85: PLAIN,
    86: PLAIN,
    87: PLAIN,
    88: PLAIN,
    89: OPTIONS,
    90: "tests/protocols/test_quirk_rows.py::test_sampling_of_version_5",
    91: "tests/protocols/test_quirk_rows.py::test_more_records_than_30",
    92: CALLER,
    93: CALLER,
    94: PLAIN,
    95: "mapped_exporter",
    96: CALLER,
    97: "tests/protocols/sflow/test_structures.py and test_sflow5.py: 2 and 30 bits",
    98: "unknown records are kept as octets: tests/protocols/sflow/test_structures.py",
    99: "sflow_length_slip",
    100: "tests/protocols/sflow/test_faults.py: the next sample is read",
    101: "all counter formats: wire/sflow/counter_records.py, wire/sflow/host_records.py",
    102: "what is longer than its structure keeps the rest: tests/protocols/sflow/test_record_faults.py",
    103: "lengths are rounded up for the next record: protocols/sflow/records.py",
    104: "values are kept as they are",
    105: "numbers are kept by agent and sub-agent: tests/protocols/sflow/test_sequence.py",
    106: "frame_length and stripped are both told",
    107: "a packet that is not what it is said to be ends its layers: tests/packet/test_faults.py",
    108: "tests/protocols/test_any_version.py: 16 or 32 bits tell them apart",
    109: "structures are declared by hand: wire/",
    110: "ipfix_sets_in_v9",
    111: "tests/protocols/test_ipfix_framing.py: clipped and reported",
    112: PLAIN,
}


def test_every_row_is_mapped() -> None:
    assert list(ROWS) == list(range(1, 113))
    page = SHARED / "spec" / "quirks.md"
    if page.exists():
        assert [int(row) for row in re.findall(r"^\| (\d+) \|", page.read_text(encoding="utf-8"), re.M)] == list(ROWS)


def test_what_the_rows_name_is_there() -> None:
    registry, here = Registry(), Path(__file__).read_text(encoding="utf-8")
    for row, answer in ROWS.items():
        if isinstance(answer, tuple):
            space, number = answer
            element = registry.netflow9(number) if space == "netflow9" else registry.element(space, number)
            assert element.known, row
        elif "::" in answer:
            path, name = answer.split("::")
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), row
        elif answer in (PLAIN, OPTIONS):
            assert re.search(rf"^    \({row}, ", here, re.M), row
        elif " " not in answer:
            assert answer in quirks.ALL, row
        for module in re.findall(
            r"\b(?:protocols|state|codec|wire)/\w+\.py", "" if isinstance(answer, tuple) else answer
        ):
            if "tests/" not in answer:
                assert (ROOT / "netflowparse" / module).exists(), row


NTP = struct.pack(">II", EXPORT_TIME + 2_208_988_800, 0x80000000)  # half a second

# fmt: off
#: row, protocol, fields, octets of one record, flow
RECORDS: list[tuple[int, int, Any, Any, dict[str, Any]]] = [
    (8, 9, [(231, 4), (232, 4), (298, 4), (299, 4), (85, 4)], struct.pack(">5I", 1, 2, 3, 4, 5),
     {"initiatorOctets": 1, "responderOctets": 2, "initiatorPackets": 3, "responderPackets": 4, "octetTotalCount": 5}),
    (9, 9, [(233, 1), (231, 4), (85, 4)], struct.pack(">BII", 5, 10, 30),
     {"firewallEvent": 5, "initiatorOctets": 10, "octetTotalCount": 30}),
    (10, 9, [(231, 4)], struct.pack(">I", 0xFFFFFFFF), {"initiatorOctets": 0xFFFFFFFF}),
    (14, 10, [(7, 2), (176, 1), (7, 2), (176, 1)], bytes.fromhex("0001 02 0003 04"),
     {"sourceTransportPort": [1, 3], "icmpTypeIPv4": [2, 4]}),
    (16, 9, [(31, 4)], bytes.fromhex("000abcde"), {"flowLabelIPv6": 0xABCDE}),
    (22, 9, [(95, 4)], bytes.fromhex("0d0001c5"), {"applicationId": "13:453"}),
    (22, 9, [(95, 9)], bytes.fromhex("14 00003044 00009e77"), {"applicationId": "20:12356:40567"}),
    (35, 10, [(8, 4), (1, 8), (8, 4)], bytes.fromhex("c0000201 0000000000000009 c0000202"),
     {"sourceIPv4Address": ["192.0.2.1", "192.0.2.2"], "octetDeltaCount": 9}),
    (40, 9, [(4, 1), (5, 0), (2, 1)], b"\6\7",
     {"protocolIdentifier": 6, "ipClassOfService": None, "packetDeltaCount": 7}),
    (46, 9, [(1, 8), (2, 2), (10, 2)], struct.pack(">QHH", 2**40, 7, 8),
     {"octetDeltaCount": 2**40, "packetDeltaCount": 7, "ingressInterface": 8}),
    (51, 10, [(95, VARIABLE)], variable(bytes.fromhex("14 00003044 9e77")), {"applicationId": "20:12356:40567"}),
    (56, 10, [(152, 8), (154, 8)], struct.pack(">Q", 1000) + NTP,
     {"flowStartMilliseconds": 1000, "flowStartMicroseconds": EXPORT_TIME * 10**6 + 500_000}),
    (61, 10, [(311, 4)], struct.pack(">f", 0.5), {"samplingProbability": 0.5}),
    (63, 10, [(64999, 1, VARIABLE), (4, 1)], variable(b"\xab\xcd") + b"\6",
     {"pen64999_ie1": "abcd", "protocolIdentifier": 6}),
    (64, 9, [(34, 4), (35, 1)], struct.pack(">IB", 1000, 2), {"samplingInterval": 1000, "samplingAlgorithm": 2}),
    (68, 9, [(1, 3), (209, 8)], b"\1\0\0" + bytes(7) + b"\5", {"octetDeltaCount": 65536, "tcpOptions": 5}),
    (78, 9, [(70, 3)], bytes.fromhex("000321"), {"mplsTopLabelStackSection": "000321"}),
    (79, 9, [(201, 4)], bytes.fromhex("00000003"), {"mplsLabelStackLength": 3}),
    (80, 10, [(150, 4), (152, 8)], struct.pack(">IQ", 7, 8), {"flowStartSeconds": 7, "flowStartMilliseconds": 8}),
    (82, 9, [(8, 4), (12, 4)], bytes.fromhex("c0000201 c6336401"),
     {"sourceIPv4Address": "192.0.2.1", "destinationIPv4Address": "198.51.100.1"}),
    (84, 10, [(210, 1), (4, 1), (210, 3)], b"\0\6\1\2\3", {"paddingOctets": ["00", "010203"], "protocolIdentifier": 6}),
    (85, 9, [(1, 1), (23, 1), (85, 1), (352, 1)], b"\1\2\3\4",
     {"octetDeltaCount": 1, "postOctetDeltaCount": 2, "octetTotalCount": 3, "layer2OctetDeltaCount": 4}),
    (86, 9, [(60, 1), (8, 4), (27, 16)], b"\4\xc0\0\2\1" + bytes(16),
     {"ipVersion": 4, "sourceIPv4Address": "192.0.2.1", "sourceIPv6Address": "::"}),
    (87, 9, [(252, 4), (58, 2), (243, 2)], struct.pack(">IHH", 7, 8, 9),
     {"ingressPhysicalInterface": 7, "vlanId": 8, "dot1qVlanId": 9}),
    (88, 9, [(89, 4), (95, 4), (10, 2), (14, 4), (1, 6)], struct.pack(">I4sHIHI", 64, b"\3\0\0\x50", 1, 2, 1, 0),
     {"forwardingStatus": 64, "applicationId": "3:80", "ingressInterface": 1, "egressInterface": 2,
      "octetDeltaCount": 2**32}),
    (94, 10, [(130, 4), (131, 16)], bytes.fromhex("c0000201") + bytes(15) + b"\1",
     {"exporterIPv4Address": "192.0.2.1", "exporterIPv6Address": "::1"}),
    (112, 10, [(154, 8), (156, 8)], bytes(16), {"flowStartMicroseconds": None, "flowStartNanoseconds": None}),
    (76, 9, [(57652, 2), (57659, 2)], b"/aab", {"HTTP_URL": "/a", "HTTP_HOST": "ab"}),
]
#: row, octets of one datagram, options record
OPTIONS_ROWS: list[tuple[int, bytes, dict[str, Any]]] = [
    (39, netflow9_datagram(set_of(1, netflow9_options_template(257, [(1, 0)], [(41, 4)])), set_of(257, b"\0\0\0\7")),
     {"scope": {"system": None}, "exportedMessageTotalCount": 7}),
    (41, netflow9_datagram(set_of(1, netflow9_options_template(257, [], [(41, 4)])), set_of(257, b"\0\0\0\7")),
     {"scope": {}, "exportedMessageTotalCount": 7}),
    (42, ipfix_message(set_of(3, options_template(257, [(10, 4)], [(82, VARIABLE), (64999, 1, 2)])),
                       set_of(257, b"\0\0\0\7" + variable(b"eth0") + b"\1\2")),
     {"scope": {"ingressInterface": 7}, "interfaceName": "eth0", "pen64999_ie1": "0102"}),
    (73, netflow9_datagram(set_of(1, netflow9_options_template(257, [(2, 4)], [])), set_of(257, b"\0\0\0\7")),
     {"scope": {"interface": 7}}),
    (83, ipfix_message(set_of(3, options_template(257, [], [(41, 4)])), set_of(257, b"\0\0\0\7")),
     {"scope": {}, "exportedMessageTotalCount": 7}),
    (89, netflow9_datagram(set_of(1, netflow9_options_template(257, [(2, 2), (6, 1)], [(41, 4)])),
                           set_of(257, b"\0\3\1\0\0\0\7")),
     {"scope": {"interface": 3, "scope6": "01"}, "exportedMessageTotalCount": 7}),
]
# fmt: on


@pytest.mark.parametrize(("row", "version", "fields", "octets", "flow"), RECORDS)
def test_a_plain_row(decoder, row, version, fields, octets, flow):
    pack, set_id = (netflow9_datagram, 0) if version == 9 else (ipfix_message, 2)
    message = decoder.decode(pack(set_of(set_id, template(256, fields)), set_of(256, octets)), "r1")
    assert_plain(message)
    assert (message["problems"], message["quirks"]) == ([], [])
    if version == 9:  # ids above 32767 have no enterprise number, ntop's neither
        assert not any(field["enterprise"] for field in message["templates"][0]["fields"])
    assert message["flows"] == [flow]
    assert list(message["flows"][0]) == list(flow)


@pytest.mark.parametrize(("row", "octets", "record"), OPTIONS_ROWS)
def test_a_plain_row_of_options(decoder, row, octets, record):
    message = decoder.decode(octets, "r1")
    assert_plain(message)
    assert message["options"] == [record]
    assert [problem["code"] for problem in message["problems"]] == (["bad_template"] if row == 83 else [])
    assert message["quirks"] == []


def test_data_before_its_template_in_one_datagram(decoder):
    octets = netflow9_datagram(set_of(256, b"\6"), set_of(0, template(256, [(4, 1)])))
    assert decoder.decode(octets, "r1")["flows"] == [{"protocolIdentifier": 6}]


@pytest.mark.parametrize("padding", range(4))
def test_padding_behind_an_options_template(decoder, padding):
    octets = ipfix_message(set_of(3, options_template(257, [(149, 4)], [(41, 4)]) + bytes(padding)))
    message = decoder.decode(octets, "r1")
    assert ([each["event"] for each in message["templates"]], message["problems"]) == (["learned"], [])


@pytest.mark.parametrize(("word", "mode", "interval"), [(0x4064, 1, 100), (0, 0, 0), (0xBFFF, 2, 0x3FFF)])
def test_sampling_of_version_5(decoder, word, mode, interval):
    header = decoder.decode(datagram(5, [record5()], sampling=word), "r1")["header"]
    assert (header["samplingMode"], header["samplingInterval"]) == (mode, interval)


def test_more_records_than_30(decoder):
    message = decoder.decode(datagram(5, [record5(srcport=number) for number in range(40)]), "r1")
    assert ([flow["sourceTransportPort"] for flow in message["flows"]], message["problems"]) == (list(range(40)), [])
