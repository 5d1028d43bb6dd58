"""Registry: what the tables say of semantics, of reverse elements, of NAT and of Cisco's early elements."""

import pytest

from netflowparse.registry import Registry, _enterprise, _iana

INTEGERS = ("unsigned8", "unsigned16", "unsigned32", "unsigned64", "unsigned256")
SIGNED = ("signed8", "signed16", "signed32", "signed64")
REVERSE_BIT = 0x4000  # of CERT's own element numbers


def iana_elements():
    registry = Registry()
    return [registry.lookup(0, element_id) for element_id in _iana.ELEMENTS]


def vendor_elements():
    registry = Registry()
    return [registry.lookup(pen, each) for pen, rows in _enterprise.elements().items() for each in rows]


# Semantics, RFC 7012 §3.2.


@pytest.mark.conformance("INFO-3.2-01")
@pytest.mark.parametrize(
    ("element_id", "name", "semantics"),
    [
        (9, "sourceIPv4PrefixLength", ""),  # a number of which IANA states nothing: a quantity
        (192, "ipTTL", ""),
        (34, "samplingInterval", "quantity"),  # here IANA does
        (8, "sourceIPv4Address", "default"),  # no number
        (501, "srhSegmentIPv6LocatorLength", "default"),  # a number, said to have the default: a quantity
    ],
)
def test_semantics_stay_as_they_are_published(registry, element_id, name, semantics):
    element = registry.lookup(0, element_id)
    assert (element.name, element.semantics) == (name, semantics)
    assert registry.describe(name)["semantics"] == semantics


@pytest.mark.conformance("INFO-3.2-02")
def test_counters_are_unsigned():
    counters = [
        element
        for element in (*iana_elements(), *vendor_elements())
        if element.semantics in ("totalCounter", "deltaCounter")
    ]
    assert {element.key for element in counters} > {"octetDeltaCount", "packetTotalCount", "reverseDataByteCount"}
    assert [element.key for element in counters if element.type not in INTEGERS] == []


@pytest.mark.conformance("INFO-3.2.4-01")
def test_identifiers_are_integers():
    identifiers = [element for element in iana_elements() if element.semantics == "identifier"]
    assert {element.name for element in identifiers} > {"protocolIdentifier", "templateId", "natEvent"}
    others = [element.name for element in identifiers if element.type not in (*INTEGERS, *SIGNED)]
    assert others == ["internalAddressRealm", "externalAddressRealm"]  # octetArray by their registration


# Reverse elements, RFC 5103.


@pytest.mark.conformance("BIFLOW-6.1-03")
@pytest.mark.parametrize(
    ("element_id", "name", "reversible"),
    [
        (149, "observationDomainId", False),  # listed by RFC 5103 itself
        (210, "paddingOctets", False),
        (239, "biflowDirection", False),
        (291, "basicList", False),  # registered after it: a frame for values has no direction of its own
        (292, "subTemplateList", False),
        (293, "subTemplateMultiList", False),
        (323, "observationTimeMilliseconds", True),  # registered after it, of packets of one direction
        (401, "transportOctetDeltaCount", True),
    ],
)
def test_later_elements_have_a_reverse_where_they_have_a_direction(registry, element_id, name, reversible):
    assert (registry.lookup(0, element_id).name, registry.lookup(0, element_id).reversible) == (name, reversible)
    assert registry.lookup(29305, element_id).reversible is reversible


@pytest.mark.conformance("BIFLOW-6.2-01")
def test_the_reverse_bit_of_certs_elements(registry):
    """CERT keeps bit 14 of its numbers: with it an element is the reverse of the one without."""
    reverse = [number for number in _enterprise.elements()[6871] if number & REVERSE_BIT]
    assert len(reverse) == 25
    assert {14 | REVERSE_BIT, 18 | REVERSE_BIT, 500 | REVERSE_BIT} < set(reverse)
    for number in reverse:
        back, forward = registry.lookup(6871, number), registry.lookup(6871, number ^ REVERSE_BIT)
        assert back.name == "reverse" + forward.name[0].upper() + forward.name[1:]
        assert (back.type, back.units) == (forward.type, forward.units)


