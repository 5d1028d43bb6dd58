"""Messages of NetFlow v9 and IPFIX to datagrams: templates, options, flows, in this order.

RFC 7011 §3, RFC 3954 §5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from ..codec.display import Clock
from ..codec.layout import layout_of
from ..errors import EncodeError
from ..registry import Registry
from ..types import EventName
from ..wire import ipfix, netflow9
from .checked import Path, expect_dict, shown
from .datagrams import NUMBER, Datagram, Datagrams
from .definitions import Definitions
from .patches import patched_fields
from .templates import Definition, definition_octets, definition_of, withdrawal_octets
from .writer import Writer

#: smallest records of template sets: of NetFlow v9 and IPFIX, with one field; of withdrawals
SMALLEST_TEMPLATE, SMALLEST_WITHDRAWAL = 8, 4
WITHDRAWALS = ("withdrawn", "withdrawal_ignored")
EVENTS: tuple[str, ...] = get_args(EventName)

HEADERS = {"netflow9": layout_of(netflow9.Header), "ipfix": layout_of(ipfix.MessageHeader)}
VERSIONS = {"netflow9": netflow9.VERSION, "ipfix": ipfix.VERSION}


def header_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """The header of a message, if it has only fields of its protocol."""
    header, protocol = message.get("header", {}), message["protocol"]
    expect_dict(header, ("header",))
    names = HEADERS[protocol].names
    for key in header:
        if key not in names:
            raise EncodeError(f"no field of the header, expected some of {', '.join(names)}", ("header", str(key)))
    return dict(header)


def definitions_for(
    message: Mapping[str, Any], header: Mapping[str, Any], registry: Registry, *, long_lengths: bool
) -> Definitions:
    """The templates that records of a message may be written by; none yet."""
    quirks, up = message.get("quirks", ()), header.get("sysUpTime", 0)
    time = header.get("exportTime", 0)
    at = None
    if message["protocol"] == "netflow9" and type(up) is int and type(time) is int:
        at = Clock(time * 1000, up)
    return Definitions(message["protocol"], registry, quirks, at, long_lengths=long_lengths)


def encode_sets(
    message: Mapping[str, Any], templates: Iterable[Any], registry: Registry, most: int, *, long_lengths: bool
) -> list[bytes]:
    """The datagrams of a NetFlow v9 or IPFIX message, each of at most *most* octets."""
    header, protocol = header_of(message), message["protocol"]
    definitions = definitions_for(message, header, registry, long_lengths=long_lengths)
    for index, each in enumerate(templates):
        definitions.add(definition_of(each, protocol, registry, ("templates", index)))
    datagrams = Datagrams(most - HEADERS[protocol].minimum_length)
    for index, event in enumerate(message.get("templates", ())):
        _template(event, definitions, datagrams, registry, ("templates", index))
    for key in ("options", "flows"):
        definitions.reserve(message.get(key, ()))
    for key in ("options", "flows"):
        for index, record in enumerate(message.get(key, ())):
            path: Path = (key, index)
            definition, fields = definitions.spell(record, path, options=key == "options")
            for made in definitions.unsent:
                add_template(datagrams, made, path)
            definitions.unsent.clear()
            datagrams.add_data(definition, b"".join(fields), path)
    return number(protocol, header, datagrams.made)


def _template(event: Any, definitions: Definitions, datagrams: Datagrams, registry: Registry, path: Path) -> None:
    """Write what a message says of one template."""
    said = event_of(event, path)
    if said == "rejected":  # it defines nothing
        return
    if said in WITHDRAWALS:
        if definitions.protocol != "ipfix":
            raise EncodeError("a withdrawal, which NetFlow v9 does not have", path)
        set_id, octets = withdrawal_of(event, path)
        datagrams.add(octets, set_id, SMALLEST_WITHDRAWAL, ("withdrawals", set_id), path)
        definitions.remove(event["template_id"])
        return
    definition = definition_of(event, definitions.protocol, registry, path)
    definitions.add(definition)
    add_template(datagrams, definition, path)


def event_of(event: Any, path: Path) -> Any:
    """What became of a template, as its event says; None where it says nothing: it is defined."""
    said = expect_dict(event, path).get("event")
    if said is not None and said not in EVENTS:
        raise EncodeError(f"{shown(said)}, expected one of {', '.join(EVENTS)}", (*path, "event"))
    return said


def withdrawal_of(event: Mapping[str, Any], path: Path) -> tuple[int, bytes]:
    """The id of the set that a withdrawal belongs to, and its octets."""
    template_id = event.get("template_id")
    if type(template_id) is not int or not 0 <= template_id <= 0xFFFF:
        raise EncodeError(f"{shown(template_id)}, expected an id", (*path, "template_id"))
    return withdrawal_octets(template_id, options=event.get("scope_count") is not None)


def add_template(datagrams: Datagrams, definition: Definition, path: Path) -> None:
    """Write a template record."""
    set_id, octets = definition_octets(definition, path)
    datagrams.add(octets, set_id, SMALLEST_TEMPLATE, ("templates", set_id), path)


def number(protocol: str, header: dict[str, Any], datagrams: Iterable[Datagram]) -> list[bytes]:
    """The datagrams with their headers, whose sequence numbers go on from that of *header*."""
    made, sequence = [], header.get("sequenceNumber", 0)
    for each in datagrams:
        made.append(with_header(protocol, {**header, "sequenceNumber": sequence}, each.body, each.records))
        sequence = (sequence + (each.data_records if protocol == "ipfix" else 1)) % NUMBER
    return made


def with_header(protocol: str, header: dict[str, Any], body: bytes, records: int) -> bytes:
    """A datagram of sets that hold so many *records* of all kinds."""
    return b"".join(header_fields(protocol, header, body, records)) + body


def header_fields(
    protocol: str, header: dict[str, Any], body: bytes, records: int, patches: Sequence[Mapping[str, Any]] = ()
) -> list[bytes]:
    """The octets of each field of the header of such a datagram."""
    layout = HEADERS[protocol]
    told = {"version": VERSIONS[protocol], "length": layout.minimum_length + len(body), "count": records}
    values = {**header, **{key: value for key, value in told.items() if key in layout.names}}
    return patched_fields(Writer(layout, zeros=True), values, patches, ("header",))
