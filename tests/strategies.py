"""Hypothesis strategies: registries with any names, templates of any shape, sFlow; bodies whole and spoiled."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from netflowparse import Element, Registry
from netflowparse.template import VARIABLE_LENGTH, FieldSpecifier, Template
from netflowparse.wire.leaves import ABSTRACT_TYPES
from tests import sflow_builder as sflow
from tests.packet.stacks import STACKS
from tests.protocols.sflow.structures import COUNTER, FLOW, TAILS, VARIANTS, Row, body, values_of

PEN = 64_999  # an enterprise of our own
WIDTHS = st.one_of(st.integers(0, 9), st.sampled_from([12, 15, 16, 17, 20, 31, 32, 33, 64, 65, 255, 2000, 65534]))
LENGTHS = st.one_of(WIDTHS, st.just(VARIABLE_LENGTH))

#: names that would break out of source text spelled without care
hostile_names = st.one_of(
    st.sampled_from(
        ["'", '"', "'''", "\\", "{x}", "}", "%s", "None", "lambda", "__class__", "a\nb", "\0", "#", "f0", "octets"]
    ),
    st.text(max_size=20),
)


class OwnRegistry(Registry):
    """A registry whose enterprise ``PEN`` has one element for each (type, name) pair, names unchecked."""

    def __init__(self, own: list[tuple[str, str]]) -> None:
        super().__init__()
        self.own = [
            Element(PEN, number, name, name, abstract_type, "", "", "", "current")
            for number, (abstract_type, name) in enumerate(own, 1)
        ]

    def element(self, enterprise: int, element_id: int) -> Element:
        """One of our own elements, else as ever."""
        if enterprise == PEN and 0 < element_id <= len(self.own):
            return self.own[element_id - 1]
        return super().element(enterprise, element_id)


own_elements = st.lists(
    st.tuples(st.sampled_from(sorted(ABSTRACT_TYPES)), hostile_names),
    min_size=1,
    max_size=8,
    unique_by=lambda own: own[1],
)


def fields(own: int) -> st.SearchStrategy[FieldSpecifier]:
    """Fields of an IPFIX template: our own *own* elements, IANA's, reverse and unknown ones, at any length."""
    identities = st.one_of(
        st.tuples(st.just(PEN), st.integers(1, own)),
        st.tuples(
            st.sampled_from([0, 29305]),
            st.sampled_from([1, 4, 8, 21, 22, 27, 56, 82, 95, 154, 156, 160, 210, 276, 32000]),
        ),
        st.tuples(st.sampled_from([9, 35632, 2**32 - 1]), st.integers(0, 0x7FFF)),
    )
    return st.builds(lambda identity, length: FieldSpecifier(*identity, length), identities, LENGTHS)


netflow9_fields = st.builds(
    FieldSpecifier,
    st.just(0),
    st.one_of(
        st.sampled_from([1, 4, 8, 21, 22, 27, 56, 82, 95, 152, 160, 33000, 56701, 57590]), st.integers(0, 0xFFFF)
    ),
    st.one_of(st.sampled_from([1, 2, 4]), LENGTHS),
)


@st.composite
def registry_and_template(draw: st.DrawFn) -> tuple[Registry, Template]:
    """A registry with hostile names, and a template over its elements."""
    own = draw(own_elements)
    protocol = draw(st.sampled_from(["ipfix", "netflow9"]))
    some_fields = fields(len(own)) if protocol == "ipfix" else netflow9_fields
    specifiers = tuple(draw(st.lists(some_fields, min_size=1, max_size=20)))
    scope = draw(st.one_of(st.none(), st.integers(0, len(specifiers))))
    return OwnRegistry(own), Template(protocol, 256, scope, specifiers)


#: octets with many short lengths, zeros and repeats, so that variable-length records often come out whole
bodies = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from([b"\0", b"\1", b"\2", b"\4", b"\x08", b"abc", b"\xff\0\2", b"\xff\xff"]), max_size=150
    ).map(b"".join),
)

