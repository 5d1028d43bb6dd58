"""Datagrams built by scapy: what it was told is what comes out."""

# scapy.layers.netflow (2.8) departs from the specifications in what follows; there it is helped, or left out:
# * The IPFIX message length leaves out the 2 octets of the version: the length is given here.
# * Options templates without ``pad`` raise, and IPFIX ones lose their options to it: it is given here.
# * Enterprise numbers in options templates have 2 octets instead of 4 (RFC 7011 §3.2): left out.
# * v9's field types have 15 bits instead of 16 (RFC 3954 §5.2): types above 32767 are left out.
# * A record has one value per field name, so repetitions share one; enterprise elements are looked up by number alone;
#   most elements, AS numbers too, are built with one length, whatever the template says: given as octets, or left out.
# * Variable lengths are unknown: left out.
# * Times of µs and ns are plain integers: what is told here is the NTP timestamp of RFC 7011 §6.1.9.
# * Version 1 has no field for the TCP flags: they are the first octet of ``padding1``.
# * Data sets are filled up to 4 octets, so records of 1 to 3 octets may be followed by false ones: left out.

from __future__ import annotations

import json
import socket
import struct
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scapy.layers import netflow as scapy

TIME, UPTIME = 1_700_000_000, 86_400_000  # s since 1970, ms
NTP_TO_UNIX = 2_208_988_800  # RFC 5905: seconds from 1900 to 1970
FRESH_DECODERS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # make_decoder makes one each time
SOME = settings(max_examples=8, deadline=None, suppress_health_check=FRESH_DECODERS)

Value = tuple[Any, Any]  # what scapy is told, what should come out


class Field(NamedTuple):
    """A field of a template, and what its values may be."""

    type: int
    length: int
    key: str
    values: st.SearchStrategy[Value]
    enterprise: int = 0

    def specifier(self) -> scapy.NetflowTemplateFieldV9:
        pen = {"enterpriseBit": 1, "enterpriseNumber": self.enterprise} if self.enterprise else {}
        return scapy.NetflowTemplateFieldV9(fieldType=self.type, fieldLength=self.length, **pen)


def unsigned(octets: int) -> st.SearchStrategy[int]:
    return st.integers(0, 256**octets - 1)


def some(octets: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=octets, max_size=octets)


def text(length: int) -> st.SearchStrategy[Value]:
    """Text that scapy fills up with zeros."""
    characters = st.characters(exclude_characters="\0", codec="utf-8")
    fitting = st.text(characters, max_size=length).filter(lambda value: len(value.encode()) <= length)
    return fitting.map(lambda value: (value.encode(), value))


def ntp(unit: int) -> st.SearchStrategy[Value]:
    """Times that both NTP and our unit can say without rounding: 64ths of seconds, 1970 to 2038."""

    def told(time: int) -> Value:
        seconds, part = divmod(time, 64)
        return (seconds + NTP_TO_UNIX) % 2**32 << 32 | part << 26, time * unit // 64

    return st.integers(64, 64 * 2**31).map(told).filter(lambda time: time[0] > 0)  # NTP 0 is no time


