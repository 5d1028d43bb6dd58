"""The rows of ``sflow_rows`` ready to use: parsed, packed from values, and filled with values of several kinds.

Values have the form that the decoder shows: numbers, text, lists, dicts; opaque octets are hex.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from itertools import count
from typing import Any, NamedTuple

from tests.protocols.sflow.rows import COUNTER_ROWS, FLOW_ROWS, NESTED, OPTIONAL_TAILS
from tests.sflow_builder import address, counted, f32, i32, mac, opaque, record, string, u32, u64

Fields = list[tuple[str, str]]  # (name, type of §1)
Values = dict[str, Any]
TEXT_IN_OPAQUE = {"src_user", "dst_user"}  # opq on the wire, shown as text


class Row(NamedTuple):
    """One structure: where it is registered, its least size, whether that is its only size, and its fields."""

    enterprise: int
    number: int
    name: str
    size: int
    fixed: bool
    fields: Fields


def fields_of(text: str) -> Fields:
    """Fields of "name type, name type"."""
    return [(name, kind) for name, kind in (field.split() for field in text.split(", "))]


def parsed(table: str) -> dict[str, Row]:
    """Rows by name, in their order."""
    rows = {}
    for line in table.strip().replace("\n    ", " ").split("\n"):
        head, fields = line.split(": ", 1)
        tag, name, size = head.split()
        enterprise, number = map(int, tag.split(":"))
        rows[name] = Row(enterprise, number, name, int(size.rstrip("+")), "+" not in size, fields_of(fields))
    return rows


FLOW = parsed(FLOW_ROWS)
COUNTER = parsed(COUNTER_ROWS)
TAILS = {name: fields_of(fields) for name, fields in OPTIONAL_TAILS.items()}
RECORDS = {name: fields_of(fields) for name, fields in NESTED.items()}

PACKERS: dict[str, Callable[[Any], bytes]] = {
    "u32": u32,
    "i32": i32,
    "u64": u64,
    "f32": f32,
    "ip4": lambda text: ip_address(text).packed,
    "ip6": lambda text: ip_address(text).packed,
    "mac": mac,
    "b4": bytes.fromhex,
    "b16": bytes.fromhex,
    "addr": address,
    "str": string,
    "opq": lambda digits: opaque(bytes.fromhex(digits)),
}


def packed(name: str, kind: str, value: Any) -> bytes:
    """Octets of one field; a list of flow records is shown as a dict of structures by their names."""
    if kind == "record[]":
        return counted([flow_record(*each) for each in value.items()])
    if kind.endswith("[]"):
        return counted([packed(name, kind[:-2], each) for each in value])
    if kind in RECORDS:
        return body(RECORDS[kind], value)
    return string(value) if name in TEXT_IN_OPAQUE else PACKERS[kind](value)


def body(fields: Fields, values: Values) -> bytes:
    """Octets of a structure."""
    return b"".join(packed(name, kind, values[name]) for name, kind in fields)


def flow_record(name: str, values: Values) -> bytes:
    """A whole flow record of a structure."""
    row = FLOW[name]
    return record(row.enterprise, row.number, body(row.fields, values))


def counter_record(name: str, values: Values) -> bytes:
    """A whole counter record of a structure."""
    row = COUNTER[name]
    return record(row.enterprise, row.number, body(row.fields, values))


def whole_fields(fields: Fields, values: Values, length: int) -> tuple[Values, int]:
    """The fields that end within *length* octets of the structure, and where the first that does not begins."""
    offset, whole = 0, {}
    for name, kind in fields:
        end = offset + len(packed(name, kind, values[name]))
        if end > length:
            break
        offset, whole[name] = end, values[name]
    return whole, offset


def distinct(name: str, kind: str, serial: int) -> Any:
    """A value that no other field of the structure has; every octet is in use."""
    octets = bytes((7 * serial + 37 * octet + 1) % 256 for octet in range(16))
    numbers = {"u32": octets[:4], "i32": octets[:4], "u64": octets[:8]}
    if kind in numbers:
        return int.from_bytes(numbers[kind], "big", signed=kind == "i32")
    return {
        "f32": serial + 0.25,
        "ip4": f"192.0.2.{serial}",
        "addr": f"198.51.100.{serial}",
        "ip6": str(ip_address(octets)),
        "mac": octets[:6].hex(":"),
        "b4": octets[:4].hex(),
        "b16": octets.hex(),
        "str": f"{name} {serial}",
        "opq": f"{name} {serial}" if name in TEXT_IN_OPAQUE else octets[: 1 + serial % 16].hex(),
    }[kind]


def constants(kinds: dict[str, Any]) -> Callable[[str, str, int], Any]:
    """The same value for all fields of a type."""
    return lambda name, kind, _: kinds["str" if name in TEXT_IN_OPAQUE else kind]


ZEROS = {"u32": 0, "i32": 0, "u64": 0, "f32": 0.0, "ip4": "0.0.0.0", "ip6": "::", "mac": "00:00:00:00:00:00"}
ZEROS |= {"b4": "00" * 4, "b16": "00" * 16, "addr": None, "str": "", "opq": ""}
ONES = {"u32": 2**32 - 1, "i32": -1, "u64": 2**64 - 1, "f32": -1.0, "ip4": "255.255.255.255"}
ONES |= {"ip6": ":".join(["ffff"] * 8), "addr": ":".join(["ffff"] * 8), "mac": "ff:ff:ff:ff:ff:ff"}
ONES |= {"b4": "ff" * 4, "b16": "ff" * 16, "str": "Zürich", "opq": "ff" * 5}
SIGNS = {"u32": 2**31, "i32": -(2**31), "u64": 2**63, "f32": -(2.0**-126), "ip4": "128.0.0.1", "ip6": "8000::1"}
SIGNS |= {"addr": "2001:db8::1", "mac": "80:00:00:00:00:01", "b4": "80000001", "b16": "80" + "00" * 15}
SIGNS |= {"str": "four", "opq": "80"}

VARIANTS: dict[str, tuple[Callable[[str, str, int], Any], int]] = {  # how leaves are filled, elements of an array
    "distinct": (distinct, 2),
    "zeros": (constants(ZEROS), 0),
    "ones": (constants(ONES), 3),
    "signs": (constants(SIGNS), 1),
}


def values_of(fields: Fields, variant: str = "distinct", serials: Iterator[int] | None = None) -> Values:
    """A value for each field."""
    serials = count(1) if serials is None else serials
    leaf, elements = VARIANTS[variant]

    def value(name: str, kind: str) -> Any:
        if kind.endswith("[]"):
            return [value(name, kind[:-2]) for _ in range(elements)]
        if kind in RECORDS:
            return values_of(RECORDS[kind], variant, serials)
        return leaf(name, kind, next(serials))

    return {name: value(name, kind) for name, kind in fields}


def rows_of(document: str) -> dict[str, list[tuple[str, str, str, str]]]:
    """(tag, name, size, fields) of each row of the layout document's §4 "flow" and §6 "counter"."""
    sections = {"flow": ("## 4.", "## 5."), "counter": ("## 6.", "## 7.")}
    tables = {}
    for context, (start, end) in sections.items():
        lines = document[document.index(start) : document.index(end)].splitlines()
        cells = [re.split(r" \| ", line.strip("| ")) for line in lines if re.match(r"\| \d+:\d+ \|", line)]
        tables[context] = [(tag, name, size, fields) for tag, _, name, size, fields, *_ in cells]
    return tables
