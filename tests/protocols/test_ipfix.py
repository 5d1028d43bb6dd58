"""IPFIX: the worked examples, the header, sequence numbers, and whose templates are whose."""

import pytest

from tests.message_builder import ipfix_message, options_template, set_of, template, variable
from tests.plain import assert_plain
from tests.protocols.examples import RFC7011
from tests.protocols.messages import FIELDS, codes, events, flow, learn10, record

EXPORT_TIME = 0x65E0F000


@pytest.mark.conformance("IPFIX-A-01", "IPFIX-3.4.3-01", "IPFIX-3.4.3-02", "IPFIX-3.4.2-03")
def test_example_of_rfc_7011(decoder):
    message = decoder.decode(RFC7011, "r1")
    assert message == {
        "protocol": "ipfix",
        "exporter": "r1",
        "header": {
            "version": 10,
            "length": 152,
            "exportTime": EXPORT_TIME,
            "sequenceNumber": 0,
            "observationDomainId": 1,
        },
        "flows": [
            {
                "sourceIPv4Address": source,
                "destinationIPv4Address": destination,
                "ipNextHopIPv4Address": next_hop,
                "packetDeltaCount": packets,
                "octetDeltaCount": octets,
            }
            for source, destination, next_hop, packets, octets in [
                ("192.0.2.12", "192.0.2.254", "192.0.2.1", 5009, 5344385),
                ("192.0.2.27", "192.0.2.23", "192.0.2.2", 748, 388934),
                ("192.0.2.56", "192.0.2.65", "192.0.2.3", 5, 6534),
            ]
        ],
        "options": [
            {"scope": {"lineCardId": 1}, "exportedMessageTotalCount": 345, "exportedFlowRecordTotalCount": 10201},
            {"scope": {"lineCardId": 2}, "exportedMessageTotalCount": 690, "exportedFlowRecordTotalCount": 20402},
        ],
        "counters": [],
        "templates": [
            {
                "event": "learned",
                "template_id": 256,
                "scope_count": None,
                "fields": [
                    {"name": "sourceIPv4Address", "enterprise": 0, "id": 8, "length": 4},
                    {"name": "destinationIPv4Address", "enterprise": 0, "id": 12, "length": 4},
                    {"name": "ipNextHopIPv4Address", "enterprise": 0, "id": 15, "length": 4},
                    {"name": "packetDeltaCount", "enterprise": 0, "id": 2, "length": 4},
                    {"name": "octetDeltaCount", "enterprise": 0, "id": 1, "length": 4},
                ],
            },
            {
                "event": "learned",
                "template_id": 258,
                "scope_count": 1,
                "fields": [
                    {"name": "lineCardId", "enterprise": 0, "id": 141, "length": 4},
                    {"name": "exportedMessageTotalCount", "enterprise": 0, "id": 41, "length": 2},
                    {"name": "exportedFlowRecordTotalCount", "enterprise": 0, "id": 42, "length": 2},
                ],
            },
        ],
        "sequence": {"expected": None, "missing": 0, "event": "first"},
        "problems": [],
        "quirks": [],
        "late": [],
    }
    order = [
        "sourceIPv4Address",
        "destinationIPv4Address",
        "ipNextHopIPv4Address",
        "packetDeltaCount",
        "octetDeltaCount",
    ]
    assert [list(each) for each in message["flows"]] == [order] * 3
    assert list(message["options"][0]) == ["scope", "exportedMessageTotalCount", "exportedFlowRecordTotalCount"]
    assert_plain(message)
    following = decoder.decode(ipfix_message(sequenceNumber=5), "r1")  # 3 flow records, 2 options records
    assert following["sequence"] == {"expected": 5, "missing": 0, "event": "in_order"}


@pytest.mark.conformance("IPFIX-3.2-01", "IPFIX-3.2-03", "IPFIX-7-03", "IPFIX-A-01")
def test_enterprise_fields_among_others(decoder):
    """RFC 7011 A.2.2: a template that mixes both kinds of specifier."""
    octets = bytes.fromhex(
        "0101 0005"  # template 257 of 5 fields
        "0008 0004 000C 0004"  # source, destination
        "8001 0004 0000FDE7"  # element 1 of enterprise 64999
        "0002 0004 0001 0004"  # packets, octets
    )
    body = bytes.fromhex("C0000201 C6336401 DEADBEEF 0000000A 000005DC")
    message = decoder.decode(ipfix_message(set_of(2, octets), set_of(257, body)), "r1")
    assert message["templates"][0]["fields"][2] == {
        "name": "pen64999_ie1",
        "enterprise": 64999,
        "id": 1,
        "length": 4,
    }
    assert message["flows"] == [
        {
            "sourceIPv4Address": "192.0.2.1",
            "destinationIPv4Address": "198.51.100.1",
            "pen64999_ie1": "deadbeef",
            "packetDeltaCount": 10,
            "octetDeltaCount": 1500,
        }
    ]
    assert message["problems"] == []


