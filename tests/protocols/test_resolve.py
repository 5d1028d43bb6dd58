"""Flows completed with what their exporter, its datagrams' headers and the caller say: from octets to provenance."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, Limits
from netflowparse.protocols.resolve import resolve
from netflowparse.quirks import SAMPLER_ZERO
from netflowparse.settings import ExporterSettings
from netflowparse.state.knowledge import Knowledge
from tests.message_builder import (
    EXPORT_TIME,
    UPTIME,
    VARIABLE,
    Field,
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
    variable,
)
from tests.plain import assert_plain
from tests.sflow_builder import datagram as sflow_datagram
from tests.sflow_builder import discarded_packet, flow_sample, sample

OPTIONS, FLOWS = 300, 256  # template ids
SYSTEM = (1, 4)  # scope of NetFlow v9: system
INTERVAL, SAMPLER, RANDOM = (34, 4), (48, 1), (50, 4)
INGRESS, EGRESS, DIRECTION = (10, 4), (14, 4), (61, 1)
METERING = (143, 4)  # meteringProcessId
PROPERTIES = (137, 8)  # commonPropertiesId


def record(fields: list[Field], *values: int | str | bytes) -> bytes:
    """A record of these *fields*: numbers in their length, texts of variable length."""
    octets = [
        value.to_bytes(field[-1], "big")
        if isinstance(value, int)
        else variable(value.encode())
        if isinstance(value, str)
        else value
        for field, value in zip(fields, values, strict=True)
    ]
    return b"".join(octets)


def options10(scope: list[Field], fields: list[Field], *values: Any, template_id: int = OPTIONS) -> tuple[bytes, bytes]:
    """The sets of an IPFIX options template and of one record by it."""
    definition = options_template(template_id, scope, fields)
    return set_of(3, definition), set_of(template_id, record([*scope, *fields], *values))


def options9(scope: list[Field], fields: list[Field], *values: Any) -> tuple[bytes, bytes]:
    """The FlowSets of a NetFlow v9 options template and of one record by it."""
    definition = netflow9_options_template(OPTIONS, scope, fields)
    return set_of(1, definition), set_of(OPTIONS, record([*scope, *fields], *values))


def flows10(fields: list[Field], *records: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """The sets of an IPFIX template and of records by it."""
    return set_of(2, template(FLOWS, fields)), set_of(FLOWS, b"".join(record(fields, *each) for each in records))


def flows9(fields: list[Field], *records: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """The FlowSets of a NetFlow v9 template and of records by it."""
    return set_of(0, template(FLOWS, fields)), set_of(FLOWS, b"".join(record(fields, *each) for each in records))


@pytest.fixture
def resolving(make_decoder: Any) -> Decoder:
    """A decoder that resolves flows."""
    decoder: Decoder = make_decoder(resolve=True)
    return decoder


def decoded(decoder: Decoder, *sets: bytes, exporter: str = "r1", **header: Any) -> list[dict[str, Any]]:
    """The flows of an IPFIX message of these *sets*."""
    message = decoder.decode(ipfix_message(*sets, **header), exporter)
    assert message["problems"] == []
    assert_plain(message)
    return message["flows"]


def decoded9(decoder: Decoder, *sets: bytes, exporter: str = "r1", **header: Any) -> list[dict[str, Any]]:
    """The flows of a NetFlow v9 datagram of these *sets*."""
    message = decoder.decode(netflow9_datagram(*sets, **header), exporter)
    assert message["problems"] == []
    return message["flows"]


def sampled(flow: dict[str, Any]) -> tuple[Any, Any]:
    """The interval of a flow, and where it came from."""
    return flow.get("samplingInterval"), flow.get("resolved", {}).get("samplingInterval")


def test_nothing_is_added_unless_it_is_wanted(decoder: Decoder) -> None:
    sets = *options10([METERING], [INTERVAL], 1, 100), *flows10([INGRESS], (7,))
    assert decoded(decoder, *sets) == [{"ingressInterface": 7}]


def test_nothing_is_added_where_nothing_is_known(resolving: Decoder) -> None:
    assert decoded(resolving, *flows10([INGRESS, SAMPLER, (95, 4)], (7, 3, 0x0D0001C5))) == [
        {"ingressInterface": 7, "samplerId": 3, "applicationId": "13:453"}
    ]


SCOPES: list[tuple[list[Field], list[Any], str]] = [
    ([METERING], [1], "options"),
    ([(149, 4)], [1], "options"),  # observationDomainId
    ([(130, 4)], [b"\xc0\0\2\1"], "options"),  # exporterIPv4Address
    ([(48, 1)], [3], "options:samplerId=3"),
    ([(302, 8)], [5], "options:selectorId=5"),
    ([(10, 4)], [7], "options:interface=7"),
    ([(252, 4)], [7], "options:interface=7"),
    ([(141, 4)], [2], "options:lineCard=2"),
    ([(145, 2)], [FLOWS], "options:template=256"),
    ([(48, 1)], [4], ""),
    ([(302, 8)], [6], ""),
    ([(10, 4)], [8], ""),  # the flow's egress
    ([(141, 4)], [1], ""),
    ([(145, 2)], [257], ""),
]


@pytest.mark.fault("PO-04")
@pytest.mark.parametrize(("scope", "values", "origin"), SCOPES)
def test_a_rate_belongs_to_what_it_was_said_of(
    resolving: Decoder, scope: list[Field], values: list[Any], origin: str
) -> None:
    fields: list[Field] = [SAMPLER, (302, 4), INGRESS, EGRESS, (141, 4)]
    decoded(resolving, *options10(scope, [INTERVAL, (35, 1)], *values, 100, 1))
    (flow,) = decoded(resolving, *flows10(fields, (3, 5, 7, 8, 2)))
    assert sampled(flow) == ((100, origin) if origin else (None, None))


def test_the_narrowest_counts(resolving: Decoder) -> None:
    scopes: list[tuple[Field, int, str]] = [
        (METERING, 1, "options"),
        ((145, 2), FLOWS, "options:template=256"),
        (INGRESS, 7, "options:interface=7"),
        ((302, 8), 5, "options:selectorId=5"),
        (SAMPLER, 3, "options:samplerId=3"),
    ]
    for interval, (scope, value, origin) in enumerate(scopes, 100):
        decoded(resolving, *options10([scope], [INTERVAL], value, interval))
        (flow,) = decoded(resolving, *flows10([SAMPLER, (302, 8), INGRESS], (3, 5, 7)))
        assert sampled(flow) == (interval, origin)
    for interval, (scope, value, origin) in reversed(list(enumerate(scopes, 100))):
        (flow,) = decoded(resolving, *flows10([SAMPLER, (302, 8), INGRESS], (3, 5, 7)))
        assert sampled(flow) == (interval, origin)
        decoded(resolving, *options10([scope], [INTERVAL], value, 0))  # not known any more
    (flow,) = decoded(resolving, *flows10([SAMPLER, (302, 8), INGRESS], (3, 5, 7)))
    assert flow == {"samplerId": 3, "selectorId": 5, "ingressInterface": 7}


def test_the_interface_where_a_flow_was_seen(resolving: Decoder) -> None:
    for interface in 7, 8:
        decoded(resolving, *options10([INGRESS], [INTERVAL], interface, interface * 100))
    found = decoded(resolving, *flows10([INGRESS, EGRESS, DIRECTION], (7, 8, 0), (7, 8, 1), (9, 8, 0), (7, 9, 1)))
    assert [sampled(flow) for flow in found] == [
        (700, "options:interface=7"),
        (800, "options:interface=8"),
        (None, None),
        (None, None),
    ]


OWN: list[tuple[list[Field], list[int], Any]] = [
    ([INTERVAL], [50], (50, "record")),
    ([INTERVAL], [1], (1, "record")),
    ([INTERVAL], [2**32 - 1], (2**32 - 1, "record")),
    ([RANDOM], [60], (60, "record")),
    ([(305, 4), (306, 4)], [1, 99], (100, "record")),
    ([(305, 4), (306, 4)], [2, 1], (1.5, "record")),
    ([(309, 4), (310, 4)], [5, 1000], (200, "record")),
    ([INTERVAL], [0], (0, None)),  # what the record says is not touched
    ([RANDOM], [0], (7, "options")),
    ([(305, 4), (306, 4)], [1, 2**32 - 1], (2**32, "record")),
    ([(305, 4), (306, 4)], [0, 0], (7, "options")),
    ([(305, 4), (306, 4)], [0, 99], (7, "options")),
    ([(305, 4)], [10], (7, "options")),
]


@pytest.mark.fault("PO-01", "PO-02", "PO-03")
@pytest.mark.parametrize(("fields", "values", "expected"), OWN)
def test_the_record_outranks_the_options(
    resolving: Decoder, fields: list[Field], values: list[int], expected: Any
) -> None:
    decoded(resolving, *options10([METERING], [INTERVAL], 1, 7))
    (flow,) = decoded(resolving, *flows10([*fields, INGRESS], (*values, 3)))
    assert sampled(flow) == expected


@pytest.mark.fault("PO-01", "PO-02", "PO-03")
@pytest.mark.parametrize(
    ("fields", "values", "interval"),
    [
        ({"samplingInterval": INTERVAL}, [0], None),
        ({"samplingInterval": INTERVAL}, [1], 1),
        ({"samplingInterval": INTERVAL}, [2**32 - 1], 2**32 - 1),
        ({"samplingPacketInterval": (305, 4), "samplingPacketSpace": (306, 4)}, [0, 0], None),
        ({"samplingPacketInterval": (305, 4), "samplingPacketSpace": (306, 4)}, [0, 99], None),
        ({"samplingPacketInterval": (305, 4), "samplingPacketSpace": (306, 4)}, [1, 2**32 - 1], 2**32),
    ],
)
def test_options_stay_and_make_a_rate_where_there_is_one(
    resolving: Decoder, fields: dict[str, Field], values: list[int], interval: int | None
) -> None:
    message = resolving.decode(ipfix_message(*options10([METERING], [*fields.values()], 1, *values)), "r1")
    (record,) = message["options"]
    assert ({name: record[name] for name in fields}, message["problems"]) == (
        dict(zip(fields, values, strict=True)),
        [],
    )
    (flow,) = decoded(resolving, *flows10([INGRESS], (7,)))
    assert sampled(flow) == ((interval, "options") if interval else (None, None))


@pytest.mark.fault("PO-04")
@pytest.mark.conformance("NF9-6.1-02")
def test_samplers_of_netflow9(resolving: Decoder) -> None:
    for sampler, interval in (1, 1000), (2, 2000):
        decoded9(resolving, *options9([SYSTEM], [SAMPLER, RANDOM, (49, 1)], 0, sampler, interval, 2))
    found = decoded9(resolving, *flows9([SAMPLER, (2, 4)], (1, 10), (2, 10), (3, 10), (0, 10)))
    assert [sampled(flow) for flow in found] == [
        (1000, "options:samplerId=1"),
        (2000, "options:samplerId=2"),
        (None, None),
        (None, None),
    ]
    assert [flow["packetDeltaCount"] for flow in found] == [10] * 4  # never multiplied


@pytest.mark.parametrize("scope", [1, 2, 5])
def test_scopes_of_netflow9(resolving: Decoder, scope: int) -> None:
    value, origin = {1: (0, "options"), 2: (7, "options:interface=7"), 5: (FLOWS, "options:template=256")}[scope]
    decoded9(resolving, *options9([(scope, 4)], [INTERVAL], value, 100))
    (flow,) = decoded9(resolving, *flows9([INGRESS], (7,)))
    assert sampled(flow) == (100, origin)


class TestSamplerZero:
    """Cisco 7600: flows of sampler 0, and one sampler that is described."""

    def datagrams(self, decoder: Decoder, *samplers: int) -> tuple[Any, Any]:
        for sampler in samplers:
            decoded9(decoder, *options9([SYSTEM], [SAMPLER, RANDOM], 0, sampler, sampler * 1000))
        message = decoder.decode(netflow9_datagram(*flows9([SAMPLER], (0,))), "r1")
        return sampled(message["flows"][0]), message["quirks"]

    def test_the_only_one_is_meant(self, resolving: Decoder) -> None:
        assert self.datagrams(resolving, 4) == ((4000, "options:samplerId=4"), ["sampler_zero"])

    def test_of_two_neither(self, resolving: Decoder) -> None:
        assert self.datagrams(resolving, 4, 5) == ((None, None), [])

    def test_the_only_one_without_an_interval(self, resolving: Decoder) -> None:
        decoded9(resolving, *options9([SYSTEM], [SAMPLER, (84, 8)], 0, 4, b"sampler4"))
        assert self.datagrams(resolving) == ((None, None), [])

    def test_not_by_the_standard(self, make_decoder: Any) -> None:
        assert self.datagrams(make_decoder(resolve=True, quirks=()), 4) == ((None, None), [])

    def test_sampler_0_itself(self, resolving: Decoder) -> None:
        decoded9(resolving, *options9([SYSTEM], [SAMPLER, RANDOM], 0, 0, 10))
        assert self.datagrams(resolving) == ((10, "options:samplerId=0"), [])


@pytest.mark.fault("PO-05")
def test_other_exporters_and_domains_are_others(resolving: Decoder) -> None:
    options, flows = options10([METERING], [INTERVAL], 1, 100), flows10([INGRESS], (7,))
    decoded(resolving, *options)
    assert sampled(decoded(resolving, *flows)[0]) == (100, "options")
    assert decoded(resolving, *flows, exporter="r2") == [{"ingressInterface": 7}]
    assert decoded(resolving, *flows, observationDomainId=2) == [{"ingressInterface": 7}]
    assert decoded9(resolving, *flows9([INGRESS], (7,)), sourceId=1) == [{"ingressInterface": 7}]


def test_options_behind_the_flows_count(resolving: Decoder) -> None:
    (flow,) = decoded(resolving, *flows10([INGRESS], (7,)), *options10([METERING], [INTERVAL], 1, 100))
    assert sampled(flow) == (100, "options")


@pytest.mark.fault("PO-11")
def test_records_of_a_data_template_are_no_options(resolving: Decoder) -> None:
    """Of whatever they tell, and though an options template had the id before."""
    decoded(resolving, set_of(3, options_template(FLOWS, [METERING], [INTERVAL])))
    flows = decoded(resolving, *flows10([METERING, INTERVAL], (1, 100)), *flows10([METERING], (1,)))
    own = {"meteringProcessId": 1, "samplingInterval": 100, "resolved": {"samplingInterval": "record"}}
    assert flows == [own, {"meteringProcessId": 1}]
    assert resolving.knowledge("r1") == []


def test_interface_names(resolving: Decoder) -> None:
    names: list[Field] = [(82, VARIABLE), (83, VARIABLE)]
    decoded(resolving, *options10([INGRESS], names, 7, "Gi0/7", "uplink"))
    decoded(resolving, *options10([EGRESS], names[:1], 8, "Gi0/8"))
    found = decoded(resolving, *flows10([INGRESS, EGRESS], (7, 8), (8, 9), (0, 7)))
    assert found == [
        {
            "ingressInterface": 7,
            "egressInterface": 8,
            "ingress_interface_name": "Gi0/7",
            "ingress_interface_description": "uplink",
            "egress_interface_name": "Gi0/8",
            "resolved": {
                "ingress_interface_name": "options:interface=7",
                "ingress_interface_description": "options:interface=7",
                "egress_interface_name": "options:interface=8",
            },
        },
        {
            "ingressInterface": 8,
            "egressInterface": 9,
            "ingress_interface_name": "Gi0/8",
            "resolved": {"ingress_interface_name": "options:interface=8"},
        },
        {
            "ingressInterface": 0,
            "egressInterface": 7,
            "egress_interface_name": "Gi0/7",
            "egress_interface_description": "uplink",
            "resolved": {
                "egress_interface_name": "options:interface=7",
                "egress_interface_description": "options:interface=7",
            },
        },
    ]


@pytest.mark.fault("PO-07")
def test_hostile_interface_names(resolving: Decoder) -> None:
    """Escape sequences and format strings are text like any other; what is no UTF-8 is escaped, and told."""
    names = {
        7: (b"\x1b[2J\r\n%s{0}'\"\\xff", "\x1b[2J\r\n%s{0}'\"\\xff"),
        8: (b"eth\xff\xfe0", "eth\\xff\\xfe0"),
        9: (b"ok", "ok"),
    }
    table: list[Field] = [INGRESS, (82, VARIABLE)]
    records = b"".join(record(table, index, variable(octets)) for index, (octets, _) in names.items())
    learn = set_of(3, options_template(OPTIONS, table[:1], table[1:]))
    message = resolving.decode(ipfix_message(learn, set_of(OPTIONS, records)), "r1")
    said = [(each["scope"]["ingressInterface"], each["interfaceName"]) for each in message["options"]]
    assert said == [(index, text) for index, (_, text) in names.items()]
    assert [(each["code"], each["element"]) for each in message["problems"]] == [("bad_value", "interfaceName")]
    flows = decoded(resolving, *flows10([INGRESS], *((index,) for index in names)))
    assert [each["ingress_interface_name"] for each in flows] == [text for _, text in names.values()]


@pytest.mark.fault("PO-06")
def test_ever_more_interfaces(make_decoder: Any) -> None:
    """The oldest names make room, and are counted; flows of the others have theirs."""
    decoder = make_decoder(resolve=True, limits=Limits(facts_per_exporter=3))
    for index in range(1, 6):
        decoded(decoder, *options10([INGRESS], [(82, VARIABLE)], index, f"eth{index}"))
    assert [row["key"] for row in decoder.knowledge("r1")] == [3, 4, 5]
    assert decoder.statistics()[0]["facts_evicted"] == 2
    found = decoded(decoder, *flows10([INGRESS], (2,), (3,)))
    assert [flow.get("ingress_interface_name") for flow in found] == [None, "eth3"]


@pytest.mark.fault("RS-17")
@pytest.mark.parametrize("limit", [20, 19, 14])
def test_long_names_count(make_decoder: Any, limit: int) -> None:
    """Of interface 7 there are 63 and 128 characters to tell: 2 values a flow, beside the 10 of the flows."""
    decoder = make_decoder(resolve=True, limits=Limits(values=limit))
    long = {"ingress_interface_name": "n" * 63, "ingress_interface_description": "d" * 128}
    decoded(decoder, *options10([INGRESS], [(82, VARIABLE), (83, VARIABLE)], 7, *long.values()))
    decoded(decoder, *options10([EGRESS], [(82, VARIABLE)], 8, "n" * 63))
    message = decoder.decode(ipfix_message(*flows10([INGRESS, EGRESS], *[(7, 8)] * 5)), "r1")
    told = [{key: flow[key] for key in long if key in flow} for flow in message["flows"]]
    gained = (limit - 10) // 2
    assert told == [long] * gained + [{}] * (5 - gained)
    assert [flow["egress_interface_name"] for flow in message["flows"]] == ["n" * 63] * 5
    assert [(each["code"], each["limit"]) for each in message["problems"]] == [("limit", "values")] * (gained < 5)


def test_an_interface_that_comes_twice_is_none(resolving: Decoder) -> None:
    decoded(resolving, *options10([INGRESS], [(82, VARIABLE)], 7, "Gi0/7"), *options10([INGRESS], [INTERVAL], 7, 5))
    assert decoded(resolving, *flows10([INGRESS, INGRESS], (7, 7))) == [{"ingressInterface": [7, 7]}]


def test_vrf_names(resolving: Decoder) -> None:
    decoded(resolving, *options10([(234, 4)], [(236, VARIABLE)], 1, "red"))
    decoded(resolving, *options10([METERING], [(235, 4), (236, VARIABLE)], 1, 2, "blue"))
    (flow,) = decoded(resolving, *flows10([(234, 4), (235, 4)], (1, 2)))
    assert flow == {
        "ingressVRFID": 1,
        "egressVRFID": 2,
        "ingress_vrf_name": "red",
        "egress_vrf_name": "blue",
        "resolved": {"ingress_vrf_name": "options:vrf=1", "egress_vrf_name": "options:vrf=2"},
    }


@pytest.mark.fault("PO-08")
@pytest.mark.conformance("APPID-4.3-01", "APPID-5-01", "APPID-4.2-02")
def test_application_names(resolving: Decoder) -> None:
    """Table and flows give the id in different lengths: engine 13 and selector 453 in 4 octets, and in 3."""
    long, short = bytes.fromhex("0D0001C5"), bytes.fromhex("0D01C5")
    decoded(resolving, *options10([(95, 4)], [(96, VARIABLE), (94, VARIABLE)], long, "old", "Mail"))
    decoded(resolving, *options10([(95, 4)], [(96, VARIABLE)], long, "smtp"))
    decoded(resolving, *options10([(95, 3)], [(372, VARIABLE), (290, VARIABLE)], short, "email", "yes"))
    (flow,) = decoded(resolving, *flows10([(95, 3)], (short,)))
    added = {
        "applicationName": "smtp",
        "applicationDescription": "Mail",
        "applicationCategoryName": "email",
        "encryptedTechnology": "yes",
    }
    assert flow == {
        "applicationId": "13:453",
        **added,
        "resolved": dict.fromkeys(added, "options:applicationId=13:453"),
    }


def test_what_the_record_says_is_not_touched(resolving: Decoder) -> None:
    decoded(resolving, *options10([(95, 4)], [(96, VARIABLE), (94, VARIABLE)], b"\1\0\0\6", "tcp", "TCP"))
    (flow,) = decoded(resolving, *flows10([(95, 4), (96, VARIABLE)], (b"\1\0\0\6", "")))
    assert flow == {
        "applicationId": "1:6",
        "applicationName": "",
        "applicationDescription": "TCP",
        "resolved": {"applicationDescription": "options:applicationId=1:6"},
    }


def test_each_flow_has_a_dict_of_its_own(resolving: Decoder) -> None:
    decoded(resolving, *options10([METERING], [INTERVAL], 1, 100), *options10([INGRESS], [(82, VARIABLE)], 7, "x"))
    first, second = decoded(resolving, *flows10([INGRESS], (7,), (7,)))
    first["resolved"].clear()
    assert second["resolved"] == {"samplingInterval": "options", "ingress_interface_name": "options:interface=7"}


START = EXPORT_TIME * 1000 - 60_000  # ms: a minute before the export


class TestSystemInitTime:
    def flow(self, decoder: Decoder, start: int, *uptimes: int) -> dict[str, Any]:
        decoded(decoder, *options10([METERING], [(160, 8)], 1, start))
        (flow,) = decoded(decoder, *flows10([(22, 4), (21, 4)], uptimes))
        return flow

    def test_times_since_then(self, resolving: Decoder) -> None:
        assert self.flow(resolving, START, 1_000, 2_500) == {
            "flowStartSysUpTime": 1_000,
            "flowEndSysUpTime": 2_500,
            "flowStartMilliseconds": START + 1_000,
            "flowEndMilliseconds": START + 2_500,
            "resolved": {"flowStartMilliseconds": "options", "flowEndMilliseconds": "options"},
        }

    @pytest.mark.fault("PO-09")
    @pytest.mark.parametrize("start", [0, EXPORT_TIME * 1000 + 90_000_000])
    def test_a_start_that_cannot_be(self, resolving: Decoder, start: int) -> None:
        assert self.flow(resolving, start, 1, 2) == {"flowStartSysUpTime": 1, "flowEndSysUpTime": 2}

    def test_the_record_knows_better(self, resolving: Decoder) -> None:
        decoded(resolving, *options10([METERING], [(160, 8)], 1, START))
        (flow,) = decoded(resolving, *flows10([(22, 4), (152, 8)], (5, 9)))
        assert flow == {"flowStartSysUpTime": 5, "flowStartMilliseconds": 9}

    def test_what_comes_twice_is_no_time(self, resolving: Decoder) -> None:
        decoded(resolving, *options10([METERING], [(160, 8)], 1, START))
        (flow,) = decoded(resolving, *flows10([(22, 4), (22, 4), (21, 4)], (5, 6, 9)))
        assert flow == {
            "flowStartSysUpTime": [5, 6],
            "flowEndSysUpTime": 9,
            "flowEndMilliseconds": START + 9,
            "resolved": {"flowEndMilliseconds": "options"},
        }

    def test_netflow9_has_its_own_clock(self, resolving: Decoder) -> None:
        decoded9(resolving, *options9([SYSTEM], [(160, 8)], 0, 5))
        (flow,) = decoded9(resolving, *flows9([(22, 4)], (UPTIME,)))
        assert flow == {"flowStartSysUpTime": UPTIME, "flowStartMilliseconds": EXPORT_TIME * 1000}


RATES = ExporterSettings(sampling_interval=9, interface_sampling={7: 70, 8: 80}, interfaces={7: "seven", 8: "eight"})


def test_the_caller_is_asked_last(make_decoder: Any) -> None:
    decoder = make_decoder(resolve=True, exporters={"r1": RATES})
    flows = flows10([INGRESS, EGRESS], (7, 8), (6, 8), (5, 6))
    assert [sampled(flow) for flow in decoded(decoder, *flows)] == [(each, "settings") for each in (70, 80, 9)]
    decoded(decoder, *options10([INGRESS], [(83, VARIABLE)], 7, "uplink"), *options10([METERING], [INTERVAL], 1, 5))
    decoded(decoder, *options10([INGRESS], [(82, VARIABLE)], 8, "Gi0/8"))
    found = decoded(decoder, *flows)
    assert [sampled(flow) for flow in found] == [(5, "options")] * 3
    assert found[0]["resolved"] == {
        "samplingInterval": "options",
        "ingress_interface_description": "options:interface=7",
        "ingress_interface_name": "settings",
        "egress_interface_name": "options:interface=8",
    }
    assert (found[0]["ingress_interface_name"], found[0]["egress_interface_name"]) == ("seven", "Gi0/8")
    assert decoded(decoder, *flows, exporter="r2")[0] == {"ingressInterface": 7, "egressInterface": 8}


def test_the_caller_knows_no_rate_of_an_interface_that_comes_twice(make_decoder: Any) -> None:
    decoder = make_decoder(resolve=True, exporters={"r1": RATES})
    (flow,) = decoded(decoder, *flows10([INGRESS, INGRESS], (7, 7)))
    assert flow == {"ingressInterface": [7, 7], "samplingInterval": 9, "resolved": {"samplingInterval": "settings"}}


def test_vrfs_and_applications_of_the_caller(make_decoder: Any) -> None:
    settings = ExporterSettings(vrfs={1: "red"}, applications={"13:0453": "smtp"})
    decoder = make_decoder(resolve=True, exporters={"r1": settings})
    assert decoded(decoder, *flows10([(234, 4), (235, 4), (95, 3)], (1, 2, b"\x0d\1\xc5"))) == [
        {
            "ingressVRFID": 1,
            "egressVRFID": 2,
            "applicationId": "13:453",
            "ingress_vrf_name": "red",
            "applicationName": "smtp",
            "resolved": {"ingress_vrf_name": "settings", "applicationName": "settings"},
        }
    ]


@pytest.mark.fault("N5-10")
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0x4064, (100, "header")),
        (0x0064, (100, "header")),
        (0xFFFF, (16383, "header")),
        (0x4000, (70, "settings")),
        (0xC000, (70, "settings")),
        (0, (70, "settings")),
    ],
)
def test_the_header_of_version_5(make_decoder: Any, word: int, expected: Any) -> None:
    decoder = make_decoder(resolve=True, exporters={"r1": RATES})
    records = [netflow5_record(ingressInterface=7, egressInterface=8, packetDeltaCount=3)] * 2
    message = decoder.decode(netflow5_datagram(records, sampling=word), "r1")
    for flow in message["flows"]:
        assert sampled(flow) == expected
        assert (flow["ingress_interface_name"], flow["egress_interface_name"]) == ("seven", "eight")
        assert flow["packetDeltaCount"] == 3


def test_sflow(make_decoder: Any) -> None:
    """Samples tell their own rates; notices of discarded packets have none, and no caller's either."""
    decoder = make_decoder(resolve=True, exporters={"r1": RATES})
    samples = [
        sample(0, 1, flow_sample([], sampling_rate=512, input=7, output=8)),
        sample(0, 5, discarded_packet([], source_id=(0, 7), reason=256, input=8, output=0)),
        sample(0, 1, flow_sample([], sampling_rate=0, input=9, output=0x3FFFFFFF)),
    ]
    first, second, third = decoder.decode(sflow_datagram(samples), "r1")["flows"]
    assert sampled(first) == (512, "record")
    assert (first["ingress_interface_name"], first["egress_interface_name"]) == ("seven", "eight")
    assert (sampled(second), second["ingress_interface_name"]) == ((None, None), "eight")
    assert sampled(third) == (0, None)
    assert "resolved" not in third


