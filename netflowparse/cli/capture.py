"""pcap and pcapng files to frames, by scapy's raw readers.  scapy is imported here and in ``fragments``, when needed.

Plain records, whole and at hand, are taken out of the octets here.  Whatever else stands there, and what lies across
the end of the octets at hand, is left to scapy, which knows what to make of it; then plain ones may follow again.

scapy speaks through loggers; what it says is kept from stderr and becomes warnings about the file.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from struct import Struct
from typing import Any, NamedTuple, TypeAlias

from .source import FileError, Source

NEEDS_SCAPY = "reading captures needs scapy: pip install scapy"
LONGEST = 0xFFFF  # octets of a frame; scapy cuts those that are longer
PCAP_HEAD = 16  # octets before each frame
#: An enhanced packet block of pcapng: its type, length, interface, time (high, low), octets captured, and on the wire
PACKET = "6I4x"
HEADS = {order: Struct(order + PACKET).unpack_from for order in "<>!"}
ENHANCED_PACKET = 6
PACKET_HEAD = 28  # octets before the frame
EMPTY_BLOCK = 32  # octets of a block without frame and options
MAX_SCAPY_WARNINGS = 10  # of one file; a damaged one can have one per frame

Captured: TypeAlias = tuple[int, int, bytes]  # seconds, link type, octets
Unpack: TypeAlias = Callable[[bytes, int], tuple[Any, ...]]


class Frame(NamedTuple):
    """One captured frame."""

    number: int  # from 1, as Wireshark counts
    seconds: int  # since 1970
    link_type: int
    octets: bytes


def iter_frames(source: Source, warn: Callable[[str], None]) -> Iterator[Frame]:
    """Yield the frames of a capture; a frame cut by the end of the file is left out with a warning.

    Raises FileError without scapy, on a header that makes no sense, and, after what could be read, on damage.
    """
    number = 0
    said: list[str] = []
    with scapy_words(said):
        reader = _open_reader(source)
        frames = (_pcap_frames if source.kind == "pcap" else _pcapng_frames)(source, reader)
        for number, frame in enumerate(frames, 1):
            yield Frame(number, *frame)
    if source.damage:
        raise FileError(f"damaged after frame {number}: {source.damage}")
    if source.cut:
        warn(f"the file ends inside frame {number + 1}, which is left out")
    else:
        for words in dict.fromkeys(said):
            warn(f"scapy says: {words}")


def _open_reader(source: Source) -> Any:
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapNgReader, RawPcapReader

    reader: Any = RawPcapReader if source.kind == "pcap" else RawPcapNgReader
    try:
        return reader(source)
    except (Scapy_Exception, EOFError) as error:
        raise FileError(f"no usable {source.kind} header") from error


def _pcap_frames(source: Source, reader: Any) -> Iterator[Captured]:
    link_type = reader.linktype & 0xFFFF  # above: length of the frame check sequence
    while True:
        taken = yield from _plain_records(source.peek(), reader.endian, link_type)
        source.read(taken)
        found = next(reader, None)
        if found is None:
            return
        if source.ended:
            source.cut = True
            return
        octets, meta = found
        yield meta.sec, link_type, octets


def _plain_records(octets: bytes, order: str, link_type: int) -> Generator[Captured, None, int]:
    """Yield the frames that *octets* of a pcap file begin with; return where something else begins."""
    head = Struct(order + "I4xI4x").unpack_from  # seconds, octets captured
    at, last = 0, len(octets) - PCAP_HEAD
    while at <= last:
        seconds, captured = head(octets, at)
        begin = at + PCAP_HEAD
        end = begin + captured
        if captured > LONGEST or end > len(octets):
            break
        yield seconds, link_type, octets[begin:end]
        at = end
    return at


def _pcapng_frames(source: Source, reader: Any) -> Iterator[Captured]:
    interfaces: dict[int, tuple[int, int]] = {}  # link type and units of time in a second, as scapy told of a frame
    octets, at = b"", 0  # those at hand, and how many of them are taken
    while True:
        if len(octets) - at < EMPTY_BLOCK:
            octets, at = source.peek(), 0
        head = HEADS[reader.endian]
        taken = yield from _plain_blocks(octets, at, head, interfaces)
        whole = len(octets) - taken >= EMPTY_BLOCK  # the head of the next block; of less nothing is learned
        kind, length, interface, *_ = head(octets, taken) if whole else (0, 0, 0)
        source.read(taken - at)
        before = source.octets
        found = next(reader, None)
        if found is None:
            return
        at = taken + source.octets - before
        frame, meta = found
        # Simple packet blocks have no time.
        seconds = ((meta.tshigh << 32) | meta.tslow) // meta.tsresol if meta.tslow is not None else 0
        yield seconds, meta.linktype, frame
        if kind == ENHANCED_PACKET and source.octets == before + length:
            interfaces[interface] = meta.linktype, meta.tsresol
        else:  # other blocks may have described other interfaces
            interfaces.clear()


def _plain_blocks(
    octets: bytes, at: int, head: Unpack, interfaces: dict[int, tuple[int, int]]
) -> Generator[Captured, None, int]:
    """As ``_plain_records``, of a pcapng file: frames in packet blocks without options, of interfaces that are known.

    They stand in *octets* from *at* on.
    """
    last = len(octets) - EMPTY_BLOCK
    while at <= last:
        kind, length, interface, high, low, captured = head(octets, at)
        end = at + length
        if (
            kind != ENHANCED_PACKET
            or interface not in interfaces
            or captured > LONGEST
            or length != EMPTY_BLOCK + captured + -captured % 4
            or end > len(octets)
            or octets[end - 4 : end] != octets[at + 4 : at + 8]
        ):
            break
        link_type, units = interfaces[interface]
        yield (high << 32 | low) // units, link_type, octets[at + PACKET_HEAD : at + PACKET_HEAD + captured]
        at = end
    return at


class _Words(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.said) < MAX_SCAPY_WARNINGS:
            self.said.append(record.getMessage())


@contextmanager
def scapy_words(said: list[str]) -> Iterator[None]:
    """Collect in *said* what scapy would print, for as long as the context lasts.  Raises FileError without scapy.

    Its filter is lifted too: it reads the whole call stack at each warning.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scapy's dependencies deprecate each other
            import scapy.error
            import scapy.utils  # noqa: F401
    except ImportError as error:
        raise FileError(NEEDS_SCAPY) from error
    all_of_it, runtime = logging.getLogger("scapy"), logging.getLogger("scapy.runtime")
    handlers, filters = all_of_it.handlers[:], runtime.filters[:]
    all_of_it.handlers[:] = [_Words(said)]
    runtime.filters.clear()
    try:
        yield
    finally:
        all_of_it.handlers[:] = handlers
        runtime.filters[:] = filters