@pytest.mark.conformance("IPFIX-3.4.2-06", "IPFIX-A-01")
@pytest.mark.fault("IX-32")
def test_an_enterprise_scope(decoder):
    """RFC 7011 A.4.3 and A.4.4: the scope is an element of an enterprise."""
    octets = bytes.fromhex(
        "0103 0003 0001"  # options template 259 of 3 fields, 1 of them scope
        "807B 0004 0000FDE7"  # scope: element 123 of enterprise 64999
        "0029 0002 002A 0002"  # exported messages, exported flow records
    )
    body = bytes.fromhex("00000001 0159 27D9 00000002 02B2 4FB2")
    message = decoder.decode(ipfix_message(set_of(3, octets), set_of(259, body)), "r1")
    assert message["options"] == [
        {
            "scope": {"pen64999_ie123": "00000001"},
            "exportedMessageTotalCount": 345,
            "exportedFlowRecordTotalCount": 10201,
        },
        {
            "scope": {"pen64999_ie123": "00000002"},
            "exportedMessageTotalCount": 690,
            "exportedFlowRecordTotalCount": 20402,
        },
    ]
    assert (message["templates"][0]["scope_count"], message["problems"]) == (1, [])


@pytest.mark.conformance("IPFIX-7-01", "IPFIX-7-02", "IPFIX-A-01")
@pytest.mark.parametrize("length", [5, 1000], ids=["A.5.1", "A.5.2"])
def test_variable_length_examples(decoder, length):
    octets = bytes(97 + number % 26 for number in range(length))
    learn10(decoder, template(256, [(82, 65535), (4, 1)]))
    message = decoder.decode(ipfix_message(set_of(256, variable(octets) + b"\x06")), "r1")
    assert message["flows"] == [{"interfaceName": octets.decode(), "protocolIdentifier": 6}]


def test_every_column_of_the_header(decoder):
    header = bytes.fromhex("000A 0010 01020304 05060708 090A0B0C")  # each octet its own
    assert decoder.decode(header, "r1")["header"] == {
        "version": 10,
        "length": 16,
        "exportTime": 0x01020304,
        "sequenceNumber": 0x05060708,
        "observationDomainId": 0x090A0B0C,
    }


@pytest.mark.conformance("IPFIX-3.1-06")
@pytest.mark.parametrize("export_time", [0, 2**31, 2**32 - 1])
def test_extreme_export_times(decoder, export_time):
    learn10(decoder, exportTime=export_time)
    message = decoder.decode(ipfix_message(set_of(256, record(1)), exportTime=export_time), "r1")
    assert (message["header"]["exportTime"], message["flows"]) == (export_time, [flow(1)])


@pytest.mark.fault("ST-10", "ST-11")
@pytest.mark.conformance("IPFIX-3.1-03", "IPFIX-9-04", "IPFIX-10.3.2-01", "IPFIX-11.6-01")
def test_sequence_counts_data_records(decoder):
    def sequence(number, *sets):
        return decoder.decode(ipfix_message(*sets, sequenceNumber=number), "r1")["sequence"]

    options = set_of(3, options_template(300, [(141, 4)], [(41, 2)]))
    learn, flows, option = set_of(2, template(256, FIELDS)), set_of(256, record(1) * 3), set_of(300, bytes(6) * 2)
    assert sequence(0xFFFFFFFC, learn, options) == {"expected": None, "missing": 0, "event": "first"}
    assert sequence(0xFFFFFFFC, learn) == {"expected": 0xFFFFFFFC, "missing": 0, "event": "in_order"}
    assert sequence(0xFFFFFFFC, learn, flows, option) == {"expected": 0xFFFFFFFC, "missing": 0, "event": "in_order"}
    assert sequence(1, flows) == {"expected": 1, "missing": 0, "event": "in_order"}
    assert sequence(11, flows) == {"expected": 4, "missing": 7, "event": "gap"}
    assert sequence(11, flows) == {"expected": 14, "missing": 0, "event": "duplicate"}
    assert sequence(8, flows) == {"expected": 14, "missing": 0, "event": "reordered"}
    assert sequence(14, learn) == {"expected": 14, "missing": 0, "event": "in_order"}


