"""sFlow records whose lengths, counts and values are wrong or odd: the record suffers, its neighbours do not."""

import pytest

from tests.plain import assert_plain
from tests.protocols.sflow.messages import (
    COUNTER_BODY,
    FLOW_BODY,
    assert_truncated,
    counter_structure,
    flow_structure,
    told,
)
from tests.protocols.sflow.structures import COUNTER, FLOW, body, flow_record, values_of
from tests.sflow_builder import (
    address,
    datagram,
    f32,
    flow_sample,
    i32,
    one_counters,
    one_flow,
    opaque,
    record,
    sample,
    string,
    u32,
    words,
)

WRAPS = 0xFFFFFFFD  # padding would wrap to 0 in 32 bits


@pytest.mark.fault("SF-23")
@pytest.mark.parametrize("length", [17, 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, WRAPS, 0xFFFFFFFF])
@pytest.mark.parametrize("number", [1001, 999])
def test_a_record_longer_than_its_sample(decoder, number, length):
    """Nothing behind it can be found in this sample; the next sample can."""
    before, octets = record(0, 1036, u32(7)), words(1, 2, 3, 4)
    first = flow_sample([before, record(0, number, octets, length=length)], source_id=(0, 5))
    second = flow_sample([before], source_id=(0, 9))
    message = decoder.decode(datagram([sample(0, 1, first), sample(0, 1, second)]), "r1")
    assert_plain(message)
    assert [flow["sampler"]["source_index"] for flow in message["flows"]] == [5, 9]
    assert [flow["extended_egress_queue"] for flow in message["flows"]] == [{"queue": 7}] * 2
    switch = {"src_vlan": 1, "src_priority": 2, "dst_vlan": 3, "dst_priority": 4}
    shown = switch if number == 1001 else [{"format": "0:999", "octets": octets.hex()}]
    assert message["flows"][0]["extended_switch" if number == 1001 else "unknown_records"] == shown
    assert_truncated(message, FLOW_BODY - 8 + len(before))
    assert (message["problems"][0]["length"], message["problems"][0]["missing"]) == (16, length - 16)


@pytest.mark.fault("SF-24")
@pytest.mark.conformance("SFLOW-2-07", "SFLOW-2-08")
@pytest.mark.parametrize(
    ("enterprise", "number"), [(0, 0), (0, 999), (9, 1), (4413, 4095), (1048575, 4095), (1048575, 0)]
)
def test_unknown_records(decoder, enterprise, number):
    octets = b"\0\1\2\3\4"
    unknown, queue = record(enterprise, number, octets), record(0, 1036, u32(7))
    shown = [{"format": f"{enterprise}:{number}", "octets": octets.hex()}]
    message = decoder.decode(one_flow(unknown, queue), "r1")
    (flow,) = message["flows"]
    assert (flow["unknown_records"], flow["extended_egress_queue"]) == (shown, {"queue": 7})
    assert message["problems"] == []
    message = decoder.decode(one_counters(unknown, record(0, 1005, string("eth0"))), "r1")
    (counters,) = message["counters"]
    assert (counters["unknown_records"], counters["port_name"]) == (shown, {"name": "eth0"})
    assert message["problems"] == []


@pytest.mark.fault("SF-31")
def test_a_next_hop_of_no_kind(decoder):
    shown, message = flow_structure(decoder, "extended_router", address(None) + words(24, 16))
    assert shown == {"nexthop": None, "src_mask_len": 24, "dst_mask_len": 16}
    assert message["problems"] == []


@pytest.mark.fault("SF-31")
@pytest.mark.parametrize("kind", [3, 0xFFFFFFFF])
def test_a_next_hop_of_unknown_kind(decoder, kind):
    octets = words(kind, 0xC0000201, 24, 16)
    shown, message = flow_structure(decoder, "extended_router", octets)
    assert shown == {"undecoded": octets.hex()}
    assert told(message) == [("bad_value", FLOW_BODY, False)]
    assert (message["problems"][0]["element"], message["problems"][0]["octets"]) == ("nexthop", octets.hex())
    second = address("192.0.2.1") + words(kind, 1)
    shown, message = flow_structure(decoder, "extended_nat", second)
    assert shown == {"src_address": "192.0.2.1", "undecoded": second[8:].hex()}
    assert told(message) == [("bad_value", FLOW_BODY + 8, False)]


GATEWAY = {"nexthop": "192.0.2.1", "as": 65000, "src_as": 65001, "src_peer_as": 65002}
GATEWAY_HEAD = address("192.0.2.1") + words(65000, 65001, 65002)


@pytest.mark.fault("SF-32")
@pytest.mark.parametrize("count", [2, 0x40000000, 0x80000000, 0xFFFFFFFF])
def test_more_path_segments_than_fit(decoder, count):
    rest = words(count, 2, 1, 65003, 0, 100)
    shown, message = flow_structure(decoder, "extended_gateway", GATEWAY_HEAD + rest)
    assert shown == {**GATEWAY, "undecoded": rest.hex()}
    assert_truncated(message, FLOW_BODY + len(GATEWAY_HEAD), "extended_gateway", "dst_as_path")


