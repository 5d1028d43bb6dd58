"""Copies of NetFlow v9 and IPFIX: what stays when something is changed, and what cannot be copied any more."""

from __future__ import annotations

from typing import Any

import pytest

from netflowparse import Decoder, EncodeError, encode
from tests import list_builder as lists
from tests.message_builder import (
    ipfix_message,
    netflow9_datagram,
    options_template,
    set_of,
    specifiers,
    template,
    variable,
)

TEMPLATES = set_of(2, template(256, [(1, 4), (82, 65535)]) + b"\0\0\0\0")


def message(*sets: bytes, **how: Any) -> Any:
    return Decoder(keep_octets=True).decode(ipfix_message(*sets), "exporter", **how)


def test_what_is_kept_is_little() -> None:
    """Of a canonical datagram only the framing; the values are those of the message."""
    octets = ipfix_message(set_of(2, template(256, [(1, 4)])), set_of(256, b"\0\0\0\1\0\0\0\2"))
    kept = Decoder(keep_octets=True).decode(octets, "exporter")["kept"]
    assert kept == {
        "header": [],
        "templates": [
            {
                "template_id": 256,
                "scope_count": None,
                "fields": [{"name": "octetDeltaCount", "enterprise": 0, "id": 1, "length": 4}],
            }
        ],
        "sets": [{"templates": 1, "set_id": 2}, {"template": 0, "records": 2, "set_id": 256}],
        "tail": "",
    }


def test_values_of_another_length() -> None:
    """Those of variable length: what is behind moves, and set and message say their new lengths."""
    long = variable(b"eth0", long=True)  # in three octets: not the canonical form
    changed = message(TEMPLATES, set_of(256, bytes(4) + long + bytes(4) + long), set_of(999, b"\1\2\3"))
    changed["flows"][0]["interfaceName"] = "GigabitEthernet0"
    want = ipfix_message(
        TEMPLATES, set_of(256, bytes(4) + b"\x10GigabitEthernet0" + bytes(4) + long), set_of(999, b"\1\2\3")
    )
    assert encode(changed) == [want]


def test_a_value_set_and_set_back() -> None:
    """The octets that were kept count again."""
    octets = ipfix_message(set_of(2, template(256, [(276, 1)])), set_of(256, b"\7"))
    changed: Any = Decoder(keep_octets=True).decode(octets, "exporter")
    assert changed["flows"] == [{"dataRecordsReliability": None}]
    changed["flows"][0]["dataRecordsReliability"] = True
    assert encode(changed) == [octets[:-1] + b"\1"]
    changed["flows"][0]["dataRecordsReliability"] = None
    assert encode(changed) == [octets]


def test_templates_that_were_changed() -> None:
    """Their octets are those of what they say now; the records still are read by what was known then."""
    changed = message(set_of(2, template(256, [(1, 4)]) + bytes(3)), set_of(256, bytes(4)))
    changed["templates"][0]["fields"][0]["length"] = 8
    assert encode(changed) == [ipfix_message(set_of(2, template(256, [(1, 8)])), set_of(256, bytes(4)))]


def test_header_values() -> None:
    changed = message(TEMPLATES)
    changed["header"]["observationDomainId"] = 0xABCD
    assert encode(changed) == [ipfix_message(TEMPLATES, observationDomainId=0xABCD)]


def test_a_template_that_is_known_from_before() -> None:
    decoder = Decoder(keep_octets=True)
    decoder.decode(ipfix_message(TEMPLATES), "exporter")
    octets = ipfix_message(set_of(256, bytes(4) + b"\4eth0"))
    assert encode(decoder.decode(octets, "exporter")) == [octets]


def test_lists_are_written_by_the_templates_of_their_time() -> None:
    octets = ipfix_message(
        set_of(2, template(256, [(292, 65535)]) + template(257, [(1, 4)])),
        set_of(256, lists.field(lists.sub_template_list(3, 257, bytes(7) + b"\1"))),
        set_of(2, template(257, [(1, 8)])),
        set_of(256, lists.field(lists.sub_template_list(3, 257, bytes(7) + b"\1"))),
    )
    read: Any = Decoder(keep_octets=True).decode(octets, "exporter")
    assert [len(flow["subTemplateList"]["records"]) for flow in read["flows"]] == [2, 1]
    assert encode(read) == [octets]
    read["flows"][0]["subTemplateList"]["records"][0]["octetDeltaCount"] = 7
    at = octets.index(lists.field(lists.sub_template_list(3, 257, bytes(7) + b"\1"))) + 6
    assert encode(read) == [octets[:at] + b"\0\0\0\7" + octets[at + 4 :]]


