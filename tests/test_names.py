"""netflowparse.names: what other collectors call the keys of flows, and the way back."""

from __future__ import annotations

import csv
import inspect
import re
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, Registry, UsageError, WrongType, names
from netflowparse.names import VOCABULARIES, rename, restore, table
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS, ROOT

IANA = ROOT / "iana"
FIXED = ("netflow1", "netflow5", "netflow6", "netflow7", "netflow8")
#: every table: vocabulary, protocol
TABLES = [("cisco", None), ("ecs", None), ("goflow2", None)]
TABLES += [("logstash", protocol) for protocol in ("netflow5", "netflow9", "ipfix")]
CAPTURES = sorted(path.stem for path in RECORDINGS.glob("*.pcap"))


def rows(file: str) -> list[dict[str, str]]:
    with open(IANA / file, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def leaves(value: Any) -> Iterator[Any]:
    """All that is in a value and is no dict or list, and those that are empty."""
    if isinstance(value, dict | list) and value:
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    else:
        yield repr(value)


# What the vocabularies' own documents say, by hand.


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
        ("ecs", None, "reverseOctetDeltaCount", "destination.bytes"),
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
    assert rename({"sourceIPv4Address": 1, "source": 2}, "ecs") == {"sourceIPv4Address": 1, "source": 2}
    assert rename({"sourceIPv4Address": 1, "source": {"x": 2}}, "ecs") == {"sourceIPv4Address": 1, "source": {"x": 2}}
    assert restore({"octetDeltaCount": 1, "bytes": 2}, "goflow2") == {"octetDeltaCount": 1, "bytes": 2}
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


def test_a_shared_name_comes_back_by_what_is_known() -> None:
    assert restore({"src_addr": "2001:db8::1"}, "goflow2") == {"sourceIPv6Address": "2001:db8::1"}
    assert restore({"src_addr": ["2001:db8::1", "2001:db8::2"]}, "goflow2") == {
        "sourceIPv6Address": ["2001:db8::1", "2001:db8::2"]
    }
    assert restore({"src_addr": "192.0.2.1", "bytes": 1}, "goflow2") == {
        "sourceIPv4Address": "192.0.2.1",
        "octetDeltaCount": 1,
    }
    assert restore({"src_addr": None, "next_hop": []}, "goflow2") == {
        "sourceIPv4Address": None,
        "ipNextHopIPv4Address": [],
    }
    assert restore({"src_mac": "02:00:00:00:00:01"}, "goflow2") == {"sourceMacAddress": "02:00:00:00:00:01"}
    assert restore({"flowDirection": 1}, "logstash", protocol="ipfix") == {"flowDirection": 1}
    assert restore({"reverseRtpPayloadType": 1}, "logstash", protocol="ipfix") == {"reverseRtpPayloadType": 1}
    assert restore({"TCP_FLAGS": 1}, "cisco") == {"tcpControlBits": 1}


def test_further_names_of_cisco_are_read() -> None:
    """40001 to 40005 are early forms of 225 to 228 and 233; TOS is RFC 3954's name for what is SRC_TOS now."""
    early = {"NF_F_XLATE_SRC_ADDR_84": "192.0.2.1", "NF_F_FW_EVENT_84": 2, "TOS": 8}
    flow = {"postNATSourceIPv4Address": "192.0.2.1", "firewallEvent": 2, "ipClassOfService": 8}
    assert restore(early, "cisco") == flow
    assert rename(flow, "cisco") == {"NF_F_XLATE_SRC_ADDR_IPV4": "192.0.2.1", "NF_F_FW_EVENT": 2, "SRC_TOS": 8}
    assert restore({"TOS": 1, "SRC_TOS": 2}, "cisco") == {"TOS": 1, "ipClassOfService": 2}


def test_records_inside_are_renamed() -> None:
    record, renamed = {"octetDeltaCount": 1, "x": 2}, {"IN_BYTES": 1, "x": 2}
    values = {"semantic": "allOf", "element": "octetDeltaCount", "values": [1]}
    flow = {
        "inner": {**record, "inner": record},
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


# Against the facts, read here once more.


def test_every_field_type_of_cisco_has_its_name() -> None:
    registry = Registry()
    classes = ("rfc3954", "cisco-v9", "asa-nsel", "cisco-enterprise", "cisco-wlc")
    found = [row for row in rows("netflow-v9/field-types.csv") if row["class"] in classes]
    assert len(found) == 265
    for row in found:
        key = registry.netflow9(int(row["field_type"])).key
        if re.match(r"(VENDOR_PROPRIETARY|RESERVED|DEPRECATED)_[0-9]+\Z", row["name"]):
            assert rename({key: 1}, "cisco") == {key: 1}
        else:
            assert restore({row["name"]: 1}, "cisco") == {key: 1}
            assert row["name"].endswith("_84") or rename({key: 1}, "cisco") == {row["name"]: 1}


@pytest.mark.parametrize(("protocol", "count"), [("netflow9", 420), ("ipfix", 1354)])
def test_every_element_of_logstash_has_its_name(protocol: str, count: int) -> None:
    registry = Registry()
    found = [row for row in rows("vocabularies/logstash-codec-netflow.csv") if row["protocol"] == protocol]
    assert len(found) == count
    for row in found:
        number = int(row["element_id"])
        element = registry.netflow9(number) if protocol == "netflow9" else registry.element(int(row["pen"]), number)
        assert rename({element.key: 1}, "logstash", protocol=protocol) == {row["name"]: 1}


@pytest.mark.parametrize(
    ("vocabulary", "protocol", "mapped", "one_to_one"),
    [
        ("cisco", None, 250, 248),
        ("ecs", None, 58, 18),
        ("goflow2", None, 54, 25),
        ("logstash", "netflow5", 18, 18),
        ("logstash", "netflow9", 420, 418),  # five of them scopes
        ("logstash", "ipfix", 1354, 1322),
    ],
)
def test_counts(vocabulary: str, protocol: str | None, mapped: int, one_to_one: int) -> None:
    found = table(vocabulary, protocol=protocol)
    assert (len(found), sum(row["one_to_one"] for row in found)) == (mapped, one_to_one)
    assert len({row["key"] for row in found}) == mapped


def test_rows_for_people() -> None:
    found = {row["key"]: row for row in table("ecs")}
    assert found["octetDeltaCount"] == {
        "key": "octetDeltaCount",
        "name": "source.bytes",
        "one_to_one": False,
        "note": "shared",
    }
    assert found["octetTotalCount"]["note"] == "comes back as octetDeltaCount"
    assert found["sourceIPv6Address"]["note"] == "shared, by family"
    assert found["protocolIdentifier"] == {
        "key": "protocolIdentifier",
        "name": "network.iana_number",
        "one_to_one": True,
        "note": "text there",
    }


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_one_to_one_is_what_one_key_has(vocabulary: str, protocol: str | None) -> None:
    found = table(vocabulary, protocol=protocol)
    holders = Counter(row["name"] for row in found)
    ambiguous = {"tcpControlBits", "applicationName"}  # TCP_FLAGS and APPLICATION_NAME are keys of vendors' elements
    for row in found:
        alone = holders[row["name"]] == 1 and not (vocabulary == "cisco" and row["key"] in ambiguous)
        assert row["one_to_one"] == alone, row


# Properties.

OWN_KEYS = st.sampled_from(["ie500", "pen9_ie1", "sampler", "llc", "resolved", "x", "", "no.name", "Übung"])
SCALARS = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just("2001:db8::1"))


def keys_of(vocabulary: str, protocol: str | None, *, one_to_one: bool) -> list[str]:
    """Keys of a table, scopes apart."""
    found = table(vocabulary, protocol=protocol)
    return [row["key"] for row in found if "in the scope" not in row["note"] and row["one_to_one"] >= one_to_one]


def flows(keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Flows with any values under *keys*, some in lists, scopes and inner packets."""

    def with_records(inside: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        lists = st.fixed_dictionaries({"semantic": st.just("allOf"), "records": st.lists(inside, max_size=2)})
        record = st.dictionaries(keys, st.one_of(SCALARS, st.lists(SCALARS, max_size=2), lists), max_size=8)
        return st.builds(lambda flow, more: flow | more, record, st.dictionaries(st.just("inner"), inside))

    return st.recursive(st.dictionaries(keys, SCALARS, max_size=8), with_records, max_leaves=3)


@given(st.sampled_from(TABLES), st.booleans(), st.data())
def test_what_is_one_to_one_comes_back(chosen: tuple[str, str | None], dotted: bool, data: st.DataObject) -> None:
    vocabulary, protocol = chosen
    keys = st.sampled_from(keys_of(vocabulary, protocol, one_to_one=True))
    flow = data.draw(flows(st.one_of(keys, OWN_KEYS)))
    renamed = rename(flow, vocabulary, protocol=protocol, dotted=dotted)
    assert restore(renamed, vocabulary, protocol=protocol) == flow


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_every_name_that_is_one_to_one_comes_back(vocabulary: str, protocol: str | None) -> None:
    flow = {key: number for number, key in enumerate(keys_of(vocabulary, protocol, one_to_one=True))}
    renamed = rename(flow, vocabulary, protocol=protocol, dotted=True)
    assert list(renamed) == [row["name"] for row in table(vocabulary, protocol=protocol) if row["key"] in flow]
    assert restore(renamed, vocabulary, protocol=protocol) == flow


@given(st.sampled_from(TABLES), st.data())
def test_no_value_is_lost(chosen: tuple[str, str | None], data: st.DataObject) -> None:
    """Whatever meets: keys, names, and dicts where names are nested."""
    vocabulary, protocol = chosen
    found = table(vocabulary, protocol=protocol)
    words = {word for row in found for word in (row["key"], row["name"], row["name"].partition(".")[0])}
    leaf_words = st.sampled_from(["ip", "nat", "vlan", "id", "bytes", "nat.ip"])
    branch = st.recursive(SCALARS, lambda inside: st.dictionaries(leaf_words, inside), max_leaves=4)
    flow = data.draw(flows(st.one_of(st.sampled_from(sorted(words)), OWN_KEYS)))
    flow |= data.draw(st.dictionaries(st.sampled_from(["source", "network", "observer"]), branch))
    before, kept = deepcopy(flow), Counter(leaves(flow))
    for dotted in (False, True):
        assert Counter(leaves(rename(flow, vocabulary, protocol=protocol, dotted=dotted))) == kept
    assert Counter(leaves(restore(flow, vocabulary, protocol=protocol))) == kept
    assert flow == before


# Recordings.


def messages(decoder: Decoder, capture: str) -> list[Any]:
    return [decoder.decode(each, "r1") for each in read_datagrams(RECORDINGS / f"{capture}.pcap")]


@cache
def both_ways(vocabulary: str, protocol: str) -> tuple[dict[str, str], dict[str, str]]:
    """({key: name}, {name: the key that has it first})."""
    found = table(vocabulary, protocol=protocol)
    first: dict[str, str] = {}
    for row in found:
        if row["name"] not in first or row["key"] == row["name"]:
            first[row["name"]] = row["key"]
    return {row["key"]: row["name"] for row in found}, first


def comes_back(record: dict[str, Any], vocabulary: str, protocol: str) -> dict[str, Any]:
    """What a record should be after both ways: keys that share a name with a key before them have that one's."""
    named, first = both_ways(vocabulary, protocol)
    expected = {}
    for key, value in record.items():
        back = first.get(named.get(key, ""), key)
        is_address = isinstance(value, str) and ":" in value and "IPv6" in key
        expected[key if back in record or is_address else back] = value
    if "inner" in record:
        expected["inner"] = comes_back(record["inner"], vocabulary, protocol)
    return expected


@pytest.mark.parametrize("capture", CAPTURES)
def test_recorded_flows_come_back(capture: str, make_decoder: Callable[..., Decoder]) -> None:
    count = 0
    for message in messages(make_decoder(), capture):
        for record in message["flows"] + message["options"]:
            for vocabulary in VOCABULARIES:
                renamed = rename(record, vocabulary, protocol=message["protocol"])
                assert Counter(leaves(renamed)) == Counter(leaves(record))
                expected = comes_back(record, vocabulary, message["protocol"])
                assert restore(renamed, vocabulary, protocol=message["protocol"]) == expected
                count += expected == record
    assert count > 0


def test_recorded_templates_say_which_names_of_cisco_come_out(decoder: Decoder) -> None:
    """By the numbers on the wire; the absolute times are added to what the exporter sends."""
    heard = messages(decoder, "softflowd-netflow9")
    by_number = {int(row["field_type"]): row["name"] for row in rows("netflow-v9/field-types.csv")}
    by_number |= {136: "flowEndReason", 139: "icmpTypeCodeIPv6"}  # no rows: IANA's names
    fields = [field for message in heard for event in message["templates"] for field in event["fields"]]
    sent = {by_number[field["id"]] for field in fields}
    flows = [rename(flow, "cisco") for message in heard for flow in message["flows"]]
    assert {"IN_BYTES", "L4_DST_PORT", "IPV6_SRC_ADDR", "FIRST_SWITCHED"} <= sent
    assert {name for flow in flows for name in flow} - sent <= {"NF_F_FLOW_CREATE_TIME_MSEC", "NF_F_FLOW_END_TIME_MSEC"}


# The callers' mistakes, and the surface.


@pytest.mark.parametrize("function", [rename, restore])
@pytest.mark.parametrize("flow", [None, [], "flow", [("octetDeltaCount", 1)]])
def test_flows_are_dicts(function: Callable[..., Any], flow: Any) -> None:
    with pytest.raises(WrongType, match=f"flow is {type(flow).__name__}, expected a dict"):
        function(flow, "cisco")


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
    assert names.__all__ == ["VOCABULARIES", "rename", "restore", "table"]
    assert VOCABULARIES == ("cisco", "ecs", "goflow2", "logstash")
    assert all(inspect.getdoc(getattr(names, name)) for name in names.__all__)


def test_rows_may_be_changed() -> None:
    table("cisco")[0]["name"] = "mine"
    assert table("cisco")[0]["name"] == "IN_BYTES"


def test_the_package_does_not_load_it() -> None:
    code = "import sys, netflowparse; print([each for each in sys.modules if each.endswith(('names', 'vocabularies'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    tool = runpy.run_path(str(ROOT / "docs" / "names.py"))
    assert (tool["main"](["--check"]), capsys.readouterr().err) == (0, "")


def test_the_page_has_every_name() -> None:
    page = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    for vocabulary, protocol in TABLES:
        for row in table(vocabulary, protocol=protocol):
            listed = row["name"] == row["key"] or f"| `{row['name']}` |" in page
            assert listed or row["name"].startswith("netscalerUnknown")
