"""Datagrams built by scapy: what it was told is what comes out.

scapy.layers.netflow departs from the specifications in what follows; there it is helped or left out (scapy 2.8):

* NetflowHeaderV10 leaves the 2 octets of the version out of the message length: the length is given here.
* Options FlowSets without ``pad`` fail, and IPFIX ones lose their options to it: it is given here.
* Enterprise numbers of options fields have 2 octets there, RFC 7011 §3.2 has 4: left out.
* Field types have 15 bits in v9 too, where RFC 3954 §5.2 has 16: types above 32767 are left out.
* Records hold one value per field name, so one for all repetitions of an element, and look up enterprise elements by
  number alone; SRC_AS and DST_AS are always built with 4 octets; variable lengths are unknown: such records are given
  as octets, or left out.
* Times of µs and ns are plain integers to it: what it is told here is the NTP timestamp of RFC 7011 §6.1.9.
* NetflowRecordV1 has no field for the TCP flags: they are the first octet of its ``padding1``.
* Data FlowSets are filled up to 4 octets, so records of 1 to 3 octets would be doubled: left out.
"""

from __future__ import annotations

import socket
import struct
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scapy.layers import netflow as scapy

from netflowparse.codec import shapes

TIME = 1_700_000_000  # s since 1970
NTP_TO_UNIX = 2_208_988_800  # RFC 5905: seconds from 1900 to 1970
FRESH_DECODERS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # make_decoder makes one each time
SOME = settings(max_examples=15, deadline=None, suppress_health_check=FRESH_DECODERS)


class Field(NamedTuple):
    """A field of a template, and what its values may be."""

    type: int
    length: int
    key: str
    values: st.SearchStrategy[tuple[Any, Any]]  # (what scapy is told, what should come out)


def unsigned(octets: int) -> st.SearchStrategy[int]:
    return st.integers(0, 256**octets - 1)


def number(field_type: int, length: int, key: str) -> Field:
    return Field(field_type, length, key, unsigned(length).map(lambda value: (value, value)))


def opaque(field_type: int, length: int, key: str) -> Field:
    """A number that scapy takes as octets."""
    return Field(field_type, length, key, unsigned(length).map(lambda value: (value.to_bytes(length), value)))


def packed(field_type: int, layout: str, key: str, values: st.SearchStrategy[Any]) -> Field:
    told = values.map(lambda value: (struct.pack(layout, value), value))
    return Field(field_type, struct.calcsize(layout), key, told)


def ipv4(field_type: int, key: str) -> Field:
    return Field(field_type, 4, key, st.ip_addresses(v=4).map(lambda address: (str(address), str(address))))


def ipv6(field_type: int, key: str) -> Field:
    def told(address):
        return address.exploded, socket.inet_ntop(socket.AF_INET6, address.packed)

    return Field(field_type, 16, key, st.ip_addresses(v=6).map(told))


def mac(field_type: int, key: str) -> Field:
    return Field(field_type, 6, key, st.binary(min_size=6, max_size=6).map(lambda six: (six.hex(":"), six.hex(":"))))


def text(field_type: int, length: int, key: str) -> Field:
    """Text that scapy fills up with zeros."""
    fitting = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=length).filter(
        lambda value: len(value.encode()) <= length
    )
    return Field(field_type, length, key, fitting.map(lambda value: (value.encode(), value)))


def octets(field_type: int, length: int, key: str) -> Field:
    return Field(
        field_type, length, key, st.binary(min_size=length, max_size=length).map(lambda some: (some, some.hex()))
    )


def ntp(field_type: int, unit: int, key: str) -> Field:
    """Times that both NTP and our unit can say without rounding: 64ths of seconds."""

    def told(time):
        seconds, part = divmod(time, 64)
        return (seconds + NTP_TO_UNIX) % 2**32 << 32 | part << 26, time * unit // 64

    return Field(field_type, 8, key, st.integers(64, 64 * 2**31).map(told))


