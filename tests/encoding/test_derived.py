"""Keys that decoding adds, and that are not written."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, encode
from netflowparse.codec.display import Clock
from netflowparse.encoding.derived import derived_keys
from netflowparse.quirks import ASA_EVENT_TIME, ICMP_IN_DESTINATION_PORT, IFINDEX_PALO_ALTO
from tests.protocols import layouts

ECHO = {"protocolIdentifier": 1, "sourceTransportPort": 0, "destinationTransportPort": 0x0803}
TOLD = {"icmpTypeIPv4": 8, "icmpCodeIPv4": 3}
AT = Clock(1_700_000_000_000, 10_000)  # ms since 1970 when sysUpTime was 10 s


@pytest.mark.parametrize(
    ("record", "keys"),
    [
        ({**ECHO, **TOLD}, {"icmpTypeIPv4", "icmpCodeIPv4"}),
        ({**ECHO, **TOLD, "icmpCodeIPv4": 0}, {"icmpTypeIPv4"}),
        ({**ECHO, **TOLD, "protocolIdentifier": 6}, set()),
        ({**ECHO, **TOLD, "sourceTransportPort": 5}, set()),
        ({**TOLD, "protocolIdentifier": 1}, set()),
        ({**ECHO, "protocolIdentifier": 58, "icmpTypeIPv6": 8, "icmpCodeIPv6": 3}, {"icmpTypeIPv6", "icmpCodeIPv6"}),
    ],
)
def test_icmp_in_the_port(record: dict[str, Any], keys: set[str]) -> None:
    assert derived_keys(record, [ICMP_IN_DESTINATION_PORT], None) == keys
    assert derived_keys(record, [], None) == set()


@pytest.mark.parametrize(
    ("record", "at", "follows"),
    [
        ({"flowStartSysUpTime": 9_000, "flowStartMilliseconds": 1_699_999_999_000}, AT, True),
        ({"flowStartSysUpTime": 9_000, "flowStartMilliseconds": 1_699_999_999_001}, AT, False),
        ({"flowStartSysUpTime": 9_000, "flowStartMilliseconds": 1_699_999_999_000 - 2**32}, AT, False),  # a turn before
        ({"flowStartSysUpTime": 9_000, "flowStartMilliseconds": None}, AT, True),
        ({"flowStartSysUpTime": 9_000, "flowStartMilliseconds": None}, None, False),
        ({"flowStartMilliseconds": 1_699_999_999_000}, AT, False),
        (
            {"flowStartSysUpTime": 9_000, "systemInitTimeMilliseconds": 5, "flowStartMilliseconds": 9_005},
            None,
            True,
        ),
        (
            {"flowStartSysUpTime": 9_000, "systemInitTimeMilliseconds": 5, "flowStartMilliseconds": 9_006},
            None,
            False,
        ),
    ],
)
def test_absolute_times(record: dict[str, Any], at: Any, *, follows: bool) -> None:
    assert derived_keys(record, [], at) == ({"flowStartMilliseconds"} if follows else set())


def test_others() -> None:
    record = {"report": "flow_keys", "resolved": {"interfaceName": "scope"}, "interfaceName": "a", "mib_objects": []}
    assert derived_keys(record, [], None) == record.keys()
    event = {"observationTimeMilliseconds": 7, "flowStartMilliseconds": 7, "flowEndMilliseconds": 8}
    assert derived_keys(event, [ASA_EVENT_TIME], AT) == {"flowStartMilliseconds"}
    assert "ingress_interface_decoded" in derived_keys({}, [IFINDEX_PALO_ALTO], None)


def test_icmp_that_the_port_does_not_tell_is_written() -> None:
    """Though the rule was applied to another record of the message."""
    flows = [{**ECHO, **TOLD}, {"protocolIdentifier": 1, "icmpTypeIPv4": 3, "icmpCodeIPv4": 1}]
    message = {"protocol": "netflow9", "quirks": [ICMP_IN_DESTINATION_PORT], "flows": flows}
    read = Decoder().decode(encode(message)[0], "exporter")
    assert (read["flows"], read["quirks"]) == (flows, [ICMP_IN_DESTINATION_PORT])


def test_icmp_in_version_5() -> None:
    """Of another type than the port tells it is no field of the version."""
    octets = layouts.datagram(5, [layouts.record5(prot=1, dstport=0x0803)])
    message: Any = Decoder(keep_octets=True).decode(octets, "exporter")
    assert message["flows"][0]["icmpTypeIPv4"] == 8
    assert encode(message) == encode({**message, "kept": None}) == [octets]
    message["flows"][0]["destinationTransportPort"] = 0x0503
    with pytest.raises(EncodeError) as caught:
        encode(message)
    assert (caught.value.path, caught.value.why) == (("flows", 0, "icmpTypeIPv4"), "no field of this version")
