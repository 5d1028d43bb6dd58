"""Options records that RFC 7011 §4 and others define: labelled in the message, and what they mean together with it."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder
from netflowparse.errors import RegistryError
from netflowparse.interpret import flow_key_names, report_interval
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    Field,
    ipfix_message,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain
from tests.protocols.messages import FIELDS, learn10

NTP = 2_208_988_800  # s between 1900 and 1970


def option(decoder: Decoder, scope: list[Field], fields: list[Field], *values: bytes) -> dict[str, Any]:
    """The one options record, of these values, in a message with its options template."""
    sets = set_of(3, options_template(300, scope, fields)), set_of(300, b"".join(values))
    message = decoder.decode(ipfix_message(*sets), "r1")
    assert message["problems"] == []
    assert_plain(message)
    (record,) = message["options"]
    return record


def number(value: int, octets: int = 4) -> bytes:
    """A value of so many octets."""
    return value.to_bytes(octets, "big")


@pytest.mark.conformance("IPFIX-4-01", "IPFIX-4.1-01")
def test_metering_statistics(decoder: Decoder) -> None:
    record = option(
        decoder,
        [(149, 4), (143, 4)],
        [(41, 8), (42, 8), (40, 8)],
        number(1),
        number(2),
        *map(number, (3, 4, 5), [8] * 3),
    )
    assert record == {
        "scope": {"observationDomainId": 1, "meteringProcessId": 2},
        "exportedMessageTotalCount": 3,
        "exportedFlowRecordTotalCount": 4,
        "exportedOctetTotalCount": 5,
        "report": "metering_statistics",
    }
    assert next(iter(record)) == "scope"


@pytest.mark.conformance("IPFIX-4-01", "IPFIX-4.1-01")
def test_without_its_elements_a_record_is_no_report(decoder: Decoder) -> None:
    record = option(decoder, [(149, 4)], [(41, 4), (42, 4)], number(1), number(3), number(4))
    assert record == {
        "scope": {"observationDomainId": 1},
        "exportedMessageTotalCount": 3,
        "exportedFlowRecordTotalCount": 4,
    }


@pytest.mark.conformance("IPFIX-4-01", "IPFIX-4.2-01")
@pytest.mark.parametrize("times", [(EXPORT_TIME - 60, EXPORT_TIME), (EXPORT_TIME, EXPORT_TIME - 60)])
def test_metering_reliability(decoder: Decoder, times: tuple[int, int]) -> None:
    fields: list[Field] = [(322, 4), (165, 4), (164, 4), (322, 4), (10, 4)]  # another order, and an interface
    record = option(decoder, [(143, 4)], fields, number(7), number(times[0]), *map(number, (15000, 10, times[1], 3)))
    assert record == {
        "scope": {"meteringProcessId": 7},
        "observationTimeSeconds": list(times),  # as sent
        "ignoredOctetTotalCount": 15000,
        "ignoredPacketTotalCount": 10,
        "ingressInterface": 3,
        "report": "metering_reliability",
    }
    assert report_interval(record) == ((EXPORT_TIME - 60) * 10**9, EXPORT_TIME * 10**9)


@pytest.mark.conformance("IPFIX-4-01", "IPFIX-4.3-01")
@pytest.mark.parametrize(
    ("scope", "octets", "expected"),
    [
        ((130, 4), bytes([192, 0, 2, 1]), {"exporterIPv4Address": "192.0.2.1"}),
        ((131, 16), bytes.fromhex("20010db8" + 22 * "0" + "01"), {"exporterIPv6Address": "2001:db8::1"}),
        ((144, 4), number(5), {"exportingProcessId": 5}),
    ],
)
def test_exporting_reliability(decoder: Decoder, scope: Field, octets: bytes, expected: dict[str, Any]) -> None:
    fields: list[Field] = [(166, 4), (167, 4), (168, 4), (324, 8), (323, 8)]
    half = number(EXPORT_TIME + NTP) + number(2**31)  # half a second later, as NTP counts
    counts = number(1), number(20), number(3000)
    record = option(decoder, [scope], fields, octets, *counts, half, number(EXPORT_TIME * 1000, 8))
    assert record == {
        "scope": expected,
        "notSentFlowTotalCount": 1,
        "notSentPacketTotalCount": 20,
        "notSentOctetTotalCount": 3000,
        "observationTimeMicroseconds": EXPORT_TIME * 10**6 + 500_000,
        "observationTimeMilliseconds": EXPORT_TIME * 1000,
        "report": "exporting_reliability",
    }
    assert report_interval(record) == (EXPORT_TIME * 10**9, EXPORT_TIME * 10**9 + 500_000_000)


FLOW_KEYS = set_of(3, options_template(300, [(145, 2)], [(173, 8)]))
#: of template 256: the first and the third field; bit 9 has none
FLOW_KEYS_RECORD = set_of(300, number(256, 2) + number(0b10_0000_0101, 8))
FLOW_KEYS_OPTION = {"scope": {"templateId": 256}, "flowKeyIndicator": 0b10_0000_0101, "report": "flow_keys"}


@pytest.mark.fault("PO-10")
@pytest.mark.conformance("IPFIX-4.4-01", "IPFIX-4.4-02")
def test_flow_keys_after_their_template(decoder: Decoder) -> None:
    learn10(decoder)
    message = decoder.decode(ipfix_message(FLOW_KEYS, FLOW_KEYS_RECORD), "r1")
    assert (message["options"], message["problems"]) == ([FLOW_KEYS_OPTION], [])
    names = flow_key_names(message["options"][0], decoder.templates())
    assert names == ["sourceIPv4Address", "packetDeltaCount"]


@pytest.mark.conformance("IPFIX-4.4-02")
def test_flow_keys_before_their_template(decoder: Decoder) -> None:
    message = decoder.decode(ipfix_message(FLOW_KEYS, FLOW_KEYS_RECORD), "r1")
    assert (message["options"], message["problems"]) == ([FLOW_KEYS_OPTION], [])
    (record,) = message["options"]
    assert flow_key_names(record, decoder.templates()) is None
    message = decoder.decode(ipfix_message(set_of(2, template(256, FIELDS))), "r1")
    assert flow_key_names(record, message["templates"]) == ["sourceIPv4Address", "packetDeltaCount"]
    assert flow_key_names(record, decoder.templates()) == ["sourceIPv4Address", "packetDeltaCount"]


@pytest.mark.fault("PO-10")
@pytest.mark.conformance("IPFIX-4.4-02")
def test_flow_keys_of_a_template_that_never_comes(decoder: Decoder) -> None:
    learn10(decoder, template(257, FIELDS))
    message = decoder.decode(ipfix_message(FLOW_KEYS, FLOW_KEYS_RECORD), "r1")
    assert (message["options"], message["problems"]) == ([FLOW_KEYS_OPTION], [])
    assert flow_key_names(message["options"][0], decoder.templates()) is None


@pytest.mark.conformance("IPFIX-4.4-01")
def test_of_a_template_of_70_fields_64_can_be_keys(decoder: Decoder) -> None:
    learn10(decoder, template(256, [(64999, index, 1) for index in range(1, 71)]))
    record = set_of(300, number(256, 2) + number(2**64 - 1, 8))
    (keys,) = decoder.decode(ipfix_message(FLOW_KEYS, record), "r1")["options"]
    assert flow_key_names(keys, decoder.templates()) == [f"pen64999_ie{index}" for index in range(1, 65)]


@pytest.mark.conformance("APPID-4.3-01")
def test_application_tables(decoder: Decoder) -> None:
    fields: list[Field] = [(96, VARIABLE), (94, VARIABLE)]
    record = option(decoder, [(95, 4)], fields, b"\x0d\0\1\xc5", variable(b"smtp"), variable(b"Simple Mail"))
    assert record == {
        "scope": {"applicationId": "13:453"},
        "applicationName": "smtp",
        "applicationDescription": "Simple Mail",
        "report": "application_table",
    }
    assert [(row["kind"], row["key"]) for row in decoder.knowledge("r1")] == [("application", "13:453")]


@pytest.mark.conformance("APPID-5-01")
def test_application_attributes(decoder: Decoder) -> None:
    texts = [(372, b"email"), (373, b"client-server"), (374, b"smtp-group"), (288, b"no"), (289, b"no"), (290, b"yes")]
    fields: list[Field] = [(element, VARIABLE) for element, _ in texts]
    record = option(decoder, [(95, 4)], fields, b"\x0d\0\1\xc5", *(variable(text) for _, text in texts))
    assert record == {
        "scope": {"applicationId": "13:453"},
        "applicationCategoryName": "email",
        "applicationSubCategoryName": "client-server",
        "applicationGroupName": "smtp-group",
        "p2pTechnology": "no",
        "tunnelTechnology": "no",
        "encryptedTechnology": "yes",
        "report": "application_attributes",
    }


def test_the_label_is_no_common_property(make_decoder: Any) -> None:
    """Properties 5 say a destination port of 443; flows that refer to them gain that and nothing else."""
    decoder = make_decoder(resolve=True)
    record = option(decoder, [(137, 8)], [(11, 2)], number(5, 8), number(443, 2))
    assert record == {
        "scope": {"commonPropertiesId": 5},
        "destinationTransportPort": 443,
        "report": "common_properties",
    }
    sets = set_of(2, template(256, [(137, 8)])), set_of(256, number(5, 8))
    assert decoder.decode(ipfix_message(*sets), "r1")["flows"] == [
        {
            "commonPropertiesId": 5,
            "destinationTransportPort": 443,
            "resolved": {"destinationTransportPort": "options:commonPropertiesId=5"},
        }
    ]
    assert [row["fields"] for row in decoder.knowledge("r1")] == [{"destinationTransportPort": 443}]


def test_a_wide_record_is_labelled_too(decoder: Decoder) -> None:
    """More keys than one dict display of generated code has."""
    fields: list[Field] = [(64999, index, 1) for index in range(1, 30)]
    record = option(decoder, [(149, 4)], [*fields, (41, 1), (42, 1), (40, 1)], number(1), bytes(range(1, 33)))
    assert (len(record), record["report"], record["pen64999_ie29"]) == (34, "metering_statistics", "1d")


def test_netflow9_has_no_reports(decoder: Decoder) -> None:
    sets = (
        set_of(1, netflow9_options_template(300, [(1, 4)], [(41, 4), (42, 4), (40, 4), (149, 4)])),
        set_of(300, bytes(20)),
    )
    (record,) = decoder.decode(netflow9_datagram(*sets), "r1")["options"]
    assert "report" not in record


def test_no_element_can_be_called_report() -> None:
    with pytest.raises(RegistryError, match="'report', a reserved word"):
        Decoder().registry.add("pen,element_id,name,data_type\n64999,1,report,unsigned32\n")
