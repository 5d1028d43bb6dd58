"""Whatever flows say: nothing is lost, nothing doubled, nothing that was passed is changed, and rows stay plain."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netflowparse.flows
from netflowparse import DecodeError, Decoder, WrongType
from netflowparse.flows import decapsulate, nsel_rows, split_biflow
from tests import message_builder as build
from tests import sflow_builder as sflow
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS
from tests.plain import assert_plain
from tests.strategies import bodies, registry_and_template, sampled_packets, sflow_datagrams

OCTETS = ("octetDeltaCount", "octetTotalCount", "reverseOctetDeltaCount", "reverseOctetTotalCount")
PACKETS = ("packetDeltaCount", "packetTotalCount", "reversePacketDeltaCount", "reversePacketTotalCount")
ENDS = ("initiatorOctets", "responderOctets", "initiatorPackets", "responderPackets")
OTHERS = (
    *("sourceIPv4Address", "destinationIPv4Address", "sourceTransportPort", "ingressInterface", "egressInterface"),
    *("flowStartMilliseconds", "flowStartSysUpTime", "reverseFlowStartSysUpTime", "reverseFlowDeltaMilliseconds"),
    *("biflowDirection", "flowDirection", "vlanId", "postVlanId", "reverseVlanId", "tcpControlBits", "firewallEvent"),
    *("reverseTcpControlBits", "pen29305_ie500", "ie500", "pen3054_reverseOctetDeltaCount", "sourceMacAddress"),
    *("postDestinationMacAddress", "obsoleteReverseVlanId", "reverseOwn", "Own", "own", "resolved", "inner", "outer"),
    *("flowEndMilliseconds", "reverseFlowEndMilliseconds", "flowDurationMilliseconds", "flowStartDeltaMicroseconds"),
    *("reverseFlowStartMilliseconds", "flowEndSysUpTime", "ingress_interface_name", "reverseIngressInterface"),
)
values = st.one_of(
    st.integers(0, 9), st.none(), st.text(max_size=3), st.lists(st.integers(0, 9) | st.none(), max_size=3)
) | st.dictionaries(st.sampled_from([*OTHERS, "records", "entries"]), st.integers(0, 9), max_size=3)
KEYS = st.sampled_from([*OCTETS, *PACKETS, *ENDS, *OTHERS])
records = st.lists(st.dictionaries(KEYS, values, max_size=4), max_size=2)
lists = st.one_of(
    records.map(lambda records: {"semantic": "allOf", "template_id": 300, "records": records}),
    records.map(lambda records: {"semantic": "allOf", "entries": [{"template_id": 300, "records": records}]}),
    KEYS.map(lambda key: {"semantic": "allOf", "element": key, "values": [0, 1]}),
)
flows = st.dictionaries(KEYS, values | lists | st.lists(lists, min_size=1, max_size=2), max_size=20)
counted_flows = st.dictionaries(
    st.sampled_from([*OCTETS, *PACKETS, *ENDS]), st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=3)
).flatmap(lambda counted: flows.map(lambda flow: {**flow, **counted}))


class Key(str):
    """A text of another kind."""


def test_keys_of_other_kinds_of_text() -> None:
    flow = {Key("octetDeltaCount"): 5, "reverseOctetDeltaCount": 7}
    assert split_biflow(flow) == split_biflow({str(key): value for key, value in flow.items()})
    with pytest.raises(WrongType, match="flow has a key that is int, expected str"):
        split_biflow({**flow, 5: 1})  # type: ignore[dict-item]


def assert_rows(flow: dict[str, Any]) -> list[dict[str, Any]]:
    """What holds of the rows of any flow; the rows of ``split_biflow``."""
    before = copy.deepcopy(flow)
    rows = split_biflow(flow)
    assert len(rows) in (1, 2)
    for row in (*rows, *split_biflow(flow, keep_empty=True)):
        assert split_biflow(row) == [row]
        assert_plain(row)
    for depth in (-1, 0, 1):
        row = decapsulate(flow, depth)
        assert row == flow or (depth and "outer" in row)
        assert_plain(row)
    assert decapsulate(decapsulate(flow, 1), 1) == decapsulate(flow, 2)
    for row in nsel_rows([flow]):
        assert_plain(row)
        assert nsel_rows([row]) == [row]
    assert flow == before
    return rows


def sums(rows: list[dict[str, Any]]) -> Counter[str]:
    """Octets and packets in rows of one direction; of the ends apart where they are."""
    found: Counter[str] = Counter()
    for row in rows:
        for key, value in row.items():
            if key in (*OCTETS, *PACKETS, *ENDS):
                found[key] += sum(each or 0 for each in (value if isinstance(value, list) else [value]))
    return found


def is_number(value: Any) -> bool:
    """Whether a counter's value is a number, or several."""
    values = value if isinstance(value, list) else [value]
    return all(each is None or type(each) is int for each in values) and value is not None


def forward(key: str) -> str:
    """``octetDeltaCount`` for ``reverseOctetDeltaCount``."""
    return key[7].lower() + key[8:] if key.startswith("reverse") else key


