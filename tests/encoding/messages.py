"""Hypothesis strategies: messages made from scratch, as somebody would who has read docs/message.md and nothing else.

Values are drawn by what the specification says of a type and a width, so that what is drawn must come out again.
"""

from __future__ import annotations

import ipaddress
from typing import Any, NamedTuple

from hypothesis import strategies as st

from netflowparse import Registry
from tests.protocols import layouts

PEN = 64_999  # an enterprise of our own
VARIABLE = "variable"
LISTS = ("basicList", "subTemplateList", "subTemplateMultiList")
WIDTHS = {f"{sign}signed{bits}": bits // 8 for sign in ("", "un") for bits in (8, 16, 32, 64)} | {"unsigned256": 32}
OTHERS = {
    "float32": (4,),
    "float64": (8, 4),
    "boolean": (1,),
    "macAddress": (6,),
    "ipv4Address": (4,),
    "ipv6Address": (16,),
    "dateTimeSeconds": (4,),
    "dateTimeMilliseconds": (8,),
    "dateTimeMicroseconds": (8,),
    "dateTimeNanoseconds": (8,),
}
TYPES = (*WIDTHS, *OTHERS, "string", "octetArray")
#: seconds since 1970 that NTP's 32 bits can say beside the epoch: 1968-01-20 to 2104-02-26 (RFC 7011 §6.1.9)
EARLIEST, LATEST = 2**31 - 2_208_988_800, 2**32 + 2**31 - 2_208_988_800 - 1
SEMANTICS = ("noneOf", "exactlyOneOf", "oneOrMoreOf", "allOf", "ordered", "undefined")


def own_registry() -> Registry:
    """A registry with two elements of each abstract type, lists too, such as ``unsigned8A``."""
    registry = Registry()
    names = [f"{name}{letter}" for name in (*TYPES, *LISTS) for letter in "AB"]
    rows = [f"{PEN},{number},{name},{name[:-1]}" for number, name in enumerate(names, 1)]
    registry.add("pen,element_id,name,data_type\n" + "\n".join(rows) + "\n")
    return registry


REGISTRY = own_registry()


class Field(NamedTuple):
    """A field of a template: what it is called, its number, its type, and how many octets its values have."""

    key: str
    enterprise: int
    id: int
    type: str
    length: int | str

    @property
    def described(self) -> dict[str, Any]:
        """As messages describe it."""
        return {"name": self.key, "enterprise": self.enterprise, "id": self.id, "length": self.length}


#: elements that IANA, a vendor or nobody has named: key, enterprise, id, type
NAMED = [
    ("octetDeltaCount", 0, 1, "unsigned64"),
    ("protocolIdentifier", 0, 4, "unsigned8"),
    ("sourceIPv4Address", 0, 8, "ipv4Address"),
    ("sourceIPv6Address", 0, 27, "ipv6Address"),
    ("sourceMacAddress", 0, 56, "macAddress"),
    ("interfaceName", 0, 82, "string"),
    ("dataRecordsReliability", 0, 276, "boolean"),
    ("relativeError", 0, 321, "float32"),
    ("absoluteError", 0, 320, "float64"),
    ("mibObjectValueInteger", 0, 434, "signed32"),
    ("paddingOctets", 0, 210, "octetArray"),
    ("applicationId", 0, 95, "applicationId"),
    ("reverseOctetDeltaCount", 29305, 1, "unsigned64"),
    ("reverseInterfaceName", 29305, 82, "string"),
    ("ie32000", 0, 32000, "octetArray"),
    ("pen9_ie32767", 9, 32767, "octetArray"),
    ("pen4294967295_ie0", 2**32 - 1, 0, "octetArray"),
]
OWN = [
    (element.key, element.enterprise, element.id, element.type)
    for element in (REGISTRY.element(PEN, number) for number in range(1, 2 * len(TYPES) + 1))
]
#: field types of NetFlow v9, whose numbers are IANA's below 128
NETFLOW9 = [(*row[:2], row[2], row[3]) for row in NAMED if row[1] == 0 and row[2] < 128]
NETFLOW9 += [("ie50001", 0, 50001, "octetArray"), ("ie65535", 0, 65535, "octetArray")]
SCOPES = [("system", 1), ("interface", 2), ("lineCard", 3), ("cache", 4), ("template", 5)]
NETFLOW9_SCOPES = [(key, 0, number, "unsigned32") for key, number in SCOPES] + [("scope9", 0, 9, "octetArray")]

ODD_WIDTHS = st.sampled_from([0, 1, 2, 3, 5, 7, 12, 17, 33])


def lengths(abstract_type: str, *, variable: bool) -> st.SearchStrategy[Any]:
    """Lengths of a field: those of the type, reduced and oversized ones, those that it cannot have, variable."""
    if abstract_type in WIDTHS:
        usual = st.one_of(st.just(WIDTHS[abstract_type]), st.integers(1, 32))
    elif abstract_type in OTHERS:
        usual = st.sampled_from(OTHERS[abstract_type])
    else:
        usual = st.sampled_from([1, 4, 6, 16, 30])
    choices = [usual, usual, usual, ODD_WIDTHS]
    return st.one_of(*choices, st.just(VARIABLE)) if variable else st.one_of(*choices)


def fields(rows: list[tuple[str, int, int, str]], *, variable: bool) -> st.SearchStrategy[Field]:
    """Fields of any of these elements, at any length."""

    def of(row: tuple[str, int, int, str]) -> st.SearchStrategy[Field]:
        return lengths(row[3], variable=variable).map(lambda length: Field(*row, length))

    return st.sampled_from(rows).flatmap(of)


def hexed(length: int) -> st.SearchStrategy[str]:
    """So many octets, in hex."""
    return st.binary(min_size=length, max_size=length).map(bytes.hex)


def texts(most: int) -> st.SearchStrategy[str]:
    """Texts of at most so many octets in UTF-8, that no NUL ends."""
    some = st.text(st.characters(codec="utf-8"), max_size=most)
    return some.filter(lambda text: len(text.encode()) <= most and not text.endswith("\0"))


def integers(octets: int, *, signed: bool) -> st.SearchStrategy[int]:
    """Integers of so many octets, their bounds often."""
    least, most = (-(2 ** (8 * octets - 1)), 2 ** (8 * octets - 1) - 1) if signed else (0, 2 ** (8 * octets) - 1)
    return st.one_of(st.sampled_from([least, most]), st.integers(least, most))


def application_ids(length: int | str) -> st.SearchStrategy[str]:
    """Engine and selector (RFC 6759 §4) in so many octets."""
    if length == VARIABLE:
        return st.integers(1, 6).flatmap(lambda octets: _application_ids(octets, shortest=True))
    return st.just("") if not length else hexed(length) if int(length) > 33 else _application_ids(int(length))


def _application_ids(length: int, *, shortest: bool = False) -> st.SearchStrategy[str]:
    engines = st.integers(0, 255).filter(lambda engine: engine != 20)
    if length == 1:
        return engines.map(str)
    least = 256 ** (length - 2) if shortest and length > 2 else 0
    return st.tuples(engines, st.integers(least, 256 ** (length - 1) - 1)).map(lambda parts: "{}:{}".format(*parts))


def times(unit: int) -> st.SearchStrategy[int | None]:
    """Times in 1/*unit* s that NTP timestamps can say."""
    bounds = EARLIEST * unit, LATEST * unit + unit - 1
    return st.one_of(st.none(), st.sampled_from([0, *bounds]), st.integers(*bounds))


FINITE = {"allow_nan": False, "allow_infinity": False}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "macAddress": st.binary(min_size=6, max_size=6).map(lambda octets: octets.hex(":")),
    "ipv4Address": st.ip_addresses(v=4).map(str),
    "ipv6Address": st.ip_addresses(v=6).filter(lambda each: int(each) >> 32 not in (0, 0xFFFF)).map(str)
    | st.ip_addresses(v=4).map(lambda each: f"::ffff:{ipaddress.IPv4Address(each)}"),
    "float32": st.floats(width=32, **FINITE),
    "dateTimeSeconds": integers(4, signed=False),
    "dateTimeMilliseconds": integers(8, signed=False),
    "dateTimeMicroseconds": times(10**6),
    "dateTimeNanoseconds": times(10**9),
}


