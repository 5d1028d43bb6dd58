"""Recordings of real exporters: every field is what tshark reads there, and the flows are the true traffic."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from netflowparse import Decoder, Registry

from .capture_reader import read_datagrams
from .conftest import RECORDINGS

NAMES = sorted(path.stem for path in RECORDINGS.glob("*.pcap") if "sflow" not in path.stem)  # test_sflow_recordings
PROTOCOLS = {1: "netflow1", 5: "netflow5", 7: "netflow7", 9: "netflow9", 10: "ipfix"}

# Problems that a datagram of a recording has; without a row there are none.
PROBLEMS = {
    f"softflowd-{which}": ["uncertain_time"]  # these have sysUpTime 0
    for which in ("netflow1", "netflow5", "netflow9", "netflow9-sampled")
}

# Fields of v1, v5 and v7 that have a word for identity in the references, and their keys.
FIXED_KEYS = {"flags": "flags", "routerSc": "ipv4RouterSc"}
# What is scope in IPFIX: tshark's records do not say; the octets of the recorded options templates do.
SCOPES = {(10, "143"), (10, "144")}
# Elements that the references give in ns since 1970, and the ns in our unit: both readings cut fractions off.
NANOSECONDS = {"152": 10**6, "153": 10**6, "156": 1, "157": 1, "160": 10**6, "324": 10**3}
UPTIMES = {"flowStartSysUpTime": "flowStartMilliseconds", "flowEndSysUpTime": "flowEndMilliseconds"}
ABSENT = "absent"

Record = dict[str, Any]
Expected = dict[str, list[tuple[str, Any]]]  # key -> its (element, tshark's value) in wire order

# Differences that are tshark's: reason -> (element, our value, tshark's) -> whether it is this one.
EXPLAINED: dict[str, Callable[[str, Any, Any], bool]] = {
    "tshark prints nothing for an empty string": lambda element, ours, theirs: (ours, theirs) == ("", None),
    "tshark prints a system scope as octets": lambda element, ours, theirs: (
        element == "scope/1" and type(ours) is int and f"{ours:08x}" == theirs
    ),
    "tshark takes the second flags of v7 for padding": lambda element, ours, theirs: (
        (element, ours, theirs) == ("flags2", 0, ABSENT)
    ),
}


@dataclass
class Tally:
    """What came of comparing fields."""

    registry: Registry
    fields: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def compare(self, where: str, element: str, ours: Any, theirs: Any) -> None:
        self.fields += 1
        unit = NANOSECONDS.get(element, 1)
        if type(ours) is type(theirs) and ours == (theirs // unit if unit > 1 else theirs):
            return
        reason = next((reason for reason, is_it in EXPLAINED.items() if is_it(element, ours, theirs)), None)
        if reason is None:
            self.unexplained.append(f"{where}, {element}: {ours!r}, tshark has {theirs!r}")
        else:
            self.explained[reason] += 1


@cache
def messages(name: str, compiled: bool) -> list[Record]:
    """The messages of one recording; nobody changes them."""
    decoder = Decoder(compiled=compiled)
    return [decoder.decode(datagram, "127.0.0.1") for datagram in read_datagrams(RECORDINGS / f"{name}.pcap")]


@cache
def reference(name: str) -> list[Record]:
    return json.loads((RECORDINGS / f"{name}.tshark.json").read_text())


def key_of(registry: Registry, version: int, element: str) -> str:
    """The key of an element as the references write it: "8", "29305/1", "scope/2", "flags"."""
    if element in FIXED_KEYS:
        return FIXED_KEYS[element]
    space, _, number = element.rpartition("/")
    if space == "scope":
        return registry.netflow9_scope(int(number)).key
    if space or version != 9:
        return registry.element(int(space or 0), int(number)).key
    return registry.netflow9(int(number)).key


def compare_datagram(tally: Tally, where: str, message: Record, expected: Record) -> None:
    version, theirs = expected["version"], {"version": expected["version"], **expected["header"]}
    assert message["protocol"] == PROTOCOLS[version]
    for key in {**theirs, **message["header"]}:
        tally.compare(f"{where} header", key, message["header"].get(key, ABSENT), theirs.get(key, ABSENT))
    flows, options = iter(message["flows"]), iter(message["options"])
    for number, record in enumerate(expected["records"]):
        scope = [pair for pair in record if pair[0].startswith("scope/") or (version, pair[0]) in SCOPES]
        ours = dict(next(options if scope else flows, {}))
        place = f"{where} record {number}"
        if scope:
            compare_fields(tally, f"{place} scope", ours.pop("scope", {}), scope, expected)
        compare_fields(tally, place, ours, [pair for pair in record if pair not in scope], expected)
    assert (list(flows), list(options)) == ([], []), f"{where}: more records than tshark has"


def compare_fields(tally: Tally, where: str, ours: Record, pairs: list[list[Any]], datagram: Record) -> None:
    expected: Expected = {}
    for element, value in pairs:
        expected.setdefault(key_of(tally.registry, datagram["version"], element), []).append((element, value))
    expected.update(absolute_times(expected, datagram))
    expected.update(icmp_in_port(expected))
    for key in {**expected, **ours}:
        theirs = expected.get(key, [(key, ABSENT)])
        values = ours.get(key, ABSENT)
        if len(theirs) == 1:
            values = [values]
        elif type(values) is not list or len(values) != len(theirs):
            tally.unexplained.append(f"{where}, {key}: {values!r}, tshark has {theirs}")
            continue
        for value, (element, their_value) in zip(values, theirs, strict=True):
            tally.compare(where, element, value, their_value)


def icmp_in_port(expected: Expected) -> Expected:
    """The type and code that we add where they stand in the destination port alone, by tshark's numbers."""
    told = {"icmpTypeCodeIPv4", "icmpTypeCodeIPv6"} & expected.keys()
    family = {1: "IPv4", 58: "IPv6"}.get(expected.get("protocolIdentifier", [("", 0)])[0][1])
    port = expected.get("destinationTransportPort")
    source = expected.get("sourceTransportPort", [("", 0)])[0][1]
    if told or family is None or port is None or source:
        return {}
    values = {f"icmpType{family}": port[0][1] >> 8, f"icmpCode{family}": port[0][1] & 255}
    return {key: [(key, value)] for key, value in values.items()}


