"""``encode`` with messages of all kinds and garbage in them: written or refused, and not changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import Decoder, UsageError, encode
from tests import list_builder as lists
from tests.message_builder import (
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    netflow9_options_template,
    options_template,
    set_of,
    template,
)

# Garbage


def valid() -> Iterator[Any]:
    """Messages of all kinds as a decoder gives them, with ``kept``."""
    decoder = Decoder(keep_octets=True)
    fields = [(8, 4), (1, 3), (82, 65535), (1, 4), (29305, 1, 8)]
    record = bytes((192, 0, 2, 1)) + bytes(3) + b"\4eth0" + bytes(12)
    nested = lists.basic_list(3, 4, 1, b"\6\x11") + b""
    inner = lists.field(lists.sub_template_list(3, 258, bytes(8)))
    yield decoder.decode(
        ipfix_message(
            set_of(2, template(256, fields) + template(257, [(291, 65535), (292, 65535), (154, 8)])),
            set_of(2, template(258, [(1, 8)])),
            set_of(3, options_template(259, [(149, 4)], [(34, 4), (276, 1)])),
            set_of(256, record * 2),
            set_of(257, lists.field(nested) + inner + b"\xe9\0\0\0\0\0\0\1"),
            set_of(259, bytes(9) + b"\0\1"),
            set_of(999, b"\1\2\3"),
        ),
        "ipfix",
    )
    yield decoder.decode(ipfix_message(set_of(2, template(256, [])), b"\0"), "ipfix", transport="tcp")
    yield decoder.decode(
        netflow9_datagram(
            set_of(0, template(256, [(8, 4), (22, 4), (21, 4), (95, 4)])),
            set_of(1, netflow9_options_template(257, [(1, 4)], [(34, 4)]) + bytes(2)),
            set_of(256, bytes(32)),
            set_of(257, bytes(8)),
        ),
        "netflow9",
    )
    yield decoder.decode(netflow5_datagram([netflow5_record(octetDeltaCount=5), bytes(40) + b"\1" * 8]), "netflow5")
    yield decoder.decode(bytes((0, 8, 0, 1)) + bytes(18) + b"\1\2" + bytes(4) + bytes(28), "netflow8")


VALID = [json.loads(json.dumps(message)) for message in valid()]
WORDS = [
    *(
        "semantic",
        "element",
        "values",
        "template_id",
        "records",
        "entries",
        "octets",
        "undecoded",
        "scope",
        "name",
        "id",
    ),
    *("length", "enterprise", "fields", "scope_count", "event", "field", "record", "instead_of", "basicList"),
    *("subTemplateList", "subTemplateMultiList", "sourceIPv4Address", "interfaceName", "ie5", "pen9_ie70000", "allOf"),
    *(
        "learned",
        "withdrawn",
        "variable",
        "192.0.2.1",
        "::1",
        "20:99999999999:1",
        "300:1",
        "0a",
        "\ud800",
        "scope99999",
    ),
]
words = st.sampled_from(WORDS)
numbers = st.sampled_from([0, 1, -1, 2, 3, 255, 256, 257, 65535, 65536, 2**32, 2**64, 2**300, -(2**70), 1.5, 1e300])
garbage = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, words, st.text(max_size=5), st.binary(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(words, st.integers(0, 9)), inner, max_size=4)
    ),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in *value*."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, each in items for place in places(each, (*path, key))]


PLACES = [places({key: each for key, each in message.items() if key != "exporter"}) for message in VALID]


def in_kept(index: int) -> list[tuple[Any, ...]]:
    return [place for place in PLACES[index] if place[0] == "kept"]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A valid message, with garbage in one to three places."""
    index = draw(st.integers(0, len(VALID) - 1))
    message = copy.deepcopy(VALID[index])
    some = in_kept(index) if draw(st.booleans()) else PLACES[index]
    if draw(st.sampled_from([True, False, False])):
        message["kept"] = None
        some = PLACES[index]
    for _ in range(draw(st.integers(1, 3))):
        place, how = draw(st.sampled_from(some)), draw(st.sampled_from(["put", "put", "drop", "add"]))
        try:
            holder = message
            for step in place[:-1]:
                holder = holder[step]
            if how == "put":
                holder[place[-1]] = draw(garbage)
            elif how == "drop":
                del holder[place[-1]]
            elif isinstance(holder, dict):
                holder[draw(words)] = draw(garbage)
            else:
                holder.append(draw(garbage))
        except (TypeError, KeyError, IndexError, AttributeError):  # no longer there
            pass
    return message


@given(message=st.one_of(spoiled(), spoiled(), spoiled(), garbage), most=st.sampled_from([64, 65535]))
def test_garbage_is_refused_or_written(message: Any, most: int) -> None:
    """Nothing but UsageError kin leaves ``encode``, whatever it is given."""
    try:
        datagrams = encode(message, max_length=most)
    except UsageError as error:
        assert str(error)
        return
    assert [type(octets) for octets in datagrams] == [bytes] * len(datagrams)


@pytest.mark.parametrize("message", VALID, ids=lambda message: str(message["protocol"]))
def test_messages_stay_as_they_are(message: dict[str, Any]) -> None:
    """Whatever is made of them."""
    for each in (message, {**message, "kept": None, "quirks": []}):
        before = copy.deepcopy(each)
        once = encode(each)
        assert each == before
        assert encode(each) == once