@pytest.mark.fault("SF-33")
@pytest.mark.parametrize("count", [4, 0x40000001, 0xFFFFFFFF])
def test_more_numbers_in_a_path_segment_than_fit(decoder, count):
    rest = words(1, 2, count, 65003, 0, 100)
    shown, message = flow_structure(decoder, "extended_gateway", GATEWAY_HEAD + rest)
    assert shown == {**GATEWAY, "undecoded": rest.hex()}
    assert_truncated(message, FLOW_BODY + len(GATEWAY_HEAD), "extended_gateway", "dst_as_path")


@pytest.mark.fault("SF-34")
@pytest.mark.conformance("SFLOW-4-04")
@pytest.mark.parametrize(
    "segments",
    [
        [],
        [(2, [])],
        [(2, [65003])],
        [(2, [65003, 65004]), (1, []), (7, [65005, 65006])],
    ],
    ids=["no segment", "an empty segment", "one segment", "three segments"],
)
def test_path_segments(decoder, segments):
    path = [{"type": kind, "asns": asns} for kind, asns in segments]
    values = {**GATEWAY, "dst_as_path": path, "communities": [0xFDE80064], "localpref": 100}
    shown, message = flow_structure(decoder, "extended_gateway", body(FLOW["extended_gateway"].fields, values))
    assert (shown, message["problems"]) == (values, [])
    flow, numbers = message["flows"][0], [number for _, asns in segments for number in asns]
    assert flow.get("bgpDestinationAsNumber") == (numbers[-1] if numbers else None)
    assert flow.get("bgpNextAdjacentAsNumber") == (numbers[0] if numbers else None)
    assert (flow["bgpSourceAsNumber"], flow["bgpPrevAdjacentAsNumber"]) == (65001, 65002)
    assert flow["bgpNextHopIPv4Address"] == "192.0.2.1"


@pytest.mark.fault("SF-35")
@pytest.mark.parametrize("rest", [words(0xFFFFFFFF), words(2, 5), words(0x40000000, 100), words(1, 5)])
def test_more_communities_than_fit(decoder, rest):
    shown, message = flow_structure(decoder, "extended_gateway", GATEWAY_HEAD + words(1, 2, 1, 65003) + rest)
    path = {**GATEWAY, "dst_as_path": [{"type": 2, "asns": [65003]}]}
    at = FLOW_BODY + len(GATEWAY_HEAD) + 16
    if rest == words(1, 5):  # the communities are whole, localpref is missing
        assert shown == {**path, "communities": [5]}
        assert_truncated(message, at + len(rest), "extended_gateway", "localpref")
    else:
        assert shown == {**path, "undecoded": rest.hex()}
        assert_truncated(message, at, "extended_gateway", "communities")
    assert message["flows"][0]["bgpDestinationAsNumber"] == 65003


@pytest.mark.fault("SF-36", "SF-58")
@pytest.mark.parametrize("count", [3, 0x3FFFFFFF, 0x40000000, 0xFFFFFFFF])
def test_more_labels_than_fit(decoder, count):
    stack = words(count, 0x00010140, 0)
    shown, message = flow_structure(decoder, "extended_mpls", address("192.0.2.1") + stack)
    assert shown == {"nexthop": "192.0.2.1", "undecoded": stack.hex()}
    assert_truncated(message, FLOW_BODY + 8, "extended_mpls", "in_stack")
    for name in ("extended_vlantunnel", "extended_vlanin", "extended_vlanout"):
        shown, message = flow_structure(decoder, name, stack)
        assert shown == {"undecoded": stack.hex()}
        assert_truncated(message, FLOW_BODY, name, "stack")


@pytest.mark.fault("SF-37")
@pytest.mark.parametrize("length", [9, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, WRAPS, 0xFFFFFFFF])
def test_strings_longer_than_the_record(decoder, length):
    octets = string("12345678", length=length)
    shown, message = flow_structure(decoder, "extended_function", octets)
    assert shown == {"undecoded": octets.hex()}
    assert_truncated(message, FLOW_BODY, "extended_function", "symbol")
    shown, message = flow_structure(decoder, "extended_80211_payload", u32(5) + octets)
    assert shown == {"cipher_suite": 5, "undecoded": octets.hex()}
    assert_truncated(message, FLOW_BODY + 4, "extended_80211_payload", "data")
    for name in ("extended_80211_rx", "extended_80211_tx"):
        shown, message = flow_structure(decoder, name, octets)
        assert shown == {"undecoded": octets.hex()}
        assert_truncated(message, FLOW_BODY, name, "ssid")
    shown, message = counter_structure(decoder, "port_name", octets)
    assert shown == {"undecoded": octets.hex()}
    assert_truncated(message, COUNTER_BODY, "port_name", "name")


@pytest.mark.fault("SF-38")
@pytest.mark.conformance("SFLOW-1-02")
def test_padding_that_is_not_zero(decoder):
    octets = u32(5) + b"linux\xff\xff\xff" + string("b")
    shown, message = flow_structure(decoder, "extended_hw_trap", octets)
    assert (shown, message["problems"]) == ({"group": "linux", "trap": "b"}, [])