def absolute_times(expected: Expected, datagram: Record) -> Expected:
    """The absolute times that we add beside sysUpTimes, by tshark's numbers."""
    header = datagram["header"]
    if datagram["version"] == 10 or not header["sysUpTime"]:
        return {}
    export = header["exportTime"] * 1000 + header.get("exportNanoseconds", 0) // 10**6
    times: Expected = {}
    for uptime, absolute in UPTIMES.items():
        if uptime in expected:
            later = (expected[uptime][0][1] - header["sysUpTime"]) % 2**32
            times[absolute] = [(absolute, export + (later if later < 2**31 else later - 2**32))]
    return times


def compare_recording(tally: Tally, name: str, compiled: bool) -> None:
    for number, (message, expected) in enumerate(zip(messages(name, compiled), reference(name), strict=True)):
        compare_datagram(tally, f"{name} datagram {number}", message, expected)


def test_every_recording_has_a_reference():
    assert NAMES
    recordings = sorted(path.stem for path in RECORDINGS.glob("*.pcap"))
    assert sorted(path.name.split(".")[0] for path in RECORDINGS.glob("*.tshark.json")) == recordings


@pytest.mark.parametrize("name", NAMES)
def test_no_problems(name, compiled):
    for message in messages(name, compiled):
        assert [problem["code"] for problem in message["problems"]] == PROBLEMS.get(name, [])
        icmp = any("icmpCodeIPv4" in flow or "icmpCodeIPv6" in flow for flow in message["flows"])
        sent = name == "openvswitch-ipfix"  # in elements of their own
        assert message["quirks"] == (["icmp_in_destination_port"] if icmp and not sent else [])
        assert (message["late"], message["counters"]) == ([], [])
        assert {template["event"] for template in message["templates"]} <= {"learned", "refreshed"}


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_what_tshark_reads(name, compiled):
    tally = Tally(Registry())
    compare_recording(tally, name, compiled)
    assert (tally.unexplained, tally.fields > 0) == ([], True)