ADDRESSES_4 = [ipv4(8, "sourceIPv4Address"), ipv4(12, "destinationIPv4Address")]
ADDRESSES_6 = [ipv6(27, "sourceIPv6Address"), ipv6(28, "destinationIPv6Address")]
TRANSPORT = [number(7, 2, "sourceTransportPort"), number(11, 2, "destinationTransportPort")]
KIND = [number(4, 1, "protocolIdentifier"), number(5, 1, "ipClassOfService"), number(6, 1, "tcpControlBits")]


def counters(octet_length: int, packet_length: int) -> list[Field]:
    return [number(1, octet_length, "octetDeltaCount"), number(2, packet_length, "packetDeltaCount")]


TEMPLATES = {
    "IPv4": [
        *ADDRESSES_4,
        ipv4(15, "ipNextHopIPv4Address"),
        *TRANSPORT,
        *KIND,
        number(9, 1, "sourceIPv4PrefixLength"),
        number(13, 1, "destinationIPv4PrefixLength"),
        number(16, 4, "bgpSourceAsNumber"),
        number(17, 4, "bgpDestinationAsNumber"),
        number(10, 2, "ingressInterface"),
        number(14, 2, "egressInterface"),
        *counters(4, 4),
        number(32, 2, "icmpTypeCodeIPv4"),
    ],
    "IPv6": [
        *ADDRESSES_6,
        ipv6(62, "ipNextHopIPv6Address"),
        number(31, 3, "flowLabelIPv6"),
        number(29, 1, "sourceIPv6PrefixLength"),
        number(30, 1, "destinationIPv6PrefixLength"),
        *TRANSPORT,
        *KIND,
        number(10, 4, "ingressInterface"),
        *counters(8, 8),
    ],
    "MAC": [
        mac(56, "sourceMacAddress"),
        mac(57, "postDestinationMacAddress"),
        number(58, 2, "vlanId"),
        number(59, 2, "postVlanId"),
        number(61, 1, "flowDirection"),
        number(60, 1, "ipVersion"),
        *counters(4, 8),
    ],
    "reduced": [*counters(3, 5), number(10, 1, "ingressInterface"), number(14, 3, "egressInterface"), *ADDRESSES_4],
    "wider": [*counters(16, 9), number(10, 8, "ingressInterface"), number(23, 32, "postOctetDeltaCount")],
    "types": [
        Field(276, 1, "dataRecordsReliability", st.sampled_from([(b"\1", True), (b"\2", False)])),
        packed(320, "!d", "absoluteError", st.floats(allow_nan=False, allow_infinity=False)),
        packed(321, "!f", "relativeError", st.floats(allow_nan=False, allow_infinity=False, width=32)),
        packed(434, "!h", "mibObjectValueInteger", st.integers(-(2**15), 2**15 - 1)),
        opaque(3, 7, "deltaFlowCount"),
        opaque(48, 1, "samplerId"),
        text(82, 16, "interfaceName"),
        text(94, 9, "applicationDescription"),
        octets(313, 20, "ipHeaderPacketSection"),
        octets(70, 3, "mplsTopLabelStackSection")._replace(
            values=unsigned(3).map(lambda label: (label, f"{label:06x}"))
        ),
        octets(30000, 5, "ie30000"),
    ],
    "times": [
        number(150, 4, "flowStartSeconds"),
        number(151, 4, "flowEndSeconds"),
        number(152, 8, "flowStartMilliseconds"),
        number(153, 8, "flowEndMilliseconds"),
        ntp(154, 10**6, "flowStartMicroseconds"),
        ntp(157, 10**9, "flowEndNanoseconds"),
        number(158, 4, "flowStartDeltaMicroseconds"),
    ],
    "uptimes": [*ADDRESSES_4, number(22, 4, "flowStartSysUpTime"), number(21, 4, "flowEndSysUpTime"), *counters(4, 4)],
}