def values(abstract_type: str, length: int | str) -> st.SearchStrategy[Any]:
    """What a field of this type and length may say."""
    if abstract_type == "applicationId":
        return application_ids(length)
    if length == 0:
        return st.just("") if abstract_type in ("string", "octetArray") else st.none()
    if abstract_type == "string":
        return texts(300 if length == VARIABLE else int(length)) if length else st.just("")
    if abstract_type == "octetArray":
        return st.binary(max_size=300).map(bytes.hex) if length == VARIABLE else hexed(int(length))
    if abstract_type in WIDTHS:
        signed = abstract_type.startswith("signed")
        if length == VARIABLE:
            return st.none() | st.integers(1, 32).flatmap(lambda octets: integers(octets, signed=signed))
        return integers(int(length), signed=signed) if int(length) <= 32 else hexed(int(length))
    if abstract_type == "float64":
        # of those that 4 octets can say: which of two templates a record is written by does not show then
        return VALUES["float32"] if length in (4, 8, VARIABLE) else hexed(int(length))
    if length == VARIABLE:
        return st.none() | VALUES[abstract_type]
    return VALUES[abstract_type] if length in OTHERS[abstract_type] else hexed(int(length))


class Made(NamedTuple):
    """A template made from scratch."""

    template_id: int
    fields: list[Field]
    scope_count: int | None

    @property
    def described(self) -> dict[str, Any]:
        """As messages describe it."""
        described = [field.described for field in self.fields]
        return {"template_id": self.template_id, "scope_count": self.scope_count, "fields": described}

    @property
    def learned(self) -> dict[str, Any]:
        """As the event of a message."""
        return {"event": "learned", **self.described}


