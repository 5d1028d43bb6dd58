"""Options records and the flows that they complete, in IPFIX and NetFlow v9, and what came out of them."""

from __future__ import annotations

from typing import Any

from netflowparse import Decoder
from netflowparse.settings import ExporterSettings
from netflowparse.state.knowledge import Knowledge
from tests.message_builder import (
    EXPORT_TIME,
    Field,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain

OPTIONS, FLOWS = 300, 256  # template ids
SYSTEM = (1, 4)  # scope of NetFlow v9: system
INTERVAL, SAMPLER, RANDOM = (34, 4), (48, 1), (50, 4)
INGRESS, EGRESS, DIRECTION = (10, 4), (14, 4), (61, 1)
METERING = (143, 4)  # meteringProcessId


def record(fields: list[Field], *values: int | str | bytes) -> bytes:
    """A record of these *fields*: numbers in their length, texts of variable length."""
    octets = [
        value.to_bytes(field[-1], "big")
        if isinstance(value, int)
        else variable(value.encode())
        if isinstance(value, str)
        else value
        for field, value in zip(fields, values, strict=True)
    ]
    return b"".join(octets)


def options10(scope: list[Field], fields: list[Field], *values: Any, template_id: int = OPTIONS) -> tuple[bytes, bytes]:
    """The sets of an IPFIX options template and of one record by it."""
    definition = options_template(template_id, scope, fields)
    return set_of(3, definition), set_of(template_id, record([*scope, *fields], *values))


def options9(scope: list[Field], fields: list[Field], *values: Any) -> tuple[bytes, bytes]:
    """The FlowSets of a NetFlow v9 options template and of one record by it."""
    definition = netflow9_options_template(OPTIONS, scope, fields)
    return set_of(1, definition), set_of(OPTIONS, record([*scope, *fields], *values))


def flows10(fields: list[Field], *records: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """The sets of an IPFIX template and of records by it."""
    return set_of(2, template(FLOWS, fields)), set_of(FLOWS, b"".join(record(fields, *each) for each in records))


def flows9(fields: list[Field], *records: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """The FlowSets of a NetFlow v9 template and of records by it."""
    return set_of(0, template(FLOWS, fields)), set_of(FLOWS, b"".join(record(fields, *each) for each in records))


def decoded(decoder: Decoder, *sets: bytes, exporter: str = "r1", **header: Any) -> list[dict[str, Any]]:
    """The flows of an IPFIX message of these *sets*."""
    message = decoder.decode(ipfix_message(*sets, **header), exporter)
    assert message["problems"] == []
    assert_plain(message)
    return message["flows"]


def decoded9(decoder: Decoder, *sets: bytes, exporter: str = "r1", **header: Any) -> list[dict[str, Any]]:
    """The flows of a NetFlow v9 datagram of these *sets*."""
    message = decoder.decode(netflow9_datagram(*sets, **header), exporter)
    assert message["problems"] == []
    return message["flows"]


def sampled(flow: dict[str, Any]) -> tuple[Any, Any]:
    """The interval of a flow, and where it came from."""
    return flow.get("samplingInterval"), flow.get("resolved", {}).get("samplingInterval")


RATES = ExporterSettings(sampling_interval=9, interface_sampling={7: 70, 8: 80}, interfaces={7: "seven", 8: "eight"})


class Unbounded:
    """A ledger without a limit."""

    def take(self) -> bool:
        return True

    def give(self, count: int) -> None:
        pass


def told(*records: dict[str, Any], time: int = EXPORT_TIME) -> Knowledge:
    """What these options records teach."""
    knowledge = Knowledge(Unbounded())
    for each in records:
        knowledge.learn(each, template_id=OPTIONS, time=time, transport="udp")
    return knowledge