FIXED_1 = {
    "ipsrc": ipv4(0, "sourceIPv4Address"),
    "ipdst": ipv4(0, "destinationIPv4Address"),
    "nexthop": ipv4(0, "ipNextHopIPv4Address"),
    "inputIfIndex": number(0, 2, "ingressInterface"),
    "outpuIfIndex": number(0, 2, "egressInterface"),
    "dpkts": number(0, 4, "packetDeltaCount"),
    "dbytes": number(0, 4, "octetDeltaCount"),
    "starttime": number(0, 4, "flowStartSysUpTime"),
    "endtime": number(0, 4, "flowEndSysUpTime"),
    "srcport": number(0, 2, "sourceTransportPort"),
    "dstport": number(0, 2, "destinationTransportPort"),
    "proto": number(0, 1, "protocolIdentifier"),
    "tos": number(0, 1, "ipClassOfService"),
    "padding1": Field(0, 4, "tcpControlBits", unsigned(1).map(lambda flags: (flags << 24, flags))),
}
RENAMED = {"ipsrc": "src", "ipdst": "dst", "inputIfIndex": "input", "outpuIfIndex": "output", "dbytes": "dOctets"}
RENAMED |= {"starttime": "first", "endtime": "last", "proto": "prot"}
FIXED_5 = {RENAMED.get(name, name): field for name, field in FIXED_1.items() if name != "padding1"} | {
    "tcpFlags": number(0, 1, "tcpControlBits"),
    "src_as": number(0, 2, "bgpSourceAsNumber"),
    "dst_as": number(0, 2, "bgpDestinationAsNumber"),
    "src_mask": number(0, 1, "sourceIPv4PrefixLength"),
    "dst_mask": number(0, 1, "destinationIPv4PrefixLength"),
}
FIXED = {
    1: (FIXED_1, scapy.NetflowHeaderV1, scapy.NetflowRecordV1),
    5: (FIXED_5, scapy.NetflowHeaderV5, scapy.NetflowRecordV5),
}
SCOPES = {  # scapy is told their octets
    9: [
        opaque(1, 4, "system"),
        opaque(2, 4, "interface"),
        opaque(3, 2, "lineCard"),
        opaque(4, 1, "cache"),
        opaque(5, 2, "template"),
    ],
    10: [
        opaque(143, 4, "meteringProcessId"),
        opaque(144, 4, "exportingProcessId"),
        opaque(149, 4, "observationDomainId"),
        opaque(10, 2, "ingressInterface"),
        opaque(145, 2, "templateId"),
    ],
}
OPTIONS = [number(34, 4, "samplingInterval"), number(35, 1, "samplingAlgorithm"), text(83, 24, "interfaceDescription")]
ENTERPRISE = [
    (0, opaque(10, 4, "ingressInterface")),
    (29305, opaque(1, 8, "reverseOctetDeltaCount")),
    (0, opaque(1, 4, "octetDeltaCount")),
    (35632, opaque(80, 2, "SRC_FRAGMENTS")),  # ntop's
    (4242, octets(17, 3, "pen4242_ie17")),  # of no registry
    (0, opaque(10, 2, "ingressInterface")),
    (29305, opaque(2, 3, "reversePacketDeltaCount")),
]


@pytest.fixture(autouse=True)
def compiled_from_the_first_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the reference engine reads the first records of every shape for the compiled one."""
    monkeypatch.setattr(shapes, "COMPILE_AFTER", 0)


def records_of(fields: list[Field], most: int = 9) -> st.SearchStrategy[list[tuple[tuple[Any, Any], ...]]]:
    return st.lists(st.tuples(*(field.values for field in fields)), min_size=1, max_size=most)


def expected_of(fields: list[Field], record: tuple[tuple[Any, Any], ...]) -> dict[str, Any]:
    return {field.key: expected for field, (_, expected) in zip(fields, record, strict=True)}


def flowset(version: int, templates: dict[int, list[Field]]) -> scapy.NetflowFlowsetV9:
    records = [
        scapy.NetflowTemplateV9(
            templateID=template_id,
            template_fields=[scapy.NetflowTemplateFieldV9(fieldType=each[0], fieldLength=each[1]) for each in fields],
        )
        for template_id, fields in templates.items()
    ]
    return scapy.NetflowFlowsetV9(flowSetID=0 if version == 9 else 2, templates=records)


def built(fields: list[Field], records: list[tuple[tuple[Any, Any], ...]]) -> list[scapy.NetflowRecordV9]:
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
        packet = scapy.NetflowHeaderV9(**{"unixSecs": TIME, **header}) / body
    else:
        packet = scapy.NetflowHeaderV10(**{"ExportTime": TIME, "length": 16 + len(bytes(body)), **header}) / body
    return bytes(scapy.NetflowHeader(version=version) / packet)


def decode(decoder: Any, octets: bytes) -> dict[str, Any]:
    message = decoder.decode(octets, "scapy")
    assert (message["problems"], message["quirks"], message["late"]) == ([], [], [])
    return message


def with_absolute_times(flow: dict[str, Any], system_up_time: int, export: int) -> dict[str, Any]:
    """*flow* and the times since 1970 of its sysUpTimes, which may be up to 2³¹ ms before or after the header's."""
    for bound in ("Start", "End"):
        if f"flow{bound}SysUpTime" in flow:
            later = (flow[f"flow{bound}SysUpTime"] - system_up_time + 2**31) % 2**32 - 2**31
            flow[f"flow{bound}Milliseconds"] = export + later
    return flow


