"""Datagrams that ``encode`` has written say to independent decoders what the messages say.

scapy reads them here.  What tshark, netflume and nfdump read is in peers.json, beside the datagrams that they were
given, which must still be those that are written; README.md tells how to make it again.
"""

from __future__ import annotations

import datetime
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from scapy.layers import netflow as scapy
from scapy.layers.inet import IP, UDP

from netflowparse import encode
from tests.encoding.peer_messages import MESSAGES

PEERS = json.loads((Path(__file__).parent / "peers.json").read_text())
COMPARED = {"tshark": 312, "netflume": 247, "nfdump": 203, "scapy": 270}

# Where a peer departs from the specification, or tells less, and nothing can be compared:
# * tshark 4.0 prints no value for absoluteError (320).
# * netflume has scopes of NetFlow v9 under the names of the field types of these numbers, and unknown elements as ints;
#   times of µs and ns as float s.  It has a flow's record of v5 alone: no engine type.
# * nfdump multiplies counters by the sampling interval of v5; it knows no masks of v5 and v7; the TCP flags of a
#   biflow are those of its last direction; flows alone are stored, and none without a protocol.
# * scapy knows v7's version alone; it reads one options template in a set; an enterprise's element has the name of
#   IANA's of that number, so a record may not have both; variable lengths and IPFIX options records are unknown to it.

