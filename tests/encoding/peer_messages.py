"""Messages whose datagrams other decoders have read: ``test_against_peers``.  Each field has its number beside it."""

from __future__ import annotations

from typing import Any

TIME = 1_700_000_000  # s since 1970
UPTIME = 86_400_000  # ms
BOOT = TIME * 1000 - UPTIME  # ms since 1970


def template(template_id: int, fields: str, scope: int | None = None) -> dict[str, Any]:
    """A template from "name [enterprise/]id length, …"; a length of "v" is variable."""
    described = []
    for field in fields.split(","):
        name, number, length = field.split()
        enterprise, _, element = number.rpartition("/")
        octets = "variable" if length == "v" else int(length)
        described.append({"name": name, "enterprise": int(enterprise or 0), "id": int(element), "length": octets})
    return {"event": "learned", "template_id": template_id, "scope_count": scope, "fields": described}


CLOCKS = {"sysUpTime": UPTIME, "exportTime": TIME}
NETFLOW9 = {**CLOCKS, "sequenceNumber": 7, "sourceId": 42}
IPFIX = {"exportTime": TIME, "sequenceNumber": 1000, "observationDomainId": 42}
COMMON = """sourceTransportPort 7 2, destinationTransportPort 11 2, protocolIdentifier 4 1, ipClassOfService 5 1,
    tcpControlBits 6 1, ingressInterface 10 4, egressInterface 14 2, octetDeltaCount 1 8, packetDeltaCount 2 4"""
UPTIMES = "flowStartSysUpTime 22 4, flowEndSysUpTime 21 4"
IPV4 = f"sourceIPv4Address 8 4, destinationIPv4Address 12 4, {COMMON}"
IPV6 = f"sourceIPv6Address 27 16, destinationIPv6Address 28 16, {COMMON}"
MILLISECONDS = "flowStartMilliseconds 152 8, flowEndMilliseconds 153 8"


def common(number: int, **more: Any) -> dict[str, Any]:
    """The fields of ``COMMON``, others for each *number*."""
    return {
        "sourceTransportPort": 1024 + number,
        "destinationTransportPort": 443,
        "protocolIdentifier": 6,
        "ipClassOfService": 184,
        "tcpControlBits": 27,
        "ingressInterface": 3 + number,
        "egressInterface": 17,
        "octetDeltaCount": 150_000 + number,
        "packetDeltaCount": 100 + number,
        **more,
    }


def fixed(number: int, **more: Any) -> dict[str, Any]:
    """A flow that versions 1, 5 and 7 can say."""
    return {
        "sourceIPv4Address": f"192.0.2.{number}",
        "destinationIPv4Address": "198.51.100.9",
        "ipNextHopIPv4Address": "203.0.113.1",
        **common(number),
        "flowStartSysUpTime": UPTIME - 9_000,
        "flowEndSysUpTime": UPTIME - 1_500 - number,
        **more,
    }


SYSTEMS = {"bgpSourceAsNumber": 64_496, "bgpDestinationAsNumber": 64_511}
MASKS = {"sourceIPv4PrefixLength": 24, "destinationIPv4PrefixLength": 22}
NANOSECONDS = {**CLOCKS, "exportNanoseconds": 250_000_000}
V5 = {**NANOSECONDS, "sequenceNumber": 99, "engineType": 1, "engineId": 2, "samplingMode": 1, "samplingInterval": 100}


def v4(number: int, **more: Any) -> dict[str, Any]:
    """A flow of ``IPV4``."""
    addresses = {"sourceIPv4Address": f"192.0.2.{number}", "destinationIPv4Address": "198.51.100.9"}
    return {**addresses, **common(number), **more}


def v6(number: int, **more: Any) -> dict[str, Any]:
    """A flow of ``IPV6``."""
    addresses = {"sourceIPv6Address": f"2001:db8::{number}", "destinationIPv6Address": "2001:db8:1::9"}
    return {**addresses, **common(number), **more}


def uptimes(number: int) -> dict[str, int]:
    """First and last switched."""
    return {"flowStartSysUpTime": UPTIME - 9_000, "flowEndSysUpTime": UPTIME - 1_500 - number}


def milliseconds(number: int) -> dict[str, int]:
    """The same since 1970."""
    return {key.replace("SysUpTime", "Milliseconds"): BOOT + value for key, value in uptimes(number).items()}


