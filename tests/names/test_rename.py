"""netflowparse.names: what other collectors call the keys of flows, one by one, and back; what is refused."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from types import MappingProxyType
from typing import Any

import pytest

from netflowparse import UsageError, WrongType, names
from netflowparse.flows import decapsulate, nsel_rows
from netflowparse.names import VOCABULARIES, rename, restore, table
from netflowparse.names.renaming import REMEMBERED

from .by_hand import FIXED


@pytest.mark.parametrize(
    ("vocabulary", "protocol", "key", "name"),
    [
        ("cisco", None, "octetDeltaCount", "IN_BYTES"),  # RFC 3954 §8, field type 1
        ("cisco", None, "sourceTransportPort", "L4_SRC_PORT"),  # 7
        ("cisco", None, "icmpTypeCodeIPv4", "ICMP_TYPE"),  # 32: type * 256 + code
        ("cisco", None, "icmpTypeIPv4", "NF_F_ICMP_TYPE"),  # 176, of the ASA
        ("cisco", None, "applicationId", "APPLICATION_TAG"),  # 95
        ("cisco", None, "AAA_USERNAME", "NF_F_USERNAME"),  # 40000
        ("cisco", None, "pen9_connectionId", "connectionId"),  # 45010
        ("logstash", "netflow5", "flowStartSysUpTime", "first_switched"),
        ("logstash", "netflow7", "sourceIPv4PrefixLength", "src_mask"),  # no codec for v7: as v5
        ("logstash", "netflow9", "postNATSourceIPv4Address", "xlate_src_addr_ipv4"),
        ("logstash", "netflow9", "mplsPayloadLength", "ip_tos"),  # its slip
        ("logstash", "netflow9", "AAA_USERNAME", "username"),
        ("logstash", "netflow9", "bgpNextAdjacentAsNumber", "bgpNextAdjacentAsNumber"),
        ("logstash", "ipfix", "sourceIPv4Address", "sourceIPv4Address"),
        ("logstash", "ipfix", "appCategoryName", "cisoAppCategoryName"),  # its slip
        ("logstash", "ipfix", "pen5951_ie270", "netscalerUnknown270"),
        ("ecs", None, "destinationIPv6Address", "destination.ip"),
        ("ecs", None, "bgpDestinationAsNumber", "destination.as.number"),
        ("ecs", None, "ingress_interface_name", "observer.ingress.interface.name"),
        ("ecs", None, "flowStartMilliseconds", "event.start"),
        ("goflow2", None, "flowStartNanoseconds", "time_flow_start_ns"),
        ("goflow2", None, "sourceIPv6Address", "src_addr"),
        ("goflow2", None, "samplingInterval", "sampling_rate"),
        ("goflow2", None, "ethernetType", "etype"),
        ("goflow2", None, "ingressInterface", "in_if"),
    ],
)
def test_names(vocabulary: str, protocol: str | None, key: str, name: str) -> None:
    value = "2001:db8::1" if "IPv6" in key else 7
    renamed = rename({key: value}, vocabulary, protocol=protocol, dotted=True)
    assert renamed == {name: value}
    assert restore(renamed, vocabulary, protocol=protocol) == {key: value}


@pytest.mark.parametrize(
    ("vocabulary", "key"),
    [
        ("cisco", "ipv4RouterSc"),  # VENDOR_PROPRIETARY_43 names nothing
        ("cisco", "reverseOctetDeltaCount"),
        ("ecs", "flowStartSeconds"),  # a date is ms since 1970
        ("ecs", "flowStartSysUpTime"),
        ("ecs", "flowEndReason"),  # event.reason is a text
        ("ecs", "flowDurationMilliseconds"),  # event.duration counts ns
        ("ecs", "icmpTypeIPv4"),
        ("goflow2", "flowStartMilliseconds"),  # time_flow_start_ns counts ns
        ("goflow2", "fragmentFlags"),  # ip_flags is shifted
        ("goflow2", "icmpTypeCodeIPv4"),  # icmp_type is half of it
        ("goflow2", "mplsTopLabelStackSection"),  # mpls_label is shifted
        ("goflow2", "dataLinkFrameSection"),
    ],
)
def test_what_would_take_more_than_a_name_keeps_its_key(vocabulary: str, key: str) -> None:
    assert rename({key: 7}, vocabulary) == {key: 7}
    assert restore({key: 7}, vocabulary) == {key: 7}


def test_ecs_is_nested() -> None:
    flow = {"sourceIPv4Address": "192.0.2.1", "postNATSourceIPv4Address": "198.51.100.1", "egressInterface": 3}
    nested = {
        "source": {"ip": "192.0.2.1", "nat": {"ip": "198.51.100.1"}},
        "observer": {"egress": {"interface": {"id": 3}}},
    }
    dotted = {"source.ip": "192.0.2.1", "source.nat.ip": "198.51.100.1", "observer.egress.interface.id": 3}
    assert rename(flow, "ecs") == nested
    assert rename(flow, "ecs", dotted=True) == dotted
    assert restore(nested, "ecs") == restore(dotted, "ecs") == flow


def test_what_else_is_in_ecs_stays_where_it_is() -> None:
    event = {"source": {"ip": "192.0.2.1", "geo": {"name": "x"}, "nat": {"port": 5, "y": 1}}, "tags": []}
    flow = {"sourceIPv4Address": "192.0.2.1", "postNAPTSourceTransportPort": 5, "tags": []}
    assert restore(event, "ecs") == {**flow, "source": {"geo": {"name": "x"}, "nat": {"y": 1}}}
    for alike in ({"source": {}, "network": {"vlan": {}}}, {"source": {"nat.ip": 1, 5: 2}}, {"source": [{"ip": 1}]}):
        assert restore(alike, "ecs") == alike
    assert restore({"source": {"nat.ip": 1, "nat": {"port": 2}}}, "ecs") == {
        "source": {"nat.ip": 1},
        "postNAPTSourceTransportPort": 2,
    }


def test_a_name_goes_to_the_first_of_the_table() -> None:
    flow = {"sourceIPv6Address": "2001:db8::1", "sourceIPv4Address": "192.0.2.1", "postOctetDeltaCount": 9}
    renamed = {"sourceIPv6Address": "2001:db8::1", "src_addr": "192.0.2.1", "bytes": 9}
    assert rename(flow, "goflow2") == renamed
    assert rename({**flow, "octetDeltaCount": 8}, "goflow2") == {
        "sourceIPv6Address": "2001:db8::1",
        "src_addr": "192.0.2.1",
        "bytes": 8,
        "postOctetDeltaCount": 9,
    }


def test_a_name_that_is_taken_is_not_given() -> None:
    assert rename({"octetDeltaCount": 1, "bytes": 2}, "goflow2") == {"octetDeltaCount": 1, "bytes": 2}
    for taken in ({"sourceTransportPort": 1, "source": 2}, {"sourceTransportPort": 1, "source": {"x": 2}}):
        assert rename(taken, "ecs") == taken
    assert restore({"flowDirection": 1, "flow_direction": 2}, "goflow2") == {"flowDirection": 1, "flow_direction": 2}
    event = {"source": {"ip": "192.0.2.1", "port": 4, "x": 3}, "sourceIPv4Address": "192.0.2.2"}
    assert restore(event, "ecs") == {
        "source": {"ip": "192.0.2.1", "x": 3},
        "sourceTransportPort": 4,
        "sourceIPv4Address": "192.0.2.2",
    }
    both = {"source.ip": "192.0.2.1", "source": {"ip": "192.0.2.2"}}
    assert restore(both, "ecs") == {"sourceIPv4Address": "192.0.2.1", "source": {"ip": "192.0.2.2"}}


def test_a_key_that_loses_its_name_takes_its_own_back() -> None:
    """pen9789_flowDirection would be flowDirection, which is in the flow."""
    flow = {"pen9789_flowDirection": 1, "flowDirection": 0, "sslRecordVersion": 3, "reverseRtpPayloadType": 4}
    assert rename(flow, "logstash", protocol="ipfix") == flow
    assert restore(flow, "logstash", protocol="ipfix") == flow


V6 = ("2001:db8::1", "2001:db8:1:2:3:4:5:6", "::", "::ffff:192.0.2.1")


@pytest.mark.parametrize("value", [*V6, list(V6), ["2001:db8::1"]])
def test_addresses_come_back_by_their_family(value: Any) -> None:
    assert rename({"sourceIPv6Address": value}, "goflow2") == {"src_addr": value}
    assert restore({"src_addr": value}, "goflow2") == {"sourceIPv6Address": value}
    flow = {"ipNextHopIPv4Address": "192.0.2.1", "postNATSourceIPv4Address": ["192.0.2.1", "0.0.0.0"]}
    assert rename(flow, "ecs", dotted=True) == {
        "ipNextHopIPv4Address": "192.0.2.1",
        "source.nat.ip": ["192.0.2.1", "0.0.0.0"],
    }
    assert restore(rename(flow, "ecs"), "ecs") == restore(rename(flow, "goflow2"), "goflow2") == flow


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "c0000201", b"\x00", [], [None, "2001:db8::1"], ["192.0.2.1", "2001:db8::1"], [["::1"], 1], {}],
)
@pytest.mark.parametrize("key", ["sourceIPv4Address", "sourceIPv6Address"])
def test_what_is_no_address_keeps_its_key(key: str, value: Any) -> None:
    for vocabulary, name in (("goflow2", "src_addr"), ("ecs", "source.ip")):
        assert rename({key: value}, vocabulary) == {key: value}
        assert restore({key: value}, vocabulary) == {key: value}
        assert restore({name: value}, vocabulary) == {name: value}
    assert restore({"source": {"ip": value, "port": 1}}, "ecs") == {"source": {"ip": value}, "sourceTransportPort": 1}


def test_an_address_of_the_other_family_keeps_its_key() -> None:
    flow = {"sourceIPv4Address": "2001:db8::1", "destinationIPv6Address": "192.0.2.1"}
    assert rename(flow, "ecs") == rename(flow, "goflow2") == flow
    flow = {"sourceIPv4Address": None, "sourceIPv6Address": "2001:db8::1"}
    assert rename(flow, "goflow2") == {"sourceIPv4Address": None, "src_addr": "2001:db8::1"}


def test_a_shared_name_does_not_come_back() -> None:
    """What was a total would read as a delta."""
    flow = {"octetTotalCount": 5, "initiatorOctets": 7}
    assert rename(flow, "ecs") == {"source": {"bytes": 5}, "initiatorOctets": 7}
    assert restore(rename(flow, "ecs"), "ecs") == {"source": {"bytes": 5}, "initiatorOctets": 7}
    assert restore(rename(flow, "ecs", dotted=True), "ecs") == {"source.bytes": 5, "initiatorOctets": 7}
    assert restore({"bytes": 1, "packets": 2, "src_mac": 3, "icmp_type": 4, "src_net": 5}, "goflow2") == {
        "bytes": 1,
        "packets": 2,
        "src_mac": 3,
        "icmp_type": 4,
        "src_net": 5,
    }
    assert restore({"icmp_type": 1}, "logstash", protocol="netflow9") == {"icmp_type": 1}
    assert restore({"flowDirection": 1}, "logstash", protocol="ipfix") == {"flowDirection": 1}
    assert restore({"reverseRtpPayloadType": 1}, "logstash", protocol="ipfix") == {"reverseRtpPayloadType": 1}


def test_a_shared_name_comes_back_as_the_first_on_demand() -> None:
    event = {"source": {"bytes": 1, "ip": "2001:db8::1", "x": 2}, "destination.packets": 3}
    flow = {"octetDeltaCount": 1, "sourceIPv6Address": "2001:db8::1", "source": {"x": 2}, "reversePacketDeltaCount": 3}
    assert restore(event, "ecs", first=True) == flow
    assert restore({"inner": event}, "ecs", first=True) == {"inner": flow}
    assert restore({"ip_ttl": 1, "src_net": 2}, "goflow2", first=True) == {"minimumTTL": 1, "sourceIPv4PrefixLength": 2}
    assert restore({"icmp_type": 1}, "logstash", protocol="netflow9", first=True) == {"icmpTypeCodeIPv4": 1}
    assert restore({"flowDirection": 1}, "logstash", protocol="ipfix", first=True) == {"flowDirection": 1}
    spelled = {"reverseRtpPayloadType": 1}  # and sslRecordVersion, which stands before it
    assert restore(spelled, "logstash", protocol="ipfix", first=True) == spelled
    assert restore({"bytes": 1, "octetDeltaCount": 2}, "goflow2", first=True) == {"bytes": 1, "octetDeltaCount": 2}


@pytest.mark.parametrize("key", ["sourceTransportPort", "udpSourcePort", "tcpSourcePort"])
def test_ports_of_tcp_and_udp_come_back_as_ports(key: str) -> None:
    assert restore(rename({key: 53}, "ecs"), "ecs") == {"sourceTransportPort": 53}
    flow = {"udpDestinationPort": 5, "tcpDestinationPort": 6}
    assert rename(flow, "ecs", dotted=True) == {"destination.port": 5, "tcpDestinationPort": 6}


def test_names_of_cisco_that_are_keys_of_vendors_too_are_read_as_names() -> None:
    """TCP_FLAGS of PEN 33610, and APPLICATION_NAME."""
    assert restore({"TCP_FLAGS": 1, "APPLICATION_NAME": "x"}, "cisco") == {"tcpControlBits": 1, "applicationName": "x"}


def test_further_names_of_cisco_are_read() -> None:
    """40001 to 40005 are early forms of 225 to 228 and 233; TOS is RFC 3954's name for what is SRC_TOS now."""
    early = {"NF_F_XLATE_SRC_ADDR_84": "192.0.2.1", "NF_F_FW_EVENT_84": 2, "TOS": 8}
    flow = {"postNATSourceIPv4Address": "192.0.2.1", "firewallEvent": 2, "ipClassOfService": 8}
    assert restore(early, "cisco") == flow
    assert rename(flow, "cisco") == {"NF_F_XLATE_SRC_ADDR_IPV4": "192.0.2.1", "NF_F_FW_EVENT": 2, "SRC_TOS": 8}
    assert restore({"TOS": 1, "SRC_TOS": 2}, "cisco") == {"TOS": 1, "ipClassOfService": 2}


