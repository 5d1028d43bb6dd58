"""What decoders remember, and datagrams that a strict one refuses without remembering anything of them."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from netflowparse import Decoder, MalformedMessage
from tests.message_builder import VARIABLE, ipfix_message, set_of, template
from tests.protocols.messages import record

DESCRIPTION = [(82, VARIABLE)]  # interfaceName
WHOLE = set_of(256, record(1))  # 16 octets
STORED = [(0, 8, 4), (0, 12, 4), (0, 2, 4)]  # what the decoder says of FIELDS


def state(decoder: Decoder) -> dict[str, Any]:
    """All that a decoder remembers: what it tells, and every object behind that."""
    return {
        "snapshot": decoder.snapshot(pending=True),
        "statistics": decoder.statistics(),
        "templates": decoder.templates(),
        "pending": decoder.pending(),
        "knowledge": [decoder.knowledge(exporter) for exporter in ("r1", "r2", "r3")],
        "objects": pickle.dumps(decoder),
    }


def refused(decoder: Decoder, octets: bytes, exporter: Any = "r1", **circumstances: Any) -> MalformedMessage:
    """What is raised for a datagram, which changes nothing."""
    before = state(decoder)
    with pytest.raises(MalformedMessage) as caught:
        decoder.decode(octets, exporter, **circumstances)
    assert state(decoder) == before
    return caught.value


def told(decoder: Decoder) -> dict[str, Any]:
    """What a decoder tells of what it remembers."""
    return {name: value for name, value in state(decoder).items() if name != "objects"}


def names(domain: int, value: bytes, *before: bytes, **header: Any) -> bytes:
    """A message that teaches template 257, interfaceName of variable length, and has *value* of it."""
    return ipfix_message(
        *before, set_of(2, template(257, DESCRIPTION)), set_of(257, value), observationDomainId=domain, **header
    )


CUT = b"\x09eth"  # 9 octets are promised
