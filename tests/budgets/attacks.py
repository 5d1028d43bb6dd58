"""Hostile datagrams of NetFlow and IPFIX: each attack makes some that have about so many octets together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from netflowparse import Limits
from netflowparse.state.properties import MOST_PROPERTIES
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    Field,
    ipfix_message,
    netflow5_datagram,
    netflow9_datagram,
    options_template,
    set_of,
    specifiers,
    template,
    variable,
)

from .counting import Datagram

VALUES = 5_000  # in a datagram: few enough for attacks of some hundred octets to meet the limit
WITHDRAW_ALL = bytes.fromhex("0002 0000")
OPTIONS, DATA = 300, 400  # template ids


class Attack(NamedTuple):
    """What is sent, for so many octets; the rows of the catalogue that it is of, and the decoder's settings."""

    rows: tuple[str, ...]
    make: Callable[[int], list[Datagram]]
    limits: Mapping[str, int] = {}
    settings: Mapping[str, Any] = {}

    def arguments(self) -> dict[str, Any]:
        """Arguments for the decoder."""
        return {"limits": Limits(**{"values": VALUES, **self.limits}), **self.settings}


def one(*sets: bytes, **header: Any) -> Datagram:
    """An IPFIX message."""
    return Datagram(ipfix_message(*sets, **header))


def taught(set_id: int, *records: bytes) -> Datagram:
    """An IPFIX message of templates."""
    return one(set_of(set_id, b"".join(records)))


def data(fields: list[Field], body: bytes) -> list[Datagram]:
    """A template, and a message of its data."""
    return [taught(2, template(DATA, fields)), one(set_of(DATA, body))]


