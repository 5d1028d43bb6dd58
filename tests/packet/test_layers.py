"""Packets that scapy does not build, octet by octet: what must be seen in them, and what must not."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder
from tests.sflow_builder import one_flow, sampled_header

MACS = bytes.fromhex("020000000001 020000000002")
UDP = bytes.fromhex("c350 0035 000c 0000 61626364")  # 4 octets of data
IPV4 = bytes.fromhex("45000020 00010000 40110000 c0000201 c6336401")
SAID = {"sourceIPv4Address": "192.0.2.1", "destinationTransportPort": 53}


def read(decoder: Decoder, octets: bytes, protocol: int = 1) -> tuple[dict[str, Any], list[Any]]:
    """The flow of a sampled packet, and the problems."""
    message = decoder.decode(one_flow(sampled_header(octets, protocol=protocol)), "r1")
    return message["flows"][0], message["problems"]


def udp(destination: int, data: bytes) -> bytes:
    """A frame of UDP over IPv4 to a port."""
    datagram = (
        bytes.fromhex("0009") + destination.to_bytes(2, "big") + (8 + len(data)).to_bytes(2, "big") + b"\0\0" + data
    )
    total = (20 + len(datagram)).to_bytes(2, "big")
    return MACS + b"\x08\0" + IPV4[:2] + total + IPV4[4:] + datagram


def test_tags_behind_snap(decoder: Decoder) -> None:
    flow, problems = read(decoder, MACS + bytes.fromhex("002e aaaa03 000000 8100 000a 0800") + IPV4 + UDP)
    assert flow.items() >= {**SAID, "dot1qVlanId": 10, "ethernetType": 0x0800}.items()
    assert problems == []


def test_snap_of_a_bridge(decoder: Decoder) -> None:
    """IEEE 802.1H."""
    flow, _ = read(decoder, MACS + bytes.fromhex("002a aaaa03 0000f8 0800") + IPV4 + UDP)
    assert flow.items() >= SAID.items()
    assert flow["llc"] == {"dsap": 0xAA, "ssap": 0xAA, "control": 3}


def test_tags_behind_gre(decoder: Decoder) -> None:
    inner = bytes.fromhex("0000 8100 000a 0800") + IPV4 + UDP
    outer = (
        bytes.fromhex("4500")
        + (20 + len(inner)).to_bytes(2, "big")
        + bytes.fromhex("00010000 402f0000 0a000001 0a000002")
    )
    flow, _ = read(decoder, outer + inner, 11)
    assert flow["tunnel"] == {"kind": "gre", "id": None}
    assert flow["inner"].items() >= {**SAID, "dot1qVlanId": 10}.items()


def test_addresses_that_look_like_ip_behind_labels(decoder: Decoder) -> None:
    """RFC 8469: a pseudowire without control word, whose first address begins with 4."""
    frame = bytes.fromhex("440000000001 020000000002 0800") + IPV4 + UDP
    flow, problems = read(decoder, bytes.fromhex("00064140") + frame, 13)
    assert flow["tunnel"] == {"kind": "pseudowire", "id": 100, "guess": True}
    assert flow["inner"].items() >= SAID.items()
    assert problems == []


@pytest.mark.parametrize("flags", ["08000000", "88000005", "0c000000"])
def test_vxlan_with_others_flags(decoder: Decoder, flags: str) -> None:
    data = bytes.fromhex(flags) + bytes.fromhex("00000500") + MACS + b"\x08\0" + IPV4 + UDP
    flow, _ = read(decoder, udp(4789, data))
    assert flow["tunnel"] == {"kind": "vxlan", "id": 5}
    assert flow["inner"].items() >= SAID.items()


TEREDO = bytes.fromhex("60000000 000c 11 40") + bytes(15) + b"\1" + bytes(15) + b"\2" + UDP
AUTHENTICATION = bytes.fromhex("0001 01 02 aa bbcc 0102030405060708 00")
ORIGIN = bytes.fromhex("0000 1234 3ffffdfe")


@pytest.mark.parametrize("before", [b"", ORIGIN, AUTHENTICATION, AUTHENTICATION + ORIGIN])
def test_teredo_with_indications(decoder: Decoder, before: bytes) -> None:
    flow, problems = read(decoder, udp(3544, before + TEREDO))
    assert flow["tunnel"] == {"kind": "teredo", "id": None}
    said = {"sourceIPv6Address": "::1", "destinationIPv6Address": "::2", "destinationTransportPort": 53}
    assert flow["inner"].items() >= said.items()
    assert problems == []


@pytest.mark.parametrize(("length", "whole"), [("01", True), ("00", False)])
def test_extensions_of_gtp_u(decoder: Decoder, length: str, whole: bool) -> None:
    """One that says to have no octets has no end."""
    head = bytes.fromhex(f"34ff 0000 00000007 0000 00 85 {length} 0000 00")
    flow, problems = read(decoder, udp(2152, head + IPV4 + UDP))
    assert flow["tunnel"] == {"kind": "gtp-u", "id": 7}
    assert flow.get("inner", {}).items() >= (SAID if whole else {}).items()
    assert (("inner" in flow), "truncated" in flow, problems) == (whole, False, [])


@pytest.mark.parametrize("port", [4789, 8472, 6081, 2152, 3544])
@pytest.mark.parametrize("data", [b"", b"\0", b"abcd", bytes(7), bytes(12), b"\x10" + bytes(40)])
def test_other_data_to_the_ports_of_tunnels(decoder: Decoder, port: int, data: bytes) -> None:
    flow, problems = read(decoder, udp(port, data))
    assert flow["destinationTransportPort"] == port
    assert not {"tunnel", "inner", "truncated"} & flow.keys()
    assert problems == []


@pytest.mark.parametrize("kind", ["0800", "86dd"])
@pytest.mark.parametrize("tag", ["", "8100 0005"])
@pytest.mark.parametrize("protocol", [6, 17, 18])
def test_other_versions_of_ip(decoder: Decoder, kind: str, tag: str, protocol: int) -> None:
    octets = bytes([0x55]) + bytes(8) + bytes([protocol]) + bytes(60)
    flow, problems = read(decoder, MACS + bytes.fromhex(tag + kind) + octets)
    assert [(problem["code"], problem["element"]) for problem in problems] == [("bad_value", "ipVersion")]
    assert not {"ipVersion", "sourceIPv6Address", "sourceIPv4Address", "sourceTransportPort"} & flow.keys()


def test_udp_lite_has_no_length(decoder: Decoder) -> None:
    """RFC 3828: its third word says how much the checksum covers."""
    octets = IPV4[:9] + bytes([136]) + IPV4[10:] + bytes.fromhex("c350 0035 0001 0000 61626364")
    flow, _ = read(decoder, octets, 11)
    assert flow.items() >= {**SAID, "protocolIdentifier": 136}.items()
    assert "truncated" not in flow


@pytest.mark.parametrize("subtype", [8, 9, 10, 11, 14, 15])
def test_control_frames_with_a_transmitter(decoder: Decoder, subtype: int) -> None:
    flow, _ = read(decoder, bytes([subtype << 4 | 4, 0, 0, 0]) + MACS, 15)
    assert (flow["ieee80211"]["address1"], flow["ieee80211"]["address2"]) == ("02:00:00:00:00:01", "02:00:00:00:00:02")
    assert "truncated" not in flow