@pytest.mark.parametrize("version", [1, 5])
@SOME
@given(uptime=st.integers(1, 2**32 - 1), seconds=unsigned(4), nanoseconds=st.integers(0, 10**9 - 1), data=st.data())
def test_fixed_versions(make_decoder, version, uptime, seconds, nanoseconds, data):
    layout, header_type, record_type = FIXED[version]
    fields = list(layout.values())
    records = data.draw(records_of(fields, most=30))
    told = {"sysUptime": uptime, "unixSecs": seconds, "unixNanoSeconds": nanoseconds}
    expected = {"sysUpTime": uptime, "exportTime": seconds, "exportNanoseconds": nanoseconds}
    if version == 5:
        sequence, engine_type, engine, mode, interval = data.draw(
            st.tuples(unsigned(4), unsigned(1), unsigned(1), st.integers(0, 3), st.integers(0, 2**14 - 1))
        )
        told |= {"flowSequence": sequence, "engineType": engine_type, "engineID": engine}
        told["samplingInterval"] = mode << 14 | interval  # the whole word, to scapy
        expected |= {"sequenceNumber": sequence, "engineType": engine_type, "engineId": engine}
        expected |= {"samplingMode": mode, "samplingInterval": interval}
    packet = scapy.NetflowHeader(version=version) / header_type(**told)
    for record in records:
        packet = packet / record_type(**{name: value for name, (value, _) in zip(layout, record, strict=True)})
    message = decode(make_decoder(), bytes(packet))
    assert message["header"] == {"version": version, "count": len(records), **expected}
    assert message["flows"] == [
        with_absolute_times(expected_of(fields, record), uptime, seconds * 1000 + nanoseconds // 10**6)
        for record in records
    ]


@pytest.mark.parametrize("version", [9, 10])
@pytest.mark.parametrize("name", TEMPLATES)
@SOME
@given(uptime=st.integers(1, 2**32 - 1), seconds=unsigned(4), sequence=unsigned(4), domain=unsigned(4), data=st.data())
def test_records(make_decoder, version, name, uptime, seconds, sequence, domain, data):
    fields = TEMPLATES[name]
    records = data.draw(records_of(fields))
    template = flowset(version, {256: fields})
    flows = scapy.NetflowDataflowsetV9(templateID=256, records=built(fields, records))
    if version == 9:
        told = {"sysUptime": uptime, "unixSecs": seconds, "packageSequence": sequence, "SourceID": domain}
        header = {"count": 1 + len(records), "sysUpTime": uptime, "sourceId": domain}
    else:
        told = {"ExportTime": seconds, "flowSequence": sequence, "ObservationDomainID": domain}
        header = {"observationDomainId": domain}
    octets = datagram(version, template, flows, **told)
    if version == 10:
        header["length"] = len(octets)
    decoder, expected = make_decoder(), [expected_of(fields, record) for record in records]
    if version == 9:
        expected = [with_absolute_times(record, uptime, seconds * 1000) for record in expected]
    message = decode(decoder, octets)
    assert message["header"] == {"version": version, "exportTime": seconds, "sequenceNumber": sequence, **header}
    assert message["flows"] == expected
    assert message["options"] == []
    (learned,) = message["templates"]
    assert (learned["event"], learned["template_id"], learned["scope_count"]) == ("learned", 256, None)
    assert [(each["id"], each["length"], each["name"]) for each in learned["fields"]] == [each[:3] for each in fields]
    assert decode(decoder, datagram(version, flows, **told))["flows"] == expected  # by the template of before


@pytest.mark.parametrize("version", [9, 10])
@SOME
@given(data=st.data())
def test_several_templates_in_a_set(make_decoder, version, data):
    names = data.draw(st.lists(st.sampled_from([*TEMPLATES]), min_size=2, max_size=4, unique=True))
    templates = {256 + number: TEMPLATES[name] for number, name in enumerate(names)}
    sets, expected = [flowset(version, templates)], []
    for template_id in data.draw(st.lists(st.sampled_from([*templates]), min_size=1, max_size=5)):
        records = data.draw(records_of(templates[template_id], most=3))
        made = built(templates[template_id], records)
        sets.append(scapy.NetflowDataflowsetV9(templateID=template_id, records=made))
        expected += [expected_of(templates[template_id], record) for record in records]
    message = decode(make_decoder(), datagram(version, *sets))  # sysUpTime 0: no absolute times
    assert [each["template_id"] for each in message["templates"]] == [*templates]
    assert message["flows"] == expected


@pytest.mark.parametrize("version", [9, 10])
@SOME
@given(data=st.data())
def test_options_with_scope(make_decoder, version, data):
    scope = data.draw(st.lists(st.sampled_from(SCOPES[version]), min_size=1, max_size=5, unique=True))
    records = data.draw(st.lists(st.tuples(*(st.tuples(*(each.values for each in part)) for part in (scope, OPTIONS)))))
    kind = scapy.NetflowOptionsFlowsetV9 if version == 9 else scapy.NetflowOptionsFlowset10
    template = kind(
        templateID=300,
        scopes=[scapy.NetflowOptionsFlowsetScopeV9(scopeFieldType=each[0], scopeFieldlength=each[1]) for each in scope],
        options=[
            scapy.NetflowOptionsFlowsetOptionV9(optionFieldType=each[0], optionFieldlength=each[1]) for each in OPTIONS
        ],
        pad=b"\0\0",
    )
    made = built(OPTIONS, [record[1] for record in records]) if records else []
    parts = []
    for (scopes, _), options in zip(records, made, strict=True):
        parts += [scapy.NetflowRecordV9(fieldValue=b"".join(told for told, _ in scopes)), options]
    sets = [template, scapy.NetflowDataflowsetV9(templateID=300, records=parts)] if parts else [template]
    message = decode(make_decoder(), datagram(version, *sets))
    assert message["flows"] == []
    assert message["options"] == [
        {"scope": expected_of(scope, scopes), **expected_of(OPTIONS, options)} for scopes, options in records
    ]
    assert [each["scope_count"] for each in message["templates"]] == [len(scope)]


@SOME
@given(data=st.data())
def test_enterprise_and_repeated_elements(make_decoder, data):
    records = data.draw(records_of([field for _, field in ENTERPRISE]))
    specifiers = [
        scapy.NetflowTemplateFieldV9(
            enterpriseBit=bool(enterprise), enterpriseNumber=enterprise, fieldType=field.type, fieldLength=field.length
        )
        for enterprise, field in ENTERPRISE
    ]
    template = scapy.NetflowTemplateV9(templateID=400, template_fields=specifiers)
    made = [scapy.NetflowRecordV9(fieldValue=b"".join(told for told, _ in record)) for record in records]
    sets = (
        scapy.NetflowFlowsetV9(flowSetID=2, templates=[template]),
        scapy.NetflowDataflowsetV9(templateID=400, records=made),
    )
    message = decode(make_decoder(), datagram(10, *sets))
    keys = [field.key for _, field in ENTERPRISE]
    for flow, record in zip(message["flows"], records, strict=True):
        values = [value for _, value in record]
        repeated = [value for key, value in zip(keys, values, strict=True) if key == "ingressInterface"]
        assert flow == {**dict(zip(keys, values, strict=True)), "ingressInterface": repeated}
    (learned,) = message["templates"]
    assert [each["enterprise"] for each in learned["fields"]] == [enterprise for enterprise, _ in ENTERPRISE]