def test_records_inside_are_renamed() -> None:
    record, renamed = {"octetDeltaCount": 1, "x": 2}, {"IN_BYTES": 1, "x": 2}
    outer = {"sourceIPv4Address": "192.0.2.1", "outer": record}
    values = {"semantic": "allOf", "element": "octetDeltaCount", "values": [1]}
    flow = {
        "inner": {**record, "inner": record},
        "outer": outer,
        "scope": record,
        "basicList": values,
        "subTemplateList": [{"semantic": "allOf", "template_id": 256, "records": [record]}],
        "subTemplateMultiList": {
            "semantic": "allOf",
            "entries": [
                {"template_id": 256, "records": [record, {"scope": record}]},
                {"template_id": 257, "octets": "00"},
            ],
        },
        "extended_gateway": record,  # a structure of sFlow's
        "vlan_tags": [record],
    }
    expected = {
        "inner": {**renamed, "inner": renamed},
        "outer": {"IPV4_SRC_ADDR": "192.0.2.1", "outer": renamed},
        "scope": renamed,
        "basicList": values,
        "subTemplateList": [{"semantic": "allOf", "template_id": 256, "records": [renamed]}],
        "subTemplateMultiList": {
            "semantic": "allOf",
            "entries": [
                {"template_id": 256, "records": [renamed, {"scope": renamed}]},
                {"template_id": 257, "octets": "00"},
            ],
        },
        "extended_gateway": record,
        "vlan_tags": [record],
    }
    before = deepcopy(flow)
    assert rename(flow, "cisco") == expected
    assert flow == before
    assert restore(expected, "cisco") == flow
    assert rename({"inner": {"sourceTransportPort": 1}}, "ecs") == {"inner": {"source": {"port": 1}}}