#: names of v5's fields in tshark's readings, by number
FIXED = {
    "sourceIPv4Address": "8",
    "destinationIPv4Address": "12",
    "ipNextHopIPv4Address": "15",
    "ingressInterface": "10",
    "egressInterface": "14",
    "packetDeltaCount": "2",
    "octetDeltaCount": "1",
    "flowStartSysUpTime": "22",
    "flowEndSysUpTime": "21",
    "sourceTransportPort": "7",
    "destinationTransportPort": "11",
    "tcpControlBits": "6",
    "protocolIdentifier": "4",
    "ipClassOfService": "5",
    "bgpSourceAsNumber": "16",
    "bgpDestinationAsNumber": "17",
    "sourceIPv4PrefixLength": "9",
    "destinationIPv4PrefixLength": "13",
    "flags": "flags",
    "ipv4RouterSc": "routerSc",
}
NETFLUME = {
    "sourceIPv4Address": "src_addr",
    "destinationIPv4Address": "dst_addr",
    "sourceIPv6Address": "src_addr",
    "destinationIPv6Address": "dst_addr",
    "ipNextHopIPv4Address": "next_hop",
    "ingressInterface": "in_if",
    "egressInterface": "out_if",
    "packetDeltaCount": "packets",
    "octetDeltaCount": "octets",
    "flowStartSysUpTime": "first_switched",
    "flowEndSysUpTime": "last_switched",
    "sourceTransportPort": "src_port",
    "destinationTransportPort": "dst_port",
    "tcpControlBits": "tcp_flags",
    "protocolIdentifier": "proto",
    "ipClassOfService": "tos",
    "bgpSourceAsNumber": "src_as",
    "bgpDestinationAsNumber": "dst_as",
    "sourceIPv4PrefixLength": "src_mask",
    "destinationIPv4PrefixLength": "dst_mask",
    "flowStartMilliseconds": "flow_start_ms",
    "flowEndMilliseconds": "flow_end_ms",
    "flowStartSeconds": "flow_start_s",
    "flowEndSeconds": "flow_end_s",
    "sourceMacAddress": "src_mac",
    "vlanId": "vlan",
    "interfaceName": "if_name",
    "interfaceDescription": "if_desc",
    "samplingInterval": "sampling_interval",
    "samplingAlgorithm": "sampling_algorithm",
    "observationDomainId": "observation_domain_id",
    "flowEndReason": "flow_end_reason",
    "reverseOctetDeltaCount": "e29305.1",
    "reversePacketDeltaCount": "e29305.2",
    "reverseTcpControlBits": "e29305.6",
    "biflowDirection": "ie239",
}
NFDUMP = {
    "sourceIPv4Address": "src4_addr",
    "destinationIPv4Address": "dst4_addr",
    "sourceIPv6Address": "src6_addr",
    "destinationIPv6Address": "dst6_addr",
    "ipNextHopIPv4Address": "ip4_next_hop",
    "ingressInterface": "input_snmp",
    "egressInterface": "output_snmp",
    "packetDeltaCount": "in_packets",
    "octetDeltaCount": "in_bytes",
    "sourceTransportPort": "src_port",
    "destinationTransportPort": "dst_port",
    "protocolIdentifier": "proto",
    "ipClassOfService": "src_tos",
    "bgpSourceAsNumber": "src_as",
    "bgpDestinationAsNumber": "dst_as",
    "flowStartMilliseconds": "first",
    "flowEndMilliseconds": "last",
    "vlanId": "src_vlan",
    "sourceMacAddress": "in_src_mac",
    "reverseOctetDeltaCount": "out_bytes",
    "reversePacketDeltaCount": "out_packets",
}
SCAPY = {
    "netflow1": {
        "sourceIPv4Address": "ipsrc",
        "destinationIPv4Address": "ipdst",
        "ipNextHopIPv4Address": "nexthop",
        "ingressInterface": "inputIfIndex",
        "egressInterface": "outpuIfIndex",
        "packetDeltaCount": "dpkts",
        "octetDeltaCount": "dbytes",
        "flowStartSysUpTime": "starttime",
        "flowEndSysUpTime": "endtime",
        "sourceTransportPort": "srcport",
        "destinationTransportPort": "dstport",
        "protocolIdentifier": "proto",
        "ipClassOfService": "tos",
    },
    "netflow5": {
        "sourceIPv4Address": "src",
        "destinationIPv4Address": "dst",
        "ipNextHopIPv4Address": "nexthop",
        "ingressInterface": "input",
        "egressInterface": "output",
        "packetDeltaCount": "dpkts",
        "octetDeltaCount": "dOctets",
        "flowStartSysUpTime": "first",
        "flowEndSysUpTime": "last",
        "sourceTransportPort": "srcport",
        "destinationTransportPort": "dstport",
        "tcpControlBits": "tcpFlags",
        "protocolIdentifier": "prot",
        "ipClassOfService": "tos",
        "bgpSourceAsNumber": "src_as",
        "bgpDestinationAsNumber": "dst_as",
        "sourceIPv4PrefixLength": "src_mask",
        "destinationIPv4PrefixLength": "dst_mask",
    },
    "templates": {
        "sourceIPv4Address": "IPV4_SRC_ADDR",
        "destinationIPv4Address": "IPV4_DST_ADDR",
        "sourceIPv6Address": "IPV6_SRC_ADDR",
        "destinationIPv6Address": "IPV6_DST_ADDR",
        "ingressInterface": "INPUT_SNMP",
        "egressInterface": "OUTPUT_SNMP",
        "packetDeltaCount": "IN_PKTS",
        "octetDeltaCount": "IN_BYTES",
        "flowStartSysUpTime": "FIRST_SWITCHED",
        "flowEndSysUpTime": "LAST_SWITCHED",
        "sourceTransportPort": "L4_SRC_PORT",
        "destinationTransportPort": "L4_DST_PORT",
        "tcpControlBits": "TCP_FLAGS",
        "protocolIdentifier": "PROTOCOL",
        "ipClassOfService": "TOS",
        "vlanId": "SRC_VLAN",
        "sourceMacAddress": "SRC_MAC",
        "flowStartMilliseconds": "flowStartMilliseconds",
        "flowEndMilliseconds": "flowEndMilliseconds",
        "samplingInterval": "SAMPLING_INTERVAL",
        "samplingAlgorithm": "SAMPLING_ALGORITHM",
    },
}
compared = dict.fromkeys(COMPARED, 0)


def equal(peer: str, found: Any, want: Any) -> None:
    """Compare a value, and count it."""
    compared[peer] += 1
    assert found == want


def records_of(name: str) -> list[dict[str, Any]]:
    """The records of a message as they are written, scope and all."""
    message = MESSAGES[name]
    options = [
        {**{f"scope {key}": value for key, value in each["scope"].items()}, **each}
        for each in message.get("options", ())
    ]
    for each in options:
        each.pop("scope")
    return options + list(message.get("flows", ()))


def templates_of(name: str) -> dict[frozenset[str], list[tuple[str, str]]]:
    """The keys of a record -> the key and the number of each field of its template."""
    found = {}
    for template in MESSAGES[name].get("templates", ()):
        pairs = []
        for place, field in enumerate(template["fields"]):
            is_scope = place < (template["scope_count"] or 0)
            number = f"{field['enterprise']}/{field['id']}" if field["enterprise"] else str(field["id"])
            if is_scope and name.startswith("netflow9"):
                number = f"scope/{number}"
            pairs.append((f"scope {field['name']}" if is_scope else field["name"], number))
        found[frozenset(key for key, _ in pairs)] = pairs
    return found


