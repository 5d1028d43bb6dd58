"""Every structure of sFlow version 5: filled in several ways, longer, shorter, empty; and the document's own tables."""

import json

import pytest

from tests.conftest import SHARED
from tests.protocols.messages import codes
from tests.protocols.sflow.messages import COUNTER_BODY, assert_truncated, body_of, counter_structure, flow_structure
from tests.protocols.sflow.structures import (
    COUNTER,
    FLOW,
    VARIANTS,
    body,
    counter_record,
    flow_record,
    rows_of,
    values_of,
    whole_fields,
)
from tests.sflow_builder import one_counters, one_flow, sampled_header

APART = (  # tested in test_special_structures.py
    "sampled_header",
    "extended_80211_aggregation",
    "http_request_deprecated",
    "bst_port_buffers",
)
WITH_TAILS = ("host_cpu", "jvm_statistics")

PLAIN_FLOW = [row for name, row in FLOW.items() if name not in APART]
PLAIN_COUNTER = [row for name, row in COUNTER.items() if name not in APART]
FIXED_COUNTER = [row for row in PLAIN_COUNTER if row.name not in WITH_TAILS]
flow_rows = pytest.mark.parametrize("row", PLAIN_FLOW, ids=lambda row: row.name)
counter_rows = pytest.mark.parametrize("row", PLAIN_COUNTER, ids=lambda row: row.name)
extensible_counter_rows = pytest.mark.parametrize("row", FIXED_COUNTER, ids=lambda row: row.name)
variants = pytest.mark.parametrize("variant", VARIANTS)


def assert_same(shown, values):
    """Equal, and of the same types all the way down: 1 is not 1.0 here."""
    assert shown == values
    assert json.dumps(shown, sort_keys=True) == json.dumps(values, sort_keys=True)


@pytest.mark.conformance("SFLOW-4-09")
def test_every_row_is_here():
    assert (len(FLOW), len(COUNTER)) == (67, 50)
    for table in (FLOW, COUNTER):
        tags = [(row.enterprise, row.number) for row in table.values()]
        assert len(set(tags)) == len(tags)


@pytest.mark.conformance("SFLOW-4-09")
@pytest.mark.parametrize("row", [*FLOW.values(), *COUNTER.values()], ids=lambda row: row.name)
def test_the_size_of_every_row(row):
    assert len(body(row.fields, values_of(row.fields, "zeros"))) == row.size
    if row.fixed:
        assert {len(body(row.fields, values_of(row.fields, variant))) for variant in VARIANTS} == {row.size}


@pytest.mark.conformance("SFLOW-4-09")
def test_the_rows_of_the_layout_document_are_here():
    """Others may be beside them: the document, which lies beside the repository, stays as it is."""
    path = SHARED / "spec" / "sflow5.md"
    if not path.exists():
        pytest.skip("../shared/spec is not here")
    published = rows_of(path.read_text(encoding="utf-8"))
    renamed = {
        ("flow", "http_request_deprecated"): "http_request (deprecated)",
        ("counter", "memcached_counters"): "memcached_counters (deprecated)",
    }
    for context, table in (("flow", FLOW), ("counter", COUNTER)):
        ours = [
            (
                f"{row.enterprise}:{row.number}",
                renamed.get((context, row.name), row.name),
                str(row.size) if row.fixed else f"≥{row.size}",
                "; ".join(f"{name} {kind}" for name, kind in row.fields),
            )
            for row in table.values()
        ]
        tags = {tag for tag, *_ in published[context]}
        assert [each for each in ours if each[0] in tags] == published[context]


@pytest.mark.conformance("SFLOW-4-09", "SFLOW-4-10")
@flow_rows
@variants
def test_a_flow_structure(decoder, row, variant):
    values = values_of(row.fields, variant)
    shown, message = flow_structure(decoder, row.name, body(row.fields, values))
    assert_same(shown, values)
    assert message["problems"] == []


@pytest.mark.conformance("SFLOW-4-09", "SFLOW-4-10")
@counter_rows
@variants
def test_a_counter_structure(decoder, row, variant):
    values = values_of(row.fields, variant)
    shown, message = counter_structure(decoder, row.name, body(row.fields, values))
    assert_same(shown, values)
    assert message["problems"] == []


@pytest.mark.conformance("SFLOW-2-05")
@pytest.mark.fault("SF-20")
@flow_rows
@pytest.mark.parametrize("tail", [b"more", b"even\0\0\xff\0"], ids=["4", "8"])
def test_a_flow_structure_with_more_behind_it(decoder, row, tail):
    values = values_of(row.fields)
    shown, message = flow_structure(decoder, row.name, body(row.fields, values) + tail)
    assert_same(shown, {**values, "undecoded": tail.hex()})
    assert message["problems"] == []


@pytest.mark.conformance("SFLOW-2-05")
@pytest.mark.fault("SF-20")
@extensible_counter_rows
@pytest.mark.parametrize("tail", [b"more", b"even\0\0\xff\0"], ids=["4", "8"])
def test_a_counter_structure_with_more_behind_it(decoder, row, tail):
    values = values_of(row.fields)
    shown, message = counter_structure(decoder, row.name, body(row.fields, values) + tail)
    assert_same(shown, {**values, "undecoded": tail.hex()})
    assert message["problems"] == []