@given(counted_flows)
def test_nothing_is_lost_and_nothing_doubled(flow: dict[str, Any]) -> None:
    flow = {key: value for key, value in flow.items() if key not in (*OCTETS, *PACKETS, *ENDS) or is_number(value)}
    flow.pop("pen3054_reverseOctetDeltaCount", None)
    rows = assert_rows(flow)
    found, expected = sums(rows), Counter[str]()
    for key, value in sums([flow]).items():
        expected[forward(key)] += value
    kinds = {"Octets": ("octetDeltaCount", "octetTotalCount"), "Packets": ("packetDeltaCount", "packetTotalCount")}
    for kind, (delta, total) in kinds.items():
        ends = {f"initiator{kind}", f"responder{kind}"}
        if ends <= flow.keys() and not {delta, total} & {forward(key) for key in flow}:
            expected[total if flow.get("firewallEvent") == 2 else delta] = sum(expected.pop(end) for end in ends)
    assert +found == +expected


@given(flows)
def test_any_values(flow: dict[str, Any]) -> None:
    assert_rows(flow)


TIMES = (
    *("flowStartMilliseconds", "flowEndMilliseconds", "flowStartSysUpTime", "flowEndSysUpTime"),
    *("reverseFlowStartMilliseconds", "reverseFlowStartSysUpTime", "reverseFlowDeltaMilliseconds"),
)


@given(st.dictionaries(st.sampled_from(TIMES), st.integers(0, 10_000)))
def test_no_reverse_flow_ends_before_it_starts(times: dict[str, int]) -> None:
    """Where the forward one does not, and of the end nothing is told."""
    for clock in ("Milliseconds", "SysUpTime"):
        pair = (f"flowStart{clock}", f"flowEnd{clock}")
        if times.keys() >= set(pair):
            times.update(zip(pair, sorted(times[key] for key in pair), strict=True))
    row = split_biflow({**times, "reverseOctetDeltaCount": 1})[1]
    assert row.get("flowStartMilliseconds", 0) <= row.get("flowEndMilliseconds", 10**9)
    up = row.get("flowEndSysUpTime", 0) - row.get("flowStartSysUpTime", 0)
    assert not row.keys() >= {"flowStartSysUpTime", "flowEndSysUpTime"} or up % 2**32 < 2**31  # turned over or not


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.pcap")), ids=lambda path: path.stem)
def test_recordings(make_decoder: Any, path: Any) -> None:
    decoder = make_decoder(resolve=True, packet_sections=True)
    met = 0
    for datagram in read_datagrams(path):
        message = decoder.decode(datagram, "r1")
        for flow in (*message["flows"], *message["options"], *message["counters"]):
            assert_rows(flow)
            met += 1
    assert met


def test_a_recorded_biflow_exporter(decoder: Decoder) -> None:
    """softflowd sends reverse counters with every flow: 0 where nothing came back."""
    path = RECORDINGS / "softflowd-ipfix-biflow.pcap"
    recorded = [flow for datagram in read_datagrams(path) for flow in decoder.decode(datagram, "r1")["flows"]]
    rows = [row for flow in recorded for row in split_biflow(flow)]
    answered = [flow for flow in recorded if flow["reversePacketDeltaCount"]]
    assert 0 < len(answered) < len(recorded)
    assert len(rows) == len(recorded) + len(answered)
    for counter, reverse in (
        ("octetDeltaCount", "reverseOctetDeltaCount"),
        ("packetDeltaCount", "reversePacketDeltaCount"),
    ):
        assert sum(row[counter] for row in rows) == sum(flow[counter] + flow[reverse] for flow in recorded)
    assert not any(key.startswith("reverse") for row in rows for key in row)
    first, second = split_biflow(answered[0])
    assert (first["sourceTransportPort"], first["tcpControlBits"]) == (
        second["destinationTransportPort"],
        answered[0]["tcpControlBits"],
    )


def decoded(decoder: Decoder, *datagrams: bytes) -> Iterator[Mapping[str, Any]]:
    """The flows of datagrams, right or wrong."""
    for datagram in datagrams:
        try:
            message = decoder.decode(datagram, "r1")
        except DecodeError:
            continue
        yield from (*message["flows"], *message["options"])


@given(registry_and_template(), bodies)
def test_flows_of_any_template(pair: Any, body: bytes) -> None:
    registry, template = pair
    nine = template.protocol == "netflow9"
    fields = [
        (field.id, field.length) if nine or not field.enterprise else tuple(field[:3]) for field in template.fields
    ]
    message = build.netflow9_datagram if nine else build.ipfix_message
    definition = build.set_of(0 if nine else 2, build.template(256, fields))
    for compiled in (True, False):
        decoder = Decoder(registry=registry, compiled=compiled, packet_sections=True)
        for flow in decoded(decoder, message(definition), message(build.set_of(256, body))):
            assert_rows(dict(flow))


@given(sampled_packets)
def test_flows_of_any_packet(packet: tuple[int, bytes]) -> None:
    protocol, octets = packet
    for compiled in (True, False):
        for flow in decoded(Decoder(compiled=compiled), sflow.one_flow(sflow.sampled_header(octets, protocol))):
            assert_rows(dict(flow))


@given(sflow_datagrams)
def test_flows_of_any_sflow_datagram(datagram: bytes) -> None:
    for compiled in (True, False):
        for flow in decoded(Decoder(compiled=compiled), datagram):
            assert_rows(dict(flow))


def test_surface() -> None:
    assert netflowparse.flows.__all__ == ["NselConnections", "decapsulate", "nsel_rows", "split_biflow"]
    for name in netflowparse.flows.__all__:
        assert getattr(netflowparse.flows, name).__doc__
