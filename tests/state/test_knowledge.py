"""What options records are understood to say, and how much of it is kept."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from netflowparse.state.knowledge import SIZE, Knowledge
from tests.budgets.counting import traced_memory
from tests.state.what_is_known import Count, said

SYSTEM = {"system": 1}


def facts(*records: dict[str, Any], transport: str = "udp") -> dict[tuple[str, Any], dict[str, Any]]:
    """(kind, key) -> the values of each fact that these records teach."""
    origin = ("kind", "key", "source", "template_id", "time", "scope")
    return {
        (row["kind"], row["key"]): {name: row[name] for name in row if name not in origin}
        for row in said(*records, transport=transport).rows()
    }


def interval(**values: Any) -> Any:
    """The interval that a record of the whole system tells, "nothing" where it tells no such thing."""
    fact = facts({"scope": SYSTEM, **values}).get(("domain_sampling", None), {})
    return fact.get("samplingInterval", "nothing")


@pytest.mark.fault("PO-01", "PO-02", "PO-03", "A-080")
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"samplingInterval": 100}, 100),
        ({"samplingInterval": 1}, 1),
        ({"samplingInterval": 2**32 - 1}, 2**32 - 1),
        ({"samplingInterval": 0}, None),
        ({"samplingInterval": None}, None),
        ({"samplingInterval": [100, 100]}, None),
        ({"samplingInterval": "0064"}, None),
        ({"samplerRandomInterval": 512}, 512),
        ({"samplingInterval": 0, "samplerRandomInterval": 512}, 512),
        ({"samplingPacketInterval": 1, "samplingPacketSpace": 999}, 1000),  # Nokia: 1 taken, 999 skipped
        ({"samplingPacketInterval": 10, "samplingPacketSpace": 990}, 100),
        ({"samplingPacketInterval": 2, "samplingPacketSpace": 1}, 1.5),
        ({"samplingPacketInterval": 1, "samplingPacketSpace": 0}, 1),  # softflowd: nothing is skipped
        ({"samplingPacketInterval": 1, "samplingPacketSpace": 2**32 - 1}, 2**32),
        ({"samplingPacketInterval": 0, "samplingPacketSpace": 0}, None),
        ({"samplingPacketInterval": 0, "samplingPacketSpace": 99}, None),
        ({"samplingPacketInterval": 1000}, None),  # how many are skipped is not said
        ({"samplingPacketSpace": 999}, None),
        ({"samplingSize": 5, "samplingPopulation": 1000}, 200),
        ({"samplingSize": 3, "samplingPopulation": 10}, 10 / 3),
        ({"samplingSize": 0, "samplingPopulation": 10}, None),
        ({"samplingSize": 11, "samplingPopulation": 10}, None),
        ({"samplingProbability": 0.01}, 100),
        ({"samplingProbability": 0.3}, 1 / 0.3),
        ({"samplingProbability": 1.0}, 1),
        ({"samplingProbability": 0.0}, None),
        ({"samplingProbability": 1.5}, None),
        ({"samplingProbability": -0.5}, None),
        ({"samplingProbability": 5e-324}, None),  # 1 / it is beyond all floats
        ({"exportedMessageTotalCount": 3}, "nothing"),
    ],
)
def test_intervals(values: dict[str, Any], expected: Any) -> None:
    found = interval(**values)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"scope": SYSTEM, "samplerId": 3}, ("sampler", 3)),
        ({"scope": {"samplerId": 0}}, ("sampler", 0)),
        ({"scope": {"interface": 7}, "samplerId": 3}, ("sampler", 3)),
        ({"scope": {"selectorId": 2**64 - 1}}, ("selector", 2**64 - 1)),
        ({"scope": {"interface": 0}}, ("interface_sampling", 0)),  # softflowd
        ({"scope": {"ingressInterface": 5}}, ("interface_sampling", 5)),
        ({"scope": {"egressInterface": 6}}, ("interface_sampling", 6)),
        ({"scope": {"ingressPhysicalInterface": 7}}, ("interface_sampling", 7)),
        ({"scope": {"egressPhysicalInterface": 8}}, ("interface_sampling", 8)),
        ({"scope": SYSTEM, "ingressInterface": 9}, ("interface_sampling", 9)),
        ({"scope": {"egressInterface": 6}, "ingressInterface": 9}, ("interface_sampling", 6)),
        ({"scope": {"lineCard": 2}}, ("line_card_sampling", 2)),
        ({"scope": {"template": 256}}, ("template_sampling", 256)),
        ({"scope": {"templateId": 257}}, ("template_sampling", 257)),
        ({"scope": {"exporterIPv4Address": "192.0.2.1"}}, ("domain_sampling", None)),
        ({"scope": {"observationDomainId": 1}}, ("domain_sampling", None)),
        ({"scope": {"meteringProcessId": 1}}, ("domain_sampling", None)),
        ({"scope": {"system": None}}, ("domain_sampling", None)),  # Juniper SRX
        ({"scope": {}}, ("domain_sampling", None)),
        ({}, ("domain_sampling", None)),
    ],
)
def test_what_sampling_is_about(record: dict[str, Any], expected: tuple[str, Any]) -> None:
    values = {"samplingInterval": 100, "samplingAlgorithm": 2, "samplerMode": 1, "samplerName": "FS"}
    found = facts({**record, **values})
    assert found[expected] == values
    assert [each for each in found if each[0].startswith(("sampler", "selector")) or "sampling" in each[0]] == [
        expected
    ]


@pytest.mark.parametrize(
    "scope", [{"samplerId": None}, {"samplerId": [1, 2]}, {"interface": None}, {"selectorId": "ff"}]
)
def test_sampling_of_something_that_cannot_be_told(scope: dict[str, Any]) -> None:
    assert facts({"scope": scope, "samplingInterval": 100}) == {}


def test_a_field_without_its_object_is_no_fact() -> None:
    scope = {"templateId": 256, "informationElementIndex": 1}
    assert facts({"scope": scope, "mibObjectName": "ifIndex"}) == {}
    assert facts({"scope": scope, "mibObjectName": "ifIndex", "mibObjectIdentifier": 43}) == {}
    found = facts({"scope": scope, "mibObjectName": "ifIndex", "mibObjectIdentifier": "2b"})
    assert list(found.values()) == [{"mibObjectName": "ifIndex", "mibObjectIdentifier": "2b"}]


def test_what_is_not_said_again_stays() -> None:
    found = facts(
        {"scope": SYSTEM, "samplerId": 1, "samplerRandomInterval": 100},
        {"scope": SYSTEM, "samplerId": 1, "samplerName": "FS", "samplerMode": 2},
        {"scope": SYSTEM, "samplerId": 2, "samplerRandomInterval": 200},
        {"scope": SYSTEM, "samplerId": 2, "samplerRandomInterval": 0},
    )
    assert found == {
        ("sampler", 1): {"samplingInterval": 100, "samplerName": "FS", "samplerMode": 2},
        ("sampler", 2): {"samplingInterval": None},
    }


@pytest.mark.fault("PO-07")
def test_interfaces_and_vrfs() -> None:
    hostile = "\x1b[31m\n{0}'\"\\xff"
    assert facts(
        {"scope": {"interface": 1}, "interfaceName": "Gi0/1", "interfaceDescription": hostile},
        {"scope": SYSTEM, "ingressInterface": 74, "interfaceDescription": "TenGigE0_0_1_0"},  # ASR 9000
        {"scope": {"egressPhysicalInterface": 75}, "interfaceName": ""},
        {"scope": {"meteringProcessId": 5}, "interfaceName": "traffic.pcap"},  # softflowd: of no interface
        {"scope": {"interface": [1, 2]}, "interfaceName": "x"},
        {"scope": {"interface": 9}, "interfaceName": ["x", "y"]},
        {"scope": {"ingressVRFID": 1}, "VRFname": "red"},
        {"scope": SYSTEM, "egressVRFID": 2, "VRFname": "blue"},
        {"scope": {"interface": 3}, "ingressVRFID": 4, "VRFname": "green", "interfaceName": "Gi3"},
    ) == {
        ("interface", 1): {"interfaceName": "Gi0/1", "interfaceDescription": hostile},
        ("interface", 74): {"interfaceDescription": "TenGigE0_0_1_0"},
        ("interface", 75): {"interfaceName": ""},
        ("interface", 3): {"interfaceName": "Gi3"},
        ("vrf", 1): {"VRFname": "red"},
        ("vrf", 2): {"VRFname": "blue"},
        ("vrf", 4): {"VRFname": "green"},
    }


@pytest.mark.fault("PO-08")
@pytest.mark.conformance("APPID-4.3-01", "APPID-5-01")
def test_applications() -> None:
    attributes = {
        "applicationCategoryName": "email",
        "applicationSubCategoryName": "client-server",
        "applicationGroupName": "smtp-group",
        "p2pTechnology": "no",
        "tunnelTechnology": "no",
        "encryptedTechnology": "yes",
    }
    assert facts(
        {"scope": {"applicationId": "13:453"}, "applicationName": "old", "applicationDescription": "Mail"},
        {"scope": SYSTEM, "applicationId": "13:453", "applicationName": "smtp"},
        {"scope": {"applicationId": "13:453"}, **attributes},
        {"scope": {"applicationId": "20:12356:40567"}, "applicationName": "GitHub"},
        {"scope": {"applicationId": ""}, "applicationName": "of no engine"},
        {"scope": {"applicationId": ["1:1", "1:2"]}, "applicationName": "x"},
        {"scope": {"applicationId": None}, "applicationName": "x"},
    ) == {
        ("application", "13:453"): {"applicationName": "smtp", "applicationDescription": "Mail", **attributes},
        ("application", "20:12356:40567"): {"applicationName": "GitHub"},
    }


@pytest.mark.fault("PO-09")
@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (1_700_000_000_000, 1_700_000_000_000),
        (1_700_000_100_000 + 86_400_000, 1_700_000_100_000 + 86_400_000),  # clocks differ, by a day at most
        (1_700_000_100_001 + 86_400_000, None),
        (2**63, None),
        (1, 1),
        (0, None),
        (None, None),
        ([5, 5], None),
    ],
)
def test_init_time(start: Any, expected: int | None) -> None:
    knowledge = Knowledge(Count())
    assert knowledge.init_time is None
    record = {"scope": {"meteringProcessId": 1}, "systemInitTimeMilliseconds": start}
    knowledge.learn(record, template_id=300, time=1_700_000_100, transport="udp")
    assert knowledge.init_time == expected
    raw = [row["systemInitTimeMilliseconds"] for row in knowledge.rows()]
    assert raw == ([start] if type(start) is int else [])


def test_exporter_addresses() -> None:
    assert facts(
        {"scope": {"exportingProcessId": 2}, "exporterIPv4Address": "10.0.0.1", "exporterIPv6Address": "::"},
        {"scope": {"systemInitTimeMilliseconds": 1_482_670_712_000}, "exporterIPv4Address": "172.16.32.201"},  # YAF
    ) == {
        ("exporter", None): {
            "exporterIPv4Address": "172.16.32.201",
            "exporterIPv6Address": "::",
            "systemInitTimeMilliseconds": 1_482_670_712_000,
        }
    }


@pytest.mark.conformance("CPROP-3.2-01", "CPROP-5-02")
def test_common_properties_say_nothing_of_other_flows() -> None:
    record = {"scope": {"commonPropertiesId": 2**64 - 1}, "samplingInterval": 5, "interface": 1, "interfaceName": "x"}
    fields = {"samplingInterval": 5, "interface": 1, "interfaceName": "x"}
    assert facts(record) == {("properties", 2**64 - 1): {"fields": fields}}
    assert facts(record, {"scope": {"commonPropertiesId": 2**64 - 1}, "protocolIdentifier": 6}) == {
        ("properties", 2**64 - 1): {"fields": {"protocolIdentifier": 6}}
    }
    assert facts({"scope": {"commonPropertiesId": [1, 2]}, "protocolIdentifier": 6}) == {}
    assert facts({"scope": {"commonPropertiesId": None}, "protocolIdentifier": 6}) == {}


@pytest.mark.conformance("CPROP-5-03")
@pytest.mark.parametrize(("transport", "left"), [("udp", [1, 2]), ("tcp", [2]), ("sctp", [2]), ("file", [2])])
def test_common_properties_are_withdrawn_on_streams(transport: str, left: list[int]) -> None:
    records = [{"scope": {"commonPropertiesId": each}, "protocolIdentifier": 6} for each in (1, 2)]
    withdrawals = [{"scope": {"commonPropertiesId": each}} for each in (1, 3)]
    ledger = Count()
    knowledge = said(*records, *withdrawals, transport=transport, ledger=ledger)
    assert [row["key"] for row in knowledge.rows()] == left
    assert ledger.counted == len(knowledge) == len(left)


@pytest.mark.fault("PO-06")
def test_the_oldest_make_room() -> None:
    ledger = Count(3)
    knowledge = said(*({"scope": {"interface": index}, "interfaceName": "x"} for index in range(5)), ledger=ledger)
    assert [row["key"] for row in knowledge.rows()] == [2, 3, 4]
    assert (knowledge.evicted, knowledge.refused, ledger.counted, len(knowledge)) == (2, 0, 3, 3)
    knowledge.learn({"scope": {"interface": 2}, "interfaceName": "x"}, template_id=300, time=200, transport="udp")
    knowledge.learn({"scope": {"interface": 9}, "interfaceName": "x"}, template_id=300, time=201, transport="udp")
    assert [row["key"] for row in knowledge.rows()] == [4, 2, 9]
    assert [row["time"] for row in knowledge.rows()] == [104, 200, 201]
    assert knowledge.evicted == 3
    knowledge.clear()
    assert (knowledge.rows(), ledger.counted, len(knowledge)) == ([], 0, 0)


def test_another_domain_may_leave_no_room() -> None:
    ledger = Count(2)
    rich = said(*({"scope": {"interface": index}, "interfaceName": "x"} for index in range(2)), ledger=ledger)
    poor = said({"scope": {"interface": 7}, "interfaceName": "x"}, ledger=ledger)
    assert (len(rich), len(poor), poor.evicted, poor.refused) == (2, 0, 0, 1)
    assert poor.rows() == []


#: values of a record that cost little to send, made anew each time
CHEAP: dict[str, Callable[[], list[Any]]] = {
    "fields without octets": lambda: [b""] * 1_500,
    "some fields without octets": lambda: [""] * 7,
    "entries without records": lambda: [[{"template_id": 256, "records": []} for _ in range(400)]],
    "numbers": lambda: [[1 << 20 | each for each in range(400)]],
    "long texts": lambda: ["\N{MUSICAL NOTE}" * 500],
}


@pytest.mark.fault("RS-17")
@pytest.mark.parametrize("name", CHEAP)
def test_a_fact_counts_as_many_as_it_takes_memory(name: str) -> None:
    with traced_memory():
        before, _ = tracemalloc.get_traced_memory()
        records = (
            {"scope": {"commonPropertiesId": number}, **{f"ie{at}": value for at, value in enumerate(CHEAP[name]())}}
            for number in range(10)
        )
        knowledge = said(*records, ledger=Count(10**6))
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    assert after - before < 1_800 * len(knowledge) + 4_000


def test_long_texts_count_as_several() -> None:
    ledger = Count(5)
    scope = {"interface": 1}  # 9 characters, a number of 32 and an entry of 100
    knowledge = said({"scope": scope, "interfaceName": "x" * (3 * SIZE)}, ledger=ledger)
    assert ledger.counted == len(knowledge) == 4
    knowledge.learn({"scope": scope, "interfaceName": "short"}, template_id=300, time=101, transport="udp")
    assert ledger.counted == len(knowledge) == 1
    knowledge.learn(
        {"scope": {"interface": 2}, "interfaceName": "x" * (9 * SIZE)}, template_id=300, time=102, transport="udp"
    )
    assert (ledger.counted, len(knowledge), knowledge.evicted, knowledge.refused) == (0, 0, 1, 1)