class Unbounded:
    """A ledger without a limit."""

    def take(self) -> bool:
        return True

    def give(self, count: int) -> None:
        pass


def told(*records: dict[str, Any], time: int = EXPORT_TIME) -> Knowledge:
    """What these options records teach."""
    knowledge = Knowledge(Unbounded())
    for each in records:
        knowledge.learn(each, template_id=OPTIONS, time=time, transport="udp")
    return knowledge


DAY, TURN = 86_400, 1 << 32  # s, ms


@pytest.mark.parametrize(
    ("since", "uptime", "expected"),
    [
        (60_000, 1_000, 1_000),  # the exporter started a minute ago
        (60_000, 61_000, 61_000),  # clocks differ
        (60_000, TURN - 5_000, -5_000),  # flows from before it started, as of a replayed capture
        (40 * DAY * 1000, 1_000, 1_000),  # a flow of 40 days
        (60 * DAY * 1000, 60 * DAY * 1000 - TURN, 60 * DAY * 1000),  # it has turned over once,
        (6 * 365 * DAY * 1000, 6 * 365 * DAY * 1000 % TURN, 6 * 365 * DAY * 1000),  # and often
    ],
)
def test_sys_up_time_turns_over(since: int, uptime: int, expected: int) -> None:
    """*since* ms the exporter is up; *expected* are ms since it started."""
    start = EXPORT_TIME * 1000 - since
    flows = [{"flowEndSysUpTime": uptime}]
    resolve(flows, FLOWS, told({"systemInitTimeMilliseconds": start}), export_time=EXPORT_TIME)
    assert flows[0]["flowEndMilliseconds"] == start + expected