UPTIMES = st.sampled_from([1, 2**31 - 1, 2**31, 2**32 - 1]) | st.integers(1, 2**32 - 1)  # without 0, no clock
FINITE = {"allow_nan": False, "allow_infinity": False}
IPV6 = some(16) | some(4).map(lambda tail: bytes(10) + b"\xff\xff" + tail) | some(2).map(lambda tail: bytes(14) + tail)
KINDS: dict[str, tuple[int, st.SearchStrategy[Value]]] = {  # kind -> octets, values
    "ipv4": (4, some(4).map(lambda wire: (socket.inet_ntop(socket.AF_INET, wire),) * 2)),
    "ipv6": (16, IPV6.map(lambda wire: (socket.inet_ntop(socket.AF_INET6, wire),) * 2)),
    "mac": (6, some(6).map(lambda wire: (wire.hex(":"),) * 2)),
    "bool": (1, st.sampled_from([(b"\1", True), (b"\2", False)])),
    "signed16": (2, st.integers(-(2**15), 2**15 - 1).map(lambda value: (struct.pack("!h", value), value))),
    "float32": (4, st.floats(width=32, **FINITE).map(lambda value: (struct.pack("!f", value), value))),
    "float64": (8, st.floats(**FINITE).map(lambda value: (struct.pack("!d", value), value))),
    "micro": (8, ntp(10**6)),
    "nano": (8, ntp(10**9)),
    "label": (3, unsigned(3).map(lambda label: (label, f"{label:06x}"))),
    "flags1": (4, unsigned(1).map(lambda flags: (flags << 24, flags))),  # of version 1
}
for octets in range(1, 33):
    KINDS[f"{octets}"] = octets, unsigned(octets).map(lambda value: (value,) * 2)
    KINDS[f"raw{octets}"] = octets, unsigned(octets).map(lambda value, octets=octets: (value.to_bytes(octets), value))
    KINDS[f"hex{octets}"] = octets, some(octets).map(lambda wire: (wire, wire.hex()))
    KINDS[f"text{octets}"] = octets, text(octets)


def fields_of(rows: str) -> list[Field]:
    """Fields from "type kind key, …"."""
    words = [row.split() for row in rows.split(",")]
    return [Field(int(number), KINDS[kind][0], key, KINDS[kind][1]) for number, kind, key in words]


ADDRESSES = "8 ipv4 sourceIPv4Address, 12 ipv4 destinationIPv4Address"
TRANSPORT = """7 2 sourceTransportPort, 11 2 destinationTransportPort, 4 1 protocolIdentifier, 5 1 ipClassOfService,
    6 1 tcpControlBits"""
FLOW = f"""{ADDRESSES}, 15 ipv4 ipNextHopIPv4Address, 10 2 ingressInterface, 14 2 egressInterface, 2 4 packetDeltaCount,
    1 4 octetDeltaCount, 22 4 flowStartSysUpTime, 21 4 flowEndSysUpTime, 7 2 sourceTransportPort,
    11 2 destinationTransportPort, 4 1 protocolIdentifier, 5 1 ipClassOfService"""
