"""Hostile lists of RFC 6313: each attack makes datagrams that have about so many octets together."""

from __future__ import annotations

from tests.list_builder import (
    ALL_OF,
    BASIC,
    MULTI,
    SUB_TEMPLATE,
    basic_list,
    entry,
    field,
    multi_list,
    sub_template_list,
)
from tests.message_builder import VARIABLE, set_of, template

from .attacks import DATA, WIDE, Attack, data, fill, one, taught
from .counting import Datagram


def in_lists(levels: int) -> bytes:
    """basicLists in one another, 5 octets a level, built from the inside."""
    octets = basic_list(ALL_OF, 4, 1, b"\x06")
    parts = []
    for _ in range(levels):
        parts.append(basic_list(ALL_OF, BASIC, len(octets)))
        octets = bytes(len(octets) + 5)
    return b"".join(reversed(parts)) + basic_list(ALL_OF, 4, 1, b"\x06")


def own_records(octets: int) -> list[Datagram]:
    """A template in its own records, as deep as the octets go."""
    value = sub_template_list(ALL_OF, DATA)
    while len(value) < octets:
        value = sub_template_list(ALL_OF, DATA, field(value))
    return data([(SUB_TEMPLATE, VARIABLE)], field(value))


def empty_lists(octets: int) -> list[Datagram]:
    """Records of three lists of such records, each empty."""
    inner = template(257, [(SUB_TEMPLATE, VARIABLE)] * 3)
    outer = template(DATA, [(SUB_TEMPLATE, VARIABLE)])
    records = fill(octets, field(sub_template_list(ALL_OF, 257)) * 3)
    return [taught(2, inner, outer), one(set_of(DATA, field(sub_template_list(ALL_OF, 257, records))))]


def kept_lists(octets: int) -> list[Datagram]:
    """A wide template, and then empty lists of its records, each in a set of its own."""
    taught_before = taught(2, template(257, [(4, 1)] * (octets // 8)), template(DATA, [(SUB_TEMPLATE, VARIABLE)]))
    return [taught_before, one(fill(octets // 2, set_of(DATA, field(sub_template_list(ALL_OF, 257)))))]


def entries_too_short(octets: int) -> list[Datagram]:
    """Entries that are shorter than a record of their template, which is wide and sent once."""
    learn = [taught(2, template(257, [(1, 4)] * WIDE)), taught(2, template(DATA, [(MULTI, VARIABLE)]))]
    return [*learn, one(set_of(DATA, field(multi_list(ALL_OF, [entry(257, b"a")] * (octets // 5)))))]


LIST_ATTACKS: dict[str, Attack] = {
    "lists of empty values": Attack(
        ("RS-14",),
        lambda octets: data([(BASIC, VARIABLE)], field(basic_list(ALL_OF, 82, VARIABLE, bytes(octets)))),
    ),
    "lists in lists": Attack(
        ("RS-14", "RS-24"), lambda octets: data([(BASIC, VARIABLE)], field(in_lists(octets // 5)))
    ),
    "a template in its own records": Attack(("RS-14", "RS-24"), own_records),
    "entries without records": Attack(
        ("RS-14",),
        lambda octets: [
            taught(2, template(257, [(4, 1)])),
            *data([(MULTI, VARIABLE)], field(multi_list(ALL_OF, [entry(257)] * (octets // 4)))),
        ],
    ),
    "entries shorter than a record": Attack(("RS-04", "RS-14"), entries_too_short),
    "records of empty lists": Attack(("RS-14",), empty_lists),
    "empty lists of wide records, kept": Attack(("RS-04", "RS-14"), kept_lists, {}, {"keep_octets": True}),
}