def test_what_is_resolved_stays() -> None:
    flows: list[dict[str, Any]] = [{"ingressInterface": 7}]
    for interval in 100, 200:
        resolve(flows, FLOWS, told({"samplingInterval": interval}))
        assert flows == [{"ingressInterface": 7, "samplingInterval": 100, "resolved": {"samplingInterval": "options"}}]


def test_no_records() -> None:
    for template_id in FLOWS, None:
        assert resolve([], template_id, told({"samplingInterval": 5})) == set()


INTERVALS = st.sampled_from([0, 1, 100])
NUMBERS = st.integers(0, 2)
SUBJECTS = ["samplerId", "selectorId", "interface", "lineCard", "template", "system"]
STATED = st.lists(st.tuples(st.sampled_from(SUBJECTS), NUMBERS, INTERVALS), max_size=6)
FLOW = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ["samplerId", "selectorId", "ingressInterface", "egressInterface", "flowDirection", "lineCardId"], NUMBERS
        ),
        "samplingInterval": INTERVALS,
        "samplerRandomInterval": INTERVALS,
    },
)


def model(flow: dict[str, int], stated: list[tuple[str, int, int]], template_id: int | None, rest: list[Any]) -> Any:
    """The interval of a flow and its origin, by the order of ranks written out."""
    if "samplingInterval" in flow:
        return (flow["samplingInterval"], "record") if flow["samplingInterval"] else None
    if flow.get("samplerRandomInterval"):
        return flow["samplerRandomInterval"], "record"
    said = {("system", 0) if subject == "system" else (subject, key): interval for subject, key, interval in stated}
    seen = flow.get("egressInterface" if flow.get("flowDirection") == 1 else "ingressInterface")
    samplers = [key for subject, key in said if subject == "samplerId"]
    sampler = flow.get("samplerId")
    places = [("samplerId", sampler)]
    if sampler == 0 and len(samplers) == 1:
        places.append(("samplerId", samplers[0]))
    places += [("selectorId", flow.get("selectorId")), ("interface", seen), ("lineCard", flow.get("lineCardId"))]
    places += [("template", template_id), ("system", 0)]
    for subject, key in places:
        if said.get((subject, key)):
            return said[subject, key], "options" if subject == "system" else f"options:{subject}={key}"
    header, by_interface, otherwise = rest
    if header:
        return header, "header"
    for way in "ingressInterface", "egressInterface":
        if flow.get(way) in by_interface:
            return by_interface[flow[way]], "settings"
    return (otherwise, "settings") if otherwise else None


