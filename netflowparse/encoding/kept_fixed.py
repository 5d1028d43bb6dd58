"""Exact copies of datagrams of fixed versions: what ``keep_octets`` keeps of them, and how it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..codec.plan import Field
from ..protocols.trace import FixedTrace
from ..types import FieldPatch, Message
from .fixed import FixedWriter
from .kept_form import check_count, check_fixed
from .patches import by_record, field_patches, patched_fields


def keep_fixed(trace: FixedTrace, message: Message) -> None:
    """Add to *message* what its canonical form loses of the datagram that it was read from."""
    octets, flows = trace.octets, message["flows"]
    writer = FixedWriter(message["protocol"], message["header"])
    patches: list[FieldPatch] = []
    if trace.layout is not None:
        quirks = message["quirks"]
        at, size = writer.clock(), trace.layout.minimum_length
        for number, flow in enumerate(flows):
            was = split(trace.layout.fields, octets, trace.start + number * size)
            own = writer.own(flow, quirks, at, ())
            patches += field_patches(writer.records.canonical(own), was, number)
    header = writer.header_fields(len(flows), message["header"].get("sequenceNumber", 0))
    message["kept"] = {
        "header": field_patches(header, split(trace.header.fields, octets, 0)),
        "records": len(flows),
        "patches": patches,
        "tail": octets[trace.stop :].hex(),
    }


def split(fields: tuple[Field, ...], octets: bytes, at: int) -> list[bytes]:
    """The octets of each of *fields*, all of fixed length, the first of which stands *at*."""
    found = []
    for field in fields:
        found.append(octets[at : at + field.octets])
        at += field.octets
    return found


def copy_fixed(message: Mapping[str, Any]) -> bytes:
    """The datagram that a *message* with ``kept`` was read from, but for what was changed."""
    kept, flows, quirks = check_fixed(message["kept"]), message.get("flows", ()), message.get("quirks")
    check_count(kept["records"], message, "flows")
    writer = FixedWriter(message["protocol"], message.get("header", {}))
    parts = writer.header_fields(len(flows), writer.header.get("sequenceNumber", 0), kept["header"])
    at = writer.clock()
    patches = by_record(kept["patches"])
    for number, flow in enumerate(flows):
        own = writer.own(flow, quirks, at, ("flows", number))
        parts += patched_fields(writer.records, own, patches.get(number, ()), ("flows", number))
    return b"".join(parts) + bytes.fromhex(kept["tail"])