def expected_of_a_cut(row, values, octets):
    """What a structure shows of which only *octets* are there."""
    whole, offset = whole_fields(row.fields, values, len(octets))
    rest = octets[offset:]
    return {**whole, "undecoded": rest.hex()} if rest else whole


def assert_cut_off(message, row, values, octets, start):
    """One problem, at the first field that is not whole of a structure whose body is at *start*."""
    whole, offset = whole_fields(row.fields, values, len(octets))
    assert_truncated(message, start + offset, row.name, row.fields[len(whole)][0])


def assert_cut(shown, message, row, values, octets, start):
    """Cut between words, exactly that; inside a word, what is whole and not more than was sent."""
    expected = expected_of_a_cut(row, values, octets)
    if len(octets) % 4 == 0:
        assert shown == expected
        assert_cut_off(message, row, values, octets, start)
    for name, value in shown.items():
        assert value == values[name] if name in values else name == "undecoded"
    assert shown.keys() >= expected.keys() - {"undecoded"}


@pytest.mark.fault("SF-21")
@pytest.mark.parametrize("row", [row for row in PLAIN_FLOW if row.name != "sampled_ethernet"], ids=lambda row: row.name)
@pytest.mark.parametrize("variant", ["distinct", "ones"])
def test_a_flow_structure_4_octets_short(decoder, row, variant):
    """The 20 octets of a sampled_ethernet are a form of their own; those of its relatives are not."""
    values = values_of(row.fields, variant)
    octets = body(row.fields, values)[:-4]
    shown, message = flow_structure(decoder, row.name, octets)
    assert_same(shown, expected_of_a_cut(row, values, octets))
    assert_cut_off(message, row, values, octets, body_of(row.name))


@pytest.mark.fault("SF-21")
@counter_rows
@pytest.mark.parametrize("variant", ["distinct", "ones"])
def test_a_counter_structure_4_octets_short(decoder, row, variant):
    values = values_of(row.fields, variant)
    octets = body(row.fields, values)[:-4]
    shown, message = counter_structure(decoder, row.name, octets)
    assert_same(shown, expected_of_a_cut(row, values, octets))
    assert_cut_off(message, row, values, octets, COUNTER_BODY)


@pytest.mark.fault("SF-21")
@flow_rows
def test_a_flow_structure_cut_anywhere(decoder, row):
    values = values_of(row.fields, "ones")
    whole = body(row.fields, values)
    for length in range(1, len(whole) - 3):
        if (row.name, length) == ("sampled_ethernet", 20):
            continue
        shown, message = flow_structure(decoder, row.name, whole[:length])
        assert_cut(shown, message, row, values, whole[:length], body_of(row.name))
        assert "truncated_record" in codes(message)


@pytest.mark.fault("SF-21")
@counter_rows
def test_a_counter_structure_cut_anywhere(decoder, row):
    values = values_of(row.fields, "ones")
    whole = body(row.fields, values)
    for length in range(1, len(whole) - 3):
        shown, message = counter_structure(decoder, row.name, whole[:length])
        assert_cut(shown, message, row, values, whole[:length], COUNTER_BODY)
        assert "truncated_record" in codes(message)


@pytest.mark.fault("SF-22")
@flow_rows
def test_a_flow_structure_without_octets(decoder, row):
    shown, message = flow_structure(decoder, row.name, b"")
    assert shown == {}
    assert_truncated(message, body_of(row.name), row.name, row.fields[0][0])


@pytest.mark.fault("SF-22")
@counter_rows
def test_a_counter_structure_without_octets(decoder, row):
    shown, message = counter_structure(decoder, row.name, b"")
    assert shown == {}
    assert_truncated(message, COUNTER_BODY, row.name, row.fields[0][0])


@pytest.mark.conformance("SFLOW-4-09")
def test_all_structures_in_one_sample(decoder):
    """Each keeps its own values beside all others."""
    flows = {row.name: values_of(row.fields) for row in PLAIN_FLOW}
    message = decoder.decode(
        one_flow(sampled_header(b"", protocol=0), *(flow_record(*each) for each in flows.items())), "r1"
    )
    assert message["problems"] == []
    assert {name: message["flows"][0][name] for name in flows} == flows
    counters = {row.name: values_of(row.fields) for row in PLAIN_COUNTER}
    message = decoder.decode(one_counters(*(counter_record(*each) for each in counters.items())), "r1")
    assert message["problems"] == []
    assert {name: message["counters"][0][name] for name in counters} == counters


@pytest.mark.fault("SF-59")
def test_a_structure_that_comes_twice(decoder):
    row = COUNTER["port_name"]
    names = [{"name": "eth0"}, {"name": ""}, {"name": "eth0"}]
    message = decoder.decode(one_counters(*(counter_record(row.name, each) for each in names)), "r1")
    assert (message["counters"][0]["port_name"], message["problems"]) == (names, [])
    row = FLOW["extended_vni_egress"]
    numbers = [{"vni": 5}, {"vni": 6}]
    message = decoder.decode(one_flow(*(flow_record(row.name, each) for each in numbers)), "r1")
    assert (message["flows"][0]["extended_vni_egress"], message["problems"]) == (numbers, [])
