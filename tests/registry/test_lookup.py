"""Registry: elements by number and by key, and NetFlow v9's numbers."""

import csv
import enum

import pytest

from netflowparse.errors import UsageError, WrongType
from netflowparse.registry import Element, Registry, published
from tests.conftest import SHARED

REVERSE_ROWS = SHARED / "iana" / "vendor" / "29305-reverse.csv"


# Numbers.


@pytest.mark.conformance("INFO-2.1-01")
def test_an_element_of_iana_has_all_its_columns(registry):
    assert registry.lookup(0, 8) == Element(
        0, 8, "sourceIPv4Address", "sourceIPv4Address", "ipv4Address", "default", "", "", "current"
    )
    assert registry.lookup(0, 9).range == "0-32"
    assert registry.lookup(0, 1).units == "octets"
    assert registry.lookup(0, 34).status == "deprecated"
    assert registry.lookup(0, 8).known


@pytest.mark.conformance("INFO-2.1-02")
@pytest.mark.parametrize(
    ("enterprise", "element_id", "key", "data_type"),
    [
        (9, 234, "FW_EXT_EVENT", "unsigned16"),
        (9, 12242, "pen9_connectionId", "unsigned32"),
        (5951, 133, "pen5951_connectionId", "unsigned32"),
        (12276, 3, "pen12276_flowId", "unsigned64"),
        (3054, 176, "pen3054_reverseOctetDeltaCount", "unsigned64"),
        (5951, 270, "pen5951_ie270", "unsigned32"),
        (35632, 78, "CLIENT_TCP_FLAGS", "unsigned8"),
        (6871, 16398, "reverseInitialTCPFlags", "unsigned16"),
        (9, 12175, "BYTE_DISTRIBUTION_FMT", "octetArray"),
    ],
)
def test_keys_of_enterprise_elements(registry, enterprise, element_id, key, data_type):
    element = registry.lookup(enterprise, element_id)
    assert (element.key, element.type) == (key, data_type)
    assert registry.find(key) == element


def test_a_shared_name_stays_the_published_name(registry):
    assert registry.lookup(9, 12242).name == "connectionId"
    assert registry.find("connectionId") is None


def test_unknown_numbers_have_a_key_made_of_them(registry):
    assert registry.lookup(0, 1234) is None
    assert registry.lookup(99999, 1) is None
    element = registry.element(0, 1234)
    assert (element.key, element.name, element.type, element.status) == ("ie1234", "ie1234", "octetArray", "unknown")
    assert not element.known
    assert registry.element(35632, 32000).key == "pen35632_ie32000"


@pytest.mark.conformance("INFO-4-01")
@pytest.mark.parametrize("element_id", [0, 65, 69, 97, 105, 127, 416, 419, 32000, 32767])
def test_reserved_and_unassigned_numbers_are_unknown(registry, element_id):
    assert registry.element(0, element_id).key == f"ie{element_id}"
    assert registry.netflow9(element_id).key == f"ie{element_id}"


@pytest.mark.conformance("BIFLOW-6.1-01")
def test_reverse_elements(registry):
    reverse = registry.lookup(29305, 1)
    assert (reverse.enterprise, reverse.id, reverse.key) == (29305, 1, "reverseOctetDeltaCount")
    assert (reverse.type, reverse.semantics, reverse.units) == ("unsigned64", "deltaCounter", "octets")
    assert registry.lookup(29305, 236).name == "reverseVRFname"
    assert registry.find("reverseVRFname") == registry.lookup(29305, 236)
    assert registry.find("reverseOctetDeltaCount") == reverse
    assert registry.lookup(29305, 1234) is None
    assert registry.element(29305, 1234).key == "pen29305_ie1234"


def test_there_is_no_reverse_of_a_reverse_nor_of_a_bare_number(registry):
    assert registry.find("reverse") is None
    assert registry.find("reverseReverseOctetDeltaCount") is None
    assert registry.find("reverseStreamcore_wan_rtt") is None
    assert registry.find("reverse" * 10_000) is None