@pytest.mark.fault("SF-39")
@pytest.mark.conformance("SFLOW-1-02")
def test_a_string_without_its_padding(decoder):
    octets = u32(5) + b"linux"
    shown, message = flow_structure(decoder, "extended_function", octets)  # the record is padded
    assert (shown, message["problems"]) == ({"symbol": "linux"}, [])
    unpadded = flow_sample([record(0, 1038, octets)])[:-3]
    message = decoder.decode(datagram([sample(0, 1, unpadded)])[:-3], "r1")  # nothing is
    assert (message["flows"][0]["extended_function"], message["problems"]) == ({"symbol": "linux"}, [])


@pytest.mark.conformance("SFLOW-1-02")
@pytest.mark.parametrize("length", range(10))
def test_strings_of_every_length(decoder, length):
    values = {"group": "abcdefghi"[:length], "trap": "trap"}
    shown, message = flow_structure(decoder, "extended_hw_trap", body(FLOW["extended_hw_trap"].fields, values))
    assert (shown, message["problems"]) == (values, [])
    octets = bytes(range(1, length + 1))
    shown, message = flow_structure(decoder, "extended_80211_payload", u32(1) + opaque(octets))
    assert (shown, message["problems"]) == ({"cipher_suite": 1, "data": octets.hex()}, [])


@pytest.mark.fault("SF-40")
@pytest.mark.parametrize(
    ("hostname", "text", "expected"),
    [
        (b"h\xff\xfest", "h\\xff\\xfest", ["bad_value"]),
        (b"h" * 1000, "h" * 1000, []),
        (b"a\0b", "a\0b", []),
        ("Zürich-ß".encode(), "Zürich-ß", []),
    ],
    ids=["ill-formed", "long", "NUL", "UTF-8"],
)
def test_host_names(decoder, hostname, text, expected):
    values = {**values_of(COUNTER["host_descr"].fields), "hostname": text}
    rest = body(COUNTER["host_descr"].fields[1:], values)
    shown, message = counter_structure(decoder, "host_descr", string(hostname) + rest)
    assert shown == values
    assert told(message) == [(code, COUNTER_BODY, False) for code in expected]
    assert [problem["element"] for problem in message["problems"]] == ["hostname"] * len(expected)


@pytest.mark.fault("SF-41")
@pytest.mark.parametrize("count", [2, 0x40000000, 0xFFFFFFFF])
def test_more_adapters_than_fit(decoder, count):
    mac = bytes.fromhex("0200000000010000")
    for octets in (words(count, 1, 1) + mac, words(1, 1, count) + mac):
        shown, message = counter_structure(decoder, "host_adapters", octets)
        assert shown == {"undecoded": octets.hex()}
        assert_truncated(message, COUNTER_BODY, "host_adapters", "adapters")


@pytest.mark.fault("SF-42")
@pytest.mark.parametrize("count", [2, 0x1999999A, 0xFFFFFFFF])
def test_more_lanes_than_fit(decoder, count):
    rest = words(count, *range(1, 11))
    shown, message = counter_structure(decoder, "sfp", words(7, 4, 3300) + i32(-5000) + rest)
    assert shown == {
        "module_id": 7,
        "module_num_lanes": 4,
        "module_supply_voltage": 3300,
        "module_temperature": -5000,
        "undecoded": rest.hex(),
    }
    assert_truncated(message, COUNTER_BODY + 16, "sfp", "lanes")


@pytest.mark.fault("SF-44")
@pytest.mark.conformance("SFLOW-4-05")
def test_loads_that_are_no_numbers(decoder):
    values = values_of(COUNTER["host_cpu"].fields)
    rest = body(COUNTER["host_cpu"].fields[3:], values)
    loads = f32(float("nan")) + f32(float("inf")) + f32(-1.0)
    shown, message = counter_structure(decoder, "host_cpu", loads + rest)
    assert shown == {**values, "load_one": None, "load_five": None, "load_fifteen": -1.0}
    assert told(message) == [("bad_value", COUNTER_BODY, False), ("bad_value", COUNTER_BODY + 4, False)]
    assert [problem["element"] for problem in message["problems"]] == ["load_one", "load_five"]


@pytest.mark.fault("SF-47")
@pytest.mark.conformance("SFLOW-4-07", "SFLOW-4-08")
@pytest.mark.parametrize("number", [9, 13, 0x80000000, 0xFFFFFFFF])
def test_numbers_that_no_enumeration_has(decoder, number):
    values = {**values_of(FLOW["http_request"].fields), "method": number, "status": -1}
    message = decoder.decode(one_flow(flow_record("http_request", values)), "r1")
    assert (message["flows"][0]["http_request"], message["problems"]) == (values, [])
    values = {**values_of(COUNTER["host_descr"].fields), "machine_type": number, "os_name": number}
    shown, message = counter_structure(decoder, "host_descr", body(COUNTER["host_descr"].fields, values))
    assert (shown, message["problems"]) == (values, [])
