"""Every datagram of every recording and capture: explained whole, with what the message says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netflowparse import DecodeError, Decoder
from netflowparse.cli.datagrams import Datagram, iter_datagrams
from netflowparse.cli.source import open_source
from netflowparse.explanation import Explanation, Node
from netflowparse.types import Message
from tests.capture_reader import read_datagrams
from tests.conftest import RECORDINGS

from .checks import check

#: leaves beside fields: what their names end with
BESIDE = (" length", "padding")


def records_of(explanation: Explanation) -> list[Node]:
    """The records of data, in the order of their octets."""
    return [node for part in explanation.root.children for node in part.children if node.name == "record"] + [
        node for node in explanation.root.children if node.name == "record"
    ]


def told_by(record: Node) -> dict[str, Any]:
    """The values of a record by their names; of fields of one name, a list."""
    told: dict[str, list[Any]] = {}
    for field in record.children:
        if not field.name.endswith(BESIDE):
            told.setdefault(field.name, []).append(field.value)
    return {name: values[0] if len(values) == 1 else values for name, values in told.items()}


def said_of(record: dict[str, Any]) -> dict[str, Any]:
    """The values of a message's record by their names."""
    return {**record.get("scope", {}), **record}


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.pcap")), ids=lambda path: path.stem)
def test_recordings(path: Path) -> None:
    """The problems, and the values of records, are those of the message."""
    decoder = Decoder()
    for octets in read_datagrams(path):
        explanation = decoder.explain(octets, "r1")
        check(explanation, octets)
        message = decoder.decode(octets, "r1")
        assert explanation.root.name == message["protocol"]
        assert list(explanation.problems) == sorted(message["problems"], key=lambda each: each["offset"])
        assert "undecoded" not in {leaf.name for leaf in explanation}
        if message["protocol"] == "sflow5":
            assert_samples(explanation, message)
        else:
            assert_records(explanation, message)


def assert_records(explanation: Explanation, message: Message) -> None:
    """Each field of each record has the value that the message has."""
    flows, options = iter(message["flows"]), iter(message["options"])
    for part in [*explanation.root.children, explanation.root]:
        for node in part.children:
            if node.name == "record":
                said = said_of(next(options if part.name.startswith("options set") else flows))
                told = told_by(node)
                assert {name: said[name] for name in told} == told
                assert told
    assert (next(flows, None), next(options, None)) == (None, None)


def assert_samples(explanation: Explanation, message: Message) -> None:
    """Each field of each structure has the value that the message has; so have the layers of packets."""
    samples = {"flow_sample": iter(message["flows"]), "counters_sample": iter(message["counters"])}
    for sample in explanation.root.children[1:]:
        said = next(samples[sample.name.removesuffix("_expanded")])
        for structure in sample.children:
            for field in structure.children[2:]:
                if field.name == "header":
                    assert_layers(field, said)
                elif not field.children and not field.name.endswith((*BESIDE, " type")):
                    assert said[structure.name][field.name] == field.value
    assert [next(each, None) for each in samples.values()] == [None, None]


def assert_layers(packet: Node, flow: dict[str, Any]) -> None:
    """Each field of each layer has the value that the flow has, inside tunnels that of the packet inside."""
    for layer in packet.children:
        if layer.name == "inner":
            assert_layers(layer, flow["inner"])
            continue
        for leaf in layer.children:
            parts = leaf.value if isinstance(leaf.value, dict) else {leaf.name: leaf.value}
            for name, value in parts.items():
                assert name not in flow or flow[name] == value


def datagrams_of(path: Path) -> Iterator[Datagram]:
    """The datagrams in a file of any kind; none where it is no such file."""
    with open_source(str(path)) as source:
        yield from iter_datagrams(source, lambda warning: None)


def test_captures_of_others(shared_captures: Path) -> None:
    """What is not explained has a problem that says why; datagrams without a message have their error."""
    explained = 0
    for path in sorted(shared_captures.rglob("*.pcap")):
        decoder = Decoder()
        for datagram in datagrams_of(path) if path.parent.name != "recorded" else ():  # those are ours
            circumstances: dict[str, Any] = {"exporter": datagram.address, "transport": datagram.transport}
            explanation = decoder.explain(datagram.octets, **circumstances)
            check(explanation, datagram.octets)
            assert all(leaf.problems for leaf in explanation if leaf.name == "undecoded" and leaf.value is None)
            try:
                decoder.decode(datagram.octets, **circumstances)
            except DecodeError as error:
                assert explanation.problems[0]["message"] == str(error)
            explained += 1
    assert explained == 339
