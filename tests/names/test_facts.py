"""Every name of every vocabulary is what the facts say."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import pytest

from netflowparse import Decoder, Registry
from netflowparse.names import rename, restore, table

from .by_hand import (
    CISCO_CLASSES,
    ECS,
    GOFLOW2,
    LOGSTASH_SCOPES,
    LOGSTASH_V5,
    NOTES,
    PLACE_HOLDER,
    PORTS,
    TABLES,
    facts,
    holders,
    is_by_family,
    rows,
)


@pytest.mark.parametrize(
    ("vocabulary", "protocol", "count"),
    [
        ("cisco", None, 250),
        ("ecs", None, 53),
        ("goflow2", None, 54),
        ("logstash", "netflow5", 19),
        ("logstash", "netflow9", 415),
        ("logstash", "ipfix", 1354),
    ],
)
def test_every_key_has_its_name(vocabulary: str, protocol: str | None, count: int) -> None:
    expected = facts(vocabulary, protocol)
    assert len(expected) == count
    for key, name in expected.items():
        value = "2001:db8::1" if "IPv6" in key else "192.0.2.1"
        assert rename({key: value}, vocabulary, protocol=protocol, dotted=True) == {name: value}
    found = [(row["key"], row["name"]) for row in table(vocabulary, protocol=protocol)]
    scopes = LOGSTASH_SCOPES if protocol == "netflow9" else {}
    assert sorted(found) == sorted([*expected.items(), *scopes.items()])


@pytest.mark.parametrize(("vocabulary", "protocol"), TABLES)
def test_every_row_says_the_way_back(vocabulary: str, protocol: str | None) -> None:
    also_keys = {"TCP_FLAGS", "APPLICATION_NAME"} if vocabulary == "cisco" else set()
    shared = holders(vocabulary, protocol)
    for row in table(vocabulary, protocol=protocol):
        if row["key"] in LOGSTASH_SCOPES and row["name"].startswith("scope_"):
            assert (row["one_to_one"], row["note"]) == (True, "in the scope")
            continue
        name, keys = row["name"], shared[row["name"]]
        back = "shared, does not come back"
        if len(keys) == 1:
            back = ""
        elif is_by_family(keys):
            back = "shared, by family"
        elif vocabulary == "ecs" and name in PORTS:
            back = "" if row["key"] == keys[0] else f"shared, comes back as {keys[0]}"
        assert row["one_to_one"] == (len(keys) == 1 and name not in also_keys), row
        assert row["note"] == "; ".join(filter(None, (NOTES[vocabulary].get(name, ""), back))), row


def elements(cells: str) -> Iterator[str]:
    """Keys of the numbers in a cell."""
    registry = Registry()
    for cell in filter(None, cells.split(";")):
        enterprise, _, number = cell.rpartition("/")
        yield registry.element(int(enterprise or 0), int(number)).key


def test_ecs_is_what_its_rows_say() -> None:
    """All fields that are the value of one element, without those that choices.csv takes out; what it adds, by hand."""
    out = {
        row["name"]
        for row in rows("vocabularies/choices.csv")
        if (row["vocabulary"], row["choice"]) == ("ecs", "leave")
    }
    said = [(key, row["field"]) for row in rows("vocabularies/ecs.csv") for key in elements(row["iana_ids"])]
    plain = {row["field"] for row in rows("vocabularies/ecs.csv") if row["derivation"] in ("direct", "first-of")}
    assert set(ECS.items()) - set(said) == {
        ("ingress_interface_name", "observer.ingress.interface.name"),
        ("egress_interface_name", "observer.egress.interface.name"),
    }
    assert set(ECS.values()) - plain == {f"observer.{way}.interface.name" for way in ("ingress", "egress")} | {
        "network.application"  # "option" there: looked up, where the record does not have it
    }
    assert {name for key, name in said if name in plain and (key, name) not in ECS.items()} == {
        *("event.start", "event.end", "event.id", "event.reason", "event.code"),
        *("source.address", "source.mac", "source.user.name", "destination.address", "destination.mac"),
        *("network.vlan.id", "observer.ingress.vlan.id", "observer.egress.vlan.id"),
        *("observer.ingress.interface.id", "observer.egress.interface.id"),
        *("http.response.mime_type", "url.domain"),
    }
    assert {name for key, name in said if name in plain and (key, name) not in ECS.items()} == out


def test_goflow2_is_what_its_rows_say() -> None:
    said = {
        (key, row["name"])
        for row in rows("vocabularies/goflow2.csv")
        for key in elements(f"{row['netflow9_ids']};{row['ipfix_ids']}")
    }
    assert set(GOFLOW2.items()) - said == {
        ("ethernetType", "etype"),
        ("ipTTL", "ip_ttl"),
        ("bgpNextAdjacentAsNumber", "next_hop_as"),
    }
    left = {(key, name) for key, name in said - set(GOFLOW2.items()) if key != "dataLinkFrameSection"}
    addresses = {f"{end}IPv{version}Address" for end in ("source", "destination") for version in (4, 6)}
    units = ("Seconds", "Milliseconds", "Microseconds", "DeltaMicroseconds", "SysUpTime")
    assert left == {
        *((f"flow{end}{unit}", f"time_flow_{end.lower()}_ns") for end in ("Start", "End") for unit in units),
        *((key, "etype") for key in {*addresses, "ipVersion"}),
        *((f"icmpTypeCodeIPv{version}", f"icmp_{what}") for version in (4, 6) for what in ("type", "code")),
        *(
            (key, "mpls_label")
            for key in ("mplsTopLabelStackSection", "mplsLabelStackSection2", "mplsLabelStackSection3")
        ),
        *((key, "sampling_rate") for key in ("samplingPacketInterval", "samplerRandomInterval")),
        ("dataLinkFrameSize", "packets"),
        ("fragmentFlags", "ip_flags"),
        ("vlanId", "vlan_id"),
    }


def test_logstash_names_the_fields_of_version_5(make_decoder: Callable[..., Decoder]) -> None:
    """A datagram whose fields all differ, in the order of Cisco's specification, against the codec's rows."""
    named = {
        row["element_id"]: row["name"]
        for row in rows("vocabularies/logstash-codec-netflow.csv")
        if row["protocol"] == "netflow5" or row["element_id"] == "sampling.interval"
    }
    fields = {
        "srcaddr": "192.0.2.1",
        "dstaddr": "192.0.2.2",
        "nexthop": "192.0.2.3",
        "input": 11,
        "output": 12,
        "dPkts": 13,
        "dOctets": 1400,
        "first": 1500,
        "last": 1600,
        "srcport": 17,
        "dstport": 18,
        "tcp_flags": 19,
        "prot": 20,
        "tos": 21,
        "src_as": 22,
        "dst_as": 23,
        "src_mask": 24,
        "dst_mask": 25,
    }
    octets = [bytes(map(int, value.split("."))) if isinstance(value, str) else value for value in fields.values()]
    sampling = 1 << 14 | 100
    header = struct.pack("!HHIIIIBBH", 5, 1, 100_000, 1_700_000_000, 0, 1, 0, 0, sampling)
    record = struct.pack("!4s4s4sHHIIIIHHxBBBHHBBxx", *octets)
    (flow,) = make_decoder(resolve=True).decode(header + record, "r1")["flows"]
    renamed = rename(flow, "logstash", protocol="netflow5")
    assert set(named) == {*fields, "sampling.interval"}
    assert {field: renamed[name] for field, name in named.items()} == {**fields, "sampling.interval": 100}
    assert set(named.values()) == set(LOGSTASH_V5.values())
    assert restore(renamed, "logstash", protocol="netflow5") == flow


@pytest.mark.parametrize("name", ["DEPRECATED_100", "RESERVED_97", "VENDOR_PROPRIETARY_43"])
def test_place_holders_of_cisco_name_nothing(name: str) -> None:
    number = int(name.rpartition("_")[2])
    assert rename({Registry().netflow9(number).key: 1}, "cisco") == {Registry().netflow9(number).key: 1}
    assert restore({name: 1}, "cisco") == {name: 1}


def test_every_name_of_cisco_is_read() -> None:
    registry = Registry()
    found = [row for row in rows("netflow-v9/field-types.csv") if row["class"] in CISCO_CLASSES]
    assert len(found) == 265
    for row in found:
        if not PLACE_HOLDER.match(row["name"]):
            assert restore({row["name"]: 1}, "cisco") == {registry.netflow9(int(row["field_type"])).key: 1}