def test_records_that_cannot_be_counted_make_no_gap(decoder):
    """A set without template holds nobody knows how many records: the next number is taken as it comes."""
    learn10(decoder)

    def sequence(number, *sets):
        return decoder.decode(ipfix_message(*sets, sequenceNumber=number), "r1")["sequence"]

    assert sequence(0, set_of(256, record(1)), set_of(999, bytes(40)))["event"] == "in_order"
    assert sequence(7, set_of(256, record(1))) == {"expected": 1, "missing": None, "event": "uncertain"}
    assert sequence(8, set_of(256, record(1))) == {"expected": 8, "missing": 0, "event": "in_order"}


@pytest.mark.conformance("IPFIX-3.1-04", "IPFIX-3.1-05", "IPFIX-8-08")
@pytest.mark.fault("IX-41")
def test_templates_of_observation_domains(decoder):
    learn10(decoder, observationDomainId=1)
    learn10(decoder, template(256, [(2, 4), (8, 4), (12, 4)]), observationDomainId=0)

    def decode(domain):
        return decoder.decode(ipfix_message(set_of(256, record(1)), observationDomainId=domain), "r1")

    for _ in range(2):
        assert decode(1)["flows"] == [flow(1)]
        assert decode(0)["flows"] == [
            {"packetDeltaCount": 0xC0000201, "sourceIPv4Address": "198.51.100.1", "destinationIPv4Address": "0.0.0.10"}
        ]
        message = decode(5)
        (problem,) = message["problems"]
        assert (message["flows"], problem["code"], problem["offset"]) == ([], "missing_template", 16)
        assert (problem["template_id"], problem["octets"]) == (256, record(1).hex())


@pytest.mark.conformance("IPFIX-8-02", "IPFIX-9.3-01")
def test_templates_of_exporters(decoder):
    learn10(decoder)
    message = decoder.decode(ipfix_message(set_of(256, record(1))), ("r1", 4739))
    assert message["flows"] == []
    (problem,) = message["problems"]
    assert (problem["code"], problem["offset"]) == ("missing_template", 16)
    assert (problem["set_id"], problem["template_id"], problem["length"]) == (256, 256, 12)
    assert problem["octets"] == record(1).hex()


@pytest.mark.conformance("IPFIX-10-02")
def test_templates_of_transports(decoder):
    """The caller's key names the transport too: what one session has defined is not there in another."""
    learn, data = ipfix_message(set_of(2, template(256, FIELDS))), ipfix_message(set_of(256, record(1)))
    address = "192.0.2.1"
    decoder.decode(learn, ("udp", address))
    message = decoder.decode(data, ("tcp", address), transport="tcp")
    assert (message["flows"], codes(message)) == ([], ["missing_template"])
    assert decoder.decode(data, ("udp", address))["flows"] == [flow(1)]
    decoder.decode(learn, ("tcp", address), transport="tcp")
    decoder.forget(("tcp", address))  # the connection has ended
    message = decoder.decode(data, ("tcp", address), transport="tcp")
    assert (message["flows"], codes(message)) == ([], ["missing_template"])


@pytest.mark.conformance("IPFIX-8-02")
def test_a_domain_of_ipfix_is_no_source_id_of_version_9(decoder):
    learn10(decoder, template(256, [(8 | 0x4000, 4)]), observationDomainId=7)
    message = decoder.decode(
        bytes.fromhex(
            "0009 0001 00002710 65E0F000 00000001 00000007 0100 0008 C0000201"
        ),  # v9, source id 7, data of 256
        "r1",
    )
    assert (message["flows"], codes(message)) == ([], ["missing_template"])


@pytest.mark.conformance("IPFIX-8-01", "IPFIX-8-04")
def test_a_template_serves_later_messages(decoder):
    learn10(decoder)
    for number in range(20):
        message = decoder.decode(ipfix_message(set_of(256, record(number)), sequenceNumber=number), "r1")
        assert (message["flows"], message["sequence"]["event"]) == ([flow(number)], "in_order")


@pytest.mark.conformance("IPFIX-8.4-06")
def test_templates_in_force_are_listed(decoder):
    learn10(decoder, options_template(300, [(64999, 1, 65535)], [(41, 2)]), set_id=3, observationDomainId=3)
    (row,) = decoder.templates()
    assert row == {
        "exporter": "r1",
        "protocol": "ipfix",
        "domain": 3,
        "template_id": 300,
        "scope_count": 1,
        "fields": [
            {"name": "pen64999_ie1", "enterprise": 64999, "id": 1, "length": "variable"},
            {"name": "exportedMessageTotalCount", "enterprise": 0, "id": 41, "length": 2},
        ],
        "learned": EXPORT_TIME,
        "refreshed": EXPORT_TIME,
    }
    assert events(decoder.decode(ipfix_message(), "r1")) == []
