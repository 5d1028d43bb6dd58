"""The headers of packets: sizes and fields of their specifications, and that they build what they read."""

from __future__ import annotations

from typing import Any

import pytest
from construct import Struct
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.wire import packet

MACS = {"destinationMacAddress": "02:00:00:00:00:02", "sourceMacAddress": "02:00:00:00:00:01"}
MAC_OCTETS = "020000000002 020000000001"
IPV4_OCTETS = "40b805dc abcd4001 40060000 c0000201c6336401"
IPV4 = {
    "version": {"ipVersion": 4},
    "ipClassOfService": 0xB8,
    "octetDeltaCount": 1500,
    "fragmentIdentification": 0xABCD,
    "fragment": {"fragmentFlags": 0x40, "fragmentOffset": 1},
    "ipTTL": 64,
    "protocolIdentifier": 6,
    "sourceIPv4Address": "192.0.2.1",
    "destinationIPv4Address": "198.51.100.1",
}
IPV6_OCTETS = "6b8abcde 0018 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002"
IPV6 = {
    "version": {"ipVersion": 6, "ipClassOfService": 0xB8, "flowLabelIPv6": 0xABCDE},
    "octetDeltaCount": 64,
    "protocolIdentifier": 17,
    "ipTTL": 64,
    "sourceIPv6Address": "2001:db8::1",
    "destinationIPv6Address": "2001:db8::2",
}
PORTS = {"sourceTransportPort": 50000, "destinationTransportPort": 443}
TCP_OCTETS = "c350 01bb deadbeef 00000000 01ff 000000000000"
TCP = {**PORTS, "tcpSequenceNumber": 0xDEADBEEF, "flags": {"tcpControlBits": 0x1FF}}
UDP_OCTETS = "c350 01bb 00000000"
FRAME, FRAMED = MAC_OCTETS + "86dd", {**MACS, "ethernetType": 0x86DD}
TAG = {"tpid": 0x8100, "tci": {"priority": 5, "dei": 1, "vlan": 5}}
TAGGED_FRAME = MAC_OCTETS + "8100 b005 86dd"

