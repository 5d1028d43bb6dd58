"""What one exporter has said of elements: kept, bounded, merged, and never used once it contradicts itself."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from netflowparse import Decoder, Limits, SnapshotError
from netflowparse.state.elements import LearnedElement, LearnedElements, merge_elements
from tests import message_builder as build

TIME = build.EXPORT_TIME
DEPTH = LearnedElement(9999, 1, "depth", "depth", "unsigned32", "quantity", "packets", "0-9", 100)
FIELDS = [(9999, 1, 4), (9999, 2, 4)]
VALUES = bytes.fromhex("00000005 00000006")


class Count:
    """A ledger that allows *most*."""

    def __init__(self, most: int = 10) -> None:
        self.left = most

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def give(self, count: int) -> None:
        raise AssertionError("nothing is given back")


def learned(*elements: LearnedElement, most: int = 10) -> LearnedElements:
    """A store that has been told these."""
    store = LearnedElements(Count(most))
    for element in elements:
        store.learn(element)
    return store


def test_repetitions_change_nothing_but_the_time() -> None:
    store = learned(DEPTH)
    edition = store.edition
    assert store.learn(DEPTH._replace(time=200, key="ignored")) == "repeated"
    assert store.edition is edition
    assert list(store) == [DEPTH._replace(time=200)]
    assert list(store.keys) == ["depth"]


def test_parts_that_are_not_stated_are_filled_in() -> None:
    bare = DEPTH._replace(name="", semantics="", units="", range="", key="pen9999_ie1")
    store = learned(bare)
    edition = store.edition
    assert store.learn(DEPTH) == "repeated"
    assert store.get(9999, 1) == DEPTH._replace(key="pen9999_ie1")
    assert store.edition is edition  # read as before
    assert store.learn(bare) == "repeated"
    assert store.get(9999, 1) == DEPTH._replace(key="pen9999_ie1")


@pytest.mark.conformance("TYPEREC-3.9-05")
@pytest.mark.parametrize("part", ["name", "type", "semantics", "units", "range"])
def test_another_statement_ends_both(part: str) -> None:
    store = learned(DEPTH)
    edition = store.edition
    assert store.learn(DEPTH._replace(**{part: "other"}, time=101)) == "conflicting"
    assert store.edition is not edition
    assert store.get(9999, 1) == DEPTH._replace(time=101, conflicting=True)
    edition = store.edition
    assert store.learn(DEPTH) == "conflicting"
    assert store.edition is edition


@pytest.mark.conformance("TYPEREC-4-02")
def test_no_more_than_the_ledger_allows() -> None:
    store = learned(*(DEPTH._replace(id=number) for number in range(1, 6)), most=3)
    assert [element.id for element in store] == [1, 2, 3]
    assert store.learn(DEPTH._replace(id=4)) == "refused"
    assert store.get(9999, 4) is None
    assert store.learn(DEPTH._replace(id=3)) == "repeated"


def test_what_is_learned_on_trial_does_not_stay() -> None:
    store = learned(DEPTH)
    before = list(store), list(store.keys), store.edition
    trial = store.on_trial(Count())
    assert trial.edition is store.edition
    assert trial.learn(DEPTH._replace(id=2, key="more")) == "learned"
    assert trial.learn(DEPTH._replace(type="string")) == "conflicting"
    assert ("more" in trial.keys, "depth" in trial.keys) == (True, True)
    assert (list(store), list(store.keys), store.edition) == before


def test_two_collectors_descriptions_become_one() -> None:
    other = DEPTH._replace(id=2)
    one = {(9999, 1): DEPTH, (9999, 2): other, (9999, 3): DEPTH._replace(id=3, conflicting=True)}
    merge_elements(
        one,
        {
            (9999, 1): DEPTH._replace(time=300, name="", key="pen9999_ie1"),
            (9999, 2): other._replace(type="signed32"),
            (9999, 3): DEPTH._replace(id=3),
            (9999, 4): DEPTH._replace(id=4),
        },
    )
    assert one == {
        (9999, 1): DEPTH._replace(time=300),
        (9999, 2): other._replace(conflicting=True),
        (9999, 3): DEPTH._replace(id=3, conflicting=True),
        (9999, 4): DEPTH._replace(id=4),
    }


TYPES = build.set_of(3, build.options_template(400, [(346, 4), (303, 2)], [(339, 1), (341, 65535)]))


def said(number: int, name: bytes, data_type: int = 3) -> bytes:
    """A set of one type record."""
    octets = (9999).to_bytes(4, "big") + number.to_bytes(2, "big") + bytes((data_type,))
    return build.set_of(400, octets + build.variable(name))


def snapshot_of(*sets: bytes, time: int = 0) -> Any:
    """What a decoder remembers after a message of type records."""
    decoder = Decoder()
    decoder.decode(build.ipfix_message(TYPES, *sets, exportTime=TIME + time), "r1")
    return decoder.snapshot()


def flow_of(decoder: Decoder) -> dict[str, Any]:
    """A flow of both elements."""
    sets = build.set_of(2, build.template(256, FIELDS)), build.set_of(256, VALUES)
    (flow,) = decoder.decode(build.ipfix_message(*sets, exportTime=TIME + 9), "r1")["flows"]
    return flow


@pytest.mark.conformance("LIB-11")
def test_a_snapshot_has_them() -> None:
    (exporter,) = snapshot_of(said(1, b"depth"), said(2, b"level"), said(2, b"height"))["exporters"]
    assert exporter["elements"] == [
        {
            "enterprise": 9999,
            "id": 1,
            "key": "depth",
            "name": "depth",
            "type": "unsigned32",
            "semantics": "",
            "units": "",
            "range": "",
            "time": TIME,
            "conflicting": False,
        },
        {
            "enterprise": 9999,
            "id": 2,
            "key": "level",
            "name": "level",
            "type": "unsigned32",
            "semantics": "",
            "units": "",
            "range": "",
            "time": TIME,
            "conflicting": True,
        },
    ]
    assert Decoder().snapshot()["exporters"] == []


@pytest.mark.conformance("LIB-11", "TYPEREC-3.9-05")
def test_several_snapshots() -> None:
    one, other = snapshot_of(said(1, b"depth")), snapshot_of(said(1, b"depth"), said(2, b"level"), time=5)
    assert flow_of(Decoder.restore(one, other)) == {"depth": 5, "level": 6}
    contrary = snapshot_of(said(1, b"depth", 7))
    assert flow_of(Decoder.restore(other, contrary)) == {"pen9999_ie1": "00000005", "level": 6}
    same_name = snapshot_of(said(2, b"depth"))
    assert flow_of(Decoder.restore(one, same_name)) == {"depth": 5, "pen9999_depth": 6}


@pytest.mark.conformance("LIB-11")
def test_no_more_than_the_limits_of_who_restores() -> None:
    snapshot = snapshot_of(said(1, b"depth"), said(2, b"level"))
    assert flow_of(Decoder.restore(snapshot, limits=Limits(facts_per_exporter=1))) == {
        "depth": 5,
        "pen9999_ie2": "00000006",
    }


@pytest.mark.fault("ST-23")
@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("enterprise", 0, r"elements\[0\].enterprise: 0; expected a whole number from 1"),
        ("enterprise", 29305, "element 29305:1: no element that an exporter can describe"),
        ("enterprise", "9999", r"elements\[0\].enterprise: '9999'"),
        ("id", 0, r"elements\[0\].id: 0"),
        ("id", 0x8000, r"elements\[0\].id: 32768"),
        ("name", "n" * 256, r"elements\[0\].name: 'n+'; expected text of at most 255 octets"),
        ("name", "ß" * 128, "expected text of at most 255 octets"),
        ("name", "a\0b", r"elements\[0\].name"),
        ("name", 1, r"elements\[0\].name: 1"),
        ("key", "k" * 65, r"elements\[0\].key"),
        ("type", "string " * 9, r"elements\[0\].type"),
        ("type", "text", "elements of exporter 'r1': element 9999:1: 'text' is no word"),
        ("type", "", "no element that an exporter can describe"),
        ("semantics", "flag", "'flag' is no word"),
        ("units", "bytes", "'bytes' is no word"),
        ("range", "0..9", r"elements\[0\].range: '0..9'; expected two whole numbers"),
        ("range", "1" * 20 + "-" + "1" * 21, r"elements\[0\].range"),
        ("time", -1, r"elements\[0\].time: -1"),
        ("conflicting", None, r"elements\[0\].conflicting: None"),
        ("more", 1, r"elements\[0\]: key 'more'"),
    ],
)
def test_spoiled_snapshots_are_refused(part: str, value: Any, message: str) -> None:
    snapshot = snapshot_of(said(1, b"depth"))
    snapshot["exporters"][0]["elements"][0][part] = value
    with pytest.raises(SnapshotError, match=message):
        Decoder.restore(snapshot)


@pytest.mark.fault("ST-23")
def test_spoiled_combinations_and_lists_are_refused() -> None:
    snapshot = snapshot_of(said(1, b"depth", 13))
    snapshot["exporters"][0]["elements"][0]["semantics"] = "totalCounter"
    with pytest.raises(SnapshotError, match="string with semantics totalCounter"):
        Decoder.restore(snapshot)
    elements = snapshot_of(said(1, b"depth"))
    elements["exporters"][0]["elements"] *= 2
    with pytest.raises(SnapshotError, match=r"elements\[1\]: a dict of 10; expected an element that is not there"):
        Decoder.restore(elements)
    elements["exporters"][0]["elements"] = {}
    with pytest.raises(SnapshotError, match=r"exporters\[0\].elements: a dict of 0; expected a list"):
        Decoder.restore(elements)


@pytest.mark.fault("ST-23", "ST-19")
@pytest.mark.parametrize(
    ("name", "key", "restored"),
    [
        ("depth", "scope", "depth"),
        ("depth", "sourceIPv4Address", "depth"),
        ("depth", "x\ny", "depth"),
        ("depth", "pen9999_depth", "pen9999_depth"),
        ("depth", "pen9999_ie1", "pen9999_ie1"),
        ("depth", "pen9999_ie2", "depth"),
        ("depth", "", "depth"),
        ("scope", "scope", "pen9999_scope"),
        ("octetDeltaCount", "octetDeltaCount", "pen9999_octetDeltaCount"),
    ],
)
def test_keys_are_only_kept_where_they_could_have_been_given(name: str, key: str, restored: str) -> None:
    snapshot = copy.deepcopy(snapshot_of(said(1, b"depth")))
    snapshot["exporters"][0]["elements"][0].update(name=name, key=key)
    assert list(flow_of(Decoder.restore(snapshot))) == [restored, "pen9999_ie2"]
