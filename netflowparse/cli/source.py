"""A file: opened, decompressed, its kind told by its first octets, and how it ended remembered.

Nothing here knows what is inside a capture or a datagram.
"""

from __future__ import annotations

import bz2
import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, BinaryIO, cast

from ..files import compression

STANDARD_INPUT = "-"
CHUNK = 1 << 16  # octets read and decompressed at a time

CAPTURE_MAGICS = {
    b"\xa1\xb2\xc3\xd4": "pcap",
    b"\xd4\xc3\xb2\xa1": "pcap",
    b"\xa1\xb2\x3c\x4d": "pcap",  # nanoseconds
    b"\x4d\x3c\xb2\xa1": "pcap",
    b"\x0a\x0d\x0d\x0a": "pcapng",
}
# Known, and not read by anything we use: the reader deserves a better word than "unknown version".
FOREIGN_MAGICS = {
    b"\xa1\xb2\xcd\x34": "a modified pcap capture: convert it with editcap",
    b"\x34\xcd\xb2\xa1": "a modified pcap capture: convert it with editcap",
    b"snoo": "a snoop capture: convert it with editcap",
    b"GMBU": "a Network Monitor capture: convert it with editcap",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: decompress it first",
    b"\xfd7zX": "compressed with xz: decompress it first",
    b"PK\x03\x04": "a zip archive: unpack it first",
}


class FileError(Exception):
    """A file cannot be read, or is nothing we know; the text says why, without the file's name."""


class Source:
    """An open file: ``read`` and ``peek`` give its octets, decompressed, and never raise."""

    def __init__(self, name: str, raw: BinaryIO) -> None:
        """Take the file over.  Raises FileError when it is empty, damaged at its start, or foreign."""
        self.name = name
        self.ended = False  # a read came back short, or empty
        self.cut = False  # the file ended where more octets had to come
        self.damage: str | None = None  # why reading stopped before the end
        self.octets = 0  # given out
        self._raw = raw
        self._stream = raw
        self._failed = False
        try:
            self._stream = _decompressed(raw)
            magic = _peek(self._stream)
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(_reason(error)) from error
        if not magic:
            raise FileError("empty")
        if magic in FOREIGN_MAGICS:
            raise FileError(FOREIGN_MAGICS[magic])
        self.kind = CAPTURE_MAGICS.get(magic, "raw")

    def read(self, size: int) -> bytes:
        """Return the next *size* octets, fewer at the end."""
        octets = self._tried(self._stream.read, size)
        if len(octets) < size:
            self.ended = True
            self.cut = self.cut or bool(octets)
        self.octets += len(octets)
        return octets

    def peek(self) -> bytes:
        """Return those of the next octets that are there, which stay to be read; none at the end.

        Where none are there yet this waits for some, not for more.
        """
        return self._tried(cast(io.BufferedReader, self._stream).peek, 1)

    def _tried(self, take: Callable[[int], bytes], size: int) -> bytes:
        """Return what *take* gives; nothing once that has failed, for what would come then is no continuation."""
        if self._failed:
            return b""
        try:
            return take(size)
        except EOFError:  # a compressed file without its end
            self.cut = True
        except (OSError, zlib.error) as error:
            self.damage = _reason(error)
        self._failed = True
        return b""

    def position(self) -> int:
        """Return how many octets of the file itself, compressed as it may be, were taken."""
        try:
            return self._raw.tell()
        except OSError:  # a pipe
            return self.octets

    def close(self) -> None:
        """Close the file, unless it is standard input."""
        if self._stream is not self._raw:
            self._stream.close()
        if self.name != STANDARD_INPUT:
            self._raw.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_source(name: str) -> Source:
    """Return the opened file; ``-`` is standard input.  Raises FileError."""
    raw: BinaryIO
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise FileError("there is no standard input")
        if sys.stdin.isatty():
            raise FileError("standard input is a terminal: pipe a capture into it")
        raw = sys.stdin.buffer
        return Source(name, raw)
    try:
        raw = open(name, "rb", CHUNK)  # noqa: SIM115 - owned by the Source
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileError(_reason(error)) from error
    try:
        return Source(name, raw)
    except BaseException:
        raw.close()
        raise


def regular_size(name: str) -> int | None:
    """Return the size of a regular file in octets; None for pipes and what is not there."""
    try:
        status = os.stat(name) if name != STANDARD_INPUT else os.fstat(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):  # AttributeError: there is no standard input
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _decompressed(raw: BinaryIO) -> BinaryIO:
    kind = compression(_peek(raw))
    if kind == "gzip":
        return cast(BinaryIO, io.BufferedReader(_Pieces(gzip.GzipFile(fileobj=raw)), CHUNK))
    if kind == "bzip2":
        return cast(BinaryIO, io.BufferedReader(_Pieces(bz2.BZ2File(raw)), CHUNK))
    return raw


class _Pieces(io.RawIOBase):
    """Gives what can be decompressed before a cut or damage; the files' own ``readinto`` gives all or raises."""

    def __init__(self, compressed: gzip.GzipFile | bz2.BZ2File) -> None:
        self._compressed = compressed

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        octets = self._compressed.read1(len(target))
        target[: len(octets)] = octets
        return len(octets)


def _peek(stream: BinaryIO) -> bytes:
    return cast(io.BufferedReader, stream).peek(4)[:4]


def _reason(error: BaseException) -> str:
    """Return the cause in a few words, without the number and the name OSError adds."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
