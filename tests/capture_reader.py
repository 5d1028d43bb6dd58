"""The datagrams in the recordings: classic pcap, Ethernet, IPv4 and UDP, read here by hand and by nothing of ours."""

from __future__ import annotations

import struct
from pathlib import Path

MAGIC = b"\xd4\xc3\xb2\xa1"  # little-endian, µs
FILE_HEADER = struct.Struct("<4sHHiIII")
FRAME_HEADER = struct.Struct("<IIII")
ETHERNET, IPV4, UDP = 1, 0x0800, 17


def read_datagrams(path: Path) -> list[bytes]:
    """The UDP payloads of a recording, in order; ValueError for anything that is not as record.py writes it."""
    octets = path.read_bytes()
    magic, *_, link_type = FILE_HEADER.unpack_from(octets)
    if magic != MAGIC or link_type != ETHERNET:
        raise ValueError(f"{path}: magic {magic.hex()}, link type {link_type}")
    datagrams, position = [], FILE_HEADER.size
    while position < len(octets):
        _, _, captured, sent = FRAME_HEADER.unpack_from(octets, position)
        start = position + FRAME_HEADER.size
        position = start + captured
        if captured != sent or position > len(octets):
            raise ValueError(f"{path}: a frame of {sent} octets is cut")
        datagrams.append(_payload(octets[start:position]))
    return datagrams


def _payload(frame: bytes) -> bytes:
    """The UDP payload of an Ethernet frame."""
    (ether_type,) = struct.unpack_from("!H", frame, 12)
    packet = frame[14:]
    version, words = packet[0] >> 4, packet[0] & 15
    total, _, fragment = struct.unpack_from("!HHH", packet, 2)
    if (ether_type, version, packet[9]) != (IPV4, 4, UDP) or fragment & 0x3FFF:
        raise ValueError(f"no whole UDP datagram in IPv4: {frame[:34].hex()}")
    segment = packet[words * 4 : total]
    _, _, length, _ = struct.unpack_from("!HHHH", segment)
    if length != len(segment):
        raise ValueError(f"UDP length {length}, {len(segment)} octets are there")
    return segment[8:]
