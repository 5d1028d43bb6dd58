"""A flow, a template and a record by it that exporters are given, and what a decoder makes of their datagrams."""

from __future__ import annotations

from typing import Any

from netflowparse import Decoder

NOW = 1_709_240_320  # 2024-02-29 20:58:40 UTC
FLOW = {
    "sourceIPv4Address": "192.0.2.1",
    "destinationIPv4Address": "198.51.100.2",
    "sourceTransportPort": 443,
    "destinationTransportPort": 50_000,
    "protocolIdentifier": 6,
    "packetDeltaCount": 3,
    "octetDeltaCount": 1500,
    "flowStartMilliseconds": NOW * 1000 - 1250,
    "flowEndMilliseconds": NOW * 1000 - 250,
}
FIELDS = ["sourceIPv4Address", {"name": "octetDeltaCount", "length": 4}]
TEMPLATE = {"template_id": 300, "fields": FIELDS}
RECORD = {"sourceIPv4Address": "192.0.2.1", "octetDeltaCount": 1500}
#: set 300 with one RECORD
DATA = bytes.fromhex("012c000cc0000201000005dc")
#: template 300 in a set of its own: elements 8 and 1, of 4 octets each
DEFINITION = bytes.fromhex("00020010012c00020008000400010004")


def said(decoder: Decoder, datagrams: list[bytes]) -> list[Any]:
    """The messages of datagrams, none of which has a problem."""
    messages = [decoder.decode(each, "exporter") for each in datagrams]
    assert [message["problems"] for message in messages] == [[]] * len(messages)
    return messages
