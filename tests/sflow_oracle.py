"""What an sFlow datagram must give, by nothing of ours: struct, the layout document's tables, and scapy.

Words and records are cut out by their lengths, values are those of the tables' types, sampled packets are scapy's.
Only what the captures and recordings hold; records of other structures come out as unknown ones.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6MLReport2, IPv6, IPv6ExtHdrHopByHop
from scapy.layers.l2 import GRE, Dot1Q, Ether
from scapy.packet import Packet

from tests.protocols.sflow.structures import COUNTER, FLOW, RECORDS, TEXT_IN_OPAQUE, Row

Record = dict[str, Any]
Body = tuple[str, bytes]  # format as "0:1001", octets

WORDS = {"0:1": 8, "0:2": 3, "0:3": 11, "0:4": 4, "0:5": 8}  # before the records; the last one counts them
NUMBERS = {"u32": "!I", "i32": "!i", "u64": "!Q", "f32": "!f"}
SIZES = {"ip4": 4, "ip6": 16, "mac": 8, "b4": 4, "b16": 16}
ADDRESSES = {0: 0, 1: 4, 2: 16}
UNKNOWN = 0xFFFFFFFF  # a VLAN that the agent does not tell


def tables(rows: dict[str, Row]) -> dict[str, Row]:
    """Rows by format."""
    return {f"{row.enterprise}:{row.number}": row for row in rows.values()}


TABLES = {"flow": tables(FLOW), "counter": tables(COUNTER)}


def kind_of(number: str) -> str:
    """Which table the records of a sample of this format are in."""
    return "counter" if number in ("0:2", "0:4") else "flow"


def bodies(octets: bytes, at: int, count: int) -> Iterator[tuple[Body, int]]:
    """Samples or records one behind the other, and where each one's body begins."""
    for _ in range(count):
        number, length = struct.unpack_from("!II", octets, at)
        yield (f"{number >> 12}:{number & 0xFFF}", octets[at + 8 : at + 8 + length]), at + 8
        at += 8 + length + -length % 4


def samples_of(octets: bytes) -> Iterator[tuple[str, list[int], list[Body]]]:
    """Format, words and records of each sample; records by their own lengths, wherever the sample's length ends."""
    at = 8 + ADDRESSES[octets[7]]
    (count,) = struct.unpack_from("!I", octets, at + 12)
    for (number, _), start in bodies(octets, at + 16, count):
        words = list(struct.unpack_from(f"!{WORDS[number]}I", octets, start))
        if number in ("0:1", "0:2"):  # compact: class and index in one word
            words[1:2] = words[1] >> 24, words[1] & 0xFFFFFF
        records = bodies(octets, start + 4 * WORDS[number], words.pop())
        yield number, words, [record for record, _ in records]


def unpacked(name: str, kind: str, octets: bytes, at: int) -> tuple[Any, int]:
    """A value of one of the document's types in the form that we show, and where it ends."""
    if kind in RECORDS:
        return fields_of(RECORDS[kind], octets, at)
    if kind in NUMBERS:
        return struct.unpack_from(NUMBERS[kind], octets, at)[0], at + struct.calcsize(NUMBERS[kind])
    if kind in SIZES:
        value, at = octets[at : at + SIZES[kind]], at + SIZES[kind]
        if kind == "mac":
            return value[:6].hex(":"), at
        return (value.hex() if kind.startswith("b") else str(ip_address(value))), at
    (count,), at = struct.unpack_from("!I", octets, at), at + 4
    if kind == "addr":
        end = at + ADDRESSES[count]
        return (str(ip_address(octets[at:end])) if count else None), end
    if kind in ("str", "opq"):
        value = octets[at : at + count]
        is_text = kind == "str" or name in TEXT_IN_OPAQUE
        return (value.decode() if is_text else value.hex()), at + count + -count % 4
    values = []
    for _ in range(count):
        value, at = unpacked(name, kind.removesuffix("[]"), octets, at)
        values.append(value)
    return values, at


def fields_of(fields: list[tuple[str, str]], octets: bytes, at: int = 0) -> tuple[Record, int]:
    """A structure, and where it ends."""
    values = {}
    for name, kind in fields:
        values[name], at = unpacked(name, kind, octets, at)
    return values, at


def structure_of(kind: str, record: Body) -> tuple[str, Record] | None:
    """A record's structure and fields; None where the tables have no such format."""
    number, octets = record
    row = TABLES[kind].get(number)
    if row is None:
        return None
    fields, end = fields_of(row.fields, octets)
    assert end in (len(octets), len(octets) + -len(octets) % 4)  # padding may be left out
    return row.name, fields


def with_records(sample: Record, kind: str, records: list[Body]) -> Record:
    """The sample with every record under its structure's name."""
    for record in records:
        if (known := structure_of(kind, record)) is None:
            unknown = {"format": record[0], "octets": record[1].hex()}
            sample.setdefault("unknown_records", []).append(unknown)
        else:
            assert known[0] not in sample
            sample[known[0]] = known[1]
    return sample


