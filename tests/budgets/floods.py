"""Floods without end: the datagram of each number, and what a decoder may remember of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from netflowparse import Limits
from tests.message_builder import (
    VARIABLE,
    Field,
    ipfix_message,
    netflow5_datagram,
    netflow9_datagram,
    options_template,
    set_of,
    template,
    variable,
)
from tests.sflow_builder import datagram, flow_sample, record, sample

from .counting import Datagram


class Flood(NamedTuple):
    """What is sent as number 0, 1, 2 and so on, and before that; the rows that it is of, and the decoder's settings."""

    rows: tuple[str, ...]
    sent: Callable[[int], Datagram]
    limits: Mapping[str, int] = {}
    before: tuple[Datagram, ...] = ()
    settings: Mapping[str, Any] = {}

    def arguments(self) -> dict[str, Any]:
        """Arguments for the decoder."""
        return {"limits": Limits(**self.limits), **self.settings}


def ids(first: int, count: int = 5) -> bytes:
    """A set of so many templates of one field."""
    return set_of(2, b"".join(template(256 + (first + each) % 65_000, [(1, 4)]) for each in range(count)))


def every_id(number: int) -> Datagram:
    return Datagram(ipfix_message(ids(5 * number)))


def every_domain(number: int) -> Datagram:
    return Datagram(ipfix_message(ids(0), observationDomainId=number), number % 5)


def every_exporter(number: int) -> Datagram:
    return Datagram(ipfix_message(ids(0)), f"192.0.2.{number}")


def redefined(number: int) -> Datagram:
    fields: list[Field] = [(1 + number % 2, 4)] * 30
    return Datagram(ipfix_message(set_of(2, template(256, fields))))


def new_shapes(number: int) -> Datagram:
    """A template that never was before, and a record of it."""
    fields: list[Field] = [(1 + number % 400, 4), (9999, 1 + number % 30_000, 4)]
    return Datagram(ipfix_message(set_of(2, template(256, fields)), set_of(256, bytes(8))))


def withdrawn(number: int) -> Datagram:
    """Templates, and the withdrawal of each, then of all."""
    some = b"".join((256 + (5 * number + each) % 65_000).to_bytes(2, "big") + bytes(2) for each in range(3))
    storm = set_of(2, some), set_of(2, b"\0\2\0\0")
    return Datagram(ipfix_message(ids(5 * number), *storm), "r1", "tcp")


def waiting(number: int) -> Datagram:
    """Data for templates that never come, from many exporters and one."""
    octets = netflow9_datagram(set_of(256 + number % 99, b"x" * 200))
    return Datagram(octets, number % 7 if number % 2 else "one")


def waiting_for_one(number: int) -> Datagram:
    """Much data for one template, which comes now and then, each time another one."""
    sets = [set_of(300, b"abcdefgh" * 4)] * 8
    if number % 20 == 19:
        sets = [set_of(2, template(300, [(8, 4), (1 + number % 40, 4)])), set_of(2, template(301, [(1, 4)]))]
    return Datagram(ipfix_message(*sets))


def waiting_for_withdrawn(number: int) -> Datagram:
    """Data for four templates that were withdrawn, then each of them anew: much can be read, little at a time."""
    ids = range(256, 260)
    if number % 2:
        fields: list[Field] = [(1 + number % 8, 1), *[(82, 0)] * 9]
        sets = [set_of(2, b"".join(template(each, fields) for each in ids))]
    else:
        withdrawals = set_of(2, b"".join(each.to_bytes(2, "big") + bytes(2) for each in ids))
        sets = [withdrawals, *(set_of(each, bytes(13)) for each in ids)]
    return Datagram(ipfix_message(*sets), "r1", "tcp")


def history(number: int) -> Datagram:
    """Definitions that change with every message, and data that waits for its time."""
    fields: list[Field] = [(1 + number % 60, 4)]
    sets = set_of(2, template(256 + number % 40, fields)), set_of(256 + number % 40, b"abcd" * 20)
    return Datagram(ipfix_message(*sets, exportTime=number, sequenceNumber=number))


def interface_names(number: int) -> Datagram:
    names = ((10 * number + each).to_bytes(4, "big") + b"%08d" % (10 * number + each) for each in range(10))
    return Datagram(ipfix_message(set_of(256, b"".join(names))), number % 3)


def type_records(number: int) -> Datagram:
    elements = range(5 * number, 5 * number + 5)
    records = ((each + 1).to_bytes(4, "big") + b"\0\1\3" + variable(b"element%06d" % each) for each in elements)
    return Datagram(ipfix_message(set_of(256, b"".join(records))))