def test_what_only_looks_like_a_list_stays() -> None:
    flow = {"x": {"semantic": 1, "records": 2, "entries": [3]}, "y": {"semantic": 1, "records": [4], "entries": {}}}
    assert rename(flow, "cisco") == restore(flow, "cisco") == flow
    structure = {"records": [{"octetDeltaCount": 1}], "entries": [{"records": [{"octetDeltaCount": 1}]}]}
    assert rename({"x": structure, "y": [structure]}, "cisco") == {"x": structure, "y": [structure]}


def test_what_flows_make_of_a_tunnel_is_renamed() -> None:
    innermost = {"sourceIPv6Address": "2001:db8::1", "protocolIdentifier": 6}
    inner = {"sourceIPv4Address": "10.0.0.1", "protocolIdentifier": 41, "inner": innermost}
    flow = decapsulate({"sourceIPv4Address": "192.0.2.1", "protocolIdentifier": 47, "inner": inner})
    assert rename(flow, "ecs") == {
        "source": {"ip": "2001:db8::1"},
        "network": {"iana_number": 6},
        "outer": {
            "source": {"ip": "10.0.0.1"},
            "network": {"iana_number": 41},
            "outer": {"source": {"ip": "192.0.2.1"}, "network": {"iana_number": 47}},
        },
    }
    for vocabulary in ("cisco", "ecs", "goflow2"):
        assert restore(rename(flow, vocabulary), vocabulary) == flow


