"""Templates into layouts: whose name and type each field has, repeats, scopes, and the times that are added."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Element, Registry
from netflowparse.codec import reference
from netflowparse.codec.display import Absolute, Clock
from netflowparse.codec.record import elements_of, template_layout
from netflowparse.template import VARIABLE_LENGTH, FieldSpecifier, Template


def template(protocol: str, *fields: tuple[int, int, int], scope: int | None = None) -> Template:
    return Template(protocol, 256, scope, tuple(FieldSpecifier(*field) for field in fields))


def read(drawn: Template, octets: str, *, at: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """The first record of *octets* under a template."""
    layout = template_layout(drawn, Registry())
    data = bytes.fromhex(octets)
    records, _ = reference.record_reader(layout)(data, 0, len(data), 1, [], Clock(*at))
    return records[0]


def test_number_spaces() -> None:
    keys = [
        element.key for element in elements_of(template("ipfix", (0, 8, 4), (9, 232, 4), (29305, 1, 8)), Registry())
    ]
    assert keys == ["sourceIPv4Address", "INGRESS_ACL_ID", "reverseOctetDeltaCount"]
    keys = [element.key for element in elements_of(template("netflow9", (0, 1, 4), (0, 1, 4), scope=1), Registry())]
    assert keys == ["system", "octetDeltaCount"]
    assert elements_of(template("netflow9", (0, 33000, 12)), Registry())[0].key == "INGRESS_ACL_ID"


def test_repeated_elements_are_a_list_in_wire_order() -> None:
    record = read(template("ipfix", (0, 1, 1), (0, 2, 1), (0, 1, 1), (0, 1, 2)), "01 02 03 0004")
    assert record == {"octetDeltaCount": [1, 3, 4], "packetDeltaCount": 2}
    assert list(record) == ["octetDeltaCount", "packetDeltaCount"]


def test_scope_fields_stand_apart() -> None:
    record = read(template("ipfix", (0, 149, 1), (0, 149, 1), (0, 41, 1), scope=2), "01 02 03")
    assert record == {"scope": {"observationDomainId": [1, 2]}, "exportedMessageTotalCount": 3}
    assert read(template("ipfix", (0, 41, 1), scope=0), "03") == {"scope": {}, "exportedMessageTotalCount": 3}


@pytest.mark.conformance("IPFIX-9-01")
def test_unknown_elements_keep_their_octets_under_a_key_of_numbers() -> None:
    record = read(template("ipfix", (0, 32000, 2), (64999, 5, 2), (0, 4, 1)), "0102 0304 06")
    assert record == {"ie32000": "0102", "pen64999_ie5": "0304", "protocolIdentifier": 6}


def test_application_id_has_its_own_form() -> None:
    assert read(template("netflow9", (0, 95, 4)), "0d0001c5") == {"applicationId": "13:453"}
    assert read(template("ipfix", (29305, 95, VARIABLE_LENGTH)), "03 0301bb") == {"reverseApplicationId": "3:443"}


@pytest.mark.parametrize(
    ("uptime", "start", "expected"),
    [
        (10_000, 5_000, 995_000),  # 5 s before the export
        (10_000, 12_000, 1_002_000),  # a little after it: another clock, not a wrap
        (1_000, 0xFFFFF000, 994_904),  # before the wrap: 1000 + 4096 ms
        (2**31 + 5, 5, 1_000_000 - 2**31),  # the longest time that is past
        (2**31 + 4, 5, 1_000_000 - 2**31 + 1),
        (4, 5 + 2**31, 1_000_000 - 2**31 + 1),
    ],
)
@pytest.mark.conformance("NF9-8-04")
@pytest.mark.fault("TM-02", "TM-03", "TM-06")
def test_absolute_times_of_version_9(uptime: int, start: int, expected: int) -> None:
    record = read(template("netflow9", (0, 22, 4)), f"{start:08x}", at=(1_000_000, uptime))
    assert record == {"flowStartSysUpTime": start, "flowStartMilliseconds": expected}


@pytest.mark.parametrize(
    ("fields", "octets", "keys"),
    [
        ([(0, 22, 4), (0, 152, 8)], "00000001 0000000000000002", ["flowStartSysUpTime", "flowStartMilliseconds"]),
        ([(0, 22, 4), (0, 22, 4)], "00000001 00000002", ["flowStartSysUpTime"]),
        ([(0, 22, 0), (0, 4, 1)], "06", ["flowStartSysUpTime", "protocolIdentifier"]),
        ([(0, 22, 9)], "00" * 9, ["flowStartSysUpTime"]),
        ([(0, 21, 8)], "0000000100000002", ["flowEndSysUpTime", "flowEndMilliseconds"]),
    ],
)
def test_when_no_time_is_added(fields: list[Any], octets: str, keys: list[str]) -> None:
    assert list(read(template("netflow9", *fields), octets)) == keys


@pytest.mark.fault("TM-08")
def test_absolute_times_of_ipfix_need_the_system_start() -> None:
    assert read(template("ipfix", (0, 22, 4)), "00000001") == {"flowStartSysUpTime": 1}
    record = read(template("ipfix", (0, 22, 4), (0, 160, 8)), "00000005 00000000000003e8")
    assert record["flowStartMilliseconds"] == 1005


@pytest.mark.parametrize("abstract_type", ["string", "octetArray", "float32", "boolean", "ipv4Address"])
def test_no_time_is_made_of_what_the_caller_retyped(abstract_type: str) -> None:
    registry = Registry()
    registry.add(
        [Element(0, 22, "flowStartSysUpTime", "", abstract_type, "", "", "", "current")],
        replace=True,
    )
    layout = template_layout(template("netflow9", (0, 22, 4)), registry)
    assert [key for key, _ in layout.display] == ["flowStartSysUpTime"]


def test_no_time_is_made_of_a_system_start_that_is_no_number_of_milliseconds() -> None:
    registry = Registry()
    registry.add(
        [Element(0, 160, "systemInitTimeMilliseconds", "", "dateTimeMicroseconds", "", "", "", "current")],
        replace=True,
    )
    layout = template_layout(template("ipfix", (0, 22, 4), (0, 160, 8)), registry)
    assert [key for key, _ in layout.display] == ["flowStartSysUpTime", "systemInitTimeMilliseconds"]


def test_of_an_uptime_in_8_octets_the_last_4_count() -> None:
    record = read(template("ipfix", (0, 22, 8), (0, 160, 8)), "0000000700000005 00000000000003e8")
    assert record["flowStartMilliseconds"] == 1005


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("header", [0, 5, 10_000, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 5, 2**32 - 1])
@pytest.mark.parametrize("distance", [0, 1, 100_000, 100_001, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1])
def test_clocks(signed: bool, header: int, distance: int) -> None:
    """A sysUpTime so many ms behind the header's, modulo 2^32: signed, at most half the range ahead."""
    at = Clock(1_700_000_000_000, header, signed=signed)
    found = Absolute(0).build([(header + distance) % 2**32], at)
    expected = distance if signed and distance < 2**31 else distance - 2**32 * (distance > 0)
    assert found - 1_700_000_000_000 == expected
    assert at.ahead is (signed and 0 < distance <= 100_000)


def test_lengths_that_a_type_cannot_have() -> None:
    drawn = template("ipfix", (0, 8, 5), (0, 56, 6), (0, 152, 4), (0, 4, 2))
    layout = template_layout(drawn, Registry())
    assert layout.misfits == (
        (0, "4 octets"),
        (2, "8 octets"),
    )