def test_summary(compiled, capsys):
    tally = Tally(Registry())
    for name in NAMES:
        compare_recording(tally, name, compiled)
    explained, unexplained = tally.explained.total(), len(tally.unexplained)
    with capsys.disabled():
        counts = f"{tally.fields} fields compared, {explained} explained, {unexplained} unexplained"
        print(f"\n{len(NAMES)} recordings, {counts}")
    assert unexplained == 0
    assert set(tally.explained) == set(EXPLAINED)  # a reason that explains nothing any more goes


def walk(value: Any) -> Iterator[Any]:
    yield value
    if type(value) is dict:
        yield from value
    for each in value.values() if type(value) is dict else value if type(value) is list else ():
        yield from walk(each)


@pytest.mark.parametrize("name", NAMES)
def test_only_plain_values_leave(name, compiled):
    for message in messages(name, compiled):
        assert json.loads(json.dumps(message, allow_nan=False)) == message
        assert {type(value) for value in walk(message)} <= {dict, list, str, int, float, bool, type(None)}


# From here on: the flows against what was truly sent.
TRUTH = json.loads((RECORDINGS / "truth.json").read_text())
IPV4_ONLY = ("netflow1", "netflow5", "netflow7")
PARTS = {"softflowd-netflow9-sampled", "softflowd-psamp", "openvswitch-ipfix"}  # or the same packet more than once
WHOLE = [name for name in NAMES if name not in PARTS]
# Those whose times can be told: softflowd's others send sysUpTime 0, Open vSwitch's are the recording's own.
TIMED = [name for name in WHOLE if name.startswith(("fprobe", "pmacctd", "softflowd-ipfix"))]
COUNTS = ("packetDeltaCount", "octetDeltaCount", "tcpControlBits")
ICMP = (1, 58)
ECHO_REPLY_V6 = ("2001:db8:1::9", "2001:db8::9", 0, 0, 58, 33024)

Key = tuple[str, str, int, int, int, int]  # addresses, ports, protocol, ICMP type * 256 + code


def true_flows(name: str) -> dict[Key, Record]:
    """The true flows that the exporter could tell."""
    flows = {}
    for flow in TRUTH:
        if (name.endswith(IPV4_ONLY) and ":" in flow["src"]) or (name.startswith("fprobe") and flow["vlan"]):
            continue
        key = (flow["src"], flow["dst"], flow["sport"], flow["dport"], flow["protocol"], flow["icmp"])
        if name == "softflowd-ipfix-biflow" and key == ECHO_REPLY_V6:
            key = (*key[:-1], 0)  # softflowd -b sends 0
        flows[key] = flow
    return flows


def flow_key(flow: Record) -> Key:
    family = "IPv4" if "sourceIPv4Address" in flow else "IPv6"
    source, destination = flow[f"source{family}Address"], flow[f"destination{family}Address"]
    ports = flow.get("sourceTransportPort", 0), flow.get("destinationTransportPort", 0)
    protocol = flow["protocolIdentifier"]
    if protocol in ICMP:  # its own element, or in the ports: type and code (fprobe), or both in the second
        return source, destination, 0, 0, protocol, flow.get(f"icmpTypeCode{family}", ports[0] * 256 + ports[1])
    return source, destination, *ports, protocol, 0


def turned(key: Key) -> Key:
    return key[1], key[0], key[3], key[2], key[4], key[5]


