"""Common properties from octets to flows: what flows gain by them, and where they are not known.  RFC 5473."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from tests.list_builder import ALL_OF, BASIC, basic_list, field
from tests.message_builder import VARIABLE, Field, ipfix_message, options_template, set_of, template, variable
from tests.protocols.common_properties import (
    DESTINATION_PORT,
    FLOWS,
    OPTIONS,
    ORIGIN,
    PACKETS,
    PROPERTIES,
    PROTOCOL,
    SOURCE_PORT,
    _gain,
    gained,
    heard,
    protocols,
    record,
    referring,
    stated,
    taught,
)
from tests.protocols.messages import codes


def heard_octets(decoder: Decoder, *sets: bytes) -> Any:
    """The message of these *sets* where octets are ``bytes``, which are not plain."""
    return decoder.decode(ipfix_message(*sets), "r1")


EXAMPLE = bytes.fromhex(
    # message header, RFC 7011 §3.1
    "000A"  # version 10
    "008C"  # length: 140 octets
    "65E0F000"  # export time
    "00000000"  # sequence number
    "00000001"  # observation domain
    # options template set: what properties are, RFC 5473 §3.2
    "0003 001E"  # set id 3, 30 octets
    "012C 0005 0001"  # template 300: 5 fields, the first of them is the scope
    "0089 0004"  # scope: commonPropertiesId (137), 4 octets
    "0008 0004"  # sourceIPv4Address, 4 octets
    "000C 0004"  # destinationIPv4Address, 4 octets
    "0004 0001"  # protocolIdentifier, 1 octet
    "0007 0002"  # sourceTransportPort, 2 octets
    # template set: what is specific to a flow
    "0002 0014"  # set id 2, 20 octets
    "0100 0003"  # template 256: 3 fields
    "0089 0004"  # commonPropertiesId, 4 octets
    "0002 0004"  # packetDeltaCount, 4 octets
    "0001 0004"  # octetDeltaCount, 4 octets
    # data set of template 300: two records of 15 octets
    "012C 0022"  # 34 octets
    "00000065"  # properties 101
    "C0000201 C6336402 06 0050"  # 192.0.2.1 to 198.51.100.2, TCP, from port 80
    "00000066"  # properties 102
    "C000021B C6336403 11 0035"  # 192.0.2.27 to 198.51.100.3, UDP, from port 53
    # data set of template 256: three records of 12 octets
    "0100 0028"  # 40 octets
    "00000065 00000009 00000C04"  # of 101: 9 packets, 3076 octets
    "00000066 00000047 00001A00"  # of 102: 71 packets, 6656 octets
    "00000065 00000002 00000080"  # of 101: 2 packets, 128 octets
)


@pytest.mark.conformance("CPROP-3.2-01", "CPROP-3.2-02")
def test_a_message_field_by_field(resolving: Decoder) -> None:
    assert len(EXAMPLE) == 140
    message = resolving.decode(EXAMPLE, "r1")
    assert message["problems"] == []
    web = {
        "sourceIPv4Address": "192.0.2.1",
        "destinationIPv4Address": "198.51.100.2",
        "protocolIdentifier": 6,
        "sourceTransportPort": 80,
    }
    names = {
        "sourceIPv4Address": "192.0.2.27",
        "destinationIPv4Address": "198.51.100.3",
        "protocolIdentifier": 17,
        "sourceTransportPort": 53,
    }
    assert message["flows"] == [
        {"commonPropertiesId": number, "packetDeltaCount": packets, "octetDeltaCount": octets}
        | fields
        | {"resolved": dict.fromkeys(fields, f"options:commonPropertiesId={number}")}
        for number, packets, octets, fields in [(101, 9, 3076, web), (102, 71, 6656, names), (101, 2, 128, web)]
    ]
    assert message["options"] == [
        {"scope": {"commonPropertiesId": 101}, **web, "report": "common_properties"},
        {"scope": {"commonPropertiesId": 102}, **names, "report": "common_properties"},
    ]


@pytest.mark.conformance("CPROP-3.2-02")
def test_flows_are_left_as_they_are_unless_it_is_wanted(decoder: Decoder) -> None:
    message = decoder.decode(EXAMPLE, "r1")
    assert message["problems"] == []
    assert message["flows"][0] == {"commonPropertiesId": 101, "packetDeltaCount": 9, "octetDeltaCount": 3076}
    assert codes(heard(decoder, referring(103))) == []


@pytest.mark.conformance("CPROP-5-02")
@pytest.mark.parametrize(("said", "asked"), [(1, 8), (8, 1), (8, 8), (3, 5)])
def test_an_id_is_a_number_at_any_length(resolving: Decoder, said: int, asked: int) -> None:
    taught(resolving, stated([PROTOCOL], (200, 6), (7, 17), identity=(137, said)))
    fields: list[Field] = [(137, asked), PACKETS]
    flows = set_of(2, template(FLOWS, fields)) + set_of(FLOWS, record(fields, (7, 1)) + record(fields, (200, 1)))
    assert protocols(heard(resolving, flows)) == [17, 6]


@pytest.mark.conformance("CPROP-5-02")
def test_the_largest_id(resolving: Decoder) -> None:
    taught(resolving, stated([PROTOCOL], (2**64 - 1, 6)))
    assert gained(resolving, 2**64 - 1) == [{"protocolIdentifier": 6}]


@pytest.mark.conformance("CPROP-5-01")
def test_other_domains_have_their_own(resolving: Decoder) -> None:
    taught(resolving, stated([PROTOCOL], (5, 6)))
    taught(resolving, stated([PROTOCOL], (5, 17)), domain=2)
    assert gained(resolving, 5) == [{"protocolIdentifier": 6}]
    assert gained(resolving, 5, domain=2) == [{"protocolIdentifier": 17}]
    assert codes(heard(resolving, referring(5), domain=3)) == ["unresolved_properties"]


class TestUnresolved:
    @pytest.mark.conformance("CPROP-6-02")
    def test_a_flow_comes_out_at_once(self, resolving: Decoder) -> None:
        message = heard(resolving, referring(5, 6, 5))
        assert message["flows"] == [{"commonPropertiesId": each, "packetDeltaCount": 10} for each in (5, 6, 5)]
        assert message["problems"] == [
            {
                "code": "unresolved_properties",
                "message": "common properties that are not known, or not any more: 2: 5, 6",
                "offset": 0,
                "ids": [5, 6],
                "count": 2,
            }
        ]
        taught(resolving, stated([PROTOCOL], (5, 6)))
        (row,) = resolving.knowledge("r1")
        assert (row["kind"], row["key"], row["fields"]) == ("properties", 5, {"protocolIdentifier": 6})
        assert gained(resolving, 5) == [{"protocolIdentifier": 6}]

    @pytest.mark.conformance("CPROP-6-02", "CPROP-3.2-02")
    def test_what_follows_in_the_datagram_counts(self, resolving: Decoder) -> None:
        message = heard(resolving, referring(5), stated([PROTOCOL], (5, 6)))
        assert (protocols(message), message["problems"]) == ([6], [])

    def test_the_first_ids_are_named(self, resolving: Decoder) -> None:
        """Once for the message, however many sets."""
        taught(resolving, stated([PROPERTIES], (1, 99)))
        message = heard(resolving, referring(1, *range(20, 40)), referring(*range(30, 50)))
        assert message["flows"][1] == {"commonPropertiesId": 20, "packetDeltaCount": 10}
        (problem,) = message["problems"]
        assert (problem["count"], problem["ids"]) == (31, [99, *range(20, 29)])
        assert problem["message"].endswith("31: 99, 20, 21, 22, 23, 24, 25, 26, 27, 28")

    def test_data_that_waited(self, resolving: Decoder) -> None:
        fields = [PROPERTIES, PACKETS]
        heard(resolving, set_of(FLOWS, record(fields, (5, 1)) + record(fields, (6, 1))))
        message = heard(resolving, stated([PROTOCOL], (5, 6)), set_of(2, template(FLOWS, fields)))
        (late,) = message["late"]
        assert (protocols(late), codes(late), late["problems"][0]["ids"]) == ([6, None], ["unresolved_properties"], [6])
        assert message["problems"] == []


class TestGained:
    def test_what_they_tell_leads_on(self, resolving: Decoder) -> None:
        """An interface among the properties has a name; flows of one set differ in what they gain."""
        interface: Field = (10, 4)
        names = options_template(302, [interface], [(82, VARIABLE)])
        taught(resolving, set_of(3, names), set_of(302, record([interface], (7,)) + variable(b"Gi0/7")))
        taught(resolving, stated([interface, (34, 4)], (1, 7, 50)))
        taught(resolving, stated([interface, interface], (2, 7, 7)))
        first, second = heard(resolving, referring(1, 2))["flows"]
        assert (first["ingress_interface_name"], first["samplingInterval"]) == ("Gi0/7", 50)
        assert first["resolved"]["samplingInterval"] == ORIGIN + "1"
        assert second["ingressInterface"] == [7, 7]
        assert "ingress_interface_name" not in second

    def test_lists_are_not_shared(self, resolving: Decoder) -> None:
        taught(resolving, stated([SOURCE_PORT, SOURCE_PORT], (1, 1, 2)))
        first, second = gained(resolving, 1, 1)
        first["sourceTransportPort"].clear()
        assert second == {"sourceTransportPort": [1, 2]}
        assert gained(resolving, 1) == [{"sourceTransportPort": [1, 2]}]

    def test_a_long_list_for_each_flow(self, resolving: Decoder) -> None:
        """A thousand octets ask for a list of 60000 values each; of 500000 values 60005 go to the reading of it."""
        listed = options_template(OPTIONS, [(137, 1)], [(BASIC, VARIABLE)])
        taught(resolving, set_of(3, listed), set_of(OPTIONS, b"\7" + field(basic_list(ALL_OF, 4, 1, bytes(60_000)))))
        message = heard(resolving, set_of(2, template(FLOWS, [(137, 1)])), set_of(FLOWS, b"\7" * 1000))
        assert [len(flow) for flow in message["flows"]] == [3] * 7 + [1] * 993
        assert [(each["code"], each["limit"]) for each in message["problems"]] == [("limit", "values")]

    @pytest.mark.parametrize("before", ["hex", "bytes"])
    def test_octets_are_those_of_the_restored_decoder(self, make_decoder: Any, compiled: bool, before: str) -> None:
        """ipHeaderPacketSection; that it is stated again is no change."""
        section = stated([(313, 4)], (1, b"abcd"))
        decoder = make_decoder(octet_values=before)
        assert heard_octets(decoder, section)["problems"] == []
        restored = Decoder.restore(json.loads(json.dumps(decoder.snapshot())), resolve=True, compiled=compiled)
        message = heard(restored, section, referring(1), transport="tcp")
        assert (message["problems"], _gain(message["flows"][0])) == ([], {"ipHeaderPacketSection": "61626364"})

    def test_octets_stay_bytes(self, make_decoder: Any, compiled: bool) -> None:
        decoder = make_decoder(octet_values="bytes")
        heard_octets(decoder, stated([(313, 4)], (1, b"abcd")))
        restored = Decoder.restore(decoder.snapshot(), resolve=True, octet_values="bytes", compiled=compiled)
        message = heard_octets(restored, referring(1))
        assert _gain(message["flows"][0]) == {"ipHeaderPacketSection": b"abcd"}

    @pytest.mark.parametrize(("values", "problems"), [(1000, []), (26, ["limit"])])
    def test_values_are_bounded(self, make_decoder: Any, values: int, problems: list[str]) -> None:
        """Of 26 values the flows have 8; a step and 4 values to read the properties, and 4 for each flow: 29 in all."""
        decoder = make_decoder(resolve=True, limits=Limits(values=values))
        fields: list[Field] = [PROTOCOL, SOURCE_PORT, DESTINATION_PORT, (5, 1)]
        taught(decoder, stated(fields, (1, 6, 80, 90, 0)))
        message = heard(decoder, referring(1, 1, 1, 1))
        assert codes(message) == problems
        assert protocols(message) == [6, 6, 6, None if problems else 6]
