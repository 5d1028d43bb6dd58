"""pcap and pcapng files to frames, by scapy's raw readers.  scapy is imported here and in ``fragments``, when needed.

scapy speaks through loggers; what it says is kept from stderr and becomes warnings about the file.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .source import FileError, Source

NEEDS_SCAPY = "reading captures needs scapy: pip install 'netflowparse[pcap]'"
MAX_SCAPY_WARNINGS = 10  # of one file; a damaged one can have one per frame


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
        frames = _pcap_frames(source, reader) if source.kind == "pcap" else _pcapng_frames(reader)
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


def _pcap_frames(source: Source, reader: Any) -> Iterator[tuple[int, int, bytes]]:
    link_type = reader.linktype & 0xFFFF  # above: length of the frame check sequence
    for octets, meta in reader:
        if source.ended:
            source.cut = True
            return
        yield meta.sec, link_type, octets


def _pcapng_frames(reader: Any) -> Iterator[tuple[int, int, bytes]]:
    for octets, meta in reader:
        # Simple packet blocks have no time.
        seconds = ((meta.tshigh << 32) | meta.tslow) // meta.tsresol if meta.tslow is not None else 0
        yield seconds, meta.linktype, octets


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