@pytest.mark.skipif(not REVERSE_ROWS.exists(), reason="the shared facts are not beside this repository")
def test_reverse_names_are_the_published_ones(registry):
    with open(REVERSE_ROWS, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 502
    for row in rows:
        element = registry.lookup(29305, int(row["element_id"]))
        assert element.reversible is (row["reversible"] == "yes")
        assert element.type == row["data_type"]
        if element.reversible:
            assert (element.name, element.key) == (row["name"], row["name"])


@pytest.mark.conformance("BIFLOW-6.1-02")
def test_the_reverse_of_what_has_no_reverse_is_kept(registry):
    reverse = registry.lookup(29305, 148)
    assert (reverse.key, reverse.reversible) == ("reverseFlowId", False)
    assert not registry.lookup(0, 148).reversible
    assert registry.lookup(29305, 1).reversible
    assert registry.lookup(9, 234).reversible


# NetFlow v9.


@pytest.mark.parametrize(
    ("field_type", "key", "data_type"),
    [
        (8, "sourceIPv4Address", "ipv4Address"),
        (89, "forwardingStatus", "unsigned32"),
        (101, "classificationEngineId", "unsigned8"),
        (148, "flowId", "unsigned64"),
        (533, "pathDelaySumDeltaMicroseconds", "unsigned64"),
        (20000, "wlan_id", "unsigned16"),
        (8192, "streamcore_wan_rtt", "unsigned32"),
        (24630, "NAT_LOG_FIELD_IDX_ASSIGN_TS_SEC", "octetArray"),
        (33000, "INGRESS_ACL_ID", "octetArray"),
        (33002, "FW_EXT_EVENT", "unsigned16"),
        (33616, "TCP_FLAGS", "unsigned8"),
        (40000, "AAA_USERNAME", "string"),
        (40001, "postNATSourceIPv4Address", "ipv4Address"),
        (40005, "firewallEvent", "unsigned8"),
        (45010, "pen9_connectionId", "unsigned32"),
        (56701, "pen25461_APP_ID", "string"),
        (56702, "USER_ID", "string"),
        (57550, "CLIENT_TCP_FLAGS", "unsigned8"),
        (33999, "ie33999", "octetArray"),
        (32769, "ie32769", "octetArray"),
        (65535, "ie65535", "octetArray"),
    ],
)
def test_netflow9_numbers(registry, field_type, key, data_type):
    element = registry.netflow9(field_type)
    assert (element.key, element.type) == (key, data_type)


def test_an_enterprise_element_is_the_same_in_netflow9_and_ipfix(registry):
    assert registry.netflow9(33002) == registry.lookup(9, 234)
    assert registry.netflow9(57550) == registry.lookup(35632, 78)


def test_a_bare_netflow9_number_carries_its_vendor(registry):
    assert registry.netflow9(56702)[:3] == (25461, 56702, "USER_ID")
    assert registry.find("USER_ID") == registry.netflow9(56702)
    assert registry.lookup(25461, 56702) is None


def test_netflow9_scopes(registry):
    keys = [registry.netflow9_scope(number).key for number in range(1, 7)]
    assert keys == ["system", "interface", "lineCard", "cache", "template", "scope6"]
    assert registry.netflow9_scope(2).type == "unsigned32"
    assert registry.netflow9_scope(6).type == "octetArray"
    assert not registry.netflow9_scope(6).known


# The caller's mistakes.


@pytest.mark.parametrize(
    "call",
    [
        lambda registry: registry.lookup("0", 8),
        lambda registry: registry.element(0, None),
        lambda registry: registry.netflow9("8"),
        lambda registry: registry.netflow9_scope([]),
        lambda registry: registry.find(8),
    ],
)
def test_wrong_kinds(registry, call):
    with pytest.raises(WrongType) as caught:
        call(registry)
    assert isinstance(caught.value, (UsageError, TypeError))


def test_numbers_may_be_of_a_kind_of_int(registry):
    number = enum.IntEnum("number", {"sourceIPv4Address": 8}).sourceIPv4Address
    assert registry.lookup(False, number) == registry.lookup(0, 8)
    assert registry.element(0, number) == registry.netflow9(number) == registry.lookup(0, 8)
    assert registry.netflow9_scope(True) == registry.netflow9_scope(1)


@pytest.mark.parametrize(
    ("enterprise", "element_id", "is_open"),
    [
        (0, 8, False),
        (0, 32000, False),  # IANA's space is IANA's
        (29305, 1, False),
        (29305, 32000, False),
        (9, 12235, False),
        (9, 4245, True),  # published without a type
        (9, 32000, True),
        (9999, 1, True),
    ],
)
def test_elements_that_exporters_may_describe(registry, enterprise, element_id, is_open):
    assert registry.is_open(enterprise, element_id) is is_open


def test_what_the_caller_defines_nobody_else_does(registry):
    registry.add("pen,element_id,name,data_type\n9999,1,mine,\n")
    assert (registry.is_open(9999, 1), registry.is_open(9999, 2)) == (False, True)


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize("one", [True, Number.ONE])
def test_numbers_are_plain_whatever_they_were_asked_by(one):
    """What is published is made once for the process."""
    published._made.cache_clear()
    published._made_netflow9.cache_clear()
    for ask in (lambda number: Registry().element(0, number), Registry().netflow9):
        for number in (one, 1):
            element = ask(number)
            assert (element.key, element.id, type(element.id)) == ("octetDeltaCount", 1, int)
