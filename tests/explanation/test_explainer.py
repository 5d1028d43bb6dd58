"""Explaining: nothing is changed by it, both engines give the same, and what has no message is explained as well."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

import netflowparse
from netflowparse import DecodeError, Decoder, ExporterSettings, Limits, Registry, UsageError, WrongType
from netflowparse import decoder as module
from netflowparse.codec import shapes
from netflowparse.explanation import Explanation
from netflowparse.explanation.node import plain_value
from tests import sflow_builder as sflow
from tests.message_builder import (
    VARIABLE,
    ipfix_message,
    netflow5_datagram,
    netflow5_record,
    netflow9_datagram,
    options_template,
    set_of,
    template,
    variable,
)

from .checks import check, nodes_of

FIELDS = [(8, 4), (1, 4)]
ADDRESS = bytes((192, 0, 2, 1))
RECORD = ADDRESS + bytes((0, 0, 0, 7))
NAMES = template(257, [(82, VARIABLE), (64_999, 1, 2)])
TYPES = options_template(258, [(346, 4), (303, 2)], [(339, 1), (344, 1), (341, VARIABLE)])
DESCRIBED = (64_999).to_bytes(4, "big") + bytes((0, 1, 3, 1)) + variable(b"ourCount")

#: datagrams one after another that teach, wait, replace, describe, withdraw, count and break
SERIES: list[tuple[bytes, str]] = [
    (ipfix_message(set_of(256, RECORD * 2)), "udp"),
    (ipfix_message(set_of(2, template(256, FIELDS)), set_of(256, RECORD), sequenceNumber=2), "udp"),
    (ipfix_message(set_of(2, template(256, [*FIELDS, (2, 4)]) + NAMES), sequenceNumber=3), "tcp"),
    (
        ipfix_message(set_of(257, variable(b"eth0") + b"\0\x2a"), set_of(256, RECORD + bytes(4)), sequenceNumber=3),
        "udp",
    ),
    (ipfix_message(set_of(3, TYPES), set_of(258, DESCRIBED), sequenceNumber=5), "udp"),
    (ipfix_message(set_of(257, variable(b"eth0") + b"\0\x2a" + b"\xfe"), sequenceNumber=6), "udp"),
    (ipfix_message(set_of(2, template(256, [])), set_of(256, RECORD + bytes(4)), sequenceNumber=7), "file"),
    (ipfix_message(set_of(2, template(2, [])), sequenceNumber=7)[:-1], "tcp"),
    (netflow9_datagram(set_of(0, template(256, FIELDS)), set_of(256, RECORD)), "udp"),
    (netflow9_datagram(set_of(300, RECORD), b"\0\1", sequenceNumber=9), "udp"),
    (netflow5_datagram([netflow5_record(packetDeltaCount=7)], count=2), "udp"),
    (sflow.datagram([sflow.sample(0, 2, sflow.counters_sample([sflow.record(0, 1002, bytes(12))]))]), "udp"),
    (sflow.datagram([sflow.sample(0, 1, sflow.flow_sample([sflow.sampled_header(bytes(60), 1, 64, 4)]))])[:-9], "udp"),
    (b"\0\x0a\0\x0f" + bytes(12), "udp"),
    (b"\0\7\0", "udp"),
]
SETTINGS: list[dict[str, Any]] = [
    {},
    {"strict": True},
    {"history": True},
    {"history": 60},
    {"resolve": True, "exporters": {"r1": ExporterSettings(sampling_interval=10)}},
    {"packet_sections": True, "quirks": ()},
    {"template_lifetime": 10, "octet_values": "bytes"},
    {"limits": Limits(templates_per_exporter=1, pending_sets=1, values=2, problems=1, facts=1, domains=1)},
]


def state(decoder: Decoder) -> dict[str, Any]:
    """All that can be seen of what is remembered."""
    return {
        "snapshot": decoder.snapshot(pending=True),
        "statistics": decoder.statistics(),
        "pending": decoder.pending(),
        "templates": decoder.templates(),
        "knowledge": decoder.knowledge("r1"),
    }


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda each: "-".join(each) or "plain")
def test_nothing_is_changed(make_decoder: Callable[..., Decoder], settings: dict[str, Any]) -> None:
    """Nor is what decoding gives, beside a decoder that is never asked to explain anything."""
    decoder, alone = make_decoder(**settings), make_decoder(**settings)
    for octets, transport in SERIES:
        before = state(decoder)
        explanation = decoder.explain(octets, "r1", transport=transport)
        assert decoder.explain(octets, "r1", transport=transport) == explanation
        check(explanation, octets)
        assert state(decoder) == before
        try:
            expected: Any = alone.decode(octets, "r1", transport=transport)
        except DecodeError as error:
            with pytest.raises(type(error)):
                decoder.decode(octets, "r1", transport=transport)
        else:
            assert decoder.decode(octets, "r1", transport=transport) == expected
    assert decoder.flush() == alone.flush()


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda each: "-".join(each) or "plain")
def test_both_engines_give_the_same(settings: dict[str, Any]) -> None:
    compiled, reference = Decoder(**settings), Decoder(**settings, compiled=False)
    for octets, transport in SERIES:
        explanations = [each.explain(octets, "r1", transport=transport) for each in (compiled, reference)]
        assert explanations[0] == explanations[1]
        assert repr(explanations[0].root) == repr(explanations[1].root)
        for each in (compiled, reference):
            try:
                each.decode(octets, "r1", transport=transport)
            except DecodeError:
                continue


def shown(explanation: Explanation) -> list[tuple[int, str, Any]]:
    """Offset, name and value of each leaf, and codes of its problems where there are any."""
    return [(leaf.offset, leaf.name, [each["code"] for each in leaf.problems] or leaf.value) for leaf in explanation]


def test_what_waits_for_its_template(decoder: Decoder) -> None:
    octets = ipfix_message(set_of(256, RECORD))
    explanation = decoder.explain(octets, "r1")
    assert shown(explanation)[5:] == [
        (16, "set_id", ["missing_template"]),
        (18, "length", 12),
        (20, "undecoded", ["missing_template"]),
    ]
    (problem,) = explanation.problems
    assert (problem["waiting"], problem["template_id"]) == (True, 256)


def test_the_template_of_a_later_set(decoder: Decoder) -> None:
    octets = ipfix_message(set_of(256, RECORD), set_of(2, template(256, FIELDS)), set_of(256, RECORD))
    assert [leaf.value for leaf in decoder.explain(octets, "r1") if leaf.name == "octetDeltaCount"] == [7, 7]


@pytest.mark.parametrize("history", [True, 60])
def test_data_by_the_template_in_force(make_decoder: Callable[..., Decoder], history: bool | int) -> None:
    """Of two definitions the one before; what is older than both waits."""
    decoder = make_decoder(history=history)
    for time, element in ((1_000, 8), (2_000, 12)):
        decoder.decode(ipfix_message(set_of(2, template(256, [(element, 4)])), exportTime=time), "r1")
    names = {}
    for time in (900, 1_500, 2_500):
        octets = ipfix_message(set_of(256, ADDRESS), exportTime=time)
        (_, name, value) = shown(decoder.explain(octets, "r1"))[-1]
        names[time] = name, value
        (_, name, value) = shown(decoder.explain(octets, "r1", now=2_500))[-1]
        assert (name, value) == ("destinationIPv4Address", "192.0.2.1")
    assert names[1_500] == ("sourceIPv4Address", "192.0.2.1")
    assert names[2_500] == ("destinationIPv4Address", "192.0.2.1")
    assert names[900][0] == "undecoded"


def test_lists_by_history(make_decoder: Callable[..., Decoder]) -> None:
    """A list whose template is known, and one whose template is not."""
    decoder = make_decoder(history=True)
    decoder.decode(ipfix_message(set_of(2, template(256, [(292, VARIABLE)]) + template(257, [(8, 4)]))), "r1")
    lists = [variable(bytes((3, 1, number)) + ADDRESS) for number in (1, 2)]
    octets = ipfix_message(set_of(256, b"".join(lists)), exportTime=0x65E0F001)
    explanation = decoder.explain(octets, "r1")
    check(explanation, octets)
    assert shown(explanation)[7:] == [
        (20, "subTemplateList length", 7),
        (21, "semantic", "allOf"),
        (22, "template_id", 257),
        (24, "sourceIPv4Address", "192.0.2.1"),
        (28, "subTemplateList length", 7),
        (29, "semantic", "allOf"),
        (30, "template_id", 258),
        (32, "undecoded", ["missing_template"]),
    ]


def test_elements_that_exporters_describe(decoder: Decoder) -> None:
    octets = ipfix_message(set_of(257, variable(b"eth0") + b"\0\x2a"))
    decoder.decode(ipfix_message(set_of(2, NAMES)), "r1")
    last = list(decoder.explain(octets, "r1"))[-1]
    assert (last.name, last.type, last.value) == ("pen64999_ie1", "octetArray", "002a")
    decoder.decode(ipfix_message(set_of(3, TYPES), set_of(258, DESCRIBED)), "r1")
    last = list(decoder.explain(octets, "r1"))[-1]
    assert (last.name, last.type, last.value, last.rule) == (
        "ourCount",
        "unsigned32",
        42,
        "RFC 7011 §6.2",
    )


def test_a_strict_decoder_explains_what_it_refuses(make_decoder: Callable[..., Decoder]) -> None:
    octets = ipfix_message(set_of(2, template(256, FIELDS)), set_of(256, RECORD + ADDRESS), length=999)
    strict = make_decoder(strict=True).explain(octets, "r1")
    assert strict == make_decoder().explain(octets, "r1")
    assert [problem["code"] for problem in strict.problems] == ["truncated_message"]


REFUSED = {
    "nothing": ("", "datagram", "truncated_datagram", 0, []),
    "an octet": ("00", "datagram", "truncated_datagram", 1, [(0, "undecoded")]),
    "a version": ("000a", "ipfix", "truncated_datagram", 2, [(0, "version")]),
    "version 11": ("000b00", "datagram", "unknown_version", 0, [(0, "version"), (2, "undecoded")]),
    "octets swapped": ("0900", "datagram", "unknown_version", 0, [(0, "version")]),
    "v5 cut": ("00050001000000", "netflow5", "truncated_datagram", 7, [(0, "version"), (2, "count"), (4, "undecoded")]),
    "a length of 15": (
        "000a000f" + "00" * 13,
        "ipfix",
        "malformed_message",
        2,
        [
            *((0, "version"), (2, "length"), (4, "exportTime"), (8, "sequenceNumber"), (12, "observationDomainId")),
            (16, "undecoded"),
        ],
    ),
    "sFlow 4": ("0000000400000001", "datagram", "unknown_version", 0, [(0, "version"), (4, "undecoded")]),
    "sFlow cut": (
        "0000000500000001c000",
        "sflow5",
        "truncated_datagram",
        10,
        [(0, "version"), (4, "type"), (8, "undecoded")],
    ),
    "sFlow of no octets": ("0000000500", "sflow5", "truncated_datagram", 5, [(0, "version"), (4, "undecoded")]),
    "address type 3": (
        "0000000500000003" + "00" * 20,
        "sflow5",
        "malformed_message",
        4,
        [(0, "version"), (4, "type"), (8, "undecoded")],
    ),
}


@pytest.mark.parametrize(("octets", "protocol", "code", "offset", "leaves"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_message(
    decoder: Decoder, octets: str, protocol: str, code: str, offset: int, leaves: list[tuple[int, str]]
) -> None:
    datagram = bytes.fromhex(octets)
    explanation = decoder.explain(datagram, "r1")
    check(explanation, datagram)
    with pytest.raises(DecodeError) as caught:
        decoder.decode(datagram, "r1")
    assert explanation.root.name == protocol
    assert explanation.problems == ({"code": code, "message": str(caught.value), "offset": offset, "malformed": True},)
    assert [(leaf.offset, leaf.name) for leaf in explanation if leaf.octets] == leaves
    assert all(leaf.problems for leaf in explanation if leaf.name == "undecoded")


def test_octets_of_any_kind(decoder: Decoder) -> None:
    octets, _ = SERIES[1]
    expected = decoder.explain(octets, None)
    assert decoder.explain(bytearray(octets), None) == decoder.explain(memoryview(octets), None) == expected
    assert {decoder.explain(bytearray(octets), None), expected} == {expected}


@pytest.mark.parametrize(
    ("arguments", "circumstances", "error"),
    [
        (("text", "r1"), {}, WrongType),
        ((b"\0\5", []), {}, WrongType),
        ((b"\0\5", "r1"), {"transport": "quic"}, UsageError),
        ((b"\0\5", "r1"), {"now": "today"}, WrongType),
        ((b"\0\5", "r1"), {"now": -1}, UsageError),
    ],
)
def test_mistakes(decoder: Decoder, arguments: Any, circumstances: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        decoder.explain(*arguments, **circumstances)


def test_the_process_wide_decoder_is_read_only() -> None:
    netflowparse.reset()
    octets = ipfix_message(set_of(256, RECORD))
    assert shown(netflowparse.explain(octets))[-1][1] == "undecoded"
    assert module._default == []
    netflowparse.decode(ipfix_message(set_of(2, template(256, FIELDS))), "r1")
    before = module._default[0].snapshot(pending=True)
    assert shown(netflowparse.explain(octets, "r1"))[-1] == (24, "octetDeltaCount", 7)
    assert shown(netflowparse.explain(octets))[-1][1] == "undecoded"
    withdrawal = ipfix_message(set_of(2, template(256, [])), set_of(256, RECORD))
    explanation = netflowparse.explain(withdrawal, "r1", now=2_000, transport="tcp")
    assert [problem["code"] for problem in explanation.problems] == ["missing_template"]
    assert netflowparse.explain(withdrawal, "r1").problems == ()
    assert module._default[0].snapshot(pending=True) == before
    netflowparse.reset()


def test_a_decoder_that_has_explained_can_be_pickled(decoder: Decoder) -> None:
    octets, _ = SERIES[1]
    explanation = decoder.explain(octets, "r1")
    assert pickle.loads(pickle.dumps(decoder)).explain(octets, "r1") == explanation
    assert pickle.loads(pickle.dumps(explanation)) == explanation


def test_values_as_the_decoder_gives_them(make_decoder: Callable[..., Decoder]) -> None:
    octets = ipfix_message(set_of(2, NAMES), set_of(257, variable(b"eth0") + b"\0\x2a"))
    explanation = make_decoder(octet_values="bytes").explain(octets, "r1")
    last = list(explanation)[-1]
    assert (last.value, last.to_dict()["value"]) == (b"\0\x2a", "002a")


def test_shapes_of_the_decoder_stay(make_decoder: Callable[..., Decoder]) -> None:
    """What is explained has shapes of its own: those that decoding has made are not dropped for them."""
    decoder = make_decoder(limits=Limits(record_shapes=1))
    octets = ipfix_message(set_of(2, template(256, FIELDS)), set_of(256, RECORD))
    expected = decoder.decode(octets, "r1")["flows"]
    for element in (8, 12):
        taught = set_of(2, template(256, [(element, 4), (2, 4)]))
        decoder.explain(ipfix_message(taught, set_of(256, RECORD)), "other")
    with mock.patch.object(shapes, "template_layout", wraps=shapes.template_layout) as made:
        assert decoder.decode(octets, "r1")["flows"] == expected
    assert made.call_count == 0


def test_what_the_registry_learns_between(make_decoder: Callable[..., Decoder]) -> None:
    """Names are those that decoding would give now."""
    decoder = make_decoder(registry=Registry())
    octets = ipfix_message(set_of(2, template(256, [(64_999, 1, 2)])), set_of(256, b"\0\7"))
    assert decoder.decode(octets, "r1")["flows"] == [{"pen64999_ie1": "0007"}]
    decoder.registry.add([{"pen": 64_999, "element_id": 1, "name": "ourCount", "data_type": "unsigned16"}])
    assert shown(decoder.explain(ipfix_message(set_of(256, b"\0\7")), "r1"))[-1] == (20, "ourCount", 7)
    assert decoder.decode(octets, "r1")["flows"] == [{"ourCount": 7}]


def test_elements_that_are_described_between_two_sets(decoder: Decoder) -> None:
    """Each is read by what its exporter has said until then, as the template record and the lists before it are."""
    record = variable(b"eth0") + b"\0\x2a"
    listed = set_of(2, template(259, [(292, VARIABLE)]) + template(260, [(291, VARIABLE)]))
    lists = (
        set_of(259, variable(b"\3" + (257).to_bytes(2, "big") + record)),
        set_of(260, variable(b"\3" + bytes.fromhex("8001 0002 0000FDE7 002A"))),
    )
    before, after = ("pen64999_ie1", "octetArray", "002a"), ("ourCount", "unsigned32", 42)
    octets = ipfix_message(
        *(set_of(2, NAMES), set_of(3, TYPES), listed, set_of(257, record), *lists),
        *(set_of(258, DESCRIBED), *lists, set_of(257, record), set_of(2, NAMES)),
    )
    explanation = decoder.explain(octets, "r1")
    check(explanation, octets)
    found = [(leaf.name, leaf.type, leaf.value) for leaf in explanation if leaf.octets == b"\0\x2a"]
    assert found == [before] * 3 + [after] * 3
    message = decoder.decode(octets, "r1")
    assert [message["flows"][0][before[0]], message["flows"][-1][after[0]]] == [before[2], after[2]]
    specifiers = [
        (node.name, node.type)
        for node in nodes_of(explanation.root)
        if len(node.octets) == 8 and len(node.children) == 3
    ]
    assert specifiers[0] == (before[0], "")  # what was not known then is not known any more
    assert specifiers[-1] == after[:2]
    assert [event["fields"][1]["name"] for event in message["templates"] if event["template_id"] == 257] == [
        before[0],
        after[0],
    ]


def test_problems_of_packets_in_records(make_decoder: Callable[..., Decoder]) -> None:
    """They are those of the message; the packets are octets."""
    decoder = make_decoder(packet_sections=True)
    frame = bytes(12) + b"\x08\0" + b"\x55" + bytes(30)
    taught = set_of(2, template(256, [(315, VARIABLE), (8, 4)]))
    octets = ipfix_message(taught, set_of(256, variable(frame) + ADDRESS))
    explanation = decoder.explain(octets, "r1")
    check(explanation, octets)
    assert list(explanation.problems) == decoder.decode(octets, "r1")["problems"]
    assert [problem["code"] for problem in explanation.problems] == ["bad_value"]
    assert shown(explanation)[-2:] == [
        (37, "dataLinkFrameSection", frame.hex()),
        (82, "sourceIPv4Address", "192.0.2.1"),
    ]


@pytest.mark.parametrize("uptime", [0, 10_000])
def test_times_that_cannot_be_told_of_data_that_waits(make_decoder: Callable[..., Decoder], uptime: int) -> None:
    """With a stopped clock the message that comes in time has the problem."""
    decoder = make_decoder(history=True)
    decoder.decode(netflow9_datagram(set_of(0, template(256, [(22, 4)])), exportTime=1_000), "r1")
    octets = netflow9_datagram(set_of(256, b"\0\0\0\7"), exportTime=2_000, sysUpTime=uptime)
    explanation = decoder.explain(octets, "r1")
    codes = [problem["code"] for problem in explanation.problems]
    decoder.decode(octets, "r1")
    (late,) = decoder.flush()
    assert codes == [problem["code"] for problem in late["problems"]] == ["uncertain_time"] * (not uptime)
    assert list(explanation)[-1].value == 7


def test_plain_octets_of_lists() -> None:
    """Values that are octets are hex in plain values, wherever they stand."""
    assert plain_value({"some": [b"\1", {"other": b"\2"}]}) == {"some": ["01", {"other": "02"}]}


def test_limits_bound_the_tree(make_decoder: Callable[..., Decoder]) -> None:
    """Of 40 values 10 are decoded, and of lists inside one another two."""
    decoder = make_decoder(limits=Limits(values=10, nesting=2))
    decoder.decode(ipfix_message(set_of(2, template(256, [(4, 1)]) + template(257, [(291, VARIABLE)]))), "r1")
    explanation = decoder.explain(ipfix_message(set_of(256, bytes(40))), "r1")
    assert shown(explanation)[-2:] == [(29, "protocolIdentifier", 0), (30, "undecoded", ["limit"])]
    inner = bytes.fromhex("03 0004 0001 06")
    for _ in range(2):
        inner = bytes.fromhex("03 0123 FFFF") + variable(inner)
    octets = ipfix_message(set_of(257, variable(inner)))
    explanation = decoder.explain(octets, "r1")
    check(explanation, octets)
    assert [leaf.name for leaf in explanation].count("semantic") == 2
    last = list(explanation)[-1]
    assert (last.name, last.value, last.problems[0]["code"]) == ("basicList", "030004000106", "limit")
