"""Registry: elements by number and by key, NetFlow v9's numbers, labels, and what callers add."""

import copy
import csv
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse.errors import RegistryError, UsageError, WrongType
from netflowparse.registry import Element, Registry

ROOT = Path(__file__).parents[2]
REVERSE_ROWS = ROOT.parent / "shared" / "iana" / "vendor" / "29305-reverse.csv"
VENDOR_HEADINGS = "pen,element_id,name,data_type,semantics,units,status"
IANA_HEADINGS = "ElementID,Name,Abstract Data Type,Data Type Semantics,Status,Description,Units,Range,References"


@pytest.fixture
def registry():
    return Registry()


def vendor_row(pen=99999, element_id=7, name="myCounter", data_type="unsigned32", **more):
    return {"pen": pen, "element_id": element_id, "name": name, "data_type": data_type, **more}


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
@pytest.mark.parametrize("element_id", [0, 65, 69, 97, 105, 127, 416, 419, 534, 32767])
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


def test_what_a_caller_adds_is_seen_by_netflow9(registry):
    registry.add([vendor_row(0, 65, "ciscoFlags", "unsigned16")])
    registry.add([vendor_row(9, 234, "FW_EXT_EVENT", "unsigned32")], replace=True)
    assert registry.netflow9(65).key == "ciscoFlags"
    assert registry.netflow9(33002).type == "unsigned32"


def test_netflow9_scopes(registry):
    keys = [registry.netflow9_scope(number).key for number in range(1, 7)]
    assert keys == ["system", "interface", "lineCard", "cache", "template", "scope6"]
    assert registry.netflow9_scope(2).type == "unsigned32"
    assert registry.netflow9_scope(6).type == "octetArray"
    assert not registry.netflow9_scope(6).known


# Labels and descriptions.


@pytest.mark.parametrize(
    ("element", "value", "label"),
    [
        ("flowEndReason", 1, "idle timeout"),
        ("flowEndReason", 6, None),
        ("reverseFlowEndReason", 1, "idle timeout"),
        ("mplsTopLabelType", 3, "VPN"),
        ("forwardingStatus", 0, "Unknown"),
        ("forwardingStatus", 64, "Forwarded: Unknown"),
        ("forwardingStatus", 0x82, "Dropped: ACL drop"),
        ("forwardingStatus", 0xC1, "Consumed: Punt Adjacency"),
        ("forwardingStatus", 0x45, None),
        ("classificationEngineId", 21, "Qosmos ixEngine"),
        ("natOriginatingAddressRealm", 1, "private"),
        ("natOriginatingAddressRealm", 2, "public"),
        ("natEvent", 4, "NAT44 session create"),
        ("firewallEvent", 3, "Flow Denied"),
        ("biflowDirection", 1, "initiator"),
        ("observationPointType", 3, "Vlan"),
        ("anonymizationTechnique", 3, "Binning"),
        ("natType", 4, "IPv4-->IPv4 (no NAT)"),
        ("valueDistributionMethod", 7, "Direct"),
        ("flowSelectorAlgorithm", 6, "Hash-based Filtering using BOB"),
        ("dataLinkFrameType", 1, "IEEE802.3 ETHERNET"),
        ("mibCaptureTimeSemantics", 4, "average"),
        ("natQuotaExceededEvent", 1, "Maximum session entries"),
        ("natThresholdEvent", 1, "Address pool high threshold event"),
        ("srhIPv6ActiveSegmentType", 4, "IS-IS Segment Routing"),
        ("srhSegmentIPv6EndpointBehavior", 5, "End.X"),
        ("informationElementDataType", 23, "unsigned256"),
        ("informationElementSemantics", 3, "deltaCounter"),
        ("informationElementUnits", 9, "4-octet words"),
        ("selectorAlgorithm", 1, "Systematic count-based Sampling"),
        ("protocolIdentifier", 6, "TCP"),
        ("protocolIdentifier", 61, "any host internal protocol"),
        ("protocolIdentifier", 200, None),
        ("nextHeaderIPv6", 58, "IPv6-ICMP"),
        ("ethernetType", 0x0800, "IPv4"),
        ("icmpTypeIPv4", 3, "Destination unreachable"),
        ("icmpTypeCodeIPv4", 3 * 256 + 1, "Host unreachable"),
        ("icmpTypeCodeIPv4", 8 * 256, "Echo (ping) request"),
        ("icmpTypeIPv6", 135, "Neighbor Solicitation"),
        ("icmpTypeCodeIPv6", 1 * 256 + 4, "Port unreachable"),
        ("igmpType", 0x16, "Membership Report v2"),
        ("dot1qPriority", 5, "Voice"),
        ("samplingAlgorithm", 2, "random"),
        ("engineType", 1, "VIP/line card"),
        ("flowDirection", 1, "egress"),
        ("bgpValidityState", 255, "not available"),
        ("dataRecordsReliability", 1, "true"),
        ("dataRecordsReliability", True, "true"),
        ("dataRecordsReliability", False, "false"),
        ("FW_EXT_EVENT", 1001, "denied by ingress ACL"),
        ("ipv6ExtensionHeaders", 1, None),
        ("octetDeltaCount", 1, None),
        ("noSuchElement", 1, None),
        ("reverseNoSuchElement", 1, None),
    ],
)
def test_labels_of_values(registry, element, value, label):
    assert registry.label(element, value) == label


