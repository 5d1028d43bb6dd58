"""What ``encode`` refuses in messages, their headers and records, and in those of fixed versions."""

from __future__ import annotations

from tests.encoding.by_hand import BASIC, COUNT, NARROW, TWICE, V5, V9, Case, defined, field, ipfix

#: messages themselves, and their headers
HEADERS: dict[str, Case] = {
    "no protocol": (
        {},
        ("protocol",),
        "None, expected one of netflow1, netflow5, netflow6, netflow7, netflow8, netflow9, ipfix, sflow5",
    ),
    "unknown protocol": (
        {"protocol": "netflow2"},
        ("protocol",),
        "'netflow2', expected one of netflow1, netflow5, netflow6, netflow7, netflow8, netflow9, ipfix, sflow5",
    ),
    "protocol of a wrong kind": (
        {"protocol": ["ipfix"]},
        ("protocol",),
        "['ipfix'], expected one of netflow1, netflow5, netflow6, netflow7, netflow8, netflow9, ipfix, sflow5",
    ),
    "flows are no list": (ipfix(flows={}), ("flows",), "{}, expected a list"),
    "quirk of a wrong kind": (ipfix(quirks=[[]]), ("quirks", 0), "[], expected the name of a rule"),
    "flow is no dict": (ipfix(5), ("flows", 0), "5, expected a dict"),
    "counters": ({**ipfix(), "counters": [{}]}, ("counters",), "ipfix has none"),
    "header is no dict": (ipfix(header=[]), ("header",), "[], expected a dict"),
    "header field unknown": (
        ipfix(header={"sourceId": 1}),
        ("header", "sourceId"),
        "no field of the header, expected some of version, length, exportTime, sequenceNumber, observationDomainId",
    ),
    "header field too large": (
        ipfix(header={"exportTime": 2**32}),
        ("header", "exportTime"),
        "4294967296, expected an int that fits 4 octets",
    ),
    "header field of a wrong type": (
        {**V9, "header": {"sourceId": "7"}},
        ("header", "sourceId"),
        "'7', expected an int that fits 4 octets",
    ),
}
#: values of IPFIX and NetFlow v9, their keys, scopes and lengths
RECORDS: dict[str, Case] = {
    "unknown element": (
        ipfix({"octets": 1}),
        ("flows", 0, "octets"),
        "no element 'octets', expected the key of one that the registry has",
    ),
    "key of a wrong kind": (
        ipfix({5: 1}),
        ("flows", 0, 5),
        "no element 5, expected the key of one that the registry has",
    ),
    "key of no number": (
        ipfix({f"ie{'9' * 5000}": ""}),
        ("flows", 0, f"ie{'9' * 5000}"),
        f"no element 'ie{'9' * 5000}', expected the key of one that the registry has",
    ),
    "wrong type": (ipfix({COUNT: "12"}), ("flows", 0, COUNT), "'12', expected a value of type unsigned64"),
    "text for a number": (
        ipfix({COUNT: "many"}),
        ("flows", 0, COUNT),
        "'many', expected a value of type unsigned64",
    ),
    "truth for a number": (ipfix({COUNT: True}), ("flows", 0, COUNT), "True, expected no truth value"),
    "number for truth": (
        ipfix({"dataRecordsReliability": 1}),
        ("flows", 0, "dataRecordsReliability"),
        "1, expected True, False or None",
    ),
    "negative": (ipfix({COUNT: -1}), ("flows", 0, COUNT), "-1, expected an int that fits 8 octets"),
    "too wide": (ipfix({COUNT: 2**256}), ("flows", 0, COUNT), "an int of 33 octets, expected at most 32"),
    "out of range": (
        ipfix({COUNT: 256}, templates=[NARROW]),
        ("flows", 0, COUNT),
        "256, expected an int that fits 1 octet",
    ),
    "out of range of more octets": (
        ipfix({COUNT: 2**24}, templates=[defined(field(COUNT, 3))]),
        ("flows", 0, COUNT),
        "16777216, expected an int that fits 3 octets",
    ),
    "not finite": (
        ipfix({"absoluteError": float("inf")}),
        ("flows", 0, "absoluteError"),
        "inf, expected a finite number, or None",
    ),
    "bad address": (
        ipfix({"sourceIPv4Address": "192.0.2"}),
        ("flows", 0, "sourceIPv4Address"),
        "'192.0.2', expected a value of type ipv4Address",
    ),
    "bad address of a given template": (
        ipfix({"sourceIPv6Address": "::1%eth0"}, templates=[defined(field("sourceIPv6Address", 16))]),
        ("flows", 0, "sourceIPv6Address"),
        "'::1%eth0', expected an IPv6 address as text, without a zone",
    ),
    "bad MAC address": (
        ipfix({"sourceMacAddress": "00:00:5e:00:53"}, templates=[defined(field("sourceMacAddress", 6))]),
        ("flows", 0, "sourceMacAddress"),
        "'00:00:5e:00:53', expected a MAC address as six pairs of hex digits with colons",
    ),
    "octets of a wrong length": (
        ipfix({"mplsTopLabelStackSection": "0102"}, templates=[defined(field("mplsTopLabelStackSection", 3))]),
        ("flows", 0, "mplsTopLabelStackSection"),
        "'0102', expected what 3 octets can say",
    ),
    "no hex": (
        ipfix({"paddingOctets": "0102x"}),
        ("flows", 0, "paddingOctets"),
        "'0102x', expected octets, or their hex text",
    ),
    "too long a string": (
        ipfix({"interfaceName": "Gi0/0/17"}, templates=[defined(field("interfaceName", 7))]),
        ("flows", 0, "interfaceName"),
        "'Gi0/0/17', expected a text of at most 7 octets in UTF-8",
    ),
    "string that ends with NUL": (
        ipfix({"interfaceName": "a\0"}, templates=[defined(field("interfaceName", 7))]),
        ("flows", 0, "interfaceName"),
        "'a\\x00', expected a text that does not end with NUL: that is what fills it to its length",
    ),
    "string of a wrong kind": (ipfix({"interfaceName": 5}), ("flows", 0, "interfaceName"), "5, expected a str"),
    "lone surrogate": (
        ipfix({"interfaceName": "a\ud800"}),
        ("flows", 0, "interfaceName"),
        "'a\\ud800', expected a text that UTF-8 can say",
    ),
    "lone surrogate in NetFlow v9": (
        {**V9, "flows": [{"interfaceName": "a\ud800"}]},
        ("flows", 0, "interfaceName"),
        "'a\\ud800', expected a text that UTF-8 can say",
    ),
    "application id": (
        ipfix({"applicationId": "20:1:2:3"}),
        ("flows", 0, "applicationId"),
        "'20:1:2:3', expected engine:selector, behind engine 20 20:enterprise:selector",
    ),
    "application id of a wrong kind": (
        {**V9, "flows": [{"applicationId": 5}]},
        ("flows", 0, "applicationId"),
        "5, expected a value of type applicationId",
    ),
    "time of a wrong kind": (
        ipfix({"flowStartMicroseconds": 1.5}),
        ("flows", 0, "flowStartMicroseconds"),
        "1.5, expected int 1/1000000 s since 1970, or None",
    ),
    "too often": (
        ipfix({COUNT: [1, 2, 3]}, templates=[TWICE], kept={"header": [], "templates": [TWICE], "tail": "", "sets": []}),
        ("kept",),
        "of 0 flows, 1 are there: drop it for the canonical form",
    ),
    "list of nothing": (
        ipfix({COUNT: []}),
        ("flows", 0, COUNT),
        "[], expected a value, or a list of at least two",
    ),
    "list of one": (ipfix({COUNT: [5]}), ("flows", 0, COUNT), "[5], expected a value, or a list of at least two"),
    "no octets": (ipfix({}), ("flows", 0), "the record would have no octets"),
    "no octets by its template": (
        ipfix({COUNT: None}, templates=[defined(field(COUNT, 0))]),
        ("flows", 0),
        "the record would have no octets",
    ),
    "no scope": ({**ipfix(), "options": [{COUNT: 1}]}, ("options", 0, "scope"), "None, expected a dict"),
    "empty scope": (
        {**ipfix(), "options": [{"scope": {}, COUNT: 1}]},
        ("options", 0, "scope"),
        "no scope, expected at least one field of it",
    ),
    "scope of a flow": (
        ipfix({"scope": {}, COUNT: 1}),
        ("flows", 0, "scope"),
        "a flow has none",
    ),
    "unknown scope in NetFlow v9": (
        {**V9, "options": [{"scope": {"card": 1}, COUNT: 1}]},
        ("options", 0, "scope", "card"),
        "no scope 'card', expected one of system, interface, lineCard, cache, template, or scope<N>",
    ),
    "scope beyond 16 bits": (
        {**V9, "options": [{"scope": {"scope65536": ""}, COUNT: 1}]},
        ("options", 0, "scope", "scope65536"),
        "no scope 'scope65536', expected one of system, interface, lineCard, cache, template, or scope<N>",
    ),
    "enterprise element in NetFlow v9": (
        {**V9, "flows": [{"reverseOctetDeltaCount": 1}]},
        ("flows", 0, "reverseOctetDeltaCount"),
        "element 1 of enterprise 29305 has no field type in NetFlow v9",
    ),
    "list in NetFlow v9": (
        {**V9, "flows": [{"basicList": BASIC}]},
        ("flows", 0, "basicList"),
        "a basicList, which NetFlow v9 has no templates for",
    ),
    "record too long": (
        ipfix({"interfaceName": "x" * 65_520}),
        ("flows", 0),
        "a record of 65523 octets, which no datagram has room for",
    ),
    "string too long": (
        ipfix({"paddingOctets": "00" * 65_536}),
        ("flows", 0, "paddingOctets"),
        f"'{'00' * 39}0, expected at most 65535 octets",
    ),
}
#: NetFlow v1 and v5 to v8, whose layouts are fixed
FIXED: dict[str, Case] = {
    "field of another version": ({**V5, "flows": [{"vlanId": 5}]}, ("flows", 0, "vlanId"), "no field of this version"),
    "address in v5": (
        {**V5, "flows": [{}, {"sourceIPv4Address": "300.0.2.1"}]},
        ("flows", 1, "sourceIPv4Address"),
        "Octet 300 (> 255) not permitted in '300.0.2.1'",
    ),
    "number in v5": (
        {**V5, "flows": [{COUNT: 2**32}]},
        ("flows", 0, COUNT),
        "4294967296, expected an int that fits 4 octets",
    ),
    "truth in v5": ({**V5, "flows": [{COUNT: True}]}, ("flows", 0, COUNT), "True, expected no truth value"),
    "header in v5": (
        {**V5, "header": {"sourceId": 1}},
        ("header", "sourceId"),
        "no field of the header, expected some of count, engineId, engineType, exportNanoseconds, exportTime, "
        "samplingInterval, samplingMode, sequenceNumber, sysUpTime, version",
    ),
    "sampling in v5": (
        {**V5, "header": {"samplingInterval": 2**14}},
        ("header", "samplingInterval"),
        "16384, expected an int from 0 to 16383",
    ),
    "sequence number in v1": (
        {"protocol": "netflow1", "header": {"sequenceNumber": 1}},
        ("header", "sequenceNumber"),
        "no field of the header, expected some of count, exportNanoseconds, exportTime, sysUpTime, version",
    ),
    "aggregation": (
        {"protocol": "netflow8", "header": {"aggregation": 15}},
        ("header", "aggregation"),
        "15, expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14",
    ),
    "aggregation of a wrong kind": (
        {"protocol": "netflow8", "header": {"aggregation": [1]}},
        ("header", "aggregation"),
        "[1], expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14",
    ),
    "options in v5": ({**V5, "options": [{}]}, ("options",), "netflow5 has none"),
    "time too far": (
        {**V5, "header": {"sysUpTime": 1000, "exportTime": 1_700_000_000}, "flows": [{"flowStartMilliseconds": 5}]},
        ("flows", 0, "flowStartMilliseconds"),
        "5, which is too far from the header's exportTime for a sysUpTime",
    ),
    "time beside a header that tells none": (
        {**V5, "header": {"exportTime": "1"}, "flows": [{"flowStartMilliseconds": 5}]},
        ("flows", 0, "flowStartMilliseconds"),
        "5, though the header's own times are no ints",
    ),
    "time of a wrong kind in v5": (
        {**V5, "flows": [{"flowStartMilliseconds": "5"}]},
        ("flows", 0, "flowStartMilliseconds"),
        "'5', expected int ms since 1970",
    ),
}
