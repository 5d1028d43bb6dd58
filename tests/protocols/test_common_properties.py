"""Common properties from octets to flows: stated, repeated, withdrawn, outlived, referred to.  RFC 5473."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from tests.list_builder import ALL_OF, BASIC, basic_list, field
from tests.message_builder import (
    EXPORT_TIME,
    VARIABLE,
    Field,
    ipfix_message,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain
from tests.protocols.messages import codes

PROPERTIES: Field = (137, 8)  # commonPropertiesId
PACKETS: Field = (2, 4)  # packetDeltaCount
PROTOCOL: Field = (4, 1)
SOURCE_PORT: Field = (7, 2)
DESTINATION_PORT: Field = (11, 2)
OPTIONS, FLOWS = 300, 256  # template ids
ORIGIN = "options:commonPropertiesId="


@pytest.fixture
def resolving(make_decoder: Any) -> Decoder:
    """A decoder that resolves flows."""
    decoder: Decoder = make_decoder(resolve=True)
    return decoder


def record(fields: list[Field], values: tuple[Any, ...]) -> bytes:
    """A record of these *fields*: numbers in their length, octets as they are."""
    return b"".join(
        value.to_bytes(field[-1], "big") if isinstance(value, int) else value
        for field, value in zip(fields, values, strict=True)
    )


def stated(fields: list[Field], *records: tuple[Any, ...], identity: Field = PROPERTIES) -> bytes:
    """The sets that state properties: an options template, and a record of id and values for each of *records*."""
    octets = b"".join(record([identity, *fields], each) for each in records)
    return set_of(3, options_template(OPTIONS, [identity], fields)) + set_of(OPTIONS, octets)


def withdrawn(*ids: int) -> bytes:
    """The sets that withdraw properties: nothing but the scope."""
    octets = b"".join(record([PROPERTIES], (each,)) for each in ids)
    return set_of(3, options_template(301, [PROPERTIES], [])) + set_of(301, octets)


def referring(*ids: tuple[int, ...] | int, packets: int = 10) -> bytes:
    """The sets of flows that refer to properties, each to one or to as many as the others."""
    rows = [each if isinstance(each, tuple) else (each,) for each in ids]
    fields = [PROPERTIES] * len(rows[0]) + [PACKETS]
    octets = b"".join(record(fields, (*each, packets)) for each in rows)
    return set_of(2, template(FLOWS, fields)) + set_of(FLOWS, octets)


def heard(decoder: Decoder, *sets: bytes, after: int = 0, domain: int = 1, transport: Any = "udp") -> Any:
    """The message of these *sets*, *after* so many s."""
    octets = ipfix_message(*sets, exportTime=EXPORT_TIME + after, observationDomainId=domain)
    message = decoder.decode(octets, "r1", transport=transport)
    assert_plain(message)
    return message


def heard_octets(decoder: Decoder, *sets: bytes) -> Any:
    """The message of these *sets* where octets are ``bytes``, which are not plain."""
    return decoder.decode(ipfix_message(*sets), "r1")


def taught(decoder: Decoder, *sets: bytes, **where: Any) -> None:
    """Let *decoder* hear *sets* in which there is nothing wrong."""
    assert heard(decoder, *sets, **where)["problems"] == []


def gained(decoder: Decoder, *ids: tuple[int, ...] | int, **where: Any) -> list[dict[str, Any]]:
    """What flows that refer to *ids* have beside that, and where it came from, where nothing is wrong."""
    message = heard(decoder, referring(*ids), **where)
    assert message["problems"] == []
    return [_gain(flow) for flow in message["flows"]]


def _gain(flow: dict[str, Any]) -> dict[str, Any]:
    own = ("commonPropertiesId", "packetDeltaCount", "resolved")
    return {name: value for name, value in flow.items() if name not in own}


def protocols(message: Any) -> list[int | None]:
    """The protocol of each flow, None where it has none."""
    return [flow.get("protocolIdentifier") for flow in message["flows"]]


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


class TestKept:
    """For the session, within limits."""

    @pytest.mark.conformance("CPROP-6-01")
    @pytest.mark.parametrize("transport", ["udp", "tcp", "sctp", "file"])
    def test_without_end(self, resolving: Decoder, transport: Any) -> None:
        taught(resolving, stated([PROTOCOL], (5, 6)), transport=transport)
        for days in range(6, 60, 6):
            assert gained(resolving, 5, after=days * 86_400, transport=transport) == [{"protocolIdentifier": 6}]
        resolving.forget("r1")
        assert codes(heard(resolving, referring(5), transport=transport)) == ["unresolved_properties"]

    @pytest.mark.fault("RS-17")
    @pytest.mark.conformance("CPROP-6-01")
    def test_the_oldest_make_room(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, limits=Limits(facts_per_exporter=2))
        taught(decoder, stated([PROTOCOL], (1, 6), (2, 17), (3, 1)))
        message = heard(decoder, referring(1, 2, 3))
        assert protocols(message) == [None, 17, 1]
        assert [problem["ids"] for problem in message["problems"]] == [[1]]
        assert decoder.statistics()[0]["facts_evicted"] == 1


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


class TestChanged:
    """Properties stated anew, or withdrawn."""

    def test_repeated(self, resolving: Decoder) -> None:
        for _ in range(3):
            taught(resolving, stated([PROTOCOL], (5, 6)))

    @pytest.mark.conformance("CPROP-6.1-02", "CPROP-6-03")
    @pytest.mark.parametrize(
        ("transport", "outcome", "how"),
        [
            ("udp", "replaced", "other values, which hold from here on"),
            ("file", "replaced", "other values, which hold from here on"),
            ("tcp", "conflict", "other values without a withdrawal, which hold from here on"),
            ("sctp", "conflict", "other values without a withdrawal, which hold from here on"),
        ],
    )
    def test_stated_anew(self, decoder: Decoder, transport: Any, outcome: str, how: str) -> None:
        """The second data set stands behind the message's header of 16 octets and an options template set of 18."""
        taught(decoder, stated([PROTOCOL], (5, 6), (6, 6)), transport=transport)
        message = heard(decoder, stated([PROTOCOL], (5, 17), (6, 6)), transport=transport)
        assert message["problems"] == [
            {
                "code": "properties_changed",
                "message": f"common properties 5 in set 300 at octet 34: stated anew with {how}",
                "offset": 34,
                "set_id": 300,
                "template_id": 300,
                "ids": [5],
                "outcome": outcome,
            }
        ]
        assert [row["fields"] for row in decoder.knowledge("r1") if row["key"] == 5] == [{"protocolIdentifier": 17}]
        assert heard(decoder, stated([PROTOCOL], (5, 17)), transport=transport)["problems"] == []

    def test_the_new_values_hold(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROTOCOL, SOURCE_PORT], (5, 6, 80)))
        heard(resolving, stated([PROTOCOL], (5, 17)))
        assert gained(resolving, 5) == [{"protocolIdentifier": 17}]

    @pytest.mark.conformance("CPROP-5-03")
    @pytest.mark.parametrize("transport", ["udp", "tcp", "sctp", "file"])
    def test_the_template_of_a_withdrawal(self, decoder: Decoder, transport: Any) -> None:
        taught(decoder, stated([PROTOCOL], (5, 6)), transport=transport)
        message = heard(decoder, withdrawn(5), transport=transport)
        (event,) = message["templates"]
        assert (event["event"], event["scope_count"], len(event["fields"])) == ("learned", 1, 1)
        assert message["options"] == [{"scope": {"commonPropertiesId": 5}, "report": "common_properties"}]
        assert message["problems"] == []
        assert [row["key"] for row in decoder.knowledge("r1")] == ([5] if transport == "udp" else [])

    @pytest.mark.conformance("CPROP-6-04")
    @pytest.mark.parametrize("transport", ["tcp", "sctp", "file"])
    def test_withdrawn(self, resolving: Decoder, transport: Any) -> None:
        taught(resolving, stated([PROTOCOL], (5, 6), (6, 17)), transport=transport)
        taught(resolving, withdrawn(5), transport=transport)
        message = heard(resolving, referring(5, 6), transport=transport)
        assert protocols(message) == [None, 17]
        assert [(each["code"], each["ids"]) for each in message["problems"]] == [("unresolved_properties", [5])]
        taught(resolving, stated([PROTOCOL], (5, 1)), transport=transport)  # the id is free again
        assert gained(resolving, 5, transport=transport) == [{"protocolIdentifier": 1}]

    @pytest.mark.conformance("CPROP-5-03")
    def test_not_withdrawn_over_udp(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROTOCOL], (5, 6)))
        taught(resolving, withdrawn(5))
        assert gained(resolving, 5) == [{"protocolIdentifier": 6}]

    @pytest.mark.conformance("CPROP-6-03")
    @pytest.mark.parametrize(("transport", "wrong"), [("udp", 0), ("file", 0), ("tcp", 1), ("sctp", 1)])
    def test_withdrawn_without_being_known(self, decoder: Decoder, transport: Any, wrong: int) -> None:
        """The session is the caller's to end."""
        taught(decoder, stated([PROTOCOL], (6, 6)), transport=transport)
        message = heard(decoder, withdrawn(5), transport=transport)
        problem = {
            "code": "properties_changed",
            "message": "common properties 5 in set 301 at octet 30: withdrawn, but not known",
            "offset": 30,
            "set_id": 301,
            "template_id": 301,
            "ids": [5],
            "outcome": "unknown_withdrawal",
        }
        assert message["problems"] == [problem] * wrong
        assert decoder.forget("r1") is True
        assert decoder.knowledge("r1") == []

    def test_a_flood_is_counted(self, make_decoder: Any) -> None:
        """A thousand records that state one of two ids anew: the first two state them."""
        decoder = make_decoder(limits=Limits(problems=5))
        message = heard(decoder, stated([PROTOCOL], *((each % 2, each % 251) for each in range(1002))))
        assert codes(message) == ["properties_changed"] * 5 + ["limit"]
        assert message["problems"][-1]["count"] == 1000 - 5
        assert decoder.statistics()[0]["facts"] == 2


