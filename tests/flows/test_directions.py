"""What keys say of directions: by the registries of IANA and of the vendors."""

from __future__ import annotations

import pytest

from netflowparse.flows import split_biflow
from netflowparse.flows.directions import forward_keys, is_counter, is_one_way, opposite
from netflowparse.packet.keys import PACKET_WORDS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tenantSourceIPv4", "tenantDestIPv4"),  # VMware 6876/881, 882
        ("tenantSourceIPv6", "tenantDestIPv6"),
        ("tenantSourcePort", "tenantDestPort"),
        ("ARPSrcPA", "ARPDstPa"),  # CESNET 8057/35, 37
        ("ARPSrcHA", "ARPDstHA"),
        ("SGT_SOURCE_TAG", "SGT_DESTINATION_TAG"),
        ("SRC_TO_DST_AVG_THROUGHPUT", "DST_TO_SRC_AVG_THROUGHPUT"),
        ("sourceIPv4PrefixLength", "destinationIPv4PrefixLength"),
        ("ingressVRFID", "egressVRFID"),
        ("bgpNextAdjacentAsNumber", "bgpPrevAdjacentAsNumber"),
        ("bgpSourceCommunityList", "bgpDestinationCommunityList"),
        ("source_vm_name", "destination_vm_name"),  # nobody's: by the words in it
        ("ingressOwnThing", "egressOwnThing"),
    ],
)
def test_ends(first: str, second: str) -> None:
    assert opposite(first, ()) == second
    assert opposite(second, ()) == first


@pytest.mark.parametrize(
    "key",
    [
        # Rules that let the connection through, in its initiator's direction
        *("INGRESS_ACL_ID", "EGRESS_ACL_ID", "ingressAclId", "egressAclId"),
        *("ingressNetworkPolicyName", "egressNetworkPolicyName", "ingressNetworkPolicyRuleAction", "egressIP"),
        *("egressNetworkPolicyUUID", "egressNodeName"),
        *("protocolIdentifier", "ipClassOfService", "ipDiffServCodePoint", "ipPrecedence", "flowEndReason"),
        *("resource", "RESOURCE_ID", "destined", "Sources"),  # other words
    ],
)
def test_what_is_of_no_end(key: str) -> None:
    assert opposite(key, ()) == key
    assert not is_one_way(key)


@pytest.mark.parametrize("key", ["pseudoWireDestinationIPv4Address", "sourceIPv4FanOut", "destinationServicePort"])
def test_what_the_other_end_has_no_element_for(key: str) -> None:
    assert opposite(key, ()) is None


@pytest.mark.parametrize(
    "key",
    [
        *("octetDeltaSumOfSquares", "octetTotalSumOfSquares", "rtpSequenceNumber", "forwardingStatus", "ipv4Options"),
        *("ipv6ExtensionHeaders", "postIpClassOfService", "postIpDiffServCodePoint", "postIpPrecedence"),
        *("udpSafeOptions", "udpUnsafeOptions", "udpExID", "udpSafeExIDList", "udpUnsafeExIDList", "udpMessageLength"),
        *("IPSecSPI", "gtpuFlags", "gtpuMsgType", "gtpuTEid", "gtpuSequenceNum", "gtpuQFI", "gtpuPduType"),
        *("rfc3550JitterMilliseconds", "rfc3550JitterMicroseconds", "rfc3550JitterNanoseconds", "digestHashValue"),
        *("sectionOffset", "sectionExportedOctets", "isMulticast", "multicastReplicationFactor"),
        *("pseudoWireControlWord", "tcpOptions", "fragmentIdentification", "postMplsTopLabelExp", "srhSegmentIPv6"),
        *("throughputFromSourceNode", "osName", "artClientPackets"),
        *sorted(PACKET_WORDS),
    ],
)
def test_what_was_measured_one_way(key: str) -> None:
    assert is_one_way(key)
    assert split_biflow({key: 1, "reverseOctetDeltaCount": 2})[1] == {"octetDeltaCount": 2}


@pytest.mark.parametrize("key", ["tcpSourcePort", "udpDestinationPort", "sourceTransportPort"])
def test_ports_of_tcp_and_udp_are_of_an_end(key: str) -> None:
    assert not is_one_way(key)


@pytest.mark.parametrize(
    ("key", "counts"),
    [
        ("octetDeltaCount", True),  # semantics of IANA
        ("tcpSynTotalCount", True),
        ("responderPackets", True),
        ("tcpControlBits", False),
        ("dataByteCount", True),  # CERT says nothing of it
        ("proceraExternalRtt", False),
        ("maxPacketSize", False),  # a quantity, CERT says
        ("pen9999_ownOctets", True),  # nobody knows it
        ("pen9999_ownFlags", False),
    ],
)
def test_counters(key: str, counts: bool) -> None:
    assert is_counter(key) == counts


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("reverseOctetDeltaCount", ("octetDeltaCount", "OctetDeltaCount")),
        ("pen29305_ie500", ("ie500",)),
        ("revOctetDeltaCount", ("pen12325_octetDeltaCount", "octetDeltaCount")),
        ("obsoleteReverseVlanId", ("obsoleteVlanId", "vlanId", "VlanId")),
        (
            "reverseOctetDeltaCountFromDestinationNode",
            ("octetDeltaCountFromSourceNode", "OctetDeltaCountFromSourceNode"),
        ),
        ("revision", ()),
        ("reversed", ()),
        ("octetDeltaCount", ()),
    ],
)
def test_forward_keys(key: str, names: tuple[str, ...]) -> None:
    assert forward_keys(key) == names