def test_events_of_a_firewall_count_once_as_rows() -> None:
    """An update, and a teardown that counts the whole connection."""
    ends = {"flowId": 7, "sourceIPv4Address": "10.0.0.1", "destinationIPv4Address": "192.0.2.1"}
    counts = ((5, 300, 9000), (2, 340, 9600))
    events = [{**ends, "firewallEvent": e, "initiatorOctets": i, "responderOctets": r} for e, i, r in counts]
    assert [rename(event, "ecs", dotted=True)["source.bytes"] for event in events] == [300, 340]
    rows_of_one_direction = [rename(row, "ecs", dotted=True) for row in nsel_rows(events)]
    sent: Counter[str] = Counter()
    for row in rows_of_one_direction:
        sent[row["source.ip"]] += row["source.bytes"]
    assert sent == {"10.0.0.1": 340, "192.0.2.1": 9600}


def test_scopes_of_netflow9_have_names_of_their_own_in_logstash() -> None:
    record = {"scope": {"system": 1, "lineCard": 2, "cache": 3, "scope9": "00"}, "octetDeltaCount": 1, "system": 4}
    renamed = {
        "scope": {"scope_system": 1, "scope_line_card": 2, "scope_netflow_cache": 3, "scope9": "00"},
        "in_bytes": 1,
        "system": 4,
    }
    assert rename(record, "logstash", protocol="netflow9") == renamed
    assert restore(renamed, "logstash", protocol="netflow9") == record
    assert rename({"scope": {"meteringProcessId": 1}}, "logstash", protocol="ipfix") == {
        "scope": {"meteringProcessId": 1}
    }


