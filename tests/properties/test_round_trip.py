"""What is written is read again: messages made from scratch, and any octets that were decoded."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, EncodeError, encode
from tests.encoding.messages import REGISTRY, bare_messages, fixed_messages, list_messages, messages

COUNTED = ("version", "length", "count")
#: keys that decoding adds
ADDED = {"flowStartMilliseconds", "flowEndMilliseconds", "report", "icmpTypeIPv4", "icmpCodeIPv4"}
ADDED |= {"icmpTypeIPv6", "icmpCodeIPv6"}
#: what is wrong with times and values that nobody would send, not with how they are written
HARMLESS = {"bad_value", "suspect_template", "uncertain_time", "clock_step", "illegal_biflow"}


def exact(value: Any) -> str:
    """*value* as text: True is not 1, 0.0 not -0.0; keys in any order."""
    return json.dumps(value, sort_keys=True, allow_nan=False)


def without_added(got: dict[str, Any], want: dict[str, Any]) -> dict[str, Any]:
    """*got* but for what follows from other keys, where *want* does not say it."""
    return {key: value for key, value in got.items() if key in want or key not in ADDED}


def assert_same(kind: str, decoded: list[Any], want: list[Any]) -> None:
    got = [record for message in decoded for record in message[kind]]
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert exact(without_added(one, other)) == exact(other)


def check(message: dict[str, Any], **how: Any) -> list[Any]:
    """Write *message* and read it again by both engines; what the datagrams say."""
    datagrams = encode(message, registry=REGISTRY, **how)
    for compiled in (False, True):
        decoded = compare(
            message, datagrams, Decoder(registry=REGISTRY, compiled=compiled), how.get("max_length", 65535)
        )
    return decoded


def compare(message: dict[str, Any], datagrams: list[bytes], decoder: Decoder, most: int) -> list[Any]:
    """What *datagrams* say, which is just what *message* says."""
    assert max(map(len, datagrams)) <= most
    decoded = [decoder.decode(each, "exporter") for each in datagrams]
    for each in decoded:
        assert [problem for problem in each["problems"] if problem["code"] not in HARMLESS] == []
        assert each["protocol"] == message["protocol"]
    first = decoded[0]["header"]
    assert {key: first[key] for key in message["header"]} == message["header"]
    assert_same("flows", decoded, message["flows"])
    assert_same("options", decoded, message.get("options", []))
    events = [event for each in decoded for event in each["templates"]]
    described = [{key: each[key] for key in ("template_id", "scope_count", "fields")} for each in events]
    wanted = [
        {key: each[key] for key in ("template_id", "scope_count", "fields")} for each in message.get("templates", ())
    ]
    assert described[: len(wanted)] == wanted
    return decoded


@pytest.mark.conformance("LIB-12")
@given(message=fixed_messages())
def test_fixed_messages(message: dict[str, Any]) -> None:
    decoded = check(message)
    assert [each["header"]["count"] for each in decoded] == [len(message["flows"])]


@pytest.mark.conformance("LIB-12", "IPFIX-3.2-02")
@given(message=st.sampled_from(["netflow9", "ipfix"]).flatmap(messages), long=st.booleans())
def test_templates_and_records(message: dict[str, Any], long: bool) -> None:
    check(message, long_lengths=long)


@pytest.mark.conformance("LIB-12")
@given(message=list_messages(), long=st.booleans())
def test_lists(message: dict[str, Any], long: bool) -> None:
    check(message, long_lengths=long)


@pytest.mark.conformance("LIB-12")
@given(message=st.sampled_from(["netflow9", "ipfix"]).flatmap(bare_messages))
def test_records_whose_templates_are_made(message: dict[str, Any]) -> None:
    check(message)


@given(
    message=st.one_of(fixed_messages(), messages("netflow9"), messages("ipfix"), list_messages()),
    most=st.sampled_from([64, 100, 200, 400, 1400]),
)
def test_several_datagrams(message: dict[str, Any], most: int) -> None:
    """None is longer than it may be, and they are numbered on as the protocol counts."""
    try:
        decoded = check(message, max_length=most)
    except EncodeError as error:
        assert re.search("room for|of [0-9]+ octets, which no datagram", error.why)
        return
    header = message["header"]
    number = header.get("sequenceNumber", 0)
    for each in decoded:
        if each["protocol"] != "netflow1":
            assert each["header"]["sequenceNumber"] == number
        said = len(each["flows"]) + len(each["options"])
        number = (number + (1 if each["protocol"] == "netflow9" else said)) % 2**32
        same = {key: value for key, value in header.items() if key != "sequenceNumber"}
        assert {key: each["header"][key] for key in same} == same
    assert {each["sequence"]["event"] for each in decoded[1:]} <= {"in_order", "uncertain"}
