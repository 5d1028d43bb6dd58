"""Extension headers of IPv6, options of TCP (RFC 9740) and of UDP (RFC 9870): lists and maps of up to 256 bits."""

from __future__ import annotations

from netflowparse import Decoder, Registry
from tests.message_builder import VARIABLE, ipfix_message, set_of, template
from tests.plain import assert_plain
from tests.protocols.messages import learn10


def test_elements_of_rfc_9740(decoder: Decoder) -> None:
    """All of 513 to 524, the maps of bits in 1, 2, 3 and 32 octets."""
    learn10(
        decoder,
        template(300, [(513, 1), (514, 1)]),
        template(301, [(515, 1), (518, 1)]),
        template(
            256,
            [
                *((513, 1), (514, 1), (515, 2), (516, VARIABLE), (517, 1), (518, 4), (519, VARIABLE)),
                *((520, 3), (521, 2), (522, 4), (523, VARIABLE), (524, VARIABLE)),
            ],
        ),
        template(257, [(515, 32), (520, 32)]),
    )
    first = bytes.fromhex(
        "3C"  # ipv6ExtensionHeaderType: 60, destination options
        "02"  # ipv6ExtensionHeaderCount
        "0022"  # ipv6ExtensionHeadersFull: bits 1 and 5, hop-by-hop options and routing header
        "07 03 012C 3C01 0002"  # ipv6ExtensionHeaderTypeCountList: all of, template 300: 60 once, 0 twice
        "02"  # ipv6ExtensionHeadersLimit: false
        "00000028"  # ipv6ExtensionHeadersChainLength: 40
        "07 03 012D 2218 0208"  # ipv6ExtensionHeaderChainLengthList: template 301: bits 1 and 5 24, bit 1 8
        "40011C"  # tcpOptionsFull: bits 2, 3, 4, 8 and 22
        "F989"  # tcpSharedOptionExID16
        "E2D4C3D9"  # tcpSharedOptionExID32
        "09 03 0209 0002 0348 F989"  # tcpSharedOptionExID16List: all of, element 521 in 2 octets
        "0D 03 020A 0004 E2D4C3D9 00000001"  # tcpSharedOptionExID32List: all of, element 522 in 4 octets
    )
    second = bytes.fromhex(
        "80000000 00000000 00000000 00000000 00000000 00000000 00000000 00000022"  # bits 255, 5 and 1
        "00000000 00000000 00000000 00000000 00000000 00000000 00000001 0000001C"  # bits 32, 4, 3 and 2
    )
    message = decoder.decode(ipfix_message(set_of(256, first), set_of(257, second)), "r1")
    assert_plain(message)
    assert message["problems"] == []
    assert message["flows"] == [
        {
            "ipv6ExtensionHeaderType": 60,
            "ipv6ExtensionHeaderCount": 2,
            "ipv6ExtensionHeadersFull": 34,
            "ipv6ExtensionHeaderTypeCountList": {
                "semantic": "allOf",
                "template_id": 300,
                "records": [
                    {"ipv6ExtensionHeaderType": 60, "ipv6ExtensionHeaderCount": 1},
                    {"ipv6ExtensionHeaderType": 0, "ipv6ExtensionHeaderCount": 2},
                ],
            },
            "ipv6ExtensionHeadersLimit": False,
            "ipv6ExtensionHeadersChainLength": 40,
            "ipv6ExtensionHeaderChainLengthList": {
                "semantic": "allOf",
                "template_id": 301,
                "records": [
                    {"ipv6ExtensionHeadersFull": 34, "ipv6ExtensionHeadersChainLength": 24},
                    {"ipv6ExtensionHeadersFull": 2, "ipv6ExtensionHeadersChainLength": 8},
                ],
            },
            "tcpOptionsFull": 4 + 8 + 16 + 256 + 4_194_304,
            "tcpSharedOptionExID16": 63_881,
            "tcpSharedOptionExID32": 3_805_594_585,
            "tcpSharedOptionExID16List": {
                "semantic": "allOf",
                "element": "tcpSharedOptionExID16",
                "values": [840, 63_881],
            },
            "tcpSharedOptionExID32List": {
                "semantic": "allOf",
                "element": "tcpSharedOptionExID32",
                "values": [3_805_594_585, 1],
            },
        },
        {"ipv6ExtensionHeadersFull": 2**255 + 34, "tcpOptionsFull": 2**32 + 28},
    ]


def test_elements_of_rfc_9870(decoder: Decoder) -> None:
    """All of 525 to 529, the maps of bits in 5 and 32, and in 2 and 8 octets."""
    learn10(
        decoder,
        template(256, [(525, 5), (526, 2), (527, 2), (528, VARIABLE), (529, VARIABLE)]),
        template(257, [(525, 32), (526, 8)]),
    )
    first = bytes.fromhex(
        "0100000003"  # udpSafeOptions: bits 32, 1 and 0
        "0103"  # udpUnsafeOptions: bits 8, 1 and 0
        "9E77"  # udpExID
        "09 03 020F 0002 9E77 0007"  # udpSafeExIDList: all of, element 527 in 2 octets
        "07 03 020F 0002 0009"  # udpUnsafeExIDList
    )
    second = bytes.fromhex(
        "C0000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"  # bits 255 and 254
        "80000000 00000001"  # bits 63 and 0
    )
    message = decoder.decode(ipfix_message(set_of(256, first), set_of(257, second)), "r1")
    assert_plain(message)
    assert message["problems"] == []
    assert message["flows"] == [
        {
            "udpSafeOptions": 4_294_967_296 + 3,
            "udpUnsafeOptions": 259,
            "udpExID": 40_567,
            "udpSafeExIDList": {"semantic": "allOf", "element": "udpExID", "values": [40_567, 7]},
            "udpUnsafeExIDList": {"semantic": "allOf", "element": "udpExID", "values": [9]},
        },
        {"udpSafeOptions": 2**255 + 2**254, "udpUnsafeOptions": 2**63 + 1},
    ]


def test_names_of_extension_headers() -> None:
    """IANA names the bits of ipv6ExtensionHeadersFull; those of TCP's and UDP's options are their kinds."""
    registry = Registry()
    assert registry.label("ipv6ExtensionHeadersFull", 34) == "HOP|RH"
    assert registry.label("ipv6ExtensionHeadersFull", 2**255 + 34) == "HOP|RH|0x8" + "0" * 63
    assert registry.label("tcpOptionsFull", 28) is None
