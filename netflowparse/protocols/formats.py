"""Which protocol a datagram is of: its first two octets tell, though sFlow's version has four."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import TruncatedDatagram, UnknownVersion
from .context import Context
from .fixed import FIXED_FORMATS
from .ipfix import Ipfix
from .netflow9 import Netflow9
from .sflow5 import Sflow5
from .strict import Format

SFLOW = 0  # the first half of its version
FORMATS: dict[int, Callable[[Context], Format]] = {SFLOW: Sflow5, **FIXED_FORMATS, 9: Netflow9, 10: Ipfix}

#: what pcap (either order, microseconds and nanoseconds) and pcapng begin with
CAPTURES = frozenset(map(bytes.fromhex, ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "0a0d0d0a")))


def format_of(datagram: bytes) -> Callable[[Context], Format]:
    """What makes the decoder of datagrams that begin as this one does; DecodeError where nothing decodes them."""
    if len(datagram) < 2:
        raise TruncatedDatagram(f"not even a version: length {len(datagram)}", offset=len(datagram))
    version = datagram[0] << 8 | datagram[1]
    if version not in FORMATS:
        raise _unknown_version(version, datagram)
    return FORMATS[version]


def _unknown_version(version: int, datagram: bytes) -> UnknownVersion:
    hint = ""
    if datagram[:4] in CAPTURES:
        hint = "a capture file? datagrams are in its frames: the command line takes them out"
    elif datagram[0] in FORMATS and not datagram[1]:
        hint = f"octets in the wrong order? {datagram[0]} is 00 {datagram[0]:02x} on the wire"
    *others, last = sorted(FORMATS.keys() - {SFLOW})
    expected = f"expected {', '.join(map(str, others))} or {last}, or sFlow's 5 in four octets"
    return UnknownVersion(f"version {version}: {expected}", version=version, hint=hint)
