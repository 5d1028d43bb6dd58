"""``kept`` that no decoder has made is refused, and where it is wrong is said."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, encode
from tests.message_builder import ipfix_message, set_of, template
from tests.protocols import layouts

OCTETS = ipfix_message(
    set_of(2, template(256, [(1, 4), (276, 1)]) + b"\0\0\1"),
    set_of(256, b"\0\0\0\1\7" * 2 + b"\xff"),
    set_of(999, b"\1\2\3"),
    exportTime=7,
)
FIXED = layouts.datagram(5, [layouts.pack(layouts.RECORDS[5], 1)], count=7)
DROP = object()


def message(octets: bytes) -> Any:
    return Decoder(keep_octets=True).decode(octets, "exporter")


def test_the_form() -> None:
    """So that the places below are there."""
    kept = message(OCTETS)["kept"]
    assert [sorted(part) for part in kept["sets"]] == [
        ["content", "set_id", "templates"],
        ["patches", "records", "rest", "set_id", "template"],
        ["octets", "set_id"],
    ]
    assert encode(message(OCTETS)) == [OCTETS]
    assert encode(message(FIXED)) == [FIXED]


@pytest.mark.parametrize(
    ("place", "value", "where", "why"),
    [
        ((), "x", (), "'x', expected a dict"),
        (("header",), DROP, ("header",), "None, expected a list"),
        (("header",), [5], ("header", 0), "5, expected a dict"),
        (("templates",), {}, ("templates",), "{}, expected a list"),
        (("templates", 0), 5, ("templates", 0), "5, expected a dict"),
        (("templates", 0, "scope_count"), "1", ("templates", 0, "scope_count"), "'1', expected 0 to 65535"),
        (
            ("templates", 0, "protocol"),
            "netflow5",
            ("templates", 0, "protocol"),
            "'netflow5', expected netflow9 or ipfix",
        ),
        (("templates", 0, "fields"), [], ("templates", 0, "fields"), "[], expected a list of at least one field"),
        (("tail",), None, ("tail",), "None, expected the hex text of octets"),
        (("tail",), "0", ("tail",), "'0', expected the hex text of octets"),
        (("sets",), DROP, ("sets",), "None, expected a list"),
        (("sets", 0), [], ("sets", 0), "[], expected a dict"),
        (("sets", 0, "set_id"), DROP, ("sets", 0, "set_id"), "None, expected 0 to 65535"),
        (("sets", 0, "set_id"), 65_536, ("sets", 0, "set_id"), "65536, expected 0 to 65535"),
        (("sets", 0, "length"), -1, ("sets", 0, "length"), "-1, expected 0 to 65535"),
        (("sets", 0, "templates"), True, ("sets", 0, "templates"), "True, expected a number"),
        (("sets", 0, "templates"), DROP, ("sets", 0, "templates"), "None, expected a number"),
        (("sets", 0, "content"), 5, ("sets", 0, "content"), "5, expected a dict"),
        (
            ("sets", 0, "content", "octets"),
            "xx",
            ("sets", 0, "content", "octets"),
            "'xx', expected the hex text of octets",
        ),
        (
            ("sets", 0, "content", "instead_of"),
            DROP,
            ("sets", 0, "content", "instead_of"),
            "None, expected 0 to 4294967295",
        ),
        (("sets", 1, "template"), 1, ("sets", 1, "template"), "1, expected 0 to 0"),
        (("sets", 1, "records"), DROP, ("sets", 1, "records"), "None, expected a number"),
        (("sets", 1, "rest"), 5, ("sets", 1, "rest"), "5, expected the hex text of octets"),
        (("sets", 1, "inner"), 5, ("sets", 1, "inner"), "5, expected a list"),
        (("sets", 1, "inner"), [1], ("sets", 1, "inner", 0), "1, expected 0 to 0"),
        (("sets", 1, "patches"), {}, ("sets", 1, "patches"), "{}, expected a list"),
        (("sets", 1, "patches", 0, "field"), "0", ("sets", 1, "patches", 0, "field"), "'0', expected a number"),
        (("sets", 1, "patches", 0, "record"), 2, ("sets", 1, "patches", 0, "record"), "2, expected 0 to 1"),
        (
            ("sets", 1, "patches", 0, "octets"),
            DROP,
            ("sets", 1, "patches", 0, "octets"),
            "None, expected the hex text of octets",
        ),
        (("sets", 2, "octets"), 5, ("sets", 2, "octets"), "5, expected the hex text of octets"),
    ],
)
def test_sets(place: tuple[Any, ...], value: Any, where: tuple[Any, ...], why: str) -> None:
    refused(message(OCTETS), place, value, where, why)


@pytest.mark.parametrize(
    ("place", "value", "where", "why"),
    [
        ((), [], (), "[], expected a dict"),
        (("header",), DROP, ("header",), "None, expected a list"),
        (("records",), -1, ("records",), "-1, expected a number"),
        (("patches",), DROP, ("patches",), "None, expected a list"),
        (("patches", 0, "record"), 1, ("patches", 0, "record"), "1, expected 0 to 0"),
        (("patches", 0, "instead_of"), 2**32, ("patches", 0, "instead_of"), "4294967296, expected 0 to 4294967295"),
        (("tail",), b"", ("tail",), "b'', expected the hex text of octets"),
    ],
)
def test_fixed(place: tuple[Any, ...], value: Any, where: tuple[Any, ...], why: str) -> None:
    refused(message(FIXED), place, value, where, why)


def refused(spoiled: Any, place: tuple[Any, ...], value: Any, where: tuple[Any, ...], why: str) -> None:
    """Put *value* into ``kept`` and see what is said."""
    spoiled = copy.deepcopy(spoiled)
    holder, steps = spoiled, ("kept", *place)
    for step in steps[:-1]:
        holder = holder[step]
    if value is DROP:
        del holder[steps[-1]]
    else:
        holder[steps[-1]] = value
    with pytest.raises(EncodeError) as caught:
        encode(spoiled)
    assert (caught.value.path, caught.value.why) == (("kept", *where), why)
