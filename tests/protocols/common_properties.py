"""Common properties (RFC 5473) as sets of IPFIX: stated, withdrawn, referred to; and what flows gain by them."""

from __future__ import annotations

from typing import Any

from netflowparse import Decoder
from tests.message_builder import EXPORT_TIME, Field, ipfix_message, options_template, set_of, template
from tests.plain import assert_plain

PROPERTIES: Field = (137, 8)  # commonPropertiesId
PACKETS: Field = (2, 4)  # packetDeltaCount
PROTOCOL: Field = (4, 1)
SOURCE_PORT: Field = (7, 2)
DESTINATION_PORT: Field = (11, 2)
OPTIONS, FLOWS = 300, 256  # template ids
ORIGIN = "options:commonPropertiesId="


def record(fields: list[Field], values: tuple[Any, ...]) -> bytes:
    """A record of these *fields*: numbers in their length, octets as they are."""
    return b"".join(
        value.to_bytes(field[-1], "big") if isinstance(value, int) else value
        for field, value in zip(fields, values, strict=True)
    )


def stated(fields: list[Field], *records: tuple[Any, ...], identity: Field = PROPERTIES) -> bytes:
    """The sets that state properties: an options template, and a record of id and values for each of *records*."""
    octets = b"".join(record([identity, *fields], each) for each in records)
    return set_of(3, options_template(OPTIONS, [identity], fields)) + set_of(OPTIONS, octets)


def referring(*ids: tuple[int, ...] | int, packets: int = 10) -> bytes:
    """The sets of flows that refer to properties, each to one or to as many as the others."""
    rows = [each if isinstance(each, tuple) else (each,) for each in ids]
    fields = [PROPERTIES] * len(rows[0]) + [PACKETS]
    octets = b"".join(record(fields, (*each, packets)) for each in rows)
    return set_of(2, template(FLOWS, fields)) + set_of(FLOWS, octets)


def heard(decoder: Decoder, *sets: bytes, after: int = 0, domain: int = 1, transport: Any = "udp") -> Any:
    """The message of these *sets*, *after* so many s."""
    octets = ipfix_message(*sets, exportTime=EXPORT_TIME + after, observationDomainId=domain)
    message = decoder.decode(octets, "r1", transport=transport)
    assert_plain(message)
    return message


def taught(decoder: Decoder, *sets: bytes, **where: Any) -> None:
    """Let *decoder* hear *sets* in which there is nothing wrong."""
    assert heard(decoder, *sets, **where)["problems"] == []


def gained(decoder: Decoder, *ids: tuple[int, ...] | int, **where: Any) -> list[dict[str, Any]]:
    """What flows that refer to *ids* have beside that, and where it came from, where nothing is wrong."""
    message = heard(decoder, referring(*ids), **where)
    assert message["problems"] == []
    return [_gain(flow) for flow in message["flows"]]


def _gain(flow: dict[str, Any]) -> dict[str, Any]:
    own = ("commonPropertiesId", "packetDeltaCount", "resolved")
    return {name: value for name, value in flow.items() if name not in own}


def protocols(message: Any) -> list[int | None]:
    """The protocol of each flow, None where it has none."""
    return [flow.get("protocolIdentifier") for flow in message["flows"]]