@pytest.mark.conformance("INFO-3.2.5-01")
@pytest.mark.parametrize(
    ("element", "value", "label"),
    [
        ("tcpControlBits", 0x12, "SYN|ACK"),
        ("tcpControlBits", 0x1FF, "FIN|SYN|RST|PSH|ACK|URG|ECE|CWR|AE"),
        ("tcpControlBits", 0x402, "SYN|0x400"),
        ("tcpControlBits", 0x400, None),
        ("tcpControlBits", 0, ""),
        ("tcpControlBits", -1, None),
        ("reverseTcpControlBits", 0x01, "FIN"),
        ("fragmentFlags", 0x60, "MF|DF"),
        ("anonymizationFlags", 0x0006, "SC=2|PmA"),
        ("isMulticast", 0xE1, "MCv4|IPv6 multicast scope=14"),
        ("ipv4Options", 1 << 7, "RR"),
        ("ipv6ExtensionHeadersFull", 0x22, "HOP|RH"),
    ],
)
def test_labels_of_flags(registry, element, value, label):
    assert registry.label(element, value) == label


def test_describe(registry):
    assert registry.describe("natOriginatingAddressRealm") == {
        "name": "natOriginatingAddressRealm",
        "key": "natOriginatingAddressRealm",
        "enterprise": 0,
        "organisation": "IANA",
        "id": 229,
        "type": "unsigned8",
        "semantics": "identifier",
        "units": "",
        "range": "1-2",
        "status": "current",
        "labels": {1: "private", 2: "public"},
    }
    assert registry.describe((9, 12242))["organisation"] == "ciscoSystems"
    assert registry.describe((29305, 6))["labels"][2] == "SYN"
    assert registry.describe("octetDeltaCount")["labels"] == {}


def test_a_description_is_the_readers_own(registry):
    registry.describe("flowEndReason")["labels"].clear()
    assert registry.label("flowEndReason", 1) == "idle timeout"


@pytest.mark.parametrize("what", ["noSuchElement", "ie1234", (0, 1234), (99999, 1)])
def test_describe_refuses_what_is_unknown(registry, what):
    with pytest.raises(RegistryError, match="no element"):
        registry.describe(what)


