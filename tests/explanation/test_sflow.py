"""sFlow: every structure field by field with what was packed into it, samples of every form, what is cut or unknown."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.explanation import Explanation, Node
from tests.protocols.sflow.structures import COUNTER, FLOW, TAILS, VARIANTS, Row, body, packed, values_of
from tests.sflow_builder import (
    counted,
    counters_sample,
    datagram,
    flow_sample,
    flow_sample_expanded,
    record,
    sample,
    sampled_header,
    string,
    u32,
    u64,
)

from .checks import check, nodes_of

BODY = 28 + 8 + 32 + 8  # octets before the body of the first record: header, head and words of a sample, head
COUNTER_BODY = 28 + 8 + 12 + 8
ROWS = [(row, FLOW) for row in FLOW.values() if row.name not in ("sampled_header", "extended_80211_aggregation")]
ROWS += [(row, COUNTER) for row in COUNTER.values()]


PLAIN = Decoder(), Decoder(compiled=False)  # nothing that is explained changes them


def explained(octets: bytes, **settings: Any) -> Explanation:
    """The explanation of a datagram, both engines alike."""
    compiled, reference = (Decoder(**settings), Decoder(**settings, compiled=False)) if settings else PLAIN
    explanation = compiled.explain(octets, "r1")
    check(explanation, octets)
    assert reference.explain(octets, "r1") == explanation
    return explanation


def one_record(row: Row, octets: bytes, table: dict[str, Row]) -> bytes:
    """A datagram of one sample with one record."""
    records = [record(row.enterprise, row.number, octets)]
    if table is COUNTER:
        return datagram([sample(0, 2, counters_sample(records))])
    return datagram([sample(0, 1, flow_sample(records))])


def told(parts: tuple[Node, ...]) -> dict[str, Any]:
    """Values by their names; of arrays lists, of an address without octets None."""
    values: dict[str, Any] = {}
    for part in parts:
        if part.name.endswith(" type"):
            values[part.name.removesuffix(" type")] = None
        elif part.children:
            items = [each for each in part.children if each.name == "item"]
            values[part.name] = [told(each.children) if each.children else each.value for each in items]
        elif not part.name.endswith((" length", "padding")):
            values[part.name] = part.value
    return values


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_structure(variant: str) -> None:
    """Values are those that were packed, and each field begins where those before it end."""
    for row, table in ROWS:
        fields = row.fields + TAILS.get(row.name, [])
        values = values_of(fields, variant)
        explanation = explained(one_record(row, body(fields, values), table))
        start = COUNTER_BODY if table is COUNTER else BODY
        structure = explanation.root.children[1].children[-1]
        assert structure.name == row.name
        assert told(structure.children[2:]) == values, row.name
        for name, kind in fields:
            assert explanation.at(start).name in (name, f"{name} length", f"{name} type", f"{name} count"), row.name
            start += len(packed(name, kind, values[name]))
        assert explanation.problems == ()


def leaves(explanation: Explanation, start: int) -> list[tuple[int, str, Any]]:
    """Offset, name and value of the leaves from *start* on, or the codes of their problems."""
    return [
        (leaf.offset, leaf.name, [each["code"] for each in leaf.problems] or leaf.value)
        for leaf in explanation
        if leaf.offset >= start
    ]


def test_a_structure_that_is_cut() -> None:
    """An array that counts more than there is: no item of it is told."""
    octets = u32(1) + bytes((192, 0, 2, 1)) + counted([u32(1), u32(2)]) + counted([u32(3)], 9)
    explanation = explained(one_record(FLOW["extended_mpls"], octets, FLOW))
    assert leaves(explanation, BODY) == [
        (BODY, "nexthop type", 1),
        (BODY + 4, "nexthop", "192.0.2.1"),
        (BODY + 8, "in_stack count", 2),
        (BODY + 12, "item", 1),
        (BODY + 16, "item", 2),
        (BODY + 20, "undecoded", ["truncated_record"]),
    ]
    assert len(list(explanation)[-1].octets) == 8


def test_a_union_of_an_unknown_kind() -> None:
    explanation = explained(one_record(FLOW["extended_nat"], u32(0) + u32(7) + u32(1), FLOW))
    assert leaves(explanation, BODY) == [(BODY, "src_address type", 0), (BODY + 4, "undecoded", ["bad_value"])]


def test_a_structure_that_is_longer() -> None:
    """What a later revision has added stays in the message as octets."""
    octets = one_record(FLOW["extended_vni_egress"], u32(5) + b"\1\2\3\4", FLOW)
    explanation = explained(octets)
    assert leaves(explanation, BODY) == [(BODY, "vni", 5), (BODY + 4, "undecoded", "01020304")]
    assert Decoder().decode(octets, "r1")["flows"][0]["extended_vni_egress"]["undecoded"] == "01020304"


def test_octets_that_are_left_have_no_problem_of_a_field_before() -> None:
    """A load that is no number, in a structure with more behind than is known."""
    row = COUNTER["host_cpu"]
    fields = row.fields + TAILS.get(row.name, [])
    octets = u32(0x7FC00000) + body(fields, values_of(fields, "distinct"))[4:] + b"\1\2\3\4"
    explanation = explained(one_record(row, octets, COUNTER))
    found = leaves(explanation, COUNTER_BODY)
    assert (found[0][2], found[-1]) == (["bad_value"], (COUNTER_BODY + len(octets) - 4, "undecoded", "01020304"))


def test_what_is_not_known() -> None:
    octets = datagram(
        [sample(0, 1, flow_sample([record(9, 9, b"\1\2\3")])), sample(9, 9, b"\4\5\6\7"), sample(0, 9, b"")], count=4
    )
    explanation = explained(octets)
    assert leaves(explanation, BODY) == [
        (BODY, "octets", "010203"),
        (BODY + 3, "padding", None),
        (BODY + 4, "data_format", "9:9"),
        (BODY + 8, "length", 4),
        (BODY + 12, "octets", "04050607"),
        (BODY + 16, "data_format", "0:9"),
        (BODY + 20, "length", 0),
    ]
    assert [node.name for node in explanation.root.children[1:]] == ["flow_sample", "unknown_sample", "unknown_sample"]
    assert [problem["code"] for problem in explanation.root.problems] == ["count_mismatch"]


def test_two_layouts() -> None:
    """Of which the one is told that takes all octets; of none the octets."""
    row = COUNTER["bst_port_buffers"]
    fixed = explained(one_record(row, b"".join(u32(each) for each in range(20)), COUNTER))
    assert [len(node.children) for node in nodes_of(fixed.root) if node.name.startswith("egress_queue")] == [8, 8]
    many = b"".join(u32(each) for each in range(4)) + counted([u32(0)] * 9) + counted([])  # of 8 that there may be
    assert [name for _, name, _ in leaves(explained(one_record(row, many, COUNTER)), COUNTER_BODY)] == ["octets"]
    neither = explained(one_record(row, bytes(28), COUNTER))
    assert leaves(neither, COUNTER_BODY) == [(COUNTER_BODY, "octets", "00" * 28)]


def test_vendors_samples() -> None:
    fields = u32(2) + bytes((192, 0, 2, 1)) + u32(5) + u64(7)
    octets = datagram([sample(4300, 1003, string("d") + string("name") + u32(10) + u32(20) + fields)])
    explanation = explained(octets)
    assert explanation.root.children[1].name == "rtflow"
    assert leaves(explanation, 36) == [
        (36, "device length", 1),
        (40, "device", "d"),
        (41, "padding", None),
        (44, "name length", 4),
        (48, "name", "name"),
        (52, "sampling_rate", 10),
        (56, "sample_pool", 20),
        (60, "type", 2),
        (64, "value", "192.0.2.1"),
        (68, "type", 5),
        (72, "value", 7),
    ]


def test_records_inside_records() -> None:
    """Two frames with a record each, as deep as is allowed."""
    frame = counted([record(0, 1029, u32(5))])
    inside = record(0, 1016, counted([frame, frame]))
    octets = datagram([sample(0, 3, flow_sample_expanded([inside]))])
    explanation = explained(octets)
    (outer,) = [node for node in nodes_of(explanation.root) if node.name == "extended_80211_aggregation"]
    assert [node.name for node in outer.children[2:]] == ["pdus count", "pdu", "pdu"]
    assert [leaf.value for leaf in outer.leaves() if leaf.name == "vni"] == [5, 5]
    deep = record(0, 1016, counted([counted([inside])]))
    explanation = explained(datagram([sample(0, 1, flow_sample([deep]))]), limits=Limits(nesting=1))
    last = list(explanation)[-1]
    assert (last.name, [each["code"] for each in last.problems]) == ("undecoded", ["limit"])


def test_words_that_hold_two_values() -> None:
    """Of compact samples: class and index of the source, format and value of interfaces."""
    words = {"source_id": (3, 7), "input": 5, "output": 2 << 30 | 3}
    explanation = explained(datagram([sample(0, 1, flow_sample([], **words))]))
    assert [(leaf.name, leaf.value) for leaf in explanation if isinstance(leaf.value, dict)] == [
        ("source_id", {"source_class": 3, "source_index": 7}),
        ("input", {"format": 0, "value": 5}),
        ("output", {"format": 2, "value": 3}),
    ]


def test_a_second_packet_of_a_sample() -> None:
    """Only the first one is taken apart."""
    records = [sampled_header(bytes(60), 1, 64, 4), sampled_header(b"\1\2\3", 1, 64, 4)]
    explanation = explained(datagram([sample(0, 1, flow_sample(records))]))
    first, second = [node for node in nodes_of(explanation.root) if node.name == "header" and node.offset]
    assert first.children[0].name == "ethernet"
    assert (second.children, second.value) == ((), "010203")


@pytest.mark.parametrize(("slip", "missing"), [(4, 0), (-4, 0), (4, 4)])
def test_lengths_that_slip(slip: int, missing: int) -> None:
    """Agents that count a word too many or too few are followed, in the last sample as well."""
    records = counters_sample([record(0, 1002, bytes(12))])
    samples = [sample(0, 2, records, length=len(records) + slip), sample(0, 2, records)]
    explanation = explained(datagram(samples[::-1] if missing else samples))
    assert [node.name for node in explanation.root.children] == ["header", "counters_sample", "counters_sample"]
    assert [leaf.name for leaf in explanation].count("on_channel_busy_time") == 2
    assert "undecoded" not in {leaf.name for leaf in explanation}


def test_samples_that_are_cut() -> None:
    """The words that are whole, and the first octets of a structure."""
    whole = datagram([sample(0, 2, counters_sample([record(0, 1002, bytes(12))]))])
    words = ["sequence_number", "source_id", "record_count"]
    for length, names in ((38, ["undecoded"]), (41, [words[0], "undecoded"]), (62, [*words, "data_format", "length"])):
        explanation = explained(whole[:length])
        found = [name for _, name, _ in leaves(explanation, 36)]
        assert found[: len(names)] == names
        assert found[-1] == "undecoded"
        assert list(explanation)[-1].problems


def test_problems_stand_with_what_they_are_about() -> None:
    """At the end of a structure or of a sample, where what comes behind begins: neither has anything to do with it."""
    records = [record(0, 1001, u32(1)), record(0, 1029, u32(5))]
    octets = datagram([sample(0, 1, flow_sample(records, count=3)), sample(0, 1, flow_sample([]))])
    explanation = explained(octets)
    holders = [node for node in nodes_of(explanation.root) if node.problems]
    assert [(node.offset, node.name, [each["code"] for each in node.problems]) for node in holders] == [
        (28, "flow_sample", ["count_mismatch"]),
        (68, "extended_switch", ["truncated_record"]),
    ]
    frame = counted([record(0, 1029, u32(5))], 2)
    explanation = explained(datagram([sample(0, 1, flow_sample([record(0, 1016, counted([frame])), records[1]]))]))
    (holder,) = [node for node in nodes_of(explanation.root) if node.problems]
    assert (holder.name, [each["code"] for each in holder.problems]) == ("pdu", ["count_mismatch"])


def test_an_aggregation_of_no_octets() -> None:
    explanation = explained(datagram([sample(0, 1, flow_sample([record(0, 1016, b""), record(0, 1029, u32(5))]))]))
    (holder,) = [node for node in nodes_of(explanation.root) if node.problems]
    assert (holder.name, [each["code"] for each in holder.problems]) == (
        "extended_80211_aggregation",
        ["truncated_record"],
    )


def test_a_packet_for_each_frame() -> None:
    """Frames have packets of their own, whatever the sample has had before."""
    packet = sampled_header(bytes(60), 1, 64, 4)
    octets = datagram([sample(0, 1, flow_sample([packet, record(0, 1016, counted([counted([packet])] * 2))]))])
    explanation = explained(octets)
    headers = [node for node in nodes_of(explanation.root) if node.name == "header" and node.offset]
    assert [node.children[0].name for node in headers] == ["ethernet"] * 3


def test_a_record_that_says_too_much() -> None:
    """It ends with what it is in."""
    inner = counted([counted([record(9, 9, b"\1\2\3\4", length=6)]), counted([])])
    explanation = explained(one_record(FLOW["extended_80211_aggregation"], inner, FLOW))
    assert [leaf.octets for leaf in explanation if leaf.name == "octets"] == [b"\1\2\3\4\0\0"]
    explanation = explained(one_record(FLOW["extended_80211_aggregation"], inner[:-4], FLOW))
    assert [leaf.octets for leaf in explanation if leaf.name == "octets"] == [b"\1\2\3\4"]


def test_counts_beyond_what_is_allowed() -> None:
    """More items than a structure may have, and more than could be there."""
    row = FLOW["extended_mpls"]
    octets = u32(1) + bytes((192, 0, 2, 1)) + u32(0xFFFFFFFF) + bytes(8)
    explanation = explained(one_record(row, octets, FLOW))
    assert leaves(explanation, BODY + 8) == [(BODY + 8, "undecoded", ["truncated_record"])]


def test_structures_that_no_text_describes() -> None:
    """They have no rule, nor have records of a format that nobody knows; those of sFlow's own text have it."""
    records = [record(0, 1029, u32(5)), record(9, 9, b"\1\2\3\4"), record(0, 1001, bytes(16))]
    explanation = explained(datagram([sample(0, 1, flow_sample(records))]))
    rules = {node.name: node.rule for node in explanation.root.children[1].children if node.children}
    assert rules == {
        "extended_vni_egress": "sFlow Tunnel Structures",
        "unknown_record": "",
        "extended_switch": "sFlow version 5, section 5",
    }
    row = COUNTER["bst_port_buffers"]
    explanation = explained(one_record(row, bytes(80), COUNTER))
    (structure,) = [node for node in nodes_of(explanation.root) if node.name == row.name]
    assert structure.rule == ""


def test_octets_behind_all_samples() -> None:
    explanation = explained(datagram([sample(0, 9, b"")]) + b"abc")
    assert leaves(explanation, 36) == [(36, "undecoded", ["trailing_octets"])]


def test_addresses_without_padding() -> None:
    """sampled_ethernet of 20 octets, by the rule that knows such agents; without it all is shifted."""
    row = FLOW["sampled_ethernet"]
    octets = one_record(row, u32(64) + bytes.fromhex("020000000001 020000000002") + u32(0x0800), FLOW)
    explanation = explained(octets)
    assert [value for _, _, value in leaves(explanation, BODY)] == [64, "02:00:00:00:00:01", "02:00:00:00:00:02", 0x800]
    wrong = explained(octets, quirks=())
    assert [name for _, name, _ in leaves(wrong, BODY)] == ["length", "src_mac", "padding", "dst_mac", "padding"]
    (structure,) = [node for node in nodes_of(wrong.root) if node.name == "sampled_ethernet"]
    assert [problem["code"] for problem in structure.problems] == ["truncated_record"]
    assert wrong.root.problems == ()