class TestLifetime:
    """Over UDP, and where the caller gives one."""

    @pytest.mark.conformance("CPROP-6.1-01")
    def test_not_repeated_in_time(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        taught(decoder, stated([PROTOCOL], (5, 6)))
        assert gained(decoder, 5, after=1800) == [{"protocolIdentifier": 6}]
        message = heard(decoder, referring(5), after=1801)
        assert message["flows"] == [{"commonPropertiesId": 5, "packetDeltaCount": 10}]
        assert [(each["code"], each["ids"]) for each in message["problems"]] == [("unresolved_properties", [5])]
        taught(decoder, stated([PROTOCOL], (5, 17)), after=1802)  # nothing that it could replace
        assert gained(decoder, 5, after=3602) == [{"protocolIdentifier": 17}]

    @pytest.mark.conformance("CPROP-6.1-01")
    def test_repeated_in_time(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        for after in range(0, 9000, 1500):
            taught(decoder, stated([PROTOCOL], (5, 6)), after=after)
        assert gained(decoder, 5, after=7500 + 1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(decoder, referring(5), after=7500 + 1801)) == ["unresolved_properties"]

    @pytest.mark.conformance("CPROP-6.1-01")
    def test_three_of_their_intervals(self, make_decoder: Any) -> None:
        """Repeated once after 600 s; before that, they hold."""
        decoder = make_decoder(resolve=True, template_lifetime="adapt")
        taught(decoder, stated([PROTOCOL], (5, 6)))
        assert gained(decoder, 5, after=500) == [{"protocolIdentifier": 6}]
        taught(decoder, stated([PROTOCOL], (5, 6)), after=600)
        assert gained(decoder, 5, after=600 + 1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(decoder, referring(5), after=600 + 1801)) == ["unresolved_properties"]

    @pytest.mark.conformance("CPROP-6.1-01")
    @pytest.mark.parametrize("transport", ["tcp", "sctp", "file"])
    def test_not_on_streams(self, make_decoder: Any, transport: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        taught(decoder, stated([PROTOCOL], (5, 6)), transport=transport)
        assert gained(decoder, 5, after=86_400, transport=transport) == [{"protocolIdentifier": 6}]
        message = heard(decoder, stated([PROTOCOL], (5, 17)), after=86_400, transport=transport)
        assert codes(message) == ["properties_changed"]

    def test_of_data_that_waited(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        taught(decoder, stated([PROTOCOL], (5, 6)))
        fields = [PROPERTIES, PACKETS]
        heard(decoder, set_of(FLOWS, record(fields, (5, 1))), after=1700)
        (late,) = heard(decoder, set_of(2, template(FLOWS, fields)), after=1900)["late"]
        assert (protocols(late), codes(late)) == ([None], ["unresolved_properties"])

    def test_not_with_a_history(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800, history=True)
        heard(decoder, stated([PROTOCOL], (5, 6)))
        assert [codes(message) for message in decoder.flush()] == [[]]
        heard(decoder, referring(5), after=1801)
        (message,) = decoder.flush()
        assert (protocols(message), codes(message)) == ([6], [])

    @pytest.mark.parametrize("how", ["snapshot", "pickle"])
    def test_it_outlives_the_collector(self, make_decoder: Any, compiled: bool, how: str) -> None:
        decoder = make_decoder(resolve=True, template_lifetime="adapt")
        for after in 0, 600, 700:
            taught(decoder, stated([PROTOCOL], (5, 6)), after=after)
        taught(decoder, after=1000)
        if how == "pickle":
            decoder = pickle.loads(pickle.dumps(decoder))
        else:
            snapshot = decoder.snapshot()
            assert_plain(snapshot)
            decoder = Decoder.restore(snapshot, resolve=True, template_lifetime="adapt", compiled=compiled)
            assert decoder.snapshot() == snapshot
        assert gained(decoder, 5, after=700 + 1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(decoder, referring(5), after=700 + 1801)) == ["unresolved_properties"]

    def test_it_outlives_two_collectors(self, make_decoder: Any, compiled: bool) -> None:
        """The one that heard the properties heard nothing for the 1000 s after."""
        one, other = make_decoder(), make_decoder()
        taught(one, stated([PROTOCOL], (5, 6)))
        taught(other, after=1000)
        snapshots = one.snapshot(), other.snapshot()
        before = repr(snapshots)
        both = Decoder.restore(*snapshots, resolve=True, template_lifetime=1800, compiled=compiled)
        assert repr(snapshots) == before
        assert gained(both, 5, after=1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(both, referring(5), after=1801)) == ["unresolved_properties"]


class TestReferences:
    """Several properties for one flow, and properties of properties."""

    @pytest.mark.conformance("CPROP-7.1-01")
    def test_several(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROTOCOL], (1, 6)), stated([SOURCE_PORT, DESTINATION_PORT], (2, 80, 90)))
        message = heard(resolving, referring((1, 2)))
        assert message["problems"] == []
        assert message["flows"] == [
            {
                "commonPropertiesId": [1, 2],
                "packetDeltaCount": 10,
                "protocolIdentifier": 6,
                "sourceTransportPort": 80,
                "destinationTransportPort": 90,
                "resolved": {
                    "protocolIdentifier": ORIGIN + "1",
                    "sourceTransportPort": ORIGIN + "2",
                    "destinationTransportPort": ORIGIN + "2",
                },
            }
        ]

    @pytest.mark.conformance("CPROP-7.1-01")
    def test_several_that_overlap(self, resolving: Decoder) -> None:
        """The record's own value comes first, then that of the first properties."""
        taught(resolving, stated([PROTOCOL, PACKETS], (1, 6, 99)), stated([PROTOCOL, SOURCE_PORT], (2, 17, 53)))
        first, second = heard(resolving, referring((1, 2), (2, 1)))["flows"]
        assert first == {
            "commonPropertiesId": [1, 2],
            "packetDeltaCount": 10,
            "protocolIdentifier": 6,
            "sourceTransportPort": 53,
            "resolved": {"protocolIdentifier": ORIGIN + "1", "sourceTransportPort": ORIGIN + "2"},
        }
        assert (second["packetDeltaCount"], second["protocolIdentifier"]) == (10, 17)

    @pytest.mark.conformance("CPROP-7.2-01")
    def test_a_chain_of_three(self, resolving: Decoder) -> None:
        taught(resolving, stated([SOURCE_PORT, PROPERTIES], (1, 53, 2)))
        taught(resolving, stated([DESTINATION_PORT, PROPERTIES], (2, 54, 3)), stated([PROTOCOL], (3, 17)))
        (flow,) = heard(resolving, referring(1))["flows"]
        assert flow["resolved"] == {
            "sourceTransportPort": ORIGIN + "1",
            "destinationTransportPort": ORIGIN + "2",
            "protocolIdentifier": ORIGIN + "3",
        }
        assert gained(resolving, 2) == [{"destinationTransportPort": 54, "protocolIdentifier": 17}]

    @pytest.mark.conformance("CPROP-7.2-03")
    def test_the_order_of_elements(self, resolving: Decoder) -> None:
        """What properties refer to stands where they refer to it."""
        taught(resolving, stated([SOURCE_PORT, PROPERTIES, DESTINATION_PORT], (1, 53, 2, 55)))
        taught(resolving, stated([PROTOCOL, (5, 1)], (2, 17, 0)))
        (flow,) = gained(resolving, 1)
        assert list(flow) == [
            "sourceTransportPort",
            "protocolIdentifier",
            "ipClassOfService",
            "destinationTransportPort",
        ]
        (flow,) = gained(resolving, (2, 1))
        assert list(flow) == [
            "protocolIdentifier",
            "ipClassOfService",
            "sourceTransportPort",
            "destinationTransportPort",
        ]

    def test_what_is_nearer_holds(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROPERTIES, PROTOCOL], (1, 2, 6)), stated([PROTOCOL, SOURCE_PORT], (2, 17, 53)))
        assert gained(resolving, 1) == [{"protocolIdentifier": 6, "sourceTransportPort": 53}]

    @pytest.mark.fault("ST-22")
    @pytest.mark.conformance("CPROP-7.2-02")
    @pytest.mark.parametrize(
        ("references", "asked", "circle", "expected"),
        [
            ({1: 1}, 1, [1], {1}),
            ({1: 2, 2: 1}, 1, [1, 2], {1, 2}),
            ({1: 2, 2: 1}, 2, [2, 1], {1, 2}),
            ({1: 2, 2: 3, 3: 2}, 1, [2, 3], {1, 2, 3}),
            ({each: each % 20 + 1 for each in range(1, 21)}, 1, list(range(1, 11)), set(range(1, 21))),
        ],
    )
    def test_circles(
        self, resolving: Decoder, references: dict[int, int], asked: int, circle: list[int], expected: set[int]
    ) -> None:
        """Properties n have the unknown element 10000 + n of IANA's, and another id."""
        for number, other in references.items():
            taught(resolving, stated([PROPERTIES, (10_000 + number, 1)], (number, other, 0)))
        message = heard(resolving, referring(asked, asked), referring(asked))
        text = ", ".join(map(str, circle))
        assert message["problems"] == [
            {
                "code": "circular_properties",
                "message": f"common properties that refer to themselves, or to one another in a circle: {text}",
                "offset": 0,
                "ids": circle,
            }
        ]
        assert [_gain(flow) for flow in message["flows"]] == [{f"ie{10_000 + each}": "00" for each in expected}] * 3

    @pytest.mark.conformance("CPROP-7.2-02")
    def test_what_two_refer_to_is_no_circle(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROPERTIES, PROPERTIES], (1, 2, 3)), stated([PROPERTIES], (2, 4), (3, 4)))
        taught(resolving, stated([PROTOCOL], (4, 6)))
        assert gained(resolving, (1, 4), (4, 4)) == [{"protocolIdentifier": 6}] * 2

    @pytest.mark.fault("ST-22")
    def test_a_chain_of_a_thousand(self, resolving: Decoder) -> None:
        """Properties n refer to n + 1; 31 of them lead from 969 to 1000, the last."""
        taught(resolving, stated([PROPERTIES], *((each, each + 1) for each in range(1000))))
        taught(resolving, stated([PROTOCOL], (1000, 6)))
        assert gained(resolving, 969) == [{"protocolIdentifier": 6}]
        message = heard(resolving, referring(968, 969, 0))
        assert protocols(message) == [None, 6, None]
        assert message["problems"] == [
            {
                "code": "limit",
                "message": "a flow refers to more than 32 common properties: not all of them are given",
                "offset": 0,
                "limit": "common_properties",
            }
        ]

    @pytest.mark.fault("ST-22")
    def test_a_flow_that_refers_to_many(self, resolving: Decoder) -> None:
        """Properties 0 to 32 have one unknown element of IANA's each."""
        for number in range(33):
            taught(resolving, stated([(10_000 + number, 1)], (number, 0)))
        assert gained(resolving, tuple(range(32))) == [{f"ie{10_000 + each}": "00" for each in range(32)}]
        message = heard(resolving, referring(tuple(range(33))))
        assert [(each["code"], each["limit"]) for each in message["problems"]] == [("limit", "common_properties")]
        assert _gain(message["flows"][0]) == {f"ie{10_000 + each}": "00" for each in range(32)}


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
