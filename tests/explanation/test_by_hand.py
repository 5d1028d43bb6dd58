"""Datagrams of the specification pages, annotated by hand: offset, octets, name, type, value, section of each part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from netflowparse import Decoder
from netflowparse.explanation import Explanation, Node
from tests.message_builder import ipfix_message, set_of

from .checks import check, nodes_of

U8, U16, U32, U64 = "unsigned8", "unsigned16", "unsigned32", "unsigned64"
IPV4 = "ipv4Address"
Leaf = tuple[int, str, str, str, Any, str]
Group = tuple[int, int, str, str]


def leaves(explanation: Explanation) -> list[Leaf]:
    """What stands at each leaf."""
    return [(leaf.offset, leaf.octets.hex(), leaf.name, leaf.type, leaf.value, leaf.rule) for leaf in explanation]


def groups(explanation: Explanation) -> list[Group]:
    """The wholes that have parts: offset, octets, name and section."""
    parents = [node for node in nodes_of(explanation.root) if node.children]
    return [(node.offset, len(node.octets), node.name, node.rule) for node in parents]


def explained(decoder: Decoder, octets: bytes) -> Explanation:
    """The explanation of a datagram, which is decoded then."""
    explanation = decoder.explain(octets, "r1")
    check(explanation, octets)
    decoder.decode(octets, "r1")
    return explanation


def test_netflow5(decoder: Decoder) -> None:
    """The worked example of the page on version 5."""
    explanation = explained(
        decoder,
        bytes.fromhex(
            "0005 0001 00002710 65E0F000 00000000 0000002A 00 00 4064"
            "C0000201 C6336401 00000000 0001 0002 0000000A 000005DC 00001388 00002328"
            "C350 01BB 00 1B 06 00 FDE8 FDE9 18 18 0000"
        ),
    )
    header, record = "NetFlow version 5, header", "NetFlow version 5, record"
    assert groups(explanation) == [(0, 72, "netflow5", ""), (0, 24, "header", header), (24, 48, "record", record)]
    assert leaves(explanation) == [
        (0, "0005", "version", U16, 5, header),
        (2, "0001", "count", U16, 1, header),
        (4, "00002710", "sysUpTime", U32, 10_000, header),
        (8, "65e0f000", "exportTime", U32, 0x65E0F000, header),
        (12, "00000000", "exportNanoseconds", U32, 0, header),
        (16, "0000002a", "sequenceNumber", U32, 42, header),
        (20, "00", "engineType", U8, 0, header),
        (21, "00", "engineId", U8, 0, header),
        (22, "4064", "sampling", U16, {"samplingMode": 1, "samplingInterval": 100}, header),
        (24, "c0000201", "sourceIPv4Address", IPV4, "192.0.2.1", record),
        (28, "c6336401", "destinationIPv4Address", IPV4, "198.51.100.1", record),
        (32, "00000000", "ipNextHopIPv4Address", IPV4, "0.0.0.0", record),
        (36, "0001", "ingressInterface", U16, 1, record),
        (38, "0002", "egressInterface", U16, 2, record),
        (40, "0000000a", "packetDeltaCount", U32, 10, record),
        (44, "000005dc", "octetDeltaCount", U32, 1500, record),
        (48, "00001388", "flowStartSysUpTime", U32, 5000, record),
        (52, "00002328", "flowEndSysUpTime", U32, 9000, record),
        (56, "c350", "sourceTransportPort", U16, 50_000, record),
        (58, "01bb", "destinationTransportPort", U16, 443, record),
        (60, "00", "padding", "", None, record),
        (61, "1b", "tcpControlBits", U8, 0x1B, record),
        (62, "06", "protocolIdentifier", U8, 6, record),
        (63, "00", "ipClassOfService", U8, 0, record),
        (64, "fde8", "bgpSourceAsNumber", U16, 65_000, record),
        (66, "fde9", "bgpDestinationAsNumber", U16, 65_001, record),
        (68, "18", "sourceIPv4PrefixLength", U8, 24, record),
        (69, "18", "destinationIPv4PrefixLength", U8, 24, record),
        (70, "0000", "padding", "", None, record),
    ]


#: RFC 7011 Appendix A, a message of all that is there
IPFIX = bytes.fromhex(
    "000A0098 65E0F000 00000000 00000001 0002001C 01000005 00080004 000C0004"
    "000F0004 00020004 00010004 01000040 C000020C C00002FE C0000201 00001391"
    "00518C81 C000021B C0000217 C0000202 000002EC 0005EF46 C0000238 C0000241"
    "C0000203 00000005 00001986 00030018 01020003 0001008D 00040029 0002002A"
    "00020000 01020014 00000001 015927D9 00000002 02B24FB2"
)


def test_ipfix(decoder: Decoder) -> None:
    explanation = explained(decoder, IPFIX)
    head, specifier, record = "RFC 7011 §3.3.2", "RFC 7011 §3.2", "RFC 7011 §3.4.3"
    options = "RFC 7011 §3.4.2"
    names = [
        "sourceIPv4Address",
        "destinationIPv4Address",
        "ipNextHopIPv4Address",
        "packetDeltaCount",
        "octetDeltaCount",
    ]
    assert groups(explanation) == [
        (0, 152, "ipfix", ""),
        (0, 16, "header", "RFC 7011 §3.1"),
        (16, 28, "template set", head),
        (20, 24, "template", "RFC 7011 §3.4.1"),
        *((24 + 4 * number, 4, name, specifier) for number, name in enumerate(names)),
        (44, 64, "data set 256", head),
        *((48 + 20 * number, 20, "record", record) for number in range(3)),
        (108, 24, "options template set", head),
        (112, 18, "template", options),
        (118, 4, "lineCardId", specifier),
        (122, 4, "exportedMessageTotalCount", specifier),
        (126, 4, "exportedFlowRecordTotalCount", specifier),
        (132, 20, "options set 258", head),
        (136, 8, "record", record),
        (144, 8, "record", record),
    ]
    found = leaves(explanation)
    assert found[:9] == [
        (0, "000a", "version", U16, 10, "RFC 7011 §3.1"),
        (2, "0098", "length", U16, 152, "RFC 7011 §3.1"),
        (4, "65e0f000", "exportTime", U32, 0x65E0F000, "RFC 7011 §3.1"),
        (8, "00000000", "sequenceNumber", U32, 0, "RFC 7011 §3.1"),
        (12, "00000001", "observationDomainId", U32, 1, "RFC 7011 §3.1"),
        (16, "0002", "set_id", U16, 2, head),
        (18, "001c", "length", U16, 28, head),
        (20, "0100", "template_id", U16, 256, "RFC 7011 §3.4.1"),
        (22, "0005", "field_count", U16, 5, "RFC 7011 §3.4.1"),
    ]
    addresses, reduced = "RFC 7011 §6.1.2", "RFC 7011 §6.2"
    first = next(number for number, leaf in enumerate(found) if leaf[0] == 48)
    assert found[first : first + 5] == [
        (48, "c000020c", "sourceIPv4Address", IPV4, "192.0.2.12", addresses),
        (52, "c00002fe", "destinationIPv4Address", IPV4, "192.0.2.254", addresses),
        (56, "c0000201", "ipNextHopIPv4Address", IPV4, "192.0.2.1", addresses),
        (60, "00001391", "packetDeltaCount", U64, 5009, reduced),
        (64, "00518c81", "octetDeltaCount", U64, 5344385, reduced),
    ]
    assert [leaf for leaf in found if 112 <= leaf[0] < 122 or leaf[0] == 130] == [
        (112, "0102", "template_id", U16, 258, options),
        (114, "0003", "field_count", U16, 3, options),
        (116, "0001", "scope_field_count", U16, 1, options),
        (118, "008d", "id", U16, 141, specifier),
        (120, "0004", "length", U16, 4, specifier),
        (130, "0000", "padding", "", None, "RFC 7011 §3.3.1"),
    ]
    assert found[-3:] == [
        (144, "00000002", "lineCardId", U32, 2, "RFC 7011 §6.1.1"),
        (148, "02b2", "exportedMessageTotalCount", U64, 690, reduced),
        (150, "4fb2", "exportedFlowRecordTotalCount", U64, 20_402, reduced),
    ]


#: Figures 11 and 13 of RFC 6313, each set in a message
LISTS = "00020018 01000004 000A0004 00080004 000C0004 0123FFFF"
NAMES = "0100002C 00000009 C00002C9 E9FC0001 FF001903 0052FFFF 05464530 2F300746 4531302F 31300546 45322F32"
LENGTH = "RFC 7011 §7"


def test_a_basic_list(decoder: Decoder) -> None:
    explained(decoder, ipfix_message(bytes.fromhex(LISTS)))
    explanation = explained(decoder, ipfix_message(bytes.fromhex(NAMES)))
    basic = "RFC 6313 §4.5.1"
    assert groups(explanation)[2:] == [
        (16, 44, "data set 256", "RFC 7011 §3.3.2"),
        (20, 40, "record", "RFC 7011 §3.4.3"),
        (35, 25, "basicList", basic),
    ]
    assert leaves(explanation)[-11:] == [
        (28, "e9fc0001", "destinationIPv4Address", IPV4, "233.252.0.1", "RFC 7011 §6.1.2"),
        (32, "ff0019", "basicList length", U16, 25, LENGTH),
        (35, "03", "semantic", U8, "allOf", basic),
        (36, "0052", "id", U16, 82, basic),
        (38, "ffff", "length", U16, 65_535, basic),
        (40, "05", "interfaceName length", U8, 5, LENGTH),
        (41, "4645302f30", "interfaceName", "string", "FE0/0", "RFC 7011 §6.1.6"),
        (46, "07", "interfaceName length", U8, 7, LENGTH),
        (47, "464531302f3130", "interfaceName", "string", "FE10/10", "RFC 7011 §6.1.6"),
        (54, "05", "interfaceName length", U8, 5, LENGTH),
        (55, "4645322f32", "interfaceName", "string", "FE2/2", "RFC 7011 §6.1.6"),
    ]


def test_a_list_of_a_vendor_with_octets_left(decoder: Decoder) -> None:
    """Two octets behind the only value of a vendor's element 9252: the problem stands with them."""
    explained(decoder, ipfix_message(set_of(2, bytes.fromhex("01000001 0123FFFF"))))
    octets = ipfix_message(set_of(256, bytes.fromhex("0F 03 A424 0004 0000FDE7 0000002A ABCD")))
    explanation = explained(decoder, octets)
    basic = "RFC 6313 §4.5.1"
    (problem,) = explanation.problems
    assert (problem["code"], problem["offset"], problem["length"]) == ("bad_value", 34, 2)
    assert leaves(explanation)[-6:-1] == [
        (21, "03", "semantic", U8, "allOf", basic),
        (22, "a424", "id", U16, 0xA424, basic),
        (24, "0004", "length", U16, 4, basic),
        (26, "0000fde7", "enterprise", U32, 64_999, basic),
        (30, "0000002a", "pen64999_ie9252", "octetArray", "0000002a", "RFC 7011 §6.1.6"),
    ]
    assert list(explanation)[-1] == Node(34, b"\xab\xcd", "undecoded", "octetArray", "abcd", "", (problem,))