def keyed(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The record of (key, value) pairs: values that share a key become a list."""
    keys = [key for key, _ in pairs]
    return {
        key: [value for other, value in pairs if other == key] if keys.count(key) > 1 else dict(pairs)[key]
        for key in keys
    }


def record_of(made: Made, drawn: tuple[Any, ...]) -> dict[str, Any]:
    """The record whose fields have the values *drawn*."""
    pairs = [(field.key, value) for field, value in zip(made.fields, drawn, strict=True)]
    if made.scope_count is None:
        return keyed(pairs)
    return {"scope": keyed(pairs[: made.scope_count]), **keyed(pairs[made.scope_count :])}


def records(made: Made) -> st.SearchStrategy[dict[str, Any]]:
    """Records of a template."""
    return st.tuples(*(values(field.type, field.length) for field in made.fields)).map(
        lambda drawn: record_of(made, drawn)
    )


def _has_octets(made: Made) -> bool:
    return any(field.length for field in made.fields)


@st.composite
def templates(draw: st.DrawFn, protocol: str, template_id: int) -> Made:
    """A template of any elements, of options one time in three."""
    options = draw(st.sampled_from([False, False, True]))
    if protocol == "ipfix":
        some = fields(NAMED + OWN, variable=True)
        found = draw(st.lists(some, min_size=1, max_size=9))
        scope = draw(st.integers(1, len(found))) if options else None
    else:
        before = draw(st.lists(fields(NETFLOW9_SCOPES, variable=False), max_size=3)) if options else []
        found = [*before, *draw(st.lists(fields(NETFLOW9, variable=False), min_size=1, max_size=9))]
        scope = len(before) if options else None
    made = Made(template_id, found, scope)
    return made if _has_octets(made) else Made(template_id, [Field("octetDeltaCount", 0, 1, "unsigned64", 8)], None)


@st.composite
def messages(draw: st.DrawFn, protocol: str) -> dict[str, Any]:
    """A message of NetFlow v9 or IPFIX: definitions of several templates, and records of each."""
    made = [draw(templates(protocol, 256 + number)) for number in range(draw(st.integers(1, 4)))]
    message: dict[str, Any] = {
        "protocol": protocol,
        "header": draw(headers(protocol)),
        "templates": [each.learned for each in made],
        "options": [],
        "flows": [],
    }
    for each in draw(st.permutations(made)):
        key = "flows" if each.scope_count is None else "options"
        message[key] += draw(st.lists(records(each), max_size=4))
    return message


HEADERS = {
    "netflow9": ("sysUpTime", "exportTime", "sequenceNumber", "sourceId"),
    "ipfix": ("exportTime", "sequenceNumber", "observationDomainId"),
}


def headers(protocol: str) -> st.SearchStrategy[dict[str, int]]:
    """Headers, but for what is counted."""
    return st.fixed_dictionaries({key: integers(4, signed=False) for key in HEADERS[protocol]})


def usual_length(row: tuple[str, int, int, str]) -> int | str:
    """The length that values of an element usually have."""
    abstract_type = row[3]
    return WIDTHS[abstract_type] if abstract_type in WIDTHS else OTHERS.get(abstract_type, (VARIABLE,))[0]


def usual_values(row: tuple[str, int, int, str]) -> st.SearchStrategy[Any]:
    """What may be said of an element, whatever octets that takes: wide integers and None too."""
    wide = values(row[3], VARIABLE) if row[3] in WIDTHS else st.nothing()
    return st.one_of(values(row[3], usual_length(row)), wide)


@st.composite
def bare_messages(draw: st.DrawFn, protocol: str) -> dict[str, Any]:
    """A message of records without any template."""
    rows = NETFLOW9 if protocol == "netflow9" else NAMED + OWN
    scopes = NETFLOW9_SCOPES if protocol == "netflow9" else NAMED + OWN
    several = st.lists(st.sampled_from(rows).flatmap(_pairs), min_size=1, max_size=6)
    always = {"pen9_ie32767": "00"} if protocol == "ipfix" else {"ie65535": "00"}  # so that a record has octets
    scope = st.lists(st.sampled_from(scopes).flatmap(_pairs), min_size=1, max_size=3)
    flows = several.map(keyed)
    options = st.builds(lambda before, after: {"scope": keyed(before), **keyed(after), **always}, scope, several)
    return {
        "protocol": protocol,
        "header": draw(headers(protocol)),
        "options": draw(st.lists(options, max_size=3)),
        "flows": [{**each, **always} for each in draw(st.lists(flows, max_size=6))],
    }


def _pairs(row: tuple[str, int, int, str]) -> st.SearchStrategy[tuple[str, Any]]:
    return usual_values(row).map(lambda value: (row[0], value))


# Lists


def _natural(row: tuple[str, int, int, str]) -> st.SearchStrategy[list[Any]]:
    """Values of a basicList of one element."""
    return st.lists(usual_values(row), max_size=5)


def basic_lists() -> st.SearchStrategy[dict[str, Any]]:
    """Lists of values of one element that has no lists."""

    def of(row: tuple[str, int, int, str]) -> st.SearchStrategy[dict[str, Any]]:
        return st.builds(
            lambda semantic, some: {"semantic": semantic, "element": row[0], "values": some}, semantics, _natural(row)
        )

    return st.sampled_from(NAMED + OWN).flatmap(of)


semantics = st.sampled_from([*SEMANTICS, 5, 254])


def sub_template_lists(made: Made, some: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Lists of records of a template."""
    return st.builds(
        lambda semantic, found: {"semantic": semantic, "template_id": made.template_id, "records": found},
        semantics,
        st.lists(some, max_size=3),
    )


def multi_lists(several: list[tuple[Made, st.SearchStrategy[Any]]]) -> st.SearchStrategy[dict[str, Any]]:
    """Lists of records of several templates."""
    entries = st.sampled_from(several).flatmap(
        lambda pair: st.lists(pair[1], max_size=3).map(
            lambda found: {"template_id": pair[0].template_id, "records": found}
        )
    )
    return st.builds(
        lambda semantic, found: {"semantic": semantic, "entries": found}, semantics, st.lists(entries, max_size=3)
    )


@st.composite
def list_messages(draw: st.DrawFn) -> dict[str, Any]:
    """An IPFIX message of lists of all kinds in one another: templates of lists whose records are of those before."""
    plain = [draw(templates("ipfix", 256 + number)) for number in range(2)]
    known: list[tuple[Made, st.SearchStrategy[Any]]] = [(made, records(made)) for made in plain]
    basic = basic_lists()
    for template_id in range(258, 258 + draw(st.integers(1, 3))):
        kinds = {
            "basicListA": basic,
            "subTemplateListA": st.sampled_from(known).flatmap(lambda pair: sub_template_lists(*pair)),
            "subTemplateMultiListA": multi_lists(list(known)),
        }
        basic = st.one_of(basic, _lists_of_lists(kinds))
        found = [
            Field(key, PEN, REGISTRY.find(key).id, key[:-1], VARIABLE)  # type: ignore[union-attr]
            for key in draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=3))
        ]
        found.append(Field("octetDeltaCount", 0, 1, "unsigned64", 8))
        made = Made(template_id, found, draw(st.sampled_from([None, None, 1])))
        known.append((made, _records_of(made, dict(kinds))))
    message: dict[str, Any] = {
        "protocol": "ipfix",
        "header": draw(headers("ipfix")),
        "templates": [made.learned for made, _ in known],
        "options": [],
        "flows": [],
    }
    for made, some in known:
        message["flows" if made.scope_count is None else "options"] += draw(st.lists(some, max_size=2))
    return message


