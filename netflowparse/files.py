"""What a file of IPFIX messages says of itself: how it is compressed, and whether its checksums hold.  RFC 5655.

No file is opened here: the octets are the caller's.
"""

from __future__ import annotations

import hashlib

from .arguments import expect, octets_of
from .types import Message, Octets

__all__ = ["checksum_holds", "compression"]

MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\x00\x0a": "ipfix"}  # RFC 5655 §10.2
CHECKSUM = "messageMD5Checksum"
CHECKSUM_OCTETS = 16
CHECKSUMS = 16  # records of one message that are looked at: an honest message has one


def compression(octets: Octets) -> str | None:
    """What the first *octets* of a file tell: "gzip" or "bzip2", or "ipfix" of one that is not compressed; or None.

    Decompression is the caller's.  RFC 5655 §10.2.
    """
    head = octets_of(octets, "octets")
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)


def checksum_holds(octets: Octets, message: Message) -> bool | None:
    """Whether the checksum that an options record of a message holds is that of its *octets*; None if it has none.

    *message* is what ``decode`` made of them.  The checksum is the MD5 of the whole message with its own 16 octets set
    to zero (RFC 5655 §8.1.1).  A record that was decoded does not say where it stood, so its octets are looked for: a
    message cannot hold its own MD5 twice.
    """
    whole = octets_of(octets, "octets")
    found = [record[CHECKSUM] for record in expect(message, dict, "message")["options"] if CHECKSUM in record]
    return any(_is_sum(_octets_of_value(each), whole) for each in found[:CHECKSUMS]) if found else None


def _is_sum(value: bytes, whole: bytes) -> bool:
    before, _, behind = whole.partition(value) if len(value) == CHECKSUM_OCTETS else (whole, b"", b"")
    digest = hashlib.md5(before + bytes(CHECKSUM_OCTETS) + behind, usedforsecurity=False)
    return digest.digest() == value


def _octets_of_value(value: object) -> bytes:
    """Those of an octetArray: hex, or as they are."""
    return bytes.fromhex(value) if isinstance(value, str) else value if isinstance(value, bytes) else b""
