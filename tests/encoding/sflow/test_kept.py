"""Exact copies of sFlow datagrams by what ``Decoder(keep_octets=True)`` keeps, and what becomes of changed values."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netflowparse import DecodeError, Decoder, EncodeError
from netflowparse.encoding.sflow import kept as sflow_kept
from netflowparse.encoding.sflow.message import encode_sflow5
from netflowparse.types import Message
from tests import sflow_builder as sflow
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS
from tests.encoding.sflow.test_message import MOST, told
from tests.protocols.sflow.structures import flow_record
from tests.strategies import sflow_datagrams, usual_samples
from tests.test_captures import CAPTURES, is_sflow, load
from tests.test_sflow_captures import MALFORMED, manifest
from tests.test_sflow_recordings import NAMES, SAMPLES


@cache
def shared(compiled: bool, keep_octets: bool) -> Decoder:
    """A decoder whose readers are made once."""
    return Decoder(compiled=compiled, keep_octets=keep_octets)


def fresh(compiled: bool = True, *, keep_octets: bool = True) -> Decoder:
    """A decoder that remembers nobody."""
    decoder = shared(compiled, keep_octets)
    decoder.reset()
    return decoder


def copied(message: Message) -> bytes:
    """The datagram of a message that has been to JSON and back."""
    [datagram] = encode_sflow5(json.loads(json.dumps(message)), MOST)
    return datagram


@pytest.mark.parametrize("name", NAMES)
def test_recordings(compiled, name):
    """Every datagram to the octet; and of each packet the octets, beside what is told of it as ever."""
    decoder, plain = fresh(compiled), fresh(compiled, keep_octets=False)
    flows = 0
    for octets in read_datagrams(RECORDINGS / f"{name}.pcap"):
        message, usual = decoder.decode(octets, "127.0.0.1"), plain.decode(octets, "127.0.0.1")
        assert copied(message) == octets
        del message["kept"]
        for flow in message["flows"]:
            assert len(bytes.fromhex(flow["sampled_header"].pop("header"))) == flow["sampled_header"]["header_length"]
        assert message == usual
        flows += len(usual["flows"])
    assert flows == SAMPLES[name][0]


def test_captures(shared_captures: Path, compiled: bool) -> None:
    """Every sFlow datagram of other projects that decodes, damaged ones included."""
    exact = 0
    for row in manifest():
        decoder = fresh(compiled)
        for datagram in load("capfile").read(CAPTURES / row["file"]):
            if not is_sflow(datagram.payload):
                continue
            try:
                message = decoder.decode(datagram.payload, datagram.exporter)
            except DecodeError:
                assert row["case"] in MALFORMED
                continue
            assert copied(message) == datagram.payload
            assert all("whole" not in sample for sample in message["kept"]["samples"])
            exact += 1
    assert exact > 60


ANY = st.one_of(sflow_datagrams, st.lists(usual_samples(), max_size=4).map(sflow.datagram))


@given(octets=ANY)
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "reference"])
def test_any_datagram(compiled, octets):
    """To the octet, however damaged; rebuilt of values: no sample that says anything is kept whole."""
    try:
        message = fresh(compiled).decode(octets, "r1")
    except DecodeError:
        return
    assert copied(message) == octets
    assert all("whole" not in sample for sample in message["kept"]["samples"])
    usual = fresh(compiled, keep_octets=False).decode(octets, "r1")
    assert message["problems"] == usual["problems"]
    assert strip_headers(told(message)) == strip_headers(told(usual))


def strip_headers(value: Any) -> Any:
    """*value* without the octets of packets."""
    if isinstance(value, list):
        return [strip_headers(each) for each in value]
    if isinstance(value, dict):
        return {
            key: strip_headers(each) for key, each in value.items() if key not in ("header", "header_protocol_name")
        }
    return value


QUEUE = sflow.record(0, 1040, sflow.u32(5))
FUNCTION = sflow.record(0, 1038, sflow.string("abc"))
PLAIN = sflow.sample(0, 1, sflow.flow_sample([QUEUE, FUNCTION]))
COUNTERS = sflow.sample(0, 2, sflow.counters_sample([sflow.record(0, 1005, sflow.string("eth0"))]))
#: Name -> octets, and the parts of ``kept`` that say how they differ from the canonical form.
DIFFERENT: dict[str, tuple[bytes, set[str]]] = {
    "nothing": (sflow.datagram([PLAIN, COUNTERS]), set()),
    "expanded": (sflow.datagram([sflow.sample(0, 3, sflow.flow_sample_expanded([QUEUE]))]), {"expanded"}),
    "expanded counters": (sflow.datagram([sflow.sample(0, 4, sflow.counters_sample_expanded([]))]), {"expanded"}),
    "order of samples": (sflow.datagram([COUNTERS, PLAIN, COUNTERS, PLAIN]), set()),
    "order of records": (
        sflow.one_flow(
            *(
                flow_record(name, value)
                for name, value in (
                    (
                        "sampled_ipv4",
                        {
                            "length": 72,
                            "protocol": 6,
                            "src_ip": "192.0.2.1",
                            "dst_ip": "192.0.2.2",
                            "src_port": 1,
                            "dst_port": 2,
                            "tcp_flags": 0,
                            "tos": 0,
                        },
                    ),
                    ("extended_queue", {"depth": 1}),
                )
            )
        ),
        {"records"},
    ),
    "padding of a string": (sflow.one_flow(sflow.record(0, 1038, sflow.u32(3) + b"abcX")), {"records"}),
    "padding of a record": (sflow.one_flow(sflow.u32(1040) + sflow.u32(5) + sflow.u32(5) + b"\0XYZ"), {"records"}),
    "padding of an address": (
        sflow.one_flow(sflow.record(0, 1021, sflow.u32(1) + bytes(6) + b"XY" + bytes(8) + sflow.u32(2))),
        {"records"},
    ),
    "padding of a sample": (
        sflow.datagram([sflow.u32(1) + sflow.u32(33) + sflow.flow_sample([]) + b"\1XYZ", PLAIN]),
        {"padding"},
    ),
    "no padding at the end": (sflow.datagram([sflow.u32(9 << 12 | 9) + sflow.u32(3) + b"abc"]), {"padding"}),
    "text": (sflow.one_flow(sflow.record(0, 1038, sflow.string(b"\xff\xfe"))), {"records"}),
    "not a number": (
        sflow.one_counters(sflow.record(0, 2003, bytes.fromhex("7f800001ffc00001ff800000") + bytes(56))),
        {"records"},
    ),
    "cut between fields": (sflow.one_flow(sflow.record(0, 1001, sflow.words(1, 2)), QUEUE), {"records"}),
    "cut frames": (
        sflow.one_flow(sflow.record(0, 1016, sflow.counted([sflow.counted([sflow.record(0, 1001, b"")])]))),
        {"records"},
    ),
    "cut in a record": (sflow.one_flow(QUEUE, FUNCTION)[:-3], {"head", "records", "padding"}),
    "cut in a head": (sflow.datagram([PLAIN])[:-12], {"head", "rest"}),
    "cut sample": (sflow.datagram([COUNTERS, PLAIN])[:-50], {"octets"}),
    "records counted": (sflow.one_flow(QUEUE, count=7), {"head"}),
    "a length of a record": (sflow.one_flow(FUNCTION[:4] + sflow.u32(99) + FUNCTION[8:]), {"records"}),
    "a length of a sample": (
        sflow.datagram([PLAIN[:4] + sflow.u32(len(PLAIN) - 12) + PLAIN[8:], COUNTERS]),
        {"head"},
    ),
    "records left": (sflow.one_flow(QUEUE, FUNCTION, count=1), set()),
    "samples counted": (sflow.datagram([PLAIN], count=7), {"header"}),
    "octets left": (sflow.datagram([PLAIN]) + b"more", {"tail"}),
    "nothing counted": (sflow.datagram([], count=0) + PLAIN, {"tail"}),
    "no samples": (sflow.datagram([], agent=None), set()),
    "unpadded": (
        sflow.one_flow(sflow.record(0, 2, sflow.u32(64) + bytes(range(12)) + sflow.u32(0x800))),
        {"records"},
    ),
    "length of a header": (sflow.one_flow(sflow.sampled_header(bytes(range(60)), length=99)), set()),
}


@pytest.mark.parametrize(("octets", "parts"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_is_kept(compiled, octets, parts):
    """No more than what the canonical form loses."""
    message = fresh(compiled).decode(octets, "r1")
    kept: dict[str, Any] = message["kept"]
    assert set().union(*kept["samples"]) - {"key"} | {key for key in ("header", "tail") if kept[key]} == parts
    assert copied(message) == octets


def changed(message: Message, *steps: Any, value: Any) -> bytes:
    """The datagram of the message with another value somewhere."""
    other: Any = copy.deepcopy(message)
    place = other
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = value
    return copied(other)


def test_changed_values_are_written():
    """Beside them all is as it was: order, padding, what was patched."""
    odd = sflow.record(0, 1038, sflow.u32(3) + b"abcX")
    samples = [COUNTERS, sflow.sample(0, 3, sflow.flow_sample_expanded([QUEUE, odd]))]
    octets = sflow.datagram(samples) + b"more"
    message = fresh().decode(octets, "r1")
    depth = changed(message, "flows", 0, "extended_queue", "depth", value=6)
    assert depth == octets.replace(QUEUE, sflow.record(0, 1040, sflow.u32(6)))
    symbol = changed(message, "flows", 0, "extended_function", "symbol", value="abd")
    assert symbol == octets.replace(odd, sflow.record(0, 1038, sflow.string("abd")))
    longer = sflow.record(0, 1038, sflow.string("abcdefgh"))
    sample = sflow.sample(0, 3, sflow.flow_sample_expanded([QUEUE, longer]))
    assert changed(message, "flows", 0, "extended_function", "symbol", value="abcdefgh") == (
        sflow.datagram([COUNTERS, sample]) + b"more"
    )
    later = sflow.datagram(samples, sequence_number=2) + b"more"
    assert changed(message, "header", "sequenceNumber", value=2) == later
    more = sflow.sample(0, 3, sflow.flow_sample_expanded([QUEUE, odd, sflow.record(0, 1036, sflow.u32(7))]))
    assert changed(message, "flows", 0, "extended_egress_queue", value={"queue": 7}) == (
        sflow.datagram([COUNTERS, more]) + b"more"
    )


def test_changed_packets_are_built_anew():
    packet = bytes.fromhex("020000000002 020000000001 0800 4500002000010000401112340a0000010a000002 003500350000abcd")
    octets = sflow.one_flow(sflow.sampled_header(packet + b"payload"), QUEUE)
    message = fresh().decode(octets, "r1")
    built = packet[:24] + bytes(2) + packet[26:29] + b"\x09" + packet[30:38] + bytes.fromhex("000c0000")
    other = changed(message, "flows", 0, "sourceIPv4Address", value="10.0.0.9")
    assert other == sflow.one_flow(sflow.sampled_header(built + bytes(7)), QUEUE)


def test_packets_in_frames_that_were_sent_as_one(compiled):
    inside = sflow.sampled_header(bytes(range(1, 40)))
    octets = sflow.one_flow(sflow.record(0, 1016, sflow.counted([sflow.counted([QUEUE, inside])])))
    message = fresh(compiled).decode(octets, "r1")
    [pdu] = message["flows"][0]["extended_80211_aggregation"]["pdus"]
    assert pdu["flow_records"]["sampled_header"]["header"] == bytes(range(1, 40)).hex()
    assert message["kept"]["samples"] == [{"key": "flows"}]
    assert copied(message) == octets


def test_datagrams_are_not_split():
    octets = sflow.datagram([PLAIN] * 5)
    assert encode_sflow5(fresh().decode(octets, "r1"), 64) == [octets]


WRONG: dict[str, tuple[Any, tuple[Any, ...], str]] = {
    "kind": (5, (), "5, expected a dict"),
    "samples": ({"samples": {}}, ("samples",), "{}, expected a list"),
    "sample": ({"samples": [5]}, ("samples", 0), "5, expected a dict"),
    "key": ({"samples": [{"key": "options"}]}, ("samples", 0, "key"), "'options', expected one of flows"),
    "octets": ({"samples": [{"key": ""}]}, ("samples", 0, "octets"), "None, expected the hex text of octets"),
    "number": ({"samples": []}, (), "of 0 flows, 1 are there: drop it for the canonical form"),
    "others": ({"samples": [{"key": "flows"}, {"key": "counters"}]}, (), "of 1 counters, 0 are there"),
    "patch": ({"samples": [{"key": "flows", "head": 5}]}, ("samples", 0, "head"), "5, expected a dict"),
    "mark": (
        {"samples": [{"key": "flows", "rest": {"octets": "", "instead_of": -1}}]},
        ("samples", 0, "rest", "instead_of"),
        "-1, expected 0 to 4294967295",
    ),
    "records": ({"samples": [{"key": "flows", "records": 5}]}, ("samples", 0, "records"), "5, expected a list"),
    "record": ({"samples": [{"key": "flows", "records": [5]}]}, ("samples", 0, "records", 0), "5, expected a dict"),
    "name": ({"samples": [{"key": "flows", "records": [{}]}]}, ("samples", 0, "records", 0, "name"), "None, expected"),
    "record's patch": (
        {"samples": [{"key": "flows", "records": [{"name": "x", "patch": {}}]}]},
        ("samples", 0, "records", 0, "patch", "octets"),
        "None, expected the hex text of octets",
    ),
    "tail": ({"tail": "x"}, ("tail",), "'x', expected the hex text of octets"),
    "header": ({"header": [{"field": "x"}]}, ("header", 0, "octets"), "None, expected the hex text of octets"),
}


@pytest.mark.parametrize(("wrong", "path", "why"), WRONG.values(), ids=WRONG)
def test_kept_that_does_not_fit(wrong, path, why):
    message: Any = fresh().decode(sflow.datagram([PLAIN]), "r1")
    message["kept"] = {**message["kept"], **wrong} if isinstance(wrong, dict) else wrong
    with pytest.raises(EncodeError) as raised:
        encode_sflow5(message, MOST)
    assert (raised.value.path, why in raised.value.why) == (("kept", *path), True), raised.value


def test_values_that_cannot_be_written():
    """What is kept beside them does not help."""
    message = fresh().decode(sflow.datagram([PLAIN]), "r1")
    with pytest.raises(EncodeError, match=r"flows\[0\] extended_queue depth: -1"):
        changed(message, "flows", 0, "extended_queue", "depth", value=-1)


def test_samples_whose_values_do_not_give_their_records(monkeypatch):
    """Kept whole, as long as what is written of their values is what it was."""
    octets = sflow.datagram([PLAIN, COUNTERS])
    write = sflow_kept.write_sample

    def refuse(key: str, *more: Any, **options: Any) -> Any:
        if key == "counters":
            raise EncodeError("no reason")
        return write(key, *more, **options)._replace(parts=[])

    with monkeypatch.context() as patch:
        patch.setattr(sflow_kept, "write_sample", refuse)
        message = fresh().decode(octets, "r1")
    flow, counters = message["kept"]["samples"]
    assert (flow["whole"]["octets"], counters["whole"]["instead_of"]) == (PLAIN.hex(), None)
    assert copied(message) == octets  # whose values can be written after all
    message["counters"][0]["port_name"]["name"] = -1
    assert copied(message) == octets
    message["flows"][0]["extended_queue"]["depth"] = -1
    with pytest.raises(EncodeError, match="extended_queue depth: -1"):
        copied(message)


def test_hex_text_whatever_octets_become():
    octets = sflow.one_flow(sflow.sampled_header(bytes(60)), sflow.record(9, 9, b"abc"))
    message = Decoder(keep_octets=True, octet_values="bytes").decode(octets, "r1")
    assert message["flows"][0]["sampled_header"]["header"] == bytes(60).hex()
    assert encode_sflow5(message, MOST) == [octets]