@pytest.mark.parametrize("name", MESSAGES)
def test_written_as_the_peers_were_given_it(name: str) -> None:
    assert [each.hex() for each in encode(MESSAGES[name])] == PEERS[name]["datagrams"]


def to_tshark(key: str, value: Any) -> Any:
    """A value as tests/captures/README.md says that tshark's are told."""
    units = {"Milliseconds": 10**6, "Seconds": 10**9, "Microseconds": 1000, "Nanoseconds": 1}
    unit = next((unit for word, unit in units.items() if key.endswith(word)), None)
    if key == "scope system":
        return f"{value:08x}"
    return value if unit is None else value * unit


@pytest.mark.parametrize("name", MESSAGES)
def test_tshark(name: str) -> None:
    (read,) = PEERS[name]["tshark"]
    message = MESSAGES[name]
    for key, value in message["header"].items():
        equal("tshark", read["header"][key], value)
    records, templates = records_of(name), templates_of(name)
    assert len(read["records"]) == len(records)
    for found, record in zip(read["records"], records, strict=True):
        fields = templates.get(frozenset(record)) or [(key, FIXED[key]) for key in record]
        by_number = dict(map(tuple, found))
        if templates:
            assert [number for number, _ in found] == [number for _, number in fields]
        for key, number in fields:
            got = by_number.pop(number)
            if key == "absoluteError":
                assert got is None
                continue
            if key.endswith("Microseconds"):
                got = got // 1000 * 1000  # an NTP timestamp says more than µs
            equal("tshark", got, to_tshark(key, record[key]))
        assert by_number == {}


@pytest.mark.parametrize("name", [name for name in MESSAGES if "netflume" in PEERS[name]])
def test_netflume(name: str) -> None:
    (read,) = PEERS[name]["netflume"]
    names = {"exportTime": "unix_secs", "sysUpTime": "sys_uptime", "sequenceNumber": "sequence"}
    names |= {"sourceId": "domain", "observationDomainId": "domain", "engineId": "domain"}
    for key, value in MESSAGES[name]["header"].items():
        if key in names:
            equal("netflume", read["header"][names[key]], value)
    options = read["options"] if name != "netflow5" else []  # there it makes one of the header
    records = records_of(name)
    assert len(options) + len(read["flows"]) == len(records)
    for found, record in zip([*options, *read["flows"]], records, strict=True):
        for key, value in record.items():
            if key.startswith("scope ") and name == "netflow9-options":
                equal("netflume", found[{"system": "octets", "interface": "packets"}[key.split()[1]]], value)
            elif key.startswith("pen64999"):
                equal("netflume", found[f"e64999.{key[-1]}"], int(value, 16))
            elif key in ("wlanSSID", "absoluteError") or key.endswith(("Microseconds", "Nanoseconds")):
                continue
            else:
                equal("netflume", found[NETFLUME[key.removeprefix("scope ")]], value)


def milliseconds(text: str) -> int:
    """ms since 1970 of nfdump's text."""
    time = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)
    return round(time.timestamp() * 1000)


@pytest.mark.parametrize("name", [name for name in MESSAGES if "nfdump" in PEERS[name]])
def test_nfdump(name: str) -> None:
    header = MESSAGES[name]["header"]
    flows = [flow for flow in MESSAGES[name]["flows"] if "protocolIdentifier" in flow]
    read = [each for each in PEERS[name]["nfdump"] if each["proto"]]
    assert len(read) == len(flows)
    for found, flow in zip(read, flows, strict=True):
        for key, value in flow.items():
            if key in ("tcpControlBits", "biflowDirection", "reverseTcpControlBits", "flags", "ipv4RouterSc"):
                continue
            if key.endswith("PrefixLength"):
                continue
            if key.endswith("SysUpTime"):
                ahead = value - header["sysUpTime"] + header.get("exportNanoseconds", 0) // 10**6
                bound = NFDUMP[key.replace("SysUpTime", "Milliseconds")]
                equal("nfdump", milliseconds(found[bound]), header["exportTime"] * 1000 + ahead)
            elif key.endswith("Milliseconds"):
                equal("nfdump", milliseconds(found[NFDUMP[key]]), value)
            elif key in ("octetDeltaCount", "packetDeltaCount"):
                equal("nfdump", found[NFDUMP[key]], value * header.get("samplingInterval", 1))
            else:
                equal("nfdump", found[NFDUMP[key]], value)


