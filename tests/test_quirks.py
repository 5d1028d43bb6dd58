"""What a choice of rules for exporters' peculiarities switches on."""

from __future__ import annotations

from pathlib import Path

import pytest

from netflowparse import Decoder, ExporterSettings, UsageError, WrongType, quirks
from tests.message_builder import netflow5_datagram

NAMES = {
    "asa_acl_id",
    "asa_early_ids",
    "asa_event_time",
    "enterprise_bit_in_options",
    "icmp_in_destination_port",
    "ifindex_palo_alto",
    "ipfix_sets_in_v9",
    "last_after_uptime",
    "little_endian_sampling",
    "mapped_exporter",
    "microseconds_not_ntp",
    "nanoseconds_not_ntp",
    "sampled_ethernet_unpadded",
    "sampler_zero",
    "sequence_after_records",
    "sflow_length_slip",
    "template_padding_4_to_7",
    "uptime_in_8_octets",
    "v9_sets_in_ipfix",
    "variable_length_in_v9",
    "zero_filled_tail",
}
WATCHED = {"microseconds_not_ntp", "nanoseconds_not_ntp", "sequence_after_records"}
BY_NAME = {"ifindex_palo_alto", "little_endian_sampling"}


def test_names() -> None:
    assert quirks.ALL == NAMES
    assert quirks.WATCHED == WATCHED
    assert quirks.BY_NAME == BY_NAME


@pytest.mark.parametrize(
    ("choice", "on", "watched"),
    [
        ("auto", NAMES - WATCHED - BY_NAME, WATCHED),
        (["auto"], NAMES - WATCHED - BY_NAME, WATCHED),
        ((), set(), set()),
        ("asa_acl_id", {"asa_acl_id"}, set()),
        ({"asa_acl_id", "ifindex_palo_alto"}, {"asa_acl_id", "ifindex_palo_alto"}, set()),
        (["auto", "ifindex_palo_alto"], NAMES - WATCHED - BY_NAME | {"ifindex_palo_alto"}, WATCHED),
        (
            ["auto", "microseconds_not_ntp"],
            NAMES - BY_NAME - WATCHED | {"microseconds_not_ntp"},
            WATCHED - {"microseconds_not_ntp"},
        ),
    ],
)
def test_choices(choice: quirks.Choice, on: set[str], watched: set[str]) -> None:
    assert quirks.rules(choice) == (on, watched)


@pytest.mark.parametrize("choice", ["", "all", ["asa"], ("auto", "AUTO")])
def test_unknown_names(choice: quirks.Choice) -> None:
    with pytest.raises(UsageError, match="no rule is called"):
        quirks.rules(choice)
    with pytest.raises(UsageError, match="asa_acl_id, asa_early_ids"):
        Decoder(quirks=choice)
    with pytest.raises(UsageError):
        ExporterSettings(quirks=choice)


@pytest.mark.parametrize("choice", [1, [1], object(), True])
def test_no_names(choice: quirks.Choice) -> None:
    with pytest.raises(WrongType, match="quirks="):
        Decoder(quirks=choice)


def test_without_rules_an_exporter_is_who_it_says(decoder: Decoder) -> None:
    assert decoder.decode(netflow5_datagram([]), "::ffff:192.0.2.1")["quirks"] == ["mapped_exporter"]
    plain = Decoder(quirks=())
    assert plain.decode(netflow5_datagram([]), "::ffff:192.0.2.1")["quirks"] == []


def test_every_rule_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "quirks.md").read_text(encoding="utf-8")
    assert {name for name in NAMES if f"| `{name}` |" in page} == NAMES