def test_peculiar_datagrams() -> None:
    """Sets of the other protocol, a scope that is missing, cut ones, lengths that lie."""
    pen = specifiers([(9, 1, 4)])
    for octets in (
        netflow9_datagram(set_of(2, template(256, [(1, 4)])), set_of(256, bytes(4))),
        netflow9_datagram(set_of(2, b"\1\0\0\1" + pen), set_of(256, bytes(4))),
        ipfix_message(set_of(0, template(256, [(1, 4)])), set_of(256, bytes(4))),
        ipfix_message(set_of(3, options_template(256, [], [(1, 4)])), set_of(256, bytes(4))),
        ipfix_message(set_of(2, template(256, [(1, 4)]), length=60), set_of(256, bytes(4))),
        ipfix_message(set_of(2, template(5, [(1, 4)])), set_of(2, template(256, [(1, 4)])[:7])),
        ipfix_message(set_of(256, bytes(9)), length=5000),
        ipfix_message(b"\1\0", b"\0"),
    ):
        assert encode(Decoder(keep_octets=True).decode(octets, "exporter")) == [octets]


@pytest.mark.parametrize("key", ["flows", "templates"])
def test_records_more_or_less(key: str) -> None:
    was = message(TEMPLATES, set_of(256, bytes(5) * 2))
    for some in ([], was[key] * 2):
        with pytest.raises(EncodeError) as caught:
            encode({**was, key: some})
        assert caught.value.path == ("kept",)
        count = len(was[key])
        assert caught.value.why == f"of {count} {key}, {len(some)} are there: drop it for the canonical form"


def test_a_record_of_other_keys() -> None:
    changed = message(TEMPLATES, set_of(256, bytes(5)))
    changed["flows"][0]["vlanId"] = 7
    with pytest.raises(EncodeError) as caught:
        encode(changed)
    assert (caught.value.path, caught.value.why) == (("flows", 0, "vlanId"), "template 256 has no such field")
    del changed["flows"][0]["vlanId"], changed["flows"][0]["interfaceName"]
    with pytest.raises(EncodeError) as caught:
        encode(changed)
    assert (caught.value.path, caught.value.why) == (("flows", 0, "interfaceName"), "there is no value")


def test_a_set_that_has_grown_too_long() -> None:
    changed = message(TEMPLATES, set_of(256, bytes(5) * 2))
    for flow in changed["flows"]:
        flow["interfaceName"] = "x" * 40_000
    with pytest.raises(EncodeError) as caught:
        encode(changed)
    assert caught.value.path == ("kept", "sets", 1)
    assert caught.value.why == "a set of 80018 octets: drop it for the canonical form"


def test_templates_that_were_rejected() -> None:
    """As long as they say what they said, they are copied."""
    octets = ipfix_message(set_of(2, template(5, [(1, 4)]) + template(256, [(1, 4)])))
    changed: Any = Decoder(keep_octets=True).decode(octets, "exporter")
    assert [event["event"] for event in changed["templates"]] == ["rejected", "learned"]
    assert encode(changed) == [octets]
    del changed["kept"]["sets"][0]["content"]
    with pytest.raises(EncodeError) as caught:
        encode(changed)
    assert caught.value.path == ("kept", "sets", 0)
    changed["templates"][0]["event"] = "learned"
    with pytest.raises(EncodeError) as caught:
        encode(changed)
    assert caught.value.path == ("templates", 0, "template_id")


def test_longer_than_it_may_be() -> None:
    was = message(TEMPLATES, set_of(256, bytes(5) * 20))
    assert encode(was, max_length=140) == [ipfix_message(TEMPLATES, set_of(256, bytes(5) * 20))]
    with pytest.raises(EncodeError) as caught:
        encode(was, max_length=139)
    assert caught.value.why == "a datagram of 140 octets, expected at most 139: drop it for the canonical form"


def test_late_messages_have_nothing_to_keep() -> None:
    """They are written by their values."""
    decoder = Decoder(keep_octets=True)
    decoder.decode(ipfix_message(set_of(256, bytes(4) + b"\1a")), "exporter")
    (late,) = decoder.decode(ipfix_message(TEMPLATES), "exporter")["late"]
    assert "kept" not in late
    (octets,) = encode(late)
    assert Decoder().decode(octets, "exporter")["flows"] == late["flows"]