def directions(flow: Record) -> dict[Key, tuple[int, int, int]]:
    """Packets, octets and TCP flags of each direction that has packets."""
    key = flow_key(flow)
    there = tuple(flow.get(name, 0) for name in COUNTS)
    back = tuple(flow.get(f"reverse{name[0].upper()}{name[1:]}", 0) for name in COUNTS)
    return {each: counts for each, counts in ((key, there), (turned(key), back)) if counts[0]}


@pytest.mark.parametrize("name", WHOLE)
def test_flows_are_the_true_traffic(name, compiled):
    seen: dict[Key, tuple[int, int, int]] = {}
    for message in messages(name, compiled):
        for flow in message["flows"]:
            for key, (packets, octets, flags) in directions(flow).items():
                before = seen.get(key, (0, 0, 0))
                assert key not in seen or name.startswith("openvswitch")  # where flows may come in parts
                seen[key] = before[0] + packets, before[1] + octets, before[2] | flags
    expected = {}
    for key, flow in true_flows(name).items():
        framing = flow["packets"] * (18 if flow["vlan"] else 14) if name == "openvswitch-netflow5" else 0
        expected[key] = flow["packets"], flow["octets"] + framing, flow["tcp_flags"]
    assert seen == expected


@pytest.mark.parametrize("name", WHOLE)
def test_types_and_codes_of_icmp_are_the_true_ones(name, compiled):
    """Where we add them; fprobe has the type in the source port, so that only its echo replies get them."""
    told = set()
    for message in messages(name, compiled):
        for flow in message["flows"]:
            for family in ("IPv4", "IPv6"):
                if f"icmpType{family}" in flow:
                    number = flow[f"icmpType{family}"] * 256 + flow[f"icmpCode{family}"]
                    told.add((flow[f"source{family}Address"], flow[f"destination{family}Address"], number))
    true = {(key[0], key[1], key[5]) for key in true_flows(name) if key[4] in ICMP}
    assert told <= true | {(destination, source, number) for source, destination, number in true}
    assert told or "icmpTypeCode" in json.dumps(messages(name, compiled)) or not true


@pytest.mark.parametrize("name", TIMED)
def test_flows_are_of_the_true_times(name, compiled):
    """By sysUpTimes modulo 2³² ms.  All but fprobe give both directions the first and last of their conversation."""
    truth, started = true_flows(name), None
    for message in messages(name, compiled):
        for options in message["options"]:
            started = options.get("systemInitTimeMilliseconds")
        for flow in message["flows"]:
            keys = set(directions(flow))
            alone = name.startswith("fprobe") or (name == "softflowd-ipfix-ether" and flow["vlanId"])
            if not alone and flow["protocolIdentifier"] not in ICMP:
                keys |= {turned(key) for key in keys} & set(truth)
            first = min(truth[key]["first"] for key in keys)
            last = max(truth[key]["last"] for key in keys)
            for bound, true_time in (("Start", first), ("End", last)):
                later = (milliseconds(flow, bound, started) - true_time + 1) % 2**32
                assert 0 <= later <= 2, f"{bound} of {keys}"


def milliseconds(flow: Record, bound: str, started: int | None) -> int:
    if f"flow{bound}Nanoseconds" in flow:
        return flow[f"flow{bound}Nanoseconds"] // 10**6
    return flow.get(f"flow{bound}Milliseconds") or started + flow[f"flow{bound}SysUpTime"]


def test_sampled_packets_are_of_the_true_times(compiled):
    sampled = [flow for message in messages("softflowd-psamp", compiled) for flow in message["flows"]]
    times = [flow["observationTimeMicroseconds"] for flow in sampled]
    flows = [flow for flow in TRUTH if flow["protocol"] == 58 or flow["vlan"] == 100]  # all that this softflowd sampled
    assert min(times) // 1000 == min(flow["first"] for flow in flows)
    assert max(times) // 1000 == max(flow["last"] for flow in flows)
    assert len(times) == sum(flow["packets"] for flow in flows)