def properties(number: int) -> Datagram:
    """Properties of ever new ids, and flows that refer to others."""
    each = range(5 * number, 5 * number + 5)
    said = b"".join(known.to_bytes(8, "big") + b"\6" for known in each)
    referring = b"".join((known + 3).to_bytes(8, "big") for known in each)
    return Datagram(ipfix_message(set_of(256, said), set_of(257, referring)))


def numbers(number: int) -> Datagram:
    """Domains, source ids, engines and sub-agents that never were before, in turn."""
    kinds = (
        lambda: ipfix_message(observationDomainId=number),
        lambda: netflow9_datagram(sourceId=number),
        lambda: netflow5_datagram([], engineType=number >> 8 & 255, engineId=number & 255),
        lambda: datagram([], sub_agent_id=number),
    )
    return Datagram(kinds[number % 4]())


def gaps(number: int) -> Datagram:
    """Sequence numbers of which each leaves a gap; of another source some that lead nowhere."""
    if number % 8:
        return Datagram(netflow9_datagram(sequenceNumber=3 * number))
    return Datagram(netflow9_datagram(sequenceNumber=number * 2_654_435_761 % 2**32, sourceId=1))


def sources(number: int) -> Datagram:
    """Data sources that never were before, and records of a length that none had."""
    records = [record(0, 4000 + number, bytes(number % 50))]
    samples = (flow_sample(records, source_id=(0, 4 * number + each)) for each in range(4))
    return Datagram(datagram(sample(0, 1, body) for body in samples))


def addresses(number: int) -> Datagram:
    """Addresses and names that never come twice."""
    records = (
        each.to_bytes(4, "big") + each.to_bytes(16, "big") + each.to_bytes(6, "big") + b"%08d" % each
        for each in range(10 * number, 10 * number + 10)
    )
    return Datagram(ipfix_message(set_of(256, b"".join(records))))


def taught(set_id: int, *records: bytes, exporters: int = 1) -> tuple[Datagram, ...]:
    """Templates of exporters 0, 1 and so on; of "r1" where it is one."""
    octets = ipfix_message(set_of(set_id, b"".join(records)))
    return tuple(Datagram(octets, each if exporters > 1 else "r1") for each in range(exporters))


NAMES = taught(3, options_template(256, [(10, 4)], [(82, 8)]), exporters=3)
TYPES = taught(3, options_template(256, [(346, 4), (303, 2)], [(339, 1), (341, VARIABLE)]))
PROPERTIES = taught(3, options_template(256, [(137, 8)], [(4, 1)])) + taught(2, template(257, [(137, 8)]))
ADDRESSES = taught(2, template(256, [(8, 4), (27, 16), (56, 6), (82, 8)]))
FLOODS: dict[str, Flood] = {
    "every template id": Flood(("RS-01",), every_id, {"templates_per_exporter": 100}),
    "a template in every domain": Flood(
        ("RS-01", "RS-02"),
        every_domain,
        {"templates_per_exporter": 20, "template_fields": 80, "domains_per_exporter": 4},
    ),
    "a template of every exporter": Flood(("RS-03",), every_exporter, {"exporters": 20}),
    "wide templates redefined": Flood(("RS-04", "RS-05"), redefined),
    "new shapes": Flood(("RS-05",), new_shapes, {"record_shapes": 16, "record_shape_fields": 100}),
    "templates withdrawn": Flood(("RS-06", "RS-07"), withdrawn),
    "data without templates": Flood(
        ("RS-08",), waiting, {"pending_octets": 30_000, "pending_octets_per_exporter": 15_000}
    ),
    "data for one template": Flood(("RS-09",), waiting_for_one, {"pending_sets_per_exporter": 60}),
    "data for templates withdrawn": Flood(
        ("RS-06", "RS-09"), waiting_for_withdrawn, {"values": 150, "pending_octets_per_exporter": 30_000}
    ),
    "changes of a history": Flood(
        ("RS-05", "RS-09"),
        history,
        {"templates_per_exporter": 50, "pending_sets_per_exporter": 40},
        settings={"history": True},
    ),
    "names of interfaces": Flood(
        ("PO-06", "RS-25"), interface_names, {"facts_per_exporter": 100, "facts": 320, "cached_texts": 50}, NAMES
    ),
    "type records": Flood(("RS-16",), type_records, {"facts_per_exporter": 100, "cached_texts": 50}, TYPES),
    "common properties": Flood(("RS-17",), properties, {"facts_per_exporter": 100}, PROPERTIES, {"resolve": True}),
    "streams of numbers": Flood(("RS-18",), numbers, {"domains_per_exporter": 16}),
    "gaps in numbers": Flood(("RS-18",), gaps),
    "sources of samples": Flood(("RS-18",), sources, {"sample_sources_per_exporter": 64, "record_shapes": 16}),
    "addresses that never come twice": Flood(
        ("RS-25",), addresses, {"cached_addresses": 100, "cached_texts": 100}, ADDRESSES
    ),
}
