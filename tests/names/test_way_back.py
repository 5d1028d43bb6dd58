"""What is renamed comes back: of any flow, and of recorded ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder
from netflowparse.names import VOCABULARIES, rename, restore, table
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS

from .by_hand import PORTS, TABLES, facts, holders, is_by_family, leaves, rows

CAPTURES = sorted(path.stem for path in RECORDINGS.glob("*.pcap"))


OWN_KEYS = st.sampled_from(["ie500", "pen9_ie1", "sampler", "llc", "resolved", "x", "", "no.name", "Übung"])
SCALARS = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just("2001:db8::1"))


def keys_of(vocabulary: str, protocol: str | None, *, one_to_one: bool) -> list[str]:
    """Keys of a table, scopes apart."""
    found = table(vocabulary, protocol=protocol)
    return [row["key"] for row in found if "in the scope" not in row["note"] and row["one_to_one"] >= one_to_one]


def flows(keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Flows with any values under *keys*, some in lists, scopes and inner packets."""

    def with_records(inside: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        lists = st.fixed_dictionaries({"semantic": st.just("allOf"), "records": st.lists(inside, max_size=2)})
        record = st.dictionaries(keys, st.one_of(SCALARS, st.lists(SCALARS, max_size=2), lists), max_size=8)
        return st.builds(lambda flow, more: flow | more, record, st.dictionaries(st.just("inner"), inside))

    return st.recursive(st.dictionaries(keys, SCALARS, max_size=8), with_records, max_leaves=3)


@given(st.sampled_from(TABLES), st.booleans(), st.data())
def test_what_is_one_to_one_comes_back(chosen: tuple[str, str | None], dotted: bool, data: st.DataObject) -> None:
    vocabulary, protocol = chosen
    keys = st.sampled_from(keys_of(vocabulary, protocol, one_to_one=True))
    flow = data.draw(flows(st.one_of(keys, OWN_KEYS)))
    renamed = rename(flow, vocabulary, protocol=protocol, dotted=dotted)
    assert restore(renamed, vocabulary, protocol=protocol) == flow


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_every_name_that_is_one_to_one_comes_back(vocabulary: str, protocol: str | None) -> None:
    flow = {key: number for number, key in enumerate(keys_of(vocabulary, protocol, one_to_one=True))}
    renamed = rename(flow, vocabulary, protocol=protocol, dotted=True)
    assert list(renamed) == [row["name"] for row in table(vocabulary, protocol=protocol) if row["key"] in flow]
    assert restore(renamed, vocabulary, protocol=protocol) == flow


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_every_address_comes_back(vocabulary: str, protocol: str | None) -> None:
    values = {"4": "192.0.2.1", "6": "2001:db8::1"}
    for name, keys in holders(vocabulary, protocol).items():
        for key in keys if is_by_family(keys) else ():
            flow = {key: values["6" if "IPv6" in key else "4"]}
            assert rename(flow, vocabulary, protocol=protocol, dotted=True) == {name: flow[key]}
            assert restore(rename(flow, vocabulary, protocol=protocol), vocabulary, protocol=protocol) == flow
        if is_by_family(keys):
            both = {keys[0]: values["4"], keys[1]: values["6"]}
            assert rename(both, vocabulary, protocol=protocol, dotted=True) == {name: values["4"], keys[1]: values["6"]}
            assert restore(rename(both, vocabulary, protocol=protocol), vocabulary, protocol=protocol) == both


@given(st.sampled_from(TABLES), st.data())
def test_no_value_is_lost(chosen: tuple[str, str | None], data: st.DataObject) -> None:
    """Whatever meets: keys, names, and dicts where names are nested."""
    vocabulary, protocol = chosen
    found = table(vocabulary, protocol=protocol)
    words = {word for row in found for word in (row["key"], row["name"], row["name"].partition(".")[0])}
    leaf_words = st.sampled_from(["ip", "nat", "vlan", "id", "bytes", "nat.ip"])
    branch = st.recursive(SCALARS, lambda inside: st.dictionaries(leaf_words, inside), max_leaves=4)
    flow = data.draw(flows(st.one_of(st.sampled_from(sorted(words)), OWN_KEYS)))
    flow |= data.draw(st.dictionaries(st.sampled_from(["source", "network", "observer"]), branch))
    before, kept = deepcopy(flow), Counter(leaves(flow))
    for dotted in (False, True):
        assert Counter(leaves(rename(flow, vocabulary, protocol=protocol, dotted=dotted))) == kept
    for first in (False, True):
        assert Counter(leaves(restore(flow, vocabulary, protocol=protocol, first=first))) == kept
    assert flow == before


def messages(decoder: Decoder, capture: str) -> list[Any]:
    return [decoder.decode(each, "r1") for each in read_datagrams(RECORDINGS / f"{capture}.pcap")]


def comes_back(record: dict[str, Any], vocabulary: str, protocol: str) -> dict[str, Any]:
    """What a record should be after both ways, with dotted names."""
    named, shared = facts(vocabulary, protocol), holders(vocabulary, protocol)
    expected = {}
    for key, value in record.items():
        keys = shared[named[key]] if key in named else [key]
        back = key
        if len(keys) > 1 and not is_by_family(keys) and key == next(each for each in keys if each in record):
            back = keys[0] if named[key] in PORTS else named[key]
        expected[back] = comes_back(value, vocabulary, protocol) if key == "inner" else value
    return expected


@pytest.mark.parametrize("capture", CAPTURES)
def test_recorded_flows_come_back(capture: str, make_decoder: Callable[..., Decoder]) -> None:
    count = 0
    for message in messages(make_decoder(), capture):
        for record in message["flows"] + message["options"]:
            for vocabulary in VOCABULARIES:
                renamed = rename(record, vocabulary, protocol=message["protocol"], dotted=True)
                assert Counter(leaves(renamed)) == Counter(leaves(record))
                expected = comes_back(record, vocabulary, message["protocol"])
                assert restore(renamed, vocabulary, protocol=message["protocol"]) == expected
                count += expected == record
    assert count > 0


def test_recorded_templates_say_which_names_of_cisco_come_out(decoder: Decoder) -> None:
    """By the numbers on the wire; the absolute times are added to what the exporter sends."""
    heard = messages(decoder, "softflowd-netflow9")
    by_number = {int(row["field_type"]): row["name"] for row in rows("netflow-v9/field-types.csv")}
    by_number |= {136: "flowEndReason", 139: "icmpTypeCodeIPv6"}  # no rows: IANA's names
    fields = [field for message in heard for event in message["templates"] for field in event["fields"]]
    sent = {by_number[field["id"]] for field in fields}
    flows = [rename(flow, "cisco") for message in heard for flow in message["flows"]]
    assert {"IN_BYTES", "L4_DST_PORT", "IPV6_SRC_ADDR", "FIRST_SWITCHED"} <= sent
    assert {name for flow in flows for name in flow} - sent <= {"NF_F_FLOW_CREATE_TIME_MSEC", "NF_F_FLOW_END_TIME_MSEC"}
