"""What ``encode`` cannot write: what is wrong, where it stands, and what is said of it."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, encode
from tests.encoding.by_hand import COUNT, TWICE, V5, Case, ipfix
from tests.encoding.refused_records import FIXED, HEADERS, RECORDS
from tests.encoding.refused_templates import LISTS, TEMPLATES
from tests.message_builder import ipfix_message, set_of, template

REFUSED: dict[str, Case] = {**HEADERS, **RECORDS, **TEMPLATES, **LISTS, **FIXED}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    message, path, why = REFUSED[case]
    with pytest.raises(EncodeError) as caught:
        encode(message)
    assert (caught.value.path, caught.value.why) == (path, why)
    assert str(caught.value).endswith(f": {why}")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.path, str(again)) == (path, str(caught.value))


def test_the_text_says_where() -> None:
    with pytest.raises(EncodeError, match=r"^flows\[1\] octetDeltaCount: -1, expected an int that fits 8 octets$"):
        encode(ipfix({COUNT: 1}, {COUNT: -1}))


@pytest.mark.conformance("IPFIX-6.1.6-02")
@pytest.mark.parametrize("case", ["lone surrogate", "lone surrogate in NetFlow v9"])
def test_ill_formed_text_is_refused(case: str) -> None:
    test_refused(case)


@pytest.mark.conformance("IPFIX-6.2-05")
@pytest.mark.parametrize("case", ["out of range", "out of range of more octets", "negative"])
def test_values_that_a_reduced_field_cannot_have_are_refused(case: str) -> None:
    test_refused(case)


def test_repeated_fields_with_another_number_of_values() -> None:
    """No template has the field three times: one is made, unless the datagram is a copy."""
    (made,) = encode(ipfix({COUNT: [1, 2, 3]}, templates=[TWICE]))
    assert Decoder().decode(made, "exporter")["flows"] == [{COUNT: [1, 2, 3]}]
    octets = ipfix_message(set_of(2, template(256, [(1, 4), (1, 4)])), set_of(256, bytes(8)))
    message: Any = Decoder(keep_octets=True).decode(octets, "exporter")
    message["flows"][0][COUNT] = [1, 2, 3]
    with pytest.raises(EncodeError) as caught:
        encode(message)
    assert caught.value.path == ("flows", 0, COUNT)
    assert caught.value.why == "[1, 2, 3], expected a list of 2: the field comes so often"


def test_integers_that_python_does_not_spell() -> None:
    """More than 4300 digits: the text says so, and where."""
    for message, path in (
        (ipfix({COUNT: 10**5000}), ("flows", 0, COUNT)),
        (ipfix({"absoluteError": 10**5000}), ("flows", 0, "absoluteError")),
        (ipfix(header={"exportTime": 10**5000}), ("header", "exportTime")),
        (ipfix(templates=[10**5000]), ("templates", 0)),
        ({**V5, "flows": [{"flowStartMilliseconds": 10**5000}]}, ("flows", 0, "flowStartMilliseconds")),
    ):
        with pytest.raises(EncodeError) as caught:
            encode(message)
        assert caught.value.path == path


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"protocol": "sflow5", "options": [{"scope": {}}]}, ("options",)),
        ({"protocol": "sflow5", "templates": [{"template_id": 256, "fields": [COUNT]}]}, ("templates",)),
        ({"protocol": "netflow5", "counters": [{}]}, ("counters",)),
        ({"protocol": "netflow9", "unknown_samples": [{}]}, ("unknown_samples",)),
        (
            ipfix({"subTemplateList": {"template_id": 400, "records": [{COUNT: 9}], "octets": "01"}}),
            ("flows", 0, "subTemplateList", "octets"),
        ),
        (ipfix({"ipHeaderPacketSection": "4500", "octetDeltaCuont": 3}), ("flows", 0, "octetDeltaCuont")),
        (
            ipfix(templates=[{"template_id": 256, "fields": [{"name": COUNT, "lenght": 4}]}]),
            ("templates", 0, "fields", 0),
        ),
        (ipfix(templates=[{"template_id": 256, "scopecount": 1, "fields": [COUNT]}]), ("templates", 0)),
        (
            ipfix(templates=[{"template_id": 256, "fields": [{"name": COUNT, "enterprise": 9}]}]),
            ("templates", 0, "fields", 0, "enterprise"),
        ),
        (ipfix(templates=[{"event": "withdraw", "template_id": 256, "fields": [COUNT]}]), ("templates", 0, "event")),
    ],
)
def test_nothing_is_lost_in_silence(message: Any, path: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        encode(message)
    assert caught.value.path == path


def test_what_contains_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["inner"] = endless
    for value in (endless, [endless, endless]):
        with pytest.raises(EncodeError):
            encode(ipfix({COUNT: value}))
