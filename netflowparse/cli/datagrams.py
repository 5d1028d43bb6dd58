"""A file of any kind to export datagrams: a capture's UDP payloads, a raw datagram, the messages of an IPFIX file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..stream import MessageStream
from ..types import Transport
from .capture import iter_frames
from .fragments import Reassembly
from .frames import LINK_LAYERS, Fragment, decode_frame
from .source import CHUNK, FileError, Source
from .wording import counted

LONGEST_DATAGRAM = 0xFFFF
IPFIX_VERSION = b"\x00\x0a"
IPFIX_HEADER_LENGTH = 16  # RFC 7011 §3.1
TEXT_OCTETS = 64  # that are looked at
UNKNOWN_KIND = "neither a capture nor a NetFlow, IPFIX or sFlow datagram"


class Datagram(NamedTuple):
    """One export datagram and where it was found."""

    place: str  # "frame 17", "message 3": the word for error reports
    octets: bytes
    address: str | None = None  # of the exporter; raw files hold none
    source_port: int = 0
    port: int | None = None  # destination
    transport: Transport = "udp"  # "file": one of several messages in an IPFIX file


def iter_datagrams(source: Source, warn: Callable[[str], None]) -> Iterator[Datagram]:
    """Yield the datagrams of a file.  Raises FileError, also after some when the rest cannot be read."""
    if source.kind == "raw":
        yield from _raw_datagrams(source, warn)
    else:
        yield from _captured_datagrams(source, warn)


def _captured_datagrams(source: Source, warn: Callable[[str], None]) -> Iterator[Datagram]:
    reassembly = Reassembly()
    unknown_links: dict[int, int] = {}
    cut = 0
    for number, seconds, link_type, octets in iter_frames(source, warn):
        found = decode_frame(link_type, octets)
        if isinstance(found, Fragment):
            cut += found.missing > 0
            found = reassembly.add(found, seconds)
        if found is None:
            if link_type not in LINK_LAYERS:
                unknown_links[link_type] = unknown_links.get(link_type, 0) + 1
            continue
        cut += found.missing > 0
        yield Datagram(f"frame {number}", found.payload, found.source, found.source_port, found.port)
    for link_type, count in unknown_links.items():
        warn(f"{counted(count, 'frame')} of link type {link_type}, which is not known here")
    if cut:
        warn(f"{counted(cut, 'packet')} cut by the capture's snap length: record with a larger one")
    if reassembly.lost():
        warn(f"{counted(reassembly.lost(), 'fragmented datagram')} left out: fragments are missing")


def _raw_datagrams(source: Source, warn: Callable[[str], None]) -> Iterator[Datagram]:
    octets = source.read(4)
    if octets[:2] == IPFIX_VERSION:
        yield from _ipfix_messages(source, octets, warn)
        return
    octets += source.read(LONGEST_DATAGRAM)
    if source.damage:
        raise FileError(source.damage)
    if _is_text(octets[:TEXT_OCTETS]):
        raise FileError(f"{UNKNOWN_KIND}: it is text")
    if len(octets) > LONGEST_DATAGRAM:
        raise FileError(UNKNOWN_KIND)
    yield Datagram("datagram", octets)


def _is_text(octets: bytes) -> bool:
    """Whether octets are printable ASCII; no version word is."""
    return len(octets) > 1 and all(0x20 <= octet < 0x7F or octet in b"\t\r\n" for octet in octets)


def _ipfix_messages(source: Source, head: bytes, warn: Callable[[str], None]) -> Iterator[Datagram]:
    """Yield one message after the other, each as long as it says; RFC 5655 §7.  A single one may be a UDP datagram.

    Each is read as it comes, for someone may wait for it at the end of a pipe.
    """
    number = offset = 0
    octets = b""
    transport: Transport = "udp"
    while head:
        number += 1
        length = int.from_bytes(head[2:4], "big")
        if head[:2] != IPFIX_VERSION or (number > 1 and length < IPFIX_HEADER_LENGTH):
            count = 0
            for count, found in enumerate(_behind_damage(source, octets + head), 1):
                yield Datagram(f"message {number - 1 + count}", found, transport="file")
            behind = f", {count} found behind" if count else ""
            raise FileError(f"no IPFIX message at octet {offset}, after {counted(number - 1, 'message')}{behind}")
        octets = head + source.read(max(length, IPFIX_HEADER_LENGTH) - len(head))
        head = source.read(4)
        if head:
            transport = "file"
        offset += len(octets)
        if number > 1 and len(octets) < length and not source.damage:
            warn(f"the file ends inside message {number}")
            if len(octets) < IPFIX_HEADER_LENGTH:
                return
        yield Datagram(f"message {number}", octets, transport=transport)
    if source.damage:
        raise FileError(f"damaged after message {number}: {source.damage}")


def _behind_damage(source: Source, octets: bytes) -> Iterator[bytes]:
    """Yield the messages that can be found in what follows; *octets* are the message before, and the damage's first."""
    stream, piece = MessageStream(), octets
    while piece:
        for message in stream.feed(piece):
            if message.offset:
                yield message.octets
        piece = source.read(CHUNK)
    for message in stream.close():
        yield message.octets
