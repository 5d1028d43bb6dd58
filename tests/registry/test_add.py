"""Registry.add: definitions of the caller's own, their keys, and what they replace."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.errors import RegistryError
from netflowparse.registry import Element, Registry
from tests.conftest import ROOT

from .rows import IANA_HEADINGS, VENDOR_HEADINGS, vendor_row


def test_add_csv_text_with_our_headings(registry):
    text = f"{VENDOR_HEADINGS},notes\n99999,7,myCounter,unsigned32,deltaCounter,packets,current,x\n99999,8,my,,,,\n"
    registry.add(text)
    assert registry.lookup(99999, 7) == Element(
        99999, 7, "myCounter", "myCounter", "unsigned32", "deltaCounter", "packets", "", "current"
    )
    assert registry.lookup(99999, 8).type == "octetArray"
    assert registry.find("my") == registry.lookup(99999, 8)


def test_add_csv_text_as_iana_publishes_it(registry):
    text = (
        f"\ufeff{IANA_HEADINGS}\r\n"
        "0,Reserved,,,,,,,[RFC5102]\r\n"
        "65-69,Assigned for NetFlow v9 compatibility,,,,,,,\r\n"
        "416,,,,deprecated,,,,\r\n"
        '1,octetDeltaCount,unsigned64,deltaCounter,current,"Octets,\r\n\r\n said ""so"".",octets,,[RFC5102]\r\n'
        '32000,"newElement\n",unsigned8,,current,,bits,0-7,\r\n'
        "32001-32767,Unassigned,,,,,,,\r\n"
    )
    registry.add(text)
    assert registry.lookup(0, 32000)[2:] == ("newElement", "newElement", "unsigned8", "", "bits", "0-7", "current")
    assert registry.lookup(29305, 32000).key == "reverseNewElement"
    assert registry.find("reverseNewElement").enterprise == 29305
    assert registry.lookup(0, 416) is None


def test_the_published_tables_can_be_added_again(registry):
    edition = registry.edition
    registry.add((ROOT / "iana" / "ipfix-information-elements.csv").read_text(encoding="utf-8"))
    for path in sorted((ROOT / "iana" / "vendor").glob("*.csv")):
        registry.add(path.read_text(encoding="utf-8"))
    assert registry.edition is edition


def test_add_elements_makes_their_keys_anew(registry):
    registry.add([Element(99999, 1, "octetDeltaCount", "anything", "unsigned8", "", "", "", "current")])
    assert registry.lookup(99999, 1).key == "pen99999_octetDeltaCount"
    assert registry.find("pen99999_octetDeltaCount") == registry.lookup(99999, 1)
    assert registry.find("octetDeltaCount").enterprise == 0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("connectionId", "pen99999_connectionId"),
        ("INGRESS_ACL_ID", "pen99999_INGRESS_ACL_ID"),
        ("reverseOctetDeltaCount", "pen99999_reverseOctetDeltaCount"),
        ("USER_ID", "pen99999_USER_ID"),
        ("ie5", "pen99999_ie5"),
        ("scope3", "pen99999_scope3"),
        ("pen9_ie5", "pen99999_pen9_ie5"),
        ('a "quoted" {name}', 'a "quoted" {name}'),
        ("größe", "größe"),
        ("n" * 255, "n" * 255),
        ("pen99999_ie6", "pen99999_ie6"),  # which it has without a name
    ],
)
def test_keys_of_added_enterprise_elements(registry, name, key):
    registry.add([vendor_row(name=name, element_id=6)])
    assert registry.lookup(99999, 6).key == key
    assert registry.find(key).name == name


def test_two_enterprises_may_add_the_same_name(registry):
    registry.add([vendor_row(99998), vendor_row(99999)])
    assert [registry.lookup(pen, 7).key for pen in (99998, 99999)] == ["myCounter", "pen99999_myCounter"]


def test_an_element_0_is_a_vendors_right_but_not_ianas(registry):
    registry.add([vendor_row(element_id=0)])
    assert registry.lookup(99999, 0).key == "myCounter"
    with pytest.raises(RegistryError, match="row 1: id is 0, expected 1 to 32767"):
        registry.add([vendor_row(0, 0)])


def test_an_identical_definition_again_changes_nothing(registry):
    registry.add([vendor_row(), vendor_row()])
    edition = registry.edition
    registry.add([vendor_row(), registry.lookup(99999, 7), registry.lookup(29305, 1), registry.lookup(0, 8)])
    assert registry.edition is edition


def test_replace(registry):
    edition = registry.edition
    registry.add([vendor_row(0, 8, "myAddress", "unsigned32")], replace=True)
    assert registry.edition is not edition
    assert registry.lookup(0, 8).key == "myAddress"
    assert registry.find("sourceIPv4Address") is None
    assert registry.find("reverseMyAddress") == registry.lookup(29305, 8)
    registry.add([vendor_row(0, 8, "yourAddress")], replace=True)
    assert registry.find("myAddress") is None
    assert registry.find("yourAddress").id == 8
    registry.add([vendor_row(0, 8, "YourAddress")], replace=True)
    assert registry.find("reverseYourAddress").id == 8


def test_replacing_a_type_keeps_the_key(registry):
    registry.add([vendor_row(9, 12242, "connectionId", "unsigned64")], replace=True)
    assert registry.lookup(9, 12242)[3:5] == ("pen9_connectionId", "unsigned64")


def test_what_nobody_published_may_be_completed(registry):
    registry.add([vendor_row(9, 12175, "BYTE_DISTRIBUTION_FMT", "unsigned8")])
    assert registry.lookup(9, 12175).type == "unsigned8"
    registry.add([vendor_row(5951, 270, "nowNamed", "unsigned32")])
    assert registry.find("nowNamed") == registry.lookup(5951, 270)
    assert registry.find("pen5951_ie270") is None
    with pytest.raises(RegistryError, match="is nowNamed unsigned32"):
        registry.add([vendor_row(5951, 270, "namedAgain", "unsigned32")])


def test_what_a_caller_adds_is_seen_by_netflow9(registry):
    registry.add([vendor_row(0, 65, "ciscoFlags", "unsigned16")])
    registry.add([vendor_row(9, 234, "FW_EXT_EVENT", "unsigned32")], replace=True)
    assert registry.netflow9(65).key == "ciscoFlags"
    assert registry.netflow9(33002).type == "unsigned32"


def test_registries_do_not_see_each_other(registry):
    registry.add([vendor_row(), vendor_row(0, 8, "mine")], replace=True)
    other = Registry()
    assert other.lookup(99999, 7) is None
    assert other.lookup(0, 8).key == "sourceIPv4Address"
    assert other.find("mine") is None


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda registry: pickle.loads(pickle.dumps(registry))])
def test_copies_hold_the_same_and_are_independent(registry, clone):
    registry.add([vendor_row()])
    copied = clone(registry)
    copied.add([vendor_row(element_id=8, name="another")])
    assert copied.lookup(99999, 7) == registry.lookup(99999, 7)
    assert copied.find("another").id == 8
    assert registry.find("another") is None


def test_the_edition_stays_known_inside_one_pickle(registry):
    copied, edition = pickle.loads(pickle.dumps((registry, registry.edition)))
    assert copied.edition is edition


def test_a_registry_says_how_much_was_added(registry):
    assert repr(registry) == "<Registry: 0 elements added>"
    registry.add([vendor_row()])
    assert repr(registry) == "<Registry: 1 element added>"
    registry.add([vendor_row(), vendor_row(0, 8, "mine")], replace=True)
    assert repr(registry) == "<Registry: 2 elements added>"


NAMES = st.sampled_from(
    [
        "a",
        "b",
        "reverseA",
        "reverseB",
        "A",
        "connectionId",
        "octetDeltaCount",
        "pen9_a",
        "pen10_a",
        "ie1",
        "ie600",
        "x y",
    ]
)
ADDITIONS = st.tuples(st.sampled_from([0, 9, 10]), st.sampled_from([1, 600, 601, 12242]), NAMES, st.booleans())


@given(st.lists(ADDITIONS, max_size=12))
def test_keys_stay_unique_whatever_is_added(additions):
    registry = Registry()
    for enterprise, element_id, name, replace in additions:
        before = registry.lookup(enterprise, element_id)
        try:
            registry.add([vendor_row(enterprise, element_id, name)], replace=replace)
        except RegistryError:
            assert registry.lookup(enterprise, element_id) == before
        else:
            assert registry.lookup(enterprise, element_id).name == name
    for identity in [(pen, number) for pen in (0, 9, 10, 29305) for number in (1, 600, 601, 12242)]:
        element = registry.lookup(*identity)
        assert element is None or registry.find(element.key) == element