# NAT, RFC 8158.


@pytest.mark.conformance("NAT-4.3-01")
@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0, "Reserved"),
        (1, "NAT translation create (Historic)"),
        (2, "NAT translation delete (Historic)"),
        (3, "NAT Addresses exhausted"),
        (4, "NAT44 session create"),
        (5, "NAT44 session delete"),
        (6, "NAT64 session create"),
        (7, "NAT64 session delete"),
        (8, "NAT44 BIB create"),
        (9, "NAT44 BIB delete"),
        (10, "NAT64 BIB create"),
        (11, "NAT64 BIB delete"),
        (12, "NAT ports exhausted"),
        (13, "Quota Exceeded"),
        (14, "Address binding create"),
        (15, "Address binding delete"),
        (16, "Port block allocation"),
        (17, "Port block de-allocation"),
        (18, "Threshold Reached"),
        (19, None),
        (255, None),
    ],
)
def test_nat_events(registry, value, label):
    assert registry.label("natEvent", value) == label


@pytest.mark.conformance("NAT-4.4-01")
@pytest.mark.parametrize(
    ("element_id", "element", "labels"),
    [
        (
            466,
            "natQuotaExceededEvent",
            [
                "Reserved",
                "Maximum session entries",
                "Maximum BIB entries",
                "Maximum entries per user",
                "Maximum active hosts or subscribers",
                "Maximum fragments pending reassembly",
                None,
            ],
        ),
        (
            467,
            "natThresholdEvent",
            [
                "Reserved",
                "Address pool high threshold event",
                "Address pool low threshold event",
                "Address and port mapping high threshold event",
                "Address and port mapping per user high threshold event",
                "Global Address mapping high threshold event",
                None,
            ],
        ),
    ],
)
def test_what_exceeded_a_quota_or_reached_a_threshold(registry, element_id, element, labels):
    assert registry.lookup(0, element_id).name == element
    assert [registry.label(element, value) for value in range(len(labels))] == labels


# Cisco, RFC 7270.


@pytest.mark.conformance("CISCO-4-01")
@pytest.mark.parametrize(
    ("element_id", "name", "data_type"),
    [
        (34, "samplingInterval", "unsigned32"),
        (35, "samplingAlgorithm", "unsigned8"),
        (38, "engineType", "unsigned8"),
        (39, "engineId", "unsigned8"),
        (43, "ipv4RouterSc", "ipv4Address"),
        (48, "samplerId", "unsigned8"),
        (49, "samplerMode", "unsigned8"),
        (50, "samplerRandomInterval", "unsigned32"),
        (51, "classId", "unsigned8"),
        (84, "samplerName", "string"),
        (87, "flagsAndSamplerId", "unsigned32"),
        (89, "forwardingStatus", "unsigned32"),
        (92, "srcTrafficIndex", "unsigned32"),
        (93, "dstTrafficIndex", "unsigned32"),
        (100, "className", "string"),
        (102, "layer2packetSectionOffset", "unsigned16"),
        (103, "layer2packetSectionSize", "unsigned16"),
        (104, "layer2packetSectionData", "octetArray"),
    ],
)
def test_ciscos_early_elements_are_ianas(registry, element_id, name, data_type):
    element = registry.lookup(0, element_id)
    assert (element.name, element.key, element.type) == (name, name, data_type)
    assert registry.netflow9(element_id) == element


@pytest.mark.conformance("CISCO-4.12-01", "CISCO-4.12-02")
@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0x00, "Unknown"),
        (0x40, "Forwarded: Unknown"),
        (0x42, "Forwarded: Not Fragmented"),
        (0x80, "Dropped: Unknown"),
        (0x85, "Dropped: Fragmentation and DF set"),  # what the text of the RFC's second example says of 0x89
        (0x89, "Dropped: bad TTL"),  # what its table says
        (0xC3, "Consumed: For us"),
        (0xBF, None),  # dropped, for a reason that nobody has registered
    ],
)
def test_forwarding_status(registry, value, label):
    assert registry.label("forwardingStatus", value) == label
