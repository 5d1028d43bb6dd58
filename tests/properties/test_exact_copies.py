"""Any octets that are decoded with ``keep_octets`` become the same octets again, also after a journey through JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder, Registry, encode
from netflowparse.quirks import ALL
from netflowparse.template import VARIABLE_LENGTH, Template
from tests import list_builder as lists
from tests import message_builder as build
from tests.protocols import layouts
from tests.strategies import bodies, registry_and_template

SETTINGS: list[dict[str, Any]] = [
    *[{}] * 4,
    {"octet_values": "bytes"},
    {"strict": True},
    {"packet_sections": True},
    {"resolve": True},
    {"history": True},
    {"compiled": False},
    {"quirks": ()},
    {"quirks": sorted(ALL)},
]
times = st.one_of(*[st.just(build.EXPORT_TIME)] * 5, st.integers(0, 2**32 - 1))
words = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2**31, 2**32 - 1]))
slips = st.sampled_from([None] * 9 + [0, 3, 4, 5, 8, 65535])  # what the head of a set says of its length
paddings = st.sampled_from([b""] * 4 + [b"\0", b"\0\0", b"\0\0\0", bytes(5), bytes(7), b"\1\2\3"])
LIST_TEMPLATES = [
    [(lists.BASIC, 65535)],
    [(lists.SUB_TEMPLATE, 65535), (1, 2)],
    [(lists.MULTI, 65535), (82, 65535), (lists.BASIC, 65535)],
    [(lists.BASIC, 12), (lists.SUB_TEMPLATE, 9)],
    [(8, 4), (82, 65535)],
]
SECTIONS = [[(313, 65535)], [(315, 60), (8, 4)], [(104, 65535), (21, 4), (22, 4)]]

semantics = st.sampled_from([0, 3, 4, 7, 255])
some_basic = st.builds(
    lists.basic_list,
    semantics,
    st.sampled_from([1, 4, 8, 82, 291, 292, 276, 320, 21]),
    st.sampled_from([0, 1, 4, 8, 65535]),
    bodies.map(lambda octets: octets[:40]),
    st.sampled_from([None, None, 9, 29305]),
)
#: records of the last of the templates above
named = st.lists(
    st.builds(bytes.__add__, st.binary(min_size=4, max_size=4), st.binary(max_size=5).map(build.variable)), max_size=3
).map(b"".join)
NAMED = 255 + len(LIST_TEMPLATES)
some_list = st.recursive(
    st.one_of(
        some_basic,
        st.builds(lists.sub_template_list, semantics, st.just(NAMED), named),
        st.builds(lists.multi_list, semantics, st.lists(st.builds(lists.entry, st.just(NAMED), named), max_size=2)),
        st.binary(max_size=9),
    ),
    lambda inner: st.one_of(
        st.builds(lists.sub_template_list, semantics, st.integers(255, 263), inner.map(lists.field)),
        st.builds(
            lists.multi_list,
            semantics,
            st.lists(st.builds(lists.entry, st.integers(255, 263), inner.map(lists.field)), max_size=3),
        ),
        st.builds(
            lists.basic_list, semantics, st.sampled_from([291, 292, 293]), st.just(65535), inner.map(lists.field)
        ),
    ),
    max_leaves=4,
)
list_bodies = st.lists(st.one_of(some_list.map(lists.field), st.binary(max_size=6), bodies), max_size=5).map(b"".join)


def template_octets(template: Template) -> tuple[int, bytes]:
    """The set of a template, and its record."""
    specifiers = [
        (field.enterprise, field.id, field.length) if field.enterprise else (field.id, field.length)
        for field in template.fields
    ]
    if template.scope_count is None:
        return (0 if template.protocol == "netflow9" else 2), build.template(template.template_id, specifiers)
    scope, rest = specifiers[: template.scope_count], specifiers[template.scope_count :]
    if template.protocol == "netflow9":
        return 1, build.netflow9_options_template(template.template_id, scope, rest)
    return 3, build.options_template(template.template_id, scope, rest)


def values_of(length: int) -> st.SearchStrategy[bytes]:
    """Octets of a field."""
    if length != VARIABLE_LENGTH:
        return st.binary(min_size=length, max_size=length)
    return st.builds(build.variable, st.binary(max_size=12), long=st.booleans())


def records_of(template: Template) -> st.SearchStrategy[bytes]:
    """Records that the template can read, and some more octets now and then."""
    lengths = [field.length for field in template.fields]
    if sum(length for length in lengths if length != VARIABLE_LENGTH) > 3_000:
        return bodies
    record = st.tuples(*map(values_of, lengths)).map(b"".join)
    whole = st.lists(record, min_size=1, max_size=3).map(b"".join)
    return st.one_of(whole, whole, whole, bodies)


@st.composite
def sets(draw: st.DrawFn, own: list[tuple[int, bytes]], content: st.SearchStrategy[bytes], ids: range) -> list[bytes]:
    """Template sets, data, and what is neither, in any order; heads that lie now and then."""
    made = []
    kinds = st.lists(st.sampled_from(["template", "data", "data", "foreign", "withdrawal"]), max_size=4)
    for kind in [*draw(kinds), "data"]:
        if kind == "template" and own:
            set_id, octets = draw(st.sampled_from(own))
        elif kind == "withdrawal":
            set_id, octets = draw(st.sampled_from([2, 3])), build.template(draw(st.sampled_from([2, 3, *ids])), [])
        elif kind == "foreign":
            set_id, octets = draw(st.sampled_from([0, 1, 2, 3, 4, 255, 999])), draw(bodies)
        else:
            set_id, octets = draw(st.sampled_from(ids)), draw(content)
        made.append(build.set_of(set_id, octets + draw(paddings), length=draw(slips)))
    return made


@st.composite
def datagrams(draw: st.DrawFn, protocol: str, some_sets: st.SearchStrategy[list[bytes]]) -> bytes:
    """A datagram of sets, whose header is right or wrong; sometimes cut, sometimes with more behind it."""
    body = draw(some_sets)
    if protocol == "netflow9":
        count = draw(st.sampled_from([len(body), 0, 1, 65535]))
        octets = build.netflow9_datagram(*body, count=count, sysUpTime=draw(words), exportTime=draw(times))
    else:
        length = 16 + sum(map(len, body)) + draw(st.sampled_from([0] * 6 + [-1, -4, 1, 4, 100]))
        octets = build.ipfix_message(*body, length=max(0, length), exportTime=draw(times), sequenceNumber=draw(words))
    cut = draw(st.sampled_from([0] * 6 + [1, 2, 5, 17]))
    return octets[: len(octets) - cut] + draw(st.sampled_from([b""] * 6 + [b"\0", b"\1\2\3\4"]))


def assert_copied(decoder: Decoder, octets: bytes, transport: str, *, plain: bool) -> None:
    """What is decoded is written to the octet, if it can be decoded."""
    try:
        message = decoder.decode(octets, "exporter", transport=transport)  # type: ignore[arg-type]
    except DecodeError:
        return
    said: Any = json.loads(json.dumps(message, allow_nan=False)) if plain else message
    assert encode(said, registry=decoder.registry) == [octets]


def decoder_with(settings: dict[str, Any], registry: Registry | None = None) -> Decoder:
    return Decoder(keep_octets=True, registry=registry, **settings)


transports = st.sampled_from(["udp", "udp", "tcp"])


@pytest.mark.conformance("LIB-12")
@given(made=registry_and_template(), settings=st.sampled_from(SETTINGS), transport=transports, data=st.data())
def test_any_template(
    made: tuple[Registry, Template], settings: dict[str, Any], transport: str, data: st.DataObject
) -> None:
    registry, template = made
    decoder = decoder_with(settings, registry)
    own = [template_octets(template)]
    first = build.set_of(*own[0])
    datagram = build.netflow9_datagram if template.protocol == "netflow9" else build.ipfix_message
    assert_copied(decoder, datagram(first), transport, plain="octet_values" not in settings)
    some = datagrams(template.protocol, sets(own, records_of(template), range(256, 257)))
    for octets in data.draw(st.lists(some, min_size=1, max_size=3)):
        assert_copied(decoder, octets, transport, plain="octet_values" not in settings)


@pytest.mark.conformance("LIB-12")
@given(settings=st.sampled_from(SETTINGS), transport=transports, data=st.data())
def test_any_lists(settings: dict[str, Any], transport: str, data: st.DataObject) -> None:
    decoder = decoder_with(settings)
    templates = [
        (2, build.template(256 + number, fields)) for number, fields in enumerate([*LIST_TEMPLATES, *SECTIONS])
    ]
    templates.append((3, build.options_template(256 + len(templates), [(lists.BASIC, 65535)], [(1, 2)])))
    some = datagrams("ipfix", sets(templates, list_bodies, range(256, 265)))
    first = build.ipfix_message(*[build.set_of(*each) for each in data.draw(st.permutations(templates))[:7]])
    for octets in [first, *data.draw(st.lists(some, min_size=1, max_size=3))]:
        assert_copied(decoder, octets, transport, plain="octet_values" not in settings)


@pytest.mark.conformance("LIB-12")
@given(
    version=st.sampled_from([1, 5, 6, 7, 8]),
    settings=st.sampled_from(SETTINGS),
    header=st.binary(min_size=40, max_size=40),
    octets=st.binary(min_size=60, max_size=60),
    tail=st.sampled_from([b""] * 3 + [b"\0", b"\1\2\3", bytes(47)]),
    flows=st.integers(0, 4),
    aggregation=st.integers(0, 15),
    slip=st.sampled_from([0, 0, 0, -1, 1, 60_000]),
)
def test_any_fixed_version(
    version: int,
    settings: dict[str, Any],
    header: bytes,
    octets: bytes,
    tail: bytes,
    flows: int,
    aggregation: int,
    slip: int,
) -> None:
    size = layouts.size_of(layouts.HEADERS[version])
    table = layouts.AGGREGATIONS.get(aggregation, "pad 1") if version == 8 else layouts.RECORDS[version]
    body = octets[: layouts.size_of(table)] * flows + tail
    count = max(0, flows + slip)
    head = bytearray(bytes((0, version)) + count.to_bytes(2, "big") + header[4:size])
    if version == 8:
        head[22] = aggregation
    assert_copied(decoder_with(settings), bytes(head) + body, "udp", plain=True)


CHANGED: dict[tuple[int, int], tuple[str, Any, str]] = {  # (id, length) -> key, new value, its octets
    (1, 3): ("octetDeltaCount", 0xA1B2C3, "a1b2c3"),
    (4, 1): ("protocolIdentifier", 17, "11"),
    (8, 4): ("sourceIPv4Address", "192.0.2.77", "c000024d"),
    (27, 16): ("sourceIPv6Address", "2001:db8::7", "20010db8000000000000000000000007"),
    (56, 6): ("sourceMacAddress", "00:53:00:01:02:03", "005300010203"),
    (82, 5): ("interfaceName", "eth", "6574680000"),
    (10, 4): ("ingressInterface", 7, "00000007"),
    (30001, 2): ("ie30001", "beef", "beef"),
}


@given(
    protocol=st.sampled_from(["netflow9", "ipfix"]),
    fields=st.lists(st.sampled_from(sorted(CHANGED)), min_size=1, max_size=6, unique=True),
    settings=st.sampled_from([{}, {"compiled": False}, {"octet_values": "bytes"}]),
    data=st.data(),
)
def test_a_changed_value_changes_its_octets_alone(
    protocol: str, fields: list[tuple[int, int]], settings: dict[str, Any], data: st.DataObject
) -> None:
    """Whatever else there is in the datagram: odd values, padding that is not zero, a wrong count, unread sets."""
    size, count = sum(length for _, length in fields), data.draw(st.integers(1, 4))
    record = st.binary(min_size=size, max_size=size)
    body = b"".join(data.draw(st.lists(record, min_size=count, max_size=count)))
    rest = data.draw(st.binary(max_size=min(size - 1, 3)))
    unread = build.set_of(999, b"\1\2\3")
    parts = [build.set_of(0 if protocol == "netflow9" else 2, build.template(256, fields)), unread]
    start = (20 if protocol == "netflow9" else 16) + sum(map(len, parts)) + 4
    parts += [build.set_of(256, body + rest), unread]
    octets = build.netflow9_datagram(*parts, count=77) if protocol == "netflow9" else build.ipfix_message(*parts)
    message: Any = decoder_with(settings).decode(octets, "exporter")
    assert len(message["flows"]) == count
    number, place = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, len(fields) - 1))
    key, value, written = CHANGED[fields[place]]
    message["flows"][number][key] = value
    at = start + number * size + sum(length for _, length in fields[:place])
    end = at + fields[place][1]
    assert encode(message) == [octets[:at] + bytes.fromhex(written) + octets[end:]]
