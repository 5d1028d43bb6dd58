"""Registry: what values mean, and all that is known of an element."""

import pytest

from netflowparse.errors import RegistryError, UsageError, WrongType


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
        ("forwardingStatus", 0x45000082, "Dropped: ACL drop"),  # the lowest octet alone tells
        ("reverseForwardingStatus", 0x0182, "Dropped: ACL drop"),
        ("forwardingStatus", -1, None),
        ("flowEndReason", 0x101, None),
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
        ("samplingMode", 1, "packet interval"),
        ("samplingMode", 3, None),
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


@pytest.mark.conformance("TCPBITS-3-01")
@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0xF002, "SYN"),  # a data offset of 15 words, that does not belong here, and SYN
        (0x1000, ""),
        (0x8010, "ACK"),
        (0xF400, None),  # bits that are reserved, but of the flags
        (0xFFFF, "FIN|SYN|RST|PSH|ACK|URG|ECE|CWR|AE|0xe00"),
        (0x1F002, "SYN|0x10000"),
    ],
)
def test_the_upper_four_bits_beside_tcp_flags_are_ignored(registry, value, label):
    assert registry.label("tcpControlBits", value) == label
    assert registry.label("reverseTcpControlBits", value) == label


@pytest.mark.conformance("TCPBITS-3-01")
def test_bits_beside_flags_have_no_label(registry):
    assert sorted(registry.describe("tcpControlBits")["labels"]) == [1 << bit for bit in range(9)]
    assert registry.describe("tcpControlBits")["type"] == "unsigned16"


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


@pytest.mark.parametrize(
    "call",
    [
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