# What callers add.


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
        '534,"newElement\n",unsigned8,,current,,bits,0-7,\r\n'
        "535-32767,Unassigned,,,,,,,\r\n"
    )
    registry.add(text)
    assert registry.lookup(0, 534)[2:] == ("newElement", "newElement", "unsigned8", "", "bits", "0-7", "current")
    assert registry.lookup(29305, 534).key == "reverseNewElement"
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


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (vendor_row(data_type="uint32"), "row 1: type is 'uint32', expected one of basicList, boolean"),
        (vendor_row(semantics="sum"), "row 1: semantics is 'sum', expected one of default"),
        (vendor_row(units="bytes"), "row 1: units is 'bytes', expected one of 4-octet words"),
        (vendor_row(status="fresh"), "row 1: status is 'fresh', expected one of current, deprecated"),
        (vendor_row(element_id=32768), "row 1: id is 32768, expected 0 to 32767"),
        (vendor_row(element_id="7-9"), "row 1: id is '7-9', expected a number"),
        (vendor_row(element_id=-1), "row 1: id is '-1', expected a number"),
        (vendor_row(element_id=10**5000), "row 1: id is 'a number of 16610 bits"),
        (vendor_row(pen=2**32), "row 1: enterprise is 4294967296, expected 0 to 4294967295"),
        (vendor_row(name=""), "row 1: name is ''"),
        (vendor_row(name="two\nlines"), r"row 1: name is 'two\\nlines'"),
        (vendor_row(name="n" * 256), r"\(256 characters\), expected 1 to 255"),
        (vendor_row(name="scope"), "row 1: name is 'scope', a reserved word"),
        (vendor_row(0, 8), "row 1: element 8 is sourceIPv4Address ipv4Address default current, found myCounter"),
        (vendor_row(9, 234, "FW_EXT_EVENT", "string"), "row 1: element 234 of enterprise 9 is FW_EXT_EVENT unsigned16"),
        (vendor_row(0, 600, "octetDeltaCount"), "row 1: name is 'octetDeltaCount', the key of element 1;"),
        (vendor_row(0, 600, "INGRESS_ACL_ID"), "the key of element 232 of enterprise 9"),
        (vendor_row(0, 600, "reverseOctetDeltaCount"), "the key of element 1 of enterprise 29305"),
        (vendor_row(0, 600, "initialTCPFlags"), "the key of element 14 of enterprise 6871"),
        (
            vendor_row(0, 600, "ie601"),
            "name is 'ie601', of the form of keys made of numbers; expected a name of its own",
        ),
        (vendor_row(29305, 1), "expected the reverse of IANA element 1"),
        (vendor_row(29305, 1234), "expected the reverse of IANA element 1234"),
        ({"ElementID": 600, "Name": "x"}, "row 1: no column 'Abstract Data Type'"),
        ({"pen": 9, "name": "x", "data_type": "string"}, "row 1: no column 'element_id' among pen, name, data_type"),
        ({}, "row 1: no column 'pen' among none"),
    ],
)
def test_refused_rows_say_what_was_found_and_expected(registry, row, message):
    with pytest.raises(RegistryError, match=message):
        registry.add([row])


def test_a_row_of_text_is_named_by_its_line(registry):
    with pytest.raises(RegistryError, match="row 4: type is 'bad'"):
        registry.add(f'{VENDOR_HEADINGS}\n99999,1,"a\n b",string,,,\n99999,2,c,bad,,,\n')
    with pytest.raises(RegistryError, match="row 2: not CSV text"):
        registry.add(f'{VENDOR_HEADINGS}\n99999,1,"a')
    with pytest.raises(RegistryError, match="not CSV text: field larger"):
        registry.add(f"{VENDOR_HEADINGS}\n99999,1,{'a' * 200_000},string,,,\n")


def test_all_or_nothing(registry):
    edition = registry.edition
    with pytest.raises(RegistryError, match="row 2: element 7 of enterprise 99999 is myCounter unsigned32 current"):
        registry.add([vendor_row(), vendor_row(data_type="string")])
    assert registry.lookup(99999, 7) is None
    assert registry.find("myCounter") is None
    assert registry.edition is edition


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


# The caller's mistakes.


@pytest.mark.parametrize(
    "call",
    [
        lambda registry: registry.add(b"pen,element_id"),
        lambda registry: registry.add(None),
        lambda registry: registry.add(vendor_row()),
        lambda registry: registry.add(registry.lookup(0, 8)),
        lambda registry: registry.add(["a,b"]),
        lambda registry: registry.add([vendor_row(name=b"x")]),
        lambda registry: registry.add([vendor_row(element_id=True)]),
        lambda registry: registry.add([Element("9", 1, "x", "", "string", "", "", "", "current")]),
        lambda registry: registry.lookup("0", 8),
        lambda registry: registry.element(0, None),
        lambda registry: registry.netflow9("8"),
        lambda registry: registry.netflow9_scope([]),
        lambda registry: registry.find(8),
        lambda registry: registry.describe(8),
        lambda registry: registry.describe((0, "8")),
        lambda registry: registry.label(136, 1),
        lambda registry: registry.label("flowEndReason", "1"),
    ],
)
def test_wrong_kinds(registry, call):
    with pytest.raises(WrongType) as caught:
        call(registry)
    assert isinstance(caught.value, (UsageError, TypeError))
