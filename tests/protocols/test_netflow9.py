"""NetFlow v9: the worked examples, the header, sequence numbers, and whose templates are whose."""

import pytest

from tests.message_builder import netflow9_datagram, set_of, template
from tests.plain import assert_plain
from tests.protocols.examples import NETFLOW9, RFC3954
from tests.protocols.messages import FIELDS, codes, events, flow, known, learn9, record

EXPORT_TIME = 0x65E0F000


def test_worked_example(decoder):
    message = decoder.decode(NETFLOW9, ("192.0.2.9", 50001))
    assert message == {
        "protocol": "netflow9",
        "exporter": ("192.0.2.9", 50001),
        "header": {
            "version": 9,
            "count": 2,
            "sysUpTime": 10_000,
            "exportTime": EXPORT_TIME,
            "sequenceNumber": 1,
            "sourceId": 0,
        },
        "flows": [{"sourceIPv4Address": "192.0.2.1", "destinationIPv4Address": "198.51.100.1", "packetDeltaCount": 10}],
        "options": [],
        "counters": [],
        "templates": [
            {
                "event": "learned",
                "template_id": 256,
                "scope_count": None,
                "fields": [
                    {"name": "sourceIPv4Address", "enterprise": 0, "id": 8, "length": 4},
                    {"name": "destinationIPv4Address", "enterprise": 0, "id": 12, "length": 4},
                    {"name": "packetDeltaCount", "enterprise": 0, "id": 2, "length": 4},
                ],
            }
        ],
        "sequence": {"expected": None, "missing": 0, "event": "first"},
        "problems": [],
        "quirks": [],
        "late": [],
    }


@pytest.mark.conformance("NF9-11-01", "NF9-6.1-04", "NF9-6.2-01", "NF9-6.2-02")
def test_example_of_rfc_3954(decoder):
    message = decoder.decode(RFC3954, "r1")
    assert message["flows"] == [
        {
            "sourceIPv4Address": source,
            "destinationIPv4Address": destination,
            "ipNextHopIPv4Address": "192.168.1.1",
            "packetDeltaCount": packets,
            "octetDeltaCount": octets,
        }
        for source, destination, packets, octets in [
            ("198.168.1.12", "10.5.12.254", 5009, 5344385),
            ("192.168.1.27", "10.5.12.23", 748, 388934),
            ("192.168.1.56", "10.5.12.65", 5, 6534),
        ]
    ]
    assert message["options"] == [
        {"scope": {"lineCard": 1}, "exportedMessageTotalCount": 345, "exportedFlowRecordTotalCount": 10201},
        {"scope": {"lineCard": 2}, "exportedMessageTotalCount": 690, "exportedFlowRecordTotalCount": 20402},
    ]
    assert events(message) == [("learned", 256), ("learned", 257)]
    assert message["templates"][1] == {
        "event": "learned",
        "template_id": 257,
        "scope_count": 1,
        "fields": [
            {"name": "lineCard", "enterprise": 0, "id": 3, "length": 2},
            {"name": "exportedMessageTotalCount", "enterprise": 0, "id": 41, "length": 2},
            {"name": "exportedFlowRecordTotalCount", "enterprise": 0, "id": 42, "length": 2},
        ],
    }
    assert (message["problems"], message["quirks"]) == ([], [])
    assert_plain(message)


@pytest.mark.conformance("NF9-4-01", "NF9-5.1-01")
def test_every_column_of_the_header(decoder):
    header = bytes.fromhex("0009 0102 03040506 0708090A 0B0C0D0E 0F101112")  # each octet its own
    message = decoder.decode(header, "r1")
    assert message["header"] == {
        "version": 9,
        "count": 0x0102,
        "sysUpTime": 0x03040506,
        "exportTime": 0x0708090A,
        "sequenceNumber": 0x0B0C0D0E,
        "sourceId": 0x0F101112,
    }
    assert (message["flows"], message["templates"]) == ([], [])


@pytest.mark.fault("N9-36", "N9-02")
@pytest.mark.conformance("NF9-5.1-01", "NF9-9-03")
@pytest.mark.parametrize("count", [0, 1, 3, 65535])
def test_the_count_drives_nothing(decoder, count):
    sets = set_of(0, template(256, FIELDS)), set_of(256, record(1) + record(2)), set_of(256, record(3))
    message = decoder.decode(netflow9_datagram(*sets, count=count), "r1")
    assert message["flows"] == [flow(1), flow(2), flow(3)]
    assert message["header"]["count"] == count
    assert message["problems"] == []