ROWS = {
    "IPv4": f"""{FLOW}, 6 1 tcpControlBits, 9 1 sourceIPv4PrefixLength, 13 1 destinationIPv4PrefixLength,
        16 4 bgpSourceAsNumber, 17 4 bgpDestinationAsNumber, 32 2 icmpTypeCodeIPv4""",
    "IPv6": f"""27 ipv6 sourceIPv6Address, 28 ipv6 destinationIPv6Address, 62 ipv6 ipNextHopIPv6Address, {TRANSPORT},
        31 3 flowLabelIPv6, 29 1 sourceIPv6PrefixLength, 30 1 destinationIPv6PrefixLength, 10 4 ingressInterface,
        1 8 octetDeltaCount, 2 8 packetDeltaCount""",
    "MAC": """56 mac sourceMacAddress, 57 mac postDestinationMacAddress, 58 2 vlanId, 59 2 postVlanId,
        61 1 flowDirection, 60 1 ipVersion, 1 4 octetDeltaCount, 2 8 packetDeltaCount""",
    "reduced": f"""{ADDRESSES}, {TRANSPORT}, 1 3 octetDeltaCount, 2 5 packetDeltaCount, 10 1 ingressInterface,
        14 3 egressInterface, 23 7 postOctetDeltaCount""",
    "wider": "1 16 octetDeltaCount, 2 9 packetDeltaCount, 10 8 ingressInterface, 23 32 postOctetDeltaCount",
    "types": """276 bool dataRecordsReliability, 320 float64 absoluteError, 321 float32 relativeError,
        434 signed16 mibObjectValueInteger, 3 raw7 deltaFlowCount, 48 raw1 samplerId, 82 text16 interfaceName,
        94 text9 applicationDescription, 313 hex20 ipHeaderPacketSection, 70 label mplsTopLabelStackSection,
        30000 hex5 ie30000""",
    "times": """150 4 flowStartSeconds, 151 4 flowEndSeconds, 152 8 flowStartMilliseconds, 153 8 flowEndMilliseconds,
        154 micro flowStartMicroseconds, 157 nano flowEndNanoseconds, 158 4 flowStartDeltaMicroseconds""",
    "v1": f"{FLOW}, 6 flags1 tcpControlBits",
    "v5": f"""{FLOW}, 6 1 tcpControlBits, 16 2 bgpSourceAsNumber, 17 2 bgpDestinationAsNumber,
        9 1 sourceIPv4PrefixLength, 13 1 destinationIPv4PrefixLength""",
    "scope 9": "1 raw4 system, 2 raw4 interface, 3 raw2 lineCard, 4 raw1 cache, 5 raw2 template",
    "scope 10": "143 raw4 meteringProcessId, 149 raw4 observationDomainId, 10 raw2 ingressInterface",
    "options": "34 4 samplingInterval, 35 1 samplingAlgorithm, 83 text24 interfaceDescription",
    "enterprise": """10 raw4 ingressInterface, 1 raw8 reverseOctetDeltaCount, 1 raw4 octetDeltaCount,
        80 raw2 SRC_FRAGMENTS, 17 hex3 pen4242_ie17, 10 raw2 ingressInterface, 2 raw3 reversePacketDeltaCount""",
}
FIELDS = {name: fields_of(rows) for name, rows in ROWS.items()}
TEMPLATES = ["IPv4", "IPv6", "MAC", "reduced", "wider", "types", "times"]
NAMES = {  # scapy's, of the fields of fixed versions
    1: "ipsrc ipdst nexthop inputIfIndex outpuIfIndex dpkts dbytes starttime endtime srcport dstport proto tos "
    "padding1",
    5: "src dst nexthop input output dpkts dOctets first last srcport dstport prot tos tcpFlags src_as dst_as "
    "src_mask dst_mask",
}
LAYERS = {1: (scapy.NetflowHeaderV1, scapy.NetflowRecordV1), 5: (scapy.NetflowHeaderV5, scapy.NetflowRecordV5)}
OPTIONS, DataSet = FIELDS["options"], scapy.NetflowDataflowsetV9
PENS = (0, 29305, 0, 35632, 4242, 0, 29305)  # reverse elements, ntop's, and one of which nobody knows
ENTERPRISE = [field._replace(enterprise=pen) for field, pen in zip(FIELDS["enterprise"], PENS, strict=True)]


def records_of(fields: list[Field], most: int = 4) -> st.SearchStrategy[list[tuple[Value, ...]]]:
    return st.lists(st.tuples(*(field.values for field in fields)), min_size=1, max_size=most)


def expected_of(fields: list[Field], record: tuple[Value, ...]) -> dict[str, Any]:
    return {field.key: expected for field, (_, expected) in zip(fields, record, strict=True)}


def flowset(version: int, templates: dict[int, list[Field]]) -> scapy.NetflowFlowsetV9:
    records = [
        scapy.NetflowTemplateV9(templateID=template_id, template_fields=[field.specifier() for field in fields])
        for template_id, fields in templates.items()
    ]
    return scapy.NetflowFlowsetV9(flowSetID=0 if version == 9 else 2, templates=records)


def octets_of(values: tuple[Value, ...]) -> scapy.NetflowRecordV9:
    return scapy.NetflowRecordV9(fieldValue=b"".join(told for told, _ in values))


def built(fields: list[Field], records: list[tuple[Value, ...]]) -> list[scapy.NetflowRecordV9]:
    """The records as scapy makes them of what it is told."""
    made = scapy.GetNetflowRecordV9(flowset(9, {256: fields}))
    names = [field.name for field in made.fields_desc]
    assert len({*names}) == len(fields)
    return [made(**{name: told for name, (told, _) in zip(names, record, strict=True)}) for record in records]


