"""Flows completed with what their exporter and the caller say: names, times, and where each came from."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, Limits
from netflowparse.protocols.resolve import resolve
from netflowparse.settings import ExporterSettings
from tests.message_builder import (
    EXPORT_TIME,
    UPTIME,
    VARIABLE,
    Field,
    ipfix_message,
    options_template,
    set_of,
    variable,
)
from tests.protocols.options_and_flows import (
    EGRESS,
    FLOWS,
    INGRESS,
    INTERVAL,
    METERING,
    OPTIONS,
    RATES,
    SAMPLER,
    SYSTEM,
    decoded,
    decoded9,
    flows9,
    flows10,
    options9,
    options10,
    record,
    sampled,
    told,
)
from tests.sflow_builder import datagram as sflow_datagram
from tests.sflow_builder import discarded_packet, flow_sample, sample


def test_nothing_is_added_unless_it_is_wanted(decoder: Decoder) -> None:
    sets = *options10([METERING], [INTERVAL], 1, 100), *flows10([INGRESS], (7,))
    assert decoded(decoder, *sets) == [{"ingressInterface": 7}]


def test_nothing_is_added_where_nothing_is_known(resolving: Decoder) -> None:
    assert decoded(resolving, *flows10([INGRESS, SAMPLER, (95, 4)], (7, 3, 0x0D0001C5))) == [
        {"ingressInterface": 7, "samplerId": 3, "applicationId": "13:453"}
    ]


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