HEADERS: list[tuple[str, str, dict[str, Any]]] = [  # bits that are not told are 0, an IPv4 header's length too
    ("Ethernet", MAC_OCTETS, MACS),
    ("EtherType", "86dd", {"ethernetType": 0x86DD}),
    ("VlanTci", "b005", {"tci": TAG["tci"]}),
    ("Llc", "aaab03", {"dsap": 0xAA, "ssap": 0xAB, "control": 3}),
    ("Label", "12345bff", {"entry": {"label": 0x12345, "exp": 5, "bottom": 1, "ttl": 255}}),
    (
        "Arp",
        "000000000000 0002 020000000001 c0000201 020000000002 c6336401",
        {
            "operation": 2,
            "sender_mac": "02:00:00:00:00:01",
            "sender_address": "192.0.2.1",
            "target_mac": "02:00:00:00:00:02",
            "target_address": "198.51.100.1",
        },
    ),
    (
        "Dot11",
        "88 41 0000 020000000001",
        {
            "frame_control": {"type": 2, "subtype": 8},
            "flags": {"to_ds": 1, "from_ds": 0, "protected": 1},
            "address1": "02:00:00:00:00:01",
        },
    ),
    ("Dot11Address2", "020000000001", {"address2": "02:00:00:00:00:01"}),
    ("Dot11Address3", "020000000001 0000", {"address3": "02:00:00:00:00:01"}),
    ("Dot11Address4", "020000000001", {"address4": "02:00:00:00:00:01"}),
    ("Ipv4", IPV4_OCTETS, IPV4),
    ("Ipv6", IPV6_OCTETS, IPV6),
    (
        "Fragment",
        "06 00 0009 deadbeef",
        {
            "protocolIdentifier": 6,
            "offset": {"fragmentOffset": 1, "more": 1},
            "fragmentIdentification": 0xDEADBEEF,
        },
    ),
    ("Tcp", TCP_OCTETS, TCP),
    ("Udp", UDP_OCTETS, PORTS),
    ("Sctp", UDP_OCTETS + "00000000", PORTS),
    ("Icmp", "08010000", {"icmpTypeIPv4": 8, "icmpCodeIPv4": 1}),
    ("Icmpv6", "80010000", {"icmpTypeIPv6": 128, "icmpCodeIPv6": 1}),
    ("Igmp", "1600000000000000", {"igmpType": 0x16}),
    ("Esp", "deadbeef 00000000", {"ipSecSPI": 0xDEADBEEF}),
    ("Authentication", "00000000 deadbeef 00000000", {"ipSecSPI": 0xDEADBEEF}),
    ("IPV4_TCP", IPV4_OCTETS + TCP_OCTETS, IPV4 | TCP),
    ("IPV4_UDP", IPV4_OCTETS + UDP_OCTETS, IPV4 | PORTS),
    ("IPV6_TCP", IPV6_OCTETS + TCP_OCTETS, IPV6 | TCP),
    ("IPV6_UDP", IPV6_OCTETS + UDP_OCTETS, IPV6 | PORTS),
    ("ETHERNET_IPV4_TCP", FRAME + IPV4_OCTETS + TCP_OCTETS, FRAMED | IPV4 | TCP),
    ("ETHERNET_IPV4_UDP", FRAME + IPV4_OCTETS + UDP_OCTETS, FRAMED | IPV4 | PORTS),
    ("ETHERNET_IPV6_TCP", FRAME + IPV6_OCTETS + TCP_OCTETS, FRAMED | IPV6 | TCP),
    ("ETHERNET_IPV6_UDP", FRAME + IPV6_OCTETS + UDP_OCTETS, FRAMED | IPV6 | PORTS),
    ("TAGGED_IPV4_TCP", TAGGED_FRAME + IPV4_OCTETS + TCP_OCTETS, FRAMED | TAG | IPV4 | TCP),
    ("TAGGED_IPV4_UDP", TAGGED_FRAME + IPV4_OCTETS + UDP_OCTETS, FRAMED | TAG | IPV4 | PORTS),
    ("TAGGED_IPV6_TCP", TAGGED_FRAME + IPV6_OCTETS + TCP_OCTETS, FRAMED | TAG | IPV6 | TCP),
    ("TAGGED_IPV6_UDP", TAGGED_FRAME + IPV6_OCTETS + UDP_OCTETS, FRAMED | TAG | IPV6 | PORTS),
]
DECLARED = {name: each for name, each in vars(packet).items() if isinstance(each, Struct)}


def test_every_header_is_here() -> None:
    assert sorted(name for name, _, _ in HEADERS) == sorted(DECLARED)


@pytest.mark.parametrize(("name", "octets", "values"), HEADERS, ids=[name for name, _, _ in HEADERS])
def test_headers(name: str, octets: str, values: dict[str, Any]) -> None:
    declaration, data = DECLARED[name], bytes.fromhex(octets)
    assert declaration.sizeof() == len(data)
    parsed = declaration.parse(data)
    assert {key: value for key, value in parsed.items() if key != "_io"} == values
    assert declaration.build(values) == declaration.build(parsed) == data


@pytest.mark.parametrize("name", DECLARED)
@given(octets=st.binary(min_size=82, max_size=82))
def test_what_was_read_is_written(name: str, octets: bytes) -> None:
    """Any octets; bits that are not told come out as 0."""
    declaration = DECLARED[name]
    parsed = declaration.parse(octets)
    again = declaration.build(parsed)
    assert len(again) == declaration.sizeof()
    assert declaration.parse(again) == parsed
    assert int.from_bytes(again, "big") & ~int.from_bytes(octets[: len(again)], "big") == 0