WORDS = st.sampled_from([0, 1, 2, 3, 4, 5, 8, 0x3FFFFFFF, 0x40000001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF])
#: octets that are often small words, so that counts and lengths inside structures are sometimes right
sflow_octets = st.one_of(
    st.binary(max_size=120),
    st.lists(st.one_of(WORDS.map(sflow.u32), st.binary(min_size=4, max_size=4)), max_size=40).map(b"".join),
)
#: what an envelope says of its length, or a head of its count: nearly always the truth
slips = st.sampled_from([0] * 12 + [4, -4, 1, -1, 8, 100, 2**31, 2**32 - 1])


def _packed(row: Row, variant: str, *, tail: bool) -> bytes:
    if row.name == "extended_80211_aggregation":
        return sflow.u32(0)
    fields = row.fields + (TAILS.get(row.name, []) if tail else [])
    return body(fields, values_of(fields, variant))


@st.composite
def spoiled(draw: st.DrawFn, octets: bytes) -> bytes:
    """*octets* as they are, or cut, or longer, or with a word replaced."""
    how = draw(st.sampled_from(["whole"] * 6 + ["cut", "longer", "word", "octet"]))
    place = draw(st.integers(0, len(octets)))
    if how == "cut":
        return octets[:place]
    if how == "longer":
        return octets + draw(st.binary(min_size=1, max_size=9))
    if how == "word":
        at = place // 4 * 4
        return octets[:at] + sflow.u32(draw(WORDS)) + octets[at + 4 :]
    if how == "octet" and place < len(octets):
        return octets[:place] + draw(st.binary(min_size=1, max_size=1)) + octets[place + 1 :]
    return octets


realistic_packets = st.sampled_from([(stack.protocol, stack.octets) for stack in STACKS])
#: (header_protocol, octets of a packet): realistic ones whole and spoiled, and any octets
sampled_packets = st.one_of(
    realistic_packets,
    realistic_packets.flatmap(lambda packet: st.tuples(st.just(packet[0]), spoiled(packet[1]))),
    st.tuples(st.sampled_from([0, 1, 1, 2, 7, 11, 12, 13, 14, 15, 16, 17, 2**32 - 1]), sflow_octets),
)


@st.composite
def _envelope(draw: st.DrawFn, enterprise: int, number: int, octets: bytes) -> bytes:
    slip = draw(slips)
    length = None if not slip else max(0, min(len(octets) + slip, 2**32 - 1))
    return sflow.envelope(enterprise, number, octets, length)


def bodies_of(row: Row) -> st.SearchStrategy[bytes]:
    """Bodies of a structure that are right."""
    return st.builds(_packed, st.just(row), st.sampled_from(sorted(VARIANTS)), tail=st.booleans())


def _of_row(row: Row) -> st.SearchStrategy[bytes]:
    any_octets = st.one_of(sflow_octets, st.binary(min_size=row.size, max_size=row.size))
    octets = st.one_of(bodies_of(row).flatmap(spoiled), any_octets)
    return octets.flatmap(lambda octets: _envelope(row.enterprise, row.number, octets))


@st.composite
def _sampled_header(draw: st.DrawFn) -> bytes:
    protocol, octets = draw(sampled_packets)
    slip = draw(slips)
    length = None if not slip else max(0, min(len(octets) + slip, 2**32 - 1))
    return sflow.sampled_header(octets, protocol, draw(st.sampled_from([None, 0, 64, 2**32 - 1])), 4, length)


@st.composite
def _aggregation(draw: st.DrawFn, inside: st.SearchStrategy[bytes]) -> bytes:
    pdus = [sflow.counted(records) for records in draw(st.lists(st.lists(inside, max_size=3), max_size=3))]
    octets = draw(spoiled(sflow.counted(pdus, draw(st.sampled_from([None, None, 1, 2**32 - 1])))))
    return draw(_envelope(0, 1016, octets))


