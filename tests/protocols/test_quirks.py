"""Rules for exporters' peculiarities that change what records say: switched on, off, and by name; octets by hand."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from netflowparse import Decoder, ExporterSettings, encode
from tests.message_builder import EXPORT_TIME, VARIABLE, ipfix_message, netflow9_datagram, set_of, template, variable
from tests.plain import assert_plain
from tests.protocols.layouts import AGGREGATIONS, HEADERS, RECORDS, datagram, pack, record5

EXPORT = EXPORT_TIME * 1000


def choices(rule: str, *, by_name: bool = False) -> list[Any]:
    """(settings of a decoder, whether *rule* is on); *by_name* says that "auto" leaves it off."""
    per_exporter = {"quirks": (), "exporters": {"r1": ExporterSettings(quirks=[rule])}}
    return [
        pytest.param({}, not by_name, id="auto"),
        pytest.param({"quirks": ()}, False, id="none"),
        pytest.param({"quirks": [rule]}, True, id="by name"),
        pytest.param({"quirks": ["auto", rule]}, True, id="auto and by name"),
        pytest.param(per_exporter, True, id="for one exporter"),
        pytest.param({"exporters": {"r1": ExporterSettings(quirks=())}}, False, id="not for one exporter"),
    ]


def read9(decoder: Decoder, fields: Any, body: bytes, **header: Any) -> Any:
    """The message of v9 records of *fields*."""
    octets = netflow9_datagram(set_of(0, template(256, fields)), set_of(256, body), **header)
    message = decoder.decode(octets, "r1")
    assert_plain(message)
    if message["quirks"]:
        encode(message)  # what a rule adds is known not to be written
    return message


def read10(decoder: Decoder, fields: Any, body: bytes, **header: Any) -> Any:
    """The message of IPFIX records of *fields*."""
    message = decoder.decode(ipfix_message(set_of(2, template(256, fields)), set_of(256, body), **header), "r1")
    assert_plain(message)
    if message["quirks"]:
        encode(message)
    return message


@pytest.mark.parametrize(("settings", "on"), choices("icmp_in_destination_port"))
@pytest.mark.parametrize(("protocol", "family"), [(1, "IPv4"), (58, "IPv6"), (6, ""), (0, "")])
@pytest.mark.parametrize("read", [read9, read10])
def test_icmp_in_the_port(make_decoder, settings, on, protocol, family, read):
    """Echo request 8/0, unreachable 3/13, between records of TCP."""
    rows = [(6, 0x1234), (protocol, 0x0800), (17, 53), (protocol, 0x030D)]
    body = b"".join(struct.pack(">BH", *row) for row in rows)
    message = read(make_decoder(**settings), [(4, 1), (11, 2)], body)
    expected = [{"protocolIdentifier": number, "destinationTransportPort": port} for number, port in rows]
    if on and family:
        expected[1] |= {f"icmpType{family}": 8, f"icmpCode{family}": 0}
        expected[3] |= {f"icmpType{family}": 3, f"icmpCode{family}": 13}
    assert message["flows"] == expected
    assert message["quirks"] == (["icmp_in_destination_port"] if on and family else [])


@pytest.mark.parametrize("element", [32, 139, 176, 177, 178, 179])
def test_who_tells_icmp_has_no_need_of_the_port(decoder, element):
    message = read9(decoder, [(4, 1), (11, 2), (element, 1)], b"\1\x08\0\7")
    assert (len(message["flows"][0]), message["quirks"]) == (3, [])


@pytest.mark.parametrize(
    ("fields", "body", "found"),
    [
        ([(4, 2), (11, 2)], b"\0\1\3\4", [(3, 4)]),  # a protocol of two octets
        ([(4, 2), (11, 2)], b"\1\1\3\4", [None]),  # 257
        ([(4, 1), (11, 4)], b"\1\0\1\3\4", [(3, 4)]),  # a wide port
        ([(82, VARIABLE), (4, 1), (11, 2)], variable(b"e0") + b"\1\3\4" + variable(b"") + b"\6\3\4", [(3, 4), None]),
        ([(4, 1), (11, 0)], b"\1\1", [None, None]),  # no port
        ([(4, 1), (11, 2), (11, 2)], b"\1\3\4\3\4", [None]),  # which?
        ([(4, 1)], b"\1", [None]),
    ],
)
def test_icmp_of_unusual_widths(decoder, fields, body, found):
    message = read10(decoder, fields, body)
    told = [
        (flow["icmpTypeIPv4"], flow["icmpCodeIPv4"]) if "icmpTypeIPv4" in flow else None for flow in message["flows"]
    ]
    assert told == found
    assert message["quirks"] == (["icmp_in_destination_port"] if any(found) else [])


@pytest.mark.parametrize(("settings", "on"), choices("icmp_in_destination_port"))
@pytest.mark.parametrize("version", [1, 5, 6, 7])
def test_icmp_of_version_5(make_decoder, settings, on, version):
    """Version 5 has no other place for it; protocol 58 does not exist there."""
    rows = [(6, 443), (1, 0x0B00), (58, 0x8000)]
    records = [pack(RECORDS[version], prot=number, dstport=port) for number, port in rows]
    message = make_decoder(**settings).decode(datagram(version, records), "r1")
    assert_plain(message)
    told = [(flow.get("icmpTypeIPv4"), flow.get("icmpCodeIPv4")) for flow in message["flows"]]
    assert told == [(None, None), (11, 0) if on else (None, None), (None, None)]
    assert [flow["destinationTransportPort"] for flow in message["flows"]] == [443, 0x0B00, 0x8000]
    assert message["quirks"] == (["icmp_in_destination_port"] if on else [])


@pytest.mark.parametrize("aggregation", [1, 2, 8, 10, 14])
def test_icmp_of_version_8(decoder, aggregation):
    """Of aggregations that keep protocol and ports."""
    layout = AGGREGATIONS[aggregation]
    has_both = "prot 1" in layout and "dstport 2" in layout
    body = pack(layout, **({"prot": 1, "dstport": 0x0301} if has_both else {}))
    head = {"count": 1, "sys_uptime": 10_000, "unix_secs": EXPORT_TIME, "aggregation": aggregation}
    octets = pack(HEADERS[8], version=8, aggregation_version=2, **head) + body
    message = decoder.decode(octets, "r1")
    assert message["flows"][0].get("icmpCodeIPv4") == (1 if has_both else None)
    assert message["quirks"] == (["icmp_in_destination_port"] if has_both else [])


@pytest.mark.parametrize(("settings", "on"), choices("last_after_uptime"))
@pytest.mark.parametrize("form", [5, 9])
@pytest.mark.parametrize(
    ("uptime", "last", "ahead"),
    [
        (10_000, 10_000, 0),
        (10_000, 10_001, 1),
        (10_000, 110_000, 100_000),
        (2**32 - 1, 99, 100),
        (2**31 + 9, 2**31 + 10, 1),
        (1_000, 2**32 - 96, -1_096),  # before a wrap
    ],
)
def test_flows_that_end_after_the_export(make_decoder, settings, on, form, uptime, last, ahead):
    decoder = make_decoder(**settings)
    if form == 5:
        message = decoder.decode(datagram(5, [record5(first=last, last=last)], sys_uptime=uptime), "r1")
    else:
        message = read9(decoder, [(21, 4)], last.to_bytes(4, "big"), sysUpTime=uptime)
    expected = ahead if on or ahead < 1 else ahead - 2**32  # without the rule it is the past, always
    assert message["flows"][0]["flowEndMilliseconds"] - EXPORT == expected
    assert message["quirks"] == (["last_after_uptime"] if on and ahead > 0 else [])


def test_more_than_100_seconds_later_is_no_matter_of_the_rule(decoder):
    """The difference is signed all the same."""
    message = read9(decoder, [(21, 4)], (110_001).to_bytes(4, "big"))
    assert message["flows"][0]["flowEndMilliseconds"] - EXPORT == 100_001
    assert message["quirks"] == []


@pytest.mark.parametrize("form", [5, 9])
def test_times_that_are_not_told_apply_no_rule(decoder, form):
    """A sysUpTime of 0 in the header."""
    if form == 5:
        message = decoder.decode(datagram(5, [record5(last=7)], sys_uptime=0), "r1")
    else:
        message = read9(decoder, [(21, 4)], b"\0\0\0\7", sysUpTime=0)
    assert ([each["code"] for each in message["problems"]], message["quirks"]) == (["uncertain_time"], [])


def test_a_rule_is_named_by_the_message_that_needed_it(decoder):
    """One datagram has a late flow and a set that waits; the message of that set, which is not late, names nothing."""
    sets = set_of(0, template(256, [(21, 4)])), set_of(256, (10_001).to_bytes(4, "big")), set_of(257, b"\0\0\0\1")
    assert decoder.decode(netflow9_datagram(*sets), "r1")["quirks"] == ["last_after_uptime"]
    message = decoder.decode(netflow9_datagram(set_of(0, template(257, [(21, 4)])), sequenceNumber=2), "r1")
    assert [late["quirks"] for late in message["late"]] == [[]]
    assert message["quirks"] == []


@pytest.mark.parametrize(("settings", "on"), choices("uptime_in_8_octets"))
def test_uptimes_of_8_octets(make_decoder, settings, on):
    message = read9(make_decoder(**settings), [(22, 8), (21, 4)], struct.pack(">III", 7, 5_000, 9_000))
    (flow,) = message["flows"]
    assert flow["flowStartSysUpTime"] == 7 << 32 | 5_000
    assert flow.get("flowStartMilliseconds") == (EXPORT - 5_000 if on else None)
    assert flow["flowEndMilliseconds"] == EXPORT - 1_000
    assert message["quirks"] == (["uptime_in_8_octets"] if on else [])


@pytest.mark.parametrize(("settings", "on"), choices("asa_event_time"))
@pytest.mark.parametrize(
    ("fields", "added"),
    [
        ([(323, 8)], {"flowStartMilliseconds", "flowEndMilliseconds"}),
        ([(323, 8), (152, 8)], {"flowEndMilliseconds"}),
        ([(323, 8), (152, 8), (153, 8)], set()),
        ([(323, 8), (22, 4)], set()),
        ([(323, 4)], set()),
        ([(323, 8), (323, 8)], set()),
    ],
)
def test_the_time_of_an_event(make_decoder, settings, on, fields, added):
    body = b"".join(
        (1_700_000_000_000 + index).to_bytes(8, "big")[-length:] for index, (_, length) in enumerate(fields)
    )
    message = read9(make_decoder(**settings), fields, body)
    absolute = {"flowStartMilliseconds", "flowEndMilliseconds"}
    told = {{152: "flowStartMilliseconds", 153: "flowEndMilliseconds"}.get(number) for number, _ in fields}
    from_event = {
        key for key, value in message["flows"][0].items() if key in absolute - told and value == 1_700_000_000_000
    }
    assert from_event == (added if on else set())
    assert message["quirks"] == (["asa_event_time"] if on and added else [])


def test_ipfix_knows_no_event_time_of_flows(decoder):
    message = read10(decoder, [(323, 8)], bytes(7) + b"\1")
    assert (message["flows"], message["quirks"]) == ([{"observationTimeMilliseconds": 1}], [])


@pytest.mark.parametrize(("settings", "on"), choices("asa_early_ids"))
def test_early_ids(make_decoder, settings, on):
    fields = [(40001, 4), (40002, 4), (40003, 2), (40004, 2), (40005, 1)]
    message = read9(make_decoder(**settings), fields, bytes.fromhex("c0000201 c6336401 1388 0050 02"))
    if on:
        assert message["flows"] == [
            {
                "postNATSourceIPv4Address": "192.0.2.1",
                "postNATDestinationIPv4Address": "198.51.100.1",
                "postNAPTSourceTransportPort": 5000,
                "postNAPTDestinationTransportPort": 80,
                "firewallEvent": 2,
            }
        ]
    else:
        values = ["c0000201", "c6336401", "1388", "0050", "02"]
        assert message["flows"] == [{f"ie{40001 + index}": value for index, value in enumerate(values)}]
    assert message["quirks"] == (["asa_early_ids"] if on else [])
    (octets,) = encode(message)
    assert make_decoder(quirks=["asa_early_ids"] if on else ()).decode(octets, "r2")["flows"] == message["flows"]


@pytest.mark.parametrize(("settings", "on"), choices("asa_acl_id"))
def test_ids_of_access_lists(make_decoder, settings, on):
    octets = bytes.fromhex("0f8e7ff3 fc1a030f 00000000")
    message = read9(make_decoder(**settings), [(33000, 12), (33001, 12)], octets + octets[::-1])
    expected = ("0f8e7ff3-fc1a030f-00000000", "00000000-0f031afc-f37f8e0f")
    assert tuple(message["flows"][0].values()) == (
        expected if on else tuple(each.replace("-", "") for each in expected)
    )
    assert message["quirks"] == (["asa_acl_id"] if on else [])


@pytest.mark.parametrize("length", [0, 4, 11, 13])
def test_access_lists_of_other_lengths_are_octets(decoder, length):
    message = read9(decoder, [(4, 1), (33000, length)], bytes(1 + length))
    assert (message["flows"][0]["INGRESS_ACL_ID"], message["quirks"]) == ("00" * length, [])


@pytest.mark.parametrize(("settings", "on"), choices("little_endian_sampling", by_name=True))
@pytest.mark.parametrize(
    ("length", "octets", "big", "little"),
    [
        (4, "e8030000", 0xE8030000, 1000),
        (2, "e803", 0xE803, 1000),
        (1, "07", 7, 7),
        (8, "0100000000000000", 1 << 56, 1),
    ],
)
def test_sampling_in_the_wrong_order(make_decoder, settings, on, length, octets, big, little):
    decoder = make_decoder(**settings)
    message = read9(decoder, [(34, length)], bytes.fromhex(octets))
    assert message["flows"] == [{"samplingInterval": little if on else big}]
    assert message["quirks"] == (["little_endian_sampling"] if on else [])


def test_sampling_in_the_wrong_order_of_variable_length_and_in_options(make_decoder):
    decoder = make_decoder(quirks=["little_endian_sampling"])
    message = read10(decoder, [(34, VARIABLE)], variable(b"\xe8\3\0\0") + variable(b"\7"))
    assert [flow["samplingInterval"] for flow in message["flows"]] == [1000, 7]
    body = set_of(3, struct.pack(">HHHHHHH", 257, 2, 1, 149, 4, 34, 4)), set_of(257, struct.pack(">II", 1, 1000))
    message = decoder.decode(ipfix_message(*body), "r1")
    assert (message["options"][0]["samplingInterval"], message["quirks"]) == (1000, [])


@pytest.mark.parametrize(("settings", "on"), choices("ifindex_palo_alto", by_name=True))
@pytest.mark.parametrize(
    ("index", "decoded"),
    [
        (101_050_022, ("ethernet", 1, 5, 22)),
        (200_000_055, ("vlan", 0, 0, 55)),
        (300_000_055, ("loopback", 0, 0, 55)),
        (400_000_006, ("tunnel", 0, 0, 6)),
        (500_011_851, ("aggregate", 0, 1, 1851)),
        (9, None),
        (99_999_999, None),
        (600_000_000, None),
    ],
)
def test_interfaces_of_palo_alto(make_decoder, settings, on, index, decoded):
    message = read9(make_decoder(**settings), [(10, 4), (14, 4)], struct.pack(">II", 1, index))
    expected: dict[str, Any] = {"ingressInterface": 1, "egressInterface": index}
    if on and decoded:
        expected["egress_interface_decoded"] = dict(zip(("type", "slot", "port", "subinterface"), decoded, strict=True))
    assert message["flows"] == [expected]
    assert message["quirks"] == (["ifindex_palo_alto"] if on and decoded else [])