@pytest.mark.fault("ST-10", "ST-11")
@pytest.mark.conformance("NF9-5.1-02")
def test_sequence_counts_packets(decoder):
    def sequence(number, *sets, **header):
        return decoder.decode(netflow9_datagram(*sets, sequenceNumber=number, **header), "r1")["sequence"]

    learn, data = set_of(0, template(256, FIELDS)), set_of(256, record(1) * 9)
    assert sequence(0xFFFFFFFE, learn) == {"expected": None, "missing": 0, "event": "first"}
    assert sequence(0xFFFFFFFF, data) == {"expected": 0xFFFFFFFF, "missing": 0, "event": "in_order"}
    assert sequence(0, data) == {"expected": 0, "missing": 0, "event": "in_order"}
    assert sequence(4, data) == {"expected": 1, "missing": 3, "event": "gap"}
    assert sequence(4, data) == {"expected": 5, "missing": 0, "event": "duplicate"}
    assert sequence(2, data) == {"expected": 5, "missing": 0, "event": "reordered"}
    assert sequence(77, data, sourceId=1) == {"expected": None, "missing": 0, "event": "first"}
    assert sequence(5, data) == {"expected": 5, "missing": 0, "event": "in_order"}


@pytest.mark.conformance("NF9-5.3-01", "NF9-7-01", "NF9-9-02")
def test_a_template_serves_later_packets(decoder):
    learn9(decoder)
    for number in range(5):
        message = decoder.decode(netflow9_datagram(set_of(256, record(number))), "r1")
        assert (message["flows"], message["templates"]) == ([flow(number)], [])


@pytest.mark.fault("N9-39")
@pytest.mark.conformance("NF9-5.1-03", "NF9-7-02")
def test_templates_of_two_source_ids(decoder):
    learn9(decoder, sourceId=1)
    learn9(decoder, template(256, [(2, 4), (8, 4), (12, 4)]), sourceId=2)
    first = decoder.decode(netflow9_datagram(set_of(256, record(1)), sourceId=1), "r1")
    second = decoder.decode(netflow9_datagram(set_of(256, record(1)), sourceId=2), "r1")
    assert first["flows"] == [flow(1)]
    assert second["flows"] == [
        {"packetDeltaCount": 0xC0000201, "sourceIPv4Address": "198.51.100.1", "destinationIPv4Address": "0.0.0.10"}
    ]
    third = decoder.decode(netflow9_datagram(set_of(256, record(1)), sourceId=3), "r1")
    assert (third["flows"], codes(third)) == ([], ["missing_template"])


@pytest.mark.fault("N9-40")
def test_templates_of_two_exporters(decoder):
    shapes = {"r1": [(8, 4), (12, 4), (2, 4)], ("r2", 7): [(12, 4), (8, 4), (1, 4)]}
    for exporter, fields in shapes.items():
        decoder.decode(netflow9_datagram(set_of(0, template(256, fields))), exporter)
    for _ in range(3):
        first, second = (decoder.decode(netflow9_datagram(set_of(256, record(1))), exporter) for exporter in shapes)
        assert first["flows"] == [flow(1)]
        assert second["flows"] == [
            {"destinationIPv4Address": "192.0.2.1", "sourceIPv4Address": "198.51.100.1", "octetDeltaCount": 10}
        ]
    stranger = decoder.decode(netflow9_datagram(set_of(256, record(1))), "r3")
    assert (stranger["flows"], codes(stranger)) == ([], ["missing_template"])


@pytest.mark.conformance("NF9-9-05")
def test_templates_in_force_are_listed(decoder):
    learn9(decoder, sourceId=7, exportTime=1000)
    learn9(decoder, sourceId=7, exportTime=1600)
    (row,) = decoder.templates()
    assert row == {
        "exporter": "r1",
        "protocol": "netflow9",
        "domain": 7,
        "template_id": 256,
        "scope_count": None,
        "fields": [
            {"name": "sourceIPv4Address", "enterprise": 0, "id": 8, "length": 4},
            {"name": "destinationIPv4Address", "enterprise": 0, "id": 12, "length": 4},
            {"name": "packetDeltaCount", "enterprise": 0, "id": 2, "length": 4},
        ],
        "learned": 1000,
        "refreshed": 1600,
    }


def test_time_is_what_the_caller_says(decoder):
    decoder.decode(netflow9_datagram(set_of(0, template(256, FIELDS)), exportTime=1000), "r1", now=5000)
    (row,) = decoder.templates()
    assert (row["learned"], row["refreshed"]) == (5000, 5000)


def test_forgetting_an_exporter(decoder):
    learn9(decoder)
    assert decoder.forget("r1") is True
    assert decoder.forget("r1") is False
    assert known(decoder) == {}
    message = decoder.decode(netflow9_datagram(set_of(256, record(1)), sequenceNumber=9), "r1")
    assert (message["flows"], message["sequence"]["event"]) == ([], "first")