def fill(octets: int, unit: bytes) -> bytes:
    """*unit* so often that it takes about so many *octets*."""
    return unit * max(octets // len(unit), 1)


def options(scope: list[Field], fields: list[Field], records: list[bytes]) -> list[Datagram]:
    """An options template, and a message of its records."""
    return [taught(3, options_template(OPTIONS, scope, fields)), one(set_of(OPTIONS, b"".join(records)))]


# Templates: RS-01 to RS-07.


def every_id(octets: int) -> list[Datagram]:
    return [taught(2, *(template(256 + each, [(1, 4)]) for each in range(octets // 8)))]


def every_domain(octets: int) -> list[Datagram]:
    sets = set_of(2, template(256, [(1, 4)]))
    return [one(sets, observationDomainId=number) for number in range(octets // 28)]


def every_exporter(octets: int) -> list[Datagram]:
    octets_sent = ipfix_message(set_of(2, template(256, [(1, 4)])))
    return [Datagram(octets_sent, number) for number in range(octets // 28)]


def wide_redefined(octets: int) -> list[Datagram]:
    return [taught(2, template(256, [(1 + number % 2, 4)] * (octets // 32))) for number in range(8)]


def two_shapes(octets: int) -> list[Datagram]:
    """Two definitions of one id in turn, and data behind each."""
    shapes = [[(1, 4), (2, 4)], [(8, 4), (12, 4)]]
    sets = [(set_of(2, template(256, shapes[each])), set_of(256, bytes(range(8)))) for each in range(2)]
    return [one(*sets[number % 2]) for number in range(octets // 48)]


def new_shapes(octets: int) -> list[Datagram]:
    """A shape that never was before in each message, and a record of it."""
    return [
        one(set_of(2, template(256, [(1 + each % 400, 4), (2, 4), (8, 1 + each // 400)])), set_of(256, bytes(12)))
        for each in range(octets // 56)
    ]


def withdrawals(octets: int) -> list[Datagram]:
    ids = range(256, 256 + octets // 12)
    withdrawn = set_of(2, b"".join(each.to_bytes(2, "big") + bytes(2) for each in ids))
    sent = [taught(2, *(template(each, [(1, 4)]) for each in ids)), one(withdrawn)]
    return [each._replace(transport="tcp") for each in sent]


def all_withdrawn(octets: int) -> list[Datagram]:
    templates = taught(2, *(template(256 + each, [(1, 4)]) for each in range(octets // 32)))
    storm = one(fill(octets * 3 // 4, set_of(2, WITHDRAW_ALL)))
    return [each._replace(transport="tcp") for each in (templates, storm)]


# Data that waits: RS-08, RS-09.


def waiting(octets: int) -> list[Datagram]:
    return [one(*(set_of(256 + each, b"abcd") for each in range(octets // 8)))]


def waiting_and_taught(octets: int) -> list[Datagram]:
    sets = [set_of(DATA, b"abcd")] * (octets // 16)
    return [one(*sets), one(*sets), taught(2, template(DATA, [(8, 4)])), *[one()] * 8]


def waiting_and_withdrawn(octets: int) -> list[Datagram]:
    sets = [set_of(DATA, b"abcd"), set_of(2, WITHDRAW_ALL)] * (octets // 16)
    return [one(*sets)._replace(transport="tcp")]


def definitions(octets: int) -> list[Datagram]:
    """Ever other definitions of one id, each of another length."""
    return [taught(2, *(template(DATA, [(8, length + 1)]) for length in range(octets // 12)))]


def withdrawals_of_waiting(octets: int) -> list[Datagram]:
    """Many sets that wait for one template, then its withdrawal, time and again."""
    sets = one(*[set_of(DATA, b"abcd")] * (octets // 16))
    storm = one(fill(octets // 2, set_of(2, WITHDRAW_ALL)))
    return [each._replace(transport="tcp") for each in (sets, storm)]


def old_withdrawals(octets: int) -> list[Datagram]:
    """Withdrawals that are older than all templates."""
    templates = [template(256 + each, [(8, 4)]) for each in range(octets // 16)]
    learn = one(set_of(2, b"".join(templates)), exportTime=EXPORT_TIME + 100)
    return [each._replace(transport="tcp") for each in (learn, one(fill(octets // 2, set_of(2, WITHDRAW_ALL))))]


def late_definitions(octets: int) -> list[Datagram]:
    """Repetitions of a template that comes too late for much that waits."""
    sets = [set_of(DATA, b"abcd")] * (octets // 16)
    later = {"exportTime": EXPORT_TIME + 10, "sequenceNumber": 9_000}
    learn = set_of(2, fill(octets // 2, template(DATA, [(8, 4)])))
    return [one(*sets), one(**later), one(learn, **{**later, "exportTime": EXPORT_TIME + 20})]


# Records: RS-10 to RS-13, RS-22, RS-23, addresses.


def fields_without_octets(octets: int) -> list[Datagram]:
    learn = netflow9_datagram(set_of(0, template(DATA, [(1, 0)] * 64 + [(4, 1)])))
    return [Datagram(learn), Datagram(netflow9_datagram(set_of(DATA, b"\x06" * octets)))]


def thousand_fields(octets: int) -> list[Datagram]:
    width = octets // 8
    return data([(4, 1)] * width, bytes(4 * width))


def unique_addresses(octets: int) -> list[Datagram]:
    fields: list[Field] = [(8, 4), (27, 16), (56, 6)]
    records = (number.to_bytes(4, "big") * 5 + number.to_bytes(6, "big") for number in range(octets // 26))
    return data(fields, b"".join(records))


def cut_records(octets: int) -> list[Datagram]:
    return [taught(2, template(DATA, [(82, VARIABLE)])), one(fill(octets, set_of(DATA, b"5a")))]


WIDE = 512  # fields of a template that is sent once, for sets that cost little


def sets_without_records(octets: int) -> list[Datagram]:
    """Sets whose one value runs past their end, by a template whose other fields have no octets."""
    learn = taught(2, template(DATA, [(1, 0)] * WIDE + [(82, VARIABLE)]))
    return [learn, one(set_of(DATA, b"\5abc"), fill(octets, set_of(DATA, b"\5")))]


def sets_too_short(octets: int) -> list[Datagram]:
    """Sets that are shorter than a record of a wide template in place of a narrow one."""
    learn = [taught(2, template(DATA, [(8, 4)] * number)) for number in (1, WIDE)]
    return [*learn, one(fill(octets, set_of(DATA, b"abcd")))]


def small_shapes(octets: int) -> list[Datagram]:
    """Data by ever other templates of two fields, more than shapes are kept of, and one set of each again."""
    ids = range(300, 300 + max(octets // 25, 17))
    learn = taught(2, *(template(each, [(60, 1), (9999, each, 0)]) for each in ids))
    return [learn, *[one(*(set_of(each, b"\4") for each in ids))] * 2]


# What exporters say of themselves: RS-16 to RS-18.


def type_records(octets: int) -> list[Datagram]:
    records = [
        b"\0\0\x27\x0f" + (1 + each % 0x7FFF).to_bytes(2, "big") + b"\3" + variable(b"element%05d" % each)
        for each in range(octets // 20)
    ]
    return options([(346, 4), (303, 2)], [(339, 1), (341, VARIABLE)], records)


def common_properties(octets: int) -> list[Datagram]:
    """Ids that refer to the next one, eight in a row, and flows that refer to them."""
    ids = range(octets // 28)
    records = [each.to_bytes(8, "big") + b"\6" + (each + (each % 8 < 7)).to_bytes(8, "big") for each in ids]
    flows = data([(137, 8), (2, 3)], b"".join(each.to_bytes(8, "big") + b"abc" for each in ids))
    return [*options([(137, 8)], [(4, 1), (137, 8)], records), *flows]


def long_chains(octets: int) -> list[Datagram]:
    """Properties that refer to the next one each, the last one to the first, and flows that refer to them."""
    ids = range(max(octets // 20, MOST_PROPERTIES + 1))
    records = [each.to_bytes(2, "big") + ((each + 1) % len(ids)).to_bytes(2, "big") for each in ids]
    flows = data([(137, 2)], b"".join(each.to_bytes(2, "big") for each in ids) * 8)
    return [*options([(137, 2)], [(137, 2)], records), *flows]


def streams_of_numbers(octets: int) -> list[Datagram]:
    """A source id, an observation domain and an engine that never were before, in turn."""
    sent = []
    for number in range(octets // 60):
        sent.append(Datagram(netflow9_datagram(sourceId=number)))
        sent.append(one(observationDomainId=number))
        sent.append(Datagram(netflow5_datagram([], engineType=number >> 8 & 255, engineId=number & 255)))
    return sent


IN_SECTIONS = {"packet_sections": True}
FEW_STREAMS = {"domains_per_exporter": 16}
ATTACKS: dict[str, Attack] = {
    "every template id": Attack(("RS-01",), every_id, {"templates_per_exporter": 200}),
    "a template in every domain": Attack(("RS-02",), every_domain, FEW_STREAMS),
    "a template of every exporter": Attack(("RS-03",), every_exporter, {"exporters": 16}),
    "wide templates redefined": Attack(("RS-04",), wide_redefined),
    "two shapes in turn": Attack(("RS-05",), two_shapes),
    "new shapes": Attack(("RS-05",), new_shapes, {"record_shapes": 16}),
    "withdrawals": Attack(("RS-06",), withdrawals),
    "withdrawals of all templates": Attack(("RS-07",), all_withdrawn),
    "withdrawals of all, in a history": Attack(("RS-07",), all_withdrawn, {}, {"history": True}),
    "data without templates": Attack(("RS-08",), waiting, {"pending_sets_per_exporter": 50}),
    "data, and then its template": Attack(("RS-09",), waiting_and_taught, {"values": 100}),
    "data, and withdrawals": Attack(("RS-07", "RS-09"), waiting_and_withdrawn),
    "ever other definitions": Attack(("RS-05",), definitions),
    "ever other definitions, in a history": Attack(("RS-05",), definitions, {}, {"history": True}),
    "withdrawals of what waits": Attack(("RS-07", "RS-09"), withdrawals_of_waiting),
    "withdrawals older than templates": Attack(("RS-07",), old_withdrawals, {}, {"history": True}),
    "definitions that are late": Attack(("RS-05", "RS-09"), late_definitions, {}, {"history": 1}),
    "fields without octets": Attack(("RS-10",), fields_without_octets),
    "some fields without octets": Attack(("RS-10",), lambda octets: fields_without_octets(octets // 64)),
    "records of one octet": Attack(("RS-11",), lambda octets: data([(4, 1)], bytes(range(256)) * (octets // 256 + 1))),
    "empty values": Attack(("RS-12",), lambda octets: data([(82, VARIABLE)], bytes(octets))),
    "one element many times": Attack(("RS-13",), thousand_fields),
    "type records": Attack(("RS-16",), type_records, {"facts_per_exporter": 100}),
    "common properties": Attack(("RS-17",), common_properties, {"facts_per_exporter": 100}, {"resolve": True}),
    "long chains of properties": Attack(("RS-17",), long_chains, {"values": 500_000}, {"resolve": True}),
    "streams of numbers": Attack(("RS-18",), streams_of_numbers, FEW_STREAMS),
    "sets without records": Attack(("RS-04", "RS-10"), sets_without_records),
    "sets shorter than a record": Attack(("RS-04",), sets_too_short),
    "many small shapes": Attack(("RS-05",), small_shapes, {"record_shapes": 16}),
    "sections of one octet": Attack(
        ("RS-11",), lambda octets: data([(313, 1)], b"\x45" * octets), {"values": 20_000}, IN_SECTIONS
    ),
    "reserved sets": Attack(("RS-22",), lambda octets: [one(fill(octets, set_of(4, b"")))]),
    "odd values": Attack(("RS-22",), lambda octets: data([(276, 1)], b"\7" * octets)),
    "cut records": Attack(("RS-22",), cut_records),
    "fields without end": Attack(("RS-22",), lambda octets: [one(set_of(2, specifiers([(7, 65535)]) * (octets // 4)))]),
    "an integer of all octets": Attack(("RS-23",), lambda octets: data([(1, octets)], b"\xab" * octets)),
    "integers of 32 octets": Attack(("RS-23",), lambda octets: data([(1, 32)], b"\xab" * (octets // 32 * 32))),
    "addresses that never come twice": Attack(("RS-25",), unique_addresses, {"cached_addresses": 64}),
}