unknown_records = st.builds(
    sflow.record, st.sampled_from([0, 1, 4300, 2**20 - 1]), st.integers(3000, 4095), st.binary(max_size=20)
)
simple_flow_records = st.one_of(
    _sampled_header(), st.sampled_from(sorted(FLOW)).flatmap(lambda name: _of_row(FLOW[name])), unknown_records
)
flow_records = st.one_of(simple_flow_records, st.recursive(simple_flow_records, _aggregation, max_leaves=6))
counter_records = st.one_of(
    st.sampled_from(sorted(COUNTER)).flatmap(lambda name: _of_row(COUNTER[name])), unknown_records
)
numbers = st.one_of(st.integers(0, 20), st.sampled_from([2**31, 2**32 - 1]), st.integers(0, 2**32 - 1))
compact_sources = st.tuples(st.sampled_from([0, 0, 3, 255]), st.sampled_from([0, 1, 2, 0xFFFFFF]))
expanded_sources = st.tuples(st.sampled_from([0, 0, 3, 2**32 - 1]), st.sampled_from([0, 1, 2, 2**32 - 1]))
counts = st.one_of(*[st.none()] * 6, st.sampled_from([0, 1, 2, 7, 2**31, 2**32 - 1]))
interfaces = st.one_of(st.integers(0, 9), WORDS)
POOL: dict[str, Any] = {"sampling_rate": numbers, "sample_pool": numbers, "drops": numbers}
SAMPLES: dict[int, Any] = {
    1: (sflow.flow_sample, flow_records, compact_sources, {**POOL, "input": interfaces, "output": interfaces}),
    2: (sflow.counters_sample, counter_records, compact_sources, {}),
    3: (
        sflow.flow_sample_expanded,
        flow_records,
        expanded_sources,
        {**POOL, "input": st.tuples(interfaces, interfaces), "output": st.tuples(interfaces, interfaces)},
    ),
    4: (sflow.counters_sample_expanded, counter_records, expanded_sources, {}),
    5: (
        sflow.discarded_packet,
        flow_records,
        expanded_sources,
        {"drops": numbers, "input": interfaces, "output": interfaces, "reason": numbers},
    ),
}


@st.composite
def sflow_samples(draw: st.DrawFn) -> bytes:
    """A sample of any kind, right or wrong."""
    number = draw(st.sampled_from([1, 1, 1, 2, 2, 3, 3, 4, 5, "vendor", "unknown"]))
    if number == "unknown":
        return sflow.sample(
            draw(st.sampled_from([0, 9, 4300])), draw(st.integers(6, 1001)), draw(st.binary(max_size=9))
        )
    if number == "vendor":
        octets = sflow.string("device") + sflow.string("metric") + draw(sflow_octets)
        return draw(_envelope(4300, draw(st.sampled_from([1002, 1003])), octets))
    pack, records, sources, fields = SAMPLES[number]
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    some = draw(st.lists(records, max_size=4))
    octets = pack(some, sequence_number=draw(numbers), source_id=draw(sources), count=draw(counts), **drawn)
    return draw(spoiled(octets).flatmap(lambda octets: _envelope(0, number, octets)))


FIXED_FLOW = [row for row in FLOW.values() if row.fixed and not row.name.startswith("sampled_")]


@st.composite
def usual_samples(draw: st.DrawFn) -> bytes:
    """A flow sample as most agents send it: a sampled packet, and structures that always take the same octets."""
    protocol, octets = draw(st.one_of(realistic_packets, realistic_packets, sampled_packets))
    records = [sflow.sampled_header(octets[: draw(st.sampled_from([54, 128]))], protocol, 1500, 4)]
    for row in draw(st.lists(st.sampled_from(FIXED_FLOW[:12]), max_size=3, unique_by=lambda row: row.name)):
        records.insert(
            draw(st.integers(0, len(records))),
            sflow.record(row.enterprise, row.number, _packed(row, "distinct", tail=False)),
        )
    number = draw(st.sampled_from([1, 3]))
    pack, _, sources, fields = SAMPLES[number]
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    return sflow.sample(0, number, pack(records, sequence_number=draw(numbers), source_id=draw(sources), **drawn))


agents = st.sampled_from(["192.0.2.1"] * 8 + ["2001:db8::1", None, sflow.u32(3)])
#: datagrams of any samples, the header right or wrong
sflow_datagrams = st.builds(
    sflow.datagram,
    st.lists(sflow_samples(), max_size=5),
    agent=agents,
    sub_agent_id=st.sampled_from([0, 0, 1]),
    sequence_number=numbers,
    count=counts,
).flatmap(spoiled)