@pytest.mark.parametrize("protocol", FIXED)
def test_fixed_formats_have_the_names_of_version_5(protocol: str) -> None:
    assert table("logstash", protocol=protocol) == table("logstash", protocol="netflow5")


def test_sflow_has_no_names_in_logstash() -> None:
    flow = {"sourceIPv4Address": "192.0.2.1", "in_bytes": 1}
    assert table("logstash", protocol="sflow5") == []
    assert rename(flow, "logstash", protocol="sflow5") == restore(flow, "logstash", protocol="sflow5") == flow


# The callers' mistakes, and the surface.


@pytest.mark.parametrize("function", [rename, restore])
@pytest.mark.parametrize("flow", [None, [], "flow", [("octetDeltaCount", 1)]])
def test_flows_are_dicts(function: Callable[..., Any], flow: Any) -> None:
    with pytest.raises(WrongType, match=f"flow is {type(flow).__name__}, expected a dict"):
        function(flow, "cisco")


@pytest.mark.parametrize("function", [rename, restore])
def test_messages_are_no_flows(function: Callable[..., Any]) -> None:
    for flows in ([], [{"octetDeltaCount": 1}]):
        with pytest.raises(UsageError, match="flow is a whole message, expected one of its flows or options records"):
            function({"protocol": "ipfix", "flows": flows, "options": []}, "ecs")