def test_sub_template_lists(decoder: Decoder) -> None:
    """Figures 15 to 17 of RFC 6313, the first two of five records; then a multi-list of the same in entries."""
    templates = (
        "00020010 01010002 01440008 01460004 00020020 01020006 00080004 000C0004 00070002 000B0002 00040001 0124FFFF"
    )
    explained(decoder, ipfix_message(bytes.fromhex(templates)))
    records = "E9848D00 00000000 91230613 E9848D00 10000000 91230650"
    flow = "C0000201 C0000269 0401 0050 06"
    explanation = explained(decoder, ipfix_message(set_of(258, bytes.fromhex(f"{flow} 1B 03 0101 {records}"))))
    sub, nanoseconds = "RFC 6313 §4.5.2", 1_708_789_376_000_000_000  # 0xE9848D00 of the page's test vector
    assert groups(explanation)[3:] == [
        (20, 41, "record", "RFC 7011 §3.4.3"),
        (34, 27, "subTemplateList", sub),
        (37, 12, "record", "RFC 7011 §3.4.3"),
        (49, 12, "record", "RFC 7011 §3.4.3"),
    ]
    assert leaves(explanation)[-7:] == [
        (33, "1b", "subTemplateList length", U8, 27, LENGTH),
        (34, "03", "semantic", U8, "allOf", sub),
        (35, "0101", "template_id", U16, 257, sub),
        (
            37,
            "e9848d0000000000",
            "observationTimeMicroseconds",
            "dateTimeMicroseconds",
            nanoseconds // 1000,
            "RFC 7011 §6.1.9",
        ),
        (45, "91230613", "digestHashValue", U64, 0x91230613, "RFC 7011 §6.2"),
        (
            49,
            "e9848d0010000000",
            "observationTimeMicroseconds",
            "dateTimeMicroseconds",
            nanoseconds // 1000 + 62_500,
            "RFC 7011 §6.1.9",
        ),
        (57, "91230650", "digestHashValue", U64, 0x91230650, "RFC 7011 §6.2"),
    ]
    explained(decoder, ipfix_message(set_of(2, bytes.fromhex("01040001 0125FFFF"))))
    multi = "RFC 6313 §4.5.3"
    entries = f"FF 0101 0010 {records[:26]} 0101 0000 0001 0004"
    explanation = explained(decoder, ipfix_message(set_of(260, b"\x19" + bytes.fromhex(entries))))
    assert groups(explanation)[4:] == [
        (21, 25, "subTemplateMultiList", multi),
        (22, 16, "entry", multi),
        (26, 12, "record", "RFC 7011 §3.4.3"),
        (38, 4, "entry", multi),
        (42, 4, "entry", multi),
    ]
    assert [leaf[:5] for leaf in leaves(explanation)[-8:]] == [
        (22, "0101", "template_id", U16, 257),
        (24, "0010", "length", U16, 16),
        (26, "e9848d0000000000", "observationTimeMicroseconds", "dateTimeMicroseconds", nanoseconds // 1000),
        (34, "91230613", "digestHashValue", U64, 0x91230613),
        (38, "0101", "template_id", U16, 257),
        (40, "0000", "length", U16, 0),
        (42, "0001", "template_id", U16, 1),
        (44, "0004", "length", U16, 4),
    ]


def test_sflow(decoder: Decoder) -> None:
    """The worked example of the page on sFlow, with a port name behind its only record."""
    explanation = explained(
        decoder,
        bytes.fromhex(
            "00000005 00000001 C0000201 00000000 00000007 000003E8 00000001"
            "00000002 00000044 0000002A 03000001 00000002"
            "000003E9 0000001C 000001F4 FFFFFFFF 00000064 00000000 80000000 00000000 40000000"
            "000003ED 0000000C 00000005 65746830 31000000"
        ),
    )
    text, ports = "sFlow version 5, section 5", "sFlow OpenFlow Structures"
    assert groups(explanation) == [
        (0, 104, "sflow5", ""),
        (0, 28, "header", text),
        (28, 76, "counters_sample", text),
        (48, 36, "processor", text),
        (84, 20, "port_name", ports),
    ]
    assert leaves(explanation) == [
        (0, "00000005", "version", U32, 5, text),
        (4, "00000001", "type", U32, 1, text),
        (8, "c0000201", "agentAddress", IPV4, "192.0.2.1", text),
        (12, "00000000", "subAgentId", U32, 0, text),
        (16, "00000007", "sequenceNumber", U32, 7, text),
        (20, "000003e8", "sysUpTime", U32, 1000, text),
        (24, "00000001", "sampleCount", U32, 1, text),
        (28, "00000002", "data_format", U32, "0:2", text),
        (32, "00000044", "length", U32, 68, text),
        (36, "0000002a", "sequence_number", U32, 42, text),
        (40, "03000001", "source_id", U32, {"source_class": 3, "source_index": 1}, text),
        (44, "00000002", "record_count", U32, 2, text),
        (48, "000003e9", "data_format", U32, "0:1001", text),
        (52, "0000001c", "length", U32, 28, text),
        (56, "000001f4", "cpu_5s", "signed32", 500, text),
        (60, "ffffffff", "cpu_1m", "signed32", -1, text),
        (64, "00000064", "cpu_5m", "signed32", 100, text),
        (68, "0000000080000000", "total_memory", U64, 1 << 31, text),
        (76, "0000000040000000", "free_memory", U64, 1 << 30, text),
        (84, "000003ed", "data_format", U32, "0:1005", text),
        (88, "0000000c", "length", U32, 12, text),
        (92, "00000005", "name length", U32, 5, ports),
        (96, "6574683031", "name", "string", "eth01", ports),
        (101, "000000", "padding", "", None, "RFC 4506 §3"),
    ]


@pytest.mark.parametrize("compact", [False, True])
def test_an_enterprise_and_a_withdrawal(make_decoder: Callable[..., Decoder], compact: bool) -> None:
    """A vendor's field with its number, or without: then the set must be of just that."""
    decoder = make_decoder()
    number = "" if compact else " 0000FDE7"
    octets = ipfix_message(
        set_of(3, bytes.fromhex(f"0103 0002 0001 0095 0004 A424 0002{number}")), set_of(3, bytes.fromhex("0104 0000"))
    )
    explanation = explained(decoder, octets)
    end = 34 + 4 * (not compact)
    name = "ie9252" if compact else "pen64999_ie9252"
    assert groups(explanation)[3:] == [
        (20, end - 20, "template", "RFC 7011 §3.4.2"),
        (26, 4, "observationDomainId", "RFC 7011 §3.2"),
        (30, end - 30, name, "RFC 7011 §3.2"),
        (end, 8, "options template set", "RFC 7011 §3.3.2"),
        (end + 4, 4, "withdrawal", "RFC 7011 §8.1"),
    ]
    enterprise = [] if compact else [(34, "0000fde7", "enterprise", U32, 64_999, "RFC 7011 §3.2")]
    assert [leaf for leaf in leaves(explanation) if 30 <= leaf[0] < end] == [
        (30, "a424", "id", U16, 0xA424, "RFC 7011 §3.2"),
        (32, "0002", "length", U16, 2, "RFC 7011 §3.2"),
        *enterprise,
    ]