def dissected(octets: bytes) -> Any:
    """What scapy makes of a datagram, templates applied to its data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # for each name that a record has twice
        packet = IP(src="192.0.2.1") / UDP(sport=50_000, dport=2055) / scapy.NetflowHeader(octets)
        (read,) = scapy.netflowv9_defragment([IP(bytes(packet))])
    return read[scapy.NetflowHeader]


def layers(packet: Any, kind: Any) -> list[Any]:
    """The layers of one kind."""
    return [packet.getlayer(kind, number + 1) for number in range(packet.layers().count(kind))]


def check_scapy(found: Any, record: dict[str, Any], names: dict[str, str]) -> None:
    for key, value in record.items():
        if key not in names:
            assert key == "tcpControlBits"  # of version 1: scapy has no field for it
            value, got = value << 24, found.padding1
        else:
            got = getattr(found, names[key])
        equal("scapy", int(got) if isinstance(value, int) else got, value)


@pytest.mark.parametrize("name", ["netflow1", "netflow5"])
def test_scapy_fixed(name: str) -> None:
    packet = dissected(encode(MESSAGES[name])[0])
    header, version = MESSAGES[name]["header"], int(name[-1])
    read = packet[{1: scapy.NetflowHeaderV1, 5: scapy.NetflowHeaderV5}[version]]
    names = {"sysUpTime": "sysUptime", "exportTime": "unixSecs", "exportNanoseconds": "unixNanoSeconds"}
    names |= {"sequenceNumber": "flowSequence", "engineType": "engineType", "engineId": "engineID"}
    for key, attribute in names.items():
        if key in header:
            equal("scapy", getattr(read, attribute), header[key])
    if version == 5:
        equal("scapy", read.samplingInterval, header["samplingMode"] << 14 | header["samplingInterval"])
    kind = {1: scapy.NetflowRecordV1, 5: scapy.NetflowRecordV5}[version]
    records = layers(packet, kind)
    assert len(records) == len(MESSAGES[name]["flows"])
    for found, flow in zip(records, MESSAGES[name]["flows"], strict=True):
        check_scapy(found, flow, SCAPY[name])


@pytest.mark.parametrize("name", ["netflow9", "ipfix"])
def test_scapy_templates(name: str) -> None:
    packet = dissected(encode(MESSAGES[name])[0])
    records = [record for each in layers(packet, scapy.NetflowDataflowsetV9) for record in each.records]
    records = [record for record in records if isinstance(record, scapy.NetflowRecordV9)]
    assert len(records) == len(MESSAGES[name]["flows"])
    for found, flow in zip(records, MESSAGES[name]["flows"], strict=True):
        check_scapy(found, flow, SCAPY["templates"])


def test_scapy_options() -> None:
    """Of the first template: scapy reads one in a set."""
    packet = dissected(encode(MESSAGES["netflow9-options"])[0])
    record = MESSAGES["netflow9-options"]["options"][0]
    scope, rest = packet[scapy.NetflowDataflowsetV9].records[:2]
    equal("scapy", scope.IN_BYTES, record["scope"]["system"])  # the scope has the name of field type 1
    check_scapy(rest, {key: value for key, value in record.items() if key != "scope"}, SCAPY["templates"])


@pytest.mark.parametrize("name", ["ipfix-enterprise", "ipfix-biflow"])
def test_scapy_definitions(name: str) -> None:
    """Enterprise numbers and variable lengths; records of such templates scapy cannot read."""
    octets = encode(MESSAGES[name])[0]
    (template,) = scapy.NetflowHeader(octets)[scapy.NetflowFlowsetV9].templates
    (described,) = MESSAGES[name]["templates"]
    equal("scapy", template.templateID, described["template_id"])
    for found, field in zip(template.template_fields, described["fields"], strict=True):
        equal("scapy", found.fieldType, field["id"])
        equal("scapy", found.fieldLength, 65535 if field["length"] == "variable" else field["length"])
        equal("scapy", found.enterpriseNumber if found.enterpriseBit else 0, field["enterprise"])


def test_sum(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints how many values are compared with each peer."""
    compared.update(dict.fromkeys(COMPARED, 0))
    for name in MESSAGES:
        test_tshark(name)
        for peer, test in (("netflume", test_netflume), ("nfdump", test_nfdump)):
            if peer in PEERS[name]:
                test(name)
    for name in ("netflow1", "netflow5"):
        test_scapy_fixed(name)
    for name in ("netflow9", "ipfix"):
        test_scapy_templates(name)
    test_scapy_options()
    for name in ("ipfix-enterprise", "ipfix-biflow"):
        test_scapy_definitions(name)
    with capsys.disabled():
        print(f"\nencoded datagrams, values compared with peers: {compared}")
    assert compared == COMPARED