def wanted(number: str, words: list[int], records: list[Body]) -> Record:
    """The whole dict of a sample but for ``continuity``."""
    if kind_of(number) == "counter":
        sample = dict(zip(("sequence_number", "source_class", "source_index"), words, strict=True))
        return with_records(sample, "counter", records)
    names = ["sequence_number", "source_class", "source_index", "sampling_rate", "sample_pool", "drops"]
    if number == "0:5":
        del names[3:5]
    sampler, rest = dict(zip(names, words, strict=False)), words[len(names) :]
    flow: Record = {"sampler": sampler, "packetDeltaCount": 1}
    if number == "0:5":
        flow["discarded_packet"] = {"reason": rest[2], "reason_name": {1: "host_unreachable"}[rest[2]]}
        rest = [0, rest[0], 0, rest[1]]
    else:
        flow["samplingInterval"] = sampler.pop("sampling_rate")
    if number == "0:1":
        rest = [part for word in rest for part in (word >> 30, word & 0x3FFFFFFF)]
    for way, what, value in (("ingress", *rest[:2]), ("egress", *rest[2:])):
        is_index = not what and 0 < value < 2**31 and value != 0x3FFFFFFF
        flow |= {f"{way}Interface": value} if is_index else {way: {"format": what, "value": value}}
    return lifted(sampled(with_records(flow, "flow", records)))


def sampled(flow: Record) -> Record:
    """The flow with the packet's layers, or with what the agent says of them, at its top."""
    header = flow.get("sampled_header")
    if header is not None:
        octets = bytes.fromhex(header.pop("header"))
        header["header_length"] = len(octets)
        first = {1: Ether, 11: IP}[header["header_protocol"]]
        return flow | {"layer2OctetDeltaCount": header["frame_length"]} | layers(first(octets))
    names = ("layer2OctetDeltaCount", "sourceMacAddress", "destinationMacAddress", "ethernetType")
    return flow | dict(zip(names, flow.pop("sampled_ethernet", {}).values(), strict=False))


def lifted(flow: Record) -> Record:
    """The flow with the elements that its extended structures tell."""
    says: Record = {}
    if switch := flow.get("extended_switch"):
        vlans = {"vlanId": switch["src_vlan"], "postVlanId": switch["dst_vlan"]}
        says |= {name: vlan for name, vlan in vlans.items() if vlan != UNKNOWN}
    if router := flow.get("extended_router"):
        version = ip_address(router["nexthop"]).version
        says[f"ipNextHopIPv{version}Address"] = router["nexthop"]
        lengths = {"source": router["src_mask_len"], "destination": router["dst_mask_len"]}
        says |= {f"{end}IPv{version}PrefixLength": length for end, length in lengths.items() if length <= 128}
    if gateway := flow.get("extended_gateway"):
        path = [number for segment in gateway["dst_as_path"] for number in segment["asns"]]
        says[f"bgpNextHopIPv{ip_address(gateway['nexthop']).version}Address"] = gateway["nexthop"]
        says |= {"bgpSourceAsNumber": gateway["src_as"], "bgpPrevAdjacentAsNumber": gateway["src_peer_as"]}
        says |= {"bgpNextAdjacentAsNumber": path[0], "bgpDestinationAsNumber": path[-1]}
    return says | flow


def ports(layer: Packet) -> Record:
    """What TCP and UDP have."""
    return {"sourceTransportPort": layer.sport, "destinationTransportPort": layer.dport}


def control(version: int) -> Callable[[Packet], Record]:
    """What ICMP has; scapy does not call every message's second octet a code."""
    return lambda layer: {f"icmpTypeIPv{version}": layer.type, f"icmpCodeIPv{version}": bytes(layer)[1]}


def tagged(layer: Packet) -> Record:
    """What a VLAN tag has."""
    tag = {"tpid": layer.underlayer.type, "priority": layer.prio, "dei": int(layer.dei), "vlan": layer.vlan}
    return {"dot1qVlanId": layer.vlan, "dot1qPriority": layer.prio, "vlan_tags": [tag], "ethernetType": layer.type}


def ipv4(layer: Packet) -> Record:
    """What IPv4 has; flags at their places in the octet, as IANA's element has them."""
    return {
        "ipVersion": layer.version,
        "ipClassOfService": layer.tos,
        "octetDeltaCount": layer.len,
        "fragmentIdentification": layer.id,
        "fragmentFlags": int(layer.flags) << 5,
        "fragmentOffset": layer.frag,
        "ipTTL": layer.ttl,
        "protocolIdentifier": layer.proto,
        "sourceIPv4Address": layer.src,
        "destinationIPv4Address": layer.dst,
    }


def ipv6(layer: Packet) -> Record:
    """What IPv6 has."""
    return {
        "ipVersion": layer.version,
        "ipClassOfService": layer.tc,
        "flowLabelIPv6": layer.fl,
        "octetDeltaCount": layer.plen + 40,
        "protocolIdentifier": layer.nh,
        "ipTTL": layer.hlim,
        "sourceIPv6Address": layer.src,
        "destinationIPv6Address": layer.dst,
    }


#: Scapy's layer -> what is to be said of it; a later layer's values replace those of an earlier one
LAYERS: dict[type[Packet], Callable[[Packet], Record]] = {
    Ether: lambda at: {"destinationMacAddress": at.dst, "sourceMacAddress": at.src, "ethernetType": at.type},
    Dot1Q: tagged,
    IP: ipv4,
    IPv6: ipv6,
    IPv6ExtHdrHopByHop: lambda at: {"protocolIdentifier": at.nh, "ipv6_extension_headers": [0]},
    TCP: lambda at: ports(at) | {"tcpSequenceNumber": at.seq, "tcpControlBits": int(at.flags)},
    UDP: ports,
    ICMP: control(4),
    **dict.fromkeys((ICMPv6EchoRequest, ICMPv6EchoReply, ICMPv6MLReport2), control(6)),
}


def layers(packet: Packet) -> Record:
    """What is to be said of a packet as scapy takes it apart."""
    says: Record = {}
    while type(packet) in LAYERS:
        says |= LAYERS[type(packet)](packet)
        packet = packet.payload
    if type(packet) is GRE:
        assert not packet.key_present
        says |= {"tunnel": {"kind": "gre", "id": None}, "inner": layers(packet.payload)}
    return says