def test_renamed_flows_are_no_messages() -> None:
    flow = {"protocolIdentifier": 6, "deltaFlowCount": 2}
    renamed = {"protocol": 6, "flows": 2}  # netflow.yaml, 4 and 3
    assert rename(flow, "logstash", protocol="netflow9") == renamed
    assert restore(renamed, "logstash", protocol="netflow9") == flow
    for flow in ({"protocol": "ipfix", "flows": 2}, {"protocol": "udp", "flows": [2]}, {"flows": [2]}):
        assert rename(flow, "ecs") == restore(flow, "ecs") == flow


@pytest.mark.parametrize("value", ["no", 1, None])
def test_switches_are_bools(value: Any) -> None:
    with pytest.raises(WrongType, match=f"dotted is {type(value).__name__}, expected bool"):
        rename({}, "ecs", dotted=value)
    with pytest.raises(WrongType, match=f"first is {type(value).__name__}, expected bool"):
        restore({}, "ecs", first=value)


def test_any_mapping_will_do() -> None:
    assert rename(MappingProxyType({"octetDeltaCount": 1, 5: 2}), "cisco") == {"IN_BYTES": 1, 5: 2}


@pytest.mark.parametrize(
    "call", [table, lambda *given, **more: rename({}, *given, **more), lambda *g, **m: restore({}, *g, **m)]
)
def test_mistakes(call: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match="vocabulary 'nfdump', expected one of cisco, ecs, goflow2, logstash"):
        call("nfdump")
    with pytest.raises(UsageError, match="protocol None for logstash, expected one of netflow1, "):
        call("logstash")
    with pytest.raises(UsageError, match="protocol 'netflow4' for ecs, expected one of netflow1, "):
        call("ecs", protocol="netflow4")
    with pytest.raises(WrongType, match="vocabulary is int, expected one of cisco"):
        call(9)
    with pytest.raises(WrongType, match="protocol is int, expected one of netflow1, "):
        call("logstash", protocol=9)


def test_surface() -> None:
    assert names.__all__ == ["VOCABULARIES", "NameRow", "rename", "restore", "table"]
    assert VOCABULARIES == ("cisco", "ecs", "goflow2", "logstash")
    assert all(inspect.getdoc(getattr(names, name)) for name in names.__all__)


def test_rows_may_be_changed() -> None:
    table("cisco")[0]["name"] = "mine"
    assert table("cisco")[0]["name"] == "IN_BYTES"


def test_the_package_does_not_load_it() -> None:
    code = "import sys, netflowparse; print([each for each in sys.modules if each.endswith(('names', 'vocabularies'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_flows_with_ever_other_keys() -> None:
    """More of them than are remembered, and one with more than all may have."""
    numbers = range(REMEMBERED // 3 + 9)
    many = [{f"x{number}": 1, "octetDeltaCount": 2, "inner": {"packetDeltaCount": number}} for number in numbers]
    expected = [{f"x{number}": 1, "IN_BYTES": 2, "inner": {"IN_PKTS": number}} for number in numbers]
    assert [rename(flow, "cisco") for flow in many + many] == expected + expected
    long = {f"x{number}": number for number in range(REMEMBERED)}
    for _ in range(2):
        assert rename({**long, "octetDeltaCount": 2}, "ecs") == {**long, "source": {"bytes": 2}}


@pytest.mark.parametrize("vocabulary", ["ecs", "goflow2"])
def test_values_decide_anew_for_each_flow(vocabulary: str) -> None:
    name = {"ecs": "source.ip", "goflow2": "src_addr"}[vocabulary]
    for value, is_address in [("192.0.2.1", True), (None, False), ("192.0.2.9", True), ("2001:db8::1", False)]:
        flow = {"sourceIPv4Address": value, "x": [1]}
        expected = {name if is_address else "sourceIPv4Address": value, "x": [1]}
        assert rename(flow, vocabulary, dotted=True) == expected