def _records_of(made: Made, kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    drawn = st.tuples(
        *(kinds[field.key] if field.key in kinds else values(field.type, field.length) for field in made.fields)
    )
    return drawn.map(lambda found: record_of(made, found))


def _lists_of_lists(kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """basicLists whose values are lists."""

    def of(key: str) -> st.SearchStrategy[dict[str, Any]]:
        return st.lists(kinds[key], max_size=2).map(
            lambda found: {"semantic": "allOf", "element": key, "values": found}
        )

    return st.sampled_from(sorted(kinds)).flatmap(of)


# Fixed versions, by the tables of the layout document


def _column(name: str, octets: int) -> st.SearchStrategy[Any]:
    if name in layouts.ADDRESSES:
        return VALUES["ipv4Address"]
    return integers(octets, signed=False)


def fixed_records(table: str) -> st.SearchStrategy[dict[str, Any]]:
    """Flows of a table, all fields there."""
    named = {
        layouts.VOCABULARY.get(name, name): _column(name, octets)
        for name, octets in layouts.columns(table)
        if name not in layouts.PADS
    }
    return st.fixed_dictionaries(named)


FIXED_HEADERS: dict[int, dict[str, int]] = {
    1: {"sysUpTime": 4, "exportTime": 4, "exportNanoseconds": 4},
    5: {"sequenceNumber": 4, "engineType": 1, "engineId": 1},
    6: {"sequenceNumber": 4},
    7: {"sequenceNumber": 4},
    8: {"sequenceNumber": 4, "engineType": 1, "engineId": 1, "aggregationVersion": 1},
}


@st.composite
def fixed_messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message of a fixed version; of version 8 with any of its layouts."""
    version = draw(st.sampled_from([1, 5, 6, 7, 8, 8, 8]))
    octets = FIXED_HEADERS[1] | FIXED_HEADERS[version]
    header = draw(st.fixed_dictionaries({key: integers(width, signed=False) for key, width in octets.items()}))
    table = layouts.RECORDS.get(version, "")
    if version == 5:
        header |= {"samplingMode": draw(st.integers(0, 3)), "samplingInterval": draw(st.integers(0, 2**14 - 1))}
    if version == 8:
        header["aggregation"] = draw(st.sampled_from(sorted(layouts.AGGREGATIONS)))
        table = layouts.AGGREGATIONS[header["aggregation"]]
    flows = draw(st.lists(fixed_records(table), max_size=9))
    return {"protocol": f"netflow{version}", "header": header, "flows": flows}
