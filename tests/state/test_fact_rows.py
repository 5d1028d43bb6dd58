"""Facts as rows: what callers and snapshots are given of them, and what is not loaded again."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.errors import UsageError
from netflowparse.state.facts import VALUES
from netflowparse.state.knowledge import Knowledge
from tests.plain import assert_plain
from tests.state.what_is_known import Count, said


def test_rows_say_where_and_share_nothing() -> None:
    record = {"scope": {"commonPropertiesId": 1}, "mplsTopLabelStackSection": ["000101", "000201"]}
    knowledge = said({"scope": {"interface": 7}, "interfaceName": "eth7"}, record)
    expected = [
        {
            "kind": "interface",
            "key": 7,
            "interfaceName": "eth7",
            "source": "options",
            "template_id": 300,
            "time": 100,
            "scope": {"interface": 7},
        },
        {
            "kind": "properties",
            "key": 1,
            "fields": {"mplsTopLabelStackSection": ["000101", "000201"]},
            "source": "options",
            "template_id": 300,
            "time": 101,
            "scope": {"commonPropertiesId": 1},
        },
    ]
    rows = knowledge.rows()
    assert rows == expected
    record["mplsTopLabelStackSection"].clear()  # type: ignore[attr-defined]
    rows[1]["fields"]["mplsTopLabelStackSection"].clear()
    rows[0]["scope"].clear()
    assert knowledge.rows() == expected


VALUE = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5) | st.booleans(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text("ab", min_size=1), each, max_size=3),
    max_leaves=5,
)
KEYS_AND_INTERVALS = [
    *("samplingInterval", "samplerRandomInterval", "samplingPacketInterval", "samplingPacketSpace", "samplingSize"),
    *("samplingPopulation", "samplingProbability", "samplerId", "selectorId", "interface", "ingressInterface"),
    *("lineCard", "template", "ingressVRFID", "applicationId", "commonPropertiesId", "ie999"),
]
NAMES = st.sampled_from([*sorted({name for values in VALUES.values() for name in values}), *KEYS_AND_INTERVALS])
FIELDS = st.dictionaries(NAMES, VALUE, max_size=6)


@given(st.lists(st.tuples(FIELDS, FIELDS | VALUE, st.sampled_from(["udp", "tcp"])), max_size=8))
def test_any_record_is_survived_and_comes_back_from_a_snapshot(records: list[tuple[Any, Any, str]]) -> None:
    ledger = Count(4)
    knowledge = Knowledge(ledger)
    for time, (fields, scope, transport) in enumerate(records):
        knowledge.learn({**fields, "scope": scope}, template_id=300, time=time, transport=transport)
        assert ledger.counted == len(knowledge) <= 4
    dump = json.loads(json.dumps(knowledge.dump()))
    restored = Knowledge(Count(4))
    restored.load(dump)
    assert repr(restored.rows()) == repr(knowledge.rows())  # repr: NaN is not equal to itself
    assert len(restored) == len(knowledge)
    assert repr(pickle.loads(pickle.dumps(knowledge)).rows()) == repr(knowledge.rows())


def test_a_dump_is_plain() -> None:
    knowledge = said({"scope": {"commonPropertiesId": 1, "scope6": b"\x01"}, "ie999": b"\xff\x00", "x": [{"y": b""}]})
    (row,) = knowledge.dump()
    assert_plain(row)
    assert row["fields"] == {"ie999": {"": "ff00"}, "x": [{"y": {"": ""}}]}
    restored = Knowledge(Count())
    restored.load([row])
    assert restored.rows() == knowledge.rows()
    assert restored.rows()[0]["fields"] == {"ie999": b"\xff\x00", "x": [{"y": b""}]}


def test_octets_become_what_the_one_who_loads_them_wants() -> None:
    stated = {"ie999": b"\xff\x00", "x": [{"y": b"", "z": "ff"}]}
    (row,) = said({"scope": {"commonPropertiesId": 1, "scope6": b"\x01"}, **stated}).dump()
    restored = Knowledge(Count())
    restored.load([row], octet_values="hex")
    (fact,) = restored.rows()
    assert fact["fields"] == {"ie999": "ff00", "x": [{"y": "", "z": "ff"}]}
    assert fact["scope"] == {"commonPropertiesId": 1, "scope6": "01"}


ROW = {
    "kind": "interface",
    "key": 7,
    "interfaceName": "eth7",
    "source": "options",
    "template_id": 300,
    "time": 100,
    "scope": {"interface": 7},
}


def test_a_row_is_loaded_in_place_of_what_was_known() -> None:
    knowledge = said({"scope": {"interface": 1}, "interfaceName": "old"})
    knowledge.load([ROW])
    assert knowledge.rows() == [ROW]
    assert len(knowledge) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "interfaces"},
        {"kind": ["interface"]},
        {"key": "7"},
        {"key": None},
        {"key": True},
        {"interfaceName": 5},
        {"interfaceNames": "x"},
        {"samplingInterval": 5},
        {"template_id": "300"},
        {"time": 1.5},
        {"scope": []},
        {"scope": {"x": {"": "zz"}}},
        {"scope": {"x": {1: 2}}},
        {"scope": {"x": {1, 2}}},
        {"kind": "sampler", "samplingInterval": 0, "interfaceName": None},
        {"kind": "properties"},
        {"kind": "domain_sampling"},
    ],
)
def test_rows_that_no_dump_has(wrong: dict[str, Any]) -> None:
    knowledge = said({"scope": {"interface": 1}, "interfaceName": "old"})
    before = knowledge.rows()
    with pytest.raises(UsageError, match="knowledge row 1"):
        knowledge.load([ROW, {**ROW, **wrong}])
    assert knowledge.rows() == before


COMMON = {name: value for name, value in ROW.items() if name != "interfaceName"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "mib_field", "key": "256:1", "mibObjectName": "ifIndex"},
        {"kind": "mib_field", "key": "256:1", "mibObjectIdentifier": None},
        {"kind": "application", "key": "", "applicationName": "dns"},
        *(
            {"kind": "properties", "key": 7, "age": 0, "interval": 0, "fields": {"protocolIdentifier": 6, name: 1}}
            for name in ("scope", "report")
        ),
    ],
)
def test_rows_of_other_kinds_that_no_dump_has(wrong: dict[str, Any]) -> None:
    """What is nearest to each is taken."""
    right: dict[str, dict[str, Any]] = {
        "mib_field": {"mibObjectIdentifier": "2b06"},
        "application": {"key": "6:53"},
        "properties": {"fields": {"protocolIdentifier": 6}},
    }
    knowledge = Knowledge(Count())
    with pytest.raises(UsageError, match="knowledge row 0"):
        knowledge.load([{**COMMON, **wrong}])
    knowledge.load([{**COMMON, **wrong, **right[wrong["kind"]]}])
    assert len(knowledge) == 1


@pytest.mark.parametrize("row", [None, [], "row", {}, {name: ROW[name] for name in ROW if name != "interfaceName"}])
def test_what_is_no_row(row: Any) -> None:
    with pytest.raises(UsageError, match="knowledge row 0"):
        Knowledge(Count()).load([row])


def test_a_snapshot_is_not_followed_into_the_depths() -> None:
    value: Any = "x"
    for _ in range(10_000):
        value = [value]
    with pytest.raises(UsageError, match="levels"):
        Knowledge(Count()).load([{**ROW, "scope": {"x": value}}])