def datagram(version: int, *sets: scapy.Packet, **header: int) -> bytes:
    body = sets[0]
    for each in sets[1:]:
        body = body / each
    if version == 9:
        packet = scapy.NetflowHeaderV9(**{"unixSecs": TIME, "sysUptime": UPTIME, **header}) / body
    else:
        packet = scapy.NetflowHeaderV10(**{"ExportTime": TIME, "length": 16 + len(bytes(body)), **header}) / body
    return bytes(scapy.NetflowHeader(version=version) / packet)


def decode(decoder: Any, octets: bytes) -> dict[str, Any]:
    """The message; without what is said, and added, of numbers that scapy's exporter would not send together."""
    message = decoder.decode(octets, "scapy")
    problems = [each for each in message["problems"] if each["code"] not in ("suspect_template", "clock_step")]
    assert (problems, message["late"]) == ([], [])
    assert {*message["quirks"]} <= {"icmp_in_destination_port", "last_after_uptime"}
    for flow in message["flows"]:
        added = [key for key in flow if key.startswith(("icmpTypeIPv", "icmpCodeIPv"))]
        assert not added or "icmp_in_destination_port" in message["quirks"]
        for key in added:
            del flow[key]
    return message


def same(ours: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert ours == expected
    assert json.dumps(ours, sort_keys=True) == json.dumps(expected, sort_keys=True)  # True is not 1, 0.0 not -0.0


def with_absolute_times(flow: dict[str, Any], system_up_time: int, export: int) -> dict[str, Any]:
    """*flow* and the times since 1970 of its sysUpTimes, which may be up to 2³¹ ms before or after the header's."""
    for bound in ("Start", "End"):
        if f"flow{bound}SysUpTime" in flow:
            later = (flow[f"flow{bound}SysUpTime"] - system_up_time + 2**31) % 2**32 - 2**31
            flow[f"flow{bound}Milliseconds"] = export + later
    return flow


@pytest.mark.parametrize("version", [1, 5])
@SOME
@given(uptime=UPTIMES, seconds=unsigned(4), nanoseconds=st.integers(0, 10**9 - 1), data=st.data())
def test_fixed_versions(make_decoder, version, uptime, seconds, nanoseconds, data):
    (header_type, record_type), fields, names = LAYERS[version], FIELDS[f"v{version}"], NAMES[version].split()
    records = data.draw(records_of(fields, most=8))
    told = {"sysUptime": uptime, "unixSecs": seconds, "unixNanoSeconds": nanoseconds}
    expected = {"sysUpTime": uptime, "exportTime": seconds, "exportNanoseconds": nanoseconds}
    if version == 5:
        sequence, engine_type, engine, sampling = data.draw(st.tuples(*map(unsigned, (4, 1, 1, 2))))
        told |= {"flowSequence": sequence, "engineType": engine_type, "engineID": engine, "samplingInterval": sampling}
        expected |= {"sequenceNumber": sequence, "engineType": engine_type, "engineId": engine}
        expected |= {"samplingMode": sampling // 2**14, "samplingInterval": sampling % 2**14}  # scapy: the whole word
    packet = scapy.NetflowHeader(version=version) / header_type(**told)
    for record in records:
        packet = packet / record_type(**{name: value for name, (value, _) in zip(names, record, strict=True)})
    message = decode(make_decoder(), bytes(packet))
    assert message["header"] == {"version": version, "count": len(records), **expected}
    export = seconds * 1000 + nanoseconds // 10**6
    same(message["flows"], [with_absolute_times(expected_of(fields, each), uptime, export) for each in records])


@pytest.mark.parametrize("version", [9, 10])
@pytest.mark.parametrize("name", TEMPLATES)
@SOME
@given(uptime=UPTIMES, seconds=unsigned(4), sequence=unsigned(4), domain=unsigned(4), data=st.data())
def test_data_records(make_decoder, version, name, uptime, seconds, sequence, domain, data):
    others = data.draw(st.lists(st.sampled_from(TEMPLATES), max_size=2))
    templates = {256 + number: FIELDS[each] for number, each in enumerate([name, *others])}
    sets, expected = [], []
    for template_id in [256, *data.draw(st.lists(st.sampled_from([*templates]), max_size=2))]:
        records = data.draw(records_of(templates[template_id], most=4))
        sets.append(DataSet(templateID=template_id, records=built(templates[template_id], records)))
        expected += [expected_of(templates[template_id], record) for record in records]
    if version == 9:
        told = {"sysUptime": uptime, "unixSecs": seconds, "packageSequence": sequence, "SourceID": domain}
        header = {"count": len(templates) + len(expected), "sysUpTime": uptime, "sourceId": domain}
        expected = [with_absolute_times(record, uptime, seconds * 1000) for record in expected]
    else:
        told = {"ExportTime": seconds, "flowSequence": sequence, "ObservationDomainID": domain}
        header = {"observationDomainId": domain}
    octets, decoder = datagram(version, flowset(version, templates), *sets, **told), make_decoder()
    if version == 10:
        header["length"] = len(octets)
    message = decode(decoder, octets)
    assert message["header"] == {"version": version, "exportTime": seconds, "sequenceNumber": sequence, **header}
    same(message["flows"], expected)
    assert message["options"] == []
    for template, (template_id, fields) in zip(message["templates"], templates.items(), strict=True):
        assert (template["event"], template["template_id"], template["scope_count"]) == ("learned", template_id, None)
        found = [(each["id"], each["length"], each["name"]) for each in template["fields"]]
        assert found == [field[:3] for field in fields]
    same(decode(decoder, datagram(version, *sets, **told))["flows"], expected)  # by the templates of before


@pytest.mark.parametrize("version", [9, 10])
@SOME
@given(data=st.data())
def test_options_with_scope(make_decoder, version, data):
    scope = data.draw(st.lists(st.sampled_from(FIELDS[f"scope {version}"]), min_size=1, max_size=5, unique=True))
    both = st.tuples(*(st.tuples(*(each.values for each in part)) for part in (scope, OPTIONS)))
    records = data.draw(st.lists(both, max_size=6))
    kind = scapy.NetflowOptionsFlowsetV9 if version == 9 else scapy.NetflowOptionsFlowset10
    scope_field, option_field = scapy.NetflowOptionsFlowsetScopeV9, scapy.NetflowOptionsFlowsetOptionV9
    scopes = [scope_field(scopeFieldType=each.type, scopeFieldlength=each.length) for each in scope]
    options = [option_field(optionFieldType=each.type, optionFieldlength=each.length) for each in OPTIONS]
    template = kind(templateID=300, scopes=scopes, options=options, pad=b"\0\0")
    made = built(OPTIONS, [record[1] for record in records])
    parts = [part for each, option in zip(records, made, strict=True) for part in (octets_of(each[0]), option)]
    message = decode(make_decoder(), datagram(version, template, DataSet(templateID=300, records=parts)))
    assert message["flows"] == []
    expected = [{"scope": expected_of(scope, scopes), **expected_of(OPTIONS, each)} for scopes, each in records]
    same(message["options"], expected)
    assert [each["scope_count"] for each in message["templates"]] == [len(scope)]


@SOME
@given(data=st.data())
def test_enterprise_and_repeated_elements(make_decoder, data):
    records = data.draw(records_of(ENTERPRISE))
    sets = flowset(10, {400: ENTERPRISE}), DataSet(templateID=400, records=[octets_of(record) for record in records])
    message = decode(make_decoder(), datagram(10, *sets))
    repeated = [{"ingressInterface": [record[0][1], record[5][1]]} for record in records]
    same(message["flows"], [expected_of(ENTERPRISE, each) | repeated.pop(0) for each in records])
    assert [each["enterprise"] for each in message["templates"][0]["fields"]] == [*PENS]