MESSAGES: dict[str, dict[str, Any]] = {
    "netflow1": {
        "protocol": "netflow1",
        "header": NANOSECONDS,
        "flows": [fixed(1), fixed(2)],
    },
    "netflow5": {
        "protocol": "netflow5",
        "header": V5,
        "flows": [fixed(number, **SYSTEMS, **MASKS) for number in range(1, 5)],
    },
    "netflow7": {
        "protocol": "netflow7",
        "header": {**NANOSECONDS, "sequenceNumber": 99},
        "flows": [fixed(1, **SYSTEMS, **MASKS, flags=2, ipv4RouterSc="203.0.113.7")],
    },
    "netflow9": {
        "protocol": "netflow9",
        "header": NETFLOW9,
        "templates": [
            template(256, f"{IPV4}, {UPTIMES}"),
            template(257, f"{IPV6}, {UPTIMES}, sourceMacAddress 56 6, vlanId 58 2"),
            template(258, "octetDeltaCount 1 3, packetDeltaCount 2 2, sourceIPv4Address 8 4"),
        ],
        "flows": [
            v4(1, **uptimes(1)),
            v4(2, **uptimes(2)),
            v6(3, **uptimes(3), sourceMacAddress="00:00:5e:00:53:2a", vlanId=100),
            {"octetDeltaCount": 0xABCDEF, "packetDeltaCount": 65_535, "sourceIPv4Address": "192.0.2.200"},
        ],
    },
    "netflow9-options": {
        "protocol": "netflow9",
        "header": NETFLOW9,
        "templates": [
            template(300, "system 1 4, samplingInterval 34 4, samplingAlgorithm 35 1", scope=1),
            template(301, "interface 2 4, interfaceName 82 16, interfaceDescription 83 24", scope=1),
        ],
        "options": [
            {"scope": {"system": 42}, "samplingInterval": 1000, "samplingAlgorithm": 2},
            {"scope": {"interface": 3}, "interfaceName": "Gi0/0/3", "interfaceDescription": "uplink, Zürich"},
            {"scope": {"interface": 17}, "interfaceName": "Gi0/0/17", "interfaceDescription": ""},
        ],
    },
    "ipfix": {
        "protocol": "ipfix",
        "header": IPFIX,
        "templates": [template(256, f"{IPV4}, {MILLISECONDS}"), template(257, f"{IPV6}, {MILLISECONDS}")],
        "flows": [v4(1, **milliseconds(1)), v4(2, **milliseconds(2)), v6(3, **milliseconds(3))],
    },
    "ipfix-enterprise": {
        "protocol": "ipfix",
        "header": IPFIX,
        "templates": [
            template(
                260,
                "sourceIPv4Address 8 4, interfaceName 82 v, pen64999_ie7 64999/7 4, wlanSSID 147 v, "
                "pen64999_ie8 64999/8 v, octetDeltaCount 1 5, flowEndReason 136 1",
            )
        ],
        "flows": [
            {
                "sourceIPv4Address": "192.0.2.77",
                "interfaceName": "eth0",
                "pen64999_ie7": "deadbeef",
                "wlanSSID": "Gäste",
                "pen64999_ie8": "0102030405",
                "octetDeltaCount": 0x0102030405,
                "flowEndReason": 3,
            },
            {
                "sourceIPv4Address": "192.0.2.78",
                "interfaceName": "x" * 300,  # its length takes three octets
                "pen64999_ie7": "00000000",
                "wlanSSID": "n",
                "pen64999_ie8": "ff",
                "octetDeltaCount": 1,
                "flowEndReason": 1,
            },
        ],
    },
    "ipfix-options": {
        "protocol": "ipfix",
        "header": IPFIX,
        "templates": [
            template(310, "observationDomainId 149 4, samplingInterval 34 4, samplingAlgorithm 35 1", scope=1),
            template(311, "ingressInterface 10 4, interfaceName 82 v, interfaceDescription 83 v", scope=1),
        ],
        "options": [
            {"scope": {"observationDomainId": 42}, "samplingInterval": 1000, "samplingAlgorithm": 2},
            {"scope": {"ingressInterface": 3}, "interfaceName": "Gi0/0/3", "interfaceDescription": "uplink"},
        ],
    },
    "ipfix-biflow": {
        "protocol": "ipfix",
        "header": IPFIX,
        "templates": [
            template(
                320,
                f"{IPV4}, {MILLISECONDS}, reverseOctetDeltaCount 29305/1 8, reversePacketDeltaCount 29305/2 4, "
                "reverseTcpControlBits 29305/6 1, biflowDirection 239 1",
            )
        ],
        "flows": [
            v4(
                1,
                **milliseconds(1),
                reverseOctetDeltaCount=2_500_000,
                reversePacketDeltaCount=1_800,
                reverseTcpControlBits=26,
                biflowDirection=1,
            ),
            v4(
                2,
                **milliseconds(2),
                reverseOctetDeltaCount=0,
                reversePacketDeltaCount=0,
                reverseTcpControlBits=0,
                biflowDirection=2,
            ),
        ],
    },
    "ipfix-times": {
        "protocol": "ipfix",
        "header": IPFIX,
        "templates": [
            template(330, "flowStartSeconds 150 4, flowEndSeconds 151 4, sourceMacAddress 56 6"),
            template(331, "flowStartMicroseconds 154 8, flowEndMicroseconds 155 8, absoluteError 320 8"),
            template(332, "flowStartNanoseconds 156 8, flowEndNanoseconds 157 8, packetDeltaCount 2 8"),
        ],
        "flows": [
            {"flowStartSeconds": TIME, "flowEndSeconds": 2**32 - 1, "sourceMacAddress": "00:00:5e:00:53:2a"},
            {
                "flowStartMicroseconds": TIME * 10**6 + 123_456,
                "flowEndMicroseconds": TIME * 10**6 + 999_999,
                "absoluteError": -12.75,
            },
            {
                "flowStartNanoseconds": TIME * 10**9 + 123_456_789,
                "flowEndNanoseconds": TIME * 10**9 + 999_999_999,
                "packetDeltaCount": 2**63,
            },
        ],
    },
}