@given(
    st.lists(FLOW, min_size=1, max_size=3),
    STATED,
    st.none() | NUMBERS,
    st.none() | INTERVALS,
    st.dictionaries(NUMBERS, st.just(7), max_size=1),
    st.none() | st.just(9),
)
def test_ranks_by_a_model(
    flows: list[dict[str, int]],
    stated: list[tuple[str, int, int]],
    template_id: int | None,
    header: int | None,
    by_interface: dict[int, int],
    otherwise: int | None,
) -> None:
    knowledge = told(
        *({"scope": {subject: key}, "samplingInterval": interval} for subject, key, interval in stated),
    )
    settings = ExporterSettings(sampling_interval=otherwise, interface_sampling=by_interface)
    if template_id is not None:
        flows = [flows[0]] * len(flows)  # flows of one template have the same keys
    found: list[dict[str, Any]] = [dict(flow) for flow in flows]
    resolve(found, template_id, knowledge, settings, header_interval=header, rules=frozenset({SAMPLER_ZERO}))
    for before, after in zip(flows, found, strict=True):
        expected = model(before, stated, template_id, [header, by_interface, otherwise])
        interval, origin = expected or (before.get("samplingInterval"), None)
        assert sampled(after) == (interval, origin)
        assert {name: after[name] for name in before} == before
