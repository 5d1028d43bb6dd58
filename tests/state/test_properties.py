"""Properties of properties: against a model, and at a cost that is bounded by what the datagram may give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.errors import UsageError
from netflowparse.state.facts import PROPERTIES, spelled
from netflowparse.state.knowledge import Fact, Knowledge
from netflowparse.state.properties import MOST_NAMED, MOST_PROPERTIES, Properties
from netflowparse.state.repetition import Repetition

ID = "commonPropertiesId"


class Budget:
    """So many values may be given."""

    def __init__(self, values_left: int) -> None:
        self.values_left = values_left


class Table(dict[str, Fact]):
    """Properties by their ids, and how often they were looked for."""

    lookups = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.lookups += 1
        return super().get(key, default)


class Unbounded:
    """A ledger without a limit."""

    def take(self) -> bool:
        return True

    def give(self, count: int) -> None:
        pass


def known(fields: dict[int, dict[str, Any]]) -> Table:
    """Properties with these *fields*."""
    return Table({spelled(number): Fact(PROPERTIES, number, values, 300, 0, {}) for number, values in fields.items()})


IDS = st.integers(0, 7)


@pytest.mark.fault("ST-22")
@pytest.mark.conformance("CPROP-7.2-01", "CPROP-7.2-02")
@given(st.dictionaries(IDS, st.lists(IDS, max_size=3)), st.lists(IDS, min_size=1, max_size=3))
def test_any_references(references: dict[int, list[int]], asked: list[int]) -> None:
    """Every property that can be reached gives its field; those in a circle are the ones that can reach themselves."""
    properties = Properties(known({each: {ID: ids, f"e{each}": each} for each, ids in references.items()}))
    flow: dict[str, Any] = {ID: asked}
    sources = properties.add(flow)

    def reached(numbers: list[int]) -> set[int]:
        found: set[int] = set()
        while new := [each for each in numbers if each not in found]:
            found.update(new)
            numbers = [more for each in new for more in references.get(each, [])]
        return found

    reachable = reached(asked)
    assert flow == {ID: asked} | {f"e{each}": each for each in reachable if each in references}
    assert sources == {f"e{each}": f"options:{ID}={each}" for each in reachable if each in references}
    assert set(properties.unresolved.values()) == reachable - references.keys()
    circular = {each for each in reachable if each in reached(references.get(each, []))}
    assert properties.circular.keys() <= circular
    assert bool(properties.circular) == bool(circular)
    assert properties.cut is False


@pytest.mark.parametrize("value", [None, "ff", True, [None, "5", 1.5], [], {}])
def test_what_is_no_id_refers_to_nothing(value: Any) -> None:
    properties = Properties(known({1: {"x": 1}}))
    flow = {ID: value}
    assert properties.add(flow) == {}
    assert flow == {ID: value}
    assert (properties.unresolved, properties.cut) == ({}, False)


class TestCosts:
    """Counted in lookups of properties: what an attacker can make of them."""

    @pytest.mark.fault("ST-22")
    def test_flows_that_refer_to_the_same(self) -> None:
        """Properties 0 to 31 refer to each other, each to all: looked up once for all flows."""
        table = known({each: {ID: list(range(MOST_PROPERTIES))} for each in range(MOST_PROPERTIES)})
        properties = Properties(table)
        for _ in range(1000):
            properties.add({ID: list(range(MOST_PROPERTIES))})
        assert table.lookups == MOST_PROPERTIES
        assert len(properties.circular) == MOST_NAMED

    def test_flows_that_refer_to_others(self) -> None:
        """No more lookups than values are left, whatever the flows ask for; then none at all."""
        table = known(
            {each: {ID: [(each * 31 + more) % 4096 for more in range(MOST_PROPERTIES)], "x": 1} for each in range(4096)}
        )
        budget = Budget(10_000)
        properties = Properties(table, budget)
        flows: list[dict[str, Any]] = [{ID: each} for each in range(4096)]
        for flow in flows:
            properties.add(flow)
        assert budget.values_left < 0
        assert 0 < table.lookups <= 10_000
        assert flows[0]["x"] == 1
        assert flows[-1] == {ID: 4095}

    def test_flows_that_refer_to_nothing(self) -> None:
        table, budget = known({}), Budget(10_000)
        properties = Properties(table, budget)
        for each in range(0, 1_000_000, MOST_PROPERTIES):
            properties.add({ID: list(range(each, each + MOST_PROPERTIES))})
        assert table.lookups <= 10_000 + MOST_PROPERTIES
        assert len(properties.unresolved) <= 10_000 + MOST_PROPERTIES

    @pytest.mark.parametrize(
        ("value", "cost"),
        [
            (5, 1),
            ("x" * 63, 1),
            ("x" * 64, 2),
            (b"x" * 6400, 101),
            ([], 1),
            ([1, 2, 3], 4),
            ({"semantic": "allOf", "values": [1, [2, {}], "x" * 128]}, 10),  # two lists and dicts each, 4 values, 2
        ],
    )
    def test_values_inside_values_count(self, value: Any, cost: int) -> None:
        """Once when the properties are looked up, and for each flow; a step to them is one more."""
        budget = Budget(1000)
        properties = Properties(known({1: {"x": value}}), budget)
        for flows in range(1, 4):
            assert properties.add({ID: 1}) == {"x": "options:commonPropertiesId=1"}
            assert budget.values_left == 1000 - 1 - cost - flows * cost

    def test_flows_that_refer_to_a_long_list(self) -> None:
        """A step and 10 times 10002 values: for their reading and for 9 of a thousand flows."""
        properties = Properties(known({1: {"x": [0] * 10_000, "y": 1}}), budget := Budget(100_021))
        flows: list[dict[str, Any]] = [{ID: 1} for _ in range(1000)]
        for flow in flows:
            properties.add(flow)
        assert [len(flow.get("x", ())) for flow in flows] == [10_000] * 9 + [0] * 991
        assert flows[-1] == {ID: 1}
        assert budget.values_left < 0

    def test_flows_that_refer_to_a_long_list_and_another_each(self) -> None:
        """What is looked up anew for each of them counts each time, though nothing of it is gained."""
        table = known({1: {"x": [0] * 10_000}})
        properties = Properties(table, Budget(100_000))
        for each in range(1000):
            properties.add({ID: [1, 1000 + each]})
        assert table.lookups < 20

    def test_a_list_of_references_without_end(self) -> None:
        """Of a flow's ids, and of a property's, so many are looked at."""
        table = known({1: {ID: [7] * MOST_PROPERTIES + [2]}, 2: {"x": 1}, 7: {"y": 1}})
        properties = Properties(table)
        flow: dict[str, Any] = {ID: 1}
        properties.add(flow)
        assert flow == {ID: 1, "y": 1}
        assert properties.cut is True


def learn(knowledge: Knowledge, number: int, **fields: Any) -> Any:
    """What happened to properties of which a record says this at the second *number*."""
    record = {"scope": {ID: 5}, **fields}
    return knowledge.learn(record, template_id=300, time=number, transport="udp", seconds=number, lifetime=60)


def test_ages_in_a_dump() -> None:
    knowledge = Knowledge(Unbounded())
    assert [learn(knowledge, second, x=1) for second in (0, 9, 29)] == [None, None, None]
    (row,) = knowledge.dump(40)
    assert (row["age"], row["interval"]) == (11, 20)  # 9 s are one repetition that came in two parts
    restored = Knowledge(Unbounded())
    restored.load([row], 100)
    assert restored.dump(100) == [row]
    assert restored.rows() == knowledge.rows()
    assert "age" not in restored.rows()[0]
    assert learn(restored, 89 + 60, x=2) == "replaced"
    assert learn(restored, 89 + 60 + 61, x=3) is None  # it has ended before


@pytest.mark.parametrize("wrong", [{"age": -1}, {"age": "1"}, {"age": True}, {"interval": -1}, {"interval": None}])
def test_ages_that_no_dump_has(wrong: dict[str, Any]) -> None:
    knowledge = Knowledge(Unbounded())
    learn(knowledge, 0, x=1)
    (row,) = knowledge.dump()
    with pytest.raises(UsageError, match="knowledge row 0: age or interval"):
        knowledge.load([{**row, **wrong}])
    del row["age"]
    with pytest.raises(UsageError, match="knowledge row 0: 'age'"):
        knowledge.load([row])


@pytest.mark.parametrize(
    ("lifetime", "age", "over"),
    [(None, 10**9, False), (0, 0, False), (0, 1, True), (60, 60, False), (60, 61, True), ("adapt", 10**9, False)],
)
def test_a_lifetime(lifetime: Any, age: int, over: bool) -> None:
    assert Repetition(5).outlived(lifetime, 5 + age) is over


def test_a_lifetime_of_intervals() -> None:
    repetition = Repetition(0)
    for seconds in 100, 109, 120, 220:  # 9 s are one repetition that came in two parts
        repetition.repeat(seconds)
    assert (repetition.seconds, repetition.interval) == (220, 100)
    assert repetition.outlived("adapt", 220 + 300) is False
    assert repetition.outlived("adapt", 220 + 301) is True
